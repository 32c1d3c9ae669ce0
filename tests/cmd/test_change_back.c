/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements that change little are changed back by undo, and so by an error half way: the state is
 * then the one before, to the bit, however the statements follow one another. */
#include "check.h"
#include "host.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>

#define START                                                                                      \
    "data random 12 shape=2 target=1 split=0.25\ndefine penalty hoyer(x) = "                       \
    "sum(abs(x))^2/sum(x^2)\n"                                                                     \
    "let weak = l1(1e-3)+l2(1e-3)\ninput 2 as x\ndense 3 tanh kernel=weak as h\nmark here\n"

/* %d is a number of its own for each statement. */
static const char *const good[] = {
    "dense 2",
    "dense 2 relu kernel=l2(1e-2) activity=l1(1e-3)+l2(1e-3) on h as n%d",
    "h on x as again%d",
    "h on x",
    "activation relu",
    "batchnorm as b%d",
    "add on h, h",
    "timedistributed h",
    "block t%d { dense 2 kernel=hoyer(1e-3) as in; h on input }",
    "block t%d { dense 2 kernel=l2(1e-3) }; t%d on x",
    ("block t%d { block inner { dense 2 activity=l1(1e-2) }; inner; inner on input }; t%d on x; "
     "set t%d.trainable = no"),
    "output h",
    "delete",
    "dense 2 kernel=l1(0.%d); delete",
    "set h.kernel = l1(0.%d)",
    "set h.kernel = l1(0.%d)+l2(2)",
    "set h.kernel = none",
    "set h.activity = hoyer(0.%d)",
    "set h.activity = contractive(0.%d)",
    "set h.kernel = l2sp(0.%d)",
    "prune h.kernel share=0.5",
    "prune h.bias share=0.5; unprune h.bias",
    "set h.kernel_constraint = spectral_norm(%d)",
    "set h.kernel_constraint = max_norm(%d)",
    "set h.trainable = no",
    "set h.activation = relu",
    "let k = %d",
    "let dense_1 = %d",
    "let weak = l2(%d)",
    "define penalty own%d(x, p=2) = sum(abs(x)^p)",
    "model m%d; input 2; dense 3 as h",
    "model main",
    "clone c%d",
    "rename r%d",
    "goto here",
    "loss mse",
    "optimizer sgd",
    "seed %d",
    "data random 9 shape=2 target=1",
};
static const char *const bad[] = {
    "dense 2 as h",
    "dense 2 on nowhere",
    "dense 2 bias_constraint=max_norm(1) use_bias=no",
    "block z { dense 2 as a; nothing }",
    "block z { dense 2 as a; dense 3 on input; add on a, dense_1 }; z on x",
    "concat on h, nowhere",
    "reshape 7",
    "set h.kernel = l1(1)+kl(2)",
    "set h.bias = l1(1)+nothing(2)",
    "set h.units = 3",
    "set h.kernel = contractive(1)",
    "prune h.kernel share=2",
    "prune x.kernel share=0.5",
    "output h, h",
    "delete nowhere",
    "let h = 3",
    "define penalty hoyer(x) = sum(x)",
    "model as",
    "goto nowhere",
};
/* What changes the state though undo does not take it back by itself. */
static const char *const aside[] = {"evaluate", "penalties", "print norm(h.kernel)", "summary"};

static const char *pick(const char *const *list, size_t count, uint64_t key, uint64_t at)
{
    return list[(size_t)(rng_uniform(key, at) * (double)count) % count];
}
#define PICK(list, key, at) pick(list, sizeof list / sizeof *list, key, at)

static void fill_in(char *to, size_t room, const char *pattern, int number)
{
    size_t n = 0;
    for (; *pattern && n + 12 < room; pattern++)
        if (pattern[0] == '%') {
            n += (size_t)snprintf(to + n, room - n, "%d", number);
            pattern++;
        } else {
            to[n++] = *pattern;
        }
    snprintf(to + n, room - n, "\n");
}

enum { STEPS = 60, DEPTH = 400 };

struct walk {
    struct fake f;
    uint64_t digest[DEPTH]; /* before each statement that can be taken back */
    size_t depth;
    char told[30000];
};

static void tell(struct walk *w, const char *text)
{
    const size_t n = strlen(w->told);
    snprintf(w->told + n, sizeof w->told - n, "%s", text);
}

/* Each of several statements of a line is taken back by an undo of its own. */
static void do_good(struct walk *w, char *line)
{
    int open = 0;
    for (char *at = line, *begin = line; *at; at++) {
        open += *at == '{';
        open -= *at == '}';
        if ((*at != ';' || open) && *at != '\n')
            continue;
        *at = 0;
        char text[420];
        snprintf(text, sizeof text, "%.400s\n", begin);
        const uint64_t before = session_digest(w->f.session);
        tell(w, text);
        if (fake_run(&w->f, text) == OUTCOME_OK)
            w->digest[w->depth++] = before;
        else if (session_digest(w->f.session) != before)
            fail_msg("an error changed the session:\n%s", w->told);
        begin = at + 1;
    }
}

static void do_undo(struct walk *w)
{
    tell(w, "undo\n");
    fake_ok(&w->f, "undo\n");
    if (session_digest(w->f.session) != w->digest[--w->depth])
        fail_msg("undo does not lead back:\n%s%s", START, w->told);
}

static void walk(uint64_t key)
{
    struct walk *w = calloc(1, sizeof *w);
    char line[400];
    assert_non_null(w);
    fake_start_as(&w->f, "quiet");
    fake_ok(&w->f, START);
    for (int i = 0; i < STEPS; i++) {
        const uint64_t at = 10 * (uint64_t)i;
        const double x = rng_uniform(key, at);
        fill_in(line, sizeof line,
                x < 0.55   ? PICK(good, key, at + 1)
                : x < 0.7  ? PICK(bad, key, at + 1)
                : x < 0.75 ? "step 2"
                           : PICK(aside, key, at + 1),
                i + 1);
        if (x < 0.7 || (x >= 0.7 && x < 0.75)) {
            do_good(w, line);
        } else if (x < 0.82) {
            tell(w, line);
            fake_run(&w->f, line);
        } else {
            for (int n = 1 + (int)(rng_uniform(key, at + 2) * 4); n > 0 && w->depth; n--)
                do_undo(w);
        }
    }
    while (w->depth)
        do_undo(w);
    fake_finish(&w->f);
    free(w);
}

static void undo_leads_back(void **state)
{
    (void)state;
    for (uint64_t key = 1; key <= 150; key++)
        walk(key);
}

/* A change of a clone, and one taken back in it, is none of the original. */
static void models_that_are_alike_stay_apart(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "quiet");
    fake_ok(&f, "input 2 as x\ndense 3 kernel=l1(1) as h\nclone other\nset h.kernel = l2(2)\n"
                "dense 4 as more\nmodel main\n");
    fake_ok(&f, "summary\nshow h\n");
    check_has(f.out.text, "penalty kernel: l1(1) =");
    assert_null(strstr(f.out.text, "more"));
    fake_ok(&f, "model other\nundo\nundo\nundo\nundo\nshow h\n");
    check_has(f.out.text, "penalty kernel: l1(1) =");
    fake_finish(&f);
}

/* All of it can be taken back, which a bound on memory must not hide at this size. */
static void thousands_can_be_taken_back(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct fake f;
    fake_start_as(&f, "quiet");
    const uint64_t empty = session_digest(f.session);
    fake_ok(&f, "input 1\n");
    for (int i = 0; i < MANY; i++)
        fake_ok(&f, i % 2 ? "dense 1 kernel=l2(1)\n" : "activation relu\n");
    for (int i = 0; i < MANY + 1; i++)
        fake_ok(&f, "undo\n");
    assert_true(session_digest(f.session) == empty);
    fake_finish(&f);
}

/* Numbers go on from the first that is free, whatever took it and gave it back. */
static void the_first_free_number(void **state)
{
    (void)state;
    struct fake f;
    fake_start_as(&f, "quiet");
    fake_ok(&f, "let dense_1 = 3\ninput 1\ndense 2 as dense_3\ndense 1\ndense 1\n");
    fake_ok(&f, "print norm(dense_2.kernel) norm(dense_4.kernel)\n");
    fake_ok(&f, "undo\nundo\nundo\nundo\nundo\ninput 1\ndense 2\ndense 3\n");
    fake_ok(&f, "print norm(dense_1.kernel) norm(dense_2.kernel)\n");
    assert_int_equal(fake_run(&f, "print norm(dense_3.kernel)\n"), OUTCOME_ERROR);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_leads_back),
        cmocka_unit_test(models_that_are_alike_stay_apart),
        cmocka_unit_test(thousands_can_be_taken_back),
        cmocka_unit_test(the_first_free_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
