/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SVG of gnuplot's, made fit to stand in a page. */
#ifndef NNR_CMD_COMMON_SVG_FILTER_H
#define NNR_CMD_COMMON_SVG_FILTER_H

#include "base/str.h"

/* Adds the n bytes of `svg` with the elements and attributes that draw, and no others: no script,
 * no reference but to its own parts and to pictures that it holds. Names of parts get `prefix` in
 * front. Behind the first tag comes `inside`, which is markup. With `file` the size and the name of
 * the format stay; where the page is narrower, as a cell of a notebook, it is as wide as that. */
void svg_filter(struct str *to, const char *svg, size_t n, const char *prefix,
                const char *attributes, const struct str *inside, bool file);

#endif
