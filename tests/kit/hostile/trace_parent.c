/* Looks for somebody to trace, whose memory to write, or whose limits to change. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "fake.h"

/* Says with its exit status that it got in: the test of the grader looks for it. */
static void got_in(const char *how)
{
    fprintf(stderr, "ESCAPED: %s\n", how);
    exit(66);
}

static void attack(pid_t pid)
{
    char path[64], byte = 0;
    struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0 ||
        ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
        got_in("ptrace");
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 ||
        process_vm_writev(pid, &here, 1, &there, 1, 0) == 1)
        got_in("process_vm");
    static const char *const files[] = {"mem", "fd/3", "environ",  "root",
                                        "cwd", "exe",  "map_files"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
        if (open(path, O_RDONLY) != -1)
            got_in(path);
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    for (int fd = 0; fd < 20; fd++)
        if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) != -1)
            got_in("pidfd_getfd");
}

int fake_answer(int number)
{
    attack(1);
    return number;
}

int fake_leave(void)
{
    attack(1);
    return -1;
}
