/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module that knows libhdf5. It follows hard links alone, and reads datasets that stand in the
 * file itself: no links to elsewhere. Of filters those that libhdf5 has in itself, which a file may
 * use to say that it holds far more than it does: the whole is limited. */
#include "base/hdf5.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

hdf5_dump nnr_hdf5_dump;

struct walk {
    hid_t file;
    int fd, fault;
    size_t left, items; /* bytes that may still be written */
    char path[HDF5_NAME_MOST + 1];
    haddr_t above[HDF5_DEPTH_MOST];
    unsigned depth;
};

static bool put_bytes(struct walk *w, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        const ssize_t done = write(w->fd, at, n);
        if (done <= 0)
            _exit(HDF5_DAMAGED);
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static int set_fault(struct walk *w, int fault)
{
    w->fault = fault;
    return -1;
}

static int put_record(struct walk *w, struct hdf5_record *r, const char *second, const void *bytes)
{
    const size_t name = strlen(w->path) + 1, other = strlen(second) + 1;
    if (++w->items > HDF5_ITEMS_MOST || r->bytes > w->left)
        return set_fault(w, HDF5_TOO_MUCH);
    w->left -= r->bytes;
    r->name = (uint32_t)name;
    r->second = (uint32_t)other;
    put_bytes(w, r, sizeof *r);
    put_bytes(w, w->path, name);
    put_bytes(w, second, other);
    put_bytes(w, bytes, r->bytes);
    return 0;
}

static int put_text(struct walk *w, const char *name, const char *text, size_t most)
{
    struct hdf5_record r = {.is_text = 1, .bytes = strnlen(text, most) + 1};
    char *whole = calloc(r.bytes, 1);
    if (!whole)
        return set_fault(w, HDF5_DAMAGED);
    memcpy(whole, text, r.bytes - 1);
    const int failed = put_record(w, &r, name, whole);
    free(whole);
    return failed;
}

static int put_unread(struct walk *w, const char *why)
{
    return put_text(w, HDF5_UNREAD, why, strlen(why));
}

static bool has_own_filters(hid_t how)
{
    bool own = true;
    for (int i = 0; i < H5Pget_nfilters(how) && own; i++) {
        size_t values = 0;
        unsigned flags, config;
        const H5Z_filter_t f =
            H5Pget_filter2(how, (unsigned)i, &flags, &values, NULL, 0, NULL, &config);
        own = (f == H5Z_FILTER_DEFLATE || f == H5Z_FILTER_SHUFFLE || f == H5Z_FILTER_FLETCHER32) &&
              H5Zfilter_avail(f) > 0;
    }
    return own;
}

enum stored { STORED_ELSEWHERE, STORED_PLAIN, STORED_IN_CHUNKS };

static enum stored how_stored(hid_t set)
{
    const hid_t how = H5Dget_create_plist(set);
    const H5D_layout_t layout = how < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(how);
    enum stored is = layout == H5D_CONTIGUOUS || layout == H5D_COMPACT ? STORED_PLAIN
                     : layout == H5D_CHUNKED                           ? STORED_IN_CHUNKS
                                                                       : STORED_ELSEWHERE;
    if (is != STORED_ELSEWHERE && (H5Pget_external_count(how) != 0 || !has_own_filters(how)))
        is = STORED_ELSEWHERE;
    if (how >= 0)
        H5Pclose(how);
    return is;
}

static bool find_sizes(hid_t set, struct hdf5_record *r)
{
    hsize_t size[H5S_MAX_RANK] = {0};
    const hid_t space = H5Dget_space(set);
    const int axes = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool fine = axes >= 0 && axes <= HDF5_AXES && H5Sis_simple(space) > 0 &&
                H5Sget_simple_extent_dims(space, size, NULL) == axes;
    r->axes = fine ? (uint32_t)axes : 0;
    r->bytes = r->width;
    for (uint32_t i = 0; i < r->axes && fine; i++) {
        r->size[i] = size[i];
        fine = size[i] && r->bytes <= HDF5_BYTES_MOST / size[i];
        r->bytes *= fine ? size[i] : 1;
    }
    if (space >= 0)
        H5Sclose(space);
    return fine;
}

static int dump_numbers(struct walk *w, hid_t set, hid_t type)
{
    struct hdf5_record r = {.width = H5Tget_size(type) > 4 ? 8 : 4};
    const enum stored is = how_stored(set);
    if (is == STORED_ELSEWHERE)
        return put_unread(w, "stands outside the file, or is compressed in a way of its own");
    if (!find_sizes(set, &r))
        return put_unread(w, "has a shape that nothing here has");
    /* Of chunks that are not there libhdf5 makes zeros. */
    const uint64_t stored = is == STORED_PLAIN ? r.bytes / r.width * H5Tget_size(type) : 1;
    if (H5Dget_storage_size(set) < stored || r.bytes > w->left)
        return set_fault(w, r.bytes > w->left ? HDF5_TOO_MUCH : HDF5_DAMAGED);
    void *bytes = malloc(r.bytes ? r.bytes : 1);
    const hid_t native = r.width == 8 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
    int failed = !bytes || H5Dread(set, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0
                     ? set_fault(w, HDF5_DAMAGED)
                     : put_record(w, &r, "", bytes);
    free(bytes);
    return failed;
}

static int dump_set(struct walk *w, hid_t set)
{
    const hid_t type = H5Dget_type(set);
    const bool numbers = type >= 0 && H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) <= 8;
    const int failed =
        numbers ? dump_numbers(w, set, type) : put_unread(w, "holds other than floats");
    if (type >= 0)
        H5Tclose(type);
    return failed;
}

/* Texts of a fixed size, or of their own. */
static int dump_texts(struct walk *w, hid_t attribute, hid_t type, const char *name, size_t count)
{
    const bool own = H5Tis_variable_str(type) > 0;
    const size_t each = own ? sizeof(char *) : H5Tget_size(type);
    if (count > HDF5_ITEMS_MOST || each > w->left || count * each > w->left + 4096)
        return set_fault(w, HDF5_TOO_MUCH);
    char *bytes = calloc(count ? count : 1, each ? each : 1);
    const hid_t native = own ? H5Tget_native_type(type, H5T_DIR_DEFAULT) : H5Tcopy(type);
    int failed = !bytes || native < 0 || H5Aread(attribute, native, bytes) < 0
                     ? set_fault(w, HDF5_DAMAGED)
                     : 0;
    for (size_t i = 0; i < count && !failed; i++) {
        const char *text = own ? ((char **)(void *)bytes)[i] : bytes + i * each;
        failed = put_text(w, name, text ? text : "", own ? w->left : each);
    }
    free(bytes);
    if (native >= 0)
        H5Tclose(native);
    return failed;
}

static int dump_attribute(struct walk *w, hid_t group, const char *name)
{
    const hid_t a = H5Aexists(group, name) > 0 ? H5Aopen(group, name, H5P_DEFAULT) : -1;
    if (a < 0)
        return 0;
    const hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    const hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    int failed = 0;
    if (type >= 0 && count >= 0 && H5Tget_class(type) == H5T_STRING)
        failed = dump_texts(w, a, type, name, (size_t)count);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    H5Aclose(a);
    return failed;
}

static int dump_group(struct walk *w, hid_t group);

static int dump_object(struct walk *w, hid_t object)
{
    H5O_info_t info;
    if (H5Oget_info(object, &info) < 0)
        return set_fault(w, HDF5_DAMAGED);
    if (info.type == H5O_TYPE_DATASET)
        return dump_set(w, object);
    if (info.type != H5O_TYPE_GROUP)
        return 0;
    if (w->depth == HDF5_DEPTH_MOST)
        return set_fault(w, HDF5_TOO_MUCH);
    for (unsigned i = 0; i < w->depth; i++)
        if (w->above[i] == info.addr)
            return set_fault(w, HDF5_DAMAGED); /* it stands in itself */
    w->above[w->depth++] = info.addr;
    const int failed = dump_group(w, object);
    w->depth--;
    return failed;
}

static herr_t dump_link(hid_t group, const char *name, const H5L_info_t *info, void *self)
{
    struct walk *w = self;
    const size_t before = strlen(w->path), n = strlen(name);
    if (info->type != H5L_TYPE_HARD)
        return 0;
    if (++w->items > HDF5_ITEMS_MOST || before + n + 1 > HDF5_NAME_MOST)
        return set_fault(w, HDF5_TOO_MUCH);
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return set_fault(w, HDF5_DAMAGED);
    if (before)
        strcat(w->path, "/");
    strcat(w->path, name);
    const int failed = dump_object(w, object);
    w->path[before] = 0;
    H5Oclose(object);
    return failed;
}

static int dump_group(struct walk *w, hid_t group)
{
    static const char *const texts[] = {"layer_names", "weight_names", "keras_version",
                                        "backend",     "model_config", "name"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (dump_attribute(w, group, texts[i]))
            return -1;
    const herr_t how = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, dump_link, w);
    return how < 0 && !w->fault ? set_fault(w, HDF5_DAMAGED) : how < 0 ? -1 : 0;
}

int nnr_hdf5_dump(const void *bytes, size_t size, int fd)
{
    struct walk w = {.fd = fd, .left = HDF5_MOST_OF(size)};
    const hid_t how = H5Pcreate(H5P_FILE_ACCESS);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
    if (how < 0 || H5Pset_fapl_core(how, 1 << 20, 0) < 0 ||
        H5Pset_file_image(how, (void *)bytes, size) < 0)
        return HDF5_NO_FILE;
    w.file = H5Fopen("in memory", H5F_ACC_RDONLY, how);
    const hid_t root = w.file < 0 ? -1 : H5Gopen2(w.file, "/", H5P_DEFAULT);
    if (root < 0)
        return HDF5_NO_FILE;
    dump_object(&w, root);
    return w.fault;
}
