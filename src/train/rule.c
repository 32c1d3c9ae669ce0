/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/rule.h"

#include <string.h>

struct rule *rule_create(const char *setting, const char *value, uint64_t every)
{
    struct rule *r = mem_new(1, sizeof *r);
    if (!r)
        return NULL;
    r->owners = 1;
    r->every = every;
    r->setting = mem_text(setting, strlen(setting));
    r->value = mem_text(value, strlen(value));
    if (r->setting && r->value)
        return r;
    rule_release(r);
    return NULL;
}

void rule_release(struct rule *r)
{
    if (!r || --r->owners)
        return;
    mem_free(r->setting);
    mem_free(r->value);
    arena_finish(&r->arena);
    mem_free(r);
}

static void ruled_finish(struct ruled *r)
{
    rule_release(r->rule);
    mem_free(r->tensor);
    mem_free(r->figure);
    *r = (struct ruled){0};
}

void rules_finish(struct rules *r)
{
    for (size_t i = 0; i < r->count; i++)
        ruled_finish(&r->item[i]);
    mem_free(r->item);
    *r = (struct rules){0};
}

/* The blocks of a batch, of to->reals and to->figures numbers; they may be unaligned. */
static int take_blocks(struct ruled *to, const void *tensor, const void *figure)
{
    to->tensor_room = to->reals;
    to->figure_room = to->figures;
    if ((to->reals && !(to->tensor = mem_block(to->reals, sizeof *to->tensor))) ||
        (to->figures && !(to->figure = mem_block(to->figures, sizeof *to->figure))))
        return -1;
    if (to->reals)
        memcpy(to->tensor, tensor, to->reals * sizeof *to->tensor);
    if (to->figures)
        memcpy(to->figure, figure, to->figures * sizeof *to->figure);
    return 0;
}

/* What an older batch has left is of no use any more. */
static int copy_ruled(struct ruled *to, const struct ruled *from, uint64_t step)
{
    *to = (struct ruled){.rule = from->rule};
    to->rule->owners++;
    if (from->step != step)
        return 0;
    to->step = from->step;
    to->samples = from->samples;
    to->reals = from->reals;
    to->figures = from->figures;
    return take_blocks(to, from->tensor, from->figure);
}

int rules_copy(struct rules *to, const struct rules *from, uint64_t step)
{
    *to = (struct rules){0};
    int failed = mem_room(&to->item, &to->room, from->count, sizeof *to->item);
    while (!failed && to->count < from->count) {
        failed = copy_ruled(&to->item[to->count], &from->item[to->count], step);
        to->count++;
    }
    if (failed)
        rules_finish(to);
    return failed ? -1 : 0;
}

size_t rules_find(const struct rules *r, const char *thing, const char *key)
{
    const size_t n = strlen(thing);
    size_t i = 0;
    for (; i < r->count; i++) {
        const char *setting = r->item[i].rule->setting;
        if (strncmp(setting, thing, n) == 0 && setting[n] == '.' &&
            strcmp(setting + n + 1, key) == 0)
            break;
    }
    return i;
}

int rules_take(struct rules *r, struct rule *rule)
{
    size_t i = 0;
    while (i < r->count && strcmp(r->item[i].rule->setting, rule->setting) != 0)
        i++;
    if (i == r->count && mem_room(&r->item, &r->room, r->count + 1, sizeof *r->item))
        return -1;
    if (i < r->count)
        ruled_finish(&r->item[i]);
    r->item[i] = (struct ruled){.rule = rule};
    r->count += i == r->count;
    return 0;
}

void rules_drop(struct rules *r, size_t at)
{
    ruled_finish(&r->item[at]);
    r->count--;
    memmove(r->item + at, r->item + at + 1, (r->count - at) * sizeof *r->item);
}

void rules_end(struct rules *r, const char *thing)
{
    const size_t n = strlen(thing);
    for (size_t i = r->count; i-- > 0;)
        if (strncmp(r->item[i].rule->setting, thing, n) == 0 && r->item[i].rule->setting[n] == '.')
            rules_drop(r, i);
}

size_t rules_bytes(const struct rules *r)
{
    size_t bytes = 0;
    for (size_t i = 0; i < r->count; i++)
        bytes +=
            sizeof *r->item + r->item[i].reals * sizeof(real) + r->item[i].figures * sizeof(double);
    return bytes;
}

void rules_write(struct str *to, const struct rules *from)
{
    bytes_put_whole(to, from->count);
    for (size_t i = 0; i < from->count; i++) {
        const struct ruled *r = &from->item[i];
        bytes_put_text(to, r->rule->setting);
        bytes_put_text(to, r->rule->value);
        bytes_put_whole(to, r->rule->every);
        bytes_put_whole(to, r->step);
        bytes_put_whole(to, r->samples);
        bytes_put_block(to, r->tensor, r->reals * sizeof(real));
        bytes_put_block(to, r->figure, r->figures * sizeof(double));
    }
}

static int read_ruled(struct bytes *b, struct arena *texts, struct ruled *to)
{
    size_t tensor, figure;
    const char *setting = bytes_take_text(b, texts), *value = bytes_take_text(b, texts);
    const uint64_t every = bytes_take_whole(b);
    to->step = bytes_take_whole(b);
    to->samples = (size_t)bytes_take_whole(b);
    const char *reals = bytes_take_block(b, &tensor), *figures = bytes_take_block(b, &figure);
    if (b->failed || !setting || !value || !every || tensor % sizeof(real) ||
        figure % sizeof(double) || !(to->rule = rule_create(setting, value, every)))
        return -1;
    to->reals = tensor / sizeof(real);
    to->figures = figure / sizeof(double);
    return take_blocks(to, reals, figures);
}

void rules_read(struct bytes *b, struct rules *to)
{
    struct arena texts = {0};
    const size_t count = bytes_take_count(b, sizeof(uint64_t));
    b->failed = b->failed || mem_room(&to->item, &to->room, count, sizeof *to->item);
    while (!b->failed && to->count < count) {
        struct ruled *r = &to->item[to->count++];
        *r = (struct ruled){0};
        b->failed = read_ruled(b, &texts, r) != 0;
    }
    arena_finish(&texts);
}
