/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/builtin.h"

#include "data/diabetes_bytes.h"

#include <math.h>

enum { PATIENTS = 442, MEASURES = 10 };

static const char *const columns[MEASURES + 1] = {"age", "sex", "bmi", "bp", "s1",         "s2",
                                                  "s3",  "s4",  "s5",  "s6", "progression"};

/* Each column with mean 0 and a sum of squares of 1. */
static void scale_columns(real *x)
{
    for (size_t c = 0; c < MEASURES; c++) {
        double mean = 0, squares = 0;
        for (size_t s = 0; s < PATIENTS; s++)
            mean += (double)x[s * MEASURES + c] / PATIENTS;
        for (size_t s = 0; s < PATIENTS; s++) {
            const double off = (double)x[s * MEASURES + c] - mean;
            squares += off * off;
        }
        for (size_t s = 0; s < PATIENTS; s++)
            x[s * MEASURES + c] = (real)(((double)x[s * MEASURES + c] - mean) / sqrt(squares));
    }
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    static const struct builtin table = {.bytes = diabetes_bytes,
                                         .size = sizeof diabetes_bytes,
                                         .samples = PATIENTS,
                                         .inputs = MEASURES,
                                         .column = columns};
    (void)seed;
    if (builtin_load(&table, args, to, e))
        return -1;
    if (args_yes(args, "scaled"))
        scale_columns(to->x);
    return 0;
}

static const struct arg_spec diabetes_args[] = {
    ARG("scaled", KEY, ARG_BOOL, .standard = "yes",
        .line = "inputs with mean 0 and sum of squares 1 over all samples; no: as measured"),
    DATA_KEYS,
};

const struct data_kind data_diabetes = {
    .entry =
        {
            .name = "diabetes",
            .args = diabetes_args,
            .arg_count = COUNT(diabetes_args),
            .summary = "442 patients, ten measurements, how far diabetes got in a year; built in",
            .details =
                "age, sex, body mass index, mean blood pressure, and of the blood s1 total "
                "cholesterol, s2 ldl, s3 hdl, s4 total / hdl, s5 log of triglycerides, s6 sugar. "
                "The target is a number from 25 to 346.\n\n"
                "As in scikit-learn's load_diabetes each input column has mean 0 and sum of "
                "squares "
                "1 over all 442 samples, also with split=; scaled=no has the numbers as they were "
                "measured, for scale=standard, which looks at the training share alone.\n\n"
                "B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, \"Least Angle Regression\", "
                "Annals of Statistics 32, 2004, "
                "https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html.",
            .example = "data diabetes scaled=no scale=standard batch=442\ninput 10\n"
                       "dense 1 kernel=l1(1e-2)\nloss mse\ntrain 2\n",
        },
    .load = load,
};
