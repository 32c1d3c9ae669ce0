/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, paths and texts in quotes. */
#include "lang/bind_text.h"
#include "base/path.h"

#include <ctype.h>
#include <string.h>

static bool is_name(const char *text)
{
    if (!islower((unsigned char)text[0]) && text[0] != '_')
        return false;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == 0;
}

int binding_name(struct binding *x, const struct node *n, const char **name)
{
    char text[SHOWN_ROOM];
    if (n->kind == NODE_PATH && is_name(n->text)) {
        *name = n->text;
        return 0;
    }
    binding_shown(x, n, text);
    if (n->kind == NODE_BOOL) {
        err_at(x->e, n->where, "\"%s\" is a word of the language and no name", text);
        return err_hint(x->e, "choose another, %s_1", text);
    }
    if (n->kind == NODE_STRING && is_name(n->text)) {
        err_at(x->e, n->where, "a name stands without quotes");
        return err_hint(x->e, "write %.60s", n->text);
    }
    if (n->kind == NODE_STRING)
        shown_text(text, n->text);
    err_at(x->e, n->where, "\"%s\" is no name", text);
    if (n->kind == NODE_PATH && x->spec->type == ARG_NAMES && strchr(text, '.'))
        return err_hint(
            x->e, "what is in a block is seen inside it alone; name a call of the block: %.*s",
            (int)strcspn(text, "."), text);
    for (char *c = text; *c; c++)
        *c = (char)(isalnum((unsigned char)*c) ? tolower((unsigned char)*c) : '_');
    if (is_name(text))
        return err_hint(x->e, "a name is letters, digits and _: %s", text);
    return err_hint(x->e, "names begin with a letter");
}

int binding_path(struct binding *x, const struct node *n)
{
    char text[SHOWN_ROOM];
    if (n->kind == NODE_PATH) {
        x->to->as.text = n->text;
        return 0;
    }
    err_at(x->e, n->where, "%s is no name", binding_shown(x, n, text));
    return err_hint(x->e, "write names joined by dots: hidden.kernel");
}

static bool is_file(const struct arg_spec *spec, const char *text)
{
    return spec->type == ARG_FILE || spec->type == ARG_FILES || strpbrk(text, "./") ||
           strstr(spec->name, "file") || strstr(spec->name, "folder");
}

/* What stands before the value: `data csv `, or `target=`. */
static void add_start(const struct binding *x, const struct node *n, struct str *to)
{
    if (x->spec->form == KEY || x->spec->form == CLAUSE) {
        str_addf(to, "%s%s", x->spec->name, x->spec->form == KEY ? "=" : " ");
        return;
    }
    if (!x->words || !x->words->s)
        return;
    const struct statement *s = x->words->s;
    str_addf(to, "%s ", s->verb);
    for (size_t i = 0; i < s->values && s->value[i] != n; i++) {
        node_print(to, s->value[i]);
        str_add(to, " ");
    }
}

int binding_string(struct binding *x, const struct node *n, const char **to)
{
    char text[SHOWN_ROOM];
    struct str start = {0};
    const struct node *tree = binding_resolve(x, n);
    if (tree->kind == NODE_STRING) {
        *to = tree->text;
        return 0;
    }
    binding_shown(x, n, text);
    add_start(x, n, &start);
    err_at(x->e, n->where, "a %s stands in quotes: %.200s\"%s\"",
           is_file(x->spec, text) ? "file name" : "text", start.text ? start.text : "", text);
    str_finish(&start);
    return -1;
}

int binding_file(struct binding *x, const struct node *n, struct file_name *file)
{
    file->where = n->where;
    if (binding_string(x, n, &file->name))
        return -1;
    if (!file->name[0]) {
        err_at(x->e, n->where, "\"\" is no file name");
        return err_hint(x->e, "write the name of the file in the quotes");
    }
    file->path = path_join(x->b->arena, x->b->folder, file->name);
    file->within = x->b->within;
    return file->path ? 0 : err_memory(x->e);
}

int binding_word(struct binding *x, const struct node *n, struct written *word)
{
    char text[SHOWN_ROOM];
    bool plain = n->kind == NODE_PATH || n->kind == NODE_NUMBER || n->kind == NODE_STRING;
    *word = (struct written){.text = n->text, .quoted = n->kind == NODE_STRING, .where = n->where};
    if (plain)
        return 0;
    binding_shown(x, n, text);
    if (n->kind == NODE_BOOL || n->kind == NODE_SHAPE)
        return (word->text = arena_text(x->b->arena, text, strlen(text))) ? 0 : err_memory(x->e);
    err_at(x->e, n->where, "%s=%s is no word", x->spec->name, text);
    return err_hint(x->e, "a name that is no word stands in quotes: %s=\"%s\"", x->spec->name,
                    text);
}
