/* machine.h - run a command in the lab machine: a throwaway Linux that may be broken.
 *
 * The machine is QEMU with Debian's cloud kernel, started for one command and gone after it.
 * The command finds the tree at the same absolute path as here, with the same working
 * directory, and runs as root. It sees a copy: nothing that it does changes this host. What
 * it prints arrives here as it comes, what it reads comes from here, and its exit status
 * comes back. README.md beside this file says what the machine is made of.
 *
 * Compile outside, run inside: there is no compiler in the machine (a compiler is as big as
 * everything else together). So `check LESSON` in the machine is two steps:
 *
 *     make build/…                                  on the host: an ordinary program, the
 *                                                   compiler, reads the learner's file
 *     machine_run({ build/boxwork check --here … }) in the machine: the learner's code runs
 *
 * The tree with its build/ is copied at the moment of machine_run, so what was just built is
 * there; parts/pack.c says what little stays at home (a word of the command that names it
 * brings it). Programs under build/ find their shared libraries in the machine. A session that
 * lasts (a REPL inside) asks for a new build with machine_ask, see below.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>

enum machine_accelerator {
    MACHINE_FASTEST, /* KVM where a probe guest ran a kernel under it, else TCG */
    MACHINE_TCG,     /* emulation; works everywhere */
    MACHINE_KVM,     /* asked for by name: not probed, fails where it does not work */
};

/* How a run ended: with the command's own status, or with a fault of the machine. */
enum machine_end {
    MACHINE_ENDED = 0,          /* the command ended by itself: see .status */
    MACHINE_CANNOT_START = 240, /* no QEMU, no kernel package, cannot be built */
    MACHINE_NO_SPACE = 241,     /* no space or memory for the machine or its results */
    MACHINE_NO_BOOT = 242,      /* it started, but never got as far as the command */
    MACHINE_TIMED_OUT = 243,    /* the time limit ended it */
    MACHINE_PANICKED = 244,     /* the command made the machine's kernel panic */
    MACHINE_WENT_DOWN = 245,    /* the command powered it off or restarted it */
    MACHINE_KILLED = 246,       /* QEMU was killed, or ended by itself */
    MACHINE_HUNG = 247,         /* the machine's kernel no longer answers */
    MACHINE_AMBIGUOUS = 248,    /* see machine_exit_status */
    MACHINE_NO_RESULTS = 249,   /* the command ended, but not every file came back */
    MACHINE_INTERRUPTED = 128,  /* a signal to this program ended it: see .signal */
};

/* A program inside asks the host for something (machine_ask). Runs on the host, in a child
 * process of its own whose stdout and stderr arrive at the asker; argv is NULL-ended, comes
 * from the machine and is therefore not to be trusted. Returns the exit status that the
 * asker gets. After it, every file of the tree that changed since the machine started
 * (and again: since the last answer) is copied into the machine.
 */
typedef int machine_answer(void *context, int argc, char **argv);

struct machine_job {
    const char *top;      /* the tree, absolute; its build/machine/ holds the parts */
    char *const *command; /* NULL-ended; NULL for a shell */
    int timeout;          /* seconds for the whole of it; 0 for no limit */
    int memory;           /* MiB; 0 for the default, 1024 */
    int cpus;             /* 0 for the default: 2 on KVM, 1 under TCG */
    const char *const
        *out; /* folders that come back, NULL-ended; NULL for none. A name is
                              * the same inside and outside, relative to the working
                              * directory; inside it is made when it is not there */
    const char *const *environment; /* "NAME=value" set inside, NULL-ended; NULL for none.
                                     * TERM, COLORTERM, NO_COLOR, CI, LANG, LC_ALL, COLUMNS
                                     * and every BOXWORK_* of this process go in anyway */
    enum machine_accelerator accelerator;
    bool verbose;           /* say on stderr what is used, how long it took, and show the
                              * machine's kernel log */
    machine_answer *answer; /* NULL: machine_ask fails with ENOSYS */
    void *answer_context;
};

struct machine_result {
    enum machine_end end;
    int status;        /* MACHINE_ENDED: 0 to 255; 128 + N when signal N ended it */
    int signal;        /* MACHINE_INTERRUPTED: the signal that this process got */
    bool kvm;          /* whether it ran on KVM */
    char message[512]; /* a fault in one line, without a prefix; "" for MACHINE_ENDED */
};

/* Runs a command in a machine of its own and waits for its end. Standard input, output and
 * error of this process are the command's; when the first two are a terminal, the command
 * gets a terminal of the same size (this one is in raw mode meanwhile), else stdout and
 * stderr stay apart. Builds build/machine/ when a part of it is missing or changed. SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT go to the command; the machine is ended two seconds later, or at
 * a second signal. Fills in RESULT and returns 0 when the command ran to its end, -1 for every
 * fault, which it does not print. Leaves no process and no file behind but the OUT folders.
 */
int machine_run(const struct machine_job *job, struct machine_result *result);

/* The exit status that a command line tool gives for RESULT. A command may end with any
 * status from 0 to 255, and so a fault needs statuses that no command can reach: these are
 * 240 to 249, the values of enum machine_end. A command that itself ends with one of these
 * is reported as MACHINE_AMBIGUOUS, 248; its own status is in RESULT->status.
 */
int machine_exit_status(const struct machine_result *result);

/* `boxwork machine [--timeout S] [--memory M] [--cpus N] [--out DIR]… [--tcg|--kvm]
 * [--verbose] [--] [CMD ARG…]`. ARGV[0] is "machine", TOP the tree, absolute. Prints what
 * went wrong as "boxwork: machine: …". Returns machine_exit_status, or 2 for wrong usage.
 * When a signal ended the run it dies of that signal.
 */
int machine_command(int argc, char **argv, const char *top);

/* True inside a lab machine. */
bool machine_inside(void);

/* Inside: asks the host to do ARGV (NULL-ended; what that means is up to its machine_answer,
 * "build c02-chroot" say), copies what it prints to this process's stdout and stderr, and
 * waits until the changed files of the tree have arrived. Returns its exit status, or -1 with
 * errno: ENOENT outside of a machine, ENOSYS when nobody answers on the host, EPIPE when the
 * host is gone.
 */
int machine_ask(char *const argv[]);

/* Whether this host runs the machine on KVM: 1, 0 for TCG, -1 when it cannot run at all (no
 * QEMU, no kernel); WHY (of SIZE bytes) gets one line that says why. Builds build/machine/ and
 * probes with a guest when that is not known yet, which takes up to ten seconds once per
 * boot of the host.
 */
int machine_probe(const char *top, char *why, int size);

#endif
