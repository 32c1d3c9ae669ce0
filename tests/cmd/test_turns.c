/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in { } acts in every turn: a loop leads where its statements lead when they are
 * written out one below the other. */
#include "again.h"

#include <sys/stat.h>

#define NET "data moons 40 split=0.2 batch=8\ninput 2 as x\ndense 4 tanh as h\ndense 1 sigmoid\n"

/* What comes before, and what is done in each turn. `;` ends each statement of a turn. */
static const struct turn {
    const char *before, *body;
} turns[] = {
    {NET "mark a\n", "goto a; train 1; print norm(h.kernel) step;"},
    {NET "train 1\nmark a\n", "goto a; set h.kernel = l1(1e-2); step 3; print norm(h.kernel);"},
    {NET "mark a\n", "step 3; goto a; step 1; print loss;"},
    {NET, "mark b; step 3; goto b; step 1; print norm(h.kernel);"},
    {NET, "step 2; mark b; step 1; goto b; print step;"},
    {NET "train 1\nmark a\n", "goto a; clone c; step 3 on all; print norm(h.kernel) step;"},
    {NET "step 2\nmark a\n", "clone c; step 3; model main; step 1; goto a;"},
    {NET "step 2\nmark a\n", "goto a; rename other; step 1; print step;"},
    {NET "mark a\n", "goto a; dense 3 as more; dense 1 sigmoid as top; step 2; print step;"},
    {NET "mark a\n", "goto a; seed 4; step 2; print norm(h.kernel);"},
    {NET "mark a\n", "goto a; data moons 24 batch=4; train 1; print step;"},
    {NET "mark a\n", "goto a; batch 5; train 1; print data.batch step;"},
    {NET, "set h.activity = l1(1e-2); step 2; set h.activity = none; step 1; print loss;"},
    {NET, "set h.trainable = no; step 2; set h.trainable = yes; step 1; print norm(h.kernel);"},
    {NET "optimizer adam\n", "set optimizer.lr = 0.9*optimizer.lr; step 1; print optimizer.lr;"},
    {NET, "optimizer sgd lr=0.1; step 1; optimizer adam; step 1; print norm(h.kernel);"},
    {NET "set h.activity = l1(1e-2)\nmark a\n",
     "emulate keras-2.2; evaluate; step 1; emulate none; evaluate; goto a;"},
    {NET "set h.activity = l1(1e-2)\nmark a\n", "goto a; emulate keras-2.2; step 1; print loss;"},
    {NET "set h.kernel = l1(1e-2)\nset h.trainable = no\n",
     "set penalties.frozen = ignore; evaluate; set penalties.frozen = count; step 1;"},
    {NET, "watch loss norm(h.kernel) every 2; step 3; unwatch; step 1;"},
    {NET "watch norm(h.kernel) every 2\n", "step 3; evaluate; let k = loss; print k;"},
    {NET, "watch norm(h.kernel) every 3; step 2;"},
    {NET, "save weights \"w.safetensors\"; step 2; load weights \"w.safetensors\"; print step;"},
    {NET "train 1\nmark a\n",
     "save weights \"w.safetensors\"; goto a; step 1; load weights \"w.safetensors\";"},
    {NET "mark a\n", "goto a; evaluate; let k = loss; step 1; print k loss;"},
    {NET "mark a\n", "goto a; train until loss < 0.6 max 3; print step;"},
    {NET "mark a\n", "goto a; output h; loss mse on h; output dense_1; step 1; print step;"},
    {NET "step 1\n", "source \"part.nnr\"; print norm(h.kernel) step;"},
    {NET "mark a\n", "goto a; source \"part.nnr\"; source \"part.nnr\"; print norm(h.kernel);"},
    {NET "mark a\n", "source \"back.nnr\"; print norm(h.kernel) step;"},
};

/* The body written `times` below the other, a statement a line. */
static void flat(struct str *to, const char *body, int times)
{
    for (int i = 0; i < times; i++)
        for (const char *at = body; *at; at++)
            str_bytes(to, *at == ';' ? "\n" : at, 1);
}

/* A run of a whole turn, and the way it was written. */
struct way {
    const char *form; /* %s: the body */
    int times;
};

static const struct way ways[] = {
    {"repeat 2 { %s }\n", 2},
    {"repeat 3 { %s }\n", 3},
    {"for v in 1 2 3 { %s }\n", 3},
    {"repeat 2 { repeat 2 { %s } }\n", 4},
    {"for v in 1 2 { repeat 2 { %s }; %s }\n", 6},
    {"repeat 2 { source \"turn.nnr\" }\n", 2},
    {"source \"loop.nnr\"\n", 3},
};

/* Both sessions say the same and are the same. */
static void check_way(const struct turn *t, const struct way *w)
{
    struct fake loop, plain;
    struct str text = {0}, lines = {0};
    /* A number that the loop's own variable takes is there in both. */
    const char *last = strstr(w->form, "1 2 3") ? "let v = 3\n" : "let v = 2\n";
    str_addf(&text, w->form, t->body, t->body);
    flat(&lines, t->body, w->times);
    fake_start(&loop);
    fake_start(&plain);
    fake_ok(&loop, t->before);
    fake_ok(&loop, last);
    fake_ok(&plain, t->before);
    fake_ok(&plain, last);
    fake_ok(&loop, text.text);
    char *said = strdup(loop.out.text);
    fake_ok(&plain, lines.text);
    if (strcmp(said, plain.out.text) != 0)
        fail_msg("%s%s says\n%swritten out it says\n%s", t->before, text.text, said,
                 plain.out.text);
    check_same(&loop, &plain, text.text);
    free(said);
    fake_finish(&plain);
    fake_finish(&loop);
    str_finish(&text);
    str_finish(&lines);
}

static void write_files(const struct turn *t)
{
    struct str text = {0};
    folder_text("part.nnr", "step 1\nset h.kernel = l2(1e-2)\nundo\nmark inner\nstep 2\n"
                            "goto inner\nset h.kernel = none\n");
    folder_text("back.nnr", "goto a\nstep 1\n");
    folder_text("turn.nnr", t->body);
    str_addf(&text, "repeat 3 { %s }\n", t->body);
    folder_text("loop.nnr", text.text);
    str_finish(&text);
}

static void a_loop_is_its_statements_written_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        write_files(&turns[i]);
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
            check_way(&turns[i], &ways[k]);
    }
}

/* A loop is one statement for undo, and what is recorded of it does the same again. */
static void a_loop_is_taken_back_and_replayed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        struct fake f;
        struct str text = {0};
        write_files(&turns[i]);
        fake_start(&f);
        fake_ok(&f, turns[i].before);
        fake_ok(&f, "let v = 1\nevaluate\nunwatch\n");
        const uint64_t before = session_digest(f.session);
        str_addf(&text, "repeat 2 { %s }\n", turns[i].body);
        fake_ok(&f, text.text);
        /* Marks and watches are not taken back. */
        const bool keeps = strstr(text.text, "mark") || strstr(text.text, "source") ||
                           (strstr(text.text, "watch") && !strstr(text.text, "unwatch"));
        fake_ok(&f, "save session \"s.nnr\"\n");
        check_replays(&f, "s.nnr");
        fake_ok(&f, "undo\n");
        if (!keeps && session_digest(f.session) != before)
            fail_msg("not as before: %s%s", turns[i].before, text.text);
        fake_finish(&f);
        str_finish(&text);
    }
}

/* The figures of a sweep by hand: each turn begins where the mark stands. */
static void a_mark_in_a_sweep_by_hand(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "mark a\n");
    fake_ok(&f, "repeat 3 { goto a; step 7; print step step+1 }\n");
    assert_int_equal(count_of(f.out.text, "\nstep = 7, step + 1 = 8\n"), 3);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_is_its_statements_written_out),
        cmocka_unit_test(a_loop_is_taken_back_and_replayed),
        cmocka_unit_test(a_mark_in_a_sweep_by_hand),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
