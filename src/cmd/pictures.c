/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot, watch, unwatch, and the bridge to gnuplot. */
#include "cmd/pictures.h"

#include "base/path.h"
#include "cmd/command.h"
#include "lang/parse.h"
#include "plot/gnuplot.h"
#include "plot/view.h"
#include "train/observe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The view that draws watched expressions. */
static const char curves[] = "curves";

/* What was asked for: a view with names, kept as text so that a later drawing looks them up again.
 */
struct request {
    const struct view_kind *view;
    struct arena arena;
    const char **layer;
    struct span *where;
    size_t layers;
    const char **model; /* none: the current one */
    size_t models;
    struct span place;
};

struct watched_view {
    struct request request;
    uint64_t every;
};

struct watched_text {
    const struct node *node;
    char *text;
    uint64_t every;
};

struct pictures {
    struct gnuplot *gnuplot;
    char *terminal;      /* plot terminal NAME; NULL: as the host says */
    struct request last; /* what plot save saves */
    struct watched_view *watched;
    size_t watches, watch_room;
    struct arena arena; /* of the watched expressions' trees */
    struct watched_text *expression;
    size_t expressions, expression_room;
    double drawn; /* when watched views were drawn last */
    double pause; /* until they may be again */
};

static void request_finish(struct request *r)
{
    arena_finish(&r->arena);
    *r = (struct request){0};
}

static void forget_expressions(struct pictures *p)
{
    for (size_t i = 0; i < p->expressions; i++)
        mem_free(p->expression[i].text);
    p->expressions = 0;
}

static void forget_watches(struct pictures *p)
{
    for (size_t i = 0; i < p->watches; i++)
        request_finish(&p->watched[i].request);
    p->watches = 0;
    forget_expressions(p);
    arena_finish(&p->arena);
}

void pictures_finish(struct session *s)
{
    struct pictures *p = s->pictures;
    if (!p)
        return;
    gnuplot_destroy(p->gnuplot);
    forget_watches(p);
    request_finish(&p->last);
    mem_free(p->watched);
    mem_free(p->expression);
    mem_free(p->terminal);
    mem_free(p);
    s->pictures = NULL;
}

static struct pictures *pictures_of(struct session *s, struct err *e)
{
    if (!s->pictures && !(s->pictures = mem_new(1, sizeof *s->pictures)))
        err_memory(e);
    return s->pictures;
}

static const char *choice_of(const struct session *s)
{
    const struct pictures *p = s->pictures;
    const char *choice = p && p->terminal ? p->terminal : s->host->plot;
    return choice ? choice : "none";
}

/* A choice such as curves.png means a file. */
static bool is_file(const char *choice)
{
    return strchr(choice, '.') || strchr(choice, '/');
}

/* Whether a picture would be seen by anybody. */
static bool is_shown(const struct session *s)
{
    const char *choice = choice_of(s);
    if (strcmp(choice, "none") == 0)
        return false;
    return strcmp(choice, "auto") != 0 || s->host->display || s->host->screen;
}

static void tell(void *self, const char *line)
{
    session_notice(self, "%s", line);
}

static void show_text(void *self, const char *text, size_t n)
{
    const struct session *s = self;
    s->host->picture(s->host->self, text, n);
}

static struct gnuplot *gnuplot_of(struct session *s, struct err *e)
{
    struct pictures *p = pictures_of(s, e);
    const char *choice = choice_of(s);
    const struct gnuplot_config config = {
        .program = "gnuplot",
        .terminal = is_file(choice) || strcmp(choice, "none") == 0 ? "auto" : choice,
        .display = s->host->display,
        .screen = s->host->screen,
        .colour = s->host->colour,
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

/* Looks up the models of a request; the list is freed with mem_free. */
static struct model **models_of(struct session *s, const struct request *r, size_t *count,
                                struct err *e)
{
    struct model **list = mem_new(r->models + 1, sizeof(struct model *));
    if (!list) {
        err_memory(e);
        return NULL;
    }
    *count = r->models ? r->models : 1;
    list[0] = current_model(s);
    for (size_t i = 0; i < r->models; i++)
        if (!(list[i] = name_model(s, r->model[i], r->place, e))) {
            mem_free(list);
            return NULL;
        }
    return list;
}

/* Pictures are made of characters where there is neither a window nor a file. */
static bool is_text(const struct session *s)
{
    const char *choice = choice_of(s);
    if (strcmp(choice, "auto") == 0)
        return s->host->screen && !s->host->display;
    return strcmp(choice, "dumb") == 0;
}

/* Draws a request into a figure, of the given models or of its own. */
static int draw(struct session *s, const struct request *r, struct model *const *model,
                size_t models, bool text, struct figure *f, struct err *e)
{
    const struct view_request v = {
        .model = model,
        .models = models,
        .data = s->has_data ? &s->data : NULL,
        .seed = s->seed,
        .layer = r->layer,
        .where = r->where,
        .layers = r->layers,
        .place = r->place,
        .text = text,
        .width = s->host->width,
        .height = s->host->height,
    };
    *f = (struct figure){0};
    int failed = r->view->draw(&v, f, e);
    if (!failed && figure_failed(f))
        failed = err_memory(e);
    if (failed)
        figure_finish(f);
    return failed;
}

static int draw_own(struct session *s, const struct request *r, bool text, struct figure *f,
                    struct err *e)
{
    size_t count;
    struct model **list = models_of(s, r, &count, e);
    int failed = list ? draw(s, r, list, count, text, f, e) : -1;
    mem_free(list);
    return failed;
}

static int stopped(struct err *e)
{
    *e = (struct err){.kind = ERR_STOPPED, .what = "stopped"};
    return -1;
}

/* Until gnuplot has done what it was told. */
static int wait_for(struct session *s, struct gnuplot *g, struct err *e)
{
    while (gnuplot_busy(g))
        if (!s->host->wait(s->host->self))
            return stopped(e);
    return 0;
}

static int save(struct session *s, const char *path, struct figure *f, struct err *e)
{
    struct gnuplot *g = gnuplot_of(s, e);
    int left = g ? gnuplot_save(g, path, f, e) : -1;
    if (left)
        return -1;
    while ((left = gnuplot_saved(g, e)) == 1)
        if (!s->host->wait(s->host->self))
            return stopped(e);
    return left;
}

/* Shows a figure where the person looks, and waits until it is there. Takes the figure. */
static int show(struct session *s, const char *window, struct figure *f, struct err *e)
{
    struct gnuplot *g = NULL;
    int failed = 0;
    if (is_file(choice_of(s))) {
        failed = save(s, choice_of(s), f, e);
    } else if (is_shown(s)) {
        g = gnuplot_of(s, e);
        failed = g ? gnuplot_show(g, window, f, e) || wait_for(s, g, e) : -1;
    }
    figure_finish(f);
    return failed ? -1 : 0;
}

bool pictures_watching(const struct session *s)
{
    return s->pictures && (s->pictures->watches || s->pictures->expressions);
}

static int observe_expression(struct session *s, struct model *m, const struct watched_text *x,
                              struct err *e)
{
    const size_t current = s->current;
    double value;
    for (size_t i = 0; i < s->models; i++)
        if (s->model[i] == m)
            s->current = i;
    int failed =
        session_number(s, x->node, &value, e) ||
        (history_put(&m->history, SERIES_EXPRESSION, x->text, m->step, value) && err_memory(e)) ||
        engine_prepare(m, &s->data, s->seed, e);
    s->current = current;
    return failed ? -1 : 0;
}

int pictures_observe(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    bool due = false;
    if (!p)
        return 0;
    for (size_t i = 0; i < p->watches && !due; i++)
        due = m->step % p->watched[i].every == 0;
    if (due && observe_batch(m, e))
        return -1;
    for (size_t i = 0; i < p->expressions; i++)
        if (m->step % p->expression[i].every == 0 && observe_expression(s, m, &p->expression[i], e))
            return -1;
    return 0;
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
    if (list && draw(s, r, list, count, is_text(s), &f, &e) == 0) {
        gnuplot_show(s->pictures->gnuplot, r->view->entry.name, &f, &e);
        figure_finish(&f);
    }
    mem_free(list);
}

void pictures_update(struct session *s, struct model *m)
{
    /* Drawing may take one part in so many of the time; and there is an end to what eyes follow. */
    const double parts = 50, least = 0.1;
    struct pictures *p = s->pictures;
    struct err e = {0};
    if (!pictures_watching(s) || !is_shown(s) || is_file(choice_of(s)) ||
        session_clock(s) - p->drawn < p->pause || !gnuplot_of(s, &e))
        return;
    p->drawn = session_clock(s);
    gnuplot_resize(p->gnuplot, s->host->width, s->host->height);
    for (size_t i = 0; i < p->watches; i++)
        if (gnuplot_wants(p->gnuplot, p->watched[i].request.view->entry.name))
            draw_watched(s, m, &p->watched[i].request);
    p->pause = fmax(least, parts * (session_clock(s) - p->drawn));
}

int pictures_flush(struct session *s, struct model *m, struct err *e)
{
    const struct pictures *p = s->pictures;
    if (!pictures_watching(s) || !is_shown(s))
        return 0;
    for (size_t i = 0; i < p->watches; i++) {
        const struct request *r = &p->watched[i].request;
        struct figure f;
        struct err ignored = {0};
        /* What has no point yet is left out, as during training. */
        if (draw(s, r, &m, 1, is_text(s), &f, &ignored) == 0 && show(s, r->view->entry.name, &f, e))
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

size_t session_descriptors(const struct session *s,
                           struct session_descriptor to[SESSION_DESCRIPTORS])
{
    struct gnuplot_descriptor d[GNUPLOT_DESCRIPTORS];
    if (!s->pictures || !s->pictures->gnuplot)
        return 0;
    const size_t n = gnuplot_descriptors(s->pictures->gnuplot, d);
    for (size_t i = 0; i < n; i++)
        to[i] = (struct session_descriptor){.fd = d[i].fd, .write = d[i].write};
    return n;
}

static int no_view(const struct node *n, struct err *e)
{
    struct nearest near = {0};
    nearest_in_table(&near, n->text, &view_kinds);
    err_at(e, n->where, "there is no view \"%s\"", n->text);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "help plot lists the views");
}

static int keep_names(struct request *r, const struct arg *what, const struct arg *of,
                      struct err *e)
{
    r->layers = what->as.exprs.count - 1;
    r->layer = arena_new(&r->arena, r->layers + 1, sizeof *r->layer);
    r->where = arena_new(&r->arena, r->layers + 1, sizeof *r->where);
    r->models = of && of->given ? of->as.names.count : 0;
    r->model = arena_new(&r->arena, r->models + 1, sizeof *r->model);
    if (!r->layer || !r->where || !r->model)
        return err_memory(e);
    for (size_t i = 0; i < r->layers; i++) {
        const struct node *n = what->as.exprs.item[i + 1];
        if (n->kind != NODE_PATH) {
            err_at(e, n->where, "a view takes names of layers");
            return err_hint(e, "write plot weights hidden");
        }
        r->where[i] = n->where;
        if (!(r->layer[i] = arena_text(&r->arena, n->text, strlen(n->text))))
            return err_memory(e);
    }
    for (size_t i = 0; i < r->models; i++)
        if (!(r->model[i] =
                  arena_text(&r->arena, of->as.names.item[i], strlen(of->as.names.item[i]))))
            return err_memory(e);
    return 0;
}

/* A request for the view that `name` names, with what else the statement says. */
static int make_request(struct request *r, const struct node *name, const struct arg *what,
                        const struct arg *of, struct err *e)
{
    *r = (struct request){.place = name->where};
    r->view = name->kind == NODE_PATH
                  ? (const struct view_kind *)table_find(&view_kinds, name->text)
                  : NULL;
    if (!r->view)
        return no_view(name, e);
    if (!what || keep_names(r, what, of, e) == 0)
        return 0;
    request_finish(r);
    return -1;
}

static bool is_text_file(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".txt") == 0;
}

static int plot_save(struct session *s, const struct arg *what, struct err *e)
{
    const struct node *file = what->as.exprs.count == 2 ? what->as.exprs.item[1] : NULL;
    struct arena arena = {0};
    struct figure f;
    if (!file || file->kind != NODE_STRING) {
        err_at(e, what->where, "plot save takes the name of a file");
        return err_hint(e, "write plot save \"figure.png\"");
    }
    if (checking(s))
        return 0;
    if (!s->pictures || !s->pictures->last.view) {
        err_at(e, what->where, "there is no picture to save yet");
        return err_hint(e, "plot one first: plot loss");
    }
    const char *path = path_join(&arena, s->folder, file->text);
    int failed = path ? draw_own(s, &s->pictures->last, is_text_file(path), &f, e) : err_memory(e);
    if (!failed) {
        failed = save(s, path, &f, e);
        figure_finish(&f);
    }
    arena_finish(&arena);
    return failed ? err_place(e, file->where) : 0;
}

static int plot_terminal(struct session *s, const struct arg *what, struct err *e)
{
    const struct node *n = what->as.exprs.count == 2 ? what->as.exprs.item[1] : NULL;
    struct pictures *p = pictures_of(s, e);
    if (!p)
        return -1;
    if (!n || (n->kind != NODE_PATH && n->kind != NODE_STRING)) {
        err_at(e, what->where, "plot terminal takes a name");
        return err_hint(e, "write plot terminal dumb, or none, auto, qt, x11");
    }
    char *name = mem_text(n->text, strlen(n->text));
    if (!name)
        return err_memory(e);
    gnuplot_destroy(p->gnuplot);
    p->gnuplot = NULL;
    mem_free(p->terminal);
    p->terminal = name;
    return 0;
}

static int plot_view(struct session *s, const struct arg *what, const struct arg *of, struct err *e)
{
    struct pictures *p = pictures_of(s, e);
    struct request r;
    struct figure f;
    struct err again;
    if (!p || make_request(&r, what->as.exprs.item[0], what, of, e))
        return -1;
    int failed = checking(s) ? 0 : draw_own(s, &r, is_text(s), &f, e);
    /* What is only too much for characters must not end a lesson that was written for a window. */
    const bool too_much = failed && is_text(s) && draw_own(s, &r, false, &f, &again) == 0;
    if (too_much) {
        session_notice(s, "%s; %s", e->what, e->hint);
        figure_finish(&f);
    }
    if ((failed && !too_much) || checking(s)) {
        request_finish(&r);
        return failed;
    }
    request_finish(&p->last);
    p->last = r;
    return too_much ? 0 : show(s, r.view->entry.name, &f, e);
}

static int run_plot(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    const struct node *first = what->as.exprs.item[0];
    const bool word = first->kind == NODE_PATH;
    if (word && strcmp(first->text, "save") == 0)
        return plot_save(s, what, e);
    if (word && strcmp(first->text, "terminal") == 0)
        return plot_terminal(s, what, e);
    if (word)
        return plot_view(s, what, args_get(args, "of"), e);
    err_at(e, first->where, "plot takes a view");
    return err_hint(e, "a curve of an expression: watch EXPRESSION, then plot curves");
}

static int watch_view(struct pictures *p, const struct node *n, uint64_t every, struct err *e)
{
    struct watched_view w = {.every = every};
    if (make_request(&w.request, n, NULL, NULL, e))
        return -1;
    for (size_t i = 0; i < p->watches; i++)
        if (p->watched[i].request.view == w.request.view) {
            p->watched[i].every = every;
            return 0;
        }
    if (mem_room(&p->watched, &p->watch_room, p->watches + 1, sizeof w))
        return err_memory(e);
    p->watched[p->watches++] = w;
    return 0;
}

/* An expression is kept as the tree of the text it prints as: the statement's own tree goes. */
static int watch_expression(struct session *s, const struct node *n, uint64_t every, struct err *e)
{
    struct pictures *p = s->pictures;
    struct str text = {0};
    struct node *tree;
    if (session_check(s, n, e))
        return -1;
    node_print(&text, n);
    uint32_t source = text.failed ? 0
                                  : sources_add(&s->sources, "<watch>", text.text, text.size, 1,
                                                (struct span){0});
    int failed = !source || mem_room(&p->expression, &p->expression_room, p->expressions + 1,
                                     sizeof *p->expression)
                     ? err_memory(e)
                     : parse_value(&p->arena, text.text, text.size, source, &tree, e) != PARSE_OK;
    if (failed) {
        str_finish(&text);
        return -1;
    }
    p->expression[p->expressions++] =
        (struct watched_text){.node = tree, .text = text.text, .every = every};
    return 0;
}

static int list_watches(struct session *s, struct err *e)
{
    const struct pictures *p = s->pictures;
    struct str text = {0};
    for (size_t i = 0; p && i < p->watches; i++)
        str_addf(&text, "watch %s every %llu\n", p->watched[i].request.view->entry.name,
                 (unsigned long long)p->watched[i].every);
    for (size_t i = 0; p && i < p->expressions; i++)
        str_addf(&text, "watch %s every %llu\n", p->expression[i].text,
                 (unsigned long long)p->expression[i].every);
    if (!text.size)
        str_add(&text, "watch none\n");
    return session_report_words(s, "watch", &text, e);
}

static int run_watch(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    const uint64_t every = (uint64_t)args_whole(args, "every");
    struct pictures *p = pictures_of(s, e);
    if (!p)
        return -1;
    if (!what->given)
        return list_watches(s, e);
    bool expressions = false;
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        const struct node *n = what->as.exprs.item[i];
        const bool view = n->kind == NODE_PATH && table_find(&view_kinds, n->text);
        const bool misspelt = n->kind == NODE_PATH && !view && session_check(s, n, e);
        if (misspelt)
            return no_view(n, e);
        if (view ? watch_view(p, n, every, e) : watch_expression(s, n, every, e))
            return -1;
        expressions = expressions || !view;
    }
    const struct node name = {.kind = NODE_PATH, .text = curves, .where = what->where, .height = 1};
    return expressions ? watch_view(p, &name, every, e) : 0;
}

static int run_unwatch(struct session *s, const struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    if (s->pictures)
        forget_watches(s->pictures);
    return 0;
}

static const struct arg_spec plot_args[] = {
    {.name = "what",
     .form = REST,
     .type = ARG_EXPRS,
     .required = true,
     .line = "a view and names of layers; or save and a file; or terminal and its name"},
    {.name = "of",
     .form = CLAUSE,
     .type = ARG_NAMES,
     .line = "models; without it, the current one"},
};
static const struct arg_spec watch_args[] = {
    {.name = "what",
     .form = REST,
     .type = ARG_EXPRS,
     .line = "views, and expressions, which are drawn as curves; alone, watch lists what is set"},
    {.name = "every",
     .form = CLAUSE,
     .type = ARG_WHOLE,
     .standard = "1",
     .min = 1,
     .max = 1e9,
     .line = "steps from one point to the next"},
};

const struct command command_plot = {
    COMMAND(
        "plot", plot_args, "shows a picture",
        "plot VIEW [LAYER ...] [of MODEL, ...] draws once; plot save \"figure.png\" writes the "
        "picture last plotted (png svg pdf txt gp csv, by the name's ending); plot terminal "
        "dumb, none, auto, qt, x11 ... says where pictures go. Where there is neither a display "
        "nor a terminal nothing is shown, and files are still written. A missing gnuplot is told "
        "once and stops nothing.",
        "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\ntrain 3\nplot loss\n"
        "plot weights h\n"),
    .run = run_plot,
};
const struct command command_watch = {
    COMMAND(
        "watch", watch_args, "keeps pictures up to date while training runs",
        "watch loss activity every 20 puts a point every 20 steps and draws again at most ten "
        "times a second. A word that is no view is an expression. Watching changes no figure of "
        "training.",
        "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\n"
        "watch loss mean(abs(h.output)) every 2\ntrain 2\nunwatch\n"),
    .run = run_watch,
};
const struct command command_unwatch = {
    COMMAND_ALONE("unwatch", "ends all watching", "The curves so far stay.",
                  "watch loss\nunwatch\n"),
    .run = run_unwatch,
};
