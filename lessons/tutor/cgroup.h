/* cgroup.h - the cgroup of a session, and its end: see tutor_cgroup in tutor.h. */
#ifndef CGROUP_H
#define CGROUP_H

/* Kills what is in the cgroup whose path stands in PATH, removes it with all below it, and
 * empties PATH. Nothing is done for "". Says on stderr when it could not be removed.
 */
void cgroup_end(char *path);

#endif
