/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/losses_text.h"

#include "train/model.h"

void losses_print(struct str *to, const struct model *m, const char *lead)
{
    char number[NUMBER_ROOM];
    if (m->recipe.loss.args || !m->recipe.owns) {
        str_add(to, lead);
        if (m->recipe.loss.args)
            args_print(to, m->recipe.loss.args);
        else
            str_add(to, "none given: chosen by the output when it is first used");
        if (m->recipe.loss_weight != 1)
            str_addf(to, " weight=%s", number_exact(m->recipe.loss_weight, number));
        str_add(to, "\n");
    }
    for (size_t i = 0; i < m->recipe.owns; i++) {
        str_add(to, lead);
        args_print(to, m->recipe.own[i].choice.args);
        str_addf(to, " on %s", graph_value_name(m->graph, m->recipe.own[i].output));
        if (m->recipe.own[i].weight != 1)
            str_addf(to, " weight=%s", number_exact(m->recipe.own[i].weight, number));
        str_add(to, "\n");
    }
}
