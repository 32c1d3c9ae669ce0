/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is round the prompt: the environment, a standard output that leads elsewhere, lines pasted
 * with their prompts, work that is stopped and goes on. */
#include "check.h"
#include "child.h"
#include "folder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CTRL_C "\003"
#define CTRL_D "\004"

static void start(struct child *c)
{
    child_start(c, (const char *const[]){FAKE_NNR, NULL});
    child_wait(c, "nnr> ");
}

static void leave(struct child *c)
{
    child_wait(c, "nnr> ");
    child_type(c, CTRL_D);
    assert_int_equal(child_end(c), 0);
}

static void type_one(const char *line, const char *answer)
{
    struct child c;
    start(&c);
    child_type(&c, line);
    child_wait(&c, answer);
    leave(&c);
}

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

/* The history's file, with what was typed, for its owner alone; `path` NULL: there is none. */
static void history_is_at(const char *file, const char *state, const char *home, const char *path)
{
    set("NNR_HISTFILE", file);
    set("XDG_STATE_HOME", state);
    set("HOME", home);
    type_one("echo kept\r", "kept\r\n");
    if (path) {
        struct stat now;
        char command[300];
        assert_int_equal(stat(path, &now), 0);
        assert_int_equal(now.st_mode & 0777, 0600);
        snprintf(command, sizeof command, "grep -q 'echo kept' %s && rm -r %s", path, path);
        assert_int_equal(system(command), 0);
    }
    set("NNR_HISTFILE", "");
}

static void history_is_where_the_environment_says(void **state)
{
    (void)state;
    char here[200], path[300], file[300], far[5000];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(path, sizeof path, "%s/nnr/history", here);
    history_is_at(NULL, here, "/nowhere", path);
    snprintf(path, sizeof path, "%s/.local/state/nnr/history", here);
    history_is_at(NULL, NULL, here, path);
    history_is_at(NULL, "relative", here, path);
    snprintf(file, sizeof file, "%s/own", here);
    history_is_at(file, "/nowhere", here, file);
    /* Where there can be none, typing works all the same. */
    history_is_at(NULL, NULL, NULL, NULL);
    history_is_at(NULL, NULL, "", NULL);
    history_is_at("/dev/null/nnr/history", NULL, here, NULL);
    history_is_at("/", NULL, here, NULL);
    memset(far, 'x', sizeof far);
    far[0] = '/';
    far[sizeof far - 1] = 0;
    history_is_at(far, NULL, here, NULL);
    assert_int_equal(system("rm -rf nnr .local"), 0);
}

static void what_is_pasted_with_its_prompt_runs(void **state)
{
    (void)state;
    type_one("nnr> echo one\r", "\rone\r\n");
    type_one("nnr:sparse> echo two\r", "\rtwo\r\n");
    type_one("nnr step 12 loss 0.5> echo three\r", "\rthree\r\n");
    type_one("  nnr:a sparse step 1 loss nan> echo four\r", "\rfour\r\n");
    type_one("nnrecho five\r", "no verb \"nnrecho five\"");
    type_one("nnr step by step\r", "no verb \"nnr step by step\"");
}

static void the_end_of_input_ends_a_statement_that_was_begun(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "{ echo lost\r");
    child_wait(&c, "...> ");
    child_type(&c, CTRL_D);
    child_wait(&c, "nnr> ");
    child_type(&c, "echo next\r");
    child_wait(&c, "echo next");
    child_wait(&c, "next\r\n");
    leave(&c);
}

/* With results in a file the prompt is on standard error, and so is the screen's size. */
static void results_may_go_into_a_file(void **state)
{
    (void)state;
    struct child c;
    char text[400] = "";
    child_start(&c, (const char *const[]){"/bin/sh", "-c", "exec " FAKE_NNR " >results", NULL});
    child_wait(&c, "nnr> ");
    child_type(&c, "echo into the file\r");
    child_wait(&c, "nnr> ");
    child_type(&c, "facts\r");
    child_wait(&c, "nnr> ");
    child_type(&c, "ask\r"); /* nobody would see the question */
    child_wait(&c, "nnr> ");
    child_type(&c, "{\r");
    child_wait(&c, "...> ");
    child_type(&c, CTRL_D);
    leave(&c);
    FILE *file = fopen("results", "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_true(strncmp(text, "into the file\nperson 1", 22) == 0);
    check_has(text, "size 80x24");
    check_has(text, "asked\n");
    assert_null(strstr(text, "nnr>"));
    remove("results");
}

static void facts_hold(const char *name, const char *value, const char *fact)
{
    set(name, value);
    type_one("screen\r", fact);
    unsetenv(name);
}

static void the_environment_says_what_a_picture_may_be(void **state)
{
    (void)state;
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    facts_hold("NOTHING", "1", "display 0 screen 1 colour 1 plot auto");
    facts_hold("NO_COLOR", "1", "display 0 screen 1 colour 0");
    facts_hold("NO_COLOR", "", "display 0 screen 1 colour 1");
    facts_hold("DISPLAY", ":0", "display 1 screen 1");
    facts_hold("WAYLAND_DISPLAY", "wayland-0", "display 1 screen 1");
    facts_hold("NNR_PLOT", "none", "plot none");
    facts_hold("NNR_PLOT", "", "plot auto");
    struct child c;
    child_start(&c, (const char *const[]){"/bin/sh", "-c", "TERM=dumb exec " FAKE_NNR, NULL});
    child_wait(&c, "nnr> ");
    child_type(&c, "screen\r");
    child_wait(&c, "screen 1 colour 0");
    leave(&c);
    child_start(&c, (const char *const[]){"/bin/sh", "-c", "unset TERM; exec " FAKE_NNR, NULL});
    child_wait(&c, "nnr> ");
    child_type(&c, "screen\r");
    child_wait(&c, "screen 1 colour 0");
    leave(&c);
}

static void names_of_files_are_completed_in_quotes(void **state)
{
    (void)state;
    folder_text("only_one_of_its_kind", "");
    type_one("train \"only_\t\r", "train \"only_one_of_its_kind\"");
    remove("only_one_of_its_kind");
}

/* SIGSTOP stands for Ctrl-Z, which a terminal without a shell discards. */
static void work_that_was_stopped_goes_on(void **state)
{
    (void)state;
    struct child c;
    int status;
    start(&c);
    child_type(&c, "train 8\r");
    child_wait(&c, "training 8");
    kill(c.pid, SIGSTOP);
    waitpid(c.pid, &status, WUNTRACED);
    assert_true(WIFSTOPPED(status));
    kill(c.pid, SIGCONT);
    child_wait(&c, "trained\r\n");
    leave(&c);
}

static void what_is_typed_at_a_question_is_no_answer(void **state)
{
    (void)state;
    struct child c;
    start(&c);
    child_type(&c, "ask\r");
    child_wait(&c, "press Enter");
    child_type(&c, "no answer");
    child_listen(&c, 50);
    child_type(&c, "\r");
    child_wait(&c, "asked");
    leave(&c);
}

static void lines_of_standard_input_go_on_after_a_backslash(void **state)
{
    (void)state;
    const char *const argv[] = {FAKE_NNR, "-", NULL};
    struct result r = run(argv, "{\necho one \\\necho two \\ \t\necho three\n}\necho last");
    assert_int_equal(r.status, 0);
    check_has(r.out.text, "three\n");
    check_has(r.out.text, "last\n");
    result_finish(&r);
}

static void a_message_is_written_to_a_full_device_in_vain(void **state)
{
    (void)state;
    static const char *const words[] = {"--version", "--help", "--manual", "--catalogue",
                                        "-c 'echo x'"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char command[400];
        snprintf(command, sizeof command, FAKE_NNR " %s >/dev/full", words[i]);
        struct result r = run((const char *const[]){"/bin/sh", "-c", command, NULL}, "");
        assert_int_equal(r.status, 1);
        check_has(r.err.text, "cannot write the standard output");
        result_finish(&r);
    }
}

static void signals_that_were_ignored_stay_so(void **state)
{
    (void)state;
    const char *const argv[] = {"/bin/sh", "-c",
                                "trap '' HUP; " FAKE_NNR
                                " -c 'train 20' & sleep 0.2; kill -HUP $!; "
                                "wait $!",
                                NULL};
    struct result r = run(argv, "");
    assert_int_equal(r.status, 0);
    check_has(r.out.text, "trained");
    result_finish(&r);
}

int main(void)
{
    signal(SIGHUP, SIG_DFL);
    setenv("NNR_HISTFILE", "", 1);
    unsetenv("NNR_PLOT");
    unsetenv("NO_COLOR");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_is_where_the_environment_says),
        cmocka_unit_test(what_is_pasted_with_its_prompt_runs),
        cmocka_unit_test(the_end_of_input_ends_a_statement_that_was_begun),
        cmocka_unit_test(results_may_go_into_a_file),
        cmocka_unit_test(the_environment_says_what_a_picture_may_be),
        cmocka_unit_test(names_of_files_are_completed_in_quotes),
        cmocka_unit_test(work_that_was_stopped_goes_on),
        cmocka_unit_test(what_is_typed_at_a_question_is_no_answer),
        cmocka_unit_test(lines_of_standard_input_go_on_after_a_backslash),
        cmocka_unit_test(a_message_is_written_to_a_full_device_in_vain),
        cmocka_unit_test(signals_that_were_ignored_stay_so),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
