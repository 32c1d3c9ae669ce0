/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of Keras with a few values changed, moved, lost or doubled: import takes the file or says
 * what is wrong, and then nothing has changed. Models are those of tests/keras/models. */
#include "folder.h"
#include "host.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MOST = 60, VALUES_MOST = 4000, TRIALS = 600 };

static json_t *model[FILES_MOST];
static size_t models;

static uint64_t draw_state;

/* xorshift64* */
static size_t draw(size_t n)
{
    draw_state ^= draw_state >> 12;
    draw_state ^= draw_state << 25;
    draw_state ^= draw_state >> 27;
    return (size_t)((draw_state * 2685821657736338717u) >> 33) % n;
}

/* The objects and lists in a tree. */
struct branches {
    json_t *item[VALUES_MOST];
    size_t count;
};

static void gather(json_t *value, struct branches *to)
{
    const char *key;
    json_t *member;
    size_t i;
    if ((json_is_object(value) || json_is_array(value)) && to->count < VALUES_MOST)
        to->item[to->count++] = value;
    json_object_foreach(value, key, member)
    {
        gather(member, to);
    }
    json_array_foreach(value, i, member)
    {
        gather(member, to);
    }
}

/* A value of any file, or an odd one. */
static json_t *draw_value(void)
{
    static struct branches all;
    static const char *const words[] = {"",
                                        "relu",
                                        "Dense",
                                        "x",
                                        "h",
                                        "channels_first",
                                        "as",
                                        "L1L2",
                                        "\x01\n",
                                        "a/b",
                                        "__keras_tensor__",
                                        "input",
                                        "null"};
    static const double numbers[] = {0, -1, 1, 0.5, 1e-300, 1e300, 4294967296.0, -0.0, 3};
    switch (draw(6)) {
    case 0:
        return json_null();
    case 1:
        return json_string(words[draw(sizeof words / sizeof *words)]);
    case 2:
        return json_real(numbers[draw(sizeof numbers / sizeof *numbers)]);
    case 3:
        return json_integer((json_int_t)draw(9) - 2);
    case 4:
        return json_boolean(draw(2));
    default:
        all.count = 0;
        gather(model[draw(models)], &all);
        return json_deep_copy(all.item[draw(all.count)]);
    }
}

static void change_object(json_t *at)
{
    const char *key, *chosen = NULL;
    json_t *value;
    size_t n = json_object_size(at) ? draw(json_object_size(at)) : 0;
    json_object_foreach(at, key, value)
    {
        if (n-- == 0)
            chosen = key;
    }
    if (!chosen || draw(8) == 0)
        json_object_set_new(at, "further", draw_value());
    else if (draw(3) == 0)
        json_object_del(at, chosen);
    else
        json_object_set_new(at, chosen, draw_value());
}

static void change_list(json_t *at)
{
    const size_t n = json_array_size(at), i = n ? draw(n) : 0;
    const size_t how = n ? draw(4) : 0;
    if (how == 0)
        json_array_insert_new(at, i, draw_value());
    else if (how == 1)
        json_array_remove(at, i);
    else if (how == 2)
        json_array_append_new(at, json_deep_copy(json_array_get(at, i)));
    else
        json_array_set_new(at, i, draw_value());
}

static void write_changed(void)
{
    static struct branches all;
    json_t *tree = json_deep_copy(model[draw(models)]);
    assert_non_null(tree);
    for (size_t changes = 1 + draw(3); changes; changes--) {
        all.count = 0;
        gather(tree, &all);
        json_t *at = all.item[draw(all.count)];
        if (json_is_object(at))
            change_object(at);
        else
            change_list(at);
    }
    assert_int_equal(json_dump_file(tree, "f.json", JSON_COMPACT), 0);
    json_decref(tree);
}

/* No control byte goes to a terminal but the end of a line. */
static void check_plain(const char *text)
{
    for (; *text; text++)
        assert_true((unsigned char)*text >= ' ' || *text == '\n');
}

static void changed_models_come_in_or_leave_all_as_it_was(void **state)
{
    const char *times = getenv("CAMPAIGN");
    const size_t trials = TRIALS * (times ? strtoul(times, NULL, 10) : 1);
    size_t taken = 0;
    (void)state;
    for (size_t i = 0; i < trials; i++) {
        struct fake f;
        draw_state = i * 2654435761u + 88172645463325252u;
        write_changed();
        fake_start(&f);
        fake_ok(&f, "input 3\ndense 2 as other\n");
        const uint64_t before = session_digest(f.session);
        const enum outcome how = fake_run(&f, "import keras \"f.json\" as net\n");
        check_plain(f.out.text);
        check_plain(f.err.text);
        if (how != OUTCOME_OK && how != OUTCOME_ERROR)
            fail_msg("trial %zu: outcome %d", i, (int)how);
        taken += how == OUTCOME_OK;
        if (how == OUTCOME_OK)
            fake_ok(&f, "undo\n");
        else
            assert_true(f.err.size > 0);
        if (session_digest(f.session) != before)
            fail_msg("trial %zu: the session has changed", i);
        fake_run(&f, "import keras \"f.json\" only=report\n");
        check_plain(f.out.text);
        if (session_digest(f.session) != before)
            fail_msg("trial %zu: a report has changed the session", i);
        fake_finish(&f);
    }
    /* What is changed is often a name or a null, so some models are still whole. */
    assert_true(taken > trials / 20 && taken < trials);
}

static int read_models(void **state)
{
    DIR *dir = opendir(MODELS);
    assert_non_null(dir);
    for (const struct dirent *d; (d = readdir(dir)) && models < FILES_MOST;) {
        char path[1000];
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, MODELS "/%s", d->d_name);
        assert_non_null(model[models++] = json_load_file(path, 0, NULL));
    }
    closedir(dir);
    return folder_enter(state);
}

static int drop_models(void **state)
{
    while (models)
        json_decref(model[--models]);
    return folder_leave(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_models_come_in_or_leave_all_as_it_was),
    };
    return cmocka_run_group_tests(tests, read_models, drop_models);
}
