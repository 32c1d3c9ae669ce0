/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/event_log.h"

#include "cmd/common/history_table.h"
#include "cmd/session/digest.h"
#include "cmd/session/state.h"
#include "cmd/session/warn.h"

#include "base/event_record.h"
#include "base/file.h"
#include "base/ranks.h"
#include "train/model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a model has written, or a run of a sweep. */
struct event_run {
    char *name;     /* of its folder */
    char *path;     /* of its file; NULL: it has none yet */
    bool begun;     /* it has a point, */
    uint64_t last;  /* the newest of this step, */
    bool behind;    /* and one after that was left out */
    double spare;   /* points that may be taken at once, */
    double counted; /* as of this time, in the host's seconds */
    int fd;         /* -1: not open */
    struct str waits;
};

struct event_log {
    struct arena arena;
    struct file_name folder;
    struct event_run *run;
    size_t runs, room;
    size_t outer;           /* in a sweep's run: those that are not its own */
    bool seeds;             /* and the seed stands in names */
    bool waits;             /* something does, */
    double written;         /* and this was when something was written last */
    struct str tag, values; /* room for a point */
};

/* However fast points come, they cost little: in the long run so many are taken a second. */
enum { BURST = 1000, RATE = 200 };

static void close_run(struct event_run *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    str_finish(&r->waits);
}

static void drop_runs(struct event_log *l, size_t from)
{
    while (l->runs > from) {
        struct event_run *r = &l->run[--l->runs];
        close_run(r);
        mem_free(r->name);
        mem_free(r->path);
    }
}

static void log_destroy(struct event_log *l)
{
    if (!l)
        return;
    drop_runs(l, 0);
    str_finish(&l->tag);
    str_finish(&l->values);
    mem_free(l->run);
    arena_finish(&l->arena);
    mem_free(l);
}

void event_log_print(const struct session *s, struct str *to)
{
    if (s->events)
        str_addf(to, "log tensorboard \"%s\"\n", s->events->folder.name);
    else
        str_add(to, "log off\n");
}

uint64_t event_log_digest(const struct session *s, uint64_t hash)
{
    const char *path = s->events ? s->events->folder.path : "";
    return digest_bytes(hash, path, strlen(path));
}

void event_log_run_begin(struct session *s, bool seeds)
{
    if (!s->events)
        return;
    s->events->outer = s->events->runs;
    s->events->seeds = seeds;
}

void event_log_run_end(struct session *s)
{
    if (!s->events)
        return;
    s->events->seeds = false;
    drop_runs(s->events, s->events->outer);
}

/* Training goes on without it. */
static void give_up(struct session *s, int why)
{
    struct event_log *l = s->events;
    struct err e = {0};
    file_refuse(&l->folder, why, &e);
    session_warn(s, "log tensorboard: %s; nothing more is logged", e.what);
    s->events = NULL;
    log_destroy(l);
}

static double time_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The name of a new file of the run. TensorBoard reads the files of a folder in the order of their
 * names, and those alone that have tfevents in theirs. False without memory. */
static bool name_file(const struct event_log *l, struct event_run *r, unsigned number)
{
    struct str path = {0};
    char machine[64] = "";
    if (gethostname(machine, sizeof machine - 1) || strchr(machine, '/'))
        machine[0] = 0;
    str_addf(&path, "%s/%s/events.out.tfevents.%010lld.%s.%ld.%03u", l->folder.path, r->name,
             (long long)time(NULL), *machine ? machine : "nnr", (long)getpid(), number);
    mem_free(r->path);
    r->path = path.failed ? NULL : path.text;
    if (path.failed)
        str_finish(&path);
    return r->path;
}

/* 0 or an errno. */
static int make_file(const struct event_log *l, struct event_run *r)
{
    enum { MOST = 1000 };
    struct str first = {0};
    int why = EEXIST;
    for (unsigned i = 0; i < MOST && why == EEXIST; i++) {
        if (!name_file(l, r, i))
            return ENOMEM;
        char *name = strrchr(r->path, '/');
        *name = 0;
        why = place_make_folder(r->path, l->folder.within);
        *name = '/';
        if (why)
            return why;
        r->fd = place_open(r->path, l->folder.within, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
        why = r->fd < 0 ? errno : 0;
    }
    event_add_version(&first, time_now());
    if (!why)
        why = first.failed ? ENOMEM : file_write(r->fd, first.text, first.size);
    str_finish(&first);
    return why;
}

/* The file is open for each piece of training alone. 0 or an errno. */
static int open_file(const struct event_log *l, struct event_run *r)
{
    if (r->fd < 0 && r->path)
        r->fd = place_open(r->path, l->folder.within, O_WRONLY | O_APPEND);
    if (r->fd < 0 && r->path && errno != ENOENT)
        return errno;
    return r->fd < 0 ? make_file(l, r) : 0;
}

/* What does not fit is cut off again: there are whole records alone. 0 or an errno. */
static int write_run(const struct event_log *l, struct event_run *r)
{
    int why = r->waits.size ? open_file(l, r) : 0;
    if (why || !r->waits.size)
        return why;
    const off_t size = lseek(r->fd, 0, SEEK_END);
    why = file_write(r->fd, r->waits.text, r->waits.size);
    if (why && size >= 0 && ftruncate(r->fd, size))
        return why;
    r->waits.size = 0;
    return why;
}

static void write_all(struct session *s, bool closes)
{
    struct event_log *l = s->events;
    int why = 0;
    for (size_t i = 0; i < l->runs && !why; i++) {
        why = write_run(l, &l->run[i]);
        if (closes)
            close_run(&l->run[i]);
    }
    l->written = session_clock(s);
    l->waits = false;
    if (why)
        give_up(s, why);
}

void event_log_end(struct session *s)
{
    if (s->events)
        write_all(s, true);
    log_destroy(s->events);
    s->events = NULL;
}

int event_log_begin(struct session *s, const struct file_name *folder, struct err *e)
{
    struct event_log *l = mem_new(1, sizeof *l);
    if (!l)
        return err_memory(e);
    l->folder = *folder;
    int failed = file_name_copy(&l->arena, &l->folder) ? err_memory(e) : 0;
    const int why = failed ? 0 : place_make_folder(l->folder.path, l->folder.within);
    if (why == ENOTDIR) {
        err_at(e, folder->where, "\"%.200s\" is no folder", folder->name);
        failed = err_hint(e, "name a folder, which is made if it is not there");
    } else if (why || (!failed && access(l->folder.path, W_OK | X_OK))) {
        failed = file_refuse(folder, why ? why : errno, e);
    }
    if (failed) {
        log_destroy(l);
        return -1;
    }
    event_log_end(s);
    l->written = session_clock(s);
    s->events = l;
    return 0;
}

void event_log_tick(struct session *s)
{
    const double pause = 0.5;
    if (s->events && s->events->waits && session_clock(s) - s->events->written >= pause)
        write_all(s, false);
}

/* The run of that name; a new one has no file yet. NULL without memory. */
static struct event_run *find_run(struct event_log *l, const char *name)
{
    for (size_t i = l->runs; i-- > 0;)
        if (strcmp(l->run[i].name, name) == 0)
            return &l->run[i];
    char *copy = mem_text(name, strlen(name));
    if (!copy || mem_room(&l->run, &l->room, l->runs + 1, sizeof *l->run)) {
        mem_free(copy);
        return NULL;
    }
    l->run[l->runs] = (struct event_run){.name = copy, .fd = -1, .spare = BURST};
    return &l->run[l->runs++];
}

static bool may_take(const struct session *s, struct event_run *r)
{
    const double now = session_clock(s);
    r->spare = fmin(BURST, r->spare + RATE * (now - r->counted));
    r->counted = now;
    if (r->spare < 1)
        return false;
    r->spare--;
    return true;
}

static struct event_run *run_of(const struct session *s, const struct model *m)
{
    char name[100];
    snprintf(name, sizeof name, s->events->seeds ? "%.60s_seed%llu" : "%.60s", m->name,
             (unsigned long long)s->seed);
    return find_run(s->events, name);
}

/* What stands before the slash is the group. */
static void add_tag(struct str *to, const struct series *s)
{
    if (s->kind == SERIES_VALIDATION)
        str_add(to, "validation/data");
    else if (s->kind == SERIES_VALIDATION_TOTAL)
        str_add(to, "validation/total");
    else {
        str_add(to, s->kind == SERIES_DATA         ? "loss/"
                    : s->kind == SERIES_PENALTY    ? "penalty/"
                    : s->kind == SERIES_EXPRESSION ? "watch/"
                                                   : "output/");
        history_series_name(to, s);
    }
}

static void add_value(struct event_log *l, const struct series *s, double x)
{
    l->tag.size = 0;
    add_tag(&l->tag, s);
    if (!l->tag.failed)
        event_value_add(&l->values, l->tag.text, l->tag.size, x);
}

/* All curves that have a point at the step; 0: their starts. */
static void gather_values(struct event_log *l, const struct history *h, uint64_t step)
{
    double data = (double)NAN, penalty = 0;
    static const char sum[] = "loss/penalty", total[] = "loss/total";
    l->values.size = 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct series *s = &h->series[i];
        const bool there =
            step ? s->count && s->step[s->count - 1] == (double)step : !isnan(s->start);
        const double x = !there ? (double)NAN : step ? s->value[s->count - 1] : s->start;
        if (there)
            add_value(l, s, x);
        data = s->kind == SERIES_DATA ? x : data;
        penalty += s->kind == SERIES_PENALTY && there ? x : 0;
    }
    if (!isnan(data)) {
        event_value_add(&l->values, sum, sizeof sum - 1, penalty);
        event_value_add(&l->values, total, sizeof total - 1, data + penalty);
    }
}

static void take_point(struct event_log *l, struct event_run *r, const struct history *h,
                       uint64_t step)
{
    gather_values(l, h, step);
    if (!l->values.size)
        return;
    const double now = time_now();
    /* After undo or goto, and where somebody logged into the same folder before. */
    if (step <= r->last || !r->begun)
        event_add_start(&r->waits, now, step);
    event_add_values(&r->waits, now, step, &l->values);
    r->begun = true;
    r->last = step;
    l->waits = true;
}

static bool any_point(const struct history *h, uint64_t step)
{
    bool found = false;
    for (size_t i = 0; i < h->count && !found; i++)
        found = h->series[i].count && h->series[i].step[h->series[i].count - 1] == (double)step;
    return found;
}

/* The step of the newest point of the losses. */
static uint64_t newest_step(const struct history *h)
{
    const struct series *data = history_find(h, SERIES_DATA, "data");
    return data && data->count ? (uint64_t)data->step[data->count - 1] : 0;
}

static void take_points(struct session *s, const struct model *m, uint64_t step, bool all)
{
    struct event_log *l = s->events;
    struct event_run *r = run_of(s, m);
    if (!r) {
        give_up(s, ENOMEM);
        return;
    }
    r->behind = !all && !may_take(s, r);
    if (r->behind)
        return;
    if (step == 1)
        take_point(l, r, &m->history, 0);
    take_point(l, r, &m->history, step);
    if (l->tag.failed || l->values.failed || r->waits.failed)
        give_up(s, ENOMEM);
}

static bool is_silent(const struct session *s)
{
    return !s->events || (ranks_follow(s->host->ranks) && !s->host->in_run);
}

void event_log_take(struct session *s, const struct model *m)
{
    const uint64_t step = m->state.step;
    if (!is_silent(s) && (step == 1 || any_point(&m->history, step)))
        take_points(s, m, step, false);
}

void event_log_finish(struct session *s, const struct model *m)
{
    struct event_run *r = is_silent(s) ? NULL : run_of(s, m);
    if (r && r->behind && newest_step(&m->history) > r->last)
        take_points(s, m, newest_step(&m->history), true);
    if (s->events)
        write_all(s, true);
}
