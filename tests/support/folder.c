/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/nnr-test-XXXXXX";

int folder_enter(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *walk)
{
    (void)s;
    (void)kind;
    (void)walk;
    return remove(path);
}

int folder_leave(void **state)
{
    enum { OPEN_AT_ONCE = 16 };
    (void)state;
    return chdir("/") == 0 ? nftw(folder, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS) : -1;
}

void folder_write(const char *name, const void *bytes, size_t n)
{
    const char *end = strrchr(name, '.');
    const char *mode = end && strcmp(end, ".gz") == 0 ? "wb" : "wbT";
    gzFile file = gzopen(name, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
}

void folder_text(const char *name, const char *text)
{
    folder_write(name, text, strlen(text));
}

char *folder_instead_of_tmp(const char *text)
{
    static const char tmp[] = "/tmp/";
    char *all = NULL;
    size_t size;
    FILE *to = open_memstream(&all, &size);
    assert_non_null(to);
    for (const char *at; (at = strstr(text, tmp)); text = at + strlen(tmp))
        fprintf(to, "%.*s%s/", (int)(at - text), text, folder);
    fputs(text, to);
    assert_int_equal(fclose(to), 0);
    return all;
}

void folder_cut(const char *name, size_t n)
{
    assert_int_equal(truncate(name, (off_t)n), 0);
}
