/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/results.h"

#include "cmd/session/state.h"

#include "base/mem.h"
#include "train/model.h"

#include <string.h>

const char *const run_figure_names[RUN_FIGURES] = {
    [RUN_DATA] = "train.loss.data",       [RUN_VAL_DATA] = "val.loss.data",
    [RUN_ACCURACY] = "train.accuracy",    [RUN_VAL_ACCURACY] = "val.accuracy",
    [RUN_PENALTY] = "train.loss.penalty",
};

static char *text_copy(const char *text)
{
    return mem_text(text, strlen(text));
}

struct results *results_create(void)
{
    struct results *r = mem_new(1, sizeof *r);
    if (r)
        r->owners = 1;
    return r;
}

void results_run_finish(struct results_run *r)
{
    for (size_t i = 0; i < r->measures; i++)
        mem_free(r->measure[i].name);
    mem_free(r->measure);
    mem_free(r->model);
    mem_free(r->error);
    *r = (struct results_run){0};
}

void results_release(struct results *r)
{
    if (!r || --r->owners)
        return;
    for (size_t i = 0; i < r->runs; i++)
        results_run_finish(&r->run[i]);
    for (size_t i = 0; i < r->values * r->axes; i++)
        mem_free(r->value[i].text);
    for (size_t i = 0; i < r->axes; i++)
        mem_free(r->target[i]);
    for (size_t i = 0; i < r->names; i++)
        mem_free(r->name[i]);
    mem_free(r->name);
    mem_free(r->run);
    mem_free(r->value);
    mem_free(r->text);
    mem_free(r);
}

int results_run_note(struct results_run *r, const char *name, double value)
{
    for (size_t i = 0; i < r->measures; i++)
        if (strcmp(r->measure[i].name, name) == 0) {
            r->measure[i].value = value;
            return 0;
        }
    char *own = text_copy(name);
    if (!own || mem_room(&r->measure, &r->measure_room, r->measures + 1, sizeof *r->measure)) {
        mem_free(own);
        return -1;
    }
    r->measure[r->measures++] = (struct measured){own, value};
    return 0;
}

const double *results_run_measure(const struct results_run *r, const char *name)
{
    for (size_t i = 0; i < r->measures; i++)
        if (strcmp(r->measure[i].name, name) == 0)
            return &r->measure[i].value;
    return NULL;
}

int results_run_copy(struct results_run *to, const struct results_run *from)
{
    *to = *from;
    to->measure = NULL;
    to->measures = to->measure_room = 0;
    to->model = text_copy(from->model);
    to->error = from->error ? text_copy(from->error) : NULL;
    bool failed = !to->model || (from->error && !to->error);
    for (size_t i = 0; i < from->measures && !failed; i++)
        failed = results_run_note(to, from->measure[i].name, from->measure[i].value) != 0;
    if (failed)
        results_run_finish(to);
    return failed ? -1 : 0;
}

int results_name(struct results *r, const char *name)
{
    for (size_t i = 0; i < r->names; i++)
        if (strcmp(r->name[i], name) == 0)
            return 0;
    char *own = text_copy(name);
    if (!own || mem_room(&r->name, &r->name_room, r->names + 1, sizeof *r->name)) {
        mem_free(own);
        return -1;
    }
    r->name[r->names++] = own;
    return 0;
}

int results_add(struct results *r, struct results_run *row)
{
    for (size_t i = 0; i < row->measures; i++)
        if (results_name(r, row->measure[i].name))
            return -1;
    if (mem_room(&r->run, &r->run_room, r->runs + 1, sizeof *r->run))
        return -1;
    r->run[r->runs++] = *row;
    *row = (struct results_run){0};
    return 0;
}

static int copy_values(struct results *to, const struct results *from)
{
    if (from->text && !(to->text = text_copy(from->text)))
        return -1;
    for (; to->axes < from->axes; to->axes++)
        if (!(to->target[to->axes] = text_copy(from->target[to->axes])))
            return -1;
    if (!(to->value = mem_new(from->values * from->axes, sizeof *to->value)))
        return -1;
    to->values = from->values;
    for (size_t i = 0; i < from->values * from->axes; i++) {
        to->value[i].number = from->value[i].number;
        if (!(to->value[i].text = text_copy(from->value[i].text)))
            return -1;
    }
    return 0;
}

static struct results *copy_results(const struct results *from)
{
    struct results *to = results_create();
    bool failed = !to || copy_values(to, from);
    for (size_t i = 0; i < from->names && !failed; i++)
        failed = results_name(to, from->name[i]) != 0;
    for (size_t i = 0; i < from->runs && !failed; i++) {
        struct results_run row;
        failed = results_run_copy(&row, &from->run[i]) != 0;
        if (!failed && results_add(to, &row)) {
            results_run_finish(&row);
            failed = true;
        }
    }
    if (failed) {
        results_release(to);
        return NULL;
    }
    to->seeds = from->seeds;
    to->models = from->models;
    to->digest = from->digest;
    return to;
}

struct results *results_own(struct session *s)
{
    struct results *own = s->results;
    if (own && own->owners == 1)
        return own;
    own = own ? copy_results(own) : results_create();
    if (!own)
        return NULL;
    results_release(s->results);
    s->results = own;
    return own;
}

static uint64_t digest_text(uint64_t hash, const char *text)
{
    return text ? digest_bytes(hash, text, strlen(text) + 1) : hash;
}

uint64_t results_digest(const struct results *r, uint64_t hash)
{
    if (!r)
        return hash;
    hash = digest_text(hash, r->text);
    for (size_t i = 0; i < r->runs; i++) {
        const struct results_run *x = &r->run[i];
        const uint64_t counts[] = {x->value, x->seed, x->status, x->steps, x->epochs};
        hash = digest_text(hash, x->model);
        hash = digest_text(hash, x->error);
        hash = digest_bytes(hash, counts, sizeof counts);
        hash = digest_bytes(hash, x->figure, sizeof x->figure);
        for (size_t k = 0; k < x->measures; k++) {
            hash = digest_text(hash, x->measure[k].name);
            hash = digest_bytes(hash, &x->measure[k].value, sizeof x->measure[k].value);
        }
        for (size_t k = 0; k < r->axes && x->value != RUN_ALONE; k++)
            hash = digest_text(hash, r->value[x->value * r->axes + k].text);
    }
    return hash;
}
