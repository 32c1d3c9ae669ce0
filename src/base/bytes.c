/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bytes.h"

#include <string.h>

struct seal {
    uint64_t kind, length, hash;
};

void bytes_put_whole(struct str *to, uint64_t n)
{
    str_bytes(to, (const char *)&n, sizeof n);
}

void bytes_put_number(struct str *to, double x)
{
    str_bytes(to, (const char *)&x, sizeof x);
}

void bytes_put_block(struct str *to, const void *block, size_t n)
{
    bytes_put_whole(to, n);
    if (n)
        str_bytes(to, block, n);
}

void bytes_put_text(struct str *to, const char *text)
{
    bytes_put_block(to, text, text ? strlen(text) + 1 : 0);
}

void bytes_take(struct bytes *b, void *to, size_t n)
{
    b->failed = b->failed || n > b->left;
    if (b->failed) {
        memset(to, 0, n);
        return;
    }
    memcpy(to, b->at, n);
    b->at += n;
    b->left -= n;
}

uint64_t bytes_take_whole(struct bytes *b)
{
    uint64_t n;
    bytes_take(b, &n, sizeof n);
    return n;
}

double bytes_take_number(struct bytes *b)
{
    double x;
    bytes_take(b, &x, sizeof x);
    return x;
}

size_t bytes_take_count(struct bytes *b, size_t size)
{
    const uint64_t n = bytes_take_whole(b);
    b->failed = b->failed || n > b->left / size;
    return b->failed ? 0 : (size_t)n;
}

const char *bytes_take_block(struct bytes *b, size_t *n)
{
    const char *block = NULL;
    *n = bytes_take_count(b, 1);
    if (!b->failed) {
        block = b->at;
        b->at += *n;
        b->left -= *n;
    }
    return block;
}

const char *bytes_take_text(struct bytes *b, struct arena *to)
{
    size_t n;
    const char *block = bytes_take_block(b, &n), *copy = NULL;
    if (n && !block[n - 1])
        copy = arena_text(to, block, n - 1);
    b->failed = b->failed || (n && !copy);
    return copy;
}

/* FNV-1a over words of 8 bytes; the last one is filled up with zeros. */
static uint64_t hash_of(const char *bytes, size_t n)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < n; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, n - i < sizeof word ? n - i : sizeof word);
        hash = (hash ^ word) * 0x100000001B3u;
        hash ^= hash >> 29;
    }
    return hash;
}

size_t bytes_open_seal(struct str *to)
{
    const struct seal seal = {0};
    const size_t begin = to->size;
    str_bytes(to, (const char *)&seal, sizeof seal);
    return begin;
}

void bytes_close_seal(struct str *to, size_t begin, uint64_t kind)
{
    if (to->failed)
        return;
    const char *content = to->text + begin + sizeof(struct seal);
    const size_t n = to->size - begin - sizeof(struct seal);
    const struct seal seal = {kind, n, hash_of(content, n)};
    memcpy(to->text + begin, &seal, sizeof seal);
}

struct bytes bytes_break_seal(const char *bytes, size_t n, uint64_t kind)
{
    struct bytes b = {.at = bytes, .left = n};
    struct seal seal;
    bytes_take(&b, &seal, sizeof seal);
    b.failed = b.failed || seal.kind != kind || seal.length != b.left ||
               seal.hash != hash_of(b.at, b.left);
    return b;
}
