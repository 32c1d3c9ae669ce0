/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers are pictures: those of a model's input, and of an output that is as large. */
#ifndef NNR_PLOT_PICTURE_H
#define NNR_PLOT_PICTURE_H

#include "plot/view.h"

struct picture {
    size_t w, h; /* pixels; 0: none */
};

/* `count` numbers as a picture: of the shape's two axes, or of the data's, or a square. */
struct picture picture_of(size_t count, const struct shape *shape, const struct dataset *d);
/* The value before all layers that leave each number in its place: activations, noise, views. */
id picture_unmixed(const struct graph *g, id value);
/* The values that a layer's kernel takes and gives at its first call; both NOTHING when nothing
 * calls it. */
void picture_ends(const struct graph *g, id layer, id *in, id *out);
/* The picture that a kernel's inputs are, and its units; none where they are codes. */
struct picture picture_taken(const struct graph *g, id layer, const struct dataset *d);
struct picture picture_given(const struct graph *g, id layer, const struct dataset *d);

#endif
