/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/watch.h"

#include "cmd/common/page_picture.h"
#include "cmd/common/plotting.h"
#include "cmd/common/resolve.h"
#include "cmd/session/jobs.h"
#include "cmd/session/state.h"

#include "plot/view.h"
#include "train/trainer.h"

#include <math.h>

bool pictures_watching(const struct session *s)
{
    return s->pictures && (s->pictures->watches || s->pictures->expressions);
}

static bool is_due(const struct model *m, uint64_t every)
{
    return m->state.step % every == 0;
}

/* Values that take long to compute can be stopped: all of them come before the first point. */
static int observe_expressions(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    bool any = false;
    for (size_t i = 0; i < p->expressions; i++) {
        struct watched_text *x = &p->expression[i];
        if (is_due(m, x->every) && session_number(s, m, x->node, &x->value, e))
            return -1;
        any = any || is_due(m, x->every);
    }
    for (size_t i = 0; i < p->expressions; i++) {
        const struct watched_text *x = &p->expression[i];
        if (is_due(m, x->every) &&
            history_put(&m->history, SERIES_EXPRESSION, x->text, m->state.step, x->value))
            return err_memory(e);
    }
    return any ? trainer_prepare(m, &s->data, s->seed, e) : 0;
}

int pictures_look_before(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    for (size_t i = 0; p && i < p->expressions; i++) {
        struct watched_text *x = &p->expression[i];
        struct err why = {0};
        if (session_number(s, m, x->node, &x->value, &why) == 0)
            continue;
        x->value = (double)NAN;
        if (why.kind != ERR_INPUT) {
            *e = why;
            return -1;
        }
    }
    return p && p->expressions ? trainer_prepare(m, &s->data, s->seed, e) : 0;
}

int pictures_put_start(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    for (size_t i = 0; p && i < p->expressions; i++) {
        const struct watched_text *x = &p->expression[i];
        const size_t series =
            isnan(x->value) ? 0 : history_series(&m->history, SERIES_EXPRESSION, x->text);
        if (series == SIZE_MAX)
            return err_memory(e);
        if (!isnan(x->value))
            history_start(&m->history, series, x->value);
    }
    return 0;
}

int pictures_observe(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    bool due = false, traces = false;
    if (!p)
        return 0;
    for (size_t i = 0; i < p->watches; i++) {
        const bool now = is_due(m, p->watched[i].every);
        due = due || now;
        traces = traces || (now && p->watched[i].request.view->traces);
    }
    if (observe_expressions(s, m, e))
        return -1;
    const struct trainer *trainer = trainer_of(m);
    if (due && metrics_batch(trainer->metrics, m, &trainer->last_batch, e))
        return -1;
    return traces ? metrics_traces(trainer->metrics, m, &trainer->last_batch, e) : 0;
}

/* The models that train now: those of `run`, or the one given. */
static struct model **training_models(const struct session *s, struct model *m, size_t *count)
{
    struct model **list = mem_new(s->jobs + 1, sizeof(struct model *));
    *count = s->jobs ? s->jobs : 1;
    for (size_t i = 0; list && i < *count; i++)
        list[i] = s->jobs ? session_job_model(s, i) : m;
    return list;
}

static void draw_watched(struct session *s, struct model *m, const struct request *r)
{
    struct err e = {0};
    struct figure f;
    size_t count;
    struct model **list = training_models(s, m, &count);
    if (list && request_draw(s, r, list, count, pictures_paper(s), &f, &e) == 0) {
        gnuplot_show(s->pictures->gnuplot, r->view->entry.name, &f, &e);
        figure_finish(&f);
    }
    mem_free(list);
}

/* Pictures of text share the height of the screen, so that all of them can be seen. */
static unsigned shares_of(const struct session *s)
{
    return pictures_are_text(s) && s->pictures->watches ? (unsigned)s->pictures->watches : 1;
}

void pictures_update(struct session *s, struct model *m)
{
    /* Drawing may take one part in so many of the time; and there is an end to what eyes follow, of
     * text sooner than of a window. */
    const double parts = 50, least = pictures_are_text(s) ? 0.1 : 1.0 / 30;
    struct pictures *p = s->pictures;
    struct err e = {0};
    if (!pictures_watching(s) || !pictures_shown(s) || pictures_are_told(s) ||
        picture_is_file(picture_choice(s)) || session_clock(s) - p->drawn < p->pause ||
        !pictures_gnuplot(s, &e))
        return;
    p->drawn = session_clock(s);
    gnuplot_resize(p->gnuplot, s->host->width, s->host->height / shares_of(s));
    for (size_t i = 0; i < p->watches; i++)
        if (gnuplot_wants(p->gnuplot, p->watched[i].request.view->entry.name))
            draw_watched(s, m, &p->watched[i].request);
    p->pause = fmax(least, parts * (session_clock(s) - p->drawn));
}

int pictures_flush(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    page_keep_watched(s, m);
    if (!pictures_watching(s) || !pictures_shown(s))
        return 0;
    for (size_t i = 0; i < p->watches; i++) {
        const struct request *r = &p->watched[i].request;
        struct figure f;
        struct err ignored = {0};
        /* What has no point yet is left out, as during training. */
        if (request_draw(s, r, &m, 1, pictures_paper(s), &f, &ignored) == 0 &&
            picture_present(s, &r->view->entry, shares_of(s), &f, e))
            return -1;
    }
    return 0;
}

void pictures_advance(struct session *s)
{
    if (s->pictures && s->pictures->gnuplot)
        gnuplot_advance(s->pictures->gnuplot, session_clock(s));
}

double pictures_deadline(const struct session *s)
{
    return s->pictures && s->pictures->gnuplot ? gnuplot_deadline(s->pictures->gnuplot) : INFINITY;
}
