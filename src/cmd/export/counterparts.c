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
    {.name = "dense", .as = {"dense({0}, {kernel}, {w:bias})"}},
    {.name = "conv1d",
     .as = {"conv({0}, {w:kernel}, {w:bias}, strides={1:strides}, padding={padding}, "
            "dilation={1:dilation}, groups={groups})"},
     .by_row = true},
    {.name = "conv2d",
     .as = {"conv({0}, {w:kernel}, {w:bias}, strides={2:strides}, padding={padding}, "
            "dilation={2:dilation}, groups={groups})"},
     .by_row = true},
    {.name = "conv2d_transpose",
     .as = {"conv2d_transpose({0}, {w:kernel}, {w:bias}, strides={2:strides}, padding={padding}, "
            "dilation={2:dilation})"},
     .by_row = true},
    {.name = "max_pool1d",
     .as = {"max_pool({0}, {1:size}, {1:strides}, {padding})"},
     .by_row = true},
    {.name = "max_pool2d",
     .as = {"max_pool({0}, {2:size}, {2:strides}, {padding})"},
     .by_row = true},
    {.name = "avg_pool1d",
     .as = {"avg_pool({0}, {1:size}, {1:strides}, {padding})"},
     .by_row = true},
    {.name = "avg_pool2d",
     .as = {"avg_pool({0}, {2:size}, {2:strides}, {padding})"},
     .by_row = true},
    {.name = "global_avg_pool", .as = {"global_avg_pool({0}, {mask})"}, .by_row = true},
    {.name = "global_max_pool", .as = {"global_max_pool({0})"}, .by_row = true},
    {.name = "upsample", .as = {"upsample({0}, {axes:size})"}, .by_row = true},
    {.name = "embedding", .as = {"embedding({0}, {w:kernel})"}},
    {.name = "masking", .as = {"without({0}, {own mask})"}},
    {.name = "repeat_vector", .as = {"repeat_vector({0}, {n})"}, .by_row = true},
    {.name = "permute", .as = {"permute({0}, {dims})"}, .by_row = true},
    {.name = "simple_rnn",
     .as = {"simple_rnn(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "sequences={sequences}, backwards={backwards}, aligned={aligned}, mask={mask}, "
            "drop={drop})"},
     .by_row = true},
    {.name = "lstm",
     .as = {"lstm(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "{f:recurrent_activation}, sequences={sequences}, backwards={backwards}, "
            "aligned={aligned}, mask={mask}, drop={drop})"},
     .by_row = true},
    {.name = "gru",
     .as = {"gru(now, {0}, {w:kernel}, {w:recurrent}, {w:bias}, {f:activation}, "
            "{f:recurrent_activation}, reset_after={reset_after}, sequences={sequences}, "
            "backwards={backwards}, aligned={aligned}, mask={mask}, drop={drop})"},
     .by_row = true},
    {.name = "flatten", .as = {"{0}.flatten(1)"}, .by_row = true},
    {.name = "reshape", .as = {"{0}.reshape((-1,) + {shape})"}, .by_row = true},
    {.name = "slice", .as = BOTH("{0}[..., {from}:{to}]")},
    {.name = "activation", .as = BOTH("{0}")},
    {.name = "activity_regularization", .as = BOTH("{0}")},
    {.name = "dropout", .as = {"dropout(now, {0}, {noise})"}},
    {.name = "spatial_dropout", .as = {"spatial_dropout(now, {0}, {noise})"}, .by_row = true},
    {.name = "gaussian_dropout", .as = {"gaussian_dropout(now, {0}, {noise})"}},
    {.name = "gaussian_noise", .as = {"gaussian_noise(now, {0}, {noise})"}},
    {.name = "alpha_dropout", .as = {"alpha_dropout(now, {0}, {noise})"}},
    {.name = "batchnorm",
     .as = {"batchnorm(now, {path}, {0}, {w:gamma}, {w:beta}, momentum={momentum}, "
            "epsilon={epsilon}, trains={trains}, mask={mask})"}},
    {.name = "layernorm", .as = {"layernorm({0}, {w:gamma}, {w:beta}, epsilon={epsilon})"}},
    {.name = "add", .as = BOTH("{+}")},
    {.name = "average", .as = BOTH("({+}) / {count}")},
    {.name = "multiply", .as = BOTH("{*}")},
    {.name = "maximum", .as = {"maximum({,})"}},
    {.name = "concat", .as = {"torch.cat([{,}], {axis})"}, .by_row = true},
    /* The data. */
    {.name = "input", .as = BOTH("")},
};

static const struct counterpart activations[] = {
    {.name = "linear", .as = BOTH("{z}")},
    {.name = "relu", .as = {"torch.relu({z})"}},
    {.name = "leaky_relu", .as = {"leaky_relu({z}, {negative_slope})"}},
    {.name = "elu", .as = {"F.elu({z}, {alpha})"}},
    {.name = "selu", .as = {"torch.selu({z})"}},
    {.name = "gelu", .as = {"F.gelu({z})"}},
    {.name = "sigmoid", .as = {"torch.sigmoid({z})"}},
    {.name = "tanh", .as = {"torch.tanh({z})"}},
    {.name = "softplus", .as = {"F.softplus({z}, threshold=40)"}},
    {.name = "swish", .as = {"F.silu({z})"}},
    {.name = "softmax", .as = {"torch.softmax({z}, -1)"}},
    {.name = "relu6", .as = {"F.relu6({z})"}},
    {.name = "mish", .as = {"mish({z})"}},
    {.name = "softsign", .as = {"F.softsign({z})"}},
    {.name = "hard_sigmoid", .as = {"F.hardsigmoid({z})"}},
    {.name = "step", .as = {"({z} > 0).to({z}.dtype)"}},
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
    {.name = "sgd", .as = {"Sgd(lr={lr}, momentum={momentum}, nesterov={nesterov}{common})"}},
    {.name = "adam",
     .as = {"Adam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}{common})"}},
    {.name = "adamw",
     .as = {"Adam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}{common})"}},
    {.name = "nadam",
     .as = {"Nadam(lr={lr}, beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}, "
            "momentum_decay={momentum_decay}{common})"}},
    {.name = "rmsprop",
     .as = {"Rmsprop(lr={lr}, rho={rho}, momentum={momentum}, epsilon={epsilon}, "
            "centered={centered}{common})"}},
    {.name = "adagrad",
     .as = {"Adagrad(lr={lr}, start={initial_accumulator_value}, epsilon={epsilon}{common})"}},
    {.name = "lion", .as = {"Lion(lr={lr}, beta_1={beta_1}, beta_2={beta_2}{common})"}},
    {.name = "ftrl", .as = {"Ftrl(lr={lr}, l1={l1}, l2={l2}, beta={beta}{common})"}},
};

/* The weights of a script are those that the model has; this is how they began. */
static const struct counterpart inits[] = {
    {.name = "zeros", .as = {"nn.init.zeros_"}},
    {.name = "ones", .as = {"nn.init.ones_"}},
    {.name = "constant", .as = {"nn.init.constant_"}},
    {.name = "values", .as = {"values"}},
    {.name = "npy", .as = {"np.load"}},
    {.name = "uniform", .as = {"nn.init.uniform_"}},
    {.name = "normal", .as = {"nn.init.normal_"}},
    {.name = "glorot_uniform", .as = {"nn.init.xavier_uniform_"}},
    {.name = "glorot_normal", .as = {"nn.init.trunc_normal_"}},
    {.name = "he_uniform", .as = {"nn.init.kaiming_uniform_"}},
    {.name = "he_normal", .as = {"nn.init.trunc_normal_"}},
    {.name = "lecun_normal", .as = {"nn.init.trunc_normal_"}},
    {.name = "orthogonal", .as = {"nn.init.orthogonal_"}},
    {.name = "identity", .as = {"nn.init.eye_"}},
};

static const struct counterpart constraints[] = {
    {.name = "none", .as = BOTH("{x}")},
    {.name = "max_norm", .as = {"max_norm({x}, {max_value}, {axes})"}},
    {.name = "non_neg", .as = {"{x}.clamp(min=0)"}},
    {.name = "unit_norm", .as = {"unit_norm({x}, {axes})"}},
    {.name = "min_max_norm", .as = {"min_max_norm({x}, {min_value}, {max_value}, {rate}, {axes})"}},
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
