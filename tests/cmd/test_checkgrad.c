/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkgrad as a person meets it: every example of the tables, the report, its errors. */
#include "check.h"
#include "folder.h"
#include "host.h"
#include "is_json.h"

#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/shell/session.h"
#include "nn/penalty.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

/* Models that have no gradient to check say so. */
static bool is_refusal(const char *text)
{
    static const char *const known[] = {"there is no data yet", "is empty",     "has no weights",
                                        "nothing in the model", "the data has", "the output"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(text, known[i]))
            return true;
    return false;
}

static void every_example_has_its_gradient(void **state)
{
    (void)state;
    size_t checked = 0;
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; k < catalog[i].table->rows; k++) {
            const struct entry *row = catalog[i].table->row[k];
            struct fake f;
            fake_start(&f);
            f.folder = SCRIPTS;
            const bool over = row->example && fake_example(&f, row->example) == OUTCOME_QUIT;
            const enum outcome how = over ? OUTCOME_QUIT : fake_run(&f, "checkgrad");
            checked += how == OUTCOME_OK;
            if (!over && how != OUTCOME_OK && !is_refusal(f.err.text))
                fail_msg("%s:\n%s\n%s%s", row->name, row->example, f.out.text, f.err.text);
            fake_finish(&f);
        }
    assert_true(checked > 60);
}

/* Outputs 0.5 and 1.5 for targets 0 and 1: the data loss gives (2 * 0.5 * 1 + 2 * 0.5 * 3) / 2 = 2
 * for the kernel, l1 0.5 * (1 + 3) / 2 = 1, l2 2 * 0.25 * 0.5 = 0.25. All of it is exact in binary,
 * and so are differences of a polynomial of degree 2. */
#define EXACT                                                                                      \
    "data rows { 1 -> 0; 3 -> 1 }\ninput 1\ndense 1 kernel_init=constant(0.5) kernel=l2(0.25) "    \
    "activity=l1(0.5) as h\nloss mse\n"

static void the_report(void **state)
{
    (void)state;
    struct fake f;
    const bool wide = sizeof(real) == sizeof(double);
    char text[800];
    fake_start(&f);
    fake_ok(&f, EXACT);
    const uint64_t before = session_digest(f.session);
    snprintf(text, sizeof text,
             "checkgrad of main: 2 samples, in %s\n"
             "tensor        checked  at a kink  skipped  in rounding  worst error\n"
             "h.kernel 1x1   1 of 1          0        0            0            0\n"
             "h.bias 1       1 of 1          0        0            0            0\n"
             "worst: h.kernel[0, 0]: analytic 3.25, numeric 3.25, relative error 0, of total\n"
             "checked 2 of 2, 0 of them at a kink; 0 skipped near one\n"
             "the gradient is right: no error is above %s\n",
             wide ? "double" : "float", wide ? "1e-07" : "0.01");
    fake_prints(&f, "checkgrad", text);
    assert_true(session_digest(f.session) == before);
    f.host.json = true;
    fake_ok(&f, "checkgrad");
    int lines;
    assert_true(is_json_lines(f.out.text, &lines));
    assert_int_equal(lines, 1);
    assert_non_null(strstr(f.out.text, "\"right\": true, \"checked\": 2, \"kinks\": 0"));
    fake_finish(&f);
}

static void no_adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                       double *sums, real *dx, bool add)
{
    (void)self, (void)scale, (void)x, (void)sums;
    if (!add)
        memset(dx, 0, n->count * sizeof *dx);
}

static double half_of_squares(const struct args *self, const struct extent *n, const double *sums)
{
    (void)self, (void)n;
    return sums[1] / 2;
}

static void gather_squares(const struct args *self, const struct extent *n, const real *x,
                           double *sums)
{
    (void)self;
    kernels()->powers(n->count, x, sums);
}

/* A penalty that counts and sends no gradient. */
static void a_wrong_gradient_is_an_error(void **state)
{
    (void)state;
    for (int json = 0; json < 2; json++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, EXACT);
        f.host.json = json;
        struct term *t = &f.session->model[0]->graph->term[0];
        struct penalty_kind kind = *penalty_kind_of(t->args);
        kind.gather = gather_squares;
        kind.value = half_of_squares;
        kind.adjoint = no_adjoint;
        kind.powers = NULL;
        struct args bent = *t->args;
        bent.entry = &kind.entry;
        t->args = &bent;
        fake_says(&f, "checkgrad", OUTCOME_ERROR,
                  "t:1:1: the gradient of h.kernel l2(0.25) is wrong at h.kernel[0, 0]: analytic "
                  "0, numeric 0.5; this is a fault of nnr and not of the model; please report it, "
                  "with the statements that lead here");
        assert_non_null(strstr(f.out.text, json ? "\"right\": false"
                                                : "worst: h.kernel[0, 0]: analytic 0, numeric 0.5, "
                                                  "relative error 1, of h.kernel l2(0.25)\n"));
        assert_null(strstr(f.out.text, "is right"));
        fake_finish(&f);
    }
}

/* Three kernels of 0.1, and no data loss: only the penalty could move them. */
#define EQUAL                                                                                      \
    "data rows { 1 -> 0 }\ninput 1\ndense 3 kernel_init=constant(0.1) as h\n"                      \
    "dense 1 kernel_init=zeros\nloss mse\noptimizer sgd lr=0.1\n"                                  \
    "define penalty largest(x) = max(x)\ndefine penalty spread(x) = std(x)\n"                      \
    "define penalty own(x) = norm(x - mean(x))\n"

/* Of three that are the largest each gets a third, and none has a derivative: not one sentence
 * about a right gradient goes for them. Where the slope at a kink is 0 nothing moves, and nothing
 * is named. */
static void a_push_at_a_kink_is_named(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, EQUAL "set h.kernel = largest(3)\ncheckgrad\n");
    assert_non_null(strstr(
        f.out.text, "pushed at a kink: 3, the most at h.kernel[0, 0]: h.kernel largest(3) has "
                    "no derivative there, and pushes with 1; its slopes on both sides are "));
    assert_non_null(strstr(f.out.text, "the gradient is right wherever there is one: "));
    f.host.json = true;
    fake_ok(&f, "checkgrad\n");
    assert_non_null(strstr(f.out.text, "\"pushed\": 3, "));
    assert_non_null(strstr(f.out.text, "\"push\": {\"place\": \"h.kernel[0, 0]\", \"part\": "
                                       "\"h.kernel largest(3)\", \"analytic\": 1, "));
    f.host.json = false;
    static const char *const still[] = {"spread(3)", "own(3)", "l1(3)", "none"};
    for (size_t i = 0; i < sizeof still / sizeof *still; i++) {
        char text[100];
        snprintf(text, sizeof text, "set h.kernel = %s\ncheckgrad\n", still[i]);
        fake_ok(&f, text);
        assert_null(strstr(f.out.text, "pushed"));
        assert_non_null(strstr(f.out.text, "the gradient is right: "));
    }
    fake_finish(&f);
}

/* The deviation of equal numbers is 0 and flat: training leaves them where they are, and print,
 * expect and the ledger say the same. */
static void equal_weights_stay_equal(void **state)
{
    (void)state;
    static const char *const penalties[] = {"spread(1)", "own(1)"};
    for (size_t i = 0; i < sizeof penalties / sizeof *penalties; i++) {
        struct fake f;
        char text[200];
        fake_start(&f);
        fake_ok(&f, EQUAL);
        snprintf(
            text, sizeof text,
            "set h.kernel = %s\nlet before = max(h.kernel)\nexpect h.kernel.penalty == 0\nstep 3\n",
            penalties[i]);
        fake_ok(&f, text);
        fake_ok(&f, "expect sum(h.kernel != before) == 0\nexpect sum(h.kernel.grad != 0) == 0\n"
                    "expect h.kernel.penalty == 0\nexpect std(h.kernel) == 0\n"
                    "expect var(h.kernel) == 0\nexpect norm(h.kernel - mean(h.kernel)) == 0\n"
                    "expect sum(std(h.kernel, axis=1)) == 0\nexpect loss == 0\n");
        fake_finish(&f);
    }
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *before, *first;
    } cases[] = {
        {"", "t:1:1: there is no data yet; load some, for example data digits target=input"},
        {"data xor", "t:1:1: the model main is empty; begin with an input, for example input 64"},
        {"data xor; input 2; dense 1 trainable=no as h",
         "t:1:1: nothing in the model main trains: there is no gradient to check; let a layer "
         "train "
         "again: set h.trainable = yes"},
        {"data xor; input 2 as x; flatten; reshape 2x1; reshape 2; loss mse; data random 4 shape=2 "
         "target=2",
         "t:1:1: the model main has no weights: there is no gradient to check; add a layer that "
         "has some, for example dense 8"},
        {"data xor; input 3 as x; dense 1",
         "t:1:1: the data has 2 columns, and the input x takes 3: 3; make the model with input 2, "
         "or load other data"},
    };
    for (int checks = 0; checks < 2; checks++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct fake f;
            fake_start_as(&f, checks ? "check" : "");
            fake_ok(&f, cases[i].before);
            const uint64_t before = session_digest(f.session);
            fake_says(&f, "checkgrad", OUTCOME_ERROR, cases[i].first);
            assert_true(session_digest(f.session) == before);
            assert_string_equal(f.out.text, "");
            fake_finish(&f);
        }
}

#define DIGITS "data digits\ninput 64\ndense 30 tanh\ndense 10 softmax\n"

static void it_can_be_stopped(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DIGITS);
    const uint64_t before = session_digest(f.session);
    f.pace = 0.02;
    f.stop_at = 3;
    assert_int_equal(fake_run(&f, "checkgrad"), OUTCOME_STOPPED);
    assert_int_equal(f.ticks, 3);
    assert_string_equal(f.out.text, "");
    assert_string_equal(f.last.what, "checkgrad");
    assert_int_equal(f.last.steps, 64 + 30 + 64 + 10);
    assert_true(session_digest(f.session) == before);
    f.stop_at = 0;
    fake_ok(&f, "checkgrad");
    assert_true(f.ticks > 100);
    fake_finish(&f);
}

/* With --check nothing is worked out, and the loss that would be chosen is looked at. */
static void with_check_only_shapes_are_looked_at(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "check");
    fake_ok(&f, DIGITS);
    fake_prints(&f, "checkgrad", "");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_has_its_gradient),
        cmocka_unit_test(a_push_at_a_kink_is_named),
        cmocka_unit_test(equal_weights_stay_equal),
        cmocka_unit_test(the_report),
        cmocka_unit_test(a_wrong_gradient_is_an_error),
        cmocka_unit_test(errors),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(with_check_only_shapes_are_looked_at),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
