/* look.h - what a cgroup tells of itself. */
#ifndef LOOK_H
#define LOOK_H

#include "cgroups.h"
#include "tutor.h"

/* What has happened in it: the files that end in .events, one a line. */
void look_events(const struct cgroup *cgroup);

/* What it uses, against its limits. */
void look_stats(const struct cgroup *cgroup);

/* The cgroups of all boxes, and how many processes are in each. Returns an exit status. */
int look_tree(struct tutor *tutor);

#endif
