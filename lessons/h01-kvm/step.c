/* step.c - the words of lesson h01: a virtual machine, made by hand.
 *
 * Each word is one function of vm.h, called as it is, so that a learner sees what each of
 * them makes: `create` a descriptor, `memory` a mapping, `vcpu` a descriptor and a page.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "machine.h"

static int kvm(struct tutor *tutor, int argc, char **argv)
{
    static const struct {
        int capability;
        const char *name, *what;
    } extensions[] = {
        {KVM_CAP_NR_MEMSLOTS, "KVM_CAP_NR_MEMSLOTS", "slots of memory in a VM"},
        {KVM_CAP_MAX_VCPUS, "KVM_CAP_MAX_VCPUS", "vCPUs in a VM"},
        {KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT", "a run can be stopped"},
        {KVM_CAP_SET_GUEST_DEBUG, "KVM_CAP_SET_GUEST_DEBUG", "single step"},
        {KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP", "interrupt controllers in the kernel"},
        {KVM_CAP_NESTED_STATE, "KVM_CAP_NESTED_STATE", "guests that run guests"},
    };
    struct machine *machine = machine_of(tutor);

    (void)argc;
    (void)argv;
    if (machine == NULL || machine_open(tutor, machine))
        return 1;
    printf("version %d, a run page of %zu bytes\n",
           ioctl(machine->vm.kvm_fd, KVM_GET_API_VERSION, 0), machine->vm.run_size);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        printf("%-24s %6d  %s\n", extensions[i].name,
               ioctl(machine->vm.kvm_fd, KVM_CHECK_EXTENSION,
                     (unsigned long)extensions[i].capability),
               extensions[i].what);
    return 0;
}

static int create(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);

    (void)argc;
    (void)argv;
    if (machine == NULL || machine_open(tutor, machine))
        return 1;
    if (machine->vm.fd != -1)
        return tutor_error(tutor, "there is a VM already: destroy it first");
    if (vm_create(&machine->vm) == -1)
        return tutor_error(tutor, "KVM_CREATE_VM: %s", strerror(errno));
    printf("a VM: descriptor %d; it has no memory and no vCPU\n", machine->vm.fd);
    return 0;
}

/* Prints each slot, or that there is none. */
static int list_memory(const struct vm *vm)
{
    if (vm->slot_count == 0)
        puts("no memory");
    for (unsigned i = 0; i < vm->slot_count; i++) {
        const struct vm_slot *slot = &vm->slots[i];
        printf("slot %u: guest 0x%llx to 0x%llx is our %p\n", i,
               (unsigned long long)slot->guest_address,
               (unsigned long long)(slot->guest_address + slot->size - 1),
               (void *)slot->host);
    }
    return 0;
}

static int memory(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);
    uint64_t size, address = 0;

    if (machine == NULL)
        return 1;
    if (argc == 1)
        return list_memory(&machine->vm);
    if (!machine_number(argv[1], &size) ||
        (argc > 2 && !machine_address(argv[2], &address))) {
        tutor_error(tutor, "%s: must be a number: 65536, 0x10000, 64K, 1M",
                    argv[argc - 1]);
        return MACHINE_USAGE;
    }
    if (machine->vm.fd == -1)
        return tutor_error(tutor, "there is no VM yet: create one");
    if (vm_add_memory(&machine->vm, address, size) == -1)
        return tutor_error(
            tutor, "%s at 0x%llx: %s", argv[1], (unsigned long long)address,
            errno == EINVAL && size % 4096 != 0
                ? "not a number of whole pages (4096 bytes)"
            : errno == EINVAL ? "it must begin at a multiple of 4096, and end below 2^64"
            : errno == EEXIST ? "there is memory already"
                              : strerror(errno));
    printf("slot %u: %llu bytes at 0x%llx\n", machine->vm.slot_count - 1,
           (unsigned long long)size, (unsigned long long)address);
    return 0;
}

static int vcpu(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);

    (void)argc;
    (void)argv;
    if (machine == NULL)
        return 1;
    if (machine->vm.fd == -1)
        return tutor_error(tutor, "there is no VM yet: create one");
    if (machine->vcpu.fd != -1)
        return tutor_error(tutor, "there is a vCPU already: one is enough here");
    if (vcpu_create(&machine->vcpu, &machine->vm, 0) == -1)
        return tutor_error(tutor, "KVM_CREATE_VCPU: %s", strerror(errno));
    printf("vCPU 0: descriptor %d, its run page is our %p, %zu bytes\n", machine->vcpu.fd,
           (void *)machine->vcpu.run, machine->vcpu.run_size);
    return 0;
}

static int run(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);
    double seconds = 0;

    if (machine == NULL)
        return 1;
    if (argc > 1 && !machine_seconds(argv[1], &seconds)) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[1]);
        return MACHINE_USAGE;
    }
    if (machine->vcpu.fd == -1)
        return tutor_error(tutor, "there is no vCPU yet: make one with: vcpu");
    machine_listen(machine, seconds);
    int result = vcpu_run(&machine->vcpu);
    int error = errno;
    bool alarm = machine_unlisten();
    if (result == -1 && error == EINTR) {
        printf("stopped by %s, not by the guest\n", alarm ? "the alarm" : "Ctrl-C");
        return alarm ? 0 : 1;
    }
    if (result == -1)
        return tutor_error(tutor, "KVM_RUN: %s", strerror(error));
    uint32_t reason = machine->vcpu.run->exit_reason;
    printf("%s (%u)\n", vcpu_exit_name(reason), reason);
    return 0;
}

/* Prints the descriptors of this process that are KVM's. */
static int fds(struct tutor *tutor, int argc, char **argv)
{
    struct dirent **names;
    int count = scandir("/proc/self/fd", &names, NULL, versionsort);
    int shown = 0;

    (void)argc;
    (void)argv;
    if (count == -1)
        return tutor_error(tutor, "/proc/self/fd: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[300], target[256];
        snprintf(path, sizeof path, "/proc/self/fd/%s", names[i]->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        free(names[i]);
        if (length == -1) /* "." and "..", or the descriptor that scandir has had */
            continue;
        target[length] = '\0';
        if (strcmp(target, "/dev/kvm") != 0 &&
            strncmp(target, "anon_inode:kvm", strlen("anon_inode:kvm")) != 0)
            continue;
        printf("%3s -> %s\n", strrchr(path, '/') + 1, target);
        shown++;
    }
    free(names);
    if (shown == 0)
        puts("none of KVM's");
    return 0;
}

static int poke(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);
    uint64_t address;

    if (machine == NULL)
        return 1;
    if (!machine_address(argv[1], &address)) {
        tutor_error(tutor, "%s: must be an address: 0x1000, 0100:0000", argv[1]);
        return MACHINE_USAGE;
    }
    for (int i = 2; i < argc; i++) {
        char *end;
        if (strtoul(argv[i], &end, 16) > 0xff || end == argv[i] || *end != '\0') {
            tutor_error(tutor, "%s: must be a byte in hexadecimal: f4", argv[i]);
            return MACHINE_USAGE;
        }
    }
    uint8_t *to = vm_at(&machine->vm, address, (size_t)(argc - 2));
    if (to == NULL)
        return tutor_error(tutor, "%s: there is no guest memory for %d bytes", argv[1],
                           argc - 2);
    for (int i = 2; i < argc; i++)
        to[i - 2] = (uint8_t)strtoul(argv[i], NULL, 16);
    return 0;
}

static int destroy(struct tutor *tutor, int argc, char **argv)
{
    struct machine *machine = machine_of(tutor);

    (void)argc;
    (void)argv;
    if (machine == NULL)
        return 1;
    vcpu_destroy(&machine->vcpu);
    vm_destroy(&machine->vm);
    return 0;
}

static const struct tutor_command commands[] = {
    {.name = "kvm",
     .arguments = "",
     .help = "open /dev/kvm, and ask it for its version and some extensions",
     .run = kvm},
    {.name = "create", .arguments = "", .help = "make a VM", .run = create},
    {.name = "memory",
     .arguments = "[SIZE [ADDRESS]]",
     .help = "give the VM memory; alone: say what it has",
     .details = "SIZE is a number of bytes, in whole pages: 65536, 0x10000, 64K, 1M.\n"
                "ADDRESS is where the guest sees it; 0 if none is given.",
     .most = 2,
     .run = memory},
    {.name = "vcpu", .arguments = "", .help = "make the vCPU with number 0", .run = vcpu},
    {.name = "run",
     .arguments = "[SECONDS]",
     .help = "let the guest run until it exits, or until Ctrl-C",
     .details = "With SECONDS an alarm stops it after that time.",
     .most = 1,
     .run = run},
    {.name = "fds",
     .arguments = "",
     .help = "the descriptors of this process that are KVM's",
     .run = fds},
    {.name = "poke",
     .arguments = "ADDRESS BYTE…",
     .help = "write bytes (in hexadecimal) into guest memory",
     .least = 2,
     .most = -1,
     .run = poke},
    {.name = "mem",
     .arguments = "ADDRESS [LENGTH]",
     .help = "show guest memory",
     .details = "ADDRESS is a number, or SEGMENT:OFFSET in hexadecimal.",
     .least = 1,
     .most = 2,
     .run = machine_mem},
    {.name = "destroy",
     .arguments = "",
     .help = "close the vCPU, the VM and /dev/kvm, and give the memory back",
     .run = destroy},
    {0},
};

TUTOR_LESSON(h01) = {.id = "h01-kvm", .commands = commands};
