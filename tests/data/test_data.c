/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading, splitting, ordering and gathering. */
#include "make.h"

#include <math.h>

static void every_kind_explains_itself(void **state)
{
    (void)state;
    const struct table *const tables[] = {&data_kinds, &data_scalings};
    const char *const keys[] = {"split", "batch", "shuffle", "mixup", "train_noise", "scale"};
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < tables[t]->rows; i++) {
            const struct entry *row = tables[t]->row[i];
            assert_ptr_equal(table_find(tables[t], row->name), row);
            assert_non_null(row->summary);
            assert_non_null(row->details);
            check_has(row->example, t ? row->name : "data ");
            for (size_t k = 0; k < row->arg_count; k++)
                assert_non_null(row->args[k].line);
        }
    for (size_t i = 0; i < data_kinds.rows; i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const struct entry *row = data_kinds.row[i];
            assert_string_equal(row->args[row->arg_count - sizeof keys / sizeof *keys + k].name,
                                keys[k]);
        }
}

/* Expected numbers: zcat digits.csv.gz | awk -F, '{c[$65]++; for (i = 1; i < 65; i++) p[$65] += $i}
 * END {for (k in c) print k, c[k], p[k]}' */
static void digits_are_those_of_the_file(void **state)
{
    (void)state;
    const int count[10] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    const double dots[10] = {56415, 57007, 55566, 56151, 56239, 55915, 56336, 54289, 57408, 56392};
    const int first[64] = {0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
                           0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0,  8,  8, 0,
                           0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0,
                           0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0,  0, 0};
    struct dataset d;
    make(&d, "digits", "", 1);
    assert_int_equal(d.samples, 1797);
    assert_int_equal(d.inputs, 64);
    assert_int_equal(d.shape.size[0], 64);
    assert_int_equal(d.targets, 1);
    assert_int_equal(d.classes, 10);
    int seen[10] = {0};
    double sum[10] = {0};
    for (size_t s = 0; s < d.samples; s++) {
        size_t class = (size_t)d.y[s];
        seen[class]++;
        for (size_t i = 0; i < 64; i++)
            sum[class] += 16 * (double)d.x[s * 64 + i];
    }
    for (size_t k = 0; k < 10; k++) {
        assert_int_equal(seen[k], count[k]);
        check_near(sum[k], dots[k], 0);
    }
    for (size_t i = 0; i < 64; i++)
        check_near((double)d.x[i], first[i] / 16.0, 0);
    check_near((double)d.y[0], 0, 0);
    check_near((double)d.y[1796], 8, 0);
    dataset_finish(&d);
}

static void digits_can_be_their_own_targets(void **state)
{
    (void)state;
    struct dataset d, plain;
    make(&plain, "digits", "", 1);
    make(&d, "digits", "target=input", 1);
    assert_memory_equal(d.y, plain.x, 1797 * 64 * sizeof(real));
    dataset_finish(&plain);
    dataset_finish(&d);
    make(&d, "digits", "target=input split=0.2 scale=standard", 1);
    assert_true(d.target_is_input);
    assert_ptr_equal(d.x, d.y);
    assert_int_equal(d.targets, 64);
    assert_int_equal(d.classes, 0);
    assert_false(d.whole_targets);
    dataset_finish(&d);
    assert_null(d.x);
    assert_null(d.args);
}

static double cells[] = {0, 0, 10, 1, 2, 11, 3, 4, 12, 5, 6, 13};
static const struct rows four = {
    .cell = cells, .count = 4, .inputs = 2, .targets = 1, .input_border = {1}, .borders = 1};

static void rows_are_taken_as_typed(void **state)
{
    (void)state;
    struct bound b;
    struct dataset d;
    struct err e;
    bind_rows(&b, &four, "batch=3 shuffle=no");
    assert_int_equal(dataset_make(&b.args, 1, NULL, &d, &e), 0);
    b = (struct bound){0}; /* the dataset keeps a copy */
    const real x[] = {0, 0, 1, 2, 3, 4, 5, 6}, y[] = {10, 11, 12, 13};
    assert_memory_equal(d.x, x, sizeof x);
    assert_memory_equal(d.y, y, sizeof y);
    assert_int_equal(d.borders, 1);
    assert_int_equal(d.border[0], 1);
    assert_int_equal(d.tborders, 0);
    assert_int_equal(d.batch, 3);
    assert_int_equal(d.classes, 14);
    assert_false(d.shuffle);
    assert_string_equal(d.args->entry->name, "rows");
    assert_int_equal(args_whole(d.args, "batch"), 3);
    dataset_finish(&d);
}

static void rows_may_lack_targets(void **state)
{
    (void)state;
    const struct rows bare = {.cell = cells, .count = 4, .inputs = 3};
    struct bound b;
    struct dataset d;
    struct err e;
    bind_rows(&b, &bare, "split=0.25");
    assert_int_equal(dataset_make(&b.args, 1, NULL, &d, &e), 0);
    assert_int_equal(d.targets, 0);
    assert_int_equal(d.training, 3);
    assert_false(d.whole_targets);
    dataset_finish(&d);
}

static void only_whole_targets_from_0_are_classes(void **state)
{
    (void)state;
    const struct {
        double target;
        size_t classes;
    } expected[] = {{0, 1}, {7, 8}, {999999, 1000000}, {1e6, 0}, {-1, 0}, {0.5, 0}, {1e30, 0}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        double cell[] = {1, 0, 1, expected[i].target};
        const struct rows two = {.cell = cell, .count = 2, .inputs = 1, .targets = 1};
        struct bound b;
        struct dataset d;
        struct err e;
        bind_rows(&b, &two, "");
        assert_int_equal(dataset_make(&b.args, 1, NULL, &d, &e), 0);
        assert_int_equal(d.classes, expected[i].classes);
        assert_int_equal(d.whole_targets, expected[i].classes > 0);
        dataset_finish(&d);
    }
}

/* Rows whose input is their number and whose target is that times ten. */
static void make_numbered(struct dataset *d, size_t count, const char *words, uint64_t seed)
{
    double cell[200];
    for (size_t i = 0; i < count; i++) {
        cell[2 * i] = (double)i;
        cell[2 * i + 1] = 10 * (double)i;
    }
    const struct rows rows = {.cell = cell, .count = count, .inputs = 1, .targets = 1};
    struct bound b;
    struct err e;
    bind_rows(&b, &rows, words);
    assert_int_equal(dataset_make(&b.args, seed, NULL, d, &e), 0);
}

static void split_sizes_are_rounded(void **state)
{
    (void)state;
    const struct {
        size_t count, training;
        const char *words;
    } expected[] = {{10, 10, "split=0"}, {10, 8, "split=0.2"},  {10, 7, "split=0.25"},
                    {3, 3, "split=0.1"}, {99, 10, "split=0.9"}, {1, 1, "split=0.4"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct dataset d;
        make_numbered(&d, expected[i].count, expected[i].words, 1);
        assert_int_equal(d.samples, expected[i].count);
        assert_int_equal(d.training, expected[i].training);
        dataset_finish(&d);
    }
}

static void a_split_keeps_every_sample_once_and_in_order(void **state)
{
    (void)state;
    struct dataset d, again, other;
    make_numbered(&d, 100, "split=0.3", 5);
    int seen[100] = {0};
    bool moved = false;
    for (size_t s = 0; s < 100; s++) {
        seen[(int)d.x[s]]++;
        check_near((double)d.y[s], 10 * (double)d.x[s], 0);
        if (s != 0 && s != 70)
            assert_true(d.x[s] > d.x[s - 1]);
        moved |= (size_t)d.x[s] != s;
    }
    for (size_t s = 0; s < 100; s++)
        assert_int_equal(seen[s], 1);
    assert_true(moved);
    make_numbered(&again, 100, "split=0.3", 5);
    make_numbered(&other, 100, "split=0.3", 6);
    assert_memory_equal(d.x, again.x, 100 * sizeof(real));
    assert_true(memcmp(d.x, other.x, 100 * sizeof(real)) != 0);
    dataset_finish(&d);
    dataset_finish(&again);
    dataset_finish(&other);
}

static void orders_are_permutations_by_epoch_and_seed(void **state)
{
    (void)state;
    struct dataset d;
    make_numbered(&d, 100, "split=0.2", 1);
    uint32_t a[80], b[80], seen[80] = {0};
    dataset_order(&d, 1, 0, NULL, a);
    for (size_t i = 0; i < 80; i++) {
        assert_true(a[i] < 80);
        seen[a[i]]++;
    }
    for (size_t i = 0; i < 80; i++)
        assert_int_equal(seen[i], 1);
    dataset_order(&d, 1, 0, NULL, b);
    assert_memory_equal(a, b, sizeof a);
    dataset_order(&d, 1, 1, NULL, b);
    assert_true(memcmp(a, b, sizeof a) != 0);
    dataset_order(&d, 2, 0, NULL, b);
    assert_true(memcmp(a, b, sizeof a) != 0);
    d.shuffle = false;
    dataset_order(&d, 1, 0, NULL, a);
    for (uint32_t i = 0; i < 80; i++)
        assert_int_equal(a[i], i);
    dataset_finish(&d);
}

static void gathering_cuts_columns_out_of_rows(void **state)
{
    (void)state;
    const real from[] = {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32};
    const uint32_t order[] = {3, 0, 2};
    real to[9];
    dataset_gather(from, 3, order, 0, 3, 1, 2, to); /* the columns behind a | after the first */
    const real picked[] = {31, 32, 1, 2, 21, 22};
    assert_memory_equal(to, picked, sizeof picked);
    dataset_gather(from, 3, order, 0, 2, 0, 3, to);
    const real whole[] = {30, 31, 32, 0, 1, 2};
    assert_memory_equal(to, whole, sizeof whole);
    dataset_gather(from, 3, NULL, 2, 2, 0, 1, to);
    const real column[] = {20, 30};
    assert_memory_equal(to, column, sizeof column);
    dataset_gather(from, 3, NULL, 1, 2, 0, 3, to);
    assert_memory_equal(to, from + 3, 6 * sizeof(real));
}

/* Places: argument i stands at byte i + 1, the statement at 0. */
static void slips_are_told(void **state)
{
    (void)state;
    const struct {
        const char *kind, *words, *what;
        uint32_t at;
    } slips[] = {
        {"xor", "samples=1 split=0.5", "split=0.5 of 1 sample leaves none to train on", 3},
        {"moons", "samples=2 split=0.9", "split=0.9 of 2 samples leaves none", 3},
        {"blobs", "samples=3 classes=4", "3 samples cannot fill \"4\" classes", 2},
        {"random", "samples=10000000 shape=215",
         "10000000 samples of \"215\" are more than 2147483648 numbers", 2},
        {"random", "samples=1 shape=4294967295x4294967295x4294967295x2",
         "samples of \"4294967295x4294967295x4294967295x2\"", 2},
        {"random", "samples=3000 shape=1 target=1000000", "3000 samples of \"1000000\"", 2},
        {"random", "samples=1 shape=3x0", "a size of 0 in \"3x0\"", 2},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct bound b;
        bind(&b, slips[i].kind, slips[i].words);
        wrong_is(&b.args, slips[i].what, slips[i].at);
    }
}

static void rows_that_cannot_be_used_are_told(void **state)
{
    (void)state;
    double large[] = {1, 1e300, 1, INFINITY, 1, NAN};
    const struct {
        struct rows rows;
        const char *what;
    } slips[] = {
        {{.cell = large}, "no rows"},
        {{.cell = large, .inputs = 2, .targets = 1}, "no rows"},
        {{.cell = large, .count = 1, .targets = 1}, "no rows"},
        {{.cell = large + 2, .count = 1, .inputs = 2}, "\"inf\" does not fit into a " REAL_NAME},
        {{.cell = large + 4, .count = 1, .inputs = 1, .targets = 1}, "\"nan\" does not fit"},
        {{.cell = cells, .count = 1, .inputs = 2, .borders = 1}, "a \"|\" without numbers"},
        {{.cell = cells, .count = 1, .inputs = 2, .input_border = {2}, .borders = 1}, "a \"|\""},
        {{.cell = cells, .count = 1, .inputs = 2, .borders = 9}, "a \"|\""},
        {{.cell = cells,
          .count = 1,
          .inputs = 1,
          .targets = 2,
          .target_border = {1, 1},
          .tborders = 2},
         "a \"|\""},
    };
    struct bound b;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        bind_rows(&b, &slips[i].rows, "");
        wrong_is(&b.args, slips[i].what, 1);
    }
    bind(&b, "rows", "");
    wrong_is(&b.args, "no rows", 0);
#ifndef NNR_DOUBLE
    const struct rows huge = {.cell = large, .count = 1, .inputs = 2};
    bind_rows(&b, &huge, "");
    wrong_is(&b.args, "\"1e+300\" does not fit into a float", 1);
#endif
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    const char *const sets[][2] = {
        {"digits", "split=0.2 scale=standard"},
        {"digits", "target=input split=0.2 scale=minmax"},
        {"iris", "split=0.2"},
        {"wine", "target=input"},
        {"diabetes", "scale=standard"},
        {"moons", "split=0.2 scale=standard"},
        {"random", "samples=20 shape=3x2 split=0.5"},
        {"sine", "split=0.1"},
        {"rows", "split=0.25 scale=minmax"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct bound b;
            struct dataset d;
            struct err e = {0};
            bind(&b, sets[i][0], sets[i][1]);
            if (strcmp(sets[i][0], "rows") == 0)
                bind_rows(&b, &four, sets[i][1]);
            mem_fail_at(n);
            int bad = dataset_make(&b.args, 1, NULL, &d, &e);
            failed = mem_failed();
            mem_fail_at(0);
            assert_int_equal(bad, failed ? -1 : 0);
            if (failed) {
                assert_int_equal(e.kind, ERR_MEMORY);
                assert_null(d.x);
                assert_null(d.args);
            }
            dataset_finish(&d);
            assert_true(n < 100);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_explains_itself),
        cmocka_unit_test(digits_are_those_of_the_file),
        cmocka_unit_test(digits_can_be_their_own_targets),
        cmocka_unit_test(rows_are_taken_as_typed),
        cmocka_unit_test(rows_may_lack_targets),
        cmocka_unit_test(only_whole_targets_from_0_are_classes),
        cmocka_unit_test(split_sizes_are_rounded),
        cmocka_unit_test(a_split_keeps_every_sample_once_and_in_order),
        cmocka_unit_test(orders_are_permutations_by_epoch_and_seed),
        cmocka_unit_test(gathering_cuts_columns_out_of_rows),
        cmocka_unit_test(slips_are_told),
        cmocka_unit_test(rows_that_cannot_be_used_are_told),
        cmocka_unit_test(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
