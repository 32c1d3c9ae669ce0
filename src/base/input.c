/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/input.h"

#include "base/file.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int input_refuse(const struct file_name *file, int why, struct err *e)
{
    char folder[240];
    if (why == EXDEV && file->within)
        return file_outside(file, e);
    err_at(e, file->where, "\"%.200s\" cannot be read: %s", file->name, strerror(why));
    return err_hint(e, "it was looked for in %s", path_folder(file->path, folder, sizeof folder));
}

static int no_file(const struct file_name *file, mode_t mode, struct err *e)
{
    const char *what = S_ISDIR(mode)    ? "folder"
                       : S_ISFIFO(mode) ? "pipe"
                       : S_ISSOCK(mode) ? "socket"
                                        : "device";
    err_at(e, file->where, "\"%.200s\" is a %s", file->name, what);
    if (S_ISDIR(mode))
        return err_hint(e, "name a file in it");
    return err_hint(e, "write what comes from it into a file first, and name that");
}

int input_open(const struct file_name *file, uint64_t *size, struct err *e)
{
    struct stat facts;
    /* To open a pipe that nobody writes to would wait. */
    const int fd = place_open(file->path, file->within, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    /* A socket cannot be opened at all. */
    const int why = errno;
    if (fd < 0 && why == ENXIO && stat(file->path, &facts) == 0)
        return no_file(file, facts.st_mode, e);
    if (fd < 0)
        return input_refuse(file, why, e);
    const int unknown = fstat(fd, &facts);
    if (!unknown && S_ISREG(facts.st_mode)) {
        *size = (uint64_t)facts.st_size;
        return fd;
    }
    if (unknown)
        input_refuse(file, errno, e);
    else
        no_file(file, facts.st_mode, e);
    close(fd);
    return -1;
}
