/* tables.h - processes that stand still, each in a mount table of its own for one root:
 * what the words of this lesson change, step by step, and look at.
 */
#ifndef TABLES_H
#define TABLES_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include "tutor.h"

struct table {
    char name[64];       /* of the root, as the session calls it */
    char path[PATH_MAX]; /* of the root, on the host */
    pid_t keeper;        /* our child, which lives as long as the holder */
    pid_t holder;        /* process 1 of the namespaces, by our number */
    int pidfd;           /* of the holder: its number may be somebody else's one day */
    bool pivoted;        /* the root is "/" of the table */
};

/* Starts the process for the root NAME, of roots_path. Returns 0, or 1 after having said
 * what is wrong. */
int tables_start(struct tutor *tutor, const char *name);

/* The table of the root NAME; NULL after having said that there is none. Valid until the
 * next tables_start or tables_end. */
struct table *tables_find(struct tutor *tutor, const char *name);

/* Ends the process; its namespaces and what is mounted in them go with it. */
void tables_end(struct tutor *tutor, struct table *table);

/* Runs ACT(TUTOR, TABLE, CONTEXT) in a child that is in all namespaces of the table, and
 * waits. Returns its status, 128 + a signal, or 1 after having said why there was no
 * child. */
int tables_inside(struct tutor *tutor, struct table *table,
                  int (*act)(struct tutor *tutor, struct table *table, void *context),
                  void *context);

/* In such a child: opens the root of the table. Returns a descriptor, or -1 with errno.
 */
int tables_root(const struct table *table);

/* Prints the table, and how long the host's is; ALL: also what is still there of the
 * host. */
int tables_show(struct tutor *tutor, const struct table *table, bool all);

/* Prints the table of any process, called NAME: what the host does not have at the same place;
 * ALL: what it has, too. Returns 0, or 1 after having said why not. */
int tables_show_process(struct tutor *tutor, const char *name, pid_t pid, bool all);

/* The names of the roots that have a table, ended by NULL; valid until the next call. */
const char *const *tables_names(struct tutor *tutor);

#endif
