/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/paint.h"

#include "base/str.h"
#include "cmd/shell/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <readline/readline.h>

/* Longer lines are pastes, which nobody reads while typing. */
enum { LONGEST = 4096, NARROWEST = 8 };

struct place {
    unsigned row, column; /* from 0; row 0 is that of the prompt */
};

/* Where readline has put things. */
struct layout {
    struct place text, point, end;
};

/* Of what was painted last: where the line ends and the cursor is, while something stands there. */
static bool shown;
static struct layout last;
static bool tinted; /* some of the line's characters have colours */

/* The bytes of the character at `text` and how many columns it takes; 0 bytes: it is none that a
 * column can be told of. */
static size_t one_character(const char *text, size_t n, unsigned *columns)
{
    wchar_t c;
    mbstate_t state = {0};
    *columns = 0;
    if ((unsigned char)*text >= 0x20 && (unsigned char)*text < 0x7F) {
        *columns = 1;
        return 1;
    }
    const size_t bytes = mbrtowc(&c, text, n, &state);
    const int width = bytes && bytes <= n ? wcwidth(c) : 0;
    *columns = width > 0 ? (unsigned)width : 0;
    return width > 0 ? bytes : 0;
}

/* A character that does not fit into its row begins the next one. */
static void go_over(struct place *p, unsigned columns, unsigned width)
{
    if (p->column + columns > width)
        *p = (struct place){p->row + 1, 0};
    p->column += columns;
    if (p->column >= width)
        *p = (struct place){p->row + 1, 0};
}

static bool lay_prompt(struct place *p, unsigned width)
{
    unsigned columns;
    const char *prompt = rl_display_prompt ? rl_display_prompt : "";
    for (size_t n; *prompt; prompt += n) {
        n = one_character(prompt, strlen(prompt), &columns);
        if (!n || columns > width)
            return false;
        go_over(p, columns, width);
    }
    return true;
}

static bool lay_line(struct place *p, struct place *point, unsigned width)
{
    unsigned columns = 0;
    size_t n;
    const size_t size = (size_t)rl_end, at = (size_t)rl_point;
    for (size_t i = 0; i < size; i += n) {
        struct place next = *p;
        const bool ends = rl_line_buffer[i] == '\n';
        n = ends ? 1 : one_character(rl_line_buffer + i, size - i, &columns);
        if (!n || columns > width || (at > i && at < i + n))
            return false;
        if (at == i)
            *point = !ends && p->column + columns > width ? (struct place){p->row + 1, 0} : *p;
        if (ends)
            next = (struct place){p->row + 1, 0};
        else
            go_over(&next, columns, width);
        *p = next;
    }
    if (at == size)
        *point = *p;
    return true;
}

static bool lay_out(struct layout *l, unsigned width)
{
    struct place p = {0};
    if (rl_end > LONGEST || width < NARROWEST || !lay_prompt(&p, width))
        return false;
    l->text = p;
    if (!lay_line(&p, &l->point, width))
        return false;
    l->end = p;
    return true;
}

static bool is_on(const char *variable)
{
    const char *value = rl_variable_value(variable);
    return value && strcmp(value, "on") == 0;
}

/* What readline shows otherwise than as a prompt and its line. */
static bool is_plain(void)
{
    const unsigned long others = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_SEARCH |
                                 RL_STATE_NUMERICARG | RL_STATE_VIMOTION | RL_STATE_MACROINPUT;
    return !RL_ISSTATE(others) && rl_display_prompt == rl_prompt && rl_get_termcap("up") &&
           rl_get_termcap("ce") && !is_on("horizontal-scroll-mode") &&
           !is_on("mark-modified-lines") && !is_on("show-mode-in-prompt");
}

static void screen_size(unsigned *height, unsigned *width)
{
    int rows, columns;
    rl_get_screen_size(&rows, &columns);
    *height = rows > 0 ? (unsigned)rows : 0;
    *width = columns > 0 ? (unsigned)columns : 0;
}

/* With a hint below it, the line must not fill the screen. */
static bool lay_out_now(struct layout *l)
{
    unsigned height, width;
    screen_size(&height, &width);
    return is_plain() && lay_out(l, width) && l->end.row + 2 < height;
}

bool paint_fits(void)
{
    struct layout l;
    return lay_out_now(&l);
}

/* Downwards by new lines, so that there is a row to go to. */
static void add_move(struct str *to, struct place from, struct place place)
{
    for (unsigned row = from.row; row < place.row; row++)
        str_add(to, "\n");
    if (from.row > place.row)
        str_addf(to, "\033[%uA", from.row - place.row);
    str_add(to, "\r");
    if (place.column)
        str_addf(to, "\033[%uC", place.column);
}

static void write_out(struct str *s)
{
    if (!s->failed && s->size)
        fwrite(s->text, 1, s->size, rl_outstream);
    fflush(rl_outstream);
    str_finish(s);
}

static const char *const colours[TYPED_CLASSES] = {
    [TYPED_VERB] = "1;34", [TYPED_KEY] = "36",     [TYPED_NAME] = "1",     [TYPED_NUMBER] = "35",
    [TYPED_STRING] = "32", [TYPED_COMMENT] = "90", [TYPED_WRONG] = "4;31",
};

/* The line's own characters again, where they stand. */
static void add_coloured(struct str *to, const unsigned char *class, const struct layout *l)
{
    const char *now = NULL;
    for (int i = 0; i < rl_end; i++) {
        const char *colour = colours[class[i]];
        if (colour != now)
            str_addf(to, "\033[0%s%sm", colour ? ";" : "", colour ? colour : "");
        now = colour;
        str_add(to, rl_line_buffer[i] == '\n' ? "\r" : "");
        str_bytes(to, rl_line_buffer + i, 1);
    }
    str_add(to, now ? "\033[0m" : "");
    /* Behind a row that is full, the cursor may wait at its end. */
    if (l->end.row > l->text.row && !l->end.column && rl_line_buffer[rl_end - 1] != '\n')
        str_add(to, "\r\n");
}

/* So much of a text as fits into that many columns; what shows nothing, or who knows what, ends it.
 */
static void add_fitting(struct str *to, const char *text, unsigned room)
{
    unsigned columns;
    for (size_t n; *text; text += n, room -= columns) {
        n = one_character(text, strlen(text), &columns);
        if (!n || columns > room)
            return;
        str_bytes(to, text, n);
    }
}

static bool is_coloured(const unsigned char *class)
{
    for (int i = 0; class && i < rl_end; i++)
        if (class[i] != TYPED_PLAIN)
            return true;
    return false;
}

/* The line from its first character on if it has colours, or had; else nothing: from its end on. */
static void add_line(struct str *to, const unsigned char *class, const struct layout *l)
{
    const bool coloured = is_coloured(class);
    if (coloured || tinted) {
        static const unsigned char plain[LONGEST];
        add_move(to, l->point, l->text);
        add_coloured(to, coloured ? class : plain, l);
    } else {
        add_move(to, l->point, l->end);
    }
    tinted = coloured;
}

static void add_round(struct str *to, const struct paint *p, struct place *at, unsigned width)
{
    if (*p->rest && width > at->column + 1) {
        str_add(to, "\033[90m");
        add_fitting(to, p->rest, width - at->column - 1);
        str_add(to, "\033[0m");
    }
    str_add(to, "\033[J");
    if (*p->hint) {
        str_add(to, p->class ? "\r\n\033[90m" : "\r\n");
        add_fitting(to, p->hint, width - 1);
        str_add(to, p->class ? "\033[0m" : "");
        at->row++;
    }
}

void paint_line(const struct paint *p)
{
    struct layout l;
    struct str s = {0};
    unsigned height, width;
    const bool round = *p->rest || *p->hint;
    screen_size(&height, &width);
    if (!lay_out_now(&l) || !(round || shown || tinted || is_coloured(p->class)))
        return;
    struct place at = l.end;
    add_line(&s, p->class, &l);
    add_round(&s, p, &at, width);
    add_move(&s, at, l.point);
    write_out(&s);
    last = l;
    shown = round;
}

void paint_moved(void)
{
    struct layout l;
    if (shown && lay_out_now(&l))
        last = l;
}

void paint_erase(void)
{
    struct str s = {0};
    if (!shown)
        return;
    shown = false;
    add_move(&s, last.point, last.end);
    str_add(&s, "\033[J");
    add_move(&s, last.end, last.point);
    if (!s.failed)
        fwrite(s.text, 1, s.size, rl_outstream);
    str_finish(&s);
}

void paint_forget(void)
{
    shown = tinted = false;
}

bool paint_restart(unsigned width)
{
    struct layout l;
    struct str s = {0};
    if (!is_plain() || !lay_out(&l, width))
        return false;
    add_move(&s, l.point, (struct place){0});
    str_add(&s, "\033[J");
    write_out(&s);
    shown = false;
    return true;
}
