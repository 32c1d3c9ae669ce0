/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of named tensors as NumPy and PyTorch write them (tests/reference/make_tensors.py), and
 * what is none of them. */
#include "folder.h"

#include "base/zip.h"
#include "num/half.h"
#include "num/tensor_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct file_name reference(const char *name, char path[400])
{
    snprintf(path, 400, "%s/%s", REFERENCE_DIR, name);
    return (struct file_name){.name = name, .path = path, .where = {1, 2, 3}};
}

/* One tensor of a line of tensors.txt: its sizes and its numbers. */
static void check_tensor(const struct tensor_file *f, const struct file_tensor *t, char *sizes,
                         char *numbers)
{
    static real got[2000];
    struct err e = {0};
    char *rest;
    size_t n = 0;
    uint32_t axes = 0;
    for (char *one = strtok_r(sizes, "x", &rest); one && *one != '-';
         one = strtok_r(NULL, "x", &rest))
        assert_int_equal(t->size[axes++], atoi(one));
    assert_int_equal(t->axes, axes);
    assert_true(t->count <= sizeof got / sizeof *got);
    if (tensor_file_read(f, t, got, &e))
        fail_msg("%s", e.what);
    for (char *one = strtok_r(numbers, " \n", &rest); one; one = strtok_r(NULL, " \n", &rest)) {
        const double x = strtod(one, NULL);
        check_near((double)got[n], (double)(real)x, 0);
        assert_int_equal(signbit(got[n]) != 0, signbit(x) != 0);
        n++;
    }
    assert_int_equal(n, t->count);
}

static void what_others_write_is_read_to_the_bit(void **state)
{
    (void)state;
    static char line[40000];
    char path[400], opened[40] = "";
    struct tensor_file f = {.fd = -1};
    struct err e = {0};
    size_t lines = 0;
    struct file_name name = {0};
    reference("tensors.txt", path);
    FILE *text = fopen(path, "r");
    assert_non_null(text);
    for (; fgets(line, sizeof line, text); lines++) {
        char *rest, *file = strtok_r(line, " ", &rest), *tensor = strtok_r(NULL, " ", &rest);
        char *sizes = strtok_r(NULL, " ", &rest);
        if (strcmp(opened, file) != 0) {
            tensor_file_close(&f);
            snprintf(opened, sizeof opened, "%s", file);
            name = reference(opened, path);
            assert_int_equal(tensor_file_open(&f, &name, NULL, &e), 0);
        }
        const struct file_tensor *t = tensor_file_find(&f, tensor);
        assert_non_null(t);
        check_tensor(&f, t, sizes, rest);
    }
    tensor_file_close(&f);
    fclose(text);
    assert_int_equal(lines, 35);
}

static void what_is_no_array_of_numbers_is_told_when_it_is_wanted(void **state)
{
    (void)state;
    char path[400];
    struct err e = {0};
    struct tensor_file f;
    real x;
    const struct file_name name = reference("numpy.npz", path);
    assert_int_equal(tensor_file_open(&f, &name, NULL, &e), 0);
    const struct file_tensor *t = tensor_file_find(&f, "texts");
    assert_true(t && t->unreadable);
    assert_int_equal(tensor_file_read(&f, t, &x, &e), -1);
    assert_string_equal(e.what, "\"numpy.npz: texts\" holds texts (<U1)");
    assert_int_equal(tensor_file_read(&f, tensor_file_find(&f, "pair"), &x, &e), -1);
    assert_string_equal(e.what, "\"numpy.npz: pair\" holds complex numbers (<c16)");
    assert_null(tensor_file_find(&f, "f8.npy"));
    tensor_file_close(&f);
}

/* All of them, by the formulas of IEEE 754 and of bfloat16. */
static void halves_are_what_their_bits_say(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        const int exponent = bits >> 10 & 31, wide = bits >> 7 & 255;
        const double fraction = bits & 1023, narrow = bits & 127, sign = bits >> 15 ? -1 : 1;
        const double half = (double)half_from_ieee((uint16_t)bits);
        const double brain = (double)half_from_brain((uint16_t)bits);
        if (exponent == 31)
            assert_true(fraction > 0 ? isnan(half) : isinf(half) && half * sign > 0);
        else
            assert_true(half == sign * (exponent ? ldexp(1024 + fraction, exponent - 25)
                                                 : ldexp(fraction, -24)));
        if (wide == 255)
            assert_true(narrow > 0 ? isnan(brain) : isinf(brain) && brain * sign > 0);
        else
            assert_true(brain ==
                        sign * (wide ? ldexp(128 + narrow, wide - 134) : ldexp(narrow, -133)));
    }
}

static const struct file_name own = {.name = "w.npz", .path = "w.npz", .where = {1, 2, 3}};

static void what_is_written_comes_back(void **state)
{
    (void)state;
    const real numbers[] = {1, (real)0.1, -3, 4, 5, 6, REAL_MOST, (real)1e-30};
    const struct shape matrix = {.axes = 2, .size = {2, 3}}, one = shape_of(1);
    const struct tensor_out out[] = {
        {.name = "h.kernel", .shape = &matrix, .item = numbers, .count = 6},
        {.name = "h.bias", .shape = &one, .item = numbers + 6, .count = 1},
        {.name = "out.bias", .shape = &one, .item = numbers + 7, .count = 1}};
    static const char *const names[] = {"w.npz", "W.NPZ", "w.safetensors"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct file_name file = {.name = names[i], .path = names[i]};
        struct tensor_file f;
        struct err e = {0};
        real back[6];
        assert_int_equal(tensor_file_write(&file, out, 3, NULL, &e), 0);
        /* Under another name the first bytes tell what it is. */
        rename(names[i], "w");
        const struct file_name plain = {.name = "w", .path = "w"};
        assert_int_equal(tensor_file_open(&f, &plain, NULL, &e), 0);
        assert_int_equal(f.count, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_string_equal(f.item[k].name, out[k].name);
            assert_int_equal(f.item[k].axes, out[k].shape->axes);
            assert_int_equal(tensor_file_read(&f, &f.item[k], back, &e), 0);
            assert_memory_equal(back, out[k].item, out[k].count * sizeof *back);
        }
        tensor_file_close(&f);
    }
}

/* An npz of one member of these bytes: what reading it says. */
static void check_member(const char *name, const void *bytes, size_t n, const char *what)
{
    const struct archive_out m = {.name = name, .head = bytes, .head_size = n};
    struct tensor_file f;
    struct err e = {0};
    real x[4];
    assert_int_equal(archive_write(&own, &m, 1, NULL, &e), 0);
    assert_int_equal(tensor_file_open(&f, &own, NULL, &e), 0);
    assert_int_equal(tensor_file_read(&f, &f.item[0], x, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(e.where.source, 1);
    check_has(e.what, what);
    tensor_file_close(&f);
}

#define HEAD(text) "\x93NUMPY\1\0" text
static void members_that_are_malformed_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary, *what;
        size_t data;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "than it holds", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "goes on behind", 12},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", "none at all", 0},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
         "more than 2147483648", 4},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects", 4},
        {"{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }", "numbers of a type", 3},
        {"{'descr': '<f4', 'fortran_order': False}", "cannot be understood", 4},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1), }",
         "cannot be understood", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[200] = "\x93NUMPY\1";
        const size_t n = strlen(cases[i].dictionary);
        bytes[8] = (char)n;
        memcpy(bytes + 10, cases[i].dictionary, n);
        check_member("h.kernel.npy", bytes, 10 + n + cases[i].data, cases[i].what);
    }
    check_member("readme.txt", "no array", 8, "\"w.npz: readme.txt\" is no npy file");
    check_member("short.npy", HEAD("\x46\0{"), 11, "\"w.npz: short\" ends too early");
    check_member("empty.npy", "", 0, "\"w.npz: empty\" is no npy file");
    const unsigned char infinite[] = HEAD("\x39\0{'descr': '<f2', 'fortran_order': False, 'shape': "
                                          "(2,), }\0\0\0\x7c");
    check_member("x.npy", infinite, sizeof infinite - 1, "\"w.npz: x\" holds inf at [1]");
}

static void what_is_no_archive_is_refused(void **state)
{
    (void)state;
    struct tensor_file f;
    struct err e = {0};
    folder_text("w.npz", "PK\3\4 no archive");
    assert_int_equal(tensor_file_open(&f, &own, NULL, &e), -1);
    check_has(e.what, "\"w.npz\" is no zip file");
    folder_write("w.npz", "\2\0\0\0\0\0\0\0{}", 10);
    assert_int_equal(tensor_file_open(&f, &own, NULL, &e), -1);
    check_has(e.what, "\"w.npz\" is no zip file");
    const struct file_name other = {.name = "w.h5", .path = "w.h5"};
    assert_int_equal(tensor_file_check(&other, &e), -1);
    check_has(e.hint, "end the name in .safetensors, or in .npz for NumPy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_write_is_read_to_the_bit),
        cmocka_unit_test(what_is_no_array_of_numbers_is_told_when_it_is_wanted),
        cmocka_unit_test(halves_are_what_their_bits_say),
        cmocka_unit_test(what_is_written_comes_back),
        cmocka_unit_test(members_that_are_malformed_are_refused),
        cmocka_unit_test(what_is_no_archive_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
