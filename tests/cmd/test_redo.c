/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo N and redo: what was taken back comes again to the bit, also in a replay. */
#include "again.h"

#define SETUP                                                                                      \
    "data rows { 0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 0 } batch=3\nlet k = 0.1\n"                  \
    "let weak = l1(k)+l2(k)\nmodel one\ninput 2 as x\n"                                            \
    "dense 3 tanh kernel=l2(1e-2) activity=l1(0.1) as h\ndense 1 sigmoid as y\nloss mse\n"         \
    "optimizer adam\ntrain 3\nstep 1\nclone two\nstep 2\nmark before\nstep 1\n"

/* Each changes something, after the setup. */
static const char *const changing[] = {
    "train 4",
    "train 2 on all",
    "set h.kernel = weak",
    "set optimizer.lr = 0.5",
    "set optimizer.lr = 1e-2 * 0.9^epoch every 1",
    "set h.trainable = no",
    "loss mae",
    "optimizer sgd lr=0.1 momentum=0.9",
    "dense 1 sigmoid as z",
    "h on x as again",
    "data moons 20 split=0.25",
    "seed 5",
    "let k = 7",
    "let fresh = 1",
    "model one",
    "model three",
    "clone four",
    "rename five",
    "repeat 2 { step 1; let k = 2*k }",
    "define penalty odd(x) = sum(abs(x))^2",
    "block pair { dense 2 tanh; dense 1 }",
    "term tie = 1e-3 * sum(h.kernel^2)",
    "output h",
    "emulate keras-1.0",
    "goto before",
    "sweep h.kernel = l2(?) over 0.1 1 { step 1; measure m = loss }",
};
/* The first of them can follow one another. */
enum { CHANGING = sizeof changing / sizeof *changing, IN_A_ROW = 14 };

static void start(struct fake *f)
{
    fake_start(f);
    fake_ok(f, SETUP);
}

static void run_line(struct fake *f, const char *line)
{
    char text[200];
    snprintf(text, sizeof text, "%s\n", line);
    fake_ok(f, text);
}

static void each_statement_comes_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGING; i++) {
        struct fake f, plain;
        start(&f);
        start(&plain);
        run_line(&plain, changing[i]);
        run_line(&f, changing[i]);
        fake_ok(&f, "undo\nredo\n");
        check_has(f.out.text, "done again: ");
        check_same(&f, &plain, changing[i]);
        /* And goes on alike; and is taken back again. */
        fake_ok(&f, "undo\nredo\n");
        const enum outcome goes = fake_run(&plain, "step 1 on all\n");
        assert_int_equal(fake_run(&f, "step 1 on all\n"), goes);
        check_same(&f, &plain, changing[i]);
        fake_ok(&f, goes == OUTCOME_OK ? "undo 2\n" : "undo\n");
        fake_finish(&plain);
        start(&plain);
        check_same(&f, &plain, changing[i]);
        fake_finish(&plain);
        fake_finish(&f);
    }
}

static void all_of_them_at_once(void **state)
{
    (void)state;
    struct fake f, plain;
    char back[40];
    start(&f);
    start(&plain);
    for (size_t i = 0; i < IN_A_ROW; i++) {
        run_line(&f, changing[i]);
        run_line(&plain, changing[i]);
    }
    snprintf(back, sizeof back, "undo %d\n", (int)IN_A_ROW);
    fake_ok(&f, back);
    assert_int_equal(count_of(f.out.text, "taken back: "), IN_A_ROW);
    for (size_t i = 0; i < IN_A_ROW; i++)
        fake_ok(&f, "redo\n");
    check_same(&f, &plain, "all, and back, and again");
    fake_says(&f, "redo\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to do again; redo brings what undo took back, until "
              "something new is done");
    fake_finish(&f);
    fake_finish(&plain);
}

/* What nnr chose, steps, loops: a record leads to the same session. */
static void a_record_says_it_too(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "train 2\nset h.kernel = l1(1e-3)\ntrain 1\nundo 2\nredo\n",
        "train 2\nundo\nredo\ntrain 1\n",
        "train 2\ntrain 1\nundo 2\nredo\nredo\nstep 1\n",
        "define penalty odd(x) = sum(abs(x))^2\nset h.kernel = odd(0.1)\ntrain 1\nundo 3\nredo\n"
        "redo\nredo\ntrain 1\n",
        "define penalty odd(x) = sum(abs(x))^2\nundo\ndefine penalty even(x) = sum(x^2)\nundo\n"
        "redo\nset h.kernel = even(0.1)\nstep 1\n",
        "dense 1 as more\nundo\nredo\nloss mse\nstep 1\n",
        "repeat 3 { step 1; let j = 2 }\nundo\nredo\nstep 2\n",
        "clone c\ntrain 1 on all\nundo 2\nredo\nredo\nmodel main\nstep 1\n",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct fake f;
        fake_start(&f);
        f.folder = ".";
        fake_ok(&f, "record \"way.nnr\"\ndata moons 24\ninput 2\ndense 3 tanh as h\n"
                    "dense 1 sigmoid\n");
        fake_ok(&f, ways[i]);
        fake_ok(&f, "record none\nsave session \"whole.nnr\"\n");
        check_replays(&f, "way.nnr");
        check_replays(&f, "whole.nnr");
        fake_finish(&f);
    }
}

static void something_new_ends_it(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "let k = 1\nlet k = 2\nundo\nlet j = 3\n");
    fake_says(&f, "redo\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to do again; redo brings what undo took back, until "
              "something new is done");
    /* What changes nothing does not, nor what fails. */
    fake_ok(&f, "let k = 5\nundo\nprint k\nhelp undo\n");
    assert_int_equal(fake_run(&f, "dense 3\n"), OUTCOME_ERROR);
    fake_prints(&f, "redo\nprint k\n", "done again: let k=5\n5\n");
    fake_finish(&f);
}

/* To keep a large session for redo would take longer than to take a small statement back. */
static void a_large_session_keeps_what_trains_alone(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    for (int i = 0; i < 1000; i++) {
        char line[40];
        snprintf(line, sizeof line, "let v%d = %d\n", i, i);
        fake_ok(&f, line);
    }
    fake_ok(&f, "let v7 = 1\nundo\n");
    assert_int_equal(fake_run(&f, "redo\n"), OUTCOME_ERROR);
    fake_ok(&f, "input 2\ndense 1 as h\ndata moons 10\nstep 1\nundo\nredo\n");
    fake_prints(&f, "print step\nprint v7\n", "1\n7\n");
    /* A small one ends what could be brought again before. */
    fake_ok(&f, "let v8 = 1\nstep 1\nundo 2\n");
    assert_int_equal(fake_run(&f, "redo\n"), OUTCOME_ERROR);
    fake_prints(&f, "print step\nprint v8\n", "1\n8\n");
    fake_finish(&f);
}

static void bad_numbers_change_nothing(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "undo 2\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to take back; undo takes back what changed models, data, "
              "settings or variables");
    fake_ok(&f, "let k = 1\nlet j = 2\n");
    const uint64_t before = session_digest(f.session);
    fake_says(&f, "undo 3\n", OUTCOME_ERROR,
              "t:1:6: there are 2 statements to take back, and not 3; write undo 2");
    assert_int_equal(fake_run(&f, "undo 0\n"), OUTCOME_ERROR);
    assert_int_equal(fake_run(&f, "undo -1\n"), OUTCOME_ERROR);
    assert_int_equal(fake_run(&f, "undo 1.5\n"), OUTCOME_ERROR);
    fake_says(&f, "repeat 2 { redo }\n", OUTCOME_ERROR,
              "t:1:12: redo stands by itself, not in { }; what stands in { } is taken back as a "
              "whole");
    assert_true(session_digest(f.session) == before);
    fake_prints(&f, "undo 2\n", "taken back: let j=2\ntaken back: let k=1\n");
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, "let k = 1\nlet j = 2\nundo 2\n");
    check_has(f.out.text, "\"undo\": [\"let j=2\", \"let k=1\"]");
    fake_finish(&f);
}

/* In a file that source reads both concern the file's statements alone. */
static void files_have_their_own(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.folder = ".";
    FILE *file = fopen("inner.nnr", "w");
    assert_non_null(file);
    fputs("let a = 1\nlet b = 2\nundo 2\nredo\n", file);
    fclose(file);
    fake_ok(&f, "record \"outer.nnr\"\nlet k = 1\nlet k = 2\nundo\nsource \"inner.nnr\"\n");
    fake_prints(&f, "print a\nprint k\n", "1\n1\n");
    assert_int_equal(fake_run(&f, "print b\n"), OUTCOME_ERROR);
    assert_int_equal(fake_run(&f, "redo\n"), OUTCOME_ERROR);
    fake_ok(&f, "undo\nredo\n");
    fake_prints(&f, "print a\n", "1\n");
    fake_ok(&f, "record none\n");
    check_replays(&f, "outer.nnr");
    file = fopen("redoes.nnr", "w");
    assert_non_null(file);
    fputs("redo\n", file);
    fclose(file);
    fake_ok(&f, "let z = 1\nundo\n");
    assert_int_equal(fake_run(&f, "source \"redoes.nnr\"\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_comes_again),
        cmocka_unit_test(all_of_them_at_once),
        cmocka_unit_test(a_record_says_it_too),
        cmocka_unit_test(something_new_ends_it),
        cmocka_unit_test(a_large_session_keeps_what_trains_alone),
        cmocka_unit_test(bad_numbers_change_nothing),
        cmocka_unit_test(files_have_their_own),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
