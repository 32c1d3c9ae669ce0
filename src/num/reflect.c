/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/reflect.h"

#include <math.h>

double reflect_vector(const double *x, size_t stride, size_t n, double *v)
{
    double most = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i * stride]));
    for (size_t i = 0; i < n; i++) {
        v[i] = most > 0 ? x[i * stride] / most : 0;
        sum += v[i] * v[i];
    }
    if (!(sum > 0))
        return 0;
    const double length = sqrt(sum), sign = v[0] < 0 ? -1 : 1;
    v[0] += sign * length;
    const double factor = 1 / sqrt(length * fabs(v[0]));
    for (size_t i = 0; i < n; i++)
        v[i] *= factor;
    return -sign * length * most;
}
