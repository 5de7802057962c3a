/* files.c - a whole file in memory, mapped: it is copied into the guest once and
 * forgotten. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hypervisor.h"
#include "kernel.h"

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
    *file = FILE_NONE;
}
