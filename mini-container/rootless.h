/* rootless.h - root for those who are not: a user namespace in which this process is
 * uid 0.
 *
 * Most of what a container needs takes a privilege (chroot takes CAP_SYS_CHROOT). The
 * kernel gives all of them to whoever makes a user namespace, for that namespace only.
 * Lesson c05 takes this apart; until then the product and the step programs do here
 * what they need.
 *
 * Read on: user_namespaces(7), capabilities(7).
 */
#ifndef ROOTLESS_H
#define ROOTLESS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

/* What those programs say, once, when they do it. */
#define ROOTLESS_SAYS                                                                    \
    "you are not root: programs run in a user namespace of yours (c05 explains it)\n"

/* Whether this process lacks CAP_SYS_CHROOT. */
static inline bool rootless_needed(void)
{
    cap_flag_value_t has = CAP_CLEAR;
    cap_t caps = cap_get_proc();

    if (caps) {
        (void)cap_get_flag(caps, CAP_SYS_CHROOT, CAP_EFFECTIVE,
                           &has); /* fails: not ours */
        (void)cap_free(caps);
    }
    return has != CAP_SET;
}

/* Writes TEXT to FILE in one write(2), as the files of /proc want it. 0, or -1 with
 * errno. */
static inline int rootless_write(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    ssize_t written = fd == -1 ? -1 : write(fd, text, strlen(text));
    int error = errno;

    if (fd != -1)
        close(fd);
    errno = error;
    return written == -1 ? -1 : 0;
}

/* Makes this process uid 0 and gid 0 of a user namespace of its own, where that is our
 * user outside. The process must have one thread. Returns 0, or -1 with errno of
 * unshare(2) or of writing the maps, mostly EPERM: this host does not let ordinary
 * users do it.
 */
static inline int rootless_enter(void)
{
    char uid_map[32], gid_map[32];

    snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
    if (unshare(CLONE_NEWUSER) == -1 ||
        rootless_write("/proc/self/uid_map", uid_map) == -1)
        return -1;
    /* A user may be in a group to be kept *out* of a file (mode 0604). So the kernel
     * wants a promise that no group will be dropped before it takes the map
     * [CVE-2014-8989]. */
    if (rootless_write("/proc/self/setgroups", "deny") == -1)
        return -1;
    return rootless_write("/proc/self/gid_map", gid_map);
}

#endif
