/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/past.h"

#include "base/file.h"
#include "base/input.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

/* How much of the file's end is read, and how much is left of it. */
enum { MOST_LINES = 4000, MOST_BYTES = 1 << 20 };

/* The file's name; false when there is to be none. Lines with a time before each survive a round
 * trip even when they hold several. */
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
    /* What stands there may be a pipe that nobody reads, or a file that nobody may write, which the
     * superuser could. */
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    const bool good = fd >= 0 && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
                      facts.st_mode & 0222 && (!(facts.st_mode & 0177) || fchmod(fd, 0600) == 0);
    return fd >= 0 && close(fd) == 0 && good;
}

/* The time that stands before each entry, in a line of its own. */
static bool is_time(const char *line)
{
    return line[0] == '#' && isdigit((unsigned char)line[1]);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

/* The end of the file as text, from the beginning of a line on. NULL: there is none. */
static char *read_end_of(const struct file_name *file, bool *whole)
{
    struct err e;
    uint64_t size;
    const int fd = input_open(file, &size, &e);
    if (fd < 0)
        return NULL;
    const size_t n = size < MOST_BYTES ? (size_t)size : MOST_BYTES;
    char *text = mem_new(n + 1, 1);
    const ssize_t got = text ? pread(fd, text, n, (off_t)(size - n)) : -1;
    close(fd);
    *whole = n == size;
    if (got >= 0) {
        for (char *zero; (zero = memchr(text, 0, (size_t)got));)
            *zero = ' ';
        text[got] = 0;
        const char *line = *whole ? text : next_line(text);
        memmove(text, line, strlen(line) + 1);
        return text;
    }
    mem_free(text);
    return NULL;
}

/* Behind the lines of the entry that begins here: with a time, all up to the next. */
static const char *entry_end(const char *line)
{
    const char *end = next_line(line);
    while (is_time(line) && *end && !is_time(end))
        end = next_line(end);
    return end;
}

static void add_entry(const char *from, const char *to)
{
    const bool timed = is_time(from);
    const char *line = timed ? next_line(from) : from;
    while (to > line && to[-1] == '\n')
        to--;
    char *text = mem_text(line, (size_t)(to - line));
    char *when = timed ? mem_text(from, strcspn(from, "\n")) : NULL;
    if (text && *text) {
        add_history(text);
        if (when)
            add_history_time(when);
    }
    mem_free(when);
    mem_free(text);
}

/* The newest entries; returns where they begin. */
static const char *add_newest(const char *text, bool whole)
{
    const char *from = text, *timed = text;
    while (*timed && !is_time(timed))
        timed = next_line(timed);
    /* A line in the middle may belong to an entry of several. */
    if (!whole && *timed)
        from = timed;
    size_t entries = 0;
    for (const char *at = from; *at; at = entry_end(at))
        entries++;
    for (; entries > MOST_LINES; entries--)
        from = entry_end(from);
    for (const char *at = from; *at; at = entry_end(at))
        add_entry(at, entry_end(at));
    return from;
}

/* Leaves only `text` of the file. */
static void cut_file(const struct file_name *file, const char *text)
{
    struct err e;
    struct file_out out;
    if (file_begin(&out, file, FILE_OWN, &e))
        return;
    if (fchmod(out.fd, 0600))
        file_drop(&out);
    else if (!file_add(&out, text, strlen(text), &e))
        file_end(&out, NULL, &e);
}

void past_load(void)
{
    char path[4096];
    bool whole;
    history_write_timestamps = 1;
    history_comment_char = '#';
    const struct file_name file = {.name = path, .path = path};
    char *text = file_name(path, sizeof path) ? read_end_of(&file, &whole) : NULL;
    if (!text)
        return;
    const char *from = add_newest(text, whole);
    if (!whole || from != text)
        cut_file(&file, from);
    mem_free(text);
}

void past_keep(const char *line)
{
    char path[4096];
    (void)line;
    if (file_name(path, sizeof path) && make_file(path))
        append_history(1, path);
}
