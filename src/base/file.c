/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include "base/plain.h"
#include "base/ranks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int file_outside(const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "\"%.200s\" lies outside of the folder that --safe keeps to",
           file->name);
    return err_hint(e, "only what is in %.150s or below it is read and written", file->within);
}

static const char *advice_for(int why)
{
    switch (why) {
    case ENOENT:
        return "make its folder first";
    case ENOSPC:
    case EDQUOT:
        return "make some room, or write into another folder";
    case EFBIG:
        return "a limit is set for the size of files: ulimit -f tells it";
    case ENAMETOOLONG:
        return "choose a shorter name";
    default:
        return "write under another name or into another folder";
    }
}

int file_refuse(const struct file_name *file, int why, struct err *e)
{
    if (why == ENOMEM)
        return err_memory(e);
    if (why == EXDEV && file->within)
        return file_outside(file, e);
    if (why == EISDIR) {
        err_at(e, file->where, "\"%.200s\" is a folder", file->name);
        return err_hint(e, "add a file's name");
    }
    err_at(e, file->where, "\"%.200s\" cannot be written: %s", file->name, strerror(why));
    return err_hint(e, "%s", advice_for(why));
}

static int refuse_kind(const struct file_name *file, mode_t mode, struct err *e)
{
    const char *kind = S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device";
    if (S_ISDIR(mode))
        return file_refuse(file, EISDIR, e);
    err_at(e, file->where, "\"%.200s\" is a %s and no file", file->name, kind);
    return err_hint(e, "write under another name");
}

enum { LOOKED_AT = 256 };

/* Whether the bytes near the beginning or the end of a file hold the text. */
static bool is_own(const struct file_place *p, const char *own)
{
    char bytes[LOOKED_AT];
    const int fd = openat(p->folder, p->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const off_t end = p->facts.st_size > LOOKED_AT ? p->facts.st_size - LOOKED_AT : 0;
    bool found = false;
    for (int last = 0; last < 2 && fd >= 0 && !found; last++) {
        const ssize_t n = pread(fd, bytes, sizeof bytes, last ? end : 0);
        found = n > 0 && memmem(bytes, (size_t)n, own, strlen(own));
    }
    if (fd >= 0)
        close(fd);
    return found;
}

/* Whether what is there may be replaced. */
static int check_there(const struct file_place *p, const struct file_name *file, const char *own,
                       struct err *e)
{
    if (!p->there)
        return 0;
    if (!S_ISREG(p->facts.st_mode))
        return refuse_kind(file, p->facts.st_mode, e);
    /* The system itself lets the superuser write what nobody may write. */
    if (!(p->facts.st_mode & 0222) || faccessat(p->folder, p->name, W_OK, AT_EACCESS)) {
        err_at(e, file->where, "\"%.200s\" is there and may not be written", file->name);
        return err_hint(e, "allow it with chmod, or write under another name");
    }
    if (!file->within || is_own(p, own))
        return 0;
    err_at(e, file->where, "\"%.200s\" is there, and nnr did not write it", file->name);
    return err_hint(e, "with --safe nothing else is written over; write under another name");
}

static int find_place(struct file_place *p, const struct file_name *file, const char *own,
                      struct err *e)
{
    struct stat facts;
    if (!plain_is(file->name)) {
        err_at(e, file->where,
               "a file's name cannot have line breaks, control characters or hidden ones");
        return err_hint(e, "write under another name");
    }
    /* A link such as /dev/stdout leads to what has no name. */
    if (!file->within && stat(file->path, &facts) == 0 && !S_ISREG(facts.st_mode))
        return refuse_kind(file, facts.st_mode, e);
    const int why = place_find(p, file->path, file->within);
    if (why)
        return file_refuse(file, why, e);
    if (check_there(p, file, own, e) == 0)
        return 0;
    place_leave(p);
    return -1;
}

/* The process is one of these; NULL: it is alone. */
static struct ranks *ranks;
static uint64_t files; /* that were written */

void file_share(struct ranks *r)
{
    ranks = r;
}

/* The number of a file tells where the ranks are in their work. */
static int meet_ranks(struct err *e)
{
    return ranks_meet(ranks, ++files, e);
}

int file_check(const struct file_name *file, const char *own, struct err *e)
{
    struct file_place p;
    if (ranks_follow(ranks))
        return 0;
    if (find_place(&p, file, own, e))
        return -1;
    place_leave(&p);
    return 0;
}

int file_check_unnamed(const struct file_name *file, const char *own, struct err *e)
{
    struct file_place p;
    if (ranks_follow(ranks))
        return 0;
    if (find_place(&p, file, own, e))
        return -1;
    const bool free = !p.there || is_own(&p, own);
    place_leave(&p);
    if (free)
        return 0;
    err_at(e, file->where, "\"%.200s\" would be written too, and it is there and not nnr's",
           file->name);
    return err_hint(e, "write under another name");
}

static const char beside_start[] = ".nnr-", beside_end[] = ".tmp";

static bool is_beside(const char *name)
{
    static const char digits[] = "0123456789";
    const size_t n = strlen(beside_start);
    if (strncmp(name, beside_start, n) != 0)
        return false;
    const char *at = name + n;
    const size_t process = strspn(at, digits);
    if (!process || at[process] != '-')
        return false;
    at += process + 1;
    const size_t number = strspn(at, digits);
    return number && strcmp(at + number, beside_end) == 0;
}

/* Removes a file that was never finished. Whoever writes one holds a lock on it, which ends with
 * the process, also on another machine that sees the same folder. */
static void remove_left(int folder, const char *name)
{
    struct stat facts;
    const int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

static void remove_all_left(int folder)
{
    enum { MOST = 4096 }; /* so that a huge folder takes no time */
    const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *one = NULL;
    for (int i = 0; all && i < MOST && (one = readdir(all)); i++)
        if (is_beside(one->d_name))
            remove_left(folder, one->d_name);
    if (all)
        closedir(all);
    else if (fd >= 0)
        close(fd);
}

/* Gives the new file owner and mode of the one that it replaces, as far as that is allowed. */
static void take_mode(const struct file_out *f)
{
    const struct stat *was = &f->place.facts;
    if (!f->place.there)
        return;
    const bool same = was->st_uid == geteuid() && was->st_gid == getegid();
    const bool owned = same || fchown(f->fd, was->st_uid, was->st_gid) == 0;
    fchmod(f->fd, was->st_mode & (owned ? 07777 : 0707));
}

/* Opens and locks the file beside. 0 or an errno; EEXIST: this name is in use. */
static int try_beside(struct file_out *f)
{
    const mode_t mode = f->place.there ? 0600 : 0666;
    struct stat facts;
    f->fd = openat(f->place.folder, f->beside, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
                   mode);
    if (f->fd < 0)
        return errno;
    flock(f->fd, LOCK_EX | LOCK_NB);
    /* Somebody who clears up may have been faster than the lock. */
    if (fstat(f->fd, &facts) == 0 && facts.st_nlink > 0)
        return 0;
    close(f->fd);
    f->fd = -1;
    return EEXIST;
}

static int open_beside(struct file_out *f)
{
    int why = EEXIST;
    for (unsigned i = 0; i < 100 && why == EEXIST; i++) {
        snprintf(f->beside, sizeof f->beside, "%s%ld-%u%s", beside_start, (long)getpid(), i,
                 beside_end);
        why = try_beside(f);
    }
    if (why)
        f->beside[0] = 0;
    return why;
}

int file_begin(struct file_out *f, const struct file_name *file, const char *own, struct err *e)
{
    *f = (struct file_out){.file = file, .own = own, .fd = -1, .place.folder = -1};
    if (ranks_follow(ranks)) {
        f->fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        return f->fd < 0 ? file_refuse(file, errno, e) : 0;
    }
    if (find_place(&f->place, file, own, e))
        return -1;
    remove_all_left(f->place.folder);
    const int why = open_beside(f);
    if (!why) {
        take_mode(f);
        return 0;
    }
    file_drop(f);
    return file_refuse(file, why, e);
}

int file_write(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        const ssize_t written = write(fd, at, n);
        if (written < 0 && errno != EINTR)
            return errno;
        at += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int file_add(struct file_out *f, const void *bytes, size_t n, struct err *e)
{
    const int why = file_write(f->fd, bytes, n);
    if (!why)
        return 0;
    file_drop(f);
    return file_refuse(f->file, why, e);
}

/* Waits until it is on the disk; what is on none has nothing to wait for. 0 or an errno. */
static int sync_file(int fd)
{
    while (fsync(fd))
        if (errno != EINTR)
            return errno == EINVAL || errno == ENOTSUP || errno == EROFS ? 0 : errno;
    return 0;
}

/* The new name is on the disk when the folder is. */
static void settle_folder(int folder)
{
    const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    sync_file(fd);
    close(fd);
}

/* What is there may be another than at the beginning. */
static int check_again(struct file_out *f, struct err *e)
{
    struct file_place *p = &f->place;
    p->there = fstatat(p->folder, p->name, &p->facts, AT_SYMLINK_NOFOLLOW) == 0;
    return check_there(p, f->file, f->own, e);
}

/* The descriptor goes to who asked for it when all ranks have come here. */
static int hand_over(struct file_out *f, int *fd, struct err *e)
{
    const int failed = meet_ranks(e);
    if (fd && !failed) {
        *fd = f->fd;
        f->fd = -1;
    }
    f->beside[0] = 0;
    file_drop(f);
    return failed;
}

int file_end(struct file_out *f, int *fd, struct err *e)
{
    if (ranks_follow(ranks))
        return hand_over(f, fd, e);
    if (check_again(f, e)) {
        file_drop(f);
        return -1;
    }
    const int folder = f->place.folder;
    int why = sync_file(f->fd);
    if (!fd) {
        why = close(f->fd) && !why ? errno : why;
        f->fd = -1;
    }
    if (!why && renameat(folder, f->beside, folder, f->place.name))
        why = errno;
    if (why) {
        file_drop(f);
        return file_refuse(f->file, why, e);
    }
    settle_folder(folder);
    return hand_over(f, fd, e);
}

void file_drop(struct file_out *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->beside[0])
        unlinkat(f->place.folder, f->beside, 0);
    place_leave(&f->place);
    f->fd = -1;
    f->beside[0] = 0;
}
