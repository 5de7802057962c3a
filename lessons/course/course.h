/* course.h - what the commands of `boxwork` share: the tree, its lessons, and how a command
 * is described.
 *
 * A command is one row of the table in main.c. The row makes its help, its completion and the
 * reading of its options; a command with the rest of it in a file of its own gets what was
 * typed as a struct invocation.
 */
#ifndef COURSE_H
#define COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include "host.h"

/* Exit statuses. `check` and `play` have STATUS_CANNOT_RUN as well. */
enum {
    STATUS_OK = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_CANNOT_RUN = 3,
};

/* One lesson: a folder lessons/[chx]NN-NAME. */
struct lesson {
    char *id;         /* "c02-chroot" */
    char number[4];   /* "c02", also the name of its step program */
    const char *word; /* "chroot": the rest of the id */
};

struct course {
    char *top; /* the tree that this program was built in, absolute */
    struct lesson *lessons;
    size_t count;
    bool colour; /* of stdout */
    int columns; /* of stdout; 80 when it is not known */
    struct host host;
    const char *command; /* the word that runs, for messages */
    bool built;          /* whoever called us has built everything */
};

/* One long option. Each has its word in the help of its command. */
struct course_option {
    const char *name;     /* "format" */
    const char *argument; /* "WORD"; NULL when it takes none */
    const char *help;     /* "text, json, tap or junit" */
};

enum { OPTIONS_MOST = 8 };

/* What an argument is, for the completion. */
enum course_argument {
    ARGUMENT_NONE,
    ARGUMENT_LESSON, /* and then functions of the lesson */
    ARGUMENT_FILE,
    ARGUMENT_COMMAND,
};

struct invocation;

struct course_command {
    const char *name;
    const char *arguments; /* as help shows them: "LESSON [FUNCTION]"; "" for none */
    const char *help;      /* one line, no dot */
    const char *details;   /* lines of at most 78 columns, each ended by a newline */
    struct course_option options[OPTIONS_MOST]; /* ended by one without a name */
    int least, most; /* how many arguments; most -1: any number */
    enum course_argument argument;
    bool raw;    /* reads its own options: gets everything in argv */
    bool hidden; /* not in the list of --help */
    int (*run)(struct course *course, const struct invocation *typed);
};

/* A command as it was typed. */
struct invocation {
    const struct course_command *command;
    int argc; /* the arguments, without the command and without its options */
    char **argv;
    const char *values[OPTIONS_MOST]; /* of the options, in the order of the table */
};

/* The value of an option: NULL when it was not given, "" when it takes none. */
const char *option(const struct invocation *typed, const char *name);

/* --- main.c --------------------------------------------------------------------------- */

/* The commands, ended by one without a name. */
extern const struct course_command course_commands[];

const struct course_command *command_named(const char *name);

/* Prints "boxwork: COMMAND: message" on stderr. The first returns STATUS_FAILED, the second
 * STATUS_USAGE, and adds where the help is.
 */
int course_error(const struct course *course, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int course_usage(const struct course *course, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- tree.c --------------------------------------------------------------------------- */

/* Finds the tree from where this program lies (TOP/build/boxwork), and its lessons. Returns
 * 0, or -1 with a line on stderr.
 */
int course_open(struct course *course);
void course_close(struct course *course);

/* TOP/NAME as a new string: free(3). Ends the program when there is no memory. */
char *course_path(const struct course *course, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The lesson that NAME means: "c02", "c02-chroot", or a word that is part of one id alone.
 * NULL, with a line on stderr that suggests one, when there is none.
 */
const struct lesson *lesson_named(const struct course *course, const char *name);

/* Runs `make -s WORDS…` (targets and variables, ended by NULL, at most 70) in the tree. What it
 * prints goes to stderr, so that stdout stays what was asked for; QUIET: it goes nowhere.
 * Returns its exit status, or -1 with a line on stderr.
 */
int course_make(const struct course *course, const char *const words[], bool quiet);

/* The same, quietly, in three minutes and 4 GiB at the most: for code of somebody else's. */
int course_make_limited(const struct course *course, const char *const words[]);

/* How far WORD is from OTHER, in letters to change: what suggestions are chosen by. */
size_t word_distance(const char *word, const char *other);

/* --- the commands ---------------------------------------------------------------------- */

typedef int course_run(struct course *course, const struct invocation *typed);
course_run run_default, run_lessons, run_learn, run_open, run_play, run_check, run_status,
    run_hint, run_reset, run_watch, run_doctor, run_export, run_import, run_machine,
    run_help, run_build, run_complete, run_compare;

#endif
