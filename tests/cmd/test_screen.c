/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures made of characters, on a screen whose size changes. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Finds the stand-in where the program looks for gnuplot. */
static int enter(void **state)
{
    return folder_enter(state) || symlink(FAKE_GNUPLOT, "gnuplot") || setenv("PATH", ".", 1) ||
           setenv("FAKE_LOG", "told", 1);
}

static void start(struct fake *f)
{
    fake_start(f);
    f->host.plot = "dumb";
    f->host.screen = true;
    fake_ok(f, "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nstep 20\n");
}

/* The size that the latest picture was told. */
static void check_size(unsigned width, unsigned height)
{
    static char told[1 << 20];
    char expected[60];
    FILE *f = fopen("told", "r");
    assert_non_null(f);
    told[fread(told, 1, sizeof told - 1, f)] = 0;
    fclose(f);
    const char *last = NULL;
    for (const char *at = told; (at = strstr(at, "set term dumb")); at++)
        last = at;
    assert_non_null(last);
    snprintf(expected, sizeof expected, " size %u,%u", width, height);
    check_has(last, expected);
}

static void a_picture_has_the_size_of_the_screen_as_it_is(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    fake_ok(&f, "plot loss\n");
    check_size(80, 21);
    f.host.width = 50;
    f.host.height = 40;
    fake_ok(&f, "plot loss\n");
    check_size(50, 37);
    fake_finish(&f);
}

/* Two watched pictures have half of the screen each, and a plot after them all of it. */
static void watched_pictures_share_the_screen_and_a_plot_has_it(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    fake_ok(&f, "watch loss activity every 5\nstep 10\n");
    check_size(80, 9);
    f.host.width = 60;
    f.host.height = 60;
    fake_ok(&f, "step 10\n");
    check_size(60, 27);
    fake_ok(&f, "plot loss\n");
    check_size(60, 57);
    fake_finish(&f);
}

/* What a window shows side by side comes as text one after the other, where one fits at a time. */
static void models_that_do_not_fit_side_by_side_come_in_turn(void **state)
{
    (void)state;
    struct fake f;
    start(&f);
    fake_ok(&f, "clone other\nstep 2\nplot boundary of main, other\n");
    assert_null(strstr(f.err.text, "at a time"));
    static char told[1 << 20];
    FILE *file = fopen("told", "r");
    assert_non_null(file);
    told[fread(told, 1, sizeof told - 1, file)] = 0;
    fclose(file);
    const char *first = strstr(told, "boundary of main (step 20)");
    assert_non_null(first);
    assert_non_null(strstr(first, "boundary of other (step 22)"));
    /* What was asked for is still the picture of both. */
    fake_ok(&f, "plot save \"both.csv\"\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_has_the_size_of_the_screen_as_it_is),
        cmocka_unit_test(watched_pictures_share_the_screen_and_a_plot_has_it),
        cmocka_unit_test(models_that_do_not_fit_side_by_side_come_in_turn),
    };
    return cmocka_run_group_tests(tests, enter, folder_leave);
}
