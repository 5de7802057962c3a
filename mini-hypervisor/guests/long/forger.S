/* forger.S - a hostile guest: it says that it got a page fault, which it did not get, with
 * a stack pointer that leads nowhere. Who believes it reads memory that is not there.
 * What rsp is, is in rdi:
 *
 *     0  an address that is not mapped        2  below the end of what is mapped: the
 *     1  one that is not canonical               frame would run over it
 *                                             3  at the last bytes of all addresses
 */
        .globl  _start
        .section .text.start, "ax"
_start: movq    $0x400000, %rax
        cmpl    $1, %edi
        jb      say
        movabsq $0x800000000000, %rax
        je      say
        movabsq $0x7fffffefffe8, %rax   /* 24 bytes below the top of the stack */
        cmpl    $3, %edi
        jb      say
        movq    $-16, %rax
say:    movq    %rax, %rsp
        movb    $14, %al
        movw    $0x5b4, %dx
        outb    %al, %dx
stop:   hlt
        jmp     stop

        .section .note.GNU-stack, "", @progbits
