/* show.c - a 32-bit processor in words: registers, segments, instructions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "../h02-real-mode/code.h"
#include "guest32.h"

#define PLACE(field) offsetof(struct kvm_regs, field)

static const struct show_register registers[] = {
    {"eax", PLACE(rax)},       {"ebx", PLACE(rbx)}, {"ecx", PLACE(rcx)},
    {"edx", PLACE(rdx)},       {"esi", PLACE(rsi)}, {"edi", PLACE(rdi)},
    {"ebp", PLACE(rbp)},       {"esp", PLACE(rsp)}, {"eip", PLACE(rip)},
    {"eflags", PLACE(rflags)},
};

enum { REGISTERS = sizeof registers / sizeof *registers };

static __u64 value_of(const struct kvm_regs *regs, const struct show_register *which)
{
    return *(const __u64 *)((const char *)regs + which->place);
}

void show_registers(const struct show_register *table, size_t count, int digits,
                    unsigned columns, const struct kvm_regs *regs,
                    const struct kvm_regs *shown)
{
    for (size_t i = 0; i < count; i++) {
        bool changed = value_of(regs, &table[i]) != value_of(shown, &table[i]);
        bool last = i % columns == columns - 1 || i == count - 1;
        printf("%-6s %0*llx%s%s", table[i].name, digits, value_of(regs, &table[i]),
               changed ? "*"
               : last  ? ""
                       : " ",
               last ? "\n" : " ");
    }
}

bool show_changes(const struct show_register *table, size_t count, const char *except,
                  const struct kvm_regs *before, const struct kvm_regs *now)
{
    bool any = false;

    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, except) != 0 &&
            value_of(before, &table[i]) != value_of(now, &table[i])) {
            printf("  %s=%llx", table[i].name, value_of(now, &table[i]));
            any = true;
        }
    return any;
}

bool show_changes32(const struct kvm_regs *before, const struct kvm_regs *now)
{
    return show_changes(registers, REGISTERS, "eip", before, now);
}

void show_bits(const char *name, uint64_t value, const char *const *names)
{
    printf("%s 0x%llx", name, (unsigned long long)value);
    const char *separator = " (";
    for (unsigned bit = 0; names[bit] != NULL; bit++)
        if (*names[bit] && value >> bit & 1) {
            printf("%s%s", separator, names[bit]);
            separator = " ";
        }
    if (separator[0] == ' ' && separator[1] == '\0')
        putchar(')');
}

/* Intel SDM 2.5; the bits that the lessons have a word for. */
void show_cr0(uint64_t value)
{
    static const char *const names[] = {"PE", "", "", "", "ET", "", "", "",   "",
                                        "",   "", "", "", "",   "", "", "WP", NULL};

    show_bits("cr0", value & ~(uint64_t)PROTECTED_CR0_PG, names);
    printf("  paging %s\n", value & PROTECTED_CR0_PG ? "on" : "off");
}

void show_segment(const struct kvm_segment *segment, char *text, size_t size)
{
    bool code = segment->type & PROTECTED_IS_CODE;

    if (!segment->s) {
        snprintf(text, size, "of the system, type %u", segment->type);
        return;
    }
    const char *second = code ? (segment->type & PROTECTED_READABLE ? ", read" : "")
                         : segment->type & PROTECTED_WRITABLE ? ", write"
                                                              : ", read only";
    snprintf(text, size, "%s%s%s%s, ring %u%s", code ? "code" : "data", second,
             !(segment->type & 4) ? ""
             : code               ? ", conforming"
                                  : ", grows down",
             segment->l    ? ", 64-bit"
             : segment->db ? ", 32-bit"
                           : ", 16-bit",
             segment->dpl, segment->present ? "" : ", absent");
}

void show_instruction(const struct debugger *debugger, uint64_t linear, unsigned bits,
                      char *text, size_t size)
{
    uint8_t bytes[CODE_LONGEST];
    char words[CODE_TEXT] = "cannot be read", place[DEBUG_PLACE];
    size_t length = 0;

    for (; length < sizeof bytes; length++) {
        const uint8_t *byte = debug_byte(debugger, linear + length);
        if (byte == NULL)
            break;
        bytes[length] = *byte;
    }
    if (length > 0)
        (void)code_disassemble(bits, bytes, length, linear, words); /* its length */
    debug_place(debugger, linear, place);
    snprintf(text, size, "%s: %s", place, words);
}

/* --- The words ---------------------------------------------------------------------- */

int word32_regs(struct tutor *tutor, int argc, char **argv)
{
    static const char *const cr4[] = {"", "", "", "", "PSE", "PAE", NULL};
    struct guest32 *guest = guest32_of(tutor);
    struct debugger *debugger = debugger_of(tutor);
    struct kvm_regs regs;
    struct kvm_sregs sregs;

    if (guest == NULL || debugger == NULL)
        return 1;
    if (debug_bits(debugger) == 16)
        return guest32_earlier(tutor, "h04", "", argc, argv);
    if (ioctl(guest->bench->machine->vcpu.fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    if (guest32_special(tutor, guest, &sregs))
        return 1;
    show_registers(registers, REGISTERS, 8, 4, &regs, &guest->shown);
    guest->shown = regs;
    show_cr0(sregs.cr0);
    printf("cr3 0x%llx  ", sregs.cr3);
    show_bits("cr4", sregs.cr4, cr4);
    printf("\ncs %04x  ds %04x  es %04x  ss %04x  fs %04x  gs %04x\n", sregs.cs.selector,
           sregs.ds.selector, sregs.es.selector, sregs.ss.selector, sregs.fs.selector,
           sregs.gs.selector);
    return 0;
}

int word32_segments(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct kvm_sregs s;
    char text[128];

    (void)argc, (void)argv;
    if (guest == NULL || guest32_special(tutor, guest, &s))
        return 1;
    const struct {
        const char *name;
        const struct kvm_segment *segment;
    } all[] = {{"cs", &s.cs}, {"ds", &s.ds}, {"es", &s.es},
               {"fs", &s.fs}, {"gs", &s.gs}, {"ss", &s.ss}};
    puts("    selector  base      limit");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct kvm_segment *segment = all[i].segment;
        show_segment(segment, text, sizeof text);
        printf("%s  0x%04x    %08llx  %08x  %s\n", all[i].name, segment->selector,
               segment->base, segment->limit,
               segment->unusable ? "nothing is loaded" : text);
    }
    return 0;
}

int word32_disasm(struct tutor *tutor, int argc, char **argv)
{
    struct debugger *debugger = debugger_of(tutor);
    uint64_t at, count = 8;
    int columns;

    if (debugger == NULL)
        return 1;
    if (debug_bits(debugger) == 16)
        return guest32_earlier(tutor, "h04", "", argc, argv);
    at = debug_here(debugger);
    int status = argc > 1 ? debug_address(tutor, debugger, argv[1], &at) : 0;
    if (status != 0)
        return status;
    if (argc > 2 && (!machine_number(argv[2], &count) || count == 0 || count > 4096)) {
        tutor_error(tutor, "%s: must be a number of instructions, up to 4096", argv[2]);
        return MACHINE_USAGE;
    }
    for (; count > 0 && !tutor_interrupted(tutor); count--) {
        size_t size = debug_instruction32(tutor, debugger, (uint32_t)at, &columns);
        if (size == 0)
            return 1;
        putchar('\n');
        at += size;
    }
    return 0;
}

int word32_set(struct tutor *tutor, int argc, char **argv)
{
    struct guest32 *guest = guest32_of(tutor);
    struct debugger *debugger = debugger_of(tutor);
    struct kvm_regs regs;
    uint64_t value;
    size_t i = 0;

    if (guest == NULL || debugger == NULL)
        return 1;
    if (debug_bits(debugger) == 16)
        return guest32_earlier(tutor, "h04", "", argc, argv);
    while (i < REGISTERS && strcmp(registers[i].name, argv[1]) != 0)
        i++;
    if (i == REGISTERS) {
        tutor_error(tutor,
                    "%s: no such register: eax ebx ecx edx esi edi ebp esp eip eflags; "
                    "a segment register is loaded by an instruction",
                    argv[1]);
        return MACHINE_USAGE;
    }
    if (!machine_number(argv[2], &value) || value > UINT32_MAX) {
        tutor_error(tutor, "%s: must be a number of 32 bits: 5, 0x12345678", argv[2]);
        return MACHINE_USAGE;
    }
    int fd = guest->bench->machine->vcpu.fd;
    if (ioctl(fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    *(__u64 *)((char *)&regs + registers[i].place) = value;
    if (ioctl(fd, KVM_SET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_SET_REGS: %s", strerror(errno));
    return 0;
}
