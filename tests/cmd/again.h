/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a script that a session wrote leads to the same session again, to the bit. */
#ifndef NNR_TESTS_AGAIN_H
#define NNR_TESTS_AGAIN_H

#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

/* A file as text; the caller frees it. */
static inline char *text_of(const char *name)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    const size_t n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = 0;
    fclose(file);
    return text;
}

/* Training so far, all its points: what the digest does not hold. */
static inline char *points_of(struct fake *f)
{
    f->host.json = true;
    assert_int_equal(fake_run(f, "history\n"), OUTCOME_OK);
    f->host.json = false;
    char *copy = strdup(f->out.text);
    assert_non_null(copy);
    return copy;
}

static inline void check_same(struct fake *a, struct fake *b, const char *why)
{
    char *one = points_of(a), *other = points_of(b);
    if (session_digest(a->session) != session_digest(b->session))
        fail_msg("another session after:\n%s", why);
    if (strcmp(one, other) != 0)
        fail_msg("another history after:\n%s\n%s%s", why, one, other);
    free(one);
    free(other);
}

/* Runs the script in a new session, which must end as `f` is. */
static inline void check_replays(struct fake *f, const char *name)
{
    struct fake again;
    char *text = text_of(name);
    fake_start(&again);
    again.folder = f->folder;
    const enum outcome how = fake_run(&again, text);
    if (how != OUTCOME_OK)
        fail_msg("outcome %d of:\n%s\n%s", (int)how, text, again.err.text);
    check_same(f, &again, text);
    fake_finish(&again);
    free(text);
}

#endif
