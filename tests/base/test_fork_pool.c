/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work in processes: what comes back, in which order, and what is left when processes die. */
#include "check.h"

#include "base/fork_pool.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ITEMS = 40, LARGE = 1 << 20 };

/* What all processes see. */
struct shared {
    atomic_int pid[ITEMS]; /* of the process that began an item last */
    atomic_int begun[ITEMS], entered, ended;
};

struct trial {
    struct fork_work work;
    struct shared *shared;
    size_t size;       /* of each answer */
    size_t dies, ends; /* items whose process is killed: each time; the first time */
    size_t hangs;
    size_t cannot; /* items that no process can do */
    size_t next, alone, lost;
    size_t took[ITEMS], takes;
    int refused;
    long waits, left; /* calls of wait; how many follow when all that can end has, or 0 */
    bool kills_all;
    size_t fails; /* take refuses this one */
};

static void rest(long milliseconds)
{
    const struct timespec pause = {.tv_sec = milliseconds / 1000,
                                   .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static void fill(char *to, size_t i, size_t n)
{
    for (size_t k = 0; k < n; k++)
        to[k] = (char)(i * 31 + k % 251);
}

static void answer(const struct trial *t, size_t i, struct str *to)
{
    char *bytes = malloc(t->size + 1);
    fill(bytes, i, t->size);
    str_bytes(to, bytes, t->size);
    free(bytes);
}

static void enter(void *self)
{
    struct trial *t = self;
    atomic_fetch_add(&t->shared->entered, 1);
}

static int run(void *self, size_t i, struct str *to)
{
    struct trial *t = self;
    atomic_store(&t->shared->pid[i], getpid());
    const int before = atomic_fetch_add(&t->shared->begun[i], 1);
    if (i == t->dies || (i == t->ends && before == 0))
        raise(SIGKILL);
    while (i == t->hangs)
        pause();
    rest((long)(i * 7 % 5));
    if (i && i % t->cannot == 0)
        return -1;
    /* What is said goes nowhere. */
    if (write(STDOUT_FILENO, "lost\n", 5) != 5)
        return -1;
    answer(t, i, to);
    atomic_fetch_add(&t->shared->ended, 1);
    return 0;
}

static int take(void *self, size_t i, const char *bytes, size_t n, struct err *e)
{
    struct trial *t = self;
    t->took[t->takes++] = i;
    if (i == t->fails)
        return err_at(e, (struct span){0}, "not this one");
    t->lost += !bytes;
    if (!bytes)
        return 0;
    char *expected = malloc(t->size + 1);
    fill(expected, i, t->size);
    assert_int_equal(n, t->size);
    assert_memory_equal(bytes, expected, n);
    free(expected);
    return 0;
}

static int alone(void *self, size_t i, struct err *e)
{
    struct trial *t = self;
    struct str s = {0};
    t->alone++;
    answer(t, i, &s);
    const int failed = s.failed ? err_memory(e) : take(self, i, s.text ? s.text : "", s.size, e);
    str_finish(&s);
    return failed;
}

static int wait_some(void *self, size_t running, struct err *e)
{
    struct trial *t = self;
    (void)running;
    t->waits++;
    if (t->kills_all && t->waits % 3 == 0 && t->waits < 30)
        for (size_t i = 0; i < ITEMS; i++) {
            const int pid = atomic_exchange(&t->shared->pid[i], 0);
            if (pid)
                kill(pid, SIGKILL);
        }
    if (t->left && atomic_load(&t->shared->ended) == ITEMS - 1 && --t->left == 0)
        return err_at(e, (struct span){0}, "stopped");
    return 0;
}

static void refuse(void *self, int why)
{
    struct trial *t = self;
    assert_int_equal(t->refused, 0);
    t->refused = why;
}

static void start(struct trial *t)
{
    *t = (struct trial){.work = {.items = ITEMS,
                                 .enter = enter,
                                 .run = run,
                                 .take = take,
                                 .alone = alone,
                                 .wait = wait_some,
                                 .refused = refuse},
                        .size = 100,
                        .dies = ITEMS,
                        .ends = ITEMS,
                        .hangs = ITEMS,
                        .cannot = SIZE_MAX,
                        .fails = ITEMS};
    t->work.self = t;
    t->shared =
        mmap(NULL, sizeof *t->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(t->shared != MAP_FAILED);
}

static void finish(struct trial *t)
{
    munmap(t->shared, sizeof *t->shared);
}

static size_t count_files(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Runs the trial; afterwards no process and no descriptor is left. */
static int try(struct trial *t, unsigned jobs, struct err *e)
{
    const size_t files = count_files();
    const int failed = fork_pool_run(&t->work, jobs, e);
    assert_int_equal(count_files(), files);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return failed;
}

static void all_in_order(const struct trial *t)
{
    assert_int_equal(t->takes, t->work.items);
    for (size_t i = 0; i < t->takes; i++)
        assert_int_equal(t->took[i], i);
}

static void answers_come_in_order(void **state)
{
    static const unsigned jobs[] = {1, 2, 5, 100};
    static const size_t sizes[] = {0, 1, 100, LARGE};
    (void)state;
    for (size_t i = 0; i < 16; i++) {
        struct trial t;
        struct err e = {0};
        start(&t);
        t.size = sizes[i / 4];
        assert_int_equal(try(&t, jobs[i % 4], &e), 0);
        all_in_order(&t);
        assert_true(atomic_load(&t.shared->entered) <= (int)(jobs[i % 4]));
        assert_int_equal(t.alone + t.lost, 0);
        finish(&t);
    }
}

static void nothing_to_do(void **state)
{
    struct trial t;
    struct err e = {0};
    (void)state;
    start(&t);
    t.work.items = 0;
    assert_int_equal(try(&t, 3, &e), 0);
    assert_int_equal(atomic_load(&t.shared->entered), 0);
    finish(&t);
}

/* One whose process always dies is lost, and tried twice; one whose first process dies is not. */
static void what_dies_is_tried_once_more(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs < 4; jobs++) {
        struct trial t;
        struct err e = {0};
        start(&t);
        t.dies = 3;
        t.ends = 7;
        assert_int_equal(try(&t, jobs, &e), 0);
        all_in_order(&t);
        assert_int_equal(t.lost, 1);
        assert_int_equal(atomic_load(&t.shared->begun[3]), 2);
        assert_int_equal(atomic_load(&t.shared->begun[7]), 2);
        assert_int_equal(atomic_load(&t.shared->begun[8]), 1);
        finish(&t);
    }
}

/* All processes are killed, again and again; what was lost by that is told, and nothing else. */
/* It is told at once, whatever the others do, and no other process tries. */
static void what_cannot_be_done_is_told(void **state)
{
    (void)state;
    for (size_t every = 1; every < 4; every++) {
        struct trial t;
        struct err e = {0};
        start(&t);
        t.cannot = every;
        assert_int_equal(try(&t, 5, &e), 0);
        assert_int_equal(t.takes, ITEMS);
        assert_int_equal(t.lost, 0);
        assert_int_equal(t.alone, (ITEMS - 1) / every);
        for (size_t i = 1; i < ITEMS; i++)
            if (i % every == 0)
                assert_int_equal(atomic_load(&t.shared->begun[i]), 1);
        finish(&t);
    }
}

static void every_process_is_killed(void **state)
{
    struct trial t;
    struct err e = {0};
    (void)state;
    start(&t);
    t.kills_all = true;
    t.size = LARGE;
    assert_int_equal(try(&t, 3, &e), 0);
    all_in_order(&t);
    for (size_t i = 0; i < ITEMS; i++)
        assert_true(atomic_load(&t.shared->begun[i]) <= 2);
    finish(&t);
}

/* One hangs: the work can be ended, and what was taken before stays. */
static void what_hangs_can_be_ended(void **state)
{
    struct trial t;
    struct err e = {0};
    (void)state;
    start(&t);
    t.hangs = 2;
    t.left = 20;
    t.size = 10;
    assert_int_equal(try(&t, 2, &e), -1);
    assert_string_equal(e.what, "stopped");
    assert_int_equal(t.takes, 2);
    finish(&t);
}

static void an_error_ends_it(void **state)
{
    struct trial t;
    struct err e = {0};
    (void)state;
    start(&t);
    t.fails = 5;
    assert_int_equal(try(&t, 3, &e), -1);
    assert_string_equal(e.what, "not this one");
    assert_int_equal(t.takes, 6);
    finish(&t);
}

/* In a process of its own, which may have no more: as a user whose limit is reached. */
static int without_processes(void)
{
    const struct rlimit none = {0, 0};
    struct trial t;
    struct err e = {0};
    start(&t);
    if (geteuid() == 0 && setuid(65534))
        return 2;
    if (setrlimit(RLIMIT_NPROC, &none) || fork_pool_run(&t.work, 4, &e))
        return 3;
    return t.refused == EAGAIN && t.alone == ITEMS && t.takes == ITEMS ? 0 : 4;
}

static void no_process_can_be_had(void **state)
{
    int how = -1;
    (void)state;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(without_processes());
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
}

static void no_descriptor_can_be_had(void **state)
{
    struct rlimit before, few;
    struct trial t;
    struct err e = {0};
    (void)state;
    start(&t);
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &few);
    const int failed = fork_pool_run(&t.work, 4, &e);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(failed, 0);
    assert_int_equal(t.refused, EMFILE);
    assert_int_equal(t.alone, ITEMS);
    all_in_order(&t);
    finish(&t);
}

/* The process whose pool it is gets killed: its processes go too. */
static void none_outlives_its_parent(void **state)
{
    struct trial t;
    struct err e;
    (void)state;
    start(&t);
    t.hangs = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t pid = fork();
    if (pid == 0) {
        fork_pool_run(&t.work, 2, &e);
        _exit(0);
    }
    while (!atomic_load(&t.shared->pid[0]) || !atomic_load(&t.shared->pid[1]))
        rest(1);
    kill(pid, SIGKILL);
    /* Waits for all of them, the adopted ones too. */
    int ended = 0;
    while (waitpid(-1, NULL, 0) > 0)
        ended++;
    assert_int_equal(errno, ECHILD);
    assert_int_equal(ended, 3);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    finish(&t);
}

static void without_memory(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct trial t;
        struct err e = {0};
        start(&t);
        t.work.items = 4;
        t.size = LARGE;
        mem_fail_at(n);
        const int failed = fork_pool_run(&t.work, 2, &e);
        const bool hit = mem_failed();
        mem_fail_at(0);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        if (failed)
            assert_int_equal(e.kind, ERR_MEMORY);
        else
            all_in_order(&t);
        finish(&t);
        if (!hit)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_order),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(what_dies_is_tried_once_more),
        cmocka_unit_test(what_cannot_be_done_is_told),
        cmocka_unit_test(every_process_is_killed),
        cmocka_unit_test(what_hangs_can_be_ended),
        cmocka_unit_test(an_error_ends_it),
        cmocka_unit_test(no_process_can_be_had),
        cmocka_unit_test(no_descriptor_can_be_had),
        cmocka_unit_test(none_outlives_its_parent),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
