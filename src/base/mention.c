/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mention.h"

#include <ctype.h>
#include <string.h>

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool ends_here(const char *after)
{
    return !is_of_name(*after) && *after != '(' && (*after != '=' || after[1] == '=');
}

/* Whether a path begins there, or what val.NAME.loss names. */
static bool begins_here(const char *text, const char *at)
{
    if (at - text >= 4 && strncmp(at - 4, "val.", 4) == 0)
        at -= 4;
    return at == text || (!is_of_name(at[-1]) && at[-1] != '.');
}

bool text_mentions(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, name)); at++)
        if (begins_here(text, at) && ends_here(at + strlen(name)))
            return true;
    return false;
}
