/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

#include <string.h>

#define ROW(name) extern const struct loss_kind loss_##name;
#include "train/losses.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &loss_##name.entry,
#include "train/losses.def"
#undef ROW
};

const struct table loss_kinds = {"loss", rows, sizeof rows / sizeof *rows};

static bool all_in_unit(const struct dataset *d, struct columns c)
{
    for (size_t i = 0; i < d->samples * c.width; i++)
        if (target_at(d, c, i) != 0 && target_at(d, c, i) != 1)
            return false;
    return true;
}

const char *loss_standard(const struct graph *g, id output, const struct dataset *d,
                          struct columns c)
{
    const struct args *a = graph_activation(g, g->value[output].made_by);
    enum activation code = activation_use(a).code;
    if (code == ACT_SOFTMAX)
        return "categorical_crossentropy";
    if (code == ACT_SIGMOID && c.width == 1 && all_in_unit(d, c))
        return "binary_crossentropy";
    return "mse";
}

static int check_classes(const struct args *loss, const struct dataset *d, struct columns c,
                         uint32_t cols, struct err *e)
{
    for (size_t i = 0; i < d->samples * c.width; i++) {
        double t = (double)target_at(d, c, i);
        if (t >= 0 && t < cols && t == floor(t))
            continue;
        char text[NUMBER_ROOM];
        err_at(e, (struct span){0}, "%s: class %s does not exist in an output of %u units",
               loss->entry->name, number_text(t, text), cols);
        return err_hint(e,
                        "classes are whole numbers from 0; the last layer needs a unit for each");
    }
    return 0;
}

static int check_range(const struct args *loss, const struct dataset *d, struct columns c,
                       struct err *e)
{
    const struct loss_kind *kind = loss_kind_of(loss);
    for (size_t i = 0; kind->takes && i < d->samples * c.width; i++)
        if (!kind->takes(target_at(d, c, i))) {
            char text[NUMBER_ROOM];
            err_at(e, (struct span){0}, "%s takes targets %s, and the data has %s",
                   loss->entry->name, kind->range, number_text((double)target_at(d, c, i), text));
            return err_hint(e, "choose another loss, for example loss mse");
        }
    return kind->suits ? kind->suits(d, c, e) : 0;
}

/* A weight for each class, and no more. */
static int check_class_weights(const struct args *loss, const char *name, uint32_t cols,
                               struct err *e)
{
    const struct loss_kind *kind = loss_kind_of(loss);
    const struct arg *given = kind->weighable ? args_get(loss, "class_weight") : NULL;
    const size_t classes = given && given->given ? kind->weighable(cols) : 0;
    if (!given || !given->given || given->as.numbers.count == classes)
        return 0;
    if (!classes) {
        err_at(e, (struct span){0}, "class_weight of %s is for one output, and %s has %u",
               loss->entry->name, name, cols);
        return err_hint(e, "end in dense 1 sigmoid, or in a softmax with %u classes", cols);
    }
    if (given->as.numbers.count > classes)
        err_at(e, (struct span){0}, "class_weight speaks of class %zu, and %s has classes 0 to %zu",
               given->as.numbers.count - 1, name, classes - 1);
    else
        err_at(e, (struct span){0}, "class_weight says nothing of class %zu of %s",
               given->as.numbers.count, name);
    return err_hint(e, "give %zu numbers, one for each class from 0 on", classes);
}

/* Whether what mixup makes of the targets are targets still. */
static int check_mixed(const struct args *loss, const struct dataset *d, struct err *e)
{
    const struct loss_kind *kind = loss_kind_of(loss);
    if (d->mixup == 0 || kind->classes || (!kind->sides && (!d->class_name || d->classes < 3)))
        return 0;
    err_at(e, (struct span){0}, "mixup makes targets between two %s, and %s has no use for them",
           kind->sides ? "sides" : "class numbers", loss->entry->name);
    return err_hint(e, "choose a crossentropy, or set data.mixup = 0");
}

int loss_check(const struct args *loss, const struct graph *g, id output, const struct dataset *d,
               struct columns c, size_t *target_cols, struct err *e)
{
    const struct shape *shape = &g->value[output].shape;
    const uint32_t cols = shape_last(shape);
    const size_t count = shape_count(shape), groups = count / cols;
    char text[80];
    const char *name = g->call[g->value[output].made_by].name;
    if (!d->targets) {
        err_at(e, (struct span){0}, "the data has no targets");
        return err_hint(e, "give some: rows { 0 1 -> 1 }, or target=input");
    }
    if (check_class_weights(loss, name, cols, e) || check_mixed(loss, d, e))
        return -1;
    if (loss_kind_of(loss)->classes && cols > 1 && c.width == groups) {
        *target_cols = 1;
        return check_classes(loss, d, c, cols, e);
    }
    if (c.width != count) {
        err_at(e, (struct span){0},
               "the output %s has %zu numbers a sample (%s), and the data %zu "
               "targets",
               name, count, shape_text(shape, text, sizeof text), c.width);
        if (d->targets == 1 && d->whole_targets && cols > 1)
            return err_hint(e, "for class numbers end in dense %zu softmax", d->classes);
        return err_hint(e, "end in a layer of %zu units", c.width);
    }
    *target_cols = cols;
    return check_range(loss, d, c, e);
}
