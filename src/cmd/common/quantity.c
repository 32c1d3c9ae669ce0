/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of quantities: figures of a model that expressions name. */
#include "cmd/common/ledger_run.h"
#include "cmd/common/resolve.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"

#include "train/explained.h"
#include "train/inputs.h"
#include "train/ledger.h"
#include "train/objective.h"

#include <math.h>

/* Of the loss and its two parts, and of what is right. */
enum figure { TOTAL, DATA, PENALTY, ACCURACY };

/* Adds nothing to what `find` gets but which row it is. */
struct figure_of {
    struct quantity quantity;
    enum figure figure;
    enum share share;
};

static const struct figure_of *figure_of(const struct quantity *q)
{
    return (const struct figure_of *)q;
}

static int find_latest(struct lookup *l, const struct quantity *q, struct span where, bool values,
                       double *x, struct err *e)
{
    const struct model *m = l->model;
    const enum figure figure = figure_of(q)->figure;
    if (values && m->state.from == FROM_NOTHING)
        return lookup_no_loss(where, e);
    *x =
        (figure == PENALTY ? 0 : m->state.last.data) + (figure == DATA ? 0 : m->state.last.penalty);
    return 0;
}

static double read_ledger(const struct ledger *l, enum figure figure)
{
    switch (figure) {
    case TOTAL:
        return l->evaluated;
    case DATA:
        return l->data;
    case PENALTY:
        return l->evaluated - l->data;
    case ACCURACY:
        return l->accuracy;
    }
    return 0;
}

/* Of the model as it stands, over a share of the data. */
static int find_share(struct lookup *l, const struct quantity *q, struct span where, bool values,
                      double *x, struct err *e)
{
    struct session *s = l->session;
    const struct figure_of *f = figure_of(q);
    if (lookup_share(l, f->share, f->figure == ACCURACY, where, e))
        return -1;
    if (checking(s))
        return ledger_check(s, l->model, e) ? err_place(e, where) : 0;
    if (!values)
        return 0;
    const struct ledger *ledger = lookup_ledger(l, f->share, e);
    if (!ledger)
        return err_place(e, where);
    *x = read_ledger(ledger, f->figure);
    return 0;
}

static int find_epoch(struct lookup *l, const struct quantity *q, struct span where, bool values,
                      double *x, struct err *e)
{
    (void)q, (void)where, (void)values, (void)e;
    *x = (double)l->model->state.epoch;
    return 0;
}

static int find_step(struct lookup *l, const struct quantity *q, struct span where, bool values,
                     double *x, struct err *e)
{
    (void)q, (void)where, (void)values, (void)e;
    *x = (double)l->model->state.step;
    return 0;
}

static int add_explained(struct lookup *l, struct explained *x, struct err *e)
{
    struct session *s = l->session;
    const struct progress progress = {.what = "print"};
    struct evaluator pass;
    if (evaluator_begin(&pass, l->model, &s->data, s->seed, SHARE_EVALUATION, true, e))
        return -1;
    while (evaluator_next(&pass))
        if (explained_add(x, &pass))
            return err_memory(e);
        else if (session_tick(s, &progress, e))
            return -1;
    return stop_check(&s->host->stop, e);
}

static int find_explained(struct lookup *l, const struct quantity *q, struct span where,
                          bool values, double *x, struct err *e)
{
    struct session *s = l->session;
    struct explained sums = {0};
    (void)q;
    if (lookup_share(l, SHARE_EVALUATION, false, where, e))
        return -1;
    if (ledger_check(s, l->model, e) || explained_check(l->model, &s->data, e))
        return err_place(e, where);
    if (!values || checking(s))
        return 0;
    int failed = add_explained(l, &sums, e) ? err_place(e, where) : 0;
    if (!failed && isnan(*x = explained_share(&sums)) && !isnan(sums.residual)) {
        err_at(e, where, "the targets do not vary on the evaluation data");
        failed = err_hint(e, "there is no variance to explain; loss.data tells how far off it is");
    }
    explained_finish(&sums);
    return failed;
}

#define MODEL                                                                                      \
    "data moons 60 split=0.2\ninput 2\ndense 4 tanh kernel=l2(1e-3)\ndense 1 sigmoid\ntrain 1\n"
#define PRINTS(name) MODEL "print " name "\n"
#define ROW(of, line, text)                                                                        \
    {                                                                                              \
        .name = of, .summary = line, .details = text, .example = PRINTS(of)                        \
    }

/* Known at the end of each epoch, or not. */
#define NOTED(as) .noted = true, .note = as
#define NOT_NOTED .noted = false

#define LATEST(id, of, what, as, line, text)                                                       \
    static const struct figure_of id = {                                                           \
        .quantity = {.entry = ROW(of, line, text), .find = find_latest, NOTED(as)},                \
        .figure = what}

#define SHARE_ROW(id, of, other, what, which, is_noted, line, text)                                \
    static const struct figure_of id = {.quantity = {.entry = {.name = of,                         \
                                                               .alias = other,                     \
                                                               .summary = line,                    \
                                                               .details = text,                    \
                                                               .example = PRINTS(of)},             \
                                                     .find = find_share,                           \
                                                     is_noted},                                    \
                                        .figure = what,                                            \
                                        .share = which}

#define OF_LATEST                                                                                  \
    "Of the latest train (the mean over its last epoch, as it ran), step (the last batch) or "     \
    "evaluate; an error before the first."
#define AS_IT_STANDS                                                                               \
    "Computed now, with the model as it stands: nothing is dropped out, and nothing is trained."
#define HELD AS_IT_STANDS " It needs a validation share: split=0.2 gives the data one."

LATEST(loss, "loss", TOTAL, NOTED_LOSS, "the data loss and all penalties", OF_LATEST);
LATEST(loss_data, "loss.data", DATA, NOTED_DATA, "the data loss alone", OF_LATEST);
LATEST(loss_penalty, "loss.penalty", PENALTY, NOTED_PENALTY, "all penalties together", OF_LATEST);
SHARE_ROW(accuracy, "accuracy", NULL, ACCURACY, SHARE_EVALUATION, NOTED(NOTED_VAL_ACCURACY),
          "the share of samples whose class is right, on the evaluation data",
          AS_IT_STANDS " The evaluation data is the validation share if there is one, else all "
                       "training data. It is for classes: a softmax, or one sigmoid unit with "
                       "targets 0 and 1.");
SHARE_ROW(val_loss, "val.loss", NULL, TOTAL, SHARE_VALIDATION, NOTED(NOTED_VAL_LOSS),
          "the data loss and all penalties, on the validation share", HELD);
SHARE_ROW(val_data, "val.loss.data", "val.data", DATA, SHARE_VALIDATION, NOTED(NOTED_VAL_DATA),
          "the data loss alone, on the validation share", HELD);
SHARE_ROW(val_penalty, "val.loss.penalty", "val.penalty", PENALTY, SHARE_VALIDATION,
          NOTED(NOTED_VAL_PENALTY), "all penalties together, on the validation share", HELD);
SHARE_ROW(val_accuracy, "val.accuracy", NULL, ACCURACY, SHARE_VALIDATION, NOTED(NOTED_VAL_ACCURACY),
          "the share of samples whose class is right, on the validation share", HELD);
SHARE_ROW(train_loss, "train.loss", NULL, TOTAL, SHARE_TRAIN, NOT_NOTED,
          "the data loss and all penalties, on the training share",
          AS_IT_STANDS " loss after train is another figure: the mean over the epoch as it ran.");
SHARE_ROW(train_data, "train.loss.data", NULL, DATA, SHARE_TRAIN, NOT_NOTED,
          "the data loss alone, on the training share", AS_IT_STANDS);
SHARE_ROW(train_penalty, "train.loss.penalty", NULL, PENALTY, SHARE_TRAIN, NOT_NOTED,
          "all penalties together, on the training share", AS_IT_STANDS);
SHARE_ROW(train_accuracy, "train.accuracy", NULL, ACCURACY, SHARE_TRAIN, NOT_NOTED,
          "the share of samples whose class is right, on the training share", AS_IT_STANDS);
static const struct quantity epoch = {
    .entry = ROW("epoch", "how many epochs the model has begun and ended",
                 "An epoch is one pass over the training share."),
    .counts = COUNTS_EPOCHS,
    .find = find_epoch,
};
static const struct quantity step = {
    .entry = ROW("step", "how many optimizer steps the model has taken",
                 "A step is one batch and one change of the weights."),
    .counts = COUNTS_STEPS,
    .find = find_step,
};

static const struct quantity explained = {
    .entry =
        {.name = "explained",
         .summary = "the share of the targets' variance that the outputs explain",
         .details = AS_IT_STANDS
         " 1 - sum (output - target)^2 / sum (target - mean)^2 over the evaluation data, with the "
         "mean of each column of the targets, over all outputs together. 1: all is right; 0: no "
         "better than the means; it may be below 0. It is for targets of the outputs' size.",
         .example = "data digits target=input\ninput 64\ndense 30 relu\ndense 64 sigmoid\n"
                    "train 2\nprint explained\n"},
    .find = find_explained,
};

static const struct entry *const rows[] = {
    &loss.quantity.entry,
    &loss_data.quantity.entry,
    &loss_penalty.quantity.entry,
    &accuracy.quantity.entry,
    &epoch.entry,
    &step.entry,
    &val_loss.quantity.entry,
    &val_data.quantity.entry,
    &val_penalty.quantity.entry,
    &val_accuracy.quantity.entry,
    &train_loss.quantity.entry,
    &train_data.quantity.entry,
    &train_penalty.quantity.entry,
    &train_accuracy.quantity.entry,
    &explained.entry,
};
const struct table quantities = {"quantity", rows, sizeof rows / sizeof *rows};
