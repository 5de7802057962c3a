/* test.c - the judge of lesson h08-linux.
 *
 * The player (probe.c) has one function of the learner's. What counts is what is in guest
 * memory afterwards, what KVM says of a vCPU, and, twice, what Debian's kernel makes of it:
 * that needs a KVM that can run a kernel, and takes some seconds. Numbers and bytes are new
 * in each run. See tests/grader/grader.h. The two functions that a kernel is booted with:
 *
 * @machine linux_parameters linux_cpuid
 *
 * Here are the ends of the machine and the list of all checks; test_image.c has the file,
 * test_memory.c what goes into memory, test_told.c what the kernel is told, test_acpi.c
 * the tables.
 */
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- linux_power -------------------------------------------------------------------- */

enum { GOES_ON, OFF, RESTARTED };

/* What SIZE bytes of VALUE to PORT mean. */
static void expect_power(unsigned port, unsigned size, uint32_t value, int expected)
{
    static const char *const ends[] = {"the machine goes on", "it is off", "it restarts"};
    struct answer answer = seen_answer(seen_start(
        WORDS("power", word("%u", port), word("%u", size), word("%u", value))));
    int seen = -1;

    if (sscanf(answer.rest, "%d", &seen) != 1 || seen != expected)
        judge_fail("%u byte%s of 0x%x to port 0x%x: %s; linux_power says: %s", size,
                   size == 1 ? "" : "s", value, port, ends[expected],
                   seen >= 0 && seen <= 2 ? ends[seen] : "something else");
}

static void power_ends_the_machine(void **state)
{
    (void)state;
    expect_power(0x604, 2, 0x2000, OFF);
    expect_power(0x604, 2, 0x2001, OFF); /* SCI_EN is written back */
    expect_power(0x604, 2, 0x0001, GOES_ON);
    expect_power(0x600, 2, 0x2000, GOES_ON);
    expect_power(0x602, 2, 0x2000, GOES_ON);
}

static void power_looks_at_the_type(void **state)
{
    unsigned type = (unsigned)seen_random(1, 7);

    (void)state;
    expect_power(0x604, 2, 0x2000 | type << 10, GOES_ON);
    expect_power(0x604, 2, 0x2000 | (type ^ 7) << 10, type == 7 ? OFF : GOES_ON);
    expect_power(0x604, 1, 0x2000, GOES_ON);
    expect_power(0x605, 1, 0x20, GOES_ON);
}

static void power_knows_restarts(void **state)
{
    (void)state;
    expect_power(0x64, 1, 0xfe, RESTARTED);
    expect_power(0x64, 1, 0xaa, GOES_ON);
    expect_power(0xcf9, 1, 0x06, RESTARTED);
    expect_power(0xcf9, 1, 0x0e, RESTARTED); /* the kernel's, with a full reset */
    expect_power(0xcf9, 1, 0x02, GOES_ON);   /* only says what kind it will be */
    expect_power(0xcf9, 1, 0x04, GOES_ON);
}

#define PAGE_FILE "What a kernel's file says"
#define PAGE_PLACE "Into memory"
#define PAGE_TOLD "What the kernel is told"
#define PAGE_CPU "Which processor"
#define PAGE_TABLES "Which machine"
#define PAGE_END "Two ends"
#define PAGE_HOSTILE "Files that lie"

static const struct check checks[] = {
    {"check.bzimage", "a bzImage is read: offsets, sizes, limits", "linux_check", 4,
     PAGE_FILE, check_reads_a_bzimage},
    {"check.sectors", "0 sectors of setup are 4", "linux_check", 3, PAGE_FILE,
     check_takes_0_for_4_sectors},
    {"check.refuses", "what cannot be booted is refused, in words", "linux_check", 4,
     PAGE_FILE, check_refuses_what_it_cannot_boot},
    {"check.short", "a file that is cut short is refused, wherever it ends",
     "linux_check", 3, PAGE_HOSTILE, check_sees_what_is_cut_short},
    {"check.elf", "an ELF file is known as one", "linux_check", 1, PAGE_FILE,
     check_knows_an_elf_file},
    {"load.place", "the kernel is at 1 MiB, and its entry 0x200 behind", "linux_load", 5,
     PAGE_PLACE, load_copies_the_kernel},
    {"load.end", "the end is behind what it needs to unpack itself", "linux_load", 4,
     PAGE_PLACE, load_says_where_it_ends},
    {"load.room", "a guest with too little memory is refused", "linux_load", 4,
     PAGE_HOSTILE, load_needs_room_to_unpack},
    {"load.elf", "an ELF kernel goes where its headers say", "linux_load", 2, PAGE_PLACE,
     load_takes_an_elf_file},
    {"initrd.high", "the initramfs is on the highest pages", "linux_initrd", 4,
     PAGE_PLACE, initrd_is_high_up},
    {"initrd.limit", "but not above initrd_addr_max", "linux_initrd", 3, PAGE_PLACE,
     initrd_stays_below_the_limit},
    {"initrd.room", "and not over the kernel", "linux_initrd", 3, PAGE_HOSTILE,
     initrd_needs_room},
    {"map.ram", "the memory is in the map", "linux_memory_map", 4, PAGE_TOLD,
     map_has_the_memory},
    {"map.hole", "the stretch below 1 MiB is no RAM", "linux_memory_map", 4, PAGE_TOLD,
     map_has_the_old_hole},
    {"map.slots", "every slot is in it, in order, if there is room", "linux_memory_map",
     2, PAGE_TOLD, map_takes_every_slot},
    {"parameters.header", "the setup header, as long as it is, and zeroes",
     "linux_parameters", 4, PAGE_TOLD, parameters_have_the_header},
    {"parameters.loader", "what a loader fills in", "linux_parameters", 4, PAGE_TOLD,
     parameters_have_what_a_loader_says},
    {"parameters.line", "the command line, if it is not too long", "linux_parameters", 3,
     PAGE_TOLD, parameters_have_a_command_line},
    {"parameters.boot", "Debian's kernel boots by it, to its init", "linux_parameters", 4,
     PAGE_TOLD, parameters_boot_a_kernel},
    {"cpuid.hypervisor", "all that KVM can, and that it is KVM", "linux_cpuid", 3,
     PAGE_CPU, cpuid_says_that_there_is_a_hypervisor},
    {"cpuid.number", "each vCPU has its own number", "linux_cpuid", 3, PAGE_CPU,
     cpuid_numbers_the_apic},
    {"cpuid.clock", "Debian's kernel finds KVM's clock", "linux_cpuid", 4, PAGE_CPU,
     cpuid_leads_to_the_clock},
    {"fadt.sleep", "where to power off, in both forms", "linux_fadt", 4, PAGE_TABLES,
     fadt_has_sleep},
    {"fadt.reset", "how to restart", "linux_fadt", 3, PAGE_TABLES, fadt_has_a_restart},
    {"fadt.absent", "what there is not", "linux_fadt", 3, PAGE_TABLES,
     fadt_says_what_there_is_not},
    {"acpi.chain", "each table leads to the next", "linux_acpi", 4, PAGE_TABLES,
     acpi_is_a_chain},
    {"acpi.sums", "the bytes of each add up to 0", "linux_acpi", 4, PAGE_TABLES,
     acpi_sums_are_0},
    {"acpi.refuses", "what does not fit is refused", "linux_acpi", 2, PAGE_TABLES,
     acpi_refuses},
    {"power.off", "a word to 0x604 switches the machine off", "linux_power", 2, PAGE_END,
     power_ends_the_machine},
    {"power.type", "other depths of sleep do not", "linux_power", 2, PAGE_END,
     power_looks_at_the_type},
    {"power.restart", "two ports restart it", "linux_power", 1, PAGE_END,
     power_knows_restarts},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h08-linux", checks, sizeof checks / sizeof *checks);
}
