/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of named tensors in the safetensors format: eight bytes with the size of the head, least
 * significant first; the head, JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
 * 24]}, ...}; then the numbers, without gaps (https://github.com/huggingface/safetensors). */
#ifndef NNR_NUM_SAFETENSORS_H
#define NNR_NUM_SAFETENSORS_H

#include "base/file.h"
#include "base/index.h"
#include "base/stop.h"
#include "num/real.h"

enum { SAFETENSORS_AXES = 16 };

struct safetensor {
    char *name;
    unsigned width; /* bytes of a number: 4 or 8; 0: of a type that is not read here */
    char type[16];  /* "F32" */
    uint32_t axes;
    uint64_t size[SAFETENSORS_AXES];
    uint64_t count;      /* of all numbers */
    uint64_t begin, end; /* bytes in the data */
};

struct safetensors {
    const struct file_name *file; /* must outlive it */
    const struct stop *stop;      /* likewise; reading looks at it */
    int fd;
    uint64_t data; /* where the data begins in the file */
    struct arena arena;
    struct safetensor *item; /* in the order of the head */
    size_t count, room;
    struct index by_name;
};

/* Opens the file and reads its head; every size and place in it is checked against the file. On
 * error all is closed. `stop` may be NULL. */
int safetensors_open(struct safetensors *s, const struct file_name *file, const struct stop *stop,
                     struct err *e);
/* NULL if there is none. */
const struct safetensor *safetensors_find(const struct safetensors *s, const char *name);
/* Reads all t->count numbers. A type that is not F32 or F64, and a number that is not finite or
 * does not fit into a real, is an error. */
int safetensors_read(const struct safetensors *s, const struct safetensor *t, real *to,
                     struct err *e);
void safetensors_close(struct safetensors *s);

/* One tensor to be written. */
struct safetensor_out {
    const char *name;
    const struct shape *shape;
    const real *item;
    size_t count;
};
/* Writes a whole file, in F32 or F64 as real is. When `stop`, which may be NULL, asks to end, what
 * was there before stays: ERR_STOPPED. */
int safetensors_write(const struct file_name *file, const struct safetensor_out *tensor,
                      size_t count, const struct stop *stop, struct err *e);

#endif
