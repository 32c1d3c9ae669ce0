/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lessons that can be played: those that the program has with it, and one's own in the folder
 * that NNR_LESSONS names. */
#ifndef NNR_CMD_SESSION_LESSONS_H
#define NNR_CMD_SESSION_LESSONS_H

#include "base/err.h"
#include "base/mem.h"

/* A lesson's first lines are comments: `# Lesson 3: Kernel or activity`, then `# 20 minutes. ...`.
 */
struct lesson {
    long number;  /* of the program's by its file's name, 03-..., then one's own in that order */
    long minutes; /* 0: it does not say */
    const char *title; /* of its first line, else the file's name */
    const char *file;  /* its name, without a folder */
    const char *path;  /* NULL: it is with the program */
    const char *text;  /* of `size` bytes; NULL: to be read */
    size_t size;
};
struct lessons {
    struct lesson *item;
    size_t count, room;
    struct arena arena;
};

/* All there are. A file of one's own takes the place of the program's of the same name. Finish it,
 * after an error too. */
int lessons_find(struct lessons *to, struct err *e);
void lessons_finish(struct lessons *l);
/* The folder of NNR_LESSONS; NULL: there is none. */
const char *lessons_folder(void);
/* The one with that title, in small letters or large, or the only one that has it as a part of its
 * title; NULL: there is none, or there are several. */
const struct lesson *lesson_titled(const struct lessons *l, const char *title);

#endif
