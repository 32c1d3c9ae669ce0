/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "base/plain.h"
#include "cmd/session/host.h"
#include "cmd/session/words.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct list fuzz_lines, fuzz_expressions, fuzz_words;

static struct {
    const char *name;
    unsigned long n;
} counter[20];

void fuzz_count(const char *what)
{
    size_t i = 0;
    while (counter[i].name && strcmp(counter[i].name, what) != 0)
        i++;
    counter[i].name = what;
    counter[i].n++;
}

static char folder[] = "/tmp/nnr-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s;
    (void)kind;
    (void)where;
    return remove(path);
}

static void finish(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    fprintf(stderr, "campaign:");
    for (size_t i = 0; counter[i].name; i++)
        fprintf(stderr, " %s %lu", counter[i].name, counter[i].n);
    fprintf(stderr, "\n");
}

void fuzz_fail(const char *why, const char *text, const char *more)
{
    fprintf(stderr, "\n== %s\n%s\n-- %s\n", why, text, more);
    abort();
}

static void list_add(struct list *l, const char *text, size_t n)
{
    for (size_t i = 0; i < l->count; i++)
        if (strlen(l->item[i]) == n && memcmp(l->item[i], text, n) == 0)
            return;
    if (l->count % 256 == 0)
        l->item = realloc(l->item, (l->count + 256) * sizeof *l->item);
    l->item[l->count++] = strndup(text, n);
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* `line` may be NULL: a row without a name. */
static void add_words(const char *line)
{
    while (line && *line) {
        size_t n = 0;
        while (in_word(line[n]))
            n++;
        if (n)
            list_add(&fuzz_words, line, n);
        line += n ? n : 1;
    }
}

/* Braces may go over lines: such lines stand in the list one by one, as a person types them. */
static void add_text(const char *text)
{
    static const char *const valued[] = {"print ", "expect ", "let k = ", "until "};
    while (*text) {
        size_t n = strcspn(text, "\n");
        char line[1000];
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (n && n < sizeof line) {
            list_add(&fuzz_lines, line, n);
            add_words(line);
        }
        for (size_t i = 0; i < sizeof valued / sizeof *valued; i++) {
            const char *at = strstr(line, valued[i]);
            if (at && at[strlen(valued[i])])
                list_add(&fuzz_expressions, at + strlen(valued[i]), strlen(at + strlen(valued[i])));
        }
        text += n + (text[n] == '\n');
    }
}

static void add_rows(void)
{
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; k < catalog[i].table->rows; k++) {
            const struct entry *row = catalog[i].table->row[k];
            add_words(row->name);
            add_words(row->alias);
            for (size_t j = 0; j < row->arg_count; j++) {
                add_words(row->args[j].name);
                add_words(row->args[j].alias);
            }
            add_text(row->example ? row->example : "");
        }
}

static void add_folder(const char *name)
{
    DIR *all = opendir(name);
    static char text[1 << 16];
    for (struct dirent *one; all && (one = readdir(all));) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", name, one->d_name);
        FILE *file = strstr(one->d_name, ".nnr") ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        add_text(text);
        fclose(file);
    }
    if (all)
        closedir(all);
}

void fuzz_write(const char *name, const void *bytes, size_t n)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd))
        fuzz_fail("cannot write a file", name, "");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void fuzz_start(void)
{
    add_rows();
    add_folder(SCRIPTS);
    add_folder(GOLDEN);
    /* A folder is read in no order that could be relied on. */
    qsort(fuzz_lines.item, fuzz_lines.count, sizeof *fuzz_lines.item, by_text);
    qsort(fuzz_expressions.item, fuzz_expressions.count, sizeof *fuzz_expressions.item, by_text);
    qsort(fuzz_words.item, fuzz_words.count, sizeof *fuzz_words.item, by_text);
    /* A mutated name of a file may lead anywhere. */
    if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
        fuzz_fail("cannot become nobody", "", "");
    if (!mkdtemp(folder) || chdir(folder))
        fuzz_fail("no folder", folder, "");
    mkdir("data", 0777);
    static const char points[] = "x,y,colour\n1,2,red\n3,4,blue\n5,6,red\n2,2,green\n";
    static const char part[] = "step 1\nlet q = 3\n";
    fuzz_write("data/points.csv", points, sizeof points - 1);
    fuzz_write("part.nnr", part, sizeof part - 1);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){16 << 20, 16 << 20});
    atexit(finish);
}

/* Random numbers of one mutation. */
static unsigned state;

static size_t below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return n ? state % n : 0;
}

struct text {
    char *bytes;
    size_t size, room;
};

/* `cut` bytes at `at` become `n` others, if there is room. */
static void put_bytes(struct text *t, size_t at, size_t cut, const char *with, size_t n)
{
    if (t->size - cut + n > t->room)
        return;
    memmove(t->bytes + at + n, t->bytes + at + cut, t->size - at - cut);
    memcpy(t->bytes + at, with, n);
    t->size += n - cut;
}

static const char *const numbers[] = {
    "0",    "1",   "2",     "3",     "-1",   "0.5",      "1e9", "1e30",   "1e-30", "7x2",  "2x3",
    "1/0",  "0/0", "1e308", "1e400", "-0",   "1e-3",     "64",  "4",      "100",   "none", "all",
    "\"\"", "yes", "no",    "?",     "0x10", "1x1x1x1x", "1e",  "65536",  "(1+2)", "-1e9", "k",
    "mean", "sum", "batch", "\"f\"", "x",    "h.kernel", "h",   "h.grad", "data",  "loss", "()"};
static const char *const signs[] = {"{",       "}",    "(",  ")",        ";",        "=",
                                    ",",       "+",    "*",  "/",        "^",        "|",
                                    "->",      "\"",   "#",  "\\",       "~",        "<",
                                    ">",       "==",   "!=", "-",        "not",      " and ",
                                    " within", " on ", "\n", " as",      " every ",  " max ",
                                    ".",       " of ", "?",  "\x1b[31m", "\xc2\x9b", "\xc3\xa9",
                                    "\xff",    "\x01"};
#define ONE_OF(words) words[below(sizeof words / sizeof *words)]

static void put(struct text *t, size_t at, size_t cut, const char *word)
{
    put_bytes(t, at, cut, word, strlen(word));
}

static const char *some(const struct list *l)
{
    return l->count ? l->item[below(l->count)] : "";
}

static void change(const struct list *from, struct text *t)
{
    const size_t at = below(t->size + 1);
    size_t line = at, end = at, word = at, stop = at;
    while (line && t->bytes[line - 1] != '\n')
        line--;
    while (end < t->size && t->bytes[end] != '\n')
        end++;
    end += end < t->size;
    while (word > line && in_word(t->bytes[word - 1]))
        word--;
    while (stop < end && in_word(t->bytes[stop]))
        stop++;
    switch (below(12)) {
    case 0:
    case 1:
    case 2: {
        char text[1002];
        snprintf(text, sizeof text, "%s\n", some(from));
        put(t, line, 0, text);
        return;
    }
    case 3:
        put_bytes(t, line, end - line, "", 0);
        return;
    case 4: { /* a line once more, elsewhere */
        char *copy = strndup(t->bytes + line, end - line);
        size_t to = below(t->size + 1);
        while (to && t->bytes[to - 1] != '\n')
            to--;
        put(t, to, 0, copy);
        free(copy);
        return;
    }
    case 5:
    case 6:
        put(t, word, stop - word, some(&fuzz_words));
        return;
    case 7: { /* the next number */
        size_t first = at;
        while (first < t->size && !isdigit((unsigned char)t->bytes[first]))
            first++;
        size_t last = first;
        while (last < t->size && in_word(t->bytes[last]))
            last++;
        put(t, first, last - first, ONE_OF(numbers));
        return;
    }
    case 8:
        put(t, stop, 0, some(&fuzz_words));
        put(t, stop, 0, " ");
        return;
    case 9:
        put(t, at, 0, ONE_OF(signs));
        return;
    case 10:
        put_bytes(t, word, stop - word, "", 0);
        return;
    default:
        t->size = LLVMFuzzerMutate((uint8_t *)t->bytes, t->size, t->room);
    }
}

size_t fuzz_mutate(const struct list *from, uint8_t *data, size_t size, size_t room, unsigned seed)
{
    struct text t = {(char *)data, size, room};
    state = seed * 2654435761u + 1;
    below(1);
    for (size_t rounds = 1 + below(4); rounds-- > 0;)
        change(from, &t);
    return t.size;
}

bool fuzz_is_heavy(const char *line)
{
    double work = 1;
    for (const char *at = line; *at;) {
        char *end;
        double x = isdigit((unsigned char)*at) ? strtod(at, &end) : 0;
        if (x > 1 && x < 1e13)
            work *= x;
        at = isdigit((unsigned char)*at) ? end : at + 1;
    }
    return work > 1e5;
}

void fuzz_session(struct fake *f)
{
    fake_start(f);
    f->pace = 0.002;
    f->host.safe = true;
}

/* C0 but for the line's end and the tab, which stays in a line that is shown; DEL; and C1 as UTF-8
 * has it. */
static const char *control_byte(const char *text)
{
    for (const char *c = text; *c; c++) {
        const unsigned char u = (unsigned char)*c;
        const bool c1 = u == 0xC2 && ((unsigned char)c[1] & 0xE0) == 0x80;
        if ((u < 0x20 && u != '\n' && u != '\t') || u == 0x7F || c1)
            return c;
    }
    return NULL;
}

/* What is written, as whoever prints it lets it through. */
static void look(const struct kept *k, const char *what, const char *text)
{
    struct str shown = {0};
    const struct out to = out_to(&shown);
    plain_write(&to, k->text, k->size, PLAIN_LINES);
    str_add(&shown, "");
    if (strlen(k->text) != k->size)
        fuzz_fail("a zero byte was written", text, what);
    if (control_byte(shown.text))
        fuzz_fail("a control byte is shown", text, shown.text);
    str_finish(&shown);
}

enum outcome fuzz_run(struct fake *f, const char *text)
{
    f->stop_at = 12;
    const enum outcome how = fake_run(f, text);
    look(&f->out, "out", text);
    look(&f->err, "err", text);
    if ((how == OUTCOME_ERROR || how == OUTCOME_EXPECT) && !f->err.size)
        fuzz_fail("an error without a word", text, "");
    return how;
}
