/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines as a person might type them. A wrong statement leaves the session as it was; what `save
 * session` writes leads to the same session and the same history; nothing that is written could
 * move a terminal's cursor. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***word)
{
    (void)count;
    (void)word;
    fuzz_start();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    return fuzz_mutate(&fuzz_lines, data, size, room, seed);
}

static bool has_one(const char *line, const char *const *word)
{
    for (; *word; word++)
        if (strstr(line, *word))
            return true;
    return false;
}

/* Several statements, or several steps: some of them may have been done. */
static bool may_be_done_in_part(const char *line)
{
    static const char *const several[] = {"{",      "}",   ";",  "train", "step",
                                          "source", "run", "\n", NULL};
    return has_one(line, several);
}

/* A replay cannot have what files hold at another time. */
static bool leaves_files(const char *line)
{
    static const char *const files[] = {"save", "record", NULL};
    return has_one(line, files);
}

static void type(struct fake *f, const char *line)
{
    const bool running = session_running(f->session);
    const uint64_t before = session_digest(f->session);
    const enum outcome how = fuzz_run(f, line);
    fuzz_count("statements");
    if (how == OUTCOME_ERROR || how == OUTCOME_EXPECT)
        fuzz_count("wrong");
    if (how == OUTCOME_ERROR && !running && !may_be_done_in_part(line)) {
        fuzz_count("compared");
        if (session_digest(f->session) != before)
            fuzz_fail("a wrong statement changed the session", line, f->err.text);
    }
    for (int i = 0; i < 3 && session_running(f->session); i++)
        session_advance(f->session);
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        fuzz_fail("no memory", "", "");
    return copy;
}

/* Training so far, all its points: what the digest does not hold. */
static char *points(struct fake *f)
{
    f->host.json = true;
    fuzz_run(f, "history");
    f->host.json = false;
    return copy_of(f->out.text);
}

static void replay(struct fake *f)
{
    static char text[1 << 20];
    struct fake again;
    if (fuzz_run(f, "save session \"again.nnr\"") != OUTCOME_OK)
        return;
    FILE *file = fopen("again.nnr", "r");
    if (!file)
        fuzz_fail("a session was saved and is not there", "", "");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    remove("again.nnr");
    fuzz_session(&again);
    const enum outcome how = fake_run(&again, text);
    if (how != OUTCOME_OK)
        fuzz_fail("a saved session does not run", text, again.err.text);
    if (session_digest(f->session) != session_digest(again.session))
        fuzz_fail("a saved session leads to another one", text, "");
    char *one = points(f), *other = points(&again);
    if (strcmp(one, other) != 0)
        fuzz_fail("a saved session leads to another history", text, one);
    free(one);
    free(other);
    fuzz_count("replays");
    fake_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LINES_MOST = 40 };
    struct fake f;
    char *text = strndup((const char *)data, size);
    bool replays = true;
    fuzz_session(&f);
    f.host.person = true;
    /* Lines with braces open go on. */
    int lines = 0, open = 0;
    for (char *from = text, *at = text; *from && lines < LINES_MOST;) {
        const size_t n = strcspn(at, "\n");
        for (size_t i = 0; i < n; i++)
            open += at[i] == '{' ? 1 : at[i] == '}' ? -1 : 0;
        char *end = at + n;
        const bool last = !*end;
        at = last ? end : end + 1;
        if (open > 0 && !last)
            continue;
        *end = 0;
        if (!fuzz_is_heavy(from)) {
            replays &= !leaves_files(from);
            type(&f, from);
        }
        lines++;
        open = 0;
        from = at;
    }
    session_stop(f.session);
    fuzz_count("sessions");
    if (replays)
        replay(&f);
    fake_finish(&f);
    free(text);
    return 0;
}
