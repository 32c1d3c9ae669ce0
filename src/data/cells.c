/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/cells.h"

#include <string.h>

enum { PIECE = 1 << 16, LONGEST = 1 << 20 };
enum { NOTHING_LEFT = -1, FAILED = -2 };

static int no_text(const struct cells *c, struct err *e)
{
    err_at(e, c->file->where,
           "\"%.200s\" is no table of text: line %llu holds bytes that no text has", c->file->name,
           (unsigned long long)c->line);
    return err_hint(e, "save it as CSV in UTF-8: numbers with commas between");
}

/* Fills the piece as far as the file goes. */
static int fill_buffer(struct cells *c, struct err *e)
{
    c->at = c->size = 0;
    for (size_t got = 1; got && c->size < PIECE; c->size += got)
        if (stream_read(c->stream, c->piece + c->size, PIECE - c->size, &got, e))
            return -1;
    return 0;
}

/* The next byte without taking it; NOTHING_LEFT; or FAILED and *e. */
static int peek_byte(struct cells *c, struct err *e)
{
    if (c->at == c->size && fill_buffer(c, e))
        return FAILED;
    return c->at < c->size ? c->piece[c->at] : NOTHING_LEFT;
}

/* How often each separator stands in the first line, outside quotes; of a very long line, in the
 * first piece. */
static char guess_separator(const struct cells *c)
{
    size_t semicolons = 0, tabs = 0, at = c->at;
    bool quoted = false;
    while (at < c->size && (c->piece[at] == '\n' || c->piece[at] == '\r'))
        at++;
    for (; at < c->size && (quoted || (c->piece[at] != '\n' && c->piece[at] != '\r')); at++) {
        if (c->piece[at] == '"')
            quoted = !quoted;
        if (!quoted && c->piece[at] == ',')
            return ',';
        semicolons += !quoted && c->piece[at] == ';';
        tabs += !quoted && c->piece[at] == '\t';
    }
    return semicolons ? ';' : tabs ? '\t' : ',';
}

static bool is_text(int b)
{
    return b == '\t' || b == '\n' || b == '\r' || (b >= 0x20 && b != 0x7f);
}

/* Says of a picture that it is no text, before its first bytes are taken for a header. */
static int look_for_bytes(struct cells *c, struct err *e)
{
    for (size_t i = 0; i < c->size; i++) {
        if (!is_text(c->piece[i]))
            return no_text(c, e);
        c->line += c->piece[i] == '\n';
    }
    c->line = 1;
    return 0;
}

static int begin_cells(struct cells *c, struct err *e)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    if (!(c->piece = mem_new(PIECE, 1)) || mem_room(&c->text, &c->room, 256, 1))
        return err_memory(e);
    if (fill_buffer(c, e) || look_for_bytes(c, e))
        return -1;
    if (c->size >= sizeof mark && memcmp(c->piece, mark, sizeof mark) == 0)
        c->at = sizeof mark;
    c->separator = guess_separator(c);
    return 0;
}

int cells_open(struct cells *c, const struct file_name *file, const struct stop *stop,
               struct err *e)
{
    *c = (struct cells){.file = file, .line = 1, .stream = stream_open(file, stop, e)};
    if (!c->stream)
        return -1;
    if (!begin_cells(c, e))
        return 0;
    cells_close(c);
    return -1;
}

void cells_close(struct cells *c)
{
    stream_close(c->stream);
    mem_free(c->piece);
    mem_free(c->text);
    *c = (struct cells){0};
}

static int too_long(const struct cells *c, struct err *e)
{
    err_at(e, c->file->where, "\"%.200s\" line %llu, column %zu: a cell of more than %d bytes",
           c->file->name, (unsigned long long)c->row_line, c->column, LONGEST);
    return err_hint(e, c->quoted ? "a \" that is not closed may be the reason"
                                 : "save it as CSV in UTF-8: numbers with commas between");
}

/* Adds the byte `b` and takes it. */
static int take_byte(struct cells *c, int b, struct err *e)
{
    if (!is_text(b))
        return no_text(c, e);
    if (c->length + 2 > LONGEST)
        return too_long(c, e);
    if (mem_room(&c->text, &c->room, c->length + 2, 1))
        return err_memory(e);
    c->text[c->length++] = (char)b;
    c->at++;
    return 0;
}

/* Takes a line's end, CR LF being one. */
static int take_end(struct cells *c, int b, struct err *e)
{
    c->at++;
    c->line++;
    if (b != '\r')
        return 0;
    int next = peek_byte(c, e);
    if (next == '\n')
        c->at++;
    return next == FAILED ? -1 : 0;
}

static bool is_end(int b)
{
    return b == '\n' || b == '\r' || b == NOTHING_LEFT;
}

static int skip_blanks(struct cells *c, struct err *e)
{
    int b = peek_byte(c, e);
    for (; (b == ' ' || b == '\t') && b != c->separator; b = peek_byte(c, e))
        c->at++;
    return b;
}

static int not_closed(const struct cells *c, struct err *e)
{
    err_at(e, c->file->where, "\"%.200s\" line %llu, column %zu: a \" that is not closed",
           c->file->name, (unsigned long long)c->row_line, c->column);
    return err_hint(e, "in quotes, a \" is written twice: \"\"");
}

static int behind_quotes(const struct cells *c, struct err *e)
{
    err_at(e, c->file->where, "\"%.200s\" line %llu, column %zu: text behind the closing \"",
           c->file->name, (unsigned long long)c->line, c->column);
    return err_hint(e, "in quotes, a \" is written twice: \"\"");
}

/* From behind the opening quote to behind the closing one and the blanks that follow it. */
static int read_quoted(struct cells *c, struct err *e)
{
    for (;;) {
        int b = peek_byte(c, e);
        if (b == FAILED)
            return -1;
        if (b == NOTHING_LEFT)
            return not_closed(c, e);
        c->line += b == '\n';
        if (b != '"') {
            if (take_byte(c, b, e))
                return -1;
            continue;
        }
        c->at++;
        if ((b = peek_byte(c, e)) == FAILED)
            return -1;
        if (b != '"')
            break;
        if (take_byte(c, b, e))
            return -1;
    }
    int b = skip_blanks(c, e);
    if (b == FAILED)
        return -1;
    return is_end(b) || b == c->separator ? 0 : behind_quotes(c, e);
}

static int read_plain(struct cells *c, struct err *e)
{
    for (int b; (b = peek_byte(c, e)) != c->separator && !is_end(b);)
        if (b == FAILED || take_byte(c, b, e))
            return -1;
    while (c->length && (c->text[c->length - 1] == ' ' || c->text[c->length - 1] == '\t'))
        c->length--;
    return 0;
}

/* Goes to the first cell of the next row: true, or false and *b is FAILED or NOTHING_LEFT. */
static bool find_row(struct cells *c, int *b, struct err *e)
{
    while ((*b = peek_byte(c, e)) == '\n' || *b == '\r')
        if (take_end(c, *b, e)) {
            *b = FAILED;
            return false;
        }
    c->row_line = c->line;
    c->column = 0;
    return *b >= 0;
}

enum cell cells_next(struct cells *c, struct err *e)
{
    int b;
    if (!c->inside && !find_row(c, &b, e))
        return b == FAILED ? CELL_ERROR : CELL_NONE;
    c->column++;
    c->length = 0;
    b = skip_blanks(c, e);
    c->quoted = b == '"';
    c->at += c->quoted;
    if (b == FAILED || (c->quoted ? read_quoted(c, e) : read_plain(c, e)))
        return CELL_ERROR;
    c->text[c->length] = 0;
    b = peek_byte(c, e);
    if (b == FAILED)
        return CELL_ERROR;
    c->inside = !is_end(b);
    if (c->inside) {
        c->at++;
        return CELL_INNER;
    }
    return b != NOTHING_LEFT && take_end(c, b, e) ? CELL_ERROR : CELL_LAST;
}
