/* inside.h - what the parts of init share. Everything here runs inside the lab machine. */
#ifndef INSIDE_MACHINE_H
#define INSIDE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "channel.h"

/* Why the machine cannot go on, on the kernel's console; then it powers off. */
_Noreturn void give_up(const char *what);

/* --- port.c: the channel to the host --- */

/* Loads the driver and opens the port. Returns a descriptor, or gives up. */
int port_open(void);

/* Sends one message; blocks while the host does not read. Gives up when there is no host. */
void port_send(int port, uint32_t type, const void *data, size_t length);

/* Reads one whole message into DATA, of CHANNEL_LARGEST + 1 bytes; a '\0' stands behind it. */
struct channel_head port_receive(int port, char *data);

/* --- command.c: the command, its surroundings and its end --- */

enum { OUT_FOLDERS = 16 };

struct command {
    char **arguments, **environment; /* NULL-ended, grown by command_add */
    char *directory;
    char *out[OUT_FOLDERS];
    int out_count;
    bool on_terminal;
    struct channel_terminal terminal;
    pid_t pid;
    int input, output, error; /* our ends: pipes, or the terminal's master; -1 closed */
};

/* Appends a copy of TEXT to a NULL-ended array. */
void command_add(char ***list, const char *text);

/* Makes the folders that come back, and starts the command. */
void command_start(struct command *command);

/* Tells a terminal its size; the kernel then sends SIGWINCH. */
void command_resize(const struct command *command, const struct channel_terminal *size);

/* Makes PATH and the folders above it. */
void make_folders(const char *path);

/* --- session.c --- */

/* Receives the job, runs it, sends back what it prints, how it ends and what it leaves. */
_Noreturn void session_run(int port);

/* --- ask.c: programs inside that ask the host --- */

struct ask {
    int listener; /* -1: there is none */
    int asker;    /* the one that waits for its answer; -1: none */
    FILE *files;  /* a cpio that unpacks what changed; NULL: none runs */
};

void ask_open(struct ask *ask);

/* Takes the next asker, when none is waiting, and passes on what it asks for. */
void ask_accept(struct ask *ask, int port);

/* Passes on a piece of the answer: HOST_ANSWER_OUT, _ERR, HOST_FILES or HOST_ANSWER. */
void ask_answer(struct ask *ask, const struct channel_head *head, const char *data);

#endif
