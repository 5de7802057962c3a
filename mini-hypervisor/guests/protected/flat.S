/* flat.S - 32 bits without paging: an address is an address.
 *
 * The host has built a GDT with one code and one data segment that are all of memory, and
 * has put the processor behind the switch. In real mode none of the addresses below could
 * be reached: 2 MiB is beyond what a segment and an offset of 16 bits can say.
 */
        .code32
        .globl  _start
_start:
        movl    $0x00200000, %edi       /* 2 MiB */
        movl    $0x12345678, (%edi)     /* four bytes at once, with a 32-bit address */
        movl    (%edi), %eax
        movl    $message, %esi          /* and this is no offset: it is where it is */
        cld
next:   lodsb
        testb   %al, %al
        jz      done
        movw    $0x3f8, %dx
        outb    %al, %dx
        jmp     next
done:   hlt
        jmp     done

message:
        .asciz  "hello from 32 bits\n"
