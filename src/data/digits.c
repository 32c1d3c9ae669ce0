/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/builtin.h"

#include "data/digits_bytes.h"

enum { DIGITS = 1797, PIXELS = 64, BRIGHTEST = 16 };

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    static const struct builtin table = {
        .bytes = digits_bytes, .size = sizeof digits_bytes, .samples = DIGITS, .inputs = PIXELS};
    (void)seed;
    to->target_is_input = builtin_is_input(args);
    if (builtin_load(&table, args, to, e))
        return -1;
    for (size_t i = 0; i < (size_t)DIGITS * PIXELS; i++)
        to->x[i] /= BRIGHTEST;
    return 0;
}

static const struct arg_spec digits_args[] = {BUILTIN_TARGET, DATA_KEYS};

const struct data_kind data_digits = {
    .entry =
        {
            .name = "digits",
            .args = digits_args,
            .arg_count = COUNT(digits_args),
            .summary = "1,797 handwritten digits, 8x8 pixels from 0 to 1, ten classes; built in",
            .details =
                "64 inputs, row after row from the top left; a pixel is the number of set dots in "
                "a square of 4x4 dots, 0 to 16, divided by 16.\n\n"
                "The samples are the test file of E. Alpaydin and C. Kaynak, \"Optical Recognition "
                "of Handwritten Digits\", UCI Machine Learning Repository, 1998, "
                "https://archive.ics.uci.edu/dataset/80, licence CC BY 4.0; scikit-learn's "
                "load_digits reads the same.",
            .example = "data digits split=0.2\ninput 64\ndense 32 relu activity=l1(1e-4)\n"
                       "dense 10 softmax\ntrain 2\nevaluate\n",
        },
    .load = load,
};
