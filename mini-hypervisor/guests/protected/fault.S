/* fault.S - makes the fault that eax asks for, and catches it.
 *
 * The host builds the GDT: 0x08 code, 0x10 data, 0x18 data that is not present, 0x20
 * data of ring 3, and nothing behind it. This program builds an IDT in which each
 * vector leads to a handler of its own. A handler says its vector with one `out` to
 * port 0xf0, and the host finds what the CPU has pushed at esp: the error code, if
 * there is one, then eip, cs and the flags.
 *
 *     eax 0  nothing            4  data of ring 3 as stack       8  divide by zero
 *         1  beyond the GDT     5  the null selector as stack    9  write to 0x00800000
 *         2  not present        6  code as stack                10  read of 0x00800000
 *         3  an LDT selector    7  an undefined instruction     11  jump to 0x00800000
 */
        .code32
        .globl  _start
_start:
        movl    %eax, %ebx
        movl    $handlers, %ecx         /* fill the IDT: a gate is 8 bytes */
        movl    $idt, %edi
        movl    $32, %esi
fill:   movl    %ecx, %eax
        movw    %ax, (%edi)             /* handler, bits 15 to 0 */
        movw    $0x08, 2(%edi)          /* selector */
        movw    $0x8e00, 4(%edi)        /* present, ring 0, 32-bit interrupt gate */
        shrl    $16, %eax
        movw    %ax, 6(%edi)            /* handler, bits 31 to 16 */
        addl    $8, %edi
        addl    $8, %ecx                /* each handler below takes 8 bytes */
        decl    %esi
        jnz     fill
        lidt    idt_pointer

        cmpl    $11, %ebx
        ja      none
        jmp     *cases(, %ebx, 4)

beyond: movw    $0x28, %ax
        jmp     load
absent: movw    $0x18, %ax
        jmp     load
ldt:    movw    $0x14, %ax              /* index 2, TI set */
load:   movw    %ax, %ds
        jmp     none
ring3:  movw    $0x23, %ax              /* index 4, RPL 3 */
        jmp     stack
null:   xorw    %ax, %ax
        jmp     stack
code:   movw    $0x08, %ax
stack:  movw    %ax, %ss
        jmp     none
undefined:
        ud2
divide: xorl    %ecx, %ecx
        divl    %ecx
write:  movl    $1, 0x00800000
        jmp     none
read:   movl    0x00800000, %eax
        jmp     none
jump:   movl    $0x00800000, %eax
        jmp     *%eax

none:   movb    $0xff, %al              /* no fault: say so */
        outb    %al, $0xf0
stop:   hlt
        jmp     stop

/* Handler N: "I am N". It pushes nothing, so that esp stays at what the CPU has pushed.
 * */
        .balign 8
handlers:
        .set    vector, 0
        .rept   32
        .balign 8
        movb    $vector, %al
        outb    %al, $0xf0
        jmp     stop
        .set    vector, vector + 1
        .endr

        .balign 4
cases:  .long   none, beyond, absent, ldt, ring3, null, code, undefined, divide
        .long   write, read, jump

idt_pointer:
        .word   32 * 8 - 1
        .long   idt
        .balign 8
idt:    .fill   32 * 8, 1, 0
