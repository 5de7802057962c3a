/* Compares all 64 bits of a request of which the kernel takes 32: CVE-2019-10063.
 *
 * @fails arguments.low
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "seccomp_filter.h"

int filter_arguments(void *policy, capabilities_set kept, uint32_t refused)
{
    static const unsigned terminal[] = {TIOCSTI, TIOCLINUX};
    static const unsigned families[] = {AF_ALG, AF_VSOCK};
    static const unsigned kinds[] = {
        CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
        CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET,
    };
    int error = 0;

    /* 1. What types into the terminal that the container was started from. The kernel takes the
     *    low 32 bits of a request, so only these may be compared (CVE-2019-10063). */
    for (size_t i = 0; error == 0 && i < sizeof terminal / sizeof *terminal; i++)
        error = seccomp_rule_add(policy, refused, SCMP_SYS(ioctl), 1,
                                 SCMP_A1(SCMP_CMP_MASKED_EQ, UINT64_MAX, terminal[i]));
    /* 2. Sockets into the kernel's cryptography, and past all networks to the hypervisor. */
    for (size_t i = 0; error == 0 && i < sizeof families / sizeof *families; i++)
        error = seccomp_rule_add(policy, refused, SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, UINT64_MAX, families[i]));
    if (error < 0 || (kept & CAPABILITY(CAP_SYS_ADMIN)))
        return error;
    /* 3. clone with a flag for a namespace, whatever other flags are set. */
    for (size_t i = 0; error == 0 && i < sizeof kinds / sizeof *kinds; i++)
        error = seccomp_rule_add(policy, refused, SCMP_SYS(clone), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, kinds[i], kinds[i]));
    /* 4. The flags of clone3 are behind a pointer, where a filter cannot look. So it does not
     *    exist, and the C library takes clone. */
    return error < 0
               ? error
               : seccomp_rule_add(policy, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}
