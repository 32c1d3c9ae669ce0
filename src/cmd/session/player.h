/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script that is played to a person, statement by statement: a lesson, or a file with --step. */
#ifndef NNR_CMD_SESSION_PLAYER_H
#define NNR_CMD_SESSION_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct script;

/* Where a person goes in it. */
enum player_order {
    ORDER_ON, /* to the next statement */
    ORDER_NEXT,
    ORDER_BACK,
    ORDER_AGAIN,
    ORDER_LIST,
    ORDER_LEAVE
};

struct player_section {
    size_t at;       /* its first statement */
    char name[80];   /* as its heading has it; "" before the first heading */
    bool seen;       /* its mark was set, */
    uint64_t number; /* when the newest statement that undo takes back was this one, */
    long depth;      /* and a replay's list was so long */
};

struct player {
    const char *title; /* of a lesson; NULL: a file with --step */
    const struct script *script;
    size_t at; /* the statement that comes */
    struct player_section *section;
    size_t sections, now;
    enum player_order order; /* what was typed in place of Enter */
    bool hurries;            /* up to the next section nothing is asked */
    bool told;               /* what may be typed was told */
};

#endif
