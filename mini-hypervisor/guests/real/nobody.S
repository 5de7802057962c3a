/* nobody.S - reads a port that no device answers, and halts with what it got in ax.
 *
 * On a PC the data lines of a bus that nobody drives are pulled up, so every bit reads
 * 1. Programs rely on it: 0xff is how they find out that a device is not there.
 *
 * Read on: Intel SDM 2, IN; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

    .set NOBODY, 0x0300

start:
    xor ax, ax
    mov dx, NOBODY
    in ax, dx                   /* two bytes at once: 0xffff */
done:
    hlt
    jmp done
