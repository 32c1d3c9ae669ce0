/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/kernels.h"

extern const struct kernels kernels_base;
#ifdef HAVE_LEVEL_v3
extern const struct kernels kernels_v3, kernels_v4;
#endif

size_t kernels_all(const struct kernels *all[4])
{
    size_t n = 0;
    all[n++] = &kernels_base;
#ifdef HAVE_LEVEL_v3
    __builtin_cpu_init();
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("bmi2");
    if (v3)
        all[n++] = &kernels_v3;
    if (v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd"))
        all[n++] = &kernels_v4;
#endif
    return n;
}

const struct kernels *kernels_best = &kernels_base;

/* Before main, so that no thread ever sees it change. */
__attribute__((constructor)) static void choose(void)
{
    const struct kernels *all[4];
    kernels_best = all[kernels_all(all) - 1];
}

bool activation_keeps_z(enum activation a)
{
    return a == ACT_GELU || a == ACT_SOFTPLUS || a == ACT_SWISH || a == ACT_MISH;
}
