/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/mem.h"
#include "repl/options.h"

#include <stdio.h>
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
        {{"--time-limit", "3", "b"}, "--time-limit is for --grade", "--grade ANSWERS"},
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
        {{"--audit", "m.json", "--safe"}, "--audit and --safe do not go", "--as, --json"},
        {{"--let", "k=1", "--audit", "m.json"}, "--audit and --let", "--as, --json"},
        {{"--seed", "3", "--audit", "m.json"}, "--audit and --seed", "--as, --json"},
        {{"--as", "keras-3"}, "--as is for --audit", "nnr --audit MODEL --as SYSTEM"},
        {{"--prefix", "/usr"}, "--prefix is for --install-kernel", "--prefix FOLDER"},
        {{"--version", "a.nnr"}, "--version and a script", "alone"},
        {{"--persist", "--plot", "none"}, "--persist and --plot none", "windows"},
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

/* Every two options: what is taken does something, as the tables of the pages say. */
static void options_that_do_nothing_together_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[3], *fits; /* with it go */
    } purposes[] = {
        {{"--audit", "m.json"}, " --as --json --help "},
        {{"--serve"},
         " --let --plot --plot-size --report --safe --seed --threads --jobs --part --quiet "
         "--help "},
        {{"--install-kernel"}, " --prefix --help "},
        {{"--manual"}, " --help "},
        {{"--catalogue"}, " --help "},
        {{"--write", "man"}, " --help "},
        {{"--version"}, " --help "},
        {{"--check"},
         " -c --let --plot --plot-size --persist --safe --seed --threads --jobs --part --json "
         "--quiet --help "},
        {{"--grade", "a.nnr", "b.nnr"},
         " --let --report --safe --time-limit --seed --threads --jobs --part --json --help "},
    };
    for (size_t p = 0; p < sizeof purposes / sizeof *purposes; p++)
        for (size_t i = 0; i < options_count(); i++) {
            const struct option_help row = options_row(i);
            const char *value = strcmp(row.name, "--seed") == 0         ? "7"
                                : strcmp(row.name, "--threads") == 0    ? "2"
                                : strcmp(row.name, "--jobs") == 0       ? "2"
                                : strcmp(row.name, "--part") == 0       ? "1/2"
                                : strcmp(row.name, "--plot") == 0       ? "qt"
                                : strcmp(row.name, "--plot-size") == 0  ? "big"
                                : strcmp(row.name, "--time-limit") == 0 ? "3s"
                                                                        : "k=1";
            const char *words[WORDS + 1] = {row.name};
            size_t n = 1;
            if (row.value)
                words[n++] = value;
            if (strcmp(row.name, purposes[p].words[0]) == 0)
                continue;
            for (size_t k = 0; k < 3 && purposes[p].words[k]; k++)
                words[n++] = purposes[p].words[k];
            char padded[40];
            snprintf(padded, sizeof padded, " %s ", row.name);
            const bool fits = strstr(purposes[p].fits, padded) ||
                              (strcmp(row.name, "-c") == 0 && strstr(words[n - 1], ".nnr"));
            struct options o;
            struct err e = {0};
            if ((parse(&o, words, &e) == 0) != fits)
                fail_msg("%s with %s: %s", row.name, purposes[p].words[0], e.what);
            if (!fits)
                check_has(e.what, "do not go together");
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
        cmocka_unit_test(options_that_do_nothing_together_are_refused),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
