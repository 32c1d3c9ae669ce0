/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/cells.h"
#include "data/columns.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, SHOWN_ROOM = 48 };

/* The numbers of a table, row after row, in blocks that are freed one by one as they move into the
 * dataset: so never more than twice the numbers are held. */
struct table_reader {
    const struct args *args;
    const struct file_name *file;
    struct cells cells;
    struct columns columns;
    locale_t plain; /* whose decimal sign is a dot */
    size_t width;   /* numbers of a row: inputs, targets, and the sample's weight */
    real **block;
    size_t blocks, block_room, block_rows;
    size_t rows;
    bool guessed, guessed_number; /* the first line was taken for a header; a number is in it */
    uint64_t first_line;          /* of the row that tells how many cells there are */
};

/* A cell for a message: in one line, without what a terminal could take for a command, and cut. */
static char *shown_cell(const char *cell, char text[SHOWN_ROOM])
{
    size_t n = strlen(cell), most = SHOWN_ROOM - 4;
    bool cut = n > most;
    for (n = cut ? most : n; cut && n && ((unsigned char)cell[n] & 0xC0) == 0x80;)
        n--;
    for (size_t i = 0; i < n; i++)
        text[i] = (unsigned char)cell[i] < 0x20 ? ' ' : cell[i];
    strcpy(text + n, cut ? "..." : "");
    return text;
}

/* Only decimal numbers: strtod would take 0x1p3, inf and nan as well. */
static bool read_number(const struct table_reader *t, const char *cell, double *x)
{
    char *end;
    if (!cell[0] || cell[strspn(cell, "0123456789+-.eE")])
        return false;
    *x = strtod_l(cell, &end, t->plain);
    return !*end;
}

static int at_cell(const struct table_reader *t, const char *what, struct err *e)
{
    char text[SHOWN_ROOM];
    return err_at(e, t->file->where, "\"%.200s\" line %llu, column %zu: \"%s\" %s", t->file->name,
                  (unsigned long long)t->cells.row_line, t->cells.column,
                  shown_cell(t->cells.text, text), what);
}

static int empty_cell(const struct table_reader *t, struct err *e)
{
    err_at(e, t->file->where, "\"%.200s\" line %llu, column %zu: the cell is empty", t->file->name,
           (unsigned long long)t->cells.row_line, t->cells.column);
    return err_hint(e, "fill it, or leave out the line, or the column with drop=%zu",
                    t->cells.column);
}

/* A cell that does not fit into a message is no number whose sign could be meant otherwise. */
static bool has_decimal_comma(const struct table_reader *t)
{
    char text[SHOWN_ROOM];
    double x;
    char *comma = strchr(shown_cell(t->cells.text, text), ',');
    if (!comma)
        return false;
    *comma = '.';
    return read_number(t, text, &x);
}

static int no_number(const struct table_reader *t, const struct column *c, struct err *e)
{
    at_cell(t, "is no number", e);
    if (has_decimal_comma(t))
        return err_hint(e, "the decimal sign is a dot");
    if (c->target)
        return err_hint(e, "this target begins with numbers; class names stand in every row");
    return err_hint(e, "text stands in a target only; leave the column out with drop=%zu",
                    t->cells.column);
}

static int does_not_fit(const struct table_reader *t, struct err *e)
{
    char most[NUMBER_ROOM];
    at_cell(t, "does not fit into a " REAL_NAME, e);
    return err_hint(e, "numbers go up to %s", number_text((double)REAL_MOST, most));
}

static int below_zero(const struct table_reader *t, struct err *e)
{
    at_cell(t, "is no weight: it is below 0", e);
    return err_hint(e, "a sample's loss counts 0 times or more");
}

/* The cell at hand as a number of its row. A target whose first cell is no number holds classes,
 * and then all its cells are words. */
static int put_cell(struct table_reader *t, struct column *c, real *row, struct err *e)
{
    double x = 0;
    bool number = read_number(t, t->cells.text, &x);
    if (c->dropped)
        return 0;
    if (!t->cells.length)
        return empty_cell(t, e);
    if (c->target && !t->rows && !number)
        c->words = true;
    if (c->words)
        return column_class(&t->columns, c, t->cells.text, &row[c->slot], e)
                   ? err_place(e, t->file->where)
                   : 0;
    if (!number)
        return no_number(t, c, e);
    if (!(fabs(x) <= (double)REAL_MOST))
        return does_not_fit(t, e);
    if (c->weight && x < 0)
        return below_zero(t, e);
    row[c->slot] = (real)x;
    return 0;
}

static int ragged_line(const struct table_reader *t, size_t cells, bool more, struct err *e)
{
    err_at(e, t->file->where, "\"%.200s\" line %llu has %s%zu cell%s, and line %llu has %zu",
           t->file->name, (unsigned long long)t->cells.row_line, more ? "more than " : "", cells,
           cells == 1 ? "" : "s", (unsigned long long)t->first_line, t->columns.count);
    return err_hint(e, "all lines have the same cells; a text with a \"%s\" stands in quotes",
                    t->cells.separator == '\t' ? "tab" : (char[2]){t->cells.separator, 0});
}

static int too_many(const struct table_reader *t, struct err *e)
{
    err_at(e, t->file->where, "\"%.200s\" holds more than 2147483648 numbers", t->file->name);
    return err_hint(e, "split the file, or drop columns");
}

/* Room for the next row; NULL and *e. */
static real *new_row(struct table_reader *t, struct err *e)
{
    size_t within = t->rows % t->block_rows;
    if ((uint64_t)(t->rows + 1) * t->width > (uint64_t)1 << 31) {
        too_many(t, e);
        return NULL;
    }
    if (within == 0) {
        real *made = NULL;
        if (!mem_room(&t->block, &t->block_room, t->blocks + 1, sizeof *t->block))
            made = mem_new(t->block_rows * t->width, sizeof *made);
        if (!made) {
            err_memory(e);
            return NULL;
        }
        t->block[t->blocks++] = made;
    }
    return t->block[t->blocks - 1] + within * t->width;
}

/* One row whose first cell has been read as `got`. */
static int read_row(struct table_reader *t, enum cell got, struct err *e)
{
    real *row = new_row(t, e);
    if (!row)
        return -1;
    for (;; got = cells_next(&t->cells, e)) {
        if (got == CELL_ERROR)
            return -1;
        if (t->cells.column > t->columns.count)
            return ragged_line(t, t->columns.count, true, e);
        if (put_cell(t, &t->columns.item[t->cells.column - 1], row, e))
            return -1;
        if (got == CELL_LAST)
            break;
    }
    if (t->cells.column < t->columns.count)
        return ragged_line(t, t->cells.column, false, e);
    t->rows++;
    return 0;
}

/* The first line: a column for each cell, named by it, whether it turns out a header or not. */
static int read_first(struct table_reader *t, struct err *e)
{
    enum cell got;
    double x;
    bool numbers = true, some = false;
    do {
        got = cells_next(&t->cells, e);
        if (got == CELL_ERROR)
            return -1;
        if (got == CELL_NONE) {
            err_at(e, t->file->where, "\"%.200s\" is empty", t->file->name);
            return err_hint(e, "a row of numbers a line, with commas between");
        }
        if (columns_add(&t->columns, t->cells.text, t->file, e))
            return -1;
        const bool number = read_number(t, t->cells.text, &x);
        numbers = numbers && number;
        some = some || number;
    } while (got == CELL_INNER);
    const struct arg *header = args_get(t->args, "header");
    t->columns.named = header->given ? header->as.yes : !numbers;
    t->guessed = t->columns.named && !header->given;
    t->guessed_number = t->guessed && some;
    t->first_line = t->cells.row_line;
    return 0;
}

/* A first line that is no header is a row as well: its cells are taken from the columns' names. */
static int put_first(struct table_reader *t, struct err *e)
{
    real *row = new_row(t, e);
    int bad = row ? 0 : -1;
    for (size_t i = 0; !bad && i < t->columns.count; i++) {
        struct column *c = &t->columns.item[i];
        t->cells.column = i + 1;
        t->cells.length = strlen(c->name);
        bad = mem_room(&t->cells.text, &t->cells.room, t->cells.length + 1, 1) ? err_memory(e) : 0;
        if (bad)
            break;
        strcpy(t->cells.text, c->name);
        bad = put_cell(t, c, row, e);
    }
    t->rows += !bad;
    return bad;
}

static int read_rows(struct table_reader *t, struct err *e)
{
    t->width = t->columns.inputs + t->columns.targets + t->columns.weighted;
    t->block_rows = t->width < BLOCK ? BLOCK / t->width : 1;
    if (!t->columns.named && put_first(t, e))
        return -1;
    enum cell got;
    while ((got = cells_next(&t->cells, e)) != CELL_NONE)
        if (got == CELL_ERROR || read_row(t, got, e))
            return -1;
    if (t->rows)
        return 0;
    err_at(e, t->file->where, "\"%.200s\" has a header and no rows", t->file->name);
    return err_hint(e, "a row of numbers a line, with commas between");
}

/* Columns as steps of equally many. */
static int fold_steps(const struct table_reader *t, struct shape *shape, struct err *e)
{
    const struct arg *a = args_get(t->args, "steps");
    const uint32_t columns = shape->size[0];
    if (!a->given)
        return 0;
    const uint32_t steps = (uint32_t)args_whole(t->args, "steps");
    if (columns % steps) {
        err_at(e, a->where, "%u input column%s are no %u steps of equally many", columns,
               columns == 1 ? "" : "s", steps);
        return err_hint(e, "take a number of steps that divides %u, or drop= columns", columns);
    }
    *shape = (struct shape){.axes = 2, .size = {steps, columns / steps}};
    return 0;
}

/* Moves the blocks into x and y. */
static int move_rows(struct table_reader *t, struct dataset *to, struct err *e)
{
    const size_t inputs = t->columns.inputs, targets = t->columns.targets;
    struct shape shape = shape_of((uint32_t)inputs);
    if (fold_steps(t, &shape, e))
        return -1;
    if (load_room(to, t->rows, &shape, targets, t->file->where, e))
        return -1;
    if (t->columns.weighted && !(to->weight = mem_block(t->rows, sizeof *to->weight)))
        return err_memory(e);
    for (size_t r = 0; r < t->rows; r++) {
        if (stop_check(to->stop, e))
            return -1;
        real **block = &t->block[r / t->block_rows];
        const real *row = *block + r % t->block_rows * t->width;
        memcpy(to->x + r * inputs, row, inputs * sizeof *row);
        if (targets)
            memcpy(to->y + r * targets, row + inputs, targets * sizeof *row);
        if (to->weight)
            to->weight[r] = row[inputs + targets];
        if (r % t->block_rows == t->block_rows - 1) {
            mem_free(*block);
            *block = NULL;
        }
    }
    return 0;
}

/* Class numbers were given as the words came; the alphabet decides. */
static int sort_classes(const struct table_reader *t, const struct dataset *to, struct err *e)
{
    for (size_t i = 0; i < t->columns.count; i++) {
        const struct column *c = &t->columns.item[i];
        if (!c->words)
            continue;
        uint32_t *place = mem_new(c->classes, sizeof *place);
        if (!place)
            return err_memory(e);
        column_sort(c, place);
        real *y = to->y + (c->slot - t->columns.inputs);
        for (size_t r = 0; r < t->rows && !stop_asked_at(to->stop, r); r++)
            y[r * to->targets] = (real)place[(size_t)y[r * to->targets]];
        mem_free(place);
    }
    return stop_check(to->stop, e);
}

static const char *kept_text(struct dataset *to, const char *text)
{
    return arena_text(&to->arena, text, strlen(text));
}

/* The names of the columns, and of the classes of a single target. */
static int keep_names(const struct table_reader *t, struct dataset *to, struct err *e)
{
    const struct columns *all = &t->columns;
    const char **name = arena_new(&to->arena, all->inputs + all->targets, sizeof *name);
    if (!name)
        return err_memory(e);
    for (size_t i = 0; i < all->count; i++) {
        const struct column *c = &all->item[i];
        if (!c->dropped && !c->weight && !(name[c->slot] = kept_text(to, c->name)))
            return err_memory(e);
        if (!c->words || all->targets != 1)
            continue;
        const char **class = arena_new(&to->arena, c->classes, sizeof *class);
        if (!class)
            return err_memory(e);
        for (size_t k = 0; k < c->classes; k++)
            if (!(class[k] = kept_text(to, c->word[k].text)))
                return err_memory(e);
        to->class_name = class;
    }
    to->column = all->named ? name : NULL;
    return 0;
}

static int read_table(struct table_reader *t, struct dataset *to, struct err *e)
{
    t->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!t->plain)
        return err_memory(e);
    if (cells_open(&t->cells, t->file, to->stop, e) || read_first(t, e) ||
        columns_deal_out(&t->columns, t->args, to, e) || read_rows(t, e) || move_rows(t, to, e))
        return -1;
    return sort_classes(t, to, e) || keep_names(t, to, e) ? -1 : 0;
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    (void)seed;
    struct table_reader t = {.args = args, .file = &args_get(args, "file")->as.file};
    int bad = read_table(&t, to, e);
    to->headed = t.guessed;
    to->headed_number = t.guessed_number;
    for (size_t i = 0; i < t.blocks; i++)
        mem_free(t.block[i]);
    mem_free(t.block);
    columns_finish(&t.columns);
    cells_close(&t.cells);
    if (t.plain)
        freelocale(t.plain);
    return bad;
}

static const struct arg_spec csv_args[] = {
    ARG("file", POSITIONAL, ARG_FILE, .required = true,
        .line = "a table of text, packed by gzip or not"),
    ARG("target", KEY, ARG_WORDS, .standard = "last",
        .line = "the target columns, by name or number from 1; or last, input or none"),
    ARG("drop", KEY, ARG_WORDS, .line = "columns to leave out, by name or number from 1, or last"),
    ARG("weight", KEY, ARG_WORDS,
        .line = "the column that says how much each sample's loss counts, by name or number"),
    ARG("steps", KEY, ARG_WHOLE, .min = 1, .max = 1e5,
        .line = "folds the input columns into so many steps of equally many, one behind the other"),
    ARG("header", KEY, ARG_BOOL,
        .line = "whether the first line is names; by itself: when a cell of it is no number"),
    DATA_KEYS,
};

const struct data_kind data_csv = {
    .entry =
        {
            .name = "csv",
            .args = csv_args,
            .arg_count = COUNT(csv_args),
            .summary = "a table of text: a sample a line, numbers with commas between",
            .details =
                "If a cell of the first line is no number, that line is the header. (A table "
                "without one whose classes are words needs header=no, or its first row is taken "
                "for names.) Lines hold numbers separated by commas; or, if the first line has no "
                "comma, by semicolons or tabs. The decimal sign is a dot. A cell in double quotes "
                "may hold separators, line ends and, written twice, quotes.\n\n"
                "target= and drop= take column names, in quotes where they are not words of "
                "small letters, or numbers from 1, or last: target=3, \"Petal Width\". The last "
                "column that is not dropped is the target unless target= says otherwise; "
                "target=input makes the inputs their own targets, target=none leaves targets out. "
                "weight= names a column of sample weights: the loss of a sample is multiplied by "
                "its "
                "own, and the data loss stays the sum over a batch divided by its samples (behind "
                "a "
                "mask, by its steps that are there), as in "
                "Keras, not by the sum of the weights. Penalties have no weights. That goes for "
                "every share, training and "
                "validation; accuracy counts each sample once.\n\n"
                "A target whose first cell is text holds class names: the classes are numbered "
                "from 0 in the order of the alphabet. Any other text, and an empty cell, is an "
                "error that tells line and column. Relative names are read against the folder of "
                "the script.",
            .example = "data csv \"data/points.csv\" target=colour split=0.2\ninput 2\n"
                       "dense 3 softmax\ntrain 2\n",
        },
    .load = load,
};
