/* Names that the assembler makes: an alias of a name that only the reference could define. */
#include "fake.h"

__asm__(
    ".globl fake_answer\n.set fake_answer, reference_answer\n.weak reference_answer\n");
__asm__(".globl fake_leave\n.hidden fake_leave\n.type fake_leave, @function\nfake_leave "
        "= 0\n");
