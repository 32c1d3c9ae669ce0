/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/stream.h"

#include "base/inflate.h"
#include "base/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };
/* The most that a byte of deflated data can stand for (zlib's technical notes). */
enum { MOST_UNPACKED = 1032 };

struct stream {
    const struct file_name *file;
    const struct stop *stop;
    int fd;
    struct archive_part *part; /* what is read is a member of an archive */
    bool packed, inflating;
    bool member_ended;    /* of a gzip file, which may have several */
    uint64_t size, taken; /* bytes of the file; bytes handed out */
    z_stream z;           /* next_in and avail_in: what is read and not yet used */
    unsigned char piece[PIECE];
};

/* Reads more of the file behind what is not yet used. */
static int refill_input(struct stream *s, struct err *e)
{
    if (stop_check(s->stop, e))
        return -1;
    if (s->z.avail_in)
        memmove(s->piece, s->z.next_in, s->z.avail_in);
    ssize_t n = read(s->fd, s->piece + s->z.avail_in, PIECE - s->z.avail_in);
    s->z.next_in = s->piece;
    if (n < 0)
        return input_refuse(s->file, errno, e);
    s->z.avail_in += (unsigned)n;
    return 0;
}

static int begin_stream(struct stream *s, struct err *e)
{
    if ((s->fd = input_open(s->file, &s->size, e)) < 0)
        return -1;
    /* Two bytes tell gzip; what has fewer is none. */
    for (unsigned had = 0; s->z.avail_in < 2; had = s->z.avail_in)
        if (refill_input(s, e))
            return -1;
        else if (s->z.avail_in == had)
            return 0;
    s->packed = s->piece[0] == 0x1f && s->piece[1] == 0x8b;
    if (s->packed && inflate_begin_gzip(&s->z) != Z_OK)
        return err_memory(e);
    s->inflating = s->packed;
    return 0;
}

static struct stream *make_stream(const struct file_name *file, const struct stop *stop,
                                  struct err *e)
{
    struct stream *s = mem_new(1, sizeof *s);
    if (!s) {
        err_memory(e);
        return NULL;
    }
    s->file = file;
    s->stop = stop;
    s->fd = -1;
    return s;
}

struct stream *stream_open(const struct file_name *file, const struct stop *stop, struct err *e)
{
    struct stream *s = make_stream(file, stop, e);
    if (!s || !begin_stream(s, e))
        return s;
    stream_close(s);
    return NULL;
}

struct stream *stream_open_member(struct archive *a, size_t member, const struct file_name *file,
                                  const struct stop *stop, struct err *e)
{
    struct stream *s = make_stream(file, stop, e);
    if (!s)
        return NULL;
    s->size = archive_size(a, member);
    s->part = archive_begin(a, member, e);
    if (s->part)
        return s;
    err_place(e, file->where);
    stream_close(s);
    return NULL;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    if (s->inflating)
        inflateEnd(&s->z);
    if (s->fd >= 0)
        close(s->fd);
    archive_end(s->part);
    mem_free(s);
}

int stream_cut_off(const struct stream *s, struct err *e)
{
    err_at(e, s->file->where, "\"%.200s\" ends too early, after %llu bytes", s->file->name,
           (unsigned long long)s->taken);
    return err_hint(e, "it was cut off; copy it again");
}

static int damaged_file(const struct stream *s, struct err *e)
{
    err_at(e, s->file->where, "\"%.200s\" is damaged: gzip cannot unpack it behind byte %llu",
           s->file->name, (unsigned long long)s->taken);
    return err_hint(e, "copy it again; gzip -t tells whether it is whole");
}

/* One call of inflate. */
static int inflate_once(struct stream *s, struct err *e)
{
    if (s->member_ended)
        inflateReset(&s->z);
    s->member_ended = false;
    switch (inflate(&s->z, Z_NO_FLUSH)) {
    case Z_STREAM_END:
        s->member_ended = true;
        return 0;
    case Z_OK:
    case Z_BUF_ERROR: /* it needs more bytes */
        return 0;
    case Z_MEM_ERROR:
        return err_memory(e);
    default:
        return damaged_file(s, e);
    }
}

static int read_packed(struct stream *s, unsigned char *to, unsigned n, size_t *got, struct err *e)
{
    s->z.next_out = to;
    s->z.avail_out = n;
    while (s->z.avail_out == n) {
        if (!s->z.avail_in && refill_input(s, e))
            return -1;
        if (!s->z.avail_in)
            return s->member_ended ? 0 : stream_cut_off(s, e);
        if (inflate_once(s, e))
            return -1;
    }
    *got = n - s->z.avail_out;
    return 0;
}

int stream_read(struct stream *s, void *to, size_t n, size_t *got, struct err *e)
{
    unsigned part = n < PIECE ? (unsigned)n : PIECE;
    *got = 0;
    if (stop_check(s->stop, e))
        return -1;
    if (s->part) {
        if (archive_next(s->part, to, part, got, e))
            return -1;
    } else if (s->packed) {
        if (read_packed(s, to, part, got, e))
            return -1;
    } else {
        if (!s->z.avail_in && refill_input(s, e))
            return -1;
        *got = part < s->z.avail_in ? part : s->z.avail_in;
        memcpy(to, s->z.next_in, *got);
        s->z.next_in += *got;
        s->z.avail_in -= (unsigned)*got;
    }
    s->taken += *got;
    return 0;
}

int stream_take(struct stream *s, void *to, size_t n, struct err *e)
{
    unsigned char *at = to;
    for (size_t got; n; at += got, n -= got) {
        if (stream_read(s, at, n, &got, e))
            return -1;
        if (!got)
            return stream_cut_off(s, e);
    }
    return 0;
}

bool stream_may_hold(const struct stream *s, uint64_t bytes)
{
    if (!s->packed)
        return bytes <= s->size - (s->taken < s->size ? s->taken : s->size);
    return bytes / MOST_UNPACKED <= s->size;
}
