/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the language that are filled further up: the rows of the verbs stand in the files
 * of their handlers. Whoever reads a table knows no row of it. */
#ifndef NNR_CMD_SESSION_WORDS_H
#define NNR_CMD_SESSION_WORDS_H

#include "cmd/session/command.h"

/* What the name of a layer takes as a verb. */
extern const struct entry call_entry;
/* Of a statement that begins with the verb of a layer, timedistributed, or the name of a layer:
 * makes what it names and calls it. It stands in no table. */
extern const struct command command_layer;
/* What may stand in a view's place behind plot: save and a file, terminal and its name. */
extern const struct table picture_orders;
extern const struct table quantities;
/* How a table is written: text, csv, markdown, json (report/render.c). */
extern const struct table report_formats;
/* What has settings beside the layers: optimizer, loss, data, penalties. */
extern const struct table setting_parts;

extern const struct table command_table;
/* Words that stand in no other table. */
struct word_row {
    struct entry entry;
    bool reserved; /* nothing may be given that name */
};
extern const struct table language_words;
/* All tables that help, completion and the manual know, in the order of the manual. */
struct catalog {
    const char *title;
    const struct table *table;
    const char *lead; /* the verb that a row's name follows: loss mse; "" for none */
    bool call;        /* written with ( ): l1(STRENGTH) */
    /* A statement that a row can stand in, round its name; NULL: the lead and the name are one. */
    const char *before, *after;
};
extern const struct catalog catalog[];
extern const size_t catalogs;

#endif
