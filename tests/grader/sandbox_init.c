/* sandbox_init.c - process 1 of a sandbox: builds it, starts the player, buries the dead.
 *
 * The order is what protects. While we still are who the judge is: the root directory. Then
 * the outer user namespace, whose ids mean nobody on the host. Then the player, in an inner
 * user namespace. Then nothing but waiting. The player runs as the same host user as we do,
 * but it can neither trace us nor read our memory or descriptors: we are not dumpable, and our
 * user namespace is the parent of its own. Nor can it kill us: process 1 ignores signals
 * from within its pid namespace.
 *
 * Read on: user_namespaces(7), pid_namespaces(7), PR_SET_PDEATHSIG and PR_SET_DUMPABLE in
 * prctl(2), ptrace(2) ("Ptrace access mode checking").
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sandbox_inside.h"

_Noreturn static void give_up(int control, const char *what)
{
    (void)control_send(control, CONTROL_FAILED, errno, what,
                       -1); /* nobody left to tell */
    _exit(1);
}

/* The judge's death is ours. The signal is forgotten by every change of credentials, so this
 * is called again after each; and the judge may have died before, which the socket tells. */
static void die_with_judge(int control)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        give_up(control, "ask to die with the judge");
    struct pollfd judge = {.fd = control, .events = POLLIN};
    if (poll(&judge, 1, 0) == 1 && (judge.revents & (POLLHUP | POLLERR)))
        _exit(1);
}

static void wait_for_go(int control)
{
    struct control_message message;
    if (control_receive(control, &message, NULL, NULL, 0) == -1 ||
        message.kind != CONTROL_GO)
        _exit(1);
}

/* Closes what a fork of the judge inherits: sockets of other sandboxes (their init would not
 * see that the judge is gone), the descriptor of the verdicts. CONTROL becomes 3 and the
 * streams 4, 5 and 6. */
static int keep_only(struct sandbox_setup *setup, int control)
{
    int keep[4] = {control, setup->streams[0], setup->streams[1], setup->streams[2]};
    for (int i = 0; i < 4; i++) {
        keep[i] = fcntl(keep[i], F_DUPFD_CLOEXEC, 16);
        if (keep[i] == -1)
            return -1;
    }
    for (int i = 0; i < 4; i++)
        if (dup3(keep[i], 3 + i, O_CLOEXEC) == -1)
            return -1;
    for (int i = 0; i < 3; i++)
        setup->streams[i] = 4 + i;
    return close_range(7, ~0U, 0);
}

static int write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file == -1)
        return -1;
    ssize_t written = write(file, text, strlen(text));
    int saved = errno;
    if (close(file) == -1)
        return -1;
    errno = saved;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

/* The inner user namespace has the same ids as the outer one. In two lines, because a line must
 * lie in one line of the outer map, and newuidmap(1) had our own id and the others apart. */
static int map_player(pid_t player, const struct sandbox_ids *ids)
{
    char path[64], map[64];
    int length = snprintf(map, sizeof map, "0 0 1\n");
    if (ids->count > 1)
        (void)snprintf(map + length, sizeof map - (size_t)length, "1 1 %u\n",
                       ids->count - 1);
    (void)snprintf(path, sizeof path, "/proc/%d/uid_map", player);
    if (write_file(path, map) == -1)
        return -1;
    (void)snprintf(path, sizeof path, "/proc/%d/gid_map", player);
    return write_file(path, map);
}

/* From here on we are user 0 of the outer namespace, and nobody outside. */
static void leave_host_user(const struct sandbox_ids *ids, int control)
{
    if (ids->privileged) {
        if (unshare(CLONE_NEWUSER) == -1)
            give_up(control, "make a user namespace");
        /* In it, but nothing is mapped yet: the judge does that. */
        if (control_send(control, CONTROL_MAP_ME, 0, NULL, -1) == -1)
            _exit(1);
        wait_for_go(control);
    }
    if (ids->count > 1) {
        if (setgroups(0, NULL) == -1)
            give_up(control, "leave the supplementary groups");
    }
    if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
        give_up(control, "become user 0 of the sandbox");
    die_with_judge(control);
    /* A change of user made us not dumpable, and then /proc/PID/uid_map of a child would
     * belong to the host's root. */
    if (prctl(PR_SET_DUMPABLE, 1) == -1)
        give_up(control, "stay the owner of our /proc");
}

/* The player's processes are counted where its user namespace begins, against the limit that
 * its maker had: so this limit is set here, and holds for all users that it can become. */
static void limit_processes(int processes, int control)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)processes + 1,
                           .rlim_max = (rlim_t)processes + 1};
    if (setrlimit(RLIMIT_NPROC, &limit) == -1)
        give_up(control, "limit the processes");
}

static pid_t start_player(const struct sandbox_setup *setup,
                          const struct sandbox_ids *ids, int control)
{
    int gate[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, gate) == -1)
        give_up(control, "make a gate");
    struct clone_args how = {
        .flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
                 CLONE_NEWUTS | CLONE_NEWCGROUP,
        .exit_signal = SIGCHLD,
    };
    pid_t player = (pid_t)syscall(SYS_clone3, &how, sizeof how);
    if (player == -1)
        give_up(control, "start the player in namespaces of its own");
    if (player == 0) {
        (void)close(gate[1]); /* so that it is at its end when init is gone */
        sandbox_player(setup, control, gate[0]);
    }
    if (map_player(player, ids) == -1)
        give_up(control, "map the ids of the player");
    /* Before it runs anything: from now on it cannot look into us. */
    if (prctl(PR_SET_DUMPABLE, 0) == -1)
        give_up(control, "hide from the player");
    if (control_send(gate[1], CONTROL_GO, 0, NULL, -1) == -1)
        give_up(control, "let the player go");
    (void)close(gate[0]);
    (void)close(gate[1]);
    return player;
}

/* Reaps whatever ends, until we are killed. */
_Noreturn static void bury(pid_t player, int control)
{
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == player &&
            control_send(control, CONTROL_ENDED, status, NULL, -1) == -1)
            _exit(1);
        if (ended == -1 && errno == ECHILD) {
            /* Nobody is left. Wait for the judge to be done with us, or gone. */
            struct control_message message;
            (void)control_receive(control, &message, NULL, NULL, 0);
            _exit(0);
        }
    }
}

/* The judge looks at our processes through our own /proc, and knows them by the number of our
 * pid namespace (which fits 32 bits; namespaces(7)). It could not look itself: we are hidden
 * soon, and the player may have ended before it comes to it. */
static void show_proc(int control)
{
    struct stat about;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc == -1 || stat("/proc/self/ns/pid", &about) == -1 ||
        control_send(control, CONTROL_PROC, (int)about.st_ino, NULL, proc) == -1)
        give_up(control, "show the judge our /proc");
    (void)close(proc);
}

_Noreturn void sandbox_init(const struct sandbox_setup *given,
                            const struct sandbox_ids *ids, int control)
{
    struct sandbox_setup setup = *given;
    if (keep_only(&setup, control) == -1)
        give_up(control, "put the descriptors in order");
    control = 3;
    die_with_judge(control);
    for (int s = 1; s < NSIG; s++)
        (void)signal(
            s, SIG_DFL); /* fails for SIGKILL, SIGSTOP and libc's own: as it should */
    sigset_t none;
    (void)sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
        give_up(control, "unblock the signals");

    if (!ids->privileged)
        wait_for_go(control); /* the judge maps our ids first: without them mkdir fails */
    const char *failed = sandbox_build_root(&setup);
    if (failed)
        give_up(control, failed);
    leave_host_user(ids, control);
    show_proc(control);
    limit_processes(setup.processes, control);
    pid_t player = start_player(&setup, ids, control);
    for (int i = 4; i < 7; i++)
        (void)close(i); /* the streams end with the player, not with us */
    bury(player, control);
}
