/* directory.c - the temporary directory of a session: see tutor_directory in tutor.h.
 *
 * Its path stands in memory that session and keeper share, and mkdtemp(3) writes the path
 * before it makes the directory. So whichever of the two is left can remove it, even when the
 * other is killed at that very moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/* Removes one thing that fts(3) has come to. Returns whether that went well. */
static bool remove_one(FTS *walk, FTSENT *found, dev_t home)
{
    switch (found->fts_info) {
    case FTS_D:
        /* A file system that is still mounted there is not ours: its root stays. */
        if (found->fts_statp->st_dev != home)
            (void)fts_set(walk, found, FTS_SKIP); /* never fails for FTS_SKIP */
        return found->fts_statp->st_dev == home;
    case FTS_DNR: /* cannot be read: perhaps it is empty */
    case FTS_DP:
        return rmdir(found->fts_accpath) == 0;
    default:
        return unlink(found->fts_accpath) == 0;
    }
}

void directory_remove(char *path)
{
    char *roots[] = {path, NULL};
    FTSENT *found;
    struct stat home;

    if (!*path)
        return;
    bool removed = lstat(path, &home) == 0;
    FTS *walk = removed ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL) : NULL;
    while (walk && (found = fts_read(walk)))
        removed = remove_one(walk, found, home.st_dev) && removed;
    if (walk)
        (void)fts_close(walk); /* it was only read */
    if (!removed)
        fprintf(stderr, "%s: could not be removed\n", path);
    *path = '\0';
}
