/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/audit_file.h"

#include "cmd/common/keras_outline.h"
#include "cmd/report/audit_report.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"

#include "keras/object.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Classes of Keras whose slots mean what they say: what NAME_regularizer is on is the layer's own
 * weight NAME, and its activity is its output. */
static const char *const plain_classes[] = {
    "ActivityRegularization",
    "BatchNormalization",
    "Bilinear",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "EinsumDense",
    "Embedding",
    "GRU",
    "GroupNormalization",
    "Highway",
    "LSTM",
    "LayerNormalization",
    "LocallyConnected1D",
    "LocallyConnected2D",
    "MaxoutDense",
    "PReLU",
    "RNN",
    "SeparableConv1D",
    "SeparableConv2D",
    "SimpleRNN",
    NULL,
};

struct filing {
    struct audit audit;
    struct keras_model model;
    struct keras_outline outline;
    size_t zeros;         /* regularizers of strength 0, */
    struct str zero_rows; /* and the first of them */
};

/* What stands where a class has a strength, and is no number. */
static bool is_no_strength(const json_t *config, const char *key)
{
    const json_t *x = json_object_get(config, key);
    return x && !json_is_null(x) && !json_is_number(x);
}

/* A regularizer: the row's penalty, kind and strength, or why it cannot be judged. `nothing`: it is
 * of strength 0. */
static void read_regularizer(struct filing *f, const json_t *value, struct audit_row *row,
                             bool *nothing)
{
    struct keras_strengths s = {0};
    struct keras_object o = {0};
    struct str text = {0}, kind = {0};
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    const bool known = keras_strengths(value, &s);
    const bool object = keras_object(value, &o) && o.class_name;
    row->strength = NAN;
    *nothing = known && s.l1 == 0 && s.l2 == 0;
    if (known && s.l1 != 0 && s.l2 != 0) {
        str_add(&kind, "l1l2");
        str_addf(&text, "l1l2(%s, %s)", keras_number(s.l1, a), keras_number(s.l2, b));
    } else if (known) {
        row->strength = s.l1 != 0 ? s.l1 : s.l2;
        str_add(&kind, s.l1 != 0 ? "l1" : "l2");
        str_addf(&text, "%s(%s)", kind.failed ? "" : kind.text, keras_number(row->strength, a));
    } else if (object) {
        if (o.package && strchr(o.package, '>'))
            str_add(&kind, o.package);
        else
            str_addf(&kind, "%s%s%s", o.package ? o.package : "", o.package ? ">" : "",
                     o.class_name);
        str_add(&text, kind.failed ? "" : kind.text);
    } else {
        str_add(&kind, "unknown");
        str_add(&text, "?");
        row->unjudged = "it is no regularizer as Keras writes one";
    }
    if (is_no_strength(o.config, "l1") || is_no_strength(o.config, "l2") ||
        (known && (s.l1 < 0 || s.l2 < 0 || !isfinite(s.l1) || !isfinite(s.l2))))
        row->unjudged = "its strength is no number from 0 up";
    row->penalty = audit_text(&f->audit, &text);
    row->kind = audit_text(&f->audit, &kind);
    str_finish(&text);
    str_finish(&kind);
}

static bool is_plain_class(const struct keras_layer *l)
{
    for (size_t i = 0; !l->package && plain_classes[i]; i++)
        if (strcmp(l->class_name, plain_classes[i]) == 0)
            return true;
    return false;
}

/* So many that are no penalty are named. */
enum { ZEROS_NAMED = 5 };

static int note_zero(struct filing *f, const struct audit_row *row)
{
    if (f->zeros < ZEROS_NAMED)
        str_addf(&f->zero_rows, "%s%s.%s", f->zeros ? ", " : "", row->layer, row->slot);
    f->zeros++;
    return 0;
}

/* One regularizer of a layer, or of the wrapper that is one with it (`of`), in the slot of that
 * name. */
static int add_regularizer(struct filing *f, id layer, const struct keras_layer *of,
                           const char *slot, const char *where, const json_t *value, struct err *e)
{
    struct audit_row row = {.layer = f->outline.layer[layer].name, .slot = slot};
    struct str text = {0};
    bool nothing;
    read_regularizer(f, value, &row, &nothing);
    if (nothing)
        return note_zero(f, &row);
    str_addf(&text, "%s.config.%s", of->place, where);
    row.place = audit_text(&f->audit, &text);
    str_finish(&text);
    if (!row.place)
        return err_memory(e);
    if (strcmp(slot, "activity") == 0)
        audit_activity(&f->audit, layer, REDUCE_BATCH, &row);
    else
        audit_weight(&f->audit, layer, &row);
    if (!row.unjudged && !is_plain_class(of)) {
        str_addf(&text, "what the class %s does with it is not known", of->written);
        row.unjudged = audit_text(&f->audit, &text);
        str_finish(&text);
    }
    if (!row.unjudged && f->outline.graph.layer[layer].newest_call == NOTHING)
        row.unjudged = "its layer is never called";
    return audit_add(&f->audit, &row, e);
}

/* What stands in a configuration and is told elsewhere, or is no configuration. */
static bool is_passed(const char *key)
{
    static const char *const keys[] = {"layer",        "backward_layer", "layers",
                                       "build_config", "compile_config", NULL};
    for (size_t i = 0; keys[i]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static int add_slots(struct filing *f, id layer, const struct keras_layer *of, const json_t *config,
                     const char *within, struct err *e);

/* A cell, or several, or whatever else has a configuration of its own. */
static int add_nested(struct filing *f, id layer, const struct keras_layer *of, const json_t *value,
                      const char *within, struct err *e)
{
    size_t i;
    json_t *item;
    if (json_is_object(value)) {
        const json_t *config = json_object_get(value, "config");
        return json_is_object(config) ? add_slots(f, layer, of, config, within, e) : 0;
    }
    json_array_foreach(value, i, item)
    {
        struct str name = {0};
        str_addf(&name, "%s[%zu]", within, i);
        const int failed = name.failed || add_nested(f, layer, of, item, name.text, e);
        const bool memory = name.failed;
        str_finish(&name);
        if (failed)
            return memory ? err_memory(e) : -1;
    }
    return 0;
}

/* All slots of a layer's configuration, and of those in it, `within` which they stand: "cell". */
static int add_slots(struct filing *f, id layer, const struct keras_layer *of, const json_t *config,
                     const char *within, struct err *e)
{
    static const char end[] = "_regularizer";
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)config, key, value)
    {
        const size_t n = strlen(key);
        const bool slot = n > strlen(end) && strcmp(key + n - strlen(end), end) == 0;
        struct str name = {0}, where = {0};
        if (json_is_null(value) || is_passed(key))
            continue;
        str_addf(&name, "%s%s", within, *within ? "." : "");
        str_bytes(&name, key, slot ? n - strlen(end) : n);
        str_addf(&where, "%s%s%s", within, *within ? "." : "", keras_spelled(&f->model, of, key));
        const char *text = audit_text(&f->audit, &name), *at = audit_text(&f->audit, &where);
        int failed = text && at ? 0 : err_memory(e);
        if (!failed)
            failed = slot ? add_regularizer(f, layer, of, text, at, value, e)
                          : add_nested(f, layer, of, value, text, e);
        str_finish(&name);
        str_finish(&where);
        if (failed)
            return -1;
    }
    return 0;
}

/* Its strengths stand in its own configuration, as a regularizer's do. */
static int add_regularization(struct filing *f, id layer, struct err *e)
{
    const struct keras_layer *of = f->outline.layer[layer].from;
    json_t *made = json_pack("{s:s, s:O}", "class_name", "L1L2", "config", of->config);
    const int failed =
        made ? add_regularizer(f, layer, of, "activity", "l1", made, e) : err_memory(e);
    json_decref(made);
    return failed;
}

static int add_all(struct filing *f, struct err *e)
{
    const struct graph *g = &f->outline.graph;
    for (id i = 0; i < g->layers; i++) {
        const struct keras_layer *from = f->outline.layer[i].from;
        const bool own = strcmp(from->class_name, "ActivityRegularization") == 0 && !from->package;
        const struct keras_layer *around = f->outline.layer[i].wrapper;
        if (own ? add_regularization(f, i, e) : add_slots(f, i, from, from->config, "", e))
            return -1;
        if (around && add_slots(f, i, around, around->config, "", e))
            return -1;
    }
    return 0;
}

static int note_zeros(struct filing *f, struct err *e)
{
    struct str text = {0};
    if (!f->zeros)
        return 0;
    str_addf(&text, "of strength 0, so no penalty: %s",
             f->zero_rows.failed ? "" : f->zero_rows.text);
    if (f->zeros > ZEROS_NAMED)
        str_addf(&text, " and %zu more", f->zeros - ZEROS_NAMED);
    const int failed = audit_note(&f->audit, &text, e);
    str_finish(&text);
    return failed;
}

static int note_text(struct filing *f, bool there, const char *note, struct err *e)
{
    struct str text = {0};
    if (!there)
        return 0;
    str_add(&text, note);
    const int failed = audit_note(&f->audit, &text, e);
    str_finish(&text);
    return failed;
}

/* Whether the number of samples in a batch is fixed. */
static bool has_static_batch(const struct keras_graph *g)
{
    for (size_t i = 0; i < g->layers; i++) {
        const json_t *shape = json_object_get(g->layer[i].config, "batch_shape");
        if (json_is_integer(json_array_get(shape, 0)))
            return true;
    }
    return false;
}

static bool is_judged_as(const struct audit *a, const char *name)
{
    for (size_t i = 0; i < a->auditors; i++)
        if (a->by[i].judge.as && strcmp(a->by[i].judge.as->entry.name, name) == 0)
            return true;
    return false;
}

/* A file that says another release than those that there are. */
static int note_release(struct filing *f, struct err *e)
{
    struct str text = {0};
    if (f->audit.by[0].judge.as)
        return 0;
    str_addf(&text, "%s is no release that is known here; known are %s; --as judges by one of them",
             f->audit.by[0].name, emulations_known);
    const int failed = audit_note(&f->audit, &text, e);
    str_finish(&text);
    return failed;
}

static int add_notes(struct filing *f, struct err *e)
{
    bool simple = false, wrapped = false;
    for (size_t i = 0; i < f->outline.graph.layers; i++) {
        const struct outline_layer *l = &f->outline.layer[i];
        simple = simple || strcmp(l->from->class_name, "SimpleRNN") == 0;
        wrapped =
            wrapped || (l->wrapper && json_object_get(l->from->config, "activity_regularizer") &&
                        !json_is_null(json_object_get(l->from->config, "activity_regularizer")));
    }
    int failed = note_release(f, e) || note_zeros(f, e);
    for (size_t i = 0; i < f->model.notes && !failed; i++) {
        struct str text = {0};
        str_addf(&text, "%s: %s", f->model.note[i].place, f->model.note[i].text);
        failed = audit_note(&f->audit, &text, e);
        str_finish(&text);
    }
    failed =
        failed || note_text(f, simple && f->model.dialect == KERAS_3,
                            "of a SimpleRNN Keras 3 writes no activity_regularizer, also where "
                            "the code has one; it does nothing with it",
                            e);
    return failed || note_text(f,
                               wrapped && has_static_batch(f->model.root.model) &&
                                   is_judged_as(&f->audit, "keras-2.0"),
                               "the batch has a fixed size: Keras 2.0.3 to 2.1.3 then count an "
                               "activity penalty inside TimeDistributed twice (run: 2.0.8)",
                               e)
               ? -1
               : 0;
}

/* The release that wrote the file, by what it says or by how it is written. */
static const struct emulation *find_writer(const struct keras_model *m, char *name, size_t room)
{
    static const char *const family[] = {
        [KERAS_1] = "1", [KERAS_2] = "2", [KERAS_TF_2] = "2", [KERAS_3] = "3"};
    const bool tensorflow = m->dialect == KERAS_TF_2 || m->dialect == KERAS_3;
    const char *system = m->dialect == KERAS_TF_2 ? "tf.keras" : "Keras";
    snprintf(name, room, m->version ? "%s %.40s" : "%s %.40s, release unknown", system,
             m->version ? m->version : family[m->dialect]);
    return emulation_of_keras(tensorflow, m->version ? m->version : family[m->dialect]);
}

static const struct entry *find_system(const char *name)
{
    return table_find(&other_systems, name);
}

int audit_system_check(const char *name, struct err *e)
{
    struct str all = {0};
    if (find_system(name))
        return 0;
    for (size_t i = 0; i < other_systems.rows; i++)
        str_addf(&all, " %s", other_systems.row[i]->name);
    err_at(e, (struct span){0}, "--as \"%.100s\": there is no such system", name);
    err_hint(e, "it is one of:%s", all.failed ? "" : all.text);
    str_finish(&all);
    return -1;
}

static int write_report(const struct filing *f, const char *path, const char *writer,
                        const char *as, bool json, struct str *to, struct err *e)
{
    struct report r = {0};
    report_text(&r, "verb", "audit");
    report_text(&r, "file", path);
    report_text(&r, "written_by", writer);
    if (as)
        report_text(&r, "as", as);
    report_say(&r, "the regularizers of {file}, written by {written_by}\n");
    audit_report(&r, &f->audit);
    (json ? report_render_json : report_render_text)(&r, to);
    report_finish(&r);
    return to->failed ? err_memory(e) : 0;
}

static int run_filing(struct filing *f, const char *path, const char *as, bool json, struct str *to,
                      bool *bent, struct err *e)
{
    char writer[100];
    const struct emulation *by = find_writer(&f->model, writer, sizeof writer);
    const struct graph *g = &f->outline.graph;
    struct audit *a = &f->audit;
    if (audit_by(a, "written", writer, g, by, e) ||
        (as && audit_by(a, "as", as, g, (const struct emulation *)find_system(as), e)) ||
        add_all(f, e) || add_notes(f, e))
        return -1;
    a->rules = as ? 1 : 0;
    for (size_t i = 0; i < a->rows && !*bent; i++)
        *bent = audit_is_bent(a, &a->row[i]);
    return write_report(f, path, writer, as, json, to, e);
}

int audit_file(const char *path, const char *as, bool json, struct str *to, bool *bent,
               struct err *e)
{
    static const struct stop never = {0};
    const struct file_name file = {.name = path, .path = path};
    struct filing f = {0};
    *bent = false;
    if (keras_model_read(&f.model, &file, &never, e))
        return -1;
    int failed = keras_outline(&f.outline, &f.model, e);
    if (!failed) {
        failed = run_filing(&f, path, as, json, to, bent, e);
        keras_outline_finish(&f.outline);
    }
    audit_finish(&f.audit);
    str_finish(&f.zero_rows);
    keras_model_close(&f.model);
    if (failed)
        str_finish(to);
    return failed ? -1 : 0;
}
