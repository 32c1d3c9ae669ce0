/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keras/rename.h"

#include <string.h>

static const struct {
    const char *old, *now;
} classes[] = {
    {"Convolution1D", "Conv1D"},
    {"Convolution2D", "Conv2D"},
    {"AtrousConvolution1D", "Conv1D"},
    {"AtrousConvolution2D", "Conv2D"},
    {"Deconvolution2D", "Conv2DTranspose"},
    {"TimeDistributedDense", "Dense"},
};

/* Keras 1's Merge by its mode. */
static const struct {
    const char *mode, *now;
} merges[] = {
    {"concat", "Concatenate"}, {"sum", "Add"},     {"mul", "Multiply"},
    {"ave", "Average"},        {"max", "Maximum"},
};

enum value_change {
    AS_IT_IS,
    IN_A_LIST, /* 3 is [3] */
    IS_ONE,    /* "one" is true, "zero" false */
    ORDERING   /* "tf" is channels_last */
};

/* Of the class `of`; NULL: of any. A row of a class stands before those of any. */
static const struct renamed {
    enum keras_dialect last; /* the newest dialect that has it */
    const char *of, *old, *now;
    enum value_change change;
    bool common; /* other versions have the key too, with another meaning */
} keys[] = {
    {KERAS_1, "Embedding", "output_dim", "output_dim", AS_IT_IS, true},
    {KERAS_1, "Embedding", "W_regularizer", "embeddings_regularizer", AS_IT_IS, false},
    {KERAS_1, "Embedding", "W_constraint", "embeddings_constraint", AS_IT_IS, false},
    {KERAS_1, "Embedding", "init", "embeddings_initializer", AS_IT_IS, true},
    {KERAS_1, "PReLU", "init", "alpha_initializer", AS_IT_IS, true},
    {KERAS_1, "UpSampling1D", "length", "size", AS_IT_IS, true},
    {KERAS_1, "MaxPooling1D", "stride", "strides", IN_A_LIST, true},
    {KERAS_1, "AveragePooling1D", "stride", "strides", IN_A_LIST, true},
    {KERAS_1, "Concatenate", "concat_axis", "axis", AS_IT_IS, false},
    {KERAS_1, NULL, "output_dim", "units", AS_IT_IS, true},
    {KERAS_1, NULL, "init", "kernel_initializer", AS_IT_IS, true},
    {KERAS_1, NULL, "W_regularizer", "kernel_regularizer", AS_IT_IS, false},
    {KERAS_1, NULL, "b_regularizer", "bias_regularizer", AS_IT_IS, false},
    {KERAS_1, NULL, "U_regularizer", "recurrent_regularizer", AS_IT_IS, false},
    {KERAS_1, NULL, "W_constraint", "kernel_constraint", AS_IT_IS, false},
    {KERAS_1, NULL, "b_constraint", "bias_constraint", AS_IT_IS, false},
    {KERAS_1, NULL, "inner_init", "recurrent_initializer", AS_IT_IS, false},
    {KERAS_1, NULL, "inner_activation", "recurrent_activation", AS_IT_IS, false},
    {KERAS_1, NULL, "dropout_W", "dropout", AS_IT_IS, false},
    {KERAS_1, NULL, "dropout_U", "recurrent_dropout", AS_IT_IS, false},
    {KERAS_1, NULL, "forget_bias_init", "unit_forget_bias", IS_ONE, false},
    {KERAS_1, NULL, "bias", "use_bias", AS_IT_IS, true},
    {KERAS_1, NULL, "p", "rate", AS_IT_IS, true},
    {KERAS_1, NULL, "sigma", "stddev", AS_IT_IS, true},
    {KERAS_1, NULL, "nb_filter", "filters", AS_IT_IS, false},
    {KERAS_1, NULL, "filter_length", "kernel_size", IN_A_LIST, false},
    {KERAS_1, NULL, "subsample_length", "strides", IN_A_LIST, false},
    {KERAS_1, NULL, "subsample", "strides", AS_IT_IS, false},
    {KERAS_1, NULL, "atrous_rate", "dilation_rate", AS_IT_IS, false},
    {KERAS_1, NULL, "pool_length", "pool_size", IN_A_LIST, false},
    {KERAS_1, NULL, "border_mode", "padding", AS_IT_IS, false},
    {KERAS_1, NULL, "dim_ordering", "data_format", ORDERING, false},
    {KERAS_1, NULL, "input_dtype", "dtype", AS_IT_IS, false},
    {KERAS_TF_2, "LeakyReLU", "alpha", "negative_slope", AS_IT_IS, true},
    {KERAS_TF_2, NULL, "batch_input_shape", "batch_shape", AS_IT_IS, true},
};
enum { KEYS = sizeof keys / sizeof *keys };

const char *rename_class(enum keras_dialect dialect, const char *written, const json_t *config)
{
    if (dialect != KERAS_1)
        return written;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(classes[i].old, written) == 0)
            return classes[i].now;
    const char *mode = json_string_value(json_object_get(config, "mode"));
    for (size_t i = 0; mode && strcmp(written, "Merge") == 0 && i < sizeof merges / sizeof *merges;
         i++)
        if (strcmp(merges[i].mode, mode) == 0)
            return merges[i].now;
    return written;
}

static bool is_of(const struct renamed *r, enum keras_dialect dialect, const char *class_name)
{
    return dialect <= r->last && (!r->of || strcmp(r->of, class_name) == 0);
}

/* NULL: it stays. */
static const struct renamed *find_key(enum keras_dialect dialect, const char *class_name,
                                      const char *key)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(keys[i].old, key) == 0 && is_of(&keys[i], dialect, class_name))
            return strcmp(keys[i].old, keys[i].now) == 0 ? NULL : &keys[i];
    return NULL;
}

static json_t *change_value(enum value_change change, json_t *value)
{
    const char *word = json_string_value(value);
    if (change == IN_A_LIST && json_is_integer(value))
        return json_pack("[O]", value);
    if (change == IS_ONE && word && (strcmp(word, "one") == 0 || strcmp(word, "zero") == 0))
        return json_boolean(strcmp(word, "one") == 0);
    if (change == ORDERING && word && strcmp(word, "tf") == 0)
        return json_string("channels_last");
    if (change == ORDERING && word && strcmp(word, "th") == 0)
        return json_string("channels_first");
    return json_incref(value);
}

/* Keras 1 has a convolution's rows and columns apart. */
static int join_sides(json_t *to)
{
    json_t *rows = json_object_get(to, "nb_row"), *cols = json_object_get(to, "nb_col");
    if (!rows || !cols)
        return 0;
    if (json_object_set_new(to, "kernel_size", json_pack("[O,O]", rows, cols)))
        return -1;
    json_object_del(to, "nb_row");
    json_object_del(to, "nb_col");
    return 0;
}

json_t *rename_config(enum keras_dialect dialect, const char *class_name, json_t *config)
{
    const char *key;
    json_t *value, *to;
    bool differs = dialect == KERAS_1;
    json_object_foreach(config, key, value)
    {
        differs = differs || find_key(dialect, class_name, key);
    }
    if (!differs)
        return json_incref(config);
    if (!(to = json_object()))
        return NULL;
    int failed = 0;
    json_object_foreach(config, key, value)
    {
        const struct renamed *r = find_key(dialect, class_name, key);
        failed = failed || json_object_set_new(to, r ? r->now : key,
                                               change_value(r ? r->change : AS_IT_IS, value));
    }
    if (failed || (dialect == KERAS_1 && join_sides(to))) {
        json_decref(to);
        return NULL;
    }
    return to;
}

const char *rename_back(enum keras_dialect dialect, const char *class_name, const json_t *written,
                        const char *key)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(keys[i].now, key) == 0 && is_of(&keys[i], dialect, class_name) &&
            json_object_get(written, keys[i].old))
            return keys[i].old;
    if (dialect == KERAS_1 && strcmp(key, "kernel_size") == 0 && json_object_get(written, "nb_row"))
        return "nb_row";
    return key;
}

bool rename_is_first(const json_t *config)
{
    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].last == KERAS_1 && !keys[i].common && json_object_get(config, keys[i].old))
            return true;
    return json_object_get(config, "nb_row") || json_object_get(config, "input_dtype");
}
