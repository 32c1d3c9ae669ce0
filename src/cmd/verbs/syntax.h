/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the language for programs that colour it, written from the tables. */
#ifndef NNR_CMD_VERBS_SYNTAX_H
#define NNR_CMD_VERBS_SYNTAX_H

struct str;

/* A syntax file for Vim, one for nano, and a grammar as TextMate has it, which editors and code
 * hosts read. */
void syntax_vim(struct str *to);
void syntax_nano(struct str *to);
void syntax_textmate(struct str *to);
/* The verbs and layers with their summaries, as sections of a manual page. */
void syntax_man(struct str *to);

#endif
