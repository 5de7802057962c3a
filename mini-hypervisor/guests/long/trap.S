/* trap.S - makes an exception, or waits for interrupts, with the IDT that its host has
 * built.
 *
 * Handler N stands at 0x201000 + 16 * N. Those below 32 say their vector to port 0x5b4,
 * with rsp as the CPU has left it, and stop. The others count themselves in the word at
 * `count`, and go back. What to do is in rdi:
 *
 *     0  ud2              3  a selector that is none into ds
 *     1  divide by zero   4  interrupts off for a moment, then wait: sti, hlt,
 *     2  write 0x400000      out to port 0xf1 after each
 *                         5  halt with interrupts off
 */
        .globl  _start
        .section .text.start, "ax"
_start:
        cmpl    $1, %edi
        jb      undefined
        je      divide
        cmpl    $3, %edi
        jb      write
        je      selector
        cmpl    $5, %edi
        je      stop
        movl    $1000, %ecx             /* interrupts are still off: none can come */
off:    decl    %ecx
        jnz     off
        sti                             /* from behind the next instruction on */
        movl    $1000, %ecx
on:     decl    %ecx
        jnz     on
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
selector:
        movl    $0x33, %eax
        movl    %eax, %ds
stop:   cli
        hlt
        jmp     stop

        .section .text.handlers, "ax"
        .balign 16
        .set    vector, 0
        .rept   32
        .balign 16
        movb    $vector, %al
        movw    $0x5b4, %dx
        outb    %al, %dx
        jmp     stop
        .set    vector, vector + 1
        .endr
        .rept   224
        .balign 16
        incl    count(%rip)
        iretq
        .endr

        .data
        .globl  count
count:  .long   0

        .section .note.GNU-stack, "", @progbits
