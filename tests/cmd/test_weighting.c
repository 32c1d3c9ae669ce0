/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sample counts, what its target is smoothed and mixed to: Keras's formulas, as statements
 * mean them. Gradients are in tests/train/test_gradient.c, batches in tests/train/test_mixup.c. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/session/state.h"
#include "train/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double near = sizeof(real) == sizeof(double) ? 1e-10 : 2e-6;

/* Every output is sigmoid(1), whatever the input. */
#define ONE "input 1\ndense 1 sigmoid kernel_init=zeros bias_init=ones as o\noptimizer sgd lr=0\n"
/* And a softmax of 0.5, 1.5, -0.25. */
#define THREE                                                                                      \
    "input 1\ndense 3 softmax kernel_init=zeros bias_init=values(0.5, 1.5, -0.25) as o\n"          \
    "optimizer sgd lr=0\n"

static double bce(double t)
{
    const double y = 1 / (1 + exp(-1));
    return -(t * log(y) + (1 - t) * log(1 - y));
}

/* -log of the k-th of three. */
static double nll(int k)
{
    static const double z[] = {0.5, 1.5, -0.25};
    return log(exp(z[0]) + exp(z[1]) + exp(z[2])) - z[k];
}

static void losses_are(struct fake *f, double expected)
{
    fake_ok(f, "step 1\n");
    check_near(fake_number(f, "loss.data"), expected, near);
    check_near(fake_number(f, "train.loss"), expected, near);
    fake_ok(f, "checkgrad\n");
}

static void targets_are_smoothed_as_in_keras(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 1; 1 -> 0; 2 -> 1 }\n" ONE
                "loss binary_crossentropy smoothing=0.2\n");
    losses_are(&f, (2 * bce(0.9) + bce(0.1)) / 3);
    fake_ok(&f, "set loss.smoothing = 0\n");
    losses_are(&f, (2 * bce(1) + bce(0)) / 3);
    fake_ok(&f, "undo\nundo\nundo\n");
    check_near(fake_number(&f, "loss.smoothing"), 0.2, 0);
    fake_finish(&f);
    fake_start(&f);
    const double all = (nll(0) + nll(1) + nll(2)) / 3;
    fake_ok(&f,
            "data rows { 0 -> 2; 1 -> 0 }\n" THREE "loss categorical_crossentropy smoothing=0.3\n");
    losses_are(&f, 0.7 * (nll(2) + nll(0)) / 2 + 0.3 * all);
    fake_ok(&f, "data rows { 0 -> 0.25 0 0.75; 1 -> 0 1 0 }\n");
    losses_are(&f, 0.7 * (0.25 * nll(0) + 0.75 * nll(2) + nll(1)) / 2 + 0.3 * all);
    fake_finish(&f);
}

/* Keras multiplies each row's loss by the weight of its class, and divides by the rows. */
static void classes_have_weights_as_in_keras(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 1; 1 -> 0; 2 -> 1 }\n" ONE
                "loss binary_crossentropy class_weight=0.5, 3\n");
    losses_are(&f, (3 * 2 * bce(1) + 0.5 * bce(0)) / 3);
    /* Accuracy counts each once. */
    check_near(fake_number(&f, "accuracy"), 2.0 / 3, 1e-6);
    fake_ok(&f, "loss binary_crossentropy label_smoothing=0.2 class_weight=0.5, 0\n");
    losses_are(&f, 0.5 * bce(0.1) / 3);
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 2; 1 -> 0; 2 -> 0; 3 -> 1 }\n" THREE
                "loss categorical_crossentropy class_weight=2, 0.25, 5\n");
    losses_are(&f, (5 * nll(2) + 2 * 2 * nll(0) + 0.25 * nll(1)) / 4);
    fake_ok(&f, "data rows { 0 -> 0.25 0 0.75; 1 -> 0 1 0 }\n");
    losses_are(&f, (5 * (0.25 * nll(0) + 0.75 * nll(2)) + 0.25 * nll(1)) / 2);
    fake_finish(&f);
}

static void samples_have_weights_as_in_keras(void **state)
{
    (void)state;
    struct fake f;
    folder_text("w.csv", "x,w,y\n0,2,1\n1,0.5,0\n2,0,1\n3,3,0\n");
    fake_start(&f);
    fake_ok(&f, "data csv \"w.csv\" weight=w\n" ONE "loss binary_crossentropy\n");
    losses_are(&f, (2 * bce(1) + 3.5 * bce(0)) / 4);
    fake_ok(&f, "data\n");
    check_has(f.out.text, ", sample weights\n");
    fake_ok(&f, "show data\n");
    check_has(f.out.text, "weight");
    fake_ok(&f, "loss binary_crossentropy class_weight=1, 10\nbatch 3\n");
    /* A batch is divided by its own samples, the mean over batches is weighted by them. */
    fake_ok(&f, "train 1\n");
    check_near(fake_number(&f, "train.loss"), (20 * bce(1) + 3.5 * bce(0)) / 4, near);
    fake_ok(&f, "data csv \"w.csv\" weight=w split=0.5\nstep 1\n");
    const double both = fake_number(&f, "train.loss") + fake_number(&f, "val.loss");
    check_near(both / 2, (20 * bce(1) + 3.5 * bce(0)) / 4, near);
    fake_finish(&f);
}

/* The net of tests/reference/make_weights.py. */
#define SAMPLES                                                                                    \
    "a,b,w,t\n0.5,-1,2,1\n1,0.25,0.5,-0.5\n-0.75,0.5,0,0.25\n0.125,1,3,0.75\n-1,-0.5,1.25,-1\n"    \
    "0.25,0.75,0.75,0.5\n"
#define WEIGHTED                                                                                   \
    "data csv \"torch.csv\" weight=w batch=4 shuffle=no\ninput 2\n"                                \
    "dense 3 tanh kernel_init=values(0.5, -0.25, 0.75, -0.5, 1, 0.25) kernel=l2(0.05) "            \
    "activity=l1(0.02) as h\ndense 1 kernel_init=values(0.5, -1, 0.25) as o\nloss mse\n"           \
    "optimizer sgd lr=0.1\n"

static void check_weights(const struct fake *f, FILE *file)
{
    const struct model *m = current_model(f->session);
    for (size_t w = 0; w < m->graph->weights; w++)
        for (size_t i = 0; i < m->graph->weight[w].count; i++) {
            double expected;
            assert_int_equal(fscanf(file, "%lf", &expected), 1);
            check_near((double)m->state.weight[m->graph->weight[w].at + i], expected, near);
        }
}

static void six_steps_are_those_of_pytorch(void **state)
{
    (void)state;
    struct fake f;
    char line[100];
    FILE *file = fopen(REFERENCE_DIR "/weights.txt", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    folder_text("torch.csv", SAMPLES);
    fake_start(&f);
    fake_ok(&f, WEIGHTED);
    for (size_t step = 0; step < 6; step++) {
        double data, penalty;
        assert_int_equal(fscanf(file, "%lf %lf", &data, &penalty), 2);
        fake_ok(&f, "step 1\n");
        check_near(fake_number(&f, "loss.data"), data, near);
        check_near(fake_number(&f, "loss.penalty"), penalty, near);
    }
    check_weights(&f, file);
    fake_ok(&f, "checkgrad\n");
    fclose(file);
    fake_finish(&f);
}

/* Keras 3: a masked step has no part in the sum, and the divisor is the steps that are there; the
 * sample's weight multiplies each of them. y = x, so losses are (x - t)^2. */
static void weights_and_masks_act_together(void **state)
{
    (void)state;
    struct fake f;
    folder_text("m.csv", "a,b,c,w,t,u,v\n1,2,0,3,0,0,9\n4,0,0,0.5,1,9,9\n1,1,1,0,5,5,5\n");
    fake_start(&f);
    fake_ok(&f, "data csv \"m.csv\" weight=w target=t,u,v steps=3 batch=3\ninput 3x1\nmasking 0\n"
                "dense 1 use_bias=no kernel_init=ones kernel=l2(0.5) as o\nloss mse\n"
                "optimizer sgd lr=0\n");
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "loss.data"), (3 * (1 + 4) + 0.5 * 9) / 6, near);
    check_near(fake_number(&f, "loss.penalty"), 0.5, 0);
    fake_ok(&f, "checkgrad\n");
    fake_finish(&f);
}

/* The same numbers whichever way it is done, and none of it where there are no weights. */
static void weights_go_with_the_data(void **state)
{
    (void)state;
    struct fake f;
    folder_text("torch.csv", SAMPLES);
    fake_start(&f);
    fake_ok(&f, WEIGHTED "train 2\n");
    const double trained = fake_number(&f, "sum(h.kernel^2)");
    fake_ok(&f, "save session \"s.nnr\"\nundo\ntrain 1\nclone c\ntrain 1\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), trained, 0);
    fake_ok(&f, "model main\nrepeat 1 { train 1 }\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), trained, 0);
    const double loss = fake_number(&f, "train.loss.data");
    fake_ok(&f, "data csv \"torch.csv\" drop=w\n");
    assert_true(fabs(fake_number(&f, "train.loss.data") - loss) > 0.01);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "train.loss.data"), loss, 0);
    fake_ok(&f, "evaluate\npredict 1 1\nemulate keras-3\nstep 1\nemulate none\n");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, "source \"s.nnr\"\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), trained, 0);
    fake_finish(&f);
    double swept[2];
    for (int jobs = 1; jobs <= 2; jobs++) {
        char text[200];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "sweep h.kernel = l2(?) over 0.05 1 jobs=%d { train 2 }\nmodel main_1\n", jobs);
        fake_ok(&f, WEIGHTED);
        fake_ok(&f, text);
        swept[jobs - 1] = fake_number(&f, "sum(h.kernel^2)");
        fake_finish(&f);
    }
    check_near(swept[0], trained, 0);
    check_near(swept[1], trained, 0);
}

static void check_slip(const char *before, const char *text, const char *says)
{
    struct fake f;
    fake_start(&f);
    fake_ok(&f, before);
    assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
    check_has(f.err.text, says);
    fake_finish(&f);
}

static void slips_are_one_error(void **state)
{
    (void)state;
    static const char blobs[] = "data blobs 20\ninput 2\ndense 3 softmax as o\n";
    static const char moons[] = "data moons 20\ninput 2\ndense 1 sigmoid as o\n";
#define CAT "loss categorical_crossentropy "
#define BIN "loss binary_crossentropy "
    check_slip(blobs, CAT "smoothing=1\n", "t:1:41: smoothing is ");
    check_slip(blobs, CAT "smoothing=-0.1\n", "t:1:41: smoothing is ");
    check_slip(blobs, BIN "smoothing=2\n", "t:1:36: smoothing is ");
    check_slip(blobs, "loss mse smoothing=0.1\n", "t:1:10: ");
    check_slip(blobs, CAT "class_weight=1, -2, 1\n",
               "t:1:47: class_weight is a number from 0 to 1e+30, not -2");
    check_slip(blobs, CAT "\nset loss.class_weight = 1, 2\n",
               "t:2:28: set takes one value; a key that");
    check_slip(blobs, CAT "class_weight=1, 0/0, 1\n", "t:1:47: ");
    check_slip(blobs, CAT "class_weight=1, 2, 3, 4\nstep 1\n",
               "class_weight speaks of class 3, and o has classes 0 to 2; give 3 numbers");
    check_slip(blobs, CAT "class_weight=1, 2\nstep 1\n", "class_weight says nothing of class 2");
    check_slip(moons, BIN "class_weight=1, 2, 3\nstep 1\n",
               "class_weight speaks of class 2, and o has classes 0 to 1");
    check_slip("data random 20 shape=2 target=2\ninput 2\ndense 2 sigmoid as o\n",
               BIN "class_weight=1, 2\nstep 1\n", "is for one output, and o has 2");
    check_slip(moons, "data moons 20 batch=1 mixup=0.4\n", "t:1:29: mixup mixes two samples");
    check_slip(moons, "data moons 1 mixup=0.4\n", "t:1:20: mixup mixes two samples");
    check_slip(moons, "data moons 20 mixup=-1\n", "t:1:21: mixup is ");
    check_slip(moons, "data moons 20 train_noise=-1\n", "t:1:27: train_noise is ");
    check_slip("data moons 20 mixup=0.4\n", "batch 1\n", "t:1:7: mixup mixes two samples");
    check_slip("data moons 20 mixup=0.4\n", "set data.batch = 1\n", "t:1:5: mixup mixes two");
    check_slip("data moons 20 batch=1\n", "set data.mixup = 1\n", "t:1:5: mixup mixes two samples");
    check_slip("data moons 20 mixup=1\ninput 2\ndense 1\n", "loss hinge\nstep 1\n",
               "mixup makes targets between two sides, and hinge has no use for them");
    check_slip(moons, "set data.noise = 1\n", "data.noise is settled when the data is read");
#undef CAT
#undef BIN
}

static void words_of_classes_are_not_averaged(void **state)
{
    (void)state;
    struct fake f;
    folder_text("c.csv", "x,y\n0,red\n1,green\n2,blue\n");
    fake_start(&f);
    fake_ok(&f, "data csv \"c.csv\" mixup=1 noise=0.5\ninput 1\ndense 1\n");
    assert_int_equal(fake_run(&f, "loss mse\nstep 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "mixup makes targets between two class numbers, and mse has no use");
    check_near(fake_number(&f, "data.train_noise"), 0.5, 0);
    fake_finish(&f);
}

/* Mixing is live, is told where it acts, and takes the same samples whatever way a step is come to.
 */
static void mixup_is_live(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data blobs 50 batch=16 split=0.2 mixup=0.4\ninput 2\ndense 4 tanh as h\n"
                "dense 3 softmax\noptimizer adam\nsummary\n");
    check_has(f.out.text, "\nnoise data: mixup=0.4, in training batches\n");
    fake_ok(&f, "step 3\nmark m\nset data.train_noise = 0.2\nstep 3\n");
    const double there = fake_number(&f, "sum(h.kernel^2)");
    fake_ok(&f, "summary\n");
    check_has(f.out.text, "\nnoise data: train_noise=0.2, in training batches\n");
    fake_ok(&f, "penalties moves=yes\ngoto m\n");
    check_near(fake_number(&f, "data.train_noise"), 0, 0);
    fake_ok(&f, "set data.train_noise = 0.2\nstep 3\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_ok(&f, "train 2\nset data.mixup = 0\ntrain 1\nset data.mixup = 2\ntrain 1\nundo\nundo\n"
                "train 1\ncheckgrad\n");
    check_near(fake_number(&f, "data.mixup"), 0, 0);
    fake_ok(&f, "sweep data.mixup = ? over 0 0.4 { train 2 }\n");
    fake_ok(&f, "sweep loss.smoothing = ? over 0 0.4 { train 2 }\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_smoothed_as_in_keras),
        cmocka_unit_test(classes_have_weights_as_in_keras),
        cmocka_unit_test(samples_have_weights_as_in_keras),
        cmocka_unit_test(six_steps_are_those_of_pytorch),
        cmocka_unit_test(weights_and_masks_act_together),
        cmocka_unit_test(weights_go_with_the_data),
        cmocka_unit_test(slips_are_one_error),
        cmocka_unit_test(words_of_classes_are_not_averaged),
        cmocka_unit_test(mixup_is_live),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
