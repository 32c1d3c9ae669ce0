/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A verb: what its row says of it, and of its statements. */
#ifndef NNR_CMD_SESSION_COMMAND_H
#define NNR_CMD_SESSION_COMMAND_H

#include "base/entry.h"

struct session;
struct statement;

#define COMMAND(verb, takes, line, text, script)                                                   \
    .entry = {.name = verb,                                                                        \
              .args = takes,                                                                       \
              .arg_count = sizeof takes / sizeof *takes,                                           \
              .summary = line,                                                                     \
              .details = text,                                                                     \
              .example = script}

/* The same for a verb that has another spelling. */
#define ALIASED(verb, other, takes, line, text, script)                                            \
    .entry = {.name = verb,                                                                        \
              .alias = other,                                                                      \
              .args = takes,                                                                       \
              .arg_count = sizeof takes / sizeof *takes,                                           \
              .summary = line,                                                                     \
              .details = text,                                                                     \
              .example = script}

/* The same for a verb that takes nothing. */
#define COMMAND_ALONE(verb, line, text, script)                                                    \
    .entry = {.name = verb, .summary = line, .details = text, .example = script}

/* What a statement changes of what `undo` takes back. */
enum changes {
    CHANGES_NOTHING = 0,
    CHANGES_MODEL = 1,      /* the current model, or those that `on` names */
    CHANGES_MODELS = 2,     /* any model */
    CHANGES_LIST = 4,       /* which models there are, and which is the current one */
    CHANGES_DATA = 8,       /* data, seed and emulate */
    CHANGES_VARIABLES = 16, /* and own penalties */
    CHANGES_FIGURES = 32,   /* only what `loss` speaks of: nothing to take back */
    CHANGES_RESULTS = 64,   /* what was measured */
    CHANGES_ALL = CHANGES_MODELS | CHANGES_LIST | CHANGES_DATA | CHANGES_VARIABLES | CHANGES_RESULTS
};

/* A verb. */
struct command {
    struct entry entry;
    int (*run)(struct session *s, const struct args *args, struct err *e);
    /* Instead of `run`, of a verb that reads its statement itself. */
    int (*read)(struct session *s, const struct statement *st, struct err *e);
    unsigned changes; /* enum changes */
    /* Whether what a statement changes can be changed back piece by piece (delta.h); NULL: it
     * cannot. */
    bool (*small)(const struct statement *st);
    bool alone_shows; /* alone it prints what is set, and changes nothing */
    /* Whether a statement never stands in a record; NULL: it does. */
    bool (*unwritten)(const struct statement *st);
    /* Whether a statement is about the prompt alone: it changes nothing that undo takes back, and
     * stands in no record; NULL: none is. */
    bool (*personal)(const struct statement *st);
    /* Whether a statement tells what was said and done before it; NULL: it does not. */
    bool (*reports)(const struct statement *st);
    bool brings_data; /* the first word is the kind of the data */
    bool quotes_file; /* a word of it in quotes names files */
    bool defines;     /* a layer of several calls: it may stand in the { } of another */
    bool clones;      /* the current model becomes another one, as it is */
    int undoes;       /* 1: it takes back a statement, whose line goes with it; -1: it brings one */
    bool aside;       /* what runs in the background goes on while it is done */
    bool stop_first;  /* cannot be done while `run` trains */
    bool speaks;      /* it is for the person's eyes alone: --step does not show it before */
    bool looks;       /* it changes nothing that a replay needs: --step takes it anywhere */
    bool coaches;     /* exercises may be in what it does */
    bool in_exercise; /* only in an exercise: elsewhere its word may be a name */
    bool beyond_run;  /* it reaches beyond one run of a sweep: not in its { } */
};

/* For the rows of struct command: true of each. */
bool any_statement(const struct statement *st);
/* Whether its first value is that word. */
bool statement_begins(const struct statement *st, const char *word);
/* The row of a statement's verb; NULL: it begins with a layer. A word of exercises that says a
 * value to act on, or has a key, is a layer: skip on x. */
const struct command *statement_command(const struct statement *st);
/* A verb that sets something and stands alone only shows it. */
unsigned statement_changes(const struct statement *st);
/* The number of the argument that says how what a verb prints is written; arg_count for none. */
size_t command_format(const struct command *c);
/* Whether a statement of that verb belongs in a record. */
bool statement_is_written(const struct command *c, const struct statement *st);

#endif
