/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said where a statement needs data. */
#ifndef NNR_CMD_SESSION_DATA_H
#define NNR_CMD_SESSION_DATA_H

struct err;
struct session;

/* There is data; else an error that says how to get some. */
int need_data(const struct session *s, struct err *e);

#endif
