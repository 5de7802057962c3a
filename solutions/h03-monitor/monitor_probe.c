/* monitor_probe.c - what this KVM's debugging can, found out by trying.
 *
 * KVM_SET_GUEST_DEBUG may succeed and nothing may come of it: an emulating KVM, or one
 * inside of another machine, does not deliver everything. So a guest of four
 * instructions is stepped, watched and stopped.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "monitor.h"
#include "realmode.h"

enum {
    MEMORY = 0x10000,
    PROGRAM = 0x1000,
    SECOND = 1,    /* offset of the second instruction */
    DATA = 0x1500, /* what the third one writes */
};

static const uint8_t code[] = {0x90, 0x90,              /* nop, nop */
                               0xa2, 0x00, 0x15, 0xf4}; /* mov [DATA], al; hlt */

/* Puts the guest in front of its first instruction. */
static int restart(const struct vm *vm, struct vcpu *vcpu)
{
    memcpy(vm_at(vm, PROGRAM, sizeof code), code, sizeof code);
    return realmode_reset(vcpu, 0, PROGRAM);
}

/* Runs the guest from its start with this watch. Is it hit, with rip at OFFSET? */
static bool hits(const struct vm *vm, struct vcpu *vcpu, struct monitor_watch watch,
                 unsigned offset)
{
    bool hit = restart(vm, vcpu) == 0 && monitor_watch(vcpu, &watch, 1) == 0 &&
               vcpu_run(vcpu) == 0 && vcpu->run->exit_reason == KVM_EXIT_DEBUG &&
               vcpu->run->debug.arch.pc == PROGRAM + offset;
    (void)monitor_watch(vcpu, NULL, 0); /* the vCPU is not used much longer */
    return hit;
}

/* The four tries. Returns the bits, or -1 with errno. */
static int try_all(const struct vm *vm, struct vcpu *vcpu)
{
    const struct monitor_watch second = {PROGRAM + SECOND, 1, MONITOR_EXECUTE};
    const struct monitor_watch data = {DATA, 1, MONITOR_WRITE};
    struct monitor_breaks breaks = {.vm = vm};
    struct kvm_regs regs;
    uint64_t address;
    int can = 0;

    if (restart(vm, vcpu) == -1)
        return -1;
    if (monitor_step(vcpu) == 1 && ioctl(vcpu->fd, KVM_GET_REGS, &regs) == 0 &&
        regs.rip == PROGRAM + SECOND)
        can |= MONITOR_CAN_STEP;

    if (hits(vm, vcpu, second, SECOND))
        can |= MONITOR_CAN_WATCH;
    if (hits(vm, vcpu, data, sizeof code - 1))
        can |= MONITOR_CAN_WATCH_DATA;

    if (restart(vm, vcpu) == -1 || monitor_plant(&breaks, PROGRAM + SECOND) == -1)
        return -1;
    if (vcpu_run(vcpu) == 0 && monitor_hit(&breaks, vcpu, 0, &address) == 1 &&
        address == PROGRAM + SECOND)
        can |= MONITOR_CAN_PLANT;
    return can;
}

int monitor_probe(const char *device)
{
    struct vm vm;
    struct vcpu vcpu = VCPU_NONE;
    int can = -1;
    if (vm_open(&vm, device) == 0 && vm_create(&vm) == 0 &&
        vm_add_memory(&vm, 0, MEMORY) == 0 && vcpu_create(&vcpu, &vm, 0) == 0)
        can = try_all(&vm, &vcpu);
    int error = errno;
    vcpu_destroy(&vcpu);
    vm_destroy(&vm);
    errno = error;
    return can;
}
