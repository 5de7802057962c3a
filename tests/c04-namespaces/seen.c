/* seen.c - what the judge of c04-namespaces reads of a player, and what it expects of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "seen.h"

/* --- what the player says it got -------------------------------------------------- */

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2};

    (void)sscanf(player_ready(player), "%d %d %d %d", &answer.result, &answer.error,
                 &answer.more[0], &answer.more[1]);
    return answer;
}

struct answer seen_answer_after(struct player *player)
{
    (void)player_ready(player);
    player_go(player);
    return seen_answer(player);
}

void expect_success(const char *function, const struct answer *answer)
{
    if (answer->result < 0)
        judge_fail("%s must work here; it returned %d, errno %d (%s)", function,
                   answer->result, answer->error, strerror(answer->error));
}

void expect_failure(const char *function, int error, const struct answer *answer)
{
    if (answer->result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", function,
                   strerrorname_np(error), answer->result);
    judge_expect_errno(function, error, answer->error);
}

/* --- what the kernel shows -------------------------------------------------------- */

pid_t seen_child(struct player *player)
{
    pid_t child;
    size_t count = player_descendants(player, &child, 1);

    judge_expect_number("the number of processes that were started", 1, (long long)count);
    return child;
}

void expect_no_child(struct player *player)
{
    judge_expect_number("the number of processes that were started", 0,
                        (long long)player_descendants(player, NULL, 0));
}

bool seen_same(pid_t one, pid_t other, const char *kind)
{
    char paths[2][64];
    struct stat status[2];
    pid_t pids[] = {one, other};

    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "/proc/%d/ns/%s", pids[i], kind);
        if (stat(paths[i], &status[i]) == -1)
            judge_fail("%s cannot be seen: %s: has the process ended?", paths[i],
                       strerror(errno));
    }
    return status[0].st_dev == status[1].st_dev && status[0].st_ino == status[1].st_ino;
}

void expect_kind(const char *who, pid_t pid, pid_t reference, const char *kind, bool same)
{
    char link[32];

    if (seen_same(pid, reference, kind) == same)
        return;
    snprintf(link, sizeof link, "ns/%s", kind);
    judge_fail("/proc/PID/ns/%s of %s must lead to %s; it leads to %s", kind, who,
               same ? "the same namespace as before" : "another namespace",
               process_link(pid, link));
}

pid_t seen_number(pid_t pid, int level)
{
    const char *at = process_status(pid, "NSpid");
    char *end;
    long number = 0;

    for (int i = 0; i <= level; i++, at = end) {
        number = strtol(at, &end, 10);
        if (end == at)
            return 0;
    }
    return (pid_t)number;
}

/* --- going there and looking ------------------------------------------------------ */

struct sight {
    int error;
    struct utsname name;
    short flags;
};

/* In a child of the judge. The user namespace too: in it, whoever made it may enter the others. */
static struct sight look(pid_t pid)
{
    struct sight sight = {0};
    struct ifreq request = {.ifr_name = "lo"};
    int pidfd = pidfd_open(pid, 0);

    if (pidfd == -1 || setns(pidfd, CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNET) == -1 ||
        uname(&sight.name) == -1) {
        sight.error = errno;
        return sight;
    }
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle == -1 || ioctl(handle, SIOCGIFFLAGS, &request) == -1)
        sight.error = errno;
    sight.flags = request.ifr_flags;
    return sight;
}

static struct sight sight_of(pid_t pid)
{
    struct sight sight = {.error = EPIPE};
    int ends[2];

    if (pipe(ends) == -1)
        judge_cannot_run("pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        sight = look(pid);
        _exit(write(ends[1], &sight, sizeof sight) == sizeof sight ? 0 : 1);
    }
    close(ends[1]);
    if (child == -1 || read(ends[0], &sight, sizeof sight) != sizeof sight)
        sight.error = EPIPE;
    close(ends[0]);
    if (child != -1)
        (void)waitpid(child, NULL, 0); /* it has said what it saw, or has not */
    if (sight.error)
        judge_cannot_run("enter the namespaces of the player: %s", strerror(sight.error));
    return sight;
}

const char *seen_hostname(pid_t pid)
{
    static struct sight sight;

    sight = sight_of(pid);
    return sight.name.nodename;
}

short seen_loopback(pid_t pid)
{
    return sight_of(pid).flags;
}
