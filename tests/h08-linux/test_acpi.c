/* test_acpi.c - the judge of h08-linux: the ACPI tables, read as a kernel reads them.
 *
 * The offsets are those of the ACPI specification 6.4: the judge's own, no header of the
 * project's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { FADT_SIZE = 276, HEADER = 36 };

static uint64_t field(const uint8_t *table, size_t offset, size_t bytes)
{
    uint64_t value = 0;

    memcpy(&value, table + offset, bytes);
    return value;
}

static void expect_field(const char *what, uint64_t expected, uint64_t seen)
{
    if (seen != expected)
        judge_fail("%s must be 0x%llx; it is 0x%llx", what, (unsigned long long)expected,
                   (unsigned long long)seen);
}

/* --- linux_fadt --------------------------------------------------------------------- */

static void fill(uint8_t fadt[FADT_SIZE], uint32_t dsdt)
{
    struct player *player = seen_start(WORDS("fadt", word("%u", dsdt)));
    struct answer answer = seen_answer(player);
    unsigned long long at;

    if (sscanf(answer.rest, "%llx", &at) != 1 ||
        player_read_memory(player, at, fadt, FADT_SIZE) == -1)
        judge_cannot_run("the table cannot be read");
}

/* A port in the new form: space 1, its width, address. */
static void expect_port(const char *what, const uint8_t *fadt, size_t offset,
                        unsigned bits, uint64_t port)
{
    char name[128];

    snprintf(name, sizeof name, "%s: the space (1: ports)", what);
    expect_field(name, 1, fadt[offset]);
    snprintf(name, sizeof name, "%s: its width", what);
    expect_field(name, bits, fadt[offset + 1]);
    snprintf(name, sizeof name, "%s: the port", what);
    expect_field(name, port, field(fadt, offset + 4, 8));
}

void fadt_has_sleep(void **state)
{
    uint8_t fadt[FADT_SIZE];
    uint32_t dsdt = (uint32_t)seen_random(0xe0100, 0xeffff);

    (void)state;
    fill(fadt, dsdt);
    expect_field("DSDT", dsdt, field(fadt, 40, 4));
    expect_field("X_DSDT", dsdt, field(fadt, 140, 8));
    expect_field("PM1a_EVT_BLK", 0x600, field(fadt, 56, 4));
    expect_field("PM1_EVT_LEN", 4, fadt[88]);
    expect_field("PM1a_CNT_BLK", 0x604, field(fadt, 64, 4));
    expect_field("PM1_CNT_LEN", 2, fadt[89]);
    expect_port("X_PM1a_EVT_BLK", fadt, 148, 32, 0x600);
    expect_port("X_PM1a_CNT_BLK", fadt, 172, 16, 0x604);
}

void fadt_has_a_restart(void **state)
{
    uint8_t fadt[FADT_SIZE];

    (void)state;
    fill(fadt, 0xe0200);
    expect_port("RESET_REG", fadt, 116, 8, 0xcf9);
    expect_field("RESET_VALUE", 6, fadt[128]);
    if (!(field(fadt, 112, 4) & 1 << 10))
        judge_fail("the flag RESET_REG_SUP (bit 10) must be set, or nobody looks at "
                   "RESET_REG; the flags are 0x%llx",
                   (unsigned long long)field(fadt, 112, 4));
}

static void expect_bit(const char *what, uint64_t value, unsigned bit, unsigned expected)
{
    if ((value >> bit & 1) != expected)
        judge_fail("%s (bit %u) must be %u; the field is 0x%llx", what, bit, expected,
                   (unsigned long long)value);
}

void fadt_says_what_there_is_not(void **state)
{
    uint8_t fadt[FADT_SIZE];

    (void)state;
    fill(fadt, 0xe0200);
    uint64_t boot = field(fadt, 109, 2), flags = field(fadt, 112, 4);
    expect_bit("IAPC_BOOT_ARCH: a keyboard controller", boot, 1, 0);
    expect_bit("IAPC_BOOT_ARCH: no screen", boot, 2, 1);
    expect_bit("IAPC_BOOT_ARCH: no CMOS clock", boot, 5, 1);
    expect_bit("flags: no power button", flags, 4, 1);
    expect_bit("flags: no sleep button", flags, 5, 1);
    if (field(fadt, 96, 2) <= 100 || field(fadt, 98, 2) <= 1000)
        judge_fail(
            "the latencies of C2 and C3 must be above 100 and 1000, which says that "
            "they do not exist; they are %llu and %llu",
            (unsigned long long)field(fadt, 96, 2),
            (unsigned long long)field(fadt, 98, 2));
    expect_field("SMI_CMD (0: ACPI is always on)", 0, field(fadt, 48, 4));
    expect_field("PM_TMR_BLK (0: there is none)", 0, field(fadt, 76, 4));
}

/* --- linux_acpi --------------------------------------------------------------------- */

static struct player *written(unsigned cpus, const char *aml)
{
    struct player *player =
        seen_start(WORDS("acpi", word("%d", 1 << 20), word("%u", cpus), aml));

    expect_success("linux_acpi", seen_answer(player));
    return player;
}

/* The table at ADDRESS, as long as it says, which must have this signature. */
static size_t table(struct player *player, uint64_t address, const char *signature,
                    uint8_t *to, size_t room)
{
    guest_bytes(player, address, to, HEADER);
    size_t length = field(to, 4, 4);
    if (memcmp(to, signature, 4) != 0)
        judge_fail("the table at 0x%llx must be %s; its signature is \"%.4s\"",
                   (unsigned long long)address, signature, (const char *)to);
    if (length < HEADER || length > room)
        judge_fail("%s cannot have %zu bytes", signature, length);
    guest_bytes(player, address, to, length);
    return length;
}

/* The four tables behind the root, in TABLES; their lengths in LENGTHS. */
enum { XSDT, FADT, MADT, DSDT, COUNT, ROOM = 2048 };
static const char *const names[COUNT] = {"XSDT", "FACP", "APIC", "DSDT"};

static void follow(struct player *player, uint8_t tables[COUNT][ROOM],
                   size_t lengths[COUNT])
{
    uint8_t rsdp[36];

    guest_bytes(player, TABLES, rsdp, sizeof rsdp);
    if (memcmp(rsdp, "RSD PTR ", 8) != 0)
        judge_fail("the RSDP must stand at 0xe0000, and begin with \"RSD PTR \"");
    expect_field("the revision of the RSDP", 2, rsdp[15]);
    expect_field("the length of the RSDP", 36, field(rsdp, 20, 4));
    lengths[XSDT] = table(player, field(rsdp, 24, 8), "XSDT", tables[XSDT], ROOM);
    if (lengths[XSDT] != HEADER + 16)
        judge_fail("the XSDT must have two entries; it has %zu bytes", lengths[XSDT]);
    lengths[FADT] =
        table(player, field(tables[XSDT], HEADER, 8), "FACP", tables[FADT], ROOM);
    lengths[MADT] =
        table(player, field(tables[XSDT], HEADER + 8, 8), "APIC", tables[MADT], ROOM);
    expect_field("the length of the FADT", FADT_SIZE, lengths[FADT]);
    lengths[DSDT] =
        table(player, field(tables[FADT], 140, 8), "DSDT", tables[DSDT], ROOM);
}

void acpi_is_a_chain(void **state)
{
    static uint8_t tables[COUNT][ROOM];
    size_t lengths[COUNT];
    unsigned cpus = (unsigned)seen_random(1, 64), found = 0;
    uint8_t aml[8];

    (void)state;
    for (size_t i = 0; i < sizeof aml; i++)
        aml[i] = (uint8_t)seen_random(0, 255);
    follow(written(cpus, hex(aml, sizeof aml)), tables, lengths);
    for (size_t at = 44; at + 2 <= lengths[MADT] && tables[MADT][at + 1] >= 2;
         at += tables[MADT][at + 1])
        found += tables[MADT][at] == 0;
    if (found != cpus)
        judge_fail("the MADT must have a record for each of %u processors; it has %u",
                   cpus, found);
    if (memcmp(tables[DSDT] + lengths[DSDT] - sizeof aml, aml, sizeof aml) != 0)
        judge_fail("the caller's byte code must stand at the end of the DSDT");
    /* 08 '\\' "_S5_" 12: the package that says how to power off. */
    if (memcmp(tables[DSDT] + HEADER, "\b\\_S5_\x12", 7) != 0)
        judge_fail("the DSDT must begin with the package \\_S5_");
}

static unsigned sum(const uint8_t *bytes, size_t length)
{
    unsigned total = 0;

    for (size_t i = 0; i < length; i++)
        total += bytes[i];
    return total & 0xff;
}

void acpi_sums_are_0(void **state)
{
    static uint8_t tables[COUNT][ROOM];
    size_t lengths[COUNT];
    uint8_t rsdp[36];

    (void)state;
    struct player *player = written((unsigned)seen_random(1, 64), "");
    follow(player, tables, lengths);
    guest_bytes(player, TABLES, rsdp, sizeof rsdp);
    if (sum(rsdp, 20) != 0)
        judge_fail("the first 20 bytes of the RSDP must add up to 0 modulo 256; they add "
                   "up to %u",
                   sum(rsdp, 20));
    if (sum(rsdp, 36) != 0)
        judge_fail("all 36 bytes of the RSDP must add up to 0 modulo 256; they add up to "
                   "%u",
                   sum(rsdp, 36));
    for (int i = 0; i < COUNT; i++)
        if (sum(tables[i], lengths[i]) != 0)
            judge_fail("the %zu bytes of %s must add up to 0 modulo 256; they add up to "
                       "%u: was a field set after the table was sealed?",
                       lengths[i], names[i], sum(tables[i], lengths[i]));
}

void acpi_refuses(void **state)
{
    (void)state;
    expect_failure("linux_acpi for 0 processors", EINVAL,
                   seen_answer(seen_start(WORDS("acpi", "0x100000", "0", ""))));
    expect_failure("linux_acpi for 65 processors", EINVAL,
                   seen_answer(seen_start(WORDS("acpi", "0x100000", "65", ""))));
    expect_failure("linux_acpi in a guest of 512 KiB", EFAULT,
                   seen_answer(seen_start(WORDS("acpi", "0x80000", "1", ""))));
    expect_failure("linux_acpi with 128 KiB of byte code", ENOSPC,
                   seen_answer(seen_start(WORDS("acpi-long", "0x20000"))));
}
