/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing files and finding their places. The program is linked so that fsync and renameat come
 * here first: their order cannot be seen in what is left behind. */
#include "check.h"
#include "folder.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_fsync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);

static char calls[100];
static int fsync_fails; /* the errno of every fsync, or 0 */

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    struct stat facts;
    strcat(calls, fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode) ? "folder " : "file ");
    errno = fsync_fails;
    return fsync_fails ? -1 : __real_fsync(fd);
}

int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    strcat(calls, "rename ");
    return __real_renameat(from, old, to, new);
}

static struct file_name called(const char *path)
{
    return (struct file_name){.name = path, .path = path};
}

static int save(const struct file_name *file, const char *text, struct err *e)
{
    struct file_out f;
    *e = (struct err){0};
    calls[0] = 0;
    return file_begin(&f, file, FILE_OWN, e) || file_add(&f, text, strlen(text), e) ||
                   file_end(&f, NULL, e)
               ? -1
               : 0;
}

static void check_holds(const char *path, const char *text)
{
    char bytes[100] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    bytes[fread(bytes, 1, sizeof bytes - 1, f)] = 0;
    fclose(f);
    assert_string_equal(bytes, text);
}

static unsigned files_here(void)
{
    unsigned n = 0;
    DIR *all = opendir(".");
    for (struct dirent *one; (one = readdir(all));)
        n += strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0;
    closedir(all);
    return n;
}

static void a_file_is_on_the_disk_before_its_name_means_it(void **state)
{
    (void)state;
    struct err e;
    const struct file_name x = called("x");
    assert_int_equal(save(&x, "old", &e), 0);
    assert_string_equal(calls, "file rename folder ");
    fsync_fails = EIO;
    const int failed = save(&x, "new", &e);
    fsync_fails = 0;
    assert_int_equal(failed, -1);
    assert_string_equal(e.what, "\"x\" cannot be written: Input/output error");
    check_holds("x", "old");
    assert_int_equal(files_here(), 1);
    /* There are places that have no disk behind them. */
    fsync_fails = EINVAL;
    assert_int_equal(save(&x, "new", &e), 0);
    fsync_fails = 0;
    check_holds("x", "new");
    remove("x");
}

static int make(const char *name)
{
    const int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    return fd;
}

/* What a process that was killed leaves is removed; what somebody still writes, and what only looks
 * like it, is not. */
static void what_was_left_is_removed(void **state)
{
    (void)state;
    static const char *const others[] = {".nnr-1-.tmp",   ".nnr--1.tmp",  ".nnr-1-1",
                                         ".nnr-1-1.tmpx", ".nnr-x-1.tmp", "x.nnr-1-1.tmp"};
    enum { OTHERS = sizeof others / sizeof *others };
    struct err e;
    const struct file_name x = called("x");
    close(make(".nnr-2000000000-0.tmp"));
    close(make(".nnr-1-17.tmp")); /* that process lives, and writes another file */
    const int writing = make(".nnr-2000000001-0.tmp");
    assert_int_equal(flock(writing, LOCK_EX), 0);
    assert_int_equal(symlink("x", ".nnr-3-3.tmp"), 0);
    assert_int_equal(mkdir(".nnr-4-4.tmp", 0777), 0);
    for (size_t i = 0; i < OTHERS; i++)
        close(make(others[i]));
    assert_int_equal(save(&x, "x", &e), 0);
    assert_int_equal(files_here(), 1 + 3 + OTHERS);
    for (size_t i = 0; i < OTHERS; i++)
        assert_int_equal(unlink(others[i]), 0);
    assert_int_equal(unlink(".nnr-3-3.tmp"), 0);
    assert_int_equal(rmdir(".nnr-4-4.tmp"), 0);
    assert_int_equal(access(".nnr-2000000001-0.tmp", F_OK), 0);
    close(writing);
    assert_int_equal(save(&x, "x", &e), 0);
    assert_int_equal(files_here(), 1);
    remove("x");
}

/* Two files are written beside each other at once. */
static void several_at_once(void **state)
{
    (void)state;
    struct err e;
    struct file_out a, b;
    const struct file_name x = called("x"), y = called("y");
    assert_int_equal(file_begin(&a, &x, FILE_OWN, &e), 0);
    assert_int_equal(file_begin(&b, &y, FILE_OWN, &e), 0);
    assert_int_equal(file_add(&a, "a", 1, &e) | file_add(&b, "b", 1, &e), 0);
    assert_int_equal(file_end(&a, NULL, &e) | file_end(&b, NULL, &e), 0);
    check_holds("x", "a");
    check_holds("y", "b");
    assert_int_equal(file_begin(&a, &x, FILE_OWN, &e), 0);
    file_drop(&a);
    file_drop(&a);
    check_holds("x", "a");
    assert_int_equal(files_here(), 2);
    remove("x");
    remove("y");
}

static char here[PATH_MAX];

static struct file_name within(const char *path)
{
    return (struct file_name){.name = path, .path = path, .within = here};
}

static void only_what_lies_within(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int why; /* of opening it; 0: it can be opened */
    } cases[] = {
        {"file", 0},
        {"sub/file", 0},
        {"sub/../file", 0},
        {"./sub/.././file", 0},
        {"inner", 0},
        {"sub/inner", 0},
        {"chain", 0},
        {"../in/file", 0},
        {"../out/file", EXDEV},
        {"../inside/file", EXDEV},
        {"sub/../../out/file", EXDEV},
        {"out/file", EXDEV},
        {"outer", EXDEV},
        {"sub/outer", EXDEV},
        {"astray", EXDEV},
        {"there_and_back", EXDEV},
        {"/etc/passwd", EXDEV},
        {"/proc/self/cwd/../out/file", EXDEV},
        {"loop", ELOOP},
        {"nothing", ENOENT},
        {"sub/nothing", ENOENT},
        {"file/x", ENOTDIR},
        {"sub/", EISDIR},
        {"..", EISDIR},
        {"", ENOENT},
    };
    char whole[PATH_MAX + 10];
    assert_int_equal(mkdir("in", 0777) | mkdir("out", 0777) | mkdir("inside", 0777), 0);
    folder_text("out/file", "secret");
    folder_text("inside/file", "secret");
    assert_int_equal(chdir("in"), 0);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(mkdir("sub", 0777), 0);
    folder_text("file", "mine");
    folder_text("sub/file", "mine");
    assert_int_equal(symlink("sub/file", "inner") | symlink("../file", "sub/inner") |
                         symlink("sub/inner", "chain") | symlink("../out/file", "outer") |
                         symlink("../../out/file", "sub/outer") | symlink("../out", "out") |
                         symlink("sub/outer", "astray") | symlink("loop", "loop"),
                     0);
    /* Who leaves on the way could be led anywhere. */
    snprintf(whole, sizeof whole, "%s/back", here);
    assert_int_equal(symlink("../out/back", "there_and_back") | symlink("../in/file", "out/back"),
                     0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[10] = "";
        errno = 0;
        const int fd = place_open(cases[i].path, here, O_RDONLY);
        if ((fd < 0 ? errno : 0) != cases[i].why)
            print_error("%s: %s\n", cases[i].path, fd < 0 ? strerror(errno) : "opened");
        assert_int_equal(fd < 0 ? errno : 0, cases[i].why);
        if (fd < 0)
            continue;
        assert_int_equal(read(fd, text, sizeof text - 1), 4);
        assert_string_equal(text, "mine");
        close(fd);
    }
    snprintf(whole, sizeof whole, "%s/sub/file", here);
    const int fd = place_open(whole, here, O_RDONLY);
    assert_true(fd >= 0);
    close(fd);
}

/* Within a folder only nnr's own files are written over, and nothing is written outside. */
static void nothing_else_is_written_over(void **state)
{
    (void)state;
    static const char far[] = "0123456789012345678901234567890123456789012345678901234567890123456"
                              "789";
    struct err e;
    struct file_name x = within("file");
    assert_int_equal(save(&x, "new", &e), -1);
    assert_string_equal(e.what, "\"file\" is there, and nnr did not write it");
    check_holds("file", "mine");
    x = within("inner");
    assert_int_equal(save(&x, "new", &e), -1);
    check_holds("sub/file", "mine");
    static const char *const outside[] = {"../out/file", "outer", "out/new", "astray", "../new"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        x = within(outside[i]);
        assert_int_equal(save(&x, FILE_OWN, &e), -1);
        assert_non_null(strstr(e.what, "lies outside of the folder that --safe keeps to"));
    }
    check_holds("../out/file", "secret");
    assert_int_equal(access("../out/new", F_OK) & access("../new", F_OK), -1);
    x = within("sub/own");
    assert_int_equal(save(&x, "# " FILE_OWN "\n1", &e), 0);
    assert_int_equal(save(&x, "# " FILE_OWN "\n2", &e), 0);
    check_holds("sub/own", "# " FILE_OWN "\n2");
    /* The mark may stand at the end of a long file, and not in its middle. */
    FILE *f = fopen("sub/own", "w");
    for (int i = 0; i < 10; i++)
        fputs(far, f);
    fputs(FILE_OWN "\n", f);
    fclose(f);
    assert_int_equal(file_check(&x, FILE_OWN, &e), 0);
    f = fopen("sub/own", "a");
    for (int i = 0; i < 10; i++)
        fputs(far, f);
    fclose(f);
    assert_int_equal(file_check(&x, FILE_OWN, &e), -1);
}

/* Somebody exchanges a folder for a link to another all the time. */
static void a_link_that_is_put_there_meanwhile(void **state)
{
    (void)state;
    char text[10];
    unsigned opened = 0;
    assert_int_equal(symlink("../out", "swap"), 0);
    const pid_t other = fork();
    assert_true(other >= 0);
    while (other == 0)
        renameat2(AT_FDCWD, "sub", AT_FDCWD, "swap", RENAME_EXCHANGE);
    for (int i = 0; i < 20000; i++) {
        const int fd = place_open("sub/file", here, O_RDONLY);
        if (fd < 0)
            continue;
        memset(text, 0, sizeof text);
        assert_int_equal(pread(fd, text, 6, 0) > 0, 1);
        if (strcmp(text, "secret") == 0)
            kill(other, SIGKILL);
        assert_string_not_equal(text, "secret");
        opened++;
        close(fd);
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    assert_true(opened > 0);
}

static int leave(void **state)
{
    return system("cd .. && rm -rf in out inside") == 0 ? folder_leave(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_on_the_disk_before_its_name_means_it),
        cmocka_unit_test(what_was_left_is_removed),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(only_what_lies_within),
        cmocka_unit_test(nothing_else_is_written_over),
        cmocka_unit_test(a_link_that_is_put_there_meanwhile),
    };
    return cmocka_run_group_tests(tests, folder_enter, leave);
}
