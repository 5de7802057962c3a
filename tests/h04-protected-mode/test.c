/* test.c - the judge of lesson h04-protected-mode.
 *
 * The player (probe.c) has one function of the learner's. What counts is what is in guest
 * memory afterwards, what KVM was asked, and what a real guest does; addresses, limits and
 * selectors are new in each run. See tests/grader/grader.h.
 *
 * Here are descriptors, the table, and the list of all checks; loading selectors is in
 * test_select.c, entering in test_enter.c, paging in test_pages.c, words in test_explain.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* --- protected_pack ----------------------------------------------------------------- */

/* The fields of a segment. LIMIT is in bytes. */
struct fields {
    uint64_t base;
    uint32_t limit;
    unsigned type, s, dpl, present, avl, l, db, g;
};

static struct fields some_fields(void)
{
    return (struct fields){
        .base = seen_random(0x11000000, 0xeeffffff),
        .limit = (uint32_t)seen_random(0x10000, 0xfffff),
        .type = (unsigned)seen_random(0, 15),
        .s = (unsigned)seen_random(0, 1),
        .dpl = (unsigned)seen_random(0, 3),
        .present = (unsigned)seen_random(0, 1),
        .avl = (unsigned)seen_random(0, 1),
        .l = (unsigned)seen_random(0, 1),
        .db = (unsigned)seen_random(0, 1),
    };
}

static unsigned long long packed(const struct fields *f, int *error)
{
    unsigned long long descriptor = 0;
    struct answer answer = seen_answer(seen_start_plain(WORDS(
        "pack", word("%llu", (unsigned long long)f->base), word("%u", f->limit),
        word("%u", f->type), word("%u", f->s), word("%u", f->dpl), word("%u", f->present),
        word("%u", f->avl), word("%u", f->l), word("%u", f->db), word("%u", f->g))));

    if (sscanf(answer.rest, "%llx", &descriptor) != 1)
        judge_fail("the probe has said nothing of the descriptor");
    *error = answer.error;
    return descriptor;
}

static void expect_packed(const struct fields *f)
{
    int error;
    unsigned long long shown = packed(f, &error);
    unsigned long long expected = seen_descriptor(
        (uint32_t)f->base, f->g ? f->limit >> 12 : f->limit, f->type, f->s, f->dpl,
        f->present, f->avl | f->l << 1 | f->db << 2 | f->g << 3);

    if (shown != expected)
        judge_fail("base 0x%llx, limit 0x%x, type %u, s %u, dpl %u, present %u, avl %u, "
                   "l %u, db %u, g %u\nmust become %016llx; it became %016llx",
                   (unsigned long long)f->base, f->limit, f->type, f->s, f->dpl,
                   f->present, f->avl, f->l, f->db, f->g, expected, shown);
}

static void pack_puts_each_field_in_its_place(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct fields fields = some_fields();
        expect_packed(&fields);
    }
}

static void pack_counts_in_pages(void **state)
{
    struct fields fields = some_fields();

    (void)state;
    fields.g = 1;
    fields.limit = (uint32_t)seen_random(0x12345, 0xedcba) << 12 | 0xfff;
    expect_packed(&fields);
    fields.limit = 0xfff; /* one page */
    expect_packed(&fields);
    fields.limit = 0xffffffff;
    expect_packed(&fields);
}

static void pack_refuses_what_cannot_be_said(void **state)
{
    static const struct {
        uint64_t base;
        uint32_t limit;
        unsigned g;
        const char *what;
    } bad[] = {
        {0, 0x100000, 0, "a limit of 21 bits, in bytes"},
        {0, 0x1000, 1, "a limit that is no whole page"},
        {0x100000000, 0xfffff, 0, "a base of 33 bits"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fields fields = some_fields();
        int error;
        fields.base = bad[i].base;
        fields.limit = bad[i].limit;
        fields.g = bad[i].g;
        fields.present = 1;
        unsigned long long shown = packed(&fields, &error);
        if (shown != 0)
            judge_fail("%s must be refused with 0; it became %016llx", bad[i].what,
                       shown);
        judge_expect_errno(bad[i].what, EINVAL, error);
    }
}

static void pack_makes_what_a_processor_loads(void **state)
{
    uint32_t base = (uint32_t)seen_random(0x10000000, 0x7fffffff) & ~0xfu;
    uint32_t value = (uint32_t)seen_random(1, UINT32_MAX);
    unsigned reason = 0;
    char name[64] = "";

    (void)state;
    struct player *player = seen_start(WORDS("pack-run", word("%u", base), //
                                             word("%u", value)));
    struct answer answer = seen_answer(player);
    if (sscanf(answer.rest, "%u %63s", &reason, name) != 2 || reason != KVM_EXIT_HLT)
        judge_fail(
            "a guest that loads the descriptor must run to its hlt; its exit is %s",
            name);
    expect_guest(player, "what the guest has written at 0x10 of the segment",
                 (uint64_t)base + 0x10, &value, sizeof value);
}

/* --- protected_unpack --------------------------------------------------------------- */

/* What protected_unpack must say of a descriptor with these fields. */
static void expect_unpacked(const struct fields *f, uint32_t limit_field)
{
    unsigned selector = (unsigned)seen_random(1, 8191) << 3;
    char expected[256];
    uint64_t descriptor =
        seen_descriptor((uint32_t)f->base, limit_field, f->type, f->s, f->dpl, f->present,
                        f->avl | f->l << 1 | f->db << 2 | f->g << 3);
    struct answer answer = seen_answer(seen_start_plain(WORDS(
        "unpack", word("0x%llx", (unsigned long long)descriptor), word("%u", selector))));

    snprintf(expected, sizeof expected,
             "base %llx limit %x selector %x type %u s %u dpl %u present %u avl %u l %u "
             "db %u g %u unusable %u",
             (unsigned long long)f->base, f->limit, selector, f->type, f->s, f->dpl,
             f->present, f->avl, f->l, f->db, f->g, !f->present);
    judge_expect_string(
        word("the segment of descriptor %016llx", (unsigned long long)descriptor),
        expected, answer.rest);
}

static void unpack_collects_each_field(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct fields fields = some_fields();
        fields.present = 1;
        expect_unpacked(&fields, fields.limit);
    }
}

static void unpack_says_the_limit_in_bytes(void **state)
{
    struct fields fields = some_fields();
    uint32_t limit = (uint32_t)seen_random(0x12345, 0xedcba);

    (void)state;
    fields.present = fields.g = 1;
    fields.limit = limit << 12 | 0xfff;
    expect_unpacked(&fields, limit);
    fields.limit = 0xfff;
    expect_unpacked(&fields, 0);
}

static void unpack_marks_what_is_not_present(void **state)
{
    struct fields fields = some_fields();

    (void)state;
    fields.present = 0;
    expect_unpacked(&fields, fields.limit);
}

/* --- protected_gdt ------------------------------------------------------------------ */

static struct player *write_gdt(uint64_t address, unsigned count, uint64_t seed)
{
    return seen_start(WORDS("gdt", word("0x%llx", (unsigned long long)address),
                            word("%u", count), word("0x%llx", (unsigned long long)seed)));
}

static void gdt_writes_the_descriptors(void **state)
{
    uint64_t address = seen_random(1, 1000) * 8, seed = seen_random(1ull << 40, ~0ull);
    unsigned count = (unsigned)seen_random(3, 6);
    struct player *player = write_gdt(address, count, seed);
    uint64_t expected[8];

    (void)state;
    expect_success("protected_gdt", seen_answer(player));
    for (unsigned i = 0; i < count; i++)
        expected[i] = seed * (i + 1);
    memset(&expected[count], UNTOUCHED, sizeof expected[0]);
    expect_guest(player, "the descriptors, and the eight bytes behind them", address,
                 expected, (count + 1) * 8);
}

static void expect_table(uint64_t address, unsigned count)
{
    unsigned long long base;
    unsigned limit;
    struct answer answer = seen_answer(write_gdt(address, count, 7));

    expect_success("protected_gdt", answer);
    if (sscanf(answer.rest, "%llx %x", &base, &limit) != 2)
        judge_fail("the probe has said nothing of the table");
    judge_expect_number("the base of GDTR", (long long)address, (long long)base);
    judge_expect_number(word("the limit of GDTR for %u descriptors", count),
                        (long long)count * 8 - 1, limit);
}

static void gdt_says_its_last_byte(void **state)
{
    (void)state;
    expect_table(seen_random(1, 1000) * 8, (unsigned)seen_random(3, 100));
    expect_table(0x1000, 8192); /* 0xffff: 16 bits hold no more */
}

static void gdt_refuses(void **state)
{
    uint8_t untouched[8];
    struct player *player = write_gdt(0x1000, 0, 7);

    (void)state;
    expect_failure("protected_gdt of no descriptor", EINVAL, seen_answer(player));
    player = write_gdt(0x1000, 8193, 7);
    expect_failure("protected_gdt of 8193 descriptors", EINVAL, seen_answer(player));
    player = write_gdt(MEMORY - 16, 3, 7);
    expect_failure("protected_gdt at the end of memory", EFAULT, seen_answer(player));
    memset(untouched, UNTOUCHED, sizeof untouched);
    expect_guest(player, "what protected_gdt must not have written", MEMORY - 16,
                 untouched, sizeof untouched);
}

#define PAGE_DESCRIPTOR "Eight bytes, torn apart"
#define PAGE_TABLE "A table in memory"
#define PAGE_SELECT "What is checked, and in which order"
#define PAGE_ENTER "The switch, from outside"
#define PAGE_MAP "Two tables deep"
#define PAGE_PAGING "Paging on"
#define PAGE_EXPLAIN "A fault, and its number"

static const struct check checks[] = {
    {"pack.fields", "each field is in its place", "protected_pack", 5, PAGE_DESCRIPTOR,
     pack_puts_each_field_in_its_place},
    {"pack.pages", "with g the limit counts in pages", "protected_pack", 4,
     PAGE_DESCRIPTOR, pack_counts_in_pages},
    {"pack.processor", "a guest loads it and writes where it says", "protected_pack", 3,
     PAGE_DESCRIPTOR, pack_makes_what_a_processor_loads},
    {"pack.refuses", "what no descriptor can say is refused", "protected_pack", 3,
     PAGE_DESCRIPTOR, pack_refuses_what_cannot_be_said},
    {"unpack.fields", "each field is collected", "protected_unpack", 4, PAGE_DESCRIPTOR,
     unpack_collects_each_field},
    {"unpack.limit", "the limit comes out in bytes", "protected_unpack", 3,
     PAGE_DESCRIPTOR, unpack_says_the_limit_in_bytes},
    {"unpack.absent", "what is not present is unusable", "protected_unpack", 3,
     PAGE_DESCRIPTOR, unpack_marks_what_is_not_present},
    {"gdt.bytes", "the descriptors are in guest memory", "protected_gdt", 2, PAGE_TABLE,
     gdt_writes_the_descriptors},
    {"gdt.limit", "the limit is the last byte", "protected_gdt", 2, PAGE_TABLE,
     gdt_says_its_last_byte},
    {"gdt.refuses", "a table that cannot be is refused", "protected_gdt", 1, PAGE_TABLE,
     gdt_refuses},
    {"select.loads", "a good selector is loaded", "protected_select", 3, PAGE_SELECT,
     select_loads},
    {"select.null", "the null selector, for data only", "protected_select", 3,
     PAGE_SELECT, select_knows_null},
    {"select.limit", "the whole descriptor lies in the table", "protected_select", 3,
     PAGE_SELECT, select_looks_at_the_limit},
    {"select.code", "the error code has no RPL", "protected_select", 2, PAGE_SELECT,
     select_leaves_the_rpl_out},
    {"select.type", "the type fits the use", "protected_select", 2, PAGE_SELECT,
     select_looks_at_the_type},
    {"select.privilege", "so does the privilege", "protected_select", 2, PAGE_SELECT,
     select_looks_at_the_privilege},
    {"select.present", "whether it is present comes last", "protected_select", 3,
     PAGE_SELECT, select_looks_at_present_last},
    {"select.base", "a table that is not in guest memory", "protected_select", 2,
     PAGE_SELECT, select_believes_no_base},
    {"enter.code", "32-bit code runs, and has its stack", "protected_enter", 4,
     PAGE_ENTER, enter_runs_32_bit_code},
    {"enter.registers", "eip, esp, flags, and nothing else", "protected_enter", 3,
     PAGE_ENTER, enter_sets_the_general_registers},
    {"enter.segments", "every segment register, with its hidden part", "protected_enter",
     4, PAGE_ENTER, enter_loads_every_segment},
    {"enter.tables", "CR0, GDTR, and an IDT without gates", "protected_enter", 2,
     PAGE_ENTER, enter_sets_the_tables_and_the_mode},
    {"enter.refuses", "segments that are no good are refused", "protected_enter", 2,
     PAGE_ENTER, enter_refuses_segments_that_are_no_good},
    {"map.levels", "an address leads to its page, and no other does", "protected_map", 4,
     PAGE_MAP, map_makes_two_levels},
    {"map.large", "a page of 4 MiB is an entry of the directory", "protected_map", 3,
     PAGE_MAP, map_makes_large_pages},
    {"map.rights", "the page has the rights, the directory allows everything",
     "protected_map", 3, PAGE_MAP, map_puts_rights_on_the_page},
    {"map.exists", "what is mapped stays", "protected_map", 3, PAGE_MAP,
     map_keeps_what_is_mapped},
    {"map.refuses", "what cannot be mapped is said", "protected_map", 2, PAGE_MAP,
     map_says_what_it_cannot},
    {"paging.on", "CR3, CR4.PSE, CR0.PG and WP; a guest sees it", "protected_paging", 4,
     PAGE_PAGING, paging_is_on},
    {"paging.keeps", "the rest stays as it was", "protected_paging", 3, PAGE_PAGING,
     paging_keeps_the_rest},
    {"paging.looks", "it says whether it is so", "protected_paging", 3, PAGE_PAGING,
     paging_looks_whether_it_is_so},
    {"explain.selector", "which selector, of which table", "protected_explain", 4,
     PAGE_EXPLAIN, explain_names_the_selector},
    {"explain.page", "which access, by whom, and why not", "protected_explain", 3,
     PAGE_EXPLAIN, explain_reads_the_code_of_a_page_fault},
    {"explain.plain", "a fault without an error code", "protected_explain", 2,
     PAGE_EXPLAIN, explain_knows_faults_without_a_code},
    {"explain.size", "a line that is too long is cut", "protected_explain", 1,
     PAGE_EXPLAIN, explain_stays_in_its_buffer},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h04-protected-mode", checks,
                      sizeof checks / sizeof *checks);
}
