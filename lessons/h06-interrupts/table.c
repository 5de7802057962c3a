/* table.c - the words that look at what the processor looks at: idt, gate, frame. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "outside.h"

enum { GATE = 16 };

/* A gate taken apart. Intel SDM 6.14.1 */
static struct interrupts_gate unpack(const uint64_t words[2], unsigned *type,
                                     bool *present)
{
    *type = words[0] >> 40 & 15;
    *present = words[0] >> 47 & 1;
    return (struct interrupts_gate){
        .handler = (words[0] & 0xffff) | (words[0] >> 48) << 16 | words[1] << 32,
        .selector = (uint16_t)(words[0] >> 16),
        .stack = words[0] >> 32 & 7,
        .privilege = words[0] >> 45 & 3,
        .trap = *type == 15,
    };
}

/* Says what a gate is, but not where it leads. */
static void print_kind(const struct interrupts_gate *gate, unsigned type)
{
    printf("selector %04x, %s gate", gate->selector,
           type == 14   ? "interrupt"
           : type == 15 ? "trap"
                        : "no");
    if (gate->privilege != 0)
        printf(", int from ring %u", gate->privilege);
    if (gate->stack != 0)
        printf(", stack %u", gate->stack);
}

/* The table of the processor: SREGS, and how many gates it has. Returns 0, or 1 when
 * there is none and that has been said. */
static int table_of(struct tutor *tutor, const struct outside *outside,
                    struct kvm_sregs *sregs, unsigned *count)
{
    if (!guest64_is_long(outside->guest))
        return guest64_none(tutor);
    if (ioctl(outside->guest->bench->machine->vcpu.fd, KVM_GET_SREGS, sregs) == -1)
        return tutor_error(tutor, "KVM_GET_SREGS: %s", strerror(errno));
    *count = ((unsigned)sregs->idt.limit + 1) / GATE;
    if (*count > OUTSIDE_VECTORS)
        *count = OUTSIDE_VECTORS;
    if (*count == 0)
        return tutor_error(tutor,
                           "IDTR: base 0x%llx, limit %u: no gate fits in: the guest has "
                           "no table yet; the host makes one with: idt build",
                           (unsigned long long)sregs->idt.base, sregs->idt.limit);
    return 0;
}

static int read_gate(struct tutor *tutor, const struct outside *outside,
                     const struct kvm_sregs *sregs, unsigned vector, uint64_t words[2])
{
    uint64_t at = sregs->idt.base + (uint64_t)vector * GATE;

    if (longmode_copy(&outside->guest->bench->machine->vm, sregs->cr3, at, words, GATE) ==
        0)
        return 0;
    return tutor_error(tutor, "gate %u, at 0x%llx: nothing is mapped there", vector,
                       (unsigned long long)at);
}

int table_gate(struct tutor *tutor, const struct outside *outside, unsigned vector,
               struct interrupts_gate *gate)
{
    struct kvm_sregs sregs;
    uint64_t words[2];
    unsigned count, type;
    bool present;

    if (table_of(tutor, outside, &sregs, &count) ||
        read_gate(tutor, outside, &sregs, vector, words))
        return 1;
    *gate = unpack(words, &type, &present);
    if (!present || vector >= count)
        gate->selector = 0;
    return 0;
}

/* --- idt -------------------------------------------------------------------------- */

/* Gates that are alike, one behind the other: their handlers are equally far apart. */
struct row {
    unsigned first, count;
    uint64_t words[2]; /* of the first */
    uint64_t step;
};

static void print_row(const struct row *row)
{
    unsigned type;
    bool present;
    struct interrupts_gate gate = unpack(row->words, &type, &present);

    if (row->count == 0)
        return;
    if (row->count == 1)
        printf("%3u          ", row->first);
    else
        printf("%3u to %3u   ", row->first, row->first + row->count - 1);
    if (!present) {
        puts("not present");
        return;
    }
    printf("0x%llx", (unsigned long long)gate.handler);
    if (row->count > 1)
        printf(" + %lld each", (long long)row->step);
    printf(", ");
    print_kind(&gate, type);
    putchar('\n');
}

/* Whether the gate WORDS continues ROW. */
static bool continues(const struct row *row, const uint64_t words[2])
{
    unsigned type[2];
    bool present[2];
    struct interrupts_gate first = unpack(row->words, &type[0], &present[0]);
    struct interrupts_gate next = unpack(words, &type[1], &present[1]);
    uint64_t step = row->count > 1                  ? row->step
                    : next.handler == first.handler ? 0
                                                    : OUTSIDE_HANDLER;

    if (row->count == 0 || present[0] != present[1])
        return false;
    if (!present[0])
        return true;
    return type[0] == type[1] && first.selector == next.selector &&
           first.stack == next.stack && first.privilege == next.privilege &&
           next.handler == first.handler + row->count * step;
}

static int print_table(struct tutor *tutor, const struct outside *outside,
                       const struct kvm_sregs *sregs, unsigned count)
{
    struct row row = {0};

    printf("at 0x%llx, limit 0x%x: %u gates\n", (unsigned long long)sregs->idt.base,
           sregs->idt.limit, count);
    for (unsigned vector = 0; vector < count; vector++) {
        uint64_t words[2];
        unsigned type;
        bool present;
        if (read_gate(tutor, outside, sregs, vector, words))
            return 1;
        if (continues(&row, words)) {
            if (row.count == 1)
                row.step = unpack(words, &type, &present).handler -
                           unpack(row.words, &type, &present).handler;
            row.count++;
            continue;
        }
        print_row(&row);
        row = (struct row){vector, 1, {words[0], words[1]}, 0};
    }
    print_row(&row);
    return 0;
}

static int print_gate(struct tutor *tutor, const struct outside *outside,
                      const struct kvm_sregs *sregs, unsigned vector)
{
    uint64_t words[2];
    unsigned type;
    bool present;

    if (read_gate(tutor, outside, sregs, vector, words))
        return 1;
    struct interrupts_gate gate = unpack(words, &type, &present);
    printf("15..8  %016llx\n 7..0  %016llx\n", (unsigned long long)words[1],
           (unsigned long long)words[0]);
    if (!present) {
        puts("not present: nobody handles this vector");
        return 0;
    }
    printf("to 0x%llx, ", (unsigned long long)gate.handler);
    print_kind(&gate, type);
    printf(": IF %s\n", gate.trap ? "stays as it is" : "is cleared on the way");
    return 0;
}

/* What a host does for a guest that has handlers and no table (guests/long/trap.S). */
static int build(struct tutor *tutor, struct outside *outside)
{
    struct guest64 *guest = outside->guest;
    struct interrupts_gate gates[OUTSIDE_VECTORS];
    const struct vm *vm = &guest->bench->machine->vm;

    if (!guest64_is_long(guest))
        return guest64_none(tutor);
    for (unsigned i = 0; i < OUTSIDE_VECTORS; i++)
        gates[i] = (struct interrupts_gate){
            .handler = OUTSIDE_HANDLERS + (uint64_t)i * OUTSIDE_HANDLER, .selector = 8};
    if (longmode_map(vm, &guest->tables, OUTSIDE_IDT, OUTSIDE_IDT, LONGMODE_PAGE,
                     LONGMODE_NO_EXECUTE) == -1 &&
        errno != EEXIST)
        return tutor_error(tutor, "longmode_map: %s", strerror(errno));
    if (interrupts_idt(vm, &guest->bench->machine->vcpu, OUTSIDE_IDT, gates,
                       OUTSIDE_VECTORS) == -1)
        return tutor_error(tutor, "interrupts_idt: %s", strerror(errno));
    printf("%d gates at 0x%x\n", OUTSIDE_VECTORS, OUTSIDE_IDT);
    return 0;
}

int outside_word_idt(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    struct kvm_sregs sregs;
    uint64_t vector = 0;
    unsigned count;

    if (outside == NULL)
        return 1;
    if (argc > 1 && strcmp(argv[1], "build") == 0)
        return build(tutor, outside);
    if (argc > 1 && !machine_number(argv[1], &vector)) {
        tutor_error(tutor, "%s: must be a vector, 0 to 255, or build", argv[1]);
        return MACHINE_USAGE;
    }
    if (table_of(tutor, outside, &sregs, &count))
        return 1;
    if (argc == 1)
        return print_table(tutor, outside, &sregs, count);
    if (vector >= count) {
        tutor_error(tutor, "%s: the table has gates for 0 to %u", argv[1], count - 1);
        return MACHINE_USAGE;
    }
    return print_gate(tutor, outside, &sregs, (unsigned)vector);
}

/* --- gate ------------------------------------------------------------------------- */

/* Reads the words behind the vector. Returns false when one of them is wrong. */
static bool gate_words(int argc, char **argv, struct interrupts_gate *gate)
{
    *gate = (struct interrupts_gate){.selector = 8};
    if (strcmp(argv[2], "none") == 0) {
        gate->selector = 0;
        return argc == 3;
    }
    if (!machine_number(argv[2], &gate->handler))
        return false;
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "trap") == 0)
            gate->trap = true;
        else if (strcmp(argv[i], "user") == 0)
            gate->privilege = 3;
        else
            return false;
    }
    return true;
}

int outside_word_gate(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    struct interrupts_gate gate;
    struct longmode_walk walk;
    struct kvm_sregs sregs;
    uint64_t vector, words[2];
    unsigned count;

    if (outside == NULL)
        return 1;
    if (!machine_number(argv[1], &vector) || !gate_words(argc, argv, &gate)) {
        tutor_error(tutor, "must be a vector and an address, or none: 6 0x201030 trap");
        return MACHINE_USAGE;
    }
    if (table_of(tutor, outside, &sregs, &count))
        return 1;
    if (vector >= count) {
        tutor_error(tutor, "%s: the table has gates for 0 to %u", argv[1], count - 1);
        return MACHINE_USAGE;
    }
    const struct vm *vm = &outside->guest->bench->machine->vm;
    uint8_t *to = NULL;
    if (longmode_translate(vm, sregs.cr3, sregs.idt.base + vector * GATE, &walk) == 0)
        to = vm_at(vm, walk.physical, GATE);
    if (to == NULL)
        return tutor_error(tutor, "gate %s is not in guest memory", argv[1]);
    interrupts_pack(&gate, words);
    memcpy(to, words, GATE);
    return 0;
}

/* --- frame ------------------------------------------------------------------------ */

const char *table_why(int error)
{
    return error == ENOENT   ? "nothing is mapped there"
           : error == EINVAL ? "rsp is not canonical"
           : error == EFAULT ? "it is outside of guest memory"
                             : strerror(error);
}

int outside_word_frame(struct tutor *tutor, int argc, char **argv)
{
    struct outside *outside = outside_of(tutor);
    struct interrupts_frame frame;
    struct kvm_regs regs;

    (void)argc, (void)argv;
    if (outside == NULL)
        return 1;
    const struct guest64 *guest = outside->guest;
    if (guest->fault < 0)
        return tutor_error(tutor, "no exception was reported since the last elf");
    uint8_t vector = (uint8_t)guest->fault;
    struct vcpu *vcpu = &guest->bench->machine->vcpu;
    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    if (interrupts_frame(&guest->bench->machine->vm, vcpu, vector, &frame) == -1)
        return tutor_error(tutor, "rsp is 0x%llx: no frame can be read there: %s",
                           (unsigned long long)regs.rsp, table_why(errno));
    bool has_code = protected_has_error_code(vector);
    uint64_t at = regs.rsp;
    const struct {
        const char *name;
        uint64_t value;
    } words[] = {{"error code", frame.error_code}, {"rip", frame.rip}, {"cs", frame.cs},
                 {"rflags", frame.rflags},         {"rsp", frame.rsp}, {"ss", frame.ss}};
    printf("vector %u: %s\n", vector, protected_vector_name(vector));
    for (unsigned i = has_code ? 0 : 1; i < 6; i++, at += 8)
        printf("%016llx  %-10s  %016llx\n", (unsigned long long)at, words[i].name,
               (unsigned long long)words[i].value);
    if (word64_instruction(tutor, guest, frame.rip) == 0)
        return 1;
    putchar('\n');
    return 0;
}
