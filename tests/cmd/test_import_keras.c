/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import keras: what a file of Keras becomes, by what it then does. The files are those of
 * tests/keras/models. */
#include "again.h"

#include "base/str.h"

#define MODELS REFERENCE_DIR "/../keras/models/"
#define IMPORT(file) "import keras \"" MODELS file "\""

/* Thread: one dense layer whose kernel is a 1, with l1(1), called twice through a model. Data loss
 * 0 for inputs and target 0, and the penalty counts once: 1. */
static void a_shared_model_counts_once(void **state)
{
    static const char *const file[] = {IMPORT("keras-2-siamese.json"),
                                       IMPORT("keras-3-siamese.json")};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, file[i]);
        fake_ok(&f, "\ndata rows { 0 | 0 -> 0; 0 | 0 -> 0 }\nloss mse\nevaluate\n");
        check_near(fake_number(&f, "loss"), 1, 1e-6);
        check_near(fake_number(&f, "loss.penalty"), 1, 1e-6);
        /* y = x w for each side, added by ones: (2 + 3 - 1)^2 = 16. */
        fake_ok(&f, "data rows { 2 | 3 -> 1 }\nevaluate\n");
        check_near(fake_number(&f, "loss.data"), 16, 1e-5);
        fake_finish(&f);
    }
}

/* Kernel [2][3] of ones: 0.1 * 6 + 0.2 * 6 = 1.8. Of x = (1, 2) each output is 3 + 4 = 7, its bias
 * being 4: activity 0.5 * 3 * 49 = 73.5, bias 0.25 * 3 * 4 = 3. */
static const char worked[] =
    "{\"class_name\": \"Sequential\", \"keras_version\": \"2.9.0\", \"config\": {\"layers\": [{"
    "\"class_name\": \"Dense\", \"config\": {\"name\": \"h\", \"batch_input_shape\": [null, 2], "
    "\"units\": 3, \"activation\": \"linear\", \"kernel_initializer\": {\"class_name\": \"Ones\", "
    "\"config\": {}}, \"bias_initializer\": {\"class_name\": \"Constant\", \"config\": {\"value\": "
    "4}}, \"kernel_regularizer\": {\"class_name\": \"L1L2\", \"config\": {\"l1\": "
    "0.10000000149011612, \"l2\": 0.20000000298023224}}, \"bias_regularizer\": {\"class_name\": "
    "\"L1\", \"config\": {\"l1\": 0.25}}, \"activity_regularizer\": {\"class_name\": \"L2\", "
    "\"config\": {\"l2\": 0.5}}}}]}}";

static void penalties_are_the_worked_ones(void **state)
{
    struct fake f;
    (void)state;
    folder_text("worked.json", worked);
    fake_start(&f);
    fake_ok(&f, "import keras \"worked.json\"\ndata rows { 1 2 -> 7 7 7 }\nloss mse\nevaluate\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 1.8, 1e-6);
    check_near(fake_number(&f, "h.bias.penalty"), 3, 1e-6);
    check_near(fake_number(&f, "h.activity.penalty"), 73.5, 1e-5);
    check_near(fake_number(&f, "loss"), 1.8 + 3 + 73.5, 1e-5);
    fake_prints(&f, "print h.activity.strength\n", "0.5\n");
    fake_finish(&f);
}

/* What a file becomes, as somebody would type it. */
static const struct twin {
    const char *import, *typed;
} twins[] = {
    {IMPORT("keras-1.json"),
     "input 8x8x1 as c_input\nconv2d 2 3x2 relu kernel=l2(0.01) bias=l1(0.1) padding=same as c\n"
     "max_pool2d 2x2 strides=2x2 as pool\nflatten as flat\ndense 4 kernel=l1l2(0.001, 0.02) "
     "activity=l1(0.3) kernel_init=he_normal kernel_constraint=max_norm(2) "
     "bias_constraint=non_neg as h\nactivation tanh as squash\ndropout 0.2 as drop\n"
     "dense 1 sigmoid use_bias=no as y\nloss binary_crossentropy\n"
     "optimizer sgd lr=0.05 momentum=0.9 nesterov=yes\n"},
    {IMPORT("keras-1-sequence.json"),
     "input 5x3 as memory_input\nlstm 4 recurrent_activation=hard_sigmoid(0.2) kernel=l2(0.1) "
     "recurrent=l1(0.2) sequences=yes dropout=0.25 as memory\ndense 2 softmax kernel=l1(0.05) "
     "kernel_init=uniform(-0.05, 0.05) as steps\n"},
    {IMPORT("keras-1-merge.json"),
     "input 3 as a\ninput 3 as b\ndense 2 kernel=l1(0.1) on a as tower\ntower on b as tower_2\n"
     "add on tower, tower_2 as m\ndense 1 sigmoid as y\n"},
    {IMPORT("keras-1-branches.json"),
     "input 3 as first_input\ninput 5 as first_input_2\nblock sequential { dense 2 as left }\n"
     "sequential on first_input as sequential_1\nblock sequential_2 { dense 4 kernel=l1(0.5) as "
     "right }\nsequential_2 on first_input_2 as sequential_2_1\nconcat on sequential_1, "
     "sequential_2_1 as m\ndense 1 sigmoid as y\n"},
    {IMPORT("keras-2.1.json"),
     "input 6 as h_input\ndense 8 relu kernel=l2(0.01) activity=l1(0.001) kernel_init=he_normal "
     "kernel_constraint=max_norm(3) as h\ndropout 0.5 as drop\ndense 1 sigmoid as y\n"},
    {IMPORT("keras-2.3.json"),
     "input 7 as words_input\nembedding 20 4 kernel=l2(0.02) mask_zero=yes as words\n"
     "bidirectional lstm 3 kernel=l1(0.01) as both\ndense 2 softmax as y\n"},
    {IMPORT("tf-2.4.json"),
     "input 5 as input_1\ndense 4 relu kernel=l1(0.01) activity=l2(0.1) as h\n"
     "batchnorm momentum=0.9 gamma=l2(0.5) as norm\nactivation leaky_relu(0.3) as leak\n"
     "add on leak, h as sum\ndense 1 sigmoid as y\n"},
    {IMPORT("tf-2.12.json"),
     "input 10x6 as steps\ntimedistributed dense 4 relu activity=l1(0.1) as td\nflatten as flat\n"
     "dense 1 sigmoid as y\nloss binary_crossentropy\noptimizer adam lr=0.005\n"},
    {IMPORT("keras-3.json"),
     "input 4 as x\ndense 3 relu kernel=l1l2(0.01, 0.02) activity=l1(0.1) as h\n"
     "dropout 0.25 as drop\nconcat on drop, x as both\ndense 1 sigmoid as y\n"
     "loss binary_crossentropy\noptimizer adam clipnorm=1\n"},
    {IMPORT("keras-2-siamese.json"),
     "input 1 as left\ninput 1 as right\nblock tower { dense 1 kernel=l1(1) use_bias=no "
     "kernel_init=ones as dense_1 }\ntower on left as tower_1\ntower on right as tower_2\n"
     "concat on tower_1, tower_2 as concatenate_0\ndense 1 use_bias=no kernel_init=ones as y\n"},
    {IMPORT("layers-image.json"),
     "input 8x8x4 as x\nconv2d 2 3x3 relu kernel=l2(0.1) strides=2x1 as a\nconv2d_transpose 2 2x2 "
     "relu kernel=l2(0.1) as b\nspatial_dropout 0.1 as sd\nupsample 2x2 as up\nmax_pool2d 2x2 "
     "strides=1x1 padding=same as mp\navg_pool2d 2x2 strides=2x2 as ap\nbatchnorm scale=no as bn\n"
     "global_avg_pool as g\nlayernorm gamma_constraint=max_norm(3) as ln\ndense 2 softmax as o\n"},
    {IMPORT("layers-masked.json"),
     "input 9x3 as x\nmasking -1 as m\nlstm 3 recurrent=l1(0.5) sequences=yes dropout=0.1 as l\n"
     "gru 3 reset_after=no recurrent=l1(0.5) sequences=yes dropout=0.1 as gr\nsimple_rnn 3 "
     "recurrent=l1(0.5) sequences=yes dropout=0.1 as s\nbidirectional gru 3 recurrent=l1(0.5) "
     "dropout=0.1 merge=multiply as bi\n"},
    {IMPORT("layers-steps.json"),
     "input 12x3 as x\nconv1d 2 3 relu kernel=l2(0.1) padding=causal dilation=2 "
     "kernel_constraint=unit_norm(0, 1) as c\nspatial_dropout 0.2 as sd\nmax_pool1d 2 strides=2 as "
     "mp\navg_pool1d 2 strides=2 as ap\nupsample 2 as u\npermute 2x1 as p\nreshape 3x4 as r\n"
     "global_max_pool as g\nrepeat_vector 3 as rv\ngaussian_noise 0.1 as gn\ngaussian_dropout 0.1 "
     "as "
     "gd\nalpha_dropout 0.1 as ad\nactivity_regularization l1(0.1) as ar\nflatten as f\nactivation "
     "relu6 as r1\nactivation leaky_relu(0.1) as r2\nactivation elu(0.5) as e\nactivation "
     "prelu(alpha_init=constant(0.1)) alpha=l1(0.2) as pr\nactivation softmax as sm\nactivation "
     "linear as act\ndense 1 gelu kernel_init=normal(0, 0.05) bias_init=constant(0.1) "
     "kernel_constraint=min_max_norm(0.1, 1, 0.5) as d\n"},
    {IMPORT("layers-words.json"),
     "input 6 as x\nembedding 10 4 kernel=l2(0.1) kernel_constraint=non_neg mask_zero=yes as e\n"
     "block inner { dense 3 relu activity=l1(0.1) as da; dense 2 as db }\ntimedistributed inner as "
     "td\nglobal_avg_pool as g\n"},
    {IMPORT("names.json"),
     "input 3 as layer_0_in_put\ndense 2 as block_1_dense\ndense 2 as block_1_dense_2\n"
     "dense 2 as a_b\ndense 2 as as_0\ndense 2 as dense_0\ndense 1 as dense_2\n"},
};
enum { TWINS = sizeof twins / sizeof *twins };

static char *output_of(struct fake *f, const char *text)
{
    fake_ok(f, text);
    char *copy = strdup(f->out.text);
    assert_non_null(copy);
    return copy;
}

static void a_file_becomes_what_one_would_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < TWINS; i++) {
        struct fake f, g;
        fake_start(&f);
        fake_start(&g);
        fake_ok(&f, twins[i].import);
        fake_ok(&g, twins[i].typed);
        char *a = output_of(&f, "summary\nloss\noptimizer\n");
        char *b = output_of(&g, "summary\nloss\noptimizer\n");
        assert_string_equal(a, b);
        free(a);
        free(b);
        assert_true(session_digest(f.session) == session_digest(g.session));
        fake_finish(&f);
        fake_finish(&g);
    }
}

static void one_undo_takes_all_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < TWINS; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, "let k = 3\n");
        const uint64_t before = session_digest(f.session);
        fake_ok(&f, twins[i].import);
        const uint64_t after = session_digest(f.session);
        assert_true(before != after);
        fake_ok(&f, "undo\n");
        assert_true(session_digest(f.session) == before);
        fake_ok(&f, "redo\n");
        assert_true(session_digest(f.session) == after);
        fake_ok(&f, "save session \"s.nnr\"\n");
        struct fake g;
        fake_start(&g);
        fake_ok(&g, "source \"s.nnr\"\n");
        assert_true(session_digest(g.session) == after);
        fake_finish(&g);
        fake_finish(&f);
    }
}

/* The record holds the statements and not the file, so it needs none. */
static void a_record_needs_no_file(void **state)
{
    struct fake f, g;
    (void)state;
    folder_text("worked.json", worked);
    fake_start(&f);
    fake_ok(&f, "record \"r.nnr\"\nimport keras \"worked.json\" as net\nset h.kernel = l1(3)\n"
                "data rows { 1 2 -> 7 7 7 }\nloss mse\ntrain 2\nundo 4\nredo\nrecord none\n"
                "import keras \"worked.json\" as other\n");
    char *text = text_of("r.nnr");
    check_has(text, "model net\ninput 2 as h_input\ndense 3 ");
    assert_null(strstr(text, "import"));
    free(text);
    assert_int_equal(remove("worked.json"), 0);
    fake_start(&g);
    fake_ok(&g, "source \"r.nnr\"\n");
    fake_ok(&f, "undo\n");
    check_same(&f, &g, "a record of an import");
    fake_finish(&f);
    fake_finish(&g);
}

/* Of a loop that fails what was done is written, with the import as it stands there. */
static void a_loop_that_fails_is_written(void **state)
{
    struct fake f, g;
    (void)state;
    folder_text("worked.json", worked);
    fake_start(&f);
    assert_int_equal(fake_run(&f, "repeat 1 { import keras \"worked.json\" as net; dense 2 as z; "
                                  "expect 1 > 2 }\n"),
                     OUTCOME_EXPECT);
    fake_ok(&f, "save session \"s.nnr\"\n");
    fake_start(&g);
    fake_ok(&g, "source \"s.nnr\"\n");
    assert_true(session_digest(f.session) == session_digest(g.session));
    fake_prints(&g, "print z.units\n", "2\n");
    fake_ok(&f, "undo\nrepeat 1 { import keras \"worked.json\" as net }\nsave session \"s.nnr\"\n");
    fake_finish(&g);
    fake_start(&g);
    fake_ok(&g, "source \"s.nnr\"\n");
    assert_true(session_digest(f.session) == session_digest(g.session));
    fake_finish(&g);
    fake_finish(&f);
}

static void weights_go_round(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, IMPORT("tf-2.12.json") "\ndata random 20 shape=10x6 target=1\ntrain 1\nevaluate\n"
                                       "save weights \"w.safetensors\"\n");
    const double loss = fake_number(&f, "loss");
    fake_ok(&f, "seed 9\n" IMPORT("tf-2.12.json") " as net\nevaluate\n");
    assert_true(fake_number(&f, "loss") != loss);
    fake_ok(&f, "load weights \"w.safetensors\"\nevaluate\n");
    assert_true(fake_number(&f, "loss") == loss);
    fake_finish(&f);
}

/* What is wrong leaves all as it was, at the prompt, in { } and on the way. */
static void an_error_leaves_all_as_it_was(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {IMPORT("custom.json") " as net", "6 things in it cannot be imported"},
        {IMPORT("custom.json") " as net", "class QDense is not Keras's"},
        {IMPORT("keras-3.2.1-siamese.json") " as net", "is lost"},
        {IMPORT("none.json") " as net", "none.json"},
        {"import keras \"bad.json\" as net", "bad.json"},
        {"import keras \"deep.json\" as net", "deep.json"},
        {"import keras \"nan.json\" as net", "nan.json"},
        {"import keras \"big.json\" as net", "config[0]: a window of 9 steps"},
        {"import keras \"strength.json\" as net",
         "config[0].config.W_regularizer: its strength, -1"},
        {"import keras \"rate.json\" as net",
         "config[0].config.p: 1.5 is not within what rate can be"},
        {"import keras \"list.json\" as net",
         "config[0].config.kernel_initializer: "
         "{\"class_name\":\"Constant\",\"config\":{\"value\":[1,2]}} "
         "has no meaning here"},
        {"import keras \"shared.json\" as net",
         "config[1]: it is the layer of config[0], shared between models"},
        {"import keras \"open.json\" as net", "axis 1 of the samples has no fixed length"},
        {"import keras \"shapeless.json\" as net", "does not say the shape"},
        {"import keras \"optimizer.json\" as net", "optimizer: there is no optimizer Adadelta"},
        {"import keras \"decay.json\" as net", "optimizer.config.decay"},
        {"import keras \"loss.json\" as net", "loss.config.from_logits"},
        {"import keras \"worked.json\" as full", "the model full has layers already"},
        {"import keras \"worked.json\" as dense", "dense"},
        {"import keras \"worked.json\" on all", "on"},
        {"import keras \"worked.json\" as full", "another name: as full_2"},
        {"import keras \"worked.json\" only=report as net",
         "only=report imports nothing, so it takes no as"},
        {"import keras \"worked.json\" only=report show=yes", "it takes no show"},
        {"import keras \"worked.json\" weights=no only=report", "it takes no weights"},
        {"repeat 2 { import keras \"worked.json\" as net }", "has layers already"},
        {"repeat 1 { import keras \"worked.json\" as net; dense 3 as h }", "h"},
        {"sweep full_h.kernel = l2(?) over 0 1 { import keras \"worked.json\" as net }",
         "reaches beyond one run"},
    };
#define DENSE                                                                                      \
    "{\"class_name\": \"Sequential\", \"keras_version\": \"1.2.0\", \"config\": "                  \
    "[{\"class_name\": "                                                                           \
    "\"Dense\", \"config\": {\"name\": \"h\", \"output_dim\": 3, \"batch_input_shape\": [null, 2]"
    struct fake f;
    (void)state;
    folder_text("worked.json", worked);
    folder_text("bad.json", "{\"class_name\": \"Sequential\", \"config\": [");
    folder_text("nan.json",
                DENSE ", \"W_regularizer\": {\"name\": \"WeightRegularizer\", \"l2\": NaN}}}]}");
    folder_text("strength.json",
                DENSE ", \"W_regularizer\": {\"name\": \"WeightRegularizer\", \"l2\": -1}}}]}");
    folder_text("rate.json",
                "{\"class_name\": \"Sequential\", \"keras_version\": \"1.2.0\", \"config\": "
                "[{\"class_name\": \"Dropout\", "
                "\"config\": {\"name\": \"d\", \"p\": 1.5, \"batch_input_shape\": [null, 2]}}]}");
    folder_text(
        "list.json",
        "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.0\", \"config\": "
        "[{\"class_name\": "
        "\"Dense\", \"config\": {\"name\": \"d\", \"units\": 2, \"batch_input_shape\": [null, 2], "
        "\"kernel_initializer\": {\"class_name\": \"Constant\", \"config\": {\"value\": [1, "
        "2]}}}}]}");
    folder_text(
        "shared.json",
        "{\"class_name\": \"Sequential\", \"keras_version\": \"2.6.0\", \"config\": "
        "[{\"class_name\": "
        "\"Dense\", \"shared_object_id\": 7, \"config\": {\"name\": \"d\", \"units\": 2, "
        "\"batch_input_shape\": [null, 2]}}, {\"class_name\": \"Dense\", \"shared_object_id\": 7, "
        "\"config\": {\"name\": \"d\", \"units\": 2}}]}");
    folder_text(
        "open.json",
        "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.0\", \"config\": "
        "[{\"class_name\": \"Dense\", "
        "\"config\": {\"name\": \"d\", \"units\": 2, \"batch_input_shape\": [null, null, 2]}}]}");
    folder_text("shapeless.json", "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.0\", "
                                  "\"config\": [{\"class_name\": \"Dense\", "
                                  "\"config\": {\"name\": \"d\", \"units\": 2}}]}");
    folder_text("optimizer.json",
                DENSE "}}], \"optimizer\": {\"name\": \"Adadelta\", \"lr\": 1.0}}");
    folder_text("decay.json",
                DENSE "}}], \"optimizer\": {\"name\": \"SGD\", \"lr\": 1.0, \"decay\": 0.1}}");
    folder_text("loss.json", DENSE "}}], \"loss\": {\"class_name\": \"BinaryCrossentropy\", "
                                   "\"config\": {\"from_logits\": true}}}");
    folder_text("big.json", "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.0\", "
                            "\"config\": [{\"class_name\": \"Conv1D\", \"config\": "
                            "{\"name\": \"c\", \"filters\": 2, \"kernel_size\": [9], "
                            "\"batch_input_shape\": [null, 5, 1]}}]}");
    struct str deep = {0};
    for (int i = 0; i < 10000; i++)
        str_add(&deep, "{\"class_name\": \"Sequential\", \"config\": [");
    folder_text("deep.json", deep.text);
    str_finish(&deep);
    fake_start(&f);
    fake_ok(&f, "model full\ninput 3\ndense 4 kernel=l1(0.1) as full_h\n");
    const uint64_t before = session_digest(f.session);
    fake_ok(&f, "save session \"before.nnr\"\n");
    char *saved = text_of("before.nnr");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const bool unit = strncmp(wrong[i].text, "import", 6) == 0;
        if (fake_run(&f, wrong[i].text) != OUTCOME_ERROR)
            fail_msg("%s: %s", wrong[i].text, f.out.text);
        check_has(f.err.text, wrong[i].says);
        if (!unit) /* a loop's turn that was done stays, until undo */
            fake_run(&f, session_digest(f.session) == before ? "" : "undo\n");
        if (session_digest(f.session) != before)
            fail_msg("%s changed the session", wrong[i].text);
        if (!unit)
            continue;
        fake_ok(&f, "save session \"after.nnr\"\n");
        char *after = text_of("after.nnr");
        assert_string_equal(saved, after);
        free(after);
    }
    free(saved);
    fake_finish(&f);
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    assert_int_equal(fake_run(&f, IMPORT("custom.json")), OUTCOME_ERROR);
    check_has(f.out.text, "config.layers[1]");
    check_has(f.out.text, "class QDense is not Keras's");
    check_has(f.out.text, "config.layers[2]                            class L1 is not Keras's");
    check_has(f.out.text, "config.layers[3].config.kernel_regularizer  class QBits is not Keras's");
    check_has(f.out.text, "config.layers[3].config.bias_regularizer    class L1 is not Keras's");
    check_has(f.out.text, "config.layers[3].config.kernel_constraint   class Clip is not Keras's");
    check_has(f.out.text, "activation my_activation is not Keras's");
    fake_ok(&f, IMPORT("custom.json") " only=report\n");
    check_has(f.out.text, "class QDense is not Keras's");
    check_has(f.out.text, "6 in all: the file cannot be imported.");
    fake_says(&f, "undo\n", OUTCOME_ERROR,
              "t:1:1: there is nothing to take back; undo takes back what changed models, data, "
              "settings or variables");
    f.host.json = true;
    fake_ok(&f, IMPORT("custom.json") " only=report\n");
    check_has(f.out.text, "\"possible\": false");
    check_has(f.out.text,
              "{\"place\": \"config.layers[1]\", \"why\": \"class QDense is not Keras's\"}");
    f.host.json = false;
    fake_ok(&f, IMPORT("keras-1.json") " only=report\n");
    check_has(f.out.text, "All of it can be imported.");
    check_has(f.out.text, "config[1]  MaxPooling2D   pool     max_pool2d 2x2 strides=2x2 as pool");
    fake_finish(&f);
}

static void what_is_worth_a_line_is_told(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, IMPORT("keras-2.1.json"));
    check_has(f.out.text, "config[2].config.kernel_regularizer has strength 0 and is no penalty\n");
    assert_null(strstr(f.out.text, "Keras 1 d"));
    fake_ok(&f, IMPORT("keras-1.json") " as old\n");
    check_has(f.out.text,
              ".config.init: Keras 1 did not cut this normal at two deviations; here it is cut\n");
    fake_ok(&f, IMPORT("keras-1-sequence.json") " as older\n");
    check_has(f.out.text, "config[0].config.inner_init: Keras 1 drew these 1.1 times as large\n");
    fake_ok(&f, IMPORT("names.json") " as n show=yes\n");
    check_has(f.out.text, "Block-1/Dense is block_1_dense here\n");
    check_has(f.out.text, "a?b is a_b here\n");
    check_has(f.out.text, "dense is dense_0 here\n");
    check_has(f.out.text, "input 3 as layer_0_in_put  # config.layers[0]\ndense 2 as block_1_dense "
                          " # config.layers[1]\n");
    fake_finish(&f);
}

/* In Keras no activation is the identity, also where the layer's own is tanh. */
static void no_activation_is_linear(void **state)
{
    struct fake f;
    (void)state;
    folder_text("null.json",
                "{\"class_name\": \"Sequential\", \"keras_version\": \"2.6.0\", \"config\": "
                "[{\"class_name\": \"SimpleRNN\", \"config\": {\"name\": \"r\", \"units\": 2, "
                "\"activation\": "
                "null, \"batch_input_shape\": [null, 4, 3]}}]}");
    fake_start(&f);
    fake_ok(&f, "import keras \"null.json\" show=yes\n");
    check_has(f.out.text, "simple_rnn 2 linear as r  # config[0]\n");
    fake_finish(&f);
}

static double old_gate(double z)
{
    return fmin(fmax(0.2 * z + 0.5, 0), 1);
}

/* Every weight but the biases is 1, and the forget gate's bias, as Keras 1 had it. */
static double lstm_of_ones(const double *x, size_t steps)
{
    double h = 0, c = 0;
    for (size_t t = 0; t < steps; t++) {
        const double z = x[t] + h;
        c = old_gate(z + 1) * c + old_gate(z) * tanh(z);
        h = old_gate(z) * tanh(c);
    }
    return h;
}

static double gru_of_ones(const double *x, size_t steps)
{
    double h = 0;
    for (size_t t = 0; t < steps; t++) {
        const double gate = old_gate(x[t] + h);
        h = gate * h + (1 - gate) * tanh(x[t] + gate * h);
    }
    return h;
}

/* One unit, four steps; gates are within their slope, at 1 (z > 2.5) and at 0. */
static void gates_before_keras_3_are_the_worked_ones(void **state)
{
    static const double x[] = {0.5, 2.4, -3, 1};
    static const struct {
        const char *version, *layer;
        double (*worked)(const double *x, size_t steps);
    } gates[] = {
        {"1.1.0",
         "\"LSTM\", \"config\": {\"output_dim\": 1, \"init\": \"one\", \"inner_init\": \"one\", "
         "\"forget_bias_init\": \"one\", \"activation\": \"tanh\", \"inner_activation\": "
         "\"hard_sigmoid\"",
         lstm_of_ones},
        {"1.2.2",
         "\"GRU\", \"config\": {\"output_dim\": 1, \"init\": \"one\", \"inner_init\": \"one\", "
         "\"activation\": \"tanh\", \"inner_activation\": \"hard_sigmoid\"",
         gru_of_ones},
        {"2.2.4",
         "\"LSTM\", \"config\": {\"units\": 1, \"kernel_initializer\": \"ones\", "
         "\"recurrent_initializer\": \"ones\", \"unit_forget_bias\": true, "
         "\"activation\": \"tanh\", \"recurrent_activation\": \"hard_sigmoid\"",
         lstm_of_ones},
        {"2.4.0-tf",
         "\"GRU\", \"config\": {\"units\": 1, \"kernel_initializer\": \"ones\", "
         "\"recurrent_initializer\": \"ones\", \"reset_after\": false, "
         "\"activation\": \"tanh\", \"recurrent_activation\": \"hard_sigmoid\"",
         gru_of_ones},
    };
    (void)state;
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++) {
        struct fake f;
        struct str text = {0};
        str_addf(&text,
                 "{\"class_name\": \"Sequential\", \"keras_version\": \"%s\", \"config\": "
                 "[{\"class_name\": %s, \"name\": \"r\", \"batch_input_shape\": [null, 4, 1]}}]}",
                 gates[i].version, gates[i].layer);
        folder_text("gates.json", text.text);
        str_finish(&text);
        fake_start(&f);
        fake_ok(&f, "import keras \"gates.json\"\ndata rows { 0.5 2.4 -3 1 -> 0 }\n");
        check_near(fake_number(&f, "sum(r.output)"), gates[i].worked(x, 4), 1e-6);
        fake_finish(&f);
    }
}

/* Keras writes how a bias starts where there is none, too. */
static void a_bias_that_is_not_there_starts_in_no_way(void **state)
{
    struct fake f;
    (void)state;
    folder_text("bare.json",
                "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.4\", \"config\": ["
                "{\"class_name\": \"LSTM\", \"config\": {\"name\": \"r\", \"units\": 2, "
                "\"batch_input_shape\": [null, 4, 1], \"use_bias\": false, "
                "\"unit_forget_bias\": false, \"bias_initializer\": \"ones\"}}]}");
    fake_start(&f);
    fake_ok(&f, "import keras \"bare.json\" show=yes\n");
    assert_null(strstr(f.out.text, "bias_init"));
    assert_null(strstr(f.out.text, "unit_forget_bias"));
    check_has(f.out.text, "use_bias=no");
    fake_finish(&f);
}

/* A Reshape whose -1 follows from the shape that it was built for, or is all there is. */
static void a_reshape_finds_its_open_size(void **state)
{
    (void)state;
    static const struct {
        const char *target, *built, *becomes;
    } cases[] = {
        {"[-1]", "", "flatten as r"},
        {"[-1, 4]", ", \"build_config\": {\"input_shape\": [null, 3, 8]}", "reshape 6x4 as r"},
        {"[2, -1]", ", \"build_config\": {\"input_shape\": [null, 3, 8]}", "reshape 2x12 as r"},
        {"[5, -1]", ", \"build_config\": {\"input_shape\": [null, 3, 8]}", NULL},
        {"[2, -1]", ", \"build_config\": {\"input_shape\": [null, null, 8]}", NULL},
        {"[-1, -1]", ", \"build_config\": {\"input_shape\": [null, 3, 8]}", NULL},
        {"[2, -1]", "", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[700];
        snprintf(text, sizeof text,
                 "{\"class_name\": \"Sequential\", \"keras_version\": \"2.13.1\", \"config\": {"
                 "\"name\": \"s\", \"layers\": [{\"class_name\": \"InputLayer\", \"config\": "
                 "{\"name\": \"a\", \"batch_input_shape\": [null, 3, 8]}}, {\"class_name\": "
                 "\"Reshape\", \"config\": {\"name\": \"r\", \"target_shape\": %s}%s}]}}",
                 cases[i].target, cases[i].built);
        folder_text("reshape.json", text);
        fake_start(&f);
        const enum outcome how = fake_run(&f, "import keras \"reshape.json\" show=yes\n");
        assert_int_equal(how, cases[i].becomes ? OUTCOME_OK : OUTCOME_ERROR);
        if (cases[i].becomes)
            check_has(f.out.text, cases[i].becomes);
        else
            check_has(f.err.text, "config.layers[1].config.target_shape: [");
        fake_finish(&f);
    }
}

/* Keras 3 writes a function that somebody passed as an object. */
static void losses_come_by_any_name(void **state)
{
    static const char *const loss[][2] = {
        {"\"mean_squared_error\"", "loss mse\n"},
        {"\"MSE\"", "loss mse\n"},
        {"{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": "
         "\"mean_absolute_error\", "
         "\"registered_name\": \"function\"}",
         "loss mae\n"},
        {"{\"class_name\": \"Huber\", \"config\": {\"name\": \"huber\", \"delta\": 2.0, "
         "\"reduction\": "
         "\"sum_over_batch_size\"}}",
         "loss huber delta=2\n"},
        {"[\"kullback_leibler_divergence\"]", "loss kl\n"},
        {"{\"d\": \"sparse_categorical_crossentropy\"}", "loss categorical_crossentropy\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof loss / sizeof *loss; i++) {
        struct fake f;
        struct str text = {0};
        str_addf(
            &text,
            "{\"class_name\": \"Sequential\", \"keras_version\": \"3.1.0\", \"config\": "
            "{\"layers\": "
            "[{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, 2], \"name\": "
            "\"x\"}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 2}}]}, "
            "\"compile_config\": {\"loss\": %s, \"optimizer\": \"rmsprop\"}}",
            loss[i][0]);
        folder_text("loss.json", text.text);
        str_finish(&text);
        fake_start(&f);
        fake_ok(&f, "import keras \"loss.json\" show=yes\n");
        check_has(f.out.text, loss[i][1]);
        check_has(f.out.text, "optimizer rmsprop\n");
        fake_finish(&f);
    }
}

static void names_of_the_session_are_left_alone(void **state)
{
    struct fake f;
    (void)state;
    folder_text("worked.json", worked);
    fake_start(&f);
    fake_ok(&f, "let h = 3\nimport keras \"worked.json\"\n");
    check_has(f.out.text, "h is h_0 here");
    check_near(fake_number(&f, "h"), 3, 0);
    fake_finish(&f);
}

static void check_and_safe_keep_their_word(void **state)
{
    struct fake f;
    (void)state;
    folder_text("worked.json", worked);
    fake_start_as(&f, "check");
    fake_ok(&f, "import keras \"worked.json\" as net\nset h.kernel = none\n");
    fake_finish(&f);
    fake_start_as(&f, "safe");
    fake_ok(&f, "import keras \"worked.json\" as net\n");
    assert_int_equal(fake_run(&f, IMPORT("keras-1.json")), OUTCOME_ERROR);
    fake_finish(&f);
}

static void thousands_of_layers_come_in(void **state)
{
    enum { LAYERS = 5000 };
    struct str text = {0};
    struct fake f;
    (void)state;
    str_add(&text, "{\"class_name\": \"Sequential\", \"keras_version\": \"2.9.0\", \"config\": "
                   "{\"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"x\", "
                   "\"batch_input_shape\": [null, 3]}}");
    for (int i = 0; i < LAYERS; i++)
        str_add(&text, ", {\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"units\": "
                       "3, \"kernel_regularizer\": {\"class_name\": \"L2\", \"config\": {\"l2\": "
                       "0.5}}}}");
    str_add(&text, "]}}");
    folder_text("deep.json", text.text);
    str_finish(&text);
    fake_start(&f);
    fake_ok(&f, "import keras \"deep.json\"\nsummary\n");
    check_has(f.out.text, "penalty dense_5000.kernel: l2(0.5)");
    fake_ok(&f, "undo\n");
    fake_finish(&f);
}

/* Files that people have put into the world, where NNR_KERAS_JSON names their folder: imported, or
 * refused at places that they have, and nothing of the session is changed. */
static void files_of_the_world_come_in(void **state)
{
    static const char *const file[] = {
        "k1-cnn-l2",
        "k1-fapi-two-inputs-merge",
        "k1-lstm-timedistributeddense",
        "k1-mlp-constraints",
        "k1-mlp-elastic",
        "k1-mlp-l2-batchnorm-dropout",
        "k2-dense-l2",
        "k2-mlp-constraints",
        "k2-multi-output-conv",
        "k2-nested-models-vae",
        "tfk2-cnn-lstm-timedistributed",
        "tfk2-conv1d-l1",
    };
    const char *path = getenv("NNR_KERAS_JSON");
    (void)state;
    if (!path)
        skip();
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        char text[2000];
        struct fake f;
        fake_start(&f);
        snprintf(text, sizeof text, "import keras \"%s/%s.json\"\nsummary\n", path, file[i]);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_model_counts_once),
        cmocka_unit_test(penalties_are_the_worked_ones),
        cmocka_unit_test(a_file_becomes_what_one_would_type),
        cmocka_unit_test(one_undo_takes_all_back),
        cmocka_unit_test(a_record_needs_no_file),
        cmocka_unit_test(a_loop_that_fails_is_written),
        cmocka_unit_test(weights_go_round),
        cmocka_unit_test(an_error_leaves_all_as_it_was),
        cmocka_unit_test(all_that_is_wrong_is_told_at_once),
        cmocka_unit_test(what_is_worth_a_line_is_told),
        cmocka_unit_test(no_activation_is_linear),
        cmocka_unit_test(gates_before_keras_3_are_the_worked_ones),
        cmocka_unit_test(a_bias_that_is_not_there_starts_in_no_way),
        cmocka_unit_test(a_reshape_finds_its_open_size),
        cmocka_unit_test(losses_come_by_any_name),
        cmocka_unit_test(names_of_the_session_are_left_alone),
        cmocka_unit_test(check_and_safe_keep_their_word),
        cmocka_unit_test(thousands_of_layers_come_in),
        cmocka_unit_test(files_of_the_world_come_in),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
