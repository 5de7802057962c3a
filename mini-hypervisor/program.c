/* program.c - `mini-hypervisor run --elf FILE`: a 64-bit program and nothing else.
 *
 * Memory, one vCPU, page tables with the program's own rights, a stack, and one port:
 * the calls to the host of longmode.h. Its one interrupt is a clock's, vector 32 a
 * hundred times a second, when it listens; exceptions are the guest's to handle.
 *
 *     0x001000  GDT
 *     0x010000  page tables, 16 pages
 *     0x080000  the stack, 64 KiB, seen by the guest right below 0x7ffffff00000
 *     0x200000  the program (guests/long/guest.ld)
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "hypervisor.h"
#include "interrupts.h"
#include "kernel.h"
#include "longmode.h"
#include "protected.h"
#include "realmode.h"

enum {
    GDT = 0x1000,
    CODE = 1 * 8,
    DATA = 2 * 8,
    TABLES = 0x10000,
    TABLES_SIZE = 0x10000,
    STACK = 0x80000,
    STACK_SIZE = 0x10000,
    CLOCK_VECTOR = 32,
    CLOCK_PERIOD = 10000000, /* ns */
};
#define STACK_TOP 0x7ffffff00000ull

struct machine {
    struct vm vm;
    struct vcpu vcpu;
    uint64_t root;
    struct longmode_host host;
    bool call_failed; /* the guest has called with an address that is none */
    int fault;        /* the vector that the guest has reported; -1: none */
    struct interrupts_clock clock;
    struct exits exits;
    uint64_t first_output; /* when its first text came, nanoseconds; 0: not yet */
};

static int cannot(const char *what)
{
    fail(1, "%s: %s: see dmesg", what, strerror(errno));
    return -1;
}

/* The port of the calls. */
static void call_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct machine *machine = context;
    struct longmode_call call;
    if (port != LONGMODE_CALL_PORT || size != 4 || machine->call_failed)
        return;
    machine->call_failed =
        longmode_hypercall(&machine->vm, machine->root, value, &machine->host) == -1;
    if (machine->first_output == 0 && !machine->call_failed &&
        longmode_copy(&machine->vm, machine->root, value, &call, sizeof call) == 0 &&
        call.number == LONGMODE_CALL_WRITE && call.result > 0)
        machine->first_output = exits_now();
}

/* The port by which it says that it has got an exception. */
static void report_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct machine *machine = context;
    (void)port;
    (void)size;
    machine->fault = (int)(value & 0xff);
}

/* Memory with the program in it, and a processor in front of it. Returns 0, or -1 when
 * that failed and has been said. */
static int build(struct machine *machine, const struct kernel_options *options,
                 const struct file *file)
{
    struct vm *vm = &machine->vm;
    struct longmode_program program;
    struct longmode_tables tables;
    const uint64_t descriptors[] = {0, protected_pack(&LONGMODE_CODE),
                                    protected_pack(&PROTECTED_DATA)};
    struct longmode_start start = {.code = CODE, .data = DATA, .stack = STACK_TOP - 8};

    if (kvm_open(vm) == -1)
        return -1;
    if (vm_create(vm) == -1)
        return cannot("a virtual machine");
    if (vm_add_memory(vm, 0, options->memory) == -1) {
        fail(1, "%zu bytes of guest memory: %s: use a smaller --memory", options->memory,
             strerror(errno));
        return -1;
    }
    if (longmode_load_elf(vm, file->bytes, file->size, &program) == -1) {
        if (errno == ENOMEM)
            fail(1, "%s: it does not fit into the guest's memory: use a bigger --memory",
                 options->file);
        else
            fail(1, "%s: %s: a guest is a static 64-bit program", options->file,
                 program.wrong);
        return -1;
    }
    for (unsigned i = 0; i < program.count; i++) {
        if (program.segment[i].physical < STACK + STACK_SIZE) {
            fail(1, "%s: a segment lies below 0x%x: a guest is linked to addresses above",
                 options->file, STACK + STACK_SIZE);
            return -1;
        }
    }
    /* The first 4 KiB stay unmapped, so that a null pointer is a fault. */
    if (longmode_tables(vm, &tables, TABLES, TABLES_SIZE) == -1 ||
        longmode_map(vm, &tables, GDT, GDT, LONGMODE_PAGE, LONGMODE_NO_EXECUTE) == -1 ||
        longmode_map(vm, &tables, STACK_TOP - STACK_SIZE, STACK, STACK_SIZE,
                     LONGMODE_WRITE | LONGMODE_NO_EXECUTE) == -1)
        return cannot("page tables");
    if (longmode_map_program(vm, &tables, &program) == -1) {
        fail(1, "%s: %s", options->file,
             errno == EEXIST   ? "two of its segments share a page, or one the stack's"
             : errno == ENOSPC ? "its segments take more than 16 page tables"
                               : "a segment's address is none of long mode's");
        return -1;
    }
    if (protected_gdt(vm, GDT, descriptors, 3, &start.gdt) == -1)
        return cannot("a GDT");
    start.root = machine->root = tables.root;
    start.entry = program.entry;
    if (vcpu_create(&machine->vcpu, vm, 0) == -1 ||
        longmode_enter(vm, &machine->vcpu, &start) == -1)
        return cannot("a virtual processor");
    return 0;
}

/* Answers exits until the guest has exited. Returns 0, or -1 with errno. */
static int serve(struct machine *machine, const struct kernel_options *options)
{
    const struct port_device devices[] = {
        {LONGMODE_CALL_PORT, LONGMODE_CALL_PORT, NULL, call_out, machine},
        {INTERRUPTS_REPORT_PORT, INTERRUPTS_REPORT_PORT, NULL, report_out, machine},
    };
    machine->exits.entered = exits_now();
    while (!machine->host.exited) {
        if (interrupts_run(&machine->vcpu, &machine->clock) == -1)
            return -1;
        exits_count(&machine->exits, &machine->vcpu, options->trace);
        if (machine->vcpu.run->exit_reason != KVM_EXIT_IO) {
            errno = ENOTSUP;
            return -1;
        }
        if (port_io(devices, sizeof devices / sizeof *devices, &machine->vcpu) == -1)
            return -1;
        if (machine->call_failed || machine->fault >= 0) {
            errno = EFAULT;
            return -1;
        }
    }
    return 0;
}

/* What the processor objected to, in words. */
static int say_fault(struct machine *machine, const struct kernel_options *options)
{
    struct interrupts_frame frame;
    struct kvm_sregs sregs;
    char what[128];
    uint8_t vector = (uint8_t)machine->fault;
    if (interrupts_frame(&machine->vm, &machine->vcpu, vector, &frame) == -1 ||
        ioctl(machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1)
        return fail(1,
                    "%s: the guest reported exception %u, and its stack cannot be read",
                    options->file, vector);
    struct protected_fault fault = {
        .vector = vector,
        .error_code = (uint32_t)frame.error_code,
        .address = sregs.cr2,
    };
    (void)protected_explain(&fault, what, sizeof what); /* or a part */
    return fail(1, "%s: the guest failed at 0x%llx: %s", options->file,
                (unsigned long long)frame.rip, what);
}

/* Says why it ended, unless the guest has exited. Returns the exit status. */
static int say_end(struct machine *machine, const struct kernel_options *options,
                   int result, int error)
{
    char what[256];
    if (result == 0)
        return machine->host.status;
    if (error == EFAULT && machine->fault >= 0)
        return say_fault(machine, options);
    if (error == EDEADLK)
        return fail(
            1,
            "%s: the guest has halted, and lets nothing wake it: a program ends by a "
            "call to its host",
            options->file);
    if (error == EFAULT)
        return fail(1, "%s: the guest called its host with an address that it has not",
                    options->file);
    if (error == EINTR && stop_reason() == SIGALRM)
        return fail(1, "%s: still running after %g s, stopped", options->file,
                    options->seconds);
    if (error == EINTR)
        return fail(128 + stop_reason(), "%s: stopped by a signal", options->file);
    if (error != ENOTSUP && error != EPROTO)
        return fail(1, "%s: KVM_RUN: %s", options->file, strerror(error));
    if (machine->vcpu.run->exit_reason == KVM_EXIT_SHUTDOWN)
        return fail(1,
                    "%s: the guest crashed: a fault, and nobody to handle it (a triple "
                    "fault)",
                    options->file);
    (void)exit_describe(&machine->vm, &machine->vcpu, what, sizeof what); /* or a part */
    return fail(1, "%s: an exit that nobody answers: %s", options->file, what);
}

int program_run(const struct kernel_options *options)
{
    struct machine machine = {
        .vm = VM_NONE,
        .vcpu = VCPU_NONE,
        .host = {.output = STDOUT_FILENO},
        .fault = -1,
        .clock = {.vector = CLOCK_VECTOR, .period = CLOCK_PERIOD},
    };
    struct file file;
    int status = EXIT_FAILURE;

    machine.exits.started = exits_now();
    bool ready = file_open(&file, options->file, "a 64-bit program") == 0 &&
                 build(&machine, options, &file) == 0;
    file_close(&file);
    if (ready) {
        machine.clock.next = exits_now() + CLOCK_PERIOD;
        stop_catch(&machine.vcpu, options->seconds);
        int result = serve(&machine, options);
        int error = errno;
        stop_release();
        status = say_end(&machine, options, result, error);
        if (options->stats)
            exits_print(&machine.exits, &machine.vm, machine.first_output);
    }
    vcpu_destroy(&machine.vcpu);
    vm_destroy(&machine.vm);
    return status;
}
