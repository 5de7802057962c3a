/* runaway.h - a process in a cgroup that does not want to be there, and a user who was given one.
 */
#ifndef RUNAWAY_H
#define RUNAWAY_H

#include "cgroups.h"
#include "tutor.h"

/* The attacks: "leave", "raise"; ended by NULL. */
extern const char *const runaway_names[];

/* Tries one, before and after. Returns an exit status, -1 when there is none of that name. */
int runaway_try(struct tutor *tutor, const char *name);

/* Gives CGROUP to the user UID with cgroup_delegate, and shows what that user can do with it. */
int runaway_delegate(struct tutor *tutor, const struct cgroup *cgroup, uid_t uid,
                     gid_t gid);

#endif
