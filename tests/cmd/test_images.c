/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions and pools in a session: what is wrong is said, a tie goes to the first, and whatever
 * acts on layers acts on these. */
#include "check.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

#define DIGITS "data digits batch=64\ninput 8x8x1 as x\n"

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *before, *line, *says;
    } cases[] = {
        {"", "conv2d 4 9x9\n",
         "t:1:10: a window of 9x9 does not fit into 8x8; take a smaller one, or padding=same"},
        {"", "conv2d 4 5 dilation=2\n",
         "t:1:10: a window of 9x9, spread by its dilation, does not fit into 8x8; take a smaller "
         "one, or padding=same"},
        {"", "conv2d 4 3 strides=0\n",
         "t:1:20: 0 is no shape; shapes are 64 or 10x100, of sizes from 1"},
        {"", "conv2d 4 3 strides=2 dilation=2\n",
         "t:1:31: conv2d has both strides and a dilation above 1; leave one of them out"},
        {"", "conv2d 4 3 padding=causal\n",
         "t:1:20: no padding \"causal\"; it is one of: valid same"},
        {"conv2d 4 1\n", "conv2d 6 3 groups=3\n",
         "t:1:19: groups=3 does not divide the 4 channels that come in; each group has equally "
         "many "
         "channels, and equally many filters"},
        {"conv2d 4 1\n", "conv2d 5 3 groups=2\n",
         "t:1:19: groups=2 does not divide the 5 filters; each group has equally many channels, "
         "and "
         "equally many filters"},
        {"", "conv2d 4 3x3x3\n",
         "t:1:10: size of conv2d goes along two axes, and 3x3x3 has 3; write two sizes, or one for "
         "both: size=3x3"},
        {"", "conv1d 4 3\n",
         "t:1:1: conv1d takes steps x channels, and its input is 8x8x1; put a reshape in front of "
         "it: reshape 64x1 makes 64 steps of one channel"},
        {"flatten\n", "conv2d 4 3\n",
         "t:1:1: conv2d takes height x width x channels, and its input is 64; put a reshape in "
         "front of it: reshape 8x8x1 makes 8x8 pixels of one channel"},
        {"reshape 1x64\n", "max_pool1d 2\n",
         "t:1:12: a window of 2 steps does not fit into 1; take a smaller one, or padding=same"},
        {"reshape 1x64\n", "avg_pool1d\n",
         "t:1:1: a window of 2 steps does not fit into 1; take a smaller one, or padding=same"},
        {"flatten\n", "global_max_pool\n",
         "t:1:1: global_max_pool takes steps x channels or height x width x channels, and its "
         "input "
         "is 64; put it before flatten, or a reshape in front of it"},
        {"", "repeat_vector 3\n",
         "t:1:1: repeat_vector takes features, and its input is 8x8x1; put a flatten or a "
         "global_avg_pool in front of it"},
        {"", "permute 1x1x2\n",
         "t:1:9: 1x1x2 does not name each axis of 8x8x1 once; axes count from 1: permute 2x1 swaps "
         "two"},
        {"", "permute 2x1\n",
         "t:1:9: 2x1 does not name each axis of 8x8x1 once; axes count from 1: permute 2x1 swaps "
         "two"},
        {"", "upsample 100000\n",
         "t:1:1: upsample would put out 800000x800000 places of 1 channels, which is too large; at "
         "most 2147483647 numbers a sample have room in one"},
        {"", "conv2d_transpose 9 3 strides=100000\n",
         "t:1:1: conv2d_transpose would put out 800000x800000 places of 9 channels, which is too "
         "large; at most 2147483647 numbers a sample have room in one"},
        {"conv2d 1000 3\n", "conv2d 1000000 8x8 padding=same\n",
         "t:1:16: conv2d would have a kernel of 64000000000 numbers; at most 2147483647 have room "
         "in "
         "one tensor"},
        {"", "conv2d 4 3 kernel_init=identity\n",
         "t:1:24: identity is for matrices, and this tensor is 3x3x1x4; orthogonal takes all axes "
         "but the last as one"},
        {"dense 2 as d\nconv2d 3 3 on d as c\n", "c on c\n",
         "t:1:1: c takes 8x8x2, and c is 6x6x3; a shared layer keeps the shape of its first call; "
         "make another layer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, DIGITS);
        fake_ok(&f, cases[i].before);
        const uint64_t before = session_digest(f.session);
        fake_says(&f, cases[i].line, OUTCOME_ERROR, cases[i].says);
        assert_true(session_digest(f.session) == before);
        fake_finish(&f);
    }
}

/* Steps of 2, 1 and of 0, 3 have the same sum: the slope 2 y goes to the first of them. */
static void a_tie_goes_to_the_first(void **state)
{
    (void)state;
    static const char *const pools[] = {"max_pool1d 3", "global_max_pool",
                                        "max_pool1d 5 padding=same strides=3"};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
        struct fake f;
        char text[400];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 0 0 2 1 0 3 -> 0 }\ninput 3x2\n"
                 "conv1d 1 1 kernel_init=ones use_bias=no as c\n%s\nflatten\nloss mse\n"
                 "optimizer sgd lr=0\nstep 1\n"
                 "expect sum(c.kernel.grad^2) ~ 180 within 1e-4\n",
                 pools[i]);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

/* Products of some rows at a time: the figures of a batch do not hang on where it is cut. */
static void blocks_of_rows_make_no_difference(void **state)
{
    (void)state;
    static const char *const models[] = {
        "conv2d 3 3x3 tanh activity=l1(0.1) as c\n",
        ("conv2d 4 3x2 tanh padding=same strides=2 as a\n"
         "conv2d 6 2 groups=2 activity=l2(0.1) as c\n"),
        "conv2d 3 1 tanh as a\nconv2d_transpose 2 4 tanh strides=3 activity=l2(0.1) as c\n"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct fake f;
        char text[600];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data digits batch=1700 shuffle=no\ninput 8x8x1\n%sglobal_avg_pool\n"
                 "dense 10 softmax\nevaluate\nlet whole = loss\nlet row = c.activity.penalty\n"
                 "data digits batch=3 shuffle=no\nevaluate\n"
                 "expect loss ~ whole within 1e-5\nexpect c.activity.penalty ~ row within 1e-5\n",
                 models[i]);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

/* The same in the backward pass: differences of the whole batch. */
static void gradients_of_many_blocks_are_right(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data digits batch=64 shuffle=no\ninput 8x8x1\nconv2d 8 1 tanh\n"
                "conv2d 4 3x2 tanh groups=2\n"
                "conv2d_transpose 6 3 tanh strides=2 padding=same\nglobal_avg_pool\n"
                "dense 10 softmax\nloss categorical_crossentropy\noptimizer adam\ncheckgrad\n");
    assert_non_null(strstr(f.out.text, "no error is above"));
    fake_finish(&f);
}

#define MODEL                                                                                      \
    "data digits batch=64 split=0.2\ninput 8x8x1\n"                                                \
    "block eye { conv2d 4 3x3 relu kernel=l2(1e-2) activity=l1(1e-2) as c; max_pool2d 2x2 }\n"     \
    "eye as e\nconv2d 3 2 tanh kernel=group_lasso(1e-2) as d\nflatten\ndense 10 softmax as o\n"    \
    "loss categorical_crossentropy\noptimizer adam lr=1e-2\n"

/* Each line is a statement of its own that is done, undone and done again. */
static void statements_act_and_are_undone(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "train 1\n",
        "set eye.c.trainable = no\n",
        "set d.kernel = l1(0.1)+group_lasso(0.2, by=input, prox=yes)\n",
        "set d.kernel_constraint = max_norm(1, 0, 1, 2)\n",
        "set d.activation = relu\n",
        "set d.kernel = group_lasso(0.1*step) every 1\n",
        "set eye.c.activity = tv(0.1)+hoyer(0.1)+decov(0.2)\n",
        "prune d.kernel share=0.5\n",
        "emulate keras-2.2\n",
        "clone two\n",
        "sweep optimizer.lr = ? over 0.1 0.01 jobs=2 { step 2; print loss }\n",
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, MODEL "step 1\n");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const uint64_t before = session_digest(f.session);
        fake_ok(&f, lines[i]);
        fake_ok(&f, "step 1\nundo\nundo\n");
        if (session_digest(f.session) != before)
            fail_msg("%s is not undone", lines[i]);
    }
    fake_finish(&f);
}

static void much_memory_is_said_before_it_is_taken(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 4096 shape=256x256x1 target=3 batch=4096\ninput 256x256x1\n"
                "conv2d 64 3 padding=same\nglobal_avg_pool\nloss mse\n");
    /* Two arrays of 4096 images of 256x256x64 numbers. The targets do not fit: nothing is taken. */
    assert_int_equal(fake_run(&f, "train 1\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, sizeof(real) == 4 ? "main takes 137 GB or more to train"
                                                         : "main takes 275 GB or more to train"));
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(a_tie_goes_to_the_first),
        cmocka_unit_test(blocks_of_rows_make_no_difference),
        cmocka_unit_test(gradients_of_many_blocks_are_right),
        cmocka_unit_test(statements_act_and_are_undone),
        cmocka_unit_test(much_memory_is_said_before_it_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
