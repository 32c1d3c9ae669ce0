/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as bytes, for another process of the same program: all that a statement or training can
 * have changed. Its trainer, and what nnr keeps of it for undo, stay behind. */
#ifndef NNR_TRAIN_MODEL_BYTES_H
#define NNR_TRAIN_MODEL_BYTES_H

#include "base/args_bytes.h"
#include "train/model.h"

/* Adds the model, sealed. `like` is a model that the reader has, or NULL: a graph that both share
 * is not told. 0, or -1 when it cannot be told in bytes; then `to` holds what nobody can read. */
int model_write(struct str *to, const struct entry_finder *f, const struct model *m,
                const struct model *like);
/* The model that model_write told, with the same digest; it looks at like->stop and is bent by
 * like->policy. `like` is what the writer had. NULL: *e. */
struct model *model_read(const char *bytes, size_t n, const struct entry_finder *f,
                         const struct model *like, struct err *e);

#endif
