/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/import_sae.h"

#include "cmd/common/sae.h"
#include "cmd/session/state.h"

static int sae_import(struct session *s, const struct args *args, struct str *to, struct str *notes,
                      struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    const struct arg *as = args_get(args, "as");
    const char *name = as->given ? as->as.text : "code";
    struct sae a;
    if (sae_read(&a, file, &s->host->stop, e))
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
