/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record and save session: what is written does the same again, to the bit. */
#include "again.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NET "data moons 40 batch=8\ninput 2 as x\ndense 4 tanh as h\ndense 1 sigmoid\n"

/* Sessions, a line with a * before it being stopped by the person. */
static const char *const sessions[] = {
    NET "train 3\nset h.kernel = l2(0.1)\nstep 2\nundo\nundo\ntrain 1\n",
    NET "train 2\nundo\nundo\nundo\ndense 2\ndense 1 sigmoid\ntrain 1\n",
    NET "*train 1000\npenalties\nundo\nstep 1\n",
    NET "*train 1000\nstep 3\n*train until loss < 0 max 100\n",
    NET "set h.activity = contractive(0.1)\nstep 2\nprune h.kernel share=0.5\nstep 2\n"
        "set h.kernel_constraint = spectral_norm(0.5)\nstep 1\nunprune h.kernel\nstep 2\n"
        "undo\nundo\nundo\nundo\nstep 3\n",
    NET
    "set h.kernel = l2sp(0.1)\nstep 2\nmark m\nstep 1\nset h.kernel = l2sp(0.2, to=m)\nstep 2\n"
    "set h.kernel = l2sp(0.1*(step+1), to=m) every 1\nundo\nundo\nset h.kernel = l2sp(1)\nstep 2\n",
    NET "prune h.kernel share=0.3\nundo\nstep 1\nfor k in 0.4 0.8 { prune h.kernel share=k; "
        "step 2 }\nundo\nstep 1\n",
    NET "penalties\nset h.activity = l1(0.1)\nundo\nundo\ntrain 2\n",
    NET "clone b\nset h.kernel = l1(0.1)\n*train 1000 on all\nmodel main\nstep 1\n",
    NET "clone b\nloss mae\ntrain 2 on all\nundo\ntrain 1 on main\n",
    NET "*repeat 50 { step 1; let k = 2 }\nstep 1\nundo\nundo\nstep 4\n",
    NET "*for k in 1 2 3 4 5 6 7 8 9 { set h.activity = l1(k); train 3 }\nprint k\nstep 1\n",
    NET "for k in 0.1 0.2 { set h.kernel = l1(k)+l2(2*k); step 2 }\nundo\nstep 1\n",
    "seed 4\n" NET "mark a\ntrain 2\nlet keep = loss\ngoto a\nstep 3\nundo\nundo\nstep 1\n",
    NET "let w = l1(0.5)\nlet w = l2(1)\nset h.kernel = w\nundo\nundo\nset h.kernel = w\nstep 5\n",
    NET
    "wrong\nstep 2\nexpect loss < 0\nrepeat 3 { step 1; expect step < 5 }\nstep 1\nundo\nundo\n",
    NET "define penalty odd(x, p=2) = sum(abs(x))^p\nset h.kernel = odd(0.1, p=3)\nstep 1\nundo\n"
        "undo\nundo\ndefine penalty odd(x) = sum(abs(x))\nset h.kernel = odd(1)\nstep 2\n",
    NET "block b { dense 3 tanh as t; dense 2 }\nb on x as c\nb on c as d\nadd on c, d\nemulate "
        "tf.keras-2\n"
        "dense 1 sigmoid\nset b.t.activity = l1(1e-2)\ntrain 1\nundo\nundo\ntrain 2\n",
    NET "emulate keras-2.0\nset h.activity = l1(0.1)\nstep 1\nemulate tf.keras-2\nstep 1\nundo\n"
        "undo\nstep 2\nemulate none\nstep 1\n",
    NET "source \"part.nnr\"\nundo\nsource \"part.nnr\"\nstep 1\n",
    NET "source \"sub/breaks.nnr\"\nstep 1\nundo\n",
    NET "*source \"long.nnr\"\nstep 1\nundo\nundo\n",
    "data rows { 0 0.1 -> 1e-7; 0.3 1 -> 1 }\ninput 2\ndense 1\nevaluate\nlet l = loss\nstep 1\n",
    NET
    "output h, dense_1\ndata rows { 0 1 -> 1 2 3 4 5; 1 1 -> 5 4 3 2 1 }\ntrain 2\nundo\nstep 1\n",
    "data csv \"sub/t.csv\" target=\"b c\"\ninput 2\ndense 1\nstep 3\n",
    "repeat 2 { data csv \"sub/t.csv\"; batch 1 }\ninput 2\ndense 1\nstep 3\nundo\n",
};

static void write_parts(void)
{
    mkdir("sub", 0777);
    folder_text("part.nnr", "train 1\nlet p = 3\nundo\nstep 2\n");
    folder_text("long.nnr", "step 1\ntrain 1000\nstep 1\n");
    folder_text("sub/breaks.nnr", "step 2\nlet q = 1\ndata csv \"t.csv\"\nundo\nundo\nnonsense\n");
    folder_text("sub/t.csv", "a,d,b c\n1,2,3\n4,5.5,6\n");
}

/* Line by line, as at the prompt. */
static void type(struct fake *f, const char *text)
{
    char line[400];
    while (*text) {
        const bool stopped = *text == '*';
        const char *from = text + stopped;
        const size_t n = strcspn(from, "\n");
        assert_true(n < sizeof line);
        memcpy(line, from, n);
        line[n] = 0;
        f->pace = 0.004;
        f->stop_at = stopped ? 7 : 0;
        fake_run(f, line);
        text = from + n + 1;
    }
    f->stop_at = 0;
}

static void sessions_replay(void **state)
{
    (void)state;
    write_parts();
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++)
        for (int late = 0; late < 2; late++) {
            struct fake f;
            fake_start(&f);
            if (!late)
                fake_ok(&f, "record \"live.nnr\"\n");
            type(&f, sessions[i]);
            fake_ok(&f, "record \"live.nnr\"\nsave session \"mine.nnr\"\n");
            char *live = text_of("live.nnr"), *mine = text_of("mine.nnr");
            assert_string_equal(live, mine);
            free(live);
            free(mine);
            check_replays(&f, "mine.nnr");
            fake_finish(&f);
        }
}

/* A script for another folder names files so that they are found from there. */
static void another_folder(void **state)
{
    (void)state;
    struct fake f;
    write_parts();
    fake_start(&f);
    f.folder = "sub";
    mkdir("other", 0777);
    fake_ok(&f, "data csv \"t.csv\"\ninput 2\ndense 1\nstep 1\nsay \"t.csv\"\n"
                "save session \"s.nnr\"\nsave session \"../up.nnr\"\n"
                "save session \"../other/s.nnr\"\n");
    char *here = text_of("sub/s.nnr"), *up = text_of("up.nnr"), *far = text_of("other/s.nnr");
    assert_non_null(strstr(here, "data csv \"t.csv\"\n"));
    assert_non_null(strstr(up, "data csv \"sub/t.csv\"\n"));
    assert_non_null(strstr(far, "data csv \"/tmp/"));
    assert_non_null(strstr(far, "say \"t.csv\"\n"));
    check_replays(&f, "sub/s.nnr");
    f.folder = ".";
    check_replays(&f, "up.nnr");
    check_replays(&f, "other/s.nnr");
    free(here);
    free(up);
    free(far);
    fake_finish(&f);
}

/* Files of results too, where a statement with others is written. */
static void results_for_another_folder(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    mkdir("sub", 0777);
    fake_ok(&f, "data xor\ninput 2\ndense 1 as h\n"
                "sweep h.kernel = l1(?) over 0 1 log=\"l.csv\" { step 1 }\n");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, "data xor\ninput 2\ndense 1\n"
                "repeat 2 { step 1; results train.loss.data \"l*.csv\" }\n"
                "save session \"sub/s.nnr\"\n");
    check_replays(&f, "sub/s.nnr");
    fake_finish(&f);
}

static void what_is_written(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "record\n", "record none\n");
    fake_ok(&f, "# a word\ndata xor   # and more\ninput 2; dense 1 sigmoid\n"
                "record \"r.nnr\"\nhelp\nstep 2\nsave session \"s.nnr\"\n");
    char *text = text_of("r.nnr");
    assert_string_equal(text, "# written by nnr\nseed 1\ndata xor\ninput 2\ndense 1 sigmoid\n"
                              "loss binary_crossentropy\noptimizer adam\nstep 2\n");
    free(text);
    fake_ok(&f, "record\n");
    assert_non_null(strstr(f.out.text, "/r.nnr\"\n"));
    /* It is written as it happens; a second record goes on by itself. */
    fake_ok(&f, "record \"s.nnr\"\nlet k = 1\nrecord none\nlet k = 2\n");
    text = text_of("r.nnr");
    assert_null(strstr(text, "let k"));
    free(text);
    text = text_of("s.nnr");
    assert_non_null(strstr(text, "step 2\nlet k=1\n"));
    assert_null(strstr(text, "let k=2"));
    free(text);
    fake_run(&f, "quit\n");
    fake_finish(&f);
}

/* Keras's spellings are taken, and written as ours. */
static void spelled_as_ours(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(
        &f,
        "let k = 2\ninput 5x2 as a\n"
        "time_distributed dense 3 silu kernel_regularizer=l1_l2(0.1, 0.2) as d\n"
        "time_distributed activation \"silu\" on d as e\n"
        "concatenate on a, d\nflatten\n"
        "block b { batch_normalization; dense units=1 kernel_initializer=ones "
        "bias_regularizer=l1_l2(l1=1, l2=k) }\nb as c\n"
        "data random 8 shape=5x2 target=1\nloss mean_squared_error\n"
        "optimizer adam learning_rate=0.1\ntrain 1\n"
        "sweep d.kernel = ? over l1_l2(1, 1) none { step 1 }\n"
        "repeat 2 { set d.kernel = l1_l2(1, k) }\n"
        /* From here on the name is the person's own. */
        "define penalty l1_l2(x) = sum(x^4)\nset d.kernel = l1_l2(1)\nsave session \"o.nnr\"\n");
    char *text = text_of("o.nnr");
    assert_string_equal(
        text,
        "# written by nnr\nseed 1\nlet k=2\ninput 5x2 as a\n"
        "timedistributed dense 3 swish kernel=l1l2(0.1, 0.2) as d\n"
        "timedistributed activation \"swish\" on d as e\n"
        "concat on a, d\nflatten\n"
        "block b { batchnorm; dense units=1 kernel_init=ones bias=l1l2(l1=1, l2=k) }\nb as c\n"
        "data random 8 shape=5x2 target=1\nloss mse\noptimizer adam lr=0.1\ntrain 1\n"
        "sweep d.kernel = ? over l1l2(1, 1) none { step 1 }\n"
        "repeat 2 { set d.kernel = l1l2(1, k) }\n"
        "define penalty l1_l2(x) = sum(x^4)\nset d.kernel = l1_l2(1)\n");
    free(text);
    check_replays(&f, "o.nnr");
    fake_finish(&f);
}

static void training_behind_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    f.pace = 0.001;
    fake_ok(&f, NET "clone other\nrecord \"run.nnr\"\nrun on all\n");
    for (int i = 0; i < 3; i++)
        session_advance(f.session);
    fake_ok(&f, "set h.activity = l1(1e-2)\n");
    session_advance(f.session);
    fake_ok(&f, "help\nprint step\n");
    session_advance(f.session);
    fake_ok(&f, "save session \"running.nnr\"\n");
    check_replays(&f, "running.nnr");
    session_advance(f.session);
    fake_ok(&f, "stop\n");
    check_replays(&f, "run.nnr");
    fake_ok(&f, "undo\nundo\nundo\n");
    check_replays(&f, "run.nnr");
    fake_ok(&f, "run\n");
    session_advance(f.session);
    assert_true(session_stop(f.session));
    check_replays(&f, "run.nnr");
    /* Leaving in the middle is written too. */
    fake_ok(&f, "run\n");
    session_advance(f.session);
    const double step = fake_number(&f, "step");
    fake_finish(&f);
    fake_start(&f);
    char *text = text_of("run.nnr");
    fake_ok(&f, text);
    assert_true(fake_number(&f, "step") == step);
    free(text);
    fake_finish(&f);
}

/* What takes long at the end of an epoch, or after a step, is stopped at each tick in turn. */
static const char *const stopped[] = {
    NET "data moons 400 split=0.9 batch=20\n*train 3\n",
    NET "data moons 400 split=0.9 batch=20\nclone b\n*train 2 on all\n",
    NET "data moons 400 split=0.9 batch=20\nwatch loss every 2\n*train 2\n",
    NET "data moons 400 split=0.9 batch=20\n*train until val.loss < 0 max 2\n",
    NET "data moons 400 split=0.5 batch=20\nwatch norm(h.output) mean(h.output) every 3\n*step 7\n",
    NET "data moons 400 split=0.9 batch=20\nset h.activity = l1(1e-2)\n*step 5 observe=no\n",
    NET "data moons 400 split=0.9 batch=20\n*repeat 2 { train 1; set h.kernel = l1(1e-2) }\n",
};

static bool stopped_at(const char *text, long tick, size_t *unseen)
{
    struct fake f;
    bool stops = false;
    fake_start(&f);
    f.pace = 0.004;
    while (*text) {
        char line[400];
        const bool star = *text == '*';
        const char *from = text + star;
        const size_t n = strcspn(from, "\n");
        assert_true(n < sizeof line);
        snprintf(line, sizeof line, "%.*s", (int)n, from);
        f.stop_at = star ? tick : 0;
        stops = fake_run(&f, line) == OUTCOME_STOPPED;
        text = from + n + 1;
    }
    f.stop_at = 0;
    fake_ok(&f, "save session \"s.nnr\"\n");
    check_replays(&f, "s.nnr");
    char *saved = text_of("s.nnr");
    *unseen += count_of(saved, "step 1 observe=no");
    free(saved);
    /* The journal says so as well when more is done from there. */
    fake_ok(&f, "step 3\nlet k = loss\nsave session \"s.nnr\"\n");
    check_replays(&f, "s.nnr");
    fake_finish(&f);
    return stops;
}

static void stopped_at_any_tick(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stopped / sizeof *stopped; i++) {
        size_t unseen = 0;
        long tick = 1;
        while (stopped_at(stopped[i], tick, &unseen))
            tick++;
        assert_true(tick > 2);
        /* Some of the ticks were in a validation, or in what is watched. */
        assert_true(unseen > 0 || strstr(stopped[i], "observe=no"));
    }
}

/* The same of training behind the prompt. */
static void stopped_behind_the_prompt(void **state)
{
    (void)state;
    for (long tick = 1; tick < 40; tick++) {
        struct fake f;
        fake_start(&f);
        f.host.person = true;
        f.pace = 0.004;
        fake_ok(&f, NET "data moons 400 split=0.9 batch=20\nclone b\nwatch norm(h.output) every 3\n"
                        "run on all\n");
        f.ticks = 0;
        f.stop_at = tick;
        for (int i = 0; i < 100 && session_running(f.session); i++)
            session_advance(f.session);
        f.stop_at = 0;
        session_stop(f.session);
        fake_ok(&f, "step 1 on all\nsave session \"s.nnr\"\n");
        check_replays(&f, "s.nnr");
        fake_finish(&f);
    }
}

static unsigned ticks;

/* As the prompt's loop does it: between slices everything gets its turn. */
static bool tick_and_advance(void *self, const struct progress *p)
{
    const struct fake *f = self;
    (void)p;
    if (++ticks < 100)
        session_advance(f->session);
    return true;
}

/* What is watched may take so long that it ticks; the step that is under way must end first. */
static void a_slow_watch(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    f.host.tick = tick_and_advance;
    f.pace = 0.02;
    ticks = 0;
    fake_ok(&f, NET "record \"run.nnr\"\nwatch mean(abs(h.output)) loss.penalty\nrun\n");
    session_advance(f.session);
    const double step = fake_number(&f, "step");
    assert_true(step >= 1 && step < 90);
    fake_ok(&f, "stop\n");
    check_replays(&f, "run.nnr");
    fake_finish(&f);
}

static void not_in_braces(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    folder_text("in.nnr", "record \"x.nnr\"\n");
    fake_says(&f, "repeat 1 { record \"x.nnr\" }\n", OUTCOME_ERROR,
              "t:1:12: record stands by itself, not in { } or a file that source reads; else the "
              "record would be written over when it is done again");
    fake_says(&f, "repeat 1 { save session \"x.nnr\" }\n", OUTCOME_ERROR,
              "t:1:12: save session stands by itself, not in { } or a file that source reads; else "
              "the session would be written over when it is done again");
    assert_int_equal(fake_run(&f, "source \"in.nnr\"\n"), OUTCOME_ERROR);
    fake_says(&f, "record 3\n", OUTCOME_ERROR,
              "t:1:8: record takes a file's name in quotes, or none; write record \"mine.nnr\"");
    fake_says(&f, "record mine\n", OUTCOME_ERROR,
              "t:1:8: record takes a file's name in quotes, or none; write record \"mine.nnr\"");
    assert_int_equal(access("x.nnr", F_OK), -1);
    fake_finish(&f);
}

static void files_that_cannot_be_written(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    folder_text("kept.nnr", "say \"old\"\n");
    mkdir("folder.nnr", 0777);
    fake_ok(&f, "record \"first.nnr\"\nlet k = 1\n");
    fake_says(&f, "record \"none/x.nnr\"\n", OUTCOME_ERROR,
              "t:1:8: \"none/x.nnr\" cannot be written: No such file or directory; make its folder "
              "first");
    fake_says(&f, "save session \"folder.nnr\"\n", OUTCOME_ERROR,
              "t:1:14: \"folder.nnr\" is a folder; add a file's name");
    fake_says(&f, "record \"\"\n", OUTCOME_ERROR,
              "t:1:8: record takes a file's name in quotes, or none; write record \"mine.nnr\"");
    /* The first record goes on. */
    fake_ok(&f, "let k = 2\n");
    check_replays(&f, "first.nnr");
    /* A disk that is full: what was there stays, and the record ends with a whole line. */
    const struct rlimit full = {.rlim_cur = 50, .rlim_max = RLIM_INFINITY};
    const struct rlimit free_again = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    const enum outcome how = fake_run(&f, "let a_rather_long_name_to_fill_the_disk = 1\n");
    const bool told = strstr(f.err.text, "first.nnr\" cannot be written: File too large; the "
                                         "statement was done, and recording ends") != NULL;
    const enum outcome second = fake_run(&f, "save session \"kept.nnr\"\n");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &free_again), 0);
    assert_int_equal(how, OUTCOME_ERROR);
    assert_true(told);
    assert_int_equal(second, OUTCOME_ERROR);
    char *text = text_of("kept.nnr");
    assert_string_equal(text, "say \"old\"\n");
    free(text);
    text = text_of("first.nnr");
    assert_string_equal(text, "# written by nnr\nseed 1\nlet k=1\nlet k=2\nhistory\n");
    free(text);
    assert_true(fake_number(&f, "a_rather_long_name_to_fill_the_disk") == 1);
    fake_ok(&f, "record\nsave session \"kept.nnr\"\n");
    check_replays(&f, "kept.nnr");
    fake_finish(&f);
}

static int leave(void **state)
{
    static const char *const below[] = {"sub/breaks.nnr", "sub/t.csv", "sub/s.nnr", "other/s.nnr"};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        remove(below[i]);
    return folder_leave(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_replay),
        cmocka_unit_test(another_folder),
        cmocka_unit_test(results_for_another_folder),
        cmocka_unit_test(spelled_as_ours),
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(training_behind_the_prompt),
        cmocka_unit_test(stopped_at_any_tick),
        cmocka_unit_test(stopped_behind_the_prompt),
        cmocka_unit_test(a_slow_watch),
        cmocka_unit_test(not_in_braces),
        cmocka_unit_test(files_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, folder_enter, leave);
}
