/* SPDX-License-Identifier: GPL-3.0-or-later */
/* l2sp: what it stays near, and that this goes with the model wherever that goes. Values and steps
 * against PyTorch: tests/reference/models_inside.py. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"
#include "folder.h"

#include <stdio.h>
#include <string.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

#define DATA "data rows { 1 2 -> 1; 2 -1 -> 0; -1 3 -> 2; 0.5 1 -> 1 } batch=2\ninput 2\n"
#define NET                                                                                        \
    DATA "dense 2 tanh kernel_init=values(0.5, -0.25, 0.75, 1) kernel=l2sp(0.5) as h\ndense 1 as " \
         "o\n"                                                                                     \
         "loss mse\noptimizer sgd lr=0.1\n"

static const double first[4] = {0.5, -0.25, 0.75, 1};

/* The squares of h.kernel's way from x0. */
static double way_from(struct fake *f, const double *x0)
{
    const struct model *m = current_model(f->session);
    const struct weight *w = m->graph->weight;
    double sum = 0;
    while (strcmp(w->path, "h.kernel") != 0)
        w++;
    for (size_t i = 0; i < w->count; i++) {
        const double d = (double)m->state.weight[w->at + i] - (x0 ? x0[i] : 0);
        sum += d * d;
    }
    return sum;
}

static void keep(struct fake *f, double *to)
{
    const struct model *m = current_model(f->session);
    const struct weight *w = m->graph->weight;
    while (strcmp(w->path, "h.kernel") != 0)
        w++;
    for (size_t i = 0; i < w->count; i++)
        to[i] = (double)m->state.weight[w->at + i];
}

/* With strength 0.5. */
static void is_the_way(struct fake *f)
{
    const double due = 0.5 * way_from(f, first);
    assert_true(due > 1e-6);
    check_near(fake_number(f, "h.kernel.penalty"), due, NEAR(1e-14, 1e-6));
}

static void it_is_the_way_from_the_first_weights(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "checkgrad\nstep 3\ncheckgrad\n");
    is_the_way(&f);
    /* Another strength, and one that is put there later: the first weights are the same. */
    fake_ok(&f, "set h.kernel = l2sp(0.25)\nset h.kernel = l2sp(0.5)\nstep 1\n");
    is_the_way(&f);
    fake_ok(&f, "set h.kernel = none\nstep 1\nset h.kernel = l2sp(0.5)\n");
    is_the_way(&f);
    fake_ok(&f, "set h.kernel = l2sp(0.25*(step+1)) every 1\nstep 2\nset h.kernel = l2sp(0.5)\n");
    is_the_way(&f);
    fake_finish(&f);
}

static void first_weights_follow_the_seed_until_the_first_step(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "dense 2 tanh kernel=l2sp(1) as h\ndense 1\nloss mse\noptimizer sgd lr=0.1\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "seed 5\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "step 2\n");
    assert_true(fake_number(&f, "h.kernel.penalty") > 0);
    fake_finish(&f);
}

static void a_mark_is_what_it_stays_near(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "dense 2 tanh as h\ndense 1\nloss mse\noptimizer sgd lr=0.1\nstep 2\nmark m\n"
                     "set h.kernel = l2sp(1, to=m)\n");
    double x0[4];
    keep(&f, x0);
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "step 5\n");
    const double due = fake_number(&f, "h.kernel.penalty");
    assert_true(due > 1e-6);
    check_near(due, way_from(&f, x0), NEAR(1e-14, 1e-6));
    /* The mark may go elsewhere; a new set takes what it is then. */
    fake_ok(&f, "mark m\n");
    check_near(fake_number(&f, "h.kernel.penalty"), due, 0);
    fake_ok(&f, "set h.kernel = l2sp(2, to=m)\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "h.kernel.penalty"), due, 0);
    fake_says(&f, "set h.kernel = l2sp(1, to=n)\n", OUTCOME_ERROR,
              "t:1:27: there is no mark \"n\"; set one first: mark n");
    fake_says(
        &f, "dense 2 kernel=l2sp(1, to=m)\n", OUTCOME_ERROR,
        "t:1:24: to= is for a layer that is there, as the mark has its weights; make the layer, "
        "and then set its slot");
    fake_says(&f, "dense 2 as late\nset late.kernel = l2sp(1, to=m)\n", OUTCOME_ERROR,
              "t:2:30: in the mark m the model main has no late.kernel of that shape; set a mark "
              "when the weight is there");
    fake_finish(&f);
}

static void it_goes_with_the_model(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "step 2\nmark m\nclone c\nstep 2\n");
    is_the_way(&f);
    const double there = fake_number(&f, "sum(h.kernel^2)");
    fake_ok(&f, "goto m\nstep 2\n");
    is_the_way(&f);
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    char said[2][4000];
    for (int jobs = 1; jobs <= 2; jobs++) {
        char text[300];
        fake_finish(&f);
        fake_start(&f);
        snprintf(text, sizeof text,
                 NET "sweep h.kernel = l2sp(?) over 0 0.5 5 jobs=%d {\nstep 4\nmeasure p = "
                     "h.kernel.penalty\n}\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f, "results format=json\nmodel main_2\nstep 1\nprint h.kernel.penalty\n");
        snprintf(said[jobs - 1], sizeof said[0], "%s", f.out.text);
        is_the_way(&f);
    }
    assert_string_equal(said[0], said[1]);
    fake_finish(&f);
}

static void loaded_weights_are_first_ones(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "step 3\nsave weights \"w.safetensors\"\n");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, NET);
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_ok(&f, "load weights \"w.safetensors\"\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    double x0[4];
    keep(&f, x0);
    fake_ok(&f, "step 2\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0.5 * way_from(&f, x0), NEAR(1e-14, 1e-6));
    /* They are not known any more: a slot that is set later needs a mark. */
    fake_ok(&f, "set h.kernel = none\n");
    fake_says(
        &f, "set h.kernel = l2sp(1)\n", OUTCOME_ERROR,
        "t:1:16: the first weights of h.kernel are not known any more; set a mark and name it: "
        "l2sp(..., to=MARK)");
    fake_ok(&f, "mark m\nset h.kernel = l2sp(1, to=m)\nstep 1\n");
    fake_finish(&f);
}

static void a_check_knows_marks(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "check");
    fake_ok(&f, NET "step 1\nmark m\nset h.kernel = l2sp(1, to=m)\nprune h.kernel share=0.5\n");
    assert_int_equal(fake_run(&f, "set h.kernel = l2sp(1, to=other)\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"dense 2 activity=l2sp(1)", "t:1:18: l2sp is for weights: an activity has no first value; "
                                     "put it on a kernel or a bias"},
        {"dense 2 bias=l2sp(1, 2)", "t:1:22: x0 has 1 numbers, and the tensor has 2; list all, row "
                                    "after row"},
        {"dense 2 bias=l2sp(1, 2, 3, to=m)",
         "t:1:28: to= names a mark, and x0 is given as numbers; "
         "leave one of them out"},
        {"dense 2 kernel=l2sp(-1)", "t:1:21: a strength is 0 or more"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].says);
    /* One number, zeros, large ones. */
    fake_ok(&f, "dense 1 tanh bias=l2sp(3, 2) as h\nstep 1\n");
    fake_ok(&f, "dense 1 kernel_init=zeros kernel=l2sp(1, 0) as z\n");
    check_near(fake_number(&f, "z.kernel.penalty"), 0, 0);
    fake_ok(&f, "dense 1 kernel_init=constant(1e15) kernel=l2sp(2, -1e15)\n");
    check_near(fake_number(&f, "dense_1.kernel.penalty") / 8e30, 1, 1e-6);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_way_from_the_first_weights),
        cmocka_unit_test(first_weights_follow_the_seed_until_the_first_step),
        cmocka_unit_test(a_mark_is_what_it_stays_near),
        cmocka_unit_test(it_goes_with_the_model),
        cmocka_unit_test(loaded_weights_are_first_ones),
        cmocka_unit_test(a_check_knows_marks),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
