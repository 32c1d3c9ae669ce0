/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of what other programs wrote, each by itself: JSON, zip, npz, safetensors, models of
 * Keras. The first byte of an input says which; some get their bytes packed in a file that is whole
 * but for them, so that what lies deeper is reached. Nothing may crash, leave a file open, give a
 * number that is not finite, or fail without saying why. */
#include "base/json.h"
#include "base/zip.h"
#include "keras/model.h"
#include "num/tensor_file.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerInitialize(int *count, char ***word);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

static unsigned long tried, well;

static void finish(void)
{
    fprintf(stderr, "campaign: files %lu well %lu\n", tried, well);
}

static _Noreturn void fail(const char *why)
{
    fprintf(stderr, "\n== %s\n", why);
    abort();
}

/* The lowest descriptor that is free: the same as before, unless a file was left open. */
static int lowest_free(void)
{
    const int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
}

/* A file that stands in memory alone. */
static struct file_name file = {.name = "f", .where = {1, 2, 3}};
static int memory;

static void add_bytes(const void *bytes, size_t size)
{
    if (write(memory, bytes, size) != (ssize_t)size)
        fail("cannot write a file");
}

static void write_file(const void *head, size_t n, const void *bytes, size_t size, size_t zeros)
{
    static const char none[64];
    if (ftruncate(memory, 0) || lseek(memory, 0, SEEK_SET))
        fail("cannot begin a file");
    add_bytes(head, n);
    add_bytes(bytes, size);
    add_bytes(none, zeros);
}

static uint8_t *put(uint8_t *to, uint64_t x, size_t width)
{
    for (size_t i = 0; i < width; i++)
        *to++ = (uint8_t)(x >> 8 * i);
    return to;
}

/* What both heads of a stored member have behind their first bytes. */
static uint8_t *put_facts(uint8_t *to, const char *name, const void *bytes, size_t size)
{
    to = put(put(to, 10, 8), 0x21, 2);
    to = put(to, crc32(0, bytes, (unsigned)size), 4);
    to = put(put(to, size, 4), size, 4);
    return put(to, strlen(name), 4);
}

/* A zip of members that are stored: the size of what stands in `to`. */
struct made {
    const char *name;
    const void *bytes;
    size_t size;
};
static size_t make_zip(uint8_t *to, const struct made *m, size_t count)
{
    uint8_t *at = to;
    size_t place[2];
    for (size_t i = 0; i < count; i++) {
        place[i] = (size_t)(at - to);
        at = put_facts(put(at, 0x04034b50, 4), m[i].name, m[i].bytes, m[i].size);
        at = mempcpy(mempcpy(at, m[i].name, strlen(m[i].name)), m[i].bytes, m[i].size);
    }
    const size_t directory = (size_t)(at - to);
    for (size_t i = 0; i < count; i++) {
        at = put_facts(put(at, 0x031402014b50, 6), m[i].name, m[i].bytes, m[i].size);
        at = put(put(put(at, 0, 8), 0, 2), place[i], 4);
        at = mempcpy(at, m[i].name, strlen(m[i].name));
    }
    const size_t end = (size_t)(at - to);
    at = put(put(at, 0x06054b50, 8), count * 0x10001, 4);
    at = put(put(put(at, end - directory, 4), directory, 4), 0, 2);
    return (size_t)(at - to);
}

static void write_member(const char *name, const void *bytes, size_t size)
{
    static uint8_t zip[1 << 20];
    const struct made m = {name, bytes, size};
    write_file(zip, size < sizeof zip / 2 ? make_zip(zip, &m, 1) : 0, "", 0, 0);
}

/* What was read can be written, and is the same when it is read again. */
static int try_json(const uint8_t *data, size_t size, struct err *e)
{
    json_t *tree = json_from_text((const char *)data, size, "f", e);
    if (!tree)
        return -1;
    char *text = json_dumps(tree, JSON_ENCODE_ANY);
    json_t *again = text ? json_from_text(text, strlen(text), "again", e) : NULL;
    if (!json_equal(tree, again))
        fail("JSON that is written is another when it is read");
    json_decref(again);
    json_decref(tree);
    free(text);
    return 0;
}

static int read_tensor(const struct tensor_file *f, const struct file_tensor *t, struct err *e)
{
    static real x[1 << 16];
    if (!t->unreadable && t->count > sizeof x / sizeof *x)
        return 0;
    if (tensor_file_read(f, t, x, e))
        return -1;
    if (t->unreadable)
        fail("a tensor that cannot be read was read");
    for (size_t i = 0; i < t->count; i++)
        if (!isfinite(x[i]))
            fail("a number that is not finite was read");
    return 0;
}

static int try_tensors(struct err *e)
{
    struct tensor_file f;
    int failed = 0;
    if (tensor_file_open(&f, &file, NULL, e))
        return -1;
    for (size_t i = 0; i < f.count && !failed; i++)
        failed = tensor_file_find(&f, f.item[i].name) ? read_tensor(&f, &f.item[i], e) : -1;
    tensor_file_close(&f);
    return failed;
}

static int try_archive(struct err *e)
{
    struct archive *a = archive_open(&file, NULL, e);
    int failed = a ? 0 : -1;
    for (size_t i = 0; !failed && i < archive_count(a); i++) {
        size_t size;
        char *text = archive_read(a, i, 1 << 20, &size, e);
        failed = text && size == archive_size(a, i) ? 0 : -1;
        mem_free(text);
    }
    archive_close(a);
    return failed;
}

static int try_keras(struct err *e)
{
    struct keras_model m;
    if (keras_model_read(&m, &file, NULL, e))
        return -1;
    keras_model_close(&m);
    return 0;
}

enum way { JSON, TENSORS, HEAD, NPY_MEMBER, ARCHIVE, KERAS, KERAS_MEMBER, WAYS };

static int try_way(enum way way, const uint8_t *data, size_t size, struct err *e)
{
    uint8_t length[8] = {0};
    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)size >> 8 * i);
    switch (way) {
    case JSON:
        return try_json(data, size, e);
    case HEAD:
        write_file(length, sizeof length, data, size, 64);
        return try_tensors(e);
    case NPY_MEMBER:
        write_member("h.kernel.npy", data, size);
        return try_tensors(e);
    case KERAS_MEMBER:
        write_member("config.json", data, size);
        return try_keras(e);
    default:
        write_file("", 0, data, size, 0);
        return way == TENSORS ? try_tensors(e) : way == KERAS ? try_keras(e) : try_archive(e);
    }
}

static int try_input(const uint8_t *data, size_t size)
{
    struct err e = {0};
    const int lowest = lowest_free();
    const int failed = try_way(data[0] % WAYS, data + 1, size - 1, &e);
    tried++;
    well += !failed;
    if (failed && (e.kind == ERR_NONE || !e.what[0]))
        fail("it failed without a word");
    if (lowest_free() != lowest)
        fail("a file was left open");
    return failed;
}

#define NPY(descr, shape, pad)                                                                     \
    "\x93NUMPY\x01\x00\x46\x00{'descr': '" descr "', 'fortran_order': False, 'shape': (" shape     \
    "), }" pad "\n"
#define KERAS_3                                                                                    \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[{\"module\":"           \
    "\"keras.layers\",\"class_name\":\"InputLayer\",\"config\":{\"batch_shape\":[null,4],"         \
    "\"name\":\"i\"}},{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"config\":{\"name\":" \
    "\"d\",\"units\":2,\"activation\":\"relu\",\"kernel_regularizer\":{\"class_name\":\"L2\","     \
    "\"config\":{\"l2\":0.01}}}}]}}"
#define KERAS_1                                                                                    \
    "{\"class_name\":\"Sequential\",\"keras_version\":\"1.2.2\",\"config\":[{\"class_name\":"      \
    "\"Dense\",\"config\":{\"batch_input_shape\":[null,4],\"output_dim\":2,\"W_regularizer\":{"    \
    "\"name\":\"L1L2Regularizer\",\"l1\":0.0,\"l2\":0.01},\"name\":\"d\"}}]}"
#define SEED(way, bytes)                                                                           \
    {                                                                                              \
        way, bytes, sizeof bytes - 1                                                               \
    }

/* One of each, whole and right. */
static const struct seed {
    enum way way;
    const char *bytes;
    size_t size;
} seeds[] = {
    SEED(JSON,
         "{\"a\": [1, -2.5e3, true, null, {\"b\": \"\\u00e9\\ud83d\\ude00\\n\"}], \"c\": {}}"),
    SEED(JSON, "\xef\xbb\xbf\"text\""),
    SEED(HEAD,
         "{\"a\":{\"dtype\":\"F16\",\"shape\":[3,2],\"data_offsets\":[0,12]},\"b\":{\"dtype\":"
         "\"BF16\",\"shape\":[10],\"data_offsets\":[12,32]},\"c\":{\"dtype\":\"F64\",\"shape\":[4],"
         "\"data_offsets\":[32,64]}}"),
    SEED(TENSORS, "\x38\0\0\0\0\0\0\0"
                  "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}  "
                  "\0\x3c\1\0"),
    SEED(TENSORS, "\x38\0\0\0\0\0\0\0"
                  "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}} "
                  "\x80\x3f\1\0"),
    SEED(NPY_MEMBER, NPY("<f4", "2, 2", "          ") "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@"),
    SEED(NPY_MEMBER, NPY(">f2", "2,", "            ") "\x3c\0\0\1"),
    SEED(NPY_MEMBER, NPY("|u1", "3, 1", "          ") "\1\2\3"),
    SEED(KERAS, KERAS_3),
    SEED(KERAS, KERAS_1),
    SEED(KERAS_MEMBER, KERAS_3),
};

/* An archive of two members, which is made at the start. */
static uint8_t packed[1000];
static size_t packed_size;

static void make_archive(void)
{
    const struct made m[] = {{"a.npy", seeds[5].bytes, seeds[5].size},
                             {"b/c.npy", seeds[7].bytes, seeds[7].size}};
    packed_size = make_zip(packed, m, 2);
}

static size_t begin_anew(uint8_t *data, size_t room, unsigned draw)
{
    const size_t own = sizeof seeds / sizeof *seeds, n = draw % (own + 2);
    const uint8_t *bytes = n < own ? (const uint8_t *)seeds[n].bytes : packed;
    const size_t size = n < own ? seeds[n].size : packed_size;
    if (size + 1 > room)
        return 0;
    data[0] = (uint8_t)(n < own ? seeds[n].way : n == own ? ARCHIVE : TENSORS);
    memcpy(data + 1, bytes, size);
    return size + 1;
}

/* A word of one of the formats put somewhere. */
static size_t put_word(uint8_t *data, size_t size, size_t room, unsigned draw)
{
    static const char *const words[] = {"NaN",
                                        "-Infinity",
                                        "\"\\ud800\"",
                                        "\\u0000",
                                        "[[[[[[[[",
                                        "{\"a\":",
                                        "1e999",
                                        "18446744073709551615",
                                        "-1",
                                        "\"dtype\":\"F16\"",
                                        "\"shape\":[]",
                                        "\"data_offsets\":[0,0]",
                                        "\"class_name\":\"Dense\"",
                                        "\"config\":{}",
                                        "\"inbound_nodes\":[[[\"i\",0,0,{}]]]",
                                        "null",
                                        "True",
                                        "'shape': ()",
                                        "PK\1\2",
                                        "PK\5\6",
                                        "../",
                                        "\xff\xff\xff\xff",
                                        ","};
    const char *word = words[draw % (sizeof words / sizeof *words)];
    const size_t n = strlen(word), at = 1 + draw / 64 % size;
    if (size + n > room || at > size)
        return size;
    memmove(data + at + n, data + at, size - at);
    memcpy(data + at, word, n);
    return size + n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    const unsigned draw = seed * 2654435761u >> 7;
    if (size < 2 || draw % 16 == 0) {
        const size_t begun = begin_anew(data, room, draw / 16);
        size = begun ? begun : size;
    }
    if (size < 2)
        return size;
    if (draw % 32 == 1)
        data[0] = (uint8_t)(draw / 32 % WAYS);
    if (draw % 4 == 3)
        return put_word(data, size, room, draw / 4);
    return 1 + LLVMFuzzerMutate(data + 1, size - 1, room - 1);
}

/* What is not found fault with shall be read, or the trials would try nothing. */
int LLVMFuzzerInitialize(int *count, char ***word)
{
    (void)count;
    (void)word;
    static char path[40];
    memory = memfd_create("f", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    file.path = path;
    if (memory < 0 || atexit(finish))
        fail("no file to work with");
    make_archive();
    for (unsigned n = 0; n < sizeof seeds / sizeof *seeds + 2; n++) {
        uint8_t bytes[1200];
        const size_t size = begin_anew(bytes, sizeof bytes, n);
        if (!size || try_input(bytes, size))
            fail((const char *)bytes + 1);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 2)
        try_input(data, size);
    return 0;
}
