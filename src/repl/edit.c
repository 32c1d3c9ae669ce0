/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/edit.h"

#include "base/entry.h"
#include "cmd/session/script_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool edit_asked(const struct str *line)
{
    static const char verb[] = "edit";
    const char *text = line->size ? line->text : "";
    text += strspn(text, " \t");
    return strncmp(text, verb, strlen(verb)) == 0 &&
           !text[strlen(verb) + strspn(text + strlen(verb), " \t\n")];
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
