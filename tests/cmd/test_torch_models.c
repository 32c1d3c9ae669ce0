/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models from tests/reference/torch_*.txt, typed into a session: terms, gradients and trained
 * weights against the numbers that PyTorch gives in double. What the lines of a file mean stands in
 * make_torch.py and make_models.py. */
#include "check.h"

#include "host.h"

#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "train/evaluator.h"
#include "train/ledger.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far terms and gradients may be off, relative where they are above 1; and weights, a step of
 * size lr. In float 1e-3 lr is what a person could see in a curve. */
#ifdef NNR_DOUBLE
static const double value_room = 1e-10;

static double weight_room(double lr, uint64_t steps)
{
    (void)lr;
    (void)steps;
    return 1e-10;
}
#else
static const double value_room = 3e-6;

static double weight_room(double lr, uint64_t steps)
{
    return 1e-3 * lr * (double)steps;
}
#endif

/* One model of a file, in a session of its own. */
struct trial {
    const char *file;
    char *statements; /* up to the dot */
    struct fake fake;
    size_t numbers; /* compared so far */
};

static struct model *model_of(const struct trial *t)
{
    return current_model(t->fake.session);
}

static void near(struct trial *t, const char *what, double ours, double theirs, double room)
{
    t->numbers++;
    if (!(fabs(ours - theirs) <= room))
        fail_msg("%s: %s is %.17g and not %.17g: off by %.3g, room %.3g", t->file, what, ours,
                 theirs, fabs(ours - theirs), room);
}

static void near_value(struct trial *t, const char *what, double ours, double theirs)
{
    near(t, what, ours, theirs, value_room * fmax(1, fabs(theirs)));
}

static void type(struct trial *t, const char *text)
{
    if (fake_run(&t->fake, text) != OUTCOME_OK)
        fail_msg("%s: %s", t->file, t->fake.err.text);
}

/* The file's model at its first weights, in a fresh session. */
static void restart(struct trial *t, const char *optimizer)
{
    fake_finish(&t->fake);
    fake_start(&t->fake);
    type(t, t->statements);
    type(t, optimizer);
}

static void step_to(struct trial *t, uint64_t steps)
{
    char text[40];
    const uint64_t done = model_of(t)->state.step;
    snprintf(text, sizeof text, "step %u", (unsigned)(steps - done));
    if (steps > done)
        type(t, text);
}

/* Compares one weight's numbers in `block` with those of the line; with `above` the room grows with
 * numbers above 1. */
static void near_weight(struct trial *t, const char *path, const real *block, const char *line,
                        double room, bool above)
{
    const struct graph *g = model_of(t)->graph;
    size_t i = 0;
    while (i < g->weights && strcmp(g->weight[i].path, path) != 0)
        i++;
    assert_true(i < g->weights);
    for (size_t k = 0; k < g->weight[i].count; k++) {
        char *end;
        double theirs = strtod(line, &end);
        assert_true(end != line);
        line = end;
        near(t, path, (double)block[g->weight[i].at + k], theirs,
             room * (above ? fmax(1, fabs(theirs)) : 1));
    }
}

/* The row of a slot and a kind, in a ledger of the model at its first weights. */
static const struct ledger_row *row_of(const struct ledger *l, const char *slot, const char *kind)
{
    char name[80];
    for (size_t i = 0; i < l->rows; i++)
        if (strcmp(ledger_slot(l, i, name, sizeof name), slot) == 0 &&
            strcmp(l->model->graph->term[l->row[i].term].args->entry->name, kind) == 0)
            return &l->row[i];
    fail_msg("no row %s %s", slot, kind);
    return NULL;
}

/* The same row over the batch of the last step. */
static double batch_row(const struct ledger *l, const struct ledger_row *row)
{
    const struct frame *f = trainer_of(l->model)->train_frame;
    double value = 0;
    for (size_t i = 0; i < f->plan->applieds; i++)
        if (f->plan->applied[i].term == row->term)
            value += frame_row(f, i);
    return value;
}

static void fill_ledger(struct trial *t, struct ledger *l)
{
    const struct session *s = t->fake.session;
    struct err e = {0};
    if (ledger_begin(l, current_model(s), &s->data, s->seed, SHARE_TRAIN, true, &e))
        fail_msg("%s: %s; %s", t->file, e.what, e.hint);
    while (ledger_next(l))
        ;
    ledger_end(l);
}

/* A line about the losses; false if it is about something else. */
static bool check_losses(struct trial *t, const struct ledger *l, const char *line)
{
    const struct figures *last = &model_of(t)->state.last;
    double value;
    unsigned i;
    if (sscanf(line, "data %lf", &value) == 1)
        near_value(t, "the data loss", l->data, value);
    else if (sscanf(line, "total %lf", &value) == 1)
        near_value(t, "the total", l->total, value);
    else if (sscanf(line, "head %u %lf", &i, &value) == 2)
        near_value(t, "an output's loss", l->head[i], value);
    else if (sscanf(line, "batch-data %lf", &value) == 1)
        near_value(t, "the batch's data loss", last->data, value);
    else if (sscanf(line, "batch-total %lf", &value) == 1)
        near_value(t, "the batch's total", last->data + last->penalty, value);
    else if (sscanf(line, "batch-head %u %lf", &i, &value) == 2)
        near_value(t, "an output's loss over the batch", last->head[i], value);
    else
        return false;
    return true;
}

/* A line about the model at its first weights; one step was taken since the ledger was filled. */
static void check_start(struct trial *t, const struct ledger *l, const char *line)
{
    char slot[80], kind[80];
    double value, norm;
    int at = 0;
    if (check_losses(t, l, line))
        return;
    if (sscanf(line, "row %79s %79s %lf %lf", slot, kind, &value, &norm) == 4) {
        near_value(t, slot, row_of(l, slot, kind)->value, value);
        near_value(t, "a row's gradient norm", row_of(l, slot, kind)->grad_norm, norm);
    } else if (sscanf(line, "batch-row %79s %79s %lf", slot, kind, &value) == 3) {
        near_value(t, slot, batch_row(l, row_of(l, slot, kind)), value);
    } else {
        assert_int_equal(sscanf(line, "gradient %79s %n", slot, &at), 1);
        near_weight(t, slot, model_of(t)->state.grad, line + at, value_room, true);
    }
}

/* What a step of all weights may move the loss is a few times as much. */
static void check_evaluated(struct trial *t, double value, double room)
{
    struct ledger l;
    fill_ledger(t, &l);
    near(t, "the data loss in evaluation", l.data, value, 10 * room + value_room);
    ledger_finish(&l);
}

static void check_run(struct trial *t, const char *line)
{
    char path[80];
    double value;
    unsigned steps;
    int at = 0;
    if (strncmp(line, "optimizer ", 10) == 0) {
        restart(t, line);
        return;
    }
    const double lr = args_number(model_of(t)->recipe.optimizer.args, "lr");
    if (sscanf(line, "evaluated %u %lf", &steps, &value) == 2) {
        check_evaluated(t, value, weight_room(lr, steps));
        return;
    }
    if (sscanf(line, "average %u %79s %n", &steps, path, &at) == 2) {
        near_weight(t, path, model_weights(model_of(t)), line + at, weight_room(lr, steps), false);
        return;
    }
    assert_int_equal(sscanf(line, "after %u %79s %n", &steps, path, &at), 2);
    step_to(t, steps);
    near_weight(t, path, model_of(t)->state.weight, line + at, weight_room(lr, steps), false);
}

static char *read_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", REFERENCE_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    assert_in_range(n, 1, (1 << 20) - 2);
    return text;
}

/* Returns how many numbers were compared. */
static size_t check_file(const char *name)
{
    struct trial t = {.file = name, .statements = read_file(name)};
    struct ledger l;
    char *dot = strstr(t.statements, "\n.\n"), *rest;
    assert_non_null(dot);
    dot[1] = 0;
    restart(&t, "optimizer sgd");
    fill_ledger(&t, &l);
    step_to(&t, 1);
    char *line = strtok_r(dot + 3, "\n", &rest);
    for (; line && strncmp(line, "optimizer ", 10) != 0; line = strtok_r(NULL, "\n", &rest))
        check_start(&t, &l, line);
    ledger_finish(&l);
    for (; line; line = strtok_r(NULL, "\n", &rest))
        check_run(&t, line);
    fake_finish(&t.fake);
    free(t.statements);
    return t.numbers;
}

static void models_train_as_in_pytorch(void **state)
{
    (void)state;
    size_t files = 0, numbers = 0;
    DIR *folder = opendir(REFERENCE_DIR);
    assert_non_null(folder);
    for (struct dirent *d; (d = readdir(folder));)
        if (strncmp(d->d_name, "torch_", 6) == 0) {
            files++;
            numbers += check_file(d->d_name);
        }
    closedir(folder);
    print_message("%zu numbers of %zu models\n", numbers, files);
    assert_true(files >= 83 && numbers >= 25000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(models_train_as_in_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
