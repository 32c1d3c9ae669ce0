/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are not what they seem: csv, npy, idx, each also packed by gzip, safetensors, npz,
 * models of Keras, and scripts. The first byte of an input says how the rest is read. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define MODEL "input 3\ndense 2 as h\nprint norm(h.kernel)\n"

static const struct way {
    const char *setup, *statement;
    bool is_script; /* what it did before an error stays done */
    bool packs;     /* the file may be packed by gzip */
} ways[] = {
    {"", "data csv \"f\"", false, true},
    {"", "data csv \"f\" header=no split=0.3", false, true},
    {"", "data csv \"f\" target=1", false, true},
    {"", "data csv \"f\" target=none drop=1 scale=standard", false, true},
    {"", "data csv \"f\" target=input scale=minmax", false, true},
    {"", "data npy \"f\" target=input", false, true},
    {"", "data npy \"f\" \"f\"", false, true},
    {"", "data idx \"f\" target=input", false, true},
    {"", "data idx \"f\" \"f\"", false, true},
    {MODEL, "load weights \"f\"", false, false},
    {"", "source \"f\"", true, false},
    {"input 3", "dense 2 kernel_init=npy(\"f\")", false, false},
    {MODEL, "load weights \"f\" for=torch", false, false},
    {"", "import keras \"f\"", false, false},
    {"", "data npz \"f\" \"x\" \"x\"", false, false},
};
enum { WAYS = sizeof ways / sizeof *ways, GZIP = 0x80 };

#define SAFE_HEAD                                                                                  \
    "{\"h.kernel\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},\"h.bias\":{"       \
    "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}"
#define TORCH_HEAD                                                                                 \
    "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},\"0.bias\":{"       \
    "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}"
#define NPY(descr, shape, pad)                                                                     \
    "\x93NUMPY\x01\x00\x46\x00{'descr': '" descr "', 'fortran_order': False, 'shape': (" shape     \
    "), }" pad "\n"
#define HALF_HEAD                                                                                  \
    "{\"h.kernel\":{\"dtype\":\"F16\",\"shape\":[3,2],\"data_offsets\":[0,12]},\"h.bias\":{"       \
    "\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]}}"
/* A zip of one member that is stored; sizes and places are less than 256. */
#define ZIP_FACTS(crc, n, m) "\x0a\0\0\0\0\0\0\0\x21\0" crc n "\0\0\0" n "\0\0\0" m "\0\0\0"
#define ZIP(crc, n, m, name, directory, at, bytes)                                                 \
    "PK\3\4" ZIP_FACTS(crc, n, m) name bytes                                                       \
        "PK\1\2\x14\3" ZIP_FACTS(crc, n, m) "\0\0\0\0\0\0\0\0\0\0\0\0\0\0" name                    \
                                            "PK\5\6\0\0\0\0\1\0\1\0" directory "\0\0\0" at         \
                                            "\0\0\0\0\0"
#define SEED(way, bytes)                                                                           \
    {                                                                                              \
        way, bytes, sizeof bytes - 1                                                               \
    }

/* One of each, whole and right. */
static const struct seed {
    uint8_t way;
    const char *bytes;
    size_t size;
} seeds[] = {
    SEED(0, "a,b,c\n1,2,red\n3,4.5,blue\n-1e3,0,red\n\"5\",\"6\",\"the \"\"one\"\"\"\n"),
    SEED(1, "1;2;3\n4;5;6\n7.5;8;9\n"),
    SEED(2, "\xef\xbb\xbf"
            "a\tb\n1\t2\n3\t4\n"),
    SEED(3, "id,x\r\nA,1\r\nB,2\r\n"),
    SEED(5, NPY("<f4", "2, 2", "          ") "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@"),
    SEED(5, NPY("|u1", "3, 1", "          ") "\1\2\3"),
    SEED(6, NPY("<i8", "2,", "            ") "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
    SEED(7, "\0\0\x08\x02\0\0\0\2\0\0\0\2\1\2\3\4"),
    SEED(8, "\0\0\x08\x01\0\0\0\3\0\1\2"),
    SEED(9, "\x7c\0\0\0\0\0\0\0" SAFE_HEAD
            "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc0@\0\0\0?\0\0\x80>"),
    SEED(9, "\x80\0\0\0\0\0\0\0" HALF_HEAD "   \0\x3c\1\0\0\x80\xff\x7b\0\x3c\1\0\x80\x3f\1\0"),
    SEED(9,
         ZIP("\x81\x79\x69\x83", "\x68", "\x0c", "h.kernel.npy", "\x3a", "\x92",
             NPY("<f4", "3, 2", "          ") "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc0@")),
    SEED(14, ZIP("\x80\x72\x07\x54", "\x53", "\x05", "x.npy", "\x33", "\x76",
                 NPY("|u1", "3, 1", "          ") "\1\2\3")),
    SEED(10, "data xor\ninput 2\nrepeat 2 { print 1 }\n"),
    SEED(12, "\x7c\0\0\0\0\0\0\0" TORCH_HEAD
             "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc0@\0\0\0?\0\0\x80>"),
    SEED(
        13,
        "{\"class_name\":\"Sequential\",\"config\":[{\"class_name\":\"Dense\",\"config\":{\"name\":"
        "\"h\",\"units\":2,\"batch_input_shape\":[null,3],\"kernel_regularizer\":{\"class_name\":"
        "\"L1L2\",\"config\":{\"l1\":0.1,\"l2\":0.0}}}}]}"),
    SEED(11, NPY("<f4", "3, 2", "          ") "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc0@"),
};

/* A few bytes or a piece of text changed; now and then it is begun anew from a whole file. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    const unsigned draw = seed * 2654435761u >> 8;
    if (size < 2 || draw % 16 == 0) {
        const struct seed *s = &seeds[draw / 16 % (sizeof seeds / sizeof *seeds)];
        if (s->size + 1 > room)
            return size;
        data[0] = s->way;
        memcpy(data + 1, s->bytes, s->size);
        size = s->size + 1;
    }
    if (draw % 16 == 1)
        data[0] = (uint8_t)((draw >> 8) % WAYS);
    if (draw % 16 == 2)
        data[0] ^= GZIP;
    const unsigned way = data[0] % GZIP % WAYS;
    if (draw % 4 == 3 || (ways[way].is_script && draw % 4))
        return 1 + fuzz_mutate(&fuzz_lines, data + 1, size - 1, room - 1, seed);
    return 1 + LLVMFuzzerMutate(data + 1, size - 1, room - 1);
}

static void write_packed(const uint8_t *bytes, size_t n)
{
    gzFile file = gzopen("f", "wb1");
    if (!file || (n && gzwrite(file, bytes, (unsigned)n) != (int)n) || gzclose(file) != Z_OK)
        fuzz_fail("cannot pack a file", "", "");
}

/* A script may ask for more than a trial should do. */
static bool is_heavy(const struct way *w, const uint8_t *data, size_t size)
{
    bool heavy = false;
    char *text = strndup((const char *)data, size), *rest = text;
    for (char *line; w->is_script && !heavy && (line = strsep(&rest, "\n"));)
        heavy = fuzz_is_heavy(line) || strstr(line, "repeat");
    free(text);
    return heavy;
}

/* Loads a file of these bytes, the first of which says how. */
static enum outcome try_file(const uint8_t *data, size_t size)
{
    struct fake f;
    const struct way *w = &ways[data[0] % GZIP % WAYS];
    if (data[0] & GZIP)
        write_packed(data + 1, size - 1);
    else
        fuzz_write("f", data + 1, size - 1);
    fuzz_session(&f);
    if (fuzz_run(&f, w->setup) != OUTCOME_OK)
        fuzz_fail("the setup does not run", w->setup, f.err.text);
    const uint64_t before = session_digest(f.session);
    const enum outcome how = fuzz_run(&f, w->statement);
    fuzz_count("loads");
    if (how == OUTCOME_OK)
        fuzz_count("well");
    if (how == OUTCOME_ERROR && !w->is_script && session_digest(f.session) != before)
        fuzz_fail("a file that was refused changed the session", w->statement, f.err.text);
    /* Whatever was read can be looked at. */
    fuzz_run(&f, "data");
    fuzz_run(&f, "summary");
    fake_finish(&f);
    return how;
}

/* What is not found fault with shall be loaded, or the trials would try nothing. */
int LLVMFuzzerInitialize(int *count, char ***word)
{
    (void)count;
    (void)word;
    fuzz_start();
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
        for (int packed = 0; packed < 2; packed++) {
            uint8_t bytes[400] = {(uint8_t)(seeds[i].way | (packed ? GZIP : 0))};
            memcpy(bytes + 1, seeds[i].bytes, seeds[i].size);
            if (try_file(bytes, seeds[i].size + 1) != OUTCOME_OK &&
                (!packed || ways[seeds[i].way].packs))
                fuzz_fail("a file that is right is refused", ways[seeds[i].way].statement,
                          seeds[i].bytes);
        }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 2 && !is_heavy(&ways[data[0] % GZIP % WAYS], data + 1, size - 1))
        try_file(data, size);
    return 0;
}
