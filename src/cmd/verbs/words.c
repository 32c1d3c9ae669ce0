/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/session/words.h"

#define WORD(of, other, is_reserved, line, text, script)                                           \
    {                                                                                              \
        .entry = {.name = of,                                                                      \
                  .alias = other,                                                                  \
                  .summary = line,                                                                 \
                  .details = text,                                                                 \
                  .example = script},                                                              \
        .reserved = is_reserved                                                                    \
    }

static const struct word_row all[] = {
    WORD("all", NULL, true, "every model that has a layer",
         "Where models are named: train 5 on all, evaluate on all. A model that is still empty "
         "does not count.",
         "data moons 40\ninput 2\ndense 1 sigmoid\nclone other\ntrain 1 on all\n"),
    WORD("none", NULL, true, "nothing, where a penalty or another choice could stand",
         "set hidden.activity = none takes the penalties of a slot away, emulate none ends an "
         "emulation, target=none reads a file without targets.",
         "input 2\ndense 3 kernel=l1(1e-3) as hidden\nset hidden.kernel = none\n"),
    WORD("last", NULL, true, "the last column of a table, or the last of several files",
         "target=last takes the last column that is not dropped; a column may also be named by its "
         "name in quotes, or by its number from 1.",
         "data csv \"data/points.csv\" target=last\n"),
    WORD("yes", "true", false, "the value of a switch that is on",
         "Switches are keys such as shuffle=, use_bias= and trainable=; the other value is no.",
         "data moons 40 shuffle=yes\n"),
    WORD("no", "false", false, "the value of a switch that is off",
         "Switches are keys such as shuffle=, use_bias= and trainable=; the other value is yes.",
         "data moons 40 shuffle=no\n"),
    WORD(
        "within", NULL, false, "how far apart the sides of ~ may be",
        "a ~ b within t is abs(a - b) <= t. Without it t is 1e-6 times the larger of 1 and abs(b).",
        "expect 3.1 ~ 3 within 0.2\n"),
    WORD("validation", "val", false, "the share of the samples that is kept from training",
         "split=0.2 keeps a fifth of the samples, drawn once from the seed. It is then the "
         "evaluation data: evaluate, penalties, print and tensors such as hidden.output mean it. "
         "Its figures are val.loss, val.loss.data, val.loss.penalty and val.accuracy; those of the "
         "other share begin with train. plot loss draws both data losses.",
         "data moons 40 split=0.2\ninput 2\ndense 1 sigmoid\ntrain 1\nprint val.loss.data\n"
         "say \"validation\"\n"),
    WORD("slot", "slots", false, "where a penalty sits: LAYER.kernel, LAYER.bias, LAYER.activity",
         "Each layer has the slots that help shows as its keys; kernel and bias penalties count "
         "once for each weight tensor, activity penalties once for each call of the layer. "
         "X.SLOT.penalty is the value of a slot, X.SLOT.strength the number in front of it.",
         "say \"a slot\"\ndata moons 40\ninput 2\ndense 3 activity=l1(1e-3) as hidden\ndense 1\n"
         "print hidden.activity.penalty\n"),
    WORD("setting", "settings", false, "what set changes: NAME.KEY",
         "NAME is a layer, optimizer, loss, data, penalties or prompt, and KEY any key of the "
         "statement "
         "that made it: hidden.activity, optimizer.lr, data.batch. print shows a setting that is a "
         "number.",
         "say \"a setting\"\noptimizer adam\nset optimizer.lr = 1e-4\nprint optimizer.lr\n"),
    WORD("prompt", "prompt.hints", true, "how the prompt behaves: settings",
         "While a line is typed it has colours (set prompt.color = no: none), what is likely to "
         "follow stands behind it in grey (Right or End takes it), and the argument that is due "
         "below it (set prompt.hints = no: neither). Up and Down go to lines that begin as what is "
         "typed. set prompt.timer = yes tells on standard error how long each statement took. "
         "Neither undo nor a record knows of them. With NO_COLOR set, on a terminal that is dumb, "
         "and where none is, there are none of these.",
         "set prompt.hints = no\nset prompt.timer = yes\nprint prompt.timer\n"
         "set prompt.timer = no\n"),
    WORD("_", NULL, true, "the last number that print has printed",
         "In any expression: print loss, then print _ * 2, or let k = _. Of several numbers in one "
         "print it is the last; tensors and texts leave it as it is, and so do say, undo, goto and "
         "the runs of a sweep, in each of which it starts as it is before the sweep.",
         "print 6*7\nexpect _ == 42\nlet k = _ / 2\nprint k\n"),
    WORD("frozen", "penalties.frozen", false, "whether penalties of frozen layers count: a setting",
         "set penalties.frozen = count is the rule here: they count, and their rows are marked. "
         "ignore leaves them out, as some systems do.",
         "set penalties.frozen = ignore\nset penalties.frozen = count\n"),
};

static const struct entry *const rows[] = {
    &all[0].entry, &all[1].entry, &all[2].entry, &all[3].entry, &all[4].entry,  &all[5].entry,
    &all[6].entry, &all[7].entry, &all[8].entry, &all[9].entry, &all[10].entry, &all[11].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof all / sizeof *all, "each word is a row");
const struct table language_words = {"word", rows, sizeof rows / sizeof *rows};
