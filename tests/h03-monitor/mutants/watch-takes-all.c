/* Does not look whether a debug register can hold it.
 *
 * @fails watch.refused
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "monitor.h"

int monitor_watch(struct vcpu *vcpu, const struct monitor_watch *watches, unsigned count)
{
    static const uint8_t length_bits[] = {[1] = 0, [2] = 1, [4] = 3, [8] = 2};
    struct kvm_guest_debug debug = {0};

    if (count > MONITOR_WATCHES) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t bits = watches[i].kind | length_bits[watches[i].length] << 2;
        debug.arch.debugreg[i] = watches[i].address;
        debug.arch.debugreg[7] |= 1ull << (2 * i) | bits << (16 + 4 * i);
    }
    if (count > 0)
        debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
    return ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) == -1 ? -1 : 0;
}
