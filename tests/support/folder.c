/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <dirent.h>
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

int folder_leave(void **state)
{
    (void)state;
    DIR *all = opendir(folder);
    for (struct dirent *one; all && (one = readdir(all));)
        if (one->d_name[0] != '.')
            remove(one->d_name);
    if (all)
        closedir(all);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
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

void folder_cut(const char *name, size_t n)
{
    assert_int_equal(truncate(name, (off_t)n), 0);
}
