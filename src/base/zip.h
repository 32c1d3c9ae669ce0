/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of several members in the zip format, by libzip. Members that are stored or deflated are
 * read, in the order of the file. What a file says of its members is not believed: one that would
 * be larger than it says, or whose checksum is another, is an error. A name that stands twice, that
 * has control characters, or that would lead out of a folder ("../x", "/x") makes the whole file
 * one. */
#ifndef NNR_BASE_ZIP_H
#define NNR_BASE_ZIP_H

#include "base/file.h"
#include "base/stop.h"

struct archive;

enum { ARCHIVE_MEMBERS_MOST = 100000 };
#define ARCHIVE_NONE SIZE_MAX

/* NULL: *e. `file` and `stop`, which may be NULL, must outlive it; reading looks at `stop`. */
struct archive *archive_open(const struct file_name *file, const struct stop *stop, struct err *e);
void archive_close(struct archive *a);
/* Members are numbered from 0; folders are none. */
size_t archive_count(const struct archive *a);
const char *archive_name(const struct archive *a, size_t member);
/* How many bytes the member says that it has. */
uint64_t archive_size(const struct archive *a, size_t member);
/* ARCHIVE_NONE if there is no such name. */
size_t archive_find(const struct archive *a, const char *name);
/* A whole member, with a NUL behind it, to be freed by mem_free; NULL: *e. More than `most` bytes
 * are an error. */
char *archive_read(struct archive *a, size_t member, uint64_t most, size_t *size, struct err *e);

/* A member read from its beginning to its end. Several may be open at a time. */
struct archive_part;
/* NULL: *e. */
struct archive_part *archive_begin(struct archive *a, size_t member, struct err *e);
/* The next bytes, at most n of them: *got is how many, 0 only behind the last, and then the member
 * was as long as it says and has its checksum. */
int archive_next(struct archive_part *p, void *to, size_t n, size_t *got, struct err *e);
void archive_end(struct archive_part *p);

/* One member to be written: its bytes are those of `head` and then those of `body`. */
struct archive_out {
    const char *name;
    const void *head, *body;
    size_t head_size, body_size;
};
/* Writes a whole file of stored members, as base/file.h does; FILE_OWN is its comment. Its bytes
 * depend on nothing else. When `stop` asks to end, what was there before stays: ERR_STOPPED. */
int archive_write(const struct file_name *file, const struct archive_out *member, size_t count,
                  const struct stop *stop, struct err *e);

#endif
