/* linux_boot.h - an unmodified Linux kernel as a guest: the contract of lesson h08-linux.
 *
 * A boot loader does four things: it looks at the kernel's file, puts kernel and
 * initramfs into memory, leaves a page of facts about the machine (boot_params), and
 * jumps. We do the same without a loader, from outside. The kernel then looks for the
 * rest itself: CPUID says what processor it is on (and that this is KVM, so that it
 * finds its clock), ACPI tables say what machine.
 *
 *     0x001000  GDT                         0x0e0000  ACPI tables
 *     0x002000  page tables, 6 pages        0x100000  the kernel of a bzImage
 *     0x008000  boot_params                 ...
 *     0x010000  top of the first stack      top of low memory: the initramfs
 *     0x020000  the command line
 *     0x09fc00  end of memory below 1 MiB
 *
 * Read on: the kernel's Documentation/arch/x86/boot.rst ("boot protocol" below) and
 * zero-page.rst; acpi.h beside this file; the page lessons/h08-linux.
 */
#ifndef LINUX_BOOT_H
#define LINUX_BOOT_H

#include <asm/bootparam.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "acpi.h"
#include "vm.h"

/* Where things are: the picture above. */
enum {
    LINUX_GDT = 0x1000,
    LINUX_TABLES = 0x2000,
    LINUX_TABLES_SIZE = 0x6000,
    LINUX_PARAMETERS = 0x8000,
    LINUX_STACK = 0x10000,
    LINUX_COMMAND_LINE = 0x20000,
    LINUX_LOW_END = 0x9fc00,
    LINUX_ACPI = 0xe0000,
    LINUX_ACPI_SIZE = 0x20000,
    LINUX_KERNEL = 0x100000,
};

/* What a stretch of memory is, in the memory map. Boot protocol: "e820", as the BIOS
 * call. */
enum { LINUX_RAM = 1, LINUX_RESERVED = 2 };

/* Selectors that the boot protocol asks for: __BOOT_CS and __BOOT_DS. */
enum { LINUX_CS = 0x10, LINUX_DS = 0x18 };

/* Physical addresses from 3 to 4 GiB are for devices (IOAPIC, local APIC); a machine
 * with more memory has the rest of it from 4 GiB on. */
#define LINUX_HOLE 0xc0000000ull
#define LINUX_HOLE_END 0x100000000ull

/* What a kernel's file says about itself. */
struct linux_image {
    bool elf;          /* an ELF vmlinux, which has no setup header: only that is known */
    uint16_t protocol; /* version of the boot protocol: 0x020f is 2.15 */
    char version[64];  /* "6.1.0-42-cloud-amd64 (debian-kernel@…", cut; "" unknown */
    size_t kernel_offset; /* where in the file the kernel begins, behind the setup */
    size_t kernel_size;   /* bytes from there on that it needs */
    uint64_t preferred;   /* where it wants to run */
    uint64_t run_size;    /* bytes of memory from PREFERRED on that it needs at first */
    uint64_t initrd_max;  /* the last byte of an initramfs may be here */
    uint32_t command_max; /* bytes of a command line, without the 0 at its end */
    struct setup_header header; /* as it stands in the file */
    const char *wrong;          /* after ENOEXEC: what is wrong, as words; a constant */
};

/* Looks at the SIZE bytes of a kernel's file, and believes nothing: it has to be an ELF
 * file, or a bzImage (signatures at 0x1fe and 0x202) of protocol 2.12 or later with a
 * 64-bit entry (xloadflags bit 0) that may be loaded at 1 MiB (loadflags bit 0), and as
 * long as its header says (setup_sects, where 0 means 4; syssize, in units of 16
 * bytes).
 * Returns 0 with KERNEL filled, or -1 with errno ENOEXEC and kernel->wrong.
 */
int linux_check(const void *image, size_t size, struct linux_image *kernel);

/* Puts the kernel of IMAGE into guest memory: that of a bzImage at LINUX_KERNEL, an ELF
 * one where its program headers say. ENTRY is where it begins: LINUX_KERNEL + 0x200, or
 * e_entry. KERNEL is what linux_check said about the same bytes; it gets END, behind
 * all that the kernel needs before it has looked at the memory map.
 * Returns 0, or -1 with errno ENOMEM (the guest has too little memory), ENOEXEC (ELF: see
 * kernel->wrong) or EINVAL (an ELF segment would lie below LINUX_KERNEL).
 */
int linux_load(const struct vm *vm, const void *image, size_t size,
               struct linux_image *kernel, uint64_t *entry, uint64_t *end);

/* Puts the SIZE bytes of an initramfs as high into memory below LINUX_HOLE as the kernel
 * allows, on a page of its own, and not below END. ADDRESS says where it is.
 * Returns 0, or -1 with errno ENOMEM when it does not fit.
 */
int linux_initrd(const struct vm *vm, const struct linux_image *kernel, uint64_t end,
                 const void *initrd, size_t size, uint64_t *address);

/* Writes the map of memory, in the order of addresses: what of the VM's slots may be
 * used (LINUX_RAM: not the stretch from LINUX_LOW_END to 1 MiB), and that stretch,
 * LINUX_RESERVED. The slots must not overlap, which vm_add_memory sees to.
 * Returns how many entries were written; 0 with errno ENOSPC when there is no room in
 * MAX.
 */
unsigned linux_memory_map(const struct vm *vm, struct boot_e820_entry *map, unsigned max);

/* What the kernel is told. */
struct linux_facts {
    const char *command_line;
    uint64_t initrd;      /* address; 0: none */
    uint64_t initrd_size; /* bytes */
    uint64_t rsdp;        /* address of the ACPI tables' root; 0: none */
};

/* Writes boot_params to LINUX_PARAMETERS and the command line to LINUX_COMMAND_LINE.
 * All that is not said is 0. For a bzImage the setup header is that of its file; for
 * both kinds it gets our type of loader (0xff: unknown), the addresses of command line
 * and initramfs, and then the memory map and the RSDP.
 * Returns 0, or -1 with errno E2BIG (the command line is longer than the kernel takes),
 * ENOSPC (the memory map) or EFAULT (there is no memory there).
 */
int linux_parameters(const struct vm *vm, const struct linux_image *kernel,
                     const struct linux_facts *facts);

/* Tells VCPU what processor to be: all that KVM can (KVM_GET_SUPPORTED_CPUID), and
 *     leaf 1     ECX bit 31: there is a hypervisor, so that leaf 0x40000000 counts;
 *                ECX bit 24, when KVM has a deadline timer (KVM_CAP_TSC_DEADLINE_TIMER);
 *                EBX bits 31 to 24: the number of the vCPU's APIC
 *     leaf 0xb   EDX: the same number; leaf 0x1f, too
 * Returns 0, or -1 with errno of an ioctl of KVM.
 */
int linux_cpuid(const struct vm *vm, struct vcpu *vcpu);

/* Fills FADT but for its header: the DSDT is at DSDT; fixed hardware for events and
 * sleep at LINUX_PM_PORT and LINUX_PM_CONTROL, in both forms; a restart by writing 6 to
 * LINUX_RESET; no screen, no keyboard controller, no CMOS clock, no buttons, no C2 and
 * no C3.
 */
void linux_fadt(struct acpi_fadt *fadt, uint32_t dsdt);

/* What the ACPI tables say beside what all our machines have in common. */
struct linux_acpi {
    unsigned cpus;   /* 1 to 64: how many processors, with APIC ids from 0 on */
    const void *aml; /* byte code to append to the DSDT: devices; may be NULL */
    size_t aml_size;
};

/* Writes the tables of acpi.h to guest memory from LINUX_ACPI on: the RSDP first, which
 * is so at LINUX_ACPI. They say: fixed hardware at LINUX_PM_PORT, no keyboard
 * controller, no CMOS clock; an IOAPIC whose line 2 gets the timer (IRQ 0), and SPEC's
 * processors; and in byte code, that sleep state 5 ("off") is entered with the number
 * 0.
 * Returns 0, or -1 with errno EINVAL (cpus), ENOSPC (more than LINUX_ACPI_SIZE bytes) or
 * EFAULT (no memory there).
 */
int linux_acpi(const struct vm *vm, const struct linux_acpi *spec);

/* Puts VCPU in front of the kernel, as the 64-bit boot protocol asks for: long mode,
 * the first 4 GiB of addresses mean themselves, flat segments, interrupts off, rsi
 * points at boot_params. Returns 0, or -1 with errno of longmode_enter, longmode_map or
 * protected_gdt.
 */
int linux_enter(const struct vm *vm, struct vcpu *vcpu, uint64_t entry);

/* --- Power
 * ------------------------------------------------------------------------------- */

/* The fixed hardware of ACPI, and the ports that have restarted PCs since there are
 * any. */
enum {
    LINUX_PM_PORT = 0x600,     /* 16 bits: which events have happened: reads 0 */
    LINUX_PM_ENABLE = 0x602,   /* 16 bits: which may interrupt: keeps what is written */
    LINUX_PM_CONTROL = 0x604,  /* 16 bits: */
    LINUX_PM_ACPI_ON = 1 << 0, /* reads 1 */
    LINUX_PM_SLEEP = 1 << 13,  /* write: go to sleep, */
    LINUX_PM_SLEEP_TYPE = 7 << 10, /* that deep: the number that \_S5_ gives for "off" */
    LINUX_KEYBOARD = 0x64,         /* the value 0xfe pulls the processor's reset line */
    LINUX_RESET = 0xcf9,           /* bits 1 and 2 do so, too */
};

enum linux_power {
    LINUX_GOES_ON,
    LINUX_POWERED_OFF,
    LINUX_RESTARTED,
};

/* What it means for the machine that the guest writes the SIZE bytes of VALUE to PORT.
 * Of the sleep states only "off" counts: type 0. Writes of one byte do nothing at
 * LINUX_PM_CONTROL.
 */
enum linux_power linux_power(uint16_t port, unsigned size, uint32_t value);

#endif
