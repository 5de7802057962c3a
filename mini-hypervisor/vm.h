/* vm.h - a virtual machine out of /dev/kvm: the contract of lesson h01-kvm.
 *
 * KVM is a driver with three kinds of file descriptors. /dev/kvm makes VMs; a VM holds
 * memory and makes vCPUs; a vCPU runs guest code in the thread that calls
 * ioctl(KVM_RUN), and comes back when the guest does something that its host has to
 * answer: an *exit*. This module is those three descriptors and the memory behind them,
 * and nothing else: registers, devices and the answers to exits belong to the modules
 * that stand on it.
 *
 * Read on: the kernel's Documentation/virt/kvm/api.rst (cited below as "KVM api" and a
 * section); the page lessons/h01-kvm.
 */
#ifndef VM_H
#define VM_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VM_SLOTS = 8
}; /* KVM has thousands; a PC needs low, high and a few special ones */

/* A stretch of guest-physical memory, and the host memory that is behind it. Its index in
 * vm.slots is also its slot number in KVM. */
struct vm_slot {
    uint64_t guest_address; /* where the guest sees it, a multiple of the page size */
    size_t size;            /* bytes, a multiple of the page size, never 0 */
    uint8_t *host;          /* where we see it */
};

struct vm {
    int kvm_fd;          /* /dev/kvm; -1: not open */
    int fd;              /* the VM: "anon_inode:kvm-vm"; -1: none */
    size_t run_size;     /* bytes that a vCPU shares with us, as KVM says */
    unsigned slot_count; /* how many of SLOTS are in use */
    struct vm_slot slots[VM_SLOTS];
};

struct vcpu {
    int fd;              /* "anon_inode:kvm-vcpu:INDEX"; -1: none */
    unsigned index;      /* its number in the VM, from 0; on x86 also its APIC id */
    struct kvm_run *run; /* the page shared with KVM: why the guest stopped; NULL: none */
    size_t run_size;     /* bytes mapped at RUN, more than sizeof *run */
};

/* What holds nothing: descriptor 0 is a real one, so zeroed bytes will not do. */
#define VM_NONE ((struct vm){.kvm_fd = -1, .fd = -1})
#define VCPU_NONE ((struct vcpu){.fd = -1})

/* Opens DEVICE ("/dev/kvm") for reading and writing, closed on exec, and learns
 * run_size. VM is only written, whatever it held before: it has no VM and no memory
 * yet.
 * Returns 0, or -1 with errno of open(2) (ENOENT: no KVM here; EACCES: no permission),
 * of the ioctl (ENOTTY: DEVICE is something else), or EPROTONOSUPPORT when it speaks
 * another version of the API than KVM_API_VERSION. After an error nothing is open and
 * VM is VM_NONE.
 */
int vm_open(struct vm *vm, const char *device);

/* Makes a virtual machine, without memory and without vCPUs, in a VM that is open.
 * Returns 0, or -1 with errno of KVM_CREATE_VM; vm->fd is -1 then.
 */
int vm_create(struct vm *vm);

/* Gives the VM SIZE bytes of zeroed memory at GUEST_ADDRESS, as the next free slot.
 * Returns 0, or -1 with errno EINVAL (SIZE is 0; SIZE or GUEST_ADDRESS is no multiple
 * of the page size), ENOSPC (all slots are used), EEXIST (it overlaps another slot), or
 * of mmap(2) (ENOMEM). After an error VM is as it was and nothing more is mapped.
 */
int vm_add_memory(struct vm *vm, uint64_t guest_address, size_t size);

/* Where we see LENGTH bytes of guest memory from GUEST_ADDRESS on; LENGTH 0 counts as
 * 1. Whatever comes from the guest (an address, a length) goes through here: a guest
 * can ask for anything. Returns a pointer into a slot, valid until vm_destroy, or NULL
 * with errno EFAULT when not all of it lies in one slot.
 */
void *vm_at(const struct vm *vm, uint64_t guest_address, size_t length);

/* Makes the vCPU with number INDEX and maps its run page. VCPU is only written.
 * Returns 0, or -1 with errno of KVM_CREATE_VCPU (EEXIST: there is one with this number;
 * EINVAL: the number is too big) or of mmap(2); nothing is left open then and VCPU is
 * VCPU_NONE. A vCPU keeps its VM alive: destroy it before the VM.
 */
int vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned index);

/* Lets the guest run on this vCPU until it exits. A signal that arrives meanwhile is
 * handled and the guest goes on, unless vcpu_stop has been called.
 * Returns 0: vcpu->run->exit_reason says why. Returns -1 with errno EINTR when
 * vcpu_stop asked (the request is used up then), or with another errno of KVM_RUN.
 */
int vcpu_run(struct vcpu *vcpu);

/* Asks vcpu_run to return. For a signal handler (it is async-signal-safe) in the thread
 * of the vCPU; from another thread a signal to that thread has to follow. It works
 * before, during and after vcpu_run: a request that comes too early ends the next one.
 */
void vcpu_stop(struct vcpu *vcpu);

/* "KVM_EXIT_HLT" for 5; a string constant, "an unknown exit" for what this module does
 * not know. */
const char *vcpu_exit_name(uint32_t reason);

/* Unmaps the run page and closes the descriptor; VCPU is VCPU_NONE after it. Does
 * nothing to a VCPU_NONE. */
void vcpu_destroy(struct vcpu *vcpu);

/* Closes the VM and /dev/kvm and gives the memory back; VM is VM_NONE after it. Does
 * nothing to a VM_NONE. */
void vm_destroy(struct vm *vm);

#endif
