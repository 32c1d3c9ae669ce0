/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a text reaches a terminal. */
#include "check.h"

#include "base/plain.h"

#include <string.h>

static void only_characters_are_left(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        unsigned keep;
        const char *to;
    } cases[] = {
        {"plain", PLAIN_LINE, "plain"},
        {"\x1b[31mred\x07\r\n\t\x7f", PLAIN_LINE, "?[31mred?????"},
        {"\x1b[31mred\x07\r\n\t\x7f", PLAIN_LINES, "?[31mred??\n\t?"},
        {"\x1b[1;31mred\x1b[m\n", PLAIN_LINES | PLAIN_COLOURS, "\x1b[1;31mred\x1b[m\n"},
        {"\x1b[2J\x1b[31\x1b]0;t\x07\x1b", PLAIN_LINES | PLAIN_COLOURS, "?[2J?[31?]0;t??"},
        /* U+0080, U+009B (which is ESC [ in one), U+009F, and U+00A0, which is a blank */
        {"a\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0z", PLAIN_LINES, "a???\xc2\xa0z"},
        /* bytes that are no UTF-8: alone, cut off, too long, halves of a pair, too large */
        {"\x9b"
         "31m \xe4 \xe2\x82",
         PLAIN_LINES, "?31m ? ??"},
        {"\xc1\x9b \xe0\x82\x9b \xf0\x80\x82\x9b", PLAIN_LINES, "?? ??? ????"},
        {"\xed\xa0\x80 \xf4\x90\x80\x80 \xfe", PLAIN_LINES, "??? ???? ?"},
        {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", PLAIN_LINE,
         "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"},
        /* Hebrew is no mark; joiners stay in Persian and in pictures made of several */
        {"\xd7\xa9", PLAIN_LINE, "\xd7\xa9"},
        {"\xd9\x85\xe2\x80\x8c\xd8\xae \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8e\x93", PLAIN_LINE,
         "\xd9\x85\xe2\x80\x8c\xd8\xae \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8e\x93"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = {0};
        const struct out out = out_to(&text);
        char copy[100];
        plain_write(&out, cases[i].from, strlen(cases[i].from), cases[i].keep);
        assert_string_equal(text.text, cases[i].to);
        str_finish(&text);
        if (cases[i].keep != PLAIN_LINE)
            continue;
        strcpy(copy, cases[i].from);
        plain_clean(copy);
        assert_string_equal(copy, cases[i].to);
        assert_int_equal(plain_is(cases[i].from), strcmp(cases[i].from, cases[i].to) == 0);
    }
}

/* What is not seen, or turns what stands round it, is written out; a text with it stays the bytes
 * that it is in place. */
static void hidden_characters_are_written_out(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"a\xe2\x80\xaeltr\xe2\x80\xac", "a[U+202E]ltr[U+202C]"},
        {"\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c\xe2\x80\x8f", "[U+2066]x[U+2069][U+061C][U+200F]"},
        {"hid\xe2\x80\x8b"
         "den\xef\xbb\xbf\xe2\x81\xa0",
         "hid[U+200B]den[U+FEFF][U+2060]"},
        {"a\xe2\x80\x8c"
         "b\xe2\x80\x8d",
         "a[U+200C]b[U+200D]"},
        {"\xc2\xad\xf3\xa0\x81\xa1\xe2\x80\xa8", "[U+00AD][U+E0061][U+2028]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = {0};
        char copy[100];
        plain_line(&text, cases[i].from);
        assert_string_equal(text.text, cases[i].to);
        assert_false(plain_is(cases[i].from));
        strcpy(copy, cases[i].from);
        plain_clean(copy);
        assert_string_equal(copy, cases[i].from);
        str_finish(&text);
    }
}

/* Of all characters and all pairs of bytes nothing is left that a terminal might obey. */
static void no_pair_of_bytes_passes(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        const char from[] = {(char)(pair >> 8), (char)pair, 'x'};
        struct str text = {0};
        const struct out out = out_to(&text);
        plain_write(&out, from, sizeof from, PLAIN_LINES);
        for (size_t i = 0; i < text.size; i++) {
            const unsigned char c = (unsigned char)text.text[i],
                                before = i ? (unsigned char)text.text[i - 1] : 0;
            assert_true(c >= 0x20 || c == '\n' || c == '\t');
            assert_true(c != 0x7f && !(c >= 0x80 && c < 0xa0 && before <= 0xc2));
        }
        str_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_characters_are_left),
        cmocka_unit_test(hidden_characters_are_written_out),
        cmocka_unit_test(no_pair_of_bytes_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
