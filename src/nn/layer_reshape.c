/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    char from[80], to[80];
    const struct arg *a = args_get(self, "shape");
    *out = a->as.shape;
    if (shape_count(out) == shape_count(in))
        return 0;
    err_at(e, a->where, "reshape cannot make %s (%zu numbers) of %s (%zu numbers)",
           shape_text(out, to, sizeof to), shape_count(out), shape_text(in, from, sizeof from),
           shape_count(in));
    return err_hint(e, "choose sizes whose product is %zu", shape_count(in));
}

static const struct arg_spec args[] = {
    ARG("shape", POSITIONAL, ARG_SHAPE, .required = true, .line = "the new shape of a sample"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_reshape = {
    .entry = {.name = "reshape",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the same numbers under another shape",
              .details = "The numbers stay where they are, the last axis fastest; both shapes hold "
                         "equally many.",
              .example = "data digits\ninput 64\nreshape 8x8\ndense 4 relu\nflatten\n"
                         "dense 10 softmax\nstep 1\n"},
    .view = true,
    .shape = shape,
};
