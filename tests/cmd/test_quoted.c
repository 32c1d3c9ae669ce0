/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is quoted from input in a message is tried at lengths round the rooms that messages keep
 * for it: a message stays whole, and the session as it was. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 2000, LINE_MOST = 1000 };

/* The rooms of texts in messages, as they stand in the sources. */
static const size_t rooms[] = {24, 40, 44, 60, 64, 80, 100, 120, 150, 160, 200, 220, 240, 320, 480};

/* What the text is made of. */
static const struct filler {
    const char *bytes;
    bool word; /* it may stand where a word of the language does */
} fillers[] = {
    {"x", true}, {"7", false}, {"1,", false}, {"\xc3\xa9", false}, {"a b", false}, {"1.5,2", false},
};

static size_t fill(char *to, size_t n, const char *bytes)
{
    const size_t piece = strlen(bytes);
    for (size_t i = 0; i < n; i++)
        to[i] = bytes[i % piece];
    to[n] = 0;
    return n;
}

/* The statement with the text in place of each % sign. */
static void put(char *to, const char *statement, const char *text)
{
    for (; *statement; statement++)
        if (*statement == '%')
            to += sprintf(to, "%s", text);
        else
            *to++ = *statement;
    *to = 0;
}

/* One error is a line that ends, the place, and the line that it stands in, cut. */
static void check_message(const struct fake *f, const char *what)
{
    for (const char *at = f->err.text; *at;) {
        const size_t n = strcspn(at, "\n");
        if (n > LINE_MOST || at[n] != '\n')
            fail_msg("%.200s: a line of %zu bytes", what, n);
        at += n + 1;
    }
}

struct kind {
    const char *statement;
    bool word;                      /* only a word can stand there */
    bool good;                      /* it may also be right */
    void (*file)(const char *text); /* makes the file "f" that the statement reads; NULL: none */
};

static void try_at(struct fake *f, const struct kind *k, const char *text)
{
    static char statement[4 * LONGEST + 200];
    put(statement, k->statement, text);
    if (k->file)
        k->file(text);
    const uint64_t digest = session_digest(f->session);
    const enum outcome how = fake_run(f, statement);
    if (how != OUTCOME_ERROR && !(k->good && how == OUTCOME_OK))
        fail_msg("%.300s: outcome %d", statement, (int)how);
    if (how == OUTCOME_ERROR && session_digest(f->session) != digest)
        fail_msg("%.300s: the session has changed", statement);
    if (how == OUTCOME_ERROR && f->err.size < 20)
        fail_msg("%.300s: no error", statement);
    check_message(f, statement);
}

static void try_lengths(const struct kind *k, const struct filler *filler)
{
    static char text[LONGEST + 1];
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data xor; input 2; dense 2 as h; dense 1 as y; loss mse; mark m; let v = 1\n");
    fill(text, 0, filler->bytes);
    if (!k->word)
        try_at(&f, k, text);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        const size_t lengths[] = {rooms[i] - 1, rooms[i], 4 * rooms[i]};
        for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++) {
            fill(text, lengths[j], filler->bytes);
            try_at(&f, k, text);
        }
    }
    fake_finish(&f);
}

static void try_kinds(const struct kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sizeof fillers / sizeof *fillers; j++)
            if (fillers[j].word || !kinds[i].word)
                try_lengths(&kinds[i], &fillers[j]);
}

static void write_with(const char *format, const char *text)
{
    static char bytes[4 * LONGEST];
    put(bytes, format, text);
    folder_text("f", bytes);
}

static void cell(const char *text)
{
    write_with("a;b\n1;2\n%;3\n", text);
}

static void quoted_cell(const char *text)
{
    write_with("a,b\n1,2\n\"%\",3\n", text);
}

static void class_word(const char *text)
{
    write_with("1,a\n2,%\n%x,b\n", text);
}

static void numbers_then_words(const char *text)
{
    write_with("1;1\n2;%\n", text);
}

static void heading(const char *text)
{
    write_with("%;b\n1;2\n", text);
}

static void ragged(const char *text)
{
    write_with("a;b\n1;2\n%;%;%\n", text);
}

static void open_quote(const char *text)
{
    write_with("a,b\n1,\"%\n", text);
}

static void behind_quote(const char *text)
{
    write_with("a,b\n1,\"2\"%q\n", text);
}

static void write_npy(const char *format, const char *text)
{
    static char bytes[4 * LONGEST] = "\x93NUMPY\x01";
    put(bytes + 10, format, text);
    const size_t head = strlen(bytes + 10);
    bytes[8] = (char)(head & 0xFF);
    bytes[9] = (char)(head >> 8);
    folder_write("f", bytes, 10 + head);
}

static void npy_type(const char *text)
{
    write_npy("{'descr': '%', 'fortran_order': False, 'shape': (2, 2), }\n", text);
}

static void npy_key(const char *text)
{
    write_npy("{'%': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n", text);
}

static void npy_shape(const char *text)
{
    write_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, %), }\n", text);
}

static void write_weights(const char *format, const char *text)
{
    static char bytes[4 * LONGEST];
    put(bytes + 8, format, text);
    const size_t head = strlen(bytes + 8);
    memset(bytes, 0, 8);
    bytes[0] = (char)(head & 0xFF);
    bytes[1] = (char)(head >> 8);
    memset(bytes + 8 + head, 0, 16);
    folder_write("f", bytes, 8 + head + 16);
}

static void tensor_name(const char *text)
{
    write_weights("{\"%\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 16]}}", text);
}

static void tensor_type(const char *text)
{
    write_weights(
        "{\"h.kernel\": {\"dtype\": \"%\", \"shape\": [2, 2], \"data_offsets\": [0, 16]}}", text);
}

static void tensor_shape(const char *text)
{
    write_weights("{\"h.kernel\": {\"dtype\": \"F32\", \"shape\": [%], \"data_offsets\": [0, 16]}}",
                  text);
}

static void tensor_field(const char *text)
{
    write_weights("{\"h.kernel\": {\"%\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 16]}}",
                  text);
}

static void script_line(const char *text)
{
    write_with("let k = 1\n% wrong (\n", text);
}

static void script_string(const char *text)
{
    write_with("data csv \"%\"\n", text);
}

static void script_word(const char *text)
{
    write_with("dense 3 x%=3\n", text);
}

static void files(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {"data csv \"f\"", false, true, cell},
        {"data csv \"f\"", false, true, quoted_cell},
        {"data csv \"f\" target=none", false, true, quoted_cell},
        {"data csv \"f\"", false, true, class_word},
        {"data csv \"f\" header=no", false, true, class_word},
        {"data csv \"f\" header=no", false, true, numbers_then_words},
        {"data csv \"f\" target=\"no such\"", false, false, heading},
        {"data csv \"f\" target=\"%x\"", false, false, heading},
        {"data csv \"f\" drop=\"%\", \"%\"", false, false, heading},
        {"data csv \"f\"", false, false, ragged},
        {"data csv \"f\"", false, false, open_quote},
        {"data csv \"f\"", false, false, behind_quote},
        {"data npy \"f\" target=input", false, false, npy_type},
        {"data npy \"f\" target=input", false, false, npy_key},
        {"data npy \"f\" target=input", false, false, npy_shape},
        {"load weights \"f\"", false, false, tensor_name},
        {"load weights \"f\"", false, false, tensor_type},
        {"load weights \"f\"", false, false, tensor_shape},
        {"load weights \"f\"", false, false, tensor_field},
        {"source \"f\"", false, false, script_line},
        {"source \"f\"", false, false, script_string},
        {"source \"f\"", false, false, script_word},
        {"data csv \"%\"", false, false, NULL},
        {"data npy \"%\" \"%\"", false, false, NULL},
        {"data npy \"a\" \"%\" target=\"%x\"", false, false, NULL},
        {"data idx \"%\"", false, false, NULL},
        {"data npz \"%\" \"x\"", false, false, NULL},
        {"source \"%\"", false, false, NULL},
        {"load weights \"%\"", false, false, NULL},
        {"save weights \"%/%\"", false, false, NULL},
        {"save session \"%/%\"", false, false, NULL},
        {"record \"%/%\"", false, false, NULL},
        {"plot loss save=\"%\"", false, false, NULL},
        {"dense 2 kernel_init=npy(\"%\")", false, false, NULL},
    };
    try_kinds(kinds, sizeof kinds / sizeof *kinds);
}

static void words(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {"%x 1", true, false, NULL},
        {"dense 3 %=1", true, false, NULL},
        {"dense 3 activity=%(1)", true, false, NULL},
        {"dense 3 %", true, false, NULL},
        {"dense 3 on %", true, false, NULL},
        {"dense 3 on h, %", true, false, NULL},
        {"dense 3 kernel_init=%", true, false, NULL},
        {"input 2 as %", true, true, NULL},
        {"loss %", true, false, NULL},
        {"loss mse on %", true, false, NULL},
        {"optimizer %", true, false, NULL},
        {"optimizer adam %=3", true, false, NULL},
        {"data %", true, false, NULL},
        {"data moons %=3", true, false, NULL},
        {"data moons scale=%", true, false, NULL},
        {"print %", true, false, NULL},
        {"print %.output", true, false, NULL},
        {"print h.%", true, false, NULL},
        {"print h.kernel.%", true, false, NULL},
        {"print data.%", true, false, NULL},
        {"print %(1)", true, false, NULL},
        {"print sum(1, %=2)", true, false, NULL},
        {"set h.% = 1", true, false, NULL},
        {"set %.kernel = l1(1)", true, false, NULL},
        {"set optimizer.% = 1", true, false, NULL},
        {"help %", true, false, NULL},
        {"emulate %", true, false, NULL},
        {"penalties format=%", true, false, NULL},
        {"penalties on=%", true, false, NULL},
        {"goto %", true, false, NULL},
        {"show %", true, false, NULL},
        {"plot %", true, false, NULL},
        {"plot activity %", true, false, NULL},
        {"watch %", true, false, NULL},
        {"unwatch %", true, false, NULL},
        {"train 1 on %", true, false, NULL},
        {"compare %", true, false, NULL},
        {"let v = %(1)", true, false, NULL},
        {"define %(s) = s*%", true, false, NULL},
        {"block % { dense 2 on % }", true, false, NULL},
        {"model % %", true, true, NULL},
        {"mark % %", true, true, NULL},
        {"model %", true, true, NULL},
        {"rename %", true, true, NULL},
        {"clone %", true, true, NULL},
    };
    try_kinds(kinds, sizeof kinds / sizeof *kinds);
}

static void texts(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {"expect \"%\"", false, false, NULL},
        {"expect sum(\"%\") > 1", false, false, NULL},
        {"print \"%\" + 1", false, false, NULL},
        {"let v = \"%\"", false, false, NULL},
        {"dense \"%\"", false, false, NULL},
        {"dense 2 kernel=\"%\"", false, false, NULL},
        {"dense 3 on \"%\"", false, false, NULL},
        {"loss \"%\"", false, false, NULL},
        {"train \"%\"", false, false, NULL},
        {"set h.kernel = \"%\"", false, false, NULL},
        {"set \"%\" = 1", false, false, NULL},
        {"train 1 until \"%\"", false, false, NULL},
        {"help \"%\"", false, false, NULL},
        {"model \"%\"", false, false, NULL},
        {"data xor \"%\"", false, false, NULL},
        {"predict \"%\"", false, false, NULL},
        {"\"%\"", false, false, NULL},
        {"print 1 \"% (", false, false, NULL},
        {"print (1 # %", false, false, NULL},
        {"let v = 0.%y", false, false, NULL},
        {"input 3x%x", false, false, NULL},
    };
    try_kinds(kinds, sizeof kinds / sizeof *kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(words),
        cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
