/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: every statement can be taken back to the bit, and said again leads where it led. */
#include "again.h"

#include "num/real.h"

#define SETUP                                                                                      \
    "data rows { 0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 0 } batch=3\nlet k = 0.1\n"                  \
    "let weak = l1(k)+l2(k)\nmodel one\ninput 2 as x\n"                                            \
    "dense 3 tanh kernel=l2(1e-2) activity=l1(0.1) as h\ndense 1 sigmoid as y\nloss mse\n"         \
    "optimizer adam\ntrain 3\nstep 1\nclone two\nstep 2\n"

/* Each changes something, after the setup. */
static const char *const changing[] = {
    "train 4",
    "step 3",
    "train 2 on all",
    "set h.kernel = weak",
    "set optimizer.lr = 0.5",
    "set data.batch = 1",
    "set h.trainable = no",
    "loss mae",
    "optimizer sgd lr=0.1 momentum=0.9",
    "dense 2 as z",
    "h on x as again",
    "data moons 20 split=0.25",
    "batch 2",
    "seed 5",
    "let k = 7",
    "let weak = l1(5)",
    "let fresh = 1",
    "model one",
    "model three",
    "clone four",
    "rename five",
    "for k in 1 2 { set h.activity = l1(k); step k }",
    "repeat 2 { step 1; let k = 2*k }",
    "define penalty odd(x) = sum(abs(x))^2",
    "block pair { dense 2 tanh; dense 1 }",
    "output h",
    "emulate keras-1.0",
    "set penalties.frozen = ignore",
    "goto before",
    "train until loss < 0 max 2",
    "train 9 until stalled(loss, 2) keep=best",
};
enum { CHANGING = sizeof changing / sizeof *changing };

static void start(struct fake *f)
{
    fake_start(f);
    fake_ok(f, SETUP "mark before\nstep 1\n");
}

static void each_statement_is_taken_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGING; i++) {
        struct fake f, plain;
        start(&f);
        start(&plain);
        fake_ok(&f, changing[i]);
        if (session_digest(f.session) == session_digest(plain.session))
            fail_msg("%s changes nothing", changing[i]);
        fake_ok(&f, "undo\n");
        check_same(&f, &plain, changing[i]);
        /* From there the same comes of the same. */
        fake_ok(&f, "train 2 on all\n");
        fake_ok(&plain, "train 2 on all\n");
        check_same(&f, &plain, changing[i]);
        fake_finish(&plain);
        fake_finish(&f);
    }
}

/* Whether the model can still be trained afterwards. */
static bool fits(const char *text)
{
    return !strstr(text, "dense") && !strstr(text, "again") && strncmp(text, "data", 4) != 0 &&
           !strstr(text, "output") && !strstr(text, "three") && !strstr(text, "four");
}

static void all_are_taken_back_one_by_one(void **state)
{
    (void)state;
    struct fake f;
    uint64_t digest[CHANGING];
    start(&f);
    for (size_t i = 0; i < CHANGING; i++) {
        digest[i] = session_digest(f.session);
        if (fits(changing[i]))
            fake_ok(&f, changing[i]);
        /* What changes nothing is passed over. */
        fake_ok(&f, "print 1\nlet\nloss\nmodel\npenalties\nhelp\nexpect 1 == 1\n");
    }
    for (size_t i = CHANGING; i-- > 0;)
        if (fits(changing[i])) {
            fake_ok(&f, "undo\n");
            if (session_digest(f.session) != digest[i])
                fail_msg("not as before %s", changing[i]);
        }
    fake_finish(&f);
}

static void it_says_what_it_took_back(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "undo\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to take back; undo takes back what changed models, data, "
              "settings or variables");
    fake_ok(&f, "let k = 1e-3\ndata xor\ninput 2 as x\n");
    fake_prints(&f, "undo\n", "taken back: input 2 as x\n");
    fake_prints(&f, "print 1\nundo\n", "1\ntaken back: data xor\n");
    fake_prints(&f, "undo\n", "taken back: let k=1e-3\n");
    fake_says(&f, "print k\n", OUTCOME_ERROR,
              "t:1:7: no quantity or variable \"k\"; help expressions lists what there is");
    fake_says(&f, "undo\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to take back; undo takes back what changed models, data, "
              "settings or variables");
    fake_says(&f, "let k = 1\nrepeat 2 { undo }\n", OUTCOME_ERROR,
              "t:2:12: undo stands by itself, not in { }; what stands in { } is taken back as a "
              "whole");
    fake_finish(&f);
}

/* A statement that fails is nothing to take back. */
static void what_fails_is_passed_over(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "let k = 1\n");
    fake_run(&f, "dense 4\n");
    fake_run(&f, "let step = 1\n");
    fake_run(&f, "repeat 2 { dense 4 }\n");
    fake_run(&f, "expect 1 == 2\n");
    fake_prints(&f, "undo\n", "taken back: let k=1\n");
    fake_finish(&f);
}

/* What was done before it failed, or before a person stopped it, is taken back. */
static void what_was_begun_is_taken_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"train 1000\n", "repeat 9 { step 1; let k = k+1 }\n",
                                        "repeat 2 { step 1; nonsense }\n",
                                        "for k in 1 2 3 { train 40 on all }\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fake f;
        start(&f);
        const uint64_t before = session_digest(f.session);
        f.pace = 0.1;
        f.stop_at = 12;
        assert_int_not_equal(fake_run(&f, texts[i]), OUTCOME_OK);
        assert_true(session_digest(f.session) != before);
        f.stop_at = 0;
        fake_ok(&f, "undo\n");
        assert_true(session_digest(f.session) == before);
        fake_finish(&f);
    }
}

static void a_file_is_one_statement(void **state)
{
    (void)state;
    struct fake f;
    folder_text("inner.nnr", "let a = 1\nlet b = 2\nundo\nlet c = 3\n");
    folder_text("outer.nnr", "let z = 1\nsource \"inner.nnr\"\nundo\nundo\nundo\n");
    fake_start(&f);
    fake_ok(&f, "let first = 1\n");
    const uint64_t before = session_digest(f.session);
    fake_prints(&f, "source \"inner.nnr\"\nlet\n",
                "taken back: let b=2\nlet first = 1\nlet a = 1\nlet c = 3\n");
    fake_ok(&f, "undo\n");
    assert_non_null(strstr(f.out.text, "inner.nnr\"\n"));
    assert_true(session_digest(f.session) == before);
    /* In a file there is an end to it. */
    assert_int_equal(fake_run(&f, "source \"outer.nnr\"\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "there is nothing to take back; in a file that source "
                                       "reads, undo takes back what the file did"));
    fake_finish(&f);
}

/* Steps between two statements are one thing to take back. */
static void training_behind_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    f.pace = 0.001;
    fake_ok(&f, "data moons 64\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\nloss mse\n"
                "optimizer sgd\nrun\n");
    const uint64_t first = session_digest(f.session);
    session_advance(f.session);
    fake_says(&f, "undo\n", OUTCOME_ERROR,
              "t:1:1: undo cannot be done while training runs; stop first: stop");
    fake_ok(&f, "set h.activity = l1(0.1)\n");
    const double between = fake_number(&f, "step");
    session_advance(f.session);
    assert_true(session_stop(f.session));
    assert_true(fake_number(&f, "step") > between);
    fake_ok(&f, "undo\n");
    assert_non_null(strstr(f.out.text, "taken back: step "));
    assert_true(fake_number(&f, "step") == between);
    fake_prints(&f, "undo\n", "taken back: set h.activity = l1(0.1)\n");
    fake_ok(&f, "undo\n");
    assert_non_null(strstr(f.out.text, "taken back: step "));
    assert_true(fake_number(&f, "step") == 0);
    assert_true(session_digest(f.session) == first);
    fake_prints(&f, "undo\n", "taken back: optimizer sgd\n");
    fake_finish(&f);
}

/* 64 MiB: a model of 1026001 numbers, its gradient and the one slot of sgd are 12.3 MB in float and
 * 24.6 MB in double, so 5 or 2 of them fit; what is older goes. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 2 shape=1024 target=1\ninput 1024\ndense 1000 as h\ndense 1\n"
                "optimizer sgd lr=1e-9\nloss mse\nstep 1\n");
    for (int i = 0; i < 12; i++)
        fake_ok(&f, "step 1\n");
    int back = 0;
    while (fake_run(&f, "undo\n") == OUTCOME_OK)
        back++;
    assert_int_equal(back, sizeof(real) == 8 ? 2 : 5);
    assert_true(fake_number(&f, "step") == 13 - back);
    fake_finish(&f);
}

/* What was chosen for a model that a loop made goes with the loop, not with the statement before.
 */
static void models_of_a_loop_leave_nothing_behind(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 20\ninput 2\ndense 3 as h\ndense 1 sigmoid\n");
    const uint64_t before = session_digest(f.session);
    fake_ok(&f, "set h.kernel = l2(1)\nrepeat 1 { clone c; clone d; step 1 }\nundo\nundo\n");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* The mean of an epoch is over all its samples, however its steps were come by: undone and done
 * again, gone back to, or in a clone. */
static void an_epoch_is_whole(void **state)
{
    (void)state;
    static const char setup[] = "data blobs 40 batch=8\ninput 2\n"
                                "dense 6 kernel=l2(0.1) activity=l1(0.01)\n"
                                "dense 3 softmax\nloss categorical_crossentropy\n"
                                "optimizer sgd lr=0.1\nstep 2\n";
    static const char *const way[] = {
        "step 1; undo; step 3",
        "mark here; step 2; goto here; step 3",
        "step 1; undo; redo; step 2",
        "clone two; step 3",
        "step 1; set dense_1.kernel = l2(0.1); step 2",
    };
    struct fake plain;
    fake_start(&plain);
    fake_ok(&plain, setup);
    fake_ok(&plain, "step 3");
    fake_ok(&plain, "history format=csv");
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, setup);
        fake_ok(&f, way[i]);
        fake_ok(&f, "history format=csv");
        assert_string_equal(f.out.text, plain.out.text);
        fake_finish(&f);
    }
    fake_finish(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_is_taken_back),
        cmocka_unit_test(all_are_taken_back_one_by_one),
        cmocka_unit_test(it_says_what_it_took_back),
        cmocka_unit_test(what_fails_is_passed_over),
        cmocka_unit_test(what_was_begun_is_taken_back),
        cmocka_unit_test(a_file_is_one_statement),
        cmocka_unit_test(training_behind_the_prompt),
        cmocka_unit_test(models_of_a_loop_leave_nothing_behind),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(an_epoch_is_whole),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
