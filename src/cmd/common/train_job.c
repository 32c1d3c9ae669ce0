/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/train_job.h"

#include "cmd/common/defaults.h"
#include "cmd/common/resolve.h"
#include "cmd/common/watch.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/emulation.h"
#include "cmd/session/jobs.h"
#include "cmd/session/state.h"

#include "train/evaluator.h"
#include "train/workers.h"

#include <math.h>

/* Everything that can be wrong is looked at before anything stays changed. */
int train_begin(struct session *s, struct model *m, struct err *e)
{
    if (emulation_check(s, m, e) || choose_loss(s, m, e) || choose_optimizer(s, m, e))
        return -1;
    if (checking(s))
        return trainer_check(m, &s->data, e);
    const int failed = trainer_prepare(m, &s->data, s->seed, e);
    if (workers_refused())
        session_notice(s, "the system gives no further threads: a step takes one");
    if (!failed)
        say_out_of_reach(s, m);
    return failed;
}

static struct progress progress_of(const struct job *j, bool epoch_ended)
{
    const struct model *m = j->model;
    struct figures so_far = model_epoch(m);
    uint64_t done = m->state.epoch - j->first_epoch;
    return (struct progress){
        .what = j->verb,
        .model = j->session->models > 1 ? m->name : NULL,
        .epoch = j->epochs ? done + !epoch_ended : 0,
        .epochs = j->epochs,
        .step = m->state.step - j->first_step,
        .steps = j->steps,
        .epoch_ended = epoch_ended && j->epochs,
        .data = so_far.data,
        .penalty = so_far.penalty,
    };
}

bool job_done(const struct job *j)
{
    const struct model *m = j->model;
    if (j->epochs)
        return j->reached || m->state.epoch - j->first_epoch >= j->epochs;
    return j->steps && m->state.step - j->first_step >= j->steps;
}

/* Looks at the condition of `until`. */
static int until_holds(struct job *j, struct err *e)
{
    double holds;
    const int failed = session_number(j->session, j->model, j->until, &holds, e);
    /* NaN is no truth. */
    j->reached = !failed && holds != 0 && !isnan(holds);
    return failed;
}

/* What the validation share says. */
struct validated {
    struct validation loss;
    struct units units;
};

/* A large share can be stopped. */
static int validate(const struct job *j, struct validated *to, struct err *e)
{
    const double slice = 0.01;
    struct session *s = j->session;
    struct validation *v = &to->loss;
    double started = session_clock(s);
    if (validation_begin(v, j->model, &s->data, s->seed, e))
        return -1;
    if (units_begin(&to->units, j->model->graph))
        return err_memory(e);
    while (validation_next(v)) {
        units_add(&to->units, v->pass.trainer->infer_frame);
        if (session_clock(s) - started < slice)
            continue;
        if (session_tick(s, NULL, e))
            return -1;
        started = session_clock(s);
    }
    validation_end(v);
    return stop_check(&s->host->stop, e);
}

/* What curves begin with, where the first step is the next one: a pass over the validation share.
 * The training share's figures come from that step itself. */
static int validate_start(const struct job *j, struct validated *to, struct err *e)
{
    const struct dataset *d = &j->session->data;
    *to = (struct validated){0};
    return !j->blind && !j->model->state.step && d->training < d->samples ? validate(j, to, e) : 0;
}

/* Puts the starts, after the first step. */
static int observe_start(const struct job *j, const struct validated *v, struct err *e)
{
    struct model *m = j->model;
    const struct trainer *t = trainer_of(m);
    if (j->blind || m->state.step != 1)
        return 0;
    if (metrics_start(t->metrics, m, &t->last_batch, e))
        return -1;
    if (!v->units.graph)
        return 0;
    return metrics_validation_start(t->metrics, m, v->loss.data, v->loss.total, e) ||
                   metrics_units(t->metrics, m, &v->units, true, e)
               ? -1
               : 0;
}

/* Puts the points of the step just taken. What takes long comes first: when a person stops it there
 * is no point at all, and the record says so. */
static int observe(struct job *j, bool ended, struct err *e)
{
    struct model *m = j->model;
    const struct dataset *d = &j->session->data;
    const bool point = ended && metrics_has_point(m), validates = point && d->training < d->samples;
    struct validated v = {0};
    int failed = (validates && validate(j, &v, e)) || pictures_observe(j->session, m, e) ? -1 : 0;
    const struct trainer *trainer = trainer_of(m);
    if (!failed) {
        m->history.behind = false;
        /* With watched views every N-th step has a point of its own. */
        if (point && !pictures_watching(j->session))
            failed = metrics_epoch(trainer->metrics, m, &trainer->last_batch, e);
    }
    if (!failed && validates)
        failed = metrics_validation(trainer->metrics, m, v.loss.data, v.loss.total, e) ||
                 metrics_units(trainer->metrics, m, &v.units, false, e);
    units_finish(&v.units);
    return failed ? -1 : 0;
}

static int end_epoch(struct job *j, struct err *e)
{
    const double now = session_clock(j->session);
    if (mem_room(&j->epoch_seconds, &j->epoch_room, j->epoch_count + 1, sizeof(double)))
        return err_memory(e);
    j->epoch_seconds[j->epoch_count++] = now - j->epoch_started;
    j->epoch_started = now;
    if (j->epochs) {
        j->model->state.last = model_epoch(j->model);
        j->model->state.from = FROM_TRAIN;
    }
    if (!j->until)
        return 0;
    return until_holds(j, e) ? -1
                             : trainer_prepare(j->model, &j->session->data, j->session->seed, e);
}

int job_begin(struct job *j, struct err *e)
{
    struct model *m = j->model;
    if ((j->until && session_check(j->session, m, j->until, e)) || train_begin(j->session, m, e))
        return -1;
    j->first_epoch = m->state.epoch;
    j->first_step = m->state.step;
    j->slice_steps = 1;
    j->started = j->epoch_started = session_clock(j->session);
    return 0;
}

static int one_step(struct job *j, bool *ended, struct err *e)
{
    struct figures x;
    struct validated start;
    int failed = validate_start(j, &start, e) ||
                 trainer_step(trainer_of(j->model), &j->session->data, &x, e);
    if (!failed) {
        j->model->history.behind = !j->blind;
        failed = observe_start(j, &start, e);
    }
    units_finish(&start.units);
    if (failed)
        return -1;
    *ended = j->model->state.position == 0;
    if (!j->blind && observe(j, *ended, e))
        return -1;
    return *ended ? end_epoch(j, e) : 0;
}

int job_slice(struct job *j, bool *ended, struct err *e)
{
    const double slice = 0.01, started = session_clock(j->session);
    *ended = false;
    for (uint64_t i = 0; i < j->slice_steps && !*ended && !job_done(j); i++)
        if (one_step(j, ended, e))
            return -1;
    const double took = session_clock(j->session) - started;
    if (took < slice / 2 && !*ended && j->slice_steps < 1U << 20)
        j->slice_steps *= 2;
    else if (took > slice * 2 && j->slice_steps > 1)
        j->slice_steps /= 2;
    return 0;
}

static void job_figures(struct report *r, const struct job *j)
{
    const struct model *m = j->model;
    const bool any = m->state.step != j->first_step;
    report_number(r, "epochs", (double)(m->state.epoch - j->first_epoch));
    report_number(r, "steps", (double)(m->state.step - j->first_step));
    report_number(r, "loss", any ? m->state.last.data + m->state.last.penalty : NAN);
    report_number(r, "data", any ? m->state.last.data : NAN);
    report_number(r, "penalty", any ? m->state.last.penalty : NAN);
    report_number(r, "seconds", session_clock(j->session) - j->started);
    report_open(r, "epoch_seconds", '[');
    for (size_t i = 0; i < j->epoch_count; i++)
        report_number(r, NULL, j->epoch_seconds[i]);
    report_close(r);
    report_text(r, "model", m->name);
}

static void job_say(struct report *r, const struct job *j)
{
    str_add(report_note(r), j->verb);
    report_say(r, j->session->models > 1 ? " {model}: " : ": ");
    report_say(r, j->epochs ? "{epochs epoch}, {steps step}, " : "{steps step}, ");
    if (j->model->state.step == j->first_step) {
        report_say(r, "stopped before the first\n");
        return;
    }
    report_say(r, "loss {loss} = data {data} + penalty {penalty}");
    report_say(r,
               j->epochs ? " (training, mean of the last epoch)\n" : " (training, last batch)\n");
    if (j->until && !j->reached)
        str_addf(report_note(r), "train: the condition did not come true within %llu epoch%s\n",
                 (unsigned long long)j->epochs, j->epochs == 1 ? "" : "s");
}

int job_report(const struct job *j, struct err *e)
{
    struct report r = {0};
    job_figures(&r, j);
    job_say(&r, j);
    return report_show(j->session, &r, e);
}

void job_finish(struct job *j)
{
    mem_free(j->epoch_seconds);
    j->epoch_seconds = NULL;
    j->epoch_count = j->epoch_room = 0;
}

static int run_whole(struct job *j, struct err *e)
{
    while (!job_done(j)) {
        bool ended;
        if (job_slice(j, &ended, e))
            return -1;
        pictures_update(j->session, j->model);
        const struct progress p = progress_of(j, ended);
        if (session_tick(j->session, &p, e))
            return -1;
    }
    return 0;
}

int job_whole(struct job *j, struct err *e)
{
    struct session *s = j->session;
    if (job_begin(j, e))
        return -1;
    say_chosen(s, j->model);
    int failed = run_whole(j, e);
    if (!failed)
        failed = job_report(j, e) || pictures_flush(s, j->model, e) ? -1 : 0;
    else if (e->kind == ERR_STOPPED)
        session_notice(s, "stopped after step %llu; everything done so far is kept",
                       (unsigned long long)j->model->state.step);
    if (failed && e->kind == ERR_MEMORY && j->model->state.step != j->first_step)
        err_hint(e, "everything up to step %llu is kept", (unsigned long long)j->model->state.step);
    job_finish(j);
    return failed;
}

int jobs_end(struct session *s, struct err *e)
{
    int failed = 0;
    for (size_t i = 0; i < s->jobs && !failed; i++)
        failed = job_report(&s->job[i], e);
    session_drop_jobs(s);
    return failed;
}

void session_drop_jobs(struct session *s)
{
    for (size_t i = 0; i < s->jobs; i++)
        job_finish(&s->job[i]);
    mem_free(s->job);
    s->job = NULL;
    s->jobs = 0;
}
