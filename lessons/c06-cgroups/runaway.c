/* runaway.c - a process in a cgroup that does not want to be there.
 *
 * It is root, and sees the cgroup file system: a container with the host's /sys, say. Before, it
 * has nothing that keeps it. After, it has a cgroup namespace, made once it is in its cgroup, and
 * the file system is mounted with nsdelegate, as systemd and the lab machine do it.
 *
 * Read on: cgroup_namespaces(7); cgroups(7), "Cgroups v2 delegation: nsdelegate and cgroup
 * namespaces".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "groups.h"
#include "runaway.h"

/* Says what a call returned: 0, or its errno. Returns whether it was 0. */
static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static int put(int directory, const char *file, const char *text)
{
    int to = openat(directory, file, O_WRONLY | O_CLOEXEC);

    if (to == -1)
        return -1;
    ssize_t written = write(to, text, strlen(text));
    int error = errno;
    close(to);
    errno = error;
    return written == -1 ? -1 : 0;
}

/* What a child needs: it is in CGROUP when it begins. */
struct trial {
    const struct cgroup *cgroup;
    bool closed;
    const struct attack *attack;
    uid_t uid;
    gid_t gid;
};

/* --- the attacks ------------------------------------------------------------------ */

/* At the root of the tree nobody has limits. */
static bool leave(const struct trial *trial)
{
    (void)trial;
    return tell("write 0 to " CGROUP_MOUNT "/cgroup.procs",
                put(AT_FDCWD, CGROUP_MOUNT "/cgroup.procs", "0"));
}

static bool raise_limit(const struct trial *trial)
{
    return tell("write max to its own memory.max",
                put(trial->cgroup->fd, "memory.max", "max"));
}

static const struct attack {
    const char *name;
    bool (*run)(const struct trial *trial);
} attacks[] = {{"leave", leave}, {"raise", raise_limit}};

const char *const runaway_names[] = {"leave", "raise", NULL};

static void run_away(void *context)
{
    const struct trial *trial = context;

    if (trial->closed && unshare(CLONE_NEWCGROUP) == -1) {
        (void)tell("unshare(CLONE_NEWCGROUP)", -1);
        return;
    }
    puts(trial->attack->run(trial) ? "  OUT" : "  held");
}

/* Waits for a child. Returns its exit status. */
static int end_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR)
            return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int runaway_try(struct tutor *tutor, const char *name)
{
    struct cgroup cgroup;
    int status = 0;

    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (strcmp(attacks[i].name, name) != 0)
            continue;
        if (groups_make(tutor, "attack", &cgroup) != 0)
            return 1;
        if (cgroup_limit(&cgroup, "memory.max", "33554432") == -1)
            status = tutor_error(tutor, "cgroup_limit: %s", strerror(errno));
        for (int closed = 0; closed < 2 && status == 0; closed++) {
            struct trial trial = {
                .cgroup = &cgroup, .closed = closed, .attack = &attacks[i]};
            puts(closed ? "after: in a cgroup namespace of its own" : "before: root");
            pid_t pid = groups_start(tutor, &cgroup, run_away, &trial);
            status = pid == -1 ? 1 : end_of(pid);
        }
        if (cgroup_remove(&cgroup) == -1)
            return tutor_error(tutor, "cgroup_remove: %s (errno %d)", strerror(errno),
                               errno);
        return status;
    }
    return -1;
}

/* --- a user ----------------------------------------------------------------------- */

static void be_user(void *context)
{
    const struct trial *trial = context;
    int fd = trial->cgroup->fd;

    if (setgroups(0, NULL) == -1 || setresgid(trial->gid, trial->gid, trial->gid) == -1 ||
        setresuid(trial->uid, trial->uid, trial->uid) == -1) {
        (void)tell("become the user", -1);
        return;
    }
    printf("user %u, in it:\n", (unsigned)trial->uid);
    if (tell("mkdir mine", mkdirat(fd, "mine", 0755)))
        (void)tell("go there: write 0 to mine/cgroup.procs",
                   put(fd, "mine/cgroup.procs", "0"));
    (void)tell("write max to memory.max", put(fd, "memory.max", "max"));
    (void)tell("leave: write 0 to ../cgroup.procs", put(fd, "../cgroup.procs", "0"));
}

int runaway_delegate(struct tutor *tutor, const struct cgroup *cgroup, uid_t uid,
                     gid_t gid)
{
    struct trial trial = {.cgroup = cgroup, .uid = uid, .gid = gid};

    if (cgroup_delegate(cgroup, uid, gid) == -1)
        return tutor_error(tutor, "cgroup_delegate: %s (errno %d)", strerror(errno),
                           errno);
    pid_t pid = groups_start(tutor, cgroup, be_user, &trial);
    int status = pid == -1 ? 1 : end_of(pid);
    (void)unlinkat(cgroup->fd, "mine", AT_REMOVEDIR); /* may never have been there */
    return status;
}
