/* trampoline.S.h - the three lines behind every name that a step program can switch.
 *
 * The build writes one line "SWITCH name, lesson, step, points" per public function of a
 * module; see switchboard.h for why.
 */
/* clang-format off */
    .macro SWITCH name, lesson, step, points
    .text
    .globl  \name
    .type   \name, @function
\name:
    endbr64
    jmp     *switch_slot_\name(%rip)
    .size   \name, . - \name

    .bss
    .balign 8
switch_slot_\name:
    .zero   8

    .section .rodata.str1.1, "aMS", @progbits, 1
switch_name_\name:   .asciz "\name"
switch_lesson_\name: .asciz "\lesson"
switch_step_\name:   .asciz "\step"

    /* struct switch_function of switchboard.h */
    .section switch_functions, "aw", @progbits
    .balign 8
    .quad   switch_name_\name, switch_lesson_\name, switch_step_\name
    .long   \points, 0
    .quad   switch_slot_\name
    .endm

    .section .note.GNU-stack, "", @progbits
