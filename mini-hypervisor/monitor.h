/* monitor.h - seeing inside a running guest: the contract of lesson h03-monitor.
 *
 * A debugger needs little from below: to run one instruction, to stop at an address, to
 * be told when memory is touched. The processor has all of it for itself (a flag, four
 * debug registers, one-byte instructions that trap), and KVM lends it to us without the
 * guest noticing: KVM_SET_GUEST_DEBUG. What a guest touches beyond its memory exits
 * anyway (KVM_EXIT_MMIO), and what it has written KVM can log, a bit for each page.
 *
 * Read on: the kernel's Documentation/virt/kvm/api.rst ("KVM api"); Intel SDM volume 3B,
 * "Debug Registers", "Debug Exceptions" (the flag TF); the page lessons/h03-monitor.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm.h"

/* --- One instruction
 * ---------------------------------------------------------------------- */

/* Lets the guest run one instruction. While it does, all debugging that was set up on
 * VCPU before (monitor_watch) is off, and has to be set up again after it.
 * Returns 1 when an instruction has been done. Returns 0 when the instruction had to exit
 * (port, MMIO, HLT): the caller answers, as after vcpu_run; the next step or run finishes
 * it, and on some KVMs a step does nothing more than that. Returns -1 with errno of
 * vcpu_run or KVM_SET_GUEST_DEBUG. (A KVM that emulates steps over HLT as if it were
 * nothing, and says 1.)
 */
int monitor_step(struct vcpu *vcpu);

/* --- Hardware breakpoints
 * ------------------------------------------------------------------- */

enum { MONITOR_WATCHES = 4 }; /* DR0 to DR3 */

/* What a debug register can watch for. The values are those of DR7. Intel SDM 3B, "Debug
 * Control Register (DR7)" */
enum monitor_kind {
    MONITOR_EXECUTE = 0, /* the instruction at this address is about to run; length 1 */
    MONITOR_WRITE = 1,   /* a write to one of its bytes has been done */
    MONITOR_ACCESS = 3,  /* a read or a write */
};

struct monitor_watch {
    uint64_t address; /* linear: segment base + offset; a multiple of LENGTH */
    unsigned length;  /* 1, 2, 4 or 8 bytes */
    enum monitor_kind kind;
};

/* Has vcpu_run exit with KVM_EXIT_DEBUG when one of the COUNT watches (0 to 4; 0 turns
 * all off) is hit. run->debug.arch.dr6 has bit N set for watch N. The guest's own debug
 * registers are not touched, and do not work meanwhile. A guest that
 * stands at an EXECUTE watch hits it again at once: monitor_step gets it past.
 * Returns 0, or -1 with errno EINVAL (too many; a length or a kind that is none; an
 * address that is no multiple of its length; MONITOR_EXECUTE with another length than
 * 1) or of KVM_SET_GUEST_DEBUG. Some KVMs accept them and never hit: see monitor_probe.
 */
int monitor_watch(struct vcpu *vcpu, const struct monitor_watch *watches, unsigned count);

/* --- Software breakpoints
 * ------------------------------------------------------------------- */

enum { MONITOR_BREAKS = 16 };

/* The instruction that is planted: out %al, %dx. It has one byte, as int3 has, and
 * exits on every KVM; int3 does not (emulating hosts; protected-mode guests in a nested
 * KVM). To which port it writes depends on dx, so an exit is known by its address, not
 * by its port. */
enum { MONITOR_PLANTED = 0xee };

/* Bytes of a guest that we have replaced. */
struct monitor_breaks {
    const struct vm *vm;
    unsigned count;
    struct {
        uint64_t address; /* guest-physical */
        uint8_t original; /* what stood there */
    } at[MONITOR_BREAKS];
};

/* Plants a breakpoint at the guest-physical ADDRESS, which must be the first byte of an
 * instruction. Returns 0, or -1 with errno EEXIST (there is one), ENOSPC (all are used)
 * or EFAULT (not in guest memory).
 */
int monitor_plant(struct monitor_breaks *breaks, uint64_t address);

/* Takes the breakpoint at ADDRESS away and puts the original byte back, unless the
 * guest has written another one there meanwhile. Returns 0, or -1 with errno ENOENT
 * (there is none).
 */
int monitor_lift(struct monitor_breaks *breaks, uint64_t address);

/* After an exit: was it a planted breakpoint? LINEAR is where the guest's address space
 * begins for rip (the base of cs, in real mode). If so, rip is put back to the address
 * of the breakpoint, and ADDRESS says it. The guest then stands in front of the original
 * instruction, as if nothing had happened; to go on, the caller lifts the breakpoint,
 * steps, and plants it again.
 * At the exit some KVMs have rip at the out, and others one byte behind it, where the
 * next breakpoint may be: which out it was is certain only when it is finished. An out
 * of the guest's own that stands near a breakpoint may be finished by this call; the
 * exit can be read and answered as if it were not.
 * Returns 1 if so; 0 if not: the exit is the caller's to answer; -1 with errno of an
 * ioctl, or EPROTO (KVM did not finish the out).
 */
int monitor_hit(const struct monitor_breaks *breaks, struct vcpu *vcpu, uint64_t linear,
                uint64_t *address);

/* --- Memory that is a device
 * ------------------------------------------------------------------ */

/* Something behind the addresses FIRST to LAST, where no memory is. */
struct mmio_device {
    uint64_t first, last; /* both included */
    /* The guest reads SIZE bytes (1 to 8) at OFFSET from FIRST; little-endian. NULL: it
     * cannot be read. */
    uint64_t (*read)(void *context, uint64_t offset, unsigned size);
    /* The guest writes VALUE. NULL: the device ignores it. */
    void (*write)(void *context, uint64_t offset, unsigned size, uint64_t value);
    void *context; /* the device's own */
};

/* Answers the KVM_EXIT_MMIO that VCPU has just had, from the COUNT devices at DEVICES:
 * the first that holds the whole access gets it. Elsewhere reads give all ones and
 * writes are lost, as on a bus with nobody there.
 * Returns 0, or -1 with errno EPROTO, and nothing done, when the exit makes no sense: a
 * length of 0 or above 8.
 */
int monitor_mmio(const struct mmio_device *devices, size_t count, struct vcpu *vcpu);

/* --- Which pages were written
 * ------------------------------------------------------------------ */

/* Turns the log of writes to slot SLOT of VM on or off. Returns 0, or -1 with errno
 * EINVAL (no such slot) or of KVM_SET_USER_MEMORY_REGION.
 */
int monitor_log(const struct vm *vm, unsigned slot, bool on);

/* How many 64-bit words a bitmap of SIZE bytes of memory has, a bit for each 4 KiB. */
static inline size_t monitor_words(size_t size)
{
    return (size / 4096 + 63) / 64;
}

/* Reads the log of slot SLOT into BITMAP (monitor_words of its size; bit N of word M is
 * page 64 * M + N) and clears it: the next reading says what was written since this
 * one. What the host itself writes is not in it. KVM may count a page too many, never
 * one too few.
 * Returns how many pages were written, or -1 with errno EINVAL (no such slot) or of
 * KVM_GET_DIRTY_LOG (ENOENT: the log is off).
 */
long monitor_dirty(const struct vm *vm, unsigned slot, uint64_t *bitmap);

/* --- What exits cost
 * ------------------------------------------------------------------------------ */

enum { MONITOR_EXITS = 64 };

/* Exits by kind: how many, how long the guest ran before them, how long they took us. */
struct monitor_trace {
    struct {
        uint64_t count;
        uint64_t inside; /* ns in KVM_RUN, up to this exit */
        uint64_t
            answer; /* ns from this exit to the next monitor_run: what the host did */
    } exit[MONITOR_EXITS];
    uint64_t left; /* when the last exit came; 0: there was none */
    uint32_t last; /* its kind */
};

/* vcpu_run with a watch: notes the time that the answer to the last exit took, runs the
 * guest, and notes the exit and the time up to it. A kind that does not fit counts in the
 * last place. Nothing is noted for a run that fails. Returns what vcpu_run returns.
 */
int monitor_run(struct monitor_trace *trace, struct vcpu *vcpu);

/* --- What this KVM can
 * ------------------------------------------------------------------------------ */

enum {
    MONITOR_CAN_STEP = 1 << 0,
    MONITOR_CAN_WATCH = 1 << 1,      /* watches of kind MONITOR_EXECUTE are hit */
    MONITOR_CAN_PLANT = 1 << 2,      /* planted breakpoints are */
    MONITOR_CAN_WATCH_DATA = 1 << 3, /* watches of the other kinds are */
};

/* Finds out by trying, with a small guest in real mode of its own (DEVICE: "/dev/kvm").
 * What works there may still fail in another mode. Returns the MONITOR_CAN_ bits, or -1
 * with errno of vm_open and the calls that follow it.
 */
int monitor_probe(const char *device);

/* --- Names for addresses
 * --------------------------------------------------------------------------- */

/* The symbols of a guest, as `nm -n` prints them: "0000000000001020 T name", a line
 * each. */
struct monitor_symbols {
    struct monitor_symbol {
        uint64_t address;
        char name[56]; /* cut where it is longer */
    } * list;          /* by rising address; owned */
    size_t count;
};

/* Reads the text of LENGTH bytes that nm has printed. Lines of another form are skipped.
 * Returns 0, or -1 with errno ENOMEM. monitor_symbols_free gives it back. */
int monitor_symbols_read(struct monitor_symbols *symbols, const char *text,
                         size_t length);
void monitor_symbols_free(struct monitor_symbols *symbols);

/* The last symbol at or below ADDRESS, or NULL. */
const struct monitor_symbol *monitor_symbol_at(const struct monitor_symbols *symbols,
                                               uint64_t address);

/* The symbol with this NAME, or NULL. */
const struct monitor_symbol *monitor_symbol_named(const struct monitor_symbols *symbols,
                                                  const char *name);

#endif
