# app.S - a program that needs a library: it prints what version() of it says, and ends.
#
# Linked with libversion.so and nothing else, so that the library is all that can differ.
        .text
        .globl _start
_start: call version@PLT        # the address of two bytes: a digit and a newline
        mov %rax, %rsi          # write(1, them, 2)
        mov $1, %edi
        mov $2, %edx
        mov $1, %eax
        syscall
        xor %edi, %edi          # _exit(0)
        mov $60, %eax
        syscall
        .section .note.GNU-stack, "", @progbits
