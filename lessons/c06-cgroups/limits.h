/* limits.h - the words of `limit`: what a learner types becomes what a file wants. */
#ifndef LIMITS_H
#define LIMITS_H

#include <stdbool.h>
#include "cgroups.h"
#include "tutor.h"

/* Sets one limit ("memory", "20M"), or shows all that are set when WORD is NULL. NAME is what the
 * cgroup is called in messages. Returns an exit status, having said what is wrong. */
int limits_set(struct tutor *tutor, const char *name, const struct cgroup *cgroup,
               const char *word, const char *value);
void limits_show(const char *name, const struct cgroup *cgroup);

/* The words, ended by NULL. */
extern const char *const limits_words[];

/* "20M", "1.5G", "4096" as bytes. Returns false when it is none, or too big. */
bool limits_size(const char *text, long long *bytes);

/* A number of bytes as people write it: "20.0M". Valid until the fourth call after. */
const char *limits_people(long long bytes);

#endif
