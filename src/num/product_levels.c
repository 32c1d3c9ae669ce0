/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/product_levels.h"

#include "num/kernels.h"

extern const struct products own_products_base;
#ifdef HAVE_LEVEL_v3
extern const struct products own_products_v3, own_products_v4;
#endif

size_t products_all(const struct products *all[4])
{
    const struct kernels *levels[4];
    const struct products *const each[] = {
        &own_products_base,
#ifdef HAVE_LEVEL_v3
        &own_products_v3,
        &own_products_v4,
#endif
    };
    const size_t n = kernels_all(levels);
    for (size_t i = 0; i < n; i++)
        all[i] = each[i];
    return n;
}
