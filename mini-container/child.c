/* child.c - the steps that the child does to itself, until it becomes the program.
 *
 * It is a copy of the engine in namespaces of its own. Each step takes something away from it, and
 * the last one, execve, takes itself away. What fails is told to the host through the channel,
 * which closes by itself when the program starts.
 *
 * Read on: the headers of the modules; prctl(2), setsid(2), capabilities(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "cleanup.h"
#include "container.h"
#include "mounts.h"
#include "namespaces.h"

#define UNUSED __attribute__((unused))

/* Waits until the host says that the maps are written. Its end, without a word, is ours. */
int child_wait(struct container *c, const struct step *step UNUSED)
{
    char go;

    if (TEMP_FAILURE_RETRY(read(c->channel, &go, 1)) != 1)
        _exit(EXIT_OURS);
    return 0;
}

int child_guard(struct container *c UNUSED, const struct step *step UNUSED)
{
    umask(022);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
        return -1;
    return setsid() == -1 ? -1 : 0;
}

int child_cgroup_namespace(struct container *c UNUSED, const struct step *step UNUSED)
{
    return unshare(CLONE_NEWCGROUP);
}

int child_private(struct container *c UNUSED, const struct step *step UNUSED)
{
    return mounts_private();
}

int child_root(struct container *c, const struct step *step UNUSED)
{
    c->what = c->options->rootfs;
    c->root = mounts_root(c->options->rootfs);
    return c->root == -1 ? -1 : 0;
}

int child_no_devices(struct container *c, const struct step *step UNUSED)
{
    return mounts_no_devices(c->root);
}

int child_sources(struct container *c, const struct step *step UNUSED)
{
    for (size_t i = 0; i < c->options->volume_count; i++) {
        c->what = c->options->volumes[i].source;
        c->sources[i] = mounts_source(c->what);
        if (c->sources[i] == -1)
            return -1;
    }
    return 0;
}

/* Mounts the one of the usual file systems that this step is for. */
int child_attach(struct container *c, const struct step *step)
{
    struct mounts_entry entry = {0};

    c->what = step->target;
    for (const struct mounts_entry *e = mounts_usual; e->target; e++) {
        if (strcmp(e->target, step->target) == 0)
            entry = *e;
    }
    if (c->options->privileged)
        entry.attributes &= ~(unsigned)MOUNT_ATTR_RDONLY;
    /* A new sysfs shows the network devices, and belongs to who owns these. Without root, the
     * host's network is not ours, so the host's /sys it has to be. */
    if (c->options->rootless && c->options->host_network &&
        strcmp(entry.type, "sysfs") == 0) {
        CLEANUP_CLOSE int sys = mounts_source("/sys");
        return sys == -1 ? -1 : mounts_volume(c->root, sys, "/sys", true);
    }
    return mounts_attach(c->root, &entry);
}

int child_devices(struct container *c, const struct step *step UNUSED)
{
    return mounts_devices(c->root);
}

int child_volumes(struct container *c, const struct step *step UNUSED)
{
    for (size_t i = 0; i < c->options->volume_count; i++) {
        const struct container_volume *volume = &c->options->volumes[i];
        c->what = volume->target;
        if (mounts_volume(c->root, c->sources[i], volume->target, volume->read_only) ==
            -1)
            return -1;
        cleanup_close(&c->sources[i]);
    }
    return 0;
}

int child_terminal(struct container *c, const struct step *step UNUSED)
{
    return terminal_make(c);
}

int child_pivot(struct container *c, const struct step *step UNUSED)
{
    return mounts_pivot(c->root);
}

int child_protect(struct container *c, const struct step *step UNUSED)
{
    return mounts_read_only(c->root, mounts_protected);
}

int child_mask(struct container *c, const struct step *step UNUSED)
{
    return mounts_mask(c->root, mounts_masked);
}

int child_seal(struct container *c, const struct step *step UNUSED)
{
    return mounts_seal_root(c->root);
}

int child_hostname(struct container *c, const struct step *step UNUSED)
{
    c->what = c->options->hostname;
    return namespaces_hostname(c->options->hostname);
}

int child_loopback(struct container *c UNUSED, const struct step *step UNUSED)
{
    return namespaces_loopback();
}

int child_capabilities(struct container *c, const struct step *step UNUSED)
{
    return capabilities_become(c->uid, c->gid, c->options->keep);
}

/* A change of user has taken PR_SET_PDEATHSIG away, so it is set again; and if the host died
 * meanwhile, no signal will come any more. */
int child_leash(struct container *c, const struct step *step UNUSED)
{
    struct pollfd host = {.fd = c->channel, .events = 0};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 || poll(&host, 1, 0) == -1)
        return -1;
    if (host.revents & POLLHUP)
        _exit(EXIT_OURS);
    return 0;
}

int child_workdir(struct container *c, const struct step *step UNUSED)
{
    char path[PATH_MAX];

    c->what = c->options->workdir;
    CLEANUP_CLOSE int directory = inside_open(c->root, c->what, O_PATH | O_DIRECTORY);
    if (directory == -1 || fchdir(directory) == -1)
        return -1;
    /* Not getcwd(3), which mends it: a place that "/" does not lead to, such as a directory of
     * the host, is "(unreachable)/…" to the kernel (CVE-2024-21626). */
    if (syscall(SYS_getcwd, path, sizeof path) == -1)
        return -1;
    errno = EXDEV;
    return path[0] == '/' ? 0 : -1;
}

int child_program(struct container *c, const struct step *step UNUSED)
{
    c->what = c->options->argv[0];
    return process_find(c->what, c->options->envp, c->program, sizeof c->program);
}

int child_no_new_privileges(struct container *c UNUSED, const struct step *step UNUSED)
{
    return capabilities_no_new_privileges();
}

/* Takes the filter that the host has made and sent. */
static void receive_filter(const struct container *c, struct sock_filter *instructions,
                           struct filter *policy)
{
    ssize_t size = TEMP_FAILURE_RETRY(
        recv(c->channel, instructions, BPF_MAXINSNS * sizeof *instructions, 0));

    if (size <= 0) /* the host has failed, or is dead */
        _exit(EXIT_OURS);
    policy->instructions = instructions;
    policy->count = (unsigned short)((size_t)size / sizeof *instructions);
}

int child_filter(struct container *c, const struct step *step UNUSED)
{
    struct sock_filter instructions[BPF_MAXINSNS];
    struct filter ceiling, policy = ready_filter;

    if (!filter_is_ready(c->options))
        receive_filter(c, instructions, &policy);
    if (filter_ceiling(FILTER_LAST_KNOWN, &ceiling) == -1)
        return -1;
    int result = filter_install(&ceiling);
    filter_free(&ceiling);
    return result == -1 ? -1 : filter_install(&policy);
}

/* Really closes what close-on-exec would close: with --init, a process of ours stays. */
int child_close(struct container *c, const struct step *step UNUSED)
{
    enum { FIRST = 3 };

    if (c->channel != FIRST) {
        if (dup3(c->channel, FIRST, O_CLOEXEC) == -1)
            return -1;
        c->channel = FIRST;
    }
    return close_range(FIRST + 1, UINT_MAX, 0);
}

/* PID 1 of --init: starts the program, and does what PID 1 owes. */
static int run_init(struct container *c)
{
    struct process program;
    sigset_t every;
    int status;

    /* All of them, SIGCHLD too, and before there is a child whose end could be missed. */
    sigfillset(&every);
    if (sigprocmask(SIG_SETMASK, &every, NULL) == -1 ||
        process_spawn(c->program, c->options->argv, c->options->envp, &program) == -1)
        return -1;
    cleanup_close(&c->channel); /* as an execve would: it runs */
    status = namespaces_init(&program);
    _exit(status == -1 ? EXIT_OURS : status);
}

int child_exec(struct container *c, const struct step *step UNUSED)
{
    sigset_t none;

    c->what = c->options->argv[0];
    if (c->options->init)
        return run_init(c);
    /* What is blocked here is blocked in the program, too. */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
        return -1;
    return execve(c->program, c->options->argv, c->options->envp);
}

int step_do(struct container *c, const struct step *step, uint64_t *nanoseconds)
{
    struct timespec start, end;

    c->what = NULL;
    (void)clock_gettime(CLOCK_MONOTONIC, &start); /* this clock is always there */
    int result = step_run(c, step);
    int error = errno;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    *nanoseconds = (uint64_t)((end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec -
                              start.tv_nsec);
    errno = error;
    return result;
}

void step_stop(const struct container *c, const struct step *step)
{
    const char *name = c->options->stop_at;
    char prompt[64], *const argv[] = {"sh", NULL};
    char *envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    prompt, NULL};
    struct process shell;
    struct process_end end;

    if (!name || strcmp(name, step->name) != 0)
        return;
    (void)snprintf(prompt, sizeof prompt, "PS1=after %s# ",
                   name); /* cut off at the worst */
    if (process_spawn("/bin/sh", argv, envp, &shell) == -1 ||
        process_wait(&shell, &end) == -1)
        (void)fail(EXIT_OURS, "--stop-at %s: /bin/sh: %s", name, strerror(errno));
}

_Noreturn void child_main(struct container *c)
{
    /* The watcher waits for the last copy of this to be closed. */
    cleanup_close(&c->watch);
    for (const struct step *step = steps; step->name; step++) {
        struct report report = {.step = (int)(step - steps)};
        if (step->side != CHILD || !step_wanted(step, c->options))
            continue;
        if (step_do(c, step, &report.nanoseconds) == -1) {
            report.kind = STEP_FAILED;
            report.error = errno;
            (void)snprintf(report.what, sizeof report.what, "%s", c->what ? c->what : "");
            /* When this cannot be sent, there is no host any more to read it. */
            (void)terminal_send(c->channel, &report, -1);
            _exit(EXIT_OURS);
        }
        /* A step that nobody wants to hear about costs no message. */
        if (c->options->explain && terminal_send(c->channel, &report, -1) == -1)
            _exit(EXIT_OURS);
        step_stop(c, step);
    }
    _exit(EXIT_OURS); /* the last line of the table does not return */
}
