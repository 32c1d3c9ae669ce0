/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep_bytes.h"

#include "cmd/exec/sweep.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"

#include "train/model_bytes.h"

#include <string.h>

static const uint64_t kind_of_run = UINT64_C(0x6E6E727200020000) + sizeof(struct err);

static void write_row(struct str *to, const struct results_run *r)
{
    bytes_put_whole(to, r->status);
    bytes_put_text(to, r->error);
    bytes_put_whole(to, r->steps);
    bytes_put_whole(to, r->epochs);
    bytes_put_block(to, r->figure, sizeof r->figure);
    bytes_put_whole(to, r->measures);
    for (size_t i = 0; i < r->measures; i++) {
        bytes_put_text(to, r->measure[i].name);
        bytes_put_number(to, r->measure[i].value);
    }
}

/* Whether the model is told. */
static bool write_model(const struct session *s, const struct sweep_run *r, struct str *to)
{
    const struct entry_finder f = definitions_finder(s);
    struct str bytes = {0};
    const bool told = !r->model || model_write(&bytes, &f, r->model, current_model(s)) == 0;
    bytes_put_block(to, bytes.text, bytes.size);
    to->failed = to->failed || bytes.failed;
    str_finish(&bytes);
    return told;
}

static void empty_run(struct sweep_run *r)
{
    str_finish(&r->out);
    str_finish(&r->err);
    model_destroy(r->model);
    mem_free(r->wrong);
    r->model = NULL;
    r->wrong = NULL;
}

/* An error, and the texts that it points into: the run may have read them itself. */
static void write_error(const struct session *s, const struct err *e, struct str *to)
{
    uint32_t at = e ? e->where.source : 0;
    size_t texts = 0;
    bytes_put_block(to, e, e ? sizeof *e : 0);
    for (const struct source *t; (t = sources_get(&s->sources, at)); at = t->from.source)
        texts++;
    bytes_put_whole(to, texts);
    at = e ? e->where.source : 0;
    for (const struct source *t; (t = sources_get(&s->sources, at)); at = t->from.source) {
        bytes_put_text(to, t->name);
        bytes_put_block(to, t->text, t->size);
        bytes_put_whole(to, t->line);
        bytes_put_block(to, &t->from, sizeof t->from);
        bytes_put_whole(to, t->hidden);
    }
}

void sweep_run_write(const struct session *s, struct sweep_run *r, bool shown, struct str *to)
{
    const size_t begin = bytes_open_seal(to);
    write_row(to, &r->row);
    bytes_put_block(to, r->out.text, shown ? r->out.size : 0);
    bytes_put_block(to, r->err.text, shown ? r->err.size : 0);
    write_error(s, r->wrong, to);
    to->failed = to->failed || r->out.failed || r->err.failed;
    if (write_model(s, r, to))
        bytes_close_seal(to, begin, kind_of_run);
    empty_run(r);
}

static void read_row(struct bytes *b, struct arena *texts, struct results_run *r)
{
    size_t n;
    r->status = (enum run_status)bytes_take_whole(b);
    const char *error = bytes_take_text(b, texts);
    r->error = error ? mem_text(error, strlen(error)) : NULL;
    b->failed = b->failed || (error && !r->error);
    r->steps = bytes_take_whole(b);
    r->epochs = bytes_take_whole(b);
    const char *figures = bytes_take_block(b, &n);
    b->failed = b->failed || n != sizeof r->figure;
    if (!b->failed)
        memcpy(r->figure, figures, n);
    const size_t measures = bytes_take_count(b, sizeof(double));
    for (size_t i = 0; i < measures && !b->failed; i++) {
        const char *name = bytes_take_text(b, texts);
        const double value = bytes_take_number(b);
        b->failed = b->failed || !name || results_run_note(r, name, value);
    }
}

static void read_text(struct bytes *b, struct str *to)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    if (n)
        str_bytes(to, block, n);
    b->failed = b->failed || to->failed;
}

/* The text as it is known here, or its copy. 0: there is no memory. */
static uint32_t source_here(struct sources *all, const struct source *t)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct source *here = &all->item[i];
        if (here->size == t->size && here->line == t->line &&
            memcmp(&here->from, &t->from, sizeof t->from) == 0 &&
            strcmp(here->name, t->name) == 0 && memcmp(here->text, t->text, t->size) == 0)
            return (uint32_t)i + 1;
    }
    const uint32_t number = sources_add(all, t->name, t->text, t->size, t->line, t->from);
    if (t->hidden)
        sources_hide(all, number);
    return number;
}

enum { TEXTS_MOST = 64 };

/* The texts of an error, innermost first. Returns the number that the first of them has here. */
static uint32_t read_sources(struct session *s, struct bytes *b, struct arena *texts)
{
    struct source t[TEXTS_MOST];
    const size_t n = bytes_take_count(b, sizeof(struct span));
    uint32_t number = 0;
    b->failed = b->failed || n > TEXTS_MOST;
    for (size_t i = 0; i < n && !b->failed; i++) {
        size_t span;
        t[i].name = (char *)bytes_take_text(b, texts);
        t[i].text = (char *)bytes_take_block(b, &t[i].size);
        t[i].line = (uint32_t)bytes_take_whole(b);
        const char *from = bytes_take_block(b, &span);
        t[i].hidden = bytes_take_whole(b);
        b->failed = b->failed || !t[i].name || span != sizeof t[i].from;
        if (!b->failed)
            memcpy(&t[i].from, from, span);
    }
    for (size_t i = n; i-- > 0 && !b->failed;) {
        t[i].from.source = number;
        number = source_here(&s->sources, &t[i]);
        b->failed = !number;
    }
    return number;
}

static struct err *read_error(struct session *s, struct bytes *b, struct arena *texts)
{
    size_t n;
    const char *block = bytes_take_block(b, &n);
    struct err *e = n == sizeof *e ? mem_new(1, sizeof *e) : NULL;
    b->failed = b->failed || (n && !e);
    const size_t known = s->sources.count;
    const uint32_t source = read_sources(s, b, texts);
    if (!e)
        return NULL;
    memcpy(e, block, n);
    if (e->inside.source == e->where.source)
        e->inside.source = source;
    else if (e->inside.source > known)
        e->inside = (struct span){0};
    e->where.source = source;
    return e;
}

static struct model *read_model(const struct session *s, struct bytes *b)
{
    const struct entry_finder f = definitions_finder(s);
    struct err e;
    size_t n;
    const char *block = bytes_take_block(b, &n);
    struct model *m = n ? model_read(block, n, &f, current_model(s), &e) : NULL;
    b->failed = b->failed || (n && !m);
    return m;
}

/* What was known of the run before it began, with what came of it. */
static void take_over(struct sweep_run *r, struct sweep_run *came)
{
    struct results_run row = came->row;
    row.value = r->row.value;
    row.seed = r->row.seed;
    row.model = r->row.model;
    r->row.model = NULL;
    results_run_finish(&r->row);
    empty_run(r);
    r->row = row;
    r->out = came->out;
    r->err = came->err;
    r->wrong = came->wrong;
    r->model = came->model;
}

bool sweep_run_read(struct session *s, struct sweep_run *r, const char *bytes, size_t n)
{
    struct bytes b = bytes_break_seal(bytes, n, kind_of_run);
    struct arena texts = {0};
    struct sweep_run came = {0};
    read_row(&b, &texts, &came.row);
    read_text(&b, &came.out);
    read_text(&b, &came.err);
    came.wrong = read_error(s, &b, &texts);
    came.model = read_model(s, &b);
    arena_finish(&texts);
    if (!b.failed && !b.left) {
        take_over(r, &came);
        return true;
    }
    results_run_finish(&came.row);
    empty_run(&came);
    return false;
}
