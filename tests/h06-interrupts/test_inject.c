/* test_inject.c - the judge of h06-interrupts: an interrupt by hand.
 *
 * The guests halt where the judge wants to look, with IF set or not. A handler leaves its
 * mark in memory, so that is there which vectors a guest has taken, and in which order;
 * KVM_INTERRUPT as recorded says when they were given to it.
 */
#include <errno.h>
#include <string.h>
#include "seen.h"

/* A mark is a byte, and the word moves up for each; the last byte but two is the mark. */
GUEST(mark);
GUEST(listens);
GUEST(turns_on);
__asm__(".section .rodata\n"
        "mark: shll $8, 0x280000\n"
        "orb $0, 0x280000\n"
        "iretq\n"
        "mark_end:\n"

        /* halts, again and again, with IF set */
        "listens: sti\n"
        "nop\n"
        "1: hlt\n"
        "jmp 1b\n"
        "listens_end:\n"

        /* halts with IF clear, then listens for a long while, then halts for good */
        "turns_on: cli\n"
        "hlt\n"
        "sti\n"
        "movl $3000, %ecx\n"
        "1: decl %ecx\n"
        "jnz 1b\n"
        "2: hlt\n"
        "jmp 2b\n"
        "turns_on_end:\n"
        ".text\n");

enum { MARK_AT = 15, HANDLERS = 64 };

/* The handler of VECTOR, which leaves MARK. */
static const char *marks(unsigned index, uint8_t mark_byte)
{
    char bytes[64];
    size_t size = (size_t)(mark_end - mark);

    memcpy(bytes, mark, size);
    bytes[MARK_AT] = (char)mark_byte;
    return code_at(HANDLER + index * HANDLERS, bytes, bytes + size);
}

static unsigned any_vector(void)
{
    return (unsigned)seen_random(32, 255);
}

/* The vector of KVM_INTERRUPT number INDEX must be VECTOR. */
static void expect_given(struct player *player, size_t index, unsigned vector)
{
    const struct kvm_call *call = seen_call(player, KVM_INTERRUPT, index);
    struct kvm_interrupt given = {0};

    if (call == NULL)
        judge_fail(
            "interrupts_inject must call KVM_INTERRUPT when the guest can take the "
            "vector; it did not");
    memcpy(&given, call->data, sizeof given);
    judge_expect_number("the vector of KVM_INTERRUPT", vector, given.irq);
}

void inject_is_taken_when_the_guest_can(void **state)
{
    unsigned vector = any_vector();
    uint8_t sign = (uint8_t)seen_random(1, 255);
    uint64_t noted[6];
    struct player *player = seen_start(DO(
        MACHINE, CODE_AT(CODE, listens), marks(0, sign), gate_to(vector, HANDLER), TABLE,
        "run", "ready", word("inject:%u", vector), "run", "ready", "until:5:3"));

    (void)state;
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 6);
    expect_result("interrupts_inject, the guest halts with IF set,", 0, 0, noted);
    expect_given(player, 0, vector);
    judge_expect_number("the mark of the handler in memory", sign,
                        (long long)guest_word(player, COUNT));
    player_go(player);
    (void)player_ready(player);
    judge_expect_number("the marks in memory, some exits later: still one", sign,
                        (long long)guest_word(player, COUNT));
}

void inject_waits_until_it_can(void **state)
{
    unsigned vector = any_vector();
    uint8_t sign = (uint8_t)seen_random(1, 255);
    uint64_t noted[6];
    struct player *player = seen_start(
        DO(MACHINE, CODE_AT(CODE, turns_on), marks(0, sign), gate_to(vector, HANDLER),
           TABLE, "run", "ready", word("inject:%u", vector), "ready", "run", "ready",
           word("inject:%u", vector), "until:5:500"));

    (void)state;
    (void)player_ready(player); /* it halts, IF is clear */
    player_go(player);
    seen_numbers(player, noted, 2);
    if (player_kvm_count(player, KVM_INTERRUPT) != 0)
        judge_fail("the guest has IF clear: it must not be interrupted now, but "
                   "KVM_INTERRUPT was called (run->ready_for_interrupt_injection)");
    expect_result("interrupts_inject, the guest has IF clear,", 1, 0, noted);
    player_go(player);
    seen_numbers(player, noted, 4);
    if (noted[2] != KVM_EXIT_IRQ_WINDOW_OPEN)
        judge_fail("when the guest sets IF, KVM must exit with KVM_EXIT_IRQ_WINDOW_OPEN "
                   "(%d), because it was asked to; it exited with %d",
                   KVM_EXIT_IRQ_WINDOW_OPEN, (int)noted[2]);
    player_go(player);
    seen_numbers(player, noted, 5);
    expect_result("interrupts_inject, after that exit,", 0, 0, noted);
    judge_expect_number("the mark of the handler in memory", sign,
                        (long long)guest_word(player, COUNT));
}

void inject_takes_its_wish_back(void **state)
{
    unsigned vector = any_vector();
    uint64_t noted[8];
    struct player *player =
        seen_start(DO(MACHINE, CODE_AT(CODE, turns_on), marks(0, 1),
                      gate_to(vector, HANDLER), TABLE, "run", word("inject:%u", vector),
                      "until:7:100", "ready", word("inject:%u", vector), "until:5:100"));

    (void)state;
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 5);
    expect_result("interrupts_inject, after KVM_EXIT_IRQ_WINDOW_OPEN,", 0, 0, noted);
    if (noted[2] != 1)
        judge_fail("once the vector is given, the guest must run on to its next halt "
                   "without an exit; it came back %d times (request_interrupt_window)",
                   (int)noted[2]);
    judge_expect_number("the marks in memory", 1, (long long)guest_word(player, COUNT));
}

void inject_gives_one_at_a_time(void **state)
{
    unsigned first = (unsigned)seen_random(32, 120);
    unsigned second = (unsigned)seen_random(130, 255);
    uint64_t noted[8];
    struct player *player =
        seen_start(DO(MACHINE, CODE_AT(CODE, listens), marks(0, 0x11), marks(1, 0x22),
                      gate_to(first, HANDLER), gate_to(second, HANDLER + HANDLERS), TABLE,
                      "run", "ready", word("inject:%u", first), word("inject:%u", second),
                      "ready", "run", word("inject:%u", second), "until:5:100"));

    (void)state;
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 4);
    expect_result("interrupts_inject of a first vector", 0, 0, noted);
    if (player_kvm_count(player, KVM_INTERRUPT) > 1)
        judge_fail("two vectors were given to KVM without a run between them: the second "
                   "one takes the place of the first, and that is lost");
    expect_result("interrupts_inject of a second one, without a run between them,", 1, 0,
                  noted + 2);
    player_go(player);
    (void)player_ready(player);
    if (guest_word(player, COUNT) != 0x1122)
        judge_fail(
            "the guest must take the first vector (mark 11), then the second (22); "
            "the marks in memory are %llx",
            (unsigned long long)guest_word(player, COUNT));
}

void inject_refuses(void **state)
{
    uint64_t noted[6];
    struct player *player = seen_start(DO(
        MACHINE, CODE_AT(CODE, listens), CODE_AT(HANDLER, mark), gate_to(14, HANDLER),
        TABLE, "run", "ready", word("inject:%d", (int)seen_random(0, 14)), "inject:15"));

    (void)state;
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 4);
    expect_result("interrupts_inject of an exception's vector", -1, EINVAL, noted);
    expect_result("interrupts_inject of vector 15", -1, EINVAL, noted + 2);
    if (player_kvm_count(player, KVM_INTERRUPT) != 0)
        judge_fail("a vector that is refused must not be given to KVM; KVM_INTERRUPT was "
                   "called");
    /* out %al, $0xf1: an exit, after which KVM says that it is ready. */
    player = seen_start(DO("machine", "chips", "vcpu", word("code:%d:e6f1f4", CODE),
                           "run", "ready", "inject:40"));
    (void)player_ready(player);
    player_go(player);
    seen_numbers(player, noted, 2);
    expect_result("interrupts_inject where KVM has the chips", -1, ENXIO, noted);
}
