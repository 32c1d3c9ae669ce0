/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/marks.h"

#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include <string.h>

const char *mark_name(const struct session *s, size_t i)
{
    return s->mark[i].name;
}

struct mark *mark_named(struct session *s, const char *name)
{
    const uint32_t i = name_number(&s->names->marks, s->marks, mark_name, s, name);
    return i == INDEX_NONE ? NULL : &s->mark[i];
}

struct mark *mark_find(struct session *s, const struct arg *name, struct err *e)
{
    struct mark *found = mark_named(s, name->as.text);
    struct nearest near = {0};
    if (found)
        return found;
    for (size_t i = 0; i < s->marks; i++)
        nearest_try(&near, name->as.text, s->mark[i].name);
    err_at(e, name->where, "there is no mark \"%s\"", name->as.text);
    if (near.name)
        err_hint(e, "did you mean %s?", near.name);
    else
        err_hint(e, "set one first: mark %s", name->as.text);
    return NULL;
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
