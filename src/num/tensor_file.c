/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/tensor_file.h"

#include "base/input.h"
#include "base/path.h"
#include "base/zip.h"
#include "num/npz.h"
#include "num/safetensors.h"

#include <string.h>
#include <unistd.h>

static const struct tensor_format *const formats[] = {&format_safetensors, &format_npz};
enum { FORMATS = sizeof formats / sizeof *formats };

static const struct tensor_format *format_of_name(const char *name)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (path_ends(name, formats[i]->ending))
            return formats[i];
    return NULL;
}

static const struct tensor_format *format_of_bytes(const char *first, size_t n)
{
    for (size_t i = 0; i < FORMATS; i++) {
        const char *magic = formats[i]->magic;
        if (magic && n >= strlen(magic) && memcmp(first, magic, strlen(magic)) == 0)
            return formats[i];
    }
    return &format_safetensors;
}

static int find_format(struct tensor_file *f, struct err *e)
{
    char first[8];
    uint64_t size;
    if ((f->format = format_of_name(f->file->name)))
        return 0;
    const int fd = input_open(f->file, &size, e);
    if (fd < 0)
        return -1;
    const ssize_t n = pread(fd, first, sizeof first, 0);
    close(fd);
    f->format = format_of_bytes(first, n > 0 ? (size_t)n : 0);
    return 0;
}

int tensor_file_open(struct tensor_file *f, const struct file_name *file, const struct stop *stop,
                     struct err *e)
{
    *f = (struct tensor_file){.file = file, .stop = stop, .fd = -1};
    if (!find_format(f, e) && !f->format->open(f, e))
        return 0;
    tensor_file_close(f);
    return -1;
}

void tensor_file_close(struct tensor_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    archive_close(f->archive);
    arena_finish(&f->arena);
    index_finish(&f->by_name);
    mem_free(f->item);
    *f = (struct tensor_file){.fd = -1};
}

const struct file_tensor *tensor_file_find(const struct tensor_file *f, const char *name)
{
    uint32_t i = index_first(&f->by_name, name);
    while (i != INDEX_NONE && strcmp(f->item[i].name, name) != 0)
        i = index_next(&f->by_name, i);
    return i == INDEX_NONE ? NULL : &f->item[i];
}

int tensor_file_add(struct tensor_file *f, const char *name, const struct file_tensor *t)
{
    char *copy = arena_text(&f->arena, name, strlen(name));
    if (!copy || mem_room(&f->item, &f->room, f->count + 1, sizeof *t) ||
        index_add(&f->by_name, copy))
        return -1;
    f->item[f->count] = *t;
    f->item[f->count++].name = copy;
    return 0;
}

int tensor_file_read(const struct tensor_file *f, const struct file_tensor *t, real *to,
                     struct err *e)
{
    return f->format->read(f, t, to, e);
}

int tensor_file_check(const struct file_name *file, struct err *e)
{
    if (format_of_name(file->name))
        return file_check(file, FILE_OWN, e);
    err_at(e, file->where, "the ending of \"%.200s\" does not say what to write", file->name);
    return err_hint(e, "end the name in .safetensors, or in .npz for NumPy");
}

int tensor_file_write(const struct file_name *file, const struct tensor_out *tensor, size_t count,
                      const struct stop *stop, struct err *e)
{
    const struct tensor_format *format = format_of_name(file->name);
    return (format ? format : &format_safetensors)->write(file, tensor, count, stop, e);
}
