/* echo.S - sends back every byte that comes in on the serial line, until byte 4 comes.
 *
 * A serial chip is slower than a processor, so a program asks it before each byte: the
 * line status register says in bit 0 that a byte has come, and in bit 5 that the next
 * one may be sent. Asking again and again is called polling, and every question is an
 * exit: `exits` shows what that costs. (Lesson h06 has the chip call instead: an
 * interrupt.)
 *
 * Read on: PC16550D data sheet, "Line Status Register"; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

    .set DATA, 0x3f8            /* a byte to send, or one that has come */
    .set STATUS, 0x3fd          /* the line status register */
    .set HAS_DATA, 0x01
    .set CAN_SEND, 0x20
    .set END, 4                 /* EOT, "end of transmission": what Ctrl-D sends */

wait_for_byte:
    mov dx, STATUS
    in al, dx
    test al, HAS_DATA
    jz wait_for_byte
    mov dx, DATA
    in al, dx                   /* takes the byte: the next `in` gets the next one */
    cmp al, END
    je done
    mov bl, al                  /* al is needed to ask for the status */
wait_to_send:
    mov dx, STATUS
    in al, dx
    test al, CAN_SEND
    jz wait_to_send
    mov dx, DATA
    mov al, bl
    out dx, al
    jmp wait_for_byte
done:
    hlt
    jmp done
