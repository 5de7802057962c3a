/* image_user.c - names of users and groups, as an image has them in /etc/passwd and /etc/group.
 *
 * The image was made by somebody else, so its files are read as what they are: bytes. Not by
 * getpwnam(3), which asks the host, and not by opening a path that could be a link to a file of
 * the host, a pipe that nobody writes to, or a device: what is found inside the root is looked
 * at before it is opened. A line that is not well formed names nobody.
 *
 * Read on: passwd(5), group(5); mini-container/inside.h.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cleanup.h"
#include "image_user.h"
#include "inside.h"

/* More than any image has, and nothing that hurts. */
enum { LARGEST = 1 << 20 };

/* Reads a regular file inside ROOT, with a byte 0 behind it; free(3). */
static char *read_inside(int root, const char *path)
{
    char name[32], *text;
    size_t length = 0;
    ssize_t part;
    CLEANUP_CLOSE int found = inside_open(root, path, O_PATH);

    if (found == -1)
        return NULL;
    errno = EINVAL;
    if (!inside_is(found, S_IFREG, 0))
        return NULL;
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", found); /* always fits */
    CLEANUP_CLOSE int file = open(name, O_RDONLY | O_CLOEXEC);
    text = file == -1 ? NULL : malloc(LARGEST + 1);
    while (text && length < LARGEST) {
        part = read(file, text + length, LARGEST - length);
        if (part <= 0)
            break;
        length += (size_t)part;
    }
    if (text)
        text[length] = '\0';
    return text;
}

/* A number that can be a user or a group: -1 means "as it is" to setresuid(2). */
static bool number(const char *text, uint32_t *result)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    *result = (uint32_t)value;
    return isdigit((unsigned char)*text) && *end == '\0' && value < UINT32_MAX;
}

/* Finds the line of NAME in LINES: "NAME:password:FIRST:SECOND:…". SECOND may be NULL. LINES
 * are taken apart. */
static int find(char *lines, const char *name, uint32_t *first, uint32_t *second)
{
    char *line;

    while ((line = strsep(&lines, "\n"))) {
        const char *field[4] = {0};
        for (size_t i = 0; i < 4; i++)
            field[i] = strsep(&line, ":");
        if (field[0] && field[2] && strcmp(field[0], name) == 0 &&
            number(field[2], first) &&
            (!second || (field[3] && number(field[3], second))))
            return 0;
    }
    errno = ENOENT;
    return -1;
}

static int look_up(int root, const char *path, const char *name, uint32_t *first,
                   uint32_t *second)
{
    char *lines = read_inside(root, path);
    int result = lines ? find(lines, name, first, second) : -1;
    int error = errno;

    free(lines);
    errno = error;
    return result;
}

int image_user_find(int root, const char *user, const char *group, uid_t *uid, gid_t *gid)
{
    if (!number(user, uid)) {
        if (look_up(root, "/etc/passwd", user, uid, gid) == -1)
            return -1;
    } else {
        *gid = *uid;
    }
    if (group && !number(group, gid))
        return look_up(root, "/etc/group", group, gid, NULL);
    return 0;
}
