/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge to a gnuplot that fails in every way: it is told once, and nothing else stops. */
#include "drive.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* All that a training run does with plots still succeeds, and does nothing. */
static void check_that_life_goes_on(struct drive *d)
{
    unsigned noticed = d->noticed, pictures = d->pictures;
    for (int i = 0; i < 5; i++) {
        assert_false(gnuplot_wants(d->g, "loss"));
        assert_false(gnuplot_busy(d->g));
        drive_show(d, "loss", "later");
        drive_idle(d);
    }
    assert_int_equal(d->noticed, noticed);
    assert_int_equal(d->pictures, pictures);
    drive_close(d);
}

static void a_missing_gnuplot_is_told_with_what_to_do(void **state)
{
    (void)state;
    struct drive d;
    struct gnuplot_config c = drive_config(&d, "");
    c.program = "gnuplot-that-is-nowhere";
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_int_equal(d.noticed, 1);
    check_has(d.notices.text, "gnuplot is not installed, so plots are left out; install it");
    check_that_life_goes_on(&d);
}

static void a_program_that_may_not_run_is_told(void **state)
{
    (void)state;
    struct drive d;
    struct gnuplot_config c = drive_config(&d, "");
    c.program = "/";
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_string_equal(d.notices.text,
                        "gnuplot cannot be started, so plots are left out; Permission denied\n");
    check_that_life_goes_on(&d);
}

static void a_gnuplot_killed_in_a_frame_is_told_once(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "dies");
    for (int i = 0; i < 3; i++) {
        drive_show(&d, "loss", "a");
        drive_show(&d, "weights", "b");
        drive_idle(&d);
    }
    assert_int_equal(d.pictures, 2);
    assert_string_equal(d.notices.text, "gnuplot has ended unexpectedly, so plots are left out\n");
    check_that_life_goes_on(&d);
}

static void a_gnuplot_that_ends_between_frames_is_told_once(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "leaves");
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_int_equal(d.pictures, 1);
    while (!d.noticed)
        drive_wait(&d, 0.01);
    assert_string_equal(d.notices.text, "gnuplot has ended unexpectedly, so plots are left out\n");
    check_that_life_goes_on(&d);
}

static void a_deaf_gnuplot_is_ended_after_ten_seconds(void **state)
{
    struct drive d;
    drive_start(&d, "deaf");
    drive_show(&d, "loss", "a");
    drive_wait(&d, 0.001);
    const double shown = d.now;
    drive_until_drawing(&d, state);
    const double deaf = d.now;
    drive_leap(&d, 20);
    assert_false(gnuplot_busy(d.g));
    /* A part of the ten may have passed before it was told to draw. */
    assert_true(d.now - shown > 9.9 && d.now - deaf <= 10.5);
    assert_string_equal(d.notices.text,
                        "gnuplot gave no answer for 10 seconds, so plots are left out\n");
    check_that_life_goes_on(&d);
}

static void time_without_attention_does_not_count(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "slow");
    drive_show(&d, "loss", "a");
    for (int i = 0; i < 4; i++)
        gnuplot_advance(d.g, 1e6 * i);
    assert_int_equal(d.noticed, 0);
    d.now = 3e6;
    drive_idle(&d);
    assert_int_equal(d.pictures, 1);
    drive_close(&d);
}

static void complaints_belong_to_their_frame_and_are_told_once(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "complains");
    for (int i = 0; i < 50; i++) {
        drive_show(&d, "loss", "a");
        drive_idle(&d);
    }
    assert_string_equal(d.notices.text, "plot loss: gnuplot says: undefined function: nofun\n");
    drive_show(&d, "weights", "a");
    drive_idle(&d);
    assert_int_equal(d.noticed, 2);
    check_has(d.notices.text, "plot weights: gnuplot says: undefined function: nofun\n");
    assert_int_equal(d.pictures, 0);
    drive_close(&d);
}

static void warnings_are_told_and_the_picture_is_shown(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "warns");
    for (int i = 0; i < 3; i++) {
        drive_show(&d, "loss", "a");
        drive_idle(&d);
    }
    assert_int_equal(d.pictures, 3);
    assert_string_equal(d.notices.text,
                        "plot loss: gnuplot warns: Skipping data file with no valid points\n");
    drive_close(&d);
}

/* 50 x 5,000 lines are more than any pipe holds. */
static void a_flood_of_complaints_is_read_and_forgotten(void **state)
{
    (void)state;
    struct drive d;
    drive_start(&d, "floods");
    for (int i = 0; i < 50; i++) {
        drive_show(&d, "loss", "a");
        drive_idle(&d);
    }
    assert_int_equal(d.pictures, 50);
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

static struct gnuplot_config with_display(struct drive *d, const char *mode, const char *terms)
{
    struct gnuplot_config c = drive_config(d, mode);
    c.display = true;
    setenv("FAKE_TERMS", terms, 1);
    return c;
}

static void a_window_that_hangs_makes_way_for_the_next(void **state)
{
    struct drive d;
    struct gnuplot_config c = with_display(&d, "hangs", "dumb qt x11");
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_until_drawing(&d, state);
    assert_null(strstr(drive_log(state), "set term x11"));
    drive_leap(&d, 3);
    drive_idle(&d);
    assert_int_equal(d.noticed, 0);
    check_has(drive_log(state), "set term x11 1 size 800,600 noraise title 'nnr loss'\n");
    drive_close(&d);
}

static void without_any_window_the_screen_takes_the_pictures(void **state)
{
    (void)state;
    struct drive d;
    struct gnuplot_config c = with_display(&d, "blind", "dumb x11");
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_int_equal(d.pictures, 1);
    assert_string_equal(d.notices.text,
                        "gnuplot can open no window here, so plots are drawn as text\n");
    drive_close(&d);
}

static void without_window_or_screen_saving_is_left(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    struct gnuplot_config c = with_display(&d, "", "dumb svg");
    c.screen = false;
    drive_open(&d, &c);
    drive_show(&d, "loss", "a");
    drive_idle(&d);
    assert_string_equal(d.notices.text,
                        "gnuplot can open no window here; figures can still be saved\n");
    struct figure f = drive_figure("a");
    assert_int_equal(drive_save(d.g, "x.svg", &f, &e), 0);
    drive_idle(&d);
    assert_int_equal(gnuplot_saved(d.g, &e), 0);
    check_that_life_goes_on(&d);
}

static void an_unknown_device_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"holo", "dumb\nprint 1", "du", "", "dumb svg"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct drive d;
        struct gnuplot_config c = drive_config(&d, "");
        c.terminal = names[i];
        drive_open(&d, &c);
        drive_show(&d, "loss", "a");
        drive_idle(&d);
        assert_int_equal(d.noticed, 1);
        check_has(d.notices.text, "gnuplot cannot draw with \"");
        check_that_life_goes_on(&d);
    }
}

/* A failure at the n-th allocation after the beginning; returns whether there were so many. What
 * the test itself allocates may meet it too. */
static bool draw_with_failure(long n)
{
    struct drive d;
    struct err e = {0};
    struct figure f = drive_figure("a");
    struct gnuplot_config c = drive_config(&d, "");
    mem_fail_at(n);
    d.g = gnuplot_create(&c);
    bool created = d.g != NULL;
    if (created && gnuplot_show(d.g, "loss", &f, &e))
        assert_int_equal(e.kind, ERR_MEMORY);
    if (created)
        drive_idle(&d);
    bool failed = mem_failed();
    mem_fail_at(0);
    figure_finish(&f);
    assert_true(failed || d.pictures == 1);
    if (created)
        drive_close(&d);
    return failed;
}

static void a_lack_of_memory_leaves_out_pictures_only(void **state)
{
    (void)state;
    for (long n = 1; draw_with_failure(n); n++)
        continue;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, drive_setup, drive_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_gnuplot_is_told_with_what_to_do),
        TEST(a_program_that_may_not_run_is_told),
        TEST(a_gnuplot_killed_in_a_frame_is_told_once),
        TEST(a_gnuplot_that_ends_between_frames_is_told_once),
        TEST(a_deaf_gnuplot_is_ended_after_ten_seconds),
        TEST(time_without_attention_does_not_count),
        TEST(complaints_belong_to_their_frame_and_are_told_once),
        TEST(warnings_are_told_and_the_picture_is_shown),
        TEST(a_flood_of_complaints_is_read_and_forgotten),
        TEST(a_window_that_hangs_makes_way_for_the_next),
        TEST(without_any_window_the_screen_takes_the_pictures),
        TEST(without_window_or_screen_saving_is_left),
        TEST(an_unknown_device_is_told),
        TEST(a_lack_of_memory_leaves_out_pictures_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
