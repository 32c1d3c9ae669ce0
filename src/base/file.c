/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_refuse(const struct file_name *file, int why, struct err *e)
{
    if (why == ENOMEM)
        return err_memory(e);
    err_at(e, file->where, "\"%.200s\" cannot be written: %s", file->name, strerror(why));
    if (why == ENOENT)
        return err_hint(e, "make its folder first");
    if (why == ENOSPC || why == EDQUOT)
        return err_hint(e, "make some room, or write into another folder");
    return err_hint(e, "write under another name or into another folder");
}

/* Opens a new file in the folder of `path`. Returns 0 or an errno. */
static int open_beside(struct file_out *f, const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
    for (unsigned i = 0; i < 100; i++) {
        struct str name = {0};
        str_bytes(&name, path, folder);
        str_addf(&name, ".nnr-%ld-%u", (long)getpid(), i);
        if (name.failed) {
            str_finish(&name);
            return ENOMEM;
        }
        f->fd = open(name.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0666);
        const int why = errno;
        if (f->fd >= 0) {
            f->beside = name.text;
            return 0;
        }
        str_finish(&name);
        if (why != EEXIST)
            return why;
    }
    return EEXIST;
}

int file_begin(struct file_out *f, const struct file_name *file, struct err *e)
{
    struct stat there;
    *f = (struct file_out){.file = file, .fd = -1};
    const size_t n = strlen(file->path);
    if ((n && file->path[n - 1] == '/') ||
        (stat(file->path, &there) == 0 && S_ISDIR(there.st_mode))) {
        err_at(e, file->where, "\"%.200s\" is a folder", file->name);
        return err_hint(e, "add a file's name");
    }
    const int why = open_beside(f, file->path);
    return why ? file_refuse(file, why, e) : 0;
}

int file_write(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        const ssize_t written = write(fd, at, n);
        if (written < 0 && errno != EINTR)
            return errno;
        at += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int file_add(struct file_out *f, const void *bytes, size_t n, struct err *e)
{
    const int why = file_write(f->fd, bytes, n);
    if (!why)
        return 0;
    file_drop(f);
    return file_refuse(f->file, why, e);
}

int file_end(struct file_out *f, int *fd, struct err *e)
{
    int why = 0;
    if (!fd && close(f->fd))
        why = errno;
    if (!why && rename(f->beside, f->file->path))
        why = errno;
    if (why) {
        if (!fd)
            f->fd = -1;
        file_drop(f);
        return file_refuse(f->file, why, e);
    }
    if (fd)
        *fd = f->fd;
    mem_free(f->beside);
    f->beside = NULL;
    f->fd = -1;
    return 0;
}

void file_drop(struct file_out *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->beside)
        unlink(f->beside);
    mem_free(f->beside);
    f->beside = NULL;
    f->fd = -1;
}
