/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding statements to the session: its variables, own penalties and files. */
#ifndef NNR_CMD_COMMON_BINDER_H
#define NNR_CMD_COMMON_BINDER_H

#include "lang/bind.h"
#include "lang/parse.h"

struct session;

/* How a text of this session is parsed. */
struct parse_rules session_parse_rules(const struct session *s);
/* A binder that works on this session, with arguments in `arena`. Expressions that are computed at
 * once are about the current model, as the statement is. */
struct binder session_binder(struct session *s, struct arena *arena);
/* Binds the text of a call of a table's row ("mse", "adam") with its defaults: what nnr chooses by
 * itself. */
struct args *session_default(struct session *s, struct arena *arena, const struct entry *row,
                             struct err *e);

/* The file that a text in quotes means; it lives in `arena`. */
int session_file(const struct session *s, struct arena *arena, const struct node *n,
                 struct file_name *file, struct err *e);
/* --safe: finds the folder that files may be in. */
int session_bind_folder(struct session *s, const char *folder, struct err *e);

#endif
