/* guests.c - three small guests that find out what /dev/kvm can really do.
 *
 * /dev/kvm may exist and still not run a kernel. On a host whose own processor lacks
 * virtualisation, KVM can run a guest's ring 3 but must emulate its ring 0, instruction by
 * instruction: a thousand times slower, and some instructions, such as INT3 in long mode,
 * are not emulated at all. So each guest here does one thing, and what comes out is the
 * answer. They are written in assembly and stand in this file's read-only data.
 *
 * Read on: Documentation/virt/kvm/api.rst; Intel SDM volume 3, 4.5 (paging), 6.14 (the IDT
 * in 64-bit mode), 9.8.5 (what long mode needs).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "probes.h"

/* clang-format off */
__asm__(
    ".pushsection .rodata\n"

    /* Real mode: one byte out of a port, then halt. */
    ".code16\n"
    "guest_real:      movb  $'R', %al\n"
    "                 outb  %al, $0x10\n"
    "                 hlt\n"
    "guest_real_end:\n"

    /* Ring 0 in long mode: a loop of two instructions, RCX times (the host sets it). */
    ".code64\n"
    "guest_speed:     decq  %rcx\n"
    "                 jnz   guest_speed\n"
    "                 hlt\n"
    "guest_speed_end:\n"

    /* An interrupt into a handler and back: only when both worked is AL what goes out. */
    "guest_int:       xorl  %eax, %eax\n"
    "                 int3\n"
    "                 outb  %al, $0x10\n"
    "                 hlt\n"
    "guest_int_end:\n"
    "guest_handler:   movb  $'I', %al\n"
    "                 iretq\n"
    "guest_handler_end:\n"

    ".popsection\n");
/* clang-format on */

extern const uint8_t guest_real[], guest_real_end[], guest_speed[], guest_speed_end[];
extern const uint8_t guest_int[], guest_int_end[], guest_handler[], guest_handler_end[];

/* Where things stand in the guest's 64 KiB. */
enum {
    PML4 =
        0x1000, /* three tables, each of one entry: the first 2 MiB are mapped as they are */
    PDPT = 0x2000,
    PD = 0x3000,
    IDT = 0x4000,
    GDT = 0x5000,
    STACK_TOP = 0x7000,
    CODE = 0x8000,
    HANDLER = 0x9000,
    MEMORY = 0x10000,
};

enum {
    PORT = 0x10,
    BREAKPOINT = 3, /* the vector of INT3 */
    CODE_SELECTOR = 0x08,
    DATA_SELECTOR = 0x10,
};

/* Bits that long mode wants: Intel SDM 3, 2.5 and 2.2.1. */
enum {
    CR0_PE = 1 << 0,
    CR0_ET = 1 << 4,
    CR4_PAE = 1 << 5,
    PAGE_PRESENT = 1,
    PAGE_WRITE = 2
};
enum { PAGE_LARGE = 1 << 7, EFER_LME = 1 << 8, EFER_LMA = 1 << 10 };
#define CR0_PG (1u << 31)

/* One machine with one processor. The process that makes it is a probe's child, whose end
 * takes everything down. */
struct guest {
    int vcpu;
    struct kvm_run *run;
    uint8_t *memory;
};

/* Makes it. Returns false with a line in DETAIL. */
static bool guest_make(struct guest *guest, struct host_answer *answer)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm == -1)
        return host_says(answer, false, "open /dev/kvm: %s", strerror(errno));
    int version = ioctl(kvm, KVM_GET_API_VERSION, 0);
    if (version != KVM_API_VERSION)
        return host_says(answer, false, "/dev/kvm speaks version %d of its API, not %d",
                         version, KVM_API_VERSION);
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    if (vm == -1)
        return host_says(answer, false, "KVM_CREATE_VM: %s", strerror(errno));
    (void)ioctl(vm, KVM_SET_TSS_ADDR,
                0xfffbd000); /* wanted by old Intel processors only */
    guest->memory =
        mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guest->memory == MAP_FAILED)
        return host_says(answer, false, "mmap: %s", strerror(errno));
    struct kvm_userspace_memory_region slot = {
        .memory_size = MEMORY,
        .userspace_addr = (uintptr_t)guest->memory,
    };
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) == -1)
        return host_says(answer, false, "KVM_SET_USER_MEMORY_REGION: %s",
                         strerror(errno));
    guest->vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    if (guest->vcpu == -1)
        return host_says(answer, false, "KVM_CREATE_VCPU: %s", strerror(errno));
    int shared = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (shared < (int)sizeof *guest->run)
        return host_says(answer, false, "KVM_GET_VCPU_MMAP_SIZE says %d", shared);
    guest->run =
        mmap(NULL, (size_t)shared, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
    if (guest->run == MAP_FAILED)
        return host_says(answer, false, "mmap of the vCPU: %s", strerror(errno));
    return true;
}

static void place(struct guest *guest, size_t at, const uint8_t *from, const uint8_t *end)
{
    memcpy(guest->memory + at, from, (size_t)(end - from));
}

/* Sets the processor to the first instruction at CODE. Returns false with errno. */
static bool guest_start_at_code(struct guest *guest, uint64_t rcx)
{
    struct kvm_regs regs = {.rip = CODE, .rsp = STACK_TOP, .rcx = rcx, .rflags = 2};
    return ioctl(guest->vcpu, KVM_SET_REGS, &regs) != -1;
}

/* Real mode, all segments at 0. Returns false with errno. */
static bool guest_enter_real(struct guest *guest)
{
    struct kvm_sregs s;
    if (ioctl(guest->vcpu, KVM_GET_SREGS, &s) == -1)
        return false;
    s.cs.base = 0;
    s.cs.selector = 0;
    return ioctl(guest->vcpu, KVM_SET_SREGS, &s) != -1;
}

static void put64(struct guest *guest, size_t at, uint64_t value)
{
    memcpy(guest->memory + at, &value, sizeof value);
}

/* A gate of the IDT in 64-bit mode: the address in three parts, selector, type 14. */
static void put_gate(struct guest *guest, unsigned vector, uint32_t address)
{
    put64(guest, IDT + 16 * vector,
          (uint64_t)(address & 0xffff) | (uint64_t)CODE_SELECTOR << 16 | 0x8e00ull << 32 |
              (uint64_t)(address >> 16) << 48);
    put64(guest, IDT + 16 * vector + 8, 0);
}

/* 64-bit mode in ring 0, by setting what a kernel would have to set. Returns false with
 * errno. */
static bool guest_enter_long(struct guest *guest)
{
    put64(guest, PML4, PDPT | PAGE_PRESENT | PAGE_WRITE);
    put64(guest, PDPT, PD | PAGE_PRESENT | PAGE_WRITE);
    put64(guest, PD, 0 | PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE);
    put64(guest, GDT + CODE_SELECTOR, 0x00af9b000000ffff); /* 64-bit code, ring 0 */
    put64(guest, GDT + DATA_SELECTOR, 0x00cf93000000ffff);
    put_gate(guest, BREAKPOINT, HANDLER);

    struct kvm_sregs s;
    if (ioctl(guest->vcpu, KVM_GET_SREGS, &s) == -1)
        return false;
    struct kvm_segment flat = {.limit = 0xffffffff, .present = 1, .s = 1, .g = 1};
    s.cs = flat;
    s.cs.selector = CODE_SELECTOR;
    s.cs.type = 11; /* execute, read, accessed */
    s.cs.l = 1;
    s.ds = flat;
    s.ds.selector = DATA_SELECTOR;
    s.ds.type = 3; /* read, write, accessed */
    s.ds.db = 1;
    s.es = s.fs = s.gs = s.ss = s.ds;
    s.gdt.base = GDT;
    s.gdt.limit = DATA_SELECTOR + 7;
    s.idt.base = IDT;
    s.idt.limit = 16 * (BREAKPOINT + 1) - 1;
    s.cr0 = CR0_PE | CR0_ET | CR0_PG;
    s.cr3 = PML4;
    s.cr4 = CR4_PAE;
    s.efer = EFER_LME | EFER_LMA;
    return ioctl(guest->vcpu, KVM_SET_SREGS, &s) != -1;
}

/* Runs to the next exit. Returns false with a line when it is not the one EXPECTED. */
static bool guest_run_to(struct guest *guest, uint32_t expected,
                         struct host_answer *answer)
{
    while (ioctl(guest->vcpu, KVM_RUN, 0) == -1)
        if (errno != EINTR)
            return host_says(answer, false, "KVM_RUN: %s", strerror(errno));
    uint32_t reason = guest->run->exit_reason;
    if (reason == expected)
        return true;
    if (reason == KVM_EXIT_INTERNAL_ERROR)
        return host_says(
            answer, false,
            "KVM gives up (internal error %u): it cannot emulate the instruction",
            guest->run->internal.suberror);
    if (reason == KVM_EXIT_SHUTDOWN)
        return host_says(answer, false, "the guest fell into a triple fault");
    return host_says(answer, false, "exit reason %u where %u was due", reason, expected);
}

/* Runs until a byte comes out of PORT, and says whether it is WANTED. */
static bool guest_writes(struct guest *guest, uint8_t wanted, struct host_answer *answer)
{
    if (!guest_run_to(guest, KVM_EXIT_IO, answer))
        return false;
    uint8_t got = *((uint8_t *)guest->run + guest->run->io.data_offset);
    if (guest->run->io.port != PORT || got != wanted)
        return host_says(answer, false, "byte 0x%02x at port 0x%x, not 0x%02x at 0x%x",
                         got, guest->run->io.port, wanted, PORT);
    return true;
}

bool probe_kvm(struct host_answer *answer)
{
    struct guest guest;
    if (!guest_make(&guest, answer))
        return false;
    place(&guest, CODE, guest_real, guest_real_end);
    if (!guest_enter_real(&guest) || !guest_start_at_code(&guest, 0))
        return host_says(answer, false, "registers: %s", strerror(errno));
    return guest_writes(&guest, 'R', answer) &&
           guest_run_to(&guest, KVM_EXIT_HLT, answer) &&
           host_says(answer, true, "ran one, and heard from it");
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail with this clock */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Native ring 0 does hundreds of millions a second, the emulator one or two. */
static const double NATIVE = 20e6;

bool probe_kvm_speed(struct host_answer *answer)
{
    enum { WARM_UP = 1000, TURNS = 100000, INSTRUCTIONS = 2 * TURNS };
    struct guest guest;
    if (!guest_make(&guest, answer))
        return false;
    place(&guest, CODE, guest_speed, guest_speed_end);
    if (!guest_enter_long(&guest) || !guest_start_at_code(&guest, WARM_UP))
        return host_says(answer, false, "long mode: %s", strerror(errno));
    if (!guest_run_to(&guest, KVM_EXIT_HLT, answer))
        return false;
    if (!guest_start_at_code(&guest, TURNS))
        return host_says(answer, false, "registers: %s", strerror(errno));
    double start = seconds();
    if (!guest_run_to(&guest, KVM_EXIT_HLT, answer))
        return false;
    double rate = INSTRUCTIONS / (seconds() - start);
    bool native = rate > NATIVE;
    return host_says(answer, native, "%s: %.*f million instructions a second",
                     native ? "native" : "emulated", rate < 10e6 ? 1 : 0, rate / 1e6);
}

bool probe_kvm_interrupts(struct host_answer *answer)
{
    struct guest guest;
    if (!guest_make(&guest, answer))
        return false;
    place(&guest, CODE, guest_int, guest_int_end);
    place(&guest, HANDLER, guest_handler, guest_handler_end);
    if (!guest_enter_long(&guest) || !guest_start_at_code(&guest, 0))
        return host_says(answer, false, "long mode: %s", strerror(errno));
    return guest_writes(&guest, 'I', answer) &&
           host_says(answer, true, "int3 into a handler, iretq back");
}
