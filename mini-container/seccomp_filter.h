/* seccomp_filter.h - which system calls exist for a process: the contract of c08-seccomp.
 *
 * Before the kernel does a system call, it can run a small program over its number, its
 * architecture and its six arguments (the registers, not what they point to). What the program
 * returns decides: do it, fail with an errno, kill, or ask somebody. Such a filter can be added
 * and never be taken away; children inherit it; of several filters the strictest answer counts.
 *
 * The program is a list of instructions for the machine of classic BPF: an accumulator, loads
 * from struct seccomp_data, jumps that only go forward, and returns. The first ones are written
 * here by hand; for dozens of calls libseccomp writes a search tree.
 *
 * Read on: seccomp(2), seccomp_unotify(2), bpf(4) of FreeBSD for the instructions,
 * Documentation/userspace-api/seccomp_filter.rst; the page lessons/c08-seccomp.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "capabilities.h"

/* A program of the filter machine. The maker owns the instructions: filter_free. */
struct filter {
    struct sock_filter *instructions;
    unsigned short count;
};

/* What can be returned for a call (seccomp(2) has a few more). */
#define FILTER_ALLOW SECCOMP_RET_ALLOW
#define FILTER_FAIL(error) (SECCOMP_RET_ERRNO | ((unsigned)(error)&SECCOMP_RET_DATA))
#define FILTER_KILL                                                                      \
    SECCOMP_RET_KILL_PROCESS              /* with SIGSYS, as if it could not be caught */
#define FILTER_ASK SECCOMP_RET_USER_NOTIF /* whoever holds the listener answers */

/* The last system call that filter_default knows, of Linux 6.1. Newer ones do not exist inside,
 * until somebody has looked at them: ENOSYS, for which programs have an older way. */
enum { FILTER_LAST_KNOWN = 450 };

/* Makes a filter, instruction by instruction, that returns ACTION for the system call NUMBER, and
 * allows all others. Calls of another architecture than x86-64 (a 64-bit program may make 32-bit
 * calls, with other numbers) are killed, and so are calls of x32 (bit 30 of the number).
 * Returns 0, or -1 with errno ENOMEM.
 */
int filter_by_hand(int number, uint32_t action, struct filter *filter);

/* Makes a filter that lets every call up to the number LAST pass and fails all above with ENOSYS;
 * other architectures are killed as above. Returns 0, or -1 with errno ENOMEM.
 */
int filter_ceiling(int last, struct filter *filter);

/* Adds to POLICY, an scmp_filter_ctx of libseccomp, what is refused only with some arguments, for
 * which the answer is REFUSED: ioctl with TIOCSTI or TIOCLINUX, socket of AF_ALG or AF_VSOCK, and,
 * unless KEPT has CAP_SYS_ADMIN, clone with a CLONE_NEW… flag; then clone3 fails with ENOSYS.
 * Returns 0, or a negative errno, as libseccomp does.
 */
int filter_arguments(void *policy, capabilities_set kept, uint32_t refused);

/* Makes the default policy with libseccomp: a table of calls that reach the host or have a
 * history of holes returns REFUSED (FILTER_FAIL(EPERM), FILTER_KILL, …), each unless a capability
 * in KEPT says that this container is meant to make it; and what filter_arguments adds. All others
 * are allowed, and those of another architecture killed, with all threads. It is meant to be
 * installed together with filter_ceiling(FILTER_LAST_KNOWN).
 * Returns 0, or -1 with errno of libseccomp: ENOMEM, EINVAL (no such action).
 */
int filter_default(capabilities_set kept, uint32_t refused, struct filter *filter);

/* Puts FILTER before every system call that this process makes from now on, for ever. Either
 * no_new_privs is set (capabilities_no_new_privileges) or CAP_SYS_ADMIN is effective: otherwise a
 * setuid program could be made to believe in calls that were not done.
 * Returns 0, or -1 with errno of seccomp(2): EACCES (neither of these), EINVAL (the kernel's
 * verifier refuses the program), ENOMEM.
 */
int filter_install(const struct filter *filter);

/* The same, with somebody to ask: returns a listener, a descriptor that answers the calls for
 * which FILTER returns FILTER_ASK; the caller hands it to another process and closes it. When
 * all copies are closed, these calls fail with ENOSYS. Or -1 with errno as above; EBUSY when an
 * earlier filter has a listener.
 */
int filter_listen(const struct filter *filter);

/* A call that waits for an answer. */
struct filter_call {
    uint64_t id; /* for the answer */
    pid_t pid;   /* who calls, as seen from here; 0 if it cannot be seen */
    int number;  /* SYS_… */
    uint64_t arguments[6];
};

/* Waits for the next call at LISTENER. Returns 0 and CALL, or -1 with errno of ioctl(2): EINTR,
 * ENOENT (it went away meanwhile; try again), EBADF.
 */
int filter_receive(int listener, struct filter_call *call);

/* Answers CALL: it fails with ERROR, or, when that is 0, returns VALUE; in both cases without
 * having been done. Returns 0, or -1 with errno ENOENT: the caller was killed or interrupted and
 * does not wait any more.
 */
int filter_answer(int listener, const struct filter_call *call, int error, int64_t value);

/* Frees the instructions. */
void filter_free(struct filter *filter);

#endif
