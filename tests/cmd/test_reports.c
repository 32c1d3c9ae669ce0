/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What statements print: for people, as JSON, with --quiet, and nothing at all with --check. */
#include "check.h"
#include "host.h"
#include "is_json.h"

#include <stdio.h>
#include <string.h>

static void print_shows_numbers_strings_and_tensors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *out;
    } cases[] = {
        {"print 1 2.5 1e-3 1/3 1e20 -0.5", "1 2.5 0.001 0.333333 1e+20 -0.5\n"},
        {"print \"a b\" 1+1 \"c\"", "a b 2 c\n"},
        {"print \"\\\"q\\\"\\t\\\\\"", "\"q\"\t\\\n"},
        {"print 2^3^2 -2^2 7/2/7", "512 -4 0.5\n"}, /* right to left; -(2^2) */
        {"print 1 < 2, 2 < 1, not 1 < 2, 1 < 2 and 3 < 2 or 5 == 5", "1 0 0 1\n"},
        {"print 0.1+0.2 == 0.3, 0.1+0.2 ~ 0.3, 1 ~ 1.2 within 0.3, 1 ~ 1.2 within 0.1",
         "0 1 1 0\n"},
        {"print 1000001 ~ 1000000, 1000002 ~ 1000000", "1 0\n"}, /* 1e-6 times the larger */
        {"print h.kernel h.bias", "h.kernel = [1 1 1 1 1 1], h.bias = [0 0 0]\n"},
        {"print mean(h.output) sum(h.output, axis=0)",
         "mean(h.output) = 3, sum(h.output, axis=0) = [6 6 6]\n"},
        {"print h.output == 2, count(h.output) norm(h.bias)",
         "(h.output == 2) = [1 1 1 0 0 0], count(h.output) = 6, norm(h.bias) = 0\n"},
        {"print x.output", "[1 1 2 2]\n"},
        {"print big.output", "tensor 2x16: mean 9, deviation 3, from 6 to 12\n"},
        {"print 0/0", "nan\n"},
        {"say \"sum\" 1+1", "sum 2\n"},
        {"section \"A\"", "\n== A ==\n"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 1 -> 0; 2 2 -> 0 }\ninput 2 as x\ndense 3 kernel_init=ones as h\n"
                "dense 16 kernel_init=ones as big\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fake_prints(&f, cases[i].text, cases[i].out);
    fake_finish(&f);
}

static void expect_prints_both_sides(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "expect 1+1 == 2", "holds: 1 + 1 == 2  (2 == 2)\n");
    fake_prints(&f, "expect 1 == 1 and 2 > 1", "holds: 1 == 1 and 2 > 1\n");
    fake_prints(&f, "expect 1 ~ 1.05 within 0.1", "holds: 1 ~ 1.05 within 0.1  (1 ~ 1.05)\n");
    fake_says(&f, "expect 1/3 > 2\n", OUTCOME_EXPECT,
              "t:1:8: expected 1/3 > 2, but 0.333333 > 2 is not so");
    fake_says(&f, "expect 0/0 == 0/0\n", OUTCOME_EXPECT,
              "t:1:8: expected 0/0 == 0/0, but nan == nan is not so");
    fake_says(&f, "expect 0/0\n", OUTCOME_EXPECT, "t:1:8: expected 0/0, but nan is not so");
    fake_says(&f, "expect 0\n", OUTCOME_EXPECT, "t:1:8: expected 0, but 0 is not so");
    fake_says(&f, "expect not 1\n", OUTCOME_EXPECT, "t:1:8: expected not 1, but 0 is not so");
    fake_finish(&f);
}

#define PENALISED                                                                                  \
    "data rows { 1 -> 0; 3 -> 0 } batch=2\ninput 1 as x\n"                                         \
    "dense 1 use_bias=no kernel_init=constant(2) kernel=l2(0.5) "                                  \
    "activity=l1(0.25)+l2(1, reduce=sum) as h\nh on x as again\n"                                  \
    "dense 1 use_bias=no kernel_init=ones trainable=no kernel=l1(1) on h as y\nloss mse\n"

/* Outputs of h: 2 and 6, twice. kernel l2: 0.5 * 4 = 2. activity l1: 0.25 * 8 / 2 = 1 for a call;
 * l2 summed: 4 + 36 = 40 for a call. y's kernel: 1. The data: (4 + 36) / 2 = 20. */
static void the_rows_of_the_ledger_add_up(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, PENALISED "penalties\n");
    static const char *const parts[] = {
        "penalties of main on training data: 2 samples, batches of 2\n",
        "l2(0.5)",
        "l1(0.25)",
        "l2(1, reduce=sum)",
        "call h",
        "call again",
        "on x",
        "frozen",
        "data loss, mse",
        "h.kernel 1x1",
        "\ntotal"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        check_has(f.out.text, parts[i]);
    fake_ok(&f, "expect h.kernel.penalty == 2\nexpect h.activity.penalty == 82\n"
                "expect y.kernel.penalty == 1\nevaluate\nexpect loss.data == 20\n"
                "expect loss.penalty == 85\nexpect loss == 105\n");
    fake_ok(&f, "penalties format=json\n");
    static const char *const json[] = {
        "{\"data\": 20, \"penalty\": 85, \"total\": 105, \"loss\": \"mse\", \"samples\": 2, "
        "\"batch\": 2, \"terms\": [",
        "{\"slot\": \"h.kernel\", \"kind\": \"l2\", \"strength\": 0.5, \"formula\": "
        "\"0.5*sum(x^2)\", \"tensor\": \"h.kernel\", \"shape\": [1, 1], \"reduce\": \"sum\", "
        "\"divisor\": 1, \"calls\": [], \"value\": 2, ",
        "{\"slot\": \"h.activity\", \"kind\": \"l1\", \"strength\": 0.25, \"formula\": "
        "\"0.25*sum(abs(x))\", \"tensor\": \"h.output\", \"shape\": [1], \"reduce\": \"batch\", "
        "\"divisor\": 2, \"calls\": [{\"on\": \"x\", \"value\": 1}, {\"on\": \"x\", \"value\": "
        "1}], \"value\": 2, ",
        "\"reduce\": \"sum\", \"divisor\": 1, \"calls\": [{\"on\": \"x\", \"value\": 40}, {\"on\": "
        "\"x\", \"value\": 40}], \"value\": 80, ",
        /* d/dw of 0.5 w^2 at 2 is 2 */
        "\"grad_norm\": 2, \"flags\": []}",
        "\"value\": 1, \"share\": 0.0095238095238095",
        "\"grad_norm\": 0, \"flags\": [\"frozen\"]}",
    };
    int lines;
    for (size_t i = 0; i < sizeof json / sizeof *json; i++)
        check_has(f.out.text, json[i]);
    assert_true(is_json_lines(f.out.text, &lines));
    assert_int_equal(lines, 1);
    fake_finish(&f);
}

/* Every line names its verb first and its place last. */
static void check_origin(const char *text)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        static const char file[] = ", \"file\": \"t\", \"line\": ";
        const char *place = memmem(text, (size_t)(end - text), file, sizeof file - 1);
        assert_memory_equal(text, "{\"verb\": \"", 10);
        assert_non_null(place);
        check_has(place, ", \"column\": ");
    }
}

static void each_report_is_one_line_of_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
        int lines;
    } cases[] = {
        {"data\n",
         "{\"verb\": \"data\", \"data\": null, \"file\": \"t\", \"line\": 1, \"column\": 1}\n", 1},
        {"data moons 40 split=0.25 batch=8\n", "", 0},
        {"data\n", "\"samples\": 40, \"training\": 30, \"inputs\": \"2\"", 1},
        {"batch\n", "\"batch\": 8, ", 1},
        {"seed\n", "\"seed\": 1, ", 1},
        {"loss\n", "\"loss\": \"none given", 1},
        {"input 2\ndense 4 tanh kernel=l2(0.5) as h\ndense 1 sigmoid as y\n", "", 0},
        {"summary\n", "\"model\": \"main\", \"calls\": [{\"name\": \"input_1\"", 1},
        {"show\n", "\"numbers\": 17", 1},
        {"show h h.kernel\n", "\"show\": \"h: dense(4, tanh", 1},
        {"train 2\n", "{\"verb\": \"train\", \"epochs\": 2, \"steps\": 8, \"loss\": ", 1},
        {"train 1\n", "\"model\": \"main\", \"file\": \"t\", \"line\": 1, \"column\": 1}\n", 1},
        {"step 3\n", "\"epoch_seconds\": []", 1},
        {"evaluate\n", "\"samples\": 10, \"model\": \"main\", ", 1},
        {"penalties\n", "\"terms\": [{\"slot\": \"h.kernel\"", 1},
        {"penalties format=text\n", "\"terms\"", 1},
        {"predict 0 1\n", "\"predict\": [", 1},
        {"print 1/0 0/0 \"a\\\"\\n\" h.bias == h.bias\n",
         "\"print\": [null, null, \"a\\\"\\u000a\", [1, 1, 1, 1]], ", 1},
        {"let k = 0.5\nlet w = l1(k)\nlet\n",
         "\"let\": {\"k\": 0.5, \"w\": \"l1(0.5)\"}, \"file\": \"t\", \"line\": 3, ", 1},
        {"optimizer\n", "\"optimizer\": \"adam\", ", 1},
        {"model\n", "\"models\": [{\"name\": \"main\", \"current\": true, \"layers\": 3", 1},
        {"help\n", "\"help\": \"", 1},
        {"help dense\n", "\"help\": \"dense UNITS", 1},
        {"say \"a\"\nsection \"b\"\nwatch loss\nunwatch\n", "", 0},
        {"expect 1 < 2\n",
         "{\"verb\": \"expect\", \"claim\": \"1 < 2\", \"holds\": true, \"left\": 1, \"operator\": "
         "\"<\", "
         "\"right\": 2, \"file\"",
         1},
        {"for k in 1 2 { expect k }\n", "\"claim\": \"k\", \"holds\": true, \"value\": 2, \"file\"",
         2},
        {"model other\ninput 2\ndense 1\ntrain 1 on all\nevaluate on all\n",
         "\"model\": \"other\", \"file\": \"t\", \"line\": 5, ", 4},
    };
    struct fake f;
    fake_start_as(&f, "json");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int lines;
        fake_ok(&f, cases[i].text);
        check_has(f.out.text, cases[i].part);
        if (!is_json_lines(f.out.text, &lines) || lines != cases[i].lines)
            fail_msg("%s -> %d lines of JSON, or not JSON:\n%s", cases[i].text, lines, f.out.text);
        check_origin(f.out.text);
    }
    fake_finish(&f);
}

/* What fails leaves an object too, with the verb of the statement that failed and its place. */
static void errors_are_objects(void **state)
{
    (void)state;
    static const struct {
        const char *text, *object;
        enum outcome how;
    } cases[] = {
        {"print 1\ndense 4 rleu\n",
         "{\"verb\": \"dense\", \"error\": \"no activation \\\"rleu\\\"\", \"hint\": \"did you "
         "mean "
         "relu?\", \"file\": \"t\", \"line\": 2, \"column\": 9}\n",
         OUTCOME_ERROR},
        {"repeat 2 {\n print 1\n train 3\n}\n", "{\"verb\": \"train\", \"error\": \"",
         OUTCOME_ERROR},
        {"print (\n", "{\"verb\": null, \"error\": \"a value is missing\"", OUTCOME_ERROR},
        {"expect 2 < 1\n",
         "{\"verb\": \"expect\", \"claim\": \"2 < 1\", \"holds\": false, \"left\": 2, "
         "\"operator\": "
         "\"<\", \"right\": 1, \"error\": \"expected 2 < 1, but 2 < 1 is not so\", \"file\": "
         "\"t\", "
         "\"line\": 1, \"column\": 1}\n",
         OUTCOME_EXPECT},
        {"expect 0/0\n", "\"holds\": false, \"value\": null, \"error\": ", OUTCOME_EXPECT},
        {"block b { dense 4; reshape 2x2 }\ninput 3\nb on input_1\n",
         "\"inside\": {\"file\": \"t\", "
         "\"line\": 1, \"column\": 20}}\n",
         OUTCOME_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        int lines;
        fake_start_as(&f, "json");
        const enum outcome how = fake_run(&f, cases[i].text);
        if (cases[i].how != OUTCOME_OK) {
            assert_int_equal(how, cases[i].how);
            check_has(f.out.text, cases[i].object);
        }
        assert_true(is_json_lines(f.out.text, &lines));
        assert_int_equal(count_of(f.out.text, "\"error\""), how == OUTCOME_OK ? 0 : 1);
        fake_finish(&f);
    }
}

static void quiet_leaves_out_words_and_notices(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "quiet");
    fake_ok(&f,
            "data xor\ninput 2\ndense 1 sigmoid\nsay \"a\"\nsection \"b\"\nwatch loss\nunwatch\n"
            "expect 1 < 2\nmodel other\nmodel main\nprint 1\n");
    assert_string_equal(f.out.text, "1\n");
    fake_ok(&f, "train 1\n");
    assert_string_equal(f.err.text, "");
    check_has(f.out.text, "train main: 1 epoch");
    fake_finish(&f);
}

static void check_trains_nothing_and_prints_nothing(void **state)
{
    (void)state;
    static const char fine[] =
        "seed 3\ndata moons 100 split=0.2\nlet n = 2*4\nlet k = 0.1\ninput 2\n"
        "dense n tanh kernel=l2(k) as h\nreshape 2x4\nflatten\ndense 1 sigmoid as y\n"
        "loss binary_crossentropy\noptimizer adam\ntrain 1000000 on all\nstep 1000000\n"
        "train until val.loss < 0.1 and h.kernel.penalty < 3 max 1000000\nevaluate\npenalties\n"
        "let a = mean(h.output)\nprint a h.kernel h.kernel.grad loss accuracy val.accuracy step\n"
        "expect loss < 0\nexpect 1 == 2\npredict 1 2\nsummary\nshow h h.kernel\nhelp\n"
        "say \"a\" a\nseed\nbatch\ndata\nmodel\nloss\noptimizer\nlet\nplot loss\n"
        "set optimizer.lr = 1\nset h.activity = l1(a)\nmodel second\ninput 2\nquit\n";
    struct fake f;
    fake_start_as(&f, "check");
    assert_int_equal(fake_run(&f, fine), OUTCOME_QUIT);
    assert_string_equal(f.out.text, "");
    assert_string_equal(f.err.text, "");
    assert_int_equal(f.ticks, 0);
    fake_finish(&f);
}

static void check_finds_wrong_names_and_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first;
    } cases[] = {
        {"train 5\nprint g.output\n", "t:2:7: there is no layer \"g\"; summary lists the model"},
        {"reshape 3x3\n", "t:1:9: reshape cannot make 3x3 (9 numbers) of 1 (1 numbers); choose "
                          "sizes whose product is 1"},
        {"train until nothing < 1\n",
         "t:1:13: no quantity or variable \"nothing\"; help expressions lists what there is"},
        {"expect h.output > 1\n",
         "t:1:8: this is a tensor of 40x3, and a single number is needed; use mean(...), "
         "sum(...) or another reduction"},
        {"show h.colonel\n", "t:1:6: h has no \"colonel\"; it has output, input, its weights "
                             "(kernel, bias), their .grad, SLOT.penalty and SLOT.strength"},
        {"show g\n", "t:1:6: there is no layer \"g\"; summary lists the model"},
        {"input 3\ntrain 1\n", "t:2:1: the data has 2 columns, and the inputs together take 5; "
                               "make the model with input 2, or load other data"},
        {"dense 4\ntrain 1\n", "t:2:1: the output dense_1 has 4 numbers a sample (4), and the data "
                               "1 targets; for class numbers end in dense 2 softmax"},
        {"dense 4\nevaluate\n", "t:2:1: the output dense_1 has 4 numbers a sample (4), and the "
                                "data 1 targets; for class numbers end in dense 2 softmax"},
        {"dense 4\npenalties\n", "t:2:1: the output dense_1 has 4 numbers a sample (4), and the "
                                 "data 1 targets; for class numbers end in dense 2 softmax"},
        {"predict 1\n", "t:1:9: predict has 1 number, and the model takes 2; give 2, with | "
                        "between inputs if there are several"},
        {"train 1 on nobody\n", "t:1:12: there is no model \"nobody\"; model lists them"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start_as(&f, "check");
        fake_ok(&f, "data moons 40\ninput 2\ndense 3 tanh as h\ndense 1 sigmoid as y\n");
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].first);
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(print_shows_numbers_strings_and_tensors),
        cmocka_unit_test(expect_prints_both_sides),
        cmocka_unit_test(the_rows_of_the_ledger_add_up),
        cmocka_unit_test(each_report_is_one_line_of_json),
        cmocka_unit_test(errors_are_objects),
        cmocka_unit_test(quiet_leaves_out_words_and_notices),
        cmocka_unit_test(check_trains_nothing_and_prints_nothing),
        cmocka_unit_test(check_finds_wrong_names_and_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
