/* Counts the 0 byte at the end of the name: with 64 characters that is one too many.
 *
 * @fails hostname.longest
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "namespaces.h"

int namespaces_hostname(const char *name)
{
    size_t length = strlen(name);

    /* 1. The kernel takes any bytes; programs that read the name do not. */
    if (length == 0 || length > HOST_NAME_MAX) {
        errno = EINVAL;
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '.') {
            errno = EINVAL;
            return -1;
        }
    }
    return sethostname(name, length + 1);
}
