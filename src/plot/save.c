/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/save.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

static const struct save_format formats[] = {
    {"png", "pngcairo", "png", "size 960,720", FILE_OWN, NULL},
    {"svg", "svg", NULL, "size 800,600 background '#ffffff'", FILE_OWN, "<!-- " FILE_OWN " -->\n"},
    {"pdf", "pdfcairo", NULL, "size 8in,6in", FILE_OWN, "% " FILE_OWN "\n"},
    {"txt", "dumb", NULL, "mono size " TEXT(SAVE_TEXT_WIDTH) "," TEXT(SAVE_TEXT_HEIGHT), FILE_OWN,
     "# " FILE_OWN "\n"},
    {"gp", NULL, NULL, NULL, FILE_OWN, NULL},
    {"csv", NULL, NULL, NULL, FIGURE_COLUMNS, NULL},
};

static const struct save_format *format_of(const char *path)
{
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name ? name : path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(dot + 1, formats[i].ending) == 0)
            return &formats[i];
    return NULL;
}

static int check_ending(const struct file_name *file, struct err *e)
{
    const size_t n = strlen(file->name);
    if (!n) {
        err_at(e, file->where, "the file needs a name");
        return err_hint(e, "give one such as \"figure.png\"");
    }
    if (file->name[n - 1] == '/')
        return file_refuse(file, EISDIR, e);
    if (format_of(file->path))
        return 0;
    err_at(e, file->where, "the ending of \"%.200s\" does not say what to write", file->name);
    return err_hint(e, "end the name in .png .svg .pdf .txt .gp or .csv");
}

int save_check(const struct file_name *file, struct err *e)
{
    return check_ending(file, e) ? -1 : file_check(file, format_of(file->path)->own, e);
}

static void forget_save(struct save *s)
{
    arena_finish(&s->texts);
    *s = (struct save){0};
}

int save_begin(struct save *s, const struct file_name *file, struct err *e)
{
    *s = (struct save){.file = *file};
    if (check_ending(file, e))
        return -1;
    const struct save_format *format = format_of(file->path);
    int failed = file_name_copy(&s->texts, &s->file) ? err_memory(e) : 0;
    if (!failed)
        failed = file_begin(&s->out, &s->file, format->own, e);
    if (failed)
        forget_save(s);
    else
        s->format = format;
    return failed ? -1 : 0;
}

void save_begin_text(struct save *s, struct str *to)
{
    *s = (struct save){.format = format_of("picture.svg"), .text = to};
}

void save_drop(struct save *s)
{
    if (!s->format)
        return;
    if (!s->text)
        file_drop(&s->out);
    forget_save(s);
}

/* The chunk that tells who made a png: length, tEXt, key and text, and their sum. It stands behind
 * the first, which every png begins with. */
static const char png_start[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
static const char png_mark[] = "\0\0\0\x16"
                               "tEXtComment\0" FILE_OWN "\x74\xaa\xfc\xb5";
enum { PNG_FIRST = 33 };

static int write_picture(struct save *s, const char *bytes, size_t n, struct err *e)
{
    size_t done = 0;
    if (n > PNG_FIRST && memcmp(bytes, png_start, sizeof png_start - 1) == 0) {
        if (file_add(&s->out, bytes, PNG_FIRST, e) ||
            file_add(&s->out, png_mark, sizeof png_mark - 1, e))
            return -1;
        done = PNG_FIRST;
    }
    const char *mark = s->format->mark ? s->format->mark : "";
    return file_add(&s->out, bytes + done, n - done, e) || file_add(&s->out, mark, strlen(mark), e)
               ? -1
               : file_end(&s->out, NULL, e);
}

int save_end(struct save *s, const char *bytes, size_t n, struct err *e)
{
    int failed = 0;
    if (s->text) {
        str_bytes(s->text, bytes, n);
        failed = s->text->failed ? err_memory(e) : 0;
    } else {
        failed = write_picture(s, bytes, n, e);
    }
    forget_save(s);
    return failed;
}

int save_append(const char *path, const struct str *text, struct err *e)
{
    const struct file_name file = {.name = path, .path = path};
    if (text->failed)
        return err_memory(e);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return file_refuse(&file, errno, e);
    int why = file_write(fd, text->text, text->size);
    if (close(fd) && !why)
        why = errno;
    return why ? file_refuse(&file, why, e) : 0;
}

void save_plain(const struct save *s, const struct figure *f, struct str *to)
{
    if (strcmp(s->format->ending, "csv") == 0) {
        figure_header(f, to);
        str_add(to, f->csv.text ? f->csv.text : "");
        return;
    }
    str_add(to, "# A figure, " FILE_OWN ": `gnuplot -p` and this file's name show it.\n"
                "# To write it to a file instead, take away the # before these two lines:\n"
                "# set terminal svg size 800,600 background '#ffffff'\n"
                "# set output 'figure.svg'\n"
                "set encoding utf8\n");
    str_add(to, f->program.text ? f->program.text : "");
}

int save_undrawn(const struct save *s, struct err *e, const char *why)
{
    if (s->text)
        return err_at(e, (struct span){0}, "%s", why);
    err_at(e, s->file.where, "cannot draw \"%.200s\": %s", s->file.name, why);
    return err_hint(e, "the ending .gp saves the program and .csv the numbers without drawing");
}
