/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/orders.h"

#include "cmd/session/player.h"
#include "cmd/session/state.h"

#include "lang/ast.h"

#include <string.h>

void player_list(const struct session *s, const struct player *p)
{
    for (size_t i = 0; i < p->sections; i++)
        out_addf(&s->host->err, "%c %zu  %s\n", i == p->now ? '>' : ' ', i + 1,
                 *p->section[i].name ? p->section[i].name : "(before the first section)");
}

bool player_takes(struct session *s, const struct script *typed)
{
    const struct statement *st = typed->statement;
    if (!s->player || typed->count != 1 || st->values || st->pairs || st->clauses || st->body)
        return false;
    for (size_t i = 0; i < player_orders.rows; i++)
        if (strcmp(player_orders.row[i]->name, st->verb) == 0) {
            s->player->order = ORDER_NEXT + (enum player_order)i;
            return true;
        }
    return false;
}

bool player_takes_there(struct session *s, const struct script *typed, bool *ends)
{
    struct player *p = s->player;
    if (!player_takes(s, typed))
        return false;
    *ends = p->order != ORDER_LIST;
    if (p->order == ORDER_LIST)
        player_list(s, p);
    p->hurries = p->hurries || p->order == ORDER_NEXT;
    if (p->order == ORDER_LIST || p->order == ORDER_NEXT)
        p->order = ORDER_ON;
    return true;
}

/* The orders, in their order. */
#define ORDERS                                                                                     \
    ROW(next, "goes on to the next section without asking",                                        \
        "What stands before it is carried out all the same; an exercise and a pause still wait.")  \
    ROW(back, "goes to the section before",                                                        \
        "Models, data, settings and variables are as they were there, to the bit: a mark was set " \
        "when the section began, section_1 for the first. From the first section it goes to its "  \
        "beginning.")                                                                              \
    ROW(again, "goes to the beginning of the section", "All is as it was there, as with back.")    \
    ROW(list, "lists the sections, and which one is played", "The one that is played is marked.")  \
    ROW(leave, "ends the lesson", "The session stays as it is.")

#define ROW(word, line, text)                                                                      \
    static const struct entry order_##word = {                                                     \
        .name = #word, .summary = line, .details = text, .example = "say \"" #word "\"\n"};
ORDERS
#undef ROW

static const struct entry *const rows[] = {
#define ROW(word, line, text) &order_##word,
    ORDERS
#undef ROW
};
const struct table player_orders = {"order", rows, sizeof rows / sizeof *rows};
