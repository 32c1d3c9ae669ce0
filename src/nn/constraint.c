/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/constraint.h"

#include "num/sigma.h"

#include <stdbool.h>
#include <string.h>

/* Keras's: keeps the quotient finite where all weights of a unit are 0. */
static const double epsilon = 1e-7;

/* Norms are taken of this many neighbouring columns at a time. */
enum { COLUMNS = 64 };

/* Axes of a tensor, the innermost first; neighbours are one. */
struct axes {
    size_t size[SHAPE_MOST], stride[SHAPE_MOST];
    size_t count, numbers;
};

/* The vectors along some axes: they go over `along`, one stands at each place of `across`, and
 * `inner` of them beside each other. */
struct vectors {
    struct axes along, across;
    size_t inner;
};

static const struct arg *find_argument(const struct args *self, const char *name)
{
    for (size_t i = 0; i < self->entry->arg_count; i++)
        if (strcmp(self->entry->args[i].name, name) == 0)
            return &self->arg[i];
    return NULL;
}

static bool is_along(const struct args *self, uint32_t axis)
{
    const struct arg *a = find_argument(self, "axis");
    for (size_t i = 0; i < a->as.numbers.count; i++)
        if (a->as.numbers.item[i] == axis)
            return true;
    return false;
}

static struct vectors vectors_of(const struct args *self, const struct shape *shape)
{
    struct vectors v = {.along.numbers = 1, .across.numbers = 1, .inner = 1};
    const struct axes *before = NULL;
    uint32_t i = shape->axes;
    while (i > 0 && !is_along(self, i - 1))
        v.inner *= shape->size[--i];
    for (size_t stride = v.inner; i-- > 0; stride *= shape->size[i]) {
        struct axes *to = is_along(self, i) ? &v.along : &v.across;
        if (to == before)
            to->size[to->count - 1] *= shape->size[i];
        if (to != before) {
            to->stride[to->count] = stride;
            to->size[to->count++] = shape->size[i];
        }
        to->numbers *= shape->size[i];
        before = to;
    }
    return v;
}

/* Where number i of the axes stands. */
static size_t place_of(const struct axes *a, size_t i)
{
    size_t at = 0;
    for (size_t k = 0; k + 1 < a->count; k++) {
        at += i % a->size[k] * a->stride[k];
        i /= a->size[k];
    }
    return a->count ? at + i * a->stride[a->count - 1] : at;
}

/* norm[j] of n vectors beside each other, the first of which begins at w. */
static void norms_of(const struct axes *along, size_t n, const real *w, double *norm)
{
    for (size_t j = 0; j < n; j++)
        norm[j] = 0;
    for (size_t i = 0; i < along->numbers; i++) {
        const real *at = w + place_of(along, i);
        for (size_t j = 0; j < n; j++)
            norm[j] += (double)at[j] * (double)at[j];
    }
    for (size_t j = 0; j < n; j++)
        norm[j] = sqrt(norm[j]);
}

/* Gives each vector along the axes of `self` the norm that `desired` says. */
static void rescale_norms(const struct args *self, const struct shape *shape, real *w,
                          double (*desired)(const struct args *self, double norm))
{
    const struct vectors v = vectors_of(self, shape);
    for (size_t k = 0; k < v.across.numbers; k++)
        for (size_t from = 0; from < v.inner; from += COLUMNS) {
            const size_t n = v.inner - from < COLUMNS ? v.inner - from : COLUMNS;
            real *first = w + place_of(&v.across, k) + from;
            double by[COLUMNS];
            norms_of(&v.along, n, first, by);
            for (size_t j = 0; j < n; j++)
                by[j] = desired(self, by[j]) / (epsilon + by[j]);
            for (size_t i = 0; i < v.along.numbers; i++) {
                real *at = first + place_of(&v.along, i);
                for (size_t j = 0; j < n; j++)
                    at[j] = (real)((double)at[j] * by[j]);
            }
        }
}

static double at_most(const struct args *self, double norm)
{
    return fmin(norm, args_number(self, "max_value"));
}

static double between(const struct args *self, double norm)
{
    const double rate = args_number(self, "rate");
    const double held =
        fmin(fmax(norm, args_number(self, "min_value")), args_number(self, "max_value"));
    return rate * held + (1 - rate) * norm;
}

static double one(const struct args *self, double norm)
{
    (void)self;
    (void)norm;
    return 1;
}

static void apply_max_norm(const struct args *self, const struct shape *shape, real *w,
                           double *room)
{
    (void)room;
    rescale_norms(self, shape, w, at_most);
}

static void apply_min_max_norm(const struct args *self, const struct shape *shape, real *w,
                               double *room)
{
    (void)room;
    rescale_norms(self, shape, w, between);
}

static void apply_unit_norm(const struct args *self, const struct shape *shape, real *w,
                            double *room)
{
    (void)room;
    rescale_norms(self, shape, w, one);
}

static void apply_non_neg(const struct args *self, const struct shape *shape, real *w, double *room)
{
    (void)self;
    (void)room;
    for (size_t i = 0; i < shape_count(shape); i++)
        w[i] = w[i] > 0 ? w[i] : 0;
}

static size_t spectral_room(const struct shape *shape)
{
    const size_t cols = shape_last(shape);
    return sigma_room(shape_count(shape) / cols, cols);
}

static void apply_spectral_norm(const struct args *self, const struct shape *shape, real *w,
                                double *room)
{
    const double most = args_number(self, "max_value");
    const size_t count = shape_count(shape), cols = shape_last(shape);
    const double sigma = sigma_largest(w, count / cols, cols, room);
    if (sigma <= most)
        return;
    for (size_t i = 0; i < count; i++)
        w[i] = (real)((double)w[i] * (most / sigma));
}

#define NUMBER(called, standard_value, most, what)                                                 \
    {                                                                                              \
        .name = called, .form = POSITIONAL, .type = ARG_NUMBER, .standard = standard_value,        \
        .min = 0, .max = most, .line = what                                                        \
    }
#define AXIS                                                                                       \
    {                                                                                              \
        .name = "axis", .form = REST, .type = ARG_NUMBERS, .standard = "0", .min = 0,              \
        .max = SHAPE_MOST - 1,                                                                     \
        .line = "the axes of the tensor that norms are taken along; 0: a kernel's inputs, 0, 1: "  \
                "the whole kernel"                                                                 \
    }

static const struct arg_spec max_norm_args[] = {NUMBER("max_value", "2", 1e30, "the largest norm"),
                                                AXIS};
static const struct arg_spec spectral_norm_args[] = {
    NUMBER("max_value", "1", 1e30, "the largest singular value that stays")};
static const struct arg_spec unit_norm_args[] = {AXIS};
static const struct arg_spec min_max_norm_args[] = {
    NUMBER("min_value", "0", 1e30, "the least norm"),
    NUMBER("max_value", "1", 1e30, "the largest norm"),
    NUMBER("rate", "1", 1, "how far a step brings a norm towards these; 1: all the way"), AXIS};

#define EXAMPLE(word)                                                                              \
    "data moons 100\ninput 2\ndense 8 tanh kernel_constraint=" word                                \
    " as h\ndense 1 sigmoid\ntrain 2\nshow h.kernel\n"
#define SEVERAL(list) .args = list, .arg_count = sizeof list / sizeof *list

static const struct constraint_kind kinds[] = {
    {.entry = {.name = "none",
               .summary = "no constraint",
               .details = "Weights go where the steps lead them.",
               .example = EXAMPLE("none")}},
    {.entry = {.name = "max_norm",
               SEVERAL(max_norm_args),
               .summary = "the weights into a unit have a norm of max_value at most",
               .use = "With dropout and large learning rates: weights may be any size up to a "
                      "bound, and none is pulled while it is within.",
               .source = "Srebro and Shraibman 2005; Srivastava 2014; the form is Keras's",
               .details = "After each step w = w min(n, max_value) / (1e-7 + n), n = sqrt(sum w^2) "
                          "along the axis. Several axes stand last, as in max_norm(2, 0, 1): one "
                          "norm for the whole kernel.",
               .example = EXAMPLE("max_norm(1)")},
     .apply = apply_max_norm},
    {.entry = {.name = "non_neg",
               .summary = "weights are 0 or more",
               .use =
                   "For parts that only add up, as in a nonnegative code, and for functions that "
                   "may only rise with an input.",
               .source = "Lee and Seung 1999; Keras NonNeg",
               .details = "After each step w = max(w, 0).",
               .example = EXAMPLE("non_neg")},
     .apply = apply_non_neg},
    {.entry = {.name = "unit_norm",
               SEVERAL(unit_norm_args),
               .summary = "the weights into a unit have norm 1",
               .use = "For the atoms of a dictionary: a penalty on a code is void if the code can "
                      "shrink while the decoder grows. A decoder's atom is a row: axis=1.",
               .source = "Keras UnitNorm; for decoders Olshausen and Field 1997",
               .details =
                   "After each step w = w / (1e-7 + n), n = sqrt(sum w^2) along the axis, as "
                   "in Keras. Weights that are all 0 stay so.",
               .example = EXAMPLE("unit_norm")},
     .apply = apply_unit_norm},
    {.entry = {.name = "min_max_norm",
               SEVERAL(min_max_norm_args),
               .summary = "the weights into a unit have a norm between two numbers",
               .use = "Where neither dead units nor runaway ones are wanted.",
               .source = "Keras MinMaxNorm",
               .details = "After each step w = w (rate c + (1 - rate) n) / (1e-7 + n), where n = "
                          "sqrt(sum w^2) along the axis and c is n brought within [min_value, "
                          "max_value], as in Keras. Weights that are all 0 stay so.",
               .example = EXAMPLE("min_max_norm(0.5, 1.5)")},
     .apply = apply_min_max_norm},
    {.entry = {.name = "spectral_norm",
               SEVERAL(spectral_norm_args),
               .summary = "a kernel stretches no input to more than max_value times its length",
               .use =
                   "Where the output must not move faster than the input: against sensitivity to "
                   "small changes of the input, and where a step is taken again and again.",
               .source = "Yoshida and Miyato 2017; Gouk et al. 2021",
               .details =
                   "After each step w = w max_value / sigma where sigma, the largest "
                   "singular value, is above max_value; else w stays as it is. Sigma is exact, not "
                   "that of one power "
                   "step. A tensor of more axes is a matrix whose columns are its last axis; "
                   "a vector's sigma is its norm, a single number's its size. Equal singular "
                   "values are brought down together; a tensor of zeros stays.",
               .example = EXAMPLE("spectral_norm(1)")},
     .apply = apply_spectral_norm,
     .room = spectral_room},
};

static const struct entry *const rows[] = {
    &kinds[0].entry, &kinds[1].entry, &kinds[2].entry,
    &kinds[3].entry, &kinds[4].entry, &kinds[5].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof kinds / sizeof *kinds, "a row for each kind");

const struct table constraint_kinds = {"constraint", rows, sizeof rows / sizeof *rows};

static int check_axis(const struct args *self, const struct shape *shape, struct err *e)
{
    const struct arg *axis = find_argument(self, "axis");
    for (size_t i = 0; axis && i < axis->as.numbers.count; i++) {
        const double x = axis->as.numbers.item[i];
        char text[80], number[NUMBER_ROOM];
        if (x != floor(x))
            return err_at(e, axis->where, "axis is a whole number from 0 to %d, not %s",
                          SHAPE_MOST - 1, number_text(x, number));
        if (x >= shape->axes) {
            err_at(e, axis->where, "%s: the tensor is %s and has no axis %.0f", self->entry->name,
                   shape_text(shape, text, sizeof text), x);
            return err_hint(e, shape->axes == 1 ? "its one axis is 0" : "its axes are 0 to %u",
                            shape->axes - 1);
        }
        for (size_t k = 0; k < i; k++)
            if (axis->as.numbers.item[k] == x) {
                err_at(e, axis->where, "axis %.0f is named twice", x);
                return err_hint(e, "each axis stands once");
            }
    }
    return 0;
}

int constraint_check(const struct args *self, const struct shape *shape, struct err *e)
{
    const struct arg *least = find_argument(self, "min_value");
    if (check_axis(self, shape, e))
        return -1;
    if (least && least->as.number > args_number(self, "max_value")) {
        err_at(e, self->where, "min_max_norm needs min_value <= max_value");
        return err_hint(e, "swap the two numbers");
    }
    return 0;
}

static const struct constraint_kind *kind_of(const struct args *self)
{
    return (const struct constraint_kind *)self->entry;
}

size_t constraint_room(const struct args *self, const struct shape *shape)
{
    return kind_of(self)->room ? kind_of(self)->room(shape) : 0;
}

void constraint_apply(const struct args *self, const struct shape *shape, real *w, double *room)
{
    if (kind_of(self)->apply)
        kind_of(self)->apply(self, shape, w, room);
}
