/* shows.c - the two words that set a stage of their own: `forward` and `race`.
 *
 * `forward` makes what a container engine is: a process that people send signals to, in front
 * of the one that is meant. `race` makes happen at once what otherwise takes some million
 * processes: that the kernel gives a pid for the second time. clone3(2) lets a process choose
 * the pid of its child where it has CAP_SYS_ADMIN, as in a user namespace of its own.
 *
 * Read on: signal(7), clone(2) (set_tid), pid_namespaces(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "boxes.h"
#include "rootless.h"
#include "shows.h"
#include "signals.h"

/* Waits for a child of ours by its pid: nobody else waits for it, so that is safe. Returns
 * its exit status, or 128 + the signal. */
static int wait_for(pid_t child)
{
    int status;

    if (TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) == -1)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- forward ---------------------------------------------------------------------- */

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
enum { PASSED_ON = sizeof passed_on / sizeof *passed_on };

/* In a child: passes signals on until the box has ended. */
static _Noreturn void stand_in_front(struct tutor *tutor, const struct box *box,
                                     const sigset_t *signals)
{
    int status = 0;

    if (process_forward(&box->process, signals) == -1)
        status =
            tutor_error(tutor, "process_forward: %s (errno %d)", strerror(errno), errno);
    fflush(stdout);
    _exit(status);
}

int shows_forward(struct tutor *tutor, int argc, char **argv)
{
    struct box *box = boxes_find(tutor, argv[1]);
    sigset_t signals, before;

    if (!box)
        return 1;
    sigemptyset(&signals);
    for (int i = 0; i < PASSED_ON; i++)
        sigaddset(&signals, passed_on[i]);
    for (int i = 2; i < argc; i++) {
        int number = signals_number(argv[i]);
        if (number == 0 || !sigismember(&signals, number)) {
            (void)tutor_error(tutor, "%s: is none of HUP INT QUIT TERM USR1 USR2",
                              argv[i]);
            return BOXES_USAGE;
        }
    }

    /* Blocked since before it is there, or one that comes early would end it. */
    fflush(stdout);
    (void)sigprocmask(SIG_BLOCK, &signals, &before);
    pid_t front = fork();
    if (front == 0)
        stand_in_front(tutor, box, &signals);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (front == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));

    printf("process %d stands in front of %s\n", (int)front, box->name);
    for (int i = 2; i < argc; i++) {
        int number = signals_number(argv[i]);
        printf("%s is sent to the one in front\n", signals_name(number));
        (void)kill(front, number); /* our child, not waited for: it is there */
    }
    fflush(stdout);
    int status = wait_for(front);
    printf("the one in front ended with %d\n", status);
    if (status != 0)
        return tutor_error(tutor, "%s: is where it was", box->name);
    return boxes_wait(tutor, box);
}

/* --- race ------------------------------------------------------------------------- */

/* Starts a process that sleeps and has this pid. Returns 0, or -1 with errno. */
static int start_with_pid(pid_t pid)
{
    pid_t wanted[] = {pid};
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)wanted, .set_tid_size = 1};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);

    if (child == 0) {
        for (;;)
            pause();
    }
    return child == -1 ? -1 : 0;
}

/* What the kernel says of a signal. */
static void say(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == 0 ? "works" : strerror(errno));
}

/* Starts `true`, waits for it by its number, and keeps its pidfd. 0, or 1 having said it. */
static int make_first(struct tutor *tutor, struct process *first)
{
    char *words[] = {"true", NULL}, path[256];

    if (process_find("true", environ, path, sizeof path) == -1 ||
        process_spawn(path, words, environ, first) == -1)
        return tutor_error(tutor, "process_spawn: true: %s (errno %d)", strerror(errno),
                           errno);
    printf("a process is started, and it has pid %d\n", (int)first->pid);
    (void)wait_for(first->pid);
    printf("it has ended and was waited for: the number is free\n");
    return 0;
}

/* In a process that may choose pids: ACCESS is 0, or why it may not. */
static int run_race(struct tutor *tutor, int access)
{
    struct process first = {.pidfd = -1};
    char call[64];

    if (make_first(tutor, &first) != 0)
        return 1;
    if (access == 0 && start_with_pid(first.pid) == -1)
        access = errno;
    if (access != 0) {
        printf("nobody gets it now (to choose a pid, this host must let you make\n"
               "a user namespace: %s); but the one who knew it asks:\n",
               strerror(access));
        say("process_signal(the pidfd of the first, TERM)",
            process_signal(&first, SIGTERM));
        return 0;
    }
    printf("another process is started, and it has pid %d\n", (int)first.pid);
    printf("somebody wants to end the first one:\n");
    say("process_signal(the pidfd of the first, TERM)", process_signal(&first, SIGTERM));
    snprintf(call, sizeof call, "kill(%d, TERM)", (int)first.pid);
    say(call, kill(first.pid, SIGTERM));
    int status = wait_for(first.pid);
    printf("the other process was ended by signal %d (%s)\n", status - 128,
           signals_name(status - 128));
    return 0;
}

/* In a child: makes a pid namespace, so that the numbers are few and ours, and its PID 1. */
static int enter_and_race(struct tutor *tutor)
{
    int access = 0;

    if ((rootless_needed() && rootless_enter() == -1) || unshare(CLONE_NEWPID) == -1)
        access = errno;
    fflush(stdout);
    pid_t one = fork();
    if (one == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (one > 0)
        return wait_for(one);
    int status = run_race(tutor, access);
    fflush(stdout);
    _exit(status);
}

int shows_race(struct tutor *tutor, int argc, char **argv)
{
    (void)argc, (void)argv;
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child > 0)
        return wait_for(child);
    int status = enter_and_race(tutor);
    fflush(stdout);
    _exit(status);
}
