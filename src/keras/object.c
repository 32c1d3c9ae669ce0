/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keras/object.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A class that Keras registers in a module of its own is its own, whatever package is named. */
static const char *package_of(const json_t *value, const char *class_name)
{
    const char *module = json_string_value(json_object_get(value, "module"));
    const char *registered = json_string_value(json_object_get(value, "registered_name"));
    if (module && strncmp(module, "keras", 5) == 0 && (!module[5] || module[5] == '.'))
        return NULL;
    if (registered && strcmp(registered, "function") != 0)
        return registered;
    if (module && strcmp(module, "builtins") != 0)
        return module;
    return strchr(class_name, '>') ? class_name : NULL;
}

static void read_classed(const json_t *value, const char *class_name, struct keras_object *o)
{
    const json_t *config = json_object_get(value, "config");
    const char *cut = strrchr(class_name, '>');
    o->package = package_of(value, class_name);
    o->class_name = cut ? cut + 1 : class_name;
    if (json_is_string(config) && strcmp(class_name, "function") == 0)
        o->class_name = json_string_value(config);
    else if (json_is_object(config))
        o->config = config;
}

bool keras_object(const json_t *value, struct keras_object *o)
{
    *o = (struct keras_object){0};
    if (!value || json_is_null(value))
        return true;
    if (json_is_string(value)) {
        o->class_name = json_string_value(value);
        return true;
    }
    const char *class_name = json_string_value(json_object_get(value, "class_name"));
    if (class_name) {
        read_classed(value, class_name, o);
        return true;
    }
    o->class_name = json_string_value(json_object_get(value, "name"));
    o->config = o->class_name ? value : NULL;
    return o->class_name != NULL;
}

static bool read_strength(const json_t *config, const char *key, double *to)
{
    const json_t *value = json_object_get(config, key);
    if (!value || json_is_null(value))
        return true;
    if (!json_is_number(value))
        return false;
    *to = keras_value(json_number_value(value));
    return true;
}

bool keras_strengths(const json_t *value, struct keras_strengths *s)
{
    static const struct {
        const char *name;
        double l1, l2;
    } kind[] = {
        {"L1", 0.01, 0},
        {"L2", 0, 0.01},
        {"L1L2", 0, 0},
        {"l1", 0.01, 0},
        {"l2", 0, 0.01},
        {"l1_l2", 0.01, 0.01},
        {"L1L2Regularizer", 0, 0},
        {"WeightRegularizer", 0, 0},
        {"ActivityRegularizer", 0, 0},
    };
    struct keras_object o;
    *s = (struct keras_strengths){0};
    if (!keras_object(value, &o) || o.package)
        return false;
    if (!o.class_name)
        return true;
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        if (strcmp(kind[i].name, o.class_name) == 0) {
            *s = (struct keras_strengths){kind[i].l1, kind[i].l2};
            return read_strength(o.config, "l1", &s->l1) && read_strength(o.config, "l2", &s->l2);
        }
    return false;
}

void keras_plain_line(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            text[i] = '?';
}

const char *keras_number(double x, char text[NUMBER_ROOM])
{
    if ((double)(float)x != x)
        return number_exact(x, text);
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, NUMBER_ROOM, "%.*g", digits, x);
        if (strtof(text, NULL) == (float)x)
            break;
    }
    return number_exact(strtod(text, NULL), text);
}

double keras_value(double x)
{
    char text[NUMBER_ROOM];
    if (!isfinite(x))
        return x;
    return strtod(keras_number(x, text), NULL);
}
