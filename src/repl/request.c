/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/request.h"

#include "base/entry.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/plain.h"

#include <stdio.h>
#include <string.h>

static const struct span nowhere = {0};

enum { TAKES_TEXT = 1, TAKES_CURSOR = 2, TAKES_NAME = 4, TAKES_AS = 8 };

static const struct {
    const char *name;
    unsigned takes;
} kinds[REQUEST_KINDS] = {
    [REQUEST_RUN] = {"run", TAKES_TEXT | TAKES_NAME | TAKES_AS},
    [REQUEST_COMPLETE] = {"complete", TAKES_TEXT | TAKES_CURSOR},
    [REQUEST_INSPECT] = {"inspect", TAKES_TEXT | TAKES_CURSOR},
    [REQUEST_IS_COMPLETE] = {"is_complete", TAKES_TEXT},
    [REQUEST_INTERRUPT] = {"interrupt", 0},
    [REQUEST_QUIT] = {"quit", 0},
};

const char *request_kind_name(enum request_kind kind)
{
    return kinds[kind].name;
}

size_t request_characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* The byte of a character; SIZE_MAX: the text has fewer. */
static size_t byte_of(const char *text, size_t n, size_t character)
{
    size_t at = 0;
    for (size_t i = 0; i < character; i++) {
        if (at == n)
            return SIZE_MAX;
        do
            at++;
        while (at < n && ((unsigned char)text[at] & 0xC0) == 0x80);
    }
    return at;
}

static int no_kind(const char *word, struct err *e)
{
    struct nearest near = {0};
    for (size_t i = 0; i < REQUEST_KINDS; i++)
        nearest_try(&near, word, kinds[i].name);
    err_at(e, nowhere, "there is no request \"%.100s\"", word);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "there are run, complete, inspect, is_complete, interrupt and quit");
}

static int take_id(struct request *r, const json_t *id, struct err *e)
{
    enum { DIGITS = 53 };
    struct json to = {.to = &r->id};
    const json_int_t most = (json_int_t)1 << DIGITS;
    if (json_is_string(id) && json_string_length(id) <= REQUEST_ID_LARGEST &&
        strlen(json_string_value(id)) == json_string_length(id)) {
        json_text(&to, NULL, json_string_value(id));
        return 0;
    }
    const json_int_t n = json_integer_value(id);
    if (json_is_integer(id) && n >= -most && n <= most) {
        str_addf(&r->id, "%lld", (long long)n);
        return 0;
    }
    err_at(e, nowhere, id ? "this is no id" : "a request needs an id");
    return err_hint(e,
                    "an id is a whole number up to 2^53, or a text of at most %d bytes: "
                    "{\"id\": 1, \"request\": \"run\", \"text\": \"print 1\"}",
                    REQUEST_ID_LARGEST);
}

static int take_kind(struct request *r, const json_t *request, struct err *e)
{
    const char *word = json_string_value(request);
    if (!word) {
        err_at(e, nowhere, request ? "\"request\" is no text" : "nothing is requested");
        return err_hint(e, "write \"request\": \"run\", complete, inspect, is_complete, interrupt "
                           "or quit");
    }
    size_t i = 0;
    while (i < REQUEST_KINDS && strcmp(word, kinds[i].name) != 0)
        i++;
    r->kind = (enum request_kind)i;
    return i < REQUEST_KINDS ? 0 : no_kind(word, e);
}

static int take_text(struct str *to, const char *key, const json_t *value, struct err *e)
{
    if (!json_is_string(value)) {
        err_at(e, nowhere, value ? "\"%s\" is no text" : "\"%s\" is missing", key);
        return err_hint(e, "write it as a JSON string");
    }
    if (memchr(json_string_value(value), 0, json_string_length(value))) {
        err_at(e, nowhere, "\"%s\" has a zero character in it", key);
        return err_hint(e, "leave it out");
    }
    str_bytes(to, json_string_value(value), json_string_length(value));
    return 0;
}

/* It stands before each error, so it is short and can be seen. */
static int take_name(struct request *r, const json_t *name, struct err *e)
{
    enum { LONGEST = 200 };
    if (!name) {
        str_add(&r->name, "<run>");
        return 0;
    }
    if (take_text(&r->name, "name", name, e))
        return -1;
    if (r->name.size && r->name.size <= LONGEST && plain_is(r->name.text))
        return 0;
    err_at(e, nowhere, "this is no name for a text");
    return err_hint(e, "a name is one line of 1 to %d bytes, without control characters", LONGEST);
}

static int take_as(struct request *r, const json_t *as, struct err *e)
{
    const char *word = json_string_value(as);
    r->objects = word && strcmp(word, "json") == 0;
    if (!as || r->objects || (word && strcmp(word, "text") == 0))
        return 0;
    err_at(e, nowhere, "results cannot be written so");
    return err_hint(e, "write \"as\": \"text\", or \"json\"");
}

/* Without one it is at the end. */
static int take_cursor(struct request *r, const json_t *cursor, struct err *e)
{
    const json_int_t n = json_integer_value(cursor);
    r->point = r->text.size;
    if (!cursor)
        return 0;
    if (json_is_integer(cursor) && n >= 0 && n <= REQUEST_LARGEST)
        r->point = byte_of(r->text.text, r->text.size, (size_t)n);
    else
        r->point = SIZE_MAX;
    if (r->point != SIZE_MAX)
        return 0;
    err_at(e, nowhere, "the text has no such cursor");
    return err_hint(e, "a cursor is a number of characters from the text's begin: 0 to %zu",
                    request_characters(r->text.text, r->text.size));
}

static int check_keys(const struct request *r, const json_t *object, struct err *e)
{
    const unsigned takes = kinds[r->kind].takes;
    const struct {
        const char *key;
        bool taken;
    } keys[] = {
        {"id", true},
        {"request", true},
        {"text", takes & TAKES_TEXT},
        {"cursor", takes & TAKES_CURSOR},
        {"name", takes & TAKES_NAME},
        {"as", takes & TAKES_AS},
    };
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (i < sizeof keys / sizeof *keys && !(keys[i].taken && strcmp(key, keys[i].key) == 0))
            i++;
        if (i < sizeof keys / sizeof *keys)
            continue;
        err_at(e, nowhere, "the request %s takes no \"%.100s\"", kinds[r->kind].name, key);
        return err_hint(e, "leave it out; docs/serve.md has what each request takes");
    }
    return 0;
}

static int take_members(struct request *r, const json_t *object, struct err *e)
{
    const unsigned takes = kinds[r->kind].takes;
    if (check_keys(r, object, e))
        return -1;
    if (takes & TAKES_TEXT && take_text(&r->text, "text", json_object_get(object, "text"), e))
        return -1;
    if (takes & TAKES_CURSOR && take_cursor(r, json_object_get(object, "cursor"), e))
        return -1;
    if (takes & TAKES_NAME && take_name(r, json_object_get(object, "name"), e))
        return -1;
    return takes & TAKES_AS ? take_as(r, json_object_get(object, "as"), e) : 0;
}

static int take_object(struct request *r, const json_t *object, struct err *e)
{
    if (!json_is_object(object)) {
        err_at(e, nowhere, "a request is an object");
        return err_hint(e, "write {\"id\": 1, \"request\": \"run\", \"text\": \"print 1\"}");
    }
    return take_id(r, json_object_get(object, "id"), e) ||
                   take_kind(r, json_object_get(object, "request"), e) || take_members(r, object, e)
               ? -1
               : 0;
}

struct request *request_read(const char *text, size_t size, uint64_t line)
{
    struct request *r = mem_new(1, sizeof *r);
    if (!r)
        return NULL;
    char what[40];
    r->line = line;
    snprintf(what, sizeof what, "line %llu", (unsigned long long)line);
    json_t *object = json_from_text(text, size, what, &r->wrong);
    if (object)
        take_object(r, object, &r->wrong);
    json_decref(object);
    if (!r->id.failed && !r->text.failed && !r->name.failed)
        return r;
    request_destroy(r);
    return NULL;
}

struct request *request_refused(uint64_t line, const struct err *why)
{
    struct request *r = mem_new(1, sizeof *r);
    if (r) {
        r->line = line;
        r->wrong = *why;
    }
    return r;
}

void request_destroy(struct request *r)
{
    if (!r)
        return;
    str_finish(&r->id);
    str_finish(&r->text);
    str_finish(&r->name);
    mem_free(r);
}
