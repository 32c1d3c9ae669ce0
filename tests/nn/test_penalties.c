/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of penalty: its printed formula (where the language cannot say it, the naive ledger)
 * says what its kernel computes, values and gradients, on weights and on activities; and kl, by
 * Ng's numbers and at its edges. */
#include "build.h"
#include "check.h"
#include "naive_penalty.h"

#include "base/rng.h"
#include "expr/formula.h"
#include "lang/parse.h"

#include <math.h>
#include <string.h>

enum { ELEMENTS_MOST = 700, ARGUMENTS_MOST = 8 };

/* A penalty at one place, in two forms. */
struct place {
    const struct args *args;
    struct extent extent;
    struct dims dims;
    real x[ELEMENTS_MOST], dx[ELEMENTS_MOST], by_formula[ELEMENTS_MOST];
    double value, formula;
};

static double near_enough(void)
{
    return sizeof(real) == sizeof(double) ? 1e-12 : 1e-6;
}

/* Of the kind's four functions; what dx held is added to if `add`. */
static void by_kernel(struct place *p, double scale, bool add)
{
    const struct penalty_kind *kind = penalty_kind_of(p->args);
    const size_t room = kind->sums(p->args, &p->extent);
    double *sums = mem_new(room, sizeof *sums);
    for (size_t i = 0; i < room; i++)
        sums[i] = NAN;
    kind->gather(p->args, &p->extent, p->x, sums);
    p->value = kind->value(p->args, &p->extent, sums);
    kind->adjoint(p->args, &p->extent, scale, p->x, sums, p->dx, add);
    /* The ledger asks again after backward passes. */
    if (!isnan(p->value))
        check_near(kind->value(p->args, &p->extent, sums), p->value, 0);
    mem_free(sums);
}

static bool by_naive_value(const struct place *p, const double *x, double *value)
{
    return naive_penalty(p->args, x, &p->dims, p->extent.activity, value);
}

/* Central differences of two widths, whose errors of the second order cancel. */
static double naive_slope(const struct place *p, double *x, size_t i)
{
    const double at = x[i], h = 1e-4;
    double slope[2];
    for (int k = 0; k < 2; k++) {
        const double by = k ? h / 2 : h;
        double above = 0, below = 0;
        x[i] = at + by;
        by_naive_value(p, x, &above);
        x[i] = at - by;
        by_naive_value(p, x, &below);
        slope[k] = (above - below) / (2 * by);
    }
    x[i] = at;
    return (4 * slope[1] - slope[0]) / 3;
}

/* False: the kind's formula is in the language. */
static bool by_naive(struct place *p, double scale, bool add)
{
    double x[ELEMENTS_MOST];
    for (size_t i = 0; i < p->extent.count; i++)
        x[i] = (double)p->x[i];
    if (!by_naive_value(p, x, &p->formula))
        return false;
    for (size_t i = 0; i < p->extent.count; i++)
        p->by_formula[i] = (real)(scale * naive_slope(p, x, i)) + (add ? p->by_formula[i] : 0);
    return true;
}

/* Of what help prints. */
static void by_formula(struct place *p, double scale, bool add)
{
    const struct entry *entry = p->args->entry;
    const char *text = penalty_formula(p->args), *name[ARGUMENTS_MOST];
    double value[ARGUMENTS_MOST];
    size_t n = 0;
    struct arena arena = {0};
    struct node *tree = NULL;
    struct err e = {0};
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].type == ARG_NUMBER) {
            name[n] = entry->args[i].name;
            value[n++] = p->args->arg[i].as.number;
        }
    if (parse_value(&arena, text, strlen(text), 1, &tree, &e) != PARSE_OK)
        fail_msg("%s: %s", text, e.what);
    struct formula *f = formula_make(tree, name, n, &e);
    if (!f)
        fail_msg("%s: %s", text, e.what);
    double *block = mem_new(formula_room(f, &p->dims), sizeof *block);
    p->formula = formula_value(f, &p->dims, value, p->x, block);
    formula_grad(f, block, scale, p->x, p->by_formula, add);
    formula_destroy(f);
    mem_free(block);
    arena_finish(&arena);
}

/* The dims of a weight of that shape, or of samples of it. */
static void shape_place(struct place *p, const struct shape *shape, size_t samples)
{
    p->dims = (struct dims){.axes = shape->axes + (samples ? 1U : 0U)};
    size_t at = 0;
    if (samples)
        p->dims.size[at++] = samples;
    for (uint32_t i = 0; i < shape->axes; i++)
        p->dims.size[at++] = shape->size[i];
    p->extent = (struct extent){.count = dims_count(&p->dims),
                                .samples = samples ? samples : 1,
                                .shape = shape,
                                .activity = samples > 0};
    assert_true(p->extent.count <= ELEMENTS_MOST);
}

static void compare(const char *text, const struct args *args, const struct shape *shape,
                    size_t samples, double low, double high)
{
    static struct place p;
    const uint64_t key = rng_key(samples + 7, "test", text, shape->axes);
    p.args = args;
    shape_place(&p, shape, samples);
    for (size_t i = 0; i < p.extent.count; i++)
        p.x[i] = (real)(low + (high - low) * rng_uniform(key, i));
    p.x[0] = 0;
    for (int add = 0; add < 2; add++) {
        for (size_t i = 0; i < p.extent.count; i++)
            p.dx[i] = p.by_formula[i] = add ? (real)0.25 : (real)NAN;
        by_kernel(&p, 0.3, add);
        const bool naive = by_naive(&p, 0.3, add);
        const double room = naive && sizeof(real) == sizeof(double) ? 1e-8 : near_enough();
        if (!naive)
            by_formula(&p, 0.3, add);
        check_near(p.value, p.formula, near_enough() * fmax(1, fabs(p.formula)));
        for (size_t i = 0; i < p.extent.count; i++)
            if (!(fabs((double)(p.dx[i] - p.by_formula[i])) <=
                  room * fmax(1, fabs((double)p.dx[i]))))
                fail_msg("%s, element %zu: %.9g, and by its formula %.9g", text, i, (double)p.dx[i],
                         (double)p.by_formula[i]);
    }
}

static const char *const uses[] = {
    "l1(0.7)",
    "l1(0)",
    "l2(0.3)",
    "l1l2(0.5, 0.2)",
    "l1l2(0, 2)",
    "l0(0.5)",
    "l0(0)",
    "l0(0.4, 3)",
    "kl(0.5)",
    "kl(2, p=0.3)",
    "kl(0)",
    "group_lasso(0.4)",
    "group_lasso(0.4, by=input)",
    "group_lasso(0)",
    "hoyer(0.5)",
    "tv(0.5)",
    "tv(0.5, axis=0)",
    "tv(0.5, axis=-1)",
    "tv(2, axis=2)",
    "ar(0.3)",
    "tar(0.4)",
    "orthogonal(2)",
    "orthogonal(2, by=input)",
    "soft_orthogonal(0.2)",
    "spectral(0.3)",
    "decov(0.7)",
    "entropy(0.6)",
    "entropy(0)",
    "confidence(0.6)",
};
enum { USES = sizeof uses / sizeof *uses };

static bool is_used(const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < USES; i++)
        if (strncmp(uses[i], name, n) == 0 && uses[i][n] == '(')
            return true;
    return false;
}

static bool suits(const struct args *args, const struct shape *shape, bool activity)
{
    struct err e = {0};
    const struct penalty_kind *kind = penalty_kind_of(args);
    return !kind->check || kind->check(args, shape, activity, &e) == 0;
}

static void each_kernel_is_its_formula(void **state)
{
    (void)state;
    const struct shape shapes[] = {{.axes = 1, .size = {20}},
                                   {.axes = 1, .size = {1}},
                                   {.axes = 2, .size = {7, 9}},
                                   {.axes = 3, .size = {2, 3, 4}}};
    for (size_t i = 0; i < penalty_kinds.rows; i++)
        /* x0 is no name of a formula: test_l2sp. */
        if (!((const struct penalty_kind *)penalty_kinds.row[i])->gather_inside &&
            strcmp(penalty_kinds.row[i]->name, "l2sp") != 0 && !is_used(penalty_kinds.row[i]->name))
            fail_msg("%s is not among the uses", penalty_kinds.row[i]->name);
    for (size_t u = 0; u < USES; u++) {
        struct arena arena = {0};
        struct err e = {0};
        struct arg sum;
        if (build_sum(&arena, uses[u], &sum, &e))
            fail_msg("%s: %s", uses[u], e.what);
        /* These are for numbers between 0 and 1. */
        const bool shares = strncmp(uses[u], "kl", 2) == 0 || strncmp(uses[u], "entr", 4) == 0 ||
                            strncmp(uses[u], "conf", 4) == 0;
        const double low = shares ? 0 : -2, high = low < 0 ? 2 : 1;
        size_t places = 0;
        for (size_t s = 0; s < 4; s++)
            for (size_t samples = 0; samples <= 10; samples += 5) {
                if (!suits(sum.as.calls.item[0], &shapes[s], samples > 0))
                    continue;
                compare(uses[u], sum.as.calls.item[0], &shapes[s], samples, low, high);
                places++;
            }
        if (places == 0)
            fail_msg("%s fits no place", uses[u]);
        arena_finish(&arena);
    }
}

/* A kl of two units whose means are q and r. */
static void kl_at(struct place *p, const char *text, double q, double r)
{
    static const struct shape two = {.axes = 1, .size = {2}};
    struct arena arena = {0};
    struct err e = {0};
    struct arg sum;
    assert_int_equal(build_sum(&arena, text, &sum, &e), 0);
    p->args = sum.as.calls.item[0];
    shape_place(p, &two, 2);
    const double x[] = {q, r, q, r};
    for (size_t i = 0; i < 4; i++)
        p->x[i] = (real)x[i];
    by_kernel(p, 1, false);
    by_formula(p, 1, false);
    arena_finish(&arena);
}

static void kl_is_that_of_the_sparse_autoencoder(void **state)
{
    (void)state;
    struct place p = {0};
    /* rho = 0.05 and rho_hat of the 2-2-2 autoencoder of the notes; 1.5121857148307316 in double.
     */
    kl_at(&p, "kl(1)", 0.8059278283039437, 0.2483717954101315);
    check_near(p.value, 1.5121857148307316, near_enough());
    /* (1 - 0.05)/(1 - 0.5) - 0.05/0.5 = 1.8 by q, and half of it by each of two samples. */
    kl_at(&p, "kl(2)", 0.5, 0.05);
    check_near((double)p.dx[0], 1.8, near_enough());
    check_near((double)p.dx[2], 1.8, near_enough());
    check_near((double)p.dx[1], 0, 1e-6);
}

static void a_dead_unit_is_no_nan(void **state)
{
    (void)state;
    struct place p;
    kl_at(&p, "kl(1)", 0, 1);
    /* 0.05 log(0.05 / 1e-7) + 0.95 log(0.95 / (1 - 1e-7)) and the same at 1 - 1e-7. */
    const double first = 0.05 * log(0.05 / 1e-7) + 0.95 * log(0.95 / (1 - 1e-7));
    const double second = 0.05 * log(0.05 / (1 - 1e-7)) + 0.95 * log(0.95 / 1e-7);
    check_near(p.value, first + second, 1e-7);
    check_near(p.formula, p.value, 1e-7);
    for (size_t i = 0; i < 4; i++) {
        check_near((double)p.dx[i], 0, 0);
        check_near((double)p.by_formula[i], 0, 0);
    }
}

static void a_mean_that_is_no_share_is_not_a_number(void **state)
{
    (void)state;
    struct place p;
    const double wrong[] = {-0.01, 1.5, (double)NAN};
    for (size_t i = 0; i < 3; i++) {
        kl_at(&p, "kl(1)", 0.5, wrong[i]);
        assert_true(isnan(p.value));
        assert_true(isnan(p.formula));
    }
    kl_at(&p, "kl(0)", 0.5, 7);
    check_near(p.value, 0, 0);
}

static void p_is_a_share(void **state)
{
    (void)state;
    static const char *const bad[] = {"kl(1, p=0)", "kl(1, p=1)", "kl(1, p=-0.1)", "kl(-1)"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena = {0};
        struct err e = {0};
        struct arg sum;
        assert_int_equal(build_sum(&arena, bad[i], &sum, &e), -1);
        arena_finish(&arena);
    }
}

/* kl goes by the batch as a whole: sum is its reduction unless another is named. */
static void kl_is_summed_by_default(void **state)
{
    (void)state;
    struct graph *g = build_graph("input 2\ndense 3 sigmoid activity=kl(1)+kl(1, reduce=batch)\n");
    assert_int_equal(g->term[0].reduce, REDUCE_SUM);
    assert_int_equal(g->term[1].reduce, REDUCE_BATCH);
    graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kernel_is_its_formula),
        cmocka_unit_test(kl_is_that_of_the_sparse_autoencoder),
        cmocka_unit_test(a_dead_unit_is_no_nan),
        cmocka_unit_test(a_mean_that_is_no_share_is_not_a_number),
        cmocka_unit_test(p_is_a_share),
        cmocka_unit_test(kl_is_summed_by_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
