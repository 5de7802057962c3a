/* probe.c - the player of lesson h04-protected-mode: calls the learner's functions, one
 * word each.
 *
 * The judge says what to put into guest memory first, as items: "poke:ADDRESS:VALUE" is
 * eight bytes, "map:VIRTUAL:PHYSICAL:FLAGS" a call of protected_map in the tables at
 * TABLES. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "probe.h"
#include "protected.h"

enum {
    MEMORY = 4 << 20,
    GDT = 0x800,
    TABLES = 0x10000,
    STACK = 0x9000,
    UNTOUCHED = 0xcc,
    ENTRIES = 8200, /* more than a GDT can have */
    CR0_NE = 1 << 5,
    CR4_DE = 1 << 3,
};

static struct vm vm;
static struct vcpu vcpu = VCPU_NONE;
static struct protected_tables tables;

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

static void need_memory(void)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
    need(vm_add_memory(&vm, 0, MEMORY) == 0, "vm_add_memory");
}

/* The same without KVM: vm_at asks for nothing but the slots. */
static void need_plain_memory(void)
{
    vm = VM_NONE;
    vm.slots[0] = (struct vm_slot){.size = MEMORY, .host = calloc(1, MEMORY)};
    vm.slot_count = 1;
    need(vm.slots[0].host != NULL, "calloc");
}

/* Puts the bytes of HEX at ADDRESS. */
static void put_code(const char *hex, uint64_t address)
{
    for (unsigned i = 0; hex[2 * i] != '\0'; i++) {
        uint8_t *to = vm_at(&vm, address + i, 1);
        need(to != NULL && sscanf(hex + 2 * i, "%2hhx", to) == 1, "the program");
    }
}

/* Does what the items say; notes "RESULT ERRNO " for each map. */
static void prepare(char **items)
{
    for (; *items; items++) {
        uint64_t value[3] = {0};
        const char *at = *items;
        for (unsigned i = 0; i < 3 && (at = strchr(at, ':')) != NULL; i++)
            value[i] = number(++at);
        if (strncmp(*items, "poke:", 5) == 0) {
            uint64_t *to = vm_at(&vm, value[0], sizeof *to);
            need(to != NULL, "poke");
            memcpy(to, &value[1], sizeof *to);
        } else {
            errno = 0;
            int result = protected_map(&vm, &tables, (uint32_t)value[0],
                                       (uint32_t)value[1], (uint32_t)value[2]);
            note("%d %d ", result, result == 0 ? 0 : errno);
        }
    }
}

/* A segment from twelve arguments. */
static struct kvm_segment segment_of(char **argv)
{
    return (struct kvm_segment){
        .base = number(argv[0]),
        .limit = (uint32_t)number(argv[1]),
        .type = (uint8_t)number(argv[2]),
        .s = (uint8_t)number(argv[3]),
        .dpl = (uint8_t)number(argv[4]),
        .present = (uint8_t)number(argv[5]),
        .avl = (uint8_t)number(argv[6]),
        .l = (uint8_t)number(argv[7]),
        .db = (uint8_t)number(argv[8]),
        .g = (uint8_t)number(argv[9]),
        .selector = 0x18,
    };
}

/* pack BASE LIMIT TYPE S DPL P AVL L D G */
static int pack(int argc, char **argv)
{
    (void)argc;
    struct kvm_segment segment = segment_of(argv + 1);
    errno = 0;
    uint64_t descriptor = protected_pack(&segment);
    probe_ready("0 %d %llx", errno, (unsigned long long)descriptor);
    return 0;
}

/* Descriptors of the host's own: nothing, code, data. */
static void put_flat_gdt(struct kvm_dtable *gdt, uint64_t fourth)
{
    const uint64_t flat[] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff, fourth};

    need(protected_gdt(&vm, GDT, flat, 4, gdt) == 0, "protected_gdt");
}

/* pack-run BASE VALUE: a program of the guest loads what was packed, and writes through
 * it. There is memory around BASE. */
static int pack_run(int argc, char **argv)
{
    struct kvm_segment segment = {.base = number(argv[1]),
                                  .limit = 0xffff,
                                  .type = 3,
                                  .s = 1,
                                  .present = 1,
                                  .db = 1};
    struct protected_start start = {
        .code = 8, .data = 16, .entry = 0x1000, .stack = STACK};
    char code[64];

    (void)argc;
    need_memory();
    need(vm_add_memory(&vm, segment.base & ~0xfffull, 0x2000) == 0, "vm_add_memory");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    put_flat_gdt(&start.gdt, protected_pack(&segment));
    /* mov ax, 0x18; mov ds, ax; mov dword [0x10], VALUE; hlt */
    snprintf(code, sizeof code, "66b818008ed8c70510000000%08xf4",
             __builtin_bswap32((uint32_t)number(argv[2])));
    put_code(code, start.entry);
    need(protected_enter(&vm, &vcpu, &start) == 0, "protected_enter");
    need(vcpu_run(&vcpu) == 0, "vcpu_run");
    probe_ready("0 0 %u %s", vcpu.run->exit_reason,
                vcpu_exit_name(vcpu.run->exit_reason));
    return 0;
}

/* unpack DESCRIPTOR SELECTOR */
static int unpack(int argc, char **argv)
{
    struct kvm_segment s;

    (void)argc;
    memset(&s, UNTOUCHED, sizeof s);
    protected_unpack(number(argv[1]), (uint16_t)number(argv[2]), &s);
    probe_ready(
        "0 0 base %llx limit %x selector %x type %u s %u dpl %u present %u avl %u "
        "l %u db %u g %u unusable %u",
        (unsigned long long)s.base, s.limit, s.selector, s.type, s.s, s.dpl, s.present,
        s.avl, s.l, s.db, s.g, s.unusable);
    return 0;
}

/* gdt ADDRESS COUNT SEED: descriptor I is SEED * (I + 1). */
static int gdt(int argc, char **argv)
{
    static uint64_t descriptors[ENTRIES];
    struct kvm_dtable table;

    (void)argc;
    memset(&table, UNTOUCHED, sizeof table);
    need_memory();
    memset(vm.slots[0].host, UNTOUCHED, MEMORY);
    for (unsigned i = 0; i < ENTRIES; i++)
        descriptors[i] = number(argv[3]) * (i + 1);
    int result = protected_gdt(&vm, number(argv[1]), descriptors,
                               (unsigned)number(argv[2]), &table);
    probe_ready("%d %d %llx %x", result, errno, (unsigned long long)table.base,
                table.limit);
    return 0;
}

/* select BASE LIMIT SELECTOR USE CPL ITEM… */
static int select_word(int argc, char **argv)
{
    struct kvm_dtable table = {.base = number(argv[1]),
                               .limit = (uint16_t)number(argv[2])};
    struct protected_fault fault;
    struct kvm_segment s;

    (void)argc;
    memset(&fault, UNTOUCHED, sizeof fault);
    memset(&s, UNTOUCHED, sizeof s);
    need_plain_memory();
    prepare(argv + 6);
    int result = protected_select(&vm, &table, (uint16_t)number(argv[3]),
                                  (enum protected_use)number(argv[4]),
                                  (unsigned)number(argv[5]), &s, &fault);
    int error = errno;
    if (result == 0)
        note("base %llx limit %x selector %x type %u dpl %u unusable %u",
             (unsigned long long)s.base, s.limit, s.selector, s.type, s.dpl, s.unusable);
    else if (error == EACCES)
        note("vector %u code %x address %llx ip %llx", fault.vector, fault.error_code,
             (unsigned long long)fault.address, (unsigned long long)fault.ip);
    probe_ready("%d %d %s", result, error, text);
    return 0;
}

/* enter CODE ENTRY STACK SELECTOR SELECTOR: puts the program at ENTRY, enters protected mode
 * there, runs to the first exit. */
static int enter(int argc, char **argv)
{
    struct protected_start start = {.code = (uint16_t)number(argv[4]),
                                    .data = (uint16_t)number(argv[5]),
                                    .entry = (uint32_t)number(argv[2]),
                                    .stack = (uint32_t)number(argv[3])};
    uint32_t reason = 0;

    (void)argc;
    need_memory();
    put_flat_gdt(&start.gdt, 0x00cff3000000ffff);
    put_code(argv[1], start.entry);
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    struct kvm_regs before = {.rax = 1, .rbx = 2, .rdi = 3, .rflags = 0x402};
    need(ioctl(vcpu.fd, KVM_SET_REGS, &before) == 0, "KVM_SET_REGS");
    probe_ready("now");
    int result = protected_enter(&vm, &vcpu, &start);
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
    struct protected_start start = {.code = 8, .data = 16};

    (void)argc, (void)argv;
    need_memory();
    put_flat_gdt(&start.gdt, 0);
    int result = protected_enter(&vm, &vcpu, &start);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* map TABLES_SIZE ITEM… */
static int map(int argc, char **argv)
{
    (void)argc;
    need_memory();
    need(protected_tables(&vm, &tables, TABLES, (uint32_t)number(argv[1])) == 0,
         "protected_tables");
    prepare(argv + 2);
    probe_ready("%s", text);
    return 0;
}

/* paging CODE ITEM…: in protected mode, with two bits more than it needs, turns paging on
 * with tables that the judge has made; then runs the program, if it is on. */
static int paging(int argc, char **argv)
{
    struct protected_start start = {
        .code = 8, .data = 16, .entry = 0x1000, .stack = STACK};
    struct kvm_sregs sregs;
    uint32_t reason = 0;

    (void)argc;
    need_memory();
    put_flat_gdt(&start.gdt, 0);
    put_code(argv[1], start.entry);
    prepare(argv + 2);
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    need(protected_enter(&vm, &vcpu, &start) == 0, "protected_enter");
    need(ioctl(vcpu.fd, KVM_GET_SREGS, &sregs) == 0, "KVM_GET_SREGS");
    sregs.cr0 |= CR0_NE;
    sregs.cr4 |= CR4_DE;
    need(ioctl(vcpu.fd, KVM_SET_SREGS, &sregs) == 0, "KVM_SET_SREGS");
    probe_ready("now");
    int result = protected_paging(&vcpu, TABLES);
    int error = errno;
    probe_ready("%d %d", result, error);
    need(ioctl(vcpu.fd, KVM_GET_SREGS, &sregs) == 0, "KVM_GET_SREGS");
    if (sregs.cr0 & PROTECTED_CR0_PG) {
        need(vcpu_run(&vcpu) == 0, "vcpu_run");
        reason = vcpu.run->exit_reason;
    }
    probe_ready("0 0 %u %s", reason, vcpu_exit_name(reason));
    return 0;
}

/* paging-closed: a vCPU that is none. */
static int paging_closed(int argc, char **argv)
{
    (void)argc, (void)argv;
    int result = protected_paging(&vcpu, TABLES);
    probe_ready("%d %d", result, errno);
    return 0;
}

/* explain VECTOR CODE ADDRESS SIZE: the length, whether the byte behind the buffer was left
 * alone, and the text. */
static int explain(int argc, char **argv)
{
    struct protected_fault fault = {.vector = (uint8_t)number(argv[1]),
                                    .error_code = (uint32_t)number(argv[2]),
                                    .address = number(argv[3]),
                                    .ip = 0x1234};
    size_t size = number(argv[4]);
    char line[256];

    (void)argc;
    memset(line, UNTOUCHED, sizeof line);
    int length = protected_explain(&fault, line, size);
    bool alone = (uint8_t)line[size] == UNTOUCHED;
    line[sizeof line - 1] = '\0';
    probe_ready("0 0 %d %d %s", length, alone, line);
    return 0;
}

const struct probe_word probe_words[] = {
    {"pack", pack},
    {"pack-run", pack_run},
    {"unpack", unpack},
    {"gdt", gdt},
    {"select", select_word},
    {"enter", enter},
    {"enter-closed", enter_closed},
    {"map", map},
    {"paging", paging},
    {"paging-closed", paging_closed},
    {"explain", explain},
    {NULL, NULL},
};
