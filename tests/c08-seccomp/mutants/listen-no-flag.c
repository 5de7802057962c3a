/* Installs a filter that asks, and nobody who is asked: no listener.
 *
 * @fails listen.descriptor listen.asks listen.second
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "seccomp_filter.h"

int filter_listen(const struct filter *filter)
{
    struct sock_fprog program = {.len = filter->count, .filter = filter->instructions};

    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
