/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

#include <string.h>

#define ROW(name) extern const struct opt_kind opt_##name;
#include "train/optimizers.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &opt_##name.entry,
#include "train/optimizers.def"
#undef ROW
};

const struct table opt_kinds = {"optimizer", rows, sizeof rows / sizeof *rows};

/* Keys of one text are ordered by their place in it, those of two by which was read later. */
static bool is_later(const struct arg *a, const struct arg *b)
{
    return a->key.source != b->key.source ? a->key.source > b->key.source : a->key.at > b->key.at;
}

static int check_clipping(const struct args *a, struct err *e)
{
    static const char *const ways[] = {"clipnorm", "clipvalue", "global_clipnorm"};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (args_number(a, ways[i]) == 0)
            continue;
        if (!first) {
            first = ways[i];
            continue;
        }
        const bool later = is_later(args_get(a, ways[i]), args_get(a, first));
        const char *extra = later ? ways[i] : first, *kept = later ? first : ways[i];
        err_at(e, args_get(a, extra)->key, "%s= and %s= would both clip the gradient", kept, extra);
        return err_hint(e, "choose one of clipnorm, clipvalue and global_clipnorm; 0 is off");
    }
    return 0;
}

/* A decay that turns weights round could make them grow for ever. */
static int check_decay(const struct args *a, struct err *e)
{
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        if (strcmp(a->entry->args[i].name, "weight_decay") != 0)
            continue;
        const struct arg *decay = &a->arg[i], *rate = args_get(a, "lr");
        if (decay->as.number * rate->as.number <= 1)
            return 0;
        err_at(e, is_later(rate, decay) ? rate->key : decay->key,
               "weight_decay times lr is the share of a weight that each step takes away, and is "
               "above 1");
        return err_hint(e, "lower one of them");
    }
    return 0;
}

static int check_sam(const struct args *a, struct err *e)
{
    const struct arg *sam = args_get(a, "sam");
    if (sam->as.number > 0 || (!sam->given && sam->as.number == 0))
        return 0;
    err_at(e, sam->where,
           "sam is a distance above 0: each step takes the gradient a second time, so far along "
           "the first");
    return err_hint(e, "leave it out, or write sam=0.05; set optimizer.sam = none ends it");
}

int opt_check(const struct args *a, struct err *e)
{
    return check_clipping(a, e) || check_decay(a, e) || check_sam(a, e) ? -1 : 0;
}

struct opt_common opt_common(const struct args *a)
{
    return (struct opt_common){.norm = args_number(a, "clipnorm"),
                               .value = args_number(a, "clipvalue"),
                               .whole = args_number(a, "global_clipnorm"),
                               .noise = args_number(a, "noise"),
                               .sam = args_number(a, "sam"),
                               .ema = args_number(a, "ema")};
}

static const struct opt_step_key step_keys[STEP_KEYS_MOST] = {
    {.name = "sam", .formula = "the gradient at w + sam g/|g|", .again = true},
    {.name = "noise", .formula = "g + noise N(0, 1)"},
    {.name = "weight_decay", .formula = "w - weight_decay lr w", .decays = true},
    {.name = "l1", .formula = "0 where |z| <= l1, else z - l1 sign(z)"},
    {.name = "l2", .formula = "w / (1 + l2 lr/(beta + sqrt(n)))"},
};

size_t opt_step_keys(const struct args *a, const struct opt_step_key *to[STEP_KEYS_MOST],
                     size_t at[STEP_KEYS_MOST])
{
    size_t n = 0;
    for (size_t k = 0; k < STEP_KEYS_MOST; k++)
        for (size_t i = 0; i < a->entry->arg_count; i++)
            if (strcmp(a->entry->args[i].name, step_keys[k].name) == 0 && a->arg[i].as.number > 0) {
                to[n] = &step_keys[k];
                at[n++] = i;
            }
    return n;
}

double opt_decay(const struct args *a)
{
    const struct opt_kind *kind = opt_kind_of(a);
    return kind->decay ? kind->decay(a) : 0;
}

double opt_start(const struct args *a)
{
    const char *start = opt_kind_of(a)->start;
    return start ? args_number(a, start) : 0;
}

double opt_carried_rate(const struct args *a)
{
    const double momentum = args_number(a, "momentum");
    return args_number(a, "lr") / (momentum < 1 ? 1 - momentum : 1);
}

void opt_step_sizes(const struct args *a, uint64_t count, size_t n, real *const slot[SLOTS_MOST],
                    real *to)
{
    const struct opt_kind *kind = opt_kind_of(a);
    const real rate = (real)args_number(a, "lr");
    if (kind->step_sizes)
        kind->step_sizes(a, count, n, slot, to);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = rate;
}
