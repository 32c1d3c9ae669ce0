/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)in;
    (void)e;
    *out = args_get(self, "shape")->as.shape;
    return 0;
}

static const struct arg_spec args[] = {
    ARG("shape", POSITIONAL, ARG_SHAPE, .required = true,
        .line = "of one sample, without the batch: 64, 10x100"),
    ARG("as", CLAUSE, ARG_NAME, .line = "names the input"),
};

const struct layer_kind layer_input = {
    .entry = {.name = "input",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "where samples enter the model",
              .details =
                  "The data's columns are dealt out to the inputs in their order, each as many "
                  "as its shape holds. The batch dimension is never written.",
              .example = "data xor\ninput 2 as x\ndense 1 sigmoid on x\nstep 1\n"},
    .source = true,
    .shape = shape,
};
