/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopping early: stalled, best, best_epoch and keep=best, what train says of the validation share,
 * and training at a person's pace. */
#include "again.h"

#include "train/note.h"

#include <math.h>

#define DATA "data moons 60 noise=0.3 split=0.3 batch=20\n"
#define LAYERS                                                                                     \
    "input 2 as x\ndense 16 tanh kernel=l2(1e-3) activity=l1(1e-3) as h\ndropout 0.2\n"            \
    "batchnorm\ndense 1 sigmoid as y\n"
#define TASK "seed 3\n" DATA LAYERS "loss binary_crossentropy\noptimizer adam lr=0.03\n"
#define KEEP "train 60 until stalled(val.loss.data, 4) keep=best\n"

static void start(struct fake *f, const char *text)
{
    fake_start(f);
    fake_ok(f, text);
}

static const char *const noted[] = {
    "val.loss", "val.loss.data", "val.loss.penalty", "val.accuracy", "val.y.loss",
    "loss",     "loss.data",     "loss.penalty",     "accuracy",
};
enum { NOTED = sizeof noted / sizeof *noted, EPOCHS = 14 };

static bool larger_is_better(size_t i)
{
    return strstr(noted[i], "accuracy") != NULL;
}

/* Each quantity after each epoch, as print says it. */
struct course {
    double at[NOTED][EPOCHS + 1];
};

static void follow(struct course *c)
{
    struct fake f;
    start(&f, TASK);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        fake_ok(&f, "train 1\n");
        for (size_t i = 0; i < NOTED; i++)
            c->at[i][epoch] = fake_number(&f, noted[i]);
    }
    fake_finish(&f);
}

static int best_epoch(const struct course *c, size_t i, int until)
{
    int best = 1;
    for (int epoch = 2; epoch <= until; epoch++)
        if (larger_is_better(i) ? c->at[i][epoch] > c->at[i][best]
                                : c->at[i][epoch] < c->at[i][best])
            best = epoch;
    return best;
}

static void the_best_is_that_of_all_epochs(void **state)
{
    (void)state;
    struct course c;
    /* Steps end epochs as well; the second half comes after a mark that is gone back to. */
    static const char *const ways[] = {"train 14\n", "step 42\n",
                                       "train 6\nmark there\ntrain 3\ngoto there\nstep 24\n"};
    bool in_the_middle = false;
    follow(&c);
    for (size_t way = 0; way < 3; way++) {
        struct fake f;
        start(&f, TASK);
        fake_ok(&f, ways[way]);
        for (size_t i = 0; i < NOTED; i++) {
            char text[80];
            const int best = best_epoch(&c, i, EPOCHS);
            in_the_middle = in_the_middle || (best > 1 && best < EPOCHS);
            snprintf(text, sizeof text, "best_epoch(%s)", noted[i]);
            assert_true(fake_number(&f, text) == best);
            snprintf(text, sizeof text, "best(%s)", noted[i]);
            assert_true(fake_number(&f, text) == c.at[i][best]);
            for (int n = 1; n <= EPOCHS; n++) {
                snprintf(text, sizeof text, "stalled(%s, %d)", noted[i], n);
                assert_true(fake_number(&f, text) == (EPOCHS - best >= n));
            }
        }
        fake_finish(&f);
    }
    assert_true(in_the_middle);
}

static void nan_is_never_the_best(void **state)
{
    (void)state;
    struct note n = {0};
    assert_int_equal(note_stalled(&n), 0);
    note_add(&n, NOTED_VAL_DATA, 5, NAN);
    assert_true(isnan(n.best));
    assert_int_equal(note_stalled(&n), 1);
    note_add(&n, NOTED_VAL_DATA, 6, 3);
    note_add(&n, NOTED_VAL_DATA, 7, NAN);
    note_add(&n, NOTED_VAL_DATA, 8, 3);
    assert_true(n.best == 3 && n.best_epoch == 6);
    assert_int_equal(note_stalled(&n), 2);
    note_add(&n, NOTED_VAL_DATA, 9, -INFINITY);
    assert_int_equal(n.best_epoch, 9);
    struct note share = {0};
    note_add(&share, NOTED_VAL_ACCURACY, 1, NAN);
    note_add(&share, NOTED_VAL_ACCURACY, 2, 0.5);
    note_add(&share, NOTED_VAL_ACCURACY, 3, 0.75);
    note_add(&share, NOTED_VAL_ACCURACY, 4, 0.5);
    assert_true(share.best == 0.75 && share.best_epoch == 3);
}

/* Epochs until `patience` of them brought nothing new. */
static int stops_at(const struct course *c, size_t i, int patience)
{
    int epoch = 1;
    while (epoch < EPOCHS && epoch - best_epoch(c, i, epoch) < patience)
        epoch++;
    return epoch;
}

/* The model is what `train` alone makes of as many epochs. */
static void is_trained(struct fake *f, const char *task, int epochs)
{
    struct fake plain;
    char text[40];
    start(&plain, task);
    snprintf(text, sizeof text, "train %d\n", epochs);
    fake_ok(&plain, text);
    assert_true(session_digest(f->session) == session_digest(plain.session));
    /* And goes on so. */
    fake_ok(f, "step 4\n");
    fake_ok(&plain, "step 4\n");
    assert_true(session_digest(f->session) == session_digest(plain.session));
    char *one = points_of(f), *other = points_of(&plain);
    /* The mark of the best epoch is the first's alone. */
    assert_int_equal(count_of(one, "\"step\""), count_of(other, "\"step\"") + 1);
    free(one);
    free(other);
    fake_finish(&plain);
}

static void training_stops_and_puts_the_best_epoch_back(void **state)
{
    (void)state;
    struct course c;
    follow(&c);
    const int end = stops_at(&c, 1, 4), best = best_epoch(&c, 1, end);
    assert_true(end < EPOCHS && best < end);
    struct fake f;
    char text[80];
    start(&f, TASK);
    fake_ok(&f, "train 60 until stalled(val.loss.data, 4)\n");
    snprintf(text, sizeof text, "train: %d epochs, %d steps, loss ", end, 3 * end);
    check_has(f.out.text, text);
    assert_true(fake_number(&f, "epoch") == end);
    assert_true(fake_number(&f, "best(val.loss.data)") == c.at[1][best]);
    fake_finish(&f);

    start(&f, TASK);
    fake_ok(&f, KEEP);
    check_has(f.out.text, text);
    snprintf(text, sizeof text, "(training, mean of epoch %d)\n", best);
    check_has(f.out.text, text);
    snprintf(text, sizeof text, "best: epoch %d is put back, val.loss.data ", best);
    check_has(f.out.text, text);
    assert_true(fake_number(&f, "best_epoch(val.loss.data)") == best);
    assert_true(fake_number(&f, "val.loss.data") == c.at[1][best]);
    assert_true(fake_number(&f, "loss") == c.at[5][best]);
    is_trained(&f, TASK, best);
    fake_finish(&f);
}

static void every_optimizer_and_end_is_put_back(void **state)
{
    (void)state;
    static const char *const optimizers[] = {
        "sgd lr=0.3 momentum=0.9", "adamw lr=0.05", "rmsprop lr=0.03",     "adagrad lr=0.3",
        "nadam lr=0.05",           "lion lr=0.02",  "ftrl lr=0.5 l1=0.001"};
    /* Also where the condition did not come true. */
    static const char *const ends[] = {
        "train 12 until stalled(val.loss, 100) keep=best\n",
        "train until stalled(val.loss, 2) or stalled(val.loss, 1) max 12 keep=best\n",
        "train 12 until stalled(val.accuracy, 3) and epoch > 4 keep=best\n",
        "step 1\ntrain 12 until stalled(loss.data, 3) keep=best\n"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        struct fake f;
        char task[600];
        snprintf(task, sizeof task, "%sloss mse\noptimizer %s\n", DATA LAYERS, optimizers[i]);
        start(&f, task);
        fake_ok(&f, ends[i % (sizeof ends / sizeof *ends)]);
        is_trained(&f, task, (int)fake_number(&f, "epoch"));
        fake_finish(&f);
    }
}

static void each_model_keeps_its_own_best(void **state)
{
    (void)state;
    static const char *const lr[] = {"0.3", "0.01"};
    double epoch[2], loss[2];
    struct fake f;
    for (int i = 0; i < 2; i++) {
        start(&f, TASK);
        char text[60];
        snprintf(text, sizeof text, "optimizer adam lr=%s\n", lr[i]);
        fake_ok(&f, text);
        fake_ok(&f, KEEP);
        epoch[i] = fake_number(&f, "epoch");
        loss[i] = fake_number(&f, "val.loss.data");
        fake_finish(&f);
    }
    assert_true(epoch[0] != epoch[1]);
    start(&f, TASK "optimizer adam lr=0.3\nclone other\noptimizer adam lr=0.01\n");
    fake_ok(&f, "train 60 until stalled(val.loss.data, 4) keep=best on all\n");
    assert_true(fake_number(&f, "epoch") == epoch[1]);
    assert_true(fake_number(&f, "val.loss.data") == loss[1]);
    fake_ok(&f, "model main\n");
    assert_true(fake_number(&f, "epoch") == epoch[0]);
    assert_true(fake_number(&f, "best(val.loss.data)") == loss[0]);
    fake_finish(&f);
}

/* What was best before this train began is put back only where it still stands. */
static void the_start_counts_where_nothing_changed(void **state)
{
    (void)state;
    struct fake f;
    start(&f, TASK KEEP);
    const double epoch = fake_number(&f, "epoch");
    const uint64_t once = session_digest(f.session);
    fake_ok(&f, KEEP);
    assert_true(session_digest(f.session) == once);
    assert_true(fake_number(&f, "epoch") == epoch);
    fake_ok(&f, "train 3\n" KEEP);
    check_has(f.out.text, " was better, and its weights were not kept\n");
    assert_true(fake_number(&f, "epoch") >= epoch + 3);
    assert_true(fake_number(&f, "best_epoch(val.loss.data)") == epoch);
    fake_finish(&f);
    /* Weights that were put there by hand are no epoch's. */
    start(&f,
          TASK "save weights \"other.safetensors\"\n" KEEP "load weights \"other.safetensors\"\n");
    fake_ok(&f, "train 1 until stalled(val.loss.data, 4) keep=best\n");
    assert_true(fake_number(&f, "epoch") == epoch + 1);
    fake_finish(&f);
}

static void undo_marks_and_clones_hold_it(void **state)
{
    (void)state;
    struct fake f, before, once;
    start(&before, TASK "train 2\nmark early\n");
    start(&once, TASK "train 2\nmark early\n" KEEP);
    start(&f, TASK "train 2\nmark early\n" KEEP);
    fake_ok(&f, "undo\n");
    check_same(&f, &before, "undo");
    fake_ok(&f, KEEP "goto early\n");
    check_same(&f, &before, "goto");
    fake_ok(&f, KEEP);
    check_same(&f, &once, "again");
    fake_ok(&f, "train 2\n");
    fake_ok(&once, "train 2\n");
    check_same(&f, &once, "and on");
    fake_ok(&f, "undo\nclone other\ntrain 2\n");
    assert_true(fake_number(&f, "best(val.loss.data)") ==
                fake_number(&once, "best(val.loss.data)"));
    assert_true(fake_number(&f, "sum(h.kernel)") == fake_number(&once, "sum(h.kernel)"));
    fake_finish(&once);
    fake_finish(&before);
    fake_finish(&f);
}

#define EACH_KEEPS "train 30 until stalled(val.loss.data, 2) keep=best on all\n"
/* Also when a person stops it, at any moment; and one model of several. */
static void a_record_leads_to_the_same(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        KEEP, "train 2\n" KEEP "train 1\n",
        "repeat 2 { train 30 until stalled(val.loss, 2) keep=best pace=1000; step 2 pace=7 }\n",
        "clone other\noptimizer sgd lr=0.5\n" EACH_KEEPS "step 1 on all\n"};
    for (size_t i = 0; i < 4; i++)
        for (long stop = 0; stop < 26; stop += i == 3 ? 1 : 5) {
            struct fake f;
            start(&f, "record \"r.nnr\"\n" TASK);
            f.stop_at = stop;
            const enum outcome how = fake_run(&f, scripts[i]);
            f.stop_at = 0;
            assert_true(how == OUTCOME_OK || (stop && how == OUTCOME_STOPPED));
            if (how == OUTCOME_STOPPED && i == 0 && strstr(f.err.text, "stopped after"))
                check_has(f.err.text, "is kept, and no best epoch is put back\n");
            fake_ok(&f, "save session \"s.nnr\"\n");
            check_replays(&f, "r.nnr");
            check_replays(&f, "s.nnr");
            char *text = text_of("r.nnr");
            assert_null(strstr(text, "pace"));
            free(text);
            fake_finish(&f);
        }
}

static void what_is_wrong_is_said_before_training(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"train 5 keep=best\n", "t:1:9: keep=best needs to know of which quantity; "
                                "write train 200 until stalled(val.loss.data, 10) keep=best"},
        {"train 5 until loss < 0 keep=best\n",
         "t:1:15: keep=best needs to know of which quantity, and the condition has no stalled( ); "
         "write train 200 until stalled(val.loss.data, 10) keep=best"},
        {"train 5 until stalled(loss, 1) or stalled(val.loss, 2) keep=best\n",
         "t:1:35: keep=best cannot tell which of two quantities counts; "
         "write train 200 until stalled(val.loss.data, 10) keep=best"},
        {"train 5 until stalled(val.loss, 0)\n",
         "t:1:33: stalled takes a whole number of epochs, 1 or more, not 0; "
         "write stalled(val.loss.data, 10)"},
        {"train 5 until stalled(val.loss, 1.5)\n",
         "t:1:33: stalled takes a whole number of epochs, 1 or more, not 1.5; "
         "write stalled(val.loss.data, 10)"},
        {"let n = -2\ntrain 5 until stalled(val.loss, n)\n",
         "t:2:33: stalled takes a whole number of epochs, 1 or more, not -2; "
         "write stalled(val.loss.data, 10)"},
        {"train 5 until stalled(val.loss)\n",
         "t:1:15: stalled does not take 1 value; write stalled(val.loss.data, 10)"},
        {"train 5 until stalled(train.loss, 3)\n",
         "t:1:23: train.loss is not known at the end of each epoch; take one of loss, loss.data, "
         "loss.penalty, accuracy, val.loss, val.loss.data, val.loss.penalty, val.accuracy, "
         "val.OUTPUT.loss"},
        {"train 5 until stalled(val.h.loss, 3)\n",
         "t:1:23: h is no output, so it has no loss; output lists them"},
        {"print best(val.loss + 1)\n",
         "t:1:12: the name of a quantity is due here; take one of loss, loss.data, "
         "loss.penalty, accuracy, val.loss, val.loss.data, val.loss.penalty, val.accuracy, "
         "val.OUTPUT.loss"},
        {"print best(val.loss)\n",
         "t:1:12: val.loss was known at the end of no epoch yet; train 1 ends one"},
        {"print best_epoch(loss)\n",
         "t:1:18: loss was known at the end of no epoch yet; train 1 ends one"},
        {"train 3 max 4 until loss < 1\n",
         "t:1:9: the most epochs are given twice; write train 200 until loss < 0.01"},
        {"define penalty d(x) = best(x) * x\n",
         "t:1:23: best speaks of a model, and a formula of x alone; "
         "it may name x and its own parameters"},
        {"data moons 60\ntrain 5 until stalled(val.loss, 3)\n",
         "t:2:23: there is no validation share; give the data one: split=0.2"},
        {"train 1\ndata moons 60\ntrain 5 until stalled(val.loss, 3)\n",
         "t:3:23: there is no validation share; give the data one: split=0.2"},
        {"train 1 pace=0\n", "t:1:14: pace is a number above 0 and at most 1000000, not 0"},
        {"step 1 pace=-3\n", "t:1:13: pace is a number above 0 and at most 1000000, not -3"},
        {"train 1 pace=0/0\n",
         "t:1:14: pace is a number above 0 and at most 1000000, not 0/0, which is nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        start(&f, TASK);
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].says);
        fake_finish(&f);
    }
    struct fake f;
    start(&f, TASK);
    /* Nothing has stalled before an epoch; what was noted stays when the share goes. */
    fake_prints(&f, "print stalled(val.loss, 1)\n", "0\n");
    fake_ok(&f, "train 1\nlet was = best(val.loss)\ndata moons 60\nexpect best(val.loss) == was\n");
    fake_finish(&f);
    /* --check trains nothing and knows no epoch. */
    fake_start_as(&f, "check");
    fake_ok(&f, TASK KEEP "expect best(val.loss) < 3\nprint stalled(val.y.loss, 3)\n");
    fake_finish(&f);
}

static void losses_of_outputs_add_up_on_either_share(void **state)
{
    (void)state;
    struct fake f;
    start(&f, "data random 40 shape=3 target=2 split=0.25\ninput 3 as x\ndense 4 tanh as h\n"
              "dense 1 on h as ya\ndense 1 on h as yb\noutput ya, yb\nloss mse on ya weight=0.25\n"
              "loss mae on yb weight=3\noptimizer adam lr=0.1\n");
    fake_ok(&f, "train 6\nexpect val.loss.data ~ 0.25 * val.ya.loss + 3 * val.yb.loss\n"
                "expect train.loss.data ~ 0.25 * train.ya.loss + 3 * train.yb.loss\n"
                "expect best(val.yb.loss) <= val.yb.loss\nundo\n");
    fake_ok(&f, "train 40 until stalled(val.yb.loss, 3) keep=best\n"
                "expect best(val.yb.loss) == val.yb.loss\n");
    /* Another output in its place is noted anew. */
    fake_ok(&f, "loss mse\noutput yb, ya\ntrain 1\nexpect best(val.yb.loss) == val.yb.loss\n");
    fake_finish(&f);
}

/* Weights that stay where they are have one accuracy, as the epoch runs and after it. */
static void train_tells_both_shares(void **state)
{
    (void)state;
    struct fake f;
    start(&f, "seed 3\n" DATA
              "input 2\ndense 4 tanh\ndense 1 sigmoid as y\noptimizer sgd lr=1e-30\ntrain 1\n");
    char text[200];
    snprintf(text, sizeof text, "\nvalidation: data %g, training %g; accuracy %g, training %g\n",
             fake_number(&f, "val.loss.data"), fake_number(&f, "train.loss.data"),
             fake_number(&f, "val.accuracy"), fake_number(&f, "train.accuracy"));
    fake_ok(&f, "train 1\n");
    check_has(f.out.text, text);
    assert_true(f.last.validates && f.last.judges);
    assert_true(f.last.validation == fake_number(&f, "val.loss.data"));
    assert_true(f.last.validation_accuracy == fake_number(&f, "val.accuracy"));
    fake_ok(&f, "train 1\n");
    assert_true(f.last.accuracy == fake_number(&f, "train.accuracy"));
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, TASK "train 2\n");
    check_has(f.out.text, "\"accuracy\": ");
    check_has(f.out.text, "\"validation\": {\"loss\": ");
    assert_null(strstr(f.out.text, "\"best\""));
    fake_ok(&f, KEEP);
    check_has(f.out.text, "\"best\": {\"quantity\": \"val.loss.data\", \"epoch\": ");
    fake_finish(&f);
    /* No classes, no accuracy; no share, nothing. */
    start(&f, "data sine 40 split=0.25\ninput 1\ndense 4 tanh\ndense 1\ntrain 1\n");
    check_has(f.out.text, "\nvalidation: data ");
    assert_null(strstr(f.out.text, "accuracy"));
    fake_ok(&f, "data moons 40\nmodel two\ninput 2\ndense 1 sigmoid\ntrain 1\n");
    assert_null(strstr(f.out.text, "validation"));
    assert_null(strstr(f.out.text, "accuracy"));
    assert_false(f.last.validates || f.last.judges);
    fake_finish(&f);
}

static void a_bare_accuracy_is_explained(void **state)
{
    (void)state;
    struct fake f;
    start(&f, TASK);
    fake_ok(&f, "print accuracy\n");
    check_has(f.err.text, "accuracy is of the validation share; train.accuracy is of the other\n");
    fake_ok(&f, "print accuracy\n");
    assert_null(strstr(f.err.text, "accuracy is of"));
    fake_ok(&f, "data moons 60\nprint 1 - accuracy\n");
    check_has(f.err.text, "accuracy is of the training data: there is no validation share\n");
    fake_ok(&f, "print train.accuracy\n");
    assert_null(strstr(f.err.text, "accuracy is of"));
    fake_finish(&f);
}

/* The clock of these tests runs only while the host waits, a thousandth of a second each time. */
static double seconds_of(struct fake *f, const char *text)
{
    const double began = f->now;
    fake_ok(f, text);
    return f->now - began;
}

static void a_pace_slows_training_for_the_eye(void **state)
{
    (void)state;
    struct fake f, plain;
    start(&f, TASK);
    start(&plain, TASK);
    /* Where nobody is it changes nothing. */
    assert_true(seconds_of(&f, "step 5 pace=0.001\ntrain 1 pace=0.001\n") == 0);
    f.host.watched = true;
    /* 10 steps need 9 pauses, and what ends waits no more. */
    const double steps = seconds_of(&f, "step 10 pace=100\n");
    assert_true(steps > 0.0895 && steps < 0.1);
    /* An epoch has three steps; the first is begun. */
    const double epochs = seconds_of(&f, "train 4 pace=40\n");
    assert_true(epochs > 0.08 && epochs < 0.1);
    /* Many steps a second are taken some at a time. */
    const double many = seconds_of(&f, "step 200 pace=2000\n");
    assert_true(many > 0.075 && many < 0.1);
    assert_true(seconds_of(&f, "step 30\n") == 0);
    fake_ok(&plain, "step 5\ntrain 1\nstep 10\ntrain 4\nstep 200\nstep 30\n");
    check_same(&f, &plain, "at a pace");
    fake_finish(&plain);
    fake_finish(&f);
}

static void run_keeps_a_pace_behind_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    start(&f, TASK);
    f.host.watched = f.host.person = true;
    fake_ok(&f, "run pace=20\n");
    assert_true(session_deadline(f.session) <= f.now);
    for (int i = 0; i < 10; i++)
        session_advance(f.session);
    assert_true(fake_number(&f, "step") == 1);
    assert_true(fabs(session_deadline(f.session) - (f.now + 0.05)) < 1e-9);
    f.now += 0.04;
    session_advance(f.session);
    assert_true(fake_number(&f, "step") == 1);
    f.now += 0.02;
    for (int i = 0; i < 10; i++)
        session_advance(f.session);
    assert_true(fake_number(&f, "step") == 2);
    /* Time that was lost is not made up for. */
    f.now += 60;
    for (int i = 0; i < 10; i++)
        session_advance(f.session);
    assert_true(fake_number(&f, "step") == 3);
    fake_ok(&f, "stop\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_is_that_of_all_epochs),
        cmocka_unit_test(nan_is_never_the_best),
        cmocka_unit_test(training_stops_and_puts_the_best_epoch_back),
        cmocka_unit_test(every_optimizer_and_end_is_put_back),
        cmocka_unit_test(each_model_keeps_its_own_best),
        cmocka_unit_test(the_start_counts_where_nothing_changed),
        cmocka_unit_test(undo_marks_and_clones_hold_it),
        cmocka_unit_test(a_record_leads_to_the_same),
        cmocka_unit_test(what_is_wrong_is_said_before_training),
        cmocka_unit_test(losses_of_outputs_add_up_on_either_share),
        cmocka_unit_test(train_tells_both_shares),
        cmocka_unit_test(a_bare_accuracy_is_explained),
        cmocka_unit_test(a_pace_slows_training_for_the_eye),
        cmocka_unit_test(run_keeps_a_pace_behind_the_prompt),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
