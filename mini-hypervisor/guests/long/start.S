/* start.S - where a 64-bit guest begins: the host has set rip here, rsp to a stack, and rdi
 * and rsi to two arguments. */
        .globl  _start
        .text
_start:
        xorl    %ebp, %ebp              /* no frame above this one */
        call    main
        movslq  %eax, %rax              /* main's int: the status */
        movq    %rax, status(%rip)
again:
        movl    $exit_call, %eax        /* below 4 GiB, see guest.h */
        movw    $0x5b0, %dx
        outl    %eax, %dx
        hlt                             /* the host does not come back here */
        jmp     again

        .data
        .balign 8
exit_call:
        .quad   2                       /* CALL_EXIT */
status: .quad   0
        .quad   0
        .quad   0                       /* the result, if there was one */

        .section .note.GNU-stack, "", @progbits
