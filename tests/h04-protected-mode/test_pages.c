/* test_pages.c - the judge of h04-protected-mode: page tables, and paging.
 *
 * The judge reads the tables out of guest memory, entry by entry. Whether paging is on is
 * seen in what KVM was asked, and where this host's KVM has 32-bit paging, by a guest that
 * writes through it; a KVM that emulates ring 0 drops the bit.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

#define TABLES_SIZE "0x10000"

static const char *mapped(uint32_t virtual, uint32_t physical, uint32_t flags)
{
    return word("map:0x%x:0x%x:0x%x", virtual, physical, flags);
}

/* A page whose two indexes are others than 0, and than each other. */
static uint32_t some_page(void)
{
    return (uint32_t)seen_random(1, 500) << 22 | (uint32_t)seen_random(513, 1022) << 12;
}

/* Has the items mapped. The last call must fail with ERROR (0: succeed), the others must
 * succeed. */
static struct player *expect_maps(const char *what, int error, const char *const *words)
{
    struct player *player = seen_start(words);
    const char *text = player_ready(player);
    struct answer answer = {.result = -2}, next;
    int length;

    for (bool first = true;
         sscanf(text, "%d %d %n", &next.result, &next.error, &length) == 2;
         text += length, first = false) {
        if (!first)
            expect_success("protected_map", answer);
        answer = next;
    }
    const char *name = word("protected_map of %s", what);
    if (error == 0)
        expect_success(name, answer);
    else
        expect_failure(name, error, answer);
    return player;
}

/* The judge's own walk. Returns the entry at its end; LEVELS gets how many were read, FIRST
 * the entry of the directory. */
static uint32_t walk_to(struct player *player, uint32_t virtual, unsigned *levels,
                        uint32_t *first)
{
    uint32_t entry = guest_word(player, TABLES + (virtual >> 22) * 4);

    *first = entry;
    *levels = 1;
    if (!(entry & PRESENT) || entry & IS_LARGE)
        return entry;
    *levels = 2;
    return guest_word(player, (entry & ~0xfffu) + (virtual >> 12 & 1023) * 4);
}

static void expect_mapped(struct player *player, uint32_t virtual, uint32_t physical,
                          unsigned expected_levels)
{
    unsigned levels;
    uint32_t first, entry = walk_to(player, virtual, &levels, &first);
    uint32_t mask = expected_levels == 1 ? ~(uint32_t)(LARGE - 1) : ~0xfffu;

    if (!(entry & PRESENT))
        judge_fail("0x%x must be mapped to 0x%x; entry %u of %u on the way is 0x%x, not "
                   "present",
                   virtual, physical, levels, expected_levels, entry);
    judge_expect_number(word("the entries that lead to 0x%x", virtual), expected_levels,
                        levels);
    if ((entry & mask) != physical)
        judge_fail("0x%x must lead to 0x%x; the entry leads to 0x%x", virtual, physical,
                   entry & mask);
}

static void expect_unmapped(struct player *player, uint32_t virtual)
{
    unsigned levels;
    uint32_t first;

    if (walk_to(player, virtual, &levels, &first) & PRESENT)
        judge_fail("0x%x must not be mapped; it is", virtual);
}

void map_makes_two_levels(void **state)
{
    uint32_t page = some_page(), to = (uint32_t)seen_random(1, 0xfffff) << 12;
    uint32_t other = page ^ 1u << 22; /* another page table */
    struct player *player =
        expect_maps("small pages", 0,
                    WORDS("map", TABLES_SIZE, mapped(page, to, WRITE),
                          mapped(page + PAGE, to ^ PAGE, WRITE), mapped(other, to, WRITE),
                          mapped(0xfffff000, to, WRITE)));

    (void)state;
    expect_mapped(player, page, to, 2);
    expect_mapped(player, page + PAGE, to ^ PAGE, 2);
    expect_mapped(player, other, to, 2);
    expect_mapped(player, 0xfffff000, to, 2);
    expect_unmapped(player, page - PAGE);
    expect_unmapped(player, page - (512 << 12));
    expect_unmapped(player, other + PAGE);
}

void map_makes_large_pages(void **state)
{
    uint32_t page = (uint32_t)seen_random(1, 1000) << 22,
             to = (uint32_t)seen_random(0, 1023) << 22;
    struct player *player = expect_maps(
        "a large page", 0, WORDS("map", TABLES_SIZE, mapped(page, to, WRITE | IS_LARGE)));

    (void)state;
    expect_mapped(player, page, to, 1);
    judge_expect_number("the entry of the directory", to | IS_LARGE | WRITE | PRESENT,
                        guest_word(player, TABLES + (page >> 22) * 4));
    expect_unmapped(player, page + LARGE);
}

void map_puts_rights_on_the_page(void **state)
{
    static const uint32_t rights[] = {0, WRITE, USER, WRITE | USER};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t page = some_page(), first;
        unsigned levels;
        struct player *player =
            expect_maps("a page with rights", 0,
                        WORDS("map", TABLES_SIZE, mapped(page, 4 * PAGE, rights[i])));
        uint32_t entry = walk_to(player, page, &levels, &first);
        judge_expect_number(word("the rights of a page mapped with 0x%x", rights[i]),
                            rights[i] | PRESENT, entry & 0xfff);
        judge_expect_number("the rights of the directory's entry: all of them",
                            WRITE | USER | PRESENT, first & 0xfff);
    }
}

void map_keeps_what_is_mapped(void **state)
{
    uint32_t page = some_page(), large = page & ~(uint32_t)(LARGE - 1);
    struct player *player =
        expect_maps("a page that is mapped", EEXIST,
                    WORDS("map", TABLES_SIZE, mapped(page, 5 * PAGE, WRITE),
                          mapped(page, 6 * PAGE, WRITE)));

    (void)state;
    expect_mapped(player, page, 5 * PAGE, 2);
    player = expect_maps("a page inside of a large one", EEXIST,
                         WORDS("map", TABLES_SIZE, mapped(large, LARGE, WRITE | IS_LARGE),
                               mapped(page, 6 * PAGE, WRITE)));
    expect_mapped(player, page, LARGE, 1);
    player = expect_maps("a large page over a small one", EEXIST,
                         WORDS("map", TABLES_SIZE, mapped(page, 5 * PAGE, WRITE),
                               mapped(large, LARGE, WRITE | IS_LARGE)));
    expect_mapped(player, page, 5 * PAGE, 2);
}

void map_says_what_it_cannot(void **state)
{
    static const struct {
        const char *what;
        uint32_t virtual, physical, flags;
    } bad[] = {
        {"a virtual address within a page", PAGE + 8, PAGE, 0},
        {"a physical address within a page", PAGE, PAGE + 8, 0},
        {"a large page at a multiple of 4 KiB", PAGE, LARGE, IS_LARGE},
        {"a large page in memory at a multiple of 4 KiB", LARGE, PAGE, IS_LARGE},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        (void)expect_maps(bad[i].what, EINVAL,
                          WORDS("map", TABLES_SIZE,
                                mapped(bad[i].virtual, bad[i].physical, bad[i].flags)));
    /* Room for the directory and one table. */
    struct player *player = expect_maps(
        "a page that needs one table too many", ENOSPC,
        WORDS("map", "0x2000", mapped(PAGE, PAGE, WRITE), mapped(LARGE, PAGE, WRITE)));
    expect_unmapped(player, LARGE);
}

/* --- protected_paging --------------------------------------------------------------- */

/* What `paging` was started with, and has set. */
struct paging {
    struct player *player;
    uint32_t virtual, physical, value;
    struct answer answer;
    struct kvm_sregs before, after;
    size_t looked; /* KVM_GET_SREGS after the last KVM_SET_SREGS */
};

/* The tables map the first 4 MiB to themselves, by a large page, and one page more. */
static struct paging turn_on(void)
{
    struct paging paging = {.virtual = some_page(),
                            .physical = (uint32_t)seen_random(0x200, 0x300) << 12,
                            .value = (uint32_t)seen_random(1, UINT32_MAX)};
    enum { TABLE = TABLES + PAGE };
    size_t count;

    /* mov dword [VIRTUAL], VALUE; hlt */
    paging.player =
        seen_start(WORDS("paging",
                         word("c705%08x%08xf4", __builtin_bswap32(paging.virtual),
                              __builtin_bswap32(paging.value)),
                         word("poke:0x%x:0x%x", TABLES, IS_LARGE | WRITE | PRESENT),
                         word("poke:0x%x:0x%x", TABLES + (paging.virtual >> 22) * 4,
                              TABLE | WRITE | PRESENT),
                         word("poke:0x%x:0x%x", TABLE + (paging.virtual >> 12 & 1023) * 4,
                              paging.physical | WRITE | PRESENT)));
    (void)player_ready(paging.player);
    player_go(paging.player);
    paging.answer = seen_answer(paging.player);
    seen_argument(paging.player, KVM_SET_SREGS, "KVM_SET_SREGS", 1, &paging.before,
                  sizeof paging.before);
    seen_argument(paging.player, KVM_SET_SREGS, "KVM_SET_SREGS", 0, &paging.after,
                  sizeof paging.after);
    const struct kvm_call *calls = player_kvm_calls(paging.player, &count);
    for (; count > 0 && calls[count - 1].request != KVM_SET_SREGS; count--)
        paging.looked += calls[count - 1].request == KVM_GET_SREGS;
    return paging;
}

void paging_is_on(void **state)
{
    struct paging paging = turn_on();
    unsigned reason = 0;
    char name[64] = "";

    (void)state;
    judge_expect_number("CR3", TABLES, (long long)paging.after.cr3);
    judge_expect_number("CR4.PSE", 1, paging.after.cr4 >> 4 & 1);
    judge_expect_number("CR0.PG", 1, paging.after.cr0 >> 31 & 1);
    judge_expect_number("CR0.WP", 1, paging.after.cr0 >> 16 & 1);
    if (!seen_host_pages())
        return;
    player_go(paging.player);
    struct answer answer = seen_answer(paging.player);
    if (sscanf(answer.rest, "%u %63s", &reason, name) != 2 || reason != KVM_EXIT_HLT)
        judge_fail("a guest with paging must run until its hlt; its exit is %s", name);
    expect_guest(paging.player,
                 word("what the guest has written to its address 0x%x", paging.virtual),
                 paging.physical, &paging.value, sizeof paging.value);
}

void paging_keeps_the_rest(void **state)
{
    struct paging paging = turn_on();

    (void)state;
    judge_expect_number("CR0 without PG and WP",
                        (long long)paging.before.cr0 & ~(1ll << 31 | 1 << 16),
                        (long long)paging.after.cr0 & ~(1ll << 31 | 1 << 16));
    judge_expect_number("CR4 without PSE", (long long)paging.before.cr4 & ~(1ll << 4),
                        (long long)paging.after.cr4 & ~(1ll << 4));
    judge_expect_number("the base of GDTR", (long long)paging.before.gdt.base,
                        (long long)paging.after.gdt.base);
    judge_expect_number("the limit of GDTR", paging.before.gdt.limit,
                        paging.after.gdt.limit);
    judge_expect_number("the selector of cs", paging.before.cs.selector,
                        paging.after.cs.selector);
    judge_expect_number("the selector of ss", paging.before.ss.selector,
                        paging.after.ss.selector);
}

void paging_looks_whether_it_is_so(void **state)
{
    struct paging paging = turn_on();

    (void)state;
    if (paging.looked == 0)
        judge_fail("after KVM_SET_SREGS protected_paging must look with KVM_GET_SREGS "
                   "whether CR0.PG is still set; it did not");
    if (seen_host_pages())
        expect_success("protected_paging", paging.answer);
    else
        expect_failure("protected_paging, on this host whose KVM drops the bit", ENOTSUP,
                       paging.answer);
    expect_failure("protected_paging of a vCPU that is closed", EBADF,
                   seen_answer(seen_start(WORDS("paging-closed"))));
}
