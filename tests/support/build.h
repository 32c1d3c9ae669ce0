/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs and bound arguments from the text of statements, as a session would make them. */
#ifndef NNR_TESTS_BUILD_H
#define NNR_TESTS_BUILD_H

#include "lang/ast.h"
#include "nn/layer.h"

/* Parses a text; its tree lives in `arena`. */
int build_parse(struct arena *arena, const char *text, struct script *to, struct err *e);
/* Binds a statement of `text` to an entry. NULL: *e. */
struct args *build_bind(struct arena *arena, const char *text, const struct statement *s,
                        const struct entry *entry, struct err *e);
/* The row of `of` that the statement's words name, with its arguments: `loss huber delta=2`. */
struct args *build_choice(struct arena *arena, const char *text, const struct statement *s,
                          const struct table *of, struct err *e);
/* Adds the layer or the call that a statement describes. */
int build_layer(struct graph *g, struct arena *arena, const char *text, const struct statement *s,
                struct err *e);
/* Adds all statements of the text. On error the graph must be thrown away. */
int build_layers(struct graph *g, const char *text, struct err *e);
/* A new graph of the text; the test fails if it cannot be made. */
struct graph *build_graph(const char *text);
/* A sum of penalties, `l1(0.1)+l2(0.2)`, for graph_set_slot. */
int build_sum(struct arena *arena, const char *text, struct arg *to, struct err *e);

#endif
