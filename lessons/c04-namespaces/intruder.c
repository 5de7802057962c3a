/* intruder.c - a process inside reaches for one outside, before and after the namespaces.
 *
 * The victim is a process of the host that knows a secret: it stands in its environment. The
 * intruder plays a program in a container whose root is closed, as c03 has it, so that files
 * are not its way; it knows the victim's number. Before, it is a child as fork makes it;
 * after, one that namespaces_clone has started.
 *
 * Read on: pid_namespaces(7), kill(2), proc(5).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "intruder.h"
#include "namespaces.h"
#include "rootless.h"
#include "start.h"

#define SECRET "PASSWORD=a-secret-of-the-host"

/* --- what the attacks are made of ------------------------------------------------- */

/* Says what a call returned: 0, or its errno. Returns whether it was 0. */
static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static void verdict(bool out)
{
    puts(out ? "  OUT" : "  held");
}

/* The victim: on the host, until it is killed. */
static pid_t start_victim(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        char *const argv[] = {"sleep", "1000", NULL}, *const envp[] = {SECRET, NULL};
        execvpe("sleep", argv, envp);
        _exit(127);
    }
    /* Until it has become sleep, which is when its environment is its own. */
    for (int i = 0; pid > 0 && i < 1000; i++) {
        char path[64], comm[16] = "";
        snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        bool is = file != -1 && read(file, comm, sizeof comm) > 0 &&
                  strncmp(comm, "sleep", 5) == 0;
        if (file != -1)
            close(file);
        if (is)
            break;
        usleep(2000);
    }
    return pid;
}

/* --- the attacks ------------------------------------------------------------------ */

static int count_processes(void)
{
    DIR *directory = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    while (directory && (entry = readdir(directory)))
        count += isdigit((unsigned char)*entry->d_name) != 0;
    if (directory)
        closedir(directory);
    return count;
}

/* What /proc shows of others. */
static void attack_see(pid_t victim)
{
    char path[64], call[96], text[256] = "";

    printf("    %-46s %d\n", "processes in /proc", count_processes());
    snprintf(path, sizeof path, "/proc/%d/environ", (int)victim);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int error = errno;
    if (file != -1) {
        if (read(file, text, sizeof text - 1) == -1)
            error = errno;
        close(file);
    }
    snprintf(call, sizeof call, "read /proc/VICTIM/environ");
    printf("    %-46s %s\n", call, *text ? text : strerror(error));
    verdict(*text);
}

/* A number is all that kill(2) needs. */
static void attack_signal(pid_t victim)
{
    verdict(tell("kill(VICTIM, SIGKILL)", kill(victim, SIGKILL)));
}

static const struct attack {
    const char *name;
    void (*run)(pid_t victim);
} attacks[] = {{"see", attack_see}, {"signal", attack_signal}};

const char *const intruder_names[] = {"see", "signal", NULL};

/* --- trying them ------------------------------------------------------------------ */

/* In the child: furnishes what it has, and attacks. */
static _Noreturn void intrude(struct tutor *tutor, const struct attack *attack,
                              pid_t victim, bool closed, const char *uid_map,
                              const char *gid_map)
{
    if (closed && *uid_map &&
        (rootless_write("/proc/self/uid_map", uid_map) == -1 ||
         rootless_write("/proc/self/setgroups", "deny") == -1 ||
         rootless_write("/proc/self/gid_map", gid_map) == -1))
        _exit(tutor_error(tutor, "write the user map: %s", strerror(errno)));
    if (closed && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
                   mount("proc", "/proc", "proc", 0, NULL) == -1))
        _exit(tutor_error(tutor, "mount /proc: %s", strerror(errno)));
    attack->run(victim);
    fflush(stdout);
    _exit(0);
}

/* Waits for the one that tried. */
static int end_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, __WALL) == -1) { /* whatever signal it sends */
        if (errno != EINTR)
            return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int try_once(struct tutor *tutor, const struct attack *attack, pid_t victim,
                    bool closed)
{
    struct namespaces_wish wish = {.flags = CLONE_NEWPID | CLONE_NEWNS, .cgroup = -1};
    struct process intruder = {.pidfd = -1};
    char uid_map[32] = "", gid_map[32] = "";

    if (closed)
        printf("after: namespaces_clone (%s), with pid and mnt\n",
               start_whose("namespaces_clone"));
    else
        puts("before: fork(2)");
    if (closed && rootless_needed()) {
        wish.flags |= CLONE_NEWUSER;
        snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
        snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
    }
    fflush(stdout);
    pid_t pid = closed ? namespaces_clone(&wish, &intruder) : fork();
    if (pid == 0)
        intrude(tutor, attack, victim, closed, uid_map, gid_map);
    if (pid == -1)
        return tutor_error(tutor, "%s: %s", closed ? "namespaces_clone" : "fork",
                           strerror(errno));
    int status = end_of(pid);
    if (intruder.pidfd != -1)
        close(intruder.pidfd);
    return status;
}

int intruder_try(struct tutor *tutor, const char *name)
{
    const struct attack *attack = NULL;
    int status = 0;

    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (strcmp(attacks[i].name, name) == 0)
            attack = &attacks[i];
    }
    if (!attack)
        return -1;
    for (int closed = 0; closed < 2 && status == 0; closed++) {
        pid_t victim = start_victim();
        if (victim == -1)
            return tutor_error(tutor, "fork: %s", strerror(errno));
        status = try_once(tutor, attack, victim, closed);
        (void)kill(victim, SIGKILL); /* our child, so nobody else has its number */
        (void)end_of(victim);
    }
    return status;
}
