/* seccomp_filter.c - which system calls exist for a process.
 *
 * Three filters: one that is written by hand, one that closes what nobody has looked at, and a
 * policy made with libseccomp from a table (policy.c). All are programs of the same machine, and
 * filter_install does not care who wrote them. A filter that asks makes a descriptor at whose
 * other end somebody answers.
 *
 * Read on: seccomp(2), seccomp_unotify(2), seccomp_rule_add(3).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "seccomp_filter.h"

/* Loads a field of struct seccomp_data into the accumulator. */
#define LOAD(field)                                                                      \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
/* Jumps over YES instructions when the accumulator is equal to (at least) VALUE, else over NO. */
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define IF_AT_LEAST(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, yes, no)

/* Calls of x32 are marked so: asm/unistd.h, __X32_SYSCALL_BIT. */
#define X32 0x40000000u

/* Makes FILTER a copy of COUNT instructions. */
static int keep(struct filter *filter, const struct sock_filter *program, size_t count)
{
    filter->instructions = malloc(count * sizeof *program);
    if (!filter->instructions)
        return -1;
    memcpy(filter->instructions, program, count * sizeof *program);
    filter->count = (unsigned short)count;
    return 0;
}

/* A filter for one call.                                      @lab 8.1 @points 25
 * LOAD, IF_EQUAL, IF_AT_LEAST, RETURN and keep() above. The numbers of a jump say how many
 * instructions are left out; 0 is the next one.
 */
int filter_by_hand(int number, uint32_t action, struct filter *filter)
{
    const struct sock_filter program[] = {
        /* 1. The architecture first: number 59 is execve for one and oldolduname for another. */
        LOAD(arch),
        IF_EQUAL(AUDIT_ARCH_X86_64, 1, 0),
        RETURN(FILTER_KILL),
        /* 2. x32 has the same architecture, and the same calls under other numbers. */
        LOAD(nr),
        IF_AT_LEAST(X32, 0, 1),
        RETURN(FILTER_KILL),
        /* 3. The call that it is about, */
        IF_EQUAL((unsigned)number, 0, 1),
        RETURN(action),
        /* 4. and all others. */
        RETURN(FILTER_ALLOW),
    };

    return keep(filter, program, sizeof program / sizeof *program);
}

/* A filter for what nobody has looked at.                     @lab 8.2 @points 10
 * As above.
 */
int filter_ceiling(int last, struct filter *filter)
{
    const struct sock_filter program[] = {
        /* 1. The architecture, as above. */
        LOAD(arch),
        IF_EQUAL(AUDIT_ARCH_X86_64, 1, 0),
        RETURN(FILTER_KILL),
        LOAD(nr),
        IF_AT_LEAST(X32, 0, 1),
        RETURN(FILTER_KILL),
        /* 2. What is newer does not exist. With EPERM, programs would give up; with ENOSYS they
         *    take the older call. */
        IF_AT_LEAST((unsigned)last + 1, 0, 1),
        RETURN(FILTER_FAIL(ENOSYS)),
        RETURN(FILTER_ALLOW),
    };

    return keep(filter, program, sizeof program / sizeof *program);
}

/* Installs a filter.                                          @lab 8.3 @points 10
 * seccomp(2), which has no wrapper in the C library: syscall(SYS_seccomp, …); struct sock_fprog.
 */
int filter_install(const struct filter *filter)
{
    struct sock_fprog program = {.len = filter->count, .filter = filter->instructions};

    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Installs a filter that asks.                                @lab 8.6 @points 10
 * As above, with SECCOMP_FILTER_FLAG_NEW_LISTENER.
 */
int filter_listen(const struct filter *filter)
{
    struct sock_fprog program = {.len = filter->count, .filter = filter->instructions};

    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Waits for a call that asks. */
int filter_receive(int listener, struct filter_call *call)
{
    struct seccomp_notif asked = {0}; /* the kernel insists on zeros */

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
        return -1;
    *call = (struct filter_call){
        .id = asked.id,
        .pid = (pid_t)asked.pid,
        .number = asked.data.nr,
    };
    memcpy(call->arguments, asked.data.args, sizeof call->arguments);
    return 0;
}

/* Answers a call.                                             @lab 8.7 @points 10
 * seccomp_unotify(2): ioctl(2) with SECCOMP_IOCTL_NOTIF_SEND, struct seccomp_notif_resp.
 */
int filter_answer(int listener, const struct filter_call *call, int error, int64_t value)
{
    /* 1. The kernel wants an error as it returns it itself: negative. */
    struct seccomp_notif_resp answer = {
        .id = call->id,
        .error = -error,
        .val = error ? 0 : value,
    };

    /* 2. The id says whom it is for; somebody who has ended since is ENOENT. */
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void filter_free(struct filter *filter)
{
    free(filter->instructions);
    *filter = (struct filter){0};
}
