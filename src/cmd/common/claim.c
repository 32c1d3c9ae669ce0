/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/claim.h"

#include "cmd/common/resolve.h"
#include "cmd/session/state.h"

#include "lang/ast.h"

#include <math.h>

int claim_weigh(struct session *s, const struct node *n, struct claim *c, struct err *e)
{
    static const char *const signs[] = {
        [OP_LT] = "<",  [OP_LE] = "<=", [OP_GT] = ">",  [OP_GE] = ">=",
        [OP_EQ] = "==", [OP_NE] = "!=", [OP_NEAR] = "~"};
    struct model *m = current_model(s);
    *c = (struct claim){.node = n};
    if (session_number(s, m, n, &c->value, e))
        return -1;
    /* NaN is no truth. */
    c->holds = c->value != 0 && !isnan(c->value);
    if (checking(s) || n->kind != NODE_BINARY || n->op < OP_LT || n->op > OP_NEAR)
        return 0;
    c->sign = signs[n->op];
    return session_number(s, m, n->child[0], &c->side[0], e) ||
                   session_number(s, m, n->child[1], &c->side[1], e)
               ? -1
               : 0;
}

void claim_sides(const struct claim *c, struct str *to)
{
    char text[NUMBER_ROOM];
    str_add(to, number_text(c->sign ? c->side[0] : c->value, text));
    if (c->sign)
        str_addf(to, " %s %s", c->sign, number_text(c->side[1], text));
}

void claim_wanted(const struct claim *c, struct str *to)
{
    char text[NUMBER_ROOM];
    node_print(to, c->sign ? c->node->child[0] : c->node);
    str_addf(to, " is %s, wanted ", number_text(c->sign ? c->side[0] : c->value, text));
    if (!c->sign) {
        str_add(to, "what is not 0");
        return;
    }
    const struct node *right = c->node->child[1], *within = c->node->child[2];
    str_addf(to, "%s ", c->sign);
    node_print(to, right);
    if (within) {
        str_add(to, " within ");
        node_print(to, within);
    }
    if (right->kind != NODE_NUMBER)
        str_addf(to, " (%s)", number_text(c->side[1], text));
}

static bool is_and(const struct node *n)
{
    return n->kind == NODE_BINARY && n->op == OP_AND;
}

size_t claim_parts(const struct node *n)
{
    return is_and(n) ? claim_parts(n->child[0]) + claim_parts(n->child[1]) : 1;
}

const struct node *claim_part(const struct node *n, size_t at)
{
    while (is_and(n)) {
        const size_t left = claim_parts(n->child[0]);
        n = n->child[at >= left];
        at -= at >= left ? left : 0;
    }
    return n;
}
