/* test_chips.c - the judge of h06-interrupts: the chips in the kernel, and their lines.
 *
 * Guests program a PIC and a PIT as a PC's do, and halt inside of KVM. What they write to
 * port 0xf1 says that they were woken; an alarm ends those that nobody wakes.
 */
#include <errno.h>
#include <string.h>
#include "seen.h"

/* PIC 1: begin, vectors from 0x40 on, the second PIC at line 2, as in a PC, and which
 * lines may interrupt. */
#define PIC(mask)                                                                        \
    "movb $0x11, %al\n out %al, $0x20\n"                                                 \
    "movb $0x40, %al\n out %al, $0x21\n"                                                 \
    "movb $0x04, %al\n out %al, $0x21\n"                                                 \
    "movb $0x01, %al\n out %al, $0x21\n"                                                 \
    "movb $" mask ", %al\n out %al, $0x21\n"

GUEST(pit);
GUEST(pic_counts);
GUEST(port_61);
GUEST(lines);
__asm__(".section .rodata\n"
        /* counts, and tells the PIC that it has seen it */
        "pic_counts: incl 0x280000\n"
        "movb $0x20, %al\n"
        "out %al, $0x20\n"
        "iretq\n"
        "pic_counts_end:\n"

        /* a tick each 10 ms: 1193182 / 100; three of them */
        "pit: \n" PIC("0xfe") "movb $0x34, %al\n"
                              "out %al, $0x43\n"
                              "movb $0x9b, %al\n"
                              "out %al, $0x40\n"
                              "movb $0x2e, %al\n"
                              "out %al, $0x40\n"
                              "1: sti\n"
                              "hlt\n"
                              "cli\n"
                              "cmpl $3, 0x280000\n"
                              "jb 1b\n"
                              "out %al, $0xf1\n"
                              "hlt\n"
                              "pit_end:\n"

                              "port_61: in $0x61, %al\n"
                              "out %al, $0xf1\n"
                              "hlt\n"
                              "port_61_end:\n"

                              /* says when it listens, and each time that it was woken */
                              "lines: \n" PIC("0x00") "out %al, $0xf0\n"
                                                      "1: sti\n"
                                                      "hlt\n"
                                                      "cli\n"
                                                      "out %al, $0xf1\n"
                                                      "jmp 1b\n"
                                                      "lines_end:\n"
                                                      ".text\n");

void chips_are_asked_for_in_order(void **state)
{
    static const struct {
        unsigned long request;
        const char *name;
    } wanted[] = {{KVM_SET_TSS_ADDR, "KVM_SET_TSS_ADDR"},
                  {KVM_CREATE_IRQCHIP, "KVM_CREATE_IRQCHIP"},
                  {KVM_CREATE_PIT2, "KVM_CREATE_PIT2"}};
    struct player *player = seen_start(DO("machine", "chips"));
    const struct kvm_call *before = NULL;
    uint64_t noted[2];

    (void)state;
    seen_numbers(player, noted, 2);
    expect_result("interrupts_chips", 0, 0, noted);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct kvm_call *call = seen_call(player, wanted[i].request, 0);
        if (call == NULL)
            judge_fail("interrupts_chips must call %s; it did not", wanted[i].name);
        if (player_kvm_count(player, wanted[i].request) != 1)
            judge_fail("%s must be called once", wanted[i].name);
        judge_expect_string("the descriptor of the call", "kvm-vm", call->target);
        if (i == 2 && call < before)
            judge_fail("KVM_CREATE_PIT2 must come after KVM_CREATE_IRQCHIP: the timer "
                       "needs a chip to raise a line of");
        before = call;
    }
    uint64_t address = seen_call(player, KVM_SET_TSS_ADDR, 0)->argument;
    if (address < 0xc0000000 || address > 0xfffff000 - 3 * 4096 || address % 4096 != 0)
        judge_fail("KVM_SET_TSS_ADDR must name three pages below 4 GiB where a PC has no "
                   "memory; it says 0x%llx",
                   (unsigned long long)address);
}

void chips_tick_by_themselves(void **state)
{
    uint64_t noted[6];
    struct player *player = seen_start(
        DO("machine", "chips", "vcpu", CODE_AT(CODE, pit), CODE_AT(HANDLER, pic_counts),
           gate_to(0x40, HANDLER), TABLE, "alarm:2000", "run"));

    (void)state;
    seen_numbers(player, noted, 6);
    expect_result("interrupts_chips", 0, 0, noted);
    if (noted[4] != KVM_EXIT_IO || noted[5] != 0xf1)
        judge_fail("a guest that halts until its timer has ticked three times must exit "
                   "with its out to port 0xf1, and not before; the exit is %d, port "
                   "0x%llx, errno %d",
                   (int)noted[4], (unsigned long long)noted[5], (int)noted[3]);
    judge_expect_number("ticks that the guest has counted", 3,
                        (long long)(guest_word(player, COUNT) & 0xffffffff));
}

void chips_answer_port_61(void **state)
{
    uint64_t noted[6];
    struct player *player = seen_start(
        DO("machine", "chips", "vcpu", CODE_AT(CODE, port_61), "alarm:2000", "run"));

    (void)state;
    seen_numbers(player, noted, 6);
    expect_result("interrupts_chips", 0, 0, noted);
    if (noted[5] != 0xf1)
        judge_fail(
            "the guest reads port 0x61 to see whether the timer's counter 2 is done: "
            "KVM must answer it (KVM_PIT_SPEAKER_DUMMY); the exit is %d, port "
            "0x%llx",
            (int)noted[4], (unsigned long long)noted[5]);
}

void chips_refuse(void **state)
{
    uint64_t noted[4];
    struct player *player = seen_start(DO("machine", "chips", "chips"));

    (void)state;
    seen_numbers(player, noted, 4);
    expect_result("interrupts_chips", 0, 0, noted);
    expect_result("interrupts_chips of a VM that has them", -1, EEXIST, noted + 2);
    player = seen_start(DO("machine", "vcpu", "chips"));
    seen_numbers(player, noted, 2);
    expect_result("interrupts_chips of a VM that has a vCPU", -1, EINVAL, noted);
    player = seen_start(DO("chips"));
    seen_numbers(player, noted, 2);
    expect_result("interrupts_chips of a VM that is closed", -1, EBADF, noted);
}

void line_interrupts_when_it_rises(void **state)
{
    unsigned irq = (unsigned)seen_random(3, 7);
    const char *up = word("line:%u:1", irq), *down = word("line:%u:0", irq);
    uint64_t noted[20];
    struct player *player = seen_start(
        DO("machine", "chips", "vcpu", CODE_AT(CODE, lines), CODE_AT(HANDLER, pic_counts),
           gate_to(0x40 + irq, HANDLER), TABLE, "alarm:1500", "run", "ready", up, "run",
           "ready", up, down, up, "run"));

    (void)state;
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 6);
    expect_result("interrupts_line", 0, 0, noted);
    if (noted[4] != KVM_EXIT_IO || noted[5] != 0xf1)
        judge_fail("when line %u rises, the guest that waits for it must wake up; it did "
                   "not (exit %d, errno %d)",
                   irq, (int)noted[4], (int)noted[3]);
    judge_expect_number("interrupts that the guest has counted", 1,
                        (long long)(guest_word(player, COUNT) & 0xffffffff));
    player_go(player);
    seen_numbers(player, noted, 10);
    judge_expect_number("interrupts, when the line was raised again, fell, and rose: the "
                        "first of these is no rise",
                        2, (long long)(guest_word(player, COUNT) & 0xffffffff));
    const unsigned levels[] = {1, 1, 0, 1};
    for (size_t i = 0; i < 4; i++) {
        const struct kvm_call *call = seen_call(player, KVM_IRQ_LINE, i);
        struct kvm_irq_level line = {0};
        if (call == NULL)
            judge_fail("interrupts_line must call KVM_IRQ_LINE each time");
        memcpy(&line, call->data, sizeof line);
        judge_expect_number("the line of KVM_IRQ_LINE", irq, line.irq);
        judge_expect_number("the level of KVM_IRQ_LINE", levels[i], line.level);
    }
}

void line_needs_chips(void **state)
{
    uint64_t noted[2];
    struct player *player = seen_start(DO("machine", "line:4:1"));

    (void)state;
    seen_numbers(player, noted, 2);
    expect_result("interrupts_line of a VM without chips", -1, ENXIO, noted);
}
