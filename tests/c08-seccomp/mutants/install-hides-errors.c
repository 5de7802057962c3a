/* Ignores what the kernel says: whoever could not be filtered runs without a filter.
 *
 * @fails install.refused install.broken
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "seccomp_filter.h"

int filter_install(const struct filter *filter)
{
    struct sock_fprog program = {.len = filter->count, .filter = filter->instructions};

    (void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    return 0;
}
