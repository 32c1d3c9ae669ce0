/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For each statement, each allocation fails in turn: one clean error, nothing changed, nothing lost
 * (the address sanitizer sees that), and afterwards the same statement works. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/mem.h"
#include "cmd/session/words.h"

#include <stdio.h>
#include <string.h>

/* A session that was trained a little, with two models. */
#define SETUP                                                                                      \
    "data rows { 0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 0 } batch=2\nlet k = 0.1\n"                  \
    "let weak = l1(k)+l2(k)\nmodel one\ninput 2 as x\n"                                            \
    "dense 3 tanh kernel=l2(1e-2) activity=l1(0.1) as h\nh on x as again\n"                        \
    "dense 1 sigmoid on h as y\nloss mse\noptimizer adam\n"
#define TRAINED SETUP "step 1\n"

static void check_statement(const char *before, const char *text)
{
    for (long n = 1;; n++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, before);
        const uint64_t digest = session_digest(f.session);
        mem_fail_at(n);
        enum outcome how = fake_run(&f, text);
        const bool failed = mem_failed();
        mem_fail_at(0);
        if (failed && (how != OUTCOME_ERROR || count_of(f.err.text, "not enough memory") != 1 ||
                       session_digest(f.session) != digest || f.out.size))
            fail_msg("%s: allocation %ld, outcome %d, digest %s\n%s%s", text, n, (int)how,
                     session_digest(f.session) == digest ? "same" : "changed", f.out.text,
                     f.err.text);
        if (failed && !strstr(text, "quit"))
            fake_ok(&f, text);
        fake_finish(&f);
        if (!failed)
            return;
    }
}

static void a_new_session(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "input 2 as x\n",
        "seed 7\n",
        "data moons 12 split=0.25 scale=standard\n",
        "data digits target=input\n",
        "data random 5 shape=2x3\n",
        "data circles 8\n",
        "data blobs 8\n",
        "data spirals 8\n",
        "data sine 8\n",
        "data xor\n",
        "data rows { 1 | 2 -> 3; 1 | 2 -> 3 } scale=minmax\n",
        "let k = 2*3\n",
        "let w = l1(1)+l2(2)\n",
        "model other\n",
        "say \"a\" 1+1\n",
        "section \"a\"\n",
        "help\n",
        "help dense\n",
        "help expressions\n",
        "help l1\n",
        "help kernel\n",
        "help optimizers\n",
        "define penalty p(x, a=2) = a*sum(abs(x))\n",
        "define\n",
        "emulate\n",
        "expect 1 + 1 == 2\n",
        "quit\n",
        "data\n",
        "seed\n",
        "model\n",
        "loss\n",
        "optimizer\n",
        "summary\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_statement("", texts[i]);
}

static void layers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "dense 3 relu kernel=weak bias=l1(k) activity=l1l2(1, 2, reduce=mean)\n",
        "activation tanh\n",
        "dense 3 kernel_constraint=max_norm(1) bias_constraint=non_neg\n",
        "flatten\n",
        "reshape 1x1\n",
        "activity_regularization l1(1)\n",
        "input 3\n",
        "h on x as third\n",
        "dense 2 kernel_init=values(1, 2) bias_init=uniform(-1, 1) on y as z\n",
        "add on h, again as sum1\n",
        "concat on h, again\n",
        "multiply on h, again\n",
        "average on h, again\n",
        "batchnorm momentum=0.5 on h as bn\n",
        "layernorm on h\n",
        "output y, h\n",
        "delete\n",
        "delete y\n",
        "dense 3 kernel=kl(0.1) on h\n",
        "dense 3 kernel_init=orthogonal on h\n",
        "dense 3 kernel_init=glorot_normal on h\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_statement(TRAINED, texts[i]);
}

/* Statements that need others before them. */
static void behind_others(void **state)
{
    (void)state;
    static const struct {
        const char *before, *text;
    } cases[] = {
        {"", "block t { dense 3 tanh kernel=l2(1) as a; dense 2 activity=l1(1) }\n"},
        {"block t { dense 3 tanh kernel=l2(1) as a; dense 2 activity=l1(1) }\n", "t on x as t1\n"},
        {"block t { dense 3 kernel=l2(1) as a; dense 2 }\nt on x as t1\n", "t on x as t2\n"},
        {"block t { dense 3 kernel=l2(1) as a }\nt on x as t1\n", "set t.trainable = no\n"},
        {"block t { dense 3 kernel=l2(1) as a }\nt on x as t1\n", "set t.a.kernel = l1(1)\n"},
        {"reshape 1x1\n", "timedistributed dense 2 activity=l1(1) as td\n"},
        {"reshape 1x1\ntimedistributed dense 2 activity=l1(1) as td\nflatten\ndense 1\n",
         "penalties\n"},
        {"define penalty p(x, a=2) = a*sum(abs(x))\n", "set h.kernel = p(3)\n"},
        {"loss huber delta=2\n", "set loss.delta = 3\n"},
        {"output y, h\n", "loss mse on y weight=2\n"},
        {"output y, h\nloss mse on y\n", "loss mae on h\n"},
        {"watch norm(h.kernel) every 2\n", "unwatch\n"},
        {"clone copy\n", "model one\n"},
        {"clone copy\nemulate keras-3\n", "compare\n"},
        {"emulate keras-2.0\n", "penalties\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char before[1000];
        snprintf(before, sizeof before, "%s%s", SETUP, cases[i].before);
        check_statement(before, cases[i].text);
    }
}

static void settings(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "set h.kernel = weak\n",
        "set h.activity = none\n",
        "set h.trainable = no\n",
        "set h.activation = relu\n",
        "set h.kernel_constraint = max_norm(0.5)\n",
        "set optimizer.lr = 0.5\n",
        "set optimizer.clipnorm = 0.5\n",
        "set penalties.frozen = ignore\n",
        "emulate keras-3\n",
        "emulate keras-2.0\n",
        "emulate tfjs\n",
        "emulate keras-1.0\n",
        "optimizer adagrad initial_accumulator_value=1\n",
        "set data.batch = 3\n",
        "loss huber delta=2\n",
        "optimizer sgd lr=0.1 momentum=0.9\n",
        "optimizer sgd lr=0.1 sam=0.1 ema=0.9 noise=0.1\n",
        "batch 3\n",
        "let weak = none\n",
        "model two\n",
        "seed 9\n",
        "let k = 5\n",
        "loss\n",
        "optimizer\n",
        "batch\n",
        "data\n",
        "model\n",
        "let\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_statement(TRAINED, texts[i]);
    check_statement(TRAINED "optimizer sgd lr=0.1 sam=0.1 ema=0.9 noise=0.1\nstep 1\n",
                    "penalties moves=yes\n");
}

static void experiments(void **state)
{
    struct fake writer;
    (void)state;
    fake_start(&writer);
    fake_ok(&writer, TRAINED "save weights \"nnr-test-memory.safetensors\"\n"
                             "save weights \"nnr-test-memory.npz\"\n");
    fake_finish(&writer);
    static const char *const texts[] = {
        "clone copy\n",
        "rename another\n",
        "compare\n",
        "mark here\n",
        "goto before\n",
        "for k in 1 { }\n",
        "repeat 2 { }\n",
        "sweep h.kernel = l2(?) over 0.5 { set h.bias = l1(k); measure m = norm(h.kernel) }\n",
        "sweep k = ? over 2 { let k = k+1; sweep h.kernel = ? over weak { measure m = k } }\n",
        "sweep k = ? over 2 keep=none { repeat 2 { let k = k+1 } }\n",
        "sweep h.kernel = l2(?) over 0.5 log=\"nnr-test-memory.csv\" { measure m = 1 }\n",
        "sweep h.kernel = l2(?) over 0.5 resume=\"nnr-test-memory.csv\" { measure m = 1 }\n",
        "results \"nnr-test-memory*.csv\" train.loss.data\n",
        "save history \"nnr-test-memory.json\"\n",
        "log tensorboard \"nnr-test-memory\"\n",
        "measure m = norm(h.kernel)\n",
        "pause \"look\"\n",
        "watch loss activity mean(abs(h.output)) every 2\n",
        "watch\n",
        "unwatch\n",
        "plot loss\n",
        "plot activity\n",
        "plot weights h\n",
        "plot filters h\n",
        "plot boundary\n",
        "plot terminal dumb\n",
        "dropout 0.5\n",
        "gaussian_noise 0.1\n",
        "undo\n",
        "history\n",
        "record\n",
        "record \"nnr-test-memory.nnr\"\n",
        "save session \"nnr-test-memory.nnr\"\n",
        "save weights \"nnr-test-memory.safetensors\"\n",
        "load weights \"nnr-test-memory.safetensors\"\n",
        "save weights \"nnr-test-memory.npz\"\n",
        "load weights \"nnr-test-memory.npz\"\n",
        "data npz \"nnr-test-memory.npz\" \"y.kernel\" target=input\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_statement(TRAINED "train 1\nmark before\nset h.activity = none\n", texts[i]);
}

static void looking(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "penalties\n",
        "penalties on=batch format=json\n",
        "penalties format=csv\n",
        "history format=csv\n",
        "compare format=markdown\n",
        "model format=markdown\n",
        "show data format=csv\n",
        "show plan format=markdown\n",
        "checkgrad\n",
        "print h.output h.kernel h.kernel.grad\n",
        "print mean(abs(again.output), axis=1) \"a\" loss val.loss\n",
        "print h.activity.penalty + h.kernel.penalty, accuracy\n",
        "expect mean(h.output) < 1000\n",
        "expect h.kernel.penalty > -1 and 1 == 1\n",
        "predict 0 1\n",
        "summary\n",
        "show h h.kernel\n",
        "show data\n",
        "show y.output\n",
        "show optimizer\n",
        "history\n",
        "compare\n",
        "emulate\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const bool split = strstr(texts[i], "val.") || strstr(texts[i], "accuracy");
        check_statement(split ? "data moons 8 split=0.5\ninput 2 as x\ndense 2 kernel=l2(1) "
                                "activity=l1(1) as h\nh on x as again\ndense 1 sigmoid\nstep 1\n"
                              : TRAINED,
                        texts[i]);
        check_statement(split ? "data moons 8 split=0.5\ninput 2 as x\ndense 2 kernel=l2(1) "
                                "activity=l1(1) as h\nh on x as again\ndense 1 sigmoid\nstep 1\n"
                                "predict 1 1\n"
                              : TRAINED "evaluate\npenalties\n",
                        texts[i]);
    }
}

#define UNCHOSEN "data xor\nmodel one\ninput 2\ndense 2 as h\ndense 1 sigmoid\n"

static void evaluating(void **state)
{
    (void)state;
    static const char *const befores[] = {SETUP, TRAINED, TRAINED "dense 1 as z\n", UNCHOSEN};
    for (size_t i = 0; i < 4; i++)
        check_statement(befores[i], "evaluate\n");
}

/* Steps that were taken are kept, and told of; without one nothing is changed. */
static void training(void **state)
{
    (void)state;
    static const char *const befores[] = {SETUP, TRAINED "dense 1 as z\n", UNCHOSEN};
    static const char *const texts[] = {"step 1\n", "train 2\n", "train until loss < 0 max 2\n",
                                        "train 3 until stalled(loss, 1) keep=best\n"};
    for (size_t i = 0; i < 12; i++)
        for (long n = 1;; n++) {
            struct fake f;
            fake_start(&f);
            fake_ok(&f, befores[i / 4]);
            const uint64_t digest = session_digest(f.session);
            const double first = fake_number(&f, "step");
            mem_fail_at(n);
            enum outcome how = fake_run(&f, texts[i % 4]);
            const bool failed = mem_failed();
            mem_fail_at(0);
            const bool told = strstr(f.err.text, " is kept\n") != NULL;
            assert_int_equal(how, failed ? OUTCOME_ERROR : OUTCOME_OK);
            assert_int_equal(count_of(f.err.text, "not enough memory"), failed);
            if (failed && !told)
                assert_int_equal(session_digest(f.session), digest);
            else
                assert_true(fake_number(&f, "step") > first);
            fake_ok(&f, texts[i % 4]);
            fake_finish(&f);
            if (!failed)
                break;
        }
}

static void in_json_too(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "data\n",     "model\n",    "let\n",       "show h\n",    "predict 0 1\n",
        "compare\n",  "emulate\n",  "define\n",    "show data\n", "watch\n",
        "evaluate\n", "loss\n",     "optimizer\n", "print 1 2\n", "print h.kernel\n",
        "help\n",     "summary\n",  "penalties\n", "undo\n",      "history\n",
        "record\n",   "checkgrad\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (long n = 1;; n++) {
            struct fake f;
            fake_start_as(&f, "json");
            fake_ok(&f, TRAINED);
            mem_fail_at(n);
            enum outcome how = fake_run(&f, texts[i]);
            const bool failed = mem_failed();
            mem_fail_at(0);
            assert_int_equal(how, failed ? OUTCOME_ERROR : OUTCOME_OK);
            /* Nothing of the report: at most the error, as an object. */
            if (failed && f.out.size) {
                assert_memory_equal(f.out.text, "{\"verb\": ", 9);
                check_has(f.out.text, ", \"error\": \"not enough memory\"");
                assert_int_equal(count_of(f.out.text, "\n"), 1);
            }
            fake_finish(&f);
            if (!failed)
                break;
        }
}

static void a_wrong_line_without_memory(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "print (\n",       "densse 4\n",      "dense 4 rleu\n", "set h.kernal = l1(1)\n",
        "expect 1 == 2\n", "print nothing\n", "dense 1 as h\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (long n = 1;; n++) {
            struct fake f;
            fake_start(&f);
            fake_ok(&f, SETUP);
            const uint64_t digest = session_digest(f.session);
            mem_fail_at(n);
            enum outcome how = fake_run(&f, texts[i]);
            const bool failed = mem_failed();
            mem_fail_at(0);
            /* Either the error of the line, if there was memory to tell it, or that of memory. */
            assert_true(how == OUTCOME_ERROR || how == OUTCOME_EXPECT);
            assert_true(f.err.size > 0);
            assert_int_equal(session_digest(f.session), digest);
            fake_finish(&f);
            if (!failed)
                break;
        }
}

/* Whether the session goes on when allocation n of an example fails; *last: none did. */
static bool goes_on(const struct entry *row, long n, bool *last)
{
    struct fake f;
    fake_start(&f);
    f.folder = SCRIPTS;
    mem_fail_at(n);
    const enum outcome how = fake_example(&f, row->example);
    *last = !mem_failed();
    mem_fail_at(0);
    const bool told = how != OUTCOME_ERROR || count_of(f.err.text, "not enough memory") > 0;
    const bool fine = told && (how == OUTCOME_QUIT || (fake_run(&f, "print 40+2\n") == OUTCOME_OK &&
                                                       strcmp(f.out.text, "42\n") == 0));
    if (!fine)
        print_error("%s: allocation %ld, outcome %d\n%s\n", row->name, n, (int)how, f.err.text);
    fake_finish(&f);
    return fine;
}

/* Of each example some allocations fail, first the first, then ever fewer of them. */
static void every_example(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; k < catalog[i].table->rows; k++) {
            const struct entry *row = catalog[i].table->row[k];
            bool last = !row->example;
            for (long n = 1 + (long)(k % 7); !last; n += 1 + n / 24)
                wrong += !goes_on(row, n, &last);
        }
    assert_int_equal(wrong, 0);
}

static void making_a_session(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    for (long n = 1;; n++) {
        mem_fail_at(n);
        struct session *s = session_create(&f.host, 1);
        const bool failed = mem_failed();
        mem_fail_at(0);
        assert_true(failed ? !s : s != NULL);
        session_destroy(s);
        if (!failed)
            break;
    }
    fake_finish(&f);
}

static void completing(void **state)
{
    (void)state;
    static const char *const lines[] = {"tra",
                                        "dense 4 ker",
                                        "print hidden.k",
                                        "dense 4 kernel=",
                                        "set ",
                                        "set h.kernel = ",
                                        "set optimizer.lr",
                                        "dense 4 kernel=l1(",
                                        "help ",
                                        "plot ",
                                        "plot weights ",
                                        "plot terminal ",
                                        "data ",
                                        "data csv \"x\" target=",
                                        "output ",
                                        "model ",
                                        "goto ",
                                        "emulate ",
                                        "print mean(",
                                        "expect h.kernel.",
                                        "define p(x) = ",
                                        "train 3 on ",
                                        "show ",
                                        "watch "};
    struct fake f;
    fake_start(&f);
    fake_ok(&f, SETUP);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (long n = 1;; n++) {
            size_t start;
            char suffix;
            mem_fail_at(n);
            char **list = session_complete(f.session, lines[i], strlen(lines[i]), &start, &suffix);
            const bool failed = mem_failed();
            mem_fail_at(0);
            for (size_t k = 0; list && list[k]; k++)
                mem_free(list[k]);
            mem_free(list);
            if (!failed)
                break;
        }
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_session), cmocka_unit_test(layers),
        cmocka_unit_test(behind_others), cmocka_unit_test(settings),
        cmocka_unit_test(experiments),   cmocka_unit_test(looking),
        cmocka_unit_test(evaluating),    cmocka_unit_test(training),
        cmocka_unit_test(in_json_too),   cmocka_unit_test(a_wrong_line_without_memory),
        cmocka_unit_test(every_example), cmocka_unit_test(making_a_session),
        cmocka_unit_test(completing),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
