/* ways_out.c - the ways out of this lesson, each tried twice.
 *
 * "Before" is an engine that does the step as one would write it at first, by path;
 * "after" are the functions of the module, the learner's or the reference's. Each attempt
 * runs in a child with a mount namespace of its own that passes nothing on, so whoever
 * wins, the host stays as it is: a mount on the host's /etc is one in that namespace
 * only. Files that are made on the host are made in a directory of this session.
 *
 * Read on: the page; mount_namespaces(7), openat2(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../c02-chroot/inside.h"
#include "../c02-chroot/roots.h"
#include "chroot.h"
#include "mounts.h"
#include "ways_out.h"

struct attempt {
    const char *root;      /* the root directory, as the host calls it */
    const char *secret;    /* a file of the host */
    char victim[PATH_MAX]; /* a directory of the host */
    bool closed;           /* whether the module's functions are used */
};

struct way {
    const char *name;
    const char *before, *after; /* what does the step; after: functions of the module */
    int (*prepare)(struct attempt *attempt, bool undo); /* makes the image hostile */
    int (*run)(struct attempt *attempt);                /* 0, or -1: not tried */
};

/* --- what they are made of ---------------------------------------------------------- */

static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static void verdict(bool out)
{
    puts(out ? "  OUT" : "  held");
}

/* "ROOT/NAME", as a naive engine builds a path. The string is valid until the next call.
 */
static const char *below(const struct attempt *attempt, const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", attempt->root, name);
    return path;
}

/* Reads the first line of PATH and says what came of it. Returns whether it is the
 * secret. */
static bool read_secret(const char *path, const char *called)
{
    char call[128], text[64] = "";
    FILE *file = fopen(path, "re");
    int error = errno;

    snprintf(call, sizeof call, "read %s", called);
    if (file && fgets(text, sizeof text, file))
        text[strcspn(text, "\n")] = '\0';
    if (file)
        fclose(file);
    printf("    %-46s %s%s%s\n", call, file ? "\"" : "", file ? text : strerror(error),
           file ? "\"" : "");
    return strcmp(text, ROOTS_SECRET) == 0;
}

/* --- escape: the chroot of c02, from the inside ------------------------------------- */

/* Goes up until ".." leads nowhere new. */
static void climb(void)
{
    struct stat here, above;
    char call[64];
    int times = 0;

    while (stat(".", &here) == 0 && stat("..", &above) == 0 &&
           (here.st_ino != above.st_ino || here.st_dev != above.st_dev) &&
           chdir("..") == 0)
        times++;
    snprintf(call, sizeof call, "chdir(\"..\"), %d %s", times,
             times == 1 ? "time" : "times");
    (void)tell(call, 0);
}

static int prepare_escape(struct attempt *attempt, bool undo)
{
    return undo && rmdir(below(attempt, "x")) == -1 && errno != ENOENT ? -1 : 0;
}

static int way_escape(struct attempt *attempt)
{
    if (attempt->closed) {
        int root = mounts_root(attempt->root);
        if (!tell("mounts_root(root)", root) ||
            !tell("mounts_pivot(root)", mounts_pivot(root)))
            return -1;
    } else if (!tell("chroot_enter(root)", chroot_enter(attempt->root))) {
        return -1;
    }
    if (!tell("chroot_close_from(3)", chroot_close_from(3)) ||
        !tell("mkdir(\"x\")", mkdir("x", 0755)) ||
        !tell("chroot(\"x\"), and no chdir", chroot("x")))
        return -1;
    climb();
    (void)tell("chroot(\".\")", chroot("."));
    verdict(read_secret(attempt->secret, attempt->secret));
    return 0;
}

/* --- volume: its target is a link --------------------------------------------------- */

static int prepare_volume(struct attempt *attempt, bool undo)
{
    return undo ? unlink(below(attempt, "data"))
                : symlink("/etc", below(attempt, "data"));
}

/* Where the mount that was made last stands: the last line of the table. */
static void last_mount(char *point, size_t size)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char line[PATH_MAX + 512], last[PATH_MAX] = "nowhere";

    while (file && fgets(line, sizeof line, file))
        (void)sscanf(line, "%*d %*d %*s %*s %4095s", last);
    if (file)
        fclose(file);
    snprintf(point, size, "%s", last);
}

static int way_volume(struct attempt *attempt)
{
    char source[PATH_MAX], point[PATH_MAX];

    snprintf(source, sizeof source, "%s", below(attempt, "home"));
    if (attempt->closed) {
        int fd = mounts_source(source);
        int root = open(attempt->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (!tell("mounts_source(source)", fd) ||
            !tell("mounts_volume(root, source, \"/data\")",
                  mounts_volume(root, fd, "/data", false)))
            return -1;
    } else if (!tell("mount(source, root + \"/data\", MS_BIND)",
                     mount(source, below(attempt, "data"), NULL, MS_BIND, NULL))) {
        return -1;
    }
    last_mount(point, sizeof point);
    printf("    it is mounted at %s\n", point);
    verdict(strncmp(point, attempt->root, strlen(attempt->root)) != 0);
    return 0;
}

/* --- dev: it is a link to a directory of the host ----------------------------------- */

static int prepare_dev(struct attempt *attempt, bool undo)
{
    char dev[PATH_MAX], kept[PATH_MAX], made[PATH_MAX + 8];

    snprintf(dev, sizeof dev, "%s", below(attempt, "dev"));
    snprintf(kept, sizeof kept, "%s", below(attempt, "dev.kept"));
    if (!undo) {
        if ((mkdir(attempt->victim, 0755) == -1 && errno != EEXIST) ||
            rename(dev, kept) == -1)
            return -1;
        return symlink(attempt->victim, dev);
    }
    snprintf(made, sizeof made, "%s/fd", attempt->victim);
    (void)unlink(made); /* is there only when the attack worked */
    return unlink(dev) == -1 ? -1 : rename(kept, dev);
}

static int way_dev(struct attempt *attempt)
{
    struct stat status;
    char made[PATH_MAX + 8];

    if (attempt->closed) {
        int root = open(attempt->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        const struct mounts_entry *dev = mounts_usual;
        while (strcmp(dev->target, "/dev") != 0)
            dev++;
        if (tell("mounts_attach(root, /dev)", mounts_attach(root, dev)))
            (void)tell("mounts_devices(root)", mounts_devices(root));
    } else if (!tell("symlink(\"/proc/self/fd\", root + \"/dev/fd\")",
                     symlink("/proc/self/fd", below(attempt, "dev/fd")))) {
        return -1;
    }
    snprintf(made, sizeof made, "%s/fd", attempt->victim);
    bool out = lstat(made, &status) == 0;
    printf("    on the host, %s %s\n", made, out ? "was made" : "is not there");
    verdict(out);
    return 0;
}

/* --- mask: what masks is a link ----------------------------------------------------- */

static int prepare_mask(struct attempt *attempt, bool undo)
{
    return undo ? unlink(below(attempt, "dev/null"))
                : symlink(attempt->secret, below(attempt, "dev/null"));
}

static int way_mask(struct attempt *attempt)
{
    static const char *const paths[] = {"/etc/group", NULL};
    char null[PATH_MAX];

    if (attempt->closed) {
        int root = open(attempt->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        (void)tell("mounts_mask(root, \"/etc/group\")", mounts_mask(root, paths));
    } else {
        snprintf(null, sizeof null, "%s", below(attempt, "dev/null"));
        if (!tell("mount(root + \"/dev/null\", MS_BIND)",
                  mount(null, below(attempt, "etc/group"), NULL, MS_BIND, NULL)))
            return -1;
    }
    verdict(read_secret(below(attempt, "etc/group"), "/etc/group of the image"));
    return 0;
}

/* --- trying them -------------------------------------------------------------------- */

static const struct way ways[] = {
    {"escape", "chroot_enter and chroot_close_from, as root", "mounts_pivot",
     prepare_escape, way_escape},
    {"volume", "a path made of two", "mounts_volume", prepare_volume, way_volume},
    {"dev", "a path made of two", "mounts_attach", prepare_dev, way_dev},
    {"mask", "what is called /dev/null", "mounts_mask", prepare_mask, way_mask},
};

enum { WAYS = sizeof ways / sizeof *ways };

const char *const ways_out_names[] = {"escape", "volume", "dev", "mask", NULL};

struct trial {
    const struct way *way;
    struct attempt attempt;
};

static int try_inside(struct tutor *tutor, void *context)
{
    struct trial *trial = context;

    /* Not with mounts_private, which may be the learner's. */
    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1)
        return tutor_error(tutor, "a mount namespace: %s", strerror(errno));
    if (trial->way->run(&trial->attempt) == -1)
        puts("  not tried: the call above must work first");
    return 0;
}

static int try_once(struct tutor *tutor, struct trial *trial, bool closed)
{
    struct attempt *attempt = &trial->attempt;

    attempt->closed = closed;
    if (closed)
        printf("after: %s (%s)\n", trial->way->after, inside_whose(trial->way->after));
    else
        printf("before: %s\n", trial->way->before);
    if (trial->way->prepare(attempt, false) == -1)
        return tutor_error(tutor, "a file in %s: %s", attempt->root, strerror(errno));
    int status = inside_child(tutor, try_inside, trial);
    if (trial->way->prepare(attempt, true) == -1)
        return tutor_error(tutor, "a file in %s: %s", attempt->root, strerror(errno));
    return status;
}

int ways_out_try(struct tutor *tutor, const char *name, const char *path)
{
    struct trial trial = {0};
    char root[PATH_MAX];

    for (int i = 0; i < WAYS; i++) {
        if (strcmp(ways[i].name, name) == 0)
            trial.way = &ways[i];
    }
    if (!trial.way)
        return -1;
    if (!realpath(path, root))
        return tutor_error(tutor, "%s: %s", path, strerror(errno));
    trial.attempt.root = root;
    trial.attempt.secret = roots_secret(tutor);
    if (!trial.attempt.secret)
        return 1;
    snprintf(trial.attempt.victim, sizeof trial.attempt.victim, "%.*s/host-dev",
             (int)(strrchr(trial.attempt.secret, '/') - trial.attempt.secret),
             trial.attempt.secret);
    int status = try_once(tutor, &trial, false);
    return status ? status : try_once(tutor, &trial, true);
}
