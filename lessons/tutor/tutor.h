/* tutor.h - the guided REPL: what a lesson gives to it, and what it gives to a lesson.
 *
 * A lesson's step.c is a table of commands. The tutor reads lines (from a terminal, a pipe
 * or a file), finds the command, runs it, keeps what it printed, and ticks off the page's
 * steps. The same table makes the command line: `build/c02 enter ROOT` runs one command.
 *
 * A step program has the commands of every lesson of its track up to its own.
 */
#ifndef TUTOR_H
#define TUTOR_H

#include <stdbool.h>
#include <stddef.h>

struct tutor; /* one session; made and ended by the tutor's own main() */

/* What Tab offers for the arguments of a command. */
enum tutor_completion {
    TUTOR_COMPLETE_NOTHING,
    TUTOR_COMPLETE_FILES,
    TUTOR_COMPLETE_FUNCTIONS, /* the functions that the lab asks for */
    TUTOR_COMPLETE_WORDS,     /* what the command's words() returns */
};

struct tutor_command {
    const char *name;      /* the word that is typed: "enter" */
    const char *arguments; /* as help shows them: "ROOT CMD [ARG…]", "" for none */
    const char *help;      /* one line, no dot: "run a program inside a root" */
    const char *details;   /* more lines for `help WORD`; NULL for none */
    int least, most;       /* how many arguments; most -1: any number */
    enum tutor_completion completion;

    /* The words to complete with: a NULL-ended array of strings that stays valid until the
     * next call. Only for TUTOR_COMPLETE_WORDS. */
    const char *const *(*words)(struct tutor *tutor);

    /* Runs the command. argv[0] is its name, argv[argc] NULL; all of it is only valid
     * during the call. Prints with stdio, errors with tutor_error. Returns an exit status:
     * 0 for success, 1 for failure, 2 for wrong usage. */
    int (*run)(struct tutor *tutor, int argc, char **argv);
};

struct tutor_lesson {
    const char *id;                       /* "c02-chroot", the name of its folders */
    const struct tutor_command *commands; /* ended by one with a NULL name */
};

/* Announces a lesson to the tutor: TUTOR_LESSON(c02) = { .id = "c02-chroot", ... }; */
#define TUTOR_LESSON(name)                                                               \
    static const struct tutor_lesson name;                                               \
    static const struct tutor_lesson *const name##_announced                             \
        __attribute__((section("tutor_lessons"), used)) = &name;                         \
    static const struct tutor_lesson name

/* Prints "WORD: message" and a newline on stderr; WORD is the command that runs. Returns 1,
 * so that a command may `return tutor_error(tutor, ...)`.
 */
int tutor_error(struct tutor *tutor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* State that commands share, also those of another lesson of the track: the machine in the
 * hand, the boxes that live. The first call with a KEY allocates SIZE zeroed bytes; later
 * calls return the same bytes. When the session ends, DESTROY (may be NULL) gets them, in
 * the reverse order of their making; the tutor frees them. Returns NULL with errno ENOMEM.
 */
void *tutor_state(struct tutor *tutor, const char *key, size_t size,
                  void (*destroy)(void *state));

/* The path of NAME in the tree that this program was built in ("build/rootfs"), absolute.
 * Returns a string that the tutor owns until the session ends, or NULL with errno.
 */
const char *tutor_path(struct tutor *tutor, const char *name);

/* A temporary directory of this session, that only its user may enter: an absolute path without
 * links, made at the first call. When the session ends, in whatever way, it is removed with all
 * that is in it, after the states are destroyed. Returns a string that the tutor owns, or NULL
 * with errno of mkdtemp(3).
 */
const char *tutor_directory(struct tutor *tutor);

/* A cgroup of this session, below the mount of version 2: an absolute path, made at the first
 * call. When the session ends, in whatever way, all that is in it is killed, and it is removed
 * with all below it, after the states are destroyed. Returns a string that the tutor owns, or NULL
 * with errno: ENOTSUP (no version 2 at /sys/fs/cgroup), or of mkdir(2), mostly EACCES.
 */
const char *tutor_cgroup(struct tutor *tutor);

/* True from the moment that Ctrl-C was pressed until the next prompt. A system call that
 * blocks is interrupted by it (EINTR).
 */
bool tutor_interrupted(const struct tutor *tutor);

/* True when the session is on a terminal that shows colours (and NO_COLOR is not set). */
bool tutor_colour(const struct tutor *tutor);

/* The command NAME as the lessons before LESSON ("c07-capabilities") have it, or NULL: for a
 * word that takes over some cases and leaves the others as they were.
 */
const struct tutor_command *tutor_earlier(const char *name, const char *lesson);

/* For the words of a command. Joins NULL-ended lists, behind the last of which stands a NULL, into
 * WORDS, which has room for SIZE, the NULL at its end included; what does not fit is left out. Returns
 * WORDS. */
const char *const *tutor_join(const char **words, size_t size, const char *const *list,
                              ...) __attribute__((sentinel));

/* The names of the files in FOLDER of the tree that end with ENDING, without it: up to 64, of
 * less than 32 bytes each. The list is valid until the next call. */
const char *const *tutor_files(struct tutor *tutor, const char *folder,
                               const char *ending);

/* How many columns there are to print in; 80 when that is not known. */
int tutor_columns(const struct tutor *tutor);

#endif
