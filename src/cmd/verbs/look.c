/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/claim.h"
#include "cmd/common/ledger_run.h"
#include "cmd/common/values_report.h"
#include "cmd/report/ledger_report.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "lang/ast.h"
#include "train/emulate.h"
#include "train/ledger.h"

#include <math.h>
#include <string.h>

/* Whether a path of that name, or one that begins so and goes on with a dot, stands in a tree. */
static bool names_path(const struct node *n, const char *name)
{
    const size_t size = strlen(name);
    if (n->kind == NODE_PATH)
        return strncmp(n->text, name, size) == 0 && (n->text[size] == 0 || n->text[size] == '.');
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++)
        found = n->child[i] && names_path(n->child[i], name);
    for (size_t i = 0; i < n->args && !found; i++)
        found = names_path(n->arg[i].value, name);
    return found;
}

/* What accuracy is of is said once for each of its meanings; and beside a loss of training, that
 * this is of the other share. */
static void say_shares(struct session *s, const struct arg *what)
{
    const enum figures_from from = current_model(s)->state.from;
    const bool share = s->has_data && s->data.training < s->data.samples;
    bool loss = false, accuracy = false;
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        loss = loss || names_path(what->as.exprs.item[i], "loss");
        accuracy = accuracy || names_path(what->as.exprs.item[i], "accuracy");
    }
    if (!accuracy || s->told_accuracy[share])
        return;
    s->told_accuracy[share] = true;
    if (!share)
        session_notice(s, "accuracy is of the training data: there is no validation share");
    else if (loss && (from == FROM_TRAIN || from == FROM_STEP))
        session_notice(s,
                       "loss is of the training share (%s), accuracy of the validation share; "
                       "train.accuracy and val.loss are the others",
                       from == FROM_TRAIN ? "the mean over its last epoch" : "its last batch");
    else
        session_notice(s, "accuracy is of the validation share; train.accuracy is of the other");
}

static int run_print(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    struct report r = {0};
    double last = NAN;
    const int failed = values_report(s, current_model(s), what, true, &r, &last, e);
    if (!failed && !isnan(last)) {
        s->printed = last;
        s->has_printed = true;
    }
    report_say(&r, "\n");
    if (failed || checking(s)) {
        report_finish(&r);
        return failed;
    }
    say_shares(s, what);
    return report_show(s, &r, e);
}

static int claim_failed(const struct claim *c, struct err *e)
{
    struct str claim = {0}, sides = {0};
    node_print(&claim, c->node);
    claim_sides(c, &sides);
    if (claim.failed || sides.failed) {
        err_memory(e);
    } else {
        err_at(e, c->node->where, "expected %.200s, but %.200s", claim.text, sides.text);
        strcat(e->what, " is not so");
        e->kind = ERR_EXPECT;
    }
    str_finish(&claim);
    str_finish(&sides);
    return -1;
}

static void claim_report(struct report *r, const struct claim *c, const char *error)
{
    node_print(report_words(r, "claim"), c->node);
    report_bool(r, "holds", c->holds);
    if (c->sign) {
        report_number(r, "left", c->side[0]);
        report_text(r, "operator", c->sign);
        report_number(r, "right", c->side[1]);
    } else {
        report_number(r, "value", c->value);
    }
    if (!c->holds)
        report_text(r, "error", error);
    else
        report_say(r,
                   c->sign ? "holds: {claim}  ({left} {operator} {right})\n" : "holds: {claim}\n");
}

static int run_expect(struct session *s, const struct args *args, struct err *e)
{
    struct claim c;
    struct report r = {0};
    if (claim_weigh(s, args_get(args, "claim")->as.exprs.item[0], &c, e))
        return -1;
    if (checking(s))
        return 0;
    const int failed = c.holds ? 0 : claim_failed(&c, e);
    struct err lost;
    if ((failed && e->kind == ERR_MEMORY) || (s->host->quiet && !s->host->json))
        return failed;
    claim_report(&r, &c, e->what);
    return report_show(s, &r, failed ? &lost : e) || failed ? -1 : 0;
}

static const struct entry on_train = {.name = "train", .summary = "the training share"};
static const struct entry on_batch = {.name = "batch", .summary = "the batch of the last step"};
static const struct entry on_evaluation = {
    .name = "evaluation", .summary = "the validation share, else all training data"};
static const struct entry *const share_rows[] = {&on_evaluation, &on_train, &on_batch};
static const struct table shares = {"share", share_rows, 3};

static int print_ledger(struct session *s, struct model *m, const struct args *args, struct err *e)
{
    const struct entry *on = args_get(args, "on")->as.choice;
    const enum share share = on == &on_train   ? SHARE_TRAIN
                             : on == &on_batch ? SHARE_BATCH
                                               : SHARE_EVALUATION;
    const struct entry *system = s->emulation == emulations.row[0] ? NULL : s->emulation;
    struct ledger l = {0};
    struct report r = {.as = report_renderer_of(args)};
    const struct arg *moves = args_get(args, "moves");
    if (moves->as.yes && moves_check(m, e))
        return err_place(e, moves->key);
    int failed = ledger_run(s, &l, m, share, true, e);
    if (!failed && moves->as.yes)
        failed = ledger_run_moves(s, &l, moves->key, e);
    const bool validation = share == SHARE_EVALUATION && s->data.training < s->data.samples;
    if (!failed)
        ledger_report(&r, &l,
                      validation             ? "validation"
                      : share == SHARE_BATCH ? "one batch"
                                             : "training data",
                      system);
    if (args_get(args, "of")->given)
        report_text(&r, "model", m->name);
    failed = failed || report_show(s, &r, e);
    ledger_finish(&l);
    return failed ? -1 : 0;
}

static int run_penalties(struct session *s, const struct args *args, struct err *e)
{
    size_t count;
    int failed = need_data(s, e);
    struct model **list = failed ? NULL : name_models(s, args_get(args, "of"), &count, e);
    if (!list)
        return -1;
    for (size_t i = 0; i < count && !failed; i++)
        failed = ledger_check(s, list[i], e);
    for (size_t i = 0; i < count && !failed && !checking(s); i++)
        failed = print_ledger(s, list[i], args, e);
    mem_free(list);
    return failed;
}

static const struct arg_spec print_args[] = {
    ARG("what", REST, ARG_EXPRS, .required = true, .line = "strings and expressions"),
};
static const struct arg_spec expect_args[] = {
    ARG("claim", POSITIONAL, ARG_EXPR, .required = true, .line = "an expression that must be true"),
};
static const struct arg_spec penalties_args[] = {
    ARG("on", KEY, ARG_CHOICE, .of = &shares, .standard = "evaluation",
        .line = "which samples: evaluation, train or batch"),
    ARG("moves", KEY, ARG_BOOL, .standard = "no",
        .line = "yes: also what each row moved in the last step"),
    ARG("of", CLAUSE, ARG_NAMES, .line = "models by name, or all; without it, the current one",
        .naming = NAMING_ANY_MODEL),
    REPORT_FORMAT,
};

const struct command command_print = {
    COMMAND(
        "print", print_args, "shows the values of expressions",
        "Whole numbers print as such, others with six digits; a big tensor prints its shape, mean, "
        "deviation and range. Tensors such as hidden.output are those of the evaluation data. "
        "Several values have their expressions in front, as in k = 2, k + 1 = 3, (k == 3) = 0, "
        "unless a text among them says what they are.",
        "data moons 100\ninput 2\ndense 8 relu as h\ndense 1 sigmoid\nstep 5\n"
        "print \"mean |h|\" mean(abs(h.output)) fraction(h.output == 0) loss\n"),
    .run = run_print,
    .looks = true,
};
const struct command command_expect = {
    COMMAND("expect", expect_args, "a claim that must hold",
            "A script stops at a claim that does not hold, prints both sides and exits with 3; at "
            "the prompt it goes on with the next line. NaN fails every claim. a ~ b within t is |a "
            "- b| <= t.",
            "expect 1 + 1 == 2\nexpect 0.1 + 0.2 ~ 0.3\n"),
    .run = run_expect,
};
const struct command command_penalties = {
    COMMAND(
        "penalties", penalties_args, "the ledger: each term of the loss, itemised",
        "One row for each term of each slot: what it acts on, how it is reduced, its value, its "
        "share of the total, and the norm of the gradient that it alone sends into the weights. "
        "total = data loss + the sum of the rows. Weight penalties count once for each tensor, "
        "activity penalties once for each call. moves=yes adds what a row moved: a gradient's norm "
        "does not say that, as adam divides it out. It is the update of the weights in the last "
        "step, minus the update that the same optimizer, as it then was, would have made without "
        "the row's gradient: the norm of that over the norm of the update. Shares need not add up "
        "to 100 %: rows pull against each other. saturated marks a row whose strength hardly "
        "matters any more: it pulls harder than all else at the weights it moves, and twice as "
        "strong it would move them less than 1.1 times as far, by an optimizer that starts "
        "afresh. Known after step, train and run, until something of the model, its optimizer or "
        "its data is changed. proximal marks a row with prox=yes, which is in no gradient and acts "
        "after the optimizer: the norm is that of its slope, and what it moved is what the step "
        "would lack without it.",
        "data moons 100\ninput 2\ndense 8 tanh kernel=l2(1e-3) activity=l1(1e-3) as h\n"
        "dense 1 sigmoid\nstep 5\npenalties\npenalties on=batch format=json\n"
        "penalties moves=yes\n"),
    .run = run_penalties,
    .looks = true,
};
