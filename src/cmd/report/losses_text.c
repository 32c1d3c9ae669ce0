/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/losses_text.h"

#include "train/model.h"

void losses_print(struct str *to, const struct model *m, const char *lead)
{
    char number[NUMBER_ROOM];
    if (m->loss.args || !m->owns) {
        str_add(to, lead);
        if (m->loss.args)
            args_print(to, m->loss.args);
        else
            str_add(to, "none given: chosen by the output when it is first used");
        if (m->loss_weight != 1)
            str_addf(to, " weight=%s", number_exact(m->loss_weight, number));
        str_add(to, "\n");
    }
    for (size_t i = 0; i < m->owns; i++) {
        str_add(to, lead);
        args_print(to, m->own[i].choice.args);
        str_addf(to, " on %s", graph_value_name(m->graph, m->own[i].output));
        if (m->own[i].weight != 1)
            str_addf(to, " weight=%s", number_exact(m->own[i].weight, number));
        str_add(to, "\n");
    }
}
