/* boxes.h - the boxes of a session: named processes that live beside the prompt.
 *
 * Every container lesson from c01 on works on this one table. A lesson that starts boxes in a
 * way of its own (c04: in new namespaces) does that between boxes_aside and boxes_back, and
 * gives the struct process to boxes_add; the words of c01 then work on them as on any other.
 * What a session started ends with it: each box that is still there is killed and waited for.
 */
#ifndef BOXES_H
#define BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include "process.h"
#include "tutor.h"

enum { BOXES_MOST = 32, BOXES_NAME = 15, BOXES_USAGE = 2 };

struct box {
    char name[BOXES_NAME + 1]; /* "" where the table has room */
    struct process process;    /* what the module works with: yours or the reference's */
    char *command;             /* what it was asked to run, on one line */
    int pidfd; /* a copy that is the table's own, so that no mistake of a module loses it */
};

/* What a later lesson does when a box leaves the table, because it has ended and was waited for.
 * Its name and its pid mean nobody any more. When the session ends, nobody is told: then the states
 * of the lessons end, too.
 */
struct boxes_extra {
    void (*ended)(struct tutor *tutor, const char *name);
};

#define BOXES_EXTRA(name)                                                                \
    static const struct boxes_extra name;                                                \
    static const struct boxes_extra *const name##_announced                              \
        __attribute__((section("boxes_extras"), used)) = &name;                          \
    static const struct boxes_extra name

/* The box that is called NAME, or NULL after having said that there is none. It stays where it
 * is until it has been waited for. */
struct box *boxes_find(struct tutor *tutor, const char *name);

/* The box whose process has this pid, or NULL. */
struct box *boxes_of_pid(struct tutor *tutor, pid_t pid);

/* Place I of the table, from 0 to BOXES_MOST - 1: a box, or NULL when there is room. */
struct box *boxes_at(struct tutor *tutor, size_t i);

/* The names of all boxes, ended by NULL; valid until the next call. For completion. */
const char *const *boxes_names(struct tutor *tutor);

/* Whether a box may be called NAME: letters a-z, digits, "-" and "_", not taken, and the table
 * has room. Says it when it may not. */
bool boxes_may_be_called(struct tutor *tutor, const char *name);

/* Where the session stands while it starts a box. */
struct boxes_aside {
    int input;   /* a copy of its standard input */
    pid_t group; /* its process group */
};

/* Makes what is started from now on fit to live beside the prompt: /dev/null is its input, for
 * the prompt reads the session's, and it is in a process group that Ctrl-C does not reach.
 * Returns 0, or 1 after having said what is wrong; then nothing has changed.
 */
int boxes_aside(struct tutor *tutor, struct boxes_aside *aside);

/* Puts the session back to where it stood. */
void boxes_back(struct boxes_aside *aside);

/* Enters PROCESS into the table, as NAME (see boxes_may_be_called), which was asked to run
 * ARGV, and says its pid. The table keeps PROCESS from then on; ARGV is copied.
 * Returns 0, or 1 after having said that PROCESS has no pidfd, or that there is no memory. */
int boxes_add(struct tutor *tutor, const char *name, const struct process *process,
              char *const *argv);

/* Waits for BOX with process_wait, says how it ended, and takes it out of the table.
 * Returns 0, or 1 when process_wait failed, or Ctrl-C was pressed: then the box is still there,
 * and that has been said. */
int boxes_wait(struct tutor *tutor, struct box *box);

/* Sends SIGNAL to BOX with process_signal. Returns 0, or 1 after having said why not. */
int boxes_signal(struct tutor *tutor, struct box *box, int signal);

#endif
