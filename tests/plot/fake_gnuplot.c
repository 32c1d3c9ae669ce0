/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for gnuplot: writes what it is told into the file FAKE_LOG, answers tokens, and draws
 * one line of text for a picture. FAKE_MODE holds words that make it behave badly. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake {
    FILE *log;
    bool out;  /* print leads to stdout */
    bool data; /* in a datablock */
    char term[32];
    int error;
    unsigned plots;
};

static bool mode(const char *word)
{
    const char *all = getenv("FAKE_MODE");
    return all && strstr(all, word);
}

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static void flood(FILE *to)
{
    for (int i = 0; i < 5000; i++)
        fprintf(to, "complaint %d of a very long list without any use to anybody\n", i);
}

/* Bytes of every kind where a picture or an answer is expected. */
static void garble(FILE *to)
{
    for (unsigned i = 0, x = 1; i < 5000; i++, x = x * 1103515245u + 12345u)
        putc((int)(x >> 16 & 0xFF), to);
}

static void draw(struct fake *f)
{
    f->plots++;
    if (mode("dies") && f->plots == 3)
        raise(SIGKILL);
    if (mode("deaf") || (mode("hangs") && strcmp(f->term, "qt") == 0))
        for (;;)
            pause();
    if (mode("slow"))
        usleep(30000);
    if (mode("floods"))
        flood(stderr);
    if (mode("garbles")) {
        garble(stdout);
        garble(stderr);
    }
    while (mode("endless") && puts("a picture that has no end") >= 0)
        continue;
    f->error = mode("complains");
    if (f->error)
        fprintf(stderr,
                "\ngnuplot> plot nofun(x)\n              ^\n  line 4: undefined function\n");
    if (mode("warns"))
        fprintf(stderr, "line 0: warning: iconv failed to convert degree sign\n"
                        "line 4: warning: Skipping data file with no valid points\n");
    if (mode("blind") && strcmp(f->term, "x11") == 0)
        fprintf(stderr, "gnuplot: unable to open display ''\n");
    if (f->error || mode("empty"))
        return;
    if (mode("escapes"))
        printf("\x1b[2J\x1b]0;title\x07\xc2\x9b");
    if (strcmp(f->term, "qt") != 0 && strcmp(f->term, "x11") != 0)
        printf("\fpicture %u by %s\n", f->plots, f->term);
}

/* print "a" and print "a|".GPVAL_ERRNO."|".GPVAL_ERRMSG."|b" */
static void print(struct fake *f, const char *line)
{
    FILE *to = f->out ? stdout : stderr;
    if (begins(line, "print GPVAL_TERMINALS")) {
        const char *list = getenv("FAKE_TERMS");
        fprintf(to, " %s \n", list ? list : "dumb svg png");
        return;
    }
    char first[80] = "", last[80] = "";
    if (sscanf(line, "print \"%79[^\"]\".GPVAL_ERRNO.\"|\".GPVAL_ERRMSG.\"%79[^\"]", first, last) ==
        2)
        fprintf(to, "%s%d|%s%s\n", first, f->error, f->error ? "undefined function: nofun" : "",
                last);
    else if (sscanf(line, "print \"%79[^\"]", first) == 1)
        fprintf(to, "%s\n", first);
    if (mode("leaves") && f->plots && !f->out)
        exit(0);
}

/* A person closes the window as soon as it has been drawn. */
static void close_window(const char *line)
{
    char said[80] = "";
    if (mode("closes") && sscanf(line, "bind \"Close\" 'print \"%79[^\"]", said) == 1)
        fprintf(stderr, "%s\n", said);
}

static void take(struct fake *f, const char *line)
{
    if (f->data || strstr(line, "<< EOD"))
        f->data = !begins(line, "EOD");
    else if (begins(line, "plot "))
        draw(f);
    else if (begins(line, "set print"))
        f->out = strchr(line, '"') != NULL;
    else if (begins(line, "set term "))
        sscanf(line, "set term %31s", f->term);
    else if (begins(line, "reset errors"))
        f->error = 0;
    else if (begins(line, "bind "))
        close_window(line);
    else if (begins(line, "print "))
        print(f, line);
}

int main(int count, char **word)
{
    struct fake f = {.log = fopen(getenv("FAKE_LOG") ? getenv("FAKE_LOG") : "/dev/null", "a")};
    char line[4096];
    if (!f.log || count != 2 || strcmp(word[1], "-d") != 0 || getenv("GNUTERM"))
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        fputs(line, f.log);
        fflush(f.log);
        take(&f, line);
        fflush(stdout);
    }
    fclose(f.log);
    return 0;
}
