/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers and names in a file of HDF5, read by libhdf5. That is a large library and its files
 * may be anybody's, so it is loaded and works in a process of its own, on bytes in memory, within
 * limits of time and memory; what comes back is checked here. Whatever happens there is one error.
 */
#ifndef NNR_BASE_HDF5_H
#define NNR_BASE_HDF5_H

#include "base/entry.h"
#include "base/stop.h"

#include <stddef.h>

enum { HDF5_AXES = 8, HDF5_NAME_MOST = 1000, HDF5_ITEMS_MOST = 100000, HDF5_DEPTH_MOST = 32 };
#define HDF5_BYTES_MOST (UINT64_C(1) << 31)
/* The most that is read out of a file of so many bytes: weights hardly get smaller when they are
 * packed, and zeros at most a thousand times. */
#define HDF5_MOST_OF(size) (2 * (size) + ((size) < 65536 ? 1024 * (size) : (UINT64_C(1) << 26)))

/* A dataset of floating-point numbers. */
struct hdf5_tensor {
    const char *path;     /* "layers/dense/vars/0" */
    uint32_t axes, width; /* bytes of a number: 4 or 8 */
    uint64_t size[HDF5_AXES];
    size_t count;
    const void *item; /* float or double */
};

/* A text in an attribute, or one of several; of the name HDF5_UNREAD: why the dataset of that path
 * is not among the tensors. */
#define HDF5_UNREAD "unread"
struct hdf5_text {
    const char *path, *name; /* of the group, "" for the root; of the attribute: "layer_names" */
    const char *text;
};

struct hdf5_file {
    struct hdf5_tensor *tensor;
    struct hdf5_text *text; /* those of an attribute in their order */
    size_t tensors, texts, tensor_room, text_room;
    char *bytes; /* all of it lies there */
};

/* Reads a whole file of `size` bytes, which `file` names in errors. */
int hdf5_read(struct hdf5_file *f, const struct file_name *file, const void *bytes, size_t size,
              const struct stop *stop, struct err *e);
void hdf5_close(struct hdf5_file *f);

/* What the module (src/hdf5) has, by the name nnr_hdf5_dump: writes to `fd` what the bytes hold, a
 * record after the other, and returns 0, or a number of enum hdf5_fault. */
enum hdf5_fault { HDF5_FINE, HDF5_NO_FILE, HDF5_TOO_MUCH, HDF5_DAMAGED, HDF5_NO_MODULE = 77 };
typedef int hdf5_dump(const void *bytes, size_t size, int fd);
/* A record: this head, name and second name with a NUL each, and `bytes` bytes. */
struct hdf5_record {
    uint32_t is_text, name, second, axes, width, unused;
    uint64_t size[HDF5_AXES], bytes;
};

#endif
