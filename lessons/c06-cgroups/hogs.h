/* hogs.h - processes that take as much as they are let. */
#ifndef HOGS_H
#define HOGS_H

#include "cgroups.h"
#include "tutor.h"

/* The kinds: "memory", "pids", "cpu", "io"; ended by NULL. */
extern const char *const hogs_words[];

/* Lets a hog loose in CGROUP, for MILLISECONDS at most, and says how far it came. AMOUNT is a size,
 * a number or seconds. Returns an exit status: 0 also when it was stopped, which is what it is
 * for. */
int hogs_run(struct tutor *tutor, const struct cgroup *cgroup, const char *word,
             const char *amount, int milliseconds);

/* Two that compute on the same processor, one in each cgroup. */
int hogs_race(struct tutor *tutor, const char *const names[2],
              const struct cgroup *const cgroups[2], const char *seconds);

#endif
