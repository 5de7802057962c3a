/* serial.c - fuzzing the serial port (h07-serial): whatever the guest writes, the chip
 * keeps its promises.
 */
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"
#include "serial.h"

static unsigned long sent;

static void send_byte(void *context, uint8_t byte)
{
    (void)context;
    (void)byte;
    sent++;
}

/* Pairs of bytes: what to do (read, write, input, and to which register), and with
 * what. */
size_t fuzz_seed(uint8_t *data, size_t size)
{
    static const uint8_t good[] = {
        0x42, 0x01, 0x41, 0x0f, 0x44, 0x0b, 0x40, 'h', 0x02, 0, 0x05, 0,
        0x80, 20,   0x00, 0,    0x44, 0x1b, 0x40, 'x', 0x06, 0, 0x43, 0x80,
    };
    if (size < sizeof good * 32)
        abort();
    for (unsigned i = 0; i < 32; i++)
        memcpy(data + i * sizeof good, good, sizeof good);
    return sizeof good * 32;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct serial serial;
    uint8_t bytes[256] = {0};
    serial_reset(&serial, send_byte, NULL);
    for (size_t i = 0; i + 1 < size; i += 2) {
        unsigned long before = sent;
        unsigned offset = data[i] & 0x3f; /* beyond 7, too */
        if (data[i] & 0x80) {
            if (serial_input(&serial, bytes, data[i + 1]) > data[i + 1])
                abort();
        } else if (data[i] & 0x40) {
            serial_write(&serial, offset, data[i + 1]);
        } else {
            (void)serial_read(&serial, offset);
        }
        /* At most one byte leaves for one write; the queue never holds more than it
         * can. */
        if (sent > before + 1 || serial.waiting > SERIAL_QUEUE ||
            serial.first >= SERIAL_QUEUE)
            abort();
        if (serial_interrupt(&serial) && serial_cause(&serial) == SERIAL_IIR_NONE)
            abort();
    }
    return 0;
}
