/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/kernel.h"

#include "base/file.h"
#include "base/out.h"
#include "repl/kernel_bytes.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct span nowhere = {0};

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* Where Jupyter looks (jupyter_core, paths.py). */
static int add_folder(const char *prefix, struct str *to, struct err *e)
{
    if (prefix)
        str_addf(to, "%s/share/jupyter", prefix);
    else if (is_set("JUPYTER_DATA_DIR"))
        str_add(to, getenv("JUPYTER_DATA_DIR"));
    else if (is_set("XDG_DATA_HOME"))
        str_addf(to, "%s/jupyter", getenv("XDG_DATA_HOME"));
    else if (is_set("HOME"))
        str_addf(to, "%s/.local/share/jupyter", getenv("HOME"));
    str_add(to, "/kernels/");
    if (to->failed)
        return err_memory(e);
    if (to->text[0] == '/' && to->size > strlen("/kernels/"))
        return 0;
    err_at(e, nowhere, "nobody says where Jupyter's folder is");
    return err_hint(e, prefix ? "write the whole path: --prefix /usr/local"
                              : "set HOME, or JUPYTER_DATA_DIR to a whole path");
}

/* Makes the folders on the way to a name, and leaves those that are there. */
static int make_folders(char *path, struct err *e)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        const bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
        if (!made) {
            err_at(e, nowhere, "the folder \"%.200s\" cannot be made: %s", path, strerror(errno));
            return err_hint(e, "choose another prefix, or ask who may write there");
        }
        *slash = '/';
    }
    return 0;
}

static int write_file(const char *folder, const char *name, const char *bytes, size_t n,
                      struct err *e)
{
    struct str path = {0};
    struct file_out out;
    str_addf(&path, "%s%s", folder, name);
    if (path.failed)
        return err_memory(e);
    const struct file_name file = {.name = path.text, .path = path.text};
    const int failed = file_begin(&out, &file, FILE_OWN, e) || file_add(&out, bytes, n, e) ||
                       file_end(&out, NULL, e);
    str_finish(&path);
    return failed ? -1 : 0;
}

/* How Jupyter calls nnr_kernel.py, with the program's path in place of its name. */
static int write_call(const char *folder, const char *program, const unsigned char *bytes, size_t n,
                      struct err *e)
{
    static const char name[] = "\"nnr\", \"-f\"";
    struct str whole = {0}, text = {0};
    struct json json = {.to = &text};
    str_bytes(&whole, (const char *)bytes, n);
    const char *at = whole.failed ? NULL : strstr(whole.text, name);
    if (at) {
        str_bytes(&text, whole.text, (size_t)(at - whole.text));
        json_text(&json, NULL, program);
        str_add(&text, at + strlen("\"nnr\""));
    }
    const int failed = !at || text.failed
                           ? err_memory(e)
                           : write_file(folder, "kernel.json", text.text, text.size, e);
    str_finish(&whole);
    str_finish(&text);
    return failed;
}

static int write_all(const char *folder, const char *program, struct err *e)
{
    for (size_t i = 0; i < sizeof kernel_bytes / sizeof *kernel_bytes; i++) {
        const char *name = kernel_bytes[i].name;
        const char *bytes = (const char *)kernel_bytes[i].bytes;
        const size_t n = kernel_bytes[i].size;
        const bool logo = strcmp(name, "nnr.svg") == 0;
        if (strcmp(name, "kernel.json") == 0
                ? write_call(folder, program, kernel_bytes[i].bytes, n, e)
                : write_file(folder, logo ? "logo-svg.svg" : name, bytes, n, e))
            return -1;
    }
    return 0;
}

int kernel_install(const char *prefix, struct str *told, struct err *e)
{
    char program[PATH_MAX] = "nnr";
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : (ssize_t)strlen("nnr")] = 0;
    const char *slash = strrchr(program, '/');
    struct str folder = {0};
    int failed = add_folder(prefix, &folder, e);
    str_addf(&folder, "%s/", slash ? slash + 1 : program);
    if (!failed && folder.failed)
        failed = err_memory(e);
    failed = failed || make_folders(folder.text, e) || write_all(folder.text, program, e);
    if (!failed)
        str_addf(told, "Jupyter knows nnr now: the kernel is in %s\n", folder.text);
    str_finish(&folder);
    return failed ? -1 : 0;
}
