/* Answers the first item of an exit and forgets that there can be more.
 *
 * @fails io.items
 */
#include <errno.h>
#include <string.h>
#include "realmode.h"

int port_io(const struct port_device *devices, size_t count, struct vcpu *vcpu)
{
    struct kvm_run *run = vcpu->run;
    uint32_t size = run->io.size;
    uint16_t port = run->io.port;
    const struct port_device *device = NULL;

    if ((size != 1 && size != 2 && size != 4) || run->io.data_offset > vcpu->run_size ||
        run->io.count > (vcpu->run_size - run->io.data_offset) / size) {
        errno = EPROTO;
        return -1;
    }
    for (size_t i = 0; i < count && device == NULL; i++)
        if (port >= devices[i].first && port <= devices[i].last)
            device = &devices[i];
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    if (run->io.count > 0) {
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
