/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views refuse, what gnuplot says to them (where it is there: nothing), and what happens
 * without memory. */
#include "scene.h"

#include <stdlib.h>
#include <unistd.h>

struct refused_view {
    const char *model, *view, *layer, *error;
    bool text, no_data;
};

#define DIGITS                                                                                     \
    "data digits\ninput 64\nflatten as flat\ndense 8 as hidden\n"                                  \
    "dense 10 softmax as top\n"
static const struct refused_view cases[] = {
    {PLAIN_MODEL, "loss", NULL, "there is nothing to draw yet; train first", false, false},
    {PLAIN_MODEL, "activity", NULL, "there is nothing to draw yet; train first", false, false},
    {"data xor\n", "loss", NULL,
     "the model main is empty; begin with an input, for example input 64", false, false},
    {"data xor\n", "filters", NULL,
     "the model main is empty; begin with an input, for example input 64", false, false},
    {PLAIN_MODEL, "loss", "hidden",
     "loss takes no layer, and here is \"hidden\"; leave it out; of a model it is: plot loss "
     "of "
     "NAME",
     false, false},
    {PLAIN_MODEL, "weights", "hiden", "there is no layer \"hiden\"; did you mean hidden?", false,
     false},
    {PLAIN_MODEL, "activity", "hiden", "there is no layer \"hiden\"; did you mean hidden?", false,
     false},
    {PLAIN_MODEL, "filters", "quite_other",
     "there is no layer \"quite_other\"; summary lists the layers", false, false},
    {PLAIN_MODEL, "weights", "flat", "flat has no kernel; these have one: hidden, top", false,
     false},
    {"data xor\ninput 2\n", "weights", NULL,
     "no layer of the model main has a kernel; dense layers have one, for example dense 8", false,
     false},
    {DIGITS, "boundary", NULL,
     "boundary is for data with 2 columns, and this has 64; load data that fits in a plane, "
     "for "
     "example data moons",
     false, false},
    {PLAIN_MODEL, "boundary", NULL,
     "there is no data yet; load some with 2 columns, for example data moons", false, true},
    {"data xor\ninput 3\ndense 1\n", "boundary", NULL,
     "the data has 2 columns, and the input input_1 takes 3: 3; make the model with input 2, "
     "or "
     "load other data",
     false, false},
    {"data rows { 1 2 -> 0.5 1; 2 3 -> 1 2 }\ninput 2\ndense 2\n", "boundary", NULL,
     "boundary shows one output or classes, and main puts out 2 numbers; end the model with "
     "one "
     "unit, or with softmax over the classes",
     false, false},
    {"data rows { 1 2 -> 0.5; 2 3 -> 1 }\ninput 2\ndense 2 kernel_init=constant(1e38)\n"
     "dense 2 kernel_init=constant(1e38)\ndense 2 kernel_init=constant(1e38)\n"
     "dense 2 kernel_init=constant(1e38)\ndense 2 kernel_init=constant(1e38)\n"
     "dense 2 kernel_init=constant(1e38)\ndense 2 kernel_init=constant(1e38)\n"
     "dense 2 kernel_init=constant(1e38)\ndense 2 kernel_init=constant(1e38)\n"
     "dense 1 kernel_init=constant(1e38)\n",
     "boundary", NULL,
     "the output of main is nowhere a finite number; its weights are too large; begin again "
     "with a lower learning rate",
     false, false},
    {PLAIN_MODEL, "filters", NULL,
     "filters shows one kernel at a time as text, and these are 2; name one: plot filters "
     "LAYER",
     true, false},
    {"data digits\ninput 64\ndense 1\ndense 1\ndense 1\ndense 1\ndense 1\n", "weights", NULL,
     "weights shows 4 kernels at most as text, and these are 5; name some: plot weights LAYER",
     true, false},
    {"data random 9 shape=784\ninput 784\ndense 2 as k\n", "filters", NULL,
     "a tile of 28x28 characters is too large for this terminal; write it to a file: plot save "
     "\"filters.png\"",
     true, false},
    {PLAIN_MODEL, "fit", NULL,
     "fit is for data with 1 column, and this has 2; 2 columns are for plot boundary", false,
     false},
    {"data digits\ninput 64\ndense 1\n", "fit", NULL,
     "fit is for data with 1 column, and this has 64; load such data, for example data sine", false,
     false},
    {"data sine 9\ninput 1\ndense 3\n", "fit", NULL,
     "main has 3 numbers for 1 target; fit draws a curve for each target; classes: plot confusion",
     false, false},
    {"data sine 9\ninput 1\ndense 1\n", "fit", NULL,
     "there is no data yet; load some with 1 column, for example data sine", false, true},
    {"data sine 9\ninput 1\ndense 1\n", "confusion", NULL,
     "confusion is for classes, and main tells none; end the model with softmax over the classes, "
     "or with one sigmoid and targets 0 and 1",
     false, false},
    {"data blobs 9\ninput 2\ndense 2 softmax\n", "confusion", NULL,
     "a target of the data is 2, and the classes of main are 0 to 1; the last layer needs a unit "
     "for each class",
     false, false},
    {"data blobs 9\ninput 2\ndense 101 softmax\n", "confusion", NULL,
     "confusion shows 100 classes at most, and main has 101; evaluate says how many answers are "
     "right",
     false, false},
    {"data blobs 9\ninput 2\ndense 30 softmax\n", "confusion", NULL,
     "30 classes are too many for this terminal; write it to a file: plot save \"confusion.png\"",
     true, false},
    {PLAIN_MODEL, "reconstruct", NULL,
     "reconstruct is for autoencoders, and the target of this data is not its input; load it with "
     "target=input",
     false, false},
    {"data digits target=input\ninput 64\ndense 3\n", "reconstruct", NULL,
     "main puts out 3 numbers, and a sample has 64; an autoencoder ends with as many units as it "
     "has inputs",
     false, false},
    {"data digits target=input\ninput 64\ndense 3\n", "reconstruct", NULL,
     "there is no data yet; load some that is its own target: data digits target=input", false,
     true},
    {"data digits target=input\ninput 64\ndense 64\n", "reconstruct", "codr",
     "there is no layer \"codr\"; summary lists the layers", false, false},
    {PLAIN_MODEL, "spectrum", "flat", "flat has no kernel; these have one: hidden, top", false,
     false},
    {"data random 2 shape=1025\ninput 1025\ndense 1025 as big\n", "spectrum", NULL,
     "big.kernel is 1025 x 1025, too large for spectrum; its smaller side may be 1024 at most; "
     "name other layers",
     false, false},
    {PLAIN_MODEL, "units", NULL, "there is nothing to draw yet; train first", false, false},
    {PLAIN_MODEL, "ridge", "hidden",
     "there is nothing to draw of hidden yet; train for an epoch, or watch it while the model "
     "trains; inputs, flatten and reshape have no output of their own",
     false, false},
    {PLAIN_MODEL, "path", "hidden.kernel",
     "path shows a sweep, and there is none yet; make one first: sweep LAYER.kernel = l1(?) over 0 "
     "1e-3 1e-2 { train 5 }",
     false, false},
    {PLAIN_MODEL, "tradeoff", NULL,
     "tradeoff shows a sweep, and there is none yet; make one first: sweep LAYER.kernel = l1(?) "
     "over 0 1e-3 1e-2 { train 5 }",
     false, false},
    {PLAIN_MODEL, "maps", NULL,
     "maps are of a layer, and none is named; name a convolution or a pool: plot maps LAYER", false,
     false},
    {PLAIN_MODEL, "maps", "hidden",
     "maps are of height x width x channels, and hidden puts out 3; name a convolution or a pool; "
     "plot activity shows other outputs",
     false, false},
    {"data random 9 shape=90x90x1\ninput 90x90x1\nconv2d 2 1 as c\n", "maps", "c",
     "a map of 90x90 characters is too large for this terminal; write it to a file: plot save "
     "\"maps.png\"",
     true, false},
    {PLAIN_MODEL, "units", "hiden", "there is no layer \"hiden\"; did you mean hidden?", false,
     false},
};

static void what_cannot_be_drawn_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct refused_view *c = &cases[i];
        const struct span where = {1, 20, 25};
        struct bench b = bench_make(c->model);
        struct view_request r = request_of(&b);
        struct figure f = {0};
        struct err e = {0};
        char said[900];
        r.layer = &c->layer;
        r.where = &where;
        r.layers = c->layer != NULL;
        r.text = c->text;
        r.data = c->no_data ? NULL : &b.data;
        assert_int_equal(view_of(c->view)->draw(&r, &f, &e), -1);
        snprintf(said, sizeof said, "%s; %s", e.what, e.hint);
        assert_string_equal(said, c->error);
        assert_int_equal(e.where.at, strstr(said, "a sweep") || !c->layer ? 5 : 20);
        assert_null(f.program.text);
        bench_finish(&b);
    }
}

/* The four kinds of boundary, and what the other views need. */
static const char *const scenes[] = {
    "data moons 40 noise=0.1 split=0.2\ninput 2\ndense 8 relu activity=l1(1e-3) as hidden\n"
    "dense 1 sigmoid as top\nloss binary_crossentropy\n",
    "data blobs 40\ninput 2\ndense 4 tanh as hidden\ndense 3 softmax as top\n"
    "loss categorical_crossentropy\n",
    "data rows { 0 0 -> 0.5; 1 0 -> 1.5; 0 1 -> -1; 1 1 -> 3 }\ninput 2\ndense 4 tanh as hidden\n"
    "dense 1 as top\n",
    "data xor\ninput 2\ndense 4 kernel_init=zeros as hidden\ndense 1 kernel_init=zeros as top\n",
};
enum { SCENES = sizeof scenes / sizeof *scenes };

/* What some views are for. */
static const char *const own_scenes[][2] = {
    {"fit", "data sine 40 noise=0.1 split=0.2\ninput 1\ndense 4 tanh as hidden\ndense 1 as top\n"},
    {"confusion", "data blobs 40 split=0.2\ninput 2\ndense 4 tanh as hidden\n"
                  "dense 3 softmax as top\nloss categorical_crossentropy\n"},
    {"steps", "data rows { 1 2 0 0 -> 0; 0 0 0 0 -> 1; 2 1 0 0 -> 1 }\ninput 2x2\nmasking 0\n"
              "gru 3 sequences=yes as hidden\nglobal_avg_pool\ndense 1 as top\n"},
    {"reconstruct",
     "data digits target=input\ninput 64\ndense 3 tanh as hidden\ndense 64 as top\n"},
    {"maps", "data random 12 shape=4x4x1 target=1\ninput 4x4x1\nconv2d 3 2 relu as hidden\n"
             "flatten\ndense 1 as top\nloss mse\n"},
};

/* The scene number `i` of a view; NULL: it has not so many. */
static const char *scene_of(const char *view, size_t i)
{
    for (size_t k = 0; k < sizeof own_scenes / sizeof *own_scenes; k++)
        if (strcmp(own_scenes[k][0], view) == 0)
            return i ? NULL : own_scenes[k][1];
    return i < SCENES ? scenes[i] : NULL;
}

static struct bench trained(const char *scene)
{
    struct bench b = bench_make(scene);
    bench_prepare(&b);
    for (uint64_t s = 1; s <= 5; s++) {
        put(&b, SERIES_DATA, "data", s, bench_step(&b).data);
        put(&b, SERIES_MEAN, "hidden", s, (double)s / 7);
        put(&b, SERIES_MAX, "hidden", s, (double)s / 5);
        put(&b, SERIES_ZEROS, "hidden", s, 0);
        put(&b, SERIES_SMALL, "hidden", s, 0.1 * (double)s);
        put(&b, SERIES_EXPRESSION, "mean(abs(hidden.output))", s, 1 / (double)s);
        const struct trainer *t = trainer_of(b.model);
        assert_int_equal(metrics_traces(t->metrics, b.model, &t->last_batch, &b.e), 0);
    }
    assert_int_equal(history_event(&b.model->history, 3, "it's <b>_x_</b> \\ @M $d1"), 0);
    return b;
}

static const char *slurp(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, room - 1, file)] = 0;
    fclose(file);
    return text;
}

/* Has gnuplot draw a program twice; checks that it is content and that both pictures are alike. */
static void plot_twice(const struct figure *f, const char *terminal, const char *view)
{
    enum { ROOM = 1 << 20 };
    char folder[] = "/tmp/nnr-views-XXXXXX", command[400], path[80];
    char *first = mem_new(2, ROOM), *second = first + ROOM;
    assert_non_null(mkdtemp(folder));
    assert_non_null(first);
    snprintf(path, sizeof path, "%s/gp", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fprintf(file, "set term %s\n%s", terminal, f->program.text);
    fclose(file);
    for (int i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "gnuplot -d %s > %s/out%d 2> %s/err", path, folder, i,
                 folder);
        assert_int_equal(system(command), 0);
        snprintf(path, sizeof path, "%s/err", folder);
        if (*slurp(path, first, ROOM))
            fail_msg("%s on %s: %s", view, terminal, first);
        snprintf(path, sizeof path, "%s/gp", folder);
    }
    snprintf(path, sizeof path, "%s/out0", folder);
    slurp(path, first, ROOM);
    snprintf(path, sizeof path, "%s/out1", folder);
    assert_string_equal(first, slurp(path, second, ROOM));
    assert_true(strlen(first) > 1000);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    mem_free(first);
}

/* Views that show one layer at a time as text, and one that is always of one weight. */
static bool takes_one(const char *view, bool text)
{
    static const char *const views[] = {"filters", "units", "ridge"};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(view, views[i]) == 0)
            return text;
    return strcmp(view, "path") == 0 || strcmp(view, "maps") == 0;
}

static const char *name_for(const char *view)
{
    return strcmp(view, "path") == 0 ? "hidden.kernel" : "hidden";
}

static void gnuplot_takes_every_view(void **state)
{
    (void)state;
    if (system("gnuplot --version > /dev/null 2>&1") != 0)
        skip();
    const struct span where = {0};
    for (size_t v = 0; v < view_kinds.rows; v++) {
        const char *view = view_kinds.row[v]->name, *scene;
        const char *const layer = name_for(view);
        for (size_t i = 0; (scene = scene_of(view, i)); i++) {
            struct bench a = trained(scene), b = trained(scene);
            struct model *both[] = {a.model, b.model};
            rename_model(&b, "second_one");
            for (int way = 0; way < 3; way++) {
                struct view_request r = request_of(&a);
                r.model = both;
                r.models = way == 1 ? 2 : 1;
                r.text = way == 2;
                r.layer = &layer;
                r.where = &where;
                r.layers = takes_one(view, way == 2);
                struct sweep_scene sweep;
                r.sweep = sweep_of(&sweep, a.model, b.model);
                struct figure f = drawn(&r, view);
                plot_twice(&f, r.text ? "dumb mono size 80,24" : "svg size 900,600", view);
                figure_finish(&f);
            }
            bench_finish(&a);
            bench_finish(&b);
        }
    }
}

static void without_memory_there_is_no_figure(void **state)
{
    (void)state;
    const struct span where = {0};
    for (size_t v = 0; v < view_kinds.rows; v++) {
        const struct view_kind *view = (const void *)view_kinds.row[v];
        const char *const layer = name_for(view->entry.name);
        const char *scene = scene_of(view->entry.name, 0);
        struct bench a = trained(scene), b = trained(scene);
        struct model *both[] = {a.model, b.model};
        for (int way = 0; way < 2; way++) {
            struct view_request r = request_of(&a);
            r.model = both;
            r.models = way ? 1 : 2;
            r.text = way;
            r.layer = &layer;
            r.where = &where;
            r.layers = takes_one(view->entry.name, true);
            struct sweep_scene sweep;
            r.sweep = sweep_of(&sweep, a.model, b.model);
            for (long n = 1;; n++) {
                struct figure f = {0};
                struct err e = {0};
                model_changed(a.model);
                mem_fail_at(n);
                int bad = view->draw(&r, &f, &e);
                const bool hit = mem_failed();
                mem_fail_at(0);
                assert_int_equal(bad, hit ? -1 : 0);
                assert_int_equal(e.kind, hit ? ERR_MEMORY : ERR_NONE);
                assert_true(!hit || !f.program.text);
                figure_finish(&f);
                if (!hit)
                    break;
            }
        }
        bench_finish(&a);
        bench_finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_drawn_is_said),
        cmocka_unit_test(gnuplot_takes_every_view),
        cmocka_unit_test(without_memory_there_is_no_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
