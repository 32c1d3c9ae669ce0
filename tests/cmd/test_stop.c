/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements are stopped at each place that looks whether somebody asked for it: then the session
 * is as it was, nothing half done passes for whole, and the same statement works afterwards. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Says stop from the n-th look on, in whatever thread. */
struct button {
    atomic_long looks;
    long press_at; /* 0: never */
};

static bool asked(void *self)
{
    struct button *b = self;
    const long look = atomic_fetch_add(&b->looks, 1) + 1;
    return b->press_at && look >= b->press_at;
}

static bool was_pressed(const struct button *b)
{
    return b->press_at && b->looks >= b->press_at;
}

static void start(struct fake *f, struct button *b, const char *before)
{
    *b = (struct button){.press_at = 0};
    fake_start(f);
    f->host.stop = (struct stop){.asked = asked, .self = b};
    fake_ok(f, before);
    b->looks = 0;
}

/* Steps that were taken, and statements of a file, stay when a person stops what came next. */
static void stop_everywhere(const char *before, const char *text, bool stays)
{
    for (long n = 1;; n += 1 + n / 40) {
        struct fake f;
        struct button b;
        start(&f, &b, before);
        const uint64_t digest = session_digest(f.session);
        b.press_at = n;
        const enum outcome how = fake_run(&f, text);
        const bool pressed = was_pressed(&b);
        b.press_at = 0;
        if (how != (pressed ? OUTCOME_STOPPED : OUTCOME_OK))
            fail_msg("%s: look %ld, outcome %d: %s", text, n, (int)how, f.err.text);
        if (pressed && !stays && session_digest(f.session) != digest)
            fail_msg("%s: look %ld changed the session", text, n);
        if (pressed)
            fake_ok(&f, text);
        fake_finish(&f);
        if (!pressed)
            return;
    }
}

#define SMALL                                                                                      \
    "data moons 40 split=0.25 batch=8\ninput 2\ndense 3 tanh kernel=l2(1e-2) activity=l1(1e-2) "   \
    "as h\ndense 1 sigmoid as y\nloss mse\n"

static void statements(void **state)
{
    (void)state;
    static const struct {
        const char *before, *text;
    } rows[] = {
        {"", "data random 9000 shape=3 split=0.3 scale=standard"},
        {"", "data moons 9000 noise=0.1"},
        {"", "data sine 9000 scale=minmax"},
        {"", "data rows { 1 -> 2; 3 -> 4; 5 -> 6 }"},
        {"", "data csv \"t.csv\" scale=minmax split=0.5"},
        {"", "data csv \"words.csv\""},
        {"", "data npy \"t.npy\" target=input"},
        {"", "data idx \"t.idx\" target=input"},
        {"", "data npz \"w.npz\" \"h.kernel\" target=input"},
        {SMALL, "evaluate"},
        {SMALL, "predict 1 2"},
        {SMALL, "penalties"},
        {SMALL "step 1\n", "penalties on=batch"},
        {SMALL, "checkgrad"},
        {SMALL, "print sum(h.output) mean(h.output*h.output) h.output"},
        {SMALL, "print std(h.output+1, axis=0) data.batch"},
        {SMALL, "expect sum(exp(h.output)) > 0"},
        {SMALL, "let k = sum(h.output)"},
        {SMALL "step 1\n", "clone other"},
        {SMALL "step 1\nclone other\nset h.kernel = none\nstep 2\n", "compare"},
        {SMALL "step 1\n", "mark m"},
        {SMALL "mark m\nstep 1\n", "goto m"},
        {SMALL "step 1\n", "undo"},
        {SMALL "step 1\n", "seed 4"},
        {SMALL "step 1\n", "save weights \"saved.safetensors\""},
        {SMALL "step 1\nsave weights \"w.safetensors\"\n", "load weights \"w.safetensors\""},
        {SMALL "step 1\n", "save weights \"saved.npz\""},
        {SMALL "step 1\n", "load weights \"w.npz\""},
        {"input 4; dense 4 kernel_init=orthogonal as h; dense 3 kernel_init=he_normal; "
         "dense 2 kernel_init=uniform(0, 1) bias_init=ones\n",
         "predict 1 2 3 4"},
        {SMALL, "emulate keras-3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        stop_everywhere(rows[i].before, rows[i].text, false);
}

static void what_was_done_stays(void **state)
{
    (void)state;
    stop_everywhere("", "source \"t.nnr\"", true);
    stop_everywhere(SMALL, "for k in 1 2 { print k*sum(h.output) }", true);
    stop_everywhere(SMALL, "repeat 2 { seed 3 }", true);
    stop_everywhere(SMALL, "step 3", true);
    stop_everywhere(SMALL "watch norm(h.kernel)\n", "train 2", true);
    stop_everywhere(SMALL, "train until val.loss < 0 max 2", true);
    stop_everywhere(SMALL, "train 3 until stalled(val.loss, 1) keep=best", true);
}

/* A step that was stopped on its way has not been taken, and what was done before it is what
 * `step N` does. */
static void a_stopped_step_is_none(void **state)
{
    (void)state;
    for (long n = 1;; n += 7) {
        struct fake f, other;
        struct button b;
        char text[40];
        start(&f, &b, SMALL);
        b.press_at = n;
        const enum outcome how = fake_run(&f, "step 4\n");
        b.press_at = 0;
        const double steps = fake_number(&f, "step");
        fake_start(&other);
        fake_ok(&other, SMALL);
        snprintf(text, sizeof text, "step %d\n", (int)steps);
        if (steps > 0)
            fake_ok(&other, text);
        assert_int_equal(session_digest(f.session), session_digest(other.session));
        fake_finish(&f);
        fake_finish(&other);
        if (how == OUTCOME_OK)
            return;
    }
}

static void with_threads(void **state)
{
    (void)state;
    session_threads(2);
    stop_everywhere("data random 64 shape=200 batch=64\ninput 200\ndense 300 relu\ndense 1\n"
                    "loss mse\nstep 1\n",
                    "step 1", true);
    session_threads(1);
}

static void write_files(void)
{
    struct fake f;
    fake_start(&f);
    fake_ok(&f, SMALL "save weights \"w.npz\"\n");
    fake_finish(&f);
    char npy[128 + 4 * 3000] = "\x93NUMPY\x01\0\x76\0{'descr': '<f4', 'fortran_order': False, "
                               "'shape': (1000, 3), }";
    const size_t head = sizeof "\x93NUMPY\x01\0\x76\0{'descr': '<f4', 'fortran_order': False, "
                               "'shape': (1000, 3), }" -
                        1;
    memset(npy + head, ' ', 127 - head);
    npy[127] = '\n';
    folder_write("t.npy", npy, sizeof npy);
    static char idx[16 + 1000 * 4] = "\0\0\x08\x03\0\0\x03\xe8\0\0\0\x02\0\0\0\x02";
    folder_write("t.idx", idx, sizeof idx);
    struct kept text = {calloc(1, 1 << 20), 0}, words = {calloc(1, 1 << 20), 0};
    assert_true(text.text && words.text);
    for (int i = 0; i < 9000; i++) {
        text.size += (size_t)sprintf(text.text + text.size, "%d,%d,1\n", i, 9000 - i);
        words.size += (size_t)sprintf(words.text + words.size, "%d,class%d\n", i, i % 7);
    }
    folder_text("t.csv", text.text);
    folder_text("words.csv", words.text);
    text.size = 0;
    for (int i = 0; i < 5000; i++)
        text.size += (size_t)sprintf(text.text + text.size, "let k = %d\n", i);
    folder_text("t.nnr", text.text);
    free(text.text);
    free(words.text);
}

static int enter(void **state)
{
    if (folder_enter(state))
        return -1;
    write_files();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements),
        cmocka_unit_test(what_was_done_stays),
        cmocka_unit_test(a_stopped_step_is_none),
        cmocka_unit_test(with_threads),
    };
    return cmocka_run_group_tests(tests, enter, folder_leave);
}
