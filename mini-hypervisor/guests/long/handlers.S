/* handlers.S - 256 handlers, 16 bytes each: handler N says that it is N.
 *
 * Where a guest has a function `interrupt`, it is called, with the vector and the
 * address of what the CPU has pushed, and then the guest goes on where it was. Where it
 * has none, the vector goes out to port 0x5b4 with rsp as the CPU has left it, and the
 * host says what happened: it reads the frame from there.
 */
        .globl  handlers
        .weak   interrupt
        .section .text.handlers, "ax"
        .balign 16
handlers:
        .set    vector, 0
        .rept   256
        .balign 16
        pushq   $vector
        jmp     common
        .set    vector, vector + 1
        .endr

        .balign 16
common: cmpq    $0, function(%rip)      /* the flags are in the frame: they may change */
        je      report
        pushq   %rax                    /* what a C function may change */
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        movq    72(%rsp), %rdi          /* the vector: 9 words up */
        leaq    80(%rsp), %rsi          /* the CPU's part: behind it */
        pushq   %rbx
        movq    %rsp, %rbx              /* a C function wants a multiple of 16 */
        andq    $-16, %rsp
        cld
        call    *function(%rip)
        movq    %rbx, %rsp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        cmpl    $31, 8(%rsp)
        ja      plain
        movl    8(%rsp), %eax
        btl     %eax, has_code(%rip)    /* iretq does not take the code away */
        jnc     plain
        popq    %rax
        addq    $16, %rsp               /* the vector, the code */
        iretq
plain:  popq    %rax
        addq    $8, %rsp                /* the vector */
        iretq

report: popq    %rax                    /* the vector: rsp is as the CPU left it */
        movw    $0x5b4, %dx
        outb    %al, %dx
        cli
stop:   hlt
        jmp     stop

        .section .rodata
        .balign 8
function:
        .quad   interrupt               /* 0 where there is none */
has_code:                               /* vectors 8, 10 to 14, 17, 21, 29, 30 */
        .long   1<<8 | 0x1f<<10 | 1<<17 | 1<<21 | 1<<29 | 1<<30

        .section .note.GNU-stack, "", @progbits
