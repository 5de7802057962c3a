/* host.c - the steps that are done on the host's side, before and after the clone.
 *
 * Read on: the headers of the modules; memfd_create(2) for the sealed copy.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cleanup.h"
#include "container.h"
#include "image_user.h"
#include "namespaces.h"

#define UNUSED __attribute__((unused))

/* Goes on as a copy of our program that nobody can write. */
int host_binary(struct container *c, const struct step *step UNUSED)
{
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    struct stat status;
    CLEANUP_CLOSE int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    off_t done = 0;

    if (self == -1)
        return -1;
    int has = fcntl(self, F_GET_SEALS); /* EINVAL: an ordinary file */
    if (has != -1 && (has & seals) == seals)
        return 0;
    CLEANUP_CLOSE int copy =
        memfd_create("mini-container", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy == -1 || fstat(self, &status) == -1)
        return -1;
    while (done < status.st_size) {
        if (sendfile(copy, self, &done, (size_t)(status.st_size - done)) <= 0)
            return -1;
    }
    if (fcntl(copy, F_ADD_SEALS, seals) == -1)
        return -1;
    return fexecve(copy, c->options->command_line, environ);
}

/* Keeps what the caller left open from everybody that we start. */
int host_descriptors(struct container *c UNUSED, const struct step *step UNUSED)
{
    /* If 0, 1 or 2 is closed, the next open would become the program's standard output. */
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd)
            return -1;
    }
    return process_close_on_exec(3);
}

/* Not in a rootless container: the maps of a process that is not dumpable belong to root. There,
 * the child does it once it has its maps. */
int host_undumpable(struct container *c UNUSED, const struct step *step UNUSED)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* The image is looked into before there is a container, as an error is told best now. */
int host_user(struct container *c, const struct step *step UNUSED)
{
    CLEANUP_CLOSE int root = open(c->options->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);

    c->what = root == -1 ? c->options->rootfs : c->options->user;
    return root == -1 ? -1
                      : image_user_find(root, c->options->user, c->options->group,
                                        &c->uid, &c->gid);
}

int host_watcher(struct container *c, const struct step *step UNUSED)
{
    (void)snprintf(c->cgroup_name, sizeof c->cgroup_name, "mini-container-%d", getpid());
    return watch_start(c);
}

/* Removes the empty cgroups of engines that were killed together with their watchers: their names
 * have the number of a process that is not there, or is us. A cgroup that has processes cannot be
 * removed, so at the worst nothing happens. */
static void sweep(int parent)
{
    CLEANUP_CLOSE int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd == -1 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int pid, end;

    if (!directory)
        return;
    (void)cleanup_take(&fd); /* it is the directory's now */
    while ((entry = readdir(directory))) {
        end = 0;
        if (sscanf(entry->d_name, "mini-container-%d%n", &pid, &end) == 1 && pid > 0 &&
            entry->d_name[end] == '\0' &&
            (pid == getpid() || (kill(pid, 0) == -1 && errno == ESRCH)))
            (void)unlinkat(parent, entry->d_name,
                           AT_REMOVEDIR); /* or the next one does */
    }
    (void)closedir(directory); /* only read */
}

int host_cgroup(struct container *c, const struct step *step UNUSED)
{
    const char *path =
        c->options->cgroup_parent ? c->options->cgroup_parent : CGROUP_MOUNT;
    const char *names = c->options->memory ? "memory" : "";
    char controllers[32];

    c->what = path;
    CLEANUP_CLOSE int parent = cgroup_open_parent(path);
    if (parent == -1)
        return -1;
    (void)snprintf(controllers, sizeof controllers, "%s%s%s", names,
                   c->options->pids ? " pids" : "", c->options->cpu_quota ? " cpu" : "");
    if (cgroup_enable(parent, controllers) == -1)
        return -1;
    sweep(parent);
    return cgroup_create(parent, c->cgroup_name, &c->cgroup);
}

int host_limits(struct container *c, const struct step *step UNUSED)
{
    const struct container_options *o = c->options;
    char text[64];

    if (o->memory) {
        c->what = "memory.max";
        (void)snprintf(text, sizeof text, "%lld", o->memory);
        if (cgroup_limit(&c->cgroup, "memory.max", text) == -1)
            return -1;
        /* What may be swapped out is not limited by memory.max. The file is not there on a
         * kernel without swap. */
        if (cgroup_limit(&c->cgroup, "memory.swap.max", "0") == -1 && errno != ENOENT)
            return -1;
    }
    if (o->pids) {
        c->what = "pids.max";
        (void)snprintf(text, sizeof text, "%lld", o->pids);
        if (cgroup_limit(&c->cgroup, "pids.max", text) == -1)
            return -1;
    }
    if (o->cpu_quota) {
        c->what = "cpu.max";
        (void)snprintf(text, sizeof text, "%lld 100000", o->cpu_quota);
        if (cgroup_limit(&c->cgroup, "cpu.max", text) == -1)
            return -1;
    }
    return 0;
}

int host_clone(struct container *c, const struct step *step UNUSED)
{
    const struct container_options *o = c->options;
    const struct namespaces_wish wish = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
                 (o->host_network ? 0 : CLONE_NEWNET) | (o->rootless ? CLONE_NEWUSER : 0),
        .cgroup = c->cgroup.fd,
    };
    int ends[2];

    /* One end on each side, or neither would see the other end's end. */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
        return -1;
    pid_t pid = namespaces_clone(&wish, &c->child);
    if (pid == 0) {
        close(ends[0]);
        c->channel = ends[1];
        child_main(c);
    }
    close(ends[1]);
    c->channel = ends[0];
    return pid == -1 ? -1 : 0;
}

/* Whether the user has more numbers than one, and the programs that may hand them out. */
static bool find_ranges(struct users_map *users, struct users_map *groups)
{
    char number[16], path[PATH_MAX];
    const char *names[] = {number, getenv("USER"), NULL};

    if (process_find("newuidmap", environ, path, sizeof path) == -1 ||
        process_find("newgidmap", environ, path, sizeof path) == -1)
        return false;
    (void)snprintf(number, sizeof number, "%u", getuid());
    for (const char **name = names; *name; name++) {
        if (users_subordinate("/etc/subuid", *name, users) == 0 &&
            users_subordinate("/etc/subgid", *name, groups) == 0)
            return true;
    }
    return false;
}

int host_maps(struct container *c, const struct step *step UNUSED)
{
    struct users_map users, groups;
    struct users_plan *plan = &c->plan;
    uint32_t outside;
    bool more = find_ranges(&users, &groups);

    users_decide(geteuid(), getegid(), more ? &users : NULL, more ? &groups : NULL, plan);
    if (users_outside(plan->users, plan->user_ranges, c->uid, &outside) == -1 ||
        users_outside(plan->groups, plan->group_ranges, c->gid, &outside) == -1) {
        c->what = "--user";
        errno = EINVAL;
        return -1;
    }
    return (plan->helpers ? users_write_map_with_helpers : users_write_map)(
        c->child.pid, plan->users, plan->user_ranges, plan->groups, plan->group_ranges);
}

/* Lets the child begin. */
int host_go(struct container *c, const struct step *step UNUSED)
{
    /* If it is gone, the loop in run.c will find out how it ended. */
    (void)send(c->channel, "g", 1, MSG_NOSIGNAL);
    return 0;
}

bool filter_is_ready(const struct container_options *o)
{
    return ready_filter.count > 0 && o->keep == capabilities_default() &&
           o->refused == FILTER_FAIL(EPERM);
}

int host_filter(struct container *c, const struct step *step UNUSED)
{
    struct filter policy;

    if (filter_default(c->options->keep, c->options->refused, &policy) == -1)
        return -1;
    (void)send(c->channel, policy.instructions,
               policy.count * sizeof *policy.instructions, MSG_NOSIGNAL); /* as above */
    filter_free(&policy);
    return 0;
}
