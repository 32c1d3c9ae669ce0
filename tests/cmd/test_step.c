/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --step: what is shown, and what may be typed in between. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

static void start(struct fake *f)
{
    fake_start(f);
    f->host.step = true;
}

static void each_statement_is_shown_with_its_position(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    fake_ok(&f, "let k   =  2\n\nprint k # a comment\n");
    assert_string_equal(f.shown.text,
                        "Enter carries out what is shown; what you type is done before it; next, "
                        "back,\nagain, list and leave go about in it; Ctrl-C stops\n"
                        "t:1 (1 of 2): let k   =  2\nstep> t:3 (2 of 2): print k\nstep> ");
    assert_string_equal(f.out.text, "2\n");
    fake_finish(&f);
}

/* On a screen of 80 columns, where the terminal would break the line in a word. */
static void what_is_said_first_fits_the_screen(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.host.screen = true;
    f.host.width = 80;
    fake_ok(&f, "print 1\n");
    const char *at = f.shown.text;
    for (size_t n; *at; at += n + 1) {
        n = strcspn(at, "\n");
        assert_true(n <= 80);
        if (!at[n])
            break;
    }
    check_has(f.shown.text, "again, list and leave go about in it; Ctrl-C stops\n");
    fake_finish(&f);
}

static void a_long_statement_is_cut_between_letters(void **state)
{
    (void)state;
    struct fake f;
    struct str s = {0};
    start(&f);
    str_add(&s, "print \"");
    for (int i = 0; i < 3000; i++)
        str_add(&s, "\xc3\xa4");
    str_add(&s, "\"\n");
    fake_ok(&f, s.text);
    const char *end = strstr(f.shown.text, " ...\nstep> ");
    assert_non_null(end);
    assert_memory_equal(end - 2, "\xc3\xa4", 2);
    assert_in_range(f.shown.size, 600, 800);
    str_finish(&s);
    fake_finish(&f);
}

/* say and section are their own show, and pause waits by itself. */
static void what_speaks_is_not_shown_before(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    fake_ok(&f, "section \"one\"\nsay \"two\"\npause \"three\"\nprint 4\n");
    assert_int_equal(count_of(f.shown.text, "step> "), 1);
    check_has(f.shown.text, "t:4 (4 of 4, one): print 4\n");
    assert_string_equal(f.asked, "three");
    assert_string_equal(f.out.text, "\n== one ==\ntwo\n4\n");
    fake_finish(&f);
}

static void what_is_typed_comes_first_and_the_step_stands(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.answers = "print 1|let k = 5|print k|prnt|expect 1 > 2||";
    fake_ok(&f, "let k = 2\nprint k\n");
    assert_string_equal(f.out.text, "1\n5\n2\n");
    assert_int_equal(count_of(f.shown.text, "(1 of 2)"), 6);
    assert_int_equal(count_of(f.shown.text, "(2 of 2)"), 1);
    assert_int_equal(count_of(f.shown.text, "Enter"), 1);
    check_has(f.err.text, "<prompt>:1:1: no verb or layer \"prnt\"");
    check_has(f.err.text, "expected 1 > 2");
    fake_finish(&f);
}

static void a_statement_may_go_on_in_a_further_line(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.answers = "repeat 2 {|print 7|}||";
    fake_ok(&f, "print 1\n");
    assert_string_equal(f.out.text, "7\n7\n1\n");
    assert_int_equal(count_of(f.shown.text, "...> "), 2);
    fake_finish(&f);
}

static void what_is_typed_is_recorded_where_it_was_done(void **state)
{
    (void)state;
    struct fake f, g;
    start(&f);
    f.answers = "|let k = 3||print 8||";
    fake_ok(&f, "let k = 2\nlet m = k\nsave session \"kept.nnr\"\n");
    fake_start(&g);
    fake_prints(&g, "source \"kept.nnr\"\nprint k m\n", "8\nk = 3, m = 3\n");
    fake_finish(&g);
    fake_finish(&f);
}

/* Inside braces and files a record has the statement around alone. */
static void inside_only_what_looks_may_be_typed(void **state)
{
    (void)state;
    struct fake f;
    folder_text("in.nnr", "print 30\n");
    start(&f);
    f.answers = "|let k = 9|print k|let||";
    fake_ok(&f, "for k in 1 { print 10*k }\n");
    assert_string_equal(f.out.text, "1\nlet k = 1\n10\n");
    check_has(f.err.text, "let cannot be typed inside { } or a file that source reads; a record");
    f.answers = "|train 3|print 20||";
    fake_ok(&f, "source \"in.nnr\"\n");
    assert_string_equal(f.out.text, "20\n30\n");
    check_has(f.shown.text, "./in.nnr:1 (1 of 1): print 30\n");
    check_has(f.err.text, "train cannot be typed inside");
    fake_finish(&f);
}

static void quit_leaves_before_the_statement(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.answers = "quit|";
    assert_int_equal(fake_run(&f, "print 1\n"), OUTCOME_QUIT);
    assert_string_equal(f.out.text, "");
    fake_finish(&f);
}

static void stopping_stops(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    f.refuses = true;
    assert_int_equal(fake_run(&f, "print 1\n"), OUTCOME_STOPPED);
    assert_string_equal(f.out.text, "");
    fake_finish(&f);
}

/* What a person types at the prompt is not asked for; a file that it reads is. */
static void what_is_typed_at_the_prompt_is_not_shown(void **state)
{
    (void)state;
    struct fake f;
    folder_text("in.nnr", "print 30\n");
    start(&f);
    const char *typed = "let k = 1; for i in 1 2 { print i }; source \"in.nnr\"\n";
    assert_int_equal(session_run(f.session, "<prompt>", ".", typed, strlen(typed), 1, false),
                     OUTCOME_OK);
    assert_int_equal(count_of(f.shown.text, "step> "), 1);
    check_has(f.shown.text, "in.nnr:1 (1 of 1): print 30\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_is_shown_with_its_position),
        cmocka_unit_test(what_is_said_first_fits_the_screen),
        cmocka_unit_test(a_long_statement_is_cut_between_letters),
        cmocka_unit_test(what_speaks_is_not_shown_before),
        cmocka_unit_test(what_is_typed_comes_first_and_the_step_stands),
        cmocka_unit_test(a_statement_may_go_on_in_a_further_line),
        cmocka_unit_test(what_is_typed_is_recorded_where_it_was_done),
        cmocka_unit_test(inside_only_what_looks_may_be_typed),
        cmocka_unit_test(quit_leaves_before_the_statement),
        cmocka_unit_test(stopping_stops),
        cmocka_unit_test(what_is_typed_at_the_prompt_is_not_shown),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
