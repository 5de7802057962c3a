/* step.c - the words of lesson h08: an unmodified Linux kernel in the machine in the hand.
 *
 * prepare does what the product does before the first KVM_RUN (mini-hypervisor/kernel.c),
 * and parameters, e820, cpuid and acpi show what the kernel will find. boot lets it run;
 * console talks to its shell; break, step and the words of the lessons before look at it
 * while it stands still.
 */
#include "board.h"

/* A word of an earlier lesson that would put something else into this machine. */
static int not_now(struct tutor *tutor, int argc, char **argv)
{
    const struct board *board = board_of(tutor);

    if (board != NULL && board->up)
        return tutor_error(tutor, "a kernel is in the machine: stop it first: stop");
    return board_earlier(tutor, argc, argv);
}

/* What can stand behind boot and prepare, for Tab. */
static const char *const *boot_words(struct tutor *tutor)
{
    static const char *const words[] = {
        "vmlinux",  "vmlinuz",   "memory=", "initrd=none",  "loglevel=7",  "try=keyboard",
        "try=cmos", "try=pages", "marker=", "end=poweroff", "end=restart", NULL};

    (void)tutor;
    return words;
}

static const char *const *table_names(struct tutor *tutor)
{
    static const char *const names[] = {"FADT", "MADT", "DSDT", NULL};

    (void)tutor;
    return names;
}

#define BOOT_DETAILS                                                                     \
    "KERNEL is vmlinux (it is taken when none is given), vmlinuz, or a path.\n"          \
    "memory=SIZE and initrd=FILE are for the machine; every other WORD goes to\n"        \
    "the kernel's command line. try=keyboard, try=cmos, try=cpuid and try=pages leave\n" \
    "out something that saves time."

static const struct tutor_command commands[] = {
    {.name = "kernel",
     .arguments = "[FILE [BYTES]]",
     .help = "what a kernel's file says of itself, or only its first BYTES",
     .most = 2,
     .completion = TUTOR_COMPLETE_FILES,
     .run = word_kernel},
    {.name = "prepare",
     .arguments = "[KERNEL] [WORD…]",
     .help = "put a kernel and all that it is told into a new machine",
     .details = BOOT_DETAILS,
     .most = -1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = boot_words,
     .run = word_prepare},
    {.name = "boot",
     .arguments = "[KERNEL] [WORD…]",
     .help = "the same, and let it run until its shell has a prompt, or it ends",
     .details = BOOT_DETAILS,
     .most = -1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = boot_words,
     .run = word_boot},
    {.name = "parameters",
     .arguments = "",
     .help = "boot_params as they are in guest memory: what the kernel is told",
     .run = word_parameters},
    {.name = "e820",
     .arguments = "",
     .help = "the map of memory in boot_params",
     .run = word_e820},
    {.name = "cpuid",
     .arguments = "[LEAF]",
     .help = "what processor the vCPU says that it is",
     .most = 1,
     .run = word_cpuid},
    {.name = "acpi",
     .arguments = "[FADT | MADT | DSDT]",
     .help = "the chain of ACPI tables, followed and summed; or what is in one",
     .most = 1,
     .completion = TUTOR_COMPLETE_WORDS,
     .words = table_names,
     .run = word_acpi},
    {.name = "console",
     .arguments = "[TEXT…]",
     .help = "send a line to the guest; without one, talk to it (Ctrl-] x leaves)",
     .most = -1,
     .run = word_console},
    {.name = "run",
     .arguments = "[SECONDS [TEXT]]",
     .help = "let the guest run until it ends, says TEXT, or Ctrl-C is pressed",
     .details = "At most for SECONDS.",
     .most = 2,
     .run = word_run_on},
    {.name = "exits",
     .arguments = "",
     .help = "why the guest has stopped so far, and which ports it wanted",
     .run = word_exits_of},
    {.name = "continue",
     .arguments = "[SECONDS]",
     .help = "the same as run",
     .most = 1,
     .run = word_run_on},
    {.name = "gdt",
     .arguments = "…",
     .help = "the segments that the kernel has made for itself",
     .most = -1,
     .run = word_gdt_of},
    {.name = "irq",
     .arguments = "LINE",
     .help = "let a line of the interrupt chips go up and down",
     .most = -1,
     .run = word_irq_of},
    {.name = "symbol",
     .arguments = "NAME",
     .help = "ask the kernel in the guest where something of it is",
     .least = 1,
     .most = 1,
     .run = word_symbol},
    {.name = "break",
     .arguments = "[SYMBOL | ADDRESS]",
     .help = "stop the guest there; without one, list the breakpoints",
     .most = 1,
     .run = word_break_at},
    {.name = "delete",
     .arguments = "[SYMBOL | ADDRESS]",
     .help = "take the breakpoint there away; without one, all",
     .most = 1,
     .run = word_delete_at},
    {.name = "disasm",
     .arguments = "[ADDRESS [N]]",
     .help = "N instructions (8) in words, from ADDRESS, or where the processor stands",
     .most = 2,
     .run = word_disasm_of},
    {.name = "step",
     .arguments = "[N]",
     .help = "execute one instruction, or N, and show what each of them changes",
     .most = 1,
     .run = word_step_on},
    {.name = "stop",
     .arguments = "",
     .help = "pull the plug: the machine and its memory are gone",
     .run = word_stop},
    {.name = "elf",
     .arguments = "FILE [NUMBER [NUMBER]]",
     .help = "load a 64-bit guest instead of a kernel (lesson h05)",
     .least = 1,
     .most = 3,
     .run = not_now},
    {.name = "load",
     .arguments = "FILE",
     .help = "load a flat program instead of a kernel (lesson h02)",
     .least = 1,
     .most = -1,
     .run = not_now},
    {.name = "asm",
     .arguments = "TEXT",
     .help = "assemble a program instead of a kernel (lesson h02)",
     .least = 1,
     .most = -1,
     .run = not_now},
    {.name = "reset",
     .arguments = "",
     .help = "put the processor back in front of a program (lesson h02)",
     .most = -1,
     .run = not_now},
    {.name = "enter",
     .arguments = "…",
     .help = "put the processor into protected mode (lesson h04)",
     .most = -1,
     .run = not_now},
    {.name = "chips",
     .arguments = "[on|off]",
     .help = "a machine for small guests instead of a kernel (lesson h06)",
     .most = 1,
     .run = not_now},
    {.name = "in",
     .arguments = "REGISTER",
     .help = "read a register of the serial line of a small guest (lesson h07)",
     .least = 1,
     .most = 1,
     .run = not_now},
    {.name = "out",
     .arguments = "REGISTER VALUE",
     .help = "write a register of it (lesson h07)",
     .least = 2,
     .most = 2,
     .run = not_now},
    {.name = "type",
     .arguments = "TEXT…",
     .help = "send text to a small guest (lesson h07); a kernel has console",
     .least = 1,
     .most = -1,
     .run = not_now},
    {.name = "input",
     .arguments = "[BYTE…]",
     .help = "the same in bytes (lesson h07)",
     .most = -1,
     .run = not_now},
    {.name = "follow",
     .arguments = "[N]",
     .help = "let a small guest run to its next access of the chip (lesson h07)",
     .most = 1,
     .run = not_now},
    {.name = "serial",
     .arguments = "[reset]",
     .help = "the serial chip of a small guest (lesson h07)",
     .most = 1,
     .run = not_now},
    {0},
};

TUTOR_LESSON(h08) = {.id = "h08-linux", .commands = commands};
