/* vm.c - a virtual machine: three file descriptors and some memory.
 *
 *     /dev/kvm --KVM_CREATE_VM--> the VM --KVM_CREATE_VCPU--> a vCPU --KVM_RUN--> an exit
 *
 * Guest memory is memory of this process that the VM is told about. The run page is
 * memory of the kernel that this process maps. Each function here makes one of these,
 * and takes back what it made when a later part of it fails.
 *
 * Read on: Documentation/virt/kvm/api.rst of the kernel ("KVM api"), ioctl(2), mmap(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vm.h"

enum { HUGE_PAGE = 2 << 20 }; /* bytes: what one entry of a page directory maps */

/* Closes FD on the way out of a function that has failed. Returns -1, and keeps errno:
 * close may change it, and the caller wants to know what failed first. */
static int fail_closing(int fd)
{
    int error = errno;
    (void)close(fd); /* it was never written to: there is nothing to lose */
    errno = error;
    return -1;
}

/* Opens /dev/kvm.                                             @lab 1.1 @points 20
 * open(2); KVM_GET_API_VERSION (KVM api 4.1), KVM_GET_VCPU_MMAP_SIZE (4.5).
 */
int vm_open(struct vm *vm, const char *device)
{
    *vm = VM_NONE;
    /* 1. Open the device. A program that we execute later must not inherit it. */
    int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return -1;
    /* 2. Ask for the version of its API. A file that is no KVM does not know the question
     *    (ENOTTY); a KVM with another answer than KVM_API_VERSION must not be used. */
    int version = ioctl(fd, KVM_GET_API_VERSION, 0);
    if (version == -1)
        return fail_closing(fd);
    if (version != KVM_API_VERSION) {
        errno = EPROTONOSUPPORT;
        return fail_closing(fd);
    }
    /* 3. Ask how much memory a vCPU will share with us. */
    int run_size = ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (run_size == -1)
        return fail_closing(fd);
    vm->kvm_fd = fd;
    vm->run_size = (size_t)run_size;
    return 0;
}

/* Makes a VM.                                                 @lab 1.2 @points 10
 * KVM_CREATE_VM (KVM api 4.2); the machine type of a PC is 0.
 */
int vm_create(struct vm *vm)
{
    vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
    return vm->fd == -1 ? -1 : 0;
}

/* mmap(2) for guest memory, at an address of ours that is a multiple of 2 MiB when there
 * is that much: then the kernel can use huge pages, and the processor translates 2 MiB of
 * guest memory with one entry instead of 512. A Linux guest boots faster for it.
 * Asks for 2 MiB too many, and gives back what lies before and behind.
 * Documentation/admin-guide/mm/transhuge.rst */
static void *map_memory(size_t size)
{
    size_t spare = size < HUGE_PAGE ? 0 : HUGE_PAGE;
    if (size > SIZE_MAX - spare) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    uint8_t *start = mmap(NULL, size + spare, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED || spare == 0)
        return start;
    size_t before = -(uintptr_t)start % HUGE_PAGE;
    if (before > 0)
        (void)munmap(start, before); /* mapped a moment ago, as is the rest */
    (void)munmap(start + before + size, spare - before);
    /* a kernel without huge pages says EINVAL, and goes on with small ones */
    (void)madvise(start + before, size, MADV_HUGEPAGE);
    return start + before;
}

/* Gives the VM memory.                                        @lab 1.3 @points 25
 * mmap(2); KVM_SET_USER_MEMORY_REGION (KVM api 4.35).
 */
int vm_add_memory(struct vm *vm, uint64_t guest_address, size_t size)
{
    /* 1. Refuse what is no region. KVM must not even be asked about size 0: for KVM that
     *    means "remove the slot". */
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size == 0 || size % page != 0 || guest_address % page != 0) {
        errno = EINVAL;
        return -1;
    }
    if (vm->slot_count == VM_SLOTS) {
        errno = ENOSPC;
        return -1;
    }
    /* 2. Take memory of our own (map_memory above, or a plain mmap(2) of your own). The
     *    kernel hands out a page when somebody first touches it: a guest with a gigabyte
     *    costs nothing until it uses it (MAP_NORESERVE). */
    void *host = map_memory(size);
    if (host == MAP_FAILED)
        return -1;
    /* 3. Tell KVM where the guest shall see it. If it refuses, give the memory back. */
    struct kvm_userspace_memory_region region = {
        .slot = vm->slot_count,
        .guest_phys_addr = guest_address,
        .memory_size = size,
        .userspace_addr = (uintptr_t)host,
    };
    if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) == -1) {
        int error = errno;
        (void)munmap(host, size); /* what has just been mapped can be unmapped */
        errno = error;
        return -1;
    }
    /* 4. Remember it: vm_at and vm_destroy need it. */
    vm->slots[vm->slot_count++] = (struct vm_slot){guest_address, size, host};
    return 0;
}

/* Finds guest memory. @lab 1.4 @points 10 The sum guest_address + length can overflow;
 * a difference of two that are in order cannot.
 */
void *vm_at(const struct vm *vm, uint64_t guest_address, size_t length)
{
    if (length == 0)
        length = 1;
    for (unsigned i = 0; i < vm->slot_count; i++) {
        const struct vm_slot *slot = &vm->slots[i];
        if (guest_address < slot->guest_address)
            continue;
        uint64_t offset = guest_address - slot->guest_address;
        if (offset < slot->size && length <= slot->size - offset)
            return slot->host + offset;
    }
    errno = EFAULT;
    return NULL;
}

/* Makes a vCPU and maps its run page.                         @lab 1.5 @points 15
 * KVM_CREATE_VCPU (KVM api 4.7); the run page: KVM_RUN (4.10) and section 5.
 */
int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned index)
{
    *vcpu = VCPU_NONE;
    /* 1. The VM makes the vCPU: a descriptor of its own. */
    int fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)index);
    if (fd == -1)
        return -1;
    /* 2. Map what it shares with us: run_size bytes, not sizeof(struct kvm_run). The
     *    data of port I/O lies behind the structure, and would be out of reach.
     *    MAP_SHARED, because the kernel and we have to see each other's changes. */
    void *run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (run == MAP_FAILED)
        return fail_closing(fd);
    *vcpu = (struct vcpu){.fd = fd, .index = index, .run = run, .run_size = vm->run_size};
    return 0;
}

/* Runs the guest until it exits.                              @lab 1.6 @points 10
 * KVM_RUN (KVM api 4.10); immediate_exit (section 5).
 */
int vcpu_run(struct vcpu *vcpu)
{
    while (ioctl(vcpu->fd, KVM_RUN, 0) == -1) {
        if (errno != EINTR)
            return -1;
        /* A signal came. Its handler may have called vcpu_stop; if not, it was none of
         * the guest's business. */
        if (vcpu->run->immediate_exit) {
            vcpu->run->immediate_exit = 0;
            errno = EINTR;
            return -1;
        }
    }
    return 0;
}

/* A flag of our own, looked at before KVM_RUN, would leave a gap: a signal that comes
 * between the look and the call is handled, and the call then blocks for ever. KVM
 * looks at this byte after it has entered, when a signal can no longer be missed.
 */
void vcpu_stop(struct vcpu *vcpu)
{
    __atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_RELAXED);
}

/* Takes a vCPU apart.                                         @lab 1.7 @points 5
 * munmap(2), close(2). A descriptor is what >= 0 is: 0 is one.
 */
void vcpu_destroy(struct vcpu *vcpu)
{
    if (vcpu->run != NULL)
        (void)munmap(vcpu->run, vcpu->run_size); /* mapped by us, with this size */
    if (vcpu->fd >= 0)
        (void)close(vcpu->fd); /* nothing to lose, nothing to tell */
    *vcpu = VCPU_NONE;
}

/* Takes a VM apart.                                           @lab 1.8 @points 5
 * First the VM, then the memory that it uses.
 */
void vm_destroy(struct vm *vm)
{
    if (vm->fd >= 0)
        (void)close(vm->fd); /* as above */
    for (unsigned i = 0; i < vm->slot_count; i++)
        (void)munmap(vm->slots[i].host, vm->slots[i].size); /* mapped by us */
    if (vm->kvm_fd >= 0)
        (void)close(vm->kvm_fd); /* as above */
    *vm = VM_NONE;
}

/* Data, not code: a table of the exits of x86 (linux/kvm.h). */
const char *vcpu_exit_name(uint32_t reason)
{
    static const char *const names[] = {
        [KVM_EXIT_UNKNOWN] = "KVM_EXIT_UNKNOWN",
        [KVM_EXIT_EXCEPTION] = "KVM_EXIT_EXCEPTION",
        [KVM_EXIT_IO] = "KVM_EXIT_IO",
        [KVM_EXIT_HYPERCALL] = "KVM_EXIT_HYPERCALL",
        [KVM_EXIT_DEBUG] = "KVM_EXIT_DEBUG",
        [KVM_EXIT_HLT] = "KVM_EXIT_HLT",
        [KVM_EXIT_MMIO] = "KVM_EXIT_MMIO",
        [KVM_EXIT_IRQ_WINDOW_OPEN] = "KVM_EXIT_IRQ_WINDOW_OPEN",
        [KVM_EXIT_SHUTDOWN] = "KVM_EXIT_SHUTDOWN",
        [KVM_EXIT_FAIL_ENTRY] = "KVM_EXIT_FAIL_ENTRY",
        [KVM_EXIT_INTR] = "KVM_EXIT_INTR",
        [KVM_EXIT_SET_TPR] = "KVM_EXIT_SET_TPR",
        [KVM_EXIT_TPR_ACCESS] = "KVM_EXIT_TPR_ACCESS",
        [KVM_EXIT_NMI] = "KVM_EXIT_NMI",
        [KVM_EXIT_INTERNAL_ERROR] = "KVM_EXIT_INTERNAL_ERROR",
        [KVM_EXIT_SYSTEM_EVENT] = "KVM_EXIT_SYSTEM_EVENT",
        [KVM_EXIT_IOAPIC_EOI] = "KVM_EXIT_IOAPIC_EOI",
        [KVM_EXIT_X86_RDMSR] = "KVM_EXIT_X86_RDMSR",
        [KVM_EXIT_X86_WRMSR] = "KVM_EXIT_X86_WRMSR",
        [KVM_EXIT_DIRTY_RING_FULL] = "KVM_EXIT_DIRTY_RING_FULL",
        [KVM_EXIT_AP_RESET_HOLD] = "KVM_EXIT_AP_RESET_HOLD",
        [KVM_EXIT_X86_BUS_LOCK] = "KVM_EXIT_X86_BUS_LOCK",
        [KVM_EXIT_NOTIFY] = "KVM_EXIT_NOTIFY",
    };
    if (reason >= sizeof names / sizeof *names || names[reason] == NULL)
        return "an unknown exit";
    return names[reason];
}
