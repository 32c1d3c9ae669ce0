/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include "base/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

static const struct file_name file = {.name = "a.zip", .path = "a.zip", .where = {1, 2, 3}};

/* A member as APPNOTE.TXT lays it out, and where it lies. */
struct made {
    const char *name, *bytes;
    size_t name_size; /* 0: as long as it is */
    uint32_t size;    /* 0: as it is */
    int method;       /* 0: stored, 8: deflated; another is only said */
    bool locked, damaged;
};

struct bytes {
    unsigned char at[1 << 16];
    size_t n;
};

static void put(struct bytes *b, uint64_t x, int width)
{
    for (int i = 0; i < width; i++)
        b->at[b->n++] = (unsigned char)(x >> 8 * i);
}

static void put_bytes(struct bytes *b, const void *from, size_t n)
{
    memcpy(b->at + b->n, from, n);
    b->n += n;
}

/* What the local head and that of the directory have in common. */
static void put_facts(struct bytes *b, const struct made *m, uint32_t crc, uint32_t packed,
                      uint32_t size)
{
    put(b, 20, 2);
    put(b, m->locked, 2);
    put(b, (uint32_t)m->method, 2);
    put(b, 0x21u << 16, 4);
    put(b, crc, 4);
    put(b, packed, 4);
    put(b, size, 4);
    put(b, (uint32_t)(m->name_size ? m->name_size : strlen(m->name)), 2);
    put(b, 0, 2);
}

static size_t pack_bytes(const struct made *m, unsigned char *to, size_t room)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)m->bytes,
                  .avail_in = (unsigned)strlen(m->bytes),
                  .next_out = to,
                  .avail_out = (unsigned)room};
    if (m->method != 8) {
        memcpy(to, m->bytes, strlen(m->bytes));
        return strlen(m->bytes);
    }
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static void make_zip(const struct made *m, size_t count)
{
    static struct bytes all, directory;
    all.n = directory.n = 0;
    for (size_t i = 0; i < count; i++) {
        static unsigned char packed[1 << 16];
        const size_t n = pack_bytes(&m[i], packed, sizeof packed);
        const size_t name = m[i].name_size ? m[i].name_size : strlen(m[i].name);
        const uint32_t size = m[i].size ? m[i].size : (uint32_t)strlen(m[i].bytes);
        const uint32_t crc =
            (uint32_t)crc32(0, (const Bytef *)m[i].bytes, (unsigned)strlen(m[i].bytes)) ^
            m[i].damaged;
        const size_t at = all.n;
        put_bytes(&all, "PK\3\4", 4);
        put_facts(&all, &m[i], crc, (uint32_t)n, size);
        put_bytes(&all, m[i].name, name);
        put_bytes(&all, packed, n);
        put_bytes(&directory, "PK\1\2\24\3", 6);
        put_facts(&directory, &m[i], crc, (uint32_t)n, size);
        put(&directory, 0, 6);
        put(&directory, 0, 4);
        put(&directory, (uint32_t)at, 4);
        put_bytes(&directory, m[i].name, name);
    }
    const size_t at = all.n;
    put_bytes(&all, directory.at, directory.n);
    put_bytes(&all, "PK\5\6\0\0\0\0", 8);
    put(&all, (uint32_t)count, 2);
    put(&all, (uint32_t)count, 2);
    put(&all, (uint32_t)directory.n, 4);
    put(&all, (uint32_t)at, 4);
    put(&all, 0, 2);
    folder_write("a.zip", all.at, all.n);
}

static void check_member(struct archive *a, const char *name, const char *bytes)
{
    struct err e = {0};
    size_t size;
    const size_t i = archive_find(a, name);
    assert_true(i != ARCHIVE_NONE);
    assert_string_equal(archive_name(a, i), name);
    assert_int_equal(archive_size(a, i), strlen(bytes));
    char *text = archive_read(a, i, 1 << 20, &size, &e);
    assert_non_null(text);
    assert_int_equal(size, strlen(bytes));
    assert_string_equal(text, bytes);
    mem_free(text);
}

static void stored_and_deflated_members_are_read(void **state)
{
    (void)state;
    static char zeros[50001];
    struct err e = {0};
    memset(zeros, '0', 50000);
    const struct made m[] = {{.name = "a", .bytes = "first"},
                             {.name = "in/", .bytes = ""},
                             {.name = "in/b.npy", .bytes = zeros, .method = 8},
                             {.name = "empty", .bytes = ""}};
    make_zip(m, 4);
    struct archive *a = archive_open(&file, NULL, &e);
    assert_non_null(a);
    assert_int_equal(archive_count(a), 3); /* a folder is none */
    check_member(a, "in/b.npy", zeros);
    check_member(a, "a", "first");
    check_member(a, "empty", "");
    assert_true(archive_find(a, "b.npy") == ARCHIVE_NONE);
    assert_null(archive_read(a, 1, 49999, &(size_t){0}, &e));
    check_has(e.what, "in/b.npy in \"a.zip\" is too large");
    check_has(e.hint, "it has 50000 bytes, and at most 49999 are read");
    archive_close(a);
}

static void two_members_are_read_in_turns(void **state)
{
    (void)state;
    struct err e = {0};
    const struct made m[] = {{.name = "a", .bytes = "abcdef", .method = 8},
                             {.name = "b", .bytes = "ABCDEF"}};
    make_zip(m, 2);
    struct archive *a = archive_open(&file, NULL, &e);
    struct archive_part *x = archive_begin(a, 0, &e), *y = archive_begin(a, 1, &e);
    char text[13] = "";
    size_t got;
    for (int i = 0; i < 12; i++) {
        assert_int_equal(archive_next(i % 2 ? y : x, text + i, 1, &got, &e), 0);
        assert_int_equal(got, 1);
    }
    assert_string_equal(text, "aAbBcCdDeEfF");
    assert_int_equal(archive_next(x, text, 1, &got, &e), 0);
    assert_int_equal(got, 0);
    archive_end(x);
    archive_end(y);
    archive_close(a);
}

/* The archive, or its first member, is refused with these words. */
static void check_refused(const char *what)
{
    struct err e = {0};
    size_t size;
    struct archive *a = archive_open(&file, NULL, &e);
    char *text = a ? archive_read(a, 0, UINT64_MAX, &size, &e) : NULL;
    assert_null(text);
    archive_close(a);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(e.where.source, 1);
    check_has(e.what, what);
}

static void check_one_refused(struct made m, const char *what)
{
    make_zip(&m, 1);
    check_refused(what);
}

static void names_that_mislead_are_refused(void **state)
{
    (void)state;
    const struct made twice[] = {{.name = "x", .bytes = "1"}, {.name = "x", .bytes = "2"}};
    make_zip(twice, 2);
    check_refused("\"a.zip\" ");
    check_one_refused((struct made){.name = "../x", .bytes = ""}, "name leads out of it: ../x");
    check_one_refused((struct made){.name = "a/../../x", .bytes = ""},
                      "leads out of it: a/../../x");
    check_one_refused((struct made){.name = "a/..", .bytes = ""}, "leads out");
    check_one_refused((struct made){.name = "/etc/x", .bytes = ""}, "leads out of it: /etc/x");
    check_one_refused((struct made){.name = "..\\x", .bytes = ""}, "leads out");
    check_one_refused((struct made){.name = "a\nb", .bytes = ""}, "name is no plain UTF-8");
    check_one_refused((struct made){.name = "a\x1b[2J", .bytes = ""}, "name is no plain UTF-8");
    /* Names that only look so are allowed. */
    struct err e = {0};
    const struct made fine[] = {{.name = "..x", .bytes = "1"}, {.name = "x..", .bytes = "2"}};
    make_zip(fine, 2);
    struct archive *a = archive_open(&file, NULL, &e);
    assert_non_null(a);
    archive_close(a);
}

static void a_nul_hides_no_part_of_a_name(void **state)
{
    (void)state;
    struct err e = {0};
    const struct made m = {.name = "a\0.npy", .name_size = 6, .bytes = "x"};
    make_zip(&m, 1);
    struct archive *a = archive_open(&file, NULL, &e);
    assert_true(!a || archive_find(a, "a") == ARCHIVE_NONE);
    archive_close(a);
}

static void sizes_that_lie_are_refused(void **state)
{
    (void)state;
    static char zeros[50001];
    memset(zeros, '0', 50000);
    /* a bomb that says it is small */
    check_one_refused((struct made){.name = "x", .bytes = zeros, .method = 8, .size = 10},
                      "does not have the size that it says");
    /* and what says it is large */
    check_one_refused((struct made){.name = "x", .bytes = "1", .method = 8, .size = 4000000000},
                      "says that it is larger than it can be");
    check_one_refused((struct made){.name = "x", .bytes = "1", .method = 8, .size = 2000},
                      "does not have the size that it says");
    check_one_refused((struct made){.name = "x", .bytes = "1", .size = 4000000000}, "\"a.zip\"");
}

static void damage_and_what_is_not_read_are_told(void **state)
{
    (void)state;
    check_one_refused((struct made){.name = "x", .bytes = "12345", .damaged = true},
                      "x in \"a.zip\" is damaged: its checksum is another");
    check_one_refused((struct made){.name = "x", .bytes = "12345", .damaged = true, .method = 8},
                      "its checksum is another");
    check_one_refused((struct made){.name = "x", .bytes = "12345", .method = 12},
                      "x in \"a.zip\" is packed in a way that is not read here");
    check_one_refused((struct made){.name = "x", .bytes = "12345678901234", .locked = true},
                      "x in \"a.zip\" is behind a password");
    folder_text("a.zip", "");
    check_refused("\"a.zip\" is no zip file");
    folder_text("a.zip", "no zip at all, but long enough to be one");
    check_refused("\"a.zip\" is no zip file");
}

/* Cut off anywhere it is no archive, and a byte changed anywhere is found, or was of no account. */
static void whatever_is_cut_off_or_changed_is_survived(void **state)
{
    (void)state;
    const struct made m[] = {{.name = "a", .bytes = "first"},
                             {.name = "b", .bytes = "second second second", .method = 8}};
    make_zip(m, 2);
    static char whole[1000];
    FILE *f = fopen("a.zip", "rb");
    const size_t n = fread(whole, 1, sizeof whole, f);
    fclose(f);
    for (size_t cut = 0; cut < n; cut++) {
        folder_write("a.zip", whole, cut);
        check_refused("\"a.zip\"");
    }
    for (size_t at = 0; at < n; at++) {
        struct err e = {0};
        size_t size;
        whole[at] = (char)(whole[at] ^ 1 << at % 8);
        folder_write("a.zip", whole, n);
        struct archive *a = archive_open(&file, NULL, &e);
        for (size_t i = 0; a && i < archive_count(a); i++)
            mem_free(archive_read(a, i, 1 << 20, &size, &e));
        archive_close(a);
        whole[at] = (char)(whole[at] ^ 1 << at % 8);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct err e = {0};
    const struct archive_out m[] = {
        {.name = "a.npy", .head = "head ", .body = "body", .head_size = 5, .body_size = 4},
        {.name = "sub/b.npy", .head = "only", .head_size = 4},
        {.name = "none"}};
    assert_int_equal(archive_write(&file, m, 3, NULL, &e), 0);
    struct archive *a = archive_open(&file, NULL, &e);
    assert_non_null(a);
    assert_int_equal(archive_count(a), 3);
    check_member(a, "a.npy", "head body");
    check_member(a, "sub/b.npy", "only");
    check_member(a, "none", "");
    archive_close(a);
    /* It is a file of nnr's: --safe lets it be written over, and no other. */
    char folder[PATH_MAX];
    struct file_name safe = file;
    safe.within = realpath(".", folder);
    assert_int_equal(archive_write(&safe, m, 2, NULL, &e), 0);
    folder_text("a.zip", "somebody else's");
    assert_int_equal(archive_write(&safe, m, 2, NULL, &e), -1);
    check_has(e.what, "nnr did not write it");
}

static bool is_loaded(const char *library)
{
    char line[4096];
    bool found = false;
    FILE *f = fopen("/proc/self/maps", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        found = found || strstr(line, library);
    fclose(f);
    return found;
}

/* Where it cannot be loaded: no file can be opened. */
static void libzip_is_loaded_when_it_is_wanted(void **state)
{
    (void)state;
    struct err e = {0};
    struct rlimit files, none;
    const struct made m = {.name = "a", .bytes = "first"};
    const struct archive_out out = {.name = "a", .head = "new", .head_size = 3};
    make_zip(&m, 1);
    assert_false(is_loaded("libzip"));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){0, files.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct archive *a = archive_open(&file, NULL, &e);
    const int written = archive_write(&file, &out, 1, NULL, &e);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_null(a);
    assert_int_equal(written, -1);
    check_has(e.what, "\"a.zip\" is a zip file, and libzip cannot be loaded");
    a = archive_open(&file, NULL, &e);
    assert_non_null(a);
    check_member(a, "a", "first");
    archive_close(a);
    assert_true(is_loaded("libzip"));
}

static bool always(void *self)
{
    (void)self;
    return true;
}

static void whoever_asks_to_end_is_heard(void **state)
{
    (void)state;
    struct err e = {0};
    size_t size;
    const struct stop stop = {.asked = always};
    const struct archive_out m = {.name = "a", .head = "new", .head_size = 3};
    const struct made old = {.name = "old", .bytes = "old"};
    make_zip(&old, 1);
    assert_int_equal(archive_write(&file, &m, 1, &stop, &e), -1);
    assert_int_equal(e.kind, ERR_STOPPED);
    struct archive *a = archive_open(&file, &stop, &e);
    assert_true(archive_find(a, "old") == 0);
    assert_null(archive_read(a, 0, 10, &size, &e));
    assert_int_equal(e.kind, ERR_STOPPED);
    archive_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libzip_is_loaded_when_it_is_wanted), /* first: it stays loaded */
        cmocka_unit_test(stored_and_deflated_members_are_read),
        cmocka_unit_test(two_members_are_read_in_turns),
        cmocka_unit_test(names_that_mislead_are_refused),
        cmocka_unit_test(a_nul_hides_no_part_of_a_name),
        cmocka_unit_test(sizes_that_lie_are_refused),
        cmocka_unit_test(damage_and_what_is_not_read_are_told),
        cmocka_unit_test(whatever_is_cut_off_or_changed_is_survived),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(whoever_asks_to_end_is_heard),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
