/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/script_file.h"

#include "base/input.h"
#include "base/stop.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct span nowhere = {0};

static int too_large(const char *name, struct err *e)
{
    err_at(e, nowhere, "\"%s\" is larger than 64 MiB", name);
    return err_hint(e, "a script holds statements; data stand in files of their own");
}

static int no_text(const char *name, struct err *e)
{
    err_at(e, nowhere, "\"%s\" is no text: it holds a zero byte", name);
    return err_hint(e, "a script is plain text; data are read by the data statement inside one");
}

int script_add(struct str *text, const char *name, const char *piece, size_t n, struct err *e)
{
    if (memchr(piece, 0, n))
        return no_text(name, e);
    if (text->size + n > SCRIPT_LARGEST)
        return too_large(name, e);
    str_bytes(text, piece, n);
    return text->failed ? err_memory(e) : 0;
}

/* Some editors put a mark of three bytes before UTF-8 text. */
static void drop_mark(struct str *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n = sizeof mark - 1;
    if (text->size < n || memcmp(text->text, mark, n) != 0)
        return;
    text->size -= n;
    memmove(text->text, text->text + n, text->size + 1);
}

int script_take(int fd, const struct file_name *file, const struct stop *stop, struct str *text,
                struct err *e)
{
    char piece[SCRIPT_PIECE];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        if (stop_check(stop, e) || script_add(text, file->name, piece, (size_t)n, e))
            return err_place(e, file->where);
    if (n < 0)
        return input_refuse(file, errno, e);
    drop_mark(text);
    return 0;
}

int script_read(const struct file_name *file, const struct stop *stop, struct str *text,
                struct err *e)
{
    uint64_t size;
    const int fd = input_open(file, &size, e);
    if (fd < 0)
        return -1;
    int failed = 0;
    if (size > SCRIPT_LARGEST)
        failed = too_large(file->name, e) ? err_place(e, file->where) : 0;
    else
        failed = script_take(fd, file, stop, text, e);
    close(fd);
    return failed;
}

char *script_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mem_text(".", 1);
    return mem_text(path, slash == path ? 1 : (size_t)(slash - path));
}
