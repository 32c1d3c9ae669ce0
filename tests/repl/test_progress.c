/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/mem.h"
#include "repl/progress.h"

#include <string.h>

static const struct progress halfway = {
    .what = "train",
    .epoch = 12,
    .epochs = 50,
    .step = 600,
    .steps = 2600,
    .data = 0.0126,
    .penalty = 0.009,
};

/* 100 steps by second 0, 600 by second 0.5: 1000 a second, and 2000 are left. */
static void begin(struct progress_line *l)
{
    struct progress p = halfway;
    p.step = 100;
    progress_show(l, &p, 0.0);
}

static void a_terminal_gets_one_line_that_rewrites_itself(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .rewrites = true, .width = 100};
    begin(&l);
    assert_int_equal(s.size, 0);
    progress_show(&l, &halfway, 0.5);
    assert_string_equal(
        s.text, "\rtrain  epoch 12/50  data 0.0126  penalty 0.0090  1000 steps/s  2 s left");
    size_t before = s.size;
    progress_erase(&l);
    assert_int_equal(s.text[before], '\r');
    /* As many blanks as the text had characters, and two for a ^C that the terminal put there. */
    assert_int_equal(strspn(s.text + before + 1, " "), before - 1 + 2);
    assert_string_equal(s.text + before + 1 + before + 1, "\r");
    before = s.size;
    progress_end(&l);
    assert_int_equal(s.size, before);
    str_finish(&s);
}

static void it_is_drawn_at_most_ten_times_a_second(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .rewrites = true, .width = 100};
    struct progress p = halfway;
    for (int i = 0; i < 1000; i++) {
        p.step++;
        progress_show(&l, &p, 0.001 * i);
    }
    int drawn = 0;
    for (size_t i = 0; i < s.size; i++)
        drawn += s.text[i] == '\r';
    assert_in_range(drawn, 8, 10);
    str_finish(&s);
}

static void it_is_cut_to_the_width(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .rewrites = true, .width = 20};
    begin(&l);
    progress_show(&l, &halfway, 0.5);
    assert_string_equal(s.text, "\rtrain  epoch 12/5");
    l.width = 10; /* narrower than what stands there: nothing may run over */
    size_t before = s.size;
    progress_show(&l, &halfway, 1.0);
    assert_string_equal(s.text + before, "\rtrain    ");
    str_finish(&s);
}

static void other_kinds_of_work_are_told_as_they_are(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .rewrites = true, .width = 100};
    struct progress p = {.what = "step", .model = "sparse", .step = 1, .steps = 400};
    progress_show(&l, &p, 0);
    p.step = 5; /* 4 in 2 seconds: 2 a second, 395 left need 198 seconds: 4 minutes */
    progress_show(&l, &p, 2);
    assert_string_equal(s.text, "\rstep sparse  5 of 400  2.0 steps/s  4 min left");
    size_t before = s.size;
    p.step = 1; /* the next piece of work has a rate of its own */
    progress_show(&l, &p, 3);
    p.step = 101;
    progress_show(&l, &p, 4);
    check_has(s.text + before, "101 of 400  100 steps/s  3 s left");
    str_finish(&s);
}

static void elsewhere_each_epoch_is_a_line(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .width = 80};
    struct progress p = halfway;
    progress_show(&l, &p, 0);
    assert_int_equal(s.size, 0);
    p.epoch_ended = true;
    progress_show(&l, &p, 1);
    p.model = "sparse";
    p.data = 1e-7;
    progress_show(&l, &p, 2);
    progress_end(&l);
    assert_string_equal(s.text, "epoch 12/50  data 0.0126  penalty 0.0090\n"
                                "sparse  epoch 12/50  data 1.000e-07  penalty 0.0090\n");
    str_finish(&s);
}

static int lines(const struct str *s)
{
    int n = 0;
    for (size_t i = 0; i < s->size; i++)
        n += s->text[i] == '\n';
    return n;
}

/* A million epochs in 10 seconds; the last one is told. */
static void many_epochs_are_at_most_ten_lines_a_second(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .width = 80};
    struct progress p = halfway;
    p.epoch_ended = true;
    p.epochs = 1000000;
    double told[200];
    int count = 0;
    for (p.epoch = 1; p.epoch <= p.epochs; p.epoch++) {
        const double now = 1e-5 * (double)p.epoch;
        const size_t before = s.size;
        progress_show(&l, &p, now);
        if (s.size > before)
            told[count++] = now;
        assert_in_range(count, 0, 150);
    }
    for (int i = 10; i < count; i++)
        assert_true(told[i] - told[i - 10] >= 1);
    assert_in_range(count, 60, 100);
    check_has(s.text, "epoch 1/1000000 ");
    check_has(s.text, "epoch 1000000/1000000 ");
    str_finish(&s);
}

/* So are many pieces of work of one epoch each. */
static void many_works_are_at_most_ten_lines_a_second(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .width = 80};
    struct progress p = halfway;
    p.epoch_ended = true;
    p.epoch = p.epochs = 1;
    for (int i = 0; i < 3000; i++) {
        progress_show(&l, &p, 0.001 * i);
        progress_end(&l);
    }
    assert_int_equal(lines(&s), 30);
    str_finish(&s);
}

static void silence_is_silence_and_no_memory_is_no_crash(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress p = halfway;
    p.epoch_ended = true;
    struct progress_line l = {.to = out_to(&s), .silent = true, .width = 80};
    progress_show(&l, &p, 1);
    l.silent = false;
    mem_fail_at(1);
    progress_show(&l, &p, 2);
    mem_fail_at(0);
    assert_int_equal(s.size, 0);
}

static void says(const struct progress *p, double now, unsigned width, const char *text)
{
    struct str s = {0};
    struct progress_line l = {.to = out_to(&s), .rewrites = true, .width = width};
    struct progress first = *p;
    first.step = 0;
    progress_show(&l, &first, 0);
    progress_show(&l, p, now);
    str_add(&s, "");
    assert_string_equal(s.text, text);
    str_finish(&s);
}

static void figures_and_times_of_every_size_are_short(void **state)
{
    (void)state;
    struct progress p = halfway;
    p.data = 1e-7;
    p.penalty = 2.5e6;
    p.step = p.steps = 100;
    says(&p, 1, 100, "\rtrain  epoch 12/50  data 1.000e-07  penalty 2.500e+06  100 steps/s");
    p = (struct progress){.what = "step", .step = 10, .steps = 100010};
    says(&p, 1, 80, "\rstep  10 of 100010  10 steps/s  3 h left");
    p.steps = 1010;
    says(&p, 1, 80, "\rstep  10 of 1010  10 steps/s  100 s left");
    p.steps = 0;
    says(&p, 1, 80, "\rstep  10  10 steps/s");
    says(&p, 1, 8, "\rstep ");
    says(&p, 1, 0, "\rs");
    says(&p, 1, 100000, "\rstep  10  10 steps/s");
}

/* One of four runs took 10 seconds: three are left. */
static void a_sweep_tells_how_many_runs_are_done(void **state)
{
    (void)state;
    struct str s = {0};
    struct progress_line plain = {.to = out_to(&s)};
    struct progress_line screen = {.to = out_to(&s), .rewrites = true, .width = 100};
    struct progress p = {.what = "sweep", .runs = 4};
    progress_show(&plain, &p, 0);
    assert_int_equal(s.size, 0);
    p.runs_done = 1;
    p.run_ended = true;
    progress_show(&plain, &p, 10);
    assert_string_equal(s.text, "sweep  1 of 4 runs  30 s left\n");
    str_finish(&s);
    p = halfway;
    p.runs = 4;
    p.runs_going = 1;
    p.step = 100;
    progress_show(&screen, &p, 0);
    p.step = 600;
    p.runs_done = 1;
    progress_show(&screen, &p, 10);
    check_has(s.text, "\rsweep  1 of 4 runs, 1 going on  30 s left  train  epoch 12/50");
    str_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_and_times_of_every_size_are_short),
        cmocka_unit_test(a_terminal_gets_one_line_that_rewrites_itself),
        cmocka_unit_test(it_is_drawn_at_most_ten_times_a_second),
        cmocka_unit_test(it_is_cut_to_the_width),
        cmocka_unit_test(other_kinds_of_work_are_told_as_they_are),
        cmocka_unit_test(elsewhere_each_epoch_is_a_line),
        cmocka_unit_test(many_epochs_are_at_most_ten_lines_a_second),
        cmocka_unit_test(many_works_are_at_most_ten_lines_a_second),
        cmocka_unit_test(a_sweep_tells_how_many_runs_are_done),
        cmocka_unit_test(silence_is_silence_and_no_memory_is_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
