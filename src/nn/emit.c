/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emitting the steps of calls: what layer kinds use to say how they run. */
#include "nn/layer.h"
#include "nn/planner.h"

/* The slot of a place, or the free one where it is to stand. */
static uint32_t *find_slot(const struct planner *w, enum block block, size_t at)
{
    size_t i = (at * BLOCKS + (size_t)block) * 0x9E3779B97F4A7C15u >> 20;
    for (;; i++) {
        uint32_t *slot = &w->slot[i & (w->slots - 1)];
        if (*slot == NO_PLACE || (w->p->place[*slot].block == block && w->p->place[*slot].at == at))
            return slot;
    }
}

/* Twice the slots. */
static int spread(struct planner *w)
{
    const size_t slots = w->slots ? 2 * w->slots : 64;
    uint32_t *slot = mem_new(slots, sizeof *slot);
    if (!slot)
        return -1;
    for (size_t i = 0; i < slots; i++)
        slot[i] = NO_PLACE;
    mem_free(w->slot);
    w->slot = slot;
    w->slots = slots;
    for (uint32_t i = 0; i < w->p->places; i++)
        *find_slot(w, w->p->place[i].block, w->p->place[i].at) = i;
    return 0;
}

/* Equal places share a number, so that steps on one array can be seen to be. */
uint32_t place_at(struct planner *w, enum block block, size_t at)
{
    struct plan *p = w->p;
    if ((2 * p->places >= w->slots && spread(w)) ||
        mem_room(&p->place, &p->place_room, p->places + 1, sizeof *p->place)) {
        w->failed = true;
        return 0;
    }
    uint32_t *slot = find_slot(w, block, at);
    if (*slot == NO_PLACE) {
        p->place[p->places] = (struct place){block, at};
        *slot = (uint32_t)p->places++;
    }
    return *slot;
}

uint32_t value_place(struct planner *w, id value)
{
    struct place at = w->p->value[value];
    return place_at(w, at.block, at.at);
}

uint32_t slope_place(struct planner *w, id value)
{
    return place_at(w, IN_DVALUE, w->p->value[value].at);
}

uint32_t weight_place(struct planner *w, id weight, enum block block)
{
    return place_at(w, block, w->g->weight[weight].at);
}

struct step *emit(struct planner *w, enum step_kind kind)
{
    struct plan *p = w->p;
    size_t *count = w->backward ? &p->backwards : &p->forwards;
    size_t *room = w->backward ? &p->backward_room : &p->forward_room;
    struct step **list = w->backward ? &p->backward : &p->forward;
    struct step fresh = {.run = step_runner(kind),
                         .kind = kind,
                         .x = {NO_PLACE, NO_PLACE, NO_PLACE, NO_PLACE},
                         .y = {NO_PLACE, NO_PLACE, NO_PLACE},
                         .of = w->call,
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
bool write_value(struct planner *w, id value)
{
    id storage = w->g->value[value].storage;
    bool add = w->written[storage];
    w->written[storage] = true;
    return add;
}

bool write_weight(struct planner *w, id weight)
{
    bool add = w->wrote[weight];
    w->wrote[weight] = true;
    return add;
}

id weight_of(const struct planner *w, id call, const char *name)
{
    return graph_find_weight(w->g, w->g->call[call].layer, name);
}

bool trains(const struct planner *w, id weight)
{
    return graph_trains(w->g, weight);
}

const struct layer *planner_layer(const struct planner *w, id call)
{
    return &w->g->layer[w->g->call[call].layer];
}

/* Fills in the sizes of a product of all samples' rows: [rows][inner] with [inner][cols], or, where
 * the rows are summed, [inner][rows] with [rows][cols]. */
static void size_product(const struct planner *w, struct step *s, size_t rows, size_t inner,
                         size_t cols)
{
    const size_t all = rows * w->p->capacity;
    s->rows = rows;
    s->inner = inner;
    s->cols = cols;
    s->multiply = s->sums_rows ? gemm_choose(s->product, inner, cols, all)
                               : gemm_choose(s->product, all, cols, inner);
}

const struct shape *planner_output(const struct planner *w, id call)
{
    return &w->g->value[w->g->call[call].output].shape;
}

void planner_product(struct planner *w, id call, const char *weight, struct plan_sizes n)
{
    const struct call *c = &w->g->call[call];
    uint32_t x = value_place(w, c->input[0]), y = value_place(w, c->output);
    uint32_t k = weight_place(w, weight_of(w, call, weight), IN_WEIGHT);
    struct step *s = emit(w, STEP_PRODUCT);
    s->product = PRODUCT_NN;
    s->x[0] = x;
    s->x[1] = k;
    s->y[0] = y;
    size_product(w, s, n.rows, n.in, n.out);
}

/* A step from a call's input to its output, element by element. */
static struct step *emit_through(struct planner *w, enum step_kind kind, id call)
{
    const struct call *c = &w->g->call[call];
    uint32_t x = value_place(w, c->input[0]), y = value_place(w, c->output);
    struct step *s = emit(w, kind);
    s->x[0] = x;
    s->y[0] = y;
    s->rows = 1;
    s->cols = shape_count(&w->g->value[c->output].shape);
    s->call = call;
    return s;
}

/* And back, from the output's gradient to the input's. */
static struct step *emit_back(struct planner *w, enum step_kind kind, id call)
{
    const struct call *c = &w->g->call[call];
    uint32_t d = slope_place(w, c->output), dx = slope_place(w, c->input[0]);
    struct step *s = emit(w, kind);
    s->x[0] = d;
    s->y[0] = dx;
    s->add[0] = write_value(w, c->input[0]);
    s->rows = 1;
    s->cols = shape_count(&w->g->value[c->output].shape);
    s->call = call;
    return s;
}

void planner_copy(struct planner *w, id call)
{
    emit_through(w, STEP_COPY, call);
}

static bool is_random(const struct planner *w, double amount)
{
    return w->p->mode == MODE_TRAIN && amount > 0;
}

void planner_dropout(struct planner *w, id call, double rate)
{
    emit_through(w, is_random(w, rate) ? STEP_DROPOUT : STEP_COPY, call)->amount = rate;
}

void planner_noise(struct planner *w, id call, double deviation)
{
    emit_through(w, is_random(w, deviation) ? STEP_NOISE : STEP_COPY, call)->amount = deviation;
}

void planner_dropout_slope(struct planner *w, id call, double rate)
{
    if (w->needs[w->g->call[call].input[0]])
        emit_back(w, is_random(w, rate) ? STEP_DROPOUT : STEP_COPY, call)->amount = rate;
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

void head_step(struct planner *w, enum step_kind kind, uint32_t head, bool add)
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
        uint32_t x = value_place(w, c->input[0]), g = weight_place(w, weight, IN_WGRAD);
        struct step *s = emit(w, STEP_PRODUCT);
        s->product = PRODUCT_TN;
        s->sums_rows = true;
        s->x[0] = x;
        s->x[1] = d;
        s->y[0] = g;
        s->add[0] = write_weight(w, weight);
        size_product(w, s, n.rows, n.in, n.out);
    }
    if (w->needs[c->input[0]]) {
        uint32_t k = weight_place(w, weight, IN_WEIGHT), dx = slope_place(w, c->input[0]);
        struct step *s = emit(w, STEP_PRODUCT);
        s->product = PRODUCT_NT;
        s->x[0] = d;
        s->x[1] = k;
        s->y[0] = dx;
        s->add[0] = write_value(w, c->input[0]);
        size_product(w, s, n.rows, n.out, n.in);
    }
}

void planner_copy_slope(struct planner *w, id call)
{
    if (w->needs[w->g->call[call].input[0]])
        emit_back(w, STEP_COPY, call);
}
