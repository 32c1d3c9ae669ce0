/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/place.h"

#include "base/mem.h"
#include "base/system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many links one after the other as Linux follows. */
enum { MOST_LINKS = 40 };
enum { STEP = SYSTEM_FOLDER | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* What stands behind `within` in a whole path: "" or "/a/b"; NULL when it lies outside. */
static const char *path_below(const char *whole, const char *within)
{
    const size_t n = strcmp(within, "/") == 0 ? 0 : strlen(within);
    return strncmp(whole, within, n) == 0 && (!whole[n] || whole[n] == '/') ? whole + n : NULL;
}

/* A descriptor of the folder of a whole path, or -1. */
static int open_folder(const char *whole, const char *within)
{
    if (!within)
        return open(whole, SYSTEM_FOLDER | O_DIRECTORY | O_CLOEXEC);
    char steps[PATH_MAX];
    const char *rest = path_below(whole, within);
    if (!rest) {
        errno = EXDEV;
        return -1;
    }
    snprintf(steps, sizeof steps, "%s", rest);
    int fd = open(within, STEP);
    char *left;
    for (char *step = strtok_r(steps, "/", &left); step && fd >= 0;
         step = strtok_r(NULL, "/", &left)) {
        const int next = openat(fd, step, STEP);
        const int why = errno;
        close(fd);
        errno = why;
        fd = next;
    }
    return fd;
}

/* Splits a path into the whole path of its folder and its name in there. 0 or an errno. */
static int split_path(const char *path, char whole[PATH_MAX], char name[NAME_MAX + 1])
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    const int n = slash == path ? 1 : slash ? (int)(slash - path) : 0;
    if (!*path)
        return ENOENT;
    if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return EISDIR;
    const size_t length = strlen(last);
    if (length > NAME_MAX)
        return ENAMETOOLONG;
    snprintf(folder, sizeof folder, "%.*s", n, path);
    memcpy(name, last, length + 1);
    return realpath(n ? folder : ".", whole) ? 0 : errno;
}

/* Puts what the link at p says into `path`. 0 or an errno. */
static int follow_link(const struct file_place *p, const char *whole, char path[PATH_MAX])
{
    char link[PATH_MAX];
    const ssize_t n = readlinkat(p->folder, p->name, link, sizeof link);
    if (n < 0)
        return errno;
    if (n == sizeof link)
        return ENAMETOOLONG;
    link[n] = 0;
    const int size = link[0] == '/' ? snprintf(path, PATH_MAX, "%s", link)
                                    : snprintf(path, PATH_MAX, "%s/%s", whole, link);
    return size < PATH_MAX ? 0 : ENAMETOOLONG;
}

int place_find(struct file_place *p, const char *path, const char *within)
{
    char at[PATH_MAX], whole[PATH_MAX];
    *p = (struct file_place){.folder = -1};
    if (strlen(path) >= sizeof at)
        return ENAMETOOLONG;
    snprintf(at, sizeof at, "%s", path);
    for (int links = 0; links <= MOST_LINKS; links++) {
        int why = split_path(at, whole, p->name);
        if (why)
            return why;
        p->folder = open_folder(whole, within);
        if (p->folder < 0)
            return errno;
        p->there = fstatat(p->folder, p->name, &p->facts, AT_SYMLINK_NOFOLLOW) == 0;
        if (!p->there && errno == ENOENT)
            return 0;
        why = p->there ? 0 : errno;
        if (!why && !S_ISLNK(p->facts.st_mode))
            return 0;
        why = why ? why : follow_link(p, whole, at);
        place_leave(p);
        if (why)
            return why;
    }
    return ELOOP;
}

void place_leave(struct file_place *p)
{
    if (p->folder >= 0)
        close(p->folder);
    p->folder = -1;
}

/* `path` is cut at its last part while what is above it is made. */
static int make_folders(char *path, const char *within)
{
    struct file_place p;
    int why = place_find(&p, path, within);
    char *slash = strrchr(path, '/');
    if (why == ENOENT && slash && slash != path) {
        *slash = 0;
        why = make_folders(path, within);
        *slash = '/';
        why = why ? why : place_find(&p, path, within);
    }
    if (why)
        return why;
    if (p.there)
        why = S_ISDIR(p.facts.st_mode) ? 0 : ENOTDIR;
    else if (mkdirat(p.folder, p.name, 0777) && errno != EEXIST)
        why = errno;
    place_leave(&p);
    return why;
}

int place_make_folder(const char *path, const char *within)
{
    char parts[PATH_MAX];
    size_t n = strlen(path);
    struct stat facts;
    if (n >= sizeof parts)
        return ENAMETOOLONG;
    /* What names no new folder (., /, a/..) may be there. */
    if (!within && stat(path, &facts) == 0)
        return S_ISDIR(facts.st_mode) ? 0 : ENOTDIR;
    while (n > 1 && path[n - 1] == '/')
        n--;
    snprintf(parts, sizeof parts, "%.*s", (int)n, path);
    return make_folders(parts, within);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder that fit; each is freed with mem_free. 0 or an errno. */
static int list_names(DIR *all, const char *pattern, char ***name, size_t *count)
{
    size_t room = 0;
    for (const struct dirent *one = readdir(all); one; one = readdir(all)) {
        if (fnmatch(pattern, one->d_name, FNM_PERIOD) != 0)
            continue;
        if (mem_room(name, &room, *count + 1, sizeof **name))
            return ENOMEM;
        char *copy = mem_text(one->d_name, strlen(one->d_name));
        if (!copy)
            return ENOMEM;
        (*name)[(*count)++] = copy;
    }
    if (*count)
        qsort(*name, *count, sizeof **name, compare_names);
    return 0;
}

int place_match(const char *path, const char *within, int (*each)(void *self, const char *name),
                void *self)
{
    struct file_place p;
    char **name = NULL;
    size_t count = 0;
    int why = place_find(&p, path, within);
    if (why)
        return why;
    const int fd = openat(p.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = fd >= 0 ? fdopendir(fd) : NULL;
    const char *last = strrchr(path, '/');
    why = all ? list_names(all, last ? last + 1 : path, &name, &count) : errno;
    if (all)
        closedir(all);
    else if (fd >= 0)
        close(fd);
    place_leave(&p);
    for (size_t i = 0; i < count && !why; i++)
        why = each(self, name[i]);
    for (size_t i = 0; i < count; i++)
        mem_free(name[i]);
    mem_free(name);
    return why;
}

int place_open(const char *path, const char *within, int flags)
{
    struct file_place p;
    if (!within)
        return open(path, flags | O_CLOEXEC, 0666);
    const int missing = place_find(&p, path, within);
    if (missing) {
        errno = missing;
        return -1;
    }
    const int fd = openat(p.folder, p.name, flags | O_CLOEXEC | O_NOFOLLOW, 0666);
    const int why = errno;
    place_leave(&p);
    errno = why;
    return fd;
}

int place_nameless(void)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s/nnr-XXXXXX", folder && *folder ? folder : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int fd = mkstemp(path);
    if (fd >= 0) {
        unlink(path);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}
