/* gather.S - takes five bytes from the serial line with one instruction, sends them
 * back in reverse, and halts.
 *
 * `rep insb` is the mirror of `rep outsb`: cx bytes from port dx to es:di. Here KVM
 * asks for all five in one exit, with a count of 5, and stores what we answer into
 * guest memory by itself. A hypervisor that fills in only the first byte hands four
 * stale ones to its guest.
 *
 * Read on: Intel SDM 2, INS, REP, STD; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

    .set LINE, 0x3f8
    .set COUNT, 5

start:
    cld
    mov di, offset buffer       /* insb stores at es:di; es selects our segment too */
    mov cx, COUNT
    mov dx, LINE
    rep insb
    std                         /* downwards: si shrinks */
    mov si, offset buffer + COUNT - 1
    mov cx, COUNT
    rep outsb
done:
    hlt
    jmp done

buffer:
    .space COUNT
