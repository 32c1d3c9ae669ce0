/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request to --serve: one line with a JSON object (docs/serve.md). */
#ifndef NNR_REPL_REQUEST_H
#define NNR_REPL_REQUEST_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of the language of requests and replies; docs/serve.md says when it grows. */
enum { SERVE_PROTOCOL = 1 };
/* The most bytes of a line, and of an id. */
enum { REQUEST_LARGEST = 4 << 20, REQUEST_ID_LARGEST = 200 };

enum request_kind {
    REQUEST_RUN,
    REQUEST_COMPLETE,
    REQUEST_INSPECT,
    REQUEST_IS_COMPLETE,
    REQUEST_INTERRUPT,
    REQUEST_QUIT,
    REQUEST_KINDS
};

struct request {
    enum request_kind kind;
    struct str id;    /* as JSON; empty: none could be read */
    struct str text;  /* of those that take one */
    struct str name;  /* by which errors call the text */
    size_t point;     /* the byte of the text that the cursor is at */
    bool objects;     /* results are wanted as those of --json */
    struct err wrong; /* why it is refused; ERR_NONE: it is not */
    uint64_t line;    /* of the input, from 1 */
    size_t further;   /* so many lines behind it were refused for the same reason */
    uint64_t order;   /* of the queue: see requests.h */
    bool interrupted; /* an interrupt came behind it before it began */
    struct request *next;
};

/* Reads line number `line`, without its end. What is wrong with it stands in the request, which is
 * NULL only when there is no memory. */
struct request *request_read(const char *text, size_t size, uint64_t line);
/* One that is refused for that reason. */
struct request *request_refused(uint64_t line, const struct err *why);
void request_destroy(struct request *r);

const char *request_kind_name(enum request_kind kind);
/* How many characters stand in the first n bytes of a text in UTF-8. */
size_t request_characters(const char *text, size_t n);

#endif
