/* line.c - the words for the far end of the line: type, input, sent; and guests that start
 * with a chip after its reset. */
#include <stdio.h>
#include <string.h>
#include "wire.h"

/* type and input are those of h02: the bytes wait at the bench. Here they set out at once,
 * whether somebody listens or not. */
int wire_word_type(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);

    if (wire == NULL)
        return 1;
    int status = guest64_before(tutor, "h07", argc, argv);
    if (status != 0 || argc == 1)
        return status;
    bool before = wire->level;
    wire->patient = false;
    wire_feed(wire);
    printf("%u of %u in the chip, %zu on their way", wire->serial.waiting,
           wire->serial.queues ? SERIAL_QUEUE : 1,
           wire->bench->input_length - wire->bench->input_next);
    if (wire->level != before)
        printf("   -> IRQ 4 %s", wire->level ? "up" : "down");
    putchar('\n');
    return 0;
}

int wire_word_sent(struct tutor *tutor, int argc, char **argv)
{
    enum { ROW = 16 };
    const struct wire *wire = wire_of(tutor);

    (void)argc, (void)argv;
    if (wire == NULL)
        return 1;
    const struct bench *bench = wire->bench;
    printf("%zu bytes%s\n", bench->sent_length,
           bench->sent_length == sizeof bench->sent ? ", and more that were not kept"
                                                    : "");
    for (size_t row = 0; row < bench->sent_length && !tutor_interrupted(tutor);
         row += ROW) {
        size_t end = row + ROW < bench->sent_length ? row + ROW : bench->sent_length;
        for (size_t i = row; i < row + ROW; i++)
            if (i < end)
                printf("%02x ", bench->sent[i]);
            else
                printf("   ");
        putchar(' ');
        for (size_t i = row; i < end; i++)
            putchar(bench->sent[i] >= ' ' && bench->sent[i] < 0x7f ? bench->sent[i]
                                                                   : '.');
        putchar('\n');
    }
    return 0;
}

/* elf, chips: another guest, or another machine. The chip's line is down in it. */
int wire_word_fresh(struct tutor *tutor, int argc, char **argv)
{
    struct wire *wire = wire_of(tutor);

    if (wire == NULL)
        return 1;
    int status = guest64_before(tutor, "h07", argc, argv);
    if (status == 0 && !(strcmp(argv[0], "chips") == 0 && argc == 1))
        wire_reset(wire);
    return status;
}
