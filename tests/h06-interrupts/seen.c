/* seen.c - what the judge of h06-interrupts reads of a player, and what it expects. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "seen.h"

struct player *seen_start(const char *const *words)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    (void)close(kvm); /* nothing was written */
    return player_start(&(struct player_setup){.kvm = true, .seconds = 5}, words);
}

const char *word(const char *format, ...)
{
    static char words[64][2048];
    static unsigned next;
    char *text = words[next++ % 64];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof words[0], format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof words[0])
        judge_cannot_run("a word of the check is too long");
    return text;
}

const char *code_at(uint64_t address, const char *from, const char *end)
{
    char hex[2000] = "", *to = hex;

    for (; from < end && to < hex + sizeof hex - 2; from++)
        to += sprintf(to, "%02x", (uint8_t)*from);
    return word("code:0x%llx:%s", (unsigned long long)address, hex);
}

const char *gate_to(unsigned vector, uint64_t handler)
{
    return word("gate:%u:0x%llx", vector, (unsigned long long)handler);
}

uint64_t seen_random(uint64_t first, uint64_t last)
{
    uint64_t value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        judge_cannot_run("getrandom: %s", strerror(errno));
    return first + value % (last - first + 1);
}

void seen_numbers(struct player *player, uint64_t *to, size_t most)
{
    const char *text = player_ready(player);

    for (size_t i = 0; i < most; i++) {
        char *end;
        to[i] = strtoull(text, &end, 10); /* "-1" becomes UINT64_MAX */
        if (end == text)
            to[i] = UINT64_MAX;
        text = end;
    }
}

void expect_result(const char *what, int result, int error, const uint64_t noted[2])
{
    int shown = (int)noted[0];

    if (shown != result && result == -1)
        judge_fail("%s must return -1, with errno %s; it returned %d", what,
                   strerrorname_np(error), shown);
    if (shown != result)
        judge_fail("%s must return %d; it returned %d, errno %d (%s)", what, result,
                   shown, (int)noted[1], strerror((int)noted[1]));
    if (result == -1)
        judge_expect_errno(what, error, (int)noted[1]);
}

static void hex(char *to, const uint8_t *bytes, size_t length)
{
    *to = '\0';
    for (size_t i = 0; i < length; i++)
        to += sprintf(to, "%s%02x", i ? " " : "", bytes[i]);
}

void expect_guest(struct player *player, const char *what, uint64_t address,
                  const void *expected, size_t length)
{
    uint8_t seen[64];
    char name[200], wanted[3 * sizeof seen], shown[3 * sizeof seen];

    if (length > sizeof seen || player_read_guest(player, address, seen, length) == -1)
        judge_cannot_run("guest memory at 0x%llx cannot be read: %s",
                         (unsigned long long)address, strerror(errno));
    hex(wanted, expected, length);
    hex(shown, seen, length);
    snprintf(name, sizeof name, "%s, at 0x%llx of guest memory", what,
             (unsigned long long)address);
    judge_expect_string(name, wanted, shown);
}

uint64_t guest_word(struct player *player, uint64_t address)
{
    uint64_t value;

    if (player_read_guest(player, address, &value, sizeof value) == -1)
        judge_cannot_run("guest memory at 0x%llx cannot be read: %s",
                         (unsigned long long)address, strerror(errno));
    return value;
}

const struct kvm_call *seen_call(struct player *player, unsigned long request,
                                 size_t index)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    for (size_t i = 0; i < count; i++)
        if (calls[i].request == request && index-- == 0)
            return &calls[i];
    return NULL;
}
