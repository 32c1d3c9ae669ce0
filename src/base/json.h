/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading JSON (RFC 8259) by jansson, within limits: what comes out is jansson's tree, which
 * json_decref frees. Objects keep the order of their members; a key that stands twice, a character
 * U+0000, NaN and infinities, which Python writes, are errors. Writing is in base/out.h. */
#ifndef NNR_BASE_JSON_H
#define NNR_BASE_JSON_H

#include "base/entry.h"

#include <jansson.h>

enum {
    JSON_BYTES_MOST = 100000000, /* of a text */
    JSON_VALUES_MOST = 2000000,  /* in it, of any kind */
    JSON_DEPTH_MOST = 1000
};

/* The tree of a text of `length` bytes, which may be any value, or NULL: *e says what is wrong in
 * which line and column of `what` ("m.json", with its quotes, say), and has no place yet. */
json_t *json_from_text(const char *text, size_t length, const char *what, struct err *e);
/* The tree of a whole file, or NULL: *e at file->where. */
json_t *json_from_file(const struct file_name *file, struct err *e);

#endif
