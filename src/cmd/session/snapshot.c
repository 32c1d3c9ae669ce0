/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/snapshot.h"

#include "cmd/session/command.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/emulation.h"
#include "cmd/session/names.h"
#include "cmd/session/past.h"
#include "cmd/session/results.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"

#include <string.h>

/* About what a copy takes. */
static size_t model_bytes(const struct model *m)
{
    const size_t layer = 1500, point = 2 * sizeof(double);
    size_t blocks = (m->state.weight ? 2U : 0U) + (m->state.pruned ? 1U : 0U);
    size_t bytes = 1000 + layer * (m->graph->layers + m->graph->calls);
    blocks += m->state.average != NULL;
    for (size_t i = 0; i < SLOTS_MOST; i++)
        blocks += m->state.slot[i] != NULL;
    for (size_t i = 0; i < m->history.count; i++)
        bytes += m->history.series[i].count * point;
    for (size_t i = 0; i < m->history.traces; i++)
        bytes += m->history.trace[i].count * m->history.trace[i].width * sizeof(float);
    bytes += rules_bytes(&m->rules) + m->history.kept.reals * sizeof(real);
    return bytes + m->history.events * 100 + blocks * m->state.reals * sizeof(real);
}

static void release_copy(struct session *s, struct frozen *f)
{
    if (--f->owners)
        return;
    s->journal->copies -= f->bytes;
    model_destroy(f->model);
    mem_free(f);
}

static void make_known(struct model *live, struct frozen *copy)
{
    live->copy = copy;
    copy->live = live;
    copy->owners++;
}

static void forget_copy(struct session *s, struct model *live)
{
    struct frozen *copy = live->copy;
    if (!copy)
        return;
    live->copy = NULL;
    copy->live = NULL;
    release_copy(s, copy);
}

void snapshot_touched(struct session *s, struct model *m)
{
    if (m)
        forget_copy(s, m);
    for (size_t i = 0; i < s->models && !m; i++)
        forget_copy(s, s->model[i]);
}

/* A copy with one owner; NULL: *e. */
static struct frozen *freeze_model(struct session *s, struct model *m, struct err *e)
{
    struct frozen *f = m->copy;
    if (f) {
        f->owners++;
        return f;
    }
    if (!(f = mem_new(1, sizeof *f))) {
        err_memory(e);
        return NULL;
    }
    f->owners = 1;
    if (!(f->model = model_copy(m, m->name, e))) {
        mem_free(f);
        return NULL;
    }
    f->bytes = model_bytes(f->model);
    s->journal->copies += f->bytes;
    make_known(m, f);
    return f;
}

static int take_models(struct session *s, struct snapshot *to, struct err *e)
{
    const bool one = to->parts & PART_MODEL;
    const size_t first = one ? s->current : 0, count = one ? 1 : s->models;
    if (!(to->model = mem_new(count, sizeof(struct frozen *))))
        return err_memory(e);
    to->current = s->current;
    for (; to->models < count; to->models++)
        if (!(to->model[to->models] = freeze_model(s, s->model[first + to->models], e)))
            return -1;
    return 0;
}

/* A second variable that shares the penalty's tree. */
static int share_variable(struct variable *from, struct variable *to)
{
    char *name = mem_text(from->name, strlen(from->name));
    if (name && !from->owners && (from->owners = mem_new(1, sizeof *from->owners)))
        *from->owners = 1;
    if (!name || !from->owners) {
        mem_free(name);
        return -1;
    }
    *to = *from;
    to->name = name;
    ++*to->owners;
    return 0;
}

static void finish_variables(struct variable *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        variable_finish(&list[i]);
    mem_free(list);
}

/* A list that shares what the variables of another hold; NULL without memory. */
static struct variable *share_variables(struct variable *list, size_t count)
{
    struct variable *to = mem_new(count, sizeof *to);
    for (size_t i = 0; to && i < count; i++)
        if (share_variable(&list[i], &to[i])) {
            finish_variables(to, i);
            return NULL;
        }
    return to;
}

unsigned snapshot_parts(unsigned changes)
{
    const unsigned models = changes & (CHANGES_MODELS | CHANGES_LIST) ? PART_MODELS
                            : changes & CHANGES_MODEL                 ? PART_MODEL
                                                                      : 0;
    return models | (changes & CHANGES_DATA ? PART_DATA : 0) |
           (changes & CHANGES_VARIABLES ? PART_VARIABLES : 0) |
           (changes & CHANGES_RESULTS ? PART_RESULTS : 0);
}

int snapshot_take(struct session *s, unsigned parts, struct snapshot *to, struct err *e)
{
    *to = (struct snapshot){.parts = parts,
                            .seed = s->seed,
                            .emulation = s->emulation,
                            .ignores_frozen = s->ignores_frozen,
                            .definitions = s->definitions};
    int failed = (parts & (PART_MODELS | PART_MODEL)) && take_models(s, to, e) ? -1 : 0;
    if (!failed && (parts & PART_DATA) && s->has_data)
        failed = dataset_share(&s->data, &to->data, e);
    to->has_data = !failed && (parts & PART_DATA) && s->has_data;
    if (!failed && (parts & PART_VARIABLES)) {
        to->variable = share_variables(s->variable, s->variables);
        to->variables = to->variable ? s->variables : 0;
        failed = to->variable ? 0 : err_memory(e);
    }
    if (!failed && (parts & PART_RESULTS) && s->results) {
        to->results = s->results;
        to->results->owners++;
    }
    if (failed)
        snapshot_finish(s, to);
    return failed ? -1 : 0;
}

void snapshot_finish(struct session *s, struct snapshot *p)
{
    for (size_t i = 0; i < p->models; i++)
        release_copy(s, p->model[i]);
    mem_free(p->model);
    if (p->has_data)
        dataset_finish(&p->data);
    finish_variables(p->variable, p->variables);
    results_release(p->results);
    *p = (struct snapshot){0};
}

/* Models to put in place: those that are as they were, and copies. */
struct comeback {
    struct model **model;
    bool *fresh;
    struct dataset data;
    struct variable *variable;
};

static void give_up(struct comeback *c, size_t models, bool data)
{
    for (size_t i = 0; c->fresh && i < models; i++)
        if (c->fresh[i])
            model_destroy(c->model[i]);
    mem_free(c->model);
    mem_free(c->fresh);
    if (data)
        dataset_finish(&c->data);
}

static int prepare_models(const struct snapshot *from, struct comeback *c, struct err *e)
{
    c->model = mem_new(from->models, sizeof(struct model *));
    c->fresh = mem_new(from->models, sizeof *c->fresh);
    if (!c->model || !c->fresh)
        return err_memory(e);
    for (size_t i = 0; i < from->models; i++) {
        if ((c->model[i] = from->model[i]->live))
            continue;
        if (!(c->model[i] = model_copy(from->model[i]->model, from->model[i]->model->name, e)))
            return -1;
        c->fresh[i] = true;
    }
    return 0;
}

static void put_models(struct session *s, const struct snapshot *from, struct comeback *c)
{
    for (size_t i = 0; i < from->models; i++)
        if (!c->fresh[i])
            from->model[i]->stays = true;
    for (size_t i = 0; i < s->models; i++)
        if (!s->model[i]->copy || !s->model[i]->copy->stays) {
            snapshot_touched(s, s->model[i]);
            model_destroy(s->model[i]);
        }
    for (size_t i = 0; i < from->models; i++)
        from->model[i]->stays = false;
    mem_free(s->model);
    index_cut(&s->names->models, 0);
    s->model = c->model;
    s->models = s->model_room = from->models;
    s->current = from->current;
    for (size_t i = 0; i < from->models; i++)
        if (c->fresh[i])
            make_known(s->model[i], from->model[i]);
    mem_free(c->fresh);
}

static void put_model(struct session *s, const struct snapshot *from, struct comeback *c)
{
    struct model **at = &s->model[from->current];
    if (c->fresh[0]) {
        index_cut(&s->names->models, from->current);
        snapshot_touched(s, *at);
        model_destroy(*at);
        *at = c->model[0];
        make_known(*at, from->model[0]);
    }
    s->current = from->current;
    mem_free(c->model);
    mem_free(c->fresh);
}

static void put_data(struct session *s, const struct snapshot *from, const struct comeback *c)
{
    dataset_finish(&s->data);
    s->data = c->data;
    s->has_data = from->has_data;
    s->seed = from->seed;
    emulation_take(s, from->emulation, from->ignores_frozen);
    for (size_t i = 0; i < s->models; i++)
        model_changed(s->model[i]);
}

static void put_results(struct session *s, const struct snapshot *from)
{
    results_release(s->results);
    s->results = from->results;
    if (s->results)
        s->results->owners++;
}

int snapshot_restore(struct session *s, struct snapshot *from, unsigned parts, struct err *e)
{
    struct comeback c = {0};
    const bool models = parts & (PART_MODELS | PART_MODEL);
    int failed = models && index_reserve(&s->names->models, from->models) ? err_memory(e) : 0;
    if (!failed && models)
        failed = prepare_models(from, &c, e);
    if (!failed && (parts & PART_DATA) && from->has_data)
        failed = dataset_share(&from->data, &c.data, e);
    const bool shared = !failed && (parts & PART_DATA) && from->has_data;
    if (!failed && (parts & PART_VARIABLES) && index_reserve(&s->names->variables, from->variables))
        failed = err_memory(e);
    if (!failed && (parts & PART_VARIABLES) &&
        !(c.variable = share_variables(from->variable, from->variables)))
        failed = err_memory(e);
    if (failed) {
        give_up(&c, from->models, shared);
        return -1;
    }
    if (parts & PART_MODELS)
        put_models(s, from, &c);
    if (parts & PART_MODEL)
        put_model(s, from, &c);
    if (parts & PART_DATA)
        put_data(s, from, &c);
    for (size_t i = 0; i < s->models; i++)
        session_bend(s, s->model[i]);
    if (parts & PART_VARIABLES) {
        /* Names may be free again that nnr takes to be taken. */
        for (size_t i = 0; i < s->models; i++)
            numbering_finish(&s->model[i]->numbering);
        index_cut(&s->names->variables, 0);
        finish_variables(s->variable, s->variables);
        s->variable = c.variable;
        s->variables = s->variable_room = from->variables;
        definitions_retire(s, from->definitions);
        definitions_revive(s, from->definitions);
    }
    if (parts & PART_RESULTS)
        put_results(s, from);
    return 0;
}
