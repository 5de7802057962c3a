/* cgroup.c - the cgroup of a session: see tutor_cgroup in tutor.h.
 *
 * As with the temporary directory (directory.c), its path stands in memory that session and
 * keeper share before the cgroup is made, so whichever of the two is left removes it. It does not
 * go through a lesson's module: it must work whatever a learner's functions do.
 *
 * Read on: cgroups(7); lesson c06, where each of these steps is explained.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "cgroup.h"
#include "session.h"

#define TOP "/sys/fs/cgroup"

enum { ROUNDS = 300, PAUSE = 10000 }; /* three seconds, by 10 ms */

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *where)
{
    (void)status, (void)where;
    if (type == FTW_DP)
        (void)rmdir(path); /* busy: there is another round */
    return 0;
}

void cgroup_end(char *path)
{
    char kill[PATH_MAX];

    if (!*path)
        return;
    (void)snprintf(kill, sizeof kill, "%s/cgroup.kill", path); /* fits: it was made */
    for (int i = 0; i < ROUNDS && access(path, F_OK) == 0; i++) {
        int file = open(kill, O_WRONLY | O_CLOEXEC);
        if (file != -1) {
            (void)!write(file, "1", 1); /* whether it helped is seen below */
            close(file);
        }
        (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        if (access(path, F_OK) == 0)
            (void)usleep(PAUSE);
    }
    if (access(path, F_OK) == 0)
        fprintf(stderr, "%s: could not be removed: rmdir it when it is empty\n", path);
    *path = '\0';
}

const char *tutor_cgroup(struct tutor *tutor)
{
    char *path =
        tutor->captures ? tutor->capture.supervise.shared->cgroup : tutor->cgroup;
    struct statfs fs;

    if (*path)
        return path;
    if (statfs(TOP, &fs) == -1)
        return NULL;
    if (fs.f_type != CGROUP2_SUPER_MAGIC) {
        errno = ENOTSUP;
        return NULL;
    }
    (void)snprintf(path, sizeof tutor->cgroup, TOP "/boxwork-%d", (int)getpid());
    if (mkdir(path, 0755) == 0)
        return path;
    int error = errno;
    if (error == EEXIST) { /* of one with our number, which was killed with its keeper */
        char left[sizeof tutor->cgroup];
        (void)snprintf(left, sizeof left, "%s", path);
        cgroup_end(left);
        if (mkdir(path, 0755) == 0)
            return path;
    }
    *path = '\0';
    errno = error;
    return NULL;
}
