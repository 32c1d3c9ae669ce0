/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/lessons.h"

#include "cmd/session/library.h"
#include "cmd/session/script_file.h"

#include "base/entry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct span nowhere = {0};

const char *lessons_folder(void)
{
    const char *folder = getenv("NNR_LESSONS");
    return folder && *folder ? folder : NULL;
}

/* The text of the next comment line, and its length; NULL: there is none. *at goes behind it. */
static const char *next_comment(const char *text, size_t size, size_t *at, size_t *n)
{
    while (*at < size && text[*at] == '#') {
        const char *line = text + *at;
        const char *end = memchr(line, '\n', size - *at);
        const size_t whole = end ? (size_t)(end - line) : size - *at;
        const size_t skip = whole > 1 && line[1] == ' ' ? 2 : 1;
        *at += whole + (end != NULL);
        *n = whole - skip;
        if (*n && !(*n > 4 && strncmp(line + skip, "SPDX", 4) == 0))
            return line + skip;
    }
    return NULL;
}

/* Without `Lesson 3:` in front. */
static int read_head(struct lessons *l, struct lesson *to, const char *text, size_t size)
{
    enum { LONGEST = 100 };
    size_t at = 0, n = 0;
    int skip = 0;
    char line[LONGEST + 1] = "";
    const char *first = next_comment(text, size, &at, &n);
    if (first)
        memcpy(line, first, n < LONGEST ? n : LONGEST);
    if (sscanf(line, "Lesson %*d : %n", &skip) == EOF || !skip)
        skip = 0;
    const char *title = *line ? line + skip : to->file;
    to->title = arena_text(&l->arena, title, strlen(title));
    const char *second = next_comment(text, size, &at, &n);
    memset(line, 0, sizeof line);
    if (second)
        memcpy(line, second, n < LONGEST ? n : LONGEST);
    int end = 0;
    if (sscanf(line, "%3ld minutes%n", &to->minutes, &end) != 1 || !end || to->minutes < 0)
        to->minutes = 0;
    return to->title ? 0 : -1;
}

static struct lesson *add_lesson(struct lessons *l, const char *file)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->item[i].file, file) == 0)
            return &l->item[i];
    if (mem_room(&l->item, &l->room, l->count + 1, sizeof *l->item))
        return NULL;
    l->item[l->count] = (struct lesson){.number = l->count ? l->item[l->count - 1].number + 1 : 1,
                                        .file = arena_text(&l->arena, file, strlen(file))};
    return l->item[l->count].file ? &l->item[l->count++] : NULL;
}

static int add_own(struct lessons *l, const char *folder, const char *file, struct err *e)
{
    struct str path = {0}, text = {0};
    struct lesson *to = add_lesson(l, file);
    str_addf(&path, "%s/%s", folder, file);
    int failed = !to || path.failed ? err_memory(e) : 0;
    if (!failed) {
        struct err unread = {0};
        const struct file_name name = {.name = path.text, .path = path.text};
        to->text = NULL;
        to->path = arena_text(&l->arena, path.text, path.size);
        /* What cannot be read is told when it is played. */
        const bool read = script_read(&name, NULL, &text, &unread) == 0 && text.size;
        failed = !to->path || read_head(l, to, read ? text.text : "", read ? text.size : 0)
                     ? err_memory(e)
                     : 0;
    }
    str_finish(&text);
    str_finish(&path);
    return failed;
}

static int is_script(const struct dirent *d)
{
    const size_t n = strlen(d->d_name);
    return d->d_name[0] != '.' && n > 4 && strcmp(d->d_name + n - 4, ".nnr") == 0;
}

static int find_own(struct lessons *l, struct err *e)
{
    struct dirent **list = NULL;
    const char *folder = lessons_folder();
    int failed = 0;
    const int count = folder ? scandir(folder, &list, is_script, alphasort) : 0;
    if (count < 0) {
        err_at(e, nowhere, "the folder \"%.200s\" of NNR_LESSONS cannot be read: %s", folder,
               strerror(errno));
        return err_hint(e, "let NNR_LESSONS name a folder with lessons, or unset it");
    }
    for (int i = 0; i < count; i++) {
        failed = failed || add_own(l, folder, list[i]->d_name, e);
        free(list[i]);
    }
    free(list);
    return failed ? -1 : 0;
}

int lessons_find(struct lessons *to, struct err *e)
{
    *to = (struct lessons){0};
    for (size_t i = 0; i < library_lessons(); i++) {
        const char *file;
        size_t size;
        const char *text = library_lesson(i, &file, &size);
        struct lesson *l = add_lesson(to, file);
        if (!l || read_head(to, l, text, size))
            return err_memory(e);
        l->number = strtol(file, NULL, 10);
        l->text = text;
        l->size = size;
    }
    return find_own(to, e);
}

void lessons_finish(struct lessons *l)
{
    mem_free(l->item);
    arena_finish(&l->arena);
    *l = (struct lessons){0};
}

const struct lesson *lesson_titled(const struct lessons *l, const char *title)
{
    const struct lesson *part = NULL;
    size_t parts = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (strcasecmp(l->item[i].title, title) == 0)
            return &l->item[i];
        if (strcasestr(l->item[i].title, title)) {
            part = &l->item[i];
            parts++;
        }
    }
    return parts == 1 ? part : NULL;
}
