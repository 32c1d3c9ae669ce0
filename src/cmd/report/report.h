/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a statement reports, written once: typed values in the order in which machines read them,
 * and between them sentences and tables for people. cmd/report/render.h writes it as text, JSON,
 * CSV or Markdown. Zeroed memory is an empty report. When memory runs out it remembers that and
 * takes nothing more, so only the renderers need a check. Keys and sentences must live as long as
 * it. */
#ifndef NNR_CMD_REPORT_REPORT_H
#define NNR_CMD_REPORT_REPORT_H

#include "base/mem.h"
#include "base/str.h"

/* Words stand flush left, numbers flush right. A figure that is not a number reads as a dash, and a
 * share of 0.25 as 25.0%. */
enum report_format { REPORT_WORDS, REPORT_NUMBER, REPORT_FIGURE, REPORT_SHARE };

struct report_column {
    const char *head; /* over it, for people; NULL: not for them */
    const char *key;  /* its name for machines; NULL: not for them */
    enum report_format format;
};

struct report_table {
    const char *key; /* its name for machines; NULL: not for them */
    const struct report_column *column;
    size_t columns;
    bool sideways;    /* people read its rows as columns */
    const char *line; /* people read each row as this sentence, whose words are the columns' keys */
};

enum report_audience { REPORT_FOR_ALL, REPORT_FOR_PEOPLE, REPORT_FOR_MACHINES };

enum report_kind {
    REPORT_A_NUMBER,
    REPORT_A_TEXT,
    REPORT_A_BOOL,
    REPORT_NOTHING,
    REPORT_OPEN,
    REPORT_TABLE,
    REPORT_ROW,
    REPORT_CLOSE,
    REPORT_NOTE,
    REPORT_SENTENCE,
};

struct report_item {
    enum report_kind kind;
    const char *key; /* of a sentence what it says */
    size_t shown;    /* where in the report's text what people see instead stands; 0: nothing */
    union {
        double number; /* of a bool 0 or 1, of what opens its bracket, of a row its audience */
        size_t text;   /* where it stands in the report's text */
        const struct report_table *table;
    };
};

struct report_renderer;

struct report {
    struct report_item *item, lost;
    size_t items, room;
    struct str text;                  /* all texts, each with a NUL behind it */
    struct arena arena;               /* for columns and heads that are made for this report */
    const struct report_renderer *as; /* NULL: as the host wants */
    unsigned width; /* of the screen that people read it on, in characters; 0: any */
};

/* A value. The key is NULL in lists and tables; there each column has the next value. */
void report_number(struct report *r, const char *key, double x);
void report_bool(struct report *r, const char *key, bool yes);
/* A value that there is not: machines see no key, people a dash. */
void report_nothing(struct report *r);
/* A number, or nothing in place of NaN. */
void report_known(struct report *r, double x);
/* A text: what is added to the result before the next call for the report. */
struct str *report_words(struct report *r, const char *key);
void report_text(struct report *r, const char *key, const char *text);
/* An object '{' or a list '['; report_close ends it, and a table. */
void report_open(struct report *r, const char *key, char bracket);
void report_close(struct report *r);
/* The table's rows follow. It lives as long as the report. */
void report_table(struct report *r, const struct report_table *t);
/* A row: a value for each column that its audience has; what is missing at the end is empty. */
void report_row(struct report *r, enum report_audience who);

/* What people see in place of the newest value (of a list: call it when that is opened). */
struct str *report_shown(struct report *r);
/* Text for people only. */
struct str *report_note(struct report *r);
/* A sentence for people: {key} stands for that value of the report (a dot leads into an object),
 * and {key word} for a number with a word that gets an s unless the number is 1. */
void report_say(struct report *r, const char *sentence);

void report_finish(struct report *r);

#endif
