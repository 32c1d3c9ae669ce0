/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of recurrent layers, a step of many rows at a time: gates, their activations sigmoid
 * and tanh, and the new state in one loop, and the way back. Compiled once for each level of the
 * instruction set, as num/kernels.h. Arrays are [rows][units], gates [rows][4 or 3][units]. */
#ifndef NNR_NUM_GATES_H
#define NNR_NUM_GATES_H

#include "num/real.h"

#include <stddef.h>

/* Hochreiter and Schmidhuber 1997, with the forget gates of Gers et al. 2000, in Keras's order i f
 * c o: state' = f state + i c, output = o tanh(state'). */
struct lstm_step {
    size_t rows, units;
    const real *bias;   /* [4][units], or NULL */
    real *gate;         /* from what goes into them to what comes out */
    const real *before; /* the state before the step */
    real *state, *squashed, *output;
};
/* d is the gradient of what goes into the gates; dstate goes from that of the state after the step
 * to that of the one before. */
struct lstm_slope {
    size_t rows, units;
    const real *gate, *before, *squashed;
    const real *doutput;
    real *dstate, *d;
};

/* Cho et al. 2014, in Keras's order z r h, with the reset after the product: h = tanh(x_h + r
 * inner_h), output = z before + (1 - z) h. */
struct gru_step {
    size_t rows, units;
    const real *bias;   /* [2][3][units]: of the inputs, of the state; or NULL */
    real *gate;         /* from the product of the inputs to what comes out */
    const real *inner;  /* [3][units]: the product of the state; NULL: the state is 0 */
    const real *before; /* the output before the step */
    real *kept;         /* inner_h with its bias */
    real *output;
};
/* d goes to the inputs' product, dinner to the state's; dbefore becomes z doutput. */
struct gru_slope {
    size_t rows, units;
    const real *gate, *kept, *before;
    const real *doutput;
    real *d, *dinner, *dbefore;
};

struct gates {
    void (*lstm)(const struct lstm_step *s);
    void (*lstm_grad)(const struct lstm_slope *s);
    void (*gru)(const struct gru_step *s);
    void (*gru_grad)(const struct gru_slope *s);
};

/* Those for this processor. */
const struct gates *gates(void);
/* All that this processor runs, slowest first; returns how many. For tests. */
size_t gates_all(const struct gates *all[4]);

#endif
