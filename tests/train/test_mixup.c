/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What training does to its batches: which numbers a step was computed with, told from the frame
 * that it ran in. */
#include "bench.h"

#include "base/rng.h"
#include "train/mixup.h"

#include <math.h>

static const double near = sizeof(real) == sizeof(double) ? 1e-10 : 2e-5;

/* Samples that the step at `first` took, as they are in the data. */
struct seen {
    const struct dataset *d;
    const struct frame *f;
    size_t first, n;
};

static struct seen seen_of(const struct bench *b, size_t first)
{
    const size_t left = b->data.training - first;
    return (struct seen){&b->data, trainer_of(b->model)->train_frame, first,
                         left < b->data.batch ? left : b->data.batch};
}

/* The share of `one` in x[width], if that lies between it and `other`; else NaN. */
static double share_of(const real *x, const real *one, const real *other, size_t width)
{
    size_t most = 0;
    for (size_t j = 0; j < width; j++)
        if (fabs((double)one[j] - (double)other[j]) > fabs((double)one[most] - (double)other[most]))
            most = j;
    const double range = (double)one[most] - (double)other[most];
    const double c = range == 0 ? 1 : ((double)x[most] - (double)other[most]) / range;
    for (size_t j = 0; j < width; j++)
        if (fabs(c * (double)one[j] + (1 - c) * (double)other[j] - (double)x[j]) > near)
            return NAN;
    return c >= -near && c <= 1 + near ? c : NAN;
}

struct mixed {
    size_t other;
    double own;
};

/* What the place of the batch was mixed of; the samples have so many columns that it is clear. */
static struct mixed find_pair(const struct seen *s, size_t place)
{
    const struct dataset *d = s->d;
    const real *x = s->f->input[0] + place * d->inputs;
    const real *self = d->x + (s->first + place) * d->inputs;
    struct mixed found = {.own = NAN};
    if (!isnan(share_of(x, self, self, d->inputs)))
        return (struct mixed){place, 1};
    for (size_t i = 0; i < s->n; i++) {
        const double c = share_of(x, self, d->x + (s->first + i) * d->inputs, d->inputs);
        if (!isnan(c))
            found = (struct mixed){i, c};
    }
    assert_true(found.own == found.own); /* a number */
    return found;
}

/* The data loss by both targets: of each class, and of the share that it has. */
static double loss_by_both(const struct bench *b, const struct seen *s, const struct mixed *pair,
                           const double *weight)
{
    struct reckoning r;
    double total = 0;
    double *counts = mem_new(s->n, sizeof *counts);
    assert_non_null(counts);
    for (int other = 0; other < 2; other++) {
        reckon_start(&r, b, s->first, s->n);
        for (size_t i = 0; i < s->n; i++) {
            const size_t target = s->first + (other ? pair[i].other : i);
            for (size_t j = 0; j < b->data.inputs; j++)
                r.input[0][i * b->data.inputs + j] = (double)s->f->input[0][i * b->data.inputs + j];
            for (size_t j = 0; j < b->data.targets; j++)
                r.target[i * b->data.targets + j] = (double)b->data.y[target * b->data.targets + j];
            counts[i] = other ? 1 - pair[i].own : pair[i].own;
        }
        r.head.sample_weight = counts;
        reckon_weights(&r, weight);
        total += naive_data(&r.naive, &r.head);
        reckon_finish(&r);
    }
    mem_free(counts);
    return total;
}

static void check_steps(const char *text)
{
    struct bench b = bench_make(text);
    size_t mixed = 0;
    bench_prepare(&b);
    for (size_t first = 0; first < b.data.training; first += b.data.batch) {
        struct mixed pair[32];
        size_t taken[32] = {0};
        double *weight = doubles(b.model->state.weight, b.model->state.reals);
        const struct figures x = bench_step(&b);
        const struct seen s = seen_of(&b, first);
        for (size_t i = 0; i < s.n; i++) {
            pair[i] = find_pair(&s, i);
            taken[pair[i].other]++;
            mixed += pair[i].other != i;
        }
        for (size_t i = 0; i < s.n; i++)
            assert_int_equal(taken[i], 1);
        const double both = loss_by_both(&b, &s, pair, weight);
        check_near(x.data, both, near * fmax(1, both));
        mem_free(weight);
    }
    assert_true(mixed > b.data.training / 2);
    bench_finish(&b);
}

#define SGD "optimizer sgd lr=0\n"

static void both_samples_of_a_pair_are_of_the_batch(void **state)
{
    (void)state;
    check_steps("data random 21 shape=4 target=1 batch=8 shuffle=no mixup=2\n" SGD
                "input 4\ndense 1 sigmoid\nloss binary_crossentropy\n");
    check_steps("data random 21 shape=4 target=3 batch=8 shuffle=no mixup=2\n" SGD
                "input 4\ndense 3 softmax\nloss categorical_crossentropy smoothing=0.2\n");
    /* Class numbers become shares of classes. */
    check_steps("data blobs 21 batch=8 shuffle=no mixup=2\n" SGD
                "input 2\ndense 3 softmax\nloss categorical_crossentropy\n");
}

/* The last batch has one sample, which has no other. */
static void one_sample_stays_as_it_is(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 9 shape=4 target=1 batch=8 shuffle=no mixup=2\n" SGD
                                "input 4\ndense 1\n");
    bench_prepare(&b);
    bench_step(&b);
    bench_step(&b);
    const struct frame *f = trainer_of(b.model)->train_frame;
    assert_int_equal(f->samples, 1);
    for (size_t j = 0; j < 4; j++)
        check_near((double)f->input[0][j], (double)b.data.x[8 * 4 + j], 0);
    check_near((double)f->target[0][0], (double)b.data.y[8], 0);
    bench_finish(&b);
}

/* Weights are mixed like all else; reports and the other share see the data as it is. */
static void weights_are_mixed_and_evaluation_is_not(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 16 shape=4 target=1 batch=16 shuffle=no mixup=2 "
                                "train_noise=0\n" SGD "input 4\ndense 1\n");
    b.data.weight = mem_block(16, sizeof(real));
    assert_non_null(b.data.weight);
    for (size_t i = 0; i < 16; i++)
        b.data.weight[i] = (real)i;
    bench_prepare(&b);
    bench_step(&b);
    const struct seen s = seen_of(&b, 0);
    for (size_t i = 0; i < 16; i++) {
        const struct mixed p = find_pair(&s, i);
        check_near((double)s.f->sample_weight[i], p.own * (double)i + (1 - p.own) * (double)p.other,
                   16 * near);
    }
    struct reckoning r;
    double *weight = doubles(b.model->state.weight, b.model->state.reals);
    reckon_start(&r, &b, 0, 16);
    reckon_weights(&r, weight);
    struct ledger l = bench_ledger(&b, SHARE_TRAIN, false);
    check_near(l.data, naive_data(&r.naive, &r.head), 16 * near);
    ledger_finish(&l);
    reckon_finish(&r);
    mem_free(weight);
    bench_finish(&b);
}

/* Inputs of the step have the noise of their keys, targets none: those that are the inputs, too. */
static void noise_is_on_the_inputs_alone(void **state)
{
    (void)state;
    struct bench b = bench_make("data digits target=input batch=8 shuffle=no train_noise=0.3\n" SGD
                                "input 64\ndense 64\n");
    bench_prepare(&b);
    for (uint64_t step = 0; step < 2; step++) {
        bench_step(&b);
        const struct seen s = seen_of(&b, (size_t)step * 8);
        const uint64_t key = rng_key(1, "data noise", "", step);
        for (size_t i = 0; i < s.n * 64; i++) {
            const double x = (double)b.data.x[s.first * 64 + i];
            check_near((double)s.f->input[0][i], x + 0.3 * rng_normal(key, i), near);
            check_near((double)s.f->target[0][i], x, 0);
        }
    }
    bench_finish(&b);
}

/* Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)), and for a = 1 is uniform; within five
 * standard errors, of numbers that never change. */
static void shares_are_from_beta(void **state)
{
    (void)state;
    enum { N = 20000 };
    static const double alphas[] = {0.001, 0.2, 1, 5, 1000};
    struct batch batch = {.partner = mem_new(N, sizeof(uint32_t)),
                          .own = mem_new(N, sizeof(double))};
    assert_true(batch.partner && batch.own);
    for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++) {
        const double variance = 1 / (4 * (2 * alphas[k] + 1));
        const struct dataset d = {.mixup = alphas[k]};
        const struct batch_pass p = {.batch = &batch, .data = &d, .samples = N, .seed = 1};
        double sum = 0, squares = 0;
        size_t below = 0;
        mixup_draw(&p);
        for (size_t i = 0; i < N; i++) {
            assert_true(batch.own[i] >= 0 && batch.own[i] <= 1);
            sum += batch.own[i];
            squares += (batch.own[i] - 0.5) * (batch.own[i] - 0.5);
            below += batch.own[i] < 0.25;
        }
        check_near(sum / N, 0.5, 5 * sqrt(variance / N));
        /* The fourth moment is below a quarter of the second: (x - 1/2)^2 is at most 1/4. */
        check_near(squares / N, variance, 5 * sqrt(variance / 4 / N));
        if (alphas[k] == 1)
            check_near((double)below / N, 0.25, 5 * sqrt(0.25 * 0.75 / N));
    }
    mem_free(batch.partner);
    mem_free(batch.own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_samples_of_a_pair_are_of_the_batch),
        cmocka_unit_test(one_sample_stays_as_it_is),
        cmocka_unit_test(weights_are_mixed_and_evaluation_is_not),
        cmocka_unit_test(noise_is_on_the_inputs_alone),
        cmocka_unit_test(shares_are_from_beta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
