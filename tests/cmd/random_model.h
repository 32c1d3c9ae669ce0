/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random models in the command language, with everything in them: blocks in blocks, shared layers,
 * timedistributed, views, joins, frozen parts, several inputs and outputs, penalties in any slot.
 * Number i of a seed is always the same text. The shapes are worked out here, and how many calls
 * of layers there must be. */
#ifndef NNR_TESTS_RANDOM_MODEL_H
#define NNR_TESTS_RANDOM_MODEL_H

#include "random_layer.h"

/* What a call of `it` puts out becomes a tensor. */
static inline void called(struct scope *sc, const struct thing *it, unsigned on, const char *name)
{
    const struct shape *s = &sc->tensor[on].shape;
    const uint32_t folds = s->axes - it->in.axes, peak = s->axes + it->peak;
    sc->calls += it->calls;
    sc->peak = sc->peak > peak ? sc->peak : peak;
    tensor_add(sc, name, folded(s, folds, &it->out), it->unit, it->size);
}

static inline void add_layer(struct random_model *m, struct scope *sc, unsigned on)
{
    const struct made *t = &sc->tensor[on];
    struct writing w = {.sc = sc, .on = {on}, .n = 1};
    w.folds = chance(&m->r, 0.4) ? pick(&m->r, t->shape.axes) : 0;
    w.made = (struct thing){.in = row_of(&t->shape, w.folds),
                            .folds = w.folds,
                            .calls = 1,
                            .unit_in = t->unit,
                            .unit = t->unit,
                            .size_in = t->size,
                            .size = t->size};
    w.made.out = w.made.in;
    name_new(sc, w.made.name);
    line_begin(m, sc, w.folds);
    write_layer(m, &w);
    line_end(m, sc, w.on, w.n, w.made.name);
    if (w.made.out.axes > w.made.in.axes)
        w.made.peak = w.made.out.axes - w.made.in.axes;
    /* A join is called once: its other inputs would have to be found again. */
    if (w.n == 1)
        sc->thing[sc->things++] = w.made;
    called(sc, &w.made, on, w.made.name);
}

/* Calls what exists; timedistributed around it where the tensor has more axes than it takes. */
static inline void call_thing(struct random_model *m, struct scope *sc, struct thing *it,
                              unsigned on)
{
    struct thing again = *it;
    const uint32_t folds = sc->tensor[on].shape.axes - it->in.axes - it->folds;
    it->waits = again.waits = false;
    line_begin(m, sc, folds);
    str_add(&m->r.text, it->name);
    name_new(sc, again.name);
    line_end(m, sc, &on, 1, again.name);
    again.folds += folds;
    if (folds)
        sc->thing[sc->things++] = again;
    called(sc, &again, on, again.name);
}

static inline bool takes(const struct scope *sc, const struct thing *it, const struct made *t)
{
    const uint32_t due = it->in.axes + it->folds;
    if (t->shape.axes < due || t->size > it->size_in || it->unit_in > t->unit ||
        sc->folds + t->shape.axes + it->peak > SHAPE_MOST ||
        sc->calls + it->calls > (sc->depth ? BODY_CALLS : CALLS_MOST))
        return false;
    const struct shape row = row_of(&t->shape, t->shape.axes - it->in.axes);
    const struct shape out = folded(&t->shape, t->shape.axes - it->in.axes, &it->out);
    return shape_same(&row, &it->in) && shape_count(&out) <= NUMBERS;
}

/* Something that exists here or further out and takes the tensor; or NULL. */
static inline struct thing *find_thing(struct random_model *m, struct scope *sc, unsigned on)
{
    for (struct scope *at = sc; at; at = at->outer)
        for (unsigned tries = 0; at->things && tries < 4; tries++) {
            struct thing *it = &at->thing[pick(&m->r, at->things)];
            if (takes(sc, it, &sc->tensor[on]))
                return it;
        }
    return NULL;
}

static inline void add_statements(struct random_model *m, struct scope *sc, unsigned count);

static inline void add_block(struct random_model *m, struct scope *sc, unsigned on)
{
    const struct made *t = &sc->tensor[on];
    /* Inside, a row grows to FOLDS_MOST axes at most. */
    const uint32_t most = FOLDS_MOST - sc->folds, any = pick(&m->r, t->shape.axes);
    const uint32_t folds = any > most || chance(&m->r, 0.5) ? 0 : any;
    struct thing it = {
        .in = row_of(&t->shape, folds), .unit_in = t->unit, .waits = true, .first = on};
    struct scope *in = sc + 1;
    name_new(sc, it.name);
    *in = (struct scope){.outer = sc, .depth = sc->depth + 1, .folds = sc->folds + folds};
    /* The compiler cannot see that the two scopes are apart. */
    char path[sizeof in->path];
    snprintf(path, sizeof path, "%.40s%s.", sc->path, it.name);
    memcpy(in->path, path, sizeof path);
    it.size_in = fmax(1, t->size);
    tensor_add(in, "input", it.in, t->unit, it.size_in);
    str_addf(&m->r.text, "%*sblock %s {\n", (int)sc->depth * 4, "", it.name);
    const unsigned before = (unsigned)m->freezables;
    add_statements(m, in, 1 + pick(&m->r, 3));
    str_addf(&m->r.text, "%*s}\n", (int)sc->depth * 4, "");
    /* A block in which nothing was made that could train has no such setting. */
    if (m->freezables > before)
        settable_add(m->freezable, &m->freezables, sc, it.name, "trainable", (struct slot_use){0});
    const struct made *last = &in->tensor[in->tensors - 1];
    it.out = last->shape;
    it.unit = last->unit;
    it.size = last->size;
    it.calls = in->calls;
    it.peak = in->peak > it.in.axes ? in->peak - it.in.axes : 0;
    sc->thing[sc->things++] = it;
    if (chance(&m->r, 0.7))
        call_thing(m, sc, &sc->thing[sc->things - 1], on);
}

static inline void add_statement(struct random_model *m, struct scope *sc)
{
    const unsigned on = chance(&m->r, 0.6) ? sc->tensors - 1 - pick(&m->r, sc->tensors < 2 ? 1 : 2)
                                           : pick(&m->r, sc->tensors);
    const bool room = sc->calls + BODY_CALLS <= (sc->depth ? BODY_CALLS : CALLS_MOST);
    struct thing *it = chance(&m->r, 0.4) ? find_thing(m, sc, on) : NULL;
    if (it)
        call_thing(m, sc, it, on);
    else if (sc->depth < DEEPEST && room && sc->tensor[on].size <= size_most && chance(&m->r, 0.3))
        add_block(m, sc, on);
    else
        add_layer(m, sc, on);
}

/* Every block is called at least once: a penalty in one that never is would be an error. */
static inline void add_statements(struct random_model *m, struct scope *sc, unsigned count)
{
    for (unsigned i = 0; i < count && sc->tensors + count + 4 < MADE_MOST; i++)
        add_statement(m, sc);
    for (unsigned i = 0, n = sc->things; i < n; i++)
        if (sc->thing[i].waits)
            call_thing(m, sc, &sc->thing[i], sc->thing[i].first);
    if (sc->tensors == 1)
        add_layer(m, sc, 0);
}

static inline void add_settings(struct random_model *m)
{
    const unsigned slots = pick(&m->r, 3), frozen = pick(&m->r, 5) / 3;
    for (unsigned i = 0; i < slots && m->slots; i++) {
        const struct settable *p = &m->slot[pick(&m->r, m->slots)];
        str_addf(&m->r.text, "set %s = ", p->path);
        if (chance(&m->r, 0.2))
            str_add(&m->r.text, "none");
        else
            add_sum(&m->r, p->use);
        str_add(&m->r.text, "\n");
    }
    for (unsigned i = 0; i < frozen && m->freezables; i++)
        str_addf(&m->r.text, "set %s = no\n", m->freezable[pick(&m->r, m->freezables)].path);
}

/* Definitions, inputs, layers, settings. */
static inline void random_layers(struct random_model *m, uint64_t number)
{
    static const struct shape shapes[] = {
        {1, {2}},       {1, {4}},    {2, {2, 3}},    {2, {3, 2}},    {1, {1}},
        {3, {3, 2, 2}}, {2, {2, 2}}, {3, {2, 1, 3}}, {3, {3, 2, 1}}, {2, {5, 2}}};
    struct scope *top = &m->scope[0];
    *m = (struct random_model){.r.key = rng_key(21, "model", "", number)};
    add_definitions(&m->r);
    const unsigned inputs = 1 + pick(&m->r, 3) / 2;
    for (unsigned i = 0; i < inputs; i++) {
        char name[12], text[80];
        const struct shape *s = &shapes[pick(&m->r, sizeof shapes / sizeof *shapes)];
        snprintf(name, sizeof name, "x%u", i);
        str_addf(&m->r.text, "input %s as %s\n", shape_text(s, text, sizeof text), name);
        tensor_add(top, name, *s, false, 1);
        top->tensor[i].source = true;
    }
    top->calls = inputs;
    add_statements(m, top, 2 + pick(&m->r, 8));
    /* An input that nothing uses would be an error. */
    for (unsigned i = 0; i < inputs; i++)
        if (!top->tensor[i].used)
            add_layer(m, top, i);
    add_settings(m);
}

#endif
