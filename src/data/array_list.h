/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several arrays of a statement, some of which are targets. */
#ifndef NNR_DATA_ARRAY_LIST_H
#define NNR_DATA_ARRAY_LIST_H

#include "data/arrays.h"

struct array_list {
    const char *noun; /* what an array is to a person: "file" */
    size_t count;
    struct file_name *file; /* under which errors know each, and where */
    const char **name;      /* by which target= means each */
    struct stored *stored;
    size_t opened;
    bool *is_target;
    struct stored **input, **target;
    size_t inputs, targets, *picked;
};

/* Room for `count` arrays, at least one; the caller fills in `file` and `name`. */
int array_list_begin(struct array_list *l, const char *noun, size_t count, struct err *e);
/* Deals out what `target` says (names, numbers from 1, last, input, none), opens each by
 * open_array(self, i, &stored) and makes the dataset. */
int array_list_load(struct array_list *l, const struct arg *target,
                    int (*open_array)(void *self, size_t i, struct stored *s, struct err *e),
                    void *self, struct dataset *to, struct err *e);
void array_list_finish(struct array_list *l);

#endif
