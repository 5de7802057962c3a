/* tables.c - the word acpi: the chain of tables, followed as a kernel does, and checked. */
#include <stdio.h>
#include <string.h>
#include "board.h"

/* The sum of LENGTH bytes, modulo 256: 0 for what can be believed. */
static uint8_t sum(const void *data, size_t length)
{
    uint8_t total = 0;

    for (size_t i = 0; i < length; i++)
        total += ((const uint8_t *)data)[i];
    return total;
}

/* The table at ADDRESS, as long as it says; NULL when that has been said. */
static const struct acpi_header *table_at(struct tutor *tutor, const struct board *board,
                                          uint64_t address)
{
    const struct vm *vm = &board->machine->vm;
    const struct acpi_header *header = vm_at(vm, address, sizeof *header);

    if (header == NULL || header->length < sizeof *header ||
        vm_at(vm, address, header->length) == NULL) {
        tutor_error(tutor, "0x%llx: there is no table", (unsigned long long)address);
        return NULL;
    }
    return header;
}

static void print_line(uint64_t address, const char *name, size_t length, unsigned sum,
                       const char *what)
{
    printf("%06llx  %-4s %4zu bytes, sum %3u%s  %s\n", (unsigned long long)address, name,
           length, sum, sum == 0 ? "" : " (not 0: nobody believes it)", what);
}

/* What each table is for, and the addresses that it leads to. */
static const struct {
    char name[5];
    const char *what;
} kinds[] = {
    {"XSDT", "where the others are"},
    {"FACP", "FADT: fixed hardware, and where the DSDT is"},
    {"APIC", "MADT: processors and interrupt controllers"},
    {"DSDT", "byte code"},
};

static void print_table(uint64_t address, const struct acpi_header *table)
{
    const char *what = "?";
    char name[5] = "";

    memcpy(name, table->signature, 4);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            what = kinds[i].what;
    print_line(address, name, table->length, sum(table, table->length), what);
}

static void print_fadt(const struct acpi_fadt *fadt)
{
    printf("    dsdt            0x%x\n", fadt->dsdt);
    printf("    sci_interrupt   %u\n", fadt->sci_interrupt);
    printf("    pm1a_event      port 0x%x, %u bytes\n", fadt->pm1a_event,
           fadt->pm1_event_length);
    printf("    pm1a_control    port 0x%x, %u bytes\n", fadt->pm1a_control,
           fadt->pm1_control_length);
    printf("    boot_flags      0x%x: %skeyboard, %sCMOS clock, %sscreen\n",
           fadt->boot_flags, fadt->boot_flags & ACPI_BOOT_KEYBOARD ? "" : "no ",
           fadt->boot_flags & ACPI_BOOT_NO_CLOCK ? "no " : "",
           fadt->boot_flags & ACPI_BOOT_NO_SCREEN ? "no " : "");
    printf("    flags           0x%x: %s\n", fadt->flags,
           fadt->flags & ACPI_FLAG_RESET ? "there is a register that restarts"
                                         : "no register restarts");
    printf("    reset           %u to port 0x%llx\n", fadt->reset_value,
           (unsigned long long)fadt->reset.address);
}

/* One record of the MADT behind the other; a length of 0 would never end. */
static void print_madt(const struct acpi_header *table)
{
    const uint8_t *at = (const uint8_t *)table + sizeof(struct acpi_madt);
    const uint8_t *end = (const uint8_t *)table + table->length;

    for (; end - at >= 2 && at[1] >= 2 && end - at >= at[1]; at += at[1]) {
        struct acpi_processor processor;
        struct acpi_ioapic ioapic;
        struct acpi_override line;
        if (at[0] == 0 && at[1] == sizeof processor) {
            memcpy(&processor, at, sizeof processor);
            printf("    processor %u, APIC %u, %s\n", processor.processor,
                   processor.apic_id, processor.flags & 1 ? "there" : "not there");
        } else if (at[0] == 1 && at[1] == sizeof ioapic) {
            memcpy(&ioapic, at, sizeof ioapic);
            printf("    IOAPIC at 0x%x, lines from %u on\n", ioapic.address,
                   ioapic.first);
        } else if (at[0] == 2 && at[1] == sizeof line) {
            memcpy(&line, at, sizeof line);
            printf("    IRQ %u arrives at line %u%s\n", line.source, line.line,
                   line.flags == 0xd ? ", as a level" : "");
        } else {
            printf("    a record of kind %u\n", at[0]);
        }
    }
}

static void print_code(const struct acpi_header *table)
{
    const uint8_t *code = (const uint8_t *)(table + 1);

    for (size_t i = 0; i < table->length - sizeof *table; i++)
        printf("%s%02x%s", i % 16 == 0 ? "    " : " ", code[i],
               i % 16 == 15 || i + 1 == table->length - sizeof *table ? "\n" : "");
}

/* Prints the table, and with WANTED what is in it. Returns 0, or 1 as table_at. */
static int show(struct tutor *tutor, const struct board *board, uint64_t address,
                const char *wanted)
{
    const struct acpi_header *table = table_at(tutor, board, address);

    if (table == NULL)
        return 1;
    bool is =
        wanted != NULL &&
        (memcmp(table->signature, wanted, 4) == 0 ||
         (strcmp(wanted, "FADT") == 0 && memcmp(table->signature, "FACP", 4) == 0) ||
         (strcmp(wanted, "MADT") == 0 && memcmp(table->signature, "APIC", 4) == 0));
    if (wanted != NULL && !is)
        return 0;
    print_table(address, table);
    if (is && memcmp(table->signature, "FACP", 4) == 0 &&
        table->length >= sizeof(struct acpi_fadt))
        print_fadt((const struct acpi_fadt *)table);
    else if (is && memcmp(table->signature, "APIC", 4) == 0)
        print_madt(table);
    else if (is && memcmp(table->signature, "DSDT", 4) == 0)
        print_code(table);
    return 0;
}

int word_acpi(struct tutor *tutor, int argc, char **argv)
{
    static const char *const names[] = {"FADT", "MADT", "DSDT"};
    struct board *board = board_up(tutor);
    const char *wanted = argc > 1 ? argv[1] : NULL;
    bool known = wanted == NULL;

    if (board == NULL)
        return 1;
    for (size_t i = 0; wanted != NULL && i < sizeof names / sizeof *names; i++)
        known = known || strcmp(wanted, names[i]) == 0;
    if (!known) {
        tutor_error(tutor, "%s: must be FADT, MADT or DSDT", wanted);
        return MACHINE_USAGE;
    }
    /* As the kernel finds it: boot_params says where the root is. */
    const struct vm *vm = &board->machine->vm;
    const struct boot_params *parameters =
        vm_at(vm, LINUX_PARAMETERS, sizeof *parameters);
    uint64_t at = parameters ? parameters->acpi_rsdp_addr : 0;
    const struct acpi_rsdp *rsdp = vm_at(vm, at, sizeof *rsdp);
    if (rsdp == NULL || memcmp(rsdp->signature, "RSD PTR ", 8) != 0)
        return tutor_error(tutor, "0x%llx: there is no RSDP", (unsigned long long)at);
    if (wanted == NULL) {
        char what[64];
        snprintf(what, sizeof what, "the root; the first 20 bytes: sum %u",
                 sum(rsdp, 20));
        print_line(at, "RSDP", sizeof *rsdp, sum(rsdp, sizeof *rsdp), what);
        if (show(tutor, board, rsdp->xsdt_address, NULL))
            return 1;
    }
    const struct acpi_xsdt *xsdt = vm_at(vm, rsdp->xsdt_address, sizeof *xsdt);
    if (xsdt == NULL)
        return tutor_error(tutor, "0x%llx: there is no XSDT",
                           (unsigned long long)rsdp->xsdt_address);
    const struct acpi_fadt *fadt = vm_at(vm, xsdt->table[0], sizeof *fadt);
    return show(tutor, board, xsdt->table[0], wanted) ||
           show(tutor, board, xsdt->table[1], wanted) ||
           (fadt != NULL && show(tutor, board, fadt->x_dsdt, wanted));
}
