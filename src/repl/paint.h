/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands over and round the line that readline shows: its colours, the rest of a likely line
 * behind it, and a hint below it. readline draws the line first, and finds the cursor where it left
 * it. Nothing is painted where the place of a character is not certain: on terminals that cannot go
 * up, of bytes that are no characters, of lines that fill the screen, in a search. */
#ifndef NNR_REPL_PAINT_H
#define NNR_REPL_PAINT_H

#include <stdbool.h>
#include <stddef.h>

struct paint {
    const unsigned char *class; /* of each byte, an enum typed_class; NULL: no colours */
    const char *rest;           /* what is likely to follow at the line's end; "": nothing */
    const char *hint;           /* below it; "": nothing */
};

/* Whether readline's line can be painted as it is now. */
bool paint_fits(void);
/* Paints it, right behind readline's own redisplay. Only after paint_fits. */
void paint_line(const struct paint *p);
/* Notes that the line is another one by now, and nothing was painted round it yet. */
void paint_moved(void);
/* Takes away what stands round the line; the cursor stays. */
void paint_erase(void);
/* The same when the cursor is elsewhere by now: nothing is left to take away. */
void paint_forget(void);
/* Goes to where the line begins when the screen has become `width` columns wide, and clears all
 * from there on; false: that is not known. Terminals lay their lines out anew when their width
 * changes. */
bool paint_restart(unsigned width);

#endif
