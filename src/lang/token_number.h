/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and shapes. */
#ifndef NNR_LANG_TOKEN_NUMBER_H
#define NNR_LANG_TOKEN_NUMBER_H

#include "lang/token.h"

/* Reads the one that begins here; 0, or -1 and *l->e. */
int token_number(struct lexer *l, struct token *t);

#endif
