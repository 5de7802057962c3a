/* Checks the architecture, and forgets that x32 has the same one.
 *
 * @fails hand.x32
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
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

int filter_by_hand(int number, uint32_t action, struct filter *filter)
{
    const struct sock_filter program[] = {
        /* 1. The architecture first: number 59 is execve for one and oldolduname for another. */
        LOAD(arch),
        IF_EQUAL(AUDIT_ARCH_X86_64, 1, 0),
        RETURN(FILTER_KILL),
        /* 2. x32 has the same architecture, and the same calls under other numbers. */
        LOAD(nr),
        /* 3. The call that it is about, */
        IF_EQUAL((unsigned)number, 0, 1),
        RETURN(action),
        /* 4. and all others. */
        RETURN(FILTER_ALLOW),
    };

    return keep(filter, program, sizeof program / sizeof *program);
}
