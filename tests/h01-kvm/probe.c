/* probe.c - the player of lesson h01-kvm: calls the learner's functions, one word each.
 *
 * Every word ends standing still, so that the judge can look at this process: its
 * descriptors, its mappings, the memory of its guest. What cannot be had otherwise, a
 * KVM of another version or one that refuses, is made with a seccomp filter: the kernel
 * then answers a call by itself. See tests/grader/probe.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "probe.h"
#include "vm.h"

enum {
    LOW = 0x10000,      /* bytes of memory at 0 */
    TOP = 0xffff0000,   /* where the memory with the first instruction starts */
    FIRST = 0xfffffff0, /* the first instruction after a reset */
    FLAG = 0x500,       /* a byte that guests and signal handlers talk through */
};

static struct vm vm;
static struct vcpu vcpu;

/* Ends the probe when something goes wrong that is no fault of the learner's. */
static void need(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

/* From now on the kernel answers ioctl(REQUEST) with ERROR by itself; 0: the result is
 * 0. */
static void refuse_ioctl(unsigned long request, unsigned error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    need(filter != NULL, "seccomp_init");
    need(seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), SCMP_SYS(ioctl), 1,
                          SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, request)) == 0,
         "seccomp_rule_add");
    need(seccomp_load(filter) == 0, "seccomp_load");
    seccomp_release(filter);
}

/* From now on nothing that is not anonymous can be mapped: ENOMEM. */
static void refuse_mmap(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    need(filter != NULL, "seccomp_init");
    need(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(mmap), 1,
                          SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0)) == 0,
         "seccomp_rule_add");
    need(seccomp_load(filter) == 0, "seccomp_load");
    seccomp_release(filter);
}

/* Fills *VM and *VCPU with what no function may rely on. */
static void forget(void)
{
    memset(&vm, 0x5a, sizeof vm);
    memset(&vcpu, 0x5a, sizeof vcpu);
}

static void need_vm(void)
{
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    need(vm_create(&vm) == 0, "vm_create");
}

/* A machine whose first instructions are the SIZE bytes at CODE. */
static void need_machine(const void *code, size_t size)
{
    need_vm();
    need(vm_add_memory(&vm, 0, LOW) == 0, "memory at 0");
    need(vm_add_memory(&vm, TOP, LOW) == 0, "memory at the top");
    need(vcpu_create(&vcpu, &vm, 0) == 0, "vcpu_create");
    void *to = vm_at(&vm, FIRST, size);
    need(to != NULL, "vm_at");
    memcpy(to, code, size);
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 0);
}

/* --- vm_open, vm_create ------------------------------------------------------------- */

static int report_open(const char *device)
{
    probe_ready("before");
    int result = vm_open(&vm, device);
    probe_ready("%d %d %d %d %zu %u", result, errno, vm.kvm_fd, vm.fd, vm.run_size,
                vm.slot_count);
    return 0;
}

static int open_device(int argc, char **argv)
{
    (void)argc;
    forget();
    return report_open(argv[1]);
}

static int open_locked(int argc, char **argv)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    int fd = open("/tmp/kvm", O_CREAT | O_WRONLY, 0);

    (void)argc, (void)argv;
    need(fd != -1 && close(fd) == 0, "/tmp/kvm");
    need(syscall(SYS_capget, &header, data) == 0, "capget");
    data[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    need(syscall(SYS_capset, &header, data) == 0, "capset");
    forget();
    return report_open("/tmp/kvm");
}

static int open_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    forget();
    refuse_ioctl(KVM_GET_API_VERSION, 0);
    return report_open("/dev/kvm");
}

static int report_create(void)
{
    probe_ready("before");
    int result = vm_create(&vm);
    probe_ready("%d %d %d", result, errno, vm.fd);
    return 0;
}

static int create(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    return report_create();
}

static int create_refused(int argc, char **argv)
{
    (void)argc, (void)argv;
    need(vm_open(&vm, "/dev/kvm") == 0, "vm_open");
    refuse_ioctl(KVM_CREATE_VM, ENOMEM);
    return report_create();
}

/* --- vm_add_memory, vm_at ----------------------------------------------------------- */

/* memory [ADDRESS SIZE]…: adds each; then writes the byte 0xa0 + slot at the start of
 * each slot and 0xb0 + slot at its end, where struct vm says they are. */
static int memory(int argc, char **argv)
{
    int result = 0;

    need_vm();
    for (int i = 1; i + 1 < argc && result == 0; i += 2)
        result = vm_add_memory(&vm, number(argv[i]), number(argv[i + 1]));
    int error = errno;
    bool zeroed = true;
    for (unsigned i = 0; i < vm.slot_count && i < VM_SLOTS; i++) {
        struct vm_slot *slot = &vm.slots[i];
        for (size_t at = 0; at < slot->size; at++)
            zeroed = zeroed && slot->host[at] == 0;
        slot->host[0] = (uint8_t)(0xa0 + i);
        slot->host[slot->size - 1] = (uint8_t)(0xb0 + i);
    }
    probe_ready("%d %d %u %d", result, error, vm.slot_count, zeroed);
    return 0;
}

/* memory-bad N ADDRESS SIZE [FILL]: after FILL good pages, tries N times what must
 * fail. */
static int memory_bad(int argc, char **argv)
{
    unsigned fill = argc > 4 ? (unsigned)number(argv[4]) : 0;

    need_vm();
    for (unsigned i = 0; i < fill; i++)
        need(vm_add_memory(&vm, i * 0x100000, 0x1000) == 0, "a page of memory");
    probe_ready("%u", vm.slot_count);
    int result = -1;
    for (uint64_t i = number(argv[1]); i > 0 && result == -1; i--) {
        errno = 0;
        result = vm_add_memory(&vm, number(argv[2]), number(argv[3]));
    }
    probe_ready("%d %d %u", result, errno, vm.slot_count);
    return 0;
}

/* at [ADDRESS LENGTH]…: "SLOT OFFSET" for each, or "- ERRNO" with its name. */
static int at(int argc, char **argv)
{
    char text[1024], *end = text;

    need_vm();
    need(vm_add_memory(&vm, 0x10000, 0x10000) == 0, "memory at 0x10000");
    need(vm_add_memory(&vm, 0x40000, 0x8000) == 0, "memory at 0x40000");
    for (int i = 1; i + 1 < argc; i += 2) {
        errno = 0;
        uint8_t *found = vm_at(&vm, number(argv[i]), number(argv[i + 1]));
        if (found == NULL) {
            const char *name = strerrorname_np(errno);
            end += sprintf(end, "- %s ", name ? name : "0");
            continue;
        }
        unsigned slot = found - vm.slots[1].host < 0x8000 && found >= vm.slots[1].host;
        end += sprintf(end, "%u %lld ", slot, (long long)(found - vm.slots[slot].host));
    }
    probe_ready("%s", text);
    return 0;
}

/* --- vcpu_create, vcpu_run ---------------------------------------------------------- */

static int report_vcpu(unsigned index)
{
    probe_ready("before");
    int result = vcpu_create(&vcpu, &vm, index);
    probe_ready("%d %d %d %u %llx %zu", result, errno, vcpu.fd, vcpu.index,
                (unsigned long long)(uintptr_t)vcpu.run, vcpu.run_size);
    return 0;
}

static int vcpu_index(int argc, char **argv)
{
    (void)argc;
    forget();
    need_vm();
    return report_vcpu((unsigned)number(argv[1]));
}

static int vcpu_taken(int argc, char **argv)
{
    (void)argc, (void)argv;
    need_vm();
    need(ioctl(vm.fd, KVM_CREATE_VCPU, 0) != -1, "KVM_CREATE_VCPU");
    forget();
    need_vm();
    need(ioctl(vm.fd, KVM_CREATE_VCPU, 0) != -1, "KVM_CREATE_VCPU");
    return report_vcpu(0);
}

static int vcpu_unmapped(int argc, char **argv)
{
    (void)argc, (void)argv;
    forget();
    need_vm();
    refuse_mmap();
    return report_vcpu(0);
}

/* run BYTE: the guest writes BYTE to FLAG and halts. */
static int run(int argc, char **argv)
{
    uint8_t code[] = {
        0xc6, 0x06, 0x00, 0x05, (uint8_t)number(argv[1]), /* mov byte ptr [0x500], BYTE */
        0xf4,                                             /* hlt */
    };

    (void)argc;
    need_machine(code, sizeof code);
    int result = vcpu_run(&vcpu);
    probe_ready("%d %d %u", result, errno, vcpu.run->exit_reason);
    return 0;
}

static volatile sig_atomic_t signals;

/* The third signal lets the guest go. */
static void let_go(int signal)
{
    (void)signal;
    if (++signals == 3)
        vm.slots[0].host[FLAG] = 1;
}

static void stop_it(int signal)
{
    (void)signal;
    signals++;
    vcpu_stop(&vcpu);
}

static void send_signals(void (*handler)(int), suseconds_t first, suseconds_t next)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval timer = {.it_value.tv_usec = first, .it_interval.tv_usec = next};

    need(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
    need(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
}

/* run-signals: the guest waits for FLAG, signals come, and the third of them sets it. */
static int run_signals(int argc, char **argv)
{
    static const uint8_t code[] = {
        0x80, 0x3e, 0x00, 0x05, 0x00, /* again: cmp byte ptr [0x500], 0 */
        0x74, 0xf9,                   /* je again */
        0xf4,                         /* hlt */
    };

    (void)argc, (void)argv;
    need_machine(code, sizeof code);
    send_signals(let_go, 10000, 10000);
    int result = vcpu_run(&vcpu);
    int error = errno;
    send_signals(SIG_IGN, 0, 0);
    probe_ready("%d %d %u %d", result, error, vcpu.run->exit_reason, (int)signals);
    return 0;
}

/* run-stop: the guest loops; a request to stop comes before the first run, and in the
 * second. Then the loop becomes a hlt. */
static int run_stop(int argc, char **argv)
{
    static const uint8_t code[] = {0xeb, 0xfe}; /* again: jmp again */

    (void)argc, (void)argv;
    need_machine(code, sizeof code);
    vcpu_stop(&vcpu);
    int early = vcpu_run(&vcpu);
    int early_error = errno;
    send_signals(stop_it, 20000, 0);
    int during = vcpu_run(&vcpu);
    int during_error = errno;
    vm.slots[1].host[LOW - 16] = 0xf4;
    int after = vcpu_run(&vcpu);
    probe_ready("%d %d %d %d %d %u %d", early, early_error, during, during_error, after,
                vcpu.run->exit_reason, (int)signals);
    return 0;
}

/* --- vcpu_destroy, vm_destroy ------------------------------------------------------- */

/* A descriptor that has just become free gets a new owner: /dev/null. */
static int reuse(void)
{
    int fd = open("/dev/null", O_RDONLY);
    need(fd != -1, "/dev/null");
    return fd;
}

static int destroy_vcpu(int argc, char **argv)
{
    static const uint8_t code[] = {0xf4};

    (void)argc, (void)argv;
    need_machine(code, sizeof code);
    int fd = vcpu.fd;
    probe_ready("before");
    vcpu_destroy(&vcpu);
    probe_ready("%d %d", vcpu.fd, vcpu.run == NULL);
    int other = reuse();
    vcpu_destroy(&vcpu);
    probe_ready("%d %d", fd, other);
    return 0;
}

static int destroy_vm(int argc, char **argv)
{
    (void)argc, (void)argv;
    need_vm();
    need(vm_add_memory(&vm, 0, 0x40000000) == 0, "memory at 0");
    need(vm_add_memory(&vm, TOP, LOW) == 0, "memory at the top");
    int fd = vm.kvm_fd;
    probe_ready("before");
    vm_destroy(&vm);
    probe_ready("%d %d %u", vm.kvm_fd, vm.fd, vm.slot_count);
    int other = reuse();
    vm_destroy(&vm);
    probe_ready("%d %d", fd, other);
    return 0;
}

const struct probe_word probe_words[] = {
    {"open", open_device},
    {"open-locked", open_locked},
    {"open-version", open_version},
    {"create", create},
    {"create-refused", create_refused},
    {"memory", memory},
    {"memory-bad", memory_bad},
    {"at", at},
    {"vcpu", vcpu_index},
    {"vcpu-taken", vcpu_taken},
    {"vcpu-unmapped", vcpu_unmapped},
    {"run", run},
    {"run-signals", run_signals},
    {"run-stop", run_stop},
    {"destroy-vcpu", destroy_vcpu},
    {"destroy-vm", destroy_vm},
    {NULL, NULL},
};
