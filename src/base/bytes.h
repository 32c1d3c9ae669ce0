/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and texts as bytes, as they are in memory: for another process of the same program on a
 * machine of the same kind. They are added to a `struct str`, and taken out in the same order. */
#ifndef NNR_BASE_BYTES_H
#define NNR_BASE_BYTES_H

#include "base/mem.h"
#include "base/str.h"

#include <stdint.h>

void bytes_put_whole(struct str *to, uint64_t n);
void bytes_put_number(struct str *to, double x);
/* NULL is kept apart from "". */
void bytes_put_text(struct str *to, const char *text);
/* n bytes, and how many they are. */
void bytes_put_block(struct str *to, const void *block, size_t n);

/* What is left to take. When something is not there, or is none, `failed` is set and stays set, and
 * zeros are taken. */
struct bytes {
    const char *at;
    size_t left;
    bool failed;
};
void bytes_take(struct bytes *b, void *to, size_t n);
uint64_t bytes_take_whole(struct bytes *b);
double bytes_take_number(struct bytes *b);
/* How many things of at least `size` bytes follow. */
size_t bytes_take_count(struct bytes *b, size_t size);
/* A copy in the arena; NULL for NULL, and when there is no memory: then b->failed. */
const char *bytes_take_text(struct bytes *b, struct arena *to);
/* What bytes_put_block put: where it is, and *n of them. */
const char *bytes_take_block(struct bytes *b, size_t *n);

/* Closes what was added behind the first `begin` bytes, which bytes_open_seal added to: its length
 * and a hash of it stand in front, with a `kind` that says what it is and in which version. */
size_t bytes_open_seal(struct str *to);
void bytes_close_seal(struct str *to, size_t begin, uint64_t kind);
/* What is behind the seal of that kind, if all of it is there and as it was; else failed. */
struct bytes bytes_break_seal(const char *bytes, size_t n, uint64_t kind);

#endif
