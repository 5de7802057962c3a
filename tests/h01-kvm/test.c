/* test.c - the judge of lesson h01-kvm.
 *
 * The player (probe.c) calls one function of the learner's and stands still. What
 * counts is what the kernel shows of it then: what its descriptors are, what it has
 * mapped, what it asked of KVM, and what the guest has written into its memory. See
 * tests/grader/grader.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seen.h"

/* --- vcpu_create -------------------------------------------------------------------- */

struct made {
    int result, error, fd;
    unsigned index;
    unsigned long long run;
    size_t run_size;
    int more; /* descriptors more than before */
};

static struct made read_made(struct player *player)
{
    struct made m = {.result = -2};

    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    (void)sscanf(seen_next(player), "%d %d %d %u %llx %zu", &m.result, &m.error, &m.fd,
                 &m.index, &m.run, &m.run_size);
    m.more = process_descriptors(player_pid(player)) - before;
    return m;
}

static void vcpu_is_a_descriptor(void **state)
{
    char index[16], name[32];

    (void)state;
    snprintf(index, sizeof index, "%u", 1 + seen_random(3));
    snprintf(name, sizeof name, "kvm-vcpu:%s", index);
    struct player *player = seen_start(WORDS("vcpu", index), NULL);
    struct made m = read_made(player);
    expect_success("vcpu_create", m.result, m.error);
    expect_descriptor(player, m.fd, name);
    judge_expect_number("vcpu->index", atoi(index), m.index);
}

static void vcpu_shares_the_whole_run_page(void **state)
{
    size_t run_size;
    struct player *player = seen_start(WORDS("vcpu", "0"), &run_size);
    struct made m = read_made(player);
    unsigned long long first = 0, end = 0;
    char rights[8] = "";

    (void)state;
    expect_success("vcpu_create", m.result, m.error);
    const char *line = process_file(player_pid(player), "maps");
    const char *found = strstr(line, "kvm-vcpu");
    if (found == NULL)
        judge_fail(
            "the run page of the vCPU must be mapped; /proc shows no such mapping");
    for (const char *end_of = strchr(line, '\n'); end_of && end_of < found;
         end_of = strchr(line, '\n'))
        line = end_of + 1;
    (void)sscanf(line, "%llx-%llx %7s", &first, &end, rights);
    judge_expect_number("bytes mapped of the vCPU, as KVM_GET_VCPU_MMAP_SIZE says",
                        (long long)run_size, (long long)(end - first));
    judge_expect_string("the mapping: readable, writable, shared", "rw-s", rights);
    if (m.run != first || m.run_size != run_size)
        judge_fail(
            "vcpu->run must be 0x%llx and vcpu->run_size %zu; they are 0x%llx and %zu",
            first, run_size, m.run, m.run_size);
}

static void vcpu_must_fail(const char *const *words, int error)
{
    struct made m = read_made(seen_start(words, NULL));

    expect_failure("vcpu_create", error, m.result, m.error);
    judge_expect_number("descriptors left open", 0, m.more);
    judge_expect_number("vcpu->fd after the failure", -1, m.fd);
    judge_expect_number("vcpu->run after the failure (0: NULL)", 0, (long long)m.run);
}

static void vcpu_must_have_a_new_number(void **state)
{
    (void)state;
    vcpu_must_fail(WORDS("vcpu-taken"), EEXIST);
}

static void vcpu_is_closed_when_it_cannot_be_mapped(void **state)
{
    (void)state;
    vcpu_must_fail(WORDS("vcpu-unmapped"), ENOMEM);
}

/* --- vcpu_run ----------------------------------------------------------------------- */

static void run_until_the_guest_halts(void **state)
{
    unsigned byte = 1 + seen_random(255), reason = 0;
    int result = -2, error = 0;
    char text[16];
    uint8_t seen = 0;

    (void)state;
    snprintf(text, sizeof text, "%u", byte);
    struct player *player = seen_start(WORDS("run", text), NULL);
    (void)sscanf(player_ready(player), "%d %d %u", &result, &error, &reason);
    expect_success("vcpu_run", result, error);
    judge_expect_number("exit_reason (5 is KVM_EXIT_HLT)", KVM_EXIT_HLT, reason);
    if (player_read_guest(player, 0x500, &seen, 1) == -1)
        judge_cannot_run("guest memory cannot be read: %s", strerror(errno));
    judge_expect_number("the byte that the guest writes to 0x500", byte, seen);
}

static void run_goes_on_after_a_signal(void **state)
{
    struct player *player = seen_start(WORDS("run-signals"), NULL);
    int result = -2, error = 0, signals = 0;
    unsigned reason = 0;

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %u %d", &result, &error, &reason, &signals);
    expect_success("vcpu_run (when signals come that do not stop it)", result, error);
    judge_expect_number("exit_reason (5 is KVM_EXIT_HLT)", KVM_EXIT_HLT, reason);
    if (signals < 3)
        judge_fail("vcpu_run must come back after the third signal; it did after %d",
                   signals);
}

static void run_ends_when_it_is_stopped(void **state)
{
    struct player *player = seen_start(WORDS("run-stop"), NULL);
    int early = -2, early_error = 0, during = -2, during_error = 0, after = -2,
        signals = 0;
    unsigned reason = 0;

    (void)state;
    (void)sscanf(player_ready(player), "%d %d %d %d %d %u %d", &early, &early_error,
                 &during, &during_error, &after, &reason, &signals);
    expect_failure("vcpu_run (stopped before it starts)", EINTR, early, early_error);
    expect_failure("vcpu_run (stopped while the guest runs)", EINTR, during,
                   during_error);
    judge_expect_number("signals, before the second run ended", 1, signals);
    expect_success("vcpu_run (after the requests to stop are used up)", after, 0);
    judge_expect_number("exit_reason (5 is KVM_EXIT_HLT)", KVM_EXIT_HLT, reason);
}

/* --- vcpu_destroy, vm_destroy ------------------------------------------------------- */

static void destroyed_vcpu_leaves_nothing(void **state)
{
    struct player *player = seen_start(WORDS("destroy-vcpu"), NULL);
    int fd = -2, none = 0;

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    (void)sscanf(seen_next(player), "%d %d", &fd, &none);
    judge_expect_number("descriptors that it has closed", 1,
                        before - process_descriptors(player_pid(player)));
    if (strstr(process_file(player_pid(player), "maps"), "kvm-vcpu"))
        judge_fail("the run page must be unmapped; /proc/PID/maps still shows it");
    judge_expect_number("vcpu->fd after it", -1, fd);
    judge_expect_number("vcpu->run is NULL after it (1: yes)", 1, none);
}

/* Destroyed twice: what has got the descriptor's number meanwhile must stay open. */
static void expect_harmless_again(const char *word)
{
    struct player *player = seen_start(WORDS(word), NULL);
    int fd = -2, other = -3;

    (void)player_ready(player);
    (void)seen_next(player);
    (void)sscanf(seen_next(player), "%d %d", &fd, &other);
    judge_expect_number("the number that is free after the first call", fd, other);
    expect_descriptor(player, other, "/null");
}

static void destroyed_vcpu_can_be_destroyed_again(void **state)
{
    (void)state;
    expect_harmless_again("destroy-vcpu");
}

static void destroyed_vm_leaves_nothing(void **state)
{
    struct player *player = seen_start(WORDS("destroy-vm"), NULL);
    int kvm_fd = -2, fd = -2;
    unsigned slots = 9;

    (void)state;
    (void)player_ready(player);
    int before = process_descriptors(player_pid(player));
    long size = seen_mapped(player);
    (void)sscanf(seen_next(player), "%d %d %u", &kvm_fd, &fd, &slots);
    judge_expect_number("descriptors that it has closed", 2,
                        before - process_descriptors(player_pid(player)));
    long gone = size - seen_mapped(player);
    if (gone < 1024 * 1024 + 64)
        judge_fail("the guest's 1048640 KiB must be unmapped; %ld KiB are", gone);
    judge_expect_number("vm->kvm_fd after it", -1, kvm_fd);
    judge_expect_number("vm->fd after it", -1, fd);
    judge_expect_number("vm->slot_count after it", 0, slots);
}

static void destroyed_vm_can_be_destroyed_again(void **state)
{
    (void)state;
    expect_harmless_again("destroy-vm");
}

#define PAGE_OPEN "A device that answers questions"
#define PAGE_CREATE "A machine is a file descriptor"
#define PAGE_MEMORY "Memory"
#define PAGE_VCPU "A processor, and a page that it shares"
#define PAGE_RUN "Run"
#define PAGE_STOP "A guest that does not come back"
#define PAGE_END "Take it apart"

static const struct check checks[] = {
    {"open.device", "/dev/kvm is open, and how big a run page is has been asked",
     "vm_open", 7, PAGE_OPEN, open_gives_dev_kvm},
    {"open.version", "a KVM of another version is refused", "vm_open", 5, PAGE_OPEN,
     open_refuses_another_version},
    {"open.missing", "a host without the device is told apart", "vm_open", 3, PAGE_OPEN,
     open_says_that_there_is_no_device},
    {"open.locked", "a device without permission is told apart", "vm_open", 2, PAGE_OPEN,
     open_says_that_it_may_not},
    {"open.other", "a device that is no KVM is refused, and closed", "vm_open", 3,
     PAGE_OPEN, open_refuses_what_is_no_kvm},
    {"create.vm", "there is a VM: a descriptor of its own", "vm_create", 6, PAGE_CREATE,
     create_makes_a_vm},
    {"create.refused", "a VM that KVM refuses is a failure", "vm_create", 4, PAGE_CREATE,
     create_says_that_kvm_refuses},
    {"memory.seen", "what we write there, the guest sees", "vm_add_memory", 8,
     PAGE_MEMORY, memory_is_what_the_guest_sees},
    {"memory.slots", "each stretch of memory has a slot of its own", "vm_add_memory", 5,
     PAGE_MEMORY, memory_comes_in_slots_of_their_own},
    {"memory.pages", "what is not whole pages is refused", "vm_add_memory", 4,
     PAGE_MEMORY, memory_must_be_whole_pages},
    {"memory.overlap", "memory over memory is refused, and given back", "vm_add_memory",
     5, PAGE_MEMORY, memory_must_not_overlap},
    {"memory.full", "the last slot is the last", "vm_add_memory", 3, PAGE_MEMORY,
     memory_ends_with_the_slots},
    {"at.inside", "guest memory is found, to its last byte", "vm_at", 4, PAGE_MEMORY,
     at_finds_what_is_inside},
    {"at.outside", "what is not all in one slot is refused", "vm_at", 3, PAGE_MEMORY,
     at_refuses_what_is_outside},
    {"at.overflow", "sums that overflow do not get in", "vm_at", 3, PAGE_MEMORY,
     at_is_not_fooled_by_overflow},
    {"vcpu.descriptor", "there is a vCPU with its number", "vcpu_create", 4, PAGE_VCPU,
     vcpu_is_a_descriptor},
    {"vcpu.page", "all of the run page is mapped, and shared", "vcpu_create", 5,
     PAGE_VCPU, vcpu_shares_the_whole_run_page},
    {"vcpu.taken", "a number that is taken is refused", "vcpu_create", 3, PAGE_VCPU,
     vcpu_must_have_a_new_number},
    {"vcpu.unmapped", "a vCPU whose page cannot be mapped is closed again", "vcpu_create",
     3, PAGE_VCPU, vcpu_is_closed_when_it_cannot_be_mapped},
    {"run.halt", "the guest runs until it halts", "vcpu_run", 4, PAGE_RUN,
     run_until_the_guest_halts},
    {"run.signal", "a signal that asks for nothing changes nothing", "vcpu_run", 3,
     PAGE_STOP, run_goes_on_after_a_signal},
    {"run.stop", "a request to stop ends one run", "vcpu_run", 3, PAGE_STOP,
     run_ends_when_it_is_stopped},
    {"vcpu-destroy.all", "descriptor and run page are gone", "vcpu_destroy", 3, PAGE_END,
     destroyed_vcpu_leaves_nothing},
    {"vcpu-destroy.twice", "a second time does no harm", "vcpu_destroy", 2, PAGE_END,
     destroyed_vcpu_can_be_destroyed_again},
    {"vm-destroy.all", "descriptors and memory are gone", "vm_destroy", 3, PAGE_END,
     destroyed_vm_leaves_nothing},
    {"vm-destroy.twice", "a second time does no harm", "vm_destroy", 2, PAGE_END,
     destroyed_vm_can_be_destroyed_again},
};

int main(int argc, char **argv)
{
    return judge_main(argc, argv, "h01-kvm", checks, sizeof checks / sizeof *checks);
}
