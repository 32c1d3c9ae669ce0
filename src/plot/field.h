/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of a model over the plane that data with two columns lies in. */
#ifndef NNR_PLOT_FIELD_H
#define NNR_PLOT_FIELD_H

#include "plot/view.h"

enum { FIELD_SIDE = 61, FIELD_CELLS = FIELD_SIDE * FIELD_SIDE, FIELD_CLASSES = 8 };

/* What the output means. */
enum reading {
    READ_TWO,   /* one number that is to be 0 or 1: the contour at 0.5 parts them */
    READ_MOST,  /* several numbers, the largest names the class */
    READ_NUMBER /* one number */
};

struct field {
    const struct dataset *data; /* of two columns */
    enum reading reading;
    size_t classes;         /* of READ_MOST the outputs, else 2 */
    bool probability;       /* of READ_TWO: a sigmoid's */
    double low[2], high[2]; /* the range of the data, with a margin */
    real *at;               /* [FIELD_CELLS][2], the first column runs first */
    double *value;          /* of each cell: the number, or the class */
    double least, most;     /* of the values */
    double *lead; /* of READ_MOST, up to FIELD_CLASSES of them: [FIELD_CELLS][classes], the output
                     of each class less the largest other one; else NULL */
};

/* Runs a grid over the data's range through the model, whose plans for training stay as they are.
 * On error, too, field_finish must follow. */
int field_make(struct field *t, struct model *m, const struct dataset *d, uint64_t seed,
               struct err *e);
void field_finish(struct field *t);
/* Whether a class is the largest in some cells and not in all. */
bool field_shows(const struct field *t, size_t class);
/* What a sample is to give: its number or class. */
double field_target(const struct field *t, size_t sample);

#endif
