/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/export/export.h"
#include "cmd/session/command.h"

static const struct entry export_torch = {.name = "torch", .summary = "PyTorch"};
static const struct entry export_keras = {.name = "keras", .summary = "Keras 3"};
static const struct entry *const rows[] = {&export_torch, &export_keras};
static const struct table exported = {"system", rows, sizeof rows / sizeof *rows};

static int run_export(struct session *s, const struct args *args, struct err *e)
{
    const bool torch = args_get(args, "system")->as.choice == &export_torch;
    return export_model(s, torch ? SYSTEM_TORCH : SYSTEM_KERAS, &args_get(args, "file")->as.file,
                        e);
}

static const struct arg_spec export_args[] = {
    ARG("system", POSITIONAL, ARG_CHOICE, .of = &exported, .required = true,
        .line = "torch or keras"),
    ARG("file", POSITIONAL, ARG_FILE, .required = true, .line = "its name, which ends in .py"),
};

const struct command command_export = {
    COMMAND(
        "export", export_args, "writes the current model as a script for another system",
        "export torch \"model.py\" writes a script for PyTorch that needs nothing of nnr: the "
        "model, the samples, the loss, the optimizer, and each penalty where nnr applies it and "
        "divided as nnr divides it. Run, it prints the data loss, each row of penalties and their "
        "total; python3 model.py 10 then takes ten steps, with nnr's batches in nnr's order from "
        "where the model stands, and prints them again. Weights, samples and what the optimizer "
        "has gathered stand beside it in model.npz, in nnr's layouts and under nnr's names. In "
        "nnr64 the script computes in double.\n\n"
        "export keras \"model.py\" writes the same for Keras 3. Layers are Keras's own, penalties "
        "are "
        "not: its regularizer arguments would leave out those of frozen layers, of simple_rnn and "
        "in "
        "timedistributed, count masked steps, and divide as the version does; so they stand in the "
        "loss of a model of one's own. Optimizers are Keras's: Adam's epsilon weighs a little more "
        "there in the first steps, and what an optimizer had gathered does not go along.\n\n"
        "The figures are those of penalties: on the validation share where there is one. What a "
        "step draws at random (dropout, noise) PyTorch draws otherwise; the script says so where "
        "it stands. What cannot be taken along (rules, mixup, a model that is emulated) is an "
        "error that names all of it, and nothing is written. Both files are replaced as those of "
        "save are, and with --safe only where nnr wrote them; model.npz always only there.",
        "data moons 100\ninput 2\ndense 8 tanh kernel=l2(1e-3) activity=l1(1e-3) as h\n"
        "dense 1 sigmoid\nstep 3\nexport torch \"/tmp/moons.py\"\n"),
    .run = run_export,
    .beyond_run = true,
};
