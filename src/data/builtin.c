/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/builtin.h"

#include "base/inflate.h"

/* Reads the table piece by piece. */
struct reader {
    const struct builtin *table;
    struct dataset *to;
    size_t cells;         /* read so far */
    double digits, power; /* the cell being read is digits / power */
    bool dot;
};

/* Both are whole numbers below 2^53, so the quotient is the double next to the decimal. */
static void store_number(struct reader *r)
{
    const size_t width = r->table->inputs + 1, row = r->cells / width, column = r->cells % width;
    const real x = (real)(r->digits / r->power);
    if (row < r->table->samples && column < r->table->inputs)
        r->to->x[row * r->table->inputs + column] = x;
    else if (row < r->table->samples && !r->to->target_is_input)
        r->to->y[row] = x;
    r->cells++;
    r->digits = 0;
    r->power = 1;
    r->dot = false;
}

static void take_bytes(struct reader *r, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '.') {
            r->dot = true;
        } else if (bytes[i] >= '0' && bytes[i] <= '9') {
            r->digits = r->digits * 10 + (bytes[i] - '0');
            r->power *= r->dot ? 10 : 1;
        } else {
            store_number(r);
        }
    }
}

/* Gives what the stream holds to the reader; returns zlib's last answer. */
static int unpack_table(z_stream *z, struct reader *r)
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

static int read_table(struct reader *r)
{
    const struct builtin *b = r->table;
    z_stream z = {0};
    z.next_in = b->bytes;
    z.avail_in = (uInt)b->size;
    int answer = inflate_begin_gzip(&z);
    if (answer != Z_OK)
        return answer;
    answer = unpack_table(&z, r);
    inflateEnd(&z);
    const bool whole = r->cells == b->samples * (b->inputs + 1);
    return answer == Z_STREAM_END && !whole ? Z_DATA_ERROR : answer;
}

int builtin_load(const struct builtin *b, const struct args *args, struct dataset *to,
                 struct err *e)
{
    const struct shape shape = shape_of((uint32_t)b->inputs);
    if (load_room(to, b->samples, &shape, 1, args->where, e))
        return -1;
    to->column = b->column;
    to->class_name = to->target_is_input ? NULL : b->class_name;
    struct reader r = {.table = b, .to = to, .power = 1};
    const int answer = read_table(&r);
    if (answer == Z_MEM_ERROR)
        return err_memory(e);
    if (answer == Z_STREAM_END)
        return 0;
    err_at(e, args->where, "the samples built into the program cannot be unpacked");
    return err_hint(e, "build the program again");
}

static const struct entry of_class = {
    .name = "class",
    .summary = "the class of each sample",
    .details = "One column of class numbers, from 0.",
    .example = "data digits target=class\ninput 64\ndense 10 softmax\ntrain 1\n",
};
static const struct entry of_input = {
    .name = "input",
    .summary = "the sample itself, for an autoencoder",
    .details = "The targets are the inputs, scaled as they are.",
    .example = "data digits target=input\ninput 64\ndense 16 relu\ndense 64 sigmoid\nloss mse\n"
               "train 1\n",
};
static const struct entry *const rows[] = {&of_class, &of_input};
const struct table builtin_targets = {"target", rows, COUNT(rows)};

bool builtin_is_input(const struct args *args)
{
    return args_get(args, "target")->as.choice == &of_input;
}
