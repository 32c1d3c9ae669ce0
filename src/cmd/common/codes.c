/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/codes.h"

#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "expr/names.h"
#include "train/active.h"
#include "train/inputs.h"

#include <math.h>
#include <string.h>

bool is_of_code(const struct node *call)
{
    return strcmp(call->text, "l0") == 0 || strcmp(call->text, "dead") == 0;
}

bool is_of_steps(const struct node *call)
{
    return strcmp(call->text, "dead") == 0 && call->args == 2;
}

/* The call that the first argument names. */
static int find_call(const struct graph *g, const struct node *call, id *found, struct err *e)
{
    const struct node *n = call->arg[0].value;
    if (n->kind != NODE_PATH) {
        err_at(e, n->where, "the name of a layer is due here");
        return err_hint(e, "write %s(code)", call->text);
    }
    *found = graph_find_call(g, n->text);
    if (*found != NOTHING)
        return 0;
    const id layer = name_layer(g, n->text, n->where, e);
    if (layer == NOTHING)
        return -1;
    if (!g->layer[layer].body && (*found = graph_only_call(g, layer)) != NOTHING)
        return 0;
    err_at(e, n->where, "%s is %s", n->text,
           g->layer[layer].newest_call == NOTHING ? "never called" : "called more than once");
    return err_hint(e, "name a call of it");
}

/* Steps in which a unit put out nothing but 0 stand in a weight of the layer. */
static int count_idle(struct lookup *l, const struct node *call, id of, double steps, bool values,
                      double *x, struct err *e)
{
    struct model *m = l->model;
    const struct graph *g = m->graph;
    const id layer = g->call[of].layer, idle = graph_find_weight(g, layer, "idle");
    const struct span where = call->arg[1].value->where;
    if (idle == NOTHING) {
        err_at(e, where, "%s does not count the steps in which its units are idle",
               g->layer[layer].name);
        return err_hint(
            e,
            "make it with count_idle=yes: dense 100 relu count_idle=yes; dead(%s) asks the "
            "evaluation data",
            g->layer[layer].name);
    }
    if (!(steps >= 1 && steps == floor(steps))) {
        char text[NUMBER_ROOM];
        err_at(e, where, "dead takes a whole number of steps, 1 or more, not %s",
               number_text(steps, text));
        return err_hint(e, "write dead(%s, 1000)", g->layer[layer].name);
    }
    if (!values || checking(l->session))
        return 0;
    if (model_draw(m, l->session->seed, 0, e))
        return -1;
    const struct weight *w = &g->weight[idle];
    for (size_t i = 0; i < w->count; i++)
        *x += (double)m->state.weight[w->at + i] >= steps;
    return 0;
}

/* A pass over the evaluation data. */
static int count_active(struct lookup *l, id of, double above, struct active *x, struct err *e)
{
    struct session *s = l->session;
    struct evaluator pass;
    const struct progress progress = {.what = "print"};
    if (active_begin(x, l->model->graph, of, above))
        return err_memory(e);
    if (evaluator_begin(&pass, l->model, &s->data, s->seed, SHARE_EVALUATION, false, e))
        return -1;
    while (evaluator_next(&pass)) {
        active_add(x, pass.trainer->infer_frame);
        if (session_tick(s, &progress, e))
            return -1;
    }
    return stop_check(&s->host->stop, e);
}

static int find_active(struct lookup *l, const struct node *call, id of, double above, bool values,
                       double *x, struct err *e)
{
    const bool never = strcmp(call->text, "dead") == 0;
    struct active active = {0};
    if (lookup_share(l, SHARE_EVALUATION, false, call->where, e))
        return -1;
    if (!values || checking(l->session))
        return 0;
    const int failed = count_active(l, of, above, &active, e);
    if (!failed)
        *x = never ? (double)active_never(&active) : active_mean(&active);
    active_finish(&active);
    return failed ? err_place(e, call->where) : 0;
}

int find_of_code(struct lookup *l, const struct node *call, double number, bool values,
                 struct leaf *leaf, struct err *e)
{
    id of = NOTHING;
    *leaf = (struct leaf){.number = 0};
    if (find_call(l->model->graph, call, &of, e))
        return -1;
    if (checking(l->session))
        l->guessed = true;
    return is_of_steps(call) ? count_idle(l, call, of, number, values, &leaf->number, e)
                             : find_active(l, call, of, number, values, &leaf->number, e);
}
