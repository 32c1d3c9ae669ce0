/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays and weights in npz files, in sessions: wherever a statement may stand. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "num/real.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of layer.kernel, 3x1, in tests/reference/tensors.txt. */
#define SUM (-0x1.629f34df4fc70p-3 - 0x1.4a1758d42839ap+0 + 0x1.52fdcd6ee651dp-6)
#define LEAST -0x1.4a1758d42839ap+0

static int start_folder(void **state)
{
    char path[400];
    if (folder_enter(state))
        return -1;
    static const char *const names[] = {"numpy.npz", "numpy_packed.npz"};
    for (size_t i = 0; i < 2; i++) {
        static char bytes[100000];
        snprintf(path, sizeof path, "%s/%s", REFERENCE_DIR, names[i]);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        const size_t n = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        folder_write(names[i], bytes, n);
    }
    return 0;
}

static void weights_of_numpy_are_loaded(void **state)
{
    (void)state;
    static const char *const files[] = {"numpy.npz", "numpy_packed.npz"};
    for (size_t i = 0; i < 2; i++) {
        struct fake f;
        char text[200];
        fake_start(&f);
        snprintf(text, sizeof text, "load weights \"%s\"\n", files[i]);
        fake_ok(&f, "input 3\ndense 1 as layer\nlet was = sum(layer.kernel)\n");
        fake_ok(&f, text);
        check_has(f.out.text, "load weights: 1 tensor\nnot in the file, and as before: layer.bias\n"
                              "not in the model: f8 f4 f2 big_f8 big_f4 big_f2 columns big_columns "
                              "i1 u1 i8 big_i4 bool single zeros texts pair\n");
        check_near(fake_number(&f, "sum(layer.kernel)"), SUM, 1e-6);
        check_near(fake_number(&f, "min(layer.kernel)"), (double)(real)LEAST, 0);
        fake_ok(&f, "undo\nexpect sum(layer.kernel) == was\n");
        fake_finish(&f);
    }
}

/* Where a statement may stand, weights of an npz are those of a safetensors file. */
static void the_format_makes_no_difference(void **state)
{
    (void)state;
#define NET "data moons 40\ninput 2\ndense 3 tanh kernel=l2(0.01) as h\ndense 1 sigmoid as y\n"
    static const char *const texts[] = {
        NET "train 1\nsave weights \"w.%s\"\nstep 2\nload weights \"w.%s\"\nstep 1\n",
        NET "save weights \"w.%s\"\nrepeat 2 { step 1; load weights \"w.%s\"; step 1 }\n",
        NET "step 1\nsave weights \"w.%s\"\nclone other\nstep 2\nload weights \"w.%s\"\n",
        NET "step 1\nsave weights \"w.%s\"\nmark m\nstep 2\nload weights \"w.%s\"\nstep 1\n"
            "goto m\nstep 1\n",
        NET "save weights \"w.%s\"\nstep 1\nload weights \"w.%s\"\nundo\nstep 1\n",
        NET
        "save weights \"w.%s\"\nsweep h.kernel = l2(?) over 0.1 1 jobs=2 keep=all { step 1; load "
        "weights \"w.%s\"; step 1 }\n",
        NET "block b { dense 3 tanh as inner }\nsave weights \"w.%s\"\nstep 1\nload weights "
            "\"w.%s\"\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double norm[2], loss[2];
        for (int npz = 0; npz < 2; npz++) {
            struct fake f;
            char text[600];
            const char *ending = npz ? "npz" : "safetensors";
            fake_start(&f);
            snprintf(text, sizeof text, texts[i], ending, ending);
            fake_ok(&f, text);
            norm[npz] = fake_number(&f, "norm(h.kernel)");
            fake_ok(&f, "evaluate\n");
            loss[npz] = fake_number(&f, "loss");
            fake_finish(&f);
        }
        check_near(norm[1], norm[0], 0);
        check_near(loss[1], loss[0], 0);
    }
}

static void a_session_that_is_done_again_is_the_same(void **state)
{
    (void)state;
    struct fake f, again;
    fake_start(&f);
    fake_ok(&f, "data npz \"numpy.npz\" \"f8\" \"f4\" batch=1 shuffle=no\ninput 3x4\nflatten\n"
                "dense 12 as h\nloss mse\nsave weights \"w.npz\"\nstep 3\nload weights \"w.npz\"\n"
                "step 1\nsave session \"s.nnr\"\n");
    fake_start(&again);
    fake_ok(&again, "source \"s.nnr\"\n");
    assert_true(session_digest(f.session) == session_digest(again.session));
    fake_finish(&f);
    fake_finish(&again);
}

/* In another folder the file is named from there, and the arrays in it as they were. */
static void a_session_in_another_folder_is_the_same(void **state)
{
    (void)state;
    struct fake f, again;
    fake_start(&f);
    assert_int_equal(mkdir("other", 0700), 0);
    fake_ok(&f, "data npz \"numpy.npz\" \"f8\" \"f4\" batch=1 shuffle=no\n"
                "repeat 2 { data npz \"numpy.npz\" \"f8\" \"f4\" batch=1 shuffle=no }\n"
                "input 3x4\nflatten\ndense 12 as h\nloss mse\nstep 1\n"
                "save session \"other/s.nnr\"\n");
    fake_start(&again);
    fake_ok(&again, "source \"other/s.nnr\"\n");
    assert_true(session_digest(f.session) == session_digest(again.session));
    fake_finish(&f);
    fake_finish(&again);
}

/* Each is an error at its place, and nothing has changed. */
static void what_cannot_be_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"data npz \"numpy.npz\"",
         "t:1:10: which arrays of \"numpy.npz\" is not said; it holds f8, f4"},
        {"data npz \"numpy.npz\" \"f9\" \"f4\"",
         "t:1:22: no array \"f9\" in \"numpy.npz\"; it holds f8, f4"},
        {"data npz \"numpy.npz\" \"f8\" \"i8\"",
         "t:1:27: \"numpy.npz: i8\" holds 5 samples, and \"numpy.npz: f8\" 2; the first axis"},
        {"data npz \"numpy.npz\" \"f8\"", "t:1:22: \"f8\" is the only array, and the last one is"},
        {"data npz \"numpy.npz\" \"f8\" \"texts\"",
         "t:1:27: \"numpy.npz: texts\" holds texts (<U1); save it as numbers"},
        {"data npz \"numpy.npz\" \"single\" target=input",
         "t:1:22: \"numpy.npz: single\" holds a single number; the first axis"},
        {"data npz \"numpy.npz\" \"f8\" \"f4\" target=f9",
         "t:1:39: no array \"f9\" in this statement; did you mean \"f8\"?"},
        {"data npz \"none.npz\" \"x\"", "t:1:10: \"none.npz\" cannot be read: No such file"},
        {"data npz \"w.safetensors\" \"x\"", "t:1:10: \"w.safetensors\" is no zip file"},
        {"load weights \"numpy.npz\"", "t:1:14: \"numpy.npz\" and the model main have no tensor of "
                                       "the same name; the model has "},
        {"save weights \"w.npy\"",
         "t:1:14: the ending of \"w.npy\" does not say what to write; end"},
        {"save weights \"none/w.npz\"", "t:1:14: \"none/w.npz\" cannot be written: No such file"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "save weights \"w.safetensors\"\nsave weights \"w.npz\"\n");
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(fake_run(&f, wrong[i].text), OUTCOME_ERROR);
        check_has(f.err.text, wrong[i].says);
        assert_true(session_digest(f.session) == before);
    }
    /* A shape of its own for a tensor that has another in the file. */
    fake_says(&f, "model two\ninput 2\ndense 2 as h\nload weights \"w.npz\"\n", OUTCOME_ERROR,
              "new empty model two; there is main");
    check_has(f.err.text, "t:4:14: h.kernel is 2x3 in \"w.npz\", and 2x2 in the model; load it");
    fake_finish(&f);
    fake_start_as(&f, "check");
    fake_ok(&f, NET "save weights \"later.npz\"\nload weights \"later.npz\"\n");
    fake_finish(&f);
}

/* Of the array of a model's own weight that is none, the session says why. */
static void a_weight_that_is_no_array_of_numbers_is_told(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 2\ndense 1 as h\nsave weights \"w.npz\"\n");
    static unsigned char bytes[1000];
    FILE *file = fopen("w.npz", "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unsigned char *type = memmem(bytes, n, "<f", 2);
    assert_non_null(type);
    type[1] = 'U';
    folder_write("w.npz", bytes, n);
    assert_int_equal(fake_run(&f, "load weights \"w.npz\"\n"), OUTCOME_ERROR);
    check_has(f.err.text, "t:1:14: \"w.npz: h.kernel\" holds texts");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_of_numpy_are_loaded),
        cmocka_unit_test(the_format_makes_no_difference),
        cmocka_unit_test(a_session_that_is_done_again_is_the_same),
        cmocka_unit_test(a_session_in_another_folder_is_the_same),
        cmocka_unit_test(what_cannot_be_is_told),
        cmocka_unit_test(a_weight_that_is_no_array_of_numbers_is_told),
    };
    return cmocka_run_group_tests(tests, start_folder, folder_leave);
}
