/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line. */
#ifndef NNR_REPL_OPTIONS_H
#define NNR_REPL_OPTIONS_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_THREADS = 64, MOST_JOBS = 1024, MOST_LETS = 64, MOST_PARTS = 100000 };

/* Texts belong to argv. */
struct options {
    const char *text;   /* of -c, or NULL; comes before the script */
    const char *file;   /* a script's name, "-" for the standard input, or NULL */
    const char *grade;  /* a file of answers, or NULL */
    const char *audit;  /* a model of Keras, or NULL */
    const char *as;     /* with it: a system, or NULL */
    double limit;       /* the seconds that an answer may take; 0: any time */
    const char *plot;   /* where pictures go; NULL when it was not said */
    const char *report; /* --report: the page that is written at the end, or NULL */
    bool big;           /* --plot-size big */
    bool persist;       /* --persist */
    bool no_init;       /* --no-init */
    bool serve;         /* --serve */
    bool kernel;        /* --install-kernel */
    const char *prefix; /* of --install-kernel, or NULL */
    bool stay, step, safe, check, json, quiet, manual, catalogue, version, help;
    uint64_t seed;
    const char *write;          /* of --write, or NULL */
    const char *let[MOST_LETS]; /* NAME=VALUE, in their order */
    size_t lets;
    unsigned threads;     /* 1..MOST_THREADS, or 0 when it was not said */
    unsigned jobs;        /* 1..MOST_JOBS, or 0 */
    unsigned part, parts; /* --part, else of a Slurm array: as in struct host */
};

/* Reads all of argv; a wrong command line is an error with a hint. */
int options_parse(struct options *o, int argc, char *const *argv, struct err *e);
/* A row of the table that options_parse reads. */
struct option_help {
    const char *name;
    const char *value; /* what stands for its value; NULL: it takes none */
    const char *line;
    bool repeats; /* may be given several times */
};
size_t options_count(void);
struct option_help options_row(size_t i);
/* Sentences of --help. */
extern const char options_about[], options_json[], options_status[];
/* What --help prints, made from the same table that options_parse reads. */
void options_help(struct str *to);

#endif
