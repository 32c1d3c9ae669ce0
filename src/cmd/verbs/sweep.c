/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep.h"

#include "cmd/common/binder.h"
#include "cmd/common/resolve.h"
#include "cmd/common/results_file.h"
#include "cmd/common/results_part.h"
#include "cmd/common/settings.h"
#include "cmd/exec/sweep_runs.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/digest.h"
#include "cmd/session/emulation.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"

#include "expr/functions.h"
#include "nn/penalty.h"
#include "train/model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Models of so many runs stay without a word. */
enum { KEPT_MOST = 64, RUNS_MOST = 100000 };

static const struct entry keep_all = {.name = "all", .summary = "the model of each run"};
static const struct entry keep_first = {.name = "first",
                                        .summary = "of each value that of the first seed"};
static const struct entry keep_none = {.name = "none", .summary = "no model, only the results"};
static const struct entry *const keep_rows[] = {&keep_all, &keep_first, &keep_none};
static const struct table keeps = {"way to keep models", keep_rows, 3};

/* Keys that only the outermost of nested sweeps has. */
static const char *const outer_keys[] = {"keep", "log", "resume", "jobs", "first"};

static size_t count_holes(const struct node *n)
{
    size_t found = n->kind == NODE_HOLE;
    for (size_t i = 0; i < 3; i++)
        found += n->child[i] ? count_holes(n->child[i]) : 0;
    for (size_t i = 0; i < n->args; i++)
        found += count_holes(n->arg[i].value);
    return found;
}

static int check_pair(const struct pair *pair, struct err *e)
{
    const struct node *target = pair->target, *value = pair->value[0];
    if (target->kind != NODE_PATH) {
        err_at(e, target->where, "sweep changes a setting or a variable");
        return err_hint(e, "write sweep h.kernel = l2(?) over 0 1e-3 { train 5 }");
    }
    if (pair->values != 1)
        return err_at(e, pair->value[1]->where, "sweep takes one value with a ? in it");
    if (count_holes(value))
        return 0;
    err_at(e, value->where, "there is no ? where the values could stand");
    return err_hint(e, "write ? in place of what changes: l2(?), or ? alone");
}

/* Whether a value is a number, whichever way it is written: not a penalty, a word or a call. */
static bool is_number(struct session *s, const struct node *n)
{
    double x;
    const struct variable *v = n->kind == NODE_PATH ? name_variable(s, n->text) : NULL;
    switch (n->kind) {
    case NODE_NUMBER:
        return true;
    case NODE_PATH:
        return (v && !v->penalty) || (!v && (table_find(&quantities, n->text) ||
                                             setting_number(s, current_model(s), n->text, &x)));
    case NODE_CALL:
        return table_find(&functions, n->text) && !table_find(&penalty_kinds, n->text) &&
               !session_definition(s, n->text);
    case NODE_UNARY:
        return is_number(s, n->child[0]);
    case NODE_BINARY:
        return is_number(s, n->child[0]) && is_number(s, n->child[1]);
    default:
        return false;
    }
}

/* A value as it is now: what it is written with may change in a run. */
static struct node *value_now(struct session *s, struct sweep *w, const struct node *n,
                              struct err *e)
{
    char number[NUMBER_ROOM];
    double x;
    struct node *to = arena_new(&w->arena, 1, sizeof *to);
    if (!to) {
        err_memory(e);
        return NULL;
    }
    if (!is_number(s, n)) {
        *to = *n;
        return to;
    }
    if (session_number(s, current_model(s), n, &x, e))
        return NULL;
    if (!isfinite(x)) {
        err_at(e, n->where, "this value is no finite number");
        return NULL;
    }
    number_exact(x, number);
    *to = (struct node){.kind = NODE_NUMBER,
                        .where = n->where,
                        .number = x,
                        .height = 1,
                        .text = arena_text(&w->arena, number, strlen(number))};
    if (to->text)
        return to;
    err_memory(e);
    return NULL;
}

/* The sweep that stands in a body; its number, or body->count if there is none. */
static size_t find_inner(const struct script *body)
{
    size_t i = 0;
    while (i < body->count && strcmp(body->statement[i].verb, "sweep") != 0)
        i++;
    return i;
}

static int add_values(struct session *s, struct sweep *w, struct sweep_axis *axis,
                      const struct args *args, struct err *e)
{
    const struct arg *over = args_get(args, "over");
    axis->values = over->as.exprs.count;
    axis->value = arena_new(&w->arena, axis->values, sizeof *axis->value);
    if (!axis->value)
        return err_memory(e);
    for (size_t i = 0; i < axis->values; i++) {
        const struct node *n = over->as.exprs.item[i];
        if (n->kind == NODE_HOLE) {
            err_at(e, n->where, "? is what the values take the place of, and no value");
            return err_hint(e, "write sweep h.kernel = l2(?) over 0 1e-3 { train 5 }");
        }
        if (!(axis->value[i] = value_now(s, w, n, e)))
            return -1;
    }
    return 0;
}

static int add_axis(struct session *s, struct sweep *w, const struct statement *st,
                    const struct args *args, struct err *e)
{
    const struct pair *pair = args_get(args, "target")->as.pair;
    struct sweep_axis *axis = &w->axis[w->axes];
    if (check_pair(pair, e))
        return -1;
    for (size_t a = 0; a < w->axes; a++)
        if (strcmp(w->axis[a].pair->target->text, pair->target->text) == 0) {
            err_at(e, pair->target->where, "%s is swept already", pair->target->text);
            return err_hint(e, "one of the two would count; name another target");
        }
    *axis = (struct sweep_axis){.statement = st,
                                .body = args_get(args, "body")->as.body,
                                .pair = pair,
                                .variable = !strchr(pair->target->text, '.')};
    w->axes++;
    return add_values(s, w, axis, args, e);
}

/* What a sweep in a sweep may not say, and how many seeds either has. */
static int check_inner(const struct args *args, const struct arg **seeds, struct err *e)
{
    const struct arg *own = args_get(args, "seeds");
    for (size_t i = 0; i < sizeof outer_keys / sizeof *outer_keys; i++)
        if (args_get(args, outer_keys[i])->given) {
            err_at(e, args_get(args, outer_keys[i])->key, "%s= is for all runs together",
                   outer_keys[i]);
            return err_hint(e, "write it at the outer sweep");
        }
    if (own->given && (*seeds)->given) {
        err_at(e, own->key, "seeds= stands at both sweeps");
        return err_hint(e, "one of them says how often each pair of values is run");
    }
    *seeds = own->given ? own : *seeds;
    return 0;
}

/* The sweeps that stand in one another, from the outermost in. */
static int add_axes(struct session *s, struct sweep *w, const struct args *args,
                    const struct arg **seeds, struct err *e)
{
    const struct binder b = session_binder(s, &w->arena);
    const struct statement *st = s->statement;
    *seeds = args_get(args, "seeds");
    for (;;) {
        if (add_axis(s, w, st, args, e))
            return -1;
        const struct script *body = w->axis[w->axes - 1].body;
        const size_t inner = find_inner(body);
        if (inner == body->count)
            return 0;
        if (inner + 1 < body->count) {
            err_at(e, body->statement[inner + 1].verb_where,
                   "nothing stands behind a sweep in a "
                   "sweep");
            return err_hint(e, "what each run does stands in the inner { }");
        }
        st = &body->statement[inner];
        if (w->axes == SWEEP_AXES_MOST) {
            err_at(e, st->verb_where, "at most %d sweeps stand in one another", SWEEP_AXES_MOST);
            return err_hint(e, "sweep fewer settings at once");
        }
        if (!(args = bind_statement(&b, st, args->entry, e)) || check_inner(args, seeds, e))
            return -1;
    }
}

/* Texts for the results: what is swept, and each value of the product. */
static int describe_sweep(struct sweep *w, struct err *e)
{
    struct results *of = w->results;
    struct str text = {0};
    for (size_t a = 0; a < w->axes; a++) {
        const struct pair *pair = w->axis[a].pair;
        str_addf(&text, "%s%s = ", a ? ", " : "", pair->target->text);
        node_print(&text, pair->value[0]);
        if (!(of->target[a] = mem_text(pair->target->text, strlen(pair->target->text))))
            break;
        of->axes++;
    }
    of->text = text.failed ? NULL : mem_text(text.text, text.size);
    str_finish(&text);
    return of->text && of->axes == w->axes ? 0 : err_memory(e);
}

static int describe_value(struct results *of, const struct sweep *w, const size_t *at,
                          struct err *e)
{
    for (size_t a = 0; a < w->axes; a++) {
        struct swept *to = &of->value[of->values * of->axes + a];
        const struct node *n = w->axis[a].value[at[a]];
        struct str text = {0};
        to->number = n->kind == NODE_NUMBER ? n->number : NAN;
        node_print(&text, n);
        to->text = text.failed ? NULL : mem_text(text.text, text.size);
        str_finish(&text);
        if (!to->text) {
            while (a-- > 0)
                mem_free(of->value[of->values * of->axes + a].text);
            return err_memory(e);
        }
    }
    of->values++;
    return 0;
}

/* The next free NAME_1, NAME_2, ... */
static int next_name(const struct session *s, size_t *number, char *name, size_t room,
                     const struct args *args, struct err *e)
{
    struct err own = {0};
    do
        snprintf(name, room, "%s_%zu", current_model(s)->name, ++*number);
    while (name_model_number(s, name) != INDEX_NONE);
    if (!name_check_word(name, args->where, &own))
        return 0;
    err_at(e, args->where, "the name of the model, %s, is too long for numbers behind it",
           current_model(s)->name);
    return err_hint(e, "rename it first: rename net");
}

/* How models are kept, by what keep= says or by the number of runs. */
static const struct entry *how_to_keep(const struct args *args, size_t runs)
{
    const struct arg *keep = args_get(args, "keep");
    if (keep->given)
        return keep->as.choice;
    return args_get(args, "resume")->given || runs > KEPT_MOST ? &keep_none : &keep_first;
}

static int count_runs(struct sweep *w, const struct arg *seeds, struct err *e)
{
    double runs = (double)seeds->as.whole;
    for (size_t a = 0; a < w->axes; a++)
        runs *= (double)w->axis[a].values;
    if (runs <= RUNS_MOST)
        return 0;
    err_at(e, w->axis[0].statement->verb_where, "these are %.0f runs, and a sweep has at most %d",
           runs, RUNS_MOST);
    return err_hint(e, "sweep over fewer values, or in several sweeps");
}

/* The runs, seeds fastest and then the values of the innermost sweep. */
static int list_runs(struct session *s, struct sweep *w, const struct args *args, size_t seeds,
                     struct err *e)
{
    size_t values = 1, at[SWEEP_AXES_MOST] = {0}, number = 0;
    char name[140];
    for (size_t a = 0; a < w->axes; a++)
        values *= w->axis[a].values;
    const struct entry *keep = how_to_keep(args, values * seeds);
    struct results *of = w->results;
    of->seeds = seeds > 1;
    of->models = keep != &keep_none;
    of->value = mem_new(values * w->axes, sizeof *of->value);
    w->run = mem_new(values * seeds, sizeof *w->run);
    if (!of->value || !w->run)
        return err_memory(e);
    for (size_t v = 0; v < values; v++) {
        if (describe_value(of, w, at, e))
            return -1;
        for (size_t k = 0; k < seeds; k++) {
            struct sweep_run *r = &w->run[w->runs];
            if ((!k || keep == &keep_all) && next_name(s, &number, name, sizeof name, args, e))
                return -1;
            memcpy(r->at, at, sizeof at);
            r->keeps = keep == &keep_all || (keep == &keep_first && !k);
            r->row.value = v;
            r->row.seed = s->seed + k;
            if (!(r->row.model = mem_text(name, strlen(name))))
                return err_memory(e);
            w->runs++;
        }
        for (size_t a = w->axes; a-- > 0 && ++at[a] == w->axis[a].values;)
            at[a] = 0;
    }
    return 0;
}

/* All that a run depends on but its values and its seed. */
static int find_digest(const struct session *s, struct sweep *w, struct err *e)
{
    const unsigned precision = sizeof(real);
    uint64_t hash = digest_state(s, DIGEST_START);
    struct str text = {0};
    /* A text that there was no memory for would make it another one. */
    bool failed = digest_state(s, DIGEST_START) != hash;
    hash = digest_bytes(hash, &precision, sizeof precision);
    hash = digest_bytes(hash, &s->current, sizeof s->current);
    for (size_t a = 0; a < w->axes; a++) {
        const struct sweep_axis *axis = &w->axis[a];
        str_addf(&text, "%s = ", axis->pair->target->text);
        node_print(&text, axis->pair->value[0]);
        const size_t count = axis->body->count - (a + 1 < w->axes);
        for (size_t i = 0; i < count; i++) {
            str_add(&text, "\n");
            statement_print(&text, &axis->body->statement[i], NULL);
        }
        str_add(&text, "\n");
    }
    w->results->digest = digest_bytes(hash, text.text, text.size);
    failed = failed || text.failed;
    str_finish(&text);
    return failed ? err_memory(e) : 0;
}

static int check_seeds(const struct session *s, const struct arg *seeds, struct err *e)
{
    const struct model *m = current_model(s);
    if (seeds->as.whole == 1 || (!m->state.trained && !m->state.step))
        return 0;
    err_at(e, seeds->key, "%s was trained before, and seeds= draws its weights anew", m->name);
    return err_hint(e, "sweep a model that is as it was made, or leave seeds= out");
}

static int check_files(const struct session *s, struct sweep *w, const struct args *args,
                       struct err *e)
{
    const struct arg *log = args_get(args, "log"), *resume = args_get(args, "resume");
    const struct arg *keep = args_get(args, "keep");
    if (resume->given && keep->given && keep->as.choice != &keep_none) {
        err_at(e, keep->key, "the rows that resume= takes have no models to keep");
        return err_hint(e, "leave keep= or resume= out");
    }
    if ((log->given && results_part_file(s, &w->arena, &log->as.file, &w->log_file, e)) ||
        (resume->given && results_part_file(s, &w->arena, &resume->as.file, &w->resume_file, e)))
        return -1;
    return log->given ? results_log_check(&w->log_file, e) : 0;
}

/* Rows that are in a file need not be done. */
static int take_rows(struct session *s, struct sweep *w, const struct args *args, size_t seeds,
                     struct err *e)
{
    const struct arg *resume = args_get(args, "resume");
    struct results_rows rows;
    size_t taken = 0, share = 0;
    if (!resume->given || checking(s))
        return 0;
    for (size_t i = 0; i < w->runs; i++)
        share += results_of_part(s, i);
    if (!share)
        return 0;
    if (access(w->resume_file.path, F_OK) && errno == ENOENT) {
        session_notice(s,
                       share == 1 ? "there is no \"%s\" yet: the one run is to do"
                                  : "there is no \"%s\" yet: all %zu runs are to do",
                       w->resume_file.name, share);
        return 0;
    }
    if (results_read(w->results, &w->resume_file, &s->host->stop, &rows, e))
        return -1;
    for (size_t i = 0; i < rows.runs; i++) {
        const uint64_t k = rows.run[i].seed - s->seed;
        const size_t at = rows.run[i].value * seeds + k;
        struct sweep_run *r = k < seeds && at < w->runs ? &w->run[at] : NULL;
        if (!r || r->taken)
            continue;
        char *name = r->row.model;
        r->row.model = NULL;
        results_run_finish(&r->row);
        r->row = rows.run[i];
        mem_free(r->row.model);
        r->row.model = name;
        r->taken = true;
        rows.run[i] = (struct results_run){0};
        taken += results_of_part(s, at);
    }
    session_notice(s, "%zu of %zu run%s in \"%s\"", taken, share, share == 1 ? " is" : "s are",
                   w->resume_file.name);
    results_rows_finish(&rows);
    return 0;
}

/* Measures by themselves stay; the rows of the sweep before go. */
static int begin_results(struct session *s, struct sweep *w, struct err *e)
{
    const struct results *old = s->results;
    if (!(w->results = results_create()))
        return err_memory(e);
    for (size_t i = 0; old && i < old->runs && old->run[i].value == RUN_ALONE; i++) {
        struct results_run row;
        if (results_run_copy(&row, &old->run[i]))
            return err_memory(e);
        if (results_add(w->results, &row)) {
            results_run_finish(&row);
            return err_memory(e);
        }
    }
    return 0;
}

/* Models that stay are the session's from here on, and so are the results. */
static int put_results(struct session *s, struct sweep *w, struct err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->done; i++)
        kept += w->run[i].model != NULL;
    if (mem_room(&s->model, &s->model_room, s->models + kept, sizeof *s->model) ||
        index_reserve(&s->names->models, s->models + kept))
        return err_memory(e);
    for (size_t i = 0; i < w->done; i++)
        if (w->run[i].model) {
            s->model[s->models++] = w->run[i].model;
            session_bend(s, w->run[i].model);
            w->run[i].model = NULL;
        }
    results_release(s->results);
    s->results = w->results;
    w->results = NULL;
    return 0;
}

/* What a record says of a sweep that ended early: how many runs were done. */
static void note_done(struct session *s, const struct statement *st, size_t done)
{
    char number[NUMBER_ROOM];
    struct node name = {.kind = NODE_PATH, .text = "first", .height = 1};
    struct node count = {.kind = NODE_NUMBER, .number = (double)done, .height = 1};
    struct node *value = &count;
    struct statement partial = *st;
    partial.pairs = 0;
    partial.pair = mem_new(st->pairs + 1, sizeof *partial.pair);
    count.text = number_exact((double)done, number);
    for (size_t i = 0; partial.pair && i < st->pairs; i++) {
        const struct node *key = st->pair[i].target;
        if (key->kind != NODE_PATH || strcmp(key->text, "first") != 0)
            partial.pair[partial.pairs++] = st->pair[i];
    }
    if (partial.pair) {
        partial.pair[partial.pairs++] =
            (struct pair){.target = &name, .value = &value, .values = 1};
        journal_done(s, &partial);
    }
    s->journal->lost = s->journal->lost || !partial.pair;
    mem_free(partial.pair);
}

/* Written before anything is put in place: afterwards nothing may fail. */
static int write_done(struct session *s, const struct sweep *w, struct str *to, struct err *e)
{
    struct report r = {0};
    const bool empty = !w->done && results_in_parts(s);
    report_number(&r, "runs", (double)w->done);
    if (!empty)
        report_say(&r, "sweep: {runs run}");
    if (results_in_parts(s)) {
        report_number(&r, "part", s->host->part);
        report_number(&r, "parts", s->host->parts);
        report_number(&r, "of", (double)w->all);
        report_say(&r, empty ? "sweep: none of the {of run} is in part {part} of {parts}\n"
                             : " of {of}, part {part} of {parts}");
    }
    report_number(&r, "failed", (double)w->failed);
    if (w->failed)
        report_say(&r, ", {failed} failed");
    if (!empty && w->results->models)
        report_say(&r, w->done == 1 ? "; its model stays, and" : "; their models stay, and");
    else if (!empty)
        report_say(&r, ";");
    if (!empty)
        report_say(&r, w->done == 1 ? " results shows what it came to\n"
                                    : " results shows what they came to\n");
    report_write(s, &r, to);
    if (!to->failed)
        return 0;
    str_finish(to);
    return err_memory(e);
}

/* All of them failed: the error is that of the first. */
static int all_failed(const struct sweep *w, struct err *e)
{
    const struct err *wrong = NULL;
    for (size_t i = 0; i < w->runs && !wrong; i++)
        wrong = w->run[i].wrong;
    if (!wrong)
        return err_memory(e);
    *e = *wrong;
    return -1;
}

static int do_sweep(struct session *s, struct sweep *w, const struct args *args, struct err *e)
{
    const struct arg *log = args_get(args, "log");
    const struct statement *st = s->statement;
    if (log->given && !(w->log = results_log_begin(w->results, &w->log_file, e)))
        return -1;
    int failed = sweep_runs(s, w, e);
    results_log_end(w->log);
    w->log = NULL;
    s->sweep = NULL;
    if (!w->done && (failed || w->runs))
        return -1;
    if (!failed && w->runs && w->failed == w->done)
        return all_failed(w, e);
    if (failed) {
        if (put_results(s, w, &(struct err){0}))
            return -1;
        note_done(s, st, w->done);
        session_notice(s, "%zu of %zu runs are done: results shows what they came to", w->done,
                       w->runs);
        return -1;
    }
    struct str text = {0};
    if (write_done(s, w, &text, e))
        return -1;
    if (put_results(s, w, e)) {
        str_finish(&text);
        return -1;
    }
    return session_report(s, &text, e);
}

/* With --check: each model that stays is made, so that what follows can name it. */
static int check_sweep(struct session *s, struct sweep *w, struct err *e)
{
    for (size_t i = 0; i < w->runs; i++)
        if ((i == 0 || w->run[i].keeps) && sweep_try_one(s, w, i, i == 0, e))
            return -1;
    w->done = w->runs;
    s->sweep = NULL;
    for (size_t i = 0; i < w->runs; i++) {
        struct results_run row;
        if (results_run_copy(&row, &w->run[i].row))
            return err_memory(e);
        if (results_add(w->results, &row)) {
            results_run_finish(&row);
            return err_memory(e);
        }
    }
    return put_results(s, w, e);
}

/* Runs that first= leaves out. */
static void leave_out(struct sweep *w, const struct arg *first)
{
    while (first->given && w->runs > (size_t)first->as.whole)
        results_run_finish(&w->run[--w->runs].row);
}

/* The runs of other shares go. */
static void take_part(const struct session *s, struct sweep *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->runs; i++)
        if (results_of_part(s, i))
            w->run[kept++] = w->run[i];
        else
            results_run_finish(&w->run[i].row);
    w->runs = kept;
}

static int check_part(const struct session *s, const struct args *args, struct err *e)
{
    if (!results_in_parts(s) || s->host->part)
        return 0;
    err_at(e, args->where,
           "which share of the sweep this task of the Slurm array has is not known: "
           "its numbers have gaps");
    return err_hint(e, "say it: nnr --part 3/8, or --part 1/1 for all runs");
}

static int prepare_runs(struct session *s, struct sweep *w, const struct args *args, struct err *e)
{
    const struct arg *seeds, *jobs = args_get(args, "jobs");
    if (check_part(s, args, e) || add_axes(s, w, args, &seeds, e) || count_runs(w, seeds, e) ||
        check_seeds(s, seeds, e) || check_files(s, w, args, e))
        return -1;
    w->jobs = jobs->given ? (unsigned)jobs->as.whole : 0;
    if (begin_results(s, w, e) || describe_sweep(w, e) ||
        list_runs(s, w, args, (size_t)seeds->as.whole, e))
        return -1;
    if (find_digest(s, w, e) ||
        snapshot_take(s, PART_MODELS | PART_DATA | PART_VARIABLES, &w->before, e))
        return -1;
    if (take_rows(s, w, args, (size_t)seeds->as.whole, e))
        return -1;
    w->all = w->runs;
    s->sweep = w;
    /* Also where this part has no run: then the names of what is measured are known all the same.
     */
    if (!checking(s) && sweep_try_one(s, w, 0, true, e))
        return -1;
    if (!checking(s))
        take_part(s, w);
    leave_out(w, args_get(args, "first"));
    return 0;
}

static int run_sweep(struct session *s, const struct args *args, struct err *e)
{
    struct sweep *w;
    if (s->sweep) {
        err_at(e, args->where, "a sweep in a sweep is the last statement of its { }");
        return err_hint(e, "it cannot stand in a loop or a file there");
    }
    if (!(w = mem_new(1, sizeof *w)))
        return err_memory(e);
    int failed = prepare_runs(s, w, args, e);
    if (!failed)
        failed = checking(s) ? check_sweep(s, w, e) : do_sweep(s, w, args, e);
    s->sweep = NULL;
    sweep_runs_finish(w);
    snapshot_finish(s, &w->before);
    results_release(w->results);
    str_finish(&w->told);
    arena_finish(&w->arena);
    mem_free(w);
    return failed ? -1 : 0;
}

static const struct arg_spec sweep_args[] = {
    ARG("target", PAIR, ARG_PAIR, .required = true,
        .line = "a setting, as set changes it, or a variable; VALUE has ? in it",
        .naming = NAMING_SETTINGS),
    ARG("over", CLAUSE, ARG_EXPRS, .required = true,
        .line = "what takes the place of ?: numbers, penalties or words"),
    ARG("seeds", KEY, ARG_WHOLE, .standard = "1", .min = 1, .max = RUNS_MOST,
        .line = "how often each value is run: with the session's seed, that + 1, + 2, ..., the "
                "weights drawn anew from each"),
    ARG("keep", KEY, ARG_CHOICE, .of = &keeps, .lists = true,
        .line = "which models stay; without it, up to 64 runs as with first, then none"),
    ARG("log", KEY, ARG_FILE,
        .line = "a .csv to which the row of each run is added when it is done"),
    ARG("resume", KEY, ARG_FILE,
        .line = "a .csv of log= or save results: runs whose rows are in it are not done again"),
    ARG("jobs", KEY, ARG_WHOLE, .min = 1, .max = 1024,
        .line = "how many runs go on at once; without it as many as there are cores"),
    ARG("first", KEY, ARG_WHOLE, .min = 1, .max = RUNS_MOST,
        .line =
            "only so many runs, from the first: what a record says of a sweep that was stopped"),
    ARG("body", BODY, ARG_BODY, .required = true, .line = "what is done in each run"),
};

const struct command command_sweep = {
    COMMAND(
        "sweep", sweep_args, "does the same from here for each of several values",
        "For each value the current model is cloned with the same random streams, the value takes "
        "the place of each ?, TARGET is set as by set or let, and the { } are done. The clones "
        "stay as MODEL_1, MODEL_2, ...; then the first model is current again, unchanged. A sweep "
        "that is the last statement in a sweep's { } makes the product of both.\n\n"
        "A run depends on no other: variables, data, settings, seed and models that its { } change "
        "are as before after it. What reaches beyond one run cannot stand there: save, record, "
        "plot, watch, mark, goto, undo, results. What a run prints comes when it is done, in the "
        "order of the values; a notice comes once. pause goes on at once.\n\n"
        "A run that fails (a step that is not finite, an expect that does not hold) has a row that "
        "says why, and the others go on; only if all fail is that an error, the first run's. "
        "Before the first run the { } are looked at as --check does. Ctrl-C keeps the runs that "
        "are done, and so does a log that cannot be written.\n\n"
        "Runs go on side by side, in processes: as many as there are cores, or as jobs= says, or "
        "nnr --jobs N, which counts more. Started by mpirun they go to the other ranks. What is "
        "printed, written and kept is the same to the bit for any number of them. With nnr --part "
        "3/8 every eighth run is done, from the third on, and files of log=, resume= and save "
        "results get the part's number, sweep.3.csv; results \"sweep.*.csv\" reads them all. A "
        "task of a Slurm array is such a part by itself. A record does a part again with the same "
        "--part. A run whose "
        "process is killed is done once more; when that is killed too, its row says failed.\n\n"
        "seeds= is for a model that was not trained yet. log= begins its file anew. resume= takes "
        "rows of the same model, data, variables, seed and { }; other values and more seeds may "
        "have come, a last line without its end is left out, and no models stay. If the file is "
        "not there yet, all runs are done: one line with log=\"s.csv\" resume=\"s.csv\" begins and "
        "goes on. A sweep is one statement for undo and records; its results go with it.",
        "data moons 60 split=0.2\ninput 2\ndense 6 relu as h\ndense 1 sigmoid\n"
        "sweep h.activity = l1(?) over 0 1e-2 seeds=2 {\n  train 2\n"
        "  measure active = fraction(h.output > 0.1)\n}\nresults\n"
        "optimizer adam\nlet k = 0\nsweep k = ? over 1 2 {\n  set h.kernel = l2(k*1e-3)\n"
        "  sweep optimizer.lr = ? over 1e-3 1e-2 { train 1 }\n}\nresults\n"),
    .run = run_sweep,
    .changes = CHANGES_ALL,
    .stop_first = true,
};
