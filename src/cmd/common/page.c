/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/page.h"

#include "cmd/common/page_picture.h"
#include "cmd/common/page_way.h"
#include "cmd/common/plotting.h"
#include "cmd/report/html.h"
#include "cmd/report/render.h"
#include "cmd/report/report_bytes.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"

#include "base/bytes.h"
#include "base/path.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So much text is gathered before it goes to the file, and of code before it ends a piece. */
enum { GATHERED = 64 << 10, SECTIONS_MOST = 200 };

/* A picture whose place stands further in front: in the transcript, or kept by who watches it. */
struct placed {
    uint64_t place, at;
    const struct str *kept; /* NULL: in the transcript at `at` */
};

struct page {
    struct session *s;
    const struct page_way *way;
    const struct file_name *file;
    struct file_out out;
    struct str text, code, said; /* code and said: what has come and may go on */
    size_t said_last;            /* where the newest line of it begins */
    struct arena arena;
    struct page_facts facts;
    const char **section;
    struct placed *placed;
    size_t places, place_room;
    size_t sections, pictures, tasks;
    bool in_task;
    bool stopped; /* a person does not want to wait for pictures */
};

static const struct page_way *const ways[] = {&page_html, &page_markdown};

static const struct page_way *way_of(const char *path)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (path_ends(path, ways[i]->ending))
            return ways[i];
    return NULL;
}

int page_check(const struct file_name *file, struct err *e)
{
    const struct page_way *way = way_of(file->path);
    const size_t n = strlen(file->name);
    if (n && file->name[n - 1] == '/')
        return file_refuse(file, EISDIR, e);
    if (way)
        return file_check(file, way->own, e);
    /* A folder is told as such, whatever its name. */
    if (n && file_check(file, FILE_OWN, e))
        return -1;
    err_at(e, file->where, "the ending of \"%.200s\" does not say how to write a report",
           file->name);
    return err_hint(e, "end the name in .html, or in .md for Markdown with pictures beside it");
}

static int flush_text(struct page *p, size_t most, struct err *e)
{
    if (p->text.failed || p->code.failed || p->said.failed)
        return err_memory(e);
    if (p->text.size <= most)
        return 0;
    const int failed = file_add(&p->out, p->text.text, p->text.size, e);
    p->text.size = 0;
    return failed;
}

static void end_code(struct page *p)
{
    if (p->code.size && !p->code.failed)
        p->way->code(&p->text, &p->code);
    p->code.size = 0;
}

static void add_code(struct page *p, const struct str *piece)
{
    if (p->code.size > GATHERED)
        end_code(p);
    str_add(&p->code, p->code.size ? "\n" : "");
    str_bytes(&p->code, piece->text, piece->size);
}

/* The report of a piece. */
static bool take_report(struct report *r, const struct str *piece)
{
    struct bytes b = {.at = piece->text, .left = piece->size};
    *r = (struct report){0};
    report_take(r, &b);
    return !r->text.failed;
}

/* What was said, as text without its last newline. */
static void report_words_of(const struct str *piece, struct str *to)
{
    struct report r;
    to->failed = to->failed || !take_report(&r, piece);
    if (!to->failed)
        report_render_text(&r, to);
    report_finish(&r);
    str_add(to, "");
}

static void end_said(struct page *p)
{
    if (p->said.size && !p->said.failed)
        p->way->say(&p->text, &p->said);
    p->said.size = 0;
}

/* Where a sentence goes on in a further line: the one before is filled, and this one begins none of
 * a list. */
static bool goes_on(const struct page *p, const char *next)
{
    enum { FILLED = 55 };
    const struct str *said = &p->said;
    const size_t n = said->size - p->said_last;
    const size_t digits = strspn(next, "0123456789");
    const bool item = (digits && strchr(".)", next[digits])) || *next == '-' || *next == '*';
    return n >= FILLED && said->text[said->size - 1] != ':' && !item;
}

/* Lines that follow each other are a paragraph. */
static void add_said(struct page *p, const struct str *text)
{
    if (!text->size || p->said.size > GATHERED)
        end_said(p);
    if (p->said.size && !p->said.failed)
        str_add(&p->said, goes_on(p, text->text) ? " " : "\n");
    p->said_last = p->said.size;
    str_bytes(&p->said, text->text, text->size);
}

static void add_spoken(struct page *p, enum told what, const struct str *piece)
{
    struct str text = {0};
    report_words_of(piece, &text);
    if (text.failed)
        p->text.failed = true;
    else if (what == TOLD_SECTION)
        p->way->section(&p->text, text.text, ++p->sections);
    else
        add_said(p, &text);
    str_finish(&text);
}

static void add_report(struct page *p, const struct str *piece)
{
    struct report r;
    if (take_report(&r, piece))
        p->way->report(&p->text, &r);
    else
        p->text.failed = true;
    report_finish(&r);
}

/* lesson.md has lesson-1.svg beside it: the name within that folder, which goes into `to`. */
static const char *beside_name(struct page *p, size_t number, struct str *to)
{
    const char *path = p->file->path, *slash = strrchr(path, '/');
    str_bytes(to, path, strlen(path) - strlen(p->way->ending));
    str_addf(to, "-%zu.svg", number);
    return to->failed ? NULL : to->text + (slash ? slash + 1 - path : 0);
}

static int write_beside(struct page *p, const char *path, const struct str *svg, struct err *e)
{
    static const char head[] =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- " FILE_OWN " -->\n";
    const struct file_name file = {
        .name = path, .path = path, .within = p->file->within, .where = p->file->where};
    struct file_out out;
    return file_begin(&out, &file, FILE_OWN, e) || file_add(&out, head, sizeof head - 1, e) ||
                   file_add(&out, svg->text, svg->size, e) || file_end(&out, NULL, e)
               ? -1
               : 0;
}

/* Draws it, unless a person has said that it takes too long. What gnuplot cannot do is no error of
 * the report. */
static int draw(struct page *p, struct page_picture *picture, struct str *svg, struct err *why,
                struct err *e)
{
    if (p->stopped)
        return err_at(why, (struct span){0}, "it was not waited for");
    if (page_picture_svg(p->s, picture, p->pictures, p->way->pictures_beside, svg, why) == 0)
        return 0;
    if (why->kind == ERR_MEMORY)
        *e = *why;
    p->stopped = why->kind == ERR_STOPPED;
    return -1;
}

static int add_picture(struct page *p, const struct str *piece, struct err *e)
{
    struct page_picture picture;
    struct str svg = {0}, path = {0};
    struct err why = {0};
    int failed = page_picture_take(&picture, piece) ? 0 : err_memory(e);
    p->pictures++;
    if (!failed) {
        const bool drawn = draw(p, &picture, &svg, &why, e) == 0;
        struct page_drawn d = {.picture = &picture, .svg = &svg, .why = drawn ? NULL : why.what};
        failed = e->kind == ERR_MEMORY ? -1 : 0;
        if (!failed && drawn && p->way->pictures_beside) {
            d.file = beside_name(p, p->pictures, &path);
            failed = d.file ? write_beside(p, path.text, &svg, e) : err_memory(e);
        }
        if (!failed)
            p->way->picture(&p->text, &d, p->pictures);
    }
    page_picture_finish(&picture);
    str_finish(&path);
    str_finish(&svg);
    return failed ? -1 : 0;
}

static int note_placed(struct page *p, struct placed one, struct err *e)
{
    if (!one.place)
        return 0;
    if (mem_room(&p->placed, &p->place_room, p->places + 1, sizeof *p->placed))
        return err_memory(e);
    p->placed[p->places++] = one;
    return 0;
}

/* The picture that stands in that place, if it came to one. */
static int add_placed(struct page *p, const struct str *piece, struct err *e)
{
    struct bytes b = {.at = piece->text, .left = piece->size};
    const uint64_t place = bytes_take_whole(&b);
    struct str text = {0};
    enum told what;
    int failed = 0;
    for (size_t i = 0; i < p->places; i++) {
        uint64_t at = p->placed[i].at;
        if (p->placed[i].place != place)
            continue;
        end_code(p);
        end_said(p);
        if (p->placed[i].kept)
            failed = add_picture(p, p->placed[i].kept, e);
        else if (transcript_next(p->s->transcript, &at, &what, &text) == 1)
            failed = add_picture(p, &text, e);
        break;
    }
    str_finish(&text);
    return failed;
}

static int add_task(struct page *p, const struct str *piece, struct err *e)
{
    enum { HINTS_MOST = 32 };
    struct bytes b = {.at = piece->text, .left = piece->size};
    struct arena arena = {0};
    const char *hint[HINTS_MOST];
    struct page_task t = {.hint = hint, .number = ++p->tasks};
    t.task = bytes_take_text(&b, &arena);
    t.condition = bytes_take_text(&b, &arena);
    t.person = bytes_take_whole(&b) != 0;
    while (b.left && !b.failed && t.hints < HINTS_MOST)
        hint[t.hints++] = bytes_take_text(&b, &arena);
    const bool whole = !b.failed && t.task && t.condition;
    if (whole)
        p->way->task(&p->text, &t);
    p->in_task = whole;
    arena_finish(&arena);
    return whole ? 0 : err_memory(e);
}

static void end_task(struct page *p)
{
    if (p->in_task)
        p->way->task_end(&p->text);
    p->in_task = false;
}

static int add_piece(struct page *p, enum told what, const struct str *piece, struct err *e)
{
    if (what != TOLD_CODE && what != TOLD_COMMENT && what != TOLD_PLACE)
        end_code(p);
    if (what != TOLD_SAY && what != TOLD_PLACE)
        end_said(p);
    p->facts.statements += what == TOLD_CODE || what == TOLD_SAY || what == TOLD_SECTION;
    switch (what) {
    case TOLD_HEAD:
        break;
    case TOLD_CODE:
    case TOLD_COMMENT:
        add_code(p, piece);
        break;
    case TOLD_SAY:
    case TOLD_SECTION:
        add_spoken(p, what, piece);
        break;
    case TOLD_REPORT:
        add_report(p, piece);
        break;
    case TOLD_WORDS:
        p->way->words(&p->text, piece);
        break;
    case TOLD_NOTICE:
        p->way->notice(&p->text, piece);
        break;
    case TOLD_ERROR:
        p->way->error(&p->text, piece);
        break;
    case TOLD_TASK:
        return add_task(p, piece, e);
    case TOLD_DONE:
        end_task(p);
        break;
    case TOLD_PICTURE:
        return page_picture_place(piece) ? 0 : add_picture(p, piece, e);
    case TOLD_PLACE:
        return add_placed(p, piece, e);
    }
    return 0;
}

/* The line of a comment without its sign and the blanks round it. */
static size_t comment_line(const char **at, const char *end)
{
    while (*at < end && (**at == '#' || **at == ' ' || **at == '\t'))
        ++*at;
    size_t n = 0;
    while (*at + n < end && (*at)[n] != '\n')
        n++;
    while (n && strchr(" \t\r", (*at)[n - 1]))
        n--;
    return n;
}

static const char *copy_text(struct page *p, const char *text, size_t n, struct err *e)
{
    const char *copy = arena_text(&p->arena, text, n);
    if (!copy)
        err_memory(e);
    return copy;
}

/* The first line of the comment is the title, and paragraphs follow; the licence is for others. */
static int read_comment(struct page *p, const char *at, size_t size, struct err *e)
{
    const char *end = at + size;
    struct str *intro = &p->facts.intro;
    for (bool gap = false; at < end;) {
        const char *line = at, *newline = memchr(at, '\n', (size_t)(end - at));
        const size_t n = comment_line(&line, newline ? newline : end);
        at = newline ? newline + 1 : end;
        gap = gap || !n;
        if (!n || memmem(line, n, "SPDX-License-Identifier", strlen("SPDX-License-Identifier")))
            continue;
        if (!p->facts.title) {
            p->facts.title = copy_text(p, line, n - (line[n - 1] == '.'), e);
            if (!p->facts.title)
                return -1;
        } else {
            str_add(intro, !intro->size ? "" : gap ? "\n" : " ");
            str_bytes(intro, line, n);
        }
        gap = false;
    }
    str_add(intro, intro->size ? "\n" : "");
    return intro->failed ? err_memory(e) : 0;
}

/* "ten-of-a-hundred.nnr" is told as Ten of a hundred. */
static const char *title_of(struct page *p, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    char *title =
        arena_text(&p->arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
    if (!title) {
        err_memory(e);
        return NULL;
    }
    for (char *c = title; *c; c++)
        *c = *c == '-' || *c == '_' ? ' ' : *c;
    title[0] = (char)toupper((unsigned char)title[0]);
    return title;
}

static int read_head(struct page *p, const struct str *piece, struct err *e)
{
    struct bytes b = {.at = piece->text, .left = piece->size};
    size_t n;
    const char *path = bytes_take_text(&b, &p->arena);
    const char *comment = bytes_take_block(&b, &n);
    if (b.failed || !path)
        return err_memory(e);
    const char *slash = strrchr(path, '/');
    p->facts.from = slash ? slash + 1 : path;
    if (comment && read_comment(p, comment, n, e))
        return -1;
    return p->facts.title || (p->facts.title = title_of(p, path, e)) ? 0 : -1;
}

static int read_section(struct page *p, const struct str *piece, struct err *e)
{
    struct str text = {0};
    if (p->facts.sections == SECTIONS_MOST)
        return 0;
    report_words_of(piece, &text);
    const char *title = text.failed ? NULL : copy_text(p, text.text, text.size, e);
    str_finish(&text);
    if (!title)
        return err_memory(e);
    p->section[p->facts.sections++] = title;
    return 0;
}

static int unreadable(struct err *e)
{
    err_at(e, (struct span){0}, "what was said and done cannot be read any more");
    return err_hint(e, "save session \"mine.nnr\" keeps the statements; a replay tells the rest");
}

/* Before the first word is written: what stands above, and where pictures have their places. */
static int look_through(struct page *p, struct err *e)
{
    const struct pictures *watched = p->s->pictures;
    struct str piece = {0};
    enum told what;
    int left, failed = 0;
    for (uint64_t at = 0, from = 0;
         !failed && (left = transcript_next(p->s->transcript, &at, &what, &piece)); from = at) {
        if (left < 0)
            failed = piece.failed ? err_memory(e) : unreadable(e);
        else if (what == TOLD_HEAD)
            failed = read_head(p, &piece, e);
        else if (what == TOLD_SECTION)
            failed = read_section(p, &piece, e);
        else if (what == TOLD_PICTURE)
            failed = note_placed(p, (struct placed){page_picture_place(&piece), from, NULL}, e);
    }
    str_finish(&piece);
    for (size_t i = 0; watched && i < watched->watches && !failed; i++) {
        const struct str *kept = &watched->watched[i].kept;
        if (kept->text && !kept->failed)
            failed = note_placed(p, (struct placed){page_picture_place(kept), 0, kept}, e);
    }
    return failed ? -1 : 0;
}

static int write_pieces(struct page *p, struct err *e)
{
    struct str piece = {0};
    enum told what;
    int left = 1, failed = 0;
    for (uint64_t at = 0;
         !failed && (left = transcript_next(p->s->transcript, &at, &what, &piece)) == 1;)
        failed = add_piece(p, what, &piece, e) || flush_text(p, GATHERED, e) ? -1 : 0;
    if (!failed && left < 0)
        failed = piece.failed ? err_memory(e) : unreadable(e);
    end_code(p);
    end_said(p);
    end_task(p);
    str_finish(&piece);
    return failed;
}

/* The day and the minute; a build that must always come out the same says its own. */
static const char *date_text(char text[40])
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    const time_t now = fixed && *fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
    struct tm day;
    text[0] = 0;
    if (fixed && *fixed ? gmtime_r(&now, &day) : localtime_r(&now, &day))
        strftime(text, 40, "%Y-%m-%d %H:%M", &day);
    return text;
}

static const char *left_out(struct page *p, struct str *text)
{
    int why;
    const uint64_t lost = transcript_lost(p->s->transcript, &why);
    if (!lost)
        return NULL;
    str_addf(text, "What came after this is not here: %llu piece%s found no room (%s).",
             (unsigned long long)lost, lost == 1 ? "" : "s",
             why ? strerror(why) : "256 MiB are kept at most");
    return text->failed ? NULL : text->text;
}

static int write_all(struct page *p, struct err *e)
{
    char date[40];
    struct str lost = {0};
    p->facts.date = date_text(date);
    p->facts.seconds = session_clock(p->s) - transcript_began(p->s->transcript);
    p->facts.seed = p->s->seed;
    p->facts.left_out = left_out(p, &lost);
    p->facts.section = p->section;
    if (!p->facts.title)
        p->facts.title = "A session of nnr";
    p->way->begin(&p->text, &p->facts);
    int failed = write_pieces(p, e);
    if (!failed) {
        p->way->end(&p->text, &p->facts);
        failed = flush_text(p, 0, e);
    }
    str_finish(&lost);
    return failed;
}

static void page_finish(struct page *p)
{
    str_finish(&p->text);
    str_finish(&p->code);
    str_finish(&p->said);
    str_finish(&p->facts.intro);
    mem_free(p->placed);
    mem_free(p->section);
    arena_finish(&p->arena);
}

int page_write(struct session *s, const struct file_name *file, const char *ended, struct err *e)
{
    struct page p = {.s = s, .way = way_of(file->path), .file = file, .facts.ended = ended};
    if (page_check(file, e))
        return -1;
    if (!s->transcript) {
        err_at(e, file->where, "nothing is kept of what was said and done");
        return err_hint(e, "begin with nnr --report %.100s, or at the prompt", file->name);
    }
    p.section = mem_new(SECTIONS_MOST, sizeof *p.section);
    int failed = p.section ? look_through(&p, e) : err_memory(e);
    if (!failed)
        failed = file_begin(&p.out, file, p.way->own, e);
    if (!failed && write_all(&p, e)) {
        file_drop(&p.out);
        failed = -1;
    } else if (!failed) {
        failed = file_end(&p.out, NULL, e);
    }
    page_finish(&p);
    return failed ? -1 : 0;
}

int session_page_check(const char *path, struct err *e)
{
    const struct file_name file = {.name = path, .path = path};
    return page_check(&file, e);
}

int session_page(struct session *s, const char *path, const char *ended, struct err *e)
{
    const struct file_name file = {.name = path, .path = path};
    return page_write(s, &file, ended, e);
}
