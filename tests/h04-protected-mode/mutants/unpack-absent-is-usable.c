/* Does not say that an absent segment is unusable.
 *
 * @fails unpack.absent
 */
#include "protected.h"

void protected_unpack(uint64_t descriptor, uint16_t selector, struct kvm_segment *segment)
{
    uint32_t limit = (descriptor & 0xffff) | (descriptor >> 48 & 0xf) << 16;
    bool pages = descriptor >> 55 & 1;
    *segment = (struct kvm_segment){
        .base = (descriptor >> 16 & 0xffffff) | (descriptor >> 56 & 0xff) << 24,
        .limit = pages ? limit << 12 | 0xfff : limit,
        .selector = selector,
        .type = descriptor >> 40 & 15,
        .s = descriptor >> 44 & 1,
        .dpl = descriptor >> 45 & 3,
        .present = descriptor >> 47 & 1,
        .avl = descriptor >> 52 & 1,
        .l = descriptor >> 53 & 1,
        .db = descriptor >> 54 & 1,
        .g = pages,
    };
}
