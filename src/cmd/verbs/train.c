/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/defaults.h"
#include "cmd/common/ledger_run.h"
#include "cmd/common/train_job.h"
#include "cmd/report/losses_text.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/emulation.h"
#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/steps_text.h"
#include "cmd/session/warn.h"

#include "data/scale.h"
#include "lang/ast.h"
#include "nn/layer.h"
#include "train/accuracy.h"
#include "train/inputs.h"
#include "train/ledger.h"

#include <string.h>

static int print_setting(struct session *s, const char *verb, const struct args *args,
                         const char *otherwise, struct err *e)
{
    struct str text = {0};
    if (!s->host->json)
        str_addf(&text, "%s ", verb);
    if (args)
        args_print(&text, args);
    else
        str_add(&text, otherwise);
    str_add(&text, "\n");
    return session_report_words(s, verb, &text, e);
}

static int print_losses(const struct session *s, const struct model *m, struct err *e)
{
    struct str text = {0};
    losses_print(&text, m, s->host->json ? "" : "loss ");
    return session_report_words(s, "loss", &text, e);
}

static int no_output(const struct model *m, const char *name, struct span where, struct err *e)
{
    id output[OUTPUTS_MOST];
    const size_t n = graph_outputs(m->graph, output);
    err_at(e, where, "%s is no output of the model", name);
    return err_hint(e, n ? "its output is %s; output %s makes it one" : "the model is empty",
                    n ? graph_value_name(m->graph, output[0]) : "", name);
}

/* A loss for each of the outputs that `on` names. */
static int take_losses(struct model *m, const struct args *args, struct err *e)
{
    const struct arg *on = args_get(args, "on");
    struct own_loss own[OUTPUTS_MOST] = {{{{0}, NULL}, NOTHING, 1}};
    size_t made = 0;
    int failed = 0;
    for (size_t i = 0; i < on->as.names.count && !failed; i++) {
        const char *name = on->as.names.item[i];
        const id value = name_value(m->graph, name, on->as.names.where[i], e);
        failed = value == NOTHING;
        if (!failed && (!graph_is_output(m->graph, value) || made == OUTPUTS_MOST))
            failed = no_output(m, name, on->as.names.where[i], e);
        for (size_t k = 0; k < made && !failed; k++)
            if (own[k].output == value) {
                failed = err_at(e, on->as.names.where[i], "%s is named twice", name);
                err_hint(e, "name each output once");
            }
        if (!failed)
            failed = choice_make(&own[made].choice, args_get(args, "kind")->as.call, e);
        if (!failed) {
            own[made].weight = args_number(args, "weight");
            own[made++].output = value;
        }
    }
    for (size_t i = 0; i < made; i++)
        if (failed || model_take_own_loss(m, own[i]))
            choice_finish(&own[i].choice);
    return failed ? -1 : 0;
}

static int run_loss(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *kind = args_get(args, "kind"), *on = args_get(args, "on");
    struct model *m = current_model(s);
    struct choice chosen;
    if (!kind->given && (on->given || args_get(args, "weight")->given)) {
        err_at(e, args->where, "loss needs the name of a loss");
        return err_hint(e, "write loss mse on ya weight=0.5");
    }
    if (!kind->given)
        return print_losses(s, m, e);
    if (on->given)
        return take_losses(m, args, e);
    if (choice_make(&chosen, kind->as.call, e))
        return -1;
    model_take_loss(m, chosen, args_number(args, "weight"));
    return 0;
}

static int run_optimizer(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *kind = args_get(args, "kind");
    struct choice chosen;
    if (!kind->given)
        return print_setting(s, "optimizer", current_model(s)->recipe.optimizer.args,
                             "none given: adam when it is first used", e);
    if (opt_check(kind->as.call, e) || choice_make(&chosen, kind->as.call, e))
        return -1;
    model_take_optimizer(current_model(s), chosen);
    return 0;
}

/* Where a model's training began. */
struct begun {
    uint64_t epoch, step;
};

/* What a statement that was interrupted had done; where an epoch has just ended, loss speaks of
 * it. */
static void note_done(const struct job *what, const struct model *m, const struct begun *b,
                      bool ended)
{
    struct session *s = what->session;
    const bool whole =
        what->epochs && m->state.position == 0 && m->state.epoch > b->epoch && !m->history.behind;
    const char *on = s->models > 1 ? " on " : "", *name = *on ? m->name : "";
    struct str text = {0};
    long count = 1;
    if (m->state.step == b->step && !(ended && what->keeps_best))
        return;
    if (ended && what->keeps_best) {
        str_addf(&text, "train %llu until ", (unsigned long long)what->epochs);
        node_print(&text, what->until);
        str_addf(&text, " keep=best%s%s", on, name);
    } else if (whole)
        str_addf(&text, "train %llu%s%s", (unsigned long long)(m->state.epoch - b->epoch), on,
                 name);
    else if (what->blind)
        str_addf(&text, "step %llu observe=no%s%s", (unsigned long long)(m->state.step - b->step),
                 on, name);
    else
        count = steps_text(&text, m, b->step, *on);
    journal_done_text(s, count, "%s", text.text ? text.text : "");
    s->journal->lost = s->journal->lost || text.failed;
    str_finish(&text);
}

/* Trains one model after the other. If that fails, what was done until then is noted. */
static int train_each(struct model **list, size_t count, const struct job *what, struct err *e)
{
    struct begun *begun = mem_new(count, sizeof *begun);
    size_t i = 0;
    int failed = begun ? 0 : err_memory(e);
    for (; i < count && !failed; i++) {
        struct job j = *what;
        j.model = list[i];
        begun[i] = (struct begun){j.model->state.epoch, j.model->state.step};
        failed = job_whole(&j, e);
    }
    for (const size_t last = i; failed && i-- > 0;)
        note_done(what, list[i], &begun[i], i + 1 < last);
    mem_free(begun);
    return failed;
}

static int train_models(struct session *s, const struct args *args, const struct job *what,
                        struct err *e)
{
    size_t count;
    int failed = need_data(s, e);
    struct model **list = failed ? NULL : name_models(s, args_get(args, "on"), &count, e);
    if (!list)
        return -1;
    /* All models are looked at before the first one is trained. */
    for (size_t i = 0; i < count && !failed; i++) {
        struct job j = *what;
        j.model = list[i];
        failed = job_begin(&j, e);
        if (!failed && !checking(s))
            say_out_of_reach(s, list[i]);
    }
    if (!failed && !checking(s))
        failed = train_each(list, count, what, e);
    mem_free(list);
    return failed ? -1 : 0;
}

static double pace_of(const struct args *args)
{
    const struct arg *pace = args_get(args, "pace");
    return pace->given ? pace->as.number : 0;
}

static int run_step(struct session *s, const struct args *args, struct err *e)
{
    struct job j = {.session = s,
                    .verb = "step",
                    .steps = (uint64_t)args_whole(args, "steps"),
                    .blind = !args_yes(args, "observe"),
                    .pace = pace_of(args)};
    return train_models(s, args, &j, e);
}

static const struct entry keep_last = {.name = "last", .summary = "the last epoch"};
static const struct entry keep_best = {.name = "best",
                                       .summary = "the best epoch of the quantity in stalled"};
static const struct entry *const keep_rows[] = {&keep_last, &keep_best};
static const struct table keeps = {"state to keep", keep_rows, 2};

static int run_train(struct session *s, const struct args *args, struct err *e)
{
    enum { UNTIL_MOST = 1000 };
    const struct arg *epochs = args_get(args, "epochs"), *until = args_get(args, "until");
    const struct arg *max = args_get(args, "max");
    const struct arg *keep = args_get(args, "keep");
    struct job j = {.session = s,
                    .verb = "train",
                    .pace = pace_of(args),
                    .keeps_best = keep->as.choice == &keep_best,
                    .keep_where = keep->key};
    if (!epochs->given && !until->given) {
        err_at(e, args->where, "train takes a number of epochs, or until and a condition");
        return err_hint(e, "write train 20, or train until loss < 0.01 max 200");
    }
    if (max->given && !until->given) {
        err_at(e, max->key, "max is for train until");
        return err_hint(e, "write train until loss < 0.01 max 200");
    }
    if (max->given && epochs->given) {
        err_at(e, max->key, "the most epochs are given twice");
        return err_hint(e, "write train 200 until loss < 0.01");
    }
    j.epochs = epochs->given ? (uint64_t)epochs->as.whole : UNTIL_MOST;
    if (max->given)
        j.epochs = (uint64_t)max->as.whole;
    if (until->given)
        j.until = until->as.exprs.item[0];
    return train_models(s, args, &j, e);
}

/* Whether another system says something else than is true. Of numbers that are none, none says so.
 */
static bool is_bent(const struct ledger *l)
{
    return l->model->policy && l->honest != l->evaluated;
}

static size_t judged_outputs(const struct ledger *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->objectives; i++)
        n += l->objective[i].judged;
    return n;
}

/* A row that is not a number is told at once: the total does not say which it is. So is a
 * formula of one's own below 0. */
static void notice_bad_rows(const struct session *s, const struct ledger *l)
{
    char slot[300];
    for (size_t r = 0; r < l->rows; r++) {
        const struct args *a = l->model->graph->term[l->row[r].term].args;
        const bool negative = l->row[r].flags & ROW_NEGATIVE && penalty_is_own(a);
        if (negative || l->row[r].flags & ROW_NOT_A_NUMBER)
            session_warn(s, "the penalty %s (%s) is %s on this data",
                         ledger_slot(l, r, slot, sizeof slot), a->entry->name,
                         negative ? "negative" : "infinite or not a number");
    }
}

static void evaluate_report(struct report *r, const struct session *s, const struct ledger *l)
{
    const size_t judged = judged_outputs(l);
    report_number(r, "loss", l->evaluated);
    report_number(r, "data", l->data);
    report_number(r, "penalty", l->evaluated - l->data);
    report_say(r, s->models > 1 ? "evaluate {model}: " : "evaluate: ");
    report_say(r, "loss {loss} = data {data} + penalty {penalty}");
    if (is_bent(l)) {
        report_number(r, "honest", l->honest);
        report_say(r, " [bent; in truth {honest}]");
    }
    if (l->judged) {
        report_number(r, "accuracy", l->accuracy);
        report_say(r, ", accuracy {accuracy}");
    }
    if (l->judged && judged > 1)
        str_addf(report_note(r), " over %zu outputs", judged);
    report_number(r, "samples", (double)l->samples);
    report_text(r, "model", l->model->name);
    report_say(r, s->data.training < s->data.samples ? " (validation, {samples sample})\n"
                                                     : " (all data, {samples sample})\n");
}

static int evaluate_one(struct session *s, struct model *m, struct err *e)
{
    struct ledger l = {0};
    struct report r = {0};
    int failed = ledger_run(s, &l, m, SHARE_EVALUATION, false, e);
    struct figures found = {.data = l.data, .penalty = l.evaluated - l.data};
    memcpy(found.head, l.head, sizeof found.head);
    if (!failed)
        evaluate_report(&r, s, &l);
    if (!failed)
        notice_bad_rows(s, &l);
    ledger_finish(&l);
    if (failed || report_show(s, &r, e))
        return -1;
    m->state.last = found;
    m->state.from = FROM_EVALUATE;
    return 0;
}

static int run_evaluate(struct session *s, const struct args *args, struct err *e)
{
    size_t count;
    int failed = need_data(s, e);
    struct model **list = failed ? NULL : name_models(s, args_get(args, "on"), &count, e);
    if (!list)
        return -1;
    for (size_t i = 0; i < count && !failed; i++)
        failed = emulation_check(s, list[i], e) || ledger_check(s, list[i], e);
    for (size_t i = 0; i < count && !failed && !checking(s); i++)
        failed = evaluate_one(s, list[i], e);
    mem_free(list);
    return failed;
}

static size_t all_inputs(const struct graph *g)
{
    size_t total = 0;
    for (size_t i = 0; i < g->calls; i++)
        if (g->layer[g->call[i].layer].kind->source)
            total += shape_count(&g->value[g->call[i].output].shape);
    return total;
}

/* Whether an output tells of one sample which class it is. */
static bool tells_class(const struct session *s, const struct model *m, id output, struct columns c)
{
    const struct shape *out = &m->graph->value[output].shape;
    return accuracy_exists(m->graph, output, c, &s->data) && shape_last(out) == shape_count(out);
}

/* The class that each output tells, by its name where the data has names, else by its number. */
static void add_classes(const struct session *s, const struct model *m, struct report *r)
{
    id output[OUTPUTS_MOST];
    struct columns columns[OUTPUTS_MOST];
    struct err ignored;
    const size_t outputs = graph_outputs(m->graph, output);
    bool any = false;
    if (!s->has_data || columns_deal(m, &s->data, columns, &ignored)) {
        report_say(r, "{predict}\n");
        return;
    }
    for (size_t k = 0; k < outputs; k++) {
        if (!tells_class(s, m, output[k], columns[k]))
            continue;
        const real *y = frame_value(trainer_of(m)->infer_frame, output[k]);
        const size_t n = accuracy_class(y, shape_count(&m->graph->value[output[k]].shape));
        if (!any)
            report_open(r, "class", '[');
        any = true;
        if (s->data.class_name && n < s->data.classes)
            report_text(r, NULL, s->data.class_name[n]);
        else
            report_number(r, NULL, (double)n);
    }
    if (any)
        report_close(r);
    report_say(r, any ? "{predict}  class {class}\n" : "{predict}\n");
}

/* The outputs of the sample that the frame holds; with several each stands between | signs, and in
 * JSON in an array of its own. */
static void predict_report(const struct session *s, struct report *r, const struct model *m)
{
    id output[OUTPUTS_MOST];
    const size_t outputs = graph_outputs(m->graph, output);
    report_open(r, "predict", '[');
    for (size_t k = 0; k < outputs; k++) {
        const size_t cols = shape_count(&m->graph->value[output[k]].shape);
        const real *y = frame_value(trainer_of(m)->infer_frame, output[k]);
        if (outputs > 1)
            report_open(r, NULL, '[');
        for (size_t i = 0; i < cols; i++)
            report_number(r, NULL, (double)y[i]);
        if (outputs > 1)
            report_close(r);
    }
    report_close(r);
    add_classes(s, m, r);
}

static int predict(struct session *s, const struct arg *numbers, const struct dataset *d,
                   struct err *e)
{
    struct model *m = current_model(s);
    struct report r = {0};
    real *row = mem_block(d->inputs, sizeof *row);
    if (!row)
        return err_memory(e);
    for (size_t i = 0; i < d->inputs; i++)
        row[i] = (real)numbers->as.numbers.item[i];
    if (s->has_data)
        dataset_scale_row(&s->data, row);
    int failed = evaluator_row(m, d, s->seed, row, e);
    if (!failed)
        predict_report(s, &r, m);
    mem_free(row);
    return failed || report_show(s, &r, e) ? -1 : 0;
}

static int run_predict(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *numbers = args_get(args, "inputs");
    struct dataset d = {.inputs = numbers->as.numbers.count};
    if (need_layers(current_model(s), e))
        return -1;
    size_t due = all_inputs(current_model(s)->graph);
    if (d.inputs != due) {
        err_at(e, numbers->where, "predict has %zu number%s, and the model takes %zu", d.inputs,
               d.inputs == 1 ? "" : "s", due);
        return err_hint(e, "give %zu, with | between inputs if there are several", due);
    }
    for (size_t i = 0; i < numbers->as.numbers.borders && i < 8; i++)
        d.border[d.borders++] = numbers->as.numbers.border[i];
    d.shape = shape_of((uint32_t)d.inputs);
    if (inputs_check(current_model(s)->graph, &d, e))
        return -1;
    return checking(s) ? 0 : predict(s, numbers, &d, e);
}

#define ON_MODELS                                                                                  \
    {                                                                                              \
        .name = "on", .form = CLAUSE, .type = ARG_NAMES,                                           \
        .line = "models by name, or all: every model that has a layer", .naming = NAMING_ANY_MODEL \
    }

static const struct arg_spec loss_args[] = {
    ARG("kind", POSITIONAL, ARG_ENTRY, .of = &loss_kinds,
        .line = "which loss, and its keys; alone, loss prints what is set"),
    ARG("weight", KEY, ARG_NUMBER, .standard = "1", .min = 0, .max = 1e30,
        .line = "the factor that it counts with"),
    ARG("on", CLAUSE, ARG_NAMES, .line = "the outputs it is for; without it, all of them",
        .naming = NAMING_OUTPUTS),
};
static const struct arg_spec optimizer_args[] = {
    ARG("kind", POSITIONAL, ARG_ENTRY, .of = &opt_kinds,
        .line = "which optimizer, and its keys; alone, optimizer prints what is set"),
};
static const struct arg_spec step_args[] = {
    ARG("steps", POSITIONAL, ARG_WHOLE, .standard = "1", .min = 1, .max = 1e12, .line = "how many"),
    ARG("observe", KEY, ARG_BOOL, .standard = "yes",
        .line = "no: without points for the curves; what a record says of a step that was stopped "
                "while they were made"),
    PACE("steps a second, to be looked at; only where a person sits before a terminal"),
    ON_MODELS,
};
static const struct arg_spec train_args[] = {
    ARG("epochs", POSITIONAL, ARG_WHOLE, .min = 1, .max = 1e9,
        .line = "how many more epochs end; with until, how many at the most"),
    ARG("until", CLAUSE, ARG_EXPR, .line = "a condition, looked at after each epoch"),
    ARG("max", CLAUSE, ARG_WHOLE, .min = 1, .max = 1e9,
        .line = "epochs at the most, with until; 1000 without it"),
    ARG("keep", KEY, ARG_CHOICE, .of = &keeps, .standard = "last",
        .line = "best: the best epoch of the quantity in stalled is put back at the end"),
    PACE("epochs a second, to be looked at; only where a person sits before a terminal"),
    ON_MODELS,
};
static const struct arg_spec evaluate_args[] = {ON_MODELS};
static const struct arg_spec predict_args[] = {
    ARG("inputs", REST, ARG_BORDERS, .required = true,
        .line = "one sample's numbers, with | between the inputs"),
};

const struct command command_loss = {
    COMMAND(
        "loss", loss_args, "what the model is trained to make small",
        "Without it: categorical_crossentropy after softmax, binary_crossentropy after sigmoid "
        "with targets 0 and 1 in one column, else mse; the choice is said once. With several "
        "outputs: loss mse on ya weight=0.5, one statement for each; loss.data is then the "
        "weighted sum, ya.loss each one without its weight. set loss.weight = 2 changes the factor "
        "of a loss that is for all outputs.",
        "data xor\ninput 2\ndense 1 sigmoid\nloss mse\nloss\n"),
    .run = run_loss,
    .changes = CHANGES_MODEL,
    .alone_shows = true,
};
const struct command command_optimizer = {
    COMMAND("optimizer", optimizer_args, "how the weights follow the gradient",
            "A new optimizer starts afresh; set optimizer.lr = 1e-4 keeps its state. Without it: "
            "adam. Each takes one of clipnorm=, clipvalue= and global_clipnorm=. The order of a "
            "step is Keras's: the gradient of data and penalties together is clipped, gets its "
            "noise, weights decay (weight_decay=), move, and are brought back by their "
            "constraints. hidden.kernel.grad is the gradient before clipping. set "
            "optimizer.clipnorm = 0 switches clipping off. sam= takes the gradient of each step a "
            "second time, a way along the first: the update follows the second one, with the same "
            "batch, masks and noise; losses, the ledger's rows, hidden.kernel.grad and what "
            "batchnorm's moving statistics follow are those of the first. set optimizer.sam = none "
            "ends it. ema= keeps an average of the weights beside them: evaluation, validation, "
            "print, views and save take the average, training goes on from the weights, and what a "
            "rule names is theirs. It begins with the weights after the first step; batchnorm's "
            "moving statistics are not averaged again. set optimizer.ema = 0 stops it. What moves "
            "weights and adds nothing to the loss (weight_decay, sam, noise, l1 and l2 of ftrl) is "
            "a row of the ledger without a value, marked step. kernel_decay=no of a layer, "
            "bias_decay=no and the like leave a tensor out of the decay.",
            "data xor\ninput 2\ndense 1 sigmoid\noptimizer sgd lr=0.1 momentum=0.9\nstep 5\n"
            "set optimizer.lr = 0.01\n"),
    .run = run_optimizer,
    .changes = CHANGES_MODEL,
    .alone_shows = true,
};
const struct command command_step = {
    COMMAND("step", step_args, "takes optimizer steps",
            "loss is then that of the last batch, taken before its step. A step whose loss or "
            "gradient is not finite is not taken. step 500 pace=60 takes 60 steps a second "
            "where a person sits before a terminal; elsewhere, and in records, a pace is nothing.",
            "data xor\ninput 2\ndense 1 sigmoid\nstep 10\nprint step loss\n"),
    .run = run_step,
    .changes = CHANGES_MODEL,
    .stop_first = true,
};
const struct command command_train = {
    COMMAND(
        "train", train_args, "trains for whole epochs",
        "train N runs until N more epochs have ended; one that is begun counts as the first. loss "
        "is then the mean over the last epoch as it ran. train N until looks at its condition "
        "after each epoch; reaching N, or max, is no error. With a validation share its data loss "
        "and accuracy are told beside those of training, whose accuracy is that of the epoch as it "
        "ran.\n\n"
        "keep=best puts back weights, optimizer and counters of the best epoch of the quantity in "
        "stalled, as if training had ended there; the curves show the rest until the next step. "
        "It knows the epochs of this statement, and where it begins at the end of one and the "
        "validation share says what it said then, also that one. Stopped by Ctrl-C it puts nothing "
        "back. train 5 on all trains every model on the same batches; each keeps its own best.",
        "data moons 200 split=0.2\ninput 2\ndense 8 tanh\ndense 1 sigmoid\ntrain 5\n"
        "train until accuracy > 0.5 max 20\n"
        "train 50 until stalled(val.loss.data, 5) keep=best\n"
        "print best(val.loss.data) best_epoch(val.loss.data)\n"),
    .run = run_train,
    .changes = CHANGES_MODEL,
    .stop_first = true,
};
const struct command command_evaluate = {
    COMMAND(
        "evaluate", evaluate_args, "the ledger's totals on the evaluation data",
        "Evaluation data is the validation share if there is one, else all training data, in "
        "order, cut into batches of the training size.",
        "data moons 200 split=0.2\ninput 2\ndense 8 tanh\ndense 1 sigmoid\ntrain 2\nevaluate\n"),
    .run = run_evaluate,
    .changes = CHANGES_FIGURES,
};
const struct command command_predict = {
    COMMAND("predict", predict_args, "the model's output for one sample",
            "The numbers are scaled as the data is. An output that tells classes, a softmax or one "
            "sigmoid unit, is followed by the class: by its name where the data has names.",
            "data xor\ninput 2\ndense 4 tanh\ndense 1 sigmoid\nstep 10\npredict 0 1\n"),
    .run = run_predict,
    .looks = true,
};
