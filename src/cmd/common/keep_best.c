/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keep_best.h"

#include "cmd/common/epochs.h"
#include "cmd/common/lookup.h"
#include "cmd/session/jobs.h"

#include "lang/ast.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int keep_check(struct job *j, struct err *e)
{
    struct lookup l = {.session = j->session, .model = j->model};
    const struct node *call = NULL;
    if (!j->keeps_best)
        return 0;
    if (!j->until) {
        err_at(e, j->keep_where, "keep=best needs to know of which quantity");
        return err_hint(e, "write train 200 until stalled(val.loss.data, 10) keep=best");
    }
    if (!(call = stalled_call(j->until, e)) || noted_quantity(&l, call, &j->of, e))
        return -1;
    j->of_name = call->arg[0].value->text;
    j->best = NAN;
    return 0;
}

int keep_look(struct job *j, struct err *e)
{
    const struct model_state *now = &j->model->state;
    const struct note *note = &now->note[j->of];
    const bool known = now->position == 0 && note->epoch && note->epoch == now->epoch;
    if (!j->keeps_best || !known || !note_is_better(j->of, note->newest, j->best))
        return 0;
    model_state_finish(&j->kept);
    j->kept_epoch = 0;
    if (model_state_copy(j->model, &j->kept, e))
        return -1;
    j->best = note->newest;
    j->kept_epoch = now->epoch;
    return 0;
}

int keep_put_back(struct job *j, struct err *e)
{
    struct history *h = &j->model->history;
    char label[60];
    if (!j->kept_epoch)
        return 0;
    snprintf(label, sizeof label, "best epoch, %llu", (unsigned long long)j->kept_epoch);
    bool marked = false;
    for (size_t i = 0; i < h->events; i++)
        marked =
            marked || (h->event[i].step == j->kept.step && strcmp(h->event[i].label, label) == 0);
    if (!marked && history_event(h, j->kept.step, label))
        return err_memory(e);
    if (j->kept_epoch != j->model->state.epoch)
        model_put_state(j->model, &j->kept);
    return 0;
}

void keep_finish(struct job *j)
{
    model_state_finish(&j->kept);
}
