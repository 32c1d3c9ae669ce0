/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view_pull.h"

#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/pull.h"

#include <math.h>

enum { LAYERS_MOST = 12, SENDERS_MOST = 12 };

/* The data, or the penalty number sender - 1. */
static void sender_name(struct str *to, const struct pull *p, size_t sender)
{
    const struct graph *g = p->ledger.model->graph;
    if (!sender) {
        str_add(to, "data loss");
        return;
    }
    const struct term *t = &g->term[p->ledger.row[sender - 1].term];
    char name[TERM_NAME_ROOM];
    str_addf(to, "%s ", term_name(g, t, name, sizeof name));
    args_print_brief(to, model_term(p->ledger.model, p->ledger.row[sender - 1].term));
}

static double norm_of(const struct pull *p, size_t sender, size_t layer)
{
    return p->norm[sender * p->layers + layer];
}

static size_t senders_of(const struct pull *p)
{
    return 1 + p->ledger.rows;
}

static bool is_shown(double norm)
{
    return norm > 0 && isfinite(norm);
}

/* The smallest and the largest norm that is shown; false if there is none. */
static bool find_range(const struct pull *p, double range[2])
{
    bool any = false;
    for (size_t i = 0; i < senders_of(p) * p->layers; i++) {
        if (!is_shown(p->norm[i]))
            continue;
        range[0] = any ? fmin(range[0], p->norm[i]) : p->norm[i];
        range[1] = any ? fmax(range[1], p->norm[i]) : p->norm[i];
        any = true;
    }
    return any;
}

/* How many senders a layer has, and the place of one among them. */
static size_t count_bars(const struct pull *p, size_t layer, size_t before)
{
    size_t n = 0;
    for (size_t s = 0; s < before; s++)
        n += is_shown(norm_of(p, s, layer));
    return n;
}

static double width_of(const struct pull *p)
{
    size_t most = 1;
    for (size_t i = 0; i < p->layers; i++) {
        const size_t n = count_bars(p, i, senders_of(p));
        most = n > most ? n : most;
    }
    return 0.8 / (double)most;
}

/* Where a bar stands: the bars of a layer have its number in their middle. */
static double place_of(const struct pull *p, size_t sender, size_t layer)
{
    const double all = (double)count_bars(p, layer, senders_of(p));
    const double at = (double)count_bars(p, layer, sender);
    return (double)layer + 1 + (at - (all - 1) / 2) * width_of(p);
}

/* Rows of: layer, norm, and where the bar stands. */
static size_t add_rows(struct figure *f, const struct pull *p, size_t sender, const char *name,
                       char block[16])
{
    size_t n = 0;
    figure_begin(f, block);
    figure_series(f, name);
    f->x = "layer";
    for (size_t i = 0; i < p->layers; i++)
        if (is_shown(norm_of(p, sender, i))) {
            figure_row(
                f, (const double[]){(double)i + 1, norm_of(p, sender, i), place_of(p, sender, i)},
                3);
            n++;
        }
    figure_end(f);
    return n;
}

static size_t colour_of(const struct pull *p, size_t sender)
{
    if (!sender)
        return BLUE;
    return p->ledger.model->graph->term[p->ledger.row[sender - 1].term].activity ? ORANGE : GREEN;
}

static size_t turn_of(const struct pull *p, size_t sender)
{
    size_t n = 0;
    for (size_t s = 0; s < sender; s++)
        n += colour_of(p, s) == colour_of(p, sender);
    return n;
}

static int add_sender(const struct view_request *r, const struct pull *p, size_t sender,
                      struct figure *f, struct str *plot, struct str *labels)
{
    struct str name = {0}, series = {0};
    char block[16];
    sender_name(&name, p, sender);
    if (!name.failed)
        request_name(&series, r, p->ledger.model, name.text);
    const bool failed = name.failed || series.failed;
    if (!failed && add_rows(f, p, sender, series.text, block)) {
        const char *colour = style_colour(colour_of(p, sender));
        style_next(plot);
        if (r->text) {
            str_addf(plot, "%s using 3:2 with impulses lt %zu dt %zu lc rgb '%s'", block,
                     sender % 6 + 2, sender % 6 + 2, colour);
        } else {
            str_addf(plot, "%s using 3:2:(%.9g) with boxes lc rgb '%s'", block, width_of(p),
                     colour);
            style_fill(plot, turn_of(p, sender));
        }
        style_legend(plot, name.text);
        if (!r->text)
            str_addf(labels,
                     ", \\\n     %s using 3:2:(sprintf('%%.2g',$2)) with labels font ',9' offset "
                     "0,0.6 notitle",
                     block);
    }
    str_finish(&series);
    str_finish(&name);
    return failed ? -1 : 0;
}

/* ` wins, 3.5 x`: how many times as hard as the next. */
static void add_times(struct str *to, double times)
{
    str_addf(to, times >= 100 && times < 1e6 ? " wins, %.0f x" : " wins, %.2g x", times);
}

/* Who pulls hardest at a layer, and how many times as hard as the next. */
static void add_winner(struct str *to, const struct pull *p, size_t layer)
{
    size_t best = 0;
    double most = -1, next = 0;
    for (size_t s = 0; s < senders_of(p); s++) {
        const double norm = norm_of(p, s, layer);
        if (norm > most) {
            next = most;
            most = norm;
            best = s;
        } else if (norm > next) {
            next = norm;
        }
    }
    const struct graph *g = p->ledger.model->graph;
    if (next <= 0)
        return;
    if (!best) {
        str_add(to, "data");
        add_times(to, most / next);
        return;
    }
    char name[TERM_NAME_ROOM];
    term_name(g, &g->term[p->ledger.row[best - 1].term], name, sizeof name);
    str_add(to, name);
    add_times(to, most / next);
}

/* The layers below the axis, turned where there are many; where there is room with who wins. */
static void set_layers(struct str *to, const struct view_request *r, const struct pull *p,
                       const struct page *page, bool winners)
{
    enum { STRAIGHT_MOST = 6, TURNED = 24 };
    const struct graph *g = p->ledger.model->graph;
    const size_t whole = page->across > 1 ? 64 / page->across : 96;
    const size_t across = r->big ? whole * 5 / 8 : whole;
    const bool turned = p->layers > STRAIGHT_MOST && !r->text;
    const size_t room = turned || !p->layers ? TURNED : across / p->layers;
    str_addf(to, "set xrange [0.4:%.9g]\nset xtics scale 0 (", (double)p->layers + 0.6);
    for (size_t i = 0; i < p->layers; i++) {
        struct str winner = {0};
        str_add(to, i ? ", " : "");
        style_tic(to, g->layer[p->layer[i]].name, room);
        if (winners && !r->text)
            add_winner(&winner, p, i);
        if (winner.size && !winner.failed) {
            str_add(to, ".\"\\n\".");
            style_tic(to, winner.text, room);
        }
        str_addf(to, " %zu", i + 1);
        to->failed = to->failed || winner.failed;
        str_finish(&winner);
    }
    str_addf(to, ") noenhanced%s\n", turned ? " rotate by -30" : "");
}

static void set_axes(struct str *to, const struct view_request *r, const struct pull *p,
                     const struct page *page, const double range[2])
{
    const bool log = range[1] / range[0] > 100, narrow = page->across > 1;
    str_add(to, "unset arrow\nunset label\nunset logscale\nset ytics auto\nset xlabel ''\n");
    if (log)
        str_addf(to, "set logscale y\nset ytics 10\nset format y '%%g'\nset yrange [%.9g:%.9g]\n",
                 range[0] / 3, 4 * range[1]);
    else
        str_addf(to, "set yrange [0:%.9g]\n", 1.15 * range[1]);
    if (page_is_small(page) && !log)
        style_tics_from(to, "y", 0, 1.15 * range[1], 3);
    str_addf(to, "set ylabel '%s%s'\n",
             r->text         ? ""
             : narrow && log ? "gradient"
                             : "norm of the gradient",
             log && !r->text ? " (log scale)" : "");
    const bool winners = !narrow && p->layers <= 4 && !r->big;
    set_layers(to, r, p, page, winners);
    if (winners && !r->text)
        str_add(to, "set xlabel ' '\n");
    page_legend(to, page, "");
}

static int add_panel(const struct view_request *r, const struct pull *p, const double range[2],
                     unsigned down, unsigned across, struct figure *f)
{
    enum { LABELLED = 16 };
    struct str plot = {0}, labels = {0};
    size_t bars = 0;
    int bad = 0;
    for (size_t i = 0; i < p->layers; i++)
        bars += count_bars(p, i, senders_of(p));
    for (size_t s = 0; s < senders_of(p) && !bad; s++)
        bad = add_sender(r, p, s, f, &plot, &labels);
    const struct page page = page_for(r, down, across, &plot);
    set_axes(&f->program, r, p, &page, range);
    /* In front of all bars. */
    if (bars * across * down <= LABELLED)
        str_bytes(&plot, labels.text ? labels.text : "", labels.size);
    plot.failed = plot.failed || labels.failed;
    style_plot(&f->program, &plot);
    str_finish(&labels);
    str_finish(&plot);
    return bad;
}

static int check_room(const struct view_request *r, const struct pull *p, struct err *e)
{
    const struct ledger *l = &p->ledger;
    if (l->rows < SENDERS_MOST && p->layers <= LAYERS_MOST)
        return 0;
    err_at(e, r->place, "pull shows %d layers and %d penalties at most, and %s has %zu and %zu",
           LAYERS_MOST, SENDERS_MOST - 1, l->model->name, p->layers, l->rows);
    return err_hint(e, "penalties lists all of them");
}

/* What is pulled at must be said: a view chooses nothing. */
static int check_losses(const struct view_request *r, const struct model *m, struct err *e)
{
    id output[OUTPUTS_MOST];
    const size_t n = graph_outputs(m->graph, output);
    for (size_t i = 0; i < n; i++)
        if (!model_loss(m, output[i], NULL)) {
            err_at(e, r->place, "no loss is chosen yet, and pull shows its gradient");
            return err_hint(e, "train first, or choose one: loss mse");
        }
    return 0;
}

static int make_pull(const struct view_request *r, struct model *m, struct pull *p, struct err *e)
{
    *p = (struct pull){0};
    if (!r->data) {
        err_at(e, r->place, "there is no data yet, and pull looks at a batch of it");
        return err_hint(e, "load some: data moons");
    }
    if (check_losses(r, m, e))
        return -1;
    return pull_make(p, m, r->data, r->seed, e) || check_room(r, p, e) ? -1 : 0;
}

static int nothing_pulls(const struct view_request *r, const struct model *m, struct err *e)
{
    err_at(e, r->place, "nothing pulls at a layer of %s", m->name);
    return err_hint(e, "all gradients are 0, or no layer has weights that train");
}

/* Of all models. */
static int find_ranges(const struct view_request *r, double range[2], struct err *e)
{
    int bad = 0;
    for (size_t m = 0; m < r->models && !bad; m++) {
        struct pull p;
        double own[2] = {0};
        bad = make_pull(r, r->model[m], &p, e);
        if (!bad && !find_range(&p, own))
            bad = nothing_pulls(r, r->model[m], e);
        if (!bad) {
            range[0] = m ? fmin(range[0], own[0]) : own[0];
            range[1] = m ? fmax(range[1], own[1]) : own[1];
        }
        pull_finish(&p);
    }
    return bad;
}

static int draw_panel(const struct view_request *r, const double *range, unsigned down,
                      unsigned across, struct figure *f, struct err *e)
{
    struct pull p;
    double own[2] = {0};
    int bad = make_pull(r, r->model[0], &p, e);
    if (!bad && !find_range(&p, own))
        bad = nothing_pulls(r, r->model[0], e);
    if (!bad && add_panel(r, &p, range ? range : own, down, across, f))
        bad = err_memory(e);
    pull_finish(&p);
    return bad;
}

int pull_panel(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
               struct err *e)
{
    return draw_panel(r, NULL, down, across, f, e);
}

/* Models stand beside each other with the same axis. */
static int add_panels(const struct view_request *r, const double range[2], struct figure *f,
                      struct err *e)
{
    int bad = 0;
    style_panels(&f->program, r, "pull", 1, r->models);
    for (size_t m = 0; m < r->models && !bad; m++) {
        struct view_request one = *r;
        one.model = r->model + m;
        one.models = 1;
        one.among = true;
        style_set(&f->program, "title", r->model[m]->name);
        bad = draw_panel(&one, range, 1, (unsigned)r->models, f, e);
    }
    style_panels_end(&f->program);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    enum { ACROSS_MOST = 4, TEXT_ACROSS = 3 };
    double range[2] = {0};
    if (request_filled(r, e) || request_whole(r, "pull", e) ||
        request_room(r, "pull", "model", "of MODEL", r->models, r->text ? TEXT_ACROSS : ACROSS_MOST,
                     e) ||
        find_ranges(r, range, e))
        return -1;
    style_begin(f, r);
    if (r->models > 1)
        return request_done(f, add_panels(r, range, f, e), e);
    style_head(&f->program, r, "pull");
    return request_done(f, draw_panel(r, range, 1, 1, f, e), e);
}

const struct view_kind view_pull = {
    .entry =
        {
            .name = "pull",
            .summary = "how hard the data and each penalty pull at each layer",
            .details =
                "A bar for each gradient that reaches a layer: the Euclidean norm of what the data "
                "loss, or one penalty alone, sends into the layer's weights, over the batch of the "
                "last step (before any, the first one), with nothing dropped out. Below a layer "
                "stands who pulls hardest, and how many times as hard as the next. The norm is not "
                "yet what a weight moves by: adam divides it out. In the csv x is the number of "
                "the layer.",
            .example = "data moons 200\ninput 2\ndense 8 relu activity=l1(1e-2) kernel=l2(1e-3)\n"
                       "dense 1 sigmoid\ntrain 5\nplot pull\n",
        },
    .draw = draw,
};
