/* grade_program.c - starting the compiler and the judge, and keeping what they print.
 *
 * Both die with us. A compiler that reads what a stranger wrote is a program that a stranger
 * feeds: one line of C can ask for gigabytes (an array with an initialiser at its end), so it
 * has limits. It runs in a process group of its own, which is how make's children are found.
 *
 * Read on: prctl(2) (PR_SET_PDEATHSIG), setrlimit(2), setpgid(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "grade_inside.h"

static const struct {
    int resource;
    rlim_t value;
} compiler_limits[] = {
    {RLIMIT_CPU, 60},
    {RLIMIT_AS, 4ul << 30},
    {RLIMIT_FSIZE, 256ul << 20},
    {RLIMIT_CORE, 0},
};

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* In the child. Returns only when it fails. */
static void become(const struct grade_program *program, int output, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, program->death_signal) == -1 || getppid() != parent)
        return;
    if (setpgid(0, 0) == -1)
        return;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null == -1 || dup2(null, 0) == -1 || dup2(output, 1) == -1 ||
        dup2(output, 2) == -1)
        return;
    for (size_t i = 0;
         program->limited && i < sizeof compiler_limits / sizeof *compiler_limits; i++) {
        struct rlimit limit;
        if (getrlimit(compiler_limits[i].resource, &limit) == -1)
            return;
        if (limit.rlim_max > compiler_limits[i].value)
            limit.rlim_cur = limit.rlim_max = compiler_limits[i].value;
        if (setrlimit(compiler_limits[i].resource, &limit) == -1)
            return;
    }
    if (program->verdicts != -1 && fcntl(program->verdicts, F_SETFD, 0) == -1)
        return;
    if (program->directory && chdir(program->directory) == -1)
        return;
    (void)execvp(program->argv[0], program->argv);
}

pid_t grade_start(const struct grade_program *program, int *output)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become(program, ends[1], parent);
        (void)dprintf(2, "%s: %s\n", program->argv[0], strerror(errno)); /* else unseen */
        _exit(127);
    }
    int saved = errno;
    (void)close(ends[1]); /* the child has it */
    if (pid == -1) {
        (void)close(ends[0]);
        errno = saved;
        return -1;
    }
    *output = ends[0];
    return pid;
}

/* Returns false at the end. */
static bool read_some(int output, struct bytes *all, size_t most)
{
    char buffer[16384];
    ssize_t got = read(output, buffer, sizeof buffer);
    if (got == -1)
        return errno == EINTR;
    if (got > 0 && all->length < most)
        bytes_add(all, buffer, (size_t)got);
    return got > 0;
}

int grade_finish(const struct grade_program *program, pid_t pid, int output, char **text)
{
    double deadline = program->seconds > 0 ? seconds_now() + program->seconds : 0;
    struct bytes all = {0};
    bytes_add(&all, "", 0);
    for (;;) {
        struct pollfd end = {.fd = output, .events = POLLIN};
        int wait = deadline > 0 ? (int)((deadline - seconds_now()) * 1000) + 1 : -1;
        int ready = deadline > 0 && wait <= 0 ? 0 : poll(&end, 1, wait);
        if (ready == -1 && errno == EINTR)
            continue;
        if (ready == 1 && read_some(output, &all, program->most))
            continue;
        if (ready != 1)
            (void)kill(-pid, SIGKILL); /* out of time; it is its own process group */
        break;
    }
    (void)close(output); /* only read */
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    *text = text_printable(all.at, all.length, program->most);
    bytes_free(&all);
    return status;
}
