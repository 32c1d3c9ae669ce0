/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/init.h"

#include "base/rng.h"
#include "num/npy.h"

#include <math.h>
#include <string.h>

/* Inputs and outputs of a unit (Keras compute_fans): a vector counts as both. Of [size...][in][out]
 * each is taken once for each place of the size. */
struct fans {
    double in, out;
};

static struct fans fans_of(const struct shape *s)
{
    if (s->axes < 2)
        return (struct fans){.in = shape_last(s), .out = shape_last(s)};
    return (struct fans){.in = (double)shape_count(s) / shape_last(s),
                         .out = (double)shape_count(s) / s->size[s->axes - 2]};
}

static int fill_with(const struct shape *shape, double x, const struct stop *stop, real *to)
{
    const size_t count = shape_count(shape);
    for (size_t i = 0; i < count && !stop_asked_at(stop, i); i++)
        to[i] = (real)x;
    return 0;
}

static int fill_zeros(const struct args *a, const struct shape *shape, uint64_t key,
                      const struct stop *stop, real *to)
{
    (void)a;
    (void)key;
    return fill_with(shape, 0, stop, to);
}

static int fill_ones(const struct args *a, const struct shape *shape, uint64_t key,
                     const struct stop *stop, real *to)
{
    (void)a;
    (void)key;
    return fill_with(shape, 1, stop, to);
}

static int fill_constant(const struct args *a, const struct shape *shape, uint64_t key,
                         const struct stop *stop, real *to)
{
    (void)key;
    return fill_with(shape, a->arg[0].as.number, stop, to);
}

static int fill_values(const struct args *a, const struct shape *shape, uint64_t key,
                       const struct stop *stop, real *to)
{
    (void)key;
    (void)stop;
    for (size_t i = 0; i < shape_count(shape); i++)
        to[i] = (real)a->arg[0].as.numbers.item[i];
    return 0;
}

static int check_values(const struct args *a, const struct shape *shape, struct err *e)
{
    char text[80];
    size_t given = a->arg[0].as.numbers.count, due = shape_count(shape);
    if (given == due)
        return 0;
    err_at(e, a->where, "values() has %zu numbers, and the tensor is %s: %zu", given,
           shape_text(shape, text, sizeof text), due);
    return err_hint(e, "give %zu numbers, row after row", due);
}

static int uniform_within(double low, double high, const struct shape *shape, uint64_t key,
                          const struct stop *stop, real *to)
{
    const size_t count = shape_count(shape);
    for (size_t i = 0; i < count && !stop_asked_at(stop, i); i++)
        to[i] = (real)(low + (high - low) * rng_uniform(key, i));
    return 0;
}

static int fill_uniform(const struct args *a, const struct shape *shape, uint64_t key,
                        const struct stop *stop, real *to)
{
    return uniform_within(a->arg[0].as.number, a->arg[1].as.number, shape, key, stop, to);
}

static int check_uniform(const struct args *a, const struct shape *shape, struct err *e)
{
    (void)shape;
    if (a->arg[0].as.number <= a->arg[1].as.number)
        return 0;
    err_at(e, a->where, "uniform(low, high) needs low <= high");
    return err_hint(e, "swap the two numbers");
}

static int fill_normal(const struct args *a, const struct shape *shape, uint64_t key,
                       const struct stop *stop, real *to)
{
    const size_t count = shape_count(shape);
    for (size_t i = 0; i < count && !stop_asked_at(stop, i); i++)
        to[i] = (real)(a->arg[0].as.number + a->arg[1].as.number * rng_normal(key, i));
    return 0;
}

/* Uniform with variance scale / n: limit sqrt(3 scale / n). */
static int scaled_uniform(double scale, double n, const struct shape *shape, uint64_t key,
                          const struct stop *stop, real *to)
{
    double limit = sqrt(3 * scale / n);
    return uniform_within(-limit, limit, shape, key, stop, to);
}

/* Normal cut at two deviations, as Keras draws it: 0.87962566103423978 is the deviation of the
 * standard normal so cut, and is divided out. A draw beyond is drawn again, with a key number of
 * its own. */
static int scaled_normal(double scale, double n, const struct shape *shape, uint64_t key,
                         const struct stop *stop, real *to)
{
    const double deviation = sqrt(scale / n) / 0.87962566103423978;
    const size_t count = shape_count(shape);
    for (size_t i = 0; i < count && !stop_asked_at(stop, i); i++) {
        double z = rng_normal(key, i);
        for (size_t again = 1; fabs(z) > 2; again++)
            z = rng_normal(key, i + again * count);
        to[i] = (real)(deviation * z);
    }
    return 0;
}

#define SCALED(name, draw, scale, n)                                                               \
    static int name(const struct args *a, const struct shape *shape, uint64_t key,                 \
                    const struct stop *stop, real *to)                                             \
    {                                                                                              \
        (void)a;                                                                                   \
        struct fans f = fans_of(shape);                                                            \
        return draw(scale, n, shape, key, stop, to);                                               \
    }
SCALED(fill_glorot_uniform, scaled_uniform, 1, (f.in + f.out) / 2)
SCALED(fill_glorot_normal, scaled_normal, 1, (f.in + f.out) / 2)
SCALED(fill_he_uniform, scaled_uniform, 2, f.in)
SCALED(fill_he_normal, scaled_normal, 2, f.in)
SCALED(fill_lecun_uniform, scaled_uniform, 1, f.in)
SCALED(fill_lecun_normal, scaled_normal, 1, f.in)

static int check_two_axes(const struct args *a, const struct shape *shape, struct err *e)
{
    if (shape->axes > 1)
        return 0;
    err_at(e, a->where, "%s is for matrices, and this tensor has one axis", a->entry->name);
    return err_hint(e, "use it as kernel_init=");
}

static int check_matrix(const struct args *a, const struct shape *shape, struct err *e)
{
    char text[80];
    if (shape->axes <= 2)
        return check_two_axes(a, shape, e);
    err_at(e, a->where, "%s is for matrices, and this tensor is %s", a->entry->name,
           shape_text(shape, text, sizeof text));
    return err_hint(e, "orthogonal takes all axes but the last as one");
}

/* Gram and Schmidt on the vectors q[i * step + j * stride], done twice for full precision. */
static void orthonormalise_rows(double *q, size_t vectors, size_t length, size_t step,
                                size_t stride, const struct stop *stop)
{
    for (size_t i = 0; i < vectors && !stop_asked(stop); i++)
        for (int pass = 0; pass < 2; pass++) {
            double *v = q + i * step, norm = 0;
            for (size_t k = 0; k < i; k++) {
                if (k % 32 == 0 && stop_asked(stop))
                    return;
                double dot = 0;
                for (size_t j = 0; j < length; j++)
                    dot += v[j * stride] * q[k * step + j * stride];
                for (size_t j = 0; j < length; j++)
                    v[j * stride] -= dot * q[k * step + j * stride];
            }
            for (size_t j = 0; j < length; j++)
                norm += v[j * stride] * v[j * stride];
            for (size_t j = 0; j < length; j++)
                v[j * stride] /= sqrt(norm);
        }
}

static int fill_orthogonal(const struct args *a, const struct shape *shape, uint64_t key,
                           const struct stop *stop, real *to)
{
    (void)a;
    const size_t cols = shape_last(shape), rows = shape_count(shape) / cols;
    double *q = mem_new(rows * cols, sizeof *q);
    if (!q)
        return -1;
    for (size_t i = 0; i < rows * cols && !stop_asked_at(stop, i); i++)
        q[i] = rng_normal(key, i);
    if (rows <= cols)
        orthonormalise_rows(q, rows, cols, cols, 1, stop);
    else
        orthonormalise_rows(q, cols, rows, 1, cols, stop);
    for (size_t i = 0; i < rows * cols && !stop_asked_at(stop, i); i++)
        to[i] = (real)q[i];
    mem_free(q);
    return 0;
}

static int fill_identity(const struct args *a, const struct shape *shape, uint64_t key,
                         const struct stop *stop, real *to)
{
    (void)a;
    (void)key;
    fill_with(shape, 0, stop, to);
    for (size_t i = 0; i < shape->size[0] && i < shape->size[1]; i++)
        to[i * shape->size[1] + i] = R(1.0);
    return 0;
}

static bool is_turned(const struct stored *s, const struct shape *shape)
{
    return shape->axes == 2 && s->axes == 2 && s->size[0] == shape->size[1] &&
           s->size[1] == shape->size[0];
}

static int check_stored(const struct stored *s, const struct shape *shape, struct err *e)
{
    char there[160], due[80];
    bool same = s->axes == shape->axes;
    for (uint32_t i = 0; same && i < s->axes; i++)
        same = s->size[i] == shape->size[i];
    if (same)
        return 0;
    stored_shape_text(s, there, sizeof there);
    err_at(e, s->file->where, "\"%.200s\" holds %s, and the tensor is %s", s->file->name, there,
           shape_text(shape, due, sizeof due));
    if (is_turned(s, shape))
        return err_hint(e, "save it transposed: a kernel has a row for each input");
    return err_hint(e, "save an array of that shape");
}

/* The file is looked at when the layer is made, and read when its weights are drawn, which may be
 * much later: then all is checked again. */
static int open_stored(const struct args *a, const struct shape *shape, const struct stop *stop,
                       struct stored *s, struct err *e)
{
    if (npy_open(s, &a->arg[0].as.file, stop, e))
        return -1;
    if (!check_stored(s, shape, e))
        return 0;
    stored_close(s);
    return -1;
}

static int check_npy(const struct args *a, const struct shape *shape, struct err *e)
{
    struct stored s;
    if (open_stored(a, shape, NULL, &s, e))
        return -1;
    stored_close(&s);
    return 0;
}

static int read_npy(const struct args *a, const struct shape *shape, const struct stop *stop,
                    real *to, struct err *e)
{
    struct stored s;
    if (open_stored(a, shape, stop, &s, e))
        return -1;
    int bad = stored_read(&s, to, shape_count(shape) / shape->size[0], e);
    stored_close(&s);
    return bad;
}

static const struct arg_spec npy_args[] = {
    ARG("file", POSITIONAL, ARG_FILE, .required = true,
        .line = "a file of numpy.save, .npy or .npy.gz, with the tensor's own shape"),
};
static const struct arg_spec constant_args[] = {
    ARG("value", POSITIONAL, ARG_NUMBER, .required = true, .line = "every element"),
};
static const struct arg_spec values_args[] = {
    ARG("numbers", REST, ARG_NUMBERS, .required = true, .line = "all elements, row after row"),
};
static const struct arg_spec uniform_args[] = {
    ARG("low", POSITIONAL, ARG_NUMBER, .standard = "-0.05", .line = "the least"),
    ARG("high", POSITIONAL, ARG_NUMBER, .standard = "0.05", .line = "the most"),
};
static const struct arg_spec normal_args[] = {
    ARG("mean", POSITIONAL, ARG_NUMBER, .standard = "0", .line = "the mean"),
    ARG("stddev", POSITIONAL, ARG_NUMBER, .standard = "0.05", .max = 1e30,
        .line = "the standard deviation"),
};

#define EXAMPLE(word) "input 2\ndense 2 kernel_init=" word " as h\nshow h.kernel\n"

static const struct init_kind kinds[] = {
    {.entry = {.name = "zeros", .summary = "all 0", .example = EXAMPLE("zeros")},
     .fill = fill_zeros},
    {.entry = {.name = "ones", .summary = "all 1", .example = EXAMPLE("ones")}, .fill = fill_ones},
    {.entry = {.name = "constant",
               .args = constant_args,
               .arg_count = 1,
               .summary = "all the same number",
               .example = EXAMPLE("constant(0.5)")},
     .fill = fill_constant},
    {.entry = {.name = "values",
               .args = values_args,
               .arg_count = 1,
               .summary = "the numbers as listed, row after row",
               .details = "A dense kernel has a row for each input and a column for each unit.",
               .example = EXAMPLE("values(0.5, -0.25, 1, 0)")},
     .fill = fill_values,
     .check = check_values},
    {.entry = {.name = "npy",
               .args = npy_args,
               .arg_count = 1,
               .summary = "the numbers of a file of numpy.save",
               .details =
                   "The array has the tensor's own shape: a dense kernel has a row for each input "
                   "and a column for each unit, as in Keras. Floats, whole numbers and booleans "
                   "are read, packed by gzip or not. A relative name is read against the folder "
                   "of the script. The file is looked at when the layer is made and read when the "
                   "weights are first used.",
               .example = EXAMPLE("npy(\"data/kernel.npy\")")},
     .read = read_npy,
     .check = check_npy},
    {.entry = {.name = "uniform",
               .args = uniform_args,
               .arg_count = 2,
               .summary = "uniform between two numbers",
               .example = EXAMPLE("uniform(-0.1, 0.1)")},
     .fill = fill_uniform,
     .check = check_uniform},
    {.entry = {.name = "normal",
               .args = normal_args,
               .arg_count = 2,
               .summary = "normal with a mean and a deviation",
               .example = EXAMPLE("normal(0, 0.1)")},
     .fill = fill_normal},
    {.entry = {.name = "glorot_uniform",
               .summary = "uniform with variance 2 / (inputs + outputs)",
               .details =
                   "Limit sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010). The default "
                   "of kernels, as in Keras.",
               .example = EXAMPLE("glorot_uniform")},
     .fill = fill_glorot_uniform},
    {.entry = {.name = "glorot_normal",
               .summary = "normal, cut at two deviations, variance 2 / (inputs + outputs)",
               .details = "Glorot and Bengio 2010; the cut is Keras's.",
               .example = EXAMPLE("glorot_normal")},
     .fill = fill_glorot_normal},
    {.entry = {.name = "he_uniform",
               .summary = "uniform with variance 2 / inputs",
               .details = "Limit sqrt(6 / inputs) (He et al. 2015).",
               .example = EXAMPLE("he_uniform")},
     .fill = fill_he_uniform},
    {.entry = {.name = "he_normal",
               .summary = "normal, cut at two deviations, variance 2 / inputs",
               .details = "He et al. 2015; the cut is Keras's.",
               .example = EXAMPLE("he_normal")},
     .fill = fill_he_normal},
    {.entry = {.name = "lecun_uniform",
               .summary = "uniform with variance 1 / inputs",
               .details = "Limit sqrt(3 / inputs) (LeCun et al. 1998).",
               .example = EXAMPLE("lecun_uniform")},
     .fill = fill_lecun_uniform},
    {.entry = {.name = "lecun_normal",
               .summary = "normal, cut at two deviations, variance 1 / inputs",
               .details = "LeCun et al. 1998; the cut is Keras's. Goes with selu.",
               .example = EXAMPLE("lecun_normal")},
     .fill = fill_lecun_normal},
    {.entry = {.name = "orthogonal",
               .summary = "orthonormal rows or columns, whichever are fewer",
               .details = "Gram and Schmidt on a normal matrix (Saxe et al. 2014). Of a tensor of "
                          "more axes all but the last are rows, as in Keras.",
               .example = EXAMPLE("orthogonal")},
     .fill = fill_orthogonal,
     .check = check_two_axes},
    {.entry = {.name = "identity",
               .summary = "1 on the diagonal, else 0",
               .example = EXAMPLE("identity")},
     .fill = fill_identity,
     .check = check_matrix},
};

static const struct entry *const rows[] = {
    &kinds[0].entry,  &kinds[1].entry,  &kinds[2].entry,  &kinds[3].entry,  &kinds[4].entry,
    &kinds[5].entry,  &kinds[6].entry,  &kinds[7].entry,  &kinds[8].entry,  &kinds[9].entry,
    &kinds[10].entry, &kinds[11].entry, &kinds[12].entry, &kinds[13].entry, &kinds[14].entry,
};
_Static_assert(sizeof rows / sizeof *rows == sizeof kinds / sizeof *kinds, "a row for each kind");

const struct args init_zeros = {.entry = &kinds[0].entry};

const struct table init_kinds = {"initialiser", rows, sizeof rows / sizeof *rows};

int init_check(const struct args *self, const struct shape *shape, struct err *e)
{
    const struct init_kind *kind = (const struct init_kind *)self->entry;
    return kind->check ? kind->check(self, shape, e) : 0;
}

int init_fill(const struct args *self, const struct shape *shape, uint64_t seed, const char *path,
              const struct stop *stop, real *to, struct err *e)
{
    const struct init_kind *kind = (const struct init_kind *)self->entry;
    if (kind->read)
        return kind->read(self, shape, stop, to, e);
    if (kind->fill(self, shape, rng_key(seed, "weight", path, 0), stop, to))
        return err_memory(e);
    return stop_check(stop, e);
}
