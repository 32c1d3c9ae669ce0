/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/transcript.h"

#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "base/place.h"
#include "lang/ast.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { HELD_MOST = 64 << 10 };

struct transcript {
    int fd;       /* of the file; -1: it could not be made */
    char *held;   /* what is not in the file yet */
    size_t holds; /* bytes of it */
    uint64_t filed;
    uint64_t lost;
    int why; /* of the first that was lost */
    uint64_t places;
    double began;
    uint32_t head; /* the source whose first comment was told */
};

/* In front of each piece. */
struct piece_head {
    uint64_t what, size;
};

struct transcript *transcript_new(double now)
{
    struct transcript *t = mem_new(1, sizeof *t);
    if (t && !(t->held = mem_new(HELD_MOST, 1))) {
        mem_free(t);
        return NULL;
    }
    if (t) {
        t->fd = -1;
        t->began = now;
    }
    return t;
}

void transcript_finish(struct transcript *t)
{
    if (!t)
        return;
    if (t->fd >= 0)
        close(t->fd);
    mem_free(t->held);
    mem_free(t);
}

uint64_t transcript_lost(const struct transcript *t, int *why)
{
    *why = t->why;
    return t->lost;
}

double transcript_began(const struct transcript *t)
{
    return t->began;
}

uint64_t transcript_place(struct transcript *t)
{
    return ++t->places;
}

/* Writes all n bytes at the file's end: 0, or an errno. */
static int file_bytes(struct transcript *t, const char *bytes, size_t n)
{
    if (t->fd < 0 && (t->fd = place_nameless()) < 0)
        return errno ? errno : EIO;
    for (size_t done = 0; done < n;) {
        const ssize_t wrote = pwrite(t->fd, bytes + done, n - done, (off_t)(t->filed + done));
        if (wrote < 0 && errno != EINTR)
            return errno;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    t->filed += n;
    return 0;
}

/* Puts what is held into the file, which makes room for more. */
static int spill(struct transcript *t)
{
    const int why = t->holds ? file_bytes(t, t->held, t->holds) : 0;
    if (!why)
        t->holds = 0;
    return why;
}

static void hold(struct transcript *t, const void *bytes, size_t n)
{
    if (n)
        memcpy(t->held + t->holds, bytes, n);
    t->holds += n;
}

/* A piece that is larger than what is held goes to the file by itself. */
static int add_piece(struct transcript *t, const struct piece_head *head, const void *bytes,
                     size_t n)
{
    int why = sizeof *head + n > HELD_MOST - t->holds ? spill(t) : 0;
    if (why)
        return why;
    if (sizeof *head + n <= HELD_MOST - t->holds) {
        hold(t, head, sizeof *head);
        hold(t, bytes, n);
        return 0;
    }
    const uint64_t before = t->filed;
    why = file_bytes(t, (const char *)head, sizeof *head);
    why = why ? why : file_bytes(t, bytes, n);
    if (why)
        t->filed = before;
    return why;
}

void transcript_add(struct transcript *t, enum told what, const void *bytes, size_t n)
{
    const struct piece_head head = {what, n};
    const bool full = t->filed + t->holds + sizeof head + n > TRANSCRIPT_MOST;
    /* What comes behind a gap would be told of another state. */
    int why = t->lost ? t->why : 0;
    if (!t->lost && !full && !(why = add_piece(t, &head, bytes, n)))
        return;
    if (!t->lost++)
        t->why = why;
}

/* Reads n bytes at `at`, from the file or what is held: 0 or -1. */
static int read_bytes(const struct transcript *t, uint64_t at, char *to, size_t n)
{
    if (at >= t->filed) {
        memcpy(to, t->held + (at - t->filed), n);
        return 0;
    }
    for (size_t done = 0; done < n;) {
        const ssize_t got = pread(t->fd, to + done, n - done, (off_t)(at + done));
        if (got == 0 || (got < 0 && errno != EINTR))
            return -1;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

int transcript_next(const struct transcript *t, uint64_t *at, enum told *what, struct str *to)
{
    struct piece_head head;
    char bytes[4096];
    if (*at >= t->filed + t->holds)
        return 0;
    if (read_bytes(t, *at, (char *)&head, sizeof head))
        return -1;
    uint64_t from = *at + sizeof head;
    to->size = 0;
    str_add(to, "");
    for (uint64_t left = head.size; left && !to->failed;) {
        const size_t n = left < sizeof bytes ? (size_t)left : sizeof bytes;
        if (read_bytes(t, from, bytes, n))
            return -1;
        str_bytes(to, bytes, n);
        from += n;
        left -= n;
    }
    *at += sizeof head + head.size;
    *what = (enum told)head.what;
    return to->failed ? -1 : 1;
}

int session_keep_transcript(struct session *s)
{
    if (!s->transcript && !checking(s))
        s->transcript = transcript_new(session_clock(s));
    return s->transcript || checking(s) ? 0 : -1;
}

bool session_tells(const struct session *s)
{
    return s->transcript && !s->host->in_run && !checking(s);
}

void session_tell(const struct session *s, enum told what, const struct str *text)
{
    if (session_tells(s) && !text->failed && text->text)
        transcript_add(s->transcript, what, text->text, text->size);
}

static size_t line_end(const char *text, size_t at, size_t end)
{
    const char *newline = memchr(text + at, '\n', end - at);
    return newline ? (size_t)(newline - text) : end;
}

/* The place behind the blanks in front of a line's first word. */
static size_t line_word(const char *text, size_t at, size_t end)
{
    while (at < end && strchr(" \t\r", text[at]))
        at++;
    return at;
}

/* Behind the lines of comment that the text begins with. */
static size_t head_end(const struct source *source)
{
    size_t at = 0;
    while (at < source->size && source->text[at] == '#')
        at = line_end(source->text, at, source->size) + 1;
    return at < source->size ? at : source->size;
}

void session_tell_head(const struct session *s, uint32_t source)
{
    const struct source *of = sources_get(&s->sources, source);
    struct str piece = {0};
    if (!session_tells(s) || !of || *of->name == '<' || s->transcript->head)
        return;
    s->transcript->head = source;
    bytes_put_text(&piece, of->name);
    bytes_put_block(&piece, of->text, head_end(of));
    session_tell(s, TOLD_HEAD, &piece);
    str_finish(&piece);
}

/* Where the lines of comment begin that stand between the start of a line and a statement; the
 * statement itself if there are none. */
static size_t comment_start(const struct source *source, size_t from, size_t statement)
{
    size_t start = statement;
    for (size_t at = from; at < statement; at = line_end(source->text, at, statement) + 1) {
        const size_t word = line_word(source->text, at, statement);
        if (word < statement && source->text[word] == '#')
            start = start < statement ? start : at;
        else if (word < statement && source->text[word] != '\n')
            start = statement;
    }
    return start;
}

/* Behind the comment that stands in the same line. */
static size_t comment_end(const struct source *source, size_t end)
{
    const size_t word = line_word(source->text, end, source->size);
    return word < source->size && source->text[word] == '#'
               ? line_end(source->text, word, source->size)
               : end;
}

static size_t trim_end(const char *text, size_t from, size_t end)
{
    while (end > from && strchr(" \t\r\n", text[end - 1]))
        end--;
    return end;
}

/* How many blanks stand in front of a statement that begins its line. */
static size_t indentation(const char *text, size_t at)
{
    size_t n = 0;
    while (n < at && strchr(" \t", text[at - n - 1]))
        n++;
    return n < at && text[at - n - 1] != '\n' ? 0 : n;
}

/* Adds lines without as many of their first blanks. */
static void add_flush_left(struct str *to, const char *text, size_t at, size_t end, size_t blanks)
{
    while (at < end) {
        const size_t next = line_end(text, at, end) + (line_end(text, at, end) < end);
        for (size_t i = 0; i < blanks && at < next && strchr(" \t", text[at]); i++)
            at++;
        str_bytes(to, text + at, next - at);
        at = next;
    }
}

void session_tell_statement(const struct session *s, const struct script *script, size_t i)
{
    const struct statement *st = &script->statement[i];
    const struct source *source = sources_get(&s->sources, st->where.source);
    const struct command *c = statement_command(st);
    if (!session_tells(s) || !source || source->hidden)
        return;
    const bool follows = i && st[-1].where.source == st->where.source;
    const bool headed = s->transcript->head == st->where.source;
    const size_t next = follows  ? line_end(source->text, st[-1].where.end, st->where.at) + 1
                        : headed ? head_end(source)
                                 : 0;
    const size_t from = comment_start(source, next, st->where.at);
    const bool speaks = c && c->speaks;
    const size_t end =
        speaks ? trim_end(source->text, from, st->where.at) : comment_end(source, st->where.end);
    struct str piece = {0};
    add_flush_left(&piece, source->text, from, end, indentation(source->text, st->where.at));
    if (from < end)
        session_tell(s, speaks ? TOLD_COMMENT : TOLD_CODE, &piece);
    str_finish(&piece);
}
