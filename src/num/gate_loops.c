/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once a level, as loops.c is: LEVEL names the table that this build defines. */
#include "num/gates.h"

#include "num/lane_math.h"

/* The first `count` of a vector, all of them mostly. */
INLINE VEC take_lanes(const real *p, size_t count)
{
    return count == LANES ? NAME(load)(p) : NAME(load_part)(p, NAME(first)(count));
}

INLINE void put_lanes(real *p, size_t count, VEC v)
{
    if (count == LANES)
        NAME(store)(p, v);
    else
        NAME(store_part)(p, NAME(first)(count), v);
}

INLINE VEC with_bias(const real *p, const real *bias, size_t count)
{
    const VEC v = take_lanes(p, count);
    return bias ? v + take_lanes(bias, count) : v;
}

/* For each row, the units from `j` on, a vector at a time. */
#define EACH_UNIT(s, run)                                                                          \
    for (size_t i = 0; i < (s)->rows; i++) {                                                       \
        size_t j = 0;                                                                              \
        for (; j + LANES <= (s)->units; j += LANES)                                                \
            run(s, i, j, LANES);                                                                   \
        if (j < (s)->units)                                                                        \
            run(s, i, j, (s)->units - j);                                                          \
    }

INLINE void lstm_lanes(const struct lstm_step *s, size_t row, size_t unit, size_t count)
{
    const size_t n = s->units, at = row * n + unit;
    real *g = s->gate + row * 4 * n + unit;
    const real *b = s->bias ? s->bias + unit : NULL;
    const VEC i = sigmoid_of_lanes(with_bias(g, b, count)),
              f = sigmoid_of_lanes(with_bias(g + n, b ? b + n : NULL, count)),
              c = tanh_of_lanes(with_bias(g + 2 * n, b ? b + 2 * n : NULL, count)),
              o = sigmoid_of_lanes(with_bias(g + 3 * n, b ? b + 3 * n : NULL, count));
    const VEC state = f * take_lanes(s->before + at, count) + i * c;
    const VEC squashed = tanh_of_lanes(state);
    put_lanes(g, count, i);
    put_lanes(g + n, count, f);
    put_lanes(g + 2 * n, count, c);
    put_lanes(g + 3 * n, count, o);
    put_lanes(s->state + at, count, state);
    put_lanes(s->squashed + at, count, squashed);
    put_lanes(s->output + at, count, o * squashed);
}

static void lstm(const struct lstm_step *s){EACH_UNIT(s, lstm_lanes)}

INLINE void lstm_grad_lanes(const struct lstm_slope *s, size_t row, size_t unit, size_t count)
{
    const size_t n = s->units, at = row * n + unit;
    const real *g = s->gate + row * 4 * n + unit;
    real *d = s->d + row * 4 * n + unit;
    const VEC i = take_lanes(g, count), f = take_lanes(g + n, count),
              c = take_lanes(g + 2 * n, count), o = take_lanes(g + 3 * n, count);
    const VEC y = take_lanes(s->doutput + at, count), t = take_lanes(s->squashed + at, count);
    const VEC state = take_lanes(s->dstate + at, count) + y * o * (R(1.0) - t * t);
    put_lanes(d, count, state * c * i * (R(1.0) - i));
    put_lanes(d + n, count, state * take_lanes(s->before + at, count) * f * (R(1.0) - f));
    put_lanes(d + 2 * n, count, state * i * (R(1.0) - c * c));
    put_lanes(d + 3 * n, count, y * t * o * (R(1.0) - o));
    put_lanes(s->dstate + at, count, state * f);
}

static void lstm_grad(const struct lstm_slope *s){EACH_UNIT(s, lstm_grad_lanes)}

/* The state's share of what goes into gate k. */
INLINE VEC inner_lanes(const struct gru_step *s, size_t k, size_t row, size_t unit, size_t count)
{
    const size_t n = s->units;
    const real *b = s->bias ? s->bias + (3 + k) * n + unit : NULL;
    const VEC none = {0};
    if (s->inner)
        return with_bias(s->inner + (row * 3 + k) * n + unit, b, count);
    return b ? take_lanes(b, count) : none;
}

INLINE void gru_lanes(const struct gru_step *s, size_t row, size_t unit, size_t count)
{
    const size_t n = s->units, at = row * n + unit;
    real *g = s->gate + row * 3 * n + unit;
    const real *b = s->bias ? s->bias + unit : NULL;
    const VEC inner = inner_lanes(s, 2, row, unit, count);
    const VEC z = sigmoid_of_lanes(with_bias(g, b, count) + inner_lanes(s, 0, row, unit, count)),
              r = sigmoid_of_lanes(with_bias(g + n, b ? b + n : NULL, count) +
                                   inner_lanes(s, 1, row, unit, count)),
              h = tanh_of_lanes(with_bias(g + 2 * n, b ? b + 2 * n : NULL, count) + r * inner);
    put_lanes(g, count, z);
    put_lanes(g + n, count, r);
    put_lanes(g + 2 * n, count, h);
    put_lanes(s->kept + at, count, inner);
    put_lanes(s->output + at, count, h + z * (take_lanes(s->before + at, count) - h));
}

static void gru(const struct gru_step *s){EACH_UNIT(s, gru_lanes)}

INLINE void gru_grad_lanes(const struct gru_slope *s, size_t row, size_t unit, size_t count)
{
    const size_t n = s->units, at = row * n + unit, gate = row * 3 * n + unit;
    const real *g = s->gate + gate;
    const VEC z = take_lanes(g, count), r = take_lanes(g + n, count),
              h = take_lanes(g + 2 * n, count), y = take_lanes(s->doutput + at, count);
    const VEC dz = y * (take_lanes(s->before + at, count) - h) * z * (R(1.0) - z);
    const VEC dh = y * (R(1.0) - z) * (R(1.0) - h * h);
    const VEC dr = dh * take_lanes(s->kept + at, count) * r * (R(1.0) - r);
    put_lanes(s->d + gate, count, dz);
    put_lanes(s->d + gate + n, count, dr);
    put_lanes(s->d + gate + 2 * n, count, dh);
    put_lanes(s->dinner + gate, count, dz);
    put_lanes(s->dinner + gate + n, count, dr);
    put_lanes(s->dinner + gate + 2 * n, count, dh * r);
    put_lanes(s->dbefore + at, count, y * z);
}

static void gru_grad(const struct gru_slope *s)
{
    EACH_UNIT(s, gru_grad_lanes)
}

#define TABLE_OF_(level) gates_##level
#define TABLE_OF(level) TABLE_OF_(level)
extern const struct gates TABLE_OF(LEVEL);
const struct gates TABLE_OF(LEVEL) = {
    .lstm = lstm, .lstm_grad = lstm_grad, .gru = gru, .gru_grad = gru_grad};
