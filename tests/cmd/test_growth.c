/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Twice as much of anything takes about twice the time: from n to 4 n at most 4.84 times as long,
 * and as much again for a noisy machine. What is quadratic takes 16 times as long. With NNR_LONG
 * set all sizes are eight times as large. */
#include "check.h"
#include "host.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A script: `before`, then n times `line` with its number for each %d, then n times `more`, then
 * `after`. */
struct growing {
    const char *what;
    int n;
    const char *before, *line, *more, *after;
};

#define SAMPLES "data random 8 shape=1 target=1\n"

static const struct growing kinds[] = {
    {"a chain of layers", 1500, "input 2\n", "dense 1\n", "", ""},
    {"activations", 2000, "input 2\n", "activation relu\n", "", ""},
    {"merges", 1500, "input 2 as a\n", "add on a, a\n", "", ""},
    {"a shared layer's calls", 3000, "input 1\ndense 1 as d\n", "d\n", "", ""},
    {"named calls", 3000, "input 1\ndense 1 as d\n", "d as c%d\n", "", ""},
    {"blocks", 500, "input 1\n", "block b%d { dense 1 kernel=l2(1) }\nb%d\n", "", ""},
    {"a block's layers", 1500, "input 1\nblock b {\n", "dense 1\n", "", "}\nb\n"},
    {"layers that are wrapped", 1000, "input 3x1\n", "timedistributed dense 1\n", "", ""},
    {"settings of one layer", 1500, "input 2\ndense 2 as h\n", "set h.kernel = l2(%d)\n", "", ""},
    {"settings of each layer", 700, "input 1\n", "dense 1 kernel=l1(1) as h%d\n",
     "set h%d.kernel = l2(1)\n", ""},
    {"penalties put in and taken out", 700, "input 1\n", "dense 1 as h%d\n",
     "set h%d.kernel = l2(1)\nset h%d.trainable = no\n", ""},
    {"variables", 3000, "", "let v%d = %d\n", "", ""},
    {"values of a variable", 3000, "", "let v = %d\n", "", ""},
    {"own penalties", 800, "", "define penalty p%d(x) = sum(x^2)\n", "", ""},
    {"marks", 3000, "input 2\ndense 2\n", "mark m%d\n", "", ""},
    {"models", 700, "", "model m%d\ninput 2\ndense 1\n", "", ""},
    {"switches between models", 700, "", "model m%d\ninput 2\n", "model m%d\n", ""},
    {"clones", 1500, "input 2\ndense 1\n", "clone c%d\n", "", ""},
    {"models that train", 200, SAMPLES, "model m%d\ninput 1\ndense 1\ntrain 1\n", "", ""},
    {"lines", 5000, "", "print %d\n", "", ""},
    {"statements of one line", 3000, "", "let k = %d; ", "", "\n"},
    {"turns of a loop", 3000, "let k = 0\n", "", "", "repeat %d { let k = k + 1 }\n"},
    {"what is taken back", 1500, "input 1\n", "dense 1\n", "undo\n", ""},
    {"penalties of kernels", 700, SAMPLES "input 1\n", "dense 1 kernel=l2(1)\n", "", "penalties\n"},
    {"penalties side by side", 700, SAMPLES "input 1 as x\n",
     "dense 1 activity=l2(1) on x as h%d\n", "", "penalties\n"},
    {"a step", 700, SAMPLES "input 1\n", "dense 1 kernel=l2(1)\n", "", "step 1\n"},
    {"a summary", 1500, "input 1\n", "dense 1 kernel=l2(1)\n", "", "summary\n"},
    {"penalties of two models", 400, SAMPLES "input 1\n", "dense 1 kernel=l2(1)\n", "",
     "clone b\ncompare\n"},
    {"models side by side", 150, SAMPLES, "model m%d\ninput 1\ndense 1 kernel=l2(1)\n", "",
     "compare\n"},
};

/* The pattern with a number for each %d. */
static void add_numbered(struct str *to, const char *pattern, int number)
{
    for (const char *at = pattern; *at;) {
        const char *place = strstr(at, "%d");
        str_bytes(to, at, place ? (size_t)(place - at) : strlen(at));
        if (place)
            str_addf(to, "%d", number);
        at = place ? place + 2 : at + strlen(at);
    }
}

static char *script_of(const struct growing *g, int n)
{
    struct str to = {0};
    str_add(&to, g->before);
    for (int i = 0; i < n; i++)
        add_numbered(&to, g->line, i + 1);
    for (int i = 0; i < n; i++)
        add_numbered(&to, g->more, i + 1);
    add_numbered(&to, g->after, n);
    assert_false(to.failed);
    return to.text;
}

static double processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of processor time of a session that runs the script, its end included. */
static double time_of(const char *script)
{
    struct fake f;
    fake_start_as(&f, "quiet");
    const double begin = processor_time();
    fake_ok(&f, script);
    fake_finish(&f);
    return processor_time() - begin;
}

/* How much longer 4 n take than n; the same work of both is done one after the other, so that what
 * else the machine does meets both. */
static double growth(const struct growing *g, int n, double *large)
{
    char *few = script_of(g, n), *many = script_of(g, 4 * n);
    double small = 0;
    for (int i = 0; i < 4; i++)
        small += time_of(few) / 4;
    *large = time_of(many);
    str_finish(&(struct str){.text = few});
    str_finish(&(struct str){.text = many});
    return *large / small;
}

/* A busy machine takes the large one's memory from the caches: what is quadratic never comes near
 * the bound, so one of several rounds is enough. */
static void check_growth(const struct growing *g)
{
    enum { ROUNDS = 12 };
    const int n = g->n * (getenv("NNR_LONG") ? 8 : 1);
    const double most = 2.2 * 2.2 * 1.3;
    double least = INFINITY, large = 0;
    for (int i = 0; i < ROUNDS && least > most; i++)
        least = fmin(least, growth(g, n, &large));
    printf("%-32s %6d %8.4f s %6.2f\n", g->what, 4 * n, large, least);
    if (least > most)
        fail_msg("%s: %d take %g times as long as %d", g->what, 4 * n, least, n);
}

static void four_times_as_much_takes_four_times_as_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_growth(&kinds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_times_as_much_takes_four_times_as_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
