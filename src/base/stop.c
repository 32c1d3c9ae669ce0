/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/stop.h"

#include <string.h>

int err_stopped(struct err *e)
{
    *e = (struct err){.kind = ERR_STOPPED, .what = "stopped"};
    return -1;
}

int stop_check(const struct stop *s, struct err *e)
{
    return stop_asked(s) ? err_stopped(e) : 0;
}

bool stop_copy(const struct stop *s, void *to, const void *from, size_t n)
{
    const size_t piece = (size_t)16 << 20;
    char *out = to;
    const char *in = from;
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < piece ? n - done : piece;
        if (done && stop_asked(s))
            return false;
        memcpy(out + done, in + done, part);
    }
    return true;
}
