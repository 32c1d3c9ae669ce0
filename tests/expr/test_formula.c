/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas with gradients: values are those of expressions, gradients those of finite differences
 * (in double), and what happens at kinks. */
#include "check.h"
#include "slope.h"

#include "base/rng.h"
#include "expr/expr.h"
#include "expr/formula.h"
#include "lang/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS_MOST = 2000, PARAMETERS = 2 };
static const char *const parameter_name[PARAMETERS] = {"p", "eps"};
static const double parameter[PARAMETERS] = {0.7, 1e-3};

static struct node *tree_of(struct arena *arena, const char *text)
{
    struct node *n = NULL;
    struct err e = {0};
    if (parse_value(arena, text, strlen(text), 1, &n, &e) != PARSE_OK)
        fail_msg("%s: %s", text, e.what);
    return n;
}

static struct formula *formula_of(const char *text)
{
    struct arena arena = {0};
    struct err e = {0};
    struct formula *f = formula_make(tree_of(&arena, text), parameter_name, PARAMETERS, &e);
    arena_finish(&arena);
    if (!f)
        fail_msg("%s: %s", text, e.what);
    return f;
}

/* A formula at one place, with a block that is full of NaN before. */
struct place {
    struct formula *f;
    struct dims x;
    double *block;
    real at[ELEMENTS_MOST], d[ELEMENTS_MOST];
};

static void place_start(struct place *p, const char *text, struct dims x)
{
    int axis;
    *p = (struct place){.f = formula_of(text), .x = x};
    if (!formula_fits(p->f, x.axes, &axis))
        fail_msg("%s has no axis %d", text, axis);
    const size_t room = formula_room(p->f, &x);
    p->block = mem_new(room, sizeof *p->block);
    for (size_t i = 0; i < room; i++)
        p->block[i] = NAN;
}

static void place_finish(struct place *p)
{
    formula_destroy(p->f);
    mem_free(p->block);
}

static double value_at(void *self, const double *x)
{
    struct place *p = self;
    for (size_t i = 0; i < dims_count(&p->x); i++)
        p->at[i] = (real)x[i];
    return formula_value(p->f, &p->x, parameter, p->at, p->block);
}

/* Uniform in (low, high) but for a strip around 0, where kinks are. */
static void draw(double *x, size_t n, double low, double high, uint64_t seed)
{
    const uint64_t key = rng_key(seed, "test", "x", 0);
    for (size_t i = 0; i < n; i++) {
        x[i] = (real)(low + (high - low) * rng_uniform(key, i));
        if (fabs(x[i]) < 0.01)
            x[i] = 0.25;
    }
}

static const struct dims shapes[] = {
    {1, {1}}, {1, {7}}, {2, {5, 4}}, {2, {1, 6}}, {2, {90, 3}}, {3, {4, 3, 5}}, {4, {2, 3, 1, 4}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Of positive and negative x. */
static const char *const any[] = {
    "sum(x)",
    "x",
    "+x - -x",
    "sum(abs(x))",
    "sum(x^2)",
    "sum(x*x*x - 3*x)",
    "sum(x / (x^2 + 1))",
    "p / (1 + sum(x^2))",
    "square(x - p)",
    "sqrt(x^2 + eps)",
    "exp(-x) + exp(p*x)",
    "log(x^2 + 1)",
    "max(x)",
    "min(x)",
    "max(x, p)",
    "min(x, -x^3)",
    "max(x, mean(x))",
    "max(x, axis=0)",
    "min(x, axis=-1) * x",
    "max(abs(x), axis=0)^2",
    "sign(x) * x^3",
    "var(x)",
    "std(x) + x",
    "var(x, axis=0)",
    "std(x^2, axis=-1)",
    "norm(x)",
    "norm(x, axis=0)",
    "norm(x, axis=-1) * sum(x)",
    "mean(x)^2",
    "mean(x^3, axis=0)",
    "mean(x^2, axis=-1) / (1 + x^2)",
    "x / (1 + sum(abs(x), axis=0))",
    "x / (1 + sum(abs(x), axis=-1))",
    "(x - mean(x, axis=0)) * (x - mean(x, axis=-1))^2",
    "count(x > 0) * sum(x)",
    "fraction(x > 0, axis=0) * x",
    "where(x > 0.5, x^2, exp(x))",
    "where(mean(x, axis=0) > 0, x^2, -x)",
    "(x > 0 and x < 1) * x^2 + (x >= 1 or x <= -1) * x + (not x == 7) * (x != 8)",
    "(x ~ 1 within 0.5) * x^2 + (x ~ 3)",
    "x^3",
    "(x^2 + 1)^p",
    "(x^2 + 1)^x",
    "p^x",
    "2^(x^2 / 4)",
    "sum(abs(x))^2 / sum(x^2)",
    "sum(sqrt(sum(x^2, axis=0) + eps))",
    "var(mean(x, axis=0))",
    "sum(sqrt(x^2 + 1)) + p*max(abs(x)) + log(1 + exp(mean(x)))",
    "sum(max(abs(x), axis=-1), axis=0)",
    "sin(x)",
    "cos(3*x) * x",
    "sum(sin(x)) * sum(cos(x))",
    "floor(3*x) * x^2",
    "round(3*x) * x^2",
    "mod(x, p)^2",
    "mod(p, 0.3 + x^2) * x",
    "mod(x, -0.9)",
    "clip(x, -1.1, p)",
    "clip(x^2, 0.3, 1.7) * x",
    "clip(p, x, x + 1)",
    "clip(0.1, x - 1, x)",
};
/* Of positive x. */
static const char *const positive[] = {
    "sqrt(x)",
    "log(x)",
    "x^p",
    "x^-1.5",
    "x^x",
    "1 / x",
    "sum(x*log(x)) / sum(x)",
    "p*log(p/mean(x, axis=0))",
    "norm(sqrt(x), axis=0)",
    "x^0.5",
    "x^0",
    "x^1",
};

struct meaning {
    const struct place *p;
};

static int find(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e)
{
    const struct meaning *m = self;
    (void)values;
    (void)e;
    if (strcmp(path->text, "x") == 0)
        *leaf = (struct leaf){.dims = m->p->x, .reals = m->p->at};
    else
        *leaf = (struct leaf){.number = parameter[strcmp(path->text, "p") != 0]};
    return 0;
}

/* What the expressions of print and expect say. */
static double expression_at(const struct place *p, const char *text)
{
    struct meaning m = {p};
    const struct names names = {.self = &m, .find = find};
    struct arena arena = {0};
    struct tensor t = {0};
    struct err e = {0};
    double sum = 0;
    if (expr_eval(tree_of(&arena, text), &names, &t, &e))
        fail_msg("%s: %s", text, e.what);
    for (size_t i = 0; i < dims_count(&t.dims); i++)
        sum += t.item[i];
    tensor_finish(&t);
    arena_finish(&arena);
    return sum;
}

static void compare(const char *text, const struct dims *shape, double low, double high)
{
    struct place p;
    double x[ELEMENTS_MOST];
    place_start(&p, text, *shape);
    draw(x, dims_count(shape), low, high, 3);
    const double value = value_at(&p, x), expected = expression_at(&p, text);
    if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%s: %.17g, and as an expression %.17g", text, value, expected);
    place_finish(&p);
}

static void values_are_those_of_expressions(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        for (size_t i = 0; i < sizeof any / sizeof *any; i++)
            compare(any[i], &shapes[s], -2, 2);
        for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
            compare(positive[i], &shapes[s], 0.2, 2);
    }
}

/* Sums of these are exact at eighths, so that their order does not count. */
static const char *const exact[] = {
    "x",
    "x^2 - 3*x",
    "sum(abs(x))^2 / sum(x^2)",
    "sqrt(sum(x^2) + eps)",
    "norm(x) + p*max(abs(x))",
    "norm(x, axis=0) > norm(x, axis=-1)",
    "log(1 + exp(mean(x)))",
    "p^mean(x) / (eps + fraction(x > 0))",
    "(mean(x)^2 + 1)^p",
    "exp(-norm(x) / 8) * count(x > 0)",
    "sum(max(abs(x), axis=-1), axis=0)",
    "max(sum(x, axis=0)) - min(sum(x^2, axis=-1))",
    "sum(x * sum(x, axis=0)) / (1 + sum(x^2))",
    "where(sum(x, axis=0) > x, x^2, -x^3)",
    "(x ~ 1 within 0.5) * x^2 + (x ~ 0.25)",
    "mean(max(x, -x^2), axis=0) > mean(x)",
};

static void is_expression_to_the_bit(const char *text, const struct dims *shape)
{
    struct place p;
    double x[ELEMENTS_MOST];
    place_start(&p, text, *shape);
    draw(x, dims_count(shape), 0.2, 2, 7);
    for (size_t i = 0; i < dims_count(shape); i++)
        x[i] = (i % 3 ? 1 : -1) * ceil(8 * x[i]) / 8;
    const double value = value_at(&p, x), expected = expression_at(&p, text);
    if (value != expected && !(isnan(value) && isnan(expected)))
        fail_msg("%s: %.17g, and as an expression %.17g", text, value, expected);
    place_finish(&p);
}

static void values_are_those_of_expressions_to_the_last_bit(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
            is_expression_to_the_bit(exact[i], &shapes[s]);
    /* One element is its own sum. */
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        is_expression_to_the_bit(any[i], &shapes[0]);
    for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
        is_expression_to_the_bit(positive[i], &shapes[0]);
}

#ifdef NNR_DOUBLE
static void differentiate(const char *text, const struct dims *shape, double low, double high)
{
    struct place p;
    double x[ELEMENTS_MOST];
    const size_t n = dims_count(shape);
    place_start(&p, text, *shape);
    draw(x, n, low, high, 5);
    value_at(&p, x);
    formula_grad(p.f, p.block, 1, p.at, p.d, false);
    struct slope s = {.f = value_at, .self = &p};
    slope_add(&s, x, p.d, 0, n);
    if (s.wrong || s.skipped * 5 > s.checked + 4)
        fail_msg("%s, shape %zu of %zu axes: %zu of %zu wrong, %zu skipped, worst %+.3g", text, n,
                 (size_t)shape->axes, s.wrong, s.checked, s.skipped, s.worst);
    place_finish(&p);
}

static void gradients_are_those_of_finite_differences(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        for (size_t i = 0; i < sizeof any / sizeof *any; i++)
            differentiate(any[i], &shapes[s], -2, 2);
        for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
            differentiate(positive[i], &shapes[s], 0.2, 2);
    }
}
#endif

/* The gradient of `text` at n numbers, as a row of one axis or more. */
static void is_gradient(const char *text, struct dims shape, const double *x,
                        const double *expected)
{
    struct place p;
    place_start(&p, text, shape);
    value_at(&p, x);
    formula_grad(p.f, p.block, 1, p.at, p.d, false);
    for (size_t i = 0; i < dims_count(&shape); i++)
        if (!(fabs((double)p.d[i] - expected[i]) <= 1e-6))
            fail_msg("%s: slope %zu is %g and not %g", text, i, (double)p.d[i], expected[i]);
    place_finish(&p);
}

static void nothing_is_nan_at_zero(void **state)
{
    (void)state;
    const struct dims four = {1, {4}};
    const double zero[4] = {0}, x[4] = {0, 1, -2, 0};
    static const char *const flat[] = {
        "sum(abs(x))",  "sqrt(x)",    "sqrt(sum(x^2))", "norm(x)",  "std(x)",
        "norm(x)^0.5",  "abs(x)^0.5", "(x^2)^0.25",     "sum(x)^0", "std(x)/(1+norm(x))",
        "sqrt(abs(x))",
    };
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        is_gradient(flat[i], four, zero, zero);
    is_gradient("sum(abs(x))", four, x, (const double[]){0, 1, -1, 0});
    /* Over the columns of 0 1; 0 0: only the second has a slope, (1, 0). */
    is_gradient("norm(x, axis=0)", (struct dims){2, {2, 2}}, (const double[]){0, 1, 0, 0},
                (const double[]){0, 1, 0, 0});
    is_gradient("x^1", four, zero, (const double[]){1, 1, 1, 1});
}

/* The formula is 0 and flat, to the last bit. */
static void is_flat(const char *text, const struct dims *shape, const double *x)
{
    struct place p;
    place_start(&p, text, *shape);
    const double value = value_at(&p, x);
    formula_grad(p.f, p.block, 1, p.at, p.d, false);
    for (size_t i = 0; i < dims_count(shape); i++)
        if (value != 0 || p.d[i] != 0)
            fail_msg("%s, %zu times %.17g: value %g, slope %zu is %g", text, dims_count(shape),
                     x[0], value, i, (double)p.d[i]);
    place_finish(&p);
}

/* The mean of equal numbers is that number, which their sum over their count is not: three times
 * 0.1 is 0.30000000000000004. What is made of deviations is then 0 and not a unit in the last
 * place, and a slope that is divided by it is 0 and not of the size of 1. */
static void equal_elements_do_not_deviate(void **state)
{
    (void)state;
    static const double values[] = {0.1, -0.7, 1.0 / 3, 1e-3, 123456.789, 3e-20, 1e15 / 7};
    static const char *const flat[] = {
        "std(x)",
        "var(x)",
        "std(x, axis=0)",
        "std(x, axis=-1)",
        "var(x, axis=0)",
        "norm(x - mean(x))",
        "norm(x - mean(x, axis=0), axis=-1)",
        "sqrt(mean((x - mean(x))^2))",
        "sqrt(sum(square(x - mean(x, axis=-1))))",
        "sqrt(var(x))",
        "var(x)^0.5",
        "std(x)^0.5",
        "std(x) / (eps + mean(abs(x)))",
        "std(exp(-abs(x)) * p + 0.3)",
        "std(std(x, axis=0) + 0.1)",
        "std(mean(x, axis=0))",
        "norm(x / mean(x) - 1)",
        "sqrt(mean(x^2) - mean(x)^2)",
        "std(where(x > 0, 0.1, 0.1))",
    };
    static const struct dims sizes[] = {
        {1, {3}},    {1, {1}},    {1, {7}},      {1, {257}},    {2, {3, 3}},    {2, {10, 7}},
        {2, {1, 6}}, {2, {6, 1}}, {2, {600, 3}}, {2, {3, 600}}, {3, {4, 3, 5}}, {4, {2, 3, 1, 7}},
    };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            double x[ELEMENTS_MOST];
            for (size_t i = 0; i < ELEMENTS_MOST; i++)
                x[i] = values[v];
            for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
                is_flat(flat[i], &sizes[s], x);
        }
}

/* Rows of equal numbers beside one that is none, which alone has a slope; and columns. */
static void equal_rows_beside_others(void **state)
{
    (void)state;
    const double third = 1.0 / 3;
    const struct dims grid = {2, {3, 3}};
    const double rows[9] = {0.1, 0.1, 0.1, 1, 2, 3, 0.7, 0.7, 0.7};
    const double columns[9] = {0.1, 1, 0.7, 0.1, 2, 0.7, 0.1, 3, 0.7};
    /* The deviation of 1 2 3 is sqrt(2/3); its slopes are (x - 2) / (3 sqrt(2/3)). */
    const double s = third / sqrt(2 * third);
    is_gradient("std(x, axis=-1)", grid, rows, (const double[]){0, 0, 0, -s, 0, s, 0, 0, 0});
    is_gradient("std(x, axis=0)", grid, columns, (const double[]){0, -s, 0, 0, 0, 0, 0, s, 0});
    is_gradient("var(x, axis=-1)", grid, rows,
                (const double[]){0, 0, 0, -2 * third, 0, 2 * third, 0, 0, 0});
    is_gradient("norm(x - mean(x, axis=0), axis=0)", grid, columns,
                (const double[]){0, -sqrt(0.5), 0, 0, 0, 0, 0, sqrt(0.5), 0});
    /* The last but one differs: not all are equal, wherever a tile ends. */
    double x[700], d[700] = {0};
    for (size_t i = 0; i < 700; i++)
        x[i] = 0.1;
    x[698] = 1.1;
    for (size_t i = 0; i < 700; i++)
        d[i] = (x[i] - 0.1 - 1.0 / 700) / 700 / sqrt(699.0) * 700;
    is_gradient("std(x)", (struct dims){1, {700}}, x, d);
}

/* What PyTorch calls unbiased is not meant: one element has a variance, and it is 0. */
static void one_element(void **state)
{
    (void)state;
    const struct dims one = {1, {1}}, thin = {2, {4, 1}};
    const double x[4] = {0.3, -2, 0, 5};
    is_flat("var(x)", &one, x);
    is_flat("std(x)", &one, x);
    is_flat("std(x, axis=-1)", &thin, x);
    is_flat("norm(x - mean(x, axis=1))", &thin, x);
    is_gradient("norm(x, axis=1)", thin, x, (const double[]){1, -1, 0, 1});
    is_gradient("max(x, axis=1)", thin, x, (const double[]){1, 1, 1, 1});
    is_gradient("mean(x, axis=1)", thin, x, (const double[]){1, 1, 1, 1});
}

/* Powers and roots at 0, and what is made of them. */
static void special_points(void **state)
{
    (void)state;
    const struct dims two = {1, {2}};
    const double x[2] = {0, 4};
    static const struct {
        const char *text;
        double slope[2];
    } cases[] = {
        {"sqrt(x)", {0, 0.25}},
        {"x^0.5", {0, 0.25}},
        {"x^0", {0, 0}},
        {"x^1", {1, 1}},
        {"x^1.5", {0, 3}},
        {"x^2", {0, 8}},
        {"x^3", {0, 48}},
        {"p^x", {-0.35667494393873245, -0.08563765003968967}},
        {"abs(x)", {0, 1}},
        {"max(x, 0)", {0.5, 1}},
        {"min(x, 0)", {0.5, 0}},
        {"abs(x - 4)", {-1, 0}},
        {"norm(x - x)", {0, 0}},
        {"norm(x)", {0, 1}},
        {"max(x) - min(x)", {-1, 1}},
        {"var(x)", {-2, 2}},
        {"std(x)", {-0.5, 0.5}},
        {"log(1 + x)", {1, 0.2}},
        {"sin(x)", {1, -0.6536436208636119}},
        {"floor(x) * x", {0, 4}},
        {"round(x + 0.4) * x", {0, 4}},
        {"mod(x, 3)", {1, 1}},
        {"mod(9, x + 1)", {-9, -1}},
        {"clip(x, 0, 4)", {1, 1}},
        {"clip(x, 1, 3)", {0, 0}},
        {"clip(1, x, 9)", {0, 1}},
        {"clip(1, x, 3)", {0, 0}},
        {"clip(9, 1, x)", {1, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_gradient(cases[i].text, two, x, cases[i].slope);
}

/* log(x) is NaN or infinite where it is not taken, and so would be its slope. */
static void a_branch_not_taken_leaks_nothing(void **state)
{
    (void)state;
    const double x[4] = {0, 2, -1, 4};
    is_gradient("where(x > 0, log(x), 0)", (struct dims){1, {4}}, x,
                (const double[]){0, 0.5, 0, 0.25});
    is_gradient("where(x > 0, sqrt(x), x)", (struct dims){1, {4}}, x,
                (const double[]){1, 0.353553390593, 1, 0.25});
    is_gradient("where(x > 0, 1/x, 3*x)", (struct dims){1, {4}}, x,
                (const double[]){3, -0.25, 3, -0.0625});
}

static void ties_share_the_slope(void **state)
{
    (void)state;
    const struct dims six = {1, {6}}, grid = {2, {2, 3}};
    const double x[6] = {3, 1, 3, -2, 3, -2};
    const double third = 1.0 / 3;
    is_gradient("max(x)", six, x, (const double[]){third, 0, third, 0, third, 0});
    is_gradient("min(x)", six, x, (const double[]){0, 0, 0, 0.5, 0, 0.5});
    is_gradient("max(x, axis=0)", grid, x, (const double[]){1, 0, 1, 0, 1, 0});
    is_gradient("max(x, axis=1)", grid, x, (const double[]){0.5, 0, 0.5, 0, 1, 0});
    is_gradient("max(x, 3)", six, x, (const double[]){0.5, 0, 0.5, 0, 0.5, 0});
    is_gradient("min(x, x)", six, x, (const double[]){1, 1, 1, 1, 1, 1});
}

static void what_jumps_has_no_slope(void **state)
{
    (void)state;
    const double x[3] = {-1, 0, 2}, zero[3] = {0};
    static const char *const flat[] = {
        "count(x)", "fraction(x > 0)", "sign(x)", "x > 1 or x < 0", "p", "(x ~ 2) + sign(x)*7"};
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        is_gradient(flat[i], (struct dims){1, {3}}, x, zero);
}

static void a_gradient_is_scaled_and_added(void **state)
{
    (void)state;
    struct place p;
    const double x[3] = {1, -2, 3};
    place_start(&p, "sum(x^2)", (struct dims){1, {3}});
    check_near(value_at(&p, x), 14, 0);
    formula_grad(p.f, p.block, 0.5, p.at, p.d, false);
    check_near(p.d[1], -2, 0);
    formula_grad(p.f, p.block, 2, p.at, p.d, true);
    check_near(p.d[1], -10, 0);
    formula_grad(p.f, p.block, 0, p.at, p.d, true);
    check_near(p.d[1], -10, 0);
    formula_grad(p.f, p.block, 0, p.at, p.d, false);
    check_near(p.d[1], 0, 0);
    place_finish(&p);
}

static void fewer_samples_fit_in_the_same_block(void **state)
{
    (void)state;
    struct place p;
    double x[12];
    place_start(&p, "var(mean(x, axis=0)) + max(x, axis=1) + sum(x)^2", (struct dims){2, {4, 3}});
    draw(x, 12, -1, 1, 8);
    value_at(&p, x);
    p.x.size[0] = 2;
    const double two = value_at(&p, x);
    formula_grad(p.f, p.block, 1, p.at, p.d, false);
    struct place q;
    place_start(&q, "var(mean(x, axis=0)) + max(x, axis=1) + sum(x)^2", p.x);
    check_near(value_at(&q, x), two, 0);
    formula_grad(q.f, q.block, 1, q.at, q.d, false);
    for (size_t i = 0; i < 6; i++)
        check_near(p.d[i], q.d[i], 0);
    place_finish(&p);
    place_finish(&q);
}

static void an_axis_that_is_missing_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        uint32_t axes;
        int missing; /* 99: none */
    } fits[] = {
        {"sum(x, axis=2)", 2, 2},
        {"sum(x, axis=2)", 3, 99},
        {"sum(max(x, axis=-3))", 2, -3},
        {"sum(max(x, axis=-3))", 3, 99},
        {"mean(x, axis=0) + var(x, axis=1)", 1, 1},
        {"x", 1, 99},
    };
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        struct formula *f = formula_of(fits[i].formula);
        int axis;
        if (formula_fits(f, fits[i].axes, &axis))
            axis = 99;
        assert_int_equal(axis, fits[i].missing);
        formula_destroy(f);
    }
}

static void bad_formulas_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *what;
        uint32_t at, end;
    } bad[] = {
        {"sum(y)", "no \"y\" in this formula", 4, 5},
        {"summ(x)", "no function \"summ\"", 0, 4},
        {"sum(x, 2)", "sum does not take 2 values", 0, 9},
        {"sum(x, axis=p)", "\"axis\" takes a whole number that is written out", 12, 13},
        {"sum(sum(x), axis=0)", "a single number has no axes", 17, 18},
        {"sum(x, axis=9)", "no tensor has that many axes", 12, 13},
        {"x + \"x\"", "the text \"x\" is no number and no tensor", 4, 7},
        {"x * ?", "\"?\" has no value here", 4, 5},
        {"x.kernel", "no \"x.kernel\" in this formula", 0, 8},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena = {0};
        struct err e = {0};
        assert_null(formula_make(tree_of(&arena, bad[i].formula), parameter_name, PARAMETERS, &e));
        assert_string_equal(e.what, bad[i].what);
        assert_int_equal(e.where.at, bad[i].at);
        assert_int_equal(e.where.end, bad[i].end);
        arena_finish(&arena);
    }
}

/* The next line of the file must begin with the word; returns what follows it. */
static const char *line_of(FILE *f, const char *word, char *text, int room)
{
    const size_t n = strlen(word);
    if (!fgets(text, room, f))
        return NULL;
    if (strncmp(text, word, n) != 0 || text[n] != ' ')
        fail_msg("%s is due, not %s", word, text);
    text[strcspn(text, "\n")] = 0;
    return text + n + 1;
}

static size_t numbers_of(const char *text, double *to)
{
    size_t n = 0;
    for (char *end; n < ELEMENTS_MOST; n++, text = end) {
        to[n] = strtod(text, &end);
        if (end == text)
            break;
    }
    return n;
}

/* Float has 24 bits, and sums of some tens of them. */
static bool is_near(double a, double b)
{
    const double t = sizeof(real) == sizeof(double) ? 1e-12 : 2e-6;
    return fabs(a - b) <= t * fmax(1, fabs(b));
}

static void check_torch_case(FILE *f, const char *text)
{
    enum { ROOM = 8000 };
    char line[ROOM];
    double x[ELEMENTS_MOST], due[ELEMENTS_MOST], size[TENSOR_AXES];
    struct place p;
    struct dims shape = {0};
    shape.axes = (uint32_t)numbers_of(line_of(f, "shape", line, ROOM), size);
    for (uint32_t i = 0; i < shape.axes; i++)
        shape.size[i] = (size_t)size[i];
    place_start(&p, text, shape);
    const size_t n = numbers_of(line_of(f, "x", line, ROOM), x);
    assert_int_equal(n, dims_count(&shape));
    const double value = value_at(&p, x), expected = strtod(line_of(f, "value", line, ROOM), NULL);
    if (!is_near(value, expected))
        fail_msg("%s is %.17g, and PyTorch says %.17g", text, value, expected);
    formula_grad(p.f, p.block, 1, p.at, p.d, false);
    assert_int_equal(numbers_of(line_of(f, "gradient", line, ROOM), due), n);
    for (size_t i = 0; i < n; i++)
        if (!is_near((double)p.d[i], due[i]))
            fail_msg("%s: slope %zu is %.17g, and PyTorch says %.17g", text, i, (double)p.d[i],
                     due[i]);
    place_finish(&p);
}

static void pytorch_says_the_same(void **state)
{
    (void)state;
    char text[500];
    const char *formula;
    size_t cases = 0;
    FILE *f = fopen(REFERENCE_DIR "/formulas.txt", "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f)); /* how it was made */
    for (; (formula = line_of(f, "formula", text, sizeof text)); cases++)
        check_torch_case(f, formula);
    fclose(f);
    assert_int_equal(cases, 34);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct node *n = tree_of(&arena, "sum(abs(x))^2 / sum(x^2) + p*max(x, axis=0)");
    long tried = 0;
    for (bool failed = true; failed; tried++) {
        struct err e = {0};
        mem_fail_at(tried + 1);
        struct formula *f = formula_make(n, parameter_name, PARAMETERS, &e);
        failed = mem_failed();
        mem_fail_at(0);
        assert_true(failed ? !f && e.kind == ERR_MEMORY : f != NULL);
        formula_destroy(f);
    }
    assert_true(tried > 2);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_expressions),
        cmocka_unit_test(values_are_those_of_expressions_to_the_last_bit),
#ifdef NNR_DOUBLE
        cmocka_unit_test(gradients_are_those_of_finite_differences),
#endif
        cmocka_unit_test(nothing_is_nan_at_zero),
        cmocka_unit_test(equal_elements_do_not_deviate),
        cmocka_unit_test(equal_rows_beside_others),
        cmocka_unit_test(one_element),
        cmocka_unit_test(special_points),
        cmocka_unit_test(a_branch_not_taken_leaks_nothing),
        cmocka_unit_test(ties_share_the_slope),
        cmocka_unit_test(what_jumps_has_no_slope),
        cmocka_unit_test(a_gradient_is_scaled_and_added),
        cmocka_unit_test(fewer_samples_fit_in_the_same_block),
        cmocka_unit_test(an_axis_that_is_missing_is_told),
        cmocka_unit_test(bad_formulas_are_refused),
        cmocka_unit_test(pytorch_says_the_same),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
