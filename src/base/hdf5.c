/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hdf5.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60 };

/* A sanitizer maps more than any limit; clang tells of one this way. */
#ifdef __has_feature
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

/* In the folder hdf5 beside the program or one above it, as in a build, or where it was installed.
 */
static void *open_module(void)
{
    static const char *const places[] = {"hdf5", "../src/hdf5", "../../src/hdf5"};
    enum { ROOM = 4096 };
    char program[ROOM] = "", path[ROOM + 100];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = n > 0 ? strrchr(program, '/') : NULL;
    void *module = NULL;
    for (size_t i = 0; slash && i < sizeof places / sizeof *places && !module; i++) {
        *slash = 0;
        snprintf(path, sizeof path, "%s/%s/nnr-hdf5.so", program, places[i]);
        module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    return module ? module : dlopen(MODULE_DIR "/nnr-hdf5.so", RTLD_NOW | RTLD_LOCAL);
}

/* A damaged file may ask for any memory, or lead a reader in circles. */
static void set_limits(size_t size)
{
    const struct rlimit time = {SECONDS, SECONDS};
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !SANITIZED
    struct rlimit memory;
    if (getrlimit(RLIMIT_DATA, &memory) == 0) {
        const rlim_t most = 8 * (rlim_t)size + ((rlim_t)4 << 30);
        memory.rlim_cur = memory.rlim_cur < most ? memory.rlim_cur : most;
        setrlimit(RLIMIT_DATA, &memory);
    }
#else
    (void)size;
#endif
}

static void dump_in_child(const void *bytes, size_t size, int fd)
{
    static const int ends[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGINT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        signal(ends[i], SIG_DFL);
    set_limits(size);
    void *module = open_module();
    hdf5_dump *dump = NULL;
    if (module)
        *(void **)&dump = dlsym(module, "nnr_hdf5_dump");
    _exit(dump ? dump(bytes, size, fd) : HDF5_NO_MODULE);
}

/* All that comes, at most so many bytes, until the other end closes. */
static int take_all(int fd, size_t most, struct hdf5_file *f, size_t *size, const struct stop *stop,
                    struct err *e)
{
    size_t room = 0;
    *size = 0;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (stop_check(stop, e))
            return -1;
        if (poll(&p, 1, 100) <= 0)
            continue;
        if (mem_room(&f->bytes, &room, *size + (1 << 16), 1))
            return err_memory(e);
        const ssize_t n = read(fd, f->bytes + *size, room - *size);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return 0;
        *size += n > 0 ? (size_t)n : 0;
        if (*size > most)
            return 0;
    }
}

/* A text of n bytes, the last of them a NUL, and no other. */
static bool is_text(const char *at, size_t n)
{
    return n && memchr(at, 0, n) == at + n - 1;
}

static bool is_sound(const struct hdf5_record *r, size_t left)
{
    uint64_t bytes = r->width;
    bool sound = r->name <= HDF5_NAME_MOST + 1 && r->second <= HDF5_NAME_MOST && r->bytes <= left &&
                 (uint64_t)r->name + r->second <= left - r->bytes && r->axes <= HDF5_AXES;
    if (!sound || r->is_text)
        return sound;
    for (uint32_t i = 0; i < r->axes && sound; i++) {
        sound = r->size[i] && bytes <= HDF5_BYTES_MOST / r->size[i];
        bytes *= sound ? r->size[i] : 1;
    }
    return sound && (r->width == 4 || r->width == 8) && bytes == r->bytes;
}

static int take_record(struct hdf5_file *f, const struct hdf5_record *r, const char *at)
{
    const char *second = at + r->name, *body = second + r->second;
    if (r->is_text) {
        if (mem_room(&f->text, &f->text_room, f->texts + 1, sizeof *f->text))
            return -1;
        f->text[f->texts++] = (struct hdf5_text){.path = at, .name = second, .text = body};
        return 0;
    }
    if (mem_room(&f->tensor, &f->tensor_room, f->tensors + 1, sizeof *f->tensor))
        return -1;
    struct hdf5_tensor *t = &f->tensor[f->tensors++];
    *t = (struct hdf5_tensor){.path = at,
                              .axes = r->axes,
                              .width = r->width,
                              .count = (size_t)(r->bytes / r->width),
                              .item = body};
    memcpy(t->size, r->size, sizeof t->size);
    return 0;
}

static bool take_records(struct hdf5_file *f, size_t size, struct err *e)
{
    struct hdf5_record r;
    for (size_t at = 0; at < size;) {
        if (size - at < sizeof r)
            return false;
        memcpy(&r, f->bytes + at, sizeof r);
        at += sizeof r;
        if (!is_sound(&r, size - at) || !is_text(f->bytes + at, r.name) ||
            !is_text(f->bytes + at + r.name, r.second) ||
            (r.is_text && !is_text(f->bytes + at + r.name + r.second, (size_t)r.bytes)))
            return false;
        if (take_record(f, &r, f->bytes + at)) {
            err_memory(e);
            return false;
        }
        at += (size_t)(r.name + r.second + r.bytes);
    }
    return true;
}

static int refuse_hdf5(const struct file_name *file, int fault, struct err *e)
{
    const char *why = fault == HDF5_NO_FILE    ? "it is no file of HDF5, or was cut off"
                      : fault == HDF5_TOO_MUCH ? "it says that it holds more than it can"
                                               : "it is damaged";
    if (fault == HDF5_NO_MODULE) {
        err_at(e, file->where,
               "\"%.200s\" is a file of HDF5, and nnr-hdf5.so or libhdf5 cannot be "
               "loaded",
               file->name);
        return err_hint(e, "install libhdf5-103-1 (Debian: apt install libhdf5-dev, then build nnr "
                           "again)");
    }
    err_at(e, file->where, "\"%.200s\" cannot be read by libhdf5: %s", file->name, why);
    return err_hint(e, "copy it again, or save the weights again");
}

/* Runs the module on the bytes; *fault is what it came to. */
static int run_child(struct hdf5_file *f, const void *bytes, size_t size, size_t *got, int *fault,
                     const struct stop *stop, struct err *e)
{
    int ends[2], status = 0;
    if (pipe(ends))
        return err_memory(e);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        dump_in_child(bytes, size, ends[1]);
    }
    close(ends[1]);
    int failed = child < 0 ? err_memory(e)
                           : take_all(ends[0], 2 * HDF5_MOST_OF(size) + (1 << 24), f, got, stop, e);
    close(ends[0]);
    if (child < 0)
        return -1;
    if (failed)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    *fault = WIFEXITED(status) ? WEXITSTATUS(status) : HDF5_DAMAGED;
    return failed;
}

int hdf5_read(struct hdf5_file *f, const struct file_name *file, const void *bytes, size_t size,
              const struct stop *stop, struct err *e)
{
    size_t got = 0;
    int fault = 0;
    *f = (struct hdf5_file){0};
    e->kind = ERR_NONE;
    int failed = run_child(f, bytes, size, &got, &fault, stop, e);
    if (!failed && fault)
        failed = refuse_hdf5(file, fault, e);
    if (!failed && !take_records(f, got, e))
        failed = e->kind ? -1 : refuse_hdf5(file, HDF5_DAMAGED, e);
    if (failed)
        hdf5_close(f);
    return failed ? -1 : 0;
}

void hdf5_close(struct hdf5_file *f)
{
    mem_free(f->tensor);
    mem_free(f->text);
    mem_free(f->bytes);
    *f = (struct hdf5_file){0};
}
