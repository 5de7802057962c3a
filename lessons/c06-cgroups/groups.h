/* groups.h - the cgroups of the boxes: each box is born in one of its own, called as the box. */
#ifndef GROUPS_H
#define GROUPS_H

#include "cgroups.h"
#include "tutor.h"

/* The cgroup of the box NAME, which is the module's to work with, or NULL after having said that
 * there is no such box, or why it has no cgroup. It stays until the box has been waited for. */
struct cgroup *groups_of_box(struct tutor *tutor, const char *name);

/* Where it is, as an absolute path. Valid until the next call. */
const char *groups_path(struct tutor *tutor, const struct cgroup *cgroup);

/* Runs WORK(CONTEXT) in a child that enters CGROUP first, with cgroup_enter. Returns the child's
 * pid, or -1 after having said what failed. */
pid_t groups_start(struct tutor *tutor, const struct cgroup *cgroup,
                   void (*work)(void *context), void *context);

/* Makes a cgroup for something that is no box, ended by cgroup_remove. 0, or 1 having said what
 * failed. */
int groups_make(struct tutor *tutor, const char *name, struct cgroup *cgroup);

#endif
