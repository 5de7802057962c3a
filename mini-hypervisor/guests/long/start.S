/* start.S - where a 64-bit guest begins: the host has set rip here, rsp to a stack, and
 * rdi and rsi to two arguments.
 *
 * Before it calls main it makes an IDT: 256 gates of 16 bytes, each to a handler of its
 * own in handlers.S. It loads no GDT: the host's has the one code segment (8) that a
 * gate needs.
 */
        .globl  _start
        .section .text.start, "ax"
_start:
        movl    $idt, %ebx              /* all our addresses are below 4 GiB */
        movl    $handlers, %eax
        movl    $256, %ecx
gate:   movw    %ax, (%rbx)             /* handler, bits 15 to 0 */
        movl    $0x8e000008, 2(%rbx)    /* selector 8; present, ring 0, interrupt gate */
        movl    %eax, %edx
        shrl    $16, %edx
        movw    %dx, 6(%rbx)            /* handler, bits 31 to 16; the rest is 0 */
        addl    $16, %eax               /* a handler takes 16 bytes, */
        addl    $16, %ebx               /* and so does a gate */
        decl    %ecx
        jnz     gate
        lidt    idt_pointer(%rip)

        xorl    %ebp, %ebp              /* no frame above this one */
        call    main
        movslq  %eax, %rax              /* main's int: the status */
        movq    %rax, status(%rip)
again:
        movl    $exit_call, %eax
        movw    $0x5b0, %dx             /* the port of the calls: see guest.h */
        outl    %eax, %dx
        cli
        hlt                             /* the host does not come back here */
        jmp     again

        .data
        .balign 8
exit_call:
        .quad   2                       /* CALL_EXIT */
status: .quad   0
        .quad   0
        .quad   0                       /* the result, if there was one */

idt_pointer:
        .word   256 * 16 - 1
        .quad   idt

        .bss
        .balign 16
idt:    .skip   256 * 16

        .section .note.GNU-stack, "", @progbits
