/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datasets from npy and idx files. */
#include "make.h"

#include "folder.h"

/* An npy file of version 1 with bytes as its numbers. */
static void write_npy(const char *name, const char *shape, const unsigned char *data, size_t n)
{
    unsigned char bytes[400] = "\x93NUMPY\x01";
    int size = snprintf((char *)bytes + 10, 300,
                        "{'descr': '|u1', 'fortran_order': False, 'shape': %s}\n", shape);
    bytes[8] = (unsigned char)size;
    memcpy(bytes + 10 + size, data, n);
    folder_write(name, bytes, 10 + (size_t)size + n);
}

/* An idx file of that type with sizes under 256. */
static void write_idx(const char *name, unsigned char type, const char *sizes, size_t axes,
                      const void *data, size_t n)
{
    unsigned char bytes[400] = {0, 0, type, (unsigned char)axes};
    for (size_t i = 0; i < axes; i++)
        bytes[4 + 4 * i + 3] = (unsigned char)sizes[i];
    memcpy(bytes + 4 + 4 * axes, data, n);
    folder_write(name, bytes, 4 + 4 * axes + n);
}

static void check_reals(const real *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_near((double)got[i], expected[i], 0);
}

static const unsigned char ones[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static int write_all(void **state)
{
    if (folder_enter(state))
        return -1;
    write_npy("x.npy", "(2, 3, 2)", ones, 12);
    write_npy("v.npy", "(2, 2)", ones + 4, 4);
    write_npy("y.npy.gz", "(2,)", ones + 8, 2);
    write_npy("z.npy", "(2, 1)", ones + 10, 2);
    write_npy("three.npy", "(3,)", ones, 3);
    write_npy("one.npy", "()", ones, 1);
    write_idx("images.gz", 8, "\2\3\2", 3, ones, 12);
    write_idx("labels", 8, "\2", 1, ones + 8, 2);
    write_idx("five", 8, "\5", 1, ones, 5);
    return 0;
}

static void the_last_file_is_the_target(void **state)
{
    (void)state;
    struct dataset d;
    char text[20];
    make(&d, "npy", "file=x.npy more=y.npy.gz", 1);
    assert_int_equal(d.samples, 2);
    assert_string_equal(shape_text(&d.shape, text, sizeof text), "3x2");
    assert_int_equal(d.targets, 1);
    assert_int_equal(d.borders, 0);
    check_reals(d.x, (double[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 12);
    check_reals(d.y, (double[]){9, 10}, 2);
    assert_int_equal(d.classes, 11);
    dataset_finish(&d);
    make(&d, "npy", "file=y.npy.gz more=v.npy", 1);
    assert_string_equal(shape_text(&d.shape, text, sizeof text), "1");
    check_reals(d.y, (double[]){5, 6, 7, 8}, 4);
    dataset_finish(&d);
}

static void several_files_stand_side_by_side(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "file=y.npy.gz more=v.npy,z.npy target=z.npy,1",
        "file=y.npy.gz more=v.npy,z.npy target=last,\"y.npy.gz\"",
    };
    struct dataset d;
    for (size_t i = 0; i < 2; i++) {
        make(&d, "npy", ways[i], 1);
        assert_int_equal(d.inputs, 2);
        assert_int_equal(d.borders, 0);
        check_reals(d.x, (double[]){5, 6, 7, 8}, 4);
        assert_int_equal(d.targets, 2);
        assert_int_equal(d.tborders, 1);
        assert_int_equal(d.target_border[0], 1);
        check_reals(d.y, (double[]){11, 9, 12, 10}, 4);
        dataset_finish(&d);
    }
    make(&d, "npy", "file=y.npy.gz more=x.npy,v.npy,z.npy", 1);
    assert_int_equal(d.inputs, 9);
    assert_int_equal(d.shape.axes, 1);
    assert_int_equal(d.borders, 2);
    assert_int_equal(d.border[0], 1);
    assert_int_equal(d.border[1], 7);
    check_reals(d.x, (double[]){9, 1, 2, 3, 4, 5, 6, 5, 6, 10, 7, 8, 9, 10, 11, 12, 7, 8}, 18);
    dataset_finish(&d);
}

static void one_file_can_be_its_own_target_or_have_none(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "npy", "file=v.npy target=input", 1);
    assert_ptr_equal(d.x, d.y);
    assert_int_equal(d.targets, 2);
    dataset_finish(&d);
    make(&d, "npy", "file=v.npy target=none", 1);
    assert_int_equal(d.targets, 0);
    dataset_finish(&d);
}

static void images_and_labels_are_read(void **state)
{
    (void)state;
    struct dataset d;
    char text[20];
    make(&d, "idx", "images=images.gz labels=labels", 1);
    assert_string_equal(shape_text(&d.shape, text, sizeof text), "3x2");
    check_reals(d.x, (double[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 12);
    check_reals(d.y, (double[]){9, 10}, 2);
    assert_true(d.whole_targets);
    dataset_finish(&d);
    make(&d, "idx", "images=images.gz target=input scale=minmax", 1);
    assert_ptr_equal(d.x, d.y);
    check_reals(d.x, (double[]){0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, 12);
    dataset_finish(&d);
}

/* Most significant byte first: 1.5 is 3FC00000 and 3FF8000000000000. */
static void every_idx_type_is_read(void **state)
{
    (void)state;
    static const struct {
        unsigned char type;
        const char *data;
        size_t n;
        double x;
    } types[] = {
        {0x08, "\xfe", 1, 254},         {0x09, "\xfe", 1, -2},
        {0x0b, "\x02\x01", 2, 513},     {0x0c, "\xff\xff\xff\xfe", 4, -2},
        {0x0d, "\x3f\xc0\0\0", 4, 1.5}, {0x0e, "\x3f\xf8\0\0\0\0\0\0", 8, 1.5},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct dataset d;
        write_idx("t", types[i].type, "\1", 1, types[i].data, types[i].n);
        make(&d, "idx", "images=t target=input", 1);
        check_near((double)d.x[0], types[i].x, 0);
        dataset_finish(&d);
    }
}

/* Places: argument i stands at byte i + 1, the statement at 0. */
static void slips_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *words, *what;
        uint32_t at;
    } slips[] = {
        {"npy", "file=x.npy", "\"x.npy\" is the only file", 1},
        {"npy", "file=x.npy more=y.npy.gz target=1,2", "all 2 files are targets", 1},
        {"npy", "file=x.npy more=three.npy", "\"three.npy\" holds 3 samples, and \"x.npy\" 2", 2},
        {"npy", "file=x.npy more=one.npy", "\"one.npy\" holds a single number", 2},
        {"npy", "file=one.npy more=x.npy", "\"one.npy\" holds a single number", 1},
        {"npy", "file=x.npy more=y.npy.gz target=\"z\"", "no file \"z\" in this statement", 3},
        {"npy", "file=x.npy more=y.npy.gz target=3", "no file \"3\"", 3},
        {"npy", "file=x.npy more=y.npy.gz,v.npy target=1,x.npy", "file \"x.npy\" is named twice",
         3},
        {"npy", "file=x.npy more=none.npy", "\"none.npy\" cannot be read: No such file", 2},
        {"npy", "file=x.npy more=v.npy,v.npy,v.npy,v.npy,v.npy,v.npy,v.npy,v.npy,v.npy,v.npy",
         "10 files are more than 9", 2},
        {"npy", "file=labels more=x.npy", "\"labels\" is no npy file", 1},
        {"idx", "images=images.gz", "no file of labels", 0},
        {"idx", "images=images.gz labels=labels target=input", "has no use for labels", 3},
        {"idx", "images=labels labels=images.gz", "\"images.gz\" has 3 axes, and labels have one",
         2},
        {"idx", "images=images.gz labels=five", "\"five\" holds 5 samples, and \"images.gz\" 2", 2},
        {"idx", "images=x.npy labels=five", "\"x.npy\" is no idx file", 1},
        {"idx", "images=magic labels=five", "\"magic\" is no idx file", 1},
        {"idx", "images=axes labels=five", "\"axes\" is no idx file", 1},
        {"idx", "images=short labels=five", "\"short\" is no idx file", 1},
        {"idx", "images=headless labels=five", "\"headless\" ends too early", 1},
        {"idx", "images=lying labels=five", "255x255: more than it holds", 1},
        {"idx", "images=cut.gz target=input", "\"cut.gz\" ends too early", 1},
        {"idx", "images=long target=input", "\"long\" goes on behind the last of its 2 numbers", 1},
        {"idx", "images=huge labels=five", "more than 2147483648", 1},
        {"idx", "images=zero labels=five", "0: none at all", 1},
    };
    static const unsigned char many[200] = {1, 4, 7, 3, 5, 2, 6};
    folder_write("magic", "\0\0\x07\1\0\0\0\1\1", 9);
    folder_write("axes", "\0\0\x08\x08\0\0\0\1\1", 9);
    folder_write("short", "\0\0\x08", 3);
    folder_write("headless", "\0\0\x08\1\0\0", 6);
    folder_write("huge", "\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff", 12);
    write_idx("zero", 8, "\0", 1, ones, 0);
    write_idx("lying", 8, "\xff\xff", 2, ones, 12);
    write_idx("long", 8, "\2", 1, ones, 5);
    write_idx("cut.gz", 8, "\xc8", 1, many, 200);
    folder_cut("cut.gz", 25);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct bound b;
        bind(&b, slips[i].kind, slips[i].words);
        wrong_is(&b.args, slips[i].what, slips[i].at);
    }
}

static void every_failing_allocation_is_an_error(void **state)
{
    (void)state;
    static const char *const sets[][2] = {
        {"npy", "file=x.npy more=y.npy.gz,v.npy split=0.5"},
        {"npy", "file=x.npy target=input"},
        {"idx", "images=images.gz labels=labels scale=minmax"},
    };
    for (size_t i = 0; i < 3; i++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct bound b;
            struct dataset d;
            struct err e = {0};
            bind(&b, sets[i][0], sets[i][1]);
            mem_fail_at(n);
            int bad = dataset_make(&b.args, 1, NULL, &d, &e);
            failed = mem_failed();
            mem_fail_at(0);
            assert_int_equal(bad, failed ? -1 : 0);
            if (failed)
                assert_int_equal(e.kind, ERR_MEMORY);
            dataset_finish(&d);
            assert_true(n < 100);
        }
    }
}

/* Each array of tests/reference/numpy.npz beside another with the same numbers. */
static void every_type_of_an_npz_is_read(void **state)
{
    (void)state;
    static const char *const pairs[] = {"f8,columns",     "big_f8,f8", "f4,big_f4",
                                        "big_columns,f4", "f2,big_f2", "i8,big_i4",
                                        "i1,i8",          "f8.npy,f8", "columns,f8"};
    static const char *const files[] = {"numpy.npz", "numpy_packed.npz"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (size_t k = 0; k < 2; k++) {
            struct bound b;
            struct dataset d;
            struct err e = {0};
            char words[100], path[400];
            snprintf(words, sizeof words, "file=%s arrays=%s", files[k], pairs[i]);
            snprintf(path, sizeof path, "%s/%s", REFERENCE_DIR, files[k]);
            bind(&b, "npz", words);
            b.arg[0].as.file.path = path;
            if (dataset_make(&b.args, 1, NULL, &d, &e))
                fail_msg("%s: %s", words, e.what);
            assert_int_equal(d.samples, pairs[i][0] == 'i' ? 5 : 2);
            assert_int_equal(d.inputs, d.targets);
            assert_memory_equal(d.x, d.y, d.samples * d.inputs * sizeof *d.x);
            dataset_finish(&d);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_an_npz_is_read),
        cmocka_unit_test(the_last_file_is_the_target),
        cmocka_unit_test(several_files_stand_side_by_side),
        cmocka_unit_test(one_file_can_be_its_own_target_or_have_none),
        cmocka_unit_test(images_and_labels_are_read),
        cmocka_unit_test(every_idx_type_is_read),
        cmocka_unit_test(slips_are_told),
        cmocka_unit_test(every_failing_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, write_all, folder_leave);
}
