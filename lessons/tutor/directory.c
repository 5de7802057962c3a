/* directory.c - the temporary directory of a session: see tutor_directory in tutor.h.
 *
 * Its path stands in memory that session and keeper share, and mkdtemp(3) writes the path
 * before it makes the directory. So whichever of the two is left can remove it, even when the
 * other is killed at that very moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "directory.h"
#include "session.h"

const char *tutor_directory(struct tutor *tutor)
{
    const char *place = getenv("TMPDIR");
    char *path =
        tutor->captures ? tutor->capture.supervise.shared->directory : tutor->directory;
    size_t size = sizeof tutor->directory;
    char whole[PATH_MAX];

    if (*path)
        return path;
    if (!realpath(place && *place ? place : "/tmp", whole))
        return NULL;
    int length = snprintf(path, size, "%s/boxwork-XXXXXX", whole);
    if (length < 0 || (size_t)length >= size) {
        *path = '\0';
        errno = ENAMETOOLONG;
        return NULL;
    }
    if (mkdtemp(path))
        return path;
    *path = '\0';
    return NULL;
}

void directory_remove(char *path)
{
    char *rm[] = {"rm", "-rf", "--one-file-system", "--", path, NULL};
    int status = 1;
    pid_t child;

    if (!*path)
        return;
    if (posix_spawnp(&child, rm[0], NULL, NULL, rm, environ) == 0)
        while (waitpid(child, &status, 0) == -1 && errno == EINTR)
            ;
    if (status != 0)
        fprintf(stderr, "%s: could not be removed\n", path);
    *path = '\0';
}
