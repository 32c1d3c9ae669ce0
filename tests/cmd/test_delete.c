/* SPDX-License-Identifier: GPL-3.0-or-later */
/* delete: without its newest layer a model is as if that had never been there, whatever was said in
 * between; and what names a layer keeps it. */
#include "again.h"
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"

#include <stdio.h>
#include <string.h>

#define NET                                                                                        \
    "data random 12 shape=4x2 target=2\nbatch 4\ninput 4x2 as x\nflatten as flat\n"                \
    "dense 3 tanh kernel=l2(0.1) activity=l1(0.01) as h\ndense 2 as o\noutput o\nloss mse\n"       \
    "optimizer adam lr=0.01 ema=0.9\nstep 3\n"                                                     \
    "block tower { dense 3 as low; h on input as again; dense 2 on low as top }\n"

/* What is added, and as how many layers it goes. */
static const struct {
    const char *add;
    int times;
    bool idle; /* with it the model cannot train */
} added[] = {
    {"dense 5 relu kernel=l1(1)+l2(2) activity=hoyer(0.1) as w\n", 1, false},
    {"dense 5 relu kernel=l1(1)\ndense 2 bias=l2(0.1)\n", 2, false},
    {"dense 2 kernel=l1(1) as w\nset h.kernel = l2(0.1)+l1(1)\nset h.kernel = l2(0.1)\n"
     "set h.activity = none\nset h.activity = l1(0.01)\n",
     1, false},
    {"h on flat as w\n", 1, false},
    {"batchnorm as w\nactivation prelu\ndropout 0.5\n", 3, false},
    {"add on h, h as w\n", 1, false},
    {"input 7 as other\n", 1, true},
    {"bidirectional lstm 3 kernel=l2(1) on x as w\n", 1, false},
    {"timedistributed dense 3 kernel=l1(0.1) on x as w\n", 1, false},
    {"block each { dense 3 kernel=l1(1) }\ntimedistributed each on x as w\n", 2, false},
    {"block more { dense 3 kernel=l1(1); block deep { dense 2 }; deep }\n", 1, true},
    {"block more { dense 3 kernel=l1(1); block deep { dense 2 }; deep }\nmore on flat as w\n", 2,
     false},
    {"tower on flat as t\n", 1, false},
    {"tower on flat as t\ntower on flat as u\n", 2, false},
};

#define ENDS "dense 4 kernel=l1(0.1) on h as late\ntower on flat as end_of_it\nstep 3\ncheckgrad\n"

static void delete_times(struct fake *f, int times)
{
    for (; times > 0; times--)
        fake_ok(f, "delete\n");
}

static void as_if_it_had_never_been_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        struct fake f, plain;
        fake_start_as(&f, "quiet");
        fake_start_as(&plain, "quiet");
        fake_ok(&plain, NET);
        fake_ok(&f, NET);
        fake_ok(&f, added[i].add);
        delete_times(&f, added[i].times);
        if (session_digest(f.session) != session_digest(plain.session))
            fail_msg("not as if it had never been there: %s", added[i].add);
        fake_ok(&f, ENDS);
        fake_ok(&plain, ENDS);
        assert_true(session_digest(f.session) == session_digest(plain.session));
        fake_finish(&f);
        fake_finish(&plain);
    }
}

/* The numbers of the weights before o.bias ends, or of what the optimizer keeps of them. */
static size_t kept_numbers(const struct model *m)
{
    const struct weight *w = m->graph->weight;
    while (strcmp(w->path, "o.bias") != 0)
        w++;
    return w->at + w->count;
}

/* Steps with the layer move all; what they left of the others stays to the bit. */
static void what_was_trained_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        struct fake f;
        real was[4][200];
        fake_start_as(&f, "quiet");
        fake_ok(&f, NET);
        fake_ok(&f, added[i].add);
        if (added[i].idle)
            assert_int_equal(fake_run(&f, "train 2\n"), OUTCOME_ERROR);
        else
            fake_ok(&f, "train 2\n");
        const struct model *m = current_model(f.session);
        const size_t n = kept_numbers(m);
        assert_true(n <= 200);
        for (int block = 0; block < 4; block++)
            memcpy(was[block],
                   block == 0   ? m->state.weight
                   : block == 3 ? m->state.average
                                : m->state.slot[block - 1],
                   n * sizeof(real));
        const uint64_t updates = m->state.updates, points = m->history.series[0].count;
        delete_times(&f, added[i].times);
        m = current_model(f.session);
        assert_true(m->state.updates == updates && m->history.series[0].count == points);
        assert_memory_equal(was[0], m->state.weight, n * sizeof(real));
        assert_memory_equal(was[1], m->state.slot[0], n * sizeof(real));
        assert_memory_equal(was[2], m->state.slot[1], n * sizeof(real));
        assert_memory_equal(was[3], m->state.average, n * sizeof(real));
        fake_ok(&f, "step 1\ncheckgrad\npenalties\n" ENDS);
        fake_finish(&f);
    }
}

/* A layer of the same name later is another one: it is drawn, its curves are its own, and numbers
 * that a rule or set gave the first are not the second's. */
static void the_next_of_that_name_is_new(void **state)
{
    (void)state;
    struct fake f;
    double first, second;
    fake_start_as(&f, "quiet");
    fake_ok(&f, "data random 12 shape=3 target=1\ninput 3\ndense 4 kernel=l2(0.5) as w\n"
                "dropout 0.5 as d\ndense 1\noptimizer sgd lr=0.1 momentum=0.9\nprint 0\n");
    fake_ok(&f, "step 1\nundo\n");
    first = fake_number(&f, "sum(w.kernel^2)");
    fake_ok(&f, "set d.rate = 0.1 + 0*step every 1\nset w.kernel = l2(3)\ntrain 3\n"
                "set d.rate = 0.25\ndelete\ndelete d\ndelete w\n");
    fake_ok(&f, "dense 4 kernel=l2(0.5) as w\n");
    second = fake_number(&f, "sum(w.kernel^2)");
    check_near(second, first, 0);
    fake_ok(&f, "dropout 0.5 as d\n");
    assert_true(model_noise(current_model(f.session), 2) == 0.5);
    fake_ok(&f, "dense 1\n");
    check_near(fake_number(&f, "w.kernel.penalty"), 0.5 * first, 1e-5);
    fake_ok(&f, "train 1\n");
    const struct history *h = &current_model(f.session)->history;
    const struct series *s = history_find(h, SERIES_MEAN, "w");
    assert_true(!s || s->count == 1);
    assert_int_equal(history_find(h, SERIES_DATA, h->series[0].name)->count, 4);
    assert_non_null(history_find(h, SERIES_PENALTY, "w.kernel l2(0.5)"));
    assert_int_equal(history_find(h, SERIES_PENALTY, "w.kernel l2(0.5)")->count, 1);
    assert_null(history_find(h, SERIES_PENALTY, "w.kernel l2(3)"));
    fake_finish(&f);
}

static const char *const tries[] = {
    "delete\n",
    "delete o2\ndelete\ndense 1 as o3\n",
    "delete\nstep 1\ngoto m\nstep 1\ndelete o2\nstep 1\n",
    "clone b\ndelete\nstep 1\nmodel main\nstep 1\ndelete\ndelete\nmodel b\nstep 1\n",
    "clone b\nmodel main\ndelete o2\nstep 2 on all\n",
    "repeat 3 { dense 2 relu kernel=l1(0.1) as n; dense 1; step 2; delete; delete n; step 1 }\n",
    "for k in 1 2 { delete; dense 1 sigmoid kernel=l1(k) as again; step k }\n",
    "delete\nundo\nredo\nstep 1\nundo\nundo\nredo\n",
    "repeat 2 { delete; dense 1 sigmoid as other; output h, other; data rows { 1 2 -> 1 2 3 1; "
    "2 0 -> 0 1 0 1 }; train 1; output other; loss mse; data rows { 1 2 -> 1; 2 0 -> 0 }; "
    "output h; data rows { 1 2 -> 1 2 3; 2 0 -> 1 2 1 } }\n",
    "delete\ndelete\ndelete\ndelete\ninput 2\ndense 1\nstep 1\n",
    ("prune o2.kernel share=0.5\nstep 1\nprune h.kernel share=0.4\nstep 1\ndelete\nstep 1\n"
     "dense 2\ndense 1 as o2\nstep 2\n"),
    "step 1\ndelete nothing\nstep 1\ndelete\nstep 1\n",
    "seed 7\ndelete\ndense 1\nstep 1\nseed 8\ndense 1\nstep 1\ndelete\nstep 1\n",
};

#define TRAINED                                                                                    \
    "data moons 24 split=0.25\nbatch 8\ninput 2\ndense 3 tanh kernel=l2(0.1) as h\n"               \
    "dense 1 as o\ndense 1 kernel=l1(0.1) as o2\nstep 2\ntrain 1\nmark m\n"

/* Each line by itself, undone to the start and done again; and a record of it leads to the same. */
static void back_and_forth_to_the_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct fake f;
        int done = 0;
        fake_start_as(&f, "quiet");
        fake_ok(&f, TRAINED);
        const uint64_t first = session_digest(f.session);
        const enum outcome how = fake_run(&f, tries[i]);
        if ((how == OUTCOME_OK) == (strstr(tries[i], "nothing") != NULL))
            fail_msg("%s%s", tries[i], f.err.text);
        const uint64_t last = session_digest(f.session);
        fake_ok(&f, "save session \"mine.nnr\"\n");
        check_replays(&f, "mine.nnr");
        while (session_digest(f.session) != first && done++ < 20)
            if (fake_run(&f, "undo\n") != OUTCOME_OK)
                fail_msg("undo does not lead back: %s", tries[i]);
        for (; done > 0; done--)
            fake_ok(&f, "redo\n");
        if (!strstr(tries[i], "redo"))
            assert_true(session_digest(f.session) == last);
        fake_finish(&f);
    }
}

/* In a loop the losses that nnr chooses are for layers that were not there before it, though there
 * were as many: they are no lines before the loop. */
static void what_is_chosen_after_it(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "quiet");
    fake_ok(&f, "data rows { 1 2 -> 1 2 3 1; 2 0 -> 0 1 0 1 }\ninput 2\ndense 3 as h\n"
                "dense 1 as o\nrepeat 2 { delete; dense 1 sigmoid as other; output h, other\n"
                "train 1; loss mse; output h }\n");
    fake_ok(&f, "save session \"mine.nnr\"\n");
    check_replays(&f, "mine.nnr");
    fake_finish(&f);
}

static void a_saved_model_comes_back(void **state)
{
    (void)state;
    struct fake f, other;
    fake_start_as(&f, "quiet");
    fake_ok(&f, TRAINED "delete\nstep 1\nsave weights \"w.safetensors\"\n");
    fake_start_as(&other, "quiet");
    fake_ok(&other,
            "data moons 24 split=0.25\nbatch 8\ninput 2\n"
            "dense 3 tanh kernel=l2(0.1) as h\ndense 1 as o\nload weights \"w.safetensors\"\n");
    check_near(fake_number(&f, "sum(h.kernel^2)+sum(o.kernel^2)"),
               fake_number(&other, "sum(h.kernel^2)+sum(o.kernel^2)"), 0);
    fake_finish(&f);
    fake_finish(&other);
}

static void runs_of_a_sweep_delete(void **state)
{
    (void)state;
    char said[2][4000];
    for (int jobs = 1; jobs <= 2; jobs++) {
        struct fake f;
        char text[400];
        fake_start(&f);
        snprintf(text, sizeof text,
                 TRAINED "sweep h.kernel = l2(?) over 0 0.1 jobs=%d {\ndelete; dense 1 sigmoid; "
                         "step 3; delete; step 2\nmeasure size = sum(o.kernel^2) }\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f, "results format=json\nsummary\n");
        snprintf(said[jobs - 1], sizeof said[0], "%s", f.out.text);
        fake_finish(&f);
    }
    assert_string_equal(said[0], said[1]);
}

#define LAST "input 2 as x\ndense 3 as h\ndense 1 as o\n"

static void what_names_it_keeps_it(void **state)
{
    (void)state;
    static const struct {
        const char *before, *wrong, *says;
    } cases[] = {
        {"", "delete\n",
         "t:1:1: main has no layer to delete; model lists the models, and which is "
         "the current one"},
        {LAST, "delete h\n",
         "t:1:8: h is not the newest layer: o reads it; delete takes away one "
         "after the other: first delete o"},
        {LAST "h on x as twice\n", "delete o\n",
         "t:1:8: o is not the newest layer, twice is; delete takes away one after the other: first "
         "delete twice"},
        {"input 2 as x\ndense 3 as h\nh on x as twice\n", "delete h\n",
         "t:1:8: h is not the newest layer: twice calls it; delete takes away one after the other: "
         "first delete twice"},
        {LAST "block b { dense 2 }\n", "delete o\n",
         "t:1:8: o is not the newest layer, b is; delete takes away one after the other: first "
         "delete b"},
        {LAST, "delete nope\n", "t:1:8: there is no layer \"nope\"; summary lists the model"},
        {LAST "output h, o\n", "delete\n",
         "t:1:1: output names o; name other tensors before: output NAME; or undo that statement"},
        {LAST "output h, o\nloss mse on o\noutput h\n", "delete o\n",
         "t:1:8: o has a loss of its own; choose one loss for all outputs before: loss mse; or "
         "undo that statement"},
        {LAST "term tie = 2 * sum(o.kernel^2)\n", "delete\n",
         "t:1:1: the term tie names o; take it out before: set tie = none"},
        {LAST "set h.kernel = l2(1e-3 * (1 + sum(o.kernel^2))) every 1\n", "delete\n",
         "t:1:1: the rule set h.kernel = l2(1e-3*(1 + sum(o.kernel^2))) names o; give it a value "
         "before, which ends the rule: set h.kernel = ..."},
        {LAST "set o.kernel = l2(1e-3 * step) every 1\n", "delete\n",
         "t:1:1: the rule set o.kernel = l2(1e-3*step) names o; give it a value before, which ends "
         "the rule: set o.kernel = ..."},
        {"data moons 20 split=0.2\n" LAST "step 1\nset h.kernel = l2(0.1 * val.o.loss) every 1\n",
         "delete\n",
         "t:1:1: the rule set h.kernel = l2(0.1*val.o.loss) names o; give it a value before, which "
         "ends the rule: set h.kernel = ..."},
        {"data moons 20\n" LAST "watch loss mean(abs(o.output)) every 2\n", "delete\n",
         "t:1:1: mean(abs(o.output)) is watched, and names o; unwatch ends all watching; then "
         "delete it"},
        {"data moons 20\n" LAST "watch weights o\n", "delete\n",
         "t:1:1: weights is watched, and names o; unwatch ends all watching; then delete it"},
        {LAST "data moons 20\n", "sweep o.kernel = l2(?) over 0 1 { delete; step 1 }\n",
         "t:1:35: the sweep that goes on sets o.kernel, of o; delete it before the sweep, or sweep "
         "another setting"},
        {LAST, "delete on all\n", "t:1:8: delete takes no \"on\"; it takes no clauses"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i].before);
        const uint64_t before = session_digest(f.session);
        fake_says(&f, cases[i].wrong, OUTCOME_ERROR, cases[i].says);
        assert_true(session_digest(f.session) == before);
        fake_finish(&f);
    }
}

/* What the errors say to do helps. */
static void then_it_goes(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 20\n" LAST "term tie = 2 * sum(o.kernel^2)\n"
                "set h.kernel = l2(1e-3 * (1 + sum(o.kernel^2))) every 1\nwatch mean(o.output)\n"
                "output h, o\nloss mse\noutput h\n");
    fake_ok(&f, "set tie = none\nunwatch\nset h.kernel = l2(1)\ndelete o\n");
    assert_int_equal(current_model(f.session)->graph->weights, 2);
    assert_int_equal(fake_run(&f, "delete\n"), OUTCOME_ERROR);
    fake_ok(&f, "output x\ndelete h\n");
    assert_int_equal(current_model(f.session)->graph->layers, 1);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_if_it_had_never_been_there),
        cmocka_unit_test(what_was_trained_stays),
        cmocka_unit_test(the_next_of_that_name_is_new),
        cmocka_unit_test(back_and_forth_to_the_bit),
        cmocka_unit_test(what_is_chosen_after_it),
        cmocka_unit_test(a_saved_model_comes_back),
        cmocka_unit_test(runs_of_a_sweep_delete),
        cmocka_unit_test(what_names_it_keeps_it),
        cmocka_unit_test(then_it_goes),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
