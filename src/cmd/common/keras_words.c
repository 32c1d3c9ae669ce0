/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_words.h"

#include "cmd/common/keras_refusal.h"

#include "keras/object.h"
#include "nn/activation.h"
#include "nn/constraint.h"
#include "nn/init.h"
#include "nn/layer.h"
#include "nn/penalty.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool keras_alike(const char *a, const char *b)
{
    for (;;) {
        while (*a == '_')
            a++;
        while (*b == '_')
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

const struct entry *keras_row(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (keras_alike(t->row[i]->name, name) ||
            (t->row[i]->alias && keras_alike(t->row[i]->alias, name)))
            return t->row[i];
    return NULL;
}

/* Classes of layers whose row has another name. */
static const struct {
    const char *theirs, *ours;
} renamed_layers[] = {
    {"BatchNormalization", "batchnorm"},
    {"LayerNormalization", "layernorm"},
    {"MaxPooling1D", "max_pool1d"},
    {"MaxPooling2D", "max_pool2d"},
    {"AveragePooling1D", "avg_pool1d"},
    {"AveragePooling2D", "avg_pool2d"},
    {"GlobalMaxPooling1D", "global_max_pool"},
    {"GlobalMaxPooling2D", "global_max_pool"},
    {"GlobalAveragePooling1D", "global_avg_pool"},
    {"GlobalAveragePooling2D", "global_avg_pool"},
    {"UpSampling1D", "upsample"},
    {"UpSampling2D", "upsample"},
    {"SpatialDropout1D", "spatial_dropout"},
    {"SpatialDropout2D", "spatial_dropout"},
    {"ReLU", "activation"},
    {"LeakyReLU", "activation"},
    {"ELU", "activation"},
    {"PReLU", "activation"},
    {"Softmax", "activation"},
};

/* Rows whose names are those of classes that Keras has under the same name. */
static const char *const same_layers[] = {
    "Dense",
    "Activation",
    "Flatten",
    "Reshape",
    "Permute",
    "RepeatVector",
    "Dropout",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Masking",
    "Embedding",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "Add",
    "Multiply",
    "Average",
    "Maximum",
    "Concatenate",
};

/* Keras's other classes. */
static const char others[] = " Minimum Subtract Dot Lambda Conv3D Conv1DTranspose Conv3DTranspose "
                             "SeparableConv1D SeparableConv2D "
                             "SeparableConvolution2D DepthwiseConv1D DepthwiseConv2D MaxPooling3D "
                             "AveragePooling3D GlobalMaxPooling3D "
                             "GlobalAveragePooling3D UpSampling3D ZeroPadding1D ZeroPadding2D "
                             "ZeroPadding3D Cropping1D Cropping2D Cropping3D "
                             "LocallyConnected1D LocallyConnected2D RNN ConvLSTM1D ConvLSTM2D "
                             "ConvLSTM3D CuDNNLSTM CuDNNGRU SpatialDropout3D "
                             "Attention AdditiveAttention MultiHeadAttention GroupQueryAttention "
                             "ThresholdedReLU SReLU ParametricSoftplus "
                             "MaxoutDense Highway Merge GroupNormalization UnitNormalization "
                             "SpectralNormalization RMSNormalization "
                             "EinsumDense Rescaling Normalization Resizing CenterCrop RandomFlip "
                             "RandomRotation RandomZoom RandomCrop "
                             "StringLookup IntegerLookup TextVectorization Discretization Hashing "
                             "CategoryEncoding TFOpLambda "
                             "SlicingOpLambda Identity ";

static bool is_other(const char *class_name)
{
    const size_t n = strlen(class_name);
    for (const char *at = others; (at = strstr(at, class_name)); at += n)
        if (n && at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

/* A Reshape to [-1]. */
static bool is_flat(const struct keras_layer *layer)
{
    const json_t *shape = json_object_get(layer->config, "target_shape");
    return strcmp(layer->class_name, "Reshape") == 0 && json_array_size(shape) == 1 &&
           json_integer_value(json_array_get(shape, 0)) == -1;
}

static const struct layer_kind *kind_of(const struct keras_layer *layer)
{
    if (is_flat(layer))
        return (const struct layer_kind *)table_find(&layer_kinds, "flatten");
    for (size_t i = 0; i < sizeof renamed_layers / sizeof *renamed_layers; i++)
        if (strcmp(renamed_layers[i].theirs, layer->class_name) == 0)
            return (const struct layer_kind *)table_find(&layer_kinds, renamed_layers[i].ours);
    for (size_t i = 0; i < sizeof same_layers / sizeof *same_layers; i++)
        if (strcmp(same_layers[i], layer->class_name) == 0)
            return (const struct layer_kind *)keras_row(&layer_kinds, layer->class_name);
    return NULL;
}

/* Keys of the file that a row has by another name. */
static const struct {
    const char *theirs, *ours;
} renamed_keys[] = {
    {"mask_value", "value"},
    {"target_shape", "shape"},
};

static const struct arg_spec *spec_of(const struct entry *entry, const char *key)
{
    for (size_t i = 0; i < sizeof renamed_keys / sizeof *renamed_keys; i++)
        if (strcmp(renamed_keys[i].theirs, key) == 0)
            key = renamed_keys[i].ours;
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].form != CLAUSE && arg_is_named(&entry->args[i], key))
            return &entry->args[i];
    return NULL;
}

/* Keys that say nothing about what is computed; with a value: only where it is that one. */
static const struct {
    const char *key, *value;
} idle_keys[] = {
    {"name", NULL},
    {"trainable", NULL},
    {"dtype", NULL},
    {"batch_shape", NULL},
    {"batch_input_shape", NULL},
    {"input_shape", NULL},
    {"seed", NULL},
    {"implementation", NULL},
    {"unroll", NULL},
    {"consume_less", NULL},
    {"use_cudnn", NULL},
    {"input_dim", NULL},
    {"input_length", NULL},
    {"mode_type", NULL},
    {"output_mask_type", NULL},
    {"output_shape_type", NULL},
    {"dot_axes", NULL},
    {"concat_axis", NULL},
    {"layers", NULL},
    {"data_format", "channels_last"},
    {"interpolation", "nearest"},
};

/* 1, or a list of such. */
static bool is_ones(const json_t *value)
{
    if (json_is_integer(value))
        return json_integer_value(value) == 1;
    bool ones = json_array_size(value) > 0;
    for (size_t i = 0; i < json_array_size(value); i++)
        ones = ones && json_integer_value(json_array_get(value, i)) == 1;
    return ones;
}

static bool is_idle(const struct keras_lines *l, const char *key, const json_t *value)
{
    if (json_is_null(value) || json_is_false(value) ||
        (json_is_array(value) && !json_array_size(value)) ||
        (json_is_object(value) && !json_object_size(value)))
        return true;
    if (l->of->dialect == KERAS_1 && (strcmp(key, "mode") == 0 || strcmp(key, "dropout") == 0))
        return json_is_string(value) || json_number_value(value) == 0;
    if (strcmp(key, "dilation_rate") == 0 || strcmp(key, "groups") == 0)
        return is_ones(value);
    for (size_t i = 0; i < sizeof idle_keys / sizeof *idle_keys; i++)
        if (strcmp(idle_keys[i].key, key) == 0)
            return !idle_keys[i].value ||
                   (json_is_string(value) &&
                    strcmp(json_string_value(value), idle_keys[i].value) == 0);
    return false;
}

/* The largest size of an axis that a file may say. */
#define SIZE_MOST 1000000000

/* A value of the file, cut, for messages. */
static const char *short_text(struct keras_lines *l, const json_t *value)
{
    struct str text = {0};
    char *all = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    str_addf(&text, "%.60s%s", all ? all : "nothing", all && strlen(all) > 60 ? "..." : "");
    free(all);
    const char *kept = keras_keep(l, &text);
    return kept ? kept : "";
}

static bool refuse_value(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                         const json_t *value)
{
    keras_refuse(l, layer, key, "%s has no meaning here", short_text(l, value));
    return false;
}

static bool number_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                         const struct arg_spec *spec, const json_t *value, struct str *to)
{
    char text[NUMBER_ROOM];
    const json_t *first = json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    if (!json_is_number(first) || (spec->type == ARG_WHOLE && !json_is_integer(first)))
        return refuse_value(l, layer, key, value);
    const double x = keras_value(json_number_value(first));
    const bool any = spec->min == 0 && spec->max == 0;
    if ((!any && (x < spec->min || x > spec->max)) || (spec->above && x <= spec->min) ||
        (x != 0 && fabs(x) < spec->least)) {
        keras_refuse(l, layer, key, "%s is not within what %s can be here", short_text(l, first),
                     spec->name);
        return false;
    }
    str_add(to, number_exact(x, text));
    return true;
}

/* What -1 stands for in a Reshape, from the shape that it was built for; 0: the file does not tell.
 */
static json_int_t missing_size(const struct keras_layer *layer, const json_t *value)
{
    const json_t *in =
        json_object_get(json_object_get(layer->whole, "build_config"), "input_shape");
    json_int_t all = json_array_size(in) > 1, rest = 1;
    size_t open = 0;
    for (size_t i = 1; i < json_array_size(in); i++) {
        const json_int_t n = json_integer_value(json_array_get(in, i));
        all = n > 0 && all <= SIZE_MOST / n ? all * n : 0;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_int_t n = json_integer_value(json_array_get(value, i));
        open += n == -1;
        if (n != -1)
            rest = n > 0 && rest <= SIZE_MOST / n ? rest * n : 0;
    }
    return open == 1 && rest && all % rest == 0 ? all / rest : 0;
}

static bool shape_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                        const json_t *value, struct str *to)
{
    const size_t axes = json_is_integer(value) ? 1 : json_array_size(value);
    for (size_t i = 0; i < axes; i++) {
        const json_t *one = json_is_integer(value) ? value : json_array_get(value, i);
        const bool open = strcmp(key, "target_shape") == 0 && json_integer_value(one) == -1;
        const json_int_t n = open ? missing_size(layer, value) : json_integer_value(one);
        if (open && !n) {
            keras_refuse(l, layer, key, "%s: what -1 stands for is not in the file",
                         short_text(l, value));
            return false;
        }
        if (!json_is_integer(one) || n < 1 || n > SIZE_MOST)
            return refuse_value(l, layer, key, value);
        str_addf(to, "%s%lld", i ? "x" : "", (long long)n);
    }
    return axes ? true : refuse_value(l, layer, key, value);
}

static bool choice_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                         const struct arg_spec *spec, const json_t *value, struct str *to)
{
    const char *word = json_string_value(value);
    const struct entry *row = word ? keras_row(spec->of, word) : NULL;
    if (!row)
        return refuse_value(l, layer, key, value);
    str_add(to, row->name);
    return true;
}

/* The object of a value, where its class is Keras's and not somebody's. */
static bool own_object(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                       const json_t *value, struct keras_object *o)
{
    if (!keras_object(value, o))
        return refuse_value(l, layer, key, value);
    if (!o->package)
        return o->class_name != NULL;
    keras_refuse(l, layer, key, "class %.80s is not Keras's", o->class_name);
    return false;
}

/* Words of Keras whose functions are those of the rows. */
static const char *const same_activations[] = {
    "linear",   "relu",  "leaky_relu", "elu",     "selu",  "gelu", "sigmoid",  "tanh",
    "softplus", "swish", "silu",       "softmax", "relu6", "mish", "softsign", "hard_sigmoid"};
static const char lacking_activations[] =
    " exponential hard_silu hard_swish log_softmax celu glu hard_tanh hard_shrink "
    "log_sigmoid soft_shrink sparse_plus sparsemax squareplus tanh_shrink threshold ";

static bool activation_words(struct keras_lines *l, const struct keras_layer *layer,
                             const char *key, const json_t *value, struct str *to)
{
    struct keras_object o;
    if (!own_object(l, layer, key, value, &o))
        return false;
    if (strcmp(o.class_name, "hard_sigmoid") == 0 && l->of->dialect != KERAS_3) {
        str_add(to, "hard_sigmoid(0.2)");
        return true;
    }
    for (size_t i = 0; i < sizeof same_activations / sizeof *same_activations; i++)
        if (strcmp(same_activations[i], o.class_name) == 0 && !json_object_size(o.config)) {
            str_add(to, table_find(&activation_kinds, o.class_name)->name);
            return true;
        }
    struct str padded = {0};
    str_addf(&padded, " %s ", o.class_name);
    const char *known = keras_keep(l, &padded);
    const bool lacks = known && (strstr(lacking_activations, known) || json_object_size(o.config));
    keras_refuse(l, layer, key,
                 lacks ? "there is no activation %.80s here" : "activation %.80s is not Keras's",
                 o.class_name);
    return false;
}

/* Initialisers: rows that take nothing, by all the names that Keras has had for them. */
static const struct {
    const char *theirs, *ours;
} plain_inits[] = {
    {"zeros", "zeros"},
    {"zero", "zeros"},
    {"ones", "ones"},
    {"one", "ones"},
    {"glorot_uniform", "glorot_uniform"},
    {"glorot_normal", "glorot_normal"},
    {"he_uniform", "he_uniform"},
    {"he_normal", "he_normal"},
    {"lecun_normal", "lecun_normal"},
    {"lecun_uniform", "lecun_uniform"},
    {"orthogonal", "orthogonal"},
    {"identity", "identity"},
};

static double number_or(const json_t *config, const char *key, double otherwise)
{
    const json_t *value = json_object_get(config, key);
    return json_is_number(value) ? keras_value(json_number_value(value)) : otherwise;
}

/* Whether what should be a number is one: a list, say, is not. */
static bool has_numbers(const json_t *config)
{
    static const char *const keys[] = {"value",  "minval", "maxval", "mean",
                                       "stddev", "gain",   "scale"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *value = json_object_get(config, keys[i]);
        if (value && !json_is_null(value) && !json_is_number(value))
            return false;
    }
    return true;
}

static const char *scaled_init(const json_t *config)
{
    const double scale = number_or(config, "scale", 1);
    const char *mode = json_string_value(json_object_get(config, "mode"));
    const char *kind = json_string_value(json_object_get(config, "distribution"));
    if (!mode || !kind)
        return NULL;
    const bool normal = strcmp(kind, "normal") == 0 || strcmp(kind, "truncated_normal") == 0;
    if (!normal && strcmp(kind, "uniform") != 0)
        return NULL;
    if (strcmp(mode, "fan_avg") == 0 && scale == 1)
        return normal ? "glorot_normal" : "glorot_uniform";
    if (strcmp(mode, "fan_in") == 0 && scale == 2)
        return normal ? "he_normal" : "he_uniform";
    if (strcmp(mode, "fan_in") == 0 && scale == 1)
        return normal ? "lecun_normal" : "lecun_uniform";
    return NULL;
}

static const char *plain_init(const struct keras_object *o)
{
    if (keras_alike(o->class_name, "VarianceScaling"))
        return scaled_init(o->config);
    if (number_or(o->config, "gain", 1) != 1)
        return NULL;
    for (size_t i = 0; i < sizeof plain_inits / sizeof *plain_inits; i++)
        if (keras_alike(plain_inits[i].theirs, o->class_name))
            return plain_inits[i].ours;
    return NULL;
}

/* keras/initializations.py of Keras 1. */
static void note_old_draw(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                          const char *plain)
{
    if (strstr(plain, "_normal") && !l->uncut++)
        l->first_uncut = keras_place(l, layer, key);
    else if (strcmp(plain, "orthogonal") == 0 && !l->larger++)
        l->first_larger = keras_place(l, layer, key);
}

static bool init_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                       const json_t *value, struct str *to)
{
    struct keras_object o;
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    if (!own_object(l, layer, key, value, &o))
        return false;
    if (!has_numbers(o.config))
        return refuse_value(l, layer, key, value);
    const char *plain = plain_init(&o);
    if (plain && l->of->dialect == KERAS_1)
        note_old_draw(l, layer, key, plain);
    if (plain && table_find(&init_kinds, plain))
        str_add(to, plain);
    else if (keras_alike(o.class_name, "constant"))
        str_addf(to, "constant(%s)", number_exact(number_or(o.config, "value", 0), a));
    else if (keras_alike(o.class_name, "RandomUniform") || strcmp(o.class_name, "uniform") == 0)
        str_addf(to, "uniform(%s, %s)", number_exact(number_or(o.config, "minval", -0.05), a),
                 number_exact(number_or(o.config, "maxval", 0.05), b));
    else if (keras_alike(o.class_name, "RandomNormal") || strcmp(o.class_name, "normal") == 0)
        str_addf(to, "normal(%s, %s)", number_exact(number_or(o.config, "mean", 0), a),
                 number_exact(number_or(o.config, "stddev", 0.05), b));
    else {
        keras_refuse(l, layer, key, "there is no initialiser like %s here", short_text(l, value));
        return false;
    }
    return true;
}

/* Keys of Keras 1's constraints. */
static const json_t *constraint_value(const json_t *config, const char *name)
{
    static const char *const old[][2] = {
        {"max_value", "m"}, {"min_value", "low"}, {"max_value", "high"}};
    const json_t *value = json_object_get(config, name);
    for (size_t i = 0; i < 3 && !value; i++)
        if (strcmp(old[i][0], name) == 0)
            value = json_object_get(config, old[i][1]);
    return value;
}

/* The axes that norms are taken along: none said is the row's own, 0. */
static bool axes_words(const json_t *value, bool first, struct str *to)
{
    const size_t axes = json_is_array(value) ? json_array_size(value) : value ? 1 : 0;
    const json_t *only = axes == 1 && json_is_array(value) ? json_array_get(value, 0) : value;
    if (axes == 1 && json_is_integer(only) && json_integer_value(only) == 0)
        return true;
    for (size_t i = 0; i < axes; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
        if (!json_is_integer(one) || json_integer_value(one) < 0 ||
            json_integer_value(one) >= SHAPE_MOST)
            return false;
        str_addf(to, "%s%lld", first && !i ? "" : ", ", (long long)json_integer_value(one));
    }
    return true;
}

static bool constraint_words(struct keras_lines *l, const struct keras_layer *layer,
                             const char *key, const json_t *value, struct str *to)
{
    static const char *const same[] = {"MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"};
    struct keras_object o;
    const struct entry *row = NULL;
    if (!own_object(l, layer, key, value, &o))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (keras_alike(same[i], o.class_name))
            row = keras_row(&constraint_kinds, same[i]);
    if (!row) {
        keras_refuse(l, layer, key, "class %.80s is not Keras's", o.class_name);
        return false;
    }
    struct str inside = {0};
    bool good = true;
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        const json_t *one = constraint_value(o.config, spec->name);
        if (spec->form != REST && inside.size)
            str_add(&inside, ", ");
        if (spec->form == REST)
            good = axes_words(one, !inside.size, &inside) && good;
        else if (one)
            good = number_words(l, layer, key, spec, one, &inside) && good;
        else
            str_add(&inside, spec->standard);
    }
    str_addf(to, inside.size ? "%s(%s)" : "%s", row->name, inside.text);
    l->failed = l->failed || inside.failed;
    str_finish(&inside);
    return good ? true : refuse_value(l, layer, key, value);
}

static bool penalty_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                          const json_t *value, struct str *to)
{
    struct keras_strengths s;
    struct keras_object o;
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    const struct arg_spec *spec = table_find(&penalty_kinds, "l1")->args;
    if (!own_object(l, layer, key, value, &o))
        return false;
    const json_t *l1 = json_object_get(o.config, "l1"), *l2 = json_object_get(o.config, "l2");
    if ((l1 && !json_is_null(l1) && !json_is_number(l1)) ||
        (l2 && !json_is_null(l2) && !json_is_number(l2)))
        return refuse_value(l, layer, key, value);
    if (!keras_strengths(value, &s)) {
        keras_refuse(l, layer, key,
                     keras_alike(o.class_name, "OrthogonalRegularizer")
                         ? "there is no penalty like class %.80s here"
                         : "class %.80s is not Keras's",
                     o.class_name);
        return false;
    }
    if (s.l1 < 0 || s.l2 < 0 || s.l1 > spec->max || s.l2 > spec->max ||
        (s.l1 > 0 && s.l1 < spec->least) || (s.l2 > 0 && s.l2 < spec->least)) {
        keras_refuse(l, layer, key, "its strength, %s, is not within what it can be here",
                     number_exact(s.l1 < 0 || s.l1 > spec->max || s.l2 == 0 ? s.l1 : s.l2, a));
        return false;
    }
    number_exact(s.l1, a);
    number_exact(s.l2, b);
    if (s.l1 != 0 && s.l2 != 0)
        str_addf(to, "l1l2(%s, %s)", a, b);
    else if (s.l1 != 0 || s.l2 != 0)
        str_addf(to, s.l1 != 0 ? "l1(%s)" : "l2(%s)", s.l1 != 0 ? a : b);
    else if (!l->zeros++)
        l->first_zero = keras_place(l, layer, key);
    return s.l1 != 0 || s.l2 != 0;
}

bool keras_value_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                       const struct arg_spec *spec, const json_t *value, struct str *to)
{
    if (json_is_null(value) && spec->of == &activation_kinds)
        str_add(to, "linear");
    if (!value || json_is_null(value))
        return value && spec->of == &activation_kinds;
    if (spec->of == &activation_kinds)
        return activation_words(l, layer, key, value, to);
    if (spec->of == &init_kinds)
        return init_words(l, layer, key, value, to);
    if (spec->of == &constraint_kinds)
        return constraint_words(l, layer, key, value, to);
    if (spec->of == &penalty_kinds)
        return penalty_words(l, layer, key, value, to);
    if (spec->type == ARG_WHOLE || spec->type == ARG_NUMBER)
        return number_words(l, layer, key, spec, value, to);
    if (spec->type == ARG_SHAPE)
        return shape_words(l, layer, key, value, to);
    if (spec->type == ARG_CHOICE)
        return choice_words(l, layer, key, spec, value, to);
    if (spec->type != ARG_BOOL || !json_is_boolean(value))
        return refuse_value(l, layer, key, value);
    str_add(to, json_is_true(value) ? "yes" : "no");
    return true;
}

bool keras_is_standard(const struct arg_spec *spec, const char *words)
{
    char *end, *end_of_standard;
    if (!spec->standard)
        return false;
    if (strcmp(spec->standard, words) == 0)
        return true;
    if (spec->type == ARG_SHAPE && strcmp(spec->standard, "1") == 0)
        return strspn(words, "1x") == strlen(words) && !strstr(words, "11");
    const double x = strtod(words, &end), y = strtod(spec->standard, &end_of_standard);
    return end != words && !*end && end_of_standard != spec->standard && !*end_of_standard &&
           x == y;
}

/* Adds one argument. `open`: all that stand by place before it were given. */
static bool argument_words(struct str *to, const struct arg_spec *spec, const char *words,
                           bool open)
{
    if (spec->form == POSITIONAL && open)
        str_addf(to, " %s", words);
    else
        str_addf(to, " %s=%s", spec->name, words);
    return spec->form == POSITIONAL && open;
}

static const char *key_of(const struct keras_layer *layer, const struct arg_spec *spec)
{
    if (json_object_get(layer->config, spec->name))
        return spec->name;
    if (spec->alias && json_object_get(layer->config, spec->alias))
        return spec->alias;
    for (size_t i = 0; i < sizeof renamed_keys / sizeof *renamed_keys; i++)
        if (strcmp(renamed_keys[i].ours, spec->name) == 0 &&
            json_object_get(layer->config, renamed_keys[i].theirs))
            return renamed_keys[i].theirs;
    return NULL;
}

/* What a version of Keras took where its file does not say it. */
static const char *silent_value(const struct keras_lines *l, const struct keras_layer *layer,
                                const struct arg_spec *spec)
{
    if (strcmp(spec->name, "reset_after") == 0 &&
        (l->of->dialect == KERAS_1 || l->of->dialect == KERAS_2))
        return "no";
    (void)layer;
    return NULL;
}

/* How a bias starts that is not there. */
static bool starts_no_bias(const struct keras_layer *layer, const struct arg_spec *spec)
{
    return json_is_false(json_object_get(layer->config, "use_bias")) &&
           (spec->meaning == MEANS_BIAS_START || (spec->of == &init_kinds && spec->alias &&
                                                  strcmp(spec->alias, "bias_initializer") == 0));
}

static void arguments_words(struct keras_lines *l, const struct keras_layer *layer,
                            const struct entry *entry, bool frozen, struct str *to)
{
    bool open = true;
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        struct str words = {0};
        if (spec->form == CLAUSE || starts_no_bias(layer, spec))
            continue;
        const char *key = key_of(layer, spec), *silent = key ? NULL : silent_value(l, layer, spec);
        const size_t before = l->refusals;
        bool said = false;
        if (spec->meaning == MEANS_TRAINABLE && frozen) {
            str_add(&words, "no");
            said = true;
        } else if (key)
            said =
                keras_value_words(l, layer, key, spec, json_object_get(layer->config, key), &words);
        else if (silent)
            str_add(&words, silent), said = true;
        if (!said && spec->required && l->refusals == before)
            keras_refuse(l, layer, NULL, "its config does not say %s",
                         spec->alias ? spec->alias : spec->name);
        /* Sizes are said in any case: a line that has them is read more easily. */
        const bool needed = spec->form == POSITIONAL && !spec->of;
        if (said && !words.failed && (needed || !keras_is_standard(spec, words.text)))
            open = argument_words(to, spec, words.text, open) || (spec->form != POSITIONAL && open);
        else if (spec->form == POSITIONAL)
            open = false;
        l->failed = l->failed || words.failed;
        str_finish(&words);
    }
}

/* The last axis alone is what norms and shares are computed along here. */
static void check_axis(struct keras_lines *l, const struct keras_layer *layer, const json_t *value,
                       unsigned rank)
{
    const json_t *axis = json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    const json_int_t n = json_integer_value(axis);
    if (json_is_integer(axis) && (n == -1 || (rank && n == (json_int_t)rank)))
        return;
    keras_refuse(l, layer, "axis", "axis %s: here it is the last one", short_text(l, value));
}

/* prelu and what its slopes take; a penalty on them is the layer's. */
static void slopes_words(struct keras_lines *l, const struct keras_layer *layer, struct str *to)
{
    const struct entry *row = table_find(&activation_kinds, "prelu");
    const struct arg_spec *slot = spec_of(table_find(&layer_kinds, "activation"), "alpha");
    const json_t *penalty = json_object_get(layer->config, slot->alias);
    struct str inside = {0}, words = {0};
    for (size_t i = 0; i < row->arg_count; i++) {
        const char *key = key_of(layer, &row->args[i]);
        struct str one = {0};
        if (key &&
            keras_value_words(l, layer, key, &row->args[i], json_object_get(layer->config, key),
                              &one) &&
            !one.failed && !keras_is_standard(&row->args[i], one.text))
            str_addf(&inside, "%s%s=%s", inside.size ? ", " : "", row->args[i].name, one.text);
        str_finish(&one);
    }
    str_addf(to, inside.size ? " prelu(%s)" : " prelu", inside.text);
    if (keras_value_words(l, layer, slot->alias, slot, penalty, &words) && !words.failed)
        str_addf(to, " %s=%s", slot->name, words.text);
    l->failed = l->failed || inside.failed || words.failed;
    str_finish(&inside);
    str_finish(&words);
}

/* Classes that are a function alone. */
static void function_words(struct keras_lines *l, const struct keras_layer *layer, unsigned rank,
                           struct str *to)
{
    char a[NUMBER_ROOM];
    const json_t *c = layer->config, *most = json_object_get(c, "max_value");
    const double slope =
        number_or(c, "negative_slope", strcmp(layer->class_name, "LeakyReLU") == 0 ? 0.3 : 0);
    if (strcmp(layer->class_name, "Softmax") == 0) {
        str_add(to, " softmax");
        if (json_object_get(c, "axis"))
            check_axis(l, layer, json_object_get(c, "axis"), rank);
    } else if (strcmp(layer->class_name, "ELU") == 0)
        str_addf(to, " elu(%s)", number_exact(number_or(c, "alpha", 1), a));
    else if (strcmp(layer->class_name, "PReLU") == 0) {
        slopes_words(l, layer, to);
        if (rank != 1)
            keras_refuse(l, layer, NULL,
                         "a PReLU on several axes has a slope for each place; here it has one for "
                         "each unit");
    } else if (number_or(c, "threshold", 0) != 0)
        keras_refuse(l, layer, "threshold", "a relu has no threshold here");
    else if (!json_is_number(most))
        str_addf(to, slope == 0 ? " relu" : " leaky_relu(%s)", number_exact(slope, a));
    else if (json_number_value(most) == 6 && slope == 0)
        str_add(to, " relu6");
    else
        keras_refuse(l, layer, "max_value", "of relus that end at a value there is relu6 here");
}

static bool is_function(const struct keras_layer *layer)
{
    static const char *const names[] = {"ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], layer->class_name) == 0)
            return true;
    return false;
}

/* Every key that is neither an argument here nor idle is refused. */
static void check_keys(struct keras_lines *l, const struct keras_layer *layer,
                       const struct entry *entry, unsigned rank)
{
    const char *key;
    json_t *value;
    const bool function = is_function(layer);
    json_object_foreach(layer->config, key, value)
    {
        const bool own = strcmp(key, "max_value") == 0 || strcmp(key, "negative_slope") == 0 ||
                         strcmp(key, "threshold") == 0 || strcmp(key, "alpha") == 0 ||
                         strcmp(key, "axis") == 0;
        const bool slope =
            strcmp(layer->class_name, "PReLU") == 0 && strncmp(key, "alpha_", 6) == 0;
        const bool penalty = strcmp(layer->class_name, "ActivityRegularization") == 0 &&
                             (strcmp(key, "l1") == 0 || strcmp(key, "l2") == 0);
        if (is_flat(layer) && strcmp(key, "target_shape") == 0)
            continue;
        if (function && own && strcmp(key, "axis") != 0 && !json_is_number(value) &&
            !json_is_null(value))
            refuse_value(l, layer, key, value);
        else if (spec_of(entry, key) || is_idle(l, key, value) || (function && own) || penalty ||
                 slope)
            continue;
        else if (strcmp(key, "axis") == 0 && strstr(layer->class_name, "Normalization"))
            check_axis(l, layer, value, rank);
        else if (strcmp(key, "data_format") == 0)
            keras_refuse(l, layer, key, "%s: channels stand last here", short_text(l, value));
        else
            keras_refuse(l, layer, key, "%s: %s has no such thing here", short_text(l, value),
                         entry->name);
    }
}

static void regularization_words(struct keras_lines *l, const struct keras_layer *layer,
                                 struct str *to)
{
    struct str words = {0};
    json_t *both =
        json_pack("{s:s,s:{s:O?,s:O?}}", "class_name", "L1L2", "config", "l1",
                  json_object_get(layer->config, "l1"), "l2", json_object_get(layer->config, "l2"));
    l->failed = l->failed || !both;
    str_addf(to, " %s",
             penalty_words(l, layer, "l1", both, &words) && !words.failed ? words.text : "none");
    str_finish(&words);
    json_decref(both);
}

static void kind_words(struct keras_lines *l, const struct keras_layer *layer,
                       const struct layer_kind *kind, unsigned rank, bool frozen, struct str *to)
{
    const struct entry *entry = &kind->entry;
    str_add(to, entry->name);
    check_keys(l, layer, entry, rank);
    if (is_function(layer))
        function_words(l, layer, rank, to);
    else if (strcmp(layer->class_name, "ActivityRegularization") == 0)
        regularization_words(l, layer, to);
    else
        arguments_words(l, layer, entry, frozen, to);
}

/* Which way it goes and its name aside, a second layer for the other direction is the first one. */
static bool is_mirrored(const struct keras_layer *a, const struct keras_layer *b)
{
    json_t *x = json_copy(a->config), *y = json_copy(b->config);
    json_object_del(x, "name");
    json_object_del(y, "name");
    json_object_del(x, "go_backwards");
    json_object_del(y, "go_backwards");
    const bool same = x && y && json_equal(x, y) && strcmp(a->class_name, b->class_name) == 0;
    json_decref(x);
    json_decref(y);
    return same;
}

static void both_words(struct keras_lines *l, const struct keras_layer *layer, bool frozen,
                       struct str *to)
{
    const struct keras_layer *inner = layer->inner;
    const struct layer_kind *kind = kind_of(inner);
    const struct arg_spec *merge = kind ? spec_of(&kind->entry, "merge_mode") : NULL;
    struct str words = {0};
    str_add(to, "bidirectional ");
    if (!merge || inner->package) {
        keras_refuse(l, inner, NULL,
                     "bidirectional takes an LSTM, a GRU or a SimpleRNN here, and no %.80s",
                     inner->written);
        return;
    }
    if (layer->backward && !is_mirrored(inner, layer->backward))
        keras_refuse(l, layer, "backward_layer", "it differs from the forward layer");
    kind_words(l, inner, kind, 2, frozen, to);
    const json_t *mode = json_object_get(layer->config, "merge_mode");
    if (json_is_null(mode))
        keras_refuse(l, layer, "merge_mode", "null: both directions are joined here");
    else if (keras_value_words(l, layer, "merge_mode", merge, mode, &words) && !words.failed &&
             !keras_is_standard(merge, words.text))
        str_addf(to, " merge=%s", words.text);
    str_finish(&words);
}

static bool is_frozen(const struct keras_layer *layer, bool frozen)
{
    return frozen || json_is_false(json_object_get(layer->config, "trainable"));
}

static void wrapper_keys(struct keras_lines *l, const struct keras_layer *layer)
{
    const char *key;
    json_t *value;
    json_object_foreach(layer->config, key, value)
    {
        if (strcmp(key, "layer") != 0 && strcmp(key, "backward_layer") != 0 &&
            strcmp(key, "merge_mode") != 0 && !is_idle(l, key, value))
            keras_refuse(l, layer, key, "%s: %.60s has no such thing here", short_text(l, value),
                         layer->written);
    }
}

void keras_layer_words(struct keras_lines *l, const struct keras_layer *layer, unsigned rank,
                       bool frozen, struct str *to)
{
    const struct layer_kind *kind = kind_of(layer);
    const bool still = is_frozen(layer, frozen);
    if (layer->package)
        keras_refuse(l, layer, NULL, "class %.80s is not Keras's", layer->written);
    else if (layer->inner && strcmp(layer->class_name, "TimeDistributed") == 0) {
        wrapper_keys(l, layer);
        str_add(to, "timedistributed ");
        keras_layer_words(l, layer->inner, rank ? rank - 1 : 0, still, to);
    } else if (layer->inner && strcmp(layer->class_name, "Bidirectional") == 0) {
        wrapper_keys(l, layer);
        both_words(l, layer, still, to);
    } else if (kind)
        kind_words(l, layer, kind, rank, still, to);
    else
        keras_refuse(l, layer, NULL,
                     is_other(layer->written) ? "there is no layer like %.80s here"
                                              : "class %.80s is not Keras's",
                     layer->written);
}

unsigned keras_layer_rank(const struct keras_layer *layer, unsigned rank)
{
    static const struct {
        const char *class_name;
        unsigned rank;
    } fixed[] = {
        {"Flatten", 1},
        {"GlobalMaxPooling1D", 1},
        {"GlobalMaxPooling2D", 1},
        {"GlobalAveragePooling1D", 1},
        {"GlobalAveragePooling2D", 1},
        {"RepeatVector", 2},
    };
    const char *name = layer->class_name;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(fixed[i].class_name, name) == 0)
            return fixed[i].rank;
    if (strcmp(name, "LSTM") == 0 || strcmp(name, "GRU") == 0 || strcmp(name, "SimpleRNN") == 0)
        return json_is_true(json_object_get(layer->config, "return_sequences")) ? 2 : 1;
    if (strcmp(name, "Reshape") == 0)
        return (unsigned)json_array_size(json_object_get(layer->config, "target_shape"));
    if (strcmp(name, "Embedding") == 0)
        return rank ? rank + 1 : 0;
    if (layer->inner && strcmp(name, "Bidirectional") == 0)
        return keras_layer_rank(layer->inner, rank);
    if (layer->inner && rank > 1) {
        const unsigned inner = keras_layer_rank(layer->inner, rank - 1);
        return inner ? inner + 1 : 0;
    }
    return layer->model || layer->inner ? 0 : rank;
}
