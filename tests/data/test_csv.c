/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of text. */
#include "make.h"

#include "folder.h"

#include <locale.h>

static void check_reals(const real *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_near((double)got[i], (double)(real)expected[i], 0);
}

/* Loads `text` as t.csv with the given words. */
static void load(struct dataset *d, const char *text, const char *words)
{
    char all[200];
    folder_text("t.csv", text);
    snprintf(all, sizeof all, "file=t.csv %s", words);
    make(d, "csv", all, 1);
}

/* Every way to write the rows 1 2 3 and 4 5.5 -6e1, the last being the target. */
static void the_same_numbers_are_read_from(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1,2,3\n4,5.5,-6e1\n",
        "1,2,3\n4,5.5,-60",
        "a,b,c\n1,2,3\n4,5.5,-60\n",
        "1,b,3\n1,2,3\n4,5.5,-60\n",
        "\xef\xbb\xbf"
        "1,2,3\r\n4,5.5,-60\r\n",
        "\xef\xbb\xbf"
        "a,b,c\n1,2,3\n4,5.5,-60\n",
        "1,2,3\r4,5.5,-60\r",
        "\n\n1,2,3\n\n\r\n4,5.5,-60\n\n",
        "1;2;3\n4;5.5;-60\n",
        "1\t2\t3\n4\t5.5\t-60\n",
        "a;b\tb;c\n1;2;3\n4;5.5;-60\n",
        "\"a;b\",\"c,\"\"d\"\"\",\"e\nf\"\n1,2,3\n4,5.5,-60\n",
        " 1 , 2,\t3\t\n4 ,\"5.5\" , \"-60\"\n",
        "+1,2.,3e0\n4.0,.55E+1,-60\n",
        ",,\n1,2,3\n4,5.5,-60\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct dataset d;
        load(&d, texts[i], "");
        assert_int_equal(d.samples, 2);
        assert_int_equal(d.inputs, 2);
        assert_int_equal(d.shape.axes, 1);
        assert_int_equal(d.targets, 1);
        check_reals(d.x, (double[]){1, 2, 4, 5.5}, 4);
        check_reals(d.y, (double[]){3, -60}, 2);
        dataset_finish(&d);
    }
}

static void packed_tables_are_read(void **state)
{
    (void)state;
    struct dataset d;
    folder_text("t.csv.gz", "a,b\n1,2\n3,4\n");
    make(&d, "csv", "file=t.csv.gz", 1);
    check_reals(d.x, (double[]){1, 3}, 2);
    check_reals(d.y, (double[]){2, 4}, 2);
    dataset_finish(&d);
}

static void columns_are_chosen(void **state)
{
    (void)state;
    static const char table[] = "a,b,Cc,last,2\n1,2,3,4,5\n6,7,8,9,10\n";
    static const struct {
        const char *words;
        size_t inputs, targets;
        double x[5], y[3]; /* of the first row */
    } ways[] = {
        {"", 4, 1, {1, 2, 3, 4}, {5}},
        {"target=last", 4, 1, {1, 2, 3, 4}, {5}},
        {"target=\"last\"", 4, 1, {1, 2, 3, 5}, {4}},
        {"target=b", 4, 1, {1, 3, 4, 5}, {2}},
        {"target=\"Cc\"", 4, 1, {1, 2, 4, 5}, {3}},
        {"target=2", 4, 1, {1, 3, 4, 5}, {2}},
        {"target=\"2\"", 4, 1, {1, 2, 3, 4}, {5}},
        {"target=b,a", 3, 2, {3, 4, 5}, {2, 1}},
        {"target=1,last,3", 2, 3, {2, 4}, {1, 5, 3}},
        {"drop=last", 3, 1, {1, 2, 3}, {4}},
        {"drop=a,5 target=last", 2, 1, {2, 3}, {4}},
        {"drop=1 target=b", 3, 1, {3, 4, 5}, {2}},
        {"target=none", 5, 0, {1, 2, 3, 4, 5}, {0}},
        {"target=none drop=a,b,3", 2, 0, {4, 5}, {0}},
        {"target=input drop=a", 4, 4, {2, 3, 4, 5}, {2, 3, 4}},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct dataset d;
        load(&d, table, ways[i].words);
        assert_int_equal(d.samples, 2);
        assert_int_equal(d.inputs, ways[i].inputs);
        assert_int_equal(d.targets, ways[i].targets);
        check_reals(d.x, ways[i].x, d.inputs);
        check_reals(d.y, ways[i].y, d.targets < 3 ? d.targets : 3);
        assert_int_equal(d.x == d.y, strstr(ways[i].words, "input") != NULL);
        dataset_finish(&d);
    }
}

/* A column of weights is neither an input nor a target; the last of the others is the target. */
static void samples_have_weights(void **state)
{
    (void)state;
    static const char table[] = "a,w,b,c\n1,0.5,3,4\n5,0,7,8\n9,2,11,12\n";
    static const char *const ways[] = {"weight=w", "weight=2 target=last", "weight=w target=c",
                                       "weight=w target=input drop=c", "weight=w target=b"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct dataset d;
        load(&d, table, ways[i]);
        assert_int_equal(d.inputs, 2);
        check_reals(d.weight, (double[]){0.5, 0, 2}, 3);
        check_near((double)d.x[0], 1, 0);
        check_near((double)d.y[0], i < 3 ? 4 : i == 3 ? 1 : 3, 0);
        dataset_finish(&d);
    }
    struct dataset whole, d;
    load(&whole, "9,1\n8,2\n7,3\n6,4\n5,5\n", "target=none header=no");
    load(&d, "9,1\n8,2\n7,3\n6,4\n5,5\n", "weight=2 target=input header=no split=0.4");
    assert_null(whole.weight);
    assert_int_equal(d.training, 3);
    for (size_t i = 0; i < 5; i++)
        check_near((double)d.weight[i], 10 - (double)d.x[i], 0);
    dataset_finish(&whole);
    dataset_finish(&d);
}

static void a_header_may_be_told(void **state)
{
    (void)state;
    struct dataset d;
    load(&d, "1,red\n2,blue\n", "header=no");
    assert_int_equal(d.samples, 2);
    check_reals(d.y, (double[]){1, 0}, 2);
    dataset_finish(&d);
    load(&d, "1990,1991\n2,3\n", "header=yes target=\"1990\"");
    assert_int_equal(d.samples, 1);
    check_reals(d.y, (double[]){2}, 1);
    dataset_finish(&d);
}

static void words_in_a_target_are_classes_by_alphabet(void **state)
{
    (void)state;
    struct dataset d;
    load(&d, "x,kind\n1,rose\n2,\"aster, blue\"\n3,rose\n4,10\n5,iris\n", "");
    check_reals(d.y, (double[]){3, 1, 3, 0, 2}, 5);
    assert_int_equal(d.classes, 4);
    dataset_finish(&d);
    /* Two columns, each with an alphabet of its own; the other target stays as it is. */
    load(&d, "p,q,r,x\nb,7,z,1\na,8,y,1\nc,9,z,1\n", "target=r,q,p");
    check_reals(d.y, (double[]){1, 7, 1, 0, 8, 0, 1, 9, 2}, 9);
    dataset_finish(&d);
}

static void dropped_columns_may_hold_anything(void **state)
{
    (void)state;
    struct dataset d;
    load(&d, "id,x,note,y\nn1,1,,3\n,2,\"a \"\"b\"\"\nc\",4\n", "drop=id,note");
    check_reals(d.x, (double[]){1, 2}, 2);
    check_reals(d.y, (double[]){3, 4}, 2);
    dataset_finish(&d);
}

/* Many rows make many blocks; 40,000 rows of 4 numbers are more than two of them. */
static void long_tables_are_read(void **state)
{
    (void)state;
    enum { ROWS = 40000 };
    struct str text = {0};
    struct dataset d;
    for (int i = 0; i < ROWS; i++)
        str_addf(&text, "%d,%d.5,-1,c%d\n", i, i, i % 7);
    load(&d, text.text, "header=no");
    str_finish(&text);
    assert_int_equal(d.samples, ROWS);
    for (int i = 0; i < ROWS; i++) {
        check_near((double)d.x[3 * i], i, 0);
        check_near((double)d.x[3 * i + 1], i + 0.5, 0);
        check_near((double)d.y[i], i % 7, 0);
    }
    dataset_finish(&d);
}

static void the_decimal_sign_is_a_dot_everywhere(void **state)
{
    (void)state;
    struct dataset d;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where the system has it */
    load(&d, "1.5,2\n", "");
    setlocale(LC_ALL, "C");
    check_reals(d.x, (double[]){1.5}, 1);
    dataset_finish(&d);
}

/* Places: argument i stands at byte i + 1: 1 the file, 2 target=, 3 drop=. */
static void slips_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words, *what, *hint;
        uint32_t at;
    } slips[] = {
        {"1,2\n3,abc\n", "", "\"t.csv\" line 2, column 2: \"abc\" is no number",
         "class names stand in every row", 1},
        /* A comma behind what a message shows of a cell is no decimal one. */
        {"a;b\n1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20,5;2\n", "",
         "line 2, column 1: \"1 2 3", "drop=1", 1},
        {"a,b\n1,2\nx y,4\n", "", "\"t.csv\" line 3, column 1: \"x y\" is no number", "drop=1", 1},
        {"\n\n1,2\n\n0x1p3,4\n", "", "line 5, column 1: \"0x1p3\" is no number", "drop=1", 1},
        {"a,b\nnan,2\n", "", "line 2, column 1: \"nan\" is no number", "drop=1", 1},
        {"a,b\ninf,2\n", "", "line 2, column 1: \"inf\" is no number", "drop=1", 1},
        {"a,b\n1e,2\n", "", "line 2, column 1: \"1e\" is no number", "drop=1", 1},
        {"a,b\n1 2,2\n", "", "line 2, column 1: \"1 2\" is no number", "drop=1", 1},
        {"a;b\n1,5;2,5\n", "", "\"1,5\" is no number", "the decimal sign is a dot", 1},
        {"a,b\n\"x\ny\nz\",2\n", "", "line 2, column 1: \"x y z\" is no number", "drop=1", 1},
        {"a,b\n\"1\n\n\",x\n3,\n", "", "line 2, column 1: \"1  \" is no number", "drop=1", 1},
        {"a,b\n1,\"x\n\n\"\n3,\n", "", "line 5, column 2: the cell is empty", "drop=2", 1},
        {"a,b,c\n1,,3\n", "", "line 2, column 2: the cell is empty", "drop=2", 1},
        {"a,b\n1,\n", "", "line 2, column 2: the cell is empty", "drop=2", 1},
        {"a,b\n1,\"\"\n", "", "line 2, column 2: the cell is empty", "drop=2", 1},
        {"a,b\n1,2\n3\n", "", "line 3 has 1 cell, and line 1 has 2", "same cells", 1},
        {"a,b\n1,2\n3,4,5\n", "", "line 3 has more than 2 cells, and line 1 has 2", "\",\"", 1},
        {"a\tb\n1\t2\t\n", "", "line 2 has more than 2 cells", "\"tab\"", 1},
        {"a,b\n1e999,2\n", "", "line 2, column 1: \"1e999\" does not fit into a " REAL_NAME,
         "numbers go up to", 1},
        {"a,b\n1,\"2\n3,4\n", "", "line 2, column 2: a \" that is not closed", "\"\"", 1},
        {"a,b\n\"1\"2,3\n", "", "line 2, column 1: text behind the closing \"", "\"\"", 1},
        {"", "", "\"t.csv\" is empty", "numbers a line", 1},
        {"\n\r\n\n", "", "\"t.csv\" is empty", "numbers a line", 1},
        {"\xef\xbb\xbf", "", "\"t.csv\" is empty", "numbers a line", 1},
        {"a,b\n", "", "\"t.csv\" has a header and no rows", "numbers a line", 1},
        {"a,b", "", "\"t.csv\" has a header and no rows", "numbers a line", 1},
        {"petal,b\n1,2\n", "target=petl", "no column \"petl\" in \"t.csv\"",
         "did you mean \"petal\"?", 2},
        {"a,b\n1,2\n", "target=3", "no column \"3\" in \"t.csv\"", "1 to 2", 2},
        {"a,b\n1,2\n", "target=0", "no column \"0\" in \"t.csv\"", "1 to 2", 2},
        {"a,b\n1,2\n", "drop=99999999999999999999999", "no column \"9999", "1 to 2", 3},
        {"a,b\n1,2\n", "drop=zzzz", "no column \"zzzz\"", "1 to 2", 3},
        {"1,2\n", "target=a", "no column \"a\" in \"t.csv\", which has no header", "1 to 2", 2},
        {"a,a,b\n1,2,3\n", "target=a", "\"a\" is the name of several columns", "1 to 3", 2},
        {"a,b\n1,2\n", "target=a,1", "column \"1\" is named twice", "once", 2},
        {"a,b\n1,2\n", "target=a drop=a", "column \"a\" is named twice", "once", 2},
        {"a,w,b\n1,-1,2\n", "weight=w", "line 2, column 2: \"-1\" is no weight: it is below 0",
         "0 times or more", 1},
        {"a,w,b\n1,nan,2\n", "weight=w header=yes", "line 2, column 2: \"nan\" is no number", "",
         1},
        {"a,w,b\n1,,2\n", "weight=w", "line 2, column 2: the cell is empty", "", 1},
        {"a,w,b\n1,1,2\n", "weight=a,w", "weight names 2 columns", "name one of them", 4},
        {"a,w,b\n1,1,2\n", "weight=v", "no column \"v\" in \"t.csv\"", "", 4},
        {"a,w,b\n1,1,2\n", "weight=w target=w", "column \"w\" is named twice", "once", 2},
        {"w,b\n1,2\n", "weight=w", "is left for the inputs", "fewer", 1},
        {"a,b\n1,2\n", "drop=a,b", "no column is left in \"t.csv\"", "fewer", 2},
        {"a,b\n1,2\n", "target=a,b", "no column of \"t.csv\" is left for the inputs", "fewer", 1},
        {"a,b\n1,2\n", "target=none drop=a,b", "is left for the inputs", "fewer", 1},
        {"1\n2\n", "", "is left for the inputs", "target=input", 1},
        {"a,b\n1,2\n", "file=no.csv", "\"no.csv\" cannot be read: No such file or directory",
         "looked for in /tmp/nnr-test-", 1},
        {"a,b\n1,2\n", "file=.", "\".\" is a folder", "name a file", 1},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        char words[200];
        struct bound b;
        struct dataset d;
        struct err e = {0};
        folder_text("t.csv", slips[i].text);
        snprintf(words, sizeof words, "%s %s", strstr(slips[i].words, "file=") ? "" : "file=t.csv",
                 slips[i].words);
        bind(&b, "csv", words);
        wrong_is(&b.args, slips[i].what, slips[i].at);
        dataset_make(&b.args, 1, NULL, &d, &e);
        check_has(e.hint, slips[i].hint);
        assert_null(strchr(e.what, '\n'));
    }
}

static void what_is_no_text_is_one_error(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *what;
    } files[] = {
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "no table of text: line 2"},
        {"PK\x03\x04\x14\0", 6, "no table of text: line 1"},
        {"\xff\xfe"
         "1\0,\0",
         6, "no table of text: line 1"},
        {"1,2\n3,\0004\n", 9, "no table of text: line 2"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03 not deflated", 23, "is damaged: gzip"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10, "ends too early"},
    };
    struct bound b;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        folder_write("t.csv", files[i].bytes, files[i].n);
        bind(&b, "csv", "file=t.csv");
        wrong_is(&b.args, files[i].what, 1);
    }
    bind(&b, "csv", "file=/dev/zero");
    wrong_is(&b.args, "is a device", 1);
}

/* Any bytes are either a table or an error, and never more than that. */
static void garbage_is_answered(void **state)
{
    (void)state;
    static const char bits[] = "1.,;\t\"\n\r -e\x01"
                               "a2\xff\n,,\"\"";
    uint64_t random = 3;
    for (int round = 0; round < 3000; round++) {
        char text[60];
        size_t n = (size_t)round % sizeof text;
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            text[i] = bits[(random >> 33) % (sizeof bits - 1)];
        }
        struct bound b;
        struct dataset d;
        struct err e = {0};
        folder_write("t.csv", text, n);
        bind(&b, "csv", round % 2 ? "file=t.csv target=none" : "file=t.csv header=no");
        int bad = dataset_make(&b.args, 1, NULL, &d, &e);
        assert_true(!bad || (e.kind == ERR_INPUT && e.what[0] && e.hint[0]));
        dataset_finish(&d);
    }
}

static void a_cell_or_a_line_may_be_too_long(void **state)
{
    (void)state;
    struct str text = {0};
    struct bound b;
    for (int i = 0; i < 1100000; i++)
        str_add(&text, "7");
    folder_write("t.csv", text.text, text.size);
    bind(&b, "csv", "file=t.csv");
    wrong_is(&b.args, "line 1, column 1: a cell of more than 1048576 bytes", 1);
    for (size_t i = 0; i < text.size; i++)
        text.text[i] = ',';
    folder_write("t.csv", text.text, text.size);
    wrong_is(&b.args, "has more than 1000000 columns", 1);
    str_finish(&text);
    for (int i = 0; i <= 10000; i++)
        str_addf(&text, "1,w%d\n", i);
    folder_write("t.csv", text.text, text.size);
    bind(&b, "csv", "file=t.csv header=no");
    wrong_is(&b.args, "a target of more than 10000 different words", 1);
    str_finish(&text);
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    folder_text("t.csv.gz", "a,b,c,d\n1,x,3,4\n5,y,7,8\n9,x,1,2\n");
    bool failed = true;
    for (long n = 1; failed; n++) {
        struct bound b;
        struct dataset d;
        struct err e = {0};
        bind(&b, "csv", "file=t.csv.gz target=b,d drop=c split=0.3 scale=minmax");
        mem_fail_at(n);
        int bad = dataset_make(&b.args, 1, NULL, &d, &e);
        failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(bad, failed ? -1 : 0);
        if (failed)
            assert_int_equal(e.kind, ERR_MEMORY);
        dataset_finish(&d);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_numbers_are_read_from),
        cmocka_unit_test(packed_tables_are_read),
        cmocka_unit_test(columns_are_chosen),
        cmocka_unit_test(samples_have_weights),
        cmocka_unit_test(a_header_may_be_told),
        cmocka_unit_test(words_in_a_target_are_classes_by_alphabet),
        cmocka_unit_test(dropped_columns_may_hold_anything),
        cmocka_unit_test(long_tables_are_read),
        cmocka_unit_test(the_decimal_sign_is_a_dot_everywhere),
        cmocka_unit_test(slips_are_told),
        cmocka_unit_test(what_is_no_text_is_one_error),
        cmocka_unit_test(garbage_is_answered),
        cmocka_unit_test(a_cell_or_a_line_may_be_too_long),
        cmocka_unit_test(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
