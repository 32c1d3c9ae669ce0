/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table. Every describable thing of the program (a command, a layer, a penalty, ...) begins
 * with a `struct entry`: its name, what it takes, and what help says of it. What the parser
 * expects, help, completion and the manual are all read from it. `struct args` holds the values
 * that a statement gave to an entry; lang fills it, and every rung above base can read it. */
#ifndef NNR_BASE_ENTRY_H
#define NNR_BASE_ENTRY_H

#include "base/err.h"
#include "base/mem.h"
#include "base/shape.h"
#include "base/str.h"

enum arg_type {
    ARG_WHOLE,   /* a whole number within min..max */
    ARG_NUMBER,  /* a finite number within min..max */
    ARG_BOOL,    /* yes or no */
    ARG_STRING,  /* "..." */
    ARG_FILE,    /* a file's name in quotes; with the path that it means */
    ARG_FILES,   /* several of them */
    ARG_WORDS,   /* several words, numbers or texts in quotes, kept as they are written */
    ARG_NAME,    /* a name that the person gives or means: letters, digits, _ */
    ARG_NAMES,   /* several of them */
    ARG_PATH,    /* names joined by dots */
    ARG_SHAPE,   /* 64 or 10x100 */
    ARG_CHOICE,  /* a word of the table `of`; the argument counts as it is written */
    ARG_CHOICES, /* several of them */
    ARG_CALL,    /* a word of the table `of`, with its own arguments in ( ): uniform(-1, 1) */
    ARG_SUM,     /* calls of the table `of` joined by +, or none: penalties */
    ARG_ENTRY,   /* a word of the table `of`; the statement's other words are its arguments */
    ARG_NUMBERS, /* several numbers */
    ARG_EXPR,    /* an expression, kept as a tree */
    ARG_EXPRS,   /* several expressions and strings */
    ARG_BORDERS, /* several numbers, with | between the inputs */
    ARG_ROWS,    /* the rows of `data rows { }` */
    ARG_BODY,    /* statements between { and }, kept as a tree */
    ARG_PAIR     /* target = value, kept as a tree */
};

enum arg_form {
    POSITIONAL, /* by place, or by its name as a key */
    KEY,        /* name=value */
    CLAUSE,     /* one of the words on as of in over until max every, and what follows it */
    REST,       /* all further values; the last of the positional ones */
    BODY,       /* { ... } */
    PAIR        /* the statement's one free `target = value`: set, let, define, sweep */
};

/* What is in the session that the words of an argument name; completion offers them. */
enum naming {
    NAMING_NOTHING,
    NAMING_TENSORS,   /* the calls of the model */
    NAMING_OUTPUTS,   /* those that are outputs, or may become one */
    NAMING_CALLEES,   /* layers and blocks that can be called again */
    NAMING_PARTS,     /* layers, and tensors by their paths */
    NAMING_MODELS,    /* models */
    NAMING_ANY_MODEL, /* models, and the word all */
    NAMING_MARKS,     /* marks */
    NAMING_SETTINGS,  /* what set changes */
    NAMING_VARIABLES, /* what let named */
    NAMING_FORMULA,   /* x and functions */
    NAMING_JOINT,     /* weights, outputs and functions */
    NAMING_VIEWS,     /* views, and what else stands in their place */
    NAMING_TOPICS     /* what help explains */
};

/* What an argument of a layer is to the rest of the program. Its name tells nothing. */
enum arg_meaning {
    MEANS_NOTHING,
    MEANS_OUTPUT_ACTIVATION, /* CALL: the function that the layer applies last, number by number */
    MEANS_TRAINABLE,         /* BOOL: whether the weights may move */
    MEANS_DECAY,             /* BOOL: whether the weight that it names decays */
    MEANS_BIAS_START,        /* BOOL: how the bias starts */
    MEANS_IDLE,              /* BOOL: whether steps are counted in which a unit puts out 0 */
    MEANS_ACTIVITY /* SUM: penalties on the output; another SUM is on the weight it names */
};

struct table;

struct arg_spec {
    const char *name;
    enum arg_form form;
    enum arg_type type;
    bool required;
    const char *standard;   /* what counts when it is not given, as one would write it; or NULL */
    const struct table *of; /* of CHOICE, CALL, SUM and ENTRY */
    double min, max;        /* of WHOLE and NUMBER, both included; 0 and 0: any */
    bool above;             /* min itself is excluded */
    double least;           /* of NUMBER: nearer to 0, but for 0 itself, is too small to count */
    const char *alias;      /* another spelling that is accepted, or NULL */
    const char *line;       /* what it is, in a few words */
    bool unrecorded;        /* of KEY: for the eye alone, it stands in no record */
    bool lists;             /* of CHOICE: help tells each row's summary */
    const struct table
        *keyed; /* of EXPRS: when the first is a row's name, its keys are taken too */
    enum naming naming;
    enum arg_meaning meaning;
    const char *use; /* of a key that regularizes: when one takes it, as entry.use; or NULL */
};

/* A row of a list of arguments: its name, form and type, and further members. */
#define ARG(its_name, its_form, its_type, ...)                                                     \
    {                                                                                              \
        .name = its_name, .form = its_form, .type = its_type, __VA_ARGS__                          \
    }

struct entry {
    const char *name;
    const char *alias; /* another spelling that is accepted, or NULL */
    const struct arg_spec *args;
    size_t arg_count;
    const char *summary; /* one line, no full stop */
    const char *details; /* paragraphs; formulas */
    const char *use;    /* of what regularizes, for docs/catalogue.md: when one takes it; or NULL */
    const char *source; /* the paper or program that it is from, or NULL */
    const char *example; /* a script that runs by itself */
};

struct table {
    const char *noun; /* "layer" */
    const struct entry *const *row;
    size_t rows;
};

/* Whether an argument has that name or alias. */
bool arg_is_named(const struct arg_spec *spec, const char *name);
/* The row with that name or alias, or NULL. */
const struct entry *table_find(const struct table *t, const char *name);
/* The candidate that a mistyped word most likely means, or NULL: it carries the state from one call
 * to the next over several tables. Start with {0}.
 *
 * Two words are near when one becomes the other by few slips: a letter added, left out or replaced,
 * or two neighbours swapped. One slip is near, for words of two letters and more; two slips are for
 * words of five letters and more, three for nine and more (of the shorter word), and only if both
 * begin with the same letter. */
struct nearest {
    const char *name;
    size_t distance;
};
void nearest_try(struct nearest *n, const char *word, const char *candidate);
void nearest_in_table(struct nearest *n, const char *word, const struct table *t);

/* A file as a person names it. */
struct file_name {
    const char *name;   /* as it is written, for messages */
    const char *path;   /* to open: a relative name is read against the folder of its script */
    const char *within; /* the folder that it must lie in or below, whole; NULL: anywhere */
    struct span where;
};

/* Copies the texts of a file's name into `to`: 0, or -1 when there is no memory. */
int file_name_copy(struct arena *to, struct file_name *f);

/* One of ARG_WORDS. */
struct written {
    const char *text; /* without its quotes */
    bool quoted;
    struct span where;
};

/* One bound argument. */
struct arg {
    bool given;        /* written by the person; else the default, or nothing if there is none */
    struct span where; /* the value */
    struct span key;   /* the key or clause word; where, if there is none */
    enum arg_type type;
    union {
        long whole;
        double number;
        bool yes;
        const char *text; /* STRING NAME PATH; and CHOICE, as it is written in the table */
        struct file_name file;
        struct {
            struct file_name *item;
            size_t count;
        } files; /* FILES */
        struct {
            struct written *item;
            size_t count;
        } words; /* WORDS */
        struct shape shape;
        const struct entry *choice; /* CHOICE: the row */
        struct args *call;          /* CALL ENTRY; NULL if absent */
        struct {
            struct args **item; /* SUM; count 0 is none */
            size_t count;
        } calls;
        struct {
            const char **item;
            struct span *where;
            size_t count;
        } names; /* NAMES; CHOICES as written in the table */
        struct {
            double *item;
            size_t count;
            uint32_t *border; /* BORDERS: how many numbers stand before each `|` */
            size_t borders;
        } numbers;
        struct {
            const struct node **item; /* EXPR EXPRS: trees of lang, opaque here */
            size_t count;
            struct args *keys; /* of the row that the first names (arg_spec.keyed), or NULL */
        } exprs;
        const struct script *body; /* BODY, opaque here */
        const struct rows *rows;   /* ROWS */
        const struct pair *pair;   /* PAIR, opaque here */
    } as;
};

/* The typed rows of `data rows { }`: numbers row after row. */
struct rows {
    double *cell;
    size_t count;                        /* rows */
    size_t inputs, targets;              /* cells a row, before and after -> */
    uint32_t input_border[8], borders;   /* where the | stand among the inputs */
    uint32_t target_border[8], tborders; /* and among the targets */
};

/* The values given to one entry: arg[i] belongs to entry->args[i]. */
struct args {
    const struct entry *entry;
    struct span where; /* the whole call or statement */
    struct arg *arg;
};

/* The first argument that means this, counted from 0; the number of arguments if none does. */
size_t entry_meaning(const struct entry *entry, enum arg_meaning meaning);
/* The argument of that name. The name must exist in the entry. */
const struct arg *args_get(const struct args *a, const char *name);
long args_whole(const struct args *a, const char *name);
double args_number(const struct args *a, const char *name);
bool args_yes(const struct args *a, const char *name);
const char *args_text(const struct args *a, const char *name);

/* A copy that lives in `to` and refers to nothing of the original but tables and (for EXPR, BODY,
 * PAIR) trees. NULL when there is no memory. */
struct args *args_copy(struct arena *to, const struct args *a);
/* Adds the call as one would write it: `l1(0.001, reduce=sum)`; arguments at their default are left
 * out. */
void args_print(struct str *to, const struct args *a);
/* The same for people who need not type it again: numbers with six digits. */
void args_print_brief(struct str *to, const struct args *a);
/* Adds one argument's value as one would write it. */
void arg_print(struct str *to, const struct arg *a);

#endif
