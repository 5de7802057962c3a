/* Takes the guest's address for one of memory.
 *
 * @fails call.write call.exit call.time call.errors call.address
 */
#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>
#include <string.h>
#include "longmode.h"

static int write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            return -errno;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

static int64_t call_write(const struct vm *vm, uint64_t root, uint64_t address,
                          uint64_t length, int output)
{
    char text[LONGMODE_WRITE_MAX];
    if (length > sizeof text)
        return -E2BIG;
    if (longmode_copy(vm, root, address, text, length) == -1)
        return -EFAULT;
    int error = write_all(output, text, length);
    return error != 0 ? error : (int64_t)length;
}

static int64_t call_time(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        return -errno;
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static int put_result(const struct vm *vm, uint64_t root, uint64_t address,
                      int64_t result)
{
    uint8_t bytes[sizeof result];
    memcpy(bytes, &result, sizeof result);
    for (size_t i = 0; i < sizeof bytes; i++) {
        struct longmode_walk walk;
        uint64_t at = address + offsetof(struct longmode_call, result) + i;
        uint8_t *memory = NULL;
        if (longmode_translate(vm, root, at, &walk) == 0 && walk.writable)
            memory = vm_at(vm, walk.physical, 1);
        if (memory == NULL) {
            errno = EFAULT;
            return -1;
        }
        *memory = bytes[i];
    }
    return 0;
}

int longmode_hypercall(const struct vm *vm, uint64_t root, uint64_t address,
                       struct longmode_host *host)
{
    struct longmode_call call;
    const void *from = vm_at(vm, address, sizeof call);
    if (from)
        memcpy(&call, from, sizeof call);
    else {
        errno = EFAULT;
        return -1;
    }
    switch (call.number) {
    case LONGMODE_CALL_WRITE:
        call.result =
            call_write(vm, root, call.argument[0], call.argument[1], host->output);
        break;
    case LONGMODE_CALL_EXIT:
        call.result = call.argument[0] > 255 ? -EINVAL : 0;
        if (call.result == 0) {
            host->exited = true;
            host->status = (uint8_t)call.argument[0];
        }
        break;
    case LONGMODE_CALL_TIME:
        call.result = call_time();
        break;
    default:
        call.result = -ENOSYS;
    }
    return put_result(vm, root, address, call.result);
}
