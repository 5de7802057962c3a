/* trace.h - counting the system calls of a command and of all that it starts. */
#ifndef COMPARE_TRACE_H
#define COMPARE_TRACE_H

#include "run.h"

/* System calls that reached this kernel. */
struct trace_count {
    size_t calls; /* of everybody */
    size_t kinds; /* different ones among them */
    size_t work;  /* made by the program WORK, from its execve on */
    size_t work_kinds;
};

/* Whether the program of process PID has this name, as /proc/PID/comm has it. */
bool trace_is(pid_t pid, const char *name);

/* Runs ARGV to its end under ptrace(2), its output thrown away, what it says on stderr
 * kept in the file ERRORS. WORK is the name of a program, as
 * /proc/PID/comm has it. Returns 0, or -1 with errno: EPROTO when it ended with another status
 * than 0; EINTR after a signal to us. */
int trace_command(char *const argv[], const struct run_how *how, const char *work,
                  const char *errors, struct trace_count *count);

/* How many of the TRACE_CALLS system calls of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl, up to
 * Linux 6.1: 0 to 334 and 424 to 450) the seccomp filters of process PID let through, with arguments
 * of 0, as the kernel holds them. Returns that, or -1 with errno: ENOENT for a process without a
 * filter. */
enum { TRACE_CALLS = 335 + 27 };
int trace_filter(pid_t pid);

#endif
