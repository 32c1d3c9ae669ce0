/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers for images and sequences, and masks, under all that acts on layers in a session: what is
 * done is taken back, written and done again to the bit, on any number of threads and processes;
 * and what reads a tensor reads of it what no mask leaves out. */
#include "again.h"

#include "cmd/session/state.h"
#include "train/trainer.h"
#include "train/workers.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

/* Steps that are masked, in several directions; the last batch is smaller. */
#define SEQUENCES                                                                                  \
    "data echo 21 steps=5 delay=1 lengths=varied split=0.2 batch=5\ninput 5x1 as x\n"              \
    "masking 0 as m\nbidirectional lstm 3 sequences=yes kernel=l1(1e-3)+l2(1e-3) "                 \
    "recurrent=l2(1e-2) bias=l1(1e-3) activity=l2(0.01) recurrent_dropout=0.2 dropout=0.1 as a\n"  \
    "gru 3 sequences=yes activity=tar(0.1)+l1(0.01, reduce=mean) kernel=l1(0.01) "                 \
    "recurrent_kernel_dropout=0.2 as b\nbatchnorm as n\n"                                          \
    "simple_rnn 3 sequences=yes activity=hoyer(0.01) recurrent_constraint=max_norm(0.9) as c\n"    \
    "timedistributed dense 4 batch_topk(2) count_idle=yes as d\ndense 1 sigmoid as y\n"            \
    "loss binary_crossentropy\noptimizer adam lr=0.01\n"
/* Whole numbers, and a sample of nothing but padding. */
#define WORDS                                                                                      \
    "data rows { 1 2 3 0 0 -> 1; 3 3 0 0 0 -> 0; 5 4 3 2 1 -> 1; 2 0 0 0 0 -> 0; 0 0 0 0 0 -> 1; " \
    "4 0 4 0 1 -> 1; 1 1 1 1 1 -> 0 } batch=3\ninput 5 as x\n"                                     \
    "embedding 6 3 mask_zero=yes kernel=l2(0.1)+l1(0.01) activity=l2(0.1) as a\n"                  \
    "lstm 4 activity=l1(0.01) kernel=l1(0.01) as b\ndense 2 as d\ndense 1 sigmoid as y\n"          \
    "loss binary_crossentropy\noptimizer adam lr=0.01\n"
#define IMAGES                                                                                     \
    "data random 11 shape=6x6x2 target=1 batch=4 split=0.2\ninput 6x6x2 as x\n"                    \
    "conv2d 3 3x3 relu kernel=l1(0.01)+group_lasso(0.01, by=unit) bias=l2(0.1) "                   \
    "activity=l1(0.001) as a\nmax_pool2d 2x2\n"                                                    \
    "conv2d_transpose 2 2x2 strides=2 kernel=l1(0.1) activity=l2(0.01) as b\navg_pool2d 2x2\n"     \
    "batchnorm\nreshape 4x2\nconv1d 3 2 tanh padding=causal kernel=l1(0.01) as c\nmax_pool1d 2\n"  \
    "global_avg_pool as d\ndense 1 as y\nloss mse\noptimizer adam lr=0.01\n"

static const char *const models[] = {SEQUENCES, WORDS, IMAGES};
enum { MODELS = sizeof models / sizeof *models };
static const char *const swept[] = {"a.forward.kernel", "a.kernel", "a.kernel"};

/* Of the model with that number, or of all. */
static const struct change {
    int of;
    const char *text;
} changes[] = {
    {-1, "train 2"},
    {-1, "step 3"},
    {-1, "set b.kernel = l1(0.1*0.5^step) every 2"},
    {-1, "set b.kernel = l2(0.2)"},
    {-1, "set b.kernel = l1(0.1, prox=yes)"},
    {-1, "set b.activity = l1(0.5)"},
    {-1, "set b.trainable = no"},
    {-1, "set optimizer.lr = 0.01*0.9^step every 1"},
    {-1, "prune b.kernel share=0.5"},
    {-1, "optimizer adam lr=0.01 ema=0.9 sam=0.05"},
    {-1, "optimizer sgd lr=0.1 momentum=0.9 clipnorm=1"},
    {-1, "term t = 0.1*sum(b.kernel^2)"},
    {-1, "clone two"},
    {-1, "emulate keras-3"},
    {-1, "load weights \"w.safetensors\""},
    {-1, "goto before"},
    {0, "set a.forward.recurrent = l1(0.2)"},
    {0, "set a.backward.bias = none"},
    {0, "set a.forward.recurrent_dropout = 0.5"},
    {0, "set b.recurrent_kernel_dropout = 0"},
    {0, "set a.trainable = no"},
    {0, "set c.activity = hoyer(0.01*min(1, step/3)) every 1"},
    {0, "set a.forward.dropout = 0.1*min(1, step/3) every 1"},
    {0, "set b.recurrent = l1(0.1, prox=yes)"},
    {0, "prune a.forward.recurrent share=0.3"},
    {1, "set a.kernel = l1(0.3)"},
    {1, "set a.activity = none"},
    {1, "define penalty far(x) = sum(abs(x)^3)\nset a.kernel = far(0.1)\nset b.activity = far(1)"},
    {1, "term u = 0.1*sum(b.output^2)"},
    {1, "revive d"},
    {2, "set a.kernel = l1(0.01*0.5^step)+group_lasso(0.01, by=unit) every 2"},
    {2, "set c.kernel = group_lasso(0.1, by=unit, prox=yes)"},
    {2, "define penalty far(x) = sum(abs(x)^3)\nset a.activity = far(0.1)"},
    {2, "term u = 0.1*sum(c.output^2)"},
};
enum { CHANGES = sizeof changes / sizeof *changes };

static void start(struct fake *f, int of)
{
    fake_start(f);
    fake_ok(f, models[of]);
    fake_ok(f, "train 1\nsave weights \"w.safetensors\"\nmark before\ntrain 1\n");
}

static bool is_of(const struct change *c, int of)
{
    return (c->of < 0 || c->of == of) && !(of == 1 && strstr(c->text, "revive"));
}

static void each_change_is_taken_back(void **state)
{
    (void)state;
    for (int of = 0; of < MODELS; of++) {
        struct fake f, plain;
        start(&f, of);
        start(&plain, of);
        const uint64_t was = session_digest(plain.session);
        for (size_t i = 0; i < CHANGES; i++) {
            if (!is_of(&changes[i], of))
                continue;
            fake_ok(&f, changes[i].text);
            const uint64_t led_to = session_digest(f.session);
            if (led_to == was)
                fail_msg("%s changes nothing", changes[i].text);
            const size_t statements = 1 + count_of(changes[i].text, "\n");
            for (size_t k = 0; k < statements; k++)
                fake_ok(&f, "undo\n");
            check_same(&f, &plain, changes[i].text);
            for (size_t k = 0; k < statements; k++)
                fake_ok(&f, "redo\n");
            assert_true(session_digest(f.session) == led_to);
            for (size_t k = 0; k < statements; k++)
                fake_ok(&f, "undo\n");
        }
        fake_ok(&f, "train 1\n");
        fake_ok(&plain, "train 1\n");
        check_same(&f, &plain, models[of]);
        fake_finish(&plain);
        fake_finish(&f);
    }
}

/* All of them one after another, with steps between them, written as they happen and afterwards. */
static void what_was_done_is_done_again(void **state)
{
    (void)state;
    for (int of = 0; of < MODELS; of++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, "record \"live.nnr\"\n");
        fake_ok(&f, models[of]);
        fake_ok(&f, "step 1\nsave weights \"w.safetensors\"\nmark before\nstep 2\n");
        for (size_t i = 0; i < CHANGES; i++)
            if (is_of(&changes[i], of) && !strstr(changes[i].text, "define")) {
                fake_ok(&f, changes[i].text);
                fake_ok(&f, "step 1 on all\n");
            }
        fake_ok(&f, "save session \"mine.nnr\"\nrecord none\n");
        check_replays(&f, "live.nnr");
        check_replays(&f, "mine.nnr");
        fake_finish(&f);
    }
}

/* Losses and weights after training, and what the curves have. */
static char *trained(int of, unsigned threads, uint64_t *digest)
{
    struct fake f;
    workers_allow(threads);
    fake_start(&f);
    fake_ok(&f, models[of]);
    fake_ok(&f, "watch loss every 2\ntrain 2\nevaluate\n");
    char *points = points_of(&f);
    *digest = session_digest(f.session);
    fake_finish(&f);
    workers_allow(1);
    return points;
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    for (int of = 0; of < MODELS; of++) {
        uint64_t alone, together;
        char *one = trained(of, 1, &alone), *four = trained(of, 4, &together);
        assert_string_equal(one, four);
        assert_true(alone == together);
        free(one);
        free(four);
    }
}

/* A batch that is shared out among threads: the same up to rounding, and twice the same to the bit.
 */
static void a_split_batch_is_the_same_batch(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "data adding 96 steps=12 lengths=varied batch=96\ninput 12x2\nmasking 0\n"
        "bidirectional lstm 32 sequences=yes activity=l1(0.01)+tar(0.1) dropout=0.1 "
        "recurrent_dropout=0.2 as a\ngru 24 sequences=yes activity=tv(0.01)+ar(0.1) "
        "recurrent_kernel_dropout=0.1 as b\ntimedistributed dense 5 topk(2) activity=l1(0.1) as "
        "h\nglobal_avg_pool\ndense 1\nloss mse\noptimizer sgd lr=0.1\nstep 2\nevaluate\n",
        "data random 96 shape=10x10x2 target=1 batch=96\ninput 10x10x2\n"
        "conv2d 12 3x3 tanh activity=l1(1e-3) kernel=group_lasso(1e-2, by=unit, prox=yes) as a\n"
        "max_pool2d 2x2\nconv2d_transpose 8 2x2 strides=2 activity=tv(1e-3) as h\n"
        "avg_pool2d 2x2\nreshape 16x8\nconv1d 8 3 tanh padding=same activity=l2(0.1) as b\n"
        "lstm 6\ndense 1\nloss mse\noptimizer sgd lr=0.1\nstep 2\nevaluate\n",
    };
    static const char *const asked[] = {"loss", "sum(abs(b.kernel))", "h.activity.penalty", "l0(h)",
                                        "explained"};
    for (size_t t = 0; t < 2; t++) {
        double found[3][5];
        for (unsigned i = 0; i < 3; i++) {
            struct fake f;
            workers_allow(i ? 2 : 1);
            fake_start(&f);
            fake_ok(&f, texts[t]);
            assert_int_equal(trainer_of(current_model(f.session))->workers != NULL, i > 0);
            for (size_t k = 0; k < 5; k++)
                found[i][k] = fake_number(&f, asked[k]);
            fake_finish(&f);
        }
        workers_allow(1);
        for (size_t k = 0; k < 5; k++) {
            check_near(found[1][k], found[0][k], NEAR(1e-10, 1e-3) * (1 + fabs(found[0][k])));
            assert_true(found[1][k] == found[2][k]);
        }
    }
}

static void processes_change_no_bit(void **state)
{
    (void)state;
    for (int of = 0; of < MODELS; of++) {
        uint64_t digest[2];
        char *points[2];
        for (unsigned jobs = 1; jobs <= 2; jobs++) {
            struct fake f;
            char text[300];
            fake_start(&f);
            f.host.jobs = jobs;
            fake_ok(&f, models[of]);
            snprintf(text, sizeof text,
                     "sweep %s = l1(?) over 0 0.1 seeds=2 keep=all { prune b.kernel share=0.2\n"
                     "step 3\nset b.trainable = no\nstep 1\nmeasure size = norm(%s) }\n"
                     "step 1 on all\n",
                     swept[of], swept[of]);
            fake_ok(&f, text);
            points[jobs - 1] = points_of(&f);
            digest[jobs - 1] = session_digest(f.session);
            assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
            fake_finish(&f);
        }
        assert_true(digest[0] == digest[1]);
        assert_string_equal(points[0], points[1]);
        free(points[0]);
        free(points[1]);
    }
}

static void gradients_are_right(void **state)
{
    (void)state;
    static const char *const systems[] = {"none", "keras-2.0", "keras-3"};
    for (int of = 0; of < MODELS; of++)
        for (size_t s = 0; s < 3; s++) {
            struct fake f;
            char text[80];
            fake_start(&f);
            fake_ok(&f, models[of]);
            snprintf(text, sizeof text, "emulate %s\nstep 1\ncheckgrad\n", systems[s]);
            fake_ok(&f, text);
            check_has(f.out.text, "the gradient is right");
            fake_finish(&f);
        }
}

/* Rows of the ledger add up, in batches of any size: of one sample, and of more than there are. */
static void any_size_of_batch(void **state)
{
    (void)state;
    static const char *const sizes[] = {"1", "2", "500"};
    for (int of = 0; of < MODELS; of++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, models[of]);
        fake_ok(&f, "evaluate\n");
        const double data = fake_number(&f, "loss.data");
        for (size_t i = 0; i < 3; i++) {
            char text[40];
            snprintf(text, sizeof text, "batch %s\nevaluate\n", sizes[i]);
            fake_ok(&f, text);
            /* A sequence's data loss is divided by the steps of its batch. */
            if (of)
                check_near(fake_number(&f, "loss.data"), data, NEAR(1e-12, 1e-5));
            check_near(fake_number(&f, "loss - loss.data - loss.penalty"), 0, NEAR(1e-12, 1e-5));
        }
        for (size_t i = 0; i < 3; i++) {
            char text[40];
            snprintf(text, sizeof text, "batch %s\ntrain 1\n", sizes[i]);
            fake_ok(&f, text);
            assert_true(isfinite(fake_number(&f, "loss")));
        }
        fake_finish(&f);
    }
}

/* One sample; one step; nothing but masked steps: every number stays finite. */
static void the_least_there_can_be(void **state)
{
    (void)state;
#define OVER_STEPS                                                                                 \
    "masking 0\nbidirectional lstm 2 sequences=yes activity=l1(0.1) as a\n"                        \
    "batchnorm\ndense 3 batch_topk(1) count_idle=yes activity=l2(0.1, reduce=mean) as h\n"         \
    "gru 2 activity=l1(0.1)\ndense 1\nloss mse\noptimizer adam\n"
    static const char *const texts[] = {
        "data rows { 1 2 -> 1 }\ninput 1x2\n" OVER_STEPS,
        "data rows { 0 0 -> 1 }\ninput 1x2\n" OVER_STEPS,
        "data rows { 0 0 0 0 0 0 -> 1 }\ninput 3x2\n" OVER_STEPS,
        "data rows { 3 -> 1 }\ninput 1\nembedding 4 2 mask_zero=yes activity=l1(0.1, reduce=mean) "
        "as h\nbidirectional gru 2\ndense 1\nloss mse\noptimizer adam\n",
        "data rows { 0 0 -> 1 }\ninput 2\nembedding 4 2 mask_zero=yes activity=l1(0.1, "
        "reduce=mean) as h\nsimple_rnn 2\ndense 1\nloss mse\noptimizer adam\n",
        "data rows { 7 -> 1 }\ninput 1x1x1\nconv2d 2 1x1 activity=l1(0.1) as h\nmax_pool2d 1x1\n"
        "conv2d_transpose 2 1x1\nglobal_avg_pool\ndense 1\nloss mse\noptimizer adam\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, texts[i]);
        fake_ok(&f, "step 3\ntrain 2\npenalties moves=yes\nevaluate\nhistory\nshow "
                    "plan\nsummary\n");
        if (sizeof(real) == sizeof(double))
            fake_ok(&f, "checkgrad\n");
        assert_true(isfinite(fake_number(&f, "loss")));
        assert_true(isfinite(fake_number(&f, "sum(h.activity.penalty)")));
        fake_finish(&f);
    }
}

/* Two samples of three steps, one of them masked, and the same without it. */
#define GAPS                                                                                       \
    "data rows { 1 -2 3 0 0 0 0.5 0.2 -1 -> 1 9 0; 0 0 0 1 1 -1 1 2 1 -> 9 1 0.5 }\n"              \
    "input 3x3\nmasking 0\n"
#define WHOLE "data rows { 1 -2 3 0.5 0.2 -1 -> 1 0; 1 1 -1 1 2 1 -> 1 0.5 }\ninput 2x3\n"

static void what_reads_a_tensor_reads_steps_that_are_there(void **state)
{
    (void)state;
    static const struct {
        const char *text, *asked[5];
    } cases[] = {
        {"dense 3 as h\nbatchnorm momentum=0.7 as n\ndense 1 as o\n",
         {"loss", "sum(abs(n.moving_mean))", "sum(n.moving_variance)", "sum(h.kernel^2)"}},
        {"dense 3 as h\ntimedistributed batchnorm momentum=0.7 gamma=l2(0.1) as n\ndense 1 as o\n",
         {"loss", "sum(abs(n.moving_mean))", "sum(n.gamma^2)", "sum(h.kernel^2)"}},
        {"dense 4 batch_topk(2, momentum=0.5) as h\ndense 1 as o\n",
         {"loss", "sum(h.threshold)", "sum(h.kernel^2)", "l0(h)"}},
        {"timedistributed dense 4 batch_topk(1) activity=l1(0.1) as h\ndense 1 as o\n",
         {"loss", "sum(h.threshold)", "sum(h.kernel^2)", "l0(h)"}},
        /* Where only the bias is seen, all units put out something. */
        {"dense 5 relu bias_init=constant(0.01) kernel_init=values(-1, 0, 0, 1, 2, -1, 0, -2, 0, "
         "0, 0, 1, 1, 1, -3) count_idle=yes as h\ndense 1 as o\n",
         {"sum(h.idle)", "dead(h)", "dead(h, 2)", "l0(h)"}},
        {"dense 4 relu bias_init=constant(-3) as h\ndense 1 as o\nstep 1\nrevive h\n",
         {"sum(abs(h.kernel))", "sum(h.kernel^3)", "dead(h)"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake gaps, whole;
        char text[700];
        snprintf(text, sizeof text, "%sloss mse\noptimizer sgd lr=0.1\nstep 4\n", cases[i].text);
        fake_start(&gaps);
        fake_start(&whole);
        fake_ok(&gaps, GAPS);
        fake_ok(&whole, WHOLE);
        fake_ok(&gaps, text);
        fake_ok(&whole, text);
        for (size_t k = 0; k < 5 && cases[i].asked[k]; k++)
            check_near(fake_number(&gaps, cases[i].asked[k]),
                       fake_number(&whole, cases[i].asked[k]), NEAR(1e-12, 1e-5));
        check_near(fake_number(&gaps, "explained"), fake_number(&whole, "explained"),
                   NEAR(1e-12, 1e-5));
        fake_finish(&whole);
        fake_finish(&gaps);
    }
}

/* Curves of a call: mean and largest |output|, shares of zeros and of small ones, firing. Of eight
 * numbers two are at the steps that are there: 3 and 0. */
static void curves_are_of_steps_that_are_there(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 0 0 0 -> 3 0 0 0; 0 0 0 0 -> 0 0 0 0 }\ninput 4x1\nmasking 0\n"
                "dense 2 relu kernel_init=values(3, -1) as h\ndense 1 as o\nloss mse\n"
                "optimizer sgd lr=0\ntrain 1\n");
    const struct history *h = &current_model(f.session)->history;
    static const double due[] = {1.5, 3, 0.5, 0.5};
    for (int kind = 0; kind < 4; kind++) {
        size_t found = 0;
        for (size_t s = 0; s < h->count; s++)
            if ((int)h->series[s].kind == SERIES_MEAN + kind &&
                strcmp(h->series[s].name, "h") == 0) {
                check_near(h->series[s].value[h->series[s].count - 1], due[kind], 1e-6);
                found++;
            }
        assert_int_equal(found, 1);
    }
    fake_finish(&f);
}

/* A block called behind two masks has two rows, each with its own steps. */
static void one_layer_behind_two_masks(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 1 2 2 0 0 -> 0 1; 2 2 2 2 1 1 -> 1 0 }\ninput 3x2 as x\n"
                "masking 2 on x as two\nmasking 0 on x as pad\n"
                "lstm 2 on two sequences=yes activity=l1(1) as l\nl on pad as again\n"
                "global_avg_pool on l\ndense 1 as p\nglobal_avg_pool on again\ndense 1 as q\n"
                "output p, q\nloss mse\nstep 2\ncheckgrad\npenalties\n");
    check_has(f.out.text, "4 of 12 steps masked");
    check_near(fake_number(&f, "l.activity.penalty - sum(abs(l.output))/2 - "
                               "sum(abs(again.output))/2"),
               0, NEAR(1e-12, 1e-5));
    check_near(fake_number(&f, "count(l.output)"), 6, 0);
    check_near(fake_number(&f, "count(again.output)"), 10, 0);
    fake_finish(&f);
}

static void what_cannot_act_on_them_is_said(void **state)
{
    (void)state;
    static const struct {
        int of;
        const char *text, *says;
    } cases[] = {
        {0, "set b.activity = far(0.1)",
         "t:1:18: far cannot leave out the steps of b that m masks; its formula goes along samples "
         "or steps, axis 0 or 1; without axis=, or along the axes behind them, it can"},
        {0, "term t = sum(norm(b.output, axis=0)^2)",
         "t:1:10: steps are masked, and this formula goes along samples or steps, axis 0 or 1; "
         "without axis=, or along the axes behind them, it leaves them out"},
        {0, "revive b",
         "t:1:8: b has no kernel of inputs and units to start anew; revive takes a dense layer"},
        {2, "revive a",
         "t:1:8: a has no kernel of inputs and units to start anew; revive takes a dense layer"},
        {0, "lstm 3 on m merge=sum",
         "t:1:19: merge= joins the two halves of bidirectional; write bidirectional lstm, or leave "
         "merge= out"},
        {0, "set a.forward.recurrent_dropout = 0.1*step every 2",
         "t:1:5: a.forward.recurrent_dropout cannot follow a rule: of the noise of lstm, dropout "
         "alone can; penalties, rates of noise and numbers of the optimizer can; set others "
         "between steps"},
        {2, "set a.activity = contractive(0.1)",
         "t:1:18: contractive is of a dense layer, and a is one of conv2d; put it on the activity "
         "of a dense layer"},
        {1, "set a.mask_zero = no",
         "t:1:5: a.mask_zero cannot change later: the layer and what stands behind it were made "
         "with it; make another layer, or another model"},
        {1, "predict 1 2 3 4 6",
         "t:1:1: a takes whole numbers from 0 to 5, and number 5 of sample 1 is 6; load other "
         "data, or give a a larger vocabulary"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[100];
        fake_start(&f);
        fake_ok(&f, models[cases[i].of]);
        fake_ok(&f, "define penalty far(x) = norm(x, axis=0)\n");
        const uint64_t was = session_digest(f.session);
        snprintf(text, sizeof text, "%s\n", cases[i].text);
        fake_says(&f, text, OUTCOME_ERROR, cases[i].says);
        assert_true(session_digest(f.session) == was);
        fake_ok(&f, "step 1\n");
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_is_taken_back),
        cmocka_unit_test(what_was_done_is_done_again),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_split_batch_is_the_same_batch),
        cmocka_unit_test(processes_change_no_bit),
        cmocka_unit_test(gradients_are_right),
        cmocka_unit_test(any_size_of_batch),
        cmocka_unit_test(the_least_there_can_be),
        cmocka_unit_test(what_reads_a_tensor_reads_steps_that_are_there),
        cmocka_unit_test(curves_are_of_steps_that_are_there),
        cmocka_unit_test(one_layer_behind_two_masks),
        cmocka_unit_test(what_cannot_act_on_them_is_said),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
