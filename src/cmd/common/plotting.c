/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/plotting.h"

#include "cmd/common/past_curves.h"
#include "cmd/common/swept_runs.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/warn.h"

#include "plot/bridge.h"
#include "plot/page.h"

#include <string.h>

void request_finish(struct request *r)
{
    arena_finish(&r->arena);
    *r = (struct request){0};
}

void watched_view_finish(struct watched_view *w)
{
    request_finish(&w->request);
    str_finish(&w->kept);
}

void request_print(struct str *to, const struct request *r)
{
    str_add(to, r->view->entry.name);
    for (size_t i = 0; i < r->layers; i++)
        str_addf(to, " %s", r->layer[i]);
    for (size_t i = 0; r->keys && i < r->view->entry.arg_count; i++)
        if (r->keys->arg[i].given) {
            str_addf(to, " %s=", r->view->entry.args[i].name);
            arg_print(to, &r->keys->arg[i]);
        }
}

void watched_text_finish(struct watched_text *x)
{
    arena_finish(&x->arena);
    mem_free(x->text);
    *x = (struct watched_text){0};
}

void watches_forget(struct pictures *p)
{
    for (size_t i = 0; i < p->watches; i++)
        watched_view_finish(&p->watched[i]);
    for (size_t i = 0; i < p->expressions; i++)
        watched_text_finish(&p->expression[i]);
    p->watches = p->expressions = 0;
}

uint64_t pictures_digest(const struct session *s, uint64_t hash)
{
    const struct pictures *p = s->pictures;
    if (!p)
        return hash;
    for (size_t i = 0; i < p->watches; i++) {
        const struct watched_view *w = &p->watched[i];
        hash = digest_bytes(hash, &w->request.view, sizeof w->request.view);
        hash = digest_bytes(hash, &w->every, sizeof w->every);
        for (size_t k = 0; k < w->request.layers; k++)
            hash = digest_bytes(hash, w->request.layer[k], strlen(w->request.layer[k]) + 1);
    }
    for (size_t i = 0; i < p->expressions; i++) {
        const struct watched_text *x = &p->expression[i];
        hash = digest_bytes(hash, x->text, strlen(x->text) + 1);
        hash = digest_bytes(hash, &x->every, sizeof x->every);
    }
    if (p->sized)
        hash = digest_bytes(hash, &p->big, sizeof p->big);
    return p->terminal ? digest_bytes(hash, p->terminal, strlen(p->terminal)) : hash;
}

void pictures_finish(struct session *s)
{
    struct pictures *p = s->pictures;
    if (!p)
        return;
    gnuplot_destroy(p->gnuplot);
    watches_forget(p);
    request_finish(&p->last);
    mem_free(p->watched);
    mem_free(p->expression);
    mem_free(p->terminal);
    mem_free(p->within);
    mem_free(p);
    s->pictures = NULL;
}

struct pictures *pictures_of(struct session *s, struct err *e)
{
    if (!s->pictures && !(s->pictures = mem_new(1, sizeof *s->pictures)))
        err_memory(e);
    return s->pictures;
}

const char *picture_choice(const struct session *s)
{
    const struct pictures *p = s->pictures;
    const char *choice = p && p->terminal ? p->terminal : s->host->plot;
    return choice ? choice : "none";
}

/* A choice such as curves.png means a file. */
bool picture_is_file(const char *choice)
{
    return strchr(choice, '.') || strchr(choice, '/');
}

int session_plot_check(const char *where, struct err *e)
{
    const struct file_name file = {.name = where, .path = where};
    return picture_is_file(where) ? save_check(&file, e) : 0;
}

bool session_windows_open(const struct session *s)
{
    return s->pictures && s->pictures->gnuplot && gnuplot_open(s->pictures->gnuplot);
}

bool pictures_shown(const struct session *s)
{
    const char *choice = picture_choice(s);
    if (s->sweep || strcmp(choice, "none") == 0)
        return false;
    return strcmp(choice, "auto") != 0 || s->host->listener || s->host->display || s->host->screen;
}

static void tell(void *self, const char *line)
{
    session_warn(self, "%s", line);
}

static void show_text(void *self, const char *text, size_t n)
{
    const struct session *s = self;
    s->host->picture(s->host->self, text, n);
}

struct gnuplot *pictures_gnuplot(struct session *s, struct err *e)
{
    struct pictures *p = pictures_of(s, e);
    const char *choice = picture_choice(s);
    const struct gnuplot_config config = {
        .program = "gnuplot",
        .terminal = picture_is_file(choice) || strcmp(choice, "none") == 0 ? "auto" : choice,
        .display = s->host->display,
        .screen = s->host->screen,
        .colour = s->host->colour,
        .persist = s->host->persist,
        .width = s->host->width,
        .height = s->host->height,
        .self = s,
        .notice = tell,
        .picture = show_text,
    };
    if (p && !p->gnuplot && !(p->gnuplot = gnuplot_create(&config)))
        err_memory(e);
    return p ? p->gnuplot : NULL;
}

/* All models that were trained; the current one if there is none. */
static size_t trained_models(struct session *s, struct model **list)
{
    size_t n = 0;
    for (size_t i = 0; i < s->models; i++)
        if (s->model[i]->history.count)
            list[n++] = s->model[i];
    return n ? n : 1;
}

/* Looks up the models of a request; the list is freed with mem_free. */
static struct model **models_of(struct session *s, const struct request *r, struct model *own,
                                size_t *count, struct err *e)
{
    struct model **list = mem_new(s->models + r->models + 1, sizeof(struct model *));
    if (!list) {
        err_memory(e);
        return NULL;
    }
    list[0] = own;
    *count = r->models ? r->models : r->view->all ? trained_models(s, list) : 1;
    for (size_t i = 0; i < r->models; i++)
        if (!(list[i] = name_model(s, r->model[i], r->place, e))) {
            mem_free(list);
            return NULL;
        }
    return list;
}

bool pictures_are_told(const struct session *s)
{
    return s->host->listener && !s->sweep && strcmp(picture_choice(s), "auto") == 0;
}

/* Pictures are made of characters where there is neither a window nor a file. */
bool pictures_are_text(const struct session *s)
{
    const char *choice = picture_choice(s);
    if (strcmp(choice, "auto") == 0)
        return s->host->screen && !s->host->display;
    return strcmp(choice, "dumb") == 0;
}

enum paper pictures_paper(const struct session *s)
{
    return pictures_are_text(s) ? PAPER_TERMINAL : PAPER_PIXELS;
}

/* Draws a request into a figure, of the given models or of its own. */
int request_draw(struct session *s, const struct request *r, struct model *const *model,
                 size_t models, enum paper paper, struct figure *f, struct err *e)
{
    /* Pictures that are watched share the height of the terminal. */
    const unsigned shares =
        s->pictures && s->pictures->watches ? (unsigned)s->pictures->watches : 1;
    struct past_curves curves;
    struct arena arena = {0};
    const struct sweep_table *sweep;
    past_curves_make(&curves, s, r, model, models, e);
    int failed = curves.failed ? -1 : swept_runs_make(s, &arena, &sweep, e);
    const struct view_request v = {
        .sweep = failed ? NULL : sweep,
        .curve = curves.item,
        .curves = r->askeds,
        .big = s->pictures && s->pictures->sized ? s->pictures->big : s->host->big,
        .model = model,
        .models = models,
        .data = s->has_data ? &s->data : NULL,
        .seed = s->seed,
        .layer = r->layer,
        .where = r->where,
        .layers = r->layers,
        .keys = r->keys,
        .place = r->place,
        .text = paper != PAPER_PIXELS,
        .width = paper == PAPER_TEXT_FILE ? SAVE_TEXT_WIDTH : s->host->width,
        .height = paper == PAPER_TEXT_FILE ? SAVE_TEXT_HEIGHT + PAGE_PROMPT_ROWS
                                           : s->host->height / shares,
    };
    *f = (struct figure){0};
    failed = failed || r->view->draw(&v, f, e);
    past_curves_finish(&curves);
    arena_finish(&arena);
    if (!failed && figure_failed(f))
        failed = err_memory(e);
    if (failed)
        figure_finish(f);
    return failed;
}

int request_draw_own(struct session *s, const struct request *r, struct model *own,
                     enum paper paper, struct figure *f, struct err *e)
{
    size_t count;
    struct model **list = models_of(s, r, own, &count, e);
    int failed = list ? request_draw(s, r, list, count, paper, f, e) : -1;
    mem_free(list);
    return failed;
}

static int stopped_error(struct err *e)
{
    *e = (struct err){.kind = ERR_STOPPED, .what = "stopped"};
    return -1;
}

/* Until gnuplot has done what it was told. */
static int wait_for(struct session *s, struct gnuplot *g, struct err *e)
{
    while (gnuplot_busy(g))
        if (!s->host->wait(s->host->self))
            return stopped_error(e);
    return 0;
}

int picture_save(struct session *s, const struct file_name *file, struct figure *f, struct err *e)
{
    struct gnuplot *g = pictures_gnuplot(s, e);
    int left = g ? gnuplot_save(g, file, f, e) : -1;
    if (left)
        return -1;
    while ((left = gnuplot_saved(g, e)) == 1)
        if (!s->host->wait(s->host->self))
            return stopped_error(e);
    return left;
}

int picture_svg(struct session *s, struct figure *f, struct str *to, struct err *e)
{
    struct gnuplot *g = pictures_gnuplot(s, e);
    int left = g ? gnuplot_draw(g, f, e) : -1;
    figure_finish(f);
    while (g && left >= 0 && (left = gnuplot_saved(g, e)) == 1)
        if (!s->host->wait(s->host->self))
            return stopped_error(e);
    if (left == 0)
        gnuplot_take(g, to);
    return left;
}

int picture_show(struct session *s, const char *window, unsigned shares, struct figure *f,
                 struct err *e)
{
    struct gnuplot *g = NULL;
    int failed = 0;
    const char *choice = picture_choice(s);
    if (picture_is_file(choice)) {
        /* What --plot says is the person's word; what a script says is bound to its folder. */
        const bool told = s->pictures && s->pictures->terminal;
        const struct file_name file = {
            .name = choice, .path = choice, .within = told ? s->pictures->within : NULL};
        failed = picture_save(s, &file, f, e);
    } else if (pictures_shown(s)) {
        g = pictures_gnuplot(s, e);
        if (g)
            gnuplot_resize(g, s->host->width, s->host->height / shares);
        failed = g ? gnuplot_show(g, window, f, e) || wait_for(s, g, e) : -1;
    }
    figure_finish(f);
    return failed ? -1 : 0;
}
