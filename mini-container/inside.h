/* inside.h - opening paths inside a root, from outside of it: first half of c03-mounts.
 *
 * An engine works on the files of an image while it still stands outside, with all rights of
 * the host. A path of the image is then a trap: `dev` may be a link to the host's /dev, and
 * "rootfs/dev/null" leads there. Checking first and opening later does not help, as the image
 * may change in between. The only answer is to let the kernel walk the path with the root as
 * its ceiling (openat2, RESOLVE_IN_ROOT), and to hold what was found as a descriptor from then
 * on, never as a path again. So each path inside a root is opened by a function of this file.
 *
 * ROOT is a descriptor of the root directory. A PATH is seen from inside: "/proc" and "proc"
 * are the same, links and ".." stay inside.
 *
 * Read on: openat2(2), path_resolution(7), symlink(7); the page lessons/c03-mounts.
 */
#ifndef INSIDE_H
#define INSIDE_H

#include <stdbool.h>
#include <sys/types.h>

/* Opens PATH as a process whose "/" is ROOT would, but refuses the magic links of /proc (such
 * as /proc/self/exe), which lead anywhere. FLAGS are those of open(2) without O_CREAT;
 * O_CLOEXEC is added. Returns a descriptor that the caller closes, or -1 with errno of
 * openat2(2): ENOENT, ENOTDIR, EACCES, ELOOP (a magic link, or a link where FLAGS has
 * O_NOFOLLOW without O_PATH), EINVAL, ENOSYS (a kernel before 5.6).
 */
int inside_open(int root, const char *path, int flags);

/* Opens the directory PATH; what is missing of it is made, with MODE and the umask, one name
 * after the other. Links to directories are followed, inside.
 * Returns an O_PATH descriptor that the caller closes, or -1 with errno of openat2(2) or
 * mkdirat(2); ENOTDIR when a part of it is no directory, ENOENT when a part is a link that
 * leads nowhere, ENAMETOOLONG.
 */
int inside_make_directory(int root, const char *path, mode_t mode);

/* Opens the file PATH, of whatever type but a directory; when it is missing it is made as an
 * empty file, and its directories as above: something to mount a file onto.
 * Returns an O_PATH descriptor that the caller closes, or -1 with errno as above; EISDIR.
 */
int inside_make_file(int root, const char *path, mode_t mode);

/* Whether FD is of TYPE (S_IFCHR, S_IFDIR, …) and, for a device, is DEVICE: only
 * inside_is(fd, S_IFCHR, makedev(1, 3)) is /dev/null, whatever its path was called.
 */
bool inside_is(int fd, mode_t type, dev_t device);

/* Whether FD lies on a file system of the type MAGIC (PROC_SUPER_MAGIC, … of linux/magic.h): a
 * directory called /proc is not proc for that. */
bool inside_filesystem_is(int fd, long magic);

/* Whether PATH, opened now, lies on the mount that MOUNT is a descriptor of: it has not been
 * exchanged for something else since it was mounted there. */
bool inside_leads_to(int root, const char *path, int mount);

#endif
