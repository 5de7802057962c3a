/* Makes each part by its whole path with mkdirat, which follows links of the image
 * outside.
 *
 * @fails make.link
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "inside.h"

int inside_make_directory(int root, const char *path, mode_t mode)
{
    char walked[PATH_MAX];

    path += strspn(path, "/");
    if (strlen(path) >= sizeof walked) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(walked, path);
    for (char *slash = strchr(walked, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(root, walked, mode) == -1 && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    if (*walked && mkdirat(root, walked, mode) == -1 && errno != EEXIST)
        return -1;
    return inside_open(root, *walked ? walked : "/", O_PATH | O_DIRECTORY);
}
