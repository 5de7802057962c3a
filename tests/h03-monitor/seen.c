/* seen.c - what the judge of h03-monitor reads of a player, and what it expects of
 * it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "seen.h"

const char *program(const char *format, ...)
{
    static char programs[4][1024];
    static unsigned next;
    char *text = programs[next++ % 4], *to = text;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof programs[0], format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof programs[0])
        judge_cannot_run("a program of the check is too long");
    for (const char *from = text; *from; from++) /* blanks are for the reader */
        if (*from != ' ')
            *to++ = *from;
    *to = '\0';
    return text;
}

struct player *seen_start(const char *const *words)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    (void)close(kvm); /* nothing was written */
    return player_start(&(struct player_setup){.kvm = true, .seconds = 3}, words);
}

unsigned seen_random(unsigned first, unsigned last)
{
    unsigned value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        judge_cannot_run("getrandom: %s", strerror(errno));
    return first + value % (last - first + 1);
}

struct answer seen_answer(struct player *player)
{
    struct answer answer = {.result = -2, .rest = ""};
    const char *text = player_ready(player);
    int length = 0;

    if (sscanf(text, "%d %d %n", &answer.result, &answer.error, &length) >= 2)
        answer.rest = text + length;
    return answer;
}

void expect_success(const char *what, struct answer answer)
{
    if (answer.result != 0)
        judge_fail("%s must return 0 here; it returned %d, errno %d (%s)", what,
                   answer.result, answer.error, strerror(answer.error));
}

void expect_failure(const char *what, int error, struct answer answer)
{
    if (answer.result != -1)
        judge_fail("%s must return -1 here, with errno %s; it returned %d", what,
                   strerrorname_np(error), answer.result);
    judge_expect_errno(what, error, answer.error);
}

static void hex(char *to, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to += sprintf(to, "%s%02x", i ? " " : "", bytes[i]);
}

void expect_guest(struct player *player, const char *what, unsigned address,
                  const void *expected, size_t length)
{
    uint8_t seen[64];
    char name[160], wanted[3 * sizeof seen], shown[3 * sizeof seen];

    if (length > sizeof seen || player_read_guest(player, address, seen, length) == -1)
        judge_cannot_run("guest memory at 0x%x cannot be read: %s", address,
                         strerror(errno));
    hex(wanted, expected, length);
    hex(shown, seen, length);
    snprintf(name, sizeof name, "%s, at 0x%x of guest memory", what, address);
    judge_expect_string(name, wanted, shown);
}

void expect_log(const char *expected, const char *shown)
{
    judge_expect_string("what the devices see (device, direction, port, size, value)",
                        expected, shown);
}

bool last_call(struct player *player, unsigned long request, void *to, size_t size)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    while (count > 0 && calls[count - 1].request != request)
        count--;
    if (count == 0)
        return false;
    if (calls[count - 1].size < size)
        judge_cannot_run("the argument of a KVM call was not recorded");
    memcpy(to, calls[count - 1].data, size);
    return true;
}

const char *words_of(const char *format, ...)
{
    static char words[32][32];
    static unsigned next;
    char *text = words[next++ % 32];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof words[0], format, arguments); /* numbers: they fit */
    va_end(arguments);
    return text;
}
