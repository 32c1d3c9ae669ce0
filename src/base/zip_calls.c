/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/zip_calls.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

/* Both numbers that it goes by have all that is called here. */
static void *open_library(void)
{
    static const char *const names[] = {"libzip.so.5", "libzip.so.4", "libzip.so", "libzip.5.dylib",
                                        "libzip.dylib"};
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* dlsym gives what may be a function as a pointer to data. */
static bool find_call(void *library, const char *name, void *to, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(to, &symbol, size);
    return symbol;
}

static bool find_all(void *library, struct zip_calls *c)
{
    bool all = true;
#define ROW(name) all = find_call(library, "zip_" #name, &c->name, sizeof c->name) && all;
#include "base/zip_calls.def"
#undef ROW
    return all;
}

const struct zip_calls *zip_calls(void)
{
    static struct zip_calls found;
    static bool is_found;
    void *library = is_found ? NULL : open_library();
    if (library && !(is_found = find_all(library, &found)))
        dlclose(library);
    return is_found ? &found : NULL;
}
