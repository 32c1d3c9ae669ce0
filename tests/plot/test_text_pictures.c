/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures made of characters, drawn by the real gnuplot: inside each frame there is something to
 * see, whatever the values are and however small the terminal; skipped where there is no gnuplot.
 */
#include "folder.h"
#include "scene.h"

#include <stdlib.h>

enum { SIZES = 3, PROMPT_ROWS = 3 };
static const struct {
    unsigned width, height;
} sizes[SIZES] = {{80, 24}, {40, 12}, {120, 40}};

/* A gnuplot program that draws many pictures, each into a file of its own. */
struct album {
    FILE *file;
    size_t pictures;
};

static void album_open(struct album *a)
{
    if (system("gnuplot --version > /dev/null 2>&1") != 0)
        skip();
    *a = (struct album){.file = fopen("album.gp", "wb")};
    assert_non_null(a->file);
}

static void album_add(struct album *a, const struct view_request *r, const char *view)
{
    struct figure f = drawn(r, view);
    fprintf(a->file, "set term dumb mono size %u,%u\nset output '%zu.txt'\n%s\nunset output\n",
            r->width, r->height - PROMPT_ROWS, a->pictures++, f.program.text);
    figure_finish(&f);
}

static void album_draw(struct album *a)
{
    char errors[2000];
    assert_int_equal(fclose(a->file), 0);
    assert_int_equal(system("env -u GNUTERM gnuplot -d album.gp 2> errors"), 0);
    FILE *file = fopen("errors", "rb");
    assert_non_null(file);
    errors[fread(errors, 1, sizeof errors - 1, file)] = 0;
    fclose(file);
    assert_string_equal(errors, "");
}

/* A picture as lines. */
struct page_text {
    char line[60][200];
    size_t lines;
};

static void page_read(struct page_text *t, size_t picture)
{
    char name[40];
    snprintf(name, sizeof name, "%zu.txt", picture);
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    memset(t, ' ', sizeof *t);
    for (t->lines = 0; t->lines < 60 && fgets(t->line[t->lines], 200, file); t->lines++)
        t->line[t->lines][strcspn(t->line[t->lines], "\n")] = ' ';
    fclose(file);
}

/* The frame whose upper side begins at `left` in line `top`: how many of the marks are inside. */
static size_t count_marks(const struct page_text *t, size_t top, size_t left, const char *of)
{
    size_t right = left + 1, marks = 0;
    while (t->line[top][right] == '-')
        right++;
    for (size_t i = top + 1; i < t->lines && t->line[i][left] != '+'; i++)
        for (size_t k = left + 1; k < right; k++)
            marks += t->line[i][k] && strchr(of, t->line[i][k]);
    return marks;
}

/* Each frame of a picture must hold one of the marks; returns how many frames there are. */
static size_t check_frames(const struct page_text *t, const char *marks, const char *what)
{
    size_t frames = 0;
    for (size_t i = 0; i < t->lines; i++)
        for (const char *at = t->line[i]; (at = strstr(at, "+---")); at += strspn(at, "+-")) {
            const size_t left = (size_t)(at - t->line[i]);
            size_t below = i + 1;
            /* The lower side of the frame, which has the same corner. */
            if (i && (t->line[i - 1][left] == '|' || t->line[i - 1][left] == '+'))
                continue;
            while (below < t->lines && t->line[below][left] == '|')
                below++;
            frames++;
            if (count_marks(t, i, left, marks) > 0)
                continue;
            for (size_t k = 0; k < t->lines; k++)
                print_error("%.*s\n", 120, t->line[k]);
            fail_msg("%s: nothing is inside this frame", what);
        }
    return frames;
}

enum { POINTS = 4, FORMS = 8 };
static const size_t points[POINTS] = {1, 2, 3, 50};

/* The value at i, of n: what curves are made of. */
static double value_of(int form, size_t i, size_t n)
{
    const double part = n > 1 ? (double)i / (double)(n - 1) : 0;
    switch (form) {
    case 0:
        return 0.7;
    case 1:
        return part;
    case 2:
        return i % 2 ? 0 : 3;
    case 3:
        return pow(10, 60 * part - 30);
    case 4:
        return 0;
    case 5:
        return -2;
    case 6:
        return 1e30 * (part - 0.5);
    default:
        return 1 + 100 * part;
    }
}

static struct bench with_curves(int form, size_t n)
{
    struct bench b = bench_make(PLAIN_MODEL);
    for (size_t i = 0; i < n; i++) {
        const double y = value_of(form, i, n);
        const double share = fmin(1, fmax(0, fabs(y)));
        put(&b, SERIES_DATA, "data", i + 1, y);
        put(&b, SERIES_EXPRESSION, "norm(hidden.kernel)", i + 1, y);
        put(&b, SERIES_MEAN, "hidden", i + 1, fabs(y));
        put(&b, SERIES_MAX, "hidden", i + 1, 2 * fabs(y));
        put(&b, SERIES_ZEROS, "hidden", i + 1, share);
        put(&b, SERIES_SMALL, "hidden", i + 1, share);
    }
    b.model->state.step = n;
    return b;
}

/* Views that are curves over the steps. */
static const char *const curve_views[] = {"loss", "activity", "curves"};
enum { CURVE_VIEWS = sizeof curve_views / sizeof *curve_views };

static void every_frame_of_curves_shows_one(void **state)
{
    (void)state;
    struct album a;
    album_open(&a);
    for (int form = 0; form < FORMS; form++)
        for (size_t p = 0; p < POINTS; p++) {
            struct bench b = with_curves(form, points[p]);
            struct view_request r = request_of(&b);
            r.text = true;
            for (size_t s = 0; s < SIZES; s++)
                for (size_t v = 0; v < CURVE_VIEWS; v++) {
                    r.width = sizes[s].width;
                    r.height = sizes[s].height;
                    album_add(&a, &r, curve_views[v]);
                }
            bench_finish(&b);
        }
    album_draw(&a);
    assert_int_equal(a.pictures, FORMS * POINTS * SIZES * CURVE_VIEWS);
    for (size_t i = 0; i < a.pictures; i++) {
        const size_t v = i % CURVE_VIEWS, s = i / CURVE_VIEWS % SIZES;
        const size_t p = i / CURVE_VIEWS / SIZES % POINTS;
        char what[200];
        struct page_text t;
        page_read(&t, i);
        snprintf(what, sizeof what, "%s, form %zu, %zu points, %ux%u", curve_views[v],
                 i / CURVE_VIEWS / SIZES / POINTS, points[p], sizes[s].width, sizes[s].height);
        assert_int_equal(check_frames(&t, "#$%@&=", what),
                         strcmp(curve_views[v], "activity") == 0 ? 2 : 1);
    }
}

/* The first line of a picture that a frame begins in. */
static size_t frame_top(const struct page_text *t)
{
    for (size_t i = 0; i < t->lines; i++)
        if (strstr(t->line[i], "+---"))
            return i;
    fail_msg("there is no frame");
    return 0;
}

/* gnuplot rounds so that a line up to the frame's upper side may stand above it. */
static void the_line_of_an_event_stays_in_its_frame(void **state)
{
    (void)state;
    enum { STEPS = 50 };
    struct album a;
    album_open(&a);
    for (uint64_t step = 1; step < STEPS; step++) {
        struct bench b = with_curves(1, STEPS);
        struct view_request r = request_of(&b);
        assert_int_equal(history_event(&b.model->history, step, "set"), 0);
        r.text = true;
        album_add(&a, &r, "curves");
        bench_finish(&b);
    }
    album_draw(&a);
    for (size_t i = 0; i < a.pictures; i++) {
        struct page_text t;
        page_read(&t, i);
        const size_t top = frame_top(&t);
        assert_true(top > 0);
        assert_null(memchr(t.line[top - 1], '|', sizeof t.line[0]));
        assert_true(count_marks(&t, top, (size_t)(strstr(t.line[top], "+---") - t.line[top]), "|") >
                    5);
    }
}

/* Kernels that are all zero, all the same, with one weight, and drawn; and data of few samples. */
static const char *const models[] = {
    "data moons 1\ninput 2\ndense 3 kernel_init=zeros as hidden\ndense 1 sigmoid\n",
    "data moons 2\ninput 2\ndense 3 kernel_init=ones as hidden\ndense 1 sigmoid\n",
    "data moons 3\ninput 2\ndense 1 kernel_init=constant(-1e30) as hidden\ndense 1 sigmoid\n",
    ("data moons 50\ninput 2\ndense 3 kernel_init=values(0, 0, 1e-9, 0, 1, -3) as hidden\n"
     "dense 1 sigmoid\n"),
};
enum { MODELS = sizeof models / sizeof *models };

static void every_frame_of_weights_and_samples_shows_some(void **state)
{
    (void)state;
    static const char *const views[] = {"weights", "boundary"};
    enum { VIEWS = sizeof views / sizeof *views };
    struct album a;
    album_open(&a);
    for (size_t m = 0; m < MODELS; m++) {
        struct bench b = bench_make(models[m]);
        struct view_request r = request_of(&b);
        r.text = true;
        for (size_t s = 0; s < SIZES; s++)
            for (size_t v = 0; v < VIEWS; v++) {
                r.width = sizes[s].width;
                r.height = sizes[s].height;
                album_add(&a, &r, views[v]);
            }
        bench_finish(&b);
    }
    album_draw(&a);
    for (size_t i = 0; i < a.pictures; i++) {
        char what[100];
        struct page_text t;
        page_read(&t, i);
        snprintf(what, sizeof what, "%s of model %zu", views[i % VIEWS], i / VIEWS / SIZES);
        assert_int_equal(check_frames(&t, i % VIEWS ? "ox" : "#", what), i % VIEWS ? 1 : 2);
    }
}

/* The number in front of a word of a text. */
static size_t number_before(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    assert_non_null(at);
    while (at > text && at[-1] == ' ')
        at--;
    while (at > text && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return (size_t)atol(at);
}

/* A tile has a character for each weight, also where the tiles fill the terminal. */
static void filters_show_every_weight(void **state)
{
    (void)state;
    static const char *const kernels[] = {"3", "9", "40"};
    const char *const layer = "hidden";
    const struct span where = {0};
    struct album a;
    album_open(&a);
    for (size_t k = 0; k < 3; k++) {
        char text[200];
        snprintf(text, sizeof text,
                 "data random 2 shape=16\ninput 16\ndense %s kernel_init=ones as hidden\n",
                 kernels[k]);
        struct bench b = bench_make(text);
        struct view_request r = request_of(&b);
        r.text = true;
        r.layer = &layer;
        r.where = &where;
        r.layers = 1;
        for (size_t s = 0; s < SIZES; s++) {
            r.width = sizes[s].width;
            r.height = sizes[s].height;
            album_add(&a, &r, "filters");
        }
        bench_finish(&b);
    }
    album_draw(&a);
    for (size_t i = 0; i < a.pictures; i++) {
        struct page_text t;
        size_t marks = 0, title = 0;
        page_read(&t, i);
        while (title < t.lines && !memmem(t.line[title], 199, "hidden.kernel", 13))
            title++;
        for (size_t k = 0; title == t.lines && k < t.lines; k++)
            print_error("%.*s\n", 120, t.line[k]);
        assert_true(title < t.lines);
        t.line[title][199] = 0;
        /* "the first 7 of 9 units of 4x4", "7 of 9 units", "3 units of 4x4" */
        const char *some = strstr(strstr(t.line[title], "kernel"), " of ");
        const bool part = some && strstr(some, " units");
        const size_t units = number_before(t.line[title], part ? " of " : " units");
        for (size_t line = title + 1; line < t.lines; line++)
            for (size_t k = 0; k < 200 && !memmem(t.line[line], 199, "part of", 7); k++)
                marks += t.line[line][k] == '#';
        assert_int_equal(marks, 16 * units);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_frame_of_curves_shows_one),
        TEST(the_line_of_an_event_stays_in_its_frame),
        TEST(every_frame_of_weights_and_samples_shows_some),
        TEST(filters_show_every_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
