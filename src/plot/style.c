/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/style.h"

#include "nn/joint_term.h"
#include "nn/layer.h"

#include <math.h>
#include <string.h>

static const char *const colours[COLOURS] = {
    [BLUE] = "#0072B2",   [VERMILION] = "#D55E00", [ORANGE] = "#E69F00", [GREEN] = "#009E73",
    [PURPLE] = "#CC79A7", [SKY] = "#56B4E9",       [BLACK] = "#000000"};

const char *style_colour(size_t number)
{
    return colours[number % COLOURS];
}

/* The characters of a name beside a line, and of what an event is called. */
enum { LEGEND_MOST = 60 };

/* gnuplot's dumb terminal draws the dash types 2 to 7 with these. */
static const char characters[] = "#$%@&=";

char style_character(size_t number)
{
    return characters[number % strlen(characters)];
}

void style_begin(struct figure *f, const struct view_request *r)
{
    struct str *p = &f->program;
    f->big = r->big && !r->text;
    str_add(p, "reset\nset encoding utf8\n");
    if (r->text) {
        str_add(p, "set tics nomirror\n"
                   "set key bmargin center horizontal Left reverse samplen 1 noenhanced\n");
        return;
    }
    /* As an image SVG would be blurred, as pixels PNG would show seams. */
    str_add(p, "IMAGE = GPVAL_TERM eq 'svg' ? 'image pixels' : 'image'\n"
               "set border 3 lc rgb '" STYLE_INK "'\n"
               "set tics nomirror out textcolor rgb '" STYLE_INK "'\n"
               "set grid ytics lt 1 lw 1 lc rgb '#DDDDDD'\n"
               "set style textbox opaque noborder margins 0.3,0.3\n"
               "set key bmargin center horizontal Left reverse samplen 3 height 1 "
               "noenhanced\n");
}

/* Adds a text in quotes. */
static void quote_text(struct str *to, const struct str *text)
{
    to->failed = to->failed || text->failed;
    figure_quote(to, text->text ? text->text : "");
}

/* Where the character begins that `at` is in. */
static size_t character_at(const struct str *text, size_t at)
{
    while (at > 0 && at < text->size && ((unsigned char)text->text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

void style_cut(struct str *text, size_t most)
{
    static const char gap[] = " ... ";
    const size_t keep = most > sizeof gap ? most - sizeof gap + 1 : 2;
    if (text->failed || text->size <= most)
        return;
    const size_t head = character_at(text, (keep * 2 + 4) / 5);
    const size_t tail = character_at(text, text->size - keep * 3 / 5);
    struct str whole = *text;
    *text = (struct str){0};
    str_bytes(text, whole.text, head);
    str_add(text, gap);
    str_bytes(text, whole.text + tail, whole.size - tail);
    str_finish(&whole);
}

void style_tic(struct str *to, const char *name, size_t most)
{
    struct str text = {0}, format = {0};
    str_add(&text, name);
    style_cut(&text, most);
    for (size_t i = 0; i < text.size; i++)
        str_addf(&format, text.text[i] == '%' ? "%%%%" : "%c", text.text[i]);
    quote_text(to, &format);
    to->failed = to->failed || text.failed;
    str_finish(&text);
    str_finish(&format);
}

void style_set(struct str *to, const char *setting, const char *text)
{
    str_addf(to, "set %s ", setting);
    figure_quote(to, text);
    str_add(to, " noenhanced\n");
}

void style_heading(struct str *to, const struct view_request *r, const char *view)
{
    bool same = true;
    for (size_t i = 1; i < r->models; i++)
        same = same && r->model[i]->state.step == r->model[0]->state.step;
    str_addf(to, "%s of ", view);
    for (size_t i = 0; i < r->models; i++) {
        str_addf(to, "%s%s", i ? ", " : "", r->model[i]->name);
        if (!same || i + 1 == r->models)
            str_addf(to, " (step %llu)", (unsigned long long)r->model[i]->state.step);
    }
}

/* The penalties of a model: `code.activity l1(0.001), code.kernel l2(0.01)`. */
static void add_strengths(struct str *to, const struct model *m)
{
    for (size_t i = 0; i < m->graph->terms; i++) {
        const struct term *t = &m->graph->term[i];
        char name[TERM_NAME_ROOM];
        str_addf(to, "%s%s ", i ? ", " : "", term_name(m->graph, t, name, sizeof name));
        args_print_brief(to, model_term(m, (id)i));
    }
    str_add(to, m->graph->terms ? "" : "no penalty");
}

/* Cuts the end of a text that is too long. */
static void shorten_text(struct str *text, size_t most)
{
    if (text->failed || text->size <= most)
        return;
    text->size = character_at(text, most);
    text->text[text->size] = 0;
    str_add(text, " ...");
}

/* What stands below the heading: the penalties, a line for each of a few models. */
static void add_penalties(struct str *to, const struct view_request *r)
{
    enum { WIDE = 94, MODELS_MOST = 4 };
    for (size_t i = 0; i < r->models && r->models <= MODELS_MOST; i++) {
        struct str line = {0};
        if (r->models > 1)
            str_addf(&line, "%s: ", r->model[i]->name);
        add_strengths(&line, r->model[i]);
        shorten_text(&line, r->big ? WIDE / 2 : WIDE);
        str_add(to, ".\"\\n\".");
        quote_text(to, &line);
        str_finish(&line);
    }
}

/* Adds a heading, and in a picture of pixels the penalties below it. */
static void add_lines(struct str *to, const struct view_request *r, const struct str *heading)
{
    quote_text(to, heading);
    if (!r->text)
        add_penalties(to, r);
}

static void add_heading(struct str *to, const struct view_request *r, const char *view)
{
    struct str text = {0};
    style_heading(&text, r, view);
    add_lines(to, r, &text);
    str_finish(&text);
}

void style_head_as(struct str *to, const struct view_request *r, const struct str *heading)
{
    str_add(to, "set title ");
    add_lines(to, r, heading);
    str_add(to, " noenhanced\n");
}

void style_head(struct str *to, const struct view_request *r, const char *view)
{
    str_add(to, "set title ");
    add_heading(to, r, view);
    str_add(to, " noenhanced\n");
}

/* How many characters stand above one of so many panels beside each other. */
static size_t title_room(const struct view_request *r, size_t cols)
{
    const size_t most = cols < 2 ? 96 : cols < 3 ? 60 : 130 / cols;
    return r->big ? most * 5 / 8 : most;
}

void style_title(struct str *to, const struct view_request *r, const struct str *text, size_t cols)
{
    static const char *const fonts[] = {"", "", " font ',10'", " font ',9'"};
    struct str title = {.failed = text->failed};
    str_add(&title, text->text ? text->text : "");
    style_cut(&title, title_room(r, cols));
    str_add(to, "set title ");
    quote_text(to, &title);
    str_addf(to, " noenhanced%s\n", cols < 3 ? fonts[cols] : fonts[3]);
    str_finish(&title);
}

void style_next(struct str *plot)
{
    str_add(plot, plot->size ? ", \\\n     " : "plot ");
}

void style_pen(struct str *plot, const struct view_request *r, struct pen pen, size_t number)
{
    str_add(plot, pen.points ? " with linespoints" : " with lines");
    if (r->text) {
        size_t dash = number % strlen(characters) + 2;
        str_addf(plot, " lt %zu dt %zu lc rgb '%s'", dash, dash, style_colour(pen.colour));
        if (pen.points)
            str_addf(plot, " pt '%c'", style_character(number));
        return;
    }
    str_addf(plot, " lc rgb '%s' lw %g dt %zu", style_colour(pen.colour), pen.width, pen.dash + 1);
    if (pen.points)
        str_add(plot, " pt 7 ps 0.5");
}

void style_legend(struct str *plot, const char *text)
{
    struct str name = {0};
    str_add(&name, text);
    style_cut(&name, LEGEND_MOST);
    str_add(plot, " title ");
    quote_text(plot, &name);
    str_add(plot, " noenhanced");
    str_finish(&name);
}

size_t style_penalty(const char *name)
{
    return strstr(name, ".activity") ? ORANGE : GREEN;
}

void style_fill(struct str *plot, size_t nth)
{
    if (nth)
        str_addf(plot, " fs pattern %zu border", 4 + (nth - 1) % 4);
    else
        str_add(plot, " fs solid 0.85 border");
}

/* Whether an event that was listed before says the same: models that were changed together. */
static bool told_before(const struct view_request *r, size_t first, size_t model, size_t event)
{
    const struct event *e = &r->model[model]->history.event[event];
    for (size_t m = first; m <= model; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < (m < model ? h->events : event); i++)
            if (h->event[i].step == e->step && strcmp(h->event[i].label, e->label) == 0)
                return true;
    }
    return false;
}

static void event_label(struct str *to, const struct view_request *r, const struct event *event,
                        const double x[2], enum labels labels, size_t number)
{
    const double at = (double)event->step;
    const bool right = at - x[0] > 0.6 * (x[1] - x[0]);
    const double down = (r->text ? 1 : 0.9) + (double)number * (r->text ? 1 : 1.1);
    struct str text = {0};
    if (labels == LABELS_LISTED)
        str_addf(&text, "%llu: ", (unsigned long long)event->step);
    str_add(&text, event->label);
    style_cut(&text, LEGEND_MOST);
    str_add(to, "set label ");
    quote_text(to, &text);
    if (labels == LABELS_LISTED)
        str_addf(to, " at graph 0.03, graph 1 left offset character 0, %g", -down);
    else
        str_addf(to, " at first %.9g, graph 1 %s offset character %s, %g", at,
                 right ? "right" : "left", right ? "-0.6" : "0.6", -down);
    str_add(to, " front noenhanced");
    if (!r->text)
        str_addf(to, " boxed font ',%d' textcolor rgb '" STYLE_GREY "'",
                 labels == LABELS_LISTED ? 8 : 9);
    str_add(to, "\n");
    str_finish(&text);
}

/* The events between two steps, each once: adds them to `to`, with labels for the last ones of all
 * `shown`; without `to` it only counts them. */
static size_t each_event(struct str *to, const struct view_request *r, size_t first, size_t count,
                         const double x[2], enum labels labels, size_t shown)
{
    enum { PICTURE_LABELS = 6, TEXT_LABELS = 3, LINES_MOST = 100 };
    const size_t most = r->text ? TEXT_LABELS : PICTURE_LABELS;
    const size_t unlabelled = shown > most ? shown - most : 0;
    size_t number = 0;
    for (size_t m = first; m < first + count; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->events; i++) {
            const double at = (double)h->event[i].step;
            if (at < x[0] || at > x[1] || told_before(r, first, m, i))
                continue;
            number++;
            if (!to || number + LINES_MOST <= shown)
                continue;
            str_addf(
                to,
                "set arrow from first %.9g, graph 0 to first %.9g, graph %s nohead dt 3 lw 1.5 "
                "lc rgb '" STYLE_GREY "'\n",
                at, at, r->text ? STYLE_TEXT_TOP : "1");
            if (labels && number > unlabelled)
                event_label(to, r, &h->event[i], x, labels, number - unlabelled - 1);
        }
    }
    return number;
}

void style_events(struct str *to, const struct view_request *r, size_t first, size_t count,
                  const double x[2], enum labels labels)
{
    const size_t shown = each_event(NULL, r, first, count, x, labels, 0);
    each_event(to, r, first, count, x, labels, shown);
}

/* 1, 2 or 5 times a power of ten, at least `raw`. */
static double round_step(double raw)
{
    const double power = pow(10, floor(log10(raw)));
    const double part = raw / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

void style_tics(struct str *to, const char *axis, double low, double high, size_t most,
                double least)
{
    str_addf(to, "set %stics %.9g\n", axis, round_step(fmax((high - low) / (double)most, least)));
}

void style_tics_from(struct str *to, const char *axis, double low, double high, size_t most)
{
    const double step = round_step((high - low) / (double)most);
    str_addf(to, "set %stics %.9g, %.9g\n", axis, step * ceil(low / step), step);
}

void style_cells(struct str *plot, const char *block, const char *x, const char *y, const char *z,
                 size_t across, size_t down)
{
    style_next(plot);
    if (across > 1 && down > 1)
        str_addf(plot, "%s using %s:%s:%s with @IMAGE notitle", block, x, y, z);
    else
        str_addf(plot,
                 "%s using %s:%s:($%s-0.5):($%s+0.5):($%s-0.5):($%s+0.5):%s with boxxyerror "
                 "fillstyle solid 1 noborder fillcolor palette notitle",
                 block, x, y, x, x, y, y, z);
}

static const struct {
    char sign;
    double from, below;
} signs[] = {{'=', -2, -0.6}, {'-', -0.6, -0.2}, {'.', -0.2, 0.2}, {'+', 0.2, 0.6}, {'#', 0.6, 2}};
enum { SIGNS = sizeof signs / sizeof *signs };

unsigned style_sign(double part)
{
    unsigned i = 0;
    while (i < SIGNS - 1 && part >= signs[i].below)
        i++;
    return i;
}

void style_signs(struct str *plot, const char *block, unsigned set)
{
    for (unsigned i = 0; i < SIGNS; i++) {
        if (!(set >> i & 1))
            continue;
        style_next(plot);
        str_addf(plot, "%s using 1:($4>=%g&&$4<%g?$2:NaN) with points pt '%c' lc rgb '%s' notitle",
                 block, signs[i].from, signs[i].below, signs[i].sign,
                 signs[i].from < -0.2  ? style_colour(ORANGE)
                 : signs[i].from < 0.2 ? STYLE_GREY
                                       : style_colour(BLUE));
    }
}

void style_plot(struct str *to, const struct str *plot)
{
    to->failed = to->failed || plot->failed;
    str_bytes(to, plot->text ? plot->text : "", plot->size);
    str_add(to, "\n");
}

void style_panels(struct str *to, const struct view_request *r, const char *view, size_t rows,
                  size_t cols)
{
    str_addf(to, "set multiplot layout %zu,%zu title ", rows, cols);
    add_heading(to, r, view);
    str_add(to, " noenhanced\n");
}

void style_panels_end(struct str *to)
{
    str_add(to, "unset multiplot\n");
}
