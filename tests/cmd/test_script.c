/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/entry.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/session/script_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_file(const char *name, struct str *text, struct err *e)
{
    const struct file_name file = {.name = name, .path = name};
    return script_read(&file, NULL, text, e);
}

static char path[] = "/tmp/nnr-script-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void fill(const char *text, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void a_text_is_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *held, *read;
    } cases[] = {
        {"", ""},
        {"say \"a\"\n", "say \"a\"\n"},
        {"no end of line", "no end of line"},
        {"\xef\xbb\xbfseed 1\n", "seed 1\n"},
        {"\xef\xbb\xbf", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str text = {0};
        struct err e = {0};
        fill(cases[i].held, strlen(cases[i].held));
        assert_int_equal(read_file(path, &text, &e), 0);
        assert_int_equal(text.size, strlen(cases[i].read));
        if (text.size)
            assert_string_equal(text.text, cases[i].read);
        str_finish(&text);
    }
}

static void refused(const char *name, const char *what)
{
    struct str text = {0};
    struct err e = {0};
    assert_int_equal(read_file(name, &text, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    check_has(e.what, what);
    check_has(e.what, name);
    assert_true(e.hint[0] != 0);
    str_finish(&text);
}

static void what_is_no_script_is_refused(void **state)
{
    (void)state;
    refused("/tmp", "is a folder");
    refused("/tmp/", "is a folder");
    refused("/nonexistent/a.nnr", "cannot be read: No such file");
    refused("", "cannot be read: No such file");
    refused("/dev/zero", "is a device");
    fill("seed 1\n\0\n", 9);
    refused(path, "zero byte");
    /* One byte more than 64 MiB, without filling the disk. */
    assert_int_equal(truncate(path, (64 << 20) + 1), 0);
    refused(path, "is larger than 64 MiB");
    fill("seed 1\n", 7);
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK)) /* root may read everything */
        refused(path, "cannot be read: Permission denied");
    assert_int_equal(chmod(path, 0600), 0);
}

static void what_grows_while_it_is_read_is_refused(void **state)
{
    (void)state;
    static char piece[1 << 20];
    memset(piece, 'a', sizeof piece);
    struct str text = {0};
    struct err e = {0};
    for (int i = 0; i < 64; i++)
        assert_int_equal(script_add(&text, "<stdin>", piece, sizeof piece, &e), 0);
    assert_int_equal(script_add(&text, "<stdin>", piece, 1, &e), -1);
    check_has(e.what, "\"<stdin>\" is larger than 64 MiB");
    str_finish(&text);
}

static void every_shortage_of_memory_is_an_error(void **state)
{
    (void)state;
    static char long_text[300000];
    memset(long_text, '\n', sizeof long_text);
    fill(long_text, sizeof long_text);
    for (long n = 1;; n++) {
        struct str text = {0};
        struct err e = {0};
        mem_fail_at(n);
        int failed = read_file(path, &text, &e);
        bool reached = mem_failed();
        mem_fail_at(0);
        str_finish(&text);
        if (!reached) {
            assert_int_equal(failed, 0);
            assert_true(n > 1);
            break;
        }
        assert_int_equal(failed, -1);
        assert_int_equal(e.kind, ERR_MEMORY);
    }
    mem_fail_at(1);
    assert_null(script_folder("a.nnr"));
    mem_fail_at(0);
}

static void the_folder_is_what_stands_before_the_last_slash(void **state)
{
    (void)state;
    static const struct {
        const char *name, *folder;
    } cases[] = {
        {"a.nnr", "."},  {"b/a.nnr", "b"},   {"../b/a.nnr", "../b"},
        {"/a.nnr", "/"}, {"/b/a.nnr", "/b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folder = script_folder(cases[i].name);
        assert_string_equal(folder, cases[i].folder);
        mem_free(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_read_whole),
        cmocka_unit_test(what_is_no_script_is_refused),
        cmocka_unit_test(what_grows_while_it_is_read_is_refused),
        cmocka_unit_test(every_shortage_of_memory_is_an_error),
        cmocka_unit_test(the_folder_is_what_stands_before_the_last_slash),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
