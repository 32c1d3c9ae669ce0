/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/builtin.h"

#include "data/iris_bytes.h"

enum { FLOWERS = 150, MEASURES = 4 };

static const char *const columns[MEASURES + 1] = {
    "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)", "species"};
static const char *const species[] = {"setosa", "versicolor", "virginica"};

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    static const struct builtin table = {.bytes = iris_bytes,
                                         .size = sizeof iris_bytes,
                                         .samples = FLOWERS,
                                         .inputs = MEASURES,
                                         .column = columns,
                                         .class_name = species};
    (void)seed;
    to->target_is_input = builtin_is_input(args);
    return builtin_load(&table, args, to, e);
}

static const struct arg_spec iris_args[] = {BUILTIN_TARGET, DATA_KEYS};

const struct data_kind data_iris = {
    .entry =
        {
            .name = "iris",
            .args = iris_args,
            .arg_count = COUNT(iris_args),
            .summary = "150 irises, four lengths in cm, three species; built in",
            .details =
                "Length and width of sepals and petals; 50 flowers of each of setosa (0), "
                "versicolor (1) and virginica (2), one species after the other.\n\n"
                "R. A. Fisher, \"The use of multiple measurements in taxonomic problems\", Annals "
                "of Eugenics 7, 1936; UCI Machine Learning Repository, 1988, "
                "https://archive.ics.uci.edu/dataset/53, licence CC BY 4.0. As in scikit-learn's "
                "load_iris, samples 35 and 38 are those of Fisher's paper, from which UCI's file "
                "differs.",
            .example = "data iris split=0.2 scale=standard\ninput 4\ndense 8 tanh\n"
                       "dense 3 softmax\ntrain 2\nevaluate\n",
        },
    .load = load,
};
