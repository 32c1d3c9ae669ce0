/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/import.h"

#include "cmd/exec/made.h"
#include "cmd/report/render.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"
#include "cmd/verbs/import_keras.h"
#include "cmd/verbs/import_sae.h"

#include "base/path.h"
#include "lang/ast.h"

#include <stdio.h>
#include <string.h>

static const struct entry *const rows[] = {&import_keras.entry, &import_sae.entry};
static const struct table imported = {"thing to import", rows, sizeof rows / sizeof *rows};

static const struct entry report_row = {.name = "report",
                                        .summary = "what can be imported and what cannot"};
static const struct entry *const only_rows[] = {&report_row};
static const struct table parts = {"part of an import", only_rows, 1};

/* An error in a statement that was made is one of the file: it stands where the file is named, and
 * tells the place in the file that is behind the statement, as far as there is one. */
static int tell_place(const struct session *s, const char *name, struct span file, struct err *e)
{
    const struct span *at = e->inside.source ? &e->inside : &e->where;
    const struct source *source = at->source ? sources_get(&s->sources, at->source) : NULL;
    if (!source || strcmp(source->name, name) != 0)
        return -1;
    const char *from = strstr(source->text + at->at, "# "),
               *end = strchr(source->text + at->at, '\n');
    char what[sizeof e->what];
    e->where = file;
    e->inside = (struct span){0};
    if (!from || !end || from > end)
        return -1;
    snprintf(what, sizeof what, "%.*s: %.300s", (int)(end - from - 2), from + 2, e->what);
    memcpy(e->what, what, sizeof what);
    return -1;
}

/* What counts only where something is imported. */
static int refuse_with_report(const struct args *args, struct err *e)
{
    static const char *const names[] = {"as", "show", "weights"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct arg *a = args_get(args, names[i]);
        if (!a->given)
            continue;
        err_at(e, a->where, "only=report imports nothing, so it takes no %s", names[i]);
        return err_hint(e, "leave it out, or leave only= away to import");
    }
    return 0;
}

static int run_import(struct session *s, const struct args *args, struct err *e)
{
    const struct importer *what = (const struct importer *)args_get(args, "what")->as.choice;
    const struct arg *only = args_get(args, "only");
    char name[60];
    struct made m = {.verb = "import", .name = name, .where = args->where};
    if (only->given && what->report)
        return refuse_with_report(args, e) ? -1 : what->report(s, args, e);
    if (only->given) {
        err_at(e, only->where, "there is no report of %s", what->entry.name);
        return err_hint(e, "leave only= away");
    }
    if (args_yes(args, "weights") && !path_ends(args_get(args, "file")->as.file.name, ".keras")) {
        err_at(e, args_get(args, "weights")->where,
               "weights stand beside the model in a .keras only");
        return err_hint(e, "load weights \"x.weights.h5\" reads others");
    }
    snprintf(name, sizeof name, "<import %s>", what->entry.name);
    const int failed = what->statements(s, args, &m.text, &m.notes, e);
    if (!failed && args_yes(args, "show"))
        str_add(&m.notes, m.text.text ? m.text.text : "");
    if (!failed)
        return run_made(s, &m, e) ? tell_place(s, name, args_get(args, "file")->where, e) : 0;
    str_finish(&m.text);
    str_finish(&m.notes);
    return -1;
}

static bool only_reports(const struct statement *st)
{
    for (size_t i = 0; i < st->pairs; i++)
        if (st->pair[i].target->kind == NODE_PATH && strcmp(st->pair[i].target->text, "only") == 0)
            return true;
    return false;
}

static const struct arg_spec import_args[] = {
    ARG("what", POSITIONAL, ARG_CHOICE, .of = &imported, .required = true, .lists = true,
        .line = "what the file holds"),
    ARG("file", POSITIONAL, ARG_FILE, .required = true, .line = "its name"),
    ARG("as", CLAUSE, ARG_NAME,
        .line = "of keras: the model that it becomes, else the current one, which must be empty; "
                "of sae the code, else \"code\""),
    ARG("show", KEY, ARG_BOOL, .standard = "no", .line = "yes: the statements are printed too"),
    ARG("weights", KEY, ARG_BOOL, .standard = "no",
        .line = "yes: the weights of a .keras are loaded too"),
    ARG("only", KEY, ARG_CHOICE, .of = &parts,
        .line = "report: tells what of the file can be imported, and changes nothing"),
};

const struct command command_import = {
    COMMAND(
        "import", import_args, "makes statements of another system's file, and carries them out",
        "They are carried out all or not at all, stand in a record as if they had been typed, "
        "and undo takes them back at once. What cannot be taken over is told by name and by "
        "its place in the file, all of it at once, and nothing is imported then.\n\n"
        "import keras \"model.json\" reads what model.to_json() and model.save(\"m.keras\") "
        "wrote, of Keras 1.0 to 3 and tf.keras: layers, shared layers, models in models (as "
        "blocks), wrappers, penalties, constraints, initialisers, loss and optimizer. Names are "
        "kept as far as they are names here; those that change are listed. Strengths are "
        "written as they were typed: 0.009999999776482582 in a file is 0.01. Which of the "
        "penalties Keras itself applied, audit tells.\n\n"
        "import sae \"sae_weights.safetensors\" reads a sparse autoencoder of SAELens with the "
        "cfg.json beside it: architectures standard, jumprelu and topk; F16, BF16, F32 or F64. It "
        "becomes an input, if the model is empty, or stands on the newest tensor; a dense layer "
        "whose output is the code; and a dense layer back, NAME_decoder. SAELens takes b_dec off "
        "the input; here that is in the encoder's bias, b_enc - b_dec W_enc, which computes the "
        "same.",
        "import keras \"data/model.json\" as net\ndata random 40 shape=4 target=1\npenalties\n"
        "model sparse\nimport sae \"data/sae_weights.safetensors\" as code\n"),
    .run = run_import,
    .personal = only_reports,
    .changes = CHANGES_ALL,
    .stop_first = true,
    .beyond_run = true,
};
