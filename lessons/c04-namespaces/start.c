/* start.c - a box in new namespaces: how it is started, and how one goes into it.
 *
 * namespaces_clone makes a copy of the session in empty rooms; the copy furnishes them, and
 * becomes the program. What fails on the way is told through a pipe that is close-on-exec, as
 * in c01: nothing to read means that the program runs.
 *
 * Read on: namespaces.h; user_namespaces(7) for who is not root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cleanup.h"
#include "namespaces.h"
#include "rootless.h"
#include "start.h"
#include "switchboard.h"

const struct start_kind start_kinds[] = {
    {"uts", "host name", CLONE_NEWUTS},
    {"pid", "process numbers", CLONE_NEWPID},
    {"ipc", "queues, shared memory", CLONE_NEWIPC},
    {"net", "network devices, ports", CLONE_NEWNET},
    {"mnt", "mounts", CLONE_NEWNS},
    {"cgroup", "where cgroups begin", CLONE_NEWCGROUP},
    {"time", "since when the system is up", CLONE_NEWTIME},
    {"user", "users, privileges", CLONE_NEWUSER},
    {0},
};

/* What the linker put beside each other; nothing, where no later lesson is linked in. */
extern const struct start_extra *const extras[] __asm__("__start_start_extras")
    __attribute__((weak));
extern const struct start_extra *const extras_end[] __asm__("__stop_start_extras")
    __attribute__((weak));

const struct start_extra *start_extra_at(size_t i)
{
    return i < (size_t)(extras_end - extras) ? extras[i] : NULL;
}

/* --- the child -------------------------------------------------------------------- */

/* What a child tells when a step failed. The name is a constant: the same address in both. */
struct failure {
    const char *call;
    int error;
};

/* What the child needs, worked out by the parent. */
struct plan {
    struct tutor *tutor;
    const struct start_wish *wish;
    char path[PATH_MAX]; /* the program */
    unsigned flags;      /* those of the wish, and a user namespace for who is not root */
    bool rootless;       /* the user namespace is our doing, and so are its maps */
    char uid_map[32], gid_map[32];
    int report; /* the writing end of the pipe */
    int go
        [2]; /* a byte comes when the session has done its part; an end, when it failed */
};

static _Noreturn void give_up(int report, const char *call)
{
    struct failure failure = {call, errno};

    /* If this cannot be written, there is no parent any more to read it. */
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

/* Root inside is the user outside (c05 explains the three files). */
static int become_root(const struct plan *plan)
{
    if (rootless_write("/proc/self/uid_map", plan->uid_map) == -1 ||
        rootless_write("/proc/self/setgroups", "deny") == -1)
        return -1;
    return rootless_write("/proc/self/gid_map", plan->gid_map);
}

/* A /proc that shows the processes of this pid namespace. */
static int mount_proc(void)
{
    return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

/* What is needed in the rooms, in an order in which each is still allowed. */
static void furnish(const struct plan *plan)
{
    unsigned flags = plan->flags;

    if (plan->rootless && become_root(plan) == -1)
        give_up(plan->report, "write the user map");
    if ((flags & CLONE_NEWUTS) && namespaces_hostname(plan->wish->name) == -1)
        give_up(plan->report, "namespaces_hostname");
    if ((flags & CLONE_NEWNET) && namespaces_loopback() == -1)
        give_up(plan->report, "namespaces_loopback");
    if ((flags & CLONE_NEWTIME) && namespaces_time(START_DAY) == -1)
        give_up(plan->report, "namespaces_time");
    /* What is mounted inside, also by a learner's hand, does not appear outside. */
    if ((flags & CLONE_NEWNS) && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        give_up(plan->report, "mount(MS_PRIVATE)");
    if ((flags & CLONE_NEWPID) && (flags & CLONE_NEWNS) && mount_proc() == -1)
        give_up(plan->report, "mount /proc");
}

static _Noreturn void run_init(const struct plan *plan)
{
    struct process program;
    sigset_t every;

    sigfillset(&every);
    if (sigprocmask(SIG_SETMASK, &every, NULL) == -1 ||
        process_spawn(plan->path, plan->wish->argv, environ, &program) == -1)
        give_up(plan->report, "process_spawn");
    close(plan->report); /* as an execve would */
    int status = namespaces_init(&program);
    if (status == -1)
        perror("namespaces_init");
    _exit(status == -1 ? 1 : status);
}

/* Waits until the session has done what only it can do, as to write the maps of c05. */
static void wait_for_go(const struct plan *plan)
{
    char go;

    close(plan->go[1]); /* or the end of the session's would not be seen */
    if (TEMP_FAILURE_RETRY(read(plan->go[0], &go, 1)) != 1)
        _exit(127);
}

static _Noreturn void be_box(const struct plan *plan)
{
    const struct start_extra *extra;
    const char *failed;
    sigset_t none;

    wait_for_go(plan);
    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->first && (failed = extra->first(plan->tutor, plan->wish)))
            give_up(plan->report, failed);
    }
    furnish(plan);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number,
                     SIG_DFL); /* fails for KILL and STOP, which have no handler */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
        give_up(plan->report, "sigprocmask");
    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->last && (failed = extra->last(plan->tutor, plan->wish)))
            give_up(plan->report, failed);
    }
    if (plan->wish->init)
        run_init(plan);
    execve(plan->path, plan->wish->argv, environ);
    give_up(plan->report, "execve");
}

/* --- the session ------------------------------------------------------------------ */

/* Ends a child that did not become a box, so that nothing is left over. By its number, as a
 * learner's module may have lost the pidfd: it is our child, and has not been waited for. */
static void bury(pid_t pid, struct process *process)
{
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, __WALL) == -1 && errno == EINTR)
        continue;
    cleanup_close(&process->pidfd);
}

/* What the session does for a child that waits; then lets it go. 0, or 1 having said it. */
static int do_outside(struct tutor *tutor, const struct plan *plan, pid_t pid)
{
    const struct start_extra *extra;

    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->outside && extra->outside(tutor, plan->wish, pid) != 0)
            return 1;
    }
    /* Both ends are open here, so this always works; a child that is gone is found out. */
    (void)!write(plan->go[1], "", 1);
    return 0;
}

/* The child PID has been started: is it a box? 0, or 1 having said why not. */
static int see_to_it(struct tutor *tutor, struct plan *plan, pid_t pid, int report,
                     const struct process *process)
{
    struct failure failure;

    cleanup_close(&plan->report); /* open here, too, the pipe would have no end */
    if (do_outside(tutor, plan, pid) != 0)
        return 1;
    if (TEMP_FAILURE_RETRY(read(report, &failure, sizeof failure)) == sizeof failure)
        return tutor_error(tutor, "%s: %s (errno %d)", failure.call,
                           strerror(failure.error), failure.error);
    if (process->pidfd != -1 && process->pid == pid)
        return 0;
    return tutor_error(tutor,
                       "namespaces_clone: returned %d, but child->pid is %d and "
                       "child->pidfd %d",
                       (int)pid, (int)process->pid, process->pidfd);
}

/* Before there is a child. 0, or 1 having said what failed. */
static int do_before(struct tutor *tutor, const struct start_wish *wish, int *cgroup)
{
    const struct start_extra *extra;

    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->before && extra->before(tutor, wish, cgroup) != 0)
            return 1;
    }
    return 0;
}

/* There is no box: what was made for it goes, too. */
static void undo(struct tutor *tutor, const struct start_wish *wish)
{
    const struct start_extra *extra;

    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->undo)
            extra->undo(tutor, wish);
    }
}

int start_box(struct tutor *tutor, const struct start_wish *wish, struct process *process)
{
    struct plan plan = {.tutor = tutor, .wish = wish, .flags = wish->flags};
    int ends[2];

    if (process_find(wish->argv[0], environ, plan.path, sizeof plan.path) == -1)
        return tutor_error(tutor, "%s: %s", wish->argv[0], strerror(errno));
    if (wish->flags != 0 && !(wish->flags & CLONE_NEWUSER) && rootless_needed()) {
        plan.flags |= CLONE_NEWUSER;
        plan.rootless = true;
        snprintf(plan.uid_map, sizeof plan.uid_map, "0 %u 1", geteuid());
        snprintf(plan.gid_map, sizeof plan.gid_map, "0 %u 1", getegid());
    }
    if (pipe2(ends, O_CLOEXEC) == -1)
        return tutor_error(tutor, "pipe2: %s", strerror(errno));
    plan.report = ends[1];
    CLEANUP_CLOSE int report = ends[0];
    int status = 1, cgroup = -1;
    if (pipe2(plan.go, O_CLOEXEC) == -1) {
        close(plan.report);
        return tutor_error(tutor, "pipe2: %s", strerror(errno));
    }

    bool before = do_before(tutor, wish, &cgroup) == 0;
    fflush(stdout); /* or both would write what is buffered now */
    *process = (struct process){.pidfd = -1};
    const struct namespaces_wish where = {.flags = plan.flags, .cgroup = cgroup};
    pid_t pid = before ? namespaces_clone(&where, process) : -1;
    if (pid == 0)
        be_box(&plan);
    if (before && pid == -1)
        (void)tutor_error(tutor, "namespaces_clone: %s (errno %d)", strerror(errno),
                          errno);
    else if (before)
        status = see_to_it(tutor, &plan, pid, report, process);
    for (int i = 0; i < 2; i++)
        cleanup_close(&plan.go[i]);
    cleanup_close(&plan.report);
    if (pid != -1 && status != 0)
        bury(pid, process);
    if (status != 0)
        undo(tutor, wish);
    return status;
}

/* --- going in --------------------------------------------------------------------- */

pid_t start_inside(pid_t pid)
{
    char path[64], text[64] = "", here[64], ahead[64];
    ssize_t lengths[2];

    /* The same link twice? Then nobody waits for its children to be in another time. */
    snprintf(path, sizeof path, "/proc/%d/ns/time", (int)pid);
    lengths[0] = readlink(path, here, sizeof here);
    snprintf(path, sizeof path, "/proc/%d/ns/time_for_children", (int)pid);
    lengths[1] = readlink(path, ahead, sizeof ahead);
    if (lengths[0] <= 0 ||
        (lengths[0] == lengths[1] && memcmp(here, ahead, (size_t)lengths[0]) == 0))
        return pid;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    CLEANUP_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1 || read(file, text, sizeof text - 1) <= 0)
        return pid;
    return atoi(text);
}

/* Which namespaces of PID are not ours; in the child of `in`. */
static unsigned others_of(pid_t pid)
{
    unsigned flags = 0;

    for (const struct start_kind *kind = start_kinds; kind->name; kind++) {
        if (namespaces_same(0, pid, kind->name) == 0)
            flags |= kind->flag;
    }
    return flags;
}

static int status_of(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR)
            return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What runs inside, in a process that is in all namespaces. */
typedef int act_function(struct tutor *tutor, void *context);

/* Goes in, and acts in a child, which is in the pid namespace, too. */
static int go_in(struct tutor *tutor, pid_t pid, act_function *act, void *context)
{
    const struct start_extra *extra;
    const char *failed;
    CLEANUP_CLOSE int pidfd = pidfd_open(pid, 0);

    if (pidfd == -1)
        return tutor_error(tutor, "process %d: %s", (int)pid, strerror(errno));
    for (size_t i = 0; (extra = start_extra_at(i)); i++) {
        if (extra->joining && (failed = extra->joining(tutor, pid)))
            return tutor_error(tutor, "%s: %s (errno %d)", failed, strerror(errno),
                               errno);
    }
    unsigned flags = others_of(pid);
    if (flags != 0 && namespaces_join(pidfd, flags) == -1)
        return tutor_error(tutor, "namespaces_join: %s (errno %d)", strerror(errno),
                           errno);
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child == 0) {
        for (size_t i = 0; (extra = start_extra_at(i)); i++) {
            if (extra->joined && (failed = extra->joined(tutor, flags)))
                _exit(tutor_error(tutor, "%s: %s (errno %d)", failed, strerror(errno),
                                  errno));
        }
        _exit(act(tutor, context));
    }
    return status_of(child);
}

int start_act(struct tutor *tutor, pid_t pid, act_function *act, void *context)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        return tutor_error(tutor, "fork: %s", strerror(errno));
    if (child == 0) {
        int status = go_in(tutor, pid, act, context);
        fflush(stdout);
        _exit(status);
    }
    return status_of(child);
}

/* Becomes the command. */
static int execute(struct tutor *tutor, void *context)
{
    char *const *argv = context;

    execvp(argv[0], argv);
    int error = errno;
    (void)tutor_error(tutor, "execve: %s: %s", argv[0], strerror(error));
    return error == ENOENT ? 127 : 126;
}

int start_in(struct tutor *tutor, pid_t pid, char *const *argv)
{
    return start_act(tutor, pid, execute, (void *)argv);
}

const char *start_whose(const char *function)
{
    size_t count;
    const struct switch_function *all = switch_functions(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, function) == 0 && switch_position(&all[i]) == SWITCH_MINE)
            return "mine";
    }
    return "reference";
}
