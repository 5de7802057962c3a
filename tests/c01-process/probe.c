/* probe.c - the player of lesson c01-process: calls the learner's functions, one word each.
 *
 * A word makes what the function needs (with the reference's other functions), calls it, and
 * stands still, so that the judge can look at this process and at its children in /proc. See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe.h"
#include "process.h"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static char *const environment[] = {"GREETING=hello", NULL};

/* Starts PATH with WORDS; only where process_spawn is the reference's. */
static struct process started(const char *path, char *const *words)
{
    struct process process;

    need(process_spawn(path, words, environment, &process) == 0, path);
    return process;
}

static struct process started_sh(const char *script)
{
    return started("/rootfs/bin/sh",
                   (char *[]){"sh", "-c", (char *)(size_t)script, NULL});
}

static struct process started_sleep(void)
{
    return started("/rootfs/bin/sleep", (char *[]){"sleep", "1000", NULL});
}

/* Until the process has ended; it stays as a zombie. */
static void until_ended(const struct process *process)
{
    struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};

    need(poll(&ended, 1, 5000) == 1, "poll");
}

/* --- process_spawn ---------------------------------------------------------------- */

/* spawn PATH ARG...: while this process has signals blocked. */
static int spawn(int argc, char **argv)
{
    struct process process = {.pid = -1, .pidfd = -1};
    sigset_t some;

    (void)argc;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    sigaddset(&some, SIGUSR1);
    need(sigprocmask(SIG_BLOCK, &some, NULL) == 0, "sigprocmask");
    probe_ready("before");
    int result = process_spawn(argv[1], argv + 1, environment, &process);
    probe_ready("%d %d %d", result, errno, process.pidfd);
    return 0;
}

/* spawn-wait PATH ARG...: and waits until the program has printed all. */
static int spawn_wait(int argc, char **argv)
{
    struct process process;
    int status;

    (void)argc;
    if (process_spawn(argv[1], argv + 1, environment, &process) == -1)
        return 1;
    need(waitpid(-1, &status, 0) != -1, "waitpid");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 42 : 2;
}

/* --- process_wait ----------------------------------------------------------------- */

/* wait SCRIPT...: "RESULT EXIT-STATUS SIGNAL CORE, " for each. */
static int wait_each(int argc, char **argv)
{
    char text[512] = "";

    for (int i = 1; i < argc; i++) {
        struct process process = started_sh(argv[i]);
        struct process_end end = {.exit_status = -1, .signal = -1};
        int result = process_wait(&process, &end);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%d %d %d %d, ", result,
                 end.exit_status, end.signal, end.core);
    }
    probe_ready("%s", text);
    return 0;
}

static void tick(int signal)
{
    (void)signal;
}

/* wait-ticking: while a signal interrupts every call that waits. */
static int wait_ticking(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = tick}; /* without SA_RESTART */
    struct itimerval often = {.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000};
    struct itimerval never = {0};
    struct process process = started_sh("sleep 0.3; exit 7");
    struct process_end end = {.exit_status = -1};

    (void)argc, (void)argv;
    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &often, NULL) == 0, "setitimer");
    int result = process_wait(&process, &end);
    int error = errno;
    need(setitimer(ITIMER_REAL, &never, NULL) == 0, "setitimer");
    probe_ready("%d %d %d", result, error, end.exit_status);
    return 0;
}

/* wait-once: stands still before it starts a process, and after it has waited for it. */
static int wait_once(int argc, char **argv)
{
    struct process_end end;

    (void)argc, (void)argv;
    probe_ready("before");
    struct process process = started_sh("exit 0");
    int result = process_wait(&process, &end);
    probe_ready("%d %d %d", result, errno, process.pidfd);
    return 0;
}

/* wait-failing: twice for the same process, and for one that somebody else waited for. */
static int wait_failing(int argc, char **argv)
{
    struct process first = started_sh("exit 0"), second = started_sh("exit 0");
    struct process_end end;
    int results[3], errors[3];

    (void)argc, (void)argv;
    need(waitpid(second.pid, NULL, 0) == second.pid, "waitpid");
    struct process *const order[] = {&first, &first, &second};
    for (int i = 0; i < 3; i++) {
        results[i] = process_wait(order[i], &end);
        errors[i] = errno;
    }
    probe_ready("%d %d %d %d %d", results[0], results[1], errors[1], results[2],
                errors[2]);
    return 0;
}

/* --- process_exit_status ---------------------------------------------------------- */

/* exit-status EXIT-STATUS:SIGNAL... */
static int exit_status(int argc, char **argv)
{
    char text[256] = "";

    for (int i = 1; i < argc; i++) {
        struct process_end end = {0};
        size_t used = strlen(text);
        need(sscanf(argv[i], "%d:%d", &end.exit_status, &end.signal) == 2, "sscanf");
        snprintf(text + used, sizeof text - used, "%d ", process_exit_status(&end));
    }
    probe_ready("%s", text);
    return 0;
}

/* --- process_signal --------------------------------------------------------------- */

/* signal-stop: a child that sleeps gets SIGSTOP. */
static int signal_stop(int argc, char **argv)
{
    struct process process = started_sleep();

    (void)argc, (void)argv;
    probe_ready("before");
    int result = process_signal(&process, SIGSTOP);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* signal-stranger: the pidfd is that of "sleep", the pid that of "tail". */
static int signal_stranger(int argc, char **argv)
{
    struct process sleep = started_sleep();
    struct process tail =
        started("/rootfs/bin/tail", (char *[]){"tail", "-f", "/rootfs/etc/passwd", NULL});
    struct process mixed = {.pid = tail.pid, .pidfd = sleep.pidfd};

    (void)argc, (void)argv;
    int result = process_signal(&mixed, SIGKILL);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* signal-failing: a zombie; a signal that does not exist; a process that was waited for. */
static int signal_failing(int argc, char **argv)
{
    struct process process = started_sh("exit 0");
    int results[3], errors[3];

    (void)argc, (void)argv;
    until_ended(&process);
    results[0] = process_signal(&process, SIGTERM);
    results[1] = process_signal(&process, 1000);
    errors[1] = errno;
    need(waitpid(process.pid, NULL, 0) == process.pid, "waitpid");
    results[2] = process_signal(&process, SIGTERM);
    errors[2] = errno;
    probe_ready("%d %d %d %d %d", results[0], results[1], errors[1], results[2],
                errors[2]);
    return 0;
}

/* --- process_forward -------------------------------------------------------------- */

enum { SAYS_READY = 9 }; /* the descriptor on which a catcher says that it is ready */

static sigset_t forwarded(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    return set;
}

/* catch: a child of this probe. Prints each signal that it gets, and ends with 7 at SIGTERM. */
static int catch_signals(int argc, char **argv)
{
    sigset_t set = forwarded();

    (void)argc, (void)argv;
    need(sigprocmask(SIG_BLOCK, &set, NULL) == 0, "sigprocmask");
    need(write(SAYS_READY, "", 1) == 1 && close(SAYS_READY) == 0, "ready");
    for (int number = 0; number != SIGTERM;) {
        number = sigwaitinfo(&set, NULL);
        printf("%d\n", number);
        fflush(stdout);
    }
    return 7;
}

static struct process started_catcher(void)
{
    int ends[2];
    char byte;

    need(pipe2(ends, O_CLOEXEC) == 0 && dup2(ends[1], SAYS_READY) != -1, "pipe2");
    struct process process = started("/probe", (char *[]){"/probe", "catch", NULL});
    close(ends[1]);
    close(SAYS_READY);
    need(read(ends[0], &byte, 1) == 1, "the catcher");
    close(ends[0]);
    return process;
}

/* Passes signals on to PROCESS; then "RESULT ERRNO EXIT-STATUS". */
static int forward_to(struct process *process)
{
    sigset_t set = forwarded();
    struct process_end end = {.exit_status = -1};
    int result = process_forward(process, &set);
    int error = errno;

    if (result == 0)
        need(process_wait(process, &end) == 0, "process_wait");
    probe_ready("%d %d %d", result, error, end.exit_status);
    return 0;
}

static void block(void)
{
    sigset_t set = forwarded();

    need(sigprocmask(SIG_BLOCK, &set, NULL) == 0, "sigprocmask");
}

/* forward-arriving: three signals arrive while it waits. */
static int forward_arriving(int argc, char **argv)
{
    (void)argc, (void)argv;
    block();
    struct process process = started_catcher();
    pid_t us = getpid(), sender = fork();
    need(sender != -1, "fork");
    if (sender == 0) {
        usleep(100000);
        (void)kill(us, SIGHUP);
        usleep(20000);
        (void)kill(us, SIGUSR1);
        usleep(20000);
        (void)kill(us, SIGTERM);
        _exit(0);
    }
    return forward_to(&process);
}

/* forward-pending: two have arrived already. */
static int forward_pending(int argc, char **argv)
{
    (void)argc, (void)argv;
    block();
    struct process process = started_catcher();
    need(raise(SIGUSR1) == 0 && raise(SIGTERM) == 0, "raise");
    return forward_to(&process);
}

/* forward SCRIPT: no signal arrives. */
static int forward(int argc, char **argv)
{
    (void)argc;
    block();
    probe_ready("before");
    struct process process = started_sh(argv[1]);
    return forward_to(&process);
}

/* --- process_close_on_exec -------------------------------------------------------- */

/* close FIRST [HIGH LIMIT]: with a descriptor HIGH too, above a limit that came later. */
static int close_on_exec(int argc, char **argv)
{
    if (argc > 3) {
        struct rlimit limit;
        need(dup2(0, atoi(argv[2])) != -1, "dup2");
        need(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
        limit.rlim_cur = limit.rlim_max = (rlim_t)atoi(argv[3]);
        need(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    }
    int result = process_close_on_exec(atoi(argv[1]));
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- process_reap ----------------------------------------------------------------- */

/* reap ENDED RUNNING: with so many children of each kind. */
static int reap(int argc, char **argv)
{
    (void)argc;
    for (int i = 0; i < atoi(argv[1]); i++) {
        struct process process = started_sh("exit 0");
        until_ended(&process);
    }
    for (int i = 0; i < atoi(argv[2]); i++)
        (void)started_sleep();
    int result = process_reap(0);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* reap-spared: one has ended, and is spared. */
static int reap_spared(int argc, char **argv)
{
    struct process process = started_sh("exit 0");

    (void)argc, (void)argv;
    until_ended(&process);
    int result = process_reap(process.pid);
    probe_ready("%d %d", result, errno);
    return 0;
}

const struct probe_word probe_words[] = {
    {"spawn", spawn},
    {"spawn-wait", spawn_wait},
    {"wait", wait_each},
    {"wait-ticking", wait_ticking},
    {"wait-once", wait_once},
    {"wait-failing", wait_failing},
    {"exit-status", exit_status},
    {"signal-stop", signal_stop},
    {"signal-stranger", signal_stranger},
    {"signal-failing", signal_failing},
    {"catch", catch_signals},
    {"forward-arriving", forward_arriving},
    {"forward-pending", forward_pending},
    {"forward", forward},
    {"close", close_on_exec},
    {"reap", reap},
    {"reap-spared", reap_spared},
    {0},
};
