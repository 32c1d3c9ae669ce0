/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exercise, hint, solve, again, skip, answer. */
#include "cmd/exec/exercise.h"
#include "cmd/exec/exec.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "lang/ast.h"

static int run_hint(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *text = args_get(args, "text");
    if (!text->given)
        return exercise_hint(s, args->where, e);
    if (s->behind_task) {
        s->task_ended = true;
        return 0;
    }
    err_at(e, args->where, "a hint stands behind its exercise, or behind another hint of it");
    return err_hint(e, "write it right behind the } of the exercise");
}

static bool is_asked(const struct statement *st)
{
    return !st->values;
}

static int run_solve(struct session *s, const struct args *args, struct err *e)
{
    return exercise_solve(s, args->where, e);
}

static int run_again(struct session *s, const struct args *args, struct err *e)
{
    return exercise_again(s, args->where, e);
}

static int run_skip(struct session *s, const struct args *args, struct err *e)
{
    return exercise_skip(s, args->where, e);
}

static int run_answer(struct session *s, const struct args *args, struct err *e)
{
    return run_body(s, args_get(args, "body")->as.body, e);
}

static const struct arg_spec exercise_args[] = {
    ARG("task", POSITIONAL, ARG_STRING, .required = true, .line = "what is to be done, in quotes"),
    ARG("until", CLAUSE, ARG_EXPR, .required = true,
        .line = "when it is done; each part of an and is told apart"),
    ARG("body", BODY, ARG_BODY, .line = "what solves it"),
};
static const struct arg_spec hint_args[] = {
    ARG("text", POSITIONAL, ARG_STRING, .line = "the hint; without it the next one is shown"),
};
static const struct arg_spec answer_args[] = {
    ARG("number", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,
        .line = "of the exercise, from 1 in the order of the lesson"),
    ARG("body", BODY, ARG_BODY, .required = true, .line = "what solves it"),
};

#define TASK                                                                                       \
    "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\ntrain 5\n"                       \
    "exercise \"Make the kernel of h smaller.\" until norm(h.kernel) < 1 {\n"                      \
    "  set h.kernel = l2(1)\n  train 100\n}\nhint \"What does l2 pull at?\"\n"

const struct command command_exercise = {
    COMMAND("exercise", exercise_args, "a task, and the condition that says when it is done",
            "Where a person sits there, the task is shown and the prompt is theirs: after every "
            "statement each part of the condition is told with its two sides, and when all hold, "
            "the script goes on. hint shows the next of the hints that stand behind the exercise, "
            "solve carries out the braces from the state at the start, again sets that state back, "
            "skip goes on without. Enter alone looks again.\n\n"
            "Where nobody is there, the braces are carried out and the condition is a claim, as of "
            "expect: so a lesson with a task that cannot be solved fails. What a person does is "
            "recorded in place of the braces. An exercise cannot stand in another one. "
            "nnr --grade answers.nnr lesson.nnr tells which exercises answers solve.",
            TASK),
    .run = exercise_run,
    .changes = CHANGES_ALL,
    .speaks = true,
    .coaches = true,
    .beyond_run = true,
};
const struct command command_hint = {
    COMMAND("hint", hint_args, "a hint for the exercise before it; alone: shows the next",
            "Any number of hints stand right behind an exercise. A person who does it sees one "
            "after the other by hint alone.",
            TASK "hint \"And how strong is it?\"\n"),
    .run = run_hint,
    .unwritten = is_asked,
    .speaks = true,
    .looks = true,
    .in_exercise = true,
    .beyond_run = true,
};
const struct command command_solve = {
    COMMAND_ALONE("solve", "in an exercise: carries out its braces, statement by statement",
                  "The state at the exercise's start comes back first. It is for a person; where "
                  "nobody is there the braces are carried out anyway.",
                  "help solve\n" TASK),
    .run = run_solve,
    .changes = CHANGES_ALL,
    .unwritten = any_statement,
    .stop_first = true,
    .in_exercise = true,
    .beyond_run = true,
};
const struct command command_again = {
    COMMAND_ALONE("again", "in an exercise: sets back the state at its start",
                  "Models, data, settings and variables are as they were; files, marks and "
                  "pictures stay. undo takes it back.",
                  "input 2\ndense 4 as h\n"
                  "exercise \"Add a layer of one unit.\" until y.units == 1 {\n"
                  "  dense 3 as y\n  again\n  dense 1 as y\n}\n"),
    .run = run_again,
    .changes = CHANGES_ALL,
    .stop_first = true,
    .in_exercise = true,
    .beyond_run = true,
};
const struct command command_skip = {
    COMMAND_ALONE("skip", "in an exercise: goes on without its being solved",
                  "In braces it is the last statement: the condition then is no claim. So a record "
                  "tells of an exercise that a person skipped.",
                  "exercise \"Find a number that is its own double.\" until 0 == 1 { skip }\n"),
    .run = run_skip,
    .unwritten = any_statement,
    .in_exercise = true,
    .beyond_run = true,
};
const struct command command_answer = {
    COMMAND("answer", answer_args, "what solves an exercise of a lesson",
            "nnr --grade answers.nnr lesson.nnr carries it out in place of the braces of the "
            "lesson's exercise of that number, and tells whether the condition holds. In a script "
            "its statements are done as they stand.",
            "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\n"
            "answer 1 { set h.kernel = l2(1); train 20 }\n"),
    .run = run_answer,
    .changes = CHANGES_ALL,
};
