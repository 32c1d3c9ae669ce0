/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What audit says of penalties: against what the systems themselves said (reference/emulate.txt),
 * against how often they count a kernel (reference/emulate_nested.txt), and situation by situation
 * against the table of docs/which-penalties.md. */
#include "check.h"
#include "host.h"

#include "cmd/common/audit_file.h"
#include "train/emulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value behind "key": in a line of JSON from `from` on, up to its quote or comma. */
static const char *json_word(const char *from, const char *key, char *word, size_t room)
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\": \"", key);
    const char *at = strstr(from, quoted);
    if (!at)
        return NULL;
    at += strlen(quoted);
    snprintf(word, room, "%.*s", (int)strcspn(at, "\""), at);
    return at;
}

/* One row of an audit: where it stands, and what the system does. */
struct row {
    char layer[100], slot[60], does[200];
};
enum { ROWS_MOST = 16 };

static size_t audit_rows(struct fake *f, const char *system, struct row *row)
{
    char line[100];
    size_t n = 0;
    snprintf(line, sizeof line, "audit as=%s format=json\n", system);
    fake_ok(f, line);
    const char *at = f->out.text;
    while ((at = json_word(at, "layer", row[n].layer, sizeof row[n].layer))) {
        assert_true(n < ROWS_MOST);
        assert_non_null(json_word(at, "slot", row[n].slot, sizeof row[n].slot));
        at = strstr(at, "\"does\": {");
        assert_non_null(at);
        assert_non_null(json_word(at, "does", row[n].does, sizeof row[n].does));
        n++;
    }
    return n;
}

/* How often what is honestly so large counts, when this is done with it and a batch has 4 samples.
 */
static double factor_of(const char *does)
{
    double times;
    if (strcmp(does, "as declared") == 0)
        return 1;
    if (strcmp(does, "dropped") == 0)
        return 0;
    if (strcmp(does, "summed over the batch") == 0)
        return 4;
    if (sscanf(does, "counted %lf times", &times) != 1)
        fail_msg("%s", does);
    return times;
}

static double foretold(struct fake *f, const char *system, bool times_alone)
{
    struct row row[ROWS_MOST];
    const size_t n = audit_rows(f, system, row);
    double sum = 0;
    fake_ok(f, "evaluate\n");
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        char value[100 + 60 + 20];
        snprintf(value, sizeof value, "%.99s.%.59s.penalty", row[i].layer, row[i].slot);
        sum += fake_number(f, value) * factor_of(row[i].does);
    }
    return times_alone ? sum / 4 : sum + fake_number(f, "loss.data");
}

static FILE *open_reference(const char *name)
{
    char path[500];
    snprintf(path, sizeof path, REFERENCE_DIR "/%s", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    return f;
}

/* The loss that each system said when it ran is the one that follows from what audit says. */
static void what_the_systems_said(void **state)
{
    (void)state;
    FILE *file = open_reference("emulate.txt");
    char line[500], name[100] = "", system[60] = "";
    bool times_alone = false;
    size_t cases = 0;
    struct fake f = {0};
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "case ", 5) == 0) {
            snprintf(name, sizeof name, "%.90s", line + 5);
            fake_start(&f);
            *system = 0;
        } else if (sscanf(line, " emulate %59s", system) == 1) {
            continue;
        } else if (strncmp(line, "    print ", 10) == 0) {
            times_alone = strcmp(line + 10, "loss.penalty/4") == 0;
        } else if (strncmp(line, "    ", 4) == 0 && !*system) {
            fake_ok(&f, line + 4);
        } else if (strncmp(line, "expect ", 7) == 0) {
            const double said = strtod(strrchr(line, ' '), NULL);
            const double due = foretold(&f, system, times_alone);
            if (!(fabs(due - said) <= 3e-6 * fabs(said)))
                fail_msg("%s: %.9g follows, and it said %.9g", name, due, said);
            fake_finish(&f);
            cases++;
        }
    }
    fclose(file);
    assert_int_equal(cases, 17);
}

/* LAYER=COUNT ... of one system. */
static void check_counts(struct fake *f, const char *name, char *line)
{
    char *rest, *system = strtok_r(line, " ", &rest);
    struct row row[ROWS_MOST];
    const size_t n = audit_rows(f, system, row);
    for (char *pair; (pair = strtok_r(NULL, " ", &rest));) {
        char *count = strchr(pair, '=');
        size_t i = 0;
        *count++ = 0;
        while (i < n && strcmp(row[i].layer, pair) != 0)
            i++;
        assert_true(i < n);
        if (fabs(factor_of(row[i].does) - strtod(count, NULL)) > 1e-9)
            fail_msg("%s, %s: %s is %s, not %s", name, system, pair, row[i].does, count);
    }
}

static void blocks_in_blocks(void **state)
{
    (void)state;
    FILE *file = open_reference("emulate_nested.txt");
    char line[800], name[100] = "";
    struct fake f = {0};
    size_t cases = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "case ", 5) == 0) {
            if (cases++)
                fake_finish(&f);
            fake_start(&f);
            snprintf(name, sizeof name, "%.90s", line);
        } else if (strncmp(line, "    ", 4) == 0) {
            fake_ok(&f, line + 4);
        } else if (strncmp(line, "counts ", 7) == 0) {
            check_counts(&f, name, line + 7);
        }
    }
    fake_finish(&f);
    fclose(file);
    assert_int_equal(cases, 40);
}

#define TWICE "t on a as ta\nt on b as tb\nconcat on ta, tb\ndense 1\n"
#define TWO "input 2 as a\ninput 2 as b\n"
#define SUMMED "summed over the batch"
enum { SYSTEMS = 8 };
static const char *const systems[SYSTEMS] = {"keras-1.0-early", "keras-1.0",  "keras-2.0",
                                             "keras-2.2",       "tf.keras-2", "keras-3-early",
                                             "keras-3",         "tfjs"};
/* One penalty each, and what becomes of it in each of these systems. */
static const struct {
    const char *model, *does[SYSTEMS];
} situations[] = {
    {"input 2\ndense 1 kernel=l2(1)\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "as declared"}},
    {"input 2\ndense 1 activity=l2(1)\n",
     {"as declared", SUMMED, SUMMED, SUMMED, "as declared", SUMMED, "as declared", "an error"}},
    {"input 2\ndense 1 activity=l2(1, reduce=sum)\n",
     {"divided by the batch size", "as declared", "as declared", "as declared",
      "divided by the batch size", "as declared", "divided by the batch size", "an error"}},
    {TWO "block t { dense 2 kernel=l1(1) }\n" TWICE,
     {"as declared", "as declared", "counted 2 times", "as declared", "as declared", "as declared",
      "as declared", "counted 2 times"}},
    {TWO "block t { dense 2 activity=l1(1) }\n" TWICE,
     {"an error", "an error", SUMMED ", on the input", SUMMED, "as declared", SUMMED, "as declared",
      "an error"}},
    {TWO "dense 2 kernel=l1(1) on a as t\nt on b as tb\nconcat on t, tb\ndense 1\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "counted 2 times"}},
    {"input 3x2\ntimedistributed dense 2 activity=l1(1)\n",
     {"dropped", "dropped", SUMMED, SUMMED, "divided by samples times steps", "dropped", "dropped",
      "dropped"}},
    {"input 3x2\ntimedistributed dense 2 kernel=l1(1)\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "as declared"}},
    {"input 3x2 as a\nblock t { dense 2 activity=l1(1) }\ntimedistributed t on a as ta\n",
     {"an error", "an error", "dropped", "dropped", "divided by samples times steps", SUMMED,
      "as declared", "an error"}},
    {"input 3x2 as a\nblock t { dense 2 kernel=l1(1) }\ntimedistributed t on a as ta\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "dropped"}},
    {"input 3x2\nsimple_rnn 2 activity=l1(1)\n",
     {"dropped", "dropped", SUMMED, SUMMED, "as declared", "dropped", "dropped", "an error"}},
    {"input 3x2\nlstm 2 activity=l1(1)\n",
     {"dropped", "dropped", SUMMED, SUMMED, "as declared", SUMMED, "as declared", "an error"}},
    {"input 2\ndense 1 kernel=l1(1) trainable=no\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared",
      "left out as frozen", "left out as frozen", "as declared"}},
    {"input 3x2\nmasking\nlstm 2 sequences=yes activity=l1(1)\n",
     {"dropped", "dropped", SUMMED ", masked steps count too", SUMMED ", masked steps count too",
      "masked steps count too", SUMMED ", masked steps count too", "masked steps count too",
      "an error"}},
    {"input 2\ndense 2 as h\ndense 2 as o\nterm tie = 0.1*sum(h.kernel*o.kernel)\n",
     {"dropped", "dropped", "dropped", "dropped", "dropped", "dropped", "dropped", "dropped"}},
    {"input 3x2\nlstm 2 recurrent=l1(1)\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "dropped"}},
    {"define penalty own(x) = sum(x^2)\ninput 2\ndense 1 kernel=own(1)\n",
     {"as declared", "as declared", "as declared", "as declared", "as declared", "as declared",
      "as declared", "as declared"}},
    {"define penalty own(x) = sum(x^2)\ninput 3x2\ntimedistributed dense 2 activity=own(1)\n",
     {"dropped", "dropped", SUMMED, SUMMED, "divided by samples times steps", "dropped", "dropped",
      "dropped"}},
    {"input 2\ndense 1 kernel=hoyer(1)\n",
     {"no such penalty", "no such penalty", "no such penalty", "no such penalty", "no such penalty",
      "no such penalty", "no such penalty", "no such penalty"}},
};

static void each_situation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, situations[i].model);
        for (size_t k = 0; k < SYSTEMS; k++) {
            struct row row[ROWS_MOST];
            assert_int_equal(audit_rows(&f, systems[k], row), 1);
            if (strcmp(row[0].does, situations[i].does[k]) != 0)
                fail_msg("%s%s: %s, not %s", situations[i].model, systems[k], row[0].does,
                         situations[i].does[k]);
        }
        fake_finish(&f);
    }
}

/* What is not as declared has a sentence with its source in each system; what is has none. */
static void each_reason_has_a_source(void **state)
{
    (void)state;
    size_t told = 0;
    for (size_t i = 0; i < other_systems.rows; i++) {
        const struct emulation *m = (const struct emulation *)other_systems.row[i];
        for (size_t w = 0; w < WAYS; w++)
            if (m->why[w] && w != WAY_JOINT) {
                assert_true(strstr(m->why[w], "run: ") || strstr(m->why[w], "(read") ||
                            strstr(m->why[w], "keras #"));
                told++;
            }
    }
    assert_true(told > 30);
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, situations[i].model);
        for (size_t k = 0; k < SYSTEMS; k++) {
            struct row row[ROWS_MOST];
            char why[500] = "";
            audit_rows(&f, systems[k], row);
            assert_non_null(json_word(f.out.text, "why", why, sizeof why));
            assert_int_equal(strcmp(row[0].does, "as declared") == 0, *why == 0);
        }
        fake_finish(&f);
    }
}

static void calls_are_told_apart(void **state)
{
    (void)state;
    struct fake f;
    struct row row[ROWS_MOST];
    fake_start(&f);
    fake_ok(&f, "input 2 as x\ninput 3x2 as y\ndense 2 activity=l1(1) on x as d\n"
                "timedistributed d on y as t\nflatten\nconcat on d, flatten_1\ndense 1\n");
    assert_int_equal(audit_rows(&f, "keras-3", row), 1);
    assert_string_equal(row[0].does, "dropped (1 of 2 calls)");
    fake_finish(&f);
}

static void the_backward_half(void **state)
{
    (void)state;
    struct fake f;
    struct row row[ROWS_MOST];
    fake_start(&f);
    fake_ok(&f, "input 3x2\nbidirectional lstm 2 kernel=l2(1) as b\n");
    assert_int_equal(audit_rows(&f, "keras-2.0", row), 2);
    assert_string_equal(row[0].layer, "b.forward");
    assert_string_equal(row[0].does, "as declared");
    assert_string_equal(row[1].layer, "b.backward");
    assert_string_equal(row[1].does, "dropped");
    fake_finish(&f);
}

/* As people read it; it needs no data, and changes nothing. */
static void the_table(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "audit\n",
                "the penalties of main, as keras-3 has them\nkeras-3: no penalty declared\n");
    fake_ok(&f, "input 3x2\ntimedistributed dense 2 kernel=l2(0.1) activity=l1(0.1) as td\n");
    static const char table[] =
        "the penalties of main, as keras-3 has them\n"
        "layer  slot      penalty  calls  right is                 keras-3\n"
        "td     kernel    l2(0.1)      1  once                     as declared\n"
        "td     activity  l1(0.1)      1  the output, sum / batch  dropped\n"
        "keras-3: TimeDistributed calls the layer's call() alone, so its activity penalty is "
        "silently dropped (run: 3.15.1; read: layers/rnn/time_distributed.py)\n"
        "keras-3: 1 of 2 applied as declared, 1 not\n";
    fake_prints(&f, "audit\n", table);
    fake_prints(&f, "repeat 1 { audit }\n", table);
    fake_ok(&f, "clone c\naudit as=keras-2.0\n");
    assert_non_null(strstr(f.out.text, "the penalties of c, as keras-2.0 has them\n"));
    fake_says(&f, "audit as=all\n", OUTCOME_ERROR,
              "t:1:10: no system \"all\"; it is one of: keras-1.0-early keras-1.0 keras-2.0 "
              "keras-2.2 tf.keras-2 keras-3-early keras-3 tfjs");
    fake_says(&f, "audit as=none\n", OUTCOME_ERROR,
              "t:1:10: no system \"none\"; it is one of: keras-1.0-early keras-1.0 keras-2.0 "
              "keras-2.2 tf.keras-2 keras-3-early keras-3 tfjs");
    fake_ok(&f, "undo\nundo\nundo\n");
    fake_finish(&f);
}

/* A setting that changes late, and strengths as they are now. */
static void as_the_model_stands(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 2\ndense 1 kernel=l2(0.1) as d\nset d.kernel = l2(0.25)\n"
                "set d.trainable = no\naudit\n");
    assert_non_null(strstr(f.out.text, "l2(0.25)      1  once      left out as frozen\n"));
    fake_finish(&f);
}

static void releases_have_their_row(void **state)
{
    (void)state;
    static const struct {
        bool tensorflow;
        const char *version, *name; /* NULL: none */
    } cases[] = {
        {false, "0.3.2", NULL},
        {false, "1.0.2", NULL},
        {false, "1.0.3", "keras-1.0-early"},
        {false, "1.0.6", "keras-1.0-early"},
        {false, "1.0.7", "keras-1.0"},
        {false, "1.0.8", "keras-1.0"},
        {false, "1.1.2", "keras-1.1"},
        {false, "1.2.2", "keras-1.2"},
        {false, "2.0.6", "keras-2.0"},
        {false, "2.1.3", "keras-2.0"},
        {false, "2.1.4", "keras-2.1"},
        {false, "2.2.0", "keras-2.2"},
        {false, "2.2.4", "keras-2.2"},
        {false, "2.2.5", "keras-2.3"},
        {false, "2.3.1", "keras-2.3"},
        {true, "2.2.4-tf", "tf.keras-2"},
        {true, "2.8.0", "tf.keras-2"},
        {true, "2.15.0", "tf.keras-2"},
        {true, "3.3.3", "keras-3-early"},
        {true, "3.13.2", "keras-3-early"},
        {true, "3.14.0", "keras-3"},
        {true, "3.14.0.dev2025", "keras-3"},
        {true, "3.15.1", "keras-3"},
        {true, "4.0", NULL},
        {true, "99999999999999999999", NULL},
        {false, "", NULL},
        {false, "x", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct emulation *m = emulation_of_keras(cases[i].tensorflow, cases[i].version);
        if (!cases[i].name != !m || (m && strcmp(m->entry.name, cases[i].name) != 0))
            fail_msg("%s: %s", cases[i].version, m ? m->entry.name : "none");
    }
}

/* Whichever allocation fails, the audit of a file says so, and holds nothing. */
static void without_memory(void **state)
{
    (void)state;
    static const char *const systems_by[] = {"keras-3", "keras-2.0"};
    for (size_t i = 0; i < 2; i++) {
        bool done = false;
        for (long n = 1; !done; n++) {
            struct str text = {0};
            struct err e = {0};
            bool bent;
            mem_fail_at(n);
            const int failed =
                audit_file(DOCS "/which-penalties.json", systems_by[i], i == 1, &text, &bent, &e);
            done = !mem_failed();
            mem_fail_at(0);
            assert_int_equal(failed, done ? 0 : -1);
            assert_true(done || (e.kind == ERR_MEMORY && !text.size));
            assert_true(n < 100000);
            str_finish(&text);
        }
    }
}

/* Where the n-th piece of a JSON text that may be changed begins: a string or a word; its size. */
static char *find_piece(char *text, size_t n, size_t *size)
{
    char *at = text;
    for (;; at += *size) {
        at = strpbrk(at, "\"0123456789tfn");
        if (!at)
            return NULL;
        *size = *at == '"' ? strcspn(at + 1, "\"") + 2 : strcspn(at, ",:]} \n");
        if (n-- == 0 || !at[*size])
            return at;
    }
}

/* Puts in place of one piece another one of the text, or something else. */
static void mutate(struct str *to, char *text, uint64_t *seed)
{
    static const char *const others[] = {"null", "[]",        "{}",   "true", "false",     "-1",
                                         "1e30", "[[[0,0]]]", "\"\"", "0",    "4294967296"};
    size_t pieces = 0, size = 0, from = 0;
    for (char *at = text; (at = find_piece(at, 0, &size)); at += size)
        pieces++;
    uint64_t draw[3];
    for (size_t i = 0; i < 3; i++)
        draw[i] = (*seed = *seed * 6364136223846793005U + 1442695040888963407U) >> 33;
    const char *at = find_piece(text, draw[0] % pieces, &size);
    const char *other = find_piece(text, draw[1] % pieces, &from);
    if (draw[2] % 2) {
        other = others[draw[2] / 2 % (sizeof others / sizeof *others)];
        from = strlen(other);
    }
    str_bytes(to, text, (size_t)(at - text));
    str_bytes(to, other, from);
    str_add(to, at + size);
}

static void write_text(const char *path, const struct str *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text->text, 1, text->size, f), text->size);
    assert_int_equal(fclose(f), 0);
}

static void read_text(const char *path, struct str *text)
{
    char line[4000];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        str_add(text, line);
    fclose(f);
}

/* Files that are nearly right: told of, or one error that names the file. */
static void files_that_are_nearly_right(void **state)
{
    (void)state;
    const char *asked = getenv("NNR_MUTANTS"), *folder = getenv("TMPDIR");
    const long most = asked ? atol(asked) : 1000;
    uint64_t seed = 5;
    char path[300];
    struct str whole = {0};
    snprintf(path, sizeof path, "%.200s/nnr-audit-%ld.json", folder ? folder : "/tmp",
             (long)getpid());
    read_text(DOCS "/which-penalties.json", &whole);
    for (long i = 0, told = 0; i < most; i++) {
        struct str one = {0}, two = {0}, text = {0};
        struct err e = {0};
        bool bent;
        mutate(&one, whole.text, &seed);
        if (i % 2)
            mutate(&two, one.text, &seed);
        write_text(path, i % 2 ? &two : &one);
        const int failed =
            audit_file(path, i % 3 ? "keras-2.0" : "keras-1.0", i % 5 == 0, &text, &bent, &e);
        told += !failed;
        assert_true(failed ? strstr(e.what, "nnr-audit-") != NULL : text.size > 0);
        assert_true(i < most - 1 || (told > most / 10 && told < most));
        str_finish(&one);
        str_finish(&two);
        str_finish(&text);
    }
    str_finish(&whole);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_systems_said),
        cmocka_unit_test(blocks_in_blocks),
        cmocka_unit_test(each_situation),
        cmocka_unit_test(each_reason_has_a_source),
        cmocka_unit_test(calls_are_told_apart),
        cmocka_unit_test(the_backward_half),
        cmocka_unit_test(the_table),
        cmocka_unit_test(as_the_model_stands),
        cmocka_unit_test(releases_have_their_row),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(files_that_are_nearly_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
