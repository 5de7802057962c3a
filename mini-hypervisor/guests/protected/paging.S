/* paging.S - one memory, two addresses.
 *
 * The host has mapped the first 4 MiB to themselves, and the page at 0x00400000 to the
 * physical page 0x00200000, once more. What is written there is read here.
 */
        .code32
        .globl  _start
_start:
        movl    $0x00400000, %ebx
        movl    $0x600d0001, (%ebx)     /* through the second address */
        movl    0x00200000, %eax        /* through the first one */
        movl    $0x600d0002, 0x00200004
        movl    4(%ebx), %ecx
        hlt
