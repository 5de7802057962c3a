/* Sets no_new_privs itself, for who did not ask for it.
 *
 * @fails install.refused
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

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
