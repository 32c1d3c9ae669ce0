/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names: which may be given, and what the given ones stand for. */
#ifndef NNR_CMD_SESSION_NAMES_H
#define NNR_CMD_SESSION_NAMES_H

#include "nn/graph.h"

struct model;
struct session;

/* The session's lists by name; each follows its list when it is looked into (names.c). Whoever
 * makes a list longer reserves room here; whoever takes something out of it, or changes a name in
 * it, cuts this before that. */
struct names_known {
    struct index models, variables, definitions, marks;
};

/* Whether a name may be given to something: it is short enough and no word of the language. */
int name_check_word(const char *name, struct span where, struct err *e);
/* The same, and it is not taken in the model or, for a variable, in any. */
int name_check_new(const struct session *s, const struct model *m, const char *name,
                   struct span where, struct err *e);
int name_check_variable(const struct session *s, const char *name, struct span where,
                        struct err *e);
/* The same for a penalty of one's own, which is in all models. */
int name_check_penalty(const struct session *s, const char *name, struct span where, struct err *e);
/* The first free NAME_1, NAME_2, ... in the model; returns its number. */
uint32_t name_choose(const struct session *s, const struct model *m, const char *base, char *name,
                     size_t room);
/* The number of the item with that name in a list of `count`; INDEX_NONE. */
uint32_t name_number(struct index *known, size_t count,
                     const char *(*name_of)(const struct session *s, size_t i),
                     const struct session *s, const char *name);
/* The value a name in `on` means; NOTHING and *e. */
id name_value(const struct graph *g, const char *name, struct span where, struct err *e);
/* The layer of that name; NOTHING and *e. */
id name_layer(const struct graph *g, const char *name, struct span where, struct err *e);
/* The model of that name, or NULL and *e. */
struct model *name_model(const struct session *s, const char *name, struct span where,
                         struct err *e);
/* The place of the model of that name; INDEX_NONE. */
uint32_t name_model_number(const struct session *s, const char *name);
/* The models that a clause `on` names: the current one without it, every model that has a layer for
 * `all`. The list is freed with mem_free. */
struct model **name_models(const struct session *s, const struct arg *on, size_t *count,
                           struct err *e);

#endif
