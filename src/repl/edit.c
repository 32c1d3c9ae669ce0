/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/edit.h"

#include "base/entry.h"
#include "cmd/session/jobs.h"
#include "cmd/session/script_file.h"
#include "cmd/shell/anew.h"
#include "cmd/shell/background.h"
#include "cmd/shell/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum edit_part edit_asked(const struct str *line)
{
    char verb[8], part[12] = "", more;
    const int words = sscanf(line->size ? line->text : "", "%7s %11s %c", verb, part, &more);
    if (words < 1 || words > 2 || strcmp(verb, "edit") != 0)
        return EDIT_NOTHING;
    return words == 1                     ? EDIT_LAST
           : strcmp(part, "session") == 0 ? EDIT_SESSION
           : strcmp(part, "back") == 0    ? EDIT_BACK
                                          : EDIT_NOTHING;
}

static const char *editor(void)
{
    const char *names[] = {getenv("EDITOR"), getenv("VISUAL")};
    for (size_t i = 0; i < 2; i++)
        if (names[i] && *names[i])
            return names[i];
    return NULL;
}

/* Writes the text to a new file, for nobody but its owner. */
static int write_file(char *path, size_t room, const struct str *text, struct err *e)
{
    const char *folder = getenv("TMPDIR");
    const int n =
        snprintf(path, room, "%s/nnr-XXXXXX.nnr", folder && *folder == '/' ? folder : "/tmp");
    const int fd = n > 0 && (size_t)n < room ? mkstemps(path, 4) : -1;
    if (fd < 0) {
        err_at(e, (struct span){0}, "cannot make a file to edit: %s", strerror(errno));
        return err_hint(e, "TMPDIR says in which folder it is made");
    }
    const bool good = write(fd, text->text, text->size) == (ssize_t)text->size;
    if (close(fd) == 0 && good)
        return 0;
    unlink(path);
    err_at(e, (struct span){0}, "cannot write %s", path);
    return err_hint(e, "make room there, or set TMPDIR to another folder");
}

static int run_editor(struct loop *l, const char *command, const char *path, struct err *e)
{
    const int status = loop_outside(l, command, path, NULL, 0);
    if (status == 0)
        return 0;
    err_at(e, (struct span){0}, "the editor \"%.100s\" ended with status %d; nothing was run",
           command, status);
    return err_hint(e, "EDITOR, or VISUAL, says which editor it is");
}

int edit_text(struct loop *l, const struct str *text, struct str *to, struct err *e)
{
    char path[4096];
    const char *command = editor();
    const struct file_name file = {.name = path, .path = path};
    if (!l->terminal.in || !l->terminal.out || !text->size) {
        err_at(e, (struct span){0},
               text->size ? "there is no terminal to edit on" : "nothing was typed yet");
        return err_hint(e, "edit opens at the prompt what was typed last");
    }
    if (!command) {
        err_at(e, (struct span){0}, "no editor is known");
        return err_hint(e, "start nnr with one: EDITOR=nano nnr");
    }
    if (write_file(path, sizeof path, text, e))
        return -1;
    int failed = run_editor(l, command, path, e) || script_read(&file, &l->host.stop, to, e);
    unlink(path);
    if (failed || (to->size == text->size && memcmp(to->text, text->text, text->size) == 0))
        str_finish(to);
    return failed ? -1 : 0;
}

/* What trains in the background belongs to the session that would be left. */
static int check_still(const struct loop *l, struct err *e)
{
    if (!session_running(l->session))
        return 0;
    err_at(e, (struct span){0}, "training runs in this session");
    return err_hint(e, "stop it first: stop");
}

static void swap_sessions(struct loop *l)
{
    struct session *left = l->session;
    l->session = l->aside;
    l->aside = left;
}

/* While the text runs, the new session is the loop's: its pictures and exercises have their turn.
 */
static enum outcome run_anew(struct loop *l, const struct str *text)
{
    struct session *was = l->session, *own = session_anew(was);
    struct err e = {0};
    if (!own) {
        err_memory(&e);
        loop_complain(l, &e);
        return OUTCOME_ERROR;
    }
    l->session = own;
    const enum outcome how = loop_text(l, "<edit>", ".", *text, 1, true);
    if (how == OUTCOME_OK || how == OUTCOME_QUIT) {
        session_destroy(l->aside);
        l->aside = was;
        out_add(&l->host.err, "edit: this session is a new one; to the one before: edit back\n");
        return how;
    }
    l->session = was;
    session_give_up(own, was);
    out_add(&l->host.err, "edit: what the text did is gone; this is the session that you had, and "
                          "it is as it was\n");
    return how;
}

enum outcome edit_whole(struct loop *l)
{
    struct str was = {0}, text = {0};
    struct err e = {0};
    enum outcome how = OUTCOME_OK;
    if (check_still(l, &e) || session_text(l->session, &was, &e) || edit_text(l, &was, &text, &e)) {
        loop_complain(l, &e);
        how = OUTCOME_ERROR;
    } else if (!text.size) {
        out_add(&l->host.err, "edit: nothing was changed, and nothing is run\n");
    } else {
        how = run_anew(l, &text);
    }
    str_finish(&was);
    str_finish(&text);
    return how;
}

void edit_return(struct loop *l)
{
    struct err e = {0};
    if (!l->aside) {
        err_at(&e, (struct span){0}, "there is no session to go back to");
        err_hint(&e, "edit session makes a new one");
    }
    if (!l->aside || check_still(l, &e)) {
        loop_complain(l, &e);
        return;
    }
    session_hand_over(l->session, l->aside);
    swap_sessions(l);
    out_add(&l->host.err, "edit: this is the session before; to the other one: edit back\n");
}
