/* acpi.h - what ACPI tables look like in memory: data for lesson h08-linux.
 *
 * ACPI is how a PC tells its kernel what it cannot find out by looking: the processors,
 * the interrupt controllers, how to power off. It is a chain of tables:
 *
 *     RSDP --> XSDT --> FADT --> DSDT    (fixed hardware; byte code, "AML")
 *                   --> MADT             (interrupt controllers and processors)
 *
 * Each starts with the same header, and the bytes of each add up to 0 modulo 256. Only
 * the fields that our machine fills have a comment; the others are for hardware that it
 * has not.
 *
 * Read on: the ACPI specification 6.4, 5.2 ("ACPI System Description Tables"); the
 * numbers of sections below are from there.
 */
#ifndef ACPI_H
#define ACPI_H

#include <stdint.h>

/* 5.2.5.3: the root. The kernel is told where it is, in boot_params. */
struct acpi_rsdp {
    char signature[8]; /* "RSD PTR " */
    uint8_t checksum;  /* for the first 20 bytes */
    char oem_id[6];    /* whose table */
    uint8_t revision;  /* 2: there is an XSDT */
    uint32_t rsdt_address;
    uint32_t length;           /* of all of it */
    uint64_t xsdt_address;     /* where the chain goes on */
    uint8_t extended_checksum; /* for all of it */
    uint8_t reserved[3];
} __attribute__((packed));

/* 5.2.6: how every other table starts. */
struct acpi_header {
    char signature[4];    /* "XSDT", "FACP", "APIC", "DSDT" */
    uint32_t length;      /* of the table, this header included */
    uint8_t revision;     /* of its form */
    uint8_t checksum;     /* makes the sum of its bytes 0 */
    char oem_id[6];       /* whose table */
    char oem_table_id[8]; /* which one of theirs */
    uint32_t oem_revision;
    char creator_id[4]; /* who compiled it */
    uint32_t creator_revision;
} __attribute__((packed));

/* 5.2.8: addresses of tables. */
struct acpi_xsdt {
    struct acpi_header header;
    uint64_t table[2]; /* the FADT and the MADT */
} __attribute__((packed));

/* 5.2.3.2: where a register is. */
struct acpi_address {
    uint8_t space; /* 0: memory, 1: ports */
    uint8_t bits;  /* its width */
    uint8_t offset;
    uint8_t access; /* 1: byte, 2: word */
    uint64_t address;
} __attribute__((packed));

/* 5.2.9: the fixed hardware. Its signature is "FACP". */
struct acpi_fadt {
    struct acpi_header header;
    uint32_t facs;
    uint32_t dsdt; /* its address in 32 bits */
    uint8_t reserved1;
    uint8_t profile;
    uint16_t sci_interrupt; /* the IRQ of ACPI events */
    uint32_t smi_command;   /* 0: ACPI is always on, nothing has to enable it */
    uint8_t acpi_enable, acpi_disable, s4bios, pstate;
    uint32_t pm1a_event; /* a port: power button and the like */
    uint32_t pm1b_event;
    uint32_t pm1a_control; /* a port: sleep, and so power off */
    uint32_t pm1b_control, pm2_control, pm_timer, gpe0, gpe1;
    uint8_t pm1_event_length;   /* 4: two registers of 16 bits */
    uint8_t pm1_control_length; /* 2 */
    uint8_t pm2_control_length, pm_timer_length, gpe0_length, gpe1_length, gpe1_base;
    uint8_t cstate_control;
    uint16_t c2_latency; /* above 100: there is no C2 */
    uint16_t c3_latency; /* above 1000: there is no C3 */
    uint16_t flush_size, flush_stride;
    uint8_t duty_offset, duty_width, day_alarm, month_alarm, century;
    uint16_t boot_flags; /* ACPI_BOOT_: which old devices there are */
    uint8_t reserved2;
    uint32_t flags;            /* ACPI_FLAG_ */
    struct acpi_address reset; /* writing reset_value here restarts the machine */
    uint8_t reset_value;
    uint16_t arm_boot_flags;
    uint8_t minor_revision;
    uint64_t x_facs;
    uint64_t x_dsdt; /* its address in 64 bits */
    struct acpi_address x_pm1a_event, x_pm1b_event, x_pm1a_control, x_pm1b_control;
    struct acpi_address x_pm2_control, x_pm_timer, x_gpe0, x_gpe1;
    struct acpi_address sleep_control, sleep_status;
    uint64_t hypervisor;
} __attribute__((packed));

/* boot_flags, 5.2.9.3. Without "keyboard" and with "no clock", the kernel does not spend
 * thousands of exits on looking for them. */
enum {
    ACPI_BOOT_OLD_DEVICES = 1 << 0, /* there is a serial port, say */
    ACPI_BOOT_KEYBOARD = 1 << 1,    /* there is a keyboard controller (8042) */
    ACPI_BOOT_NO_SCREEN = 1 << 2,   /* no VGA */
    ACPI_BOOT_NO_CLOCK = 1 << 5,    /* no CMOS clock */
};

/* flags, 5.2.9 */
enum {
    ACPI_FLAG_WBINVD = 1 << 0,          /* the instruction works; always set */
    ACPI_FLAG_NO_POWER_BUTTON = 1 << 4, /* none among the fixed hardware */
    ACPI_FLAG_NO_SLEEP_BUTTON = 1 << 5,
    ACPI_FLAG_RESET = 1 << 10, /* the field reset is filled */
};

/* 5.2.12: processors and interrupt controllers. Its signature is "APIC". What follows the
 * head are records of several kinds, each with its kind and its length first. */
struct acpi_madt {
    struct acpi_header header;
    uint32_t local_apic; /* where a processor sees its own: 0xfee00000 */
    uint32_t flags;      /* 1: there is an old pair of PICs, too */
} __attribute__((packed));

/* 5.2.12.2: a processor. */
struct acpi_processor {
    uint8_t kind;      /* 0 */
    uint8_t length;    /* 8 */
    uint8_t processor; /* a number of its own */
    uint8_t apic_id;   /* the number that interrupts are addressed to */
    uint32_t flags;    /* 1: it is there */
} __attribute__((packed));

/* 5.2.12.3: the chip that turns interrupt lines into messages to processors. */
struct acpi_ioapic {
    uint8_t kind;   /* 1 */
    uint8_t length; /* 12 */
    uint8_t id;
    uint8_t reserved;
    uint32_t address; /* 0xfec00000 */
    uint32_t first;   /* the number of its first line: 0 */
} __attribute__((packed));

/* 5.2.12.5: an old interrupt that arrives at another line than its own number. */
struct acpi_override {
    uint8_t kind;   /* 2 */
    uint8_t length; /* 10 */
    uint8_t bus;    /* 0: ISA */
    uint8_t source; /* the old number */
    uint32_t line;  /* of the IOAPIC */
    uint16_t flags; /* 0: as the bus does it; 0xd: active high, level */
} __attribute__((packed));

#endif
