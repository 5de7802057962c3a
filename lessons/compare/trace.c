/* trace.c - ptrace(2), twice: to count system calls, and to ask for the filters of a process.
 *
 * Counted is what enters this kernel. A program in a virtual machine makes its calls to the
 * guest's kernel, and of those nothing is seen here: that is the point of the figure.
 *
 * Read on: ptrace(2), on PTRACE_O_TRACESYSGOOD and PTRACE_SECCOMP_GET_FILTER;
 * Documentation/networking/filter.rst for the machine that filters are programs of.
 */
#define _GNU_SOURCE
#include "guest.h"
#include "trace.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER                                                        \
    0x420c /* linux/ptrace.h, which the C library's clashes with */
#endif

enum {
    CALLS = 512,   /* numbers of system calls */
    PROCESSES = 64 /* that are traced at a time */
};

struct traced {
    pid_t pid;
    bool inside; /* in a system call */
    bool work;   /* it is the program that was asked about */
};

struct tracer {
    struct traced processes[PROCESSES];
    bool seen[CALLS], seen_work[CALLS];
    struct trace_count *count;
    const char *work;
};

static struct traced *find(struct tracer *tracer, pid_t pid)
{
    struct traced *unused = NULL;
    for (size_t i = 0; i < PROCESSES; i++) {
        if (tracer->processes[i].pid == pid)
            return &tracer->processes[i];
        if (tracer->processes[i].pid == 0 && unused == NULL)
            unused = &tracer->processes[i];
    }
    if (unused != NULL)
        *unused = (struct traced){.pid = pid};
    return unused;
}

bool trace_is(pid_t pid, const char *name)
{
    char path[64], text[64] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool same = fgets(text, sizeof text, file) != NULL &&
                strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == '\n';
    (void)fclose(file); /* it was only read */
    return same;
}

static void count_call(struct tracer *tracer, const struct traced *process)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, process->pid, NULL, &registers) == -1)
        return; /* killed meanwhile */
    unsigned long long number = registers.orig_rax;
    tracer->count->calls++;
    tracer->count->work += process->work;
    if (number >= CALLS)
        return;
    tracer->count->kinds += !tracer->seen[number];
    tracer->seen[number] = true;
    if (process->work) {
        tracer->count->work_kinds += !tracer->seen_work[number];
        tracer->seen_work[number] = true;
    }
}

/* What a stop means. Returns the signal to go on with. */
static int stopped(struct tracer *tracer, pid_t pid, int status)
{
    struct traced *process = find(tracer, pid);
    int signal = WSTOPSIG(status), event = status >> 16;
    if (process == NULL)
        return 0;
    if (signal == (SIGTRAP | 0x80)) {
        process->inside = !process->inside;
        if (process->inside)
            count_call(tracer, process);
        return 0;
    }
    if (event == PTRACE_EVENT_EXEC)
        process->work = trace_is(pid, tracer->work);
    /* A new process begins with a SIGSTOP that nobody has sent. */
    return event != 0 || signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

static _Noreturn void become(char *const argv[], const struct run_how *how,
                             const char *errors)
{
    char path[4096];
    char *environment[] = {path, "HOME=/", NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int file = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)snprintf(path, sizeof path, "PATH=%s", how->path != NULL ? how->path : "/bin");
    if (null != -1 && file != -1 && dup2(null, 0) == 0 && dup2(null, 1) == 1 &&
        dup2(file, 2) == 2 && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 &&
        raise(SIGSTOP) == 0)
        (void)execve(argv[0], argv, environment); /* it only returns on error */
    _exit(127);
}

/* Kills and collects all that is traced. Only that: a virtual machine of the pool is our child, too,
 * and does not end. */
static void end_all(struct tracer *tracer)
{
    bool left = true;
    for (int tries = 0; tries < 500 && left; tries++) {
        left = false;
        for (size_t i = 0; i < PROCESSES; i++) {
            struct traced *process = &tracer->processes[i];
            int status;
            if (process->pid == 0)
                continue;
            (void)kill(process->pid, SIGKILL); /* not collected: the number is its own */
            pid_t ended = waitpid(process->pid, &status, __WALL | WNOHANG);
            if (ended == -1 || (ended > 0 && !WIFSTOPPED(status)))
                process->pid = 0;
            left = left || process->pid != 0;
        }
        (void)usleep(left ? 10000 : 0); /* shorter after a signal: no harm */
    }
}

int trace_command(char *const argv[], const struct run_how *how, const char *work,
                  const char *errors, struct trace_count *count)
{
    enum {
        OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL
    };
    struct tracer tracer = {.count = count, .work = work};
    int status;
    *count = (struct trace_count){0};
    pid_t first = fork(), pid = first;
    if (first == 0)
        become(argv, how, errors);
    if (first == -1 || waitpid(first, &status, 0) == -1 ||
        ptrace(PTRACE_SETOPTIONS, first, NULL, OPTIONS) == -1)
        return -1;
    int signal = 0, result = -1;
    (void)find(&tracer, first);
    for (;;) {
        /* One that was killed meanwhile has its end waiting for us. */
        (void)ptrace(PTRACE_SYSCALL, pid, NULL, signal);
        pid = waitpid(-1, &status, __WALL);
        if (pid == -1 && errno == ECHILD)
            break;
        if (pid == -1 && run_interrupted) {
            end_all(&tracer);
            errno = EINTR;
            return -1;
        }
        if (pid != -1 && !WIFSTOPPED(status)) {
            struct traced *process = find(&tracer, pid);
            if (process != NULL)
                process->pid = 0;
            if (pid != first) {
                guests_reaped(pid);
                continue;
            }
            result = status == 0 ? 0 : -1;
            break;
        }
        signal = pid == -1 ? 0 : stopped(&tracer, pid, status);
    }
    if (result == -1)
        errno = EPROTO;
    return result;
}

/* --- filters ------------------------------------------------------------------------------- */

/* What a filter says to system call NUMBER with arguments of 0. Only the instructions that
 * seccomp allows and libseccomp writes; anything else counts as a refusal. */
static uint32_t filter_says(const struct sock_filter *program, int length, int number)
{
    struct seccomp_data data = {.nr = number, .arch = AUDIT_ARCH_X86_64};
    uint32_t a = 0;
    for (int at = 0; at < length; at++) {
        const struct sock_filter *i = &program[at];
        bool jump = false;
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (i->k > sizeof data - sizeof a)
                return SECCOMP_RET_KILL_PROCESS;
            memcpy(&a, (const char *)&data + i->k, sizeof a);
            continue;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= i->k;
            continue;
        case BPF_JMP | BPF_JA:
            at += (int)i->k;
            continue;
        case BPF_JMP | BPF_JEQ | BPF_K:
            jump = a == i->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            jump = a >= i->k;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            jump = a > i->k;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            jump = (a & i->k) != 0;
            break;
        case BPF_RET | BPF_K:
            return i->k;
        default:
            return SECCOMP_RET_KILL_PROCESS;
        }
        at += jump ? i->jt : i->jf;
    }
    return SECCOMP_RET_KILL_PROCESS;
}

/* The filter number INDEX of a stopped process; the length, 0 for no such filter, or -1. */
static int get_filter(pid_t pid, long index, struct sock_filter **program)
{
    long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, index, NULL);
    if (length == -1)
        return errno == ENOENT ? 0 : -1;
    *program = calloc((size_t)length, sizeof **program);
    if (*program == NULL)
        return -1;
    return (int)ptrace(PTRACE_SECCOMP_GET_FILTER, pid, index, *program);
}

int trace_filter(pid_t pid)
{
    bool allowed[CALLS];
    int length = 0, filters = 0, count = 0;
    struct sock_filter *program = NULL;
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == -1 ||
        ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == -1 ||
        waitpid(pid, NULL, __WALL) == -1)
        return -1;
    memset(allowed, true, sizeof allowed);
    for (; (length = get_filter(pid, filters, &program)) > 0; filters++) {
        for (int number = 0; number < CALLS; number++) {
            uint32_t says =
                filter_says(program, length, number) & SECCOMP_RET_ACTION_FULL;
            allowed[number] =
                allowed[number] && (says == SECCOMP_RET_ALLOW || says == SECCOMP_RET_LOG);
        }
        free(program);
        program = NULL;
    }
    int saved = errno;
    free(program);
    (void)ptrace(PTRACE_DETACH, pid, NULL, NULL); /* it goes on in any case */
    errno = length == 0 ? ENOENT : saved;
    if (length == -1 || filters == 0)
        return -1;
    for (int number = 0; number <= 450; number++)
        count += allowed[number] && (number <= 334 || number >= 424);
    return count;
}
