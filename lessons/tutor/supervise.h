/* supervise.h - the second process of a session: it shows what commands print, and clears up.
 *
 *     terminal <──── keeper ◄── pty or pipe ── commands and their children
 *         │            │ started by
 *         └──────► session        (reads lines, runs commands; single-threaded)
 *
 * The program that the learner starts becomes the *keeper*; the session is its child. So the
 * session can crash, be killed or replace itself, and everything that it started is still
 * ended: the keeper is the reaper (PR_SET_CHILD_SUBREAPER) of all descendants. And what copies
 * output is no thread of the session, in which commands fork, clone and unshare.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SUPERVISE_KEPT (1 << 20) /* bytes of a command's output that are kept */
#define SUPERVISE_MARK_SIZE 64

/* Memory of both processes. */
struct supervise_shared {
    char mark[SUPERVISE_MARK_SIZE]; /* what the session writes when a command is over */
    bool goodbye;                   /* the session ended by itself */
    char next[256];       /* the program to become when the session is over: `open` */
    char next_lesson[64]; /* "" or the lesson that NEXT, build/boxwork, is to open */
    char directory[256];  /* of the session, "" for none: see directory.h */
    char cgroup[64];      /* of the session, "" for none: see cgroup.h */
    size_t kept_length;   /* of the command that ran last */
    bool cut;             /* there was more */
    char kept[SUPERVISE_KEPT + 1];
};

/* The session's side. */
struct supervise {
    int control;  /* a socket to the keeper */
    pid_t keeper; /* our parent, unless it was killed */
    struct supervise_shared *shared;
};

/* Splits the program in two. Returns in the session only, 0, or -1 with errno when that
 * cannot be done. The keeper ends with the session's exit status (128 + signal). */
int supervise_start(struct supervise *supervise);

/* Gives the reading end FD of a command's output to the keeper, which shows it from then on
 * and keeps a copy until the mark comes. Returns 0, or -1 with errno. */
int supervise_give(const struct supervise *supervise, int fd);

/* Waits until the keeper has shown all up to the mark. Returns 0, or -1: the keeper is gone.
 */
int supervise_wait(const struct supervise *supervise);

/* Ends all children of the calling process: SIGTERM, a moment, SIGKILL; and theirs, which
 * become its own. */
void supervise_reap(void);

#endif
