/* Moves one byte, whatever the size.
 *
 * @fails mmio.write mmio.read mmio.sizes mmio.range mmio.overflow mmio.nobody
 */
#include <errno.h>
#include <string.h>
#include "monitor.h"

int monitor_mmio(const struct mmio_device *devices, size_t count, struct vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    unsigned size = run->mmio.len;
    uint64_t address = run->mmio.phys_addr, value = 0;
    const struct mmio_device *device = NULL;

    if (size == 0 || size > sizeof run->mmio.data) {
        errno = EPROTO;
        return -1;
    }
    for (size_t i = 0; i < count && device == NULL; i++)
        if (address >= devices[i].first && address <= devices[i].last &&
            size - 1 <= devices[i].last - address)
            device = &devices[i];
    if (run->mmio.is_write) {
        value = run->mmio.data[0];
        if (device != NULL && device->write != NULL)
            device->write(device->context, address - device->first, size, value);
        return 0;
    }
    value = UINT64_MAX;
    if (device != NULL && device->read != NULL)
        value = device->read(device->context, address - device->first, size);
    run->mmio.data[0] = (uint8_t)value;
    return 0;
}
