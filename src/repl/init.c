/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/init.h"

#include "base/entry.h"
#include "base/mem.h"
#include "cmd/session/script_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool init_name(char *path, size_t room)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = 0;
    if (config && *config == '/')
        n = snprintf(path, room, "%s/nnr/init.nnr", config);
    else if (home && *home)
        n = snprintf(path, room, "%s/.config/nnr/init.nnr", home);
    return n > 0 && (size_t)n < room;
}

void init_run(struct loop *l)
{
    char path[4096];
    struct str text = {0};
    struct err e = {0};
    if (l->options->no_init || !init_name(path, sizeof path) || access(path, F_OK))
        return;
    const struct file_name file = {.name = path, .path = path};
    char *folder = script_folder(path);
    if (!folder)
        err_memory(&e);
    if (!folder || script_read(&file, &l->host.stop, &text, &e)) {
        loop_complain(l, &e);
    } else {
        if (!l->options->quiet && !l->options->json)
            out_addf(&l->host.err, "init: %s\n", path);
        loop_text(l, path, folder, text, 1, true);
    }
    l->stop = false;
    str_finish(&text);
    mem_free(folder);
}
