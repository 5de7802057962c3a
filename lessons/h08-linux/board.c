/* board.c - the board itself: made, answered for, taken away. See board.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "board.h"
#include "interrupts.h"

enum { CMOS_INDEX = 0x70, CMOS_DATA = 0x71 };

uint64_t board_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* a clock that every Linux has */
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* --- What the guest finds at its ports ---------------------------------------------- */

static void update_level(struct board *board)
{
    bool level = serial_interrupt(&board->serial);

    if (level == board->level)
        return;
    board->level = level;
    (void)interrupts_line(&board->machine->vm, SERIAL_IRQ, level); /* there are chips */
}

static uint32_t serial_in(void *context, uint16_t port, unsigned size)
{
    struct board *board = context;

    (void)size;
    uint8_t value = serial_read(&board->serial, port - SERIAL_COM1);
    update_level(board);
    return value;
}

static void serial_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct board *board = context;

    (void)size;
    serial_write(&board->serial, port - SERIAL_COM1, (uint8_t)value);
    update_level(board);
}

static uint32_t power_in(void *context, uint16_t port, unsigned size)
{
    const struct board *board = context;

    (void)size;
    return port == LINUX_PM_CONTROL  ? LINUX_PM_ACPI_ON
           : port == LINUX_PM_ENABLE ? board->events
                                     : 0;
}

static void power_out(void *context, uint16_t port, unsigned size, uint32_t value)
{
    struct board *board = context;

    if (port == LINUX_PM_ENABLE)
        board->events = (uint16_t)value;
    if (board->power == LINUX_GOES_ON)
        board->power = linux_power(port, size, value);
}

/* What a keyboard controller says that never has a key and never is ready. */
static uint32_t keyboard_in(void *context, uint16_t port, unsigned size)
{
    const struct board *board = context;

    (void)port, (void)size;
    return board->tries & BOARD_TRY_KEYBOARD ? 0 : 0xff;
}

static uint32_t cmos_in(void *context, uint16_t port, unsigned size)
{
    const struct board *board = context;

    (void)port, (void)size;
    return board->tries & BOARD_TRY_CMOS ? 0xff : 0;
}

/* --- The serial line's far end ------------------------------------------------------ */

/* A line is shown when it is complete, without what only a terminal understands. */
static void end_line(struct board *board)
{
    size_t length = 0;

    for (size_t i = 0; i < board->line_length; i++) {
        if (board->line[i] == '\033') /* ESC [ 6 n, and the like */
            while (i + 1 < board->line_length && board->line[i] != 'm' &&
                   board->line[i] != 'n' && board->line[i] != 'J')
                i++;
        else if (board->line[i] >= ' ' || board->line[i] == '\t')
            board->line[length++] = board->line[i];
    }
    board->heard |= board->until != NULL && memmem(board->line, length, board->until,
                                                   strlen(board->until)) != NULL;
    if (board->quiet && length + 1 < sizeof board->said - board->said_length) {
        memcpy(board->said + board->said_length, board->line, length);
        board->said_length += length;
        board->said[board->said_length++] = '\n';
    } else if (!board->quiet) {
        printf("%.*s\n", (int)length, board->line);
    }
    board->line_length = 0;
}

/* "guest# ": the shell's, and the end of what it has to say. */
static bool is_prompt(const struct board *board)
{
    return board->line_length > 2 &&
           memcmp(board->line + board->line_length - 2, "# ", 2) == 0;
}

static void send_byte(void *context, uint8_t byte)
{
    struct board *board = context;

    if (board->first_output == 0)
        board->first_output = board_now();
    if (board->raw) {
        putchar(byte);
        fflush(stdout);
    }
    if (byte == '\n' && !board->raw)
        end_line(board);
    else if (byte == '\n')
        board->line_length = 0;
    else if (byte != '\r' && board->line_length < sizeof board->line)
        board->line[board->line_length++] = (char)byte;
    board->prompted = is_prompt(board);
}

void board_feed(struct board *board)
{
    const struct serial *serial = &board->serial;

    if (board->input_next == board->input_length || !serial->queues ||
        !(serial->ier & SERIAL_IER_INPUT) || !(serial->mcr & SERIAL_MCR_OUT2))
        return;
    size_t taken = serial_input(&board->serial, board->input + board->input_next,
                                board->input_length - board->input_next);
    board->input_next += taken;
    if (taken > 0)
        board->prompted = false;
    update_level(board);
}

bool board_type(struct board *board, const char *text)
{
    size_t length = strlen(text);

    memmove(board->input, board->input + board->input_next,
            board->input_length - board->input_next);
    board->input_length -= board->input_next;
    board->input_next = 0;
    if (length > sizeof board->input - board->input_length)
        return false;
    memcpy(board->input + board->input_length, text, length);
    board->input_length += length;
    return true;
}

/* --- The board ---------------------------------------------------------------------- */

struct board *board_of(struct tutor *tutor)
{
    struct machine *machine = machine_of(tutor);
    struct board *board = tutor_state(tutor, "h08-board", sizeof *board, NULL);

    if (machine == NULL)
        return NULL;
    if (board == NULL) {
        tutor_error(tutor, "the board: %s", strerror(errno));
        return NULL;
    }
    board->machine = machine;
    return board;
}

struct board *board_up(struct tutor *tutor)
{
    struct board *board = board_of(tutor);

    if (board != NULL && !board->up) {
        tutor_error(tutor, "no kernel is in the machine: prepare, or boot");
        return NULL;
    }
    return board;
}

void board_destroy(struct board *board)
{
    vcpu_destroy(&board->machine->vcpu);
    vm_destroy(&board->machine->vm);
    board->up = false;
}

/* All that a run leaves behind is forgotten; the machine stays known. */
static void forget(struct board *board)
{
    struct machine *machine = board->machine;

    memset(board, 0, sizeof *board);
    board->machine = machine;
    board->devices[0] = (struct port_device){SERIAL_COM1, SERIAL_COM1 + SERIAL_PORTS - 1,
                                             serial_in, serial_out, board};
    board->devices[1] = (struct port_device){LINUX_PM_PORT, LINUX_PM_CONTROL + 1,
                                             power_in, power_out, board};
    board->devices[2] = (struct port_device){LINUX_KEYBOARD, LINUX_KEYBOARD, keyboard_in,
                                             power_out, board};
    board->devices[3] =
        (struct port_device){LINUX_RESET, LINUX_RESET, NULL, power_out, board};
    board->devices[4] = (struct port_device){CMOS_INDEX, CMOS_DATA, cmos_in, NULL, board};
    serial_reset(&board->serial, send_byte, board);
    board->breaks.vm = &machine->vm;
}

int board_make(struct tutor *tutor, struct board *board, size_t memory)
{
    struct vm *vm = &board->machine->vm;
    struct vcpu *vcpu = &board->machine->vcpu;
    size_t low = memory < LINUX_HOLE ? memory : LINUX_HOLE;

    board_destroy(board);
    forget(board);
    if (machine_open(tutor, board->machine))
        return 1;
    if (vm_create(vm) == -1)
        return tutor_error(tutor, "KVM_CREATE_VM: %s", strerror(errno));
    if (interrupts_chips(vm) == -1)
        return tutor_error(tutor, "interrupts_chips: %s", strerror(errno));
    if (vm_add_memory(vm, 0, low) == -1 ||
        (memory > low && vm_add_memory(vm, LINUX_HOLE_END, memory - low) == -1))
        return tutor_error(tutor, "%zu bytes of guest memory: %s", memory,
                           strerror(errno));
    if (vcpu_create(vcpu, vm, 0) == -1)
        return tutor_error(tutor, "KVM_CREATE_VCPU: %s", strerror(errno));
    if (linux_cpuid(vm, vcpu) == -1)
        return tutor_error(tutor, "linux_cpuid: %s", strerror(errno));
    return 0;
}

extern const struct tutor_lesson *const first[] __asm__("__start_tutor_lessons");
extern const struct tutor_lesson *const behind[] __asm__("__stop_tutor_lessons");

/* When several lessons before this one have the word, it is that of the latest. */
int board_earlier(struct tutor *tutor, int argc, char **argv)
{
    const struct tutor_command *found = NULL;
    const char *of = "";

    for (const struct tutor_lesson *const *lesson = first; lesson < behind; lesson++) {
        if (strcmp((*lesson)->id, "h08") >= 0 || strcmp((*lesson)->id, of) < 0)
            continue;
        for (const struct tutor_command *c = (*lesson)->commands; c->name; c++)
            if (strcmp(c->name, argv[0]) == 0) {
                found = c;
                of = (*lesson)->id;
            }
    }
    if (found == NULL)
        return tutor_error(tutor, "no kernel is in the machine: prepare, or boot");
    if (argc - 1 < found->least || (found->most >= 0 && argc - 1 > found->most)) {
        tutor_error(tutor, "without a kernel: %s %s", found->name, found->arguments);
        return MACHINE_USAGE;
    }
    return found->run(tutor, argc, argv);
}
