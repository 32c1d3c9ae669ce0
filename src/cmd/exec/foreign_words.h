/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of Keras, PyTorch and their surroundings that are no row of a table here, or mean another
 * one. */
#ifndef NNR_CMD_EXEC_FOREIGN_WORDS_H
#define NNR_CMD_EXEC_FOREIGN_WORDS_H

#include <stddef.h>

/* In a line {epochs:20} stands for the value of the key epochs, {1:w} for the first value and
 * {units/2:8} for either, with what is written when there is none. Behind the { may stand
 *   !  the value is a line of its own: add(Dense(10))
 *   ~  the value is a quantity: 'val_loss'
 *   ^  of the first text, a file's name, what stands before its ending
 *   ?  {?key: text} the text, with the value in the place of %, where the key is given
 * and alone {@:...} for a file of NumPy and its kind of data, {=:net} for the name that the whole
 * is given to, {*:} for a line for each value, {#:0 1} for a sample of the model's input.
 *
 * A line =ROW is that row with the same values, =ROW/2 with those from the second on; # is followed
 * by advice. NULL: not in this version, unless a table has a row of that name. */
struct foreign_word {
    /* In small letters, without _; with the path before it where that tells, and with a ( where it
     * has to be called, or to stand in a path, to be meant. */
    const char *word;
    const char *line;
    size_t lead; /* values that PyTorch has in front, which say how large the input is */
};

extern const struct foreign_word foreign_words[];
extern const size_t foreign_word_count;

/* Another name of an argument. */
struct foreign_key {
    const char *theirs, *ours;
};

extern const struct foreign_key foreign_keys[];
extern const size_t foreign_key_count;
/* Keys that say nothing that a line here could say. */
extern const char *const foreign_idle_keys[];
extern const size_t foreign_idle_key_count;

/* Lines as people write them, for help and docs/from-keras.md and docs/from-pytorch.md. */
struct foreign_lines {
    const char *topic, *alias, *title;
    const char *const *line;
    size_t lines;
};

enum { FOREIGN_PAGES = 2 };
extern const struct foreign_lines foreign_pages[FOREIGN_PAGES];

#endif
