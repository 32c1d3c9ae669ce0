/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number of a penalty that changes costs no plan: what was compiled stays, reads the new number
 * at the next step, and trains to the same bits as what is compiled anew. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>

#define DEFINE "define penalty own(x, power=2) = sum(abs(x)^power)\n"
#define DATA "data moons 100 split=0.2 batch=32\ninput 2\n"
#define PLAIN DATA "dense 8 tanh kernel=l2(0.1) activity=l1(0.1)+l2(0.1) as h\ndense 1 sigmoid\n"
#define BLOCK                                                                                      \
    DATA "block tower {\n  dense 8 relu activity=l1(0.1) as top\n  dense 2 kernel=l1(0.1)\n}\n"    \
         "tower\ntower\ndense 1 sigmoid\n"
/* A model, and changes of numbers in it; the last of them is taken back. */
static const struct {
    const char *model;
    const char *set[3];
} cases[] = {
    {PLAIN, {"h.kernel = l2(0.01)", "h.activity = l1(0.3)+l2(0)", "h.activity = l1(0)+l2(1)"}},
    {DATA "dense 8 sigmoid activity=kl(0.1, p=0.1) as h\nlayernorm\ndense 1 sigmoid\n",
     {"h.activity = kl(0.2, p=0.1)", "h.activity = kl(0.2, p=0.3)", "h.activity = kl(0)"}},
    {DEFINE DATA "dense 8 tanh kernel=own(0.1, power=3) activity=l1l2(0.1, 0.2) as h\ndense 1\n",
     {"h.kernel = own(0.1, power=4)", "h.activity = l1l2(0.3, 0)", "h.kernel = own(0.5)"}},
    {BLOCK,
     {"tower.top.activity = l1(0.2)", "tower.dense_1.kernel = l1(3)",
      "tower.top.activity = l1(0)"}},
    {DATA
     "dense 8 tanh kernel=l2(0.1) trainable=no as h\nbatchnorm activity=l2(0.1) as b\ndense 1\n",
     {"h.kernel = l2(0.2)", "b.activity = l2(1)", "h.kernel = l2(0)"}},
};
enum { CASES = sizeof cases / sizeof *cases };

/* What a change of a number must not make anew. */
struct compiled {
    const struct trainer *trainer;
    const struct plan *train, *infer;
    const struct frame *train_frame, *infer_frame;
    const real *values;
    const struct workers *workers;
};

static struct compiled compiled(const struct fake *f)
{
    const struct trainer *t = trainer_of(current_model(f->session));
    assert_non_null(t);
    assert_non_null(t->train_frame);
    assert_non_null(t->infer_frame);
    return (struct compiled){t,
                             t->train,
                             t->infer,
                             t->train_frame,
                             t->infer_frame,
                             t->train_frame->block[IN_VALUE],
                             t->workers};
}

/* With `anew`, everything is compiled again after the change. */
static void set_number(struct fake *f, const char *set, bool anew)
{
    char text[200];
    const struct compiled before = compiled(f);
    snprintf(text, sizeof text, "set %s\n", set);
    fake_ok(f, text);
    if (anew) {
        model_changed(current_model(f->session));
        fake_ok(f, "step 2\npenalties\n");
        return;
    }
    fake_ok(f, "step 2\npenalties\n");
    const struct compiled after = compiled(f);
    assert_memory_equal(&before, &after, sizeof before);
}

static void trial(struct fake *f, size_t i, bool anew)
{
    fake_ok(f, cases[i].model);
    fake_ok(f, "optimizer adam\nstep 2\npenalties\n");
    set_number(f, cases[i].set[0], anew);
    /* The mark shares the graph, which is copied at the next change. */
    fake_ok(f, "mark here\n");
    set_number(f, cases[i].set[1], anew);
    fake_ok(f, "train 1\n");
    set_number(f, cases[i].set[2], anew);
    fake_ok(f, "undo\nundo\nstep 2\nhistory\npenalties\n");
}

static void a_number_compiles_nothing_and_gives_the_same_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct fake kept, anew;
        fake_start(&kept);
        fake_start(&anew);
        trial(&kept, i, false);
        trial(&anew, i, true);
        assert_string_equal(kept.out.text, anew.out.text);
        assert_true(session_digest(kept.session) == session_digest(anew.session));
        fake_finish(&kept);
        fake_finish(&anew);
    }
}

/* The same model before and after, and what was compiled of it. */
static void nothing_is_made_anew(struct fake *f, const char *text)
{
    const struct model *m = current_model(f->session);
    const struct graph *g = m->graph;
    const struct compiled before = compiled(f);
    fake_ok(f, text);
    const struct compiled after = compiled(f);
    assert_ptr_equal(current_model(f->session), m);
    assert_ptr_equal(m->graph, g);
    assert_memory_equal(&before, &after, sizeof before);
}

/* Neither a clone, nor a mark, nor undo has a graph copied or a plan compiled for a number. */
static void a_number_copies_no_graph(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN "step 1\npenalties\nclone twin\nmark here\n"
                      "step 1\npenalties\n");
    const struct model *twin = current_model(f.session);
    const struct graph *g = twin->graph;
    assert_ptr_equal(f.session->model[0]->graph, g);
    const uint64_t digest = session_digest(f.session);
    nothing_is_made_anew(&f, "set h.kernel = l2(7)\n");
    assert_true(session_digest(f.session) != digest);
    nothing_is_made_anew(&f, "expect h.kernel.penalty ~ 7 * sum(h.kernel^2)\n");
    nothing_is_made_anew(&f, "set h.activity = l1(0.5)+l2(0.25)\nundo\nundo\n");
    nothing_is_made_anew(&f, "expect h.kernel.penalty ~ 0.1 * sum(h.kernel^2)\n");
    assert_true(session_digest(f.session) == digest);
    nothing_is_made_anew(&f, "repeat 3 {\n  set h.kernel = l2(7)\n}\n");
    assert_ptr_equal(f.session->model[0]->graph, g);
    fake_ok(&f, "model main\nexpect h.kernel.penalty ~ 0.1 * sum(h.kernel^2)\n"
                "model twin\nexpect h.kernel.penalty ~ 7 * sum(h.kernel^2)\n"
                "goto here\nexpect h.kernel.penalty ~ 0.1 * sum(h.kernel^2)\n");
    fake_finish(&f);
}

/* Wherever penalties are told, the present number is. */
static void what_is_told_has_the_new_number(void **state)
{
    (void)state;
    static const char *const asks[] = {"show h\n", "show\n", "penalties\n", "history\n"};
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN "train 1\nset h.kernel = l2(0.0375)\ntrain 1\n");
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        fake_ok(&f, asks[i]);
        assert_non_null(strstr(f.out.text, "l2(0.0375)"));
        if (i < 3)
            assert_null(strstr(f.out.text, "kernel=l2(0.1)"));
    }
    fake_finish(&f);
}

/* What is written as it was, and what is left out, is told so. */
static void what_is_left_out_stays_so(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "dense 8 sigmoid activity=kl(0.1, p=0.1) as h\ndense 1\n"
                     "set h.activity = kl(0.5)\nshow h\n");
    assert_non_null(strstr(f.out.text, "activity=kl(0.5))"));
    fake_finish(&f);
}

/* A slot that gets other terms forgets numbers that were set before; undo brings both back. */
static void other_terms_have_numbers_of_their_own(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN "step 1\nset h.kernel = l2(7)\n");
    const uint64_t seven = session_digest(f.session);
    fake_ok(&f, "set h.kernel = l1(3)\n"
                "expect h.kernel.penalty ~ 3 * sum(abs(h.kernel))\n"
                "set h.kernel = l1(4)\nset h.kernel = none\nset h.kernel = l2(2)\n"
                "expect h.kernel.penalty ~ 2 * sum(h.kernel^2)\n"
                "undo\nundo\nexpect h.kernel.penalty ~ 4 * sum(abs(h.kernel))\n"
                "undo\nundo\nexpect h.kernel.penalty ~ 7 * sum(h.kernel^2)\n");
    assert_true(session_digest(f.session) == seven);
    fake_finish(&f);
}

static void the_next_figure_has_the_new_number(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN "step 1\nset h.kernel = l2(0.5)\nset h.activity = l1(0.25)+l2(0)\n"
                      "expect h.kernel.penalty ~ 0.5 * sum(h.kernel^2)\n"
                      "expect h.activity.penalty ~ 0.25 * sum(abs(h.output)) / 20\n");
    fake_finish(&f);
}

static void what_is_not_a_number_compiles_anew(void **state)
{
    (void)state;
    static const char *const sets[] = {"h.kernel = l1(0.1)", "h.kernel = none",
                                       "h.activity = l1(0.1)+l2(0.1, reduce=sum)",
                                       "h.activity = l1(0.1)", "h.trainable = no"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct fake f;
        char text[200];
        fake_start(&f);
        fake_ok(&f, PLAIN "step 1\n");
        snprintf(text, sizeof text, "set %s\n", sets[i]);
        fake_ok(&f, text);
        assert_null(trainer_of(current_model(f.session)));
        fake_finish(&f);
    }
}

/* With another size of a batch a plan that is made anew would choose its products anew. */
static void another_batch_compiles_anew(void **state)
{
    (void)state;
    struct fake kept, anew;
    fake_start(&kept);
    fake_start(&anew);
    fake_ok(&kept, PLAIN "step 1\nset data.batch = 8\nset h.kernel = l2(0.5)\nstep 5\n");
    fake_ok(&anew, PLAIN "step 1\nset data.batch = 8\nset h.kernel = l2(0.5)\n");
    model_changed(current_model(anew.session));
    fake_ok(&anew, "step 5\n");
    assert_true(session_digest(kept.session) == session_digest(anew.session));
    fake_finish(&kept);
    fake_finish(&anew);
}

/* A slot that cannot be set leaves the session and its figures as they were. */
static void a_set_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN "step 1\n");
    const uint64_t before = session_digest(f.session);
    const double penalty = fake_number(&f, "h.kernel.penalty");
    assert_int_equal(fake_run(&f, "set h.kernel = l2(-1)\n"), OUTCOME_ERROR);
    assert_int_equal(fake_run(&f, "set h.kernel = l2(1e400)\n"), OUTCOME_ERROR);
    assert_true(session_digest(f.session) == before);
    assert_true(fake_number(&f, "h.kernel.penalty") == penalty);
    fake_finish(&f);
}

/* X.SLOT.strength is the number in front, wherever a number may stand. */
static void a_strength_can_be_read(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DEFINE PLAIN "let k = 10*h.kernel.strength\n");
    fake_prints(&f, "print h.kernel.strength k\n", "h.kernel.strength = 0.1, k = 1\n");
    fake_ok(&f, "clone other\nset h.kernel = l2(h.kernel.strength / 4)\n");
    fake_prints(&f, "print h.kernel.strength\nmodel main\nprint h.kernel.strength\n",
                "0.025\n0.1\n");
    fake_ok(&f, "set h.kernel = own(0.3, power=3)\nexpect h.kernel.strength == 0.3\n"
                "watch h.kernel.strength every 2\n"
                "train 9 until h.kernel.strength > 0\nundo\nundo\n"
                "expect h.kernel.strength == 0.1\n");
    fake_says(&f, "print h.activity.strength\n", OUTCOME_ERROR,
              "t:1:7: h.activity has several strengths: l1(0.1), l2(0.1); "
              "h.activity.penalty is what it comes to");
    fake_ok(&f, "set h.activity = l1l2(0.1, 0.2)\n");
    fake_says(&f, "print h.activity.strength\n", OUTCOME_ERROR,
              "t:1:7: h.activity has several strengths: l1l2(0.1, 0.2); "
              "h.activity.penalty is what it comes to");
    fake_ok(&f, "set h.activity = none\n");
    fake_says(&f, "print h.activity.strength\n", OUTCOME_ERROR,
              "t:1:7: h.activity has no penalty; set h.activity = l1(1e-3) gives it one");
    fake_says(&f, "print h.gamma.strength\n", OUTCOME_ERROR,
              "t:1:7: h has no slot gamma; it has kernel, bias, activity, theta, alpha");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, BLOCK);
    fake_prints(&f, "set tower.top.activity = l1(0.2)\nprint tower.top.activity.strength\n",
                "0.2\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_compiles_nothing_and_gives_the_same_bits),
        cmocka_unit_test(a_number_copies_no_graph),
        cmocka_unit_test(what_is_told_has_the_new_number),
        cmocka_unit_test(what_is_left_out_stays_so),
        cmocka_unit_test(other_terms_have_numbers_of_their_own),
        cmocka_unit_test(the_next_figure_has_the_new_number),
        cmocka_unit_test(what_is_not_a_number_compiles_anew),
        cmocka_unit_test(another_batch_compiles_anew),
        cmocka_unit_test(a_set_that_fails_changes_nothing),
        cmocka_unit_test(a_strength_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
