/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/page_picture.h"
#include "cmd/common/page_way.h"
#include "cmd/report/html.h"
#include "cmd/report/render.h"

#include "num/real.h"

#include <string.h>

/* As text, on one line. */
static void add_line(struct str *to, const char *text)
{
    report_markdown_text(to, text, strlen(text), true);
}

static void add_paragraphs(struct str *to, const struct str *text)
{
    if (!text->size)
        return;
    report_markdown_text(to, text->text, text->size, false);
    str_add(to, "\n\n");
}

static void begin_page(struct str *to, const struct page_facts *facts)
{
    str_add(to, "# ");
    add_line(to, facts->title);
    str_add(to, "\n\n");
    add_paragraphs(to, &facts->intro);
}

static void add_note(struct str *to, const char *text)
{
    str_add(to, "> ");
    add_line(to, text);
    str_add(to, "\n\n");
}

static void end_page(struct str *to, const struct page_facts *facts)
{
    if (facts->left_out)
        add_note(to, facts->left_out);
    if (facts->ended)
        add_note(to, facts->ended);
    str_add(to, "---\n\n");
    if (facts->from) {
        str_add(to, "script ");
        add_line(to, facts->from);
        str_add(to, ", ");
    }
    str_addf(to, "seed %llu, %s precision, %zu statements, ", (unsigned long long)facts->seed,
             sizeof(real) == sizeof(double) ? "double" : "single", facts->statements);
    str_addf(to, "took %.1f s, %s, nnr " NNR_VERSION "\n\n<!-- " FILE_OWN " -->\n", facts->seconds,
             facts->date);
}

/* Lines as they stand, between fences that are longer than any in them. */
static void add_fenced(struct str *to, const char *text, size_t n, const char *language)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < n; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        str_add(to, "`");
    str_addf(to, "%s\n", language);
    html_plain(to, text, n);
    str_add(to, n && text[n - 1] == '\n' ? "" : "\n");
    for (size_t i = 0; i <= longest; i++)
        str_add(to, "`");
    str_add(to, "\n\n");
}

static void add_code(struct str *to, const struct str *text)
{
    add_fenced(to, text->text, text->size, "nnr");
}

static void add_section(struct str *to, const char *title, size_t number)
{
    (void)number;
    str_add(to, "## ");
    add_line(to, title);
    str_add(to, "\n\n");
}

static void add_report(struct str *to, const struct report *r)
{
    report_render_markdown(r, to);
    while (to->size && !to->failed && to->text[to->size - 1] == '\n')
        to->text[--to->size] = 0;
    str_add(to, "\n\n");
}

static void add_words(struct str *to, const struct str *text)
{
    add_fenced(to, text->text, text->size, "");
}

static void add_notice(struct str *to, const struct str *text)
{
    add_note(to, text->text);
}

static void add_error(struct str *to, const struct str *text)
{
    str_add(to, "**Error**\n\n");
    add_words(to, text);
}

static void add_picture(struct str *to, const struct page_drawn *d, size_t number)
{
    const struct page_picture *p = d->picture;
    (void)number;
    if (d->why) {
        str_add(to, "> This picture could not be drawn: ");
        add_line(to, d->why);
    } else {
        str_add(to, "![");
        add_line(to, p->view);
        str_addf(to, "](<%s>)", d->file);
    }
    str_add(to, "\n\n");
    add_line(to, p->view);
    str_add(to, ": ");
    add_line(to, p->summary);
    str_add(to, "\n\n");
    add_report(to, &p->numbers);
}

static void begin_task(struct str *to, const struct page_task *t)
{
    str_addf(to, "### Exercise %zu\n\n", t->number);
    add_line(to, t->task);
    str_add(to, "\n\nDone when:\n\n");
    add_fenced(to, t->condition, strlen(t->condition), "nnr");
    for (size_t i = 0; i < t->hints; i++) {
        str_addf(to, "Hint %zu: ", i + 1);
        add_line(to, t->hint[i]);
        str_add(to, "\n\n");
    }
    str_addf(to, "#### %s\n\n", t->person ? "What was done" : "A solution");
}

static void end_task(struct str *to)
{
    str_add(to, "*End of the exercise.*\n\n");
}

const struct page_way page_markdown = {
    .ending = ".md",
    .own = FILE_OWN,
    .pictures_beside = true,
    .begin = begin_page,
    .end = end_page,
    .code = add_code,
    .section = add_section,
    .say = add_paragraphs,
    .report = add_report,
    .words = add_words,
    .notice = add_notice,
    .error = add_error,
    .task = begin_task,
    .task_end = end_task,
    .picture = add_picture,
};
