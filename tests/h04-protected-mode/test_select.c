/* test_select.c - the judge of h04-protected-mode: selectors, loaded as a processor does.
 *
 * The descriptors are the judge's, at a place and with an index that are new in each run.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum use { DATA, STACK, CODE };
enum { SS = 12, NP = 11, GP = 13 };
enum { WRITABLE = 2, READABLE = 2, CONFORMING = 4, IS_CODE = 8 };

/* A descriptor in a table, and a try to load it. */
struct
try {
    const char *what;
    unsigned type, system, dpl, absent; /* of the descriptor */
    enum use use;
    unsigned cpl, rpl;
    unsigned vector; /* what must come of it; 0: it is loaded */
};

/* Tries SELECTOR in a table of LIMIT at BASE, after POKE. */
static struct answer try_selector(uint64_t base, unsigned limit, unsigned selector,
                                  enum use use, unsigned cpl, const char *poke)
{
    return seen_answer(seen_start_plain(
        WORDS("select", word("0x%llx", (unsigned long long)base), word("%u", limit),
              word("%u", selector), word("%u", (unsigned)use), word("%u", cpl), poke)));
}

static const char *poke_descriptor(uint64_t base, unsigned selector, uint64_t descriptor)
{
    return word("poke:0x%llx:0x%llx", (unsigned long long)base + (selector & ~7u),
                (unsigned long long)descriptor);
}

static void expect_fault(const char *what, struct answer answer, unsigned vector,
                         unsigned code)
{
    expect_failure(what, EACCES, answer);
    judge_expect_string(word("the fault of %s", what),
                        word("vector %u code %x address 0 ip 0", vector, code),
                        answer.rest);
}

/* Has one try done; its descriptor stands at an index of its own. */
static void do_try(const struct try *try)
{
    uint64_t base = seen_random(0x100, 0x3000) * 8;
    unsigned index = (unsigned)seen_random(1, 500), selector = index << 3 | try->rpl;
    uint64_t descriptor =
        seen_descriptor(0, 0xfffff, try->type, !try->system, try->dpl, !try->absent, 12);
    struct answer answer = try_selector(base, index * 8 + 7, selector, try->use, try->cpl,
                                        poke_descriptor(base, selector, descriptor));

    if (try->vector != 0)
        expect_fault(try->what, answer, try->vector, index << 3);
    else
        expect_success(word("protected_select of %s", try->what), answer);
}

void select_loads(void **state)
{
    uint64_t base = seen_random(0x100, 0x3000) * 8;
    unsigned index = (unsigned)seen_random(1, 500), rpl = (unsigned)seen_random(0, 3);
    unsigned selector = index << 3 | rpl;
    uint32_t start = (uint32_t)seen_random(1, UINT32_MAX),
             limit = (uint32_t)seen_random(1, 0xfffff);
    /* A data segment of ring 3 that nobody has accessed yet. */
    struct answer answer = try_selector(
        base, index * 8 + 7, selector, DATA, 0,
        poke_descriptor(base, selector,
                        seen_descriptor(start, limit, WRITABLE, 1, 3, 1, 4)));

    (void)state;
    expect_success("protected_select", answer);
    judge_expect_string("the segment that is loaded",
                        word("base %x limit %x selector %x type 3 dpl 3 unusable 0",
                             start, limit, selector),
                        answer.rest);
}

void select_knows_null(void **state)
{
    /* Something stands there, which nobody must look at. */
    const char *poke = poke_descriptor(0x800, 0, seen_descriptor(0, 1, 3, 1, 0, 1, 4));
    unsigned rpl = (unsigned)seen_random(1, 3);

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        unsigned selector = i == 0 ? 0 : rpl;
        struct answer answer = try_selector(0x800, 31, selector, DATA, 0, poke);
        expect_success("the null selector as data", answer);
        judge_expect_string(
            "what it loads",
            word("base 0 limit 0 selector %x type 0 dpl 0 unusable 1", selector),
            answer.rest);
        expect_fault("the null selector as stack",
                     try_selector(0x800, 31, selector, STACK, 0, poke), GP, 0);
        expect_fault("the null selector as code",
                     try_selector(0x800, 31, selector, CODE, 0, poke), GP, 0);
    }
}

void select_looks_at_the_limit(void **state)
{
    unsigned index = (unsigned)seen_random(2, 500), selector = index << 3;
    const char *poke =
        poke_descriptor(0x4000, selector, seen_descriptor(0, 1, 3, 1, 0, 1, 4));

    (void)state;
    expect_success("a descriptor that ends where the table does",
                   try_selector(0x4000, selector + 7, selector, DATA, 0, poke));
    expect_fault("a descriptor whose last byte is beyond the limit",
                 try_selector(0x4000, selector + 6, selector, DATA, 0, poke), GP,
                 selector);
    expect_fault("a descriptor whose first byte alone is in the table",
                 try_selector(0x4000, selector, selector, DATA, 0, poke), GP, selector);
    expect_fault("a descriptor beyond the table",
                 try_selector(0x4000, selector - 1, selector, DATA, 0, poke), GP,
                 selector);
    expect_fault("a selector of an LDT",
                 try_selector(0x4000, 0xffff, selector | 4, DATA, 0, poke), GP,
                 selector | 4);
}

void select_leaves_the_rpl_out(void **state)
{
    (void)state;
    for (unsigned rpl = 1; rpl < 4; rpl++) {
        struct try try = {"a selector with an RPL, beyond its privilege",
                          .type = WRITABLE,
                          .dpl = 0,
                          .use = DATA,
                          .cpl = 0,
                          .rpl = rpl,
                          .vector = GP};
        do_try(&try);
    }
}

void select_looks_at_the_type(void **state)
{
    static const struct try tries[] = {
        {"data as data", .type = 0, .use = DATA},
        {"code that can be read, as data", .type = IS_CODE | READABLE, .use = DATA},
        {"code that cannot be read, as data", .type = IS_CODE, .use = DATA, .vector = GP},
        {"data as stack", .type = WRITABLE, .use = STACK},
        {"read-only data as stack", .type = 0, .use = STACK, .vector = GP},
        {"code as stack", .type = IS_CODE | READABLE, .use = STACK, .vector = GP},
        {"code as code", .type = IS_CODE, .use = CODE},
        {"data as code", .type = WRITABLE, .use = CODE, .vector = GP},
        {"a segment of the system as data", .type = 2, .system = 1, .use = DATA,
         .vector = GP},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++)
        do_try(&tries[i]);
}

void select_looks_at_the_privilege(void **state)
{
    static const struct try tries[] = {
        {"data of ring 3 by ring 0", .type = WRITABLE, .dpl = 3, .use = DATA},
        {"data of ring 0 by ring 3", .type = WRITABLE, .dpl = 0, .use = DATA, .cpl = 3,
         .vector = GP},
        {"a stack of ring 3 by ring 0", .type = WRITABLE, .dpl = 3, .use = STACK,
         .vector = GP},
        {"code of ring 3 by ring 0", .type = IS_CODE, .dpl = 3, .use = CODE,
         .vector = GP},
        {"conforming code of ring 0 by ring 3", .type = IS_CODE | CONFORMING, .dpl = 0,
         .use = CODE, .cpl = 3},
        {"conforming code of ring 3 by ring 0", .type = IS_CODE | CONFORMING, .dpl = 3,
         .use = CODE, .vector = GP},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++)
        do_try(&tries[i]);
}

void select_looks_at_present_last(void **state)
{
    static const struct try tries[] = {
        {"data that is not present", .type = WRITABLE, .absent = 1, .use = DATA,
         .vector = NP},
        {"code that is not present", .type = IS_CODE, .absent = 1, .use = CODE,
         .vector = NP},
        {"a stack that is not present", .type = WRITABLE, .absent = 1, .use = STACK,
         .vector = SS},
        {"code that is not present, as stack", .type = IS_CODE, .absent = 1, .use = STACK,
         .vector = GP},
        {"data of ring 0 that is not present, by ring 3", .type = WRITABLE, .absent = 1,
         .use = DATA, .cpl = 3, .vector = GP},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++)
        do_try(&tries[i]);
}

void select_believes_no_base(void **state)
{
    static const uint64_t bases[] = {MEMORY, MEMORY - 12, 0xfffffff0, ~0ull - 20};

    (void)state;
    for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++)
        expect_failure(
            word("protected_select with a table at 0x%llx", (unsigned long long)bases[i]),
            EFAULT, try_selector(bases[i], 31, 0x8, DATA, 0, "poke:0x800:0"));
}
