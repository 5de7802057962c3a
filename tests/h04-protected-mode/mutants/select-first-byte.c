/* Asks for the first byte of the descriptor, not for its last.
 *
 * @fails select.limit
 */
#include <errno.h>
#include <string.h>
#include "protected.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

static bool type_fits(const struct kvm_segment *segment, enum protected_use use)
{
    bool code = segment->type & PROTECTED_IS_CODE;
    if (!segment->s)
        return false; /* a gate, a TSS, an LDT */
    if (use == PROTECTED_FOR_CODE)
        return code;
    if (use == PROTECTED_FOR_STACK)
        return !code && segment->type & PROTECTED_WRITABLE;
    return !code || segment->type & PROTECTED_READABLE;
}

static bool privilege_fits(const struct kvm_segment *segment, enum protected_use use,
                           unsigned cpl)
{
    unsigned rpl = segment->selector & 3;
    bool conforming = segment->type & PROTECTED_IS_CODE && //
                      segment->type & PROTECTED_CONFORMING;
    if (use == PROTECTED_FOR_STACK)
        return rpl == cpl && segment->dpl == cpl;
    if (use == PROTECTED_FOR_CODE)
        return conforming ? segment->dpl <= cpl : rpl <= cpl && segment->dpl == cpl;
    return conforming || (segment->dpl >= cpl && segment->dpl >= rpl);
}

int protected_select(const struct vm *vm, const struct kvm_dtable *table,
                     uint16_t selector, enum protected_use use, unsigned cpl,
                     struct kvm_segment *segment, struct protected_fault *fault)
{
    *fault = (struct protected_fault){.vector = PROTECTED_GENERAL};
    if ((selector & ~3) == 0) {
        if (use != PROTECTED_FOR_DATA)
            return fail(EACCES);
        *segment = (struct kvm_segment){.selector = selector, .unusable = 1};
        return 0;
    }
    fault->error_code = selector & ~3u;
    uint32_t offset = selector & ~7u;
    if (selector & 4 || offset > table->limit)
        return fail(EACCES);
    uint64_t descriptor;
    const void *memory = vm_at(vm, table->base + offset, sizeof descriptor);
    if (memory == NULL)
        return -1;
    memcpy(&descriptor, memory, sizeof descriptor);
    protected_unpack(descriptor, selector, segment);
    if (!type_fits(segment, use) || !privilege_fits(segment, use, cpl))
        return fail(EACCES);
    if (!segment->present) {
        fault->vector =
            use == PROTECTED_FOR_STACK ? PROTECTED_STACK_FAULT : PROTECTED_NOT_PRESENT;
        return fail(EACCES);
    }
    segment->type |= PROTECTED_ACCESSED;
    return 0;
}
