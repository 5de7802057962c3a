/* Leaves the number that the APIC of the host's processor has.
 *
 * @fails cpuid.number
 */
#include <stdbool.h>
#include <sys/ioctl.h>
#include "linux_boot.h"

enum {
    CPUID_ENTRIES = 256,
    CPUID_FEATURES = 1,
    CPUID_TOPOLOGY = 0xb,
    CPUID_TOPOLOGY_2 = 0x1f,
};

#define CPUID_DEADLINE_TIMER (1u << 24)
#define CPUID_HYPERVISOR (1u << 31)

int linux_cpuid(const struct vm *vm, struct vcpu *vcpu)
{
    union {
        struct kvm_cpuid2 head;
        char room[sizeof(struct kvm_cpuid2) +
                  CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
    } cpuid = {.head = {.nent = CPUID_ENTRIES}};
    if (ioctl(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid) == -1)
        return -1;
    bool deadline =
        ioctl(vm->fd, KVM_CHECK_EXTENSION, (long)KVM_CAP_TSC_DEADLINE_TIMER) > 0;
    for (unsigned i = 0; i < cpuid.head.nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid.head.entries[i];
        if (entry->function == CPUID_FEATURES) {
            entry->ecx |= CPUID_HYPERVISOR | (deadline ? CPUID_DEADLINE_TIMER : 0);
        }
        if (entry->function == CPUID_TOPOLOGY || entry->function == CPUID_TOPOLOGY_2)
            entry->edx = vcpu->index;
    }
    return ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid) == -1 ? -1 : 0;
}
