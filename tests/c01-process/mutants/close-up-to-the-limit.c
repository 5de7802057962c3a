/* Marks what is below the limit on descriptors: the limit can be lowered while a descriptor
 * above it stays open.
 *
 * @fails close.high
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/resource.h>
#include "process.h"

int process_close_on_exec(int first)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return -1;
    for (int fd = first; fd < (int)limit.rlim_cur; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC); /* most are not open */
    return 0;
}
