/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive.h"

#include "naive_image.h"
#include "naive_penalty.h"
#include "naive_recurrent.h"

#include "check.h"

#include "base/rng.h"
#include "expr/expr.h"
#include "lang/parse.h"
#include "nn/joint_term.h"
#include "nn/layer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void naive_start(struct naive *n, const struct graph *g, size_t samples)
{
    *n = (struct naive){.g = g, .samples = samples};
    n->value = mem_new(g->values, sizeof *n->value);
    n->mask = mem_new(g->values, sizeof *n->mask);
    assert_true(n->value && n->mask);
    for (size_t v = 0; v < g->values; v++) {
        n->value[v] = mem_new(samples * shape_count(&g->value[v].shape), sizeof(double));
        assert_non_null(n->value[v]);
    }
}

void naive_finish(struct naive *n)
{
    for (size_t v = 0; v < n->g->values; v++) {
        mem_free(n->value[v]);
        mem_free(n->mask[v]);
    }
    mem_free(n->value);
    mem_free(n->mask);
}

static double activated(const char *f, double p, double z)
{
    if (strcmp(f, "relu") == 0)
        return fmax(z, 0);
    if (strcmp(f, "leaky_relu") == 0)
        return z > 0 ? z : p * z;
    if (strcmp(f, "elu") == 0)
        return z > 0 ? z : p * expm1(z);
    if (strcmp(f, "selu") == 0)
        return 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * expm1(z));
    if (strcmp(f, "gelu") == 0)
        return 0.5 * z * erfc(-z / sqrt(2));
    if (strcmp(f, "sigmoid") == 0)
        return 1 / (1 + exp(-z));
    if (strcmp(f, "tanh") == 0)
        return tanh(z);
    if (strcmp(f, "softplus") == 0)
        return log1p(exp(z));
    if (strcmp(f, "swish") == 0)
        return z / (1 + exp(-z));
    if (strcmp(f, "relu6") == 0)
        return fmin(fmax(z, 0), 6);
    if (strcmp(f, "mish") == 0)
        return z * tanh(log1p(exp(z)));
    if (strcmp(f, "softsign") == 0)
        return z / (1 + fabs(z));
    if (strcmp(f, "hard_sigmoid") == 0)
        return fmin(fmax(p * z + 0.5, 0), 1);
    assert_string_equal(f, "linear");
    return z;
}

static const double *weight_of(const struct naive *n, const struct layer *l, const char *name)
{
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        if (strcmp(n->g->weight[w].name, name) == 0)
            return n->weight + n->g->weight[w].at;
    return NULL;
}

/* What is random in a step has the seed, the call's name and the step for its key. */
static uint64_t key_of(const struct naive *n, const struct call *c)
{
    return rng_key(n->seed, "noise", c->name, n->step);
}

/* 0 with probability rate, else 1 / (1 - rate). */
static double mask(uint64_t key, size_t i, double rate)
{
    return rng_uniform(key, i) < rate ? 0 : 1 / (1 - rate);
}

/* Channel by channel: all places of a sample's channel, or of one of its time steps', go together.
 */
static void spatial(const struct layer *l, uint64_t key, double rate, double *y, size_t count)
{
    const size_t channels = shape_last(&l->in), places = shape_count(&l->in) / channels;
    for (size_t at = 0, group = 0; at < count; at += places * channels, group++)
        for (size_t place = 0; place < places; place++)
            for (size_t c = 0; c < channels; c++)
                y[at + place * channels + c] *= mask(key, group * channels + c, rate);
}

/* Klambauer et al. 2017: what is dropped becomes selu's value at minus infinity, then a y + b. */
static double alpha_dropped(double y, bool kept, double rate)
{
    const double low = -1.0507009873554805 * 1.6732632423543772;
    const double a = pow((1 - rate) * (1 + rate * low * low), -0.5), b = -a * rate * low;
    return a * (kept ? y : low) + b;
}

static bool is_noise(const char *kind)
{
    return strstr(kind, "dropout") || strcmp(kind, "gaussian_noise") == 0;
}

static void noise(const struct naive *n, const struct call *c, const struct layer *l, double *y,
                  size_t count)
{
    const uint64_t key = key_of(n, c);
    const char *kind = l->kind->entry.name;
    const double amount = l->args->arg[0].as.number;
    if (!n->training)
        return;
    if (strcmp(kind, "spatial_dropout") == 0) {
        spatial(l, key, amount, y, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(kind, "gaussian_noise") == 0)
            y[i] += amount * rng_normal(key, i);
        else if (strcmp(kind, "gaussian_dropout") == 0)
            y[i] *= 1 + sqrt(amount / (1 - amount)) * rng_normal(key, i);
        else if (strcmp(kind, "alpha_dropout") == 0)
            y[i] = amount > 0 ? alpha_dropped(y[i], mask(key, i, amount) != 0, amount) : y[i];
        else
            y[i] *= mask(key, i, amount);
}

static void apply(const struct naive *n, const struct layer *l, double *y, size_t rows, size_t cols)
{
    const struct args *a = args_get(l->args, "activation")->as.call;
    const char *f = a->entry->name;
    const double *alpha = weight_of(n, l, "alpha");
    const double p = a->entry->arg_count && !alpha ? a->arg[0].as.number : 0;
    if (strcmp(f, "softmax") != 0) {
        for (size_t i = 0; i < rows * cols; i++)
            y[i] = alpha ? (y[i] > 0 ? 1 : alpha[i % cols]) * y[i] : activated(f, p, y[i]);
        return;
    }
    for (size_t i = 0; i < rows; i++, y += cols) {
        double sum = 0;
        for (size_t j = 0; j < cols; j++)
            sum += exp(y[j]);
        for (size_t j = 0; j < cols; j++)
            y[j] = exp(y[j]) / sum;
    }
}

/* y[rows][out] = x[rows][in] K + b, and in training K with some numbers left out */
static void dense_sums(const struct naive *n, const struct call *c, const struct layer *l,
                       const double *x, double *y, size_t rows, size_t in)
{
    const double rate = n->training ? args_number(l->args, "kernel_dropout") : 0;
    const uint64_t key = key_of(n, c);
    const size_t out = (size_t)args_whole(l->args, "units");
    const double *k = weight_of(n, l, "kernel"), *b = weight_of(n, l, "bias");
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < out; j++) {
            double z = b ? b[j] : 0;
            for (size_t q = 0; q < in; q++)
                z += x[i * in + q] * k[q * out + j] * mask(key, q * out + j, rate);
            y[i * out + j] = z;
        }
}

static void dense(const struct naive *n, const struct call *c, const struct layer *l,
                  const double *x, double *y, size_t rows, size_t in)
{
    dense_sums(n, c, l, x, y, rows, in);
    apply(n, l, y, rows, (size_t)args_whole(l->args, "units"));
}

static double joined(const char *how, double a, double b, uint32_t n)
{
    if (strcmp(how, "add") == 0)
        return a + b;
    if (strcmp(how, "multiply") == 0)
        return a * b;
    if (strcmp(how, "average") == 0)
        return a + b / n;
    assert_string_equal(how, "maximum");
    return fmax(a, b);
}

static void join(const struct naive *n, const struct call *c, const char *how, double *y,
                 size_t count)
{
    for (size_t k = 0; k < count; k++) {
        y[k] = n->value[c->input[0]][k] / (strcmp(how, "average") == 0 ? c->inputs : 1);
        for (uint32_t i = 1; i < c->inputs; i++)
            y[k] = joined(how, y[k], n->value[c->input[i]][k], c->inputs);
    }
}

/* Along the axis that is joined, each element comes from the input whose turn it is. */
static void concat(const struct naive *n, const struct call *c, const struct args *a, double *y)
{
    const struct shape *out = &n->g->value[c->output].shape;
    const long written = args_whole(a, "axis");
    const size_t axis =
        (size_t)(written < 0 ? written + (long)out->axes : written - 1 + (long)c->folds);
    size_t outer = n->samples, inner = 1, at = 0;
    for (size_t i = 0; i < out->axes; i++)
        *(i < axis ? &outer : &inner) *= i == axis ? 1 : out->size[i];
    for (size_t r = 0; r < outer; r++)
        for (uint32_t i = 0; i < c->inputs; i++) {
            const size_t width = n->g->value[c->input[i]].shape.size[axis] * inner;
            for (size_t j = 0; j < width; j++)
                y[at++] = n->value[c->input[i]][r * width + j];
        }
}

static bool is_join(const char *kind)
{
    static const char *const joins[] = {"add", "multiply", "average", "maximum"};
    for (size_t i = 0; i < 4; i++)
        if (strcmp(kind, joins[i]) == 0)
            return true;
    return false;
}

/* y = gamma (x - mean) / sqrt(variance + epsilon) + beta for one number. */
static double normal(const struct naive *n, const struct layer *l, size_t column, double x,
                     double mean, double variance)
{
    const double *gamma = weight_of(n, l, "gamma"), *beta = weight_of(n, l, "beta");
    const double y = (x - mean) / sqrt(variance + args_number(l->args, "epsilon"));
    return (gamma ? gamma[column] : 1) * y + (beta ? beta[column] : 0);
}

/* Of `count` numbers that stand `apart`. */
static double mean_of(const double *x, size_t count, size_t apart)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i * apart];
    return sum / (double)count;
}

static double variance_of(const double *x, size_t count, size_t apart)
{
    const double mean = mean_of(x, count, apart);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow(x[i * apart] - mean, 2);
    return sum / (double)count;
}

/* Moments of the batch are those of the rows whose steps, of `places` rows each, the mask has. */
static void batchnorm(const struct naive *n, const struct layer *l, const double *m, size_t places,
                      const double *x, double *y, size_t rows, size_t cols)
{
    double *there = mem_new(rows, sizeof *there);
    assert_non_null(there);
    for (size_t j = 0; j < cols; j++) {
        double mean = weight_of(n, l, "moving_mean")[j],
               variance = weight_of(n, l, "moving_variance")[j];
        size_t count = 0;
        for (size_t i = 0; i < rows; i++)
            if (!m || m[i / places] > 0)
                there[count++] = x[i * cols + j];
        if (n->training && l->trainable && count) {
            mean = mean_of(there, count, 1);
            variance = variance_of(there, count, 1);
        }
        for (size_t i = 0; i < rows; i++)
            y[i * cols + j] = normal(n, l, j, x[i * cols + j], mean, variance);
    }
    mem_free(there);
}

static void layernorm(const struct naive *n, const struct layer *l, const double *x, double *y,
                      size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * cols + j] = normal(n, l, j, x[i * cols + j], mean_of(x + i * cols, cols, 1),
                                     variance_of(x + i * cols, cols, 1));
}

/* Whether a step of the input holds anything but the value that masking masks, or but 0. */
static bool is_step(const struct naive *n, const struct call *c, const struct layer *l, size_t i)
{
    const struct shape *in = &n->g->value[c->input[0]].shape;
    const size_t each = shape_count(in) / in->size[0];
    const double masked =
        strcmp(l->kind->entry.name, "masking") == 0 ? args_number(l->args, "value") : 0;
    for (size_t k = 0; k < each; k++)
        if (n->value[c->input[0]][i * each + k] != masked)
            return true;
    return false;
}

/* The mask of a call's output: made, handed on while the steps are there, or joined: a step of a
 * sum is there where one input has it, of a concat where all have it. */
static void find_mask(struct naive *n, const struct call *c, const struct layer *l)
{
    const struct shape *out = &n->g->value[c->output].shape;
    const char *kind = l->kind->entry.name;
    const bool any = is_join(kind),
               makes = strcmp(kind, "masking") == 0 ||
                       (strcmp(kind, "embedding") == 0 && args_yes(l->args, "mask_zero"));
    size_t masked = 0, steps = out->size[0];
    for (uint32_t i = 0; i < c->inputs; i++)
        masked += n->mask[c->input[i]] != NULL;
    if (!makes && (!masked || out->axes < 2 || (any && masked < c->inputs) ||
                   n->g->value[c->input[0]].shape.size[0] != steps))
        return;
    double *m = n->mask[c->output];
    if (!m)
        m = n->mask[c->output] = mem_new(n->samples * steps, sizeof *m);
    assert_non_null(m);
    for (size_t i = 0; i < n->samples * steps; i++) {
        m[i] = any ? 0 : 1;
        for (uint32_t k = 0; k < c->inputs; k++)
            if (n->mask[c->input[k]])
                m[i] = any ? fmax(m[i], n->mask[c->input[k]][i]) : m[i] * n->mask[c->input[k]][i];
        if (makes && !is_step(n, c, l, i))
            m[i] = 0;
    }
}

/* Of [samples][steps][...][channels], over the steps that are there. */
static void masked_mean(const struct naive *n, const struct call *c, const double *x, double *y)
{
    const struct shape *in = &n->g->value[c->input[0]].shape;
    const size_t channels = shape_last(in), places = shape_count(in) / channels;
    const double *m = n->mask[c->input[0]];
    for (size_t i = 0; i < n->samples; i++)
        for (size_t k = 0; k < channels; k++) {
            double sum = 0, count = 0;
            for (size_t p = 0; p < places; p++) {
                const double there = m[i * in->size[0] + p / (places / in->size[0])];
                sum += there * x[(i * places + p) * channels + k];
                count += there;
            }
            y[i * channels + k] = count > 0 ? sum / count : 0;
        }
}

void naive_forward(struct naive *n, const double *weight, const double *const *input)
{
    size_t inputs = 0;
    n->weight = weight;
    for (size_t c = 0; c < n->g->calls; c++) {
        const struct call *call = &n->g->call[c];
        const struct layer *l = &n->g->layer[call->layer];
        const char *kind = l->kind->entry.name;
        if (l->body)
            continue;
        const struct shape *shape = &n->g->value[call->output].shape;
        const size_t count = n->samples * shape_count(shape);
        double *y = n->value[call->output];
        const double *x =
            strcmp(kind, "input") == 0 ? input[inputs++] : (const double *)n->value[call->input[0]];
        find_mask(n, call, l);
        if (strcmp(kind, "embedding") == 0) {
            const size_t size = shape_last(shape);
            for (size_t i = 0; i < count; i++)
                y[i] = weight_of(n, l, "kernel")[(size_t)x[i / size] * size + i % size];
            continue;
        }
        if (strcmp(kind, "masking") == 0) {
            const size_t each = shape_count(shape) / shape->size[0];
            for (size_t i = 0; i < count; i++)
                y[i] = n->mask[call->output][i / each] > 0 ? x[i] : 0;
            continue;
        }
        const bool seen = call->inputs && !call->folds && n->mask[call->input[0]];
        if (seen && strcmp(kind, "global_avg_pool") == 0) {
            masked_mean(n, call, x, y);
            continue;
        }
        if (strcmp(kind, "dense") == 0) {
            const struct shape *in = &n->g->value[call->input[0]].shape;
            dense(n, call, l, x, y, count / shape_last(shape), shape_last(in));
            continue;
        }
        if (is_join(kind)) {
            join(n, call, kind, y, count);
            continue;
        }
        if (strcmp(kind, "concat") == 0) {
            concat(n, call, l->args, y);
            continue;
        }
        const struct naive_recurrent recurrent = {.n = n,
                                                  .call = call,
                                                  .layer = l,
                                                  .valid = seen ? n->mask[call->input[0]] : NULL,
                                                  .kernel = weight_of(n, l, "kernel"),
                                                  .recurrent = weight_of(n, l, "recurrent"),
                                                  .bias = weight_of(n, l, "bias"),
                                                  .activated = activated,
                                                  .left = mask};
        if (naive_recurrent(&recurrent, x, y, count))
            continue;
        if (naive_image(l, weight_of(n, l, "kernel"), weight_of(n, l, "bias"), x, y, count)) {
            if (entry_meaning(l->args->entry, MEANS_OUTPUT_ACTIVATION) < l->args->entry->arg_count)
                apply(n, l, y, count / shape_last(shape), shape_last(shape));
            continue;
        }
        memcpy(y, x, count * sizeof *y);
        if (strcmp(kind, "activation") == 0)
            apply(n, l, y, count / shape_last(shape), shape_last(shape));
        else if (strcmp(kind, "batchnorm") == 0)
            batchnorm(n, l, n->mask[call->output],
                      shape_count(shape) / (shape_last(shape) * shape->size[0]), x, y,
                      count / shape_last(shape), shape_last(shape));
        else if (strcmp(kind, "layernorm") == 0)
            layernorm(n, l, x, y, count / shape_last(shape), shape_last(shape));
        else if (is_noise(kind))
            noise(n, call, l, y, count);
    }
}

/* The names of a formula: x and the arguments of the penalty. */
struct meaning {
    const struct args *args;
    struct dims dims;
    real *x;
};

static int find(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e)
{
    const struct meaning *m = self;
    (void)values;
    (void)e;
    if (strcmp(path->text, "x") == 0) {
        *leaf = (struct leaf){.dims = m->dims, .reals = m->x};
        return 0;
    }
    *leaf = (struct leaf){.number = args_number(m->args, path->text)};
    return 0;
}

static double formula(const struct args *args, const double *x, const struct dims *dims,
                      bool activity)
{
    /* What gives a tensor is summed. */
    char text[1000];
    const int length = snprintf(text, sizeof text, "sum(%s)", penalty_formula(args));
    const size_t count = dims_count(dims);
    struct meaning m = {.args = args, .dims = *dims, .x = mem_new(count, sizeof(real))};
    const struct names names = {.self = &m, .find = find};
    struct arena arena = {0};
    struct node *tree = NULL;
    struct err e = {0};
    double value = NAN;
    assert_non_null(m.x);
    if (naive_penalty(args, x, dims, activity, &value)) {
        mem_free(m.x);
        return value;
    }
    assert_in_range(length, 1, sizeof text - 1);
    for (size_t i = 0; i < count; i++)
        m.x[i] = (real)x[i];
    if (parse_value(&arena, text, (size_t)length, 1, &tree, &e) != PARSE_OK ||
        expr_number(tree, &names, &value, &e))
        fail_msg("%s: %s", text, e.what);
    arena_finish(&arena);
    mem_free(m.x);
    return value;
}

static struct dims dims_of(const struct shape *s, size_t samples)
{
    struct dims x = {.axes = s->axes + (samples ? 1 : 0)};
    size_t at = 0;
    if (samples)
        x.size[at++] = samples;
    for (size_t i = 0; i < s->axes; i++)
        x.size[at++] = s->size[i];
    return x;
}

/* The names of a joint term's formula: what they stand for is kept until it is done. */
struct joint_meaning {
    const struct naive *n;
    real *kept[64];
    size_t count;
};

static int find_joint(void *self, const struct node *path, bool values, struct leaf *leaf,
                      struct err *e)
{
    struct joint_meaning *m = self;
    const struct graph *g = m->n->g;
    char name[200];
    const char *dot = strrchr(path->text, '.');
    (void)e;
    *leaf = (struct leaf){.number = (double)m->n->samples};
    if (!dot)
        return 0;
    snprintf(name, sizeof name, "%.*s", (int)(dot - path->text), path->text);
    const id call = strcmp(dot, ".output") == 0 ? graph_find_call(g, name) : NOTHING;
    const id weight =
        call == NOTHING ? graph_find_weight(g, graph_find_layer(g, name), dot + 1) : NOTHING;
    leaf->dims = call == NOTHING ? dims_of(&g->weight[weight].shape, 0)
                                 : dims_of(&g->value[g->call[call].output].shape, m->n->samples);
    leaf->batch = call != NOTHING;
    if (!values)
        return 0;
    const double *from =
        call == NOTHING ? m->n->weight + g->weight[weight].at : m->n->value[g->call[call].output];
    const size_t count = dims_count(&leaf->dims);
    real *to = mem_new(count, sizeof *to);
    assert_true(to && m->count < sizeof m->kept / sizeof *m->kept);
    for (size_t i = 0; i < count; i++)
        to[i] = (real)from[i];
    leaf->reals = m->kept[m->count++] = to;
    return 0;
}

static double joint(const struct naive *n, const struct args *args)
{
    struct joint_meaning m = {.n = n};
    const struct names names = {.self = &m, .find = find_joint};
    const char *text = args->arg[JOINT_FORMULA].as.text;
    struct arena arena = {0};
    struct node *tree = NULL;
    struct err e = {0};
    double value = NAN;
    if (parse_value(&arena, text, strlen(text), 1, &tree, &e) != PARSE_OK ||
        expr_number(tree, &names, &value, &e))
        fail_msg("%s: %s", text, e.what);
    arena_finish(&arena);
    while (m.count > 0)
        mem_free(m.kept[--m.count]);
    return penalty_strength(args) * value;
}

/* f'(z) of the functions without corners. */
static double slope(const char *f, double z)
{
    if (strcmp(f, "sigmoid") == 0)
        return exp(-z) / pow(1 + exp(-z), 2);
    if (strcmp(f, "tanh") == 0)
        return 1 / pow(cosh(z), 2);
    if (strcmp(f, "softplus") == 0)
        return 1 / (1 + exp(-z));
    if (strcmp(f, "swish") == 0)
        return (1 + exp(-z) + z * exp(-z)) / pow(1 + exp(-z), 2);
    if (strcmp(f, "gelu") == 0)
        return 0.5 * erfc(-z / sqrt(2)) + z * exp(-z * z / 2) / sqrt(2 * acos(-1));
    assert_string_equal(f, "linear");
    return 1;
}

/* The strength times the squares of all d y_j / d x_i of a dense layer, number by number. */
static double contractive(const struct naive *n, const struct args *args, id call)
{
    const struct call *c = &n->g->call[call];
    const struct layer *l = &n->g->layer[c->layer];
    const char *f = args_get(l->args, "activation")->as.call->entry->name;
    const size_t out = (size_t)args_whole(l->args, "units"), in = shape_last(&l->in);
    const size_t rows = n->samples * shape_count(&n->g->value[c->output].shape) / out;
    const double *k = weight_of(n, l, "kernel");
    double *z = mem_new(rows * out, sizeof *z), total = 0;
    assert_non_null(z);
    dense_sums(n, c, l, n->value[c->input[0]], z, rows, in);
    for (size_t i = 0; i < rows * out; i++)
        for (size_t q = 0; q < in; q++)
            total += pow(slope(f, z[i]) * k[q * out + i % out], 2);
    mem_free(z);
    return args_number(args, "strength") * total;
}

/* What is there of a value with a mask, as tensors without gaps: one for each sample, with its
 * steps one behind the other; or, `by_step`, one for each step, with the samples that have it. */
struct piece {
    double *x;
    struct dims dims;
};

static void cut_piece(const struct naive *n, id y, bool by_step, size_t number, struct piece *to)
{
    const struct shape *s = &n->g->value[y].shape;
    const size_t steps = s->size[0], each = shape_count(s) / steps;
    size_t count = 0;
    to->dims = dims_of(s, 1);
    for (size_t i = 0; i < n->samples * steps; i++)
        if ((by_step ? i % steps : i / steps) == number && n->mask[y][i] > 0)
            memcpy(to->x + count++ * each, n->value[y] + i * each, each * sizeof *to->x);
    to->dims.size[0] = by_step ? count : 1;
    to->dims.size[1] = by_step ? 1 : count;
}

/* A penalty of the steps that are there, and in *elements how many numbers it is a sum of. */
static double masked_formula(const struct naive *n, const struct args *args, id y, double *elements)
{
    const struct shape *s = &n->g->value[y].shape;
    const char *kind = args->entry->name;
    const bool by_step = strcmp(kind, "kl") == 0 || strcmp(kind, "group_lasso") == 0;
    struct piece piece = {.x = mem_new(n->samples * shape_count(s), sizeof *piece.x)};
    double total = 0;
    assert_non_null(piece.x);
    *elements = 0;
    for (size_t i = 0; i < (by_step ? s->size[0] : n->samples); i++) {
        cut_piece(n, y, by_step, i, &piece);
        const size_t axis = strcmp(kind, "tar") == 0 ? 1
                            : strcmp(kind, "tv") == 0
                                ? (size_t)(args_whole(args, "axis") +
                                           (args_whole(args, "axis") < 0 ? piece.dims.axes : 0))
                                : 0;
        if (!dims_count(&piece.dims))
            continue;
        total += formula(args, piece.x, &piece.dims, true);
        if (!axis || piece.dims.size[axis] > 1)
            *elements += naive_elements(args, &piece.dims);
    }
    mem_free(piece.x);
    *elements = *elements > 0 ? *elements : 1;
    return total;
}

double naive_term(const struct naive *n, id term, id call)
{
    const struct term *t = &n->g->term[term];
    const struct args *args = n->args ? n->args[term] : t->args;
    if (term_is_joint(t))
        return joint(n, args);
    if (call == NOTHING) {
        const struct weight *w = &n->g->weight[t->weight];
        struct dims x = dims_of(&w->shape, 0);
        return formula(args, n->weight + w->at, &x, false);
    }
    const id y = n->g->call[call].output;
    struct dims x = dims_of(&n->g->value[y].shape, n->samples);
    const char *reduce = args_get(args, "reduce")->as.choice->name;
    const double by = strcmp(reduce, "sum") == 0    ? 1
                      : strcmp(reduce, "mean") == 0 ? naive_elements(args, &x)
                                                    : (double)n->samples;
    const bool inside = strcmp(args->entry->name, "contractive") == 0;
    if (n->mask[y]) {
        double elements;
        assert_false(inside);
        const double total = masked_formula(n, args, y, &elements);
        return total / (strcmp(reduce, "mean") == 0 ? elements : by);
    }
    return (inside ? contractive(n, args, call) : formula(args, n->value[y], &x, true)) / by;
}

double naive_row(const struct naive *n, id term)
{
    double total = 0;
    if (strcmp(n->g->term[term].slot, "activity") != 0)
        return naive_term(n, term, NOTHING);
    for (id c = 0; c < n->g->calls; c++)
        if (n->g->call[c].layer == n->g->term[term].layer)
            total += naive_term(n, term, c);
    return total;
}

double naive_total(const struct naive *n, const struct naive_head *h, size_t heads)
{
    double total = 0;
    for (size_t i = 0; i < heads; i++)
        total += h[i].weight * naive_data(n, &h[i]);
    for (id t = 0; t < n->g->terms; t++)
        total += naive_row(n, t);
    return total;
}
