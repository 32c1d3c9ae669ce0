/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session in a world made for tests: what it writes is kept, the clock stands still unless it is
 * told to run, and the tick can say stop. */
#ifndef NNR_TESTS_HOST_H
#define NNR_TESTS_HOST_H

#include "cmd/session/host.h"
#include "cmd/session/jobs.h"
#include "cmd/shell/background.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/run_text.h"
#include "cmd/shell/session.h"

#include <stdlib.h>

/* Text that grows outside base/mem, so that a failing allocation of the program never is ours. */
struct kept {
    char *text; /* never NULL after fake_start */
    size_t size;
};

struct fake {
    struct host host;
    struct session *session;
    struct kept out, err; /* of the latest fake_run */
    double now, pace;     /* seconds, and how far each look at the clock moves it */
    long ticks;           /* calls of tick so far in the latest fake_run */
    long stop_at;         /* the call of tick that says stop; 0: none */
    struct progress last; /* of the latest tick */
    char asked[200];      /* the latest hint of ask */
    bool refuses;         /* ask and type say stop */
    const char *answers;  /* what is typed at each step, up to a | each; NULL: Enter alone */
    struct kept shown;    /* all that type showed */
    const char *folder;   /* relative file names are read against it */
};

/* A fresh session with seed 1. */
void fake_start(struct fake *f);
/* The same, with the flags of the host set: as in "json", "check", "quiet". */
void fake_start_as(struct fake *f, const char *flag);
void fake_finish(struct fake *f);
/* Runs a text named "t" to its end. */
enum outcome fake_run(struct fake *f, const char *text);
/* The example of a row, as a person would run it in scripts/: f->folder is that; what it has in
 * /tmp stands in the folder of folder_enter. */
enum outcome fake_example(struct fake *f, const char *example);
/* Runs it and fails the test, with what it said, unless it ends well. */
#define fake_ok(f, text) fake_ok_(f, text, __FILE__, __LINE__)
void fake_ok_(struct fake *f, const char *text, const char *file, int line);
/* Runs it; it must end with `how`, and the first line of err must be `first`. */
#define fake_says(f, text, how, first) fake_says_(f, text, how, first, __FILE__, __LINE__)
void fake_says_(struct fake *f, const char *text, enum outcome how, const char *first,
                const char *file, int line);
/* Runs it; it must end well and print exactly `out`. */
#define fake_prints(f, text, out) fake_prints_(f, text, out, __FILE__, __LINE__)
void fake_prints_(struct fake *f, const char *text, const char *out, const char *file, int line);
/* The value of an expression, as --json would print it exactly. */
double fake_number(struct fake *f, const char *expression);
/* How many times `part` stands in `text`. */
size_t count_of(const char *text, const char *part);

#endif
