/* until.c - `until MARKER COMMAND [ARG…]`: how long until COMMAND prints MARKER, and how much
 * memory it has then beside its biggest piece, which is a guest's memory.
 *
 * Prints "MILLISECONDS KIB" and ends COMMAND, whose output comes through a pipe. KIB adds up
 * the Pss of /proc/PID/smaps: pages that are shared count by their share. Exit status 0, or 1
 * when COMMAND ended, or a minute passed, before the marker came.
 *
 * Read on: proc(5), smaps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* a clock that every Linux has */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static pid_t start(char **command, int *output)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dup2(ends[1], STDOUT_FILENO) == -1)
            _exit(126);
        execvp(command[0], command);
        fprintf(stderr, "until: %s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return child;
}

/* Reads until MARKER has come. Returns 0, or -1 when it does not. */
static int wait_for(const char *marker, int output, double deadline)
{
    static char text[1 << 20];
    size_t length = 0;

    for (;;) {
        struct pollfd event = {.fd = output, .events = POLLIN};
        int left = (int)(deadline - now_ms());
        if (left <= 0 || poll(&event, 1, left) <= 0)
            return -1;
        if (length == sizeof text)
            length = 0;
        ssize_t n = read(output, text + length, sizeof text - length);
        if (n <= 0)
            return -1;
        length += (size_t)n;
        if (memmem(text, length, marker, strlen(marker)))
            return 0;
    }
}

/* KiB of all mappings but the one that uses most; -1: cannot be read. */
static int64_t memory_beside(pid_t pid)
{
    char path[64], line[512];
    int64_t all = 0, biggest = 0, kib;

    snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
    FILE *maps = fopen(path, "re");
    if (!maps)
        return -1;
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "Pss: %" SCNd64, &kib) == 1) {
            all += kib;
            biggest = kib > biggest ? kib : biggest;
        }
    (void)fclose(maps); /* it was only read */
    return all - biggest;
}

int main(int argc, char **argv)
{
    int output;

    if (argc < 3) {
        fprintf(stderr, "usage: until MARKER COMMAND [ARG...]\n");
        return 2;
    }
    double began = now_ms();
    pid_t child = start(argv + 2, &output);
    if (child == -1) {
        perror("until");
        return EXIT_FAILURE;
    }
    int result = wait_for(argv[1], output, began + PATIENCE_MS);
    double passed = now_ms() - began;
    int64_t beside = memory_beside(child);
    (void)kill(child, SIGKILL); /* it may have ended */
    (void)waitpid(child, NULL, 0);
    if (result == -1) {
        fprintf(stderr, "until: %s: did not come from %s\n", argv[1], argv[2]);
        return EXIT_FAILURE;
    }
    printf("%.0f %" PRId64 "\n", passed, beside);
    return EXIT_SUCCESS;
}
