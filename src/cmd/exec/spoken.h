/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line as Python has it, taken apart: NAME = path.WORD(value, key=value). */
#ifndef NNR_CMD_EXEC_SPOKEN_H
#define NNR_CMD_EXEC_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of the text. */
struct piece {
    const char *at;
    size_t n;
};

/* Of which everything but the word may be missing. */
enum { SPOKEN_ARGS = 24 };
struct spoken {
    struct piece name, word;
    struct piece path; /* up to the word's end */
    struct piece call; /* the word and all behind it */
    bool called;       /* a ( touches the word */
    bool plain;        /* no path stands before the word */
    struct {
        struct piece key, value;
    } arg[SPOKEN_ARGS];
    size_t args;
};

/* False: the text begins with no word. */
bool read_spoken(struct piece text, struct spoken *s);
/* The value of a key, by its name or its other one; NULL: it is not given. */
const struct piece *spoken_value(const struct spoken *s, const char *key, const char *alias);
/* The n-th value that stands without a key, from 0. */
const struct piece *spoken_place(const struct spoken *s, size_t n);
/* Whether both are one word but for capitals and _; `word` is in small letters. */
bool is_alike(struct piece p, const char *word);
struct piece trimmed_piece(struct piece p);
struct piece piece_behind(struct piece p, size_t n);
/* The first byte in `p` that is one of `of` outside brackets and quotes; p.n: there is none. */
size_t find_outside(struct piece p, const char *of);

#endif
