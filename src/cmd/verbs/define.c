/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/resolve.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "expr/functions.h"

#include <math.h>
#include <string.h>

static const char usage[] = "write define penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)";

static struct span name_span(const struct node *call)
{
    struct span name = call->where;
    name.end = name.at + (uint32_t)strlen(call->text);
    return name;
}

static int add_parameter(struct definition *d, const char *name, double standard, struct span where,
                         struct err *e)
{
    if (d->own.parameters == OWN_PARAMETERS_MOST) {
        err_at(e, where, "a penalty has at most %d parameters", OWN_PARAMETERS_MOST);
        return err_hint(e, "write the other numbers into the formula");
    }
    const size_t i = d->own.parameters;
    if (!(d->name[i] = arena_text(&d->arena, name, strlen(name))))
        return err_memory(e);
    d->standard[i] = standard;
    d->own.parameters++;
    return 0;
}

static int check_parameter(const struct definition *d, const char *name, struct span where,
                           struct err *e)
{
    if (strcmp(name, "strength") == 0) {
        err_at(e, where, "every penalty has a strength: its first argument, a factor");
        return err_hint(e, "leave it out; hoyer(1e-3) has the strength 1e-3");
    }
    if (table_find(&functions, name) || strcmp(name, "axis") == 0) {
        err_at(e, where, "%s is a %s", name,
               strcmp(name, "axis") == 0 ? "word of the functions" : "function");
        return err_hint(e, "choose another name, %s_1", name);
    }
    for (size_t i = 0; i < d->own.parameters; i++)
        if (strcmp(d->name[i], name) == 0) {
            err_at(e, where, "the parameter %s stands twice", name);
            return err_hint(e, "give each its own name");
        }
    return name_check_word(name, where, e);
}

static int read_reduce(struct definition *d, const struct call_arg *a, bool *given, struct err *e)
{
    const struct node *n = a->value;
    if (*given) {
        err_at(e, a->key, "reduce= stands twice");
        return err_hint(e, "give it once");
    }
    *given = true;
    for (size_t i = 0; n->kind == NODE_PATH && i < reductions.rows; i++)
        if (strcmp(reductions.row[i]->name, n->text) == 0) {
            d->reduce = (enum reduce)i;
            return 0;
        }
    err_at(e, n->where, "reduce= is batch, sum or mean");
    return err_hint(e, "it says how an activity's penalty is summed over the batch");
}

/* One that stands without `=`: x, or a parameter that lacks its default. */
static int read_plain(const struct definition *d, const struct call_arg *a, bool first,
                      struct err *e)
{
    const struct node *n = a->value;
    const bool name = n->kind == NODE_PATH && !strchr(n->text, '.');
    if (name && first && strcmp(n->text, "x") == 0)
        return 0;
    if (first) {
        err_at(e, n->where, "the first parameter is x, the tensor");
        return err_hint(e, "%s", usage);
    }
    if (!name) {
        err_at(e, n->where, "this is no parameter");
        return err_hint(e, "behind x stand names with their defaults: p=0.05");
    }
    if (strcmp(n->text, "x") == 0) {
        err_at(e, n->where, "x stands twice");
        return err_hint(e, "a penalty has one tensor");
    }
    if (check_parameter(d, n->text, n->where, e))
        return -1;
    if (strcmp(n->text, "reduce") == 0) {
        err_at(e, n->where, "reduce says how an activity's penalty is summed over the batch");
        return err_hint(e, "write reduce=batch, reduce=sum or reduce=mean");
    }
    err_at(e, n->where, "the parameter %s has no default", n->text);
    return err_hint(e, "write what counts when it is left out: %s=0.05", n->text);
}

static int read_default(struct session *s, struct definition *d, const struct call_arg *a,
                        struct err *e)
{
    double number;
    bool guessed;
    if (strcmp(a->name, "x") == 0) {
        err_at(e, a->key, "x is the tensor and has no default");
        return err_hint(e, "%s", usage);
    }
    if (check_parameter(d, a->name, a->key, e))
        return -1;
    if (session_guess(s, current_model(s), a->value, &number, &guessed, e))
        return err_place(e, a->value->where);
    if (!isfinite(number)) {
        err_at(e, a->value->where, "the default of %s is not finite", a->name);
        return err_hint(e, "write a number: %s=0.05", a->name);
    }
    return add_parameter(d, a->name, number, a->key, e);
}

static int read_parameters(struct session *s, struct definition *d, const struct node *call,
                           struct err *e)
{
    bool reduced = false;
    if (!call->args) {
        err_at(e, call->where, "a penalty has a parameter: x, the tensor");
        return err_hint(e, "%s", usage);
    }
    for (size_t i = 0; i < call->args; i++) {
        const struct call_arg *a = &call->arg[i];
        int failed;
        if (!a->name || i == 0)
            failed = a->name && strcmp(a->name, "x") == 0 ? read_default(s, d, a, e)
                                                          : read_plain(d, a, i == 0, e);
        else if (strcmp(a->name, "reduce") == 0)
            failed = read_reduce(d, a, &reduced, e);
        else
            failed = read_default(s, d, a, e);
        if (failed)
            return -1;
    }
    return 0;
}

static int check_pair(const struct arg *what, const struct pair *pair, struct err *e)
{
    const struct node *target = pair->target;
    if (!what->given) {
        err_at(e, target->where, "define says what it defines");
        return target->kind == NODE_CALL
                   ? err_hint(e, "write define penalty %s(x) = ...", target->text)
                   : err_hint(e, "%s", usage);
    }
    if (target->kind != NODE_CALL) {
        err_at(e, target->where, "a penalty is defined with its parameters: %s(x)", target->text);
        return err_hint(e, "%s", usage);
    }
    if (pair->values == 1)
        return 0;
    err_at(e, pair->value[1]->where, "a penalty is one formula");
    return err_hint(e, "parts are joined by +");
}

static int keep_definition(struct session *s, struct definition *d, struct err *e)
{
    if (mem_room(&s->definition, &s->definition_room, s->definitions + 1, sizeof(void *)) ||
        index_reserve(&s->names->definitions, s->definitions + 1))
        return err_memory(e);
    s->definition[s->definitions++] = d;
    if (table_find(&penalty_kinds, d->own.kind.entry.name))
        session_notice(s,
                       "%s is now what you defined; where it stands already it stays what it was",
                       d->own.kind.entry.name);
    return 0;
}

static int make_definition(struct session *s, struct definition *d, const struct node *call,
                           const struct node *formula, struct err *e)
{
    const bool made = !read_parameters(s, d, call, e) && !definition_row(d, call->text, e) &&
                      !definition_formula(s, d, formula, e);
    return made ? 0 : -1;
}

/* What is defined already may be said again, as when a library is read twice; anything else of that
 * name is an error. */
static int define_again(struct session *s, const struct definition *old, const struct definition *d,
                        struct err *e)
{
    struct str first = {0}, second = {0};
    definition_print(&first, old);
    definition_print(&second, d);
    const bool failed = first.failed || second.failed;
    const bool same = !failed && strcmp(first.text, second.text) == 0;
    str_finish(&first);
    str_finish(&second);
    if (failed)
        return err_memory(e);
    return same ? 0 : name_check_penalty(s, d->own.kind.entry.name, d->where, e);
}

static int define(struct session *s, const struct node *call, const struct node *formula,
                  struct err *e)
{
    const struct definition *old = session_definition(s, call->text);
    if (!old && name_check_penalty(s, call->text, name_span(call), e))
        return -1;
    struct definition *d = definition_create(name_span(call));
    if (!d)
        return err_memory(e);
    if (!make_definition(s, d, call, formula, e)) {
        if (!old && !keep_definition(s, d, e))
            return 0;
        if (old && !define_again(s, old, d, e)) {
            definition_destroy(d);
            return 0;
        }
    }
    definition_destroy(d);
    return -1;
}

static int list_definitions(struct session *s, struct err *e)
{
    struct report r = {0};
    report_open(&r, "define", '{');
    for (size_t i = 0; i < s->definitions; i++) {
        report_text(&r, s->definition[i]->own.kind.entry.name, s->definition[i]->formula);
        definition_print(report_note(&r), s->definition[i]);
        report_say(&r, "\n");
    }
    report_close(&r);
    return report_show(s, &r, e);
}

static int run_define(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what"), *given = args_get(args, "definition");
    const struct pair *pair = given->as.pair;
    if (!what->given && !given->given)
        return list_definitions(s, e);
    if (!given->given) {
        err_at(e, what->where, "a penalty is defined by its formula");
        return err_hint(e, "%s", usage);
    }
    if (check_pair(what, pair, e))
        return -1;
    return define(s, pair->target, pair->value[0], e);
}

static const struct entry penalty_word = {
    .name = "penalty",
    .summary = "a penalty of your own",
};
static const struct entry *const defined_rows[] = {&penalty_word};
static const struct table defined = {"kind of definition", defined_rows, 1};

static const struct arg_spec define_args[] = {
    ARG("what", POSITIONAL, ARG_CHOICE, .of = &defined,
        .line = "penalty; alone, define lists the definitions"),
    ARG("definition", PAIR, ARG_PAIR,
        .line = "NAME(x, p=0.05) = FORMULA: x is the tensor, p a parameter with its default",
        .naming = NAMING_FORMULA),
};

const struct command command_define = {
    COMMAND(
        "define", define_args, "makes a penalty of your own from a formula",
        "The penalty then works in every slot: its first argument is the strength, the factor "
        "of the formula, then come the parameters as named here, then reduce=, whose default "
        "the definition may change: define penalty spread(x, p=2, reduce=sum) = ... . The "
        "gradient comes by itself.\n\nx is the whole tensor: of an activity axis 0 is the "
        "batch, of a kernel axis 0 its inputs. Of an activity with masked steps it has those that "
        "are there, of all samples one behind the other, and nothing goes along axis 0 or 1. A "
        "formula that gives a tensor is summed; of an "
        "activity reduce= then divides it. A formula names x, its own parameters, and "
        "variables that are numbers, whose values are taken now; it calls functions and no "
        "penalties.\n\nWhere there is a choice of slope: that of abs(x) is 0 at 0, and so are "
        "those of sqrt, norm, std and of powers below 1; elements that are all the largest or "
        "smallest share the slope; comparisons, sign, count and fraction have none. What where "
        "does not take adds nothing, even if it is not a number.\n\nWhat is defined may be "
        "said again "
        "word for word, as when a library is read twice.",
        "define penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)\n"
        "define penalty group(x, eps=1e-8) = sum(sqrt(sum(x^2, axis=0) + eps))\n"
        "data moons 100\ninput 2\ndense 8 tanh kernel=group(1e-2) activity=hoyer(1e-3) as h\n"
        "dense 1 sigmoid\ntrain 1\npenalties\ndefine\n"),
    .run = run_define,
    .changes = CHANGES_VARIABLES,
    .small = any_statement,
    .alone_shows = true,
};
