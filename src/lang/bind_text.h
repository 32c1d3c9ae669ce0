/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, files, words and names. */
#ifndef NNR_LANG_BIND_TEXT_H
#define NNR_LANG_BIND_TEXT_H

#include "lang/binding.h"

/* Each returns 0, or -1 and *x->e. */
int binding_string(struct binding *x, const struct node *n, const char **to);
int binding_file(struct binding *x, const struct node *n, struct file_name *file);
int binding_word(struct binding *x, const struct node *n, struct written *word);
int binding_name(struct binding *x, const struct node *n, const char **name);
int binding_path(struct binding *x, const struct node *n);

#endif
