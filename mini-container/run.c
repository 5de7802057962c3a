/* run.c - runs a container: walks through the steps, attends to it, leaves nothing behind.
 *
 * Signals are blocked from the first moment on and read from a descriptor, so there is no moment
 * at which one could end us in the middle. One loop then waits for everything that can happen:
 * a word from the child, a signal, the child's end, a key, output, the end of the time.
 *
 * Read on: poll(2), signalfd(2), pid_namespaces(7) (signals to PID 1).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cleanup.h"
#include "container.h"

int fail(int status, const char *format, ...)
{
    va_list arguments;
    char line[1024];

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments); /* a longer one is cut off */
    va_end(arguments);
    fprintf(stderr, "mini-container: %s\n", line);
    return status;
}

/* What is passed on to the container: what people and programs send, not what the kernel does
 * because of a mistake of our own, nor job control, which is meant for us. */
static void passed_signals(sigset_t *set)
{
    static const int ours[] = {SIGCHLD, SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,
                               SIGTRAP, SIGABRT, SIGSYS,  SIGTSTP, SIGTTIN,
                               SIGTTOU, SIGCONT, SIGPIPE, SIGURG};

    sigfillset(set);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigdelset(set, ours[i]);
}

static void explain(const struct container *c, const struct step *step,
                    uint64_t nanoseconds)
{
    static const char *const sides[] = {[HOST] = "host", [CHILD] = "child"};

    char time[32] = "";

    if (!c->options->explain)
        return;
    /* How long execve took, nobody is left to say. */
    if (nanoseconds)
        (void)snprintf(time, sizeof time, "%" PRIu64 " us", (nanoseconds + 500) / 1000);
    fprintf(stderr, "%s  %-5s %9s  %-18s %s%s", step->lesson, sides[step->side], time,
            step->name, step->call, c->raw ? "\r\n" : "\n");
}

/* Tells why a step failed, and what follows from it. Returns the exit status. */
static int step_failed(const struct step *step, const char *what, int error)
{
    bool program = strcmp(step->name, "program") == 0 || strcmp(step->name, "exec") == 0;

    if (program && error == ENOENT)
        return fail(EXIT_NOT_FOUND,
                    "%s: %s: it, and the interpreter or loader that it names, "
                    "must be in ROOTFS",
                    what, strerror(error));
    if (program)
        return fail(EXIT_NO_EXEC,
                    "%s: %s: it must be a program that the user may execute", what,
                    strerror(error));
    return fail(EXIT_OURS, "%s%s%s: %s%s%s", step->name, *what ? ": " : "", what,
                strerror(error), step->hint ? ": " : "", step->hint ? step->hint : "");
}

/* Does the steps of the host. Returns 0, or the exit status when one has failed. */
static int walk(struct container *c)
{
    uint64_t nanoseconds;

    for (const struct step *step = steps; step->name; step++) {
        if (step->side != HOST || !step_wanted(step, c->options))
            continue;
        if (step_do(c, step, &nanoseconds) == -1)
            return step_failed(step, c->what ? c->what : "", errno);
        explain(c, step, nanoseconds);
        step_stop(c, step);
    }
    return 0;
}

/* Kills the container: its first process, and with it the kernel kills all others. */
static void kill_container(struct container *c)
{
    (void)process_signal(&c->child, SIGKILL); /* if it has ended, that is what we want */
}

/* Reads a word of the child. Its end means that the program runs, or that the child died. */
static void hear(struct container *c)
{
    struct report report;
    int descriptor;
    ssize_t size = terminal_receive(c->channel, &report, &descriptor);

    if (size != sizeof report) {
        cleanup_close(&c->channel);
        if (!c->failed_status && !c->ending_signal && !c->timed_out)
            explain(c, step_find("exec"), 0);
        c->started = true;
        return;
    }
    if (report.kind == TERMINAL) {
        c->terminal = descriptor;
        if (terminal_raw(c) == -1) {
            c->failed_status = fail(EXIT_OURS, "terminal: %s", strerror(errno));
            kill_container(c);
        }
        return;
    }
    report.what[sizeof report.what - 1] = '\0';
    if (report.kind == STEP_DONE)
        explain(c, &steps[report.step], report.nanoseconds);
    else {
        terminal_restore(c);
        c->failed_status = step_failed(&steps[report.step], report.what, report.error);
    }
}

/* Whether the first process of the container does anything with SIGNAL. To PID 1 of a namespace the
 * kernel delivers no signal that it has no handler for, and so an ordinary program as PID 1
 * could not be ended by Ctrl-C. Nor could it be told from one that ignores it on purpose. */
static bool handles(const struct container *c, int signal)
{
    char path[64], line[128];
    uint64_t caught = ~UINT64_C(0), ignored = 0;
    FILE *status;

    (void)snprintf(path, sizeof path, "/proc/%d/status", c->child.pid); /* always fits */
    status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status)) {
        (void)sscanf(line, "SigCgt: %" SCNx64, &caught);
        (void)sscanf(line, "SigIgn: %" SCNx64, &ignored);
    }
    if (status)
        (void)fclose(status); /* only read */
    return ((caught | ignored) >> (signal - 1)) & 1;
}

/* A signal has arrived. One that ends us before the program runs ends the container; afterwards it
 * is the program's, and what it would do to an ordinary process it does to PID 1, too. */
static void pass_on(struct container *c, int signal)
{
    if (signal == SIGWINCH) {
        if (c->terminal != -1)
            (void)terminal_resize(c); /* it stays as it was */
        return;
    }
    if (c->started && (c->options->init || handles(c, signal))) {
        (void)process_signal(&c->child, signal); /* it may just have ended */
        return;
    }
    c->ending_signal = signal;
    kill_container(c);
}

static long long now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* this clock is always there */
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* How long poll may wait for what comes at DEADLINE or at GIVE_UP; 0 is never. */
static int until(long long deadline, long long give_up)
{
    long long first = !deadline || (give_up && give_up < deadline) ? give_up : deadline;
    long long left = first - now();

    return !first ? -1 : left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Attends to the container until it has ended. Returns 0, or -1 with errno of poll(2). */
static int attend(struct container *c, int signals, long long deadline)
{
    enum { CHANNEL, SIGNALS, END, KEYS, OUTPUT, SCREEN, EVENTS };
    enum { GRACE = 1000 }; /* milliseconds, for what is still to be shown */
    long long give_up = 0;

    for (bool ended = false, keys = true;;) {
        bool relay = c->terminal != -1;
        struct pollfd on[EVENTS] = {
            [CHANNEL] = {.fd = c->channel, .events = POLLIN},
            [SIGNALS] = {.fd = signals, .events = POLLIN},
            [END] = {.fd = ended ? -1 : c->child.pidfd, .events = POLLIN},
            /* What came last is passed on before more is read: what was typed, ... */
            [KEYS] = {.fd = relay && keys && !c->typed ? STDIN_FILENO : -1,
                      .events = POLLIN},
            /* ... and what the program wrote. */
            [OUTPUT] = {.fd = relay && (c->typed || !c->unshown) ? c->terminal : -1,
                        .events = (short)((c->unshown ? 0 : POLLIN) |
                                          (c->typed ? POLLOUT : 0))},
            [SCREEN] = {.fd = c->unshown ? c->screen : -1, .events = POLLOUT},
        };
        /* What was written before the end is still to be read; but we do not wait for ever for
         * somebody who reads it. */
        if ((ended && c->channel == -1 && !relay) || (give_up && now() >= give_up))
            return 0;
        if (poll(on, EVENTS, until(deadline, give_up)) == -1 && errno != EINTR)
            return -1;
        if (deadline && now() >= deadline && !ended) {
            c->timed_out = true;
            kill_container(c);
        }
        if (on[CHANNEL].revents)
            hear(c);
        if (on[SIGNALS].revents) {
            struct signalfd_siginfo info;
            if (read(signals, &info, sizeof info) == sizeof info) {
                if (ended && info.ssi_signo != SIGWINCH) /* who does not want to wait */
                    return 0;
                pass_on(c, (int)info.ssi_signo);
            }
        }
        if (((deadline && now() >= deadline) || c->ending_signal) && !give_up) {
            give_up = now() + GRACE;
            deadline = 0;
        }
        if (on[KEYS].revents && terminal_keys(c) == -1)
            keys = false;
        if (c->typed && on[OUTPUT].revents &&
            ((on[OUTPUT].revents & (POLLHUP | POLLERR)) || terminal_type(c) == -1))
            c->typed = 0; /* nobody will take it any more */
        if ((!c->unshown && (on[OUTPUT].revents & ~POLLOUT) && terminal_read(c) == -1) ||
            (on[SCREEN].revents && terminal_show(c) == -1)) {
            cleanup_close(&c->terminal);
            c->unshown = 0;
        }
        if (on[END].revents)
            ended = true;
    }
}

/* How many processes the memory limit has killed. */
static long long killed_by_memory(const struct container *c)
{
    long long killed = 0;

    if (c->options->memory && c->cgroup.fd != -1 &&
        cgroup_value(&c->cgroup, "memory.events", "oom_kill", &killed) == -1)
        killed = 0; /* it is told for the user's sake only */
    return killed;
}

/* Whether a message would come where output waits to be read, by nobody: it would wait, too. */
static bool nobody_reads(const struct container *c)
{
    struct stat output, error;

    return c->unshown && fstat(STDOUT_FILENO, &output) == 0 &&
           fstat(STDERR_FILENO, &error) == 0 && output.st_dev == error.st_dev &&
           output.st_ino == error.st_ino;
}

/* The exit status of it all, once the container has ended, and what there is to say: a status of
 * 137 does not say that it was the memory limit. */
static int conclude(struct container *c, const struct process_end *end, long long killed)
{
    bool silent = nobody_reads(c);

    if (killed > 0 && !silent)
        (void)fail(
            0, "--memory: the limit was reached, and the kernel killed %lld process%s",
            killed, killed == 1 ? "" : "es");
    if (c->failed_status)
        return c->failed_status;
    if (c->timed_out)
        return silent ? EXIT_TIMED_OUT
                      : fail(EXIT_TIMED_OUT,
                             "--timeout: the time was up, and the container was killed");
    if (c->ending_signal && end->signal == SIGKILL)
        return 128 + c->ending_signal;
    return process_exit_status(end);
}

int container_run(const struct container_options *options)
{
    struct container c = {
        .options = options,
        .child = {.pidfd = -1},
        .uid = options->uid,
        .gid = options->gid,
        .channel = -1,
        .watch = -1,
        .cgroup = {.fd = -1, .parent = -1},
        .root = -1,
        .terminal = -1,
        .screen = -1,
    };
    struct process_end end = {0};
    long long killed = 0;
    sigset_t set, blocked;

    passed_signals(&set);
    blocked = set;
    sigaddset(&blocked, SIGPIPE); /* that nobody reads our output, write(2) tells */
    if (sigprocmask(SIG_BLOCK, &blocked, NULL) == -1)
        return fail(EXIT_OURS, "sigprocmask: %s", strerror(errno));
    if (options->tty)
        (void)ioctl(STDIN_FILENO, TIOCGWINSZ, &c.size); /* 0 by 0: nobody knows */
    int status = walk(&c);
    CLEANUP_CLOSE int signals = signalfd(-1, &set, SFD_CLOEXEC);

    if (status == 0 &&
        (signals == -1 ||
         attend(&c, signals, options->timeout ? now() + options->timeout : 0) == -1))
        status = fail(EXIT_OURS, "poll: %s", strerror(errno));
    terminal_restore(&c);
    cleanup_close(&c.screen);
    /* One way out for all: whatever there is, ends. */
    bool there = c.child.pidfd != -1;
    if (there) {
        if (status)
            kill_container(&c);
        if (process_wait(&c.child, &end) == -1)
            status = fail(EXIT_OURS, "waitid: %s", strerror(errno));
        killed = killed_by_memory(&c);
    }
    cleanup_close(&c.channel);
    cgroup_close(&c.cgroup);
    /* First all goes, then we speak: who does not read it keeps nothing. */
    int gone = watch_end(&c), error = errno;
    if (there && !status)
        status = conclude(&c, &end, killed);
    if (gone == -1)
        status = fail(EXIT_OURS, "cgroup %s: %s: it could not be removed", c.cgroup_name,
                      strerror(error));
    return status;
}
