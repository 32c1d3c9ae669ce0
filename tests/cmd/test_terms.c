/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms over several tensors: their rows by hand, their gradients by differences, what is refused,
 * and that a term goes where its model goes. PyTorch's numbers are in test_torch_models. */
#include "again.h"

#include "cmd/session/state.h"
#include "train/trainer.h"

#include <math.h>

/* Batches of 8, 8 and 4. */
#define DATA "data random 20 shape=3 target=3 batch=8\n"
#define LAYERS "input 3\ndense 4 tanh as code\ndense 3 as dec\nloss mse\noptimizer sgd lr=0.1\n"
#define TIE "term tie = 0.01 * sum((code.kernel - transpose(dec.kernel))^2)\n"
#define DECODER "term decoder = 0.1 * sum(abs(code.output) * norm(dec.kernel, axis=1)) / batch\n"
#define MODEL DATA LAYERS TIE DECODER

static void start(struct fake *f, const char *text)
{
    fake_start(f);
    fake_ok(f, text);
}

static const real *weight_of(const struct model *m, const char *layer, const char *name)
{
    const struct graph *g = m->graph;
    return m->state.weight + g->weight[graph_find_weight(g, graph_find_layer(g, layer), name)].at;
}

/* The sum of the squares of the differences of code.kernel, 3x4, and dec.kernel, 4x3. */
static double tie_by_hand(const struct model *m)
{
    const real *a = weight_of(m, "code", "kernel"), *b = weight_of(m, "dec", "kernel");
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 4; k++)
            sum += pow((double)a[i * 4 + k] - (double)b[k * 3 + i], 2);
    return sum;
}

/* The sum of |code.output| times the length of each unit's row in dec.kernel, of the last batch. */
static double decoder_by_hand(const struct model *m)
{
    const struct trainer *t = trainer_of(m);
    const id value = m->graph->call[graph_find_call(m->graph, "code")].output;
    const real *y = frame_value(t->train_frame, value), *b = weight_of(m, "dec", "kernel");
    double sum = 0;
    for (size_t k = 0; k < 4; k++) {
        double squares = 0;
        for (size_t i = 0; i < 3; i++)
            squares += (double)b[k * 3 + i] * (double)b[k * 3 + i];
        for (size_t n = 0; n < t->last_batch.samples; n++)
            sum += fabs((double)y[n * 4 + k]) * sqrt(squares);
    }
    return sum;
}

static const double room = sizeof(real) == sizeof(double) ? 1e-12 : 1e-5;

/* A learning rate of 0 leaves the weights as the step saw them. */
static void rows_are_what_the_formulas_say(void **state)
{
    (void)state;
    static const int samples[] = {8, 8, 4};
    struct fake f;
    start(&f, DATA LAYERS "set optimizer.lr = 1e-30\n" TIE DECODER);
    const struct model *m = current_model(f.session);
    for (int i = 0; i < 3; i++) {
        fake_ok(&f, "step 1\n");
        const double *row = trainer_of(m)->last_batch.row;
        check_near(row[0], 0.01 * tie_by_hand(m), room);
        check_near(row[1], 0.1 * decoder_by_hand(m) / samples[i], room);
        /* Additivity, of the step and of the ledger. */
        check_near(fake_number(&f, "loss - loss.data"), row[0] + row[1], room);
    }
    fake_ok(&f, "evaluate\n");
    check_near(fake_number(&f, "loss.penalty"), fake_number(&f, "tie.penalty + decoder.penalty"),
               room);
    check_near(fake_number(&f, "tie.penalty"), 0.01 * tie_by_hand(m), room);
    /* Over batches of 8, 8 and 4 the mean, weighted by their sizes, is that over all. */
    check_near(fake_number(&f, "decoder.penalty"),
               fake_number(&f, "0.1*sum(abs(code.output) * norm(dec.kernel, axis=1))/20"), room);
    fake_finish(&f);
}

/* Without its term, or with a strength of 0, a model trains as one that never had it. */
static void what_does_not_count_changes_nothing(void **state)
{
    (void)state;
    struct fake a, b;
    start(&a, DATA LAYERS "train 3\n");
    start(&b, DATA LAYERS "term tie = 0 * sum((code.kernel - transpose(dec.kernel))^2)\n" DECODER
                          "set decoder = none\ntrain 3\n");
    const struct model *x = current_model(a.session), *y = current_model(b.session);
    assert_memory_equal(x->state.weight, y->state.weight, x->graph->weight_reals * sizeof(real));
    assert_true(fake_number(&b, "tie.penalty") == 0);
    fake_finish(&a);
    fake_finish(&b);
}

/* Blocks, calls, time axes, batch statistics, two outputs, and a column as long as the batch. */
static const char *const graphs[] = {
    MODEL,
    "data random 12 shape=3 target=3 batch=4\ninput 3\ndense 4 tanh as code\ndense 3 as dec\n" TIE
        DECODER,
    "data random 40 shape=5x4 target=3 batch=16\ninput 5x4 as x0\n"
    "block b { dense 3 tanh as top; dense 4 as low }\ntimedistributed b as one\n"
    "timedistributed dense 4 tanh as td\nadd on one, td as both\nflatten on both as flat\n"
    "batchnorm as bn\ndense 3 as out\ndense 2 sigmoid on bn as side\noutput out\nloss mse\n"
    "term t1 = 0.3 * sum((b.top.kernel - transpose(b.low.kernel))^2)\n"
    "term t2 = 0.2 * mean(one.output * td.output)\n"
    "term t3 = sum(abs(side.output) * norm(side.kernel)) / batch\n"
    "term t4 = 0.1/batch * max(out.output - mean(out.output, axis=0)) * sum(out.kernel^2) + "
    "0.05*var(td.output * mean(td.kernel, axis=0))\n"
    "term t5 = 0.4 * sum(transpose(side.output) - transpose(side.output)^2) / batch\n"
    "term t6 = 0.02 * norm(out.output * sum(transpose(out.kernel), axis=1))\n"
    "term t7 = 0.1 * sum(out.kernel)^2 + sum(exp(-transpose(transpose(out.kernel))^2))\n",
    DATA "input 3 as x\ndense 3 tanh as s\ns on s as again\ns on again as third\n"
         "dense 3 trainable=no as still\ndense 3 as y\n"
         "term t1 = 0.2 * sum((again.output - s.output)*third.output)/batch + 0.1*std(x.output)\n"
         "term t2 = 0.3 * sum(s.kernel * transpose(still.kernel) * s.kernel)\n"
         "term t3 = 0.1 * sum(where(s.kernel > 0, s.kernel, 2*y.kernel) / (2 + y.kernel^2))\n",
};

static void gradients_are_those_of_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof graphs / sizeof *graphs; i++) {
        struct fake f;
        start(&f, graphs[i]);
        fake_ok(&f, "optimizer adam\ncheckgrad\nstep 3\ncheckgrad\n");
        fake_finish(&f);
    }
}

/* The gradient into each weight is the sum of those of the rows: with plain gradient descent a step
 * of all together is the sum of the steps of each, from the same place. */
static void gradients_add_up(void **state)
{
    (void)state;
    static const char *const parts[] = {"set decoder.strength = 0\n", "set tie.strength = 0\n",
                                        "set tie.strength = 0\nset decoder.strength = 0\n", ""};
    real grad[4][64];
    size_t reals = 0;
    for (size_t i = 0; i < 4; i++) {
        struct fake f;
        start(&f, MODEL);
        fake_ok(&f, parts[i]);
        fake_ok(&f, "step 1\n");
        const struct model *m = current_model(f.session);
        reals = m->graph->weight_reals;
        assert_in_range(reals, 1, 64);
        memcpy(grad[i], m->state.grad, reals * sizeof(real));
        fake_finish(&f);
    }
    for (size_t k = 0; k < reals; k++)
        check_near((double)grad[3][k], (double)grad[0][k] + (double)grad[1][k] - (double)grad[2][k],
                   room);
}

static void a_frozen_kernel_counts_and_stays(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "set code.trainable = no\n");
    const struct model *m = current_model(f.session);
    fake_ok(&f, "step 1\n");
    real before[12];
    memcpy(before, weight_of(m, "code", "kernel"), sizeof before);
    fake_ok(&f, "train 2\n");
    assert_memory_equal(before, weight_of(m, "code", "kernel"), sizeof before);
    check_near(fake_number(&f, "tie.penalty"), 0.01 * tie_by_hand(m), room);
    /* The other tensor is still pulled. */
    fake_ok(&f, "set tie.strength = 1\ntrain 60\n");
    assert_true(tie_by_hand(m) < 1);
    fake_ok(&f, "set dec.trainable = no\npenalties\n");
    check_has(f.out.text, "frozen");
    fake_finish(&f);
}

static void it_is_told_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"term tie = sum(code.kernel)",
         "t:1:6: the name tie is given already, at t:7; choose another, tie_1"},
        {"term code = sum(code.kernel)",
         "t:1:6: the name code is given already, at t:3; choose another, code_1"},
        {"term a = code.kernel", "t:1:10: this is a tensor of 3x4, and a term is a single number; "
                                 "use sum(...), mean(...) or another reduction, without axis="},
        {"term a = 2 * 3", "t:1:14: this formula depends on no weight and no output; name some: "
                           "1e-3 * sum(code.kernel^2)"},
        {"term a = -1 * sum(code.kernel)", "t:1:10: a strength is 0 or more"},
        {"term a = sum(code.kernel - dec.kernel)",
         "t:1:14: 3x4 and 4x3 do not fit; counted from the last axis, sizes must be equal, or one "
         "of them 1"},
        {"term a = sum(code.output * norm(code.kernel, axis=1))",
         "t:1:14: batchx4 and 3x1 do not fit; counted from the last axis, sizes must be equal, or "
         "one of them 1; axis 0 of an output is the batch"},
        {"term a = sum(nosuch.kernel)",
         "t:1:14: there is no layer \"nosuch\"; summary lists the model"},
        {"term a = sum(code.kernel.grad)",
         "t:1:14: code.kernel.grad is no weight and no output; a term names weights (h.kernel), "
         "outputs (h.output), batch, and variables that are numbers, as they are now"},
        {"term a = tie.penalty",
         "t:1:10: tie.penalty is no weight and no output; a term names weights (h.kernel), outputs "
         "(h.output), batch, and variables that are numbers, as they are now"},
        {"term a = loss.data",
         "t:1:10: loss.data is no weight and no output; a term names weights (h.kernel), outputs "
         "(h.output), batch, and variables that are numbers, as they are now"},
        {"term a = l1(code.kernel)", "t:1:10: l1 is a penalty, and a formula calls functions; "
                                     "write its formula out; help l1 shows it"},
        {"term a.b = sum(code.kernel)", "t:1:6: a term has a plain name; write term tie = 1e-3 * "
                                        "sum((a.kernel - transpose(b.kernel))^2)"},
        {"term a = sum(code.kernel), 3", "t:1:28: a term is one formula; parts are joined by +"},
        {"term a = sum(transpose(3) * code.kernel)",
         "t:1:14: a single number has no axes to transpose; leave transpose out"},
        {"set tie.formula = 3", "t:1:5: the term tie has no setting \"formula\"; it has "
                                "tie.strength; set tie = none takes it away"},
        {"set tie = l1(1)", "t:1:11: tie is a term: set tie = none takes it away; its factor is "
                            "tie.strength; another formula is another term"},
        {"set tie.strength = -1", "t:1:20: a strength is 0 or more"},
        {"set tie.strength = 1/0",
         "t:1:20: strength is a number from 0 to 1e+30, not 1/0, which is inf"},
        {"dense 3 as tie", "t:1:12: the name tie is given already, at t:7; choose another, tie_1"},
        {"print tie.kernel",
         "t:1:7: the term tie has no \"kernel\"; it has tie.strength and tie.penalty"},
        {"print tie",
         "t:1:7: tie is a term, and a number or tensor is due; write tie.penalty or tie.strength"},
        {"define penalty p(x) = sum(transpose(x))",
         "t:1:27: a formula of x alone has the shape of x, and takes no transpose; a term can: "
         "term NAME = 1e-3 * sum((h.kernel - transpose(h.kernel))^2)"},
    };
    struct fake f;
    start(&f, DATA LAYERS TIE);
    fake_ok(&f, "model other\ninput 3\ndense 2 as far\nmodel main\n");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const uint64_t before = session_digest(f.session);
        fake_says(&f, wrong[i].line, OUTCOME_ERROR, wrong[i].says);
        assert_true(session_digest(f.session) == before);
    }
    fake_says(&f, "term a = sum(far.kernel)", OUTCOME_ERROR,
              "t:1:14: far.kernel is a tensor of the model other, and a term is about one model; "
              "model other makes that one current");
    /* A step that a formula refuses is not taken. */
    fake_ok(&f, "term a = sum(log(code.kernel))\n");
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "step 1 would make the penalty a (term) infinite or not a number");
    fake_ok(&f, "set a.strength = 0\nstep 1\n");
    fake_finish(&f);
}

/* The number in front is the strength, whatever follows it. */
static void the_number_in_front_is_the_strength(void **state)
{
    (void)state;
    struct fake f;
    start(&f, DATA LAYERS "let k = 0.5\nterm a = k * 3*sum(code.kernel)\n"
                          "term b = 2 / batch * sum(code.output^2)\nterm c = sum(dec.kernel)*7\n"
                          "term d = 2*sum(dec.kernel) + 1\n");
    fake_prints(&f, "term\n",
                "term a = 0.5 * (3*sum(code.kernel))\n"
                "term b = 2 * (1/batch*sum(code.output^2))\n"
                "term c = 1 * (sum(dec.kernel)*7)\n"
                "term d = 1 * (2*sum(dec.kernel) + 1)\n");
    assert_true(fake_number(&f, "a.strength") == 0.5);
    /* What is printed may be typed again. */
    fake_ok(&f, "set a = none\nterm a = 0.5 * (3*sum(code.kernel))\n");
    fake_prints(&f, "show a\n", "term a = 0.5 * (3*sum(code.kernel))\n");
    fake_finish(&f);
}

/* Changed, taken away and back again, under a rule, in a loop, in clones and after marks. */
static const char everything[] =
    MODEL "step 2\nset tie.strength = 2\nstep 1\nset tie.strength = 0.01*step every 2\nstep 3\n"
          "clone c\nset decoder = none\nterm decoder = 3 * mean(dec.output)^2\ntrain 1 on all\n"
          "set tie = none\nmodel main\nmark here\nset tie.strength = 5\nstep 2\ngoto here\n"
          "repeat 2 { set decoder.strength = decoder.strength*2; step 1 }\n"
          "let k = 0.25\nterm late = k*sum(abs(dec.bias))\nstep 1\nset late = none\nundo\n";

static void a_term_goes_where_its_model_goes(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, everything);
    assert_true(fake_number(&f, "late.strength") == 0.25);
    fake_ok(&f, "save session \"s.nnr\"\n");
    check_replays(&f, "s.nnr");
    fake_ok(&f, "model c\n");
    fake_prints(&f, "term\n", "term decoder = 3 * (mean(dec.output)^2)\n");
    fake_finish(&f);
}

/* Each statement is taken back to the bit. */
static void each_statement_can_be_taken_back(void **state)
{
    (void)state;
    static const char *const lines[] = {
        TIE,
        DECODER,
        "set tie.strength = 3\n",
        "set tie.strength = 1e-3*step every 2\n",
        "set decoder.strength = 0\n",
        "set tie = none\n",
        TIE,
        "set decoder = none\n",
        "term ending = mean(code.output)\n",
    };
    enum { LINES = sizeof lines / sizeof *lines };
    uint64_t was[LINES];
    struct fake f;
    start(&f, DATA LAYERS "step 1\n");
    for (size_t i = 0; i < LINES; i++) {
        was[i] = session_digest(f.session);
        fake_ok(&f, lines[i]);
        assert_true(session_digest(f.session) != was[i]);
    }
    for (size_t i = LINES; i-- > 0;) {
        fake_ok(&f, "undo\n");
        assert_true(session_digest(f.session) == was[i]);
    }
    fake_ok(&f, "step 1\n");
    fake_finish(&f);
}

/* The session after a sweep does not depend on the number of processes. */
static void a_sweep_of_a_strength(void **state)
{
    (void)state;
    static const char sweep[] = MODEL
        "sweep tie.strength = ? over 0 0.01 1 { train 2; measure p = tie.penalty }\nresults\n";
    struct fake one, two;
    start(&one, "");
    start(&two, "");
    one.host.jobs = 1;
    two.host.jobs = 2;
    fake_ok(&one, sweep);
    fake_ok(&two, sweep);
    assert_string_equal(one.out.text, two.out.text);
    assert_true(session_digest(one.session) == session_digest(two.session));
    fake_ok(&two, "model main_3\n");
    assert_true(fake_number(&two, "tie.strength") == 1);
    fake_finish(&one);
    fake_finish(&two);
}

/* A rule may ask for a term's row and strength: those of the last batch. */
static void rules_may_name_terms(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "set tie.strength = tie.strength*2 every 1\n"
                    "set decoder.strength = tie.penalty + 1 every 2\nstep 2\n");
    const double *row = trainer_of(current_model(f.session))->last_batch.row;
    const double tie = row[0];
    assert_true(fake_number(&f, "tie.strength") == 0.04);
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "decoder.strength"), tie + 1, 1e-12);
    fake_ok(&f, "set tie = none\n");
    assert_int_equal(current_model(f.session)->rules.count, 1);
    fake_finish(&f);
}

/* Other systems have no such terms. */
static void emulation_drops_it_and_says_so(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL "emulate keras-3\n");
    assert_true(fake_number(&f, "tie.penalty") == 0);
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "bent (dropped): in truth");
    fake_ok(&f, "emulate none\n");
    assert_true(fake_number(&f, "tie.penalty") > 0);
    /* Of the terms of frozen weights alone the switch speaks too. */
    fake_ok(&f, "set penalties.frozen = ignore\nset code.trainable = no\n");
    assert_true(fake_number(&f, "tie.penalty") > 0);
    fake_ok(&f, "set dec.trainable = no\n");
    assert_true(fake_number(&f, "tie.penalty") == 0);
    fake_finish(&f);
}

/* `print` of the formula and the row agree, whatever the number of samples. */
static void an_expression_means_the_same(void **state)
{
    (void)state;
    struct fake f;
    start(&f, "data random 4 shape=3 target=3 batch=4\n" LAYERS TIE DECODER);
    check_near(fake_number(&f, "0.1*sum(abs(code.output) * norm(dec.kernel, axis=1))/4"),
               fake_number(&f, "decoder.penalty"), room);
    check_near(fake_number(&f, "0.01*sum((transpose(code.kernel) - dec.kernel)^2)"),
               fake_number(&f, "tie.penalty"), room);
    fake_prints(&f, "print transpose(code.kernel) - transpose(code.kernel)\n",
                "[0 0 0 0 0 0 0 0 0 0 0 0]\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_the_formulas_say),
        cmocka_unit_test(what_does_not_count_changes_nothing),
        cmocka_unit_test(gradients_are_those_of_differences),
        cmocka_unit_test(gradients_add_up),
        cmocka_unit_test(a_frozen_kernel_counts_and_stays),
        cmocka_unit_test(it_is_told_what_is_wrong),
        cmocka_unit_test(the_number_in_front_is_the_strength),
        cmocka_unit_test(a_term_goes_where_its_model_goes),
        cmocka_unit_test(each_statement_can_be_taken_back),
        cmocka_unit_test(a_sweep_of_a_strength),
        cmocka_unit_test(rules_may_name_terms),
        cmocka_unit_test(emulation_drops_it_and_says_so),
        cmocka_unit_test(an_expression_means_the_same),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
