/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args_bytes.h"

/* In the table, or beside it, where another row may have the same name. */
static const struct entry *find_row(const struct entry_finder *f, const struct table *t,
                                    const char *name, bool beside)
{
    if (!beside)
        return table_find(t, name);
    return f->own ? f->own(f->self, t, name) : NULL;
}

static int write_row_name(struct str *to, const struct entry_finder *f, const struct table *t,
                          const struct entry *row)
{
    const bool beside = row && table_find(t, row->name) != row;
    bytes_put_text(to, row ? row->name : NULL);
    bytes_put_whole(to, beside);
    return row && find_row(f, t, row->name, beside) != row ? -1 : 0;
}

static const struct entry *read_row_name(struct bytes *b, struct arena *to,
                                         const struct entry_finder *f, const struct table *t)
{
    const char *name = bytes_take_text(b, to);
    const bool beside = bytes_take_whole(b) != 0;
    const struct entry *row = name ? find_row(f, t, name, beside) : NULL;
    b->failed = b->failed || (name && !row);
    return row;
}

static void write_names(struct str *to, const struct arg *a)
{
    bytes_put_whole(to, a->as.names.count);
    for (size_t i = 0; i < a->as.names.count; i++) {
        bytes_put_text(to, a->as.names.item[i]);
        str_bytes(to, (const char *)&a->as.names.where[i], sizeof(struct span));
    }
}

static void read_names(struct bytes *b, struct arena *to, struct arg *a)
{
    const size_t n = a->as.names.count = bytes_take_count(b, sizeof(struct span));
    a->as.names.item = arena_new(to, n, sizeof *a->as.names.item);
    a->as.names.where = arena_new(to, n, sizeof(struct span));
    b->failed = b->failed || !a->as.names.item || !a->as.names.where;
    for (size_t i = 0; i < n && !b->failed; i++) {
        a->as.names.item[i] = bytes_take_text(b, to);
        bytes_take(b, &a->as.names.where[i], sizeof(struct span));
    }
}

static void *read_array(struct bytes *b, struct arena *to, size_t size, size_t *count)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    struct bytes items = {.at = block, .left = n};
    void *copy = arena_new(to, n, 1);
    b->failed = b->failed || !copy || n % size;
    if (b->failed)
        return NULL;
    bytes_take(&items, copy, n);
    *count = n / size;
    return copy;
}

static void write_numbers(struct str *to, const struct arg *a)
{
    bytes_put_block(to, a->as.numbers.item, a->as.numbers.count * sizeof(double));
    bytes_put_block(to, a->as.numbers.border, a->as.numbers.borders * sizeof(uint32_t));
}

static void read_numbers(struct bytes *b, struct arena *to, struct arg *a)
{
    a->as.numbers.item = read_array(b, to, sizeof(double), &a->as.numbers.count);
    a->as.numbers.border = read_array(b, to, sizeof(uint32_t), &a->as.numbers.borders);
}

static void write_file(struct str *to, const struct file_name *f)
{
    bytes_put_text(to, f->name);
    bytes_put_text(to, f->path);
    bytes_put_text(to, f->within);
    str_bytes(to, (const char *)&f->where, sizeof f->where);
}

static void read_file(struct bytes *b, struct arena *to, struct file_name *f)
{
    f->name = bytes_take_text(b, to);
    f->path = bytes_take_text(b, to);
    f->within = bytes_take_text(b, to);
    bytes_take(b, &f->where, sizeof f->where);
}

static int write_calls(struct str *to, const struct entry_finder *f, const struct table *t,
                       const struct arg *a)
{
    int failed = 0;
    bytes_put_whole(to, a->as.calls.count);
    for (size_t i = 0; i < a->as.calls.count && !failed; i++)
        failed = args_write(to, f, t, a->as.calls.item[i]);
    return failed;
}

static void read_calls(struct bytes *b, struct arena *to, const struct entry_finder *f,
                       const struct table *t, struct arg *a)
{
    const size_t n = a->as.calls.count = bytes_take_count(b, sizeof(uint64_t));
    a->as.calls.item = arena_new(to, n, sizeof(struct args *));
    b->failed = b->failed || !a->as.calls.item;
    for (size_t i = 0; i < n && !b->failed; i++)
        a->as.calls.item[i] = args_read(b, to, f, t);
}

static int write_value(struct str *to, const struct entry_finder *f, const struct table *t,
                       const struct arg *a)
{
    switch (a->type) {
    case ARG_WHOLE:
        bytes_put_whole(to, (uint64_t)a->as.whole);
        return 0;
    case ARG_NUMBER:
        bytes_put_number(to, a->as.number);
        return 0;
    case ARG_BOOL:
        bytes_put_whole(to, a->as.yes);
        return 0;
    case ARG_SHAPE:
        str_bytes(to, (const char *)&a->as.shape, sizeof a->as.shape);
        return 0;
    case ARG_STRING:
    case ARG_NAME:
    case ARG_PATH:
        bytes_put_text(to, a->as.text);
        return 0;
    case ARG_CHOICE:
        return write_row_name(to, f, t, a->as.choice);
    case ARG_NAMES:
    case ARG_CHOICES:
        write_names(to, a);
        return 0;
    case ARG_NUMBERS:
    case ARG_BORDERS:
        write_numbers(to, a);
        return 0;
    case ARG_CALL:
    case ARG_ENTRY:
        return args_write(to, f, t, a->as.call);
    case ARG_SUM:
        return write_calls(to, f, t, a);
    case ARG_FILE:
        write_file(to, &a->as.file);
        return 0;
    case ARG_FILES:
    case ARG_WORDS:
    case ARG_ROWS:
    case ARG_EXPR:
    case ARG_EXPRS:
    case ARG_BODY:
    case ARG_PAIR:
        break;
    }
    return -1;
}

static void read_value(struct bytes *b, struct arena *to, const struct entry_finder *f,
                       const struct table *t, struct arg *a)
{
    switch (a->type) {
    case ARG_WHOLE:
        a->as.whole = (long)bytes_take_whole(b);
        return;
    case ARG_NUMBER:
        a->as.number = bytes_take_number(b);
        return;
    case ARG_BOOL:
        a->as.yes = bytes_take_whole(b) != 0;
        return;
    case ARG_SHAPE:
        bytes_take(b, &a->as.shape, sizeof a->as.shape);
        return;
    case ARG_STRING:
    case ARG_NAME:
    case ARG_PATH:
        a->as.text = bytes_take_text(b, to);
        return;
    case ARG_CHOICE:
        a->as.choice = read_row_name(b, to, f, t);
        return;
    case ARG_NAMES:
    case ARG_CHOICES:
        read_names(b, to, a);
        return;
    case ARG_NUMBERS:
    case ARG_BORDERS:
        read_numbers(b, to, a);
        return;
    case ARG_CALL:
    case ARG_ENTRY:
        a->as.call = args_read(b, to, f, t);
        return;
    case ARG_SUM:
        read_calls(b, to, f, t, a);
        return;
    case ARG_FILE:
        read_file(b, to, &a->as.file);
        return;
    case ARG_FILES:
    case ARG_WORDS:
    case ARG_ROWS:
    case ARG_EXPR:
    case ARG_EXPRS:
    case ARG_BODY:
    case ARG_PAIR:
        break;
    }
    b->failed = true;
}

int args_write_row(struct str *to, const struct entry_finder *f, const struct args *a)
{
    str_bytes(to, (const char *)&a->where, sizeof a->where);
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        const struct arg *arg = &a->arg[i];
        bytes_put_whole(to, arg->given);
        bytes_put_whole(to, arg->type);
        str_bytes(to, (const char *)&arg->where, sizeof arg->where);
        str_bytes(to, (const char *)&arg->key, sizeof arg->key);
        if (write_value(to, f, a->entry->args[i].of, arg))
            return -1;
    }
    return 0;
}

struct args *args_read_row(struct bytes *b, struct arena *to, const struct entry_finder *f,
                           const struct entry *row)
{
    struct args *a = arena_new(to, 1, sizeof *a);
    struct arg *arg = arena_new(to, row->arg_count, sizeof *arg);
    b->failed = b->failed || !a || !arg;
    if (b->failed)
        return NULL;
    *a = (struct args){.entry = row, .arg = arg};
    bytes_take(b, &a->where, sizeof a->where);
    for (size_t i = 0; i < row->arg_count && !b->failed; i++) {
        arg[i].given = bytes_take_whole(b) != 0;
        arg[i].type = (enum arg_type)bytes_take_whole(b);
        bytes_take(b, &arg[i].where, sizeof arg[i].where);
        bytes_take(b, &arg[i].key, sizeof arg[i].key);
        read_value(b, to, f, row->args[i].of, &arg[i]);
    }
    return b->failed ? NULL : a;
}

int args_write(struct str *to, const struct entry_finder *f, const struct table *t,
               const struct args *a)
{
    if (write_row_name(to, f, t, a ? a->entry : NULL))
        return -1;
    return a ? args_write_row(to, f, a) : 0;
}

struct args *args_read(struct bytes *b, struct arena *to, const struct entry_finder *f,
                       const struct table *t)
{
    const struct entry *row = read_row_name(b, to, f, t);
    return row ? args_read_row(b, to, f, row) : NULL;
}
