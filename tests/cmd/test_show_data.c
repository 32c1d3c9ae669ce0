/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show data and other verbs that show what is set. */
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

static void named_columns_and_classes(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    folder_text("t.csv", "id,height,Churn,width\n1,10,yes,-1\n2,20,no,0\n3,60,yes,4\n4,30,yes,1\n");
    fake_prints(
        &f, "data csv \"t.csv\" target=\"Churn\" drop=id split=0.25 batch=2\nshow data\n",
        "data csv(\"t.csv\", target=\"Churn\", drop=id, split=0.25, batch=2): 4 samples (3 to "
        "train on, 1 to validate on), inputs 2, 1 target, batch 2, shuffle yes\n"
        "column          least  most  mean\n"
        "height  input      10    60    30\n"
        "width   input      -1     4     1\n"
        "Churn   target      0     1  0.75\n"
        "samples by class: no (0) 1, yes (1) 3\n");
    /* 10 20 60 30 by the figures of the training share: at least one column is scaled. */
    fake_ok(&f, "data csv \"t.csv\" target=\"Churn\" drop=id scale=minmax\nshow data\n");
    check_has(f.out.text, "height  input       0     1   0.4\n");
    check_has(f.out.text, "inputs are shown as they were scaled\n");
    fake_finish(&f);
}

static void columns_without_names(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "show data\n", OUTCOME_ERROR,
              "t:1:6: there is no data yet; load some, for "
              "example data digits target=input");
    fake_prints(&f, "data rows { 1 2 -> 0.5; 3 4 -> -1 }\nshow data\n",
                "data rows: 2 samples (2 to train on, 0 to validate on), inputs 2, 1 target, batch "
                "32, shuffle yes\n"
                "column          least  most   mean\n"
                "1       input       1     3      2\n"
                "2       input       2     4      3\n"
                "1       target     -1   0.5  -0.25\n");
    fake_ok(&f, "data digits target=input\nshow data\n");
    check_has(f.out.text, "1 to 64  input      0     1  ");
    check_has(f.out.text, "the targets are the inputs\n");
    fake_ok(&f, "data digits\nshow data\n");
    check_has(f.out.text,
              "samples by class: 0 178, 1 182, 2 177, 3 183, 4 181, 5 182, 6 181, 7 179, "
              "8 174, 9 180\n");
    f.host.json = true;
    fake_ok(&f, "show data\n");
    check_has(f.out.text, "\"show\": \"data digits: 1797 samples");
    fake_finish(&f);
}

static void verbs_that_show_what_is_set(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "seed 7\ninput 2\ndense 1 as hidden\nloss mse\noptimizer sgd\n");
    fake_prints(&f, "show seed\n", "seed 7\n");
    fake_ok(&f, "optimizer\n");
    char alone[200];
    snprintf(alone, sizeof alone, "%s", f.out.text);
    fake_prints(&f, "show optimizer\n", alone);
    fake_ok(&f, "show hidden seed hidden\n");
    assert_int_equal(count_of(f.out.text, "hidden: dense(1)\n"), 2);
    assert_int_equal(count_of(f.out.text, "seed 7\n"), 1);
    fake_says(&f, "show trian\n", OUTCOME_ERROR,
              "t:1:6: there is no layer \"trian\"; summary lists the model");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_columns_and_classes),
        cmocka_unit_test(columns_without_names),
        cmocka_unit_test(verbs_that_show_what_is_set),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
