/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/svg_filter.h"

#include "cmd/report/html.h"

#include <string.h>

static const char *const elements[] = {
    "svg",     "g",       "path",    "text",     "tspan",          "rect", "circle",
    "ellipse", "use",     "defs",    "polygon",  "polyline",       "line", "image",
    "filter",  "feFlood", "pattern", "clipPath", "linearGradient", "stop", "feComposite"};

static const char *const attributes[] = {"id",
                                         "class",
                                         "d",
                                         "x",
                                         "y",
                                         "x1",
                                         "y1",
                                         "x2",
                                         "y2",
                                         "cx",
                                         "cy",
                                         "r",
                                         "rx",
                                         "ry",
                                         "dx",
                                         "dy",
                                         "width",
                                         "height",
                                         "points",
                                         "transform",
                                         "fill",
                                         "fill-opacity",
                                         "fill-rule",
                                         "stroke",
                                         "stroke-width",
                                         "stroke-linecap",
                                         "stroke-linejoin",
                                         "stroke-dasharray",
                                         "stroke-opacity",
                                         "stroke-miterlimit",
                                         "opacity",
                                         "color",
                                         "font-family",
                                         "font-size",
                                         "font-weight",
                                         "font-style",
                                         "text-anchor",
                                         "dominant-baseline",
                                         "baseline-shift",
                                         "text-decoration",
                                         "filter",
                                         "filterUnits",
                                         "flood-color",
                                         "flood-opacity",
                                         "result",
                                         "in",
                                         "in2",
                                         "operator",
                                         "offset",
                                         "stop-color",
                                         "stop-opacity",
                                         "patternUnits",
                                         "patternTransform",
                                         "clip-path",
                                         "clipPathUnits",
                                         "viewBox",
                                         "preserveAspectRatio",
                                         "href",
                                         "xlink:href",
                                         "xml:space",
                                         "image-rendering",
                                         "shape-rendering"};

struct filter {
    struct str *to;
    const char *at, *end, *prefix;
    bool file;
};

static bool is_among(const char *const *list, size_t count, const char *name, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == n && memcmp(list[i], name, n) == 0)
            return true;
    return false;
}

#define AMONG(list, name, n) is_among(list, sizeof list / sizeof *list, name, n)

static bool is_named(const char *name, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(name, text, n) == 0;
}

static bool begins(const char *value, size_t n, const char *text)
{
    return n >= strlen(text) && memcmp(value, text, strlen(text)) == 0;
}

/* The value of an attribute; a quote of the other kind may stand in it. */
static void add_value(struct filter *f, const char *value, size_t n)
{
    for (size_t i = 0, from = 0; i <= n; i++)
        if (i == n || value[i] == '"' || value[i] == '<') {
            html_clean(f->to, value + from, i - from);
            str_add(f->to, i == n ? "" : value[i] == '"' ? "&quot;" : "&lt;");
            from = i + 1;
        }
}

static void add_attribute(struct filter *f, const char *name, size_t n, const char *value, size_t m)
{
    static const char own[] = "#", part[] = "url(#", held[] = "data:image/png;base64,";
    const bool reference = is_named(name, n, "href") || is_named(name, n, "xlink:href");
    const bool named = is_named(name, n, "id");
    const bool leads = memmem(value, m, "url(", 4) != NULL;
    if (reference && !begins(value, m, own) && !begins(value, m, held))
        return;
    if (leads && !begins(value, m, part))
        return;
    str_add(f->to, " ");
    str_bytes(f->to, name, n);
    str_add(f->to, "=\"");
    const char *lead = leads ? part : reference && *value == '#' ? own : "";
    if (named || *lead) {
        str_add(f->to, lead);
        str_add(f->to, f->prefix);
        value += strlen(lead);
        m -= strlen(lead);
    }
    add_value(f, value, m);
    str_add(f->to, "\"");
}

static size_t name_length(const char *at, const char *end)
{
    size_t n = 0;
    while (at + n < end && !strchr(" \t\r\n=/><\"'", at[n]))
        n++;
    return n;
}

static void skip_blanks(struct filter *f)
{
    while (f->at < f->end && strchr(" \t\r\n", *f->at))
        f->at++;
}

/* Reads an attribute; false: the tag ends here. What is no attribute is skipped. */
static bool read_attribute(struct filter *f, bool keep)
{
    skip_blanks(f);
    if (f->at >= f->end || *f->at == '>' ||
        (*f->at == '/' && f->at + 1 < f->end && f->at[1] == '>'))
        return false;
    const char *name = f->at;
    const size_t n = name_length(name, f->end);
    f->at += n ? n : 1;
    skip_blanks(f);
    if (f->at >= f->end || *f->at != '=')
        return true;
    f->at++;
    skip_blanks(f);
    const char quote = f->at < f->end ? *f->at : 0;
    if (quote != '"' && quote != '\'')
        return true;
    const char *value = ++f->at, *close = memchr(value, quote, (size_t)(f->end - value));
    f->at = close ? close + 1 : f->end;
    if (close && n && keep && AMONG(attributes, name, n))
        add_attribute(f, name, n, value, (size_t)(close - value));
    return true;
}

/* What holds words about the picture that are not ours, or is no picture. */
static bool is_dropped_whole(const char *name, size_t n)
{
    static const char *const dropped[] = {"title", "desc",          "script",
                                          "style", "foreignObject", "metadata"};
    return AMONG(dropped, name, n);
}

/* Goes behind the end tag of that name. */
static void skip_element(struct filter *f, const char *name, size_t n)
{
    for (; f->at < f->end; f->at++)
        if (*f->at == '<' && (size_t)(f->end - f->at) > n + 2 && f->at[1] == '/' &&
            memcmp(f->at + 2, name, n) == 0)
            break;
    const char *close = f->at < f->end ? memchr(f->at, '>', (size_t)(f->end - f->at)) : NULL;
    f->at = close ? close + 1 : f->end;
}

/* The outermost tag: its size is that of what it stands in. */
static void root_tag(struct filter *f, const char *attributes_of, const struct str *inside)
{
    const char *view = NULL;
    size_t n = 0;
    for (const char *at = f->at; at < f->end && *at != '>'; at++)
        if (begins(at, (size_t)(f->end - at), "viewBox=\""))
            view = at + strlen("viewBox=\"");
    while (view && view + n < f->end && view[n] != '"')
        n++;
    str_add(f->to, "<svg");
    if (f->file)
        str_add(f->to, " xmlns=\"http://www.w3.org/2000/svg\" "
                       "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"800\" height=\"600\" "
                       "style=\"max-width:100%;height:auto\"");
    str_add(f->to, " viewBox=\"");
    add_value(f, view ? view : "0 0 800 600", view ? n : strlen("0 0 800 600"));
    str_addf(f->to, "\" %s>", attributes_of);
    str_bytes(f->to, inside->text ? inside->text : "", inside->size);
    while (read_attribute(f, false))
        continue;
}

static void end_tag(struct filter *f)
{
    const char *name = f->at + 2;
    const size_t n = name_length(name, f->end);
    const char *close = memchr(f->at, '>', (size_t)(f->end - f->at));
    f->at = close ? close + 1 : f->end;
    if (!AMONG(elements, name, n))
        return;
    str_add(f->to, "</");
    str_bytes(f->to, name, n);
    str_add(f->to, ">");
}

/* A start tag, or one of an empty element. */
static void start_tag(struct filter *f, const char *attributes_of, const struct str *inside)
{
    const char *name = f->at + 1;
    const size_t n = name_length(name, f->end);
    const bool keep = AMONG(elements, name, n), root = is_named(name, n, "svg");
    f->at = name + n;
    if (root) {
        root_tag(f, attributes_of, inside);
    } else {
        if (keep) {
            str_add(f->to, "<");
            str_bytes(f->to, name, n);
        }
        while (read_attribute(f, keep))
            continue;
    }
    const bool empty = f->at < f->end && *f->at == '/';
    f->at += empty ? 2 : f->at < f->end;
    if (keep && !root)
        str_add(f->to, empty ? "/>" : ">");
    if (!empty && is_dropped_whole(name, n))
        skip_element(f, name, n);
}

/* Text, which stands escaped: a stray sign is none of ours. */
static void add_text(struct filter *f)
{
    const char *next = memchr(f->at, '<', (size_t)(f->end - f->at));
    const char *end = next ? next : f->end;
    html_clean(f->to, f->at, (size_t)(end - f->at));
    f->at = end;
}

/* Comments and what tells of the format. */
static void skip_aside(struct filter *f)
{
    const bool comment = begins(f->at, (size_t)(f->end - f->at), "<!--");
    const char *close = comment ? memmem(f->at, (size_t)(f->end - f->at), "-->", 3)
                                : memchr(f->at, '>', (size_t)(f->end - f->at));
    f->at = close ? close + (comment ? 3 : 1) : f->end;
}

void svg_filter(struct str *to, const char *svg, size_t n, const char *prefix,
                const char *attributes_of, const struct str *inside, bool file)
{
    struct filter f = {.to = to, .end = svg + n, .prefix = prefix, .file = file};
    f.at = memmem(svg, n, "<svg", 4);
    while (f.at && f.at < f.end) {
        if (*f.at != '<')
            add_text(&f);
        else if (f.at + 1 < f.end && (f.at[1] == '!' || f.at[1] == '?'))
            skip_aside(&f);
        else if (f.at + 1 < f.end && f.at[1] == '/')
            end_tag(&f);
        else
            start_tag(&f, attributes_of, inside);
    }
}
