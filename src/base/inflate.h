/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib, with memory from base/mem. */
#ifndef NNR_BASE_INFLATE_H
#define NNR_BASE_INFLATE_H

#define ZLIB_CONST /* inflate reads its input only */
#include <zlib.h>

/* Makes a stream of gzip ready; next_in and avail_in may be set before or after. inflateEnd() gives
 * back what it holds. Z_OK, or zlib's error. */
int inflate_begin_gzip(z_stream *z);

#endif
