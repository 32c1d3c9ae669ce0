/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts with words left out, doubled, exchanged and numbers replaced, from a fixed seed: whatever
 * comes of them, a session answers with a known outcome, and a wrong statement changes nothing. */
#include "check.h"
#include "host.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WORDS_MOST = 200, TEXT_ROOM = 4096, TICKS_MOST = 4 };

static const char *const scripts[] = {
    "seed 3; data digits target=input; input 64; dense 8 sigmoid activity=l1(1e-3) as code; "
    "dense 64 sigmoid as y; loss mse; optimizer adam; train 1; penalties; "
    "expect fraction(code.output > 0.1) < 2; print code.kernel.grad mean(code.output, axis=0)",
    "data rows { 0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 0 } batch=2 split=0.25 scale=minmax; "
    "input 2 as x; dense 4 tanh kernel=l2(0.1)+l1(0.5) as h; h on x as again; dense 1 sigmoid on "
    "h as y; loss binary_crossentropy; optimizer sgd lr=0.1 momentum=0.9; train until accuracy > "
    "0.9 max 3; evaluate; predict 0 1; show h h.kernel; summary",
    "let k = 1e-2; let w = l1(k)+l2(2*k); data moons 40 noise=0.1 split=0.2 batch=8; model a; "
    "input 2; dense 3 relu kernel=w activity=l1l2(k, k, reduce=mean) as h; reshape 3x1; flatten; "
    "dense 2 softmax; model b; input 2; dense 2 softmax as s; train 2 on all; step 3 on a, b; "
    "evaluate on all; model a; set h.kernel = none; set optimizer.lr = 0.01; batch 4; "
    "print val.loss accuracy loss.penalty step epoch; set h.trainable = no; step 1",
    "data random 6 shape=2x3 target=1; input 2x3 as x; dense 2 kernel_init=uniform(-1, 1) "
    "use_bias=no as d; activation swish; flatten; dense 1 bias=l2(1) as y; loss huber delta=0.5; "
    "penalties on=batch format=json; expect 1 ~ 1.1 within 0.2; print 2^3^2 -1 not 0 or 1 == 2; "
    "let; data; seed; model; loss; optimizer; help dense; say \"a b\" k; plot loss; quit",
};

static const char *const numbers[] = {
    "0",   "1",   "2", "3",  "-1", "0.5",  "1e9",  "1e30", "1e-30", "7x2", "2x3",   "1e308",
    "0/0", "1/0", "k", "-0", "h",  "loss", "none", "all",  "\"\"",  "on",  "(1+2)", "?"};

struct draw {
    uint64_t key, next;
};

static size_t below(struct draw *d, size_t n)
{
    return (size_t)(rng_bits(d->key, d->next++) % n);
}

static const char *const marks = "=(){};,|+*/<>";

/* Cuts a script into words, signs and blanks. */
static size_t cut(const char *text, char word[WORDS_MOST][80])
{
    size_t n = 0;
    while (*text && n < WORDS_MOST) {
        size_t size = strcspn(text, " =(){};,|+*/<>");
        size = size ? size : 1;
        snprintf(word[n++], 80, "%.*s", (int)size, text);
        text += size;
    }
    return n;
}

static void change(struct draw *d, char word[WORDS_MOST][80], size_t *n)
{
    const size_t at = below(d, *n), other = below(d, *n);
    char kept[80];
    switch (below(d, 6)) {
    case 0: /* left out */
        memmove(word[at], word[at + 1], (*n - at - 1) * sizeof *word);
        *n -= *n > 1;
        return;
    case 1: /* doubled */
        if (*n < WORDS_MOST) {
            memmove(word[at + 1], word[at], (*n - at) * sizeof *word);
            ++*n;
        }
        return;
    case 2: /* exchanged */
        memcpy(kept, word[at], sizeof kept);
        memcpy(word[at], word[other], sizeof kept);
        memcpy(word[other], kept, sizeof kept);
        return;
    case 3: /* a sign for it */
        snprintf(word[at], sizeof *word, "%c", marks[below(d, strlen(marks))]);
        return;
    case 4: /* a letter changed */
        word[at][below(d, strlen(word[at]) + 1)] = (char)(33 + below(d, 94));
        word[at][79] = 0;
        return;
    default: /* another value */
        snprintf(word[at], sizeof *word, "%s", numbers[below(d, sizeof numbers / sizeof *numbers)]);
    }
}

static void mutate(struct draw *d, const char *script, char *text)
{
    static char word[WORDS_MOST + 1][80];
    size_t n = cut(script, word), size = 0;
    for (size_t i = below(d, 4) + 1; i-- > 0;)
        change(d, word, &n);
    text[0] = 0;
    for (size_t i = 0; i < n && size + 80 < TEXT_ROOM; i++)
        size += (size_t)snprintf(text + size, TEXT_ROOM - size, "%s", word[i]);
}

/* Big sets and layers are right, but take long. */
static bool is_heavy(const char *statement)
{
    return strstr(statement, "e9") || strstr(statement, "000") || strstr(statement, "e30");
}

/* Runs it statement by statement, as at the prompt. */
static void run_one(struct fake *f, const char *text)
{
    static char statement[TEXT_ROOM];
    while (*text) {
        size_t size = strcspn(text, ";"), braces = strcspn(text, "{");
        if (braces < size) /* the ; of rows */
            size = strcspn(text, "}") + strcspn(text + strcspn(text, "}"), ";");
        snprintf(statement, sizeof statement, "%.*s", (int)size, text);
        text += size + (text[size] == ';');
        if (is_heavy(statement))
            continue;
        const uint64_t before = session_digest(f->session);
        f->stop_at = TICKS_MOST;
        const enum outcome how = fake_run(f, statement);
        if (how > OUTCOME_QUIT)
            fail_msg("outcome %d of %s", (int)how, statement);
        const bool wrong = how == OUTCOME_ERROR || how == OUTCOME_EXPECT;
        if (wrong && !f->err.size)
            fail_msg("nothing is said of: %s", statement);
        /* A step that is not finite may come after others that were; --check does what is right
         * around what is wrong. */
        const bool several = f->host.check || strstr(f->err.text, "would make");
        if (wrong && !several && session_digest(f->session) != before)
            fail_msg("changed by a wrong statement: %s\n%s", statement, f->err.text);
        if (how == OUTCOME_QUIT)
            return;
    }
}

static void mutated_scripts_are_answered(void **state)
{
    (void)state;
    enum { SECONDS = 4, TRIALS = 4000 };
    static char text[TEXT_ROOM];
    const clock_t began = clock();
    for (uint64_t i = 0; i < TRIALS && clock() - began < SECONDS * CLOCKS_PER_SEC; i++) {
        struct draw d = {.key = rng_key(7, "mutations", "", i)};
        struct fake f;
        fake_start_as(&f, i % 5 == 0 ? "json" : i % 5 == 1 ? "check" : "");
        f.pace = 0.02;
        mutate(&d, scripts[below(&d, sizeof scripts / sizeof *scripts)], text);
        run_one(&f, text);
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_scripts_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
