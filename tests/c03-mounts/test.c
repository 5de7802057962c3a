/* test.c - the judge of lesson c03-mounts.
 *
 * The player (probe.c) makes a small image in a mount namespace of its own, calls one
 * function of the learner's and stands still. What counts is what the kernel shows then:
 * the lines of /proc/PID/mountinfo, where /proc/PID/root, cwd and fd/N lead, and which
 * file stands where (st_dev and st_ino). Only what a function returns is asked of the
 * player itself. See tests/grader/grader.h.
 *
 * Here are the functions that open and make paths, and the list of all checks; the others
 * are in test_root.c and test_inside.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- inside_open -------------------------------------------------------------------- */

/* Opens PATH inside, which must be EXPECTED of the player's. */
static struct player *must_open(const char *path, const char *expected, int *fd)
{
    struct player *player = seen_start(WORDS("open", path));
    struct answer answer = seen_answer(player);

    expect_success("inside_open", &answer);
    expect_descriptor(player, answer.result, expected);
    *fd = answer.result;
    return player;
}

static void open_path(void **state)
{
    int fd;

    (void)state;
    (void)must_open("/etc/name", IMAGE "/etc/name", &fd);
    (void)must_open("etc/name", IMAGE "/etc/name", &fd);
    struct answer answer = seen_answer(seen_start(WORDS("open", "/etc/nothing")));
    expect_failure("inside_open", ENOENT, &answer);
}

static void open_link(void **state)
{
    int fd;

    (void)state;
    (void)must_open("/name", IMAGE "/tmp/name", &fd);
}

static void open_up(void **state)
{
    int fd;

    (void)state;
    (void)must_open("../../../tmp/name", IMAGE "/tmp/name", &fd);
}

static void open_magic(void **state)
{
    struct answer answer =
        seen_answer(seen_start(WORDS("open-magic", "/proc/self/root/tmp")));

    (void)state;
    expect_failure("inside_open, through /proc/self/root,", ELOOP, &answer);
}

static void open_cloexec(void **state)
{
    int fd;
    unsigned flags = 0;
    char name[32];
    struct player *player = must_open("/etc/name", IMAGE "/etc/name", &fd);

    (void)state;
    snprintf(name, sizeof name, "fdinfo/%d", fd);
    const char *line = strstr(process_file(player_pid(player), name), "flags:");
    if (!line || sscanf(line, "flags: %o", &flags) != 1 || !(flags & O_CLOEXEC))
        judge_fail("the descriptor must be close-on-exec; fdinfo shows flags %o", flags);
}

/* --- inside_make_directory ---------------------------------------------------------- */

/* Makes PATH inside, which must be EXPECTED then. */
static struct player *must_make(const char *path, const char *expected)
{
    struct player *player = seen_start(WORDS("make-directory", path));
    struct answer answer = seen_answer(player);

    expect_success("inside_make_directory", &answer);
    if (!S_ISDIR(seen_path(player, expected).st_mode))
        judge_fail("%s must be a directory; it is not", expected);
    expect_descriptor(player, answer.result, expected);
    return player;
}

static void make_missing(void **state)
{
    struct player *player = must_make("/srv//a/b/", IMAGE "/srv/a/b");

    (void)state;
    judge_expect_number("the mode of what was made", 0751,
                        seen_path(player, IMAGE "/srv/a").st_mode & 07777);
}

static void make_there(void **state)
{
    (void)state;
    (void)must_make("/etc", IMAGE "/etc");
    (void)must_make("/", IMAGE);
}

static void make_link(void **state)
{
    struct player *player = must_make("/place/new", IMAGE "/tmp/place/new");

    (void)state;
    if (seen_exists(player, "/tmp/place/new"))
        judge_fail("nothing must be made outside; /tmp/place/new is there");
}

static void make_fails(void **state)
{
    static const struct {
        const char *path;
        int error;
    } cases[] = {{"/nowhere/new", ENOENT}, {"/etc/name/new", ENOTDIR}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct player *player = seen_start(WORDS("make-directory", cases[i].path));
        struct answer answer = seen_answer(player);
        expect_failure("inside_make_directory", cases[i].error, &answer);
        if (seen_exists(player, "/tmp/nowhere"))
            judge_fail("nothing must be made outside; /tmp/nowhere is there");
    }
}

/* --- all checks, in their order ----------------------------------------------------- */

#define OPEN "A path that leads out"
#define MAKE "What is missing"
#define TABLE "A table of its own"
#define ROOT "The image becomes a mount"
#define ATTACH "New file systems"
#define VOLUME "A volume"
#define PIVOT "The host goes"
#define MASK "What inside may not see"

static const struct check checks[] = {
    {"open.path", "a path starts at the root, with or without a slash", "inside_open", 3,
     OPEN, open_path},
    {"open.link", "a link to an absolute path stays inside", "inside_open", 4, OPEN,
     open_link},
    {"open.up", "\"..\" stays inside", "inside_open", 3, OPEN, open_up},
    {"open.magic", "a magic link of /proc is ELOOP", "inside_open", 3, OPEN, open_magic},
    {"open.cloexec", "the descriptor is close-on-exec", "inside_open", 2, OPEN,
     open_cloexec},

    {"make.missing", "each missing directory is made, with the mode",
     "inside_make_directory", 5, MAKE, make_missing},
    {"make.there", "what is there is opened", "inside_make_directory", 2, MAKE,
     make_there},
    {"make.link", "behind a link, too, it is made inside", "inside_make_directory", 5,
     MAKE, make_link},
    {"make.fails", "a link to nowhere is ENOENT, a file on the way ENOTDIR",
     "inside_make_directory", 3, MAKE, make_fails},

    {"private.all", "no mount is shared, at whatever depth", "mounts_private", 3, TABLE,
     private_all},
    {"private.refused", "without the privilege it is EPERM", "mounts_private", 2, TABLE,
     private_refused},

    {"root.mount", "the image is a mount, and the descriptor lies on it", "mounts_root",
     5, ROOT, root_mount},
    {"root.recursive", "what is mounted in the image comes along", "mounts_root", 2, ROOT,
     root_recursive},
    {"root.fails", "no directory is ENOENT or ENOTDIR, and nothing is mounted",
     "mounts_root", 3, ROOT, root_fails},

    {"attach.type", "a new file system of the type, with its options", "mounts_attach", 5,
     ATTACH, attach_type},
    {"attach.attributes", "the mount has its attributes", "mounts_attach", 4, ATTACH,
     attach_attributes},
    {"attach.link", "behind a link, too, it is mounted inside", "mounts_attach", 3,
     ATTACH, attach_link},
    {"attach.fails", "an unknown type is ENODEV, an unknown option EINVAL",
     "mounts_attach", 3, ATTACH, attach_fails},

    {"volume.directory", "a directory of the host stands inside, without its dangers",
     "mounts_volume", 3, VOLUME, volume_directory},
    {"volume.file", "a file is mounted onto a file", "mounts_volume", 2, VOLUME,
     volume_file},
    {"volume.read-only", "read-only goes for what is mounted below, too", "mounts_volume",
     3, VOLUME, volume_read_only},
    {"volume.link", "behind a link, too, it is mounted inside", "mounts_volume", 2,
     VOLUME, volume_link},

    {"pivot.root", "the root of the process is the image", "mounts_pivot", 4, PIVOT,
     pivot_root},
    {"pivot.directory", "the working directory is the image", "mounts_pivot", 3, PIVOT,
     pivot_directory},
    {"pivot.gone", "the host is unmounted, and nobody climbs to it", "mounts_pivot", 5,
     PIVOT, pivot_gone},
    {"pivot.fails", "a directory that is no mount is EINVAL, and nothing has moved",
     "mounts_pivot", 3, PIVOT, pivot_fails},

    {"mask.file", "a masked file is the null device, read-only", "mounts_mask", 4, MASK,
     mask_file},
    {"mask.directory", "a masked directory is empty and read-only", "mounts_mask", 4,
     MASK, mask_directory},
    {"mask.missing", "a path that is not there is left out, those behind it are not",
     "mounts_mask", 3, MASK, mask_missing},
    {"mask.null", "a /dev/null that is none is ENODEV", "mounts_mask", 4, MASK,
     mask_null},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "c03-mounts", checks, sizeof checks / sizeof *checks);
}
