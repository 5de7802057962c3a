/* realmode.c - a 16-bit guest: put it in place, run it, and answer when it asks.
 *
 *     vcpu_run --> exit --> realmode_answer --> port_io --> a device
 *        ^                       |
 *        +------ run on ---------+--> halted, or something that nobody answers
 *
 * The guest runs by itself, natively or emulated, until it does something that only the
 * outside of a machine can answer: reading a port, writing one, stopping. KVM then
 * returns from KVM_RUN with the reason in the run page. Answering means: put the value
 * where the guest will find it, and call KVM_RUN again.
 *
 * Read on: Documentation/virt/kvm/api.rst of the kernel ("KVM api") 4.11 to 4.14 and
 * section 5; Intel SDM 3B, chapter "8086 Emulation"; SDM 1, chapter "Input/Output".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "realmode.h"

enum {
    FLAGS_RESERVED = 0x2,   /* bit 1 of the flags is always 1: SDM 1, "EFLAGS Register" */
    CR0_RESET = 0x60000010, /* SDM 3A, "Processor State After Reset"; bit 0, PE, is 0 */
    VECTORS = 0x400,        /* bytes of the interrupt vector table, at address 0 */
    /* SDM 3A, "Code- and Data-Segment Descriptor Types" */
    SEGMENT_CODE = 0xb, /* code, readable, accessed */
    SEGMENT_DATA = 0x3, /* data, writable, accessed */
};

/* Puts the processor at segment:offset.                       @lab 2.1 @points 20
 * KVM_GET_SREGS, KVM_SET_SREGS, KVM_SET_REGS (KVM api 4.13, 4.14, 4.12).
 */
int realmode_reset(const struct vcpu *vcpu, uint16_t segment, uint16_t offset)
{
    struct kvm_sregs sregs;

    /* 1. Start from what is there: KVM_SET_SREGS sets all of it, also what we do not
     *    know. */
    if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    /* 2. Fill all six segments. A segment register has a part that the program sees
     *    (the selector) and a hidden one (base, limit, type). Loading it in real mode
     *    makes base = selector * 16; but we do not load it, we set both, and the
     *    processor only uses base. */
    struct kvm_segment data = {
        .base = realmode_address(segment, 0),
        .limit = REALMODE_SPAN - 1,
        .selector = segment,
        .type = SEGMENT_DATA,
        .present = 1,
        .s = 1, /* code or data, not a gate */
    };
    sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = data;
    sregs.cs = data;
    sregs.cs.type = SEGMENT_CODE;
    /* 3. Leave whatever mode a program before has switched on, and find the interrupt
     *    vectors at 0 again. */
    sregs.cr0 = CR0_RESET;
    sregs.cr4 = 0;
    sregs.efer = 0;
    sregs.idt = (struct kvm_dtable){.base = 0, .limit = VECTORS - 1};
    if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) == -1)
        return -1;
    /* 4. Set the registers: ip, sp, flags. Bit 1 of the flags must be 1: hardware
     *    refuses to enter a guest without it (KVM_EXIT_FAIL_ENTRY), where KVM does not
     *    repair it. */
    struct kvm_regs regs = {
        .rip = offset,
        .rsp = REALMODE_STACK,
        .rflags = FLAGS_RESERVED,
    };
    return ioctl(vcpu->fd, KVM_SET_REGS, &regs);
}

/* Copies a program into guest memory. @lab 2.2 @points 15 Subtract, do not add: offset
 * + size in too few bits is small again. vm_at knows the memory.
 */
int realmode_load(const struct vm *vm, uint16_t segment, uint16_t offset,
                  const void *image, size_t size)
{
    if (size == 0) {
        errno = EINVAL;
        return -1;
    }
    if (size > (size_t)REALMODE_SPAN - offset) {
        errno = EFBIG;
        return -1;
    }
    void *to = vm_at(vm, realmode_address(segment, offset), size);
    if (to == NULL)
        return -1;
    memcpy(to, image, size);
    return 0;
}

static const struct port_device *port_find(const struct port_device *devices,
                                           size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++)
        if (port >= devices[i].first && port <= devices[i].last)
            return &devices[i];
    return NULL;
}

/* Answers a port exit.                                        @lab 2.3 @points 25
 * KVM api, section 5, KVM_EXIT_IO; port_find above.
 */
int port_io(const struct port_device *devices, size_t count, struct vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    uint32_t size = run->io.size;

    /* 1. Find the data: count items of size bytes, data_offset bytes into the run page.
     *    Believe nothing: what lies outside of the page is not ours to touch. */
    if (size != 1 && size != 2 && size != 4) {
        errno = EPROTO;
        return -1;
    }
    if (run->io.data_offset > vcpu->run_size ||
        run->io.count > (vcpu->run_size - run->io.data_offset) / size) {
        errno = EPROTO;
        return -1;
    }
    uint8_t *item = (uint8_t *)run + run->io.data_offset;
    /* 2. Find the device. */
    const struct port_device *device = port_find(devices, count, run->io.port);
    /* 3. Hand it each item. `rep insb` of five bytes is one exit with a count of five. */
    for (uint32_t i = 0; i < run->io.count; i++, item += size) {
        if (run->io.direction == KVM_EXIT_IO_OUT) {
            uint32_t value = 0;
            memcpy(&value, item, size);
            if (device && device->out)
                device->out(device->context, run->io.port, size, value);
        } else {
            uint32_t value = UINT32_MAX; /* nobody drives the bus: all lines are high */
            if (device && device->in)
                value = device->in(device->context, run->io.port, size);
            memcpy(item, &value, size);
        }
    }
    return 0;
}

/* What the guest reads from the line.                         @lab 2.4 @points 5
 * Asking for the status must not take a byte away.
 */
uint32_t line_in(void *context, uint16_t port, unsigned size)
{
    const struct line *line = context;
    bool waiting = line->waiting && line->waiting(line->context);

    (void)size; /* every register has 8 bits */
    switch (port - LINE_PORT) {
    case LINE_DATA:
        return waiting ? line->receive(line->context) : 0;
    case LINE_STATUS:
        return LINE_CAN_SEND | (waiting ? LINE_HAS_DATA : 0);
    default:
        return 0;
    }
}

/* What the guest writes to the line.                          @lab 2.5 @points 5
 * Only the data port sends.
 */
void line_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    const struct line *line = context;

    (void)size; /* every register has 8 bits */
    if (port - LINE_PORT == LINE_DATA)
        line->send(line->context, (uint8_t)value);
}

/* Answers one exit.                                           @lab 2.6 @points 10
 * An exit that we do not know is not a halt: the guest would be called finished.
 */
int realmode_answer(struct realmode *machine)
{
    uint32_t reason = machine->vcpu->run->exit_reason;

    machine->exits[reason < EXIT_KINDS ? reason : EXIT_KINDS - 1]++;
    switch (reason) {
    case KVM_EXIT_HLT:
        return 0;
    case KVM_EXIT_IO:
        return port_io(machine->devices, machine->device_count, machine->vcpu) == -1 ? -1
                                                                                     : 1;
    default:
        errno = ENOTSUP;
        return -1;
    }
}

/* Runs until the guest halts.                                 @lab 2.7 @points 10
 * vcpu_run, realmode_answer.
 */
int realmode_run(struct realmode *machine)
{
    int answer;

    do {
        if (vcpu_run(machine->vcpu) == -1)
            return -1;
        answer = realmode_answer(machine);
    } while (answer == 1);
    return answer;
}

/* What an exit carries, for those that carry something that can be said. */
static void describe_details(const struct kvm_run *run, char *text, size_t size)
{
    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        if (run->io.direction == KVM_EXIT_IO_OUT)
            snprintf(text, size, ": out of %u byte%s to port 0x%x", run->io.size,
                     run->io.size == 1 ? "" : "s", run->io.port);
        else
            snprintf(text, size, ": in of %u byte%s from port 0x%x", run->io.size,
                     run->io.size == 1 ? "" : "s", run->io.port);
        break;
    case KVM_EXIT_MMIO:
        snprintf(text, size, ": %s of %u byte%s %s 0x%llx, where no memory is",
                 run->mmio.is_write ? "write" : "read", run->mmio.len,
                 run->mmio.len == 1 ? "" : "s", run->mmio.is_write ? "to" : "from",
                 (unsigned long long)run->mmio.phys_addr);
        break;
    case KVM_EXIT_FAIL_ENTRY:
        snprintf(text, size, ": hardware reason 0x%llx",
                 (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
        break;
    case KVM_EXIT_INTERNAL_ERROR:
        snprintf(text, size, ": suberror %u", run->internal.suberror);
        break;
    default:
        snprintf(text, size, "%s", "");
    }
}

/* Says what an exit was.                                      @lab 2.8 @points 10
 * KVM_GET_REGS, KVM_GET_SREGS; vcpu_exit_name, vm_at, describe_details above.
 */
int exit_describe(const struct vm *vm, const struct vcpu *vcpu, char *text, size_t size)
{
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    char details[96], bytes[40] = "", *end = bytes;

    /* 1. The exit itself: this is known even if all else fails. */
    describe_details(vcpu->run, details, sizeof details);
    snprintf(text, size, "%s (%u)%s", vcpu_exit_name(vcpu->run->exit_reason),
             vcpu->run->exit_reason, details);
    /* 2. Where the guest stands: the base that is in use, not the selector, says where.
     */
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1 ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) == -1)
        return -1;
    /* 3. What stands there: up to eight bytes, for whoever wants to look them up. */
    uint64_t address = sregs.cs.base + regs.rip;
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t *byte = vm_at(vm, address + i, 1);
        if (byte == NULL)
            break;
        end += sprintf(end, " %02x", *byte);
    }
    snprintf(text, size, "%s (%u)%s, at %04x:%04llx (0x%llx)%s%s",
             vcpu_exit_name(vcpu->run->exit_reason), vcpu->run->exit_reason, details,
             sregs.cs.selector, (unsigned long long)regs.rip, (unsigned long long)address,
             *bytes ? ", bytes" : ", where no memory is", bytes);
    return 0;
}
