/* escalate.c - root inside tries what only root outside may do.
 *
 * Before: the attacker is a child as fork makes it, who is whoever runs this session. If that is
 * root, everything works: a program that got out of its mounts owns the machine. After: it is
 * root of a user namespace, with every capability there is. The maps are written by the
 * learner's functions or the reference's. If the session is root's, inside 0 is a number that
 * is nobody here; otherwise it is the user.
 *
 * Nothing is harmed when it works: files are opened and not written, process 1 gets signal 0,
 * the host gets the name that it has, mounts are made in a mount namespace of the attacker's.
 *
 * Read on: user_namespaces(7), capabilities(7).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../c04-namespaces/start.h"
#include "cleanup.h"
#include "escalate.h"
#include "namespaces.h"
#include "users.h"

#define FILE_HERE "file"
#define FILE_MADE "shell"

/* A number that no user of the host has, and 65536 of them. */
static const struct users_map unused = {0, 100000, 65536};

/* Where an attack stands. */
struct stage {
    bool inside; /* in a user namespace of its own */
    int door;    /* a directory that everybody may write to: the working directory */
};

/* --- what the attacks are made of ------------------------------------------------- */

/* Says what a call returned: 0, or its errno. Returns whether it was 0. */
static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static bool tell_open(const char *call, const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC);
    bool works = tell(call, file);

    if (file != -1)
        close(file);
    return works;
}

/* --- the attacks ------------------------------------------------------------------ */

/* What belongs to root. core_pattern names a program that the kernel starts as root. */
static bool attack_files(const struct stage *stage)
{
    (void)stage;
    bool out = tell_open("open(/etc/shadow, O_RDONLY)", "/etc/shadow", O_RDONLY);
    out |= tell_open("open(/proc/sys/kernel/core_pattern, O_WRONLY)",
                     "/proc/sys/kernel/core_pattern", O_WRONLY);
    /* A file of the user's becomes one of the host's root? For a number that is not the
     * user's own the kernel wants a capability of the namespace that the file is of. */
    return out | tell("chown(FILE OF YOURS, 1, 1)", chown(FILE_HERE, 1, 1));
}

/* Signal 0 only asks whether another would be allowed. */
static bool attack_kill(const struct stage *stage)
{
    (void)stage;
    return tell("kill(1, 0)", kill(1, 0));
}

/* The first type of file system that takes a disk, and the first disk. False: none is there. */
static bool find_disk(char *type, char *disk)
{
    char line[128];
    FILE *types = fopen("/proc/filesystems", "re");
    FILE *disks = fopen("/proc/partitions", "re");

    *type = *disk = '\0';
    while (types && !*type && fgets(line, sizeof line, types)) {
        if (*line == '\t')
            (void)sscanf(line, " %31s", type); /* no match: it stays empty */
    }
    while (disks && !*disk && fgets(line, sizeof line, disks)) {
        if (sscanf(line, "%*d %*d %*d %31s", disk + 5) == 1)
            memcpy(disk, "/dev/", 5);
    }
    if (types)
        (void)fclose(types); /* only read */
    if (disks)
        (void)fclose(disks);
    return *type && *disk;
}

/* The disk with all files on it, past every permission. */
static bool mount_disk(const struct stage *stage)
{
    static const char call[] = "mount(DISK, MS_RDONLY)";
    char type[32], disk[37] = "";

    if (!find_disk(type, disk)) {
        printf("    %-46s %s\n", call, "no disk here");
        return false;
    }
    if (!stage->inside) {
        printf("    %-46s %s\n", call, "not tried: it is your disk");
        return false;
    }
    return tell(call, mount(disk, ".", type, MS_RDONLY, NULL));
}

/* What there is one of in the machine: its name, its devices, its disks. */
static bool attack_host(const struct stage *stage)
{
    char name[HOST_NAME_MAX + 1] = "";

    bool out = gethostname(name, sizeof name) == 0 &&
               tell("sethostname(THE SAME)", sethostname(name, strlen(name)));
    int made = mknod("disk", S_IFBLK | 0600, makedev(8, 0));
    out |= tell("mknod(S_IFBLK, 8:0)", made);
    if (made == 0)
        (void)unlink("disk"); /* in the directory of this session, which goes away */
    /* Mounts are the attacker's own: it is in a mount namespace already, or gets one now. */
    if (!stage->inside && (unshare(CLONE_NEWNS) == -1 ||
                           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)) {
        printf("    %-46s %s\n", "mount", strerror(errno));
        return out;
    }
    out |= tell("mount(devtmpfs)", mount("none", ".", "devtmpfs", 0, NULL));
    return mount_disk(stage) | out;
}

/* A program that makes root of whoever starts it. What counts is how it looks from outside. */
static bool attack_setuid(const struct stage *stage)
{
    int file = open(FILE_MADE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

    (void)stage;
    if (!tell("open(SHELL, O_CREAT)", file))
        return false;
    tell("fchown(SHELL, 0, 0)", fchown(file, 0, 0));
    tell("fchmod(SHELL, 04755)", fchmod(file, 04755));
    close(file);
    return false; /* see look_at_shell() */
}

/* In the session, when the attacker has ended. */
static bool look_at_shell(int door)
{
    struct stat status;

    if (fstatat(door, FILE_MADE, &status, 0) == -1)
        return false;
    (void)unlinkat(door, FILE_MADE, 0); /* it goes away with the session, too */
    printf("    %-46s mode %04o, user %u\n", "SHELL, seen from outside",
           status.st_mode & 07777, status.st_uid);
    return status.st_uid == 0 && (status.st_mode & S_ISUID);
}

static const struct attack {
    const char *name;
    bool (*run)(const struct stage *stage); /* in the attacker; whether it got out */
} attacks[] = {{"files", attack_files},
               {"kill", attack_kill},
               {"host", attack_host},
               {"setuid", attack_setuid}};

const char *const escalate_names[] = {"files", "kill", "host", "setuid", NULL};

/* --- trying them ------------------------------------------------------------------ */

/* Whom this process is: uid, and which capabilities it has in its user namespace. */
static void introduce(void)
{
    char line[128];
    unsigned long long effective = 0;
    FILE *status = fopen("/proc/self/status", "re");

    while (status && fgets(line, sizeof line, status))
        (void)sscanf(line, "CapEff: %llx", &effective); /* one line matches */
    if (status)
        (void)fclose(status); /* only read */
    printf("    uid %u, capabilities %llx\n", geteuid(), effective);
}

/* In the child: waits for its maps, becomes root, attacks. Ends with 42 when it got out. */
static _Noreturn void climb(struct tutor *tutor, const struct attack *attack,
                            const struct stage *stage, int go)
{
    char byte;

    if (stage->inside) {
        if (TEMP_FAILURE_RETRY(read(go, &byte, 1)) != 1)
            _exit(1);
        if (users_become(0, 0, NULL, 0) == -1)
            _exit(tutor_error(tutor, "users_become: %s (errno %d)", strerror(errno),
                              errno));
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
            _exit(tutor_error(tutor, "mount(MS_PRIVATE): %s", strerror(errno)));
    }
    introduce();
    bool out = fchdir(stage->door) == 0 && attack->run(stage);
    fflush(stdout);
    _exit(out ? 42 : 0);
}

/* Root inside is nobody outside, or you. */
static int write_maps(struct tutor *tutor, pid_t pid)
{
    struct users_plan plan;

    users_decide(geteuid(), getegid(), NULL, NULL, &plan);
    if (geteuid() == 0)
        plan.users[0] = plan.groups[0] = unused;
    printf("after: users_write_map (%s), root inside is %u here\n",
           start_whose("users_write_map"), plan.users[0].outside);
    fflush(stdout);
    if (users_write_map(pid, plan.users, 1, plan.groups, 1) == -1)
        return tutor_error(tutor, "users_write_map: %s (errno %d)", strerror(errno),
                           errno);
    return 0;
}

/* Waits for the attacker. Returns its exit status, 128 + a signal. */
static int end_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR)
            return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int try_once(struct tutor *tutor, const struct attack *attack,
                    const struct stage *stage)
{
    const struct namespaces_wish wish = {.flags = CLONE_NEWUSER | CLONE_NEWNS,
                                         .cgroup = -1};
    struct process climber = {.pidfd = -1};
    int go[2];

    if (pipe2(go, O_CLOEXEC) == -1)
        return tutor_error(tutor, "pipe2: %s", strerror(errno));
    if (!stage->inside)
        printf("before: fork(2)\n");
    fflush(stdout);
    pid_t pid = stage->inside ? namespaces_clone(&wish, &climber) : fork();
    if (pid == 0) {
        close(go[1]); /* or it would never see the end */
        climb(tutor, attack, stage, go[0]);
    }
    int status = pid == -1 ? tutor_error(tutor, "%s: %s",
                                         stage->inside ? "namespaces_clone" : "fork",
                                         strerror(errno))
                           : 0;
    if (status == 0 && stage->inside)
        status = write_maps(tutor, pid);
    if (status == 0)
        (void)!write(go[1], "", 1); /* both ends are open here: it always works */
    close(go[1]);
    int end = pid == -1 ? 1 : end_of(pid);
    close(go[0]);
    cleanup_close(&climber.pidfd);
    if (status != 0 || (end != 0 && end != 42))
        return 1;
    bool out = look_at_shell(stage->door) || end == 42;
    puts(out ? "  OUT" : "  held");
    return 0;
}

/* A directory that anybody may write to, in one that only we may enter; with a file of ours.
 * Returns a descriptor of it, or -1 after having said what is wrong. */
static int make_door(struct tutor *tutor)
{
    const char *directory = tutor_directory(tutor);
    char path[PATH_MAX];

    if (!directory)
        return tutor_error(tutor, "a directory: %s", strerror(errno)), -1;
    (void)snprintf(path, sizeof path, "%s/door", directory); /* a short path */
    if (mkdir(path, 0777) == -1 && errno != EEXIST)
        return tutor_error(tutor, "%s: %s", path, strerror(errno)), -1;
    int door = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (door == -1 || fchmod(door, 0777) == -1)
        return tutor_error(tutor, "%s: %s", path, strerror(errno)), -1;
    int file = openat(door, FILE_HERE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file == -1)
        return tutor_error(tutor, "%s/" FILE_HERE ": %s", path, strerror(errno)), -1;
    (void)!fchown(file, geteuid(), getegid()); /* as it was before the last attack */
    close(file);
    return door;
}

int escalate_try(struct tutor *tutor, const char *name)
{
    const struct attack *attack = NULL;
    int status = 0;

    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (strcmp(attacks[i].name, name) == 0)
            attack = &attacks[i];
    }
    if (!attack)
        return -1;
    for (int inside = 0; inside < 2 && status == 0; inside++) {
        CLEANUP_CLOSE int door = make_door(tutor);
        if (door == -1)
            return 1;
        status = try_once(tutor, attack, &(struct stage){inside, door});
    }
    return status;
}
