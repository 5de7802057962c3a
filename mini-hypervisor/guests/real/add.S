/* add.S - reads two numbers from ports, writes their sum to a third, and halts.
 *
 * The other direction: an `in` stops the guest until the hypervisor has put a value
 * where the processor takes it from. What stands behind a port is the hypervisor's
 * business. In the lesson it is a front panel: 16 ports that hold what you set (`port
 * 0x10 3`), and show what the guest has written.
 *
 * Read on: Intel SDM 2, IN, OUT; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

    .set FIRST, 0x10            /* ports up to 0xff can stand in the instruction itself */
    .set SECOND, 0x11
    .set SUM, 0x12

start:
    in al, FIRST                /* one byte, into al: ah keeps what it had */
    mov bl, al
    in al, SECOND
    add al, bl                  /* 8 bits: 200 + 100 is 44, and the carry flag is set */
    out SUM, al
done:
    hlt
    jmp done
