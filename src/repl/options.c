/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/options.h"

#include "base/entry.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A number of the language is a double, and a saved session writes the seed as one. */
#define MOST_SEED (UINT64_C(1) << 53)
static const struct span nowhere = {0};

/* What the program is started for. */
enum purpose {
    RUN = 1,
    CHECK = 2,
    GRADE = 4,
    SERVE = 8,
    AUDIT = 16,
    KERNEL = 32,
    PAGE = 64, /* text about itself */
    ALWAYS = 127
};
enum { RUNS = RUN | CHECK | GRADE | SERVE };

struct option {
    const char *name;
    const char *value; /* what stands for its value in the help; NULL: a flag */
    int (*take)(struct options *o, const char *value, struct err *e); /* of one with a value */
    size_t flag; /* else the offset of its bool */
    const char *line;
    bool repeats;      /* may be given several times */
    unsigned with;     /* for what it does something, of enum purpose */
    enum purpose asks; /* what it starts the program for; 0: that is not said by it */
};

static int take_text(struct options *o, const char *value, struct err *e)
{
    o->text = value;
    if (!o->file)
        return 0;
    err_at(e, nowhere, "-c stands behind the script \"%.100s\"", o->file);
    return err_hint(e, "write -c before it: its statements come first");
}

/* The values are read by the language, when there is a session. */
static int take_let(struct options *o, const char *value, struct err *e)
{
    if (o->lets == MOST_LETS) {
        err_at(e, nowhere, "--let stands here more than %d times", MOST_LETS);
        return err_hint(e, "put the values into a script, and read it with: source");
    }
    o->let[o->lets++] = value;
    return 0;
}

static int take_plot(struct options *o, const char *value, struct err *e)
{
    o->plot = value;
    if (*value)
        return 0;
    err_at(e, nowhere, "--plot needs to know where pictures go");
    return err_hint(e,
                    "write --plot none, auto, dumb, a terminal's name or a file such as out.png");
}

static int take_grade(struct options *o, const char *value, struct err *e)
{
    (void)e;
    o->grade = value;
    o->safe = true;
    return 0;
}

static int take_audit(struct options *o, const char *value, struct err *e)
{
    o->audit = value;
    if (*value)
        return 0;
    err_at(e, nowhere, "--audit needs a file");
    return err_hint(e, "write nnr --audit model.json, or model.keras");
}

static int take_as(struct options *o, const char *value, struct err *e)
{
    (void)e;
    o->as = value;
    return 0;
}

static int take_limit(struct options *o, const char *value, struct err *e)
{
    enum { LONGEST = 86400 };
    char *end;
    o->limit = value[0] >= '0' && value[0] <= '9' ? strtod(value, &end) : 0;
    if (o->limit > 0 && (strcmp(end, "m") == 0 || strcmp(end, "min") == 0))
        o->limit *= 60;
    else if (o->limit > 0 && *end && strcmp(end, "s") != 0)
        o->limit = 0;
    if (o->limit > 0 && o->limit <= LONGEST)
        return 0;
    err_at(e, nowhere, "\"%.100s\" is no time", value);
    return err_hint(e, "write seconds or minutes, up to a day: --time-limit 60s, or 2m");
}

static int take_plot_size(struct options *o, const char *value, struct err *e)
{
    o->big = strcmp(value, "big") == 0;
    if (o->big || strcmp(value, "normal") == 0)
        return 0;
    err_at(e, nowhere, "\"%.100s\" is no size for pictures", value);
    return err_hint(e, "write --plot-size big, or normal");
}

static int take_report(struct options *o, const char *value, struct err *e)
{
    o->report = value;
    if (*value)
        return 0;
    err_at(e, nowhere, "--report needs a file");
    return err_hint(e, "write --report lesson.html, or .md for Markdown");
}

static int read_whole(const char *text, uint64_t most, uint64_t *result)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || n > most)
        return -1;
    *result = n;
    return 0;
}

static int take_seed(struct options *o, const char *value, struct err *e)
{
    if (read_whole(value, MOST_SEED, &o->seed) == 0)
        return 0;
    err_at(e, nowhere, "\"%s\" is no seed", value);
    return err_hint(e, "a seed is a whole number from 0 to 2^53: --seed 7");
}

static int take_threads(struct options *o, const char *value, struct err *e)
{
    uint64_t n = 0;
    if (read_whole(value, MOST_THREADS, &n) == 0 && n > 0) {
        o->threads = (unsigned)n;
        return 0;
    }
    err_at(e, nowhere, "\"%s\" is no number of threads", value);
    return err_hint(e, "write a whole number from 1 to %d: --threads 2", MOST_THREADS);
}

static int take_jobs(struct options *o, const char *value, struct err *e)
{
    uint64_t n = 0;
    if (read_whole(value, MOST_JOBS, &n) == 0 && n > 0) {
        o->jobs = (unsigned)n;
        return 0;
    }
    err_at(e, nowhere, "\"%s\" is no number of jobs", value);
    return err_hint(e, "write a whole number from 1 to %d: --jobs 4", MOST_JOBS);
}

static int take_part(struct options *o, const char *value, struct err *e)
{
    char *slash, *end;
    errno = 0;
    const unsigned long part = strtoul(value, &slash, 10);
    const unsigned long parts = *slash == '/' ? strtoul(slash + 1, &end, 10) : 0;
    const bool digits =
        isdigit((unsigned char)value[0]) && *slash == '/' && isdigit((unsigned char)slash[1]);
    if (digits && !*end && !errno && part >= 1 && part <= parts && parts <= MOST_PARTS) {
        o->part = (unsigned)part;
        o->parts = (unsigned)parts;
        return 0;
    }
    err_at(e, nowhere, "\"%.100s\" is no part of a sweep", value);
    return err_hint(e, "write which one, from 1, and of how many: --part 3/8");
}

static uint64_t slurm_number(const char *name, uint64_t missing)
{
    uint64_t n;
    const char *text = getenv(name);
    return text && read_whole(text, MOST_PARTS, &n) == 0 ? n : missing;
}

/* A task of a Slurm array does its share; of a list with gaps it is not known which that is. */
static void take_slurm(struct options *o)
{
    if (o->parts || !getenv("SLURM_ARRAY_TASK_ID"))
        return;
    const uint64_t id = slurm_number("SLURM_ARRAY_TASK_ID", 0),
                   count = slurm_number("SLURM_ARRAY_TASK_COUNT", 1),
                   first = slurm_number("SLURM_ARRAY_TASK_MIN", 0),
                   last = slurm_number("SLURM_ARRAY_TASK_MAX", 0),
                   given = slurm_number("SLURM_ARRAY_TASK_STEP", 1), by = given ? given : 1;
    const bool even = id >= first && (id - first) % by == 0 && (last - first) / by + 1 == count;
    o->parts = (unsigned)count;
    o->part = even ? (unsigned)((id - first) / by + 1) : 0;
}

static int take_write(struct options *o, const char *value, struct err *e)
{
    (void)e;
    o->write = value;
    return 0;
}

static int take_prefix(struct options *o, const char *value, struct err *e)
{
    o->prefix = value;
    if (*value)
        return 0;
    err_at(e, nowhere, "--prefix needs a folder");
    return err_hint(e, "write nnr --install-kernel --prefix /usr/local");
}

#define FLAG(member) NULL, NULL, offsetof(struct options, member)
static const struct option table[] = {
    {"-c", "TEXT", take_text, 0, "run the statements of TEXT, before those of the script", false,
     RUN | CHECK | GRADE, 0},
    {"-i", FLAG(stay), "stay at the prompt after the script or -c", false, RUN, 0},
    {"--no-init", FLAG(no_init), "at the prompt, do not read the person's init.nnr", false, RUN, 0},
    {"--let", "NAME=VALUE", take_let, 0, "a parameter: let NAME = VALUE before the script", true,
     RUNS, 0},
    {"--check", FLAG(check), "tell all that is wrong with names and shapes; train nothing", false,
     CHECK, CHECK},
    {"--plot", "WHERE", take_plot, 0, "none, auto, dumb, a terminal's name, or a file", false,
     RUN | CHECK | SERVE, 0},
    {"--plot-size", "SIZE", take_plot_size, 0, "big: large letters and lines in pictures", false,
     RUN | CHECK | SERVE, 0},
    {"--report", "FILE", take_report, 0, "a page of all that is said and done: .html or .md", false,
     RUN | GRADE | SERVE, 0},
    {"--persist", FLAG(persist), "windows of pictures stay when nnr has ended", false, RUN | CHECK,
     0},
    {"--safe", FLAG(safe), "files in the script's folder alone; help save", false, RUNS, 0},
    {"--step", FLAG(step), "show each statement, and wait for Enter or another statement", false,
     RUN, 0},
    {"--grade", "ANSWERS", take_grade, 0, "tell which exercises of the script answers solve", false,
     GRADE, GRADE},
    {"--time-limit", "TIME", take_limit, 0, "with --grade: for each answer, 60s or 2m", false,
     GRADE, 0},
    {"--serve", FLAG(serve), "requests and replies in lines of JSON: docs/serve.md", false, SERVE,
     SERVE},
    {"--install-kernel", FLAG(kernel), "make nnr known to Jupyter, for this person", false, KERNEL,
     KERNEL},
    {"--prefix", "FOLDER", take_prefix, 0, "with --install-kernel: for all who use that prefix",
     false, KERNEL, 0},
    {"--audit", "MODEL", take_audit, 0,
     "which penalties of a Keras .json or .keras act as declared", false, AUDIT, AUDIT},
    {"--as", "SYSTEM", take_as, 0, "with --audit: by that system, such as keras-3", false, AUDIT,
     0},
    {"--seed", "N", take_seed, 0, "what everything random follows from (1 without it)", false, RUNS,
     0},
    {"--threads", "N", take_threads, 0,
     "the most threads of a training step, 1 to 64 (1 without it)", false, RUNS, 0},
    {"--jobs", "N", take_jobs, 0, "how many runs of a sweep at a time (one a core without it)",
     false, RUNS, 0},
    {"--part", "N/PARTS", take_part, 0, "a share of a sweep's runs (in a Slurm array: the task's)",
     false, RUNS, 0},
    {"--json", FLAG(json), "print a JSON object for each statement that reports or fails", false,
     RUN | CHECK | GRADE | AUDIT, 0},
    {"--quiet", FLAG(quiet), "show no greeting, notices, narration or progress", false,
     RUN | CHECK | SERVE, 0},
    {"--manual", FLAG(manual), "print the reference of the language, in Markdown", false, PAGE,
     PAGE},
    {"--catalogue", FLAG(catalogue), "print all that regularizes, in Markdown", false, PAGE, PAGE},
    {"--write", "WHAT", take_write, 0, "print the man page or a file for shells and editors", false,
     PAGE, PAGE},
    {"--version", FLAG(version), "print the version and exit", false, PAGE, PAGE},
    {"--help", FLAG(help), "print this text and exit, whatever else is given", false, ALWAYS, 0},
};
enum { OPTIONS = sizeof table / sizeof table[0] };

const char options_about[] =
    "Experiments with neural networks and their penalties. Without a file nnr shows\n"
    "a prompt; where nobody sits at a terminal it runs the standard input.";
const char options_json[] =
    "With --json each object on the standard output names its verb and its place; one\n"
    "with \"error\" tells what failed, and what to do instead as \"hint\".";
const char options_status[] =
    "Exit status: 0 success, 1 an error, 2 a wrong command line, 3 an expect that\n"
    "does not hold, an exercise that is not solved, or with --audit a penalty that\n"
    "is not applied as declared, 130 interrupted.";

size_t options_count(void)
{
    return OPTIONS;
}

struct option_help options_row(size_t i)
{
    return (struct option_help){table[i].name, table[i].value, table[i].line, table[i].repeats};
}

void options_help(struct str *to)
{
    str_addf(to,
             "usage: nnr [options] [file.nnr]\n\n%s\n\n"
             "  file.nnr          run this script; - is the standard input\n",
             options_about);
    for (size_t i = 0; i < OPTIONS; i++) {
        const char *value = table[i].value;
        int width = 16 - (int)strlen(table[i].name);
        str_addf(to, "  %s %-*s %s\n", table[i].name, width, value ? value : "", table[i].line);
    }
    str_addf(to, "\n%s\n\nAt the prompt \"help\" tells what can be typed.\n%s\n", options_json,
             options_status);
}

/* The row whose name is the first `n` bytes of `word`. */
static const struct option *find_option(const char *word, size_t n)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (strncmp(table[i].name, word, n) == 0 && !table[i].name[n])
            return &table[i];
    return NULL;
}

static int unknown_option(const char *word, size_t n, struct err *e)
{
    struct nearest near = {0};
    char name[32] = "";
    if (n < sizeof name)
        memcpy(name, word, n);
    for (size_t i = 0; i < OPTIONS && word[1] == '-'; i++)
        nearest_try(&near, name, table[i].name);
    err_at(e, nowhere, "there is no option \"%.*s\"", n > 100 ? 100 : (int)n, word);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "nnr --help lists them");
}

/* Takes the option at argv[*i], and its value from there or from the next word. */
static int take_option(struct options *o, char *const *argv, int argc, int *i, unsigned *seen,
                       struct err *e)
{
    const char *word = argv[*i];
    size_t n = word[1] == '-' ? strcspn(word, "=") : strlen(word);
    const struct option *row = find_option(word, n);
    if (!row)
        return unknown_option(word, n, e);
    unsigned bit = 1u << (row - table);
    if (*seen & bit && !row->repeats) {
        err_at(e, nowhere, "\"%s\" is given twice", row->name);
        return err_hint(e, "give it once");
    }
    *seen |= bit;
    const char *value = word[n] ? word + n + 1 : NULL;
    if (!row->value && value) {
        err_at(e, nowhere, "\"%s\" takes no value", row->name);
        return err_hint(e, "write %s alone", row->name);
    }
    if (!row->value) {
        *(bool *)((char *)o + row->flag) = true;
        return 0;
    }
    if (!value && *i + 1 < argc)
        value = argv[++*i];
    if (value)
        return row->take(o, value, e);
    err_at(e, nowhere, "\"%s\" lacks its value", row->name);
    return err_hint(e, "write %s %s", row->name, row->value);
}

static int take_file(struct options *o, const char *word, struct err *e)
{
    if (o->file) {
        err_at(e, nowhere, "\"%.100s\" is a second script", word);
        return err_hint(e, "give one; a script reads others with: source \"other.nnr\"");
    }
    o->file = word;
    return 0;
}

static bool is_seen(unsigned seen, size_t i)
{
    return seen >> i & 1;
}

static int refuse_pair(const char *one, const char *other, const struct option *asks, struct err *e)
{
    struct str fit = {0};
    for (size_t i = 0; i < OPTIONS; i++)
        if (table[i].with & asks->asks && &table[i] != asks && table[i].with != ALWAYS &&
            !table[i].asks)
            str_addf(&fit, "%s%s", fit.size ? ", " : "", table[i].name);
    err_at(e, nowhere, "%s and %s do not go together", one, other);
    if (fit.failed || !fit.size)
        err_hint(e, "write nnr %s alone", asks->name);
    else
        err_hint(e, "give one of them; with %s go %s", asks->name, fit.text);
    str_finish(&fit);
    return -1;
}

/* What is for something that was not asked for. */
static int refuse_lone(const struct option *row, struct err *e)
{
    size_t i = 0;
    while (i + 1 < OPTIONS && !(table[i].asks & row->with))
        i++;
    const struct option *asks = &table[i];
    err_at(e, nowhere, "%s is for %s", row->name, asks->name);
    return err_hint(e, "write nnr %s%s%s %s %s", asks->name, asks->value ? " " : "",
                    asks->value ? asks->value : "", row->name, row->value ? row->value : "");
}

/* No option is taken that does nothing beside the others. */
static int check_purpose(const struct options *o, unsigned seen, struct err *e)
{
    const struct option *asks = NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!is_seen(seen, i) || !table[i].asks)
            continue;
        if (asks)
            return refuse_pair(asks->name, table[i].name, asks, e);
        asks = &table[i];
    }
    const unsigned purpose = asks ? asks->asks : RUN;
    for (size_t i = 0; i < OPTIONS; i++)
        if (is_seen(seen, i) && !(table[i].with & purpose))
            return asks ? refuse_pair(asks->name, table[i].name, asks, e)
                        : refuse_lone(&table[i], e);
    return o->file && !(purpose & (RUN | CHECK | GRADE))
               ? refuse_pair(asks->name, "a script", asks, e)
               : 0;
}

/* Neither of them has windows. */
static bool has_no_windows(const char *plot)
{
    return plot && (strcmp(plot, "none") == 0 || strcmp(plot, "dumb") == 0 || strchr(plot, '.'));
}

static int check_options(const struct options *o, unsigned seen, struct err *e)
{
    if (o->help)
        return 0;
    if (check_purpose(o, seen, e))
        return -1;
    if (o->grade && (!o->file || strcmp(o->file, "-") == 0)) {
        err_at(e, nowhere, "--grade needs the lesson");
        return err_hint(e, "write nnr --grade answers.nnr lesson.nnr");
    }
    if (o->persist && has_no_windows(o->plot)) {
        err_at(e, nowhere, "--persist and --plot %.100s do not go together", o->plot);
        return err_hint(e, "it keeps windows, and there are none");
    }
    return 0;
}

int options_parse(struct options *o, int argc, char *const *argv, struct err *e)
{
    *o = (struct options){.seed = 1};
    unsigned seen = 0;
    bool files = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!files && strcmp(word, "--") == 0)
            files = true;
        else if (!files && word[0] == '-' && word[1] ? take_option(o, argv, argc, &i, &seen, e)
                                                     : take_file(o, word, e))
            return -1;
    }
    take_slurm(o);
    return check_options(o, seen, e);
}
