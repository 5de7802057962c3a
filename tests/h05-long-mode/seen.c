/* seen.c - what the judge of h05-long-mode reads of a player, and what it expects of it.
 *
 * The walk here is the judge's own: it reads the tables that the player has left in
 * guest memory, through KVM's view of that memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

const char *poke(uint64_t address, uint64_t value)
{
    return word("poke:0x%llx:0x%llx", (unsigned long long)address,
                (unsigned long long)value);
}

const char *mapped(uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags)
{
    return word("map:0x%llx:0x%llx:0x%llx:0x%llx", (unsigned long long)virtual,
                (unsigned long long)physical, (unsigned long long)size,
                (unsigned long long)flags);
}

uint64_t seen_random(uint64_t first, uint64_t last)
{
    uint64_t value;

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
        judge_fail("an entry leads to a table at 0x%llx, where no guest memory is",
                   (unsigned long long)address);
    return value;
}

struct seen_walk seen_walk(struct player *player, uint64_t virtual)
{
    struct seen_walk walk = {0};
    uint64_t table = TABLES;

    for (unsigned level = 0; level < 4; level++) {
        unsigned shift = 39 - 9 * level;
        uint64_t entry = guest_word(player, table + (virtual >> shift & 511) * 8);
        walk.entry[level] = entry;
        walk.levels = level + 1;
        if (!(entry & PRESENT))
            return walk;
        if (level == 3 || (level > 0 && entry & IS_LARGE)) {
            walk.present = true;
            walk.page_size = 1ull << shift;
            walk.physical = (entry & ADDRESS & ~(walk.page_size - 1)) |
                            (virtual & (walk.page_size - 1));
            return walk;
        }
        table = entry & ADDRESS;
    }
    return walk;
}
