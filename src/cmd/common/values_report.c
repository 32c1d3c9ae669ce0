/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/values_report.h"

#include "cmd/common/resolve.h"
#include "cmd/report/report.h"
#include "cmd/session/state.h"

#include <math.h>

/* A tensor up to this many numbers is printed whole. */
enum { WHOLE_TENSOR = 12 };

static void print_tensor(struct str *to, const struct tensor *t, const struct stop *stop)
{
    char text[NUMBER_ROOM], shape[120];
    const size_t n = dims_count(&t->dims);
    if (n <= WHOLE_TENSOR) {
        str_add(to, "[");
        for (size_t i = 0; i < n; i++)
            str_addf(to, "%s%s", i ? " " : "", number_text(t->item[i], text));
        str_add(to, "]");
        return;
    }
    double sum = 0, squares = 0, least = t->item[0], most = t->item[0];
    for (size_t i = 0; i < n && !stop_asked_at(stop, i); i++) {
        sum += t->item[i];
        least = t->item[i] < least || isnan(t->item[i]) ? t->item[i] : least;
        most = t->item[i] > most || isnan(t->item[i]) ? t->item[i] : most;
    }
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n && !stop_asked_at(stop, i); i++)
        squares += (t->item[i] - mean) * (t->item[i] - mean);
    str_addf(to, "tensor %s: mean %s", dims_text(&t->dims, shape, sizeof shape),
             number_text(mean, text));
    str_addf(to, ", deviation %s", number_text(sqrt(squares / (double)n), text));
    str_addf(to, ", from %s", number_text(least, text));
    str_addf(to, " to %s", number_text(most, text));
}

/* Whether an expression says itself what is so, as a == b and not a do. */
static bool is_claim(const struct node *n)
{
    return (n->kind == NODE_BINARY || n->kind == NODE_UNARY) && n->op <= OP_NEAR;
}

/* What people read in front of a value that stands beside others. */
static void add_label(struct str *to, const struct node *n)
{
    const bool claim = is_claim(n);
    str_add(to, claim ? "(" : "");
    node_print(to, n);
    str_add(to, claim ? ") = " : " = ");
}

/* People see a large one summed up, behind its label if it has one, and `after` behind it. */
static void add_tensor(struct report *r, const struct session *s, const struct tensor *t,
                       const struct node *label, const char *after)
{
    const struct stop *stop = &s->host->stop;
    const size_t n = s->host->json ? dims_count(&t->dims) : 0;
    report_open(r, NULL, '[');
    if (!s->host->json) {
        struct str *shown = report_shown(r);
        if (label)
            add_label(shown, label);
        print_tensor(shown, t, stop);
        str_add(shown, after);
    }
    for (size_t i = 0; i < n && !stop_asked_at(stop, i); i++)
        report_number(r, NULL, t->item[i]);
    report_close(r);
}

/* *last becomes the value, if it is a number. `after` stands behind what people see. */
static int add_value(struct session *s, struct model *m, const struct node *n, bool label,
                     const char *after, struct report *r, double *last, struct err *e)
{
    char text[NUMBER_ROOM];
    struct lookup l = {.session = s, .model = m};
    struct names names = lookup_names(&l);
    struct tensor t = {0};
    struct dims x;
    if (n->kind == NODE_STRING) {
        report_text(r, NULL, n->text);
        return 0;
    }
    int failed = checking(s) ? expr_check(n, &names, &x, e) : expr_eval(n, &names, &t, e);
    if (!failed && checking(s) && !x.axes)
        *last = 1;
    if (!failed && !checking(s)) {
        if (t.dims.axes)
            add_tensor(r, s, &t, label ? n : NULL, after);
        else
            report_number(r, NULL, *last = t.item[0]);
        if (!t.dims.axes && (label || *after)) {
            struct str *shown = report_shown(r);
            if (label)
                add_label(shown, n);
            str_add(shown, number_text(t.item[0], text));
            str_add(shown, after);
        }
        failed = stop_check(&s->host->stop, e);
    }
    tensor_finish(&t);
    lookup_finish(&l);
    return failed;
}

/* Whether an expression speaks of anything but numbers that stand in it. */
static bool names_something(const struct node *n)
{
    bool found = n->kind == NODE_PATH || n->kind == NODE_CALL;
    for (size_t i = 0; i < 3 && !found; i++)
        found = n->child[i] && names_something(n->child[i]);
    return found;
}

/* Whether several values stand side by side, some with a name, without a text that says what they
 * are. */
static bool wants_labels(const struct arg *what)
{
    bool named = false;
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        if (what->as.exprs.item[i]->kind == NODE_STRING)
            return false;
        named = named || names_something(what->as.exprs.item[i]);
    }
    return named && what->as.exprs.count > 1;
}

int values_report(struct session *s, struct model *m, const struct arg *what, bool labels,
                  struct report *r, double *last, struct err *e)
{
    const bool label = labels && wants_labels(what);
    report_open(r, "print", '[');
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        const struct node *n = what->as.exprs.item[i];
        const char *after = label && i + 1 < what->as.exprs.count ? "," : "";
        if (add_value(s, m, n, label && names_something(n), after, r, last, e))
            return -1;
    }
    report_close(r);
    report_say(r, "{print}");
    return 0;
}
