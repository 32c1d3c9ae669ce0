/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as a terminal may get it. Files, their names and what is in them may hold bytes that would
 * command a terminal: the control characters of ASCII, those of ISO 6429 (U+0080 to U+009F), and
 * bytes that are no UTF-8, which some terminals take for those. Each becomes a question mark.
 * Characters that are not seen, or that turn the direction of what stands round them, would let a
 * text look like another: each is written out, [U+202E]. */
#ifndef NNR_BASE_PLAIN_H
#define NNR_BASE_PLAIN_H

#include "base/out.h"

enum plain {
    PLAIN_LINE = 0,   /* one line: nothing is kept */
    PLAIN_LINES = 1,  /* line breaks and tabs are kept */
    PLAIN_COLOURS = 2 /* and so are the commands that only choose colours: ESC [ 1 ; 31 m */
};

/* The number of the UTF-8 character at the front of n > 0 bytes, and its size; -1 and 1: the first
 * byte belongs to none. */
long plain_character(const char *at, size_t n, size_t *size);
/* Whether a character, by its number, is a control character. */
bool plain_is_control(long character);
/* Whether a character, by its number, is not seen or turns the direction of writing (Unicode TR36,
 * sections 2.1 and 2.10.3). bytes[at] is its place in n bytes: a joiner between two characters
 * outside ASCII belongs to their writing (Persian, Hindi, emoji), and is none. */
bool plain_is_hidden(long character, const char *bytes, size_t at, size_t n);
/* Writes n bytes of which only characters are left, and what `keep` says (enum plain, or-ed). */
void plain_write(const struct out *to, const char *bytes, size_t n, unsigned keep);
/* Adds one line. */
void plain_line(struct str *to, const char *text);
/* Makes one line of a text, which never grows: hidden characters stay. */
void plain_clean(char *text);
/* Whether plain_line would add it as it is. */
bool plain_is(const char *text);

#endif
