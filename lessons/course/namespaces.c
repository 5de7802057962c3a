/* namespaces.c - tries what containers are made of: namespaces, overlayfs, veth, seccomp.
 *
 * Each function runs in a child of its own (host.c), so it may change everything that it is
 * and just return. Where root is not to be had, the child takes what a user namespace gives,
 * as a container without root would.
 *
 * Read on: namespaces(7), user_namespaces(7), veth(4), seccomp(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probes.h"

bool probe_root(struct host_answer *answer)
{
    if (geteuid() != 0)
        return host_says(answer, false, "uid %u", (unsigned)geteuid());
    /* uid 0 of a container may lack what the lessons need, so that is tried. */
    if (unshare(CLONE_NEWNS) == -1)
        return host_says(answer, false, "uid 0, but unshare(CLONE_NEWNS): %s",
                         strerror(errno));
    return host_says(answer, true, "uid 0, and may make namespaces");
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    return close(fd) == 0 && written;
}

/* Becomes uid 0 of a new user namespace. Returns false with errno. */
static bool enter_userns(void)
{
    char map[40];
    unsigned uid = geteuid(), gid = getegid();
    if (unshare(CLONE_NEWUSER) == -1 || !write_file("/proc/self/setgroups", "deny"))
        return false;
    (void)snprintf(map, sizeof map, "0 %u 1", uid); /* two numbers always fit */
    if (!write_file("/proc/self/uid_map", map))
        return false;
    (void)snprintf(map, sizeof map, "0 %u 1", gid);
    return write_file("/proc/self/gid_map", map);
}

/* May make namespaces and mounts after this: as root, or in a user namespace. */
static bool gain_rights(void)
{
    return geteuid() == 0 || enter_userns();
}

bool probe_namespaces(struct host_answer *answer)
{
    static const struct {
        const char *name;
        int flag;
    } kinds[] = {
        {"mnt", CLONE_NEWNS},    {"uts", CLONE_NEWUTS},   {"ipc", CLONE_NEWIPC},
        {"pid", CLONE_NEWPID},   {"net", CLONE_NEWNET},   {"cgroup", CLONE_NEWCGROUP},
        {"user", CLONE_NEWUSER}, {"time", CLONE_NEWTIME},
    };
    char missing[HOST_DETAIL] = "";
    if (!gain_rights())
        return host_says(answer, false, "not without root: unshare(CLONE_NEWUSER): %s",
                         strerror(errno));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(unshare(kinds[i].flag) == 0 ? 0 : 1);
        int status;
        if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0) {
            strcat(missing, " "); /* eight short names fit */
            strcat(missing, kinds[i].name);
        }
    }
    if (missing[0] != '\0')
        return host_says(answer, false, "missing:%s", missing);
    return host_says(answer, true, "mnt uts ipc pid net cgroup user time");
}

bool probe_userns(struct host_answer *answer)
{
    enum { NOBODY = 65534 };
    if (geteuid() == 0) {
        if (setgid(NOBODY) == -1 || setuid(NOBODY) == -1)
            return host_says(answer, false, "setuid: %s", strerror(errno));
        /* A process that changed its user is not dumpable, and its own /proc files belong to
         * root: it could not write its maps. */
        if (prctl(PR_SET_DUMPABLE, 1) == -1)
            return host_says(answer, false, "prctl: %s", strerror(errno));
    }
    if (!enter_userns())
        return host_says(answer, false, "an ordinary user may not: %s", strerror(errno));
    /* Some hosts give the namespace and withhold its rights (AppArmor), so use them. */
    if (unshare(CLONE_NEWNS) == -1 || mount("none", "/tmp", "tmpfs", 0, NULL) == -1)
        return host_says(answer, false, "given, but without its rights: mount: %s",
                         strerror(errno));
    return host_says(answer, true, "an ordinary user gets one, and can mount in it");
}

bool probe_seccomp(struct host_answer *answer)
{
    enum { MARK = 77 };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return host_says(answer, false, "seccomp_init failed");
    int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(MARK), SCMP_SYS(getppid), 0);
    if (error == 0)
        error = seccomp_load(filter);
    seccomp_release(filter);
    if (error != 0)
        return host_says(answer, false, "seccomp_load: %s", strerror(-error));
    if (syscall(SYS_getppid) != -1 || errno != MARK)
        return host_says(answer, false, "a filter was taken, and not obeyed");
    return host_says(answer, true, "a filter refused a call");
}

bool probe_overlay(struct host_answer *answer)
{
    /* Layers on a tmpfs of our own: what stands on the host's /tmp does not matter then, and
     * all of it is gone with this process. */
    if (!gain_rights() || unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1 ||
        mount("none", "/tmp", "tmpfs", 0, NULL) == -1)
        return host_says(answer, false, "no place to try it: %s", strerror(errno));
    if (mkdir("/tmp/lower", 0755) == -1 || mkdir("/tmp/upper", 0755) == -1 ||
        mkdir("/tmp/work", 0755) == -1 || mkdir("/tmp/both", 0755) == -1)
        return host_says(answer, false, "mkdir: %s", strerror(errno));
    if (mount("overlay", "/tmp/both", "overlay", 0,
              "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work") == -1)
        return host_says(answer, false, "mount: %s", strerror(errno));
    if (mkdir("/tmp/both/made", 0755) == -1 || access("/tmp/upper/made", F_OK) == -1)
        return host_says(answer, false, "what is written does not reach the upper layer");
    return host_says(answer, true, "%s, two layers on a tmpfs",
                     geteuid() == 0 ? "mounted" : "mounted without root");
}

/* An attribute of a netlink message, behind what is there. Nested: LENGTH 0, and its
 * rta_len is set once its content is in. */
static struct rtattr *attribute(struct nlmsghdr *header, unsigned short type,
                                const void *data, size_t length)
{
    struct rtattr *a = (struct rtattr *)((char *)header + NLMSG_ALIGN(header->nlmsg_len));
    a->rta_type = type;
    a->rta_len = (unsigned short)RTA_LENGTH(length);
    if (length > 0)
        memcpy(RTA_DATA(a), data, length);
    header->nlmsg_len = NLMSG_ALIGN(header->nlmsg_len) + RTA_ALIGN(a->rta_len);
    return a;
}

static void nested_end(const struct nlmsghdr *header, struct rtattr *nest)
{
    nest->rta_len =
        (unsigned short)((const char *)header + header->nlmsg_len - (char *)nest);
}

bool probe_veth(struct host_answer *answer)
{
    if (!gain_rights() || unshare(CLONE_NEWNET) == -1)
        return host_says(answer, false, "no network namespace: %s", strerror(errno));
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd == -1)
        return host_says(answer, false, "socket: %s", strerror(errno));

    union {
        struct nlmsghdr header;
        char bytes[512];
    } message = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                   .nlmsg_type = RTM_NEWLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK}};
    struct rtattr *info = attribute(&message.header, IFLA_LINKINFO, NULL, 0);
    attribute(&message.header, IFLA_INFO_KIND, "veth", sizeof "veth");
    nested_end(&message.header, info);
    if (send(fd, &message, message.header.nlmsg_len, 0) == -1)
        return host_says(answer, false, "send: %s", strerror(errno));

    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[512];
    } reply;
    if (recv(fd, &reply, sizeof reply, 0) < (ssize_t)NLMSG_LENGTH(sizeof reply.error) ||
        reply.header.nlmsg_type != NLMSG_ERROR)
        return host_says(answer, false, "no answer from rtnetlink");
    if (reply.error.error != 0)
        return host_says(answer, false, "veth: %s", strerror(-reply.error.error));
    return host_says(answer, true, "made a veth pair");
}
