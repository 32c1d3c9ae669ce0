/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include "train/accuracy.h"
#include "train/inputs.h"
#include "train/objective.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CLASSES_MOST = 100, MODELS_MOST = 4 };

/* count[classes][classes]: of each class (row), as which it was taken (column). */
struct matrix {
    const struct view_request *r;
    struct model *model;
    struct columns target;
    size_t classes, *count, total, right;
};

static int check_data(const struct view_request *r, struct err *e)
{
    if (r->data)
        return 0;
    err_at(e, r->place, "there is no data yet");
    return err_hint(e, "load some with classes, for example data digits");
}

static int no_class(const struct matrix *t, double target, struct err *e)
{
    err_at(e, t->r->place, "a target of the data is %g, and the classes of %s are 0 to %zu", target,
           t->model->name, t->classes - 1);
    return err_hint(e, "the last layer needs a unit for each class");
}

/* Whether the first output tells classes, as for the accuracy. */
static int check_classes(struct matrix *t, struct err *e)
{
    const struct dataset *d = t->r->data;
    const struct graph *g = t->model->graph;
    struct columns all[OUTPUTS_MOST];
    const id output = model_output(t->model);
    if (inputs_check(g, d, e) || (d->targets && columns_deal(t->model, d, all, e)))
        return err_place(e, t->r->place);
    if (!d->targets || !accuracy_exists(g, output, all[0], d)) {
        err_at(e, t->r->place, "confusion is for classes, and %s tells none", t->model->name);
        return err_hint(e, "end the model with softmax over the classes, or with one sigmoid and "
                           "targets 0 and 1");
    }
    t->target = all[0];
    t->classes = shape_last(&g->value[output].shape);
    t->classes = t->classes > 1 ? t->classes : 2;
    if (t->classes <= CLASSES_MOST)
        return 0;
    err_at(e, t->r->place, "confusion shows %d classes at most, and %s has %zu", CLASSES_MOST,
           t->model->name, t->classes);
    return err_hint(e, "evaluate says how many answers are right");
}

static size_t largest_count(const real *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

/* Counts `rows` answers y[rows][cols] to a sample whose targets are `due`; `mask` is that of its
 * `steps`, or NULL. */
static int count_sample(struct matrix *t, const real *y, size_t rows, size_t cols, const real *due,
                        const real *mask, size_t steps, struct err *e)
{
    const size_t width = t->target.width / rows;
    for (size_t i = 0; i < rows; i++, y += cols, due += width) {
        if (mask && mask[i * steps / rows] == 0)
            continue;
        const real target = width > 1 ? (real)largest_count(due, width) : *due;
        const size_t got = cols > 1 ? largest_count(y, cols) : y[0] >= R(0.5);
        if (target < 0 || target >= (real)t->classes || target != (real)(size_t)target)
            return no_class(t, (double)target, e);
        t->count[(size_t)target * t->classes + got]++;
        t->right += got == (size_t)target;
        t->total++;
    }
    return 0;
}

static int count_samples(struct matrix *t, struct err *e)
{
    struct evaluator pass;
    const struct dataset *d = t->r->data;
    const id output = model_output(t->model);
    const struct shape *shape = &t->model->graph->value[output].shape;
    const size_t n = shape_count(shape), cols = shape_last(shape);
    if (!(t->count = mem_new(t->classes * t->classes, sizeof *t->count)))
        return err_memory(e);
    if (evaluator_begin(&pass, t->model, d, t->r->seed, SHARE_EVALUATION, false, e))
        return err_place(e, t->r->place);
    while (evaluator_next(&pass)) {
        const real *y = frame_value(pass.trainer->infer_frame, output);
        const size_t first = pass.at - pass.samples;
        const struct steps_seen *seen = frame_seen(pass.trainer->infer_frame, output);
        for (size_t i = 0; i < pass.samples; i++)
            if (count_sample(t, y + i * n, n / cols, cols,
                             d->y + (first + i) * d->targets + t->target.at,
                             seen ? seen->mask + i * seen->steps : NULL, seen ? seen->steps : 0, e))
                return -1;
    }
    return stop_check(t->model->stop, e);
}

static void name_class(struct str *to, const struct matrix *t, size_t k)
{
    const struct dataset *d = t->r->data;
    if (d->class_name && k < d->classes)
        str_add(to, d->class_name[k]);
    else
        str_addf(to, "%zu", k);
}

/* The rows of one class: as which, how many, and their share of the class. */
static void add_class(struct figure *f, const struct matrix *t, size_t k, char block[16])
{
    struct str name = {0}, series = {0};
    size_t all = 0;
    str_add(&name, "class ");
    name_class(&name, t, k);
    if (!name.failed)
        request_name(&series, t->r, t->model, name.text);
    figure_begin(f, block);
    figure_series(f, series.text ? series.text : "");
    f->program.failed = f->program.failed || name.failed || series.failed;
    for (size_t i = 0; i < t->classes; i++)
        all += t->count[k * t->classes + i];
    for (size_t i = 0; i < t->classes; i++) {
        const double n = (double)t->count[k * t->classes + i];
        figure_row(f, (const double[]){(double)i, n, all ? n / (double)all : 0}, 3);
    }
    figure_end(f);
    str_finish(&name);
    str_finish(&series);
}

/* What stands in a cell: by how many characters a cell has. */
static const char *cell_text(size_t room)
{
    return room >= 12  ? "sprintf('%d (%.0f %%)', $2, 100*$3)"
           : room >= 3 ? "sprintf('%d', $2)"
                       : NULL;
}

static void add_text_row(struct str *plot, const char *block, size_t k, size_t room)
{
    style_next(plot);
    str_addf(plot, "%s using 1:(%zu):(%s) with labels notitle", block, k, cell_text(room));
}

/* Cells in the colour of their share, with both numbers where there is room. */
static void add_picture_row(struct str *plot, const struct matrix *t, const char *block, size_t k)
{
    enum { BOTH = 12, ONE = 20 };
    const size_t beside = t->r->models > 1 ? 2 : 1, crowd = t->classes * beside;
    style_next(plot);
    str_addf(plot,
             "%s using 1:(%zu):($1-0.5):($1+0.5):(%g):(%g):3 with boxxyerror fillstyle solid 1 "
             "border lc rgb '#DDDDDD' fillcolor palette notitle",
             block, k, (double)k - 0.5, (double)k + 0.5);
    if (crowd > ONE)
        return;
    for (int dark = 0; dark < 2; dark++) {
        style_next(plot);
        str_addf(plot,
                 "%s using ($2>0&&($3>0.55)==%d?$1:NaN):(%zu):(%s) with labels font ',%d' "
                 "tc rgb '%s' notitle",
                 block, dark, k,
                 crowd <= BOTH ? "sprintf(\"%d\\n%.0f %%\", $2, 100*$3)" : "sprintf('%d', $2)",
                 crowd <= 4 ? 12 : 9, dark ? "white" : "black");
    }
}

/* The characters of the longest name. */
static size_t longest_name(const struct matrix *t)
{
    const struct dataset *d = t->r->data;
    size_t longest = (size_t)snprintf(NULL, 0, "%zu", t->classes - 1);
    for (size_t k = 0; d->class_name && k < t->classes && k < d->classes; k++) {
        const size_t size = strlen(d->class_name[k]);
        longest = size > longest ? size : longest;
    }
    return longest;
}

/* Below the frame names that have no room beside each other are turned. */
static void add_names(struct str *to, const struct matrix *t, const char *axis, size_t most)
{
    enum { ACROSS = 60, LEAST = 6 };
    const size_t stride = (t->classes + most - 1) / most;
    const size_t shown = (t->classes + stride - 1) / stride;
    const size_t each = (t->r->big ? ACROSS / 2 : ACROSS) / shown;
    const bool below = axis[0] == 'x', turned = below && !t->r->text && longest_name(t) > each;
    const size_t beside = t->r->big ? 12 : 20;
    const size_t room = !below || turned ? beside : each > LEAST ? each : LEAST;
    str_addf(to, "set %stics (", axis);
    for (size_t k = 0; k < t->classes; k += stride) {
        struct str name = {0};
        name_class(&name, t, k);
        str_add(to, k ? ", " : "");
        style_tic(to, name.text ? name.text : "", room);
        str_addf(to, " %zu", k);
        to->failed = to->failed || name.failed;
        str_finish(&name);
    }
    str_addf(to, ") scale 0 noenhanced%s\n", turned ? " rotate by -45" : below ? " norotate" : "");
}

/* `94.2 % of 360 validation samples right` */
static void add_score(struct str *to, const struct matrix *t)
{
    const struct dataset *d = t->r->data;
    str_addf(to, "%.4g %% of %zu %s samples right", 100 * (double)t->right / (double)t->total,
             t->total, d->training < d->samples ? "validation" : "training");
}

static void set_up(struct str *to, const struct matrix *t)
{
    const struct view_request *r = t->r;
    struct str title = {0};
    const double edge = r->text ? 1 : 0.5;
    if (r->models > 1) {
        str_addf(&title, "%s: ", t->model->name);
        add_score(&title, t);
        style_title(to, r, &title, 2);
    } else {
        style_heading(&title, r, "confusion");
        str_add(&title, ", ");
        add_score(&title, t);
        style_head_as(to, r, &title);
    }
    str_finish(&title);
    str_addf(to, "set xrange [%g:%g]\nset yrange [%g:%g]\n", -edge, (double)t->classes - 1 + edge,
             (double)t->classes - 1 + edge, -edge);
    add_names(to, t, "x", r->text ? page_columns(r) / 6 : 20);
    add_names(to, t, "y", r->text ? page_rows(r) : 20);
    str_addf(to, "set xlabel 'taken as%s'\n", r->text ? " (down: the class)" : "");
    if (r->text)
        return;
    str_add(to, "set ylabel 'class'\nset border\nset size ratio -1\nset cbrange [0:1]\n"
                "set palette defined (0 '#FFFFFF', 0.5 '#7FBCE0', 1 '#004C80')\n"
                "set cblabel 'share of the class'\n");
}

static int too_small(const struct matrix *t, struct err *e)
{
    err_at(e, t->r->place, "%zu classes are too many for this terminal", t->classes);
    return err_hint(e, "write it to a file: plot save \"confusion.png\"");
}

static int add_matrix(struct figure *f, const struct matrix *t, struct err *e)
{
    enum { BESIDE = 12, AROUND = 7 };
    const struct view_request *r = t->r;
    const size_t room = (page_columns(r) - BESIDE) / t->classes;
    struct str plot = {0};
    if (r->text && (!cell_text(room) || page_rows(r) < t->classes + AROUND))
        return too_small(t, e);
    for (size_t k = 0; k < t->classes; k++) {
        char block[16];
        add_class(f, t, k, block);
        if (r->text)
            add_text_row(&plot, block, k, room);
        else
            add_picture_row(&plot, t, block, k);
    }
    set_up(&f->program, t);
    style_plot(&f->program, &plot);
    str_finish(&plot);
    return 0;
}

static int add_model(const struct view_request *r, struct model *m, struct figure *f, struct err *e)
{
    struct matrix t = {.r = r, .model = m};
    const int failed = check_classes(&t, e) || count_samples(&t, e) || add_matrix(f, &t, e);
    mem_free(t.count);
    return failed ? -1 : 0;
}

static int fill_matrix(const struct view_request *r, struct figure *f, struct err *e)
{
    int failed = 0;
    style_begin(f, r);
    f->x = "taken as";
    str_add(&f->program, "unset grid\nunset key\n");
    if (r->models > 1)
        style_panels(&f->program, r, "confusion", r->models > 2 ? 2 : 1, 2);
    for (size_t m = 0; m < r->models && !failed; m++)
        failed = add_model(r, r->model[m], f, e);
    if (r->models > 1)
        style_panels_end(&f->program);
    return failed;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    if (request_filled(r, e) || request_whole(r, "confusion", e) || check_data(r, e) ||
        request_room(r, "confusion", "model", "of NAME", r->models, r->text ? 1 : MODELS_MOST, e))
        return -1;
    return request_done(f, fill_matrix(r, f, e), e);
}

const struct view_kind view_confusion = {
    .entry =
        {
            .name = "confusion",
            .summary = "which class is taken for which: counts, and shares of each class",
            .details =
                "A row for each class and a column for what the model takes it for: the largest "
                "of its outputs, or, of one sigmoid, 1 from 0.5 on, as for the accuracy. The "
                "numbers are those of the validation share, if there is one, else of the training "
                "share; the colour is the share of the class, and what stands on the diagonal is "
                "right. Of several outputs, the first counts.",
            .example = "data blobs 90 split=0.3\ninput 2\ndense 8 relu\ndense 3 softmax\ntrain 3\n"
                       "plot confusion\n",
        },
    .draw = draw,
};
