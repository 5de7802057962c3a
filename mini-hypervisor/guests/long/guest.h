/* guest.h - what a 64-bit guest has: no library and no kernel, but a host to call.
 *
 * A guest is an ELF program that is linked to fixed addresses (guest.ld). It starts at
 * _start (start.S), which calls main; what main returns is the guest's exit status.
 * There is nothing else: no memory but its own segments and a stack, no interrupts, no
 * floating point.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* What the guest and its host agree on: see longmode.h, "Calls to the host". */
enum { CALL_PORT = 0x5b0, CALL_WRITE = 1, CALL_EXIT = 2, CALL_TIME = 3 };

struct call {
    uint64_t number;
    uint64_t argument[2];
    int64_t result;
};

/* One out is the whole call: the host stops us there, reads CALL, does it, writes the
 * result, and lets us go on. "memory": the compiler must have stored everything before,
 * and must read the result again after it.
 */
static inline int64_t host(uint64_t number, uint64_t first, uint64_t second)
{
    static struct call call; /* in .bss: below 4 GiB, so its address fits into eax */
    call = (struct call){number, {first, second}, 0};
    __asm__ volatile("outl %0, %1"
                     :
                     : "a"((uint32_t)(uintptr_t)&call), "Nd"((uint16_t)CALL_PORT)
                     : "memory");
    return call.result;
}

static inline size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

static inline void say(const char *text)
{
    (void)host(CALL_WRITE, (uintptr_t)text, length_of(text));
}

static inline void say_number(uint64_t number)
{
    char digits[21];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    say(first);
}

static inline void say_hex(uint64_t number)
{
    char digits[19] = "0x";
    for (int i = 0; i < 16; i++)
        digits[2 + i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    say(digits);
}

/* A port: how chips are talked to. */
static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

int main(uint64_t first,
         uint64_t second); /* whatever the host has put into rdi and rsi */

#endif
