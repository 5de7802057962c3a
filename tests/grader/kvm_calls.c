/* kvm_calls.c - what a player asked of KVM, as the kernel tells it; see grader.h.
 *
 * A seccomp filter in the player holds each ioctl(2) with a KVM request, and the kernel asks us
 * about it. We write down what is asked, with the bytes that it points to, and let it go on.
 * The call is really made, by the player, with its own descriptors.
 *
 * A player with several threads could change those bytes between our look and the kernel's
 * (seccomp_unotify(2) warns of it), so a check that must be sure looks at the result too: at
 * guest memory, at registers that the guest shows.
 *
 * Read on: seccomp_unotify(2), seccomp_notify_alloc(3), KVM's api.rst, ioctl(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/kvm.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "judge_inside.h"
#include "player_inside.h"

static int read_process(pid_t pid, uint64_t address, void *to, size_t length)
{
    struct iovec here = {.iov_base = to, .iov_len = length};
    struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = length};
    ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
    if (got == (ssize_t)length)
        return 0;
    if (got >= 0) {
        errno = EFAULT;
        return -1;
    }
    if (errno != EPERM && errno != ENOSYS)
        return -1;
    /* Some hosts forbid the call and allow the file. */
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/mem", pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    if (memory == -1)
        return -1;
    got = pread(memory, to, length, (off_t)address);
    int saved = got == -1 ? errno : EFAULT;
    (void)close(memory); /* only read */
    errno = saved;
    return got == (ssize_t)length ? 0 : -1;
}

/* "kvm", "kvm-vm", "kvm-vcpu:0": /proc/PID/fd/N says what a descriptor is. */
static void name_target(struct kvm_call *call, uint64_t descriptor)
{
    char name[32];
    (void)snprintf(name, sizeof name, "fd/%d", (int)descriptor);
    const char *link = process_link(call->pid, name);
    const char *colon = strchr(link, ':'); /* "anon_inode:kvm-vm" */
    if (strncmp(link, "anon_inode:", 11) == 0)
        link = colon + 1;
    else if (strrchr(link, '/'))
        link = strrchr(link, '/') + 1;
    (void)snprintf(call->target, sizeof call->target, "%.31s", link);
}

/* Bytes that a request reads: its number says so, but for those that end in an array. */
static size_t bytes_read(const struct kvm_call *call)
{
    uint32_t count;
    size_t size = _IOC_SIZE(call->request);
    size_t each = call->request == KVM_SET_CPUID2 ? sizeof(struct kvm_cpuid_entry2)
                  : call->request == KVM_SET_MSRS ? sizeof(struct kvm_msr_entry)
                                                  : 0;
    if (each > 0 && read_process(call->pid, call->argument, &count, sizeof count) == 0)
        size += each * (count < 1024 ? count : 1024);
    return size < sizeof call->data ? size : sizeof call->data;
}

static void note_slot(struct player *player, const struct kvm_call *call)
{
    struct kvm_userspace_memory_region region;
    if (call->size < sizeof region)
        return;
    memcpy(&region, call->data, sizeof region);
    uint32_t number = region.slot & 0xffff; /* above it: the address space */
    if (number < KVM_SLOTS)
        player->slots[number] = (struct kvm_slot){
            .pid = call->pid,
            .guest = region.guest_phys_addr,
            .size = region.memory_size,
            .host = region.userspace_addr,
        };
}

static struct kvm_call *next_call(struct player *player)
{
    if (player->kvm_count == KVM_CALLS)
        return NULL;
    if (player->kvm_count == player->kvm_room) {
        size_t room = player->kvm_room ? 2 * player->kvm_room : 64;
        struct kvm_call *more = realloc(player->kvm, room * sizeof *more);
        if (!more)
            return NULL;
        player->kvm = more;
        player->kvm_room = room;
    }
    struct kvm_call *call = &player->kvm[player->kvm_count];
    memset(call, 0, sizeof *call);
    return call;
}

static void write_down(struct player *player, const struct seccomp_notif *question)
{
    struct kvm_call spare = {0}; /* when there is no room, slots are still followed */
    struct kvm_call *call = next_call(player);
    bool kept = call != NULL;
    if (!kept)
        call = &spare;
    call->pid = (pid_t)question->pid;
    call->request =
        (uint32_t)question->data.args[1]; /* the kernel looks at 32 bits only */
    call->argument = question->data.args[2];
    name_target(call, question->data.args[0]);
    if (_IOC_DIR(call->request) & _IOC_WRITE) {
        size_t size = bytes_read(call);
        if (read_process(call->pid, call->argument, call->data, size) == 0)
            call->size = size;
    }
    if (call->request == KVM_SET_USER_MEMORY_REGION)
        note_slot(player, call);
    if (kept)
        player->kvm_count++;
}

void player_answer_kvm(struct player *player)
{
    int listener = player->sandbox.kvm_listener;
    struct seccomp_notif *question = NULL;
    struct seccomp_notif_resp *answer = NULL;
    if (seccomp_notify_alloc(&question, &answer) != 0)
        judge_cannot_run("no memory is left");
    /* Its maker may be gone by now: then there is nothing to receive, or nobody to answer. */
    if (seccomp_notify_receive(listener, question) == 0) {
        write_down(player, question);
        answer->id = question->id;
        answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        (void)seccomp_notify_respond(listener, answer);
    }
    seccomp_notify_free(question, answer);
}

const struct kvm_call *player_kvm_calls(struct player *player, size_t *count)
{
    *count = player->kvm_count;
    return player->kvm;
}

size_t player_kvm_count(struct player *player, unsigned long request)
{
    size_t count = 0;
    for (size_t i = 0; i < player->kvm_count; i++)
        count += player->kvm[i].request == request;
    return count;
}

int player_read_memory(struct player *player, uint64_t address, void *to, size_t length)
{
    return read_process(player->sandbox.player, address, to, length);
}

int player_read_guest(struct player *player, uint64_t guest_address, void *to,
                      size_t length)
{
    for (size_t i = 0; i < KVM_SLOTS; i++) {
        const struct kvm_slot *slot = &player->slots[i];
        if (guest_address < slot->guest || guest_address - slot->guest >= slot->size)
            continue;
        uint64_t offset = guest_address - slot->guest;
        uint64_t left = slot->size - offset;
        size_t part = length < left ? length : (size_t)left;
        if (read_process(slot->pid, slot->host + offset, to, part) == -1)
            return -1;
        if (part == length)
            return 0;
        return player_read_guest(player, guest_address + part, (char *)to + part,
                                 length - part);
    }
    errno = EFAULT;
    return -1;
}
