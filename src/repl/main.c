/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/plain.h"
#include "base/source.h"
#include "cmd/script.h"
#include "repl/batch.h"
#include "repl/prompt.h"
#include "repl/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK, EXIT_ERROR, EXIT_USAGE, EXIT_EXPECT, EXIT_SIGNAL = 128 };

static void write_stderr(void *self, const char *bytes, size_t n)
{
    (void)self;
    fwrite(bytes, 1, n, stderr);
}

static int complain(const struct err *e, int status)
{
    struct str s = {0};
    sources_explain(NULL, e, &s);
    const struct out out = {write_stderr, NULL};
    const char *text = s.failed ? "nnr: not enough memory\n" : s.text;
    plain_write(&out, text, strlen(text), PLAIN_LINES);
    str_finish(&s);
    return status;
}

static int status_of(enum outcome how)
{
    switch (how) {
    case OUTCOME_OK:
    case OUTCOME_QUIT:
        return EXIT_OK;
    case OUTCOME_EXPECT:
        return EXIT_EXPECT;
    case OUTCOME_STOPPED:
        return EXIT_SIGNAL + SIGINT;
    case OUTCOME_INCOMPLETE:
    case OUTCOME_ERROR:
        break;
    }
    return EXIT_ERROR;
}

/* The script or the text of -c. */
struct work {
    const char *name;
    char *folder;
    struct str text;
};

static int load(const struct options *o, struct work *w, struct err *e)
{
    if (o->text) {
        w->name = "<-c>";
        str_add(&w->text, o->text);
    } else if (o->file && strcmp(o->file, "-") != 0) {
        w->name = o->file;
        const struct file_name file = {.name = o->file, .path = o->file};
        if (script_read(&file, &w->text, e))
            return -1;
    } else {
        return 0;
    }
    w->folder = script_folder(w->name);
    return w->text.failed || !w->folder ? err_memory(e) : 0;
}

/* What comes after the work: the prompt, the standard input, or nothing. */
static enum outcome go_on(struct loop *l, const struct work *w, enum outcome how)
{
    const struct options *o = l->options;
    if (how == OUTCOME_QUIT || loop_leaving(l) || (w->name && !o->stay))
        return how;
    if (l->person) {
        l->stop = false;
        prompt_run(l);
        return OUTCOME_OK;
    }
    return how == OUTCOME_OK ? batch_run(l) : how;
}

static int finish(struct loop *l, enum outcome how)
{
    loop_finish(l);
    if (l->leave)
        return EXIT_SIGNAL + l->leave;
    if (l->trouble == EPIPE)
        return EXIT_SIGNAL + SIGPIPE;
    if (!l->trouble)
        return status_of(how);
    struct err e = {0};
    err_at(&e, (struct span){0}, "cannot write the standard output: %s", strerror(l->trouble));
    err_hint(&e, "make room, or write to another place");
    return complain(&e, EXIT_ERROR);
}

static int run(const struct options *o, const struct work *w)
{
    struct err e = {0};
    struct loop l;
    if (signals_start(&e) || loop_init(&l, o, &e))
        return complain(&e, EXIT_ERROR);
    bool dash = o->file && strcmp(o->file, "-") == 0;
    l.person = l.terminal.in && !o->check && !dash && (!w->name || o->stay);
    enum outcome how = OUTCOME_OK;
    if (w->name)
        how = loop_text(&l, w->name, w->folder, w->text, 1, true);
    return finish(&l, go_on(&l, w, how));
}

static int answer(const struct options *o)
{
    struct str s = {0};
    const struct out to = out_to(&s);
    if (o->help)
        options_help(&s);
    else if (o->manual)
        manual_write(&to);
    else
        str_add(&s, "nnr " NNR_VERSION "\n");
    struct err e = {0};
    err_memory(&e);
    bool failed = s.failed || fputs(s.text, stdout) < 0 || fflush(stdout);
    if (failed && !s.failed)
        err_at(&e, (struct span){0}, "cannot write the standard output: %s", strerror(errno));
    str_finish(&s);
    return failed ? complain(&e, EXIT_ERROR) : EXIT_OK;
}

/* A process may be started without its three files, and a pipe of ours must not take their place.
 */
static void open_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    open_standard_files();
    struct options o;
    struct err e = {0};
    if (options_parse(&o, argc, argv, &e) || (o.plot && session_plot_check(o.plot, &e)))
        return complain(&e, EXIT_USAGE);
    if (o.help || o.manual || o.version)
        return answer(&o);
    struct work w = {0};
    int status = load(&o, &w, &e) ? complain(&e, EXIT_ERROR) : run(&o, &w);
    str_finish(&w.text);
    mem_free(w.folder);
    return status;
}
