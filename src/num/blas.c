/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenBLAS begins with a thread for each core, fails where a process may have none, and where there
 * is no address space for its buffers it asks for them for ever. So it is loaded late, told to keep
 * to the thread that calls it, and only where a large block could be had. */
#include "num/blas.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef NNR_DOUBLE
static const char function[] = "cblas_dgemm";
#else
static const char function[] = "cblas_sgemm";
#endif

static const char threads[] = "OPENBLAS_NUM_THREADS";

/* The library's code and its buffers, with room to spare. */
static bool has_room(void)
{
    const size_t room = (size_t)256 << 20;
    void *p = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p != MAP_FAILED && munmap(p, room) == 0;
}

static void *open_library(void)
{
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so.3", "libopenblas.so",
                                        "libopenblas.0.dylib", "libopenblas.dylib"};
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* The library reads how many threads it may start when it is loaded. */
static void *open_alone(void)
{
    const char *set = getenv(threads);
    char *before = set ? strdup(set) : NULL;
    if ((set && !before) || setenv(threads, "1", 1)) {
        free(before);
        return NULL;
    }
    void *library = open_library();
    if (before)
        setenv(threads, before, 1);
    else
        unsetenv(threads);
    free(before);
    return library;
}

/* dlsym gives what may be a function as a pointer to data. Whether there is one. */
static bool find_function(void *library, const char *name, void *to)
{
    void *symbol = dlsym(library, name);
    if (symbol)
        memcpy(to, &symbol, sizeof symbol);
    return symbol;
}

static void *library;

blas_gemm *blas_load(void)
{
    static blas_gemm *found;
    static bool tried;
    if (!tried)
        library = has_room() ? open_alone() : NULL;
    tried = true;
    if (library && !found && !find_function(library, function, &found)) {
        dlclose(library);
        library = NULL;
    }
    return found;
}

size_t blas_vector_bytes(void)
{
    /* What OpenBLAS falls back to on an x86 processor that it does not know (driver/others/
     * dynamic.c), by its own names. */
    static const struct {
        const char *name;
        size_t bytes;
    } lesser[] = {
        {"Prescott", 16}, {"Nehalem", 16}, {"Sandybridge", 32}, {"Haswell", 32}, {"Zen", 32}};
    char *(*core)(void);
    if (!blas_load() || !find_function(library, "openblas_get_corename", &core))
        return SIZE_MAX;
    const char *name = core();
    for (size_t i = 0; i < sizeof lesser / sizeof *lesser; i++)
        if (strcmp(name, lesser[i].name) == 0)
            return lesser[i].bytes;
    return SIZE_MAX;
}
