/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/npz.h"

#include "data/array_list.h"
#include "num/npy.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct archive *archive;
    const struct stop *stop;
    struct array_list list;
    size_t *member;
    struct arena arena;
};

/* Hints at what is there. */
static int list_arrays(const struct archive *a, struct err *e)
{
    char there[200] = "";
    for (size_t i = 0; i < archive_count(a) && strlen(there) < 150; i++) {
        const char *name = archive_name(a, i);
        const size_t n = strlen(name), end = n > 4 && strcmp(name + n - 4, ".npy") == 0 ? 4 : 0;
        snprintf(there + strlen(there), sizeof there - strlen(there), "%s%.*s", i ? ", " : "",
                 (int)(n - end), name);
    }
    return err_hint(e, *there ? "it holds %s" : "it holds none%s", there);
}

static int no_array(const struct archive *a, const struct written *w, const struct file_name *file,
                    struct err *e)
{
    if (w)
        err_at(e, w->where, "no array \"%.100s\" in \"%.200s\"", w->text, file->name);
    else
        err_at(e, file->where, "which arrays of \"%.200s\" is not said", file->name);
    return list_arrays(a, e);
}

static int name_array(struct reading *r, size_t i, const struct written *w,
                      const struct file_name *file, struct err *e)
{
    r->member[i] = npz_find(r->archive, w->text);
    if (r->member[i] == ARCHIVE_NONE)
        return no_array(r->archive, w, file, e);
    r->list.name[i] = w->text;
    if (npz_member_name(&r->arena, file, r->archive, r->member[i], &r->list.file[i]))
        return err_memory(e);
    r->list.file[i].where = w->where;
    return 0;
}

static int open_array(void *self, size_t i, struct stored *s, struct err *e)
{
    struct reading *r = self;
    return npy_open_member(s, r->archive, r->member[i], &r->list.file[i], r->stop, e);
}

static int read_arrays(struct reading *r, const struct args *args, struct dataset *to,
                       struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    const struct arg *names = args_get(args, "arrays");
    const size_t count = names->as.words.count;
    if (!(r->archive = archive_open(file, to->stop, e)))
        return -1;
    if (!count)
        return no_array(r->archive, NULL, file, e);
    if (array_list_begin(&r->list, "array", count, e))
        return -1;
    if (!(r->member = mem_new(count, sizeof *r->member)))
        return err_memory(e);
    for (size_t i = 0; i < count; i++)
        if (name_array(r, i, &names->as.words.item[i], file, e))
            return -1;
    return array_list_load(&r->list, args_get(args, "target"), open_array, r, to, e);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    struct reading r = {.stop = to->stop};
    (void)seed;
    const int failed = read_arrays(&r, args, to, e);
    array_list_finish(&r.list);
    archive_close(r.archive);
    mem_free(r.member);
    arena_finish(&r.arena);
    return failed ? -1 : 0;
}

static const struct arg_spec npz_args[] = {
    ARG("file", POSITIONAL, ARG_FILE, .required = true,
        .line = "a file of numpy.savez or numpy.savez_compressed"),
    ARG("arrays", REST, ARG_WORDS,
        .line = "the names of arrays in it; the last is the target unless target= says otherwise"),
    ARG("target", KEY, ARG_WORDS, .standard = "last",
        .line = "the arrays that are targets, by name or number from 1; or last, input or none"),
    DATA_KEYS,
};

const struct data_kind data_npz = {
    .entry =
        {
            .name = "npz",
            .args = npz_args,
            .arg_count = COUNT(npz_args),
            .summary = "arrays of numpy.savez by their names: inputs, and targets in the last",
            .details =
                "data npz \"f.npz\" \"x\" \"y\" takes the array x for the inputs and y for the "
                "targets. The first axis of each array is the samples, and the rest is the shape "
                "of one. Several arrays of inputs are several inputs, in the order in which they "
                "stand; several targets go to several outputs. What else is in the file is left "
                "alone.\n\n"
                "target= names the arrays that are targets, or tells their numbers in the "
                "statement; target=input makes the inputs their own targets, target=none leaves "
                "targets out. Floats of 2, 4 and 8 bytes, whole numbers and booleans are read. "
                "A relative name of the file is read against the folder of the script.",
            .example = "data npz \"data/points.npz\" \"x\" \"y\"\ninput 2\n"
                       "dense 3 softmax\ntrain 2\n",
        },
    .load = load,
};
