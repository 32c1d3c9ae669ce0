/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The function that runs the model: a line for each call, one for each penalty where it is applied.
 */
#include "cmd/export/model.h"

#include "cmd/export/fill.h"
#include "cmd/export/formula_text.h"
#include "cmd/export/names.h"
#include "cmd/export/python.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "nn/own_penalty.h"
#include "nn/plan.h"

#include <stdio.h>
#include <string.h>

/* What both systems say otherwise: the samples of a value, and its numbers. */
static const char *const samples_of[SYSTEMS] = {"len(%s)", "samples(%s)"};
static const char *const numbers_of[SYSTEMS] = {"%s.numel()", "numbers(%s)"};

static void add_of(struct str *to, const char *form, const char *value)
{
    const char *at = strstr(form, "%s");
    str_bytes(to, form, (size_t)(at - form));
    str_addf(to, "%s%s", value, at + 2);
}

/* What names in a formula of x mean. */
struct own_names {
    const struct args *args;
    const char *x;
};

static bool find_own(void *self, struct str *to, const char *path)
{
    const struct own_names *n = self;
    if (strcmp(path, "x") == 0) {
        str_add(to, n->x);
        return true;
    }
    for (size_t i = 0; i < n->args->entry->arg_count; i++)
        if (strcmp(n->args->entry->args[i].name, path) == 0) {
            str_add(to, "(");
            python_argument(to, &n->args->arg[i]);
            str_add(to, ")");
            return true;
        }
    return false;
}

static bool find_joint(void *self, struct str *to, const char *path)
{
    const struct exported *s = self;
    struct tensor_place at;
    if (strcmp(path, "batch") == 0) {
        add_of(to, samples_of[s->system], "inputs[0]");
        return true;
    }
    if (!graph_find_tensor(s->graph, path, &at))
        return false;
    const char *mask = at.value != NOTHING ? script_mask(s, at.value) : NULL;
    if (mask)
        str_addf(to, "rows_there(%s, %s)", s->name[at.value], mask);
    else if (at.value != NOTHING)
        str_add(to, s->name[at.value]);
    else {
        str_add(to, "w[");
        python_text(to, s->graph->weight[at.weight].path);
        str_add(to, "]");
    }
    return true;
}

/* Numbers of the steps that are there alone cannot be told in a shape that is known beforehand. */
static void refuse_gathered(struct exported *s, const char *what, const char *name)
{
    if (s->system != SYSTEM_TORCH)
        script_refuse(s, what, name);
}

static bool counts_samples(void *self, const char *path)
{
    const struct exported *s = self;
    struct tensor_place at;
    return graph_find_tensor(s->graph, path, &at) && at.value != NOTHING;
}

/* A penalty's value before it is divided. */
static void write_value(const struct filling *f, struct str *to, const struct args *args)
{
    struct exported *s = f->script;
    const struct counterpart *row = counterpart_of_term(args);
    if (!row) {
        struct own_names own = {args, f->x};
        const struct formula_names names = {&own, find_own, NULL};
        str_add(to, "f_sum(");
        if (!script_formula(s, to, penalty_formula(args), &names))
            script_refuse(s, "the penalty", args->entry->name);
        str_add(to, ")");
        return;
    }
    const char *text = row->as[s->system];
    const bool has = text || s->system == SYSTEM_TORCH;
    if (has && !f->weight && f->mask && row->masked)
        text = row->masked;
    else if (has && !f->weight && row->activity)
        text = row->activity;
    if (text)
        fill(f, to, text);
    else
        script_refuse(s, "the penalty", args->entry->name);
}

static void begin_row(const struct exported *s, struct str *to, id term)
{
    str_add(to, "    now.row(");
    python_text(to, s->row[term]);
    str_add(to, ", ");
}

static void write_weight_row(struct exported *s, id term)
{
    const struct term *t = &s->graph->term[term];
    const struct args *args = model_term(s->model, term);
    struct str x = {0};
    str_add(&x, "w[");
    python_text(&x, s->graph->weight[t->weight].path);
    /* It acts after the optimizer. */
    str_add(&x, penalty_is_proximal(args) ? "].detach()" : "]");
    if (penalty_is_proximal(args) && s->system != SYSTEM_TORCH)
        script_refuse(s, "prox=yes of", s->row[term]);
    const struct filling f = {.script = s,
                              .args = args,
                              .call = NOTHING,
                              .layer = t->layer,
                              .x = x.text ? x.text : "",
                              .term = term,
                              .weight = true};
    begin_row(s, &s->text, term);
    write_value(&f, &s->text, args);
    str_add(&s->text, ")\n");
    s->text.failed = s->text.failed || x.failed;
    str_finish(&x);
}

/* What an activity's value is divided by. */
static void write_divisor(const struct filling *f, struct str *to, const char *value,
                          enum reduce reduce)
{
    const struct graph *g = f->script->graph;
    const struct penalty_kind *kind = penalty_kind_of(f->args);
    const struct shape *shape = &g->value[g->call[f->call].output].shape;
    const bool along = kind->along_steps && kind->along_steps(f->args, shape);
    if (reduce == REDUCE_SUM)
        return;
    str_add(to, " / ");
    if (reduce == REDUCE_BATCH)
        add_of(to, samples_of[f->script->system], value);
    else if (!f->mask && !kind->elements)
        add_of(to, numbers_of[f->script->system], value);
    else if (f->mask && along)
        str_addf(to, "pairs(%s, %s)", value, f->mask);
    else if (f->mask && !kind->elements)
        str_addf(to, "elements(%s, %s)", value, f->mask);
    else {
        str_addf(to, f->mask ? "differences_there(%s, %s, " : "differences(%s, ", value, f->mask);
        str_addf(to, "%ld)",
                 strcmp(f->args->entry->name, "tv") == 0 ? args_whole(f->args, "axis") : 1L);
    }
}

/* Whether what goes into a call's activation has to stay known. */
static bool keeps_z(const struct exported *s, id call)
{
    const struct args *f = graph_activation(s->graph, call);
    if (!f || strcmp(f->entry->name, "linear") == 0)
        return false;
    for (size_t i = 0; i < s->trainer->objectives; i++)
        if (s->trainer->objective[i].value == s->graph->call[call].output)
            return true;
    const struct counterpart *row = counterpart_find(OF_ACTIVATIONS, f->entry->name);
    id t = s->graph->layer[s->graph->call[call].layer].newest_term;
    for (; t != NOTHING; t = s->graph->term[t].before)
        if (penalty_kind_of(model_term(s->model, t))->gather_inside)
            return true;
    return row && row->needs_z;
}

/* Behind the value of a row: what it is where all steps are masked. */
static void none_there(struct exported *s, const char *mask, const char *x)
{
    str_addf(&s->text, " if bool(%s.any()) else %s.sum() * 0", mask, x);
}

static void write_activity_row(struct exported *s, id call, id term)
{
    const struct graph *g = s->graph;
    const id out = g->call[call].output;
    const struct args *args = model_term(s->model, term);
    const struct penalty_kind *kind = penalty_kind_of(args);
    const struct counterpart *row = counterpart_of_term(args);
    const bool along = kind->along_steps && kind->along_steps(args, &g->value[out].shape);
    const char *mask = script_mask(s, out), *own = row ? row->masked : NULL;
    const bool rows = mask && kind->masked == MASKED_ROWS;
    char packed[3 * PYTHON_NAME];
    snprintf(packed, sizeof packed,
             rows           ? "rows_there(%.340s, %.340s)"
             : mask && !own ? "packed(%.340s, %.340s%s)"
                            : "%.340s",
             s->name[out], mask, along ? ", last=True" : "");
    if (rows)
        refuse_gathered(s, "over masked steps the penalty", args->entry->name);
    const struct filling f = {.script = s,
                              .args = args,
                              .call = call,
                              .layer = g->call[call].layer,
                              .x = packed,
                              .z = keeps_z(s, call) ? s->z[out] : s->name[out],
                              .mask = mask,
                              .term = term};
    begin_row(s, &s->text, term);
    write_value(&f, &s->text, args);
    write_divisor(&f, &s->text, s->name[out], g->term[term].reduce);
    if (rows)
        none_there(s, mask, s->name[out]);
    str_add(&s->text, ")\n");
}

/* The mask of a term's outputs, or NOTHING; in *value one of these. */
static const char *mask_of_joint(const struct exported *s, const struct args *args, id *value)
{
    const struct arg *names = &args->arg[JOINT_TENSORS];
    for (size_t i = 0; i < names->as.names.count; i++) {
        struct tensor_place at;
        if (graph_find_tensor(s->graph, names->as.names.item[i], &at) && at.value != NOTHING) {
            *value = at.value;
            return script_mask(s, at.value);
        }
    }
    return NULL;
}

static void write_joint_row(struct exported *s, id term)
{
    const struct args *args = model_term(s->model, term);
    const struct formula_names names = {s, find_joint, counts_samples};
    id value = NOTHING;
    const char *mask = mask_of_joint(s, args, &value);
    if (mask)
        refuse_gathered(s, "over masked steps the term", args->arg[JOINT_NAME].as.text);
    begin_row(s, &s->text, term);
    python_number(&s->text, args->arg[JOINT_STRENGTH].as.number);
    str_add(&s->text, " * f_sum(");
    if (!script_formula(s, &s->text, args->arg[JOINT_FORMULA].as.text, &names))
        script_refuse(s, "the term", args->arg[JOINT_NAME].as.text);
    str_add(&s->text, ")");
    if (mask)
        none_there(s, mask, s->name[value]);
    str_add(&s->text, ")\n");
}

/* Which steps are there behind a call that makes a mask or joins several. */
static void write_mask(struct exported *s, id call)
{
    const struct graph *g = s->graph;
    const struct call *c = &g->call[call];
    const struct layer_kind *kind = g->layer[c->layer].kind;
    const char *in = s->name[c->input[0]];
    if (g->value[c->output].mask != c->output)
        return;
    str_addf(&s->text, "    %s = ", s->mask[c->output]);
    if (strcmp(kind->entry.name, "masking") == 0) {
        str_addf(&s->text, "masking(%s, ", in);
        python_number(&s->text, args_number(g->layer[c->layer].args, "value"));
        str_add(&s->text, ")\n");
        return;
    }
    if (kind->makes_mask) {
        str_addf(&s->text, "%s != 0\n", in);
        return;
    }
    const char *between = "";
    for (uint32_t i = 0; i < c->inputs; i++) {
        const char *mask = script_mask(s, c->input[i]);
        str_addf(&s->text, "%s%s", mask ? between : "", mask ? mask : "");
        between = mask ? kind->mask == MASK_ANY ? " | " : " & " : between;
    }
    str_add(&s->text, "\n");
}

static void write_expression(struct exported *s, const struct counterpart *row, id call)
{
    const struct call *c = &s->graph->call[call];
    struct filling f = {
        .script = s, .args = s->graph->layer[c->layer].args, .call = call, .layer = c->layer};
    f.dealt = row->by_row && c->folds;
    if (f.dealt)
        str_addf(&s->text, "timedistributed(%u, lambda %s: ", c->folds, c->inputs > 1 ? "*x" : "x");
    fill(&f, &s->text, row->as[s->system]);
    for (uint32_t i = 0; f.dealt && i < c->inputs; i++)
        str_addf(&s->text, ", %s", s->name[c->input[i]]);
    str_add(&s->text, f.dealt ? ")\n" : "\n");
}

static void write_activation(struct exported *s, id call, const char *z)
{
    const struct graph *g = s->graph;
    const struct call *c = &g->call[call];
    const struct args *activation = graph_activation(g, call);
    const struct filling f = {.script = s, .call = call, .layer = c->layer};
    /* A recurrent layer has its own inside. */
    if (!activation || strcmp(activation->entry->name, "linear") == 0)
        return;
    str_addf(&s->text, "    %s = ", s->name[c->output]);
    fill_activation(&f, &s->text, activation, z);
    str_add(&s->text, "\n");
}

static void write_idle(struct exported *s, id call)
{
    const struct graph *g = s->graph;
    const id w = graph_find_weight(g, g->call[call].layer, "idle"), out = g->call[call].output;
    if (w == NOTHING)
        return;
    if (s->system != SYSTEM_TORCH)
        script_refuse(s, "count_idle of", g->layer[g->call[call].layer].name);
    str_add(&s->text, "    count_idle(now, ");
    python_text(&s->text, g->weight[w].path);
    str_addf(&s->text, ", %s, %s)\n", s->name[out],
             script_mask(s, out) ? script_mask(s, out) : "None");
}

static void write_activities(struct exported *s, id call)
{
    const struct graph *g = s->graph;
    const id layer = g->call[call].layer;
    for (size_t i = 0; i < g->terms; i++) {
        const id t = s->order[i];
        if (g->term[t].layer == layer && g->term[t].activity)
            write_activity_row(s, call, t);
    }
}

static void write_call(struct exported *s, id call)
{
    const struct graph *g = s->graph;
    const struct call *c = &g->call[call];
    const struct layer *l = &g->layer[c->layer];
    const struct counterpart *row = counterpart_find(OF_LAYERS, l->kind->entry.name);
    const bool has_body = l->bodies > 0;
    if (has_body)
        str_addf(&s->text, "    # %s\n", c->name);
    if (has_body || l->kind->source) {
        if (!has_body)
            write_activities(s, call);
        return;
    }
    if (!row || !row->as[s->system]) {
        script_refuse(s, "the layer", l->kind->entry.name);
        return;
    }
    const char *z = keeps_z(s, call) ? s->z[c->output] : s->name[c->output];
    write_mask(s, call);
    str_addf(&s->text, "    %s = ", z);
    write_expression(s, row, call);
    write_activation(s, call, z);
    write_idle(s, call);
    write_activities(s, call);
}

static void write_loss(struct exported *s, size_t i)
{
    const struct graph *g = s->graph;
    const struct objective *o = &s->trainer->objective[i];
    const struct counterpart *row = counterpart_find(OF_LOSSES, o->loss->entry->name);
    const struct loss_kind *kind = loss_kind_of(o->loss);
    const struct head head = {.value = o->value, .kind = &kind->head};
    char t[40];
    snprintf(t, sizeof t, "targets[%zu]", i);
    const struct filling f = {.script = s,
                              .args = o->loss,
                              .call = NOTHING,
                              .layer = NOTHING,
                              .y = s->name[o->value],
                              .z = s->z[o->value],
                              .t = t};
    if (!row || !row->as[s->system]) {
        script_refuse(s, "the loss", o->loss->entry->name);
        return;
    }
    str_add(&s->text, "    now.loss = now.loss + ");
    if (o->weight != 1) {
        python_number(&s->text, o->weight);
        str_add(&s->text, " * ");
    }
    str_add(&s->text, "mean_of(");
    fill(&f, &s->text, row->at && plan_at_logits(g, &head) ? row->at : row->as[s->system]);
    if (kind->weighable && args_get(o->loss, "class_weight")->as.numbers.count) {
        const uint32_t classes = shape_last(&g->value[o->value].shape);
        str_addf(&s->text, " * weight_of_%s(%s, ", classes > 1 ? "class" : "side", t);
        if (classes > 1)
            str_addf(&s->text, "%u, ", classes);
        python_argument(&s->text, args_get(o->loss, "class_weight"));
        str_add(&s->text, ")");
    }
    str_addf(&s->text, ", %s, weight)\n",
             script_mask(s, o->value) ? script_mask(s, o->value) : "None");
}

void script_model(struct exported *s)
{
    const struct graph *g = s->graph;
    uint32_t inputs = 0;
    str_add(&s->text, "def model(now, inputs, targets, weight):\n");
    for (id c = 0; c < g->calls; c++)
        if (g->layer[g->call[c].layer].kind->source)
            str_addf(&s->text, "    %s = inputs[%u]\n", s->name[g->call[c].output], inputs++);
    for (id c = 0; c < g->calls; c++)
        write_call(s, c);
    for (size_t i = 0; i < g->terms; i++)
        if (g->term[s->order[i]].layer != NOTHING && !g->term[s->order[i]].activity)
            write_weight_row(s, s->order[i]);
    for (size_t i = 0; i < g->terms; i++)
        if (term_is_joint(&g->term[s->order[i]]))
            write_joint_row(s, s->order[i]);
    for (size_t i = 0; i < s->trainer->objectives; i++)
        write_loss(s, i);
}
