/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool path_ends(const char *name, const char *ending)
{
    const size_t n = strlen(name), m = strlen(ending);
    return n > m && strcasecmp(name + n - m, ending) == 0;
}

const char *path_join(struct arena *to, const char *folder, const char *name)
{
    size_t n = folder && name[0] != '/' ? strlen(folder) : 0;
    if (!n)
        return arena_text(to, name, strlen(name));
    const char *slash = folder[n - 1] == '/' ? "" : "/";
    size_t size = n + strlen(slash) + strlen(name) + 1;
    char *path = arena_new(to, size, 1);
    if (path)
        snprintf(path, size, "%s%s%s", folder, slash, name);
    return path;
}

const char *path_folder(const char *path, char *text, size_t room)
{
    char folder[PATH_MAX], whole[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    snprintf(folder, sizeof folder, "%.*s", n < PATH_MAX ? (int)n : 0, path);
    if (!n)
        strcpy(folder, ".");
    snprintf(text, room, "%s", realpath(folder, whole) ? whole : folder);
    return text;
}
