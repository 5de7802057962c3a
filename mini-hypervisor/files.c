/* files.c - a whole file in memory, mapped: it is copied into the guest once and
 * forgotten.
 *
 * Somebody may cut the file short meanwhile. Then what is mapped behind its new end cannot be
 * read, and to try gives SIGBUS (mmap(2), "Errors"). Nothing has been started yet that would have
 * to be undone: we say it and end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hypervisor.h"
#include "kernel.h"

/* A signal handler may call write(2), and no function of stdio (signal-safety(7)). */
static void cut_short(int signal)
{
    static const char text[] =
        "mini-hypervisor: a file became shorter while it was read: start again\n";
    (void)signal;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* nobody is left to tell */
    _exit(EXIT_FAILURE);
}

int file_open(struct file *file, const char *name, const char *what)
{
    struct stat stat;
    int result = -1;
    *file = FILE_NONE;
    /* Without O_NONBLOCK, to open a named pipe waits until somebody writes to it. */
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1) {
        fail(1, "%s: %s: it must be %s that can be read", name, strerror(errno), what);
        return -1;
    }
    if (fstat(fd, &stat) == -1) {
        fail(1, "%s: %s: it must be %s that can be read", name, strerror(errno), what);
    } else if (!S_ISREG(stat.st_mode)) {
        fail(1, "%s: not a regular file: it must be %s", name, what);
    } else if (stat.st_size == 0) {
        fail(1, "%s: it is empty: it must be %s", name, what);
    } else {
        void *bytes = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes == MAP_FAILED) {
            fail(1, "%s: %s: it must be %s that can be read", name, strerror(errno),
                 what);
        } else {
            (void)signal(SIGBUS, cut_short); /* a signal that can be caught */
            *file = (struct file){bytes, (size_t)stat.st_size};
            result = 0;
        }
    }
    (void)close(fd); /* it was only read */
    return result;
}

void file_close(struct file *file)
{
    if (file->bytes != NULL)
        (void)munmap(file->bytes, file->size); /* as it was mapped */
    (void)signal(SIGBUS, SIG_DFL);
    *file = FILE_NONE;
}
