/* registers.c - the registers of an 8086 as a table of names and places: see registers.h.
 *
 * KVM gives 64 bits of each; in real mode a program sees the low 16.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "registers.h"

#define GENERAL(field) offsetof(struct registers, general.field)
#define SEGMENT(field) offsetof(struct registers, special.field)

enum { FIRST_SEGMENT = 8, SEGMENTS = 6, IP = 14, FLAGS = 15 };

static const char *const names[BENCH_REGISTERS + 1] = {
    "ax", "bx", "cx", "dx", "si", "di", "bp",    "sp", "cs",
    "ds", "es", "ss", "fs", "gs", "ip", "flags", NULL,
};

static const size_t places[BENCH_REGISTERS] = {
    GENERAL(rax), GENERAL(rbx), GENERAL(rcx), GENERAL(rdx),    GENERAL(rsi), GENERAL(rdi),
    GENERAL(rbp), GENERAL(rsp), SEGMENT(cs),  SEGMENT(ds),     SEGMENT(es),  SEGMENT(ss),
    SEGMENT(fs),  SEGMENT(gs),  GENERAL(rip), GENERAL(rflags),
};

/* SDM 1, "EFLAGS Register": bit, and what is said when it is 1. */
static const struct {
    unsigned bit;
    const char *name;
} flags[] = {
    {0, "carry"}, {2, "parity"},    {4, "adjust"},     {6, "zero"},
    {7, "sign"},  {9, "interrupt"}, {10, "direction"}, {11, "overflow"},
};

static bool is_segment(size_t i)
{
    return i >= FIRST_SEGMENT && i < FIRST_SEGMENT + SEGMENTS;
}

static uint16_t value_of(const struct registers *registers, size_t i)
{
    const void *place = (const char *)registers + places[i];

    if (is_segment(i))
        return ((const struct kvm_segment *)place)->selector;
    return (uint16_t) * (const __u64 *)place;
}

int registers_get(struct tutor *tutor, const struct bench *bench,
                  struct registers *registers)
{
    int fd = bench->machine->vcpu.fd;

    if (ioctl(fd, KVM_GET_REGS, &registers->general) == -1 ||
        ioctl(fd, KVM_GET_SREGS, &registers->special) == -1)
        return tutor_error(tutor, "reading the registers: %s", strerror(errno));
    return 0;
}

int registers_set(struct tutor *tutor, const struct bench *bench,
                  const struct registers *registers)
{
    int fd = bench->machine->vcpu.fd;

    if (ioctl(fd, KVM_SET_SREGS, &registers->special) == -1 ||
        ioctl(fd, KVM_SET_REGS, &registers->general) == -1)
        return tutor_error(tutor, "writing the registers: %s", strerror(errno));
    return 0;
}

bool registers_assign(struct registers *registers, const char *name, uint16_t value)
{
    for (size_t i = 0; i < BENCH_REGISTERS; i++) {
        void *place = (char *)registers + places[i];
        if (strcmp(names[i], name) != 0)
            continue;
        if (is_segment(i)) {
            struct kvm_segment *segment = place;
            segment->selector = value;
            segment->base = realmode_address(value, 0);
        } else {
            *(__u64 *)place = value;
        }
        return true;
    }
    return false;
}

void registers_remember(const struct registers *registers,
                        uint16_t shown[BENCH_REGISTERS])
{
    for (size_t i = 0; i < BENCH_REGISTERS; i++)
        shown[i] = value_of(registers, i);
}

/* A base that is not the selector's: after a reset by hardware, or by a mistake. */
static void print_bases(const struct registers *registers)
{
    for (size_t i = FIRST_SEGMENT; i < FIRST_SEGMENT + SEGMENTS; i++) {
        const struct kvm_segment *segment =
            (const struct kvm_segment *)((const char *)registers + places[i]);
        uint32_t usual = realmode_address(segment->selector, 0);
        if (segment->base != usual)
            printf("%s has the base 0x%llx, not 0x%x\n", names[i],
                   (unsigned long long)segment->base, usual);
    }
}

/* The first row has the eight general registers, the second the segments, then ip. */
void registers_print(struct tutor *tutor, const struct registers *registers,
                     const uint16_t shown[BENCH_REGISTERS])
{
    const char *mark = tutor_colour(tutor) ? "\033[1m" : "";
    const char *end = tutor_colour(tutor) ? "\033[0m" : "";

    for (size_t i = 0; i < FLAGS; i++) {
        uint16_t value = value_of(registers, i);
        bool changed = value != shown[i];
        bool last = i == FIRST_SEGMENT - 1 || i == IP;
        printf("%s%s %04x%s%s", changed ? mark : "", names[i], value,
               changed ? "*" : (last ? "" : " "), changed ? end : "");
        fputs(last ? "\n" : " ", stdout);
    }
    uint16_t value = value_of(registers, FLAGS);
    printf("flags %04x%s ", value, value != shown[FLAGS] ? "*" : "");
    const char *separator = "(";
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (value >> flags[i].bit & 1) {
            printf("%s%s", separator, flags[i].name);
            separator = " ";
        }
    puts(*separator == '(' ? "(none set)" : ")");
    print_bases(registers);
}

bool registers_print_changes(const struct registers *registers,
                             const uint16_t shown[BENCH_REGISTERS], int indent)
{
    bool any = false;

    for (size_t i = 0; i < BENCH_REGISTERS; i++) {
        uint16_t value = value_of(registers, i);
        if (i == IP || value == shown[i])
            continue;
        printf("%*s%s=%04x", any ? 1 : indent, "", names[i], value);
        any = true;
    }
    return any;
}

const char *const *registers_names(struct tutor *tutor)
{
    (void)tutor;
    return names;
}
