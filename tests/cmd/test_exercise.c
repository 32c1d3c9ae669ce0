/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exercises: proved where nobody is there, done by a person else, recorded as they were done. */
#include "again.h"

#include "base/mem.h"

#define NET "data moons 40 batch=8\ninput 2 as x\ndense 4 tanh as h\ndense 1 sigmoid\n"
#define TASK                                                                                       \
    "exercise \"Shrink h.\" until norm(h.kernel) < 0.5 and 1 < 2 { set h.kernel = l2(1); train "   \
    "200 "                                                                                         \
    "}\n"

/* A session before which a person sits, who types what stands between the | of `answers`. */
static void start_person(struct fake *f, const char *answers)
{
    fake_start(f);
    f->host.watched = true;
    f->answers = answers;
}

static void braces_are_carried_out_and_the_condition_must_hold(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET TASK "hint \"one\"; hint \"two\"\nlet after = 1\n");
    check_has(f.out.text, "exercise: Shrink h.\n");
    check_has(f.out.text, "\nsolved: norm(h.kernel) is ");
    check_has(f.out.text, ", wanted < 0.5\n        1 is 1, wanted < 2\n");
    assert_true(fake_number(&f, "after") == 1);
    assert_int_equal(f.shown.size, 0);
    fake_says(&f, "exercise \"a\" until 1 < 2 and 3 + 1 < 2 { let k = 7 }", OUTCOME_EXPECT,
              "t:1:30: the exercise is not solved: 3 + 1 is 4, wanted < 2");
    assert_true(fake_number(&f, "k") == 7);
    fake_finish(&f);
}

static void what_is_wrong_with_an_exercise(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"exercise \"a\" until 1 > 0",
         "t:1:1: an exercise that nobody does needs braces; write what solves it: exercise "
         "\"...\" until ... { ... }"},
        {"exercise \"a\" { let k = 1 }",
         "t:1:1: exercise needs \"until\"; write exercise TASK until VALUE [{ ... }]"},
        {"exercise \"a\" until 1 > 0 { repeat 2 { exercise \"b\" until 1 > 0 { } } }",
         "t:1:39: an exercise stands in another one; end the first with } before the next begins"},
        {"exercise \"a\" until 1 > 0 { source \"inner.nnr\" }",
         "./inner.nnr:1:1: an exercise stands in another one; end the first with } before the next "
         "begins"},
        {NET "exercise \"a\" until h.kernel { let k = 1 }",
         "t:5:20: this is a tensor of 2x4, and a single number is needed; use mean(...), sum(...) "
         "or another reduction"},
        {"exercise \"a\" until nosuch > 0 { let k = 1 }",
         "t:1:20: no quantity or variable \"nosuch\"; help expressions lists what there "
         "is"},
        {"hint \"a\"", "t:1:1: a hint stands behind its exercise, or behind another hint of it; "
                       "write it right behind the } of the exercise"},
        {"again", "t:1:1: again is for an exercise, and none goes on; help exercise tells of it"},
        {"hint", "t:1:1: hint is for an exercise, and none goes on; help exercise tells of it"},
        {"exercise \"a\" until 1 > 0 { repeat 1 { skip } }",
         "t:1:39: skip stands by itself, not in { } or a file that source reads; write it behind "
         "them"},
        {"exercise \"a\" until 1 > 0 { skip; let k = 1 }",
         "t:1:28: skip ends an exercise: nothing behind it is done; write it last in the braces"},
        {"exercise \"a\" until 1 > 0 { solve }",
         "t:1:28: solve is for a person who does the exercise; write what solves it"},
        {"exercise \"a\" until 1 > 0 { tain 3 }",
         "t:1:28: no verb or layer \"tain\"; did you mean train?"},
        {"answer 0 { }", "t:1:8: number is a whole number from 1 to 1000000, not 0"},
        {"answer 1", "t:1:1: answer needs { }; write answer NUMBER { ... }"},
    };
    (void)state;
    folder_text("inner.nnr", "exercise \"b\" until 1 > 0 { }\n");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fake f;
        fake_start(&f);
        fake_says(&f, wrong[i].text, OUTCOME_ERROR, wrong[i].says);
        fake_finish(&f);
    }
}

/* With --check nothing is trained, and all that is wrong is told. */
static void check_looks_into_the_braces(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "check");
    fake_ok(&f, NET TASK "hint \"one\"\nfor k in 1 2 { " TASK " }\n");
    assert_true(fake_run(&f, "exercise \"a\" until h.kernl > 0 and norm(nosuch) > 0 { tain 1 }") ==
                OUTCOME_ERROR);
    check_has(f.err.text, "no verb or layer \"tain\"");
    check_has(f.err.text, "h has no \"kernl\"");
    assert_true(fake_run(&f, "exercise \"a\" until 1 > 0") == OUTCOME_ERROR);
    fake_finish(&f);
}

static void a_word_of_exercises_may_be_a_name(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 3 as x\ndense 3 as skip\nskip on x as again\nadd on skip, again\nlet hint = "
                "1\nlet solve = 2\n");
    assert_true(fake_number(&f, "hint + solve") == 3);
    fake_says(&f, "let exercise = 1", OUTCOME_ERROR,
              "t:1:5: exercise is a word of the language; choose another, exercise_1");
    fake_finish(&f);
}

static void a_person_sees_what_is_lacking_and_goes_on_when_it_holds(void **state)
{
    (void)state;
    struct fake f;
    start_person(&f, "let a = 1|hint|hint|hint|nonsense|let b = 3|");
    fake_ok(&f, "let b = 0\nexercise \"Set both.\" until a == 1 and b >= 3 { let a = 1; let b = 4 "
                "}\nhint \"first\"\nhint \"second\"\nlet after = 1\n");
    check_has(f.out.text, "exercise: Set both.\nuntil: a == 1 and b >= 3\n");
    check_has(f.out.text, "  holds:   a is 1, wanted == 1\n  not yet: b is 0, wanted >= 3\n");
    check_has(f.out.text, "hint: first\n");
    check_has(f.out.text, "hint: second\n");
    check_has(f.out.text, "solved: a is 1, wanted == 1\n        b is 3, wanted >= 3\n");
    check_has(f.err.text, "there is no further hint");
    check_has(f.err.text, "<prompt>:1:1: no verb or layer \"nonsense\"");
    check_has(f.shown.text, "nnr exercise> ");
    assert_true(fake_number(&f, "after + b") == 4);
    fake_finish(&f);
}

/* As the teacher wrote them, and not as a tree: keras-2.0 is one word. */
static void solve_shows_what_is_written(void **state)
{
    (void)state;
    struct fake f;
    start_person(&f, "solve");
    fake_ok(&f, NET "let k = 1\nexercise \"a\" until k == 2 {\n  emulate keras-2.0\n"
                    "  let k = 1+1 # so\n}\n");
    check_has(f.out.text, "> emulate keras-2.0\n");
    check_has(f.out.text, "> let k = 1+1\n");
    fake_finish(&f);
}

static void solve_again_skip_and_undo(void **state)
{
    (void)state;
    struct fake f;
    start_person(&f, "set h.kernel = l1(3)|train 2|again|solve");
    fake_ok(&f, NET TASK);
    check_has(f.out.text, "> set h.kernel = l2(1)\n");
    check_has(f.out.text, "> train 200\n");
    check_has(f.out.text, "solved: norm(h.kernel) is ");
    fake_ok(&f, "expect epoch == 200");
    /* The exercise is one statement. */
    fake_ok(&f, "undo");
    fake_ok(&f, "expect epoch == 0");
    f.answers = "let k = 1|let k = 2|undo|print k|undo|undo|skip|";
    fake_ok(&f, "exercise \"a\" until 1 < 0 { let k = 3 }");
    check_has(f.out.text, "taken back: let k=2\n");
    check_has(f.out.text, "\n1\n");
    check_has(f.err.text, "there is nothing to take back; undo takes back what was done in the "
                          "exercise");
    fake_finish(&f);
}

/* Sessions of a person; and what is typed in the exercises. */
static const struct {
    const char *script, *typed;
} sessions[] = {
    {NET TASK "step 1\n", "set h.kernel = l2(2)|train 200|"},
    {NET TASK "step 1\nundo\nstep 2\n",
     "set h.kernel = l1(1)|undo|set h.kernel = l2(2)|train 200|"},
    {NET TASK "step 1\n", "step 3|again|step 2|undo|step 1|undo|undo|mark m|step 1|goto m|solve|"},
    {NET TASK "step 1\nundo\nredo\nstep 1\n",
     "step 3|step 1|undo 2|redo|step 1|undo|redo|again|undo|redo|undo|solve|"},
    {NET "train 1\n" TASK "step 1\n", "train 2|tain 2|train 1; tain 3|expect 1 < 0|skip|"},
    {NET TASK TASK "step 1\n",
     "solve|undo|step 2|undo|undo|skip|train 1|repeat 3 { step 1 }|skip|"},
    {NET "for k in 1 2 { step 1; exercise \"a\" until j == k { let j = k }; step 2 }\nstep 1\n",
     "step 1|let j = 1|step 3|let j = 2|"},
    {NET "repeat 2 { exercise \"a\" until j == step { let j = step }; for k in 1 2 { step k } }\n"
         "step 1\nundo\nundo\nstep 1\n",
     "let j = step|skip|"},
    {NET "source \"task.nnr\"\nstep 1\n", "step 1|let j = 1|"},
    {NET "clone b\nexercise \"a\" until epoch == 2 { train 2 on all }\nstep 1 on all\n",
     "train 1 on all|set h.kernel = l1(0.1)|model main|train 1|model b|train 1|"},
    {NET "exercise \"a\" until epoch == 2\nstep 1\n", "loss mae|optimizer sgd lr=0.1|train 2|"},
};

static void a_record_leads_to_the_same_bits(void **state)
{
    (void)state;
    folder_text("task.nnr",
                "step 2\nexercise \"a\" until j == 1 { let j = 1 }\nhint \"h\"\nstep 1\n");
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
        struct fake f;
        start_person(&f, sessions[i].typed);
        if (fake_run(&f, sessions[i].script) != OUTCOME_OK)
            fail_msg("session %zu: %s", i, f.err.text);
        f.host.watched = false;
        fake_ok(&f, "save session \"kept.nnr\"");
        check_replays(&f, "kept.nnr");
        fake_finish(&f);
    }
}

/* Each allocation fails in turn: an error is told, and a person goes on. */
static void memory_may_run_out(void **state)
{
    static const char script[] =
        NET "exercise \"a\" until epoch == 2 and 1 < 2 { train 2 }\nhint \"h\"\nlet k = 1\n";
    (void)state;
    for (int person = 0; person < 2; person++)
        for (long n = 1;; n++) {
            struct fake f;
            start_person(&f, "hint|train 1|undo|let b = 2|again|solve|skip|skip|skip|");
            f.host.watched = person;
            mem_fail_at(n);
            const enum outcome how = fake_run(&f, script);
            const bool failed = mem_failed();
            mem_fail_at(0);
            if (how != OUTCOME_OK && how != OUTCOME_ERROR)
                fail_msg("allocation %ld: outcome %d: %s", n, (int)how, f.err.text);
            if (failed && how == OUTCOME_ERROR)
                check_has(f.err.text, "not enough memory");
            fake_run(&f, "let after = 7");
            assert_true(fake_number(&f, "after") == 7);
            fake_finish(&f);
            if (!failed)
                break;
        }
}

/* Stopped on the way, what was done of the braces is in the record. */
static void stopped_at_any_tick(void **state)
{
    (void)state;
    for (long tick = 1; tick < 9; tick++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, NET "step 1");
        f.pace = 0.004;
        f.stop_at = tick;
        fake_run(&f, "for i in 1 2 { exercise \"a\" until epoch >= 3 { step 2; undo; train 3 } }");
        f.stop_at = 0;
        fake_ok(&f, "step 1\nundo\nundo\nstep 2\nsave session \"kept.nnr\"");
        check_replays(&f, "kept.nnr");
        fake_finish(&f);
    }
}

static void json_tells_the_parts(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "json");
    fake_prints(&f, "exercise \"a\" until 1 < 2 and 3 { let k = 1 }",
                "{\"verb\": \"exercise\", \"exercise\": \"a\", \"solved\": true, \"parts\": "
                "[{\"claim\": \"1 < 2\", \"holds\": true, \"left\": 1, \"operator\": \"<\", "
                "\"right\": 2}, {\"claim\": \"3\", \"holds\": true, \"value\": 3}], \"file\": "
                "\"t\", \"line\": 1, \"column\": 1}\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_are_carried_out_and_the_condition_must_hold),
        cmocka_unit_test(what_is_wrong_with_an_exercise),
        cmocka_unit_test(check_looks_into_the_braces),
        cmocka_unit_test(a_word_of_exercises_may_be_a_name),
        cmocka_unit_test(a_person_sees_what_is_lacking_and_goes_on_when_it_holds),
        cmocka_unit_test(solve_shows_what_is_written),
        cmocka_unit_test(solve_again_skip_and_undo),
        cmocka_unit_test(a_record_leads_to_the_same_bits),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(stopped_at_any_tick),
        cmocka_unit_test(json_tells_the_parts),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
