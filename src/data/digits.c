/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/load.h"

#include "data/digits_bytes.h"

#define ZLIB_CONST /* inflate reads its input only */
#include <zlib.h>

enum { DIGITS = 1797, PIXELS = 64, CELLS = PIXELS + 1, BRIGHTEST = 16 };

/* Reads lines of 64 brightnesses 0..16 and the class, piece by piece. The bytes are the program's
 * own: whole numbers, commas and line ends, nothing else. */
struct reader {
    struct dataset *to;
    size_t cells;    /* read so far */
    unsigned number; /* the cell being read */
};

static void store_number(struct reader *r)
{
    size_t row = r->cells / CELLS, column = r->cells % CELLS;
    if (row < DIGITS && column < PIXELS)
        r->to->x[row * PIXELS + column] = (real)r->number / BRIGHTEST;
    else if (row < DIGITS && !r->to->target_is_input)
        r->to->y[row] = (real)r->number;
    r->cells++;
    r->number = 0;
}

static void take_bytes(struct reader *r, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] >= '0' && bytes[i] <= '9')
            r->number = r->number * 10 + (unsigned)(bytes[i] - '0');
        else
            store_number(r);
    }
}

static void *room(void *self, unsigned count, unsigned size)
{
    (void)self;
    return mem_new(count, size);
}

static void release(void *self, void *p)
{
    (void)self;
    mem_free(p);
}

/* Gives what the stream holds to the reader; returns zlib's last answer. */
static int unpack_digits(z_stream *z, struct reader *r)
{
    unsigned char piece[4096];
    int answer;
    do {
        z->next_out = piece;
        z->avail_out = sizeof piece;
        answer = inflate(z, Z_NO_FLUSH);
        take_bytes(r, piece, sizeof piece - z->avail_out);
    } while (answer == Z_OK);
    return answer;
}

static int read_digits(struct reader *r)
{
    enum { GZIP = 16 + MAX_WBITS };
    z_stream z = {.zalloc = room, .zfree = release};
    z.next_in = digits_bytes;
    z.avail_in = sizeof digits_bytes;
    int answer = inflateInit2(&z, GZIP);
    if (answer != Z_OK)
        return answer;
    answer = unpack_digits(&z, r);
    inflateEnd(&z);
    return answer == Z_STREAM_END && r->cells != (size_t)DIGITS * CELLS ? Z_DATA_ERROR : answer;
}

static const struct entry of_class = {
    .name = "class",
    .summary = "the digit that was written",
    .details = "One column of class numbers, 0 to 9.",
    .example = "data digits target=class\ninput 64\ndense 10 softmax\ntrain 1\n",
};
static const struct entry of_input = {
    .name = "input",
    .summary = "the picture itself, for an autoencoder",
    .details = "The targets are the inputs, scaled as they are.",
    .example = "data digits target=input\ninput 64\ndense 16 relu\ndense 64 sigmoid\nloss mse\n"
               "train 1\n",
};
static const struct entry *const target_rows[] = {&of_class, &of_input};
static const struct table targets = {"target", target_rows, COUNT(target_rows)};

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    (void)seed;
    struct shape pixels = shape_of(PIXELS);
    to->target_is_input = args_get(args, "target")->as.choice == &of_input;
    if (load_room(to, DIGITS, &pixels, 1, args->where, e))
        return -1;
    struct reader r = {.to = to};
    int answer = read_digits(&r);
    if (answer == Z_MEM_ERROR)
        return err_memory(e);
    if (answer == Z_STREAM_END)
        return 0;
    err_at(e, args->where, "the digits built into the program cannot be unpacked");
    return err_hint(e, "build the program again");
}

static const struct arg_spec digits_args[] = {
    ARG("target", KEY, ARG_CHOICE, .of = &targets, .standard = "class",
        .line = "class, or input for an autoencoder"),
    DATA_KEYS,
};

const struct data_kind data_digits = {
    .entry =
        {
            .name = "digits",
            .args = digits_args,
            .arg_count = COUNT(digits_args),
            .summary = "1,797 handwritten digits, 8x8 pixels from 0 to 1, ten classes; built in",
            .details =
                "64 inputs, row after row from the top left; a pixel is the number of set dots in "
                "a square of 4x4 dots, 0 to 16, divided by 16.\n\n"
                "The samples are the test file of E. Alpaydin and C. Kaynak, \"Optical Recognition "
                "of Handwritten Digits\", UCI Machine Learning Repository, 1998, "
                "https://archive.ics.uci.edu/dataset/80, licence CC BY 4.0; scikit-learn's "
                "load_digits reads the same.",
            .example = "data digits split=0.2\ninput 64\ndense 32 relu activity=l1(1e-4)\n"
                       "dense 10 softmax\ntrain 2\nevaluate\n",
        },
    .load = load,
};
