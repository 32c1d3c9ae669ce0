/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file read from its beginning to its end, unpacked on the way when it is gzip. Errors name the
 * file as the person wrote it and stand where they wrote it. */
#ifndef NNR_NUM_STREAM_H
#define NNR_NUM_STREAM_H

#include "base/entry.h"
#include "base/stop.h"
#include "base/zip.h"

struct stream;

/* NULL: *e. `file` and `stop` must outlive the stream; when that asks for it, reading ends with
 * ERR_STOPPED. */
struct stream *stream_open(const struct file_name *file, const struct stop *stop, struct err *e);
/* The same of a member of an archive, which errors know as `file`; both must outlive the stream. */
struct stream *stream_open_member(struct archive *a, size_t member, const struct file_name *file,
                                  const struct stop *stop, struct err *e);
void stream_close(struct stream *s);
/* The next bytes, at most n of them: *got is how many, 0 only behind the last. */
int stream_read(struct stream *s, void *to, size_t n, size_t *got, struct err *e);
/* The next n bytes; a file that ends before is an error. */
int stream_take(struct stream *s, void *to, size_t n, struct err *e);
/* Whether `bytes` more can still come, as far as the size of the file tells: to be asked before
 * room is made for what a header promises. */
bool stream_may_hold(const struct stream *s, uint64_t bytes);
/* The error of a file that ends before its time. Returns -1. */
int stream_cut_off(const struct stream *s, struct err *e);

#endif
