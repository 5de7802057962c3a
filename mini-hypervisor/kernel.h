/* kernel.h - the parts of `mini-hypervisor run` from long mode on: programs (--elf) and
 * kernels (--kernel), and what they share. */
#ifndef KERNEL_H
#define KERNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "serial.h"
#include "vm.h"

/* --- kernel.c, program.c: the commands
 * ---------------------------------------------------- */

enum { EXIT_RESTARTED = 3 }; /* the guest asked for a restart, as it does after a panic */

/* Messages go to the serial line; a panic asks for a restart at once; and there is no
 * PCI to look for. */
#define KERNEL_COMMAND_LINE "console=ttyS0 panic=-1 pci=off"

struct kernel_options {
    const char *file;   /* the file: a bzImage or a vmlinux; an ELF program */
    const char *initrd; /* NULL: none */
    const char *append; /* the command line; NULL: KERNEL_COMMAND_LINE */
    size_t memory;      /* bytes, a multiple of the page size */
    double seconds;     /* after these the guest is stopped; 0: never */
    bool trace;         /* a line on stderr for each exit */
    bool stats;         /* a summary on stderr at the end */
};

/* Boots a kernel; the serial line is standard input and output. Says on stderr what
 * failed.
 * Returns an exit status: 0 it has powered off, or the user has left; EXIT_RESTARTED; 1
 * something failed or took too long; 128 + a signal. The terminal is as it was.
 */
int kernel_run(const struct kernel_options *options);

/* Runs a 64-bit program (guests/long), until it exits by a call to its host. Its status
 * is ours; else as above.
 */
int program_run(const struct kernel_options *options);

/* --- files.c: a whole file in memory
 * -------------------------------------------------------- */

struct file {
    uint8_t *bytes; /* NULL: none */
    size_t size;
};

#define FILE_NONE ((struct file){NULL, 0})

/* Maps the regular file NAME. Returns 0, or -1 after saying what is wrong: it cannot be
 * read, is no regular file, or is empty. WHAT names its kind in the message ("a
 * kernel"). */
int file_open(struct file *file, const char *name, const char *what);
void file_close(struct file *file);

/* --- stop.c: signals and the time limit
 * ------------------------------------------------------- */

/* From here on the signals that end a program (SIGINT, SIGTERM, SIGPIPE, ...), and after
 * SECONDS (0: never) SIGALRM, make vcpu_run return with EINTR. In the calling thread, which
 * has to be the one of VCPU; threads that are made later do not get them.
 * Once it has come it is repeated until stop_release: the first one may come right before a
 * write(2) that waits, or when interrupts_run is due for a tick and takes it for that. */
void stop_catch(struct vcpu *vcpu, double seconds);

/* The guest stands: nothing is repeated any more, and the time limit is over. */
void stop_enough(void);

/* The signal that came; 0: none; STOP_LEAVE: the user has left. */
enum { STOP_LEAVE = -1 };
int stop_reason(void);

/* Makes vcpu_run return from any thread, for STOP_LEAVE. */
void stop_leave(void);

/* Gives the signals back what they did before. */
void stop_release(void);

/* --- console.c: the serial line
 * ---------------------------------------------------------------- */

enum { CONSOLE_KEYS = 64 << 10 }; /* more than anybody types or pastes ahead */

/* The chip, the host's terminal at its far end, and a thread that waits for keys. */
struct console {
    const struct vm *vm;
    struct serial serial;
    struct serial_terminal terminal;
    pthread_mutex_t lock;       /* for all that follows, and SERIAL */
    pthread_cond_t changed;     /* the guest has read or written: there may be room */
    bool line;                  /* the level of IRQ 4, as KVM knows it */
    bool ending;                /* the thread must end */
    uint8_t keys[CONSOLE_KEYS]; /* those that the guest has not taken yet */
    size_t waiting;             /* how many these are */
    bool output_failed;         /* standard output does not take what the guest sends */
    uint64_t first_output; /* when the first byte was sent, nanoseconds; 0: not yet */
    int wake;              /* eventfd: the thread must look at ENDING; -1: none */
    pthread_t thread;
    bool has_thread;
};

/* Puts the console at COM1 of VM, which has its chips (interrupts_chips). Returns 0, or
 * -1 with errno. Close it in either case. */
int console_open(struct console *console, const struct vm *vm);
void console_close(struct console *console);

/* `in` and `out` of a struct port_device; CONTEXT is the console. */
uint32_t console_in(void *context, uint16_t port, unsigned size);
void console_out(void *context, uint16_t port, unsigned size, uint32_t value);

/* --- exits.c: what the guest cost
 * ---------------------------------------------------------------- */

struct exits {
    uint64_t started; /* nanoseconds of CLOCK_MONOTONIC */
    uint64_t entered; /* when the guest was first let run; 0: not said */
    uint64_t count[64];
    uint64_t reads, writes; /* of ports */
};

uint64_t exits_now(void);
void exits_count(struct exits *exits, const struct vcpu *vcpu, bool trace);
/* On stderr: exits by kind, the time, and the memory of this process beside the
 * guest's. */
void exits_print(const struct exits *exits, const struct vm *vm, uint64_t first_output);

#endif
