/* probe.c - the player of lesson h05-long-mode: calls the learner's functions, one word
 * each.
 *
 * The judge says what to put into guest memory first, as items: "poke:ADDRESS:VALUE" is
 * eight bytes, "map:VIRTUAL:PHYSICAL:SIZE:FLAGS" a call of longmode_map in the tables
 * at TABLES. What a function has done to guest memory the judge reads there. See
 * tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "longmode.h"
#include "probe.h"
#include "protected.h"

enum {
    MEMORY = 8 << 20,
    GDT = 0x1000,
    TABLES = 0x10000,
    TABLES_SIZE = 0x10000,
    UNTOUCHED = 0xcc,
    NANOSECONDS = 20000000,
};

static struct vm vm;
static struct vcpu vcpu = VCPU_NONE;
static struct longmode_tables tables;

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

/* Bytes from hexadecimal text. Returns how many. */
static size_t bytes_of(const char *hex, uint8_t *to, size_t size)
{
    size_t count = 0;

    while (count < size && sscanf(hex + 2 * count, "%2hhx", &to[count]) == 1)
        count++;
    return count;
}

static void need_machine(uint64_t tables_size)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, MEMORY) == 0, "vm_add_memory");
    need(longmode_tables(&vm, &tables, TABLES, tables_size) == 0, "longmode_tables");
}

/* Does what the items say; notes "RESULT ERRNO " for each map. */
static void prepare(char **items)
{
    for (; *items; items++) {
        uint64_t value[4] = {0};
        const char *at = *items;
        for (unsigned i = 0; i < 4 && (at = strchr(at, ':')) != NULL; i++)
            value[i] = number(++at);
        if (strncmp(*items, "poke:", 5) == 0) {
            uint64_t *to = vm_at(&vm, value[0], sizeof *to);
            need(to != NULL, "poke");
            memcpy(to, &value[1], sizeof *to);
        } else {
            errno = 0;
            int result =
                longmode_map(&vm, &tables, value[0], value[1], value[2], value[3]);
            note("%d %d ", result, result == 0 ? 0 : errno);
        }
    }
}

/* map TABLES_SIZE ITEM… */
static int map(int argc, char **argv)
{
    (void)argc;
    need_machine(number(argv[1]));
    prepare(argv + 2);
    probe_ready("%s", text);
    return 0;
}

/* translate ROOT VIRTUAL ITEM…: the result, and all that was noted. */
static int translate(int argc, char **argv)
{
    struct longmode_walk walk;

    (void)argc;
    need_machine(TABLES_SIZE);
    prepare(argv + 3);
    memset(&walk, UNTOUCHED, sizeof walk);
    walk.writable = walk.user = walk.executable = true;
    int result = longmode_translate(&vm, number(argv[1]), number(argv[2]), &walk);
    int error = errno;
    for (unsigned i = 0; i < walk.levels && i < LONGMODE_LEVELS; i++)
        note("%llx=%llx ", (unsigned long long)walk.level[i].address,
             (unsigned long long)walk.level[i].entry);
    probe_ready("%d %d %u %llx %llx %d%d%d %s", result, error, walk.levels,
                (unsigned long long)walk.physical, (unsigned long long)walk.page_size,
                walk.writable, walk.user, walk.executable, text);
    return 0;
}

/* copy VIRTUAL LENGTH ITEM…: the result, and 32 bytes of the buffer, which were
 * UNTOUCHED. */
static int copy(int argc, char **argv)
{
    static uint8_t buffer[1 << 16];

    (void)argc;
    need_machine(TABLES_SIZE);
    prepare(argv + 3);
    text_length = 0;
    memset(buffer, UNTOUCHED, sizeof buffer);
    need(number(argv[2]) <= sizeof buffer, "copy");
    int result =
        longmode_copy(&vm, TABLES, number(argv[1]), buffer, (size_t)number(argv[2]));
    int error = errno;
    for (unsigned i = 0; i < 32; i++)
        note("%02x", buffer[i]);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* enter CODE ENTRY STACK RDI RSI SELECTOR SELECTOR L: puts the program at ENTRY, enters
 * long mode there, runs until the first exit. L 0 makes the code segment a 32-bit one.
 * Reports the result, the exit, and whether the exit is a halt. */
static int enter(int argc, char **argv)
{
    uint8_t code[512];
    struct kvm_segment segment = LONGMODE_CODE;
    uint64_t entry = number(argv[2]);
    uint32_t reason = 0;

    (void)argc;
    need_machine(TABLES_SIZE);
    size_t size = bytes_of(argv[1], code, sizeof code);
    void *to = vm_at(&vm, entry, size);
    need(to != NULL, "the program");
    memcpy(to, code, size);
    segment.l = number(argv[8]) != 0;
    segment.db = !segment.l;
    const uint64_t descriptors[] = {0, 0, protected_pack(&segment), 0,
                                    protected_pack(&PROTECTED_DATA)};
    struct longmode_start start = {
        .code = (uint16_t)number(argv[6]),
        .data = (uint16_t)number(argv[7]),
        .root = TABLES,
        .entry = entry,
        .stack = number(argv[3]),
        .arguments = {number(argv[4]), number(argv[5])},
    };
    need(protected_gdt(&vm, GDT, descriptors, 5, &start.gdt) == 0, "protected_gdt");
    need(longmode_map(&vm, &tables, 0, 0, MEMORY, LONGMODE_WRITE) == 0, "longmode_map");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    struct kvm_regs before = {.rax = 1, .rbx = 2, .r8 = 3, .r15 = 4, .rflags = 0x402};
    need(ioctl(vcpu.fd, KVM_SET_REGS, &before) == 0, "KVM_SET_REGS");
    probe_ready("now");
    int result = longmode_enter(&vm, &vcpu, &start);
    int error = errno;
    if (result == 0) {
        need(vcpu_run(&vcpu) == 0, "vcpu_run");
        reason = vcpu.run->exit_reason;
    }
    probe_ready("%d %d %u %s", result, error, reason, vcpu_exit_name(reason));
    return 0;
}

/* enter-closed: a vCPU that is none. */
static int enter_closed(int argc, char **argv)
{
    const uint64_t descriptors[] = {0, protected_pack(&LONGMODE_CODE),
                                    protected_pack(&PROTECTED_DATA)};
    struct longmode_start start = {.code = 8, .data = 16, .root = TABLES};

    (void)argc, (void)argv;
    need_machine(TABLES_SIZE);
    need(protected_gdt(&vm, GDT, descriptors, 3, &start.gdt) == 0, "protected_gdt");
    int result = longmode_enter(&vm, &vcpu, &start);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* elf HEX [SIZE]: loads the image; guest memory is UNTOUCHED before. SIZE bytes of
 * zeroes are behind it. */
static int elf(int argc, char **argv)
{
    static uint8_t image[1 << 16];
    struct longmode_program program;

    memset(&program, UNTOUCHED, sizeof program);
    need_machine(TABLES_SIZE);
    memset(vm.slots[0].host, UNTOUCHED, MEMORY);
    size_t size = bytes_of(argv[1], image, 8192);
    if (argc > 2)
        size += number(argv[2]);
    /* On the heap, exactly as long as it is; what reads beyond may be seen. */
    uint8_t *exact = malloc(size);
    need(exact != NULL, "malloc");
    memcpy(exact, image, size);
    int result = longmode_load_elf(&vm, exact, size, &program);
    int error = errno;
    bool words = result == -1 && error == ENOEXEC && program.wrong != NULL;
    note("%d %llx %llx %u ", words, (unsigned long long)program.entry,
         (unsigned long long)program.end, program.count);
    for (unsigned i = 0; i < program.count && i < LONGMODE_SEGMENTS; i++)
        note("%llx>%llx+%llx:%llx ", (unsigned long long)program.segment[i].virtual,
             (unsigned long long)program.segment[i].physical,
             (unsigned long long)program.segment[i].size,
             (unsigned long long)program.segment[i].flags);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* call ADDRESS ITEM…: one call; its text goes to stderr. */
static int call(int argc, char **argv)
{
    struct longmode_host host = {.output = STDERR_FILENO};

    (void)argc;
    need_machine(TABLES_SIZE);
    prepare(argv + 2);
    int result = longmode_hypercall(&vm, TABLES, number(argv[1]), &host);
    probe_ready("%d %d %d %u", result, errno, host.exited, host.status);
    return 0;
}

/* call-twice ADDRESS ITEM…: the same call again after a while. Reports the clock before
 * and behind each of them, in between the judge reads the result. */
static int call_twice(int argc, char **argv)
{
    struct longmode_host host = {.output = STDERR_FILENO};
    struct timespec while_between = {.tv_nsec = NANOSECONDS};

    (void)argc;
    need_machine(TABLES_SIZE);
    prepare(argv + 2);
    for (int i = 0; i < 2; i++) {
        int result = longmode_hypercall(&vm, TABLES, number(argv[1]), &host);
        probe_ready("%d %d", result, errno);
        need(nanosleep(&while_between, NULL) == 0, "nanosleep");
    }
    return 0;
}

const struct probe_word probe_words[] = {
    {"map", map},     {"translate", translate},       {"copy", copy},
    {"enter", enter}, {"enter-closed", enter_closed}, {"elf", elf},
    {"call", call},   {"call-twice", call_twice},     {NULL, NULL},
};
