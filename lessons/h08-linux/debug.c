/* debug.c - a debugger for Linux: symbol, break, delete, step.
 *
 * The file of Debian's kernel has no symbols. The kernel itself has: it prints its own
 * backtraces with them, and shows them as /proc/kallsyms to root. So we ask the guest,
 * through its console.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "../h05-long-mode/guest64.h"
#include "board.h"

#define SECONDS 120

/* Sends LINE to the guest's shell and keeps the answer in board->said. Returns 0, or 1 when
 * that failed and has been said. */
static int ask(struct tutor *tutor, struct board *board, const char *line)
{
    if (!board->prompted)
        return tutor_error(tutor, "the guest's shell is not at its prompt, so it cannot "
                                  "be asked for symbols: give an address, or: run 1");
    if (!board_type(board, line))
        return tutor_error(tutor, "the guest has not read what was sent before: run 1");
    board->quiet = true;
    board->said_length = 0;
    enum board_end end = board_run(tutor, board, SECONDS, true);
    board->quiet = false;
    board->said[board->said_length] = '\0';
    return end == BOARD_PROMPT ? 0 : board_say(tutor, board, end) || 1;
}

static bool is_name(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_' && *text != '.')
            return false;
    return true;
}

/* Asks for NAME. Returns 0, or 1 when that failed, or there is none, and that has been
 * said. */
static int find_symbol(struct tutor *tutor, struct board *board, const char *name,
                       uint64_t *address)
{
    char line[256], found[BOARD_LINE];

    if (!is_name(name) || strlen(name) > 128) {
        tutor_error(tutor, "%s: must be a symbol's name, or an address", name);
        return MACHINE_USAGE;
    }
    snprintf(line, sizeof line, "grep -m 1 ' %s$' /proc/kallsyms\n", name);
    if (ask(tutor, board, line))
        return 1;
    /* The first line is the echo of what was sent. */
    const char *answer = strchr(board->said, '\n');
    char kind;
    unsigned long long value;
    if (answer == NULL ||
        sscanf(answer + 1, "%llx %c %1023s", &value, &kind, found) != 3 ||
        strcmp(found, name) != 0)
        return tutor_error(tutor, "%s: the kernel knows no such symbol", name);
    *address = value;
    return 0;
}

/* An address, or a symbol. */
static int place_of(struct tutor *tutor, struct board *board, const char *text,
                    uint64_t *address)
{
    return machine_number(text, address) ? 0 : find_symbol(tutor, board, text, address);
}

int word_symbol(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_up(tutor);
    uint64_t address;

    (void)argc;
    if (board == NULL)
        return 1;
    int status = find_symbol(tutor, board, argv[1], &address);
    if (status == 0)
        printf("%s is at 0x%llx\n", argv[1], (unsigned long long)address);
    return status;
}

/* The byte of memory behind the guest's address VIRTUAL. */
static int physical_of(struct tutor *tutor, const struct board *board, uint64_t virtual,
                       uint64_t *physical)
{
    struct longmode_walk walk;
    struct kvm_sregs sregs;

    if (ioctl(board->machine->vcpu.fd, KVM_GET_SREGS, &sregs) == -1)
        return tutor_error(tutor, "KVM_GET_SREGS: %s", strerror(errno));
    if (longmode_translate(&board->machine->vm, sregs.cr3, virtual, &walk) == -1)
        return tutor_error(tutor, "0x%llx: nothing is mapped there: translate shows why",
                           (unsigned long long)virtual);
    *physical = walk.physical;
    return 0;
}

int word_break_at(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    uint64_t virtual, physical;

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (argc == 1) {
        for (unsigned i = 0; i < board->breaks.count; i++)
            printf("breakpoint at 0x%llx, in the place of %02x\n",
                   (unsigned long long)(board->breaks.at[i].address - board->linear),
                   board->breaks.at[i].original);
        if (board->breaks.count == 0)
            puts("no breakpoint");
        return 0;
    }
    int status = place_of(tutor, board, argv[1], &virtual);
    if (status != 0 || (status = physical_of(tutor, board, virtual, &physical)) != 0)
        return status;
    if (board->breaks.count > 0 && physical - virtual != board->linear)
        return tutor_error(tutor,
                           "0x%llx: is not in the same part of the kernel as the "
                           "breakpoints that there are: delete these first",
                           (unsigned long long)virtual);
    board->linear = physical - virtual;
    if (monitor_plant(&board->breaks, physical) == -1)
        return tutor_error(tutor, "0x%llx: %s", (unsigned long long)virtual,
                           errno == EEXIST   ? "there is a breakpoint already"
                           : errno == ENOSPC ? "all 16 are used: delete one"
                                             : strerror(errno));
    printf("breakpoint at 0x%llx, which is 0x%llx of memory\n",
           (unsigned long long)virtual, (unsigned long long)physical);
    return 0;
}

int word_delete_at(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    uint64_t virtual;

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (argc == 1) {
        while (board->breaks.count > 0)
            if (monitor_lift(&board->breaks, board->breaks.at[0].address) == -1)
                return tutor_error(tutor, "monitor_lift: %s", strerror(errno));
        return 0;
    }
    int status = place_of(tutor, board, argv[1], &virtual);
    if (status != 0)
        return status;
    if (monitor_lift(&board->breaks, virtual + board->linear) == -1)
        return tutor_error(tutor, "%s: there is no breakpoint", argv[1]);
    return 0;
}

/* Puts the bytes that breakpoints have replaced back, for as long as somebody looks. */
static void show_original(struct board *board, bool on)
{
    for (unsigned i = 0; i < board->breaks.count; i++) {
        uint8_t *byte = vm_at(&board->machine->vm, board->breaks.at[i].address, 1);
        if (byte != NULL)
            *byte = on ? board->breaks.at[i].original : MONITOR_PLANTED;
    }
}

int word_disasm_of(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);

    if (board == NULL)
        return 1;
    if (board->up)
        show_original(board, true);
    int status = board_earlier(tutor, argc, argv);
    if (board->up)
        show_original(board, false);
    return status;
}

/* step [N]: as h05's, with this machine's devices, and without the breakpoints' bytes. */
int word_step_on(struct tutor *tutor, int argc, char **argv)
{
    struct board *board = board_of(tutor);
    uint64_t count = 1;

    if (board == NULL)
        return 1;
    if (!board->up)
        return board_earlier(tutor, argc, argv);
    if (argc > 1 && (!machine_number(argv[1], &count) || count == 0)) {
        tutor_error(tutor, "%s: must be a number of instructions", argv[1]);
        return MACHINE_USAGE;
    }
    struct guest64 *guest = guest64_of(tutor);
    int fd = board->machine->vcpu.fd;
    enum board_end end = BOARD_ON;
    for (; guest != NULL && count > 0 && end == BOARD_ON && !tutor_interrupted(tutor);
         count--) {
        struct kvm_regs before, now;
        if (ioctl(fd, KVM_GET_REGS, &before) == -1)
            return tutor_error(tutor, "KVM_GET_REGS: %s", strerror(errno));
        uint64_t here = before.rip + board->linear;
        bool lifted = monitor_lift(&board->breaks, here) == 0;
        size_t size = word64_instruction(tutor, guest, before.rip);
        if (lifted)
            (void)monitor_plant(&board->breaks, here); /* there was room for it */
        if (size == 0)
            return 1;
        machine_listen(board->machine, 1); /* a hlt that nothing wakes */
        end = board_one(board);
        (void)machine_unlisten(); /* the count goes on, or not */
        if (ioctl(fd, KVM_GET_REGS, &now) == 0)
            (void)word64_changes(&before, &now);
        putchar('\n');
    }
    return end == BOARD_ON ? 0 : board_say(tutor, board, end);
}
