/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with expressions, and where. */
#include "bench.h"

struct error_case {
    const char *text, *what, *hint;
    uint32_t at, end;
};

#define FIT "counted from the last axis, sizes must be equal, or one of them 1"
#define ALL_FUNCTIONS                                                                              \
    "there are sum mean abs square sqrt exp log max min sign var std norm count fraction where "   \
    "transpose sin cos floor round mod clip stalled best best_epoch l0 dead"

static const struct error_case errors[] = {
    {"tall + wide", "10x3 and 10x4 do not fit", FIT, 0, 11},
    {"sum(tall * wide)", "10x3 and 10x4 do not fit", FIT, 4, 15},
    {"max(tall, wide)", "10x3 and 10x4 do not fit", FIT, 0, 15},
    {"where(tall, 1, wide)", "10x3 and 10x4 do not fit", FIT, 0, 20},
    {"tall ~ 1 within wide", "10x3 and 10x4 do not fit", FIT, 0, 20},
    {"x + holes + flags", "2x3 and 4 do not fit", FIT, 0, 17},
    {"none + tall", "0x3 and 10x3 do not fit", FIT, 0, 11},
    {"a * b * c", "a result of 10000000x10000000x10000000x1x1x1 is too large",
     "reduce the operands first", 0, 9},
    {"fooo(1)", "no function \"fooo\"", ALL_FUNCTIONS, 0, 4},
    {"maen(x)", "no function \"maen\"", "did you mean mean?", 0, 4},
    {"1 + squar(k)", "no function \"squar\"", "did you mean square?", 4, 9},
    {"sqrt()", "sqrt does not take 0 values", "write sqrt(x)", 0, 6},
    {"sqrt(1, 2)", "sqrt does not take 2 values", "write sqrt(x)", 0, 10},
    {"sum(1, 2)", "sum does not take 2 values", "write sum(x) or sum(x, axis=0)", 0, 9},
    {"max(1, 2, 3)", "max does not take 3 values", "write max(a), max(a, axis=0) or max(a, b)", 0,
     12},
    {"where(1)", "where does not take 1 value", "write where(condition, a, b)", 0, 8},
    {"where(1, 2, 3, 4)", "where does not take 4 values", "write where(condition, a, b)", 0, 17},
    {"abs(x, axis=0)", "abs of 1 value takes no \"axis\"", "write abs(x)", 7, 11},
    {"max(x, row, axis=0)", "max of 2 values takes no \"axis\"",
     "write max(a), max(a, axis=0) or max(a, b)", 12, 16},
    {"mean(x, axes=0)", "mean has no argument \"axes\"", "write mean(x) or mean(x, axis=0)", 8, 12},
    {"mean(x, axis=2)", "no axis 2 in a tensor of 2x3", "its axes are 0 and 1, or -1 for the last",
     13, 14},
    {"mean(x, axis=-3)", "no axis -3 in a tensor of 2x3",
     "its axes are 0 and 1, or -1 for the last", 13, 15},
    {"mean(cube, axis=3)", "no axis 3 in a tensor of 2x2x2",
     "its axes are 0 to 2, or -1 for the last", 16, 17},
    {"mean(row, axis=1)", "no axis 1 in a tensor of 3", "its only axis is 0", 15, 16},
    {"mean(k, axis=0)", "a single number has no axes", "leave axis= out", 13, 14},
    {"mean(x, axis=0.5)", "\"axis\" takes a whole number that is written out",
     "its axes are 0 and 1, or -1 for the last", 13, 16},
    {"mean(x, axis=k)", "\"axis\" takes a whole number that is written out",
     "its axes are 0 and 1, or -1 for the last", 13, 14},
    {"mean(x, axis=1e300)", "no axis 1e+300 in a tensor of 2x3",
     "its axes are 0 and 1, or -1 for the last", 13, 18},
    {"mean(cube, axis=0, axis=1)", "\"axis\" is given twice",
     "reduce one axis after the other: mean(mean(x, axis=0), axis=1)", 19, 23},
    {"mean(\"x\")", "the text \"x\" is no number and no tensor",
     "the names of tensors stand without quotes", 5, 8},
    {"k + 10x3", "the shape \"10x3\" is no number and no tensor",
     "a product is written with *, as in 10*100", 4, 8},
    {"k * ?", "\"?\" has no value here",
     "it stands in the value of a sweep: sweep hidden.activity = l1(?) over 0 1e-3", 4, 5},
    {"1 + nothing", "no name \"nothing\"", "", 4, 11},
    /* The leftmost is told first. */
    {"fooo(1) + nothing", "no function \"fooo\"", ALL_FUNCTIONS, 0, 4},
    {"nothing + fooo(1)", "no name \"nothing\"", "", 0, 7},
};

static void check_error(const struct error_case *c, const struct err *e)
{
    assert_int_equal(e->kind, ERR_INPUT);
    assert_string_equal(e->what, c->what);
    assert_string_equal(e->hint, c->hint);
    if (e->where.source != 1 || e->where.at != c->at || e->where.end != c->end)
        fail_msg("%s: at %u..%u of %u", c->text, e->where.at, e->where.end, e->where.source);
}

/* Checking and computing find the same, and before any value is asked for. */
static void errors_say_what_and_where(void **state)
{
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const struct node *n = read_text(b, errors[i].text);
        struct tensor t = {0};
        struct dims x;
        double number;
        if (!expr_check(n, &b->names, &x, &b->e))
            fail_msg("%s: no error", errors[i].text);
        check_error(&errors[i], &b->e);
        b->e = (struct err){0};
        assert_int_equal(expr_eval(n, &b->names, &t, &b->e), -1);
        check_error(&errors[i], &b->e);
        b->e = (struct err){0};
        assert_int_equal(expr_number(n, &b->names, &number, &b->e), -1);
        check_error(&errors[i], &b->e);
        assert_null(t.item);
    }
    assert_int_equal(b->values_asked, 0);
}

static void a_tensor_is_no_single_number(void **state)
{
    static const struct error_case cases[] = {
        {"tall", "this is a tensor of 10x3, and a single number is needed",
         "use mean(...), sum(...) or another reduction", 0, 4},
        {"x > 0", "this is a tensor of 2x3, and a single number is needed",
         "use mean(...), sum(...) or another reduction", 0, 5},
        {"sum(row, axis=0)", "this is a tensor of 1, and a single number is needed",
         "use mean(...), sum(...) or another reduction", 0, 16},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct node *n = read_text(b, cases[i].text);
        double number;
        assert_int_equal(expr_number(n, &b->names, &number, &b->e), -1);
        check_error(&cases[i], &b->e);
        b->e = (struct err){0};
        assert_int_equal(expr_check_number(n, &b->names, &b->e), -1);
        check_error(&cases[i], &b->e);
    }
    assert_int_equal(b->values_asked, 0);
    assert_int_equal(expr_check_number(read_text(b, "mean(tall) < 5"), &b->names, &b->e), 0);
    assert_int_equal(b->values_asked, 0);
}

static void a_name_may_be_known_without_a_value(void **state)
{
    struct bench *b = *state;
    const struct error_case due = {"1 + late", "no name \"late\"", "", 4, 8};
    const struct node *n = read_text(b, due.text);
    struct tensor t = {0};
    assert_int_equal(expr_check_number(n, &b->names, &b->e), 0);
    assert_int_equal(expr_eval(n, &b->names, &t, &b->e), -1);
    check_error(&due, &b->e);
    assert_null(t.item);
}

static void memory_may_run_out_anywhere(void **state)
{
    static const char *const texts[] = {
        "x",
        "k + 1",
        "-x + row * 2",
        "sum(abs(x), axis=0) / (col + 1)",
        "var(x + row) + std(x, axis=1)",
        "where(x > 0, row, col + k) ~ 1 within mean(x)",
        "max(sum(x, axis=0) + col, min(x * col))",
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct node *n = read_text(b, texts[i]);
        long fail = 1;
        for (bool failed = true; failed; fail++) {
            struct tensor t = {0};
            mem_fail_at(fail);
            int result = expr_eval(n, &b->names, &t, &b->e);
            failed = mem_failed();
            mem_fail_at(0);
            assert_int_equal(result, failed ? -1 : 0);
            assert_true(!failed || (b->e.kind == ERR_MEMORY && !t.item));
            tensor_finish(&t);
        }
        assert_true(fail > 2);
    }
}

static void checking_may_run_out_of_memory(void **state)
{
    struct bench *b = *state;
    const struct node *n = read_text(b, "mean(x) + 1");
    struct dims x;
    double number;
    mem_fail_at(1);
    assert_int_equal(expr_check(n, &b->names, &x, &b->e), -1);
    assert_int_equal(b->e.kind, ERR_MEMORY);
    mem_fail_at(1);
    assert_int_equal(expr_check_number(n, &b->names, &b->e), -1);
    assert_int_equal(b->e.kind, ERR_MEMORY);
    mem_fail_at(2);
    assert_int_equal(expr_number(n, &b->names, &number, &b->e), -1);
    assert_int_equal(b->e.kind, ERR_MEMORY);
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(errors_say_what_and_where),           BENCH_TEST(a_tensor_is_no_single_number),
        BENCH_TEST(a_name_may_be_known_without_a_value), BENCH_TEST(memory_may_run_out_anywhere),
        BENCH_TEST(checking_may_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
