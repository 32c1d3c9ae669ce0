/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/past.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

/* Lines with a time before each survive a round trip even when they hold several. */
enum { MOST_LINES = 4000 };

/* The file's name; false when there is to be none. */
static bool file_name(char *path, size_t room)
{
    const char *own = getenv("NNR_HISTFILE"), *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n = 0;
    if (own)
        n = snprintf(path, room, "%s", own);
    else if (state && *state == '/')
        n = snprintf(path, room, "%s/nnr/history", state);
    else if (home && *home)
        n = snprintf(path, room, "%s/.local/state/nnr/history", home);
    return n > 0 && (size_t)n < room;
}

/* Makes the folders on the way, and the file, for nobody but its owner. */
static bool make_file(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(folder, 0700) && errno != EEXIST)
            return false;
        *slash = '/';
    }
    struct stat facts;
    /* What stands there may be a pipe that nobody reads. */
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    const bool good = fd >= 0 && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
                      (!(facts.st_mode & 0177) || fchmod(fd, 0600) == 0);
    return fd >= 0 && close(fd) == 0 && good;
}

void past_load(void)
{
    char path[4096];
    history_write_timestamps = 1;
    history_comment_char = '#';
    if (!file_name(path, sizeof path) || read_history(path))
        return;
    history_truncate_file(path, MOST_LINES);
}

void past_keep(const char *line)
{
    char path[4096];
    (void)line;
    if (file_name(path, sizeof path) && make_file(path))
        append_history(1, path);
}
