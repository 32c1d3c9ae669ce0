/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of Keras and PyTorch: what is written instead is said in one error, stands in help, and can
 * be carried out. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/exec/foreign.h"
#include "cmd/exec/foreign_words.h"
#include "cmd/session/words.h"

#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

#define PLAIN                                                                                      \
    "data moons 40 split=0.2\ninput 2\ndense 3 tanh as hidden\ndense 1 sigmoid\noptimizer adam\n"
#define IMAGE "data random 20 shape=8x8x1 target=1\ninput 8x8x1\n"
#define STEPS "data random 20 shape=6x2 target=1\ninput 6x2\n"
#define CODES "data rows { 0 1 2 -> 1; 2 1 0 -> 0 }\ninput 3\n"

/* A line of theirs, what has to stand before ours, ours, and the row that it needs. */
struct pair {
    const char *theirs, *setup, *ours, *row;
};

static const struct pair pairs[] = {
    {"Dense(10, activation='relu')", PLAIN, "dense 10 relu", NULL},
    {"model.add(Dense(10, activation='relu', kernel_regularizer=regularizers.l2(0.01)))", PLAIN,
     "dense 10 relu kernel=l2(0.01)", NULL},
    {"model.add(Dense(64, activation='relu', input_shape=(784,)))", "", "input 784; dense 64 relu",
     NULL},
    {"model.add(Dense(12, input_dim=8))", "", "input 8; dense 12", NULL},
    {"model = Sequential([Dense(64, activation='relu'), Dense(10, activation='softmax')])",
     "input 4\nmodel x\ninput 4\n", NULL, NULL},
    {"net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))", "",
     "model net; input 4; dense 8; activation relu; dense 3", NULL},
    {"model.compile(optimizer=keras.optimizers.Adam(1e-3), loss='mae', metrics=['acc'])", PLAIN,
     "loss mae; optimizer adam lr=1e-3", NULL},
    {"model.compile('sgd', 'mse')", PLAIN, "loss mse; optimizer sgd", NULL},
    {"model.compile(loss=keras.losses.BinaryCrossentropy(), optimizer='sgd')", PLAIN,
     "loss binary_crossentropy; optimizer sgd", NULL},
    {"model.fit(x, y, epochs=2, batch_size=8)", PLAIN, "batch 8; train 2", NULL},
    {"model.predict(x)", PLAIN, "predict 0 1", NULL},
    {"model(x).forward(x)", PLAIN, NULL, NULL},
    {"kernel_regularizer=regularizers.l2(0.01)", PLAIN, "dense 10 kernel=l2(0.01)", NULL},
    {"activity_regularizer=regularizers.L1(0.01)", PLAIN, "dense 10 activity=l1(0.01)", NULL},
    {"regularizers.l1_l2(l1=1e-5, l2=1e-4)", PLAIN, "dense 10 kernel=l1l2(1e-5, 1e-4)", NULL},
    {"Dense(10, kernel_constraint=MaxNorm(2))", PLAIN, "dense 10 kernel_constraint=max_norm(2)",
     NULL},
    {"callbacks.EarlyStopping(monitor='val_loss', patience=3)", PLAIN,
     "train 100 until stalled(val.loss, 3)", NULL},
    {"EarlyStopping(monitor='val_accuracy', patience=3, restore_best_weights=True)", PLAIN,
     "train 100 until stalled(val.accuracy, 3) keep=best", NULL},
    {"model.save('m.keras')", PLAIN, "save weights \"m.safetensors\"", NULL},
    {"torch.save(model.state_dict(), 'm.pt')", PLAIN, "save weights \"m.safetensors\"", NULL},
    {"nn.Linear(4, 3, bias=False)", PLAIN, "dense 3 use_bias=no", NULL},
    {"nn.LeakyReLU(0.1)", PLAIN, "activation leaky_relu(0.1)", NULL},
    {"LeakyReLU(negative_slope=0.1)", PLAIN, "activation leaky_relu(0.1)", NULL},
    {"nn.PReLU()", PLAIN, "activation prelu", NULL},
    {"Nadam(learning_rate=0.01)", PLAIN, "optimizer nadam lr=0.01", NULL},
    {"nn.BatchNorm1d(8, momentum=0.1)", PLAIN, "batchnorm momentum=0.9", NULL},
    {"optimizer = optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.1)", PLAIN,
     "optimizer adamw lr=1e-3 weight_decay=0.1", NULL},
    {"for epoch in range(3):", PLAIN, "train 3", NULL},
    {"print(loss.item())", PLAIN "train 1\n", "print loss", NULL},
    {"print(\"sum\", 1 + 2)", PLAIN, "print \"sum\" 1 + 2", NULL},
    {"print(model)", PLAIN, "summary", NULL},
    {"scheduler = StepLR(optimizer, step_size=3, gamma=0.5)", PLAIN,
     "set optimizer.lr = 1e-3 * 0.5^floor(epoch / 3) every 1", NULL},
    {"ExponentialLR(optimizer, 0.9)", PLAIN, "set optimizer.lr = 1e-3 * 0.9^epoch every 1", NULL},
    {"nn.utils.clip_grad_norm_(model.parameters(), 1.0)", PLAIN,
     "set optimizer.global_clipnorm = 1.0", NULL},
    {"kernel_regularizer=l2(0.01)", PLAIN, "dense 10 kernel=l2(0.01)", NULL},
    {"activity = l1(0.1)", PLAIN, "dense 10 activity=l1(0.1)", NULL},
    {"activation = relu", PLAIN, "activation relu", NULL},
    {"lr = 0.01", PLAIN, "set optimizer.lr = 0.01", NULL},
    {"learning_rate=0.01", PLAIN, "set optimizer.lr = 0.01", NULL},
    {"loss = mse", PLAIN, "loss mse", NULL},
    {"optimizer = sgd", PLAIN, "optimizer sgd", NULL},
    {"seed = 3", "", "seed 3", NULL},
    {"x <- 3", PLAIN, "let x = 3", NULL},
    {"x := 1 + 2", PLAIN, "let x = 1 + 2", NULL},
    {"x += 1", PLAIN "let x = 1\n", "let x = x + 1", NULL},
    {"hidden.kernel <- l1(0.1)", PLAIN, "set hidden.kernel = l1(0.1)", NULL},
    {"train(3)", PLAIN, "train 3", NULL},
    {"plot(loss)", PLAIN "train 2\n", "plot loss", NULL},
    {"plot('loss')", PLAIN "train 2\n", "plot loss", NULL},
    {"help(dense)", PLAIN, "help dense", NULL},
    {"help()", PLAIN, "help", NULL},
    {"help ~", PLAIN, "help \"~\"", NULL},
    {"--help", PLAIN, "help", NULL},
    {"model.layers", PLAIN, "summary", NULL},
    {"model.losses", PLAIN, "penalties", NULL},
    {"history.history", PLAIN "train 2\n", "history", NULL},
    {"np.mean(hidden.output)", PLAIN, "print mean(hidden.output)", NULL},
    {"torch.abs(hidden.kernel)", PLAIN, "print abs(hidden.kernel)", NULL},
    {"while loss > 0.1 { train 1 }", PLAIN, "train until loss < 0.01 max 200", NULL},
    {"X, y = make_moons(n_samples=30, noise=0.1)", "", "data moons 30 noise=0.1", NULL},
    {"X, y = make_blobs(30, centers=4)", "", "data blobs 30 classes=4", NULL},
    {"np.random.seed(3)", "", "seed 3", NULL},
    {"plt.plot(history.history['loss'])", PLAIN "train 2\n", "plot loss", NULL},
    /* Where the table has such rows. */
    {"keras.layers.Conv2D(16, (3,3), activation='relu')", IMAGE, "conv2d 16 3x3 relu", "conv2d"},
    {"Conv2D(16, 3, padding='same')", IMAGE, "conv2d 16 3x3 padding=same", "conv2d"},
    {"nn.Conv2d(1, 16, 3)", IMAGE, "conv2d 16 3x3", "conv2d"},
    {"Conv2DTranspose(8, 3)", IMAGE, "conv2d_transpose 8 3x3", "conv2d_transpose"},
    {"Conv2D(16, 3, strides=2, input_shape=(28, 28, 1))", "",
     "input 28x28x1; conv2d 16 3x3 strides=2x2", "conv2d"},
    {"nn.Conv2d(1, 16, kernel_size=3, stride=2)", IMAGE, "conv2d 16 3x3 strides=2x2", "conv2d"},
    {"UpSampling2D(2)", IMAGE, "upsample 2x2", "upsample"},
    {"Permute((2, 1))", STEPS, "permute 2x1", "permute"},
    {"RepeatVector(5)", "input 3\n", "repeat_vector 5", "repeat_vector"},
    {"LSTM(8, recurrent_regularizer=l2(1e-3))", STEPS, "lstm 8 recurrent=l2(1e-3)", "lstm"},
    {"GRU(8, dropout=0.2, recurrent_dropout=0.1)", STEPS, "gru 8 dropout=0.2 recurrent_dropout=0.1",
     "gru"},
    {"Masking(mask_value=-1)", STEPS, "masking -1", "masking"},
    {"nn.AvgPool2d(2, stride=1)", IMAGE, "avg_pool2d 2x2 strides=1x1", "avg_pool2d"},
    {"Conv1D(4, 3)", STEPS, "conv1d 4 3", "conv1d"},
    {"MaxPooling2D((2, 2))", IMAGE, "max_pool2d 2x2", "max_pool2d"},
    {"nn.MaxPool2d(2)", IMAGE, "max_pool2d 2x2", "max_pool2d"},
    {"AveragePooling2D(pool_size=(2, 2))", IMAGE, "avg_pool2d 2x2", "avg_pool2d"},
    {"GlobalAveragePooling2D()", IMAGE, "global_avg_pool", "global_avg_pool"},
    {"LSTM(16)", STEPS, "lstm 16", "lstm"},
    {"nn.LSTM(2, 16, batch_first=True)", STEPS, "lstm 16", "lstm"},
    {"GRU(4, return_sequences=True)", STEPS, "gru 4 sequences=yes", "gru"},
    {"SimpleRNN(4)", STEPS, "simple_rnn 4", "simple_rnn"},
    {"Bidirectional(LSTM(16))", STEPS, "bidirectional lstm 16", "bidirectional"},
    {"Embedding(10, 4)", CODES, "embedding 10 4", "embedding"},
    {"Embedding(input_dim=10, output_dim=4, mask_zero=True)", CODES, "embedding 10 4 mask_zero=yes",
     "embedding"},
    {"Masking(mask_value=0.0)", STEPS, "masking 0.0", "masking"},
};

static bool row_is_there(const char *row)
{
    return !row || table_find(&layer_kinds, row) || table_find(&command_table, row);
}

/* What stands behind `; write `, without the remark in brackets. */
static const char *suggested(const char *said, char *line, size_t room)
{
    const char *at = strstr(said, "; write ");
    if (!at)
        return NULL;
    snprintf(line, room, "%.*s", (int)strcspn(at + 8, "\n"), at + 8);
    char *note = strstr(line, " (left out");
    note = note ? note : strstr(line, " (weight_decay");
    if (note)
        *note = 0;
    return line;
}

/* One pair; what was wrong is printed. */
static bool pair_holds(const struct pair *p)
{
    struct fake f;
    char line[400] = "", text[500];
    fake_start(&f);
    fake_ok(&f, p->setup);
    const uint64_t before = session_digest(f.session);
    snprintf(text, sizeof text, "%s\n", p->theirs);
    bool right = fake_run(&f, text) == OUTCOME_ERROR && count_of(f.err.text, "t:1:") == 1 &&
                 session_digest(f.session) == before;
    if (right && !row_is_there(p->row)) {
        right = strstr(f.err.text, "is not in this version") != NULL;
    } else if (right && p->ours) {
        right = suggested(f.err.text, line, sizeof line) && strcmp(line, p->ours) == 0;
        if (right)
            snprintf(text, sizeof text, "%s\n", line);
        right = right && fake_run(&f, text) == OUTCOME_OK;
    }
    if (!right)
        print_error("%s\n  ours: %s\n  says: %s\n", p->theirs, p->ours ? p->ours : "?", f.err.text);
    fake_finish(&f);
    return right;
}

static void each_line_has_one_of_ours_that_runs(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        failed += !pair_holds(&pairs[i]);
    assert_int_equal(failed, 0);
}

/* Lines that read a file: the verb that reads such files here. */
static void files_of_others_are_read_by_the_verb_for_them(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"x = np.load('f.npz')\n", "write data npz \"f.npz\" \"x\" \"y\"\n"},
        {"np.load(\"x.npy\")\n", "write data npy \"x.npy\"\n"},
        {"import np.load(\"f.npz\")\n", "write data npz \"f.npz\" \"x\" \"y\"\n"},
        {"m = keras.models.load_model('m.keras')\n", "write import keras \"m.keras\"\n"},
        {"model.load_weights('w.h5')\n", "write load weights \"w.safetensors\"\n"},
    };
    struct fake f;
    fake_start(&f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(fake_run(&f, lines[i][0]), OUTCOME_ERROR);
        check_has(f.err.text, lines[i][1]);
    }
    fake_finish(&f);
}

/* The verbs that a suggestion begins with are there, whatever its row needs. */
static void help_tells_them_page_by_page(void **state)
{
    (void)state;
    size_t failed = 0, told = 0;
    for (size_t i = 0; i < FOREIGN_PAGES; i++) {
        struct fake f;
        char text[80];
        fake_start(&f);
        snprintf(text, sizeof text, "help %s\n", foreign_pages[i].topic);
        fake_ok(&f, text);
        for (size_t k = 0; k < foreign_pages[i].lines; k++) {
            const char *theirs = foreign_pages[i].line[k];
            struct str line = {0}, note = {0};
            const enum foreign is = foreign_translate(NULL, theirs, strlen(theirs), &line, &note);
            const bool fine =
                is != FOREIGN_NOT && strstr(f.out.text, theirs) && strstr(f.out.text, line.text);
            if (!fine)
                print_error("help %s lacks %s\n", foreign_pages[i].topic, theirs);
            failed += !fine;
            told++;
            str_finish(&line);
            str_finish(&note);
        }
        fake_finish(&f);
    }
    assert_int_equal(failed, 0);
    assert_true(told > 40);
}

/* PyTorch's weight_decay adds d w to the gradient; l2(s) adds 2 s w. */
static void decay_of_pytorch_becomes_the_penalty_that_it_is(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PLAIN);
    assert_int_equal(fake_run(&f, "optim.SGD(model.parameters(), lr=0.1, weight_decay=1e-2)\n"),
                     OUTCOME_ERROR);
    check_has(f.err.text, "write optimizer sgd lr=0.1 (weight_decay there is kernel=l2(0.005) "
                          "bias=l2(0.005) of each layer)");
    fake_finish(&f);
    /* From w = 1 with no data gradient to speak of: w - lr d w = 1 - 0.1 * 0.01. */
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 0 }\ninput 1\n"
                "dense 1 kernel=l2(0.005) kernel_init=ones as y\nloss mse\n"
                "optimizer sgd lr=0.1\nstep 1\n");
    assert_true(fake_number(&f, "y.kernel") > 0.998999 && fake_number(&f, "y.kernel") < 0.999001);
    fake_finish(&f);
}

/* What has no counterpart is named, never dropped. */
static void what_is_left_out_is_said(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Dense(10, foo=3)\n", "write dense 10 (left out: foo=)"},
        {"model.fit(x, y, epochs=5, validation_split=0.2, callbacks=[es])\n",
         "write train 5 (left out: validation_split=, callbacks=)"},
        {"Sequential([Dense(4), Foo(3)])\n", "write model net; dense 4 (left out: Foo(3))"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        assert_int_equal(fake_run(&f, cases[i][0]), OUTCOME_ERROR);
        check_has(f.err.text, cases[i][1]);
        fake_finish(&f);
    }
}

/* Words of shells, R and Python, and words that are no function here: each leads on, and no advice
 * ends in a line that fails in the same way. */
static void near_misses_lead_on(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"layer dense 10 activation=relu\n", "a layer's kind is the verb: dense 10 relu"},
        {"tf.keras.models.load_model('m.keras')\n", "write import keras \"m.keras\""},
        {"read.csv(\"f.csv\")\n", "write data csv \"f.csv\" target=last"},
        {"plt.savefig('a.png')\n", "write plot save \"a.png\""},
        {"print np.mean(hidden.output)\n", "write mean(hidden.output)"},
        {"glmnet(x, y)\n", "dense 1 kernel=l1(1e-3)"},
        {"foo(x)\n", "no verb or function \"foo\"; help lists the verbs"},
        {"print 2**3\n", "a power is x^2"},
        {"print 5 % 2\n", "mod(a, b)"},
        {"1 <- 3\n", "a statement begins with a verb; to see a value: print ..."},
        {"mean(hidden.output)\n", "to see a value: print mean(hidden.output)"},
        {"k = 3\n", "write: let k = ..."},
        {"hidden.activity = l1(1)\n", "write: set hidden.activity = ..."},
        {":q\n", "write quit"},
        {"/quit\n", "write quit"},
        {"!ls\n", "this is no shell"},
        {"cd ..\n", "this is no shell"},
        {"man dense\n", "help dense"},
        {"clear\n", "Ctrl-L"},
        {"K.clear_session()\n", "model NAME begins an empty model"},
        {"hidden.add_loss(l1)\n", "set NAME.activity = l1(1e-3)"},
        {"back\n", "it is a word for lessons"},
        {"hidden.weights\n", "print NAME.kernel shows one"},
    };
    size_t failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, PLAIN);
        const bool right = fake_run(&f, cases[i][0]) == OUTCOME_ERROR &&
                           count_of(f.err.text, "t:1:") == 1 && strstr(f.err.text, cases[i][1]);
        if (!right)
            print_error("%s  says: %s\n", cases[i][0], f.err.text);
        failed += !right;
        fake_finish(&f);
    }
    assert_int_equal(failed, 0);
}

/* A sample is as long as the model's input. */
static void predict_is_told_with_a_sample(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data sine 20\ninput 1\ndense 1\n");
    fake_run(&f, "model.predict(x)\n");
    check_has(f.err.text, "; write predict 0\n");
    fake_ok(&f, "predict 0\n");
    fake_finish(&f);
}

/* Text that never was a line of theirs must not be taken for one, nor be read beyond its end. */
static void odd_text_is_survived(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Dense(",
        "Dense(((((((",
        "Dense(,,,,)",
        "model.add(",
        "model.add()",
        "Sequential([[[[",
        "Sequential([Dense(3), ])",
        "x, y, z",
        "x,,,y = Dense(3)",
        "nn.",
        "nn.()",
        ".Dense(3)",
        "save('",
        "torch.save('.')",
        "torch.save('..')",
        "torch.save('')",
        "print(",
        "print()",
        "print('')",
        "print(=)",
        "compile(loss=)",
        "fit(epochs=)",
        "SGD(weight_decay=)",
        "SGD(parameters, weight_decay=1e999)",
        "BatchNorm1d(momentum=)",
        "for x in range(",
        "for range(for range(for range(3)))",
        "plt.",
        "np.load(",
        "Dense(1, 2, 3, 4, 5, 6, 7, 8)",
        "EarlyStopping(monitor=)",
        "EarlyStopping(monitor='')",
        "Conv2d(",
        "LSTM(=)",
        "np.mean(",
        "np.mean(x",
        "kernel=l1(",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (size_t cut = 0; cut <= strlen(lines[i]); cut++) {
            struct str line = {0}, note = {0};
            char *copy = malloc(cut ? cut : 1); /* no byte behind it */
            assert_non_null(copy);
            memcpy(copy, lines[i], cut);
            foreign_translate(NULL, copy, cut, &line, &note);
            free(copy);
            str_finish(&line);
            str_finish(&note);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_has_one_of_ours_that_runs),
        cmocka_unit_test(files_of_others_are_read_by_the_verb_for_them),
        cmocka_unit_test(help_tells_them_page_by_page),
        cmocka_unit_test(decay_of_pytorch_becomes_the_penalty_that_it_is),
        cmocka_unit_test(what_is_left_out_is_said),
        cmocka_unit_test(near_misses_lead_on),
        cmocka_unit_test(predict_is_told_with_a_sample),
        cmocka_unit_test(odd_text_is_survived),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
