/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/marks.h"

#include "cmd/session/state.h"

#include <string.h>

const char *mark_name(const struct session *s, size_t i)
{
    return s->mark[i].name;
}

void mark_finish(struct session *s, struct mark *m)
{
    snapshot_finish(s, &m->state);
    mem_free(m->name);
    *m = (struct mark){0};
}

void marks_finish(struct session *s)
{
    for (size_t i = 0; i < s->marks; i++)
        mark_finish(s, &s->mark[i]);
    mem_free(s->mark);
}

uint64_t marks_digest(const struct session *s, uint64_t hash)
{
    for (size_t i = 0; i < s->marks; i++) {
        const struct mark *m = &s->mark[i];
        hash = digest_bytes(hash, m->name, strlen(m->name) + 1);
        for (size_t k = 0; k < m->state.models; k++)
            hash = model_digest(m->state.model[k]->model, hash);
    }
    return hash;
}
