/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/objective.h"

#include "train/accuracy.h"

#include <stdio.h>
#include <string.h>

static const struct span nowhere;

/* An output's numbers a sample, and how many targets a sample it takes when they are class numbers.
 */
struct size {
    size_t full, classes;
};

static struct size size_of(const struct model *m, id output)
{
    const struct shape *s = &m->graph->value[output].shape;
    const size_t full = shape_count(s), cols = shape_last(s);
    const struct args *loss = model_loss(m, output, NULL);
    const struct args *last = graph_activation(m->graph, m->graph->value[output].made_by);
    const bool classes =
        loss ? loss_kind_of(loss)->classes : activation_use(last).code == ACT_SOFTMAX;
    return (struct size){full, classes && cols > 1 ? full / cols : full};
}

static int borders_differ(const struct dataset *d, size_t outputs, struct err *e)
{
    err_at(e, nowhere, "the data has %u targets with | between them, and the model %zu output%s",
           d->tborders + 1, outputs, outputs == 1 ? "" : "s");
    return err_hint(e, outputs == 1 ? "name the outputs: output ya, yb"
                                    : "write the targets of each output between | signs");
}

static int sizes_differ(const struct model *m, const struct dataset *d, const id *output,
                        size_t outputs, struct err *e)
{
    size_t total = 0;
    char list[160] = "";
    for (size_t i = 0; i < outputs; i++) {
        total += size_of(m, output[i]).full;
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                 graph_value_name(m->graph, output[i]));
    }
    err_at(e, nowhere, "the data has %zu target%s, and the outputs %s have %zu numbers together",
           d->targets, d->targets == 1 ? "" : "s", list, total);
    return err_hint(e, "each output takes as many targets as it has numbers, or class numbers");
}

static void deal_columns(const struct size *size, size_t outputs, bool classes, struct columns *to)
{
    size_t at = 0;
    for (size_t i = 0; i < outputs; i++) {
        to[i] = (struct columns){at, classes ? size[i].classes : size[i].full};
        at += to[i].width;
    }
}

int columns_deal(const struct model *m, const struct dataset *d, struct columns *to, struct err *e)
{
    id output[OUTPUTS_MOST];
    struct size size[OUTPUTS_MOST];
    const size_t n = graph_outputs(m->graph, output);
    size_t full = 0, classes = 0;
    if (d->tborders && d->tborders + 1 != n)
        return borders_differ(d, n, e);
    if (n == 1) {
        to[0] = (struct columns){0, d->targets};
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        size[i] = size_of(m, output[i]);
        full += size[i].full;
        classes += size[i].classes;
    }
    for (size_t i = 0; d->tborders && i < n; i++) {
        const size_t at = i ? d->target_border[i - 1] : 0;
        to[i] = (struct columns){at, (i + 1 < n ? d->target_border[i] : d->targets) - at};
    }
    if (d->tborders)
        return 0;
    if (d->targets != full && d->targets != classes)
        return sizes_differ(m, d, output, n, e);
    deal_columns(size, n, d->targets != full, to);
    return 0;
}

/* A loss that was written for what is no output would be accepted and then ignored. */
static int check_own(const struct model *m, const id *output, size_t outputs, struct err *e)
{
    for (size_t i = 0; i < m->recipe.owns; i++) {
        bool found = false;
        for (size_t k = 0; k < outputs; k++)
            found = found || output[k] == m->recipe.own[i].output;
        if (found)
            continue;
        const char *name = graph_value_name(m->graph, m->recipe.own[i].output);
        err_at(e, nowhere, "there is a loss on %s, which is no output", name);
        return err_hint(e, "make it one: output %s; or loss without on, for all outputs", name);
    }
    return 0;
}

int objectives_make(const struct model *m, const struct dataset *d, struct objective *to,
                    size_t *count, struct err *e)
{
    id output[OUTPUTS_MOST];
    struct columns columns[OUTPUTS_MOST];
    *count = graph_outputs(m->graph, output);
    if (check_own(m, output, *count, e) || (d->targets && columns_deal(m, d, columns, e)))
        return -1;
    for (size_t i = 0; i < *count; i++) {
        to[i] = (struct objective){.value = output[i]};
        to[i].loss = model_loss(m, output[i], &to[i].weight);
        if (d->targets)
            to[i].columns = columns[i];
        if (loss_check(to[i].loss, m->graph, output[i], d, to[i].columns, &to[i].cols, e))
            return -1;
        const bool shares = d->mixup > 0 && loss_kind_of(to[i].loss)->classes;
        to[i].train_cols = shares ? shape_last(&m->graph->value[output[i]].shape) : to[i].cols;
        to[i].judged = accuracy_exists(m->graph, output[i], to[i].columns, d);
    }
    return 0;
}

bool objectives_judged(const struct model *m, const struct dataset *d)
{
    id output[OUTPUTS_MOST];
    struct columns columns[OUTPUTS_MOST];
    struct err e;
    const size_t n = graph_outputs(m->graph, output);
    bool judged = false;
    if (!d->targets || columns_deal(m, d, columns, &e))
        return false;
    for (size_t i = 0; i < n; i++)
        judged = judged || accuracy_exists(m->graph, output[i], columns[i], d);
    return judged;
}
