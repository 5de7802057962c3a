/* probe.c - the player of lesson c02-chroot: calls the learner's functions, one word
 * each.
 *
 * Every word ends standing still, so that the judge can look at this process in /proc:
 * what a function did to it is what counts. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "chroot.h"
#include "probe.h"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* Gives up capabilities, so that root meets the refusals that others meet. */
static void drop(unsigned capabilities)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~capabilities;
    data[0].permitted &= ~capabilities;
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

/* enter PATH: stands outside, in /tmp, before. */
static int enter(int argc, char **argv)
{
    (void)argc;
    need(chdir("/tmp") == 0, "chdir /tmp");
    probe_ready("before");
    int result = chroot_enter(argv[1]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* enter-locked: a directory that this user may not search. */
static int enter_locked(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(chdir("/tmp") == 0 && mkdir("/tmp/locked", 0) == 0, "mkdir /tmp/locked");
    drop(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    probe_ready("before");
    int result = chroot_enter("/tmp/locked");
    probe_ready("%d %d", result, errno);
    return 0;
}

/* enter-unprivileged: without the privilege to call chroot(2). */
static int enter_unprivileged(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(chdir("/tmp") == 0, "chdir /tmp");
    drop(1U << CAP_SYS_CHROOT);
    probe_ready("before");
    int result = chroot_enter("/rootfs");
    probe_ready("%d %d", result, errno);
    return 0;
}

/* close FIRST [HIGH LIMIT]: with a descriptor HIGH too, above a limit that came later. */
static int close_from(int argc, char **argv)
{
    if (argc > 3) {
        struct rlimit limit;
        need(dup2(0, atoi(argv[2])) != -1, "dup2");
        need(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
        limit.rlim_cur = limit.rlim_max = (rlim_t)atoi(argv[3]);
        need(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    }
    int result = chroot_close_from(atoi(argv[1]));
    probe_ready("%d %d", result, errno);
    return 0;
}

/* become UID GID: is in two groups before. */
static int become(int argc, char **argv)
{
    (void)argc;
    need(setgroups(2, (gid_t[]){1001, 1002}) == 0, "setgroups");
    int result = chroot_become((uid_t)atoi(argv[1]), (gid_t)atoi(argv[2]));
    probe_ready("%d %d", result, errno);
    return 0;
}

/* become-refused: may not leave its groups; everything else would be allowed. */
static int become_refused(int argc, char **argv)
{
    (void)argc, (void)argv;
    drop(1U << CAP_SETGID);
    int result = chroot_become(getuid(), getgid());
    probe_ready("%d %d", result, errno);
    return 0;
}

/* exit-status STATUS...: what it makes of each wait status. */
static int exit_status(int argc, char **argv)
{
    char text[256] = "";

    for (int i = 1; i < argc; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%d ",
                 chroot_exit_status((int)strtol(argv[i], NULL, 0)));
    }
    probe_ready("%s", text);
    return 0;
}

static char *const environment[] = {"PATH=/nowhere:/bin", "GREETING=hello", NULL};

/* Reads ROOT USER CMD ARG...; USER is "-" or "UID:GID". */
static struct chroot_program program_of(char **argv)
{
    struct chroot_program program = {
        .root = argv[0], .argv = argv + 2, .envp = environment};

    if (strcmp(argv[1], "-") != 0)
        program.change_user = sscanf(argv[1], "%u:%u", &program.uid, &program.gid) == 2;
    return program;
}

/* execute ROOT USER CMD ARG... */
static int execute(int argc, char **argv)
{
    struct chroot_program program = program_of(argv + 1);
    struct chroot_result result = {0};

    (void)argc;
    if (program.change_user)
        need(setgroups(2, (gid_t[]){1001, 1002}) == 0, "setgroups");
    int returned = chroot_execute(&program, 3, &result);
    int error = errno;
    char text[128];
    snprintf(text, sizeof text, "%d %d %s", returned, error,
             result.failed ? result.failed : "-");
    /* From inside a root, this process can still speak. */
    probe_ready("%s", text);
    return 0;
}

/* run ROOT USER CMD ARG... */
static int run(int argc, char **argv)
{
    struct chroot_program program = program_of(argv + 1);
    struct chroot_result result = {0};

    (void)argc;
    probe_ready("before");
    int returned = chroot_run(&program, &result);
    probe_ready("%d %d %d %s", returned, errno, result.exit_status,
                result.failed ? result.failed : "-");
    return 0;
}

static void tick(int signal)
{
    (void)signal;
}

/* run-ticking: the same, while a signal interrupts every call that waits. */
static int run_ticking(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = tick}; /* without SA_RESTART */
    struct itimerval often = {.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000};
    struct itimerval never = {0};
    struct chroot_program program = program_of(argv + 1);
    struct chroot_result result = {0};

    (void)argc;
    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &often, NULL) == 0, "setitimer");
    int returned = chroot_run(&program, &result);
    int error = errno;
    need(setitimer(ITIMER_REAL, &never, NULL) == 0, "setitimer");
    errno = error;
    probe_ready("%d %d %d %s", returned, errno, result.exit_status,
                result.failed ? result.failed : "-");
    return 0;
}

const struct probe_word probe_words[] = {
    {"enter", enter},
    {"enter-locked", enter_locked},
    {"enter-unprivileged", enter_unprivileged},
    {"close", close_from},
    {"become", become},
    {"become-refused", become_refused},
    {"exit-status", exit_status},
    {"execute", execute},
    {"run", run},
    {"run-ticking", run_ticking},
    {0},
};
