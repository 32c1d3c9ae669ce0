/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model that went through bytes is the same: its digest, and what it does from there on. */
#include "check.h"
#include "host.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/emulation.h"
#include "cmd/session/names.h"
#include "cmd/session/snapshot.h"
#include "cmd/session/state.h"
#include "nn/layer.h"
#include "train/model_bytes.h"

#include <string.h>

/* The digest says nothing of curves. */
static void same_history(const struct history *a, const struct history *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct series *x = &a->series[i], *y = &b->series[i];
        assert_memory_equal(&x->start, &y->start, sizeof x->start);
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->count, y->count);
        for (size_t k = 0; k < x->count; k++) {
            assert_true(x->step[k] == y->step[k]);
            assert_memory_equal(&x->value[k], &y->value[k], sizeof(double));
        }
    }
    assert_int_equal(a->events, b->events);
    for (size_t i = 0; i < a->events; i++) {
        assert_int_equal(a->event[i].step, b->event[i].step);
        assert_string_equal(a->event[i].label, b->event[i].label);
    }
}

/* Puts in the place of each model what its bytes say; with `shares` the graph is not among them. */
static void pass_through(struct session *s, bool shares)
{
    const struct entry_finder f = definitions_finder(s);
    for (size_t i = 0; i < s->models; i++) {
        struct model *m = s->model[i];
        struct str bytes = {0};
        struct err e = {0};
        assert_int_equal(model_write(&bytes, &f, m, shares ? m : NULL), 0);
        assert_false(bytes.failed);
        struct model *read = model_read(bytes.text, bytes.size, &f, shares ? m : NULL, &e);
        if (!read)
            fail_msg("%s: %s", m->name, e.what);
        str_finish(&bytes);
        assert_true(model_digest(read, 1) == model_digest(m, 1));
        assert_true((read->graph == m->graph) == shares);
        same_history(&read->history, &m->history);
        index_cut(&s->names->models, i);
        snapshot_touched(s, m);
        model_destroy(m);
        s->model[i] = read;
        session_bend(s, read);
    }
}

static const char after[] = "summary\n", more[] = "step 2\npenalties\nprint loss\n";

/* What is said, and the state, with and without the way through bytes. */
static void same_as_before(const char *text, bool shares)
{
    struct fake a, b;
    fake_start(&a);
    fake_start(&b);
    a.folder = b.folder = SCRIPTS;
    fake_ok(&a, text);
    fake_ok(&b, text);
    pass_through(b.session, shares);
    const char *const texts[] = {after, more};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(fake_run(&a, texts[i]), fake_run(&b, texts[i]));
        assert_string_equal(a.out.text, b.out.text);
        assert_string_equal(a.err.text, b.err.text);
        assert_true(session_digest(a.session) == session_digest(b.session));
    }
    fake_finish(&a);
    fake_finish(&b);
}

static void every_example(void **state)
{
    const struct table *const tables[] = {&layer_kinds,      &penalty_kinds, &init_kinds,
                                          &constraint_kinds, &loss_kinds,    &opt_kinds,
                                          &activation_kinds};
    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t]->rows; i++)
            for (int shares = 0; shares < 2; shares++)
                same_as_before(tables[t]->row[i]->example, shares);
}

static const char *const texts[] = {
    "",
    "data moons 100\ninput 2",
    "data moons 100\ninput 2\ndense 4 relu\ndense 1 sigmoid",
    /* blocks in blocks, shared layers, a wrapper, a layer that is frozen */
    "data random 40 shape=5x4 target=1\ninput 5x4\nlayernorm activity=l2(0.1) as s\n"
    "block inner { dense 3 tanh kernel=l1(0.01)+l2(0.02) as top; dropout 0.2 }\n"
    "block b { dense 6 tanh trainable=no activity=l2(0.3); inner as once; dense 4 }\n"
    "timedistributed b as one\ns on one as two\nflatten\ndense 1\nstep 3",
    "data rows { 0 | 1 -> 1; 1 | 1 -> 0 }\ninput 1 as a\ninput 1 as b\n"
    "block tower { dense 4 tanh kernel=l2(1e-3); dense 2 as top }\ntower on a as ta\n"
    "tower on b as tb\nconcat on ta, tb\ndense 1 sigmoid\nstep 2\nset tower.top.kernel = l1(1e-2)\n"
    "step 1\nset tower.trainable = no",
    /* a block that was never called */
    "input 2\nblock idle { dense 3 kernel=l1(1) }",
    /* own penalties, also with parameters, and one that was put in a slot later */
    "data moons 100\ninput 2\ndefine penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)\n"
    "define penalty far(x, a=0.1, reduce=sum) = sum(max(abs(x) - a, 0))\n"
    "dense 6 tanh kernel=hoyer(1e-3)+l2(1e-2) activity=far(0.1, 0.3) as h\n"
    "dense 1 sigmoid\nstep 4\nset h.bias = hoyer(2e-3)",
    /* several outputs with losses of their own */
    "data random 40 shape=4 target=3\ninput 4 as x\ndense 5 tanh as h\ndense 1 on h as p\n"
    "dense 2 on h as q\noutput p, q\nloss mse\nloss huber delta=0.5 weight=0.3 on q\n"
    "optimizer rmsprop lr=1e-2 momentum=0.5 clipnorm=1\nstep 3",
    /* validation, epochs, events, a watched expression, half an epoch */
    "data moons 200 split=0.25 batch=16\ninput 2\ndense 6 relu kernel=l1(1e-4) as h\n"
    "dense 1 sigmoid\nwatch norm(h.kernel) every 2\ntrain 3\nset h.kernel = l1(1e-2)\nstep 3",
    /* several models, one of which is a clone that went on */
    "data moons 100\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\noptimizer adam\ntrain 2\nclone "
    "b\n"
    "set h.kernel = l2(0.1)\nstep 1\nmodel main\ndense 2 on h as aside",
    /* terms over several tensors, one of them with another strength by now and one taken away */
    "data random 20 shape=3 target=3 batch=8\ninput 3\ndense 4 tanh as a\ndense 3 as b\n"
    "term tie = 0.1 * sum((a.kernel - transpose(b.kernel))^2)\nterm gone = sum(a.kernel)\n"
    "term out = 0.1 * sum(abs(a.output)*norm(b.kernel, axis=1))/batch\nstep 2\n"
    "set tie.strength = 2\nset gone = none\nset out.strength = step/10 every 2\nstep 3",
    /* weights that stay 0, a whole kernel held, a penalty on what a layer does inside */
    "data moons 100\ninput 2\ndense 4 tanh activity=contractive(0.1) kernel=l2sp(0.1) as h\n"
    "dense 3 tanh kernel_constraint=max_norm(1, 0, 1) as p\ndense 1 sigmoid\n"
    "optimizer adam\nstep 2\nprune h.kernel share=0.5\nprune p.kernel share=0.2\nstep 1\n"
    "dense 2 on p as aside",
    /* something is bent */
    "emulate keras-3\ndata moons 100\ninput 2\ndense 4 tanh kernel=l2(1) trainable=no as h\n"
    "dense 1 sigmoid\nstep 2",
};

static void texts_of_all_sorts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int shares = 0; shares < 2; shares++)
            same_as_before(texts[i], shares);
}

static void start_one(struct fake *f, struct str *bytes)
{
    fake_start(f);
    fake_ok(f, "data moons 20\ninput 2\ndefine penalty far(x) = sum(max(abs(x) - 1, 0))\n"
               "dense 2 tanh kernel=far(1e-3) as h\ndense 1 sigmoid\ntrain 1\n");
    const struct entry_finder finder = definitions_finder(f->session);
    assert_int_equal(model_write(bytes, &finder, current_model(f->session), NULL), 0);
}

/* Bytes that are cut or damaged are no model, nor those of a model whose penalty is not there. */
static void what_is_not_whole_is_no_model(void **state)
{
    struct fake f;
    struct str bytes = {0};
    (void)state;
    start_one(&f, &bytes);
    const struct entry_finder finder = definitions_finder(f.session), none = {0};
    for (size_t n = 0; n < bytes.size; n++) {
        struct err e = {0};
        assert_null(model_read(bytes.text, n, &finder, NULL, &e));
        check_has(e.what, "not whole");
        bytes.text[n] ^= 4;
        assert_null(model_read(bytes.text, bytes.size, &finder, NULL, &e));
        bytes.text[n] ^= 4;
    }
    struct err e = {0};
    assert_null(model_read(bytes.text, bytes.size, &none, NULL, &e));
    struct str again = {0};
    assert_int_equal(model_write(&again, &none, current_model(f.session), NULL), -1);
    struct model *m = model_read(bytes.text, bytes.size, &finder, NULL, &e);
    assert_non_null(m);
    model_destroy(m);
    str_finish(&bytes);
    str_finish(&again);
    fake_finish(&f);
}

static void without_memory(void **state)
{
    struct fake f;
    struct str bytes = {0};
    (void)state;
    start_one(&f, &bytes);
    const struct entry_finder finder = definitions_finder(f.session);
    for (long n = 1;; n++) {
        struct err e = {0};
        mem_fail_at(n);
        struct model *m = model_read(bytes.text, bytes.size, &finder, NULL, &e);
        const bool failed = mem_failed();
        mem_fail_at(0);
        assert_true(failed ? !m : m != NULL);
        model_destroy(m);
        if (!failed)
            break;
    }
    str_finish(&bytes);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example),
        cmocka_unit_test(texts_of_all_sorts),
        cmocka_unit_test(what_is_not_whole_is_no_model),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
