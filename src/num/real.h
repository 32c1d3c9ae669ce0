/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number type of tensors: float in nnr, double in nnr64 (compiled with NNR_DOUBLE). */
#ifndef NNR_NUM_REAL_H
#define NNR_NUM_REAL_H

#include <float.h>
#include <math.h>

#ifdef NNR_DOUBLE
typedef double real;
#define R(x) x
#define REAL_NAME "double"
#define REAL_EPSILON DBL_EPSILON
#define REAL_MOST DBL_MAX
#define REAL_LEAST DBL_MIN /* the smallest normal one */
#define real_exp exp
#define real_log log
#define real_sqrt sqrt
#define real_abs fabs
#else
typedef float real;
#define R(x) x##f
#define REAL_NAME "float"
#define REAL_EPSILON FLT_EPSILON
#define REAL_MOST FLT_MAX
#define REAL_LEAST FLT_MIN
#define real_exp expf
#define real_log logf
#define real_sqrt sqrtf
#define real_abs fabsf
#endif

#endif
