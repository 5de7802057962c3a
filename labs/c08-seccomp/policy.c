/* policy.c - the default policy: which system calls a container has no business with.
 *
 * A table of the calls that reach the host, are not divided by any namespace, or had more holes
 * than uses; each with the capability that says "this container is meant to". The ideas are those
 * of the default profiles of Docker and podman, which list what is allowed instead; there, as
 * here, what nobody has looked at is closed (filter_ceiling).
 *
 * Read on: seccomp_init(3), seccomp_rule_add(3), seccomp_export_bpf(3); syscalls(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cleanup.h"
#include "lab.h"
#include "seccomp_filter.h"

enum { NEVER = -1 }; /* no capability gives it back */

struct refused {
    int call;
    int capability;
};

/* By what they reach. SCMP_SYS gives a negative number for a call that this machine does not
 * have; libseccomp leaves such a rule out. */
static const struct refused refused_calls[] = {
    /* the kernel itself */
    {SCMP_SYS(init_module), CAP_SYS_MODULE},
    {SCMP_SYS(finit_module), CAP_SYS_MODULE},
    {SCMP_SYS(delete_module), CAP_SYS_MODULE},
    {SCMP_SYS(kexec_load), CAP_SYS_BOOT},
    {SCMP_SYS(kexec_file_load), CAP_SYS_BOOT},
    {SCMP_SYS(reboot), CAP_SYS_BOOT},
    {SCMP_SYS(bpf), CAP_BPF},
    {SCMP_SYS(perf_event_open), CAP_PERFMON},
    {SCMP_SYS(syslog), CAP_SYSLOG},
    {SCMP_SYS(iopl), CAP_SYS_RAWIO},
    {SCMP_SYS(ioperm), CAP_SYS_RAWIO},
    /* the mount tree, and namespaces: every one is a new way to be root of something */
    {SCMP_SYS(mount), CAP_SYS_ADMIN},
    {SCMP_SYS(umount2), CAP_SYS_ADMIN},
    {SCMP_SYS(pivot_root), CAP_SYS_ADMIN},
    {SCMP_SYS(fsopen), CAP_SYS_ADMIN},
    {SCMP_SYS(fspick), CAP_SYS_ADMIN},
    {SCMP_SYS(fsconfig), CAP_SYS_ADMIN},
    {SCMP_SYS(fsmount), CAP_SYS_ADMIN},
    {SCMP_SYS(open_tree), CAP_SYS_ADMIN},
    {SCMP_SYS(move_mount), CAP_SYS_ADMIN},
    {SCMP_SYS(mount_setattr), CAP_SYS_ADMIN},
    {SCMP_SYS(unshare), CAP_SYS_ADMIN},
    {SCMP_SYS(setns), CAP_SYS_ADMIN},
    {SCMP_SYS(sethostname), CAP_SYS_ADMIN},
    {SCMP_SYS(setdomainname), CAP_SYS_ADMIN},
    {SCMP_SYS(fanotify_init), CAP_SYS_ADMIN},
    {SCMP_SYS(quotactl), CAP_SYS_ADMIN},
    {SCMP_SYS(quotactl_fd), CAP_SYS_ADMIN},
    {SCMP_SYS(lookup_dcookie), CAP_SYS_ADMIN},
    /* files by number instead of by path: the way out of the shocker exploit of 2014 */
    {SCMP_SYS(open_by_handle_at), CAP_DAC_READ_SEARCH},
    /* what the host has one of, for everybody */
    {SCMP_SYS(settimeofday), CAP_SYS_TIME},
    {SCMP_SYS(clock_settime), CAP_SYS_TIME},
    {SCMP_SYS(clock_adjtime), CAP_SYS_TIME},
    {SCMP_SYS(adjtimex), CAP_SYS_TIME},
    {SCMP_SYS(swapon), CAP_SYS_ADMIN},
    {SCMP_SYS(swapoff), CAP_SYS_ADMIN},
    {SCMP_SYS(acct), CAP_SYS_PACCT},
    {SCMP_SYS(vhangup), CAP_SYS_TTY_CONFIG},
    {SCMP_SYS(mbind), CAP_SYS_NICE},
    {SCMP_SYS(set_mempolicy), CAP_SYS_NICE},
    {SCMP_SYS(set_mempolicy_home_node), CAP_SYS_NICE},
    {SCMP_SYS(migrate_pages), CAP_SYS_NICE},
    {SCMP_SYS(move_pages), CAP_SYS_NICE},
    /* other processes */
    {SCMP_SYS(kcmp), CAP_SYS_PTRACE},
    {SCMP_SYS(pidfd_getfd), CAP_SYS_PTRACE},
    {SCMP_SYS(process_madvise), CAP_SYS_PTRACE},
    {SCMP_SYS(process_vm_readv), CAP_SYS_PTRACE},
    {SCMP_SYS(process_vm_writev), CAP_SYS_PTRACE},
    {SCMP_SYS(ptrace), CAP_SYS_PTRACE},
    /* keys have no namespace; the others have a long list of holes behind them */
    {SCMP_SYS(add_key), NEVER},
    {SCMP_SYS(request_key), NEVER},
    {SCMP_SYS(keyctl), NEVER},
    {SCMP_SYS(userfaultfd), NEVER},
    {SCMP_SYS(io_uring_setup), NEVER},
    {SCMP_SYS(io_uring_enter), NEVER},
    {SCMP_SYS(io_uring_register), NEVER},
    /* left over from older times */
    {SCMP_SYS(uselib), NEVER},
    {SCMP_SYS(ustat), NEVER},
    {SCMP_SYS(sysfs), NEVER},
    {SCMP_SYS(_sysctl), NEVER},
    {SCMP_SYS(modify_ldt), NEVER},
};

/* Adds a rule for each line of the table that no kept capability allows. Returns 0, or a
 * negative errno, as libseccomp does. */
static int add_calls(scmp_filter_ctx policy, capabilities_set kept, uint32_t action)
{
    for (size_t i = 0; i < sizeof refused_calls / sizeof *refused_calls; i++) {
        const struct refused *r = &refused_calls[i];
        if (r->capability != NEVER && (kept & CAPABILITY(r->capability)))
            continue;
        int error = seccomp_rule_add(policy, action, r->call, 0);
        if (error < 0)
            return error;
    }
    return 0;
}

/* What only some arguments make dangerous.                    @lab 8.4 @points 20
 * seccomp_rule_add(3): SCMP_A0(SCMP_CMP_MASKED_EQ, mask, value) is a condition on the first
 * argument; SCMP_ACT_ERRNO. Like all of libseccomp, 0 or a negative errno.
 */
int filter_arguments(void *policy, capabilities_set kept, uint32_t refused)
{
    /* 1. What types into the terminal that the container was started from. The kernel takes the
     *    low 32 bits of a request, so only these may be compared (CVE-2019-10063). */
    /* 2. Sockets into the kernel's cryptography, and past all networks to the hypervisor. */
    /* 3. clone with a flag for a namespace, whatever other flags are set. */
    /* 4. The flags of clone3 are behind a pointer, where a filter cannot look. So it does not
     *    exist, and the C library takes clone. */
    LAB_TODO("8.4", filter_arguments);
    return -1;
}

/* Writes what libseccomp has compiled to FILTER. It can only write to a descriptor. */
static int export(scmp_filter_ctx policy, struct filter *filter)
{
    struct stat status;
    CLEANUP_CLOSE int file = memfd_create("filter", MFD_CLOEXEC);

    if (file == -1)
        return -errno;
    int error = seccomp_export_bpf(policy, file);
    if (error < 0)
        return error;
    if (fstat(file, &status) == -1)
        return -errno;
    size_t size = (size_t)status.st_size;
    filter->instructions = malloc(size);
    if (!filter->instructions)
        return -ENOMEM;
    if (pread(file, filter->instructions, size, 0) != (ssize_t)size) {
        filter_free(filter);
        return -EIO;
    }
    filter->count = (unsigned short)(size / sizeof *filter->instructions);
    return 0;
}

/* The default policy.                                         @lab 8.5 @points 15
 * seccomp_init(3), seccomp_attr_set(3), seccomp_release(3); add_calls() and export() above,
 * filter_arguments(). libseccomp returns a negative errno and leaves errno alone.
 */
int filter_default(capabilities_set kept, uint32_t refused, struct filter *filter)
{
    /* 1. What no rule speaks of is allowed; the values of SCMP_ACT_ALLOW and so on are those of
     *    seccomp(2). Calls of another architecture are killed, which is its default. */
    /* 2. A tree instead of a list: the kernel runs it before every call. */
    /* 3. The rules. */
    /* 4. Compile, and take the result out. */
    LAB_TODO("8.5", filter_default);
    return -1;
}
