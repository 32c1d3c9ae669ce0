/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/verbs/plot.h"
#include "cmd/common/binder.h"
#include "cmd/common/page_picture.h"
#include "cmd/common/past_curves.h"
#include "cmd/common/plotting.h"
#include "cmd/common/resolve.h"
#include "cmd/report/figure_table.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/warn.h"

#include "lang/parse.h"
#include "plot/save.h"
#include "plot/view.h"

#include <string.h>

/* The view that draws watched expressions. */
static const char curves[] = "curves";

static int no_view(const struct node *n, struct err *e)
{
    struct nearest near = {0};
    nearest_in_table(&near, n->text, &view_kinds);
    err_at(e, n->where, "there is no view \"%s\"", n->text);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "help lists the views");
}

static int keep_names(struct request *r, const struct arg *what, struct err *e)
{
    r->layers = what->as.exprs.count - 1;
    r->layer = arena_new(&r->arena, r->layers + 1, sizeof *r->layer);
    r->where = arena_new(&r->arena, r->layers + 1, sizeof *r->where);
    if (!r->layer || !r->where)
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
    return 0;
}

/* An expression is kept as its text and the tree of that: the statement's own goes. */
static int keep_asked(struct session *s, const struct node *n, struct arena *arena,
                      struct asked *to, struct err *e)
{
    struct str text = {0};
    struct node *tree;
    node_print(&text, n);
    to->text = text.failed ? NULL : arena_text(arena, text.text, text.size);
    const size_t size = text.size;
    str_finish(&text);
    const uint32_t source =
        to->text ? sources_add(&s->sources, "<plot>", to->text, size, 1, (struct span){0}) : 0;
    if (!source)
        return err_memory(e);
    if (parse_value(arena, to->text, size, source, &tree, e) != PARSE_OK)
        return -1;
    to->node = tree;
    return 0;
}

/* The models that are meant, by their names. */
static int keep_models(struct request *r, const struct arg *of, struct err *e)
{
    r->models = of && of->given ? of->as.names.count : 0;
    r->model = arena_new(&r->arena, r->models + 1, sizeof *r->model);
    if (!r->model)
        return err_memory(e);
    for (size_t i = 0; i < r->models; i++)
        if (!(r->model[i] =
                  arena_text(&r->arena, of->as.names.item[i], strlen(of->as.names.item[i]))))
            return err_memory(e);
    return 0;
}

static int keep_keys(struct request *r, const struct arg *what, struct err *e)
{
    const struct args *keys = what->as.exprs.keys;
    if (keys && !(r->keys = args_copy(&r->arena, keys)))
        return err_memory(e);
    return 0;
}

/* A word that can be no path into a model: a view was meant. */
static bool is_single(const struct node *n)
{
    return n->kind == NODE_PATH && !strchr(n->text, '.');
}

/* Checks an expression in each model that is meant. */
static int check_asked(struct session *s, const struct request *r, const struct node *n,
                       const char *text, struct err *e)
{
    for (size_t i = 0; i < (r->models ? r->models : 1); i++) {
        struct model *m = r->models ? name_model(s, r->model[i], r->place, e) : current_model(s);
        if (!m || session_check(s, m, n, e) || (!checking(s) && past_check(s, m, n, text, e)))
            return -1;
    }
    return 0;
}

/* All that a statement plots are expressions; what is wrong is found before anything is drawn. */
static int keep_expressions(struct session *s, struct request *r, const struct arg *what,
                            struct err *e)
{
    r->askeds = what->as.exprs.count;
    r->asked = arena_new(&r->arena, r->askeds, sizeof *r->asked);
    if (!r->asked)
        return err_memory(e);
    for (size_t i = 0; i < r->askeds; i++) {
        const struct node *n = what->as.exprs.item[i];
        if (keep_asked(s, n, &r->arena, &r->asked[i], e))
            return -1;
        if (check_asked(s, r, n, r->asked[i].text, e))
            return !i && is_single(n) && e->kind == ERR_INPUT ? no_view(n, e) : -1;
    }
    return 0;
}

/* A request for the view that `name` names, with what else the statement says; of another word, or
 * of no word, for the curves of expressions. */
static int make_request(struct session *s, struct request *r, const struct node *name,
                        const struct arg *what, const struct arg *of, struct err *e)
{
    int failed;
    *r = (struct request){.place = name->where};
    r->view = name->kind == NODE_PATH
                  ? (const struct view_kind *)table_find(&view_kinds, name->text)
                  : NULL;
    if (!r->view && !what)
        return no_view(name, e);
    if (r->view) {
        failed = what && (keep_models(r, of, e) || keep_names(r, what, e) || keep_keys(r, what, e))
                     ? -1
                     : 0;
    } else {
        r->view = (const struct view_kind *)table_find(&view_kinds, curves);
        failed = keep_models(r, of, e) || keep_expressions(s, r, what, e) ? -1 : 0;
    }
    if (!failed)
        return 0;
    request_finish(r);
    return -1;
}

static enum paper paper_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".txt") == 0 ? PAPER_TEXT_FILE : PAPER_PIXELS;
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
    struct file_name to;
    int failed = session_file(s, &arena, file, &to, e);
    if (!failed && checking(s)) {
        failed = save_check(&to, e);
    } else if (!failed && (!s->pictures || !s->pictures->last.view)) {
        err_at(e, what->where, "there is no picture to save yet");
        failed = err_hint(e, "plot one first: plot loss");
    } else if (!failed && !(failed = request_draw_own(s, &s->pictures->last, current_model(s),
                                                      paper_of(to.path), &f, e))) {
        failed = picture_save(s, &to, &f, e);
        figure_finish(&f);
    }
    arena_finish(&arena);
    return failed ? err_place(e, file->where) : 0;
}

/* Every picture goes to a file. The texts are copied into memory of the caller's. */
static int terminal_file(struct session *s, const struct node *n, char **name, char **within,
                         struct err *e)
{
    struct arena arena = {0};
    struct file_name file;
    int failed = 0;
    if (n->kind != NODE_STRING) {
        err_at(e, n->where, "a file name stands in quotes");
        return err_hint(e, "write plot terminal \"%.100s\"", n->text);
    }
    if (session_file(s, &arena, n, &file, e) || save_check(&file, e))
        failed = -1;
    if (!failed) {
        *name = mem_text(file.path, strlen(file.path));
        *within = file.within ? mem_text(file.within, strlen(file.within)) : NULL;
        failed = !*name || (file.within && !*within) ? err_memory(e) : 0;
    }
    arena_finish(&arena);
    return failed;
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
    char *name = NULL, *within = NULL;
    int failed = 0;
    if (picture_is_file(n->text))
        failed = terminal_file(s, n, &name, &within, e);
    else if (!(name = mem_text(n->text, strlen(n->text))))
        failed = err_memory(e);
    if (failed) {
        mem_free(name);
        mem_free(within);
        return -1;
    }
    gnuplot_destroy(p->gnuplot);
    p->gnuplot = NULL;
    mem_free(p->terminal);
    mem_free(p->within);
    p->terminal = name;
    p->within = within;
    return 0;
}

/* A picture of several models that is too much for characters: one after the other. False: so they
 * do not fit either. */
static bool present_apart(struct session *s, const struct request *r)
{
    bool shown = r->models > 1;
    for (size_t i = 0; i < r->models && shown; i++) {
        struct request one = *r;
        struct figure f;
        struct err e;
        one.model = r->model + i;
        one.models = 1;
        shown = request_draw_own(s, &one, current_model(s), pictures_paper(s), &f, &e) == 0 &&
                picture_present(s, &r->view->entry, 1, &f, &e) == 0;
    }
    return shown;
}

static int plot_view(struct session *s, const struct arg *what, const struct arg *of, struct err *e)
{
    struct pictures *p = pictures_of(s, e);
    struct request r;
    struct figure f;
    struct err again;
    if (!p || make_request(s, &r, what->as.exprs.item[0], what, of, e))
        return -1;
    int failed =
        checking(s) ? 0 : request_draw_own(s, &r, current_model(s), pictures_paper(s), &f, e);
    /* What is only too much for characters must not end a lesson that was written for a window. */
    const bool too_much = failed && pictures_are_text(s) &&
                          request_draw_own(s, &r, current_model(s), PAPER_PIXELS, &f, &again) == 0;
    if (too_much) {
        if (!present_apart(s, &r))
            session_warn(s, "%s; %s", e->what, e->hint);
        figure_finish(&f);
    }
    if ((failed && !too_much) || checking(s)) {
        request_finish(&r);
        return failed;
    }
    page_tell_picture(s, &r, too_much || pictures_are_text(s) ? NULL : &f);
    request_finish(&p->last);
    p->last = r;
    return too_much ? 0 : picture_present(s, &r.view->entry, 1, &f, e);
}

bool is_view(const struct session *s, const struct node *n)
{
    return n->kind == NODE_PATH && table_find(&view_kinds, n->text) &&
           graph_find_layer(current_model(s)->graph, n->text) == NOTHING;
}

static int plot_what(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    const struct node *first = what->as.exprs.item[0];
    const bool word = first->kind == NODE_PATH;
    if (word && strcmp(first->text, "save") == 0)
        return plot_save(s, what, e);
    if (word && strcmp(first->text, "terminal") == 0)
        return plot_terminal(s, what, e);
    return plot_view(s, what, args_get(args, "of"), e);
}

/* The size holds from here on, for all pictures, unless this one cannot be drawn. */
static int plot_sized(struct session *s, const struct args *args, struct err *e)
{
    struct pictures *p = pictures_of(s, e);
    if (!p)
        return -1;
    const bool sized = p->sized, big = p->big;
    p->sized = true;
    p->big = strcmp(args_get(args, "size")->as.choice->name, "big") == 0;
    const int failed = args_get(args, "what")->given ? plot_what(s, args, e) : 0;
    if (failed || checking(s)) {
        p->sized = sized;
        p->big = big;
    }
    return failed;
}

static int run_plot(struct session *s, const struct args *args, struct err *e)
{
    if (args_get(args, "size")->given)
        return plot_sized(s, args, e);
    if (args_get(args, "what")->given)
        return plot_what(s, args, e);
    err_at(e, (struct span){0}, "plot takes a view, or expressions");
    return err_hint(e, "write plot loss; help lists the views");
}

int view_show(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what"), *of = args_get(args, "of");
    struct request r;
    struct figure f;
    struct report report = {.as = report_renderer_of(args)};
    if (make_request(s, &r, what->as.exprs.item[0], what, of, e))
        return -1;
    int failed = checking(s) ? 0 : request_draw_own(s, &r, current_model(s), PAPER_PIXELS, &f, e);
    if (!failed && !checking(s)) {
        report_text(&report, "view", r.view->entry.name);
        figure_table(s, &report, &f);
        figure_finish(&f);
        failed = report_show(s, &report, e);
    }
    request_finish(&r);
    return failed;
}

/* What one `watch` adds: all of it is made before any of it counts. */
struct watching {
    struct watched_view *view;
    struct watched_text *text;
    size_t views, texts;
};

static void watching_finish(struct watching *w)
{
    for (size_t i = 0; i < w->views; i++)
        watched_view_finish(&w->view[i]);
    for (size_t i = 0; i < w->texts; i++)
        watched_text_finish(&w->text[i]);
    mem_free(w->view);
    mem_free(w->text);
}

/* An expression is kept as the tree of the text it prints as: the statement's own tree goes. */
static int keep_expression(struct session *s, const struct node *n, struct watched_text *x,
                           struct err *e)
{
    struct str text = {0};
    struct node *tree;
    node_print(&text, n);
    x->text = text.text;
    if (text.failed)
        return err_memory(e);
    const uint32_t source =
        sources_add(&s->sources, "<watch>", text.text, text.size, 1, (struct span){0});
    if (!source)
        return err_memory(e);
    if (parse_value(&x->arena, text.text, text.size, source, &tree, e) != PARSE_OK)
        return -1;
    x->node = tree;
    return 0;
}

static bool names_view(const struct node *n)
{
    return n->kind == NODE_PATH && table_find(&view_kinds, n->text);
}

/* Whether a word behind a view is one of its layers. */
static bool is_layer(const struct session *s, const struct node *n)
{
    const struct graph *g = current_model(s)->graph;
    return n->kind == NODE_PATH && !names_view(n) &&
           (graph_find_layer(g, n->text) != NOTHING || graph_find_call(g, n->text) != NOTHING);
}

/* The view that what[at] names, with the layers behind it; returns the place behind those, or 0
 * and *e. Keys are those of the first view. */
static size_t add_watched_view(struct session *s, const struct arg *what, size_t at, uint64_t every,
                               struct watching *w, struct err *e)
{
    struct arg part = *what;
    size_t end = at + 1;
    while (end < what->as.exprs.count && is_layer(s, what->as.exprs.item[end]))
        end++;
    part.as.exprs.item += at;
    part.as.exprs.count = end - at;
    part.as.exprs.keys = at ? NULL : what->as.exprs.keys;
    w->view[w->views].every = every;
    return make_request(s, &w->view[w->views++].request, *part.as.exprs.item, &part, NULL, e) ? 0
                                                                                              : end;
}

static int add_watched(struct session *s, const struct node *n, uint64_t every, struct watching *w,
                       struct err *e)
{
    if (names_view(n)) {
        w->view[w->views].every = every;
        return make_request(s, &w->view[w->views++].request, n, NULL, NULL, e);
    }
    if (session_check(s, current_model(s), n, e))
        return n->kind == NODE_PATH && e->kind == ERR_INPUT ? no_view(n, e) : -1;
    w->text[w->texts].every = every;
    return keep_expression(s, n, &w->text[w->texts++], e);
}

static int make_watching(struct session *s, const struct arg *what, uint64_t every,
                         struct watching *w, struct err *e)
{
    const size_t count = what->as.exprs.count;
    const struct node name = {.kind = NODE_PATH, .text = curves, .where = what->where, .height = 1};
    struct pictures *p = s->pictures;
    w->view = mem_new(count + 1, sizeof *w->view);
    w->text = mem_new(count, sizeof *w->text);
    if (!w->view || !w->text)
        return err_memory(e);
    for (size_t i = 0; i < count;)
        if (!names_view(what->as.exprs.item[i])) {
            if (add_watched(s, what->as.exprs.item[i++], every, w, e))
                return -1;
        } else if (!(i = add_watched_view(s, what, i, every, w, e))) {
            return -1;
        }
    if (w->texts && add_watched(s, &name, every, w, e))
        return -1;
    return mem_room(&p->watched, &p->watch_room, p->watches + w->views, sizeof *p->watched) ||
                   mem_room(&p->expression, &p->expression_room, p->expressions + w->texts,
                            sizeof *p->expression)
               ? err_memory(e)
               : 0;
}

/* What is watched already is watched every so many steps from here on. Nothing can fail. */
static void put_watching(struct pictures *p, struct watching *w)
{
    for (size_t k = 0; k < w->views; k++) {
        size_t i = 0;
        while (i < p->watches && p->watched[i].request.view != w->view[k].request.view)
            i++;
        if (i < p->watches) {
            w->view[k].kept = p->watched[i].kept;
            p->watched[i].kept = (struct str){0};
            watched_view_finish(&p->watched[i]);
        }
        p->watched[i] = w->view[k];
        p->watches += i == p->watches;
    }
    for (size_t k = 0; k < w->texts; k++) {
        size_t i = 0;
        while (i < p->expressions && strcmp(p->expression[i].text, w->text[k].text) != 0)
            i++;
        if (i < p->expressions)
            watched_text_finish(&p->expression[i]);
        p->expression[i] = w->text[k];
        p->expressions += i == p->expressions;
    }
    w->views = w->texts = 0;
}

static int list_watches(struct session *s, struct err *e)
{
    const struct pictures *p = s->pictures;
    struct str text = {0};
    for (size_t i = 0; p && i < p->watches; i++) {
        str_add(&text, "watch ");
        request_print(&text, &p->watched[i].request);
        str_addf(&text, " every %llu\n", (unsigned long long)p->watched[i].every);
    }
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
    struct watching w = {0};
    const int failed = make_watching(s, what, every, &w, e);
    if (!failed)
        put_watching(p, &w);
    watching_finish(&w);
    return failed;
}

static int run_unwatch(struct session *s, const struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    page_end_watched(s);
    if (s->pictures)
        watches_forget(s->pictures);
    return 0;
}

#define DEVICE(id, text) static const struct entry device_##id = {.name = #id, .summary = text}

DEVICE(auto, "a window where there is a display, else characters");
DEVICE(none, "nothing is shown; files are still written");
DEVICE(dumb, "characters, in the terminal");
DEVICE(qt, "a window of Qt");
DEVICE(wxt, "a window of wxWidgets");
DEVICE(x11, "a window of X11 itself");
static const struct entry *const device_rows[] = {&device_auto, &device_none, &device_dumb,
                                                  &device_qt,   &device_wxt,  &device_x11};
static const struct table devices = {"terminal for pictures", device_rows,
                                     sizeof device_rows / sizeof *device_rows};
static const struct arg_spec terminal_args[] = {
    ARG("name", POSITIONAL, ARG_CHOICE, .of = &devices,
        .line = "where pictures go: these, or any terminal of gnuplot"),
};
static const struct entry order_save = {
    .name = "save", .summary = "plot save \"figure.png\": the picture last plotted becomes a file"};
static const struct entry order_terminal = {.name = "terminal",
                                            .args = terminal_args,
                                            .arg_count = 1,
                                            .summary = "plot terminal NAME: where pictures go"};
static const struct entry *const order_rows[] = {&order_save, &order_terminal};
const struct table picture_orders = {"order for pictures", order_rows, 2};

static const struct entry size_normal = {.name = "normal", .summary = "for a screen or a page"};
static const struct entry size_big = {.name = "big",
                                      .summary = FIGURE_BIG " times as large, for a classroom"};
static const struct entry *const size_rows[] = {&size_normal, &size_big};
static const struct table sizes = {"size of pictures", size_rows, 2};

static const struct arg_spec plot_args[] = {
    ARG("what", REST, ARG_EXPRS, .of = &picture_orders,
        .line = "a view and names of layers; or expressions; or save and a file; or terminal and "
                "its name",
        .keyed = &view_kinds, .naming = NAMING_VIEWS),
    ARG("size", KEY, ARG_CHOICE, .of = &sizes,
        .line = "how large letters and lines are in all pictures of pixels from here on"),
    ARG("of", CLAUSE, ARG_NAMES, .line = "models; without it, the current one",
        .naming = NAMING_MODELS),
};
static const struct arg_spec watch_args[] = {
    ARG("what", REST, ARG_EXPRS,
        .line = "views, each with names of layers, and expressions, which are drawn as curves; "
                "alone, watch lists what is set",
        .keyed = &view_kinds, .naming = NAMING_VIEWS),
    ARG("every", CLAUSE, ARG_WHOLE, .standard = "1", .min = 1, .max = 1e9,
        .line = "steps from one point to the next"),
};

const struct command command_plot = {
    COMMAND("plot", plot_args, "shows a picture",
            "plot VIEW [LAYER ...] [of MODEL, ...] draws once; other words are expressions, whose "
            "curves are drawn: what was watched, and what follows from the losses and penalties "
            "that the history has (plot code.activity.penalty val.loss.data-loss.data). plot "
            "size=big makes letters and lines large; plot save \"figure.png\" writes the picture "
            "last plotted (png svg pdf txt gp csv, by the name's ending); plot terminal dumb, "
            "none, auto, qt, x11 ... says where pictures go. Where there is neither a display nor "
            "a terminal nothing is shown, and files are still written. A missing gnuplot is told "
            "once and stops nothing.",
            "data moons 100 split=0.2\ninput 2\ndense 8 tanh kernel=l2(1e-3) as h\n"
            "dense 1 sigmoid\ntrain 3\nplot loss\nplot weights h\n"
            "plot h.kernel.penalty val.loss.data-loss.data\n"),
    .run = run_plot,
    .looks = true,
    .beyond_run = true,
};
const struct command command_watch = {
    COMMAND(
        "watch", watch_args, "keeps pictures up to date while training runs",
        "watch loss activity every 20 puts a point every 20 steps and draws again at most thirty "
        "times a second in a window, ten in text. A word that is no view is an expression. "
        "Watching changes no figure "
        "of training.",
        "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\n"
        "watch loss mean(abs(h.output)) every 2\ntrain 2\nunwatch\n"),
    .run = run_watch,
    .beyond_run = true,
};
const struct command command_unwatch = {
    COMMAND_ALONE("unwatch", "ends all watching", "The curves so far stay.",
                  "watch loss\nunwatch\n"),
    .run = run_unwatch,
    .beyond_run = true,
};
