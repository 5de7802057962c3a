/* chroot_way.c - `run --chroot`: a program in a root of its own, as far as lesson c02 goes.
 *
 * Kept runnable to compare: what chroot closes and what it leaves open is the first half of the
 * course.
 *
 * Read on: chroot(2); the page lessons/c02-chroot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "chroot.h"
#include "chroot_way.h"
#include "rootless.h"

/* Says why CMD did not run in ROOTFS, and returns the exit status for it. */
static int run_failed(const struct chroot_program *program, const char *failed, int error)
{
    const char *why = strerror(error);

    if (strcmp(failed, "chroot_enter") == 0)
        return fail(EXIT_OURS, "%s: %s: ROOTFS must be a directory that you may search",
                    program->root, why);
    if (strcmp(failed, "chroot_become") == 0)
        return fail(EXIT_OURS, "--user %u:%u: %s: only root can become another user",
                    program->uid, program->gid, why);
    if (strcmp(failed, "execve") != 0)
        return fail(EXIT_OURS, "%s: %s", failed, why);
    if (error == ENOENT)
        return fail(
            EXIT_NOT_FOUND,
            "%s: %s: it, and the interpreter or loader that it names, must be in %s",
            program->argv[0], why, program->root);
    return fail(EXIT_NO_EXEC, "%s: %s: it must be a program that the user may execute",
                program->argv[0], why);
}

int chroot_way_run(const struct container_options *options)
{
    const struct chroot_program program = {
        .root = options->rootfs,
        .argv = options->argv,
        .envp = options->envp,
        .change_user = options->uid != 0 || options->gid != 0,
        .uid = options->uid,
        .gid = options->gid,
    };
    struct chroot_result result = {0};

    if (options->names)
        return fail(EXIT_USAGE,
                    "--user %s: with --chroot it must be a number, or two: UID:GID",
                    options->user);
    if (rootless_needed() && rootless_enter() == -1)
        return fail(
            EXIT_OURS,
            "user namespace: %s: this host keeps it from ordinary users; use sudo",
            strerror(errno));
    if (chroot_run(&program, &result) == -1)
        return run_failed(&program, result.failed ? result.failed : "chroot_run", errno);
    return result.exit_status;
}
