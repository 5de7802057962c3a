/* probe.c - the player of lesson c04-namespaces: calls the learner's functions, one word each.
 *
 * Every word ends standing still, with the children that it started standing still too, so
 * that the judge can look at them in /proc: which namespaces they are in is what counts. See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "namespaces.h"
#include "probe.h"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* Gives up a capability, so that root meets the refusal that others meet. */
static void drop(unsigned capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~(1U << capability);
    data[0].permitted &= ~(1U << capability);
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

/* What stands under a name in the arguments. */
static unsigned flags_of(const char *kinds)
{
    static const struct {
        const char *name;
        unsigned flag;
    } all[] = {{"uts", CLONE_NEWUTS},   {"ipc", CLONE_NEWIPC},
               {"pid", CLONE_NEWPID},   {"net", CLONE_NEWNET},
               {"mnt", CLONE_NEWNS},    {"cgroup", CLONE_NEWCGROUP},
               {"user", CLONE_NEWUSER}, {"files", CLONE_FILES}};
    unsigned flags = 0;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strstr(kinds, all[i].name))
            flags |= all[i].flag;
    }
    return flags;
}

/* Starts a child in new namespaces without the learner's help; it stands still. */
static struct process bystander(unsigned flags)
{
    struct process child = {.pidfd = -1};
    struct clone_args how = {.flags = flags | CLONE_PIDFD,
                             .pidfd = (uintptr_t)&child.pidfd,
                             .exit_signal = SIGCHLD};

    child.pid = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    need(child.pid != -1, "clone3");
    if (child.pid == 0)
        for (;;)
            pause();
    return child;
}

/* clone KINDS [CGROUP]: a child that stands still. Says the pid and the pidfd that it got. */
static int start(int argc, char **argv)
{
    struct namespaces_wish wish = {.flags = flags_of(argv[1]), .cgroup = -1};
    struct process child = {.pid = -2, .pidfd = -1};

    if (argc > 2)
        wish.cgroup = atoi(argv[2]);
    pid_t pid = namespaces_clone(&wish, &child);
    if (pid == 0)
        for (;;)
            pause();
    probe_ready("%d %d %d %d", pid, errno, child.pid, child.pidfd);
    return 0;
}

/* clone-refused KINDS: without the privilege. */
static int start_refused(int argc, char **argv)
{
    drop(CAP_SYS_ADMIN);
    return start(argc, argv);
}

/* clone-and-wait STATUS: the child ends at once; says how it was waited for. */
static int start_and_wait(int argc, char **argv)
{
    struct namespaces_wish wish = {.flags = CLONE_NEWUTS, .cgroup = -1};
    struct process child = {.pid = -2, .pidfd = -1};
    sigset_t ended;
    int status = -1;

    (void)argc;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    need(sigprocmask(SIG_BLOCK, &ended, NULL) == 0, "sigprocmask");
    pid_t pid = namespaces_clone(&wish, &child);
    if (pid == 0)
        _exit(atoi(argv[1]));
    need(pid == -1 ||
             waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT | __WALL) == 0,
         "waitid");
    bool told = sigpending(&ended) == 0 && sigismember(&ended, SIGCHLD) == 1;
    int waited = pid == -1 ? -1 : waitpid(pid, &status, 0);
    probe_ready("%d %d %d %d", pid > 0 ? 0 : -1, errno, told,
                waited == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}

/* hostname NAME */
static int hostname(int argc, char **argv)
{
    (void)argc;
    int result = namespaces_hostname(argv[1]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* The flags of lo; or adds ADD to them. */
static short loopback_flags(short add)
{
    struct ifreq request = {.ifr_name = "lo"};
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    need(handle != -1 && ioctl(handle, SIOCGIFFLAGS, &request) == 0, "flags of lo");
    request.ifr_flags |= add;
    need(add == 0 || ioctl(handle, SIOCSIFFLAGS, &request) == 0, "set flags of lo");
    close(handle);
    return request.ifr_flags;
}

/* loopback [all-multicast|refused]: in a network namespace that is new, so lo is off. */
static int loopback(int argc, char **argv)
{
    need(unshare(CLONE_NEWNET) == 0, "unshare");
    need((loopback_flags(0) & IFF_UP) == 0, "lo is on");
    if (argc > 1 && strcmp(argv[1], "all-multicast") == 0)
        (void)loopback_flags(IFF_ALLMULTI);
    if (argc > 1 && strcmp(argv[1], "refused") == 0)
        drop(CAP_NET_ADMIN);
    int result = namespaces_loopback();
    probe_ready("%d %d", result, errno);
    return 0;
}

/* time SECONDS [refused]: and a child after it, which stands still. */
static int uptime(int argc, char **argv)
{
    need(access("/proc/self/timens_offsets", F_OK) == 0, "time namespaces");
    if (argc > 2)
        drop(CAP_SYS_ADMIN);
    int result = namespaces_time(atol(argv[1]));
    int error = errno;
    /* Started by the probe itself: it lands in the time namespace for children. */
    struct process child = bystander(0);
    errno = error;
    probe_ready("%d %d %d", result, error, child.pid);
    return 0;
}

/* join KINDS FLAGS: a child is in new namespaces KINDS; enters FLAGS of them. */
static int join(int argc, char **argv)
{
    struct process child = bystander(flags_of(argv[1]));

    (void)argc;
    probe_ready("before");
    int result = namespaces_join(child.pidfd, flags_of(argv[2]));
    probe_ready("%d %d", result, errno);
    return 0;
}

/* join-ended: a child that has ended, and that nobody has waited for. */
static int join_ended(int argc, char **argv)
{
    struct process child = bystander(CLONE_NEWUTS);

    (void)argc, (void)argv;
    need(pidfd_send_signal(child.pidfd, SIGKILL, NULL, 0) == 0, "pidfd_send_signal");
    need(waitid(P_PIDFD, (id_t)child.pidfd, &(siginfo_t){0}, WEXITED | WNOWAIT) == 0,
         "waitid");
    int result = namespaces_join(child.pidfd, CLONE_NEWUTS);
    probe_ready("%d %d", result, errno);
    return 0;
}

static const char *const kinds[] = {"uts", "ipc", "net", "mnt"};

/* same KINDS: a child is in new namespaces KINDS; is it in the same as this process, of each
 * kind? */
static int same(int argc, char **argv)
{
    struct process child = bystander(flags_of(argv[1]));
    char text[256] = "";

    (void)argc;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t used = strlen(text);
        int result = namespaces_same(getpid(), child.pid, kinds[i]);
        snprintf(text + used, sizeof text - used, "%s %d ", kinds[i], result);
    }
    probe_ready("%s", text);
    return 0;
}

/* same-self KINDS: the same, and this process is called 0. */
static int same_self(int argc, char **argv)
{
    struct process child = bystander(flags_of(argv[1]));
    char text[256] = "";

    (void)argc;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t used = strlen(text);
        int one = namespaces_same(0, child.pid, kinds[i]);
        int other = namespaces_same(child.pid, 0, kinds[i]);
        snprintf(text + used, sizeof text - used, "%s %d %d ", kinds[i], one, other);
    }
    probe_ready("%s", text);
    return 0;
}

/* same-failing PID KIND: of that process and this one. */
static int same_failing(int argc, char **argv)
{
    (void)argc;
    int result = namespaces_same(getpid(), atoi(argv[1]), argv[2]);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- PID 1 ------------------------------------------------------------------------ */

/* What runs as PID 1: starts a shell with SCRIPT, waits for the judge, and does its duty. */
static _Noreturn void be_init(const char *script, int gate)
{
    char *const argv[] = {"sh", "-c", (char *)script, NULL};
    char *const envp[] = {"PATH=/rootfs/bin", NULL};
    struct process program;
    sigset_t every;
    char go;

    sigfillset(&every);
    need(sigprocmask(SIG_SETMASK, &every, NULL) == 0, "sigprocmask");
    need(process_spawn("/rootfs/bin/sh", argv, envp, &program) == 0, "sh");
    if (read(gate, &go, 1) != 1)
        _exit(98);
    int status = namespaces_init(&program);
    _exit(status == -1 ? 97 : status);
}

/* init SCRIPT: PID 1 with a shell; once the judge has looked, it is told to go on. Ends with
 * the exit status of PID 1. */
static int init(int argc, char **argv)
{
    struct clone_args how = {.flags = CLONE_NEWPID, .exit_signal = SIGCHLD};
    int gate[2], status;

    (void)argc;
    need(pipe2(gate, O_CLOEXEC) == 0, "pipe2");
    pid_t pid = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    need(pid != -1, "clone3");
    if (pid == 0)
        be_init(argv[1], gate[0]);
    probe_ready("before");
    need(write(gate[1], "", 1) == 1, "write");
    probe_ready("after");
    need(waitpid(pid, &status, 0) == pid, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 96;
}

const struct probe_word probe_words[] = {
    {"clone", start},
    {"clone-refused", start_refused},
    {"clone-and-wait", start_and_wait},
    {"hostname", hostname},
    {"loopback", loopback},
    {"time", uptime},
    {"join", join},
    {"join-ended", join_ended},
    {"same", same},
    {"same-self", same_self},
    {"same-failing", same_failing},
    {"init", init},
    {0},
};
