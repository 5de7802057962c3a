/* squares.S - fills a table with the squares of 1 to 8, and does one thing too many.
 *
 * A program to be looked into: it has a subroutine to stop in, a table to watch, and a
 * mistake. The word behind the table is no part of it, and is not 42 any more when the
 * program halts.
 *
 * Read on: Intel SDM 2, MUL, CALL; the page lessons/h03-monitor.
 */
    .intel_syntax noprefix
    .code16

start:
    mov di, offset table
    mov cx, 1
next:
    mov ax, cx
    call square
store:
    mov [di], ax
    add di, 2
    inc cx
    cmp cx, 9                   /* the mistake: jbe goes on with 9, too */
    jbe next
done:
    hlt
    jmp done

square:
    mul ax                      /* dx:ax = ax * ax */
    ret

    .balign 16
table:
    .space 16                   /* room for eight words */
answer:
    .word 42
