/* test_inside.c - the judge of c03-mounts: what is mounted inside a root. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include "seen.h"

/* Starts a word whose function must succeed. */
static struct player *start(const char *function, const char *const *words)
{
    struct player *player = seen_start(words);
    struct answer answer = seen_answer(player);

    expect_success(function, &answer);
    return player;
}

static void expect_option(const char *point, const char *options, const char *option)
{
    if (!seen_option(options, option))
        judge_fail("the mount at %s must be %s; mountinfo shows %s", point, option,
                   options);
}

/* --- mounts_attach ------------------------------------------------------------------ */

#define ATTACH(target) WORDS("attach", "tmpfs", target, "mode=1710,size=48k")

void attach_type(void **state)
{
    struct player *player = start("mounts_attach", ATTACH("/new/shm"));
    struct mount mount = seen_mount(player, IMAGE "/new/shm");

    (void)state;
    judge_expect_string("the type of the mount at /new/shm", "tmpfs", mount.type);
    expect_option("/new/shm", mount.super, "size=48k");
    judge_expect_number("the mode of /new/shm (mode=1710)", 01710,
                        seen_path(player, IMAGE "/new/shm").st_mode & 07777);
}

void attach_attributes(void **state)
{
    struct player *player = start("mounts_attach", ATTACH("/etc"));
    struct mount mount = seen_mount(player, IMAGE "/etc");

    (void)state;
    expect_option("/etc", mount.options, "nosuid");
    expect_option("/etc", mount.options, "noexec");
    expect_option("/etc", mount.options, "ro");
}

void attach_link(void **state)
{
    struct player *player = start("mounts_attach", ATTACH("/place"));

    (void)state;
    judge_expect_number("the number of mounts on the host's /tmp/place", 0,
                        seen_mounts_at(player, "/tmp/place"));
    (void)seen_mount(player, IMAGE "/tmp/place");
}

void attach_fails(void **state)
{
    static const struct {
        const char *type, *options;
        int error;
    } cases[] = {{"nothing", "", ENODEV}, {"tmpfs", "colour=blue", EINVAL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct player *player =
            seen_start(WORDS("attach", cases[i].type, "/etc", cases[i].options));
        struct answer answer = seen_answer(player);
        expect_failure("mounts_attach", cases[i].error, &answer);
        judge_expect_number("the number of mounts at /etc after the failure", 0,
                            seen_mounts_at(player, IMAGE "/etc"));
    }
}

/* --- mounts_volume ------------------------------------------------------------------ */

static void expect_same(struct player *player, const char *path, const char *source)
{
    struct stat shown = seen_path(player, path), expected = seen_path(player, source);

    if (!same_file(&shown, &expected))
        judge_fail("%s must be %s of the host; it is another file", path, source);
}

void volume_directory(void **state)
{
    struct player *player =
        start("mounts_volume", WORDS("volume", "/tmp/source", "/srv/data", "rw"));
    struct mount mount = seen_mount(player, IMAGE "/srv/data");

    (void)state;
    expect_same(player, IMAGE "/srv/data", "/tmp/source");
    expect_option("/srv/data", mount.options, "nosuid");
    expect_option("/srv/data", mount.options, "nodev");
    expect_option("/srv/data", mount.options, "rw");
    expect_same(player, IMAGE "/srv/data/below", "/tmp/source/below");
}

void volume_file(void **state)
{
    struct player *player =
        start("mounts_volume", WORDS("volume", "/tmp/name", "/etc/new/file", "rw"));

    (void)state;
    (void)seen_mount(player, IMAGE "/etc/new/file");
    expect_same(player, IMAGE "/etc/new/file", "/tmp/name");
}

void volume_read_only(void **state)
{
    static const char *const points[] = {IMAGE "/srv/data", IMAGE "/srv/data/below"};
    struct player *player =
        start("mounts_volume", WORDS("volume", "/tmp/source", "/srv/data", "ro"));

    (void)state;
    for (int i = 0; i < 2; i++)
        expect_option(points[i], seen_mount(player, points[i]).options, "ro");
    expect_option("/tmp/source/below, the host's own,",
                  seen_mount(player, "/tmp/source/below").options, "rw");
}

void volume_link(void **state)
{
    struct player *player =
        start("mounts_volume", WORDS("volume", "/tmp/source", "/place", "rw"));

    (void)state;
    judge_expect_number("the number of mounts on the host's /tmp/place", 0,
                        seen_mounts_at(player, "/tmp/place"));
    expect_same(player, IMAGE "/tmp/place", "/tmp/source");
}

/* --- mounts_mask -------------------------------------------------------------------- */

static void expect_null(struct player *player, const char *path)
{
    struct stat status = seen_path(player, path);

    if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
        judge_fail("%s must be the null device, character device 1:3; it is not", path);
    expect_option(path, seen_mount(player, path).options, "ro");
}

void mask_file(void **state)
{
    struct player *player = start("mounts_mask", WORDS("mask", "null", "/etc/name"));

    (void)state;
    expect_null(player, IMAGE "/etc/name");
}

void mask_directory(void **state)
{
    struct player *player = start("mounts_mask", WORDS("mask", "null", "/etc"));
    char path[128];

    (void)state;
    expect_option("/etc", seen_mount(player, IMAGE "/etc").options, "ro");
    snprintf(path, sizeof path, "/proc/%d/root" IMAGE "/etc", (int)player_pid(player));
    struct dirent **names;
    int count = scandir(path, &names, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(names[i]);
    if (count >= 0)
        free(names);
    judge_expect_number("the number of names in a masked directory, . and .. counted", 2,
                        count);
}

void mask_missing(void **state)
{
    struct player *player = start(
        "mounts_mask, with a path that the image does not have,",
        WORDS("mask", "null", "/etc/nothing", "/proc/kcore", "/etc/name", "/tmp/name"));

    (void)state;
    expect_null(player, IMAGE "/etc/name");
    expect_null(player, IMAGE "/tmp/name");
    if (seen_exists(player, IMAGE "/etc/nothing"))
        judge_fail("/etc/nothing must not be made; it is there");
}

void mask_null(void **state)
{
    static const char *const kinds[] = {"file", "link"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct player *player = seen_start(WORDS("mask", kinds[i], "/tmp/name"));
        struct answer answer = seen_answer(player);
        expect_failure("mounts_mask, when /dev/null of the image is something else,",
                       ENODEV, &answer);
        judge_expect_number("the number of mounts at /tmp/name after the failure", 0,
                            seen_mounts_at(player, IMAGE "/tmp/name"));
    }
}
