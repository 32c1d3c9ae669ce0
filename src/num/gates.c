/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/gates.h"

#include "num/kernels.h"

extern const struct gates gates_base;
#ifdef HAVE_LEVEL_v3
extern const struct gates gates_v3, gates_v4;
#endif

size_t gates_all(const struct gates *all[4])
{
    const struct kernels *levels[4];
    const struct gates *const each[] = {
        &gates_base,
#ifdef HAVE_LEVEL_v3
        &gates_v3,
        &gates_v4,
#endif
    };
    const size_t n = kernels_all(levels);
    for (size_t i = 0; i < n; i++)
        all[i] = each[i];
    return n;
}

const struct gates *gates(void)
{
    const struct gates *all[4];
    return all[gates_all(all) - 1];
}
