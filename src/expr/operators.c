/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operators: or and not < <= > >= == != ~ + - * / ^. True is 1 and false is 0; what is not 0
 * is true. */
#include "expr/operators.h"

EACH(either, a[i] != 0 || b[i] != 0)
EACH(both, a[i] != 0 && b[i] != 0)
EACH(negation, a[i] == 0)
EACH(less, a[i] < b[i])
EACH(at_most, a[i] <= b[i])
EACH(greater, a[i] > b[i])
EACH(at_least, a[i] >= b[i])
EACH(equal, a[i] == b[i])
EACH(unequal, a[i] != b[i])
EACH(same, a[i])
EACH(sum_of_two, a[i] + b[i])
EACH(negative, -a[i])
EACH(difference, a[i] - b[i])
EACH(product, a[i] * b[i])
EACH(quotient, a[i] / b[i])

static double near_within(double a, double b, double t)
{
    double d = fabs(a - b);
    /* A tolerance that grows with an infinite b would take anything as near to it. */
    return isfinite(d) ? d <= t : a == b;
}

EACH(near_by_size, near_within(a[i], b[i], 1e-6 * fmax(1, fabs(b[i]))))
EACH(near, near_within(a[i], b[i], c[i]))

static double raised_to(double a, double b)
{
    return b == 2 ? a * a : pow(a, b);
}

EACH(power, raised_to(a[i], b[i]))

/* The slope of a power by its base, where 0 counts as flat but for a to the power 1. */
static double raised_by_base(double a, double b)
{
    return a == 0 ? (double)(b == 1) : b * raised_to(a, b - 1);
}

SLOPE(one_by, 1)
SLOPE(minus_one_by, -1)
SLOPE(product_by_first, b[i])
SLOPE(product_by_second, a[i])
SLOPE(quotient_by_first, 1 / b[i])
SLOPE(quotient_by_second, -y[i] / b[i])
SLOPE(power_by_base, raised_by_base(a[i], b[i]))
SLOPE(power_by_exponent, a[i] == 0 ? 0 : y[i] * log(a[i]))

#define SIDE(n, must, what)                                                                        \
    {                                                                                              \
        .name = n, .form = POSITIONAL, .type = ARG_EXPR, .required = must, .line = what            \
    }
#define OPERATOR(sign, a, count, text, more, script)                                               \
    {                                                                                              \
        .name = sign, .args = a, .arg_count = count, .summary = text, .details = more,             \
        .example = script                                                                          \
    }

static const struct arg_spec one[] = {SIDE("a", true, "a number or a tensor")};
static const struct arg_spec two[] = {
    SIDE("a", true, "a number or a tensor"),
    SIDE("b", true, "another, whose shape fits"),
};
static const struct arg_spec one_or_two[] = {
    SIDE("a", true, "a number or a tensor"),
    SIDE("b", false, "another, whose shape fits"),
};
static const struct arg_spec two_within[] = {
    SIDE("a", true, "a number or a tensor"),
    SIDE("b", true, "another, whose shape fits"),
    ARG("within", CLAUSE, ARG_EXPR,
        .line = "how far apart they may be; without it 1e-6 times the larger of 1 and abs(b)"),
};

#define SHAPES                                                                                     \
    " Shapes are aligned at their last axes, and a size of 1 stretches: 10x3 and 3 give 10x3."

static const struct operation op_or = {
    .entry =
        OPERATOR("or", two, 2, "1 where at least one side is true, else 0",
                 "What is not 0 is true, NaN included. Both sides are always computed; or binds "
                 "loosest of all." SHAPES,
                 "let k = 3\nexpect k < 0 or k > 2\n"),
    .of = {[2] = either},
};
static const struct operation op_and = {
    .entry = OPERATOR("and", two, 2, "1 where both sides are true, else 0",
                      "What is not 0 is true, NaN included. Both sides are always computed; and "
                      "binds tighter than or." SHAPES,
                      "let k = 3\nexpect k > 2 and k < 4\n"),
    .of = {[2] = both},
};
static const struct operation op_not = {
    .entry = OPERATOR("not", one, 1, "1 where a is 0, else 0",
                      "It binds looser than a comparison: not a < b is not (a < b).",
                      "let k = 3\nexpect not k > 5\n"),
    .of = {[1] = negation},
};
static const struct operation op_less = {
    .entry = OPERATOR("<", two, 2, "1 where a is less than b, else 0",
                      "With NaN on either side it is 0. Comparisons do not chain: write "
                      "0 < x and x < 1." SHAPES,
                      "expect 1 < 2\n"),
    .of = {[2] = less},
};
static const struct operation op_at_most = {
    .entry = OPERATOR("<=", two, 2, "1 where a is at most b, else 0",
                      "With NaN on either side it is 0." SHAPES, "expect 2 <= 2\n"),
    .of = {[2] = at_most},
};
static const struct operation op_greater = {
    .entry = OPERATOR(">", two, 2, "1 where a is greater than b, else 0",
                      "With NaN on either side it is 0." SHAPES, "expect 2 > 1\n"),
    .of = {[2] = greater},
};
static const struct operation op_at_least = {
    .entry = OPERATOR(">=", two, 2, "1 where a is at least b, else 0",
                      "With NaN on either side it is 0." SHAPES, "expect 2 >= 2\n"),
    .of = {[2] = at_least},
};
static const struct operation op_equal = {
    .entry =
        OPERATOR("==", two, 2, "1 where both sides are the same number, else 0",
                 "NaN equals nothing, itself included. For numbers that were computed, ~ allows "
                 "for rounding." SHAPES,
                 "expect 1 + 1 == 2\n"),
    .of = {[2] = equal},
};
static const struct operation op_unequal = {
    .entry = OPERATOR("!=", two, 2, "1 where the sides differ, else 0",
                      "NaN differs from everything, itself included: x != x finds it." SHAPES,
                      "expect 1 != 2\n"),
    .of = {[2] = unequal},
};
static const struct operation op_near = {
    .entry =
        OPERATOR("~", two_within, 3, "1 where the sides are near to each other, else 0",
                 "a ~ b within t is abs(a - b) <= t. Without within, t is 1e-6 times the larger "
                 "of 1 and abs(b). NaN is near to nothing, and an infinite number only to "
                 "itself." SHAPES,
                 "expect 0.1 + 0.2 ~ 0.3\nexpect 3.1 ~ 3 within 0.2\n"),
    .of = {[2] = near_by_size, [3] = near},
};
static const struct operation op_plus = {
    .entry =
        OPERATOR("+", one_or_two, 2, "the sum", "+a is a itself." SHAPES, "expect 2 + 3 == 5\n"),
    .of = {[1] = same, [2] = sum_of_two},
    .by = {[1] = {one_by}, [2] = {one_by, one_by}},
};
static const struct operation op_minus = {
    .entry = OPERATOR("-", one_or_two, 2, "the difference; in front of one value, its negative",
                      "The sign binds looser than ^: -x^2 is -(x^2)." SHAPES,
                      "expect 2 - 3 == -1\nexpect -2^2 == -4\n"),
    .of = {[1] = negative, [2] = difference},
    .by = {[1] = {minus_one_by}, [2] = {one_by, minus_one_by}},
};
static const struct operation op_times = {
    .entry = OPERATOR("*", two, 2, "the product, element by element",
                      "It is no matrix product." SHAPES, "expect 2 * 3 == 6\n"),
    .of = {[2] = product},
    .by = {[2] = {product_by_first, product_by_second}},
};
static const struct operation op_divide = {
    .entry = OPERATOR("/", two, 2, "the quotient, element by element",
                      "A division by 0 gives an infinite number, and 0 / 0 gives NaN." SHAPES,
                      "expect 3 / 2 == 1.5\n"),
    .of = {[2] = quotient},
    .by = {[2] = {quotient_by_first, quotient_by_second}},
};
static const struct operation op_power = {
    .entry =
        OPERATOR("^", two, 2, "a raised to the power b, element by element",
                 "It binds tightest and from right to left: 2^3^2 is 2^9. A negative a with a b "
                 "that is not whole gives NaN." SHAPES,
                 "expect 2^3^2 == 512\nexpect 2^-1 == 0.5\n"),
    .of = {[2] = power},
    .by = {[2] = {power_by_base, power_by_exponent}},
};

static const struct operation *const by_op[] = {
    [OP_OR] = &op_or,      [OP_AND] = &op_and,    [OP_NOT] = &op_not,     [OP_LT] = &op_less,
    [OP_LE] = &op_at_most, [OP_GT] = &op_greater, [OP_GE] = &op_at_least, [OP_EQ] = &op_equal,
    [OP_NE] = &op_unequal, [OP_NEAR] = &op_near,  [OP_ADD] = &op_plus,    [OP_SUB] = &op_minus,
    [OP_MUL] = &op_times,  [OP_DIV] = &op_divide, [OP_MINUS] = &op_minus, [OP_PLUS] = &op_plus,
    [OP_POW] = &op_power,
};

const struct operation *operation_of(enum op op)
{
    return by_op[op];
}

static const struct entry *const rows[] = {
    &op_or.entry,      &op_and.entry,      &op_not.entry,   &op_less.entry,    &op_at_most.entry,
    &op_greater.entry, &op_at_least.entry, &op_equal.entry, &op_unequal.entry, &op_near.entry,
    &op_plus.entry,    &op_minus.entry,    &op_times.entry, &op_divide.entry,  &op_power.entry,
};
const struct table operators = {"operator", rows, sizeof rows / sizeof *rows};
