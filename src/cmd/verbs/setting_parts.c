/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of what has settings beside the layers: optimizer, loss, data, penalties,
 * prompt. */
#include "cmd/verbs/setting_parts.h"

#include "cmd/common/binder.h"
#include "cmd/session/data.h"
#include "cmd/session/emulation.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "nn/joint_term.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

static int no_key(const struct entry *entry, const struct target *t, struct err *e)
{
    struct nearest near = {0};
    struct str keys = {0};
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (spec->form == CLAUSE)
            continue;
        nearest_try(&near, t->key, spec->name);
        str_addf(&keys, "%s%s", keys.size ? ", " : "", spec->name);
    }
    err_at(e, t->where, "%s has no setting \"%s\"", t->thing, t->key);
    if (near.name)
        err_hint(e, "did you mean %s.%s?", t->thing, near.name);
    else
        err_hint(e, "it has %s", keys.size && !keys.failed ? keys.text : "none");
    str_finish(&keys);
    return -1;
}

int setting_find_key(const struct entry *entry, const struct target *t, size_t *at, struct err *e)
{
    for (size_t i = 0; i < entry->arg_count; i++) {
        *at = i;
        if (entry->args[i].form != CLAUSE && arg_is_named(&entry->args[i], t->key))
            return 0;
    }
    return no_key(entry, t, e);
}

int setting_bind(struct session *s, struct arena *arena, const struct entry *entry, size_t at,
                 const struct pair *pair, struct arg *value, struct err *e)
{
    struct binder b = session_binder(s, arena);
    const struct node *to = pair->value[0];
    *value = (struct arg){.type = entry->args[at].type, .key = pair->target->where};
    /* A number without a default can be taken back. */
    if (entry->args[at].type == ARG_NUMBER && !entry->args[at].standard && to->kind == NODE_PATH &&
        strcmp(to->text, "none") == 0)
        return 0;
    if (bind_value(&b, &entry->args[at], pair->value[0], value, e))
        return -1;
    value->given = true;
    value->key = pair->target->where;
    return 0;
}

/* A copy of a choice with one argument changed. */
static int change_choice(struct session *s, const struct choice *from, const struct target *t,
                         const struct pair *pair, struct choice *to, struct err *e)
{
    struct arena arena = {0};
    struct arg value;
    size_t at;
    if (setting_find_key(from->args->entry, t, &at, e) || choice_make(to, from->args, e))
        return -1;
    int failed = setting_bind(s, &arena, from->args->entry, at, pair, &value, e);
    if (!failed) {
        struct args with = *to->args;
        struct choice changed;
        struct arg old = to->args->arg[at];
        to->args->arg[at] = value;
        with.arg = to->args->arg;
        failed = choice_make(&changed, &with, e);
        to->args->arg[at] = old;
        choice_finish(to);
        *to = changed;
    }
    if (failed)
        choice_finish(to);
    arena_finish(&arena);
    return failed;
}

/* A setting's own name, where an alias was written. */
static const char *setting_name(const struct args *a, const struct target *t)
{
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (arg_is_named(&a->entry->args[i], t->key))
            return a->entry->args[i].name;
    return t->key;
}

int setting_of_term(const struct target *t, struct err *e)
{
    if (strcmp(t->key, joint_term.entry.args[JOINT_STRENGTH].name) == 0)
        return 0;
    err_at(e, t->where, "the term %s has no setting \"%s\"", t->thing, t->key);
    return err_hint(e, "it has %s.strength; set %s = none takes it away", t->thing, t->thing);
}

int setting_event(struct model *m, const char *what, const char *value, struct err *e)
{
    struct str label = {0};
    if (!m->state.step)
        return 0;
    str_addf(&label, "%s = %s", what, value);
    int failed = label.failed ||
                 history_keep(&m->history, m->state.step, model_weights(m), m->state.reals) ||
                 history_event(&m->history, m->state.step, label.text);
    str_finish(&label);
    return failed ? err_memory(e) : 0;
}

int setting_note(struct model *m, const struct target *t, const struct arg *value, struct err *e)
{
    struct str text = {0};
    char setting[sizeof t->thing + sizeof t->key];
    snprintf(setting, sizeof setting, "%s.%s", t->thing, t->key);
    if (value->given)
        arg_print(&text, value);
    else
        str_add(&text, "none");
    const int failed =
        text.failed ? err_memory(e) : setting_event(m, setting, text.text ? text.text : "", e);
    str_finish(&text);
    return failed;
}

static const struct entry *row_of(const struct args *args)
{
    return args ? args->entry : NULL;
}

static bool is_key(const struct arg_spec *spec)
{
    return spec->form == KEY;
}

static const struct args *optimizer_args(const struct session *s, const struct model *m)
{
    (void)s;
    return m->recipe.optimizer.args;
}

static const struct entry *optimizer_keys(const struct session *s, const struct model *m)
{
    return row_of(optimizer_args(s, m));
}

static int no_optimizer(const struct session *s, const char *key, struct span where, struct err *e)
{
    (void)s;
    err_at(e, where, "no optimizer is chosen yet");
    return key ? err_hint(e, "choose one: optimizer adam %s=...", key)
               : err_hint(e, "choose one: optimizer adam");
}

static int check_optimizer(const struct model *m, const struct args *changed,
                           const struct target *t, struct err *e)
{
    const char *start = opt_kind_of(changed)->start;
    if (opt_check(changed, e)) {
        /* Whatever was written first, this statement is the one to mend. */
        e->where = t->where;
        return -1;
    }
    if (!m->state.updates || !start || strcmp(start, setting_name(changed, t)) != 0)
        return 0;
    err_at(e, t->where, "optimizer.%s cannot change later: it says how %s starts, and it has",
           start, changed->entry->name);
    return err_hint(e, "start afresh: optimizer %s %s=...", changed->entry->name, start);
}

static int set_optimizer(struct session *s, struct model *m, const struct target *t,
                         const struct pair *pair, struct err *e)
{
    struct choice changed;
    if (!m->recipe.optimizer.args)
        return no_optimizer(s, t->key, t->where, e);
    if (change_choice(s, &m->recipe.optimizer, t, pair, &changed, e))
        return -1;
    if (check_optimizer(m, changed.args, t, e) ||
        setting_note(m, t, args_get(changed.args, setting_name(changed.args, t)), e)) {
        choice_finish(&changed);
        return -1;
    }
    model_change_optimizer(m, changed);
    const size_t at = rules_find(&m->rules, t->thing, setting_name(changed.args, t));
    if (at < m->rules.count)
        rules_drop(&m->rules, at);
    return 0;
}

static const struct args *loss_args(const struct session *s, const struct model *m)
{
    (void)s;
    return m->recipe.loss.args;
}

static const struct entry *loss_keys(const struct session *s, const struct model *m)
{
    return row_of(loss_args(s, m));
}

static int no_loss(const struct session *s, const char *key, struct span where, struct err *e)
{
    (void)s, (void)key;
    err_at(e, where, "no loss is chosen yet");
    return err_hint(e, "choose one: loss mse");
}

/* The factor stands in the statement, whatever the loss. */
static const char factor_key[] = "weight";

static bool loss_number(const struct session *s, const struct model *m, const char *key,
                        double *value)
{
    (void)s;
    *value = m->recipe.loss_weight;
    return m->recipe.loss.args && strcmp(key, factor_key) == 0;
}

/* The loss as it is, and its factor as the pair says. */
static int change_factor(struct session *s, const struct model *m, const struct target *t,
                         const struct pair *pair, struct arg *factor, struct choice *same,
                         struct err *e)
{
    const struct entry *statement = table_find(&command_table, t->thing);
    struct arena arena = {0};
    size_t at;
    const int failed = setting_find_key(statement, t, &at, e) ||
                       setting_bind(s, &arena, statement, at, pair, factor, e) ||
                       choice_make(same, m->recipe.loss.args, e);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static int set_loss(struct session *s, struct model *m, const struct target *t,
                    const struct pair *pair, struct err *e)
{
    const bool factor = strcmp(t->key, factor_key) == 0;
    struct arg number;
    struct choice changed;
    if (!m->recipe.loss.args)
        return no_loss(s, t->key, t->where, e);
    if (factor ? change_factor(s, m, t, pair, &number, &changed, e)
               : change_choice(s, &m->recipe.loss, t, pair, &changed, e))
        return -1;
    int failed = 0;
    if (m->recipe.owns) {
        err_at(e, t->where, "the outputs have losses of their own");
        failed = err_hint(e, "write the loss of one output anew: loss mse on NAME");
    }
    const struct arg *now =
        factor ? &number : args_get(changed.args, setting_name(changed.args, t));
    if (failed || setting_note(m, t, now, e)) {
        choice_finish(&changed);
        return -1;
    }
    model_take_loss(m, changed, factor ? number.as.number : m->recipe.loss_weight);
    return 0;
}

static const struct args *data_args(const struct session *s, const struct model *m)
{
    (void)m;
    return s->has_data ? s->data.args : NULL;
}

/* What can change is the same for all kinds. */
static const struct entry *data_keys(const struct session *s, const struct model *m)
{
    (void)m;
    return s->has_data ? s->data.args->entry : data_kinds.row[0];
}

static bool data_changes(const struct arg_spec *spec)
{
    static const char *const keys[] = {"batch", "shuffle", "mixup", "train_noise"};
    bool found = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        found = found || strcmp(spec->name, keys[i]) == 0;
    return found;
}

/* They can change without the data being read again. */
static bool data_number(const struct session *s, const struct model *m, const char *key,
                        double *value)
{
    (void)m;
    const struct dataset *d = &s->data;
    const struct arg_spec *spec = NULL;
    for (size_t i = 0; s->has_data && !spec && i < d->args->entry->arg_count; i++)
        spec = arg_is_named(&d->args->entry->args[i], key) ? &d->args->entry->args[i] : NULL;
    if (!spec || !data_changes(spec))
        return false;
    *value = strcmp(spec->name, "batch") == 0     ? (double)d->batch
             : strcmp(spec->name, "shuffle") == 0 ? d->shuffle
             : strcmp(spec->name, "mixup") == 0   ? d->mixup
                                                  : d->noise;
    return true;
}

/* Puts a value in, if what comes of it can be trained on. */
static int put_data(struct dataset *d, const char *key, const struct arg *value, struct span where,
                    struct err *e)
{
    struct dataset next = *d;
    if (strcmp(key, "batch") == 0)
        next.batch = (size_t)value->as.whole;
    else if (strcmp(key, "shuffle") == 0)
        next.shuffle = value->as.yes;
    else if (strcmp(key, "mixup") == 0)
        next.mixup = value->as.number;
    else
        next.noise = value->as.number;
    if (dataset_check_mixup(&next, where, e))
        return -1;
    *d = next;
    return 0;
}

static int no_data(const struct session *s, const char *key, struct span where, struct err *e)
{
    (void)key;
    need_data(s, e);
    return err_place(e, where);
}

static int set_data(struct session *s, struct model *m, const struct target *t,
                    const struct pair *pair, struct err *e)
{
    struct arena arena = {0};
    struct arg value;
    size_t at;
    (void)m;
    if (need_data(s, e) || setting_find_key(s->data.args->entry, t, &at, e))
        return -1;
    const char *key = s->data.args->entry->args[at].name;
    if (!data_changes(&s->data.args->entry->args[at])) {
        err_at(e, t->where, "data.%s is settled when the data is read", key);
        return err_hint(e, "read it again: data %s %s=...", s->data.args->entry->name, key);
    }
    int failed = setting_bind(s, &arena, s->data.args->entry, at, pair, &value, e);
    if (!failed)
        failed = put_data(&s->data, key, &value, t->where, e);
    arena_finish(&arena);
    return failed;
}

static const struct args *no_args(const struct session *s, const struct model *m)
{
    (void)s, (void)m;
    return NULL;
}

static const struct entry frozen_count = {.name = "count", .summary = "they count"};
static const struct entry frozen_ignore = {.name = "ignore", .summary = "they are left out"};
static const struct entry *const frozen_rows[] = {&frozen_count, &frozen_ignore};
static const struct table frozen_table = {"choice", frozen_rows, 2};
static const struct arg_spec frozen_args[] = {
    ARG("frozen", KEY, ARG_CHOICE, .of = &frozen_table),
};

static int set_penalties(struct session *s, struct model *m, const struct target *t,
                         const struct pair *pair, struct err *e)
{
    struct arena arena = {0};
    struct binder b = session_binder(s, &arena);
    struct arg choice = {0};
    (void)m;
    if (strcmp(t->key, frozen_args->name) != 0) {
        err_at(e, t->where, "penalties has no setting \"%s\"", t->key);
        return err_hint(e, "it has frozen: set penalties.frozen = ignore");
    }
    int failed = bind_value(&b, frozen_args, pair->value[0], &choice, e);
    if (!failed)
        emulation_take(s, s->emulation, choice.as.choice == &frozen_ignore);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static const struct arg_spec prompt_args[] = {
    ARG("hints", KEY, ARG_BOOL, .standard = "yes",
        .line = "whether the prompt shows what is due and how the line may go on"),
    ARG("color", KEY, ARG_BOOL, .standard = "yes", .alias = "colour",
        .line = "whether the line that is typed has colours"),
    ARG("timer", KEY, ARG_BOOL, .standard = "no",
        .line = "whether each typed statement tells how long it took, on standard error"),
};
enum { PROMPT_HINTS, PROMPT_COLOR, PROMPT_TIMER, PROMPT_KEYS };

static bool prompt_number(const struct session *s, const struct model *m, const char *key,
                          double *value)
{
    (void)m;
    const bool yes[PROMPT_KEYS] = {
        [PROMPT_HINTS] = !s->ways.no_hints,
        [PROMPT_COLOR] = !s->ways.no_colour,
        [PROMPT_TIMER] = s->ways.timer,
    };
    for (size_t i = 0; i < PROMPT_KEYS; i++)
        if (arg_is_named(&prompt_args[i], key)) {
            *value = yes[i];
            return true;
        }
    return false;
}

static const struct entry *prompt_keys(const struct session *s, const struct model *m);

static int set_prompt(struct session *s, struct model *m, const struct target *t,
                      const struct pair *pair, struct err *e)
{
    struct arena arena = {0};
    struct arg value;
    size_t at;
    const struct entry *entry = prompt_keys(s, m);
    if (setting_find_key(entry, t, &at, e))
        return -1;
    const int failed = setting_bind(s, &arena, entry, at, pair, &value, e);
    const bool yes = !failed && value.as.yes;
    arena_finish(&arena);
    if (failed)
        return -1;
    if (at == PROMPT_TIMER)
        s->ways.timer = yes;
    else
        *(at == PROMPT_HINTS ? &s->ways.no_hints : &s->ways.no_colour) = !yes;
    return 0;
}

static const struct entry *penalties_keys(const struct session *s, const struct model *m);

#define PART(id, of, follows, gives, lists, takes, tells, lacks, puts)                             \
    static const struct setting_part id = {.entry = {.name = of},                                  \
                                           .ruled = follows,                                       \
                                           .args = gives,                                          \
                                           .keys = lists,                                          \
                                           .changes = takes,                                       \
                                           .number = tells,                                        \
                                           .missing = lacks,                                       \
                                           .set = puts}
PART(optimizer, "optimizer", true, optimizer_args, optimizer_keys, is_key, NULL, no_optimizer,
     set_optimizer);
PART(loss, "loss", false, loss_args, loss_keys, is_key, loss_number, no_loss, set_loss);
PART(data, "data", false, data_args, data_keys, data_changes, data_number, no_data, set_data);
static const struct setting_part penalties = {
    .entry = {.name = "penalties", .args = frozen_args, .arg_count = 1},
    .args = no_args,
    .keys = penalties_keys,
    .changes = is_key,
    .set = set_penalties,
};

static const struct setting_part prompt = {
    .entry = {.name = "prompt", .args = prompt_args, .arg_count = PROMPT_KEYS},
    .personal = true,
    .args = no_args,
    .keys = prompt_keys,
    .changes = is_key,
    .number = prompt_number,
    .set = set_prompt,
};

static const struct entry *prompt_keys(const struct session *s, const struct model *m)
{
    (void)s, (void)m;
    return &prompt.entry;
}

static const struct entry *penalties_keys(const struct session *s, const struct model *m)
{
    (void)s, (void)m;
    return &penalties.entry;
}

static const struct entry *const rows[] = {&optimizer.entry, &loss.entry, &data.entry,
                                           &penalties.entry, &prompt.entry};
const struct table setting_parts = {"part with settings", rows, sizeof rows / sizeof *rows};
