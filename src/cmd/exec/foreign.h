/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines as Keras and PyTorch have them, and the line of nnr that does the same. */
#ifndef NNR_CMD_EXEC_FOREIGN_H
#define NNR_CMD_EXEC_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

struct graph;
struct str;

enum foreign {
    FOREIGN_NOT,    /* no line of theirs that is known */
    FOREIGN_LINE,   /* there is a line for it */
    FOREIGN_ADVICE, /* there is none, and this is what to do */
    FOREIGN_LATER   /* what it makes is not in this version */
};

/* Of a statement's text, n bytes, said to the model g (NULL: to none): adds the line of nnr, or the
 * advice, or, of what is not in this version, the word itself. `Dense(10, activation='relu')` gives
 * `dense 10 relu`. To `note` goes what the line leaves out. */
enum foreign foreign_translate(const struct graph *g, const char *text, size_t n, struct str *to,
                               struct str *note);
/* Of a text that begins with a value such as regularizers.l2(0.01): adds ours, l2(0.01). False: it
 * is none of theirs. */
bool foreign_value(const char *text, size_t n, struct str *to);

#endif
