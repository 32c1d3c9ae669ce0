/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands around the model in a script: its weights and what holds them, the data, the
 * optimizer. */
#include "cmd/export/settings.h"

#include "cmd/export/fill.h"
#include "cmd/export/names.h"
#include "cmd/export/python.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/inputs.h"

#include <string.h>

static void write_weights(struct exported *s)
{
    const bool torch = s->system == SYSTEM_TORCH;
    const struct graph *g = s->graph;
    char shape[80];
    str_add(&s->text,
            "# Weights, as they were. A kernel is inputs x outputs, that of a convolution "
            "taps x channels x filters.\n");
    str_add(&s->text, torch ? "w = {\n" : "PLACES = {  # the layer, and which of its weights\n");
    for (size_t i = 0; i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        const struct counterpart *init =
            w->init ? counterpart_find(OF_INITS, w->init->entry->name) : NULL;
        str_add(&s->text, "    ");
        python_text(&s->text, w->path);
        str_add(&s->text, torch ? ": kept(" : ": (");
        python_text(&s->text, torch ? w->path : g->layer[w->layer].name);
        if (!torch)
            str_addf(&s->text, ", %zu", i - g->layer[w->layer].first_weight);
        str_addf(&s->text, "),  # %s", shape_text(&w->shape, shape, sizeof shape));
        if (w->init)
            str_addf(&s->text, ", began as %s (%s)", w->init->entry->name,
                     init && init->as[s->system] ? init->as[s->system] : "no such thing there");
        str_add(&s->text, "\n");
    }
    str_add(&s->text, "}\n");
}

/* A list of the paths of weights. */
static void write_paths(struct exported *s, const char *name,
                        bool (*takes)(const struct graph *, id))
{
    const char *between = "";
    str_addf(&s->text, "%s = [", name);
    for (id i = 0; i < s->graph->weights; i++) {
        if (!takes(s->graph, i))
            continue;
        str_add(&s->text, between);
        python_text(&s->text, s->graph->weight[i].path);
        between = ", ";
    }
    str_add(&s->text, "]\n");
}

static bool stays_whole(const struct graph *g, id weight)
{
    return graph_trains(g, weight) && !graph_decays(g, weight);
}

static void write_held(struct exported *s)
{
    const struct graph *g = s->graph;
    str_add(&s->text, "HELD = {  # after each step\n");
    for (id i = 0; i < g->weights; i++) {
        const struct args *hold = g->weight[i].constraint;
        if (!hold || !graph_trains(g, i) || strcmp(hold->entry->name, "none") == 0)
            continue;
        const struct counterpart *row = counterpart_find(OF_CONSTRAINTS, hold->entry->name);
        const struct filling f = {
            .script = s, .args = hold, .call = NOTHING, .layer = NOTHING, .x = "x"};
        if (!row || !row->as[s->system]) {
            script_refuse(s, "the constraint", hold->entry->name);
            continue;
        }
        str_add(&s->text, "    ");
        python_text(&s->text, g->weight[i].path);
        str_add(&s->text, ": lambda x: ");
        fill(&f, &s->text, row->as[s->system]);
        str_add(&s->text, ",\n");
    }
    str_add(&s->text, "}\n");
}

/* The proximal step of a term, x and its step sizes t being those of its weight. */
static void write_proximal_step(struct exported *s, const struct args *args)
{
    const bool groups = strcmp(args->entry->name, "group_lasso") == 0;
    const bool both = strcmp(args->entry->name, "l1l2") == 0;
    str_addf(&s->text, "lambda x, t: %s(x, t, ", groups ? "group_threshold" : "soft_threshold");
    python_number(&s->text, penalty_strength(args));
    if (groups || both)
        str_add(&s->text, ", ");
    if (groups)
        python_argument(&s->text, args_get(args, "by"));
    if (both)
        python_argument(&s->text, args_get(args, "l2"));
    str_add(&s->text, ")");
}

/* The proximal terms of a weight: those that go number by number come first. */
static void write_proximal_of(struct exported *s, id weight)
{
    const struct graph *g = s->graph;
    bool any = false;
    for (unsigned groups = 0; groups < 2; groups++)
        for (size_t i = 0; i < g->terms; i++) {
            const struct term *t = &g->term[s->order[i]];
            const struct args *args = model_term(s->model, s->order[i]);
            if (term_is_joint(t) || t->activity || t->weight != weight ||
                !penalty_is_proximal(args) ||
                (penalty_kind_of(args)->groups != NULL) != (groups == 1))
                continue;
            if (!any) {
                str_add(&s->text, "    ");
                python_text(&s->text, g->weight[weight].path);
            }
            str_add(&s->text, any ? ", " : ": [");
            write_proximal_step(s, args);
            any = true;
        }
    str_add(&s->text, any ? "],\n" : "");
}

static void write_proximal(struct exported *s)
{
    str_add(&s->text, "PROXIMAL = {  # after the optimizer's own step, of the size t\n");
    for (id i = 0; i < s->graph->weights; i++)
        if (graph_trains(s->graph, i))
            write_proximal_of(s, i);
    str_add(&s->text, "}\n");
}

/* From there on the keys below are none of Keras's optimizers, or other ones. */
enum { ONLY_TORCH = 4 };

static void write_optimizer(struct exported *s)
{
    static const char *const common[] = {"weight_decay", "clipnorm", "clipvalue", "global_clipnorm",
                                         "noise",        "sam",      "ema"};
    const struct args *args = s->model->recipe.optimizer.args;
    const struct counterpart *row = counterpart_find(OF_OPTIMIZERS, args->entry->name);
    struct str text = {0};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        for (size_t k = 0; k < args->entry->arg_count; k++)
            if (strcmp(args->entry->args[k].name, common[i]) == 0 && args->arg[k].as.number > 0) {
                str_addf(&text, ", %s=", common[i]);
                python_number(&text, args->arg[k].as.number);
                if (s->system != SYSTEM_TORCH && i >= ONLY_TORCH)
                    script_refuse(s, "the optimizer's", common[i]);
            }
    const struct filling f = {.script = s,
                              .args = args,
                              .call = NOTHING,
                              .layer = NOTHING,
                              .common = text.text ? text.text : ""};
    if (row && row->as[s->system]) {
        str_add(&s->text, "optimizer = ");
        fill(&f, &s->text, row->as[s->system]);
        str_add(&s->text, "\n");
    } else
        script_refuse(s, "the optimizer", args->entry->name);
    str_finish(&text);
}

static void write_data(struct exported *s)
{
    const struct graph *g = s->graph;
    const struct dataset *d = &s->session->data;
    const struct model_state *state = &s->model->state;
    const size_t first = d->samples > d->training ? d->training : 0;
    const struct value *v;
    str_add(&s->text, "INPUTS = [");
    for (size_t i = 0; (v = inputs_value(g, i)); i++) {
        str_add(&s->text, i ? ", " : "");
        python_text(&s->text, g->call[v->made_by].name);
    }
    str_add(&s->text, "]\nTARGETS = [");
    for (size_t i = 0; i < s->trainer->objectives; i++)
        str_addf(&s->text, "%s\"%zu\"", i ? ", " : "", i);
    str_addf(&s->text, "]\nTRAINING = %zu  # samples, of %zu; the rest is for validation\n",
             d->training, d->samples);
    str_addf(&s->text, "EVALUATED = (%zu, %zu)  # the samples that the figures are of\n", first,
             d->samples);
    str_addf(&s->text, "BATCH = %zu\nSHUFFLE = %s\nSEED = %llu\n", batch_samples(d),
             d->shuffle ? "True" : "False", (unsigned long long)s->session->seed);
    str_addf(&s->text, "EPOCH, POSITION, UPDATES = %llu, %llu, %llu  # where training goes on\n",
             (unsigned long long)state->epoch, (unsigned long long)state->position,
             (unsigned long long)state->updates);
    str_add(&s->text, "TRAIN_NOISE = ");
    python_number(&s->text, d->noise);
    str_addf(&s->text, "\nDIGITS = %d\n", sizeof(real) == sizeof(double) ? 17 : 9);
}

static void write_rows(struct exported *s)
{
    str_add(&s->text, "ROWS = [  # the penalties, in the order of the ledger\n");
    for (size_t i = 0; i < s->graph->terms; i++) {
        str_add(&s->text, "    ");
        python_text(&s->text, s->row[s->order[i]]);
        str_add(&s->text, ",\n");
    }
    str_add(&s->text, "]\n");
}

/* The layers of Keras, each made once however often it is called. */
static void write_layers(struct exported *s)
{
    const struct graph *g = s->graph;
    str_add(&s->text, "L = {\n");
    for (id i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        const struct counterpart *row = counterpart_find(OF_LAYERS, l->kind->entry.name);
        if (!row || !row->made || l->newest_call == NOTHING)
            continue;
        const struct filling f = {.script = s, .args = l->args, .call = NOTHING, .layer = i};
        str_add(&s->text, "    ");
        python_text(&s->text, l->name);
        str_add(&s->text, ": ");
        fill(&f, &s->text, row->made);
        str_add(&s->text, ",\n");
    }
    str_add(&s->text, "}\n");
}

/* What the layers of a Keras script do not have. */
static void refuse_of_layers(struct exported *s)
{
    const struct graph *g = s->graph;
    static const char *const keys[] = {"kernel_dropout", "recurrent_kernel_dropout"};
    for (id i = 0; i < g->layers; i++) {
        const struct args *args = g->layer[i].args;
        for (size_t k = 0; k < args->entry->arg_count; k++)
            for (size_t n = 0; n < sizeof keys / sizeof *keys; n++)
                if (strcmp(args->entry->args[k].name, keys[n]) == 0 && args->arg[k].as.number > 0)
                    script_refuse(s, keys[n], "");
    }
    if (s->model->state.pruned)
        script_refuse(s, "weights that prune holds", "");
}

static void write_keras(struct exported *s)
{
    write_layers(s);
    refuse_of_layers(s);
    write_paths(s, "UNDECAYED", stays_whole);
}

static void write_torch(struct exported *s)
{
    write_paths(s, "MOVING", graph_trains);
    str_add(&s->text, "for path in MOVING:\n    w[path].requires_grad_()\n");
    write_paths(s, "UNDECAYED", stays_whole);
    write_held(s);
    write_proximal(s);
    str_add(&s->text,
            "PRUNED = {path: data[\"pruned/\" + path] != 0 for path in w if \"pruned/\" + path in "
            "data}\n"
            "average = {path: data[\"average/\" + path] for path in w if \"average/\" + path in "
            "data}\n");
}

void script_settings(struct exported *s)
{
    str_add(&s->text, "data = arrays(");
    python_file(&s->text, s->file);
    str_add(&s->text, ")\n");
    write_weights(s);
    (s->system == SYSTEM_TORCH ? write_torch : write_keras)(s);
    write_rows(s);
    write_data(s);
    write_optimizer(s);
}
