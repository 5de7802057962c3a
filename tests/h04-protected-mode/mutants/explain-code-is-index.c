/* Takes the whole code for the index.
 *
 * @fails explain.selector
 */
#include <inttypes.h>
#include <stdio.h>
#include "protected.h"

int protected_explain(const struct protected_fault *fault, char *text, size_t size)
{
    const char *name = protected_vector_name(fault->vector);
    uint32_t code = fault->error_code;
    if (fault->vector == PROTECTED_PAGE_FAULT)
        return snprintf(text, size, "%s: %s 0x%08" PRIx64 " by %s: %s", name,
                        code & 16  ? "instruction at"
                        : code & 2 ? "write to"
                                   : "read of",
                        fault->address, code & 4 ? "a program" : "the kernel",
                        code & 1 ? "not allowed" : "not present");
    if (!protected_has_error_code(fault->vector) ||
        fault->vector == PROTECTED_DOUBLE_FAULT)
        return snprintf(text, size, "%s", name);
    if ((code & 0xfffe) == 0)
        return snprintf(text, size, "%s: no selector", name);
    return snprintf(text, size, "%s: selector 0x%x (%s, index %u)", name, code & 0xffff,
                    code & 2   ? "IDT"
                    : code & 4 ? "LDT"
                               : "GDT",
                    code & 0xffff);
}
