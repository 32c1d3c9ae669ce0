/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/script.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
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

static int read_all(int fd, const char *path, struct str *text, struct err *e)
{
    char piece[SCRIPT_PIECE];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        if (script_add(text, path, piece, (size_t)n, e))
            return -1;
    if (n == 0)
        return 0;
    err_at(e, nowhere, "cannot read \"%s\": %s", path, strerror(errno));
    return err_hint(e, "copy it to another place and try again");
}

static int cannot_open(const char *path, int why, struct err *e)
{
    if (why == ENOENT || why == ENOTDIR) {
        err_at(e, nowhere, "there is no file \"%s\"", path);
        return err_hint(e, "look at its name, and at the folder you are in");
    }
    err_at(e, nowhere, "cannot open \"%s\": %s", path, strerror(why));
    return err_hint(e, why == EACCES ? "ask its owner to let you read it" : "look at its name");
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

int script_read(const struct file_name *file, struct str *text, struct err *e)
{
    const char *path = file->path;
    int fd = place_open(path, file->within, O_RDONLY);
    if (fd < 0 && errno == EXDEV && file->within)
        return file_outside(file, e);
    if (fd < 0)
        return cannot_open(path, errno, e);
    struct stat facts = {0};
    int failed = 0;
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        err_at(e, nowhere, "\"%s\" is a folder", path);
        failed = err_hint(e, "name a script in it, such as %s%slesson.nnr", path,
                          path[strlen(path) - 1] == '/' ? "" : "/");
    } else if (facts.st_size > SCRIPT_LARGEST) {
        failed = too_large(path, e);
    } else {
        failed = read_all(fd, path, text, e);
        drop_mark(text);
    }
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
