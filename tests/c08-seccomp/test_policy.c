/* test_policy.c - the checks of filter_arguments and of filter_default.
 *
 * Every call here is harmless without a filter, too: its arguments are such that the kernel
 * refuses it with an errno of its own, which is never MARK.
 */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "seen.h"

#define ARGUMENTS "filter_default, with filter_arguments of yours,"
#define DEFAULT "filter_default"
#define ONE(capability) (1ull << (capability))
#define HIGH (1ull << 32) /* a bit that the kernel does not look at */

static void policy(const char *function, unsigned long long kept, unsigned action,
                   struct program *program)
{
    seen_program(WORDS("default", word_of(kept), word_of(action)), function, program);
}

static void marked(const char *function, unsigned long long kept, struct program *program)
{
    policy(function, kept, SECCOMP_RET_ERRNO | MARK, program);
}

/* --- filter_arguments --------------------------------------------------------------- */

static const struct call tiocsti = {SYS_ioctl, {-1ul, TIOCSTI}, NATIVE, "ioctl TIOCSTI"};
static const struct call tioclinux = {
    SYS_ioctl, {-1ul, TIOCLINUX}, NATIVE, "ioctl TIOCLINUX"};

/* CLONE_SIGHAND without CLONE_VM is EINVAL to the kernel. */
#define CLONE(flag)                                                                      \
    {                                                                                    \
        SYS_clone, {(flag) | CLONE_SIGHAND}, NATIVE, "clone with " #flag                 \
    }

static const struct call clones[] = {
    CLONE(CLONE_NEWNS),  CLONE(CLONE_NEWCGROUP), CLONE(CLONE_NEWUTS),
    CLONE(CLONE_NEWIPC), CLONE(CLONE_NEWUSER),   CLONE(CLONE_NEWPID),
    CLONE(CLONE_NEWNET),
};
enum { CLONES = sizeof clones / sizeof *clones };

static const struct call clone3_call = {SYS_clone3, {0, 0}, NATIVE, "clone3"};

void arguments_terminal(void **state)
{
    static const struct call other = {SYS_ioctl, {-1ul, TCGETS}, NATIVE, "ioctl TCGETS"};
    struct program program;

    (void)state;
    marked(ARGUMENTS, 0, &program);
    trial_fails(&program, &tiocsti, MARK);
    trial_fails(&program, &tioclinux, MARK);
    trial_passes(&program, &other, MARK);
}

void arguments_low(void **state)
{
    static const struct call calls[] = {
        {SYS_ioctl,
         {-1ul, TIOCSTI | HIGH},
         NATIVE,
         "ioctl TIOCSTI, with a high bit set that the kernel does not look at,"},
        {SYS_ioctl,
         {-1ul, TIOCLINUX | HIGH << 31},
         NATIVE,
         "ioctl TIOCLINUX, with a high bit set that the kernel does not look at,"},
        {SYS_socket,
         {AF_VSOCK | HIGH, SOCK_STREAM, -1ul},
         NATIVE,
         "socket AF_VSOCK, with a high bit set that the kernel does not look at,"},
    };
    struct program program;

    (void)state;
    marked(ARGUMENTS, 0, &program);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        trial_fails(&program, &calls[i], MARK);
}

void arguments_socket(void **state)
{
    static const struct call refused[] = {
        {SYS_socket, {AF_ALG, SOCK_SEQPACKET}, NATIVE, "socket AF_ALG"},
        {SYS_socket, {AF_VSOCK, SOCK_STREAM}, NATIVE, "socket AF_VSOCK"},
    };
    static const struct call other = {
        SYS_socket, {AF_UNIX, SOCK_STREAM}, NATIVE, "socket AF_UNIX"};
    struct program program;

    (void)state;
    marked(ARGUMENTS, 0, &program);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        trial_fails(&program, &refused[i], MARK);
    trial_passes(&program, &other, MARK);
}

void arguments_clone(void **state)
{
    static const struct call other = {
        SYS_clone, {CLONE_SIGHAND}, NATIVE, "clone without such a flag"};
    struct program program;

    (void)state;
    marked(ARGUMENTS, 0, &program);
    for (size_t i = 0; i < CLONES; i++)
        trial_fails(&program, &clones[i], MARK);
    trial_passes(&program, &other, MARK);
}

void arguments_clone3(void **state)
{
    struct program program;

    (void)state;
    marked(ARGUMENTS, 0, &program);
    trial_fails(&program, &clone3_call, ENOSYS);
}

void arguments_kept(void **state)
{
    struct program program;

    (void)state;
    marked(ARGUMENTS, ONE(CAP_SYS_ADMIN), &program);
    for (size_t i = 0; i < CLONES; i++)
        trial_passes(&program, &clones[i], MARK);
    trial_passes(&program, &clone3_call, ENOSYS);
    trial_fails(&program, &tiocsti, MARK);
}

/* --- filter_default ------------------------------------------------------------------ */

#define CALL(name)                                                                       \
    {                                                                                    \
        SYS_##name, {-1ul, -1ul, -1ul}, NATIVE, #name                                    \
    }

/* Some of the table; with these arguments none of them does anything. */
static const struct call refused[] = {
    CALL(keyctl),
    CALL(add_key),
    CALL(mount),
    CALL(umount2),
    CALL(pivot_root),
    CALL(unshare),
    CALL(setns),
    CALL(bpf),
    CALL(ptrace),
    CALL(init_module),
    CALL(open_by_handle_at),
    CALL(userfaultfd),
    CALL(perf_event_open),
    CALL(io_uring_setup),
    CALL(settimeofday),
};

void default_refused(void **state)
{
    struct program program;

    (void)state;
    marked(DEFAULT, 0, &program);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        trial_fails(&program, &refused[i], MARK);
    policy(DEFAULT, 0, SECCOMP_RET_ERRNO | EPERM, &program);
    trial_fails(&program, &refused[0], EPERM);
}

void default_kill(void **state)
{
    struct program program;

    (void)state;
    policy(DEFAULT, 0, SECCOMP_RET_KILL_PROCESS, &program);
    trial_killed(&program, &refused[0]);
    trial_killed(&program, &refused[2]);
}

void default_others(void **state)
{
    static const struct call others[] = {
        CALL(read),   CALL(openat), CALL(getpid), CALL(execve),
        CALL(socket), CALL(mkdir),  CALL(chmod),  CALL(futex),
    };
    struct program program;

    (void)state;
    marked(DEFAULT, 0, &program);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        trial_passes(&program, &others[i], MARK);
}

void default_kept(void **state)
{
    static const struct call mount = CALL(mount), ptrace = CALL(ptrace),
                             keyctl = CALL(keyctl);
    struct program program;

    (void)state;
    marked(DEFAULT, ONE(CAP_SYS_ADMIN), &program);
    trial_passes(&program, &mount, MARK);
    trial_fails(&program, &ptrace, MARK);
    trial_fails(&program, &keyctl, MARK);
    marked(DEFAULT, ONE(CAP_SYS_PTRACE), &program);
    trial_passes(&program, &ptrace, MARK);
    trial_fails(&program, &mount, MARK);
}

void default_arch(void **state)
{
    struct program program;

    (void)state;
    marked(DEFAULT, 0, &program);
    trial_killed(&program, &(struct call){.number = 20, .kind = I386});
    trial_killed(&program, &(struct call){.number = SYS_getpid, .kind = X32});
}

void default_arguments(void **state)
{
    struct program program;

    (void)state;
    marked(DEFAULT, 0, &program);
    trial_fails(&program, &tiocsti, MARK);
    trial_fails(&program, &clone3_call, ENOSYS);
}

void default_error(void **state)
{
    static const struct player_setup plain = {0};
    struct answer answer =
        seen_answer(player_start(&plain, WORDS("default", "0", "0x12345678")));

    (void)state;
    expect_failure("filter_default, with an action that there is not,", EINVAL, &answer);
}
