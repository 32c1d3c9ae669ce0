/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safetensors format: eight bytes with the size of the head, least significant first; the head,
 * JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}; then the
 * numbers, without gaps (https://github.com/huggingface/safetensors). F64, F32, F16 and BF16 are
 * read, F32 or F64 is written. */
#ifndef NNR_NUM_SAFETENSORS_H
#define NNR_NUM_SAFETENSORS_H

#include "num/tensor_file.h"

extern const struct tensor_format format_safetensors;

#endif
