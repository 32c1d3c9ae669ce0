/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb export: which rows of the language go along, what is refused, which files it writes. The
 * numbers are looked at in test_export_models.c. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/export/counterparts.h"
#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "nn/activation.h"
#include "nn/constraint.h"
#include "nn/init.h"
#include "nn/layer.h"
#include "nn/penalty.h"
#include "train/loss.h"
#include "train/opt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL "data moons 40\ninput 2\ndense 4 tanh kernel=l2(1e-3) as h\ndense 1 sigmoid as o\n"

static char folder[] = "/tmp/nnr-export-XXXXXX";

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int folder_remove(void **state)
{
    char text[80];
    (void)state;
    snprintf(text, sizeof text, "rm -r %s", folder);
    return chdir("/") == 0 ? system(text) : -1;
}

/* Each has a row, and what a row has not for a system the model test would meet. */
static void every_row_has_a_counterpart(void **state)
{
    static const struct table *const tables[COUNTERPARTS] = {
        [OF_LAYERS] = &layer_kinds,           [OF_ACTIVATIONS] = &activation_kinds,
        [OF_PENALTIES] = &penalty_kinds,      [OF_LOSSES] = &loss_kinds,
        [OF_OPTIMIZERS] = &opt_kinds,         [OF_INITS] = &init_kinds,
        [OF_CONSTRAINTS] = &constraint_kinds,
    };
    (void)state;
    for (size_t i = 0; i < COUNTERPARTS; i++)
        for (size_t k = 0; k < tables[i]->rows; k++) {
            const char *name = tables[i]->row[k]->name;
            const struct counterpart *row = counterpart_find((enum counterparts)i, name);
            if (!row || !(row->as[SYSTEM_TORCH] || row->activity))
                fail_msg("%s %s has no counterpart", tables[i]->noun, name);
        }
}

static bool is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

static void all_that_is_refused_is_named_at_once(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, "data moons 40 mixup=0.2\ninput 2\ndense 4 tanh kernel=l2(1e-3) as h\ndense 1 "
                "sigmoid as o\noptimizer sgd\nset h.kernel = l2(1e-3*step) every 1\n"
                "set optimizer.lr = 0.1/(1+step) every 1\n");
    fake_says(&f, "export torch \"refused.py\"", OUTCOME_ERROR,
              "t:1:14: not in PyTorch: the rule for h.kernel, the rule for optimizer.lr, mixup of "
              "the data; export a clone without these");
    assert_false(is_there("refused.py") || is_there("refused.npz"));
    fake_ok(&f, "data moons 40\nset h.kernel = l2(1e-3)\nset optimizer.lr = 0.1\n"
                "emulate keras-3\nlet a = sum(h.kernel)\n");
    fake_says(&f, "export torch \"refused.py\"", OUTCOME_ERROR,
              "t:1:14: not in PyTorch: penalties as another system has them (emulate, "
              "penalties.frozen); export a clone without it");
    fake_ok(&f, "emulate none\nexpect sum(h.kernel) == a\nexport torch \"refused.py\"");
    assert_true(is_there("refused.py") && is_there("refused.npz"));
    fake_finish(&f);
}

static void what_keras_lacks_is_named(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f,
            "data moons 40 mixup=0.1\ninput 2\n"
            "dense 8 jumprelu kernel=l1(1e-3, prox=yes) activity=l0(0.1) kernel_dropout=0.1 as h\n"
            "dense 4 topk(2) kernel_constraint=spectral_norm(1) count_idle=yes as g\n"
            "dense 1 sigmoid as o\noptimizer nadam ema=0.9\n");
    fake_says(
        &f, "export keras \"lacking.py\"", OUTCOME_ERROR,
        "t:1:14: not in Keras 3: the constraint spectral_norm, kernel_dropout, the optimizer's "
        "ema, the optimizer nadam, the activation jumprelu, the penalty l0, the activation "
        "topk, count_idle of g, prox=yes of h.kernel l1(0.001, prox=yes), mixup of the data; "
        "export a clone without these");
    assert_false(is_there("lacking.py") || is_there("lacking.npz"));
    fake_finish(&f);
}

static void wrong_names_are_refused(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_says(&f, "export torch \"m.py\"", OUTCOME_ERROR,
              "t:1:1: the model main is empty; begin with an input, for example input 64");
    fake_ok(&f, MODEL);
    fake_says(&f, "export torch \"m.txt\"", OUTCOME_ERROR,
              "t:1:14: the ending of \"m.txt\" does not say what to write; end the name in .py: a "
              "script is written");
    fake_says(&f, "export torc \"m.py\"", OUTCOME_ERROR,
              "t:1:8: no system \"torc\"; did you mean torch?");
    fake_ok(&f, "export torch \"m.py\"");
    fake_finish(&f);
}

/* Compiles what was written, by Python itself. */
static void compiles(const char *quoted)
{
    char text[400];
    snprintf(text, sizeof text, "python3 -m py_compile %s", quoted);
    assert_int_equal(system(text), 0);
}

static void names_are_quoted(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, "data moons 40\ninput 2 as lambda\ndense 4 tanh as len\ndense 4 tanh kernel=l1(1) "
                "as torch\nblock def { dense 3 as l1 }\ndef as class\ndef on torch as now\n"
                "add on class, now as inputs\ndense 1 sigmoid as yield\n"
                "export torch \"a \\\"b\\\" 'c' \\\\ $d.py\"\n");
    fake_ok(&f, "export keras \"k \\\"b\\\" 'c' \\\\ $d.py\"\n");
    compiles("'k \"b\" '\\''c'\\'' \\ $d.py'");
    compiles("'a \"b\" '\\''c'\\'' \\ $d.py'");
    fake_finish(&f);
}

static char *read_whole(const char *name)
{
    static char text[200000];
    FILE *from = fopen(name, "r");
    assert_non_null(from);
    text[fread(text, 1, sizeof text - 1, from)] = 0;
    fclose(from);
    return text;
}

static void files_are_taken_along_by_statements(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, MODEL "let w = sum(h.kernel)\nexport torch \"kept.py\"\nundo\n");
    assert_true(is_there("kept.py") && is_there("kept.npz"));
    fake_ok(&f, "repeat 2 { step 1; export torch \"turn.py\" }\n");
    assert_non_null(strstr(read_whole("turn.py"), "EPOCH, POSITION, UPDATES = 1, 0, 2"));
    assert_non_null(strstr(read_whole("turn.py"), "written by nnr"));
    assert_int_equal(fake_run(&f, "sweep h.kernel = l2(?) over 0 1 { export torch \"no.py\" }"),
                     OUTCOME_ERROR);
    assert_false(is_there("no.py"));
    fake_finish(&f);
    fake_start_as(&f, "check");
    fake_ok(&f, MODEL "export torch \"checked.py\"\n");
    assert_false(is_there("checked.py") || is_there("checked.npz"));
    fake_finish(&f);
}

/* The arrays' file is named by nobody: data of that name stay as they are. */
static void a_file_that_nobody_named_is_not_written_over(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    folder_text("points.npz", "somebody's");
    fake_says(&f, "data xor\ninput 2\ndense 1\nexport torch \"points.py\"\n", OUTCOME_ERROR,
              "t:4:14: \"points.npz\" would be written too, and it is there and not nnr's; write "
              "under another name");
    assert_false(is_there("points.py"));
    fake_ok(&f, "export torch \"mine.py\"\nexport keras \"mine.py\"\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_counterpart),
        cmocka_unit_test(all_that_is_refused_is_named_at_once),
        cmocka_unit_test(what_keras_lacks_is_named),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(files_are_taken_along_by_statements),
        cmocka_unit_test(a_file_that_nobody_named_is_not_written_over),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
