/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mark and goto. */
#include "cmd/command.h"

#include <string.h>

/* Models, data and settings as they were. Variables are not in it: a figure can be carried back and
 * compared. */
struct mark {
    char *name;
    struct model **model;
    size_t models, current;
    struct dataset data;
    bool has_data;
    uint64_t seed;
};

static void mark_finish(struct mark *m)
{
    for (size_t i = 0; i < m->models; i++)
        model_destroy(m->model[i]);
    mem_free(m->model);
    mem_free(m->name);
    dataset_finish(&m->data);
    *m = (struct mark){0};
}

void marks_finish(struct session *s)
{
    for (size_t i = 0; i < s->marks; i++)
        mark_finish(&s->mark[i]);
    mem_free(s->mark);
}

uint64_t marks_digest(const struct session *s, uint64_t hash)
{
    for (size_t i = 0; i < s->marks; i++) {
        hash = digest_bytes(hash, s->mark[i].name, strlen(s->mark[i].name) + 1);
        for (size_t k = 0; k < s->mark[i].models; k++)
            hash = model_digest(s->mark[i].model[k], hash);
    }
    return hash;
}

static int copy_models(struct model *const *from, size_t count, struct mark *to)
{
    if (!(to->model = mem_new(count, sizeof(struct model *))))
        return -1;
    for (; to->models < count; to->models++)
        if (!(to->model[to->models] = model_copy(from[to->models], from[to->models]->name)))
            return -1;
    return 0;
}

static struct mark *find(const struct session *s, const char *name)
{
    for (size_t i = 0; i < s->marks; i++)
        if (strcmp(s->mark[i].name, name) == 0)
            return &s->mark[i];
    return NULL;
}

static int run_mark(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    struct mark m = {.current = s->current, .has_data = s->has_data, .seed = s->seed};
    if (name_check_word(name->as.text, name->where, e))
        return -1;
    int failed = !(m.name = mem_text(name->as.text, strlen(name->as.text))) ||
                 copy_models(s->model, s->models, &m) ||
                 mem_room(&s->mark, &s->mark_room, s->marks + 1, sizeof m);
    if (failed)
        err_memory(e);
    else if (s->has_data)
        failed = dataset_share(&s->data, &m.data, e);
    if (failed) {
        mark_finish(&m);
        return -1;
    }
    struct mark *old = find(s, m.name);
    if (old)
        mark_finish(old);
    *(old ? old : &s->mark[s->marks++]) = m;
    return 0;
}

static int unknown_mark(const struct session *s, const struct arg *name, struct err *e)
{
    struct nearest near = {0};
    for (size_t i = 0; i < s->marks; i++)
        nearest_try(&near, name->as.text, s->mark[i].name);
    err_at(e, name->where, "there is no mark \"%s\"", name->as.text);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "set one first: mark %s", name->as.text);
}

static int run_goto(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    struct mark *from = find(s, name->as.text), back = {0};
    if (!from)
        return unknown_mark(s, name, e);
    /* The mark stays: what is put in place is a copy of it. */
    if (copy_models(from->model, from->models, &back)) {
        mark_finish(&back);
        return err_memory(e);
    }
    if (from->has_data && dataset_share(&from->data, &back.data, e)) {
        mark_finish(&back);
        return -1;
    }
    for (size_t i = 0; i < s->models; i++)
        model_destroy(s->model[i]);
    mem_free(s->model);
    dataset_finish(&s->data);
    s->model = back.model;
    s->models = s->model_room = back.models;
    s->current = from->current;
    s->data = back.data;
    s->has_data = from->has_data;
    s->seed = from->seed;
    return 0;
}

static const struct arg_spec mark_args[] = {
    {.name = "name", .form = POSITIONAL, .type = ARG_NAME, .required = true, .line = "the mark"},
};

#define EXAMPLE                                                                                    \
    "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nstep 5\nmark before\n"           \
    "set h.activity = l1(1e-2)\nstep 20\nlet with_it = mean(abs(h.output))\ngoto before\n"         \
    "step 20\nprint with_it mean(abs(h.output))\n"

const struct command command_mark = {
    COMMAND("mark", mark_args, "keeps the state under a name, for goto",
            "A mark holds models, data and settings; not variables, files or pictures. A second "
            "mark of "
            "the same name overwrites the first.",
            EXAMPLE),
    .run = run_mark,
};
const struct command command_goto = {
    COMMAND(
        "goto", mark_args, "sets the state back to a mark",
        "It sets back the state and never the place in the script: what stands below is done next, "
        "from the state that was marked.",
        EXAMPLE),
    .run = run_goto,
    .stop_first = true,
};
