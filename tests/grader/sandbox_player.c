/* sandbox_player.c - the last steps before the learner's code runs: limits, and nothing to hold.
 *
 * We are in all namespaces of the sandbox, with every capability in the inner user namespace
 * and none outside. What is left is to give up what a program inherits: the session, the
 * descriptors, the dignity of gaining privileges by execve; and to set limits, each one where
 * it no longer hinders the steps after it.
 *
 * Read on: setrlimit(2), prctl(2), seccomp(2), seccomp_unotify(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "sandbox_inside.h"

enum {
    KVM_IOCTL_TYPE =
        0xAE,           /* KVMIO of linux/kvm.h: the second byte of every KVM request */
    CONTROL_HIGH = 200, /* above whatever the setup wants inherited */
};

_Noreturn static void give_up(int control, const char *what)
{
    (void)control_send(control, CONTROL_FAILED, errno, what,
                       -1); /* nobody left to tell */
    _exit(1);
}

/* A filter that lets every system call through, but has the kernel ask the judge first about
 * each ioctl(2) with a request of KVM's. Returns the descriptor to listen on, or -1. */
static int listen_to_kvm(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -1;
    int result =
        seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1,
                         SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, KVM_IOCTL_TYPE << 8));
    if (result == 0)
        result = seccomp_load(filter);
    int listener = -1;
    if (result == 0)
        listener = seccomp_notify_fd(filter);
    else
        errno = -result;
    seccomp_release(filter);
    return listener;
}

/* 0, 1, 2 are the streams, 3 and on the root directory; all else ends with execve. */
static int place_descriptors(const struct sandbox_setup *setup, int control)
{
    for (int i = 0; i < 3; i++)
        if (dup2(setup->streams[i], i) == -1)
            return -1;
    for (int i = 0; i < setup->inherit; i++) {
        int root = open("/", O_RDONLY | O_DIRECTORY);
        if (root == -1 ||
            (root != 3 + i && (dup2(root, 3 + i) == -1 || close(root) == -1)))
            return -1;
    }
    /* What the judge had open and we must not: everything else, but for the socket. */
    if (setup->inherit + 3 < control &&
        close_range((unsigned)setup->inherit + 3, (unsigned)control - 1, 0) == -1)
        return -1;
    return close_range((unsigned)control + 1, ~0U, 0);
}

static int limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit value = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(resource, &value);
}

static const char *set_limits(const struct sandbox_setup *setup)
{
    rlim_t seconds =
        (rlim_t)setup->seconds + 2; /* at least one more than the time limit */
    if (limit(RLIMIT_CORE, 0, 0) == -1)
        return "limit core files";
    /* The soft limit comes as SIGXCPU, which the judge can tell from being killed. */
    if (limit(RLIMIT_CPU, seconds, seconds + 1) == -1)
        return "limit the processor time";
    if (limit(RLIMIT_FSIZE, SANDBOX_FILE_BYTES, SANDBOX_FILE_BYTES) == -1)
        return "limit the size of files";
    if (limit(RLIMIT_NPROC, (rlim_t)setup->processes, (rlim_t)setup->processes) == -1)
        return "limit the processes";
    if (limit(RLIMIT_NOFILE, SANDBOX_DESCRIPTORS, SANDBOX_DESCRIPTORS) == -1)
        return "limit the descriptors";
    /* Last: what we ourselves have mapped may be more than the player is allowed. */
    if (limit(RLIMIT_AS, setup->memory, setup->memory) == -1)
        return "limit the memory";
    return NULL;
}

_Noreturn void sandbox_player(const struct sandbox_setup *setup, int control, int gate)
{
    struct control_message message;
    if (control_receive(gate, &message, NULL, NULL, 0) == -1)
        _exit(1); /* init is gone, and has said why */
    if (setsid() == -1)
        give_up(control, "leave the session");
    /* Not through the terminal of whoever grades: it is no longer ours (TIOCSTI). */
    if (sethostname("player", 6) == -1)
        give_up(control, "name the sandbox");
    if (!setup->may_gain && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        give_up(control, "give up new privileges");

    int high = fcntl(control, F_DUPFD_CLOEXEC, CONTROL_HIGH);
    if (high == -1)
        give_up(control, "move the control socket");
    control = high;
    if (place_descriptors(setup, control) == -1)
        give_up(control, "put the descriptors in order");

    int listener = -1;
    if (setup->kvm && (listener = listen_to_kvm()) == -1)
        give_up(control, "listen to the KVM calls");
    /* The kernel puts our process number, as the judge counts, beside this message. */
    if (control_send(control, CONTROL_PLAYER, 0, NULL, listener) == -1)
        _exit(1);
    if (listener != -1 && close(listener) == -1)
        give_up(control, "close the listener");
    const char *failed = set_limits(setup);
    if (failed)
        give_up(control, failed);
    (void)execve("/probe", (char *const *)setup->argv, (char *const *)setup->envp);
    give_up(control, "execute the probe");
}
