/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of expressions as print shows them. */
#ifndef NNR_CMD_WORK_VALUE_TEXT_H
#define NNR_CMD_WORK_VALUE_TEXT_H

struct err;
struct json;
struct node;
struct session;
struct str;

/* Adds a string, or the value of an expression, as print shows it; with --check only looks at it.
 */
int value_print(struct session *s, const struct node *n, struct str *to, struct err *e);
/* As text, or, if json is not NULL, as one of its values. */
int value_print_one(struct session *s, const struct node *n, struct str *to, struct json *json,
                    struct err *e);

#endif
