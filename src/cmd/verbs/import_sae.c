/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/import_sae.h"

#include "cmd/common/sae.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include <stdio.h>

enum { ROOM = 300 };

/* Whether all names that the statements give are free; *e is of the first that is not. */
static int check_names(const struct session *s, const struct sae *a, const char *name,
                       struct span where, struct err *e)
{
    const struct model *m = current_model(s);
    const char *const ends[] = {"", "_decoder", a->kind == SAE_TOPK ? "_encoder" : NULL,
                                m->graph->calls ? NULL : "_input"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char whole[ROOM];
        if (!ends[i])
            continue;
        snprintf(whole, sizeof whole, "%.200s%s", name, ends[i]);
        if (!name_check_new(s, m, whole, where, e))
            continue;
        return i ? err_hint(e, "import sae gives it beside %s: as NAME takes another", name) : -1;
    }
    return 0;
}

/* The name of the code: the one that was asked for, else the first of code, code_1, ... that can be
 * given. */
static int choose_name(const struct session *s, const struct sae *a, const struct arg *as,
                       char *name, struct err *e)
{
    struct err taken = {0};
    snprintf(name, ROOM, "%.250s", as->given ? as->as.text : "code");
    if (as->given)
        return check_names(s, a, as->as.text, as->where, e);
    for (unsigned i = 1; check_names(s, a, name, as->where, &taken); i++)
        snprintf(name, ROOM, "code_%u", i);
    return 0;
}

static int sae_import(struct session *s, const struct args *args, struct str *to, struct str *notes,
                      struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    char name[ROOM];
    struct sae a;
    if (sae_read(&a, file, &s->host->stop, e) || choose_name(s, &a, args_get(args, "as"), name, e))
        return -1;
    sae_statements(&a, current_model(s), name, file->name, to);
    str_addf(notes, "import sae: %u inputs, %u units: %s\n", a.inputs, a.units, name);
    if (a.centered)
        str_add(notes, "the encoder's bias is b_enc - b_dec W_enc: it takes b_dec off the input\n");
    if (a.scaled)
        str_addf(notes,
                 "SAELens trained it on inputs that were scaled to a mean norm of sqrt(%u)\n",
                 a.inputs);
    return 0;
}

const struct importer import_sae = {
    .entry = {.name = "sae", .summary = "a sparse autoencoder of SAELens"},
    .statements = sae_import};
