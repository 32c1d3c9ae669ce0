/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which word belongs to which argument. */
#ifndef NNR_LANG_BIND_WORDS_H
#define NNR_LANG_BIND_WORDS_H

#include "lang/binding.h"

/* Binds words to an entry whose name stands at `head`. NULL: *x->e. */
struct args *binding_words(const struct binding *x, struct words *w, const struct entry *entry,
                           struct span head);

#endif
