/* SPDX-License-Identifier: GPL-3.0-or-later */
/* save weights, load weights and history. The files here are written by hand, byte by byte after
 * the description of the format. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/str.h"
#include "num/real.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A head with its length in front, and numbers behind. */
static void write_file(const char *name, const char *head, uint64_t claimed, const void *data,
                       size_t n)
{
    unsigned char bytes[4096];
    const size_t size = strlen(head);
    assert_true(8 + size + n <= sizeof bytes);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(claimed >> 8 * i);
    memcpy(bytes + 8, head, size);
    memcpy(bytes + 8 + size, data, n);
    folder_write(name, bytes, 8 + size + n);
}

#define NET "input 2\ndense 1 as h\n"

static void both_types_are_read(void **state)
{
    (void)state;
    const float narrow[] = {0.5F, -2, 8};
    const double wide[] = {0.25, 4, -16};
    struct fake f;
    fake_start(&f);
    const char *head = "{\"__metadata__\": {\"by\": \"\\u00e4\\n\"}, \"h.bias\": {\"shape\": [1], "
                       "\"data_offsets\": [8, 12], \"dtype\": \"F32\"}, \"h.kernel\":{\"dtype\":"
                       "\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}   ";
    write_file("f32", head, strlen(head), narrow, sizeof narrow);
    head = "{\"h.kernel\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,16]},"
           "\"h.bias\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[16,24]}}";
    write_file("f64", head, strlen(head), wide, sizeof wide);
    fake_prints(&f, NET "load weights \"f32\"\nprint h.kernel h.bias\n",
                "load weights: 2 tensors\nh.kernel = [0.5 -2], h.bias = [8]\n");
    fake_prints(&f, "load weights \"f64\"\nprint h.kernel h.bias\n",
                "load weights: 2 tensors\nh.kernel = [0.25 4], h.bias = [-16]\n");
    /* A new seed draws weights anew, and not these; undo gives those before back. */
    fake_ok(&f, "seed 8\nexpect mean(h.kernel) == 2.125\nundo\nundo\n"
                "expect mean(h.kernel) == -0.75\nexpect mean(h.bias) == 8\n");
    fake_finish(&f);
}

/* The bytes of a file. */
static size_t bytes_of(const char *name, unsigned char bytes[4096])
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    const size_t n = fread(bytes, 1, 4096, file);
    fclose(file);
    return n;
}

#define OWN "{\"__metadata__\": {\"comment\": \"written by nnr\"}, "

static void what_is_written(void **state)
{
    (void)state;
    struct fake f;
    unsigned char bytes[4096];
    const bool wide = sizeof(real) == 8;
    fake_start(&f);
    fake_ok(&f, "input 2\ndense 1 kernel_init=values(0.5, -2) bias_init=constant(8) as h\n"
                "save weights \"w.safetensors\"\n");
    const char *head =
        wide ? OWN
            "\"h.kernel\": {\"dtype\": \"F64\", \"shape\": [2, 1], \"data_offsets\": [0, 16]}, "
            "\"h.bias\": {\"dtype\": \"F64\", \"shape\": [1], \"data_offsets\": [16, 24]}}"
             : OWN
            "\"h.kernel\": {\"dtype\": \"F32\", \"shape\": [2, 1], \"data_offsets\": [0, 8]}, "
            "\"h.bias\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [8, 12]}}";
    const size_t size = (strlen(head) + 7) / 8 * 8;
    const real numbers[] = {(real)0.5, -2, 8};
    assert_int_equal(bytes_of("w.safetensors", bytes), 8 + size + sizeof numbers);
    assert_int_equal(bytes[0], size);
    assert_memory_equal(bytes + 8, head, strlen(head));
    assert_memory_equal(bytes + 8 + size, numbers, sizeof numbers);
    fake_finish(&f);
}

/* Sizes of six digits and more stand written out: no reader takes 1e+06 for a whole number. */
static void large_sizes(void **state)
{
    (void)state;
    struct fake f;
    unsigned char bytes[4096];
    char head[200] = "";
    fake_start(&f);
    fake_ok(&f, "input 1000\ndense 1000 use_bias=no as h\nsave weights \"w.safetensors\"\n");
    bytes_of("w.safetensors", bytes);
    memcpy(head, bytes + 8, sizeof head - 1);
    assert_non_null(strstr(head, sizeof(real) == 8 ? "[0, 8000000]" : "[0, 4000000]"));
    fake_finish(&f);
}

static void what_only_one_side_has(void **state)
{
    (void)state;
    const float numbers[] = {1, 2, 3};
    struct fake f;
    const char *head = "{\"h.kernel\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                       "\"z\\u001b.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]}"
                       "}";
    fake_start(&f);
    write_file("w.safetensors", head, strlen(head), numbers, sizeof numbers);
    fake_prints(&f, NET "load weights \"w.safetensors\"\n",
                "load weights: 1 tensor\nnot in the file, and as before: h.bias\n"
                "not in the model: z?.bias\n");
    fake_says(&f, "model two\n", OUTCOME_OK, "new empty model two; there is main");
    fake_says(&f, "load weights \"w.safetensors\"\n", OUTCOME_ERROR,
              "t:1:1: the model two has no weights; add a layer that has some: dense 4");
    fake_says(&f, "input 2\ndense 1 as other\nload weights \"w.safetensors\"\n", OUTCOME_ERROR,
              "t:3:14: \"w.safetensors\" and the model two have no tensor of the same name; the "
              "model has "
              "other.kernel; the names of its layers count");
    fake_says(&f, "model three\ninput 3\ndense 1 as h\nload weights \"w.safetensors\"\n",
              OUTCOME_ERROR, "new empty model three; there are main, two");
    assert_non_null(strstr(f.err.text,
                           "t:4:14: h.kernel is 2x1 in \"w.safetensors\", and 3x1 in the model; "
                           "load it into a model with layers of the same sizes"));
    fake_finish(&f);
}

/* Each is refused with its reason, and nothing has changed. */
static void malformed_files_are_refused(void **state)
{
    (void)state;
#define TENSOR(shape, place)                                                                       \
    "{\"h.kernel\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" place "}"
    static const struct {
        const char *head;
        uint64_t claimed; /* 0: its length */
        size_t data;
        const char *why;
    } wrong[] = {
        {"", 7, 0, "its head would be longer than the file; copy"},
        {"{}", UINT64_MAX, 0, "its head would be longer than the file; copy"},
        {"{}", 3, 0, "its head would be longer than the file; copy"},
        {"{}", 0, 4, "its tensors lie over each other, or leave gaps; copy"},
        {"[]", 0, 0, "its head is no object of JSON; copy"},
        {"{", 0, 0, "its head is no JSON: string or '}' expected near end of file at line 1"},
        {"{} x", 0, 0, "its head is no JSON: end of file expected near \"x\" at line 1, column 4;"},
        {"{\"a", 0, 0, "its head is no JSON: premature end of input"},
        {"{\"a\\", 0, 0, "its head is no JSON: invalid escape"},
        {"{\"a\\u12", 0, 0, "its head is no JSON: invalid escape"},
        {"{\"\\ud800\":{}}", 0, 0, "its head is no JSON: invalid Unicode '\\uD800'"},
        {"{\"a\\u0000\":{}}", 0, 0, "its head is no JSON: NUL byte in object key"},
        {"{\"a\":{}}", 0, 0, "a tensor lacks its type, shape or place; copy"},
        {"{\"a\":[]}", 0, 0, "a tensor lacks its type, shape or place; copy"},
        {"{\"a\":{\"dtype\":\"F32\"}}", 0, 0, "a tensor lacks its type, shape or place; copy"},
        {TENSOR("[2]", "[0,8],\"color\":1") "}", 0, 8,
         "a tensor's head has a field that is unknown; copy"},
        {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, 0,
         "its head is no JSON: duplicate object key near \"dtype\" at line 1, column 27;"},
        {"{\"a\":{\"dtype\":\"Q7\",\"shape\":[],\"data_offsets\":[0,4]}}", 0, 4,
         "a tensor is of a type that the format does not have; copy"},
        {"{\"a\":{\"dtype\":7,\"shape\":[],\"data_offsets\":[0,4]}}", 0, 4,
         "a tensor is of a type that the format does not have; copy"},
        {"{\"a\":{\"dtype\":\"F32F32F32F32F32F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 0, 4,
         "a tensor is of a type that the format does not have; copy"},
        {"{\"__metadata__\":[]}", 0, 0, "its metadata is no list of texts; copy"},
        {"{\"__metadata__\":{\"a\":1}}", 0, 0, "its metadata is no list of texts; copy"},
        {TENSOR("[2,1]", "[0,8]") "}", 0, 4,
         "a tensor lies outside of the file: it was cut off, or changed; copy"},
        {TENSOR("[2,1]", "[8,0]") "}", 0, 8,
         "a tensor lies outside of the file: it was cut off, or changed; copy"},
        {TENSOR("[2,1]", "[0,12]") "}", 0, 12,
         "a tensor's shape and its place do not have the same size; copy"},
        {TENSOR("[2,1]", "[0,8]") "}", 0, 12,
         "its tensors lie over each other, or leave gaps; copy"},
        {TENSOR("[2,1]", "[4,12]") "}", 0, 12,
         "its tensors lie over each other, or leave gaps; copy"},
        {TENSOR("[2,1]", "[0,8]") ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}"
                                  "}",
         0, 12, "its tensors lie over each other, or leave gaps; copy"},
        {TENSOR("[2,1]", "[0,8]") ",\"h.kernel\":{\"dtype\":\"F32\",\"shape\":[1],"
                                  "\"data_offsets\":[8,12]}}",
         0, 12,
         "its head is no JSON: duplicate object key near \"h.kernel\" at line 1, column 73;"},
        {TENSOR("[4294967296,4294967296]", "[0,8]") "}", 0, 8,
         "a tensor's shape is too large; copy"},
        {TENSOR("[99999999999999999999]", "[0,8]") "}", 0, 8,
         "its head is no JSON: too big integer near"},
        {TENSOR("[2.5]", "[0,8]") "}", 0, 8, "a size in its head is no whole number; copy"},
        {TENSOR("[-2]", "[0,8]") "}", 0, 8, "a size in its head is no whole number; copy"},
        {TENSOR("[\"2\"]", "[0,8]") "}", 0, 8, "a size in its head is no whole number; copy"},
        {TENSOR("2", "[0,8]") "}", 0, 8, "a tensor's shape is no list of sizes; copy"},
        {TENSOR("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]") "}", 0, 8,
         "a tensor has too many axes; copy"},
        {TENSOR("[2]", "[8]") "}", 0, 8, "a tensor's place is not two numbers; copy"},
        {TENSOR("[2]", "8") "}", 0, 8, "a tensor's place is not two numbers; copy"},
    };
    char says[400];
    const float zeros[8] = {0};
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *head = wrong[i].head;
        write_file("bad", head, wrong[i].claimed ? wrong[i].claimed : strlen(head), zeros,
                   wrong[i].data);
        snprintf(says, sizeof says, "t:1:14: \"bad\" is no safetensors file: %s", wrong[i].why);
        assert_int_equal(fake_run(&f, "load weights \"bad\"\n"), OUTCOME_ERROR);
        check_has(f.err.text, says);
        assert_true(session_digest(f.session) == before);
    }
    fake_finish(&f);
}

/* Wherever a whole file is cut off, or a byte of its head is another, it is refused or read. */
static void cut_and_changed_files(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "save weights \"whole.safetensors\"\n");
    const size_t n = bytes_of("whole.safetensors", bytes);
    for (size_t size = 0; size < n; size++) {
        folder_write("part", bytes, size);
        assert_int_equal(fake_run(&f, "load weights \"part\"\n"), OUTCOME_ERROR);
    }
    for (size_t at = 0; at < n; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] ^= (unsigned char)(1U << bit);
            folder_write("part", bytes, n);
            const uint64_t before = session_digest(f.session);
            const enum outcome how = fake_run(&f, "load weights \"part\"\n");
            assert_true(how == OUTCOME_OK || session_digest(f.session) == before);
            bytes[at] ^= (unsigned char)(1U << bit);
        }
    fake_finish(&f);
}

static void other_wrong_files(void **state)
{
    (void)state;
    const float bad[] = {1, (float)(1e30 * 1e30), 0};
    struct fake f;
    const char *head = "{\"h.kernel\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}";
    fake_start(&f);
    fake_ok(&f, NET);
    const uint64_t before = session_digest(f.session);
    write_file("w.safetensors", head, strlen(head), bad, 8);
    assert_int_equal(fake_run(&f, "load weights \"w.safetensors\"\n"), OUTCOME_ERROR);
    assert_non_null(
        strstr(f.err.text, "t:1:14: h.kernel in \"w.safetensors\" holds inf; weights are finite"));
    static const struct {
        const char *type, *holds;
        uint16_t bits;
    } halves[] = {{"BF16", "inf", 0x7F80}, {"BF16", "-inf", 0xFF80}, {"BF16", "nan", 0x7FC0},
                  {"F16", "inf", 0x7C00},  {"F16", "-inf", 0xFC00},  {"F16", "nan", 0x7C01},
                  {"F16", "nan", 0xFE00}};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        char text[200];
        const uint16_t two[] = {0, halves[i].bits};
        snprintf(text, sizeof text,
                 "{\"h.kernel\":{\"dtype\":\"%s\",\"shape\":[2,1],\"data_offsets\":[0,4]}}",
                 halves[i].type);
        write_file("w.safetensors", text, strlen(text), two, 4);
        assert_int_equal(fake_run(&f, "load weights \"w.safetensors\"\n"), OUTCOME_ERROR);
        snprintf(text, sizeof text, "t:1:14: h.kernel in \"w.safetensors\" holds %s; weights are",
                 halves[i].holds);
        check_has(f.err.text, text);
    }
    head = "{\"h.kernel\":{\"dtype\":\"I16\",\"shape\":[2,1],\"data_offsets\":[0,4]}}";
    write_file("w.safetensors", head, strlen(head), bad, 4);
    fake_says(
        &f, "load weights \"w.safetensors\"\n", OUTCOME_ERROR,
        "t:1:14: h.kernel in \"w.safetensors\" is of the type I16; F32, F64, F16 and BF16 are "
        "read");
    assert_int_equal(fake_run(&f, "load weights \"nowhere\"\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "\"nowhere\" cannot be read: No such file or directory"));
    assert_int_equal(fake_run(&f, "load weights \".\"\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "\".\" is a folder; name a file in it"));
    fake_says(&f, "save weights \"none/w.safetensors\"\n", OUTCOME_ERROR,
              "t:1:14: \"none/w.safetensors\" cannot be written: No such file or directory; make "
              "its folder "
              "first");
    fake_says(&f, "load session \"w.safetensors\"\n", OUTCOME_ERROR,
              "t:1:6: no thing to load \"session\"; it is one of: weights");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* Many thousands of tensors, as models of many layers have, and in any order. */
static void many_tensors(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct str head = {0};
    static float numbers[MANY];
    for (size_t i = 0; i < MANY; i++) {
        const size_t at = i * 7 % MANY * 4;
        str_addf(&head,
                 "%c\"%s%05zu\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}",
                 i ? ',' : '{', i < MANY - 1 ? "t" : "h.b", i, at, at + 4);
    }
    str_add(&head, "}");
    char *last = strstr(head.text, "h.b99999");
    assert_non_null(last);
    for (int twice = 0; twice < 2; twice++) {
        struct fake f;
        FILE *file = fopen("many", "wb");
        const uint64_t size = head.size;
        memcpy(last, twice ? "t99998\":  " : "h.bias\":  ", 10);
        fwrite(&size, 1, 8, file); /* least significant byte first, as here */
        fwrite(head.text, 1, head.size, file);
        numbers[(MANY - 1) * 7 % MANY] = 5;
        fwrite(numbers, sizeof *numbers, MANY, file);
        fclose(file);
        fake_start(&f);
        if (twice) {
            fake_says(
                &f, NET "load weights \"many\"\n", OUTCOME_ERROR,
                "t:3:14: \"many\" is no safetensors file: its head is no JSON: duplicate object "
                "key near \"t99998\" at line 1, column 6744390; which of the two counts nobody "
                "can tell: take one out");
        } else {
            fake_ok(&f, NET "load weights \"many\"\nexpect mean(h.bias) == 5\n");
            const char begin[] =
                "load weights: 1 tensor\nnot in the file, and as before: h.kernel\n"
                "not in the model: t00000 t00001 ";
            assert_memory_equal(f.out.text, begin, sizeof begin - 1);
        }
        fake_finish(&f);
    }
    str_finish(&head);
}

/* A model that was trained, saved and loaded into another gives the same figures. */
static void there_and_back(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f,
            "data moons 30\nmodel a\ninput 2\ndense 5 tanh as h\ndense 1 sigmoid as y\ntrain 3\n"
            "save weights \"w.safetensors\"\nevaluate\nlet was = loss\n"
            "model b\ninput 2\ndense 5 tanh as h\ndense 1 sigmoid as y\nload weights "
            "\"w.safetensors\"\n"
            "evaluate\nexpect loss == was\ntrain 1\nundo\nevaluate\nexpect loss == was\n");
    fake_finish(&f);
}

static void history_as_a_table(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.width = 100;
    fake_prints(&f, "history\n", "history of main: no points yet; the end of an epoch makes one\n");
    /* One weight of 1 and one input of 1: the data loss (1 - 0)^2 is 1, l2(0.5) adds 0.5; nothing
     * is trained. */
    fake_ok(&f, "data rows { 1 -> 0 } split=0\ninput 1\n"
                "dense 1 use_bias=no kernel_init=ones trainable=no kernel=l2(0.5)+l1(1) as h\n"
                "loss mse\ntrain 2\nset h.kernel = l1(3)\ntrain 1\n");
    fake_prints(&f, "history\n",
                "history of main: 3 points\n"
                "step  loss  data  penalty  h.kernel l2(0.5)  h.kernel l1(1)  h.kernel l1(3)\n"
                "   1   2.5     1      1.5               0.5               1               -\n"
                "   2   2.5     1      1.5               0.5               1               -\n"
                "   3     4     1        3                 -               -               3\n"
                "from step 2 on: h.kernel = l1(3)\n");
    fake_ok(&f, "train 100\nhistory\n");
    assert_non_null(strstr(f.out.text, "history of main: 103 points, 19 of them shown, spread "
                                       "evenly; --json prints all\n"));
    assert_non_null(strstr(f.out.text, "\n 103     4"));
    assert_int_equal(count_of(strstr(f.out.text, "history"), "\n"), 22);
    f.host.json = true;
    fake_ok(&f, "history\n");
    assert_int_equal(count_of(f.out.text, "\"loss\": 4,"), 101);
    assert_int_equal(count_of(f.out.text, "{\"step\": 1, \"loss\": 2.5, \"data\": 1, \"penalty\": "
                                          "1.5, \"terms\": {\"h.kernel l2(0.5)\": 0.5, "
                                          "\"h.kernel l1(1)\": 1}}"),
                     1);
    assert_int_equal(count_of(f.out.text, "{\"step\": 2, \"what\": \"h.kernel = l1(3)\"}"), 1);
    fake_finish(&f);
}

/* One weight of 1 that stays: the data loss of a sample of 1 is 1, and l2(0.5) adds 0.5. */
static void history_tells_validation_apart(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0; 1 -> 0 } split=0.5\ninput 1\n"
                "dense 1 use_bias=no kernel_init=ones trainable=no kernel=l2(0.5)\n"
                "loss mse\ntrain 2\n");
    fake_prints(&f, "history\n",
                "history of main: 2 points\n"
                "step  loss  data  penalty  val.loss  val.loss.data\n"
                "   1   1.5     1      0.5       1.5              1\n"
                "   2   1.5     1      0.5       1.5              1\n");
    f.host.json = true;
    fake_ok(&f, "history\n");
    assert_int_equal(count_of(f.out.text, "\"validation\": 1.5, \"validation_data\": 1}"), 2);
    fake_finish(&f);
}

/* Three terms that read alike are one line of history, with their sum: |1| times 0.25, three times,
 * before the first step, whose data loss is (1 - 2)^2. The steps of `watch` say so too. */
static void terms_that_read_alike_add_up_in_history(void **state)
{
    (void)state;
    static const char *const ways[] = {"train 1\n", "watch loss\nstep 1\n"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, "data rows { 1 -> 2 }\ninput 1\ndense 1 use_bias=no kernel_init=ones "
                    "kernel=l1(0.25)+l1(0.25)+l1(0.25)\nloss mse\noptimizer sgd lr=0.1\n");
        fake_ok(&f, ways[i]);
        check_near(fake_number(&f, "loss"), 1.75, 0);
        fake_prints(&f, "history\n",
                    "history of main: 1 point\nstep  loss  data  penalty\n   1  1.75     1     "
                    "0.75\n");
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_types_are_read),
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(large_sizes),
        cmocka_unit_test(what_only_one_side_has),
        cmocka_unit_test(malformed_files_are_refused),
        cmocka_unit_test(cut_and_changed_files),
        cmocka_unit_test(other_wrong_files),
        cmocka_unit_test(many_tensors),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(history_as_a_table),
        cmocka_unit_test(history_tells_validation_apart),
        cmocka_unit_test(terms_that_read_alike_add_up_in_history),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
