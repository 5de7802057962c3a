/* monitor.c - a debugger's hands: step, stop, watch, count.
 *
 * Everything here is done to a guest that does not take part. Where the processor helps
 * (stepping, debug registers) KVM is asked for it; where it does not, a byte of the
 * guest is replaced, and put back before anybody can miss it.
 *
 * Read on: Documentation/virt/kvm/api.rst ("KVM api"); Intel SDM volume 3B, "Debug
 * Registers".
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include "monitor.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

/* Sets what KVM debugs; CONTROL 0 turns it all off. */
static int set_debug(struct vcpu *vcpu, uint32_t control)
{
    struct kvm_guest_debug debug = {.control = control};
    return ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) == -1 ? -1 : 0;
}

/* Runs one instruction.                                       @lab 3.1 @points 20
 * KVM_SET_GUEST_DEBUG (KVM api 4.87). set_debug above is given.
 */
int monitor_step(struct vcpu *vcpu)
{
    /* 1. KVM sets the flag TF for the guest, and hides it from it. */
    if (set_debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP) == -1)
        return -1;
    /* 2. Run. Whatever comes of it, stepping must be off again, and the first error is
     *    the one that counts. */
    int result = vcpu_run(vcpu);
    int error = errno;
    if (set_debug(vcpu, 0) == -1)
        return -1;
    if (result == -1)
        return fail(error);
    /* 3. An instruction that exits for another reason is not done yet. */
    return vcpu->run->exit_reason == KVM_EXIT_DEBUG ? 1 : 0;
}

/* Is WATCH one that a debug register can hold? */
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

/* Sets hardware breakpoints.                                  @lab 3.2 @points 15
 * Intel SDM 3B, "Debug Control Register (DR7)": it has an enabling bit for each register
 * at 2 * N, and from bit 16 + 4 * N on two bits of kind and two of length: 0 for 1 byte,
 * 1 for 2, 3 for 4, 2 for 8. can_watch above is given.
 */
int monitor_watch(struct vcpu *vcpu, const struct monitor_watch *watches, unsigned count)
{
    static const uint8_t length_bits[] = {[1] = 0, [2] = 1, [4] = 3, [8] = 2};
    struct kvm_guest_debug debug = {0};
    if (count > MONITOR_WATCHES)
        return fail(EINVAL);
    /* 1. An address into DR0 to DR3, its bits into DR7. */
    for (unsigned i = 0; i < count; i++) {
        if (!can_watch(&watches[i]))
            return fail(EINVAL);
        uint64_t bits = watches[i].kind | length_bits[watches[i].length] << 2;
        debug.arch.debugreg[i] = watches[i].address;
        debug.arch.debugreg[7] |= 1ull << (2 * i) | bits << (16 + 4 * i);
    }
    /* 2. With none of them, everything off. */
    if (count > 0)
        debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
    return ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) == -1 ? -1 : 0;
}

/* The index of the breakpoint at ADDRESS, or -1. */
static int find(const struct monitor_breaks *breaks, uint64_t address)
{
    for (unsigned i = 0; i < breaks->count; i++)
        if (breaks->at[i].address == address)
            return (int)i;
    return -1;
}

/* Plants a breakpoint.                                        @lab 3.3 @points 10
 * find above is given.
 */
int monitor_plant(struct monitor_breaks *breaks, uint64_t address)
{
    if (find(breaks, address) != -1)
        return fail(EEXIST);
    if (breaks->count == MONITOR_BREAKS)
        return fail(ENOSPC);
    uint8_t *byte = vm_at(breaks->vm, address, 1);
    if (byte == NULL)
        return -1;
    breaks->at[breaks->count].address = address;
    breaks->at[breaks->count].original = *byte;
    breaks->count++;
    *byte = MONITOR_PLANTED;
    return 0;
}

int monitor_lift(struct monitor_breaks *breaks, uint64_t address)
{
    int i = find(breaks, address);
    if (i == -1)
        return fail(ENOENT);
    uint8_t *byte = vm_at(breaks->vm, address, 1);
    if (byte != NULL && *byte == MONITOR_PLANTED)
        *byte = breaks->at[i].original;
    breaks->at[i] = breaks->at[--breaks->count];
    return 0;
}

/* Recognizes a planted breakpoint.                            @lab 3.4 @points 15
 * KVM_GET_REGS, KVM_SET_REGS (KVM api 4.11, 4.12). find above is given.
 */
int monitor_hit(const struct monitor_breaks *breaks, struct vcpu *vcpu, uint64_t linear,
                uint64_t *address)
{
    /* 1. It is an out of one byte, once; and rip, which some KVMs have at it and others
     *    behind it, is near one. */
    struct kvm_run *run = vcpu->run;
    if (run->exit_reason != KVM_EXIT_IO || run->io.direction != KVM_EXIT_IO_OUT ||
        run->io.size != 1 || run->io.count != 1)
        return 0;
    struct kvm_regs regs;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return -1;
    if (find(breaks, linear + regs.rip) == -1 &&
        find(breaks, linear + regs.rip - 1) == -1)
        return 0;
    /* 2. Have KVM finish the out: it does so when it is entered, and so it is entered
     *    without running the guest. Then rip is behind it everywhere. The exit stays
     *    readable, in case it is an out of the guest's own. */
    const struct kvm_run exit = *run;
    vcpu_stop(vcpu);
    if (vcpu_run(vcpu) != -1 || errno != EINTR)
        return fail(EPROTO);
    run->exit_reason = exit.exit_reason;
    run->io = exit.io;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return -1;
    uint64_t at = linear + regs.rip - 1;
    if (find(breaks, at) == -1)
        return 0;
    /* 3. The guest has not seen it: put it in front of the byte again. */
    regs.rip = at - linear;
    if (ioctl(vcpu->fd, KVM_SET_REGS, &regs) == -1)
        return -1;
    *address = at;
    return 1;
}

/* Answers an access to a device in memory.                    @lab 3.5 @points 20
 * KVM_EXIT_MMIO (KVM api, section 5).
 */
int monitor_mmio(const struct mmio_device *devices, size_t count, struct vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    unsigned size = run->mmio.len;
    uint64_t address = run->mmio.phys_addr, value = 0;
    if (size == 0 || size > sizeof run->mmio.data)
        return fail(EPROTO);
    /* 1. Whose is it? All of its bytes must be: compare so that no sum overflows. */
    const struct mmio_device *device = NULL;
    for (size_t i = 0; i < count && device == NULL; i++)
        if (address >= devices[i].first && address <= devices[i].last &&
            size - 1 <= devices[i].last - address)
            device = &devices[i];
    /* 2. A write: the bytes are in the run page, the lowest first. */
    if (run->mmio.is_write) {
        memcpy(&value, run->mmio.data, size);
        if (device != NULL && device->write != NULL)
            device->write(device->context, address - device->first, size, value);
        return 0;
    }
    /* 3. A read: they go there, and KVM hands them to the guest when it runs on. */
    value = UINT64_MAX;
    if (device != NULL && device->read != NULL)
        value = device->read(device->context, address - device->first, size);
    memcpy(run->mmio.data, &value, size);
    return 0;
}

int monitor_log(const struct vm *vm, unsigned slot, bool on)
{
    if (slot >= vm->slot_count)
        return fail(EINVAL);
    struct kvm_userspace_memory_region region = {
        .slot = slot,
        .flags = on ? KVM_MEM_LOG_DIRTY_PAGES : 0,
        .guest_phys_addr = vm->slots[slot].guest_address,
        .memory_size = vm->slots[slot].size,
        .userspace_addr = (uintptr_t)vm->slots[slot].host,
    };
    return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) == -1 ? -1 : 0;
}

/* Reads the log of written pages.                             @lab 3.6 @points 10
 * KVM_GET_DIRTY_LOG (KVM api 4.8). monitor_log above, which turns it on, is given.
 */
long monitor_dirty(const struct vm *vm, unsigned slot, uint64_t *bitmap)
{
    if (slot >= vm->slot_count)
        return fail(EINVAL);
    size_t words = monitor_words(vm->slots[slot].size);
    memset(bitmap, 0, words * sizeof *bitmap);
    struct kvm_dirty_log log = {.slot = slot, .dirty_bitmap = bitmap};
    if (ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log) == -1)
        return -1;
    long pages = 0;
    for (size_t i = 0; i < words; i++)
        pages += __builtin_popcountll(bitmap[i]);
    return pages;
}

static uint64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Runs the guest and counts.                                  @lab 3.7 @points 10
 * now above is given.
 */
int monitor_run(struct monitor_trace *trace, struct vcpu *vcpu)
{
    /* 1. What came before was the answer to the last exit. */
    uint64_t start = now();
    if (trace->left != 0)
        trace->exit[trace->last].answer += start - trace->left;
    trace->left = 0;
    /* 2. Run, and note what came out. */
    if (vcpu_run(vcpu) == -1)
        return -1;
    uint32_t kind = vcpu->run->exit_reason;
    trace->last = kind < MONITOR_EXITS ? kind : MONITOR_EXITS - 1;
    trace->left = now();
    trace->exit[trace->last].count++;
    trace->exit[trace->last].inside += trace->left - start;
    return 0;
}
