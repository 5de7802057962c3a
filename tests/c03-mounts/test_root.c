/* test_root.c - the judge of c03-mounts: what becomes of the mount table as a whole. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- mounts_private ----------------------------------------------------------------- */

static void must_be_private(const struct mount *mount, void *context)
{
    (void)context;
    if (strstr(mount->propagation, "shared:"))
        judge_fail(
            "no mount must be shared any more; the mount at %s is, mountinfo shows "
            "%s",
            mount->point, mount->propagation);
}

void private_all(void **state)
{
    struct player *player = seen_start(WORDS("private"));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("mounts_private", &answer);
    seen_each_mount(player, must_be_private, NULL);
}

void private_refused(void **state)
{
    struct answer answer = seen_answer(seen_start(WORDS("private-refused")));

    (void)state;
    expect_failure("mounts_private, without CAP_SYS_ADMIN,", EPERM, &answer);
}

/* --- mounts_root -------------------------------------------------------------------- */

/* Which mount a descriptor of the player lies on: the line mnt_id of its fdinfo. */
static int mount_of(struct player *player, int fd)
{
    char name[32];
    int id = -1;

    snprintf(name, sizeof name, "fdinfo/%d", fd);
    const char *line = strstr(process_file(player_pid(player), name), "mnt_id:");
    if (line)
        (void)sscanf(line, "mnt_id: %d", &id);
    return id;
}

void root_mount(void **state)
{
    struct player *player = seen_start(WORDS("root", IMAGE));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("mounts_root", &answer);
    struct mount mount = seen_mount(player, IMAGE);
    expect_descriptor(player, answer.result, IMAGE);
    judge_expect_number("the mount that the descriptor lies on (mnt_id in fdinfo)",
                        mount.id, mount_of(player, answer.result));
}

void root_recursive(void **state)
{
    struct player *player = seen_start(WORDS("root", IMAGE));
    struct answer answer = seen_answer_after(player);

    (void)state;
    expect_success("mounts_root", &answer);
    judge_expect_number("the number of mounts at " IMAGE
                        "/tmp/place, the old one and its "
                        "copy in the new root",
                        2, seen_mounts_at(player, IMAGE "/tmp/place"));
}

void root_fails(void **state)
{
    static const struct {
        const char *path;
        int error;
    } cases[] = {{"/tmp/nothing", ENOENT}, {IMAGE "/etc/name", ENOTDIR}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct player *player = seen_start(WORDS("root", cases[i].path));
        (void)player_ready(player);
        int before = seen_mounts(player);
        player_go(player);
        struct answer answer = seen_answer(player);
        expect_failure("mounts_root", cases[i].error, &answer);
        judge_expect_number("the number of mounts after the failure", before,
                            seen_mounts(player));
    }
}

/* --- mounts_pivot ------------------------------------------------------------------- */

/* Starts `pivot`, and lets it happen. IMAGE_SEEN gets what the image was before. */
static struct player *start_pivot(struct stat *image_seen)
{
    struct player *player = seen_start(WORDS("pivot"));

    (void)player_ready(player);
    *image_seen = seen_path(player, IMAGE);
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_success("mounts_pivot", &answer);
    return player;
}

void pivot_root(void **state)
{
    struct stat image, root;
    struct player *player = start_pivot(&image);

    (void)state;
    root = seen_link(player, "root");
    if (!same_file(&root, &image))
        judge_fail("/proc/PID/root must be the image; it is another directory");
    (void)seen_mount(player, "/");
}

void pivot_directory(void **state)
{
    struct stat image, cwd;
    struct player *player = start_pivot(&image);

    (void)state;
    cwd = seen_link(player, "cwd");
    if (!same_file(&cwd, &image))
        judge_fail("/proc/PID/cwd must be the image; it leads to %s",
                   process_link(player_pid(player), "cwd"));
}

void pivot_gone(void **state)
{
    struct stat image, root;
    struct player *player = start_pivot(&image);

    (void)state;
    judge_expect_number("the number of mounts, for the image has but one,", 1,
                        seen_mounts(player));
    /* After a chroot the table shows no more than that either: it leaves out what is not
     * below "/". So the player climbs, in the way of c02. */
    player_go(player);
    judge_expect_string("what the player has done", "climbed", player_ready(player));
    root = seen_link(player, "root");
    if (!same_file(&root, &image))
        judge_fail("a process that is root inside must not get out; by chroot(\"x\"), "
                   "chdir(\"..\") and chroot(\".\") its root became another directory");
}

void pivot_fails(void **state)
{
    struct player *player = seen_start(WORDS("pivot-directory"));

    (void)state;
    (void)player_ready(player);
    struct stat before = seen_link(player, "root");
    int mounts = seen_mounts(player);
    player_go(player);
    struct answer answer = seen_answer(player);
    expect_failure("mounts_pivot, to a directory that is no mount,", EINVAL, &answer);
    struct stat after = seen_link(player, "root");
    if (!same_file(&before, &after))
        judge_fail("after the failure /proc/PID/root must be as before; it is not");
    judge_expect_number("the number of mounts after the failure", mounts,
                        seen_mounts(player));
}
