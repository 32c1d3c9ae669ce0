/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The own loops of each level of the instruction set. */
#ifndef NNR_NUM_PRODUCT_LEVELS_H
#define NNR_NUM_PRODUCT_LEVELS_H

#include "num/product.h"

/* Those of each level that this processor runs, slowest first as in kernels_all(); returns how
 * many. */
size_t products_all(const struct products *all[4]);

#endif
