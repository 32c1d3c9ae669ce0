/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/builtin.h"

#include "data/wine_bytes.h"

enum { WINES = 178, MEASURES = 13 };

static const char *const columns[MEASURES + 1] = {"alcohol",
                                                  "malic_acid",
                                                  "ash",
                                                  "alcalinity_of_ash",
                                                  "magnesium",
                                                  "total_phenols",
                                                  "flavanoids",
                                                  "nonflavanoid_phenols",
                                                  "proanthocyanins",
                                                  "color_intensity",
                                                  "hue",
                                                  "od280/od315_of_diluted_wines",
                                                  "proline",
                                                  "class"};

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    static const struct builtin table = {.bytes = wine_bytes,
                                         .size = sizeof wine_bytes,
                                         .samples = WINES,
                                         .inputs = MEASURES,
                                         .column = columns};
    (void)seed;
    to->target_is_input = builtin_is_input(args);
    return builtin_load(&table, args, to, e);
}

static const struct arg_spec wine_args[] = {BUILTIN_TARGET, DATA_KEYS};

const struct data_kind data_wine = {
    .entry =
        {
            .name = "wine",
            .args = wine_args,
            .arg_count = COUNT(wine_args),
            .summary = "178 wines, 13 measurements of what is in them, three growers; built in",
            .details =
                "Wines of one region of Italy from three growers: 59 of class 0, 71 of class 1 and "
                "48 of class 2, one class after the other. The columns are of very different size "
                "(proline goes to 1,680, hue to 1.71), so scale=standard is what one wants.\n\n"
                "S. Aeberhard and M. Forina, \"Wine\", UCI Machine Learning Repository, 1992, "
                "https://archive.ics.uci.edu/dataset/109, licence CC BY 4.0; scikit-learn's "
                "load_wine has the same.",
            .example =
                "data wine split=0.2 scale=standard\ninput 13\ndense 8 tanh kernel=l1(1e-3)\n"
                "dense 3 softmax\ntrain 2\nevaluate\n",
        },
    .load = load,
};
