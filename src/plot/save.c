/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/save.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

static const struct save_format formats[] = {
    {"png", "pngcairo", "png", "size 960,720"},
    {"svg", "svg", NULL, "size 800,600 background '#ffffff'"},
    {"pdf", "pdfcairo", NULL, "size 8in,6in"},
    {"txt", "dumb", NULL, "mono size " TEXT(SAVE_TEXT_WIDTH) "," TEXT(SAVE_TEXT_HEIGHT)},
    {"gp", NULL, NULL, NULL},
    {"csv", NULL, NULL, NULL},
};

static const struct save_format *format_of(const char *path)
{
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name ? name : path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(dot + 1, formats[i].ending) == 0)
            return &formats[i];
    return NULL;
}

static const struct span nowhere = {0};

static int refuse(struct err *e, const char *path, int why)
{
    err_at(e, nowhere, "cannot write \"%.200s\": %s", path, strerror(why));
    if (why == ENOENT)
        return err_hint(e, "make its folder first");
    if (why == ENOSPC || why == EDQUOT)
        return err_hint(e, "make some room, or save into another folder");
    return err_hint(e, "save under another name or into another folder");
}

static bool has_control(const char *path)
{
    for (; *path; path++)
        if ((unsigned char)*path < 0x20 || *path == 0x7f)
            return true;
    return false;
}

int save_check(const char *path, struct err *e)
{
    struct stat there;
    if (!*path) {
        err_at(e, nowhere, "the file needs a name");
        return err_hint(e, "give one such as \"figure.png\"");
    }
    if (has_control(path)) {
        err_at(e, nowhere, "a file's name cannot have line breaks or control characters");
        return err_hint(e, "give one such as \"figure.png\"");
    }
    bool found = stat(path, &there) == 0;
    if (path[strlen(path) - 1] == '/' || (found && S_ISDIR(there.st_mode))) {
        err_at(e, nowhere, "\"%.200s\" is a folder", path);
        return err_hint(e, "add a file's name, such as figure.png");
    }
    if (!format_of(path)) {
        err_at(e, nowhere, "the ending of \"%.200s\" does not say what to write", path);
        return err_hint(e, "end the name in .png .svg .pdf .txt .gp or .csv");
    }
    return !found && errno != ENOENT ? refuse(e, path, errno) : 0;
}

/* Makes the file s->beside in the folder of s->path. Returns 0 or an errno. */
static int open_beside(struct save *s)
{
    size_t folder = (size_t)(strrchr(s->path, '/') ? strrchr(s->path, '/') - s->path + 1 : 0);
    for (unsigned i = 0; i < 100; i++) {
        struct str name = {0};
        str_bytes(&name, s->path, folder);
        str_addf(&name, ".nnr-%ld-%u", (long)getpid(), i);
        if (name.failed) {
            str_finish(&name);
            return ENOMEM;
        }
        s->fd = open(name.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        int why = errno;
        if (s->fd >= 0) {
            s->beside = name.text;
            return 0;
        }
        str_finish(&name);
        if (why != EEXIST)
            return why;
    }
    return EEXIST;
}

int save_begin(struct save *s, const char *path, struct err *e)
{
    *s = (struct save){.fd = -1};
    if (save_check(path, e))
        return -1;
    s->path = mem_text(path, strlen(path));
    int why = s->path ? open_beside(s) : ENOMEM;
    if (why) {
        mem_free(s->path);
        *s = (struct save){0};
        return why == ENOMEM ? err_memory(e) : refuse(e, path, why);
    }
    s->format = format_of(path);
    return 0;
}

static void forget(struct save *s)
{
    mem_free(s->path);
    mem_free(s->beside);
    *s = (struct save){0};
}

void save_drop(struct save *s)
{
    if (!s->path)
        return;
    close(s->fd);
    unlink(s->beside);
    forget(s);
}

/* Returns 0 or an errno. */
static int write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno != EINTR)
            return errno;
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int save_end(struct save *s, const char *bytes, size_t n, struct err *e)
{
    int why = write_all(s->fd, bytes, n);
    if (close(s->fd) && !why)
        why = errno;
    if (!why && rename(s->beside, s->path))
        why = errno;
    if (why)
        unlink(s->beside);
    int result = why ? refuse(e, s->path, why) : 0;
    forget(s);
    return result;
}

int save_append(const char *path, const struct str *text, struct err *e)
{
    if (text->failed)
        return err_memory(e);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return refuse(e, path, errno);
    int why = write_all(fd, text->text, text->size);
    if (close(fd) && !why)
        why = errno;
    return why ? refuse(e, path, why) : 0;
}

void save_plain(const struct save *s, const struct figure *f, struct str *to)
{
    if (strcmp(s->format->ending, "csv") == 0) {
        figure_header(f, to);
        str_add(to, f->csv.text ? f->csv.text : "");
        return;
    }
    str_add(to, "# A figure made by nnr: `gnuplot -p` and this file's name show it.\n"
                "# To write it to a file instead, take away the # before these two lines:\n"
                "# set terminal svg size 800,600 background '#ffffff'\n"
                "# set output 'figure.svg'\n"
                "set encoding utf8\n");
    str_add(to, f->program.text ? f->program.text : "");
}

int save_undrawn(const struct save *s, struct err *e, const char *why)
{
    err_at(e, nowhere, "cannot draw \"%.200s\": %s", s->path, why);
    return err_hint(e, "the ending .gp saves the program and .csv the numbers without drawing");
}
