/* hostile.c - what the tests of mini-container need and a shell cannot do: callers of the engine
 * that have something special, and a program that tells who it is.
 *
 *     caps CMD…         with every capability inheritable and ambient
 *     untraceable CMD…  without CAP_SYS_PTRACE, so that only equals can be looked into
 *     terminal CMD…     on a terminal; what it writes there goes to standard output
 *     paste CMD…        on a terminal into which a megabyte is typed; killed after 10 seconds
 *     unread pipe|socket|terminal CMD…
 *                       on a terminal, with a standard output that nobody reads; killed after 10 seconds
 *     euid              prints the effective user
 *
 * Read on: tests/kit/engine-red.sh, tests/kit/engine-gallery.sh; pty(7), capabilities(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int become(char **argv)
{
    execvp(*argv, argv);
    perror(*argv);
    return 127;
}

static int caps(char **argv)
{
    cap_t state = cap_get_proc();
    cap_flag_value_t has;

    for (cap_value_t number = 0; state && number <= cap_max_bits(); number++) {
        if (cap_get_flag(state, number, CAP_PERMITTED, &has) == 0 && has == CAP_SET &&
            cap_set_flag(state, CAP_INHERITABLE, 1, &number, CAP_SET) == -1)
            return 1;
    }
    if (!state || cap_set_proc(state) == -1 || cap_free(state) == -1)
        return 1;
    for (int number = 0; number < 64; number++) /* those that there are */
        (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0);
    return become(argv);
}

static int untraceable(char **argv)
{
    const cap_value_t number = CAP_SYS_PTRACE;

    /* What is not in the bounding set is not permitted to root after execve either. */
    if (prctl(PR_CAPBSET_DROP, (unsigned long)number, 0, 0, 0) == -1)
        return 1;
    return become(argv);
}

static int terminal(char **argv)
{
    int side, status;
    char bytes[4096];
    ssize_t size;
    pid_t pid = forkpty(&side, NULL, NULL, NULL);

    if (pid == 0)
        _exit(become(argv));
    while (pid > 0 && (size = read(side, bytes, sizeof bytes)) > 0) {
        if (write(STDOUT_FILENO, bytes, (size_t)size) != size)
            return 1;
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 1;
}

static int paste(char **argv)
{
    static char page[1 << 20], bytes[4096];
    size_t done = 0;
    int side, status;
    pid_t pid = forkpty(&side, NULL, NULL, NULL);

    if (pid == 0)
        _exit(become(argv));
    if (pid == -1 || fcntl(side, F_SETFL, O_RDWR | O_NONBLOCK) == -1)
        return 1;
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = i % 64 == 63 ? '\n' : 'x';
    time_t end = time(NULL) + 10;
    for (ssize_t size = 1; size > 0 || errno == EAGAIN;) {
        struct pollfd on = {side, (short)(POLLIN | (done < sizeof page ? POLLOUT : 0)),
                            0};
        if (poll(&on, 1, 1000) < 1 && time(NULL) >= end)
            (void)kill(pid, SIGKILL); /* our child, and not waited for */
        if ((on.revents & POLLOUT) &&
            (size = write(side, page + done, sizeof page - done)) > 0)
            done += (size_t)size;
        size = read(side, bytes, sizeof bytes);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int unread(char **argv)
{
    int ends[2], side, status;
    bool terminal = strcmp(argv[0], "terminal") == 0;
    int made = strcmp(argv[0], "socket") == 0
                   ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                   : pipe2(ends, O_CLOEXEC);
    pid_t pid = made == -1 ? -1 : forkpty(&side, NULL, NULL, NULL);

    if (pid == 0)
        _exit(!terminal && dup2(ends[1], STDOUT_FILENO) == -1 ? 1 : become(argv + 1));
    for (int tenth = 0; pid != -1 && tenth < 100; tenth++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        (void)usleep(100000);
    }
    if (pid != -1)
        (void)kill(pid, SIGKILL); /* our child, and not waited for */
    return 1;
}

static int euid(char **argv)
{
    (void)argv;
    return printf("%u\n", geteuid()) < 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(char **argv);
    } words[] = {{"caps", caps},   {"untraceable", untraceable}, {"terminal", terminal},
                 {"paste", paste}, {"unread", unread},           {"euid", euid}};

    for (size_t i = 0; argc > 1 && i < sizeof words / sizeof *words; i++) {
        if (strcmp(argv[1], words[i].name) == 0)
            return words[i].run(argv + 2);
    }
    fputs("hostile: which word? see its first lines\n", stderr);
    return 2;
}
