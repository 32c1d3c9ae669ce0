/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keras/model.h"

#include "base/input.h"
#include "base/json.h"
#include "base/zip.h"
#include "keras/nodes.h"
#include "keras/object.h"
#include "keras/rename.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST = 20, CONFIG_MOST = 100 << 20 };

struct reader {
    struct keras_model *m;
    const char *what;
    unsigned depth; /* models and wrappers round the layer that is read */
};

static int wrong(const struct reader *r, struct err *e, const char *place, const char *why)
{
    return err_at(e, (struct span){0}, "%s: %s%s%s", r->what, place, *place ? ": " : "", why);
}

static const char *place_text(struct reader *r, const char *outer, const char *inner,
                              const json_t *list, size_t i)
{
    struct str text = {0};
    str_addf(&text, list ? "%s%s%s[%zu]" : "%s%s%s", outer, *outer ? "." : "", inner, i);
    const char *kept = text.failed ? NULL : arena_text(&r->m->arena, text.text, text.size);
    str_finish(&text);
    return kept;
}

/* Keeps a new value. NULL without memory, or when there is none. */
static json_t *keep_made(struct reader *r, json_t *value)
{
    return value && json_array_append_new(r->m->made, value) == 0 ? value : NULL;
}

static bool is_model(const char *class_name, const json_t *config)
{
    if (strcmp(class_name, "Sequential") == 0)
        return json_is_array(config) || json_is_array(json_object_get(config, "layers"));
    return (strcmp(class_name, "Model") == 0 || strcmp(class_name, "Functional") == 0) &&
           json_is_array(json_object_get(config, "layers"));
}

static int read_graph(struct reader *r, struct keras_layer *of, const char *place, struct err *e);

static int read_layer(struct reader *r, const json_t *value, const char *place,
                      struct keras_layer *l, struct err *e);

static struct keras_layer *read_inner(struct reader *r, const struct keras_layer *l,
                                      const char *key, struct err *e)
{
    const json_t *value = json_object_get(l->config, key);
    struct keras_layer *inner = arena_new(&r->m->arena, 1, sizeof *inner);
    struct str path = {0};
    str_addf(&path, "config.%s", key);
    const char *place = path.failed ? NULL : place_text(r, l->place, path.text, NULL, 0);
    str_finish(&path);
    if (!inner || !place) {
        err_memory(e);
        return NULL;
    }
    return read_layer(r, value, place, inner, e) ? NULL : inner;
}

static int read_parts(struct reader *r, struct keras_layer *l, struct err *e)
{
    if (r->depth++ == DEEPEST)
        return wrong(r, e, l->place, "models and wrappers are nested more than 20 deep");
    int failed = 0;
    if (json_object_get(json_object_get(l->config, "layer"), "class_name"))
        failed = !(l->inner = read_inner(r, l, "layer", e));
    if (!failed && json_object_get(json_object_get(l->config, "backward_layer"), "class_name"))
        failed = !(l->backward = read_inner(r, l, "backward_layer", e));
    if (!failed && !l->package && is_model(l->class_name, l->original))
        failed = read_graph(r, l, l->place, e);
    r->depth--;
    return failed ? -1 : 0;
}

static const char *package_of_layer(const json_t *value)
{
    const char *module = json_string_value(json_object_get(value, "module"));
    const char *registered = json_string_value(json_object_get(value, "registered_name"));
    if (module && strncmp(module, "keras", 5) == 0 && (!module[5] || module[5] == '.'))
        return NULL;
    if (registered)
        return registered;
    return module && strcmp(module, "builtins") != 0 ? module : NULL;
}

static int read_layer(struct reader *r, const json_t *value, const char *place,
                      struct keras_layer *l, struct err *e)
{
    const json_t *config = json_object_get(value, "config");
    const char *name = json_string_value(json_object_get(value, "name"));
    *l = (struct keras_layer){.place = place, .whole = value};
    l->written = json_string_value(json_object_get(value, "class_name"));
    if (!l->written)
        return wrong(r, e, place, "there is no class_name: it is no layer");
    if (config && !json_is_object(config) && !json_is_array(config))
        return wrong(r, e, place, "its config is neither an object nor a list");
    l->package = package_of_layer(value);
    l->original = config;
    l->class_name = rename_class(r->m->dialect, l->written, config);
    l->config = keep_made(r, json_is_object(config)
                                 ? rename_config(r->m->dialect, l->class_name, (json_t *)config)
                                 : json_object());
    if (!l->config)
        return err_memory(e);
    name = name ? name : json_string_value(json_object_get(l->config, "name"));
    l->name = name ? name : "";
    return read_parts(r, l, e);
}

/* The shape of what a Sequential without an InputLayer takes, or NULL: with its first layer, or as
 * it was built. */
static json_t *implied_shape(const struct keras_layer *of, const struct keras_layer *first)
{
    json_t *shape = json_object_get(first->config, "batch_shape");
    if (!json_is_array(shape))
        shape = json_object_get(of->config, "build_input_shape");
    if (!json_is_array(shape))
        shape = json_object_get(json_object_get(first->whole, "build_config"), "input_shape");
    if (!json_is_array(shape) && first->model && first->model->layers)
        shape = json_object_get(first->model->layer[first->model->input[0].layer].config,
                                "batch_shape");
    return json_is_array(shape) ? shape : NULL;
}

static int imply_input(struct reader *r, const struct keras_layer *of, struct keras_graph *g,
                       struct err *e)
{
    struct keras_layer *first = &g->layer[1];
    struct str name = {0};
    str_addf(&name, "%s_input", *first->name ? first->name : "first");
    json_t *shape = implied_shape(of, first);
    json_t *config = keep_made(r, shape ? json_pack("{s:O}", "batch_shape", shape) : json_object());
    g->layer[0] = (struct keras_layer){
        .class_name = "InputLayer",
        .written = "InputLayer",
        .place = first->place,
        .implied = true,
        .config = config,
        .original = config,
        .name = name.failed ? NULL : arena_text(&r->m->arena, name.text, name.size)};
    str_finish(&name);
    return config && g->layer[0].name ? 0 : err_memory(e);
}

static bool is_input(const json_t *layer)
{
    const char *class_name = json_string_value(json_object_get(layer, "class_name"));
    return class_name && strcmp(class_name, "InputLayer") == 0;
}

static int read_layers(struct reader *r, const json_t *list, const char *place, const char *key,
                       struct keras_layer *to, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *at = place_text(r, place, key, list, i);
        if (!at)
            return err_memory(e);
        if (read_layer(r, json_array_get(list, i), at, &to[i], e))
            return -1;
    }
    return 0;
}

/* Keras 1 has a Sequential whose first layer joins models, which stand in its configuration: each
 * becomes a layer in front of it, with an input. */
static size_t branches_of(const struct reader *r, const json_t *list)
{
    const json_t *first = json_array_get(list, 0);
    const char *class_name = json_string_value(json_object_get(first, "class_name"));
    if (r->m->dialect != KERAS_1 || !class_name || strcmp(class_name, "Merge") != 0)
        return 0;
    return json_array_size(json_object_get(json_object_get(first, "config"), "layers"));
}

static int join_branches(struct reader *r, struct keras_graph *g, size_t branches, struct err *e)
{
    struct arena *a = &r->m->arena;
    struct keras_layer *merge = &g->layer[2 * branches];
    struct keras_tensor *t = arena_new(a, 2 * branches + g->layers + 1, sizeof *t);
    struct keras_call *c = arena_new(a, g->layers, sizeof *c);
    g->order = arena_new(a, g->layers, sizeof *g->order);
    if (!t || !c || !g->order)
        return err_memory(e);
    for (size_t i = 0; i < g->layers; i++) {
        t[i].layer = i;
        g->layer[i].call = &c[i];
        g->layer[i].calls = i < 2 * branches && i % 2 == 0 ? 0 : 1;
        c[i] = (struct keras_call){.input = i ? &t[i - 1] : NULL, .inputs = 1};
        if (g->layer[i].calls)
            g->order[g->orders++] = t[i];
    }
    g->input = arena_new(a, branches, sizeof *g->input);
    struct keras_tensor *joined = arena_new(a, branches, sizeof *joined);
    if (!g->input || !joined)
        return err_memory(e);
    for (size_t i = 0; i < branches; i++) {
        g->input[i].layer = 2 * i;
        joined[i].layer = 2 * i + 1;
    }
    *merge->call = (struct keras_call){.input = joined, .inputs = branches};
    g->inputs = branches;
    g->output = &t[g->layers - 1];
    g->outputs = 1;
    return 0;
}

static int read_branches(struct reader *r, struct keras_layer *of, const json_t *list,
                         const char *place, size_t branches, struct err *e)
{
    struct keras_graph *g = of->model;
    const json_t *inner =
        json_object_get(json_object_get(json_array_get(list, 0), "config"), "layers");
    g->layers = json_array_size(list) + 2 * branches;
    g->layer = arena_new(&r->m->arena, g->layers, sizeof *g->layer);
    if (!g->layer)
        return err_memory(e);
    if (read_layers(r, list, place, "config", g->layer + 2 * branches, e))
        return -1;
    for (size_t i = 0; i < branches; i++) {
        const char *at = place_text(r, g->layer[2 * branches].place, "config.layers", inner, i);
        if (!at)
            return err_memory(e);
        struct keras_graph pair = {.layer = &g->layer[2 * i]};
        if (read_layer(r, json_array_get(inner, i), at, &pair.layer[1], e) ||
            imply_input(r, &pair.layer[1], &pair, e))
            return -1;
    }
    return join_branches(r, g, branches, e);
}

static int read_chain(struct reader *r, struct keras_layer *of, const json_t *list,
                      const char *place, const char *key, struct err *e)
{
    struct keras_graph *g = of->model;
    const size_t implied = is_input(json_array_get(list, 0)) ? 0 : 1;
    g->sequential = true;
    g->layers = json_array_size(list) + implied;
    g->layer = arena_new(&r->m->arena, g->layers, sizeof *g->layer);
    if (!g->layer)
        return err_memory(e);
    if (read_layers(r, list, place, key, g->layer + implied, e))
        return -1;
    if (implied && imply_input(r, of, g, e))
        return -1;
    return nodes_chain(r->m, g, e);
}

static int read_graph(struct reader *r, struct keras_layer *of, const char *place, struct err *e)
{
    const json_t *list =
        json_is_array(of->original) ? of->original : json_object_get(of->original, "layers");
    const char *key = json_is_array(of->original) ? "config" : "config.layers";
    if (!json_array_size(list))
        return wrong(r, e, place, "the model has no layers");
    if (!(of->model = arena_new(&r->m->arena, 1, sizeof *of->model)))
        return err_memory(e);
    const size_t branches = branches_of(r, list);
    if (strcmp(of->class_name, "Sequential") == 0)
        return branches ? read_branches(r, of, list, place, branches, e)
                        : read_chain(r, of, list, place, key, e);
    of->model->layers = json_array_size(list);
    of->model->layer = arena_new(&r->m->arena, of->model->layers, sizeof *of->model->layer);
    if (!of->model->layer)
        return err_memory(e);
    if (read_layers(r, list, place, key, of->model->layer, e))
        return -1;
    return nodes_read(r->m, of->model, of->original, r->what, place, e);
}

/* What a value tells of who wrote it. */
struct traces {
    bool first, third, modules, second;
};

static void find_traces(const json_t *value, struct traces *t)
{
    const char *key;
    json_t *member;
    const char *class_name = json_string_value(json_object_get(value, "class_name"));
    t->first = t->first || rename_is_first(value);
    t->modules = t->modules || json_object_get(value, "registered_name");
    t->second = t->second || json_object_get(value, "ragged");
    t->third = t->third || json_object_get(value, "batch_shape") ||
               (class_name && (strcmp(class_name, "__keras_tensor__") == 0 ||
                               strcmp(class_name, "DTypePolicy") == 0));
    t->second = t->second ||
                (class_name && (strcmp(class_name, "L1") == 0 || strcmp(class_name, "L2") == 0 ||
                                strcmp(class_name, "Functional") == 0 ||
                                strcmp(class_name, "GlorotUniform") == 0));
    for (size_t i = 0; i < json_array_size(value); i++)
        find_traces(json_array_get(value, i), t);
    json_object_foreach((json_t *)value, key, member)
    {
        find_traces(member, t);
    }
}

static enum keras_dialect dialect_of(const char *version, const json_t *model)
{
    struct traces t = {0};
    if (version && version[0] == '1')
        return KERAS_1;
    if (version && version[0] == '3')
        return KERAS_3;
    if (version && version[0] == '2' && version[1] == '.')
        return atoi(version + 2) > 3 || strstr(version, "tf") ? KERAS_TF_2 : KERAS_2;
    find_traces(model, &t);
    if (t.third)
        return KERAS_3;
    if (t.first)
        return KERAS_1;
    return t.modules || t.second ? KERAS_TF_2 : KERAS_2;
}

/* What was written once, and later by its number alone. Whole objects only where they hold no
 * others, so that nothing grows, or comes to hold itself. */
static bool is_flat(const json_t *config)
{
    const char *key;
    json_t *value;
    bool flat = json_is_object(config);
    json_object_foreach((json_t *)config, key, value)
    {
        flat = flat && !json_is_object(value) && !json_is_array(value);
    }
    return flat;
}

static int share_objects(json_t *known, json_t *value)
{
    const char *key;
    json_t *member;
    char number[NUMBER_ROOM];
    int failed = 0;
    const json_t *id = json_object_get(value, "shared_object_id");
    if (json_is_integer(id)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(id));
        json_t *first = json_object_get(known, number);
        if (is_flat(json_object_get(value, "config")))
            failed = first ? 0 : json_object_set(known, number, value);
        else if (first && !json_object_get(value, "config"))
            failed = json_object_update_missing(value, first);
    }
    for (size_t i = 0; i < json_array_size(value) && !failed; i++)
        failed = share_objects(known, json_array_get(value, i));
    json_object_foreach(value, key, member)
    {
        failed = failed || share_objects(known, member);
    }
    return failed;
}

static const json_t *member_or(const json_t *a, const char *key, const json_t *b, const char *other)
{
    const json_t *value = json_object_get(a, key);
    value = value && !json_is_null(value) ? value : json_object_get(b, other);
    return value && !json_is_null(value) ? value : NULL;
}

static void find_training(struct keras_model *m)
{
    const json_t *compiled = json_object_get(m->file, "compile_config");
    if (m->training)
        compiled = m->training;
    m->loss = member_or(compiled, "loss", m->file, "loss");
    m->loss_weights = member_or(compiled, "loss_weights", m->file, "loss_weights");
    m->optimizer = member_or(compiled, "optimizer", compiled, "optimizer_config");
    m->optimizer = m->optimizer ? m->optimizer : member_or(m->file, "optimizer", NULL, "");
}

static int read_root(struct reader *r, struct err *e)
{
    struct keras_model *m = r->m;
    const json_t *config = json_object_get(m->file, "config");
    const char *class_name = json_string_value(json_object_get(m->file, "class_name"));
    if (m->version && m->version[0] == '0')
        return err_at(e, (struct span){0},
                      "%s: Keras %.20s wrote it: files of Keras 1.0 on are read", r->what,
                      m->version);
    if (!class_name || !config)
        return wrong(r, e, "", "it is no model of Keras: it has no class_name with a config");
    if (read_layer(r, m->file, "", &m->root, e))
        return -1;
    if (!m->root.model)
        return err_at(e, (struct span){0},
                      "%s: the model is a %.80s, and not a Sequential or functional one: its file "
                      "does not say what it computes",
                      r->what, class_name);
    find_training(m);
    return 0;
}

int keras_model_make(struct keras_model *m, const char *what, json_t *model, json_t *training,
                     const char *version, struct err *e)
{
    struct reader r = {.m = m, .what = what};
    *m = (struct keras_model){.file = model, .training = training, .made = json_array()};
    json_t *known = json_object();
    const char *said = json_string_value(json_object_get(model, "keras_version"));
    said = said ? said : version;
    m->version = said ? arena_text(&m->arena, said, strlen(said)) : NULL;
    m->dialect = dialect_of(m->version, model);
    int failed = m->made && known && (m->version || !said) && !share_objects(known, model)
                     ? 0
                     : err_memory(e);
    json_decref(known);
    failed = failed || read_root(&r, e);
    keras_plain_line(e->what, failed ? strlen(e->what) : 0);
    if (failed)
        keras_model_close(m);
    return failed ? -1 : 0;
}

void keras_model_close(struct keras_model *m)
{
    json_decref(m->made);
    json_decref(m->file);
    json_decref(m->training);
    mem_free(m->note);
    arena_finish(&m->arena);
    *m = (struct keras_model){0};
}

static json_t *member_json(struct archive *a, const struct file_name *file, const char *name,
                           struct err *e)
{
    size_t size;
    struct str what = {0};
    const size_t at = archive_find(a, name);
    if (at == ARCHIVE_NONE) {
        err_at(e, file->where, "%s has no %s: it is no .keras file", file->name, name);
        return NULL;
    }
    char *text = archive_read(a, at, CONFIG_MOST, &size, e);
    str_addf(&what, "%s in %s", name, file->name);
    json_t *value = NULL;
    if (text && what.failed)
        err_memory(e);
    else if (text)
        value = json_from_text(text, size, what.text, e);
    str_finish(&what);
    mem_free(text);
    return value;
}

static int read_archive(struct keras_model *m, const struct file_name *file,
                        const struct stop *stop, struct err *e)
{
    struct archive *a = archive_open(file, stop, e);
    if (!a)
        return -1;
    json_t *about = NULL, *model = member_json(a, file, "config.json", e);
    if (model && archive_find(a, "metadata.json") != ARCHIVE_NONE &&
        !(about = member_json(a, file, "metadata.json", e))) {
        json_decref(model);
        model = NULL;
    }
    archive_close(a);
    const char *version = json_string_value(json_object_get(about, "keras_version"));
    const int failed = model ? keras_model_make(m, file->name, model, NULL, version, e) : -1;
    json_decref(about);
    return failed;
}

static int read_text(struct keras_model *m, const struct file_name *file, struct err *e)
{
    json_t *model = json_from_file(file, e);
    return model ? keras_model_make(m, file->name, model, NULL, NULL, e) : -1;
}

/* The first bytes, which tell a zip and an HDF5 file. */
static int read_head(const struct file_name *file, char head[4], struct err *e)
{
    uint64_t size;
    const int fd = input_open(file, &size, e);
    if (fd < 0)
        return -1;
    const ssize_t got = read(fd, head, 4);
    const int why = errno;
    close(fd);
    return got < 0 ? input_refuse(file, why, e) : 0;
}

int keras_model_read(struct keras_model *m, const struct file_name *file, const struct stop *stop,
                     struct err *e)
{
    char head[4] = {0};
    *m = (struct keras_model){0};
    if (read_head(file, head, e))
        return -1;
    if (memcmp(head, "\x89HDF", 4) == 0) {
        err_at(e, file->where, "%s is an HDF5 file", file->name);
        return err_hint(e, "a model is read from .json (model.to_json()) or .keras (model.save)");
    }
    const bool zip = memcmp(head, "PK\3\4", 4) == 0;
    if (zip ? read_archive(m, file, stop, e) : read_text(m, file, e))
        return err_place(e, file->where);
    return 0;
}

const char *keras_spelled(const struct keras_model *m, const struct keras_layer *l, const char *key)
{
    return rename_back(m->dialect, l->class_name, l->original, key);
}
