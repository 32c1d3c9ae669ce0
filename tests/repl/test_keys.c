/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and screens that readline itself does not stand. */
#include "check.h"

#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CTRL_C "\003"

static void start(struct child *c)
{
    child_start(c, (const char *const[]){FAKE_NNR, NULL});
    child_wait(c, "nnr> ");
}

/* Presses Ctrl-C until the screen shows `text`, which `keys` bring, if any: what was typed and not
 * yet read is forgotten by the terminal then, perhaps the end of a paste, and the keys are a part
 * of it. */
static void insist(struct child *c, const char *keys, const char *text)
{
    for (int i = 0; i < 10; i++) {
        child_type(c, keys);
        if (child_shows(c, text, 1000))
            return;
        child_type(c, CTRL_C);
        child_listen(c, 200);
    }
    child_type(c, keys);
    child_wait(c, text);
}

/* The prompt takes a line. What stands on a narrow screen is not looked at. */
static void settle(struct child *c)
{
    insist(c, "facts\r", "person 1 json 0");
}

static void works_on(struct child *c)
{
    settle(c);
    child_type(c, "quit\r");
    assert_int_equal(child_end(c), 0);
}

static const char *const terminals[] = {"dumb", "unknown-terminal", "xterm", "vt100"};
enum { TERMINALS = sizeof terminals / sizeof *terminals, WIDEST = 8 };

/* Typing, moving, searching, recalling and a paste. */
static const char *const gestures[] = {
    "echo a line that is longer than the screen",
    "\001",
    "\005",
    "\033[D\033[D",
    "\013\r",
    "\033[A",
    "\001x\010",
    "\022echo\007",
    "\033[200~pasted text\033[201~",
    "\014",
    CTRL_C,
};

static void gesture(const struct child *c)
{
    for (size_t i = 0; i < sizeof gestures / sizeof *gestures; i++)
        child_type(c, gestures[i]);
}

static void a_narrow_screen_does_no_harm(void **state)
{
    (void)state;
    for (int t = 0; t < TERMINALS; t++)
        for (unsigned short width = 1; width <= WIDEST; width++) {
            struct child c;
            child_start_on(&c, terminals[t], width, (const char *const[]){FAKE_NNR, NULL});
            child_wait(&c, "n");
            gesture(&c);
            works_on(&c);
        }
}

static void a_screen_that_becomes_narrow_does_no_harm(void **state)
{
    (void)state;
    for (int t = 0; t < TERMINALS; t++) {
        struct child c;
        child_start_on(&c, terminals[t], 80, (const char *const[]){FAKE_NNR, NULL});
        child_wait(&c, "nnr> ");
        for (unsigned short width = WIDEST; width >= 1; width--) {
            child_type(&c, "echo half of a line that is long");
            child_resize(&c, width, 24);
            child_listen(&c, 20);
            gesture(&c);
        }
        settle(&c);
        child_type(&c, "run\r");
        child_reads(&c);
        child_listen(&c, 300);
        gesture(&c);
        insist(&c, "", "some steps"); /* Ctrl-C ends the training */
        works_on(&c);
    }
}

/* Work meanwhile is no reason to go on with the old width. */
static void another_width_during_work_is_noticed(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "train 4\r");
    child_wait(&c, "training");
    child_resize(&c, 20, 24);
    child_wait(&c, "nnr> ");
    child_type(&c, "echo 0123456789012345678901234567890");
    child_wait(&c, "4567890");
    child_type(&c, "\001");
    child_wait(&c, "\033[A"); /* the line began further up */
    child_type(&c, "\r");
    child_wait(&c, "\r0123456789012345678901234567890\r\n");
    child_type(&c, "quit\r");
    assert_int_equal(child_end(&c), 0);
}

/* Nothing but the letters that were pasted, the prompt, ^C, escape sequences and ends of lines. */
static void check_pasted(const char *text, const char *end)
{
    while (text < end) {
        if (*text == '\033') {
            text += strcspn(text, "mhlKCDA@P");
            text += text < end;
        } else {
            assert_non_null(strchr("anr>^C\r\n \b", *text));
            text++;
        }
    }
}

static void a_paste_that_is_cut_off_brings_nothing_else(void **state)
{
    (void)state;
    static const size_t lengths[] = {0,   1,   5,   6,   7,   15,  16,   17,   31,
                                     32,  40,  63,  64,  65,  127, 128,  129,  200,
                                     255, 256, 257, 511, 512, 513, 1023, 1024, 3000};
    struct child c;
    start(&c);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct str s = {0};
        str_add(&s, "\033[200~");
        for (size_t n = 0; n < lengths[i]; n++)
            str_add(&s, "a");
        const size_t from = c.at;
        child_type(&c, s.text);
        child_listen(&c, 50);
        child_type(&c, CTRL_C);
        child_listen(&c, 100);
        check_pasted(c.seen.text + from, c.seen.text + c.seen.size);
        settle(&c);
        child_wait(&c, "nnr> ");
        str_finish(&s);
    }
    works_on(&c);
}

/* Keys come while the end of the paste is made up for. That nothing strange is read is for a build
 * with sanitizers to see. */
static void keys_right_behind_a_cut_paste_do_no_harm(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    for (int i = 0; i < 60; i++) {
        child_type(&c, "\033[200~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        child_listen(&c, 20);
        child_type(&c, CTRL_C);
        for (int k = 0; k < 8; k++) {
            child_type(&c, "a");
            child_listen(&c, 1);
        }
        child_type(&c, CTRL_C);
        child_listen(&c, 30);
    }
    works_on(&c);
}

static void a_paste_that_is_cut_off_while_training_runs_stays(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "run\r");
    child_wait(&c, "nnr step ");
    child_type(&c, "\033[200~echo ke");
    child_reads(&c);
    child_listen(&c, 500);
    child_type(&c, CTRL_C);
    child_wait(&c, "ran some steps");
    child_wait(&c, "echo ke");
    child_type(&c, "pt\r");
    child_wait(&c, "\rkept\r\n");
    child_wait(&c, "nnr> ");
    works_on(&c);
}

/* Escapes before the mark of a paste, and what looks like a mark. */
static void what_is_no_paste_ends_as_it_did(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "\033\033[200~x",      "\033[20",       "\033[200",      "\033[201~",
        "\033[200~\033[200~x", "\026\033[200~", "\022\033[200~x"};
    struct child c;
    start(&c);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        child_type(&c, keys[i]);
        child_listen(&c, 50);
        child_type(&c, CTRL_C);
        child_wait(&c, "nnr> ");
        child_type(&c, "echo on\r");
        child_wait(&c, "\ron\r\n");
        child_wait(&c, "nnr> ");
    }
    works_on(&c);
}

static void a_terminal_that_goes_away_in_a_paste_ends_it(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "\033[200~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    child_listen(&c, 50);
    close(c.fd);
    int status = 0;
    assert_int_equal(waitpid(c.pid, &status, 0), c.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
    str_finish(&c.seen);
}

/* Nothing more of the paste comes, and readline waits for it. */
static void a_signal_in_a_paste_is_answered(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP};
    static const char *const keys[] = {"\033[200~", "\033[200~echo half", "echo ha\033[200~lf\n"};
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            struct child c;
            start(&c);
            child_type(&c, keys[i]);
            child_listen(&c, 50);
            kill(c.pid, signals[s]);
            assert_int_equal(child_end(&c), 128 + signals[s]);
        }
}

static size_t count(const char *text, char of)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == of;
    return n;
}

/* A count of millions would fill the line for minutes. */
static void a_repeat_count_has_an_end(void **state)
{
    (void)state;
    static const char *const counts[] = {"\03399999999", "\033-\03399999999", "\0331000",
                                         "\03300000000000000000000999999999999999999999"};
    struct child c;
    start(&c);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const size_t from = c.at;
        child_type(&c, counts[i]);
        child_type(&c, "zy");
        child_wait(&c, "y");
        child_type(&c, CTRL_C);
        child_wait(&c, "nnr> ");
        assert_in_range(count(c.seen.text + from, 'z'), 0, 3 * 999);
    }
    const size_t from = c.at;
    child_type(&c, "\03340zy");
    child_wait(&c, "y");
    assert_in_range(count(c.seen.text + from, 'z'), 40, 80);
    child_type(&c, CTRL_C);
    child_wait(&c, "nnr> ");
    works_on(&c);
}

int main(void)
{
    signal(SIGHUP, SIG_DFL);
    setenv("NNR_HISTFILE", "", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_narrow_screen_does_no_harm),
        cmocka_unit_test(a_screen_that_becomes_narrow_does_no_harm),
        cmocka_unit_test(another_width_during_work_is_noticed),
        cmocka_unit_test(a_paste_that_is_cut_off_brings_nothing_else),
        cmocka_unit_test(keys_right_behind_a_cut_paste_do_no_harm),
        cmocka_unit_test(a_paste_that_is_cut_off_while_training_runs_stays),
        cmocka_unit_test(what_is_no_paste_ends_as_it_did),
        cmocka_unit_test(a_terminal_that_goes_away_in_a_paste_ends_it),
        cmocka_unit_test(a_signal_in_a_paste_is_answered),
        cmocka_unit_test(a_repeat_count_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
