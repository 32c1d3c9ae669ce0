/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/python.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_literal(struct str *to, const char *before, const char *text)
{
    str_addf(to, "%s\"", before);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            str_addf(to, "\\%c", c);
        else if (c < 32 || c > 126)
            str_addf(to, "\\x%02x", c);
        else
            str_bytes(to, text, 1);
    }
    str_add(to, "\"");
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 128)
        text++;
    return !*text;
}

void python_text(struct str *to, const char *text)
{
    add_literal(to, is_ascii(text) ? "" : "b", text);
    str_add(to, is_ascii(text) ? "" : ".decode()");
}

void python_file(struct str *to, const char *name)
{
    const bool plain = is_ascii(name);
    str_add(to, plain ? "" : "os.fsdecode(");
    add_literal(to, plain ? "" : "b", name);
    str_add(to, plain ? "" : ")");
}

void python_number(struct str *to, double x)
{
    char text[NUMBER_ROOM];
    if (isfinite(x))
        str_add(to, number_exact(x, text));
    else
        str_add(to, isnan(x) ? "math.nan" : x < 0 ? "-math.inf" : "math.inf");
}

void python_shape(struct str *to, const struct shape *s)
{
    str_add(to, "(");
    for (uint32_t i = 0; i < s->axes; i++)
        str_addf(to, "%s%u", i ? ", " : "", s->size[i]);
    str_add(to, s->axes == 1 ? ",)" : ")");
}

static void add_numbers(struct str *to, const struct arg *a)
{
    str_add(to, "(");
    for (size_t i = 0; i < a->as.numbers.count; i++) {
        str_add(to, i ? ", " : "");
        python_number(to, a->as.numbers.item[i]);
    }
    str_add(to, a->as.numbers.count == 1 ? ",)" : ")");
}

void python_argument(struct str *to, const struct arg *a)
{
    if (a->type == ARG_WHOLE)
        str_addf(to, "%ld", a->as.whole);
    else if (a->type == ARG_NUMBER)
        python_number(to, a->as.number);
    else if (a->type == ARG_BOOL)
        str_add(to, a->as.yes ? "True" : "False");
    else if (a->type == ARG_SHAPE)
        python_shape(to, &a->as.shape);
    else if (a->type == ARG_NUMBERS)
        add_numbers(to, a);
    else if (a->type == ARG_CHOICE)
        python_text(to, a->as.choice->name);
    else
        python_text(to, "");
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool mentions_in(const char *text, size_t size, const char *word, size_t length)
{
    for (const char *at = text; (at = memchr(at, word[0], size - (size_t)(at - text))); at++) {
        const size_t left = size - (size_t)(at - text);
        if (left < length)
            return false;
        if (memcmp(at, word, length) == 0 && (at == text || !is_word(at[-1])) &&
            (left == length || !is_word(at[length])))
            return true;
    }
    return false;
}

bool python_mentions(const char *text, const char *word)
{
    return mentions_in(text, strlen(text), word, strlen(word));
}

bool python_reserves(const char *word)
{
    static const char words[] =
        "False None True and as assert async await break case class continue def del elif else "
        "except exec finally for from global if import in is lambda match nonlocal not or pass "
        "raise return try while with yield now inputs targets weight model w data x z len F torch "
        "np "
        "math os sys";
    return python_mentions(words, word);
}

bool python_defines(const char *parts, const char *word)
{
    char text[400];
    snprintf(text, sizeof text, "\ndef %.380s(", word);
    if (strstr(parts, text))
        return true;
    snprintf(text, sizeof text, "\nclass %.380s", word);
    const char *at = strstr(parts, text);
    return at && !is_word(at[strlen(text)]);
}

enum { PARTS_MOST = 400, PART_NAME = 60 };

struct part {
    const char *text;
    size_t size;
    char name[PART_NAME];
    bool taken;
};

/* What a part is called: the word behind def or class of the first line that has no indent and is
 * no decorator. */
static void name_part(struct part *p)
{
    const char *at = p->text;
    while (*at == '@')
        at = strchr(at, '\n') + 1;
    at += strncmp(at, "def ", 4) == 0 ? 4 : strncmp(at, "class ", 6) == 0 ? 6 : 0;
    size_t n = 0;
    while (is_word(at[n]) && n + 1 < PART_NAME)
        n++;
    memcpy(p->name, at, n);
    p->name[n] = '\0';
}

/* The parts stand between pairs of empty lines; the first is the comment that tells of the others.
 */
static size_t split_parts(struct part *part, const char *text, size_t size)
{
    static const char between[] = "\n\n\n";
    size_t count = 0;
    const char *end = text + size, *at = strstr(text, between);
    while (at && count < PARTS_MOST) {
        const char *begin = at + strlen(between), *next = strstr(begin, between);
        part[count] = (struct part){.text = begin, .size = (size_t)((next ? next : end) - begin)};
        name_part(&part[count++]);
        at = next;
    }
    return count;
}

static bool is_wanted(const struct part *part, size_t count, const struct part *p, const char *own)
{
    if (python_mentions(own, p->name))
        return true;
    for (size_t i = 0; i < count; i++)
        if (part[i].taken && mentions_in(part[i].text, part[i].size, p->name, strlen(p->name)))
            return true;
    return false;
}

int python_parts(struct str *to, const char *parts, size_t size, const char *own)
{
    struct part *part = mem_new(PARTS_MOST, sizeof *part);
    if (!part)
        return -1;
    const size_t count = split_parts(part, parts, size);
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < count; i++)
            if (!part[i].taken && is_wanted(part, count, &part[i], own))
                more = part[i].taken = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!part[i].taken)
            continue;
        size_t n = part[i].size;
        while (n && part[i].text[n - 1] == '\n')
            n--;
        str_add(to, "\n\n");
        str_bytes(to, part[i].text, n);
        str_add(to, "\n");
    }
    mem_free(part);
    return to->failed ? -1 : 0;
}
