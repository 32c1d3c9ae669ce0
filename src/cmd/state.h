/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session holds, and what its handlers share. Private to cmd. */
#ifndef NNR_CMD_STATE_H
#define NNR_CMD_STATE_H

#include "base/index.h"
#include "base/source.h"
#include "cmd/session.h"
#include "data/dataset.h"
#include "expr/expr.h"
#include "lang/bind.h"
#include "train/ledger.h"

/* let NAME = ...: a number, or a penalty kept as the text it prints as. */
struct variable {
    char *name;
    struct span where; /* of the `let` that made it */
    double number;
    bool guessed;               /* with --check: the number is not known without training */
    struct arena arena;         /* holds penalty */
    const struct node *penalty; /* NULL: a number */
    size_t *owners;             /* how many variables share arena; NULL: this one alone */
};

/* The session's lists by name; each follows its list when it is looked into (names.c). Whoever
 * makes a list longer reserves room here; whoever takes something out of it, or changes a name in
 * it, cuts this before that. */
struct names_known {
    struct index models, variables, definitions, marks;
};

struct session {
    const struct host *host;
    struct sources sources;
    const struct reading *reading; /* the files that `source` is in: cmd_source.c */
    const char *folder;            /* relative file names are read against it */
    char *within;                  /* where files may be, as file_name.within */
    uint64_t seed;

    struct model **model;
    size_t models, model_room, current;
    struct dataset data;
    bool has_data;
    struct variable *variable;
    size_t variables, variable_room;
    struct definition **definition; /* definition.h */
    size_t definitions, definition_room;
    struct definition *retired; /* taken back: models of a mark may still lead to them */
    struct mark *mark;          /* cmd_marks.c */
    size_t marks, mark_room;
    struct names_known *names;

    const struct entry *emulation; /* of the table of systems: none, or which is emulated */
    bool ignores_frozen;           /* the setting penalties.frozen */
    struct policy policy;          /* what both mean; the models refer to it */

    struct journal *journal; /* what was done: journal.h */
    struct job *job;         /* training in the background: cmd_run.c */
    size_t jobs;
    /* For which model nnr has chosen something in the statement that runs; or for several. */
    struct model *chose;
    bool chose_several;
    struct pictures *pictures; /* pictures.c; NULL before the first */
    bool busy;                 /* a text is being run */
    bool quit;
    const struct statement *statement; /* that runs, the innermost; NULL: none does */
    char wrong_verb[40];               /* of the statement that failed; "": none did */
    struct checks *checks;             /* what --check has found: check.c */
    uint32_t typed;   /* the source that a person types, whose statements --step does not show */
    bool step_told;   /* --step has said what Enter does */
    bool told_shares; /* that loss and accuracy speak of two shares: cmd_look.c */
    char prompt[300];
};

/* What a statement changes of what `undo` takes back. */
enum changes {
    CHANGES_NOTHING = 0,
    CHANGES_MODEL = 1,      /* the current model, or those that `on` names */
    CHANGES_MODELS = 2,     /* any model */
    CHANGES_LIST = 4,       /* which models there are, and which is the current one */
    CHANGES_DATA = 8,       /* data, seed and emulate */
    CHANGES_VARIABLES = 16, /* and own penalties */
    CHANGES_FIGURES = 32,   /* only what `loss` speaks of: nothing to take back */
    CHANGES_ALL = CHANGES_MODELS | CHANGES_LIST | CHANGES_DATA | CHANGES_VARIABLES
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
    bool unwritten;   /* never in a record */
    bool later;       /* a verb of the language that this version does not have */
    bool stop_first;  /* cannot be done while `run` trains */
    bool speaks;      /* it is for the person's eyes alone: --step does not show it before */
    bool looks;       /* it changes nothing that a replay needs: --step takes it anywhere */
};

/* For struct command. */
bool always_small(const struct statement *st);

static inline struct model *current_model(const struct session *s)
{
    return s->model[s->current];
}

/* --check looks at names and shapes only. */
static inline bool checking(const struct session *s)
{
    return s->host->check;
}

/* A binder that works on this session, with arguments in `arena`. */
struct binder session_binder(struct session *s, struct arena *arena);
/* Binds the text of a call of a table's row ("mse", "adam") with its defaults: what nnr chooses by
 * itself. */
struct args *session_default(struct session *s, struct arena *arena, const struct entry *row,
                             struct err *e);

/* The file that a text in quotes means; it lives in `arena`. */
int session_file(const struct session *s, struct arena *arena, const struct node *n,
                 struct file_name *file, struct err *e);
/* Notices for people on stderr; nothing with --quiet. */
void session_notice(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes out what a handler gathered; ERR_MEMORY if it could not be gathered. Finishes `text`.
 * --check writes nothing. With --json the text is a line with an object, which gets the verb and
 * the place of the statement. */
int session_report(const struct session *s, struct str *text, struct err *e);
/* The same for text that is made for people: with --json it is the string under `key`. */
int session_report_words(const struct session *s, const char *key, struct str *text, struct err *e);

/* Names. */
/* Whether a name may be given to something: it is short enough and no word of the language. */
int name_check_word(const char *name, struct span where, struct err *e);
/* The same, and it is not taken in the current model or, for a variable, in any. */
int name_check_new(const struct session *s, const char *name, struct span where, struct err *e);
int name_check_variable(const struct session *s, const char *name, struct span where,
                        struct err *e);
/* The same for a penalty of one's own, which is in all models. */
int name_check_penalty(const struct session *s, const char *name, struct span where, struct err *e);
/* The first free NAME_1, NAME_2, ... in the current model; returns its number. */
uint32_t name_choose(const struct session *s, const char *base, char *name, size_t room);
/* The number of the item with that name in a list of `count`; INDEX_NONE. */
uint32_t name_number(struct index *known, size_t count,
                     const char *(*name_of)(const struct session *s, size_t i),
                     const struct session *s, const char *name);
/* The value a name in `on` means; NOTHING and *e. */
id name_value(const struct session *s, const char *name, struct span where, struct err *e);
/* The layer of that name in the current model; NOTHING and *e. */
id name_layer(const struct session *s, const char *name, struct span where, struct err *e);
/* The model of that name, or NULL and *e. */
struct model *name_model(const struct session *s, const char *name, struct span where,
                         struct err *e);
/* The place of the model of that name; INDEX_NONE. */
uint32_t name_model_number(const struct session *s, const char *name);
/* The models that a clause `on` names: the current one without it, every model that has a layer for
 * `all`. The list is freed with mem_free. */
struct model **name_models(const struct session *s, const struct arg *on, size_t *count,
                           struct err *e);
struct variable *name_variable(const struct session *s, const char *name);
/* Gives a variable the value of a tree, a number or a penalty, as let does. */
int variable_assign(struct session *s, const char *name, struct span where,
                    const struct node *value, struct err *e);
/* Frees what a variable holds. */
void variable_finish(struct variable *v);
void marks_finish(struct session *s);
/* The name of the i-th mark. */
const char *mark_name(const struct session *s, size_t i);
uint64_t marks_digest(const struct session *s, uint64_t hash);

void session_drop_jobs(struct session *s);
/* The model of the i-th job of `run`. */
struct model *session_job_model(const struct session *s, size_t i);
/* Carries out one statement. */
int run_statement(struct session *s, const struct statement *st, struct err *e);
/* Shows an error, as the host wants it. */
enum outcome show_error(struct session *s, const struct err *e);
/* --step: shows statement number `i` of a script and waits for Enter; what is typed instead is
 * carried out first. s->quit may be true afterwards. */
int step_before(struct session *s, const struct script *script, size_t i, struct err *e);
/* Carries out the statements of a body; s->quit may be true afterwards. */
int run_body(struct session *s, const struct script *body, struct err *e);
/* Waits for Enter where a person is there: 0, or -1 with ERR_STOPPED. */
int session_ask(const struct session *s, const char *hint, struct err *e);

/* Ends a change of the current model's graph that model_edit began: keeps it for undo, or takes it
 * back. */
void graph_changed(struct session *s, struct graph_edit *was, bool failed);
/* What the name of a layer takes as a verb. */
extern const struct entry call_entry;
/* Of a statement that begins with the verb of a layer, timedistributed, or the name of a layer:
 * makes what it names and calls it. It stands in no table. */
extern const struct command command_layer;
extern const struct command command_block, command_data, command_help, command_clone;
/* What may stand in a view's place behind plot: save and a file, terminal and its name. */
extern const struct table picture_orders;

/* Expressions. Values that names stand for are made on demand and freed by names_finish. */
struct lookup {
    struct session *session;
    struct wanted *wanted; /* what was computed already, so that each is computed once */
    bool guessed;          /* with --check: something that only training tells was asked for */
};
struct names lookup_names(struct lookup *l);
void lookup_finish(struct lookup *l);
/* The ledger of the current model over a share, run once for a lookup; NULL and *e. */
const struct ledger *lookup_ledger(struct lookup *l, enum share share, struct err *e);
/* "there is no loss yet"; returns -1. */
int lookup_no_loss(struct span where, struct err *e);
/* A figure of a model that expressions name: a row of `quantities`. */
struct quantity {
    struct entry entry;
    /* Finds its value; without `values` only whether it could be found, as --check asks. `where` is
     * its place in the expression. */
    int (*find)(struct lookup *l, const struct quantity *q, struct span where, bool values,
                double *x, struct err *e);
};
extern const struct table quantities;
/* Names and shapes alone. */
int session_check(struct session *s, const struct node *n, struct err *e);
int session_number(struct session *s, const struct node *n, double *value, struct err *e);
/* The same; *guessed: with --check the value is not known without training, and *value is 1. */
int session_guess(struct session *s, const struct node *n, double *value, bool *guessed,
                  struct err *e);
/* Adds a string, or the value of an expression, as print shows it; with --check only looks at it.
 */
int value_print(struct session *s, const struct node *n, struct str *to, struct err *e);
/* The value of `optimizer.lr`, `data.batch`, `hidden.trainable`; false if there is no such setting.
 */
bool setting_number(struct session *s, const char *path, double *value);

/* Whether an argument of a layer can be changed by set. */
bool setting_changes(const struct arg_spec *spec);
/* The same of a dataset's. */
bool data_setting_changes(const struct arg_spec *spec);

/* What bends the penalties: cmd_emulate.c. */
/* Gives a model, new or come back, the session's policy. */
void session_bend(const struct session *s, struct model *m);
/* Takes a row of the table of systems, and the setting penalties.frozen. */
void emulation_take(struct session *s, const struct entry *system, bool ignores_frozen);
/* Whether the system would run the model at all. */
int emulation_check(const struct session *s, const struct model *m, struct err *e);
/* A line that says that it would not, and in which error that ends. */
void add_refusal(struct str *to, const struct entry *system);
extern const struct arg_spec frozen_spec; /* of the setting penalties.frozen */
int set_penalties(struct session *s, const char *key, struct span where, const struct node *value,
                  struct err *e);

/* Data and what nnr chooses. */
/* Adds the line that data alone prints; and what show data adds to it. There is data. */
void data_print(struct str *to, const struct dataset *d);
int data_show(struct session *s, struct str *to, struct err *e);
/* There is data; else an error that says how to get some. */
int need_data(const struct session *s, struct err *e);
/* Adds the losses as one would write them, a line each that begins with `lead`. */
void losses_print(struct str *to, const struct model *m, const char *lead);
/* Chooses a loss if there is none. Needs data. */
int choose_loss(struct session *s, struct model *m, struct err *e);
/* At the end of a statement: says what it chose, or takes it back if it failed. */
void settle_chosen(struct session *s, bool keep);
/* Says what was chosen for a model in this statement, before the statement ends. */
void say_chosen(const struct session *s, const struct model *m);
/* Whether a ledger of the model could be made: what --check does in its place. */
int ledger_check(struct session *s, struct model *m, struct err *e);
/* Runs a ledger to its end, ticking between slices. */
int ledger_run(struct session *s, struct ledger *l, struct model *m, enum share share,
               bool gradients, struct err *e);
/* Gives the person a chance to stop: 0, or -1 with ERR_STOPPED. */
int session_tick(const struct session *s, const struct progress *p, struct err *e);
double session_clock(const struct session *s);

/* Words. */
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

/* Adds the names of what a call is called on; an input's own name. */
void add_called_on(struct str *to, const struct graph *g, id call);
/* The ledger for people and for machines. */
void ledger_text(struct str *to, const struct ledger *l, const char *share,
                 const struct entry *system);
void ledger_json(struct str *to, const struct ledger *l, const struct entry *system);
/* Help of one topic, or the overview for NULL; false: there is none. */
bool help_topic(struct str *to, const char *topic);
/* Whether a line of the prompt asks for help: `?`, `?WORD`, `... WORD?`, or `help WORD` with a word
 * of the grammar. The line that does so is written into to[room]. */
bool help_asked(const char *text, size_t n, char *to, size_t room);
/* Help of a penalty that stands in no table. */
void help_penalty(struct str *to, const struct penalty_kind *kind);

#endif
