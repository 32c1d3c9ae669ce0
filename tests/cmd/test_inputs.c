/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands under the name of a file that a statement reads: only a file is opened, at once, and
 * of one that may hold secrets nothing is shown. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void make_socket(const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%s", name);
    assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    close(fd);
}

/* Nobody writes to the pipe, and the devices never end: to read any of them would be to hang. */
static void only_files_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *what;
    } kinds[] = {
        {"pipe", "is a pipe; write what comes from it into a file first"},
        {"socket", "is a socket; write what comes from it into a file first"},
        {"/dev/zero", "is a device; write what comes from it into a file first"},
        {"/dev/tty", "is a device; write what comes from it into a file first"},
        {"folder", "is a folder; name a file in it"},
        {"link", "is a pipe; write what comes from it into a file first"},
        {"missing", "cannot be read: No such file or directory"},
        {"loop", "cannot be read: Too many levels of symbolic links"},
    };
    static const char *const statements[] = {
        "data csv \"%s\"",
        "data npy \"%s\" target=input",
        "data npy \"good.npy\" \"%s\"",
        "data idx \"%s\" target=input",
        "data npz \"%s\" \"x\" target=input",
        "source \"%s\"",
        "load weights \"%s\"",
        "dense 2 kernel_init=npy(\"%s\")",
    };
    assert_int_equal(mkfifo("pipe", 0600), 0);
    make_socket("socket");
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(symlink("pipe", "link"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    folder_write("good.npy",
                 "\x93NUMPY\x01\0\x46\0{'descr': '<u1', 'fortran_order': False, 'shape': (1, 2), "
                 "}          \n\1\2",
                 82);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t k = 0; k < sizeof statements / sizeof *statements; k++) {
            struct fake f;
            char text[200];
            fake_start(&f);
            fake_ok(&f, "input 2; dense 2 as h\n");
            const uint64_t digest = session_digest(f.session);
            snprintf(text, sizeof text, statements[k], kinds[i].name);
            assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
            /* A terminal is a device where there is one, and cannot be opened where not. */
            if (strcmp(kinds[i].name, "/dev/tty") != 0 || !strstr(f.err.text, "cannot be read"))
                check_has(f.err.text, kinds[i].what);
            assert_true(session_digest(f.session) == digest);
            fake_finish(&f);
        }
    assert_int_equal(rmdir("folder"), 0);
}

/* A list of passwords, a name of a machine, a script under another name. */
static void what_is_no_script_by_its_name_is_not_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *secret, *says;
    } files[] = {
        {"root:$6$hidden:19000:0:99999:7:::\n", "root", ":1:5: \"...\" has no meaning here"},
        {"hidden\n", "hidden", ":1:1: no verb or layer \"...\""},
        {"let k = hidden\n", "hidden", ":1:9: no quantity or variable \"...\""},
        {"say \"fine\"\nexpect 12345 == 54321\n", "12345",
         ":2:8: what is expected there is not so"},
        {"let Hidden = 1\n", "idden", ":1:5: words are lower case"},
        {"let k = 12345.\n", "12345", ":1:9: \"...\" is no number"},
        {"print \"hidden\n", "hidden", ":1:7: this string is not closed"},
        {"data csv \"hidden\"\n", "hidden", ":1:10: \"...\" cannot be read: No such file"},
        {"block b { dense 2 hidden }\n", "hidden", "\"...\""},
    };
    static const char *const names[] = {"shadow", "s.txt", "s.nnr.old", "nnr", "s.NNR"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            struct fake f;
            char text[100];
            fake_start(&f);
            folder_text(names[k], files[i].text);
            snprintf(text, sizeof text, "source \"%s\"", names[k]);
            assert_true(fake_run(&f, text) != OUTCOME_OK);
            check_has(f.err.text, names[k]);
            check_has(f.err.text, files[i].says);
            check_has(f.err.text, "the line is shown when the file's name ends in .nnr");
            assert_null(strstr(f.err.text, files[i].secret));
            fake_finish(&f);
        }
}

static void a_script_is_quoted(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    folder_text("s.nnr", "let k = hidden\n");
    folder_text("outer", "source \"s.nnr\"\n");
    assert_int_equal(fake_run(&f, "source \"outer\""), OUTCOME_ERROR);
    check_has(f.err.text, "s.nnr:1:9: no quantity or variable \"hidden\"");
    check_has(f.err.text, "\n  let k = hidden\n          ^~~~~~\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_files_are_read),
        cmocka_unit_test(what_is_no_script_by_its_name_is_not_quoted),
        cmocka_unit_test(a_script_is_quoted),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
