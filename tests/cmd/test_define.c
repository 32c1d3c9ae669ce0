/* SPDX-License-Identifier: GPL-3.0-or-later */
/* define penalty: what it makes, where that works, and each wrong line told once, at its place. */
#include "check.h"
#include "host.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOYER "define penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)\n"
/* Two samples 1 2 and 3 4; a kernel of 1 2 in its first row and 3 4 in its second, so that the
 * output is 7 10 and 15 22. */
#define MODEL                                                                                      \
    "data rows { 1 2 -> 0; 3 4 -> 0 } shuffle=no\ninput 2\n"                                       \
    "dense 2 use_bias=no kernel_init=values(1, 2, 3, 4) as h\ndense 1 as y\n"                      \
    "loss mse\noptimizer sgd lr=0.001\n"

static void a_formula_is_a_penalty(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, HOYER "let k = 2\ndefine penalty spread(x, p=k, reduce=sum) = p*var(mean(x, "
                      "axis=0)) + k*sum(x)\nlet k = 100\n" MODEL);
    /* (1+2+3+4)^2 / (1+4+9+16) = 10/3, times the strength. */
    fake_ok(&f, "set h.kernel = hoyer(0.3)\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 1, 1e-6);
    /* The means over the inputs are 2 and 3: variance 0.25; 2*0.25 + 2*10 = 20.5; with p=4, 21. */
    fake_ok(&f, "set h.kernel = spread(1)+spread(1, 4)\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 41.5, 1e-5);
    /* The means over the batch are 11 and 16: 6.25; 2*6.25 + 2*54 = 120.5. It is not divided but
     * where one says so: by 2 samples, by 4 elements. */
    fake_ok(&f, "set h.kernel = none\nset h.activity = spread(1)\n");
    check_near(fake_number(&f, "h.activity.penalty"), 120.5, 1e-4);
    fake_ok(&f, "set h.activity = spread(1, reduce=batch)\n");
    check_near(fake_number(&f, "h.activity.penalty"), 60.25, 1e-4);
    fake_ok(&f, "set h.activity = spread(1, reduce=mean)\n");
    check_near(fake_number(&f, "h.activity.penalty"), 30.125, 1e-4);
    /* Beside a built-in, in a sum under a name. */
    fake_ok(&f, "let both = hoyer(0.3)+l1(1)\nset h.activity = none\nset h.kernel = both\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 11, 1e-5);
    /* A strength of 0 keeps its row. */
    fake_ok(&f, "set h.kernel = hoyer(0)\npenalties\n");
    check_has(f.out.text, "hoyer(0)");
    fake_finish(&f);
}

/* A step with sgd is lr times the gradient. */
static void the_gradient_comes_by_itself(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "define penalty cube(x) = x^3\ndata rows { 0 -> 0 }\ninput 1\n"
                "dense 1 use_bias=no kernel_init=constant(2) kernel=cube(0.5) as h\n"
                "loss mse\noptimizer sgd lr=0.01\nstep 1\n");
    /* 2 - 0.01 * 0.5 * 3 * 2^2 */
    check_near(fake_number(&f, "sum(h.kernel)"), 1.94, 1e-6);
    check_near(fake_number(&f, "sum(h.kernel.grad)"), 6, 1e-5);
    fake_finish(&f);
}

/* Written as a formula, a built-in trains to the same weights. */
static void a_built_in_and_its_formula_train_alike(void **state)
{
    (void)state;
    static const char *const slots[] = {
        "kernel=l1(0.01)+l2(0.02) activity=l1(0.03)",
        "kernel=my1(0.01)+my2(0.02) activity=my1(0.03)",
        "kernel=my1(0.01)+l2(0.02) activity=my1(0.03)",
    };
    double weight[3];
    for (size_t i = 0; i < 3; i++) {
        struct fake f;
        char text[400];
        snprintf(text, sizeof text,
                 "define penalty my1(x) = sum(abs(x))\ndefine penalty my2(x) = x^2\n"
                 "data moons 50 batch=8\ninput 2\ndense 5 tanh %s as h\ndense 1 sigmoid\n"
                 "train 3\n",
                 slots[i]);
        fake_start(&f);
        fake_ok(&f, text);
        weight[i] = fake_number(&f, "sum(h.kernel^2) + loss");
        fake_finish(&f);
    }
    check_near(weight[1], weight[0], 1e-5);
    check_near(weight[2], weight[0], 1e-5);
}

static void it_is_listed_explained_and_completed(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "define\n", "");
    fake_ok(&f, HOYER "let k = -2\ndefine penalty tilt(x, slope=k, reduce=mean) = x^k + slope*x\n");
    fake_prints(&f, "define\n",
                "define penalty hoyer(x) = sum(abs(x))^2/sum(x^2)\n"
                "define penalty tilt(x, slope=-2, reduce=mean) = x^-2 + slope*x\n");
    fake_ok(&f, "help tilt\n");
    check_has(f.out.text, "tilt(STRENGTH, SLOPE, reduce=...)\n");
    check_has(f.out.text, "formula: strength*(x^-2 + slope*x)\n");
    check_has(f.out.text, "slope: a number of the formula; default -2\n");
    check_has(f.out.text, "default mean\n");
    size_t start;
    char suffix, **list = session_complete(f.session, "dense 4 kernel=ho", 17, &start, &suffix);
    assert_non_null(list);
    assert_string_equal(list[0], "hoyer");
    assert_null(list[1]);
    mem_free(list[0]);
    mem_free(list);
    list = session_complete(f.session, "help til", 8, &start, &suffix);
    assert_non_null(list);
    assert_string_equal(list[0], "tilt");
    mem_free(list[0]);
    mem_free(list);
    fake_ok(&f, MODEL "set h.kernel = tilt(1, -3)\nshow h\n");
    check_has(f.out.text, "tilt(1, -3) = strength*(x^-2 + slope*x)");
    fake_ok(&f, "penalties format=json\n");
    check_has(f.out.text, "\"formula\": \"1*(x^-2 + (-3)*x)\"");
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, HOYER);
    fake_prints(
        &f, "define\n",
        "{\"verb\": \"define\", \"define\": {\"hoyer\": \"sum(abs(x))^2/sum(x^2)\"}, \"file\": "
        "\"t\", \"line\": 1, \"column\": 1}\n");
    fake_finish(&f);
}

/* What is listed defines the same. */
static void a_listing_is_a_script(void **state)
{
    (void)state;
    struct fake f, g;
    fake_start(&f);
    fake_ok(&f, HOYER "let k = -1.5\ndefine penalty a(x, p=k, q=1e-9, reduce=sum) = k^2*x - "
                      "p*max(x, axis=-1) + q*where(not x > 0 and x < 3, -x, k)\n");
    fake_ok(&f, "define\n");
    fake_start(&g);
    fake_ok(&g, f.out.text);
    fake_prints(&g, "define\n", f.out.text);
    fake_finish(&g);
    fake_finish(&f);
}

struct wrong {
    const char *text;
    uint32_t line, column;
    const char *what; /* the error as shown, without its place */
};

#define FULL "write define penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)"
#define MAY "it may name x, its own parameters and variables that are numbers"

static const struct wrong wrong[] = {
    {"define penalty", 1, 8, "a penalty is defined by its formula; " FULL},
    {"define f(x) = x", 1, 8, "define says what it defines; write define penalty f(x) = ..."},
    {"define penality f(x) = x", 1, 8, "no kind of definition \"penality\"; did you mean penalty?"},
    {"define penalty f = x", 1, 16, "a penalty is defined with its parameters: f(x); " FULL},
    {"define penalty f() = 3", 1, 16, "a penalty has a parameter: x, the tensor; " FULL},
    {"define penalty f(w) = w^2", 1, 18, "the first parameter is x, the tensor; " FULL},
    {"define penalty f(p=1) = x", 1, 20, "the first parameter is x, the tensor; " FULL},
    {"define penalty f(x=1) = x", 1, 18, "x is the tensor and has no default; " FULL},
    {"define penalty f(x, p) = p*x", 1, 21,
     "the parameter p has no default; write what counts when it is left out: p=0.05"},
    {"define penalty f(x, x) = x", 1, 21, "x stands twice; a penalty has one tensor"},
    {"define penalty f(x, 3) = x", 1, 21,
     "this is no parameter; behind x stand names with their defaults: p=0.05"},
    {"define penalty f(x, p=1, p=2) = p*x", 1, 26,
     "the parameter p stands twice; give each its own name"},
    {"define penalty f(x, sum=1) = sum*x", 1, 21, "sum is a function; choose another name, sum_1"},
    {"define penalty f(x, axis=1) = x", 1, 21,
     "axis is a word of the functions; choose another name, axis_1"},
    {"define penalty f(x, strength=1) = x", 1, 21,
     "every penalty has a strength: its first argument, a factor; leave it out; hoyer(1e-3) has "
     "the strength 1e-3"},
    {"define penalty f(x, loss=1) = x", 1, 21,
     "loss is a word of the language; choose another, loss_1"},
    {"define penalty f(x, p=q) = p*x", 1, 23,
     "no quantity or variable \"q\"; help expressions lists what there is"},
    {"define penalty f(x, p=1/0) = p*x", 1, 23,
     "the default of p is not finite; write a number: "
     "p=0.05"},
    {"define penalty f(x, reduce) = x", 1, 21,
     "reduce says how an activity's penalty is summed over the batch; write reduce=batch, "
     "reduce=sum or reduce=mean"},
    {"define penalty f(x, reduce=half) = x", 1, 28,
     "reduce= is batch, sum or mean; it says how an activity's penalty is summed over the batch"},
    {"define penalty f(x, reduce=sum, reduce=sum) = x", 1, 33,
     "reduce= stands twice; give it once"},
    {"define penalty f(x) = 3", 1, 23,
     "this formula does not depend on x; x is the tensor that the penalty is applied to: "
     "sum(abs(x))"},
    {"define penalty f(x, rho=1) = x*rh", 1, 32, "no \"rh\" in this formula; did you mean rho?"},
    {"define penalty f(x) = x*unknown", 1, 25, "no \"unknown\" in this formula; " MAY},
    {"define penalty f(x) = x*h.kernel", 1, 25, "no \"h.kernel\" in this formula; " MAY},
    {"define penalty f(x) = x*loss", 1, 25, "no \"loss\" in this formula; " MAY},
    {"let w = l1(1)\ndefine penalty f(x) = x*w", 2, 25,
     "w is a penalty, and a formula takes numbers; give it another value before: let w = ..."},
    {"let w = 0/0\ndefine penalty f(x) = x*w", 2, 25,
     "w is not finite, and a formula takes numbers; give it another value before: let w = ..."},
    {"define penalty f(x) = x + f(x)", 1, 27,
     "f would be defined by itself; a formula calls functions: sum, mean, abs ..."},
    {"define penalty f(x) = l1(x)", 1, 23,
     "l1 is a penalty, and a formula calls functions; write its formula out; help l1 shows it"},
    {HOYER "define penalty f(x) = 2*hoyer(x)", 2, 25,
     "hoyer is a penalty, and a formula calls functions; write its formula out; help hoyer shows "
     "it"},
    {"define penalty f(x) = summ(x)", 1, 23, "no function \"summ\"; did you mean sum?"},
    {"define penalty f(x) = sum(x, 2)", 1, 23,
     "sum does not take 2 values; write sum(x) or sum(x, axis=0)"},
    {"define penalty f(x) = sum(x, axis=9)", 1, 35,
     "no tensor has that many axes; a tensor has at most 7"},
    {"define penalty f(x) = sum(sum(x), axis=0)", 1, 40,
     "a single number has no axes; leave axis= out"},
    {"define penalty f(x) = \"x\"", 1, 23,
     "the text \"x\" is no number and no tensor; the names of tensors stand without quotes"},
    {"define penalty f(x) = x*?", 1, 25,
     "\"?\" has no value here; it stands in the value of a sweep: sweep hidden.activity = l1(?) "
     "over 0 1e-3"},
    {"define penalty f(x) = x, x", 1, 26, "a penalty is one formula; parts are joined by +"},
    {"define penalty f(x) = sum(x", 1, 28,
     "a , or ) is missing; what stands in ( ) ends on its line"},
    {"define penalty mean(x) = x", 1, 16,
     "mean is a function of the language; choose another name, my_mean"},
    {"define penalty dense(x) = x", 1, 16,
     "dense is a word of the language; choose another, dense_1"},
    {"let f = 3\ndefine penalty f(x) = x", 2, 16,
     "the name f is given already, at t:1; choose another, f_1"},
    {"define penalty f(x) = x\ndefine penalty f(x) = x^2", 2, 16,
     "the name f is given already, at t:1; choose another, f_1"},
    {"define penalty f(x) = x\nlet f = 3", 2, 5,
     "the name f is given already, at t:1; choose another, f_1"},
    {"define penalty f(x) = x\ninput 3 as f", 2, 12,
     "the name f is given already, at t:1; choose another, f_1"},
    {"input 3 as f\nmodel other\ndefine penalty f(x) = x", 3, 16,
     "the name f is given already, at t:1; choose another, f_1"},
    {HOYER "input 3\ndense 2 kernel=hoyr(1)", 3, 16, "no penalty \"hoyr\"; did you mean hoyer?"},
    {HOYER "input 3\ndense 2 kernel=hoyer", 3, 16,
     "hoyer needs strength; write hoyer(STRENGTH, reduce=...)"},
    {HOYER "input 3\ndense 2 kernel=hoyer(-1)", 3, 22, "a strength is 0 or more"},
    {HOYER "input 3\ndense 2 kernel=hoyer(1, reduce=sum)", 3, 25,
     "reduce= is for activity penalties; a weight penalty is summed over the tensor: leave reduce= "
     "out"},
    /* Where a formula is applied to what lacks its axis. */
    {"define penalty f(x) = sum(x, axis=1)\ninput 3\ndense 2 bias=f(1)", 3, 14,
     "f does not fit a weight of 2: there is no axis 1; its only axis is 0"},
    {"define penalty f(x) = sum(x, axis=2)\ninput 3\ndense 2 activity=f(1)", 3, 18,
     "f does not fit an activity of 2: there is no axis 2; axis 0 is the batch, the last is 1"},
    {"define penalty f(x) = sum(x, axis=-3)\ninput 3\ndense 2 as h\nset h.kernel = f(1)", 4, 16,
     "f does not fit a weight of 3x2: there is no axis -3; axis 0 is that of its inputs, the last "
     "is 1"},
    {"define penalty f(x) = sum(x, axis=2)\ninput 3\ndense 2 as h\nset h.activity = l1(1)+f(1)", 4,
     24, "f does not fit an activity of 2: there is no axis 2; axis 0 is the batch, the last is 1"},
};

/* The last line of a text is wrong; what stood before it did its work. */
static void check_wrong(const struct wrong *w)
{
    struct fake f;
    char place[40], expected[600];
    const char *last = strrchr(w->text, '\n');
    fake_start_as(&f, "quiet");
    char before[600] = "";
    snprintf(before, sizeof before, "%.*s", last ? (int)(last - w->text) + 1 : 0, w->text);
    struct fake g;
    fake_start(&g);
    fake_ok(&g, before);
    const enum outcome how = fake_run(&f, w->text);
    snprintf(place, sizeof place, "t:%u:%u: ", w->line, w->column);
    snprintf(expected, sizeof expected, "%s%s\n", place, w->what);
    if (how != OUTCOME_ERROR || strncmp(f.err.text, expected, strlen(expected)) != 0)
        fail_msg("%s\nends with %d and says\n%sand not\n%s", w->text, (int)how, f.err.text,
                 expected);
    /* A text that does not parse runs nothing. */
    if (!strstr(w->what, "missing") && session_digest(f.session) != session_digest(g.session))
        fail_msg("%s\nchanged something", w->text);
    fake_finish(&g);
    fake_finish(&f);
}

static void each_wrong_line_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_wrong(&wrong[i]);
}

static void a_definition_is_part_of_the_state(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "define penalty f(x) = x\n",      "define penalty g(x) = x\n",
        "define penalty f(x) = x^2\n",    "define penalty f(x, p=1) = x\n",
        "define penalty f(x, p=2) = x\n", "define penalty f(x, reduce=sum) = x\n",
        "define penalty f(x, q=1) = x\n",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    uint64_t digest[TEXTS + 1];
    for (size_t i = 0; i <= TEXTS; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, i < TEXTS ? texts[i] : "");
        digest[i] = session_digest(f.session);
        for (size_t k = 0; k < i; k++)
            assert_true(digest[k] != digest[i]);
        fake_finish(&f);
    }
}

/* All outputs are 0, and hoyer of them is 0/0: the step is refused, and says why. */
static void a_penalty_without_a_value_is_named(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, HOYER "data rows { 1 -> 1 }\ninput 1\n"
                      "dense 3 kernel_init=zeros activity=hoyer(1e-3) as h\ndense 1\n"
                      "loss mse\noptimizer sgd\n");
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    check_has(f.err.text,
              "step 1 would make the penalty h.activity (hoyer) infinite or not a "
              "number; the step was not taken; the formula has no finite value for these "
              "numbers, as 0/0 has none: help hoyer");
    check_near(fake_number(&f, "step"), 0, 0);
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "not a number");
    fake_finish(&f);
}

static void models_share_definitions(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, HOYER "model a\n" MODEL "set h.activity = hoyer(0.1)\nclone b\nmark before\n"
                      "step 2 on a, b\ngoto before\nset h.activity = hoyer(0.2)\nstep 1\nmodel a\n"
                      "penalties\n");
    check_has(f.out.text, "hoyer(0.1)");
    fake_finish(&f);
}

static void check_memory(const char *before, const char *text)
{
    for (long n = 1;; n++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, before);
        const uint64_t digest = session_digest(f.session);
        mem_fail_at(n);
        const enum outcome how = fake_run(&f, text);
        const bool failed = mem_failed();
        mem_fail_at(0);
        if (failed && (how != OUTCOME_ERROR || session_digest(f.session) != digest))
            fail_msg("%s: allocation %ld, outcome %d, digest %s\n%s", text, n, (int)how,
                     session_digest(f.session) == digest ? "same" : "changed", f.err.text);
        fake_ok(&f, failed ? text : "");
        fake_finish(&f);
        if (!failed)
            return;
    }
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    check_memory("let k = -3\n", "define penalty f(x, p=k, reduce=sum) = p*x^k + sum(abs(x))\n");
    check_memory(HOYER, "define\n");
    check_memory(HOYER, "help hoyer\n");
    check_memory(HOYER MODEL, "set h.activity = hoyer(1)+l1(2)\n");
    check_memory(HOYER, "let w = hoyer(1)\n");
    check_memory(HOYER MODEL "set h.activity = hoyer(1)\n", "penalties\n");
}

/* A layer with the kernel [3] keeps the built-in l2, 9; one written later has the definition, 6. */
static void a_built_in_may_be_defined_anew(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=constant(3) kernel=l2(1) as old\n"
                "define penalty l2(x, times=2) = times*sum(x)\n"
                "dense 1 on x use_bias=no kernel_init=constant(3) kernel=l2(1) as new\n"
                "expect old.kernel.penalty ~ 9\nexpect new.kernel.penalty ~ 6\n");
    fake_says(&f, "define penalty l2(x) = sum(x)\n", OUTCOME_ERROR,
              "t:1:16: the name l2 is given already, at t:4; choose another, l2_1");
    fake_finish(&f);
}

/* A library may be read twice; what differs in anything is another definition. */
static void the_same_may_be_said_again(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "let c = 2\ndefine penalty f(x, p=c, reduce=sum) = p*sum(x^2)\n");
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1\ndense 1 kernel=f(1) kernel_init=constant(3) as h\n"
                "define penalty f(x, p=2, reduce=sum) = p*sum(x^2)\n");
    static const char *const others[] = {
        "define penalty f(x, p=2) = p*sum(x^2)\n",
        "define penalty f(x, p=3, reduce=sum) = p*sum(x^2)\n",
        "define penalty f(x, q=2, reduce=sum) = q*sum(x^2)\n",
        "define penalty f(x, p=2, reduce=sum) = p*sum(x^4)\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        fake_says(&f, others[i], OUTCOME_ERROR,
                  "t:1:16: the name f is given already, at t:2; choose another, f_1");
    fake_ok(&f, "expect h.kernel.penalty ~ 18\nundo\nundo\nundo\nundo\nundo\n");
    fake_ok(&f, "define penalty f(x) = sum(x)\n");
    fake_finish(&f);
    check_memory("define penalty f(x) = sum(x)\n", "define penalty f(x) = sum(x)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_formula_is_a_penalty),
        cmocka_unit_test(the_gradient_comes_by_itself),
        cmocka_unit_test(a_built_in_and_its_formula_train_alike),
        cmocka_unit_test(it_is_listed_explained_and_completed),
        cmocka_unit_test(a_listing_is_a_script),
        cmocka_unit_test(each_wrong_line_is_told),
        cmocka_unit_test(a_definition_is_part_of_the_state),
        cmocka_unit_test(a_penalty_without_a_value_is_named),
        cmocka_unit_test(models_share_definitions),
        cmocka_unit_test(a_built_in_may_be_defined_anew),
        cmocka_unit_test(the_same_may_be_said_again),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
