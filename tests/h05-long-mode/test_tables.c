/* test_tables.c - the judge of h05-long-mode: page tables that longmode_map has built.
 *
 * The judge reads them out of guest memory, entry by entry.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

#define TABLES_SIZE "0x10000"
#define HIGHEST 0xfffffffffffff000ull

/* A page somewhere in the lower half; each of its four indexes is another one. */
static uint64_t some_page(void)
{
    return seen_random(1, 255) << 39 | seen_random(1, 510) << 30 |
           seen_random(1, 510) << 21 | seen_random(1, 510) << 12;
}

/* What the calls of longmode_map have returned: all must be 0. */
static struct player *map_all(const char *const *words)
{
    struct player *player = seen_start(words);
    const char *text = player_ready(player);
    struct answer answer;
    int length;

    for (; sscanf(text, "%d %d %n", &answer.result, &answer.error, &length) == 2;
         text += length)
        expect_success("longmode_map", answer);
    return player;
}

/* The address must lead to PHYSICAL, through a page of SIZE. */
static void expect_mapped(struct player *player, uint64_t virtual, uint64_t physical,
                          uint64_t size)
{
    struct seen_walk walk = seen_walk(player, virtual);

    if (!walk.present)
        judge_fail("0x%llx must be mapped to 0x%llx; entry %u of 4 on the way is not "
                   "present",
                   (unsigned long long)virtual, (unsigned long long)physical,
                   walk.levels);
    if (walk.physical != physical)
        judge_fail("0x%llx must lead to 0x%llx; the tables lead to 0x%llx",
                   (unsigned long long)virtual, (unsigned long long)physical,
                   (unsigned long long)walk.physical);
    if (walk.page_size != size)
        judge_fail("0x%llx (to 0x%llx) must be in a page of %llu KiB; it is in one of "
                   "%llu KiB",
                   (unsigned long long)virtual, (unsigned long long)physical,
                   (unsigned long long)size >> 10,
                   (unsigned long long)walk.page_size >> 10);
}

static void expect_unmapped(struct player *player, uint64_t virtual)
{
    if (seen_walk(player, virtual).present)
        judge_fail("0x%llx must not be mapped; it is", (unsigned long long)virtual);
}

void map_makes_four_levels(void **state)
{
    uint64_t page = some_page(), to = seen_random(1, 1000) * SMALL;
    struct player *player =
        map_all(WORDS("map", TABLES_SIZE, mapped(page, to, 3 * SMALL, WRITE),
                      mapped(0xffffffff80000000ull, to, SMALL, WRITE)));

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        expect_mapped(player, page + i * SMALL + 5, to + i * SMALL + 5, SMALL);
    expect_unmapped(player, page - SMALL);
    expect_unmapped(player, page + 3 * SMALL);
    expect_mapped(player, 0xffffffff80000000ull, to, SMALL);
}

void map_uses_large_pages_where_they_fit(void **state)
{
    uint64_t base =
        seen_random(1, 255) << 39 | seen_random(1, 255) << 30 | seen_random(1, 255) << 21;
    (void)state;

    struct player *player =
        map_all(WORDS("map", TABLES_SIZE, mapped(base, LARGE, 2 * LARGE, WRITE)));
    expect_mapped(player, base + 12345, LARGE + 12345, LARGE);
    expect_mapped(player, base + LARGE, 2 * LARGE, LARGE);
    expect_unmapped(player, base + 2 * LARGE);

    /* Small pages up to the boundary, a large one, and what is left. */
    player = map_all(
        WORDS("map", TABLES_SIZE,
              mapped(base - 2 * SMALL, LARGE - 2 * SMALL, LARGE + 3 * SMALL, WRITE)));
    expect_mapped(player, base - SMALL, LARGE - SMALL, SMALL);
    expect_mapped(player, base + 7, LARGE + 7, LARGE);
    expect_mapped(player, base + LARGE, 2 * LARGE, SMALL);
    expect_unmapped(player, base + LARGE + SMALL);

    /* One of the two addresses is aligned: no large page can say that. */
    player = map_all(WORDS("map", TABLES_SIZE, mapped(base, SMALL, LARGE, WRITE)));
    expect_mapped(player, base, SMALL, SMALL);
    expect_mapped(player, base + LARGE - SMALL, LARGE, SMALL);
    player =
        map_all(WORDS("map", TABLES_SIZE, mapped(base + SMALL, LARGE, LARGE, WRITE)));
    expect_mapped(player, base + SMALL, LARGE, SMALL);
    expect_mapped(player, base + LARGE, 2 * LARGE - SMALL, SMALL);

    /* Both are, but there is less than a large page. */
    player =
        map_all(WORDS("map", TABLES_SIZE, mapped(base, LARGE, LARGE - SMALL, WRITE)));
    expect_mapped(player, base, LARGE, SMALL);
    expect_unmapped(player, base + LARGE - SMALL);
}

void map_puts_rights_on_the_page(void **state)
{
    static const uint64_t rights[] = {0, WRITE, USER, NO_EXECUTE,
                                      WRITE | USER | NO_EXECUTE};
    const uint64_t all = WRITE | USER | NO_EXECUTE;

    (void)state;
    for (unsigned i = 0; i < sizeof rights / sizeof *rights; i++) {
        uint64_t page = some_page(), large = (page & ~(uint64_t)(LARGE - 1)) ^ 1ull << 30;
        struct player *player =
            map_all(WORDS("map", TABLES_SIZE, mapped(page, 4 * SMALL, SMALL, rights[i]),
                          mapped(large, LARGE, LARGE, rights[i])));
        for (unsigned k = 0; k < 2; k++) {
            struct seen_walk walk = seen_walk(player, k == 0 ? page : large);
            if (!walk.present)
                judge_fail("a page with the rights 0x%llx must be present; it is not",
                           (unsigned long long)rights[i]);
            uint64_t last = walk.entry[walk.levels - 1];
            if ((last & all) != rights[i])
                judge_fail("the entry of a page with the rights 0x%llx must have these; "
                           "it is 0x%llx",
                           (unsigned long long)rights[i], (unsigned long long)last);
            for (unsigned level = 0; level + 1 < walk.levels; level++)
                if ((walk.entry[level] & all) != (WRITE | USER))
                    judge_fail("an entry that leads to a table must allow everything; "
                               "the one of level %u is 0x%llx",
                               level, (unsigned long long)walk.entry[level]);
        }
    }
}

/* Has the items mapped. The last call must fail with ERROR, the others must not. */
static struct player *expect_last(const char *what, int error, const char *const *words)
{
    struct player *player = seen_start(words);
    const char *text = player_ready(player);
    struct answer answer = {.result = -2}, next;
    int length;
    char name[160];

    for (bool first = true;
         sscanf(text, "%d %d %n", &next.result, &next.error, &length) == 2;
         text += length, first = false) {
        if (!first)
            expect_success("longmode_map", answer);
        answer = next;
    }
    snprintf(name, sizeof name, "longmode_map of %s", what);
    expect_failure(name, error, answer);
    return player;
}

void map_keeps_what_is_mapped(void **state)
{
    uint64_t base = seen_random(1, 255) << 39 | seen_random(1, 500) << 21;
    struct player *player =
        expect_last("a page that is mapped", EEXIST,
                    WORDS("map", TABLES_SIZE, mapped(base, 5 * SMALL, SMALL, WRITE),
                          mapped(base, 6 * SMALL, SMALL, WRITE)));

    (void)state;
    expect_mapped(player, base, 5 * SMALL, SMALL);
    player = expect_last("a page inside of a large one", EEXIST,
                         WORDS("map", TABLES_SIZE, mapped(base, LARGE, LARGE, WRITE),
                               mapped(base + SMALL, 6 * SMALL, SMALL, WRITE)));
    expect_mapped(player, base + SMALL, LARGE + SMALL, LARGE);
    player = expect_last("pages of which the second is mapped", EEXIST,
                         WORDS("map", TABLES_SIZE,
                               mapped(base + SMALL, 5 * SMALL, SMALL, WRITE),
                               mapped(base, 6 * SMALL, 2 * SMALL, WRITE)));
    expect_mapped(player, base, 6 * SMALL, SMALL);
    expect_mapped(player, base + SMALL, 5 * SMALL, SMALL);
}

void map_refuses_bad_addresses(void **state)
{
    static const struct {
        const char *what;
        uint64_t virtual, physical, size;
    } bad[] = {
        {"no bytes", SMALL, SMALL, 0},
        {"half a page", SMALL, SMALL, 2048},
        {"a virtual address within a page", SMALL + 8, SMALL, SMALL},
        {"a physical address within a page", SMALL, SMALL + 8, SMALL},
        {"an address that is not canonical", 1ull << 47, SMALL, SMALL},
        {"an address below the upper half", 0xffff7ffffffff000ull, SMALL, SMALL},
        {"addresses into the hole in the middle", (1ull << 47) - SMALL, SMALL, 2 * SMALL},
        {"addresses over their end", HIGHEST, SMALL, 2 * SMALL},
        {"more bytes than there are addresses", SMALL, SMALL, HIGHEST},
        {"a physical address of 53 bits", SMALL, 1ull << 52, SMALL},
        {"physical addresses over their end", SMALL, ADDRESS, 2 * SMALL},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct player *player =
            expect_last(bad[i].what, EINVAL,
                        WORDS("map", TABLES_SIZE,
                              mapped(bad[i].virtual, bad[i].physical, bad[i].size, 0)));
        for (unsigned entry = 0; entry < 512; entry += 511)
            if (guest_word(player, TABLES + entry * 8) != 0)
                judge_fail("longmode_map of %s must leave the tables alone; entry %u of "
                           "the PML4 is written",
                           bad[i].what, entry);
    }
    struct player *player =
        map_all(WORDS("map", TABLES_SIZE, mapped(HIGHEST, SMALL, SMALL, 0),
                      mapped((1ull << 47) - SMALL, 2 * SMALL, SMALL, 0)));
    expect_mapped(player, HIGHEST, SMALL, SMALL);
    expect_mapped(player, (1ull << 47) - SMALL, 2 * SMALL, SMALL);
}

void map_says_that_tables_are_full(void **state)
{
    /* Room for the PML4 and three more: one way down. */
    struct player *player =
        expect_last("a page that needs one table too many", ENOSPC,
                    WORDS("map", "0x4000", mapped(LARGE - SMALL, SMALL, SMALL, WRITE),
                          mapped(1ull << 39, SMALL, SMALL, WRITE)));

    (void)state;
    expect_mapped(player, LARGE - SMALL, SMALL, SMALL);
    expect_guest(player, "the byte behind the tables", TABLES + 0x4000, "", 1);
}
