/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights in files as PyTorch's state_dict has them. */
#ifndef NNR_CMD_COMMON_TORCH_WEIGHTS_H
#define NNR_CMD_COMMON_TORCH_WEIGHTS_H

#include "num/tensor_file.h"
#include "train/model.h"

/* Writes the weights, which are drawn, under PyTorch's names and in its shapes. Lines about it go
 * into `text`, the caller's to finish. What no module of PyTorch computes is one error. */
int torch_weights_write(const struct model *m, const struct file_name *file,
                        const struct stop *stop, struct str *text, struct err *e);
/* Reads the file's tensors into `to`, a block like the model's weights. Modules are those of the
 * layers of the same names; others go by their shapes, and among equal shapes in their order. What
 * does not fit is one error that names all. */
int torch_weights_read(const struct model *m, const struct tensor_file *file, real *to,
                       struct str *text, struct err *e);

#endif
