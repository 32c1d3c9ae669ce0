/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/page_picture.h"

#include "cmd/common/plotting.h"
#include "cmd/common/svg_filter.h"
#include "cmd/report/figure_table.h"
#include "cmd/report/html.h"
#include "cmd/report/render.h"
#include "cmd/report/report_bytes.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"
#include "cmd/session/warn.h"

#include "base/bytes.h"
#include "plot/view.h"

#include <stdio.h>
#include <string.h>

void page_picture_put(struct str *to, const struct session *s, const struct request *r,
                      uint64_t place, const struct figure *f)
{
    struct report numbers = {0};
    struct str name = {0};
    request_print(&name, r);
    for (size_t i = 0; i < r->askeds; i++)
        str_addf(&name, "%s%s", i ? ", " : ": ", r->asked[i].text);
    if (s->models > 1 && !r->models && !r->view->all)
        str_addf(&name, " of %s", current_model(s)->name);
    for (size_t i = 0; i < r->models; i++)
        str_addf(&name, "%s%s", i ? ", " : " of ", r->model[i]);
    figure_summary(&numbers, f);
    bytes_put_whole(to, place);
    bytes_put_text(to, name.text);
    bytes_put_text(to, r->view->entry.summary);
    bytes_put_whole(to, f->big);
    bytes_put_whole(to, f->program.text && strstr(f->program.text, "set palette"));
    report_put(&numbers, to);
    bytes_put_block(to, f->program.text, f->program.size);
    to->failed = to->failed || name.failed || figure_failed(f);
    str_finish(&name);
    report_finish(&numbers);
}

uint64_t page_picture_place(const struct str *piece)
{
    struct bytes b = {.at = piece->text, .left = piece->size};
    return bytes_take_whole(&b);
}

bool page_picture_take(struct page_picture *p, const struct str *piece)
{
    struct bytes b = {.at = piece->text, .left = piece->size};
    size_t n;
    *p = (struct page_picture){0};
    p->place = bytes_take_whole(&b);
    p->view = bytes_take_text(&b, &p->arena);
    p->summary = bytes_take_text(&b, &p->arena);
    p->figure.big = bytes_take_whole(&b) != 0;
    p->shades = bytes_take_whole(&b) != 0;
    report_take(&p->numbers, &b);
    const char *program = bytes_take_block(&b, &n);
    if (program)
        str_bytes(&p->figure.program, program, n);
    return !b.failed && p->view && p->summary && !p->numbers.text.failed &&
           !p->figure.program.failed;
}

void page_picture_finish(struct page_picture *p)
{
    report_finish(&p->numbers);
    figure_finish(&p->figure);
    arena_finish(&p->arena);
    *p = (struct page_picture){0};
}

void page_picture_words(const struct page_picture *p, struct str *to)
{
    report_render_text(&p->numbers, to);
}

/* Title and description, which readers of screens read. */
static void add_words(const struct page_picture *p, const char *prefix, struct str *to)
{
    struct str words = {0};
    page_picture_words(p, &words);
    str_addf(to, "<title id=\"%st\">", prefix);
    html_text(to, p->view, strlen(p->view));
    str_addf(to, "</title><desc id=\"%sd\">", prefix);
    html_text(to, p->summary, strlen(p->summary));
    str_add(to, ". ");
    html_text(to, words.text ? words.text : "", words.size);
    str_add(to, "</desc>");
    to->failed = to->failed || words.failed;
    str_finish(&words);
}

int page_picture_svg(struct session *s, struct page_picture *p, size_t number, bool file,
                     struct str *to, struct err *e)
{
    struct str svg = {0}, words = {0};
    char prefix[32], attributes[120];
    snprintf(prefix, sizeof prefix, "p%zu-", number);
    snprintf(attributes, sizeof attributes, "role=\"img\" aria-labelledby=\"%st %sd\"", prefix,
             prefix);
    const int failed = picture_svg(s, &p->figure, &svg, e);
    if (!failed) {
        add_words(p, prefix, &words);
        svg_filter(to, svg.text, svg.size, prefix, attributes, &words, file);
        to->failed = to->failed || words.failed;
    }
    str_finish(&words);
    str_finish(&svg);
    return failed ? -1 : to->failed ? err_memory(e) : 0;
}

static int tell_listener(struct session *s, const struct entry *view, struct figure *f,
                         struct err *e)
{
    const struct listener *listener = s->host->listener;
    struct page_picture p = {.view = view->name, .summary = view->summary, .figure = *f};
    struct str svg = {0}, words = {0};
    struct pictures *all = pictures_of(s, e);
    figure_summary(&p.numbers, f);
    *f = (struct figure){0};
    page_picture_words(&p, &words);
    int failed = all ? page_picture_svg(s, &p, ++all->told, true, &svg, e) : -1;
    if (!failed && words.failed)
        failed = err_memory(e);
    if (!failed)
        listener->picture(listener->self, p.view, words.size ? words.text : "", svg.text);
    page_picture_finish(&p);
    str_finish(&words);
    str_finish(&svg);
    return failed;
}

int picture_present(struct session *s, const struct entry *view, unsigned shares, struct figure *f,
                    struct err *e)
{
    if (!pictures_are_told(s))
        return picture_show(s, view->name, shares, f, e);
    if (!tell_listener(s, view, f, e))
        return 0;
    if (e->kind != ERR_INPUT)
        return -1;
    session_warn(s, "%s; %s", e->what, e->hint);
    return 0;
}

void page_tell_picture(struct session *s, const struct request *r, const struct figure *f)
{
    struct figure own = {0};
    struct err ignored = {0};
    struct str piece = {0};
    if (!session_tells(s))
        return;
    if (f || request_draw_own(s, r, current_model(s), PAPER_PIXELS, &own, &ignored) == 0)
        page_picture_put(&piece, s, r, 0, f ? f : &own);
    session_tell(s, TOLD_PICTURE, &piece);
    figure_finish(&own);
    str_finish(&piece);
}

/* What cannot be drawn yet is left out, as during training. */
static void keep_view(struct session *s, struct model *m, struct watched_view *w)
{
    struct figure f = {0};
    struct err ignored = {0};
    struct str place = {0};
    if (request_draw(s, &w->request, &m, 1, PAPER_PIXELS, &f, &ignored))
        return;
    const uint64_t number = transcript_place(s->transcript);
    bytes_put_whole(&place, number);
    session_tell(s, TOLD_PLACE, &place);
    str_finish(&w->kept);
    page_picture_put(&w->kept, s, &w->request, number, &f);
    figure_finish(&f);
    str_finish(&place);
}

void page_keep_watched(struct session *s, struct model *m)
{
    for (size_t i = 0; session_tells(s) && s->pictures && i < s->pictures->watches; i++)
        keep_view(s, m, &s->pictures->watched[i]);
}

void page_end_watched(struct session *s)
{
    for (size_t i = 0; s->pictures && i < s->pictures->watches; i++) {
        struct watched_view *w = &s->pictures->watched[i];
        session_tell(s, TOLD_PICTURE, &w->kept);
        str_finish(&w->kept);
        w->kept = (struct str){0};
    }
}
