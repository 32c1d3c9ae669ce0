/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/torch_weights.h"

#include "cmd/session/undo_list.h"

#include "nn/torch_layout.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 60 };

static int refuse_layout(const struct torch_layout *l, const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "%.400s", l->refused.text);
    return err_hint(e, "save weights without for=torch writes all layers as they are here");
}

static void put_numbers(const struct torch_tensor *t, const struct graph *g, const real *block,
                        real *to)
{
    const size_t count = shape_count(&t->shape);
    for (size_t i = 0; i < count; i++)
        to[i] = t->weight == NOTHING ? (real)t->constant
                : t->second          ? 0
                                     : block[g->weight[t->weight].at + torch_place(t, i)];
}

static void take_numbers(const struct torch_tensor *t, const struct graph *g, const real *from,
                         real *block)
{
    const size_t count = shape_count(&t->shape);
    for (size_t i = 0; i < count; i++) {
        real *at = &block[g->weight[t->weight].at + torch_place(t, i)];
        *at = from[i] + (t->second ? *at : 0);
    }
}

static void add_tensor_text(struct str *to, const char *name, const struct shape *s)
{
    char size[80], plain[NAME_ROOM];
    plain_text(name, plain, sizeof plain);
    str_addf(to, " %s %s", plain, s->axes ? shape_text(s, size, sizeof size) : "a number");
}

/* h: nn.Linear h.weight 3x2 h.bias 3 */
static void add_module_text(struct str *to, const struct torch_layout *l, const struct graph *g,
                            const struct torch_module *m)
{
    str_addf(to, "%s: %s", g->layer[m->layer].name, m->kind ? m->kind : "no module of PyTorch");
    for (size_t i = m->first; i < m->first + m->tensors; i++)
        add_tensor_text(to, l->tensor[i].name, &l->tensor[i].shape);
    str_add(to, "\n");
}

static int write_layout(const struct model *m, const struct torch_layout *l,
                        const struct file_name *file, const struct stop *stop, struct err *e)
{
    struct tensor_out *list = mem_new(l->tensors + 1, sizeof *list);
    size_t total = 0;
    for (size_t i = 0; i < l->tensors; i++)
        total += shape_count(&l->tensor[i].shape);
    real *block = mem_block(total, sizeof *block);
    int failed = !list || !block ? err_memory(e) : 0;
    for (size_t i = 0, at = 0; i < l->tensors && !failed; i++) {
        const struct torch_tensor *t = &l->tensor[i];
        put_numbers(t, m->graph, model_weights(m), block + at);
        list[i] = (struct tensor_out){.name = t->name,
                                      .shape = &t->shape,
                                      .item = block + at,
                                      .count = shape_count(&t->shape)};
        at += list[i].count;
        failed = stop_check(stop, e);
    }
    failed = failed || tensor_file_write(file, list, l->tensors, stop, e);
    mem_free(list);
    mem_free(block);
    return failed ? -1 : 0;
}

int torch_weights_write(const struct model *m, const struct file_name *file,
                        const struct stop *stop, struct str *text, struct err *e)
{
    struct torch_layout l;
    int failed = torch_layout_make(&l, m->graph, e);
    if (!failed && l.refused.size)
        failed = refuse_layout(&l, file, e);
    failed = failed || write_layout(m, &l, file, stop, e);
    for (size_t i = 0; i < l.modules && !failed; i++)
        add_module_text(text, &l, m->graph, &l.module[i]);
    str_add(text, l.notes.text ? l.notes.text : "");
    torch_layout_finish(&l);
    return failed;
}

/* A module as the file has it: its tensors are those whose names begin alike. */
struct found {
    const char *name; /* "encoder.0", of a recurrent layer with its number and direction:
                       * "rnn.1", "rnn.1 reverse" */
    size_t first;     /* of its tensors in `sorted`, which stand together */
    size_t tensors;
    uint64_t sort; /* of its tensors' leaves and shapes, in any order */
    bool used;
};

struct leaf {
    char *module;
    char *leaf;
    const struct file_tensor *tensor;
    size_t place; /* in the file */
};

struct matching {
    const struct model *model;
    const struct tensor_file *file;
    struct torch_layout layout;
    struct arena arena;
    struct leaf *leaf;
    struct found *found;
    size_t leaves, founds;
    size_t *of;        /* for each module of the layout: its place in `found` */
    struct str wrong;  /* a; b; c */
    size_t wrongs;     /* how many stand in it, and more */
    struct str passed; /* names of what is no weight */
};

static const size_t nobody = SIZE_MAX;

static void add_wrong(struct matching *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_wrong(struct matching *m, const char *format, ...)
{
    enum { WRONG_MOST = 340 };
    va_list list;
    if (m->wrongs++ && m->wrong.size < WRONG_MOST)
        str_add(&m->wrong, "; ");
    va_start(list, format);
    if (m->wrong.size < WRONG_MOST)
        str_addv(&m->wrong, format, list);
    va_end(list);
}

/* Without what wrappers put in front. */
static const char *bare_name(const char *name)
{
    static const char *const fronts[] = {"module.", "_orig_mod."};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        if (strncmp(name, fronts[i], strlen(fronts[i])) == 0)
            return bare_name(name + strlen(fronts[i]));
    return name;
}

/* weight_ih_l1_reverse of rnn becomes weight_ih_l0 of the module "rnn.1 reverse". */
static int split_name(struct matching *m, const char *name, struct leaf *leaf)
{
    static const char *const recurrent[] = {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"};
    const char *bare = bare_name(name), *dot = strrchr(bare, '.'), *last = dot ? dot + 1 : bare;
    struct str module = {0}, own = {0};
    str_bytes(&module, bare, dot ? (size_t)(dot - bare) : 0);
    for (size_t i = 0; i < sizeof recurrent / sizeof *recurrent; i++) {
        const size_t n = strlen(recurrent[i]);
        if (strncmp(last, recurrent[i], n) != 0 || !isdigit((unsigned char)last[n]))
            continue;
        const size_t digits = strspn(last + n, "0123456789");
        const bool zero = digits == 1 && last[n] == '0';
        const char *behind = last + n + digits;
        if (!zero)
            str_addf(&module, ".%.*s", (int)digits, last + n);
        if (strcmp(behind, "_reverse") == 0)
            str_add(&module, " reverse");
        else if (*behind)
            continue;
        str_addf(&own, "%s0", recurrent[i]);
        break;
    }
    if (!own.size)
        str_add(&own, last);
    str_add(&module, "");
    leaf->module = module.failed ? NULL : arena_text(&m->arena, module.text, module.size);
    leaf->leaf = own.failed ? NULL : arena_text(&m->arena, own.text, own.size);
    str_finish(&module);
    str_finish(&own);
    return leaf->module && leaf->leaf ? 0 : -1;
}

/* a2 before a10: numbers in names count as numbers. */
static int compare_names(const char *a, const char *b)
{
    while (*a && *b) {
        const size_t n = strspn(a, "0123456789"), k = strspn(b, "0123456789");
        if (n && k) {
            const int differs = n != k ? (n < k ? -1 : 1) : strncmp(a, b, n);
            if (differs)
                return differs;
            a += n;
            b += k;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a ? 1 : *b ? -1 : 0;
}

/* Whether two names differ in their numbers alone, so that these tell the order. */
static bool names_count(const char *a, const char *b)
{
    while (*a && *b) {
        const size_t n = strspn(a, "0123456789"), k = strspn(b, "0123456789");
        if (!!n != !!k || (!n && *a != *b))
            return false;
        a += n ? n : 1;
        b += k ? k : 1;
    }
    return !*a && !*b;
}

static int by_module(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    const int names = compare_names(x->module, y->module);
    const int same = names ? names : strcmp(x->module, y->module);
    return same ? same : x->place < y->place ? -1 : 1;
}

static uint64_t tensor_hash(const char *leaf, uint32_t axes, const uint64_t *size)
{
    uint64_t h = 14695981039346656037U;
    for (; *leaf; leaf++)
        h = (h ^ (unsigned char)*leaf) * 1099511628211U;
    for (uint32_t i = 0; i < axes; i++)
        h = (h ^ (size[i] + 1)) * 1099511628211U;
    return h ^ h >> 31;
}

static uint64_t shape_hash(const char *leaf, const struct shape *s)
{
    uint64_t size[SHAPE_MOST];
    for (uint32_t i = 0; i < s->axes; i++)
        size[i] = s->size[i];
    return tensor_hash(leaf, s->axes, size);
}

static uint64_t module_sort(const struct torch_layout *l, const struct torch_module *m)
{
    uint64_t sum = 0;
    for (size_t i = m->first; i < m->first + m->tensors; i++)
        sum += shape_hash(l->tensor[i].leaf, &l->tensor[i].shape);
    return sum;
}

/* The file's tensors by modules. What batchnorm counts its batches with is no weight. */
static int find_modules(struct matching *m)
{
    const struct tensor_file *file = m->file;
    m->leaf = mem_new(file->count + 1, sizeof *m->leaf);
    m->found = mem_new(file->count + 1, sizeof *m->found);
    if (!m->leaf || !m->found)
        return -1;
    for (size_t i = 0; i < file->count; i++) {
        struct leaf *leaf = &m->leaf[m->leaves];
        if (split_name(m, file->item[i].name, leaf))
            return -1;
        leaf->tensor = &file->item[i];
        leaf->place = i;
        if (strcmp(leaf->leaf, "num_batches_tracked") == 0)
            add_tensor_text(&m->passed, file->item[i].name, &(struct shape){0});
        else
            m->leaves++;
    }
    qsort(m->leaf, m->leaves, sizeof *m->leaf, by_module);
    for (size_t i = 0; i < m->leaves; i++) {
        if (!i || strcmp(m->leaf[i].module, m->leaf[i - 1].module) != 0)
            m->found[m->founds++] = (struct found){.name = m->leaf[i].module, .first = i};
        struct found *f = &m->found[m->founds - 1];
        f->tensors++;
        f->sort += tensor_hash(m->leaf[i].leaf, m->leaf[i].tensor->axes, m->leaf[i].tensor->size);
    }
    return 0;
}

static const struct leaf *find_leaf(const struct matching *m, const struct found *f,
                                    const char *leaf)
{
    for (size_t i = f->first; i < f->first + f->tensors; i++)
        if (strcmp(m->leaf[i].leaf, leaf) == 0)
            return &m->leaf[i];
    return NULL;
}

static bool same_size(const struct shape *s, const struct file_tensor *t)
{
    bool same = s->axes == t->axes;
    for (uint32_t i = 0; i < s->axes && same; i++)
        same = s->size[i] == t->size[i];
    return same;
}

static const char *size_text(const struct file_tensor *t, char *text, size_t room)
{
    size_t used = 0;
    snprintf(text, room, "a number");
    for (uint32_t i = 0; i < t->axes && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%llu", i ? "x" : "",
                                 (unsigned long long)t->size[i]);
    return text;
}

/* Tells, for a layer and the module of its name, what of them does not fit. */
static void check_named(struct matching *m, const struct torch_module *own, const struct found *f)
{
    const struct torch_layout *l = &m->layout;
    char theirs[NAME_ROOM], ours[80];
    for (size_t i = own->first; i < own->first + own->tensors; i++) {
        const struct torch_tensor *t = &l->tensor[i];
        const struct leaf *leaf = find_leaf(m, f, t->leaf);
        if (!leaf)
            add_wrong(m, "%s is not in the file", t->name);
        else if (!same_size(&t->shape, leaf->tensor))
            add_wrong(m, "%s is %s in the file, and %s is needed", t->name,
                      size_text(leaf->tensor, theirs, sizeof theirs),
                      shape_text(&t->shape, ours, sizeof ours));
    }
    for (size_t i = f->first; i < f->first + f->tensors; i++) {
        bool known = false;
        for (size_t k = own->first; k < own->first + own->tensors; k++)
            known = known || strcmp(l->tensor[k].leaf, m->leaf[i].leaf) == 0;
        plain_text(m->leaf[i].tensor->name, theirs, sizeof theirs);
        if (!known)
            add_wrong(m, "the layer %s has nothing for %s", m->model->graph->layer[own->layer].name,
                      theirs);
        else if (find_leaf(m, f, m->leaf[i].leaf) != &m->leaf[i])
            add_wrong(m, "%s stands twice in the file", theirs);
    }
}

static int compare_found(const void *key, const void *item)
{
    const char *name = key;
    const struct found *f = item;
    const int natural = compare_names(name, f->name);
    return natural ? natural : strcmp(name, f->name);
}

static void match_names(struct matching *m)
{
    for (size_t i = 0; i < m->layout.modules; i++) {
        const struct torch_module *own = &m->layout.module[i];
        char name[400];
        snprintf(name, sizeof name, "%s%s", own->name, own->backwards ? " reverse" : "");
        struct found *f =
            m->founds ? bsearch(name, m->found, m->founds, sizeof *f, compare_found) : NULL;
        m->of[i] = nobody;
        if (!f)
            continue;
        m->of[i] = (size_t)(f - m->found);
        f->used = true;
        check_named(m, own, f);
    }
}

static bool file_is_sorted(const struct tensor_file *file)
{
    bool sorted = true;
    for (size_t i = 1; i < file->count && sorted; i++)
        sorted = strcmp(file->item[i - 1].name, file->item[i].name) <= 0;
    return sorted;
}

static size_t first_place(const struct matching *m, const struct found *f)
{
    return m->leaf[f->first].place;
}

/* Modules of equal shapes in their order: `other[n]`, places in `found`. */
static void order_equals(struct matching *m, size_t *other, size_t n)
{
    bool count = true;
    for (size_t i = 1; i < n && count; i++)
        count = names_count(m->found[other[i - 1]].name, m->found[other[i]].name);
    if (count)
        return;
    if (file_is_sorted(m->file)) {
        char a[NAME_ROOM], b[NAME_ROOM];
        plain_text(m->found[other[0]].name, a, sizeof a);
        plain_text(m->found[other[1]].name, b, sizeof b);
        add_wrong(m,
                  "%s and %s have equal shapes, and which of them comes first is not known: the "
                  "file has its names sorted",
                  a, b);
        return;
    }
    for (size_t i = 1; i < n; i++)
        for (size_t k = i;
             k > 0 && first_place(m, &m->found[other[k]]) < first_place(m, &m->found[other[k - 1]]);
             k--) {
            const size_t was = other[k];
            other[k] = other[k - 1];
            other[k - 1] = was;
        }
}

/* All layers and modules that are left and have the shapes of layer `at`. */
static void match_equals(struct matching *m, size_t at, size_t *own, size_t *other)
{
    const uint64_t sort = module_sort(&m->layout, &m->layout.module[at]);
    size_t owns = 0, others = 0;
    for (size_t i = 0; i < m->layout.modules; i++)
        if (m->of[i] == nobody && module_sort(&m->layout, &m->layout.module[i]) == sort)
            own[owns++] = i;
    for (size_t i = 0; i < m->founds; i++)
        if (!m->found[i].used && m->found[i].sort == sort)
            other[others++] = i;
    if (owns != others)
        return;
    if (others > 1)
        order_equals(m, other, others);
    for (size_t i = 0; i < owns; i++) {
        m->of[own[i]] = other[i];
        m->found[other[i]].used = true;
        check_named(m, &m->layout.module[own[i]], &m->found[other[i]]);
    }
}

static int match_shapes(struct matching *m)
{
    const size_t modules = m->layout.modules;
    size_t *own = mem_new(modules + 1, sizeof *own), *other = mem_new(m->founds + 1, sizeof *other);
    for (size_t i = 0; i < modules && own && other; i++)
        if (m->of[i] == nobody)
            match_equals(m, i, own, other);
    const bool memory = own && other;
    mem_free(own);
    mem_free(other);
    return memory ? 0 : -1;
}

static void tell_left(struct matching *m)
{
    struct str text = {0};
    for (size_t i = 0; i < m->layout.modules; i++)
        if (m->of[i] == nobody) {
            text.size = 0;
            add_module_text(&text, &m->layout, m->model->graph, &m->layout.module[i]);
            add_wrong(m, "no module for %.*s", text.size ? (int)text.size - 1 : 0,
                      text.text ? text.text : "");
        }
    for (size_t i = 0; i < m->founds; i++) {
        if (m->found[i].used)
            continue;
        text.size = 0;
        str_add(&text, "");
        for (size_t k = 0; k < m->found[i].tensors && text.size < 200; k++) {
            const struct file_tensor *t = m->leaf[m->found[i].first + k].tensor;
            char name[NAME_ROOM], size[NAME_ROOM];
            plain_text(t->name, name, sizeof name);
            str_addf(&text, " %s %s", name, size_text(t, size, sizeof size));
        }
        add_wrong(m, "no layer for%s", text.text ? text.text : "");
    }
    m->wrong.failed = m->wrong.failed || text.failed;
    str_finish(&text);
}

static int refuse_file(struct matching *m, struct err *e)
{
    const struct file_name *file = m->file->file;
    if (m->wrong.failed)
        return err_memory(e);
    err_at(e, file->where, "\"%.80s\" does not fit the model %.40s: %.330s", file->name,
           m->model->name, m->wrong.text);
    return err_hint(e,
                    "%zu thing%s; nothing was loaded. Layers take modules of their own names, "
                    "then of their shapes (summary; print(model) in PyTorch)",
                    m->wrongs, m->wrongs == 1 ? " does not fit" : "s do not fit");
}

static int take_constant(struct matching *m, const struct torch_tensor *t,
                         const struct file_tensor *from, const real *x, struct err *e)
{
    char name[NAME_ROOM], number[NUMBER_ROOM];
    for (size_t i = 0; i < from->count; i++)
        if ((double)x[i] < t->constant || (double)x[i] > t->constant) {
            plain_text(from->name, name, sizeof name);
            err_at(e, m->file->file->where,
                   "%s in \"%.200s\" is not %s everywhere, and the layer "
                   "has nothing for it",
                   name, m->file->file->name, number_text(t->constant, number));
            return err_hint(e, "scale=yes center=yes gives a layer both");
        }
    return 0;
}

static int read_matched(struct matching *m, real *to, struct err *e)
{
    size_t most = 1;
    for (size_t i = 0; i < m->layout.tensors; i++) {
        const size_t n = shape_count(&m->layout.tensor[i].shape);
        most = n > most ? n : most;
    }
    real *x = mem_block(most, sizeof *x);
    int failed = x ? 0 : err_memory(e);
    for (size_t i = 0; i < m->layout.modules && !failed; i++) {
        const struct torch_module *own = &m->layout.module[i];
        for (size_t k = own->first; k < own->first + own->tensors && !failed; k++) {
            const struct torch_tensor *t = &m->layout.tensor[k];
            const struct file_tensor *from = find_leaf(m, &m->found[m->of[i]], t->leaf)->tensor;
            failed = tensor_file_read(m->file, from, x, e);
            if (!failed && t->weight == NOTHING)
                failed = take_constant(m, t, from, x, e);
            else if (!failed)
                take_numbers(t, m->model->graph, x, to);
        }
    }
    mem_free(x);
    return failed ? -1 : 0;
}

static void say_matched(const struct matching *m, struct str *to)
{
    bool sums = false;
    str_addf(to, "load weights: %zu tensor%s of PyTorch\n", m->layout.tensors,
             m->layout.tensors == 1 ? "" : "s");
    for (size_t i = 0; i < m->layout.modules; i++) {
        const struct torch_module *own = &m->layout.module[i];
        char name[NAME_ROOM];
        plain_text(m->found[m->of[i]].name, name, sizeof name);
        str_addf(to, "%s: %s %s\n", m->model->graph->layer[own->layer].name,
                 own->kind ? own->kind : "parameters", name);
        for (size_t k = own->first; k < own->first + own->tensors; k++)
            sums = sums || m->layout.tensor[k].second;
    }
    if (sums)
        str_add(to, "bias_ih and bias_hh of nn.LSTM and nn.RNN are one bias here, their sum\n");
    if (m->passed.size)
        str_addf(to, "no weights, and left:%s\n", m->passed.text);
    str_add(to, m->layout.notes.text ? m->layout.notes.text : "");
    to->failed = to->failed || m->passed.failed;
}

static int match_file(struct matching *m, struct err *e)
{
    if (torch_layout_make(&m->layout, m->model->graph, e))
        return -1;
    if (m->layout.refused.size)
        return refuse_layout(&m->layout, m->file->file, e);
    m->of = mem_new(m->layout.modules + 1, sizeof *m->of);
    if (!m->of || find_modules(m))
        return err_memory(e);
    match_names(m);
    if (match_shapes(m))
        return err_memory(e);
    tell_left(m);
    return m->wrongs ? refuse_file(m, e) : 0;
}

int torch_weights_read(const struct model *model, const struct tensor_file *file, real *to,
                       struct str *text, struct err *e)
{
    struct matching m = {.model = model, .file = file};
    int failed = match_file(&m, e);
    failed = failed || read_matched(&m, to, e);
    if (!failed)
        say_matched(&m, text);
    torch_layout_finish(&m.layout);
    arena_finish(&m.arena);
    mem_free(m.leaf);
    mem_free(m.found);
    mem_free(m.of);
    str_finish(&m.wrong);
    str_finish(&m.passed);
    return failed ? -1 : 0;
}
