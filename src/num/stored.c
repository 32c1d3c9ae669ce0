/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/stored.h"

#include "num/half.h"

#include <stdio.h>
#include <string.h>

int stored_open(struct stored *s, const struct file_name *file, const struct stop *stop,
                struct err *e)
{
    *s = (struct stored){.file = file, .stream = stream_open(file, stop, e)};
    return s->stream ? 0 : -1;
}

void stored_close(struct stored *s)
{
    stream_close(s->stream);
    *s = (struct stored){0};
}

void stored_shape_text(const struct stored *s, char *text, size_t room)
{
    size_t used = 0;
    snprintf(text, room, "a single number");
    for (uint32_t i = 0; i < s->axes && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%llu", i ? "x" : "",
                                 (unsigned long long)s->size[i]);
}

static int bad_size(const struct stored *s, const char *why, const char *hint, struct err *e)
{
    char shape[160];
    stored_shape_text(s, shape, sizeof shape);
    err_at(e, s->file->where, "\"%.200s\" says that its numbers are %s: %s", s->file->name, shape,
           why);
    return err_hint(e, "%s", hint);
}

int stored_check(struct stored *s, struct err *e)
{
    const uint64_t most = (uint64_t)1 << 31;
    uint64_t count = 1;
    for (uint32_t i = 0; i < s->axes; i++)
        if (!s->size[i])
            return bad_size(s, "none at all", "sizes are 1 or more", e);
    for (uint32_t i = 0; i < s->axes; i++) {
        if (count > most / s->size[i])
            return bad_size(s, "more than 2147483648", "take fewer samples or smaller ones", e);
        count *= s->size[i];
    }
    s->count = (size_t)count;
    if (!stream_may_hold(s->stream, count * s->width))
        return bad_size(s, "more than it holds", "it was cut off; copy it again", e);
    return 0;
}

static uint64_t whole_at(const unsigned char *p, unsigned width, bool big)
{
    uint64_t x = 0;
    for (unsigned i = 0; i < width; i++)
        x = x << 8 | p[big ? i : width - 1 - i];
    return x;
}

static double number_at(const struct stored *s, const unsigned char *p)
{
    uint64_t bits = whole_at(p, s->width, s->big);
    if (s->kind == 'u')
        return (double)bits;
    if (s->kind == 'i') {
        unsigned unused = 64 - 8 * s->width;
        return (double)((int64_t)(bits << unused) >> unused);
    }
    double x;
    float narrow;
    uint32_t low = (uint32_t)bits;
    if (s->width == 2)
        return (double)half_from_ieee((uint16_t)bits);
    memcpy(&x, &bits, sizeof x);
    memcpy(&narrow, &low, sizeof narrow);
    return s->width == 8 ? x : (double)narrow;
}

/* Where the next number of the file goes: an odometer, its fastest axis first. */
struct place {
    uint32_t axes;
    uint64_t at[STORED_AXES], size[STORED_AXES], step[STORED_AXES];
    uint64_t offset;
};

static struct place first_place(const struct stored *s, size_t stride)
{
    struct place p = {.axes = s->axes};
    uint64_t step = 1;
    for (uint32_t i = s->axes; i-- > 0;) {
        uint32_t turn = s->columns ? i : s->axes - 1 - i;
        p.size[turn] = s->size[i];
        p.step[turn] = i ? step : stride;
        step *= s->size[i];
    }
    return p;
}

static void advance_place(struct place *p)
{
    for (uint32_t i = 0; i < p->axes; i++) {
        p->offset += p->step[i];
        if (++p->at[i] < p->size[i])
            return;
        p->offset -= p->step[i] * p->size[i];
        p->at[i] = 0;
    }
}

static int unusable_number(const struct stored *s, const struct place *p, double x, struct err *e)
{
    char text[NUMBER_ROOM], index[160] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < s->axes && used < sizeof index; i++)
        used += (size_t)snprintf(index + used, sizeof index - used, "%s%llu", i ? ", " : "",
                                 (unsigned long long)p->at[s->columns ? i : s->axes - 1 - i]);
    err_at(e, s->file->where, "\"%.200s\" holds %s at [%s], counted from 0", s->file->name,
           number_text(x, text), index);
    return err_hint(e, "numbers are finite and at most %s", number_text((double)REAL_MOST, text));
}

static int at_end(struct stored *s, struct err *e)
{
    unsigned char more;
    size_t got;
    if (stream_read(s->stream, &more, 1, &got, e))
        return -1;
    if (!got)
        return 0;
    err_at(e, s->file->where, "\"%.200s\" goes on behind the last of its %zu numbers",
           s->file->name, s->count);
    return err_hint(e, "a file holds one array, and its head tells the size");
}

static bool stands_as_in_memory(const struct stored *s)
{
    const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    return s->kind == 'f' && s->width == sizeof(real) && s->big != little && !s->columns;
}

/* The first of n numbers that is not finite, or n. */
static size_t first_unusable(const real *x, size_t n)
{
    size_t i = 0;
    bool bad = false;
    for (size_t k = 0; k < n; k++)
        bad |= !(real_abs(x[k]) <= REAL_MOST);
    while (bad && i < n && fabs((double)x[i]) <= (double)REAL_MOST)
        i++;
    return bad ? i : n;
}

/* Reads n numbers, which are those from the `done`-th of the file on, straight to their places. */
static int read_row(struct stored *s, real *to, size_t n, size_t done, struct err *e)
{
    enum { PART = 8192 };
    for (size_t at = 0, part; at < n; at += part) {
        part = n - at < PART ? n - at : PART;
        if (stream_take(s->stream, to + at, part * sizeof *to, e))
            return -1;
        const size_t bad = first_unusable(to + at, part);
        if (bad == part)
            continue;
        struct place p = first_place(s, 1);
        for (size_t i = 0; i < done + at + bad; i++)
            advance_place(&p);
        return unusable_number(s, &p, (double)to[at + bad], e);
    }
    return 0;
}

static int read_rows(struct stored *s, real *to, size_t stride, struct err *e)
{
    size_t rows = s->axes ? (size_t)s->size[0] : 1, length = s->count / rows;
    if (length == stride) {
        length = s->count;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++)
        if (read_row(s, to + i * stride, length, i * length, e))
            return -1;
    return at_end(s, e);
}

int stored_read(struct stored *s, real *to, size_t stride, struct err *e)
{
    if (stands_as_in_memory(s))
        return read_rows(s, to, stride, e);
    unsigned char bytes[1024 * 8];
    struct place p = first_place(s, stride);
    for (size_t left = s->count, n; left; left -= n) {
        n = left < 1024 ? left : 1024;
        if (stream_take(s->stream, bytes, n * s->width, e))
            return -1;
        for (size_t i = 0; i < n; i++) {
            double x = number_at(s, bytes + i * s->width);
            if (!(fabs(x) <= (double)REAL_MOST))
                return unusable_number(s, &p, x, e);
            to[p.offset] = (real)x;
            advance_place(&p);
        }
    }
    return at_end(s, e);
}

struct shape stored_row(const struct stored *s)
{
    struct shape row = {.axes = s->axes > 1 ? s->axes - 1 : 0};
    for (uint32_t i = 0; i < row.axes; i++)
        row.size[i] = (uint32_t)s->size[i + 1];
    return row.axes ? row : shape_of(1);
}
