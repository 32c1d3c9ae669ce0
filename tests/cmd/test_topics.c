/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every word of every table has a topic: rows, the names of the tables, keys, clauses, quantities,
 * settings; and so has every word that an error refers to. */
#include "check.h"
#include "host.h"
#include "wrong.h"

#include "cmd/session/host.h"
#include "cmd/session/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct walk {
    struct fake f;
    size_t topics, failed;
};

/* help WORD must say `part`. */
static void check_topic(struct walk *w, const char *word, const char *part)
{
    char text[120];
    snprintf(text, sizeof text, "help \"%s\"\n", word);
    const bool fine = fake_run(&w->f, text) == OUTCOME_OK && strstr(w->f.out.text, part);
    if (!fine)
        print_error("help \"%s\" does not say: %s\n", word, part);
    w->topics++;
    w->failed += !fine;
}

/* The beginning, which no line is too short for. */
static void check_use(struct walk *w, const char *word, const char *use)
{
    char part[60];
    snprintf(part, sizeof part, "When: %.40s", use ? use : "");
    if (use)
        check_topic(w, word, part);
}

static void check_args(struct walk *w, const struct entry *row)
{
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        check_topic(w, spec->name, spec->line);
        check_topic(w, spec->name, row->name);
        check_use(w, spec->name, spec->use);
        if (spec->alias)
            check_topic(w, spec->alias, spec->line);
        for (size_t k = 0; spec->of && k < spec->of->rows; k++)
            check_topic(w, spec->of->row[k]->name, spec->of->row[k]->summary);
        if (spec->of)
            check_topic(w, spec->of->noun, spec->of->row[0]->summary);
    }
}

static void every_word_of_the_tables_is_explained(void **state)
{
    (void)state;
    struct walk w = {.topics = 0};
    fake_start(&w.f);
    for (size_t i = 0; i < catalogs; i++) {
        const struct table *t = catalog[i].table;
        char title[40];
        snprintf(title, sizeof title, "%s", catalog[i].title);
        *title = (char)tolower((unsigned char)*title);
        for (size_t k = 0; k < t->rows; k++) {
            check_topic(&w, t->noun, t->row[k]->summary);
            check_topic(&w, title, t->row[k]->summary);
            check_topic(&w, t->row[k]->name, t->row[k]->summary);
            check_use(&w, t->row[k]->name, t->row[k]->use);
            if (t->row[k]->alias)
                check_topic(&w, t->row[k]->alias, t->row[k]->summary);
            /* Where every row of a table takes an argument, the table stands for them. */
            for (size_t a = 0; a < t->row[k]->arg_count; a++)
                check_topic(&w, t->row[k]->args[a].name, t->row[k]->args[a].line);
            check_args(&w, &(struct entry){.name = "",
                                           .args = t->row[k]->args,
                                           .arg_count = t->row[k]->arg_count});
        }
    }
    assert_true(w.topics > 1000);
    assert_int_equal(w.failed, 0);
    fake_finish(&w.f);
}

/* "...; help WORD lists them" */
static void what_errors_point_to_is_there(void **state)
{
    (void)state;
    struct walk w = {.topics = 0};
    fake_start(&w.f);
    for (size_t i = 0; i < sizeof wrong_lines / sizeof *wrong_lines; i++)
        for (const char *at = wrong_lines[i].says; (at = strstr(at, "help ")); at += 5) {
            char word[40];
            /* "help takes a word", "or help alone", "help lists the verbs" */
            if (sscanf(at, "help %39[a-z_.]", word) == 1 && !strstr(" takes alone lists ", word))
                check_topic(&w, word, "");
        }
    assert_true(w.topics > 0);
    assert_int_equal(w.failed, 0);
    fake_finish(&w.f);
}

/* "write WORD ...", "for example WORD ...", "did you mean WORD?": of each word that a line of ours
 * begins with there is help. */
static void what_errors_suggest_is_explained(void **state)
{
    (void)state;
    static const char *const leads[] = {"; write ", "for example ", "did you mean ", "; choose "};
    static const char *const plain[] = {"it",   "its", "sizes",   "them", "a",     "an",
                                        "the",  "one", "another", "for",  "write", "from",
                                        "each", "as",  "only",    "every"};
    struct walk w = {.topics = 0};
    fake_start(&w.f);
    fake_ok(&w.f, WRONG_SETUP);
    for (size_t i = 0; i < sizeof wrong_lines / sizeof *wrong_lines; i++)
        for (size_t l = 0; l < sizeof leads / sizeof *leads; l++) {
            const char *at = strstr(wrong_lines[i].says, leads[l]);
            char word[40] = "";
            bool known = !at || sscanf(at + strlen(leads[l]), "%39[a-z_0-9.]", word) != 1;
            for (size_t p = 0; p < sizeof plain / sizeof *plain && !known; p++)
                known = strcmp(word, plain[p]) == 0;
            if (!known)
                check_topic(&w, word, "");
        }
    assert_true(w.topics > 50);
    assert_int_equal(w.failed, 0);
    fake_finish(&w.f);
}

static void keys_name_who_takes_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"kernel_regularizer", "taken by dense, "},
        {"kernel_regularizer", "\nchanged later by set NAME.kernel = VALUE\n"},
        {"lr", "taken by each optimizer\nchanged later by set optimizer.lr = VALUE\n"},
        {"optimizer.lr", "taken by each optimizer\n"},
        {"split", "taken by each dataset\n"},
        {"data.batch", "changed later by set data.batch = VALUE\n"},
        {"momentum", "taken by optimizer sgd"},
        {"every", "taken by watch\n"},
        {"val", "split=0.2 keeps a fifth"},
        {"val.data", "print val.loss.data\n"},
        {"hidden", "hidden is a layer of the model main, made by dense: show hidden\n"},
        {"k", "k is a variable: print k\n"},
        {"main", "main is a model: model main, then summary\n"},
    };
    struct walk w = {.topics = 0};
    fake_start(&w.f);
    fake_ok(&w.f, "input 2\ndense 3 as hidden\nlet k = 1\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_topic(&w, cases[i][0], cases[i][1]);
    assert_int_equal(w.failed, 0);
    fake_says(&w.f, "help kernl\n", OUTCOME_ERROR,
              "t:1:6: there is no help on \"kernl\"; did you mean kernel?");
    fake_says(&w.f, "help every\n", OUTCOME_ERROR,
              "t:1:6: nothing stands behind \"every\"; write help \"every\"");
    fake_says(&w.f, "help attention\n", OUTCOME_ERROR,
              "t:1:6: attention is not in this version; help lists what is");
    fake_finish(&w.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_of_the_tables_is_explained),
        cmocka_unit_test(what_errors_point_to_is_there),
        cmocka_unit_test(what_errors_suggest_is_explained),
        cmocka_unit_test(keys_name_who_takes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
