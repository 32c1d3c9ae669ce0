/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/digest.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"

#include "lang/ast.h"
#include "train/model.h"

#include <string.h>

static uint64_t digest_data(const struct session *s, uint64_t hash)
{
    const struct dataset *d = &s->data;
    if (!s->has_data)
        return hash;
    const uint64_t sizes[] = {d->samples, d->training, d->inputs, d->targets, d->batch, d->shuffle};
    const double mixed[] = {d->mixup, d->noise};
    hash = digest_bytes(hash, sizes, sizeof sizes);
    if (d->mixup > 0 || d->noise > 0)
        hash = digest_bytes(hash, mixed, sizeof mixed);
    if (d->weight)
        hash = digest_bytes(hash, d->weight, d->samples * sizeof *d->weight);
    hash = digest_bytes(hash, d->x, d->samples * d->inputs * sizeof *d->x);
    if (!d->target_is_input && d->y)
        hash = digest_bytes(hash, d->y, d->samples * d->targets * sizeof *d->y);
    return hash;
}

static uint64_t digest_variable(const struct variable *v, uint64_t hash)
{
    struct str text = {0};
    hash = digest_bytes(hash, v->name, strlen(v->name) + 1);
    hash = digest_bytes(hash, &v->number, sizeof v->number);
    if (v->penalty)
        node_print(&text, v->penalty);
    hash = digest_bytes(hash, text.text, text.size);
    str_finish(&text);
    return hash;
}

uint64_t digest_state(const struct session *s, uint64_t hash)
{
    const char *system = s->emulation->name;
    hash = digest_bytes(hash, &s->seed, sizeof s->seed);
    hash = digest_bytes(hash, system, strlen(system) + 1);
    hash = digest_bytes(hash, &s->ignores_frozen, sizeof s->ignores_frozen);
    hash = digest_data(s, hash);
    for (size_t i = 0; i < s->models; i++)
        hash = model_digest(s->model[i], hash);
    for (size_t i = 0; i < s->variables; i++)
        hash = digest_variable(&s->variable[i], hash);
    return definitions_digest(s, hash);
}
