/* kernel.c - `mini-hypervisor run --kernel FILE`: a PC that is just enough for Linux.
 *
 * Memory, one vCPU, KVM's own interrupt chips and timer, a serial line, four registers of
 * ACPI, and ports that say "nobody here". The kernel and what it is told come from
 * linux_boot.h. Then exits are answered until the guest powers off.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hypervisor.h"
#include "interrupts.h"
#include "kernel.h"
#include "linux_boot.h"
#include "longmode.h"
#include "protected.h"
#include "realmode.h"

enum {
    CMOS_INDEX = 0x70,
    CMOS_DATA = 0x71,
    REHEARSAL = 0x9000, /* a page that nothing else uses */
    REHEARSAL_PORT = 0x5ff,
    REHEARSAL_VALUE = 0x2a,
};

struct machine {
    struct vm vm;
    struct vcpu vcpu;
    struct console console;
    enum linux_power power; /* what the guest has asked for */
    uint16_t events; /* ACPI's register "which events may interrupt": none ever does */
    struct exits exits;
};

/* ACPI's registers and the ports that restart. */
static uint32_t power_in(void *context, uint16_t port, unsigned size)
{
    const struct machine *machine = context;
    (void)size;
    return port == LINUX_PM_CONTROL  ? LINUX_PM_ACPI_ON
           : port == LINUX_PM_ENABLE ? machine->events
                                     : 0;
}

static void power_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct machine *machine = context;
    enum linux_power power = linux_power(port, size, value);
    if (port == LINUX_PM_ENABLE)
        machine->events = (uint16_t)value;
    if (machine->power == LINUX_GOES_ON)
        machine->power = power;
}

/* The CMOS: all its registers read 0. All ones would say "I am busy" in one of them,
 * and the kernel would ask 20,000 times. */
static uint32_t cmos_in(void *context, uint16_t port, unsigned size)
{
    (void)context;
    (void)port;
    (void)size;
    return 0;
}

/* The kernel would need minutes on a KVM that emulates ring 0, and fail then. So VCPU
 * rehearses two instructions that every kernel needs and such a KVM does not know:
 * fninit and popcnt. A port exit ends it. Returns 1 (it can), 0 (it cannot), or -1 with
 * errno.
 */
static int rehearse(struct machine *machine)
{
    static const uint8_t code[] = {
        0xdb, 0xe3,                   /* fninit */
        0xb8, 0x00, 0x05, 0x20, 0x05, /* mov $0x5200500, %eax: 5 bits are set, */
        0xf3, 0x0f, 0xb8, 0xc0,       /* popcnt %eax, %eax: which gives 5 */
        0x66, 0xba, 0xff, 0x05,       /* mov $REHEARSAL_PORT, %dx */
        0xee,                         /* out %al, %dx */
        0xf4,                         /* hlt: never reached */
    };
    uint8_t *memory = vm_at(&machine->vm, REHEARSAL, sizeof code);
    struct vcpu *vcpu = &machine->vcpu;
    if (memory == NULL)
        return -1;
    memcpy(memory, code, sizeof code);
    if (linux_enter(&machine->vm, vcpu, REHEARSAL) == -1 || vcpu_run(vcpu) == -1)
        return -1;
    const struct kvm_run *run = vcpu->run;
    bool good = run->exit_reason == KVM_EXIT_IO && run->io.port == REHEARSAL_PORT &&
                ((const uint8_t *)run)[run->io.data_offset] == 5;
    memset(memory, 0, sizeof code);
    if (!good)
        return 0;
    /* KVM finishes an out only with the next KVM_RUN: let it, without running the
     * guest. */
    vcpu_stop(vcpu);
    return vcpu_run(vcpu) == -1 && errno == EINTR ? 1 : -1;
}

static int cannot(const char *what)
{
    fail(1, "%s: %s: see dmesg", what, strerror(errno));
    return -1;
}

/* Memory and processor. Returns 0, or -1 when that failed and has been said. */
static int build(struct machine *machine, const struct kernel_options *options)
{
    struct vm *vm = &machine->vm;
    size_t low = options->memory < LINUX_HOLE ? options->memory : LINUX_HOLE;
    if (low <= LINUX_KERNEL) {
        fail(1, "%s: it does not fit into the guest's memory: use a bigger --memory",
             options->file);
        return -1;
    }
    if (kvm_open(vm) == -1)
        return -1;
    if (vm_create(vm) == -1)
        return cannot("a virtual machine");
    if (interrupts_chips(vm) == -1)
        return cannot("interrupt chips");
    if (vm_add_memory(vm, 0, low) == -1 ||
        (options->memory > low &&
         vm_add_memory(vm, LINUX_HOLE_END, options->memory - low) == -1)) {
        fail(1, "%zu bytes of guest memory: %s: use a smaller --memory", options->memory,
             strerror(errno));
        return -1;
    }
    if (vcpu_create(&machine->vcpu, vm, 0) == -1 || linux_cpuid(vm, &machine->vcpu) == -1)
        return cannot("a virtual processor");
    int can = rehearse(machine);
    if (can == -1)
        return cannot("a virtual processor");
    if (can == 0) {
        fail(1, "/dev/kvm: this host's KVM cannot run a kernel (it emulates "
                "instructions, and lacks some): use the lab machine: build/boxwork "
                "machine");
        return -1;
    }
    return 0;
}

static void not_a_kernel(const struct kernel_options *options,
                         const struct linux_image *image)
{
    fail(1, "%s: %s: a kernel is a bzImage (vmlinuz) or a vmlinux for x86-64",
         options->file, image->wrong ? image->wrong : "it wants memory below 1 MiB");
}

/* The kernel, its initramfs, and what it is told. As build. */
static int load(struct machine *machine, const struct kernel_options *options,
                const struct file *kernel, const struct file *initrd,
                struct linux_image *image)
{
    struct vm *vm = &machine->vm;
    uint64_t entry, end;
    struct linux_facts facts = {
        .command_line = options->append ? options->append : KERNEL_COMMAND_LINE,
        .initrd_size = initrd->size,
        .rsdp = LINUX_ACPI,
    };
    if (linux_load(vm, kernel->bytes, kernel->size, image, &entry, &end) == -1) {
        if (errno == ENOMEM)
            fail(1, "%s: it does not fit into the guest's memory: use a bigger --memory",
                 options->file);
        else
            not_a_kernel(options, image);
        return -1;
    }
    if (initrd->size > 0 &&
        linux_initrd(vm, image, end, initrd->bytes, initrd->size, &facts.initrd) == -1) {
        fail(1, "%s: it does not fit into the guest's memory: use a bigger --memory",
             options->initrd);
        return -1;
    }
    if (linux_parameters(vm, image, &facts) == -1) {
        if (errno == E2BIG)
            fail(1, "--append: the text is too long: this kernel takes %u bytes",
                 image->command_max);
        else
            return cannot("boot_params");
        return -1;
    }
    if (linux_acpi(vm, &(struct linux_acpi){.cpus = 1}) == -1)
        return cannot("ACPI tables");
    if (linux_enter(vm, &machine->vcpu, entry) == -1)
        return cannot("a virtual processor");
    return 0;
}

/* Answers exits until the guest has asked for its end. Returns 0, or -1 with errno:
 * ENOTSUP for an exit that we do not answer, or of vcpu_run or port_io. */
static int serve(struct machine *machine, const struct kernel_options *options)
{
    const struct port_device devices[] = {
        {SERIAL_COM1, SERIAL_COM1 + SERIAL_PORTS - 1, console_in, console_out,
         &machine->console},
        {LINUX_PM_PORT, LINUX_PM_CONTROL + 1, power_in, power_out, machine},
        {LINUX_KEYBOARD, LINUX_KEYBOARD, NULL, power_out, machine},
        {LINUX_RESET, LINUX_RESET, NULL, power_out, machine},
        {CMOS_INDEX, CMOS_DATA, cmos_in, NULL, NULL},
    };
    struct vcpu *vcpu = &machine->vcpu;
    machine->exits.entered = exits_now();
    while (machine->power == LINUX_GOES_ON && !machine->console.output_failed) {
        if (vcpu_run(vcpu) == -1)
            return -1;
        exits_count(&machine->exits, vcpu, options->trace);
        switch (vcpu->run->exit_reason) {
        case KVM_EXIT_IO:
            if (port_io(devices, sizeof devices / sizeof *devices, vcpu) == -1)
                return -1;
            break;
        case KVM_EXIT_MMIO: /* nobody there: reads give all ones */
            memset(vcpu->run->mmio.data, 0xff, sizeof vcpu->run->mmio.data);
            break;
        default:
            errno = ENOTSUP;
            return -1;
        }
    }
    return 0;
}

/* Says why it ended, unless the guest has powered off. Returns the exit status. */
static int say_end(const struct machine *machine, const struct kernel_options *options,
                   int result, int error)
{
    char what[256];
    if (result == 0 && machine->console.output_failed)
        return fail(1, "standard output: it takes nothing more: the guest was stopped");
    if (result == 0 && machine->power == LINUX_RESTARTED)
        return fail(EXIT_RESTARTED, "%s: the guest asked for a restart, and was stopped",
                    options->file);
    if (result == 0)
        return EXIT_SUCCESS;
    if (error == EINTR && stop_reason() == STOP_LEAVE)
        return EXIT_SUCCESS;
    if (error == EINTR && stop_reason() == SIGALRM)
        return fail(1, "%s: still running after %g s, stopped", options->file,
                    options->seconds);
    if (error == EINTR)
        return fail(128 + stop_reason(), "%s: stopped by a signal", options->file);
    if (error != ENOTSUP && error != EPROTO)
        return fail(1, "%s: KVM_RUN: %s", options->file, strerror(error));
    if (machine->vcpu.run->exit_reason == KVM_EXIT_SHUTDOWN)
        return fail(1,
                    "%s: the guest crashed: a fault, a fault while the processor looked "
                    "for its handler, and another one (triple fault)",
                    options->file);
    (void)exit_describe(&machine->vm, &machine->vcpu, what, sizeof what); /* or a part */
    return fail(1, "%s: an exit that nobody answers: %s", options->file, what);
}

int kernel_run(const struct kernel_options *options)
{
    struct machine machine = {.vm = VM_NONE, .vcpu = VCPU_NONE, .console = {.wake = -1}};
    struct file kernel = FILE_NONE, initrd = FILE_NONE;
    struct linux_image image;
    int status = EXIT_FAILURE;

    machine.exits.started = exits_now();
    bool ready = file_open(&kernel, options->file, "a kernel") == 0 &&
                 (options->initrd == NULL ||
                  file_open(&initrd, options->initrd, "an initramfs") == 0);
    if (ready && linux_check(kernel.bytes, kernel.size, &image) == -1) {
        not_a_kernel(options, &image);
        ready = false;
    }
    ready = ready && build(&machine, options) == 0 &&
            load(&machine, options, &kernel, &initrd, &image) == 0;
    file_close(&kernel);
    file_close(&initrd);
    if (ready) {
        stop_catch(&machine.vcpu, options->seconds);
        if (console_open(&machine.console, &machine.vm) == -1) {
            fail(1, "standard input: %s: it must be a terminal, a pipe or a file",
                 strerror(errno));
        } else {
            int result = serve(&machine, options);
            int error = errno;
            stop_enough(); /* what follows must not be interrupted again and again */
            console_close(&machine.console); /* first: messages need the terminal */
            status = say_end(&machine, options, result, error);
            if (options->stats)
                exits_print(&machine.exits, &machine.vm, machine.console.first_output);
        }
        console_close(&machine.console);
        stop_release();
    }
    vcpu_destroy(&machine.vcpu);
    vm_destroy(&machine.vm);
    return status;
}
