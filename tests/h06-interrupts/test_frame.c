/* test_frame.c - the judge of h06-interrupts: the frame of an exception.
 *
 * A guest with registers that only the judge knows does what it may not; then stacks that
 * the judge has made up, where a hostile guest could have put them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum {
    FLAGS = 0xcd5,    /* those that a program may set as it likes: CF to OF, DF */
    RESUME = 1 << 16, /* RF, which the processor sets in the frame of a fault */
    FRAME_PAGES = 0x40000000,
    FIRST_PAGE = 0x400000, /* in memory: two pages that are no neighbours */
    SECOND_PAGE = 0x180000,
};

GUEST(handler);
__asm__(".section .rodata\n"
        "handler: out %al, $0xf1\n"
        "hlt\n"
        "handler_end:\n"
        ".text\n");

/* What interrupts_frame gives, as the probe notes it. */
struct seen_frame {
    uint64_t result[2];
    uint64_t error_code, rip, cs, rflags, rsp, ss;
};

static void expect_hex(const char *what, uint64_t expected, uint64_t shown)
{
    char wanted[32], seen[32];

    snprintf(wanted, sizeof wanted, "0x%llx", (unsigned long long)expected);
    snprintf(seen, sizeof seen, "0x%llx", (unsigned long long)shown);
    judge_expect_string(what, wanted, seen);
}

static void expect_frame(struct player *player, const char *what,
                         const struct seen_frame *expected)
{
    struct seen_frame seen;
    char name[128];

    seen_numbers(player, (uint64_t *)&seen, sizeof seen / 8);
    snprintf(name, sizeof name, "interrupts_frame of %s", what);
    expect_result(name, 0, 0, seen.result);
    expect_hex("rip in the frame", expected->rip, seen.rip);
    expect_hex("cs in the frame", expected->cs, seen.cs);
    expect_hex("rflags in the frame", expected->rflags & ~RESUME, seen.rflags & ~RESUME);
    expect_hex("rsp in the frame", expected->rsp, seen.rsp);
    expect_hex("ss in the frame", expected->ss, seen.ss);
    expect_hex("the error code", expected->error_code, seen.error_code);
}

/* A guest that sets its flags and then runs the instruction BYTES, which is VECTOR. */
static void expect_exception(const char *what, unsigned vector, const char *bytes,
                             uint64_t error_code)
{
    struct seen_frame expected = {
        .error_code = error_code,
        .rip = CODE + 6, /* behind pushq and popfq */
        .cs = 8,
        .rflags = 2 | (seen_random(0, FLAGS) & FLAGS),
        .rsp = STACK + seen_random(1, 1000) * 8,
        .ss = 16,
    };
    uint64_t noted[4];
    const uint8_t *flags = (const uint8_t *)&expected.rflags;
    struct player *player = seen_start(
        DO(MACHINE, word("code:%d:68%02x%02x00009d%s", CODE, flags[0], flags[1], bytes),
           CODE_AT(HANDLER, handler), gate_to(vector, HANDLER), TABLE,
           word("rsp:0x%llx", (unsigned long long)expected.rsp), "run", "ready",
           word("frame:%u", vector)));

    seen_numbers(player, noted, 4);
    player_go(player);
    expect_frame(player, what, &expected);
}

void frame_of_an_exception(void **state)
{
    (void)state;
    expect_exception("an invalid opcode", 6, "0f0b", 0);
    expect_exception("an invalid opcode", 6, "0f0b", 0);
}

/* Six words, made up, at RSP; the first is the error code. */
static const char *const *made_up(struct seen_frame *frame, unsigned vector, uint64_t at,
                                  bool has_code)
{
    uint64_t *words = &frame->error_code;
    static const char *script[20];
    unsigned n = 0;

    script[n++] = "do";
    script[n++] = "machine";
    script[n++] = "vcpu";
    script[n++] = word("rsp:0x%llx", (unsigned long long)at);
    for (unsigned i = 0; i < 6; i++) {
        words[i] = seen_random(1ull << 48, UINT64_MAX);
        if (i == 0 && !has_code)
            words[i] = 0;
        else
            script[n++] = word("poke:0x%llx:0x%llx",
                               (unsigned long long)(at + 8 * (i - (has_code ? 0 : 1))),
                               (unsigned long long)words[i]);
    }
    script[n++] = word("frame:%u", vector);
    script[n] = NULL;
    return script;
}

void frame_behind_an_error_code(void **state)
{
    static const struct {
        uint8_t vector;
        bool has_code; /* SDM table 6-1 */
    } vectors[] = {{8, true}, {12, true}, {17, true}, {9, false}, {16, false}};
    char bytes[64];
    unsigned selector = (unsigned)seen_random(3, 1000) * 8;

    (void)state;
    expect_exception("a page fault, a write", 14, "c70425000090000a000000", 2);
    /* mov eax, SELECTOR; mov ds, eax: the fault is the second one's. */
    snprintf(bytes, sizeof bytes, "8ed8");
    struct seen_frame expected = {.error_code = selector,
                                  .rip = CODE + 5,
                                  .cs = 8,
                                  .rflags = 2,
                                  .rsp = STACK,
                                  .ss = 16};
    uint64_t noted[4];
    struct player *player = seen_start(
        DO(MACHINE,
           word("code:%d:b8%02x%02x0000%s", CODE, selector & 0xff, selector >> 8, bytes),
           CODE_AT(HANDLER, handler), gate_to(13, HANDLER), TABLE, "run", "ready",
           "frame:13"));
    seen_numbers(player, noted, 4);
    player_go(player);
    expect_frame(player, "general protection, for a selector", &expected);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char name[64];
        struct seen_frame frame = {0};
        uint64_t at = STACK - seen_random(10, 100) * 8;
        snprintf(name, sizeof name, "vector %u", vectors[i].vector);
        expect_frame(
            seen_start(made_up(&frame, vectors[i].vector, at, vectors[i].has_code)), name,
            &frame);
    }
}

void frame_through_page_tables(void **state)
{
    unsigned before = (unsigned)seen_random(2, 5); /* words in the first page */
    uint64_t at = FRAME_PAGES + 4096 - 8 * before;
    struct seen_frame frame = {0};
    uint64_t *words = &frame.error_code;
    const char *pokes[6];

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        uint64_t place = i < before ? FIRST_PAGE + 4096 - 8 * before + 8 * i
                                    : SECOND_PAGE + 8 * (i - before);
        words[i] = seen_random(1ull << 48, UINT64_MAX);
        pokes[i] = word("poke:0x%llx:0x%llx", (unsigned long long)place,
                        (unsigned long long)words[i]);
    }
    struct player *player =
        seen_start(DO(MACHINE, word("map:%d:%d:4096:2", FRAME_PAGES, FIRST_PAGE),
                      word("map:%d:%d:4096:2", FRAME_PAGES + 4096, SECOND_PAGE), pokes[0],
                      pokes[1], pokes[2], pokes[3], pokes[4], pokes[5],
                      word("rsp:0x%llx", (unsigned long long)at), "frame:14"));
    expect_frame(player, "a page fault whose stack lies in two pages", &frame);
}

void frame_says_what_cannot_be_read(void **state)
{
    uint64_t noted[2 + 5 * 8];
    struct player *player =
        seen_start(DO(MACHINE, word("map:%d:%d:4096:2", FRAME_PAGES, FIRST_PAGE),
                      word("map:%d:%d:4096:2", FRAME_PAGES + 0x10000, MEMORY),
                      word("rsp:%d", FRAME_PAGES - 4096), "frame:6", "rsp:0x800000000000",
                      "frame:6", word("rsp:%d", FRAME_PAGES + 4096 - 32), "frame:6",
                      word("rsp:%d", FRAME_PAGES + 4096 - 8), "frame:14",
                      word("rsp:%d", FRAME_PAGES + 0x10000), "frame:6"));

    (void)state;
    seen_numbers(player, noted, 5 * 8);
    expect_result("interrupts_frame of a stack that is not mapped", -1, ENOENT, noted);
    expect_result("interrupts_frame of an rsp that is not canonical", -1, EINVAL,
                  noted + 8);
    expect_result("interrupts_frame of a frame that runs over what is mapped", -1, ENOENT,
                  noted + 16);
    expect_result("interrupts_frame behind the last error code that is mapped", -1,
                  ENOENT, noted + 24);
    expect_result("interrupts_frame of a page that is outside of memory", -1, EFAULT,
                  noted + 32);
    player = seen_start(DO("machine", "frame:6"));
    seen_numbers(player, noted, 2);
    expect_result("interrupts_frame of a vCPU that is closed", -1, EBADF, noted);
}
