/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One report, written in four ways. */
#include "check.h"
#include "is_json.h"

#include "cmd/report/render.h"
#include "cmd/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct report_column columns[] = {
    {"name", "name", REPORT_WORDS},      {"value", "value", REPORT_NUMBER},
    {NULL, "hidden", REPORT_NUMBER},     {"share", "share", REPORT_SHARE},
    {"figure", "figure", REPORT_FIGURE}, {"people", NULL, REPORT_WORDS},
};
static const struct report_table table = {.key = "rows", .column = columns, .columns = 6};

static void add_row(struct report *r, const char *name, double value)
{
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, name);
    report_number(r, NULL, value);
    report_number(r, NULL, 0.1);
    report_number(r, NULL, 0.25);
    report_number(r, NULL, NAN);
    report_text(r, NULL, "seen");
}

typedef void renderer(const struct report *r, struct str *to);

static void renders_as(const struct report *r, renderer *render, const char *expected)
{
    struct str text = {0};
    render(r, &text);
    assert_false(text.failed);
    assert_string_equal(text.text ? text.text : "", expected);
    str_finish(&text);
}

/* Columns and rows of people and of machines; the total is a line for people, and the second row
 * one for machines. */
static void a_table_in_four_ways(void **state)
{
    (void)state;
    struct report r = {0};
    report_number(&r, "count", 1);
    report_say(&r, "{count row} of {model}\n");
    report_text(&r, "model", "main");
    report_table(&r, &table);
    add_row(&r, "first", 1.0 / 3);
    report_row(&r, REPORT_FOR_MACHINES);
    report_text(&r, NULL, "second");
    report_number(&r, NULL, 2);
    report_nothing(&r);
    report_row(&r, REPORT_FOR_PEOPLE);
    report_text(&r, NULL, "total");
    report_number(&r, NULL, 7);
    report_close(&r);
    str_add(report_note(&r), "that is {all}\n");
    renders_as(&r, report_render_text,
               "1 row of main\n"
               "name      value  share  figure  people\n"
               "first  0.333333  25.0%       -  seen\n"
               "total         7\n"
               "that is {all}\n");
    /* On a narrow screen it comes in parts. */
    r.width = 24;
    renders_as(&r, report_render_text,
               "1 row of main\n"
               "name      value  share\n"
               "first  0.333333  25.0%\n"
               "total         7\n"
               "\n"
               "name   figure  people\n"
               "first       -  seen\n"
               "total\n"
               "that is {all}\n");
    r.width = 0;
    renders_as(&r, report_render_json,
               "{\"count\": 1, \"model\": \"main\", \"rows\": [{\"name\": \"first\", \"value\": "
               "0.3333333333333333, \"hidden\": 0.1, \"share\": 0.25, \"figure\": null}, "
               "{\"name\": \"second\", \"value\": 2}]}\n");
    renders_as(&r, report_render_csv,
               "name,value,hidden,share,figure\n"
               "first,0.3333333333333333,0.1,0.25,nan\n"
               "second,2,,,\n");
    renders_as(&r, report_render_markdown,
               "1 row of main\n\n"
               "| name | value | share | figure | people |\n"
               "| --- | ---: | ---: | ---: | --- |\n"
               "| first | 0.333333 | 25.0% | - | seen |\n"
               "| total | 7 |  |  |  |\n\n"
               "that is {all}\n\n");
    report_finish(&r);
}

/* A column at the end that has neither a title nor a cell, as the remarks of a ledger, makes no
 * part of its own on a screen that is as wide as the rest. */
static void an_empty_column_needs_no_room(void **state)
{
    (void)state;
    static const struct report_column titles[] = {{"name", "name", REPORT_WORDS},
                                                  {"value", "value", REPORT_FIGURE},
                                                  {"", "flags", REPORT_WORDS}};
    static const struct report_table remarks = {.key = "rows", .column = titles, .columns = 3};
    struct report r = {0};
    report_table(&r, &remarks);
    report_row(&r, REPORT_FOR_ALL);
    report_text(&r, NULL, "a layer's name");
    report_number(&r, NULL, 2.5);
    report_text(&r, NULL, "");
    report_close(&r);
    for (unsigned width = 21; width < 24; width++) {
        r.width = width;
        renders_as(&r, report_render_text,
                   "name            value\n"
                   "a layer's name    2.5\n");
    }
    report_finish(&r);
}

/* RFC 4180, 2.6 and 2.7: what has a comma, a quote or a line break stands in quotes, and a quote
 * there is two. GitHub's Markdown, 4.10: a pipe in a cell has a backslash before it, and a row is
 * one line; CommonMark, 2.4: a backslash before punctuation takes its meaning. */
static void signs_of_a_format_are_quoted(void **state)
{
    (void)state;
    static const struct report_column one[] = {{"|x|", "a,b", REPORT_WORDS}};
    static const struct report_table words = {.key = "rows", .column = one, .columns = 1};
    static const char *const texts[] = {"a,b",   "say \"x\"", "two\nlines", "p|q",
                                        "2*x*y", "back\\",    "plain one",  ""};
    struct report r = {0};
    report_table(&r, &words);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        report_row(&r, REPORT_FOR_ALL);
        report_text(&r, NULL, texts[i]);
    }
    report_close(&r);
    renders_as(&r, report_render_csv,
               "\"a,b\"\n\"a,b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\np|q\n2*x*y\nback\\\nplain "
               "one\n\n");
    renders_as(&r, report_render_markdown,
               "| \\|x\\| |\n| --- |\n| a,b |\n| say \"x\" |\n| two lines |\n| p\\|q |\n"
               "| 2\\*x\\*y |\n| back\\\\ |\n| plain one |\n|  |\n\n");
    report_finish(&r);
}

/* Every double is read back as what it was: 17 digits are enough (IEEE 754). */
static void numbers_are_exact_for_machines(void **state)
{
    (void)state;
    static const double numbers[] = {0.1,        1.0 / 3, 1e300,    5e-324,    -0.0,
                                     1e15 + 0.5, -2.5e-8, INFINITY, -INFINITY, 123456789.25};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    struct report r = {0};
    struct str text = {0};
    for (size_t i = 0; i < NUMBERS; i++)
        report_number(&r, "x", numbers[i]);
    report_render_csv(&r, &text);
    assert_false(text.failed);
    const char *at = strchr(text.text, '\n') + 1;
    for (size_t i = 0; i < NUMBERS; i++) {
        char *end;
        const double back = strtod(at, &end);
        assert_memory_equal(&back, &numbers[i], sizeof back);
        assert_int_equal(*end, i + 1 < NUMBERS ? ',' : '\n');
        at = end + 1;
    }
    assert_int_equal(*at, 0);
    str_finish(&text);
    report_finish(&r);
}

/* A report without a table is one row; an object or a list is its JSON in a cell. People read lists
 * of lists with | between them, and what is shown to them in place of a value. */
static void values_without_a_table(void **state)
{
    (void)state;
    struct report r = {0};
    int lines;
    report_open(&r, "lists", '[');
    for (int i = 0; i < 2; i++) {
        report_open(&r, NULL, '[');
        report_number(&r, NULL, i);
        report_number(&r, NULL, i + 0.5);
        report_close(&r);
    }
    report_close(&r);
    report_open(&r, "in", '{');
    report_text(&r, "word", "a \"b\"");
    report_bool(&r, "yes", true);
    report_close(&r);
    report_number(&r, "step", 2);
    str_add(report_shown(&r), "two");
    report_say(&r, "{lists}; {in.word}, {in.yes}; {step}, {step step}\n");
    renders_as(&r, report_render_text, "0 0.5 | 1 1.5; a \"b\", yes; two, two steps\n");
    renders_as(&r, report_render_csv,
               "lists,in,step\n"
               "\"[[0, 0.5], [1, 1.5]]\",\"{\"\"word\"\": \"\"a \\\"\"b\\\"\"\"\", \"\"yes\"\": "
               "true}\",2\n");
    struct str json = {0};
    report_render_json(&r, &json);
    assert_string_equal(json.text, "{\"lists\": [[0, 0.5], [1, 1.5]], \"in\": {\"word\": \"a "
                                   "\\\"b\\\"\", \"yes\": true}, \"step\": 2}\n");
    assert_true(is_json_lines(json.text, &lines));
    assert_int_equal(lines, 1);
    str_finish(&json);
    report_finish(&r);
}

/* Objects of a column are a column for each key that one of them has, in the order in which they
 * come; a row without the key has nothing there, and a list stays one. */
static void objects_of_a_table_are_columns(void **state)
{
    (void)state;
    static const struct report_column of[] = {{NULL, "step", REPORT_NUMBER},
                                              {NULL, "terms", REPORT_NUMBER},
                                              {NULL, "list", REPORT_NUMBER}};
    static const struct report_table t = {.key = "points", .column = of, .columns = 3};
    static const char *const keys[3][2] = {{"a", "b"}, {"b", "c,d"}, {NULL, NULL}};
    struct report r = {0};
    report_table(&r, &t);
    for (int i = 0; i < 3; i++) {
        report_row(&r, REPORT_FOR_ALL);
        report_number(&r, NULL, i);
        report_open(&r, NULL, '{');
        for (int k = 0; k < 2 && keys[i][k]; k++)
            report_number(&r, keys[i][k], 10 * i + k);
        report_close(&r);
        report_open(&r, NULL, '[');
        report_number(&r, NULL, i);
        report_number(&r, NULL, 0.5);
        report_close(&r);
    }
    report_close(&r);
    renders_as(&r, report_render_csv,
               "step,terms.a,terms.b,\"terms.c,d\",list\n"
               "0,0,1,,\"[0, 0.5]\"\n1,,10,11,\"[1, 0.5]\"\n2,,,,\"[2, 0.5]\"\n");
    report_finish(&r);
}

/* People read the rows of a sideways table as columns, and those of one with a sentence as lines.
 * Markdown has them as grids. */
static void other_shapes_of_tables(void **state)
{
    (void)state;
    static const struct report_column of[] = {{"", "model", REPORT_WORDS},
                                              {"loss", "loss", REPORT_NUMBER}};
    static const struct report_table sideways = {
        .key = "models", .column = of, .columns = 2, .sideways = true};
    static const struct report_table lines = {
        .key = "models", .column = of, .columns = 2, .line = "{model} has {loss unit}\n"};
    const struct report_table *tables[] = {&sideways, &lines};
    static const char *const texts[] = {"      a  wide\nloss  1   0.5\n",
                                        "a has 1 unit\nwide has 0.5 units\n"};
    static const char *const grids[] = {
        "|  | a | wide |\n| --- | ---: | ---: |\n| loss | 1 | 0.5 |\n\n",
        "| model | loss |\n| --- | ---: |\n| a | 1 |\n| wide | 0.5 |\n\n"};
    for (size_t i = 0; i < 2; i++) {
        struct report r = {0};
        report_table(&r, tables[i]);
        report_row(&r, REPORT_FOR_ALL);
        report_text(&r, NULL, "a");
        report_number(&r, NULL, 1);
        report_row(&r, REPORT_FOR_ALL);
        report_text(&r, NULL, "wide");
        report_number(&r, NULL, 0.5);
        report_close(&r);
        renders_as(&r, report_render_text, texts[i]);
        renders_as(&r, report_render_csv, "model,loss\na,1\nwide,0.5\n");
        renders_as(&r, report_render_markdown, grids[i]);
        report_finish(&r);
    }
}

/* Widths are counted in characters: both of these have two. */
static void widths_are_characters(void **state)
{
    (void)state;
    static const struct report_column of[] = {{"n", "n", REPORT_WORDS}, {"x", "x", REPORT_NUMBER}};
    static const struct report_table t = {.key = "t", .column = of, .columns = 2};
    static const char *const names[] = {"ab", "\xc3\xa4\xc3\xb6"};
    struct report r = {0};
    report_table(&r, &t);
    for (size_t i = 0; i < 2; i++) {
        report_row(&r, REPORT_FOR_ALL);
        report_text(&r, NULL, names[i]);
        report_number(&r, NULL, (double)i);
    }
    report_close(&r);
    renders_as(&r, report_render_text, "n   x\nab  0\n\xc3\xa4\xc3\xb6  1\n");
    report_finish(&r);
}

static void add_all(struct report *r)
{
    report_text(r, "model", "main");
    report_say(r, "{model}\n");
    report_table(r, &table);
    add_row(r, "a,b", 1);
    report_close(r);
}

/* Whichever allocation fails, in the report or in the writing of it, the text says that it failed.
 */
static void no_memory_is_told(void **state)
{
    (void)state;
    renderer *const all[] = {report_render_text, report_render_json, report_render_csv,
                             report_render_markdown};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bool hit = true;
        long at = 1;
        for (; hit; at++) {
            struct report r = {0};
            struct str text = {0};
            mem_fail_at(at);
            add_all(&r);
            all[k](&r, &text);
            hit = mem_failed();
            mem_fail_at(0);
            assert_int_equal(text.failed, hit);
            str_finish(&text);
            report_finish(&r);
        }
        assert_true(at > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_in_four_ways),
        cmocka_unit_test(an_empty_column_needs_no_room),
        cmocka_unit_test(signs_of_a_format_are_quoted),
        cmocka_unit_test(numbers_are_exact_for_machines),
        cmocka_unit_test(values_without_a_table),
        cmocka_unit_test(objects_of_a_table_are_columns),
        cmocka_unit_test(other_shapes_of_tables),
        cmocka_unit_test(widths_are_characters),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
