/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/constraint.h"

#include <string.h>

/* Keras's: keeps the quotient finite where all weights of a unit are 0. */
static const double epsilon = 1e-7;

/* Norms are taken of this many neighbouring columns at a time. */
enum { COLUMNS = 64 };

/* The vectors along one axis: `outer` blocks of [length][inner], a vector for each column. */
struct vectors {
    size_t outer, length, inner;
};

static struct vectors vectors_along(const struct shape *shape, uint32_t axis)
{
    struct vectors v = {.outer = 1, .length = shape->size[axis], .inner = 1};
    for (uint32_t i = 0; i < axis; i++)
        v.outer *= shape->size[i];
    for (uint32_t i = axis + 1; i < shape->axes; i++)
        v.inner *= shape->size[i];
    return v;
}

/* norm[j] of the vectors in columns [0, n) of a block. */
static void norms_of(const struct vectors *v, size_t n, const real *w, double *norm)
{
    for (size_t j = 0; j < n; j++)
        norm[j] = 0;
    for (size_t i = 0; i < v->length; i++)
        for (size_t j = 0; j < n; j++)
            norm[j] += (double)w[i * v->inner + j] * (double)w[i * v->inner + j];
    for (size_t j = 0; j < n; j++)
        norm[j] = sqrt(norm[j]);
}

/* Gives each vector along the axis of `self` the norm that `desired` says. */
static void rescale_norms(const struct args *self, const struct shape *shape, real *w,
                          double (*desired)(const struct args *self, double norm))
{
    const struct vectors v = vectors_along(shape, (uint32_t)args_whole(self, "axis"));
    for (size_t k = 0; k < v.outer; k++)
        for (size_t from = 0; from < v.inner; from += COLUMNS) {
            const size_t n = v.inner - from < COLUMNS ? v.inner - from : COLUMNS;
            real *at = w + k * v.length * v.inner + from;
            double by[COLUMNS];
            norms_of(&v, n, at, by);
            for (size_t j = 0; j < n; j++)
                by[j] = desired(self, by[j]) / (epsilon + by[j]);
            for (size_t i = 0; i < v.length; i++)
                for (size_t j = 0; j < n; j++)
                    at[i * v.inner + j] = (real)((double)at[i * v.inner + j] * by[j]);
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

static void apply_max_norm(const struct args *self, const struct shape *shape, real *w)
{
    rescale_norms(self, shape, w, at_most);
}

static void apply_min_max_norm(const struct args *self, const struct shape *shape, real *w)
{
    rescale_norms(self, shape, w, between);
}

static void apply_unit_norm(const struct args *self, const struct shape *shape, real *w)
{
    rescale_norms(self, shape, w, one);
}

static void apply_non_neg(const struct args *self, const struct shape *shape, real *w)
{
    (void)self;
    for (size_t i = 0; i < shape_count(shape); i++)
        w[i] = w[i] > 0 ? w[i] : 0;
}

#define NUMBER(called, standard_value, most, what)                                                 \
    {                                                                                              \
        .name = called, .form = POSITIONAL, .type = ARG_NUMBER, .standard = standard_value,        \
        .min = 0, .max = most, .line = what                                                        \
    }
#define AXIS                                                                                       \
    {                                                                                              \
        .name = "axis", .form = POSITIONAL, .type = ARG_WHOLE, .standard = "0", .min = 0,          \
        .max = SHAPE_MOST - 1,                                                                     \
        .line = "the axis of the tensor that norms are taken along; 0: a kernel's inputs"          \
    }

static const struct arg_spec max_norm_args[] = {NUMBER("max_value", "2", 1e30, "the largest norm"),
                                                AXIS};
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
                          "along the axis.",
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
};

static const struct entry *const rows[] = {
    &kinds[0].entry, &kinds[1].entry, &kinds[2].entry, &kinds[3].entry, &kinds[4].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof kinds / sizeof *kinds, "a row for each kind");

const struct table constraint_kinds = {"constraint", rows, sizeof rows / sizeof *rows};

static const struct arg *find_argument(const struct args *self, const char *name)
{
    for (size_t i = 0; i < self->entry->arg_count; i++)
        if (strcmp(self->entry->args[i].name, name) == 0)
            return &self->arg[i];
    return NULL;
}

int constraint_check(const struct args *self, const struct shape *shape, struct err *e)
{
    const struct arg *axis = find_argument(self, "axis"), *least = find_argument(self, "min_value");
    if (axis && axis->as.whole >= (long)shape->axes) {
        char text[80];
        err_at(e, axis->where, "%s: the tensor is %s and has no axis %ld", self->entry->name,
               shape_text(shape, text, sizeof text), axis->as.whole);
        return err_hint(e, shape->axes == 1 ? "its one axis is 0" : "its axes are 0 to %u",
                        shape->axes - 1);
    }
    if (least && least->as.number > args_number(self, "max_value")) {
        err_at(e, self->where, "min_max_norm needs min_value <= max_value");
        return err_hint(e, "swap the two numbers");
    }
    return 0;
}

void constraint_apply(const struct args *self, const struct shape *shape, real *w)
{
    const struct constraint_kind *kind = (const struct constraint_kind *)self->entry;
    if (kind->apply)
        kind->apply(self, shape, w);
}
