/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to words that are of another system, of another table, or lack their quotes; and the
 * prompt's ways to ask for help. */
#include "check.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

struct said {
    const char *line, *says; /* what is said, behind the place */
};

/* Runs each line; the error must be as it is told, and the session as it was. */
static void check_said(const struct said *cases, size_t n)
{
    size_t failed = 0;
    for (size_t i = 0; i < n; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, "data moons 20\ninput 2\ndense 3 as hidden\n");
        const uint64_t before = session_digest(f.session);
        const enum outcome how = fake_run(&f, cases[i].line);
        const char *said = strstr(f.err.text, ": ");
        const size_t size = strlen(cases[i].says);
        const bool right = how == OUTCOME_ERROR && said &&
                           strncmp(said + 2, cases[i].says, size) == 0 && said[2 + size] == '\n' &&
                           session_digest(f.session) == before;
        if (!right)
            print_error("%s\n    says %s    and not %s\n", cases[i].line, f.err.text,
                        cases[i].says);
        failed += !right;
        fake_finish(&f);
    }
    assert_int_equal(failed, 0);
}
#define CHECK_SAID(cases) check_said(cases, sizeof(cases) / sizeof *(cases))

#define LOWER "words are lower case; "
#define LATER " is not in this version; help lists what is"

static void lines_of_other_systems_become_ours(void **state)
{
    (void)state;
    static const struct said cases[] = {
        {"Dense(10, activation='relu')", LOWER "write dense 10 relu"},
        {"Dense(units=10, activation=\"relu\", use_bias=False, name='h')",
         LOWER "write dense 10 relu use_bias=no as h"},
        {"Dense 10", LOWER "write dense"},
        {"dense(10)", "a verb takes no ( ); write dense 10"},
        {"nn.Linear(4, 3)", LOWER "write dense 3"},
        {"nn.Linear(in_features=4, out_features=3)", LOWER "write dense 3"},
        {"x = Dense(32)(inputs)", "\"x\" is no verb; write dense 32"},
        {"model.add(Dense(64, activation='relu', kernel_regularizer=regularizers.l2(0.01)))",
         "\"model.add\" is no function; write dense 64 relu kernel=l2(0.01)"},
        {"Dense(4, activity_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2))",
         LOWER "write dense 4 activity=l1l2(0.1, 0.2)"},
        {"Dense(4, kernel_initializer='he_normal', kernel_regularizer=None)",
         LOWER "write dense 4 kernel_init=he_normal"},
        {"TimeDistributed(Dense(100, activation='relu'))",
         LOWER "write timedistributed dense 100 relu"},
        {"Input(shape=(10, 100))", LOWER "write input 10x100"},
        {"Input(shape=(64,))", LOWER "write input 64"},
        {"Reshape((8, 8))", LOWER "write reshape 8x8"},
        {"layers.Dropout(0.5)", LOWER "write dropout 0.5"},
        {"layers.GaussianDropout(0.5)", LOWER "write gaussian_dropout 0.5"},
        {"layers.SpatialDropout1D(0.5)", LOWER "write spatial_dropout 0.5"},
        {"BatchNormalization()", LOWER "write batchnorm"},
        {"nn.ReLU()", LOWER "write activation relu"},
        {"Embedding(100, 8)", LOWER "write embedding 100 8"},
        {"model = Sequential()",
         "\"model\" is a verb, and no = stands behind a verb; write model net"},
        {"net = Sequential()", "\"net\" is no verb; write model net"},
        {"model.compile(optimizer='adam', loss='mse')",
         "\"model.compile\" is no function; write loss mse; optimizer adam"},
        {"model.compile(optimizer=Adam(learning_rate=0.01), loss=\"mse\", metrics=[\"acc\"])",
         "\"model.compile\" is no function; write loss mse; optimizer adam lr=0.01"},
        {"model.fit(x, y, epochs=5)", "\"model.fit\" is no function; write train 5"},
        {"model.fit(x, y)", "\"model.fit\" is no function; write train 20"},
        {"fit", "no verb or layer \"fit\"; write train 20"},
        {"loss.backward()", "\"loss.backward\" is no function; write step 1"},
        {"optimizer.step()", "\"optimizer.step\" is no function; write step 1"},
        {"model.summary()", "\"model.summary\" is no function; write summary"},
        {"torch.manual_seed(7)", "\"torch.manual_seed\" is no function; write seed 7"},
        {"Adam(lr=0.01)", LOWER "write optimizer adam lr=0.01"},
        {"optim.SGD(model.parameters(), lr=0.1, momentum=0.9)",
         LOWER "write optimizer sgd lr=0.1 momentum=0.9"},
        {"nn.MSELoss()", LOWER "write loss mse"},
        {"nn.CrossEntropyLoss()", LOWER "write loss categorical_crossentropy"},
        {"regularizers.l2(0.01)",
         "\"regularizers.l2\" is no function; write dense 10 kernel=l2(0.01)"},
        {"dense 4 kernel_regularizer=regularizers.l2(0.01)",
         "\"regularizers.l2\" is no function; write l2(0.01)"},
        {"dense 4 kernel_regularizer=L2(0.01)", LOWER "write l2"},
        {"dense 4 nn.relu", "no activation \"nn.relu\"; write relu"},
        {"import torch", "no thing to import \"torch\"; it is one of: keras sae"},
        {"from keras.layers import Dense",
         LOWER "nothing is imported here; help lists what there is"},
        {"def f(x):",
         "\":\" has no meaning here; a penalty of your own: define penalty NAME(x) = FORMULA"},
        /* Ours but for the verb. */
        {"hidden.activity = l1(1)",
         "\"hidden.activity\" is no verb; write: set hidden.activity = ..."},
        {"mean(hidden.output)", "a verb takes no ( ); to see a value: print mean(hidden.output)"},
    };
    CHECK_SAID(cases);
}

static void what_is_not_there_yet_is_said_so(void **state)
{
    (void)state;
    static const struct said cases[] = {
        {"LSTMCell(32)", "LSTMCell" LATER},
        {"attention 32", "attention" LATER},
        {"layers.Conv3D(32, (3, 3, 3))", "Conv3D" LATER},
        {"conv3d 3", "conv3d" LATER},
        {"block t { GRUCell(3) }", "GRUCell" LATER},
        {"Attention()", "Attention" LATER},
    };
    CHECK_SAID(cases);
}

static void rows_of_other_tables_get_their_verb(void **state)
{
    (void)state;
    static const struct said cases[] = {
        {"relu", "no verb or layer \"relu\"; it is an activation; write activation relu"},
        {"adam", "no verb or layer \"adam\"; it is an optimizer; write optimizer adam"},
        {"mse", "no verb or layer \"mse\"; it is a loss; write loss mse"},
        {"moons 20", "no verb or layer \"moons\"; it is a dataset; write data moons"},
        {"l1", "no verb or layer \"l1\"; it is a penalty; write dense 8 kernel=l1(...)"},
        {"mean", "no verb or layer \"mean\"; it is a function; write print mean(...)"},
        {"accuracy", "no verb or layer \"accuracy\"; it is a quantity; write print accuracy"},
        {"activity", "no verb or layer \"activity\"; it is a view; write plot activity"},
        {"trian 5", "no verb or layer \"trian\"; did you mean train?"},
        {"letters", "no verb or layer \"letters\"; help lists the verbs"},
    };
    CHECK_SAID(cases);
}

#define QUOTES "a name that is no word stands in quotes; write "
#define FILE_QUOTES "a file name stands in quotes; write "

static void names_that_need_quotes_are_shown_in_them(void **state)
{
    (void)state;
    static const struct said cases[] = {
        {"data csv \"f.csv\" target=Churn", QUOTES "target=\"Churn\""},
        {"data csv \"f.csv\" target=Churn split=0.2", QUOTES "target=\"Churn\""},
        {"data csv \"f.csv\" target=Total-Charges", QUOTES "target=\"Total-Charges\""},
        {"data csv \"f.csv\" target=Monthly Charges split=0.2",
         QUOTES "target=\"Monthly Charges\""},
        {"data csv \"f.csv\" drop=\"a\", CustomerID target=last", QUOTES "drop=\"CustomerID\""},
        {"data csv \"f.csv\" target=2nd", QUOTES "target=\"2nd\""},
        {"data csv \"f.csv\" target=gr\xc3\xb6\xc3\x9f"
         "e",
         QUOTES "target=\"gr\xc3\xb6\xc3\x9f"
                "e\""},
        {"data npy \"x.npy\" target=Y.npy", QUOTES "target=\"Y.npy\""},
        {"data csv Churn.csv", FILE_QUOTES "data csv \"Churn.csv\""},
        {"data csv ~/x.csv", FILE_QUOTES "data csv \"~/x.csv\""},
        {"data csv /tmp/x.csv target=last", FILE_QUOTES "csv \"/tmp/x.csv\""},
        {"source Mine.nnr", FILE_QUOTES "source \"Mine.nnr\""},
        {"source /tmp/x.nnr", FILE_QUOTES "source \"/tmp/x.nnr\""},
        {"save weights W.safetensors", FILE_QUOTES "save weights \"W.safetensors\""},
        {"plot save Fig.png", FILE_QUOTES "plot save \"Fig.png\""},
        {"record Mine.nnr", FILE_QUOTES "record \"Mine.nnr\""},
        /* What is wrong inside quotes stays what it is. */
        {"save weights \"\x1b[2J.safetensors\"",
         "byte 0x1b is no text; control characters stand nowhere but in comments"},
        {"data csv \"f.csv\" target=\"a\\b\"",
         "this \\ means nothing; in a string write \\\" \\\\ \\n or \\t"},
        /* Names that are given are small letters. */
        {"model MyNet", LOWER "write mynet"},
        {"dense 4 as Hidden", LOWER "write hidden"},
    };
    CHECK_SAID(cases);
}

/* What the prompt makes of a line. */
static const char *typed(struct fake *f, const char *line, enum outcome *how)
{
    fake_run(f, "");
    *how = session_run(f->session, "<prompt>", ".", line, strlen(line), 1, false);
    return f->out.text;
}

static void a_question_mark_asks_for_help(void **state)
{
    (void)state;
    static const char *const asks[][2] = {
        {"?\n", "A statement is a verb"},  {" ? \n", "A statement is a verb"},
        {"?dense\n", "dense UNITS"},       {"? dense\n", "dense UNITS"},
        {"dense?\n", "dense UNITS"},       {"dense ?\n", "dense UNITS"},
        {"dense 4 relu?\n", "activation"}, {"dense 4 kernel=l1?\n", "formula: "},
        {"optimizer adam?", "adam"},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        struct fake f;
        enum outcome how;
        fake_start(&f);
        check_has(typed(&f, asks[i][0], &how), asks[i][1]);
        assert_int_equal(how, OUTCOME_OK);
        fake_finish(&f);
    }
    struct fake f;
    enum outcome how;
    fake_start(&f);
    /* In a text, behind a comment and in a script it is what it was. */
    assert_string_equal(typed(&f, "say \"why?\"\n", &how), "why?\n");
    assert_int_equal(how, OUTCOME_OK);
    assert_string_equal(typed(&f, "print 1 # or 2?\n", &how), "1\n");
    assert_int_equal(fake_run(&f, "dense?\n"), OUTCOME_ERROR);
    typed(&f, "zzz?\n", &how);
    assert_int_equal(how, OUTCOME_ERROR);
    check_has(f.err.text, "there is no help on \"zzz\"");
    /* The line of an error is the one that was typed. */
    typed(&f, "help zzz\n", &how);
    check_has(f.err.text, "no help on \"zzz\"; help lists the topics\n  help zzz\n       ^~~\n");
    typed(&f, "help every\n", &how);
    assert_int_equal(how, OUTCOME_OK);
    fake_finish(&f);
}

static void exit_leaves(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    assert_int_equal(fake_run(&f, "print 1\nexit\nprint 2\n"), OUTCOME_QUIT);
    assert_string_equal(f.out.text, "1\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_other_systems_become_ours),
        cmocka_unit_test(what_is_not_there_yet_is_said_so),
        cmocka_unit_test(rows_of_other_tables_get_their_verb),
        cmocka_unit_test(names_that_need_quotes_are_shown_in_them),
        cmocka_unit_test(a_question_mark_asks_for_help),
        cmocka_unit_test(exit_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
