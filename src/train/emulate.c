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

#include <stdlib.h>
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
#define MASKS "masked steps are penalised as well: no Keras looks at masks there (read)"
#define JOINT "terms over several tensors are not declared there; add_loss has them"
#define SUMS "activity penalties are summed over the batch, so its size is a hidden factor "

#define KERAS_1_0                                                                                  \
    "An activity penalty inside TimeDistributed is silently dropped (keras #3771). One of a "      \
    "layer "                                                                                       \
    "that a called block has cannot be computed: training and evaluation end in Theano's "         \
    "MissingInputError, so train and evaluate refuse it too. A weight penalty counts once for "    \
    "every container that has the layer: twice for a layer that a block and the model around it "  \
    "share. evaluate leaves penalties out. Recurrent layers have no activity penalty: one is an "  \
    "unknown argument there and is dropped here. "

#define WHY_KERAS_1_0                                                                              \
    [WAY_MASKED] = MASKS, [WAY_JOINT] = JOINT,                                                     \
    [WAY_COUNTED] = "a penalty counts once for every container that has the layer, a wrapper "     \
                    "among them (run: 1.0.8)",                                                     \
    [WAY_RECURRENT] = "recurrent layers have no activity penalty (read: layers/recurrent.py)",     \
    [WAY_WRAPPED] = "an activity penalty inside TimeDistributed is silently dropped (keras "       \
                    "#3771; run: 1.0.8)",                                                          \
    [WAY_REFUSED] = "an activity penalty in a model that is called ends in Theano's "              \
                    "MissingInputError (run: 1.0.3 to 1.0.8)"

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
    .why =
        {WHY_KERAS_1_0, [WAY_REDUCED] =
                            "activity penalties are divided by the batch size, whatever is asked "
                            "for (run: 1.0.3, 1.0.6)"},
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
    .why = {WHY_KERAS_1_0, [WAY_REDUCED] = SUMS "(run: 1.0.7, 1.0.8)"},
};
#define BACKWARD                                                                                   \
    "the weight penalties of Bidirectional's backward half do not count, up to 2.1.6 (keras "      \
    "#7514)"

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
    .why = {[WAY_MASKED] = MASKS,
            [WAY_JOINT] = JOINT,
            [WAY_REDUCED] = SUMS "(run: 2.0.8)",
            [WAY_COUNTED] = "each call of a model takes over all weight penalties in it once more "
                            "(keras #8807; run: 2.0.8)",
            [WAY_INPUT] = "in a model that is called an activity penalty acts on the layer's input "
                          "(keras #9267; run: 2.0.8)",
            [WAY_WRAPPED_BLOCK] = "an activity penalty in a model inside TimeDistributed is "
                                  "silently dropped (run: 2.0.8)",
            [WAY_BACKWARD] = BACKWARD},
};
#define WHY_KERAS_2_2                                                                              \
    [WAY_MASKED] = MASKS, [WAY_JOINT] = JOINT, [WAY_REDUCED] = SUMS "(run: 2.2.4)",                \
    [WAY_WRAPPED_BLOCK] = "an activity penalty in a model inside TimeDistributed is silently "     \
                          "dropped (run: 2.2.4)"

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
    .why = {WHY_KERAS_2_2},
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
    .why = {[WAY_MASKED] = MASKS,
            [WAY_JOINT] = JOINT,
            [WAY_REDUCED] = "activity penalties are divided by the batch size, whatever is asked "
                            "for (read: 2.15, keras/engine/base_layer.py)",
            [WAY_STEPS] = "inside TimeDistributed an activity penalty is divided by samples times "
                          "steps (read: 2.15, keras/engine/base_layer.py)"},
};
#define WHY_KERAS_3                                                                                \
    [WAY_MASKED] = MASKS, [WAY_JOINT] = JOINT,                                                     \
    [WAY_WRAPPED] = "TimeDistributed calls the layer's call() alone, so its activity penalty is "  \
                    "silently dropped (run: 3.15.1; read: layers/rnn/time_distributed.py)",        \
    [WAY_RECURRENT] = "SimpleRNN takes an activity penalty and does nothing with it (read: "       \
                      "layers/rnn/simple_rnn.py)",                                                 \
    [WAY_FROZEN] = "the penalty of a frozen layer's weights does not count (run: 3.15.1)"
#define KERAS_3                                                                                    \
    "An activity penalty of a layer inside TimeDistributed is silently dropped again; one in a "   \
    "block inside it is applied. The penalty of a frozen layer's weights does not count. "         \
    "SimpleRNN takes an activity penalty and does nothing with it (read: "                         \
    "layers/rnn/simple_rnn.py). "

static const struct emulation keras_3_early = {
    .entry = {.name = "keras-3-early",
              .summary = "Keras 3.0.0 to 3.13.2 (2023 to 2025)",
              .details = KERAS_3 "Activity penalties are summed over the batch, though the "
                                 "documentation said that they are divided by its size (keras "
                                 "#22018; PR #22021 divides from 3.14.0 on).",
              .example = SCRIPT("keras-3-early")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .drops_wrapped = true,
               .drops_simple_rnn = true,
               .ignores_frozen = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &has_newest,
    .why = {WHY_KERAS_3, [WAY_REDUCED] =
                             SUMS "though the documentation said otherwise (keras #22018)"},
};
static const struct emulation keras_3 = {
    .entry = {.name = "keras-3",
              .summary = "Keras 3.14.0 and later (2026)",
              .details =
                  KERAS_3 "Activity penalties are divided by the batch size; before that they "
                          "were summed, see keras-3-early. (Run: 3.15.1.)",
              .example = SCRIPT("keras-3")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .drops_wrapped = true,
               .drops_simple_rnn = true,
               .ignores_frozen = true,
               .sets_reduce = true,
               .reduce = REDUCE_BATCH},
    .others = &has_newest,
    .why = {WHY_KERAS_3, [WAY_REDUCED] =
                             "activity penalties are divided by the batch size, whatever is asked "
                             "for (PR #22021; run: 3.15.1)"},
};
static const struct emulation tfjs = {
    .entry =
        {.name = "tfjs",
         .summary = "TensorFlow.js layers 4.22",
         .details =
             "A layer with an activity penalty that is called directly throws (tfjs #8022): "
             "train and evaluate refuse it too. Inside timeDistributed the penalty is silently "
             "dropped, and so are the weight penalties of a block. Those of recurrent layers, with "
             "or without bidirectional, do not count. The weight penalties of a shared layer count "
             "once for every call; evaluate leaves penalties out. "
             "(Run: 4.22.)",
         .example = SCRIPT("tfjs")},
    .policy = {.drops_joint = true,
               .ignores_masks = true,
               .listing = LIST_BY_NODE,
               .refuses = REFUSES_CALLED,
               .drops_wrapped = true,
               .drops_cells = true,
               .evaluates_without = true},
    .raises = "NotImplementedError",
    .because = "the activity penalty of a layer that is called directly",
    .others = &has_tfjs,
    .why = {[WAY_MASKED] = MASKS,
            [WAY_JOINT] = JOINT,
            [WAY_COUNTED] = "weight penalties count once for every call, and in a block inside "
                            "timeDistributed not at all (run: 4.22)",
            [WAY_CELL] = "the weight penalties of a recurrent layer are its cell's, and are not "
                         "counted (run: 4.22)",
            [WAY_WRAPPED] = "an activity penalty inside timeDistributed is silently dropped "
                            "(run: 4.22)",
            [WAY_REFUSED] = "a layer with an activity penalty throws when it is called (tfjs "
                            "#8022; run: 4.22)"},
};

const struct emulation emulate_all = {
    .entry = {.name = "all",
              .summary = "a table of what each of them reports for the current model",
              .details = "Changes nothing: the model is evaluated once as each system does it.",
              .example = SCRIPT("all")},
};

static const struct entry *const rows[] = {
    &none.entry,      &keras_1_0_early.entry, &keras_1_0.entry,     &keras_2_0.entry,
    &keras_2_2.entry, &tf_keras_2.entry,      &keras_3_early.entry, &keras_3.entry,
    &tfjs.entry,      &emulate_all.entry,
};
const struct table emulations = {"system", rows, sizeof rows / sizeof *rows};
const struct table other_systems = {"system", rows + 1, sizeof rows / sizeof *rows - 2};

#define NOBODY_LOOKED "nobody has looked at this release there"
#define RELEASES_DIFFER "releases differ there, and the file does not say which one wrote it"

/* Releases of which too little is known for emulate. What nobody looked at is unsure. */
static const struct emulation keras_1_1 = {
    .entry = {.name = "keras-1.1", .summary = "Keras 1.1.0 to 1.1.2 (2016)"},
    .policy = {.ignores_masks = true,
               .listing = LIST_BY_LAYER,
               .drops_recurrent = true,
               .refuses = REFUSES_IN_BLOCKS,
               .drops_wrapped = true,
               .drops_backward = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM,
               .evaluates_without = true},
    .others = &had_2016,
    .why = {[WAY_MASKED] = MASKS,
            [WAY_REDUCED] = SUMS "(read: keras/regularizers.py 1.1.0, 1.1.1)",
            [WAY_WRAPPED] = "an activity penalty inside TimeDistributed raises an error (run: "
                            "1.1.1)",
            [WAY_RECURRENT] = "recurrent layers have no activity penalty (read: "
                              "layers/recurrent.py)"},
    .unsure = 1U << WAY_COUNTED | 1U << WAY_REFUSED | 1U << WAY_BACKWARD,
    .unknown = NOBODY_LOOKED,
};
static const struct emulation keras_1_2 = {
    .entry = {.name = "keras-1.2", .summary = "Keras 1.2.0 to 1.2.2 (2016 to 2017)"},
    .policy = {.ignores_masks = true,
               .listing = LIST_BY_RUN,
               .drops_recurrent = true,
               .drops_blocks = true,
               .drops_backward = true,
               .block_input = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2016,
    .why = {[WAY_MASKED] = MASKS,
            [WAY_REDUCED] = SUMS "(read: keras ff62eb251b)",
            [WAY_COUNTED] = "the weight penalties of a model that is called count at each call "
                            "(run: 1.2.2)",
            [WAY_RECURRENT] = "recurrent layers have no activity penalty (read: "
                              "layers/recurrent.py)"},
    .unsure = 1U << WAY_INPUT | 1U << WAY_WRAPPED_BLOCK | 1U << WAY_BACKWARD,
    .unknown = NOBODY_LOOKED,
};
static const struct emulation keras_2_1 = {
    .entry = {.name = "keras-2.1", .summary = "Keras 2.1.4 to 2.1.6 (2018)"},
    .policy = {.ignores_masks = true,
               .drops_blocks = true,
               .drops_backward = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2018,
    .why = {WHY_KERAS_2_2, [WAY_BACKWARD] = BACKWARD},
};

static const struct emulation keras_2_3 = {
    .entry = {.name = "keras-2.3", .summary = "Keras 2.2.5 to 2.3.1 (2019)"},
    .policy = {.ignores_masks = true,
               .listing = LIST_BY_RUN,
               .drops_blocks = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2018,
    .why = {[WAY_MASKED] = MASKS, [WAY_REDUCED] = SUMS "(run: 2.2.4, the release before)"},
    .unsure = 1U << WAY_COUNTED | 1U << WAY_WRAPPED_BLOCK,
    .unknown = NOBODY_LOOKED,
};

/* Of which only the family is known. */
static const struct emulation some_keras_1 = {
    .entry = {.name = "keras-1.x", .summary = "some release of Keras 1"},
    .policy = {.ignores_masks = true,
               .listing = LIST_BY_LAYER,
               .drops_recurrent = true,
               .refuses = REFUSES_IN_BLOCKS,
               .drops_wrapped = true,
               .drops_backward = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2016,
    .why = {[WAY_MASKED] = MASKS,
            [WAY_RECURRENT] = "recurrent layers have no activity penalty (read: "
                              "layers/recurrent.py)"},
    .unsure = 1U << WAY_COUNTED | 1U << WAY_REFUSED | 1U << WAY_BACKWARD | 1U << WAY_WRAPPED |
              1U << WAY_REDUCED,
    .unknown = RELEASES_DIFFER,
};
static const struct emulation some_keras_2 = {
    .entry = {.name = "keras-2.x", .summary = "some release of Keras 2"},
    .policy = {.ignores_masks = true,
               .listing = LIST_BY_RUN,
               .drops_backward = true,
               .block_input = true,
               .drops_blocks = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &had_2018,
    .why = {WHY_KERAS_2_2},
    .unsure = 1U << WAY_COUNTED | 1U << WAY_INPUT | 1U << WAY_BACKWARD,
    .unknown = RELEASES_DIFFER,
};
static const struct emulation some_keras_3 = {
    .entry = {.name = "keras-3.x", .summary = "some release of Keras 3"},
    .policy = {.ignores_masks = true,
               .drops_wrapped = true,
               .drops_simple_rnn = true,
               .ignores_frozen = true,
               .sets_reduce = true,
               .reduce = REDUCE_SUM},
    .others = &has_newest,
    .why = {WHY_KERAS_3},
    .unsure = 1U << WAY_REDUCED,
    .unknown = RELEASES_DIFFER,
};

/* Releases from one on up to the next row's; what comes behind the last number does not count. */
static const struct release {
    unsigned first[3];
    bool tensorflow;
    const struct emulation *as; /* NULL: none has looked at them */
} releases[] = {
    {{0, 0, 0}, false, NULL},           {{1, 0, 3}, false, &keras_1_0_early},
    {{1, 0, 7}, false, &keras_1_0},     {{1, 1, 0}, false, &keras_1_1},
    {{1, 2, 0}, false, &keras_1_2},     {{1, 3, 0}, false, NULL},
    {{2, 0, 0}, false, &keras_2_0},     {{2, 1, 4}, false, &keras_2_1},
    {{2, 2, 0}, false, &keras_2_2},     {{2, 2, 5}, false, &keras_2_3},
    {{2, 4, 0}, false, &tf_keras_2},    {{2, 16, 0}, false, NULL},
    {{3, 0, 0}, false, &keras_3_early}, {{3, 14, 0}, false, &keras_3},
    {{4, 0, 0}, false, NULL},           {{2, 0, 0}, true, &tf_keras_2},
    {{2, 16, 0}, true, NULL},           {{3, 0, 0}, true, &keras_3_early},
    {{3, 14, 0}, true, &keras_3},       {{4, 0, 0}, true, NULL},
};

const char emulations_known[] =
    "Keras 1.0.3 to 1.2.2 and 2.0 to 2.3.1, tf.keras 2.0 to 2.15, Keras 3";

static bool is_before(const unsigned a[3], const unsigned b[3])
{
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

const struct emulation *emulation_of_keras(bool tensorflow, const char *version)
{
    const struct emulation *found = NULL;
    unsigned is[3] = {0};
    char *at = (char *)version;
    for (size_t i = 0; i < 3 && *at >= '0' && *at <= '9'; i++) {
        const unsigned long n = strtoul(at, &at, 10);
        is[i] = n > 1000 ? 1000 : (unsigned)n;
        at += *at == '.';
    }
    if (strcmp(version, "1") == 0)
        return &some_keras_1;
    if (strcmp(version, "2") == 0)
        return tensorflow ? &tf_keras_2 : &some_keras_2;
    if (strcmp(version, "3") == 0)
        return &some_keras_3;
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
        if (releases[i].tensorflow == tensorflow && !is_before(is, releases[i].first))
            found = releases[i].as;
    return found;
}

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
