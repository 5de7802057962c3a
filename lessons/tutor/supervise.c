/* supervise.c - starting the session and the keeper, and ending what was left running.
 *
 * Read on: supervise.h; keeper.c for the keeper's loop; prctl(2), PR_SET_CHILD_SUBREAPER,
 * PR_SET_PDEATHSIG; unix(7), SCM_RIGHTS.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "keeper.h"
#include "supervise.h"

/* An OSC sequence that no terminal knows and no program guesses. */
static int make_mark(struct supervise_shared *shared)
{
    uint64_t number[2];

    if (getrandom(number, sizeof number, 0) != sizeof number)
        return -1;
    snprintf(shared->mark, sizeof shared->mark, "\033]boxwork;%016llx%016llx\a",
             (unsigned long long)number[0], (unsigned long long)number[1]);
    return 0;
}

static int high_descriptor(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 200);

    close(fd);
    return high;
}

int supervise_start(struct supervise *supervise)
{
    int pair[2];

    supervise->shared = mmap(NULL, sizeof *supervise->shared, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (supervise->shared == MAP_FAILED || make_mark(supervise->shared) == -1)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
        return -1;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return -1;

    pid_t keeper = getpid(), session = fork();
    if (session == -1)
        return -1;
    if (session > 0) {
        close(pair[1]);
        keeper_run(session, pair[0], supervise->shared);
    }
    close(pair[0]);
    supervise->keeper = keeper;
    supervise->control = high_descriptor(pair[1]);
    if (supervise->control == -1)
        return -1;
    /* killed, the keeper cannot say goodbye; the session then ends as if it were told to */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
        return -1;
    if (getppid() != keeper)
        return (errno = ECHILD, -1);
    return 0;
}

int supervise_give(const struct supervise *supervise, int fd)
{
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    ssize_t sent;
    do
        sent = sendmsg(supervise->control, &message, MSG_NOSIGNAL);
    while (sent == -1 && errno == EINTR);
    return sent == 1 ? 0 : -1;
}

int supervise_wait(const struct supervise *supervise)
{
    char byte;
    ssize_t got;

    do
        got = recv(supervise->control, &byte, 1, 0);
    while (got == -1 && errno == EINTR);
    return got == 1 ? 0 : -1;
}

/* --- ending what was left running -------------------------------------------------------- */

/* The parent of process PID, 0 when it is gone. Its name may hold blanks and brackets, so the
 * fields are counted from the last bracket: proc(5). */
static pid_t parent_of(const char *pid)
{
    char path[64], line[512], *after;
    int parent = 0;

    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return 0;
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    if (length <= 0)
        return 0;
    line[length] = '\0';
    after = strrchr(line, ')');
    if (!after || sscanf(after + 1, " %*c %d", &parent) != 1)
        return 0;
    return parent;
}

/* Sends a signal to each child of this process. */
static void signal_children(int number)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;

    if (!processes)
        return;
    while ((entry = readdir(processes)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            parent_of(entry->d_name) == getpid())
            (void)kill(atoi(entry->d_name), number); /* it may be gone by now */
    (void)closedir(processes);
}

/* Collects children for at most MILLISECONDS. Returns true when there are none left. */
static bool collect(int milliseconds)
{
    for (int waited = 0;; waited += 5) {
        pid_t gone;
        while ((gone = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
            ;
        if (gone == -1 && errno == ECHILD)
            return true;
        if (waited >= milliseconds)
            return false;
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

void supervise_reap(void)
{
    if (collect(0))
        return;
    signal_children(SIGTERM);
    signal_children(SIGCONT);
    if (collect(150))
        return;
    /* children of those that end become ours, so this goes on until nobody is left; what we
     * may not kill (set-user-id programs) is given up after a while */
    for (int i = 0; i < 40; i++) {
        signal_children(SIGKILL);
        if (collect(50))
            return;
    }
}
