/* probe.c - the player of lesson h08-linux: calls the learner's functions, one word each.
 *
 * What a function has written into guest memory the judge reads there. The word boot does
 * all of it: Debian's kernel, with one function of the learner's on its way. See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "interrupts.h"
#include "linux_boot.h"
#include "probe.h"
#include "realmode.h"
#include "serial.h"

enum {
    IMAGE = 1 << 16,
    UNTOUCHED = 0xcc,
    CPUID_ENTRIES = 256,
    GUEST = 128 << 20,
    LEFT_OFF = 42, /* exit statuses of boot */
    LEFT_RESTART = 43,
};

static struct vm vm;
static struct vcpu vcpu = VCPU_NONE;

static char text[3000];
static size_t text_length;

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length =
        vsnprintf(text + text_length, sizeof text - text_length, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof text - text_length)
        text_length += (size_t)length;
}

static uint64_t number(const char *from)
{
    return strtoull(from, NULL, 0);
}

/* The bytes of hexadecimal text, on the heap and exactly as long: what reads beyond may
 * be seen. */
static uint8_t *bytes_of(const char *hex, size_t *size)
{
    *size = strlen(hex) / 2;
    uint8_t *bytes = malloc(*size + (*size == 0));
    need(bytes != NULL, "malloc");
    for (size_t i = 0; i < *size; i++)
        need(sscanf(hex + 2 * i, "%2hhx", &bytes[i]) == 1, "hexadecimal");
    return bytes;
}

static void need_memory(uint64_t size)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, size) == 0, "vm_add_memory");
}

/* check HEX */
static int check(int argc, char **argv)
{
    struct linux_image image;
    size_t size;
    uint8_t *bytes = bytes_of(argv[1], &size);

    (void)argc;
    memset(&image, UNTOUCHED, sizeof image);
    int result = linux_check(bytes, size, &image);
    int error = errno;
    bool words = result == -1 && error == ENOEXEC && image.wrong != NULL;
    probe_ready("%d %d %d %d %x %zx %zx %llx %llx %llx %x %.60s", result, error, words,
                image.elf, image.protocol, image.kernel_offset, image.kernel_size,
                (unsigned long long)image.preferred, (unsigned long long)image.run_size,
                (unsigned long long)image.initrd_max, image.command_max, image.version);
    return 0;
}

/* load MEMORY HEX: guest memory is UNTOUCHED before. */
static int load(int argc, char **argv)
{
    struct linux_image image;
    uint64_t entry = 1, end = 1;
    size_t size;
    uint8_t *bytes = bytes_of(argv[2], &size);

    (void)argc;
    need_memory(number(argv[1]));
    memset(vm.slots[0].host, UNTOUCHED, vm.slots[0].size);
    need(linux_check(bytes, size, &image) == 0, "linux_check");
    int result = linux_load(&vm, bytes, size, &image, &entry, &end);
    probe_ready("%d %d %llx %llx", result, errno, (unsigned long long)entry,
                (unsigned long long)end);
    return 0;
}

/* initrd MEMORY INITRD_MAX END SIZE SEED: bytes that count from SEED on. */
static int initrd(int argc, char **argv)
{
    struct linux_image image = {.initrd_max = number(argv[2])};
    size_t size = number(argv[4]);
    uint64_t address = 1;
    uint8_t *bytes = malloc(size);

    (void)argc;
    need(bytes != NULL, "malloc");
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number(argv[5]) + i * 7);
    need_memory(number(argv[1]));
    int result = linux_initrd(&vm, &image, number(argv[3]), bytes, size, &address);
    probe_ready("%d %d %llx", result, errno, (unsigned long long)address);
    return 0;
}

/* map MAX SLOT SIZE [SLOT SIZE...]: a VM of slots that nobody has to fill. */
static int map(int argc, char **argv)
{
    struct boot_e820_entry entries[64];
    struct vm slots = VM_NONE;
    unsigned max = (unsigned)number(argv[1]);

    for (int i = 2; i + 1 < argc; i += 2)
        slots.slots[slots.slot_count++] =
            (struct vm_slot){number(argv[i]), number(argv[i + 1]), NULL};
    memset(entries, UNTOUCHED, sizeof entries);
    errno = 0;
    unsigned count = linux_memory_map(&slots, entries, max);
    int error = errno;
    for (unsigned i = 0; i < count && i < max; i++)
        note(" %llx+%llx:%u", (unsigned long long)entries[i].addr,
             (unsigned long long)entries[i].size, entries[i].type);
    bool beyond = ((const uint8_t *)&entries[max])[0] != UNTOUCHED;
    probe_ready("%u %d%s%s", count, error, beyond ? " beyond" : "", text);
    return 0;
}

/* parameters HEX LINE INITRD SIZE RSDP: the page is UNTOUCHED before. */
static int parameters(int argc, char **argv)
{
    struct linux_image image;
    struct linux_facts facts = {
        .command_line = argv[2],
        .initrd = number(argv[3]),
        .initrd_size = number(argv[4]),
        .rsdp = number(argv[5]),
    };
    size_t size;
    uint8_t *bytes = bytes_of(argv[1], &size);

    (void)argc;
    need_memory(16 << 20);
    memset(vm.slots[0].host, UNTOUCHED, 1 << 20);
    need(linux_check(bytes, size, &image) == 0, "linux_check");
    int result = linux_parameters(&vm, &image, &facts);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* cpuid INDEX: the vCPU's number. Reports where the leaves are that KVM shows afterwards,
 * and those that it supports. */
static int cpuid(int argc, char **argv)
{
    static union {
        struct kvm_cpuid2 head;
        char room[sizeof(struct kvm_cpuid2) +
                  CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
    } shown, supported;

    (void)argc;
    need_memory(1 << 20);
    need(interrupts_chips(&vm) == 0, "interrupts_chips");
    need(vcpu_create(&vcpu, &vm, (unsigned)number(argv[1])) == 0, "vcpu_create");
    int result = linux_cpuid(&vm, &vcpu);
    int error = errno;
    shown.head.nent = supported.head.nent = CPUID_ENTRIES;
    need(ioctl(vcpu.fd, KVM_GET_CPUID2, &shown) == 0, "KVM_GET_CPUID2");
    need(ioctl(vm.kvm_fd, KVM_GET_SUPPORTED_CPUID, &supported) == 0,
         "KVM_GET_SUPPORTED_CPUID");
    probe_ready("%d %d %p %p", result, error, (void *)&shown, (void *)&supported);
    return 0;
}

/* cpuid-closed: a vCPU that is none. */
static int cpuid_closed(int argc, char **argv)
{
    (void)argc, (void)argv;
    need_memory(1 << 20);
    int result = linux_cpuid(&vm, &vcpu);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* fadt DSDT: where it is. */
static int fadt(int argc, char **argv)
{
    static struct acpi_fadt table;

    (void)argc;
    memset(&table, UNTOUCHED, sizeof table);
    linux_fadt(&table, (uint32_t)number(argv[1]));
    probe_ready("0 0 %p", (void *)&table);
    return 0;
}

/* acpi MEMORY CPUS HEX */
static int acpi(int argc, char **argv)
{
    struct linux_acpi spec = {.cpus = (unsigned)number(argv[2])};

    (void)argc;
    spec.aml = bytes_of(argv[3], &spec.aml_size);
    need_memory(number(argv[1]));
    memset(vm.slots[0].host, UNTOUCHED, vm.slots[0].size);
    int result = linux_acpi(&vm, &spec);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* acpi-long SIZE: that many bytes of byte code. */
static int acpi_long(int argc, char **argv)
{
    size_t size = number(argv[1]);
    struct linux_acpi spec = {.cpus = 1, .aml = calloc(size, 1), .aml_size = size};

    (void)argc;
    need(spec.aml != NULL, "calloc");
    need_memory(1 << 20);
    int result = linux_acpi(&vm, &spec);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* power PORT SIZE VALUE [PORT SIZE VALUE...] */
static int power(int argc, char **argv)
{
    for (int i = 1; i + 2 < argc; i += 3)
        note(" %d",
             (int)linux_power((uint16_t)number(argv[i]), (unsigned)number(argv[i + 1]),
                              (uint32_t)number(argv[i + 2])));
    probe_ready("0 0%s", text);
    return 0;
}

/* --- boot --------------------------------------------------------------------------- */

static struct serial serial;
static enum linux_power ended;

static void send(void *context, uint8_t byte)
{
    (void)context;
    need(write(STDOUT_FILENO, &byte, 1) == 1, "write");
}

static void update_line(void)
{
    need(interrupts_line(&vm, SERIAL_IRQ, serial_interrupt(&serial)) == 0,
         "KVM_IRQ_LINE");
}

static uint32_t serial_in(void *context, uint16_t port, unsigned size)
{
    (void)context, (void)size;
    uint8_t value = serial_read(&serial, port - SERIAL_COM1);
    update_line();
    return value;
}

static void serial_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)context, (void)size;
    serial_write(&serial, port - SERIAL_COM1, (uint8_t)value);
    update_line();
}

static uint32_t power_in(void *context, uint16_t port, unsigned size)
{
    (void)context, (void)size;
    return port == LINUX_PM_CONTROL ? LINUX_PM_ACPI_ON : 0;
}

static void power_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    (void)context;
    if (ended == LINUX_GOES_ON)
        ended = linux_power(port, size, value);
}

static uint8_t *file(const char *name, size_t *size)
{
    struct stat status;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    need(fd != -1 && fstat(fd, &status) == 0, name);
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    need(bytes != MAP_FAILED, name);
    *size = (size_t)status.st_size;
    return bytes;
}

/* Everything before the first instruction. */
static void need_linux(const char *command_line)
{
    struct linux_image image;
    struct linux_facts facts = {.command_line = command_line, .rsdp = LINUX_ACPI};
    uint64_t entry, end;
    size_t kernel_size, initrd_size;
    uint8_t *kernel = file("/rootfs/vmlinux", &kernel_size);
    uint8_t *files = file("/rootfs/initrd", &initrd_size);

    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(interrupts_chips(&vm) == 0, "interrupts_chips");
    need(vm_add_memory(&vm, 0, GUEST) == 0, "vm_add_memory");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    need(linux_cpuid(&vm, &vcpu) == 0, "linux_cpuid");
    need(linux_check(kernel, kernel_size, &image) == 0, "linux_check");
    need(linux_load(&vm, kernel, kernel_size, &image, &entry, &end) == 0, "linux_load");
    need(linux_initrd(&vm, &image, end, files, initrd_size, &facts.initrd) == 0,
         "linux_initrd");
    facts.initrd_size = initrd_size;
    need(linux_parameters(&vm, &image, &facts) == 0, "linux_parameters");
    need(linux_acpi(&vm, &(struct linux_acpi){.cpus = 1}) == 0, "linux_acpi");
    need(linux_enter(&vm, &vcpu, entry) == 0, "linux_enter");
    need(munmap(kernel, kernel_size) == 0 && munmap(files, initrd_size) == 0, "munmap");
}

/* boot LINE: what the guest says goes to stdout. */
static int boot(int argc, char **argv)
{
    const struct port_device devices[] = {
        {SERIAL_COM1, SERIAL_COM1 + SERIAL_PORTS - 1, serial_in, serial_out, NULL},
        {LINUX_PM_PORT, LINUX_PM_CONTROL + 1, power_in, power_out, NULL},
        {LINUX_KEYBOARD, LINUX_KEYBOARD, NULL, power_out, NULL},
        {LINUX_RESET, LINUX_RESET, NULL, power_out, NULL},
    };

    (void)argc;
    serial_reset(&serial, send, NULL);
    need_linux(argv[1]);
    while (ended == LINUX_GOES_ON) {
        need(vcpu_run(&vcpu) == 0, "vcpu_run");
        if (vcpu.run->exit_reason == KVM_EXIT_MMIO)
            memset(vcpu.run->mmio.data, 0xff, sizeof vcpu.run->mmio.data);
        else if (vcpu.run->exit_reason != KVM_EXIT_IO)
            return (int)vcpu.run->exit_reason;
        else
            need(port_io(devices, sizeof devices / sizeof *devices, &vcpu) == 0,
                 "port_io");
    }
    return ended == LINUX_POWERED_OFF ? LEFT_OFF : LEFT_RESTART;
}

const struct probe_word probe_words[] = {
    {"check", check},
    {"load", load},
    {"initrd", initrd},
    {"map", map},
    {"parameters", parameters},
    {"cpuid", cpuid},
    {"cpuid-closed", cpuid_closed},
    {"fadt", fadt},
    {"acpi", acpi},
    {"acpi-long", acpi_long},
    {"power", power},
    {"boot", boot},
    {NULL, NULL},
};
