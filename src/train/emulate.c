/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place that knows what other systems did and do. Sources: Keras at tags 1.0.0 to 1.0.8,
 * 2.0.3 to 2.1.3 and 2.1.4 to 2.2.4, keras issues #3771, #8807, #9267 and #22018, tf.keras 2.15
 * (keras/engine/base_layer.py), Keras 3.14 and 3.15, TensorFlow.js 4.22 (issue #8022). */
#include "train/emulate.h"

#define SCRIPT(name)                                                                               \
    "data random 20 shape=3x2 target=1 batch=10\ninput 3x2\n"                                      \
    "timedistributed dense 2 relu kernel=l2(0.1) activity=l1(0.1) as td\nflatten\ndense 1\n"       \
    "emulate " name "\npenalties\n"

static const struct emulation none = {
    .entry = {.name = "none",
              .summary = "penalties as they are written",
              .details = "Ends the emulation.",
              .example = SCRIPT("none")},
};
static const struct emulation keras_1_0 = {
    .entry = {.name = "keras-1.0",
              .summary = "Keras 1.0 to 1.0.8 (2016)",
              .details =
                  "An activity penalty inside TimeDistributed is silently dropped (keras #3771); "
                  "activity penalties are summed over the batch; evaluate leaves penalties out.",
              .example = SCRIPT("keras-1.0")},
    .policy = {.drops_wrapped = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM,
               .evaluates_without = true},
};
static const struct emulation keras_2_0 = {
    .entry = {.name = "keras-2.0",
              .summary = "Keras 2.0.3 to 2.1.3 (2017)",
              .details = "A shared block's weight penalties count once for every call of it (keras "
                         "#8807); in a called block activity penalties act on the layer's input "
                         "(keras #9267); activity penalties are summed over the batch.",
              .example = SCRIPT("keras-2.0")},
    .policy = {.block_weights_again = true,
               .block_input = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
};
static const struct emulation keras_2_2 = {
    .entry = {.name = "keras-2.2",
              .summary = "Keras 2.1.4 to 2.2.4 (2018)",
              .details = "Activity penalties are summed over the batch.",
              .example = SCRIPT("keras-2.2")},
    .policy = {.sets_reduce = true, .reduce = REDUCE_SUM},
};
static const struct emulation tf_keras_2 = {
    .entry = {.name = "tf.keras-2",
              .summary = "tf.keras 2.x (2019 to 2023)",
              .details = "Activity penalties are divided by the batch size; inside TimeDistributed "
                         "by samples times steps.",
              .example = SCRIPT("tf.keras-2")},
    .policy = {.divides_by_steps = true, .sets_reduce = true, .reduce = REDUCE_BATCH},
};
static const struct emulation keras_3 = {
    .entry = {.name = "keras-3",
              .summary = "Keras 3.14 and later (2026)",
              .details =
                  "An activity penalty inside TimeDistributed is silently dropped again; the "
                  "penalty of a frozen layer's weights does not count.",
              .example = SCRIPT("keras-3")},
    .policy = {.drops_wrapped = true,
               .ignores_frozen = true,
               .sets_reduce = true,
               .reduce = REDUCE_BATCH},
};
static const struct emulation tfjs = {
    .entry = {.name = "tfjs",
              .summary = "TensorFlow.js layers 4.22",
              .details =
                  "An activity penalty makes the model throw (tfjs #8022): train and evaluate "
                  "refuse it too. The weight penalties of a shared layer count once for "
                  "every call; evaluate leaves penalties out.",
              .example = SCRIPT("tfjs")},
    .policy = {.block_weights_again = true,
               .layer_weights_again = true,
               .refuses_activity = true,
               .evaluates_without = true},
};

const struct emulation emulate_all = {
    .entry = {.name = "all",
              .summary = "a table of what each of them reports for the current model",
              .details = "Changes nothing: the model is evaluated once as each system does it.",
              .example = SCRIPT("all")},
};

static const struct entry *const rows[] = {
    &none.entry,       &keras_1_0.entry, &keras_2_0.entry, &keras_2_2.entry,
    &tf_keras_2.entry, &keras_3.entry,   &tfjs.entry,      &emulate_all.entry,
};
const struct table emulations = {"system", rows, sizeof rows / sizeof *rows};
