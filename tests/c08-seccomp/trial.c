/* trial.c - a system call that is made under a filter of the player's.
 *
 * A filter is a program for the kernel, so the kernel is asked what it does: a child of the judge
 * has two threads; one installs the filter and makes the call, the other one looks on. What is
 * seen is a result, the end of the thread alone, or the end of both by SIGSYS.
 *
 * Read on: seccomp(2); syscall(2); Documentation/arch/x86/entry_64.rst for int 0x80.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "trial.h"

enum { X32_BIT = 0x40000000, PATIENCE = 20000, MILLISECOND = 1000 };

/* What both the child and the judge see. */
struct seen {
    const struct program *program; /* NULL: without a filter */
    const struct call *call;
    volatile bool installed, returned, alone; /* alone: the other thread has survived */
    volatile long result;                     /* -errno, or what the call returned */
};

void trial_read(struct player *player, uint64_t address, unsigned count,
                struct program *program)
{
    if (count == 0 || count > sizeof program->instructions / sizeof(struct sock_filter))
        judge_fail("the filter must have from 1 to 4096 instructions; its count is %u",
                   count);
    program->count = (unsigned short)count;
    if (player_read_memory(player, address, program->instructions,
                           count * sizeof(struct sock_filter)) == -1)
        judge_fail("the filter's instructions cannot be read, at %#llx: %s",
                   (unsigned long long)address, strerror(errno));
}

/* --- the child -------------------------------------------------------------------- */

/* Without the C library, which would turn the result into errno. */
static long make(const struct call *call)
{
    const uint64_t *a = call->arguments;
    long result = call->kind == X32 ? call->number | X32_BIT : call->number;

    if (call->kind == I386)
        __asm__ volatile("int $0x80"
                         : "+a"(result)
                         : "b"(a[0]), "c"(a[1]), "d"(a[2])
                         : "memory", "r8", "r9", "r10", "r11");
    else
        __asm__ volatile("syscall"
                         : "+a"(result)
                         : "D"(a[0]), "S"(a[1]), "d"(a[2])
                         : "memory", "rcx", "r11");
    /* 32 bits come back from int 0x80. */
    return call->kind == I386 ? (int)result : result;
}

static void *try_call(void *context)
{
    struct seen *seen = context;
    struct sock_fprog fprog = {0};

    if (seen->program) {
        fprog.len = seen->program->count;
        fprog.filter = (struct sock_filter *)seen->program->instructions;
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == -1) {
            seen->result = -errno;
            return NULL;
        }
    }
    seen->installed = true;
    seen->result = make(seen->call);
    seen->returned = true;
    for (;;) /* the other thread ends us both */
        (void)make(&(struct call){.number = SYS_pause});
}

static _Noreturn void be_child(struct seen *seen)
{
    const struct rlimit no_core = {0, 0};
    pthread_t thread;

    if (setrlimit(RLIMIT_CORE, &no_core) == -1 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        pthread_create(&thread, NULL, try_call, seen) != 0)
        _exit(1);
    for (int i = 0; i < PATIENCE && !seen->returned; i++) {
        if (pthread_tryjoin_np(thread, NULL) == 0) {
            seen->alone = true;
            _exit(0);
        }
        usleep(MILLISECOND);
    }
    _exit(0);
}

/* --- the judge -------------------------------------------------------------------- */

/* Returns how the child ended, as waitpid(2) says it. */
static int run(const struct program *program, const struct call *call, struct seen *copy)
{
    struct seen *seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    if (seen == MAP_FAILED)
        judge_cannot_run("mmap: %s", strerror(errno));
    *seen = (struct seen){.program = program, .call = call};
    pid_t pid = fork();
    if (pid == 0)
        be_child(seen);
    if (pid == -1 || TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) == -1)
        judge_cannot_run("fork and waitpid: %s", strerror(errno));
    *copy = *seen;
    (void)munmap(seen, sizeof *seen); /* it was mapped above */
    return status;
}

static const char *name_of(const struct call *call)
{
    static char text[96];

    (void)snprintf(text, sizeof text, "system call %ld%s", call->number,
                   call->kind == I386  ? " of i386, by int 0x80,"
                   : call->kind == X32 ? " of x32"
                                       : "");
    return call->text ? call->text : text;
}

/* What came of it, in words. */
static const char *outcome(const struct seen *seen, int status)
{
    static char text[96];

    if (WIFSIGNALED(status))
        (void)snprintf(text, sizeof text, "the process was ended by SIG%s",
                       sigabbrev_np(WTERMSIG(status)));
    else if (seen->alone && seen->installed)
        (void)snprintf(text, sizeof text, "one thread was killed, the others live on");
    else if (!seen->returned)
        (void)snprintf(text, sizeof text, "it did not return");
    else if (seen->result < 0 && seen->result > -4096)
        (void)snprintf(text, sizeof text, "it failed with %s",
                       strerrorname_np((int)-seen->result)
                           ? strerrorname_np((int)-seen->result)
                           : "an errno without a name");
    else
        (void)snprintf(text, sizeof text, "it returned %ld", seen->result);
    return text;
}

/* Runs it, and fails when the filter cannot be installed at all. */
static int run_filtered(const struct program *program, const struct call *call,
                        struct seen *seen)
{
    int status = run(program, call, seen);

    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        judge_cannot_run("a process with two threads cannot be made");
    if (!seen->installed)
        judge_fail("the kernel does not take the filter, of %u instructions: %s",
                   program->count, strerror((int)-seen->result));
    return status;
}

void trial_fails(const struct program *program, const struct call *call, int error)
{
    struct seen seen;
    int status = run_filtered(program, call, &seen);

    if (!seen.returned || seen.result != -error)
        judge_fail("%s must fail with %s under this filter; %s", name_of(call),
                   strerrorname_np(error), outcome(&seen, status));
}

void trial_passes(const struct program *program, const struct call *call, int other)
{
    struct seen seen;
    int status = run_filtered(program, call, &seen);

    if (!seen.returned || seen.result == -other)
        judge_fail("%s must be left to the kernel by this filter; %s", name_of(call),
                   outcome(&seen, status));
}

void trial_killed(const struct program *program, const struct call *call)
{
    struct seen seen;

    /* Where there are no calls of i386 at all, int 0x80 is a crash with any filter. */
    if (call->kind == I386 && WIFSIGNALED(run(NULL, call, &seen)))
        judge_cannot_run("this kernel has no 32-bit system calls");
    int status = run_filtered(program, call, &seen);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
        judge_fail("%s must be killed by this filter, with SIGSYS and all threads; %s",
                   name_of(call), outcome(&seen, status));
}
