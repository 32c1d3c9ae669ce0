/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep does what its statements do when they are typed one after the other, to the bit; its
 * results are the figures of these runs; and what ends it early leaves what was done. */
#include "again.h"

#include "cmd/session/state.h"
#include "train/model.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NET                                                                                        \
    "data moons 60 split=0.2 batch=8\ninput 2 as x\ndense 5 tanh as h\ndense 1 sigmoid\n"          \
    "loss binary_crossentropy\noptimizer adam\n"

/* The field of a csv in the working folder: in which row, from 1, below which head. */
static void field_of(const char *name, size_t row, const char *head, char *to, size_t room)
{
    char *text = text_of(name), *line = text;
    size_t column = 0;
    bool found = false;
    for (char *at = line; !found && *at && *at != '\n'; column++) {
        const size_t n = strcspn(at, ",\n");
        found = n == strlen(head) && strncmp(at, head, n) == 0;
        at += n + (at[n] == ',');
        column -= found;
    }
    if (!found)
        fail_msg("%s has no column %s: %s", name, head, text);
    while (row-- && line)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    if (!line || !*line)
        fail_msg("%s has too few rows: %s", name, text);
    while (column--) {
        /* Of what is quoted only texts that hold commas matter here. */
        if (*line == '"')
            line = strchr(line + 1, '"') + 1;
        line += strcspn(line, ",\n") + 1;
    }
    const bool quoted = *line == '"';
    line += quoted;
    snprintf(to, room, "%.*s", (int)strcspn(line, quoted ? "\"" : ",\n"), line);
    free(text);
}

static double cell(const char *name, size_t row, const char *head)
{
    char text[300], *end;
    field_of(name, row, head, text, sizeof text);
    const double x = strtod(text, &end);
    if (end == text || *end)
        fail_msg("row %zu of %s has \"%s\" for %s", row, name, text, head);
    return x;
}

static size_t lines_of(const char *name)
{
    char *text = text_of(name);
    const size_t n = count_of(text, "\n");
    free(text);
    return n;
}

/* How a model was left: weights, optimizer, counters. Names differ. */
static uint64_t state_of(struct fake *f, const char *model)
{
    struct session *s = f->session;
    for (size_t i = 0; i < s->models; i++)
        if (strcmp(s->model[i]->name, model) == 0) {
            char *name = s->model[i]->name;
            s->model[i]->name = (char[]){"m"};
            const uint64_t hash = model_digest(s->model[i], 1);
            s->model[i]->name = name;
            return hash;
        }
    fail_msg("there is no model %s", model);
    return 0;
}

/* A sweep, and for each of its runs the statements that a person would type. */
static const struct by_hand {
    const char *before, *sweep;
    const char *typed[4];
    bool seeds;
} by_hand[] = {
    {"",
     "sweep h.kernel = l2(?) over 0 1e-2 { train 3; measure m = norm(h.kernel) }\n",
     {"set h.kernel = l2(0); train 3", "set h.kernel = l2(1e-2); train 3"},
     false},
    {"train 2\n",
     "sweep h.activity = ? over none l1(1e-2)+l2(1e-3) { step 7; measure m = "
     "norm(h.kernel) }\n",
     {"set h.activity = none; step 7", "set h.activity = l1(1e-2)+l2(1e-3); step 7"},
     false},
    {"let k = 1\n",
     "sweep k = 2*? over 1 2 { set h.bias = l1(k*1e-2); train 2; measure m = k }\n",
     {"let k = 2; set h.bias = l1(k*1e-2); train 2", "let k = 4; set h.bias = l1(k*1e-2); train 2"},
     false},
    {"",
     "sweep data.batch = ? over 4 16 { train 1; measure m = data.batch }\n",
     {"batch 4; train 1", "batch 16; train 1"},
     false},
    {"",
     "sweep h.trainable = ? over no yes { train 2; measure m = norm(h.kernel) }\n",
     {"set h.trainable = no; train 2", "set h.trainable = yes; train 2"},
     false},
    {"",
     "sweep h.kernel = l2(?) over 0 1e-2 { repeat 2 { train 1 }\n  sweep optimizer.lr = ? over "
     "1e-3 1e-2 { train 1; measure m = norm(h.kernel) } }\n",
     {"set h.kernel = l2(0); train 2; set optimizer.lr = 1e-3; train 1",
      "set h.kernel = l2(0); train 2; set optimizer.lr = 1e-2; train 1",
      "set h.kernel = l2(1e-2); train 2; set optimizer.lr = 1e-3; train 1",
      "set h.kernel = l2(1e-2); train 2; set optimizer.lr = 1e-2; train 1"},
     false},
    {"",
     "sweep h.kernel = l2(?) over 0 1e-2 seeds=2 keep=all { train 2; measure m = "
     "norm(h.kernel) }\n",
     {"seed 1; set h.kernel = l2(0); train 2", "seed 2; set h.kernel = l2(0); train 2",
      "seed 1; set h.kernel = l2(1e-2); train 2", "seed 2; set h.kernel = l2(1e-2); train 2"},
     true},
    {"emulate keras-2.2\nset h.activity = l1(1e-2)\n",
     "sweep h.kernel = l2(?) over 0 1e-2 { train 2; measure m = norm(h.kernel) }\n",
     {"set h.kernel = l2(0); train 2", "set h.kernel = l2(1e-2); train 2"},
     false},
    {"watch norm(h.kernel) every 3\n",
     "sweep h.kernel = l2(?) over 0 1e-2 { dense 3 as more; dense 1 sigmoid; train 2; measure m = "
     "norm(h.kernel) }\n",
     {"set h.kernel = l2(0); dense 3 as more; dense 1 sigmoid; train 2",
      "set h.kernel = l2(1e-2); dense 3 as more; dense 1 sigmoid; train 2"},
     false},
};

static void check_run(const struct by_hand *b, struct fake *f, size_t run)
{
    static const char *const figures[] = {"train.loss.data",
                                          "train.loss.penalty",
                                          "train.accuracy",
                                          "val.loss.data",
                                          "val.accuracy",
                                          "step",
                                          "epoch"};
    static const char *const heads[] = {"train.loss.data", "train.loss.penalty", "train.accuracy",
                                        "val.loss.data",   "val.accuracy",       "steps",
                                        "epochs"};
    struct fake hand;
    struct str text = {0};
    char model[20];
    fake_start(&hand);
    fake_ok(&hand, NET);
    fake_ok(&hand, b->before);
    str_addf(&text, "clone c\n%s\n", b->typed[run]);
    fake_ok(&hand, text.text);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        const double typed = fake_number(&hand, figures[i]);
        const double swept = cell("s.csv", run + 1, heads[i]);
        if (typed != swept)
            fail_msg("%s%s, run %zu: %s is %.17g, and %.17g by hand", b->before, b->sweep, run + 1,
                     figures[i], swept, typed);
    }
    snprintf(model, sizeof model, "main_%zu", run + 1);
    if (state_of(f, model) != state_of(&hand, "c"))
        fail_msg("%s%s: model %zu is another", b->before, b->sweep, run + 1);
    str_finish(&text);
    fake_finish(&hand);
}

static void runs_are_their_statements_typed_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        const struct by_hand *b = &by_hand[i];
        struct fake f;
        fake_start(&f);
        fake_ok(&f, NET);
        fake_ok(&f, b->before);
        const uint64_t before = state_of(&f, "main");
        const size_t models = f.session->models;
        fake_ok(&f, b->sweep);
        fake_ok(&f, "save results \"s.csv\"\n");
        assert_true(state_of(&f, "main") == before);
        assert_string_equal(f.session->model[f.session->current]->name, "main");
        assert_int_equal(f.session->seed, 1);
        size_t runs = 0;
        while (runs < 4 && b->typed[runs])
            check_run(b, &f, runs++);
        assert_int_equal(lines_of("s.csv"), runs + 1);
        assert_int_equal(f.session->models, models + runs);
        fake_finish(&f);
    }
}

/* Mean and deviation of a sample, worked by the formula from figures of sessions of their own. */
static void results_have_mean_and_deviation(void **state)
{
    (void)state;
    double x[3], mean = 0, squares = 0;
    char text[200];
    struct fake f;
    for (int i = 0; i < 3; i++) {
        struct fake one;
        fake_start(&one);
        snprintf(text, sizeof text, "seed 5\n" NET "seed %d\nstep 1\n", 5 + i);
        fake_ok(&one, text);
        x[i] = fake_number(&one, "sum(h.kernel^2)");
        mean += x[i] / 3;
        fake_finish(&one);
    }
    for (int i = 0; i < 3; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    const double deviation = sqrt(squares / 2);
    fake_start(&f);
    fake_ok(&f, "seed 5\n" NET "sweep h.bias = l1(?) over 0 seeds=3 { step 1; measure size = "
                "sum(h.kernel^2) }\n");
    f.host.json = true;
    fake_ok(&f, "results size\n");
    f.host.json = false;
    const char *at = strstr(f.out.text, "\"size\": ");
    assert_non_null(at);
    check_near(strtod(at + 8, NULL), mean, 1e-12);
    at = strstr(f.out.text, "\"size.std\": ");
    assert_non_null(at);
    check_near(strtod(at + 12, NULL), deviation, 1e-12);
    check_has(f.out.text, "\"n\": 3");
    fake_ok(&f, "results size\n");
    snprintf(text, sizeof text, "%.4g ± %.2g\n", mean, deviation);
    check_has(f.out.text, text);
    check_has(f.out.text, "sweep h.bias = l1(?); mean ± standard deviation of n runs\n");
    fake_finish(&f);
}

/* Figures that are known beforehand, and models that were measured by themselves. */
static void results_of_worked_numbers(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 1\ndense 1 as h\nlet k = 0\n");
    fake_ok(&f, "sweep k = ? over 3 10 { measure twice = 2*k; measure k2 = k^2 }\n");
    fake_prints(&f, "results\n",
                "sweep k = ?\n"
                "model    k  twice   k2\n"
                "main_1   3      6    9\n"
                "main_2  10     20  100\n");
    fake_prints(&f, "results k2\n",
                "sweep k = ?\n"
                "model    k   k2\n"
                "main_1   3    9\n"
                "main_2  10  100\n");
    fake_prints(&f, "measure own = 4\nresults\n",
                "sweep k = ?\n"
                "model    k  twice   k2  own\n"
                "main     -      -    -    4\n"
                "main_1   3      6    9    -\n"
                "main_2  10     20  100    -\n");
    fake_prints(&f, "measure own = 5\nmeasure other = 1/3\nresults own other\n",
                "sweep k = ?\n"
                "model    k  own     other\n"
                "main     -    5  0.333333\n"
                "main_1   3    -         -\n"
                "main_2  10    -         -\n");
    fake_says(&f, "results onw\n", OUTCOME_ERROR,
              "t:1:9: results has no figure \"onw\"; did you mean own?");
    fake_finish(&f);
}

static size_t models_after(const char *sweep)
{
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "clone main_2\nmodel main\n");
    fake_ok(&f, sweep);
    const size_t n = f.session->models - 2;
    for (size_t i = 2; i < f.session->models; i++)
        assert_true(strcmp(f.session->model[i]->name, "main_2") != 0);
    fake_finish(&f);
    return n;
}

/* 13 * 5 is one more than 64. */
static void models_stay_as_keep_says(void **state)
{
    (void)state;
    assert_int_equal(models_after("sweep h.bias = l1(?) over 0 1 2 { step 1 }\n"), 3);
    assert_int_equal(models_after("sweep h.bias = l1(?) over 0 1 seeds=2 { step 1 }\n"), 2);
    assert_int_equal(models_after("sweep h.bias = l1(?) over 0 1 seeds=2 keep=all { step 1 }\n"),
                     4);
    assert_int_equal(models_after("sweep h.bias = l1(?) over 0 1 keep=none { step 1 }\n"), 0);
#define THIRTEEN "sweep h.bias = l1(?) over 0 1 2 3 4 5 6 7 8 9 10 11 12 seeds="
    assert_int_equal(models_after(THIRTEEN "4 { step 1 }\n"), 13);
    assert_int_equal(models_after(THIRTEEN "5 { step 1 }\n"), 0);
    assert_int_equal(models_after(THIRTEEN "5 keep=first { step 1 }\n"), 13);
    assert_int_equal(models_after(THIRTEEN "5 keep=all { step 1 }\n"), 65);
}

#define CHANGES                                                                                    \
    "{ let v = v+1; let fresh = 3; batch 5; define penalty own(x) = sum(x^4); set h.bias = "       \
    "own(1); "                                                                                     \
    "clone more; train 1; model by; train 2; measure other = norm(h.kernel); emulate "             \
    "keras-2.2; seed 9; train 1; measure value = v; measure size = data.batch }\n"

/* What a run changes beside its model is as before for the next one, and afterwards. */
static void runs_do_not_see_each_other(void **state)
{
    (void)state;
    static const char *const heads[] = {"train.loss.data", "val.loss.data", "steps", "other",
                                        "value",           "size",          "seed"};
    struct fake all, one;
    fake_start(&all);
    fake_start(&one);
    fake_ok(&all, NET "let v = 1\nclone by\nmodel main\n");
    fake_ok(&one, NET "let v = 1\nclone by\nmodel main\n");
    const uint64_t before = session_digest(all.session), by = state_of(&all, "by");
    fake_ok(&all, "sweep h.kernel = l2(?) over 0 1e-2 1 keep=none " CHANGES);
    fake_ok(&one, "sweep h.kernel = l2(?) over 1 keep=none " CHANGES);
    fake_ok(&all, "save results \"all.csv\"\n");
    fake_ok(&one, "save results \"one.csv\"\n");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        check_near(cell("all.csv", 3, heads[i]), cell("one.csv", 1, heads[i]), 0);
    check_near(cell("all.csv", 3, "value"), 2, 0);
    check_near(cell("all.csv", 3, "size"), 5, 0);
    check_near(fake_number(&all, "v"), 1, 0);
    check_near(fake_number(&all, "data.batch"), 8, 0);
    assert_int_equal(all.session->seed, 1);
    assert_int_equal(all.session->models, 2);
    assert_int_equal(all.session->variables, 1);
    assert_int_equal(all.session->definitions, 0);
    assert_true(state_of(&all, "by") == by);
    fake_prints(&all, "emulate\n", "emulate none\n");
    fake_ok(&all, "undo\n");
    assert_true(session_digest(all.session) == before);
    fake_finish(&all);
    fake_finish(&one);
}

/* What runs print comes in their order below a line for each; a notice comes once. */
static void what_runs_print_is_shown_in_order(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 40\ninput 2\ndense 3 as h\ndense 1 sigmoid\n");
    fake_prints(&f, "sweep h.kernel = l2(?) over 0 0.5 seeds=2 { print step; pause; say \"x\" }\n",
                "main_1: h.kernel = 0, seed 1\n0\nx\nmain_1: h.kernel = 0, seed 2\n0\nx\n"
                "main_2: h.kernel = 0.5, seed 1\n0\nx\nmain_2: h.kernel = 0.5, seed 2\n0\nx\n"
                "sweep: 4 runs; their models stay, and results shows what they came to\n");
    assert_string_equal(f.asked, "");
    fake_ok(&f, "sweep h.kernel = l2(?) over 0 0.5 { train 1 }\n");
    assert_int_equal(count_of(f.err.text, "optimizer adam (chosen: none was given)"), 1);
    assert_int_equal(f.last.runs, 2);
    assert_int_equal(f.last.runs_done, 2);
    assert_int_equal(f.last.runs_going, 0);
    fake_prints(&f, "sweep h.kernel = l2(?) over 0 { print step }\n",
                "main_5: h.kernel = 0\n0\n"
                "sweep: 1 run; its model stays, and results shows what it came to\n");
    fake_finish(&f);
}

/* A run that fails has a row that says why; the others go on. */
static void a_run_that_fails_is_a_row(void **state)
{
    (void)state;
    struct fake f;
    char error[200];
    fake_start(&f);
    fake_ok(&f, NET);
    const uint64_t before = session_digest(f.session);
    fake_ok(&f, "let k = 0\nsweep k = ? over 1 2 3 { train 1; expect k != 2; measure m = k }\n");
    check_has(f.out.text, "sweep: 3 runs, 1 failed;");
    assert_int_equal(f.session->models, 3);
    fake_ok(&f, "results m\n");
    check_has(f.out.text, "main_2  2  -  failed: expected k != 2, but 2 != 2 is not so\n");
    fake_ok(&f, "save results \"s.csv\"\n");
    field_of("s.csv", 2, "status", error, sizeof error);
    assert_string_equal(error, "failed");
    field_of("s.csv", 2, "error", error, sizeof error);
    assert_string_equal(error, "expected k != 2, but 2 != 2 is not so");
    field_of("s.csv", 2, "train.loss.data", error, sizeof error);
    assert_string_equal(error, "");
    check_near(cell("s.csv", 3, "m"), 3, 0);
    fake_ok(&f, "save session \"s.nnr\"\n");
    check_replays(&f, "s.nnr");
    fake_ok(&f, "undo\nundo\n");
    assert_true(session_digest(f.session) == before);
    /* All of them: the error is that of the first, and nothing has changed. */
    assert_int_equal(fake_run(&f, "sweep h.kernel = l2(?) over 1 2 { train 1; expect loss < 0 }\n"),
                     OUTCOME_EXPECT);
    check_has(f.err.text, "t:1:51: expected loss < 0, but ");
    assert_true(session_digest(f.session) == before);
    /* What fails by what the first value is says so in its row, too. */
    fake_ok(&f, "let k = 0\nsweep k = ? over 2 3 { expect k != 2; train 1 }\nundo\nundo\n");
    /* A step that is not finite. */
    fake_ok(&f, "optimizer sgd\nsweep optimizer.lr = ? over 1e-3 1e6 { set h.kernel = l2(1); "
                "step 60 }\n");
    check_has(f.out.text, "1 failed");
    fake_finish(&f);
}

#define NESTED                                                                                     \
    "sweep h.kernel = l2(?) over 0 1 { source \"body.nnr\"; sweep h.bias = l1(?) over 0 1 { step " \
    "1 } }\n"

/* Sessions with sweeps in them are replayed and taken back. */
static const char *const told[] = {
    "sweep h.kernel = l2(?) over 0 1e-2 { train 1; measure m = norm(h.kernel) }\n",
    "sweep h.kernel = l2(?) over 0 1e-2 seeds=3 keep=all { train 1 }\n",
    "sweep h.kernel = l2(?) over 0 1e-2 seeds=3 keep=none { train 1 }\nmeasure own = 3\n",
    "let k = 1\nfor v in 1 2 { sweep k = v+? over 1 2 keep=none { measure m = k } }\n",
    "repeat 2 { sweep h.kernel = l2(?) over 0 1 { step 1 } }\ntrain 1 on all\n",
    "source \"part.nnr\"\n",
    "mark a\nsweep h.kernel = l2(?) over 0 1 { step 1 }\ngoto a\n",
    NESTED "model main_2\nset h.kernel = none\nmeasure m = step\n",
    "sweep h.kernel = l2(?) over 0 1 log=\"l.csv\" { step 1 }\n",
    "sweep h.kernel = l2(?) over 0 1 first=1 { step 1 }\n",
    "model fresh\ninput 2\ndense 1 sigmoid\nmeasure m = 1\nundo\nmeasure m = 2\n",
    "watch norm(h.kernel) every 2\nsweep h.kernel = l2(?) over 0 1 { train 1 }\n",
};

static void sweeps_are_replayed_and_taken_back(void **state)
{
    (void)state;
    folder_text("part.nnr", "sweep h.kernel = l2(?) over 0 1 { step 1 }\nstep 1\n");
    folder_text("body.nnr", "set h.activity = l1(1e-2)\nstep 2\n");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, NET "record \"r.nnr\"\n");
        const uint64_t before = session_digest(f.session);
        fake_ok(&f, told[i]);
        fake_ok(&f, "record none\nsave session \"s.nnr\"\n");
        check_replays(&f, "s.nnr");
        check_replays(&f, "r.nnr");
        const bool marks = strstr(told[i], "mark") || strstr(told[i], "watch");
        while (session_digest(f.session) != before && fake_run(&f, "undo\n") == OUTCOME_OK)
            ;
        if (!marks && session_digest(f.session) != before)
            fail_msg("not as before: %s", told[i]);
        fake_finish(&f);
    }
}

/* Stopped at any tick, the runs that are done stay, and a record leads to the same. */
static void a_sweep_that_is_stopped_keeps_what_was_done(void **state)
{
    (void)state;
    static const char *const sweeps[] = {
        "sweep h.kernel = l2(?) over 0 1e-2 1 seeds=2 { train 2; measure m = norm(h.kernel) }\n",
        "for v in 1 2 { sweep h.kernel = l2(?*v) over 0 1e-2 { repeat 2 { train 1 } } }\n",
    };
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++)
        for (long at = 1;; at += 2) {
            struct fake f;
            fake_start(&f);
            fake_ok(&f, NET);
            const uint64_t before = session_digest(f.session);
            f.stop_at = at;
            f.pace = 0.02;
            const enum outcome how = fake_run(&f, sweeps[i]);
            const bool stopped = f.ticks >= at;
            f.stop_at = 0;
            const bool kept = f.session->results && stopped && i == 0;
            if (kept && count_of(f.err.text, " of 6 runs are done: results shows") != 1)
                fail_msg("tick %ld: %s", at, f.err.text);
            if (how != (stopped ? OUTCOME_STOPPED : OUTCOME_OK))
                fail_msg("tick %ld: outcome %d: %s", at, (int)how, f.err.text);
            fake_ok(&f, "save session \"s.nnr\"\n");
            check_replays(&f, "s.nnr");
            while (session_digest(f.session) != before && fake_run(&f, "undo\n") == OUTCOME_OK)
                ;
            assert_true(session_digest(f.session) == before);
            fake_finish(&f);
            if (!stopped)
                break;
        }
}

/* A sweep of which nothing came leaves no trace in the epoch that runs, with what is gathered of
 * it. */
static void a_sweep_without_a_run_is_nothing(void **state)
{
    (void)state;
    static const char *const sweeps[] = {
        "sweep h.kernel = ? over none l2(1) { repeat 2 { train 1 }; let k = loss; expect k < 0 }\n",
        "sweep h.kernel = l2(?) over 0 1 { trian 1 }\n",
        "for v in 1 { sweep h.activity = l1(?) over 0 1 { step 1; clone c; expect loss < 0 } }\n",
    };
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
        struct fake f, plain;
        fake_start(&f);
        fake_start(&plain);
        fake_ok(&f, NET "set h.activity = l1(1e-2)\nlet v = 1\ntrain 1\nstep 3\n");
        fake_ok(&plain, NET "set h.activity = l1(1e-2)\nlet v = 1\ntrain 1\nstep 3\n");
        assert_true(fake_run(&f, sweeps[i]) != OUTCOME_OK);
        fake_ok(&f, "train 2\n");
        fake_ok(&plain, "train 2\n");
        check_same(&f, &plain, sweeps[i]);
        fake_finish(&f);
        fake_finish(&plain);
    }
}

#define LOGGED "sweep h.kernel = l2(?) over 0 1e-2 1 seeds=2 log=\"l.csv\" resume=\"l.csv\" "
#define BODY "{ train 1; measure m = norm(h.kernel) }\n"

/* Rows of a file that broke off are taken, and only the others are done. */
static void a_log_is_gone_on_with(void **state)
{
    (void)state;
    struct fake f;
    remove("l.csv");
    fake_start(&f);
    fake_ok(&f, NET);
    fake_ok(&f, LOGGED BODY);
    check_has(f.err.text, "there is no \"l.csv\" yet: all 6 runs are to do\n");
    assert_int_equal(f.session->models, 1);
    assert_int_equal(count_of(f.out.text, "train main_"), 6);
    fake_ok(&f, "save results \"all.csv\"\n");
    char *whole = text_of("l.csv"), *saved = text_of("all.csv");
    assert_string_equal(whole, saved);
    fake_finish(&f);
    /* Cut anywhere behind its head. */
    const size_t size = strlen(whole), head = strcspn(whole, "\n") + 1;
    for (size_t n = head; n <= size; n += 37) {
        size_t rows = 0;
        for (size_t i = head; i < n; i++)
            rows += whole[i] == '\n';
        folder_write("l.csv", whole, n);
        fake_start(&f);
        fake_ok(&f, NET);
        fake_ok(&f, LOGGED BODY);
        assert_int_equal(count_of(f.out.text, "train main_"), 6 - rows);
        fake_ok(&f, "save results \"again.csv\"\n");
        char *log = text_of("l.csv"), *again = text_of("again.csv");
        assert_string_equal(log, whole);
        assert_string_equal(again, whole);
        free(log);
        free(again);
        fake_finish(&f);
    }
    free(whole);
    free(saved);
}

/* More values and more seeds go on from the rows that there are. */
static void a_file_serves_a_larger_sweep(void **state)
{
    (void)state;
    struct fake f;
    remove("l.csv");
    fake_start(&f);
    fake_ok(&f,
            NET "sweep h.kernel = l2(?) over 0 1e-2 " BODY "save results \"small.csv\"\nundo\n");
    fake_ok(&f, "sweep h.kernel = l2(?) over 1 1e-2 0 seeds=2 resume=\"small.csv\" " BODY);
    assert_int_equal(count_of(f.out.text, "train main_"), 4);
    fake_ok(&f, "save results \"large.csv\"\nundo\n");
    fake_ok(&f, "sweep h.kernel = l2(?) over 1 1e-2 0 seeds=2 keep=none " BODY
                "save results \"anew.csv\"\n");
    char *large = text_of("large.csv"), *anew = text_of("anew.csv");
    assert_string_equal(large, anew);
    free(large);
    free(anew);
    fake_finish(&f);
}

static void files_of_something_else_are_refused(void **state)
{
    (void)state;
#define OTHER                                                                                      \
    "the rows in \"l.csv\" are of another sweep; model, data, variables, seed, target and "        \
    "{ } must be the same; without resume= the sweep begins anew"
    static const char *const others[] = {
        NET "set h.bias = l1(1)\n" LOGGED BODY,
        "seed 2\n" NET LOGGED BODY,
        NET "let k = 1\n" LOGGED BODY,
        NET "step 1\nsweep h.kernel = l2(?) over 0 1e-2 log=\"l.csv\" resume=\"l.csv\" " BODY,
        NET "sweep h.kernel = l2(2*?) over 0 1e-2 resume=\"l.csv\" " BODY,
        NET LOGGED "{ train 2; measure m = norm(h.kernel) }\n",
        NET "data moons 80 split=0.2 batch=8\n" LOGGED BODY,
        NET "emulate keras-2.2\n" LOGGED BODY,
    };
    struct fake f;
    remove("l.csv");
    fake_start(&f);
    fake_ok(&f, NET LOGGED BODY);
    fake_finish(&f);
    char *whole = text_of("l.csv");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fake_start(&f);
        if (fake_run(&f, others[i]) != OUTCOME_ERROR || !strstr(f.err.text, OTHER))
            fail_msg("%s: %s", others[i], f.err.text);
        char *still = text_of("l.csv");
        assert_string_equal(still, whole);
        free(still);
        fake_finish(&f);
    }
    char *row = strchr(whole, '\n') + 1;
    row[0] = '9';
    folder_text("l.csv", whole);
    fake_start(&f);
    assert_int_equal(fake_run(&f, NET LOGGED BODY), OUTCOME_ERROR);
    check_has(f.err.text, "the rows in \"l.csv\" are of version 9");
    folder_text("l.csv", "series,x,y\n");
    assert_int_equal(fake_run(&f, LOGGED BODY), OUTCOME_ERROR);
    check_has(f.err.text, "\"l.csv\" holds no results of a sweep");
    fake_finish(&f);
    free(whole);
}

/* A disk that is full: what fits stays whole, and so do the runs that were done. */
static void a_full_disk_ends_a_log_with_a_row(void **state)
{
    (void)state;
    struct fake f;
    struct rlimit before;
    remove("l.csv");
    signal(SIGXFSZ, SIG_IGN);
    fake_start(&f);
    fake_ok(&f, NET);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){700, before.rlim_max}), 0);
    const enum outcome how = fake_run(&f, "sweep h.kernel = l2(?) over 0 1e-2 1 2 3 4 5 "
                                          "log=\"l.csv\" " BODY);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(how, OUTCOME_ERROR);
    check_has(f.err.text, "t:1:50: \"l.csv\" cannot be written: File too large");
    char *text = text_of("l.csv");
    const size_t rows = count_of(text, "\n") - 1;
    assert_true(rows > 0 && rows < 7 && text[strlen(text) - 1] == '\n');
    free(text);
    assert_int_equal(f.session->models, 1 + rows);
    fake_ok(&f, "save results \"s.csv\"\n");
    assert_int_equal(lines_of("s.csv"), rows + 1);
    fake_ok(&f, "save session \"s.nnr\"\n");
    check_replays(&f, "s.nnr");
    fake_finish(&f);
}

/* Each number of the csv reads back to the double that the json has. */
static void the_files_hold_every_figure_exactly(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "sweep h.kernel = ? over none l2(1e-2)+l1(0.5) { train 2; measure third = "
                    "norm(h.kernel)/3; measure huge = 1e300; measure none_left = 0/0 }\n"
                    "save results \"s.csv\"\nsave results \"s.json\"\n");
    check_near(cell("s.csv", 1, "huge"), 1e300, 0);
    char text[100];
    field_of("s.csv", 2, "none_left", text, sizeof text);
    assert_string_equal(text, "nan");
    field_of("s.csv", 2, "h.kernel", text, sizeof text);
    assert_string_equal(text, "l2(1e-2) + l1(0.5)");
    field_of("s.csv", 2, "sweep", text, sizeof text);
    assert_string_equal(text, "h.kernel = ?");
    fake_ok(&f, "model main_2\n");
    assert_true(fake_number(&f, "norm(h.kernel)/3") == cell("s.csv", 2, "third"));
    assert_true(fake_number(&f, "val.loss.data") == cell("s.csv", 2, "val.loss.data"));
    char *json = text_of("s.json"), *at = strstr(json, "main_2");
    assert_non_null(at);
    at = strstr(at, "\"third\": ");
    assert_non_null(at);
    assert_true(strtod(at + 9, NULL) == cell("s.csv", 2, "third"));
    free(json);
    fake_says(&f, "save results \"s.txt\"\n", OUTCOME_ERROR,
              "t:1:14: the ending of \"s.txt\" does not say what to write; end the name in .csv or "
              ".json");
    fake_finish(&f);
}

/* Told before any run: nothing was printed, and the session is as before. */
static const struct wrong {
    const char *text, *says;
} wrong[] = {
    {"sweep h.kernel = l2(?) over { train 1 }",
     "t:1:24: nothing stands behind \"over\"; \"over\" is a word of the language: a value follows "
     "it"},
    {"sweep h.kernel = l2(?) { train 1 }",
     "t:1:1: sweep needs \"over\"; write sweep TARGET = VALUE [key=...] over VALUE ... { ... }"},
    {"sweep h.kernel = l2(1) over 1 { train 1 }",
     "t:1:18: there is no ? where the values could stand; write ? in place of what changes: l2(?), "
     "or ? alone"},
    {"sweep h.kernel = l2(?) over 1 ? { train 1 }",
     "t:1:31: ? is what the values take the place of, and no value; write sweep h.kernel = l2(?) "
     "over 0 1e-3 { train 5 }"},
    {"sweep h.kernel = l2(?) over 1 { set h.bias = l2(?) }",
     "t:1:49: no value stands for this ?; ? is the value of a sweep: sweep a.b = l1(?) over 0 1 { "
     "... }"},
    {"sweep h.units = ? over 4 8 { train 1 }",
     "t:1:7: h.units cannot change later: the layer and what stands behind it were made with it; "
     "make another "
     "layer, or another model"},
    {"sweep h.kernel = l2(?) over 1 -1 { train 1 }", "t:1:31: a strength is 0 or more"},
    {"sweep h.kernel = l2(?) over 1 2 seeds=0 { train 1 }",
     "t:1:39: seeds is a whole number from 1 to 100000, not 0"},
    {"sweep h.kernel = l2(?) over 1 2 seeds=1.5 { train 1 }",
     "t:1:39: seeds is a whole number from 1 to 100000, not 1.5"},
    {"sweep h.kernel = l2(?) over 1 2 seeds=99999 { train 1 }",
     "t:1:1: these are 199998 runs, and a sweep has at most 100000; sweep over fewer values, or in "
     "several sweeps"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; measure x = h.kernel }",
     "t:1:56: this is a tensor of 2x5, and a single number is needed; use mean(...), sum(...) or "
     "another reduction"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; measure loss = 1 }",
     "t:1:52: loss is a word of the language; choose another, loss_1"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; measure epochs = 1 }",
     "t:1:52: results has a column epochs already; choose another name, epochs_1"},
    {"sweep k = ? over 1 2 { measure k = 1 }",
     "t:1:32: results has a column k already; choose another name, k_1"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; trian 1 }",
     "t:1:44: no verb or layer \"trian\"; did you mean train?"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; repeat 2 { mark a } }",
     "t:1:55: mark reaches beyond one run: it cannot stand in a sweep's { }; write it before or "
     "after the sweep; models of the runs stay, and results has their figures"},
    {"sweep h.kernel = l2(?) over 1 2 { train 1; source \"marks.nnr\" }",
     "./marks.nnr:1:1: mark reaches beyond one run: it cannot stand in a sweep's { }; write it "
     "before or after the sweep; models of the runs stay, and results has their figures"},
    {"sweep h.kernel = l2(?) over 1 { repeat 2 { sweep h.bias = l2(?) over 1 { train 1 } } }",
     "t:1:44: a sweep in a sweep is the last statement of its { }; it cannot stand in a loop or a "
     "file there"},
    {"sweep h.kernel = l2(?) over 1 2 { sweep h.bias = l2(?) over 1 { train 1 }; train 1 }",
     "t:1:76: nothing stands behind a sweep in a sweep; what each run does stands in the inner { "
     "}"},
    {"sweep h.kernel = l2(?) over 1 2 { sweep h.kernel = l2(?) over 1 { train 1 } }",
     "t:1:41: h.kernel is swept already; one of the two would count; name another target"},
    {"sweep h.kernel = l2(?) over 1 2 { sweep h.bias = l2(?) over 1 keep=none { train 1 } }",
     "t:1:63: keep= is for all runs together; write it at the outer sweep"},
    {"sweep h.kernel = l2(?) over 1 2 seeds=2 { sweep h.bias = l2(?) over 1 seeds=2 { train 1 } }",
     "t:1:71: seeds= stands at both sweeps; one of them says how often each pair of values is "
     "run"},
    {"sweep h.kernel = l2(?) over 1 2 keep=some { train 1 }",
     "t:1:38: no way to keep models \"some\"; it is one of: all first none"},
    {"sweep h.kernel = l2(?) over 1 2 log=\"x.txt\" { train 1 }",
     "t:1:37: a log is a table of rows, and \"x.txt\" does not end in .csv; end the name in .csv; "
     "save results writes .json as well"},
    {"sweep h.kernel = l2(?) over 1 2 log=\"none/x.csv\" { train 1 }",
     "t:1:37: \"none/x.csv\" cannot be written: No such file or directory; make its folder first"},
    {"sweep h.kernel = l2(?) over 1 2 resume=\"no.csv\" keep=all { train 1 }",
     "t:1:49: the rows that resume= takes have no models to keep; leave keep= or resume= out"},
    {"sweep h.kernel = l2(?) over 1 2 seed=3 { train 1 }",
     "t:1:33: sweep has no key \"seed\"; did you mean seeds?"},
    {"sweep h = ? over 1 2 { train 1 }",
     "t:1:7: the name h is given already, at t:3; choose another, h_1"},
    {"sweep k = ? over 1/0 { train 1 }", "t:1:18: this value is no finite number"},
    {"sweep optimizer.lrr = ? over 1 { train 1 }",
     "t:1:7: optimizer has no setting \"lrr\"; did you mean optimizer.lr?"},
    {"sweep h.kernel = ? over l2(1) l3(2) { train 1 }",
     "t:1:31: no penalty \"l3\"; did you mean l1?"},
    {"results", "t:1:1: there are no results yet; sweep h.kernel = l2(?) over 0 1e-3 { train 5 } "
                "makes some; measure NAME = EXPRESSION notes one"},
    {"save results \"x.csv\"", "t:1:1: there are no results yet; sweep h.kernel = l2(?) over 0 "
                               "1e-3 { train 5 } makes some"},
    {"measure h.x = 1", "t:1:9: measure notes a figure under a name of its own; write measure "
                        "active = fraction(h.output > 0.1)"},
    {"measure x = h.kernel", "t:1:13: this is a tensor of 2x5, and a single number is needed; use "
                             "mean(...), sum(...) or another reduction"},
};

static void what_is_wrong_is_told_before_any_run(void **state)
{
    (void)state;
    struct fake f;
    folder_text("marks.nnr", "mark a\n");
    fake_start(&f);
    fake_ok(&f, NET);
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fake_says(&f, wrong[i].text, OUTCOME_ERROR, wrong[i].says);
        assert_string_equal(f.out.text, "");
        if (session_digest(f.session) != before)
            fail_msg("%s changed the session", wrong[i].text);
    }
    fake_ok(&f, "train 1\n");
    fake_says(&f, "sweep h.kernel = l2(?) over 1 2 seeds=2 { train 1 }\n", OUTCOME_ERROR,
              "t:1:33: main was trained before, and seeds= draws its weights anew; sweep a model "
              "that is as it was made, or leave seeds= out");
    fake_finish(&f);
}

/* What follows a sweep may name its models and what it measured. */
static void check_knows_what_a_sweep_makes(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "check");
    fake_ok(&f, NET "sweep h.kernel = l2(?) over 0 1 2 { dense 3 as more; dense 1 sigmoid; train "
                    "9999; measure m = mean(more.output); expect loss < 0 }\nresults m\nmodel "
                    "main_3\nprint norm(more.kernel)\ncompare main_1 main_2\n");
    assert_string_equal(f.out.text, "");
    assert_int_equal(
        fake_run(&f, "model main\nsweep h.bias = l1(?) over 0 1 { trian 1; train x }\n"),
        OUTCOME_ERROR);
    assert_int_equal(count_of(f.err.text, "trian 1; train x"), 2);
    fake_finish(&f);
}

/* What a name stands for only after training may be used in the { } without being right before. */
static void figures_that_training_makes_are_no_error_before(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "sweep h.kernel = l2(?) over 0 1e-2 { train 1; let k = 0.9 - "
                    "fraction(h.output > 2); set h.bias = l1(k); train 1; measure m = k }\n"
                    "save results \"s.csv\"\n");
    check_near(cell("s.csv", 1, "m"), 0.9, 0);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_their_statements_typed_by_hand),
        cmocka_unit_test(results_have_mean_and_deviation),
        cmocka_unit_test(results_of_worked_numbers),
        cmocka_unit_test(models_stay_as_keep_says),
        cmocka_unit_test(runs_do_not_see_each_other),
        cmocka_unit_test(what_runs_print_is_shown_in_order),
        cmocka_unit_test(a_run_that_fails_is_a_row),
        cmocka_unit_test(sweeps_are_replayed_and_taken_back),
        cmocka_unit_test(a_sweep_that_is_stopped_keeps_what_was_done),
        cmocka_unit_test(a_sweep_without_a_run_is_nothing),
        cmocka_unit_test(a_log_is_gone_on_with),
        cmocka_unit_test(a_file_serves_a_larger_sweep),
        cmocka_unit_test(files_of_something_else_are_refused),
        cmocka_unit_test(a_full_disk_ends_a_log_with_a_row),
        cmocka_unit_test(the_files_hold_every_figure_exactly),
        cmocka_unit_test(what_is_wrong_is_told_before_any_run),
        cmocka_unit_test(check_knows_what_a_sweep_makes),
        cmocka_unit_test(figures_that_training_makes_are_no_error_before),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
