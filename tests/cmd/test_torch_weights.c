/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load weights for=torch and save weights for=torch: states of modules, as PyTorch has them
 * (tests/reference/state.txt, by make_state.py), make a model put out what the module does,
 * and come back to the bit. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "base/str.h"
#include "num/tensor_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TENSORS_MOST = 24, NUMBERS_MOST = 6000, LINE_MOST = 20000 };

struct theirs {
    char name[80], shape[40]; /* "weight", "2, 3" */
    double *item;
    size_t count;
};

/* A state of the file, and what its module puts out. */
struct state {
    char name[40], statements[4000];
    struct theirs tensor[TENSORS_MOST];
    size_t tensors, counts, used, outputs;
    double number[NUMBERS_MOST], output[200];
};

static size_t take_numbers(const char *text, double *to, size_t room)
{
    size_t n = 0;
    char *end;
    for (double x = strtod(text, &end); end != text; x = strtod(text, &end)) {
        assert_true(n < room);
        to[n++] = x;
        text = end;
    }
    return n;
}

static void take_tensor(struct state *s, char *line)
{
    assert_true(s->tensors < TENSORS_MOST);
    struct theirs *t = &s->tensor[s->tensors++];
    char *numbers = strchr(line, ':'), *size = strchr(line + 7, ' ');
    assert_non_null(numbers);
    *numbers = *size = 0;
    snprintf(t->name, sizeof t->name, "%.79s", line + 7);
    for (char *word = strtok(size + 1, " "); word; word = strtok(NULL, " "))
        snprintf(t->shape + strlen(t->shape), sizeof t->shape - strlen(t->shape), "%s%.20s",
                 *t->shape ? ", " : "", word);
    t->item = s->number + s->used;
    t->count = take_numbers(numbers + 1, t->item, NUMBERS_MOST - s->used);
    s->used += t->count;
}

/* The next state; false at the end. */
static bool read_state(FILE *file, struct state *s)
{
    static char line[LINE_MOST];
    bool statements = false;
    memset(s, 0, sizeof *s);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "case ", 5) == 0) {
            sscanf(line, "case %39s", s->name);
            statements = true;
        } else if (statements && strcmp(line, ".\n") == 0) {
            statements = false;
        } else if (statements) {
            assert_true(strlen(s->statements) + strlen(line) < sizeof s->statements);
            strcat(s->statements, line);
        } else if (strncmp(line, "tensor ", 7) == 0) {
            take_tensor(s, line);
        } else if (strncmp(line, "count ", 6) == 0) {
            s->counts++;
        } else if (strncmp(line, "output ", 7) == 0) {
            s->outputs = take_numbers(line + 7, s->output, sizeof s->output / sizeof *s->output);
            return true;
        }
    }
    return false;
}

/* The state as a file, in F64; its tensors may begin with the last. */
static void write_state(const char *name, const struct state *s, bool turned)
{
    struct str head = {0};
    size_t at = 0;
    for (size_t k = 0; k < s->tensors; k++) {
        const struct theirs *t = &s->tensor[turned ? s->tensors - 1 - k : k];
        str_addf(&head, "%c\"%s\":{\"dtype\":\"F64\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                 k ? ',' : '{', t->name, t->shape, at, at + 8 * t->count);
        at += 8 * t->count;
    }
    str_add(&head, "}");
    FILE *file = fopen(name, "wb");
    const uint64_t size = head.size;
    fwrite(&size, 1, 8, file); /* least significant byte first, as here */
    fwrite(head.text, 1, head.size, file);
    for (size_t k = 0; k < s->tensors; k++) {
        const struct theirs *t = &s->tensor[turned ? s->tensors - 1 - k : k];
        fwrite(t->item, 8, t->count, file);
    }
    assert_int_equal(fclose(file), 0);
    str_finish(&head);
}

static const double room = sizeof(real) == 8 ? 1e-12 : 2e-6;

/* Element i of what the newest layer puts out. */
static void outputs_are(struct fake *f, const struct state *s)
{
    char name[40] = "flatten_1", text[100];
    const char *as = strstr(s->statements, "dense 2 as y") || strstr(s->statements, "dense 3 as y")
                         ? "y"
                     : strstr(s->statements, " as out") ? "out"
                                                        : name;
    snprintf(text, sizeof text, "print %s.output\n", as);
    f->host.json = true;
    fake_ok(f, text);
    f->host.json = false;
    const char *at = strchr(f->out.text, '[');
    for (size_t i = 0; i < s->outputs; i++) {
        char *end;
        at += strspn(at, "[], ");
        const double ours = strtod(at, &end);
        assert_true(end != at);
        if (!(fabs(ours - s->output[i]) <= room * fmax(1, fabs(s->output[i]))))
            fail_msg("%s: output %zu is %.17g and not %.17g", s->name, i, ours, s->output[i]);
        at = end;
    }
}

/* What was saved under PyTorch's names is what was loaded; of two biases that are one here the
 * first has the sum. */
static void same_tensors(const struct state *s)
{
    const struct file_name name = {.name = "back.safetensors", .path = "back.safetensors"};
    struct tensor_file back;
    struct err e = {0};
    assert_int_equal(tensor_file_open(&back, &name, NULL, &e), 0);
    for (size_t i = 0; i < s->tensors; i++) {
        const struct theirs *t = &s->tensor[i];
        const struct file_tensor *ours = tensor_file_find(&back, t->name);
        real x[NUMBERS_MOST];
        assert_non_null(ours);
        assert_int_equal(ours->count, t->count);
        assert_int_equal(tensor_file_read(&back, ours, x, &e), 0);
        for (size_t k = 0; k < t->count; k++) {
            const bool rnn = strstr(s->statements, "simple_rnn") && strncmp(t->name, "r.", 2) == 0;
            const bool lstm = strstr(s->statements, "lstm") && !strstr(t->name, "weight");
            const bool first = (rnn || lstm) && strstr(t->name, "bias_ih_l0"),
                       second = (rnn || lstm) && strstr(t->name, "bias_hh_l0");
            const real theirs = first    ? (real)t->item[k] + (real)s->tensor[i + 1].item[k]
                                : second ? 0
                                         : (real)t->item[k];
            if (x[k] < theirs || x[k] > theirs)
                fail_msg("%s: %s[%zu] is %.17g and not %.17g", s->name, t->name, k, (double)x[k],
                         (double)theirs);
        }
    }
    tensor_file_close(&back);
}

/* Whether the state's names are those of the layers. */
static bool names_are_ours(const struct state *s)
{
    return strcmp(s->name, "image") == 0 || strcmp(s->name, "groups") == 0 ||
           strcmp(s->name, "transpose") == 0 || strcmp(s->name, "gru") == 0 ||
           strcmp(s->name, "words") == 0;
}

static void states_of_modules(void **state)
{
    (void)state;
    static struct state s;
    FILE *file = fopen(REFERENCE_DIR "/state.txt", "r");
    size_t states = 0, named = 0;
    assert_non_null(file);
    while (read_state(file, &s)) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, s.statements);
        for (int turned = 0; turned < 2; turned++) {
            if (turned && !names_are_ours(&s))
                continue;
            write_state("s.safetensors", &s, turned);
            fake_ok(&f, "load weights \"s.safetensors\" for=torch\n");
            outputs_are(&f, &s);
        }
        if (names_are_ours(&s)) {
            fake_ok(&f, "save weights \"back.safetensors\" for=torch\n");
            same_tensors(&s);
            named++;
        }
        fake_finish(&f);
        states++;
    }
    fclose(file);
    assert_int_equal(states, 10);
    assert_int_equal(named, 5);
}

/* A file of F32 tensors: name, shape, and all numbers the same. */
static void write_flat(const char *name, const char *const tensor[][2], size_t n)
{
    static struct state s;
    memset(&s, 0, sizeof s);
    for (size_t i = 0; i < n; i++) {
        struct theirs *t = &s.tensor[s.tensors++];
        unsigned a = 1, b = 1;
        snprintf(t->name, sizeof t->name, "%s", tensor[i][0]);
        snprintf(t->shape, sizeof t->shape, "%s", tensor[i][1]);
        sscanf(t->shape, "%u, %u", &a, &b);
        t->count = (size_t)a * b;
        t->item = s.number + s.used;
        for (size_t k = 0; k < t->count; k++)
            s.number[s.used++] = (double)i + 1;
    }
    write_state(name, &s, false);
}
#define FLAT(name, ...)                                                                            \
    do {                                                                                           \
        static const char *const list[][2] = {__VA_ARGS__};                                        \
        write_flat(name, list, sizeof list / sizeof *list);                                        \
    } while (0)

#define NET "input 2\ndense 2 as h\ndense 2 as k\ndense 1 as y\n"

/* Modules go to layers by their names, then by their shapes; and what went where is told. */
static void which_module_goes_where(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    FLAT("w", {"fc10.weight", "2, 2"}, {"fc10.bias", "2"}, {"fc9.weight", "2, 2"},
         {"fc9.bias", "2"}, {"out.weight", "1, 2"}, {"out.bias", "1"});
    fake_prints(&f, "load weights \"w\" for=torch\n",
                "load weights: 6 tensors of PyTorch\nh: nn.Linear fc9\nk: nn.Linear fc10\n"
                "y: nn.Linear out\n");
    fake_ok(&f, "expect mean(h.kernel) == 3 and mean(k.kernel) == 1 and mean(y.bias) == 6\n");
    /* A name counts before the order; and names of wrappers are none. */
    FLAT("w", {"module.k.weight", "2, 2"}, {"module.k.bias", "2"}, {"module.q.weight", "2, 2"},
         {"module.q.bias", "2"}, {"module.y.weight", "1, 2"}, {"module.y.bias", "1"});
    fake_prints(&f, "load weights \"w\" for=torch\n",
                "load weights: 6 tensors of PyTorch\nh: nn.Linear q\nk: nn.Linear k\n"
                "y: nn.Linear y\n");
    /* Names that do not count: the order of the file, unless that is sorted. */
    FLAT("w", {"enc.weight", "2, 2"}, {"enc.bias", "2"}, {"dec.weight", "2, 2"}, {"dec.bias", "2"},
         {"out.weight", "1, 2"}, {"out.bias", "1"});
    fake_prints(&f, "load weights \"w\" for=torch\n",
                "load weights: 6 tensors of PyTorch\nh: nn.Linear enc\nk: nn.Linear dec\n"
                "y: nn.Linear out\n");
    FLAT("w", {"dec.bias", "2"}, {"dec.weight", "2, 2"}, {"enc.bias", "2"}, {"enc.weight", "2, 2"},
         {"out.bias", "1"}, {"out.weight", "1, 2"});
    const uint64_t before = session_digest(f.session);
    fake_says(&f, "load weights \"w\" for=torch\n", OUTCOME_ERROR,
              "t:1:14: \"w\" does not fit the model main: dec and enc have equal shapes, and which "
              "of them comes first is not known: the file has its names sorted; 1 thing does not "
              "fit; nothing was loaded. Layers take modules of their own names, then of their "
              "shapes (summary; print(model) in PyTorch)");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* All that does not fit is told at once, and nothing is loaded. */
static void what_does_not_fit(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    const uint64_t before = session_digest(f.session);
    FLAT("w", {"h.weight", "2, 3"}, {"h.gain", "2"}, {"fc.weight", "3, 3"}, {"fc\\u001b.bias", "3"},
         {"y.bias", "1"}, {"k.weight", "2, 2"}, {"k.bias", "2"});
    fake_says(&f, "load weights \"w\" for=torch\n", OUTCOME_ERROR,
              "t:1:14: \"w\" does not fit the model main: h.weight is 2x3 in the file, and 2x2 is "
              "needed; h.bias is not in the file; the layer h has nothing for h.gain; y.weight is "
              "not in the file; no layer for fc.weight 3x3; no layer for fc?.bias 3; 6 things do "
              "not fit; nothing was loaded. Layers take modules of their own names, then of their "
              "shapes (summary; print(model) in PyTorch)");
    FLAT("w", {"a.weight", "2, 2"}, {"a.bias", "2"}, {"y.weight", "1, 2"}, {"y.bias", "1"});
    assert_int_equal(fake_run(&f, "load weights \"w\" for=torch\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "no module for h: nn.Linear h.weight 2x2 h.bias 2; no "
                                       "module for k: nn.Linear k.weight 2x2 k.bias 2; no layer "
                                       "for a.weight 2x2 a.bias 2;"));
    fake_says(&f, "load weights \"w\" for=keras\n", OUTCOME_ERROR,
              "t:1:22: no system \"keras\"; it is one of: torch sae");
    fake_says(&f, "save session \"s.nnr\" for=torch\n", OUTCOME_ERROR,
              "t:1:26: for= is about weights, not session; save weights \"w.safetensors\" "
              "for=torch");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* What no module of PyTorch computes is refused when it would be written or read. */
static void what_no_module_computes(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 5x3\ngru 4 reset_after=no sequences=yes as g\n"
                "lstm 4 relu recurrent_activation=hard_sigmoid as l\n");
    fake_says(&f, "save weights \"w.safetensors\" for=torch\n", OUTCOME_ERROR,
              "t:1:14: g: nn.GRU has no reset_after=no; l: nn.LSTM has no activation=relu; l: "
              "nn.LSTM has no recurrent_activation=hard_sigmoid; save weights without for=torch "
              "writes all layers as they are here");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, "input 4x4x2 as a\ninput 5 as b\nconv2d 3 3x3 on a\nflatten as f\n"
                "concat on f b\ndense 2 as h\n");
    assert_int_equal(fake_run(&f, "save weights \"w.safetensors\" for=torch\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "h: its inputs come from flattened images and others"));
    fake_finish(&f);
}

/* A module has both numbers of a norm; what a layer leaves out is 1 or 0 in the file, and must be.
 */
static void norms_without_a_part(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 2\ndense 2 as h\nlayernorm scale=no as n\n");
    FLAT("w", {"h.weight", "2, 2"}, {"h.bias", "2"}, {"n.bias", "2"}, {"n.weight", "2"});
    const uint64_t before = session_digest(f.session);
    fake_says(&f, "load weights \"w\" for=torch\n", OUTCOME_ERROR,
              "t:1:14: n.weight in \"w\" is not 1 everywhere, and the layer has nothing for it; "
              "scale=yes center=yes gives a layer both");
    assert_true(session_digest(f.session) == before);
    FLAT("w", {"n.weight", "2"}, {"h.weight", "2, 2"}, {"h.bias", "2"}, {"n.bias", "2"});
    fake_ok(&f, "load weights \"w\" for=torch\nexpect mean(n.beta) == 4\n"
                "save weights \"v.safetensors\" for=torch\nset n.beta = l2(1)\n"
                "load weights \"v.safetensors\" for=torch\nexpect mean(n.beta) == 4\n");
    fake_finish(&f);
}

/* Undo, a record that is done again, a clone, a loop and a check. */
static void in_a_session(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    FLAT("w.safetensors", {"h.weight", "1, 2"}, {"h.bias", "1"});
    fake_ok(&f, "input 2\ndense 1 bias_init=constant(7) as h\n"
                "load weights \"w.safetensors\" for=torch\nexpect mean(h.bias) == 2\n"
                "undo\nexpect mean(h.bias) == 7\nredo\nexpect mean(h.bias) == 2\n"
                "clone other\nexpect mean(h.bias) == 2\n"
                "for i in 1 2 { load weights \"w.safetensors\" for=torch }\n"
                "save session \"s.nnr\"\n");
    FILE *file = fopen("s.nnr", "r");
    char text[4000];
    const size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    assert_int_equal(count_of(text, "for=torch"), 2);
    fake_finish(&f);
    fake_start_as(&f, "check");
    fake_ok(&f, NET "save weights \"new.safetensors\" for=torch\n");
    assert_null(fopen("new.safetensors", "r"));
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_of_modules),    cmocka_unit_test(which_module_goes_where),
        cmocka_unit_test(what_does_not_fit),    cmocka_unit_test(what_no_module_computes),
        cmocka_unit_test(norms_without_a_part), cmocka_unit_test(in_a_session),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
