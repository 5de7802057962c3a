/* users.h - who a process is, inside and outside: the contract of c05-users.
 *
 * A user namespace has numbers of its own for users and groups, and a map that says which
 * number of the outside each of them is. Whoever makes one has every privilege in it, over what
 * belongs to it, and no more rights outside than before: that is how an ordinary user gets to
 * be root, and mounts, and names hosts, without being able to harm anybody but himself.
 *
 *     inside     outside                  one line of /proc/PID/uid_map:
 *     0          1000  (you)              0 1000 1
 *     1..65536   100000..165535           1 100000 65536
 *
 * A process that has no number inside shows up as 65534, nobody, and so do the files of users
 * that are not mapped.
 *
 * Read on: user_namespaces(7), credentials(7), newuidmap(1), subuid(5); the page
 * lessons/c05-users.
 */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* COUNT numbers from INSIDE on are the same number of numbers from OUTSIDE on. */
struct users_map {
    uint32_t inside, outside, count;
};

enum {
    USERS_RANGES = 340,    /* lines that the kernel takes, user_namespaces(7) */
    USERS_MAP_SIZE = 4096, /* and bytes: fewer than a page */
};

/* The maps of a container, one for users and one for groups. */
struct users_plan {
    struct users_map users[2], groups[2];
    size_t user_ranges, group_ranges; /* how many of these are used: 1 or 2 */
    bool
        helpers; /* written by newuidmap and newgidmap, as it takes more than our own id */
};

/* Writes the COUNT ranges of MAP as the text that uid_map and gid_map take, a line each, to
 * TEXT of SIZE bytes. Returns its length without the byte 0 at the end; or -1 with errno EINVAL:
 * no range or too many, a range of no numbers, or one that reaches 2^32 - 1 (which is no
 * user), or two that overlap, on either side; ENOSPC: it does not fit into SIZE.
 */
int users_format(const struct users_map *map, size_t count, char *text, size_t size);

/* Translates a number inside into the one outside. Returns 0 and OUTSIDE, or -1 with errno
 * ENOENT when it is not mapped.
 */
int users_outside(const struct users_map *map, size_t count, uint32_t inside,
                  uint32_t *outside);

/* Finds the first range that FILE (/etc/subuid, /etc/subgid; lines "OWNER:FIRST:COUNT") gives to
 * OWNER, a login name or a number, as RANGE with .inside 1. Lines that are broken are skipped.
 * Returns 0, or -1 with errno of open(2); ENOENT, too, when there is no such line.
 */
int users_subordinate(const char *file, const char *owner, struct users_map *range);

/* Decides what a user can have: inside 0 is always UID and GID, oneself. If there are ranges (not
 * NULL, of users_subordinate) these are 1 and on, and the helpers must write the maps; a range
 * for users alone, or groups alone, is left unused. Fills in PLAN.
 */
void users_decide(uid_t uid, gid_t gid, const struct users_map *more_users,
                  const struct users_map *more_groups, struct users_plan *plan);

/* Writes the maps of PID's user namespace, from outside, once (a second time is EPERM). The rules
 * of the kernel, each of which is an EPERM:
 *  - the writer has CAP_SETUID (CAP_SETGID) over the parent namespace; or it has none, and the
 *    map is one line, of one number, which is the writer's own effective uid (gid);
 *  - without CAP_SETGID, the namespace has given setgroups(2) up before gid_map is written: a
 *    group can also be what keeps somebody out. So this writes "deny" to setgroups when the map
 *    of groups is one range of one number. When it is larger, setgroups stays.
 *  - to map 0 of the parent namespace takes CAP_SETFCAP there, too, since Linux 5.12.
 * Also EACCES when PID is not dumpable, as its files in /proc are root's then. Returns 0, or -1
 * with errno of users_format, open(2) or write(2).
 */
int users_write_map(pid_t pid, const struct users_map *users, size_t user_ranges,
                    const struct users_map *groups, size_t group_ranges);

/* The same through newuidmap(1) and newgidmap(1), which are setuid and allow what /etc/subuid and
 * /etc/subgid give. Returns 0, or -1 with errno: ENOENT (not installed; package uidmap), EPERM
 * (they refuse, and have said why on stderr).
 */
int users_write_map_with_helpers(pid_t pid, const struct users_map *users,
                                 size_t user_ranges, const struct users_map *groups,
                                 size_t group_ranges);

/* Becomes UID and GID for good (real, effective, saved), with COUNT supplementary GROUPS and no
 * others. Where setgroups(2) is denied, by the user namespace, and COUNT is 0, the groups stay
 * as they are: nothing can be gained by them that this process did not have.
 * Returns 0, or -1 with errno: EPERM; EINVAL when a number is not mapped, or is 2^32 - 1. After
 * an error the caller must end the process: it may be half changed.
 */
int users_become(uid_t uid, gid_t gid, const gid_t *groups, size_t count);

#endif
