/* attacks.c - the ways out of a chroot, each tried twice.
 *
 * An attack is a function that plays a program inside the root: it makes the calls that
 * such a program would make, and says what they return. It runs once behind a root that
 * is closed as carelessly as most are at first ("before"), and once behind the
 * functions of the module ("after"), the learner's or the reference's. Who reads the
 * secret of the host is out.
 *
 * Read on: chroot(2), the section DESCRIPTION; capabilities(7), CAP_SYS_CHROOT.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "attacks.h"
#include "chroot.h"
#include "inside.h"
#include "rootless.h"
#include "roots.h"

enum {
    NOBODY = 65534,  /* the user that programs inside become */
    ACCOUNTS = 4242, /* a group of the host */
    INHERITED = 5,   /* a descriptor that somebody forgot to close */
};

/* What an attack is up against. */
struct attempt {
    const char *root;   /* the root directory, as the host calls it */
    const char *secret; /* the file outside of it */
    bool closed;        /* whether the module's functions close the way */
};

struct attack {
    const char *name;
    const char *before, *after; /* what the root is closed with; after: functions */
    enum { ANYBODY, ROOT_AFTER, ROOT } who; /* who can try it: the closed way, any way */
    int (*prepare)(const char *root,
                   bool undo);           /* NULL, or makes (removes) what it needs */
    int (*run)(struct attempt *attempt); /* 0, or -1 when closing the way failed */
};

/* --- what the attacks are made of ------------------------------------------------- */

/* Says what a call returned: 0, or its errno. Returns whether it was 0. */
static bool tell(const char *call, int result)
{
    printf("    %-46s %s\n", call, result == -1 ? strerror(errno) : "works");
    return result != -1;
}

static void verdict(bool out)
{
    puts(out ? "  OUT" : "  held");
}

/* Reads PATH, and says what came of it. Returns whether it could be read. */
static bool read_file(const char *path)
{
    char call[128], text[64] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = errno;

    snprintf(call, sizeof call, "read %s", path);
    if (fd != -1) {
        ssize_t length = read(fd, text, sizeof text - 1);
        error = errno;
        close(fd);
        text[length > 0 ? length : 0] = '\0';
        text[strcspn(text, "\n")] = '\0';
    }
    if (*text)
        printf("    %-46s \"%s\"\n", call, text);
    else
        printf("    %-46s %s\n", call, strerror(error));
    return *text;
}

/* Goes up until ".." is where we are already: the root of the process, or, for who stands
 * outside of that, the root of the host. */
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

/* Climbs, and looks for the secret from there. Whoever gets it stands in the host's
 * root. */
static void climb_and_look(const struct attempt *attempt)
{
    climb();
    verdict(read_file(attempt->secret + 1));
}

/* --- the attacks ------------------------------------------------------------------ */

/* The working directory stays where it was: ".." leads on from there. */
static int attack_cwd(struct attempt *attempt)
{
    if (!tell(attempt->closed ? "chroot_enter(root)" : "chroot(root)",
              attempt->closed ? chroot_enter(attempt->root) : chroot(attempt->root)))
        return -1;
    climb_and_look(attempt);
    return 0;
}

/* A descriptor of a directory is as good as a working directory there. */
static int attack_descriptor(struct attempt *attempt)
{
    int host = open("/", O_RDONLY | O_DIRECTORY);

    if (!tell("open(\"/\"), by the caller, as descriptor 5", dup2(host, INHERITED)) ||
        !tell("chroot_enter(root)", chroot_enter(attempt->root)))
        return -1;
    close(host);
    if (attempt->closed && !tell("chroot_close_from(3)", chroot_close_from(3)))
        return -1;
    if (tell("fchdir(5)", fchdir(INHERITED)))
        climb_and_look(attempt);
    else
        verdict(false);
    return 0;
}

/* Makes FILE of the root, which only OWNER's GROUP can read, with a mode; or removes
 * it. */
static int make_file(const char *root, const char *file, gid_t group, mode_t mode,
                     bool undo)
{
    char path[4096];

    if (snprintf(path, sizeof path, "%s%s", root, file) >= (int)sizeof path)
        return errno = ENAMETOOLONG, -1;
    if (undo)
        return unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1)
        return -1;
    int bad = dprintf(fd, "not for everybody\n") < 0 || fchown(fd, 0, group) == -1 ||
              fchmod(fd, mode) == -1;
    int error = errno;
    close(fd);
    errno = error;
    return bad ? -1 : 0;
}

static int prepare_groups(const char *root, bool undo)
{
    return make_file(root, "/accounts", ACCOUNTS, 0640, undo);
}

static int prepare_user(const char *root, bool undo)
{
    return make_file(root, "/private", 0, 0600, undo);
}

/* The attack makes a directory itself; here it is removed. */
static int prepare_chroot(const char *root, bool undo)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/x", root);
    return undo && rmdir(path) == -1 && errno != ENOENT ? -1 : 0;
}

/* Another user, but still in the groups of the caller. */
static int attack_groups(struct attempt *attempt)
{
    if (!tell("setgroups(4242), by the caller", setgroups(1, &(gid_t){ACCOUNTS})) ||
        !tell("chroot_enter(root)", chroot_enter(attempt->root)))
        return -1;
    if (attempt->closed) {
        if (!tell("chroot_become(65534, 65534)", chroot_become(NOBODY, NOBODY)))
            return -1;
    } else if (!tell("setresgid(65534, 65534, 65534)",
                     setresgid(NOBODY, NOBODY, NOBODY)) ||
               !tell("setresuid(65534, 65534, 65534)",
                     setresuid(NOBODY, NOBODY, NOBODY))) {
        return -1;
    }
    verdict(read_file("/accounts"));
    return 0;
}

/* Another user, who remembers to have been root. */
static int attack_user(struct attempt *attempt)
{
    if (!tell("chroot_enter(root)", chroot_enter(attempt->root)))
        return -1;
    if (!tell(attempt->closed ? "chroot_become(65534, 65534)" : "seteuid(65534)",
              attempt->closed ? chroot_become(NOBODY, NOBODY) : seteuid(NOBODY)))
        return -1;
    (void)read_file("/private");
    (void)tell("seteuid(0)", seteuid(0));
    verdict(read_file("/private"));
    return 0;
}

/* Root inside moves the root further in, and so stands outside of it: there is one root
 * pointer, and nothing remembers the old one. */
static int attack_chroot(struct attempt *attempt)
{
    if (!tell("chroot_enter(root)", chroot_enter(attempt->root)) ||
        !tell("chroot_close_from(3)", chroot_close_from(3)))
        return -1;
    if (!tell("mkdir(\"x\")", mkdir("x", 0755)))
        return -1;
    if (attempt->closed &&
        !tell("chroot_become(65534, 65534)", chroot_become(NOBODY, NOBODY)))
        return -1;
    if (!tell("chroot(\"x\"), and no chdir", chroot("x"))) {
        verdict(false);
        return 0;
    }
    climb();
    (void)tell("chroot(\".\")", chroot("."));
    verdict(read_file(attempt->secret));
    return 0;
}

static const struct attack attacks[] = {
    {"cwd", "chroot(2) alone", "chroot_enter", ANYBODY, NULL, attack_cwd},
    {"descriptor", "chroot_enter alone", "chroot_close_from", ANYBODY, NULL,
     attack_descriptor},
    {"groups", "another user and group", "chroot_become", ROOT, prepare_groups,
     attack_groups},
    {"user", "another effective user", "chroot_become", ROOT, prepare_user, attack_user},
    {"chroot", "chroot_enter and chroot_close_from, as root", "chroot_become", ROOT_AFTER,
     prepare_chroot, attack_chroot},
};

enum { ATTACKS = sizeof attacks / sizeof *attacks };

const char *const attacks_names[] = {"cwd",  "descriptor", "groups",
                                     "user", "chroot",     NULL};

/* --- trying them ------------------------------------------------------------------ */

struct
try {
    const struct attack *attack;
    struct attempt attempt;
};

static int try_inside(struct tutor *tutor, void *context)
{
    struct try *try = context;

    (void)tutor;
    if (try->attack->run(&try->attempt) == 0)
        return 0;
    puts("  not tried: the call above must work first");
    return 0;
}

static int try_once(struct tutor *tutor, struct try *try, bool closed)
{
    const struct attack *attack = try->attack;

    try->attempt.closed = closed;
    if (closed)
        printf("after: %s (%s)\n", attack->after, inside_whose(attack->after));
    else
        printf("before: %s\n", attack->before);
    if (rootless_needed() &&
        (attack->who == ROOT || (attack->who == ROOT_AFTER && closed))) {
        puts("  not tried: an ordinary user has no other users and groups to be (c05)");
        return 0;
    }
    if (attack->prepare && attack->prepare(try->attempt.root, false) == -1)
        return tutor_error(tutor, "a file in %s: %s", try->attempt.root, strerror(errno));
    int status = inside_child(tutor, try_inside, try);
    if (attack->prepare && attack->prepare(try->attempt.root, true) == -1)
        return tutor_error(tutor, "a file in %s: %s", try->attempt.root, strerror(errno));
    return status;
}

int attacks_try(struct tutor *tutor, const char *name, const char *path)
{
    struct try try = {.attempt = {.root = path, .secret = roots_secret(tutor)}};

    for (int i = 0; i < ATTACKS; i++) {
        if (strcmp(attacks[i].name, name) == 0)
            try.attack = &attacks[i];
    }
    if (!try.attack)
        return tutor_error(
            tutor,
            "%s: no such attack; there are cwd, descriptor, groups, user and "
            "chroot",
            name);
    if (!try.attempt.secret)
        return 1;
    int status = try_once(tutor, &try, false);
    return status ? status : try_once(tutor, &try, true);
}
