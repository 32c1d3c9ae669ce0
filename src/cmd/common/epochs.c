/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/epochs.h"

#include "cmd/common/lookup.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "expr/names.h"

#include <math.h>
#include <string.h>

bool is_stalled(const struct node *n)
{
    return n->kind == NODE_CALL && strcmp(n->text, "stalled") == 0;
}

static int not_noted(const struct node *q, struct err *e)
{
    struct str list = {0};
    for (size_t i = 0; i < quantities.rows; i++)
        if (((const struct quantity *)quantities.row[i])->noted)
            str_addf(&list, "%s, ", quantities.row[i]->name);
    if (q->kind == NODE_PATH)
        err_at(e, q->where, "%s is not known at the end of each epoch", q->text);
    else
        err_at(e, q->where, "the name of a quantity is due here");
    err_hint(e, "take one of %.220sval.OUTPUT.loss", list.text && !list.failed ? list.text : "");
    str_finish(&list);
    return -1;
}

static bool is_of_validation(enum noted which)
{
    return which >= NOTED_VAL_LOSS;
}

/* Without a share to look at, what was noted before will not change any more. */
static int check_share(struct lookup *l, const struct node *call, const struct node *q,
                       enum noted which, struct err *e)
{
    const struct model *m = l->model;
    if (!is_of_validation(which) || (!is_stalled(call) && m->state.note[which].epoch))
        return 0;
    return lookup_share(l, SHARE_VALIDATION, which == NOTED_VAL_ACCURACY, q->where, e);
}

int noted_quantity(struct lookup *l, const struct node *call, enum noted *which, struct err *e)
{
    const struct node *q = call->arg[0].value;
    const struct entry *row = q->kind == NODE_PATH ? table_find(&quantities, q->text) : NULL;
    const struct quantity *known = (const struct quantity *)row;
    char name[400];
    size_t output;
    if (known && known->noted) {
        *which = known->note;
    } else if (q->kind == NODE_PATH && path_of_head(q->text, "val", name, sizeof name)) {
        if (lookup_output(l, q, name, &output, e))
            return -1;
        *which = (enum noted)(NOTED_VAL_HEAD + output);
    } else {
        return not_noted(q, e);
    }
    return check_share(l, call, q, *which, e);
}

static int no_epoch(const struct node *q, struct err *e)
{
    err_at(e, q->where, "%s was known at the end of no epoch yet", q->text);
    return err_hint(e, "train 1 ends one");
}

int find_of_epochs(struct lookup *l, const struct node *call, double patience, bool values,
                   struct leaf *leaf, struct err *e)
{
    const struct node *q = call->arg[0].value;
    enum noted which;
    *leaf = (struct leaf){.number = 0};
    if (noted_quantity(l, call, &which, e))
        return -1;
    if (checking(l->session))
        l->guessed = true;
    if (!values || checking(l->session))
        return 0;
    const struct note *note = &l->model->state.note[which];
    if (is_stalled(call))
        leaf->number = (double)note_stalled(note) >= patience;
    else if (!note->epoch)
        return no_epoch(q, e);
    else if (strcmp(call->text, "best") == 0)
        leaf->number = note->best;
    else
        leaf->number = isnan(note->best) ? NAN : (double)note->best_epoch;
    return 0;
}

/* All calls of stalled in a tree: the first of them, and whether one speaks of something else. */
static void find_stalled(const struct node *n, const struct node **first, const struct node **other)
{
    if (is_stalled(n) && *first) {
        struct str a = {0}, b = {0};
        node_print(&a, (*first)->arg[0].value);
        node_print(&b, n->arg[0].value);
        if (!a.text || !b.text || strcmp(a.text, b.text) != 0)
            *other = n;
        str_finish(&a);
        str_finish(&b);
    } else if (is_stalled(n)) {
        *first = n;
    }
    for (size_t i = 0; i < 3; i++)
        if (n->child[i])
            find_stalled(n->child[i], first, other);
    for (size_t i = 0; i < n->args; i++)
        find_stalled(n->arg[i].value, first, other);
}

const struct node *stalled_call(const struct node *condition, struct err *e)
{
    const struct node *first = NULL, *other = NULL;
    find_stalled(condition, &first, &other);
    if (first && !other)
        return first;
    if (first)
        err_at(e, other->where, "keep=best cannot tell which of two quantities counts");
    else
        err_at(e, condition->where,
               "keep=best needs to know of which quantity, and the condition "
               "has no stalled( )");
    err_hint(e, "write train 200 until stalled(val.loss.data, 10) keep=best");
    return NULL;
}
