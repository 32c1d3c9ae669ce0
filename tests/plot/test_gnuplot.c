/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge to a gnuplot that behaves well. */
#include "drive.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void nothing_starts_before_the_first_figure(void **state)
{
    struct drive d;
    struct gnuplot_descriptor to[GNUPLOT_DESCRIPTORS];
    drive_start(&d, "");
    gnuplot_advance(d.g, 1);
    assert_int_equal(gnuplot_descriptors(d.g, to), 0);
    assert_true(isinf(gnuplot_deadline(d.g)));
    assert_false(gnuplot_busy(d.g));
    assert_true(gnuplot_wants(d.g, "loss"));
    drive_close(&d);
    assert_string_equal(drive_log(state), "");
}

static void a_picture_of_text_comes_without_its_form_feed(void **state)
{
    struct drive d;
    drive_start(&d, "");
    drive_show(&d, "loss", "a");
    assert_true(gnuplot_busy(d.g));
    drive_idle(&d);
    assert_int_equal(d.pictures, 1);
    assert_string_equal(d.picture.text, "picture 1 by dumb\n");
    assert_int_equal(d.noticed, 0);
    check_has(drive_log(state), "set term dumb ansi256 size 80,21\nreset\n$d1 << EOD\n0 0\n");
    gnuplot_resize(d.g, 60, 4);
    drive_show(&d, "loss", "b");
    drive_idle(&d);
    check_has(drive_log(state), "set term dumb ansi256 size 60,8\n");
    drive_close(&d);
}

static void without_colour_the_picture_is_mono(void **state)
{
    struct drive d;
    struct gnuplot_config c = drive_config(&d, "");
    c.colour = false;
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    check_has(drive_log(state), "set term dumb mono size 80,21\n");
    drive_close(&d);
}

static void a_newer_frame_takes_the_place_of_one_that_waits(void **state)
{
    struct drive d;
    drive_start(&d, "slow");
    drive_show(&d, "loss", "first");
    drive_show(&d, "weights", "other");
    drive_show(&d, "loss", "second");
    drive_show(&d, "loss", "third");
    drive_idle(&d);
    assert_int_equal(d.pictures, 2);
    assert_null(strstr(drive_log(state), "'first'"));
    assert_null(strstr(drive_log(state), "'second'"));
    /* The window that asked first is drawn first, with its newest figure. */
    const char *log = drive_log(state);
    assert_true(strstr(log, "'third'") < strstr(log, "'other'"));
    drive_close(&d);
}

static void a_live_frame_is_wanted_when_the_last_has_been_seen(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "slow");
    assert_true(gnuplot_wants(d.g, "loss"));
    drive_show(&d, "loss", "a");
    assert_false(gnuplot_wants(d.g, "loss"));
    while (d.pictures == 0)
        drive_wait(&d, 0.001);
    double drawn = d.now;
    gnuplot_advance(d.g, drawn + 0.1);
    assert_false(gnuplot_wants(d.g, "loss"));
    assert_true(gnuplot_wants(d.g, "weights"));
    gnuplot_advance(d.g, drawn + 0.6);
    assert_true(gnuplot_wants(d.g, "loss"));
    drive_close(&d);
}

static unsigned descriptors_open(void)
{
    unsigned n = 0;
    DIR *all = opendir("/proc/self/fd");
    while (all && readdir(all))
        n++;
    closedir(all);
    return n;
}

static void ten_thousand_frames_leave_nothing_behind(void **state)
{
    (void)state;
    struct drive d;
    setenv("FAKE_LOG", "/dev/null", 1);
    unsigned before = descriptors_open();
    drive_start(&d, "");
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    unsigned running = descriptors_open();
    assert_int_equal(running, before + 3);
    for (int i = 1; i < 10000; i++) {
        drive_show(&d, "loss", "a");
        drive_idle(&d);
    }
    assert_int_equal(d.pictures, 10000);
    assert_string_equal(d.picture.text, "picture 10000 by dumb\n");
    assert_int_equal(descriptors_open(), running);
    drive_close(&d);
    assert_int_equal(descriptors_open(), before);
}

static struct gnuplot_config with_display(struct drive *d, const char *mode, const char *terms)
{
    struct gnuplot_config c = drive_config(d, mode);
    c.display = true;
    setenv("FAKE_TERMS", terms, 1);
    return c;
}

static void windows_are_numbered_and_sized_once(void **state)
{
    struct drive d;
    struct gnuplot_config c = with_display(&d, "", "dumb qt x11 svg");
    drive_open(&d, &c);
    for (int i = 0; i < 2; i++) {
        drive_show(&d, "loss", "a");
        drive_show(&d, "it's", "b");
        drive_idle(&d);
    }
    const char *log = drive_log(state);
    assert_int_equal(drive_count(log, "set term qt 1 size 800,600 noraise title 'nnr loss'\n"), 1);
    assert_int_equal(drive_count(log, "set term qt 1 noraise title 'nnr loss'\n"), 1);
    assert_int_equal(drive_count(log, "set term qt 2 size 800,600 noraise title 'nnr it''s'\n"), 1);
    assert_int_equal(drive_count(log, "set term qt 2 noraise title 'nnr it''s'\n"), 1);
    assert_int_equal(d.pictures, 0);
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

static void windows_are_drawn_at_most_thirty_times_a_second(void **state)
{
    (void)state;
    struct drive d;
    struct gnuplot_config c = with_display(&d, "", "qt");
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    double began = d.now;
    for (int i = 0; i < 6; i++) {
        drive_show(&d, "loss", "a");
        drive_idle(&d);
    }
    assert_true(d.now - began > 5.0 / 30);
    drive_close(&d);
}

static void a_closed_window_opens_only_when_shown_again(void **state)
{
    struct drive d;
    struct gnuplot_config c = with_display(&d, "closes", "qt");
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    /* One that is open wants another frame soon. */
    do
        drive_wait(&d, 0.05);
    while (gnuplot_wants(d.g, "loss"));
    assert_true(gnuplot_wants(d.g, "weights"));
    assert_int_equal(drive_count(drive_log(state), "size 800,600 noraise title 'nnr loss'"), 1);
    setenv("FAKE_MODE", "", 1);
    drive_show(&d, "loss", "b");
    drive_idle(&d);
    assert_int_equal(drive_count(drive_log(state), "size 800,600 noraise title 'nnr loss'"), 2);
    drive_close(&d);
}

static void a_device_may_be_asked_for_by_name(void **state)
{
    struct drive d;
    struct gnuplot_config c = with_display(&d, "", "qt sixelgd");
    c.terminal = "sixelgd";
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_string_equal(d.picture.text, "picture 1 by sixelgd\n");
    check_has(drive_log(state), "set term sixelgd\n");
    drive_close(&d);
}

static void with_neither_display_nor_screen_nothing_is_drawn(void **state)
{
    static const char *const terminals[] = {"auto", "none"};
    for (size_t i = 0; i < 2; i++) {
        struct drive d;
        struct gnuplot_config c = drive_config(&d, "");
        c.screen = i == 1;
        c.terminal = terminals[i];
        drive_open(&d, &c);
        assert_false(gnuplot_wants(d.g, "loss"));
        drive_show(&d, "loss", "a");
        drive_idle(&d);
        assert_int_equal(d.pictures + d.noticed, 0);
        drive_close(&d);
        assert_string_equal(drive_log(state), "");
    }
}

static void a_dry_run_writes_the_programs_down(void **state)
{
    struct drive d;
    struct gnuplot_config c = drive_config(&d, "");
    struct err e;
    c.dry_run = "dry.gp";
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    assert_true(gnuplot_wants(d.g, "loss"));
    struct figure f = drive_figure("b");
    assert_int_equal(drive_save(d.g, "x.svg", &f, &e), 0);
    assert_int_equal(gnuplot_saved(d.g, &e), 0);
    drive_idle(&d);
    drive_close(&d);
    assert_string_equal(drive_log(state), "");
    assert_null(drive_file("x.svg"));
    char *dry = drive_file("dry.gp");
    assert_string_equal(dry, "# window 'loss'\n"
                             "reset\n$d1 << EOD\n0 0\n1 1\n2 4\nEOD\n"
                             "set title 'a' noenhanced\n"
                             "plot $d1 using 1:2 with lines notitle\n"
                             "# file 'x.svg'\n"
                             "set term svg size 800,600 background '#ffffff'\n"
                             "reset\n$d1 << EOD\n0 0\n1 1\n2 4\nEOD\n"
                             "set title 'b' noenhanced\n"
                             "plot $d1 using 1:2 with lines notitle\n");
    free(dry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, drive_setup, drive_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_starts_before_the_first_figure),
        TEST(a_picture_of_text_comes_without_its_form_feed),
        TEST(without_colour_the_picture_is_mono),
        TEST(a_newer_frame_takes_the_place_of_one_that_waits),
        TEST(a_live_frame_is_wanted_when_the_last_has_been_seen),
        TEST(ten_thousand_frames_leave_nothing_behind),
        TEST(windows_are_numbered_and_sized_once),
        TEST(windows_are_drawn_at_most_thirty_times_a_second),
        TEST(a_closed_window_opens_only_when_shown_again),
        TEST(a_device_may_be_asked_for_by_name),
        TEST(with_neither_display_nor_screen_nothing_is_drawn),
        TEST(a_dry_run_writes_the_programs_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
