/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The binder with invented entries: a kitchen, since it knows no layers. */
#include "check.h"

#include "base/source.h"
#include "lang/bind.h"
#include "lang/parse.h"

#include <math.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ARGS(a) .args = (a), .arg_count = COUNT(a)

/* words to choose from */
static const struct entry fine = {.name = "fine"}, rough = {.name = "rough-2.0"};
static const struct entry *const grind_rows[] = {&fine, &rough};
static const struct table grinds = {.noun = "grind", .row = grind_rows, .rows = COUNT(grind_rows)};

/* spices: calls that are joined by + */
static const struct arg_spec pepper_args[] = {
    {.name = "strength", .type = ARG_NUMBER, .required = true, .max = INFINITY},
    {.name = "grind", .form = KEY, .type = ARG_CHOICE, .of = &grinds, .standard = "fine"}};
static const struct entry pepper = {.name = "pepper", .alias = "piper", ARGS(pepper_args)};
static const struct entry salt = {.name = "salt", ARGS(pepper_args)};
static const struct entry *const spice_rows[] = {&pepper, &salt};
static const struct table spices = {.noun = "spice", .row = spice_rows, .rows = COUNT(spice_rows)};

/* ways to heat: calls */
static const struct arg_spec oven_args[] = {
    {.name = "degrees", .type = ARG_NUMBER, .standard = "180", .min = 30, .max = 300},
    {.name = "fan", .type = ARG_BOOL, .standard = "no"}};
static const struct arg_spec layers_args[] = {{.name = "value", .form = REST, .type = ARG_NUMBERS}};
static const struct entry oven = {.name = "oven", ARGS(oven_args)};
static const struct entry pan = {.name = "pan"};
static const struct entry steps = {.name = "steps", ARGS(layers_args)};
static const struct entry *const heat_rows[] = {&oven, &pan, &steps};
static const struct table heats = {.noun = "heat", .row = heat_rows, .rows = COUNT(heat_rows)};

/* dishes: entries that take the rest of a statement */
static const struct arg_spec soup_args[] = {
    {.name = "plates", .type = ARG_WHOLE, .required = true, .min = 1, .max = 1000},
    {.name = "heat", .type = ARG_CALL, .of = &heats},
    {.name = "season", .form = KEY, .type = ARG_SUM, .of = &spices, .alias = "soup_season"},
    {.name = "lid", .form = KEY, .type = ARG_BOOL, .standard = "yes"},
    {.name = "size", .form = KEY, .type = ARG_SHAPE},
    {.name = "sour", .form = KEY, .type = ARG_NUMBER, .max = INFINITY, .above = true},
    {.name = "share", .form = KEY, .type = ARG_NUMBER, .max = 1},
    {.name = "on", .form = CLAUSE, .type = ARG_NAMES},
    {.name = "as", .form = CLAUSE, .type = ARG_NAME}};
static const struct arg_spec rows_args[] = {
    {.name = "rows", .form = BODY, .type = ARG_ROWS, .required = true}};
static const struct entry soup = {.name = "soup", ARGS(soup_args)};
static const struct entry tray = {.name = "rows", ARGS(rows_args)};
static const struct table dishes;
static const struct arg_spec twice_args[] = {
    {.name = "dish", .type = ARG_ENTRY, .of = &dishes, .required = true}};
static const struct entry twice_ = {.name = "twice", ARGS(twice_args)};
static const struct entry *const dish_rows[] = {&soup, &tray, &twice_};
static const struct table dishes = {.noun = "dish", .row = dish_rows, .rows = COUNT(dish_rows)};

/* verbs */
static const struct arg_spec data_args[] = {
    {.name = "dish", .type = ARG_ENTRY, .of = &dishes},
    {.name = "split", .form = KEY, .type = ARG_NUMBER, .standard = "0.5", .max = 1},
    {.name = "batch", .form = KEY, .type = ARG_WHOLE, .standard = "2^5", .min = 1, .max = 99}};
static const struct entry data = {.name = "data", ARGS(data_args)};
static const struct arg_spec set_args[] = {
    {.name = "setting", .form = PAIR, .type = ARG_PAIR, .required = true},
    {.name = "over", .form = CLAUSE, .type = ARG_EXPRS},
    {.name = "body", .form = BODY, .type = ARG_BODY}};
static const struct entry set = {.name = "set", ARGS(set_args)};
static const struct arg_spec expect_args[] = {
    {.name = "condition", .type = ARG_EXPR, .required = true}};
static const struct entry expect = {.name = "expect", ARGS(expect_args)};
static const struct arg_spec predict_args[] = {
    {.name = "inputs", .form = REST, .type = ARG_BORDERS, .required = true}};
static const struct entry predict = {.name = "predict", ARGS(predict_args)};
static const struct arg_spec block_args[] = {
    {.name = "name", .type = ARG_NAME, .required = true},
    {.name = "body", .form = BODY, .type = ARG_BODY, .required = true}};
static const struct entry block = {.name = "block", ARGS(block_args)};
static const struct arg_spec source_args[] = {
    {.name = "file", .type = ARG_STRING, .required = true},
    {.name = "title", .form = KEY, .type = ARG_STRING}};
static const struct entry source = {.name = "source", ARGS(source_args)};
static const struct arg_spec pour_args[] = {
    {.name = "into", .type = ARG_FILE, .required = true},
    {.name = "from", .form = REST, .type = ARG_FILES},
    {.name = "drop", .form = KEY, .type = ARG_WORDS, .standard = "last"}};
static const struct entry pour = {.name = "pour", ARGS(pour_args)};
static const struct arg_spec emulate_args[] = {
    {.name = "grind", .type = ARG_CHOICE, .of = &grinds, .required = true},
    {.name = "also", .form = KEY, .type = ARG_CHOICES, .of = &grinds},
    {.name = "on", .form = KEY, .type = ARG_PATH}};
static const struct entry emulate = {.name = "emulate", ARGS(emulate_args)};
static const struct arg_spec watch_args[] = {
    {.name = "view", .form = REST, .type = ARG_EXPRS},
    {.name = "title", .form = KEY, .type = ARG_STRING},
    {.name = "every", .form = CLAUSE, .type = ARG_WHOLE, .min = 1, .max = INFINITY}};
static const struct entry watch = {.name = "watch", ARGS(watch_args)};
static const struct arg_spec model_args[] = {{.name = "name", .type = ARG_NAME}};
static const struct entry model = {.name = "model", ARGS(model_args)};
static const struct entry flatten = {.name = "flatten"};
static const struct entry *const verb_rows[] = {&soup,    &twice_, &data,   &set,     &expect,
                                                &watch,   &block,  &source, &emulate, &predict,
                                                &flatten, &model,  &pour};
static const struct table verbs = {.noun = "verb", .row = verb_rows, .rows = COUNT(verb_rows)};

static const struct parse_rules rules = {.verbs = &verbs};

/* A statement with what it takes to bind it. */
struct kitchen {
    const char *text;
    struct arena arena;
    struct binder binder;
    struct script script;
    struct node *weak, *loop, *pool, *self;
    struct args *args;
    struct err e;
};

static int number(void *self, const struct node *n, double *value, struct err *e)
{
    (void)self;
    double b;
    if (n->kind == NODE_NUMBER) {
        *value = n->number;
        return 0;
    }
    if (n->kind == NODE_PATH && strcmp(n->text, "k") == 0) {
        *value = 2.5;
        return 0;
    }
    if (n->kind == NODE_PATH && strcmp(n->text, "bad") == 0) {
        *value = NAN;
        return 0;
    }
    if (n->kind != NODE_BINARY)
        return err_at(e, n->where, "no variable \"%s\"", n->text ? n->text : "");
    if (number(self, n->child[0], value, e) || number(self, n->child[1], &b, e))
        return -1;
    *value = n->op == OP_POW ? pow(*value, b) : n->op == OP_MUL ? *value * b : *value + b;
    return 0;
}

static const struct node *variable(void *self, const char *name)
{
    struct kitchen *k = self;
    return strcmp(name, "weak") == 0   ? k->weak
           : strcmp(name, "loop") == 0 ? k->pool
           : strcmp(name, "pool") == 0 ? k->loop
           : strcmp(name, "self") == 0 ? k->self
                                       : NULL;
}

static size_t text_of(void *self, struct span where, char *text, size_t room)
{
    const struct kitchen *k = self;
    size_t n = where.end - where.at < room ? where.end - where.at : room - 1;
    memcpy(text, k->text + where.at, n);
    text[n] = 0;
    return n;
}

static const struct entry own_row = {.name = "saffron", ARGS(pepper_args)};

static const struct entry *own(void *self, const struct table *t, const char *name)
{
    (void)self;
    return t == &spices && strcmp(name, "saffron") == 0 ? &own_row : NULL;
}

static const struct entry *own_at(void *self, const struct table *t, size_t i)
{
    (void)self;
    return t == &spices && i == 0 ? &own_row : NULL;
}

static int start(struct kitchen *k, const char *text)
{
    *k = (struct kitchen){.text = text};
    k->binder = (struct binder){.arena = &k->arena,
                                .self = k,
                                .number = number,
                                .variable = variable,
                                .text = text_of,
                                .own = own,
                                .own_at = own_at,
                                .folder = "kitchen"};
    if (parse_value(&k->arena, "salt(1)+pepper(2)", 17, 0, &k->weak, &k->e) != PARSE_OK ||
        parse_value(&k->arena, "loop", 4, 0, &k->loop, &k->e) != PARSE_OK ||
        parse_value(&k->arena, "pool", 4, 0, &k->pool, &k->e) != PARSE_OK ||
        parse_value(&k->arena, "self", 4, 0, &k->self, &k->e) != PARSE_OK)
        return -1;
    return parse_script(&k->arena, text, strlen(text), 1, &rules, &k->script, &k->e) == PARSE_OK
               ? 0
               : -1;
}

static struct args *bind(struct kitchen *k, const char *text)
{
    if (start(k, text))
        return NULL;
    const struct statement *s = &k->script.statement[0];
    return k->args = bind_statement(&k->binder, s, table_find(&verbs, s->verb), &k->e);
}

/* All arguments as text: `name=value`, in ( ) if it is the default, nothing if absent. */
static void describe(struct str *to, const struct args *a)
{
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        const struct arg *arg = &a->arg[i];
        const struct arg_spec *spec = &a->entry->args[i];
        bool shown = arg->given || spec->standard;
        if (!shown)
            continue;
        str_addf(to, "%s%s%s=", to->size ? " " : "", arg->given ? "" : "(", spec->name);
        if (arg->type == ARG_ENTRY) {
            str_addf(to, "%s<", arg->as.call->entry->name);
            struct str inner = {0};
            describe(&inner, arg->as.call);
            str_add(to, inner.text ? inner.text : "");
            str_finish(&inner);
            str_add(to, ">");
        } else if (arg->type == ARG_EXPR || arg->type == ARG_EXPRS) {
            for (size_t n = 0; n < arg->as.exprs.count; n++) {
                str_add(to, n ? "," : "");
                node_print(to, arg->as.exprs.item[n]);
            }
        } else if (arg->type == ARG_BORDERS) {
            arg_print(to, arg);
            for (size_t n = 0; n < arg->as.numbers.borders; n++)
                str_addf(to, "|%u", arg->as.numbers.border[n]);
        } else if (arg->type == ARG_PAIR) {
            node_print(to, arg->as.pair->target);
        } else if (arg->type == ARG_BODY) {
            str_addf(to, "{%zu}", arg->as.body->count);
        } else if (arg->type == ARG_ROWS) {
            str_addf(to, "{%zu rows}", arg->as.rows->count);
        } else {
            arg_print(to, arg);
        }
        str_add(to, arg->given ? "" : ")");
    }
}

/* A line, and the arguments that it becomes. */
static const char *const lines[][2] = {
    {"soup 3", "plates=3 (lid=yes)"},
    {"soup 1e2 pan", "plates=100 heat=pan (lid=yes)"},
    {"soup 3 oven(200, yes)", "plates=3 heat=oven(200, yes) (lid=yes)"},
    {"soup 3 oven(fan=yes)", "plates=3 heat=oven(fan=yes) (lid=yes)"},
    {"soup 3 \"pan\"", "plates=3 heat=pan (lid=yes)"},
    {"soup 3 steps(0.5, -0.25, 2*k)", "plates=3 heat=steps(0.5, -0.25, 5) (lid=yes)"},
    {"soup plates=3 heat=pan", "plates=3 heat=pan (lid=yes)"},
    {"soup 2^3", "plates=8 (lid=yes)"},
    {"soup +3 sour=k", "plates=3 (lid=yes) sour=2.5"},
    {"soup 3 season=salt(0.1)+(piper(k)+salt(1))",
     "plates=3 season=salt(0.1)+pepper(2.5)+salt(1) (lid=yes)"},
    {"soup 3 season=none", "plates=3 season=none (lid=yes)"},
    {"soup 3 season=weak+saffron(1)", "plates=3 season=salt(1)+pepper(2)+saffron(1) (lid=yes)"},
    {"soup 3 soup_season=salt(1)", "plates=3 season=salt(1) (lid=yes)"},
    {"soup 3 heat=none lid=no", "plates=3 lid=no"},
    {"soup 3 size=64 on a, b as c", "plates=3 (lid=yes) size=64 on=a, b as=c"},
    {"soup 3 size=10x4 on a b", "plates=3 (lid=yes) size=10x4 on=a, b"},
    {"soup 3 season=pepper(1, grind=rough-2.0)",
     "plates=3 season=pepper(1, grind=rough-2.0) (lid=yes)"},
    {"data", "(split=0.5) (batch=32)"},
    {"data soup 3 batch=8 lid=no as x", "dish=soup<plates=3 lid=no as=x> (split=0.5) batch=8"},
    {"data dish=soup plates=2", "dish=soup<plates=2 (lid=yes)> (split=0.5) (batch=32)"},
    {"data rows { 0 1; 1 0 } split=0", "dish=rows<rows={2 rows}> split=0 (batch=32)"},
    {"data twice twice soup 3 pan batch=4",
     "dish=twice<dish=twice<dish=soup<plates=3 heat=pan (lid=yes)>>> (split=0.5) batch=4"},
    {"twice soup 3 season=salt(1) as td", "dish=soup<plates=3 season=salt(1) (lid=yes) as=td>"},
    {"set a.b = 3", "setting=a.b"},
    {"set over = 3", "setting=over"},
    {"set f(x, p=1) = x over 0 weak { flatten }", "setting=f(x, p=1) over=0,weak body={1}"},
    {"expect loss ~ 1 within 1e-6", "condition=loss ~ 1 within 1e-6"},
    {"predict 0.1 -0.2 | k", "inputs=0.1, -0.2, 2.5|2"},
    {"block t { flatten; flatten }", "name=t body={2}"},
    {"source \"a.nnr\" title=\"x\"", "file=\"a.nnr\" title=\"x\""},
    {"pour \"a b.csv\"", "into=\"a b.csv\" (drop=last)"},
    {"pour \"a\" \"b\" \"/c/d\" drop=3", "into=\"a\" from=\"b\", \"/c/d\" drop=3"},
    {"pour \"a\" drop=b, \"B c\", yes, x.y, 2x3", "into=\"a\" drop=b, \"B c\", yes, x.y, 2x3"},
    {"emulate rough-2.0", "grind=rough-2.0"},
    {"emulate \"rough-2.0\" also=fine, rough-2.0 on=a.b",
     "grind=rough-2.0 also=fine, rough-2.0 on=a.b"},
    {"watch loss mean(x) every 5", "view=loss,mean(x) every=5"},
    {"model", ""},
    {"flatten", ""},
};

static void lines_become_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct kitchen k;
        struct str got = {0}, expected = {0};
        str_addf(&got, "%s: ", lines[i][0]);
        str_addf(&expected, "%s: %s", lines[i][0], lines[i][1]);
        if (bind(&k, lines[i][0])) {
            struct str args = {0};
            describe(&args, k.args);
            str_add(&got, args.text ? args.text : "");
            str_finish(&args);
        } else {
            str_add(&got, k.e.what);
        }
        assert_string_equal(got.text, expected.text);
        str_finish(&got);
        str_finish(&expected);
        arena_finish(&k.arena);
    }
}

static const struct wrong {
    const char *text;
    uint32_t column;
    const char *said;
} wrong[] = {
    {"soup 10 oen", 9, "no heat \"oen\"; did you mean oven?"},
    {"soup 10 grill", 9, "no heat \"grill\"; it is one of: oven pan steps"},
    {"soup 10 \"a\\nb\"", 9, "no heat \"a b\"; it is one of: oven pan steps"},
    {"soup 10 3", 9, "heat takes a heat, not 3; it is one of: oven pan steps"},
    {"soup 10 season=pan", 16, "season= takes a spice; for the heat: soup 10 pan"},
    {"twice soup 10 season=pan", 22, "season= takes a spice; for the heat: twice soup 10 pan"},
    {"soup 10 pan season=oven", 20, "no spice \"oven\"; it is one of: pepper salt saffron"},
    {"soup 10 season=papper(1)", 16, "no spice \"papper\"; did you mean pepper?"},
    {"soup 10 season=safron(1)", 16, "no spice \"safron\"; did you mean saffron?"},
    {"soup 10 season=3", 16, "season= takes a spice, not 3; it is one of: pepper salt saffron"},
    {"soup 10 season=2*salt(1)", 16,
     "a spice is only joined by +, not 2*salt(1); a factor goes inside the ( ) of salt"},
    {"soup 10 season=salt(1)-salt(2)", 16,
     "a spice is only joined by +, not salt(1)-salt(2); a factor goes inside the ( ) of salt"},
    {"soup 10 season=-salt(1)", 16,
     "a spice is only joined by +, not -salt(1); a factor goes inside the ( ) of salt"},
    {"soup 10 season=loop", 16,
     "this leads from word to word without an end; at most 32 words may stand for one another"},
    {"soup 10 season=slat", 16, "no spice \"slat\"; did you mean salt?"},
    {"soup 10 season=salt", 16, "salt needs strength; write salt(STRENGTH, grind=...)"},
    {"soup 10 season=salt(-1)", 21, "a strength is 0 or more"},
    {"soup 10 season=salt(1, 2)", 24,
     "salt takes at most 1 value; write salt(STRENGTH, grind=...)"},
    {"soup 10 season=salt(1, strength=2)", 24,
     "\"strength\" is given twice; each argument stands once, by place or by name"},
    {"soup 10 season=salt(grind=fine, 1)", 33,
     "a value stands behind a key; values come first, then keys"},
    {"soup 10 season=salt(1, grnd=fine)", 24, "salt has no key \"grnd\"; did you mean grind?"},
    {"soup 10 season=salt(1, grind=dust)", 30, "no grind \"dust\"; it is one of: fine rough-2.0"},
    {"soup 2.5", 6, "plates is a whole number from 1 to 1000, not 2.5"},
    {"soup k", 6, "plates is a whole number from 1 to 1000, not k, which is 2.5"},
    {"soup 0", 6, "plates is a whole number from 1 to 1000, not 0"},
    {"soup 1e9", 6, "plates is a whole number from 1 to 1000, not 1e9"},
    {"soup -1", 6, "plates is a whole number from 1 to 1000, not -1"},
    {"soup \"3\"", 6, "plates is a whole number from 1 to 1000, not \"3\""},
    {"soup bad", 6, "plates is a whole number from 1 to 1000, not bad, which is nan"},
    {"soup pan", 6, "no variable \"pan\""},
    {"soup ?", 6,
     "no value stands for this ?; ? is the value of a sweep: sweep a.b = l1(?) over 0 1 { ... }"},
    {"soup 3 sour=0", 13, "sour is a number above 0, not 0"},
    {"soup 3 share=2", 14, "share is a number from 0 to 1, not 2"},
    {"soup 3 share=0,5", 16, "share takes one value; the decimal sign is a dot: 0.5"},
    {"soup 3 share=0, 1", 17,
     "share takes one value; keys are separated by blanks, without commas"},
    {"soup 3 lid=maybe", 12, "lid is yes or no, not maybe"},
    {"soup 3 lid=1", 12, "lid is yes or no, not 1; write yes"},
    {"soup 3 size=2.5", 13, "2.5 is no shape; shapes are 64 or 10x100, of sizes from 1"},
    {"soup 3 size=\"a\"", 13, "\"a\" is no shape; shapes are 64 or 10x100, of sizes from 1"},
    {"soup", 1, "soup needs plates; write soup PLATES [HEAT] [key=...] [on NAME ...] [as NAME]"},
    {"soup 3 pan 4", 12,
     "soup takes at most 2 values; write soup PLATES [HEAT] [key=...] "
     "[on NAME ...] [as NAME]"},
    {"soup 3 seson=none", 8, "soup has no key \"seson\"; did you mean season?"},
    {"soup 3 tomato=none", 8,
     "soup has no key \"tomato\"; its keys are plates heat season lid size sour share"},
    {"soup 3 a.b=1", 8,
     "soup has no key \"a.b\"; its keys are plates heat season lid size sour share"},
    {"soup 3 f(x)=1", 8,
     "soup has no key \"f(x)\"; its keys are plates heat season lid size sour share"},
    {"soup 3 as=x", 8, "soup has no key \"as\"; write as without =: as ..."},
    {"soup 3 plates=4", 8,
     "\"plates\" is given twice; each argument stands once, by place or by name"},
    {"soup plates=4 lid=no lid=no", 22,
     "\"lid\" is given twice; each argument stands once, by place or by name"},
    {"soup 3 season=none soup_season=none", 20,
     "\"season\" is given twice; each argument stands once, by place or by name"},
    {"soup 3 as a as b", 13,
     "\"as\" is given twice; each argument stands once, by place or by name"},
    {"soup 3 as a b", 13, "as takes one value; other values stand before the first key or clause"},
    {"soup 3 on a | b", 13, "on takes no |; | stands between the numbers of several inputs"},
    {"soup 3 | pan", 8, "soup takes no |; | stands between the numbers of several inputs"},
    {"soup 3 over 1", 8, "soup takes no \"over\"; its clauses are on as"},
    {"soup 3 { flatten }", 8, "soup takes no { }; a statement ends at a new line or a ;"},
    {"soup 3 as 2", 11, "\"2\" is no name; names begin with a letter"},
    {"soup 3 as yes", 11, "\"yes\" is a word of the language and no name; choose another, yes_1"},
    {"soup 3 as a.b", 11, "\"a.b\" is no name; a name is letters, digits and _: a_b"},
    {"model by-kernel", 7, "\"by-kernel\" is no name; a name is letters, digits and _: by_kernel"},
    {"model \"free\"", 7, "a name stands without quotes; write free"},
    {"model \"two words\"", 7,
     "\"two words\" is no name; a name is letters, digits and _: two_words"},
    {"model a b", 9, "model takes at most 1 value; write model [NAME]"},
    {"flatten 3", 9, "flatten takes no values; write flatten"},
    {"flatten on a", 9, "flatten takes no \"on\"; it takes no clauses"},
    {"flatten a=1", 9, "flatten has no key \"a\"; it takes no keys"},
    {"data stew", 6, "no dish \"stew\"; it is one of: soup rows twice"},
    {"data soup(3)", 6,
     "\"soup\" takes no ( ) here; write its values behind it, with blanks: soup ..."},
    {"data 3", 6, "dish takes a dish, not 3; it is one of: soup rows twice"},
    {"data soup 3 bach=4", 13, "soup has no key \"bach\"; did you mean batch?"},
    {"data soup", 6,
     "soup needs plates; write data soup PLATES [HEAT] [key=...] [on NAME ...] [as NAME]"},
    {"data soup 3 dish=soup", 13,
     "\"dish\" is given twice; each argument stands once, by place or by name"},
    {"data rows", 6, "rows needs { }; write data rows { ... }"},
    {"data rows { }", 11, "no rows stand in these { }; write for example { 0 0 -> 0; 0 1 -> 1 }"},
    {"soup 0,5", 6, "plates is a whole number from 1 to 1000, not 0"},
    {"model a, b", 10, "model takes at most 1 value; write model [NAME]"},
    {"predict 0,5 | 3 over 1", 17, "predict takes no \"over\"; it takes no clauses"},
    {"data batch=100", 12, "batch is a whole number from 1 to 99, not 100"},
    {"twice", 1, "twice needs a dish; write twice DISH"},
    {"set", 1, "set needs setting = value; write set SETTING = VALUE [over VALUE ...] [{ ... }]"},
    {"set a=1 b=2", 9, "set takes one pair; write a statement for each"},
    {"set a=1 on b", 9, "set takes no \"on\"; its clauses are over"},
    {"expect loss = 1", 13, "a comparison is == (or ~ within); write loss == ..."},
    {"expect f(x) = 1", 13, "a comparison is == (or ~ within); write f(x) == ..."},
    {"watch loss titel=\"x\"", 12, "watch has no key \"titel\"; did you mean title?"},
    {"watch loss every 0", 18, "every is a whole number of 1 or more, not 0"},
    {"watch loss every=5", 12, "watch has no key \"every\"; write every without =: every ..."},
    {"predict", 1, "predict needs inputs; write predict INPUTS ..."},
    {"predict 1 | | 2", 13,
     "no number stands on one side of this |; | divides the numbers of "
     "one input from those of the next"},
    {"predict 1 |", 11,
     "no number stands on one side of this |; | divides the numbers of one "
     "input from those of the next"},
    {"predict 1 x", 11, "no variable \"x\""},
    {"predict 1 2x2", 11, "inputs is a number, not 2x2"},
    {"block { flatten }", 1, "block needs name; write block NAME { ... }"},
    {"block t", 1, "block needs { }; write block NAME { ... }"},
    {"source common.nnr", 8, "a file name stands in quotes: source \"common.nnr\""},
    {"pour data.csv", 6, "a file name stands in quotes: pour \"data.csv\""},
    {"pour \"a\" b", 10, "a file name stands in quotes: pour \"a\" \"b\""},
    {"pour \"\"", 6, "\"\" is no file name; write the name of the file in the quotes"},
    {"pour \"a\" drop=-1", 15,
     "drop=-1 is no word; a name that is no word stands in quotes: drop=\"-1\""},
    {"source lessons/a-b.nnr", 8, "a file name stands in quotes: source \"lessons/a-b.nnr\""},
    {"source \"a\" title=hello", 18, "a text stands in quotes: title=\"hello\""},
    {"emulate rough-2.1", 9, "no grind \"rough-2.1\"; did you mean rough-2.0?"},
    {"emulate fine on=3", 17, "3 is no name; write names joined by dots: hidden.kernel"},
    {"emulate fine on a", 14, "emulate takes no \"on\"; write on=..."},
};

/* Whether two texts are the same; if not it prints both. */
static bool same(const struct str *got, const struct str *expected)
{
    if (strcmp(got->text, expected->text) == 0)
        return true;
    print_error("got      %s\nexpected %s\n", got->text, expected->text);
    return false;
}

static void wrong_lines_are_refused_with_advice(void **state)
{
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct kitchen k;
        struct str got = {0}, expected = {0};
        const struct args *a = bind(&k, wrong[i].text);
        str_addf(&expected, "%s\n%u: %s", wrong[i].text, wrong[i].column, wrong[i].said);
        str_addf(&got, "%s\n%u: %s%s%s", wrong[i].text, k.e.where.at + 1, a ? "bound" : k.e.what,
                 k.e.hint[0] ? "; " : "", k.e.hint);
        bad += !same(&got, &expected);
        str_finish(&got);
        str_finish(&expected);
        arena_finish(&k.arena);
    }
    assert_int_equal(bad, 0);
}

static void spans_point_into_the_line(void **state)
{
    (void)state;
    struct kitchen k;
    assert_non_null(bind(&k, "soup 3 season=salt(1)+salt(k, grind=fine) on aa, bb"));
    const struct arg *plates = args_get(k.args, "plates"), *season = args_get(k.args, "season");
    const struct arg *on = args_get(k.args, "on"), *lid = args_get(k.args, "lid");
    const struct args *second = season->as.calls.item[1];
    const struct span spans[] = {
        plates->where, plates->key,           season->key,        season->where,
        second->where, second->arg[0].where,  second->arg[1].key, second->arg[1].where,
        on->key,       on->as.names.where[1], on->where,          k.args->where,
    };
    static const char *const parts[] = {"3",
                                        "3",
                                        "season",
                                        "salt(1)+salt(k, grind=fine)",
                                        "salt(k, grind=fine)",
                                        "k",
                                        "grind",
                                        "fine",
                                        "on",
                                        "bb",
                                        "aa, bb",
                                        "soup 3 season=salt(1)+salt(k, grind=fine) on aa, bb"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        char text[80];
        text_of(&k, spans[i], text, sizeof text);
        assert_string_equal(text, parts[i]);
    }
    assert_int_equal(lid->where.source, 0);
    arena_finish(&k.arena);
}

static void relative_files_are_read_against_the_folder(void **state)
{
    (void)state;
    struct kitchen k;
    const struct args *a = bind(&k, "pour \"a.csv\" \"b/c\" \"/d\" drop=e, \"e\"");
    assert_non_null(a);
    assert_string_equal(args_get(a, "into")->as.file.name, "a.csv");
    assert_string_equal(args_get(a, "into")->as.file.path, "kitchen/a.csv");
    assert_int_equal(args_get(a, "from")->as.files.count, 2);
    assert_string_equal(args_get(a, "from")->as.files.item[0].path, "kitchen/b/c");
    assert_string_equal(args_get(a, "from")->as.files.item[1].path, "/d");
    assert_int_equal(args_get(a, "from")->as.files.item[1].where.at, 19);
    assert_false(args_get(a, "drop")->as.words.item[0].quoted);
    assert_true(args_get(a, "drop")->as.words.item[1].quoted);
    arena_finish(&k.arena);
}

static void a_value_is_bound_by_itself(void **state)
{
    (void)state;
    struct kitchen k;
    struct arg arg = {.given = true, .as.whole = 7};
    assert_int_equal(start(&k, "f salt(2)+weak -1"), 0);
    struct node **value = k.script.statement[0].value;
    assert_int_equal(bind_value(&k.binder, &soup_args[2], value[0], &arg, &k.e), 0);
    assert_true(arg.given);
    assert_int_equal(arg.as.calls.count, 3);
    check_near(args_number(arg.as.calls.item[2], "strength"), 2, 0);
    struct arg before = arg;
    assert_int_equal(bind_value(&k.binder, &soup_args[0], value[1], &arg, &k.e), -1);
    assert_memory_equal(&before, &arg, sizeof arg);
    assert_int_equal(bind_standard(&k.binder, &data_args[2], &arg, &k.e), 0);
    assert_false(arg.given);
    assert_int_equal(arg.as.whole, 32);
    arena_finish(&k.arena);
}

static void a_long_chain_of_entries_is_refused(void **state)
{
    (void)state;
    struct kitchen k;
    struct str s = {0};
    for (int i = 0; i < 10000; i++)
        str_add(&s, "twice ");
    assert_null(bind(&k, s.text));
    check_has(k.e.what, "this leads from word to word without an end");
    str_finish(&s);
    arena_finish(&k.arena);
}

/* Words of lines put together at random are bound or refused. */
static void garbage_is_answered(void **state)
{
    (void)state;
    static const char *const words[] = {
        "soup", "twice", "data",   "set",       "predict", "emulate", " ",      " ",    " ",
        "3",    "(",     ")",      "=",         "=",       "|",       ",",      "on",   "as",
        "+",    "-1",    "season", "lid",       "salt",    "pepper",  "weak",   "loop", "none",
        "heat", "?",     "yes",    "oven",      "size",    "10x4",    "over",   "{",    "}",
        "rows", "\"a\"", "*",      "rough-2.0", "size=",   " on a",   "salt(1", ")",    "lid=no",
        "k",    "a.b",   "dish",   "2.5",       " batch=",
    };
    uint64_t random = 7;
    size_t bound = 0;
    for (int round = 0; round < 100000; round++) {
        char text[200] = "";
        struct kitchen k;
        strcpy(text, words[round % 7 % 6]);
        for (int i = 0; i < round % 9; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            strcat(strcat(text, (random >> 60) % 2 ? "" : " "),
                   words[(random >> 33) % COUNT(words)]);
        }
        if (!start(&k, text)) {
            const struct statement *s = &k.script.statement[0];
            const struct entry *verb = table_find(&verbs, s->verb);
            bool good = verb && bind_statement(&k.binder, s, verb, &k.e);
            assert_true(good || !verb || (k.e.kind == ERR_INPUT && k.e.what[0]));
            assert_true(good || !verb || (k.e.where.source == 1 && k.e.where.end <= strlen(text)));
            bound += good;
        }
        arena_finish(&k.arena);
    }
    assert_true(bound > 1000);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    static const char *const some[] = {
        "data twice soup 3 oven(200) season=weak+salt(1, grind=fine) on a, b as c batch=k+1",
        "predict 1 2 | 3",
        "emulate fine also=fine, fine",
        "set f(x) = x over 1 2 { flatten }",
        "pour \"a\" \"b\" \"c\" drop=x, yes, \"Y z\"",
        "pour a.csv",
        "soup 3 season=pan",
        "soup",
        "source a.b",
        "soup 3 x=1",
        "flatten on a",
        "soup -1",
    };
    for (size_t i = 0; i < COUNT(some); i++) {
        bool failed = true;
        struct kitchen k;
        bool good = bind(&k, some[i]);
        arena_finish(&k.arena);
        for (long n = 1; failed; n++) {
            mem_fail_at(n);
            const struct args *a = bind(&k, some[i]);
            failed = mem_failed();
            mem_fail_at(0);
            arena_finish(&k.arena);
            /* An error may do without its hint; arguments are all there or not at all. */
            assert_true(!a || good);
            assert_true(a || k.e.kind == ERR_MEMORY || (!good && k.e.kind == ERR_INPUT));
            assert_true(!failed || !a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_arguments),
        cmocka_unit_test(wrong_lines_are_refused_with_advice),
        cmocka_unit_test(spans_point_into_the_line),
        cmocka_unit_test(relative_files_are_read_against_the_folder),
        cmocka_unit_test(a_value_is_bound_by_itself),
        cmocka_unit_test(a_long_chain_of_entries_is_refused),
        cmocka_unit_test(garbage_is_answered),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
