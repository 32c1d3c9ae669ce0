/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: the numbers they give, worked out by hand; that training under one is training with those
 * numbers typed between the steps, to the bit; and that a rule goes where its model goes. */
#include "again.h"

#include "cmd/session/state.h"
#include "num/real.h"
#include "train/trainer.h"

#include <math.h>

/* Batches of 32, 32, 32 and 4. */
#define DATA "data moons 100 batch=32\n"
#define LAYERS                                                                                     \
    "input 2\ndense 8 sigmoid kernel=l2(1e-3) activity=l1(1e-3) as h\ndense 1 sigmoid as y\n"
#define MODEL DATA LAYERS "optimizer sgd lr=0.1\n"
#define FEEDBACK                                                                                   \
    "set h.activity = l1(h.activity.strength*(1 + 0.2*(fraction(h.output > 0.5) - 0.1))) every "

static void start(struct fake *f, const char *text)
{
    fake_start(f);
    fake_ok(f, text);
}

/* A line with a number in it, to all its digits. */
static void run_with(struct fake *f, const char *format, double x)
{
    char line[200];
    snprintf(line, sizeof line, format, x);
    fake_ok(f, line);
}

static uint64_t weights_of(const struct model *m)
{
    return digest_bytes(0, m->state.weight, m->graph->weight_reals * sizeof(real));
}

static uint64_t weights(const struct fake *f)
{
    return weights_of(current_model(f->session));
}

static void the_number_is_that_of_its_step(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "set optimizer.lr = 1e-2 * 0.95^epoch every 1\n"
                    "set h.activity = l1(1e-3*(1 + step)) every 3\n");
    /* Nothing before the first step. */
    assert_true(fake_number(&f, "optimizer.lr") == 0.1);
    assert_true(fake_number(&f, "h.activity.strength") == 1e-3);
    for (int step = 0; step < 9; step++) {
        fake_ok(&f, "step 1\n");
        check_near(fake_number(&f, "optimizer.lr"), 0.01 * pow(0.95, step / 4), 1e-17);
        check_near(fake_number(&f, "h.activity.strength"), 1e-3 * (1 + step / 3 * 3), 1e-18);
    }
    /* A warm-up, which knows the model's steps and no others. */
    fake_ok(&f, "set optimizer.lr = 1e-2 * min(1, (step+1)/20) every 1\nstep 1\n");
    check_near(fake_number(&f, "optimizer.lr"), 1e-2 * 10 / 20, 1e-17);
    fake_ok(&f, "train 5\n");
    assert_true(fake_number(&f, "optimizer.lr") == 1e-2);
    /* A plain set ends a rule. */
    fake_ok(&f, "set optimizer.lr = 0.5\nset h.activity = l1(2)\nstep 7\n");
    assert_true(fake_number(&f, "optimizer.lr") == 0.5);
    assert_true(fake_number(&f, "h.activity.strength") == 2);
    fake_prints(&f, "print step\n", "35\n");
    fake_finish(&f);
}

/* The same statements without `every`, typed before each step that is due. */
static void training_is_that_of_plain_sets(void **state)
{
    (void)state;
    struct fake rule, plain;
    start(&rule, MODEL "set h.activity = l1(1e-3*(1+step)) every 3\n"
                       "set h.kernel = l2(0.1/(1+epoch)) every 2\n"
                       "set optimizer.lr = 0.1 + 0.01*step every 1\ntrain 3\n");
    start(&plain, MODEL);
    for (int step = 0; step < 12; step++) {
        fake_ok(&plain, step % 3 ? "" : "set h.activity = l1(1e-3*(1+step))\n");
        fake_ok(&plain, step % 2 ? "" : "set h.kernel = l2(0.1/(1+epoch))\n");
        fake_ok(&plain, "set optimizer.lr = 0.1 + 0.01*step\nstep 1\n");
    }
    assert_true(weights(&rule) == weights(&plain));
    fake_finish(&plain);
    fake_finish(&rule);
}

static double share_above(const struct model *m, const char *call, double bound)
{
    const struct trainer *t = trainer_of(m);
    const id value = m->graph->call[graph_find_call(m->graph, call)].output;
    const real *x = frame_value(t->train_frame, value);
    const size_t n = t->last_batch.samples * shape_count(&m->graph->value[value].shape);
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += (double)x[i] > bound;
    return (double)above / (double)n;
}

/* Tensors are those of the batch of the step before, the short last one of an epoch among them. */
static void a_rule_sees_the_last_batch(void **state)
{
    (void)state;
    struct fake rule, plain;
    double strength = 1e-3;
    start(&rule, MODEL FEEDBACK "2\ntrain 3\n");
    start(&plain, MODEL);
    for (int step = 0; step < 12; step++) {
        if (step && step % 2 == 0) {
            const double share = share_above(current_model(plain.session), "h", 0.5);
            strength *= 1 + 0.2 * (share - 0.1);
            run_with(&plain, "set h.activity = l1(%.17g)\n", strength);
        }
        fake_ok(&plain, "step 1\n");
    }
    assert_true(fake_number(&rule, "h.activity.strength") == strength);
    assert_true(strength > 1.1e-3);
    assert_true(weights(&rule) == weights(&plain));
    fake_finish(&plain);
    fake_finish(&rule);
}

/* Losses, penalties and gradients are those of the last step; at the end of an epoch, too, where
 * `loss` has the epoch's mean. */
static void a_rule_sees_the_last_losses(void **state)
{
    (void)state;
    static const char *const seen[] = {"loss",
                                       "loss.data",
                                       "loss.penalty",
                                       "y.loss",
                                       "h.activity.penalty + h.kernel.penalty",
                                       "sum(abs(h.kernel.grad))",
                                       "norm(h.kernel)"};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        struct fake f, whole;
        char line[200];
        snprintf(line, sizeof line, "set optimizer.lr = 0.1*(%s) every 1\n", seen[i]);
        start(&f, MODEL);
        fake_ok(&f, line);
        double before = 1;
        for (int step = 0; step < 9; step++) {
            fake_ok(&f, "step 1\n");
            /* The first has nothing to look at, but for the weights. */
            if (step)
                check_near(fake_number(&f, "optimizer.lr"), 0.1 * before, 1e-6 * before);
            /* The penalties together are what the ledger of that batch had. */
            before = fake_number(&f, i == 4 ? "loss.penalty" : seen[i]);
        }
        start(&whole, MODEL);
        fake_ok(&whole, line);
        fake_ok(&whole, "train 2\nstep 1\n");
        assert_true(weights(&whole) == weights(&f));
        fake_finish(&whole);
        fake_finish(&f);
    }
}

static void a_rule_sees_the_end_of_the_last_epoch(void **state)
{
    (void)state;
    static const char *const seen[] = {"val.loss",           "val.loss.data", "val.loss.penalty",
                                       "val.accuracy",       "accuracy",      "val.y.loss",
                                       "best(val.loss.data)"};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        struct fake f;
        start(&f, "data moons 100 batch=20 split=0.2\n" LAYERS "optimizer sgd lr=0.1\n");
        char line[200];
        snprintf(line, sizeof line, "set optimizer.lr = 0.1*%s every 1\nstep 3\n", seen[i]);
        fake_ok(&f, line);
        assert_true(fake_number(&f, "optimizer.lr") == 0.1);
        fake_ok(&f, "step 1\n");
        const double end = fake_number(&f, seen[i]);
        assert_true(end > 0);
        fake_ok(&f, "step 3\n");
        check_near(fake_number(&f, "optimizer.lr"), 0.1 * end, 1e-7 * end);
        fake_finish(&f);
    }
}

/* Variables are as they are when the step comes; settings may be those of others. All rules of a
 * step are worked out before one is put in. */
static void names_in_a_rule(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "let k = 0.25\nset optimizer.lr = k every 1\nstep 1\n");
    assert_true(fake_number(&f, "optimizer.lr") == 0.25);
    fake_ok(&f, "let k = 0.5\nstep 1\n");
    assert_true(fake_number(&f, "optimizer.lr") == 0.5);
    fake_ok(&f, "set h.activity = l1(optimizer.lr*2) every 1\nlet k = 0.125\nstep 1\n");
    assert_true(fake_number(&f, "h.activity.strength") == 1);
    fake_ok(&f, "step 1\n");
    assert_true(fake_number(&f, "h.activity.strength") == 0.25);
    fake_ok(&f, "set optimizer.lr = data.batch/1000 every 1\nset data.batch = 16\nstep 1\n");
    assert_true(fake_number(&f, "optimizer.lr") == 0.016);
    /* A penalty in its place is told. */
    fake_ok(&f, "set optimizer.lr = k every 1\nlet k = l1(1)\n");
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "the rule optimizer.lr = k every 1 of main at step 5: k is a penalty");
    fake_finish(&f);
}

/* Several terms in a slot, kinds with several numbers, kinds of one's own, blocks, workers. */
static void many_kinds_follow(void **state)
{
    (void)state;
    struct fake f;
    start(&f, "define penalty own(x, power=2) = sum(abs(x)^power)\n" DATA
              "block tower {\n  dense 4 sigmoid activity=kl(0.1, p=0.1) as top\n}\ninput 2\ntower\n"
              "dense 8 tanh kernel=l1(1)+l1l2(1, 1)+own(1, power=3) as h\ndense 1 sigmoid as y\n"
              "set tower.top.activity = kl(step+1, p=1/(step+2)) every 1\n"
              "set h.kernel = l1(step)+l1l2(2*step, 7)+own(3*step, power=2+step) every 2\n"
              "step 3\n");
    fake_ok(&f, "show h\nshow tower.top\n");
    check_has(f.out.text, "kernel=l1(2)+l1l2(4, 7)+own(6, 4)");
    check_has(f.out.text, "activity=kl(3, 0.25)");
    fake_finish(&f);
}

static void an_empty_slot_gets_its_first_number(void **state)
{
    (void)state;
    struct fake f;
    start(&f, DATA "input 2\ndense 8 sigmoid as h\ndense 1 sigmoid\nstep 4\n"
                   "set h.activity = l1(1e-3*step) every 10\n");
    check_near(fake_number(&f, "h.activity.strength"), 4e-3, 1e-18);
    fake_ok(&f, "step 7\n");
    check_near(fake_number(&f, "h.activity.strength"), 1e-2, 1e-17);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "h.activity.strength"), 4e-3, 1e-18);
    fake_ok(&f, "undo\n");
    assert_int_equal(fake_run(&f, "print h.activity.strength\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

static void it_goes_with_its_model(void **state)
{
    (void)state;
    struct fake f;
    start(&f, DATA "model one\n" LAYERS "optimizer adam\n" FEEDBACK "2\ntrain 1\nstep 1\n"
                   "clone two\nmark here\ntrain 2 on all\n");
    const struct session *s = f.session;
    assert_int_equal(s->models, 2);
    const uint64_t after = weights_of(s->model[0]);
    const double strength = fake_number(&f, "h.activity.strength");
    assert_true(weights_of(s->model[1]) == after);
    /* Back, and on again. */
    fake_ok(&f, "goto here\n");
    assert_true(fake_number(&f, "h.activity.strength") != strength);
    fake_ok(&f, "train 2 on all\n");
    assert_true(weights_of(s->model[0]) == after && weights_of(s->model[1]) == after);
    assert_true(fake_number(&f, "h.activity.strength") == strength);
    /* Each for itself. */
    fake_ok(&f, "undo\nset h.activity = l1(0)\ntrain 2 on all\nmodel one\n");
    assert_true(fake_number(&f, "h.activity.strength") == strength);
    assert_true(weights_of(s->model[0]) == after && weights_of(s->model[1]) != after);
    fake_finish(&f);
}

static void undo_takes_it_back(void **state)
{
    (void)state;
    static const char *const lines[] = {
        FEEDBACK "1\n",
        "set h.activity = l1(0.5*step) every 2\n",
        "set y.kernel = l2(0.5*step) every 2\n",
        "set optimizer.lr = 0.5/(1+step) every 2\n",
        "set h.kernel = l2(7)\n",
        "set optimizer.momentum = 0.5\n",
        "optimizer adam\n",
        "repeat 2 { step 1; set h.activity = l1(step) every 1 }\n",
        "train 2\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct fake f, other;
        const char *setup = MODEL "set h.kernel = l2(1e-3*step) every 2\n"
                                  "set optimizer.momentum = 0.1/(1+loss) every 1\ntrain 2\n";
        start(&f, setup);
        start(&other, setup);
        fake_ok(&f, lines[i]);
        assert_true(session_digest(f.session) != session_digest(other.session));
        fake_ok(&f, "step 3\nundo\nundo\n");
        check_same(&f, &other, lines[i]);
        fake_ok(&f, "train 2\n");
        fake_ok(&other, "train 2\n");
        check_same(&f, &other, lines[i]);
        fake_finish(&other);
        fake_finish(&f);
    }
}

static void a_record_says_it_once(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f,
            "record \"r.nnr\"\n" MODEL FEEDBACK "3\ntrain 2\nstep 3\nstep 2\nundo\n"
            "repeat 2 { step 1; set optimizer.lr = optimizer.lr*(0.9 + 0.1*loss) every 2 }\n"
            "train 1\nmark here\nclone two\ntrain 1 on all\nset h.kernel = l2(1e-3*step) every 4\n"
            "step 5\ngoto here\nstep 2\nset h.activity = l1(0.5)\n");
    /* A person stops it in the middle. */
    f.stop_at = 3;
    f.pace = 0.001;
    fake_run(&f, "train 1000\n");
    f.stop_at = 0;
    f.pace = 0;
    fake_ok(&f, "step 1\nsave session \"s.nnr\"\nrecord none\n");
    check_replays(&f, "r.nnr");
    check_replays(&f, "s.nnr");
    char *text = text_of("r.nnr");
    assert_int_equal(count_of(text, "every 3"), 1);
    assert_int_equal(count_of(text, "every 2"), 1);
    free(text);
    fake_finish(&f);
}

/* `run` trains by the same rules, also by those that are made meanwhile. */
static void it_holds_behind_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    f.pace = 0.001;
    fake_ok(&f, MODEL "clone other\nrecord \"run.nnr\"\n" FEEDBACK "2\nrun on all\n");
    for (int i = 0; i < 4; i++)
        session_advance(f.session);
    const double strength = fake_number(&f, "h.activity.strength");
    assert_true(strength != 1e-3);
    fake_ok(&f, "set h.kernel = l2(1e-3*step) every 3\n");
    for (int i = 0; i < 4; i++)
        session_advance(f.session);
    assert_true(fake_number(&f, "h.activity.strength") != strength);
    fake_ok(&f, "set h.activity = l1(0.5)\n");
    session_advance(f.session);
    fake_ok(&f, "stop\n");
    assert_true(fake_number(&f, "h.activity.strength") == 0.5);
    check_replays(&f, "run.nnr");
    fake_finish(&f);
}

/* What is wrong is said when it is written, and changes nothing. */
static void what_cannot_follow(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"set h.activity = l2(step) every 1\n",
         "t:1:18: h.activity is l1(0.001), and a rule keeps the kind of a penalty; set one of the "
         "rule's kind first, without every"},
        {"set h.activity = l1(1)+l1(step) every 1\n",
         "t:1:18: h.activity is l1(0.001), and a rule keeps the kind of a penalty; set one of the "
         "rule's kind first, without every"},
        {"set h.activity = l1(step, reduce=sum) every 1\n",
         "t:1:18: h.activity is l1(0.001), and a rule keeps the kind of a penalty; set one of the "
         "rule's kind first, without every"},
        {"set h.activity = none every 1\n",
         "t:1:18: none has no number that could follow a rule; set h.activity = none, without "
         "every, ends the rule"},
        {"set h.activity = l1(-1) every 2\n", "t:1:21: a strength is 0 or more"},
        {"set h.activity = l1(nothing.activity.strength) every 2\n",
         "t:1:21: there is no layer \"nothing\""},
        {"set h.activity = l1(two.h.activity.strength) every 2\n", "t:1:21: "},
        {"set h.activity = l1(mean(h.outputs)) every 2\n", "t:1:26: "},
        {"set h.activity = l1(h.output) every 2\n", "t:1:21: "},
        {"set h.activity = l1(train.loss) every 2\n",
         "t:1:21: train.loss takes a pass over the data, and a rule has none"},
        {"set h.activity = l1(val.loss) every 2\n", "t:1:21: there is no validation share"},
        {"set h.activity = l1(step) every 0\n", "t:1:33: every is a whole number"},
        {"set h.activity = l1(step) every 1.5\n", "t:1:33: every is a whole number"},
        {"set h.activity = l1(step) every\n", "t:1:27: nothing stands behind \"every\""},
        {"set y.activity = l1(mean(y.output)) every 2\n",
         "t:1:18: y.activity has no penalty yet that the rule could begin with"},
        {"set y.activity = l1(y.activity.strength) every 2\n",
         "t:1:18: y.activity has no penalty yet that the rule could begin with"},
        {"set y.activity = l1(0-1) every 2\n", "t:1:21: a strength is 0 or more"},
        {"set h.trainable = yes every 2\n",
         "t:1:5: h.trainable cannot follow a rule: it is no number"},
        {"set h.units = step+1 every 2\n",
         "t:1:5: h.units cannot follow a rule: the model is compiled with it"},
        {"set data.batch = step+1 every 2\n", "t:1:5: data.batch cannot follow a rule: "},
        {"set loss.weight = step every 2\n", "t:1:5: loss.weight cannot follow a rule: "},
        {"set optimizer.speed = step every 2\n", "t:1:5: optimizer has no setting \"speed\""},
        {"set h.size = step every 2\n", "t:1:5: h has no setting \"size\""},
        {"set nobody.activity = l1(step) every 2\n", "t:1:5: there is no layer \"nobody\""},
        {"set k = step every 2\n", "t:1:5: set changes a setting"},
    };
    struct fake f;
    start(&f, MODEL "clone two\nmodel main\nset h.activity = l1(1e-3)\n" FEEDBACK "1\n");
    const uint64_t digest = session_digest(f.session);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (fake_run(&f, wrong[i].line) != OUTCOME_ERROR)
            fail_msg("nothing is wrong with %s", wrong[i].line);
        if (strncmp(f.err.text, wrong[i].says, strlen(wrong[i].says)) != 0)
            fail_msg("%s says %s", wrong[i].line, f.err.text);
        if (session_digest(f.session) != digest)
            fail_msg("%s changes something", wrong[i].line);
    }
    fake_finish(&f);
}

/* A value that the setting refuses: the step before it stands, and the number of that step. */
static void a_bad_value_stops_the_training(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        int steps;
        const char *says;
    } bad[] = {
        {"set h.activity = l1(1 - step/2) every 1\n", 3,
         "the rule h.activity = l1(1 - step/2) every 1 of main at step 3: a strength is 0 or "
         "more"},
        {"set h.activity = l1(1/(4 - step)) every 2\n", 4,
         "the rule h.activity = l1(1/(4 - step)) every 2 of main at step 4: strength is a number"},
        {"set optimizer.lr = (step-5)/(step-5) every 1\n", 5,
         "the rule optimizer.lr = (step - 5)/(step - 5) every 1 of main at step 5: lr is a "
         "number"},
        {"set optimizer.lr = log(step) every 3\n", 0,
         "the rule optimizer.lr = log(step) every 3 of main at step 0: lr is a number"},
        {"set optimizer.momentum = step/4 every 1\n", 5,
         "the rule optimizer.momentum = step/4 every 1 of main at step 5: momentum is a number"},
        {"set optimizer.clipnorm = 1 every 1\nset optimizer.clipvalue = max(0, step-2) every 1\n",
         3,
         "the rule optimizer.clipvalue = max(0, step - 2) every 1 of main at step 3: "
         "clipvalue= and clipnorm= would both clip the gradient"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fake f, twin;
        char steps[40];
        start(&f, MODEL "set h.kernel = l2(0.1 + step) every 1\n");
        start(&twin, MODEL "set h.kernel = l2(0.1 + step) every 1\n");
        fake_ok(&f, bad[i].rule);
        fake_ok(&twin, bad[i].rule);
        snprintf(steps, sizeof steps, "%d\n", bad[i].steps);
        /* The epoch that had ended is what loss speaks of, the last step if none had. */
        for (int step = 0; step < bad[i].steps; step += step || bad[i].steps < 4 ? 1 : 4)
            fake_ok(&twin, step || bad[i].steps < 4 ? "step 1\n" : "train 1\n");
        assert_int_equal(fake_run(&f, "train 100\n"), OUTCOME_ERROR);
        check_has(f.err.text, bad[i].says);
        fake_prints(&f, "print step\n", steps);
        check_same(&f, &twin, bad[i].rule);
        /* It goes on when the rule is gone. */
        fake_ok(&f, "set h.activity = l1(1)\noptimizer adam\nstep 2\n");
        fake_finish(&twin);
        fake_finish(&f);
    }
}

/* A step that is not taken does not move what feeds back. */
static void a_refused_step_moves_no_number(void **state)
{
    (void)state;
    struct fake f;
    start(&f, DATA "input 2\ndense 8 as h\ndense 1 as y\nloss mse\noptimizer sgd lr=1e-3\n"
                   "set optimizer.lr = optimizer.lr*10 every 1\n");
    double lr = 0;
    while (fake_run(&f, "step 1\n") == OUTCOME_OK)
        lr = fake_number(&f, "optimizer.lr");
    const uint64_t digest = session_digest(f.session);
    assert_true(fake_number(&f, "optimizer.lr") == lr);
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    assert_true(session_digest(f.session) == digest);
    assert_true(lr > 1e-3);
    fake_finish(&f);
}

/* A curve is one, whatever the number. */
static void a_term_has_one_curve(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "train 2\n" FEEDBACK "1\ntrain 3\nset h.activity = l1(0.5)\ntrain 1\n");
    const struct history *h = &current_model(f.session)->history;
    const struct series *rule = history_find(h, SERIES_PENALTY, "h.activity l1(rule)");
    const struct series *before = history_find(h, SERIES_PENALTY, "h.activity l1(0.001)");
    const struct series *after = history_find(h, SERIES_PENALTY, "h.activity l1(0.5)");
    assert_non_null(rule);
    assert_non_null(before);
    assert_non_null(after);
    assert_int_equal(rule->count, 3);
    assert_int_equal(before->count, 2);
    assert_int_equal(after->count, 1);
    size_t named = 0;
    for (size_t i = 0; i < h->count; i++)
        named += strncmp(h->series[i].name, "h.activity", 10) == 0;
    assert_int_equal(named, 3);
    assert_string_equal(h->event[0].label,
                        "h.activity = l1(h.activity.strength*(1 + 0.2*(fraction(h.output > 0.5) - "
                        "0.1))) every 1");
    fake_finish(&f);
}

static void summary_lists_it(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "set optimizer.learning_rate = 0.1 * 0.95^epoch every 1\n"
                    "set h.activity = l1(1e-3*step) every 10\nsummary\n");
    check_has(f.out.text, "rule optimizer.lr = 0.1*0.95^epoch every 1\n"
                          "rule h.activity = l1(1e-3*step) every 10\n");
    f.host.json = true;
    fake_ok(&f, "summary\n");
    check_has(f.out.text,
              "\"rules\": [{\"setting\": \"optimizer.lr\", \"value\": \"0.1*0.95^epoch\", "
              "\"every\": 1}, {\"setting\": \"h.activity\", \"value\": \"l1(1e-3*step)\", "
              "\"every\": 10}]");
    fake_finish(&f);
}

/* 1/3 takes 16 digits: whoever types it again reads them all, in a table six are enough. */
static void tables_have_six_digits(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "set h.activity = l1(1/(3+step)) every 1\nstep 1\npenalties\nshow h\n");
    check_has(f.out.text, "l1(0.333333) ");
    check_has(f.out.text, "l1(0.3333333333333333)");
    f.host.json = true;
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "\"strength\": 0.3333333333333333");
    fake_finish(&f);
}

static void check_reads_it(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "check");
    fake_ok(&f, MODEL FEEDBACK "10\nset optimizer.lr = 0.1*loss every 1\ntrain 3\n"
                               "set y.activity = l1(1e-3*step) every 5\nsummary\n");
    assert_int_equal(fake_run(&f, "set h.kernel = l2(h.outputs) every 1\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_that_of_its_step),
        cmocka_unit_test(training_is_that_of_plain_sets),
        cmocka_unit_test(a_rule_sees_the_last_batch),
        cmocka_unit_test(a_rule_sees_the_last_losses),
        cmocka_unit_test(a_rule_sees_the_end_of_the_last_epoch),
        cmocka_unit_test(names_in_a_rule),
        cmocka_unit_test(many_kinds_follow),
        cmocka_unit_test(an_empty_slot_gets_its_first_number),
        cmocka_unit_test(it_goes_with_its_model),
        cmocka_unit_test(undo_takes_it_back),
        cmocka_unit_test(a_record_says_it_once),
        cmocka_unit_test(it_holds_behind_the_prompt),
        cmocka_unit_test(what_cannot_follow),
        cmocka_unit_test(a_bad_value_stops_the_training),
        cmocka_unit_test(a_refused_step_moves_no_number),
        cmocka_unit_test(a_term_has_one_curve),
        cmocka_unit_test(summary_lists_it),
        cmocka_unit_test(tables_have_six_digits),
        cmocka_unit_test(check_reads_it),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
