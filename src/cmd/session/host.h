/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session needs of the world round it, handed down by whoever runs it: repl, or a test. */
#ifndef NNR_CMD_SESSION_HOST_H
#define NNR_CMD_SESSION_HOST_H

#include "base/out.h"
#include "base/stop.h"

struct session;

/* How far foreground work has come; figures so far of the running epoch. */
struct progress {
    const char *what;       /* "train", "step", "penalties" */
    const char *model;      /* the model's name, or NULL when there is only one */
    uint64_t epoch, epochs; /* the epoch that runs, from 1, and how many; 0 and 0: none */
    uint64_t step, steps;   /* steps done and to do in this piece of work */
    bool epoch_ended;       /* this call marks the end of an epoch */
    double data, penalty;   /* mean over the epoch so far */
    bool validates;         /* beside it the data loss of the validation share is known, */
    double validation;      /* at the end of the latest epoch */
    bool judges;            /* and how many classes were right, of both */
    double accuracy, validation_accuracy;
    /* Of a sweep: how many runs, and how many of them are done and going on; 0 runs: none. */
    size_t runs, runs_done, runs_going;
    bool run_ended; /* this call marks the end of a run */
};

/* Who takes errors and pictures as wholes, and not as part of a stream of text. */
struct listener {
    void *self;
    /* An error as people read it, and its object, as --json prints it. */
    void (*error)(void *self, const char *text, const char *object);
    /* A picture: the name of its view, what it shows in words, and SVG that stands by itself. */
    void (*picture)(void *self, const char *view, const char *words, const char *svg);
};

struct host {
    void *self;
    bool person;          /* what runs was typed at the prompt, which stays */
    bool watched;         /* a person sits before a terminal, whoever wrote what runs */
    bool json, quiet;     /* --json, --quiet */
    bool check;           /* --check: names, choices and shapes only; nothing is trained */
    bool safe;            /* --safe: files only in the folder of the text that runs, or below it */
    bool keeps;           /* what is said and done is kept from the start, for a report */
    bool in_run;          /* of a sweep: what is said there is told when the run is taken */
    bool step;            /* --step: each statement of a file is shown and waits for Enter */
    unsigned jobs;        /* --jobs: how many runs of a sweep at a time; 0: it was not said */
    unsigned part, parts; /* --part: which share of a sweep's runs, from 1, of how many; parts below
                           * 2: all runs; part 0: it is not known */
    struct ranks *ranks;  /* of mpirun; NULL: none of it */
    const char *plot; /* where pictures go: auto, none, dumb, another terminal's name, or a file */
    bool big;         /* letters and lines of pictures are large */
    bool persist;     /* --persist: their windows stay when the program has ended */
    bool display, screen;   /* a window system is there; stdout is a terminal */
    bool colour;            /* text pictures may have it */
    unsigned width, height; /* of the screen, in characters */
    struct out out, err;
    const struct listener *listener; /* NULL: nobody, and pictures are windows, text or files */
    struct stop stop; /* looked at within slices: whether `tick` would say so, without doing it */
    /* Called between slices of foreground work of about 10 ms. False: please stop. */
    bool (*tick)(void *self, const struct progress *p);
    /* Monotonic seconds, for --json and for sizing slices. */
    double (*clock)(void *self);
    /* Shows `hint` and waits for Enter when a person is there, else goes on at once; what was typed
     * before is thrown away. False: please stop. */
    bool (*ask)(void *self, const char *hint);
    /* When a person is there: shows the line `shown`, unless it is NULL, asks with `prompt` (NULL:
     * the session's own), and adds what is typed before Enter to `typed`. Where nobody is there it
     * goes on at once and shows nothing. False: please stop. */
    bool (*type)(void *self, const char *shown, const char *prompt, struct str *typed);
    /* Waits until one of session_descriptors is ready or session_deadline has come, then calls
     * session_advance. False: please stop. */
    bool (*wait)(void *self);
    /* Shows a picture made of text: above the prompt, if there is one. */
    void (*picture)(void *self, const char *text, size_t n);
};

/* How running a piece of text ended. Errors were already written to host->err. */
enum outcome {
    OUTCOME_OK,
    OUTCOME_INCOMPLETE, /* the text ends inside { } or after a backslash: nothing was run */
    OUTCOME_ERROR,      /* bad input, or no memory */
    OUTCOME_EXPECT,     /* an `expect` did not hold */
    OUTCOME_STOPPED,    /* the person interrupted it */
    OUTCOME_QUIT
};
/* Notices for people on stderr; nothing with --quiet. */
void session_notice(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes out what a handler gathered; ERR_MEMORY if it could not be gathered. Finishes `text`.
 * --check writes nothing. With --json the text is a line with an object, which gets the verb and
 * the place of the statement. */
int session_report(const struct session *s, struct str *text, struct err *e);
/* The same, but it is no news for a report of the session: that has been told it another way. */
int session_print(const struct session *s, struct str *text, struct err *e);
/* The same for text that is made for people: with --json it is the string under `key`. */
int session_report_words(const struct session *s, const char *key, struct str *text, struct err *e);
/* Adds a line with an object of n bytes, the verb that it is of (NULL: null) in front of its
 * members and the place behind. */
void session_object(const struct session *s, const char *verb, struct span where,
                    const char *object, size_t n, struct str *to);
/* Shows an error, as the host wants it. */
enum outcome show_error(struct session *s, const struct err *e);
/* Waits for Enter where a person is there: 0, or -1 with ERR_STOPPED. */
int session_ask(const struct session *s, const char *hint, struct err *e);
/* Gives the person a chance to stop: 0, or -1 with ERR_STOPPED. */
int session_tick(const struct session *s, const struct progress *p, struct err *e);
double session_clock(const struct session *s);

#endif
