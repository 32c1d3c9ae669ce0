/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text sink: where reports go is decided by whoever made it. And writing JSON into one. */
#ifndef NNR_BASE_OUT_H
#define NNR_BASE_OUT_H

#include "base/str.h"

struct out {
    void (*write)(void *self, const char *bytes, size_t n);
    void *self;
};

/* A sink that adds to `s`. */
struct out out_to(struct str *s);
void out_add(const struct out *o, const char *text);
void out_addf(const struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writing one JSON value of any depth into a str; commas are put by themselves. A key of NULL
 * stands for a member of an array or the outermost value. Numbers read back exactly; NaN and
 * infinities, which JSON has not, are null. */
struct json {
    struct str *to;
    bool comma;
};
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_number(struct json *j, const char *key, double x);
void json_text(struct json *j, const char *key, const char *text);
void json_bool(struct json *j, const char *key, bool yes);

#endif
