/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* A picture of a larger size is given up. */
enum { OUT_MOST = 64 << 20 };

void exchange_init(struct exchange *x)
{
    unsigned long long chance = 0;
    *x = (struct exchange){0};
    if (getentropy(&chance, sizeof chance))
        chance = (unsigned long long)time(NULL) * 1000003u ^ (unsigned long long)getpid();
    snprintf(x->mark, sizeof x->mark, "nnr-%016llx-", chance);
}

void exchange_finish(struct exchange *x)
{
    str_finish(&x->text);
    str_finish(&x->out);
}

void exchange_begin(struct exchange *x)
{
    str_finish(&x->text);
    str_finish(&x->out);
    x->number++;
    x->sent = x->looked = 0;
    x->waited = 0;
    x->out_ended = x->err_ended = x->lost = false;
    x->trouble = 0;
    x->blind = false;
    x->warning[0] = x->message[0] = 0;
    str_add(&x->text, "reset errors\n");
}

int exchange_ask(struct exchange *x)
{
    str_addf(&x->text,
             "set print \"-\"\n"
             "print \"%s%lu|\".GPVAL_ERRNO.\"|\".GPVAL_ERRMSG.\"|%s%lu\"\n"
             "set print\n"
             "print \"%s%lu\"\n",
             x->mark, x->number, x->mark, x->number, x->mark, x->number);
    x->open = !x->text.failed;
    if (!x->open)
        str_finish(&x->text);
    return x->open ? 0 : -1;
}

void exchange_bind(struct exchange *x, unsigned long window)
{
    str_addf(&x->text, "bind \"Close\" 'print \"%sclosed %lu\"'\n", x->mark, window);
}

/* The number behind "closed " and the mark at `text`; false when something else stands there. */
static bool read_closed(struct exchange *x, const char *text)
{
    static const char word[] = "closed ";
    size_t n = strlen(x->mark);
    if (strncmp(text, x->mark, n) != 0 || strncmp(text + n, word, strlen(word)) != 0)
        return false;
    if (x->closures < sizeof x->closed / sizeof x->closed[0])
        x->closed[x->closures++] = strtoul(text + n + strlen(word), NULL, 10);
    return true;
}

/* Where `part` begins in x->out, at or after `from`; NULL: nowhere. */
static char *find_part(const struct exchange *x, size_t from, const char *part)
{
    if (!x->out.text || from > x->out.size)
        return NULL;
    return memmem(x->out.text + from, x->out.size - from, part, strlen(part));
}

/* A window may tell of its end while print leads to stdout: takes such lines out of the answer. */
static void take_closed(struct exchange *x)
{
    size_t from = x->looked;
    for (char *at; (at = find_part(x, from, x->mark)) != NULL;) {
        size_t left = x->out.size - (size_t)(at - x->out.text);
        char *end = memchr(at, '\n', left);
        if (end && read_closed(x, at)) {
            memmove(at, end + 1, left - (size_t)(end + 1 - at) + 1);
            x->out.size -= (size_t)(end + 1 - at);
        } else {
            from = (size_t)(at - x->out.text) + 1;
        }
    }
}

/* Cuts the token off the answer and reads what it says: |errno|message|. */
static void read_token(struct exchange *x, char *end)
{
    char begin[64];
    snprintf(begin, sizeof begin, "%s%lu|", x->mark, x->number);
    *end = 0;
    x->out_ended = true;
    char *at = find_part(x, 0, begin);
    if (!at) {
        x->lost = true;
        return;
    }
    char *message = at + strlen(begin);
    x->trouble = (int)strtol(message, &message, 10);
    if (*message == '|')
        snprintf(x->message, sizeof x->message, "%.*s", (int)strcspn(message + 1, "\n"),
                 message + 1);
    *at = 0;
    x->out.size = (size_t)(at - x->out.text);
}

/* Keeps reading when there is no room for the answer: gnuplot must be able to get rid of it. */
static void let_go(struct exchange *x)
{
    str_finish(&x->out);
    x->lost = true;
    x->looked = 0;
}

void exchange_out(struct exchange *x, const char *bytes, size_t n)
{
    char end[64];
    if (!x->open || x->out_ended)
        return;
    if (x->out.size > OUT_MOST)
        let_go(x);
    str_bytes(&x->out, bytes, n);
    if (x->out.failed) {
        let_go(x);
        str_bytes(&x->out, bytes, n);
    }
    take_closed(x);
    snprintf(end, sizeof end, "|%s%lu\n", x->mark, x->number);
    char *at = find_part(x, x->looked, end);
    if (at)
        read_token(x, at);
    x->looked = x->out.size > sizeof end ? x->out.size - sizeof end : 0;
}

/* Of what gnuplot says though nothing failed, only what it calls a warning itself is of interest,
 * and not that it widened an empty range or that a matrix has gaps, which is meant, nor that the C
 * locale has no degree sign, which no picture needs. */
static void read_warning(struct exchange *x, const char *line)
{
    static const char word[] = "warning:";
    const char *at = strcasestr(line, word);
    bool meant = strstr(line, "adjusting to") || strstr(line, "missing or undefined values") ||
                 strstr(line, "difficulty fitting plot titles") ||
                 strstr(line, "failed to convert degree sign");
    if (strcasestr(line, "display") && (strcasestr(line, "open") || strcasestr(line, "connect")))
        x->blind = true;
    if (!at || meant || x->warning[0])
        return;
    at += strlen(word);
    snprintf(x->warning, sizeof x->warning, "%s", at + strspn(at, " "));
}

/* A helper of gnuplot's may have left a line unfinished, so a mark may stand behind something. */
static void read_line(struct exchange *x)
{
    char token[64];
    const char *at = strstr(x->line, x->mark);
    snprintf(token, sizeof token, "%s%lu", x->mark, x->number);
    if (!at)
        read_warning(x, x->line);
    else if (!read_closed(x, at) && x->open && strcmp(at, token) == 0)
        x->err_ended = true;
}

/* Of an endless line only the end is kept, where a mark may have begun. */
static void add_byte(struct exchange *x, char byte)
{
    enum { KEPT = 64 };
    if (x->line_size == sizeof x->line - 1) {
        memmove(x->line, x->line + x->line_size - KEPT, KEPT);
        x->line_size = KEPT;
    }
    x->line[x->line_size++] = byte;
}

void exchange_err(struct exchange *x, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != '\n') {
            add_byte(x, bytes[i]);
            continue;
        }
        x->line[x->line_size] = 0;
        read_line(x);
        x->line_size = 0;
    }
}

bool exchange_answered(const struct exchange *x)
{
    return x->open && x->out_ended && x->err_ended;
}
