/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds no pointers goes as it is in memory; what is pointed to follows behind. */
#include "train/model_bytes.h"

#include "nn/graph_bytes.h"

#include <string.h>

/* Version 1; a number has this many bytes. */
static const uint64_t kind_of_model = UINT64_C(0x6E6E726D00010000) + sizeof(real);

static int write_recipe(struct str *to, const struct entry_finder *f, const struct recipe *from)
{
    struct recipe r = *from;
    r.loss = r.optimizer = (struct choice){0};
    for (size_t i = 0; i < OUTPUTS_MOST; i++)
        r.own[i].choice = (struct choice){0};
    str_bytes(to, (const char *)&r, sizeof r);
    int failed = args_write(to, f, &loss_kinds, from->loss.args) ||
                 args_write(to, f, &opt_kinds, from->optimizer.args);
    for (size_t i = 0; i < from->owns && !failed; i++)
        failed = args_write(to, f, &loss_kinds, from->own[i].choice.args);
    return failed ? -1 : 0;
}

static int write_state(struct str *to, const struct entry_finder *f, const struct model_state *from)
{
    struct model_state s = *from;
    int failed = 0;
    s.penalty = NULL;
    s.penalty_room = 0;
    s.noise = NULL;
    s.noise_room = 0;
    s.term_sum = NULL;
    s.term_sum_room = 0;
    s.weight = s.grad = s.pruned = s.average = NULL;
    memset(s.slot, 0, sizeof s.slot);
    str_bytes(to, (const char *)&s, sizeof s);
    bytes_put_block(to, from->weight, from->weight ? from->reals * sizeof(real) : 0);
    bytes_put_block(to, from->grad, from->grad ? from->reals * sizeof(real) : 0);
    bytes_put_block(to, from->pruned, from->pruned ? from->reals * sizeof(real) : 0);
    bytes_put_block(to, from->average, from->average ? from->reals * sizeof(real) : 0);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        bytes_put_block(to, from->slot[i], from->slot[i] ? from->reals * sizeof(real) : 0);
    bytes_put_block(to, from->noise, from->noises * sizeof *from->noise);
    bytes_put_block(to, from->term_sum, from->term_sums * sizeof *from->term_sum);
    for (size_t i = 0; i < from->penalties && !failed; i++)
        failed = args_write(to, f, &penalty_kinds, from->penalty[i].args);
    return failed;
}

static void write_trace(struct str *to, const struct trace *t)
{
    bytes_put_whole(to, t->kind);
    bytes_put_text(to, t->name);
    bytes_put_whole(to, t->width);
    bytes_put_whole(to, t->offered);
    bytes_put_whole(to, t->stride);
    bytes_put_block(to, t->step, t->count * sizeof *t->step);
    bytes_put_block(to, t->row, t->count * t->width * sizeof *t->row);
}

static void write_history(struct str *to, const struct history *h)
{
    bytes_put_whole(to, h->count);
    for (size_t i = 0; i < h->count; i++) {
        const struct series *s = &h->series[i];
        bytes_put_whole(to, s->kind);
        bytes_put_text(to, s->name);
        bytes_put_number(to, s->start);
        bytes_put_block(to, s->step, s->count * sizeof *s->step);
        bytes_put_block(to, s->value, s->count * sizeof *s->value);
    }
    bytes_put_whole(to, h->ahead);
    bytes_put_whole(to, h->events);
    for (size_t i = 0; i < h->events; i++) {
        bytes_put_whole(to, h->event[i].step);
        bytes_put_text(to, h->event[i].label);
    }
    bytes_put_whole(to, h->traces);
    for (size_t i = 0; i < h->traces; i++)
        write_trace(to, &h->trace[i]);
    bytes_put_whole(to, h->kept.step);
    bytes_put_block(to, h->kept.weight, h->kept.reals * sizeof(real));
}

int model_write(struct str *to, const struct entry_finder *f, const struct model *m,
                const struct model *like)
{
    const size_t begin = bytes_open_seal(to);
    const bool known = like && like->graph == m->graph;
    bytes_put_whole(to, model_digest(m, 0));
    bytes_put_text(to, m->name);
    bytes_put_whole(to, known);
    if (!known && graph_write(to, f, m->graph))
        return -1;
    if (write_recipe(to, f, &m->recipe) || write_state(to, f, &m->state))
        return -1;
    rules_write(to, &m->rules);
    write_history(to, &m->history);
    bytes_close_seal(to, begin, kind_of_model);
    return 0;
}

static void read_choice(struct bytes *b, const struct entry_finder *f, const struct table *t,
                        struct choice *c)
{
    *c = (struct choice){0};
    c->args = args_read(b, &c->arena, f, t);
    if (!c->args)
        choice_finish(c);
}

static void read_recipe(struct bytes *b, const struct entry_finder *f, struct recipe *r)
{
    bytes_take(b, r, sizeof *r);
    const size_t owns = r->owns;
    r->owns = 0;
    read_choice(b, f, &loss_kinds, &r->loss);
    read_choice(b, f, &opt_kinds, &r->optimizer);
    b->failed = b->failed || owns > OUTPUTS_MOST;
    while (!b->failed && r->owns < owns)
        read_choice(b, f, &loss_kinds, &r->own[r->owns++].choice);
}

static real *read_reals(struct bytes *b, size_t reals)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    b->failed = b->failed || (n && n != reals * sizeof(real));
    real *to = b->failed || !n ? NULL : mem_block(reals, sizeof *to);
    b->failed = b->failed || (n && !to);
    if (to)
        memcpy(to, block, n);
    return to;
}

static void read_penalties(struct bytes *b, const struct entry_finder *f, size_t count,
                           struct model_state *s)
{
    b->failed = b->failed || count > b->left ||
                mem_room(&s->penalty, &s->penalty_room, count, sizeof *s->penalty);
    while (!b->failed && s->penalties < count)
        read_choice(b, f, &penalty_kinds, &s->penalty[s->penalties++]);
}

static void read_noise(struct bytes *b, size_t count, struct model_state *s)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    b->failed = b->failed || n != count * sizeof *s->noise ||
                (n && mem_room(&s->noise, &s->noise_room, count, sizeof *s->noise));
    if (b->failed || !n)
        return;
    memcpy(s->noise, block, n);
    s->noises = count;
}

static void read_term_sums(struct bytes *b, size_t count, struct model_state *s)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    b->failed = b->failed || n != count * sizeof *s->term_sum ||
                (n && mem_room(&s->term_sum, &s->term_sum_room, count, sizeof *s->term_sum));
    if (b->failed || !n)
        return;
    memcpy(s->term_sum, block, n);
    s->term_sums = count;
}

static void read_state(struct bytes *b, const struct entry_finder *f, struct model_state *s)
{
    bytes_take(b, s, sizeof *s);
    const size_t penalties = s->penalties, noises = s->noises, sums = s->term_sums;
    s->penalties = s->noises = s->term_sums = 0;
    s->weight = read_reals(b, s->reals);
    s->grad = read_reals(b, s->reals);
    s->pruned = read_reals(b, s->reals);
    s->average = read_reals(b, s->reals);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        s->slot[i] = read_reals(b, s->reals);
    read_noise(b, noises, s);
    read_term_sums(b, sums, s);
    read_penalties(b, f, penalties, s);
}

static void read_series(struct bytes *b, struct arena *names, struct history *h)
{
    const enum series_kind kind = (enum series_kind)bytes_take_whole(b);
    const char *name = bytes_take_text(b, names);
    const double start = bytes_take_number(b);
    size_t steps, values;
    struct bytes step = {.at = bytes_take_block(b, &steps), .left = steps};
    struct bytes value = {.at = bytes_take_block(b, &values), .left = values};
    const size_t series = b->failed || !name ? SIZE_MAX : history_series(h, kind, name);
    b->failed = b->failed || series == SIZE_MAX || steps != values;
    if (!b->failed)
        history_start(h, series, start);
    for (size_t i = 0; !b->failed && i < steps / sizeof(double); i++) {
        const double at = bytes_take_number(&step);
        b->failed = history_add(h, series, (uint64_t)at, bytes_take_number(&value)) != 0;
    }
}

static void read_trace(struct bytes *b, struct arena *names, struct history *h)
{
    struct trace t = {.kind = (enum trace_kind)bytes_take_whole(b)};
    size_t steps, rows;
    t.name = (char *)bytes_take_text(b, names);
    t.width = (size_t)bytes_take_whole(b);
    t.offered = bytes_take_whole(b);
    t.stride = bytes_take_whole(b);
    const char *step = bytes_take_block(b, &steps), *row = bytes_take_block(b, &rows);
    t.count = steps / sizeof *t.step;
    if (b->failed || !t.name || t.count > TRACE_MOST || !t.stride ||
        rows != t.count * t.width * sizeof *t.row) {
        b->failed = true;
        return;
    }
    t.step = mem_new(t.count, sizeof *t.step);
    t.row = mem_new(t.count * t.width, sizeof *t.row);
    if (t.step && t.row) {
        memcpy(t.step, step, steps);
        memcpy(t.row, row, rows);
    }
    b->failed = !t.step || !t.row || history_take_trace(h, &t);
    mem_free(t.step);
    mem_free(t.row);
}

static void read_kept(struct bytes *b, struct history *h)
{
    size_t n;
    const uint64_t step = bytes_take_whole(b);
    const char *block = bytes_take_block(b, &n);
    real *weight = b->failed || !n ? NULL : mem_block(n, 1);
    b->failed = b->failed || n % sizeof(real) || (n && !weight);
    if (weight && !b->failed) {
        memcpy(weight, block, n);
        b->failed = history_keep(h, step, weight, n / sizeof(real)) != 0;
    }
    mem_free(weight);
}

static void read_history(struct bytes *b, struct history *h)
{
    struct arena names = {0};
    const size_t series = bytes_take_count(b, sizeof(uint64_t));
    for (size_t i = 0; i < series && !b->failed; i++)
        read_series(b, &names, h);
    h->ahead = bytes_take_whole(b) != 0;
    const size_t events = bytes_take_count(b, sizeof(uint64_t));
    for (size_t i = 0; i < events && !b->failed; i++) {
        const uint64_t step = bytes_take_whole(b);
        const char *label = bytes_take_text(b, &names);
        b->failed = b->failed || !label || history_event(h, step, label);
    }
    const size_t traces = bytes_take_count(b, sizeof(uint64_t));
    for (size_t i = 0; i < traces && !b->failed; i++)
        read_trace(b, &names, h);
    read_kept(b, h);
    arena_finish(&names);
}

static void read_all(struct bytes *b, const struct entry_finder *f, const struct model *like,
                     struct model *m)
{
    const bool known = bytes_take_whole(b) != 0;
    struct graph *g = known && like ? graph_share(like->graph) : NULL;
    if (!known)
        g = graph_read(b, f);
    b->failed = b->failed || !g;
    if (g) {
        graph_destroy(m->graph);
        m->graph = g;
    }
    read_recipe(b, f, &m->recipe);
    read_state(b, f, &m->state);
    rules_read(b, &m->rules);
    read_history(b, &m->history);
    b->failed = b->failed || b->left;
}

struct model *model_read(const char *bytes, size_t n, const struct entry_finder *f,
                         const struct model *like, struct err *e)
{
    struct bytes b = bytes_break_seal(bytes, n, kind_of_model);
    struct arena arena = {0};
    const uint64_t digest = bytes_take_whole(&b);
    const char *name = bytes_take_text(&b, &arena);
    struct model *m = model_create(name ? name : "");
    if (m && like) {
        m->stop = like->stop;
        m->policy = like->policy;
    }
    if (m)
        read_all(&b, f, like, m);
    arena_finish(&arena);
    if (m && !b.failed && model_digest(m, 0) == digest)
        return m;
    model_destroy(m);
    err_at(e, (struct span){0}, "a model that came from another process is not whole");
    err_hint(e, "let the runs follow each other in this one: jobs=1");
    return NULL;
}
