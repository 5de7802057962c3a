/* kinds.h - the same words as a process, in a container and in a virtual machine; and the groups
 * that their memory and time are counted in. */
#ifndef COMPARE_KINDS_H
#define COMPARE_KINDS_H

#include "compare.h"
#include "run.h"

/* A command as one of the kinds takes it. */
struct kind_command {
    char *argv[RUN_WORDS];
    char text[4][4096]; /* what the words stand in that are made here */
    struct run_how how;
};

/* Fills in COMMAND to run WORDS (NULL-ended; a path in the root file system first) in KIND. The
 * virtual machine prints what init.c says as well, and with --stats its exits on stderr. WORDS
 * must last as long as COMMAND. */
void kind_command(const struct compare *compare, enum kind kind, char *const words[],
                  struct kind_command *command);

/* Adds words (NULL-ended) to the options of an engine: behind "run". */
void kind_add(struct kind_command *command, char *const words[]);

/* The same, run to its end. Returns 0, or -1 with compare_failed: it could not run, it was ended
 * by a signal to us, or its status is another one than 0. RESULT is to be freed always. */
int kind_run(struct compare *compare, enum kind kind, char *const words[],
             struct run_result *result);

/* Runs `sh -e -c SCRIPT` of the root file system in the folder of this run, on this side, with its
 * commands and those of /usr/bin. TIME gets its nanoseconds. Returns 0 or -1 with compare_failed. */
int kind_shell(struct compare *compare, const char *script, double *time);

/* A cgroup of this run, called NAME; PATH gets its directory. Returns 0 or -1 with
 * compare_failed. */
int group_make(struct compare *compare, const char *name, char *path, size_t size);

/* Kills what is in it, and removes it. Harmless when it is not there. */
void group_remove(const char *path);

/* Removes what group_make made around them. */
void groups_end(void);

/* Microseconds of processor time that the group has used; -1 with errno. */
int64_t group_cpu(const char *path);

#endif
