/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/load.h"
#include "num/stream.h"

enum { BYTES = 256, PIECE = 1 << 16 };

struct text_bytes {
    unsigned char *byte;
    size_t count, room;
};

static int read_bytes(const struct file_name *file, const struct stop *stop, struct text_bytes *to,
                      struct err *e)
{
    const size_t most = (size_t)1 << 30;
    struct stream *s = stream_open(file, stop, e);
    size_t got = 1;
    int bad = s ? 0 : -1;
    while (!bad && got) {
        if (to->count > most) {
            err_at(e, file->where, "\"%.200s\" has more than %zu bytes", file->name, most);
            bad = err_hint(e, "split the file");
        } else if (mem_room(&to->byte, &to->room, to->count + PIECE, 1)) {
            bad = err_memory(e);
        } else {
            bad = stream_read(s, to->byte + to->count, PIECE, &got, e);
            to->count += bad ? 0 : got;
        }
    }
    if (s)
        stream_close(s);
    return bad;
}

/* The bytes that occur, in their order, become 0, 1, 2, ... */
static void number_bytes(const struct text_bytes *t, real number[BYTES])
{
    bool occurs[BYTES] = {false};
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        occurs[t->byte[i]] = true;
    for (size_t b = 0; b < BYTES; b++)
        number[b] = (real)(occurs[b] ? n++ : 0);
}

static int cut_samples(const struct args *args, const struct text_bytes *t, struct dataset *to,
                       struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    const size_t steps = (size_t)args_whole(args, "steps");
    const size_t samples = t->count ? (t->count - 1) / steps : 0;
    const struct shape shape = shape_of((uint32_t)steps);
    real number[BYTES];
    if (!samples) {
        err_at(e, file->where, "\"%.200s\" has %zu byte%s, and a sample of %zu steps takes %zu",
               file->name, t->count, t->count == 1 ? "" : "s", steps, steps + 1);
        return err_hint(e, "take fewer steps or a longer text");
    }
    if (load_room(to, samples, &shape, steps, file->where, e))
        return -1;
    number_bytes(t, number);
    for (size_t i = 0; i < samples * steps; i++) {
        if (stop_asked_at(to->stop, i))
            return err_stopped(e);
        to->x[i] = number[t->byte[i]];
        to->y[i] = number[t->byte[i + 1]];
    }
    return 0;
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    struct text_bytes t = {0};
    (void)seed;
    const int bad = read_bytes(&args_get(args, "file")->as.file, to->stop, &t, e) ||
                    cut_samples(args, &t, to, e);
    mem_free(t.byte);
    return bad ? -1 : 0;
}

static const struct arg_spec text_args[] = {
    ARG("file", POSITIONAL, ARG_FILE, .required = true, .line = "any file, packed by gzip or not"),
    ARG("steps", KEY, ARG_WHOLE, .standard = "40", .min = 1, .max = 1e5,
        .line = "bytes of a sample"),
    DATA_KEYS,
};

const struct data_kind data_text = {
    .entry =
        {
            .name = "text",
            .args = text_args,
            .arg_count = COUNT(text_args),
            .summary = "a text byte by byte: each step's target is the next byte",
            .details =
                "The text is cut into samples one behind the other; what is left at the end is "
                "dropped. Bytes are classes: those that occur, in their order, are 0, 1, 2, ..., "
                "and show data tells the largest. Each step has a target, the byte that follows, "
                "so the model ends with sequences=yes and a softmax at each step. Letters that are "
                "several bytes, as in UTF-8, are several steps.",
            .example = "data text \"data/little.txt\" steps=8 split=0.2\ninput 8\n"
                       "embedding 29 4\ngru 8 sequences=yes\ndense 29 softmax\n"
                       "loss categorical_crossentropy\ntrain 1\n",
        },
    .load = load,
};
