/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What emulate bends: values by worked numbers and by what the systems themselves said
 * (reference/emulate.txt), gradients by where a step of sgd leads, and what evaluate leaves out.
 * The table of other systems is that of docs/reference.md, Systems. */
#include "check.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An output of 300 for the inputs 1 and 2, twice: 0.01 * 300^2 is 900, on the input 0.01 * 5. */
static void an_activity_penalty_in_a_called_block(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 -> 0; 1 2 -> 0 } batch=2\ninput 2\n"
                "block t { dense 1 use_bias=no kernel_init=constant(100) activity=l2(0.01) as d }\n"
                "t\nloss mse\n"
                "expect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate keras-2.0\nexpect t.d.activity.penalty ~ 0.1 within 1e-6\n"
                "emulate keras-2.2\nexpect t.d.activity.penalty ~ 1800 within 1e-3\n"
                "emulate tf.keras-2\nexpect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate keras-3\nexpect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate none\nexpect t.d.activity.penalty ~ 900 within 1e-3\n");
    fake_finish(&f);
}

/* The data is met, so only penalties move the weight from 1: by lr times their slope. */
static void the_gradient_is_bent_too(void **state)
{
    (void)state;
    static const struct {
        const char *penalty, *system;
        double weight;
    } cases[] = {
        {"activity=l2(1)", "none", 0.6},      /* two calls, each 2 * 1 * 1 over a batch of 1 */
        {"activity=l2(1)", "keras-2.0", 1},   /* on the input: nothing that could move */
        {"activity=l2(1)", "keras-2.2", 0.6}, /* the sum over one sample */
        {"kernel=l1(1)", "none", 0.9},        /* once */
        {"kernel=l1(1)", "keras-2.0", 0.9},   /* the second call is on the same tensor: not run */
        {"kernel=l1(1)", "tfjs", 0.8},        {"kernel=l1(1)", "keras-3", 0.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[500];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 1 -> 1 1 }\ninput 1 as x\n"
                 "block t { dense 1 use_bias=no kernel_init=ones %s as d }\nt on x as a\n"
                 "t on x as b\nconcat on a, b\nloss mse\noptimizer sgd lr=0.1\n"
                 "emulate %s\nstep 1\n",
                 cases[i].penalty, cases[i].system);
        fake_ok(&f, text);
        check_near(fake_number(&f, "t.d.kernel"), cases[i].weight, 1e-6);
        fake_finish(&f);
    }
}

/* Of a layer that is shared without a block only tfjs counts the weight's penalty again. */
static void a_shared_layer_and_a_frozen_one(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 1 1 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=constant(3) kernel=l1(1) as s\ns on x as again\n"
                "concat on s, again\nloss mse\n"
                "expect s.kernel.penalty ~ 3\nemulate keras-2.0\nexpect s.kernel.penalty ~ 3\n"
                "emulate tfjs\nexpect s.kernel.penalty ~ 6\nemulate none\n"
                "set s.trainable = no\nexpect s.kernel.penalty ~ 3\n"
                "emulate keras-3\nexpect s.kernel.penalty == 0\nemulate none\n"
                "set penalties.frozen = ignore\nexpect s.kernel.penalty == 0\n"
                "set penalties.frozen = count\nexpect s.kernel.penalty ~ 3\n");
    fake_finish(&f);
}

static void evaluate_leaves_penalties_out_where_it_did(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1\n"
                "dense 1 use_bias=no kernel_init=constant(2) kernel=l2(0.5) as d\nloss mse\n"
                "optimizer sgd lr=0\n"
                "evaluate\nexpect loss ~ 6\nemulate keras-1.0\nevaluate\nexpect loss ~ 4\n"
                "expect loss.penalty == 0\nstep 1\nexpect loss ~ 6\n"
                "expect d.kernel.penalty ~ 2\nemulate keras-2.0\nevaluate\nexpect loss ~ 6\n");
    fake_ok(&f, "emulate keras-1.0\nevaluate\n");
    assert_non_null(strstr(f.out.text, "[bent; in truth 6]"));
    fake_finish(&f);
}

static void what_is_refused_does_not_run(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1\ndense 1 activity=l1(1) kernel_init=ones as d\n"
                "loss mse\nemulate tfjs\npenalties\n");
    assert_non_null(strstr(f.out.text, "bent (refused): in truth 1"));
    assert_non_null(strstr(f.out.text,
                           "tfjs cannot run this model: the activity penalty of a layer "
                           "that is called directly ends in its NotImplementedError\n"));
    fake_says(&f, "step 1\n", OUTCOME_ERROR,
              "t:1:1: tfjs cannot run this model: d.activity ends in its NotImplementedError; "
              "penalties shows the ledger; emulate none ends the emulation");
    fake_says(&f, "evaluate\n", OUTCOME_ERROR,
              "t:1:1: tfjs cannot run this model: d.activity ends in its NotImplementedError; "
              "penalties shows the ledger; emulate none ends the emulation");
    fake_says(&f, "emulate keras-9\n", OUTCOME_ERROR,
              "t:1:9: no system \"keras-9\"; did you mean keras-3?");
    fake_finish(&f);
}

/* A layer of a called block with an activity penalty: Keras 1.0 would need a value for the block's
 * own input, which nobody feeds. */
static void keras_1_0_cannot_run_it(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        bool runs;
    } cases[] = {
        {"block t { dense 1 activity=l1(1) as d }\nt\n", false},
        {"dense 1 activity=l1(1) as d\nblock t { d on input }\nt on x\n", false},
        {"block u { dense 1 activity=l1(1) as d }\ntimedistributed u\n", false},
        {"block u { dense 1 activity=l1(1) as d }\nblock t { u }\nt\n", false},
        {"block t { timedistributed dense 1 activity=l1(1) as d }\nt\n", true},
        {"timedistributed dense 1 activity=l1(1) as d\nblock t { d on input }\nt on x\n", true},
        {"dense 1 activity=l1(1) as d\n", true},
    };
    static const char *const systems[] = {"keras-1.0-early", "keras-1.0"};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char line[100];
        const bool runs = cases[i / 2].runs;
        fake_start(&f);
        fake_ok(&f, "data random 4 shape=2x1 target=2\ninput 2x1 as x\n");
        fake_ok(&f, cases[i / 2].model);
        snprintf(line, sizeof line, "flatten\nloss mse\nemulate %s\n", systems[i % 2]);
        fake_ok(&f, line);
        assert_int_equal(fake_run(&f, "step 1\nevaluate\n"), runs ? OUTCOME_OK : OUTCOME_ERROR);
        assert_true(runs || strstr(f.err.text, "d.activity ends in its MissingInputError"));
        fake_ok(&f, "emulate all\n");
        assert_int_equal(strstr(f.out.text, "keras-1.0 cannot run this model") != NULL, !runs);
        f.host.json = true;
        fake_ok(&f, "emulate all\n");
        assert_int_equal(strstr(f.out.text, "\"raises\": \"MissingInputError\"") != NULL, !runs);
        fake_finish(&f);
    }
}

/* Wrappers around one layer have its penalties each: three lists with it, so each of its own calls
 * counts three times, and those inside the wrappers not at all. */
static void keras_1_0_counts_wrappers(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 | 1 2 1 2 -> 0; 1 2 | 1 2 1 2 -> 0 } batch=2\ninput 2 as x\n"
                "input 2x2 as y\n"
                "dense 2 use_bias=no kernel_init=ones kernel=l1(1) activity=l1(1) on x as d\n"
                "timedistributed d on y as t1\ntimedistributed d on y as t2\nflatten on t1 as f1\n"
                "flatten on t2 as f2\nconcat on d, f1, f2\ndense 1\nloss mse\n"
                "expect d.kernel.penalty == 4\nexpect d.activity.penalty == 30\n"
                "emulate keras-1.0-early\nexpect d.kernel.penalty == 12\n"
                "expect d.activity.penalty == 18\n"
                "emulate keras-1.0\nexpect d.activity.penalty == 36\n");
    fake_finish(&f);
}

static FILE *open_reference(const char *name)
{
    char path[500];
    snprintf(path, sizeof path, REFERENCE_DIR "/%s", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    return f;
}

/* The next line, without its end; false at the end of the file. */
static bool next_line(FILE *f, char *line, size_t room)
{
    if (!fgets(line, (int)room, f))
        return false;
    assert_non_null(strchr(line, '\n'));
    line[strcspn(line, "\n")] = 0;
    return true;
}

enum { SHOWN_MOST = 4 };

/* Runs a line of a case; what a print shows goes to shown[]. */
static void run_line(struct fake *f, const char *line, double *shown, size_t *n)
{
    if (strncmp(line, "print ", 6) != 0) {
        fake_ok(f, line);
        return;
    }
    assert_true(*n < SHOWN_MOST);
    shown[(*n)++] = fake_number(f, line + 6);
}

/* The systems computed in float. */
static void what_the_systems_said(void **state)
{
    (void)state;
    FILE *file = open_reference("emulate.txt");
    char line[500], name[100] = "";
    double shown[SHOWN_MOST];
    size_t n = 0, cases = 0;
    struct fake f = {0};
    while (next_line(file, line, sizeof line)) {
        if (strncmp(line, "case ", 5) == 0) {
            snprintf(name, sizeof name, "%.90s", line + 5);
            fake_start(&f);
            n = 0;
        } else if (strncmp(line, "    ", 4) == 0) {
            run_line(&f, line + 4, shown, &n);
        } else if (strncmp(line, "expect ", 7) == 0) {
            char *at = line + 6;
            for (size_t i = 0; i < n; i++) {
                const double said = strtod(at, &at);
                if (!(fabs(shown[i] - said) <= 2e-6 * fabs(said)))
                    fail_msg("%s: number %zu is %.9g, and was %.9g", name, i, shown[i], said);
            }
            assert_int_equal(strlen(at), 0);
            fake_finish(&f);
            cases++;
        }
    }
    fclose(file);
    assert_int_equal(cases, 17);
}

/* How often kernels of four ones count, in one system. */
static void check_counts(struct fake *f, const char *name, char *line)
{
    char text[200], *rest, *system = strtok_r(line, " ", &rest);
    snprintf(text, sizeof text, "emulate %s", system);
    fake_ok(f, text);
    for (char *pair; (pair = strtok_r(NULL, " ", &rest));) {
        char *count = strchr(pair, '=');
        *count++ = 0;
        snprintf(text, sizeof text, "%s.kernel.penalty/4", pair);
        const double times = fake_number(f, text);
        if (fabs(times - strtod(count, NULL)) > 1e-4)
            fail_msg("%s, %s: %s counts %g times, not %s", name, system, pair, times, count);
    }
}

/* Blocks in blocks, called and wrapped at random: make_emulate.py keeps the lists themselves. */
static void blocks_in_blocks(void **state)
{
    (void)state;
    FILE *file = open_reference("emulate_nested.txt");
    char line[800], name[100] = "";
    struct fake f = {0};
    size_t cases = 0;
    bool open = false;
    while (next_line(file, line, sizeof line)) {
        if (strncmp(line, "case ", 5) == 0) {
            if (open)
                fake_finish(&f);
            fake_start(&f);
            snprintf(name, sizeof name, "%.90s", line);
            open = true;
            cases++;
        } else if (strncmp(line, "    ", 4) == 0) {
            fake_ok(&f, line + 4);
        } else if (strncmp(line, "counts ", 7) == 0) {
            check_counts(&f, name, line + 7);
        }
    }
    fake_finish(&f);
    fclose(file);
    assert_int_equal(cases, 40);
}

/* A block that is never called could spell out to any number of calls; it is no part of the model.
 */
static void blocks_that_are_never_called(void **state)
{
    (void)state;
    struct fake f;
    char line[100];
    fake_start(&f);
    fake_ok(&f,
            "data rows { 1 -> 1 }\ninput 1\n"
            "dense 1 use_bias=no kernel_init=ones kernel=l1(1) as d\nblock b0 { d on input }\n");
    for (int i = 1; i < 40; i++) {
        snprintf(line, sizeof line, "block b%d { b%d on input; b%d }\n", i, i - 1, i - 1);
        fake_ok(&f, line);
    }
    fake_ok(&f, "loss mse\nemulate keras-2.0\nexpect d.kernel.penalty == 1\n"
                "emulate keras-1.0\nexpect d.kernel.penalty == 1\n"
                "emulate tfjs\nexpect d.kernel.penalty == 1\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras_1_0_cannot_run_it),
        cmocka_unit_test(keras_1_0_counts_wrappers),
        cmocka_unit_test(what_the_systems_said),
        cmocka_unit_test(blocks_in_blocks),
        cmocka_unit_test(blocks_that_are_never_called),
        cmocka_unit_test(an_activity_penalty_in_a_called_block),
        cmocka_unit_test(the_gradient_is_bent_too),
        cmocka_unit_test(a_shared_layer_and_a_frozen_one),
        cmocka_unit_test(evaluate_leaves_penalties_out_where_it_did),
        cmocka_unit_test(what_is_refused_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
