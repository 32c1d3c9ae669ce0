/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for gnuplot: reads programs and answers their tokens, well or badly. How is said by
 * FAKE_GNUPLOT: good, slow, dies, deaf, complains, floods. What it reads goes to FAKE_LOG. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int frames;

static void pause_for(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* print "MARK7|".GPVAL_ERRNO."|".GPVAL_ERRMSG."|MARK7" -> MARK7|0||MARK7 */
static void answer_out(const char *line, const char *how)
{
    char mark[100] = "";
    const char *from = strchr(line, '"') + 1;
    snprintf(mark, sizeof mark, "%.*s", (int)strcspn(from, "|"), from);
    if (strcmp(how, "slow") == 0)
        pause_for(20);
    if (strcmp(how, "dies") == 0 && ++frames == 3)
        exit(1);
    if (strcmp(how, "complains") == 0)
        printf("%s|7|it cannot be drawn|%s\n", mark, mark);
    else
        printf("a picture\n%s|0||%s\n", mark, mark);
    fflush(stdout);
}

static void answer_err(const char *line)
{
    const char *from = strchr(line, '"') + 1;
    fprintf(stderr, "%.*s\n", (int)strcspn(from, "\""), from);
}

int main(void)
{
    const char *how = getenv("FAKE_GNUPLOT"), *path = getenv("FAKE_LOG");
    FILE *log = fopen(path ? path : "/dev/null", "a");
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        if (log)
            fputs(line, log);
        if (strcmp(how, "floods") == 0)
            for (int i = 0; i < 20; i++)
                fprintf(stderr, "warning: something or other, and more of it %d\n", i);
        if (strcmp(how, "deaf") == 0 || strncmp(line, "print \"nnr-", 11) != 0)
            continue;
        if (strstr(line, "GPVAL_ERRNO"))
            answer_out(line, how);
        else
            answer_err(line);
    }
    if (log)
        fclose(log);
    return 0;
}
