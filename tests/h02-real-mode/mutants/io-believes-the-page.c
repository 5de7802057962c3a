/* Does not look whether the data lies inside the run page.
 *
 * @fails io.bounds
 */
#include <string.h>
#include "realmode.h"

int port_io(const struct port_device *devices, size_t count, struct vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    uint32_t size = run->io.size;
    uint16_t port = run->io.port;
    const struct port_device *device = NULL;

    for (size_t i = 0; i < count && device == NULL; i++)
        if (port >= devices[i].first && port <= devices[i].last)
            device = &devices[i];
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    for (uint32_t i = 0; i < run->io.count; i++, data += size) {
        uint32_t value = 0;
        if (run->io.direction == KVM_EXIT_IO_OUT) {
            memcpy(&value, data, size);
            if (device && device->out)
                device->out(device->context, port, size, value);
        } else {
            value = UINT32_MAX;
            if (device && device->in)
                value = device->in(device->context, port, size);
            memcpy(data, &value, size);
        }
    }
    return 0;
}
