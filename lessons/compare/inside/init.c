/* init.c - process 1 of the virtual machine: it runs one command, or one after the other.
 *
 * The kernel has found it in the initramfs and given it the words that stood behind "--" in
 * its command line. With words: it runs them and powers the machine off. Without: it reads
 * commands from the serial line, a line each, for the shell, until the line "off". What it says
 * itself begins with "boxwork: ":
 *
 *     boxwork: ready NANOSECONDS    it runs, so long after the kernel's clock began
 *     boxwork: end STATUS           the command ended
 *
 * Read on: Documentation/filesystems/ramfs-rootfs-initramfs.rst, termios(3), reboot(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void attach(const char *type, const char *where)
{
    if (mount(type, where, type, 0, NULL) == -1)
        fprintf(stderr, "init: mount %s on %s: %s\n", type, where, strerror(errno));
}

/* Bytes as they are: no echo, and no carriage returns added. */
static void raw_line(void)
{
    struct termios line;
    if (tcgetattr(0, &line) == -1)
        return; /* no terminal, then nothing is changed on the way */
    cfmakeraw(&line);
    (void)tcsetattr(0, TCSANOW, &line); /* as above */
}

/* Runs ARGV and says how it ended. */
static void run(char *const argv[])
{
    int status = 127 << 8;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execvp(argv[0], argv); /* it only returns on error */
        _exit(127);
    }
    /* Process 1 collects whoever has lost its parent, too. */
    for (pid_t ended = 0; pid != -1 && ended != pid;) {
        ended = wait(&status);
        if (ended == -1 && errno != EINTR)
            break;
    }
    printf("boxwork: end %d\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    (void)fflush(stdout); /* nobody could be told of a failure */
}

static void serve(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "off\n") != 0) {
        char *argv[] = {"/bin/sh", "-c", line, NULL};
        run(argv);
    }
}

int main(int argc, char **argv)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    raw_line();
    printf("boxwork: ready %lld\n", (long long)time.tv_sec * 1000000000 + time.tv_nsec);
    (void)fflush(stdout); /* nobody could be told of a failure */
    attach("proc", "/proc");
    attach("sysfs", "/sys");
    attach("devtmpfs", "/dev");
    attach("tmpfs", "/tmp");
    (void)setenv("PATH", "/bin",
                 1); /* ENOMEM so early: the kernel would not have come here */
    if (argc > 1)
        run(argv + 1);
    else
        serve();
    sync();
    (void)reboot(
        RB_POWER_OFF); /* if that fails the kernel panics as process 1 ends, too */
    return 1;
}
