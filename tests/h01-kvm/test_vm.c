/* test_vm.c - the judge of h01-kvm, first half: the device, the VM and its memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"

/* --- vm_open ------------------------------------------------------------------------ */

struct opened {
    int result, error, kvm_fd, fd;
    size_t run_size;
    unsigned slots;
    int more; /* descriptors more than before */
};

static struct opened read_opened(struct player *player)
{
    struct opened o = {.result = -2};

    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    (void)sscanf(seen_next(player), "%d %d %d %d %zu %u", &o.result, &o.error, &o.kvm_fd,
                 &o.fd, &o.run_size, &o.slots);
    o.more = process_descriptors(player_pid(player)) - before;
    return o;
}

static void open_must_fail(const char *const *words, int error)
{
    struct opened o = read_opened(seen_start(words, NULL));

    expect_failure("vm_open", error, o.result, o.error);
    judge_expect_number("descriptors left open", 0, o.more);
    judge_expect_number("vm->kvm_fd after the failure", -1, o.kvm_fd);
    judge_expect_number("vm->fd after the failure", -1, o.fd);
}

void open_gives_dev_kvm(void **state)
{
    size_t run_size;
    struct player *player = seen_start(WORDS("open", "/dev/kvm"), &run_size);
    struct opened o = read_opened(player);
    char name[32];
    unsigned flags = 0;

    (void)state;
    expect_success("vm_open", o.result, o.error);
    expect_descriptor(player, o.kvm_fd, "/kvm");
    judge_expect_number("descriptors more than before", 1, o.more);
    judge_expect_number("vm->fd, which there is none of yet", -1, o.fd);
    judge_expect_number("vm->slot_count", 0, o.slots);
    judge_expect_number("vm->run_size, as KVM_GET_VCPU_MMAP_SIZE says",
                        (long long)run_size, (long long)o.run_size);
    snprintf(name, sizeof name, "fdinfo/%d", o.kvm_fd);
    const char *line = strstr(process_file(player_pid(player), name), "flags:");
    if (line == NULL || sscanf(line, "flags: %o", &flags) != 1)
        judge_cannot_run("/proc/PID/%s has no flags", name);
    if ((flags & O_ACCMODE) != O_RDWR || !(flags & O_CLOEXEC))
        judge_fail("/dev/kvm must be open for reading and writing, and closed on exec "
                   "(O_RDWR | O_CLOEXEC); /proc shows flags 0%o",
                   flags);
}

void open_refuses_another_version(void **state)
{
    (void)state;
    open_must_fail(WORDS("open-version"), EPROTONOSUPPORT);
}

void open_says_that_there_is_no_device(void **state)
{
    (void)state;
    open_must_fail(WORDS("open", "/dev/nothing-here"), ENOENT);
}

void open_says_that_it_may_not(void **state)
{
    (void)state;
    open_must_fail(WORDS("open-locked"), EACCES);
}

void open_refuses_what_is_no_kvm(void **state)
{
    (void)state;
    open_must_fail(WORDS("open", "/dev/null"), ENOTTY);
}

/* --- vm_create ---------------------------------------------------------------------- */

void create_makes_a_vm(void **state)
{
    struct player *player = seen_start(WORDS("create"), NULL);
    int result = -2, error = 0, fd = -1;

    (void)state;
    (void)player_ready(player);
    (void)sscanf(seen_next(player), "%d %d %d", &result, &error, &fd);
    expect_success("vm_create", result, error);
    expect_descriptor(player, fd, "kvm-vm");
}

void create_says_that_kvm_refuses(void **state)
{
    struct player *player = seen_start(WORDS("create-refused"), NULL);
    int result = -2, error = 0, fd = -2;

    (void)state;
    (void)player_ready(player);
    (void)sscanf(seen_next(player), "%d %d %d", &result, &error, &fd);
    expect_failure("vm_create", ENOMEM, result, error);
    judge_expect_number("vm->fd after the failure", -1, fd);
}

/* --- vm_add_memory ------------------------------------------------------------------ */

/* Fails unless the guest sees, at both ends of a slot, what the player wrote into it. */
static void expect_slot(struct player *player, unsigned slot, uint64_t address,
                        size_t size)
{
    uint8_t first, last;

    if (player_read_guest(player, address, &first, 1) == -1 ||
        player_read_guest(player, address + size - 1, &last, 1) == -1)
        judge_fail("the guest must have %zu bytes of memory at 0x%llx; by the player's "
                   "KVM_SET_USER_MEMORY_REGION it has not",
                   size, (unsigned long long)address);
    if (first != 0xa0 + slot || last != 0xb0 + slot)
        judge_fail("what is written into vm->slots[%u].host must appear at 0x%llx of the "
                   "guest; it does not",
                   slot, (unsigned long long)address);
}

void memory_is_what_the_guest_sees(void **state)
{
    char address[32], size[32];
    uint64_t where = 0x1000ULL * (1 + seen_random(1000));
    size_t bytes = 0x1000 * (2 + (size_t)seen_random(100));
    int result = -2, error = 0, zeroed = 0;
    unsigned slots = 0;

    (void)state;
    snprintf(address, sizeof address, "%llu", (unsigned long long)where);
    snprintf(size, sizeof size, "%zu", bytes);
    struct player *player = seen_start(WORDS("memory", address, size), NULL);
    (void)sscanf(player_ready(player), "%d %d %u %d", &result, &error, &slots, &zeroed);
    expect_success("vm_add_memory", result, error);
    judge_expect_number("vm->slot_count", 1, slots);
    judge_expect_number("the memory is zeroed (1: yes)", 1, zeroed);
    expect_slot(player, 0, where, bytes);
}

void memory_comes_in_slots_of_their_own(void **state)
{
    struct player *player = seen_start(
        WORDS("memory", "0", "0x5000", "0xffff0000", "0x10000", "0x100000", "0x3000"),
        NULL);
    int result = -2, error = 0;
    unsigned slots = 0;

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %u", &result, &error, &slots);
    expect_success("vm_add_memory (called three times)", result, error);
    judge_expect_number("vm->slot_count", 3, slots);
    expect_slot(player, 0, 0, 0x5000);
    expect_slot(player, 1, 0xffff0000, 0x10000);
    expect_slot(player, 2, 0x100000, 0x3000);
}

/* The player has tried something bad; nothing of it may be left. */
static void memory_must_fail(const char *const *words, int error)
{
    struct player *player = seen_start(words, NULL);
    unsigned before = 0, after = 0;
    int result = -2, shown = 0;

    (void)sscanf(player_ready(player), "%u", &before);
    long size = seen_mapped(player);
    (void)sscanf(seen_next(player), "%d %d %u", &result, &shown, &after);
    expect_failure("vm_add_memory", error, result, shown);
    judge_expect_number("vm->slot_count after the failure", before, after);
    if (seen_mapped(player) - size >= 1024)
        judge_fail("a call that fails must leave nothing mapped; the player has %ld KiB "
                   "more than before",
                   seen_mapped(player) - size);
}

void memory_must_be_whole_pages(void **state)
{
    (void)state;
    memory_must_fail(WORDS("memory-bad", "1", "0", "0"), EINVAL);
    memory_must_fail(WORDS("memory-bad", "16", "0", "1048575"), EINVAL);
    memory_must_fail(WORDS("memory-bad", "16", "0x800", "1048576"), EINVAL);
}

void memory_must_not_overlap(void **state)
{
    (void)state;
    memory_must_fail(WORDS("memory-bad", "16", "0", "0x100000", "2"), EEXIST);
}

void memory_ends_with_the_slots(void **state)
{
    (void)state;
    memory_must_fail(WORDS("memory-bad", "2", "0x2000000", "0x100000", "8"), ENOSPC);
}

/* --- vm_at -------------------------------------------------------------------------- */

/* The first answer in ANSWERS, "SLOT OFFSET " or "- ERRNO ", as words. Returns where the next one
 * begins. */
static const char *take_answer(const char *answers, char *text, size_t size)
{
    char slot[16], value[32];
    int used = 0;

    if (sscanf(answers, " %15s %31s%n", slot, value, &used) != 2)
        snprintf(text, size, "nothing");
    else if (strcmp(slot, "-") == 0)
        snprintf(text, size, "NULL with %s", value);
    else
        snprintf(text, size, "byte 0x%lx of slot %s", strtoul(value, NULL, 10), slot);
    return answers + used;
}

/* Calls vm_at in the player for each pair of WORDS, and compares what it answers: the
 * memory has slot 0 at 0x10000 with 0x10000 bytes and slot 1 at 0x40000 with 0x8000. */
static void expect_at(const char *const *words, const char *expected)
{
    struct player *player = seen_start(words, NULL);
    const char *shown = player_ready(player);

    for (int i = 1; words[i]; i += 2) {
        char wanted[64], got[64];
        expected = take_answer(expected, wanted, sizeof wanted);
        shown = take_answer(shown, got, sizeof got);
        if (strcmp(wanted, got) != 0)
            judge_fail("vm_at(%s, %s) must give %s; it gives %s. Slot 0 is memory from "
                       "0x10000 to 0x1ffff, slot 1 from 0x40000 to 0x47fff",
                       words[i], words[i + 1], wanted, got);
    }
}

void at_finds_what_is_inside(void **state)
{
    unsigned offset = seen_random(0x8000);
    char address[32], expected[128];

    (void)state;
    snprintf(address, sizeof address, "%u", 0x40000 + offset);
    snprintf(expected, sizeof expected, "0 0 0 65535 1 %u 1 0 1 32767 ", offset);
    expect_at(WORDS("at", "0x10000", "0x10000", "0x1ffff", "1", address, "1", "0x40000",
                    "0x8000", "0x47fff", "1"),
              expected);
}

void at_refuses_what_is_outside(void **state)
{
    (void)state;
    expect_at(WORDS("at", "0xffff", "1", "0x20000", "1", "0x1ffff", "2", "0x10000",
                    "0x10001", "0x30000", "0x18000", "0x48000", "0"),
              "- EFAULT - EFAULT - EFAULT - EFAULT - EFAULT - EFAULT ");
}

void at_is_not_fooled_by_overflow(void **state)
{
    (void)state;
    expect_at(WORDS("at", "0x10010", "0xffffffffffffffff", "0xfffffffffffffff0",
                    "0x10020", "0x47fff", "0xfffffffffffffff0", "0xffffffffffffffff",
                    "0x10002"),
              "- EFAULT - EFAULT - EFAULT - EFAULT ");
}
