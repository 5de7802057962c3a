/* mounts.h - a tree of mounts of its own, and the host's gone: second half of c03-mounts.
 *
 * chroot moves the "/" of one process; the host's files stay mounted, and a way back to them
 * stays open. Here the process has a mount namespace of its own (a copy of the mount table),
 * puts the container's tree together in it, and then exchanges the root mount itself and
 * unmounts the host. What is not mounted cannot be reached, by nobody inside.
 *
 *     mounts_private    nothing that is mounted here shows up on the host
 *     mounts_root       the image becomes a mount, and we hold it: ROOT
 *     mounts_source …   what comes from the host is taken while the host is visible
 *     mounts_attach …   /proc, /sys, /dev, /tmp: new file systems, mounted inside ROOT
 *     mounts_devices    the few nodes of /dev
 *     mounts_volume …   directories and files of the host, as asked for
 *     mounts_pivot      ROOT becomes "/", the host is unmounted
 *     mounts_no_devices, mounts_read_only, mounts_mask, mounts_seal_root
 *                       what inside may see and not touch
 *
 * All of it works on descriptors. The mount calls since Linux 5.2 make a mount as an object
 * that one holds (fsmount, open_tree), and put it onto a directory that one holds
 * (move_mount); a path is walked once, by inside_open, and cannot change in between.
 *
 * The caller is in a mount namespace of its own (unshare(CLONE_NEWNS), or c04-namespaces).
 * An error in the middle leaves that namespace half made: end the process, and it is gone.
 *
 * Read on: mount_namespaces(7), fsopen(2) and its kin (in man-pages since 6.16, or on
 * man7.org), pivot_root(2); the page lessons/c03-mounts.
 */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include "inside.h"

/* A file system that every container gets, and where. */
struct mounts_entry {
    const char *target;  /* from inside: "/dev/shm" */
    const char *type;    /* as in /proc/filesystems: "tmpfs" */
    const char *options; /* of that type, "mode=1777,size=64m"; NULL for none */
    unsigned attributes; /* MOUNT_ATTR_NOSUID, … of mount_setattr(2) */
};

/* The usual ones, in the order in which they are mounted; the last has a NULL target. /sys is
 * read-only; /dev, /dev/shm and /tmp are empty tmpfs; /dev/pts has terminals of its own. */
extern const struct mounts_entry mounts_usual[];

/* The usual paths to mask and to make read-only: those of /proc and /sys that tell about the
 * host, or change it, and that no namespace divides. NULL ends each list. */
extern const char *const mounts_masked[];
extern const char *const mounts_protected[];

/* Makes every mount of this namespace private: what is mounted or unmounted here stays here.
 * systemd makes the host's mounts shared, and the copies in a new namespace are so, too.
 * Returns 0, or -1 with errno of mount(2): EPERM.
 */
int mounts_private(void);

/* Makes the directory PATH (of the host) a mount of its own, with what is mounted below it:
 * pivot_root wants a mount, and what is done to this one (read-only) is not done to the
 * host's. Returns a descriptor of it, which the caller closes: the ROOT of all that follows;
 * or -1 with errno of open_tree(2) or move_mount(2): ENOENT, ENOTDIR, EPERM.
 */
int mounts_root(const char *path);

/* Device nodes of the image, with what is mounted below it, do not work from now on; those of a
 * file system that is mounted later do. Returns 0, or -1 with errno of mount_setattr(2).
 */
int mounts_no_devices(int root);

/* Makes a new file system as ENTRY says and mounts it inside ROOT; the target is made when it
 * is missing. Returns 0, or -1 with errno of inside_make_directory, fsopen(2), fsconfig(2) (an
 * unknown option: EINVAL), fsmount(2) or move_mount(2); ENODEV: no such type; ESTALE: the
 * path leads somewhere else by now, so somebody is exchanging it.
 */
int mounts_attach(int root, const struct mounts_entry *entry);

/* Takes the file or directory PATH of the host, with what is mounted below it, as a mount that
 * stands nowhere yet. Returns a descriptor that the caller closes (which drops the mount when
 * it was not put anywhere), or -1 with errno of open_tree(2).
 */
int mounts_source(const char *path);

/* Mounts SOURCE (of mounts_source, once) inside ROOT at TARGET, which is made when it is
 * missing: a directory for a directory, a file for a file. Whatever the flags of the host are,
 * programs there gain no rights (nosuid) and device nodes do not work (nodev); with READ_ONLY
 * nothing can be written, also not on what is mounted below it.
 * Returns 0, or -1 with errno as mounts_attach.
 */
int mounts_volume(int root, int source, const char *target, bool read_only);

/* Makes the nodes of /dev inside ROOT (null, zero, full, random, urandom, tty) and its links
 * (fd, stdin, stdout, stderr, ptmx). Where no device may be made, as in a user namespace, the
 * host's are mounted instead; so the host must still be visible.
 * Returns 0, or -1 with errno of mknodat(2), symlinkat(2), open_tree(2).
 */
int mounts_devices(int root);

/* Makes the container's root "/" and unmounts the old one, with everything on it. The working
 * directory is "/" then. Returns 0, or -1 with errno of pivot_root(2): EINVAL when ROOT is no
 * mount, or the one below it is shared; EBUSY when it is the root already.
 */
int mounts_pivot(int root);

/* Hides each of PATHS (NULL ends them): a directory becomes an empty one, anything else
 * becomes /dev/null, both read-only. A path that does not exist is left out.
 * Returns 0, or -1 with errno; ENODEV when /dev/null of ROOT is not the null device.
 */
int mounts_mask(int root, const char *const *paths);

/* Makes each of PATHS read-only, with what is below. A path that does not exist is left out.
 * Returns 0, or -1 with errno of open_tree(2), mount_setattr(2) or move_mount(2).
 */
int mounts_read_only(int root, const char *const *paths);

/* Makes the root itself read-only, but not what is mounted inside. The last step: no target
 * can be made after it. Returns 0, or -1 with errno of mount_setattr(2).
 */
int mounts_seal_root(int root);

#endif
