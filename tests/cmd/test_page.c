/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a report of a session: text in a page, coloured statements, pictures made safe, what
 * is kept, and what is written without memory. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "cmd/common/svg_filter.h"
#include "cmd/report/html.h"
#include "cmd/report/html_code.h"
#include "cmd/report/render.h"
#include "cmd/report/render_html.h"
#include "cmd/report/report.h"
#include "cmd/report/report_bytes.h"
#include "cmd/session/transcript.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void same(struct str *got, const char *due)
{
    assert_false(got->failed);
    assert_string_equal(got->text ? got->text : "", due);
    str_finish(got);
}

static void text_is_shown_as_characters(void **state)
{
    static const struct {
        const char *text, *due;
    } cases[] = {
        {"a < b & \"c\" > 'd'", "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;"},
        {"</script>", "&lt;/script&gt;"},
        {"&lt;", "&amp;lt;"},
        {"\xC3\xA4\xE2\x80\x93\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x80\x93\xF0\x9F\x98\x80"},
        {"a\x01\x1b[31m\x7f", "a[U+0001][U+001B][31m[U+007F]"},
        {"\xC2\x9B", "[U+009B]"},
        {"x\xE2\x80\xAEy\xE2\x81\xA6z\xE2\x80\x8F\xD8\x9C", "x[U+202E]y[U+2066]z[U+200F][U+061C]"},
        {"x\xE2\x80\x8By", "x[U+200B]y"},
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"a\tb\nc", "a\tb\nc"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str s = {0};
        html_text(&s, cases[i].text, strlen(cases[i].text));
        same(&s, cases[i].due);
    }
    struct str s = {0};
    html_clean(&s, "a &amp; b &#8238; & c", strlen("a &amp; b &#8238; & c"));
    same(&s, "a &amp; b &amp;#8238; &amp; c");
}

static void lines_keep_their_columns(void **state)
{
    (void)state;
    struct str s = {0};
    html_lines(&s, "one\ntwo\n", 8);
    same(&s, "<p>one<br>\ntwo</p>\n");
    html_lines(&s, "a   1\nbb  2\n", 12);
    same(&s, "<pre>a   1\nbb  2</pre>\n");
    html_lines(&s, "h: dense\n  kernel\n", 18);
    same(&s, "<pre>h: dense\n  kernel</pre>\n");
    html_lines(&s, "holds: a > b  (1 > 0)\n", 22);
    same(&s, "<p>holds: a &gt; b  (1 &gt; 0)</p>\n");
    html_lines(&s, "\n", 1);
    same(&s, "");
}

static void statements_are_coloured_by_the_lexer(void **state)
{
    static const struct {
        const char *text, *due;
    } cases[] = {
        {"dense 8 relu kernel=l1(1e-3) as h # <c>",
         "<span class=\"v\">dense</span> <span class=\"n\">8</span> relu <span "
         "class=\"k\">kernel</span>=<span class=\"f\">l1</span>(<span class=\"n\">1e-3</span>) "
         "<span class=\"k\">as</span> h <span class=\"c\"># &lt;c&gt;</span>"},
        {"say \"a # b\"; h on x",
         "<span class=\"v\">say</span> <span class=\"s\">&quot;a # b&quot;</span>; h <span "
         "class=\"k\">on</span> x"},
        {"print 1 \"open", "<span class=\"v\">print</span> <span class=\"n\">1</span><span "
                           "class=\"w\"> &quot;open</span>"},
        {"set optimizer.lr = max(1, no)",
         "<span class=\"v\">set</span> <span class=\"k\">optimizer.lr</span> = <span "
         "class=\"f\">max</span>(<span class=\"n\">1</span>, <span class=\"n\">no</span>)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str s = {0};
        html_code(&s, cases[i].text, strlen(cases[i].text));
        same(&s, cases[i].due);
    }
}

static void a_picture_holds_nothing_but_what_draws(void **state)
{
    static const char svg[] =
        "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x \"y\">]>\n"
        "<svg width=\"800\" onload=\"alert(1)\" viewBox=\"0 0 8 6\"><title>Gnuplot</title>"
        "<script>alert(1)</script><style>@import url(http://x)</style>"
        "<a href=\"javascript:alert(1)\"><text onclick='f()' fill='red'>a &amp; b "
        "\xE2\x80\xAE</text></a>"
        "<defs><path id='gp1' d='M0,0'/></defs><use xlink:href='#gp1'/>"
        "<use href=\"http://x/y.svg#z\"/><image href='data:image/png;base64,AA=='/>"
        "<image href='http://x/y.png'/><g filter='url(#box)' style='x'><rect "
        "fill=\"url(http://x)\"/></g>"
        "<foreignObject><b>no</b></foreignObject><text x='1\"2'>&#60;</text></svg>";
    struct str s = {0}, inside = {0};
    (void)state;
    str_add(&inside, "<title id=\"p1-t\">ours</title>");
    svg_filter(&s, svg, sizeof svg - 1, "p1-", "role=\"img\"", &inside, false);
    same(&s, "<svg viewBox=\"0 0 8 6\" role=\"img\"><title id=\"p1-t\">ours</title>"
             "<text fill=\"red\">a &amp; b [U+202E]</text>"
             "<defs><path id=\"p1-gp1\" d=\"M0,0\"/></defs><use xlink:href=\"#p1-gp1\"/>"
             "<use/><image href=\"data:image/png;base64,AA==\"/><image/>"
             "<g filter=\"url(#p1-box)\"><rect/></g><text x=\"1&quot;2\">&amp;#60;</text></svg>");
    str_finish(&inside);
    /* Cut anywhere, it ends there. */
    for (size_t n = 0; n < sizeof svg; n++) {
        svg_filter(&s, svg, n, "p1-", "", &inside, true);
        assert_null(s.text ? strstr(s.text, "alert") : NULL);
        assert_null(s.text ? strstr(s.text, "http://x") : NULL);
        str_finish(&s);
    }
}

static const struct report_column columns[] = {{"name", "name", REPORT_WORDS},
                                               {"value", "value", REPORT_FIGURE},
                                               {NULL, "hidden", REPORT_NUMBER}};
static const struct report_table table = {.key = "rows", .column = columns, .columns = 3};

static void fill_report(struct report *r)
{
    report_number(r, "count", 2);
    report_say(r, "{count row} of {model}\n");
    report_text(r, "model", "<main>");
    report_table(r, &table);
    for (int i = 0; i < 2; i++) {
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, i ? "total" : "a|b");
        report_number(r, NULL, i ? 1.0 / 3 : (double)NAN);
        report_bool(r, NULL, true);
    }
    report_close(r);
    report_open(r, "list", '[');
    str_add(report_shown(r), "shown");
    report_number(r, NULL, 7);
    report_nothing(r);
    report_close(r);
    str_add(report_note(r), "a note\n");
}

/* What is read back is written in each way as it was. */
static void a_report_comes_back_from_bytes(void **state)
{
    typedef void renderer(const struct report *r, struct str *to);
    renderer *const ways[] = {report_render_text, report_render_json, report_render_csv,
                              report_render_markdown, report_render_html};
    struct report r = {0}, again = {0};
    struct str bytes = {0};
    (void)state;
    fill_report(&r);
    report_put(&r, &bytes);
    struct bytes b = {.at = bytes.text, .left = bytes.size};
    report_take(&again, &b);
    assert_false(b.failed || again.text.failed);
    assert_int_equal(b.left, 0);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct str first = {0}, second = {0};
        ways[i](&r, &first);
        ways[i](&again, &second);
        same(&second, first.text);
        str_finish(&first);
    }
    struct str page = {0};
    report_render_html(&again, &page);
    same(&page,
         "<p>2 rows of &lt;main&gt;</p>\n"
         "<div class=\"wide\" role=\"region\" aria-label=\"table\" tabindex=\"0\"><table>\n"
         "<thead><tr><th scope=\"col\">name</th><th scope=\"col\" "
         "class=\"n\">value</th></tr></thead>\n"
         "<tbody>\n<tr><th scope=\"row\">a|b</th><td class=\"n\">-</td></tr>\n"
         "<tr class=\"total\"><th scope=\"row\">total</th><td class=\"n\">0.333333</td></tr>\n"
         "</tbody></table></div>\n<p>a note</p>\n");
    for (size_t n = 0; n < bytes.size; n++) {
        struct report part = {0};
        struct bytes cut = {.at = bytes.text, .left = n};
        report_take(&part, &cut);
        assert_true(cut.failed || part.text.failed);
        report_finish(&part);
    }
    report_finish(&r);
    report_finish(&again);
    str_finish(&bytes);
}

/* Pieces of many sizes, across what is held and what is in the file. */
static void pieces_come_back_in_their_order(void **state)
{
    enum { PIECES = 300, LARGEST = 200000 };
    static char bytes[LARGEST];
    struct transcript *t = transcript_new(5);
    struct str piece = {0};
    uint64_t at = 0;
    enum told what;
    int why;
    (void)state;
    assert_non_null(t);
    check_near(transcript_began(t), 5, 0);
    for (size_t i = 0; i < PIECES; i++) {
        const size_t n = i % 50 == 7 ? LARGEST - i : i * 37 % 5000;
        memset(bytes, (int)('a' + i % 26), n);
        transcript_add(t, i % 2 ? TOLD_CODE : TOLD_WORDS, bytes, n);
    }
    for (size_t i = 0; i < PIECES; i++) {
        const size_t n = i % 50 == 7 ? LARGEST - i : i * 37 % 5000;
        assert_int_equal(transcript_next(t, &at, &what, &piece), 1);
        assert_int_equal(what, i % 2 ? TOLD_CODE : TOLD_WORDS);
        assert_int_equal(piece.size, n);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(piece.text[k], 'a' + i % 26);
    }
    assert_int_equal(transcript_next(t, &at, &what, &piece), 0);
    assert_int_equal(transcript_lost(t, &why), 0);
    str_finish(&piece);
    transcript_finish(t);
}

/* What comes behind a gap is left out, and counted. */
static void what_finds_no_room_is_counted(void **state)
{
    static char bytes[100000];
    struct rlimit was, little;
    struct str piece = {0};
    uint64_t at = 0;
    enum told what;
    int why;
    (void)state;
    getrlimit(RLIMIT_FSIZE, &was);
    little = (struct rlimit){150000, was.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    struct transcript *t = transcript_new(0);
    for (int i = 0; i < 4; i++)
        transcript_add(t, TOLD_WORDS, bytes, sizeof bytes);
    transcript_add(t, TOLD_WORDS, "small", 5);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(transcript_lost(t, &why), 4);
    assert_int_equal(why, EFBIG);
    assert_int_equal(transcript_next(t, &at, &what, &piece), 1);
    assert_int_equal(piece.size, sizeof bytes);
    assert_int_equal(transcript_next(t, &at, &what, &piece), 0);
    str_finish(&piece);
    transcript_finish(t);
}

static const char lesson[] =
    "# A title.\n# More.\n\nsection \"One\"\nsay \"<b>\" 2\ndata moons 20\n"
    "input 2\ndense 2 kernel=l2(0.1) as h\ndense 1 sigmoid\nloss "
    "binary_crossentropy\noptimizer sgd\nwatch loss\nstep 2\npenalties\n"
    "save report \"a.html\"\nsave report \"a.md\"\n";

static char *read_all(const char *name)
{
    static char text[1 << 18];
    FILE *f = fopen(name, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

static void a_session_becomes_a_page(void **state)
{
    struct fake f;
    (void)state;
    fake_start(&f);
    fake_ok(&f, lesson);
    const char *page = read_all("a.html");
    check_has(page, "<h1>A title</h1>\n<p>More.</p>");
    check_has(page, "<h2 id=\"s1\">One</h2>\n<p>&lt;b&gt; 2</p>\n");
    check_has(page, "<tr class=\"total\"><th scope=\"row\">total</th>");
    check_has(page, "<dt>statements</dt><dd>12</dd>");
    check_has(read_all("a.md"),
              "# A title\n\nMore.\n\n## One\n\n\\<b> 2\n\n```nnr\ndata moons 20\n");
    fake_says(&f, "save report \"a.txt\"", OUTCOME_ERROR,
              "t:1:13: the ending of \"a.txt\" does not say how to write a report; end the name in "
              ".html, or in .md for Markdown with pictures beside it");
    fake_says(&f, "save report \".\"", OUTCOME_ERROR,
              "t:1:13: \".\" is a folder; add a file's name");
    fake_finish(&f);
}

/* Each allocation of a report fails once: it is told, and the next one is whole. */
static void a_report_without_memory(void **state)
{
    struct fake f;
    long n = 1;
    bool failed = true;
    (void)state;
    fake_start(&f);
    fake_ok(&f, lesson);
    for (; failed; n++) {
        mem_fail_at(n);
        const enum outcome how = fake_run(&f, "save report \"b.html\"");
        failed = mem_failed();
        mem_fail_at(0);
        assert_true(how == OUTCOME_OK || failed);
        assert_true(n < 100000);
    }
    assert_true(n > 20);
    check_has(read_all("b.html"), "</html>");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_shown_as_characters),
        cmocka_unit_test(lines_keep_their_columns),
        cmocka_unit_test(statements_are_coloured_by_the_lexer),
        cmocka_unit_test(a_picture_holds_nothing_but_what_draws),
        cmocka_unit_test(a_report_comes_back_from_bytes),
        cmocka_unit_test(pieces_come_back_in_their_order),
        cmocka_unit_test(what_finds_no_room_is_counted),
        cmocka_unit_test(a_session_becomes_a_page),
        cmocka_unit_test(a_report_without_memory),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
