/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the line being typed looks like, and what is said of it. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/mem.h"
#include "base/str.h"
#include "cmd/session/ways.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/hint.h"
#include "cmd/shell/typed.h"

#include <stdio.h>
#include <string.h>

/* One letter for each class: . v k n 1 s # ! */
static void see(struct fake *f, const char *text, size_t point, char *seen)
{
    static const char letter[] = ".vkn1s#!";
    const struct typed t = {text, strlen(text), point};
    unsigned char class[400];
    assert_true(t.size < sizeof class);
    typed_classes(f->session, &t, class);
    for (size_t i = 0; i < t.size; i++)
        seen[i] = letter[class[i]];
    seen[t.size] = 0;
}

static void check_seen(struct fake *f, const char *text, const char *want)
{
    char seen[400];
    see(f, text, strlen(text), seen);
    if (strcmp(seen, want) != 0)
        fail_msg("\n%s\n%s instead of\n%s", text, seen, want);
}

static const char model[] = "data moons 40 split=0.2\ninput 2\ndense 4 tanh as hidden\n"
                            "dense 1 sigmoid\nlet weak = l1(1e-3)\nmark start\n";

static void each_byte_is_what_the_lexer_sees(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, model);
    static const struct {
        const char *text, *seen;
    } cases[] = {
        {"dense 4 tanh as x # y", "vvvvv.1.nnnn.kk...###"},
        {"say \"a b\" 1.5e-3", "vvv.sssss.111111"},
        {"say \"not ended", "vvv.ssssssssss"},
        {"set hidden.kernel = l1(1e-3)", "vvv.nnnnnnnnnnnnn...nn.1111."},
        {"train 2 keep=best", "vvvvv.1.kkkk.nnnn"},
        {"train 2 kept=best", "vvvvv.1.!!!!.nnnn"},
        {"dense 4 rellu ", "vvvvv.1.!!!!!."},
        {"trian 2", "!!!!!.1"},
        {"hidden", "vvvvvv"},
        {"print hidden.output weak step", "vvvvv.nnnnnnnnnnnnn.nnnn.nnnn"},
        {"train 2)", "vvvvv.1!"},
        {"repeat 2 { train 1 }}", "vvvvvv.1...vvvvv.1..!"},
        {"train 1; say 2", "vvvvv.1..vvv.1"},
        {"say 1 and not 2", "vvv.1.kkk.kkk.1"},
        {"say Loud", "vvv.!!!!"},
        {"?dense", "vnnnnn"},
        {"train ?", "vvvvv.v"},
        {"dense 3 as new; new", "vvvvv.1.kk........."},
        {"let tiny = 2", "vvv.nnnn...1"},
        {"data moons 4 noise=0.1 nose=1", "vvvv.nnnnn.1.kkkkk.111.!!!!.1"},
        {"goto start", "vvvv.nnnnn"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_seen(&f, cases[i].text, cases[i].seen);
    fake_finish(&f);
}

static void what_is_typed_still_is_not_wrong(void **state)
{
    (void)state;
    struct fake f;
    char seen[100];
    fake_start(&f);
    fake_ok(&f, model);
    /* At its end the cursor; elsewhere the word is as it is meant. */
    see(&f, "trai", 4, seen);
    assert_string_equal(seen, "....");
    see(&f, "trai", 0, seen);
    assert_string_equal(seen, "!!!!");
    see(&f, "hidd", 4, seen);
    assert_string_equal(seen, "....");
    see(&f, "dense 4 rel", 11, seen);
    assert_string_equal(seen, "vvvvv.1....");
    see(&f, "dense 4 rellu", 13, seen);
    assert_string_equal(seen, "vvvvv.1.!!!!!");
    fake_finish(&f);
}

/* Whatever is typed, in any state of it, comes to an end with a class for each byte. */
static void any_text_has_classes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"",
        "\\",
        "say \"\\",
        "a.b.",
        "1e",
        "((((",
        "))))",
        "}}{{",
        "set = = =",
        "x==y",
        "?",
        "\xff\xfe",
        "dense \xc3\xa9 4",
        "repeat 2 {\ntrain 1\n",
        "say 1 \\\n 2",
        "$k @ ~ !",
        "l1(",
        "=",
        "sweep hidden.kernel = l2(?) over 0 1 { train 1 }",
        "for k in 1 2 { print k ",
    };
    struct fake f;
    char seen[400], part[400];
    fake_start(&f);
    fake_ok(&f, model);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            snprintf(part, sizeof part, "%.*s", (int)n, texts[i]);
            for (size_t point = 0; point <= n; point++) {
                struct str hint = {0}, rest = {0};
                const struct typed t = {part, n, point};
                see(&f, part, point, seen);
                assert_int_equal(strlen(seen), n);
                typed_hint(f.session, &t, &hint);
                typed_rest(f.session, &t, &rest);
                assert_null(hint.size ? strchr(hint.text, '\n') : NULL);
                str_finish(&hint);
                str_finish(&rest);
            }
        }
    fake_finish(&f);
}

static void check_hint(struct fake *f, const char *text, const char *begins, const char *ends)
{
    struct str hint = {0};
    typed_hint(f->session, &(struct typed){text, strlen(text), strlen(text)}, &hint);
    str_add(&hint, "");
    const size_t n = strlen(ends);
    if (strncmp(hint.text, begins, strlen(begins)) != 0 || hint.size < n ||
        strcmp(hint.text + hint.size - n, ends) != 0)
        fail_msg("%s: %s", text, hint.text);
    str_finish(&hint);
}

static void the_hint_tells_what_is_due(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, model);
    static const char dense[] = "dense UNITS [ACTIVATION] [key=...] [on NAME ...] [as NAME]";
    check_hint(&f, "dense ", "units: ", dense);
    check_hint(&f, "dense 4", "units: ", dense);
    check_hint(&f, "dense 4 ", "activation: ", dense);
    check_hint(&f, "dense 4 tanh kernel=", "kernel=: ", dense);
    check_hint(&f, "dense 4 kernel=l1(", "strength: ", "l1(STRENGTH, reduce=..., prox=...)");
    check_hint(&f, "dense 4 kernel=l1(1e-", "strength: ", "l1(STRENGTH, reduce=..., prox=...)");
    check_hint(&f, "dense 4 kernel=l1(1, reduce=", "reduce=: ", ")");
    check_hint(&f, "say 1; dense ", "units: ", dense);
    check_hint(&f, "optimizer adam lr=", "lr=: ", "");
    check_hint(&f, "nothing 3 ", "", "");
    check_hint(&f, "say \"dense ", "", "");
    fake_finish(&f);
}

static void check_rest(struct fake *f, const char *text, const char *want)
{
    struct str rest = {0};
    typed_rest(f->session, &(struct typed){text, strlen(text), strlen(text)}, &rest);
    str_add(&rest, "");
    assert_string_equal(rest.text, want);
    str_finish(&rest);
}

static void the_rest_is_what_completion_has_first(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, model);
    check_rest(&f, "evalu", "ate");
    check_rest(&f, "dense 4 kernel_dec", "ay=");
    check_rest(&f, "set hidden.kern", "el");
    check_rest(&f, "", "");
    check_rest(&f, "s", ""); /* it begins many */
    check_rest(&f, "xyz", "");
    check_rest(&f, "say \"eval", "");
    fake_finish(&f);
}

static void check_offered(struct fake *f, const char *begun, const char *whole)
{
    size_t start;
    char suffix;
    bool found = false;
    char **list = session_complete(f->session, begun, strlen(begun), &start, &suffix);
    for (size_t i = 0; list && list[i]; i++) {
        found = found || strcmp(list[i], whole) == 0;
        mem_free(list[i]);
    }
    mem_free(list);
    if (!found)
        fail_msg("%s is not offered for %s", whole, begun);
}

/* At the prompt of a lesson, and of an exercise in it. */
static bool look_while_asked(void *self, const char *shown, const char *prompt, struct str *typed)
{
    struct fake *f = self;
    (void)shown;
    check_seen(f, "next", "vvvv");
    check_seen(f, "bac", "...");
    check_seen(f, "leave; list; back; again", "vvvvv..vvvv..vvvv..vvvvv");
    check_seen(f, "solve; hint; skip", "vvvvv..vvvv..vvvv");
    check_offered(f, "ne", "next");
    check_offered(f, "ba", "back");
    check_offered(f, "li", "list");
    check_offered(f, "lea", "leave");
    check_offered(f, "ag", "again");
    check_offered(f, "so", "solve");
    check_hint(f, "next", "next  |  goes on to the next section", "");
    check_hint(f, "leave", "leave  |  ends the lesson", "");
    check_hint(f, "solve", "solve  |  in an exercise: ", "");
    check_hint(f, "list ", "list  |  ", "");
    check_rest(f, "lea", "ve");
    f->answers = f->answers && *f->answers == '1' ? "2" : "1";
    str_add(typed, prompt ? "\n" : "skip\n");
    return true;
}

static void words_of_a_lesson_are_verbs_while_it_is_played(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.watched = true;
    f.host.type = look_while_asked;
    folder_text("own.nnr",
                "section \"One\"\nlet k = 1\nexercise \"Larger.\" until k > 1 { let k = 2 }\n");
    fake_ok(&f, "lesson \"own.nnr\"\n");
    assert_string_equal(f.answers, "2"); /* it was asked twice */
    check_seen(&f, "next ", "!!!!.");
    check_seen(&f, "leave ", "!!!!!.");
    check_hint(&f, "next", "", "");
    fake_finish(&f);
}

static void settings_of_the_prompt_are_the_persons(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    const struct ways *ways = session_ways(f.session);
    fake_ok(&f, model);
    const uint64_t before = session_digest(f.session);
    fake_prints(&f, "print prompt.hints prompt.color prompt.timer",
                "prompt.hints = 1, prompt.color = 1, prompt.timer = 0\n");
    fake_ok(&f, "set prompt.hints = no\nset prompt.colour = no\nset prompt.timer = yes\n");
    assert_true(ways->no_hints && ways->no_colour && ways->timer);
    assert_true(session_digest(f.session) == before);
    /* The variable is what undo takes back. */
    fake_ok(&f, "undo");
    assert_true(ways->no_hints && ways->timer);
    fake_prints(&f, "let", "");
    fake_ok(&f, "set prompt.hints = yes");
    assert_false(ways->no_hints);
    fake_says(&f, "set prompt.hint = no", OUTCOME_ERROR,
              "t:1:5: prompt has no setting \"hint\"; did you mean prompt.hints?");
    fake_says(&f, "set prompt.hints = 3 every 2", OUTCOME_ERROR,
              "t:1:5: prompt.hints cannot follow a rule: it says how the prompt behaves; "
              "penalties, rates of noise and numbers of the optimizer can; set others between "
              "steps");
    assert_false(ways->no_hints);
    fake_finish(&f);
}

static void the_last_number_that_print_printed(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "print _", OUTCOME_ERROR,
              "t:1:7: nothing was printed yet that _ could be; _ is the last number that print has "
              "printed: print loss, then _");
    fake_prints(&f, "print 6*7\nprint _ / 2\nlet k = _\nprint k+1 \"and\" k+2\nprint _",
                "42\n21\n22 and 23\n23\n");
    /* What is no number, what prints otherwise, and what fails leave it as it is. */
    fake_ok(&f, model);
    fake_ok(&f, "print hidden.kernel\nprint \"text\"\nsay 5");
    fake_says(&f, "print 7 nothing", OUTCOME_ERROR,
              "t:1:9: no quantity or variable \"nothing\"; help expressions lists what there is");
    fake_ok(&f, "undo\nexpect _ == 23");
    /* In each run of a sweep it starts as it is before, and the runs leave it so. */
    fake_ok(&f, "sweep a = ? over 1 2 { expect _ == 23\nprint a*100 }\nexpect _ == 23");
    fake_ok(&f, "sweep b = ? over 1 2 jobs=2 { expect _ == 23\nprint b*100 }\nexpect _ == 23");
    fake_says(&f, "let _ = 3", OUTCOME_ERROR,
              "t:1:5: _ is a word of the language; choose another, __1");
    fake_finish(&f);
}

static void help_is_found_by_what_it_says(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "help search");
    check_has(f.out.text, "apropos WORD");
    fake_ok(&f, "help search \"Noise\"");
    fake_says(
        &f, "apropos zyxwv", OUTCOME_ERROR,
        "t:1:9: no text of help has \"zyxwv\" in it; try a shorter word; help lists what there "
        "is");
    fake_ok(&f, "apropos noise");
    char *first = mem_text(f.out.text, strlen(f.out.text));
    fake_prints(&f, "help search \"NOISE\"", first);
    assert_non_null(strstr(first, "  gaussian_noise (layer)  "));
    assert_non_null(strstr(first, "  noise=  "));
    /* A key of several rows is told once. */
    const char *key = strstr(first, "  noise=  ");
    char line[200];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(key, "\n"), key);
    assert_int_equal(count_of(first, line), 1);
    mem_free(first);
    fake_says(&f, "help l1 l2", OUTCOME_ERROR,
              "t:1:9: help takes one word; apropos finds what has a word in its text");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_is_what_the_lexer_sees),
        cmocka_unit_test(what_is_typed_still_is_not_wrong),
        cmocka_unit_test(any_text_has_classes),
        cmocka_unit_test(the_hint_tells_what_is_due),
        cmocka_unit_test(the_rest_is_what_completion_has_first),
        cmocka_unit_test(the_last_number_that_print_printed),
        cmocka_unit_test(help_is_found_by_what_it_says),
        cmocka_unit_test(words_of_a_lesson_are_verbs_while_it_is_played),
        cmocka_unit_test(settings_of_the_prompt_are_the_persons),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
