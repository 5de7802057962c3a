/* image_user.h - names of users and groups, as an image has them in /etc/passwd and /etc/group. */
#ifndef IMAGE_USER_H
#define IMAGE_USER_H

#include <sys/types.h>

/* Finds out which numbers USER and GROUP are in the image whose root ROOT is a descriptor of: each
 * a name or a number; GROUP is NULL for the one of the user's line in /etc/passwd, or, when USER
 * is a number, the same number. Returns 0 and UID and GID; or -1 with errno: ENOENT (no such
 * name, or no such file), EINVAL (what is there is no file), or of openat2(2), ENOMEM.
 */
int image_user_find(int root, const char *user, const char *group, uid_t *uid,
                    gid_t *gid);

#endif
