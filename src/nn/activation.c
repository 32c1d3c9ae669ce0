/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/activation.h"

#define EXAMPLE(word) "data moons 100\ninput 2\ndense 8 " word "\ndense 1 sigmoid\nstep 2\n"

static const struct arg_spec leaky_args[] = {
    ARG("negative_slope", POSITIONAL, ARG_NUMBER, .standard = "0.2", .max = 1e6,
        .line = "the slope below 0"),
};
static const struct arg_spec elu_args[] = {
    ARG("alpha", POSITIONAL, ARG_NUMBER, .standard = "1", .max = 1e6,
        .line = "what it tends to below 0, times -1"),
};

static const struct activation_kind kinds[] = {
    {{.name = "linear",
      .summary = "the identity",
      .details = "f(z) = z.",
      .example = EXAMPLE("linear")},
     ACT_LINEAR},
    {{.name = "relu",
      .summary = "max(z, 0)",
      .details = "f(z) = max(z, 0); its slope at 0 is taken as 0.",
      .example = EXAMPLE("relu")},
     ACT_RELU},
    {{.name = "leaky_relu",
      .args = leaky_args,
      .arg_count = 1,
      .summary = "relu that leaks below 0",
      .details = "f(z) = z above 0, negative_slope * z below (Keras LeakyReLU).",
      .example = EXAMPLE("leaky_relu(0.1)")},
     ACT_LEAKY_RELU},
    {{.name = "elu",
      .args = elu_args,
      .arg_count = 1,
      .summary = "exponential linear unit",
      .details = "f(z) = z above 0, alpha * (exp(z) - 1) below (Clevert et al. 2016).",
      .example = EXAMPLE("elu")},
     ACT_ELU},
    {{.name = "selu",
      .summary = "scaled exponential linear unit",
      .details = "f(z) = 1.05070098 * elu(z) with alpha 1.67326324 (Klambauer et al. 2017).",
      .example = EXAMPLE("selu")},
     ACT_SELU},
    {{.name = "gelu",
      .summary = "Gaussian error linear unit",
      .details = "f(z) = z * Phi(z), Phi the normal distribution; the exact form with erf, not the "
                 "one with tanh (Hendrycks and Gimpel 2016).",
      .example = EXAMPLE("gelu")},
     ACT_GELU},
    {{.name = "sigmoid",
      .summary = "1 / (1 + exp(-z))",
      .details = "f(z) = 1 / (1 + exp(-z)), between 0 and 1 and never exactly 0.",
      .example = EXAMPLE("sigmoid")},
     ACT_SIGMOID},
    {{.name = "tanh",
      .summary = "hyperbolic tangent",
      .details = "f(z) = tanh(z), between -1 and 1.",
      .example = EXAMPLE("tanh")},
     ACT_TANH},
    {{.name = "softplus",
      .summary = "log(1 + exp(z))",
      .details = "f(z) = log(1 + exp(z)), a smooth relu.",
      .example = EXAMPLE("softplus")},
     ACT_SOFTPLUS},
    {{.name = "swish",
      .alias = "silu",
      .summary = "z * sigmoid(z)",
      .details = "f(z) = z / (1 + exp(-z)) (Ramachandran et al. 2017).",
      .example = EXAMPLE("swish")},
     ACT_SWISH},
    {{.name = "softmax",
      .summary = "shares that add up to 1 over the last axis",
      .details = "f(z)_j = exp(z_j) / sum_k exp(z_k), over the last axis.",
      .example = "data blobs 90\ninput 2\ndense 3 softmax\nstep 2\n"},
     ACT_SOFTMAX},
};

static const struct entry *const rows[] = {
    &kinds[0].entry, &kinds[1].entry, &kinds[2].entry,  &kinds[3].entry,
    &kinds[4].entry, &kinds[5].entry, &kinds[6].entry,  &kinds[7].entry,
    &kinds[8].entry, &kinds[9].entry, &kinds[10].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof kinds / sizeof *kinds, "a row for each kind");

const struct table activation_kinds = {"activation", rows, sizeof rows / sizeof *rows};

struct activation_use activation_use(const struct args *a)
{
    if (!a)
        return (struct activation_use){.code = ACT_LINEAR};
    const struct activation_kind *kind = (const struct activation_kind *)a->entry;
    double parameter = a->entry->arg_count ? a->arg[0].as.number : 0;
    return (struct activation_use){.code = kind->code, .parameter = parameter};
}
