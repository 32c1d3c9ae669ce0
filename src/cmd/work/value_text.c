/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/work/value_text.h"

#include "cmd/session/state.h"
#include "cmd/work/resolve.h"

#include <math.h>

/* A tensor up to this many numbers is printed whole. */
enum { WHOLE_TENSOR = 12 };

static void print_tensor(struct str *to, const struct tensor *t, const struct stop *stop)
{
    char text[NUMBER_ROOM], shape[120];
    const size_t n = extents_count(&t->extents);
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
    str_addf(to, "tensor %s: mean %s", extents_text(&t->extents, shape, sizeof shape),
             number_text(mean, text));
    str_addf(to, ", deviation %s", number_text(sqrt(squares / (double)n), text));
    str_addf(to, ", from %s", number_text(least, text));
    str_addf(to, " to %s", number_text(most, text));
}

static void print_json(struct json *json, const struct tensor *t, const struct stop *stop)
{
    const size_t n = extents_count(&t->extents);
    if (!t->extents.axes) {
        json_number(json, NULL, t->item[0]);
        return;
    }
    json_open(json, NULL, '[');
    for (size_t i = 0; i < n && !stop_asked_at(stop, i); i++)
        json_number(json, NULL, t->item[i]);
    json_close(json, ']');
}

int value_print_one(struct session *s, const struct node *n, struct str *to, struct json *json,
                    struct err *e)
{
    const struct stop *stop = &s->host->stop;
    struct lookup l = {.session = s};
    struct names names = lookup_names(&l);
    struct tensor t = {0};
    struct extents x;
    char number[NUMBER_ROOM];
    if (n->kind == NODE_STRING) {
        if (json)
            json_text(json, NULL, n->text);
        else
            str_add(to, n->text);
        return 0;
    }
    int failed = checking(s) ? expr_check(n, &names, &x, e) : expr_eval(n, &names, &t, e);
    if (!failed && !checking(s)) {
        if (json)
            print_json(json, &t, stop);
        else if (t.extents.axes)
            print_tensor(to, &t, stop);
        else
            str_add(to, number_text(t.item[0], number));
        failed = stop_check(stop, e);
    }
    tensor_finish(&t);
    lookup_finish(&l);
    return failed;
}

int value_print(struct session *s, const struct node *n, struct str *to, struct err *e)
{
    return value_print_one(s, n, to, NULL, e);
}
