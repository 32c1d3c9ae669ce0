/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: the statements it makes are carried out all or not at all, and taken back at once. What
 * they compute is in tests/scripts/sae.py. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/mem.h"

#include <string.h>

/* Two inputs and three units, numbers are 0. */
static void write_sae(void)
{
    static const char head[] =
        "{\"W_enc\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"b_enc\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]},"
        "\"W_dec\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[36,60]},"
        "\"b_dec\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[60,68]}}";
    unsigned char bytes[8 + sizeof head - 1 + 68] = {0};
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((sizeof head - 1) >> 8 * i);
    memcpy(bytes + 8, head, sizeof head - 1);
    folder_write("sae.safetensors", bytes, sizeof bytes);
    folder_text("cfg.json", "{\"d_in\": 2, \"d_sae\": 3, \"architecture\": \"topk\", \"k\": 2}");
}

#define IMPORT "import sae \"sae.safetensors\" as f\n"

static void all_or_nothing(void **state)
{
    (void)state;
    struct fake f;
    write_sae();
    fake_start(&f);
    fake_ok(&f, "input 2\ndense 2 as f_decoder\n");
    const uint64_t before = session_digest(f.session);
    fake_says(
        &f, IMPORT, OUTCOME_ERROR,
        "t:1:33: the name f_decoder is given already, at t:2; import sae gives it beside f: as "
        "NAME takes another");
    assert_true(session_digest(f.session) == before);
    /* Weights that do not fit the tensor it stands on: the last statement fails. */
    fake_ok(&f, "dense 4 as h\n");
    const uint64_t wider = session_digest(f.session);
    assert_int_equal(fake_run(&f, "import sae \"sae.safetensors\" as g\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "t:1:12: g_encoder.kernel is 4x3 and W_enc of"));
    assert_null(strstr(f.err.text, "<import"));
    assert_true(session_digest(f.session) == wider);
    fake_ok(&f, "undo\n");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

static void undo_and_redo(void **state)
{
    (void)state;
    struct fake f;
    write_sae();
    fake_start(&f);
    fake_ok(&f, "input 2\n");
    const uint64_t before = session_digest(f.session);
    fake_prints(&f, IMPORT,
                "load weights: f_encoder and f_decoder\n"
                "import sae: 2 inputs, 3 units: f\n"
                "the encoder's bias is b_enc - b_dec W_enc: it takes b_dec off the input\n");
    const uint64_t behind = session_digest(f.session);
    fake_ok(&f, "expect mean(f_encoder.kernel) == 0\nundo\n");
    assert_true(session_digest(f.session) == before);
    fake_ok(&f, "redo\n");
    assert_true(session_digest(f.session) == behind);
    /* Taken back in a loop's second turn with the loop. */
    fake_ok(&f, "undo\nfor i in 1 { " IMPORT "}\nundo\n");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
    fake_start_as(&f, "check");
    fake_ok(&f, "data random 3 shape=2 target=1\ninput 2\n" IMPORT
                "dense 1 as y\nexpect mean(f.output) == 0\n");
    fake_finish(&f);
}

/* Without `as` the first free name is taken, and what is said of a name points to what was typed.
 */
static void names_that_are_taken(void **state)
{
    (void)state;
    struct fake f;
    write_sae();
    fake_start(&f);
    fake_ok(&f, "let code = 1\ninput 2\n");
    fake_prints(&f, "import sae \"sae.safetensors\"\n",
                "load weights: code_1_encoder and code_1_decoder\n"
                "import sae: 2 inputs, 3 units: code_1\n"
                "the encoder's bias is b_enc - b_dec W_enc: it takes b_dec off the input\n");
    fake_ok(&f, IMPORT);
    const uint64_t before = session_digest(f.session);
    fake_says(&f, IMPORT, OUTCOME_ERROR,
              "t:1:33: the name f is given already, at t:1; choose another, f_1");
    assert_null(strstr(f.err.text, "<import"));
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* Wherever memory runs out, the session is as it was. */
static void without_memory(void **state)
{
    (void)state;
    struct fake f;
    write_sae();
    fake_start(&f);
    fake_ok(&f, "input 2\n");
    const uint64_t before = session_digest(f.session);
    for (long n = 1;; n++) {
        mem_fail_at(n);
        const enum outcome how = fake_run(&f, IMPORT);
        const bool failed = mem_failed();
        mem_fail_at(0);
        if (!failed)
            break;
        if (how == OUTCOME_OK)
            fake_ok(&f, "undo\n");
        assert_true(session_digest(f.session) == before);
    }
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(undo_and_redo),
        cmocka_unit_test(names_that_are_taken),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
