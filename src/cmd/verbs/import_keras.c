/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/import_keras.h"

#include "cmd/common/keras_lines.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "keras/object.h"
#include "train/model.h"

#include <string.h>

static const struct report_column line_columns[] = {
    {"place", "place", REPORT_WORDS},
    {"class", "class", REPORT_WORDS},
    {"name", "name", REPORT_WORDS},
    {"becomes", "line", REPORT_WORDS},
};
static const struct report_table line_table = {
    .key = "layers", .column = line_columns, .columns = sizeof line_columns / sizeof *line_columns};
static const struct report_column refusal_columns[] = {
    {"place", "place", REPORT_WORDS},
    {"cannot be imported", "why", REPORT_WORDS},
};
static const struct report_table refusal_table = {.key = "refused",
                                                  .column = refusal_columns,
                                                  .columns = sizeof refusal_columns /
                                                             sizeof *refusal_columns};

static void add_refusals(struct report *r, const struct keras_lines *l)
{
    report_table(r, &refusal_table);
    for (size_t i = 0; i < l->refusals; i++) {
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, l->refusal[i].place);
        report_text(r, NULL, l->refusal[i].why);
    }
    report_close(r);
}

/* Text of the file; people see no control characters of it. */
static void add_plain(struct str *to, const char *text)
{
    const size_t before = to->size;
    str_add(to, text);
    if (!to->failed)
        keras_plain_line(to->text + before, to->size - before);
}

static void report_foreign(struct report *r, const char *key, const char *text)
{
    report_text(r, key, text);
    add_plain(report_shown(r), text);
}

static void add_lines(struct report *r, const struct keras_lines *l)
{
    report_table(r, &line_table);
    for (size_t i = 0; i < l->lines; i++) {
        const struct keras_line *line = &l->line[i];
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, line->layer->place);
        report_foreign(r, NULL, line->layer->written);
        report_foreign(r, NULL, line->layer->name);
        if (line->text)
            report_text(r, NULL, line->text);
        else
            report_nothing(r);
    }
    report_close(r);
}

/* The file, read and in lines; both are to be finished where this gives 0. */
static int read_lines(struct session *s, const struct args *args, struct keras_model *m,
                      struct keras_lines *l, struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    if (keras_model_read(m, file, &s->host->stop, e))
        return -1;
    if (!keras_lines_make(l, s, m, e))
        return 0;
    keras_lines_finish(l);
    keras_model_close(m);
    return -1;
}

static int report_file(struct session *s, const struct args *args, struct err *e)
{
    struct keras_model m;
    struct keras_lines l;
    struct report r = {0};
    if (read_lines(s, args, &m, &l, e))
        return -1;
    report_text(&r, "file", args_get(args, "file")->as.file.name);
    report_foreign(&r, "version", m.version ? m.version : "unknown");
    report_bool(&r, "possible", l.refusals == 0);
    report_say(&r, "{file}, Keras {version}\n");
    add_lines(&r, &l);
    add_refusals(&r, &l);
    str_addf(report_note(&r),
             l.refusals ? "%zu in all: the file cannot be imported.\n"
                        : "All of it can be imported.\n",
             l.refusals);
    const int failed = report_show(s, &r, e);
    keras_lines_finish(&l);
    keras_model_close(&m);
    return failed;
}

/* Tells all that was refused, and is the error. */
static int refuse_file(struct session *s, const struct args *args, const struct keras_lines *l,
                       struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    struct report r = {0};
    if (l->refusals > 1) {
        add_refusals(&r, l);
        if (report_show(s, &r, e))
            return -1;
    }
    if (l->refusals == 1)
        err_at(e, file->where, "%.100s: %.150s: %.200s", file->name, l->refusal->place,
               l->refusal->why);
    else
        err_at(e, file->where,
               "%.100s: %zu things in it cannot be imported, the first at %.150s: %.150s",
               file->name, l->refusals, l->refusal->place, l->refusal->why);
    return err_hint(e, "nothing was imported; only=report tells what could be");
}

static void add_notes(const struct keras_lines *l, struct str *notes)
{
    const struct keras_model *m = l->of;
    for (size_t i = 0; i < l->lines; i++) {
        const struct keras_line *line = &l->line[i];
        const char *end = strrchr(line->path, '.');
        if (!*line->layer->name || strcmp(end ? end + 1 : line->path, line->layer->name) == 0)
            continue;
        add_plain(notes, line->layer->name);
        str_addf(notes, " is %s here\n", line->path);
    }
    if (l->zeros)
        str_addf(notes, "%s has strength 0 and is no penalty%s\n", l->first_zero,
                 l->zeros > 1 ? "; so have others" : "");
    if (l->uncut)
        str_addf(notes, "%s: Keras 1 did not cut this normal at two deviations; here it is cut%s\n",
                 l->first_uncut, l->uncut > 1 ? ", and so are others" : "");
    if (l->larger)
        str_addf(notes, "%s: Keras 1 drew these 1.1 times as large%s\n", l->first_larger,
                 l->larger > 1 ? ", and others too" : "");
    for (size_t i = 0; i < m->notes; i++)
        str_addf(notes, "%s: %s\n", m->note[i].place, m->note[i].text);
}

/* The model that the lines are for: an empty one. */
static int choose_model(const struct session *s, const struct args *args, struct str *to,
                        struct err *e)
{
    const struct arg *as = args_get(args, "as");
    const struct model *m = current_model(s);
    if (as->given) {
        if (name_check_word(as->as.text, as->where, e))
            return -1;
        const uint32_t there = name_model_number(s, as->as.text);
        m = there == INDEX_NONE ? NULL : s->model[there];
        str_addf(to, "model %s\n", as->as.text);
    }
    if (!m || !m->graph->layers)
        return 0;
    err_at(e, as->given ? as->where : args->where, "the model %s has layers already", m->name);
    return err_hint(e, "give the model that comes another name: as %s%s",
                    as->given ? m->name : "net", as->given ? "_2" : "");
}

/* They are loaded as a statement of their own, so a record has that one too. */
static void add_weights(const struct args *args, struct str *to)
{
    const struct arg file = {.type = ARG_STRING, .as.text = args_get(args, "file")->as.file.name};
    if (!args_yes(args, "weights"))
        return;
    str_add(to, "load weights ");
    arg_print(to, &file);
    str_add(to, "\n");
}

static int keras_statements(struct session *s, const struct args *args, struct str *to,
                            struct str *notes, struct err *e)
{
    struct keras_model m;
    struct keras_lines l;
    if (choose_model(s, args, to, e) || read_lines(s, args, &m, &l, e))
        return -1;
    int failed = l.refusals ? refuse_file(s, args, &l, e) : 0;
    if (!failed) {
        str_bytes(to, l.text.text, l.text.size);
        add_weights(args, to);
        str_addf(notes, "import keras: %zu layers", l.lines);
        add_plain(notes, m.version ? " of Keras " : "");
        add_plain(notes, m.version ? m.version : "");
        str_add(notes, "\n");
        add_notes(&l, notes);
    }
    keras_lines_finish(&l);
    keras_model_close(&m);
    return failed;
}

const struct importer import_keras = {
    .entry = {.name = "keras", .summary = "a model of Keras 1.0 to 3, .json or .keras"},
    .statements = keras_statements,
    .report = report_file,
};
