/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparse autoencoders in the files of SAELens: sae_weights.safetensors with W_enc [d_in][d_sae],
 * b_enc, W_dec [d_sae][d_in], b_dec and, of jumprelu, threshold or log_threshold, and beside it
 * cfg.json. SAELens computes, of x:
 *
 *     z = (x - b_dec) W_enc + b_enc    or, with apply_b_dec_to_input false, x W_enc + b_enc
 *     code = relu(z); max(z, 0) where z > threshold; the k largest of relu(z)
 *     output = code W_dec + b_dec
 *
 * (sae_lens/saes/sae.py and its neighbours, version 6). Here the first b_dec goes into the bias of
 * the encoder, b_enc - b_dec W_enc. */
#ifndef NNR_CMD_COMMON_SAE_H
#define NNR_CMD_COMMON_SAE_H

#include "num/tensor_file.h"
#include "train/model.h"

enum sae_kind { SAE_RELU, SAE_JUMPRELU, SAE_TOPK };

struct sae {
    enum sae_kind kind;
    uint32_t inputs, units; /* d_in, d_sae */
    long k;                 /* of SAE_TOPK */
    bool centered;          /* apply_b_dec_to_input */
    bool scaled;            /* it was trained on inputs of mean norm sqrt(d_in) */
    bool logarithms;        /* the thresholds are log_threshold */
};

/* Reads cfg.json in the folder of `weights` and looks at the tensors there. What cannot be done
 * here is one error that names all of it. */
int sae_read(struct sae *a, const struct file_name *weights, const struct stop *stop,
             struct err *e);
/* Adds the statements that make it: an input if the model is empty, the encoder, whose output is
 * called `name`, the decoder, and load weights. */
void sae_statements(const struct sae *a, const struct model *m, const char *name, const char *file,
                    struct str *to);
/* Reads the weights of an encoder and a decoder into `to`, a block like the model's. */
int sae_weights_read(const struct model *m, const struct sae *a, const struct file_name *weights,
                     id encoder, id decoder, real *to, const struct stop *stop, struct err *e);

#endif
