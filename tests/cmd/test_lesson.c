/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons: the list, what is shown and asked, the words of the player, and the way back. */
#include "again.h"
#include "check.h"
#include "folder.h"

#include "cmd/session/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "# SPDX-License-Identifier: none\n# Own: the way\n# 7 minutes. It shows a way.\n"
#define LESSON                                                                                     \
    HEAD "let before = 1\nsection \"One\"\nsay \"first\"\ndata moons 40\ninput 2\n"                \
         "dense 3 tanh as h\ndense 1 sigmoid\nloss mse\noptimizer adam\ntrain 2\n"                 \
         "section \"Two\"\nlet k = 2\nset h.kernel = l1(0.1)\n"                                    \
         "define penalty odd(x) = sum(abs(x))^2\nmeasure figure = sum(h.kernel)\ntrain 2\n"        \
         "section \"Three\"\nlet k = 3\ntrain 2\nsay \"end\"\n"

static void start(struct fake *f)
{
    fake_start(f);
    f->host.watched = true;
    folder_text("own.nnr", LESSON);
}

/* A session that plays the lesson with these answers. */
static void play(struct fake *f, const char *answers)
{
    start(f);
    f->answers = answers;
    fake_ok(f, "lesson \"own.nnr\"\n");
}

static void the_list_has_all_with_their_minutes(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    assert_int_equal(mkdir("folder", 0700), 0);
    folder_text("folder/b.nnr", LESSON);
    folder_text("folder/a.nnr", "print 1\n");
    folder_text("folder/.hidden.nnr", "print 1\n");
    folder_text("folder/other.txt", "print 1\n");
    folder_text("folder/05-counted-twice.nnr", "# Mine\nprint 5\n");
    setenv("NNR_LESSONS", "folder", 1);
    fake_ok(&f, "lesson\n");
    check_has(f.out.text, "1  What a penalty is");
    check_has(f.out.text, "5  Mine");
    check_has(f.out.text, "a.nnr");
    check_has(f.out.text, "Own: the way");
    check_has(f.out.text, "      7\n");
    assert_null(strstr(f.out.text, "hidden"));
    assert_null(strstr(f.out.text, "other"));
    f.answers = "";
    fake_ok(&f, "lesson \"mine\"\n");
    assert_string_equal(f.out.text, "5\n");
    fake_ok(&f, "lesson \"own: THE way\"\nprint k\n");
    check_has(f.out.text, "first\n");
    check_has(f.err.text, "Own: the way: about 7 minutes\n");
    setenv("NNR_LESSONS", "nowhere", 1);
    fake_says(&f, "lesson\n", OUTCOME_ERROR,
              "t:1:1: the folder \"nowhere\" of NNR_LESSONS cannot be read: No such file or "
              "directory; let NNR_LESSONS name a folder with lessons, or unset it");
    unsetenv("NNR_LESSONS");
    assert_int_equal(system("rm -r folder"), 0);
    fake_finish(&f);
}

static void what_is_no_lesson_is_told(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    unsetenv("NNR_LESSONS");
    fake_says(&f, "lesson 99\n", OUTCOME_ERROR,
              "t:1:8: there is no such lesson: they have the numbers 1 to 10; lesson lists them");
    fake_says(&f, "lesson 1.5\n", OUTCOME_ERROR,
              "t:1:8: there is no such lesson: they have the numbers 1 to 10; lesson lists them");
    fake_says(
        &f, "lesson \"Kernel or activit\" format=csv\n", OUTCOME_ERROR,
        "t:1:28: format is for a table, and this statement prints none; leave format= out; help "
        "lesson tells what prints a table");
    fake_says(&f, "lesson \"Kermel or actitivy\"\n", OUTCOME_ERROR,
              "t:1:8: there is no lesson \"Kermel or actitivy\", and no file of that name; did you "
              "mean lesson \"Kernel or activity\"?");
    fake_says(
        &f, "lesson \"none.nnr\"\n", OUTCOME_ERROR,
        "t:1:8: there is no lesson \"none.nnr\", and no file of that name; lesson lists them");
    fake_says(&f, "repeat 2 { lesson 1 }\n", OUTCOME_ERROR,
              "t:1:12: lesson cannot stand in { } or in a file that source reads; say it at the "
              "prompt, or in a script of its own");
    fake_finish(&f);
}

/* Each statement with its place and as it is written; say and section speak once. */
static void what_is_shown(void **state)
{
    (void)state;
    struct fake f;
    play(&f, NULL);
    check_has(f.shown.text, "1 of 20\n    let before = 1\nlesson> ");
    check_has(f.shown.text, "4 of 20, One\n    data moons 40\nlesson> ");
    check_has(f.shown.text, "13 of 20, Two\n    set h.kernel = l1(0.1)\nlesson> ");
    assert_int_equal(count_of(f.shown.text, "lesson> "), 15);
    assert_int_equal(count_of(f.shown.text, "first"), 0);
    assert_int_equal(count_of(f.out.text, "first"), 1);
    assert_int_equal(count_of(f.out.text, "== Two =="), 1);
    check_has(f.err.text, "the lesson is over; models, data and pictures stay\n");
    fake_finish(&f);
}

/* On a screen of 40 columns text is broken between words, below its own beginning. */
static void text_fits_a_narrow_screen(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.host.screen = true;
    f.host.width = 40;
    folder_text("own.nnr", "say \"one two three four five six seven eight nine ten ä\"\n"
                           "say \"  a list of words that goes on in the next line\"\n"
                           "say \"0123456789012345678901234567890123456789012345\"\n"
                           "section \"A heading that is longer than the screen is wide\"\n");
    fake_ok(&f, "lesson \"own.nnr\"\n");
    assert_string_equal(f.out.text, "one two three four five six seven eight\nnine ten ä\n"
                                    "  a list of words that goes on in the\n  next line\n"
                                    "0123456789012345678901234567890123456789012345\n"
                                    "\n== A heading that is longer than the\nscreen is wide ==\n");
    fake_finish(&f);
}

/* A loop is one statement, shown whole. */
static void a_loop_is_one_statement(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    folder_text("own.nnr", "repeat 2 {\n    print 7\n}\n");
    fake_ok(&f, "lesson \"own.nnr\"\n");
    assert_int_equal(count_of(f.shown.text, "lesson> "), 1);
    check_has(f.shown.text, "1 of 1\n    repeat 2 {\n        print 7\n    }\nlesson> ");
    assert_string_equal(f.out.text, "7\n7\n");
    fake_finish(&f);
}

/* What the session holds, but for its marks: one of a section that was left may stay. */
static uint64_t state_of(const struct fake *f)
{
    return digest_state(f->session, DIGEST_START);
}

/* The same state, to the bit, as when nobody went further; a record leads to it too. */
static void back_and_again_restore_the_state(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "next|next||||again|leave",
        "next|next|next|let k = 9|train 3|set h.kernel = none|back|leave",
        "next|next|next|back|back|next|leave",
        "next|next|dense 5 as lost|let lost = 1|again|||again|leave",
        "next|next|evaluate|undo|step 1|undo|again|leave",
        "next|next||||||back|data circles 30|again|leave",
    };
    struct fake plain;
    play(&plain, "next|next|leave");
    char *points = points_of(&plain);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct fake f;
        play(&f, ways[i]);
        char *own = points_of(&f);
        if (state_of(&f) != state_of(&plain) || strcmp(points, own) != 0)
            fail_msg("another state after %s", ways[i]);
        assert_int_equal(fake_run(&f, "results\n"), OUTCOME_ERROR);
        fake_ok(&f, "save session \"kept.nnr\"\n");
        check_replays(&f, "kept.nnr");
        free(own);
        fake_finish(&f);
    }
    free(points);
    fake_finish(&plain);
}

static void back_goes_from_section_to_section(void **state)
{
    (void)state;
    struct fake f;
    play(&f, "back|next|back|next|next|list|back|leave");
    check_has(f.err.text, "this is the first section: it begins again\n");
    check_has(f.err.text, "  1  (before the first section)\n  2  One\n> 3  Two\n  4  Three\n");
    assert_int_equal(count_of(f.out.text, "== One =="), 3);
    assert_int_equal(count_of(f.out.text, "== Two =="), 1);
    fake_finish(&f);
}

/* What is typed is done before the statement, and stands in a record where it was done. */
static void what_is_typed_in_between(void **state)
{
    (void)state;
    struct fake f;
    play(&f, "let a = 5|print a|prnt 1|repeat 2 {|let a = 2*a|}||next|next|train 1|next");
    check_has(f.out.text, "5\n");
    check_has(f.err.text, "no verb or layer \"prnt\"");
    check_has(f.shown.text, "...> ");
    fake_prints(&f, "print a k epoch\n", "a = 20, k = 3, epoch = 7\n");
    fake_ok(&f, "save session \"kept.nnr\"\n");
    check_replays(&f, "kept.nnr");
    fake_finish(&f);
}

/* undo stays within the section while it is played, and goes on behind it. */
static void undo_in_a_lesson(void **state)
{
    (void)state;
    struct fake f;
    play(&f, "next|next||undo|undo|next|leave");
    check_has(f.err.text, "there is nothing to take back; while a script is played, undo stays in");
    fake_ok(&f, "undo\nundo\n");
    fake_finish(&f);
}

/* What was there is set aside, and comes back. */
static void a_lesson_begins_with_an_empty_session(void **state)
{
    (void)state;
    struct fake f, plain;
    start(&f);
    fake_start(&plain);
    const char *before = "seed 5\nlet k = 1\ndata moons 30\ninput 2\ndense 1\nclone other\n"
                         "define penalty p(x) = sum(x^2)\ntrain 1\n";
    fake_ok(&f, before);
    f.answers = "leave";
    fake_ok(&f, "lesson \"own.nnr\"\n");
    check_has(f.err.text, "yours comes back with: goto before_lesson");
    fake_ok(&plain, "seed 5\n");
    assert_int_equal(state_of(&f), state_of(&plain));
    fake_prints(&f, "goto before_lesson\nprint epoch\n", "1\n");
    fake_ok(&f, "train 1 on main\nsave session \"kept.nnr\"\n");
    check_replays(&f, "kept.nnr");
    fake_finish(&plain);
    fake_finish(&f);
}

/* A claim that no longer holds, or a name that is taken, is no end. */
static void a_mistake_is_no_end(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    folder_text("own.nnr", "let k = 1\nexpect k == 1\nlet m = k + 1\nprint m\nprint m + z\n"
                           "print 9\n");
    f.answers = "|let k = 2|||||print 4|let z = 1||";
    fake_ok(&f, "lesson \"own.nnr\"\n");
    assert_string_equal(f.out.text, "3\n4\n4\n9\n");
    check_has(f.err.text, "expected k == 1");
    check_has(f.err.text, "no quantity or variable \"z\"");
    fake_finish(&f);
}

static void a_lesson_has_no_lesson_in_it(void **state)
{
    (void)state;
    struct fake f;
    play(&f, "lesson 1|lesson|leave");
    check_has(f.err.text, "a lesson is being played; leave it first: leave");
    check_has(f.out.text, "What a penalty is");
    f.host.watched = false;
    folder_text("own.nnr", "lesson \"own.nnr\"\n");
    assert_int_equal(fake_run(&f, "lesson \"own.nnr\"\n"), OUTCOME_ERROR);
    check_has(f.err.text, "a lesson is being played");
    fake_finish(&f);
}

static void quit_and_stop_end_it(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.answers = "|quit|";
    assert_int_equal(fake_run(&f, "lesson \"own.nnr\"\nprint 5\n"), OUTCOME_QUIT);
    assert_null(strstr(f.out.text, "5\n"));
    fake_finish(&f);
    start(&f);
    f.refuses = true;
    assert_int_equal(fake_run(&f, "lesson \"own.nnr\"\n"), OUTCOME_STOPPED);
    f.refuses = false;
    fake_prints(&f, "print 5\n", "5\n");
    fake_finish(&f);
}

/* back waits until training behind the prompt has ended. */
static void training_behind_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.host.person = true;
    f.answers = "next|next|run|back|stop|back|leave";
    fake_ok(&f, "lesson \"own.nnr\"\n");
    check_has(f.err.text, "training runs: stop it first");
    fake_prints(&f, "print step\n", "0\n");
    fake_finish(&f);
}

#define TASK                                                                                       \
    "section \"One\"\nlet k = 1\nexercise \"Let k be 3.\" until k == 3 {\n    let k = 3\n}\n"      \
    "hint \"Three.\"\nsection \"Two\"\nprint 7\n"

/* An exercise asks by itself; the player's words end it, and go where they go. */
static void an_exercise_in_a_lesson(void **state)
{
    (void)state;
    static const struct {
        const char *answers, *out;
        size_t sections;
    } ways[] = {
        {"|let k = 2|hint|again|let k = 3||", "7\n", 2},
        {"|solve||", "7\n", 2},
        {"|list|next||", "7\n", 2},
        {"|skip||", "7\n", 2},
        {"|back|leave", "== One ==\n", 2},
        {"|leave", "", 1},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct fake f;
        start(&f);
        folder_text("own.nnr", TASK);
        f.answers = ways[i].answers;
        fake_ok(&f, "lesson \"own.nnr\"\n");
        const char *out = f.out.text + strlen(f.out.text) - strlen(ways[i].out);
        assert_string_equal(out, ways[i].out);
        assert_int_equal(count_of(f.out.text, " ==\n"), ways[i].sections);
        fake_ok(&f, "save session \"kept.nnr\"\n");
        check_replays(&f, "kept.nnr");
        fake_finish(&f);
    }
}

/* With --step the same words go about in a file. */
static void a_file_with_step(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.step = true;
    f.answers = "|back||next|leave|";
    fake_ok(&f, "let k = 1\nsection \"One\"\nlet k = k + 1\nsection \"Two\"\nprint k\nprint 6\n");
    check_has(f.shown.text, "t:3 (3 of 6, One): let k = k + 1\nstep> ");
    check_has(f.shown.text, "t:5 (5 of 6, Two): print k\nstep> ");
    assert_string_equal(f.out.text, "\n== One ==\n\n== One ==\n\n== Two ==\n");
    fake_prints(&f, "print k\n", "2\n");
    f.answers = "|back|||";
    fake_ok(&f, "for i in 1 { print 8 }\n");
    check_has(f.err.text, "back cannot be typed inside { } or a file that source reads");
    fake_finish(&f);
}

/* What it reads and writes must lie in its folder, or in the folder of lessons. */
static void a_lesson_that_is_safe(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.host.safe = true;
    assert_int_equal(mkdir("shelf", 0700) | mkdir("own", 0700), 0);
    folder_text("shelf/mine.nnr", "# Mine\nsource \"part.nnr\"\nprint k\n"
                                  "record \"../own/x.nnr\"\n");
    folder_text("shelf/part.nnr", "let k = 6\n");
    f.folder = "own";
    f.answers = "||leave";
    assert_int_equal(fake_run(&f, "lesson \"../shelf/mine.nnr\"\n"), OUTCOME_ERROR);
    check_has(f.err.text, "shelf/mine.nnr\" lies outside of the folder that --safe keeps to");
    setenv("NNR_LESSONS", "shelf", 1);
    f.answers = "|||leave";
    fake_ok(&f, "lesson \"mine\"\n");
    assert_string_equal(f.out.text, "6\n");
    check_has(f.err.text, "outside");
    assert_int_not_equal(access("own/x.nnr", F_OK), 0);
    f.answers = "leave";
    fake_ok(&f, "lesson 1\n");
    unsetenv("NNR_LESSONS");
    assert_int_equal(system("rm -r shelf own"), 0);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_has_all_with_their_minutes),
        cmocka_unit_test(what_is_no_lesson_is_told),
        cmocka_unit_test(what_is_shown),
        cmocka_unit_test(text_fits_a_narrow_screen),
        cmocka_unit_test(a_loop_is_one_statement),
        cmocka_unit_test(back_and_again_restore_the_state),
        cmocka_unit_test(back_goes_from_section_to_section),
        cmocka_unit_test(what_is_typed_in_between),
        cmocka_unit_test(undo_in_a_lesson),
        cmocka_unit_test(a_lesson_begins_with_an_empty_session),
        cmocka_unit_test(a_mistake_is_no_end),
        cmocka_unit_test(a_lesson_has_no_lesson_in_it),
        cmocka_unit_test(quit_and_stop_end_it),
        cmocka_unit_test(training_behind_the_prompt),
        cmocka_unit_test(an_exercise_in_a_lesson),
        cmocka_unit_test(a_file_with_step),
        cmocka_unit_test(a_lesson_that_is_safe),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
