/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/source.h"

#include "base/mem.h"
#include "base/plain.h"

#include <math.h>
#include <string.h>

uint32_t sources_add(struct sources *all, const char *name, const char *text, size_t size,
                     uint32_t first_line, struct span from)
{
    if (mem_room(&all->item, &all->room, all->count + 1, sizeof *all->item))
        return 0;
    struct source s = {.size = size, .line = first_line, .from = from};
    s.name = mem_text(name, strlen(name));
    s.text = mem_text(text, size);
    if (!s.name || !s.text) {
        mem_free(s.name);
        mem_free(s.text);
        return 0;
    }
    all->item[all->count++] = s;
    return (uint32_t)all->count;
}

void sources_hide(struct sources *all, uint32_t number)
{
    if (number && number <= all->count)
        all->item[number - 1].hidden = true;
}

const struct source *sources_get(const struct sources *all, uint32_t number)
{
    return all && number && number <= all->count ? &all->item[number - 1] : NULL;
}

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

void source_place(const struct source *s, uint32_t at, uint32_t *line, uint32_t *column)
{
    *line = s->line;
    *column = 1;
    for (uint32_t i = 0; i < at && i < s->size; i++) {
        if (s->text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (starts_character(s->text[i + 1]) || i + 1 == s->size) {
            ++*column;
        }
    }
}

/* The part of a line that is shown: a very long line is cut round the place in question. */
struct excerpt {
    size_t from, to;
    bool cut_left, cut_right;
};

static struct excerpt excerpt_round(const struct source *s, size_t at)
{
    enum { BEFORE = 60, ALL = 110 };
    struct excerpt x = {.from = at, .to = at};
    while (x.from > 0 && s->text[x.from - 1] != '\n')
        x.from--;
    while (x.to < s->size && s->text[x.to] != '\n' && x.to - at < ALL)
        x.to++;
    if (at - x.from > BEFORE && x.to - x.from > ALL) {
        x.from = at - BEFORE;
        x.cut_left = true;
    }
    if (x.to - x.from > ALL)
        x.to = x.from + ALL;
    while (x.from < at && !starts_character(s->text[x.from]))
        x.from++;
    x.cut_right = x.to < s->size && s->text[x.to] != '\n';
    return x;
}

/* Stands below n bytes as they are shown: `first`, then `rest`; a tab is below a tab. */
static void add_below(struct str *to, const char *bytes, size_t n, const char *first,
                      const char *rest)
{
    struct str shown = {0};
    const struct out out = out_to(&shown);
    plain_write(&out, bytes, n, PLAIN_LINES);
    for (size_t i = 0; i < shown.size; i++)
        if (starts_character(shown.text[i]))
            str_add(to, shown.text[i] == '\t' && *rest == ' ' ? "\t" : i ? rest : first);
    str_finish(&shown);
}

static void show_line(const struct source *s, struct span where, struct str *to)
{
    if (s->hidden)
        return;
    size_t at = where.at < s->size ? where.at : s->size;
    struct excerpt x = excerpt_round(s, at);
    str_add(to, x.cut_left ? "  ..." : "  ");
    const size_t end = x.to - (x.to > x.from && s->text[x.to - 1] == '\r');
    const size_t last = where.end < x.to ? where.end : x.to;
    const struct out out = out_to(to);
    plain_write(&out, s->text + x.from, end - x.from, PLAIN_LINES);
    str_add(to, x.cut_right ? "...\n" : "\n");
    str_add(to, x.cut_left ? "     " : "  ");
    add_below(to, s->text + x.from, at - x.from, " ", " ");
    if (at < last)
        add_below(to, s->text + at, last - at, "^", "~");
    else
        str_add(to, "^");
    str_add(to, "\n");
}

void sources_explain(const struct sources *all, const struct err *e, struct str *to)
{
    const struct source *s = sources_get(all, e->where.source);
    uint32_t line = 0, column = 0;
    if (s) {
        source_place(s, e->where.at, &line, &column);
        plain_line(to, s->name);
        str_addf(to, ":%u:%u: ", line, column);
    } else {
        str_add(to, "nnr: ");
    }
    /* They may quote what is no one line. */
    plain_line(to, e->what);
    str_add(to, e->hint[0] ? "; " : "");
    plain_line(to, e->hint);
    str_add(to, "\n");
    if (s)
        show_line(s, e->where, to);
    const struct source *body = sources_get(all, e->inside.source);
    if (body) {
        source_place(body, e->inside.at, &line, &column);
        str_add(to, "  inside the block, ");
        plain_line(to, body->name);
        str_addf(to, ":%u:%u:\n", line, column);
        show_line(body, e->inside, to);
    }
    struct span from = s ? s->from : (struct span){0};
    for (const struct source *by; (by = sources_get(all, from.source)); from = by->from) {
        source_place(by, from.at, &line, &column);
        str_add(to, "  read by ");
        plain_line(to, by->name);
        str_addf(to, ":%u:%u\n", line, column);
    }
}

void source_json(const struct sources *all, struct span where, struct json *to)
{
    const struct source *s = sources_get(all, where.source);
    uint32_t line, column;
    if (!s)
        return;
    source_place(s, where.at, &line, &column);
    json_text(to, "file", s->name);
    json_number(to, "line", line);
    json_number(to, "column", column);
}

static void text_or_null(struct json *j, const char *key, const char *text)
{
    if (text && *text)
        json_text(j, key, text);
    else
        json_number(j, key, NAN);
}

void sources_json(const struct sources *all, const struct err *e, const char *verb, struct str *to)
{
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    text_or_null(&j, "verb", verb);
    json_text(&j, "error", e->what);
    text_or_null(&j, "hint", e->hint);
    source_json(all, e->where, &j);
    if (sources_get(all, e->inside.source)) {
        json_open(&j, "inside", '{');
        source_json(all, e->inside, &j);
        json_close(&j, '}');
    }
    const struct source *s = sources_get(all, e->where.source);
    if (s && s->from.source) {
        json_open(&j, "read_by", '[');
        for (; s && s->from.source; s = sources_get(all, s->from.source)) {
            json_open(&j, NULL, '{');
            source_json(all, s->from, &j);
            json_close(&j, '}');
        }
        json_close(&j, ']');
    }
    json_close(&j, '}');
    str_add(to, "\n");
}

void sources_finish(struct sources *all)
{
    for (size_t i = 0; i < all->count; i++) {
        mem_free(all->item[i].name);
        mem_free(all->item[i].text);
    }
    mem_free(all->item);
    *all = (struct sources){0};
}
