/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to tree. One pass, one token of look-ahead. */
#ifndef NNR_LANG_PARSE_H
#define NNR_LANG_PARSE_H

#include "base/stop.h"
#include "lang/ast.h"

struct table;

/* What a parser is told beside the text; NULL for none. */
struct parse_rules {
    const struct table *verbs; /* whose rows say where { } hold samples: a kind that takes ARG_ROWS,
                                  of a verb whose first argument is ARG_ENTRY */
    const struct stop *stop;   /* asks to end */
};

enum parsed { PARSE_OK, PARSE_ERROR, PARSE_INCOMPLETE };

/* Parses `size` bytes of `text`, which are source number `source`; the tree lives in `arena`.
 * PARSE_INCOMPLETE: the text ends inside { } or right after a final backslash; *e then describes it
 * as an error, for a script that ends so. Memory running out is PARSE_ERROR with ERR_MEMORY, and
 * ERR_STOPPED when the rules' `stop` asks to end. */
enum parsed parse_script(struct arena *arena, const char *text, size_t size, uint32_t source,
                         const struct parse_rules *rules, struct script *script, struct err *e);
/* The same from byte `from` on, the first of a statement. After an error `script` has the
 * statements before it, and parse_behind tells where the statement behind the wrong one begins:
 * `size` if there is none. The wrong one lies between *wrong and there. */
enum parsed parse_script_from(struct arena *arena, const char *text, size_t size, size_t from,
                              uint32_t source, const struct parse_rules *rules,
                              struct script *script, struct err *e);
size_t parse_behind(const char *text, size_t size, size_t from, const struct script *script,
                    size_t *wrong);
/* Parses one value ("0.5", "l1(1e-3)+l2(1e-3)", "none"): the defaults that entries state. */
enum parsed parse_value(struct arena *arena, const char *text, size_t size, uint32_t source,
                        struct node **value, struct err *e);

#endif
