/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/lookup.h"

#include "cmd/session/data.h"
#include "cmd/session/state.h"

#include "lang/ast.h"
#include "train/inputs.h"
#include "train/objective.h"

#include <stdio.h>
#include <string.h>

int lookup_no_loss(struct span where, struct err *e)
{
    err_at(e, where, "there is no loss yet");
    return err_hint(e, "it is that of the latest train, step or evaluate");
}

int lookup_share(struct lookup *l, enum share share, bool classes, struct span where, struct err *e)
{
    struct session *s = l->session;
    if (need_data(s, e) || inputs_check(l->model->graph, &s->data, e))
        return err_place(e, where);
    if (share == SHARE_VALIDATION && s->data.training == s->data.samples) {
        err_at(e, where, "there is no validation share");
        return err_hint(e, "give the data one: split=0.2");
    }
    if (classes && !objectives_judged(l->model, &s->data)) {
        err_at(e, where, "accuracy is for classes");
        return err_hint(e, "it needs a softmax, or one sigmoid unit with targets 0 and 1");
    }
    return 0;
}

int lookup_output(const struct lookup *l, const struct node *path, const char *name, size_t *output,
                  struct err *e)
{
    const struct graph *g = l->model->graph;
    id list[OUTPUTS_MOST];
    const size_t n = graph_outputs(g, list);
    const id call = graph_find_call(g, name);
    for (*output = 0; call != NOTHING && *output < n; ++*output)
        if (list[*output] == g->call[call].output)
            return 0;
    err_at(e, path->where, "%s is no output, so it has no loss", name);
    return err_hint(e, "output lists them");
}

bool path_of_head(const char *path, const char *share, char *name, size_t room)
{
    const size_t n = strlen(share), size = strlen(path), rest = strlen(".loss");
    if (strncmp(path, share, n) != 0 || path[n] != '.' || size < n + 2 + rest ||
        strcmp(path + size - rest, ".loss") != 0)
        return false;
    snprintf(name, room, "%.*s", (int)(size - rest - n - 1), path + n + 1);
    return true;
}
