/* run.c - small helpers: the output of a program, a file as a string, a time as a name. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "run.h"

/* Reads FD to its end. Returns a string, or NULL with errno. */
static char *read_all(int fd, size_t *length)
{
    size_t size = 4096, used = 0;
    char *text = malloc(size);
    while (text != NULL) {
        ssize_t got = read(fd, text + used, size - used - 1);
        if (got == -1 && errno == EINTR)
            continue;
        if (got <= 0) {
            text[used] = '\0';
            if (length != NULL)
                *length = used;
            if (got == 0)
                return text;
            break;
        }
        used += (size_t)got;
        if (size - used > 1)
            continue;
        char *more = realloc(text, size *= 2);
        if (more == NULL)
            break;
        text = more;
    }
    free(text);
    return NULL;
}

static _Noreturn void become(const char *directory, char *const argv[], int out)
{
    int null = open("/dev/null", O_RDWR);
    if (null != -1 && dup2(null, 0) == 0 && dup2(null, 2) == 2 && dup2(out, 1) == 1 &&
        chdir(directory) == 0)
        (void)execvp(argv[0], argv); /* it only returns on error */
    _exit(127);
}

char *run_output(const char *directory, char *const argv[], int *status)
{
    int ends[2], waited;
    if (pipe2(ends, O_CLOEXEC) == -1)
        return NULL;
    (void)fflush(NULL); /* or the child would hold a copy of what waits in our buffers */
    pid_t pid = fork();
    if (pid == 0)
        become(directory, argv, ends[1]);
    (void)close(ends[1]);
    char *text = pid == -1 ? NULL : read_all(ends[0], NULL);
    int saved = errno;
    (void)close(ends[0]);
    while (pid != -1 && waitpid(pid, &waited, 0) == -1 && errno == EINTR)
        ;
    *status = pid != -1 && WIFEXITED(waited) ? WEXITSTATUS(waited) : 127;
    errno = saved;
    return text;
}

int run_program(char *const argv[])
{
    int status;
    (void)fflush(NULL); /* ours first, then what it says */
    pid_t pid = fork();
    if (pid == 0) {
        (void)execv(argv[0], argv); /* it only returns on error */
        _exit(127);
    }
    while (pid != -1 && waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            return 127;
    return pid == -1           ? 127
           : WIFEXITED(status) ? WEXITSTATUS(status)
                               : 128 + WTERMSIG(status);
}

char *file_read(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return NULL;
    char *text = read_all(fd, length);
    int saved = errno;
    (void)close(fd); /* it was only read */
    errno = saved;
    return text;
}

int file_create(const char *path, const char *text, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd == -1)
        return -1;
    int saved = 0;
    while (length > 0 && saved == 0) {
        ssize_t written = write(fd, text, length);
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            saved = written == 0 ? EIO : errno;
        }
    }
    if (close(fd) == -1 && saved == 0)
        saved = errno;
    if (saved == 0)
        return 0;
    (void)unlink(path); /* half of a file is worse than none */
    errno = saved;
    return -1;
}

const char *time_stamp(void)
{
    static char stamp[20];
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local) == NULL ||
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local) == 0)
        (void)snprintf(stamp, sizeof stamp, "%lld", (long long)now);
    return stamp;
}
