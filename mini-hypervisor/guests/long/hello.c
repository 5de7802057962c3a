/* hello.c - a 64-bit guest that says something, and ends with a status of its own. */
#include "guest.h"

int main(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    say("hello from 64 bits: main is at ");
    say_hex((uintptr_t)main);
    say("\n");
    return 42;
}
