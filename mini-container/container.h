/* container.h - one container, from its options to its exit status: what the engine's files share.
 *
 *     main.c       the words of the command line
 *     options.c    text -> struct container_options, with everything checked
 *     steps.c      the table: what is done, in which order, and by which lesson
 *     host.c       the steps that are done on the host, before and after the clone
 *     child.c      the steps that the child does to itself, until it becomes the program
 *     image_user.c names of users, as the image has them
 *     run.c        walks through the table, attends to the container, and cleans up
 *     watch.c      a small process that removes the cgroup even when we are killed
 *     terminal.c   a terminal of its own for the container
 *
 * The mechanisms are in the modules of the lessons (solutions/, or labs/ of the learner); here
 * is only who calls what, when, and what is said when it fails.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>
#include "capabilities.h"
#include "cgroups.h"
#include "process.h"
#include "seccomp_filter.h"
#include "users.h"

/* Exit statuses, beside that of the program: docker-run(1), podman-run(1), timeout(1). */
enum {
    EXIT_USAGE = 2,
    EXIT_TIMED_OUT = 124,
    EXIT_OURS = 125,      /* mini-container itself failed */
    EXIT_NO_EXEC = 126,   /* the command cannot be executed */
    EXIT_NOT_FOUND = 127, /* the command does not exist */
};

enum { VOLUMES = 32 };

struct container_volume {
    const char *source, *target; /* a path of the host, a path inside */
    bool read_only;
};

/* What the command line says. Strings are the command line's own, but for envp. */
struct container_options {
    const char *rootfs;
    char *const *argv; /* the program and its arguments */
    char **envp;       /* its environment; allocated, NULL-ended */
    const char *hostname;
    const char *workdir;      /* a path inside */
    const char *user, *group; /* as they were given; NULL */
    bool names;               /* one of them is a name, to be looked up in the image */
    uid_t uid;                /* numbers inside, when there are no names */
    gid_t gid;
    struct container_volume volumes[VOLUMES];
    size_t volume_count;
    long long memory;    /* bytes; 0: no limit */
    long long pids;      /* 0: no limit */
    long long cpu_quota; /* microseconds in each 100 ms; 0: no limit */
    const char *cgroup_parent;
    long long timeout; /* milliseconds; 0: none */
    capabilities_set keep;
    uint32_t refused; /* what a refused system call gets; 0: no filter */
    bool read_only, privileged, rootless, host_network, tty, init;
    bool explain, chroot;
    const char *stop_at; /* the name of a step; NULL */
    /* Only in the red build, for tests: steps that are left out, or done naively. */
    const char *without, *naive;
    char *const *command_line; /* argv of this program, to start it again */
};

/* What is open and what is known while a container starts and runs. */
struct container {
    const struct container_options *options;
    const char *what;     /* what the step that runs is about, for its error; or NULL */
    struct process child; /* pidfd -1 before the clone and after the end */
    uid_t uid;            /* who the program runs as, inside */
    gid_t gid;
    int channel; /* a socket between host and child; one end on each side */
    int watch;   /* a pipe: when it closes, the watcher ends what is left */
    pid_t watcher;
    char cgroup_name[64];
    struct cgroup cgroup;
    struct users_plan plan; /* maps of a user namespace */
    struct winsize size;    /* of our terminal */
    int root;               /* child: the root mount */
    int sources[VOLUMES];   /* child: the mounts of volumes */
    char program[PATH_MAX]; /* child: the program, found inside */
    int terminal;           /* the side of the terminal that we read and write; -1 */
    struct termios saved;   /* our own terminal, as it was */
    bool raw;               /* it is not as it was */
    char keys[4096];        /* what was typed, and not taken yet; */
    size_t typed;           /* so many bytes of it */
    int screen;             /* our standard output, if it can be, without blocking; -1 */
    char output[4096];      /* what the program has written, and SCREEN not taken yet; */
    size_t unshown;         /* so many bytes of it */
    bool started;           /* the program runs */
    int ending_signal;      /* a signal ended the container in place of the program; 0 */
    bool timed_out;
    int failed_status; /* a step has failed, and has been told: what we exit with; or 0 */
};

enum side { HOST, CHILD };

/* One line of the table. */
struct step {
    const char *name; /* what --stop-at takes */
    const char *call; /* the system calls that it makes, as --explain shows them */
    const char *lesson;
    enum side side;
    bool (*when)(const struct container_options *options); /* NULL: always */
    int (*run)(struct container *container,
               const struct step *step); /* 0, or -1 and errno */
    const char *target;                  /* for steps that are the same but for this */
    const char *hint; /* what to do when it fails; NULL when errno says it all */
};

/* steps.c: the table, in order. The host does its steps up to "go", then the child begins with
 * its own; what the host still does after that, it does at the same time. The last has a NULL name. */
extern const struct step steps[];

/* Whether STEP is to be done for OPTIONS. */
bool step_wanted(const struct step *step, const struct container_options *options);

/* The step of that name, or NULL. */
const struct step *step_find(const char *name);

/* Does a step: the line's own function, but in the red build maybe the one of naive_steps. */
int step_run(struct container *container, const struct step *step);

/* Only in the red build: other ways to do some of the steps, by name. */
extern const struct step naive_steps[];

/* options.c: reads the arguments behind "run" (ARGV[0] is "run"). Returns 0, or an exit status
 * after an error was printed. options_print_help prints a line for each option.
 */
int options_parse(struct container_options *options, int argc, char **argv);
void options_print_help(void);
void options_free(struct container_options *options);

/* Prints "mini-container: MESSAGE" on stderr, and returns STATUS. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* run.c: runs the container, waits for its end, leaves nothing behind. Returns its exit status,
 * or one of those above after an error was printed. */
int container_run(const struct container_options *options);

/* A message of the child to the host. */
struct report {
    enum { STEP_DONE, STEP_FAILED, TERMINAL } kind;
    int step;  /* index in steps[] */
    int error; /* errno, for STEP_FAILED */
    uint64_t nanoseconds;
    char what[200];
};

/* child.c: does the CHILD steps and becomes the program; what fails is told through the channel. */
_Noreturn void child_main(struct container *container);

/* Runs a step and measures it. Returns what it returns. */
int step_do(struct container *container, const struct step *step, uint64_t *nanoseconds);

/* Opens a shell where the steps have come to, when --stop-at says so, and waits for its end. */
void step_stop(const struct container *container, const struct step *step);

/* watch.c: starts the watcher; when our end of the pipe is closed, by us or because we are dead, it
 * kills CONTAINER's child, or, started before there is one, removes its cgroup. watch_end closes
 * it, and waits until it has done so. Returns 0, or -1 with errno; of watch_end: EIO when the cgroup could not be removed.
 */
int watch_start(struct container *container);
int watch_end(struct container *container);

/* terminal.c. The child: makes a terminal from the container's /dev/pts, takes it as its own, for
 * its standard input, output and error, and sends the other side to the host. The host: puts our
 * terminal into raw mode (restore: back), tells the size, and moves bytes once. keys reads what was
 * typed, type writes as much of it as the container takes now; the rest stays in CONTAINER, for
 * type. read and show do the same with what the program writes. receive returns the size of what
 * it got, 0 at the end; all others but restore 0; all -1 with errno. read and keys return -1 at
 * the end, too.
 */
int terminal_make(struct container *container);
int terminal_send(int channel, const struct report *report, int descriptor);
ssize_t terminal_receive(int channel, struct report *report, int *descriptor);
int terminal_raw(struct container *container);
void terminal_restore(struct container *container);
int terminal_resize(const struct container *container);
int terminal_read(struct container *container);
int terminal_show(struct container *container);
int terminal_keys(struct container *container);
int terminal_type(struct container *container);

/* The filter of the default options, made when this was built (make/filter.c); count 0 when it was
 * not. filter_is_ready: whether it is the one for OPTIONS. */
extern const struct filter ready_filter;
bool filter_is_ready(const struct container_options *options);

/* The functions behind the lines of the table. */
int host_binary(struct container *, const struct step *);
int host_descriptors(struct container *, const struct step *);
int host_undumpable(struct container *, const struct step *);
int host_filter(struct container *, const struct step *);
int host_user(struct container *, const struct step *);
int host_watcher(struct container *, const struct step *);
int host_cgroup(struct container *, const struct step *);
int host_limits(struct container *, const struct step *);
int host_clone(struct container *, const struct step *);
int host_maps(struct container *, const struct step *);
int host_go(struct container *, const struct step *);
int child_wait(struct container *, const struct step *);
int child_guard(struct container *, const struct step *);
int child_cgroup_namespace(struct container *, const struct step *);
int child_private(struct container *, const struct step *);
int child_root(struct container *, const struct step *);
int child_no_devices(struct container *, const struct step *);
int child_sources(struct container *, const struct step *);
int child_attach(struct container *, const struct step *);
int child_devices(struct container *, const struct step *);
int child_volumes(struct container *, const struct step *);
int child_terminal(struct container *, const struct step *);
int child_pivot(struct container *, const struct step *);
int child_protect(struct container *, const struct step *);
int child_mask(struct container *, const struct step *);
int child_seal(struct container *, const struct step *);
int child_hostname(struct container *, const struct step *);
int child_loopback(struct container *, const struct step *);
int child_capabilities(struct container *, const struct step *);
int child_leash(struct container *, const struct step *);
int child_workdir(struct container *, const struct step *);
int child_program(struct container *, const struct step *);
int child_no_new_privileges(struct container *, const struct step *);
int child_filter(struct container *, const struct step *);
int child_close(struct container *, const struct step *);
int child_exec(struct container *, const struct step *);

#endif
