/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/plain.h"
#include "base/ranks.h"
#include "base/source.h"
#include "cmd/common/audit_file.h"
#include "cmd/common/page.h"
#include "cmd/common/plotting.h"
#include "cmd/exec/grade.h"
#include "cmd/session/given.h"
#include "cmd/session/host.h"
#include "cmd/session/script_file.h"
#include "cmd/shell/run_text.h"
#include "cmd/verbs/catalogue.h"
#include "cmd/verbs/help_text.h"
#include "repl/batch.h"
#include "repl/installed.h"
#include "repl/kernel.h"
#include "repl/prompt.h"
#include "repl/serve.h"
#include "repl/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_OK, EXIT_ERROR, EXIT_USAGE, EXIT_EXPECT, EXIT_SIGNAL = 128 };

static int complain_of(const struct options *o, const struct err *e, int status)
{
    loop_tell(o, e);
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

/* The text of -c, or a script. */
struct work {
    const char *name; /* NULL: none of it */
    char *folder;
    struct str text;
};
enum { TEXT, SCRIPT, WORKS, ANSWERS = WORKS, ALL_WORKS };

/* The descriptor that a name such as /dev/stdin or /dev/fd/63 stands for, if it is no file: -1. A
 * pipe has no other name, so it is read as it is; signals still act as they do by themselves. */
static int open_pipe(const char *name)
{
    struct stat facts;
    int fd = -1, end = 0;
    if (strcmp(name, "/dev/stdin") == 0)
        fd = STDIN_FILENO;
    else if (sscanf(name, "/dev/fd/%d%n", &fd, &end) != 1 || name[end])
        return -1;
    return fstat(fd, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode) ? fd : -1;
}

static int read_file(const char *path, struct str *text, struct err *e)
{
    const struct file_name file = {.name = path, .path = path};
    const int fd = open_pipe(path);
    return fd < 0 ? script_read(&file, NULL, text, e) : script_take(fd, &file, NULL, text, e);
}

static void work_finish(struct work *w)
{
    str_finish(&w->text);
    mem_free(w->folder);
}

static bool has_script(const struct options *o)
{
    return o->file && strcmp(o->file, "-") != 0;
}

static int load_works(const struct options *o, struct work w[ALL_WORKS], struct err *e)
{
    if (o->grade) {
        w[ANSWERS].name = o->grade;
        if (read_file(o->grade, &w[ANSWERS].text, e))
            return -1;
    }
    if (o->text) {
        w[TEXT].name = "<-c>";
        str_add(&w[TEXT].text, o->text);
    }
    if (has_script(o)) {
        w[SCRIPT].name = o->file;
        if (read_file(o->file, &w[SCRIPT].text, e))
            return -1;
    }
    for (int i = 0; i < WORKS; i++) {
        w[i].folder = w[i].name ? script_folder(w[i].name) : NULL;
        if (w[i].text.failed || (w[i].name && !w[i].folder))
            return err_memory(e);
    }
    return 0;
}

/* What comes after the work: the prompt, the standard input, or nothing. */
static enum outcome go_on(struct loop *l, enum outcome how)
{
    const struct options *o = l->options;
    if (o->serve)
        return serve_run(l);
    const bool worked = has_script(o) || (o->text && !o->file);
    if (how == OUTCOME_QUIT || loop_leaving(l) || (worked && !o->stay)) {
        if (worked && how != OUTCOME_STOPPED)
            loop_hold(l);
        return how;
    }
    if (l->person) {
        l->stop = false;
        prompt_run(l);
        return OUTCOME_OK;
    }
    return how == OUTCOME_OK ? batch_run(l) : how;
}

static int finish_program(struct loop *l, enum outcome how)
{
    const struct options *o = l->options;
    const int unwritten = loop_report(l, how);
    loop_finish(l);
    if (l->leave)
        return EXIT_SIGNAL + l->leave;
    if (l->trouble == EPIPE)
        return EXIT_SIGNAL + SIGPIPE;
    if (!l->trouble)
        return unwritten && status_of(how) == EXIT_OK ? EXIT_ERROR : status_of(how);
    struct err e = {0};
    err_at(&e, (struct span){0}, "cannot write the standard output: %s", strerror(l->trouble));
    err_hint(&e, "make room, or write to another place");
    return complain_of(o, &e, EXIT_ERROR);
}

/* With --check all of the work is looked at, else it ends where something is wrong. */
static enum outcome run_work(struct loop *l, const struct work w[WORKS])
{
    enum outcome how = OUTCOME_OK;
    for (int i = 0; i < WORKS && !loop_leaving(l); i++) {
        const bool on = how == OUTCOME_OK || (how == OUTCOME_ERROR && l->options->check);
        if (!w[i].name || !on)
            continue;
        const enum outcome next = loop_text(l, w[i].name, w[i].folder, w[i].text, 1, true);
        how = next == OUTCOME_OK ? how : next;
    }
    return how;
}

/* The lesson with answers in place of its exercises' braces. */
static enum outcome grade_work(struct loop *l, const struct work w[ALL_WORKS])
{
    const struct work *a = &w[ANSWERS];
    enum outcome how = session_grade(l->session, a->name, a->text.size ? a->text.text : "",
                                     a->text.size, l->options->limit);
    return how == OUTCOME_OK ? session_grades(l->session, run_work(l, w)) : how;
}

/* Of a rank that is silent: *told becomes what it would have said last. */
static int run_works(const struct options *o, const struct work w[ALL_WORKS], struct ranks *r,
                     struct str *told)
{
    struct err e = {0};
    struct loop l;
    if (signals_start(&e) || loop_init(&l, o, &e))
        return complain_of(o, &e, EXIT_ERROR);
    l.host.type = prompt_type;
    loop_join(&l, r);
    const bool dash = o->file && strcmp(o->file, "-") == 0;
    l.person =
        l.terminal.in && !o->serve && !o->check && !dash && (!(o->text || o->file) || o->stay);
    for (size_t i = 0; i < o->lets; i++)
        if (session_let(l.session, o->let[i]) != OUTCOME_OK) {
            loop_finish(&l);
            return EXIT_USAGE;
        }
    const enum outcome how = go_on(&l, o->grade ? grade_work(&l, w) : run_work(&l, w));
    if (how == OUTCOME_OK && !l.person && !o->serve)
        given_tell_unused(l.session);
    const int status = finish_program(&l, how);
    *told = l.told;
    return status;
}

/* Every rank has come to its end; when one did not as rank 0 did, that is an error. */
static int part_ranks(const struct options *o, struct ranks *r, int status, struct str *told)
{
    enum { PATIENCE = 10 };
    struct err e = {0};
    /* What is wrong stands in the first line. */
    if (told->size)
        told->text[strcspn(told->text, "\n")] = 0;
    if (ranks_part(r, status, told->size && status ? told->text : "", &e)) {
        if (!r->rank && !status)
            loop_tell(o, &e);
        else if (r->rank)
            sleep(PATIENCE); /* rank 0 has to tell of it, and ends all */
        status = status ? status : EXIT_ERROR;
        ranks_stop(r, status);
    }
    str_finish(told);
    ranks_end(r);
    return status;
}

/* Every rank has to read the same. */
static int check_ranks(const struct options *o, const struct ranks *r, struct err *e)
{
    const bool script = has_script(o) && open_pipe(o->file) < 0;
    if (!ranks_several(r) || (!o->stay && (script || (o->text && !o->file))))
        return 0;
    err_at(e, (struct span){0}, "under mpirun there is no prompt, and no script on standard input");
    return err_hint(e, "give the script as a file: mpirun -n %d nnr file.nnr", r->count);
}

static int do_work(const struct options *o, struct ranks *r)
{
    struct work w[ALL_WORKS] = {0};
    struct str told = {0};
    struct err e = {0};
    int status;
    const bool fits = check_ranks(o, r, &e) == 0;
    if (fits && load_works(o, w, &e) == 0) {
        status = run_works(o, w, r, &told);
    } else {
        status = fits ? EXIT_ERROR : EXIT_USAGE;
        str_add(&told, e.what);
        if (!ranks_follow(r))
            complain_of(o, &e, status);
    }
    work_finish(&w[TEXT]);
    work_finish(&w[SCRIPT]);
    work_finish(&w[ANSWERS]);
    return part_ranks(o, r, status, &told);
}

static int write_standard(const char *text, size_t n)
{
    return fwrite(text, 1, n, stdout) < n || fflush(stdout) ? -1 : 0;
}

/* --audit: names in a file may hold anything. */
static int answer_audit(const struct options *o)
{
    struct str text = {0}, plain = {0};
    struct err e = {0};
    bool bent;
    int failed = audit_file(o->audit, o->as, o->json, &text, &bent, &e);
    if (!failed) {
        const struct out out = out_to(&plain);
        plain_write(&out, text.text, text.size, PLAIN_LINES);
        failed = plain.failed ? err_memory(&e) : 0;
    }
    if (!failed && write_standard(plain.text, plain.size)) {
        err_at(&e, (struct span){0}, "cannot write the standard output: %s", strerror(errno));
        failed = -1;
    }
    str_finish(&text);
    str_finish(&plain);
    return failed ? complain_of(o, &e, EXIT_ERROR) : bent ? EXIT_EXPECT : EXIT_OK;
}

static int answer_options(const struct options *o)
{
    struct str s = {0};
    const struct out to = out_to(&s);
    struct err e = {0};
    if (o->kernel && !o->help && kernel_install(o->prefix, &s, &e)) {
        str_finish(&s);
        return complain_of(o, &e, EXIT_ERROR);
    }
    if (o->help)
        options_help(&s);
    else if (o->manual)
        manual_write(&to);
    else if (o->catalogue)
        catalogue_write(&to);
    else if (o->write)
        installed_write(&s, o->write);
    else if (!o->kernel)
        str_add(&s, "nnr " NNR_VERSION "\n");
    err_memory(&e);
    bool failed = s.failed || fputs(s.text, stdout) < 0 || fflush(stdout);
    if (failed && !s.failed)
        err_at(&e, (struct span){0}, "cannot write the standard output: %s", strerror(errno));
    str_finish(&s);
    return failed ? complain_of(o, &e, EXIT_ERROR) : EXIT_OK;
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
    if (options_parse(&o, argc, argv, &e) || (o.plot && session_plot_check(o.plot, &e)) ||
        (o.report && session_page_check(o.report, &e)) ||
        (o.write && installed_check(o.write, &e)) || (o.as && audit_system_check(o.as, &e)))
        return complain_of(&o, &e, EXIT_USAGE);
    if (o.help || o.manual || o.catalogue || o.write || o.version || o.kernel)
        return answer_options(&o);
    if (o.audit)
        return answer_audit(&o);
    struct ranks ranks;
    if (ranks_start(&ranks, &e))
        return ranks.rank ? EXIT_ERROR : complain_of(&o, &e, EXIT_ERROR);
    return do_work(&o, &ranks);
}
