/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a graph to a plan. */
#ifndef NNR_NN_COMPILE_H
#define NNR_NN_COMPILE_H

#include "nn/plan.h"

/* Compiles. The graph, the heads' args and the policy must outlive the plan. NULL: *e (memory). */
struct plan *plan_compile(const struct graph *g, const struct head *heads, size_t count,
                          enum mode mode, size_t capacity, bool fuse, struct err *e);
/* The same with the penalties bent by a policy; NULL: none. */
struct plan *plan_compile_bent(const struct graph *g, const struct head *heads, size_t count,
                               enum mode mode, size_t capacity, bool fuse,
                               const struct policy *policy, struct err *e);

#endif
