/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/results_file.h"

#include "cmd/common/results_table.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/report/results_report.h"
#include "cmd/session/results.h"
#include "cmd/session/script_file.h"

#include "base/file.h"
#include "base/path.h"
#include "base/stop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_json(const struct file_name *file)
{
    return path_ends(file->name, ".json");
}

static const char *own_of(const struct file_name *file)
{
    return is_json(file) ? FILE_OWN : RESULTS_OWN;
}

int results_file_check(const struct file_name *file, struct err *e)
{
    if (is_json(file) || path_ends(file->name, ".csv"))
        return file_check(file, own_of(file), e);
    err_at(e, file->where, "the ending of \"%.200s\" does not say what to write", file->name);
    return err_hint(e, "end the name in .csv or .json");
}

int results_log_check(const struct file_name *file, struct err *e)
{
    if (path_ends(file->name, ".csv"))
        return file_check(file, RESULTS_OWN, e);
    err_at(e, file->where, "a log is a table of rows, and \"%.200s\" does not end in .csv",
           file->name);
    return err_hint(e, "end the name in .csv; save results writes .json as well");
}

/* Rows for the file, the line of heads first. */
static void print_rows(const struct results *of, const struct results_run *run, size_t count,
                       size_t names, bool json, struct str *to)
{
    struct report r = {0};
    if (json)
        report_text(&r, "comment", FILE_OWN);
    results_tidy(&r, of, run, count, names);
    (json ? report_render_json : report_render_csv)(&r, to);
    report_finish(&r);
}

static int write_whole(const struct file_name *file, const struct str *text, int *fd, struct err *e)
{
    struct file_out out;
    if (text->failed)
        return err_memory(e);
    return file_begin(&out, file, own_of(file), e) || file_add(&out, text->text, text->size, e) ||
                   file_end(&out, fd, e)
               ? -1
               : 0;
}

int results_save(const struct results *of, const struct file_name *file, struct err *e)
{
    struct str text = {0};
    print_rows(of, of->run, of->runs, of->names, is_json(file), &text);
    const int failed = write_whole(file, &text, NULL, e);
    str_finish(&text);
    return failed;
}

struct results_log {
    const struct file_name *file;
    int fd;
    off_t size;   /* of the whole lines in it */
    size_t names; /* what was measured has so many columns */
};

struct results_log *results_log_begin(const struct results *of, const struct file_name *file,
                                      struct err *e)
{
    struct str text = {0};
    struct results_log *log = mem_new(1, sizeof *log);
    if (!log) {
        err_memory(e);
        return NULL;
    }
    print_rows(of, NULL, 0, of->names, false, &text);
    *log = (struct results_log){.file = file, .fd = -1, .names = of->names};
    log->size = (off_t)text.size;
    const int failed = write_whole(file, &text, &log->fd, e);
    str_finish(&text);
    if (!failed)
        return log;
    mem_free(log);
    return NULL;
}

static int cut_log(struct results_log *log, int why, struct err *e)
{
    const bool cut = ftruncate(log->fd, log->size) == 0;
    file_refuse(log->file, why, e);
    return err_hint(e,
                    "the sweep ends there; rows that are done are kept%s: save results can write "
                    "them to another place",
                    cut ? "" : ", and the file ends in the middle of one");
}

int results_log_add(struct results_log *log, const struct results *of,
                    const struct results_run *run, struct err *e)
{
    struct str text = {0};
    if (of->names > log->names) {
        err_at(e, log->file->where, "\"%.200s\" has no column for %s", log->file->name,
               of->name[log->names]);
        return err_hint(e, "it was not known when the log began: measure it in the { } themselves");
    }
    print_rows(of, run, 1, log->names, false, &text);
    const char *row = text.text ? strchr(text.text, '\n') : NULL;
    const size_t size = row ? strlen(row + 1) : 0;
    const int why = text.failed || !row ? ENOMEM : file_write(log->fd, row + 1, size);
    if (!why)
        log->size += (off_t)size;
    str_finish(&text);
    return why ? cut_log(log, why, e) : 0;
}

void results_log_end(struct results_log *log)
{
    if (!log)
        return;
    close(log->fd);
    mem_free(log);
}

/* Of a line of another version or another sweep: the error. */
static int check_line(const struct results *of, const struct results_table *t,
                      const struct results_heads *h, const struct file_name *file, struct err *e)
{
    char digest[20];
    const char *version = results_table_field(t, h, RESULTS_MARK);
    if (t->fields != h->count)
        return results_table_refuse(file, e);
    if (strcmp(version, results_version()) != 0) {
        err_at(e, file->where, "the rows in \"%.200s\" are of version %.40s, and this is %s",
               file->name, version, results_version());
        return err_hint(e, "do the sweep anew, without resume=");
    }
    if (strcmp(results_table_field(t, h, "digest"), results_digest_text(of, digest)) != 0) {
        err_at(e, file->where, "the rows in \"%.200s\" are of another sweep", file->name);
        return err_hint(e, "model, data, variables, seed, target and { } must be the same; without "
                           "resume= the sweep begins anew");
    }
    return 0;
}

static int read_line(const struct results *of, const struct results_table *t,
                     const struct results_heads *h, const struct file_name *file,
                     struct results_rows *to, struct err *e)
{
    struct results_run row;
    /* A model that was measured by itself is of no sweep. */
    if (t->fields == h->count && !*results_table_field(t, h, "sweep"))
        return 0;
    if (check_line(of, t, h, file, e))
        return -1;
    if (strcmp(results_table_field(t, h, "status"), "done") != 0 ||
        results_table_value(of, t, h) == of->values)
        return 0;
    if (mem_room(&to->run, &to->room, to->runs + 1, sizeof row))
        return err_memory(e);
    if (results_table_row(of, t, h, file, &row, e))
        return -1;
    to->run[to->runs++] = row;
    return 0;
}

static int read_lines(const struct results *of, struct results_table *t,
                      const struct file_name *file, const struct stop *stop,
                      struct results_rows *to, struct err *e)
{
    struct results_heads h = {0};
    int more = results_table_line(t), failed = 0;
    if (more == 1) {
        h = (struct results_heads){t->field, t->fields};
        t->field = NULL;
        t->room = 0;
    }
    while (more == 1 && !failed && (more = results_table_line(t)) == 1)
        failed = stop_check(stop, e) || read_line(of, t, &h, file, to, e) ? -1 : 0;
    mem_free(h.name);
    return more < 0 ? err_memory(e) : failed;
}

int results_read(const struct results *of, const struct file_name *file, const struct stop *stop,
                 struct results_rows *to, struct err *e)
{
    struct str text = {0};
    *to = (struct results_rows){0};
    int failed = script_read(file, stop, &text, e);
    if (!failed && (!text.text || strncmp(text.text, RESULTS_OWN, strlen(RESULTS_OWN)) != 0))
        failed = results_table_refuse(file, e);
    struct results_table t = {.at = text.text};
    if (!failed)
        failed = read_lines(of, &t, file, stop, to, e);
    mem_free(t.field);
    str_finish(&text);
    if (failed)
        results_rows_finish(to);
    return failed;
}

void results_rows_finish(struct results_rows *rows)
{
    for (size_t i = 0; i < rows->runs; i++)
        results_run_finish(&rows->run[i]);
    mem_free(rows->run);
    *rows = (struct results_rows){0};
}
