/* count.S - counts to 1000 in ax, and halts.
 *
 * It touches no port, so it exits once, at the end: what a guest does with its own
 * registers and its own memory costs the hypervisor nothing.
 *
 * Read on: Intel SDM 2, LOOP; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

start:
    mov cx, 1000                /* how often: loop counts cx down */
    xor ax, ax
again:
    inc ax
    loop again                  /* cx = cx - 1; jump unless it is 0 now */
done:
    hlt
    jmp done
