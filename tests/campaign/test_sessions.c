/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random sessions: trained, run behind the prompt, stopped at any moment, taken back, gone back to
 * marks. What record and save session write is the same text, and leads to the same weights and
 * the same history, to the bit. */
#include "../cmd/again.h"

#include "base/rng.h"

#include <stdlib.h>

struct draw {
    uint64_t key, next;
};

static size_t below(struct draw *d, size_t n)
{
    return (size_t)(rng_bits(d->key, d->next++) % n);
}
#define ONE_OF(d, words) words[below(d, sizeof words / sizeof *words)]

static const char *const data[] = {
    "data moons 40 batch=8", "data moons 50 split=0.2 batch=16 noise=0.1",
    "data moons 30 split=0.3 batch=7 shuffle=no", "seed 5; data blobs 40 classes=2 batch=8"};
static const char *const middle[] = {"dropout 0.3",
                                     "batchnorm",
                                     "gaussian_noise 0.1",
                                     "layernorm as n",
                                     "dense 3 relu kernel=l2(0.1)",
                                     "activity_regularization l1(0.01)",
                                     "activation sigmoid",
                                     ""};

#define KEPT "sweep h.kernel = l1(?) over 0 1e-3 { step 2; measure m = step }"
#define DROPPED                                                                                    \
    "*sweep h.kernel = ? over none l2(0.1) keep=none { repeat 2 { train 9 }; let k = loss }"
#define NESTED                                                                                     \
    "*sweep k = ? over 1 2 seeds=2 { sweep h.bias = l1(k*?) over 0 1 { train 4; expect loss > "    \
    "0.3 } }"

/* A * in front: the person stops it at some moment. */
static const char *const lines[] = {"train 2",
                                    "step 3",
                                    "*train 1000",
                                    "*step 100000",
                                    "*train until loss < 0 max 500",
                                    "*train 40 until stalled(val.loss.data, 3)",
                                    "*train 40 until stalled(loss, 2) keep=best",
                                    "train 9 until stalled(val.accuracy, 1) keep=best on all",
                                    "let k = best(loss) + best_epoch(loss)",
                                    "run pace=200",
                                    "*repeat 50 { step 1; set optimizer.lr = optimizer.lr * 0.99 }",
                                    "*for k in 1e-1 1e-2 1e-3 { set h.kernel = l1(k); train 30 }",
                                    "repeat 2 { step 1; mark z }",
                                    "set h.activity = l1(0.01)",
                                    "set h.kernel = l2(0.1)",
                                    "set h.trainable = no",
                                    "set h.trainable = yes",
                                    "set optimizer.lr = 0.01",
                                    "optimizer sgd lr=0.1 momentum=0.9",
                                    "optimizer rmsprop",
                                    "loss mse",
                                    "undo",
                                    "undo",
                                    "undo",
                                    "mark a",
                                    "goto a",
                                    "mark b",
                                    "goto b",
                                    "clone c",
                                    "model c",
                                    "model main",
                                    "train 1 on all",
                                    "*train 40 on all",
                                    "let k = loss",
                                    "penalties",
                                    "evaluate",
                                    "emulate keras-2.0",
                                    "emulate none",
                                    "seed 9",
                                    "batch 4",
                                    "nonsense",
                                    "step 1; wrong",
                                    "expect loss < 0",
                                    "watch loss norm(h.kernel) every 3",
                                    "watch loss every 1",
                                    "unwatch",
                                    "repeat 3 { step 1; expect step < 5 }",
                                    "checkgrad",
                                    "run",
                                    "run",
                                    "stop",
                                    "define penalty odd(x, p=2) = sum(abs(x))^p",
                                    "set h.kernel = odd(0.01)",
                                    "repeat 2 { goto a; step 2 }",
                                    "sweep h.kernel = l1(?) over 0 1e-3 epochs 1",
                                    KEPT,
                                    DROPPED,
                                    NESTED,
                                    "measure m = norm(h.kernel)"};

/* The line, and behind the prompt as much training as there is time for. */
static void type(struct fake *f, struct draw *d, const char *line)
{
    f->pace = 0.001 * (double)(1 + below(d, 9));
    f->stop_at = *line == '*' ? (long)(1 + below(d, 12)) : 0;
    fake_run(f, line + (*line == '*'));
    f->stop_at = 0;
    for (size_t i = below(d, 4); i-- > 0 && session_running(f->session);)
        session_advance(f->session);
}

static void one_session(uint64_t number)
{
    struct draw d = {.key = rng_key(11, "sessions", "", number)};
    struct fake f;
    char said[6000] = "";
    fake_start(&f);
    f.host.person = true;
    const bool recorded = below(&d, 2);
    if (recorded)
        fake_ok(&f, "record \"live.nnr\"");
    const char *const first[] = {ONE_OF(&d, data), "input 2 as x", "dense 4 tanh as h",
                                 ONE_OF(&d, middle), "dense 1 sigmoid"};
    const size_t begin = sizeof first / sizeof *first, all = begin + 4 + below(&d, 16);
    for (size_t i = 0; i < all; i++) {
        const char *line = i < begin ? first[i] : ONE_OF(&d, lines);
        strncat(strncat(said, line, 200), "\n", 2);
        type(&f, &d, line);
    }
    session_stop(f.session);
    fake_ok(&f, "save session \"mine.nnr\"");
    if (recorded) {
        fake_ok(&f, "record none");
        char *live = text_of("live.nnr"), *mine = text_of("mine.nnr");
        if (strcmp(live, mine) != 0)
            fail_msg("session %lu: recorded\n%s\nand saved\n%s\nafter\n%s", (unsigned long)number,
                     live, mine, said);
        free(live);
        free(mine);
    }
    print_message("%s", getenv("CAMPAIGN_TELL") ? said : "");
    check_replays(&f, "mine.nnr");
    fake_finish(&f);
    remove("live.nnr");
    remove("mine.nnr");
}

static void random_sessions_replay(void **state)
{
    (void)state;
    const char *times = getenv("CAMPAIGN"), *only = getenv("CAMPAIGN_ONLY");
    const uint64_t trials = 1500 * (times ? strtoull(times, NULL, 10) : 1);
    for (uint64_t i = only ? strtoull(only, NULL, 10) : 0; i < trials; i++) {
        one_session(i);
        if (only)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_sessions_replay),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
