/* seen.c - what the judge of h07-serial reads of a player, and what it expects. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "seen.h"

enum { READ = 0x9000 }; /* where the guest keeps what it has read: see probe.c */

struct player *seen_start(const char *const *words)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    (void)close(kvm); /* nothing was written */
    return player_start(&(struct player_setup){.kvm = true, .seconds = 6}, words);
}

const char *seen_noted(struct player *player)
{
    return player_ready(player);
}

const char *word(const char *format, ...)
{
    static char words[64][1024];
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

unsigned seen_random(unsigned first, unsigned last)
{
    unsigned value;

    if (getrandom(&value, sizeof value, 0) != sizeof value)
        judge_cannot_run("getrandom: %s", strerror(errno));
    return first + value % (last - first + 1);
}

const char *come(char *letters, size_t length)
{
    char hex[2 * 128 + 1] = "";

    for (size_t i = 0; i < length; i++) {
        letters[i] = (char)seen_random('a', 'z');
        sprintf(hex + 2 * i, "%02x", letters[i]);
    }
    letters[length] = '\0';
    return word("come:%s", hex);
}

void expect_read(struct player *player, const char *what, size_t index, unsigned value)
{
    uint8_t shown;
    char name[160];

    if (player_read_guest(player, READ + index, &shown, 1) == -1)
        judge_cannot_run("guest memory cannot be read: %s", strerror(errno));
    snprintf(name, sizeof name, "%s, as the guest has read it", what);
    if (shown != value)
        judge_fail("%s must be 0x%02x; it is 0x%02x", name, value, shown);
}

void expect_level(struct player *player, const char *what, size_t index, unsigned level)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    for (size_t i = 0; i < count; i++) {
        struct kvm_irq_level line;
        if (calls[i].request != KVM_IRQ_LINE || index-- != 0)
            continue;
        memcpy(&line, calls[i].data, sizeof line);
        if (line.level != level)
            judge_fail("IRQ 4, %s, must be %s; KVM was told that it is %s", what,
                       level ? "up" : "down", line.level ? "up" : "down");
        return;
    }
    judge_fail("KVM was not told the level of IRQ 4, %s", what);
}

void expect_sent(struct player *player, const char *what, const char *bytes)
{
    judge_expect_string(what, bytes, player_output(player, NULL));
}
