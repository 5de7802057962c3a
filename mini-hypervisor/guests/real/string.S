/* string.S - sends a text with one instruction, `rep outsb`, and halts.
 *
 * outsb writes the byte at ds:si to port dx and moves si on; rep does it cx times. To
 * the program this is one instruction. How many exits it becomes is KVM's choice: the
 * interface can carry many bytes in one exit (its `count`), and a hypervisor must take
 * them all.
 *
 * Read on: Intel SDM 2, OUTS, REP; the page lessons/h02-real-mode.
 */
    .intel_syntax noprefix
    .code16

    .set LINE, 0x3f8

start:
    cld                         /* upwards: si grows */
    mov si, offset text
    mov cx, offset text_end - text
    mov dx, LINE
    rep outsb
done:
    hlt
    jmp done

text:
    .ascii "sent as a string\n"
text_end:
