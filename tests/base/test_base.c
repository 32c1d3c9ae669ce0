/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/entry.h"
#include "base/out.h"
#include "base/path.h"
#include "base/rng.h"
#include "base/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void allocation_fails_when_asked(void **state)
{
    (void)state;
    mem_fail_at(2);
    void *a = mem_new(1, 1), *b = mem_new(1, 1), *c = mem_new(1, 1);
    assert_true(mem_failed());
    mem_fail_at(0);
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    mem_free(a);
    mem_free(c);
    assert_null(mem_new(SIZE_MAX / 2, 4));
}

static void text_remembers_that_memory_ran_out(void **state)
{
    (void)state;
    struct str s = {0};
    mem_fail_at(1);
    str_add(&s, "lost");
    mem_fail_at(0);
    str_add(&s, "late");
    assert_true(s.failed);
    str_finish(&s);
}

static void numbers_read_as_people_write_them(void **state)
{
    (void)state;
    char t[NUMBER_ROOM];
    assert_string_equal(number_text(3, t), "3");
    assert_string_equal(number_text(-0.0, t), "0");
    assert_string_equal(number_text(1.0 / 3, t), "0.333333");
    assert_string_equal(number_text(1e-7, t), "1e-07");
    assert_string_equal(number_text(NAN, t), "nan");
    assert_string_equal(number_exact(0.1, t), "0.1");
    assert_string_equal(number_exact(INFINITY, t), "null");
    assert_true(strtod(number_exact(1.0 / 3, t), NULL) == 1.0 / 3);
}

static void json_reads_back(void **state)
{
    (void)state;
    struct str s = {0};
    struct json j = {.to = &s};
    json_open(&j, NULL, '{');
    json_number(&j, "a", 0.5);
    json_text(&j, "b", "x\"\n");
    json_open(&j, "c", '[');
    json_number(&j, NULL, 1);
    json_bool(&j, NULL, true);
    json_close(&j, ']');
    json_close(&j, '}');
    assert_string_equal(s.text, "{\"a\": 0.5, \"b\": \"x\\\"\\u000a\", \"c\": [1, true]}");
    str_finish(&s);
}

static void places_are_lines_and_characters(void **state)
{
    (void)state;
    struct sources all = {0};
    const char *outer = "say \"\xce\xbb\"\nsource \"in.nnr\"\n";
    uint32_t a = sources_add(&all, "out.nnr", outer, strlen(outer), 1, (struct span){0});
    struct span from = {.source = a, .at = 9, .end = 15};
    uint32_t b = sources_add(&all, "in.nnr", "dense 1\ndense \xce\xbb x", 18, 1, from);
    struct err e = {0};
    err_at(&e, (struct span){b, 17, 18}, "no layer \"x\"");
    err_hint(&e, "write another");
    struct str s = {0};
    sources_explain(&all, &e, &s);
    assert_string_equal(s.text, "in.nnr:2:9: no layer \"x\"; write another\n"
                                "  dense \xce\xbb x\n"
                                "          ^\n"
                                "  read by out.nnr:2:1\n");
    str_finish(&s);
    sources_finish(&all);
}

static void a_long_line_is_cut_round_the_place(void **state)
{
    (void)state;
    char line[2000];
    memset(line, 'a', sizeof line);
    struct sources all = {0};
    uint32_t n = sources_add(&all, "x", line, sizeof line, 1, (struct span){0});
    struct err e = {0};
    err_at(&e, (struct span){n, 1000, 1010}, "wrong");
    struct str s = {0};
    sources_explain(&all, &e, &s);
    check_has(s.text, "x:1:1001: wrong\n  ...aaa");
    check_has(s.text, "aaa...\n");
    assert_true(s.size < 400);
    str_finish(&s);
    sources_finish(&all);
}

static void keys_are_independent_and_numbers_uniform(void **state)
{
    (void)state;
    uint64_t a = rng_key(1, "weight", "hidden.kernel", 0);
    assert_true(a != rng_key(2, "weight", "hidden.kernel", 0));
    assert_true(a != rng_key(1, "shuffle", "hidden.kernel", 0));
    assert_true(a != rng_key(1, "weight", "hidden.bias", 0));
    assert_true(a != rng_key(1, "weight", "hidden.kernel", 1));
    assert_true(rng_key(1, "ab", "c", 0) != rng_key(1, "a", "bc", 0));
    enum { N = 100000 };
    double sum = 0, squares = 0, normal = 0, normal2 = 0;
    for (uint64_t i = 0; i < N; i++) {
        double u = rng_uniform(a, i), z = rng_normal(a, i);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
        normal += z;
        normal2 += z * z;
    }
    /* Five standard errors of each mean. */
    check_near(sum / N, 0.5, 5 * sqrt(1.0 / 12 / N));
    check_near(squares / N, 1.0 / 3, 5 * sqrt(4.0 / 45 / N));
    check_near(normal / N, 0, 5 * sqrt(1.0 / N));
    check_near(normal2 / N, 1, 5 * sqrt(2.0 / N));
}

static void an_order_is_a_permutation(void **state)
{
    (void)state;
    uint32_t order[100], seen[100] = {0}, moved = 0;
    rng_order(rng_key(1, "shuffle", "", 0), order, 100, NULL);
    for (uint32_t i = 0; i < 100; i++) {
        seen[order[i]]++;
        moved += order[i] != i;
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    assert_true(moved > 80);
}

static const struct entry relu = {.name = "relu"}, tanh_ = {.name = "tanh", .alias = "hyperbolic"};
static const struct entry *const rows[] = {&relu, &tanh_};
static const struct table words = {"activation", rows, 2};

static void words_are_found_and_slips_are_guessed(void **state)
{
    (void)state;
    assert_ptr_equal(table_find(&words, "hyperbolic"), &tanh_);
    assert_null(table_find(&words, "relux"));
    struct nearest n = {0};
    nearest_in_table(&n, "rleu", &words);
    assert_string_equal(n.name, "relu");
    struct nearest none = {0};
    nearest_in_table(&none, "elephant", &words);
    assert_null(none.name);
}

/* One slip is near; two are from five letters on and three from nine, when the first letter is
 * right. */
static void near_and_far_words(void **state)
{
    (void)state;
    static const struct {
        const char *word, *candidate;
        bool near;
    } pairs[] = {
        {"tain", "train", true},
        {"plane", "plain", true},
        {"trian", "train", true},
        {"rl", "lr", true},
        {"l3", "l1", true},
        {"lst", "let", true},
        {"kernal", "kernel", true},
        {"optimiser", "optimizer", true},
        {"penaltys", "penalties", true},
        {"acuracy", "accuracy", true},
        {"binary_crosentropi", "binary_crossentropy", true},
        {"x", "y", false},
        {"lstm", "let", false},
        {"gru", "run", false},
        {"fit", "set", false},
        {"rm", "seed", false},
        {"conv2d", "concat", false},
        {"ridge", "reset", false},
        {"torch", "watch", false},
        {"keras", "repeat", false},
        {"history", "dictionary", false},
        {"compile", "tempting", false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct nearest n = {0};
        nearest_try(&n, pairs[i].word, pairs[i].candidate);
        if ((n.name != NULL) != pairs[i].near)
            fail_msg("%s and %s", pairs[i].word, pairs[i].candidate);
    }
}

static const struct arg_spec strength_args[] = {
    {.name = "strength", .form = POSITIONAL, .type = ARG_NUMBER},
    {.name = "reduce", .form = KEY, .type = ARG_CHOICE, .of = &words},
};
static const struct entry l1 = {.name = "l1", .args = strength_args, .arg_count = 2};

static void arguments_are_copied_and_printed(void **state)
{
    (void)state;
    struct arg arg[2] = {
        {.given = true, .type = ARG_NUMBER, .as.number = 1e-3},
        {.given = true, .type = ARG_CHOICE, .as.choice = &relu},
    };
    struct args a = {.entry = &l1, .arg = arg};
    struct arena arena = {0};
    struct args *copy = args_copy(&arena, &a);
    arg[0].as.number = 5;
    check_near(args_number(copy, "strength"), 1e-3, 0);
    struct str s = {0};
    args_print(&s, copy);
    assert_string_equal(s.text, "l1(0.001, reduce=relu)");
    str_finish(&s);
    arena_finish(&arena);
}

static const struct arg_spec read_args[] = {
    {.name = "file", .form = POSITIONAL, .type = ARG_FILE},
    {.name = "more", .form = REST, .type = ARG_FILES},
    {.name = "drop", .form = KEY, .type = ARG_WORDS},
};
static const struct entry reader = {.name = "read", .args = read_args, .arg_count = 3};

static void files_and_words_are_copied_and_printed(void **state)
{
    (void)state;
    struct file_name more[] = {{.name = "b", .path = "in/b"},
                               {.name = "c \"d\"", .path = "in/c \"d\""}};
    struct written drop[] = {{"x", false, {0}}, {"3", false, {0}}, {"3", true, {0}}};
    struct arg arg[3] = {
        {.given = true, .type = ARG_FILE, .as.file = {.name = "a", .path = "in/a", .within = "in"}},
        {.given = true, .type = ARG_FILES, .as.files = {more, 2}},
        {.given = true, .type = ARG_WORDS, .as.words = {drop, 3}},
    };
    struct args a = {.entry = &reader, .arg = arg};
    struct arena arena = {0};
    struct args *copy = args_copy(&arena, &a);
    memset(more, 0, sizeof more);
    memset(drop, 0, sizeof drop);
    memset(arg, 0, sizeof arg);
    struct str s = {0};
    args_print(&s, copy);
    assert_string_equal(s.text, "read(\"a\", \"b\", \"c \\\"d\\\"\", drop=x, 3, \"3\")");
    assert_string_equal(args_get(copy, "file")->as.file.path, "in/a");
    assert_string_equal(args_get(copy, "file")->as.file.within, "in");
    assert_null(args_get(copy, "more")->as.files.item[1].within);
    assert_string_equal(args_get(copy, "more")->as.files.item[1].path, "in/c \"d\"");
    str_finish(&s);
    arena_finish(&arena);
}

static void paths_are_joined(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"lessons", "a.csv", "lessons/a.csv"},
        {"lessons/", "a.csv", "lessons/a.csv"},
        {"", "a.csv", "a.csv"},
        {"lessons", "/a.csv", "/a.csv"},
        {"/", "a/b", "/a/b"},
        {".", "../a", "./../a"},
    };
    struct arena arena = {0};
    char text[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(path_join(&arena, cases[i][0], cases[i][1]), cases[i][2]);
    assert_string_equal(path_join(&arena, NULL, "a"), "a");
    arena_finish(&arena);
    assert_string_equal(path_folder("/a.csv", text, sizeof text), "/");
    assert_string_equal(path_folder("/dev/../a.csv", text, sizeof text), "/");
    assert_string_equal(path_folder("/no such/a.csv", text, sizeof text), "/no such");
    assert_string_equal(path_folder("no such/a.csv", text, sizeof text), "no such");
    assert_true(path_folder("a.csv", text, sizeof text)[0] == '/');
}

static void shapes_count_and_print(void **state)
{
    (void)state;
    struct shape s = {.axes = 2, .size = {10, 100}};
    char text[20];
    assert_int_equal(shape_count(&s), 1000);
    assert_int_equal(shape_last(&s), 100);
    assert_string_equal(shape_text(&s, text, sizeof text), "10x100");
    struct shape flat = shape_of(1000);
    assert_false(shape_same(&s, &flat));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_and_far_words),
        cmocka_unit_test(allocation_fails_when_asked),
        cmocka_unit_test(text_remembers_that_memory_ran_out),
        cmocka_unit_test(numbers_read_as_people_write_them),
        cmocka_unit_test(json_reads_back),
        cmocka_unit_test(places_are_lines_and_characters),
        cmocka_unit_test(a_long_line_is_cut_round_the_place),
        cmocka_unit_test(keys_are_independent_and_numbers_uniform),
        cmocka_unit_test(an_order_is_a_permutation),
        cmocka_unit_test(words_are_found_and_slips_are_guessed),
        cmocka_unit_test(arguments_are_copied_and_printed),
        cmocka_unit_test(files_and_words_are_copied_and_printed),
        cmocka_unit_test(paths_are_joined),
        cmocka_unit_test(shapes_count_and_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
