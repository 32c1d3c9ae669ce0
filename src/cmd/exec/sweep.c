/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep.h"

#include "cmd/common/defaults.h"
#include "cmd/common/event_log.h"
#include "cmd/common/measures.h"
#include "cmd/common/results_file.h"
#include "cmd/exec/exec.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/emulation.h"
#include "cmd/session/names.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"

#include <math.h>
#include <string.h>

/* What a run sees of the world: nobody is there, and what it writes is kept. */
struct run_host {
    struct host host;
    const struct host *outer;
    const struct sweep *sweep;
};

static bool run_tick(void *self, const struct progress *p)
{
    const struct run_host *h = self;
    struct progress all = {.what = "sweep"};
    if (p)
        all = *p;
    all.runs = h->sweep->runs;
    all.runs_done = h->sweep->done;
    all.runs_going = 1;
    return h->outer->tick(h->outer->self, &all);
}

static double run_clock(void *self)
{
    const struct run_host *h = self;
    return h->outer->clock(h->outer->self);
}

static bool run_ask(void *self, const char *hint)
{
    (void)self, (void)hint;
    return true;
}

static bool run_wait(void *self)
{
    const struct run_host *h = self;
    return h->outer->wait(h->outer->self);
}

static void run_picture(void *self, const char *text, size_t n)
{
    (void)self, (void)text, (void)n;
}

static void host_begin(struct run_host *h, struct session *s, const struct sweep *w,
                       struct str *out, struct str *err)
{
    *h = (struct run_host){.host = *s->host, .outer = s->host, .sweep = w};
    h->host.self = h;
    h->host.person = h->host.step = false;
    h->host.in_run = true;
    h->host.listener = NULL;
    h->host.out = out_to(out);
    h->host.err = out_to(err);
    h->host.tick = run_tick;
    h->host.clock = run_clock;
    h->host.ask = run_ask;
    h->host.wait = run_wait;
    h->host.picture = run_picture;
    s->host = &h->host;
}

/* A tree with `value` in place of each ?. NULL without memory. */
static struct node *put_value(struct arena *a, const struct node *n, struct node *value)
{
    if (n->kind == NODE_HOLE)
        return value;
    struct node *to = arena_new(a, 1, sizeof *to);
    if (!to)
        return NULL;
    *to = *n;
    for (size_t i = 0; i < 3; i++)
        if (n->child[i] && !(to->child[i] = put_value(a, n->child[i], value)))
            return NULL;
    if (n->args && !(to->arg = arena_new(a, n->args, sizeof *to->arg)))
        return NULL;
    for (size_t i = 0; i < n->args; i++) {
        to->arg[i] = n->arg[i];
        if (!(to->arg[i].value = put_value(a, n->arg[i].value, value)))
            return NULL;
    }
    return to;
}

/* Sets the axis to one of its values, as set or let would. */
static int set_axis(struct session *s, const struct sweep_axis *axis, size_t at, struct err *e)
{
    struct arena arena = {0};
    struct pair pair = *axis->pair;
    struct node *value = put_value(&arena, pair.value[0], axis->value[at]);
    const struct statement set = {.verb = axis->variable ? "let" : "set",
                                  .where = span_join(pair.target->where, pair.value[0]->where),
                                  .verb_where = axis->statement->verb_where,
                                  .pair = &pair,
                                  .pairs = 1};
    pair.value = &value;
    const int failed = value ? run_statement(s, &set, e) : err_memory(e);
    arena_finish(&arena);
    return failed;
}

static int do_body(struct session *s, const struct sweep *w, const struct sweep_run *r, bool all,
                   struct err *e)
{
    for (size_t a = 0; a < w->axes; a++) {
        struct script body = *w->axis[a].body;
        /* The last statement there is the sweep within. */
        body.count -= a + 1 < w->axes;
        for (size_t k = w->axis[a].values; all && k-- > 0;)
            if (k != r->at[a] && set_axis(s, &w->axis[a], k, e))
                return -1;
        if (set_axis(s, &w->axis[a], r->at[a], e) || run_body(s, &body, e))
            return -1;
    }
    return 0;
}

/* A clone of the current model, which becomes the current one. */
static int begin_model(struct session *s, const struct sweep_run *r, struct err *e)
{
    if (mem_room(&s->model, &s->model_room, s->models + 1, sizeof *s->model) ||
        index_reserve(&s->names->models, s->models + 1))
        return err_memory(e);
    struct model *m = model_copy(current_model(s), r->row.model, e);
    if (!m)
        return -1;
    s->model[s->models++] = m;
    s->current = s->models - 1;
    if (s->seed != r->row.seed) {
        s->seed = r->row.seed;
        model_draw_again(m);
        model_changed(m);
    }
    return 0;
}

/* Takes the run's model out of the session; a rename may have given it another name, and other
 * models may have been made. */
static void take_out(struct session *s, const struct model *m)
{
    for (size_t i = 0; i < s->models; i++)
        if (s->model[i] == m) {
            memmove(&s->model[i], &s->model[i + 1], (s->models - i - 1) * sizeof *s->model);
            s->models--;
            index_cut(&s->names->models, i);
            return;
        }
}

/* What the run left in the session and is not its own. */
struct left {
    struct line *partial;
    bool lost;
    char wrong_verb[sizeof((struct session *)0)->wrong_verb];
    double printed;
    bool has_printed;
};

static void keep_aside(struct session *s, struct left *l)
{
    *l = (struct left){s->journal->partial, s->journal->lost, "", s->printed, s->has_printed};
    memcpy(l->wrong_verb, s->wrong_verb, sizeof l->wrong_verb);
    s->journal->partial = NULL;
}

static void put_back(struct session *s, const struct left *l)
{
    lines_free(s->journal->partial);
    s->journal->partial = l->partial;
    s->journal->lost = l->lost;
    s->printed = l->printed;
    s->has_printed = l->has_printed;
    memcpy(s->wrong_verb, l->wrong_verb, sizeof l->wrong_verb);
}

/* What of the state must be set back. Of data that are as they were nothing is: trainers would go.
 */
static unsigned run_parts(const struct session *s, const struct snapshot *was)
{
    const struct dataset *a = &s->data, *b = &was->data;
    const bool same = s->has_data == was->has_data && s->emulation == was->emulation &&
                      s->ignores_frozen == was->ignores_frozen &&
                      (!s->has_data ||
                       (a->x == b->x && a->y == b->y && a->batch == b->batch &&
                        a->shuffle == b->shuffle && a->mixup == b->mixup && a->noise == b->noise &&
                        a->samples == b->samples && a->training == b->training));
    return PART_MODELS | PART_VARIABLES | (same ? 0 : PART_DATA);
}

/* Clone, settings, body, figures; then the session is as before but for the clone, which is in
 * r->model or, if the run does not keep it or failed, gone. */
static int do_run(struct session *s, struct sweep *w, struct sweep_run *r, bool all, struct err *e)
{
    struct left left;
    struct err back = {0};
    keep_aside(s, &left);
    int failed = begin_model(s, r, e);
    struct model *m = failed ? NULL : current_model(s);
    w->noting = &r->row;
    event_log_run_begin(s, w->results->seeds);
    failed = failed || do_body(s, w, r, all, e) || stop_check(&s->host->stop, e);
    w->noting = NULL;
    event_log_run_end(s);
    if (!failed) {
        failed = measure_run(s, m, &r->row, e);
        settle_chosen(s, !failed);
    }
    if (m)
        take_out(s, m);
    if (failed || !r->keeps) {
        model_destroy(m);
        m = NULL;
    }
    r->model = m;
    /* What brings the session back must not end early. */
    for (size_t i = 0; i < w->before.models; i++)
        w->before.model[i]->model->stop = NULL;
    s->current = w->before.current < s->models ? w->before.current : 0;
    /* What the run had is free again, so the second time there is room. */
    const unsigned parts = run_parts(s, &w->before);
    s->seed = w->before.seed;
    if (snapshot_restore(s, &w->before, parts, &back) && snapshot_restore(s, &w->before, parts, e))
        failed = -1;
    else if (back.kind)
        failed = failed ? failed : err_memory(e);
    put_back(s, &left);
    return failed ? -1 : 0;
}

/* Its trainer would hold frames, and the policy may be that of an emulation in the run. */
static void settle_model(const struct session *s, struct model *m)
{
    if (!m)
        return;
    model_changed(m);
    session_bend(s, m);
}

int sweep_run_one(struct session *s, struct sweep *w, size_t i, struct err *e)
{
    struct sweep_run *r = &w->run[i];
    struct run_host host;
    host_begin(&host, s, w, &r->out, &r->err);
    const int failed = do_run(s, w, r, false, e);
    s->host = host.outer;
    for (size_t k = 0; k < s->models; k++)
        session_bend(s, s->model[k]);
    settle_model(s, r->model);
    if (r->out.failed || r->err.failed)
        return err_memory(e);
    if (failed && (e->kind == ERR_STOPPED || e->kind == ERR_MEMORY))
        return -1;
    r->row.status = RUN_DONE;
    if (!failed)
        return 0;
    const struct err wrong = *e;
    if (!(r->wrong = mem_new(1, sizeof wrong)))
        return err_memory(e);
    *r->wrong = wrong;
    return sweep_run_lost(w, i, wrong.what, e);
}

int sweep_run_lost(struct sweep *w, size_t i, const char *why, struct err *e)
{
    struct results_run *row = &w->run[i].row;
    mem_free(row->error);
    if (!(row->error = mem_text(why, strlen(why))))
        return err_memory(e);
    row->status = RUN_FAILED;
    if (w->run[i].wrong)
        return 0;
    if (!(w->run[i].wrong = mem_new(1, sizeof *e)))
        return err_memory(e);
    err_at(w->run[i].wrong, (struct span){0}, "%s: %s", row->model, why);
    return 0;
}

int sweep_try_one(struct session *s, struct sweep *w, size_t i, bool all, struct err *e)
{
    struct str out = {0}, err = {0};
    struct run_host host;
    struct results_run row;
    struct sweep_run *r = &w->run[i];
    if (results_run_copy(&row, &r->row))
        return err_memory(e);
    const bool checked = checking(s), keeps = r->keeps;
    host_begin(&host, s, w, &out, &err);
    host.host.check = true;
    if (checked)
        host.host.err = host.outer->err;
    s->trying = !checked;
    s->guessed = false;
    r->keeps = keeps && checked;
    int failed = do_run(s, w, r, all, e);
    r->keeps = keeps;
    s->trying = false;
    s->host = host.outer;
    for (size_t k = 0; k < s->models; k++)
        session_bend(s, s->model[k]);
    settle_model(s, r->model);
    /* What was wrong for want of a figure may come out right, and what does not hold is told by its
     * row. */
    if (failed && !checked && (e->kind == ERR_EXPECT || (s->guessed && e->kind == ERR_INPUT)))
        failed = 0;
    for (size_t k = 0; k < r->row.measures && !failed; k++)
        if (results_name(w->results, r->row.measure[k].name))
            failed = err_memory(e);
    results_run_finish(&r->row);
    r->row = row;
    str_finish(&out);
    str_finish(&err);
    return failed ? -1 : 0;
}

/* Notices that were not shown before. */
static void show_notices(struct session *s, struct sweep *w, const struct sweep_run *r)
{
    const char *end;
    for (const char *at = r->err.text; at && (end = strchr(at, '\n')); at = end + 1) {
        struct str line = {0};
        str_add(&line, "\n");
        str_bytes(&line, at, (size_t)(end + 1 - at));
        if (!line.failed && !(w->told.text && strstr(w->told.text, line.text))) {
            out_add(&s->host->err, line.text + 1);
            session_tell(s, TOLD_NOTICE,
                         &(struct str){.text = line.text + 1, .size = line.size - 2});
            str_add(&w->told, w->told.size ? line.text + 1 : line.text);
        }
        w->told.failed = w->told.failed || line.failed;
        str_finish(&line);
    }
}

/* Which run wrote what follows. */
static int show_head(struct session *s, const struct sweep *w, size_t i, struct err *e)
{
    struct report r = {0};
    const struct results *of = w->results;
    const struct results_run *row = &w->run[i].row;
    report_number(&r, "run", (double)(i + 1));
    report_text(&r, "model", row->model);
    report_say(&r, "{model}: ");
    report_open(&r, "values", '{');
    for (size_t a = 0; a < of->axes; a++) {
        const struct swept *x = &of->value[row->value * of->axes + a];
        if (isnan(x->number))
            report_text(&r, of->target[a], x->text);
        else
            report_number(&r, of->target[a], x->number);
    }
    report_close(&r);
    for (size_t a = 0; a < of->axes; a++)
        str_addf(report_note(&r), "%s%s = %s", a ? ", " : "", of->target[a],
                 of->value[row->value * of->axes + a].text);
    report_number(&r, "seed", (double)row->seed);
    report_say(&r, of->seeds ? ", seed {seed}\n" : "\n");
    return report_show(s, &r, e);
}

static int show_run(struct session *s, struct sweep *w, size_t i, struct err *e)
{
    const struct sweep_run *r = &w->run[i];
    show_notices(s, w, r);
    if (!r->out.size)
        return 0;
    if (show_head(s, w, i, e))
        return -1;
    s->host->out.write(s->host->out.self, r->out.text, r->out.size);
    session_tell(s, TOLD_WORDS, &r->out);
    return 0;
}

int sweep_take_one(struct session *s, struct sweep *w, size_t i, struct err *e)
{
    struct sweep_run *r = &w->run[i];
    struct results_run row;
    if (show_run(s, w, i, e))
        return -1;
    if (w->told.failed)
        return err_memory(e);
    str_finish(&r->out);
    str_finish(&r->err);
    if (results_run_copy(&row, &r->row))
        return err_memory(e);
    if (results_add(w->results, &row)) {
        results_run_finish(&row);
        return err_memory(e);
    }
    if (w->log && results_log_add(w->log, w->results, &r->row, e)) {
        results_run_finish(&w->results->run[--w->results->runs]);
        return -1;
    }
    w->failed += r->row.status == RUN_FAILED;
    w->done = i + 1;
    return 0;
}

int sweep_progress(const struct session *s, const struct sweep *w, size_t going, bool ended,
                   struct err *e)
{
    const size_t left = w->runs - w->done; /* what has told its row may go on for a moment */
    const struct progress p = {.what = "sweep",
                               .runs = w->runs,
                               .runs_done = w->done,
                               .runs_going = going < left ? going : left,
                               .run_ended = ended};
    return session_tick(s, &p, e);
}

void sweep_runs_finish(struct sweep *w)
{
    for (size_t i = 0; i < w->runs; i++) {
        results_run_finish(&w->run[i].row);
        str_finish(&w->run[i].out);
        str_finish(&w->run[i].err);
        model_destroy(w->run[i].model);
        mem_free(w->run[i].wrong);
    }
    mem_free(w->run);
    w->run = NULL;
    w->runs = 0;
}
