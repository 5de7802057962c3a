/* calls.c - attaches strace to the session while a command runs.
 *
 * A tracer is another process: here a child, which seizes its own parent. The session goes on
 * when the first marked call has appeared in the log, so nothing that the command does comes
 * too early to be seen. strace writes to a memory file, which has no name that could stay
 * behind; it is in a process group of its own, so Ctrl-C is the command's alone, and it ends
 * with the session (PR_SET_PDEATHSIG), which the kernel then lets go.
 *
 * While a process is traced, a set-user-ID program that it executes gains nothing (ptrace(2)):
 * newuidmap(1), for one, fails under `calls` unless one is root.
 *
 * Read on: ptrace(2), strace(1), PR_SET_PTRACER in prctl(2).
 */
#define _GNU_SOURCE
#include "calls.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 10000 /* a busy machine; attaching takes a few milliseconds */
#define LOG_NUMBER 9      /* strace's own number for the log; any that is free would do */

void calls_mark(void)
{
    (void)access(CALLS_MARK,
                 F_OK); /* there is no such file: the log shows the question */
}

/* In the child: becomes strace of PARENT. */
static void become_strace(pid_t parent, int log)
{
    char pid[16], path[] = "/proc/self/fd/9";
    sigset_t none;

    snprintf(pid, sizeof pid, "%d", (int)parent);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* its arguments are right */
    if (setpgid(0, 0) == -1 || prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 ||
        getppid() != parent || dup2(log, LOG_NUMBER) == -1)
        _exit(126);
    /* -f: children too; -q: no word about attaching; -y: what a descriptor stands for */
    execlp("strace", "strace", "-f", "-q", "-y", "-s", "64", "-o", path, "-p", pid, NULL);
    fprintf(stderr, "calls: strace: %s: apt-get install strace\n", strerror(errno));
    _exit(127);
}

/* Whether strace has written anything. */
static bool has_begun(int log)
{
    struct stat status;

    return fstat(log, &status) == 0 && status.st_size > 0;
}

/* Makes marked calls until one of them is in the log. */
static int wait_for_strace(struct calls *calls)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    for (int i = 0; i < PATIENCE_MS; i++) {
        calls_mark();
        if (has_begun(calls->log))
            return 0;
        if (waitpid(calls->strace, NULL, WNOHANG) == calls->strace) {
            calls->strace = 0; /* and has said why */
            return -1;
        }
        (void)nanosleep(&pause, NULL); /* woken early: looks again */
    }
    fprintf(stderr, "calls: strace does not begin to write: try again\n");
    return -1;
}

static void detach(struct calls *calls)
{
    if (calls->strace > 0) {
        (void)kill(calls->strace, SIGTERM); /* it lets go of everybody, then ends */
        while (waitpid(calls->strace, NULL, 0) == -1 && errno == EINTR)
            ;
    }
    calls->strace = 0;
}

int calls_begin(struct tutor *tutor, struct calls *calls)
{
    pid_t session = getpid();

    (void)tutor;
    (void)fflush(NULL); /* or the child would print it again */
    calls->log = memfd_create("calls", MFD_CLOEXEC);
    if (calls->log == -1)
        return tutor_error(tutor, "calls: a memory file: %s", strerror(errno)), -1;
    calls->strace = fork();
    if (calls->strace == 0)
        become_strace(session, calls->log);
    if (calls->strace > 0) {
        /* where Yama lets only ancestors trace; EINVAL where there is no Yama */
        (void)prctl(PR_SET_PTRACER, (unsigned long)calls->strace, 0, 0, 0);
        if (wait_for_strace(calls) == 0)
            return 0;
    } else {
        tutor_error(tutor, "calls: fork: %s", strerror(errno));
    }
    detach(calls);
    close(calls->log);
    return -1;
}

void calls_end(struct tutor *tutor, struct calls *calls)
{
    detach(calls);
    (void)lseek(calls->log, 0, SEEK_SET); /* a memory file can */
    FILE *log = fdopen(calls->log, "r");
    if (!log) {
        tutor_error(tutor, "calls: %s", strerror(errno));
        close(calls->log);
        return;
    }
    (void)fflush(NULL);
    if (calls_show(log, getpid(), calls->all, tutor_columns(tutor)) == -1)
        tutor_error(tutor, "calls: %s", strerror(errno));
    (void)fclose(log); /* it was only read */
}
