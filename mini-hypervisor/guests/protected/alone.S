/* alone.S - loads the selector in eax into ds, and writes through it; nobody catches a
 * fault.
 *
 * The host has built the GDT (see fault.S) and an IDT without a single gate. With a good
 * selector 0x600d stands at offset 0x10 of the segment. With a bad one the processor looks
 * for a handler, and finds none.
 */
        .code32
        .globl  _start
_start:
        movl    %eax, %ebx
load:   movw    %bx, %ds
        movl    $0x600d, 0x10
stop:   hlt
        jmp     stop
