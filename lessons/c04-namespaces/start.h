/* start.h - a box in new namespaces: how it is started, and how one goes into it. */
#ifndef START_H
#define START_H

#include <stdbool.h>
#include "process.h"
#include "tutor.h"

/* A kind of namespace. */
struct start_kind {
    const char *name;  /* "uts": its file in /proc/PID/ns, and the option --uts */
    const char *holds; /* what is in it, in a few words */
    unsigned flag;     /* CLONE_NEWUTS */
};

/* All kinds that a box may have of its own, ended by one without a name. */
extern const struct start_kind start_kinds[];

/* What a box is to be. */
struct start_wish {
    const char *name; /* its host name, when it has a uts namespace */
    unsigned flags;   /* CLONE_NEW… */
    bool init; /* the first process is namespaces_init, and the program its child */
    char *const *argv;
};

/* What a later lesson adds to every box: options of `spawn`, and what is done for them. A lesson
 * that is linked in is heard, in the order of the lessons; a member may be NULL. What an option
 * said is kept by the lesson, in a tutor_state, from `begin` on.
 */
struct start_extra {
    /* A new `spawn` begins: forget the last one. */
    void (*begin)(struct tutor *tutor);

    /* The option at ARGV. Returns how many words it takes, 0 when it is none of this lesson, or
     * -1 after having said what is wrong with it. */
    int (*option)(struct tutor *tutor, char **argv, struct start_wish *wish);

    /* In the session, before the child is made. CGROUP may get a descriptor of the cgroup that it
     * is to be born in, which stays the lesson's. Returns 0, or 1 after having said what failed;
     * then there will be no box. */
    int (*before)(struct tutor *tutor, const struct start_wish *wish, int *cgroup);

    /* In the session: there will be no box after all. */
    void (*undo)(struct tutor *tutor, const struct start_wish *wish);

    /* In the session: the child PID is there, in its namespaces, and waits. Returns 0, or 1 after
     * having said what failed; then there will be no box. */
    int (*outside)(struct tutor *tutor, const struct start_wish *wish, pid_t pid);

    /* In the child, first of all and last before its program. Returns NULL, or the name of the
     * call that failed, with errno. */
    const char *(*first)(struct tutor *tutor, const struct start_wish *wish);
    const char *(*last)(struct tutor *tutor, const struct start_wish *wish);

    /* In the child of `in`, which is still outside: it is about to join PID, and can look at it. As
     * above. */
    const char *(*joining)(struct tutor *tutor, pid_t pid);

    /* In the process that `in` starts, in all namespaces of the box, before the command; FLAGS
     * are those that were entered. As above. */
    const char *(*joined)(struct tutor *tutor, unsigned flags);
};

#define START_EXTRA(name)                                                                \
    static const struct start_extra name;                                                \
    static const struct start_extra *const name##_announced                              \
        __attribute__((section("start_extras"), used)) = &name;                          \
    static const struct start_extra name

/* The extras I = 0, 1, …, then NULL. */
const struct start_extra *start_extra_at(size_t i);

enum { START_DAY = 86400 }; /* how much longer a box with a time namespace has been up */

/* Starts the box, furnishes its namespaces and runs its program; returns when it runs. Who is
 * not root gets a user namespace as well. Returns 0 with PROCESS filled in, or 1 after having
 * said which call failed; no process is left over then.
 */
int start_box(struct tutor *tutor, const struct start_wish *wish,
              struct process *process);

/* The process of a box that is in all its namespaces: PID itself, or the program, when PID only
 * holds a time namespace ready for its children. */
pid_t start_inside(pid_t pid);

/* Runs ARGV in those namespaces of the process PID that are not ours, and waits for it.
 * Returns its exit status as a shell gives it, or 1 after having said which call failed. */
int start_in(struct tutor *tutor, pid_t pid, char *const *argv);

/* The same, with ACT in place of a program: it is called in a process inside, which then ends at
 * once with what it returns. */
int start_act(struct tutor *tutor, pid_t pid,
              int (*act)(struct tutor *tutor, void *context), void *context);

/* "mine" or "reference": whose FUNCTION is called at the moment. */
const char *start_whose(const char *function);

#endif
