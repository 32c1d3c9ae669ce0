/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data of sequences, and embedding, as statements. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

static const struct dataset *data_of(struct fake *f, const char *text)
{
    fake_ok(f, text);
    return &f->session->data;
}

/* How many of the last steps are 0 throughout; of a set whose padding is at the end. */
static size_t padding_of(const struct dataset *d, size_t sample)
{
    const size_t each = d->inputs / d->shape.size[0];
    const real *x = d->x + sample * d->inputs;
    size_t n = 0;
    while (n < d->shape.size[0]) {
        const size_t t = d->shape.size[0] - 1 - n;
        for (size_t k = 0; k < each; k++)
            if (x[t * each + k] != 0)
                return n;
        n++;
    }
    return n;
}

static void the_marked_numbers_add_up(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    for (int varied = 0; varied < 2; varied++) {
        const struct dataset *d =
            data_of(&f, varied ? "data adding 300 steps=9 lengths=varied split=0.2\n"
                               : "data adding 300 steps=9 split=0.2\n");
        size_t shortest = 9, padded = 0;
        assert_int_equal(d->training, 240);
        for (size_t i = 0; i < d->samples; i++) {
            double sum = 0, marks = 0;
            const size_t length = 9 - padding_of(d, i);
            for (size_t t = 0; t < length; t++) {
                const real *x = d->x + i * 18 + 2 * t;
                assert_true(x[0] > 0 && x[0] <= 1 && (x[1] == 0 || x[1] == 1));
                sum += (double)(x[0] * x[1]);
                marks += (double)x[1];
                /* One in each half. */
                if (t + 1 == length / 2)
                    check_near(marks, 1, 0);
            }
            check_near(marks, 2, 0);
            check_near((double)d->y[i], sum, NEAR(1e-15, 1e-6));
            shortest = length < shortest ? length : shortest;
            padded += length < 9;
        }
        assert_int_equal(shortest, varied ? 5 : 9);
        assert_true(varied ? padded > 150 : padded == 0);
    }
    fake_finish(&f);
}

static void parity_counts_ones(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    const struct dataset *d = data_of(&f, "data parity 200 steps=7 lengths=varied\n");
    for (size_t i = 0; i < d->samples; i++) {
        int ones = 0;
        for (size_t t = 0; t < 7 - padding_of(d, i); t++) {
            assert_true(fabs((double)d->x[i * 7 + t]) == 1);
            ones += d->x[i * 7 + t] > 0;
        }
        check_near((double)d->y[i], ones % 2, 0);
    }
    fake_finish(&f);
}

static void an_echo_comes_after_its_delay(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    const struct dataset *d = data_of(&f, "data echo 100 steps=8 delay=3 lengths=varied\n");
    assert_int_equal(d->targets, 8);
    for (size_t i = 0; i < d->samples; i++)
        for (size_t t = 0; t < 8; t++) {
            const bool heard = t >= 3 && t < 8 - padding_of(d, i);
            check_near((double)d->y[i * 8 + t], heard && d->x[i * 8 + t - 3] > 0, 0);
        }
    fake_finish(&f);
}

/* "abcab" is 0 1 2 0 1. */
static void a_text_is_its_next_byte(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 1, 2, 0}, y[] = {2, 3, 1, 2, 0, 1};
    char folder[] = "/tmp/nnr-text-XXXXXX", path[64], text[200];
    struct fake f;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.txt", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("abcab\nab", file);
    fclose(file);
    fake_start(&f);
    snprintf(text, sizeof text, "data text \"%s\" steps=3\n", path);
    const struct dataset *d = data_of(&f, text);
    assert_int_equal(d->samples, 2);
    for (size_t i = 0; i < 6; i++) {
        check_near((double)d->x[i], x[i], 0);
        check_near((double)d->y[i], y[i], 0);
    }
    snprintf(text, sizeof text, "data text \"%s\" steps=8\n", path);
    assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
    check_has(f.err.text, "has 8 bytes, and a sample of 8 steps takes 9");
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("a,b,c,d,e\n1,2,3,4,5\n6,7,8,9,10\n", file);
    fclose(file);
    snprintf(text, sizeof text, "data csv \"%s\" steps=2\n", path);
    d = data_of(&f, text);
    assert_true(d->shape.axes == 2 && d->shape.size[0] == 2 && d->shape.size[1] == 2);
    fake_ok(&f, "input 2x2\nsimple_rnn 2\ndense 1\nloss mse\nstep 1\n");
    snprintf(text, sizeof text, "data csv \"%s\" steps=3\n", path);
    assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
    check_has(f.err.text, "4 input columns are no 3 steps of equally many; take a number of steps "
                          "that divides 4, or drop= columns");
    remove(path);
    remove(folder);
    fake_finish(&f);
}

static void an_embedding_looks_rows_up(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* The l1 of rows 1 and 3 is 3 and 11; row 0 is masked. The mean is over 2, 1 and 0 steps. */
    fake_ok(&f, "data rows { 1 3 -> 0; 3 0 -> 0; 0 0 -> 0 } shuffle=no\ninput 2\n"
                "embedding 4 2 mask_zero=yes kernel_init=values(9, 9, 1, 2, 9, 9, 5, 6) "
                "kernel=l2(1) activity=l1(1, reduce=sum) as w\n"
                "global_avg_pool as p\ndense 1 kernel_init=ones as o\nloss mse\n"
                "optimizer sgd lr=1e-9\nstep 1\n");
    check_near(fake_number(&f, "w.activity.penalty"), 3 + 11 + 11, NEAR(1e-6, 1e-4));
    check_near(fake_number(&f, "max(p.output)"), 6, NEAR(1e-6, 1e-5));
    check_near(fake_number(&f, "sum(p.output)"), 3 + 4 + 5 + 6, NEAR(1e-6, 1e-4));
    check_near(fake_number(&f, "min(p.output)"), 0, 0);
    /* l2 gives 2 k everywhere; l1 gives 1 for each number of each row that is met; of the loss
     * (7^2 + 11^2 + 0) / 3 each of the two units has 14 / 3 and 22 / 3. */
    check_near(fake_number(&f, "sum(w.kernel.grad)"), 2 * 50 + 6 + 2 * (14 + 22) / 3.0,
               NEAR(1e-6, 1e-3));
    fake_ok(&f, "checkgrad\n");
    check_has(f.out.text, "the gradient is right");
    fake_finish(&f);
}

static void numbers_that_are_no_words_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *data, *says;
    } cases[] = {
        {"data rows { 1 3 -> 0; 3 1.5 -> 0 }",
         "t:2:1: e takes whole numbers from 0 to 3, and number 2 of sample 2 is 1.5; load other "
         "data, or give e a larger vocabulary"},
        {"data rows { 1 3 -> 0; -1 0 -> 0 }",
         "t:2:1: e takes whole numbers from 0 to 3, and number 1 of sample 2 is -1; load other "
         "data, or give e a larger vocabulary"},
        {"data rows { 4 3 -> 0; 0 0 -> 0 }",
         "t:2:1: e takes whole numbers from 0 to 3, and number 1 of sample 1 is 4; load other "
         "data, or give e a larger vocabulary"},
        {"data rows { 1 3 -> 0; 0 2 -> 0 } scale=standard",
         "t:2:1: e takes whole numbers from 0 to 3, and number 1 of sample 2 is -1; the data was "
         "scaled: load it with scale=none"},
        {"data rows { 1 3 -> 0; 0 2 -> 0 } mixup=0.2",
         "t:2:1: mixup makes numbers that are not whole, and e takes whole ones; set data.mixup = "
         "0"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 2 as x\nembedding 4 2 as e\nflatten\ndense 1\nloss mse\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s\nstep 1\n", cases[i].data);
        fake_says(&f, text, OUTCOME_ERROR, cases[i].says);
    }
    fake_says(&f, "predict 1 7\n", OUTCOME_ERROR,
              "t:1:1: e takes whole numbers from 0 to 3, and number 2 of sample 1 is 7; load other "
              "data, or give e a larger vocabulary");
    fake_says(&f, "dense 2 on x as d\nembedding 4 2 on d\n", OUTCOME_ERROR,
              "t:2:1: embedding takes whole numbers from an input, and d is computed; call it on "
              "an input: embedding ... on x");
    fake_finish(&f);
}

static void what_cannot_be_drawn_is_said(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "data adding 10 steps=1\n", OUTCOME_ERROR,
              "t:1:22: steps is a whole number from 2 to 100000, not 1");
    fake_says(&f, "data adding 10 steps=0\n", OUTCOME_ERROR,
              "t:1:22: steps is a whole number from 2 to 100000, not 0");
    fake_says(&f, "data echo 10 steps=4 delay=4\n", OUTCOME_ERROR,
              "t:1:28: a delay of 4 steps leaves nothing to echo in 4; take delay=3 at most, or "
              "more steps");
    fake_finish(&f);
}

/* What is drawn is drawn again by a replay, and a larger set begins with the smaller one. */
static void a_seed_always_draws_the_same(void **state)
{
    (void)state;
    static const char *const kinds[] = {"adding %d steps=6 lengths=varied",
                                        "parity %d steps=6 lengths=varied",
                                        "echo %d steps=6 delay=2 lengths=varied"};
    for (size_t k = 0; k < 3; k++) {
        struct fake f, g;
        char kind[80], text[100];
        fake_start(&f);
        fake_start(&g);
        snprintf(kind, sizeof kind, "data %s\n", kinds[k]);
        snprintf(text, sizeof text, kind, 20);
        const struct dataset *a = data_of(&f, text);
        snprintf(text, sizeof text, kind, 50);
        const struct dataset *b = data_of(&g, text);
        assert_memory_equal(a->x, b->x, a->samples * a->inputs * sizeof *a->x);
        assert_memory_equal(a->y, b->y, a->samples * a->targets * sizeof *a->y);
        fake_ok(&g, "seed 2\n");
        fake_ok(&g, text);
        assert_true(memcmp(a->x, g.session->data.x, a->samples * a->inputs * sizeof *a->x) != 0);
        fake_finish(&f);
        fake_finish(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_marked_numbers_add_up),
        cmocka_unit_test(parity_counts_ones),
        cmocka_unit_test(an_echo_comes_after_its_delay),
        cmocka_unit_test(a_text_is_its_next_byte),
        cmocka_unit_test(an_embedding_looks_rows_up),
        cmocka_unit_test(numbers_that_are_no_words_are_told_with_their_place),
        cmocka_unit_test(what_cannot_be_drawn_is_said),
        cmocka_unit_test(a_seed_always_draws_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
