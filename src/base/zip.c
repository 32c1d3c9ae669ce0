/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/zip.h"

#include "base/index.h"
#include "base/input.h"
#include "base/plain.h"
#include "base/zip_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The most that a byte of deflated data can stand for (zlib's technical notes). */
enum { MOST_UNPACKED = 1032 };

struct member {
    const char *name; /* libzip's */
    uint64_t number, size, packed;
    unsigned method;
    bool locked; /* behind a password */
};

struct archive {
    const struct file_name *file;
    const struct stop *stop;
    zip_t *zip;
    uint64_t bytes; /* of the file */
    struct member *item;
    size_t count, room;
    struct index by_name;
};

struct archive_part {
    struct archive *of;
    const struct member *member;
    zip_file_t *file;
    uint64_t taken;
};

static int refuse_file(const struct archive *a, const char *why, const char *name, struct err *e)
{
    char shown[120];
    snprintf(shown, sizeof shown, "%s", name);
    plain_clean(shown);
    err_at(e, a->file->where, "\"%.200s\" %s%s%s", a->file->name, why, *shown ? " " : "", shown);
    return err_hint(e, "unzip -l lists what is in it; pack it again");
}

/* Whether a name could lead out of the folder that it is unpacked in. */
static bool leads_out(const char *name)
{
    if (*name == '/' || strchr(name, '\\'))
        return true;
    for (const char *at = name; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
        if (strncmp(at, "..", 2) == 0 && (!at[2] || at[2] == '/'))
            return true;
    return false;
}

static int add_member(struct archive *a, uint64_t number, struct err *e)
{
    zip_stat_t s;
    if (zip_calls()->stat_index(a->zip, number, ZIP_FL_ENC_RAW, &s) || !(s.valid & ZIP_STAT_NAME) ||
        !*s.name)
        return refuse_file(a, "has a member that cannot be understood", "", e);
    const struct member m = {.name = s.name,
                             .number = number,
                             .size = s.size,
                             .packed = s.comp_size,
                             .method = s.comp_method,
                             .locked = s.encryption_method != ZIP_EM_NONE};
    if (!plain_is(m.name))
        return refuse_file(a, "has a member whose name is no plain UTF-8:", m.name, e);
    if (leads_out(m.name))
        return refuse_file(a, "has a member whose name leads out of it:", m.name, e);
    if (archive_find(a, m.name) != ARCHIVE_NONE)
        return refuse_file(a, "has two members of one name:", m.name, e);
    if (m.name[strlen(m.name) - 1] == '/')
        return 0;
    if (mem_room(&a->item, &a->room, a->count + 1, sizeof m) || index_add(&a->by_name, m.name))
        return err_memory(e);
    a->item[a->count++] = m;
    return 0;
}

static int list_members(struct archive *a, struct err *e)
{
    const zip_int64_t n = zip_calls()->get_num_entries(a->zip, 0);
    if (n > ARCHIVE_MEMBERS_MOST) {
        err_at(e, a->file->where, "\"%.200s\" has %lld members", a->file->name, (long long)n);
        return err_hint(e, "at most %d are read", ARCHIVE_MEMBERS_MOST);
    }
    for (zip_int64_t i = 0; i < n; i++)
        if (add_member(a, (uint64_t)i, e))
            return -1;
    return 0;
}

static int no_zip(const struct archive *a, int why, struct err *e)
{
    zip_error_t x;
    if (why == ZIP_ER_MEMORY)
        return err_memory(e);
    zip_calls()->error_init_with_code(&x, why);
    if (why == ZIP_ER_NOZIP)
        err_at(e, a->file->where, "\"%.200s\" is no zip file, or was cut off", a->file->name);
    else
        err_at(e, a->file->where, "\"%.200s\" cannot be read as a zip file: %.200s", a->file->name,
               zip_calls()->error_strerror(&x));
    zip_calls()->error_fini(&x);
    return err_hint(e, "unzip -t tells whether it is whole; copy it again");
}

static int open_zip(struct archive *a, struct err *e)
{
    int why = ZIP_ER_OK;
    const int fd = input_open(a->file, &a->bytes, e);
    if (fd < 0)
        return -1;
    /* libzip takes an empty file for an empty one of its own. */
    if (a->bytes)
        a->zip = zip_calls()->fdopen(fd, ZIP_CHECKCONS, &why);
    if (a->zip)
        return 0;
    close(fd);
    return no_zip(a, why == ZIP_ER_OK ? ZIP_ER_NOZIP : why, e);
}

static int load_library(const struct file_name *file, struct err *e)
{
    if (zip_calls())
        return 0;
    err_at(e, file->where, "\"%.200s\" is a zip file, and libzip cannot be loaded", file->name);
    return err_hint(e, "install libzip (Debian 12: apt install libzip4)");
}

struct archive *archive_open(const struct file_name *file, const struct stop *stop, struct err *e)
{
    if (load_library(file, e))
        return NULL;
    struct archive *a = mem_new(1, sizeof *a);
    if (!a) {
        err_memory(e);
        return NULL;
    }
    *a = (struct archive){.file = file, .stop = stop};
    if (!open_zip(a, e) && !list_members(a, e))
        return a;
    archive_close(a);
    return NULL;
}

void archive_close(struct archive *a)
{
    if (!a)
        return;
    if (a->zip)
        zip_calls()->discard(a->zip);
    index_finish(&a->by_name);
    mem_free(a->item);
    mem_free(a);
}

size_t archive_count(const struct archive *a)
{
    return a->count;
}

const char *archive_name(const struct archive *a, size_t member)
{
    return a->item[member].name;
}

uint64_t archive_size(const struct archive *a, size_t member)
{
    return a->item[member].size;
}

size_t archive_find(const struct archive *a, const char *name)
{
    uint32_t i = index_first(&a->by_name, name);
    while (i != INDEX_NONE && strcmp(a->item[i].name, name) != 0)
        i = index_next(&a->by_name, i);
    return i == INDEX_NONE ? ARCHIVE_NONE : i;
}

static int refuse_member(const struct archive *a, const struct member *m, const char *why,
                         const char *advice, struct err *e)
{
    err_at(e, a->file->where, "%.120s in \"%.200s\" %s", m->name, a->file->name, why);
    return err_hint(e, "%s", advice);
}

static int check_member(const struct archive *a, const struct member *m, struct err *e)
{
    if (m->locked)
        return refuse_member(a, m, "is behind a password", "pack it again without one", e);
    if (m->method != ZIP_CM_STORE && m->method != ZIP_CM_DEFLATE)
        return refuse_member(a, m, "is packed in a way that is not read here",
                             "members that are stored or deflated are read: zip -Z deflate", e);
    if (m->packed > a->bytes || (m->method == ZIP_CM_STORE && m->size != m->packed) ||
        m->size / MOST_UNPACKED > m->packed)
        return refuse_member(a, m, "says that it is larger than it can be",
                             "unzip -t tells whether it is whole; copy it again", e);
    return 0;
}

static int damaged_member(const struct archive *a, const struct member *m, int why, struct err *e)
{
    if (why == ZIP_ER_MEMORY)
        return err_memory(e);
    const char *what = why == ZIP_ER_CRC      ? "is damaged: its checksum is another"
                       : why == ZIP_ER_INCONS ? "does not have the size that it says"
                                              : "is damaged: it cannot be unpacked";
    return refuse_member(a, m, what, "unzip -t tells whether it is whole; copy it again", e);
}

struct archive_part *archive_begin(struct archive *a, size_t member, struct err *e)
{
    const struct member *m = &a->item[member];
    if (check_member(a, m, e))
        return NULL;
    struct archive_part *p = mem_new(1, sizeof *p);
    if (!p) {
        err_memory(e);
        return NULL;
    }
    *p = (struct archive_part){.of = a, .member = m};
    p->file = zip_calls()->fopen_index(a->zip, m->number, 0);
    if (p->file)
        return p;
    damaged_member(a, m, zip_calls()->error_code_zip(zip_calls()->get_error(a->zip)), e);
    archive_end(p);
    return NULL;
}

int archive_next(struct archive_part *p, void *to, size_t n, size_t *got, struct err *e)
{
    const struct member *m = p->member;
    *got = 0;
    if (stop_check(p->of->stop, e))
        return -1;
    const zip_int64_t taken = zip_calls()->fread(p->file, to, n);
    if (taken < 0)
        return damaged_member(p->of, m,
                              zip_calls()->error_code_zip(zip_calls()->file_get_error(p->file)), e);
    *got = (size_t)taken;
    p->taken += *got;
    return p->taken > m->size || (n && !taken && p->taken < m->size)
               ? damaged_member(p->of, m, ZIP_ER_INCONS, e)
               : 0;
}

void archive_end(struct archive_part *p)
{
    if (p && p->file)
        zip_calls()->fclose(p->file);
    mem_free(p);
}

/* All of it, and that nothing comes behind. */
static int take_whole(struct archive_part *p, char *to, size_t n, struct err *e)
{
    size_t got = 1;
    char more;
    for (size_t done = 0; done < n; done += got)
        if (archive_next(p, to + done, n - done, &got, e))
            return -1;
    return archive_next(p, &more, 1, &got, e);
}

char *archive_read(struct archive *a, size_t member, uint64_t most, size_t *size, struct err *e)
{
    const struct member *m = &a->item[member];
    if (m->size > most) {
        refuse_member(a, m, "is too large", "", e);
        err_hint(e, "it has %llu bytes, and at most %llu are read", (unsigned long long)m->size,
                 (unsigned long long)most);
        return NULL;
    }
    struct archive_part *p = archive_begin(a, member, e);
    char *text = p ? mem_new((size_t)m->size + 1, 1) : NULL;
    if (p && !text)
        err_memory(e);
    if (text && take_whole(p, text, (size_t)m->size, e)) {
        mem_free(text);
        text = NULL;
    }
    *size = text ? (size_t)m->size : 0;
    archive_end(p);
    return text;
}

/* Where libzip writes to. */
struct sink {
    int fd, why; /* an errno */
    const struct stop *stop;
    zip_error_t error;
};

static zip_int64_t sink_failed(struct sink *s, int why)
{
    s->why = s->why ? s->why : why;
    zip_calls()->error_set(&s->error, ZIP_ER_WRITE, why);
    return -1;
}

static zip_int64_t sink_seek(struct sink *s, void *data, zip_uint64_t n)
{
    const zip_source_args_seek_t *to = data;
    if (n < sizeof *to)
        return sink_failed(s, EINVAL);
    return lseek(s->fd, to->offset, to->whence) < 0 ? sink_failed(s, errno) : 0;
}

static zip_int64_t sink_work(void *self, void *data, zip_uint64_t n, zip_source_cmd_t what)
{
    struct sink *s = self;
    int why;
    switch (what) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_STAT:
        zip_calls()->error_set(&s->error, ZIP_ER_READ, ENOENT);
        return -1;
    case ZIP_SOURCE_ERROR:
        return zip_calls()->error_to_data(&s->error, data, n);
    case ZIP_SOURCE_WRITE:
        why = file_write(s->fd, data, n);
        return why ? sink_failed(s, why) : (zip_int64_t)n;
    case ZIP_SOURCE_SEEK_WRITE:
        return sink_seek(s, data, n);
    case ZIP_SOURCE_TELL_WRITE:
        return lseek(s->fd, 0, SEEK_CUR);
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_COMMIT_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_calls()->error_set(&s->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static int sink_stopped(zip_t *z, void *self)
{
    const struct sink *s = self;
    (void)z;
    return stop_asked(s->stop);
}

/* libzip goes back to write a checksum before the bytes that it is of. */
static int allow_places(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_APPEND) < 0 ? errno : 0;
}

static int put_member(zip_t *z, const struct archive_out *m)
{
    enum { FIRST_DAY = 1 << 5 | 1 }; /* of 1980 */
    /* libzip reads what it does not own, though its type does not say so. */
    zip_buffer_fragment_t part[2] = {{.length = m->head_size}, {.length = m->body_size}};
    memcpy(&part[0].data, &m->head, sizeof m->head);
    memcpy(&part[1].data, &m->body, sizeof m->body);
    zip_source_t *bytes = zip_calls()->source_buffer_fragment(z, part, 2, 0);
    const zip_int64_t i = bytes ? zip_calls()->file_add(z, m->name, bytes, ZIP_FL_ENC_UTF_8) : -1;
    if (bytes && i < 0)
        zip_calls()->source_free(bytes);
    return i < 0 || zip_calls()->set_file_compression(z, (zip_uint64_t)i, ZIP_CM_STORE, 0) ||
           zip_calls()->file_set_dostime(z, (zip_uint64_t)i, 0, FIRST_DAY, 0);
}

static int put_members(struct sink *s, const struct archive_out *member, size_t count)
{
    zip_error_t x;
    zip_calls()->error_init(&x);
    zip_source_t *to = zip_calls()->source_function_create(sink_work, s, &x);
    zip_t *z = to ? zip_calls()->open_from_source(to, ZIP_CREATE | ZIP_TRUNCATE, &x) : NULL;
    if (to && !z)
        zip_calls()->source_free(to);
    zip_calls()->error_fini(&x);
    if (!z)
        return -1;
    int failed = zip_calls()->set_archive_comment(z, FILE_OWN, (zip_uint16_t)strlen(FILE_OWN)) ||
                 zip_calls()->register_cancel_callback_with_state(z, sink_stopped, NULL, s);
    for (size_t i = 0; i < count && !failed; i++)
        failed = put_member(z, &member[i]);
    if (!failed && !zip_calls()->close(z))
        return 0;
    zip_calls()->discard(z);
    return -1;
}

int archive_write(const struct file_name *file, const struct archive_out *member, size_t count,
                  const struct stop *stop, struct err *e)
{
    struct file_out f;
    if (load_library(file, e) || file_begin(&f, file, FILE_OWN, e))
        return -1;
    struct sink s = {.fd = f.fd, .stop = stop};
    zip_calls()->error_init(&s.error);
    s.why = allow_places(f.fd);
    const int failed = s.why || put_members(&s, member, count);
    zip_calls()->error_fini(&s.error);
    /* libzip asks once more when it is done, and does not heed the answer. */
    if (!failed && !stop_asked(stop))
        return file_end(&f, NULL, e);
    file_drop(&f);
    return stop_check(stop, e) ? -1 : s.why ? file_refuse(file, s.why, e) : err_memory(e);
}
