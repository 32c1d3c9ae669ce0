/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/undo_list.h"

#include "cmd/session/delta.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"

#include <math.h>
#include <string.h>

/* What is kept for undo may take this much; the newest statement can always be taken back. */
enum { UNDO_MEBIBYTES = 64 };

size_t undo_bytes_most(void)
{
    return (size_t)UNDO_MEBIBYTES << 20;
}

void plain_text(const char *from, char *to, size_t room)
{
    size_t n = 0;
    bool cut = false;
    for (; *from && !cut; from++) {
        if (*from == FILE_MARK)
            continue;
        cut = n + sizeof "..." >= room;
        if (!cut)
            to[n++] = *from;
    }
    /* Not in the middle of a character. */
    while (cut && n && ((unsigned char)to[n - 1] & 0xC0) == 0x80)
        n--;
    if (cut && n && ((unsigned char)to[n - 1] & 0x80))
        n--;
    strcpy(to + n, cut ? "..." : "");
}

struct taken *taken_new(struct session *s, unsigned parts, bool small, const char *text,
                        struct err *e)
{
    struct taken *t = mem_new(1, sizeof *t);
    if (!t) {
        err_memory(e);
        return NULL;
    }
    const int failed =
        small ? !(t->delta = delta_create(s, e)) : snapshot_take(s, parts, &t->before, e);
    if (failed) {
        mem_free(t);
        return NULL;
    }
    plain_text(text, t->text, sizeof t->text);
    t->bytes = sizeof *t + t->before.models * sizeof(void *) +
               t->before.variables * (sizeof(struct variable) + 100);
    return t;
}

void taken_drop(struct session *s, struct taken *t)
{
    snapshot_finish(s, &t->before);
    delta_destroy(t->delta);
    mem_free(t->side);
    mem_free(t);
}

void taken_take_out(struct session *s, struct taken *t)
{
    struct journal *j = s->journal;
    *(t->older ? &t->older->newer : &j->oldest) = t->newer;
    *(t->newer ? &t->newer->older : &j->newest) = t->older;
    j->bytes -= t->bytes;
    taken_drop(s, t);
}

void taken_push(struct session *s, struct taken *t, long depth)
{
    struct journal *j = s->journal;
    const size_t most = undo_bytes_most();
    const struct dataset *d = &t->before.data;
    t->depth = depth;
    t->number = ++j->count;
    /* Samples that the statement replaced are kept for it alone. */
    if (t->before.has_data && d->x != s->data.x)
        t->bytes += d->samples * (d->inputs + (d->target_is_input ? 0 : d->targets)) * sizeof(real);
    t->bytes += t->delta ? delta_bytes(t->delta) : 0;
    t->older = j->newest;
    *(j->newest ? &j->newest->newer : &j->oldest) = t;
    j->newest = t;
    j->bytes += t->bytes;
    while (j->bytes + j->copies > most && j->oldest != t)
        taken_take_out(s, j->oldest);
}

void taken_drop_to(struct session *s, uint64_t floor)
{
    while (s->journal->newest && s->journal->newest->number > floor)
        taken_take_out(s, s->journal->newest);
}

int taken_side(struct session *s, const struct model *m, struct err *e)
{
    struct taken *t = s->journal->newest;
    const struct snapshot *unit = s->journal->before;
    size_t model = 0;
    /* What a unit keeps of all models comes back first. */
    if (!t || t->before.parts & PART_MODELS || (unit && unit->parts & PART_MODELS))
        return 0;
    while (model < s->models && s->model[model] != m)
        model++;
    if (t->before.parts & PART_MODEL && model == t->before.current)
        return 0;
    for (size_t i = 0; i < t->sides; i++)
        if (t->side[i].model == model)
            return 0;
    if (mem_room(&t->side, &t->side_room, t->sides + 1, sizeof *t->side))
        return err_memory(e);
    t->side[t->sides++] = (struct side){.model = model,
                                        .last = m->state.last,
                                        .from = m->state.from,
                                        .recipe = recipe_extent(&m->recipe)};
    return 0;
}

static void put_side(struct session *s, const struct side *side)
{
    struct model *m = s->model[side->model];
    m->state.last = side->last;
    m->state.from = side->from;
    model_cut_recipe(m, &side->recipe);
    snapshot_touched(s, m);
}

void taken_put_sides(struct session *s)
{
    struct taken *t = s->journal->newest;
    for (size_t i = 0; i < t->sides; i++)
        put_side(s, &t->side[i]);
    t->sides = 0;
}
