/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, and bytes that begin no token. */
#ifndef NNR_LANG_TOKEN_TEXT_H
#define NNR_LANG_TOKEN_TEXT_H

#include "lang/token.h"

/* Reads the one that begins here; 0, or -1 and *l->e. */
int token_string(struct lexer *l, struct token *t);
/* A byte that begins no token: the error for it. Returns -1. */
int token_stray(struct lexer *l);
/* The length of the UTF-8 character at `at`, or 0 if there is none. */
uint32_t lexer_character(const struct lexer *l, uint32_t at);

#endif
