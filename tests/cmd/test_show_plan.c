/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show plan: what training is compiled into. */
#include "folder.h"
#include "host.h"

#include <string.h>

#define DATA "data rows { 1 2 3 4 -> 1 0; 3 4 5 6 -> 0 1 } batch=2\n"

/* The line that begins with an op and names an operand somewhere. */
static void has_step(const struct fake *f, const char *op, const char *operand)
{
    const size_t n = strlen(op);
    for (const char *line = f->out.text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *end = strchr(line, '\n');
        const char *found =
            strncmp(line, op, n) == 0 && line[n] == ' ' ? strstr(line, operand) : NULL;
        if (found && end && found < end)
            return;
    }
    fail_msg("no step %s with %s in\n%s", op, operand, f->out.text);
}

/* A product of [m][k] with [k][n] takes 2 m n k operations; here m is 1 for each sample. */
static void a_dense_layer_is_a_product_and_one_pass(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "input 4 as x\ndense 3 tanh activity=l1(1) as h\ndense 2 as y\nloss mse\n"
                     "show plan\n");
    /* 24 and 12 forward; each again for its weight, and the second for its input. */
    check_has(f.out.text, "plan of main for batches of up to 2: 84 flops a sample\n");
    has_step(&f, "product", "= h.output 3  ");
    has_step(&f, "product", "x.output 4, h.kernel 4x3     24");
    has_step(&f, "product", "h.output 3, y.kernel 3x2     12");
    has_step(&f, "bias_act", "h.activity l1");
    has_step(&f, "bias_act_grad", "h.activity l1");
    has_step(&f, "loss", "y.target");
    has_step(&f, "loss_grad", "= y.output.grad 2");
    fake_finish(&f);
}

/* The first writer of a gradient stores, the others add: a shared layer's second call, and the
 * penalty on its kernel. */
static void what_is_shared_is_added_to(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "input 4 as x\ndense 4 kernel=l2(1) use_bias=no as h\nh as again\n"
                     "dense 2 as y\nloss mse\nshow plan\n");
    has_step(&f, "product_weight_grad", " = h.kernel.grad 4x4");
    has_step(&f, "product_weight_grad", "+= h.kernel.grad 4x4");
    has_step(&f, "penalty_grad", "+= h.kernel.grad 4x4");
    has_step(&f, "penalty_grad", "h.kernel l2");
    /* Of the two products on the shared kernel the upper one comes first. */
    const char *first = strstr(f.out.text, " = h.kernel.grad"),
               *second = strstr(f.out.text, "+= h.ke");
    assert_true(first && second && first < second);
    fake_finish(&f);
}

static void frozen_weights_have_no_gradient(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "input 4\ndense 3 trainable=no as h\ndense 2\nloss mse\nshow plan\n");
    has_step(&f, "zero", "= h.kernel.grad 4x3");
    assert_null(strstr(f.out.text, "h.output.grad"));
    fake_finish(&f);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "input 4\ndense 2\nshow plan\n", OUTCOME_ERROR,
              "t:3:6: there is no data yet; load some, for example data digits target=input");
    f.host.json = true;
    fake_ok(&f, DATA "show plan\n");
    check_has(f.out.text, "\"show\": \"plan of main for batches of up to 2");
    f.host.json = false;
    /* A layer of that name is shown as other layers are. */
    fake_ok(&f, "dense 2 as plan\nshow plan\n");
    check_has(f.out.text, "plan: dense");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dense_layer_is_a_product_and_one_pass),
        cmocka_unit_test(what_is_shared_is_added_to),
        cmocka_unit_test(frozen_weights_have_no_gradient),
        cmocka_unit_test(what_is_missing_is_said),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
