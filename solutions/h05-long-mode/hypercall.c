/* hypercall.c - a guest calls its host: a port says when, memory says what.
 *
 * The guest fills a structure and writes its address to a port. That exits, and the
 * host looks at what the guest has written. All of it may be hostile: the address of
 * the structure, the number, the length of a text and where the text is. So each is
 * copied once, checked, and only the copy is used.
 *
 * Read on: the kernel's Documentation/virt/kvm/x86/hypercalls.rst for KVM's own
 * hypercalls, which use an instruction (VMCALL) in place of a port.
 */
#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>
#include <string.h>
#include "longmode.h"

/* Writes all of TEXT. Returns 0 or -errno. EINTR is an error like others: whoever has sent
 * the signal may want the guest to stop, and a pipe that nobody reads would wait for ever. */
static int write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written == -1)
            return -errno;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Takes a text from the guest, all of it or nothing. Returns its length or -errno. */
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

/* Writes the result, byte by byte: a structure may cross pages, each of which may be
 * anywhere, or not be writable. */
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

/* Answers a call.                                             @lab 5.6 @points 15
 * call_write, call_time and put_result above are given.
 */
int longmode_hypercall(const struct vm *vm, uint64_t root, uint64_t address,
                       struct longmode_host *host)
{
    /* 1. Copy the call out of the guest, once. */
    struct longmode_call call;
    if (longmode_copy(vm, root, address, &call, sizeof call) == -1) {
        errno = EFAULT;
        return -1;
    }
    /* 2. Do what it asks. An exit status that is none must not end the guest as if it
     *    were another one. */
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
    /* 3. Tell the guest. */
    return put_result(vm, root, address, call.result);
}
