/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/difference.h"

bool gradcheck_leaves_out(const struct gradcheck *c, size_t part)
{
    const struct plan *p = c->trainer->train;
    const struct applied *a = part < GRADCHECK_ROW ? NULL : &p->applied[part - GRADCHECK_ROW];
    return a && (a->proximal || penalty_kind_of(p->graph->term[a->term].args)->by_count);
}

void difference_values(const struct gradcheck *c, double *to)
{
    const struct frame *f = c->frame;
    frame_forward(f);
    double total = frame_data(f);
    if (c->parts > GRADCHECK_ROW)
        to[GRADCHECK_DATA] = total;
    for (size_t p = GRADCHECK_ROW; p < c->parts; p++) {
        to[p] = gradcheck_leaves_out(c, p) ? 0 : frame_row(f, p - GRADCHECK_ROW);
        total += to[p];
    }
    to[GRADCHECK_TOTAL] = total;
}

/* Where the four values of a rung were taken, counted from the weight itself. */
struct rung {
    double h, by[4];
    bool first, last;
};

static void measure_rung(struct gradcheck *c, size_t at, struct rung *r)
{
    static const double places[] = {-2, -1, 1, 2};
    const real old = c->weight[at];
    for (size_t i = 0; i < 4; i++) {
        c->weight[at] = (real)((double)old + places[i] * r->h);
        r->by[i] = (double)c->weight[at] - (double)old;
        difference_values(c, c->near + i * c->parts);
    }
    c->weight[at] = old;
}

struct slopes {
    double back, forth;  /* of the two sides */
    double wide, narrow; /* central, at 2h and at h */
    double numeric;
};

static struct slopes slopes_of(const struct gradcheck *c, const struct rung *r, size_t part)
{
    double s[4];
    for (size_t i = 0; i < 4; i++)
        s[i] = (c->near[i * c->parts + part] - c->here[part]) / r->by[i];
    struct slopes x = {.back = 2 * s[1] - s[0],
                       .forth = 2 * s[2] - s[3],
                       .wide = (s[0] + s[3]) / 2,
                       .narrow = (s[1] + s[2]) / 2};
    x.numeric = (4 * x.narrow - x.wide) / 3;
    return x;
}

struct judged {
    double analytic, top, rough; /* known beforehand */
    bool kink;
    double numeric, error;
    double scale;  /* what slopes are like here */
    double hidden; /* what cannot be told from rounding */
};

/* Whether the slopes say the same at this rung as nearer to the weight, or both of its sides did so
 * at the last rung too; then *j says what they are. */
static bool rungs_agree(const struct gradcheck *c, const struct rung *r, size_t part,
                        struct gradcheck_sides *before, struct judged *j)
{
    const struct slopes x = slopes_of(c, r, part);
    const double apart = fmax(2 * fabs(x.wide - x.narrow), fabs(x.forth - x.back));
    const double moved = fmax(fabs(x.forth - before->forth), fabs(x.back - before->back));
    before->forth = x.forth;
    before->back = x.back;
    j->hidden = 8 * (c->noise[part] / r->h + j->rough);
    j->scale = fmax(fmax(fabs(j->analytic), fabs(x.numeric)), j->top);
    /* A quarter: so that a kink which passes for none is no error. */
    j->kink = !(apart <= GRADCHECK_MOST / 4 * j->scale + j->hidden);
    j->numeric = x.numeric;
    if (j->kink) {
        j->scale = fmax(j->scale, fmax(fabs(x.forth), fabs(x.back)));
        if (r->first || !(moved <= GRADCHECK_MOST / 4 * j->scale + j->hidden))
            return false;
        j->numeric = fmin(fmax(j->analytic, fmin(x.back, x.forth)), fmax(x.back, x.forth));
    }
    const double error = fabs(j->analytic - j->numeric);
    j->error = error == 0 ? 0 : error / fmax(j->scale, j->hidden / GRADCHECK_MOST);
    if (isnan(j->error))
        j->error = HUGE_VAL;
    return true;
}

/* The same, but a slope that looks wrong may be made up of kinks near each other: it is looked at
 * more closely, and away from kinks it is believed the second time. At a kink it is not: the chain
 * rule takes one slope of each kink on the way, and together they may lie outside of both sides. */
static bool judge_closely(const struct gradcheck *c, const struct rung *r, size_t part,
                          struct gradcheck_sides *before, struct judged *j)
{
    if (!rungs_agree(c, r, part, before, j))
        return false;
    if (j->kink)
        return j->error <= GRADCHECK_MOST;
    if (r->last || j->error <= GRADCHECK_MOST / 4 || before->doubted)
        return true;
    before->doubted = true;
    return false;
}

/* What says most of the two: a part that is wrong more than the total that is wrong because of it,
 * then what is further off. */
static bool says_more(size_t part, double error, const struct gradcheck_place *than)
{
    const bool blamed = part != GRADCHECK_TOTAL && error > GRADCHECK_MOST;
    const bool other = than->part != GRADCHECK_TOTAL && than->error > GRADCHECK_MOST;
    return blamed != other ? blamed : error > than->error;
}

static void note_judged(struct gradcheck *c, struct gradcheck_tensor *t, size_t i, size_t part,
                        const struct judged *j)
{
    t->worst = fmax(t->worst, j->error);
    if (says_more(part, j->error, &c->worst))
        c->worst = (struct gradcheck_place){
            .tensor = (size_t)(t - c->tensor),
            .index = c->at[i] - c->model->graph->weight[t->weight].at,
            .part = part,
            .analytic = j->analytic,
            .numeric = j->numeric,
            .error = j->error,
        };
}

/* A penalty that has no one slope here, and moves the weight all the same. */
static bool pushes_weight(const struct judged *j)
{
    return fabs(j->analytic) > GRADCHECK_MOST * j->scale + j->hidden;
}

static void note_push(struct gradcheck *c, const struct gradcheck_tensor *t, size_t i, size_t part,
                      double analytic)
{
    const struct gradcheck_sides *sides = &c->sides[part];
    if (fabs(analytic) <= fabs(c->push.place.analytic))
        return;
    c->push = (struct gradcheck_push){
        .place = {.tensor = (size_t)(t - c->tensor),
                  .index = c->at[i] - c->model->graph->weight[t->weight].at,
                  .part = part,
                  .analytic = analytic},
        .back = sides->settled ? sides->back : NAN,
        .forth = sides->settled ? sides->forth : NAN,
    };
}

void difference_coordinate(struct gradcheck *c, struct gradcheck_tensor *t, size_t i)
{
    const double size = fmax(1, fabs((double)c->weight[c->at[i]]));
    size_t left = c->parts;
    bool kink = false, lost = false, pushed = false;
    for (size_t p = 0; p < c->parts; p++)
        c->sides[p] = (struct gradcheck_sides){0};
    for (int k = 0; left && k < GRADCHECK_RUNGS; k++) {
        struct rung r = {.h = size * GRADCHECK_STEP / (double)(1 << (3 * k)),
                         .first = k == 0,
                         .last = k == GRADCHECK_RUNGS - 1};
        measure_rung(c, c->at[i], &r);
        for (size_t p = 0; p < c->parts; p++) {
            const size_t of = p * c->tensors + (size_t)(t - c->tensor);
            struct judged j = {.analytic = c->analytic[p * c->count + i],
                               .top = c->top[of],
                               .rough = c->rough[of]};
            if (c->sides[p].settled)
                continue;
            c->sides[p].settled = judge_closely(c, &r, p, &c->sides[p], &j);
            if (p >= GRADCHECK_ROW && (c->sides[p].settled ? j.kink : r.last) &&
                pushes_weight(&j)) {
                pushed = true;
                note_push(c, t, i, p, j.analytic);
            }
            if (!c->sides[p].settled)
                continue;
            left--;
            note_judged(c, t, i, p, &j);
            kink = kink || j.kink;
            lost = lost || (p == GRADCHECK_TOTAL && j.scale > 0 && j.hidden > j.scale / 10);
        }
    }
    t->skipped += left > 0;
    t->kinks += !left && kink;
    t->pushed += pushed;
    t->rounding += !left && lost;
}
