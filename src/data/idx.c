/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format of the MNIST files: two bytes 0, the type, the number of axes, and the sizes as whole
 * numbers of four bytes, all with the most significant byte first. */
#include "data/arrays.h"

#include <string.h>

static int no_idx(const struct stored *s, struct err *e)
{
    err_at(e, s->file->where, "\"%.200s\" is no idx file", s->file->name);
    return err_hint(e,
                    "it begins with 0 0, a type and a number of axes from 1 to %d, as the files "
                    "of MNIST do",
                    STORED_AXES);
}

static bool read_type(struct stored *s, unsigned char code)
{
    static const struct {
        unsigned char code;
        char kind;
        unsigned width;
    } types[] = {{0x08, 'u', 1}, {0x09, 'i', 1}, {0x0b, 'i', 2},
                 {0x0c, 'i', 4}, {0x0d, 'f', 4}, {0x0e, 'f', 8}};
    for (size_t i = 0; i < COUNT(types); i++)
        if (types[i].code == code) {
            s->kind = types[i].kind;
            s->width = types[i].width;
            s->big = true;
            return true;
        }
    return false;
}

/* The first four bytes; what is shorter is no idx file either. */
static int read_magic(struct stored *s, struct err *e)
{
    unsigned char b[4];
    size_t n = 0, got = 1;
    while (n < 4 && got) {
        if (stream_read(s->stream, b + n, 4 - n, &got, e))
            return -1;
        n += got;
    }
    if (n < 4 || b[0] || b[1] || !read_type(s, b[2]) || !b[3] || b[3] > STORED_AXES)
        return no_idx(s, e);
    s->axes = b[3];
    return 0;
}

static int read_head(struct stored *s, struct err *e)
{
    unsigned char b[4];
    if (read_magic(s, e))
        return -1;
    for (uint32_t i = 0; i < s->axes; i++) {
        if (stream_take(s->stream, b, 4, e))
            return -1;
        s->size[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    return stored_check(s, e);
}

static int idx_open(struct stored *s, const struct file_name *file, const struct stop *stop,
                    struct err *e)
{
    if (stored_open(s, file, stop, e))
        return -1;
    if (!read_head(s, e))
        return 0;
    stored_close(s);
    return -1;
}

static const struct entry of_class = {
    .name = "class",
    .summary = "the labels of the second file",
    .details = "One column of class numbers, as they stand there.",
    .example = "data idx \"data/digits-images.idx.gz\" \"data/digits-labels.idx.gz\" "
               "target=class\ninput 8x8\nflatten\ndense 10 softmax\ntrain 1\n",
};
static const struct entry of_input = {
    .name = "input",
    .summary = "the picture itself, for an autoencoder",
    .details = "The targets are the inputs, scaled as they are; a file of labels is not needed.",
    .example = "data idx \"data/digits-images.idx.gz\" target=input scale=minmax\ninput 8x8\n"
               "flatten\ndense 16 relu\ndense 64 sigmoid\nloss mse\ntrain 1\n",
};
static const struct entry *const target_rows[] = {&of_class, &of_input};
static const struct table targets = {"target", target_rows, COUNT(target_rows)};

static int open_labels(struct stored *s, const struct file_name *file, const struct stop *stop,
                       struct err *e)
{
    if (idx_open(s, file, stop, e))
        return -1;
    if (s->axes == 1)
        return 0;
    err_at(e, file->where, "\"%.200s\" has %u axes, and labels have one", file->name, s->axes);
    stored_close(s);
    return err_hint(e, "write the images first, then the labels");
}

static int check_labels(const struct arg *labels, const struct arg *target,
                        const struct dataset *to, struct err *e)
{
    if (labels->given && to->target_is_input) {
        err_at(e, target->where, "target=input has no use for labels");
        return err_hint(e, "leave out either the second file or target=input");
    }
    if (labels->given || to->target_is_input)
        return 0;
    err_at(e, (struct span){0}, "no file of labels");
    return err_hint(e, "name it behind the images, or say target=input for an autoencoder");
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    (void)seed;
    const struct arg *labels = args_get(args, "labels"), *target = args_get(args, "target");
    struct stored x = {0}, y = {0}, *input = &x, *output = &y;
    to->target_is_input = target->as.choice == &of_input;
    if (check_labels(labels, target, to, e))
        return err_place(e, args->where);
    int bad = idx_open(&x, &args_get(args, "images")->as.file, to->stop, e) ||
              (labels->given && open_labels(&y, &labels->as.file, to->stop, e)) ||
              arrays_load(to, &input, 1, &output, labels->given ? 1 : 0, e);
    stored_close(&x);
    stored_close(&y);
    return bad ? -1 : 0;
}

static const struct arg_spec idx_args[] = {
    ARG("images", POSITIONAL, ARG_FILE, .required = true,
        .line = "the file of the inputs, packed by gzip or not"),
    ARG("labels", POSITIONAL, ARG_FILE, .line = "the file of the class numbers"),
    ARG("target", KEY, ARG_CHOICE, .of = &targets, .standard = "class",
        .line = "class, or input for an autoencoder"),
    DATA_KEYS,
};

const struct data_kind data_idx = {
    .entry =
        {
            .name = "idx",
            .args = idx_args,
            .arg_count = COUNT(idx_args),
            .summary = "images and labels in the format of the MNIST files",
            .details =
                "The first axis of the images is the samples, the rest the shape of one: 28x28 for "
                "MNIST. Pixels stay as they are, 0 to 255: scale=minmax brings each of them to "
                "0..1. Labels are class numbers. All types of the format are read, packed by gzip "
                "or not. Relative names are read against the folder of the script.\n\n"
                "The format is described at the end of https://yann.lecun.com/exdb/mnist/.",
            .example = "data idx \"data/digits-images.idx.gz\" \"data/digits-labels.idx.gz\" "
                       "scale=minmax\ninput 8x8\nflatten\ndense 10 softmax\ntrain 2\n",
        },
    .load = load,
};
