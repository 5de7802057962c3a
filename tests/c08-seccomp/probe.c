/* probe.c - the player of lesson c08-seccomp: calls the learner's functions, one word each.
 *
 * The words that make a filter say where it lies in memory, and the judge reads it there; those
 * that install one stand still before and after. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe.h"
#include "seccomp_filter.h"

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static uint32_t action_of(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 0);
}

/* --- filters that are made --------------------------------------------------------- */

static int say(int result, const struct filter *filter)
{
    probe_ready("%d %d %#lx %u", result, errno,
                result == 0 ? (unsigned long)filter->instructions : 0,
                result == 0 ? filter->count : 0);
    return 0;
}

/* by-hand NUMBER ACTION */
static int by_hand(int argc, char **argv)
{
    struct filter filter = {0};

    (void)argc;
    return say(filter_by_hand(atoi(argv[1]), action_of(argv[2]), &filter), &filter);
}

/* by-hand-two NUMBER NUMBER ACTION: the first one is said when both have been made; then both
 * are freed. */
static int by_hand_two(int argc, char **argv)
{
    struct filter filters[2] = {0};
    uint32_t action = action_of(argv[3]);

    (void)argc;
    int result = filter_by_hand(atoi(argv[1]), action, &filters[0]);
    if (result == 0)
        result = filter_by_hand(atoi(argv[2]), action, &filters[1]);
    (void)say(result, &filters[0]);
    filter_free(&filters[0]);
    filter_free(&filters[1]);
    return 42;
}

/* ceiling LAST */
static int ceiling(int argc, char **argv)
{
    struct filter filter = {0};

    (void)argc;
    return say(filter_ceiling(atoi(argv[1]), &filter), &filter);
}

/* default KEPT ACTION; KEPT is a number, a bit for each capability. */
static int by_default(int argc, char **argv)
{
    struct filter filter = {0};

    (void)argc;
    errno = 0;
    return say(filter_default(strtoull(argv[1], NULL, 0), action_of(argv[2]), &filter),
               &filter);
}

/* --- filters that are installed ---------------------------------------------------- */

#define LOAD_NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

/* One call gets ACTION; nothing of the learner's is in it. */
#define ONE_CALL(number, action)                                                         \
    {                                                                                    \
        LOAD_NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),                  \
            BPF_STMT(BPF_RET | BPF_K, action),                                           \
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)                                 \
    }

static struct sock_filter kills[] = ONE_CALL(SYS_getpgrp, SECCOMP_RET_KILL_PROCESS);
static struct sock_filter asks[] = ONE_CALL(SYS_mkdir, SECCOMP_RET_USER_NOTIF);
static struct sock_filter broken[] = {LOAD_NUMBER}; /* no return at its end */

#define FILTER_OF(program)                                                               \
    {                                                                                    \
        program, sizeof(program) / sizeof *(program)                                     \
    }

static void no_new_privileges(void)
{
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
}

/* Gives up CAP_SYS_ADMIN, or any other capability. */
static void drop(int capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~(1U << capability);
    data[0].permitted &= ~(1U << capability);
    need(syscall(SYS_capset, &header, data) == 0, "capset");
}

/* Prepares what HOW says: "plain", with no_new_privs and without CAP_SYS_ADMIN; "admin", the
 * other way round; "refused", neither. */
static void prepare(const char *how)
{
    if (strcmp(how, "admin") != 0)
        drop(CAP_SYS_ADMIN);
    if (strcmp(how, "admin") != 0 && strcmp(how, "refused") != 0)
        no_new_privileges();
}

/* install HOW: as above, or "broken", "twice". */
static int install(int argc, char **argv)
{
    const struct filter good = FILTER_OF(kills), bad = FILTER_OF(broken);

    (void)argc;
    prepare(argv[1]);
    probe_ready("before");
    errno = 0;
    int result = filter_install(strcmp(argv[1], "broken") == 0 ? &bad : &good);
    if (result == 0 && strcmp(argv[1], "twice") == 0)
        result = filter_install(&good);
    probe_ready("%d %d", result, errno);
    (void)syscall(SYS_getpgrp); /* ends us, if it was installed */
    return 43;
}

/* listen HOW: as above, or "second", after another one. */
static int listen_to(int argc, char **argv)
{
    const struct filter filter = FILTER_OF(asks);

    (void)argc;
    prepare(argv[1]);
    if (strcmp(argv[1], "second") == 0) {
        struct sock_fprog program = {.len = filter.count, .filter = filter.instructions};
        need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                     SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) != -1,
             "a listener before");
    }
    probe_ready("before");
    errno = 0;
    int result = filter_listen(&filter);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* --- calls that ask ---------------------------------------------------------------- */

/* What the child has got back. */
struct outcome {
    volatile long result;
    volatile int error;
    volatile bool back;
};

#define PLACE "/tmp/asked-for"

/* A child that asks for mkdir(PLACE). */
static pid_t start_asking(struct outcome **outcome)
{
    *outcome = mmap(NULL, sizeof **outcome, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(*outcome != MAP_FAILED, "mmap");
    pid_t pid = fork();
    need(pid != -1, "fork");
    if (pid == 0) {
        errno = 0;
        (*outcome)->result = syscall(SYS_mkdir, PLACE, 0700);
        (*outcome)->error = errno;
        (*outcome)->back = true;
        _exit(0);
    }
    return pid;
}

/* asked: a child asks, and what filter_receive gets is said. */
static int asked(int argc, char **argv)
{
    const struct filter filter = FILTER_OF(asks);
    struct filter_call call = {0};
    struct outcome *outcome;

    (void)argc, (void)argv;
    prepare("plain");
    int listener = filter_listen(&filter);
    if (listener == -1) {
        probe_ready("-1 %d 0 0", errno);
        return 0;
    }
    pid_t pid = start_asking(&outcome);
    int result = filter_receive(listener, &call);
    probe_ready("%d %d %d %d", result, errno, call.number, call.pid == pid);
    return 0;
}

/* answer ERROR VALUE [gone]: the child is answered; with "gone", when it has been killed. */
static int answer(int argc, char **argv)
{
    const struct filter filter = FILTER_OF(asks);
    struct filter_call call = {0};
    struct outcome *outcome;
    struct stat status;

    prepare("plain");
    int listener = filter_listen(&filter);
    need(listener != -1, "filter_listen");
    pid_t pid = start_asking(&outcome);
    need(filter_receive(listener, &call) == 0, "filter_receive");
    if (argc > 3) {
        need(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid, "kill");
        errno = 0;
    }
    int result = filter_answer(listener, &call, atoi(argv[1]), (int64_t)atoll(argv[2]));
    int error = errno;
    if (result == -1)
        (void)close(listener); /* or the child would wait for ever */
    if (argc == 3)
        need(waitpid(pid, NULL, 0) == pid, "waitpid");
    probe_ready("%d %d back %d %ld %d made %d", result, error, outcome->back,
                outcome->result, outcome->error, stat(PLACE, &status) == 0);
    return 0;
}

const struct probe_word probe_words[] = {
    {"by-hand", by_hand},    {"by-hand-two", by_hand_two}, {"ceiling", ceiling},
    {"default", by_default}, {"install", install},         {"listen", listen_to},
    {"asked", asked},        {"answer", answer},           {0},
};
