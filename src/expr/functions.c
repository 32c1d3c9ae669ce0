/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions: elementwise ones, and reductions of a whole tensor or along one axis. */
#include "expr/functions.h"

#include "expr/ops.h"

/* Of a and b, the larger; NaN wins, so that it is not hidden. */
static double larger_of(double a, double b)
{
    return a >= b || isnan(a) ? a : b;
}

static double smaller_of(double a, double b)
{
    return a <= b || isnan(a) ? a : b;
}

static double sign_of(double x)
{
    return isnan(x) ? x : (x > 0) - (x < 0);
}

/* To b at the ends, where a above b leaves no room. */
static double clip_value(double x, double a, double b)
{
    return smaller_of(larger_of(x, a), b);
}

/* With the sign of b, as the floor of the quotient leaves it. */
static double remainder_of(double a, double b)
{
    const double r = fmod(a, b);
    if (r == 0)
        return 0;
    return (r < 0) != (b < 0) ? r + b : r;
}

EACH(absolute, fabs(a[i]))
EACH(square, a[i] * a[i])
EACH(root, sqrt(a[i]))
EACH(exponential, exp(a[i]))
EACH(logarithm, log(a[i]))
EACH(sign, sign_of(a[i]))
EACH(sine, sin(a[i]))
EACH(cosine, cos(a[i]))
EACH(downward, floor(a[i]))
EACH(nearest_whole, round(a[i]))
EACH(modulo, remainder_of(a[i], b[i]))
EACH(clip, clip_value(a[i], b[i], c[i]))
EACH(maximum, larger_of(a[i], b[i]))
EACH(minimum, smaller_of(a[i], b[i]))
EACH(choice, a[i] != 0 ? b[i] : c[i])
EACH(nonzero, a[i] != 0)

SLOPE(absolute_by, (double)(a[i] > 0) - (double)(a[i] < 0))
SLOPE(square_by, 2 * a[i])
SLOPE(root_by, y[i] != 0 ? 0.5 / y[i] : 0)
SLOPE(exponential_by, y[i])
SLOPE(logarithm_by, 1 / a[i])
SLOPE(sine_by, cos(a[i]))
SLOPE(cosine_by, -sin(a[i]))
SLOPE(modulo_by_first, 1)
SLOPE(modulo_by_second, -floor(a[i] / b[i]))
SLOPE(clip_by_first, (double)(a[i] >= b[i] && a[i] <= c[i]))
SLOPE(clip_by_second, (double)(a[i] < b[i] && b[i] <= c[i]))
SLOPE(clip_by_third, (double)(a[i] > c[i] || b[i] > c[i]))
SLOPE(maximum_by_first, a[i] == b[i] ? 0.5 : (double)(a[i] > b[i]))
SLOPE(maximum_by_second, a[i] == b[i] ? 0.5 : (double)(a[i] < b[i]))
SLOPE(choice_by_first, (double)(a[i] != 0))
SLOPE(choice_by_second, (double)(a[i] == 0))

SLOPE_OF_ALL(total_by, 1)
SLOPE_OF_ALL(average_by, 1 / length)
SLOPE_OF_ALL(chosen_by, x[i] == y[i] ? 1 / more[i] : 0)
SLOPE_OF_ALL(variance_by, 2 * (x[i] - more[i]) / length)
SLOPE_OF_ALL(deviation_by, y[i] != 0 ? (x[i] - more[i]) / (length * y[i]) : 0)
SLOPE_OF_ALL(euclidean_by, y[i] != 0 ? x[i] / y[i] : 0)

static double share_of(double all, double n)
{
    return all / n;
}

static double root_of(double all, double n)
{
    (void)n;
    return sqrt(all);
}

static double root_of_share(double all, double n)
{
    return sqrt(all / n);
}

static const struct reduction total = {.slope = total_by};
static const struct reduction average = {.mean = true, .slope = average_by};
static const struct reduction largest = {.chooses = true, .start = -INFINITY, .slope = chosen_by};
static const struct reduction smallest = {.chooses = true, .start = INFINITY, .slope = chosen_by};
static const struct reduction variance = {
    .centred = true, .term = square, .finish = share_of, .slope = variance_by};
static const struct reduction deviation = {
    .centred = true, .term = square, .finish = root_of_share, .slope = deviation_by};
static const struct reduction euclidean = {
    .term = square, .finish = root_of, .slope = euclidean_by};
static const struct reduction nonzeros = {.term = nonzero};
static const struct reduction nonzero_share = {.term = nonzero, .finish = share_of};

#define VALUE(n, must, what)                                                                       \
    {                                                                                              \
        .name = n, .form = POSITIONAL, .type = ARG_EXPR, .required = must, .line = what            \
    }
#define AXIS                                                                                       \
    {                                                                                              \
        .name = "axis", .form = KEY, .type = ARG_WHOLE, .min = -TENSOR_AXES,                       \
        .max = TENSOR_AXES - 1, .line = "the axis to reduce, -1 for the last; without it all"      \
    }

static const struct arg_spec one[] = {VALUE("x", true, "a number or a tensor")};
static const struct arg_spec with_axis[] = {VALUE("x", true, "a number or a tensor"), AXIS};
static const struct arg_spec one_or_two[] = {
    VALUE("a", true, "a number or a tensor"),
    VALUE("b", false, "another, whose shape fits"),
    AXIS,
};
static const struct arg_spec two[] = {
    VALUE("a", true, "a number or a tensor"),
    VALUE("b", true, "another, whose shape fits"),
};
static const struct arg_spec bounds[] = {
    VALUE("x", true, "a number or a tensor"),
    VALUE("a", true, "the least that it becomes"),
    VALUE("b", true, "the most"),
};
static const struct arg_spec condition[] = {
    VALUE("condition", true, "what decides; anything but 0 is true"),
    VALUE("a", true, "the value where it is true"),
    VALUE("b", true, "the value where it is 0"),
};

#define ELEMENTWISE(word, text, more, script)                                                      \
    .entry = {.name = word,                                                                        \
              .args = one,                                                                         \
              .arg_count = 1,                                                                      \
              .summary = text,                                                                     \
              .details = more,                                                                     \
              .example = script},                                                                  \
    .usage = word "(x)"
#define REDUCTION(word, text, more, script)                                                        \
    .entry = {.name = word,                                                                        \
              .args = with_axis,                                                                   \
              .arg_count = 2,                                                                      \
              .summary = text,                                                                     \
              .details = more ALONG,                                                               \
              .example = MODEL script},                                                            \
    .usage = word "(x) or " word "(x, axis=0)"
#define EITHER(word, text, more, script)                                                           \
    .entry = {.name = word,                                                                        \
              .args = one_or_two,                                                                  \
              .arg_count = 3,                                                                      \
              .summary = text,                                                                     \
              .details = more ALONG,                                                               \
              .example = MODEL script},                                                            \
    .usage = word "(a), " word "(a, axis=0) or " word "(a, b)"

#define ALONG                                                                                      \
    "\n\nWith axis= only that axis is reduced, and stays with size 1: 0 is the batch of an "       \
    "activity "                                                                                    \
    "and the inputs of a kernel, -1 the last axis. Without it everything becomes one number."
/* The kernel of the examples is 1 -2 in its first row and 3 4 in its second. */
#define MODEL "input 2\ndense 2 use_bias=no kernel_init=values(1, -2, 3, 4) as hidden\n"

static const struct operation op_sum = {
    REDUCTION(
        "sum", "the sum of the elements",
        "Rounding errors are carried along and put back at the end (Neumaier 1974), in double, "
        "so that the sum of millions of elements is as good as that of a few.",
        "expect sum(hidden.kernel) == 6\nexpect sum(sum(hidden.kernel, axis=0) == 4) == 1\n"),
    .reduction = &total,
};
static const struct operation op_mean = {
    REDUCTION("mean", "the mean of the elements",
              "sum(x) divided by the number of elements; of equal elements exactly what they are.",
              "expect mean(hidden.kernel) == 1.5\n"),
    .reduction = &average,
};
static const struct operation op_max = {
    EITHER("max", "the largest element; of two values the larger, element by element",
           "NaN counts as larger than all numbers, so that it is seen.",
           "expect max(hidden.kernel) == 4\nexpect sum(max(hidden.kernel, 0)) == 8\n"),
    .of = {[2] = maximum},
    .by = {[2] = {maximum_by_first, maximum_by_second}},
    .reduction = &largest,
};
static const struct operation op_min = {
    EITHER("min", "the smallest element; of two values the smaller, element by element",
           "NaN counts as smaller than all numbers, so that it is seen.",
           "expect min(hidden.kernel) == -2\nexpect sum(min(hidden.kernel, 0)) == -2\n"),
    .of = {[2] = minimum},
    .by = {[2] = {maximum_by_second, maximum_by_first}},
    .reduction = &smallest,
};
static const struct operation op_var = {
    REDUCTION(
        "var", "the variance of the elements",
        "The mean of square(x - mean(x)): the population's variance, divided by the number of "
        "elements, not by one less.",
        "expect var(hidden.kernel) == 5.25\n"),
    .reduction = &variance,
};
static const struct operation op_std = {
    REDUCTION("std", "the standard deviation of the elements",
              "The square root of var(x), hence of the population. Of equal elements it is 0, and "
              "flat: as a penalty it moves none of them.",
              "expect std(hidden.kernel) ~ sqrt(5.25)\n"),
    .reduction = &deviation,
};
static const struct operation op_norm = {
    REDUCTION("norm", "the Euclidean norm", "The square root of sum(x^2).",
              "expect norm(hidden.kernel) ~ sqrt(30)\n"),
    .reduction = &euclidean,
};
static const struct operation op_count = {
    REDUCTION("count", "how many elements are not 0",
              "Of a comparison: in how many places it holds. NaN is not 0 and counts.",
              "expect count(hidden.kernel > 0) == 3\n"),
    .reduction = &nonzeros,
};
static const struct operation op_fraction = {
    REDUCTION("fraction", "the share of elements that are not 0",
              "count(x) divided by the number of elements; of a comparison, the share of places "
              "where it holds.",
              "expect fraction(hidden.kernel < 0) == 0.25\n"),
    .reduction = &nonzero_share,
};
static const struct operation op_abs = {
    ELEMENTWISE("abs", "the absolute value of each element", "abs(x) is x where x > 0, else -x.",
                "expect abs(-3) == 3\n"),
    .of = {[1] = absolute},
    .by = {[1] = {absolute_by}},
};
static const struct operation op_square = {
    ELEMENTWISE("square", "the square of each element", "square(x) is x*x, the same as x^2.",
                "expect square(-3) == 9\n"),
    .of = {[1] = square},
    .by = {[1] = {square_by}},
};
static const struct operation op_sqrt = {
    ELEMENTWISE("sqrt", "the square root of each element", "NaN where x is negative.",
                "expect sqrt(9) == 3\n"),
    .of = {[1] = root},
    .by = {[1] = {root_by}},
};
static const struct operation op_exp = {
    ELEMENTWISE("exp", "e raised to each element",
                "e is 2.71828...; exp(x) is the inverse of log(x).",
                "expect exp(0) == 1\nexpect exp(1) ~ 2.718282\n"),
    .of = {[1] = exponential},
    .by = {[1] = {exponential_by}},
};
static const struct operation op_log = {
    ELEMENTWISE("log", "the natural logarithm of each element",
                "The logarithm to the base e; of 0 it is minus infinity, of a negative number NaN.",
                "expect log(1) == 0\nexpect log(exp(2)) ~ 2\n"),
    .of = {[1] = logarithm},
    .by = {[1] = {logarithm_by}},
};
static const struct operation op_sign = {
    ELEMENTWISE("sign", "-1, 0 or 1: the sign of each element", "The sign of NaN is NaN.",
                "expect sign(-0.5) == -1\nexpect sign(0) == 0\n"),
    .of = {[1] = sign},
};
static const struct operation op_where = {
    .entry = {.name = "where",
              .args = condition,
              .arg_count = 3,
              .summary = "element by element a where the condition is true, else b",
              .details =
                  "All three are computed everywhere, and their shapes must fit; what is not "
                  "0 is true.",
              .example = MODEL "expect sum(where(hidden.kernel > 0, hidden.kernel, 0)) == 8\n"},
    .usage = "where(condition, a, b)",
    .of = {[3] = choice},
    .by = {[3] = {NULL, choice_by_first, choice_by_second}},
};

static const struct operation op_transpose = {
    .entry = {.name = "transpose",
              .args = one,
              .arg_count = 1,
              .summary = "the tensor with its axes in reverse order",
              .details = "Rows become columns: of a kernel of 100x64 it is one of 64x100. A tensor "
                         "of one axis stays as it is. Not in define penalty, whose formulas have "
                         "the shape of x.",
              .example = MODEL "expect sum(abs(transpose(transpose(hidden.kernel)) - "
                               "hidden.kernel)) == 0\n"},
    .usage = "transpose(x)",
    .transposes = true,
};

static const struct operation op_sin = {
    ELEMENTWISE("sin", "the sine of each element", "Of an angle in radians.",
                "expect sin(0) == 0\nexpect sin(3.14159265/2) ~ 1\n"),
    .of = {[1] = sine},
    .by = {[1] = {sine_by}},
};
static const struct operation op_cos = {
    ELEMENTWISE("cos", "the cosine of each element", "Of an angle in radians.",
                "expect cos(0) == 1\nexpect sin(0.3)^2 + cos(0.3)^2 ~ 1\n"),
    .of = {[1] = cosine},
    .by = {[1] = {cosine_by}},
};
static const struct operation op_floor = {
    ELEMENTWISE("floor", "the largest whole number that is not above each element",
                "Its slope is 0 everywhere: as a penalty it moves nothing.",
                "expect floor(2.7) == 2\nexpect floor(-2.1) == -3\n"),
    .of = {[1] = downward},
};
static const struct operation op_round = {
    ELEMENTWISE("round", "the whole number nearest to each element",
                "Halves go away from 0. Its slope is 0 everywhere: as a penalty it moves nothing.",
                "expect round(2.5) == 3\nexpect round(-2.5) == -3\nexpect round(2.4) == 2\n"),
    .of = {[1] = nearest_whole},
};
static const struct operation op_mod = {
    .entry = {.name = "mod",
              .args = two,
              .arg_count = 2,
              .summary = "what is left of a after whole multiples of b",
              .details = "a - b*floor(a/b): it has the sign of b, and is NaN where b is 0. Its "
                         "slope is 1 by a and -floor(a/b) by b, also where it jumps.",
              .example = "expect mod(7, 3) == 1\nexpect mod(-1, 3) == 2\n"},
    .usage = "mod(a, b)",
    .of = {[2] = modulo},
    .by = {[2] = {modulo_by_first, modulo_by_second}},
};
static const struct operation op_clip = {
    .entry = {.name = "clip",
              .args = bounds,
              .arg_count = 3,
              .summary = "each element, but not below a and not above b",
              .details = "min(max(x, a), b); where a is above b it is b. Its slope is 1 by what it "
                         "is equal to and 0 by the others; at a bound, 1 by x.",
              .example = "expect clip(7, 0, 1) == 1\nexpect clip(-7, 0, 1) == 0\n" MODEL
                         "expect sum(clip(hidden.kernel, 0, 3)) == 7\n"},
    .usage = "clip(x, a, b)",
    .of = {[3] = clip},
    .by = {[3] = {clip_by_first, clip_by_second, clip_by_third}},
};

/* What the three speak of. */
#define OF_EPOCHS                                                                                  \
    "Q is the name of a quantity that is known at the end of each epoch: val.loss, "               \
    "val.loss.data, "                                                                              \
    "val.loss.penalty, val.accuracy, val.OUTPUT.loss, and, of the training share as the epoch "    \
    "ran, "                                                                                        \
    "loss, loss.data and loss.penalty. The best is the smallest, of accuracy the largest; NaN "    \
    "never "                                                                                       \
    "is. All epochs of the model count at whose end Q was known, also those of step and run, "     \
    "whatever was set between them. "
#define EPOCHS                                                                                     \
    "data moons 200 split=0.2\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"                           \
    "train 30 until stalled(val.loss.data, 5)\n"
#define QUANTITY VALUE("Q", true, "the name of a quantity")

static const struct arg_spec of_quantity[] = {QUANTITY};
static const struct arg_spec of_patience[] = {
    QUANTITY, VALUE("N", true, "a whole number of epochs, 1 or more")};

static const struct operation op_stalled = {
    .entry = {.name = "stalled",
              .args = of_patience,
              .arg_count = 2,
              .summary = "whether N epochs have brought no new best of a quantity",
              .details = OF_EPOCHS "Before the first epoch nothing has stalled.",
              .example = EPOCHS "expect stalled(val.loss.data, 5) or epoch == 30\n"},
    .usage = "stalled(val.loss.data, 10)",
    .asks = 2,
};
static const struct operation op_best = {
    .entry = {.name = "best",
              .args = of_quantity,
              .arg_count = 1,
              .summary = "the best that a quantity was at the end of an epoch",
              .details =
                  OF_EPOCHS "NaN when it never was a number; before the first epoch it is an "
                            "error.",
              .example = EPOCHS "expect best(val.loss.data) <= val.loss.data\n"},
    .usage = "best(val.loss.data)",
    .asks = 1,
};
static const struct operation op_best_epoch = {
    .entry = {.name = "best_epoch",
              .args = of_quantity,
              .arg_count = 1,
              .summary = "the epoch at whose end a quantity was best, the first of equals",
              .details =
                  OF_EPOCHS "NaN when it never was a number; before the first epoch it is an "
                            "error.",
              .example = EPOCHS "expect best_epoch(val.loss.data) <= epoch\n"},
    .usage = "best_epoch(val.loss.data)",
    .asks = 1,
};

#define CODE                                                                                       \
    "data digits target=input\ninput 64\ndense 30 topk(5) count_idle=yes as code\ndense 64 "       \
    "sigmoid\n"                                                                                    \
    "train 1\n"
#define LAYER VALUE("LAYER", true, "the name of a layer, or of one of its calls")

static const struct arg_spec of_active[] = {
    LAYER, VALUE("above", false, "what |output| must be above to count; without it, 0")};
static const struct arg_spec of_dead[] = {LAYER,
                                          VALUE("N", false, "a whole number of steps, 1 or more")};

static const struct operation op_l0 = {
    .entry = {.name = "l0",
              .args = of_active,
              .arg_count = 2,
              .summary = "how many outputs of a layer are not 0, a sample",
              .details =
                  "The mean over the evaluation data, with the model as it stands. "
                  "l0(code, 0.1) counts those whose |output| is above 0.1: a sigmoid is never "
                  "exactly 0.",
              .example = CODE "expect l0(code) == 5\n"},
    .usage = "l0(code) or l0(code, 0.1)",
    .asks = 2,
    .asks_least = 1,
};
static const struct operation op_dead = {
    .entry = {.name = "dead",
              .args = of_dead,
              .arg_count = 2,
              .summary = "how many units of a layer never put out anything but 0",
              .details =
                  "dead(code): for no sample of the evaluation data, with the model as it "
                  "stands. dead(code, 1000): in none of the last 1000 steps; it needs a "
                  "layer that counts them, dense 100 relu count_idle=yes as code. Before there "
                  "were so many steps it is 0.",
              .example = CODE "print dead(code), dead(code, 50)\n"},
    .usage = "dead(code) or dead(code, 1000)",
    .asks = 2,
    .asks_least = 1,
};

static const struct entry *const rows[] = {
    &op_sum.entry,       &op_mean.entry,       &op_abs.entry,      &op_square.entry,
    &op_sqrt.entry,      &op_exp.entry,        &op_log.entry,      &op_max.entry,
    &op_min.entry,       &op_sign.entry,       &op_var.entry,      &op_std.entry,
    &op_norm.entry,      &op_count.entry,      &op_fraction.entry, &op_where.entry,
    &op_transpose.entry, &op_sin.entry,        &op_cos.entry,      &op_floor.entry,
    &op_round.entry,     &op_mod.entry,        &op_clip.entry,     &op_stalled.entry,
    &op_best.entry,      &op_best_epoch.entry, &op_l0.entry,       &op_dead.entry,
};
const struct table functions = {"function", rows, sizeof rows / sizeof *rows};
