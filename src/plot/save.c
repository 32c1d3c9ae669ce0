/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving a picture: written beside its place under another name, looked at, and renamed. */
#include "plot/bridge.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_kind {
    const char *ending;
    const char *terminal; /* what gnuplot is told; NULL: we write the text ourselves */
    const char *tail;     /* what stands near the end of a file that is whole, or NULL */
};

static const struct file_kind kinds[] = {
    {"png",
     "if (strstrt(GPVAL_TERMINALS, ' pngcairo ')) {\n"
     "set term pngcairo size 1000,700 font ',11'\n"
     "} else {\nset term png size 1000,700\n}\n",
     "IEND"},
    {"svg", "set term svg size 1000,700 dynamic background rgb 'white'\n", "</svg>"},
    {"pdf", "set term pdfcairo size 18cm,12.6cm\n", "%%EOF"},
    {"txt", "set term dumb mono size 100,40\n", NULL},
    {"gp", NULL, NULL},
    {"csv", NULL, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct file_kind *kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < KINDS; i++)
        if (strcmp(dot + 1, kinds[i].ending) == 0)
            return &kinds[i];
    return NULL;
}

static int check_path(const char *path, struct err *e)
{
    const struct span nowhere = {0};
    struct stat facts;
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            err_at(e, nowhere, "the name of a file has no control characters");
            return err_hint(e, "write it in one line");
        }
    if (!kind_of(path)) {
        err_at(e, nowhere, "the ending of \"%s\" says nothing of how to write it", path);
        return err_hint(e, "end it in .png .svg .pdf .txt .gp or .csv");
    }
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        err_at(e, nowhere, "\"%s\" is a folder", path);
        return err_hint(e, "name a file in it");
    }
    return 0;
}

/* A name that begins with | or < would run a program. */
static char *safe_name(const char *path, const char *after)
{
    struct str s = {0};
    str_addf(&s, "%s%s%s", *path == '/' || *path == '.' ? "" : "./", path, after);
    if (!s.failed)
        return s.text;
    str_finish(&s);
    return NULL;
}

void save_finish(struct gnuplot *g)
{
    struct saving *s = &g->saving;
    if (s->under_way && s->temporary)
        unlink(s->temporary);
    mem_free(s->path);
    mem_free(s->temporary);
    str_finish(&s->program);
    *s = (struct saving){0};
}

static void done(struct gnuplot *g, const char *what, const char *why)
{
    struct saving *s = &g->saving;
    if (what) {
        err_at(&s->error, (struct span){0}, "cannot write \"%s\": %s", s->path, what);
        err_hint(&s->error, "%s", why);
        unlink(s->temporary);
    }
    s->under_way = false;
}

static void put_in_place(struct gnuplot *g)
{
    if (rename(g->saving.temporary, g->saving.path))
        done(g, strerror(errno), "choose another place");
    else
        done(g, NULL, NULL);
}

static void write_text(struct gnuplot *g, const struct str *text)
{
    FILE *file = fopen(g->saving.temporary, "we");
    if (!file) {
        done(g, strerror(errno), "choose a folder that you may write to");
        return;
    }
    bool failed = text->size && fwrite(text->text, 1, text->size, file) < text->size;
    failed = fclose(file) != 0 || failed;
    if (failed)
        done(g, strerror(errno), "make room, or choose another place");
    else
        put_in_place(g);
}

static int begin(struct gnuplot *g, const char *path, struct err *e)
{
    struct saving *s = &g->saving;
    char after[40];
    snprintf(after, sizeof after, ".nnr-%ld", (long)getpid());
    save_finish(g);
    s->kind = kind_of(path);
    s->path = safe_name(path, "");
    s->temporary = safe_name(path, after);
    if (!s->path || !s->temporary) {
        save_finish(g);
        return err_memory(e);
    }
    s->under_way = true;
    return 0;
}

int gnuplot_save(struct gnuplot *g, const char *path, struct figure *f, struct err *e)
{
    struct saving *s = &g->saving;
    if (check_path(path, e) || begin(g, path, e))
        return -1;
    if (s->kind->terminal) {
        s->program = f->program;
        f->program = (struct str){0};
        if (g->failed)
            save_given_up(g, "gnuplot is not there");
    } else {
        write_text(g, strcmp(s->kind->ending, "csv") == 0 ? &f->csv : &f->program);
    }
    return 0;
}

int gnuplot_saved(struct gnuplot *g, struct err *e)
{
    if (g->saving.under_way)
        return 1;
    if (g->saving.error.kind == ERR_NONE)
        return 0;
    *e = g->saving.error;
    return -1;
}

void save_given_up(struct gnuplot *g, const char *why)
{
    if (g->saving.under_way)
        done(g, why, "install gnuplot, or save as .gp or .csv");
}

static void quote_path(struct str *to, const char *path)
{
    str_add(to, "'");
    for (; *path; path++)
        str_bytes(to, *path == '\'' ? "''" : path, *path == '\'' ? 2 : 1);
    str_add(to, "'");
}

void save_next(struct gnuplot *g)
{
    if (bridge_begin(g, JOB_OPEN))
        return;
    str_add(&g->exchange.text, g->saving.kind->terminal);
    str_add(&g->exchange.text, "set output ");
    quote_path(&g->exchange.text, g->saving.temporary);
    str_add(&g->exchange.text, "\n");
    bridge_ask(g);
}

void save_opened(struct gnuplot *g)
{
    if (g->exchange.trouble) {
        done(g, g->exchange.message, "choose a folder that you may write to");
        return;
    }
    if (bridge_begin(g, JOB_SAVE))
        return;
    str_bytes(&g->exchange.text, g->saving.program.text, g->saving.program.size);
    str_add(&g->exchange.text, "\nunset output\nset term unknown\n");
    bridge_ask(g);
}

/* A disk that is full leaves a file without its end, and gnuplot does not say so. */
static bool is_whole(const struct saving *s)
{
    char end[256];
    FILE *file = fopen(s->temporary, "re");
    size_t n = 0;
    if (!file)
        return false;
    const size_t room = sizeof end;
    if (fseek(file, -(long)room, SEEK_END))
        rewind(file);
    n = fread(end, 1, room, file);
    fclose(file);
    return n && (!s->kind->tail || memmem(end, n, s->kind->tail, strlen(s->kind->tail)));
}

void save_written(struct gnuplot *g)
{
    if (g->exchange.trouble)
        done(g, g->exchange.message, "plot it once more, or save it as .gp to look at it");
    else if (!is_whole(&g->saving))
        done(g, "the file is not whole", "make room, or choose another place");
    else
        put_in_place(g);
}
