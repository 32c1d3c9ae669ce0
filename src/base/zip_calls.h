/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is called of libzip. It is loaded when the first zip file is met, and not with the program:
 * it brings a library of ciphers along, which takes longer to load than all else at the start. */
#ifndef NNR_BASE_ZIP_CALLS_H
#define NNR_BASE_ZIP_CALLS_H

#include <zip.h>

struct zip_calls {
#define ROW(name) __typeof__(zip_##name) *name;
#include "base/zip_calls.def"
#undef ROW
};

/* NULL: it cannot be loaded. Asked again it is tried again. */
const struct zip_calls *zip_calls(void);

#endif
