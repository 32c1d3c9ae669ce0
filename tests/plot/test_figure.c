/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/mem.h"
#include "plot/device.h"
#include "plot/figure.h"
#include "plot/style.h"

#include <math.h>
#include <string.h>

/* The end of a text holds its figures: two fifths of what stays are of the beginning. */
static void a_long_text_is_cut_in_its_middle(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t most;
        const char *cut;
    } cases[] = {
        {"", 10, ""},
        {"exactly 10", 10, "exactly 10"},
        {"abcdefghijklmnopqrstuvwxyz", 15, "abcd ... uvwxyz"},
        {"\xce\xbb\xce\xbb\xce\xbb\xce\xbb\xce\xbb\xce\xbb", 10, "\xce\xbb ... \xce\xbb\xce\xbb"},
        {"longer than that", 0, "l ... t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str text = {0};
        str_add(&text, cases[i].text);
        style_cut(&text, cases[i].most);
        assert_string_equal(text.text ? text.text : "", cases[i].cut);
        str_finish(&text);
    }
}

/* What must come out follows from gnuplot's rule that nothing but '' is special between single
 * quotes, and a line break ends them. test_gnuplot_real asks gnuplot itself. */
static void a_persons_text_stays_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        {"", "''"},
        {"plain text", "'plain text'"},
        {"it's", "'it''s'"},
        {"'", "' '''"},
        {"''", "' '' '''"},
        {"a''b", "'a'' ''b'"},
        {"'; system('ls'); '", "' ''; system(''ls''); '''"},
        {"`ls`", "'`ls`'"},
        {"\"`ls`\"", "'\"`ls`\"'"},
        {"one\nsystem 'ls'", "'onesystem ''ls'''"},
        {"a\r\tb\x7f\x1b[2J", "'ab[2J'"},
        {"\\n \\", "'\\n \\'"},
        {"@M $0 # ; !ls", "'@M $0 # ; !ls'"},
        {"\xce\xbb = 0.1", "'\xce\xbb = 0.1'"},
        {"\xf0\x9f\x99\x82", "'\xf0\x9f\x99\x82'"},
        {"a\x80"
         "b\xff"
         "c",
         "'abc'"},                  /* no beginning */
        {"a\xce", "'a'"},           /* no end */
        {"\xc0\xa7", "''"},         /* an overlong ' */
        {"\xe0\x80\xa7", "''"},     /* another */
        {"\xed\xa0\x80", "''"},     /* half of a UTF-16 pair */
        {"\xf4\x90\x80\x80", "''"}, /* beyond U+10FFFF */
        {"\xc2\x85x", "'x'"},       /* U+0085, a control character */
        {"\xe2\x80", "''"},         /* cut off */
        {"\xe2\x80'", "' '''"},     /* cut off by a quote, which counts */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str s = {0};
        figure_quote(&s, cases[i].text);
        assert_string_equal(s.text, cases[i].quoted);
        str_finish(&s);
    }
}

static void long_texts_end_at_200_characters(void **state)
{
    (void)state;
    struct str s = {0}, text = {0};
    for (int i = 0; i < 300; i++)
        str_add(&text, "\xce\xbb");
    figure_quote(&s, text.text);
    assert_int_equal(s.size, 2 + 200 * 2);
    str_finish(&s);
    s = (struct str){0};
    memset(text.text, '\'', text.size);
    figure_quote(&s, text.text);
    assert_int_equal(s.size, 2 + 200 * 3);
    str_finish(&s);
    str_finish(&text);
}

static void numbers_go_to_the_program_and_to_the_csv(void **state)
{
    (void)state;
    struct figure f = {0};
    char name[16];
    figure_begin(&f, name);
    assert_string_equal(name, "$d1");
    figure_row(&f, (double[]){1, 0.5}, 2);
    figure_row(&f, (double[]){2, NAN}, 2);
    figure_gap(&f);
    figure_row(&f, (double[]){3, INFINITY}, 2);
    figure_end(&f);
    figure_begin(&f, name);
    assert_string_equal(name, "$d2");
    figure_series(&f, "loss, \"val\"");
    figure_row(&f, (double[]){1e-9, -2, 16777217, 1.0 / 3}, 4);
    figure_end(&f);
    struct str head = {0};
    figure_header(&f, &head);
    assert_string_equal(f.program.text, "$d1 << EOD\n1 0.5\n2 NaN\n\n3 NaN\nEOD\n"
                                        "$d2 << EOD\n1e-09 -2 16777217 0.333333333\nEOD\n");
    assert_string_equal(f.csv.text, "d1,1,0.5\nd1,2,\nd1,3,inf\n"
                                    "\"loss, \"\"val\"\"\",1e-09,-2,16777217,0.333333333\n");
    assert_string_equal(head.text, "series,x,y,z,column_4\n");
    assert_false(figure_failed(&f));
    str_finish(&head);
    figure_finish(&f);
}

static void decimation_keeps_extremes(void **state)
{
    (void)state;
    enum { N = 10000, MOST = 100 };
    static double x[N], y[N], to_x[MOST], to_y[MOST];
    for (int i = 0; i < N; i++) {
        x[i] = i;
        y[i] = 0.5;
    }
    y[0] = -1;
    y[4321] = 9;
    y[4322] = -8;
    y[N - 1] = 7;
    size_t n = figure_decimate(x, y, N, MOST, to_x, to_y);
    assert_true(n <= MOST);
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || to_x[i] > to_x[i - 1]);
        assert_true(to_y[i] == y[(int)to_x[i]]);
        found += to_y[i] != 0.5;
    }
    assert_int_equal(found, 4);
}

static void decimation_of_few_or_missing_points(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8}, y[] = {NAN, NAN, NAN, NAN, 5, NAN, 7, 6};
    double to_x[8], to_y[8];
    assert_int_equal(figure_decimate(x, y, 8, 8, to_x, to_y), 8);
    assert_int_equal(figure_decimate(x, y, 0, 8, to_x, to_y), 0);
    assert_int_equal(figure_decimate(x, y, 8, 1, to_x, to_y), 1);
    /* Three buckets: x of 1 to 2 without any number, 3 to 5 with one, 6 to 8 with two. */
    size_t n = figure_decimate(x, y, 8, 7, to_x, to_y);
    assert_int_equal(n, 4);
    assert_true(isnan(to_y[0]));
    check_near(to_y[1], 5, 0);
    check_near(to_x[n - 1], 8, 0);
    check_near(to_y[n - 1], 6, 0);
    check_near(to_x[n - 2], 7, 0);
    check_near(to_y[n - 2], 7, 0);
}

static void memory_that_runs_out_is_remembered(void **state)
{
    (void)state;
    bool more = true;
    for (long n = 1; more; n++) {
        struct figure f = {0};
        char name[16];
        mem_fail_at(n);
        figure_begin(&f, name);
        for (int i = 0; i < 50; i++)
            figure_row(&f, (double[]){i, i}, 2);
        figure_end(&f);
        more = mem_failed();
        mem_fail_at(0);
        assert_int_equal(figure_failed(&f), more);
        figure_finish(&f);
    }
}

/* gnuplot's wxt leaves texts without markup as they are under fontscale: the fonts that a picture
 * names are larger there, 1.6 times, and a person's text is as it was. */
static void big_letters_of_wxt_are_large_in_all_texts(void **state)
{
    (void)state;
    struct figure f = {.big = true};
    struct str wxt = {0}, qt = {0}, small = {0};
    str_add(&f.program, "set key font ',10'\nset title 'a font '',10'' of mine'\n"
                        "set tics font ',9'\n");
    device_window_big(&wxt, "wxt", true);
    device_program(&wxt, "wxt", &f);
    assert_string_equal(wxt.text, "set termoption font ',16'\nset termoption linewidth 1.6\n"
                                  "set key font ',16'\nset title 'a font '',10'' of mine'\n"
                                  "set tics font ',14'\n");
    device_program(&qt, "qt", &f);
    assert_string_equal(qt.text, f.program.text);
    f.big = false;
    device_window_big(&small, "wxt", false);
    device_program(&small, "wxt", &f);
    check_has(small.text, "set termoption font ',10'\n");
    check_has(small.text, "set key font ',10'\n");
    str_finish(&wxt);
    str_finish(&qt);
    str_finish(&small);
    str_finish(&f.program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_persons_text_stays_a_text),
        cmocka_unit_test(a_long_text_is_cut_in_its_middle),
        cmocka_unit_test(long_texts_end_at_200_characters),
        cmocka_unit_test(numbers_go_to_the_program_and_to_the_csv),
        cmocka_unit_test(decimation_keeps_extremes),
        cmocka_unit_test(decimation_of_few_or_missing_points),
        cmocka_unit_test(big_letters_of_wxt_are_large_in_all_texts),
        cmocka_unit_test(memory_that_runs_out_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
