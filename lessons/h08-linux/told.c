/* told.c - the words that show what the kernel is told: parameters, e820, cpuid.
 *
 * They read guest memory and KVM, not what this program has meant to write there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "board.h"

enum { ENTRIES = 256 };

static const struct boot_params *parameters_of(struct tutor *tutor,
                                               const struct board *board)
{
    const struct boot_params *parameters =
        vm_at(&board->machine->vm, LINUX_PARAMETERS, sizeof *parameters);

    if (parameters == NULL)
        tutor_error(tutor, "0x%x: no guest memory", LINUX_PARAMETERS);
    return parameters;
}

#define FIELD(field)                                                                     \
    (unsigned)offsetof(struct boot_params, field), (unsigned long long)parameters->field

int word_parameters(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_up(tutor);

    (void)argc, (void)argv;
    if (board == NULL)
        return 1;
    const struct boot_params *parameters = parameters_of(tutor, board);
    if (parameters == NULL)
        return 1;
    printf("%03x  acpi_rsdp_addr       0x%llx\n", FIELD(acpi_rsdp_addr));
    printf("%03x  e820_entries         %llu\n", FIELD(e820_entries));
    printf("%03x  setup_sects          %llu\n", FIELD(hdr.setup_sects));
    printf("%03x  boot_flag            0x%llx\n", FIELD(hdr.boot_flag));
    printf("%03x  header               0x%llx\n", FIELD(hdr.header));
    printf("%03x  version              0x%llx\n", FIELD(hdr.version));
    printf("%03x  type_of_loader       0x%llx\n", FIELD(hdr.type_of_loader));
    printf("%03x  loadflags            0x%llx\n", FIELD(hdr.loadflags));
    printf("%03x  ramdisk_image        0x%llx\n", FIELD(hdr.ramdisk_image));
    printf("%03x  ramdisk_size         %llu\n", FIELD(hdr.ramdisk_size));
    printf("%03x  cmd_line_ptr         0x%llx\n", FIELD(hdr.cmd_line_ptr));
    const char *line =
        vm_at(&board->machine->vm, parameters->hdr.cmd_line_ptr, BOARD_LINE);
    printf("the command line: %.*s\n", BOARD_LINE, line ? line : "(not in guest memory)");
    return 0;
}

int word_e820(struct tutor *tutor, int argc, char **argv)
{
    static const char *const types[] = {"?", "RAM", "reserved"};
    struct board *board = board_up(tutor);

    (void)argc, (void)argv;
    if (board == NULL)
        return 1;
    const struct boot_params *parameters = parameters_of(tutor, board);
    if (parameters == NULL)
        return 1;
    for (unsigned i = 0; i < parameters->e820_entries && i < E820_MAX_ENTRIES_ZEROPAGE;
         i++) {
        struct boot_e820_entry entry = parameters->e820_table[i];
        printf("%016llx to %016llx  %8llu KiB  %s\n", (unsigned long long)entry.addr,
               (unsigned long long)(entry.addr + entry.size - 1),
               (unsigned long long)entry.size / 1024,
               types[entry.type < 3 ? entry.type : 0]);
    }
    return 0;
}

/* --- cpuid -------------------------------------------------------------------------- */

static const struct bit {
    uint32_t leaf;
    char where; /* 'c': ECX, 'a': EAX */
    unsigned bit;
    const char *what;
} bits[] = {
    {1, 'c', 21, "x2APIC"},
    {1, 'c', 24, "a timer with deadlines"},
    {1, 'c', 31, "a hypervisor is there: look at leaf 0x40000000"},
    {0x40000001, 'a', 0, "a clock"},
    {0x40000001, 'a', 3, "the same clock, at better numbers of registers"},
    {0x40000001, 'a', 24, "the clock never goes backwards"},
};

static void print_leaf(const struct kvm_cpuid_entry2 *entry)
{
    const uint32_t name[] = {entry->ebx, entry->function ? entry->ecx : entry->edx,
                             entry->function ? entry->edx : entry->ecx};

    printf("leaf 0x%-8x  eax %08x  ebx %08x  ecx %08x  edx %08x\n", entry->function,
           entry->eax, entry->ebx, entry->ecx, entry->edx);
    if (entry->function == 0 || entry->function == 0x40000000)
        printf("    \"%.12s\"\n", (const char *)name);
    if (entry->function == 1 || entry->function == 0xb)
        printf("    number of the APIC: %u\n",
               entry->function == 1 ? entry->ebx >> 24 : entry->edx);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (bits[i].leaf == entry->function)
            printf("    %s bit %-2u %s  %s\n", bits[i].where == 'a' ? "EAX" : "ECX",
                   bits[i].bit,
                   (bits[i].where == 'a' ? entry->eax : entry->ecx) >> bits[i].bit & 1
                       ? "yes"
                       : "no ",
                   bits[i].what);
}

/* The leaves of this lesson, or the one that is asked for. KVM api 4.104 */
int word_cpuid(struct tutor *tutor, int argc, char **argv)
{
    static const uint32_t leaves[] = {0, 1, 0xb, 0x40000000, 0x40000001};
    static union {
        struct kvm_cpuid2 head;
        char room[sizeof(struct kvm_cpuid2) + ENTRIES * sizeof(struct kvm_cpuid_entry2)];
    } cpuid;
    struct board *board = board_up(tutor);
    uint64_t wanted = 0;

    if (board == NULL)
        return 1;
    if (argc > 1 && !machine_number(argv[1], &wanted)) {
        tutor_error(tutor, "%s: must be the number of a leaf: 0x40000000", argv[1]);
        return MACHINE_USAGE;
    }
    memset(&cpuid, 0, sizeof cpuid);
    cpuid.head.nent = ENTRIES;
    if (ioctl(board->machine->vcpu.fd, KVM_GET_CPUID2, &cpuid) == -1)
        return tutor_error(tutor, "KVM_GET_CPUID2: %s", strerror(errno));
    bool any = false;
    for (unsigned i = 0; i < cpuid.head.nent; i++) {
        const struct kvm_cpuid_entry2 *entry = &cpuid.head.entries[i];
        if (i > 0 && entry->function == 0)
            break; /* Linux 6.1 does not say how many there are: the rest is untouched */
        bool show = argc > 1 && entry->function == wanted;
        for (size_t k = 0; argc == 1 && k < sizeof leaves / sizeof *leaves; k++)
            show = show || (entry->function == leaves[k] && entry->index == 0);
        if (show)
            print_leaf(entry);
        any = any || show;
    }
    return any ? 0 : tutor_error(tutor, "%s: the processor has no such leaf", argv[1]);
}
