/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures as statements ask for them: keys of views, layers of watched ones, and what the history
 * keeps for them. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

#define NET                                                                                        \
    "data blobs 60 split=0.2 batch=16\ninput 2\ndense 4 relu as h\ndense 3 softmax as top\n"       \
    "loss categorical_crossentropy\noptimizer adam\n"

static void keys_belong_to_the_view(void **state)
{
    (void)state;
    static const struct {
        const char *line, *first;
    } wrong[] = {
        {"plot filters h srt=no\n", "t:1:16: filters has no key \"srt\"; did you mean sort?"},
        {"plot filters h sort=maybe\n", "t:1:21: sort is yes or no, not maybe"},
        {"plot filters h scale=big\n", "t:1:22: no scale of tiles \"big\"; it is one of: same own"},
        {"plot filters h sort=no sort=yes\n",
         "t:1:24: \"sort\" is given twice; each argument stands once, by place or by name"},
        {"watch filters h sort=2\n", "t:1:22: sort is yes or no, not 2"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        fake_says(&f, wrong[i].line, OUTCOME_ERROR, wrong[i].first);
    fake_ok(&f, "plot filters h sort=no scale=own\nplot filters h scale=same of main\n");
    fake_prints(&f, "watch\n", "watch none\n");
    fake_finish(&f);
}

static void layers_behind_a_watched_view_are_its_own(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    fake_prints(&f, "watch filters h units h top mean(h.output) loss sort=no every 3\nwatch\n",
                "watch filters h sort=no every 3\nwatch units h top every 3\nwatch loss every 3\n"
                "watch curves every 3\nwatch mean(h.output) every 3\n");
    /* The same view again takes the place of the old one. */
    fake_prints(&f, "watch units top every 5\nunwatch\nwatch units top\nwatch\n",
                "watch units top every 1\n");
    fake_says(&f, "watch units other\n", OUTCOME_ERROR,
              "t:1:13: there is no view \"other\"; help lists the views");
    fake_finish(&f);
}

/* The csv of a plot, which is written without gnuplot. */
static size_t csv_rows(struct fake *f, const char *plot, const char *series)
{
    char text[200], start[100], line[300];
    size_t n = 0;
    snprintf(text, sizeof text, "%s\nplot save \"p.csv\"\n", plot);
    fake_ok(f, text);
    FILE *file = fopen("p.csv", "rb");
    assert_non_null(file);
    snprintf(start, sizeof start, "%s,", series);
    while (fgets(line, sizeof line, file))
        n += strncmp(line, start, strlen(start)) == 0;
    fclose(file);
    return n;
}

static void the_history_keeps_what_layers_did(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    fake_says(
        &f, "plot units h\n", OUTCOME_ERROR,
        "t:1:12: there is nothing to draw of h yet; train for an epoch, or watch it while the "
        "model trains; inputs, flatten and reshape have no output of their own");
    /* A point at the end of each epoch, of three steps. */
    fake_ok(&f, "train 3\nmark here\n");
    assert_int_equal(csv_rows(&f, "plot units h", "h"), 3 * 4);
    assert_int_equal(csv_rows(&f, "plot ridge h", "h step 9"), 40);
    /* Every second step while it is watched, and the epochs' ends. */
    fake_ok(&f, "watch units h every 2\ntrain 2\nunwatch\n");
    assert_int_equal(csv_rows(&f, "plot units h", "h"), (3 + 4) * 4);
    fake_ok(&f, "clone twin\n");
    assert_int_equal(csv_rows(&f, "plot units h", "h"), (3 + 4) * 4);
    fake_ok(&f, "goto here\n");
    assert_int_equal(csv_rows(&f, "plot units h", "h"), 3 * 4);
    fake_ok(&f, "train 1\nundo\n");
    assert_int_equal(csv_rows(&f, "plot units h", "h"), 3 * 4);
    fake_finish(&f);
}

static void watching_units_changes_no_number(void **state)
{
    (void)state;
    double due = 0;
    for (int watched = 0; watched < 2; watched++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, NET);
        fake_ok(&f, watched ? "watch units h ridge top filters h spectrum every 1\n" : "watch\n");
        fake_ok(&f, "train 4\n");
        const double sum = fake_number(&f, "sum(abs(h.kernel)) + sum(abs(top.kernel))");
        assert_true(!watched || sum == due);
        due = sum;
        fake_finish(&f);
    }
}

static void the_spectrum_knows_the_start_and_the_last_change(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel now"), 2);
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel at the start"), 0);
    fake_ok(&f, "train 2\nset top.kernel = l2(0.01)\ntrain 1\n");
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel at the start"), 2);
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel before"), 2);
    /* Taken back twice, there was no change. */
    fake_ok(&f, "undo\nundo\ntrain 1\n");
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel before"), 0);
    /* A copy knows both; weights from a file have no start here. */
    fake_ok(&f, "set top.kernel = l2(0.01)\ntrain 1\nsave weights \"w.safetensors\"\nclone twin\n");
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel before"), 2);
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel at the start"), 2);
    fake_ok(
        &f,
        "model other\ninput 2\ndense 4 relu as h\ndense 3 softmax as top\n"
        "loss categorical_crossentropy\noptimizer adam\nload weights \"w.safetensors\"\ntrain 1\n");
    assert_int_equal(csv_rows(&f, "plot spectrum h", "h.kernel at the start"), 0);
    fake_finish(&f);
}

/* One sigmoid of x: 1 from 0 on. Classes stand beside each other; what has two places and a figure
 * is not laid side by side. */
static void views_are_shown_as_tables(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { -1 -> 0; 2 -> 0; 3 -> 1; 1 -> 1; -4 -> 1 }\ninput 1\n"
                "dense 1 sigmoid kernel_init=values(0.75) as k\n");
    fake_prints(&f, "show confusion\n",
                "taken as  class 0  class 1\n       0        1        1\n       1        1        "
                "2\n");
    fake_prints(&f, "show spectrum\n", "number  k.kernel now\n     1          0.75\n");
    fake_prints(&f, "show filters sort=no\n",
                "series           x  y     z  column_4\nk.kernel unit 0  0  0  0.75         1\n");
    fake_finish(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_belong_to_the_view),
        TEST(layers_behind_a_watched_view_are_its_own),
        TEST(the_history_keeps_what_layers_did),
        TEST(watching_units_changes_no_number),
        TEST(views_are_shown_as_tables),
        TEST(the_spectrum_knows_the_start_and_the_last_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
