/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions: what is printed of a tree is read as the same tree; looking at a value changes
 * nothing; a formula of one's own has the value that `print` has, and slopes that checkgrad
 * agrees to or says why not. */
#include "fuzz.h"

#include "base/mem.h"
#include "base/str.h"
#include "lang/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXPRESSION_MOST = 300 };

/* One expression is one line here. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    size = fuzz_mutate(&fuzz_expressions, data, size, room, seed);
    const uint8_t *end = memchr(data, '\n', size);
    return end && end > data ? (size_t)(end - data) : size;
}

/* The tree of `text` as text; false if it is none. */
static bool printed(const char *text, struct str *to)
{
    struct arena arena = {0};
    struct node *tree = NULL;
    struct err e = {0};
    const bool fine = parse_value(&arena, text, strlen(text), 0, &tree, &e) == PARSE_OK;
    if (fine) {
        node_print(to, tree);
        str_add(to, "");
    }
    arena_finish(&arena);
    return fine;
}

static void read_back(const char *text)
{
    struct str once = {0}, twice = {0};
    if (printed(text, &once)) {
        if (!printed(once.text, &twice))
            fuzz_fail("what is printed of an expression cannot be read", text, once.text);
        if (strcmp(once.text, twice.text) != 0)
            fuzz_fail("what is printed of an expression is read as another", once.text, twice.text);
        fuzz_count("read back");
    }
    str_finish(&once);
    str_finish(&twice);
}

/* The number that --json prints; false if it is no single finite number. */
static bool number_of(struct fake *f, const char *statement, double *x)
{
    f->host.json = true;
    const enum outcome how = fuzz_run(f, statement);
    f->host.json = false;
    const char *at = strstr(f->out.text, ": [");
    char end = 0;
    return how == OUTCOME_OK && at && sscanf(at + 3, "%lf%c", x, &end) == 2 && end == ']' &&
           isfinite(*x);
}

static bool in_name(char c)
{
    return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* The expression with h.kernel where x stands. */
static void about_kernel(const char *text, char *to, size_t room)
{
    size_t n = 0;
    for (const char *at = text; *at && n + 10 < room; at++) {
        const bool x = *at == 'x' && (at == text || !in_name(at[-1])) && !in_name(at[1]);
        n += (size_t)snprintf(to + n, room - n, x ? "h.kernel" : "%c", *at);
    }
    to[n] = 0;
}

/* The session in which values are looked at, which changes nothing. */
static struct fake looker;
static uint64_t digest;

static void begin(struct fake *f)
{
    static const char model[] =
        "let k = 3\ndata random 6 shape=2x3 target=2 batch=4\ninput 2x3 as x\n"
        "dense 3 tanh as h\nflatten\ndense 2 as y\nloss mse\noptimizer sgd lr=0.001\nstep 1\n";
    fuzz_session(f);
    if (fuzz_run(f, model) != OUTCOME_OK)
        fuzz_fail("the model does not run", model, f->err.text);
}

int LLVMFuzzerInitialize(int *count, char ***word)
{
    (void)count;
    (void)word;
    fuzz_start();
    static const char *const own[] = {"sum(abs(x))",
                                      "sum(x^2)",
                                      "mean(log(1+exp(x)))",
                                      "sqrt(sum(x^2))/max(abs(x))",
                                      "std(x)",
                                      "norm(x)",
                                      "sum(where(x > 0.1, x, -x^3))",
                                      "mean(std(x, axis=0))",
                                      "var(x)+min(x)",
                                      "sum(max(x, axis=1))",
                                      "h.kernel*h.kernel"};
    char **all = realloc(fuzz_expressions.item, (fuzz_expressions.count + 11) * sizeof *all);
    for (size_t i = 0; i < 11; i++)
        all[fuzz_expressions.count++] = strdup(own[i]);
    fuzz_expressions.item = all;
    begin(&looker);
    digest = session_digest(looker.session);
    return 0;
}

static void look_at(const char *text)
{
    static const char *const looks[] = {"print %s", "expect %s"};
    char said[EXPRESSION_MOST + 40];
    for (size_t i = 0; i < 2; i++) {
        snprintf(said, sizeof said, looks[i], text);
        fuzz_run(&looker, said);
        if (session_digest(looker.session) != digest)
            fuzz_fail("looking at a value changed the session", said, looker.err.text);
    }
}

/* The same value, as a penalty of the kernel's if it is a formula at all. */
static void compare(const char *text)
{
    char said[4000], about[3000];
    double by_print = 0, by_formula = 0;
    struct fake fresh, *f = &fresh;
    snprintf(said, sizeof said, "define penalty pp(x) = %s", text);
    if (fuzz_run(&looker, said) != OUTCOME_OK) {
        if (session_digest(looker.session) != digest)
            fuzz_fail("a wrong definition changed the session", said, looker.err.text);
        return;
    }
    /* A definition is taken back with all that may follow it. */
    if (fuzz_run(&looker, "undo") != OUTCOME_OK || session_digest(looker.session) != digest)
        fuzz_fail("a definition is not taken back", said, looker.err.text);
    begin(f);
    fuzz_run(f, said);
    if (fuzz_run(f, "set h.kernel = pp(1)") == OUTCOME_OK) {
        fuzz_count("formulas");
        about_kernel(text, about, sizeof about);
        snprintf(said, sizeof said, "print %s", about);
        if (number_of(f, said, &by_print) && number_of(f, "print h.kernel.penalty", &by_formula)) {
            fuzz_count("compared");
            snprintf(said, sizeof said, "print %.17g, formula %.17g", by_print, by_formula);
            if (fabs(by_print - by_formula) > 1e-5 * fmax(1, fabs(by_print)))
                fuzz_fail("a formula has another value than print", text, said);
        }
        static const char *const next[] = {"checkgrad", "step 1", "penalties", "undo"};
        for (size_t i = 0; i < sizeof next / sizeof *next; i++)
            fuzz_run(f, next[i]);
    }
    fake_finish(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > EXPRESSION_MOST || memchr(data, 0, size))
        return 0;
    char *text = strndup((const char *)data, size);
    const bool one = !strpbrk(text, ";{}\n\r#");
    fuzz_count("expressions");
    read_back(text);
    if (one && !fuzz_is_heavy(text)) {
        look_at(text);
        compare(text);
    }
    free(text);
    return 0;
}
