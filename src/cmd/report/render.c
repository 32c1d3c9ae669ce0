/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/render.h"

#include "cmd/report/grid.h"
#include "cmd/report/html.h"
#include "cmd/report/render_html.h"
#include "cmd/report/report.h"
#include "cmd/report/report_bytes.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"

#include <math.h>
#include <string.h>

#define NOWHERE SIZE_MAX
enum { NARROWEST = 8 }; /* of a column that is cut */

static bool is_value(const struct report_item *x)
{
    return x->kind <= REPORT_OPEN;
}

/* The item behind an item with all that it holds. */
static size_t item_behind(const struct report *r, size_t i)
{
    size_t depth = 0;
    do {
        depth += r->item[i].kind == REPORT_OPEN || r->item[i].kind == REPORT_TABLE;
        depth -= r->item[i].kind == REPORT_CLOSE;
        i++;
    } while (depth && i < r->items);
    return i;
}

/* The value of that key among those from `i` on, to the end or to what closes them. */
static size_t find_value(const struct report *r, size_t i, const char *key, size_t n)
{
    for (; i < r->items && r->item[i].kind != REPORT_CLOSE; i = item_behind(r, i)) {
        const struct report_item *x = &r->item[i];
        if (is_value(x) && x->key && strncmp(x->key, key, n) == 0 && x->key[n] == 0)
            return i;
    }
    return NOWHERE;
}

/* Which item each of a table's columns has in each row that `people`, or machines, read. */
struct cells {
    const struct report_table *table;
    size_t *item; /* [rows][columns]; NOWHERE: none */
    size_t rows;
};

/* The cells of the row at `i`; returns the item behind it. */
static size_t read_row(const struct report *r, size_t i, const struct report_table *t, size_t *cell)
{
    const double who = r->item[i++].number;
    for (size_t c = 0; c < t->columns; c++) {
        const bool skipped = (who == REPORT_FOR_PEOPLE && !t->column[c].head) ||
                             (who == REPORT_FOR_MACHINES && !t->column[c].key);
        const bool has = !skipped && i < r->items && is_value(&r->item[i]);
        cell[c] = has ? i : NOWHERE;
        i = has ? item_behind(r, i) : i;
    }
    return i;
}

/* Those of the table at `i`; its item is NULL without memory. */
static struct cells read_cells(const struct report *r, size_t i, bool people)
{
    struct cells all = {.table = r->item[i].table};
    size_t rows = 0;
    const size_t end = item_behind(r, i);
    for (size_t k = i + 1; k < end; k++)
        rows += r->item[k].kind == REPORT_ROW;
    if (!(all.item = mem_new((rows + 1) * all.table->columns, sizeof *all.item)))
        return all;
    for (i++; r->item[i].kind == REPORT_ROW;) {
        const bool read = r->item[i].number != (people ? REPORT_FOR_MACHINES : REPORT_FOR_PEOPLE);
        i = read_row(r, i, all.table, &all.item[all.rows * all.table->columns]);
        all.rows += read;
    }
    return all;
}

static size_t value_json(const struct report *r, size_t i, const char *key, struct json *j);

static void table_json(const struct report *r, size_t i, struct json *j)
{
    const struct report_table *t = r->item[i].table;
    struct cells all = read_cells(r, i, false);
    j->to->failed = j->to->failed || !all.item;
    json_open(j, t->key, '[');
    for (size_t k = 0; k < all.rows; k++) {
        json_open(j, NULL, '{');
        for (size_t c = 0; c < t->columns; c++)
            if (t->column[c].key && all.item[k * t->columns + c] != NOWHERE)
                value_json(r, all.item[k * t->columns + c], t->column[c].key, j);
        json_close(j, '}');
    }
    json_close(j, ']');
    mem_free(all.item);
}

/* Those from `i` on, to the end or to what closes them. */
static void values_json(const struct report *r, size_t i, struct json *j)
{
    while (i < r->items && r->item[i].kind != REPORT_CLOSE)
        i = value_json(r, i, r->item[i].key, j);
}

static size_t value_json(const struct report *r, size_t i, const char *key, struct json *j)
{
    const struct report_item *x = &r->item[i];
    if (x->kind == REPORT_A_NUMBER) {
        json_number(j, key, x->number);
    } else if (x->kind == REPORT_A_TEXT) {
        json_text(j, key, r->text.text + x->text);
    } else if (x->kind == REPORT_A_BOOL) {
        json_bool(j, key, x->number != 0);
    } else if (x->kind == REPORT_OPEN) {
        json_open(j, key, (char)x->number);
        values_json(r, i + 1, j);
        json_close(j, x->number == '{' ? '}' : ']');
    } else if (x->kind == REPORT_TABLE && key) {
        table_json(r, i, j);
    }
    return item_behind(r, i);
}

void report_render_json(const struct report *r, struct str *to)
{
    struct json j = {.to = to};
    to->failed = to->failed || r->text.failed;
    if (to->failed)
        return;
    json_open(&j, NULL, '{');
    values_json(r, 0, &j);
    json_close(&j, '}');
    str_add(to, "\n");
}

static void add_number(struct str *to, double x, enum report_format format)
{
    char number[NUMBER_ROOM];
    if (format == REPORT_SHARE && isfinite(x))
        str_addf(to, "%.1f%%", 100 * x);
    else
        str_add(to, format == REPORT_SHARE || (format == REPORT_FIGURE && isnan(x))
                        ? "-"
                        : number_text(x, number));
}

/* As people read it; a list as its members, those that are lists themselves between | signs. */
static void add_value(const struct report *r, size_t i, enum report_format format, struct str *to)
{
    const struct report_item *x = i == NOWHERE ? NULL : &r->item[i];
    if (!x)
        return;
    if (x->shown || x->kind == REPORT_A_TEXT) {
        str_add(to, r->text.text + (x->shown ? x->shown : x->text));
    } else if (x->kind == REPORT_A_NUMBER) {
        add_number(to, x->number, format);
    } else if (x->kind == REPORT_A_BOOL) {
        str_add(to, x->number != 0 ? "yes" : "no");
    } else if (x->kind == REPORT_NOTHING) {
        str_add(to, "-");
    } else if (x->kind == REPORT_OPEN) {
        const size_t first = i + 1;
        for (i = first; r->item[i].kind != REPORT_CLOSE; i = item_behind(r, i)) {
            const bool list = r->item[i].kind == REPORT_OPEN && !r->item[i].shown;
            str_add(to, i == first ? "" : list ? " | " : " ");
            add_value(r, i, format, to);
        }
    }
}

/* Where the value for a word of a sentence stands: in a row, or in the report. */
static size_t find_word(const struct report *r, const struct report_table *t, const size_t *cell,
                        const char *key, size_t n)
{
    for (size_t c = 0; t && c < t->columns; c++)
        if (t->column[c].key && strlen(t->column[c].key) == n &&
            strncmp(t->column[c].key, key, n) == 0)
            return cell[c];
    const char *dot = memchr(key, '.', n);
    size_t at = find_value(r, 0, key, dot ? (size_t)(dot - key) : n);
    if (dot && at != NOWHERE)
        at = find_value(r, at + 1, dot + 1, n - (size_t)(dot + 1 - key));
    return at;
}

static void add_sentence(const struct report *r, const struct report_table *t, const size_t *cell,
                         const char *at, struct str *to)
{
    for (const char *open; (open = strchr(at, '{')); at = strchr(open, '}') + 1) {
        const char *key = open + 1;
        const size_t n = strcspn(key, " }"), unit = strcspn(key, "}");
        const size_t i = find_word(r, t, cell, key, n);
        str_bytes(to, at, (size_t)(open - at));
        add_value(r, i, REPORT_NUMBER, to);
        str_bytes(to, key + n, unit - n);
        if (unit > n && i != NOWHERE)
            str_add(to, r->item[i].number == 1 ? "" : "s");
    }
    str_add(to, at);
}

/* Where people read sentences, Markdown has a grid of what machines read. */
static const char *head_of(const struct report_table *t, size_t column)
{
    return t->line ? t->column[column].key : t->column[column].head;
}

/* Line 0 of a table that is not sideways has the heads. */
static void fill_grid(const struct report *r, const struct cells *all, struct grid *g)
{
    const struct report_table *t = all->table;
    for (size_t c = 0, column = 0; c < t->columns; c++) {
        if (!head_of(t, c))
            continue;
        for (size_t k = 0; k <= all->rows; k++) {
            const size_t line = t->sideways ? column : k, place = t->sideways ? k : column;
            struct str *to = &g->cell[line * g->columns + place];
            if (k)
                add_value(r, all->item[(k - 1) * t->columns + c], t->column[c].format, to);
            else
                str_add(to, head_of(t, c));
            g->right[place] = t->sideways ? place > 0 : t->column[c].format != REPORT_WORDS;
        }
        column++;
    }
}

static struct grid make_grid(const struct report *r, const struct cells *all, struct str *to)
{
    size_t heads = 0;
    for (size_t c = 0; c < all->table->columns; c++)
        heads += head_of(all->table, c) != NULL;
    const size_t rows = heads ? all->rows + 1 : 0;
    struct grid g = {.lines = all->table->sideways ? heads : rows,
                     .columns = all->table->sideways ? rows : heads,
                     .sideways = all->table->sideways};
    g.cell = mem_new(g.lines * g.columns, sizeof *g.cell);
    g.right = mem_new(g.columns, sizeof *g.right);
    if (g.cell && g.right)
        fill_grid(r, all, &g);
    else
        to->failed = true;
    for (size_t i = 0; g.cell && i < g.lines * g.columns; i++)
        to->failed = to->failed || g.cell[i].failed;
    return g;
}

static void finish_grid(struct grid *g)
{
    for (size_t i = 0; g->cell && i < g->lines * g->columns; i++)
        str_finish(&g->cell[i]);
    mem_free(g->cell);
    mem_free(g->right);
}

/* Characters, not bytes, as the screen counts them. */
static size_t width_of(const struct str *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->size; i++)
        n += ((unsigned char)s->text[i] & 0xC0) != 0x80;
    return n;
}

static void cut_blanks(struct str *s)
{
    while (s->size && s->text[s->size - 1] == ' ')
        s->text[--s->size] = 0;
}

/* The widths of the columns; NULL without memory. */
static size_t *column_widths(const struct grid *g)
{
    size_t *most = mem_new(g->columns, sizeof *most);
    for (size_t i = 0; i < g->lines * g->columns && most; i++) {
        const size_t n = width_of(&g->cell[i]);
        most[i % g->columns] = n > most[i % g->columns] ? n : most[i % g->columns];
    }
    return most;
}

/* Behind the columns from `from` on that fit, beside the first, into `width`; one always does. */
static size_t fitting_columns(const size_t *most, size_t columns, size_t from, size_t width)
{
    size_t used = most[0] + (from ? 2 + most[from] : 0), to = from + 1;
    while (to < columns && (!width || used + 2 + most[to] <= width))
        used += 2 + most[to++];
    return to;
}

/* The first `n` characters of a cell, the last two of them dots. */
static void add_cut(const struct str *cell, size_t n, struct str *to)
{
    size_t i = 0;
    for (size_t seen = 0; i < cell->size; i++) {
        seen += ((unsigned char)cell->text[i] & 0xC0) != 0x80;
        if (seen > n - 2)
            break;
    }
    str_bytes(to, cell->text, i);
    str_add(to, "..");
}

static void add_cell(const struct grid *g, const size_t *most, size_t line, size_t column,
                     bool last, struct str *to)
{
    const struct str *cell = &g->cell[line * g->columns + column];
    const bool cut = width_of(cell) > most[column];
    const int blanks = cut ? 0 : (int)(most[column] - width_of(cell));
    str_addf(to, "%*s", g->right[column] ? blanks : 0, "");
    if (cut)
        add_cut(cell, most[column], to);
    else
        str_add(to, cell->text ? cell->text : "");
    str_addf(to, "%*s", g->right[column] || last ? 0 : blanks, "");
    if (last)
        cut_blanks(to);
    str_add(to, last ? "\n" : "  ");
}

/* A table that is wider than the screen comes in parts, each of which has the first column, cut to
 * half the screen. */
static void grid_text(const struct grid *g, struct str *to)
{
    size_t *most = column_widths(g);
    to->failed = to->failed || !most;
    /* Columns at the end that hold nothing, such as the remarks of a ledger, need no room. */
    size_t columns = g->columns;
    while (most && columns > 1 && !most[columns - 1])
        columns--;
    if (most && g->width >= 2 * NARROWEST && most[0] > g->width / 2 &&
        fitting_columns(most, columns, 0, g->width) < columns)
        most[0] = g->width / 2;
    for (size_t from = 0, end; from < columns && !to->failed; from = end) {
        end = fitting_columns(most, columns, from, g->width);
        str_add(to, from ? "\n" : "");
        for (size_t line = 0; line < g->lines && !to->failed; line++) {
            if (from)
                add_cell(g, most, line, 0, false, to);
            for (size_t column = from; column < end; column++)
                add_cell(g, most, line, column, column + 1 == end, to);
        }
    }
    mem_free(most);
}

/* CommonMark takes a backslash before any of these as it is meant; some mean something only where a
 * line begins. A cell is one line. */
static void add_escaped(struct str *to, const char *text, bool cell)
{
    for (bool begins = !cell; *text; text++) {
        /* Four of them would make it code. */
        text += begins ? strspn(text, " ") : 0;
        if (!*text)
            break;
        if (strchr("\\|*_`<[&~", *text) || (begins && strchr("#>+-", *text)))
            str_add(to, "\\");
        begins = *text == '\n';
        if (begins)
            str_add(to, cell ? " " : "\n\n");
        else
            str_bytes(to, text, 1);
    }
}

static void add_clean(struct str *to, const char *text, size_t n, bool cell)
{
    struct str clean = {0};
    html_plain(&clean, text, n);
    add_escaped(to, clean.text ? clean.text : "", cell);
    to->failed = to->failed || clean.failed;
    str_finish(&clean);
}

void report_markdown_text(struct str *to, const char *text, size_t n, bool line)
{
    while (n && text[n - 1] == '\n')
        n--;
    add_clean(to, text, n, line);
}

static void grid_markdown(const struct grid *g, struct str *to)
{
    for (size_t line = 0; line < g->lines; line++) {
        for (size_t c = 0; c < g->columns; c++) {
            const struct str *cell = &g->cell[line * g->columns + c];
            str_add(to, "| ");
            add_clean(to, cell->text, cell->size, true);
            str_add(to, " ");
        }
        str_add(to, "|\n");
        for (size_t c = 0; c < g->columns && line == 0; c++)
            str_add(to, g->right[c] ? "| ---: " : "| --- ");
        str_add(to, line ? "" : "|\n");
    }
    str_add(to, "\n");
}

/* What stands between two tables, in the way of `as`. */
static void end_words(struct str *words, const struct report_people *as, struct str *to)
{
    if (words->text && !words->failed)
        as->words(to, words->text, words->size);
    to->failed = to->failed || words->failed;
    str_finish(words);
}

void report_for_people(const struct report *r, const struct report_people *as, struct str *to)
{
    struct str words = {.failed = r->text.failed};
    for (size_t i = 0; i < r->items && !words.failed && !to->failed; i++) {
        const struct report_item *x = &r->item[i];
        if (x->kind == REPORT_NOTE)
            str_add(&words, r->text.text + x->text);
        else if (x->kind == REPORT_SENTENCE)
            add_sentence(r, NULL, NULL, x->key, &words);
        if (x->kind != REPORT_TABLE)
            continue;
        struct cells all = read_cells(r, i, true);
        words.failed = words.failed || !all.item;
        const bool lines = x->table->line && as->lines;
        for (size_t k = 0; lines && all.item && k < all.rows; k++)
            add_sentence(r, x->table, &all.item[k * x->table->columns], x->table->line, &words);
        if (!lines && all.item && all.rows) {
            struct grid g = make_grid(r, &all, &words);
            g.width = r->width;
            end_words(&words, as, to);
            if (!to->failed)
                as->grid(&g, to);
            finish_grid(&g);
        }
        mem_free(all.item);
        i = item_behind(r, i) - 1;
    }
    end_words(&words, as, to);
}

static void words_text(struct str *to, const char *text, size_t n)
{
    str_bytes(to, text, n);
}

static void words_markdown(struct str *to, const char *text, size_t n)
{
    add_clean(to, text, n, false);
}

void report_render_text(const struct report *r, struct str *to)
{
    static const struct report_people as = {words_text, grid_text, true};
    report_for_people(r, &as, to);
}

void report_render_markdown(const struct report *r, struct str *to)
{
    static const struct report_people as = {words_markdown, grid_markdown, false};
    report_for_people(r, &as, to);
}

/* The next field of a line: what begins a line has no comma in front. */
static void add_field(struct str *to, bool first, const char *text)
{
    const bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    str_add(to, first ? "" : ",");
    str_add(to, quoted ? "\"" : "");
    for (; *text; text++)
        str_addf(to, quoted && *text == '"' ? "\"\"" : "%c", *text);
    str_add(to, quoted ? "\"" : "");
}

static void add_value_field(const struct report *r, size_t i, struct str *to, bool first)
{
    const struct report_item *x = i == NOWHERE ? NULL : &r->item[i];
    char number[NUMBER_ROOM];
    struct str text = {0};
    struct json j = {.to = &text};
    if (x && x->kind == REPORT_A_TEXT)
        str_add(&text, r->text.text + x->text);
    else if (x && x->kind == REPORT_A_NUMBER && !isfinite(x->number))
        str_add(&text, number_text(x->number, number));
    else if (x)
        value_json(r, i, NULL, &j);
    add_field(to, first, text.text ? text.text : "");
    to->failed = to->failed || text.failed;
    str_finish(&text);
}

/* A column of a table that is written as CSV: its values, or those of one key of its objects. */
struct csv_column {
    size_t column;
    const char *key; /* NULL: the values themselves */
};

static bool is_object(const struct report *r, size_t i)
{
    return i != NOWHERE && r->item[i].kind == REPORT_OPEN && r->item[i].number == '{';
}

/* Adds a column for each key of the object at `i` that has none yet; returns how many there are. */
static size_t add_keys(const struct report *r, size_t i, size_t column, struct csv_column *list,
                       size_t count)
{
    for (i++; r->item[i].kind != REPORT_CLOSE; i = item_behind(r, i)) {
        size_t k = 0;
        while (k < count && (list[k].column != column || strcmp(list[k].key, r->item[i].key) != 0))
            k++;
        if (k == count)
            list[count++] = (struct csv_column){column, r->item[i].key};
    }
    return count;
}

static size_t csv_columns(const struct report *r, const struct cells *all, struct csv_column *list)
{
    const struct report_table *t = all->table;
    size_t count = 0;
    for (size_t c = 0; c < t->columns; c++) {
        bool objects = false;
        for (size_t k = 0; t->column[c].key && k < all->rows; k++) {
            const size_t i = all->item[k * t->columns + c];
            if (is_object(r, i))
                count = add_keys(r, i, c, list, count);
            objects = objects || is_object(r, i);
        }
        if (t->column[c].key && !objects)
            list[count++] = (struct csv_column){c, NULL};
    }
    return count;
}

static void add_csv_head(const struct report_table *t, const struct csv_column *c, struct str *to,
                         bool first)
{
    struct str name = {0};
    str_addf(&name, "%s%s%s", t->column[c->column].key, c->key ? "." : "", c->key ? c->key : "");
    add_field(to, first, name.failed ? "" : name.text);
    to->failed = to->failed || name.failed;
    str_finish(&name);
}

static void table_csv(const struct report *r, size_t i, struct str *to)
{
    struct cells all = read_cells(r, i, false);
    const struct report_table *t = all.table;
    struct csv_column *list = mem_new(t->columns + r->items, sizeof *list);
    to->failed = to->failed || !all.item || !list;
    const size_t count = to->failed ? 0 : csv_columns(r, &all, list);
    for (size_t k = 0; k <= all.rows && !to->failed; k++) {
        for (size_t c = 0; c < count; c++) {
            size_t at = k ? all.item[(k - 1) * t->columns + list[c].column] : NOWHERE;
            if (list[c].key && is_object(r, at))
                at = find_value(r, at + 1, list[c].key, strlen(list[c].key));
            if (k)
                add_value_field(r, at, to, c == 0);
            else
                add_csv_head(t, &list[c], to, c == 0);
        }
        str_add(to, "\n");
    }
    mem_free(list);
    mem_free(all.item);
}

void report_render_csv(const struct report *r, struct str *to)
{
    to->failed = to->failed || r->text.failed;
    for (size_t i = 0; i < r->items && !to->failed; i = item_behind(r, i))
        if (r->item[i].kind == REPORT_TABLE && r->item[i].key) {
            table_csv(r, i, to);
            return;
        }
    for (size_t k = 0; k < 2 && !to->failed; k++) {
        bool first = true;
        for (size_t i = 0; i < r->items; i = item_behind(r, i)) {
            if (!is_value(&r->item[i]))
                continue;
            if (k)
                add_value_field(r, i, to, first);
            else
                add_field(to, first, r->item[i].key);
            first = false;
        }
        str_add(to, "\n");
    }
}

#define FORMAT(of, line, render_of)                                                                \
    static const struct report_renderer format_##of = {.entry = {.name = #of, .summary = line},    \
                                                       .render = render_of}
FORMAT(text, "a table for people", report_render_text);
FORMAT(csv, "a line of names, then one for each row of the first table, with every digit",
       report_render_csv);
FORMAT(markdown, "all that people read, with pipes between columns", report_render_markdown);
FORMAT(json, "one object on one line, with every digit", report_render_json);
FORMAT(html, "the same as a piece of a page", report_render_html);
static const struct entry *const format_rows[] = {&format_text.entry, &format_csv.entry,
                                                  &format_markdown.entry, &format_json.entry,
                                                  &format_html.entry};
const struct table report_formats = {"format", format_rows, 5};

const struct report_renderer *report_renderer_of(const struct args *args)
{
    return (const struct report_renderer *)args_get(args, "format")->as.choice;
}

int report_no_format(const struct args *args, struct err *e)
{
    const struct arg *format = args_get(args, "format");
    if (!format->given)
        return 0;
    err_at(e, format->key, "format is for a table, and this statement prints none");
    return err_hint(e, "leave format= out; help %s tells what prints a table", args->entry->name);
}

void report_write(const struct session *s, struct report *r, struct str *to)
{
    r->width = s->host->screen ? s->host->width : 0;
    (s->host->json ? report_render_json : r->as ? r->as->render : report_render_text)(r, to);
    report_finish(r);
}

void report_tell(const struct session *s, const struct report *r, enum told what)
{
    struct str bytes = {0};
    if (!session_tells(s))
        return;
    report_put(r, &bytes);
    session_tell(s, what, &bytes);
    str_finish(&bytes);
}

int report_show(const struct session *s, struct report *r, struct err *e)
{
    struct str text = {0};
    report_tell(s, r, TOLD_REPORT);
    report_write(s, r, &text);
    return session_print(s, &text, e);
}
