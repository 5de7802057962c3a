/* switch.S - from real mode to protected mode, as a boot loader does it from inside.
 *
 * It starts as a 16-bit program at 0000:1000 with its own GDT at hand, and ends as a
 * 32-bit one. Four steps: load GDTR, set CR0.PE, jump far to load cs, load the other
 * segments. The host has no part in it.
 */
        .code16
        .globl  _start
_start:
        cli                             /* no IDT yet: an interrupt would be the end */
        xorw    %ax, %ax
        movw    %ax, %ds
        lgdtl   gdt_pointer
        movl    %cr0, %eax
        orl     $1, %eax                /* PE */
        movl    %eax, %cr0
        /* From here on a selector is an index. But cs still holds what it held: its
         * hidden part (base, limit, 16 bits) stays until it is loaded again. The jump
         * does that. */
        ljmpl   $0x08, $protected

        .code32
protected:
        movw    $0x10, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $0x10000, %esp
        movl    $0x00200000, %edi
        movl    $0x600dc0de, (%edi)     /* what the host looks for */
        movl    $0x600dc0de, %eax
        hlt

        .balign 8
gdt:    .quad   0                       /* never used */
        .quad   0x00cf9b000000ffff      /* 0x08: code, base 0, 4 GiB, 32 bits, ring 0 */
        .quad   0x00cf93000000ffff      /* 0x10: data, the same */
gdt_end:

gdt_pointer:
        .word   gdt_end - gdt - 1       /* the limit: its last byte */
        .long   gdt
