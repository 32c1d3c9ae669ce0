/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of a sweep in processes: whatever their number and whatever becomes of them, what is said
 * and what stays is the same. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/session/results.h"
#include "cmd/session/state.h"
#include "train/model.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const texts[] = {
    "data moons 60 split=0.2\ninput 2\ndense 6 tanh as h\ndense 1 sigmoid\n"
    "sweep h.kernel = l1(?) over 0 1e-3 1e-2 { train 2; print loss; penalties\n"
    "measure active = norm(h.kernel) }",
    /* a variable, two sweeps in one another, seeds, all models */
    "data moons 60\ninput 2\ndense 4 relu as h\ndense 1 sigmoid\nlet k = 1\noptimizer adam\n"
    "sweep k = ? over 1 2 seeds=2 keep=all {\n"
    "sweep optimizer.lr = ? over 1e-3 1e-2 { repeat 3 { step 2 }; let k = 5*k; print k } }\n"
    "print k",
    /* the body changes the graph: other layers, a shared one, a block, an own penalty */
    "data random 30 shape=4x3 target=2\ninput 4x3\ndefine penalty far(x, a=1) = "
    "sum(max(abs(x)-a,0))\n"
    "block b { dense 5 tanh activity=l2(1e-3); dense 3 as top }\n"
    "timedistributed b as one\nflatten as flat\n"
    "sweep b.top.kernel = far(?) over 1e-3 1e-1 2 keep=all {\n"
    "dense 6 relu bias=l1l2(0.1, 0.2) as more\nbatchnorm\ndense 2 as end_of_it\nloss huber "
    "delta=0.3\n"
    "optimizer sgd lr=0.01 momentum=0.5 clipnorm=1\nstep 7\nset more.trainable = no\nstep 1\n"
    "print loss }",
    /* runs that fail in several ways, and one that does not */
    "data moons 60\ninput 2\ndense 4 relu as h\ndense 1 as o\noptimizer sgd\n"
    "sweep optimizer.lr = ? over 1e-2 1e5 1e-9 1e-1 { step 40; print loss; expect loss < 0.25 }",
    /* none is left: the error is the first run's */
    "data moons 60\ninput 2\ndense 1 sigmoid as h\n"
    "sweep h.kernel = l1(?) over 1 2 3 { step 1; expect loss < 0 }",
    /* a model that was trained before, curves that are watched, something bent */
    "emulate keras-3\ndata moons 80 split=0.25 batch=16\ninput 2\n"
    "dense 6 tanh kernel=l2(1e-3) trainable=no as h\ndense 1 sigmoid kernel=l1(1e-3) as o\ntrain "
    "2\n"
    "watch norm(o.kernel) every 3\nwatch loss\n"
    "sweep h.kernel = l2(?) over 1e-4 1e-2 keep=all { train 2; set o.kernel = l1(1); step 3 }",
    /* only results stay */
    "data moons 60\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\n"
    "sweep h.kernel = l1(?) over 0 1 2 3 4 5 6 7 8 9 seeds=3 keep=none { step 4 }",
    /* words that a run must not carry to the next one */
    "data moons 60 split=0.5\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\nlet a = 1\n"
    "sweep h.activity = l1(?) over 1e-3 1e-2 1e-1 { let a = a + 1; seed 9; step 2; print a; clone "
    "z\n"
    "step 1; print loss accuracy; say \"x\" }\nprint a",
    /* one run, and no statement in it */
    "data moons 60\ninput 2\ndense 1 sigmoid as h\nsweep h.kernel = l1(?) over 1 { }",
    /* what acts after the optimizer */
    "data moons 60 split=0.2\ninput 2\ndense 6 tanh kernel=group_lasso(0.1, by=input, prox=yes) as "
    "h\n"
    "dense 1 sigmoid\noptimizer rmsprop lr=0.01\nset h.kernel = group_lasso(0.01*step, by=input, "
    "prox=yes) every 2\nsweep h.bias = l1(?, prox=yes) over 1e-3 1e-1 keep=all { train 2\n"
    "measure left = count(h.bias); penalties moves=yes }",
};

static const char after[] = "results\nmodel\nsummary\nstep 1\npenalties\nundo 2\n";

static void run_with(struct fake *f, const char *flag, unsigned jobs, const char *text,
                     enum outcome how)
{
    fake_start_as(f, flag);
    f->host.jobs = jobs;
    if (fake_run(f, text) != how)
        fail_msg("%s\n%s", text, f->err.text);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* What was said, and the state. */
static void same_as(struct fake *a, struct fake *b)
{
    assert_string_equal(a->out.text, b->out.text);
    assert_string_equal(a->err.text, b->err.text);
    assert_true(session_digest(a->session) == session_digest(b->session));
}

static bool ends_well(size_t i)
{
    return i != 4;
}

static void compare(size_t i, const char *flag, unsigned jobs)
{
    struct fake a, b;
    run_with(&a, flag, 1, texts[i], ends_well(i) ? OUTCOME_OK : OUTCOME_EXPECT);
    run_with(&b, flag, jobs, texts[i], ends_well(i) ? OUTCOME_OK : OUTCOME_EXPECT);
    same_as(&a, &b);
    assert_int_equal(fake_run(&a, after), fake_run(&b, after));
    same_as(&a, &b);
    fake_finish(&a);
    fake_finish(&b);
}

/* The place of an error stands in a text that only the run has read. */
static void an_error_in_a_file_has_its_place(void **state)
{
    (void)state;
    folder_text("outer.nnr", "step 1\nsource \"inner.nnr\"\n");
    folder_text("inner.nnr", "\nexpect loss < 0\n");
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct fake f;
        run_with(&f, "", jobs,
                 "data moons 60\ninput 2\ndense 1 sigmoid as h\n"
                 "sweep h.kernel = l1(?) over 1 2 3 { source \"outer.nnr\" }\n",
                 OUTCOME_EXPECT);
        check_has(f.err.text, "./inner.nnr:2:8: expected loss < 0");
        check_has(f.err.text, "\n  expect loss < 0\n         ^~~~~~~~\n"
                              "  read by ./outer.nnr:2:8\n  read by t:4:44\n");
        /* It is another one that the next error stands in. */
        fake_says(
            &f, "print nosuch\n", OUTCOME_ERROR,
            "t:1:7: no quantity or variable \"nosuch\"; help expressions lists what there is");
        fake_finish(&f);
    }
}

static void any_number_of_jobs(void **state)
{
    static const unsigned jobs[] = {2, 5};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < 2; k++) {
            compare(i, "", jobs[k]);
            compare(i, "json", jobs[k]);
        }
}

/* Steps are large enough to be split among threads, and threads run in this process when the
 * others are made. */
static void with_threads(void **state)
{
    static const char text[] =
        "data random 600 shape=100 target=10 batch=256\ninput 100\ndense 200 relu as h\n"
        "dense 10\nstep 2\nsweep h.kernel = l2(?) over 1e-4 1e-3 1e-2 1e-1 keep=all { step 3 }\n"
        "step 2\nmodel main_3\nstep 1\n";
    struct fake a, b;
    (void)state;
    session_threads(2);
    run_with(&a, "", 1, text, OUTCOME_OK);
    run_with(&b, "", 3, text, OUTCOME_OK);
    session_threads(1);
    same_as(&a, &b);
    fake_finish(&a);
    fake_finish(&b);
}

/* Kills a child of this process; 0 if there is none. */
static int kill_one(bool all)
{
    char name[64];
    int killed = 0, pid;
    snprintf(name, sizeof name, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(name, "r");
    while (list && fscanf(list, "%d", &pid) == 1 && (all || !killed))
        killed += kill(pid, SIGKILL) == 0;
    if (list)
        fclose(list);
    return killed;
}

static bool (*usual_tick)(void *self, const struct progress *p);
static long kills_left;
static bool kills_all;

/* In the middle of the sweep. */
static bool killing_tick(void *self, const struct progress *p)
{
    const struct fake *f = self;
    if (p && p->runs_going && kills_left && f->ticks > 2)
        kills_left -= kill_one(kills_all) > 0;
    return usual_tick(self, p);
}

static void run_killed(struct fake *f, const char *text, long kills, bool all)
{
    fake_start(f);
    f->host.jobs = 3;
    usual_tick = f->host.tick;
    f->host.tick = killing_tick;
    kills_left = kills;
    kills_all = all;
    fake_ok(f, text);
    assert_int_equal(kills_left, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static const char long_runs[] =
    "data moons 200\ninput 2\ndense 30 tanh as h\ndense 1 sigmoid\n"
    "sweep h.kernel = l1(?) over 0 1e-4 1e-3 1e-2 seeds=3 keep=all { step 1500; print loss }";

/* One that is killed is done once more, and so are all of them. */
static void killed_in_the_middle(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        struct fake a, b;
        run_with(&a, "", 1, long_runs, OUTCOME_OK);
        run_killed(&b, long_runs, 1, all);
        same_as(&a, &b);
        fake_finish(&a);
        fake_finish(&b);
    }
}

/* Whoever is at work is killed again and again: rows say failed, and nothing hangs. */
static void killed_whenever_there_is_one(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    f.host.jobs = 2;
    usual_tick = f.host.tick;
    f.host.tick = killing_tick;
    kills_left = 1000000;
    kills_all = true;
    const enum outcome how = fake_run(&f, long_runs);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_true(how == OUTCOME_OK || how == OUTCOME_ERROR);
    const struct results *r = f.session->results;
    for (size_t i = 0; how == OUTCOME_OK && i < r->runs; i++)
        if (r->run[i].status == RUN_FAILED)
            check_has(r->run[i].error, "its process was ended");
    if (how == OUTCOME_ERROR)
        check_has(f.err.text, "its process was ended");
    fake_finish(&f);
}

/* The system gives no process: one note, and the same. */
static void no_process_can_be_had(void **state)
{
    struct rlimit before, few;
    struct fake a, b;
    (void)state;
    run_with(&a, "", 1, texts[0], OUTCOME_OK);
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &few);
    run_with(&b, "", 4, texts[0], OUTCOME_OK);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_string_equal(a.out.text, b.out.text);
    assert_int_equal(count_of(b.err.text, "no further process"), 1);
    assert_true(session_digest(a.session) == session_digest(b.session));
    fake_finish(&a);
    fake_finish(&b);
}

/* Ctrl-C: what was taken stays, as a sweep that was told to end there leaves it. */
static void stopped(void **state)
{
    (void)state;
    for (long at = 1; at < 40; at += 3) {
        struct fake a, b;
        char text[400];
        fake_start(&a);
        a.host.jobs = 2;
        a.stop_at = at;
        const enum outcome how = fake_run(&a, texts[6]);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        const size_t done = a.session->results ? a.session->results->runs : 0;
        if (how == OUTCOME_STOPPED && done) {
            snprintf(text, sizeof text, "%.*s first=%zu { step 4 }",
                     (int)(strstr(texts[6], " { step") - texts[6]), texts[6], done);
            run_with(&b, "", 1, text, OUTCOME_OK);
            assert_true(session_digest(a.session) == session_digest(b.session));
            fake_finish(&b);
        }
        fake_finish(&a);
    }
}

static void many_runs(void **state)
{
    struct fake a, b;
    static const char text[] =
        "data moons 40\ninput 2\ndense 2 tanh as h\ndense 1 sigmoid\n"
        "sweep h.kernel = l1(?) over 0 1 seeds=300 keep=none { step 1; print loss }";
    (void)state;
    run_with(&a, "", 1, text, OUTCOME_OK);
    run_with(&b, "", 8, text, OUTCOME_OK);
    same_as(&a, &b);
    fake_finish(&a);
    fake_finish(&b);
}

/* Wherever memory runs out, here or in a job: an error that says so, or all is as it should be. */
static void without_memory(void **state)
{
    static const char net[] = "data moons 20\ninput 2\ndense 2 tanh as h\ndense 1 sigmoid as o\n"
                              "loss mse\noptimizer sgd\nstep 1";
    static const char sweep[] = "sweep h.kernel = l1(?) over 1 2 3 { step 1; print loss }";
    (void)state;
    struct fake a;
    fake_start(&a);
    fake_ok(&a, net);
    fake_ok(&a, sweep);
    for (long n = 1;; n += 1 + n / 20) {
        struct fake b;
        fake_start(&b);
        b.host.jobs = 2;
        fake_ok(&b, net);
        const uint64_t before = session_digest(b.session);
        mem_fail_at(n);
        const enum outcome how = fake_run(&b, sweep);
        const bool hit = mem_failed();
        mem_fail_at(0);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        if (how == OUTCOME_OK)
            assert_true(session_digest(b.session) == session_digest(a.session));
        else
            check_has(b.err.text, "not enough memory");
        if (how != OUTCOME_OK && !b.session->results)
            assert_true(session_digest(b.session) == before);
        fake_finish(&b);
        if (!hit && how == OUTCOME_OK && n > 3000)
            break;
    }
    fake_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_jobs),
        cmocka_unit_test(an_error_in_a_file_has_its_place),
        cmocka_unit_test(with_threads),
        cmocka_unit_test(killed_in_the_middle),
        cmocka_unit_test(killed_whenever_there_is_one),
        cmocka_unit_test(no_process_can_be_had),
        cmocka_unit_test(stopped),
        cmocka_unit_test(many_runs),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
