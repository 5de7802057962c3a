/* test.c - the judge of lesson h05-long-mode.
 *
 * The player (probe.c) has one function of the learner's. What counts is what is in
 * guest memory afterwards, what KVM was asked, and what a real guest does; addresses and
 * bytes are new in each run. See tests/grader/grader.h.
 *
 * Here are entering long mode and the list of all checks; page tables are in
 * test_tables.c, walks in test_walk.c, ELF in test_elf.c, calls in test_call.c.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- longmode_enter ----------------------------------------------------------------- */

enum { CODE_SELECTOR = 0x10, DATA_SELECTOR = 0x20, RESULTS = 0x280000 };

/* What a guest is started with. */
struct start {
    uint64_t entry, stack, first, second;
    struct player *player;
};

/* Has the program entered, with selectors as given. The probe stands still after it. */
static struct start enter(const char *code, unsigned code_selector,
                          unsigned data_selector, bool is_64_bit)
{
    struct start start = {
        .entry = 0x200000 + seen_random(1, 100) * 16,
        .stack = 0x300000 + seen_random(1, 100) * 16,
        .first = seen_random(1ull << 40, UINT64_MAX),
        .second = seen_random(1ull << 40, UINT64_MAX),
    };

    start.player = seen_start(
        WORDS("enter", code, word("%llu", (unsigned long long)start.entry),
              word("%llu", (unsigned long long)start.stack),
              word("%llu", (unsigned long long)start.first),
              word("%llu", (unsigned long long)start.second), word("%u", code_selector),
              word("%u", data_selector), is_64_bit ? "1" : "0"));
    (void)player_ready(start.player);
    player_go(start.player);
    return start;
}

/* The argument of the player's last call of REQUEST. */
static void last_argument(struct player *player, unsigned long request, const char *name,
                          void *to, size_t size)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    while (count > 0 && calls[count - 1].request != request)
        count--;
    if (count == 0)
        judge_fail("longmode_enter must call %s; it did not", name);
    if (calls[count - 1].size < size)
        judge_cannot_run("the argument of %s was not recorded", name);
    memcpy(to, calls[count - 1].data, size);
}

/* Fails unless longmode_enter has returned 0 and the guest has halted. */
static void expect_halt(const struct start *start)
{
    struct answer answer = seen_answer(start->player);
    unsigned reason;
    char name[64] = "";

    expect_success("longmode_enter", answer);
    if (sscanf(answer.rest, "%u %63[^\n]", &reason, name) < 1 || reason != KVM_EXIT_HLT)
        judge_fail("after longmode_enter the program must run until its hlt; its first "
                   "exit is %s",
                   name);
}

static void enter_runs_64_bit_code(void **state)
{
    /* movabs rax, imm64; mov r8, rax; mov [RESULTS], r8; hlt. 48 alone is dec eax. */
    uint64_t value = seen_random(1ull << 40, UINT64_MAX);
    uint8_t bytes[8];
    char code[128], *to = code;

    (void)state;
    memcpy(bytes, &value, sizeof bytes);
    to += sprintf(to, "48b8");
    for (unsigned i = 0; i < 8; i++)
        to += sprintf(to, "%02x", bytes[i]);
    sprintf(to, "4989c04c89042500002800f4");
    struct start start = enter(code, CODE_SELECTOR, DATA_SELECTOR, true);
    expect_halt(&start);
    expect_guest(start.player, "the 64 bits that the program writes", RESULTS, bytes, 8);
}

static void enter_hands_over_arguments_and_a_stack(void **state)
{
    /* mov [RESULTS], rdi; + 8: rsi; + 16: rsp; hlt */
    struct start start = enter("48893c2500002800"
                               "4889342508002800"
                               "4889242510002800"
                               "f4",
                               CODE_SELECTOR, DATA_SELECTOR, true);
    struct kvm_regs regs;

    (void)state;
    expect_halt(&start);
    uint64_t expected[3] = {start.first, start.second, start.stack};
    expect_guest(start.player, "rdi, rsi and rsp as the program sees them", RESULTS,
                 expected, sizeof expected);
    last_argument(start.player, KVM_SET_REGS, "KVM_SET_REGS", &regs, sizeof regs);
    judge_expect_number("rflags of KVM_SET_REGS", 2, (long long)regs.rflags);
    if (regs.rax | regs.rbx | regs.rcx | regs.rdx | regs.rbp | regs.r8 | regs.r15)
        judge_fail("the other general registers must be 0; rax, rbx, r8, r15 are %llu, "
                   "%llu, %llu, %llu",
                   regs.rax, regs.rbx, regs.r8, regs.r15);
}

/* The special registers that the player has set for a guest that only halts. */
static struct kvm_sregs special_registers(void)
{
    struct start start = enter("f4", CODE_SELECTOR, DATA_SELECTOR, true);
    struct kvm_sregs sregs;

    (void)seen_answer(start.player);
    last_argument(start.player, KVM_SET_SREGS, "KVM_SET_SREGS", &sregs, sizeof sregs);
    return sregs;
}

static void expect_bit(const char *name, uint64_t bit, uint64_t shown)
{
    if ((shown & bit) != bit)
        judge_fail("%s must be set; the register is 0x%llx", name,
                   (unsigned long long)shown);
}

static void enter_turns_on_what_long_mode_needs(void **state)
{
    struct kvm_sregs sregs = special_registers();

    (void)state;
    expect_bit("CR0.PE", 1ull << 0, sregs.cr0);
    expect_bit("CR0.PG", 1ull << 31, sregs.cr0);
    expect_bit("CR4.PAE", 1ull << 5, sregs.cr4);
    expect_bit("EFER.LME", 1ull << 8, sregs.efer);
    expect_bit("EFER.LMA", 1ull << 10, sregs.efer);
    judge_expect_number("CR3", TABLES, (long long)sregs.cr3);
}

static void enter_turns_on_protection(void **state)
{
    struct kvm_sregs sregs = special_registers();

    (void)state;
    expect_bit("EFER.NXE (or bit 63 of an entry is a fault)", 1ull << 11, sregs.efer);
    expect_bit("CR0.WP (or the kernel may write everything)", 1ull << 16, sregs.cr0);
}

static void enter_loads_every_segment(void **state)
{
    struct kvm_sregs sregs = special_registers();
    const struct kvm_segment *data[] = {&sregs.ds, &sregs.es, &sregs.fs, &sregs.gs,
                                        &sregs.ss};

    (void)state;
    judge_expect_number("cs", CODE_SELECTOR, sregs.cs.selector);
    judge_expect_number("l of cs", 1, sregs.cs.l);
    judge_expect_number("db of cs", 0, sregs.cs.db);
    for (unsigned i = 0; i < 5; i++) {
        judge_expect_number("the selector of ds, es, fs, gs and ss", DATA_SELECTOR,
                            data[i]->selector);
        judge_expect_number("the type of ds, es, fs, gs and ss", 3, data[i]->type);
    }
    judge_expect_number("the base of the GDT", 0x1000, (long long)sregs.gdt.base);
    judge_expect_number("the limit of the GDT", 5 * 8 - 1, sregs.gdt.limit);
    judge_expect_number("the limit of an IDT that is empty", 0, sregs.idt.limit);
}

static void enter_refuses_segments_that_are_no_good(void **state)
{
    (void)state;
    struct start start = enter("f4", CODE_SELECTOR, DATA_SELECTOR, false);
    expect_failure("longmode_enter with a 32-bit code segment", EINVAL,
                   seen_answer(start.player));
    start = enter("f4", DATA_SELECTOR, DATA_SELECTOR, true);
    expect_failure("longmode_enter with data as code", EACCES, seen_answer(start.player));
    start = enter("f4", CODE_SELECTOR, 0x80, true);
    expect_failure("longmode_enter with a selector beyond the GDT", EACCES,
                   seen_answer(start.player));
    if (player_kvm_count(start.player, KVM_SET_SREGS) != 0)
        judge_fail("longmode_enter must set nothing when a selector is no good; it "
                   "called KVM_SET_SREGS");
    expect_failure("longmode_enter of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("enter-closed"))));
}

#define PAGE_MAP "Four tables deep"
#define PAGE_LARGE "Large pages"
#define PAGE_WALK "The walk"
#define PAGE_RIGHTS "Rights add up"
#define PAGE_COPY "Neighbours that are none"
#define PAGE_ENTER "Into long mode"
#define PAGE_ELF "A program out of its file"
#define PAGE_CALL "A call to the host"
#define PAGE_LIES "A guest that lies"

static const struct check checks[] = {
    {"map.levels", "an address leads to its page, and no other does", "longmode_map", 4,
     PAGE_MAP, map_makes_four_levels},
    {"map.large", "large pages where both addresses allow them, and only there",
     "longmode_map", 5, PAGE_LARGE, map_uses_large_pages_where_they_fit},
    {"map.rights", "the page has the rights, the tables allow everything", "longmode_map",
     3, PAGE_RIGHTS, map_puts_rights_on_the_page},
    {"map.exists", "what is mapped stays", "longmode_map", 3, PAGE_LARGE,
     map_keeps_what_is_mapped},
    {"map.addresses", "addresses that cannot be are refused", "longmode_map", 3, PAGE_MAP,
     map_refuses_bad_addresses},
    {"map.full", "full tables are said", "longmode_map", 2, PAGE_MAP,
     map_says_that_tables_are_full},
    {"translate.byte", "the walk ends at the byte", "longmode_translate", 4, PAGE_WALK,
     translate_finds_the_byte},
    {"translate.large", "pages of 2 MiB and 1 GiB end it early", "longmode_translate", 4,
     PAGE_LARGE, translate_knows_large_pages},
    {"translate.rights", "each level can take a right away", "longmode_translate", 4,
     PAGE_RIGHTS, translate_adds_up_rights},
    {"translate.levels", "each entry on the way is noted", "longmode_translate", 3,
     PAGE_WALK, translate_notes_each_level},
    {"translate.refuses", "where there is no way, it says why", "longmode_translate", 3,
     PAGE_WALK, translate_refuses},
    {"translate.bits", "bits that are no address are none", "longmode_translate", 2,
     PAGE_WALK, translate_looks_at_the_right_bits},
    {"copy.bytes", "the bytes of a page", "longmode_copy", 3, PAGE_COPY,
     copy_takes_bytes},
    {"copy.pages", "pages that are no neighbours in memory", "longmode_copy", 4,
     PAGE_COPY, copy_goes_page_by_page},
    {"copy.refuses", "what cannot be read is said", "longmode_copy", 3, PAGE_LIES,
     copy_says_what_cannot_be_read},
    {"enter.code", "64-bit code runs", "longmode_enter", 4, PAGE_ENTER,
     enter_runs_64_bit_code},
    {"enter.registers", "the arguments, the stack, nothing else", "longmode_enter", 3,
     PAGE_ENTER, enter_hands_over_arguments_and_a_stack},
    {"enter.mode", "all bits that make long mode", "longmode_enter", 2, PAGE_ENTER,
     enter_turns_on_what_long_mode_needs},
    {"enter.protection", "rights of pages count", "longmode_enter", 2, PAGE_RIGHTS,
     enter_turns_on_protection},
    {"enter.segments", "every segment register is loaded", "longmode_enter", 2,
     PAGE_ENTER, enter_loads_every_segment},
    {"enter.refuses", "segments that are no good are refused", "longmode_enter", 2,
     PAGE_ENTER, enter_refuses_segments_that_are_no_good},
    {"elf.place", "each segment is where p_paddr says", "longmode_load_elf", 5, PAGE_ELF,
     elf_loads_where_paddr_says},
    {"elf.bss", "what is not in the file is zero", "longmode_load_elf", 3, PAGE_ELF,
     elf_clears_the_rest},
    {"elf.program", "what is loaded is said", "longmode_load_elf", 3, PAGE_ELF,
     elf_says_what_it_has_loaded},
    {"elf.header", "what is no program for us is refused", "longmode_load_elf", 3,
     PAGE_ELF, elf_refuses_what_is_not_for_us},
    {"elf.numbers", "numbers that lie are refused", "longmode_load_elf", 4, PAGE_LIES,
     elf_believes_no_number},
    {"elf.first", "nothing is written before all is checked", "longmode_load_elf", 2,
     PAGE_LIES, elf_writes_nothing_before_all_is_checked},
    {"call.write", "a text comes out, and its length goes back", "longmode_hypercall", 4,
     PAGE_CALL, call_writes_a_text},
    {"call.exit", "an exit status of 0 to 255, and no other", "longmode_hypercall", 3,
     PAGE_CALL, call_takes_an_exit_status},
    {"call.time", "the time goes forwards", "longmode_hypercall", 2, PAGE_CALL,
     call_tells_the_time},
    {"call.errors", "errors of the guest are its result", "longmode_hypercall", 3,
     PAGE_LIES, call_answers_errors},
    {"call.address", "a call that cannot be read or answered is said",
     "longmode_hypercall", 3, PAGE_LIES, call_survives_a_bad_address},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h05-long-mode", checks,
                      sizeof checks / sizeof *checks);
}
