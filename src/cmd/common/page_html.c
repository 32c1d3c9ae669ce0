/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/page_picture.h"
#include "cmd/common/page_way.h"
#include "cmd/page_bytes.h"
#include "cmd/report/html.h"
#include "cmd/report/html_code.h"
#include "cmd/report/render_html.h"

#include "num/real.h"

#include <string.h>

static void add_escaped(struct str *to, const char *text)
{
    html_text(to, text, strlen(text));
}

/* A paragraph a line. */
static void add_paragraphs(struct str *to, const struct str *text)
{
    for (const char *at = text->text; at && *at;) {
        const char *end = strchr(at, '\n');
        const size_t n = end ? (size_t)(end - at) : strlen(at);
        str_add(to, "<p>");
        html_text(to, at, n);
        str_add(to, "</p>\n");
        at += n + (end != NULL);
    }
}

/* One paragraph. */
static void add_said(struct str *to, const struct str *text)
{
    str_add(to, "<p>");
    for (const char *at = text->text, *end; at; at = end ? end + 1 : NULL) {
        end = strchr(at, '\n');
        html_text(to, at, end ? (size_t)(end - at) : strlen(at));
        str_add(to, end ? "<br>\n" : "</p>\n");
    }
}

/* The policy says that a page asks for nothing and runs nothing, whatever stands in it. */
static void begin_page(struct str *to, const struct page_facts *facts)
{
    enum { LIST_FROM = 3 };
    str_add(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"generator\" content=\"nnr " NNR_VERSION "; " FILE_OWN "\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; img-src data:\">\n<title>");
    add_escaped(to, facts->title);
    str_add(to, "</title>\n<style>\n");
    str_bytes(to, (const char *)page_bytes, sizeof page_bytes);
    str_add(to, "</style>\n</head>\n<body>\n<header>\n<h1>");
    add_escaped(to, facts->title);
    str_add(to, "</h1>\n");
    add_paragraphs(to, &facts->intro);
    if (facts->sections >= LIST_FROM) {
        str_add(to, "<nav aria-label=\"Sections\"><ol>\n");
        for (size_t i = 0; i < facts->sections; i++) {
            str_addf(to, "<li><a href=\"#s%zu\">", i + 1);
            add_escaped(to, facts->section[i]);
            str_add(to, "</a></li>\n");
        }
        str_add(to, "</ol></nav>\n");
    }
    str_add(to, "</header>\n<main>\n");
}

static void add_fact(struct str *to, const char *name, const char *value)
{
    str_addf(to, "<div><dt>%s</dt><dd>", name);
    add_escaped(to, value);
    str_add(to, "</dd></div>\n");
}

static void add_number(struct str *to, const char *name, double x)
{
    char number[NUMBER_ROOM];
    add_fact(to, name, number_text(x, number));
}

static void add_note(struct str *to, const char *text)
{
    str_add(to, "<p class=\"note\">");
    add_escaped(to, text);
    str_add(to, "</p>\n");
}

static void end_page(struct str *to, const struct page_facts *facts)
{
    if (facts->left_out)
        add_note(to, facts->left_out);
    if (facts->ended)
        add_note(to, facts->ended);
    str_add(to, "</main>\n<footer>\n<dl>\n");
    if (facts->from)
        add_fact(to, "script", facts->from);
    add_number(to, "seed", (double)facts->seed);
    add_fact(to, "precision", sizeof(real) == sizeof(double) ? "double" : "single");
    add_number(to, "statements", (double)facts->statements);
    str_addf(to, "<div><dt>took</dt><dd>%.1f s</dd></div>\n", facts->seconds);
    add_fact(to, "written", facts->date);
    add_fact(to, "by", "nnr " NNR_VERSION);
    str_add(to, "</dl>\n</footer>\n</body>\n</html>\n<!-- " FILE_OWN " -->\n");
}

static void add_code(struct str *to, const struct str *text)
{
    str_add(to, "<pre class=\"code\"><code>");
    html_code(to, text->text, text->size);
    str_add(to, "</code></pre>\n");
}

static void add_section(struct str *to, const char *title, size_t number)
{
    str_addf(to, "<h2 id=\"s%zu\">", number);
    add_escaped(to, title);
    str_add(to, "</h2>\n");
}

static void add_report(struct str *to, const struct report *r)
{
    str_add(to, "<div class=\"out\">\n");
    report_render_html(r, to);
    str_add(to, "</div>\n");
}

static void add_words(struct str *to, const struct str *text)
{
    str_add(to, "<div class=\"out\">\n");
    html_lines(to, text->text, text->size);
    str_add(to, "</div>\n");
}

static void add_notice(struct str *to, const struct str *text)
{
    add_note(to, text->text);
}

static void add_error(struct str *to, const struct str *text)
{
    str_add(to, "<div class=\"error\"><strong>Error</strong>\n<pre>");
    html_text(to, text->text, text->size - (text->text[text->size - 1] == '\n'));
    str_add(to, "</pre></div>\n");
}

static void add_picture(struct str *to, const struct page_drawn *d, size_t number)
{
    const struct page_picture *p = d->picture;
    str_addf(to, "<figure id=\"picture%zu\"%s>\n", number, p->shades ? " class=\"shades\"" : "");
    if (d->why) {
        str_add(to, "<p class=\"missing\">This picture could not be drawn: ");
        add_escaped(to, d->why);
        str_add(to, "</p>\n");
    } else {
        str_add(to, "<div class=\"picture\" tabindex=\"0\">");
        str_bytes(to, d->svg->text, d->svg->size);
        str_add(to, "</div>\n");
    }
    str_add(to, "<figcaption>");
    add_escaped(to, p->view);
    str_add(to, " \xE2\x80\x93 ");
    add_escaped(to, p->summary);
    str_addf(to, "\n<details%s><summary>Numbers</summary>\n", d->why ? " open" : "");
    report_render_html_tables(&p->numbers, to);
    str_add(to, "</details></figcaption>\n</figure>\n");
}

/* A solution is folded, what somebody did stands open. */
static void begin_task(struct str *to, const struct page_task *t)
{
    str_addf(to, "<section class=\"task\">\n<h3>Exercise %zu</h3>\n<p>", t->number);
    add_escaped(to, t->task);
    str_add(to, "</p>\n<p class=\"until\">Done when <code>");
    html_code(to, t->condition, strlen(t->condition));
    str_add(to, "</code></p>\n");
    for (size_t i = 0; i < t->hints; i++) {
        str_addf(to, "<details><summary>Hint %zu</summary><p>", i + 1);
        add_escaped(to, t->hint[i]);
        str_add(to, "</p></details>\n");
    }
    str_addf(to, "<details%s><summary>%s</summary>\n", t->person ? " open" : "",
             t->person ? "What was done" : "A solution");
}

static void end_task(struct str *to)
{
    str_add(to, "</details>\n</section>\n");
}

const struct page_way page_html = {
    .ending = ".html",
    .own = FILE_OWN,
    .begin = begin_page,
    .end = end_page,
    .code = add_code,
    .section = add_section,
    .say = add_said,
    .report = add_report,
    .words = add_words,
    .notice = add_notice,
    .error = add_error,
    .task = begin_task,
    .task_end = end_task,
    .picture = add_picture,
};
