/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/operand.h"

enum { FREE = UINT32_MAX };

/* The slot of an operand, or the free one where it is to stand. */
static uint32_t *find_slot(const struct planner *w, enum block block, size_t at)
{
    size_t i = (at * BLOCKS + (size_t)block) * 0x9E3779B97F4A7C15u >> 20;
    for (;; i++) {
        uint32_t *slot = &w->slot[i & (w->slots - 1)];
        if (*slot == FREE || (w->p->operand[*slot].block == block && w->p->operand[*slot].at == at))
            return slot;
    }
}

/* Twice the slots. */
static int spread_slots(struct planner *w)
{
    const size_t slots = w->slots ? 2 * w->slots : 64;
    uint32_t *slot = mem_new(slots, sizeof *slot);
    if (!slot)
        return -1;
    for (size_t i = 0; i < slots; i++)
        slot[i] = FREE;
    mem_free(w->slot);
    w->slot = slot;
    w->slots = slots;
    for (uint32_t i = 0; i < w->p->operands; i++)
        *find_slot(w, w->p->operand[i].block, w->p->operand[i].at) = i;
    return 0;
}

/* Equal operands share a number, so that steps on one array can be seen to be. */
uint32_t operand_at(struct planner *w, enum block block, size_t at, id of)
{
    struct plan *p = w->p;
    if ((2 * p->operands >= w->slots && spread_slots(w)) ||
        mem_room(&p->operand, &p->operand_room, p->operands + 1, sizeof *p->operand)) {
        w->failed = true;
        return 0;
    }
    uint32_t *slot = find_slot(w, block, at);
    if (*slot == FREE) {
        p->operand[p->operands] = (struct operand){block, at, of};
        *slot = (uint32_t)p->operands++;
    }
    return *slot;
}

uint32_t value_operand(struct planner *w, id value)
{
    const struct operand at = w->p->value[value];
    return operand_at(w, at.block, at.at, at.of);
}

uint32_t grad_operand(struct planner *w, id value)
{
    return operand_at(w, IN_DVALUE, w->p->value[value].at, w->p->value[value].of);
}

uint32_t weight_operand(struct planner *w, id weight, enum block block)
{
    return operand_at(w, block, w->g->weight[weight].at, weight);
}

/* Whether the next writer of a value's gradient adds, and that there is one now. */
bool write_value(struct planner *w, id value)
{
    id storage = w->g->value[value].storage;
    bool add = w->written[storage];
    w->written[storage] = true;
    return add;
}

bool write_weight(struct planner *w, id weight)
{
    bool add = w->wrote[weight];
    w->wrote[weight] = true;
    return add;
}

size_t take_room(size_t *block, size_t reals)
{
    enum { LINE = 16 };
    size_t at = *block;
    *block += (reals + LINE - 1) / LINE * LINE;
    return at;
}
