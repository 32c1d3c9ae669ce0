/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/variable.h"

#include "cmd/session/names.h"
#include "cmd/session/state.h"

static const char *variable_name(const struct session *s, size_t i)
{
    return s->variable[i].name;
}

struct variable *name_variable(const struct session *s, const char *name)
{
    const uint32_t i = name_number(&s->names->variables, s->variables, variable_name, s, name);
    return i == INDEX_NONE ? NULL : &s->variable[i];
}

void variable_finish(struct variable *v)
{
    mem_free(v->name);
    if (!v->owners || --*v->owners == 0) {
        arena_finish(&v->arena);
        mem_free(v->owners);
    }
    *v = (struct variable){0};
}
