/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nnr without a terminal: scripts, -c, and the standard input as a script. */
#include "check.h"

#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 7 };

static struct result nnr(const char *const *words, const char *input)
{
    const char *argv[WORDS + 2] = {FAKE_NNR};
    for (int i = 0; i < WORDS && words[i]; i++)
        argv[i + 1] = words[i];
    return run(argv, input);
}

static char folder[] = "/tmp/nnr-pipes-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* A script in the test's folder; remove it with unlink. */
static const char *script(const char *name, const char *text, size_t size)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, size, f), size);
    fclose(f);
    return path;
}

struct trial {
    const char *words[WORDS + 1];
    const char *input;
    int status;
    const char *out; /* the whole of standard output, or NULL: not looked at */
    const char *err; /* a part of standard error; NULL: it is empty */
};

static void try_all(const struct trial *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct result r = nnr(t[i].words, t[i].input);
        if (r.status != t[i].status)
            print_error("trial %zu: %s%s", i, r.out.text, r.err.text);
        assert_int_equal(r.status, t[i].status);
        if (t[i].out)
            assert_string_equal(r.out.text, t[i].out);
        if (t[i].err)
            check_has(r.err.text, t[i].err);
        else
            assert_string_equal(r.err.text, "");
        result_finish(&r);
    }
}

static void the_exit_status_tells_how_it_ended(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{"-c", "echo a\necho b"}, "", 0, "a\nb\n", NULL},
        {{"-c", "echo a\nbad\necho b"}, "", 1, "a\n", "<-c>:2:1: no verb \"bad\""},
        {{"-c", "hope\necho b"}, "", 3, "", "expected more"},
        {{"-c", "quit\necho b"}, "", 0, "", NULL},
        {{"-c", "{"}, "", 1, "", "not closed"},
        {{"-c", ""}, "", 0, "", NULL},
        {{"--bogus"}, "", 2, "", "nnr: there is no option \"--bogus\"; nnr --help lists them\n"},
        {{"--plot", ""}, "", 2, "", "where pictures go"},
        {{"--version"}, "", 0, "nnr " NNR_VERSION "\n", NULL},
        {{"a.nnr", "b.nnr"}, "", 2, "", "second script"},
        {{"-c", "where"}, "", 0, "<-c> in . line 1\n", NULL},
        {{"--manual"}, "bad\n", 0, NULL, NULL},
        {{"--catalogue"}, "bad\n", 0, "# What one regularizes with\n", NULL},
        {{"--let", "a=1", "--let", "b=2", "-c", "echo c"}, "", 0, "let a=1\nlet b=2\nc\n", NULL},
        {{"--let", "a", "-c", "echo c"}, "", 2, "let a\n", NULL},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
}

static void options_reach_the_session(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{"-c", "facts"},
         "",
         0,
         "person 0 json 0 quiet 0 check 0 size 80x24 seed 1 threads 1 step 0 plot auto\n",
         NULL},
        {{"--seed=7", "--threads=3", "--json", "--quiet", "--check", "--plot=dumb"},
         "facts",
         0,
         "person 0 json 1 quiet 1 check 1 size 80x24 seed 7 threads 3 step 0 plot dumb\n",
         NULL},
        {{"--step"},
         "facts",
         0,
         "person 0 json 0 quiet 0 check 0 size 80x24 seed 1 threads 1 step 1 plot auto\n",
         NULL},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
}

static void standard_input_runs_as_lines_complete(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{NULL}, "", 0, "", NULL},
        {{NULL},
         "echo a\nwhere\n{\necho b\n\n}\nwhere",
         0,
         "a\n<stdin> in . line 2\nb\n<stdin> in . line 7\n",
         NULL},
        {{NULL}, "echo a\\\nwhere\n", 0, "a\\\n<stdin> in . line 2\n", NULL},
        {{"-"}, "echo a\nbad\necho b\n", 1, "a\n", "<stdin>:2:1: no verb"},
        {{NULL}, "hope\necho b\n", 3, "", "expected more"},
        {{NULL}, "echo a\nquit\nbad\n", 0, "a\n", NULL},
        {{NULL}, "echo a\n{\necho b\n", 1, "a\n", "<stdin>: this is not closed"},
        {{"-i", "-c", "echo a"}, "echo b\n", 0, "a\nb\n", NULL},
        {{"-i", "-c", "bad"}, "echo b\n", 1, "", "no verb"},
        {{"-i", "-c", "quit"}, "echo b\n", 0, "", NULL},
        {{"-c", "echo a"}, "echo b\n", 0, "a\n", NULL},
        {{"-c", "echo a", "-"}, "echo b\n", 0, "a\nb\n", NULL},
        {{"-c", "bad", "-"}, "echo b\n", 1, "", "no verb"},
        {{"-c", "quit", "-"}, "echo b\n", 0, "", NULL},
        /* All of it is looked at. */
        {{"--check"}, "bad\necho a\nbad\n", 1, "a\n", "<stdin>:3:1: no verb"},
        {{"--check", "-c", "bad", "-"}, "echo b\n", 1, "", "no verb"},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
}

/* 100,000 lines inside one pair of braces: a parse for each of them would take minutes. */
static void a_long_block_is_not_parsed_for_each_line(void **state)
{
    (void)state;
    struct str s = {0};
    str_add(&s, "{\n");
    for (int i = 0; i < 100000; i++)
        str_add(&s, "0 0 1 1 0.25\n");
    struct result r = nnr((const char *const[]){NULL}, s.text);
    assert_int_equal(r.status, 1);
    check_has(r.err.text, "not closed");
    result_finish(&r);
    str_finish(&s);
}

static void progress_goes_to_standard_error_alone(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{"-c", "train 2"},
         "",
         0,
         "training 2\ntrained\n",
         "epoch 1/2  data 0.0126  penalty 0.0090\nepoch 2/2  data 0.0126  penalty 0.0090\n"},
        {{"--quiet", "-c", "train 1"}, "", 0, "training 1\ntrained\n", NULL},
        {{"--json", "-c", "train 1"}, "", 0, "training 1\ntrained\n", NULL},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
}

static void run_script(const char *path, int status, const char *out, const char *err)
{
    const struct trial t = {{path}, "", status, out, err};
    try_all(&t, 1);
}

static void a_script_is_read_whole(void **state)
{
    (void)state;
    char expected[300];
    const char *path = script("a.nnr", "echo a\nwhere\nbad\n", 17);
    snprintf(expected, sizeof expected, "a\n%s in %s line 2\n", path, folder);
    run_script(path, 1, expected, "a.nnr:3:1: no verb");
    unlink(path);
    path = script("empty.nnr", "", 0);
    run_script(path, 0, "", NULL);
    unlink(path);
    path = script("marked.nnr",
                  "\xef\xbb\xbf"
                  "echo a\r\n",
                  11);
    run_script(path, 0, "a?\n", NULL);
    unlink(path);
}

/* -c comes before the script, in the same session. */
static void a_text_may_stand_before_a_script(void **state)
{
    (void)state;
    const char *path = script("a.nnr", "echo b\nmodel x\nbad\n", 19);
    const struct trial trials[] = {
        {{"-c", "echo a", path}, "", 1, "a\nb\n", "a.nnr:3:1: no verb"},
        {{"-c", "bad", path}, "", 1, "", "<-c>:1:1: no verb"},
        {{"-c", "hope", path}, "", 3, "", "expected more"},
        {{"-c", "quit", path}, "", 0, "", NULL},
        {{"--check", "-c", "bad", path}, "", 1, "b\n", "a.nnr:3:1: no verb"},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
    unlink(path);
}

/* With --json what has no place in a script is an object as well. */
static void errors_of_the_program_are_objects(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{"--json", "--bogus"},
         "",
         2,
         "{\"verb\": null, \"error\": \"there is no option \\\"--bogus\\\"\", \"hint\": \"nnr "
         "--help "
         "lists them\"}\n",
         "there is no option"},
        {{"--json", "/nonexistent/a.nnr"},
         "",
         1,
         "{\"verb\": null, \"error\": \"\\\"/nonexistent/a.nnr\\\" cannot be read: No such file or "
         "directory\", \"hint\": \"it was looked for in /nonexistent\"}\n",
         "cannot be read: No such file"},
    };
    try_all(trials, sizeof trials / sizeof trials[0]);
}

static void what_is_no_script_is_refused(void **state)
{
    (void)state;
    run_script(folder, 1, "", "is a folder; name a file in it");
    run_script(
        "/nonexistent/a.nnr", 1, "",
        "\"/nonexistent/a.nnr\" cannot be read: No such file or directory; it was looked for in /");
}

/* The text is longer than a piece, so that room for it is made after the failure was asked for. */
static void a_shortage_of_memory_is_an_error(void **state)
{
    (void)state;
    struct str s = {0};
    str_add(&s, "nomem 1\n{\n");
    while (s.size < 200000)
        str_add(&s, "0 0 1 1 0.25\n");
    const struct trial t = {{NULL}, s.text, 1, "", "not enough memory"};
    try_all(&t, 1);
    str_finish(&s);
}

/* Runs -c TEXT with standard output into `out` and sends it `number` when it has begun. */
static int interrupt(const char *text, int number)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(FAKE_NNR, FAKE_NNR, "--quiet", "-c", text, (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    if (number)
        kill(pid, number);
    else
        close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    if (number)
        close(ends[0]);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_signal_ends_a_script(void **state)
{
    (void)state;
    assert_int_equal(interrupt("train 1000", SIGINT), 130);
    assert_int_equal(interrupt("train 1000", SIGTERM), 128 + SIGTERM);
    assert_int_equal(interrupt("train 1000", SIGHUP), 128 + SIGHUP);
}

static void a_reader_that_goes_away_ends_it(void **state)
{
    (void)state;
    assert_int_equal(interrupt("flood 100000000", 0), 128 + SIGPIPE);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    int status = system(FAKE_NNR " -c 'echo a' >/dev/full 2>/dev/null");
    assert_int_equal(WEXITSTATUS(status), 1);
    status = system(FAKE_NNR " --help >/dev/full 2>/dev/null");
    assert_int_equal(WEXITSTATUS(status), 1);
}

/* Texts may quote files and their names; only a picture may choose colours. */
static void nothing_commands_the_terminal(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {{"-c", "echo a\x1b[31mb\xc2\x9b"
                "c\x9b\td\xc3\xa4"},
         "",
         0,
         "a?[31mb?c?\td\xc3\xa4\n",
         NULL},
        {{"-c", "bad\x1b]0;t\x07"}, "", 1, "", "no verb \"bad?]0;t?\""},
        {{"bad\x1b]0;t\x07"}, "", 1, "", "\"bad?]0;t?\""},
        {{"--bad\x1b"}, "", 2, "", "\"--bad?\""},
        {{"-c", "paint \x1b[1;31mred\x1b[0m\x1b[2J"}, "", 0, "\x1b[1;31mred\x1b[0m?[2J", NULL},
        {{NULL}, "echo \x1b[31m\n", 0, "?[31m\n", NULL},
    };
    try_all(trials, sizeof trials / sizeof *trials);
}

static void standard_files_may_be_closed(void **state)
{
    (void)state;
    assert_int_equal(system(FAKE_NNR " <&- >&- 2>&-"), 0);
}

int main(void)
{
    /* Whoever runs the tests may be deaf to it; the program would then be, too. */
    signal(SIGHUP, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_tells_how_it_ended),
        cmocka_unit_test(options_reach_the_session),
        cmocka_unit_test(standard_input_runs_as_lines_complete),
        cmocka_unit_test(a_long_block_is_not_parsed_for_each_line),
        cmocka_unit_test(progress_goes_to_standard_error_alone),
        cmocka_unit_test(a_script_is_read_whole),
        cmocka_unit_test(a_text_may_stand_before_a_script),
        cmocka_unit_test(errors_of_the_program_are_objects),
        cmocka_unit_test(what_is_no_script_is_refused),
        cmocka_unit_test(a_shortage_of_memory_is_an_error),
        cmocka_unit_test(a_signal_ends_a_script),
        cmocka_unit_test(a_reader_that_goes_away_ends_it),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(nothing_commands_the_terminal),
        cmocka_unit_test(standard_files_may_be_closed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
