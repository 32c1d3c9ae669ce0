/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas of several tensors: an expression's tape with slopes, and a block that holds its values.
 * A leaf's gradient is held whole, since it may come from several places of the formula. */
#include "expr/joint.h"

#include "expr/tape_grad.h"
#include "expr/tape_value.h"
#include "lang/parse.h"

#include <string.h>

struct joint {
    struct tape tape;
};

/* A block begins with this; the spots and all arrays follow. */
struct block {
    double value;
    struct spot *spot;
};

static const struct tape_step *last_step(const struct tape *t)
{
    return &t->step[t->steps - 1];
}

/* Whether a step takes one of the first axes of what has samples by itself. */
static bool goes_along(const struct tape *t, const struct tape_step *s, size_t first)
{
    const struct tape_step *x = &t->step[s->operand[0]];
    const int axis = s->axis + (s->axis < 0 ? (int)x->dims.axes : 0);
    return s->operands && x->batch &&
           (s->kind == TAPE_TRANSPOSE || (s->along && axis < (int)first));
}

static int check_tape(const struct tape *t, const struct node *n, size_t gathered, struct err *e)
{
    char text[160];
    bool tensors = false, along = false;
    for (size_t i = 0; i < t->steps; i++) {
        tensors = tensors || (t->step[i].kind == TAPE_LEAF && t->step[i].dims.axes);
        along = along || goes_along(t, &t->step[i], gathered);
    }
    if (along && gathered) {
        err_at(e, n->where,
               "steps are masked, and this formula goes along samples or steps, "
               "axis 0 or 1");
        return err_hint(e, "without axis=, or along the axes behind them, it leaves them out");
    }
    if (!tensors) {
        err_at(e, n->where, "this formula depends on no weight and no output");
        return err_hint(e, "name some: 1e-3 * sum(code.kernel^2)");
    }
    if (!last_step(t)->dims.axes)
        return 0;
    err_at(e, n->where, "this is a tensor of %s, and a term is a single number",
           dims_text(&last_step(t)->dims, text, sizeof text));
    return err_hint(e, "use sum(...), mean(...) or another reduction, without axis=");
}

static int compile_tree(struct tape *t, const struct node *n, const struct names *names,
                        struct err *e)
{
    return tape_compile(t, n, &(const struct tape_names){.names = names, .slopes = true}, e);
}

int joint_check(const struct node *n, const struct names *names, size_t gathered, struct err *e)
{
    struct tape t = {0};
    const int failed = compile_tree(&t, n, names, e) || check_tape(&t, n, gathered, e);
    tape_finish(&t);
    return failed ? -1 : 0;
}

struct tensors {
    const struct joint_tensor *item;
    size_t count;
};

/* The number of the tensor of that path; their count: it is none. */
static size_t tensor_number(const struct tensors *t, const char *path)
{
    size_t i = 0;
    while (i < t->count && strcmp(t->item[i].path, path) != 0)
        i++;
    return i;
}

static int find_tensor(void *self, const struct node *path, bool values, struct leaf *leaf,
                       struct err *e)
{
    const struct tensors *t = self;
    const size_t i = tensor_number(t, path->text);
    (void)values;
    (void)e;
    *leaf = (struct leaf){0};
    if (i < t->count)
        leaf->dims = t->item[i].dims;
    leaf->batch = leaf->dims.axes && leaf->dims.size[0] == DIMS_BATCH;
    return 0;
}

/* Leaves know their tensors by number from here on: the tree goes. */
static void number_leaves(struct tape *tape, const struct tensors *t)
{
    for (size_t i = 0; i < tape->steps; i++) {
        struct tape_step *s = &tape->step[i];
        if (s->kind != TAPE_LEAF)
            continue;
        s->parameter = tensor_number(t, s->name->text);
        s->kind = s->parameter < t->count ? TAPE_LEAF : TAPE_PARAMETER;
        s->name = NULL;
    }
}

struct joint *joint_read(const char *text, const struct joint_tensor *tensor, size_t tensors,
                         struct err *e)
{
    struct arena arena = {0};
    struct node *tree;
    struct tensors t = {tensor, tensors};
    const struct names names = {.self = &t, .find = find_tensor};
    struct joint *f = mem_new(1, sizeof *f);
    if (!f)
        err_memory(e);
    const bool fine = f && parse_value(&arena, text, strlen(text), 0, &tree, e) == PARSE_OK &&
                      compile_tree(&f->tape, tree, &names, e) == 0;
    if (fine)
        number_leaves(&f->tape, &t);
    arena_finish(&arena);
    if (fine)
        return f;
    joint_destroy(f);
    return NULL;
}

void joint_destroy(struct joint *f)
{
    if (!f)
        return;
    tape_finish(&f->tape);
    mem_free(f);
}

static struct dims dims_with(const struct dims *x, size_t samples)
{
    struct dims with = *x;
    for (uint32_t i = 0; i < with.axes; i++)
        with.size[i] = with.size[i] == DIMS_BATCH ? samples : with.size[i];
    return with;
}

static size_t doubles_of(size_t bytes)
{
    return (bytes + sizeof(double) - 1) / sizeof(double);
}

/* A tensor's values are read a tile at a time, as those of a full step are made. */
static size_t values_held(const struct tape_step *s, size_t count)
{
    return s->full || s->kind == TAPE_LEAF ? TILE : count;
}

static size_t slopes_held(const struct tape_step *s, size_t count)
{
    return s->full ? TILE : count;
}

size_t joint_room(const struct joint *f, size_t samples)
{
    const size_t steps = f->tape.steps;
    size_t n = doubles_of(sizeof(struct block)) + doubles_of(steps * sizeof(struct spot));
    for (size_t i = 0; i < steps; i++) {
        const struct tape_step *s = &f->tape.step[i];
        const struct dims x = dims_with(&s->dims, samples);
        const size_t held = values_held(s, dims_count(&x));
        n += held * (1 + (size_t)needs_more(s));
        n += s->reached ? slopes_held(s, dims_count(&x)) : 0;
    }
    return n;
}

static double *take_doubles(double **free, size_t n)
{
    double *taken = *free;
    *free += n;
    return taken;
}

static void lay_step(const struct tape_step *s, struct spot *y, double **free)
{
    y->value = take_doubles(free, values_held(s, y->count));
    y->more = needs_more(s) ? take_doubles(free, values_held(s, y->count)) : NULL;
    y->grad = s->reached ? take_doubles(free, slopes_held(s, y->count)) : NULL;
}

double joint_value(const struct joint *f, size_t samples, double batch, const real *const *at,
                   double *block)
{
    const struct tape *t = &f->tape;
    struct block *b = (struct block *)(void *)block;
    double *free = block + doubles_of(sizeof *b);
    b->spot = (struct spot *)(void *)take_doubles(&free, doubles_of(t->steps * sizeof *b->spot));
    const struct workspace w = {.tape = t, .spot = b->spot};
    for (uint32_t i = 0; i < t->steps; i++) {
        const struct tape_step *s = &t->step[i];
        struct spot *y = &b->spot[i];
        if (s->operands)
            spot_shape(s, b->spot, y);
        else
            *y = (struct spot){.dims = dims_with(&s->dims, samples), .tile = NO_TILE, .length = 1};
        y->count = dims_count(&y->dims);
        lay_step(s, y, &free);
        if (s->kind == TAPE_LEAF)
            y->reals = at[s->parameter];
        else if (!s->operands)
            y->value[0] = s->kind == TAPE_NUMBER ? s->number : batch;
        if (!s->full)
            tape_compute(&w, i);
    }
    return b->value = b->spot[t->steps - 1].value[0];
}

void joint_grad(const struct joint *f, double *block)
{
    struct spot *spot = ((struct block *)(void *)block)->spot;
    tape_grad_leaves(&(const struct workspace){.tape = &f->tape, .spot = spot});
}

void joint_grad_of(const struct joint *f, const double *block, size_t tensor, double scale, real *d,
                   bool add)
{
    const struct spot *y = ((const struct block *)(const void *)block)->spot;
    const struct tape_step *s = f->tape.step;
    for (; s->kind != TAPE_LEAF || s->parameter != tensor; s++)
        y++;
    for (size_t i = 0; i < y->count; i++)
        d[i] = (real)(s->reached ? scale * y->grad[i] : 0) + (add ? d[i] : 0);
}
