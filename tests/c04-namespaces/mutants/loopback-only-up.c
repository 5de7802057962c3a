/* Sets the flags of the device to IFF_UP, and does not ask for those that it has.
 *
 * @fails loopback.flags
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cleanup.h"
#include "namespaces.h"

int namespaces_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo"};

    /* 1. A socket, as a handle of this network namespace. */
    CLEANUP_CLOSE int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle == -1)
        return -1;
    request.ifr_flags = IFF_UP;
    return ioctl(handle, SIOCSIFFLAGS, &request);
}
