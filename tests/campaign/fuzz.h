/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers share: words and lines taken from the program's own tables and from scripts, a
 * mutator that works with them, and what holds for every text that nnr writes. */
#ifndef NNR_TESTS_FUZZ_H
#define NNR_TESTS_FUZZ_H

#include "host.h"

#include <stddef.h>
#include <stdint.h>

struct list {
    char **item;
    size_t count;
};

/* A new working folder, for nobody else and without rights beyond it; the lists are filled. To be
 * called once. Prints how many inputs were tried when the process ends. */
void fuzz_start(void);
/* Lines of scripts, the examples of all rows among them; expressions; single words. */
extern struct list fuzz_lines, fuzz_expressions, fuzz_words;
/* Counters that are printed at the end beside their names. */
void fuzz_count(const char *what);

/* Lines, words and numbers put in, left out, moved or exchanged; whole lines come from `from`. */
size_t fuzz_mutate(const struct list *from, uint8_t *data, size_t size, size_t room, unsigned seed);

/* A session in which nothing takes long and no file beyond the folder is touched. */
void fuzz_session(struct fake *f);
/* Runs it and looks at what was written: an error says something, and no text holds a control
 * byte. */
enum outcome fuzz_run(struct fake *f, const char *text);
/* Whether a line's numbers ask for more work than one trial should do. */
bool fuzz_is_heavy(const char *line);
/* Shows what is wrong and aborts, so that the input is kept. */
void fuzz_fail(const char *why, const char *text, const char *more) __attribute__((noreturn));
void fuzz_write(const char *name, const void *bytes, size_t n);

/* What libFuzzer calls. */
int LLVMFuzzerInitialize(int *count, char ***word);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
/* What libFuzzer offers. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

#endif
