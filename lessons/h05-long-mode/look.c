/* look.c - the words that show a 64-bit processor: regs, disasm. */
#include <capstone/capstone.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "guest64.h"

enum { LONGEST = 15 }; /* bytes of an instruction */

#define PLACE(field) offsetof(struct kvm_regs, field)

static const struct show_register registers[] = {
    {"rax", PLACE(rax)}, {"rbx", PLACE(rbx)}, {"rcx", PLACE(rcx)},
    {"rdx", PLACE(rdx)}, {"rsi", PLACE(rsi)}, {"rdi", PLACE(rdi)},
    {"rbp", PLACE(rbp)}, {"rsp", PLACE(rsp)}, {"r8", PLACE(r8)},
    {"r9", PLACE(r9)},   {"r10", PLACE(r10)}, {"r11", PLACE(r11)},
    {"r12", PLACE(r12)}, {"r13", PLACE(r13)}, {"r14", PLACE(r14)},
    {"r15", PLACE(r15)}, {"rip", PLACE(rip)}, {"rflags", PLACE(rflags)},
};

enum { REGISTERS = sizeof registers / sizeof *registers };

/* Intel SDM 2.5 and 2.2.1; the bits that this lesson has a word for. */
static void print_control(const struct kvm_sregs *sregs)
{
    static const char *const cr4[] = {"", "", "", "", "", "PAE", NULL};
    static const char *const efer[] = {"", "",    "", "",    "",    "",  "",
                                       "", "LME", "", "LMA", "NXE", NULL};

    show_cr0(sregs->cr0);
    printf("cr3 0x%llx  ", (unsigned long long)sregs->cr3);
    show_bits("cr4", sregs->cr4, cr4);
    fputs("  ", stdout);
    show_bits("efer", sregs->efer, efer);
    printf("\ncs %04x, %s code\n", sregs->cs.selector,
           sregs->cs.l ? "64-bit" : "32-bit or 16-bit");
}

int word64_regs(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    struct kvm_regs regs;
    struct kvm_sregs sregs;

    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    int fd = guest->bench->machine->vcpu.fd;
    if (ioctl(fd, KVM_GET_REGS, &regs) == -1 || ioctl(fd, KVM_GET_SREGS, &sregs) == -1)
        return tutor_error(tutor, "reading the registers: %s", strerror(errno));
    show_registers(registers, REGISTERS, 16, 3, &regs, &guest->shown);
    guest->shown = regs;
    print_control(&sregs);
    return 0;
}

bool word64_changes(const struct kvm_regs *before, const struct kvm_regs *now)
{
    return show_changes(registers, REGISTERS, "rip", before, now);
}

size_t word64_instruction(struct tutor *tutor, const struct guest64 *guest, uint64_t at)
{
    const struct vm *vm = &guest->bench->machine->vm;
    uint8_t bytes[LONGEST];
    char hex[3 * LONGEST + 1] = "", *end = hex;
    size_t length = 0, size = 1;
    csh capstone;
    cs_insn *instruction;

    while (length < sizeof bytes &&
           longmode_copy(vm, guest64_root(guest), at + length, &bytes[length], 1) == 0)
        length++;
    if (length == 0) {
        tutor_error(tutor, "0x%llx: nothing is mapped there", (unsigned long long)at);
        return 0;
    }
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &capstone) != CS_ERR_OK) {
        tutor_error(tutor, "capstone has no 64-bit code");
        return 0;
    }
    size_t count = cs_disasm(capstone, bytes, length, at, 1, &instruction);
    if (count == 1)
        size = instruction->size;
    for (size_t i = 0; i < size; i++)
        end += sprintf(end, "%02x ", bytes[i]);
    printf("%8llx  %-24s", (unsigned long long)at, hex);
    if (count == 1) {
        printf(" %s %s", instruction->mnemonic, instruction->op_str);
        cs_free(instruction, count);
    } else {
        printf(" .byte 0x%02x", *bytes);
    }
    cs_close(&capstone);
    return size;
}

int word64_disasm(struct tutor *tutor, int argc, char **argv)
{
    struct guest64 *guest = guest64_of(tutor);
    struct kvm_regs regs;
    uint64_t at, count = 8;

    if (guest == NULL)
        return 1;
    if (!guest64_is_long(guest))
        return guest64_earlier(tutor, argc, argv);
    if (ioctl(guest->bench->machine->vcpu.fd, KVM_GET_REGS, &regs) == -1)
        return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
    at = regs.rip;
    if ((argc > 1 && !machine_number(argv[1], &at)) ||
        (argc > 2 && (!machine_number(argv[2], &count) || count == 0 || count > 4096))) {
        tutor_error(tutor, "must be an address, and a number of instructions up to 4096");
        return MACHINE_USAGE;
    }
    for (; count > 0; count--) {
        size_t size = word64_instruction(tutor, guest, at);
        if (size == 0)
            return 1;
        putchar('\n');
        at += size;
    }
    return 0;
}
