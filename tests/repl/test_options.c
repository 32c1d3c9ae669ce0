/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/mem.h"
#include "repl/options.h"

#include <string.h>

enum { WORDS = 6 };

static int parse(struct options *o, const char *const *words, struct err *e)
{
    const char *argv[WORDS + 2] = {"nnr"};
    int argc = 1;
    while (words[argc - 1] && argc <= WORDS) {
        argv[argc] = words[argc - 1];
        argc++;
    }
    return options_parse(o, argc, (char *const *)argv, e);
}

static void everything_is_taken(void **state)
{
    (void)state;
    struct options o;
    struct err e = {0};
    const char *const words[WORDS + 1] = {"--seed", "7", "--threads=2", "-i", "--json", "a.nnr"};
    assert_int_equal(parse(&o, words, &e), 0);
    assert_true(o.seed == 7 && o.threads == 2 && o.stay && o.json && !o.quiet && !o.check);
    assert_string_equal(o.file, "a.nnr");
    assert_null(o.plot);
    const char *const text[WORDS + 1] = {"-c", "-1", "--check", "--plot", "none", "--quiet"};
    assert_int_equal(parse(&o, text, &e), 0);
    assert_true(o.check && o.quiet && !o.file);
    assert_string_equal(o.text, "-1");
    assert_string_equal(o.plot, "none");
    const char *const both[WORDS + 1] = {"--let", "a=1", "-c", "print a", "--let=b=2", "c.nnr"};
    assert_int_equal(parse(&o, both, &e), 0);
    assert_string_equal(o.text, "print a");
    assert_string_equal(o.file, "c.nnr");
    assert_int_equal(o.lets, 2);
    assert_string_equal(o.let[0], "a=1");
    assert_string_equal(o.let[1], "b=2");
    assert_int_equal(o.jobs, 0);
    const char *const jobs[WORDS + 1] = {"--jobs", "3"};
    assert_int_equal(parse(&o, jobs, &e), 0);
    assert_int_equal(o.jobs, 3);
    const char *const part[WORDS + 1] = {"--part", "3/8"};
    assert_int_equal(parse(&o, part, &e), 0);
    assert_int_equal(o.part, 3);
    assert_int_equal(o.parts, 8);
    const char *const grade[WORDS + 1] = {"--grade", "a.nnr", "--time-limit", "2m", "b.nnr"};
    assert_int_equal(parse(&o, grade, &e), 0);
    assert_string_equal(o.grade, "a.nnr");
    assert_true(o.safe && o.limit == 120);
    const char *const dash[WORDS + 1] = {"-"};
    assert_int_equal(parse(&o, dash, &e), 0);
    assert_string_equal(o.file, "-");
    const char *const odd[WORDS + 1] = {"--", "--seed"};
    assert_int_equal(parse(&o, odd, &e), 0);
    assert_string_equal(o.file, "--seed");
}

static void what_is_wrong_is_named_with_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS + 1], *what, *hint;
    } cases[] = {
        {{"--sede", "1"}, "no option \"--sede\"", "did you mean --seed?"},
        {{"--chek"}, "\"--chek\"", "--check"},
        {{"--grade", "a"}, "--grade needs the lesson", "nnr --grade answers.nnr lesson.nnr"},
        {{"--grade", "a", "--step", "b"}, "--grade and --step", "give one"},
        {{"--time-limit", "3", "b"}, "--time-limit is for --grade", "--grade answers.nnr"},
        {{"--grade", "a", "--time-limit", "3h", "b"}, "\"3h\" is no time", "60s, or 2m"},
        {{"-x"}, "no option \"-x\"", "--help"},
        {{"--"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
         "no option",
         "--help"},
        {{"--seed"}, "\"--seed\" lacks its value", "--seed N"},
        {{"--seed", "-3"}, "\"-3\" is no seed", "whole number"},
        {{"--seed=1.5"}, "\"1.5\"", "whole number"},
        {{"--seed", ""}, "\"\" is no seed", "whole number"},
        {{"--seed", "9007199254740993"}, "is no seed", "2^53"},
        {{"--threads", "0"}, "\"0\"", "1 to 64"},
        {{"--threads", "65"}, "\"65\"", "1 to 64"},
        {{"--jobs", "0"}, "\"0\"", "1 to 1024"},
        {{"--jobs", "1025"}, "\"1025\"", "1 to 1024"},
        {{"--part", "0/2"}, "\"0/2\" is no part", "--part 3/8"},
        {{"--part", "3"}, "\"3\" is no part", "--part 3/8"},
        {{"--json=yes"}, "\"--json\" takes no value", "--json alone"},
        {{"--quiet", "--quiet"}, "given twice", "once"},
        {{"--plot", ""}, "where pictures go", "--plot none"},
        {{"--plot-size", "huge"}, "no size for pictures", "--plot-size big"},
        {{"a.nnr", "b.nnr"}, "\"b.nnr\" is a second script", "source"},
        {{"b.nnr", "-c", "help"}, "stands behind the script \"b.nnr\"", "before it"},
        {{"--let"}, "\"--let\" lacks its value", "--let NAME=VALUE"},
        {{"--check", "-i", "b.nnr"}, "do not go together", "one of them"},
        {{"--audit", "m.json", "--safe"}, "with --audit nothing is run", "alone"},
        {{"--let", "k=1", "--audit", "m.json"}, "with --audit nothing is run", "alone"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct options o;
        struct err e = {0};
        assert_int_equal(parse(&o, cases[i].words, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        check_has(e.what, cases[i].what);
        check_has(e.hint, cases[i].hint);
    }
}

static void help_names_every_option(void **state)
{
    (void)state;
    static const char *const names[] = {"-c TEXT",      "-i",       "--check",   "--safe",
                                        "--plot WHERE", "--seed N", "--json",    "--quiet",
                                        "--threads N",  "--jobs N", "--version", "--let NAME=VALUE",
                                        "--help",       "130",      "file.nnr",  "--manual"};
    struct str s = {0};
    options_help(&s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_has(s.text, names[i]);
    const char *line = s.text;
    for (const char *end; (end = strchr(line, '\n')); line = end + 1)
        assert_true(end - line <= 80);
    str_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_taken),
        cmocka_unit_test(what_is_wrong_is_named_with_a_hint),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
