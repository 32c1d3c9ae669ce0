/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit: every penalty of a model, and what systems do with it (train/judge.h). */
#ifndef NNR_CMD_REPORT_AUDIT_REPORT_H
#define NNR_CMD_REPORT_AUDIT_REPORT_H

#include "train/judge.h"

enum { AUDITED_BY = 2 };

struct audit_row {
    const char *layer, *slot;
    const char *penalty;  /* as people read it: l1(0.01) */
    const char *kind;     /* l1 */
    double strength;      /* NaN: it has none, or several */
    const char *place;    /* in the file; NULL: there is none */
    const char *right;    /* what is right */
    const char *unjudged; /* why nobody can tell what becomes of it; NULL: one can */
    size_t calls;         /* of its layer */
    struct judgement by[AUDITED_BY];
};

/* A system that judges; of one that is not known `judge` has no system. */
struct auditor {
    struct judge judge;
    const char *key;  /* for machines: "written", "as" */
    const char *name; /* "Keras 2.2.4", "keras-3" */
};

struct audit {
    struct auditor by[AUDITED_BY];
    size_t auditors, rules; /* rules: the number of the one whose word counts */
    struct audit_row *row;
    size_t rows, room;
    const char **note; /* lines for people */
    size_t notes, note_room;
    struct arena arena; /* the texts */
};

/* Begins one more column, by that system, or NULL; the graph lives as long as the audit. */
int audit_by(struct audit *a, const char *key, const char *name, const struct graph *g,
             const struct emulation *as, struct err *e);
/* A text that lives as long as the audit; NULL without memory. */
const char *audit_text(struct audit *a, const struct str *text);
/* One more row, or line: 0, or -1 with ERR_MEMORY. */
int audit_add(struct audit *a, const struct audit_row *row, struct err *e);
int audit_note(struct audit *a, const struct str *text, struct err *e);
/* Judges a row on a layer's weights, or on its activity, by every system; fills in what follows
 * from that: calls, by and right. */
void audit_weight(const struct audit *a, id layer, struct audit_row *row);
void audit_activity(const struct audit *a, id layer, enum reduce written, struct audit_row *row);
void audit_finish(struct audit *a);

/* Whether a row is not applied as declared by the system whose word counts. */
bool audit_is_bent(const struct audit *a, const struct audit_row *row);
struct report;
/* The whole of it, behind the report's own first values. */
void audit_report(struct report *r, const struct audit *a);

#endif
