/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every wrong line is told with its place, a caret and what to do instead, and changes nothing. */
#include "check.h"
#include "host.h"
#include "wrong.h"

#include <stdio.h>
#include <string.h>

/* Where `word` stands for the nth time (from 0), as a column from 1. */
static size_t column_of(const char *text, const char *word, int nth)
{
    const char *at = *word ? strstr(text, word) : text + strlen(text);
    for (; at && nth > 0; nth--)
        at = strstr(at + 1, word);
    assert_non_null(at);
    return (size_t)(at - text) + 1;
}

/* The whole of what is shown: place and message, the line, the caret. */
static void check_shown(const struct fake *f, const struct wrong *w, size_t line)
{
    char due[1200], *at = due, *end = due + sizeof due;
    const size_t column = column_of(w->text, w->word, w->nth), size = strlen(w->word);
    at += snprintf(at, (size_t)(end - at), "t:%zu:%zu: %s\n  %s\n  %*s^", line, column, w->says,
                   w->text, (int)column - 1, "");
    for (size_t i = 1; i < size; i++)
        at += snprintf(at, (size_t)(end - at), "~");
    snprintf(at, (size_t)(end - at), "\n");
    assert_string_equal(f->err.text, due);
}

static void each_wrong_line_is_told_and_changes_nothing(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, WRONG_SETUP);
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof wrong_lines / sizeof *wrong_lines; i++) {
        enum outcome how = fake_run(&f, wrong_lines[i].text);
        if (how != OUTCOME_ERROR)
            print_error("%s\n", wrong_lines[i].text);
        assert_int_equal(how, OUTCOME_ERROR);
        check_shown(&f, &wrong_lines[i], 1);
        assert_string_equal(f.out.text, "");
        assert_int_equal(session_digest(f.session), before);
    }
    fake_finish(&f);
}

/* The same in other settings than that of wrong.h: the first line alone, and the digest. */
static void the_state_decides_too(void **state)
{
    (void)state;
#define NO_DATA "there is no data yet; load some, for example data digits target=input"
/* A layer that multiplies by 1e30: two are too much for a float, six for the square of a double. */
#define HUGE "; dense 1 kernel_init=constant(1e30)"
#ifdef NNR_DOUBLE
#define TOO_MUCH "the data loss"
#else
#define TOO_MUCH "dense_2.output"
#endif
#define EMPTY "the model main is empty; begin with an input, for example input 64"
    static const struct {
        const char *before, *text, *first;
    } cases[] = {
        {"", "dense 4",
         "t:1:1: dense needs a tensor to work on, and the model is empty; begin "
         "with an input, for example input 64"},
        {"", "penalties", "t:1:1: " NO_DATA},
        {"", "train 1", "t:1:1: " NO_DATA},
        {"", "batch 3", "t:1:1: " NO_DATA},
        {"", "batch 3", "t:1:1: " NO_DATA},
        {"", "set data.batch = 3", "t:1:1: " NO_DATA},
        {"input 2 as x", "print x.output", "t:1:7: " NO_DATA},
        {"input 2 as x", "print accuracy", "t:1:7: " NO_DATA},
        {"input 2 as x", "print data.batch", "t:1:7: " NO_DATA},
        {"data xor", "train 1", "t:1:1: " EMPTY},
        {"data xor", "evaluate", "t:1:1: " EMPTY},
        {"data xor", "penalties", "t:1:1: " EMPTY},
        {"", "predict 1", "t:1:1: " EMPTY},
        {"", "print h.kernel",
         "t:1:7: there is no layer \"h\"; the model is empty; begin with input"},
        {"data xor; input 3 as x; dense 1", "train 1",
         "t:1:1: the data has 2 columns, and the input x takes 3: 3; make the model with input 2, "
         "or load other data"},
        {"data xor; input 1; input 2; dense 1", "train 1",
         "t:1:1: the data has 2 columns, and the inputs together take 3; make the model with input "
         "2, or load other data"},
        {"data xor; input 2; dense 3 as h", "train 1",
         "t:1:1: the output h has 3 numbers a sample (3), and the data 1 targets; for class "
         "numbers end in dense 2 softmax"},
        {"data digits target=input; input 64; dense 10 as h", "evaluate",
         "t:1:1: the output h has 10 numbers a sample (10), and the data 64 targets; end in a "
         "layer of 64 units"},
        {"data rows { 1; 2 }; input 1; dense 1", "train 1",
         "t:1:1: the data has no targets; give some: rows { 0 1 -> 1 }, or target=input"},
        {"data rows { 1 -> 0; 2 -> 3 }; input 1; dense 3 softmax", "train 1",
         "t:1:1: categorical_crossentropy: class 3 does not exist in an output of 3 units; classes "
         "are whole numbers from 0; the last layer needs a unit for each"},
        {"data rows { 1 -> 0.5; 2 -> 1 }; input 1; dense 3 softmax", "train 1",
         "t:1:1: categorical_crossentropy: class 0.5 does not exist in an output of 3 units; "
         "classes are whole numbers from 0; the last layer needs a unit for each"},
        {"data rows { 1 -> 2 }; input 1; dense 1 sigmoid; loss binary_crossentropy", "train 1",
         "t:1:1: binary_crossentropy takes targets from 0 to 1, and the data has 2; choose another "
         "loss, for example loss mse"},
        {"data rows { 1 -> -0.5 }; input 1; dense 1 sigmoid; loss binary_crossentropy", "evaluate",
         "t:1:1: binary_crossentropy takes targets from 0 to 1, and the data has -0.5; choose "
         "another loss, for example loss mse"},
        {"data rows { 1 -> -1 }; input 1; dense 1 softplus; loss poisson", "train 1",
         "t:1:1: poisson takes targets of 0 or more, and the data has -1; choose another loss, for "
         "example loss mse"},
        {"data rows { 1 -> 2 }; input 1; dense 1 sigmoid; loss kl", "train 1",
         "t:1:1: kl takes targets from 0 to 1, and the data has 2; choose another loss, for "
         "example loss mse"},
        {"data rows { 1 -> 0.5 }; input 1; dense 1; loss hinge", "train 1",
         "t:1:1: hinge takes targets -1 and 1, or 0 and 1, and the data has 0.5; choose another "
         "loss, for example loss mse"},
        {"data rows { 1 -> 0; 2 -> -1 }; input 1; dense 1; loss hinge", "train 1",
         "t:1:1: hinge takes targets -1 and 1, or 0 and 1, and the data has both; give one kind"},
        {"optimizer sgd clipnorm=1", "set optimizer.clipvalue = 1",
         "t:1:5: clipnorm= and clipvalue= would both clip the gradient; choose one of clipnorm, "
         "clipvalue and global_clipnorm; 0 is off"},
        {"optimizer adamw weight_decay=1", "set optimizer.lr = 2",
         "t:1:5: weight_decay times lr is the share of a weight that each step takes away, and is "
         "above 1; lower one of them"},
        {"data xor; input 2; dense 1 sigmoid; optimizer adagrad; step 1",
         "set optimizer.initial_accumulator_value = 1",
         "t:1:5: optimizer.initial_accumulator_value cannot change later: it says how adagrad "
         "starts, and it has; start afresh: optimizer adagrad initial_accumulator_value=..."},
        {"input 2; dense 3 use_bias=no as h", "set h.bias_constraint = non_neg",
         "t:1:5: bias_constraint= says how a bias is held, and h has none; leave out "
         "bias_constraint=, or use_bias=no"},
        {"data rows { 1 | 2 -> 2 }; input 2; dense 1", "train 1",
         "t:1:1: the data has 2 inputs, and the model 1; write an input for each side of |"},
        {"data rows { 1 | 2 -> 2 }; input 1 as a; input 1; input 1", "train 1",
         "t:1:1: the data has 2 columns, and the inputs together take 3; make the model with input "
         "2, or load other data"},
        {"data rows { 1 2 | 3 -> 2 }; input 1 as a; input 2; dense 1", "train 1",
         "t:1:1: the input a does not end where a | stands in the data; each input takes as many "
         "columns as its shape holds"},
        {"data xor; input 2; dense 1 as y", "print accuracy",
         "t:1:7: accuracy is for classes; it needs a softmax, or one sigmoid unit with targets 0 "
         "and 1"},
        {"data rows { 1 -> 1 }; input 1; loss mse; optimizer sgd" HUGE HUGE HUGE HUGE HUGE HUGE,
         "train 1",
         "t:1:1: step 1 would make " TOO_MUCH
         " infinite or not a number; the step was not taken; lower the learning rate or the "
         "penalty's strength, or scale the data"},
        {"data xor; input 2; dense 1 sigmoid", "expect accuracy > 2", NULL},
        {"let k = 1", "dense 2 as k",
         "t:1:12: the name k is given already, at t:1; choose "
         "another, k_1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i].before);
        const uint64_t before = session_digest(f.session);
        if (cases[i].first)
            fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].first);
        else
            assert_int_not_equal(fake_run(&f, cases[i].text), OUTCOME_OK);
        assert_int_equal(session_digest(f.session), before);
        fake_finish(&f);
    }
}

/* What blocks, wrappers and several outputs refuse. */
static void blocks_tell_what_is_wrong_too(void **state)
{
    (void)state;
#define BLOCK "data moons 20; input 2 as x; block t { dense 2; dense 1 }; t as ta"
#define STEPS "data random 8 shape=4x3 target=1; input 4x3 as x; block c { dense 3 as d }; "
#define ONE_MORE "the layer needs one axis more than those; leave a timedistributed out"
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    static const struct {
        const char *before, *text, *first;
    } cases[] = {
        {BLOCK, "t 3", "t:1:3: t takes no values; write t [on NAME ...] [as NAME]"},
        {BLOCK, "t kernel=l1(1)", "t:1:3: t has no key \"kernel\"; it takes no keys"},
        {BLOCK, "print t.output",
         "t:1:7: t is a block, and its tensors are those of its call; name the call: ta"},
        {BLOCK, "print ta.dense_9.output",
         "t:1:7: ta has no \"dense_9.output\"; it has output and input; inside are the calls "
         "ta.dense_1, ta.dense_2"},
        {BLOCK, "dense 3 on ta.dense_1",
         "t:1:12: \"ta.dense_1\" is no name; what is in a block is seen inside it alone; name a "
         "call of the block: ta"},
        {BLOCK, "set t.kernel = l1(1)",
         "t:1:5: t has no setting \"kernel\"; it is a block: name a layer in it, or set "
         "t.trainable = no"},
        {BLOCK, "loss mse on ta, ta", "t:1:17: ta is named twice; name each output once"},
        {STEPS, "timedistributed train 1",
         "t:1:17: train is no layer; timedistributed takes a layer statement, or the name of a "
         "layer or block"},
        {STEPS, "timedistributed timedistributed dense 3",
         "t:1:33: 2 timedistributed, one in the other, work along 2 axes, and x is 4x3; " ONE_MORE},
        {STEPS "flatten; dense 4 as f", "timedistributed f on x",
         "t:1:17: f takes 12, and a step of x is 3; a shared layer keeps the shape of its first "
         "call; make another layer"},
        {STEPS "timedistributed c as td", "set td.trainable = no",
         "t:1:5: td has no setting \"trainable\"; it is a timedistributed: name a layer in it, or "
         "set c.trainable = no"},
        {"input 1073741824 as x", "concat on x, x",
         "t:1:1: concat would make an axis of more than 2147483647; join fewer tensors, or smaller "
         "ones"},
        {"input 65536x3 as x", "dense 65536 as h",
         "t:1:1: h would be a tensor of 65536x65536, which is too large; at most 2147483647 "
         "numbers a sample have room in one"},
        {"", "block " LONG " { block " LONG " { block " LONG " { block " LONG " { dense 1 } } } }",
         "t:1:214: the block " LONG " lies too deep: the names of the blocks around it and its own "
         "have more than 200 letters together; give them shorter names, or define it outside and "
         "call it inside"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i].before);
        const uint64_t before = session_digest(f.session);
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].first);
        assert_int_equal(session_digest(f.session), before);
        fake_finish(&f);
    }
}

/* A call's name holds those of all the blocks around it: no two of them are ever cut alike. */
static void calls_too_deep_are_refused(void **state)
{
    (void)state;
    struct fake f;
    char line[80];
    fake_start(&f);
    fake_ok(&f, "input 2 as x; block b0 { dense 2 }");
    for (int i = 1; i < 100; i++) {
        snprintf(line, sizeof line, "block b%d { b%d }", i, i - 1);
        fake_ok(&f, line);
    }
    assert_int_equal(fake_run(&f, "b99"), OUTCOME_ERROR);
    check_has(f.err.text, "lies too deep: its call would have a name of more than 390 letters; "
                          "nest fewer blocks, or give them shorter names");
    fake_ok(&f, "b50 as top\nshow b0.dense_1");
    fake_finish(&f);
}

/* Statements that stood before the wrong one are done, and the place is that of the line. */
static void a_place_is_counted_in_lines_and_characters(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "# h\xc3\xb6he\nsay \"\xc3\xa4\xc3\xb6\" ; prnt 1\n", OUTCOME_ERROR,
              "t:2:12: no verb or layer \"prnt\"; did you mean print?");
    check_has(f.err.text, "\n  say \"\xc3\xa4\xc3\xb6\" ; prnt 1\n             ^~~~\n");
    fake_says(&f, "say \\\n  1 \\\n  nothing\n", OUTCOME_ERROR,
              "t:3:3: no quantity or variable \"nothing\"; help expressions lists what there is");
    fake_says(&f, "data rows {\n 1 2 -> 1\n 1 -> 1\n}\n", OUTCOME_ERROR,
              "t:3:2: this row has 1 inputs and 1 targets; the first row has 2 and 1");
    fake_says(&f, "data rows {\n 1 2 -> 1\n", OUTCOME_ERROR,
              "t:1:11: this { is not closed; a } is missing");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_line_is_told_and_changes_nothing),
        cmocka_unit_test(the_state_decides_too),
        cmocka_unit_test(blocks_tell_what_is_wrong_too),
        cmocka_unit_test(calls_too_deep_are_refused),
        cmocka_unit_test(a_place_is_counted_in_lines_and_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
