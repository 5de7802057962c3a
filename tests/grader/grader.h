/* grader.h - what a judge (tests/LESSON/test.c) is written with.
 *
 * Two programs, which never share a process. The *judge* is a cmocka suite that awards
 * points; it holds no line of the learner's code. The *probe* (tests/LESSON/probe.c) is
 * linked with the learner's module; it runs in a sandbox, as the *player*. A check starts
 * the probe with a word that says what to do, waits until it stands still, and looks at
 * what the kernel shows of it: its links in /proc, its memory, its exit status. What the
 * player says of itself counts only where to say it is to have done it (a return value).
 *
 * Each check is for one function, and runs with a probe in which that one function is the
 * learner's and all others are the reference's. So one mistake costs its points once, and
 * an unfinished function costs only its own.
 */
#ifndef GRADER_H
#define GRADER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <sys/types.h>
#include <cmocka.h>

struct check {
    const char *id;       /* "enter.directory": stable, unique in the lesson */
    const char *title;    /* a sentence: "the working directory is inside" */
    const char *function; /* the learner's function that it is about */
    int points;           /* > 0; those of a function add up to its @points */
    const char *page; /* the heading of the page to look at: "The way out that stays" */
    CMUnitTestFunction run; /* void run(void **state): cmocka's own form of a test */
};

/* The judge's main(): `int main(int argc, char **argv) { return judge_main(argc, argv,
 * "c02-chroot", checks, sizeof checks / sizeof *checks); }`. The command line is the
 * grader's own (see tests/grader/judge.c).
 */
int judge_main(int argc, char **argv, const char *lesson, const struct check *checks,
               size_t count);

/* --- verdicts ------------------------------------------------------------------------ */

/* Ends the running check as failed, with a message for the learner: what was expected, what
 * the kernel showed. One or two lines, no dot at the end.
 */
_Noreturn void judge_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the running check as "could not run here": not passed, and no fault of the learner's.
 * The message says what is missing.
 */
_Noreturn void judge_cannot_run(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Fail unless they are equal; WHAT names the thing: "the root of the process". */
void judge_expect_string(const char *what, const char *expected, const char *shown);
void judge_expect_number(const char *what, long long expected, long long shown);
/* The same for errno values, shown by name (ENOENT) and meaning. */
void judge_expect_errno(const char *what, int expected, int shown);

/* --- the player ---------------------------------------------------------------------- */

struct player; /* one run of the probe in a sandbox of its own; ends with the check */

struct player_setup {
    /* What it can read after the first "go" (or when its end is waited for), then the end of
     * input. NULL: nothing. A probe that is ready a second time must have read all of it. */
    const char *stdin_text;
    /* A directory of the host that it sees as /rootfs, read-only. NULL: none. judge_rootfs()
     * is the kit's busybox root. */
    const char *rootfs;
    /* A file that it sees as /input, read-only. NULL: none. */
    const char *file;
    /* Has /dev/kvm, and its KVM calls are recorded. */
    bool kvm;
    /* Must be uid 0 of a user namespace with many ids mapped (for setgroups, setuid); where
     * that cannot be had the check ends as "could not run here". */
    bool as_root;
    /* Begins without no_new_privs, which is otherwise set before the probe runs. */
    bool may_gain;
    /* How many descriptors it inherits from number 3 on, beside 0, 1 and 2: each is the root
     * directory of the sandbox, which is "outside" for a program whose root is /rootfs. */
    int inherit;
    double seconds; /* time limit, 0: 10; 3 after a time-out of the same function */
    size_t memory;  /* bytes of address space a process, 0: 512 MiB */
    int processes;  /* how many at a time, threads counted, 0: 32 */
};

/* Starts the probe of the function that the running check is about, with ARGUMENTS (ended
 * by NULL, without the program's name). Never returns NULL: what cannot be started ends the
 * check as "could not run here".
 *
 * Inside: a root directory of its own on a tmpfs, with /probe, /proc, /dev/null, /dev/zero,
 * /dev/urandom, a writable /tmp (16 MiB), and what the setup asks for; namespaces of its own
 * (user, mnt, pid, net, ipc, uts, cgroup); uid 0 inside, which is nobody in particular
 * outside; no new privileges (unless may_gain). At most 16 MiB a file, 256 descriptors, and 512 MiB of resident
 * memory for all its processes together. At most 8 players run at a time.
 */
struct player *player_start(const struct player_setup *setup,
                            const char *const arguments[]);

/* Waits until the probe calls probe_ready() and stands still, and returns the text that it
 * gave ("" if none). If it ends, crashes or runs out of time before, the check ends with
 * that verdict. The string belongs to the player.
 */
const char *player_ready(struct player *player);

/* Lets a player that is ready go on, to the next probe_ready() or its end. */
void player_go(struct player *player);

/* Waits for the end of the probe. Returns its exit status (0 to 255). 0 proves nothing: a module
 * can exit before it is called. Expect a number that only the work gives. A crash (a signal) or
 * a time-out ends the check with that verdict. */
int player_end(struct player *player);

/* The same, but a signal is no crash: 128 + signal is returned. */
int player_end_any(struct player *player);

/* All that it has written to its stdout and stderr so far; at most 1 MiB each, more of it
 * ends the player ("endless output"). Ends with a 0 byte; LENGTH (may be NULL) gets the
 * length. Lines of probe_ready() are not in it. */
const char *player_output(struct player *player, size_t *length);
const char *player_errors(struct player *player, size_t *length);

/* The process of the probe as the judge's /proc numbers it. */
pid_t player_pid(struct player *player);

/* The processes that the probe started, however deep, as the judge's /proc numbers them, in
 * the order of their numbers. Returns how many there are; fills at most MOST. */
size_t player_descendants(struct player *player, pid_t *pids, size_t most);

/* Where /proc/PID/NAME points to ("root", "cwd", "fd/3", "ns/uts"). The string is valid until
 * the next call; "" when there is no such link. Paths are seen from the judge. */
const char *process_link(pid_t pid, const char *name);

/* The value of a line of /proc/PID/status ("Groups", "Uid", "CapEff"), without blanks around
 * it; "" when there is none. Valid until the next call. */
const char *process_status(pid_t pid, const char *key);

/* The whole of /proc/PID/NAME as text; "" when it cannot be read. Valid until the next call. */
const char *process_file(pid_t pid, const char *name);

/* How many descriptors the process has open, beside 0, 1 and 2. -1: it is gone. */
int process_descriptors(pid_t pid);

/* True when /proc/PID/root (or "cwd") is the same directory as PATH: st_dev and st_ino. */
bool process_link_is(pid_t pid, const char *name, const char *path);

/* Calls DONE(CONTEXT) every few milliseconds until it returns true, for at most SECONDS.
 * Returns what it returned last: for "soon", where the kernel needs a moment. */
bool judge_wait_until(bool (*done)(void *context), void *context, double seconds);

/* The kit's busybox root filesystem, as a path of the host. */
const char *judge_rootfs(void);

/* --- what a player asked of KVM (setup.kvm) --------------------------------------------- */

/* One ioctl(2) with a KVM request, recorded by the kernel (seccomp_unotify(2)) before it ran:
 * the player cannot make one up, nor hide one. */
struct kvm_call {
    pid_t pid;
    unsigned long request; /* KVM_CREATE_VM, ... */
    char target[32];       /* what the descriptor is: "kvm", "kvm-vm", "kvm-vcpu:0" */
    uint64_t argument;     /* the third argument of ioctl */
    size_t size;           /* bytes of DATA: what the request reads from memory */
    uint8_t data[4096];    /* what the argument pointed to, for requests that read */
};

/* The calls so far, in their order. COUNT gets how many. At most 4,096 are kept; the array is
 * the player's. */
const struct kvm_call *player_kvm_calls(struct player *player, size_t *count);

/* How many of them have this request. */
size_t player_kvm_count(struct player *player, unsigned long request);

/* Reads LENGTH bytes of the player's memory. Returns 0, or -1 with errno. */
int player_read_memory(struct player *player, uint64_t address, void *to, size_t length);

/* Reads LENGTH bytes of guest memory, as the player's own KVM_SET_USER_MEMORY_REGION calls
 * say where that is. Returns 0, or -1 with errno EFAULT when no slot holds it. */
int player_read_guest(struct player *player, uint64_t guest_address, void *to,
                      size_t length);

#endif
