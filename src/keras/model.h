/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model of Keras as a file describes it, in one form, whichever Keras wrote it: 1.0 to 2.3,
 * tf.keras, 3. Classes of layers and the keys of their configurations are those of Keras 3; what
 * older versions called otherwise is renamed while reading (W_regularizer is kernel_regularizer,
 * Convolution2D is Conv2D). Nothing is judged here: a class that Keras does not have is read as any
 * other. All memory is the model's. */
#ifndef NNR_KERAS_MODEL_H
#define NNR_KERAS_MODEL_H

#include "base/entry.h"
#include "base/stop.h"

#include <jansson.h>

/* The family of Keras that wrote the file. */
enum keras_dialect {
    KERAS_1,    /* 1.x */
    KERAS_2,    /* 2.0 to 2.3, the package keras */
    KERAS_TF_2, /* tf.keras of TensorFlow 2, and Keras 2.4 to 2.15 */
    KERAS_3     /* 3.x */
};

/* One output of one call of a layer, in the same graph. */
struct keras_tensor {
    size_t layer;  /* its place in keras_graph.layer */
    size_t call;   /* a layer's calls are counted in the order in which the file has them */
    size_t output; /* 0, but of layers with several outputs */
};

struct keras_call {
    struct keras_tensor *input;
    size_t inputs;
    const json_t *further; /* what else it is called with, as it is written; NULL: nothing */
    bool
        lost; /* which call an input is of is not told: the file names too few of a layer's calls */
};

struct keras_layer {
    const char *class_name; /* "Dense", by its name in Keras 3 */
    const char *written;    /* as the file has it: "TimeDistributedDense" */
    const char *package;    /* where a class that is not Keras's is registered, or NULL */
    const char *name;       /* as in the file: any bytes but NUL; "" where there is none */
    const char *place;      /* "config.layers[3]", "config[3].config.layer" */
    json_t *config;         /* an object with the keys of Keras 3 */
    const json_t *original; /* the same as it is written */
    const json_t *whole; /* the layer as it is written, build_config and all; NULL if `implied` */
    bool implied; /* the file has no such layer: it is the input that a Sequential's first layer
                     implies */
    struct keras_layer *inner;    /* of a wrapper: config.layer; NULL: there is none */
    struct keras_layer *backward; /* of Bidirectional: config.backward_layer, or NULL */
    struct keras_graph *model;    /* of Sequential, Model, Functional: its layers; else NULL */
    struct keras_call *call; /* in the order of the file; of an InputLayer, and of `inner`, none */
    size_t calls;
};

/* A model: the whole one, or one that stands as a layer in another. In a Sequential each layer is
 * called once, on the one before, and the first is an InputLayer, `implied` perhaps. An
 * InputLayer's config has batch_shape where the file tells a shape. */
struct keras_graph {
    bool sequential;
    struct keras_layer *layer;
    size_t layers;
    struct keras_tensor *order; /* all calls, each behind those that it takes; output is 0 */
    size_t orders;
    struct keras_tensor *input, *output; /* of input layers; and what the model puts out */
    size_t inputs, outputs;
};

/* Something to be told, at a place of the file. */
struct keras_note {
    const char *place, *text;
};

struct keras_model {
    enum keras_dialect dialect;
    const char *version; /* "2.2.0"; NULL: the file does not say */
    struct keras_layer
        root; /* class, name and config of the model itself; root.model is its graph */
    const json_t *loss, *loss_weights; /* as written; NULL: there is none */
    const json_t *optimizer;           /* likewise (keras/object.h reads it) */
    struct keras_note *note;           /* of calls that are lost */
    size_t notes, note_room;
    struct arena arena;
    json_t *file, *training; /* what was read */
    json_t *made;            /* an array: configurations with other keys */
};

/* Reads a .json, or a .keras (told by its first bytes), which is a zip with config.json. On error
 * nothing is held, and *e is at file->where. */
int keras_model_read(struct keras_model *m, const struct file_name *file, const struct stop *stop,
                     struct err *e);
/* The same of JSON that is read already, as of the attributes model_config and training_config
 * (NULL: none) of an .h5, and its keras_version (NULL: unknown). Takes both over, also on error,
 * which says `what` the JSON is of and has no place. */
int keras_model_make(struct keras_model *m, const char *what, json_t *model, json_t *training,
                     const char *version, struct err *e);
void keras_model_close(struct keras_model *m);

/* What the file calls the key of Keras 3 in a layer: "W_regularizer" for "kernel_regularizer". */
const char *keras_spelled(const struct keras_model *m, const struct keras_layer *l,
                          const char *key);

#endif
