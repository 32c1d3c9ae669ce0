/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/data.h"

#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"

#include "train/model.h"

#include <math.h>

void data_report(struct report *r, const struct dataset *d)
{
    char shape[80];
    args_print(report_words(r, "data"), d->args);
    report_number(r, "samples", (double)d->samples);
    report_number(r, "training", (double)d->training);
    report_text(r, "inputs", shape_text(&d->shape, shape, sizeof shape));
    report_number(r, "targets", (double)d->targets);
    report_number(r, "batch", (double)d->batch);
    report_bool(r, "shuffle", d->shuffle);
    if (d->mixup > 0)
        report_number(r, "mixup", d->mixup);
    if (d->noise > 0)
        report_number(r, "train_noise", d->noise);
    if (d->weight)
        report_bool(r, "weighted", true);
    report_say(r, "data {data}: {samples} samples ({training} to train on, ");
    str_addf(report_note(r), "%zu to validate on)", d->samples - d->training);
    report_say(r, ", inputs {inputs}, {targets target}, batch {batch}, shuffle {shuffle}");
    report_say(r, d->mixup > 0 ? ", mixup {mixup}" : "");
    report_say(r, d->noise > 0 ? ", train_noise {train_noise}" : "");
    report_say(r, d->weight ? ", sample weights\n" : "\n");
}

static int print_data(struct session *s, struct err *e)
{
    struct report r = {0};
    if (s->has_data) {
        data_report(&r, &s->data);
    } else {
        report_number(&r, "data", NAN);
        report_say(&r, "data none\n");
    }
    return report_show(s, &r, e);
}

/* Plans are made for one dataset. */
static void forget_plans(struct session *s)
{
    for (size_t i = 0; i < s->models; i++)
        model_changed(s->model[i]);
}

/* A table without names may begin with a line that looks like some. */
static void say_header(const struct session *s, const struct args *kind)
{
    if (s->data.headed)
        session_notice(s, "the first line of \"%s\" is taken for a header%s",
                       args_get(kind, "file")->as.file.name,
                       s->data.headed_number
                           ? ", though a number stands in it; header=no reads it as a sample"
                           : "");
}

/* The batch that `batch` or `set` gave to the data before, and the new data does not have; 0 if
 * there is no such thing. */
static size_t lost_batch(const struct session *s, const struct args *kind)
{
    if (!s->has_data || args_get(kind, "batch")->given ||
        s->data.batch == (size_t)args_get(s->data.args, "batch")->as.whole)
        return 0;
    return s->data.batch;
}

static int run_data(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *kind = args_get(args, "kind");
    struct dataset made;
    if (!kind->given)
        return print_data(s, e);
    if (dataset_make(kind->as.call, s->seed, &s->host->stop, &made, e))
        return -1;
    const size_t lost = lost_batch(s, kind->as.call);
    dataset_finish(&s->data);
    s->data = made;
    s->has_data = true;
    forget_plans(s);
    if (lost && lost != made.batch)
        session_notice(s, "batch %zu was of the data before; it is %zu again", lost, made.batch);
    say_header(s, kind->as.call);
    return 0;
}

static int run_batch(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *size = args_get(args, "size");
    struct str text = {0};
    if (size->given) {
        if (need_data(s, e))
            return -1;
        struct dataset next = s->data;
        next.batch = (size_t)size->as.whole;
        if (dataset_check_mixup(&next, size->where, e))
            return -1;
        s->data.batch = next.batch;
        return 0;
    }
    if (s->has_data)
        str_addf(&text, s->host->json ? "{\"batch\": %zu}\n" : "batch %zu\n", s->data.batch);
    else
        str_add(&text, s->host->json ? "{\"batch\": null}\n" : "batch none\n");
    return session_report(s, &text, e);
}

static int run_seed(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *seed = args_get(args, "seed");
    struct str text = {0};
    if (!seed->given) {
        str_addf(&text, s->host->json ? "{\"seed\": %llu}\n" : "seed %llu\n",
                 (unsigned long long)s->seed);
        return session_report(s, &text, e);
    }
    s->seed = (uint64_t)seed->as.whole;
    for (size_t i = 0; i < s->models; i++)
        model_draw_again(s->model[i]);
    return 0;
}

static const struct arg_spec data_args[] = {
    ARG("kind", POSITIONAL, ARG_ENTRY, .of = &data_kinds,
        .line = "which data, and its keys; alone, data prints what is loaded"),
};
static const struct arg_spec batch_args[] = {
    ARG("size", POSITIONAL, ARG_WHOLE, .min = 1, .max = 1e6,
        .line = "samples in a step; alone, batch prints it"),
};
static const struct arg_spec seed_args[] = {
    ARG("seed", POSITIONAL, ARG_WHOLE, .min = 0, .max = 9007199254740992.0,
        .line = "a whole number; alone, seed prints it"),
};
const struct command command_data = {
    COMMAND("data", data_args, "loads or makes the samples",
            "All kinds take split= (validation share), batch=, shuffle= and scale=. Toy sets are "
            "drawn from the seed when data is read. show data tells the columns and their "
            "ranges.\n\n"
            "mixup=ALPHA and train_noise=SIGMA act on the batches of training alone and can be set "
            "later. Every sample becomes c times itself and 1 - c times another one of its batch, "
            "inputs, targets and sample weight alike (Zhang et al. 2018); c is drawn for each from "
            "Beta(ALPHA, ALPHA), the others are a random order of the batch. Class numbers become "
            "shares of classes, so a cross-entropy is c times that for the one class and 1 - c "
            "times that for the other. Then normal noise of that deviation is added to the inputs; "
            "targets stay as they are, those of target=input too: a denoising autoencoder. A batch "
            "that has one sample left is not mixed.",
            "data digits split=0.2 batch=64\ndata\n"),
    .run = run_data,
    .brings_data = true,
    .changes = CHANGES_DATA,
    .alone_shows = true,
};
const struct command command_batch = {
    COMMAND("batch", batch_args, "samples in a step", "batch 64 is set data.batch = 64.",
            "data digits\nbatch 64\nbatch\n"),
    .run = run_batch,
    .changes = CHANGES_DATA,
    .alone_shows = true,
};
const struct command command_seed = {
    COMMAND("seed", seed_args, "where all random numbers come from",
            "First weights depend on the seed, the layer's name and its shape alone; toy data, the "
            "order of samples and all else follow from it too. Without it the seed is 1. Weights "
            "that were trained stay; data that was read stays.",
            "seed 7\ndata moons 50\ninput 2\ndense 1 sigmoid\nstep 1\n"),
    .run = run_seed,
    .changes = CHANGES_MODELS | CHANGES_DATA,
    .alone_shows = true,
};
