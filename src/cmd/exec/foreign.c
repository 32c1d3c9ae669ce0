/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/foreign.h"

#include "cmd/session/words.h"

#include "nn/layer.h"
#include "train/loss.h"
#include "train/opt.h"

#include <ctype.h>
#include <string.h>

/* A stretch of the text. */
struct piece {
    const char *at;
    size_t n;
};

/* `NAME = path.WORD(value, key=value)`, of which everything but the word may be missing. */
enum { SPOKEN_ARGS = 12 };
struct spoken {
    struct piece name, word;
    struct piece call; /* the word and all behind it */
    bool called;       /* a ( touches the word */
    bool plain;        /* no path stands before the word */
    struct {
        struct piece key, value;
    } arg[SPOKEN_ARGS];
    size_t args;
};

/* Words that are no row of a table here, or mean another one. In a line {epochs:20} stands for the
 * value of the key epochs, {1:w} for the first value and {units/2:8} for either, with what is
 * written when there is none; {=:net} for the name that the whole is given to. A ! in front means
 * that the value is a line of its own. A line =ROW is that row with the same values, =ROW/2 with
 * those from the second on; # is followed by advice. NULL: not in this version. */
static const struct {
    const char *word; /* in small letters, without _ */
    const char *line;
} rows[] = {
    {"linear", "dense {out_features/2:8}"},
    {"batchnormalization", "=batchnorm/9"},
    {"batchnorm1d", "=batchnorm/9"},
    {"batchnorm2d", "=batchnorm/9"},
    {"layernormalization", "=layernorm/9"},
    {"spatialdropout1d", "=spatial_dropout"},
    {"spatialdropout2d", "=spatial_dropout"},
    {"spatialdropout3d", "=spatial_dropout"},
    {"dropout1d", "=spatial_dropout"},
    {"dropout2d", "=spatial_dropout"},
    {"inputlayer", "=input"},
    {"concatenate", "=concat"},
    {"mseloss", "loss mse"},
    {"meansquarederror", "loss mse"},
    {"l1loss", "loss mae"},
    {"meanabsoluteerror", "loss mae"},
    {"smoothl1loss", "loss huber"},
    {"huberloss", "loss huber"},
    {"bceloss", "loss binary_crossentropy"},
    {"bcewithlogitsloss", "loss binary_crossentropy"},
    {"crossentropyloss", "loss categorical_crossentropy"},
    {"nllloss", "loss categorical_crossentropy"},
    {"kldivloss", "loss kl"},
    {"sequential", "model {=:net}"},
    {"timedistributed", "timedistributed {!1:dense 10 relu}"},
    {"add", "{!1:add on a, b}"},
    {"compile", "loss {loss:mse}; {!optimizer:optimizer adam}"},
    {"fit", "train {epochs:20}"},
    {"backward", "step 1"},
    {"zerograd", "#every step begins without a gradient: step 1"},
    {"step", "step 1"},
    {"train", "train 20"},
    {"eval", "evaluate"},
    {"evaluate", "evaluate"},
    {"predict", "predict 0 1"},
    {"summary", "summary"},
    {"parameters", "summary"},
    {"statedict", "save weights \"w.safetensors\""},
    {"saveweights", "save weights \"{1:w.safetensors}\""},
    {"loadweights", "load weights \"{1:w.safetensors}\""},
    {"loadstatedict", "load weights \"w.safetensors\""},
    {"loadmodel", "load weights \"{1:w.safetensors}\""},
    {"manualseed", "seed {1:1}"},
    {"setrandomseed", "seed {1:1}"},
    {"readcsv", "data csv \"{1:f.csv}\" target=last"},
    {"traintestsplit", "data csv \"f.csv\" target=last split=0.2"},
    {"dataloader", "data csv \"f.csv\" target=last batch={batch_size:32}"},
    {"loaddata", "data digits"},
    {"import", "#nothing is imported here; help lists what there is"},
    {"from", "#nothing is imported here; help lists what there is"},
    {"def", "#a penalty of your own: define penalty NAME(x) = FORMULA"},
    {"lstm", NULL},
    {"lstmcell", NULL},
    {"gru", NULL},
    {"rnn", NULL},
    {"simplernn", NULL},
    {"bidirectional", NULL},
    {"conv1d", NULL},
    {"conv2d", NULL},
    {"conv3d", NULL},
    {"convtranspose2d", NULL},
    {"conv2dtranspose", NULL},
    {"depthwiseconv2d", NULL},
    {"separableconv2d", NULL},
    {"maxpooling1d", NULL},
    {"maxpooling2d", NULL},
    {"maxpool2d", NULL},
    {"averagepooling2d", NULL},
    {"avgpool2d", NULL},
    {"globalaveragepooling2d", NULL},
    {"globalmaxpooling1d", NULL},
    {"upsampling2d", NULL},
    {"zeropadding2d", NULL},
    {"embedding", NULL},
    {"attention", NULL},
    {"multiheadattention", NULL},
    {"transformer", NULL},
    {"masking", NULL},
    {"repeatvector", NULL},
    {"permute", NULL},
    {"lambda", NULL},
    {"prelu", NULL},
    {"earlystopping", NULL},
    {"nadam", NULL},
    {"adadelta", NULL},
    {"adamax", NULL},
    {"lbfgs", NULL},
};

static struct piece trimmed_piece(struct piece p)
{
    while (p.n && isspace((unsigned char)*p.at))
        p = (struct piece){p.at + 1, p.n - 1};
    while (p.n && isspace((unsigned char)p.at[p.n - 1]))
        p.n--;
    return p;
}

/* Whether both are one word but for capitals and _. */
static bool is_alike(struct piece p, const char *word)
{
    size_t i = 0;
    for (; *word || i < p.n;) {
        if (i < p.n && p.at[i] == '_')
            i++;
        else if (*word == '_')
            word++;
        else if (i < p.n && tolower((unsigned char)p.at[i]) == *word)
            i++, word++;
        else
            return false;
    }
    return true;
}

static bool is_word_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Of a dotted path the last part: nn.Linear -> Linear. */
static struct piece last_part(struct piece p)
{
    for (size_t i = p.n; i-- > 0;)
        if (p.at[i] == '.')
            return (struct piece){p.at + i + 1, p.n - i - 1};
    return p;
}

static size_t path_size(struct piece p)
{
    size_t n = 0;
    while (n < p.n && (is_word_letter(p.at[n]) || p.at[n] == '.'))
        n++;
    return n;
}

/* The first byte in `p` that is one of `of` outside brackets and quotes; p.n: there is none. */
static size_t find_outside(struct piece p, const char *of)
{
    size_t depth = 0;
    char quote = 0;
    for (size_t i = 0; i < p.n; i++) {
        const char c = p.at[i];
        if (!depth && !quote && strchr(of, c))
            return i;
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (strchr("([", c))
            depth++;
        else if (strchr(")]", c) && depth)
            depth--;
    }
    return p.n;
}

static struct piece piece_behind(struct piece p, size_t n)
{
    return n < p.n ? (struct piece){p.at + n, p.n - n} : (struct piece){p.at + p.n, 0};
}

static void read_args(struct piece rest, struct spoken *s)
{
    rest.n = find_outside(rest, ")");
    while (rest.n && s->args < SPOKEN_ARGS) {
        struct piece one = {rest.at, find_outside(rest, ",")};
        const size_t equals = find_outside(one, "=");
        rest = piece_behind(rest, one.n + 1);
        if (equals < one.n && equals) {
            s->arg[s->args].key = trimmed_piece((struct piece){one.at, equals});
            one = piece_behind(one, equals + 1);
        }
        one = trimmed_piece(one);
        s->arg[s->args].value = one;
        s->args += one.n > 0;
    }
}

static bool read_spoken(struct piece text, struct spoken *s)
{
    *s = (struct spoken){0};
    text = trimmed_piece(text);
    size_t n = path_size(text);
    const struct piece next = trimmed_piece(piece_behind(text, n));
    if (n && next.n > 1 && next.at[0] == '=' && next.at[1] != '=') {
        s->name = (struct piece){text.at, n};
        text = trimmed_piece(piece_behind(next, 1));
        n = path_size(text);
    }
    s->word = last_part((struct piece){text.at, n});
    s->plain = s->word.at == text.at;
    s->call = piece_behind(text, (size_t)(s->word.at - text.at));
    s->called = n < text.n && text.at[n] == '(';
    if (s->called)
        read_args(piece_behind(text, n + 1), s);
    return s->word.n > 0;
}

static const struct entry *alike_row(const struct table *t, struct piece word)
{
    for (size_t i = 0; i < t->rows; i++)
        if (is_alike(word, t->row[i]->name) ||
            (t->row[i]->alias && is_alike(word, t->row[i]->alias)))
            return t->row[i];
    return NULL;
}

static const struct piece *value_of(const struct spoken *s, const char *key, const char *alias)
{
    for (size_t i = 0; i < s->args; i++)
        if (s->arg[i].key.n &&
            (is_alike(s->arg[i].key, key) || (alias && is_alike(s->arg[i].key, alias))))
            return &s->arg[i].value;
    return NULL;
}

/* The n-th value that stands without a key, from 0. */
static const struct piece *place_of(const struct spoken *s, size_t n)
{
    for (size_t i = 0; i < s->args; i++)
        if (!s->arg[i].key.n && !n--)
            return &s->arg[i].value;
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

/* Values in their places: `UNITS` where a required one is missing. */
static void add_places(struct str *to, const struct entry *row, const struct spoken *s, size_t skip)
{
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        if (spec->form != POSITIONAL)
            continue;
        const struct piece *value = value_of(s, spec->name, spec->alias);
        if (!value)
            value = place_of(s, skip++);
        if (!value && !spec->required)
            return;
        str_add(to, " ");
        if (value)
            add_value(to, *value);
        for (const char *c = spec->name; !value && *c; c++)
            str_bytes(to, (const char[]){(char)toupper((unsigned char)*c)}, 1);
    }
}

static void add_row(struct str *to, const char *lead, const struct entry *row,
                    const struct spoken *s, size_t skip)
{
    const struct piece *name = value_of(s, "name", NULL);
    str_addf(to, "%s%s", lead, row->name);
    add_places(to, row, s, skip);
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        const struct piece *value = value_of(s, spec->name, spec->alias);
        if (spec->form != KEY || !value || is_alike(*value, "none"))
            continue;
        str_addf(to, " %s=", spec->name);
        add_value(to, *value);
    }
    if (name && strcmp(lead, "") == 0) {
        str_add(to, " as ");
        add_value(to, *name);
    }
}

/* Whether the word is one of ours as it stands. */
static bool is_ours(struct piece word)
{
    char text[40] = "";
    if (word.n >= sizeof text)
        return false;
    memcpy(text, word.at, word.n);
    return table_find(&command_table, text) || table_find(&layer_kinds, text);
}

/* A value that is a line of its own: add(Dense(10)), optimizer='adam'. */
static bool add_inner(struct str *to, const struct piece *value, bool place, struct piece standard)
{
    struct str line = {0};
    const bool call = find_outside(*value, "(") < value->n;
    const bool known = call && foreign_translate(value->at, value->n, &line) == FOREIGN_LINE;
    if (known) {
        str_bytes(to, line.text, line.size);
    } else if (!place) {
        str_bytes(to, standard.at, strcspn(standard.at, " }") + 1);
        add_value(to, *value);
    }
    str_finish(&line);
    return known || !place;
}

/* What {epochs:20} stands for: `at` is behind the {; returns what is behind the }. */
static const char *add_hole(struct str *to, const char *at, const struct spoken *s)
{
    char key[40] = "";
    const bool inner = *at == '!';
    const char *colon = strchr(at, ':'), *end = strchr(at, '}');
    const struct piece standard = {colon + 1, (size_t)(end - colon) - 1};
    at += inner;
    strncat(key, at, (size_t)(colon - at));
    char *slash = strchr(key, '/');
    const char *number = slash ? slash + 1 : key;
    const bool place = isdigit((unsigned char)*number);
    if (slash)
        *slash = 0;
    const struct piece *value =
        *key == '=' && !is_ours(s->name) ? &s->name : value_of(s, key, NULL);
    if (!value && place)
        value = place_of(s, (size_t)(*number - '1'));
    if (value && !value->n)
        value = NULL;
    if (value && !inner)
        add_value(to, *value);
    else if (!value || !add_inner(to, value, place, standard))
        str_bytes(to, standard.at, standard.n);
    return end + 1;
}

static void add_line(struct str *to, const char *line, const struct spoken *s)
{
    while (*line) {
        const size_t n = strcspn(line, "{");
        str_bytes(to, line, n);
        line += n;
        if (*line)
            line = add_hole(to, line + 1, s);
    }
}

static bool is_ours_spelt(const struct entry *row, struct piece word)
{
    return strlen(row->name) == word.n && strncmp(row->name, word.at, word.n) == 0;
}

/* A row of a table here, called as a class or a function there. */
static enum foreign translate_row(const struct spoken *s, struct str *to)
{
    static const struct {
        const struct table *table;
        const char *lead;
        size_t skip;
    } tables[] = {{&layer_kinds, "", 0},
                  {&opt_kinds, "optimizer ", SPOKEN_ARGS},
                  {&loss_kinds, "loss ", SPOKEN_ARGS},
                  {&activation_kinds, "activation ", SPOKEN_ARGS},
                  {&penalty_kinds, "dense 10 kernel=", 0}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct entry *row = alike_row(tables[i].table, s->word);
        /* NAME.activity = l1(1) is of ours, but for its verb. */
        if (!row || (s->name.n && s->plain && is_ours_spelt(row, s->word)))
            continue;
        if (tables[i].table == &penalty_kinds) {
            str_add(to, tables[i].lead);
            add_call(to, s->call);
        } else {
            add_row(to, tables[i].lead, row, s, tables[i].skip);
        }
        return FOREIGN_LINE;
    }
    return FOREIGN_NOT;
}

static const char *find_line(struct piece word, bool *found)
{
    *found = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_alike(word, rows[i].word))
            return rows[i].line;
    *found = false;
    return NULL;
}

enum foreign foreign_translate(const char *text, size_t n, struct str *to)
{
    struct spoken s;
    bool found;
    if (!read_spoken((struct piece){text, n}, &s) || (!s.called && is_ours(s.word)))
        return FOREIGN_NOT;
    const char *line = find_line(s.word, &found);
    if (!found)
        return s.called ? translate_row(&s, to) : FOREIGN_NOT;
    if (!line) {
        str_bytes(to, s.word.at, s.word.n);
        return FOREIGN_LATER;
    }
    if (*line == '#') {
        str_add(to, line + 1);
        return FOREIGN_ADVICE;
    }
    if (*line == '=') {
        const size_t name = strcspn(line + 1, "/");
        const struct entry *row = alike_row(&layer_kinds, (struct piece){line + 1, name});
        add_row(to, "", row, &s, line[1 + name] ? (size_t)(line[2 + name] - '1') : 0);
    } else {
        add_line(to, line, &s);
    }
    return FOREIGN_LINE;
}

bool foreign_value(const char *text, size_t n, struct str *to)
{
    static const struct table *const tables[] = {&penalty_kinds, &init_kinds, &constraint_kinds,
                                                 &activation_kinds};
    struct spoken s;
    struct piece p = {text, n};
    if (!read_spoken(p, &s) || s.plain || s.name.n)
        return false;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (alike_row(tables[i], s.word)) {
            add_call(to, s.call);
            return true;
        }
    return false;
}
