/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What views ask of a request before they draw: the kernels it means, and why there is nothing to
 * draw. */
#ifndef NNR_PLOT_REQUEST_H
#define NNR_PLOT_REQUEST_H

#include "plot/view.h"

/* "there is nothing to draw yet"; returns -1. */
int request_nothing(const struct view_request *r, struct err *e);
/* Refuses an empty model. */
int request_filled(const struct view_request *r, struct err *e);
/* Refuses layers for a view that is of whole models. */
int request_whole(const struct view_request *r, const char *view, struct err *e);
/* Refuses more than `most` things beside each other: "boundary shows 4 models at most, and these
 * are 5"; `how` follows the view's name in the hint. */
int request_room(const struct view_request *r, const char *view, const char *thing, const char *how,
                 size_t count, size_t most, struct err *e);
/* Whether a key of the view's that is yes or no is yes. */
bool request_yes(const struct view_request *r, const struct arg_spec *key);
/* 0, or -1 with an empty figure when `failed` or when memory ran out while it was made. */
int request_done(struct figure *f, int failed, struct err *e);
/* Finds a layer of one of the models; `where` is the place of its name. NOTHING: *e. */
id request_layer(const struct view_request *r, const struct model *m, const char *name,
                 struct span where, struct err *e);

/* Kernels to draw, one panel each: row by row, one row a model when there are several. */
enum { KERNELS_MOST = 12 };
struct kernels_of {
    struct {
        struct model *model; /* NULL: an empty place */
        const struct weight *weight;
    } at[KERNELS_MOST];
    size_t rows, cols;
};
/* The kernels of the named layers, or all, with their first values drawn. At most `most` of them,
 * `most` <= KERNELS_MOST. */
int request_kernels(const struct view_request *r, const char *view, size_t most,
                    struct kernels_of *to, struct err *e);
/* Kernels that would stand in one column stand in two. */
void request_pair(struct kernels_of *k);
/* `code.kernel`, after the model's name when the request is about several. */
void request_name(struct str *to, const struct view_request *r, const struct model *m,
                  const char *of);

#endif
