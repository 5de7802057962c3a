/* ports.c - the words for the host's end of the guest's ports: type, input, port. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "words.h"

char *word_join(struct tutor *tutor, int argc, char **argv, int first, const char *end)
{
    size_t size = strlen(end) + 1;
    for (int i = first; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *text = malloc(size);
    if (text == NULL) {
        tutor_error(tutor, "%s", strerror(errno));
        return NULL;
    }
    char *at = text;
    for (int i = first; i < argc; i++)
        at += sprintf(at, "%s%s", i > first ? " " : "", argv[i]);
    strcpy(at, end);
    return text;
}

int word_type(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);

    if (bench == NULL)
        return 1;
    char *text = word_join(tutor, argc, argv, 1, "\n");
    if (text == NULL)
        return 1;
    int status = bench_type(tutor, bench, text, strlen(text));
    free(text);
    return status;
}

int word_input(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    uint8_t bytes[256];

    if (bench == NULL)
        return 1;
    if (argc == 1) {
        printf("%zu bytes wait:", bench->input_length - bench->input_next);
        for (size_t i = bench->input_next; i < bench->input_length; i++)
            printf(" %02x", bench->input[i]);
        putchar('\n');
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        char *end;
        unsigned long byte = strtoul(argv[i], &end, 16);
        if (i > (int)sizeof bytes || byte > 0xff || end == argv[i] || *end != '\0') {
            tutor_error(tutor, "%s: must be bytes in hexadecimal, up to 256: 41 0a",
                        argv[i]);
            return MACHINE_USAGE;
        }
        bytes[i - 1] = (uint8_t)byte;
    }
    return bench_type(tutor, bench, bytes, (size_t)argc - 1);
}

/* Prints each port of the panel that holds something. */
static int list_panel(const struct bench *bench)
{
    unsigned shown = 0;

    for (unsigned i = 0; i < BENCH_PANEL_PORTS; i++) {
        if (bench->panel[i] == 0 && !bench->was_written[i])
            continue;
        printf("port 0x%x: the guest reads %u", BENCH_PANEL + i, bench->panel[i]);
        if (bench->was_written[i])
            printf(", it has written %u", bench->written[i]);
        putchar('\n');
        shown++;
    }
    if (shown == 0)
        puts("all 0, nothing written");
    return 0;
}

int word_port(struct tutor *tutor, int argc, char **argv)
{
    struct bench *bench = bench_of(tutor);
    uint64_t number, value;

    if (bench == NULL)
        return 1;
    if (argc == 1)
        return list_panel(bench);
    if (!machine_number(argv[1], &number) || number < BENCH_PANEL ||
        number >= BENCH_PANEL + BENCH_PANEL_PORTS) {
        tutor_error(tutor, "%s: the panel has the ports 0x10 to 0x1f", argv[1]);
        return MACHINE_USAGE;
    }
    if (!machine_number(argv[2], &value) || value > UINT32_MAX) {
        tutor_error(tutor, "%s: must be a number of at most 32 bits", argv[2]);
        return MACHINE_USAGE;
    }
    bench->panel[number - BENCH_PANEL] = (uint32_t)value;
    return 0;
}
