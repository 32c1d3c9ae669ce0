/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models as scripts for PyTorch: run there, where it is installed, a script prints the rows of the
 * ledger as they are, and again after ten steps. Those for Keras meet what stands in for it
 * (tests/reference/stand_in/keras.py says what that shows). The models are random ones with
 * everything in them, and those of tests/reference/torch_*.txt: all layers, masks, blocks.
 * NNR_EXPORT_KEEP=1 leaves the scripts where they are. */
#include "check.h"
#include "host.h"
#include "random_task.h"

#include "cmd/session/state.h"
#include "train/ledger.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RANDOM = 32, FIGURES_MOST = 400, MODELS_MOST = 600 };

static const double room = sizeof(real) == sizeof(double) ? 1e-9 : 1e-5;

/* What a ledger comes to: the data loss, the rows, the total. */
struct figures_of {
    double x[FIGURES_MOST];
    size_t count;
};

struct exported_model {
    char name[120];
    struct figures_of before, after;
    bool drawn; /* a step draws at random, so PyTorch's is another one */
    bool stays; /* a step was refused */
};

static struct exported_model *models;
static size_t count;
static char folder[] = "/tmp/nnr-export-XXXXXX";

static void take_ledger(struct fake *f, struct figures_of *to)
{
    struct ledger l;
    struct err e = {0};
    struct model *m = current_model(f->session);
    const struct dataset *d = &f->session->data;
    assert_int_equal(ledger_begin(&l, m, d, f->session->seed, SHARE_EVALUATION, false, &e), 0);
    while (ledger_next(&l))
        continue;
    ledger_end(&l);
    assert_true(l.rows + 2 <= FIGURES_MOST);
    to->x[to->count++] = l.data;
    for (size_t i = 0; i < l.rows; i++)
        to->x[to->count++] = l.row[i].value;
    to->x[to->count++] = l.total;
    ledger_finish(&l);
}

static bool draws(const char *text)
{
    return strstr(text, "dropout") || strstr(text, "noise");
}

/* A model that the other system cannot have is refused as a whole. */
static bool is_refused(struct fake *f, const struct exported_model *m)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s.npz", folder, m->name);
    assert_non_null(strstr(f->err.text, ": not in Keras 3: "));
    assert_int_not_equal(access(path, F_OK), 0);
    return true;
}

static void export_for(const char *system, const char *name, const char *text, const char *more)
{
    struct exported_model *m = &models[count++];
    struct fake f;
    char line[300];
    assert_true(count <= MODELS_MOST);
    snprintf(m->name, sizeof m->name, "%s_%.100s", system, name);
    m->drawn = draws(text) || draws(more);
    fake_start_as(&f, "quiet");
    fake_ok(&f, text);
    fake_ok(&f, more);
    snprintf(line, sizeof line, "export %s \"%s/%s.py\"", system, folder, m->name);
    if (strcmp(system, "torch") == 0)
        fake_ok(&f, line);
    else if (fake_run(&f, line) != OUTCOME_OK && is_refused(&f, m)) {
        count--;
        fake_finish(&f);
        return;
    }
    take_ledger(&f, &m->before);
    m->stays = fake_run(&f, "step 10") != OUTCOME_OK;
    if (!m->stays)
        take_ledger(&f, &m->after);
    fake_finish(&f);
}

static void export_text(const char *name, const char *text, const char *more)
{
    export_for("torch", name, text, more);
    /* Its scripts differ by one number alone, and the stand-in is slow. */
    if (sizeof(real) == sizeof(double))
        export_for("keras", name, text, "optimizer sgd lr=0.001");
}

static void export_random(void)
{
    for (unsigned i = 0; i < RANDOM; i++) {
        struct random_task task;
        char name[30];
        random_task(&task, 1000 + i);
        snprintf(name, sizeof name, "random_%u", i);
        export_text(name, task.model.r.text.text, i % 4 == 0 ? "step 3" : "");
        random_task_finish(&task);
    }
}

static void export_reference(const char *file)
{
    char path[512], name[120], *text = calloc(1, 1 << 20);
    assert_non_null(text);
    snprintf(path, sizeof path, "%s/%s", REFERENCE_DIR, file);
    FILE *from = fopen(path, "rb");
    assert_non_null(from);
    assert_true(fread(text, 1, (1 << 20) - 1, from) > 0);
    fclose(from);
    char *dot = strstr(text, "\n.\n"), *optimizer = strstr(text, "\noptimizer ");
    if (!dot || !optimizer) { /* no model that is trained */
        free(text);
        return;
    }
    dot[1] = 0;
    optimizer[1 + strcspn(optimizer + 1, "\n")] = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(file, "."), file);
    export_text(name, text, optimizer + 1);
    free(text);
}

/* What neither has: batches in a drawn order from the middle of an epoch on, a validation share,
 * weights of classes, smoothed targets, what holds and averages weights, clipping, own penalties
 * that are called as ours. */
static void export_own(void)
{
    static const char *const own[] = {
        "data blobs 61 classes=3 split=0.25 batch=8\ninput 2\n"
        "dense 6 relu kernel=group_lasso(0.01, prox=yes)+l1(0.001, prox=yes) as h\nbatchnorm as b\n"
        "dense 3 softmax as o\nloss categorical_crossentropy smoothing=0.1 class_weight=1, 2, 0.5\n"
        "optimizer adam lr=0.01 ema=0.9 sam=0.05\nstep 11\n",
        "data moons 50 batch=7\ninput 2\ndense 6 relu count_idle=yes as h\ndense 1 sigmoid as o\n"
        "loss binary_crossentropy smoothing=0.2 class_weight=1, 3\nterm idle = 0.01*sum(h.idle)\n"
        "optimizer rmsprop lr=0.01 momentum=0.5 clipnorm=0.1\nprune h.kernel share=0.4\nstep 4\n",
        "seed 7\ndata sine 40 batch=9\ninput 1\ndense 6 tanh kernel=l1(0.01, prox=yes) as h "
        "kernel_decay=no\ndense 4 mish kernel_constraint=spectral_norm(0.5) as g\ndense 1 as o\n"
        "loss huber delta=0.3\noptimizer sgd lr=0.05 momentum=0.9 nesterov=yes weight_decay=0.01 "
        "global_clipnorm=0.5\nstep 6\n",
        "data moons 40 scale=standard batch=16\ndefine penalty l1(x, p=2) = sum(abs(x)^p) "
        "\n"
        "input 2\ndense 5 elu kernel=l1(0.1)+l1(0.1)+l1(0.2, p=3) activity=l1(0.3) as h\n"
        "dense 1 sigmoid as o\nloss mse\noptimizer adagrad lr=0.1 clipvalue=0.01\ntrain 2\n",
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        char name[30];
        snprintf(name, sizeof name, "own_%zu", i);
        export_text(name, own[i], "");
    }
}

/* Samples that count differently, and classes. */
static void export_weighted(void)
{
    char text[700], path[200];
    snprintf(path, sizeof path, "%s/s.csv", folder);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    fprintf(to, "a,b,wt,y\n");
    for (unsigned i = 0; i < 40; i++)
        fprintf(to, "%g,%g,%g,%u\n", 0.1 * (i % 7), 0.2 * (i % 5), 0.3 * (i % 4), i % 3 == 0);
    assert_int_equal(fclose(to), 0);
    snprintf(text, sizeof text,
             "data csv \"%s\" target=y weight=wt header=yes split=0.25 batch=8\ninput 2\n"
             "dense 5 tanh kernel=l2(1e-3) activity=l1(1e-3) as h\ndense 1 sigmoid as o\n"
             "loss binary_crossentropy class_weight=1, 2\noptimizer sgd lr=0.1\n",
             path);
    export_text("weighted", text, "step 2");
}

static void export_references(void)
{
    DIR *from = opendir(REFERENCE_DIR);
    assert_non_null(from);
    for (struct dirent *d; (d = readdir(from));)
        if (strncmp(d->d_name, "torch_", 6) == 0)
            export_reference(d->d_name);
    closedir(from);
}

/* The number at the end of each line. */
static size_t read_numbers(const char *path, double *to, size_t most, char *text, size_t size)
{
    size_t n = 0;
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    text[fread(text, 1, size - 1, from)] = 0;
    fclose(from);
    for (const char *line = text, *end; *line; line = end + 1) {
        char *behind;
        end = strchr(line, '\n');
        if (!end)
            break;
        const char *last = end;
        while (last > line && last[-1] != ' ')
            last--;
        const double x = strtod(last, &behind);
        if (behind == end && end > last && n < most)
            to[n++] = x;
    }
    return n;
}

static bool are_near(const struct figures_of *ours, const double *theirs, double wide)
{
    for (size_t i = 0; i < ours->count; i++)
        if (!(fabs(ours->x[i] - theirs[i]) <= wide * fmax(1, fabs(ours->x[i]))))
            return false;
    return true;
}

/* The worst difference, for the report. */
static double worst(const struct figures_of *ours, const double *theirs)
{
    double most = 0;
    for (size_t i = 0; i < ours->count; i++)
        most = fmax(most, fabs(ours->x[i] - theirs[i]) / fmax(1, fabs(ours->x[i])));
    return most;
}

/* Whether PyTorch has the same. */
static bool compare(const struct exported_model *m, size_t *steps)
{
    static double x[2 * FIGURES_MOST];
    static char text[1 << 17];
    char path[400];
    snprintf(path, sizeof path, "%s/%s.out", folder, m->name);
    const size_t n = m->before.count,
                 got = read_numbers(path, x, 2 * FIGURES_MOST, text, sizeof text);
    if (got < n || !are_near(&m->before, x, room)) {
        print_message("%s, %s of %zu figures, off by %.3g:\n%s\n", m->name,
                      got < n ? "not all" : "all", n, got < n ? NAN : worst(&m->before, x), text);
        return false;
    }
    if (m->drawn || m->stays)
        return true;
    ++*steps;
    if (got == 2 * n && are_near(&m->after, x + n, 10 * room))
        return true;
    print_message("%s after ten steps, off by %.3g:\n%s\n", m->name,
                  got == 2 * n ? worst(&m->after, x + n) : NAN, text);
    return false;
}

static void scripts_print_the_ledger(void **state)
{
    char text[600];
    size_t wrong = 0, steps = 0;
    (void)state;
    if (system("/usr/bin/python3 -c 'import torch' 2>/dev/null") != 0)
        skip();
    assert_non_null(mkdtemp(folder));
    models = calloc(MODELS_MOST, sizeof *models);
    assert_non_null(models);
    export_random();
    export_own();
    export_weighted();
    export_references();
    snprintf(text, sizeof text, "/usr/bin/python3 %s/run_exported.py %s", REFERENCE_DIR, folder);
    assert_int_equal(system(text), 0);
    for (size_t i = 0; i < count; i++)
        wrong += !compare(&models[i], &steps);
    print_message("%zu models, %zu of them trained\n", count, steps);
    snprintf(text, sizeof text, "rm -r %s", folder);
    if (!getenv("NNR_EXPORT_KEEP"))
        assert_int_equal(system(text), 0);
    free(models);
    assert_int_equal(wrong, 0);
    assert_true(steps >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scripts_print_the_ledger)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
