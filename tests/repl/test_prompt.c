/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nnr on a pseudo-terminal, as somebody sits at it. */
#include "check.h"

#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CTRL_C "\003"
#define CTRL_D "\004"
#define CTRL_Z "\032"

static void start(struct child *c)
{
    child_start(c, (const char *const[]){FAKE_NNR, NULL});
    child_wait(c, "Ctrl-D leaves");
    child_wait(c, "nnr> ");
}

static void leave(struct child *c)
{
    child_wait(c, "nnr> ");
    child_type(c, CTRL_D);
    assert_int_equal(child_end(c), 0);
}

static void a_line_is_shown_and_run(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo hello");
    child_wait(&c, "echo hello");
    child_type(&c, "\r");
    child_wait(&c, "hello\r\n");
    leave(&c);
}

static void an_error_or_a_failed_expect_goes_on(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "bad\r");
    child_wait(&c, "<prompt>:1:1: no verb \"bad\"");
    child_type(&c, "hope\r");
    child_wait(&c, "expected more");
    child_type(&c, "where\r");
    child_wait(&c, "<prompt> in . line 3");
    child_type(&c, "facts\r");
    child_wait(&c, "person 1");
    leave(&c);
}

static void the_prompt_is_the_sessions(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "model sparse\r");
    child_wait(&c, "nnr:sparse> ");
    child_type(&c, "quit\r");
    assert_int_equal(child_end(&c), 0);
}

static void an_open_statement_asks_for_more(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "{\r");
    child_wait(&c, "...> ");
    child_type(&c, "where\r");
    child_wait(&c, "...> ");
    child_type(&c, "}\r");
    child_wait(&c, "<prompt> in . line 2");
    child_wait(&c, "nnr> ");
    child_type(&c, "where\r");
    child_wait(&c, "<prompt> in . line 4");
    leave(&c);
}

static void ctrl_c_drops_what_is_typed(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo lost");
    child_wait(&c, "echo lost");
    child_type(&c, CTRL_C);
    child_wait(&c, "\n");
    child_wait(&c, "nnr> ");
    child_type(&c, "{\r");
    child_wait(&c, "...> ");
    child_type(&c, "echo lost");
    child_wait(&c, "echo lost");
    child_type(&c, CTRL_C);
    child_wait(&c, "nnr> ");
    child_type(&c, "where\r");
    child_wait(&c, "<prompt> in . line 1");
    leave(&c);
}

static void ctrl_c_leaves_a_search(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo one\r");
    child_wait(&c, "\rone\r\n");
    child_wait(&c, "nnr> ");
    /* It may come when the terminal has told of the next key, which it then takes back. */
    for (size_t i = 0; i < 10; i++) {
        child_type(&c, "\022on"); /* Ctrl-R */
        child_wait(&c, "reverse-i-search");
        child_type(&c, CTRL_C);
        child_wait(&c, "^C");
        child_wait(&c, "nnr> ");
    }
    child_type(&c, "echo two\r");
    child_wait(&c, "\rtwo\r\n");
    leave(&c);
}

static void ctrl_c_stops_work_and_keeps_what_is_typed(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "train 1000\r");
    child_wait(&c, "train  epoch ");
    child_type(&c, "echo ke");
    child_wait(&c, "steps/s");
    child_type(&c, CTRL_C);
    child_wait(&c, "stopped");
    child_wait(&c, "nnr> ");
    child_wait(&c, "echo ke");
    child_type(&c, "pt\r");
    child_wait(&c, "\rkept\r\n");
    leave(&c);
}

static void lines_typed_during_work_run_after_it(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "train 8\recho one\recho two\r");
    child_wait(&c, "trained");
    child_wait(&c, "\rone\r\n");
    child_wait(&c, "\rtwo\r\n");
    leave(&c);
}

static void the_progress_line_is_taken_away(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "train 8\r");
    child_wait(&c, "\rtrain  epoch ");
    child_wait(&c, " s left");
    child_wait(&c, " \rtrained\r\n");
    leave(&c);
}

static void a_paste_of_lines_is_run_line_by_line(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "\033[200~nnr> echo one\nbad\n{\n...> echo two\n}\necho three\033[201~\r");
    child_wait(&c, "\rone\r\n");
    child_wait(&c, "no verb \"bad\"");
    child_wait(&c, "two\r\n");
    child_wait(&c, "three\r\n");
    child_wait(&c, "nnr> ");
    child_type(&c, "nnr:sparse> echo four\r");
    child_wait(&c, "\rfour\r\n");
    leave(&c);
}

static void ctrl_c_drops_the_rest_of_a_paste(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "\033[200~train 1000\necho one\n\033[201~\r");
    child_wait(&c, "train  epoch");
    child_type(&c, CTRL_C);
    child_wait(&c, "stopped");
    child_wait(&c, "nnr> ");
    size_t from = c.at;
    child_type(&c, "echo two\r");
    child_wait(&c, "\rtwo\r\n");
    assert_null(strstr(c.seen.text + from, "one"));
    leave(&c);
}

static void tab_completes(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "ec\thello\r");
    child_wait(&c, "echo hello");
    child_wait(&c, "\rhello\r\n");
    child_type(&c, "tr\t\t\t");
    child_wait(&c, "trace");
    child_wait(&c, "train");
    child_wait(&c, "nnr> tra");
    child_type(&c, CTRL_C);
    child_wait(&c, "nnr> ");
    child_type(&c, "echo \"my f\t.\r");
    child_wait(&c, "\r\"my file\".\r\n");
    child_wait(&c, "nnr> ");
    child_type(&c, "zzz\t");
    child_wait(&c, "zzz");
    child_type(&c, CTRL_C);
    leave(&c);
}

static void the_last_line_comes_back(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo one\r");
    child_wait(&c, "\rone\r\n");
    child_wait(&c, "nnr> ");
    child_type(&c, "\033[A\r");
    child_wait(&c, "\rone\r\n");
    leave(&c);
}

static void another_size_is_noticed(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo half");
    child_wait(&c, "echo half");
    child_resize(&c, 50, 30);
    child_listen(&c, 200);
    child_type(&c, "way\r");
    child_wait(&c, "\rhalfway\r\n");
    child_type(&c, "facts\r");
    child_wait(&c, "size 50x30");
    leave(&c);
}

static void it_stops_and_goes_on(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "echo half");
    child_wait(&c, "echo half");
    /* SIGSTOP stands for Ctrl-Z, which a terminal without a shell discards. */
    kill(c.pid, SIGSTOP);
    int status;
    waitpid(c.pid, &status, WUNTRACED);
    assert_true(WIFSTOPPED(status));
    child_type(&c, "way");
    kill(c.pid, SIGCONT);
    child_wait(&c, "nnr> echo half");
    child_type(&c, "\r");
    child_wait(&c, "\rhalfway\r\n");
    child_wait(&c, "nnr> ");
    child_type(&c, CTRL_Z "echo on\r");
    child_wait(&c, "\ron\r\n");
    leave(&c);
}

static tcflag_t modes(const struct child *c)
{
    struct termios t;
    assert_int_equal(tcgetattr(c->fd, &t), 0);
    return t.c_lflag;
}

/* The test keeps the terminal's other side open, so its modes can be seen after the end. */
static void leave_by(const char *begin, const char *wait, int number)
{
    struct child c;
    start(&c);
    tcflag_t plain = ICANON | ECHO | ISIG;
    assert_int_not_equal(modes(&c) & plain, plain);
    child_type(&c, begin);
    child_wait(&c, wait);
    kill(c.pid, number);
    int status;
    child_listen(&c, CHILD_PATIENCE); /* until it has ended */
    assert_int_equal(modes(&c) & (plain | NOFLSH), plain);
    status = child_end(&c);
    assert_int_equal(status, 128 + number);
}

static void a_signal_leaves_the_terminal_in_order(void **state)
{
    (void)state;
    leave_by("echo", "echo", SIGTERM);
    leave_by("echo", "echo", SIGHUP);
    leave_by("train 1000\r", "train  epoch ", SIGTERM);
}

static void a_script_may_stay_at_the_prompt(void **state)
{
    (void)state;
    struct child c;
    child_start(&c, (const char *const[]){FAKE_NNR, "-i", "-c", "echo one\nbad\necho two", NULL});
    child_wait(&c, "one\r\n");
    child_wait(&c, "no verb \"bad\"");
    leave(&c);
    child_start(&c, (const char *const[]){FAKE_NNR, "--quiet", "-i", "-c", "train 1000", NULL});
    child_wait(&c, "training");
    child_type(&c, CTRL_C);
    child_wait(&c, "stopped");
    leave(&c);
}

/* A script that stays is no prompt yet: what only makes sense at one is refused there. */
static void a_script_that_stays_is_not_typed(void **state)
{
    (void)state;
    struct child c;
    child_start(&c, (const char *const[]){FAKE_NNR, "-i", "-c", "facts", NULL});
    child_wait(&c, "person 0");
    child_wait(&c, "nnr> ");
    child_type(&c, "facts\r");
    child_wait(&c, "person 1");
    leave(&c);
}

static void a_script_on_a_terminal_is_interrupted(void **state)
{
    (void)state;
    struct child c;
    child_start(&c, (const char *const[]){FAKE_NNR, "-c", "train 1000", NULL});
    child_wait(&c, "train  epoch");
    child_type(&c, CTRL_C);
    child_wait(&c, "stopped");
    assert_int_equal(child_end(&c), 130);
}

/* The n-th allocation fails, for every n that a line needs: an error, and the next line runs. */
static void a_shortage_of_memory_is_no_end(void **state)
{
    (void)state;
    struct child c;
    /* Where nothing is painted, which needs memory too. */
    child_start_on(&c, "dumb", 80, (const char *const[]){FAKE_NNR, NULL});
    child_wait(&c, "nnr> ");
    for (int n = 1; n <= 8; n++) {
        char line[20] = "nomem 0\r";
        line[6] = (char)('0' + n);
        child_type(&c, line);
        child_wait(&c, "nnr> ");
        child_type(&c, "echo lost\r");
        child_wait(&c, n <= 2 ? "not enough memory" : "\r\n");
        child_wait(&c, "nnr> ");
    }
    child_type(&c, "echo found\r");
    child_wait(&c, "\nfound\r\n");
    leave(&c);
}

static void without_memory_nothing_is_painted(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    for (int n = 1; n <= 9; n++) {
        char line[20] = "nomem 0\r";
        line[6] = (char)('0' + n);
        child_type(&c, line);
        child_wait(&c, "nnr> ");
        child_type(&c, "hinted 12");
        child_listen(&c, 20);
        child_type(&c, "\025echo found\r"); /* Ctrl-U */
        child_wait(&c, "\rfound\r\n");
    }
    leave(&c);
}

/* What is painted is gone when the line is left, and when something is written above it. */
static void hints_come_and_go(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "hinted");
    child_wait(&c, "\r\n\033[90mwhat is due\033[0m");
    child_type(&c, CTRL_C);
    child_wait(&c, "\033[J");
    child_wait(&c, "nnr> ");
    child_type(&c, "hint");
    child_wait(&c, "\033[90med\033[0m\033[J");
    child_type(&c, "\033[C"); /* Right */
    child_wait(&c, "what is due");
    child_type(&c, "\r");
    child_wait(&c, "\033[J");
    child_wait(&c, "no verb \"hinted\"");
    child_type(&c, "paint 7");
    child_wait(&c, "paint \033[0;35m7\033[0m");
    child_type(&c, "\025\r");
    leave(&c);
}

static void the_prompt_lives_while_training_runs(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "run\r");
    child_wait(&c, "nnr step ");
    child_type(&c, "echo he");
    child_wait(&c, "echo he");
    child_wait(&c, "nnr step "); /* the prompt goes on counting, and what is typed stays */
    child_wait(&c, "echo he");
    child_type(&c, "llo\r");
    child_wait(&c, "hello\r\n");
    child_type(&c, "stop\r");
    child_wait(&c, "ran some steps");
    assert_null(strstr(c.seen.text, "observe"));
    leave(&c);
}

static void ctrl_c_ends_training_that_has_just_begun(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "regret\r");
    child_wait(&c, "ran nothing");
    leave(&c);
}

static void ctrl_c_ends_the_training_and_keeps_the_line(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "run\r");
    child_wait(&c, "nnr step ");
    child_type(&c, "echo ke");
    child_wait(&c, "echo ke");
    child_type(&c, CTRL_C);
    child_wait(&c, "ran some steps");
    child_wait(&c, "nnr> ");
    child_type(&c, "pt\r");
    child_wait(&c, "kept\r\n");
    leave(&c);
}

static void a_question_waits_for_enter(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "ask\r");
    child_wait(&c, "press Enter");
    child_type(&c, "\r");
    child_wait(&c, "asked");
    child_type(&c, "ask\r");
    child_wait(&c, "press Enter");
    child_type(&c, CTRL_C);
    child_wait(&c, "refused");
    leave(&c);
}

/* A step of a script: a line with all that a prompt has. */
static void a_step_takes_enter_or_a_statement(void **state)
{
    (void)state;
    struct child c;
    child_start(&c, (const char *const[]){FAKE_NNR, "-c", "type\ntype\ntype\necho end", NULL});
    child_wait(&c, "shown\r\n");
    child_wait(&c, "step> ");
    child_type(&c, "\r");
    child_wait(&c, "typed [\r\n]");
    child_wait(&c, "step> ");
    child_type(&c, "ec\tone\r");
    child_wait(&c, "typed [echo one\r\n]");
    child_wait(&c, "step> ");
    child_type(&c, "\033[200~step> echo a\nnnr> echo b\033[201~\r");
    child_wait(&c, "typed [ echo a\r\n echo b\r\n]");
    child_wait(&c, "end\r\n");
    assert_int_equal(child_end(&c), 0);
}

/* Ctrl-D leaves as it does at the prompt. */
static void a_step_is_left(void **state)
{
    (void)state;
    struct child c;
    child_start(&c, (const char *const[]){FAKE_NNR, "-c", "type", NULL});
    child_wait(&c, "step> ");
    child_type(&c, CTRL_D);
    child_wait(&c, "typed [quit\r\n]");
    assert_int_equal(child_end(&c), 0);
    child_start(&c, (const char *const[]){FAKE_NNR, "-c", "type", NULL});
    child_wait(&c, "step> ");
    child_type(&c, "half" CTRL_C);
    child_wait(&c, "gave up []");
    assert_int_equal(child_end(&c), 130);
    child_start(&c, (const char *const[]){FAKE_NNR, "-i", "-c", "type", NULL});
    child_wait(&c, "step> ");
    child_type(&c, "half" CTRL_C);
    child_wait(&c, "gave up []");
    child_wait(&c, "nnr> ");
    child_type(&c, "echo on\r");
    child_wait(&c, "\ron\r\n");
    leave(&c);
}

static void lines_are_remembered_in_a_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/nnr-past-XXXXXX", path[100], command[140];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state/nnr/history", folder);
    setenv("NNR_HISTFILE", path, 1);
    struct child c;
    start(&c);
    child_type(&c, "echo one\r");
    child_wait(&c, "one\r\n");
    child_type(&c, " echo secret\r");
    child_wait(&c, "secret\r\n");
    leave(&c);
    start(&c);
    child_type(&c, "\033[A\r"); /* the arrow up */
    child_wait(&c, "one\r\n");
    leave(&c);
    setenv("NNR_HISTFILE", "", 1);
    snprintf(command, sizeof command, "grep -q secret %s", path);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    /* Whoever runs the tests may be deaf to it; the program would then be, too. */
    signal(SIGHUP, SIG_DFL);
    /* Nobody's own history is touched. */
    setenv("NNR_HISTFILE", "", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_prompt_lives_while_training_runs),
        cmocka_unit_test(ctrl_c_ends_training_that_has_just_begun),
        cmocka_unit_test(ctrl_c_ends_the_training_and_keeps_the_line),
        cmocka_unit_test(a_question_waits_for_enter),
        cmocka_unit_test(a_step_takes_enter_or_a_statement),
        cmocka_unit_test(a_step_is_left),
        cmocka_unit_test(lines_are_remembered_in_a_file),
        cmocka_unit_test(a_line_is_shown_and_run),
        cmocka_unit_test(an_error_or_a_failed_expect_goes_on),
        cmocka_unit_test(the_prompt_is_the_sessions),
        cmocka_unit_test(an_open_statement_asks_for_more),
        cmocka_unit_test(ctrl_c_drops_what_is_typed),
        cmocka_unit_test(ctrl_c_leaves_a_search),
        cmocka_unit_test(ctrl_c_stops_work_and_keeps_what_is_typed),
        cmocka_unit_test(lines_typed_during_work_run_after_it),
        cmocka_unit_test(the_progress_line_is_taken_away),
        cmocka_unit_test(a_paste_of_lines_is_run_line_by_line),
        cmocka_unit_test(ctrl_c_drops_the_rest_of_a_paste),
        cmocka_unit_test(tab_completes),
        cmocka_unit_test(the_last_line_comes_back),
        cmocka_unit_test(another_size_is_noticed),
        cmocka_unit_test(it_stops_and_goes_on),
        cmocka_unit_test(a_signal_leaves_the_terminal_in_order),
        cmocka_unit_test(a_script_may_stay_at_the_prompt),
        cmocka_unit_test(a_script_that_stays_is_not_typed),
        cmocka_unit_test(a_script_on_a_terminal_is_interrupted),
        cmocka_unit_test(a_shortage_of_memory_is_no_end),
        cmocka_unit_test(without_memory_nothing_is_painted),
        cmocka_unit_test(hints_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
