/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt answers: shapes of what was built, labels of values, names of classes, and what a
 * model can never learn. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

/* A session before which a person sits. */
static void start_typing(struct fake *f)
{
    fake_start(f);
    f->host.person = true;
}

static void a_building_line_answers_with_its_shape(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"input 64 as x\n", "x: 64\n"},
        {"dense 100 sigmoid as code\n", "code: 64 -> 100, 6500 numbers\n"}, /* 64 * 100 + 100 */
        {"dropout 0.5\n", "dropout_1: 100 -> 100\n"},
        {"reshape 10x10 as r\n", "r: 100 -> 10x10\n"},
        {"timedistributed dense 3 as td\n", "td: 10x10 -> 10x3, 33 numbers\n"},
        {"dense 1 use_bias=no on code as one\n", "one: 100 -> 1, 100 numbers\n"},
        {"code on x as again\n", "again: 64 -> 100, the numbers of code\n"},
        {"add on code, again\n", "add_1: 100, 100 -> 100\n"},
        {"block tower { dense 4 tanh; dense 2 }\n", ""},
        {"tower on x as t1\n", "t1: 64 -> 2, 270 numbers\n"}, /* 64 * 4 + 4 + 4 * 2 + 2 */
        {"tower on x as t2\n", "t2: 64 -> 2, the numbers of tower\n"},
        {"batchnorm on t1 as b\n", "b: 2 -> 2, 8 numbers\n"},
        {"delete\n", "b: gone, with 8 numbers\n"},
        {"delete t2\n", "t2: gone\n"},
        {"dense 1 kernel=l1(1)+l2(1) on t1 as c\n", "c: 2 -> 1, 3 numbers\n"},
        {"delete\n", "c: gone, with 3 numbers and 2 penalties\n"},
    };
    struct fake f;
    start_typing(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fake_prints(&f, cases[i][0], cases[i][1]);
    /* Loops, and whoever does not sit there, read nothing. */
    fake_prints(&f, "repeat 2 { dense 3 on x }\n", "");
    f.host.quiet = true;
    fake_prints(&f, "dense 3 on x\n", "");
    f.host.quiet = false;
    f.host.person = false;
    fake_prints(&f, "dense 3 on x\n", "");
    fake_finish(&f);
}

static void values_side_by_side_have_labels(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "let k = 2\nprint k\nprint k k+1\nprint 1 2\nprint k 3\nprint \"both\" k k+1\n",
                "2\nk = 2, k + 1 = 3\n1 2\nk = 2, 3\nboth 2 3\n");
    fake_prints(&f, "say k k+1\n", "2 3\n");
    fake_finish(&f);
    /* Machines know them by their order. */
    fake_start_as(&f, "json");
    fake_ok(&f, "let k = 2\nprint k k+1\n");
    check_has(f.out.text, "\"print\": [2, 3]");
    fake_finish(&f);
}

#define THREE "data rows { -1 -> 0; 0 -> 1; 1 -> 2 }\ninput 1\n"
#define POSITIVE "data rows { 1 -> 0; 2 -> 1; 3 -> 2 }\ninput 1\n"
#define NAMED "data csv \"colours.csv\" target=last\ninput 1\n"

static void predict_names_the_class(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* Of kernels 1, 1, 1 all shares are alike, and the first is taken. */
    fake_prints(&f, THREE "dense 3 softmax kernel_init=ones\npredict 2\n",
                "0.333333 0.333333 0.333333  class 0\n");
    fake_prints(&f,
                "data rows { 0 -> 0; 1 -> 1 }\nmodel two\ninput 1\n"
                "dense 1 sigmoid kernel_init=ones\npredict 0\npredict -1\n",
                "0.5  class 1\n0.268941  class 0\n");
    /* A number is no class. */
    fake_prints(&f, "model line\ninput 1\ndense 1 kernel_init=ones\npredict 3\n", "3\n");
    fake_prints(&f,
                "data rows { 0 -> 0.5; 1 -> 1 }\nmodel share\ninput 1\n"
                "dense 1 sigmoid kernel_init=ones\npredict 0\n",
                "0.5\n");
    fake_finish(&f);
    fake_start(&f);
    f.folder = ".";
    FILE *file = fopen("colours.csv", "w");
    assert_non_null(file);
    fputs("x,colour\n1,red\n2,blue\n3,red\n4,green\n", file);
    fclose(file);
    fake_ok(&f, NAMED "dense 3 softmax kernel_init=ones\npredict 2\n");
    const char *said = strstr(f.out.text, "  class ");
    assert_non_null(said);
    assert_true(strcmp(said, "  class red\n") == 0 || strcmp(said, "  class blue\n") == 0);
    fake_finish(&f);
    remove("colours.csv");
    fake_start_as(&f, "json");
    fake_ok(&f, "data rows { 0 -> 0; 1 -> 1 }\ninput 1\ndense 1 sigmoid kernel_init=ones\n"
                "predict 0\n");
    check_has(f.out.text, "\"predict\": [0.5], \"class\": [1]");
    fake_finish(&f);
}

static void what_can_never_be_learned_is_said_once(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {THREE "dense 1 sigmoid as y\nloss mse\nstep 1\n",
         "targets reach 2, and y, one sigmoid unit, never says more than 1\n"},
        {"data rows { 0 -> 0; 1 -> 1 }\ninput 1\ndense 1 softmax as y\nloss mse\nstep 1\n",
         "y, a softmax over one unit, always says 1; for two classes end in dense 1 sigmoid or "
         "dense 2 softmax\n"},
        {POSITIVE "dense 3 kernel_init=ones as y\nloss categorical_crossentropy\nstep 1\n",
         "categorical_crossentropy takes shares, and y may say any number: end in softmax\n"},
        {"data rows { 0 -> 0; 1 -> 1 }\ninput 1\ndense 1 kernel_init=ones as y\nloss "
         "binary_crossentropy\nstep 1\n",
         "binary_crossentropy takes shares, and y may say any number: end in sigmoid\n"},
    };
    static const char *const fine[] = {
        THREE "dense 3 softmax\nstep 1\n",
        "data rows { 0 -> 1 0; 1 -> 0 1 }\ninput 1\ndense 2 softmax\nloss mse\nstep 1\n",
        THREE "dense 3\nactivation softmax\nloss categorical_crossentropy\nstep 1\n",
        THREE "dense 3 softmax\ndropout 0.1\nloss categorical_crossentropy\nstep 1\n",
        "data rows { 0 -> 0; 1 -> 1 }\ninput 1\ndense 1 sigmoid\nstep 1\n",
        "data rows { 0 -> 0; 1 -> 1 }\ninput 1\ndense 1\nloss mse\nstep 1\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i][0]);
        assert_int_equal(count_of(f.err.text, cases[i][1]), 1);
        /* Not again once it has begun. */
        fake_ok(&f, "step 1\n");
        assert_int_equal(count_of(f.err.text, cases[i][1]), 0);
        fake_finish(&f);
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, fine[i]);
        assert_null(strstr(f.err.text, "takes shares"));
        assert_null(strstr(f.err.text, "says"));
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_building_line_answers_with_its_shape),
        cmocka_unit_test(values_side_by_side_have_labels),
        cmocka_unit_test(predict_names_the_class),
        cmocka_unit_test(what_can_never_be_learned_is_said_once),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
