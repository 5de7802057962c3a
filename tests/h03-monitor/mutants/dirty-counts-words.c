/* Counts words that are not 0, where each has 64 pages.
 *
 * @fails dirty.pages dirty.room
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "monitor.h"

long monitor_dirty(const struct vm *vm, unsigned slot, uint64_t *bitmap)
{
    if (slot >= vm->slot_count) {
        errno = EINVAL;
        return -1;
    }
    size_t words = monitor_words(vm->slots[slot].size);
    memset(bitmap, 0, words * sizeof *bitmap);
    struct kvm_dirty_log log = {.slot = slot, .dirty_bitmap = bitmap};
    if (ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log) == -1)
        return -1;
    long pages = 0;
    for (size_t i = 0; i < words; i++)
        pages += bitmap[i] != 0;
    return pages;
}
