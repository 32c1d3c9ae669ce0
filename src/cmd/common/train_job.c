/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/train_job.h"

#include "cmd/common/defaults.h"
#include "cmd/common/event_log.h"
#include "cmd/common/keep_best.h"
#include "cmd/common/page_picture.h"
#include "cmd/common/resolve.h"
#include "cmd/common/rules.h"
#include "cmd/common/watch.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/emulation.h"
#include "cmd/session/jobs.h"
#include "cmd/session/state.h"

#include "nn/joint_term.h"
#include "num/flush.h"
#include "train/ledger.h"
#include "train/noting.h"
#include "train/room.h"
#include "train/workers.h"

#include <math.h>

/* Everything that can be wrong is looked at before anything stays changed. */
int train_begin(struct session *s, struct model *m, struct err *e)
{
    if (emulation_check(s, m, e) || choose_loss(s, m, e) || choose_optimizer(s, m, e))
        return -1;
    if (checking(s))
        return trainer_check(m, &s->data, e);
    const bool fresh = !trainer_of(m) || !trainer_of(m)->train_frame;
    const int failed = trainer_prepare(m, &s->data, s->seed, e);
    /* What layers keep besides their outputs: choose_loss has counted those. */
    if (!failed && fresh && trainer_gigabytes(trainer_of(m)) > 2 &&
        training_bytes(m, &s->data) < 2e9)
        session_notice(
            s, "%s takes %.3g GB to train; a smaller batch=, or shorter sequences, take less",
            m->name, trainer_gigabytes(trainer_of(m)));
    if (workers_refused())
        session_notice(s, "the system gives no further threads: a step takes one");
    return failed;
}

/* What was noted of the newest epoch; NaN: nothing, or the data holds no share back. */
static double noted_now(const struct job *j, enum noted which)
{
    const struct note *n = &j->model->state.note[which];
    const struct dataset *d = &j->session->data;
    return n->epoch && d->training < d->samples ? n->newest : NAN;
}

static struct progress progress_of(const struct job *j, bool epoch_ended)
{
    const struct model *m = j->model;
    struct figures so_far = model_epoch(m);
    const double validation = noted_now(j, NOTED_VAL_DATA), accuracy = figures_accuracy(&so_far);
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
        .validates = !isnan(validation),
        .validation = validation,
        .judges = !isnan(validation) && !isnan(accuracy),
        .accuracy = accuracy,
        .validation_accuracy = noted_now(j, NOTED_VAL_ACCURACY),
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
    struct ledger ledger;
    struct units units;
};

static void validated_finish(struct validated *v)
{
    ledger_finish(&v->ledger);
    units_finish(&v->units);
}

/* A large share can be stopped. */
static int validate_epoch(const struct job *j, struct validated *to, struct err *e)
{
    const double slice = 0.01;
    struct session *s = j->session;
    struct ledger *l = &to->ledger;
    double started = session_clock(s);
    if (ledger_begin(l, j->model, &s->data, s->seed, SHARE_VALIDATION, false, e))
        return -1;
    if (units_begin(&to->units, j->model->graph))
        return err_memory(e);
    while (ledger_next(l)) {
        units_add(&to->units, l->pass.trainer->infer_frame);
        if (session_clock(s) - started < slice)
            continue;
        if (session_tick(s, NULL, e))
            return -1;
        started = session_clock(s);
    }
    if (stop_check(&s->host->stop, e))
        return -1;
    ledger_end(l);
    return ledger_check_domains(l, e);
}

static bool holds_back(const struct job *j)
{
    const struct dataset *d = &j->session->data;
    return d->training < d->samples;
}

bool penalty_is_own(const struct args *a)
{
    size_t i = 0;
    while (i < penalty_kinds.rows && penalty_kinds.row[i] != a->entry)
        i++;
    return i == penalty_kinds.rows;
}

/* A row of the plan that was below 0 in the last step and should not be; their count for none. */
static size_t negative_row(const struct trainer *t)
{
    const struct plan *p = t->train;
    size_t i = 0;
    while (i < p->applieds &&
           (t->last_batch.row[i] >= 0 || !penalty_is_own(p->graph->term[p->applied[i].term].args)))
        i++;
    return i;
}

/* The loss falls then while what the penalty is on runs away: told once, at the step. Apart, as its
 * texts take room in what every step goes through. */
static __attribute__((noinline)) void tell_negative(struct job *j, size_t row)
{
    const struct trainer *t = trainer_of(j->model);
    char name[TERM_NAME_ROOM], number[NUMBER_ROOM];
    const struct term *x = &t->train->graph->term[t->train->applied[row].term];
    j->told = true;
    session_notice(j->session, "the penalty %s (%s) is negative in step %llu: %s",
                   term_name(t->train->graph, x, name, sizeof name), x->args->entry->name,
                   (unsigned long long)j->model->state.step,
                   number_text(t->last_batch.row[row], number));
}

static int take_step(struct job *j, struct err *e)
{
    struct figures x;
    if (rules_apply(j->session, j->model, e))
        return -1;
    if (trainer_step(trainer_of(j->model), &j->session->data, &x, e)) {
        rules_put_back(j->model);
        return -1;
    }
    rules_keep(j->model);
    j->model->history.behind = !j->blind;
    if (!j->told) {
        const struct trainer *t = trainer_of(j->model);
        const size_t row = negative_row(t);
        if (row < t->train->applieds)
            tell_negative(j, row);
    }
    return 0;
}

/* What curves begin with; `v` is NULL where nothing is held back. */
static int put_start(const struct job *j, const struct validated *v, struct err *e)
{
    struct model *m = j->model;
    const struct trainer *t = trainer_of(m);
    if (metrics_start(t->metrics, m, &t->last_batch, e))
        return -1;
    return v && (metrics_validation_start(t->metrics, m, v->ledger.data, v->ledger.evaluated, e) ||
                 metrics_units(t->metrics, m, &v->units, true, e))
               ? -1
               : 0;
}

/* The first one, with a pass over the validation share before it. The training share's figures come
 * from the step itself. */
static int take_first_step(struct job *j, struct err *e)
{
    struct validated v = {0};
    const bool validates = holds_back(j);
    const int failed = (validates && validate_epoch(j, &v, e)) ||
                       pictures_look_before(j->session, j->model, e) || take_step(j, e) ||
                       put_start(j, validates ? &v : NULL, e) ||
                       pictures_put_start(j->session, j->model, e);
    validated_finish(&v);
    return failed ? -1 : 0;
}

/* Puts the points of the step just taken; `v` is NULL where no epoch ended or nothing is held back.
 */
static int put_points(const struct job *j, bool ended, const struct validated *v, struct err *e)
{
    struct model *m = j->model;
    const struct trainer *t = trainer_of(m);
    const bool point = ended && metrics_has_point(m);
    m->history.behind = false;
    if (ended)
        noting_epoch(m, v ? &v->ledger : NULL);
    /* With watched views every N-th step has a point of its own. */
    if (point && !pictures_watching(j->session) && metrics_epoch(t->metrics, m, &t->last_batch, e))
        return -1;
    if (point && metrics_traces(t->metrics, m, &t->last_batch, e))
        return -1;
    return point && v &&
                   (metrics_validation(t->metrics, m, v->ledger.data, v->ledger.evaluated, e) ||
                    metrics_units(t->metrics, m, &v->units, false, e))
               ? -1
               : 0;
}

static int observe_both_shares(struct job *j, struct err *e)
{
    struct validated v = {0};
    const int failed = validate_epoch(j, &v, e) || pictures_observe(j->session, j->model, e) ||
                       put_points(j, true, &v, e);
    validated_finish(&v);
    return failed ? -1 : 0;
}

/* What takes long comes first: when a person stops it there is no point at all, and the record says
 * so. */
static int observe_step(struct job *j, bool ended, struct err *e)
{
    if (ended && holds_back(j))
        return observe_both_shares(j, e);
    return pictures_observe(j->session, j->model, e) || put_points(j, ended, NULL, e) ? -1 : 0;
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
    if (keep_look(j, e))
        return -1;
    if (!j->until)
        return 0;
    return until_holds(j, e) ? -1
                             : trainer_prepare(j->model, &j->session->data, j->session->seed, e);
}

int job_begin(struct job *j, struct err *e)
{
    struct model *m = j->model;
    if ((j->until && session_check(j->session, m, j->until, e)) || keep_check(j, e) ||
        train_begin(j->session, m, e))
        return -1;
    j->first_epoch = m->state.epoch;
    j->first_step = m->state.step;
    j->slice_steps = 1;
    const struct trainer *t = trainer_of(m);
    j->told = t && t->last_batch.samples && negative_row(t) < t->train->applieds;
    j->started = j->epoch_started = j->due = session_clock(j->session);
    return 0;
}

/* Where the model stands at the end of an epoch and nothing has changed since, that epoch may be
 * the best: then the figure comes out as it was noted. */
static int keep_start(struct job *j, struct err *e)
{
    const struct note *note = &j->model->state.note[j->of];
    struct validated v = {0};
    if (!j->keeps_best || j->of < NOTED_VAL_LOSS || !holds_back(j) || j->model->state.position ||
        note->epoch != j->model->state.epoch || !note->epoch)
        return 0;
    int failed = validate_epoch(j, &v, e);
    if (!failed && noting_figure(&v.ledger, j->of) == note->newest)
        failed = keep_look(j, e);
    validated_finish(&v);
    return failed ? -1 : trainer_prepare(j->model, &j->session->data, j->session->seed, e);
}

/* Says which steps of a slice of `steps` may be the last of the job. */
static void mark_last_steps(const struct job *j, uint64_t steps)
{
    struct trainer *t = trainer_of(j->model);
    const struct model_state *m = &j->model->state;
    const bool last_epoch = j->until || m->epoch + 1 - j->first_epoch >= j->epochs;
    t->keep_epoch_end = !j->steps && (!j->epochs || last_epoch);
    t->keep_from = j->epochs  ? UINT64_MAX
                   : j->steps ? j->first_step + j->steps - 1
                              : m->step + steps - 1;
}

/* Whether nothing but steps happens until an epoch ends. */
static bool only_steps(const struct job *j)
{
    return !j->model->rules.count &&
           (j->blind ||
            (j->model->state.step && !pictures_watching(j->session) && !j->session->events));
}

/* What an epoch's end computes is rounded as anywhere: `flush`, unless NULL, is of before the
 * steps. */
static int one_step(struct job *j, const unsigned *flush, bool *ended, struct err *e)
{
    const bool first = !j->blind && !j->model->state.step;
    if (first ? take_first_step(j, e) : take_step(j, e))
        return -1;
    *ended = j->model->state.position == 0;
    if (flush && *ended)
        flush_end(*flush);
    if (!j->blind && observe_step(j, *ended, e))
        return -1;
    if (j->session->events && !j->blind)
        event_log_take(j->session, j->model);
    return *ended ? end_epoch(j, e) : 0;
}

/* Up to `most` steps, but none of the next epoch. How the processor takes tiny numbers is set once
 * for all of them, where nothing else is computed between them. */
static int take_steps(struct job *j, uint64_t most, bool *ended, struct err *e)
{
    const bool alone = only_steps(j);
    const unsigned before = alone ? flush_begin() : 0;
    int failed = 0;
    *ended = false;
    for (uint64_t i = 0; i < most && !failed && !*ended && !job_done(j); i++)
        failed = one_step(j, alone ? &before : NULL, ended, e);
    if (alone)
        flush_end(before);
    return failed;
}

/* Steps a second; 0: as many as there can be. A pace is for a person's eye. */
static double steps_a_second(const struct job *j)
{
    const struct dataset *d = &j->session->data;
    if (!j->session->host->watched)
        return 0;
    return j->pace * (j->epochs ? ceil((double)d->training / (double)batch_samples(d)) : 1);
}

/* Eyes see no more than this many slices a second. */
static uint64_t paced_steps(double rate)
{
    const double most = 50;
    return rate > most ? (uint64_t)(rate / most) : 1;
}

double job_due(const struct job *j)
{
    return steps_a_second(j) > 0 ? j->due : 0;
}

int job_slice(struct job *j, bool *ended, struct err *e)
{
    const double slice = 0.01, started = session_clock(j->session), rate = steps_a_second(j);
    const uint64_t steps = rate > 0 ? paced_steps(rate) : j->slice_steps,
                   first = j->model->state.step;
    mark_last_steps(j, steps);
    if (take_steps(j, steps, ended, e))
        return -1;
    event_log_tick(j->session);
    /* A little lateness is made up for, a pause is not. */
    if (rate > 0)
        j->due = fmax(j->due, started - 2 * slice) + (double)(j->model->state.step - first) / rate;
    const double took = session_clock(j->session) - started;
    if (took < slice / 2 && !*ended && j->slice_steps < 1U << 20)
        j->slice_steps *= 2;
    else if (took > slice * 2 && j->slice_steps > 1)
        j->slice_steps /= 2;
    return 0;
}

/* Of the validation share, and beside it the training share's accuracy as the epoch ran. */
static void validation_figures(struct report *r, const struct job *j)
{
    const struct figures x = model_epoch(j->model);
    const double data = noted_now(j, NOTED_VAL_DATA), accuracy = figures_accuracy(&x);
    if (!j->epochs || isnan(data))
        return;
    if (!isnan(accuracy))
        report_number(r, "accuracy", accuracy);
    report_open(r, "validation", '{');
    report_number(r, "loss", noted_now(j, NOTED_VAL_LOSS));
    report_number(r, "data", data);
    report_number(r, "penalty", noted_now(j, NOTED_VAL_PENALTY));
    if (!isnan(accuracy))
        report_number(r, "accuracy", noted_now(j, NOTED_VAL_ACCURACY));
    report_close(r);
}

static void best_figures(struct report *r, const struct job *j)
{
    if (!j->kept_epoch)
        return;
    report_open(r, "best", '{');
    report_text(r, "quantity", j->of_name);
    report_number(r, "epoch", (double)j->kept_epoch);
    report_number(r, "value", j->best);
    report_close(r);
}

static void job_figures(struct report *r, const struct job *j)
{
    const struct model *m = j->model;
    const struct figures x = j->epochs ? model_epoch(m) : m->state.last;
    const bool any = j->steps_done != 0;
    report_number(r, "epochs", (double)j->epochs_done);
    report_number(r, "steps", (double)j->steps_done);
    report_number(r, "loss", any ? x.data + x.penalty : NAN);
    report_number(r, "data", any ? x.data : NAN);
    report_number(r, "penalty", any ? x.penalty : NAN);
    validation_figures(r, j);
    best_figures(r, j);
    report_number(r, "seconds", session_clock(j->session) - j->started);
    report_open(r, "epoch_seconds", '[');
    for (size_t i = 0; i < j->epoch_count; i++)
        report_number(r, NULL, j->epoch_seconds[i]);
    report_close(r);
    report_text(r, "model", m->name);
}

static void say_validation(struct report *r, const struct job *j)
{
    const struct figures x = model_epoch(j->model);
    if (!j->epochs || isnan(noted_now(j, NOTED_VAL_DATA)))
        return;
    report_say(r, "validation: data {validation.data}, training {data}");
    if (!isnan(figures_accuracy(&x)))
        report_say(r, "; accuracy {validation.accuracy}, training {accuracy}");
    report_say(r, "\n");
}

/* Also where it is not what stalled counts from: it was best before this statement began, and its
 * state is gone. */
static void say_best(struct report *r, const struct job *j)
{
    const struct note *note = &j->model->state.note[j->of];
    if (!j->keeps_best)
        return;
    if (!j->kept_epoch) {
        str_addf(report_note(r), "best: %s was no number at any epoch's end; nothing is put back\n",
                 j->of_name);
        return;
    }
    report_say(r, j->kept_epoch == j->first_epoch + j->epochs_done
                      ? "best: epoch {best.epoch}, the last, {best.quantity} {best.value}"
                      : "best: epoch {best.epoch} is put back, {best.quantity} {best.value}");
    if (note->best_epoch != j->kept_epoch)
        str_addf(report_note(r), "; epoch %llu was better, and its weights were not kept",
                 (unsigned long long)note->best_epoch);
    report_say(r, "\n");
}

static void job_say(struct report *r, const struct job *j)
{
    str_add(report_note(r), j->verb);
    report_say(r, j->session->models > 1 ? " {model}: " : ": ");
    report_say(r, j->epochs ? "{epochs epoch}, {steps step}, " : "{steps step}, ");
    if (!j->steps_done) {
        report_say(r, "stopped before the first\n");
        return;
    }
    report_say(r, "loss {loss} = data {data} + penalty {penalty}");
    report_say(r, !j->epochs      ? " (training, last batch)\n"
                  : j->kept_epoch ? " (training, mean of epoch {best.epoch})\n"
                                  : " (training, mean of the last epoch)\n");
    say_validation(r, j);
    if (j->until && !j->reached)
        str_addf(report_note(r), "train: the condition did not come true within %llu epoch%s\n",
                 (unsigned long long)j->epochs, j->epochs == 1 ? "" : "s");
    say_best(r, j);
}

int job_report(struct job *j, struct err *e)
{
    struct report r = {0};
    j->epochs_done = j->model->state.epoch - j->first_epoch;
    j->steps_done = j->model->state.step - j->first_step;
    if (keep_put_back(j, e))
        return -1;
    job_figures(&r, j);
    job_say(&r, j);
    return report_show(j->session, &r, e);
}

void job_finish(struct job *j)
{
    event_log_finish(j->session, j->model);
    keep_finish(j);
    mem_free(j->epoch_seconds);
    j->epoch_seconds = NULL;
    j->epoch_count = j->epoch_room = 0;
}

/* Until the next step is due; a person can stop it at once. */
static int wait_for_pace(const struct job *j, struct err *e)
{
    struct session *s = j->session;
    bool goes_on = true;
    s->due = job_due(j);
    while (goes_on && session_clock(s) < s->due)
        goes_on = s->host->wait(s->host->self);
    s->due = 0;
    return goes_on ? 0 : err_stopped(e);
}

static int run_whole(struct job *j, struct err *e)
{
    while (!job_done(j)) {
        bool ended;
        if (job_slice(j, &ended, e))
            return -1;
        pictures_update(j->session, j->model);
        const struct progress p = progress_of(j, ended);
        if (session_tick(j->session, &p, e) || (!job_done(j) && wait_for_pace(j, e)))
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
    int failed = keep_start(j, e) || run_whole(j, e) ? -1 : 0;
    if (!failed)
        failed = job_report(j, e) || pictures_flush(s, j->model, e) ? -1 : 0;
    else if (e->kind == ERR_STOPPED)
        session_notice(s, "stopped after step %llu; everything done so far is kept%s",
                       (unsigned long long)j->model->state.step,
                       j->keeps_best ? ", and no best epoch is put back" : "");
    if (failed && e->kind == ERR_MEMORY && j->model->state.step != j->first_step)
        err_hint(e, "everything up to step %llu is kept", (unsigned long long)j->model->state.step);
    job_finish(j);
    return failed;
}

int jobs_end(struct session *s, struct err *e)
{
    int failed = 0;
    for (size_t i = 0; i < s->jobs && !failed; i++) {
        failed = job_report(&s->job[i], e);
        page_keep_watched(s, s->job[i].model);
    }
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
