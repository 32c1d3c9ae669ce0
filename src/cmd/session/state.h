/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session holds. */
#ifndef NNR_CMD_SESSION_STATE_H
#define NNR_CMD_SESSION_STATE_H

#include "cmd/session/host.h"
#include "cmd/session/ways.h"

#include "base/source.h"
#include "data/dataset.h"
#include "nn/policy.h"

struct session {
    const struct host *host;
    struct sources sources;
    const struct reading *reading; /* the files that `source` is in: verbs/source.c */
    const char *folder;            /* relative file names are read against it */
    char *within;                  /* where files may be, as file_name.within */
    uint64_t seed;

    struct model **model;
    size_t models, model_room, current;
    struct dataset data;
    bool has_data;
    struct variable *variable;
    size_t variables, variable_room;
    char **given; /* names of variables that --let gave: given.h */
    size_t givens, given_room;
    struct definition **definition; /* custom_penalty.h */
    size_t definitions, definition_room;
    struct definition *retired; /* taken back: models of a mark may still lead to them */
    struct mark *mark;          /* marks.c */
    size_t marks, mark_room;
    struct names_known *names;

    const struct entry *emulation; /* of the table of systems: none, or which is emulated */
    bool ignores_frozen;           /* the setting penalties.frozen */
    struct policy policy;          /* what both mean; the models refer to it */

    struct journal *journal; /* what was done: journal.h */
    struct job *job;         /* training in the background: jobs.c */
    size_t jobs;
    double due;            /* when paced training before the prompt goes on; 0: it does not wait */
    struct chosen *chosen; /* what nnr has chosen in the statement that runs: */
    struct results *results;      /* results.h; NULL: there are none */
    struct event_log *events;     /* common/event_log.h; NULL: nothing is logged */
    struct exercise *exercise;    /* exercise.h: the one that goes on; NULL: none does */
    struct grading *grading;      /* exec/grade.h: answers stand in for braces; NULL: they do not */
    const struct script *script;  /* where the statement stands that runs, */
    size_t at;                    /* and its number there */
    bool task_ended, behind_task; /* an exercise or its hint was done last; and the one before */
    struct sweep *sweep;          /* exec/sweep.h: the one that goes on; NULL: none does */
    bool trying;  /* its body is looked at, as --check does, and the first error ends that */
    bool guessed; /* with --check: a value that only training tells was used */
    size_t chosens, chosen_room;   /* common/defaults.c */
    struct transcript *transcript; /* transcript.h; NULL: what is said and done is not kept */
    struct pictures *pictures;     /* common/watch.c; NULL before the first */
    bool busy;                     /* a text is being run */
    bool quit;
    const struct statement *statement; /* that runs, the innermost; NULL: none does */
    char wrong_verb[40];               /* of the statement that failed; "": none did */
    struct checks *checks;             /* what --check has found: check.c */
    uint32_t typed; /* the source that a person types, whose statements --step does not show */
    struct player *player; /* of the script that is played to a person (player.h); NULL: none is */
    bool
        told_accuracy[2]; /* what it is of, without a validation share and with one: verbs/look.c */
    struct ways ways;     /* the settings of prompt */
    double printed;       /* what _ is: the last number that print has printed */
    bool has_printed;
    char prompt[300];
};

static inline struct model *current_model(const struct session *s)
{
    return s->model[s->current];
}

/* --check looks at names and shapes only. */
static inline bool checking(const struct session *s)
{
    return s->host->check;
}

#endif
