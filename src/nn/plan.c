/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/plan.h"

#include "nn/layer.h"

#include <string.h>

struct planner {
    struct plan *p;
    const struct graph *g;
    bool backward;       /* which list is written */
    bool failed;         /* memory ran out; said once at the end */
    struct step lost;    /* what is filled in then */
    bool *needs;         /* for each value: a gradient of it is of use */
    bool *written;       /* for each value: its gradient array has a writer already */
    bool *wrote;         /* for each weight: the same */
    id *logits;          /* for each value: the head that works at its pre-activation, or NOTHING */
    struct place *saved; /* for each call: where z is kept; block BLOCKS: nowhere */
};

bool plan_at_logits(const struct graph *g, const struct head *h)
{
    const struct value *v = &g->value[h->value];
    /* A view's array belongs to another call. */
    if (!h->kind->has_logits || v->storage != h->value)
        return false;
    const struct args *a = graph_activation(g, v->made_by);
    return a && activation_use(a).code == h->kind->logits;
}

struct place plan_value_place(const struct plan *p, id value)
{
    return p->value[value];
}

/* Places are few; equal ones share a number, so that steps on one array can be seen to be. */
static uint32_t place_at(struct planner *w, enum block block, size_t at)
{
    struct plan *p = w->p;
    for (size_t i = 0; i < p->places; i++)
        if (p->place[i].block == block && p->place[i].at == at)
            return (uint32_t)i;
    if (mem_room(&p->place, &p->place_room, p->places + 1, sizeof *p->place)) {
        w->failed = true;
        return 0;
    }
    p->place[p->places] = (struct place){block, at};
    return (uint32_t)p->places++;
}

static uint32_t value_place(struct planner *w, id value)
{
    struct place at = w->p->value[value];
    return place_at(w, at.block, at.at);
}

static uint32_t slope_place(struct planner *w, id value)
{
    return place_at(w, IN_DVALUE, w->p->value[value].at);
}

static uint32_t weight_place(struct planner *w, id weight, enum block block)
{
    return place_at(w, block, w->g->weight[weight].at);
}

static struct step *emit(struct planner *w, enum step_kind kind)
{
    struct plan *p = w->p;
    size_t *count = w->backward ? &p->backwards : &p->forwards;
    size_t *room = w->backward ? &p->backward_room : &p->forward_room;
    struct step **list = w->backward ? &p->backward : &p->forward;
    struct step fresh = {.run = step_runner(kind),
                         .kind = kind,
                         .x = {NO_PLACE, NO_PLACE, NO_PLACE},
                         .y = {NO_PLACE, NO_PLACE},
                         .by_sample = true};
    if (mem_room(list, room, *count + 1, sizeof fresh)) {
        w->failed = true;
        w->lost = fresh;
        return &w->lost;
    }
    (*list)[*count] = fresh;
    return &(*list)[(*count)++];
}

/* Whether the next writer of a value's gradient adds, and that there is one now. */
static bool write_value(struct planner *w, id value)
{
    id storage = w->g->value[value].storage;
    bool add = w->written[storage];
    w->written[storage] = true;
    return add;
}

static bool write_weight(struct planner *w, id weight)
{
    bool add = w->wrote[weight];
    w->wrote[weight] = true;
    return add;
}

static id weight_of(const struct planner *w, id call, const char *name)
{
    return graph_find_weight(w->g, w->g->call[call].layer, name);
}

static bool trains(const struct planner *w, id weight)
{
    return w->g->layer[w->g->weight[weight].layer].trainable;
}

const struct layer *planner_layer(const struct planner *w, id call)
{
    return &w->g->layer[w->g->call[call].layer];
}

void planner_product(struct planner *w, id call, const char *weight, struct plan_sizes n)
{
    const struct call *c = &w->g->call[call];
    uint32_t x = value_place(w, c->input), y = value_place(w, c->output);
    uint32_t k = weight_place(w, weight_of(w, call, weight), IN_WEIGHT);
    struct step *s = emit(w, STEP_PRODUCT);
    s->product = PRODUCT_NN;
    s->x[0] = x;
    s->x[1] = k;
    s->y[0] = y;
    s->rows = n.rows;
    s->cols = n.out;
    s->inner = n.in;
}

void planner_copy(struct planner *w, id call)
{
    const struct call *c = &w->g->call[call];
    uint32_t x = value_place(w, c->input), y = value_place(w, c->output);
    struct step *s = emit(w, STEP_COPY);
    s->x[0] = x;
    s->y[0] = y;
    s->rows = 1;
    s->cols = shape_count(&w->g->value[c->output].shape);
}

void planner_activate(struct planner *w, id call, const char *bias, size_t rows, size_t cols,
                      const struct args *activation)
{
    uint32_t y = value_place(w, w->g->call[call].output), b = NO_PLACE, z = NO_PLACE;
    struct activation_use use = activation_use(activation);
    if (bias) {
        b = weight_place(w, weight_of(w, call, bias), IN_WEIGHT);
        struct step *s = emit(w, STEP_BIAS);
        s->x[0] = b;
        s->y[0] = y;
        s->rows = rows;
        s->cols = cols;
    }
    if (w->saved[call].block != BLOCKS)
        z = place_at(w, IN_SAVED, w->saved[call].at);
    if (use.code == ACT_LINEAR && z == NO_PLACE)
        return;
    struct step *s = emit(w, STEP_ACTIVATE);
    s->activation = use;
    s->y[0] = y;
    s->y[1] = z;
    s->rows = rows;
    s->cols = cols;
}

static void head_step(struct planner *w, enum step_kind kind, uint32_t head, bool add)
{
    const struct head *h = &w->p->head[head];
    const struct value *v = &w->g->value[h->value];
    const bool logits = w->logits[h->value] == head;
    uint32_t y = value_place(w, h->value), t = place_at(w, IN_TARGET, head), z = NO_PLACE;
    uint32_t d = kind == STEP_HEAD_SLOPE ? slope_place(w, h->value) : NO_PLACE;
    if (logits)
        z = place_at(w, IN_SAVED, w->saved[v->made_by].at);
    struct step *s = emit(w, kind);
    s->head = head;
    s->x[0] = y;
    s->x[1] = t;
    s->x[2] = z;
    s->y[0] = d;
    s->add[0] = add;
    s->cols = shape_last(&v->shape);
    s->rows = shape_count(&v->shape) / s->cols;
}

void planner_deactivate(struct planner *w, id call, size_t rows, size_t cols,
                        const struct args *activation)
{
    id y = w->g->call[call].output;
    struct activation_use use = activation_use(activation);
    if (w->written[w->g->value[y].storage] && use.code != ACT_LINEAR) {
        uint32_t at = value_place(w, y), d = slope_place(w, y), z = NO_PLACE;
        if (activation_keeps_z(use.code))
            z = place_at(w, IN_SAVED, w->saved[call].at);
        struct step *s = emit(w, STEP_DEACTIVATE);
        s->activation = use;
        s->x[0] = at;
        s->x[1] = z;
        s->y[0] = d;
        s->has = true;
        s->rows = rows;
        s->cols = cols;
    }
    if (w->logits[y] != NOTHING)
        head_step(w, STEP_HEAD_SLOPE, w->logits[y], write_value(w, y));
}

void planner_bias_slope(struct planner *w, id call, const char *bias, size_t rows, size_t cols)
{
    id weight = weight_of(w, call, bias);
    if (!trains(w, weight))
        return;
    uint32_t d = slope_place(w, w->g->call[call].output), g = weight_place(w, weight, IN_WGRAD);
    struct step *s = emit(w, STEP_COLUMNS);
    s->x[0] = d;
    s->y[0] = g;
    s->add[0] = write_weight(w, weight);
    s->rows = rows;
    s->cols = cols;
}

void planner_product_slopes(struct planner *w, id call, const char *name, struct plan_sizes n)
{
    const struct call *c = &w->g->call[call];
    id weight = weight_of(w, call, name);
    uint32_t d = slope_place(w, c->output);
    if (trains(w, weight)) {
        uint32_t x = value_place(w, c->input), g = weight_place(w, weight, IN_WGRAD);
        struct step *s = emit(w, STEP_PRODUCT);
        s->product = PRODUCT_TN;
        s->sums_rows = true;
        s->x[0] = x;
        s->x[1] = d;
        s->y[0] = g;
        s->add[0] = write_weight(w, weight);
        s->rows = n.rows;
        s->cols = n.out;
        s->inner = n.in;
    }
    if (w->needs[c->input]) {
        uint32_t k = weight_place(w, weight, IN_WEIGHT), dx = slope_place(w, c->input);
        struct step *s = emit(w, STEP_PRODUCT);
        s->product = PRODUCT_NT;
        s->x[0] = d;
        s->x[1] = k;
        s->y[0] = dx;
        s->add[0] = write_value(w, c->input);
        s->rows = n.rows;
        s->cols = n.in;
        s->inner = n.out;
    }
}

void planner_copy_slope(struct planner *w, id call)
{
    const struct call *c = &w->g->call[call];
    if (!w->needs[c->input])
        return;
    uint32_t d = slope_place(w, c->output), dx = slope_place(w, c->input);
    struct step *s = emit(w, STEP_COPY);
    s->x[0] = d;
    s->y[0] = dx;
    s->add[0] = write_value(w, c->input);
    s->rows = 1;
    s->cols = shape_count(&w->g->value[c->output].shape);
}

/* Notes a row of the ledger and the step that gathers its sums. */
static void apply(struct planner *w, id term, id weight, id call)
{
    struct plan *p = w->p;
    struct applied a = {.term = term, .weight = weight, .call = call, .sums = p->sums};
    id value = call == NOTHING ? NOTHING : w->g->call[call].output;
    uint32_t x = call == NOTHING ? weight_place(w, weight, IN_WEIGHT) : value_place(w, value);
    a.count = call == NOTHING ? w->g->weight[weight].count : shape_count(&w->g->value[value].shape);
    a.frozen = call == NOTHING ? !trains(w, weight) : !w->needs[value];
    if (w->failed || mem_room(&p->applied, &p->applied_room, p->applieds + 1, sizeof *p->applied) ||
        mem_room(&p->member, &p->member_room, p->members + 1, sizeof *p->member)) {
        w->failed = true;
        return;
    }
    a.x = p->place[x];
    p->member[p->members++] = (uint32_t)p->applieds;
    p->applied[p->applieds++] = a;
    const struct args *args = w->g->term[term].args;
    struct extent n = {.count = a.count * (call == NOTHING ? 1 : p->capacity),
                       .samples = call == NOTHING ? 1 : p->capacity};
    p->sums += penalty_kind_of(args)->sums(args, &n);
    struct step *s = emit(w, STEP_GATHER);
    s->x[0] = x;
    s->first_member = (uint32_t)p->members - 1;
    s->members = 1;
}

static void adjoint(struct planner *w, uint32_t row)
{
    const struct applied *a = &w->p->applied[row];
    bool activity = a->weight == NOTHING;
    id value = activity ? w->g->call[a->call].output : NOTHING;
    uint32_t x = activity ? value_place(w, value) : weight_place(w, a->weight, IN_WEIGHT);
    uint32_t d = activity ? slope_place(w, value) : weight_place(w, a->weight, IN_WGRAD);
    bool add = activity ? write_value(w, value) : write_weight(w, a->weight);
    struct step *s = emit(w, STEP_ADJOINT);
    s->x[0] = x;
    s->y[0] = d;
    s->add[0] = add;
    /* A row's first member is the row itself. */
    s->first_member = row;
    s->members = 1;
}

static void plan_forward(struct planner *w)
{
    const struct graph *g = w->g;
    for (id c = 0; c < g->calls; c++) {
        const struct layer_kind *kind = g->layer[g->call[c].layer].kind;
        if (kind->forward)
            kind->forward(w, c);
        for (id t = 0; t < g->terms; t++)
            if (g->term[t].layer == g->call[c].layer && g->term[t].weight == NOTHING)
                apply(w, t, NOTHING, c);
    }
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].weight != NOTHING)
            apply(w, t, g->term[t].weight, NOTHING);
    for (uint32_t h = 0; h < w->p->heads; h++)
        head_step(w, STEP_HEAD_VALUE, h, false);
}

static void plan_call_backward(struct planner *w, id call)
{
    const struct graph *g = w->g;
    const id y = g->call[call].output, storage = g->value[y].storage;
    const struct layer_kind *kind = g->layer[g->call[call].layer].kind;
    if (!w->needs[y])
        return;
    for (uint32_t r = 0; r < w->p->applieds; r++)
        if (w->p->applied[r].call == call)
            adjoint(w, r);
    bool flows = w->written[storage] || w->logits[y] != NOTHING;
    if (flows && kind->backward)
        kind->backward(w, call);
}

static void plan_backward(struct planner *w)
{
    const struct graph *g = w->g;
    w->backward = true;
    for (uint32_t h = 0; h < w->p->heads; h++) {
        id value = w->p->head[h].value;
        if (w->logits[value] != h && w->needs[value])
            head_step(w, STEP_HEAD_SLOPE, h, write_value(w, value));
    }
    for (size_t c = g->calls; c-- > 0;)
        plan_call_backward(w, (id)c);
    for (uint32_t r = 0; r < w->p->applieds; r++)
        if (w->p->applied[r].weight != NOTHING && !w->p->applied[r].frozen)
            adjoint(w, r);
    for (id k = 0; k < g->weights; k++)
        if (!w->wrote[k]) {
            uint32_t at = weight_place(w, k, IN_WGRAD);
            struct step *s = emit(w, STEP_ZERO);
            s->y[0] = at;
            s->cols = g->weight[k].count;
        }
}

static size_t take(size_t *block, size_t reals)
{
    enum { LINE = 16 };
    size_t at = *block;
    *block += (reals + LINE - 1) / LINE * LINE;
    return at;
}

/* Places for all values, and which of them need a gradient. */
static void lay_out(struct planner *w)
{
    const struct graph *g = w->g;
    struct plan *p = w->p;
    for (id v = 0; v < g->values; v++) {
        const struct value *value = &g->value[v];
        const struct call *c = &g->call[value->made_by];
        const struct layer *l = &g->layer[c->layer];
        w->needs[v] = (l->weights && l->trainable) || (c->input != NOTHING && w->needs[c->input]);
        w->logits[v] = NOTHING;
        if (value->storage != v)
            p->value[v] = p->value[value->storage];
        else if (l->kind->source)
            p->value[v] = (struct place){IN_INPUT, p->size[IN_INPUT]++};
        else
            p->value[v] = (struct place){
                IN_VALUE, take(&p->size[IN_VALUE], p->capacity * shape_count(&value->shape))};
    }
    p->size[IN_DVALUE] = p->size[IN_VALUE];
    p->size[IN_TARGET] = p->heads;
    for (uint32_t h = 0; h < p->heads; h++)
        if (plan_at_logits(g, &p->head[h]))
            w->logits[p->head[h].value] = h;
    for (id c = 0; c < g->calls; c++) {
        id y = g->call[c].output;
        bool keeps = w->logits[y] != NOTHING ||
                     activation_keeps_z(activation_use(graph_activation(g, c)).code);
        w->saved[c] = (struct place){BLOCKS, 0};
        if (keeps)
            w->saved[c] = (struct place){
                IN_SAVED, take(&p->size[IN_SAVED], p->capacity * shape_count(&g->value[y].shape))};
    }
}

/* Inputs and targets change from step to step: their places come first, to be found quickly. */
static void moving_places(struct planner *w)
{
    for (size_t i = 0; i < w->p->size[IN_INPUT]; i++)
        place_at(w, IN_INPUT, i);
    for (size_t i = 0; i < w->p->heads; i++)
        place_at(w, IN_TARGET, i);
    w->p->moving_places = w->p->places;
}

static int prepare(struct planner *w, const struct head *heads, size_t count)
{
    const struct graph *g = w->g;
    w->needs = mem_new(g->values, sizeof *w->needs);
    w->written = mem_new(g->values, sizeof *w->written);
    w->logits = mem_new(g->values, sizeof *w->logits);
    w->wrote = mem_new(g->weights, sizeof *w->wrote);
    w->saved = mem_new(g->calls, sizeof *w->saved);
    w->p->value = mem_new(g->values, sizeof *w->p->value);
    w->p->head = mem_new(count, sizeof *heads);
    if (!w->needs || !w->written || !w->logits || !w->wrote || !w->saved || !w->p->value ||
        !w->p->head)
        return -1;
    if (count)
        memcpy(w->p->head, heads, count * sizeof *heads);
    w->p->heads = count;
    return 0;
}

static void planner_finish(struct planner *w)
{
    mem_free(w->needs);
    mem_free(w->written);
    mem_free(w->logits);
    mem_free(w->wrote);
    mem_free(w->saved);
}

struct plan *plan_compile(const struct graph *g, const struct head *heads, size_t count,
                          enum mode mode, size_t capacity, bool fuse, struct err *e)
{
    struct plan *p = mem_new(1, sizeof *p);
    struct planner w = {.p = p, .g = g};
    if (!p || (p->graph = g, p->mode = mode, p->capacity = capacity, prepare(&w, heads, count))) {
        w.failed = true;
    } else {
        lay_out(&w);
        moving_places(&w);
        plan_forward(&w);
        plan_backward(&w);
        p->sums += p->heads;
        w.failed = w.failed || (fuse && plan_fuse(p));
    }
    planner_finish(&w);
    if (!w.failed)
        return p;
    plan_destroy(p);
    err_memory(e);
    return NULL;
}

void plan_destroy(struct plan *p)
{
    if (!p)
        return;
    mem_free(p->place);
    mem_free(p->forward);
    mem_free(p->backward);
    mem_free(p->applied);
    mem_free(p->member);
    mem_free(p->head);
    mem_free(p->value);
    mem_free(p);
}
