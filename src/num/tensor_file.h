/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of named tensors, whichever format they have: safetensors, or npz of NumPy. */
#ifndef NNR_NUM_TENSOR_FILE_H
#define NNR_NUM_TENSOR_FILE_H

#include "base/file.h"
#include "base/index.h"
#include "base/stop.h"
#include "num/real.h"

enum { TENSOR_FILE_AXES = 16 };

struct file_tensor {
    char *name;
    uint32_t axes;
    uint64_t size[TENSOR_FILE_AXES];
    uint64_t count;      /* of all numbers */
    bool unreadable;     /* its size is not known; reading it says why */
    char type[16];       /* of a safetensors file: "F32" */
    uint64_t begin, end; /* there: bytes in the data; of an npz: begin is the member */
};

struct tensor_format;

struct tensor_file {
    const struct file_name *file; /* must outlive it */
    const struct stop *stop;      /* likewise; reading looks at it */
    const struct tensor_format *format;
    int fd;
    uint64_t data; /* where the data begins in a safetensors file */
    struct archive *archive;
    struct arena arena;
    struct file_tensor *item; /* in the order of the file */
    size_t count, room;
    struct index by_name;
};

/* Opens the file and reads what is told of its tensors; every size in it is checked against the
 * file. The ending of its name says what it is, else its first bytes do. On error all is closed.
 * `stop` may be NULL. */
int tensor_file_open(struct tensor_file *f, const struct file_name *file, const struct stop *stop,
                     struct err *e);
/* NULL if there is none. */
const struct file_tensor *tensor_file_find(const struct tensor_file *f, const char *name);
/* Reads all t->count numbers. A type that is not read here, and a number that is not finite or does
 * not fit into a real, is an error. */
int tensor_file_read(const struct tensor_file *f, const struct file_tensor *t, real *to,
                     struct err *e);
void tensor_file_close(struct tensor_file *f);

/* One tensor to be written. */
struct tensor_out {
    const char *name;
    const struct shape *shape;
    const real *item;
    size_t count;
};
/* Whether the file's ending is one of a format that is written, and file_check has no objection. */
int tensor_file_check(const struct file_name *file, struct err *e);
/* Writes a whole file, with numbers as real has them. When `stop`, which may be NULL, asks to end,
 * what was there before stays: ERR_STOPPED. */
int tensor_file_write(const struct file_name *file, const struct tensor_out *tensor, size_t count,
                      const struct stop *stop, struct err *e);

/* A format. `open` and `read` are as above; `open` is given a file with nothing but its name. */
struct tensor_format {
    const char *ending; /* of names: ".npz" */
    const char *magic;  /* how a file begins, or NULL */
    int (*open)(struct tensor_file *f, struct err *e);
    int (*read)(const struct tensor_file *f, const struct file_tensor *t, real *to, struct err *e);
    int (*write)(const struct file_name *file, const struct tensor_out *tensor, size_t count,
                 const struct stop *stop, struct err *e);
};
/* Adds a tensor to the list; its name is copied. 0, or -1 without memory. */
int tensor_file_add(struct tensor_file *f, const char *name, const struct file_tensor *t);

#endif
