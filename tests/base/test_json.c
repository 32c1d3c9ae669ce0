/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *read_text(const char *text, struct err *e)
{
    *e = (struct err){0};
    return json_from_text(text, strlen(text), "\"m.json\"", e);
}

/* The text is refused with these words. */
static void check_refused(const char *text, size_t n, const char *what, const char *hint)
{
    struct err e = {0};
    assert_null(json_from_text(text, n, "\"m.json\"", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    check_has(e.what, what);
    check_has(e.hint, hint);
}

static void a_text_becomes_a_tree(void **state)
{
    (void)state;
    struct err e;
    json_t *t = read_text(
        "\xef\xbb\xbf {\"b\": [1, 0.1, true, null], \"a\": \"\\u00e9\\ud83d\\ude00\"}", &e);
    assert_non_null(t);
    const json_t *list = json_object_get(t, "b");
    assert_int_equal(json_array_size(list), 4);
    assert_int_equal(json_integer_value(json_array_get(list, 0)), 1);
    assert_true(json_real_value(json_array_get(list, 1)) == 0.1);
    assert_string_equal(json_string_value(json_object_get(t, "a")), "\xc3\xa9\xf0\x9f\x98\x80");
    /* in the order of the text */
    assert_string_equal(json_object_iter_key(json_object_iter(t)), "b");
    json_decref(t);
    /* A text within a text is what people get who write down what a function gave them as JSON. */
    t = read_text("\"{\\\"a\\\": 1}\"", &e);
    assert_string_equal(json_string_value(t), "{\"a\": 1}");
    json_decref(t);
}

static void what_is_malformed_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *what, *hint;
    } cases[] = {
        {"", "\"m.json\" is no JSON: ", "cut off"},
        {"{\"a\": [1, 2", "at line 1, column 11", "cut off"},
        {"{\"a\":\n  NaN}", "invalid token near \"NaN\" at line 2, column 5", "NaN"},
        {"[Infinity]", "near \"Infinity\"", "no infinities"},
        {"[-Infinity]", "line 1", "infinities"},
        {"{\"a\": 1, \"a\": 2}", "duplicate object key near \"a\" at line 1, column 12",
         "take one"},
        {"[1] [2]", "end of file expected near \"[\" at line 1, column 5", "json.tool"},
        {"[1,]", "unexpected token near \"]\"", "json.tool"},
        {"['a']", "invalid token near", "json.tool"},
        {"[\"\\ud800\"]", "invalid Unicode '\\uD800'", "json.tool"},
        {"[\"\\udc00\\ud800\"]", "invalid Unicode '\\uDC00'", "json.tool"},
        {"[\"a\\u0000b\"]", "\\u0000 is not allowed", "may hold"},
        {"{\"a\\u0000b\": 1}", "NUL byte in object key", "may hold"},
        {"[\"\xff\"]", "unable to decode byte 0xff", "UTF-8"},
        {"[\"\xc0\x80\"]", "unable to decode byte 0xc0", "UTF-8"},
        {"[\"\xed\xa0\x80\"]", "unable to decode byte 0xed", "UTF-8"},
        {"[\"a\nb\"]", "unexpected newline", "json.tool"},
        {"[1e999]", "real number overflow near \"1e999\"", "1.8e308"},
        {"[123456789012345678901234567890]", "too big integer", "1.8e308"},
        {"[01]", "line 1, column 2", "json.tool"},
        {"/* */ [1]", "line 1", "json.tool"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].text, strlen(cases[i].text), cases[i].what, cases[i].hint);
    check_refused("[\"a\0b\"]", 7, "line 1", "json.tool");
}

static void what_is_quoted_cannot_command_a_terminal(void **state)
{
    (void)state;
    struct err e;
    assert_null(read_text("[1] \xc2\x9b[31m", &e));
    assert_null(strstr(e.what, "\xc2\x9b"));
    assert_null(read_text("[\x1b[2J]", &e));
    assert_null(strchr(e.what, '\x1b'));
}

static void limits_hold_before_memory_is_taken(void **state)
{
    (void)state;
    enum { MANY = 3 * JSON_VALUES_MOST };
    char *text = malloc(MANY);
    memset(text, '[', 10000);
    check_refused(text, 10000, "too many levels: at line 1, column 1001", "at most 1000 are read");
    for (size_t i = 0; i < MANY; i++)
        text[i] = i % 2 ? ',' : '0';
    text[0] = '[';
    check_refused(text, MANY, "too many values", "at most 2000000 are read");
    /* What stands in texts does not count. */
    memset(text, '[', 5000);
    text[0] = text[4999] = '"';
    struct err e = {0};
    json_t *t = json_from_text(text, 5000, "\"m.json\"", &e);
    assert_int_equal(json_string_length(t), 4998);
    json_decref(t);
    /* As deep as is allowed. */
    memset(text, '[', JSON_DEPTH_MOST);
    memset(text + JSON_DEPTH_MOST, ']', JSON_DEPTH_MOST);
    t = json_from_text(text, 2 * (size_t)JSON_DEPTH_MOST, "\"m.json\"", &e);
    assert_non_null(t);
    json_decref(t);
    check_refused(text, (size_t)JSON_BYTES_MOST + 1, "too large to be read as JSON",
                  "at most 100000000");
    free(text);
}

static void each_lack_of_memory_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    const char *text = "{\"a\": [1, 2.5, \"text\", {\"b\": \"\\u00e9\"}], \"cc\": true}";
    struct err e = {0};
    long n = 1;
    for (;; n++) {
        mem_fail_at(n);
        json_t *t = read_text(text, &e);
        const bool reached = mem_failed();
        mem_fail_at(0);
        if (!reached) {
            assert_non_null(t);
            json_decref(t);
            break;
        }
        assert_null(t);
        assert_int_equal(e.kind, ERR_MEMORY);
    }
    assert_true(n > 10);
}

static void a_file_is_read_where_it_may_lie(void **state)
{
    (void)state;
    struct err e = {0};
    struct file_name f = {.name = "m.json", .path = "m.json", .where = {1, 2, 3}};
    folder_text("m.json", "{\"a\": 1}\n");
    json_t *t = json_from_file(&f, &e);
    assert_int_equal(json_integer_value(json_object_get(t, "a")), 1);
    json_decref(t);
    folder_text("m.json", "{\"a\": 1,\n\n}\n");
    assert_null(json_from_file(&f, &e));
    check_has(e.what, "\"m.json\" is no JSON: ");
    check_has(e.what, "at line 3, column 1");
    assert_int_equal(e.where.source, 1);
    f.path = "none.json";
    assert_null(json_from_file(&f, &e));
    check_has(e.what, "cannot be read");
    f.path = "/etc/passwd";
    f.within = "/tmp";
    assert_null(json_from_file(&f, &e));
    check_has(e.what, "outside of the folder that --safe keeps to");
}

static void a_file_beyond_all_bounds_takes_no_memory(void **state)
{
    (void)state;
    struct err e = {0};
    const struct file_name f = {.name = "big.json", .path = "big.json"};
    folder_text("big.json", "[");
    FILE *big = fopen("big.json", "r+");
    assert_non_null(big);
    assert_int_equal(fseek(big, 1L << 30, SEEK_SET), 0);
    assert_int_equal(fputc(']', big), ']');
    assert_int_equal(fclose(big), 0);
    assert_null(json_from_file(&f, &e));
    check_has(e.what, "\"big.json\" is too large to be read as JSON");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_becomes_a_tree),
        cmocka_unit_test(what_is_malformed_is_told_with_its_place),
        cmocka_unit_test(what_is_quoted_cannot_command_a_terminal),
        cmocka_unit_test(limits_hold_before_memory_is_taken),
        cmocka_unit_test(each_lack_of_memory_is_said_and_leaks_nothing),
        cmocka_unit_test(a_file_is_read_where_it_may_lie),
        cmocka_unit_test(a_file_beyond_all_bounds_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
