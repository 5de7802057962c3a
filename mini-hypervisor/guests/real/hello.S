/* hello.S - sends a line of text through the serial port, and halts.
 *
 * A guest has no puts(3): the only way out of a machine is a port (or memory that is a
 * device). Each `out` below stops the guest, hands one byte to the hypervisor, and goes
 * on.
 *
 * Programs here are flat: no header, the first byte is the first instruction. They are
 * linked for offset 0, so they run at the start of whatever segment they are loaded at,
 * and find their data there too, because ds selects the same segment as cs.
 *
 * Read on: Intel SDM 2, LODS, OUT; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16                     /* 16-bit registers and addresses: real mode */

    .set LINE, 0x3f8            /* COM1: a byte written here is sent */

start:
    mov si, offset text         /* where the text starts, as an offset into ds */
    mov dx, LINE                /* a port above 0xff must be named by dx */
next:
    lodsb                       /* al = the byte at ds:si; si moves on */
    test al, al                 /* the text ends with a 0 byte */
    jz done
    out dx, al                  /* the exit: port 0x3f8, one byte, outwards */
    jmp next
done:
    hlt                         /* stops until an interrupt comes: here, for good */
    jmp done                    /* run again, it halts again: no running into text */

text:
    .asciz "hello, real mode\n"
