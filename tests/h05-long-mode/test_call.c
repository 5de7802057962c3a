/* test_call.c - the judge of h05-long-mode: calls of a guest to its host.
 *
 * The call is in guest memory, where the judge has had it put, and the judge reads the
 * result there. What the call writes comes out of the probe's standard error.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "seen.h"

enum { WRITE_CALL = 1, EXIT_CALL = 2, TIME_CALL = 3, CALL = 0x200100, TEXT = 0x300000 };

/* A guest that sees memory 1 GiB higher than it is. */
#define VIRTUAL(physical) ((1ull << 30) + (physical))

static const char *call_address(void)
{
    return word("0x%llx", VIRTUAL(CALL));
}

static const char *all_memory(void)
{
    return mapped(VIRTUAL(0), 0, MEMORY, WRITE);
}

/* A player that makes the call; TEXT holds four times eight bytes. */
static struct player *make_call(uint64_t number, uint64_t first, uint64_t second,
                                const char *text)
{
    uint64_t words[4] = {0};

    memcpy(words, text, strlen(text));
    return seen_start(WORDS("call", call_address(), all_memory(), poke(CALL, number),
                            poke(CALL + 8, first), poke(CALL + 16, second),
                            poke(CALL + 24, 0x7777777777777777), poke(TEXT, words[0]),
                            poke(TEXT + 8, words[1]), poke(TEXT + 16, words[2])));
}

/* The result that the guest finds in its memory. */
static long long result_of(struct player *player)
{
    return (long long)guest_word(player, CALL + 24);
}

static void expect_result(struct player *player, const char *what, long long expected)
{
    char name[160];

    expect_success("longmode_hypercall", seen_answer(player));
    snprintf(name, sizeof name, "the result of %s, in guest memory", what);
    judge_expect_number(name, expected, result_of(player));
}

void call_writes_a_text(void **state)
{
    char text[24];
    unsigned length = (unsigned)seen_random(8, 20);

    (void)state;
    for (unsigned i = 0; i < length; i++)
        text[i] = (char)seen_random('a', 'z');
    text[length] = '\0';
    struct player *player = make_call(WRITE_CALL, VIRTUAL(TEXT), length - 1, text);
    expect_result(player, "a text", length - 1);
    text[length - 1] = '\0';
    judge_expect_string("what the host writes", text, player_errors(player, NULL));
    player = make_call(WRITE_CALL, VIRTUAL(TEXT), 0, text);
    expect_result(player, "a text of 0 bytes", 0);
    judge_expect_string("what the host writes", "", player_errors(player, NULL));
}

/* Makes the call for an exit, and sees what the host has noted. */
static void expect_exit(uint64_t status, bool exited, long long result)
{
    struct player *player = make_call(EXIT_CALL, status, 0, "");
    struct answer answer = seen_answer(player);
    int noted = -1;
    unsigned noted_status = 999;
    char name[160];

    expect_success("longmode_hypercall", answer);
    if (sscanf(answer.rest, "%d %u", &noted, &noted_status) != 2)
        judge_fail("the probe has said nothing of the exit");
    if (noted != exited)
        judge_fail("an exit with status 0x%llx must %s; host->exited is %s",
                   (unsigned long long)status,
                   exited ? "be noted" : "be refused, and the guest goes on",
                   noted ? "true" : "false");
    if (exited)
        judge_expect_number("host->status", (long long)status, noted_status);
    snprintf(name, sizeof name, "the result of an exit with status 0x%llx",
             (unsigned long long)status);
    judge_expect_number(name, result, result_of(player));
}

void call_takes_an_exit_status(void **state)
{
    (void)state;
    expect_exit(0, true, 0);
    expect_exit(seen_random(1, 254), true, 0);
    expect_exit(255, true, 0);
    expect_exit(256, false, -EINVAL);
    expect_exit(1ull << 32, false, -EINVAL);
    expect_exit(UINT64_MAX, false, -EINVAL);
}

void call_tells_the_time(void **state)
{
    struct player *player =
        seen_start(WORDS("call-twice", call_address(), all_memory(),
                         poke(CALL, TIME_CALL), poke(CALL + 24, 0x7777777777777777)));
    long long times[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        expect_success("longmode_hypercall", seen_answer(player));
        times[i] = result_of(player);
        if (i == 0)
            player_go(player);
    }
    if (times[0] < 0 || times[1] - times[0] < 20000000 ||
        times[1] - times[0] > 5000000000)
        judge_fail("between two calls for the time lie 20 ms or a little more; the "
                   "results are %lld and %lld",
                   times[0], times[1]);
}

void call_answers_errors(void **state)
{
    (void)state;
    struct player *player = make_call(WRITE_CALL, VIRTUAL(MEMORY), 1, "");
    expect_result(player, "a text that is not mapped", -EFAULT);
    player = make_call(WRITE_CALL, VIRTUAL(MEMORY) - 4, 8, "");
    expect_result(player, "a text that ends where nothing is mapped", -EFAULT);
    player = make_call(WRITE_CALL, VIRTUAL(TEXT), (64 << 10) + 1, "");
    expect_result(player, "a text that is too long", -E2BIG);
    player = make_call(WRITE_CALL, VIRTUAL(TEXT), UINT64_MAX, "");
    expect_result(player, "a text of all bytes there can be", -E2BIG);
    player = make_call(0, 0, 0, "");
    expect_result(player, "call 0", -ENOSYS);
    player = make_call((1ull << 32) + EXIT_CALL, 0, 0, "");
    expect_result(player, "call 0x100000002", -ENOSYS);
}

void call_survives_a_bad_address(void **state)
{
    (void)state;
    expect_failure("longmode_hypercall of an address that is not mapped", EFAULT,
                   seen_answer(seen_start(WORDS("call", call_address()))));
    expect_failure(
        "longmode_hypercall of an address that is not canonical", EFAULT,
        seen_answer(seen_start(WORDS("call", "0x800000000000", all_memory()))));
    expect_failure("longmode_hypercall of a call that the guest cannot write", EFAULT,
                   seen_answer(seen_start(WORDS("call", call_address(),
                                                mapped(VIRTUAL(0), 0, MEMORY, 0),
                                                poke(CALL, TIME_CALL)))));
    /* The call lies across two pages that are no neighbours in memory. */
    struct player *player =
        seen_start(WORDS("call", word("0x%llx", VIRTUAL(SMALL) - 16),
                         mapped(VIRTUAL(0), CALL & ~4095ull, SMALL, WRITE),
                         mapped(VIRTUAL(SMALL), TEXT, SMALL, WRITE),
                         poke((CALL & ~4095ull) + SMALL - 16, 99), poke(TEXT + 8, 1)));
    expect_success("longmode_hypercall of a call across two pages", seen_answer(player));
    judge_expect_number("its result, in the second page", -ENOSYS,
                        (long long)guest_word(player, TEXT + 8));
}
