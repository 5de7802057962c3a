/* floor.c - `floor ROOTFS PROGRAM [ARG…]`: the least that a container costs.
 *
 * One clone3 with the six namespaces that mini-container makes, too, a root of its own with
 * /proc, the program, a wait. There is no protection here, and no error is told: it is what the
 * kernel takes for it, for `make bench` to compare with.
 *
 * Read on: mini-container/steps.c for what else there is to be done.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void contain(char **argv)
{
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1 ||
        mount(argv[1], argv[1], NULL, MS_BIND | MS_REC, NULL) == -1 ||
        chdir(argv[1]) == -1 || mount("proc", "proc", "proc", 0, NULL) == -1 ||
        syscall(SYS_pivot_root, ".", ".") == -1 || umount2(".", MNT_DETACH) == -1 ||
        chdir("/") == -1)
        _exit(125);
    (void)execv(argv[2], argv + 2);
    _exit(127);
}

int main(int argc, char **argv)
{
    struct clone_args arguments = {
        .flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET |
                 CLONE_NEWCGROUP,
        .exit_signal = SIGCHLD,
    };
    int status;

    if (argc < 3)
        return 2;
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        contain(argv);
    if (pid == -1 || waitpid((pid_t)pid, &status, 0) == -1)
        return 125;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
