/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving figures, with a gnuplot that draws one line of text. */
#include "drive.h"

#include "base/mem.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Begins, waits, and returns how it ended. */
static int save(struct drive *d, const char *path, struct err *e)
{
    struct figure f = drive_figure("a");
    *e = (struct err){0};
    int begun = drive_save(d->g, path, &f, e);
    assert_null(f.program.text);
    drive_idle(d);
    struct err later = {0};
    int ended = gnuplot_saved(d->g, begun ? &later : e);
    assert_int_not_equal(ended, 1);
    assert_true(!begun || ended == -1);
    return ended;
}

static void check_file(const char *path, const char *expected)
{
    char *text = drive_file(path);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* Files of the folder, the log left out. */
static unsigned files_here(void)
{
    unsigned n = 0;
    DIR *d = opendir(".");
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, "log");
    closedir(d);
    return n;
}

static void the_ending_says_how(void **state)
{
    static const struct {
        const char *path, *text, *told;
    } cases[] = {
        {"x.png", "picture 1 by pngcairo\n", "set term pngcairo size 960,720\n"},
        {"./x.SVG", "picture 2 by svg\n<!-- written by nnr -->\n",
         "set term svg size 800,600 background '#ffffff'\n"},
        {"a.b/../x.pdf", "picture 3 by pdfcairo\n% written by nnr\n",
         "set term pdfcairo size 8in,6in\n"},
        {"x y.txt", "picture 4 by dumb\n# written by nnr\n", "set term dumb mono size 79,24\n"},
    };
    struct drive d;
    struct err e;
    setenv("FAKE_TERMS", "dumb pdfcairo png pngcairo svg", 1);
    assert_int_equal(mkdir("a.b", 0777), 0);
    drive_start(&d, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(save(&d, cases[i].path, &e), 0);
        check_file(cases[i].path, cases[i].text);
        check_has(drive_log(state), cases[i].told);
    }
    assert_int_equal(files_here(), 5);
    assert_int_equal(d.noticed + d.pictures, 0);
    drive_close(&d);
}

static void a_gnuplot_without_a_device_is_said(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    setenv("FAKE_TERMS", "dumb png", 1);
    drive_start(&d, "");
    assert_int_equal(save(&d, "x.png", &e), 0);
    check_file("x.png", "picture 1 by png\n");
    assert_int_equal(save(&d, "x.pdf", &e), -1);
    assert_string_equal(e.what, "cannot draw \"x.pdf\": this gnuplot was built without it");
    assert_int_equal(files_here(), 1);
    drive_close(&d);
}

static void the_program_and_the_numbers_need_no_gnuplot(void **state)
{
    struct drive d;
    struct err e;
    struct gnuplot_config c = drive_config(&d, "");
    c.program = "gnuplot-that-is-nowhere";
    drive_open(&d, &c);
    assert_int_equal(save(&d, "x.csv", &e), 0);
    check_file("x.csv", "series,x,y\nd1,0,0\nd1,1,1\nd1,2,4\n");
    assert_int_equal(save(&d, "x.gp", &e), 0);
    char *program = drive_file("x.gp");
    check_has(program, "\n# set terminal svg");
    check_has(program, "\nreset\n$d1 << EOD\n0 0\n1 1\n2 4\nEOD\nset title 'a' noenhanced\nplot ");
    free(program);
    assert_int_equal(files_here(), 2);
    drive_close(&d);
    assert_string_equal(drive_log(state), "");
}

static void bad_names_are_refused_at_once(void **state)
{
    static const struct {
        const char *path, *what;
    } cases[] = {
        {"", "the file needs a name"},
        {"a\nb.png", "line breaks"},
        {"a\x7f.png", "control characters"},
        {"folder.png", "\"folder.png\" is a folder"},
        {"folder.png/", "is a folder"},
        {"x", "the ending of \"x\" does not say"},
        {"x.bmp", "the ending of \"x.bmp\" does not say"},
        {"x.png.", "does not say"},
        {"x.svg/y", "does not say"},
        {"nowhere/x.png", "\"nowhere/x.png\" cannot be written: No such file or directory"},
        {"/proc/x.png", "\"/proc/x.png\" cannot be written: "},
        {"file/x.png", "Not a directory"},
    };
    struct drive d;
    struct err e;
    assert_int_equal(mkdir("folder.png", 0777), 0);
    fclose(fopen("file", "w"));
    drive_start(&d, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct figure f = drive_figure("a");
        assert_int_equal(drive_save(d.g, cases[i].path, &f, &e), -1);
        check_has(e.what, cases[i].what);
        assert_true(e.hint[0] != 0);
        assert_int_equal(gnuplot_saved(d.g, &e), -1);
        assert_false(gnuplot_busy(d.g));
    }
    assert_int_equal(files_here(), 2);
    drive_close(&d);
    assert_string_equal(drive_log(state), "");
}

static void no_name_ever_reaches_a_shell(void **state)
{
    static const char *const names[] = {"|touch pwned;.png",
                                        "<touch pwned;.png",
                                        "`touch pwned`.png",
                                        "'; system('touch pwned'); '.png",
                                        "-x.png",
                                        "$(touch pwned).png"};
    struct drive d;
    struct err e;
    drive_start(&d, "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(save(&d, names[i], &e), 0);
        assert_int_equal(access(names[i], R_OK), 0);
    }
    assert_int_equal(access("pwned", F_OK), -1);
    assert_null(strstr(drive_log(state), "pwned"));
    drive_close(&d);
}

static void a_failed_drawing_leaves_the_old_file(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    FILE *old = fopen("x.png", "w");
    fputs("old", old);
    fclose(old);
    drive_start(&d, "complains");
    assert_int_equal(save(&d, "x.png", &e), -1);
    assert_string_equal(e.what, "cannot draw \"x.png\": undefined function: nofun");
    drive_close(&d);
    drive_start(&d, "empty");
    assert_int_equal(save(&d, "x.png", &e), -1);
    assert_string_equal(e.what, "cannot draw \"x.png\": gnuplot drew nothing");
    drive_close(&d);
    check_file("x.png", "old");
    assert_int_equal(files_here(), 1);
}

/* A limit on the size of files stands in for a disk that is full. */
static void a_full_disk_is_one_clear_error(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    struct rlimit before, tight;
    drive_start(&d, "");
    assert_int_equal(save(&d, "first.png", &e), 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 4;
    setrlimit(RLIMIT_FSIZE, &tight);
    int ended = save(&d, "x.png", &e);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(ended, -1);
    assert_string_equal(e.what, "\"x.png\" cannot be written: File too large");
    assert_int_equal(files_here(), 1);
    assert_int_equal(save(&d, "x.png", &e), 0);
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

static void one_save_at_a_time(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    drive_start(&d, "slow");
    struct figure one = drive_figure("a"), two = drive_figure("b");
    assert_int_equal(drive_save(d.g, "one.png", &one, &e), 0);
    assert_int_equal(gnuplot_saved(d.g, &e), 1);
    assert_int_equal(access("one.png", F_OK), -1);
    assert_int_equal(drive_save(d.g, "two.csv", &two, &e), -1);
    assert_string_equal(e.what, "\"one.png\" is still being written");
    assert_int_equal(gnuplot_saved(d.g, &e), 1);
    drive_idle(&d);
    assert_int_equal(gnuplot_saved(d.g, &e), 0);
    check_file("one.png", "picture 1 by png\n");
    drive_close(&d);
}

static void a_save_that_is_left_leaves_nothing(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    drive_start(&d, "deaf");
    struct figure f = drive_figure("a");
    assert_int_equal(drive_save(d.g, "x.png", &f, &e), 0);
    drive_wait(&d, 0.01);
    drive_close(&d);
    assert_int_equal(files_here(), 0);
}

static void a_lost_gnuplot_is_the_error_of_the_save(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    struct gnuplot_config c = drive_config(&d, "");
    c.program = "gnuplot-that-is-nowhere";
    drive_open(&d, &c);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(save(&d, "x.png", &e), -1);
        assert_string_equal(e.what, "cannot draw \"x.png\": gnuplot is not installed");
        check_has(e.hint, "install it");
    }
    drive_close(&d);
    drive_start(&d, "deaf");
    d.leap = 0.5;
    assert_int_equal(save(&d, "x.png", &e), -1);
    assert_string_equal(e.what, "cannot draw \"x.png\": gnuplot gave no answer for 10 seconds");
    assert_int_equal(d.noticed, 0);
    d.leap = 0;
    assert_int_equal(save(&d, "x.gp", &e), 0);
    drive_close(&d);
    assert_int_equal(files_here(), 1);
}

static bool save_with_failure(const char *path, long n)
{
    struct drive d;
    struct err e = {0};
    struct figure f = drive_figure("a");
    drive_start(&d, "");
    mem_fail_at(n);
    int ended = drive_save(d.g, path, &f, &e);
    drive_idle(&d);
    bool failed = mem_failed();
    mem_fail_at(0);
    ended = ended ? ended : gnuplot_saved(d.g, &e);
    assert_int_not_equal(ended, 1);
    assert_true(ended == 0 || (failed && e.what[0]));
    assert_int_equal(files_here(), ended == 0);
    remove(path);
    drive_close(&d);
    return failed;
}

static void a_lack_of_memory_leaves_no_file(void **state)
{
    (void)state;
    static const char *const paths[] = {"x.png", "x.csv", "x.gp"};
    for (size_t i = 0; i < 3; i++)
        for (long n = 1; save_with_failure(paths[i], n); n++)
            continue;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, drive_setup, drive_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_ending_says_how),
        TEST(a_gnuplot_without_a_device_is_said),
        TEST(the_program_and_the_numbers_need_no_gnuplot),
        TEST(bad_names_are_refused_at_once),
        TEST(no_name_ever_reaches_a_shell),
        TEST(a_failed_drawing_leaves_the_old_file),
        TEST(a_full_disk_is_one_clear_error),
        TEST(one_save_at_a_time),
        TEST(a_save_that_is_left_leaves_nothing),
        TEST(a_lost_gnuplot_is_the_error_of_the_save),
        TEST(a_lack_of_memory_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
