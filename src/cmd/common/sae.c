/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/sae.h"

#include "cmd/session/undo_list.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is wrong, told at once. */
struct wrong {
    struct str text;
    size_t count;
};

static void add_wrong(struct wrong *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_wrong(struct wrong *w, const char *format, ...)
{
    va_list list;
    str_add(&w->text, w->count++ ? "; " : "");
    va_start(list, format);
    str_addv(&w->text, format, list);
    va_end(list);
}

/* A key of the configuration: at its top, as SAELens 6 has most, or in `metadata`. */
static const json_t *cfg_get(const json_t *cfg, const char *key)
{
    const json_t *found = json_object_get(cfg, key);
    const json_t *value = found ? found : json_object_get(json_object_get(cfg, "metadata"), key);
    return json_is_null(value) ? NULL : value;
}

/* Its text, cleaned; `standard` if it is not there. */
static const char *cfg_text(const json_t *cfg, const char *key, const char *standard, char *text,
                            size_t room)
{
    const json_t *value = cfg_get(cfg, key);
    if (json_is_string(value))
        plain_text(json_string_value(value), text, room);
    else
        snprintf(text, room, "%s", value ? "no text" : standard);
    return text;
}

static uint32_t cfg_size(const json_t *cfg, const char *key, struct wrong *w)
{
    const json_t *value = cfg_get(cfg, key);
    const json_int_t n = json_integer_value(value);
    if (json_is_integer(value) && n >= 1 && n <= 1000000)
        return (uint32_t)n;
    add_wrong(w, "%s: a whole number from 1 to 1000000 is needed", key);
    return 0;
}

static bool cfg_yes(const json_t *cfg, const char *key, bool standard, struct wrong *w)
{
    const json_t *value = cfg_get(cfg, key);
    if (value && !json_is_boolean(value))
        add_wrong(w, "%s: true or false is needed", key);
    return value ? json_is_true(value) : standard;
}

static void take_k(struct sae *a, const json_t *cfg, struct wrong *w)
{
    const json_t *k = json_object_get(cfg_get(cfg, "activation_fn_kwargs"), "k");
    k = k ? k : cfg_get(cfg, "k");
    a->k = json_is_integer(k) ? (long)json_integer_value(k) : 0;
    if (a->k < 1 || a->k > (long)a->units)
        add_wrong(w, "k: a whole number from 1 to d_sae is needed");
}

/* architecture, and activation_fn_str or activation_fn of versions before 6. */
static void take_kind(struct sae *a, const json_t *cfg, struct wrong *w)
{
    char kind[60], function[60];
    const char *key = cfg_get(cfg, "activation_fn_str") ? "activation_fn_str" : "activation_fn";
    cfg_text(cfg, "architecture", "standard", kind, sizeof kind);
    cfg_text(cfg, key, strcmp(kind, "topk") == 0 ? "topk" : "relu", function, sizeof function);
    const bool relu = strcmp(function, "relu") == 0, topk = strcmp(function, "topk") == 0;
    if (strcmp(kind, "standard") == 0 && relu)
        a->kind = SAE_RELU;
    else if (strcmp(kind, "jumprelu") == 0 && relu)
        a->kind = SAE_JUMPRELU;
    else if ((strcmp(kind, "topk") == 0 || strcmp(kind, "standard") == 0) && topk)
        a->kind = SAE_TOPK;
    else if (strcmp(kind, "standard") != 0 && strcmp(kind, "jumprelu") != 0 &&
             strcmp(kind, "topk") != 0)
        add_wrong(w, "architecture %s: standard, jumprelu and topk are known here", kind);
    else
        add_wrong(w, "%s %s: relu, or of topk topk, is known here", key, function);
    if (a->kind == SAE_TOPK)
        take_k(a, cfg, w);
}

static void take_config(struct sae *a, const json_t *cfg, struct wrong *w)
{
    char text[60];
    a->inputs = cfg_size(cfg, "d_in", w);
    a->units = cfg_size(cfg, "d_sae", w);
    take_kind(a, cfg, w);
    a->centered = cfg_yes(cfg, "apply_b_dec_to_input", true, w);
    cfg_text(cfg, "normalize_activations", "none", text, sizeof text);
    a->scaled = strcmp(text, "expected_average_only_in") == 0;
    if (!a->scaled && strcmp(text, "none") != 0)
        add_wrong(w, "normalize_activations %s: no layer does that and undoes it behind", text);
    if (cfg_yes(cfg, "finetuning_scaling_factor", false, w))
        add_wrong(w, "finetuning_scaling_factor: a scale between code and decoder is not known "
                     "here");
}

static void check_tensor(const struct tensor_file *file, const char *name, uint32_t rows,
                         uint32_t cols, struct wrong *w)
{
    const struct file_tensor *t = tensor_file_find(file, name);
    const bool fits = t && (cols ? t->axes == 2 && t->size[0] == rows && t->size[1] == cols
                                 : t->axes == 1 && t->size[0] == rows);
    if (!t)
        add_wrong(w, "%s is not there", name);
    else if (!fits && cols)
        add_wrong(w, "%s is not %ux%u", name, rows, cols);
    else if (!fits)
        add_wrong(w, "%s does not have %u numbers", name, rows);
}

static void check_tensors(struct sae *a, const struct tensor_file *file, struct wrong *w)
{
    static const char *const known[] = {"W_enc", "b_enc",     "W_dec",
                                        "b_dec", "threshold", "log_threshold"};
    char name[60];
    check_tensor(file, "W_enc", a->inputs, a->units, w);
    check_tensor(file, "b_enc", a->units, 0, w);
    check_tensor(file, "W_dec", a->units, a->inputs, w);
    check_tensor(file, "b_dec", a->inputs, 0, w);
    a->logarithms = !tensor_file_find(file, "threshold") && tensor_file_find(file, "log_threshold");
    if (a->kind == SAE_JUMPRELU)
        check_tensor(file, a->logarithms ? "log_threshold" : "threshold", a->units, 0, w);
    for (size_t i = 0; i < file->count && w->count < 20; i++) {
        size_t k = 0;
        while (k < 6 && strcmp(known[k], file->item[i].name) != 0)
            k++;
        plain_text(file->item[i].name, name, sizeof name);
        if (k == 6 || (k >= 4 && a->kind != SAE_JUMPRELU))
            add_wrong(w, "%s has no use in such a model", name);
    }
}

/* cfg.json in the same folder; its texts live in `arena`. */
static int find_config(struct file_name *cfg, const struct file_name *weights, struct arena *arena,
                       struct err *e)
{
    const char *slash = strrchr(weights->path, '/'), *own = strrchr(weights->name, '/');
    struct str path = {0}, name = {0};
    str_bytes(&path, weights->path, slash ? (size_t)(slash - weights->path) + 1 : 0);
    str_bytes(&name, weights->name, own ? (size_t)(own - weights->name) + 1 : 0);
    str_add(&path, "cfg.json");
    str_add(&name, "cfg.json");
    *cfg = *weights;
    cfg->path = path.failed ? NULL : arena_text(arena, path.text, path.size);
    cfg->name = name.failed ? NULL : arena_text(arena, name.text, name.size);
    str_finish(&path);
    str_finish(&name);
    return cfg->path && cfg->name ? 0 : err_memory(e);
}

static int refuse_sae(const struct wrong *w, const struct file_name *file, struct err *e)
{
    if (w->text.failed)
        return err_memory(e);
    err_at(e, file->where, "\"%.100s\" and the cfg.json beside it cannot be taken: %.330s",
           file->name, w->text.text);
    return err_hint(e, "%zu thing%s; nothing was imported", w->count,
                    w->count == 1 ? " cannot be" : "s cannot be");
}

int sae_read(struct sae *a, const struct file_name *weights, const struct stop *stop, struct err *e)
{
    struct arena arena = {0};
    struct file_name name;
    struct tensor_file file;
    struct wrong w = {0};
    *a = (struct sae){0};
    json_t *cfg = find_config(&name, weights, &arena, e) ? NULL : json_from_file(&name, e);
    int failed = cfg ? 0 : -1;
    if (!failed && tensor_file_open(&file, weights, stop, e)) {
        failed = -1;
    } else if (!failed) {
        take_config(a, cfg, &w);
        if (!w.count)
            check_tensors(a, &file, &w);
        failed = w.count || w.text.failed ? refuse_sae(&w, weights, e) : 0;
        tensor_file_close(&file);
    }
    json_decref(cfg);
    arena_finish(&arena);
    str_finish(&w.text);
    return failed;
}

void sae_statements(const struct sae *a, const struct model *m, const char *name, const char *file,
                    struct str *to)
{
    static const char *const functions[] = {"relu", "jumprelu", "relu"};
    const bool topk = a->kind == SAE_TOPK;
    const struct arg quoted = {.type = ARG_STRING, .as.text = file};
    if (!m->graph->calls)
        str_addf(to, "input %u as %s_input\n", a->inputs, name);
    str_addf(to, "dense %u %s as %s%s\n", a->units, functions[a->kind], name,
             topk ? "_encoder" : "");
    if (topk)
        str_addf(to, "activation topk(%ld) as %s\n", a->k, name);
    str_addf(to, "dense %u as %s_decoder\nload weights ", a->inputs, name);
    arg_print(to, &quoted);
    str_addf(to, " for=sae on %s%s %s_decoder\n", name, topk ? "_encoder" : "", name);
}

static int find_place(const struct model *m, id layer, const char *name,
                      const struct file_tensor *t, const struct file_name *file, real *to,
                      real **at, struct err *e)
{
    const struct graph *g = m->graph;
    const id w = graph_find_weight(g, layer, name);
    char own[80];
    bool same = w != NOTHING && g->weight[w].shape.axes == t->axes;
    for (uint32_t i = 0; i < t->axes && same; i++)
        same = g->weight[w].shape.size[i] == t->size[i];
    if (same) {
        *at = to + g->weight[w].at;
        return 0;
    }
    if (w == NOTHING)
        err_at(e, file->where, "the layer %s has no %s for %s of \"%.200s\"", g->layer[layer].name,
               name, t->name, file->name);
    else
        err_at(e, file->where, "%s is %s and %s of \"%.200s\" has another shape", g->weight[w].path,
               shape_text(&g->weight[w].shape, own, sizeof own), t->name, file->name);
    return err_hint(e, "import sae makes layers that fit, on a tensor of d_in numbers");
}

/* b_enc - b_dec W_enc. */
static int center_bias(const struct sae *a, const real *kernel, const real *shift, real *bias,
                       const struct stop *stop, struct err *e)
{
    double *sum = mem_new(a->units, sizeof *sum);
    int failed = sum ? 0 : err_memory(e);
    for (size_t i = 0; i < a->inputs && !failed; i++) {
        for (size_t j = 0; j < a->units; j++)
            sum[j] += (double)shift[i] * (double)kernel[i * a->units + j];
        failed = stop_check(stop, e);
    }
    for (size_t j = 0; j < a->units && !failed; j++)
        bias[j] = (real)((double)bias[j] - sum[j]);
    mem_free(sum);
    return failed;
}

/* Below 0 a threshold lets through what relu makes 0: as one of 0 does. */
static void make_thresholds(const struct sae *a, real *theta)
{
    for (size_t i = 0; i < a->units; i++) {
        const double x = a->logarithms ? exp((double)theta[i]) : (double)theta[i];
        theta[i] = (real)fmax(x, 0);
    }
}

int sae_weights_read(const struct model *m, const struct sae *a, const struct file_name *weights,
                     id encoder, id decoder, real *to, const struct stop *stop, struct err *e)
{
    const char *const names[] = {"W_enc", "b_enc", "W_dec", "b_dec",
                                 a->logarithms ? "log_threshold" : "threshold"};
    static const char *const ours[] = {"kernel", "bias", "kernel", "bias", "theta"};
    const size_t tensors = a->kind == SAE_JUMPRELU ? 5 : 4;
    struct tensor_file file;
    real *at[5] = {0};
    if (tensor_file_open(&file, weights, stop, e))
        return -1;
    int failed = 0;
    for (size_t i = 0; i < tensors && !failed; i++) {
        const struct file_tensor *t = tensor_file_find(&file, names[i]);
        const id layer = i == 2 || i == 3 ? decoder : encoder;
        failed = find_place(m, layer, ours[i], t, weights, to, &at[i], e) ||
                 tensor_file_read(&file, t, at[i], e);
    }
    if (!failed && a->centered)
        failed = center_bias(a, at[0], at[3], at[1], stop, e);
    if (!failed && at[4])
        make_thresholds(a, at[4]);
    tensor_file_close(&file);
    return failed ? -1 : 0;
}
