/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words by which a person goes about in a script that is played. */
#ifndef NNR_CMD_EXEC_ORDERS_H
#define NNR_CMD_EXEC_ORDERS_H

#include "base/entry.h"

struct player;
struct script;
struct session;

/* The words that a person may type in place of a statement while a script is played; the row number
 * i is of the order ORDER_NEXT + i. */
extern const struct table player_orders;
/* Whether what was typed is one of these words alone, which the player then obeys. */
bool player_takes(struct session *s, const struct script *typed);
/* The same in an exercise; *ends: which ends by that. */
bool player_takes_there(struct session *s, const struct script *typed, bool *ends);
/* Shows the sections, and which one is played. */
void player_list(const struct session *s, const struct player *p);

#endif
