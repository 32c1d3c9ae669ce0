/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_training.h"

#include "cmd/common/keras_refusal.h"
#include "cmd/common/keras_words.h"

#include "keras/object.h"
#include "train/loss.h"
#include "train/opt.h"

#include <string.h>

/* Names of losses that are those of no row. */
static const char *const renamed_losses[][2] = {
    {"kullback_leibler_divergence", "kl"},
    {"kullback_leibler", "kl"},
    {"cosine_proximity", "cosine"},
    {"huber_loss", "huber"},
};

static const struct entry *loss_row(const char *name)
{
    for (size_t i = 0; i < sizeof renamed_losses / sizeof *renamed_losses; i++)
        if (keras_alike(renamed_losses[i][0], name))
            return table_find(&loss_kinds, renamed_losses[i][1]);
    return keras_row(&loss_kinds, name);
}

/* Adds ` key=value` for what a row takes, and refuses what it does not. `idle`: keys that say
 * nothing here, each between blanks. */
static void keys_words(struct keras_lines *l, const struct keras_layer *at, const struct entry *row,
                       const json_t *config, const char *idle, struct str *to)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)config, key, value)
    {
        struct str words = {0}, padded = {0};
        const struct arg_spec *spec = NULL;
        const char *name = strcmp(key, "lr") == 0               ? "learning_rate"
                           : strcmp(key, "schedule_decay") == 0 ? "momentum_decay"
                                                                : key;
        str_addf(&padded, " %s ", key);
        const char *known = keras_keep(l, &padded);
        for (size_t i = 0; i < row->arg_count && !spec; i++)
            if (row->args[i].form == KEY && arg_is_named(&row->args[i], name))
                spec = &row->args[i];
        if (json_is_null(value) || json_is_false(value) || (known && strstr(idle, known)))
            spec = NULL;
        else if (!spec && !(json_is_number(value) && json_number_value(value) == 0))
            keras_refuse(l, at, key, "%s has no such thing here", row->name);
        if (spec && keras_value_words(l, at, key, spec, value, &words) && !words.failed &&
            !keras_is_standard(spec, words.text))
            str_addf(to, " %s=%s", spec->name, words.text);
        str_finish(&words);
    }
}

/* What refusals of the loss and the optimizer speak of. */
static struct keras_layer place_of(const char *place, const json_t *config)
{
    return (struct keras_layer){.place = place, .class_name = "", .original = config};
}

static void loss_line(struct keras_lines *l, const char *place, const json_t *value,
                      const json_t *weight, const char *on)
{
    struct keras_object o;
    struct str words = {0};
    if (!value || json_is_null(value))
        return;
    const bool is = keras_object(value, &o);
    const struct entry *row = is && !o.package && o.class_name ? loss_row(o.class_name) : NULL;
    if (!row) {
        keras_refuse_at(l, place,
                        is && o.package ? "class %.80s is not Keras's"
                                        : "there is no loss %.80s here",
                        is && o.class_name ? o.class_name : "like this");
        return;
    }
    const struct keras_layer at = place_of(place, o.config);
    const char *reduction = json_string_value(json_object_get(o.config, "reduction"));
    if (reduction && strncmp(reduction, "sum", 3) == 0 &&
        strcmp(reduction, "sum_over_batch_size") != 0)
        keras_refuse(l, &at, "reduction", "%.40s: a loss is the mean over samples here", reduction);
    if (json_is_true(json_object_get(o.config, "from_logits")))
        keras_refuse(l, &at, "from_logits",
                     "true: the output has its sigmoid or softmax here, as its layer's activation");
    keys_words(l, &at, row, o.config, " name fn reduction dtype axis from_logits ignore_class ",
               &words);
    str_addf(&l->text, "loss %s%s", row->name, words.text ? words.text : "");
    if (json_is_number(weight) && json_number_value(weight) != 1) {
        char a[NUMBER_ROOM];
        str_addf(&l->text, " weight=%s", keras_number(json_number_value(weight), a));
    }
    str_addf(&l->text, on ? " on %s\n" : "\n", on);
    str_finish(&words);
}

/* A member for output number i: of a list by its place, of an object by the name of the layer. */
static const json_t *part_of(const struct keras_lines *l, const json_t *value, size_t i)
{
    const struct keras_graph *g = l->of->root.model;
    if (json_is_array(value))
        return json_array_get(value, i);
    if (!json_is_object(value) || json_object_get(value, "class_name"))
        return value;
    return json_object_get(value, g->layer[g->output[i].layer].name);
}

static void optimizer_line(struct keras_lines *l)
{
    struct keras_object o;
    const json_t *value = l->of->optimizer;
    struct str words = {0};
    if (!value)
        return;
    const bool is = keras_object(value, &o);
    const struct entry *row =
        is && !o.package && o.class_name ? keras_row(&opt_kinds, o.class_name) : NULL;
    if (!row) {
        keras_refuse_at(l, "optimizer",
                        is && o.package ? "class %.80s is not Keras's"
                                        : "there is no optimizer %.80s here",
                        is && o.class_name ? o.class_name : "like this");
        return;
    }
    const struct keras_layer at = place_of("optimizer", o.config);
    keys_words(l, &at, row, o.config,
               " name jit_compile is_legacy_optimizer ema_momentum loss_scale_factor "
               "learning_rate_power_ ",
               &words);
    str_addf(&l->text, "optimizer %s%s", row->name, words.text ? words.text : "");
    if (strcmp(row->name, "nadam") == 0 && !json_object_get(o.config, "schedule_decay"))
        str_add(&l->text, " momentum_decay=1");
    str_add(&l->text, "\n");
    str_finish(&words);
}

void keras_training_lines(struct keras_lines *l, const char *const *output, size_t outputs)
{
    for (size_t i = 0; i < outputs && l->of->loss; i++)
        loss_line(l, "loss", part_of(l, l->of->loss, i), part_of(l, l->of->loss_weights, i),
                  outputs > 1 ? output[i] : NULL);
    optimizer_line(l);
}
