/* test_explain.c - the judge of h04-protected-mode: a fault in words. */
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { ROOM = 200 };

/* The probe's answer: length, whether the byte behind the buffer is as it was, and the
 * text. */
static struct answer explain(unsigned vector, uint32_t code, uint64_t address,
                             unsigned size)
{
    return seen_answer(seen_start_plain(
        WORDS("explain", word("%u", vector), word("%u", code),
              word("0x%llx", (unsigned long long)address), word("%u", size))));
}

static void expect_line(unsigned vector, uint32_t code, uint64_t address,
                        const char *expected)
{
    int length = -1, alone = 0, at = 0;
    struct answer answer = explain(vector, code, address, ROOM);

    if (sscanf(answer.rest, "%d %d %n", &length, &alone, &at) < 2)
        judge_fail("the probe has said nothing of the line");
    judge_expect_string(word("vector %u, error code 0x%x", vector, code), expected,
                        answer.rest + at);
    judge_expect_number("the length that protected_explain returned",
                        (long long)strlen(expected), length);
}

void explain_names_the_selector(void **state)
{
    static const struct {
        unsigned vector;
        const char *name;
    } faults[] = {{10, "invalid TSS"},
                  {11, "segment not present"},
                  {12, "stack fault"},
                  {13, "general protection"}};
    static const struct {
        unsigned bits;
        const char *table;
    } tables[] = {{0, "GDT"}, {2, "IDT"}, {4, "LDT"}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        unsigned index = (unsigned)seen_random(1, 4095), k = i % 3;
        unsigned code = index << 3 | tables[k].bits;
        expect_line(faults[i].vector, code, 0,
                    word("%s: selector 0x%x (%s, index %u)", faults[i].name, code,
                         tables[k].table, index));
    }
    expect_line(13, 0, 0, "general protection: no selector");
}

void explain_reads_the_code_of_a_page_fault(void **state)
{
    static const struct {
        uint32_t code;
        const char *access, *who, *why;
    } faults[] = {
        {0, "read of", "the kernel", "not present"},
        {2, "write to", "the kernel", "not present"},
        {5, "read of", "a program", "not allowed"},
        {7, "write to", "a program", "not allowed"},
        {21, "instruction at", "a program", "not allowed"},
        {16, "instruction at", "the kernel", "not present"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint32_t address = (uint32_t)seen_random(0x1000, 0x8fffffff);
        expect_line(14, faults[i].code, address,
                    word("page fault: %s 0x%08x by %s: %s", faults[i].access, address,
                         faults[i].who, faults[i].why));
    }
}

void explain_knows_faults_without_a_code(void **state)
{
    (void)state;
    expect_line(6, 0, 0, "invalid opcode");
    expect_line(0, 0, 0, "division");
    expect_line(8, 0, 0, "double fault"); /* it has a code, which is always 0 */
}

void explain_stays_in_its_buffer(void **state)
{
    static const char whole[] = "segment not present: no selector";
    unsigned size = (unsigned)seen_random(10, 30);
    int length = -1, alone = 0, at = 0;
    struct answer answer = explain(11, 0, 0, size);

    (void)state;
    if (sscanf(answer.rest, "%d %d %n", &length, &alone, &at) < 2)
        judge_fail("the probe has said nothing of the line");
    judge_expect_string(word("the line in %u bytes", size),
                        word("%.*s", (int)size - 1, whole), answer.rest + at);
    if (!alone)
        judge_fail("the byte behind the buffer must be left alone; it was written");
    judge_expect_number("the length, as if there were room", (long long)strlen(whole),
                        length);
}
