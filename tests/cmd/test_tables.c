/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that the tables promise: help, examples, defaults, names, the manual, completion. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/common/binder.h"
#include "cmd/session/command.h"
#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/shell/complete.h"
#include "cmd/verbs/catalogue.h"
#include "cmd/verbs/help_text.h"
#include "expr/expr.h"
#include "nn/layer.h"
#include "nn/penalty.h"
#include "plot/view.h"

#include <stdio.h>
#include <string.h>

static void complain(const struct catalog *c, const struct entry *row, const char *what)
{
    print_error("%s %s: %s\n", c->table->noun, row->name ? row->name : "(no name)", what);
}

/* Calls `each` with every row of every table; returns how many failed. */
static size_t walk(bool (*each)(const struct catalog *c, const struct entry *row))
{
    size_t failed = 0;
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; k < catalog[i].table->rows; k++)
            failed += !each(&catalog[i], catalog[i].table->row[k]);
    return failed;
}

static bool is_whole(const struct catalog *c, const struct entry *row)
{
    const char *lack = NULL;
    if (!row->name || !*row->name)
        lack = "no name";
    else if (!row->summary || !*row->summary || strchr(row->summary, '\n') ||
             row->summary[strlen(row->summary) - 1] == '.')
        lack = "a summary is one line without a full stop";
    else if (!row->example)
        lack = "no example";
    else if (c->table == &penalty_kinds && (!row->use || !row->source))
        lack = "no word on when to take it (use), or where it is from (source)";
    for (size_t i = 0; !lack && i < row->arg_count; i++)
        if (!row->args[i].name || !row->args[i].line || !*row->args[i].line)
            lack = "an argument without a name or a line";
    if (lack)
        complain(c, row, lack);
    return !lack;
}

static void every_row_is_described(void **state)
{
    (void)state;
    assert_int_equal(walk(is_whole), 0);
}

static bool example_runs(const struct catalog *c, const struct entry *row)
{
    struct fake f;
    if (!row->example)
        return true;
    fake_start(&f);
    f.folder = SCRIPTS;
    const enum outcome how = fake_example(&f, row->example);
    const bool fine = how == OUTCOME_OK || how == OUTCOME_QUIT;
    if (!fine) {
        complain(c, row, "the example does not run");
        print_error("%s", f.err.text);
    }
    fake_finish(&f);
    return fine;
}

static void every_example_runs(void **state)
{
    (void)state;
    assert_int_equal(walk(example_runs), 0);
}

/* An example is about its row: it says the word. */
static bool example_says_it(const struct catalog *c, const struct entry *row)
{
    const bool fine = !row->example || strstr(row->example, row->name);
    if (!fine)
        complain(c, row, "the example does not use it");
    return fine;
}

static void every_example_is_about_its_row(void **state)
{
    (void)state;
    assert_int_equal(walk(example_says_it), 0);
}

static bool is_found(const struct catalog *c, const struct entry *row)
{
    const bool fine = table_find(c->table, row->name) == row &&
                      (!row->alias || table_find(c->table, row->alias) == row);
    if (!fine)
        complain(c, row, "its name or alias leads to another row");
    return fine;
}

static void every_name_leads_to_its_row(void **state)
{
    (void)state;
    assert_int_equal(walk(is_found), 0);
    /* Verbs and layers are written in one place. */
    for (size_t i = 0; i < layer_kinds.rows; i++) {
        assert_null(table_find(&command_table, layer_kinds.row[i]->name));
        if (layer_kinds.row[i]->alias)
            assert_null(table_find(&command_table, layer_kinds.row[i]->alias));
    }
}

static bool names_are_apart(const struct catalog *c, const struct entry *row)
{
    for (size_t i = 0; i < row->arg_count; i++)
        for (size_t k = 0; k < row->arg_count; k++) {
            const struct arg_spec *a = &row->args[i], *b = &row->args[k];
            const bool same = i != k && strcmp(a->name, b->name) == 0;
            if (!same && (!b->alias || strcmp(a->name, b->alias) != 0))
                continue;
            complain(c, row, "two arguments of one name");
            return false;
        }
    return true;
}

static void arguments_have_names_of_their_own(void **state)
{
    (void)state;
    assert_int_equal(walk(names_are_apart), 0);
}

static bool defaults_bind(const struct catalog *c, const struct entry *row)
{
    struct fake f;
    struct arena arena = {0};
    size_t failed = 0;
    fake_start(&f);
    const struct binder b = session_binder(f.session, &arena);
    for (size_t i = 0; i < row->arg_count; i++) {
        struct arg bound = {0};
        struct err e = {0};
        if (!row->args[i].standard || !bind_standard(&b, &row->args[i], &bound, &e))
            continue;
        complain(c, row, e.what);
        failed++;
    }
    arena_finish(&arena);
    fake_finish(&f);
    return !failed;
}

static void every_default_is_a_value(void **state)
{
    (void)state;
    assert_int_equal(walk(defaults_bind), 0);
}

static bool help_explains_it(const struct catalog *c, const struct entry *row)
{
    struct fake f;
    char text[100];
    fake_start(&f);
    snprintf(text, sizeof text, "help \"%s\"\n", row->name);
    bool fine = fake_run(&f, text) == OUTCOME_OK && strstr(f.out.text, row->summary);
    if (row->alias) {
        snprintf(text, sizeof text, "help \"%s\"\n", row->alias);
        fine = fine && fake_run(&f, text) == OUTCOME_OK && strstr(f.out.text, row->summary);
    }
    if (!fine)
        complain(c, row, "help does not explain it");
    fake_finish(&f);
    return fine;
}

static bool overview_names_it(const struct catalog *c, const struct entry *row)
{
    struct fake f;
    char word[80];
    fake_start(&f);
    fake_ok(&f, "help\n");
    snprintf(word, sizeof word, " %s", row->name);
    const bool fine = strstr(f.out.text, word);
    if (!fine)
        complain(c, row, "the overview does not name it");
    fake_finish(&f);
    return fine;
}

static void help_knows_every_row(void **state)
{
    (void)state;
    assert_int_equal(walk(help_explains_it), 0);
    assert_int_equal(walk(overview_names_it), 0);
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "help expressions\n");
    for (size_t i = 0; i < functions.rows; i++)
        check_has(f.out.text, functions.row[i]->name);
    fake_finish(&f);
}

/* Of a page that the program writes: whether the one in docs is that. */
static void check_page(void (*write)(const struct out *to), const char *path, const char *option)
{
    struct str written = {0}, kept = {0};
    const struct out to = out_to(&written);
    char piece[4096];
    write(&to);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        str_bytes(&kept, piece, n);
    fclose(file);
    if (strcmp(written.text, kept.text) != 0)
        fail_msg("%s is not what the program writes; renew it with\n    %s", path, option);
    str_finish(&written);
    str_finish(&kept);
}

static void the_pages_are_what_the_program_writes(void **state)
{
    (void)state;
    check_page(manual_write, DOCS "/reference.md", "build/src/nnr --manual > docs/reference.md");
    check_page(catalogue_write, DOCS "/catalogue.md",
               "build/src/nnr --catalogue > docs/catalogue.md");
}

/* What completion offers at the end of `line`, joined by blanks; * where there is no suffix. */
static void offered(struct fake *f, const char *line, char *text, size_t room)
{
    size_t start = 0;
    char suffix = ' ';
    char **list = session_complete(f->session, line, strlen(line), &start, &suffix);
    *text = 0;
    for (size_t i = 0; list && list[i]; i++) {
        size_t n = strlen(text);
        snprintf(text + n, room - n, "%s%s", n ? " " : "", list[i]);
        mem_free(list[i]);
    }
    if (list && !suffix)
        snprintf(text + strlen(text), room - strlen(text), "*");
    mem_free(list);
}

static void completion_offers_what_may_stand_there(void **state)
{
    (void)state;
    static const struct {
        const char *line, *all; /* exactly these */
    } exact[] = {
        {"tra", "train"},
        {"den", "dense"},
        {"hid", "hidden"}, /* a layer's name is a verb */
        {"xyz", ""},
        {"swee", "sweep"},
        {"sweep hidden.kernel = l2(?) over 0 1 ke", "keep="},
        {"sweep hidden.kernel = l2(?) over 0 1 keep=fi", "first"},
        {"sweep hidden.ac", "hidden.activation hidden.activity"},
        {"sweep hidden.kernel = l2(?) over 0 1 { trai", "train"},
        {"measure active = frac", "fraction(*"},
        {"dense 4 re", "relu relu6"},
        {"dense 4 tanh ker",
         "kernel= kernel_init= kernel_dropout= kernel_constraint= kernel_decay="},
        {"dense 4 kernel_constraint=m", "max_norm min_max_norm"},
        {"dense 4 act", "activity="},
        {"dense 4 kernel=",
         "l1 l2 l2sp l1l2 contractive kl l0 group_lasso "
         "hoyer tv ar tar orthogonal soft_orthogonal spectral decov entropy confidence none"},
        {"dense 4 kernel=l1(1)+l2", "l2 l2sp"},
        {"dense 4 kernel_init=he_", "he_uniform he_normal"},
        {"dense 4 use_bias=", "yes no"},
        {"dense 4 on hi", "hidden"},
        {"dense 4 on x, hi", "hidden"},
        {"train 5 on ", "all plain other"},
        {"evaluate on pl", "plain"},
        {"model pl", "plain"},
        {"optimizer a", "adam adamw adagrad"},
        {"optimizer sgd mo", "momentum="},
        {"loss m", "mse mae"},
        {"data moo", "moons"},
        {"data moons 100 no", "noise="},
        {"data digits ta", "target="},
        {"data digits scale=mi", "minmax"},
        {"penalties on=", "evaluation train batch"},
        {"penalties format=j", "json"},
        {"show plan for", "format="},
        {"history format=", "text csv markdown json html"},
        {"print hidden.k", "hidden.kernel hidden.kernel.grad hidden.kernel.penalty "
                           "hidden.kernel_dropout hidden.kernel_decay"},
        {"print mean(hidden.ou", "hidden.output"},
        {"print hidden.activity.p", "hidden.activity.penalty"},
        {"print val.a", "val.accuracy"},
        {"print fra", "fraction(*"},
        {"expect los", "loss loss.data loss.penalty"},
        {"set hidden.tr", "hidden.trainable"},
        {"set optimizer.", "optimizer.lr optimizer.beta_1 optimizer.beta_2 optimizer.epsilon "
                           "optimizer.clipnorm optimizer.clipvalue optimizer.global_clipnorm "
                           "optimizer.noise optimizer.sam optimizer.ema"},
        {"set data.b", "data.batch"},
        {"set hidden.k", "hidden.kernel hidden.kernel_dropout hidden.kernel_constraint "
                         "hidden.kernel_decay"},
        {"set hidden.kernel_constraint = non", "none non_neg"},
        {"set hidden.activity = l1", "l1 l1l2"},
        {"set hidden.activity=l1(1) + n", "none"},
        {"let k = hidden.b", "hidden.bias hidden.bias.grad hidden.bias.penalty hidden.bias_decay"},
        {"print 1 + hidden.bias.g", "hidden.bias.grad"},
        {"expect 1 == hidden.bias.g", "hidden.bias.grad"},
        {"dense 4 on x a", "activity= alpha= as"},
        {"show hid", "hidden hidden.output hidden.input hidden.kernel hidden.kernel.grad "
                     "hidden.bias hidden.bias.grad"},
        {"show da", "data"},
        {"plot a", "activity"},
        {"plot sa", "save"},
        {"plot terminal du", "dumb"},
        {"plot weights hi", "hidden"},
        {"plot loss of pl", "plain"},
        {"plot filters so", "sort="},
        {"plot filters hidden sort=", "yes no"},
        {"plot filters scale=", "same own"},
        {"plot filters sort=no sc", "scale="},
        {"plot weights so", ""},
        {"watch filters so", "sort="},
        {"watch a", "activity accuracy abs("},
        {"dense 4 kernel=l1(0.1, re", "reduce="},
        {"dense 4 kernel=l1(0.1, reduce=m", "mean"},
        {"dense 4 kernel=l1(0.1)+l2(0.1, re", "reduce="},
        {"set hidden.activity = l1(0.1, re", "reduce="},
        {"let weak = l1(0.1, re", "reduce="},
        {"print mean(hidden.output, ax", "axis="},
        {"print sum(abs(hidden.ou", "hidden.output"},
        {"dense re", ""}, /* the number of units is due */
        {"dense 4 tanh bias=l1(1) bi", "bias_init= bias_constraint= bias_decay="},
        {"set penalties.frozen = ig", "ignore"},
        {"emulate keras-1", "keras-1.0-early keras-1.0"},
        {"help expr", "expressions"},
        {"help l1", "l1 l1l2"},
        {"set optimizer.lr = 1e-2 * 0.9^ep", "epoch"},
        {"set optimizer.lr = 1e-2 * fl", "floor(*"},
        {"set hidden.activity = l1(1e-3 * ep", "epoch"},
        {"set hidden.activity = l1(1e-3) + l2(st", "step std( stalled("},
        {"train 20 until val.a", "val.accuracy"},
        {"train 20 until stalled(val.a", "val.accuracy"},
        {"train 20 until loss < 1 and fra", "fraction(*"},
        {"train 20 until loss < 1 ke", "keep="},
        {"exercise \"a\" until fra", "fraction(*"},
        {"data blobs cl", "classes="},
        {"data csv \"f.csv\" tar", "target="},
        {"conv2d 8 3x3 pad", "padding="},
        {"conv2d 8 3x3 padding=sa", "same"},
        {"lstm 8 seq", "sequences="},
        {"timedistributed conv1d 8 3 pad", "padding="},
        {"bidirectional lstm 8 rec",
         "recurrent_activation= recurrent= recurrent_dropout= recurrent_kernel_dropout= "
         "recurrent_init= recurrent_constraint= recurrent_decay="},
        {"help kernel_", "kernel_init kernel_dropout kernel_constraint kernel_decay"},
        {"source ", "\"*"},
        {"load weights ", "\" for= on"},
        {"save session ", "\" for="},
        {"plot save ", "\" size= of"},
        {"help pyt", "pytorch"},
        {"redo ", ""},
        {"seed 7; tra", "train"},
        {"say \"a; tra", ""},
    };
    struct fake f;
    char text[2000];
    fake_start(&f);
    fake_ok(&f, "model plain\ninput 2 as x\ndense 3 tanh as hidden\ndense 1 sigmoid as y\n"
                "optimizer adam\nmodel other\nmodel plain\n");
    size_t failed = 0;
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        offered(&f, exact[i].line, text, sizeof text);
        /* A key has no blank behind it. */
        const size_t n = strlen(exact[i].all);
        const bool key = n && exact[i].all[n - 1] == '=' && !strchr(exact[i].all, ' ');
        if (key && text[0] && text[strlen(text) - 1] == '*')
            text[strlen(text) - 1] = 0;
        else if (key)
            snprintf(text, sizeof text, "a key with a blank behind it");
        if (strcmp(text, exact[i].all) == 0)
            continue;
        print_error("%s: %s\n    and not: %s\n", exact[i].line, text, exact[i].all);
        failed++;
    }
    assert_int_equal(failed, 0);
    fake_finish(&f);
}

/* The words at the end of `line` must hold `word`, with what stands behind it. */
struct completing {
    struct fake f;
    size_t asked, failed;
};

static void check_offer(struct completing *c, const char *line, const char *word, const char *after)
{
    static char all[60000];
    char text[200], padded[240];
    offered(&c->f, line, all, sizeof all);
    snprintf(text, sizeof text, "%s%s", word, after);
    snprintf(padded, sizeof padded, " %s ", text);
    const size_t n = strlen(text);
    const bool first = strncmp(all, text, n) == 0 && (!all[n] || strchr(" *", all[n]));
    strcat(all, " ");
    c->asked++;
    if (first || strstr(all, padded))
        return;
    print_error("\"%s\" does not offer %s\n", line, text);
    c->failed++;
}

static void check_rows(struct completing *c, const char *line, const struct table *t)
{
    for (size_t i = 0; i < t->rows; i++)
        check_offer(c, line, t->row[i]->name, "");
}

/* Behind `line`, which ends where a call of the table may stand. */
static void check_calls(struct completing *c, const char *line, const struct table *t)
{
    char text[700];
    for (size_t i = 0; i < t->rows; i++)
        for (size_t a = 0; a < t->row[i]->arg_count; a++) {
            const struct arg_spec *spec = &t->row[i]->args[a];
            if (spec->form != KEY)
                continue;
            snprintf(text, sizeof text, "%.300s%.80s(", line, t->row[i]->name);
            check_offer(c, text, spec->name, "=");
            snprintf(text, sizeof text, "%.300s%.80s(0.1, ", line, t->row[i]->name);
            check_offer(c, text, spec->name, "=");
            snprintf(text, sizeof text, "%.300s%.80s(0.1, %.80s=", line, t->row[i]->name,
                     spec->name);
            if (spec->of)
                check_rows(c, text, spec->of);
        }
}

/* What is there in the session for each way of naming. */
static const char *const named[] = {
    [NAMING_TENSORS] = "hidden",     [NAMING_OUTPUTS] = "y",
    [NAMING_CALLEES] = "hidden",     [NAMING_PARTS] = "hidden.kernel",
    [NAMING_MODELS] = "plain",       [NAMING_ANY_MODEL] = "all",
    [NAMING_MARKS] = "before",       [NAMING_SETTINGS] = "hidden.activity",
    [NAMING_VARIABLES] = "k",        [NAMING_VIEWS] = "activity",
    [NAMING_TOPICS] = "kernel_init",
};

static void check_value(struct completing *c, const char *line, const struct arg_spec *spec)
{
    const bool views = spec->naming == NAMING_VIEWS;
    if (spec->of)
        check_rows(c, line, spec->of);
    if (views)
        check_rows(c, line, &view_kinds);
    if (spec->of && (spec->type == ARG_SUM || spec->type == ARG_CALL))
        check_calls(c, line, spec->of);
    if (spec->type == ARG_BOOL) {
        check_offer(c, line, "yes", "");
        check_offer(c, line, "no", "");
    }
    if (spec->naming < sizeof named / sizeof *named && named[spec->naming])
        check_offer(c, line, named[spec->naming], "");
    if ((spec->type != ARG_EXPR && spec->type != ARG_EXPRS) || spec->naming)
        return;
    check_rows(c, line, &quantities);
    for (size_t i = 0; i < functions.rows; i++)
        check_offer(c, line, functions.row[i]->name, "(");
}

/* All that an entry takes, behind `line`, which names it. */
static void check_entry(struct completing *c, const char *line, const struct entry *entry)
{
    char text[300];
    size_t places = 0;
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        int n = snprintf(text, sizeof text, "%s ", line);
        if (spec->form == KEY || spec->form == CLAUSE)
            check_offer(c, text, spec->name, spec->form == KEY ? "=" : "");
        if (spec->form == KEY || spec->form == CLAUSE)
            snprintf(text + n, sizeof text - (size_t)n, "%s%s", spec->name,
                     spec->form == KEY ? "=" : " ");
        for (size_t k = 0; k < places && (spec->form == POSITIONAL || spec->form == REST); k++)
            n += snprintf(text + n, sizeof text - (size_t)n, "1 ");
        places += spec->form == POSITIONAL;
        if (spec->form == BODY)
            continue;
        check_value(c, text, spec);
        for (size_t k = 0; spec->type == ARG_ENTRY && k < spec->of->rows; k++) {
            snprintf(text, sizeof text, "%s %s", line, spec->of->row[k]->name);
            check_entry(c, text, spec->of->row[k]);
        }
    }
}

static void every_word_of_the_tables_is_completed(void **state)
{
    (void)state;
    struct completing c = {.asked = 0};
    fake_start(&c.f);
    fake_ok(&c.f, "data moons 20\nmodel plain\ninput 2 as x\ndense 3 tanh as hidden\n"
                  "dense 1 sigmoid as y\noutput y\nlet k = 1\nmark before\n");
    check_rows(&c, "", &command_table);
    check_rows(&c, "", &layer_kinds);
    for (size_t i = 0; i < command_table.rows; i++)
        check_entry(&c, command_table.row[i]->name, command_table.row[i]);
    for (size_t i = 0; i < layer_kinds.rows; i++)
        check_entry(&c, layer_kinds.row[i]->name, layer_kinds.row[i]);
    assert_true(c.asked > 2000);
    assert_int_equal(c.failed, 0);
    fake_finish(&c.f);
}

/* Names inside a block are for paths, not for verbs, and not for `on`. */
static void completion_knows_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *line, *all;
    } cases[] = {
        {"tow", "tower"},
        {"tower on t", "ta tb"},
        {"loss mse on t", "ta tb"},
        {"output t", "ta tb"},
        {"timedistributed drop", "dropout"},
        {"timedistributed tow", "tower"},
        {"timedistributed tower on t", "ta tb"},
        {"set tower.tr", "tower.trainable"},
        {"emulate keras-2", "keras-2.0 keras-2.2"},
        {"print ta.top.", "ta.top.output ta.top.input"},
        {"set tower.top.act", "tower.top.activation tower.top.activity"},
        {"print norm(tower.top.k", "tower.top.kernel tower.top.kernel.grad "
                                   "tower.top.kernel.penalty tower.top.kernel_dropout "
                                   "tower.top.kernel_decay"},
    };
    struct fake f;
    char text[2000];
    fake_start(&f);
    fake_ok(&f,
            "input 2 as x\nblock tower { dense 2 as top }\ntower on x as ta\ntower on x as tb\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        offered(&f, cases[i].line, text, sizeof text);
        if (strcmp(text, cases[i].all) != 0)
            fail_msg("%s: %s\n    and not: %s", cases[i].line, text, cases[i].all);
    }
    fake_ok(&f, "output tb\n");
    offered(&f, "loss mse on t", text, sizeof text);
    assert_string_equal(text, "tb");
    fake_finish(&f);
}

/* Whatever stands before the cursor, completion answers. */
static void completion_bears_any_line(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",      " ",      "=",        "a=",     "+",         "l1(",
        "\"",    "\\",     "{",        "};",     "on ",       "dense  4  on  ,,",
        "set =", "data  ", "\xc3\xa4", "x.y.z.", "print (((", "train on all on all on "};
    struct fake f;
    char text[4000];
    fake_start(&f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        offered(&f, lines[i], text, sizeof text);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_described),
        cmocka_unit_test(every_example_runs),
        cmocka_unit_test(every_example_is_about_its_row),
        cmocka_unit_test(every_name_leads_to_its_row),
        cmocka_unit_test(arguments_have_names_of_their_own),
        cmocka_unit_test(every_default_is_a_value),
        cmocka_unit_test(help_knows_every_row),
        cmocka_unit_test(the_pages_are_what_the_program_writes),
        cmocka_unit_test(completion_offers_what_may_stand_there),
        cmocka_unit_test(every_word_of_the_tables_is_completed),
        cmocka_unit_test(completion_knows_blocks),
        cmocka_unit_test(completion_bears_any_line),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
