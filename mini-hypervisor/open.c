/* open.c - opens /dev/kvm, or says what stands in the way. */
#include <errno.h>
#include <string.h>
#include "hypervisor.h"
#include "vm.h"

int kvm_open(struct vm *vm)
{
    if (vm_open(vm, "/dev/kvm") == 0)
        return 0;
    fail(1, "/dev/kvm: %s: %s", strerror(errno),
         errno == EACCES            ? "be root, or a member of the group kvm"
         : errno == EPROTONOSUPPORT ? "this program needs version 12 of the KVM API"
                                    : "this machine must offer KVM; the lab machine "
                                      "does: build/boxwork machine");
    return -1;
}
