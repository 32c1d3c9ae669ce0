/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger: every penalty of a model as a row, the data loss, and the total, which is computed
 * from the rows. A figure over several batches is the mean of the batches' figures weighted by
 * their samples. */
#ifndef NNR_TRAIN_LEDGER_H
#define NNR_TRAIN_LEDGER_H

#include "train/evaluator.h"
#include "train/moves.h"

enum row_flag {
    ROW_FROZEN = 1,        /* on a weight that does not train: counts, and moves nothing */
    ROW_CONSTANT = 2,      /* on an activity that no weight can move: an input's, say */
    ROW_NO_OUTPUT = 4,     /* a call of it leads to no output of the model */
    ROW_ZERO = 8,          /* its value is 0 */
    ROW_NEGATIVE = 16,     /* its value is below 0 */
    ROW_NOT_A_NUMBER = 32, /* its value is not finite */
    ROW_BENT = 64,         /* the model's policy bends it */
    ROW_SATURATED = 128,   /* it would move hardly more if it were twice as strong */
    ROW_PROXIMAL = 256,    /* it is in no gradient, and acts after the optimizer */
    ROW_NO_SLOPE = 512     /* it counts what is not 0, and there is no threshold for it to move */
};
enum { ROW_FLAGS = 10 };
/* The name of flag number i (1 << i): "frozen", ... */
const char *row_flag_name(unsigned i);

struct ledger_call {
    id call;
    double value;
};

/* One term of one slot. */
struct ledger_row {
    id term;
    struct ledger_call *call; /* of an activity term: each call; NULL for a weight */
    size_t calls;
    double divisor;     /* of a full batch, or of the only one */
    enum reduce reduce; /* as used */
    double value, share;
    size_t steps, masked; /* of a call with a mask: how many steps the samples had, and how many
                           * of them the mask leaves out */
    double honest;        /* its value without the policy */
    enum bent bent;       /* and what the policy does to it */
    double grad_norm; /* Euclidean norm of the gradient that this row alone sends, or, where it is
                       * proximal, would send; NaN: not asked */
    double moves;     /* train/moves.h; NaN: not asked, or no weight moved at all */
    unsigned flags;
};

/* A key of the optimizer that moves weights and adds nothing to the loss. */
struct ledger_step {
    const struct opt_step_key *key;
    double value;       /* of the key */
    double moves;       /* as of a row */
    size_t weights, of; /* on how many tensors it acts, of those that may move */
};

struct ledger {
    struct model *model;
    struct ledger_row *row; /* by layer, slot and place in the sum */
    size_t rows;
    struct ledger_step step[STEP_KEYS_MOST]; /* what acts in a step beside the rows */
    size_t steps;
    double data, penalty, total;
    double honest;    /* the total without the model's policy */
    double evaluated; /* what evaluate reports: the total, or the data loss alone */
    struct objective objective[OUTPUTS_MOST];
    size_t objectives;
    double head[OUTPUTS_MOST]; /* the loss of each objective, without its weight */
    bool moved;                /* ledger_moves has been asked, */
    double data_moves;         /* and says this of the data loss */
    uint64_t moves_step;       /* in this step, from 1 */
    double accuracy;           /* share of right classes; NaN where there are none */
    size_t samples, batch;

    struct evaluator pass; /* the one that fills it */
    size_t right, judged;
    bool *reached; /* for each value: an output depends on it */
    double *sum;   /* for each applied row of the plan */
    double *honest_sum;
    struct row_parts *parts;    /* for each row: its rows of the plan, */
    uint32_t *part;             /* which stand here */
    struct row_gradients *grad; /* NULL: not asked */
    bool again;                 /* a further pass, for gradients alone */
    struct moves *moves;
};

/* Begins a ledger over a share of the data; then ledger_next until it returns false (no batch is
 * left, or the model's stop asks to end), then
 * ledger_end; ledger_finish at last, also after an error. */
int ledger_begin(struct ledger *l, struct model *m, const struct dataset *d, uint64_t seed,
                 enum share share, bool gradients, struct err *e);
bool ledger_next(struct ledger *l);
void ledger_end(struct ledger *l);
/* After ledger_end: whether all numbers are such as the penalties on them are for. 0, or -1 and *e.
 */
int ledger_check_domains(const struct ledger *l, struct err *e);
/* Begins to look at what the rows moved in the model's last step, on the same data, after
 * ledger_end; then ledger_moves_next until it returns false, and ledger_moves_end. An error leaves
 * the ledger as it was. */
int ledger_moves_begin(struct ledger *l, const struct dataset *d, struct err *e);
bool ledger_moves_next(struct ledger *l);
void ledger_moves_end(struct ledger *l);
void ledger_finish(struct ledger *l);

/* Whether the system that is emulated would not run the model at all. */
bool ledger_refused(const struct ledger *l);
/* The slot of a row: "hidden.activity", written into text. */
const char *ledger_slot(const struct ledger *l, size_t row, char *text, size_t room);

#endif
