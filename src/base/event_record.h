/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of TensorBoard's event files, added to a text. A file is one record after the other,
 * each with its length and two checksums (TensorFlow's record_writer.h: TFRecord); what is in one
 * is a protocol buffer (event.proto, summary.proto): a time in seconds since 1970, a step, and what
 * happened. */
#ifndef NNR_BASE_EVENT_RECORD_H
#define NNR_BASE_EVENT_RECORD_H

#include "base/str.h"

#include <stdint.h>

/* What a file begins with. */
void event_add_version(struct str *to, double time);
/* From here on what was written of this step and later counts no more. */
void event_add_start(struct str *to, double time, uint64_t step);
/* The values of several curves at that step, of which each was added by event_value_add; the format
 * has single precision. */
void event_add_values(struct str *to, double time, uint64_t step, const struct str *values);
void event_value_add(struct str *to, const char *tag, size_t n, double value);
/* The checksum of the records: CRC-32C (Castagnoli; RFC 3720, B.4), rotated and with a constant
 * added. */
uint32_t event_checksum(const char *bytes, size_t n);

#endif
