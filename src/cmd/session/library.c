/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/library.h"

#include "cmd/lessons_bytes.h"
#include "cmd/penalties_bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *library_text(const char *name, size_t *size)
{
    if (strcmp(name, LIBRARY_NAME) != 0)
        return NULL;
    *size = sizeof penalties_bytes;
    return (const char *)penalties_bytes;
}

size_t library_lessons(void)
{
    return sizeof lessons_bytes / sizeof *lessons_bytes;
}

const char *library_lesson(size_t i, const char **name, size_t *size)
{
    *name = lessons_bytes[i].name;
    *size = lessons_bytes[i].size;
    return (const char *)lessons_bytes[i].bytes;
}

bool library_stands(const char *name, const char *path)
{
    size_t size;
    return library_text(name, &size) && access(path, F_OK) != 0 && errno == ENOENT;
}
