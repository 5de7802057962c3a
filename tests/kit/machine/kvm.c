/* kvm.c - runs a small 64-bit guest that needs what an unmodified kernel needs.
 *
 * The guest takes an INT3 through its own IDT, returns from it with IRETQ, and uses the FPU's
 * XGETBV: three things that fail where /dev/kvm emulates ring 0 instead of running it. It then
 * writes how many interrupts it took to a port. Prints "kvm: ok" and exits 0 when that is one.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum {
    MEMORY = 2 * 1024 * 1024,
    PML4 = 0x1000,
    PDPT = 0x2000,
    PD = 0x3000,
    IDT = 0x4000,
    GDT = 0x5000,
    CODE = 0x10000,
    STACK = 0x20000,
    PORT = 0xf1,
};

extern const char guest_start[], guest_handler[], guest_end[];
__asm__(".section .rodata\n"
        "guest_start: xor %ebx, %ebx\n"
        "int3\n"
        "xor %ecx, %ecx\n xgetbv\n"
        "mov %ebx, %eax\n"
        "out %al, $0xf1\n"
        "hlt\n"
        "guest_handler: inc %ebx\n"
        "iretq\n"
        "guest_end:\n"
        ".text\n");

static void put(unsigned char *memory, uint64_t at, uint64_t value)
{
    memcpy(memory + at, &value, sizeof value);
}

/* Memory as the guest finds it: page tables, two segments, a gate for vector 3, the code. */
static void prepare(unsigned char *memory)
{
    uint64_t handler = CODE + (uint64_t)(guest_handler - guest_start);
    put(memory, PML4, PDPT | 3);
    put(memory, PDPT, PD | 3);
    put(memory, PD, 0x83);                    /* 2 MiB at 0, present, writable */
    put(memory, GDT + 8, 0x00209a0000000000); /* 64-bit code */
    put(memory, GDT + 16, 0x0000920000000000);
    put(memory, IDT + 3 * 16,
        (handler & 0xffff) | 8 << 16 | (uint64_t)0x8e00 << 32 | (handler >> 16) << 48);
    put(memory, IDT + 3 * 16 + 8, handler >> 32);
    memcpy(memory + CODE, guest_start, (size_t)(guest_end - guest_start));
}

static void long_mode(int vcpu)
{
    struct kvm_sregs s;
    struct kvm_regs r = {.rip = CODE, .rsp = STACK, .rflags = 2};
    if (ioctl(vcpu, KVM_GET_SREGS, &s) == -1)
        err(1, "KVM_GET_SREGS");
    struct kvm_segment code = {
        .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1, .limit = ~0U};
    struct kvm_segment data = {
        .selector = 16, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1, .limit = ~0U};
    s.cs = code;
    s.ds = s.es = s.ss = data;
    s.gdt = (struct kvm_dtable){.base = GDT, .limit = 23};
    s.idt = (struct kvm_dtable){.base = IDT, .limit = 4 * 16 - 1};
    s.cr3 = PML4;
    s.cr4 = 1 << 5 | 1 << 18;  /* PAE, OSXSAVE */
    s.cr0 = 1U << 31 | 1;      /* paging, protection */
    s.efer = 1 << 8 | 1 << 10; /* long mode, enabled and active */
    if (ioctl(vcpu, KVM_SET_SREGS, &s) == -1 || ioctl(vcpu, KVM_SET_REGS, &r) == -1)
        err(1, "KVM_SET_SREGS");
}

int main(void)
{
    static struct {
        struct kvm_cpuid2 head;
        struct kvm_cpuid_entry2 entries[128];
    } cpuid = {.head.nent = 128};
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm == -1)
        err(1, "/dev/kvm");
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    unsigned char *memory =
        mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vm == -1 || memory == MAP_FAILED)
        err(1, "KVM_CREATE_VM");
    prepare(memory);
    struct kvm_userspace_memory_region slot = {.memory_size = MEMORY,
                                               .userspace_addr = (uintptr_t)memory};
    int vcpu, size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) == -1 ||
        (vcpu = ioctl(vm, KVM_CREATE_VCPU, 0)) == -1 ||
        ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid) == -1 ||
        ioctl(vcpu, KVM_SET_CPUID2, &cpuid) == -1)
        err(1, "KVM_CREATE_VCPU");
    struct kvm_run *run =
        mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (run == MAP_FAILED)
        err(1, "vcpu");
    long_mode(vcpu);
    if (ioctl(vcpu, KVM_RUN, 0) == -1)
        err(1, "KVM_RUN");
    if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT)
        errx(1, "exit reason %u", run->exit_reason);
    unsigned count = *((unsigned char *)run + run->io.data_offset);
    if (count != 1)
        errx(1, "%u interrupts", count);
    puts("kvm: ok");
    return 0;
}
