/* cgroups.h - what a group of processes may use: the contract of c06-cgroups (version 2 only).
 *
 * A cgroup is a directory of a file system that the kernel makes up: mkdir makes one, writing a
 * pid to its cgroup.procs moves a process in, and its other files are limits to write and numbers
 * to read. Children are born where their parent is. Two rules shape everything:
 *
 *  - a file such as memory.max is there when the *parent* lists its controller in
 *    cgroup.subtree_control (cgroup_enable);
 *  - a parent that hands memory or io down can have no processes of its own, but for the root:
 *    processes are in leaves. (The others, cpu and pids, could be handed down to threads.)
 *
 * Read on: cgroups(7), Documentation/admin-guide/cgroup-v2.rst; the page lessons/c06-cgroups.
 */
#ifndef CGROUPS_H
#define CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CGROUP_MOUNT "/sys/fs/cgroup"

/* A cgroup in the hand. cgroup_close, or cgroup_remove, ends it. */
struct cgroup {
    int fd;         /* its directory; also what clone3 takes for CLONE_INTO_CGROUP */
    int parent;     /* the directory that it stands in, to remove it from there */
    char name[128]; /* there */
};

/* Opens the directory PATH, which must be on a file system of cgroup version 2, as a parent.
 * Returns a descriptor that the caller closes, or -1 with errno of open(2); ENOTSUP when it is
 * something else, a version 1 hierarchy for example.
 */
int cgroup_open_parent(const char *path);

/* Makes the cgroup NAME below PARENT (of cgroup_open_parent, or the fd of another cgroup, which is
 * not used up) and fills in CGROUP. Returns 0, or -1 with errno of mkdirat(2) or openat(2): EEXIST,
 * EACCES, EAGAIN (a limit of the number of cgroups), EINVAL (a name with a slash, "", "." or
 * ".."), ENAMETOOLONG.
 */
int cgroup_create(int parent, const char *name, struct cgroup *cgroup);

/* Gives the controllers NAMES ("memory pids cpu", between blanks) to the children of the cgroup
 * that FD is the directory of, in this order, up to the first that fails. Returns 0, or -1 with
 * errno of the write: ENOENT (a controller that this cgroup has not been given itself, or that does
 * not exist), EBUSY (memory or io, and it has processes); EINVAL when NAMES is far too long.
 */
int cgroup_enable(int fd, const char *names);

/* Writes VALUE to FILE of the cgroup: ("memory.max", "67108864"), ("cpu.max", "50000 100000"),
 * ("pids.max", "max"). Returns 0, or -1 with errno: ENOENT (the controller is not enabled in the
 * parent), EINVAL or ERANGE (a value that it does not take).
 */
int cgroup_limit(const struct cgroup *cgroup, const char *file, const char *value);

/* Reads FILE to TEXT of SIZE bytes, with a byte 0 at the end. Returns the length, or -1 with errno
 * of openat(2) or read(2); ENOSPC when it does not fit.
 */
ssize_t cgroup_read(const struct cgroup *cgroup, const char *file, char *text,
                    size_t size);

/* Reads one number of a file of "KEY NUMBER" lines (memory.events, cgroup.events, cpu.stat, ...),
 * or, with a NULL key, of a file that is one number (memory.current; "max" is LLONG_MAX).
 * Returns 0 and VALUE, or -1 with errno as cgroup_read; ENODATA when there is no such key.
 */
int cgroup_value(const struct cgroup *cgroup, const char *file, const char *key,
                 long long *value);

/* Moves the process PID (0: this one) into the cgroup. Its children that exist stay where they
 * are. Returns 0, or -1 with errno: ESRCH, EACCES, EBUSY (the cgroup has given controllers to its
 * children, and can have no processes).
 */
int cgroup_enter(const struct cgroup *cgroup, pid_t pid);

/* Waits until KEY of cgroup.events ("populated", "frozen") is WANTED, at most MILLISECONDS. The
 * kernel says when the file has changed, as POLLPRI of poll(2).
 * Returns 0, or -1 with errno ETIMEDOUT, or as cgroup_value.
 */
int cgroup_wait(const struct cgroup *cgroup, const char *key, long long wanted,
                int milliseconds);

/* Stops all its processes, or lets them go on, and waits until it is so. A frozen process does
 * nothing, and can be killed all the same. Returns 0, or -1 with errno; ETIMEDOUT after 2 s.
 */
int cgroup_freeze(const struct cgroup *cgroup, bool frozen);

/* Kills every process in it and in those below, at once: none can fork its way out. Returns 0, or
 * -1 with errno: ENOENT (a kernel before 5.14).
 */
int cgroup_kill(const struct cgroup *cgroup);

/* Kills what is in it, waits until that is gone, removes it with all cgroups below it, and closes
 * CGROUP, whether it worked or not. Returns 0, or -1 with errno: ETIMEDOUT, EBUSY.
 */
int cgroup_remove(struct cgroup *cgroup);

/* Closes CGROUP and leaves it where it is. */
void cgroup_close(struct cgroup *cgroup);

/* Gives the cgroup to a user, who can then make cgroups below it and move processes between them,
 * but cannot change its limits. Returns 0, or -1 with errno of fchownat(2).
 */
int cgroup_delegate(const struct cgroup *cgroup, uid_t uid, gid_t gid);

#endif
