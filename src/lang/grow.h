/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays that grow inside an arena. */
#ifndef NNR_LANG_GROW_H
#define NNR_LANG_GROW_H

#include "base/mem.h"

/* Room for one more item behind the `count` items of the array `*items` (any object pointer type),
 * which nobody else makes room for. 0, or -1 with everything as it was. */
int grow(struct arena *a, void *items, size_t count, size_t size);

#endif
