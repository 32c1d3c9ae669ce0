/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log tensorboard: the points of the curves, written into event files while training runs. */
#ifndef NNR_CMD_COMMON_EVENT_LOG_H
#define NNR_CMD_COMMON_EVENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct file_name;
struct model;
struct session;
struct str;

/* From here on each model's points go into a folder of its name in that folder, which is made.
 * -1: *e, and what was logged before is logged still. */
int event_log_begin(struct session *s, const struct file_name *folder, struct err *e);
/* Ends it; what is there stays. */
void event_log_end(struct session *s);
/* Adds what `log` says of itself: log tensorboard "runs" or log off. */
void event_log_print(const struct session *s, struct str *to);
uint64_t event_log_digest(const struct session *s, uint64_t hash);
/* Round a sweep's run, whose models have folders of their own, with `seeds` by model and seed. */
void event_log_run_begin(struct session *s, bool seeds);
void event_log_run_end(struct session *s);

/* After a step: takes the points that the model's history has of it. After 1,000 at once some are
 * left out: then 200 a second are taken. What cannot be written is told once and ends the log;
 * training goes on. */
void event_log_take(struct session *s, const struct model *m);
/* Between steps: writes what waits, about twice a second. */
void event_log_tick(struct session *s);
/* At the end of training a model: takes the newest point, and writes all that waits; no file is
 * open any more. */
void event_log_finish(struct session *s, const struct model *m);

#endif
