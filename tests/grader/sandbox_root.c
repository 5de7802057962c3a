/* sandbox_root.c - the small root directory that a player sees instead of the host's.
 *
 * A tmpfs, with copies of the program and of the input file (a copy works also when the tree
 * lies in a directory that only its owner may enter), four device nodes, a /proc of the new
 * pid namespace, a /tmp to write to, and the lesson's root file system as a read-only mount.
 * It is built on top of /tmp in a private mount namespace, so the host sees nothing of it and
 * nothing has to be removed: it ends with its last process. Then pivot_root(2) makes it the
 * root, and the host's tree is unmounted: no path leads there any more.
 *
 * Read on: mount_namespaces(7), pivot_root(2), open_tree(2), mount_setattr(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "sandbox_inside.h"

#define BASE "/tmp" /* exists everywhere; what it holds is hidden here, and only here */

/* What comes from the host, opened before BASE hides what lies under it. */
struct sources {
    int program;
    int file;
    int rootfs; /* a mount that is attached nowhere yet */
    int devices[4];
};

static const char *const device_names[4] = {"null", "zero", "urandom", "kvm"};

static void close_sources(struct sources *from)
{
    int *all = (int *)from;
    for (size_t i = 0; i < sizeof *from / sizeof *all; i++)
        if (all[i] != -1)
            (void)close(all[i]); /* only ever read from: nothing can be lost */
}

static const char *open_sources(const struct sandbox_setup *setup, struct sources *from)
{
    memset(from, 0xff, sizeof *from); /* all -1 */
    from->program = open(setup->program, O_RDONLY | O_CLOEXEC);
    if (from->program == -1)
        return "open the probe";
    if (setup->file) {
        from->file = open(setup->file, O_RDONLY | O_CLOEXEC);
        if (from->file == -1)
            return "open the input file";
    }
    if (setup->rootfs) {
        from->rootfs =
            open_tree(AT_FDCWD, setup->rootfs, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        if (from->rootfs == -1)
            return "open the root file system";
    }
    for (int i = 0; i < (setup->kvm ? 4 : 3); i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "/dev/%s", device_names[i]);
        from->devices[i] = open(path, O_PATH | O_CLOEXEC);
        if (from->devices[i] == -1)
            return i == 3 ? "open /dev/kvm" : "open a device of /dev";
    }
    return NULL;
}

/* Copies all of FROM to a new file. */
static int copy_to(const char *path, int from, mode_t mode)
{
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (to == -1)
        return -1;
    ssize_t sent;
    do {
        sent = sendfile(to, from, NULL, 1 << 30);
    } while (sent > 0);
    int saved = errno;
    if (close(to) == -1 || sent == -1) {
        errno = sent == -1 ? saved : errno;
        return -1;
    }
    return 0;
}

/* A node of our own where we may make one (then its mode is ours too), else the host's. */
static int make_device(const char *path, int host)
{
    struct stat about;
    if (fstat(host, &about) == -1)
        return -1;
    if (mknod(path, S_IFCHR | 0666, about.st_rdev) == 0) {
        /* On a tmpfs that a user namespace mounted, a node can be made but not opened. */
        int probe = open(path, O_RDONLY | O_CLOEXEC);
        if (probe != -1)
            return close(probe);
        if (unlink(path) == -1)
            return -1;
    }
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file == -1 || close(file) == -1)
        return -1;
    int node = open_tree(host, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (node == -1)
        return -1;
    int result = move_mount(node, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
    return close(node) == -1 ? -1 : result;
}

static int attach_rootfs(int rootfs)
{
    struct mount_attr attributes = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
    };
    if (mount_setattr(rootfs, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == -1)
        return -1;
    return move_mount(rootfs, "", AT_FDCWD, BASE "/rootfs", MOVE_MOUNT_F_EMPTY_PATH);
}

static const char *fill(const struct sources *from)
{
    if (mkdir(BASE "/proc", 0755) == -1 || mkdir(BASE "/dev", 0755) == -1 ||
        mkdir(BASE "/tmp", 0755) == -1 || mkdir(BASE "/rootfs", 0755) == -1)
        return "make a directory of the sandbox";
    if (copy_to(BASE "/probe", from->program, 0755) == -1)
        return "copy the probe into the sandbox";
    if (from->file != -1 && copy_to(BASE "/input", from->file, 0644) == -1)
        return "copy the input file into the sandbox";
    if (mount("proc", BASE "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
        return "mount a /proc";
    char tmp[64];
    (void)snprintf(tmp, sizeof tmp, "mode=1777,size=%d,nr_inodes=4096",
                   SANDBOX_FILE_BYTES);
    if (mount("tmpfs", BASE "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, tmp) == -1)
        return "mount a /tmp";
    for (int i = 0; i < 4; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, BASE "/dev/%s", device_names[i]);
        if (from->devices[i] != -1 && make_device(path, from->devices[i]) == -1)
            return "make a device of the sandbox";
    }
    if (from->rootfs != -1 && attach_rootfs(from->rootfs) == -1)
        return "mount the root file system";
    return NULL;
}

const char *sandbox_build_root(const struct sandbox_setup *setup)
{
    struct sources from;
    (void)umask(0); /* the modes above are meant */
    /* Nothing that we mount may show in the host's namespace. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        return "make the mounts private";
    const char *failed = open_sources(setup, &from);
    if (!failed && mount("tmpfs", BASE, "tmpfs", MS_NOSUID, "mode=755,size=256m") == -1)
        failed = "mount a tmpfs";
    if (!failed)
        failed = fill(&from);
    int saved = errno;
    close_sources(&from);
    errno = saved;
    if (failed)
        return failed;

    if (chdir(BASE) == -1)
        return "enter the new root";
    if (syscall(SYS_pivot_root, ".", ".") == -1)
        return "pivot_root";
    /* The old root lies on top of the new one now; it goes, with all that is under it. */
    if (umount2(".", MNT_DETACH) == -1)
        return "unmount the host's root";
    if (chdir("/") == -1)
        return "enter the new root";
    /* Last: the player owns files here when it runs as we do. Crossing into its user
     * namespace locks this flag. */
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL) == -1)
        return "make the root read-only";
    return NULL;
}
