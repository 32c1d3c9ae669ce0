/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/npz.h"

#include "num/npy.h"

#include <stdio.h>
#include <string.h>

static const char ending[] = ".npy";

/* How many bytes of a member's name are the array's. */
static size_t name_length(const char *name)
{
    const size_t n = strlen(name), end = strlen(ending);
    return n > end && strcmp(name + n - end, ending) == 0 ? n - end : n;
}

size_t npz_find(const struct archive *a, const char *name)
{
    for (size_t i = 0; i < archive_count(a); i++) {
        const char *of = archive_name(a, i);
        const size_t n = name_length(of);
        if (of[n] && strlen(name) == n && memcmp(of, name, n) == 0)
            return i;
    }
    return archive_find(a, name);
}

int npz_member_name(struct arena *to, const struct file_name *file, const struct archive *a,
                    size_t member, struct file_name *name)
{
    const char *of = archive_name(a, member);
    struct str text = {0};
    str_addf(&text, "%.120s: %.*s", file->name, (int)name_length(of), of);
    *name = *file;
    name->name = text.failed ? NULL : arena_text(to, text.text, text.size);
    str_finish(&text);
    return name->name ? 0 : -1;
}

static int open_member(const struct tensor_file *f, size_t member, struct arena *to,
                       struct file_name *name, struct stored *s, struct err *e)
{
    if (npz_member_name(to, f->file, f->archive, member, name))
        return err_memory(e);
    return npy_open_member(s, f->archive, member, name, f->stop, e);
}

/* What is no array of numbers may stand beside those that are. */
static int add_member(struct tensor_file *f, size_t member, struct err *e)
{
    struct file_tensor t = {.begin = member};
    struct arena names = {0};
    struct file_name name;
    struct stored s;
    struct err why = {0};
    t.unreadable = open_member(f, member, &names, &name, &s, &why) != 0;
    if (!t.unreadable) {
        t.axes = s.axes;
        t.count = s.count;
        memcpy(t.size, s.size, s.axes * sizeof *s.size);
        stored_close(&s);
    }
    arena_finish(&names);
    if (why.kind == ERR_MEMORY || why.kind == ERR_STOPPED) {
        *e = why;
        return -1;
    }
    const char *of = archive_name(f->archive, member);
    char *text = mem_text(of, name_length(of));
    const int failed = !text || tensor_file_add(f, text, &t) ? err_memory(e) : 0;
    mem_free(text);
    return failed;
}

static int open_npz(struct tensor_file *f, struct err *e)
{
    f->archive = archive_open(f->file, f->stop, e);
    for (size_t i = 0; f->archive && i < archive_count(f->archive); i++)
        if (add_member(f, i, e))
            return -1;
    return f->archive ? 0 : -1;
}

static int read_tensor(const struct tensor_file *f, const struct file_tensor *t, real *to,
                       struct err *e)
{
    struct arena names = {0};
    struct file_name name;
    struct stored s;
    int failed = open_member(f, (size_t)t->begin, &names, &name, &s, e);
    if (!failed) {
        failed = stored_read(&s, to, s.axes ? s.count / (size_t)s.size[0] : 1, e);
        stored_close(&s);
    }
    arena_finish(&names);
    return failed ? -1 : 0;
}

static int add_member_out(struct arena *a, const struct tensor_out *t, struct archive_out *m)
{
    struct str name = {0}, head = {0};
    str_addf(&name, "%s%s", t->name, ending);
    npy_head(&head, 0, t->shape);
    *m = (struct archive_out){
        .body = t->item, .head_size = head.size, .body_size = t->count * sizeof(real)};
    m->name = name.failed ? NULL : arena_text(a, name.text, name.size);
    m->head = head.failed ? NULL : arena_text(a, head.text, head.size);
    str_finish(&name);
    str_finish(&head);
    return m->name && m->head ? 0 : -1;
}

static int write_npz(const struct file_name *file, const struct tensor_out *tensor, size_t count,
                     const struct stop *stop, struct err *e)
{
    struct arena a = {0};
    struct archive_out *m = mem_new(count, sizeof *m);
    int failed = !m;
    for (size_t i = 0; i < count && !failed; i++)
        failed = add_member_out(&a, &tensor[i], &m[i]);
    failed = failed ? err_memory(e) : archive_write(file, m, count, stop, e);
    mem_free(m);
    arena_finish(&a);
    return failed;
}

const struct tensor_format format_npz = {
    .ending = ".npz", .magic = "PK\3\4", .open = open_npz, .read = read_tensor, .write = write_npz};
