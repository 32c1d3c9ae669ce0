/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/swept_runs.h"

#include "cmd/session/names.h"
#include "cmd/session/results.h"
#include "cmd/session/state.h"

#include "plot/sweep_table.h"

#include <math.h>

/* The lists of a table while they are filled. */
struct making {
    const char **label, **name;
    double *number, *figure;
    struct model **model;
    size_t *value_of;
};

static bool make_room(struct arena *a, const struct results *of, struct making *m)
{
    const size_t figures = of->names + RUN_FIGURES;
    *m = (struct making){
        arena_new(a, of->values, sizeof *m->label),
        arena_new(a, figures, sizeof *m->name),
        arena_new(a, of->values, sizeof *m->number),
        arena_new(a, of->runs * figures, sizeof(double)),
        arena_new(a, of->values, sizeof *m->model),
        arena_new(a, of->runs, sizeof *m->value_of),
    };
    return m->label && m->name && m->number && m->figure && m->model && m->value_of;
}

static bool name_values(struct arena *a, const struct results *of, struct making *m)
{
    for (size_t v = 0; v < of->values; v++) {
        const struct swept *at = of->value + v * of->axes;
        struct str text = {0};
        for (size_t i = 0; i < of->axes; i++)
            str_addf(&text, "%s%s", i ? ", " : "", at[i].text);
        m->label[v] = text.failed ? NULL : arena_text(a, text.text, text.size);
        str_finish(&text);
        if (!m->label[v])
            return false;
        m->number[v] = of->axes == 1 ? at->number : (double)NAN;
    }
    return true;
}

static void take_run(const struct session *s, const struct results_run *run, size_t number,
                     const struct results *of, struct making *m)
{
    double *to = m->figure + number * (of->names + RUN_FIGURES);
    for (size_t i = 0; i < of->names; i++) {
        const double *x = results_run_measure(run, of->name[i]);
        to[i] = x ? *x : (double)NAN;
    }
    for (size_t i = 0; i < RUN_FIGURES; i++)
        to[of->names + i] = run->figure[i];
    m->value_of[number] = run->value;
    const uint32_t at = of->models ? name_model_number(s, run->model) : INDEX_NONE;
    if (at != INDEX_NONE && !m->model[run->value])
        m->model[run->value] = s->model[at];
}

int swept_runs_make(const struct session *s, struct arena *arena, const struct sweep_table **to,
                    struct err *e)
{
    const struct results *of = s->results;
    struct making m;
    *to = NULL;
    if (!of || !of->text)
        return 0;
    struct sweep_table *t = arena_new(arena, 1, sizeof *t);
    if (!t || !make_room(arena, of, &m) || !name_values(arena, of, &m))
        return err_memory(e);
    for (size_t i = 0; i < of->names + RUN_FIGURES; i++)
        m.name[i] = i < of->names ? of->name[i] : run_figure_names[i - of->names];
    *t = (struct sweep_table){.text = of->text,
                              .target = of->axes == 1 ? of->target[0] : NULL,
                              .values = of->values,
                              .figures = of->names + RUN_FIGURES,
                              .measures = of->names,
                              .label = m.label,
                              .number = m.number,
                              .model = m.model,
                              .value_of = m.value_of,
                              .name = m.name,
                              .figure = m.figure};
    for (size_t i = 0; i < of->runs; i++)
        if (of->run[i].value != RUN_ALONE && of->run[i].status == RUN_DONE)
            take_run(s, &of->run[i], t->runs++, of, &m);
    *to = t;
    return 0;
}
