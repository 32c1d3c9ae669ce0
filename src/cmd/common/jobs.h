/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training in the background ends. */
#ifndef NNR_CMD_COMMON_JOBS_H
#define NNR_CMD_COMMON_JOBS_H

struct err;
struct session;

void session_drop_jobs(struct session *s);
/* Ends all jobs; what they did is kept, and said. */
int jobs_end(struct session *s, struct err *e);

#endif
