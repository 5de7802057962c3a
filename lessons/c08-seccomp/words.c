/* words.c - system calls, errnos and actions as people write them.
 *
 * libseccomp knows the names of the calls of each architecture, and the C library those of
 * errnos, one way only.
 *
 * Read on: seccomp_syscall_resolve_name(3), strerrorname_np(3); seccomp(2) for the actions.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

enum { LAST_ERRNO = 133 };

int words_call(struct tutor *tutor, const char *name)
{
    int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);

    if (number >= 0)
        return number;
    (void)tutor_error(tutor, "%s: is no system call of x86-64: syscalls(2) lists them",
                      name);
    return -1;
}

const char *words_call_name(int number)
{
    static char text[64];
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);

    if (name)
        (void)snprintf(text, sizeof text, "%s", name);
    else
        (void)snprintf(text, sizeof text, "call %d", number);
    free(name);
    return text;
}

int words_errno(const char *name)
{
    for (int error = 1; error <= LAST_ERRNO; error++) {
        const char *other = strerrorname_np(error);
        if (other && strcmp(other, name) == 0)
            return error;
    }
    return 0;
}

bool words_action(const char *text, uint32_t *action)
{
    int error = words_errno(text);

    if (strcmp(text, "kill") == 0)
        *action = SECCOMP_RET_KILL_PROCESS;
    else if (strcmp(text, "allow") == 0)
        *action = SECCOMP_RET_ALLOW;
    else if (error != 0)
        *action = SECCOMP_RET_ERRNO | (uint32_t)error;
    else
        return false;
    return true;
}

const char *words_action_name(uint32_t action)
{
    static char text[48];
    uint32_t data = action & SECCOMP_RET_DATA;

    switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
        return "allow";
    case SECCOMP_RET_KILL_PROCESS:
        return "kill";
    case SECCOMP_RET_KILL_THREAD:
        return "kill the thread";
    case SECCOMP_RET_USER_NOTIF:
        return "ask";
    case SECCOMP_RET_ERRNO:
        (void)snprintf(text, sizeof text, "fail with %s",
                       strerrorname_np((int)data) ? strerrorname_np((int)data) : "?");
        return text;
    default:
        (void)snprintf(text, sizeof text, "return %#x", action);
        return text;
    }
}

const char *words_failure(int error)
{
    static char text[96];

    (void)snprintf(text, sizeof text, "%s, %s",
                   strerrorname_np(error) ? strerrorname_np(error) : "?",
                   strerror(error));
    return text;
}
