/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/results_join.h"

#include "cmd/common/results_table.h"
#include "cmd/report/results_report.h"
#include "cmd/session/results.h"
#include "cmd/session/script_file.h"

#include "base/entry.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/place.h"
#include "base/stop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct joining {
    const struct file_name *pattern;
    const struct stop *stop;
    struct results *of;
    struct arena arena;
    struct str heads;             /* the first line of all files */
    struct file_name had;         /* the file that it is from */
    const char *digest, *version; /* of its rows; NULL: none was read */
    size_t value_room;
    struct results_found *found;
    struct err *e;
};

/* Columns 0 to 3 are those before the values, which end at the seed. */
enum { BEFORE = 4 };

static int take_targets(struct joining *j, const struct results_heads *h,
                        const struct file_name *file)
{
    struct results *of = j->of;
    size_t end = BEFORE;
    while (end < h->count && strcmp(h->name[end], "seed") != 0)
        end++;
    if (end == h->count || end - BEFORE > SWEEP_AXES_MOST)
        return results_table_refuse(file, j->e);
    if (end == BEFORE) {
        err_at(j->e, file->where, "\"%.200s\" holds models that were measured, and no sweep",
               file->name);
        return err_hint(j->e, "results joins the files of a sweep");
    }
    for (; of->axes < end - BEFORE; of->axes++) {
        const char *name = h->name[BEFORE + of->axes];
        if (!(of->target[of->axes] = mem_text(name, strlen(name))))
            return err_memory(j->e);
    }
    return 0;
}

/* The first line of each file is that of the first. */
static int check_heads(struct joining *j, const struct str *text, const struct file_name *file)
{
    const size_t n = strcspn(text->text, "\n");
    if (!j->heads.size) {
        str_bytes(&j->heads, text->text, n);
        j->had = *file;
        if (j->heads.failed || file_name_copy(&j->arena, &j->had))
            return err_memory(j->e);
        return 0;
    }
    if (n == j->heads.size && memcmp(text->text, j->heads.text, n) == 0)
        return 0;
    err_at(j->e, j->pattern->where, "\"%.100s\" and \"%.100s\" have not the same columns",
           j->had.name, file->name);
    return err_hint(j->e, "name the files of one sweep alone");
}

static int other_sweep(struct joining *j, const char *what, const struct file_name *file)
{
    err_at(j->e, j->pattern->where, "\"%.100s\" and \"%.100s\" are of two %s", j->had.name,
           file->name, what);
    return err_hint(j->e, "name the files of one sweep alone");
}

static int check_sweep(struct joining *j, const struct results_table *t,
                       const struct results_heads *h, const struct file_name *file)
{
    const char *digest = results_table_field(t, h, "digest"),
               *version = results_table_field(t, h, RESULTS_MARK),
               *text = results_table_field(t, h, "sweep");
    if (!j->digest) {
        j->digest = arena_text(&j->arena, digest, strlen(digest));
        j->version = arena_text(&j->arena, version, strlen(version));
        j->of->text = mem_text(text, strlen(text));
        return j->digest && j->version && j->of->text ? 0 : err_memory(j->e);
    }
    if (strcmp(version, j->version) != 0)
        return other_sweep(j, "versions of nnr", file);
    return strcmp(digest, j->digest) != 0 || strcmp(text, j->of->text) != 0
               ? other_sweep(j, "sweeps", file)
               : 0;
}

/* Adds the values of a line that has new ones. */
static int add_value(struct joining *j, const struct results_table *t)
{
    struct results *of = j->of;
    if (mem_room(&of->value, &j->value_room, (of->values + 1) * of->axes, sizeof *of->value))
        return err_memory(j->e);
    struct swept *to = of->value + of->values * of->axes;
    for (size_t a = 0; a < of->axes; a++) {
        const char *text = t->field[BEFORE + a];
        char *end;
        const double x = strtod(text, &end);
        to[a].number = end != text && !*end ? x : (double)NAN;
        if ((to[a].text = mem_text(text, strlen(text))))
            continue;
        while (a-- > 0)
            mem_free(to[a].text);
        return err_memory(j->e);
    }
    of->values++;
    return 0;
}

/* Of a run that failed only that counts. */
static int failed_row(struct joining *j, const struct results_table *t,
                      const struct results_heads *h, struct results_run *to)
{
    const char *model = results_table_field(t, h, "model"),
               *error = results_table_field(t, h, "error");
    *to = (struct results_run){.value = results_table_value(j->of, t, h), .status = RUN_FAILED};
    to->seed = strtoull(results_table_field(t, h, "seed"), NULL, 10);
    to->model = mem_text(model, strlen(model));
    to->error = mem_text(error, strlen(error));
    for (size_t i = 0; i < RUN_FIGURES; i++)
        to->figure[i] = (double)NAN;
    if (to->model && to->error)
        return 0;
    results_run_finish(to);
    return err_memory(j->e);
}

static int read_line(struct joining *j, const struct results_table *t,
                     const struct results_heads *h, const struct file_name *file)
{
    struct results_run row;
    if (t->fields != h->count)
        return results_table_refuse(file, j->e);
    /* A model that was measured by itself is of no sweep. */
    if (!*results_table_field(t, h, "sweep"))
        return 0;
    if (check_sweep(j, t, h, file) ||
        (results_table_value(j->of, t, h) == j->of->values && add_value(j, t)))
        return -1;
    const bool done = strcmp(results_table_field(t, h, "status"), "done") == 0;
    if (done ? results_table_row(j->of, t, h, file, &row, j->e) : failed_row(j, t, h, &row))
        return -1;
    if (results_add(j->of, &row) == 0)
        return 0;
    results_run_finish(&row);
    return err_memory(j->e);
}

static int read_lines(struct joining *j, struct str *text, const struct file_name *file)
{
    struct results_table t = {.at = text->text};
    struct results_heads h = {0};
    int more = results_table_line(&t), failed = more == 1 ? 0 : results_table_refuse(file, j->e);
    if (!failed) {
        h = (struct results_heads){t.field, t.fields};
        t.field = NULL;
        t.room = 0;
        failed = j->of->axes ? 0 : take_targets(j, &h, file);
    }
    while (!failed && (more = results_table_line(&t)) == 1)
        failed = stop_check(j->stop, j->e) || read_line(j, &t, &h, file) ? -1 : 0;
    mem_free(h.name);
    mem_free(t.field);
    return more < 0 ? err_memory(j->e) : failed;
}

static int read_file(void *self, const char *name)
{
    struct joining *j = self;
    const char *slash = strrchr(j->pattern->path, '/');
    struct str path = {0}, text = {0};
    struct file_name file = *j->pattern;
    str_bytes(&path, j->pattern->path, slash ? (size_t)(slash + 1 - j->pattern->path) : 0);
    str_add(&path, name);
    file.name = name;
    file.path = path.failed ? NULL : path.text;
    int failed = file.path ? script_read(&file, j->stop, &text, j->e) : err_memory(j->e);
    if (!failed && (!text.text || strncmp(text.text, RESULTS_OWN, strlen(RESULTS_OWN)) != 0))
        failed = results_table_refuse(&file, j->e);
    if (!failed)
        failed = check_heads(j, &text, &file) || read_lines(j, &text, &file) ? -1 : 0;
    j->found->files += !failed;
    str_finish(&text);
    str_finish(&path);
    return failed;
}

/* The runs of a sweep have models with numbers, which tell their order. */
static unsigned long long number_of(const struct results_run *r)
{
    const char *at = r->model + strlen(r->model);
    while (at > r->model && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return strtoull(at, NULL, 10);
}

/* Of a run that is there twice, what was done stands first, and then the row that came first. */
static int compare_runs(const void *a, const void *b)
{
    const struct results_run *x = a, *y = b;
    const unsigned long long n = number_of(x), m = number_of(y);
    if (n != m)
        return n < m ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return (x->status == RUN_FAILED) - (y->status == RUN_FAILED);
}

static bool same_figures(const struct results_run *a, const struct results_run *b)
{
    bool same = a->status == b->status && a->steps == b->steps && a->measures == b->measures;
    for (size_t i = 0; i < RUN_FIGURES && same; i++)
        same = a->figure[i] == b->figure[i] || (isnan(a->figure[i]) && isnan(b->figure[i]));
    for (size_t i = 0; same && i < a->measures; i++)
        same = a->measure[i].value == b->measure[i].value ||
               (isnan(a->measure[i].value) && isnan(b->measure[i].value));
    return same;
}

/* Puts the runs into their order, each once. */
static void order_runs(struct results *of, struct results_found *found)
{
    size_t kept = 0;
    if (of->runs)
        qsort(of->run, of->runs, sizeof *of->run, compare_runs);
    for (size_t i = 0; i < of->runs; i++) {
        struct results_run *r = &of->run[i], *last = kept ? &of->run[kept - 1] : NULL;
        if (last && last->value == r->value && last->seed == r->seed) {
            found->twice++;
            found->differs += !same_figures(last, r);
            results_run_finish(r);
            continue;
        }
        of->seeds = of->seeds || (last && last->value == r->value);
        of->run[kept++] = *r;
    }
    found->runs = of->runs = kept;
}

static int none_found(const struct joining *j, int why)
{
    if (why == ENOMEM)
        return err_memory(j->e);
    if (why == EXDEV)
        return file_outside(j->pattern, j->e);
    err_at(j->e, j->pattern->where, why ? "\"%.200s\": %s" : "no file fits \"%.200s\"%s",
           j->pattern->name, why ? strerror(why) : "");
    return err_hint(j->e, "name files that log= or save results wrote: results \"sweep.*.csv\"");
}

struct results *results_join(const struct file_name *pattern, const struct stop *stop,
                             struct results_found *found, struct err *e)
{
    struct joining j = {.pattern = pattern, .stop = stop, .found = found, .e = e};
    *found = (struct results_found){0};
    if (!(j.of = results_create())) {
        err_memory(e);
        return NULL;
    }
    const int how = place_match(pattern->path, pattern->within, read_file, &j);
    int failed = how < 0 || (how == 0 && found->files) ? how : none_found(&j, how);
    if (!failed)
        order_runs(j.of, found);
    str_finish(&j.heads);
    arena_finish(&j.arena);
    if (!failed)
        return j.of;
    results_release(j.of);
    return NULL;
}
