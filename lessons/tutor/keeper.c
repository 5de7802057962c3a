/* keeper.c - the keeper: copies output to the terminal, and outlives the session.
 *
 * Each command's output comes through a pty or pipe of its own. The session writes a mark into
 * it when the command is over; up to there the bytes are also kept, and when the mark is
 * found the session is told. A background process may hold the descriptor and write on: that
 * is shown too, but belongs to no command any more. A mark that is cut by the end of a read is
 * held back until the rest decides.
 *
 * Read on: supervise.h; pty(7), signalfd(2), pidfd_open(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "cgroup.h"
#include "directory.h"
#include "keeper.h"

#define MOST_SOURCES                                                                     \
    64 /* background processes that hold a descriptor; the oldest is let go */
#define GRACE_MS 2500 /* for a session that was told to end */

struct source {
    int fd;
    size_t held; /* bytes of the mark that the last read ended with */
    bool over;   /* the mark was found */
};

struct keeper {
    pid_t session;
    int control, signals;
    struct supervise_shared *shared;
    struct source sources[MOST_SOURCES];
    size_t count;
    struct termios terminal;
    bool has_terminal;
    bool told_to_end;
    struct timespec told; /* told_to_end: when */
    int status;           /* of the session, from waitpid */
    bool ended;
};

/* Writes all to the real stdout. Where nobody reads any more (EPIPE) it is dropped, so that
 * commands do not hang. */
static void show(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (written == -1 && errno == EAGAIN) {
            struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
            (void)poll(&room, 1, 100);
        } else if (written == -1 && errno != EINTR) {
            return;
        }
    }
}

static void keep(struct supervise_shared *shared, const char *bytes, size_t length)
{
    size_t room = SUPERVISE_KEPT - shared->kept_length;

    if (length > room) {
        length = room;
        shared->cut = true;
    }
    memcpy(shared->kept + shared->kept_length, bytes, length);
    shared->kept_length += length;
    shared->kept[shared->kept_length] = '\0';
}

static void show_and_keep(struct keeper *keeper, const struct source *source,
                          const char *bytes, size_t length)
{
    show(bytes, length);
    if (!source->over)
        keep(keeper->shared, bytes, length);
}

/* How many bytes at the end of TEXT are the start of the mark. */
static size_t mark_at_end(const char *text, size_t length, const char *mark)
{
    size_t most = strlen(mark) - 1;

    for (size_t n = length < most ? length : most; n > 0; n--)
        if (!memcmp(text + length - n, mark, n))
            return n;
    return 0;
}

/* Handles bytes that were read; those held back from before stand in front of them. */
static void handle(struct keeper *keeper, struct source *source, const char *text,
                   size_t length)
{
    const char *mark = keeper->shared->mark;
    const char *found = source->over ? NULL : memmem(text, length, mark, strlen(mark));

    source->held = 0;
    if (found) {
        show_and_keep(keeper, source, text, (size_t)(found - text));
        source->over = true;
        (void)send(keeper->control, "", 1,
                   MSG_NOSIGNAL); /* a gone session shows in wait */
        found += strlen(mark);
        show(found, length - (size_t)(found - text));
        return;
    }
    if (!source->over)
        source->held = mark_at_end(text, length, mark);
    show_and_keep(keeper, source, text, length - source->held);
}

static void drop(struct keeper *keeper, struct source *source)
{
    close(source->fd);
    *source = keeper->sources[--keeper->count];
}

/* Reads once. Returns false when the source is at its end: EIO is how a pty says it. */
static bool copy(struct keeper *keeper, struct source *source)
{
    char text[SUPERVISE_MARK_SIZE + 16384];
    size_t held = source->held;

    memcpy(text, keeper->shared->mark,
           held); /* what is held back is a start of the mark */
    ssize_t length = read(source->fd, text + held, sizeof text - held);
    if (length == -1 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (length <= 0) {
        show_and_keep(keeper, source, text, held);
        return false;
    }
    handle(keeper, source, text, held + (size_t)length);
    return true;
}

static void take_source(struct keeper *keeper)
{
    char byte;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};

    if (recvmsg(keeper->control, &message, MSG_CMSG_CLOEXEC) <= 0) {
        close(keeper->control);
        keeper->control = -1; /* the session is gone; its status comes with SIGCHLD */
        return;
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS)
        return;
    if (keeper->count == MOST_SOURCES)
        drop(keeper, &keeper->sources[0]);
    for (size_t i = 0; i < keeper->count; i++)
        keeper->sources[i].over = true; /* also when its mark could not be written */
    struct source *source = &keeper->sources[keeper->count++];
    *source = (struct source){0};
    memcpy(&source->fd, CMSG_DATA(header), sizeof source->fd);
    keeper->shared->kept_length = 0;
    keeper->shared->kept[0] = '\0';
    keeper->shared->cut = false;
}

static void copy_window_size(const struct keeper *keeper)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1)
        return;
    for (size_t i = 0; i < keeper->count; i++)
        (void)ioctl(keeper->sources[i].fd, TIOCSWINSZ, &size); /* a pipe has no size */
}

static void take_signal(struct keeper *keeper)
{
    struct signalfd_siginfo info;
    pid_t pid;

    if (read(keeper->signals, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGCHLD: /* the session, or an orphan that a command left to us */
        while ((pid = waitpid(-1, &keeper->status, WNOHANG | __WALL)) > 0)
            if (pid == keeper->session) {
                keeper->ended = true;
                return;
            }
        break;
    case SIGWINCH:
        copy_window_size(keeper);
        break;
    default: /* SIGTERM, SIGHUP: the session says goodbye in its own way */
        if (!keeper->told_to_end)
            (void)clock_gettime(CLOCK_MONOTONIC, &keeper->told); /* cannot fail */
        keeper->told_to_end = true;
        (void)kill(keeper->session, SIGTERM);
    }
}

/* What is already there from every source, without waiting. */
static void copy_rest(struct keeper *keeper)
{
    for (size_t i = 0; i < keeper->count; i++) {
        struct pollfd ready = {.fd = keeper->sources[i].fd, .events = POLLIN};
        while (poll(&ready, 1, 0) == 1 && copy(keeper, &keeper->sources[i]))
            ;
    }
}

/* How long to wait for something to happen: for ever, or what is left of the grace. */
static int patience(const struct keeper *keeper)
{
    struct timespec now;

    if (!keeper->told_to_end || clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        return -1;
    long long passed = (now.tv_sec - keeper->told.tv_sec) * 1000LL +
                       (now.tv_nsec - keeper->told.tv_nsec) / 1000000;
    return passed < GRACE_MS ? (int)(GRACE_MS - passed) : 0;
}

static void serve(struct keeper *keeper)
{
    struct pollfd ready[MOST_SOURCES + 2] = {
        {.fd = keeper->signals, .events = POLLIN},
        {.fd = keeper->control, .events = POLLIN},
    };
    size_t count = keeper->count;

    for (size_t i = 0; i < count; i++)
        ready[i + 2] = (struct pollfd){.fd = keeper->sources[i].fd, .events = POLLIN};
    int timeout = patience(keeper);
    int result = poll(ready, count + 2, timeout);
    if (timeout == 0 || result == 0)
        (void)kill(keeper->session, SIGKILL); /* it had its time */
    if (result <= 0)
        return;
    for (size_t i = count; i > 0;
         i--) /* from the end, because drop() moves the last one */
        if (ready[i + 1].revents && !copy(keeper, &keeper->sources[i - 1]))
            drop(keeper, &keeper->sources[i - 1]);
    if (ready[1].revents)
        take_source(keeper);
    if (ready[0].revents)
        take_signal(keeper);
}

static int exit_status(const struct keeper *keeper)
{
    if (WIFEXITED(keeper->status))
        return WEXITSTATUS(keeper->status);
    return 128 + WTERMSIG(keeper->status);
}

/* The session did not end by itself: something in it called exit, or killed it, or became
 * another program. */
static void explain(const struct keeper *keeper)
{
    if (keeper->shared->goodbye || keeper->told_to_end)
        return;
    if (WIFSIGNALED(keeper->status))
        fprintf(stderr, "the session was ended by signal %d (%s)\n",
                WTERMSIG(keeper->status), strsignal(WTERMSIG(keeper->status)));
    else
        fprintf(stderr,
                "the session ended with status %d: a function called exit, or executed a "
                "program without a child process\n",
                WEXITSTATUS(keeper->status));
}

static void take_signals(struct keeper *keeper)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    (void)sigprocmask(SIG_BLOCK, &set, NULL); /* cannot fail with these arguments */
    keeper->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    /* Ctrl-C and Ctrl-\ are for the session; writing from the background is allowed us */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGQUIT, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTTOU, SIG_IGN);
}

_Noreturn void keeper_run(pid_t session, int control, struct supervise_shared *shared)
{
    struct keeper keeper = {.session = session, .control = control, .shared = shared};

    keeper.has_terminal = tcgetattr(STDIN_FILENO, &keeper.terminal) == 0;
    take_signals(&keeper);
    keeper.ended = waitpid(session, &keeper.status, WNOHANG) == session;
    while (!keeper.ended && keeper.signals != -1)
        serve(&keeper);
    copy_rest(&keeper);
    if (keeper.has_terminal && !keeper.shared->goodbye)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &keeper.terminal); /* as we found it */
    explain(&keeper);
    supervise_reap();
    copy_rest(&keeper);
    cgroup_end(shared->cgroup);
    directory_remove(shared->directory);
    if (shared->next[0]) {
        sigset_t none;
        sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGQUIT, SIG_DFL);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)signal(SIGTTOU, SIG_DFL);
        if (shared->next_lesson[0])
            execl(shared->next, shared->next, "open", shared->next_lesson, (char *)NULL);
        else
            execl(shared->next, shared->next, (char *)NULL);
        fprintf(stderr, "%s: %s: `make build` makes it\n", shared->next, strerror(errno));
        exit(EXIT_FAILURE);
    }
    exit(exit_status(&keeper));
}
