/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log. */
#include "cmd/common/event_log.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

static const struct entry tensorboard_row = {.name = "tensorboard",
                                             .summary = "event files, as TensorBoard reads them"};
static const struct entry off_row = {.name = "off", .summary = "nothing is logged any more"};
static const struct entry *const rows[] = {&tensorboard_row, &off_row};
static const struct table ways = {"way to log", rows, 2};

static int show_log(const struct session *s, struct err *e)
{
    struct str text = {0};
    event_log_print(s, &text);
    return session_report_words(s, "log", &text, e);
}

static int run_log(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *how = args_get(args, "how"), *folder = args_get(args, "folder");
    if (!how->given)
        return show_log(s, e);
    if (how->as.choice == &off_row && folder->given) {
        err_at(e, folder->where, "log off takes no folder");
        return err_hint(e, "write log off alone");
    }
    if (how->as.choice != &off_row && !folder->given) {
        err_at(e, how->where, "log tensorboard needs a folder");
        return err_hint(e, "write log tensorboard \"runs/free\"");
    }
    if (checking(s))
        return 0;
    if (folder->given)
        return event_log_begin(s, &folder->as.file, e);
    event_log_end(s);
    return 0;
}

static const struct arg_spec log_args[] = {
    ARG("how", POSITIONAL, ARG_CHOICE, .of = &ways,
        .line = "tensorboard, or off; alone, log says what is logged"),
    ARG("folder", POSITIONAL, ARG_FILE, .line = "the folder, which is made if it is not there"),
};

const struct command command_log = {
    COMMAND(
        "log", log_args, "writes the curves into files while training runs",
        "log tensorboard \"runs/free\" writes each point of the curves when it is made (the "
        "end of an epoch, every N steps with watch, and step 0) into an event file that "
        "TensorBoard reads: tensorboard --logdir runs. Each model has a folder of its name "
        "there, and each run of a sweep that of its model, with _seedN where there are several "
        "seeds. Tags are loss/total, loss/data and loss/penalty, penalty/NAME for each "
        "penalty, validation/total and validation/data, output/NAME and watch/EXPRESSION; "
        "wall time and step stand with them. The format has single precision; save history "
        "has all digits.\n\n"
        "Of points that come faster than 200 a second the first 1,000 are written, and then 200 a "
        "second and the last one of each statement, so that it costs next to nothing. "
        "Files are written about twice a second and at the end of each statement, whole "
        "records at a time, and what was there is never written over. Where steps begin again "
        "(undo, goto, a second start) a mark tells TensorBoard to forget the later ones. "
        "Training is the same with and without it, and goes on where nothing can be written: "
        "that is told once, and ends it. log off ends it, undo does not.",
        "data moons 100\ninput 2\ndense 8 tanh kernel=l2(1e-3)\ndense 1 sigmoid\n"
        "log tensorboard \"/tmp/runs\"\ntrain 2\nlog off\n"),
    .run = run_log,
    .beyond_run = true,
};
