/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/exec/orders.h"
#include "cmd/session/words.h"

#include "expr/expr.h"
#include "nn/layer.h"
#include "plot/view.h"
#include "train/emulate.h"

#define COMMANDS                                                                                   \
    ROW(timedistributed)                                                                           \
    ROW(bidirectional)                                                                             \
    ROW(block)                                                                                     \
    ROW(output)                                                                                    \
    ROW(delete)                                                                                    \
    ROW(data)                                                                                      \
    ROW(loss)                                                                                      \
    ROW(optimizer)                                                                                 \
    ROW(seed)                                                                                      \
    ROW(batch)                                                                                     \
    ROW(model)                                                                                     \
    ROW(step)                                                                                      \
    ROW(train)                                                                                     \
    ROW(evaluate)                                                                                  \
    ROW(predict)                                                                                   \
    ROW(penalties)                                                                                 \
    ROW(checkgrad)                                                                                 \
    ROW(emulate)                                                                                   \
    ROW(audit)                                                                                     \
    ROW(print)                                                                                     \
    ROW(show)                                                                                      \
    ROW(summary)                                                                                   \
    ROW(revive)                                                                                    \
    ROW(prune)                                                                                     \
    ROW(unprune)                                                                                   \
    ROW(set)                                                                                       \
    ROW(let)                                                                                       \
    ROW(term)                                                                                      \
    ROW(define)                                                                                    \
    ROW(expect)                                                                                    \
    ROW(say)                                                                                       \
    ROW(section)                                                                                   \
    ROW(clone)                                                                                     \
    ROW(rename)                                                                                    \
    ROW(compare)                                                                                   \
    ROW(mark)                                                                                      \
    ROW(goto)                                                                                      \
    ROW(for)                                                                                       \
    ROW(repeat)                                                                                    \
    ROW(sweep)                                                                                     \
    ROW(measure)                                                                                   \
    ROW(results)                                                                                   \
    ROW(pause)                                                                                     \
    ROW(exercise)                                                                                  \
    ROW(hint)                                                                                      \
    ROW(solve)                                                                                     \
    ROW(again)                                                                                     \
    ROW(skip)                                                                                      \
    ROW(answer)                                                                                    \
    ROW(run)                                                                                       \
    ROW(stop)                                                                                      \
    ROW(source)                                                                                    \
    ROW(lesson)                                                                                    \
    ROW(plot)                                                                                      \
    ROW(watch)                                                                                     \
    ROW(unwatch)                                                                                   \
    ROW(history)                                                                                   \
    ROW(log)                                                                                       \
    ROW(undo)                                                                                      \
    ROW(redo)                                                                                      \
    ROW(record)                                                                                    \
    ROW(export)                                                                                    \
    ROW(import)                                                                                    \
    ROW(save)                                                                                      \
    ROW(load)                                                                                      \
    ROW(help)                                                                                      \
    ROW(edit)                                                                                      \
    ROW(apropos)                                                                                   \
    ROW(quit)

#define ROW(verb) extern const struct command command_##verb;
COMMANDS
#undef ROW

static const struct entry *const rows[] = {
#define ROW(verb) &command_##verb.entry,
    COMMANDS
#undef ROW
};

const struct table command_table = {"verb", rows, sizeof rows / sizeof *rows};

const struct catalog catalog[] = {
    {"Verbs", &command_table, "", false, NULL, NULL},
    {"Layers", &layer_kinds, "", false, NULL, NULL},
    {"Activations", &activation_kinds, "", true, "activation ", NULL},
    {"Penalties", &penalty_kinds, "", true, "dense 8 kernel=", "(...)"},
    {"Reductions", &reductions, "reduce=", false, "dense 8 activity=l1(1e-3, reduce=", ")"},
    {"Initialisers", &init_kinds, "", true, "dense 8 kernel_init=", NULL},
    {"Constraints", &constraint_kinds, "", true, "dense 8 kernel_constraint=", NULL},
    {"Systems", &emulations, "emulate ", false, NULL, NULL},
    {"Losses", &loss_kinds, "loss ", false, NULL, NULL},
    {"Optimizers", &opt_kinds, "optimizer ", false, NULL, NULL},
    {"Data", &data_kinds, "data ", false, NULL, NULL},
    {"Scalings", &data_scalings, "scale=", false, "data digits scale=", NULL},
    {"Views", &view_kinds, "plot ", false, NULL, NULL},
    {"Functions", &functions, "", true, "print ", "(...)"},
    {"Quantities", &quantities, "print ", false, NULL, NULL},
    {"Operators", &operators, "", false, NULL, NULL},
    {"Orders in a lesson", &player_orders, "", false, NULL, NULL},
    {"Words", &language_words, "", false, NULL, NULL},
};
const size_t catalogs = sizeof catalog / sizeof *catalog;
