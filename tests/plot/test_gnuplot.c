/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge, against a stand-in for gnuplot that behaves in six ways, and against gnuplot itself.
 */
#include "check.h"

#include "base/mem.h"
#include "plot/gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/nnr-bridge-XXXXXX";

struct told {
    struct gnuplot *g;
    struct str notices, pictures;
    size_t notice_count, picture_count;
    double ahead; /* seconds that the clock is moved on */
};

static void notice(void *self, const char *line)
{
    struct told *t = self;
    t->notice_count++;
    str_addf(&t->notices, "%s\n", line);
}

static void picture(void *self, const char *text, size_t n)
{
    struct told *t = self;
    t->picture_count++;
    str_bytes(&t->pictures, text, n);
}

static double now(const struct told *t)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (double)s.tv_sec + 1e-9 * (double)s.tv_nsec + t->ahead;
}

static void open_bridge(struct told *t, const char *program, const char *how)
{
    *t = (struct told){0};
    setenv("FAKE_GNUPLOT", how, 1);
    const struct gnuplot_config config = {
        .program = program,
        .terminal = "dumb",
        .screen = true,
        .width = 80,
        .height = 24,
        .self = t,
        .notice = notice,
        .picture = picture,
    };
    t->g = gnuplot_create(&config);
    assert_non_null(t->g);
    gnuplot_advance(t->g, now(t));
}

static void close_bridge(struct told *t)
{
    gnuplot_destroy(t->g);
    str_finish(&t->notices);
    str_finish(&t->pictures);
    /* Nothing is left to be reaped. */
    assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void wait_once(struct told *t)
{
    struct gnuplot_descriptor d[GNUPLOT_DESCRIPTORS];
    struct pollfd watched[GNUPLOT_DESCRIPTORS];
    gnuplot_advance(t->g, now(t));
    if (!gnuplot_busy(t->g))
        return;
    const size_t n = gnuplot_descriptors(t->g, d);
    for (size_t i = 0; i < n; i++)
        watched[i] = (struct pollfd){.fd = d[i].fd, .events = d[i].write ? POLLOUT : POLLIN};
    poll(watched, (nfds_t)n, 5);
    gnuplot_advance(t->g, now(t));
}

static void wait_until_idle(struct told *t)
{
    for (int i = 0; gnuplot_busy(t->g); i++) {
        assert_true(i < 4000);
        wait_once(t);
    }
}

static struct figure small_figure(void)
{
    struct figure f = {0};
    char block[16];
    str_add(&f.program, "reset\n");
    figure_begin(&f, block);
    for (int i = 0; i < 5; i++)
        figure_row(&f, (const double[]){i, i * i}, 2);
    figure_end(&f);
    str_addf(&f.program, "plot %s using 1:2 with lines notitle\n", block);
    str_add(&f.csv, "squares,4,16\n");
    return f;
}

static void show(struct told *t, const char *window)
{
    struct figure f = small_figure();
    struct err e;
    assert_int_equal(gnuplot_show(t->g, window, &f, &e), 0);
    assert_null(f.program.text);
}

static size_t open_files(void)
{
    DIR *all = opendir("/proc/self/fd");
    size_t n = 0;
    while (readdir(all))
        n++;
    closedir(all);
    return n;
}

static void nothing_starts_before_the_first_picture(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, "/no/such/gnuplot", "good");
    for (int i = 0; i < 5; i++)
        gnuplot_advance(t.g, now(&t));
    assert_int_equal(t.notice_count, 0);
    assert_int_equal(gnuplot_descriptors(t.g, (struct gnuplot_descriptor[3]){{0}}), 0);
    assert_true(isinf(gnuplot_deadline(t.g)));
    close_bridge(&t);
}

static void a_missing_gnuplot_is_told_once(void **state)
{
    (void)state;
    struct told t;
    struct err e = {0};
    open_bridge(&t, "/no/such/gnuplot", "good");
    for (int i = 0; i < 3; i++) {
        show(&t, "loss");
        wait_until_idle(&t);
    }
    assert_int_equal(t.notice_count, 1);
    check_has(t.notices.text, "install gnuplot");
    assert_false(gnuplot_wants(t.g, "loss"));
    struct figure f = small_figure();
    assert_int_equal(gnuplot_save(t.g, "x.png", &f, &e), 0);
    assert_int_equal(gnuplot_saved(t.g, &e), -1);
    check_has(e.what, "x.png");
    figure_finish(&f);
    close_bridge(&t);
}

static void a_good_gnuplot_shows_each_picture(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "good");
    for (int i = 0; i < 3; i++) {
        show(&t, "loss");
        t.ahead += 1;
        wait_until_idle(&t);
    }
    assert_int_equal(t.picture_count, 3);
    assert_string_equal(t.pictures.text, "a picture\na picture\na picture\n");
    assert_int_equal(t.notice_count, 0);
    close_bridge(&t);
}

static void the_newest_picture_takes_the_place_of_one_that_waits(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "slow");
    for (int i = 0; i < 50; i++) {
        show(&t, "loss");
        gnuplot_advance(t.g, now(&t));
    }
    t.ahead += 1;
    wait_until_idle(&t);
    assert_in_range(t.picture_count, 1, 2);
    close_bridge(&t);
}

static void what_gnuplot_complains_of_is_told_once(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "complains");
    for (int i = 0; i < 4; i++) {
        show(&t, "loss");
        t.ahead += 1;
        wait_until_idle(&t);
    }
    assert_string_equal(t.notices.text, "gnuplot: it cannot be drawn\n");
    assert_int_equal(t.picture_count, 0);
    close_bridge(&t);
}

static void a_gnuplot_that_dies_is_told_once_and_reaped(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "dies");
    for (int i = 0; i < 6; i++) {
        show(&t, "loss");
        t.ahead += 1;
        wait_until_idle(&t);
    }
    assert_string_equal(t.notices.text, "gnuplot has ended; everything goes on without pictures\n");
    assert_int_equal(t.picture_count, 2);
    assert_false(gnuplot_wants(t.g, "loss"));
    close_bridge(&t);
}

/* Kills every child of this process; returns how many. */
static int kill_children(void)
{
    DIR *all = opendir("/proc");
    int killed = 0;
    assert_non_null(all);
    for (struct dirent *entry; (entry = readdir(all));) {
        char path[300];
        int pid = atoi(entry->d_name), parent = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = pid > 0 ? fopen(path, "r") : NULL;
        if (file && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) == 1 && parent == (int)getpid())
            killed += kill(pid, SIGKILL) == 0;
        if (file)
            fclose(file);
    }
    closedir(all);
    return killed;
}

static void a_gnuplot_that_is_killed_stops_nothing(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "slow");
    show(&t, "loss");
    wait_once(&t);
    assert_int_equal(kill_children(), 1);
    wait_until_idle(&t);
    assert_int_equal(t.notice_count, 1);
    close_bridge(&t);
}

static void a_deaf_gnuplot_is_given_up(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "deaf");
    show(&t, "loss");
    for (int i = 0; i < 20; i++)
        wait_once(&t);
    assert_true(gnuplot_busy(t.g));
    t.ahead += 11; /* more than a picture may take */
    wait_until_idle(&t);
    assert_string_equal(t.notices.text,
                        "gnuplot does not answer; everything goes on without pictures\n");
    close_bridge(&t);
}

static void a_flood_of_warnings_blocks_nobody(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "floods");
    for (int i = 0; i < 30; i++) {
        show(&t, "loss");
        t.ahead += 1;
        wait_until_idle(&t);
    }
    assert_int_equal(t.picture_count, 30);
    assert_true(t.notice_count <= 1);
    close_bridge(&t);
}

static void ten_thousand_pictures_leave_nothing_behind(void **state)
{
    (void)state;
    struct told t;
    open_bridge(&t, FAKE, "good");
    show(&t, "loss");
    t.ahead += 1;
    wait_until_idle(&t);
    const size_t before = open_files();
    for (int i = 0; i < 10000; i++) {
        show(&t, i % 2 ? "loss" : "activity");
        t.ahead += 1;
        wait_until_idle(&t);
    }
    assert_int_equal(t.picture_count, 10001);
    assert_int_equal(open_files(), before);
    assert_int_equal(t.notice_count, 0);
    close_bridge(&t);
}

static int save_as(struct told *t, const char *path, struct err *e)
{
    struct figure f = small_figure();
    int left = gnuplot_save(t->g, path, &f, e);
    while (left == 0 && (left = gnuplot_saved(t->g, e)) == 1) {
        wait_once(t);
        left = 0;
    }
    figure_finish(&f);
    return left;
}

static void a_place_that_cannot_be_written_is_one_error(void **state)
{
    (void)state;
    static const struct {
        const char *path, *what;
    } cases[] = {
        {"figure.jpg", "says nothing of how to write it"},
        {"figure", "says nothing of how to write it"},
        {"", "says nothing of how to write it"},
        {"a\nb.png", "control characters"},
        {"/no/such/folder/a.csv", "No such file"},
        {"/no/such/folder/a.gp", "No such file"},
    };
    struct told t;
    open_bridge(&t, FAKE, "good");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        assert_int_equal(save_as(&t, cases[i].path, &e), -1);
        check_has(e.what, cases[i].what);
    }
    struct err e = {0};
    char path[100];
    snprintf(path, sizeof path, "%s/folder.png", folder);
    mkdir(path, 0700);
    assert_int_equal(save_as(&t, path, &e), -1);
    check_has(e.what, "is a folder");
    /* The stand-in writes nothing: a file that is not whole does not get its name. */
    snprintf(path, sizeof path, "%s/none.png", folder);
    assert_int_equal(save_as(&t, path, &e), -1);
    check_has(e.what, "not whole");
    assert_int_not_equal(access(path, F_OK), 0);
    close_bridge(&t);
}

static void programs_and_numbers_are_saved_without_gnuplot(void **state)
{
    (void)state;
    struct told t;
    struct err e = {0};
    char path[100], text[2000] = "";
    struct figure same = small_figure();
    open_bridge(&t, "/no/such/gnuplot", "good");
    snprintf(path, sizeof path, "%s/it's.csv", folder);
    assert_int_equal(save_as(&t, path, &e), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    assert_int_equal(n, same.csv.size);
    assert_string_equal(text, same.csv.text);
    figure_finish(&same);
    fclose(file);
    close_bridge(&t);
}

static void gnuplot_itself_draws_and_saves(void **state)
{
    (void)state;
    if (system("gnuplot --version >/dev/null 2>&1"))
        skip();
    static const char *const names[] = {"a.png", "b.svg", "c.pdf", "d.txt", "e'`|.png"};
    struct told t;
    struct err e = {0};
    char path[100];
    struct stat facts;
    open_bridge(&t, "gnuplot", "good");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (save_as(&t, path, &e))
            fail_msg("%s; %s", e.what, e.hint);
        assert_true(stat(path, &facts) == 0 && facts.st_size > 400);
    }
    snprintf(path, sizeof path, "%s/no/such.png", folder);
    assert_int_equal(save_as(&t, path, &e), -1);
    show(&t, "loss");
    wait_until_idle(&t);
    assert_int_equal(t.picture_count, 1);
    check_has(t.pictures.text, "16"); /* the largest tic: 4 squared */
    assert_int_equal(t.notice_count, 0);
    close_bridge(&t);
}

static void allocations_may_fail(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct told t;
        struct err e = {0};
        struct figure f = small_figure();
        open_bridge(&t, FAKE, "good");
        mem_fail_at(n);
        int failed = gnuplot_show(t.g, "loss", &f, &e);
        wait_until_idle(&t);
        const bool hit = mem_failed();
        mem_fail_at(0);
        assert_true(!failed || e.kind == ERR_MEMORY);
        figure_finish(&f);
        close_bridge(&t);
        if (!hit)
            break;
    }
}

static int make_folder(void **state)
{
    (void)state;
    setenv("FAKE_LOG", "/dev/null", 1);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_starts_before_the_first_picture),
        cmocka_unit_test(a_missing_gnuplot_is_told_once),
        cmocka_unit_test(a_good_gnuplot_shows_each_picture),
        cmocka_unit_test(the_newest_picture_takes_the_place_of_one_that_waits),
        cmocka_unit_test(what_gnuplot_complains_of_is_told_once),
        cmocka_unit_test(a_gnuplot_that_dies_is_told_once_and_reaped),
        cmocka_unit_test(a_gnuplot_that_is_killed_stops_nothing),
        cmocka_unit_test(a_deaf_gnuplot_is_given_up),
        cmocka_unit_test(a_flood_of_warnings_blocks_nobody),
        cmocka_unit_test(ten_thousand_pictures_leave_nothing_behind),
        cmocka_unit_test(a_place_that_cannot_be_written_is_one_error),
        cmocka_unit_test(programs_and_numbers_are_saved_without_gnuplot),
        cmocka_unit_test(gnuplot_itself_draws_and_saves),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
