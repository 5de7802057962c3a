/* Gives the error as errno has it: what comes back is a success.
 *
 * @fails answer.error
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include "seccomp_filter.h"

int filter_answer(int listener, const struct filter_call *call, int error, int64_t value)
{
    /* 1. The kernel wants an error as it returns it itself: negative. */
    struct seccomp_notif_resp answer = {
        .id = call->id,
        .error = error,
        .val = error ? 0 : value,
    };

    /* 2. The id says whom it is for; somebody who has ended since is ENOENT. */
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}
