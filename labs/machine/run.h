/* run.h - what the parts of machine_run share, on the host. */
#ifndef MACHINE_RUN_H
#define MACHINE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <time.h>
#include "channel.h"
#include "machine.h"

/* Bytes on their way: appended behind, taken from the front. */
struct buffer {
    char *bytes;
    size_t start, length, room;
};

/* Returns 0, or -1 with errno ENOMEM. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_take(struct buffer *buffer, size_t length);
static inline char *buffer_start(const struct buffer *buffer)
{
    return buffer->bytes + buffer->start;
}

/* A program that is asked for inside and runs here: first the answer, then the files. */
struct answer {
    enum { ANSWER_NONE, ANSWER_RUNS, ANSWER_PACKS } state;
    pid_t pid;
    int output, error; /* pipes from it; -1 closed */
    uint32_t status;
    struct buffer question; /* its words, each with its '\0' */
    struct timespec since;  /* files that changed after this are not inside yet */
};

struct run {
    const struct machine_job *job;
    struct machine_result *result;
    char *top, *directory; /* without symbolic links */
    bool kvm, quiet;       /* quiet: a probe, without input and output */

    struct timespec started, last_heard;
    bool pinged;

    pid_t qemu;
    int pidfd, channel, log, errors, signals; /* -1: closed */
    struct buffer to_machine, from_machine;
    struct buffer log_text, error_text; /* the ends of what QEMU and its kernel said */

    bool ready, ended, done; /* the machine runs; the command ended; all has arrived */
    bool failed;             /* a fault; RESULT says which */
    bool input_open;
    size_t input_under_way;  /* bytes that the command has not taken yet */
    struct buffer output[3]; /* [1], [2]: what our stdout and stderr have not taken yet */
    bool output_gone[3];

    bool on_terminal, raw, told;
    struct termios terminal;

    int caught;               /* the signal that we got */
    struct timespec patience; /* when it has lasted long enough */

    struct answer answer;

    pid_t unpacker; /* unpacks the folder that arrives now; 0: none */
    int unpacker_input, unpacker_error;
};

/* Notes a fault, the first of its run. Always returns -1. */
int run_fault(struct run *run, enum machine_end end, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a signal has come that ends the run; then it is a fault. */
bool run_interrupted(struct run *run);

/* --- machine_parts.c --- */

/* Makes build/machine/ when a part is missing or changed. Returns 0 or -1 with the fault. */
int parts_make(struct run *run);

/* A memory file that holds the initramfs: base.cpio, and the tree behind it unless the run is
 * a probe. Returns its descriptor, or -1 with the fault. */
int parts_image(struct run *run);

/* In a child: becomes `pack`, whose archive goes to stdout. SINCE NULL: everything. WORDS,
 * NULL-ended or NULL, may name folders that else stay at home (see parts/pack.c). */
_Noreturn void parts_become_pack(struct run *run, const char *since, char *const *words);

/* --- machine_qemu.c --- */

/* Starts QEMU with IMAGE as its initramfs. It dies with this process, however that ends.
 * Returns 0 or -1 with the fault. */
int qemu_start(struct run *run, int image);

/* Ends it, at once, and collects it. Harmless when there is none. Returns its wait status. */
int qemu_end(struct run *run);

/* Why it ended by itself, after it did: sets the fault. */
void qemu_explain(struct run *run, int status);

/* --- machine_relay.c --- */

/* Passes everything on until the command has ended and all has arrived, or to the fault. */
void relay(struct run *run);

/* Queues a message. */
int relay_send(struct run *run, uint32_t type, const void *data, size_t length);

/* --- machine_messages.c --- */

/* Sends what the command is, and where and how it runs. Returns 0 or -1 with the fault. */
int messages_start(struct run *run);

/* Acts on the whole messages in from_machine, as far as output is not held up. */
void messages_take(struct run *run);

/* --- machine_results.c --- */

int results_folder(struct run *run, const char *data, size_t length); /* GUEST_FOLDER */
int results_files(struct run *run, const char *data, size_t length);  /* GUEST_FILES */
int results_finish(struct run *run); /* the current folder is complete */

/* --- machine_answer.c --- */

/* Starts answering what a program inside asks. */
int answer_start(struct run *run, const char *words, size_t length);

/* Reads what the answer's program says, and goes to the next step at its end. */
int answer_read(struct run *run, int *from, uint32_t type);
void answer_end(struct run *run);

/* --- machine_terminal.c --- */

void terminal_prepare(struct run *run); /* decides whether the command gets a terminal */
void terminal_raw(struct run *run);
void terminal_restore(struct run *run);
struct channel_terminal terminal_size(const struct run *run);

/* "starting the lab machine ..." while stderr is a terminal and nothing else happens yet. */
void terminal_tell(struct run *run, const char *text);
void terminal_untell(struct run *run);

/* --- machine_probe.c --- */

/* Whether to use KVM for RUN. Returns 0 with run->kvm, or -1 with the fault. */
int probe_accelerator(struct run *run, char *why, size_t size);

/* --- machine.c --- */

/* machine_run, for a probe as well. */
int run_machine_job(const struct machine_job *job, struct machine_result *result,
                    bool quiet);

/* Milliseconds from FROM until now. */
long milliseconds_since(const struct timespec *from);
struct timespec now(void);

/* In a fresh child: gives back the signals' usual meaning, and dies when PARENT does. */
void child_prepare(pid_t parent);

/* A path below the tree: build/machine/NAME; free(3). NULL with the fault. */
char *run_part(struct run *run, const char *name);

#endif
