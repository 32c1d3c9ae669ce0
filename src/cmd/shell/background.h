/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Background work as the prompt drives it: training begun by `run`, and pictures. */
#ifndef NNR_CMD_SHELL_BACKGROUND_H
#define NNR_CMD_SHELL_BACKGROUND_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/* Background work: training begun by `run`, and pictures. A poll loop waits for the descriptors and
 * the deadline, and calls session_advance, which works for about 10 ms at most. */
enum { SESSION_DESCRIPTORS = 3 };
struct session_descriptor {
    int fd;
    bool write; /* until it can be written; else until it can be read */
};
size_t session_descriptors(const struct session *s,
                           struct session_descriptor to[SESSION_DESCRIPTORS]);
/* In the seconds of host->clock; INFINITY: nothing is due. Training in the background is due now,
 * or when its pace says so.
 */
double session_deadline(const struct session *s);
void session_advance(struct session *s);
/* Ends training in the background, as `stop` does. False if there was none. */
bool session_stop(struct session *s);

#endif
