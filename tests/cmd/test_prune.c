/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prune and unprune: what becomes 0, that it stays 0 whatever moves weights, and that it goes with
 * the model wherever that goes. */
#include "again.h"

#include "cmd/session/state.h"

#include <stdio.h>
#include <string.h>

#define NET                                                                                        \
    "data rows { 1 2 -> 1; 2 -1 -> 0; -1 3 -> 2; 0.5 1 -> 1 } batch=2\ninput 2\n"                  \
    "dense 3 tanh kernel_init=values(0.5, -0.1, 0.3, -0.2, 0.7, -0.4) as h\ndense 1 as o\n"        \
    "loss mse\n"

/* A number of h.kernel, row after row, or of its gradient. */
static double number_of(struct fake *f, size_t i, bool grad)
{
    const struct model *m = current_model(f->session);
    const struct weight *w = m->graph->weight;
    while (strcmp(w->path, "h.kernel") != 0)
        w++;
    return (double)(grad ? m->state.grad : m->state.weight)[w->at + i];
}

/* Of 0.5 -0.1 0.3; -0.2 0.7 -0.4, where 1 stands in `zero`. */
static void check_zeros(struct fake *f, const int zero[6])
{
    for (int i = 0; i < 6; i++)
        assert_int_equal(number_of(f, (size_t)i, false) == 0, zero[i]);
}

static void the_smallest_go(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *share;
        int zero[6];
    } cases[] = {
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "0.5", {0, 1, 1, 1, 0, 0}},
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "1/6", {0, 1, 0, 0, 0, 0}},
        /* 2.4 is 2, 2.5 is 3. */
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "0.4", {0, 1, 0, 1, 0, 0}},
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "2.5/6", {0, 1, 1, 1, 0, 0}},
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "0", {0, 0, 0, 0, 0, 0}},
        {"0.5, -0.1, 0.3, -0.2, 0.7, -0.4", "1", {1, 1, 1, 1, 1, 1}},
        /* Of equal ones the first; a 0 is the smallest of all. */
        {"2, -2, 2, -2, 2, 2", "0.5", {1, 1, 1, 0, 0, 0}},
        {"2, -2, 1e30, 0, 1e-30, 2", "0.5", {1, 0, 0, 1, 1, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[300];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "input 2\ndense 3 kernel_init=values(%s) as h\nprune h.kernel share=%s\n",
                 cases[i].kernel, cases[i].share);
        fake_ok(&f, text);
        check_zeros(&f, cases[i].zero);
        fake_finish(&f);
    }
}

/* Which numbers are 0 now; there are `due`. */
static void find_zeros(struct fake *f, int due, int zero[6])
{
    int count = 0;
    for (size_t i = 0; i < 6; i++)
        count += zero[i] = number_of(f, i, false) == 0;
    assert_int_equal(count, due);
}

/* Momentum, averages, decay, constraints and penalties would all move them. */
static void they_stay_zero(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"adam ema=0.9 sam=0.05 noise=1e-3",
                                             "sgd lr=0.05 momentum=0.9 nesterov=yes",
                                             "adam lr=0.01",
                                             "adamw lr=0.01 weight_decay=0.1",
                                             "rmsprop lr=0.01 momentum=0.5",
                                             "adagrad lr=0.1 clipnorm=0.1"};
    static const char *const more[] = {"", "set h.kernel_constraint = unit_norm(0, 1)\n",
                                       "set h.kernel_constraint = spectral_norm(0.3)\n",
                                       "set h.kernel = l1(0.1)+l2sp(1)\n",
                                       "set h.activity = contractive(0.1)\n"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
            struct fake f;
            char text[600];
            int zero[6];
            fake_start(&f);
            snprintf(text, sizeof text, NET "optimizer %s\n%sstep 3\nprune h.kernel share=0.5\n",
                     optimizers[i], more[k]);
            fake_ok(&f, text);
            find_zeros(&f, 3, zero);
            for (int step = 0; step < 6; step++) {
                fake_ok(&f, "step 1\n");
                check_zeros(&f, zero);
                for (size_t w = 0; w < 6; w++)
                    assert_true(!zero[w] || number_of(&f, w, true) == 0);
            }
            fake_finish(&f);
        }
}

static void they_move_again(void **state)
{
    (void)state;
    static const int none[6] = {0};
    int zero[6];
    struct fake f;
    fake_start(&f);
    fake_ok(&f,
            NET "optimizer sgd lr=0.05 momentum=0.9\nstep 3\nprune h.kernel share=0.5\nstep 2\n");
    find_zeros(&f, 3, zero);
    fake_prints(&f, "unprune h.kernel\n", "h.kernel: 0 of 6 stay 0\n");
    check_zeros(&f, zero);
    fake_ok(&f, "step 1\n");
    check_zeros(&f, none);
    assert_int_equal(fake_run(&f, "unprune h.kernel\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

static void a_loop_is_a_schedule(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "for share in 1/6 0.5 5/6 { prune h.kernel share=share; step 3 }\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 5, 0);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 0, 0);
    fake_finish(&f);
}

/* A mark, a clone, undo, layers that come later, a layer that rests. */
static void it_goes_with_the_model(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "optimizer adam\nstep 1\nmark before\nprune h.kernel share=0.5\nmark after\n"
                    "clone c\nstep 2\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 3, 0);
    fake_ok(&f, "goto before\nstep 2\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 0, 0);
    fake_ok(&f, "goto after\nstep 2\ndense 2 as late\ndense 1\nstep 2\nprune late.kernel share=1\n"
                "step 2\n");
    check_near(fake_number(&f, "sum(h.kernel == 0) + sum(late.kernel == 0)"), 5, 0);
    fake_ok(&f, "undo\nundo\nstep 2\n");
    check_near(fake_number(&f, "sum(h.kernel == 0) + 10*sum(late.kernel == 0)"), 3, 0);
    fake_ok(&f, "set h.trainable = no\nstep 1\nset h.trainable = yes\nstep 1\nseed 9\nstep 1\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 3, 0);
    fake_finish(&f);
}

static void runs_of_a_sweep_prune(void **state)
{
    (void)state;
    char said[2][4000];
    for (int jobs = 1; jobs <= 2; jobs++) {
        struct fake f;
        char text[500];
        fake_start(&f);
        snprintf(text, sizeof text,
                 NET "let share = 0\nstep 2\nsweep share = ? over 0 0.5 1 jobs=%d {\n"
                     "prune h.kernel share=share\nstep 3\nmeasure zeros = sum(h.kernel == 0)\n"
                     "measure size = sum(h.kernel^2)\n}\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f,
                "results format=json\nmodel main_2\nstep 2\nprint sum(h.kernel == 0)\nsummary\n");
        snprintf(said[jobs - 1], sizeof said[0], "%s", f.out.text);
        fake_finish(&f);
    }
    check_has(said[0], "prune: 3 of 6 stay 0");
    assert_string_equal(said[0], said[1]);
}

static void it_is_told(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    fake_prints(&f, "prune h.kernel share=0.5\n", "h.kernel: 3 of 6 stay 0\n");
    fake_ok(&f, "summary\nshow h\n");
    check_has(f.out.text, "constraint h.kernel: prune: 3 of 6 stay 0, after each step\n");
    check_has(f.out.text, ", 3 of 6 stay 0");
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, NET "prune o.bias share=0.5\n");
    check_has(f.out.text, "\"slot\": \"o.bias\", \"pruned\": 1, \"numbers\": 1");
    fake_finish(&f);
}

/* The numbers and what is pruned of them, as two sessions have them. */
static void check_same_weights(const struct fake *a, const struct fake *b)
{
    const struct model_state *x = &current_model(a->session)->state,
                             *y = &current_model(b->session)->state;
    assert_int_equal(x->reals, y->reals);
    assert_memory_equal(x->weight, y->weight, x->reals * sizeof(real));
    assert_true(x->pruned && y->pruned);
    assert_memory_equal(x->pruned, y->pruned, x->reals * sizeof(real));
}

/* A rule is the same as prune between the steps that it is worked out before, to the bit; with an
 * expression of the batch before as well, and a share that falls again. */
static void a_rule_is_a_schedule(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd lr=0.05 momentum=0.9", "adam ema=0.9 sam=0.05"};
    static const char *const shares[] = {"0", "1/3", "2/3", "1/3", "0"};
    for (size_t k = 0; k < 2; k++) {
        struct fake ruled, typed;
        char text[500];
        snprintf(text, sizeof text, NET "optimizer %s\n", optimizers[k]);
        fake_start(&ruled);
        fake_start(&typed);
        fake_ok(&ruled, text);
        fake_ok(&typed, text);
        fake_ok(&ruled, "prune h.kernel share=2/3 - abs(step - 4)/6 every 2\nsummary\n");
        check_has(ruled.out.text, "rule h.kernel.share = 2/3 - abs(step - 4)/6 every 2\n");
        check_near(fake_number(&ruled, "sum(h.kernel == 0)"), 0, 0);
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            snprintf(text, sizeof text, "prune h.kernel share=%s\nstep 2\n", shares[i]);
            fake_ok(&typed, text);
            fake_ok(&ruled, "step 2\n");
            if (i)
                check_same_weights(&ruled, &typed);
        }
        fake_finish(&ruled);
        fake_finish(&typed);
    }
}

/* Wherever the model goes: a mark, undo, a clone, a script of it, runs of a sweep. */
static void a_rule_goes_with_the_model(void **state)
{
    (void)state;
    struct fake f;
    char said[2][2000];
    fake_start(&f);
    fake_ok(&f, NET "optimizer adam\nrecord \"r.nnr\"\n"
                    "prune h.kernel share=min(1, step/6) every 1\nstep 2\nmark two\nstep 2\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 3, 0);
    const uint64_t digest = session_digest(f.session);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 1, 0);
    fake_ok(&f, "step 2\n");
    assert_true(session_digest(f.session) == digest);
    fake_ok(&f, "goto two\nclone c\nstep 3\n");
    check_near(fake_number(&f, "sum(h.kernel == 0)"), 4, 0);
    check_replays(&f, "r.nnr");
    for (int jobs = 1; jobs <= 2; jobs++) {
        char text[300];
        snprintf(text, sizeof text,
                 "model main\nsweep optimizer.lr = ? over 0.01 0.1 jobs=%d {\nstep 3\n"
                 "measure zeros = sum(h.kernel == 0)\nmeasure size = sum(h.kernel^2)\n}\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f, "results format=csv\n");
        const char *table = strchr(f.out.text, '\n');
        assert_non_null(table);
        snprintf(said[jobs - 1], sizeof said[0], "%s", table);
        fake_ok(&f, "undo\n");
    }
    assert_string_equal(said[0], said[1]);
    fake_finish(&f);
}

/* log(sum |w|) has no finite value where all is 0: the step is refused, and nothing is pruned, of
 * two tensors whose first marks that would have been. A share that is none is refused too. */
static void a_refused_step_prunes_nothing(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "define penalty trap(x) = log(sum(abs(x)))\n" NET "optimizer sgd lr=0.01\n"
                "set h.kernel = trap(0.1)\nprune h.kernel share=step/2 every 2\nstep 2\n"
                "prune o.kernel share=1/3 every 1\n");
    const uint64_t digest = session_digest(f.session);
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "step 3 would make the penalty h.kernel (trap) infinite");
    assert_true(session_digest(f.session) == digest);
    check_near(fake_number(&f, "sum(h.kernel == 0) + sum(o.kernel == 0)"), 0, 0);
    fake_ok(&f, "prune h.kernel share=0\nprune o.kernel share=step every 1\n");
    fake_says(&f, "step 1\n", OUTCOME_ERROR,
              "t:1:1: the rule o.kernel.share = step every 1 of main at step 2: share is a number "
              "from 0 to 1, not step, which is 2; unprune ends it: unprune o.kernel");
    fake_says(&f, "delete o\n", OUTCOME_ERROR,
              "t:1:8: the rule set o.kernel.share = step names o; end it before: unprune o.kernel");
    fake_ok(&f, "unprune o.kernel\nstep 1\nsummary\n");
    assert_null(strstr(f.out.text, "rule"));
    fake_finish(&f);
}

/* In blocks by its whole name; what cannot be pruned. */
static void what_can_be_pruned(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(
        &f,
        "data random 8 shape=3 target=1\ninput 3\nblock b { dense 3 tanh as low; batchnorm as n }\n"
        "b as one\nb\ndense 1\nblock idle { dense 2 as d }\n"
        "prune b.low.kernel share=0.4\nprune b.n.gamma share=0.4\nstep 2\n");
    check_near(fake_number(&f, "sum(b.low.kernel == 0) + 10*sum(b.n.gamma == 0)"), 14, 0);
    fake_says(
        &f, "prune b.n.moving_mean share=0.5\n", OUTCOME_ERROR,
        "t:1:7: b.n.moving_mean follows the batches and cannot be pruned; prune a weight that "
        "an optimizer moves");
    fake_says(&f, "prune b.kernel share=0.5\n", OUTCOME_ERROR,
              "t:1:7: b has no weight \"kernel\"; name a layer in it");
    fake_says(&f, "prune idle.d.kernel share=0.5\n", OUTCOME_ERROR,
              "t:1:7: idle.d has no weight \"kernel\"; it gets its weights when it is called");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_go),
        cmocka_unit_test(they_stay_zero),
        cmocka_unit_test(they_move_again),
        cmocka_unit_test(a_loop_is_a_schedule),
        cmocka_unit_test(it_goes_with_the_model),
        cmocka_unit_test(runs_of_a_sweep_prune),
        cmocka_unit_test(it_is_told),
        cmocka_unit_test(a_rule_is_a_schedule),
        cmocka_unit_test_setup_teardown(a_rule_goes_with_the_model, folder_enter, folder_leave),
        cmocka_unit_test(a_refused_step_prunes_nothing),
        cmocka_unit_test(what_can_be_pruned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
