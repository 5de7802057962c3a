/* decode.c - the registers of the chip in words: the tables of the data sheet, once more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "wire.h"

static const char *const reading[SERIAL_PORTS] = {"DATA", "IER", "IIR", "LCR",
                                                  "MCR",  "LSR", "MSR", "SCR"};

const char *wire_name(const struct wire_access *access)
{
    if (access->divisor)
        return access->offset == 0 ? "DLL" : "DLM";
    return access->write && access->offset == SERIAL_FCR ? "FCR"
                                                         : reading[access->offset];
}

int wire_register(const char *name, bool write)
{
    char *end;
    unsigned long number = strtoul(name, &end, 0);

    if (end != name && *end == '\0' && number < SERIAL_PORTS)
        return (int)number;
    if (strcasecmp(name, "FCR") == 0 && write)
        return SERIAL_FCR;
    if (strcasecmp(name, "IIR") == 0 && write)
        return -1;
    for (int i = 0; i < SERIAL_PORTS; i++)
        if (strcasecmp(name, reading[i]) == 0)
            return i;
    return -1;
}

/* What a bit says, from bit 0 on. */
static const char *const bits_of[SERIAL_PORTS][8] = {
    [SERIAL_IER] = {"input", "may send", "error", "modem"},
    [SERIAL_FCR] = {"queues on", "empty input", "empty output"},
    [SERIAL_LCR] = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, "DLAB"},
    [SERIAL_MCR] = {"DTR", "RTS", "OUT1", "OUT2", "loop"},
    [SERIAL_LSR] = {"input", "overrun", "parity", "framing", "break", "may send",
                    "all is sent"},
    [SERIAL_MSR] = {"CTS changed", "DSR changed", "RI ended", "DCD changed", "CTS", "DSR",
                    "RI", "DCD"},
};

static const char *cause_of(uint8_t iir)
{
    switch (iir & 0x0f) {
    case SERIAL_IIR_NONE:
        return "no interrupt";
    case SERIAL_IIR_INPUT:
        return "because of input";
    case SERIAL_IIR_OUTPUT:
        return "because it may send";
    case SERIAL_IIR_MODEM:
        return "because of the modem";
    default:
        return "?";
    }
}

static void decode_bits(const char *const names[8], uint8_t value, char *text,
                        size_t size)
{
    size_t length = 0;

    *text = '\0';
    for (unsigned bit = 0; bit < 8; bit++)
        if (value >> bit & 1 && names[bit] != NULL && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", names[bit]);
    if (length == 0)
        snprintf(text, size, "nothing");
}

void wire_decode(const struct wire_access *access, char *text, size_t size)
{
    uint8_t value = access->value;

    if (access->divisor)
        snprintf(text, size, "the divisor, %s", access->offset == 0 ? "low" : "high");
    else if (access->offset == SERIAL_DATA)
        snprintf(text, size, value >= ' ' && value < 0x7f ? "'%c'" : "a byte", value);
    else if (access->offset == SERIAL_IIR && !access->write)
        snprintf(text, size, "%s%s", cause_of(value),
                 (value & SERIAL_IIR_QUEUES) == SERIAL_IIR_QUEUES ? ", queues on" : "");
    else if (access->offset == SERIAL_LCR)
        snprintf(text, size, "%d bits%s", 5 + (value & 3),
                 value & SERIAL_LCR_DLAB ? ", DLAB" : "");
    else if (access->offset == SERIAL_SCR)
        snprintf(text, size, "whatever it is");
    else
        decode_bits(bits_of[access->offset], value, text, size);
}

void wire_print(const struct wire_access *access)
{
    char text[128];

    wire_decode(access, text, sizeof text);
    printf("%-3s %x  %-4s %02x  %s", access->write ? "out" : "in",
           SERIAL_COM1 + access->offset, wire_name(access), access->value, text);
    if (access->moved)
        printf("   -> IRQ 4 %s", access->level ? "up" : "down");
    putchar('\n');
}
