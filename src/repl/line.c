/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/line.h"

#include "base/mem.h"
#include "base/plain.h"
#include "repl/paint.h"
#include "repl/past.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

/* readline is one for the whole process, and calls back without an argument of ours. */
static const struct line_owner *owner;
static bool started, asking;

/* The most times a key is repeated, and the narrowest screen that readline can lay a line out on:
 * it divides by parts of the width. */
enum { MOST_TIMES = 999, NARROWEST = 8 };

/* Remembers a line, unless it is blank or the same as the last one. */
void line_remember(const char *text)
{
    const HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (!text[strspn(text, " \t\n")] || *text == ' ' || (last && strcmp(last->line, text) == 0))
        return;
    add_history(text);
    past_keep(text);
}

static void accepted(char *text)
{
    rl_callback_handler_remove();
    paint_forget();
    asking = false;
    if (text)
        line_remember(text);
    owner->typed(owner->self, text);
    free(text);
}

/* A word of the session replaces what begins at its byte `start`, a word of readline what begins
 * at `from`: the same word as readline wants it, in memory of malloc. */
static char *moved_word(const char *word, const char *line, size_t start, size_t from)
{
    size_t n = strlen(word), cut = start < from ? from - start : 0;
    size_t before = start > from ? start - from : 0;
    if (cut > n)
        cut = n;
    char *text = malloc(before + n - cut + 1);
    if (!text)
        return NULL;
    memcpy(text, line + from, before);
    memcpy(text + before, word + cut, n - cut + 1);
    return text;
}

static size_t common_start(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* readline wants in front of the words what all of them begin with. */
static char *first_match(char **words)
{
    size_t n = strlen(words[0]);
    for (size_t i = 1; words[i]; i++) {
        size_t same = common_start(words[0], words[i]);
        n = same < n ? same : n;
    }
    return strndup(words[0], n);
}

static char **matches(char **words, size_t start, size_t from)
{
    size_t count = 0;
    while (words[count])
        count++;
    char **all = calloc(count + 2, sizeof *all);
    if (!all)
        return NULL;
    bool whole = true;
    for (size_t i = 0; i < count && whole; i++)
        whole = (all[i + 1] = moved_word(words[i], rl_line_buffer, start, from)) != NULL;
    if (whole)
        all[0] = first_match(all + 1);
    if (whole && count == 1) {
        free(all[1]);
        all[1] = NULL;
    }
    if (all[0])
        return all;
    for (size_t i = 1; i <= count; i++)
        free(all[i]);
    free(all);
    return NULL;
}

/* readline would show a name as it is, and some would command the terminal. */
static char *file_name(const char *text, int again)
{
    char *name = rl_filename_completion_function(text, again);
    while (name && !plain_is(name)) {
        free(name);
        name = rl_filename_completion_function(text, 1);
    }
    return name;
}

static char **complete_word(const char *text, int from, int to)
{
    rl_attempted_completion_over = 1;
    size_t start = (size_t)from;
    char suffix = ' ';
    char **words = owner->complete(owner->self, rl_line_buffer, (size_t)to, &start, &suffix);
    /* Inside quotes stands the name of a file. */
    if (!words && rl_completion_quote_character)
        return rl_completion_matches(text, file_name);
    if (!words)
        return NULL;
    char **all = words[0] ? matches(words, start, (size_t)from) : NULL;
    rl_completion_append_character = (unsigned char)suffix;
    for (size_t i = 0; words[i]; i++)
        mem_free(words[i]);
    mem_free(words);
    return all;
}

/* A paste that has begun is read to its end within one call of readline, which takes an end without
 * its mark for text that goes on behind the end of its buffer. */
static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";
static size_t begun, ended;   /* so much of the marks has come */
static bool pasting;          /* the first has, the second has not */
static const char *mark_left; /* what is still to be given of the mark that was lacking */

/* Whether the mark is complete with this key. A mark begins with its only escape. */
static bool completes_mark(const char *mark, size_t *n, int key)
{
    *n = key == mark[*n] ? *n + 1 : key == mark[0];
    if (mark[*n])
        return false;
    *n = 0;
    return true;
}

static int given_key(int key)
{
    /* It may end the line, or show something below it. */
    if (key < ' ' || key == RUBOUT || !rl_editing_mode)
        paint_erase();
    if (key == EOF && pasting && !mark_left) {
        mark_left = paste_end;
        return *mark_left++;
    }
    if (completes_mark(paste_begin, &begun, key))
        pasting = true;
    if (completes_mark(paste_end, &ended, key))
        pasting = false;
    return key;
}

/* The terminal, opened anew so that a read of ours never sleeps: what is shared with others must
 * not be set so. -1: there is none. */
static int keys = -1;

/* The next key that is there, or EOF, in `key`; false: Ctrl-C has emptied the queue since poll. */
static bool take_key(int fd, int *key)
{
    unsigned char byte;
    const ssize_t n = read(keys >= 0 ? keys : fd, &byte, 1);
    *key = n == 1 ? byte : EOF;
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

/* What ends what readline is in the middle of. At the end of the keys a search would forget the
 * prompt that it has set aside; a paste in it comes to its own end first. */
static int last_key(void)
{
    const bool in_paste = pasting && !mark_left;
    return RL_ISSTATE(RL_STATE_ISEARCH) && !in_paste ? ABORT_CHAR : EOF;
}

/* In the middle of a paste readline asks for more without poll, and a read that sleeps would be
 * deaf to Ctrl-C. */
static int next_key(FILE *from)
{
    struct pollfd typed = {.fd = fileno(from), .events = POLLIN};
    int key = EOF;
    /* Every digit of a repeat count is a key, and so is what is repeated. */
    if (rl_numeric_arg > MOST_TIMES)
        rl_numeric_arg = MOST_TIMES;
    /* Keys that come meanwhile must not come in between. */
    if (mark_left && *mark_left)
        return *mark_left++;
    while (poll(&typed, 1, 20) <= 0 || !take_key(typed.fd, &key))
        if (owner->interrupted(owner->self))
            return given_key(last_key());
    return given_key(key);
}

/* What stands in grey behind the line: the rest of it that is likely. */
static struct str offered;

/* Also those that readline has read ahead. */
static bool more_keys(void)
{
    struct pollfd typed = {.fd = fileno(rl_instream), .events = POLLIN};
    return RL_ISSTATE(RL_STATE_INPUTPENDING) || poll(&typed, 1, 0) > 0;
}

/* The rest of the newest line that was typed before and begins as this one; NULL: none does. */
static const char *past_rest(void)
{
    for (int i = history_base + history_length - 1; rl_end && i >= history_base; i--) {
        const HIST_ENTRY *entry = history_get(i);
        if (entry && strncmp(entry->line, rl_line_buffer, (size_t)rl_end) == 0 &&
            entry->line[rl_end] && !strchr(entry->line, '\n') && plain_is(entry->line))
            return entry->line + rl_end;
    }
    return NULL;
}

static void look_and_paint(void)
{
    struct line_look look = {.class = mem_new((size_t)rl_end + 1, 1)};
    if (!look.class)
        return;
    owner->look(owner->self, rl_line_buffer, (size_t)rl_end, (size_t)rl_point, &look);
    if (look.hints && look.coloured && rl_point == rl_end) {
        const char *past = past_rest();
        str_add(&offered, past ? past : look.rest.size ? look.rest.text : "");
    }
    paint_line(&(struct paint){
        .class = look.coloured ? look.class : NULL,
        .rest = offered.size && !offered.failed ? offered.text : "",
        .hint = look.hint.size && !look.hint.failed ? look.hint.text : "",
    });
    str_finish(&look.rest);
    str_finish(&look.hint);
    mem_free(look.class);
}

/* Of keys that come all at once only the last is painted. */
static void redisplay(void)
{
    const bool paints = asking && owner->look && paint_fits();
    /* In the middle of a key of several bytes the line is as it was. */
    if (RL_ISSTATE(RL_STATE_MULTIKEY)) {
        rl_redisplay();
        return;
    }
    str_finish(&offered);
    if (!paints)
        paint_erase();
    rl_redisplay();
    if (paints && more_keys())
        paint_moved();
    else if (paints)
        look_and_paint();
}

/* Takes so many bytes of what is offered; false: nothing is, or the cursor is not at the end. */
static bool take_offered(size_t n)
{
    if (rl_point != rl_end || !offered.size || offered.failed)
        return false;
    if (n < offered.size)
        offered.text[n] = 0;
    rl_insert_text(offered.text);
    str_finish(&offered);
    return true;
}

static int take_or_forward(int count, int key)
{
    return take_offered(offered.size) ? 0 : rl_forward_char(count, key);
}

static int take_or_end(int count, int key)
{
    return take_offered(offered.size) ? 0 : rl_end_of_line(count, key);
}

/* With the blanks before it. */
static int take_word_or_forward(int count, int key)
{
    const char *text = offered.size ? offered.text : "";
    const size_t blanks = strspn(text, " ");
    const size_t word = strcspn(text + blanks, " ");
    return take_offered(blanks + word) ? 0 : rl_forward_word(count, key);
}

static int tell_help(int count, int key)
{
    (void)count;
    (void)key;
    if (owner->help)
        owner->help(owner->self, rl_line_buffer, (size_t)rl_end, (size_t)rl_point);
    return 0;
}

/* Keys do more than readline's own functions, unless the person has bound them to another. */
static void bind_keys(void)
{
    static const struct {
        const char *keys;
        rl_command_func_t *from, *to;
    } bound[] = {
        {"\033[C", rl_forward_char, take_or_forward},
        {"\033OC", rl_forward_char, take_or_forward},
        {"\006", rl_forward_char, take_or_forward},
        {"\033[F", rl_end_of_line, take_or_end},
        {"\033OF", rl_end_of_line, take_or_end},
        {"\033[4~", rl_end_of_line, take_or_end},
        {"\005", rl_end_of_line, take_or_end},
        {"\033f", rl_forward_word, take_word_or_forward},
        {"\033[1;5C", rl_forward_word, take_word_or_forward},
        {"\033[1;3C", rl_forward_word, take_word_or_forward},
        {"\033[A", rl_get_previous_history, rl_history_search_backward},
        {"\033OA", rl_get_previous_history, rl_history_search_backward},
        {"\033[B", rl_get_next_history, rl_history_search_forward},
        {"\033OB", rl_get_next_history, rl_history_search_forward},
        {"\033OP", NULL, tell_help},
        {"\033[11~", NULL, tell_help},
        {"\033[[A", NULL, tell_help},
    };
    int type;
    rl_initialize();
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (!bound[i].from)
            rl_bind_keyseq_if_unbound(bound[i].keys, bound[i].to);
        else if (rl_function_of_keyseq(bound[i].keys, NULL, &type) == bound[i].from)
            rl_bind_keyseq(bound[i].keys, bound[i].to);
}

void line_start(const struct line_owner *new_owner, bool aside)
{
    owner = new_owner;
    if (started)
        return;
    started = true;
    const char *terminal = ttyname(STDIN_FILENO);
    keys = terminal ? open(terminal, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    rl_readline_name = "nnr";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    if (aside)
        rl_outstream = stderr;
    rl_getc_function = next_key;
    rl_attempted_completion_function = complete_word;
    rl_completer_quote_characters = "\"";
    rl_filename_quote_characters = " ";
    rl_completer_word_break_characters = " \t\n=,(){};";
    /* Both would wait for a key inside readline, where Ctrl-C does nothing. */
    rl_variable_bind("page-completions", "off");
    rl_completion_query_items = -1;
    rl_variable_bind("skip-completed-text", "on");
    bind_keys();
    /* Only now: with one of our own, readline would take the terminal for a dumb one. */
    rl_redisplay_function = redisplay;
    using_history();
    past_load();
}

static void fit_screen(unsigned width, unsigned height)
{
    rl_set_screen_size((int)height, width < NARROWEST ? NARROWEST : (int)width);
}

void line_ask(const char *prompt, unsigned width, unsigned height)
{
    asking = true;
    begun = ended = 0;
    fit_screen(width, height);
    rl_callback_handler_install(prompt, accepted);
}

bool line_asking(void)
{
    return asking;
}

void line_prompt(const char *prompt)
{
    if (!asking || strcmp(rl_prompt ? rl_prompt : "", prompt) == 0)
        return;
    rl_clear_visible_line();
    rl_set_prompt(prompt);
    rl_on_new_line();
    redisplay();
}

void line_hide(void)
{
    if (!asking)
        return;
    paint_erase();
    rl_clear_visible_line();
    fflush(rl_outstream);
}

void line_show(void)
{
    if (!asking)
        return;
    rl_on_new_line();
    redisplay();
}

void line_read(void)
{
    rl_callback_read_char();
    pasting = false;
    mark_left = NULL;
}

void line_drop(void)
{
    paint_erase();
    rl_callback_sigcleanup();
    rl_point = rl_end;
    rl_redisplay();
    rl_echo_signal_char(SIGINT);
    rl_crlf();
    rl_free_line_state();
    rl_replace_line("", 1);
    rl_callback_handler_remove();
    asking = false;
}

void line_suspend(void)
{
    if (!asking)
        return;
    paint_erase();
    rl_deprep_terminal();
}

void line_resume(void)
{
    if (!asking)
        return;
    rl_deprep_terminal();
    rl_prep_terminal(1);
    fputc('\r', rl_outstream);
    paint_forget();
    rl_on_new_line();
    redisplay();
}

void line_resize(unsigned width, unsigned height)
{
    if (!asking || !paint_restart(width))
        line_hide();
    fit_screen(width, height);
    line_show();
}

void line_finish(void)
{
    if (asking)
        paint_erase();
    if (asking)
        rl_callback_handler_remove();
    started = asking = false;
    str_finish(&offered);
    if (keys >= 0)
        close(keys);
    keys = -1;
    clear_history();
}
