/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/npy.h"

#include "data/arrays.h"
#include "data/pick.h"

#include <string.h>

/* The files, and which of them are inputs and targets. */
struct files {
    size_t count;
    const struct file_name **file;
    const char **name;
    struct stored *stored;
    size_t opened;
    bool *is_target;
    struct stored **input, **target;
    size_t inputs, targets, *picked;
};

static int files_begin(struct files *f, const struct args *args, struct err *e)
{
    const struct arg *first = args_get(args, "file"), *more = args_get(args, "more");
    f->count = 1 + more->as.files.count;
    f->file = mem_new(f->count, sizeof *f->file);
    f->name = mem_new(f->count, sizeof *f->name);
    f->stored = mem_new(f->count, sizeof *f->stored);
    f->is_target = mem_new(f->count, sizeof *f->is_target);
    f->input = mem_new(f->count, sizeof(struct stored *));
    f->target = mem_new(f->count, sizeof(struct stored *));
    f->picked = mem_new(f->count, sizeof *f->picked);
    if (!f->file || !f->name || !f->stored || !f->is_target || !f->input || !f->target ||
        !f->picked)
        return err_memory(e);
    for (size_t i = 0; i < f->count; i++) {
        f->file[i] = i ? &more->as.files.item[i - 1] : &first->as.file;
        f->name[i] = f->file[i]->name;
    }
    return 0;
}

static void files_finish(struct files *f)
{
    for (size_t i = 0; i < f->opened; i++)
        stored_close(&f->stored[i]);
    mem_free(f->file);
    mem_free(f->name);
    mem_free(f->stored);
    mem_free(f->is_target);
    mem_free(f->input);
    mem_free(f->target);
    mem_free(f->picked);
}

static int no_input(const struct files *f, struct err *e)
{
    if (f->count > 1) {
        err_at(e, f->file[0]->where, "all %zu files are targets", f->count);
        return err_hint(e, "leave at least one for the inputs");
    }
    err_at(e, f->file[0]->where, "\"%.200s\" is the only file, and the last one is the target",
           f->name[0]);
    return err_hint(e, "add the target's file, or target=input for an autoencoder, or target=none");
}

/* The targets stand in the order in which target= names them. */
static int deal_out(struct files *f, const struct arg *target, struct dataset *to, struct err *e)
{
    struct choice c = {.noun = "file",
                       .of = "in this statement",
                       .name = f->name,
                       .count = f->count,
                       .taken = f->is_target,
                       .where = f->file[0]->where};
    to->target_is_input = pick_is(target, "input");
    if (!to->target_is_input && !pick_is(target, "none")) {
        if (target->as.words.count >= f->count)
            return no_input(f, e);
        if (pick(&c, target, f->picked, &f->targets, e))
            return -1;
    }
    for (size_t i = 0; i < f->targets; i++)
        f->target[i] = &f->stored[f->picked[i]];
    for (size_t i = 0; i < f->count; i++)
        if (!f->is_target[i])
            f->input[f->inputs++] = &f->stored[i];
    return 0;
}

static int read_files(struct files *f, struct dataset *to, struct err *e)
{
    for (; f->opened < f->count; f->opened++)
        if (npy_open(&f->stored[f->opened], f->file[f->opened], to->stop, e))
            return -1;
    return arrays_load(to, f->input, f->inputs, f->target, f->targets, e);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    (void)seed;
    struct files f = {0};
    int bad = files_begin(&f, args, e) || deal_out(&f, args_get(args, "target"), to, e) ||
              read_files(&f, to, e);
    files_finish(&f);
    return bad ? -1 : 0;
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
                "Floats of 4 and 8 bytes, whole numbers and booleans are read, packed by gzip or "
                "not. Relative names are read against the folder of the script.",
            .example = "data npy \"data/points-x.npy\" \"data/points-y.npy\"\ninput 2\n"
                       "dense 3 softmax\ntrain 2\n",
        },
    .load = load,
};
