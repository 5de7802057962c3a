/* With no watch it is on still, and watches nothing.
 *
 * @fails watch.off
 */
#include <errno.h>
#include <sys/ioctl.h>
#include "monitor.h"

static bool can_watch(const struct monitor_watch *watch)
{
    unsigned length = watch->length;

    if (length != 1 && length != 2 && length != 4 && length != 8)
        return false;
    if (watch->kind == MONITOR_EXECUTE)
        return length == 1;
    return (watch->kind == MONITOR_WRITE || watch->kind == MONITOR_ACCESS) &&
           watch->address % length == 0;
}

int monitor_watch(struct vcpu *vcpu, const struct monitor_watch *watches, unsigned count)
{
    static const uint8_t length_bits[] = {[1] = 0, [2] = 1, [4] = 3, [8] = 2};
    struct kvm_guest_debug debug = {0};

    if (count > MONITOR_WATCHES) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!can_watch(&watches[i])) {
            errno = EINVAL;
            return -1;
        }
        uint64_t bits = watches[i].kind | length_bits[watches[i].length] << 2;
        debug.arch.debugreg[i] = watches[i].address;
        debug.arch.debugreg[7] |= 1ull << (2 * i) | bits << (16 + 4 * i);
    }
    debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
    return ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) == -1 ? -1 : 0;
}
