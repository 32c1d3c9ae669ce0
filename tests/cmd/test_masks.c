/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps that a mask leaves out, as statements. What is left out is as if it were not there: so a
 * model whose samples have masked steps is held against one whose samples lack them. Random models
 * with masks against the naive ledger: test_plan, test_random_models. */
#include "check.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

static double after(const char *text, const char *expression)
{
    struct fake f;
    fake_start(&f);
    fake_ok(&f, text);
    const double value = fake_number(&f, expression);
    fake_finish(&f);
    return value;
}

/* One sample of 4 steps of 2 ones, two of them masked: 4 in truth, 8 in other systems, 2 a step. */
static void ones_are_counted_where_they_are(void **state)
{
    (void)state;
#define ONES(penalty, emulated)                                                                    \
    "data rows { 1 1 1 1 0 0 0 0 -> 1 1 1 1 }\ninput 4x2\nmasking 0\n"                             \
    "dense 2 kernel_init=zeros bias_init=ones activity=" penalty                                   \
    " as h\ndense 1\nloss mse\nemulate " emulated "\nevaluate\n"
    static const struct {
        const char *text;
        double due;
    } cases[] = {
        {ONES("l1(1)", "none"), 4},
        {ONES("l1(1)", "keras-3"), 8},
        {ONES("l1(1)", "tf.keras-2"), 8},
        {ONES("l1(2, reduce=sum)", "none"), 8},
        {ONES("l1(1, reduce=mean)", "none"), 1},
        {ONES("l2(0.5)", "none"), 2},
        {ONES("l1l2(1, 1)", "none"), 8},
        {ONES("ar(1, reduce=mean)", "none"), 1},
        {ONES("hoyer(1)", "none"), 4},
        {ONES("tar(1)", "none"), 0},
        {ONES("tv(1)", "none"), 0},
        /* A unit's norm is 1 where it is there, and there are two steps of two units. */
        {ONES("group_lasso(1)", "none"), 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_near(after(cases[i].text, "h.activity.penalty"), cases[i].due, NEAR(1e-13, 1e-6));
}

static void the_row_says_how_many(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONES("l1(1)", "none") "penalties\n");
    check_has(f.out.text, "2 of 4 steps masked");
    fake_ok(&f, "emulate keras-3\npenalties\n");
    check_has(f.out.text, "bent (masked steps counted): in truth 4, 2 of 4 steps masked");
    fake_ok(&f, "emulate none\npenalties format=csv\n");
    check_has(f.out.text, "steps,masked");
    fake_finish(&f);
}

#define FAR                                                                                        \
    "define penalty far(x, p=0.2) = sum(where(x > p, (x - p)^2, x)) * (1 + max(x)) + norm(x) + "   \
    "count(x) * var(x) - sum(min(x, axis=-1))\n"

/* Every kind that leaves steps out, in each reduction: the sample with gaps against what is left of
 * it. */
static void what_is_masked_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "l1(0.3",          "l2(0.3",          "l1l2(0.3, 0.2",   "ar(0.3",
        "hoyer(0.3",       "entropy(0.3",     "confidence(0.3",  "tar(0.3",
        "tv(0.3",          "tv(0.3, axis=-1", "tv(0.3, axis=-2", "kl(0.3",
        "group_lasso(0.3", "contractive(0.3", "l0(0.3",          "far(0.3",
        "far(0.3, 0.1",
    };
    static const char *const reduce[] = {"", ", reduce=batch", ", reduce=sum", ", reduce=mean"};
    static const char *const gaps[] = {"0 0 0 1 -2 3 0.5 0.2 -1", "1 -2 3 0 0 0 0.5 0.2 -1",
                                       "1 -2 3 0.5 0.2 -1 0 0 0"};
    static const char *const targets[] = {"9 1 0", "1 9 0", "1 0 9"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t r = 0; r < 4; r++) {
            char part[300], text[900];
            snprintf(part, sizeof part,
                     "dense 3 sigmoid activity=%s%s) as h\ndense 1 as o\nloss mse\n"
                     "optimizer sgd lr=0.1 clipnorm=100\nstep 3\n",
                     kinds[k], reduce[r]);
            snprintf(text, sizeof text, FAR "data rows { 1 -2 3 0.5 0.2 -1 -> 1 0 }\ninput 2x3\n%s",
                     part);
            const double penalty = after(text, "h.activity.penalty"), loss = after(text, "loss");
            const double kernel = after(text, "sum(h.kernel^2)");
            for (size_t g = 0; g < 3; g++) {
                snprintf(text, sizeof text, FAR "data rows { %s -> %s }\ninput 3x3\nmasking 0\n%s",
                         gaps[g], targets[g], part);
                check_near(after(text, "h.activity.penalty"), penalty, NEAR(1e-12, 1e-4));
                check_near(after(text, "loss"), loss, NEAR(1e-12, 1e-4));
                check_near(after(text, "sum(h.kernel^2)"), kernel, NEAR(1e-12, 1e-4));
            }
        }
}

/* What is masked lies near the thresholds, which l0 would move by it. */
static void thresholds_hear_of_no_masked_step(void **state)
{
    (void)state;
#define JUMPS                                                                                      \
    "dense 3 jumprelu(0.1) activity=l0(0.3, target=1, bandwidth=4) as h\ndense 1\nloss mse\n"      \
    "optimizer sgd lr=0.1\nstep 3\n"
    static const char *const asked[] = {"sum(h.theta)", "sum(abs(h.theta.grad))", "loss"};
    for (size_t i = 0; i < 3; i++)
        check_near(
            after("data rows { 1 -2 3 0 0 0 0.5 0.2 -1 -> 1 9 0 }\ninput 3x3\nmasking 0\n" JUMPS,
                  asked[i]),
            after("data rows { 1 -2 3 0.5 0.2 -1 -> 1 0 }\ninput 2x3\n" JUMPS, asked[i]),
            NEAR(1e-12, 1e-5));
}

#define MIXED                                                                                      \
    "data rows { 1 2 0 0 0 0 -> 1 2 3; 0 0 1 2 0 0 -> 1 2 3; 3 1 -1 2 1 1 -> 0 1 0; "              \
    "0 0 0 0 0 0 -> 1 1 1; 0 0 2 1 -1 -1 -> 0 0 1 }\n"
#define EVERYWHERE                                                                                 \
    "input 3x2 as x\nmasking 0 as m\n"                                                             \
    "dense 2 tanh activity=l2(0.3)+tar(0.2) on x as a\n"                                           \
    "dense 2 sigmoid activity=l2(0.3, reduce=mean)+kl(0.1)+group_lasso(0.2) on m as b\n"           \
    "b on a as again\nadd on a, b as s1\nmasking 1 on a as m2\nadd on b, m2 as s2\n"               \
    "activity_regularization l1(0.5, reduce=mean) on s2 as r2\nconcat on b, r2 as s3\n"            \
    "activity_regularization hoyer(0.5) on s3 as r3\n"                                             \
    "block q { dense 3 tanh activity=contractive(0.2); "                                           \
    "timedistributed dense 2 tanh trainable=no activity=l2(1, reduce=mean); dropout 0.3; "         \
    "layernorm activity=l1(0.1) }\n"                                                               \
    "q on r3 as q1\nactivation tanh\nslice 0 1\ndense 1\nloss mse\n"

static void the_gradient_is_right_everywhere(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, MIXED EVERYWHERE "checkgrad\nstep 5\ncheckgrad\npenalties moves=yes\n");
    assert_null(strstr(f.out.text, "is wrong"));
    check_has(f.out.text, "the gradient is right");
    fake_finish(&f);
}

/* Nothing is masked: to the bit what it is without. */
static void a_mask_that_masks_nothing_changes_nothing(void **state)
{
    (void)state;
#define REST                                                                                       \
    "dense 3 sigmoid activity=kl(0.1)+tar(0.2)+hoyer(0.1) as h\ndense 1\nloss huber\nstep 7\n"
    static const char *const asked[] = {"loss", "sum(abs(h.kernel))", "h.activity.penalty"};
    for (size_t i = 0; i < 3; i++)
        check_near(after("data random 40 shape=4x3 target=4\ninput 4x3\nmasking 99\n"
                         "activation sigmoid\n" REST,
                         asked[i]),
                   after("data random 40 shape=4x3 target=4\ninput 4x3\nactivation sigmoid\n" REST,
                         asked[i]),
                   0);
}

/* All steps of all samples: no number is lost to 0 / 0, and nothing moves. */
static void where_all_is_masked_nothing_counts(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, FAR "data rows { 0 0 0 0 -> 1 2; 0 0 0 0 -> 3 4 }\ninput 2x2\nmasking 0\n"
                    "dense 3 sigmoid activity=l1(0.1, reduce=mean)+kl(0.1)+group_lasso(0.1)+"
                    "hoyer(0.1)+tar(0.1, reduce=mean)+tv(0.2)+entropy(0.3)+"
                    "contractive(0.2, reduce=mean)+l2(0.1)+far(0.1)+far(0.2, reduce=mean) as h\n"
                    "dense 1\nloss mse\nterm apart = mean((h.output - 2)^2)\nstep 3\n");
    check_near(fake_number(&f, "apart.penalty"), 0, 0);
    check_near(fake_number(&f, "loss"), 0, 0);
    check_near(fake_number(&f, "sum(abs(h.kernel.grad))"), 0, 0);
    check_near(fake_number(&f, "h.activity.penalty"), 0, 0);
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "4 of 4 steps masked");
    fake_finish(&f);
}

/* Class 1 is due everywhere; the first two steps of the one sample are there, and one of them is
 * right: of all four it would be one as well. */
static void accuracy_is_of_the_steps_that_are_there(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 -1 1 0 0 0 0 -> 1 1 1 1 }\ninput 4x2\nmasking 0\n"
                "dense 2 softmax kernel_init=values(-1, 1, 0, 0) use_bias=no\n"
                "loss categorical_crossentropy\n");
    check_near(fake_number(&f, "accuracy"), 0.5, 0);
    fake_finish(&f);
}

/* Recurrent layers and the global mean: the sample with gaps against what is left of it. */
static void layers_over_time_pass_masked_steps_by(void **state)
{
    (void)state;
    static const char *const layers[] = {
        "lstm 3 tanh as l",
        "gru 3 tanh reset_after=yes as l",
        "gru 3 tanh reset_after=no backwards=yes as l",
        "simple_rnn 3 tanh activity=l1(0.2) as l",
        "bidirectional lstm 2 merge=sum as l",
        "global_avg_pool as l",
        "lstm 3 sequences=yes activity=l1(0.1)+tar(0.3, reduce=mean)+tv(0.2)+ar(0.2) as l\n"
        "global_avg_pool",
        "bidirectional gru 2 sequences=yes activity=l2(0.1) as l\n"
        "lstm 2 sequences=yes activity=tar(0.3, reduce=mean)\nglobal_avg_pool",
        "timedistributed dense 3 tanh activity=l2(0.3, reduce=mean) as l\nsimple_rnn 2",
    };
    static const char *const gaps[] = {"0 0 0 1 -2 3 0.5 0.2 -1", "1 -2 3 0 0 0 0.5 0.2 -1",
                                       "1 -2 3 0.5 0.2 -1 0 0 0"};
    static const char *const asked[] = {"loss", "sum(abs(o.kernel))", "sum(abs(o.kernel.grad))",
                                        "loss.penalty"};
    for (size_t k = 0; k < sizeof layers / sizeof *layers; k++)
        for (size_t a = 0; a < 4; a++) {
            char part[400], text[900];
            snprintf(part, sizeof part,
                     "%s\ndense 1 tanh as o\nloss mse\noptimizer sgd lr=0.1\nstep 3\n", layers[k]);
            snprintf(text, sizeof text, "data rows { 1 -2 3 0.5 0.2 -1 -> 1 }\ninput 2x3\n%s",
                     part);
            const double due = after(text, asked[a]);
            for (size_t g = 0; g < 3; g++) {
                snprintf(text, sizeof text,
                         "data rows { %s -> 1 }\ninput 3x3\nmasking 0\n%scheckgrad\n", gaps[g],
                         part);
                check_near(after(text, asked[a]), due, NEAR(1e-12, 1e-5));
            }
        }
}

/* Of 2 samples of 3 steps, 3 steps are there: what they put out are 3, 7 and 11. */
static void expressions_are_of_the_steps_that_are_there(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 0 0 3 4 -> 1 0 1; 0 0 0 0 5 6 -> 0 0 1 } batch=1\n"
                "input 3x2\nmasking 0\ndense 1 kernel_init=ones as h\nloss mse\n");
    check_near(fake_number(&f, "mean(abs(h.output))"), 7, NEAR(1e-13, 1e-5));
    check_near(fake_number(&f, "sum(h.output)"), 21, NEAR(1e-13, 1e-5));
    check_near(fake_number(&f, "count(h.output)"), 3, 0);
    check_near(fake_number(&f, "max(h.output)"), 11, NEAR(1e-13, 1e-5));
    check_near(fake_number(&f, "max(mean(h.output, axis=0))"), 7, NEAR(1e-13, 1e-5));
    fake_ok(&f, "data rows { 0 0 0 0 0 0 -> 1 0 1 }\n");
    fake_says(
        &f, "print mean(h.output)\n", OUTCOME_ERROR,
        "t:1:12: all steps of h.output are masked; nothing is left to compute with: look at the "
        "data");
    fake_finish(&f);
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"flatten",
         "t:1:1: flatten would count steps that m masks as if they were there; put a layer that "
         "takes the steps in behind it first (lstm, gru, simple_rnn, global_avg_pool), or use "
         "flatten without the mask"},
        {"dense 2 activity=decov(1) as h",
         "t:1:18: decov cannot leave out the steps of h that m masks; l1, l2, l1l2, contractive, "
         "kl, l0, group_lasso, hoyer, tv, ar, tar, entropy and confidence can"},
        {"set d.activity = decov(1)",
         "t:1:18: decov cannot leave out the steps of d that m masks; l1, l2, l1l2, contractive, "
         "kl, l0, group_lasso, hoyer, tv, ar, tar, entropy and confidence can"},
        {"concat on d, d axis=1",
         "t:1:1: concat joins along the steps, and m masks some of them; join along another axis, "
         "or before the mask is made"},
        {"timedistributed masking 0 on x4",
         "t:1:17: masking masks steps, and timedistributed takes them one by one; leave "
         "timedistributed out: a mask goes on through it from outside"},
        {"dense 2 activity=apart(1) as h",
         "t:1:18: apart cannot leave out the steps of h that m masks; its formula goes along "
         "samples or steps, axis 0 or 1; without axis=, or along the axes behind them, it can"},
        {"set d.activity = apart(1)",
         "t:1:18: apart cannot leave out the steps of d that m masks; its formula goes along "
         "samples or steps, axis 0 or 1; without axis=, or along the axes behind them, it can"},
        {"term t = 0.1 * sum(max(d.output, axis=-2)^2)",
         "t:1:16: steps are masked, and this formula goes along samples or steps, axis 0 or 1; "
         "without axis=, or along the axes behind them, it leaves them out"},
        {"term t = 0.1 * sum(d.output * m.input)",
         "t:1:31: d.output and m.input do not have the same masked steps; make two terms of it, or "
         "name outputs behind one mask"},
        {"set optimizer.lr = mean(d.output) every 2",
         "t:1:25: steps of d.output are masked, and a rule cannot leave them out; its penalties "
         "can: a rule may ask for LAYER.activity.penalty"},
        {"gru 3 sequences=yes backwards=yes as g",
         "t:1:1: g puts its steps out from the last to the first, and m masks some; bidirectional "
         "gru has the steps in their order; sequences=no none of them"},
        {"masking 0 on flat",
         "t:1:1: masking goes over steps, and a sample of 6 has none; a sample of 10x6 has 10 "
         "steps"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(
        &f,
        "define penalty apart(x) = max(x, axis=1)^2\ndata random 9 shape=3x2 target=3\ninput 3x2 "
        "as x\nreshape 3x2x1 on x as x4\n"
        "flatten on x as flat\nmasking 0 on x as m\ndense 1 kernel=l1(1) as d\noptimizer adam\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[100];
        snprintf(text, sizeof text, "%s\n", cases[i].text);
        fake_says(&f, text, OUTCOME_ERROR, cases[i].says);
    }
    fake_ok(&f, "step 1\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_are_counted_where_they_are),
        cmocka_unit_test(the_row_says_how_many),
        cmocka_unit_test(what_is_masked_is_as_if_it_were_not_there),
        cmocka_unit_test(thresholds_hear_of_no_masked_step),
        cmocka_unit_test(the_gradient_is_right_everywhere),
        cmocka_unit_test(a_mask_that_masks_nothing_changes_nothing),
        cmocka_unit_test(where_all_is_masked_nothing_counts),
        cmocka_unit_test(accuracy_is_of_the_steps_that_are_there),
        cmocka_unit_test(layers_over_time_pass_masked_steps_by),
        cmocka_unit_test(expressions_are_of_the_steps_that_are_there),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
