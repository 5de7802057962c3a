/* talk.c - the words for a kernel that runs: console, run, exits. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "board.h"
#include "interrupts.h"

#define SECONDS 60

/* console [TEXT...]: sends a line, and shows the answer; without a line, hands the
 * terminal over. */
int word_console(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_up(tutor);
    char line[BOARD_LINE];
    size_t length = 0;

    if (board == NULL)
        return 1;
    if (!board->started)
        return tutor_error(tutor, "the kernel has not started: boot");
    if (argc == 1) {
        if (!isatty(STDIN_FILENO))
            return tutor_error(tutor,
                               "without a terminal say what to send: console uname -r");
        printf("Ctrl-] and then x leaves\n");
        enum board_end end = board_talk(tutor, board);
        putchar('\n');
        return board_say(tutor, board, end);
    }
    for (int i = 1; i < argc; i++) {
        int n = snprintf(line + length, sizeof line - length, "%s%s", i > 1 ? " " : "",
                         argv[i]);
        length += (size_t)n;
        if (length + 2 > sizeof line) {
            tutor_error(tutor, "the line is too long: at most %d bytes", BOARD_LINE - 2);
            return MACHINE_USAGE;
        }
    }
    line[length] = '\n';
    line[length + 1] = '\0';
    if (strcmp(line, "^C\n") == 0) /* the key, as one writes it */
        strcpy(line, "\003");
    if (!board_type(board, line))
        return tutor_error(tutor, "the guest has not read what was sent before: run 1");
    enum board_end end = board_run(tutor, board, SECONDS, true);
    if (end == BOARD_TIME)
        return tutor_error(tutor,
                           "no prompt came in %d s: run lets the guest go on, "
                           "console ^C sends it Ctrl-C",
                           SECONDS);
    int status = board_say(tutor, board, end);
    if (end == BOARD_LEFT)
        printf("what was sent goes on inside: console ^C sends it Ctrl-C\n");
    return status;
}

/* run [SECONDS [TEXT]]: lets the kernel go on. */
int word_run_on(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    double seconds = 0;

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (argc > 1 && !machine_seconds(argv[1], &seconds)) {
        tutor_error(tutor, "%s: must be a number of seconds", argv[1]);
        return MACHINE_USAGE;
    }
    board->heard = false;
    board->until = argc > 2 ? argv[2] : NULL;
    enum board_end end = board_run(tutor, board, seconds, false);
    board->until = NULL;
    board->heard = false;
    return board_say(tutor, board, end);
}

/* irq N: a pulse. A line that stayed up would never rise again, and most lines count when
 * they rise. That of the serial line goes back to what its chip says. */
int word_irq_of(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    uint64_t line;

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (argc < 2 || !machine_number(argv[1], &line) || line > 23) {
        tutor_error(tutor, "must be the number of a line, 0 to 23: irq 4");
        return MACHINE_USAGE;
    }
    if (interrupts_line(&board->machine->vm, (unsigned)line, true) == -1 ||
        interrupts_line(&board->machine->vm, (unsigned)line,
                        line == SERIAL_IRQ && board->level) == -1)
        return tutor_error(tutor, "KVM_IRQ_LINE: %s", strerror(errno));
    printf("line %u went up, and down again\n", (unsigned)line);
    return 0;
}

/* --- exits -------------------------------------------------------------------------- */

/* Who is, or would be, at which port of a PC. */
static const struct {
    uint16_t first, last;
    const char *name;
} places[] = {
    {0x3f8, 0x3ff, "serial line 1: the console"},
    {0x2f8, 0x2ff, "serial line 2: nobody"},
    {0x3e8, 0x3ef, "serial line 3: nobody"},
    {0x2e8, 0x2ef, "serial line 4: nobody"},
    {0x60, 0x64, "keyboard controller"},
    {0x70, 0x71, "CMOS clock"},
    {0x80, 0x80, "a write that only waits"},
    {0x600, 0x605, "ACPI's fixed hardware"},
    {0xcf9, 0xcf9, "restart"},
    {0xcf8, 0xcff, "PCI"},
    {0x00, 0x1f, "DMA controller: nobody"},
    {0x81, 0x8f, "DMA pages: nobody"},
    {0xc0, 0xdf, "DMA controller 2: nobody"},
};

enum { PLACES = sizeof places / sizeof *places };

static void print_places(const struct board *board)
{
    uint64_t reads[PLACES + 1] = {0}, writes[PLACES + 1] = {0};

    for (unsigned port = 0; port < BOARD_PORTS; port++) {
        size_t i = 0;
        while (i < PLACES && (port < places[i].first || port > places[i].last))
            i++;
        reads[i] += board->reads[port];
        writes[i] += board->writes[port];
    }
    puts("ports             read  written");
    for (size_t i = 0; i <= PLACES; i++) {
        char range[32] = "others";
        if (i < PLACES && places[i].first == places[i].last)
            snprintf(range, sizeof range, "0x%x", places[i].first);
        else if (i < PLACES)
            snprintf(range, sizeof range, "0x%x-0x%x", places[i].first, places[i].last);
        if (reads[i] + writes[i] > 0)
            printf("%-13s %8llu %8llu  %s\n", range, (unsigned long long)reads[i],
                   (unsigned long long)writes[i], i < PLACES ? places[i].name : "");
    }
}

int word_exits_of(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);

    if (board == NULL)
        return 1;
    if (!board->started)
        return board_earlier(tutor, argc, argv);
    for (uint32_t kind = 0; kind < EXIT_KINDS; kind++)
        if (board->exits[kind] > 0)
            printf("%-24s %8llu\n", vcpu_exit_name(kind),
                   (unsigned long long)board->exits[kind]);
    print_places(board);
    return 0;
}
