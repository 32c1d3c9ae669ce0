/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random recurrent layers, for random_layer.h. */
#ifndef NNR_TESTS_RANDOM_RECURRENT_H
#define NNR_TESTS_RANDOM_RECURRENT_H

#include "random_write.h"

/* Slots of a layer of that name; the rows of a bidirectional one stand on both halves. */
static inline void add_recurrent_slots(struct random_model *m, struct writing *w, bool bias)
{
    add_slot(m, w, "kernel", (struct slot_use){.matrix = true}, 0.3);
    add_slot(m, w, "recurrent", (struct slot_use){.matrix = true}, 0.3);
    if (bias)
        add_slot(m, w, "bias", (struct slot_use){0}, 0.2);
    add_activity(m, w, false);
}

static inline void add_recurrent_keys(struct random_model *m, unsigned kind, bool bias)
{
    static const char *const drops[] = {"dropout", "recurrent_dropout", "recurrent_kernel_dropout"};
    if (kind > 0 && chance(&m->r, 0.2))
        str_add(&m->r.text, " recurrent_activation=swish");
    if (kind == 2 && chance(&m->r, 0.4))
        str_add(&m->r.text, " reset_after=no");
    if (kind == 1 && chance(&m->r, 0.3) && bias)
        str_add(&m->r.text, " unit_forget_bias=no");
    if (chance(&m->r, 0.2))
        str_addf(&m->r.text, " %s=0.3", drops[pick(&m->r, 3)]);
    str_add(&m->r.text, " kernel_init=uniform(-0.8, 0.8) recurrent_init=uniform(-0.8, 0.8)");
    if (chance(&m->r, 0.1))
        str_add(&m->r.text, " recurrent_constraint=max_norm(0.8)");
}

/* False: what is there has no steps, or would become too large. */
static inline bool add_recurrent(struct random_model *m, struct writing *w)
{
    static const char *const kinds[] = {"simple_rnn", "lstm", "gru"};
    static const char *const functions[] = {"", " tanh", " sigmoid", " softsign"};
    static const char *const joins[] = {"concat", "sum", "multiply", "average"};
    const unsigned kind = pick(&m->r, 3), units = 1 + pick(&m->r, 3), join = pick(&m->r, 4);
    const bool both = chance(&m->r, 0.3), all = chance(&m->r, 0.5), bias = chance(&m->r, 0.75);
    const uint32_t out = both && join == 0 ? 2 * units : units;
    const size_t rows = shape_count(&w->sc->tensor[w->on[0]].shape) / shape_last(&w->made.in);
    if (w->made.in.axes != 2 || rows * out > NUMBERS)
        return false;
    str_addf(&m->r.text, "%s%s %u%s", both ? "bidirectional " : "", kinds[kind], units,
             functions[pick(&m->r, 4)]);
    w->made.out = all ? (struct shape){2, {w->made.in.size[0], out}} : shape_of(out);
    w->made.unit = false;
    w->made.size = both && join == 1 ? 2 : 1;
    w->made.calls = both ? 3 : 1;
    str_addf(&m->r.text, "%s%s", all ? " sequences=yes" : "",
             both                 ? ""
             : chance(&m->r, 0.3) ? " backwards=yes"
                                  : "");
    if (both)
        str_addf(&m->r.text, " merge=%s", joins[join]);
    str_add(&m->r.text, bias ? "" : " use_bias=no");
    add_recurrent_keys(m, kind, bias);
    if (both) {
        str_add(&m->r.text, chance(&m->r, 0.15) ? " trainable=no" : "");
        str_add(&m->r.text, chance(&m->r, 0.3) ? " kernel=l2(0.1) activity=l1(0.05)" : "");
        return true;
    }
    add_trainable(m, w);
    add_recurrent_slots(m, w, bias);
    return true;
}

#endif
