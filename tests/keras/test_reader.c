/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each dialect of Keras's files, and each trap in them, is one of the files in models/. */
#include "folder.h"

#include "base/zip.h"
#include "keras/model.h"
#include "keras/object.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODELS REFERENCE_DIR "/../keras/models/"

static struct file_name named(const char *path)
{
    return (struct file_name){.name = path, .path = path};
}

static void read_model(struct keras_model *m, const char *name)
{
    char path[1000];
    struct err e = {0};
    snprintf(path, sizeof path, MODELS "%s", name);
    const struct file_name file = named(path);
    if (keras_model_read(m, &file, NULL, &e))
        fail_msg("%s", e.what);
}

static const struct keras_layer *layer_named(const struct keras_graph *g, const char *name)
{
    for (size_t i = 0; i < g->layers; i++)
        if (strcmp(g->layer[i].name, name) == 0)
            return &g->layer[i];
    fail_msg("no layer %s", name);
    return NULL;
}

static double number_of(const struct keras_layer *l, const char *key)
{
    const json_t *value = json_object_get(l->config, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void expect_strengths(const struct keras_layer *l, const char *key, double l1, double l2)
{
    struct keras_strengths s;
    assert_true(keras_strengths(json_object_get(l->config, key), &s));
    assert_true(s.l1 == l1 && s.l2 == l2);
}

static void each_file_tells_who_wrote_it(void **state)
{
    static const struct {
        const char *name, *version;
        enum keras_dialect dialect;
        size_t layers;
    } file[] = {
        {"keras-1.json", "1.2.2", KERAS_1, 8},
        {"keras-1-sequence.json", "1.1.0", KERAS_1, 3},
        {"keras-1-merge.json", "1.1.2", KERAS_1, 5},
        {"keras-1-branches.json", "1.0.8", KERAS_1, 6},
        {"keras-2.1.json", "2.1.6", KERAS_2, 4},
        {"keras-2.3.json", "2.3.1", KERAS_2, 4},
        {"keras-2-siamese.json", "2.2.4", KERAS_2, 5},
        {"tf-2.4.json", "2.4.0", KERAS_TF_2, 6},
        {"tf-2.12.json", NULL, KERAS_TF_2, 4},
        {"keras-3.json", NULL, KERAS_3, 5},
        {"keras-3-siamese.json", NULL, KERAS_3, 5},
        {"keras-3.2.1-siamese.json", NULL, KERAS_3, 5},
        {"custom.json", "2.13.1", KERAS_TF_2, 5},
        {"names.json", "2.9.0", KERAS_TF_2, 7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        struct keras_model m;
        read_model(&m, file[i].name);
        assert_int_equal(m.dialect, file[i].dialect);
        if (file[i].version)
            assert_string_equal(m.version, file[i].version);
        else
            assert_null(m.version);
        assert_int_equal(m.root.model->layers, file[i].layers);
        keras_model_close(&m);
    }
}

static void keras_1_is_renamed(void **state)
{
    struct keras_model m;
    (void)state;
    read_model(&m, "keras-1.json");
    const struct keras_graph *g = m.root.model;
    assert_true(g->sequential);
    assert_string_equal(g->layer[0].class_name, "InputLayer");
    assert_true(g->layer[0].implied);
    assert_string_equal(g->layer[0].place, "config[0]");
    const json_t *shape = json_object_get(g->layer[0].config, "batch_shape");
    assert_int_equal(json_integer_value(json_array_get(shape, 1)), 8);
    const struct keras_layer *c = layer_named(g, "c"), *h = layer_named(g, "h");
    assert_string_equal(c->class_name, "Conv2D");
    assert_string_equal(c->written, "Convolution2D");
    const json_t *size = json_object_get(c->config, "kernel_size");
    assert_int_equal(json_integer_value(json_array_get(size, 0)), 3);
    assert_int_equal(json_integer_value(json_array_get(size, 1)), 2);
    assert_string_equal(json_string_value(json_object_get(c->config, "data_format")),
                        "channels_last");
    assert_string_equal(json_string_value(json_object_get(c->config, "padding")), "same");
    assert_true(number_of(c, "filters") == 2);
    expect_strengths(c, "kernel_regularizer", 0, 0.01);
    expect_strengths(c, "bias_regularizer", 0.1, 0);
    assert_string_equal(keras_spelled(&m, c, "kernel_regularizer"), "W_regularizer");
    assert_string_equal(keras_spelled(&m, c, "kernel_size"), "nb_row");
    assert_string_equal(keras_spelled(&m, c, "activity_regularizer"), "activity_regularizer");
    expect_strengths(h, "kernel_regularizer", 0.001, 0.02);
    expect_strengths(h, "activity_regularizer", 0.3, 0);
    assert_true(number_of(h, "units") == 4);
    assert_true(number_of(layer_named(g, "drop"), "rate") == 0.2);
    struct keras_object o;
    assert_true(keras_object(json_object_get(h->config, "kernel_constraint"), &o));
    assert_string_equal(o.class_name, "MaxNorm");
    assert_true(keras_object(m.optimizer, &o));
    assert_string_equal(o.class_name, "SGD");
    assert_string_equal(json_string_value(m.loss), "binary_crossentropy");
    keras_model_close(&m);
}

static void keras_1_has_its_own_layers(void **state)
{
    struct keras_model m;
    (void)state;
    read_model(&m, "keras-1-sequence.json");
    const struct keras_layer *memory = layer_named(m.root.model, "memory");
    expect_strengths(memory, "recurrent_regularizer", 0.2, 0);
    assert_true(json_is_true(json_object_get(memory->config, "unit_forget_bias")));
    assert_true(number_of(memory, "dropout") == 0.25);
    const struct keras_layer *steps = layer_named(m.root.model, "steps");
    assert_string_equal(steps->class_name, "Dense");
    assert_string_equal(steps->written, "TimeDistributedDense");
    keras_model_close(&m);
    read_model(&m, "keras-1-merge.json");
    const struct keras_layer *tower = layer_named(m.root.model, "tower");
    assert_int_equal(tower->calls, 2);
    const struct keras_layer *sum = layer_named(m.root.model, "m");
    assert_string_equal(sum->class_name, "Add");
    assert_int_equal(sum->call[0].input[0].call, 0);
    assert_int_equal(sum->call[0].input[1].call, 1);
    keras_model_close(&m);
    read_model(&m, "keras-1-branches.json");
    const struct keras_graph *g = m.root.model;
    assert_int_equal(g->inputs, 2);
    const struct keras_layer *join = layer_named(g, "m");
    assert_string_equal(join->class_name, "Concatenate");
    assert_int_equal(join->call[0].inputs, 2);
    const struct keras_layer *branch = &g->layer[join->call[0].input[1].layer];
    assert_string_equal(branch->place, "config[0].config.layers[1]");
    assert_string_equal(branch->model->layer[1].name, "right");
    assert_int_equal(g->orders, 4);
    keras_model_close(&m);
}

static void siamese_calls_are_told_apart(void **state)
{
    static const char *const file[] = {"keras-2-siamese.json", "keras-3-siamese.json"};
    struct keras_model m;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        read_model(&m, file[i]);
        const struct keras_graph *g = m.root.model;
        assert_int_equal(layer_named(g, "tower")->calls, 2);
        const struct keras_call *join = layer_named(g, "concatenate")->call;
        assert_int_equal(join->inputs, 2);
        assert_int_equal(join->input[0].call, 0);
        assert_int_equal(join->input[1].call, 1);
        assert_false(join->lost);
        assert_int_equal(m.notes, 0);
        keras_model_close(&m);
    }
    read_model(&m, "keras-3.2.1-siamese.json");
    assert_true(layer_named(m.root.model, "concatenate")->call[0].lost);
    assert_int_equal(m.notes, 1);
    assert_string_equal(m.note[0].place, "config.layers[2]");
    assert_non_null(strstr(m.note[0].text, "lost"));
    keras_model_close(&m);
}

static void what_is_written_once_is_known_the_second_time(void **state)
{
    struct keras_model m;
    (void)state;
    read_model(&m, "keras-3.json");
    const struct keras_layer *y = layer_named(m.root.model, "y");
    const json_t *policy = json_object_get(y->config, "dtype");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(policy, "config"), "name")), "float32");
    /* training=False is what Keras 3 always writes. */
    assert_null(layer_named(m.root.model, "drop")->call[0].further);
    struct keras_object o;
    assert_true(keras_object(m.optimizer, &o));
    assert_string_equal(o.class_name, "Adam");
    keras_model_close(&m);
}

static void wrappers_hold_a_layer(void **state)
{
    struct keras_model m;
    (void)state;
    read_model(&m, "tf-2.12.json");
    const struct keras_layer *td = layer_named(m.root.model, "td");
    assert_string_equal(td->inner->class_name, "Dense");
    assert_string_equal(td->inner->place, "config.layers[1].config.layer");
    expect_strengths(td->inner, "activity_regularizer", 0.1, 0);
    keras_model_close(&m);
}

static void classes_of_others_are_known(void **state)
{
    struct keras_model m;
    struct keras_strengths s;
    struct keras_object o;
    (void)state;
    read_model(&m, "custom.json");
    const struct keras_layer *h = layer_named(m.root.model, "h");
    assert_string_equal(layer_named(m.root.model, "q")->package, "qkeras>QDense");
    assert_false(keras_strengths(json_object_get(h->config, "kernel_regularizer"), &s));
    /* Somebody's own L1 is not Keras's. */
    assert_false(keras_strengths(json_object_get(h->config, "bias_regularizer"), &s));
    assert_true(keras_object(json_object_get(h->config, "bias_regularizer"), &o));
    assert_string_equal(o.package, "mine>L1");
    keras_model_close(&m);
}

static void floats_are_printed_as_they_were_written(void **state)
{
    char text[NUMBER_ROOM];
    (void)state;
    assert_string_equal(keras_number(0.009999999776482582, text), "0.01");
    assert_string_equal(keras_number(9.999999747378752e-05, text), "0.0001");
    assert_string_equal(keras_number(0.10000000149011612, text), "0.1");
    assert_string_equal(keras_number(0.1, text), "0.1");
    assert_string_equal(keras_number(0.123456789012, text), "0.123456789012");
    assert_string_equal(keras_number(0, text), "0");
    assert_string_equal(keras_number(5, text), "5");
}

static void a_zip_is_read(void **state)
{
    char text[1 << 14];
    static const char about[] = "{\"keras_version\": \"3.3.3\"}";
    struct err e = {0};
    struct keras_model m;
    (void)state;
    FILE *f = fopen(MODELS "keras-3.json", "r");
    assert_non_null(f);
    const size_t size = fread(text, 1, sizeof text, f);
    fclose(f);
    const struct file_name file = named("m.keras");
    const struct archive_out member[] = {{"metadata.json", about, "", sizeof about - 1, 0},
                                         {"config.json", text, "", size, 0}};
    assert_int_equal(archive_write(&file, member, 2, NULL, &e), 0);
    if (keras_model_read(&m, &file, NULL, &e))
        fail_msg("%s", e.what);
    assert_string_equal(m.version, "3.3.3");
    assert_int_equal(m.dialect, KERAS_3);
    keras_model_close(&m);
    assert_int_equal(archive_write(&file, member, 1, NULL, &e), 0);
    assert_int_equal(keras_model_read(&m, &file, NULL, &e), -1);
    assert_non_null(strstr(e.what, "no config.json"));
}

static int make_text(struct keras_model *m, const char *text, struct err *e)
{
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return keras_model_make(m, "f.json", value, NULL, NULL, e);
}

static void what_is_wrong_is_one_error(void **state)
{
    static const struct {
        const char *text, *what;
    } wrong[] = {
        {"[]", "no model of Keras"},
        {"{}", "no model of Keras"},
        {"{\"class_name\": 5, \"config\": {}}", "no model of Keras"},
        {"{\"class_name\": \"Mine\", \"config\": {\"layers\": []}}", "the model is a Mine"},
        {"{\"class_name\": \"Sequential\", \"config\": []}", "no layers"},
        {"{\"class_name\": \"Sequential\", \"config\": [3]}", "config[0]: there is no class_name"},
        {"{\"class_name\": \"Sequential\", \"keras_version\": \"0.3.3\", \"config\": [3]}",
         "Keras 0.3.3"},
        {"{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Dense\", \"config\": "
         "1}]}",
         "neither an object nor a list"},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", "
         "\"name\": \"x\"}]}}",
         "no input_layers"},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", "
         "\"name\": \"x\"}, {\"class_name\": \"Dense\", \"name\": \"x\"}]}}",
         "is that of config.layers[0] too"},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", "
         "\"name\": \"x\"}, {\"class_name\": \"Dense\", \"name\": \"y\", \"inbound_nodes\": "
         "[[[\"z\", 0, 0]]]}], \"input_layers\": [[\"x\", 0, 0]], \"output_layers\": [[\"y\", 0, "
         "0]]}}",
         "config.layers[1]: there is no layer \"z\""},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", "
         "\"name\": \"x\"}, {\"class_name\": \"Dense\", \"name\": \"y\", \"inbound_nodes\": "
         "[[[\"z\", 0, 0]]]}, {\"class_name\": \"Dense\", \"name\": \"z\", \"inbound_nodes\": "
         "[[[\"y\", 0, 0]]]}], \"input_layers\": [[\"x\", 0, 0]], \"output_layers\": [[\"y\", 0, "
         "0]]}}",
         "takes its own output"},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", "
         "\"name\": \"x\"}, {\"class_name\": \"Dense\", \"name\": \"y\", \"inbound_nodes\": "
         "[[[\"x\", 0, 0]]]}], \"input_layers\": [[\"x\", 0, 0]], \"output_layers\": [[\"y\", 0, "
         "0], [\"y\", 1, 0]]}}",
         "the outputs of 2 calls of it are taken, and it is called 1 times"},
    };
    struct keras_model m;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {0};
        assert_int_equal(make_text(&m, wrong[i].text, &e), -1);
        if (!strstr(e.what, wrong[i].what) || strncmp(e.what, "f.json: ", 8) != 0)
            fail_msg("%s: %s", wrong[i].text, e.what);
    }
}

/* A definition that holds its own number, and definitions that hold each other's twice, neither
 * hang nor grow. */
static void numbers_of_objects_make_no_circle(void **state)
{
    struct str text = {0};
    struct keras_model m;
    struct err e = {0};
    (void)state;
    str_add(&text, "{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Dense\", "
                   "\"config\": {\"a\": {\"shared_object_id\": 1, \"config\": {\"b\": "
                   "{\"shared_object_id\": 1}}}");
    for (int i = 2; i < 200; i++)
        str_addf(&text,
                 ", \"c%d\": {\"shared_object_id\": %d, \"config\": {\"x\": {\"shared_object_id\": "
                 "%d}, \"y\": {\"shared_object_id\": %d}}}",
                 i, i, i - 1, i - 1);
    str_add(&text, "}}]}");
    assert_int_equal(make_text(&m, text.text, &e), 0);
    assert_int_equal(m.root.model->layers, 2);
    keras_model_close(&m);
    str_finish(&text);
}

static void deep_models_are_refused(void **state)
{
    struct str text = {0};
    struct keras_model m;
    struct err e = {0};
    (void)state;
    for (int i = 0; i < 300; i++)
        str_add(&text, "{\"class_name\": \"Sequential\", \"config\": [");
    for (int i = 0; i < 300; i++)
        str_add(&text, "]}");
    assert_int_equal(make_text(&m, text.text, &e), -1);
    assert_non_null(strstr(e.what, "deep"));
    str_finish(&text);
}

/* Every layer is called on the one before and on the first: any search among all of them for each
 * would show in the tests' time. */
static void thousands_of_layers_are_read(void **state)
{
    enum { LAYERS = 20000 };
    struct str text = {0};
    struct keras_model m;
    struct err e = {0};
    (void)state;
    str_add(&text, "{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": "
                   "\"InputLayer\", \"name\": \"l0\", \"inbound_nodes\": []}");
    for (int i = LAYERS; i > 0; i--)
        str_addf(
            &text,
            ", {\"class_name\": \"Add\", \"name\": \"l%d\", \"inbound_nodes\": [[[\"l%d\", 0, 0], "
            "[\"l0\", 0, 0]]]}",
            i, i - 1);
    str_addf(&text, "], \"input_layers\": [[\"l0\", 0, 0]], \"output_layers\": [[\"l%d\", 0, 0]]}}",
             LAYERS);
    assert_int_equal(make_text(&m, text.text, &e), 0);
    const struct keras_graph *g = m.root.model;
    assert_int_equal(g->orders, LAYERS);
    for (size_t i = 0; i < LAYERS; i++)
        assert_int_equal(g->order[i].layer, LAYERS - i);
    keras_model_close(&m);
    str_finish(&text);
}

/* Each allocation fails once: an error, and nothing is held. */
static void memory_may_run_out(void **state)
{
    struct keras_model m;
    (void)state;
    const struct file_name file = named(MODELS "keras-2-siamese.json");
    for (long n = 1;; n++) {
        struct err e = {0};
        mem_fail_at(n);
        const int failed = keras_model_read(&m, &file, NULL, &e);
        const bool happened = mem_failed();
        mem_fail_at(0);
        if (!failed)
            keras_model_close(&m);
        assert_true(!failed || e.kind == ERR_MEMORY || e.kind == ERR_INPUT);
        if (!happened)
            break;
    }
}

/* Files that people have put into the world, where NNR_KERAS_JSON names their folder. */
static void files_of_the_world_are_read(void **state)
{
    const char *path = getenv("NNR_KERAS_JSON");
    (void)state;
    DIR *dir = path ? opendir(path) : NULL;
    if (!dir)
        skip();
    for (const struct dirent *d; (d = readdir(dir));) {
        char name[2000];
        struct keras_model m;
        struct err e = {0};
        snprintf(name, sizeof name, "%s/%s", path, d->d_name);
        const struct file_name file = named(name);
        if (d->d_name[0] == '.')
            continue;
        if (keras_model_read(&m, &file, NULL, &e))
            fail_msg("%s", e.what);
        assert_true(m.root.model->layers > 1 && m.root.model->orders > 0);
        keras_model_close(&m);
    }
    closedir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_tells_who_wrote_it),
        cmocka_unit_test(keras_1_is_renamed),
        cmocka_unit_test(keras_1_has_its_own_layers),
        cmocka_unit_test(siamese_calls_are_told_apart),
        cmocka_unit_test(what_is_written_once_is_known_the_second_time),
        cmocka_unit_test(wrappers_hold_a_layer),
        cmocka_unit_test(classes_of_others_are_known),
        cmocka_unit_test(floats_are_printed_as_they_were_written),
        cmocka_unit_test(a_zip_is_read),
        cmocka_unit_test(what_is_wrong_is_one_error),
        cmocka_unit_test(numbers_of_objects_make_no_circle),
        cmocka_unit_test(deep_models_are_refused),
        cmocka_unit_test(thousands_of_layers_are_read),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(files_of_the_world_are_read),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
