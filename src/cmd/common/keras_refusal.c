/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_refusal.h"

#include "keras/object.h"

const char *keras_keep(struct keras_lines *l, struct str *text)
{
    const char *kept =
        text->failed ? NULL : arena_text(&l->arena, text->text ? text->text : "", text->size);
    l->failed = l->failed || !kept;
    str_finish(text);
    return kept;
}

static void add_refusal(struct keras_lines *l, const char *place, const char *format, va_list list)
{
    struct str text = {0};
    str_addv(&text, format, list);
    keras_plain_line(text.text, text.size);
    const char *why = keras_keep(l, &text);
    if (!place || !why ||
        mem_room(&l->refusal, &l->refusal_room, l->refusals + 1, sizeof *l->refusal)) {
        l->failed = true;
        return;
    }
    l->refusal[l->refusals++] = (struct keras_refusal){place, why};
}

void keras_refuse_at(struct keras_lines *l, const char *place, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_refusal(l, place, format, list);
    va_end(list);
}

const char *keras_place(struct keras_lines *l, const struct keras_layer *layer, const char *key)
{
    struct str text = {0};
    str_addf(&text, "%s%s", layer->place, key ? ".config." : "");
    if (key)
        str_add(&text, keras_spelled(l->of, layer, key));
    return keras_keep(l, &text);
}

void keras_refuse(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                  const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_refusal(l, keras_place(l, layer, key), format, list);
    va_end(list);
}
