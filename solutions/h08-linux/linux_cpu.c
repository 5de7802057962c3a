/* linux_cpu.c - the processor that the kernel finds, where it starts, and how it ends.
 *
 * Read on: Documentation/virt/kvm/api.rst ("KVM api") and x86/cpuid.rst; Intel SDM
 * volume 2, CPUID; the kernel's Documentation/arch/x86/boot.rst, "64-bit Boot
 * Protocol".
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include "linux_boot.h"
#include "longmode.h"
#include "protected.h"

enum {
    CPUID_ENTRIES = 256,
    CPUID_FEATURES = 1,
    CPUID_TOPOLOGY = 0xb,
    CPUID_TOPOLOGY_2 = 0x1f,
    RESET_BITS = 6,
    KEYBOARD_RESET = 0xfe,
};

#define CPUID_DEADLINE_TIMER (1u << 24)
#define CPUID_HYPERVISOR (1u << 31)

/* Chooses the processor.                                      @lab 8.6 @points 10
 * KVM_GET_SUPPORTED_CPUID (KVM api 4.46), KVM_SET_CPUID2 (4.20).
 */
int linux_cpuid(const struct vm *vm, struct vcpu *vcpu)
{
    union {
        struct kvm_cpuid2 head;
        char room[sizeof(struct kvm_cpuid2) +
                  CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
    } cpuid = {.head = {.nent = CPUID_ENTRIES}};
    /* 1. All that KVM can: it includes what the processor can and KVM does not hinder. */
    if (ioctl(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid) == -1)
        return -1;
    bool deadline =
        ioctl(vm->fd, KVM_CHECK_EXTENSION, (long)KVM_CAP_TSC_DEADLINE_TIMER) > 0;
    for (unsigned i = 0; i < cpuid.head.nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid.head.entries[i];
        /* 2. KVM leaves to us whether the guest may know that it is one. It has to:
         *    only then does it look for KVM's clock, and without that it measures time
         *    with a timer. */
        if (entry->function == CPUID_FEATURES) {
            entry->ecx |= CPUID_HYPERVISOR | (deadline ? CPUID_DEADLINE_TIMER : 0);
            entry->ebx = (entry->ebx & 0x00ffffff) | vcpu->index << 24;
        }
        /* 3. The number of the processor, once more. What KVM gave is the host's own. */
        if (entry->function == CPUID_TOPOLOGY || entry->function == CPUID_TOPOLOGY_2)
            entry->edx = vcpu->index;
    }
    return ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid) == -1 ? -1 : 0;
}

int linux_enter(const struct vm *vm, struct vcpu *vcpu, uint64_t entry)
{
    struct longmode_tables tables;
    struct kvm_dtable gdt;
    const uint64_t descriptors[] = {
        [LINUX_CS / 8] = protected_pack(&LONGMODE_CODE),
        [LINUX_DS / 8] = protected_pack(&PROTECTED_DATA),
    };
    if (longmode_tables(vm, &tables, LINUX_TABLES, LINUX_TABLES_SIZE) == -1 ||
        longmode_map(vm, &tables, 0, 0, 4ull << 30, LONGMODE_WRITE) == -1 ||
        protected_gdt(vm, LINUX_GDT, descriptors, sizeof descriptors / 8, &gdt) == -1)
        return -1;
    struct longmode_start start = {
        .gdt = gdt,
        .code = LINUX_CS,
        .data = LINUX_DS,
        .root = tables.root,
        .entry = entry,
        .stack = LINUX_STACK,
        .arguments = {0, LINUX_PARAMETERS}, /* rdi, rsi */
    };
    return longmode_enter(vm, vcpu, &start);
}

/* Is this the end?                                            @lab 8.9 @points 5
 * ACPI 4.8.3.2 (PM1 control); the kernel's arch/x86/kernel/reboot.c for the others.
 */
enum linux_power linux_power(uint16_t port, unsigned size, uint32_t value)
{
    if (port == LINUX_PM_CONTROL && size >= 2 && value & LINUX_PM_SLEEP &&
        (value & LINUX_PM_SLEEP_TYPE) == 0)
        return LINUX_POWERED_OFF;
    if (port == LINUX_KEYBOARD && (value & 0xff) == KEYBOARD_RESET)
        return LINUX_RESTARTED;
    if (port == LINUX_RESET && (value & RESET_BITS) == RESET_BITS)
        return LINUX_RESTARTED;
    return LINUX_GOES_ON;
}
