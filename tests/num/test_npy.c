/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of numpy.save, written here byte by byte. */
#include "folder.h"

#include "num/npy.h"

#include <stdio.h>
#include <string.h>

static const struct span place = {.source = 1, .at = 3, .end = 9};

/* Begins a file of that version in `to` with the head `text`; returns its size. */
static size_t begin(unsigned char *to, int version, const char *text)
{
    size_t n = strlen(text), at = 8;
    memcpy(to, "\x93NUMPY", 6);
    to[6] = (unsigned char)version;
    to[7] = 0;
    for (int i = 0; i < (version == 1 ? 2 : 4); i++)
        to[at++] = (unsigned char)(n >> 8 * i);
    memcpy(to + at, text, n);
    return at + n;
}

static void write_npy(const char *name, const char *head, const void *data, size_t n)
{
    unsigned char bytes[2000];
    size_t size = begin(bytes, 1, head);
    assert_true(size + n <= sizeof bytes);
    if (n)
        memcpy(bytes + size, data, n);
    folder_write(name, bytes, size + n);
}

static int open_it(struct stored *s, struct file_name *file, const char *name, struct err *e)
{
    *file = (struct file_name){.name = name, .path = name, .where = place};
    return npy_open(s, file, NULL, e);
}

static void read_it(const char *name, real *to, size_t stride)
{
    struct file_name file;
    struct stored s;
    struct err e;
    if (open_it(&s, &file, name, &e) || stored_read(&s, to, stride, &e))
        fail_msg("%s", e.what);
    stored_close(&s);
}

#define HEAD(type, order, shape)                                                                   \
    "{'descr': '" type "', 'fortran_order': " order ", 'shape': " shape ", }   \n"

/* The bytes of IEEE 754 and of two's complement, by hand: 1.5 is 3FC00000 and 3FF8000000000000, -2
 * is C0000000 and C000000000000000. */
static void every_type_is_read(void **state)
{
    (void)state;
    const struct {
        const char *head;
        const char *data;
        size_t size;
        double first, second;
    } types[] = {
        {HEAD("<f4", "False", "(2,)"), "\0\0\xc0\x3f\0\0\0\xc0", 8, 1.5, -2},
        {HEAD(">f4", "False", "(2,)"), "\x3f\xc0\0\0\xc0\0\0\0", 8, 1.5, -2},
        {HEAD("<f8", "False", "(2,)"), "\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0", 16, 1.5, -2},
        {HEAD(">f8", "False", "(2,)"), "\x3f\xf8\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16, 1.5, -2},
        {HEAD("|i1", "False", "(2,)"), "\x7f\xfe", 2, 127, -2},
        {HEAD("<i2", "False", "(2,)"), "\x01\x02\xfe\xff", 4, 513, -2},
        {HEAD(">i2", "False", "(2,)"), "\x02\x01\xff\xfe", 4, 513, -2},
        {HEAD("<i4", "False", "(2,)"), "\x01\x02\0\0\xfe\xff\xff\xff", 8, 513, -2},
        {HEAD("<i8", "False", "(2,)"), "\x01\x02\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff", 16,
         513, -2},
        {HEAD("|u1", "False", "(2,)"), "\x03\xfe", 2, 3, 254},
        {HEAD("<u2", "False", "(2,)"), "\x01\x02\xfe\xff", 4, 513, 65534},
        {HEAD(">u4", "False", "(2,)"), "\0\0\x02\x01\xff\xff\xff\x00", 8, 513, 4294967040.0},
        {HEAD("<u8", "False", "(2,)"), "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80", 16, 1,
         9223372036854775808.0},
        {HEAD("|b1", "False", "(2,)"), "\x01\0", 2, 1, 0},
        {HEAD("=i4", "True", "(2,)"), "\x01\0\0\0\x02\0\0\0", 8, 1, 2},
        {"{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|u1\"}", "\x05\x06", 2, 5, 6},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        real to[2] = {0};
        write_npy("a.npy", types[i].head, types[i].data, types[i].size);
        read_it("a.npy", to, 1);
        check_near((double)to[0], types[i].first, 0);
        check_near((double)to[1], types[i].second, 0);
    }
}

static void every_version_is_read_packed_or_not(void **state)
{
    (void)state;
    const char *const names[] = {"a.npy", "a.npy.gz"};
    for (int version = 1; version <= 3; version++)
        for (int i = 0; i < 2; i++) {
            unsigned char bytes[200];
            real to[3] = {0};
            size_t n = begin(bytes, version, HEAD("|u1", "False", "(3,)"));
            memcpy(bytes + n, "\x01\x02\x03", 3);
            folder_write(names[i], bytes, n + 3);
            read_it(names[i], to, 1);
            check_near((double)to[2], 3, 0);
        }
}

/* Element (i, j, k) of a 2x3x2 array is 100 i + 10 j + k; in Fortran order i runs fastest. */
static void both_orders_of_axes_give_the_same(void **state)
{
    (void)state;
    unsigned char rows[12], columns[12];
    for (unsigned i = 0, at = 0; i < 2; i++)
        for (unsigned j = 0; j < 3; j++)
            for (unsigned k = 0; k < 2; k++) {
                unsigned char x = (unsigned char)(100 * i + 10 * j + k);
                rows[at++] = x;
                columns[i + 2 * j + 6 * k] = x;
            }
    real a[2 * 8], b[2 * 8];
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    write_npy("c.npy", HEAD("|u1", "False", "(2, 3, 2)"), rows, 12);
    write_npy("f.npy", HEAD("|u1", "True", "(2, 3, 2)"), columns, 12);
    read_it("c.npy", a, 8); /* two columns stay free behind each row */
    read_it("f.npy", b, 8);
    assert_memory_equal(a, b, sizeof a);
    check_near((double)a[3], 11, 0);
    check_near((double)a[8 + 5], 121, 0);
    check_near((double)a[6], 0, 0);
    check_near((double)a[8 + 7], 0, 0);
}

static void the_shape_is_that_of_the_head(void **state)
{
    (void)state;
    struct file_name file;
    struct stored s;
    struct err e;
    char text[40];
    write_npy("a.npy", HEAD("<f4", "False", "(5, 8, 3)"), (char[480]){0}, 480);
    assert_int_equal(open_it(&s, &file, "a.npy", &e), 0);
    struct shape row = stored_row(&s);
    assert_string_equal(shape_text(&row, text, sizeof text), "8x3");
    assert_int_equal(s.count, 120);
    stored_shape_text(&s, text, sizeof text);
    assert_string_equal(text, "5x8x3");
    stored_close(&s);
    write_npy("a.npy", HEAD("|u1", "False", "()"), "\x07", 1);
    assert_int_equal(open_it(&s, &file, "a.npy", &e), 0);
    assert_int_equal(s.axes, 0);
    real one = 0;
    assert_int_equal(stored_read(&s, &one, 1, &e), 0);
    check_near((double)one, 7, 0);
    stored_close(&s);
}

static void wrong_is(const char *name, const char *what)
{
    struct file_name file;
    struct stored s;
    struct err e = {0};
    real to[100];
    int bad = open_it(&s, &file, name, &e);
    if (!bad) {
        bad = stored_read(&s, to, 1, &e);
        stored_close(&s);
    }
    assert_int_equal(bad, -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(e.where.at, place.at);
    assert_null(s.stream);
    check_has(e.what, what);
    check_has(e.what, name);
    assert_true(e.hint[0] != 0);
}

static void heads_that_cannot_be_used_are_told(void **state)
{
    (void)state;
    const struct {
        const char *head, *what;
    } slips[] = {
        {HEAD("|O", "False", "(2,)"), "holds Python objects (|O)"},
        {HEAD("<U5", "False", "(2,)"), "holds texts (<U5)"},
        {HEAD("|S5", "False", "(2,)"), "holds texts"},
        {HEAD("<M8[ns]", "False", "(2,)"), "holds dates"},
        {HEAD("<c8", "False", "(2,)"), "holds complex numbers"},
        {HEAD("<f3", "False", "(2,)"), "a type that is not read here (<f3)"},
        {HEAD("<i3", "False", "(2,)"), "a type that is not read here (<i3)"},
        {HEAD("f4", "False", "(2,)"), "a type that is not read here (f4)"},
        {"{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }",
         "holds records"},
        {HEAD("<f4", "False", "(2, 0)"), "2x0: none at all"},
        {HEAD("<f4", "False", "(2147483649,)"), "more than 2147483648"},
        {HEAD("<f4", "False", "(4294967296, 4294967296)"), "more than 2147483648"},
        {HEAD("<f4", "False", "(99999999999999999999999999,)"), "more than 2147483648"},
        {HEAD("<f4", "False", "(2147483648,)"), "more than it holds"},
        {HEAD("<f4", "False", "(3,)"), "more than it holds"},
        {HEAD("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 1)"), "cannot be understood"},
        {HEAD("<f4", "False", "(-1,)"), "cannot be understood"},
        {HEAD("<f4", "False", "(2"), "cannot be understood"},
        {HEAD("<f4", "Maybe", "(2,)"), "cannot be understood"},
        {"{'descr': '<f4', 'shape': (2,), }", "cannot be understood"},
        {"{'descr': '<f4', 'fortran_order': False, }", "cannot be understood"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
         "cannot be understood"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "cannot be understood"},
        {"{'descr': '<f4", "cannot be understood"},
        {"{'descr': 'a very long type that nobody has'}", "cannot be understood"},
        {"", "cannot be understood"},
        {"{", "cannot be understood"},
        {HEAD("<f4", "False", "(1,)"), "goes on behind the last of its 1 numbers"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        write_npy("bad.npy", slips[i].head, "\0\0\0\0\0\0\0\0", 8);
        wrong_is("bad.npy", slips[i].what);
    }
}

static void files_that_are_none_are_told(void **state)
{
    (void)state;
    folder_text("a.npy", "1,2,3\n4,5,6\n");
    wrong_is("a.npy", "is no npy file");
    folder_text("a.npy", "");
    wrong_is("a.npy", "is no npy file");
    folder_write("a.npy", "\x93NUM", 4);
    wrong_is("a.npy", "is no npy file");
    folder_write("a.npy", "\x93NUMPY\x01\0\x20", 9);
    wrong_is("a.npy", "ends too early, after 9 bytes");
    folder_write("a.npy", "\x93NUMPY\x04\0\0\0\0\0", 12);
    wrong_is("a.npy", "is of version 4.0");
    folder_write("a.npy", "\x93NUMPY\x02\0\xff\xff\xff\xff", 12);
    wrong_is("a.npy", "cannot be understood");
    wrong_is("nothing.npy", "cannot be read: No such file or directory");
    wrong_is(".", "is a folder");
}

static void packed_files_that_are_not_whole_are_told(void **state)
{
    (void)state;
    unsigned char data[800];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * i % 251);
    write_npy("a.npy.gz", HEAD("<i8", "False", "(100,)"), data, sizeof data);
    folder_cut("a.npy.gz", 200);
    wrong_is("a.npy.gz", "ends too early");
    folder_cut("a.npy.gz", 12);
    wrong_is("a.npy.gz", "ends too early");
    folder_write("b", "\x1f\x8b\x08\0\0\0\0\0\0\x03 this is not deflated", 30);
    wrong_is("b", "is damaged");
    write_npy("c.npy.gz", HEAD("<i8", "False", "(100000000,)"), data, 8);
    wrong_is("c.npy.gz", "more than it holds");
}

static void numbers_that_cannot_be_used_are_told(void **state)
{
    (void)state;
    write_npy("a.npy", HEAD("<f4", "False", "(2, 2)"), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xc0\x7f", 16);
    wrong_is("a.npy", "holds nan at [1, 1]");
    write_npy("a.npy", HEAD("<f4", "True", "(2, 2)"), "\0\0\0\0\0\0\x80\xff\0\0\0\0\0\0\0\0", 16);
    wrong_is("a.npy", "holds -inf at [1, 0]");
#ifndef NNR_DOUBLE
    /* 2^1000 */
    write_npy("a.npy", HEAD("<f8", "False", "(1,)"), "\0\0\0\0\0\0\x70\x7e", 8);
    wrong_is("a.npy", "holds 1.07151e+301 at [0]");
#endif
}

/* A byte changed anywhere gives the numbers or an error, and never more than that. */
static void damaged_files_are_answered(void **state)
{
    (void)state;
    const char head[] = HEAD("<i2", "False", "(2, 3)");
    uint64_t random = 5;
    for (int round = 0; round < 4000; round++) {
        unsigned char bytes[200];
        size_t n = begin(bytes, 1 + round % 3, head);
        memset(bytes + n, 1, 12);
        n += 12;
        for (int i = 0; i <= round % 3; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[(random >> 33) % n] = (unsigned char)(random >> 56);
        }
        folder_write(round % 2 ? "a.npy" : "a.npy.gz", bytes, n - (size_t)(round % 5));
        struct file_name file;
        struct stored s;
        struct err e = {0};
        real to[64];
        int bad = open_it(&s, &file, round % 2 ? "a.npy" : "a.npy.gz", &e);
        if (!bad && s.count <= 64)
            bad = stored_read(&s, to, s.axes ? s.count / s.size[0] : 1, &e);
        assert_true(!bad || (e.kind == ERR_INPUT && e.what[0] && e.hint[0]));
        stored_close(&s);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    write_npy("a.npy.gz", HEAD("|u1", "False", "(3,)"), "\x01\x02\x03", 3);
    bool failed = true;
    for (long n = 1; failed; n++) {
        struct file_name file;
        struct stored s;
        struct err e = {0};
        real to[3];
        mem_fail_at(n);
        int bad = open_it(&s, &file, "a.npy.gz", &e) || stored_read(&s, to, 1, &e);
        failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(bad, failed);
        assert_true(!failed || e.kind == ERR_MEMORY);
        stored_close(&s);
        assert_true(n < 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(every_version_is_read_packed_or_not),
        cmocka_unit_test(both_orders_of_axes_give_the_same),
        cmocka_unit_test(the_shape_is_that_of_the_head),
        cmocka_unit_test(heads_that_cannot_be_used_are_told),
        cmocka_unit_test(files_that_are_none_are_told),
        cmocka_unit_test(packed_files_that_are_not_whole_are_told),
        cmocka_unit_test(numbers_that_cannot_be_used_are_told),
        cmocka_unit_test(damaged_files_are_answered),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
