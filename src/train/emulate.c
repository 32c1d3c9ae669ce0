/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place that knows what other systems did and do. Run were
 * Keras 1.0.3, 1.0.6, 1.0.7, 1.0.8, 2.0.2, 2.0.8 and 2.2.4 (on Theano), 3.3.3 to 3.15.1 (on torch)
 * and TensorFlow.js layers 4.22; tests/reference/emulate.txt has what they said. Read were
 * keras/regularizers.py, engine/topology.py and engine/training.py at the tags between, keras
 * issues #3771, #8807, #9267 and #22018, tf.keras 2.15 (keras/engine/base_layer.py), and tfjs issue
 * #8022. */
#include "train/emulate.h"

#include "nn/constraint.h"
#include "nn/layer.h"
#include "train/opt.h"

#include <string.h>

#define SCRIPT(name)                                                                               \
    "data random 20 shape=3x2 target=1 batch=10\ninput 3x2\n"                                      \
    "timedistributed dense 2 relu kernel=l2(0.1) activity=l1(0.1) as td\nflatten\ndense 1\n"       \
    "emulate " name "\npenalties\n"

#define RECURRENT " simple_rnn lstm gru"
#define KERAS_1_LAYERS "dropout gaussian_dropout gaussian_noise activity_regularization"
#define KERAS_2_NOISE "dropout spatial_dropout gaussian_dropout alpha_dropout gaussian_noise"
#define KERAS_2_CONSTRAINTS "max_norm non_neg unit_norm min_max_norm"
static const struct others had_2016 = {
    .penalties = "l1 l2 l1l2",
    .constraints = "max_norm non_neg unit_norm",
    .layers = KERAS_1_LAYERS RECURRENT,
    .optimizers = "nadam",
};
static const struct others had_2018 = {
    .penalties = "l1 l2 l1l2",
    .constraints = KERAS_2_CONSTRAINTS,
    .layers = KERAS_2_NOISE " activity_regularization" RECURRENT,
    .optimizers = "nadam",
};
static const struct others has_newest = {
    .penalties = "l1 l2 l1l2 orthogonal",
    .constraints = KERAS_2_CONSTRAINTS,
    .layers = KERAS_2_NOISE " activity_regularization slice" RECURRENT,
    .optimizers = "adamw nadam ftrl lion",
};
static const struct others has_tfjs = {
    .penalties = "l1 l2 l1l2",
    .constraints = KERAS_2_CONSTRAINTS,
    .layers = KERAS_2_NOISE RECURRENT,
    .optimizers = "",
};

static const struct emulation none = {
    .entry = {.name = "none",
              .summary = "penalties as they are written",
              .details = "Ends the emulation.",
              .example = SCRIPT("none")},
};
#define KERAS_1_0                                                                                  \
    "An activity penalty inside TimeDistributed is silently dropped (keras #3771). One of a "      \
    "layer "                                                                                       \
    "that a called block has cannot be computed: training and evaluation end in Theano's "         \
    "MissingInputError, so train and evaluate refuse it too. A weight penalty counts once for "    \
    "every container that has the layer: twice for a layer that a block and the model around it "  \
    "share. evaluate leaves penalties out. Recurrent layers have no activity penalty: one is an "  \
    "unknown argument there and is dropped here. "

static const struct emulation keras_1_0_early = {
    .entry = {.name = "keras-1.0-early",
              .summary = "Keras 1.0.3 to 1.0.6 (2016)",
              .details =
                  KERAS_1_0 "Activity penalties are divided by the batch size. (Run: 1.0.3 and "
                            "1.0.6. In 1.0.3 the layer ActivityRegularization did nothing; "
                            "that is not emulated.)",
              .example = SCRIPT("keras-1.0-early")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .listing = LIST_BY_LAYER,
               .drops_recurrent = true,
               .refuses = REFUSES_IN_BLOCKS,
               .drops_wrapped = true,
               .sets_reduce = true,
               .reduce = REDUCE_BATCH,
               .evaluates_without = true},
    .raises = "MissingInputError",
    .because = "the activity penalty of a layer in a called block",
    .others = &had_2016,
};
static const struct emulation keras_1_0 = {
    .entry = {.name = "keras-1.0",
              .summary = "Keras 1.0.7 and 1.0.8 (2016)",
              .details = KERAS_1_0 "Activity penalties are summed over the batch; up to 1.0.6 they "
                                   "were divided by its size, see keras-1.0-early. (Run: both.)",
              .example = SCRIPT("keras-1.0")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .listing = LIST_BY_LAYER,
               .drops_recurrent = true,
               .refuses = REFUSES_IN_BLOCKS,
               .drops_wrapped = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM,
               .evaluates_without = true},
    .raises = "MissingInputError",
    .because = "the activity penalty of a layer in a called block",
    .others = &had_2016,
};
static const struct emulation keras_2_0 = {
    .entry =
        {.name = "keras-2.0",
         .summary = "Keras 2.0.3 to 2.1.3 (2017)",
         .details =
             "Each run of a block takes over all weight penalties that its layers and the "
             "blocks in it hold at that moment (run_internal_graph; keras #8807): a block's "
             "count once for every call of it, those of a block in a block 2, 5, 9 times for 1, "
             "2, 3 calls. On a tensor on which it was called before a block does not run again. "
             "In a called block activity penalties act on the layer's input (keras #9267); "
             "those in a block inside TimeDistributed are dropped; else they are summed over "
             "the batch. The weight penalties of Bidirectional's backward half do not count, up to "
             "2.1.6 (keras #7514). (Run: 2.0.8.)",
         .example = SCRIPT("keras-2.0")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .listing = LIST_BY_RUN,
               .drops_backward = true,
               .block_input = true,
               .drops_blocks = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2018,
};
static const struct emulation keras_2_2 = {
    .entry = {.name = "keras-2.2",
              .summary = "Keras 2.1.4 to 2.2.4 (2018)",
              .details = "Activity penalties are summed over the batch; those in a block inside "
                         "TimeDistributed are dropped. (Run: 2.2.4.)",
              .example = SCRIPT("keras-2.2")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .drops_blocks = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2018,
};
static const struct emulation tf_keras_2 = {
    .entry = {.name = "tf.keras-2",
              .summary = "tf.keras 2.0 to 2.15 (2019 to 2023)",
              .details = "Activity penalties are divided by the batch size; inside TimeDistributed "
                         "by samples times steps. (Read, not run: 2.15.)",
              .example = SCRIPT("tf.keras-2")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .divides_by_steps = true,
               .sets_reduce = true,
               .reduce = REDUCE_BATCH},
    .others = &has_newest,
};
static const struct emulation keras_3 = {
    .entry =
        {.name = "keras-3",
         .summary = "Keras 3.14.0 and later (2026)",
         .details =
             "An activity penalty of a layer inside TimeDistributed is silently dropped again; "
             "one in a block inside it is applied. The penalty of a frozen layer's weights does "
             "not count. Activity penalties are divided by the batch size; 3.0.0 to 3.13.2 "
             "summed them (keras #22018), which is not emulated. SimpleRNN takes an activity "
             "penalty "
             "and does nothing with it (read: layers/rnn/simple_rnn.py). (Run: 3.15.1.)",
         .example = SCRIPT("keras-3")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .drops_wrapped = true,
               .drops_simple_rnn = true,
               .ignores_frozen = true,
               .sets_reduce = true,
               .reduce = REDUCE_BATCH},
    .others = &has_newest,
};
static const struct emulation tfjs = {
    .entry =
        {.name = "tfjs",
         .summary = "TensorFlow.js layers 4.22",
         .details =
             "A layer with an activity penalty that is called directly throws (tfjs #8022): "
             "train and evaluate refuse it too. Inside timeDistributed the penalty is silently "
             "dropped, and so are the weight penalties of a block. The weight penalties of a "
             "shared layer count once for every call; evaluate leaves penalties out. "
             "(Run: 4.22.)",
         .example = SCRIPT("tfjs")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .listing = LIST_BY_NODE,
               .refuses = REFUSES_CALLED,
               .drops_wrapped = true,
               .evaluates_without = true},
    .raises = "NotImplementedError",
    .because = "the activity penalty of a layer that is called directly",
    .others = &has_tfjs,
};

const struct emulation emulate_all = {
    .entry = {.name = "all",
              .summary = "a table of what each of them reports for the current model",
              .details = "Changes nothing: the model is evaluated once as each system does it.",
              .example = SCRIPT("all")},
};

static const struct entry *const rows[] = {
    &none.entry,        &keras_1_0_early.entry, &keras_1_0.entry, &keras_2_0.entry,
    &keras_2_2.entry,   &tf_keras_2.entry,      &keras_3.entry,   &tfjs.entry,
    &emulate_all.entry,
};
const struct table emulations = {"system", rows, sizeof rows / sizeof *rows};

static const char *others_words(const struct others *o, const struct table *of)
{
    return of == &penalty_kinds      ? o->penalties
           : of == &constraint_kinds ? o->constraints
           : of == &layer_kinds      ? o->layers
           : of == &opt_kinds        ? o->optimizers
                                     : NULL;
}

bool emulation_lists(const struct table *of)
{
    return others_words(&has_newest, of) != NULL;
}

bool emulation_has(const struct emulation *m, const struct table *of, const char *name)
{
    const char *words = m->others ? others_words(m->others, of) : NULL;
    const size_t n = strlen(name);
    for (const char *at = words; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, name, n) == 0 && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}
