/* trap.S - makes an exception, or waits for interrupts, with the IDT that its host has
 * built.
 *
 * Handler N stands at 0x201000 + 16 * N. Those below 32 say their vector to port 0xf0,
 * with the frame at rsp, and stop. The others count themselves in the word at 0x202000,
 * and go back. What to do is in rdi:
 *
 *     0  ud2              2  a write to 0x00400000   4  wait for interrupts: sti, hlt,
 *     1  divide by zero   3  int $0x30                  out to port 0xf1 after each
 */
        .globl  _start
        .section .text.start, "ax"
_start:
        cmpl    $1, %edi
        jb      undefined
        je      divide
        cmpl    $3, %edi
        jb      write
        je      software
wait:   sti
        hlt
        cli
        outb    %al, $0xf1
        jmp     wait
undefined:
        ud2
divide: xorl    %ecx, %ecx
        divl    %ecx
write:  movl    $1, 0x00400000
software:
        int     $0x30
        outb    %al, $0xf1
stop:   hlt
        jmp     stop

        .section .text.handlers, "ax"
        .balign 16
        .set    vector, 0
        .rept   32
        .balign 16
        movb    $vector, %al
        outb    %al, $0xf0
        jmp     stop
        .set    vector, vector + 1
        .endr
        .rept   224
        .balign 16
        incl    count
        iretq
        .endr

        .data
        .globl  count
count:  .long   0

        .section .note.GNU-stack, "", @progbits
