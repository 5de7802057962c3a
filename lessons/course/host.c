/* host.c - the list of what a host may offer, and how each thing is tried in a child.
 *
 * The child answers through a pipe: one byte, then a line in a field of fixed size, so that the
 * answer is known to be whole even when somebody still holds the pipe open. The parent waits
 * for it with a time limit and kills the child when that has passed. A child without an answer
 * has none to give, which is a no.
 *
 * Read on: namespaces.c, cgroups.c and guests.c, where the probes are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "machine.h"
#include "probes.h"

const struct host_probe host_probes[HOST_PROBES] = {
    {"root", "root", probe_root, 2},
    {"namespaces", "namespaces", probe_namespaces, 4},
    {"userns", "user namespaces, no root", probe_userns, 4},
    {"seccomp", "seccomp filters", probe_seccomp, 2},
    {"overlay", "overlayfs", probe_overlay, 4},
    {"veth", "virtual network cards", probe_veth, 4},
    {"cgroup2", "cgroup v2 controllers", probe_cgroup2, 2},
    {"kvm", "KVM, real-mode guest", probe_kvm, 4},
    {"kvm-speed", "KVM, native ring 0", probe_kvm_speed, 4},
    {"kvm-interrupts", "KVM, long-mode interrupts", probe_kvm_interrupts, 4},
    {"machine", "the lab machine", probe_machine, 30},
};

bool probe_machine(struct host_answer *answer)
{
    if (machine_inside())
        return host_says(answer, true, "you are in it");
    char why[HOST_DETAIL] = "";
    int kvm = machine_probe(answer->top, why, sizeof why);
    if (kvm == -1)
        return host_says(answer, false, "%s", why);
    return host_says(answer, true, kvm == 1 ? "QEMU with KVM" : "QEMU, emulating: %s",
                     why);
}

const struct host_fact *host_fact(struct host *host, const char *id)
{
    for (size_t i = 0; i < HOST_PROBES; i++) {
        if (strcmp(host_probes[i].id, id) != 0)
            continue;
        if (!host->facts[i].tried)
            host_try(&host_probes[i], host->top, &host->facts[i]);
        return &host->facts[i];
    }
    return NULL;
}

bool host_says(struct host_answer *answer, bool there, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* A long line is cut. */
    (void)vsnprintf(answer->detail, sizeof answer->detail, format, arguments);
    va_end(arguments);
    return there;
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void child(const struct host_probe *probe, const char *top, int pipe_end)
{
    struct host_answer answer = {.top = top};
    (void)prctl(PR_SET_PDEATHSIG,
                SIGKILL); /* a second string: the parent kills as well */
    char message[1 + HOST_DETAIL];
    message[0] = probe->run(&answer) ? 1 : 0;
    memcpy(message + 1, answer.detail, HOST_DETAIL);
    _exit(write(pipe_end, message, sizeof message) == (ssize_t)sizeof message ? 0 : 1);
}

/* Reads the answer until its end, or until DEADLINE. Returns its length, or -1. */
static ssize_t read_answer(int from, char *message, size_t size, double deadline)
{
    size_t length = 0;
    while (length < size) {
        double left = deadline - now();
        struct pollfd ready = {.fd = from, .events = POLLIN};
        int n = poll(&ready, 1, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (n == 0)
            return -1;
        ssize_t got = n < 0 ? -1 : read(from, message + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    return (ssize_t)length;
}

/* Waits a second at the most for a child that is ending. */
static void reap(pid_t pid)
{
    for (double until = now() + 1; now() < until; (void)usleep(500))
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return;
}

static void set(struct host_fact *fact, const char *detail)
{
    (void)snprintf(fact->detail, sizeof fact->detail, "%s", detail);
}

void host_try(const struct host_probe *probe, const char *top, struct host_fact *fact)
{
    *fact = (struct host_fact){.tried = true};
    int ends[2];
    if (pipe(ends) == -1) {
        set(fact, strerror(errno));
        return;
    }
    (void)fflush(NULL); /* or the child would hold a copy of what waits in our buffers */
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        child(probe, top, ends[1]);
    }
    (void)close(ends[1]);
    if (pid == -1) {
        set(fact, strerror(errno));
        (void)close(ends[0]);
        return;
    }
    char message[1 + HOST_DETAIL];
    ssize_t length =
        read_answer(ends[0], message, sizeof message, now() + probe->seconds);
    (void)close(ends[0]);
    if (length == (ssize_t)sizeof message) {
        fact->there = message[0] == 1;
        set(fact, message + 1);
    } else if (length >= 0) {
        set(fact, "the probe died");
    } else {
        (void)snprintf(fact->detail, sizeof fact->detail, "no answer within %g seconds",
                       probe->seconds);
    }
    (void)kill(pid, SIGKILL); /* not reaped yet, so the number is still its own */
    reap(pid);
}
