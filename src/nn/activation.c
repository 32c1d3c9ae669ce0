/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/activation.h"

#include "nn/constraint.h"
#include "nn/init.h"
#include "nn/own_activation.h"

#define EXAMPLE(word) "data moons 100\ninput 2\ndense 8 " word "\ndense 1 sigmoid\nstep 2\n"

static const struct arg_spec leaky_args[] = {
    ARG("negative_slope", POSITIONAL, ARG_NUMBER, .standard = "0.2", .max = 1e6,
        .line = "the slope below 0"),
};
static const struct arg_spec elu_args[] = {
    ARG("alpha", POSITIONAL, ARG_NUMBER, .standard = "1", .max = 1e6,
        .line = "what it tends to below 0, times -1"),
};
static const struct arg_spec hard_sigmoid_args[] = {
    ARG("slope", POSITIONAL, ARG_NUMBER, .standard = "0.16666666666666666", .min = 1e-6, .max = 1e6,
        .line = "how steep it is between 0 and 1"),
};

#define K                                                                                          \
    ARG("k", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,                        \
        .line = "how many stay, of each row along the last axis")
static const struct arg_spec topk_args[] = {K};
static const struct arg_spec batch_topk_args[] = {
    K,
    ARG("momentum", KEY, ARG_NUMBER, .standard = "0.99", .min = 0, .max = 0.9999,
        .line = "how much of the threshold a step keeps"),
};
static const struct arg_spec jumprelu_args[] = {
    ARG("bandwidth", POSITIONAL, ARG_NUMBER, .standard = "0.001", .min = 0, .above = true,
        .max = 1e6, .line = "how wide around the threshold the slope of theta is"),
    ARG("theta_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "constant(0.001)",
        .alias = "theta_initializer", .line = "how the thresholds start"),
    ARG("theta_constraint", KEY, ARG_CALL, .of = &constraint_kinds, .standard = "non_neg",
        .line = "what the thresholds are brought back to after each step"),
};
static const struct arg_spec prelu_args[] = {
    ARG("alpha_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "zeros",
        .alias = "alpha_initializer", .line = "how the slopes below 0 start"),
    ARG("alpha_constraint", KEY, ARG_CALL, .of = &constraint_kinds, .standard = "none",
        .line = "what the slopes are brought back to after each step"),
};

#define SEVERAL(of) .args = of, .arg_count = sizeof of / sizeof *of

static const struct activation_kind kinds[] = {
    {.entry = {.name = "linear",
               .summary = "the identity",
               .details = "f(z) = z.",
               .example = EXAMPLE("linear")},
     .code = ACT_LINEAR},
    {.entry = {.name = "relu",
               .summary = "max(z, 0)",
               .details = "f(z) = max(z, 0); its slope at 0 is taken as 0.",
               .example = EXAMPLE("relu")},
     .code = ACT_RELU},
    {.entry = {.name = "leaky_relu",
               .args = leaky_args,
               .arg_count = 1,
               .summary = "relu that leaks below 0",
               .details = "f(z) = z above 0, negative_slope * z below (Keras LeakyReLU).",
               .example = EXAMPLE("leaky_relu(0.1)")},
     .code = ACT_LEAKY_RELU},
    {.entry = {.name = "elu",
               .args = elu_args,
               .arg_count = 1,
               .summary = "exponential linear unit",
               .details = "f(z) = z above 0, alpha * (exp(z) - 1) below (Clevert et al. 2016).",
               .example = EXAMPLE("elu")},
     .code = ACT_ELU},
    {.entry = {.name = "selu",
               .summary = "scaled exponential linear unit",
               .details =
                   "f(z) = 1.05070098 * elu(z) with alpha 1.67326324 (Klambauer et al. 2017).",
               .example = EXAMPLE("selu")},
     .code = ACT_SELU},
    {.entry =
         {.name = "gelu",
          .summary = "Gaussian error linear unit",
          .details =
              "f(z) = z * Phi(z), Phi the normal distribution; the exact form with erf, not the "
              "one with tanh (Hendrycks and Gimpel 2016).",
          .example = EXAMPLE("gelu")},
     .code = ACT_GELU},
    {.entry = {.name = "sigmoid",
               .summary = "1 / (1 + exp(-z))",
               .details = "f(z) = 1 / (1 + exp(-z)), between 0 and 1 and never exactly 0.",
               .example = EXAMPLE("sigmoid")},
     .code = ACT_SIGMOID},
    {.entry = {.name = "tanh",
               .summary = "hyperbolic tangent",
               .details = "f(z) = tanh(z), between -1 and 1.",
               .example = EXAMPLE("tanh")},
     .code = ACT_TANH},
    {.entry = {.name = "softplus",
               .summary = "log(1 + exp(z))",
               .details = "f(z) = log(1 + exp(z)), a smooth relu.",
               .example = EXAMPLE("softplus")},
     .code = ACT_SOFTPLUS},
    {.entry = {.name = "swish",
               .alias = "silu",
               .summary = "z * sigmoid(z)",
               .details = "f(z) = z / (1 + exp(-z)) (Ramachandran et al. 2017).",
               .example = EXAMPLE("swish")},
     .code = ACT_SWISH},
    {.entry = {.name = "softmax",
               .summary = "shares that add up to 1 over the last axis",
               .details = "f(z)_j = exp(z_j) / sum_k exp(z_k), over the last axis.",
               .example = "data blobs 90\ninput 2\ndense 3 softmax\nstep 2\n"},
     .code = ACT_SOFTMAX},
    {.entry = {.name = "relu6",
               .summary = "relu that ends at 6",
               .details = "f(z) = min(max(z, 0), 6); its slope at 0 and at 6 is taken as 0.",
               .example = EXAMPLE("relu6")},
     .code = ACT_RELU6},
    {.entry = {.name = "mish",
               .summary = "z * tanh(softplus(z))",
               .details = "f(z) = z * tanh(log(1 + exp(z))) (Misra 2020).",
               .example = EXAMPLE("mish")},
     .code = ACT_MISH},
    {.entry = {.name = "softsign",
               .summary = "z / (1 + |z|)",
               .details = "f(z) = z / (1 + |z|), between -1 and 1.",
               .example = EXAMPLE("softsign")},
     .code = ACT_SOFTSIGN},
    {.entry = {.name = "hard_sigmoid",
               .args = hard_sigmoid_args,
               .arg_count = 1,
               .summary = "a sigmoid of three straight pieces",
               .details =
                   "f(z) = min(max(slope * z + 1/2, 0), 1); where the pieces meet its slope is "
                   "taken as 0. With 1/6 it is that of Keras 3 and PyTorch, between -3 and 3; "
                   "before Keras 3 it was hard_sigmoid(0.2), between -2.5 and 2.5, and the gates "
                   "of LSTM and GRU had it.",
               .example = EXAMPLE("hard_sigmoid(0.2)")},
     .code = ACT_HARD_SIGMOID},
    {.entry = {.name = "step",
               .summary = "1 above 0, else 0",
               .details =
                   "f(z) = 1 if z > 0, else 0. Its slope is 0 everywhere: the data loss does not "
                   "move what lies below it, only penalties there do.",
               .example = "data moons 100\ninput 2\ndense 8 step kernel=l2(1e-3)\ndense 1 sigmoid\n"
                          "step 2\n"},
     .code = ACT_STEP},
    {.entry =
         {.name = "topk",
          SEVERAL(topk_args),
          .summary = "the k largest stay, the others become 0",
          .details =
              "Of each row along the last axis the k largest numbers stay as they are, those below "
              "0 "
              "too, and the others become 0 (k-sparse, Makhzani and Frey 2013). The gradient goes "
              "through those that stay, alone. Of equal numbers those that stand first stay. A k "
              "above the number of units is an error. set LAYER.activation = topk(5) counts from "
              "the next step. For a code without negative numbers: dense 100 relu, then activation "
              "topk(10).",
          .use = "When it is known how many units shall be active: nothing is tuned, and what is "
                 "active is not shrunk.",
          .source = "Makhzani and Frey 2013 (k-sparse autoencoders)",
          .example = EXAMPLE("topk(3) as code") "print l0(code)\n"},
     .work = &topk_work},
    {.entry =
         {.name = "batch_topk",
          SEVERAL(batch_topk_args),
          .summary = "the k largest a row on average over the batch stay",
          .details =
              "In training the k times rows largest numbers of the whole batch stay, and the "
              "others "
              "become 0 (Bussmann, Leask and Nanda 2024); a row is one along the last axis. So "
              "some "
              "rows have more than k and some less, and samples depend on one another. Of equal "
              "numbers those that stand first stay. Evaluation, penalties and pictures take each "
              "number that is not below threshold, a weight of the layer that follows the smallest "
              "number that stayed: the first step sets it, each further call moves it: t = "
              "momentum "
              "t + (1 - momentum) smallest. Before the first step it is 0. It does not train, is "
              "saved and loaded, and can be printed. With trainable=no it stays, and training "
              "takes "
              "it too.",
          .use = "As topk, when some samples need more units than others.",
          .source = "Bussmann, Leask and Nanda 2024",
          .example = EXAMPLE("batch_topk(3) as code") "print l0(code), code.threshold\n"},
     .work = &batch_topk_work},
    {.entry =
         {.name = "jumprelu",
          SEVERAL(jumprelu_args),
          .summary = "z above a learned threshold, else 0",
          .details =
              "f(z) = z if z > theta, else 0, with a threshold for each unit (Erichson, Yao and "
              "Mahoney 2019). theta is a weight of the layer, with a slot: theta=l2(1e-3). By it f "
              "only jumps, so training uses the straight-through slope of Rajamanoharan et al. "
              "(2024): -theta / bandwidth where |z - theta| < bandwidth / 2, else 0; and the "
              "penalty "
              "l0 goes through it as well. By z the slope is 1 above theta and 0 else. theta "
              "starts "
              "directly as theta_init says, not as a logarithm. checkgrad leaves theta out.",
          .use = "For a sparse code with the penalty l0: the thresholds move, and what is active "
                 "is not shrunk.",
          .source = "Erichson, Yao and Mahoney 2019; Rajamanoharan et al. 2024",
          .example =
              EXAMPLE("jumprelu(0.1, theta_init=constant(0.05)) as code") "print code.theta\n"},
     .work = &jumprelu_work},
    {.entry =
         {.name = "prelu",
          SEVERAL(prelu_args),
          .summary = "relu with a learned slope below 0",
          .details =
              "f(z) = z above 0, else alpha * z, with an alpha for each unit (He et al. 2015). "
              "alpha is a weight of the layer, with a slot: alpha=l2(1e-3). It starts at 0, as "
              "in Keras; PyTorch starts at 0.25: prelu(alpha_init=constant(0.25)).",
          .example = EXAMPLE("prelu alpha=l2(1e-3)")},
     .work = &prelu_work},
};

static const struct entry *const rows[] = {
    &kinds[0].entry,  &kinds[1].entry,  &kinds[2].entry,  &kinds[3].entry,  &kinds[4].entry,
    &kinds[5].entry,  &kinds[6].entry,  &kinds[7].entry,  &kinds[8].entry,  &kinds[9].entry,
    &kinds[10].entry, &kinds[11].entry, &kinds[12].entry, &kinds[13].entry, &kinds[14].entry,
    &kinds[15].entry, &kinds[16].entry, &kinds[17].entry, &kinds[18].entry, &kinds[19].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof kinds / sizeof *kinds, "a row for each kind");

const struct table activation_kinds = {"activation", rows, sizeof rows / sizeof *rows};

struct activation_use activation_use(const struct args *a)
{
    if (!a)
        return (struct activation_use){.code = ACT_LINEAR};
    const struct activation_kind *kind = (const struct activation_kind *)a->entry;
    const double parameter = a->entry->arg_count && !kind->work ? a->arg[0].as.number : 0;
    return (struct activation_use){.code = kind->code, .parameter = parameter};
}

const struct activation_work *activation_work(const struct args *a)
{
    return a ? ((const struct activation_kind *)a->entry)->work : NULL;
}
