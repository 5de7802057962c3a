/* test_enter.c - the judge of h04-protected-mode: a processor that is put into protected
 * mode.
 */
#include <errno.h>
#include <stdio.h>
#include "seen.h"

enum { CODE_SELECTOR = 0x08, DATA_SELECTOR = 0x10, RESULTS = 0x280000 };

struct start {
    uint32_t entry, stack;
    struct player *player;
};

static struct start enter(const char *code, unsigned code_selector,
                          unsigned data_selector)
{
    struct start start = {.entry = 0x200000 + (uint32_t)seen_random(1, 100) * 16,
                          .stack = 0x300000 + (uint32_t)seen_random(1, 100) * 16};

    start.player =
        seen_start(WORDS("enter", code, word("%u", start.entry), word("%u", start.stack),
                         word("%u", code_selector), word("%u", data_selector)));
    (void)player_ready(start.player);
    player_go(start.player);
    return start;
}

void enter_runs_32_bit_code(void **state)
{
    uint32_t value = (uint32_t)seen_random(1 << 20, UINT32_MAX), results[2];
    unsigned reason = 0;
    char code[128], name[64] = "";

    (void)state;
    /* mov eax, VALUE; mov [RESULTS], eax; mov [RESULTS + 4], esp; hlt */
    snprintf(code, sizeof code, "b8%08xa300002800892504002800f4",
             __builtin_bswap32(value));
    struct start start = enter(code, CODE_SELECTOR, DATA_SELECTOR);
    struct answer answer = seen_answer(start.player);
    expect_success("protected_enter", answer);
    if (sscanf(answer.rest, "%u %63s", &reason, name) != 2 || reason != KVM_EXIT_HLT)
        judge_fail("after protected_enter the program must run until its hlt; its first "
                   "exit is %s",
                   name);
    results[0] = value;
    results[1] = start.stack;
    expect_guest(start.player, "eax and esp as the program has them", RESULTS, results,
                 sizeof results);
}

void enter_sets_the_general_registers(void **state)
{
    struct start start = enter("f4", CODE_SELECTOR, DATA_SELECTOR);
    struct kvm_regs regs;

    (void)state;
    expect_success("protected_enter", seen_answer(start.player));
    seen_argument(start.player, KVM_SET_REGS, "KVM_SET_REGS", 0, &regs, sizeof regs);
    judge_expect_number("eip", start.entry, (long long)regs.rip);
    judge_expect_number("esp", start.stack, (long long)regs.rsp);
    judge_expect_number("the flags", 2, (long long)regs.rflags);
    if (regs.rax | regs.rbx | regs.rcx | regs.rdx | regs.rsi | regs.rdi | regs.rbp)
        judge_fail("the other general registers must be 0; eax, ebx, edi are %llu, %llu, "
                   "%llu",
                   regs.rax, regs.rbx, regs.rdi);
}

static struct kvm_sregs special_registers(void)
{
    struct start start = enter("f4", CODE_SELECTOR, DATA_SELECTOR);
    struct kvm_sregs sregs;

    expect_success("protected_enter", seen_answer(start.player));
    seen_argument(start.player, KVM_SET_SREGS, "KVM_SET_SREGS", 0, &sregs, sizeof sregs);
    return sregs;
}

void enter_loads_every_segment(void **state)
{
    struct kvm_sregs sregs = special_registers();
    const struct {
        const char *name;
        const struct kvm_segment *segment;
    } data[] = {{"ds", &sregs.ds},
                {"es", &sregs.es},
                {"fs", &sregs.fs},
                {"gs", &sregs.gs},
                {"ss", &sregs.ss}};

    (void)state;
    judge_expect_number("the selector of cs", CODE_SELECTOR, sregs.cs.selector);
    judge_expect_number("the type of cs", 11, sregs.cs.type);
    judge_expect_number("db of cs", 1, sregs.cs.db);
    for (unsigned i = 0; i < sizeof data / sizeof *data; i++) {
        const struct kvm_segment *segment = data[i].segment;
        judge_expect_number(word("the selector of %s", data[i].name), DATA_SELECTOR,
                            segment->selector);
        judge_expect_number(word("the limit of %s", data[i].name), 0xffffffff,
                            segment->limit);
        judge_expect_number(word("the type of %s", data[i].name), 3, segment->type);
    }
}

void enter_sets_the_tables_and_the_mode(void **state)
{
    struct kvm_sregs sregs = special_registers();

    (void)state;
    judge_expect_number("CR0.PE", 1, sregs.cr0 & 1);
    judge_expect_number("CR0.PG", 0, sregs.cr0 >> 31 & 1);
    judge_expect_number("the base of GDTR", GDT, (long long)sregs.gdt.base);
    judge_expect_number("the limit of GDTR", 31, sregs.gdt.limit);
    judge_expect_number("the limit of IDTR: there is no gate", 0, sregs.idt.limit);
}

void enter_refuses_segments_that_are_no_good(void **state)
{
    struct start start = enter("f4", DATA_SELECTOR, DATA_SELECTOR);

    (void)state;
    expect_failure("protected_enter with data as code", EACCES,
                   seen_answer(start.player));
    start = enter("f4", CODE_SELECTOR, 0x18);
    expect_failure("protected_enter with data of ring 3 as stack", EACCES,
                   seen_answer(start.player));
    if (player_kvm_count(start.player, KVM_SET_SREGS) != 0)
        judge_fail("protected_enter must set nothing when a selector is no good; it "
                   "called KVM_SET_SREGS");
    expect_failure("protected_enter of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("enter-closed"))));
}
