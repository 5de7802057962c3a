/* linux_acpi.c - the ACPI tables of our machine, written by hand.
 *
 * The tables are C structures in guest memory, one behind the other, each with the
 * address of the next. The kernel checks the checksum of each before it believes it.
 * The DSDT is different: it is a program in byte code (AML), which the kernel's
 * interpreter runs. Ours has one statement.
 *
 * Read on: the ACPI specification 6.4, chapters 5 (tables), 4.8 (fixed hardware), 7.4.2
 * (\_Sx states), 20 (AML).
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "acpi.h"
#include "lab.h"
#include "linux_boot.h"

enum {
    ALIGN = 16,
    SCI_IRQ = 9, /* the usual one; ours never comes */
    LOCAL_APIC = 0xfee00000,
    IOAPIC = 0xfec00000, /* both as KVM's irqchip has them */
    CPUS_MAX = 64,
    RESET_VALUE = 6,
    NO_C2 = 101, /* latencies that mean: there is no such state */
    NO_C3 = 1001,
};

/* Name (\_S5, Package (4) { 0, 0, 0, 0 }): to power off, write the first number, as a
 * sleep type, to PM1a_CNT. */
static const uint8_t dsdt_code[] = {
    0x08,                        /* NameOp */
    '\\', '_',  'S',  '5',  '_', /* its name, in the root */
    0x12,                        /* PackageOp */
    0x06,                        /* bytes from here on: this one, the next, 4 numbers */
    0x04,                        /* elements */
    0x00, 0x00, 0x00, 0x00,      /* ZeroOp: PM1a, PM1b, two that are not used */
};

/* Tables are laid out one behind the other in a piece of guest memory. */
struct writer {
    uint8_t *memory; /* LINUX_ACPI_SIZE bytes at LINUX_ACPI */
    size_t used;
};

/* Takes SIZE bytes for a table. NULL with errno ENOSPC when there is no room. */
static void *reserve(struct writer *writer, size_t size, uint64_t *address)
{
    size_t at = (writer->used + ALIGN - 1) / ALIGN * ALIGN;
    if (at > LINUX_ACPI_SIZE || size > LINUX_ACPI_SIZE - at) {
        errno = ENOSPC;
        return NULL;
    }
    writer->used = at + size;
    *address = LINUX_ACPI + at;
    return writer->memory + at;
}

/* The byte that makes the sum of LENGTH bytes at DATA 0, when it replaces a 0 among
 * them. */
static uint8_t checksum(const void *data, size_t length)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += ((const uint8_t *)data)[i];
    return -sum;
}

/* Fills the header of a table that is complete but for it. */
static void seal(struct acpi_header *header, const char *signature, uint8_t revision,
                 size_t length)
{
    *header = (struct acpi_header){
        .length = (uint32_t)length,
        .revision = revision,
        .oem_id = "BOXWRK",
        .oem_table_id = "MINIHYPR",
        .creator_id = "BOXW",
        .creator_revision = 1,
    };
    memcpy(header->signature, signature, sizeof header->signature);
    header->checksum = checksum(header, length);
}

/* The byte code: ours, and then the caller's. */
static int write_dsdt(struct writer *writer, const struct linux_acpi *spec,
                      uint64_t *address)
{
    size_t length = sizeof(struct acpi_header) + sizeof dsdt_code + spec->aml_size;
    struct acpi_header *dsdt = reserve(writer, length, address);
    if (dsdt == NULL)
        return -1;
    uint8_t *code = (uint8_t *)(dsdt + 1);
    memcpy(code, dsdt_code, sizeof dsdt_code);
    if (spec->aml_size > 0)
        memcpy(code + sizeof dsdt_code, spec->aml, spec->aml_size);
    seal(dsdt, "DSDT", 2, length);
    return 0;
}

/* A block of BITS bits at a port: 32 are two registers of 16. */
static struct acpi_address port(uint64_t number, uint8_t bits)
{
    return (struct acpi_address){
        .space = 1, .bits = bits, .access = bits == 8 ? 1 : 2, .address = number};
}

/* The fixed hardware.                                         @lab 8.7 @points 10
 * ACPI 5.2.9, 4.8.3. What stays 0 does not exist. port above is given.
 */
void linux_fadt(struct acpi_fadt *fadt, uint32_t dsdt)
{
    /* 1. The byte code, in 32 and in 64 bits. */
    /* 2. The registers for events and for sleep, in the old form and in the new
     *    one. */
    /* 3. How to restart. */
    /* 4. What there is not: a screen, a keyboard, a CMOS clock, buttons, idle states
     *    deeper than HLT. Otherwise the kernel would look for them. */
    LAB_TODO("8.7", linux_fadt);
}

/* Processors and interrupt controllers. */
static int write_madt(struct writer *writer, unsigned cpus, uint64_t *address)
{
    struct acpi_ioapic ioapic = {.kind = 1, .length = sizeof ioapic, .address = IOAPIC};
    /* The PC's timer is IRQ 0, but arrives at line 2: so KVM's IOAPIC is wired. */
    struct acpi_override timer = {.kind = 2, .length = sizeof timer, .line = 2};
    /* ACPI's own interrupt is shared, and so a level. */
    struct acpi_override sci = {.kind = 2,
                                .length = sizeof sci,
                                .source = SCI_IRQ,
                                .line = SCI_IRQ,
                                .flags = 0xd};
    size_t length = sizeof(struct acpi_madt) + cpus * sizeof(struct acpi_processor) +
                    sizeof ioapic + sizeof timer + sizeof sci;
    struct acpi_madt *madt = reserve(writer, length, address);
    if (madt == NULL)
        return -1;
    *madt = (struct acpi_madt){.local_apic = LOCAL_APIC, .flags = 1};
    uint8_t *next = (uint8_t *)(madt + 1);
    for (unsigned i = 0; i < cpus; i++) {
        struct acpi_processor processor = {.length = sizeof processor,
                                           .processor = (uint8_t)i,
                                           .apic_id = (uint8_t)i,
                                           .flags = 1};
        next = (uint8_t *)memcpy(next, &processor, sizeof processor) + sizeof processor;
    }
    next = (uint8_t *)memcpy(next, &ioapic, sizeof ioapic) + sizeof ioapic;
    next = (uint8_t *)memcpy(next, &timer, sizeof timer) + sizeof timer;
    memcpy(next, &sci, sizeof sci);
    seal(&madt->header, "APIC", 5, length);
    return 0;
}

/* Writes the chain of tables.                                 @lab 8.8 @points 10
 * ACPI 5.2.5, 5.2.8. reserve, checksum, seal, write_dsdt and write_madt above are given.
 */
int linux_acpi(const struct vm *vm, const struct linux_acpi *spec)
{
    /* 1. A place for each table, the root first. What may be too long for the room is the
     *    caller's byte code. */
    /* 2. The chain. A table is sealed when everything else in it stands. */
    /* 3. The root has two checksums: one for its old half, and one for all of it, in
     *    which the first one counts. */
    LAB_TODO("8.8", linux_acpi);
    return -1;
}
