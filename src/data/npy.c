/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/npy.h"

#include "data/array_list.h"

struct reading {
    struct array_list list;
    const struct stop *stop;
};

static int open_file(void *self, size_t i, struct stored *s, struct err *e)
{
    struct reading *r = self;
    return npy_open(s, &r->list.file[i], r->stop, e);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct arg *first = args_get(args, "file"), *more = args_get(args, "more");
    struct reading r = {.stop = to->stop};
    (void)seed;
    int failed = array_list_begin(&r.list, "file", 1 + more->as.files.count, e);
    for (size_t i = 0; i < r.list.count && !failed; i++) {
        r.list.file[i] = i ? more->as.files.item[i - 1] : first->as.file;
        r.list.name[i] = r.list.file[i].name;
    }
    failed = failed || array_list_load(&r.list, args_get(args, "target"), open_file, &r, to, e);
    array_list_finish(&r.list);
    return failed ? -1 : 0;
}

static const struct arg_spec npy_args[] = {
    ARG("file", POSITIONAL, ARG_FILE, .required = true,
        .line = "a file of numpy.save, .npy or .npy.gz; its first axis is the samples"),
    ARG("more", REST, ARG_FILES,
        .line = "further ones; the last is the target unless target= says otherwise"),
    ARG("target", KEY, ARG_WORDS, .standard = "last",
        .line = "the files that are targets, by name or number from 1; or last, input or none"),
    DATA_KEYS,
};

const struct data_kind data_npy = {
    .entry =
        {
            .name = "npy",
            .args = npy_args,
            .arg_count = COUNT(npy_args),
            .summary = "arrays of numpy.save: inputs, and targets in the last file",
            .details =
                "The first axis of each array is the samples, and the rest is the shape of one: "
                "500x8x8 are 500 inputs of 8x8, 500 are 500 single numbers. Several files of "
                "inputs are several inputs, in the order in which they stand; several targets go "
                "to several outputs.\n\n"
                "target= names the files that are targets, as they are written or by their number; "
                "target=input makes the inputs their own targets, target=none leaves targets out. "
                "Floats of 2, 4 and 8 bytes, whole numbers and booleans are read, packed by gzip "
                "or "
                "not. Relative names are read against the folder of the script.",
            .example = "data npy \"data/points-x.npy\" \"data/points-y.npy\"\ninput 2\n"
                       "dense 3 softmax\ntrain 2\n",
        },
    .load = load,
};
