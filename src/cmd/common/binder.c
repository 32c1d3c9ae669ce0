/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/binder.h"

#include "cmd/common/resolve.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int bind_number(void *self, const struct node *n, double *value, struct err *e)
{
    struct session *s = self;
    bool guessed;
    const int failed = session_guess(s, current_model(s), n, value, &guessed, e);
    s->guessed = s->guessed || guessed;
    return failed;
}

static const struct node *bind_variable(void *self, const char *name)
{
    const struct variable *v = name_variable(self, name);
    return v ? v->penalty : NULL;
}

static size_t bind_text(void *self, struct span where, char *text, size_t room)
{
    const struct session *s = self;
    const struct source *source = sources_get(&s->sources, where.source);
    size_t n = source && where.end <= source->size ? where.end - where.at : 0;
    if (room && n < room) {
        memcpy(text, source ? source->text + where.at : "", n);
        text[n] = 0;
    }
    return n;
}

static const struct entry *bind_own(void *self, const struct table *t, const char *name)
{
    const struct definition *d = t == &penalty_kinds ? session_definition(self, name) : NULL;
    return d ? &d->own.kind.entry : NULL;
}

static const struct entry *bind_own_at(void *self, const struct table *t, size_t i)
{
    const struct session *s = self;
    return t == &penalty_kinds && i < s->definitions ? &s->definition[i]->own.kind.entry : NULL;
}

struct parse_rules session_parse_rules(const struct session *s)
{
    return (struct parse_rules){.verbs = &command_table, .stop = &s->host->stop};
}

struct binder session_binder(struct session *s, struct arena *arena)
{
    return (struct binder){.arena = arena,
                           .self = s,
                           .number = bind_number,
                           .variable = bind_variable,
                           .text = bind_text,
                           .own = bind_own,
                           .own_at = bind_own_at,
                           .folder = s->folder,
                           .within = s->within};
}

int session_file(const struct session *s, struct arena *arena, const struct node *n,
                 struct file_name *file, struct err *e)
{
    *file = (struct file_name){.name = n->text,
                               .path = path_join(arena, s->folder, n->text),
                               .within = s->within,
                               .where = n->where};
    return file->path ? 0 : err_memory(e);
}

struct args *session_default(struct session *s, struct arena *arena, const struct entry *row,
                             struct err *e)
{
    struct binder b = session_binder(s, arena);
    const struct statement empty = {.verb = row->name};
    return bind_statement(&b, &empty, row, e);
}

int session_bind_folder(struct session *s, const char *folder, struct err *e)
{
    mem_free(s->within);
    s->within = NULL;
    if (!s->host->safe)
        return 0;
    char *whole = realpath(*folder ? folder : ".", NULL);
    if (whole)
        s->within = mem_text(whole, strlen(whole));
    free(whole);
    if (s->within)
        return 0;
    if (whole)
        return err_memory(e);
    err_at(e, (struct span){0}, "the folder \"%.200s\" cannot be found: %s", folder,
           strerror(errno));
    return err_hint(e, "--safe keeps to the files in it; go to a folder that is there");
}
