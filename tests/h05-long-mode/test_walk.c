/* test_walk.c - the judge of h05-long-mode: walks through tables that the judge has
 * made up, and bytes that are copied by them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

/* Tables of a way down: the PML4 where CR3 points, then one page each. */
enum { PDPT = 0x11000, PD = 0x12000, PT = 0x13000 };
static const uint64_t table[4] = {TABLES, PDPT, PD, PT};

/* What the player says of a walk. */
struct walk {
    struct answer answer;
    unsigned levels;
    unsigned long long physical, size;
    char rights[8]; /* writable, user, executable: "101" */
    const char *noted;
};

static uint64_t some_address(void)
{
    return seen_random(1, 255) << 39 | seen_random(1, 510) << 30 |
           seen_random(1, 510) << 21 | seen_random(1, 510) << 12 | seen_random(1, 4095);
}

/* Where the entry of LEVEL for VIRTUAL is. */
static uint64_t entry_of(unsigned level, uint64_t virtual)
{
    return table[level] + (virtual >> (39 - 9 * level) & 511) * 8;
}

/* Walks from ROOT through ENTRIES, one for each level; 0 is not there. */
static struct walk walk_from(uint64_t root, uint64_t virtual, const uint64_t entries[4])
{
    struct walk walk = {.noted = ""};
    int length = 0;
    const char *words[8] = {"translate", word("0x%llx", (unsigned long long)root),
                            word("0x%llx", (unsigned long long)virtual)};

    for (unsigned level = 0; level < 4; level++)
        words[3 + level] = poke(entry_of(level, virtual), entries[level]);
    walk.answer = seen_answer(seen_start(words));
    if (sscanf(walk.answer.rest, "%u %llx %llx %7s %n", &walk.levels, &walk.physical,
               &walk.size, walk.rights, &length) < 4)
        judge_fail("the probe has said nothing of its walk");
    walk.noted = walk.answer.rest + length;
    return walk;
}

/* Entries that lead to a small page at PHYSICAL, with all rights. */
static void way_to(uint64_t physical, uint64_t entries[4])
{
    for (unsigned level = 0; level < 4; level++)
        entries[level] =
            (level < 3 ? table[level + 1] : physical) | PRESENT | WRITE | USER;
}

static void expect_physical(const struct walk *walk, uint64_t physical, uint64_t size)
{
    expect_success("longmode_translate", walk->answer);
    if (walk->physical != physical || walk->size != size)
        judge_fail("the walk must end at 0x%llx, in a page of 0x%llx bytes; it ends at "
                   "0x%llx, in a page of 0x%llx bytes",
                   (unsigned long long)physical, (unsigned long long)size, walk->physical,
                   walk->size);
}

void translate_finds_the_byte(void **state)
{
    uint64_t virtual = some_address(), page = seen_random(1, 1 << 20) * SMALL, entries[4];

    (void)state;
    way_to(page, entries);
    struct walk walk = walk_from(TABLES, virtual, entries);
    expect_physical(&walk, page + virtual % SMALL, SMALL);
    virtual |= 0xffff800000000000ull; /* the upper half */
    walk = walk_from(TABLES, virtual, entries);
    expect_physical(&walk, page + virtual % SMALL, SMALL);
}

void translate_knows_large_pages(void **state)
{
    static const uint64_t sizes[] = {1ull << 30, LARGE};

    (void)state;
    for (unsigned level = 1; level <= 2; level++) {
        uint64_t virtual = some_address(), size = sizes[level - 1], entries[4],
                 page = seen_random(1, 500) * size;
        way_to(PT, entries);
        /* Bit 12 of a large page's entry says how it is cached: no part of an address. It
         * must not stand in the offset as well, or nobody could tell. */
        virtual &= ~(1ull << 12);
        entries[level] = page | 1 << 12 | IS_LARGE | PRESENT | WRITE | USER;
        struct walk walk = walk_from(TABLES, virtual, entries);
        expect_physical(&walk, page + virtual % size, size);
    }
}

void translate_adds_up_rights(void **state)
{
    static const struct {
        uint64_t bit;
        const char *expected, *what;
    } taken[] = {
        {WRITE, "011", "write"}, {USER, "101", "user"}, {NO_EXECUTE, "110", "execute"}};

    (void)state;
    for (unsigned level = 0; level < 4; level++)
        for (unsigned i = 0; i < 3; i++) {
            uint64_t virtual = some_address(), entries[4];
            char what[128];
            way_to(5 * SMALL, entries);
            entries[level] ^= taken[i].bit;
            struct walk walk = walk_from(TABLES, virtual, entries);
            expect_success("longmode_translate", walk.answer);
            snprintf(what, sizeof what,
                     "writable, user, executable, where level %u takes away \"%s\"",
                     level, taken[i].what);
            judge_expect_string(what, taken[i].expected, walk.rights);
        }
}

/* What must have been noted of the first COUNT levels. */
static void expect_noted(const struct walk *walk, uint64_t virtual,
                         const uint64_t entries[4], unsigned count)
{
    char expected[256] = "", *to = expected;

    for (unsigned level = 0; level < count; level++)
        to += sprintf(to, "%llx=%llx ", (unsigned long long)entry_of(level, virtual),
                      (unsigned long long)entries[level]);
    judge_expect_number("the levels of the walk", count, walk->levels);
    judge_expect_string("the entries that are noted (address=entry)", expected,
                        walk->noted);
}

void translate_notes_each_level(void **state)
{
    uint64_t virtual = some_address(), entries[4];

    (void)state;
    way_to(seen_random(1, 1000) * SMALL, entries);
    struct walk walk = walk_from(TABLES, virtual, entries);
    expect_success("longmode_translate", walk.answer);
    expect_noted(&walk, virtual, entries, 4);
    entries[2] &= ~PRESENT;
    walk = walk_from(TABLES, virtual, entries);
    expect_noted(&walk, virtual, entries, 3);
    entries[2] = 3 * LARGE | IS_LARGE | PRESENT;
    walk = walk_from(TABLES, virtual, entries);
    expect_noted(&walk, virtual, entries, 3);
}

/* The walk must have failed with ERROR, and have LEVELS noted. */
static void expect_no_way(const char *what, const struct walk *walk, int error,
                          unsigned levels)
{
    char name[160];

    snprintf(name, sizeof name, "longmode_translate, %s,", what);
    expect_failure(name, error, walk->answer);
    judge_expect_number("the levels that are noted", levels, walk->levels);
    if (walk->physical != 0 || walk->size != 0 || strcmp(walk->rights, "000") != 0)
        judge_fail("%s must leave physical, page_size and the rights 0; they are 0x%llx, "
                   "0x%llx, %s",
                   name, walk->physical, walk->size, walk->rights);
}

void translate_refuses(void **state)
{
    static const uint64_t outside[] = {1ull << 47, 0xffff7fffffffffffull, 1ull << 63};
    uint64_t virtual = some_address(), entries[4];
    struct walk walk;

    (void)state;
    for (unsigned level = 0; level < 4; level++) {
        way_to(PT, entries);
        entries[level] &= ~PRESENT;
        walk = walk_from(TABLES, virtual, entries);
        expect_no_way("with an entry that is not present", &walk, ENOENT, level + 1);
    }
    for (unsigned level = 0; level < 3; level++) {
        way_to(PT, entries);
        entries[level] = (seen_random(1, 1000) * MEMORY) | PRESENT | WRITE;
        walk = walk_from(TABLES, virtual, entries);
        expect_no_way("with a table outside of memory", &walk, EFAULT, level + 1);
    }
    way_to(PT, entries);
    entries[0] |= IS_LARGE;
    walk = walk_from(TABLES, virtual, entries);
    expect_no_way("with a large entry in the PML4", &walk, EPROTO, 1);
    for (unsigned i = 0; i < sizeof outside / sizeof *outside; i++) {
        walk = walk_from(TABLES, outside[i], (const uint64_t[4]){0});
        expect_no_way("of an address that is not canonical", &walk, EINVAL, 0);
    }
}

void translate_looks_at_the_right_bits(void **state)
{
    uint64_t virtual = some_address(), page = seen_random(1, 1000) * SMALL, entries[4];

    (void)state;
    way_to(page, entries);
    struct walk walk = walk_from(TABLES | 0x18, virtual, entries); /* flags in a CR3 */
    expect_physical(&walk, page + virtual % SMALL, SMALL);
    for (unsigned level = 0; level < 4; level++) /* bits that are not the address */
        entries[level] |= NO_EXECUTE | 0x5aull << 52 | 0xe00 | 0x60;
    entries[3] |= IS_LARGE; /* of the lowest level it is another bit: how it is cached */
    walk = walk_from(TABLES, virtual, entries);
    expect_physical(&walk, page + virtual % SMALL, SMALL);
}

/* --- longmode_copy ------------------------------------------------------------------ */

enum { LENGTH = 24, FIRST = 0x200000, SECOND = 0x100000 };

/* Three words of the guest's, new in each run, and as the player shows bytes. */
static void some_bytes(uint64_t words[3], char shown[2 * LENGTH + 1])
{
    uint8_t bytes[LENGTH];

    for (unsigned i = 0; i < 3; i++)
        words[i] = seen_random(1, UINT64_MAX - 1);
    memcpy(bytes, words, sizeof bytes);
    for (unsigned i = 0; i < LENGTH; i++)
        sprintf(shown + 2 * i, "%02x", bytes[i]);
}

/* The player's 32 bytes must begin with EXPECTED, and be untouched behind it. */
static void expect_copied(struct answer answer, const char *expected)
{
    char all[65];

    expect_success("longmode_copy", answer);
    memset(all, 'c', 64); /* UNTOUCHED */
    all[64] = '\0';
    memcpy(all, expected, strlen(expected));
    judge_expect_string("the buffer: what is copied, and untouched bytes", all,
                        answer.rest);
}

void copy_takes_bytes(void **state)
{
    uint64_t words[3], base = seen_random(1, 100) << 30;
    char shown[2 * LENGTH + 1];

    (void)state;
    some_bytes(words, shown);
    expect_copied(seen_answer(seen_start(
                      WORDS("copy", word("0x%llx", (unsigned long long)base + 0x88), "24",
                            mapped(base, FIRST, SMALL, 0), poke(FIRST + 0x88, words[0]),
                            poke(FIRST + 0x90, words[1]), poke(FIRST + 0x98, words[2])))),
                  shown);
    expect_copied(seen_answer(seen_start(WORDS("copy", "0x1000", "0"))), "");
}

void copy_goes_page_by_page(void **state)
{
    uint64_t words[3], base = seen_random(1, 100) << 30;
    char shown[2 * LENGTH + 1];

    (void)state;
    /* Neighbours for the guest; in memory the second is far away, before the first. */
    some_bytes(words, shown);
    expect_copied(
        seen_answer(seen_start(
            WORDS("copy", word("0x%llx", (unsigned long long)base + SMALL - 8), "24",
                  mapped(base, FIRST, SMALL, 0), mapped(base + SMALL, SECOND, SMALL, 0),
                  poke(FIRST + SMALL - 8, words[0]), poke(SECOND, words[1]),
                  poke(SECOND + 8, words[2])))),
        shown);
    struct answer answer = seen_answer(seen_start(
        WORDS("copy", word("0x%llx", (unsigned long long)base + 8), "0x3000",
              mapped(base, FIRST, SMALL, 0), mapped(base + SMALL, SECOND, SMALL, 0),
              mapped(base + 2 * SMALL, FIRST + 3 * SMALL, 2 * SMALL, 0))));
    expect_success("longmode_copy of four pages", answer);
}

void copy_says_what_cannot_be_read(void **state)
{
    uint64_t base = seen_random(1, 100) << 30;
    const char *last = word("0x%llx", (unsigned long long)base + SMALL - 8);

    (void)state;
    expect_failure("longmode_copy over the end of what is mapped", ENOENT,
                   seen_answer(seen_start(
                       WORDS("copy", last, "24", mapped(base, FIRST, SMALL, 0)))));
    expect_failure("longmode_copy of a page that is not in memory", EFAULT,
                   seen_answer(seen_start(
                       WORDS("copy", last, "8", mapped(base, MEMORY, SMALL, 0)))));
    expect_failure(
        "longmode_copy into a page that is not in memory", EFAULT,
        seen_answer(seen_start(WORDS("copy", last, "24", mapped(base, FIRST, SMALL, 0),
                                     mapped(base + SMALL, 1ull << 40, SMALL, 0)))));
    expect_failure(
        "longmode_copy over the end of all addresses", EFAULT,
        seen_answer(seen_start(WORDS("copy", "0xfffffffffffffff8", "24",
                                     mapped(0xfffffffffffff000ull, FIRST, SMALL, 0),
                                     mapped(0, SECOND, SMALL, 0)))));
    expect_failure("longmode_copy of an address that is not canonical", EINVAL,
                   seen_answer(seen_start(WORDS("copy", "0x800000000000", "1"))));
}
