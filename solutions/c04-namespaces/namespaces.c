/* namespaces.c - what a process can see, divided.
 *
 * One call makes all of it: clone3(2), which is fork(2) with wishes. What is left is furniture
 * for empty rooms (a host name, a loopback device, an offset for the clocks), a way in for those
 * who stand outside (setns), a way to see which room one is in, and the duties of PID 1.
 *
 * Read on: clone(2), setns(2), namespaces(7), pid_namespaces(7), time_namespaces(7), netdevice(7).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cleanup.h"
#include "namespaces.h"

#define EVERY_KIND                                                                       \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |       \
     CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* Starts a child in new namespaces.                           @lab 4.1 @points 20
 * clone3(2), which has no wrapper in the C library: syscall(SYS_clone3, &arguments, sizeof
 * arguments). It wants addresses as numbers: (uintptr_t)&variable.
 */
pid_t namespaces_clone(const struct namespaces_wish *wish, struct process *child)
{
    int pidfd = -1;

    /* 1. Only namespaces: CLONE_VM or CLONE_FILES would share what is ours. */
    if (wish->flags & ~(unsigned)EVERY_KIND) {
        errno = EINVAL;
        return -1;
    }
    /* 2. The wishes; a descriptor of the child; and a SIGCHLD when it ends, as fork has it. */
    struct clone_args arguments = {
        .flags = wish->flags | CLONE_PIDFD,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    /* 3. Straight into its cgroup: whoever is moved later has had time without a limit. */
    if (wish->cgroup != -1) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (unsigned)wish->cgroup;
    }
    /* 4. As with fork, this returns twice. */
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid > 0)
        *child = (struct process){.pid = (pid_t)pid, .pidfd = pidfd};
    return (pid_t)pid;
}

/* Names this host.                                            @lab 4.2 @points 10
 * sethostname(2), HOST_NAME_MAX.
 */
int namespaces_hostname(const char *name)
{
    size_t length = strlen(name);

    /* 1. The kernel takes any bytes; programs that read the name do not. */
    if (length == 0 || length > HOST_NAME_MAX) {
        errno = EINVAL;
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '.') {
            errno = EINVAL;
            return -1;
        }
    }
    /* 2. Its length does not count a byte 0 at the end. */
    return sethostname(name, length);
}

/* Switches the loopback device on.                            @lab 4.3 @points 10
 * netdevice(7): ioctl(2) with SIOCGIFFLAGS and SIOCSIFFLAGS, on any socket; struct ifreq.
 */
int namespaces_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo"};

    /* 1. A socket, as a handle of this network namespace. */
    CLEANUP_CLOSE int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle == -1 || ioctl(handle, SIOCGIFFLAGS, &request) == -1)
        return -1;
    /* 2. Its flags, and one more. */
    request.ifr_flags |= IFF_UP;
    return ioctl(handle, SIOCSIFFLAGS, &request);
}

/* Makes a time namespace for the next children.              @lab 4.4 @points 10
 * unshare(2); time_namespaces(7): what is written to /proc/self/timens_offsets, and when.
 */
int namespaces_time(long seconds)
{
    char offsets[80];
    int length = snprintf(offsets, sizeof offsets, "monotonic %ld 0\nboottime %ld 0\n",
                          seconds, seconds);

    /* 1. For children: a process cannot be taken out of its own time. */
    if (unshare(CLONE_NEWTIME) == -1)
        return -1;
    /* 2. As long as no process is inside: a clock that jumps while it is read helps nobody. */
    CLEANUP_CLOSE int file = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    return write(file, offsets, (size_t)length) == length ? 0 : -1;
}

/* Enters the namespaces of another process.                   @lab 4.5 @points 10
 * setns(2) takes a pidfd since Linux 5.8.
 */
int namespaces_join(int pidfd, unsigned flags)
{
    /* 1. In one call: one by one, the first could take away the right to enter the second, and a
     *    process that is half inside is neither here nor there. */
    return setns(pidfd, (int)flags);
}

/* Looks where the namespace KIND of a process is. */
static int look(pid_t pid, const char *kind, struct stat *status)
{
    char path[64];

    if (pid == 0)
        (void)snprintf(path, sizeof path, "/proc/self/ns/%.20s", kind);
    else
        (void)snprintf(path, sizeof path, "/proc/%d/ns/%.20s", pid, kind);
    return stat(path, status);
}

/* Compares the namespaces of two processes.                   @lab 4.6 @points 15
 * look() above; stat(2). namespaces(7) says what makes two of them the same.
 */
int namespaces_same(pid_t one, pid_t other, const char *kind)
{
    struct stat here, there;

    if (look(one, kind, &here) == -1 || look(other, kind, &there) == -1)
        return -1;
    return here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Does what PID 1 owes.                                       @lab 4.7 @points 25
 * sigwaitinfo(2); process_ended, process_reap, process_signal, process_wait of c01.
 */
int namespaces_init(struct process *program)
{
    struct process_end end;
    sigset_t every;

    /* 1. A signal without a handler does nothing to PID 1, so each is taken as it comes. */
    sigfillset(&every);
    while (!process_ended(program)) {
        int signal = sigwaitinfo(&every, NULL);
        if (signal == -1 && errno == EINTR)
            continue;
        if (signal == -1)
            return -1;
        /* 2. SIGCHLD: somebody ended, or several did; an orphan, or the program itself, which
         *    is waited for below. */
        if (signal == SIGCHLD) {
            if (process_reap(program->pid) == -1)
                return -1;
            continue;
        }
        /* 3. Any other is meant for the program. If it has ended, it needs it no more. */
        (void)process_signal(program, signal);
    }
    /* 4. Its end is ours. */
    if (process_wait(program, &end) == -1)
        return -1;
    return process_exit_status(&end);
}
