/* capabilities.h - what root may do, taken apart: the contract of c07-capabilities.
 *
 * What root may do is 41 privileges, each of which a process has or has not. A process has five
 * sets of them, and what it can use now is only one of the five:
 *
 *     effective     what the kernel looks at
 *     permitted     what it may put into effective; it never grows, except by execve
 *     inheritable   what execve keeps for files that say so
 *     bounding      what execve can give at all: a setuid root program gets no more than this
 *     ambient       what execve gives to any program, without a file that says so
 *
 * A container that keeps one of them too many in *any* set can get it back. A set is here a
 * number with one bit for each capability: CAPABILITY(CAP_CHOWN) | CAPABILITY(CAP_KILL).
 *
 * Read on: capabilities(7) (its "Transformation of capabilities during execve()"), cap_get_proc(3),
 * prctl(2); the page lessons/c07-capabilities.
 */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/types.h>

typedef uint64_t capabilities_set;

#define CAPABILITY(number) ((capabilities_set)1 << (number))

/* The five sets of a process. */
struct capabilities {
    capabilities_set effective, permitted, inheritable, bounding, ambient;
};

/* What an ordinary image needs to install a package, open port 80 and drop to its own user;
 * nothing that reaches the host. These are the 14 that Docker leaves to a container's root, but
 * for MKNOD (podman leaves out NET_RAW and AUDIT_WRITE, too). In Docker, a BPF program on the
 * cgroup says which devices may be opened. We have none, and a node of the host's disk, made in
 * the container's own /dev, would be the disk.
 */
capabilities_set capabilities_default(void);

/* Every capability that this kernel knows. */
capabilities_set capabilities_all(void);

/* Reads one name as people write them: "NET_ADMIN", "cap_net_admin", "all". Adds it to SET.
 * Returns 0, or -1 with errno EINVAL and SET as it was: no such capability, or more than a name.
 */
int capabilities_parse(const char *name, capabilities_set *set);

/* Reads the five sets of a process, as /proc/PID/status shows them. PID 0 is this one. Returns 0,
 * or -1 with errno of open(2); EPROTO when the file does not say them.
 */
int capabilities_read(pid_t pid, struct capabilities *sets);

/* Drops every capability that is not in KEEP from the bounding set, for good, also those that
 * this program has no name for. What is not in it any more is left alone (that needs no right).
 * Returns 0, or -1 with errno of prctl(2): EPERM, when CAP_SETPCAP is not effective.
 */
int capabilities_drop_bounding(capabilities_set keep);

/* Makes effective and permitted exactly KEEP, and inheritable empty. Returns 0, or -1 with errno
 * of cap_set_proc(3): EPERM, when KEEP has one that is not permitted now.
 */
int capabilities_set_to(capabilities_set keep);

/* Empties the ambient set. Returns 0, or -1 with errno of prctl(2). */
int capabilities_clear_ambient(void);

/* Says whether the permitted set survives the change from user 0 to another one, which
 * usually empties it. The effective set does not survive; capabilities_set_to brings it back.
 * execve ends it. Returns 0, or -1 with errno of prctl(2): EPERM, when securebits are locked.
 */
int capabilities_keep(bool keep);

/* From now on, execve gives nothing that this process does not have: setuid bits and
 * capabilities of files are ignored, for us and all our children, for ever.
 * Returns 0, or -1 with errno of prctl(2).
 */
int capabilities_no_new_privileges(void);

/* Becomes UID and GID with no supplementary groups (users_become), with KEEP and no more in the
 * effective, permitted and bounding set, and none in the others.
 * Returns 0, or -1 with errno. After an error the caller must end the process.
 */
int capabilities_become(uid_t uid, gid_t gid, capabilities_set keep);

#endif
