/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a file lies when all links are followed, and whether it may lie there. */
#ifndef NNR_BASE_PLACE_H
#define NNR_BASE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct file_place {
    int folder;              /* a descriptor of its folder, for openat and its like alone */
    char name[NAME_MAX + 1]; /* its name in there, which is no link */
    bool there;              /* whether there is something of that name */
    struct stat facts;       /* of what is there */
};

/* Finds the place that `path` means; nothing need be there yet, but its folder must. `within`: a
 * whole path without links of the folder that it must lie in, or below; NULL: anywhere. The folder
 * is opened step by step and no step is a link, so that a link put there meanwhile leads nowhere.
 * Returns 0, then place_leave closes the folder; or an errno: EXDEV for what lies outside, EISDIR
 * for a name that only a folder can have. */
int place_find(struct file_place *p, const char *path, const char *within);
void place_leave(struct file_place *p);
/* Makes the folder that `path` means, and those above it that are not there yet. 0, also when it is
 * there already, or an errno. */
int place_make_folder(const char *path, const char *within);
/* Calls `each` with the name of all that is in the folder of `path` and fits its last part, in
 * which * stands for any text and ? for a letter, in the order of their bytes; what begins with a
 * dot must be written so. Stops where that returns other than 0, and returns it; else 0, or an
 * errno. */
int place_match(const char *path, const char *within, int (*each)(void *self, const char *name),
                void *self);
/* As open(2), a new file with the mode 0666, and closed when another program is started. -1: errno,
 * EXDEV for what lies outside of `within`. */
int place_open(const char *path, const char *within, int flags);
/* Opens a new file in $TMPDIR that has no name: it goes with its descriptor. -1: errno. */
int place_nameless(void);

#endif
