/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge to the real gnuplot; skipped where there is none. */
#include "drive.h"

#include "plot/style.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void open_real(struct drive *d)
{
    struct gnuplot_config c = drive_config(d, "");
    c.program = "gnuplot";
    if (system("command -v gnuplot >/dev/null") != 0)
        skip();
    drive_open(d, &c);
}

static void save(struct drive *d, const char *path, struct figure f)
{
    struct err e = {0};
    assert_int_equal(drive_save(d->g, path, &f, &e), 0);
    drive_idle(d);
    if (gnuplot_saved(d->g, &e))
        print_error("%s\n", e.what);
    assert_int_equal(gnuplot_saved(d->g, &e), 0);
}

static size_t read_file(const char *path, char *to, size_t room)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(to, 1, room, f);
    fclose(f);
    return n;
}

/* What each kind of file begins and ends with, by its own standard. */
static void files_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *path, *begin, *end;
    } cases[] = {
        {"x.png", "\x89PNG\r\n\x1a\n", "IEND\xae\x42\x60\x82"},
        {"x.svg", "<?xml", "</svg>\n\n<!-- written by nnr -->\n"},
        {"x.pdf", "%PDF-", "%%EOF\n% written by nnr\n"},
    };
    static char bytes[1 << 20];
    struct drive d;
    open_real(&d);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        save(&d, cases[i].path, drive_figure("it's \xce\xbb"));
        size_t n = read_file(cases[i].path, bytes, sizeof bytes);
        assert_true(n > 1000 && n < sizeof bytes);
        assert_memory_equal(bytes, cases[i].begin, strlen(cases[i].begin));
        assert_non_null(memmem(bytes + n - 40, 40, cases[i].end, strlen(cases[i].end)));
    }
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

/* 0, 1, 4 over 0, 1, 2: the curve is at the left bottom and at the right top. */
static void a_text_shows_the_curve(void **state)
{
    (void)state;
    static char text[10000];
    struct drive d;
    open_real(&d);
    save(&d, "x.txt", drive_figure("squares"));
    text[read_file("x.txt", text, sizeof text - 1)] = 0;
    check_has(text, "squares");
    assert_int_equal(drive_count(text, "\f"), 0);
    assert_true(drive_count(text, "*") > 20);
    const char *top = strchr(text, '*'), *bottom = strrchr(text, '*');
    const char *top_line = memrchr(text, '\n', (size_t)(top - text));
    const char *bottom_line = memrchr(text, '\n', (size_t)(bottom - text));
    assert_true(top - top_line > bottom - bottom_line);
    drive_show(&d, "loss", "squares");
    drive_idle(&d);
    assert_int_equal(d.pictures, 1);
    assert_int_equal(drive_count(d.picture.text, "\n"), 21);
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

static void an_svg_is_the_same_every_time(void **state)
{
    (void)state;
    struct drive d;
    for (int i = 0; i < 2; i++) {
        open_real(&d);
        save(&d, i ? "b.svg" : "a.svg", drive_figure("same"));
        drive_close(&d);
    }
    char *a = drive_file("a.svg"), *b = drive_file("b.svg");
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void a_hostile_title_is_only_drawn(void **state)
{
    (void)state;
    static const char *const titles[] = {
        "`touch pwned`",          "\"`touch pwned`\"",      "'\nsystem('touch pwned')\n'",
        "\nsystem 'touch pwned'", "'; system 'touch pwned", "@x $(touch pwned) \\",
        "EOD\n!touch pwned",      "\r!touch pwned",         "\\",
    };
    struct drive d;
    open_real(&d);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        save(&d, "x.svg", drive_figure(titles[i]));
        drive_show(&d, titles[i], titles[i]);
        drive_idle(&d);
        assert_int_equal(access("pwned", F_OK), -1);
    }
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
}

/* The n-th text of five characters of those that mean something to some program. */
static void text_number(int n, char text[6])
{
    for (int i = 0; i < 5; i++, n /= 6)
        text[i] = "'a`\"\\#"[n % 6];
    text[5] = 0;
}

/* What gnuplot reads is the text but for spaces, which are added between quotes. */
static void check_line(char *line, const char *text)
{
    char *to = line;
    for (const char *from = line; *from; from++)
        if (*from != ' ')
            *to++ = *from;
    *to = 0;
    assert_string_equal(line, text);
}

static void gnuplot_reads_every_quoted_text_as_it_was(void **state)
{
    (void)state;
    enum { ALL = 6 * 6 * 6 * 6 * 6 };
    struct drive d;
    struct err e;
    struct figure f = {0};
    char text[6];
    open_real(&d);
    str_add(&f.program, "set print 'texts'\n");
    for (int i = 0; i < ALL; i++) {
        text_number(i, text);
        str_add(&f.program, "print ");
        figure_quote(&f.program, text);
        str_add(&f.program, "\n");
    }
    assert_int_equal(gnuplot_show(d.g, "texts", &f, &e), 0);
    drive_idle(&d);
    assert_int_equal(d.noticed, 0);
    drive_close(&d);
    char *all = drive_file("texts"), *rest = all;
    for (int i = 0; i < ALL; i++) {
        char *line = strsep(&rest, "\n");
        assert_non_null(rest);
        text_number(i, text);
        check_line(line, text);
    }
    assert_string_equal(rest, "");
    free(all);
}

static void the_label_of_a_tic_is_no_format(void **state)
{
    (void)state;
    static const char name[] = "50 %d of @x_1 {y}^2 %";
    struct drive d;
    struct figure f = {0};
    open_real(&d);
    str_add(&f.program, "reset\nset xtics (");
    style_tic(&f.program, name, 40);
    str_add(&f.program, " 1) noenhanced\nplot [0:2] x\n");
    save(&d, "tics.svg", f);
    drive_close(&d);
    char *all = drive_file("tics.svg");
    assert_non_null(all);
    assert_non_null(strstr(all, name));
    free(all);
}

static void a_saved_program_runs_by_itself(void **state)
{
    (void)state;
    struct drive d;
    open_real(&d);
    save(&d, "x.gp", drive_figure("by itself"));
    drive_close(&d);
    assert_int_equal(
        system("env -u GNUTERM gnuplot -e \"set term svg; set output 'x.svg'\" x.gp 2>errors"), 0);
    char *svg = drive_file("x.svg"), *errors = drive_file("errors");
    check_has(svg, "by itself");
    assert_string_equal(errors, "");
    free(svg);
    free(errors);
}

static void an_error_spoils_its_own_frame_only(void **state)
{
    (void)state;
    struct drive d;
    struct err e;
    open_real(&d);
    struct figure bad = {0};
    str_add(&bad.program, "reset\nset multiplot layout 2,1\nplot nofun(x) notitle");
    assert_int_equal(gnuplot_show(d.g, "bad", &bad, &e), 0);
    drive_show(&d, "loss", "good");
    drive_idle(&d);
    assert_string_equal(d.notices.text, "plot bad: gnuplot says: undefined function: nofun\n");
    assert_int_equal(d.pictures, 1);
    check_has(d.picture.text, "good");
    struct figure none = {0};
    str_add(&none.program, "reset\n$d1 << EOD\nEOD\nplot $d1");
    assert_int_equal(drive_save(d.g, "x.svg", &none, &e), 0);
    drive_idle(&d);
    assert_int_equal(gnuplot_saved(d.g, &e), -1);
    check_has(e.what, "cannot draw \"x.svg\": ");
    assert_int_equal(access("x.svg", F_OK), -1);
    drive_close(&d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, drive_setup, drive_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_whole),
        TEST(a_text_shows_the_curve),
        TEST(an_svg_is_the_same_every_time),
        TEST(a_hostile_title_is_only_drawn),
        TEST(gnuplot_reads_every_quoted_text_as_it_was),
        TEST(the_label_of_a_tic_is_no_format),
        TEST(a_saved_program_runs_by_itself),
        TEST(an_error_spoils_its_own_frame_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
