/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_weights.h"

#include "cmd/common/keras_lines.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"

#include "base/hdf5.h"
#include "base/input.h"
#include "base/path.h"
#include "base/zip.h"
#include "nn/layer.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_ROOM = 80, UNIT_WEIGHTS_MOST = 24 };

/* What gets the arrays of one layer of Keras: a layer here, or both halves of bidirectional. */
struct unit {
    const char *path; /* "td", "tower.dense_1" */
    id weight[UNIT_WEIGHTS_MOST];
    size_t weights;
    const char *class_name; /* of Keras 3's groups: "batch_normalization" */
    bool block;             /* a model in the model, whose layers have no names there */
    const char *group;      /* where its arrays are; NULL: not known */
};

struct reading {
    struct session *session;
    const struct model *model;
    const struct file_name *file;
    struct hdf5_file h5;
    struct arena arena;
    struct unit *unit;
    size_t units;
    struct str wrong;
    size_t wrongs;
    bool failed;
};

static void add_wrong(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_wrong(struct reading *r, const char *format, ...)
{
    enum { WRONG_MOST = 300 };
    va_list list;
    if (r->wrongs++ && r->wrong.size < WRONG_MOST)
        str_add(&r->wrong, "; ");
    va_start(list, format);
    if (r->wrong.size < WRONG_MOST)
        str_addv(&r->wrong, format, list);
    va_end(list);
}

static const char *kept_text(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static const char *kept_text(struct reading *r, const char *format, ...)
{
    struct str text = {0};
    va_list list;
    va_start(list, format);
    str_addv(&text, format, list);
    va_end(list);
    const char *kept = text.failed ? NULL : arena_text(&r->arena, text.text, text.size);
    str_finish(&text);
    r->failed = r->failed || !kept;
    return kept ? kept : "";
}

/* The class of a layer in Keras 3's groups. */
static const char *class_of(const struct graph *g, const struct layer *l)
{
    static const char *const others[][2] = {{"batchnorm", "batch_normalization"},
                                            {"layernorm", "layer_normalization"},
                                            {"activation", "p_re_lu"}};
    const char *name = l->kind->entry.name;
    (void)g;
    if (l->folds)
        return "time_distributed";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i][0], name) == 0)
            return others[i][1];
    return name;
}

static bool is_within(const char *name, const char *path)
{
    const size_t n = strlen(path);
    return strncmp(name, path, n) == 0 && (name[n] == 0 || name[n] == '.');
}

/* The unit of a layer's weight: the layer, or what it is inside of as far as `path` reaches. */
static int add_weight(struct reading *r, id w, const char *path)
{
    const struct graph *g = r->model->graph;
    struct unit *u = r->units ? &r->unit[r->units - 1] : NULL;
    size_t k = 0;
    while (k < r->units && strcmp(r->unit[k].path, path) != 0)
        k++;
    if (k < r->units) {
        u = &r->unit[k];
    } else {
        u = &r->unit[r->units++];
        const id top = graph_find_layer(g, path);
        const struct layer *l = &g->layer[top == NOTHING ? g->weight[w].layer : top];
        u->path = path;
        u->class_name = class_of(g, l);
        u->block = l->kind == &block_kind;
    }
    if (u->weights == UNIT_WEIGHTS_MOST) {
        add_wrong(r, "%s has more weights than a layer of Keras", path);
        return -1;
    }
    u->weight[u->weights++] = w;
    return 0;
}

/* Each weight by the longest of `path[paths]` that its layer is within, or by its first name. */
static int find_units(struct reading *r, const struct keras_lines *lines)
{
    const struct graph *g = r->model->graph;
    r->unit = mem_new(g->weights + 1, sizeof *r->unit);
    if (!r->unit)
        return -1;
    for (size_t i = 0; i < g->weights; i++) {
        const char *name = g->layer[g->weight[i].layer].name, *best = NULL;
        for (size_t k = 0; lines && k < lines->lines; k++)
            if (is_within(name, lines->line[k].path) &&
                (!best || strlen(best) < strlen(lines->line[k].path)))
                best = lines->line[k].path;
        if (lines && !best) {
            add_wrong(r, "%s is no layer of the file", name);
            continue;
        }
        if (!best)
            best = kept_text(r, "%.*s", (int)strcspn(name, "."), name);
        if (add_weight(r, (id)i, best))
            return 0;
    }
    return r->failed ? -1 : 0;
}

/* Conv2DTranspose as conv2d_transpose: an underscore where a word of small letters begins or ends
 * (naming.to_snake_case of Keras). */
static const char *snake_case(struct reading *r, const char *name)
{
    struct str once = {0}, twice = {0};
    for (size_t i = 0; name[i]; i++) {
        if (i && isupper((unsigned char)name[i]) && islower((unsigned char)name[i + 1]))
            str_add(&once, "_");
        str_bytes(&once, &name[i], 1);
    }
    for (size_t i = 0; once.text && once.text[i]; i++) {
        if (i && isupper((unsigned char)once.text[i]) && islower((unsigned char)once.text[i - 1]))
            str_add(&twice, "_");
        const char c = (char)tolower((unsigned char)once.text[i]);
        str_bytes(&twice, &c, 1);
    }
    const char *kept = twice.text ? kept_text(r, "%s", twice.text) : "";
    r->failed = r->failed || once.failed || twice.failed;
    str_finish(&once);
    str_finish(&twice);
    return kept;
}

/* tf.keras 2.12 wrote the layers of a model under another name, in which one that has weights
 * counts twice (saving_lib.py there, and _layer_checkpoint_dependencies of Functional). */
static const char older[] = "_layer_checkpoint_dependencies";

/* The number of a group that is called `name` or `name`_N, where a path goes on with it: 0, N; -1:
 * it is another. */
static long group_number(const char *path, const char *name)
{
    const size_t n = strlen(name);
    char *end;
    if (strncmp(path, name, n) != 0)
        return -1;
    if (path[n] == '/')
        return 0;
    if (path[n] != '_' || !isdigit((unsigned char)path[n + 1]))
        return -1;
    const long number = strtol(path + n + 1, &end, 10);
    return *end == '/' ? number : -1;
}

/* The group of that class that has `before` others with arrays before it, in files of tf.keras
 * 2.12; NULL: the file is none, or has no such group. `front`: of the model, "" or "a/b/". */
static const char *older_group(struct reading *r, const char *front, const char *name,
                               size_t before)
{
    const size_t n = strlen(front), behind = n + sizeof older;
    long newest = -1;
    for (size_t k = 0; k <= before; k++) {
        long next = LONG_MAX;
        for (size_t i = 0; i < r->h5.tensors; i++) {
            const char *path = r->h5.tensor[i].path;
            const bool under = strncmp(path, front, n) == 0 &&
                               strncmp(path + n, older, sizeof older - 1) == 0 &&
                               path[behind - 1] == '/';
            const long number = under ? group_number(path + behind, name) : -1;
            next = number > newest && number < next ? number : next;
        }
        if (next == LONG_MAX)
            return NULL;
        newest = next;
    }
    return newest ? kept_text(r, "%s%s/%s_%ld", front, older, name, newest)
                  : kept_text(r, "%s%s/%s", front, older, name);
}

/* Whether a layer of the file has weights here. */
static bool has_unit(const struct reading *r, const struct keras_lines *lines,
                     const struct keras_layer *l)
{
    for (size_t k = 0; k < lines->lines; k++)
        for (size_t u = 0; lines->line[k].layer == l && u < r->units; u++)
            if (strcmp(r->unit[u].path, lines->line[k].path) == 0)
                return true;
    return l->model != NULL;
}

/* Gives the units their groups by the configuration, as saving_lib counts. */
static void group_by_lines(struct reading *r, const struct keras_lines *lines,
                           const struct keras_graph *g, const char *front)
{
    const char **name = mem_new(g->layers + 1, sizeof *name);
    if (!name) {
        r->failed = true;
        return;
    }
    for (size_t i = 0; i < g->layers; i++) {
        const struct keras_layer *l = &g->layer[i];
        size_t before = 0, heavy = 0;
        if (l->implied)
            continue;
        name[i] = snake_case(r, l->class_name);
        for (size_t k = 0; k < i; k++) {
            const bool same = name[k] && strcmp(name[k], name[i]) == 0;
            before += same;
            heavy += same && has_unit(r, lines, &g->layer[k]);
        }
        const char *group = older_group(r, front, name[i], heavy);
        if (!group)
            group = before ? kept_text(r, "%slayers/%s_%zu", front, name[i], before)
                           : kept_text(r, "%slayers/%s", front, name[i]);
        if (l->model)
            group_by_lines(r, lines, l->model, kept_text(r, "%s/", group));
        for (size_t k = 0; k < lines->lines; k++)
            for (size_t u = 0; lines->line[k].layer == l && u < r->units; u++)
                if (strcmp(r->unit[u].path, lines->line[k].path) == 0)
                    r->unit[u].group = group;
    }
    mem_free(name);
}

static bool is_under(const char *path, const char *group)
{
    const size_t n = strlen(group);
    return strncmp(path, group, n) == 0 && path[n] == '/';
}

static bool has_arrays(const struct reading *r, const char *group)
{
    bool has = false;
    for (size_t i = 0; i < r->h5.tensors && !has; i++)
        has = is_under(r->h5.tensor[i].path, group);
    return has;
}

/* By the names that Keras 3 writes beside the arrays, else by the order within a class. */
static void group_by_class(struct reading *r)
{
    for (size_t u = 0; u < r->units; u++) {
        struct unit *unit = &r->unit[u];
        size_t before = 0;
        for (size_t i = 0; i < r->h5.texts && !unit->group; i++) {
            const struct hdf5_text *t = &r->h5.text[i];
            const size_t front = strlen("layers/"), n = strncmp(t->path, "layers/", front) == 0
                                                            ? strcspn(t->path + front, "/")
                                                            : 0;
            const char *end = t->path + front + n;
            if (n && strcmp(end, "/vars") == 0 && strcmp(t->name, "name") == 0 &&
                strcmp(t->text, unit->path) == 0)
                unit->group = kept_text(r, "%.*s", (int)(end - t->path), t->path);
        }
        if (unit->group && has_arrays(r, unit->group))
            continue;
        for (size_t k = 0; k < u; k++)
            before += strcmp(r->unit[k].class_name, unit->class_name) == 0;
        unit->group = older_group(r, "", unit->class_name, before);
        if (unit->group)
            continue;
        unit->group = before ? kept_text(r, "layers/%s_%zu", unit->class_name, before)
                             : kept_text(r, "layers/%s", unit->class_name);
        if (unit->block)
            add_wrong(r, "%s is a block, and which arrays are its is not told: load the .keras",
                      unit->path);
    }
}

/* 2 before 10, forward before backward. */
static int compare_paths(const char *a, const char *b)
{
    while (*a && *a == *b && !isdigit((unsigned char)*a)) {
        a++;
        b++;
    }
    if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
        const size_t n = strspn(a, "0123456789"), k = strspn(b, "0123456789");
        const int differs = n != k ? (n < k ? -1 : 1) : strncmp(a, b, n);
        return differs ? differs : compare_paths(a + n, b + n);
    }
    if (strncmp(a, "forward_layer", 13) == 0 || strncmp(b, "forward_layer", 13) == 0)
        return strncmp(a, "forward_layer", 13) == 0 ? -1 : 1;
    return (unsigned char)*a < (unsigned char)*b ? -1 : *a != *b;
}

static int by_path(const void *a, const void *b)
{
    return compare_paths((*(const struct hdf5_tensor *const *)a)->path,
                         (*(const struct hdf5_tensor *const *)b)->path);
}

static bool same_shape(const struct shape *s, const struct hdf5_tensor *t)
{
    bool same = s->axes == t->axes;
    for (uint32_t i = 0; i < s->axes && same; i++)
        same = s->size[i] == t->size[i];
    return same;
}

static void put_numbers(struct reading *r, const struct hdf5_tensor *t, real *to)
{
    for (size_t i = 0; i < t->count; i++) {
        double x;
        float narrow;
        memcpy(t->width == 8 ? (void *)&x : (void *)&narrow, (const char *)t->item + i * t->width,
               t->width);
        x = t->width == 8 ? x : (double)narrow;
        if (!(fabs(x) <= (double)REAL_MOST)) {
            add_wrong(r, "%s holds a number that is not finite", t->path);
            return;
        }
        to[i] = (real)x;
    }
}

static void take_arrays(struct reading *r, const struct unit *u,
                        const struct hdf5_tensor *const *array, size_t arrays, real *to)
{
    const struct graph *g = r->model->graph;
    char theirs[NAME_ROOM] = "a number", ours[80];
    if (arrays != u->weights)
        add_wrong(r, "%s has %zu weight%s here, and %zu array%s in the file", u->path, u->weights,
                  u->weights == 1 ? "" : "s", arrays, arrays == 1 ? "" : "s");
    for (size_t i = 0; i < arrays && arrays == u->weights; i++) {
        const struct weight *w = &g->weight[u->weight[i]];
        size_t used = 0;
        for (uint32_t k = 0; k < array[i]->axes && used < sizeof theirs; k++)
            used += (size_t)snprintf(theirs + used, sizeof theirs - used, "%s%llu", k ? "x" : "",
                                     (unsigned long long)array[i]->size[k]);
        if (same_shape(&w->shape, array[i]))
            put_numbers(r, array[i], to + w->at);
        else
            add_wrong(r, "%s is %s here, and %s in the file", w->path,
                      shape_text(&w->shape, ours, sizeof ours), theirs);
    }
}

static void take_groups(struct reading *r, bool *used, real *to, struct str *text)
{
    const struct hdf5_tensor **array = mem_new(r->h5.tensors + 1, sizeof *array);
    r->failed = r->failed || !array;
    for (size_t u = 0; u < r->units && array; u++) {
        size_t n = 0;
        for (size_t i = 0; r->unit[u].group && i < r->h5.tensors; i++)
            if (is_under(r->h5.tensor[i].path, r->unit[u].group)) {
                array[n++] = &r->h5.tensor[i];
                used[i] = true;
            }
        qsort(array, n, sizeof *array, by_path);
        take_arrays(r, &r->unit[u], array, n, to);
        str_addf(text, "%s: %s\n", r->unit[u].path, r->unit[u].group ? r->unit[u].group : "");
    }
    mem_free(array);
}

/* The texts of an attribute of a group, from the first on. */
static const struct hdf5_text *next_text(const struct reading *r, const char *path,
                                         const char *name, size_t *at)
{
    for (; *at < r->h5.texts; ++*at)
        if (strcmp(r->h5.text[*at].path, path) == 0 && strcmp(r->h5.text[*at].name, name) == 0)
            return &r->h5.text[(*at)++];
    return NULL;
}

static size_t find_tensor(const struct reading *r, const char *path)
{
    size_t i = 0;
    while (i < r->h5.tensors && strcmp(r->h5.tensor[i].path, path) != 0)
        i++;
    return i;
}

/* The arrays of a layer of Keras 2, in the order of weight_names. */
static size_t old_arrays(struct reading *r, const char *group, bool *used,
                         const struct hdf5_tensor **array, size_t most)
{
    size_t n = 0, at = 0;
    for (const struct hdf5_text *t; (t = next_text(r, group, "weight_names", &at)) && n < most;) {
        const size_t i = find_tensor(r, kept_text(r, "%s/%s", group, t->text));
        if (i == r->h5.tensors) {
            add_wrong(r, "%.80s is named in the file, and not there", t->text);
            return 0;
        }
        used[i] = true;
        array[n++] = &r->h5.tensor[i];
    }
    return n;
}

static bool is_old(const struct reading *r, const char **front)
{
    size_t at = 0;
    *front = "model_weights";
    if (next_text(r, *front, "layer_names", &at))
        return true;
    at = 0;
    *front = "";
    return next_text(r, *front, "layer_names", &at) != NULL;
}

/* Convolutions of Keras 1 and of Theano may have their axes in another order, or turned round. */
static void check_author(struct reading *r, const char *front)
{
    const char *names[] = {"keras_version", "backend"};
    const char *values[2] = {NULL, NULL};
    for (size_t i = 0; i < 4; i++) {
        size_t at = 0;
        const struct hdf5_text *t = next_text(r, i < 2 ? front : "", names[i % 2], &at);
        if (t && !values[i % 2])
            values[i % 2] = t->text;
    }
    const bool old = !values[0] || values[0][0] == '1';
    const bool theano = values[1] && strcmp(values[1], "theano") == 0;
    for (size_t u = 0; u < r->units && (old || theano); u++)
        if (strncmp(r->unit[u].class_name, "conv", 4) == 0)
            add_wrong(r, "%s: in which order %s had the axes of a convolution's kernel is not told",
                      r->unit[u].path, theano ? "Theano" : "Keras 1");
}

static void take_old(struct reading *r, const char *front, bool *used, real *to, struct str *text)
{
    const struct hdf5_tensor *array[UNIT_WEIGHTS_MOST + 1];
    const struct hdf5_text *t;
    size_t unit = 0, at = 0, named = 0;
    check_author(r, front);
    for (size_t u = 0; u < r->units; u++)
        for (size_t i = 0; (t = next_text(r, front, "layer_names", &i));)
            named += strcmp(t->text, r->unit[u].path) == 0;
    while (!r->failed && (t = next_text(r, front, "layer_names", &at))) {
        char name[NAME_ROOM];
        const char *group = *front ? kept_text(r, "%s/%s", front, t->text) : t->text;
        const size_t n = old_arrays(r, group, used, array, UNIT_WEIGHTS_MOST + 1);
        struct unit *u = unit < r->units ? &r->unit[unit] : NULL;
        for (size_t i = 0; named == r->units && i < r->units; i++)
            if (strcmp(t->text, r->unit[i].path) == 0)
                u = &r->unit[i];
        plain_text(t->text, name, sizeof name);
        if (!n)
            continue;
        unit++;
        if (!u || u->group) {
            add_wrong(r, "no layer for %s", name);
            continue;
        }
        u->group = group;
        take_arrays(r, u, array, n, to);
        str_addf(text, "%s: %s\n", u->path, name);
    }
    for (size_t u = 0; u < r->units; u++)
        if (!r->unit[u].group)
            add_wrong(r, "nothing for %s", r->unit[u].path);
}

/* Whether the file has it for something else than weights. */
static bool is_aside(const char *path)
{
    return strncmp(path, "optimizer", 9) == 0 || strncmp(path, "metrics", 7) == 0 ||
           strstr(path, "seed_generator");
}

static void take_all(struct reading *r, const struct keras_lines *lines,
                     const struct keras_model *keras, real *to, struct str *text)
{
    const char *front;
    bool *used = mem_new(r->h5.tensors + 1, sizeof *used);
    r->failed = r->failed || !used;
    if (r->failed)
        return;
    if (!lines && is_old(r, &front)) {
        take_old(r, front, used, to, text);
    } else {
        if (lines)
            group_by_lines(r, lines, keras->root.model, "");
        else
            group_by_class(r);
        if (!r->failed)
            take_groups(r, used, to, text);
    }
    for (size_t i = 0; i < r->h5.tensors; i++) {
        const char *path = r->h5.tensor[i].path;
        char name[NAME_ROOM];
        plain_text(path, name, sizeof name);
        if (!used[i] && !is_aside(path))
            add_wrong(r, "no layer for %s", name);
    }
    mem_free(used);
}

static char *read_file(const struct file_name *file, const struct stop *stop, size_t *size,
                       struct err *e)
{
    uint64_t bytes;
    const int fd = input_open(file, &bytes, e);
    if (fd < 0)
        return NULL;
    char *all = bytes <= HDF5_BYTES_MOST ? mem_new((size_t)bytes + 1, 1) : NULL;
    int failed = all ? 0 : -1;
    if (bytes > HDF5_BYTES_MOST) {
        err_at(e, file->where, "\"%.200s\" has more than 2 GiB", file->name);
        err_hint(e, "files of HDF5 are read up to that size");
    } else if (!all) {
        err_memory(e);
    }
    *size = 0;
    while (!failed && *size < bytes) {
        const ssize_t n = pread(fd, all + *size, (size_t)bytes - *size, (off_t)*size);
        if (n == 0)
            break;
        failed = n < 0 && errno != EINTR ? input_refuse(file, errno, e) : stop_check(stop, e);
        *size += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (failed) {
        mem_free(all);
        all = NULL;
    }
    return all;
}

static char *read_member(const struct file_name *file, const struct stop *stop, size_t *size,
                         struct err *e)
{
    struct archive *a = archive_open(file, stop, e);
    if (!a)
        return NULL;
    const size_t member = archive_find(a, "model.weights.h5");
    char *bytes = NULL;
    if (member != ARCHIVE_NONE) {
        bytes = archive_read(a, member, HDF5_BYTES_MOST, size, e);
    } else {
        err_at(e, file->where, "there is no model.weights.h5 in \"%.200s\"", file->name);
        err_hint(e, "model.save(\"x.keras\") writes one");
    }
    archive_close(a);
    return bytes;
}

/* Why an array of the file is not there, as a person would miss it; NULL: all are. */
static const struct hdf5_text *find_unread(const struct reading *r)
{
    for (size_t i = 0; i < r->h5.texts; i++)
        if (strcmp(r->h5.text[i].name, HDF5_UNREAD) == 0 && !is_aside(r->h5.text[i].path))
            return &r->h5.text[i];
    return NULL;
}

static int refuse_weights(const struct reading *r, struct err *e)
{
    const struct hdf5_text *unread = find_unread(r);
    char name[NAME_ROOM];
    err_at(e, r->file->where, "\"%.80s\" does not fit the model %.40s: %.320s", r->file->name,
           r->model->name, r->wrong.text);
    if (unread) {
        plain_text(unread->path, name, sizeof name);
        return err_hint(e,
                        "%s %s: such arrays are not read, and nothing was loaded; save the "
                        "weights again as Keras does",
                        name, unread->text);
    }
    return err_hint(e, "%zu thing%s; nothing was loaded", r->wrongs,
                    r->wrongs == 1 ? " does not fit" : "s do not fit");
}

static int read_with(struct reading *r, const struct keras_lines *lines,
                     const struct keras_model *keras, real *to, struct str *text, struct err *e)
{
    const bool zip = path_ends(r->file->name, ".keras");
    const struct stop *stop = &r->session->host->stop;
    size_t size = 0;
    char *bytes = (zip ? read_member : read_file)(r->file, stop, &size, e);
    int failed = bytes ? hdf5_read(&r->h5, r->file, bytes, size, stop, e) : -1;
    mem_free(bytes);
    if (failed)
        return -1;
    size_t arrays = 0;
    for (size_t i = 0; i < r->h5.tensors; i++)
        arrays += !is_aside(r->h5.tensor[i].path);
    str_addf(text, "load weights: %zu arrays of Keras\n", arrays);
    if (!find_units(r, lines) && !r->failed)
        take_all(r, lines, keras, to, text);
    else
        r->failed = true;
    if (r->failed || r->wrong.failed)
        return err_memory(e);
    return r->wrongs ? refuse_weights(r, e) : 0;
}

static int read_by_config(struct reading *r, real *to, struct str *text, struct err *e)
{
    struct keras_model keras;
    struct keras_lines lines;
    if (keras_model_read(&keras, r->file, &r->session->host->stop, e))
        return -1;
    int failed = keras_lines_make(&lines, r->session, &keras, e);
    failed = failed || read_with(r, &lines, &keras, to, text, e);
    keras_lines_finish(&lines);
    keras_model_close(&keras);
    return failed ? -1 : 0;
}

bool keras_weights_name(const char *name)
{
    return path_ends(name, ".keras") || path_ends(name, ".h5") || path_ends(name, ".hdf5");
}

int keras_weights_read(struct session *s, const struct file_name *file, real *to, struct str *text,
                       struct err *e)
{
    struct reading r = {.session = s, .model = current_model(s), .file = file};
    const int failed = path_ends(file->name, ".keras") ? read_by_config(&r, to, text, e)
                                                       : read_with(&r, NULL, NULL, to, text, e);
    hdf5_close(&r.h5);
    arena_finish(&r.arena);
    mem_free(r.unit);
    str_finish(&r.wrong);
    return failed;
}
