/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What expressions are worth. */
#include "bench.h"

static double number_of(struct bench *b, const char *text)
{
    double x = 0;
    if (expr_number(read_text(b, text), &b->names, &x, &b->e))
        fail_msg("%s: %s", text, b->e.what);
    return x;
}

static void check_same(const char *text, double is, double due)
{
    bool same = isnan(due) ? isnan(is) : is == due || fabs(is - due) <= 1e-14 * fabs(due);
    if (!same)
        fail_msg("%s is %.17g, not %.17g", text, is, due);
}

struct number_case {
    const char *text;
    double due;
};

static void check_numbers(struct bench *b, const struct number_case *c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_same(c[i].text, number_of(b, c[i].text), c[i].due);
}

#define CHECK_NUMBERS(b, cases) check_numbers(b, cases, sizeof cases / sizeof *cases)

static void operators_compute(void **state)
{
    static const struct number_case cases[] = {
        {"2 + 3", 5},     {"2 - 3", -1},       {"2 * 3", 6},
        {"3 / 2", 1.5},   {"1 / 0", INFINITY}, {"0 / 0", NAN},
        {"2 ^ 10", 1024}, {"2 ^ -1", 0.5},     {"2 ^ 0.5", 1.4142135623730951},
        {"(-3)^2", 9},    {"(-8)^0.5", NAN},   {"+k", 3},
        {"-k", -3},       {"yes", 1},          {"no", 0},
        {"1 < 2", 1},     {"2 < 2", 0},        {"2 <= 2", 1},
        {"3 <= 2", 0},    {"2 > 1", 1},        {"2 > 2", 0},
        {"2 >= 2", 1},    {"1 >= 2", 0},       {"2 == 2", 1},
        {"1 == 2", 0},    {"1 != 2", 1},       {"2 != 2", 0},
        {"0 or 0", 0},    {"0 or -2", 1},      {"2 and 0", 0},
        {"2 and 0.1", 1}, {"not 0", 1},        {"not 0.1", 0},
    };
    CHECK_NUMBERS(*state, cases);
}

static void operators_bind_as_the_grammar_says(void **state)
{
    static const struct number_case cases[] = {
        {"-k^2", -9},        {"2^3^2", 512},     {"-2^-2", -0.25},
        {"1 + 2 * 3", 7},    {"(1 + 2) * 3", 9}, {"12 / 2 / 3", 2},
        {"10 - 4 - 3", 3},   {"1 + 1 == 2", 1},  {"not 1 == 2", 1},
        {"1 or 0 and 0", 1}, {"not 0 and 0", 0}, {"2 * k > 5 and k < 4", 1},
        {"-k * -k", 9},      {"2 ~ 1 + 1", 1},   {"1 ~ 2 within 0.5 + 0.5", 1},
    };
    CHECK_NUMBERS(*state, cases);
}

static void near_is_within_a_tolerance(void **state)
{
    static const struct number_case cases[] = {
        {"1 ~ 1.5 within 0.5", 1},
        {"1 ~ 1.6 within 0.5", 0},
        {"1.6 ~ 1 within 0.5", 0},
        {"1 ~ 1 within -1", 0},
        /* 1e-6 by default, and a millionth of a b beyond 1. */
        {"0 ~ 0.0000009", 1},
        {"0 ~ 0.0000011", 0},
        {"1000000 ~ 1000000.9", 1},
        {"1000000 ~ 1000001.1", 0},
        {"1000000 ~ -1000000", 0},
        {"nan ~ nan", 0},
        {"nan ~ 1 within inf", 0},
        {"1 ~ nan", 0},
        {"1 ~ 1 within nan", 0},
        {"inf ~ inf", 1},
        {"5 ~ inf", 0},
        {"-inf ~ inf", 0},
    };
    CHECK_NUMBERS(*state, cases);
}

static void nan_compares_as_unequal_only(void **state)
{
    static const struct number_case cases[] = {
        {"nan < 1", 0},       {"nan <= nan", 0},       {"nan > 1", 0},
        {"1 >= nan", 0},      {"nan == nan", 0},       {"nan != nan", 1},
        {"nan != 1", 1},      {"nan and 1", 1},        {"nan or 0", 1},
        {"not nan", 0},       {"sign(nan)", NAN},      {"max(nan, 1)", NAN},
        {"max(1, nan)", NAN}, {"min(1, nan)", NAN},    {"min(nan, 1)", NAN},
        {"max(holes)", NAN},  {"min(holes)", NAN},     {"sum(holes)", NAN},
        {"mean(holes)", NAN}, {"count(holes)", 3},     {"count(holes > 0)", 2},
        {"var(holes)", NAN},  {"where(nan, 1, 2)", 1}, {"sum(where(holes == holes, holes, 0))", 4},
    };
    CHECK_NUMBERS(*state, cases);
}

static void functions_compute(void **state)
{
    static const struct number_case cases[] = {
        {"abs(-3)", 3},
        {"abs(3)", 3},
        {"square(-3)", 9},
        {"sqrt(2)", 1.4142135623730951},
        {"sqrt(-1)", NAN},
        {"exp(1)", 2.718281828459045},
        {"log(10)", 2.302585092994046},
        {"log(0)", -INFINITY},
        {"log(-1)", NAN},
        {"sign(-0.5)", -1},
        {"sign(0)", 0},
        {"sign(1e-300)", 1},
        {"max(2, 3)", 3},
        {"min(2, 3)", 2},
        {"where(k > 2, 10, 20)", 10},
        {"where(k > 3, 10, 20)", 20},
        {"sin(2)", 0.9092974268256817},
        {"cos(2)", -0.4161468365471424},
        {"floor(2.7)", 2},
        {"floor(-2.1)", -3},
        {"floor(3)", 3},
        {"round(2.5)", 3},
        {"round(-2.5)", -3},
        {"round(2.4)", 2},
        {"round(0.49999999999999994)", 0},
        {"mod(7, 3)", 1},
        {"mod(-1, 3)", 2},
        {"mod(1, -3)", -2},
        {"mod(-6, 3)", 0},
        {"mod(5.5, 2)", 1.5},
        {"mod(1, 0)", NAN},
        {"clip(2, 0, 1)", 1},
        {"clip(-2, 0, 1)", 0},
        {"clip(0.5, 0, 1)", 0.5},
        {"clip(0.5, 1, 0)", 0},
        {"clip(nan, 0, 1)", NAN},
        {"clip(0.5, nan, 1)", NAN},
        /* x is 1 -2 3 -4 5 -6: sum -3, squares 91. */
        {"sum(x)", -3},
        {"mean(x)", -0.5},
        {"mean(abs(x))", 3.5},
        {"sum(abs(x))^2 / sum(x^2)", 441.0 / 91},
        {"max(x)", 5},
        {"min(x)", -6},
        {"norm(x)", 9.539392014169456},
        {"var(x)", 91.0 / 6 - 0.25},
        {"std(x)", 3.8622100754188224},
        {"count(flags)", 2},
        {"fraction(flags)", 0.5},
        {"fraction(x > 0)", 0.5},
        {"count(x < -3)", 2},
        /* A number is its own sum; it has no spread. */
        {"sum(k)", 3},
        {"mean(k)", 3},
        {"max(k)", 3},
        {"var(k)", 0},
        {"norm(-k)", 3},
        {"count(k)", 1},
        {"sum(none)", 0},
        {"count(none)", 0},
        {"mean(none)", NAN},
        {"sum(far)", 2},
        {"sum(far * inf)", NAN},
        {"sum(row * inf)", INFINITY},
        {"mean(-row * inf)", -INFINITY},
        {"sum(x > 0 and row > 10)", 2},
        {"max(x + row) - min(x + row)", 33 - 6},
        {"sum((k + 1) * x)", -12},
        {"mean(x - mean(x)) ~ 0", 1},
        {"sum(-x)", 3},
    };
    CHECK_NUMBERS(*state, cases);
}

struct tensor_case {
    const char *text, *dims;
    double due[12];
};

static void check_tensors(struct bench *b, const struct tensor_case *c, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct node *n = read_text(b, c[i].text);
        struct tensor t = {0};
        struct dims x;
        char text[100];
        if (expr_eval(n, &b->names, &t, &b->e) || expr_check(n, &b->names, &x, &b->e))
            fail_msg("%s: %s", c[i].text, b->e.what);
        assert_string_equal(dims_text(&t.dims, text, sizeof text), c[i].dims);
        assert_true(dims_same(&t.dims, &x));
        for (size_t k = 0; k < dims_count(&t.dims); k++)
            check_same(c[i].text, t.item[k], c[i].due[k]);
        tensor_finish(&t);
        assert_null(t.item);
    }
}

#define CHECK_TENSORS(b, cases) check_tensors(b, cases, sizeof cases / sizeof *cases)

static void operations_work_element_by_element(void **state)
{
    static const struct tensor_case cases[] = {
        {"x", "2x3", {1, -2, 3, -4, 5, -6}},
        {"k", "1", {3}},
        {"-x^2", "2x3", {-1, -4, -9, -16, -25, -36}},
        {"2 * x", "2x3", {2, -4, 6, -8, 10, -12}},
        {"x - 1", "2x3", {0, -3, 2, -5, 4, -7}},
        {"1 - x", "2x3", {0, 3, -2, 5, -4, 7}},
        {"x > 0", "2x3", {1, 0, 1, 0, 1, 0}},
        {"not x > 0", "2x3", {0, 1, 0, 1, 0, 1}},
        {"x > 0 or x == -2", "2x3", {1, 1, 1, 0, 1, 0}},
        {"holes == holes", "3", {1, 0, 1}},
        {"holes ~ 1", "3", {1, 0, 0}},
        {"x ~ 1 within 2", "2x3", {1, 0, 1, 0, 0, 0}},
        {"row ~ 20 within row / 2", "3", {0, 1, 1}},
        {"abs(x)", "2x3", {1, 2, 3, 4, 5, 6}},
        {"sign(x)", "2x3", {1, -1, 1, -1, 1, -1}},
        {"max(x, 0)", "2x3", {1, 0, 3, 0, 5, 0}},
        {"min(0, x)", "2x3", {0, -2, 0, -4, 0, -6}},
        {"max(holes, 2)", "3", {2, NAN, 3}},
        {"where(x > 0, x, 0)", "2x3", {1, 0, 3, 0, 5, 0}},
        {"mod(x, 4)", "2x3", {1, 2, 3, 0, 1, 2}},
        {"clip(x, -3, 4)", "2x3", {1, -2, 3, -3, 4, -3}},
        {"floor(x / 2) + round(x / 4)", "2x3", {0, -2, 2, -3, 3, -5}},
    };
    CHECK_TENSORS(*state, cases);
}

static void shapes_stretch_from_the_last_axis(void **state)
{
    static const struct tensor_case cases[] = {
        {"x + row", "2x3", {11, 18, 33, 6, 25, 24}},
        {"row + x", "2x3", {11, 18, 33, 6, 25, 24}},
        {"x * col", "2x3", {100, -200, 300, -800, 1000, -1200}},
        {"row + col", "2x3", {110, 120, 130, 210, 220, 230}},
        {"col - row", "2x3", {90, 80, 70, 190, 180, 170}},
        {"row + (col - 1)", "2x3", {109, 119, 129, 209, 219, 229}},
        {"cube + hidden.kernel", "2x2x2", {2, 0, 6, 8, 6, 4, 10, 12}},
        {"cube + col", "2x2x2", {101, 102, 203, 204, 105, 106, 207, 208}},
        {"one + row", "1x3", {17, 27, 37}},
        {"one + k", "1x1", {10}},
        {"max(row, x)", "2x3", {10, 20, 30, 10, 20, 30}},
        {"min(col, x * 100)", "2x3", {100, -200, 100, -400, 200, -600}},
        {"where(col > 100, row, x)", "2x3", {1, -2, 3, 10, 20, 30}},
        {"where(x > 0, row, col)", "2x3", {10, 100, 30, 200, 20, 200}},
        {"where(k, row, col)", "2x3", {10, 20, 30, 10, 20, 30}},
        {"none * row", "0x3", {0}},
        {"none + one", "0x3", {0}},
    };
    CHECK_TENSORS(*state, cases);
}

static void reductions_keep_the_axis_with_size_1(void **state)
{
    static const struct tensor_case cases[] = {
        {"sum(x, axis=0)", "1x3", {-3, 3, -3}},
        {"sum(x, axis=1)", "2x1", {2, -5}},
        {"sum(x, axis=-1)", "2x1", {2, -5}},
        {"sum(x, axis=+1)", "2x1", {2, -5}},
        {"sum(x, axis=-2)", "1x3", {-3, 3, -3}},
        {"sum(row, axis=0)", "1", {60}},
        {"mean(x, axis=0)", "1x3", {-1.5, 1.5, -1.5}},
        {"max(x, axis=1)", "2x1", {3, 5}},
        {"min(x, axis=0)", "1x3", {-4, -2, -6}},
        {"var(x, axis=0)", "1x3", {6.25, 12.25, 20.25}},
        {"std(x, axis=0)", "1x3", {2.5, 3.5, 4.5}},
        {"norm(x, axis=0)^2", "1x3", {17, 29, 45}},
        {"count(x > 0, axis=1)", "2x1", {2, 1}},
        {"fraction(x > 0, axis=0)", "1x3", {0.5, 0.5, 0.5}},
        {"sum(cube, axis=0)", "1x2x2", {6, 8, 10, 12}},
        {"sum(cube, axis=1)", "2x1x2", {4, 6, 12, 14}},
        {"sum(cube, axis=2)", "2x2x1", {3, 7, 11, 15}},
        {"max(cube, axis=1)", "2x1x2", {3, 4, 7, 8}},
        {"var(cube, axis=1)", "2x1x2", {1, 1, 1, 1}},
        {"x / sum(x, axis=1)", "2x3", {0.5, -1, 1.5, 0.8, -1, 1.2}},
        {"std(0*x + 0.1, axis=0)", "1x3", {0, 0, 0}},
        {"var(0*cube + 1/3, axis=1)", "2x1x2", {0, 0, 0, 0}},
        {"0*x + 0.1 - mean(0*x + 0.1, axis=1)", "2x3", {0, 0, 0, 0, 0, 0}},
        {"cube - mean(cube, axis=0)", "2x2x2", {-2, -2, -2, -2, 2, 2, 2, 2}},
        {"square(sum(x, axis=0)) + row", "1x3", {19, 29, 39}},
        {"sum(sum(cube, axis=0), axis=2)", "1x2x1", {14, 22}},
        {"sum(x + row, axis=0) * (col - sum(x, axis=1))",
         "2x3",
         {1666, 4214, 5586, 3485, 8815, 11685}},
        {"sum(none, axis=0)", "1x3", {0, 0, 0}},
        {"sum(none, axis=1)", "0x1", {0}},
    };
    CHECK_TENSORS(*state, cases);
}

static void values_are_asked_for_once_a_name(void **state)
{
    struct bench *b = *state;
    check_near(number_of(b, "sum(abs(x))^2 / sum(x^2) + k * k - k"), 441.0 / 91 + 6, 1e-14);
    assert_int_equal(b->values_asked, 2);
}

static void the_first_of_equals_is_kept(void **state)
{
    struct bench *b = *state;
    static const char *const texts[] = {"max(0 * x)", "min(0 * -x)", "max(0 * row, axis=0)"};
    static const bool negative[] = {false, true, false};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tensor t = {0};
        assert_int_equal(expr_eval(read_text(b, texts[i]), &b->names, &t, &b->e), 0);
        assert_true(t.item[0] == 0 && (signbit(t.item[0]) != 0) == negative[i]);
        tensor_finish(&t);
    }
}

/* As many terms as the parser takes, give or take a few. */
static void long_expressions_compute(void **state)
{
    enum { TERMS = NODE_HEIGHT_MOST - 10 };
    struct str left = {0}, right = {0};
    str_add(&left, "sum(x");
    str_add(&right, "sum(");
    for (int i = 1; i < TERMS; i++) {
        str_add(&left, " + x");
        str_add(&right, "1 - ");
    }
    str_add(&left, ")");
    str_add(&right, "x)");
    assert_false(left.failed || right.failed);
    check_near(number_of(*state, left.text), -3.0 * TERMS, 0);
    /* Each of the six elements is 1 - 1 - ... - x. */
    check_near(number_of(*state, right.text), 6 * (1.0 - (TERMS - 2)) + 3, 0);
    str_finish(&left);
    str_finish(&right);
}

/* One tensor `v` whose size is no multiple of anything, with whole numbers; and a row. */
enum { ROWS = 2503, COLUMNS = 3, PERIOD = 17 };

struct big {
    real v[ROWS * COLUMNS], row[COLUMNS], column[ROWS];
};

static double big_value(size_t i)
{
    return (double)(i % PERIOD) - 8;
}

static int find_big(void *self, const struct node *path, bool values, struct leaf *leaf,
                    struct err *e)
{
    const struct big *b = self;
    (void)values;
    (void)e;
    if (strcmp(path->text, "v") == 0)
        *leaf = (struct leaf){.dims = {2, {ROWS, COLUMNS}}, .reals = b->v};
    else if (strcmp(path->text, "row") == 0)
        *leaf = (struct leaf){.dims = {1, {COLUMNS}}, .reals = b->row};
    else
        *leaf = (struct leaf){.dims = {2, {ROWS, 1}}, .reals = b->column};
    return 0;
}

static void big_fill(struct big *b)
{
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        b->v[i] = (real)big_value(i);
    for (size_t i = 0; i < COLUMNS; i++)
        b->row[i] = (real)(10 * i);
    for (size_t i = 0; i < ROWS; i++)
        b->column[i] = (real)i;
}

static void eval_big(struct bench *b, struct big *big, const char *text, struct tensor *t)
{
    const struct names names = {.self = big, .find = find_big};
    *t = (struct tensor){0};
    assert_int_equal(expr_eval(read_text(b, text), &names, t, &b->e), 0);
}

static void large_tensors_stretch(void **state)
{
    struct big *big = mem_new(1, sizeof *big);
    struct tensor t;
    assert_non_null(big);
    big_fill(big);
    eval_big(*state, big, "where(v > 0, v * column, row) - row", &t);
    assert_int_equal(dims_count(&t.dims), ROWS * COLUMNS);
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        double v = big_value(i), row = 10.0 * (double)(i % COLUMNS);
        check_near(t.item[i], (v > 0 ? v * (double)(i / COLUMNS) : row) - row, 0);
    }
    tensor_finish(&t);
    mem_free(big);
}

static void large_tensors_reduce(void **state)
{
    struct big *big = mem_new(1, sizeof *big);
    struct tensor columns, rows, squared;
    assert_non_null(big);
    big_fill(big);
    eval_big(*state, big, "sum(v + row, axis=0)", &columns);
    eval_big(*state, big, "max(v + row, axis=1)", &rows);
    eval_big(*state, big, "sum(square(v))", &squared);
    double sum[COLUMNS] = {0}, squares = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double most = -INFINITY;
        for (size_t k = 0; k < COLUMNS; k++) {
            double v = big_value(i * COLUMNS + k), with_row = v + 10.0 * (double)k;
            sum[k] += with_row;
            squares += v * v;
            most = with_row > most ? with_row : most;
        }
        check_near(rows.item[i], most, 0);
    }
    for (size_t k = 0; k < COLUMNS; k++)
        check_near(columns.item[k], sum[k], 0);
    check_near(squared.item[0], squares, 0);
    tensor_finish(&columns);
    tensor_finish(&rows);
    tensor_finish(&squared);
    mem_free(big);
}

enum { MANY = 1000003 };

static int find_many(void *self, const struct node *path, bool values, struct leaf *leaf,
                     struct err *e)
{
    (void)path;
    (void)values;
    (void)e;
    *leaf = (struct leaf){.dims = {1, {MANY}}, .reals = self};
    return 0;
}

/* The exact sum of n equal numbers x is n*x; a plain sum of a million is off by 1e-11 of it. */
static void long_sums_are_accurate(void **state)
{
    struct bench *b = *state;
    real *v = mem_block(MANY, sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < MANY; i++)
        v[i] = R(0.1);
    const struct names names = {.self = v, .find = find_many};
    double sum = 0, mean = 0, var = 1;
    assert_int_equal(expr_number(read_text(b, "sum(v)"), &names, &sum, &b->e), 0);
    assert_int_equal(expr_number(read_text(b, "mean(v)"), &names, &mean, &b->e), 0);
    assert_int_equal(expr_number(read_text(b, "var(v + 1000000)"), &names, &var, &b->e), 0);
    check_near(sum / (MANY * (double)R(0.1)), 1, 3e-16);
    check_near(mean / (double)R(0.1), 1, 3e-16);
    check_near(var, 0, 1e-19);
    mem_free(v);
}

/* Runs the `expect` statements of an example; its hidden.kernel and k are those of these tests. */
static size_t expects_hold(struct bench *b, const struct entry *row)
{
    struct script script;
    size_t held = 0;
    if (parse_script(&b->arena, row->example, strlen(row->example), 1, NULL, &script, &b->e) !=
        PARSE_OK)
        fail_msg("%s: %s", row->name, b->e.what);
    for (size_t i = 0; i < script.count; i++) {
        double holds = 0;
        if (strcmp(script.statement[i].verb, "expect") != 0)
            continue;
        assert_int_equal(script.statement[i].values, 1);
        if (expr_number(script.statement[i].value[0], &b->names, &holds, &b->e))
            fail_msg("%s: %s", row->name, b->e.what);
        if (holds != 1)
            fail_msg("an example of %s does not hold", row->name);
        held++;
    }
    return held;
}

static void check_rows(struct bench *b, const struct table *t)
{
    for (size_t i = 0; i < t->rows; i++) {
        const struct entry *row = t->row[i];
        assert_ptr_equal(table_find(t, row->name), row);
        assert_true(row->summary && *row->summary && row->details && *row->details);
        assert_true(row->summary[strlen(row->summary) - 1] != '.');
        assert_true(row->details[strlen(row->details) - 1] == '.');
        assert_true(row->arg_count > 0);
        for (size_t k = 0; k < row->arg_count; k++)
            assert_true(row->args[k].name && row->args[k].line && *row->args[k].line);
        assert_non_null(row->example);
        check_has(row->example, row->name);
        /* Of those that ask a session, sessions run the examples. */
        assert_true(((const struct operation *)row)->asks || expects_hold(b, row) > 0);
    }
}

static void every_row_is_described_by_an_example_that_holds(void **state)
{
    assert_int_equal(functions.rows, 28);
    assert_int_equal(operators.rows, 15);
    check_rows(*state, &functions);
    check_rows(*state, &operators);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(operators_compute),
        BENCH_TEST(operators_bind_as_the_grammar_says),
        BENCH_TEST(near_is_within_a_tolerance),
        BENCH_TEST(nan_compares_as_unequal_only),
        BENCH_TEST(functions_compute),
        BENCH_TEST(operations_work_element_by_element),
        BENCH_TEST(shapes_stretch_from_the_last_axis),
        BENCH_TEST(reductions_keep_the_axis_with_size_1),
        BENCH_TEST(the_first_of_equals_is_kept),
        BENCH_TEST(long_expressions_compute),
        BENCH_TEST(values_are_asked_for_once_a_name),
        BENCH_TEST(large_tensors_stretch),
        BENCH_TEST(large_tensors_reduce),
        BENCH_TEST(long_sums_are_accurate),
        BENCH_TEST(every_row_is_described_by_an_example_that_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
