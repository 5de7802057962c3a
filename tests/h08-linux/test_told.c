/* test_told.c - the judge of h08-linux: what the kernel is told by memory and by CPUID. */
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- linux_parameters --------------------------------------------------------------- */

enum { JUMP_END = 0x202 + 0x66 }; /* where image_make's header ends */

/* What the player was told. */
struct told {
    struct image image;
    char line[64];
    uint64_t initrd, initrd_size, rsdp;
    struct player *player;
    struct boot_params parameters; /* as they are in guest memory */
};

static void start(struct told *told)
{
    told->player =
        seen_start(WORDS("parameters", hex(told->image.bytes, told->image.size),
                         told->line, word("%llu", (unsigned long long)told->initrd),
                         word("%llu", (unsigned long long)told->initrd_size),
                         word("%llu", (unsigned long long)told->rsdp)));
}

static void tell(struct told *told)
{
    image_make(&told->image, 5);
    /* What follows the header in the file is code: no part of boot_params. */
    memset(told->image.bytes + JUMP_END, 0xaa, 64);
    snprintf(told->line, sizeof told->line, "console=ttyS0 marker=%llx",
             (unsigned long long)seen_random(0, UINT32_MAX));
    told->initrd = seen_random(0x300, 0x400) << 12;
    told->initrd_size = seen_random(1, 100000);
    told->rsdp = seen_random(0xe00, 0xeff) << 8;
    start(told);
    expect_success("linux_parameters", seen_answer(told->player));
    guest_bytes(told->player, PARAMETERS, &told->parameters, sizeof told->parameters);
}

/* Whether a loader fills in the byte at OFFSET of boot_params. */
static bool is_filled(size_t offset)
{
    static const struct {
        size_t first, size;
    } filled[] = {
        {offsetof(struct boot_params, acpi_rsdp_addr), 8},
        {offsetof(struct boot_params, e820_entries), 1},
        {offsetof(struct boot_params, hdr.type_of_loader), 1},
        {offsetof(struct boot_params, hdr.ramdisk_image), 8},
        {offsetof(struct boot_params, hdr.cmd_line_ptr), 4},
        {offsetof(struct boot_params, e820_table), 3 * sizeof(struct boot_e820_entry)},
    };
    for (size_t i = 0; i < sizeof filled / sizeof *filled; i++)
        if (offset >= filled[i].first && offset - filled[i].first < filled[i].size)
            return true;
    return false;
}

void parameters_have_the_header(void **state)
{
    static struct told told;

    (void)state;
    tell(&told);
    const uint8_t *seen = (const uint8_t *)&told.parameters;
    for (size_t i = 0; i < sizeof told.parameters; i++) {
        bool header = i >= 0x1f1 && i < JUMP_END;
        uint8_t expected = header ? told.image.bytes[i] : 0;
        if (!is_filled(i) && seen[i] != expected)
            judge_fail("byte 0x%zx of boot_params must be 0x%02x (%s); it is 0x%02x", i,
                       expected,
                       header ? "as in the setup header of the file"
                       : i >= JUMP_END && i < JUMP_END + 32
                           ? "the header ends at 0x202 + the byte at 0x201"
                           : "nothing is said there",
                       seen[i]);
    }
}

static void expect_field(const char *what, uint64_t expected, uint64_t seen)
{
    if (seen != expected)
        judge_fail("%s must be 0x%llx; it is 0x%llx", what, (unsigned long long)expected,
                   (unsigned long long)seen);
}

void parameters_have_what_a_loader_says(void **state)
{
    static struct told told;

    (void)state;
    tell(&told);
    const struct boot_params *seen = &told.parameters;
    expect_field("type_of_loader", 0xff, seen->hdr.type_of_loader);
    expect_field("cmd_line_ptr", COMMAND_LINE, seen->hdr.cmd_line_ptr);
    expect_field("ramdisk_image", told.initrd, seen->hdr.ramdisk_image);
    expect_field("ramdisk_size", told.initrd_size, seen->hdr.ramdisk_size);
    expect_field("acpi_rsdp_addr", told.rsdp, seen->acpi_rsdp_addr);
    expect_field("e820_entries", 3, seen->e820_entries);
    expect_field("the third entry's begin", KERNEL, seen->e820_table[2].addr);
    expect_field("the third entry's size", GUEST - KERNEL, seen->e820_table[2].size);
}

void parameters_have_a_command_line(void **state)
{
    static struct told told;
    char *line = told.line;

    (void)state;
    tell(&told);
    expect_guest(told.player, "the command line, with the 0 behind it", COMMAND_LINE,
                 line, strlen(line) + 1);
    size_t length = strlen(line);
    told.image.header->cmdline_size = (uint32_t)length;
    start(&told);
    expect_success("linux_parameters with a line as long as the kernel takes",
                   seen_answer(told.player));
    told.image.header->cmdline_size = (uint32_t)length - 1;
    start(&told);
    expect_failure("linux_parameters with a line that is a byte too long", E2BIG,
                   seen_answer(told.player));
}

void parameters_boot_a_kernel(void **state)
{
    unsigned long long marker = seen_random(1u << 28, UINT32_MAX);
    char expected[64];

    (void)state;
    const char *said = seen_boot(
        word("console=ttyS0 panic=-1 pci=off quiet end=poweroff marker=%llx", marker));
    snprintf(expected, sizeof expected, "marker %llx", marker);
    if (strstr(said, expected) == NULL)
        judge_fail("the guest's init must say the word that is in the command line: "
                   "\"%s\"; it said: %.300s",
                   expected, said);
}

/* --- linux_cpuid -------------------------------------------------------------------- */

enum { ENTRIES = 256, DEADLINE = 1 << 24 };
#define HYPERVISOR (1u << 31)

struct cpuid {
    uint32_t count, padding;
    struct kvm_cpuid_entry2 entry[ENTRIES];
};

/* Has vCPU INDEX told what to be. */
static void describe(unsigned index, struct cpuid *shown, struct cpuid *supported)
{
    struct player *player = seen_start(WORDS("cpuid", word("%u", index)));
    struct answer answer = seen_answer(player);
    unsigned long long at[2];

    expect_success("linux_cpuid", answer);
    if (sscanf(answer.rest, "%llx %llx", &at[0], &at[1]) != 2 ||
        player_read_memory(player, at[0], shown, sizeof *shown) == -1 ||
        player_read_memory(player, at[1], supported, sizeof *supported) == -1)
        judge_cannot_run("what KVM shows of the vCPU cannot be read");
}

static const struct kvm_cpuid_entry2 *leaf(const struct cpuid *cpuid, uint32_t function,
                                           uint32_t index)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (cpuid->entry[i].function == function && cpuid->entry[i].index == index &&
            (function != 0 || i == 0))
            return &cpuid->entry[i];
    return NULL;
}

void cpuid_says_that_there_is_a_hypervisor(void **state)
{
    static struct cpuid shown, supported;

    (void)state;
    describe(0, &shown, &supported);
    const struct kvm_cpuid_entry2 *one = leaf(&shown, 1, 0);
    const struct kvm_cpuid_entry2 *kvm = leaf(&shown, 0x40000000, 0);
    if (one == NULL)
        judge_fail("KVM_GET_CPUID2 must show leaf 1; it shows none: KVM_SET_CPUID2 was "
                   "not called");
    if (!(one->ecx & HYPERVISOR))
        judge_fail("bit 31 of ECX in leaf 1 must be set, or Linux does not look for KVM; "
                   "ECX is 0x%08x",
                   one->ecx);
    const struct kvm_cpuid_entry2 *can = leaf(&supported, 1, 0);
    if (can != NULL && (one->ecx & can->ecx) != can->ecx)
        judge_fail("what KVM supports must stay: leaf 1 had ECX 0x%08x, and shows 0x%08x",
                   can->ecx, one->ecx);
    if (kvm == NULL || kvm->ebx != 0x4b4d564b)
        judge_fail("leaf 0x40000000 must say \"KVMKVMKVM\", as "
                   "KVM_GET_SUPPORTED_CPUID has it");
    for (size_t i = 1; i < ENTRIES && supported.entry[i].function != 0; i++)
        if (leaf(&shown, supported.entry[i].function, supported.entry[i].index) == NULL)
            judge_fail("all leaves that KVM supports must be there; 0x%x, index %u, is "
                       "not",
                       supported.entry[i].function, supported.entry[i].index);
}

void cpuid_numbers_the_apic(void **state)
{
    static struct cpuid shown, supported;
    unsigned index = (unsigned)seen_random(1, 100);

    (void)state;
    describe(index, &shown, &supported);
    const struct kvm_cpuid_entry2 *one = leaf(&shown, 1, 0);
    const struct kvm_cpuid_entry2 *topology = leaf(&shown, 0xb, 0);
    const struct kvm_cpuid_entry2 *can = leaf(&supported, 1, 0);
    if (one == NULL || one->ebx >> 24 != index)
        judge_fail("vCPU %u must have this number in bits 31 to 24 of EBX, leaf 1; there "
                   "is %u",
                   index, one ? one->ebx >> 24 : 0);
    if (can != NULL && (one->ebx & 0xffffff) != (can->ebx & 0xffffff))
        judge_fail("the other bits of EBX in leaf 1 must stay 0x%06x; they are 0x%06x",
                   can->ebx & 0xffffff, one->ebx & 0xffffff);
    if (leaf(&supported, 0xb, 0) != NULL && (topology == NULL || topology->edx != index))
        judge_fail("vCPU %u must have this number in EDX of leaf 0xb; there is %u", index,
                   topology ? topology->edx : 0);
    expect_failure("linux_cpuid of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("cpuid-closed"))));
}

void cpuid_leads_to_the_clock(void **state)
{
    /* What cannot lead there is not booted: a kernel without its clock takes its time. */
    cpuid_says_that_there_is_a_hypervisor(state);
    const char *said = seen_boot("console=ttyS0 panic=-1 pci=off quiet end=poweroff");
    if (strstr(said, "clock kvm-clock") == NULL)
        judge_fail("the guest must run by kvm-clock; its init said: %.300s", said);
}
