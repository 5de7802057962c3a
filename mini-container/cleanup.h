/* cleanup.h - a descriptor that is closed when its variable ends.
 *
 * A function that opens three things has six ways to fail, and each of them would have to
 * close what is open by then. `CLEANUP_CLOSE int fd = open(...)` says it once: gcc and clang
 * call cleanup_close on every way out of the block. To keep the descriptor (to return it, or
 * to leave it in a struct), take it out with cleanup_take.
 *
 * Read on: "Common Variable Attributes" in the manual of gcc.
 */
#ifndef CLEANUP_H
#define CLEANUP_H

#include <errno.h>
#include <unistd.h>

/* Closes *FD unless it is -1, and keeps errno, which the caller is about to return with. */
static inline void cleanup_close(int *fd)
{
    int error = errno;

    if (*fd != -1)
        close(*fd); /* nothing was written through it that could still be lost */
    *fd = -1;
    errno = error;
}

#define CLEANUP_CLOSE __attribute__((cleanup(cleanup_close)))

/* Returns *FD, which will then not be closed. */
static inline int cleanup_take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#endif
