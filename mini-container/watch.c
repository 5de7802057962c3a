/* watch.c - a small process that ends a container and removes its cgroup, even when we are killed.
 *
 * A container dies with us: the kernel kills it (PR_SET_PDEATHSIG), and with its first process all
 * others. Its mounts and namespaces go with them. But a first process that changes its user, as
 * many do right after they have started, takes that signal away from itself. And a cgroup is a
 * directory, and stays. kill -9 leaves no time for either, so another process has to see to it: it
 * waits until our end of a pipe is closed, which the kernel does for whoever ends, however he
 * ends. In the ordinary case it is the same: we close the pipe, it removes the cgroup, we wait
 * for it. One way, always used, is one that works when it is needed.
 *
 * Read on: pipe(7), prctl(2), setsid(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cleanup.h"
#include "container.h"

/* Waits for the end of the pipe FROM. Then kills the container, if there was one when this began;
 * or else removes the cgroup that CONTAINER names, with all who are in it. */
static _Noreturn void watch(struct container *c, int from)
{
    const char *path =
        c->options->cgroup_parent ? c->options->cgroup_parent : CGROUP_MOUNT;
    sigset_t every;
    char byte;

    /* Ctrl-C goes to everybody in the session, and we must not die of it. */
    sigfillset(&every);
    (void)sigprocmask(SIG_SETMASK, &every, NULL);
    (void)setsid(); /* fails for the leader of a group, which a child is not */
    /* Whoever reads our output waits for its end, and that must not wait for us. */
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    cleanup_close(&c->channel); /* or the child would not see that we are gone */
    (void)TEMP_FAILURE_RETRY(read(from, &byte, 1)); /* nothing is ever written */

    if (c->child.pidfd != -1) {
        (void)process_signal(&c->child, SIGKILL); /* mostly it has ended */
        _exit(0);
    }

    int parent = cgroup_open_parent(path);
    int fd = parent == -1
                 ? -1
                 : openat(parent, c->cgroup_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1) /* it was never made */
        _exit(errno == ENOENT || parent == -1 ? 0 : 1);
    struct cgroup cgroup = {.fd = fd, .parent = parent};
    strcpy(cgroup.name, c->cgroup_name);
    _exit(cgroup_remove(&cgroup) == 0 ? 0 : 1);
}

int watch_start(struct container *container)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    container->watcher = fork();
    if (container->watcher == 0) {
        close(ends[1]);
        watch(container, ends[0]);
    }
    close(ends[0]);
    container->watch = ends[1];
    return container->watcher == -1 ? -1 : 0;
}

int watch_end(struct container *container)
{
    int status;

    cleanup_close(&container->watch);
    if (container->watcher <= 0)
        return 0;
    if (TEMP_FAILURE_RETRY(waitpid(container->watcher, &status, 0)) == -1)
        return -1;
    container->watcher = 0;
    errno = EIO;
    return status == 0 ? 0 : -1;
}
