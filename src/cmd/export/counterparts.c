/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/counterparts.h"

#include "nn/penalty.h"

#include <string.h>

/* Where both systems' scripts have the same words. */
#define BOTH(text)                                                                                 \
    {                                                                                              \
        text, text                                                                                 \
    }

static const struct counterpart layers[] = {
    {.name = "dense",
     .as = {"dense({0}, {kernel}, {w:bias})", "L[{path}]({0})"},
     .made = "layers.Dense({units}, use_bias={use_bias}, trainable={trains}{held})"},
    {.name = "conv1d",
     .as = {"conv({0}, {w:kernel}, {w:bias}, strides={1:strides}, padding={padding}, "
            "dilation={1:dilation}, groups={groups})",
            "L[{path}]({0})"},
     .made = "layers.Conv1D({filters}, {1:size}, strides={1:strides}, padding={padding}, "
             "dilation_rate={1:dilation}, groups={groups}, use_bias={use_bias}, "
             "trainable={trains}{held})",
     .by_row = true},
    {.name = "conv2d",
     .as = {"conv({0}, {w:kernel}, {w:bias}, strides={2:strides}, padding={padding}, "
            "dilation={2:dilation}, groups={groups})",
            "L[{path}]({0})"},
     .made = "layers.Conv2D({filters}, {2:size}, strides={2:strides}, padding={padding}, "
             "dilation_rate={2:dilation}, groups={groups}, use_bias={use_bias}, "
             "trainable={trains}{held})",
     .by_row = true},
    {.name = "conv2d_transpose",
     .as = {"conv2d_transpose({0}, {w:kernel}, {w:bias}, strides={2:strides}, padding={padding}, "
            "dilation={2:dilation})",
            "L[{path}]({0})"},
     .made = "layers.Conv2DTranspose({filters}, {2:size}, strides={2:strides}, padding={padding}, "
             "dilation_rate={2:dilation}, use_bias={use_bias}, trainable={trains}{held})",
     .by_row = true},
    {.name = "max_pool1d",
     .as = {"max_pool({0}, {1:size}, {1:strides}, {padding})", "L[{path}]({0})"},
     .made = "layers.MaxPooling1D({1:size}, {1:strides}, {padding})",
     .by_row = true},
    {.name = "max_pool2d",
     .as = {"max_pool({0}, {2:size}, {2:strides}, {padding})", "L[{path}]({0})"},
     .made = "layers.MaxPooling2D({2:size}, {2:strides}, {padding})",
     .by_row = true},
    {.name = "avg_pool1d",
     .as = {"avg_pool({0}, {1:size}, {1:strides}, {padding})", "L[{path}]({0})"},
     .made = "layers.AveragePooling1D({1:size}, {1:strides}, {padding})",
     .by_row = true},
    {.name = "avg_pool2d",
     .as = {"avg_pool({0}, {2:size}, {2:strides}, {padding})", "L[{path}]({0})"},
     .made = "layers.AveragePooling2D({2:size}, {2:strides}, {padding})",
     .by_row = true},
    {.name = "global_avg_pool",
     .as = {"global_avg_pool({0}, {mask})", "global_avg_pool({0}, {mask})"},
     .by_row = true},
    {.name = "global_max_pool",
     .as = {"global_max_pool({0})", "global_max_pool({0})"},
     .by_row = true},
    {.name = "upsample",
     .as = {"upsample({0}, {axes:size})", "upsample({0}, {axes:size})"},
     .by_row = true},
    {.name = "embedding",
     .as = {"embedding({0}, {w:kernel})", "L[{path}]({0})"},
     .made = "layers.Embedding({vocabulary}, {size}, trainable={trains}{held})"},
    {.name = "masking", .as = {"without({0}, {own mask})", "without({0}, {own mask})"}},
    {.name = "repeat_vector",
     .as = {"repeat_vector({0}, {n})", "repeat_vector({0}, {n})"},
     .by_row = true},
    {.name = "permute",
     .as = {"permute({0}, {dims})", "ops.transpose({0}, (0,) + {dims})"},
     .by_row = true},
    {.name = "simple_rnn",
     .as = {"simple_rnn(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "sequences={sequences}, backwards={backwards}, aligned={aligned}, mask={mask}, "
            "drop={drop})",
            "turned(L[{path}]({0}, mask={mask}, training=now.training), {turns})"},
     .made = "layers.SimpleRNN({units}, {f:activation}, return_sequences={sequences}, "
             "go_backwards={backwards}, dropout={dropout}, recurrent_dropout={recurrent_dropout}, "
             "use_bias={use_bias}, trainable={trains}{held})",
     .by_row = true},
    {.name = "lstm",
     .as = {"lstm(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "{f:recurrent_activation}, sequences={sequences}, backwards={backwards}, "
            "aligned={aligned}, mask={mask}, drop={drop})",
            "turned(L[{path}]({0}, mask={mask}, training=now.training), {turns})"},
     .made =
         "layers.LSTM({units}, {f:activation}, {f:recurrent_activation}, "
         "return_sequences={sequences}, go_backwards={backwards}, dropout={dropout}, "
         "recurrent_dropout={recurrent_dropout}, use_bias={use_bias}, trainable={trains}{held})",
     .by_row = true},
    {.name = "gru",
     .as = {"gru(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "{f:recurrent_activation}, reset_after={reset_after}, sequences={sequences}, "
            "backwards={backwards}, aligned={aligned}, mask={mask}, drop={drop})",
            "turned(L[{path}]({0}, mask={mask}, training=now.training), {turns})"},
     .made =
         "layers.GRU({units}, {f:activation}, {f:recurrent_activation}, reset_after={reset_after}, "
         "return_sequences={sequences}, go_backwards={backwards}, dropout={dropout}, "
         "recurrent_dropout={recurrent_dropout}, use_bias={use_bias}, trainable={trains}{held})",
     .by_row = true},
    {.name = "flatten", .as = {"{0}.flatten(1)", "flat({0})"}, .by_row = true},
    {.name = "reshape",
     .as = {"{0}.reshape((-1,) + {shape})", "ops.reshape({0}, (-1,) + {shape})"},
     .by_row = true},
    {.name = "slice", .as = BOTH("{0}[..., {from}:{to}]")},
    {.name = "activation", .as = BOTH("{0}")},
    {.name = "activity_regularization", .as = BOTH("{0}")},
    {.name = "dropout",
     .as = {"dropout(now, {0}, {noise})", "L[{path}]({0}, training=now.training)"},
     .made = "layers.Dropout({noise})"},
    {.name = "spatial_dropout",
     .as = {"spatial_dropout(now, {0}, {noise})", "L[{path}]({0}, training=now.training)"},
     .made = "layers.SpatialDropout{places}D({noise})",
     .by_row = true},
    {.name = "gaussian_dropout",
     .as = {"gaussian_dropout(now, {0}, {noise})", "L[{path}]({0}, training=now.training)"},
     .made = "layers.GaussianDropout({noise})"},
    {.name = "gaussian_noise",
     .as = {"gaussian_noise(now, {0}, {noise})", "L[{path}]({0}, training=now.training)"},
     .made = "layers.GaussianNoise({noise})"},
    {.name = "alpha_dropout",
     .as = {"alpha_dropout(now, {0}, {noise})", "L[{path}]({0}, training=now.training)"},
     .made = "layers.AlphaDropout({noise})"},
    {.name = "batchnorm",
     .as = {"batchnorm(now, {path}, {0}, {w:gamma}, {w:beta}, momentum={momentum}, "
            "epsilon={epsilon}, trains={trains}, mask={mask})",
            "L[{path}]({0}, training=now.training, mask={own mask})"},
     .made = "layers.BatchNormalization(momentum={momentum}, epsilon={epsilon}, center={center}, "
             "scale={scale}, trainable={trains}{held})"},
    {.name = "layernorm",
     .as = {"layernorm({0}, {w:gamma}, {w:beta}, epsilon={epsilon})", "L[{path}]({0})"},
     .made = "layers.LayerNormalization(epsilon={epsilon}, center={center}, scale={scale}, "
             "trainable={trains}{held})"},
    {.name = "add", .as = BOTH("{+}")},
    {.name = "average", .as = BOTH("({+}) / {count}")},
    {.name = "multiply", .as = BOTH("{*}")},
    {.name = "maximum", .as = {"maximum({,})", "maximum({,})"}},
    {.name = "concat",
     .as = {"torch.cat([{,}], {axis})", "ops.concatenate([{,}], {axis})"},
     .by_row = true},
    /* The data. */
    {.name = "input", .as = BOTH("")},
};

static const struct counterpart activations[] = {
    {.name = "linear", .as = BOTH("{z}")},
    {.name = "relu", .as = {"torch.relu({z})", "keras.activations.relu({z})"}},
    {.name = "leaky_relu",
     .as = {"leaky_relu({z}, {negative_slope})",
            "keras.activations.leaky_relu({z}, negative_slope={negative_slope})"}},
    {.name = "elu", .as = {"F.elu({z}, {alpha})", "keras.activations.elu({z}, alpha={alpha})"}},
    {.name = "selu", .as = {"torch.selu({z})", "keras.activations.selu({z})"}},
    {.name = "gelu", .as = {"F.gelu({z})", "keras.activations.gelu({z}, approximate=False)"}},
    {.name = "sigmoid", .as = {"torch.sigmoid({z})", "keras.activations.sigmoid({z})"}},
    {.name = "tanh", .as = {"torch.tanh({z})", "keras.activations.tanh({z})"}},
    {.name = "softplus",
     .as = {"F.softplus({z}, threshold=40)", "keras.activations.softplus({z})"}},
    {.name = "swish", .as = {"F.silu({z})", "keras.activations.silu({z})"}},
    {.name = "softmax", .as = {"torch.softmax({z}, -1)", "keras.activations.softmax({z})"}},
    {.name = "relu6", .as = {"F.relu6({z})", "keras.activations.relu6({z})"}},
    {.name = "mish", .as = {"mish({z})", "keras.activations.mish({z})"}},
    {.name = "softsign", .as = {"F.softsign({z})", "keras.activations.softsign({z})"}},
    {.name = "hard_sigmoid",
     .as = {"hard_sigmoid({z}, {slope})", "ops.clip({slope} * {z} + 0.5, 0, 1)"}},
    {.name = "step", .as = {"({z} > 0).to({z}.dtype)", "ops.cast({z} > 0, {z}.dtype)"}},
    {.name = "topk", .as = {"keep_largest({z}, {k})"}},
    {.name = "batch_topk",
     .as = {"batch_topk(now, {p:threshold}, {z}, {k}, {momentum}, {trains}, {own mask})"}},
    {.name = "jumprelu", .as = {"Jump.apply({z}, {w:theta}, {bandwidth})"}, .needs_z = true},
    {.name = "prelu", .as = {"prelu({z}, {w:alpha})"}},
};

static const struct counterpart penalties[] = {
    {.name = "l1", .as = BOTH("l1({x}, {strength})")},
    {.name = "l2", .as = BOTH("l2({x}, {strength})")},
    {.name = "l1l2", .as = BOTH("l1l2({x}, {l1}, {l2})")},
    {.name = "l2sp", .as = BOTH("l2sp({x}, {strength}, {start})")},
    {.name = "contractive",
     .as = BOTH(NULL),
     .activity = "contractive({f}, {z}, {inner kernel}, {strength})",
     .masked = "contractive({f}, {z}, {inner kernel}, {strength}, {mask})"},
    {.name = "kl",
     .as = BOTH("kl({x}, {strength}, {p})"),
     .masked = "kl({x}, {strength}, {p}, {mask})"},
    {.name = "l0",
     .as = BOTH(NULL),
     .activity = "l0({x}, {strength}, {target}, {bandwidth}, {threshold})",
     .masked = "l0({x}, {strength}, {target}, {bandwidth}, {threshold}, {mask})"},
    {.name = "group_lasso",
     .as = BOTH("group_lasso({x}, {strength}, {by})"),
     .activity = "group_lasso({flat}, {strength})",
     .masked = "group_lasso_of_units({x}, {strength}, {mask})"},
    {.name = "hoyer",
     .as = BOTH("hoyer({row}, {strength})"),
     .activity = "hoyer({flat}, {strength})"},
    {.name = "tv", .as = BOTH("tv({x}, {strength}, {axis})")},
    {.name = "ar", .as = BOTH("l2({x}, {strength})")},
    {.name = "tar", .as = BOTH("tar({x}, {strength})")},
    {.name = "orthogonal",
     .as = BOTH("orthogonal({x}, {strength}, {by})"),
     .activity = "orthogonal({flat}, {strength}, {by})"},
    {.name = "soft_orthogonal", .as = BOTH("soft_orthogonal({x}, {strength})")},
    {.name = "spectral", .as = BOTH("spectral({x}, {strength})")},
    {.name = "decov",
     .as = BOTH("decov({matrix}, {strength})"),
     .activity = "decov({flat}, {strength})"},
    {.name = "entropy", .as = BOTH("entropy({x}, {strength})")},
    {.name = "confidence", .as = BOTH("-entropy({x}, {strength})")},
};

static const struct counterpart losses[] = {
    {.name = "mse", .as = BOTH("mse({y}, {t})")},
    {.name = "mae", .as = BOTH("mae({y}, {t})")},
    {.name = "huber", .as = BOTH("huber({y}, {t}, {delta})")},
    {.name = "binary_crossentropy",
     .as = BOTH("binary_crossentropy({y}, {t}, {smoothing})"),
     .at = "binary_crossentropy_at({z}, {t}, {smoothing})"},
    {.name = "categorical_crossentropy",
     .as = BOTH("categorical_crossentropy({y}, {t}, {smoothing})"),
     .at = "categorical_crossentropy_at({z}, {t}, {smoothing})"},
    {.name = "kl", .as = BOTH("kl_divergence({y}, {t})")},
    {.name = "poisson", .as = BOTH("poisson({y}, {t})")},
    {.name = "hinge", .as = BOTH("hinge({y}, {t})")},
    {.name = "cosine", .as = BOTH("cosine({y}, {t})")},
    {.name = "logcosh", .as = BOTH("logcosh({y}, {t})")},
};

static const struct counterpart optimizers[] = {
    {.name = "sgd",
     .as = {"Sgd(lr={lr}, momentum={momentum}, nesterov={nesterov}{common})",
            "keras.optimizers.SGD({lr}, momentum={momentum}, nesterov={nesterov}{common})"}},
    {.name = "adam",
     .as = {"Adam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}{common})",
            "keras.optimizers.Adam({lr}, {beta_1}, {beta_2}, {epsilon}{common})"}},
    {.name = "adamw",
     .as = {"Adam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}{common})",
            "keras.optimizers.AdamW({lr}, beta_1={beta_1}, beta_2={beta_2}, "
            "epsilon={epsilon}{common})"}},
    {.name = "nadam",
     .as = {"Nadam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}, "
            "momentum_decay={momentum_decay}{common})"}},
    {.name = "rmsprop",
     .as = {"Rmsprop(lr={lr}, rho={rho}, momentum={momentum}, epsilon={epsilon}, "
            "centered={centered}{common})",
            "keras.optimizers.RMSprop({lr}, {rho}, {momentum}, {epsilon}, {centered}{common})"}},
    {.name = "adagrad",
     .as = {"Adagrad(lr={lr}, start={initial_accumulator_value}, epsilon={epsilon}{common})",
            "keras.optimizers.Adagrad({lr}, {initial_accumulator_value}, {epsilon}{common})"}},
    {.name = "lion",
     .as = {"Lion(lr={lr}, beta_1={beta_1}, beta_2={beta_2}{common})",
            "keras.optimizers.Lion({lr}, {beta_1}, {beta_2}{common})"}},
    {.name = "ftrl", .as = {"Ftrl(lr={lr}, l1={l1}, l2={l2}, beta={beta}{common})"}},
};

/* The weights of a script are those that the model has; this is how they began. */
static const struct counterpart inits[] = {
    {.name = "zeros", .as = {"nn.init.zeros_", "keras.initializers.Zeros"}},
    {.name = "ones", .as = {"nn.init.ones_", "keras.initializers.Ones"}},
    {.name = "constant", .as = {"nn.init.constant_", "keras.initializers.Constant"}},
    {.name = "values", .as = {"values", "np.array"}},
    {.name = "npy", .as = {"np.load", "np.load"}},
    {.name = "uniform", .as = {"nn.init.uniform_", "keras.initializers.RandomUniform"}},
    {.name = "normal", .as = {"nn.init.normal_", "keras.initializers.RandomNormal"}},
    {.name = "glorot_uniform",
     .as = {"nn.init.xavier_uniform_", "keras.initializers.GlorotUniform"}},
    {.name = "glorot_normal", .as = {"nn.init.trunc_normal_", "keras.initializers.GlorotNormal"}},
    {.name = "he_uniform", .as = {"nn.init.kaiming_uniform_", "keras.initializers.HeUniform"}},
    {.name = "he_normal", .as = {"nn.init.trunc_normal_", "keras.initializers.HeNormal"}},
    {.name = "lecun_uniform", .as = {"nn.init.uniform_", "keras.initializers.LecunUniform"}},
    {.name = "lecun_normal", .as = {"nn.init.trunc_normal_", "keras.initializers.LecunNormal"}},
    {.name = "orthogonal",
     .as = {"nn.init.orthogonal_", "keras.initializers.OrthogonalInitializer"}},
    {.name = "identity", .as = {"nn.init.eye_", "keras.initializers.Identity"}},
};

static const struct counterpart constraints[] = {
    {.name = "none", .as = BOTH("{x}")},
    {.name = "max_norm",
     .as = {"max_norm({x}, {max_value}, {axes})",
            "keras.constraints.MaxNorm({max_value}, axis={axes})"}},
    {.name = "non_neg", .as = {"{x}.clamp(min=0)", "keras.constraints.NonNeg()"}},
    {.name = "unit_norm",
     .as = {"unit_norm({x}, {axes})", "keras.constraints.UnitNorm(axis={axes})"}},
    {.name = "min_max_norm",
     .as = {"min_max_norm({x}, {min_value}, {max_value}, {rate}, {axes})",
            "keras.constraints.MinMaxNorm({min_value}, {max_value}, {rate}, axis={axes})"}},
    {.name = "spectral_norm", .as = {"spectral_norm({x}, {max_value})"}},
};

#define LIST(rows)                                                                                 \
    {                                                                                              \
        rows, sizeof(rows) / sizeof *(rows)                                                        \
    }
static const struct {
    const struct counterpart *row;
    size_t rows;
} lists[COUNTERPARTS] = {
    [OF_LAYERS] = LIST(layers),           [OF_ACTIVATIONS] = LIST(activations),
    [OF_PENALTIES] = LIST(penalties),     [OF_LOSSES] = LIST(losses),
    [OF_OPTIMIZERS] = LIST(optimizers),   [OF_INITS] = LIST(inits),
    [OF_CONSTRAINTS] = LIST(constraints),
};

const struct counterpart *counterpart_find(enum counterparts of, const char *name)
{
    for (size_t i = 0; i < lists[of].rows; i++)
        if (strcmp(lists[of].row[i].name, name) == 0)
            return &lists[of].row[i];
    return NULL;
}

const struct counterpart *counterpart_of_term(const struct args *args)
{
    const char *name = args->entry->name;
    return table_find(&penalty_kinds, name) == args->entry ? counterpart_find(OF_PENALTIES, name)
                                                           : NULL;
}
