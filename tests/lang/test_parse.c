/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/source.h"
#include "lang/parse.h"

#include "rules.h"
#include "scripts.h"

#include <stdlib.h>
#include <string.h>

static bool same_node(const struct node *a, const struct node *b);

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_child(const struct node *a, const struct node *b)
{
    return (!a && !b) || (a && b && same_node(a, b));
}

static bool same_node(const struct node *a, const struct node *b)
{
    bool texts = a->kind == NODE_BOOL || a->kind == NODE_SHAPE || same_text(a->text, b->text);
    if (a->kind != b->kind || a->op != b->op || !texts || a->number != b->number ||
        !shape_same(&a->shape, &b->shape) || a->args != b->args || a->height != b->height)
        return false;
    for (int i = 0; i < 3; i++)
        if (!same_child(a->child[i], b->child[i]))
            return false;
    for (size_t i = 0; i < a->args; i++)
        if (!same_text(a->arg[i].name, b->arg[i].name) ||
            !same_node(a->arg[i].value, b->arg[i].value))
            return false;
    return true;
}

static bool same_values(struct node *const *a, size_t n, struct node *const *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_node(a[i], b[i]))
            return false;
    return true;
}

static bool same_bars(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    return n == m && (!n || memcmp(a, b, n * sizeof *a) == 0);
}

static bool same_script(const struct script *a, const struct script *b);

static bool same_rows(const struct rows *a, const struct rows *b)
{
    size_t cells = a->count * (a->inputs + a->targets);
    return a->count == b->count && a->inputs == b->inputs && a->targets == b->targets &&
           a->borders == b->borders && a->tborders == b->tborders &&
           memcmp(a->input_border, b->input_border, sizeof a->input_border) == 0 &&
           memcmp(a->target_border, b->target_border, sizeof a->target_border) == 0 &&
           (!cells || memcmp(a->cell, b->cell, cells * sizeof(double)) == 0);
}

static bool same_tail(const struct statement *a, const struct statement *b)
{
    if (a->pairs != b->pairs || a->clauses != b->clauses || !a->body != !b->body ||
        !a->rows != !b->rows)
        return false;
    for (size_t i = 0; i < a->pairs; i++)
        if (!same_node(a->pair[i].target, b->pair[i].target) ||
            !same_values(a->pair[i].value, a->pair[i].values, b->pair[i].value, b->pair[i].values))
            return false;
    for (size_t i = 0; i < a->clauses; i++) {
        const struct clause *c = &a->clause[i], *d = &b->clause[i];
        if (!same_text(c->word, d->word) ||
            !same_values(c->value, c->values, d->value, d->values) ||
            !same_bars(c->bar_at, c->bars, d->bar_at, d->bars))
            return false;
    }
    return (!a->rows || same_rows(a->rows, b->rows)) && (!a->body || same_script(a->body, b->body));
}

static bool same_script(const struct script *a, const struct script *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct statement *s = &a->statement[i], *t = &b->statement[i];
        if (!same_text(s->verb, t->verb) ||
            !same_values(s->value, s->values, t->value, t->values) ||
            !same_bars(s->bar_at, s->bars, t->bar_at, t->bars) || !same_tail(s, t))
            return false;
    }
    return true;
}

static void print_script(struct str *to, const struct script *s)
{
    for (size_t i = 0; i < s->count; i++) {
        statement_print(to, &s->statement[i], NULL);
        str_add(to, "\n");
    }
}

static void show(const char *what, const char *text, size_t size, const struct err *e)
{
    struct sources all = {0};
    struct str s = {0};
    sources_add(&all, what, text, size, 1, (struct span){0});
    sources_explain(&all, e, &s);
    print_error("%s", s.text);
    str_finish(&s);
    sources_finish(&all);
}

/* The text parses, and prints as text that parses to the same tree. */
static void parses(const char *name, const char *text)
{
    struct arena arena = {0};
    struct script script, again;
    struct err e;
    struct str printed = {0};
    if (parse_script(&arena, text, strlen(text), 1, &rules, &script, &e) != PARSE_OK) {
        show(name, text, strlen(text), &e);
        fail();
    }
    print_script(&printed, &script);
    if (parse_script(&arena, printed.text, printed.size, 1, &rules, &again, &e) != PARSE_OK) {
        show(name, printed.text, printed.size, &e);
        fail();
    }
    if (!same_script(&script, &again)) {
        print_error("%s: the tree changed when printed as\n%s", name, printed.text);
        fail();
    }
    str_finish(&printed);
    arena_finish(&arena);
}

static void whole_scripts_parse_and_print_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        parses(scripts[i].name, scripts[i].text);
}

/* What stands left prints as what stands right: one tree, however it is written. */
static const char *const same[][2] = {
    {"print 3 -1", "print 3 -1"},
    {"print 3 - 1", "print 3 - 1"},
    {"print 3-1", "print 3 - 1"},
    {"print (3 -1)", "print 3 - 1"},
    {"kernel l1(0.1)+l2(0.1)", "kernel l1(0.1) + l2(0.1)"},
    {"f x over 0 -1", "f x over 0 -1"},
    {"f lr = 1e-3", "f lr=1e-3"},
    {"print mean (x)", "print mean x"},
    {"dense 8 (k+1)", "dense 8 k + 1"},
    {"output ya,yb", "output ya yb"},
    {"f on a b", "f on a, b"},
    {"print .5", "print .5"},
    {"print -x^2", "print -x^2"},
    {"print (-x)^2", "print (-x)^2"},
    {"print 2^-3^2", "print 2^-3^2"},
    {"print (2^3)^2", "print (2^3)^2"},
    {"print a-(b-c)", "print a - (b - c)"},
    {"print (a-b)-c", "print a - b - c"},
    {"print a/(b*c)", "print a/(b*c)"},
    {"print -(a*b)", "print -(a*b)"},
    {"print --a", "print --a"},
    {"print a*-b", "print a*-b"},
    {"print not (a or b) and c", "print not (a or b) and c"},
    {"print a or b and not c < d", "print a or b and not c < d"},
    {"print (a < b) == c", "print (a < b) == c"},
    {"print (not a) == c", "print (not a) == c"},
    {"print a ~ b within 1e-6", "print a ~ b within 1e-6"},
    {"print (a~b)~c within(d<e)", "print (a ~ b) ~ c within (d < e)"},
    {"f on=batch max=3 yes=1", "f on=batch max=3 yes=1"},
    {"f max(3) max 200", "f max(3) max 200"},
    {"f max (3)", "f max 3"},
    {"data rows { } batch=2", "data rows batch=2 { }"},
    {"data rows { 1,2 3->-4 ; ; +1 2 3 -> 5e1 }", "data rows { 1 2 3 -> -4 ; 1 2 3 -> 50 }"},
    {"data rows {0|1 2->3|4}", "data rows { 0 | 1 2 -> 3 | 4 }"},
    {"predict 0.1 -0.2 | 3", "predict 0.1 -0.2 | 3"},
    {"block t { dense 8\n\n; dense 1 } ; t", "block t { dense 8; dense 1 }\nt"},
    {"f \"a\\\"b\\\\c\\n\\td\"", "f \"a\\\"b\\\\c\\n\\td\""},
    {"f yes true no false", "f yes yes no no"},
    {"sweep a.b=l1(?) over 0 1 {}", "sweep a.b = l1(?) over 0 1 { }"},
    {"define penalty kl(x, p=0.05, reduce=sum) = sum(x)",
     "define penalty kl(x, p=0.05, reduce=sum) = sum(x)"},
    {"f 1 \\ \r\n  2 # three\r\n", "f 1 2"},
    {"\xEF\xBB\xBF"
     "f 1",
     "f 1"},
    {"f 10x100 # caf\xe9 \x01", "f 10x100"},
    {"f a=b, c d=e", "f a=b, c d=e"},
};

static void one_tree_has_one_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct arena arena = {0};
        struct script script;
        struct err e;
        struct str s = {0};
        parses("a line", same[i][0]);
        assert_int_equal(
            parse_script(&arena, same[i][0], strlen(same[i][0]), 1, &rules, &script, &e), PARSE_OK);
        print_script(&s, &script);
        s.text[s.size - 1] = 0;
        assert_string_equal(s.text, same[i][1]);
        str_finish(&s);
        arena_finish(&arena);
    }
}

static const struct wrong {
    const char *text;
    uint32_t line, column;
    const char *what, *hint;
} wrong[] = {
    {"Dense 10", 1, 1, "words are lower case", "write dense"},
    {"dense 10 RELU", 1, 10, "words are lower case", "write relu"},
    {"Dense(64, activation='relu')", 1, 1, "words are lower case", "write dense"},
    {"dense(10)", 1, 1, "a verb takes no ( )", "write dense 10"},
    {"dense(64, activation=\"relu\")", 1, 1, "a verb takes no ( )",
     "write dense 64 activation=\"relu\""},
    {"dense 10 'relu'", 1, 10, "strings take double quotes", "write \"relu\""},
    {"dense 1 as 2d", 1, 12, "\"2d\" is no number and no name",
     "names begin with a letter, and a number may not touch one"},
    {"hidden.activity = l1(1)", 1, 1, "\"hidden.activity\" is no verb",
     "write: set hidden.activity = ..."},
    {"k = 3", 1, 1, "\"k\" is no verb", "write: let k = ..."},
    {"f(x) = x^2", 1, 1, "a verb takes no ( )", "write: define penalty f(x) = ..."},
    {"mean(x)", 1, 1, "a verb takes no ( )", "to see a value: print mean(x)"},
    {"mean(x) > 3", 1, 1, "a verb takes no ( )", "to see a value: print mean(x) > 3"},
    {"max(x)", 1, 1, "a verb takes no ( )", "to see a value: print max(x)"},
    {"hidden.kernel", 1, 1, "\"hidden.kernel\" is no verb",
     "a verb is one word; to see a value: print hidden.kernel"},
    {"on a", 1, 1, "\"on\" is no verb", "on stands behind a verb and its values"},
    {"3 + 4", 1, 1, "a statement begins with a verb", "to see a value: print ..."},
    {"input 10x", 1, 7, "\"10x\" is no shape", "shapes are 10x100"},
    {"input 10x0", 1, 7, "\"10x0\" is no shape", "a size is 1 or more"},
    {"input 1x2x3x4x5x6x7", 1, 7, "\"1x2x3x4x5x6x7\" is no shape", "it has at most 6 sizes"},
    {"input 65536x65536", 1, 7, "\"65536x65536\" is no shape",
     "at most 2147483647 numbers have room in one"},
    {"print 10s", 1, 7, "\"10s\" is no number and no name",
     "names begin with a letter, and a number may not touch one"},
    {"print 5.", 1, 7, "\"5.\" is no number", "write 5 or 5.0"},
    {"print 1e999", 1, 7, "\"1e999\" is too large", "numbers reach from 1e-307 to 1e308"},
    {"print 1e-999", 1, 7, "\"1e-999\" is too small", "numbers reach from 1e-307 to 1e308"},
    {"print mean(abs(x)", 1, 18, "a , or ) is missing", "what stands in ( ) ends on its line"},
    {"print mean(abs(x)\nprint 3", 1, 18, "a , or ) is missing",
     "what stands in ( ) ends on its line"},
    {"block t {\n print mean(abs(x)", 2, 19, "a , or ) is missing",
     "what stands in ( ) ends on its line"},
    {"print (1 + 2 # three", 1, 13, "a ) is missing", "what stands in ( ) ends on its line"},
    {"print f(a,)", 1, 11, "a value is missing before \")\"", ""},
    {"say \"open", 1, 5, "this string is not closed", "a \" is missing at its end"},
    {"say \"open\nsay \"two\"", 1, 5, "this string is not closed", "a \" is missing at its end"},
    {"say \"a\\q\"", 1, 7, "this \\ means nothing", "in a string write \\\" \\\\ \\n or \\t"},
    {"data rows { 1-2 -> 3 }", 1, 14, "blanks between numbers", "a row holds numbers and no sums"},
    {"data rows { 1 - 2 -> 3 }", 1, 15, "this sign touches no number",
     "rows hold numbers and no sums"},
    {"data rows { 1 2 -> 3\n 1 -> 3 }", 2, 2, "this row has 1 inputs and 1 targets",
     "the first row has 2 and 1"},
    {"data rows { 1 | 2 3 -> 3; 1 2 | 3 -> 3 }", 1, 27, "the | of this row stand elsewhere",
     "all rows are divided like the first"},
    {"data rows { 1 x }", 1, 15, "\"x\" is no number", "rows are numbers: { 0 1 -> 1; 1 1 -> 0 }"},
    {"data rows { 1 -> }", 1, 18, "a number is missing",
     "rows are numbers: { 0 1 -> 1; 1 1 -> 0 }"},
    {"data rows { 1|2|3|4|5|6|7|8|9|0 }", 1, 30, "a row has at most 8 signs | on a side", ""},
    {"expect a + b = 1", 1, 14, "a comparison is == (or ~ within)",
     "before a single = stands a key: one word, outside ( )"},
    {"expect (a = 1)", 1, 11, "a comparison is == (or ~ within)",
     "before a single = stands a key: one word, outside ( )"},
    {"train until loss = 1", 1, 18, "a comparison is == (or ~ within)",
     "before a single = stands a key: one word, outside ( )"},
    {"f k = a = 1", 1, 9, "a comparison is == (or ~ within)",
     "before a single = stands a key: one word, outside ( )"},
    {"print a < b < c", 1, 13, "comparisons do not chain", "write a < b and b < c"},
    {"print a -", 1, 10, "a value is missing",
     "a statement ends with its line; a \\ at the end carries it on"},
    {"output a,\nb", 1, 10, "a value is missing",
     "a statement ends with its line; a \\ at the end carries it on"},
    {"optimizer sgd lr=0.1, momentum=0.9", 1, 21, "no comma stands before a key",
     "keys are separated by blanks: lr=0.1 momentum=0.9"},
    {"f on", 1, 3, "nothing stands behind \"on\"",
     "\"on\" is a word of the language: a value follows it"},
    {"f on as b", 1, 3, "nothing stands behind \"on\"",
     "\"on\" is a word of the language: a value follows it"},
    {"f a=1 relu", 1, 7, "a value stands behind a key",
     "values come first, then keys; a list has commas: key=a, b"},
    {"block t { f } g", 1, 15, "a further statement begins here",
     "behind } write a ; or a new line"},
    {"block t { f } { g }", 1, 15, "a statement has one { }",
     "a further statement needs a ; or a new line"},
    {"block t\n{ f }", 2, 1, "a statement begins with a verb",
     "the { stands on the line of its statement"},
    {"f )", 1, 3, "this ) closes nothing", ""},
    {"f }", 1, 3, "this } closes nothing", ""},
    {"f a.on", 1, 3, "\"on\" is a word of the language and no name", ""},
    {"f a.", 1, 4, "no name follows this dot",
     "names begin with a letter and are joined without blanks: a.b"},
    {"f a.b(c)", 1, 3, "\"a.b\" is no function",
     "a ( touches the name that it calls, and that is one word"},
    {"f \\ 3", 1, 3, "something stands behind the \\",
     "a \\ carries a statement on from the very end of its line"},
    {"f @", 1, 3, "\"@\" has no meaning here", ""},
    {"print a \xe2\x89\xa4 b", 1, 9, "\"\xe2\x89\xa4\" has no meaning here", "write <="},
    {"f gr\xc3\xb6\xc3\x9f"
     "e",
     1, 5, "\"\xc3\xb6\" has no meaning here", "names are made of a-z, digits and _"},
    {"f on [a, b]", 1, 6, "\"[\" has no meaning here", "a list needs no brackets: on a, b"},
    {"source ../a.nnr", 1, 8, "\".\" has no meaning here",
     "a file name stands in quotes: \"../data.csv\""},
    {"f \xff", 1, 3, "byte 0xff is no text", "a script is written in UTF-8"},
    {"f \"\xc3(\"", 1, 4, "byte 0xc3 is no text", "a script is written in UTF-8"},
    {"f \"\x1b[2J\"", 1, 4, "byte 0x1b is no text",
     "control characters stand nowhere but in comments"},
};

static void refused(const struct wrong *w)
{
    struct arena arena = {0};
    struct sources all = {0};
    struct script script;
    struct err e = {0};
    struct str expected = {0}, got = {0};
    uint32_t line, column, size = (uint32_t)strlen(w->text);
    sources_add(&all, "x", w->text, size, 1, (struct span){0});
    assert_int_equal(parse_script(&arena, w->text, size, 1, &rules, &script, &e), PARSE_ERROR);
    assert_int_equal(e.kind, ERR_INPUT);
    source_place(&all.item[0], e.where.at, &line, &column);
    str_addf(&expected, "%s\n%u:%u: %s; %s", w->text, w->line, w->column, w->what, w->hint);
    str_addf(&got, "%s\n%u:%u: %s; %s", w->text, line, column, e.what, e.hint);
    assert_string_equal(got.text, expected.text);
    str_finish(&got);
    str_finish(&expected);
    sources_finish(&all);
    arena_finish(&arena);
}

static void wrong_lines_are_refused_at_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(&wrong[i]);
}

static enum parsed parse(const char *text, size_t size, struct err *e)
{
    struct arena arena = {0};
    struct script script;
    enum parsed got = parse_script(&arena, text, size, 1, &rules, &script, e);
    arena_finish(&arena);
    return got;
}

static void an_open_end_is_incomplete(void **state)
{
    (void)state;
    static const char *const open[] = {
        "block t {",
        "block t { dense 8",
        "block t {\n dense 8 # }\n",
        "f 1 \\",
        "f 1 \\  ",
        "f 1 \\\r\n",
        "data rows { 0 ",
        "block a { block b { f }",
        "data rows {\n0 -> 1\n",
    };
    static const char *const closed[] = {"f 1 \\\n\n", "f # \\", "block t { }", "", "\n;;\n # x"};
    struct err e;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        assert_int_equal(parse(open[i], strlen(open[i]), &e), PARSE_INCOMPLETE);
        assert_int_equal(e.kind, ERR_INPUT);
    }
    check_has(e.what, "this { is not closed");
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        assert_int_equal(parse(closed[i], strlen(closed[i]), &e), PARSE_OK);
}

/* `count` times `text` between `before` and `behind`. */
static enum parsed repeated(const char *before, const char *text, size_t count, const char *behind,
                            struct err *e)
{
    struct str s = {0};
    str_add(&s, before);
    for (size_t i = 0; i < count; i++)
        str_add(&s, text);
    str_add(&s, behind);
    assert_false(s.failed);
    enum parsed got = parse(s.text, s.size, e);
    str_finish(&s);
    return got;
}

static void depth_has_an_end(void **state)
{
    (void)state;
    static const char *const deep[][2] = {{"print ", "("},     {"print ", "f("}, {"print ", "-"},
                                          {"print ", "not "},  {"", "b { "},     {"print 2", "^2"},
                                          {"print ", "f(x=-("}};
    struct err e;
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
        assert_int_equal(repeated(deep[i][0], deep[i][1], 100000, "", &e), PARSE_ERROR);
        assert_string_equal(e.what, "this is nested too deeply");
    }
    assert_int_equal(repeated("print 1", "+1", 100000, "", &e), PARSE_ERROR);
    assert_string_equal(e.what, "this expression is too long");
    assert_int_equal(repeated("print 1", "+1", 900, "", &e), PARSE_OK);
    assert_int_equal(repeated("print ", "(", 190, "1", &e), PARSE_ERROR);
    assert_string_equal(e.what, "a ) is missing");
}

static void long_lines_are_read(void **state)
{
    (void)state;
    enum { MANY = 1 << 20 };
    struct err e;
    assert_int_equal(repeated("predict", " 1", MANY / 2, "", &e), PARSE_OK);
    assert_int_equal(repeated("f ", "a", MANY, "", &e), PARSE_OK);
    assert_int_equal(repeated("f 0.", "1", MANY, "", &e), PARSE_OK);
    assert_int_equal(repeated("f \"", "a", MANY, "\"", &e), PARSE_OK);
    assert_int_equal(repeated("f \"", "a", MANY, "", &e), PARSE_ERROR);
    assert_int_equal(repeated("f ", "B", MANY, "", &e), PARSE_ERROR);
    assert_int_equal(repeated("data rows {", " 1", MANY / 2, "}", &e), PARSE_OK);
}

/* Scripts with bytes changed, cut and swapped at random end in one of the three answers. */
static void garbage_is_answered(void **state)
{
    (void)state;
    static const char spice[] = "(){}|=,;\"\\\n #?-+*^~<>.xe019aZ_'\0\xff\xc3";
    uint64_t random = 12345;
    for (int round = 0; round < 20000; round++) {
        const char *text = scripts[(size_t)round % (sizeof scripts / sizeof *scripts)].text;
        size_t size = strlen(text);
        char *copy = mem_text(text, size);
        struct err e = {0};
        for (int change = 0; change < 4; change++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(random >> 33) % size;
            copy[at] = change ? spice[(random >> 20) % (sizeof spice - 1)] : (char)(random >> 25);
        }
        enum parsed got = parse(copy, size - (size_t)(random >> 40) % size / 4, &e);
        assert_true(got == PARSE_OK || (e.kind == ERR_INPUT && e.what[0]));
        assert_true(got == PARSE_OK || e.where.end <= size);
        mem_free(copy);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct err e = {0};
            mem_fail_at(n);
            enum parsed got = parse(scripts[i].text, strlen(scripts[i].text), &e);
            failed = mem_failed();
            mem_fail_at(0);
            assert_int_equal(got, failed ? PARSE_ERROR : PARSE_OK);
            assert_int_equal(e.kind, failed ? ERR_MEMORY : ERR_NONE);
        }
    }
}

static void places_are_those_of_the_text(void **state)
{
    (void)state;
    const char *text = "dense 100 kernel=l1(0.1)+l2(1) on a as b";
    struct arena arena = {0};
    struct script script;
    struct err e;
    assert_int_equal(parse_script(&arena, text, strlen(text), 7, &rules, &script, &e), PARSE_OK);
    const struct statement *s = &script.statement[0];
    const struct span spans[] = {s->where,
                                 s->verb_where,
                                 s->value[0]->where,
                                 s->pair[0].target->where,
                                 s->pair[0].equals,
                                 s->pair[0].value[0]->where,
                                 s->pair[0].value[0]->child[1]->where,
                                 s->clause[0].where,
                                 s->clause[1].value[0]->where};
    static const char *const parts[] = {"dense 100 kernel=l1(0.1)+l2(1) on a as b",
                                        "dense",
                                        "100",
                                        "kernel",
                                        "=",
                                        "l1(0.1)+l2(1)",
                                        "l2(1)",
                                        "on",
                                        "b"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        assert_int_equal(spans[i].source, 7);
        assert_int_equal(spans[i].end - spans[i].at, strlen(parts[i]));
        assert_memory_equal(text + spans[i].at, parts[i], strlen(parts[i]));
    }
    arena_finish(&arena);
}

static void one_value_is_one_value(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *n;
    struct err e;
    assert_int_equal(parse_value(&arena, "l1(1e-3)+l2(1e-3)", 17, 0, &n, &e), PARSE_OK);
    assert_int_equal(n->op, OP_ADD);
    assert_int_equal(parse_value(&arena, "-1", 2, 0, &n, &e), PARSE_OK);
    assert_int_equal(parse_value(&arena, "1 2", 3, 0, &n, &e), PARSE_ERROR);
    assert_string_equal(e.what, "\"2\" stands behind the value");
    assert_int_equal(parse_value(&arena, "", 0, 0, &n, &e), PARSE_ERROR);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_scripts_parse_and_print_back),
        cmocka_unit_test(one_tree_has_one_text),
        cmocka_unit_test(wrong_lines_are_refused_at_their_place),
        cmocka_unit_test(an_open_end_is_incomplete),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(long_lines_are_read),
        cmocka_unit_test(garbage_is_answered),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(places_are_those_of_the_text),
        cmocka_unit_test(one_value_is_one_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
