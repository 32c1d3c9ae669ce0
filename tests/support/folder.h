/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new folder under /tmp that is the working folder of a test program. */
#ifndef NNR_TESTS_FOLDER_H
#define NNR_TESTS_FOLDER_H

#include "check.h"

/* The setup and teardown of a group: the folder goes with all that is in it. */
int folder_enter(void **state);
int folder_leave(void **state);
/* Files in it; a name that ends in .gz is packed by gzip. */
void folder_write(const char *name, const void *bytes, size_t n);
void folder_text(const char *name, const char *text);
/* A text in which what stands in /tmp/ stands in the folder: programs that run at the same time do
 * not share it. It is the caller's to free. */
char *folder_instead_of_tmp(const char *text);
/* The first n bytes of a file become the whole of it. */
void folder_cut(const char *name, size_t n);

#endif
