/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --check tells all that is wrong with a script, and nothing that is only wrong for want of what
 * could not be made. */
#include "check.h"
#include "folder.h"
#include "host.h"
#include "is_json.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 8 };

/* The errors, each as the start of its line. */
struct trial {
    const char *text, *wrong[MOST];
};

static void check_errors(const struct trial *t, const char *said)
{
    size_t n = 0;
    for (const char *line = said; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, "t:", 2) == 0) {
            if (n == MOST || !t->wrong[n] ||
                strncmp(line + 2, t->wrong[n], strlen(t->wrong[n])) != 0)
                fail_msg("%s\nsaid:\n%s\nand not, as number %zu: %s", t->text, said, n,
                         n < MOST && t->wrong[n] ? t->wrong[n] : "nothing");
            n++;
        }
    if (n < MOST && t->wrong[n])
        fail_msg("%s\nsaid:\n%s\nand never: %s", t->text, said, t->wrong[n]);
}

static void try_all(const struct trial *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct fake f;
        fake_start_as(&f, "check");
        const enum outcome how = fake_run(&f, t[i].text);
        check_errors(&t[i], f.err.text);
        assert_int_equal(how, t[i].wrong[0] ? OUTCOME_ERROR : OUTCOME_OK);
        assert_string_equal(f.out.text, "");
        fake_finish(&f);
    }
}

#define DATA "data moons 40\n"

static void all_that_is_wrong_is_told(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        {DATA "input 2\ndense 1 sigmoid\ntrain 5\n", {NULL}},
        {"", {NULL}},
        {"prnt 1\nprint foo\nprint 1\nlet k = bar\n",
         {"1:1: no verb", "2:7: no quantity", "4:9: no quantity"}},
        {DATA "input 2\ndense 8 rleu as h\ndense 4 relu activity=l9(1)\noptimizer adm\n",
         {"3:9: no activation", "4:23: no penalty", "5:11: no optimizer"}},
        /* In braces, in each of their statements, and once for all turns. */
        {"for k in 1 2 3 { print j; prnt 3 }\nrepeat 5 { print m }\n",
         {"1:24: ", "1:27: no verb", "2:18: "}},
        {"repeat 2 { repeat 2 { print a }; print b }\n", {"1:29: ", "1:40: "}},
        /* What cannot be read is one statement, whatever it goes over. */
        {"say \"open\nprint foo\nprint (\nprint bar\n",
         {"1:5: this string", "2:7: ", "3:8: ", "4:7: "}},
        {"repeat 2 { print (\n print foo }\nprint bar\n", {"1:19: ", "3:7: "}},
        {"print ( # {\nprint foo\n", {"1:8: ", "2:7: "}},
        {"print 1 + \\\n )\nprint foo\n", {"2:2: ", "3:7: "}},
        {"print } ; print foo\n", {"1:1: ", "1:7: ", "1:17: "}},
        {"print foo; print (; print bar\n", {"1:7: ", "1:19: ", "1:27: "}},
        {"repeat 2 { print 1\nprint foo\n", {"1:10: "}},
    };
    try_all(trials, sizeof trials / sizeof *trials);
}

static void what_follows_from_an_error_is_no_error(void **state)
{
    (void)state;
    static const struct trial trials[] = {
        /* Names. */
        {"let k = bar\nprint k\nlet q = k + 1\nprint q\nprint r\n", {"1:9: ", "5:7: "}},
        {"let k = (\nprint k\n", {"1:10: "}},
        {"input 2\ndense 8 rleu as h\nprint mean(h.kernel)\nset h.activity = l1(1)\n"
         "add on h, h as g\nset g.activity = l1(1)\nprint mean(f.kernel)\n",
         {"2:9: ", "7:12: "}},
        {"input 2\ndense 8 rleu\ndense 4\nprint mean(dense_1.kernel) mean(dense_2.kernel)\n",
         {"2:9: "}},
        {"define penalty hoyer(x) = nosuch(x)\ninput 2\ndense 3 activity=hoyer(1e-3)\n",
         {"1:27: "}},
        {"input 4\nblock t { dense 4 rleu as a }\nt on input_1 as u\nprint mean(t.a.kernel)\n",
         {"2:19: "}},
        {"for k in 1 bar { print k }\nprint k\n", {"1:12: "}},
        /* Shapes and the model as a whole. */
        {DATA "input 2\ndense 8 rleu\nreshape 4x2\nflatten\ndense 1 sigmoid\ntrain 3\n"
              "evaluate\npenalties\nexpect loss < 1\npredict 1 2\n",
         {"3:9: "}},
        {DATA "input 2\ndense 8\ndense 1 sigmod\ntrain 3\nclone other\ntrain 3\n", {"4:9: "}},
        {DATA "input 2\ndensse 8\ntrain 3\n", {"3:1: no verb"}},
        /* Another model is another matter. */
        {DATA "input 2\ndense 8 rleu\nmodel fresh\ninput 4\ndense 3\nreshape 2x2\n",
         {"3:9: ", "7:9: "}},
        /* Data. */
        {"data moos 40\ninput 2\ndense 1 sigmoid\ntrain 3\nevaluate\nprint loss\n", {"1:6: "}},
        {"data moos 40\ndata moons 40\ninput 3\ndense 1 sigmoid\ntrain 3\n", {"1:6: ", "5:"}},
        /* What is wrong in its own right is told all the same. */
        {"input 2\ndense 8 rleu\ntrain 3 max=4\ndense 3 activity=l7(1)\nprint nosuch\n"
         "source \"nothere.nnr\"\ngoto nowhere\n",
         {"2:9: ", "3:9: ", "4:18: ", "5:7: ", "6:8: ", "7:6: "}},
    };
    try_all(trials, sizeof trials / sizeof *trials);
}

static void files_that_are_read_are_looked_at_as_well(void **state)
{
    (void)state;
    struct fake f;
    folder_text("in.nnr", "print a\nprint (\nlet k = 3\nprint b\n");
    fake_start_as(&f, "check");
    assert_int_equal(fake_run(&f, "source \"in.nnr\"\nprint k\nprint c\n"), OUTCOME_ERROR);
    assert_int_equal(count_of(f.err.text, "read by t:1:8"), 3);
    check_has(f.err.text, "in.nnr:1:7: ");
    check_has(f.err.text, "in.nnr:2:8: ");
    check_has(f.err.text, "in.nnr:4:7: ");
    check_has(f.err.text, "t:3:7: ");
    assert_null(strstr(f.err.text, "t:2:"));
    fake_finish(&f);
}

static void with_json_each_is_an_object(void **state)
{
    (void)state;
    struct fake f;
    int lines;
    fake_start_as(&f, "check");
    f.host.json = true;
    assert_int_equal(fake_run(&f, "print a\nprint (\nprnt 3\n"), OUTCOME_ERROR);
    assert_true(is_json_lines(f.out.text, &lines));
    assert_int_equal(lines, 3);
    check_has(f.out.text, "{\"verb\": \"print\", \"error\": ");
    check_has(f.out.text, "{\"verb\": null, \"error\": ");
    check_has(f.out.text, "{\"verb\": \"prnt\", \"error\": ");
    fake_finish(&f);
}

/* Each allocation fails once: an error, never a wrong verdict. */
static void without_memory_it_says_so(void **state)
{
    (void)state;
    const char *text = "prnt 1\nlet k = bar\nprint k\ninput 2\ndense 8 rleu\nprint (\ndense 3\n";
    for (long n = 1;; n++) {
        struct fake f;
        fake_start_as(&f, "check");
        mem_fail_at(n);
        const enum outcome how = fake_run(&f, text);
        const bool reached = mem_failed();
        mem_fail_at(0);
        assert_int_equal(how, OUTCOME_ERROR);
        fake_finish(&f);
        if (!reached)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_wrong_is_told),
        cmocka_unit_test(what_follows_from_an_error_is_no_error),
        cmocka_unit_test(files_that_are_read_are_looked_at_as_well),
        cmocka_unit_test(with_json_each_is_an_object),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
