/* realmode.h - a guest in real mode, its ports, and the loop that answers its exits:
 * the contract of lesson h02-real-mode.
 *
 * After reset an x86 processor is an 8086: 16-bit registers, and an address is segment
 * * 16 + offset. The functions named realmode_ put a program into memory and the
 * processor in front of it, and run it. Whenever the guest reads or writes a port the
 * vCPU exits, and port_io answers from a table of devices. What nobody answers ends the
 * loop, and exit_describe says what it was.
 *
 * Read on: "KVM api" below is the kernel's Documentation/virt/kvm/api.rst; "SDM" is the
 * Intel 64 and IA-32 Architectures Software Developer's Manual, cited by the title of
 * the section; the page lessons/h02-real-mode.
 */
#ifndef REALMODE_H
#define REALMODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm.h"

/* --- Where things are --------------------------------------------------------------- */

enum {
    REALMODE_SEGMENT = 0x0100, /* where programs go: above the interrupt vectors */
    REALMODE_STACK = 0xfffe,   /* sp: the top of the segment, as for a DOS .COM program */
    REALMODE_SPAN = 0x10000,   /* bytes that an offset of 16 bits reaches */
};

/* The physical address of segment:offset (SDM 3B, "Address Translation in Real-Address
 * Mode"): up to 0x10ffef, a little above 1 MiB. */
static inline uint32_t realmode_address(uint16_t segment, uint16_t offset)
{
    return ((uint32_t)segment << 4) + offset;
}

/* --- Ports -------------------------------------------------------------------------- */

/* Something behind the ports FIRST to LAST. SIZE is 1, 2 or 4 bytes; values are
 * little-endian as in the registers al, ax, eax. */
struct port_device {
    uint16_t first, last; /* both included */
    /* The guest reads: returns the value; what is above SIZE bytes is ignored. NULL: the
     * device cannot be read. */
    uint32_t (*in)(void *context, uint16_t port, unsigned size);
    /* The guest writes VALUE. NULL: the device ignores it. */
    void (*out)(void *context, uint16_t port, unsigned size, uint32_t value);
    void *context; /* the device's own, handed to in and out */
};

/* Answers the KVM_EXIT_IO that vCPU has just had, from the COUNT devices at DEVICES:
 * the first whose range holds the port gets it. A port of no device, or of one that
 * cannot be read, reads all ones (an open bus); what is written there is lost. One exit
 * can carry many items (vcpu->run->io.count); each is given to the device, in their
 * order.
 * Returns 0, or -1 with errno EPROTO, and nothing done, when the exit makes no sense: a
 * size that is not 1, 2 or 4, or data that does not lie inside the run page.
 */
int port_io(const struct port_device *devices, size_t count, struct vcpu *vcpu);

/* --- A serial line ------------------------------------------------------------------ */

/* COM1 of a PC (PC16550D data sheet, "Registers"), as far as a program needs that waits
 * for the line and sends or takes a byte. The whole device is lesson h07. */
enum {
    LINE_PORT = 0x3f8, /* the first of 8 ports */
    LINE_PORTS = 8,
    LINE_DATA = 0,        /* + 0: a byte to send, a byte that came in */
    LINE_STATUS = 5,      /* + 5: the line status register */
    LINE_HAS_DATA = 0x01, /* a byte waits at LINE_DATA */
    LINE_CAN_SEND = 0x60, /* both: the next byte may be written, all is sent */
};

/* The host's end of the line. */
struct line {
    void (*send)(void *context, uint8_t byte); /* the guest has sent this byte */
    bool (*waiting)(void *context);            /* is there a byte for it? NULL: never */
    uint8_t (*receive)(void *context);         /* takes it; called when one waits */
    void *context;
};

/* `in` and `out` of a port device at LINE_PORT; CONTEXT is a struct line. We send at
 * once, so the line can always send. Reading the data port with no byte waiting gives
 * 0; registers that are not named above read 0 and ignore writes. Only the low 8 bits
 * of a value count.
 */
uint32_t line_in(void *context, uint16_t port, unsigned size);
void line_out(void *context, uint16_t port, unsigned size, uint32_t value);

/* --- The machine -------------------------------------------------------------------- */

enum { EXIT_KINDS = 64 }; /* KVM has fewer than 50; a number beyond counts in the last */

/* What the loop of one vCPU needs. It owns nothing of it. */
struct realmode {
    const struct vm *vm;
    struct vcpu *vcpu;
    const struct port_device *devices;
    size_t device_count;
    uint64_t exits[EXIT_KINDS]; /* how many there were, by exit_reason */
};

/* Puts the processor into real mode at segment:offset: cs, ds, es, ss, fs and gs all
 * select SEGMENT, sp is REALMODE_STACK, the other registers are 0, no flag is set.
 * Whatever state it was in before is gone; guest memory stays.
 * Returns 0, or -1 with errno of KVM_GET_SREGS, KVM_SET_SREGS or KVM_SET_REGS.
 */
int realmode_reset(const struct vcpu *vcpu, uint16_t segment, uint16_t offset);

/* Copies the SIZE bytes of a flat binary to segment:offset in guest memory.
 * Returns 0, or -1 with errno EINVAL (SIZE is 0), EFBIG (it reaches over the end of the
 * segment: offset + SIZE > 64 KiB) or EFAULT (there is not that much guest memory).
 * After an error guest memory is as it was.
 */
int realmode_load(const struct vm *vm, uint16_t segment, uint16_t offset,
                  const void *image, size_t size);

/* Counts the exit that the vCPU has just had, and answers it.
 * Returns 1: answered, the guest can run on. 0: the guest has halted. -1 with errno
 * ENOTSUP (for Linux the same as EOPNOTSUPP): this is none of the exits that we answer;
 * EPROTO as port_io.
 */
int realmode_answer(struct realmode *machine);

/* Runs the guest, and answers its exits, until it halts.
 * Returns 0 when it has halted (called again, it goes on behind the hlt); -1 with errno
 * of vcpu_run (EINTR: vcpu_stop was called) or realmode_answer.
 */
int realmode_run(struct realmode *machine);

/* --- What happened ------------------------------------------------------------------ */

/* Writes one line about the exit that the vCPU has just had into TEXT (SIZE bytes, cut
 * where it is too short, always ended by a 0 byte): the name and number of the exit;
 * what it carries:
 *     KVM_EXIT_IO              "out of 1 byte to port 0x3f8", or "in ... from"
 *     KVM_EXIT_MMIO            "write of 1 byte to 0x100000, where no memory is"
 *                              (or "read ... from")
 *     KVM_EXIT_FAIL_ENTRY      "hardware reason 0x80000021"
 *     KVM_EXIT_INTERNAL_ERROR  "suberror 1"
 * then cs:ip and the linear address that it is, with the base in use ("0100:0003
 * (0x1003)"), and the first bytes there in hexadecimal, as many as are in guest memory.
 * Returns 0, or -1 with errno of KVM_GET_REGS or KVM_GET_SREGS; TEXT says the first
 * part then.
 */
int exit_describe(const struct vm *vm, const struct vcpu *vcpu, char *text, size_t size);

#endif
