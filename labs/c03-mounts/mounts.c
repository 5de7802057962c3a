/* mounts.c - a tree of mounts of its own, and the host's gone.
 *
 * Three kinds of mounts are made here, and each is a descriptor before it is a place: a new
 * file system (fsopen, fsconfig, fsmount), a copy of what is mounted already (open_tree), and
 * such a copy with other attributes (mount_setattr). move_mount puts any of them onto a
 * directory that inside_open has found. The host goes last, in mounts_pivot.
 *
 * Read on: mount_namespaces(7), pivot_root(2), mount_setattr(2), proc(5), sysfs(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "cleanup.h"
#include "lab.h"
#include "mounts.h"

/* A program must not become root by a file (nosuid) or reach a disk by a node (nodev) that
 * lies on any of these; /dev is the one place where nodes must work. */
#define PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

const struct mounts_entry mounts_usual[] = {
    {"/proc", "proc", NULL, PLAIN},
    {"/sys", "sysfs", NULL, PLAIN | MOUNT_ATTR_RDONLY},
    {"/dev", "tmpfs", "mode=755,size=64k", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME},
    {"/dev/pts", "devpts", "mode=620,ptmxmode=666",
     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC},
    {"/dev/shm", "tmpfs", "mode=1777,size=64m", PLAIN},
    {"/dev/mqueue", "mqueue", NULL, PLAIN},
    {"/tmp", "tmpfs", "mode=1777", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV},
    {0},
};

const char *const mounts_masked[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
    NULL,
};

const char *const mounts_protected[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL,
};

/* Puts the mount MOUNT onto the directory or file TARGET; both are descriptors. */
static int put(int mount, int target)
{
    return move_mount(mount, "", target, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* Copies the mount at PATH, from DIRECTORY on, as open_tree(2) says it. */
static int copy(int directory, const char *path, unsigned flags)
{
    return open_tree(directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
}

/* Adds ATTRIBUTES to a mount that we hold, and makes it private. */
static int restrict_mount(int mount, unsigned attributes, unsigned flags)
{
    struct mount_attr attr = {.attr_set = attributes, .propagation = MS_PRIVATE};

    return mount_setattr(mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr);
}

/* Ends the propagation of mounts.                             @lab 3.3 @points 5 
 * mount(2), MS_PRIVATE and MS_REC.
 */
int mounts_private(void)
{
    LAB_TODO("3.3", mounts_private);
    return -1;
}

/* Makes a directory the root mount to be.                     @lab 3.4 @points 10
 * open(2) with O_PATH, open_tree(2), move_mount(2).
 */
int mounts_root(const char *path)
{
    /* 1. Hold the directory. */
    /* 2. Copy it as a mount, with all that is mounted below. */
    /* 3. Put the copy onto the directory itself. */
    LAB_TODO("3.4", mounts_root);
    return -1;
}

/* Gives OPTIONS ("a=1,b") to a file system that is being made. */
static int configure(int context, const char *options)
{
    char text[256] = "", *rest = text, *option;

    if (options && strlen(options) >= sizeof text) {
        errno = E2BIG;
        return -1;
    }
    strcpy(text, options ? options : "");
    while ((option = strsep(&rest, ",")) && *option) {
        char *value = strchr(option, '=');
        if (value)
            *value++ = '\0';
        if (fsconfig(context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, option,
                     value, 0) == -1)
            return -1;
    }
    return fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

/* Mounts a new file system inside a root.                     @lab 3.5 @points 15
 * fsopen(2), configure() above, fsmount(2), put() above.
 */
int mounts_attach(int root, const struct mounts_entry *entry)
{
    /* 1. The target, before the mount: a link in the image must lead nowhere but inside. */
    /* 2. The file system, with its options. It belongs to the namespaces of this process:
     *    proc shows our processes, devpts has terminals that nobody else sees. */
    /* 3. The mount, with its attributes; then onto the target. */
    /* 4. Look again. Another container that shares these files may have renamed the target
     *    away; what stands there now would pass for ours (CVE-2025-52881). */
    LAB_TODO("3.5", mounts_attach);
    return -1;
}

int mounts_source(const char *path)
{
    return copy(AT_FDCWD, path, AT_RECURSIVE);
}

/* Mounts a directory or a file of the host inside a root.     @lab 3.6 @points 10
 * inside_make_directory, inside_make_file, restrict_mount() and put() above.
 */
int mounts_volume(int root, int source, const char *target, bool read_only)
{
    /* 1. A mount point of the same kind as the source. */
    /* 2. The attributes, for the source and all that is mounted below it: mount(2) with
     *    MS_RDONLY | MS_REC would leave those below writable. And before it is put there. */
    /* 3. Onto its place, and look again. */
    LAB_TODO("3.6", mounts_volume);
    return -1;
}

struct node {
    const char *path, *host;
    unsigned major, minor;
};

/* Makes one device, or mounts the host's when that is not allowed. */
static int make_device(int root, int directory, const struct node *node)
{
    const char *name = strrchr(node->path, '/') + 1;
    dev_t device = makedev(node->major, node->minor);

    if (mknodat(directory, name, S_IFCHR | 0666, device) == 0)
        return fchmodat(directory, name, 0666, 0); /* whatever the umask is */
    if (errno != EPERM)
        return -1;
    CLEANUP_CLOSE int mount = copy(AT_FDCWD, node->host, 0);
    CLEANUP_CLOSE int place = inside_make_file(root, node->path, 0666);
    if (mount == -1 || place == -1)
        return -1;
    if (!inside_is(mount, S_IFCHR, device)) {
        errno = ENODEV;
        return -1;
    }
    return put(mount, place);
}

int mounts_devices(int root)
{
    /* Documentation/admin-guide/devices.txt of the kernel */
    static const struct node nodes[] = {
        {"/dev/null", "/dev/null", 1, 3},       {"/dev/zero", "/dev/zero", 1, 5},
        {"/dev/full", "/dev/full", 1, 7},       {"/dev/random", "/dev/random", 1, 8},
        {"/dev/urandom", "/dev/urandom", 1, 9}, {"/dev/tty", "/dev/tty", 5, 0},
    };
    static const char *const links[][2] = {
        {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
        {"ptmx", "pts/ptmx"},
    };
    CLEANUP_CLOSE int directory = inside_open(root, "/dev", O_PATH | O_DIRECTORY);

    if (directory == -1)
        return -1;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        if (make_device(root, directory, &nodes[i]) == -1)
            return -1;
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (symlinkat(links[i][1], directory, links[i][0]) == -1 && errno != EEXIST)
            return -1;
    }
    return 0;
}

/* Exchanges the root mount.                                   @lab 3.7 @points 15
 * pivot_root(2), which has no wrapper in the C library: syscall(SYS_pivot_root, new, old);
 * umount2(2). The NOTES of its manual page explain pivot_root(".", ".").
 */
int mounts_pivot(int root)
{
    /* 1. Hold the old root, and stand in the new one. */
    /* 2. The new root becomes "/", and the old one is mounted on top of it, so that no
     *    directory of the image is needed to put it. */
    /* 3. Stand in the old one, and make sure that unmounting does not travel to the host. */
    /* 4. Unmount it with all that is on it. MNT_DETACH: it is in use, by us, right here. */
    /* 5. Whoever still stands in the old one could walk through it. */
    LAB_TODO("3.7", mounts_pivot);
    return -1;
}

/* An empty directory that nobody can write into, as a mount that stands nowhere yet. */
static int empty_directory(void)
{
    CLEANUP_CLOSE int context = fsopen("tmpfs", FSOPEN_CLOEXEC);

    if (context == -1 || configure(context, "mode=755,nr_inodes=1") == -1)
        return -1;
    return fsmount(context, FSMOUNT_CLOEXEC, PLAIN | MOUNT_ATTR_RDONLY);
}

/* One more of them: *FIRST (-1 at the beginning) is made, all others are copies of it. What can be
 * copied, before Linux 6.15, is only a mount that has its place. */
static int another_empty_directory(int *first)
{
    if (*first != -1)
        return copy(*first, "", AT_EMPTY_PATH);
    *first = empty_directory();
    return *first == -1 ? -1 : fcntl(*first, F_DUPFD_CLOEXEC, 0);
}

/* Hides paths.                                                @lab 3.8 @points 15
 * inside_open, inside_is, another_empty_directory(), copy(), restrict_mount() and put() above. To copy
 * a mount from a descriptor alone: copy(fd, "", AT_EMPTY_PATH).
 */
int mounts_mask(int root, const char *const *paths)
{
    /* 1. What files are hidden with: /dev/null of the container, if that is what it is. If it
     *    were a link, a mask would show what it leads to (CVE-2025-31133). */
    /* 2. A path that this kernel does not have needs no mask. */
    /* 3. An empty directory or a copy of /dev/null, read-only, onto it. */
    LAB_TODO("3.8", mounts_mask);
    return -1;
}

int mounts_read_only(int root, const char *const *paths)
{
    for (; *paths; paths++) {
        CLEANUP_CLOSE int target = inside_open(root, *paths, O_PATH | O_NOFOLLOW);
        if (target == -1 && errno == ENOENT)
            continue;
        if (target == -1)
            return -1;
        CLEANUP_CLOSE int same = copy(target, "", AT_EMPTY_PATH | AT_RECURSIVE);
        if (same == -1 || restrict_mount(same, MOUNT_ATTR_RDONLY, AT_RECURSIVE) == -1 ||
            put(same, target) == -1)
            return -1;
    }
    return 0;
}

int mounts_no_devices(int root)
{
    return restrict_mount(root, MOUNT_ATTR_NODEV, AT_RECURSIVE);
}

int mounts_seal_root(int root)
{
    return restrict_mount(root, MOUNT_ATTR_RDONLY, 0);
}
