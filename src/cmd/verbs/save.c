/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/history_table.h"
#include "cmd/common/keras_weights.h"
#include "cmd/common/page.h"
#include "cmd/common/results_file.h"
#include "cmd/common/results_part.h"
#include "cmd/common/sae.h"
#include "cmd/common/torch_weights.h"
#include "cmd/session/command.h"
#include "cmd/session/journal.h"
#include "cmd/session/record.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"

#include "base/path.h"
#include "base/plain.h"
#include "lang/ast.h"
#include "num/tensor_file.h"

#include <string.h>

static const struct entry save_weights_row = {.name = "weights",
                                              .summary = "the current model's weights"};
static const struct entry save_session_row = {.name = "session",
                                              .summary = "all statements so far"};
static const struct entry save_results_row = {.name = "results",
                                              .summary = "a row for each run of the newest sweep"};
static const struct entry save_history_row = {.name = "history",
                                              .summary = "all curves of the current model"};
static const struct entry save_report_row = {.name = "report",
                                             .summary = "a page of all that was said and done"};
static const struct entry *const rows[] = {&save_weights_row, &save_session_row, &save_results_row,
                                           &save_history_row, &save_report_row};
static const struct table saved = {"thing to save", rows, 5};
static const struct table loaded = {"thing to load", rows, 1};

/* Whose layouts and names weights in a file can have. */
static const struct entry torch_row = {.name = "torch", .summary = "PyTorch's state_dict"};
static const struct entry sae_row = {.name = "sae", .summary = "sae_weights.safetensors"};
static const struct entry *const other_rows[] = {&torch_row, &sae_row};
static const struct table others = {"system", other_rows, 1};
static const struct table others_in = {"system", other_rows, 2};

/* The row of for=; NULL: names and layouts are as here. */
static const struct entry *other_system(const struct args *args)
{
    const struct arg *a = args_get(args, "for");
    return a->given ? a->as.choice : NULL;
}

static int need_weights(const struct model *m, const struct args *args, struct err *e)
{
    if (m->graph->weights)
        return 0;
    err_at(e, args->where, "the model %s has no weights", m->name);
    return err_hint(e, "add a layer that has some: dense 4");
}

static int save_for_torch(struct session *s, const struct file_name *file, struct err *e)
{
    struct str text = {0};
    int failed = torch_weights_write(current_model(s), file, &s->host->stop, &text, e);
    failed = failed || session_report_words(s, "save", &text, e);
    if (failed)
        str_finish(&text);
    return failed ? -1 : 0;
}

static int save_weights(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    const struct graph *g = m->graph;
    const struct file_name *file = &args_get(args, "file")->as.file;
    if (need_weights(m, args, e) || tensor_file_check(file, e))
        return -1;
    if (checking(s))
        return 0;
    if (model_draw(m, s->seed, 0, e))
        return -1;
    if (other_system(args))
        return save_for_torch(s, file, e);
    struct tensor_out *list = mem_new(g->weights, sizeof *list);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < g->weights; i++)
        list[i] = (struct tensor_out){.name = g->weight[i].path,
                                      .shape = &g->weight[i].shape,
                                      .item = model_weights(m) + g->weight[i].at,
                                      .count = g->weight[i].count};
    const int failed = tensor_file_write(file, list, g->weights, &s->host->stop, e);
    mem_free(list);
    return failed;
}

static int save_results(struct session *s, const struct args *args, struct err *e)
{
    struct arena arena = {0};
    struct file_name file;
    int failed = results_part_file(s, &arena, &args_get(args, "file")->as.file, &file, e) ||
                 results_file_check(&file, e);
    if (!failed && !checking(s) && s->results) {
        failed = results_save(s->results, &file, e);
    } else if (!failed && !checking(s)) {
        err_at(e, args->where, "there are no results yet");
        failed = err_hint(e, "sweep h.kernel = l2(?) over 0 1e-3 { train 5 } makes some");
    }
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static int save_history(struct session *s, const struct file_name *file, struct err *e)
{
    if (history_file_check(file, e))
        return -1;
    return checking(s) ? 0 : history_save(current_model(s), file, e);
}

static int save_report(struct session *s, const struct file_name *file, struct err *e)
{
    return checking(s) ? page_check(file, e) : page_write(s, file, NULL, e);
}

static int run_save(struct session *s, const struct args *args, struct err *e)
{
    const struct entry *what = args_get(args, "what")->as.choice;
    if (what != &save_weights_row && args_get(args, "for")->given) {
        err_at(e, args_get(args, "for")->where, "for= is about weights, not %s", what->name);
        return err_hint(e, "save weights \"w.safetensors\" for=torch");
    }
    if (what == &save_weights_row)
        return save_weights(s, args, e);
    if (what == &save_results_row)
        return save_results(s, args, e);
    if (what == &save_history_row)
        return save_history(s, &args_get(args, "file")->as.file, e);
    if (what == &save_report_row)
        return save_report(s, &args_get(args, "file")->as.file, e);
    if (s->journal->level > 1 || s->journal->bodies) {
        err_at(e, args->where,
               "save session stands by itself, not in { } or a file that source reads");
        return err_hint(e, "else the session would be written over when it is done again");
    }
    const struct file_name *file = &args_get(args, "file")->as.file;
    if (session_file_check(file, e))
        return -1;
    return checking(s) ? 0 : save_session(s, file, e);
}

static int check_shape(const struct weight *w, const struct file_tensor *t,
                       const struct file_name *file, struct err *e)
{
    char own[80], shape[200] = "";
    struct str text = {0};
    bool same = w->shape.axes == t->axes;
    for (uint32_t i = 0; i < t->axes && same; i++)
        same = w->shape.size[i] == t->size[i];
    if (same)
        return 0;
    for (uint32_t i = 0; i < t->axes; i++)
        str_addf(&text, "%s%llu", i ? "x" : "", (unsigned long long)t->size[i]);
    plain_text(text.text ? text.text : "a single number", shape, sizeof shape);
    str_finish(&text);
    err_at(e, file->where, "%s is %s in \"%.200s\", and %s in the model", w->path, shape,
           file->name, shape_text(&w->shape, own, sizeof own));
    return err_hint(e, "load it into a model with layers of the same sizes");
}

/* Reads all that both have into `to`, a block like the model's. */
static int read_common(const struct model *m, const struct tensor_file *file, real *to,
                       size_t *common, struct err *e)
{
    *common = 0;
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        const struct file_tensor *t = tensor_file_find(file, w->path);
        if (!t)
            continue;
        if (!t->unreadable && check_shape(w, t, file->file, e))
            return -1;
        if (tensor_file_read(file, t, to + w->at, e))
            return -1;
        ++*common;
    }
    if (*common)
        return 0;
    err_at(e, file->file->where, "\"%.200s\" and the model %s have no tensor of the same name",
           file->file->name, m->name);
    return err_hint(e, "the model has %s; the names of its layers count", m->graph->weight[0].path);
}

/* A name in a file may hold anything. */
static void add_name(struct str *to, const char *name)
{
    char text[80];
    plain_text(name, text, sizeof text);
    str_add(to, " ");
    plain_line(to, text);
}

static void say_loaded(struct str *to, const struct model *m, const struct tensor_file *file,
                       size_t common)
{
    const struct graph *g = m->graph;
    bool *used = mem_new(file->count, sizeof *used);
    to->failed = to->failed || !used;
    str_addf(to, "load weights: %zu tensor%s\n", common, common == 1 ? "" : "s");
    if (common < g->weights)
        str_add(to, "not in the file, and as before:");
    for (size_t i = 0; used && i < g->weights; i++) {
        const struct file_tensor *t = tensor_file_find(file, g->weight[i].path);
        if (t)
            used[t - file->item] = true;
        else
            add_name(to, g->weight[i].path);
    }
    if (common < g->weights)
        str_add(to, "\n");
    if (common < file->count)
        str_add(to, "not in the model:");
    for (size_t i = 0; used && i < file->count; i++)
        if (!used[i])
            add_name(to, file->item[i].name);
    if (common < file->count)
        str_add(to, "\n");
    mem_free(used);
}

/* The layers that a sparse autoencoder's weights go to. */
static int find_coders(const struct model *m, const struct arg *on, id *layer, struct err *e)
{
    if (on->given && on->as.names.count == 2) {
        for (size_t i = 0; i < 2; i++) {
            layer[i] = graph_find_layer(m->graph, on->as.names.item[i]);
            if (layer[i] != NOTHING)
                continue;
            err_at(e, on->as.names.where[i], "there is no layer %s", on->as.names.item[i]);
            return err_hint(e, "summary lists the layers");
        }
        return 0;
    }
    err_at(e, on->where, "for=sae takes two layers, the encoder and the decoder");
    return err_hint(e, "write load weights \"sae_weights.safetensors\" for=sae on code "
                       "code_decoder; import sae makes both");
}

static int take_sae(struct session *s, const struct args *args, real *to, struct str *text,
                    struct err *e)
{
    const struct file_name *file = &args_get(args, "file")->as.file;
    const struct arg *on = args_get(args, "on");
    struct model *m = current_model(s);
    struct sae a;
    id layer[2] = {NOTHING, NOTHING};
    if (find_coders(m, on, layer, e) || sae_read(&a, file, &s->host->stop, e) ||
        sae_weights_read(m, &a, file, layer[0], layer[1], to, &s->host->stop, e))
        return -1;
    str_addf(text, "load weights: %s and %s\n", on->as.names.item[0], on->as.names.item[1]);
    return 0;
}

/* Reads the file's tensors into `to`, a block like the model's, and says what it did. */
static int take_tensors(struct session *s, const struct args *args, real *to, struct str *text,
                        struct err *e)
{
    const struct entry *system = other_system(args);
    const struct model *m = current_model(s);
    struct tensor_file file;
    size_t common = 0;
    if (system == &sae_row)
        return take_sae(s, args, to, text, e);
    if (!system && keras_weights_name(args_get(args, "file")->as.file.name))
        return keras_weights_read(s, &args_get(args, "file")->as.file, to, text, e);
    if (tensor_file_open(&file, &args_get(args, "file")->as.file, &s->host->stop, e))
        return -1;
    const int failed =
        system ? torch_weights_read(m, &file, to, text, e) : read_common(m, &file, to, &common, e);
    if (!failed && !system)
        say_loaded(text, m, &file, common);
    tensor_file_close(&file);
    return failed;
}

static int put_weights(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    struct str text = {0};
    if (model_draw(m, s->seed, 0, e))
        return -1;
    real *block = mem_block(m->state.reals, sizeof *block);
    if (!block)
        return err_memory(e);
    const bool whole = stop_copy(m->stop, block, m->state.weight, m->state.reals * sizeof *block);
    const int failed = whole ? take_tensors(s, args, block, &text, e) : err_stopped(e);
    /* What is written goes last: then nothing can fail any more. */
    if (failed || session_report_words(s, "load", &text, e)) {
        str_finish(&text);
        mem_free(block);
        return -1;
    }
    memcpy(m->state.weight, block, m->state.reals * sizeof *block);
    mem_free(block);
    m->state.averaged = 0;
    m->state.trained = m->state.drawn;
    m->state.trained_reals = m->state.reals;
    return 0;
}

static int run_load(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *on = args_get(args, "on");
    if (on->given && other_system(args) != &sae_row) {
        err_at(e, on->key, "on is for sparse autoencoders: for=sae");
        return err_hint(e, "weights go to the current model");
    }
    if (need_weights(current_model(s), args, e) || checking(s))
        return checking(s) ? 0 : -1;
    return put_weights(s, args, e);
}

static const struct arg_spec save_args[] = {
    ARG("what", POSITIONAL, ARG_CHOICE, .of = &saved, .required = true,
        .line = "weights, session, results, history, or report"),
    ARG("file", POSITIONAL, ARG_FILE, .required = true, .line = "its name"),
    ARG("for", KEY, ARG_CHOICE, .of = &others,
        .line = "of weights: names and layouts of another system"),
};
static const struct arg_spec load_args[] = {
    ARG("what", POSITIONAL, ARG_CHOICE, .of = &loaded, .required = true, .line = "weights"),
    ARG("file", POSITIONAL, ARG_FILE, .required = true, .line = "its name"),
    ARG("for", KEY, ARG_CHOICE, .of = &others_in, .line = "names and layouts of another system"),
    ARG("on", CLAUSE, ARG_NAMES, .line = "of for=sae: the layers of encoder and decoder",
        .naming = NAMING_PARTS),
};

static bool saves_report(const struct statement *st)
{
    return statement_begins(st, "report");
}

/* A session that is read again does not write itself, nor what was told of it. */
static bool saves_itself(const struct statement *st)
{
    return statement_begins(st, "session") || saves_report(st);
}

const struct command command_save = {
    COMMAND(
        "save", save_args,
        "writes the weights, the session, results, curves, or a report into a file",
        "save weights \"w.safetensors\" writes the current model's weights in the safetensors "
        "format, each under its name, such as hidden.kernel, in F32 (nnr64: F64); save weights "
        "\"w.npz\" writes them for numpy.load. for=torch gives "
        "them PyTorch's names, shapes and orders, those of nn.Linear (hidden.weight, outputs x "
        "inputs), nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.Embedding, nn.LSTM, nn.GRU, "
        "nn.RNN (the bias is bias_ih; bias_hh is 0), nn.BatchNorm1d or 2d, nn.LayerNorm and "
        "nn.PReLU; a layer behind a flattened image has the channels first, as nn.Flatten "
        "gives them. What no module computes, such as gru reset_after=no, is refused. save "
        "session "
        "\"mine.nnr\" writes all statements so far, as record does. The names end in "
        ".safetensors, .npz and .nnr. save results \"s.csv\" (or \"s.json\") writes a row for each "
        "run of the newest sweep, and for each model that was measured by itself: version, a "
        "digest of what the sweep began with, model, sweep, values, seed, status, steps, "
        "epochs and all figures, each as the shortest text that reads back to the same number; "
        "with nnr --part 3/8 the file is "
        "s.3.csv. "
        "save history \"h.csv\" (or \"h.json\") writes all curves of the current model, a row "
        "for each step at which one has a point: loss = data + penalty, each penalty by name, "
        "validation (the total) and validation_data, and of each layer's output in the last "
        "batch mean and largest |a| and the shares of zeros and of |a| <= 0.1, and what watch "
        "observes; step 0 is what was before the first step, and what has no point is empty. "
        "save report \"mine.html\" writes a page of all that was said and done so far: "
        "narration, statements, tables, pictures where plot stood and the last state of what "
        "was watched, errors as they were. It asks for nothing and runs nothing; \"mine.md\" "
        "becomes Markdown with mine-1.svg and so on beside it. Pictures are drawn by gnuplot; "
        "one that cannot be is told there. nnr --report mine.html lesson.nnr writes the page "
        "when the script ends, however it ends. For it all is kept in a file without a name in "
        "$TMPDIR, 256 MiB at most: at the prompt and from the standard input from the "
        "beginning, of a script that says save report from its first statement on. "
        "A file of that name is replaced when the new one is whole and "
        "on the disk, and keeps its mode; a link is followed; a folder, a device, a pipe and "
        "what nobody may write are refused. With --safe a file must lie in the script's folder "
        "or below it, wherever .. and links lead, and one that is there is only replaced if "
        "nnr wrote it: then \"written by nnr\" stands near its beginning or its end (in a csv: "
        "series,x,y, nnr,digest,model,sweep or step,loss,data,penalty).",
        "input 2\ndense 3 as h\nsave weights \"/tmp/w.safetensors\"\n"
        "load weights \"/tmp/w.safetensors\"\nsave report \"/tmp/report.html\"\n"),
    .run = run_save,
    .unwritten = saves_itself,
    .reports = saves_report,
    .beyond_run = true,
};
const struct command command_load = {
    COMMAND("load", load_args, "takes the weights from a file",
            "load weights \"w.safetensors\" gives the current model the weights of a file in the "
            "safetensors format (F64, F32, F16 or BF16), by name: hidden.kernel; load weights "
            "\"w.npz\" those of numpy.savez or savez_compressed. What only one side has is "
            "listed, and stays; a shape that differs is an error. What the optimizer keeps stays "
            "as it is.\n\nfor=torch reads PyTorch's state_dict (safetensors.torch.save_file). "
            "Modules go to the layers of their names (save weights for=torch tells how each layer "
            "is turned); those of other names to layers of their shapes, in the order of the "
            "numbers in their names, or of the file if its names are not sorted. It tells which "
            "went where. What does not fit is told all at once, and nothing is loaded. A .keras, "
            ".weights.h5 or "
            ".h5 of Keras is read too (libhdf5): a .keras by its configuration, others by names of "
            "layers or their order. for=sae on ENCODER DECODER reads those of a sparse "
            "autoencoder; import sae says it.",
            "input 2\ndense 3 as h\nsave weights \"/tmp/w.safetensors\"\n"
            "load weights \"/tmp/w.safetensors\"\n"),
    .run = run_load,
    .changes = CHANGES_MODEL,
};
