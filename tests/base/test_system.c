/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What systems spell otherwise; built twice: with what Linux has, and with POSIX alone. */
#include "check.h"

#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void pipes_stay_ours_and_need_not_wait(void **state)
{
    (void)state;
    for (int waits = 0; waits < 2; waits++) {
        int ends[2];
        char c;
        assert_int_equal(system_pipe(ends, waits), 0);
        for (int i = 0; i < 2; i++) {
            assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
            assert_int_equal(!(fcntl(ends[i], F_GETFL) & O_NONBLOCK), waits);
        }
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(read(ends[0], &c, 1), 1);
        if (!waits) {
            assert_int_equal(read(ends[0], &c, 1), -1);
            assert_int_equal(errno, EAGAIN);
        }
        close(ends[0]);
        close(ends[1]);
    }
}

static void a_socket_whose_other_end_is_closed_is_an_error_alone(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(system_socket_pair(ends), 0);
    assert_true(fcntl(ends[0], F_GETFD) & fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
    close(ends[1]);
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(system_send(ends[0], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[0]);
}

static int ends_with(const char *const *words, char **variables)
{
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0) {
        system_become(words, variables);
        _exit(errno == ENOENT ? 99 : 98);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_program_is_looked_for_and_gets_the_variables(void **state)
{
    (void)state;
    char path[] = "PATH=/usr/bin:/bin", own[] = "OWN=7";
    char *variables[] = {path, own, NULL};
    assert_int_equal(ends_with((const char *const[]){"sh", "-c", "exit $OWN", NULL}, variables), 7);
    assert_int_equal(ends_with((const char *const[]){"no-such-program", NULL}, variables), 99);
}

static void descriptors_are_closed_from_one_on(void **state)
{
    (void)state;
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0) {
        const int low = dup2(1, 40), high = dup2(1, 41);
        system_close_from(41);
        _exit(low != 40 || high != 41 || fcntl(40, F_GETFD) < 0 || fcntl(41, F_GETFD) >= 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_pending_signal_is_taken_away(void **state)
{
    (void)state;
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
    system_forget_signal(&set); /* none is there: it does not wait */
    raise(SIGPIPE);
    system_forget_signal(&set);
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void what_was_not_sent_is_lost(void **state)
{
    (void)state;
    char text[32] = "";
    FILE *f = tmpfile();
    assert_non_null(f);
    fputs("gone", f);
    system_forget_output(f);
    fputs("here", f);
    rewind(f);
    assert_non_null(fgets(text, sizeof text, f));
    assert_string_equal(text, "here");
    fclose(f);
}

static void there_is_a_core(void **state)
{
    (void)state;
    assert_in_range(system_cores(), 1, sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipes_stay_ours_and_need_not_wait),
        cmocka_unit_test(a_socket_whose_other_end_is_closed_is_an_error_alone),
        cmocka_unit_test(a_program_is_looked_for_and_gets_the_variables),
        cmocka_unit_test(descriptors_are_closed_from_one_on),
        cmocka_unit_test(a_pending_signal_is_taken_away),
        cmocka_unit_test(what_was_not_sent_is_lost),
        cmocka_unit_test(there_is_a_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
