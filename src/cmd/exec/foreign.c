/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/foreign.h"

#include "cmd/exec/foreign_words.h"
#include "cmd/exec/spoken.h"
#include "cmd/session/words.h"

#include "expr/functions.h"
#include "nn/layer.h"
#include "train/loss.h"
#include "train/opt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What is written to, and for whom. */
struct writing {
    const struct graph *g; /* the model that it is said to; NULL: none */
    struct str *to;        /* the line */
    struct str *note;      /* what it leaves out */
};

static const struct entry *alike_row(const struct table *t, struct piece word)
{
    for (size_t i = 0; i < t->rows; i++)
        if (is_alike(word, t->row[i]->name) ||
            (t->row[i]->alias && is_alike(word, t->row[i]->alias)))
            return t->row[i];
    return NULL;
}

static void add_lower(struct str *to, struct piece p)
{
    for (size_t i = 0; i < p.n; i++) {
        const char c = (char)tolower((unsigned char)p.at[i]);
        str_bytes(to, &c, 1);
    }
}

/* (8, 8) -> 8x8 */
static void add_shape(struct str *to, struct piece p)
{
    for (size_t i = 0, any = 0; i < p.n;) {
        size_t n = 0;
        while (i + n < p.n && isdigit((unsigned char)p.at[i + n]))
            n++;
        if (n) {
            str_add(to, any++ ? "x" : "");
            str_bytes(to, p.at + i, n);
        }
        i += n ? n : 1;
    }
}

static void add_value(struct str *to, struct piece p);

/* regularizers.L2(l2=0.01) -> l2(0.01) */
static void add_call(struct str *to, struct piece p)
{
    struct spoken s;
    if (!read_spoken(p, &s))
        return;
    const struct entry *row = alike_row(&penalty_kinds, s.word);
    row = row ? row : alike_row(&init_kinds, s.word);
    row = row ? row : alike_row(&constraint_kinds, s.word);
    row = row ? row : alike_row(&loss_kinds, s.word);
    if (row)
        str_add(to, row->name);
    else
        add_lower(to, s.word);
    for (size_t i = 0; i < s.args; i++) {
        str_add(to, i ? ", " : "(");
        add_value(to, s.arg[i].value);
    }
    str_add(to, s.args ? ")" : "");
}

/* A value as nnr writes it. */
static void add_value(struct str *to, struct piece p)
{
    const bool quoted = p.n > 1 && (*p.at == '\'' || *p.at == '"') && p.at[p.n - 1] == *p.at;
    if (quoted)
        str_bytes(to, p.at + 1, p.n - 2);
    else if (*p.at == '(' || *p.at == '[')
        add_shape(to, p);
    else if (is_alike(p, "true") || is_alike(p, "false"))
        str_add(to, is_alike(p, "true") ? "yes" : "no");
    else if (isalpha((unsigned char)*p.at))
        add_call(to, p);
    else
        str_bytes(to, p.at, p.n);
}

/* LeakyReLU(negative_slope=0.1) -> leaky_relu(0.1) */
static void add_activation(struct str *to, const struct entry *row, const struct spoken *s)
{
    size_t n = 0;
    str_add(to, row->name);
    for (size_t i = 0; i < row->arg_count && i < s->args; i++) {
        const struct piece *value = spoken_value(s, row->args[i].name, row->args[i].alias);
        value = value ? value : row->args[i].form == POSITIONAL ? spoken_place(s, n) : NULL;
        if (!value)
            continue;
        str_add(to, n++ ? ", " : "(");
        if (row->args[i].form != POSITIONAL)
            str_addf(to, "%s=", row->args[i].name);
        add_value(to, *value);
    }
    str_add(to, n ? ")" : "");
}

/* Whether PyTorch is spoken: nn.Linear, nn.LSTM. */
static bool is_torch(const struct spoken *s)
{
    for (size_t i = 0; i + 3 <= s->path.n; i++)
        if ((!i || s->path.at[i - 1] == '.') && strncmp(s->path.at + i, "nn.", 3) == 0)
            return true;
    /* Keras has a capital there. */
    return s->word.n && s->word.at[s->word.n - 1] == 'd' && isupper((unsigned char)*s->word.at);
}

/* Whether an optimizer is told its parameters, as PyTorch's are. */
static bool has_parameters(const struct spoken *s)
{
    static const char theirs[] = "parameters";
    for (size_t i = 0; i < s->args; i++) {
        const struct piece p = s->arg[i].value;
        for (size_t k = 0; k + sizeof theirs - 1 <= p.n; k++)
            if (strncmp(p.at + k, theirs, sizeof theirs - 1) == 0)
                return true;
    }
    return false;
}

static bool is_switch(struct piece p)
{
    return is_alike(p, "true") || is_alike(p, "false");
}

static bool is_whole(struct piece p)
{
    size_t n = 0;
    while (n < p.n && isdigit((unsigned char)p.at[n]))
        n++;
    return n && n == p.n;
}

/* What they give for an argument of ours, under whichever name. */
static const struct piece *given_for(const struct spoken *s, const struct arg_spec *spec)
{
    const struct piece *value = spoken_value(s, spec->name, spec->alias);
    /* bias=False is no penalty. */
    if (value && spec->type == ARG_SUM && is_switch(*value))
        value = NULL;
    for (size_t i = 0; i < foreign_key_count && !value; i++)
        if (strcmp(foreign_keys[i].ours, spec->name) == 0)
            value = spoken_value(s, foreign_keys[i].theirs, NULL);
    return value;
}

/* A value of an argument; one number is both sides of a window: Conv2D(16, 3). */
static void add_given(struct str *to, const struct spoken *s, const struct arg_spec *spec,
                      struct piece p)
{
    bool plane = false;
    for (size_t i = 0; i + 1 < s->word.n && !plane; i++)
        plane = s->word.at[i] == '2' && tolower((unsigned char)s->word.at[i + 1]) == 'd';
    add_value(to, p);
    if (plane && spec->type == ARG_SHAPE && is_whole(p)) {
        str_add(to, "x");
        add_value(to, p);
    }
}

/* Values in their places: `UNITS` where a required one is missing. */
static void add_places(struct str *to, const struct entry *row, const struct spoken *s, size_t skip)
{
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        if (spec->form != POSITIONAL)
            continue;
        const struct piece *value = given_for(s, spec);
        if (!value)
            value = spoken_place(s, skip++);
        if (!value && !spec->required)
            return;
        str_add(to, " ");
        if (value)
            add_given(to, s, spec, *value);
        for (const char *c = spec->name; !value && *c; c++)
            str_bytes(to, (const char[]){(char)toupper((unsigned char)*c)}, 1);
    }
}

static void add_note(const struct writing *w, struct piece key)
{
    str_addf(w->note, "%s%.*s=", w->note->size ? ", " : "left out: ", (int)key.n, key.at);
}

static bool is_idle(struct piece key)
{
    for (size_t i = 0; i < foreign_idle_key_count; i++)
        if (is_alike(key, foreign_idle_keys[i]))
            return true;
    return false;
}

/* Whether an argument of the row is what the key means. */
static bool takes_key(const struct entry *row, const struct spoken *s, size_t key)
{
    for (size_t i = 0; i < row->arg_count; i++)
        if (given_for(s, &row->args[i]) == &s->arg[key].value)
            return true;
    return false;
}

/* The number that a piece is; false: it is none. */
static bool read_number(struct piece p, double *to)
{
    char text[40] = "", *end;
    if (!p.n || p.n >= sizeof text)
        return false;
    memcpy(text, p.at, p.n);
    *to = strtod(text, &end);
    return *end == 0;
}

/* weight_decay of PyTorch's optimizers adds to the gradient what a penalty's slope is. */
static void note_decay(const struct writing *w, const struct spoken *s)
{
    char half[NUMBER_ROOM];
    double value;
    if (!read_number(*spoken_value(s, "weight_decay", NULL), &value) || value <= 0)
        return;
    number_text(value / 2, half);
    str_addf(w->note, "%sweight_decay there is kernel=l2(%s) bias=l2(%s) of each layer",
             w->note->size ? "; " : "", half, half);
}

/* Dense(10, input_shape=(64,)) brings its input; Embedding(input_dim=100) means something else. */
static bool is_source_key(const struct entry *row, const struct spoken *s, struct piece key)
{
    const struct piece *columns = spoken_value(s, "input_dim", NULL);
    for (size_t i = 0; i < row->arg_count && columns; i++)
        if (given_for(s, &row->args[i]) == columns)
            columns = NULL;
    return is_alike(key, "input_shape") || (columns && is_alike(key, "input_dim"));
}

static void add_source(const struct writing *w, const struct entry *row, const struct spoken *s)
{
    for (size_t i = 0; i < s->args; i++)
        if (s->arg[i].key.n && is_source_key(row, s, s->arg[i].key)) {
            str_add(w->to, "input ");
            add_value(w->to, s->arg[i].value);
            str_add(w->to, "; ");
        }
}

/* Keys of the row, and what it has none for. */
static void add_keys(const struct writing *w, const struct entry *row, const struct spoken *s,
                     bool decays)
{
    char text[NUMBER_ROOM];
    double share;
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        const struct piece *value = given_for(s, spec);
        if (spec->form != KEY || !value || is_alike(*value, "none") ||
            (decays && strcmp(spec->name, "weight_decay") == 0))
            continue;
        if (is_torch(s) && is_whole(*value) && spec->type == ARG_CHOICE) {
            if (*value->at != '0')
                add_note(w, (struct piece){spec->name, strlen(spec->name)});
            continue;
        }
        str_addf(w->to, " %s=", spec->name);
        /* There the share that the new batch has, here the one that stays. */
        if (is_torch(s) && strcmp(spec->name, "momentum") == 0 && read_number(*value, &share))
            str_add(w->to, number_text(1 - share, text));
        else
            add_given(w->to, s, spec, *value);
    }
    for (size_t i = 0; i < s->args; i++) {
        const bool known = !s->arg[i].key.n || is_idle(s->arg[i].key) ||
                           is_source_key(row, s, s->arg[i].key) ||
                           is_alike(s->arg[i].value, "none") || takes_key(row, s, i) ||
                           (is_alike(s->arg[i].key, "bias") && takes_key(row, s, i));
        const bool decay = decays && is_alike(s->arg[i].key, "weight_decay");
        if (!known && !decay)
            add_note(w, s->arg[i].key);
    }
}

/* Adam(1e-3), SGD(model.parameters(), 0.1): the number is the row's first argument. */
static void add_rate(const struct writing *w, const struct entry *row, const struct spoken *s)
{
    double rate;
    for (size_t i = 0; i < 2 && row->arg_count; i++) {
        const struct piece *p = spoken_place(s, i);
        if (p && read_number(*p, &rate)) {
            str_addf(w->to, " %s=%.*s", row->args[0].name, (int)p->n, p->at);
            return;
        }
    }
}

/* Whether PyTorch's optimizer of that name decays weights as ours does. */
static bool is_decoupled(const struct entry *row)
{
    return strcmp(row->name, "adamw") == 0 || strcmp(row->name, "lion") == 0;
}

static void add_row(const struct writing *w, const char *lead, const struct entry *row,
                    const struct spoken *s, size_t skip)
{
    const struct piece *name = spoken_value(s, "name", NULL);
    const bool layer = *lead == 0;
    const bool decays = !layer && has_parameters(s) && !is_decoupled(row) &&
                        spoken_value(s, "weight_decay", NULL) != NULL;
    if (layer)
        add_source(w, row, s);
    str_addf(w->to, "%s%s", lead, row->name);
    add_places(w->to, row, s, skip);
    if (!layer)
        add_rate(w, row, s);
    add_keys(w, row, s, decays);
    if (decays)
        note_decay(w, s);
    if (name && layer) {
        str_add(w->to, " as ");
        add_value(w->to, *name);
    }
}

/* Whether the word is one of ours as it stands. */
static bool is_ours(struct piece word)
{
    char text[40] = "";
    if (!word.n || word.n >= sizeof text)
        return false;
    memcpy(text, word.at, word.n);
    return table_find(&command_table, text) || table_find(&layer_kinds, text);
}

static enum foreign translate(const struct writing *w, struct piece text);

/* A value that is a line of its own: add(Dense(10)), optimizer='adam'. */
static bool add_inner(const struct writing *w, const struct piece *value, bool place,
                      struct piece standard)
{
    struct str line = {0};
    const struct writing inner = {w->g, &line, w->note};
    const bool call = find_outside(*value, "(") < value->n;
    const bool known = call && translate(&inner, *value) == FOREIGN_LINE;
    if (known) {
        str_bytes(w->to, line.text, line.size);
    } else if (!place) {
        str_bytes(w->to, standard.at, strcspn(standard.at, " }") + 1);
        add_value(w->to, *value);
    }
    str_finish(&line);
    return known || !place;
}

static const struct foreign_word *find_word(const struct spoken *s);

/* nn.Linear(4, 8) at the beginning says that the input has 4 numbers. */
static void add_first_input(const struct writing *w, struct piece first)
{
    struct spoken s;
    const struct foreign_word *f = read_spoken(first, &s) && is_torch(&s) ? find_word(&s) : NULL;
    const struct piece *inputs = f && f->lead ? spoken_place(&s, 0) : NULL;
    if (!inputs || strcmp(f->line, "=dense") != 0)
        return;
    str_add(w->to, "; input ");
    add_value(w->to, *inputs);
}

/* A line for each value, also of a list of them. */
static void add_lines(const struct writing *w, const struct spoken *s)
{
    for (size_t i = 0; i < s->args; i++) {
        struct piece rest = s->arg[i].value;
        if (rest.n && *rest.at == '[') {
            rest = piece_behind(rest, 1);
            rest.n = find_outside(rest, "]");
        }
        while (rest.n) {
            const struct piece one =
                trimmed_piece((struct piece){rest.at, find_outside(rest, ",")});
            struct str line = {0};
            const struct writing inner = {w->g, &line, w->note};
            if (!i && one.at == s->arg[0].value.at)
                add_first_input(w, one);
            if (one.n && translate(&inner, one) == FOREIGN_LINE)
                str_addf(w->to, "; %s", line.text);
            else if (one.n)
                str_addf(w->note, "%s%.*s",
                         w->note->size ? ", " : "left out: ", one.n < 40 ? (int)one.n : 40, one.at);
            str_finish(&line);
            rest = piece_behind(rest, find_outside(rest, ",") + 1);
        }
    }
}

/* A sample of the model's input, or, where that is long, what it has become. */
static void add_sample(const struct writing *w, struct piece standard)
{
    enum { SHOWN_MOST = 8 };
    size_t inputs = 0;
    for (id c = 0; w->g && c < w->g->calls; c++)
        if (w->g->layer[w->g->call[c].layer].kind->source)
            inputs += shape_count(&w->g->value[w->g->call[c].output].shape);
    if (!inputs || inputs > SHOWN_MOST) {
        str_bytes(w->to, standard.at, standard.n);
        return;
    }
    for (size_t i = 0; i < inputs; i++)
        str_add(w->to, i ? (i % 2 ? " 1" : " 0") : "0");
}

/* The values of print(a, b) as expressions; the standard where they are none of ours. */
static void add_printed(const struct writing *w, const struct spoken *s, struct piece standard)
{
    static const char item[] = ".item()";
    struct str line = {0};
    bool good = s->args > 0 && !is_ours(s->arg[0].value);
    str_add(&line, "print");
    for (size_t i = 0; i < s->args && good; i++) {
        struct piece p = s->arg[i].value;
        const size_t tail = sizeof item - 1;
        const bool quoted = *p.at == '\'' || *p.at == '"';
        if (p.n > tail && strncmp(p.at + p.n - tail, item, tail) == 0)
            p.n -= tail;
        good = !s->arg[i].key.n && find_outside(p, "[{:\\=") == p.n &&
               (!quoted || (p.n > 1 && p.at[p.n - 1] == *p.at));
        if (good && quoted)
            str_addf(&line, " \"%.*s\"", (int)p.n - 2, p.at + 1);
        else
            str_addf(&line, " %.*s", (int)p.n, p.at);
    }
    if (good)
        str_bytes(w->to, line.text, line.size);
    else
        str_bytes(w->to, standard.at, standard.n);
    str_finish(&line);
}

/* Of 'dir/w.pt' among the values: dir/w. */
static void add_stem(const struct writing *w, const struct spoken *s, struct piece standard)
{
    for (size_t i = 0; i < s->args; i++) {
        struct piece p = s->arg[i].value;
        size_t end;
        if (p.n < 3 || !strchr("'\"", *p.at) || p.at[p.n - 1] != *p.at)
            continue;
        p = (struct piece){p.at + 1, p.n - 2};
        for (end = 0; end < p.n && (p.at[end] != '.' || !end || strchr("./", p.at[end - 1]));)
            end++;
        str_bytes(w->to, p.at, end);
        return;
    }
    str_bytes(w->to, standard.at, standard.n);
}

/* 'f.npz' -> npz "f.npz" "x" "y", whose arrays are not known; 'f.npy' -> npy "f.npy" */
static void add_arrays(const struct writing *w, const struct spoken *s, struct piece standard)
{
    static const char several[] = ".npz";
    const struct piece *p = spoken_place(s, 0);
    if (!p || p->n < 3 || !strchr("'\"", *p->at) || p->at[p->n - 1] != *p->at) {
        str_bytes(w->to, standard.at, standard.n);
        return;
    }
    const size_t n = p->n - 2, tail = sizeof several - 1;
    const bool zip = n > tail && strncmp(p->at + 1 + n - tail, several, tail) == 0;
    str_addf(w->to, zip ? "npz \"%.*s\" \"x\" \"y\"" : "npy \"%.*s\"", (int)n, p->at + 1);
}

/* 'val_loss' -> val.loss */
static void add_quantity(struct str *to, struct piece p)
{
    struct str name = {0};
    add_value(&name, p);
    const char *text = name.text ? name.text : "";
    const bool share = strncmp(text, "val_", 4) == 0;
    str_addf(to, "%s%s", share ? "val." : "", text + (share ? 4 : 0));
    str_finish(&name);
}

/* {?key: text}: the text, with the value in the place of %. */
static void add_where_given(const struct writing *w, const struct spoken *s, const char *key,
                            struct piece text)
{
    const struct piece *value = spoken_value(s, key, NULL);
    if (!value || is_alike(*value, "false") || is_alike(*value, "none"))
        return;
    for (size_t i = 0; i < text.n; i++)
        if (text.at[i] == '%')
            add_value(w->to, *value);
        else
            str_bytes(w->to, text.at + i, 1);
}

/* What {epochs:20} stands for: `at` is behind the {; returns what is behind the }. */
static const char *add_hole(const struct writing *w, const char *at, const struct spoken *s)
{
    char key[40] = "";
    const char sign = strchr("!~?", *at) ? *at++ : 0;
    const char *colon = strchr(at, ':'), *end = strchr(at, '}');
    const struct piece standard = {colon + 1, (size_t)(end - colon) - 1};
    strncat(key, at, (size_t)(colon - at));
    char *slash = strchr(key, '/');
    const char *number = slash ? slash + 1 : key;
    const bool place = isdigit((unsigned char)*number);
    if (slash)
        *slash = 0;
    const struct piece *value =
        *key == '=' && !is_ours(s->name) ? &s->name : spoken_value(s, key, NULL);
    if (!value && place)
        value = spoken_place(s, (size_t)(*number - '1'));
    if (value && !value->n)
        value = NULL;
    if (*key == '*')
        add_lines(w, s);
    else if (*key == '#')
        add_sample(w, standard);
    else if (*key == '+')
        add_printed(w, s, standard);
    else if (*key == '@')
        add_arrays(w, s, standard);
    else if (*key == '^')
        add_stem(w, s, standard);
    else if (sign == '?')
        add_where_given(w, s, key, standard);
    else if (value && sign == '~')
        add_quantity(w->to, *value);
    else if (value && !sign)
        add_value(w->to, *value);
    else if (!value || !add_inner(w, value, isdigit((unsigned char)*key), standard))
        str_bytes(w->to, standard.at, standard.n);
    return end + 1;
}

/* Whether a line asks for the key: {key:, {?key:, {key/2:. */
static bool line_has_key(const char *line, struct piece key)
{
    for (const char *at = line; (at = strchr(at, '{'));) {
        at += 1 + (at[1] && strchr("!~?", at[1]));
        const size_t n = strcspn(at, ":/");
        char name[40] = "";
        strncat(name, at, n < sizeof name - 1 ? n : sizeof name - 1);
        if (is_alike(key, name))
            return true;
    }
    return false;
}

static void add_line(const struct writing *w, const char *line, const struct spoken *s)
{
    for (size_t i = 0; i < s->args; i++)
        if (s->arg[i].key.n && !is_idle(s->arg[i].key) && !line_has_key(line, s->arg[i].key))
            add_note(w, s->arg[i].key);
    while (*line) {
        const size_t n = strcspn(line, "{");
        str_bytes(w->to, line, n);
        line += n;
        if (*line)
            line = add_hole(w, line + 1, s);
    }
}

static bool is_ours_spelt(const struct entry *row, struct piece word)
{
    return strlen(row->name) == word.n && strncmp(row->name, word.at, word.n) == 0;
}

/* kernel_regularizer=regularizers.l2(0.01): the slot that the value is for; NULL: none. */
static const char *slot_named(struct piece name)
{
    const struct entry *dense = table_find(&layer_kinds, "dense");
    for (size_t i = 0; dense && i < dense->arg_count; i++)
        if (dense->args[i].type == ARG_SUM &&
            (is_alike(name, dense->args[i].name) ||
             (dense->args[i].alias && is_alike(name, dense->args[i].alias))))
            return dense->args[i].name;
    return NULL;
}

/* A row of a table here, called as a class or a function there. */
static enum foreign translate_row(const struct writing *w, const struct spoken *s)
{
    static const struct {
        const struct table *table;
        const char *lead;
        size_t skip;
    } tables[] = {{&layer_kinds, "", 0},
                  {&opt_kinds, "optimizer ", SPOKEN_ARGS},
                  {&loss_kinds, "loss ", SPOKEN_ARGS},
                  {&activation_kinds, "activation ", 0},
                  {&penalty_kinds, "dense 10 ", 0}};
    const char *slot = slot_named(s->name);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct entry *row = alike_row(tables[i].table, s->word);
        /* NAME.activity = l1(1) is of ours, but for its verb. */
        if (!row || (s->name.n && !slot && s->plain && is_ours_spelt(row, s->word)))
            continue;
        if (tables[i].table == &penalty_kinds) {
            str_addf(w->to, "%s%s=", tables[i].lead, slot ? slot : "kernel");
            add_call(w->to, s->call);
        } else if (tables[i].table == &activation_kinds) {
            str_add(w->to, tables[i].lead);
            add_activation(w->to, row, s);
        } else {
            add_row(w, tables[i].lead, row, s, tables[i].skip);
        }
        return FOREIGN_LINE;
    }
    return FOREIGN_NOT;
}

/* Whether the pattern, plt.* or np.load, is the word with the path in front of it. */
static bool is_pattern(const struct spoken *s, const char *pattern)
{
    const size_t n = strcspn(pattern, ".");
    const char *rest = pattern + n + 1;
    if (s->path.n <= n + 1 || strncmp(s->path.at, pattern, n) != 0 || s->path.at[n] != '.')
        return false;
    return *rest == '*' || is_alike(piece_behind(s->path, n + 1), rest);
}

static const struct foreign_word *find_word(const struct spoken *s)
{
    for (size_t i = 0; i < foreign_word_count; i++) {
        const struct foreign_word *f = &foreign_words[i];
        const bool shy = *f->word == '(';
        if (shy && !s->called && s->plain)
            continue;
        if (strchr(f->word, '.') ? is_pattern(s, f->word) : is_alike(s->word, f->word + shy))
            return f;
    }
    return NULL;
}

/* =ROW/2: false if there is no such row. */
static bool add_named_row(const struct writing *w, const struct foreign_word *f,
                          const struct spoken *s)
{
    const char *name = f->line + 1;
    const size_t n = strcspn(name, "/");
    const struct entry *row = alike_row(&layer_kinds, (struct piece){name, n});
    const size_t skip = name[n] ? (size_t)(name[n + 1] - '1') : is_torch(s) ? f->lead : 0;
    if (row)
        add_row(w, "", row, s, skip);
    return row != NULL;
}

/* Whether the verb that a line begins with is there. */
static bool line_is_ours(const char *line)
{
    return *line == '{' || is_ours((struct piece){line, strcspn(line, " ")});
}

/* np.mean(h.output), torch.sum(x): a function of ours with its values. */
static bool is_function(const struct spoken *s)
{
    static const char *const theirs[] = {"np.", "numpy.", "torch.", "tf.", "math.", "K.", "jnp."};
    char word[40] = "";
    if (!s->called || s->plain || !s->args || s->word.n >= sizeof word)
        return false;
    memcpy(word, s->word.at, s->word.n);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (s->path.n > strlen(theirs[i]) && strncmp(s->path.at, theirs[i], strlen(theirs[i])) == 0)
            return table_find(&functions, word) != NULL;
    return false;
}

static enum foreign translate(const struct writing *w, struct piece text)
{
    struct spoken s;
    /* for epoch in range(20): */
    static const char turns[] = "range(";
    if (text.n > 4 && strncmp(text.at, "for ", 4) == 0)
        for (size_t i = 4; i + sizeof turns - 1 < text.n; i++)
            if (strncmp(text.at + i, turns, sizeof turns - 1) == 0)
                return translate(w, piece_behind(text, i));
    if (!read_spoken(text, &s) || (!s.called && s.plain && is_ours(s.word)))
        return FOREIGN_NOT;
    if (is_function(&s)) {
        str_addf(w->to, "print %.*s", (int)s.call.n, s.call.at);
        return FOREIGN_LINE;
    }
    const struct foreign_word *f = find_word(&s);
    if (!f)
        return s.called ? translate_row(w, &s) : FOREIGN_NOT;
    if (f->line && *f->line == '#') {
        str_add(w->to, f->line + 1);
        return FOREIGN_ADVICE;
    }
    if (f->line && *f->line == '=' && add_named_row(w, f, &s))
        return FOREIGN_LINE;
    if (f->line && *f->line != '=' && line_is_ours(f->line)) {
        add_line(w, f->line, &s);
        return FOREIGN_LINE;
    }
    if (!f->line && translate_row(w, &s) == FOREIGN_LINE)
        return FOREIGN_LINE;
    str_bytes(w->to, s.word.at, s.word.n);
    return FOREIGN_LATER;
}

enum foreign foreign_translate(const struct graph *g, const char *text, size_t n, struct str *to,
                               struct str *note)
{
    const struct writing w = {g, to, note};
    return translate(&w, (struct piece){text, n});
}

bool foreign_value(const char *text, size_t n, struct str *to)
{
    static const struct table *const tables[] = {&penalty_kinds, &init_kinds, &constraint_kinds,
                                                 &activation_kinds};
    struct spoken s;
    struct piece p = {text, n};
    if (!read_spoken(p, &s) || s.plain || s.name.n)
        return false;
    if (is_function(&s)) {
        str_bytes(to, s.call.at, s.call.n);
        return true;
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (alike_row(tables[i], s.word)) {
            add_call(to, s.call);
            return true;
        }
    return false;
}
