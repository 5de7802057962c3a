/* triple.c - why a processor has given up: a triple fault, taken apart.
 *
 * KVM says KVM_EXIT_SHUTDOWN, and nothing of the reason; on some hosts the registers are
 * those of a processor after reset by then. So the guest is put back to where the run
 * began and goes there again, one instruction at a time, up to the last one. Before that
 * one it gets an IDT of ours, in which every vector leads to a handler that says its
 * number: the first fault is caught, with its error code. Then all is put back. It works
 * because nothing in this machine depends on the time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest32.h"

enum { VECTORS = 32, GATE = 8, HANDLER = 8, PAGE = 4096, STEPS = 1000000 };

/* --- A moment ----------------------------------------------------------------------- */

void guest32_forget(struct guest32 *guest)
{
    for (unsigned i = 0; i < guest->start.slot_count; i++)
        free(guest->start.memory[i]);
    guest->start.slot_count = 0;
}

static int get_state(const struct guest32 *guest, struct guest32_moment *moment)
{
    int fd = guest->bench->machine->vcpu.fd;

    return ioctl(fd, KVM_GET_REGS, &moment->regs) == -1 ||
                   ioctl(fd, KVM_GET_SREGS, &moment->sregs) == -1 ||
                   ioctl(fd, KVM_GET_VCPU_EVENTS, &moment->events) == -1
               ? -1
               : 0;
}

static int set_state(const struct guest32 *guest, const struct guest32_moment *moment)
{
    int fd = guest->bench->machine->vcpu.fd;

    return ioctl(fd, KVM_SET_SREGS, &moment->sregs) == -1 ||
                   ioctl(fd, KVM_SET_REGS, &moment->regs) == -1 ||
                   ioctl(fd, KVM_SET_VCPU_EVENTS, &moment->events) == -1
               ? -1
               : 0;
}

int guest32_remember(struct tutor *tutor, struct guest32 *guest)
{
    const struct vm *vm = &guest->bench->machine->vm;

    guest32_forget(guest);
    if (get_state(guest, &guest->start) == -1)
        return tutor_error(tutor, "the registers: %s", strerror(errno));
    for (unsigned i = 0; i < vm->slot_count; i++) {
        uint8_t *copy = malloc(vm->slots[i].size);
        if (copy == NULL)
            return tutor_error(tutor, "a copy of guest memory: %s", strerror(errno));
        memcpy(copy, vm->slots[i].host, vm->slots[i].size);
        guest->start.memory[guest->start.slot_count++] = copy;
    }
    return 0;
}

static int come_back(const struct guest32 *guest)
{
    const struct vm *vm = &guest->bench->machine->vm;

    for (unsigned i = 0; i < guest->start.slot_count; i++)
        memcpy(vm->slots[i].host, guest->start.memory[i], vm->slots[i].size);
    return set_state(guest, &guest->start);
}

/* --- The last instruction ----------------------------------------------------------- */

/* Goes there again. Returns true when the processor gives up again; LAST is the moment
 * before the last instruction then, without memory. */
static bool go_again(struct tutor *tutor, struct guest32 *guest,
                     struct debugger *debugger, struct guest32_moment *last)
{
    struct vcpu *vcpu = &guest->bench->machine->vcpu;
    enum debug_end end = come_back(guest) == -1 ? DEBUG_FAILED : DEBUG_ON;
    unsigned exits;

    guest->bench->quiet = true; /* it has said it all before */
    for (unsigned i = 0; i < STEPS && end == DEBUG_ON && !tutor_interrupted(tutor); i++) {
        if (get_state(guest, last) == -1)
            break;
        end = debug_one(debugger, false, &exits);
    }
    guest->bench->quiet = false;
    return end == DEBUG_UNKNOWN && vcpu->run->exit_reason == KVM_EXIT_SHUTDOWN;
}

/* A code segment of ring 0 that a gate can lead to, or 0 when the GDT has none. */
static uint16_t code_selector(const struct vm *vm, const struct kvm_sregs *sregs)
{
    struct protected_fault fault;
    struct kvm_segment segment;

    for (uint32_t selector = 8; selector < sregs->gdt.limit; selector += 8)
        if (protected_select(vm, &sregs->gdt, (uint16_t)selector, PROTECTED_FOR_CODE, 0,
                             &segment, &fault) == 0 &&
            segment.dpl == 0 && segment.base == 0 && segment.db)
            return (uint16_t)selector;
    return 0;
}

/* Fills PAGE with an IDT and, behind it, its handlers: mov al, N; out 0xf0, al; hlt. */
static void make_idt(uint8_t *page, uint16_t selector)
{
    for (unsigned i = 0; i < VECTORS; i++) {
        uint32_t handler = GUEST32_SCRATCH + VECTORS * GATE + i * HANDLER;
        uint64_t gate = (handler & 0xffff) | (uint64_t)selector << 16 | 0x8e00ull << 32 |
                        (uint64_t)(handler >> 16) << 48;
        const uint8_t code[HANDLER] = {0xb0, (uint8_t)i, 0xe6, GUEST32_REPORT_PORT, 0xf4};
        memcpy(page + i * GATE, &gate, sizeof gate);
        memcpy(page + VECTORS * GATE + i * HANDLER, code, sizeof code);
    }
}

/* Runs the last instruction with an IDT of ours, and puts everything back. Returns true
 * when the fault was caught. */
static bool catch_fault(struct guest32 *guest, const struct guest32_moment *last)
{
    struct machine *machine = guest->bench->machine;
    struct guest32_moment changed = *last;
    uint8_t *page = vm_at(&machine->vm, GUEST32_SCRATCH, PAGE), before[PAGE];
    uint16_t selector = code_selector(&machine->vm, &last->sregs);

    if (page == NULL || selector == 0)
        return false;
    memcpy(before, page, PAGE);
    make_idt(page, selector);
    changed.sregs.idt =
        (struct kvm_dtable){.base = GUEST32_SCRATCH, .limit = VECTORS * GATE - 1};
    guest->reported = -1;
    if (set_state(guest, &changed) == 0 && vcpu_run(&machine->vcpu) == 0 &&
        machine->vcpu.run->exit_reason == KVM_EXIT_IO &&
        realmode_answer(&guest->bench->realmode) == 1) {
        /* KVM finishes the out before it runs the guest, which it is asked not to do. */
        vcpu_stop(&machine->vcpu);
        (void)vcpu_run(&machine->vcpu); /* EINTR */
        machine->vcpu.run->immediate_exit = 0;
    }
    memcpy(page, before, PAGE);
    bool caught = guest->reported >= 0 && guest->reported < VECTORS;
    guest->reported = -1;
    return caught;
}

/* --- In words ----------------------------------------------------------------------- */

/* Why the IDT has no way to a handler of VECTOR. */
static const char *gate_trouble(const struct vm *vm, const struct kvm_sregs *sregs,
                                uint8_t vector)
{
    uint64_t gate;

    if (vector * GATE + GATE - 1u > sregs->idt.limit)
        return "is beyond the limit of the IDT";
    const void *memory = vm_at(vm, sregs->idt.base + vector * GATE, GATE);
    if (memory == NULL)
        return "is not in guest memory";
    memcpy(&gate, memory, sizeof gate);
    return gate >> 47 & 1 ? "leads to no handler that can be entered" : "is not present";
}

/* Even with an IDT of ours no handler was entered. */
static void say_why_not(const struct guest32 *guest, const struct guest32_moment *last)
{
    const struct machine *machine = guest->bench->machine;
    struct kvm_translation eip = {.linear_address = last->sregs.cs.base + last->regs.rip};

    if (code_selector(&machine->vm, &last->sregs) == 0)
        puts("which fault it is cannot be seen: the gdt has no code that a handler could "
             "run in");
    else if (ioctl(machine->vcpu.fd, KVM_TRANSLATE, &eip) == 0 && !eip.valid)
        puts("nothing is mapped there: neither this instruction nor a handler can be "
             "read");
    else
        printf(
            "which fault it is cannot be seen: no frame can be pushed at esp 0x%llx: is "
            "the stack mapped, with write?\n",
            (unsigned long long)last->regs.rsp);
}

static void say_chain(const struct guest32 *guest, const struct guest32_moment *last,
                      bool caught)
{
    const struct vm *vm = &guest->bench->machine->vm;
    const struct kvm_sregs *sregs = &last->sregs;
    uint8_t vector = guest->fault.vector;
    char text[160];

    if (!caught) {
        say_why_not(guest, last);
        return;
    }
    (void)protected_explain(&guest->fault, text, sizeof text); /* or a part */
    printf("1. %s\n", text);
    printf("2. gate %u %s (limit 0x%x): a double fault\n", vector,
           gate_trouble(vm, sregs, vector), sregs->idt.limit);
    printf("3. gate %u %s: a triple fault\n", PROTECTED_DOUBLE_FAULT,
           gate_trouble(vm, sregs, PROTECTED_DOUBLE_FAULT));
}

int guest32_triple(struct tutor *tutor, struct guest32 *guest, struct debugger *debugger)
{
    uint64_t exits[EXIT_KINDS];
    struct guest32_moment last;
    char text[256];

    memcpy(exits, guest->bench->realmode.exits, sizeof exits);
    bool again = go_again(tutor, guest, debugger, &last);
    uint64_t at = last.sregs.cs.base + last.regs.rip;
    /* A breakpoint in the way of that instruction is lifted meanwhile. */
    bool lifted = again && debug_break_at(debugger, at) != -1 &&
                  monitor_lift(&debugger->breaks, at) == 0;
    bool caught = again && catch_fault(guest, &last);
    memcpy(guest->bench->realmode.exits, exits, sizeof exits);
    if (!again) {
        if (come_back(guest) == -1)
            return tutor_error(tutor, "the registers: %s", strerror(errno));
        return tutor_error(tutor,
                           "the processor has given up (KVM_EXIT_SHUTDOWN), and does not "
                           "when it is stepped: it is back at the start of this run");
    }
    if (set_state(guest, &last) == -1)
        return tutor_error(tutor, "the registers: %s", strerror(errno));
    bool real = !(last.sregs.cr0 & PROTECTED_CR0_PE) || !last.sregs.cs.db;
    show_instruction(debugger, at, real ? 16 : 32, text, sizeof text);
    if (lifted && monitor_plant(&debugger->breaks, at) == -1)
        return tutor_error(tutor, "monitor_plant: %s", strerror(errno));
    puts(text);
    if (last.sregs.cr0 & PROTECTED_CR0_PE)
        say_chain(guest, &last, caught);
    return tutor_error(tutor, "the processor has given up: KVM_EXIT_SHUTDOWN (8)");
}
