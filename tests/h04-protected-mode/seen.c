/* seen.c - what the judge of h04-protected-mode reads of a player, and what it expects of
 * it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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

struct player *seen_start_plain(const char *const *words)
{
    return player_start(&(struct player_setup){.seconds = 5}, words);
}

const char *word(const char *format, ...)
{
    static char words[64][512];
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

uint32_t guest_word(struct player *player, uint64_t address)
{
    uint32_t value;

    if (player_read_guest(player, address, &value, sizeof value) == -1)
        judge_fail("an entry leads to a table at 0x%llx, where no guest memory is",
                   (unsigned long long)address);
    return value;
}

void seen_argument(struct player *player, unsigned long request, const char *name,
                   unsigned back, void *to, size_t size)
{
    size_t count;
    const struct kvm_call *calls = player_kvm_calls(player, &count);

    for (back++; count > 0; count--)
        if (calls[count - 1].request == request && --back == 0)
            break;
    if (count == 0)
        judge_fail("%s must be called; it was not", name);
    if (calls[count - 1].size < size)
        judge_cannot_run("the argument of %s was not recorded", name);
    memcpy(to, calls[count - 1].data, size);
}

/* Intel SDM 3.4.5, figure 3-8. */
uint64_t seen_descriptor(uint32_t base, uint32_t limit, unsigned type, unsigned s,
                         unsigned dpl, unsigned present, unsigned flags)
{
    uint32_t low = (base & 0xffff) << 16 | (limit & 0xffff);
    uint32_t high = (base >> 16 & 0xff) | type << 8 | s << 12 | dpl << 13 |
                    present << 15 | (limit >> 16 & 15) << 16 | flags << 20 |
                    (base >> 24) << 24;

    return (uint64_t)high << 32 | low;
}

/* Sets the bit for a processor of the judge's own, and looks what is left of it. */
static bool keeps_paging(int kvm)
{
    struct kvm_sregs sregs;
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    int vcpu = vm == -1 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
    bool keeps = false;

    if (vcpu != -1 && ioctl(vcpu, KVM_GET_SREGS, &sregs) == 0) {
        sregs.cr0 = 1u << 31 | 1u << 4 | 1;
        keeps = ioctl(vcpu, KVM_SET_SREGS, &sregs) == 0 &&
                ioctl(vcpu, KVM_GET_SREGS, &sregs) == 0 && sregs.cr0 >> 31 & 1;
    }
    if (vcpu != -1)
        (void)close(vcpu); /* nothing is kept in it */
    if (vm != -1)
        (void)close(vm); /* nor in this one */
    return keeps;
}

bool seen_host_pages(void)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

    if (kvm == -1)
        judge_cannot_run("/dev/kvm: %s", strerror(errno));
    bool keeps = keeps_paging(kvm);
    (void)close(kvm); /* nothing was written */
    return keeps;
}
